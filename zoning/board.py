"""Plans side by side: what each costs, class by class, as a table and as one self-contained page with their maps."""

from collections.abc import Mapping
from datetime import datetime
from html import escape
from typing import Any

import numpy as np
import pandas as pd

from zoning.burden import weigh
from zoning.picture import Language, draw_map, extent, hatches, style_sheet
from zoning.pipeline import Plan
from zoning.times import format_local

COLUMNS = {
    "plan": "str", "class": "str", "rank": "int64", "style": "str", "name_zh": "str", "name_en": "str",
    "zones": "int64", "people": "float64", "person_days": "float64", "tests": "float64", "area_m2": "float64",
    "bare_share": "float64", "beyond_people": "float64", "below_people": "float64", "unknown": "int64",
    "undated": "int64",
}  # fmt: skip
_WORDS = {
    "zh": {
        "title": "方案对比", "as_of": "截至{at}", "class": "类别", "zones": "分区", "people": "人数",
        "person_days": "人日（至最早解除）", "tests": "检测人次", "area_m2": "面积（公顷）",
        "bare_share": "无病例无到访占比", "beyond_people": "超出规则人数", "below_people": "低于规则人数",
        "unknown": "{n}个分区无人口数据，合计为下限", "undated": "{n}个分区何时解除不由日历决定，未计人日",
    },
    "en": {
        "title": "Plans side by side", "as_of": "as of {at}", "class": "class", "zones": "zones", "people": "people",
        "person_days": "person-days to the lift", "tests": "tests", "area_m2": "hectares",
        "bare_share": "share without a case", "beyond_people": "people beyond the rules",
        "below_people": "people below the rules", "unknown": "sums leave out {zones} without a figure of people",
        "undated": "person-days leave out {zones} that no calendar lifts",
    },
}  # fmt: skip
_SUMS = ("zones", "people", "person_days", "tests", "area_m2")
_STYLE = """
body{margin:0;background:var(--bg);color:var(--ink);font:var(--fs-13)/var(--lh-ui) var(--font-ui)}
main{max-width:1760px;margin:0 auto;padding:var(--sp-6)}
h1{font-size:var(--fs-22);margin:0} h2{font-size:var(--fs-15);margin:0} p{margin:0;color:var(--ink-2)}
header{margin-bottom:var(--sp-5)}
.plans{display:grid;grid-template-columns:repeat(auto-fit,minmax(360px,1fr));gap:var(--sp-5);align-items:start}
section{background:var(--surface);border:1px solid var(--line);border-radius:var(--r-3);overflow:hidden}
section>header{padding:var(--sp-4);margin:0}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{padding:var(--sp-2) var(--sp-3);border-top:1px solid var(--line);text-align:right;vertical-align:middle}
th{font-weight:var(--fw-medium);color:var(--ink-2)} th:first-child,td:first-child{text-align:left}
td{white-space:nowrap} td svg{vertical-align:-3px;margin-right:var(--sp-3)}
.notes{padding:var(--sp-3) var(--sp-4) var(--sp-4);font-size:var(--fs-12)} .scroll{overflow-x:auto}
.sums{margin-bottom:var(--sp-5)} .sums td,.sums th{text-align:left;white-space:nowrap}
.sums .n{display:inline-block;min-width:6.5em;text-align:right;margin-right:var(--sp-3)}
.bar{display:inline-block;height:10px;vertical-align:-1px;background:var(--accent);opacity:.55}
@media print{main{padding:0}section{break-inside:avoid}}
"""


def compare_burdens(plans: Mapping[str, Plan]) -> pd.DataFrame:
    """Sum what each of several plans costs, class by class.

    Parameters
    ----------
    plans : name -> plan, of one workspace.

    Returns
    -------
    One row a plan and class that it has zones of, in the order of the plans and of rank: plan, class, rank, style,
    name_zh, name_en; zones, people, person_days, tests, area_m2, beyond_people, below_people (sums over what is known);
    bare_share (people's share, or the area's where nobody lives); unknown, undated (zones without a figure of people,
    and zones in force for no number of days).
    """
    rows = list[dict[str, Any]]()
    for plan_name, plan in plans.items():
        weights = weigh(plan).merge(plan.zones[["zone_id", "area_m2"]], on="zone_id")
        for name, of in sorted(plan.policy.classes.items(), key=lambda item: item[1].rank):
            mine = weights[weights["class"] == name]
            if mine.empty:
                continue
            known = {c: mine[c].sum() for c in (*_SUMS[1:], "beyond_people", "below_people")}
            rows.append(
                {
                    "plan": plan_name, "class": name, "rank": of.rank, "style": of.style, "name_zh": of.names.zh,
                    "name_en": of.names.en, "zones": len(mine), **known, "bare_share": _share(mine),
                    "unknown": mine["people"].isna().sum(), "undated": mine["days_left"].isna().sum(),
                }
            )  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)


def _share(zones: pd.DataFrame) -> float:
    """Weigh the shares by people, by area where there are none."""
    people = zones["people"].fillna(0.0)
    weight = people if people.sum() > 0 else zones["area_m2"]
    known = zones["bare_share"].notna()
    return float(np.average(zones["bare_share"][known], weights=weight[known])) if weight[known].sum() > 0 else np.nan


