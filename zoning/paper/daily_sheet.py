"""The daily table as a sheet of one page: every section says something, and nothing where nothing happened."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from zoning.paper.daily import Change, Daily
from zoning.paper.page import blank, bullets, chip
from zoning.paper.words import day_text, moment, safe, say
from zoning.picture import Language
from zoning.pipeline import Plan

STYLE = """
.daily td.n{text-align:right} .daily th{vertical-align:bottom} .daily .small-chip{vertical-align:-5px}
.daily h2{margin-top:10px} .daily ul{columns:1} .daily .nil{color:#333}
"""
_SHOWN = 14  # zones that are named of one kind of change; the others are counted


def write_daily_sheet(plan: Plan, daily: Daily, language: Language) -> str:
    """Return the daily table as the inside of a sheet.

    Parameters
    ----------
    plan : of the end of the day.
    daily : of `sum_day`.
    language : of the sheet.

    Returns
    -------
    HTML; it needs STYLE in its page.
    """
    parts = [
        _head(plan, daily, language),
        _zones(plan, daily.classes, language),
        _changes(plan, daily, language),
        _tests(plan, daily.classes, language),
        _cases(daily, language),
    ]
    sign = "".join(f"<span>{_say(key, language)} {blank('7em')}</span>" for key in ("filled_by", "checked_by"))
    return f'<div class="daily">{"".join(parts)}</div><div class="sign">{sign}</div>{_foot(language)}'


def _say(key: str, language: Language, **fields: object) -> str:
    return safe(say(key, language, **fields), language)


def _head(plan: Plan, daily: Daily, language: Language) -> str:
    settings = plan.settings
    name = settings.issuer if language == "zh" else settings.issuer_en or settings.issuer
    at = moment(pd.Timestamp(plan.as_of), settings.zone, language)
    before = day_text(daily.before, language)
    return (
        f'<div class="head"><span>{safe(name, language) or blank("16em")}</span><span class="nw">'
        f"{_say('revision', language, revision=plan.revision[:8])}</span></div>"
        f"<h1>{_say('daily', language, day=day_text(daily.day, language, year=True))}</h1>"
        f"<p>{_say('daily_as_of', language, at=at, before=before)}</p>"
        f'<p class="note">{_say("internal", language)}</p>'
    )


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]], language: Language) -> str:
    top = "".join(f'<th class="{"left" if not k else ""}">{_say(key, language)}</th>' for k, key in enumerate(heads))
    body = "".join(
        "<tr>" + "".join(f'<td class="{"n" if k else "left"}">{cell}</td>' for k, cell in enumerate(row)) + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"


def _class(plan: Plan, name: str, language: Language) -> str:
    called = safe(getattr(plan.policy.classes[name].names, language), language)
    return f"{chip(plan, name, language, small=True)}{called}"


def _zones(plan: Plan, classes: pd.DataFrame, language: Language) -> str:
    heads = ("d_class", "d_in_force", "d_stages", "d_decided", "d_proposals", "d_watched", "d_people", "d_since")
    rows = []
    for row in classes.to_dict("records"):
        counts = [f"{row[name]:,}" for name in ("decided", "proposed", "watched")]
        people = _people(row["people"], row["unknown"], language)
        change = row["people"] - row["people_before"]
        told = "–" if np.isnan(change) else f"{change:+,.0f}" if round(change) else "0"
        stages = _stages(row["stages"], language)
        rows.append((_class(plan, row["class"], language), f"{row['in_force']:,}", stages, *counts, people, told))
    sums = [f"{classes[c].sum():,}" for c in ("in_force", "decided", "proposed", "watched")]
    people = _people(classes["people"].sum(), int(classes["unknown"].sum()), language)
    change = float(classes["people"].sum() - classes["people_before"].sum())
    total = (_say("d_all", language), sums[0], "", *sums[1:], people, f"{change:+,.0f}" if round(change) else "0")
    note = f"<p>{_say('d_least', language)}</p>" if classes["unknown"].any() else ""
    return f"<h2>{_say('d_zones', language)}</h2>{_table(heads, [*rows, total], language)}{note}"


def _people(people: float, unknown: int, language: Language) -> str:
    if np.isnan(people):
        return "–"
    return f"{'≥' if unknown else ''}{people:,.0f}"


def _stages(stages: dict[str, int], language: Language) -> str:
    told = [say("d_stage", language, stage=_stage(name, language), n=n) for name, n in stages.items() if name != "none"]
    return safe(("、" if language == "zh" else ", ").join(told), language) or "–"


def _stage(name: str, language: Language) -> str:
    """A stage in words; phases are numbered."""
    head, _, number = name.partition("_")
    return say("stage_phase", language, n=number) if head == "phase" else say(f"stage_{name}", language)


def _changes(plan: Plan, daily: Daily, language: Language) -> str:
    """Opened, lifted and changed zones, each named; where there are none it is said."""
    groups = {"opened": ("opened",), "lifted": ("lifted", "ended"), "changed": ("class", "grown", "shrunk", "stage")}
    groups["changed"] += ("dates", "merged", "split")
    groups["proposed"] = ("proposed",)
    parts = [f"<h2>{_say('d_changes', language)}</h2>"]
    for group, kinds in groups.items():
        mine = [change for change in daily.changes if change.kind in kinds]
        if not mine:
            parts.append(f'<p class="nil">{_say(f"nil_{group}", language)}</p>')
            continue
        lines = [_change(plan, change, language) for change in mine[:_SHOWN]]
        if len(mine) > _SHOWN:
            lines.append(_say("d_more", language, n=len(mine) - _SHOWN))
        zones = len({change.number for change in mine})
        parts.append(f"<p><b>{_say(f'd_{group}', language, n=zones)}</b></p>{bullets(lines)}")
    return "".join(parts)


def _change(plan: Plan, change: Change, language: Language) -> str:
    row, classes = change.row, plan.policy.classes
    was, now = (_called(classes, row[c], language) for c in ("class_before", "class_after"))
    people = [_figure(row[c]) for c in ("people_before", "people_after")]
    now = now[:1].upper() + now[1:] if change.kind != "class" else now
    name = change.name if language == "zh" else change.name_en
    fields: dict[str, Any] = {"name": name, "number": change.number, "was": was, "now": now, "of": now or was}
    fields |= {"a": people[0], "b": people[1], "from_": row["was"] if isinstance(row["was"], str) else ""}
    stage = row["stage_after"] if isinstance(row["stage_after"], str) else "none"
    fields["stage"] = _stage(stage, language) if stage != "none" else say(f"status_{row['status_after']}", language)
    lifts = [row[c] for c in ("lift_before", "lift_after")]
    if change.kind == "dates" and not pd.isna(lifts[1]) and lifts[0] != lifts[1]:
        fields["at"] = moment(lifts[1], plan.settings.zone, language, year=False)
        return _say("c_lift", language, **fields)
    return _say(f"c_{change.kind}", language, **fields)


def _called(classes: Any, name: Any, language: Language) -> str:
    return str(getattr(classes[name].names, language)) if isinstance(name, str) and name in classes else ""


def _figure(people: float) -> str:
    return "?" if pd.isna(people) else f"{people:,.0f}"


def _tests(plan: Plan, classes: pd.DataFrame, language: Language) -> str:
    head = f"<h2>{_say('d_tests', language)}</h2>"
    rows = classes[(classes["test_zones"] > 0) | (classes["tests_done"] > 0)].to_dict("records")
    if not rows:
        return f'{head}<p class="nil">{_say("nil_tests", language)}</p>'
    cells = [
        (_class(plan, row["class"], language), *(f"{row[c]:,}" for c in ("test_zones", "tests_due", "tests_done")))
        for row in rows
    ]
    return head + _table(("d_class", "d_test_zones", "d_tests_due", "d_tests_done"), cells, language)


def _cases(daily: Daily, language: Language) -> str:
    key = "d_cases" if daily.cases else "nil_cases"
    told = _say(key, language, n=daily.cases, before=daily.cases_before)
    return f'<h2>{_say("d_cases_head", language)}</h2><p class="{"" if daily.cases else "nil"}">{told}</p>'


def _foot(language: Language) -> str:
    return f'<div class="foot"><div>{_say("daily_foot", language)}</div></div>'
