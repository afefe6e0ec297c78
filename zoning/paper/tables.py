"""The crews' list and the daily table as CSV, for a spreadsheet: in Chinese or English."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from zoning.export.files import guarded
from zoning.paper.crews import Job, tabulate
from zoning.paper.daily import Daily
from zoning.paper.words import moment, say
from zoning.picture import Language
from zoning.pipeline import Plan

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_CREWS = (
    *("due", "group", "task", "area", "zone", "class", "name", "number", "do", "gate", "road", "lng", "lat", "staff"),
    "emergency",
)
_FIGURES = ("in_force", "decided", "proposed", "watched", "people", "test_zones", "tests_due", "tests_done")


def crews_to_csv(plan: Plan, jobs: Sequence[Job], language: Language) -> bytes:
    """Return the crews' list as CSV.

    Parameters
    ----------
    plan : that the jobs are of.
    jobs : of `list_jobs`.
    language : of heads, names and words.

    Returns
    -------
    UTF-8 bytes with a byte order mark, which spreadsheets need to read Chinese; one line an entrance, one for a zone
    without any; a last column to be filled in.

    Source
    ------
    RFC 4180.
    """
    table, zh = tabulate(plan, list(jobs)), language == "zh"
    classes = plan.policy.classes
    rows = []
    for row in table.astype(object).where(table.notna(), "").to_dict("records"):
        act = say(f"act_{row['act']}", language) if row["act"] else ""
        place = [f"{row[c]:.6f}" if row[c] != "" else "" for c in ("lng", "lat")]
        rows.append(
            [
                moment(row["due_at"], plan.settings.zone, language),
                say(f"csv_{row['group']}", language),
                say(f"csv_{row['task']}", language),
                row["area" if zh else "area_en"],
                row["zone"],
                getattr(classes[row["class"]].names, language),
                row["name" if zh else "name_en"],
                *(row["number"], act, row["gate"], row["road" if zh else "road_en"], *place),
                *("" if row["staff"] == "" else f"{row['staff']:g}", ""),
            ]
        )
    return _written([[say(f"csv_head_{name}", language) for name in _CREWS], *rows])


def daily_to_csv(plan: Plan, daily: Daily, language: Language) -> bytes:
    """Return the daily table as CSV.

    Parameters
    ----------
    plan : of the end of the day.
    daily : of `sum_day`.
    language : of heads, names and words.

    Returns
    -------
    UTF-8 bytes with a byte order mark: section, item, class, zone, name, value, value of the day before; one line a
    figure, a line with 0 where nothing happened.

    Source
    ------
    RFC 4180.
    """
    rows = [[say(f"csv_{name}", language) for name in ("section", "item", "of", "zone", "called", "value", "before")]]
    for row in daily.classes.to_dict("records"):
        called = getattr(plan.policy.classes[row["class"]].names, language)
        for name in _FIGURES:
            section = say("csv_tests" if name.startswith("test") else "csv_zones", language)
            before = _number(row["people_before"]) if name == "people" else ""
            rows.append([section, say(f"csv_{name}", language), called, "", "", _number(row[name]), before])
    for kind in ("opened", "lifted"):
        n = sum(change.kind == kind for change in daily.changes)
        rows.append([say("csv_changes", language), say(f"csv_{kind}", language), "", "", "", str(n), ""])
    for change in daily.changes:
        name = change.name if language == "zh" else change.name_en
        called = getattr(plan.policy.classes[change.zone["class"]].names, language)
        people = [_number(change.row[c]) for c in ("people_after", "people_before")]
        item = say(f"csv_{change.kind}", language)
        rows.append([say("csv_changes", language), item, called, change.number, name, *people])
    told = [str(daily.cases), str(daily.cases_before)]
    rows.append([say("csv_cases", language), say("csv_new_cases", language), "", "", "", *told])
    return _written(rows)


def _number(value: Any) -> str:
    return "" if pd.isna(value) else f"{float(value):.0f}"


def _written(rows: Iterable[Sequence[Any]]) -> bytes:
    """Write rows; what is no number and a spreadsheet would run as a formula is kept as text."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    for row in rows:
        writer.writerow([guarded(c) if isinstance(c, str) and not _NUMBER.fullmatch(c) else c for c in row])
    return out.getvalue().encode("utf-8-sig")