def make_page(plans: Mapping[str, Plan], table: pd.DataFrame, language: Language) -> str:
    """Return plans side by side as a page that needs nothing else: sums, maps of one ground and scale, tables.

    Parameters
    ----------
    plans : name -> plan, of one workspace and time; one at least.
    table : of `compare_burdens`.
    language : of the page.

    Returns
    -------
    HTML.
    """
    words, first = _WORDS[language], next(iter(plans.values()))
    box, at = extent(list(plans.values())), _at(first.as_of, first, language)
    cards = list[str]()
    for k, (name, plan) in enumerate(plans.items()):
        drawn = draw_map(plan, first.frame, box, 720, language, f"m{k}")
        cards.append(_card(name, plan, table[table["plan"] == name], drawn, language, k))
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><meta name="viewport" '
        f'content="width=device-width,initial-scale=1"><title>{words["title"]}</title><style>{style_sheet()}{_STYLE}'
        f"</style></head><body><main><header><h1>{words['title']}</h1><p>{words['as_of'].format(at=at)}</p></header>"
        f'{_sums(plans, table, words)}<div class="plans">{"".join(cards)}</div></main></body></html>\n'
    )


def make_picture(plans: Mapping[str, Plan], language: Language) -> str:
    """Return the maps of plans side by side as one SVG file.

    Parameters
    ----------
    plans : name -> plan, of one workspace and time; one at least.
    language : of names and letters.

    Returns
    -------
    SVG.
    """
    box, width, gap = extent(list(plans.values())), 720, 24
    height = round((box[3] - box[1]) * width / (box[2] - box[0])) + 36
    frame, panels = next(iter(plans.values())).frame, list[str]()
    for k, (name, plan) in enumerate(plans.items()):
        drawn = draw_map(plan, frame, box, width, language, f"m{k}")
        panels.append(
            f'<g transform="translate({k * (width + gap)} 0)"><text class="title" x="0" y="20">{escape(name)}</text>'
            f'<g transform="translate(0 36)">{drawn}</g></g>'
        )
    whole = len(plans) * (width + gap) - gap
    rules = f"{style_sheet()}.title{{font:700 15px var(--font-ui);fill:var(--ink)}}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {whole} {height}" width="{whole}" height="{height}">'
        f"<style>{rules}</style>{''.join(panels)}</svg>\n"
    )


def _at(moment: datetime, plan: Plan, language: Language) -> str:
    at = pd.Timestamp(moment)
    return (
        format_local(at, plan.settings.zone, with_year=True)
        if language == "zh"
        else f"{at.tz_convert(plan.settings.zone):%-d %B %Y, %H:%M}"
    )


def _sums(plans: Mapping[str, Plan], table: pd.DataFrame, words: dict[str, str]) -> str:
    """The sums of all plans with a bar each, so that they are compared at a glance."""
    sums = table.groupby("plan")[[*_SUMS, "unknown", "undated"]].sum().reindex(list(plans), fill_value=0)
    head = "".join(f"<th>{escape(name)}</th>" for name in plans)
    rows = []
    for column in _SUMS:
        most = max(sums[column].max(), 1e-9) / 160
        cells = [
            f'<td><span class="n">{_number(column, value, lack)}</span>'
            f'<span class="bar" style="width:{value / most:.0f}px"></span></td>'
            for value, lack in zip(sums[column], _lacks(sums, column), strict=True)
        ]
        rows.append(f"<tr><td>{words[column]}</td>{''.join(cells)}</tr>")
    return f'<section class="sums scroll"><table><tr><th></th>{head}</tr>{"".join(rows)}</table></section>'


def _lacks(table: pd.DataFrame, column: str) -> list[bool]:
    """Whether a sum leaves zones out: it is then a least figure."""
    names = {"people": ["unknown"], "tests": ["unknown"], "person_days": ["unknown", "undated"]}.get(column, [])
    return list(table[names].gt(0).any(axis=1))


def _number(column: str, value: float, lacks: bool) -> str:
    if pd.isna(value) or (lacks and not value):
        return "–"
    if column == "bare_share":
        return f"{value:.0%}"
    told = f"{value / 10_000:,.1f}" if column == "area_m2" else f"{value:,.0f}"
    return f"≥ {told}" if lacks else told


def _card(name: str, plan: Plan, table: pd.DataFrame, drawn: str, language: Language, number: int) -> str:
    words, key = _WORDS[language], f"s{number}"
    columns = [*_SUMS, "bare_share", *(c for c in ("beyond_people", "below_people") if table[c].gt(0).any())]
    head = "".join(f"<th>{words[c]}</th>" for c in ("class", *columns))
    rows = []
    for row, *lacks in zip(table.to_dict("records"), *(_lacks(table, c) for c in columns), strict=True):
        cells = "".join(f"<td>{_number(c, row[c], lack)}</td>" for c, lack in zip(columns, lacks, strict=True))
        rows.append(f"<tr><td>{_swatch(key, row['style'])}{escape(row[f'name_{language}'])}</td>{cells}</tr>")
    left = [(words[c], int(table[c].sum())) for c in ("unknown", "undated")]
    notes = [text.format(n=n, zones="1 zone" if n == 1 else f"{n} zones") for text, n in left if n]
    title = getattr(plan.policy.pack.title, language)
    return (
        f"<section><header><h2>{escape(title)}</h2><p>{escape(name)} · {escape(plan.policy.pack.version)}</p></header>"
        f'{drawn}<svg width="0" height="0" style="position:absolute"><defs>{hatches(plan, key)}</defs></svg>'
        f'<div class="scroll"><table><tr>{head}</tr>{"".join(rows)}</table></div>'
        f'<p class="notes">{"<br>".join(notes)}</p></section>'
    )


def _swatch(key: str, style: str) -> str:
    return (
        f'<svg width="22" height="16"><rect x="1" y="1" width="20" height="14" rx="2" fill="var(--zone-{style}-fill)"/>'
        f'<rect x="1" y="1" width="20" height="14" rx="2" fill="url(#{key}-{style})" '
        f'stroke="var(--zone-{style}-line)" stroke-width="1.5"/></svg>'
    )
