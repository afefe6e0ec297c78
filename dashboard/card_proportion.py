"""The card's proportion: what a zone costs, its share without a case, what edits add to the rules or leave out."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
from dash import html

from dashboard.parts import number, pairs, section, text
from dashboard.plans import Engine, Shown
from dashboard.rows import whole
from dashboard.texts import both
from layers._base import row_of

LEAST = 0.005  # a smaller share is told as none


def weight_of(shown: Shown, zone_id: str, engine: Engine) -> dict[str, Any] | None:
    """Return what a zone costs, as a row of `zoning.burden.weigh`; None where it has ended."""
    return row_of(engine.weigh(shown.plan), zone_id, "zone_id")


def proportion_section(zone: Mapping[str, Any], weight: Mapping[str, Any] | None) -> list[Any]:
    """Return the proportion of a zone.

    Parameters
    ----------
    zone : its row of `plan.zones`.
    weight : of `weight_of`.

    Returns
    -------
    One section: ground, share without a case, tests to come, what is beyond the rules and what below; none for a zone
    that has ended.
    """
    if weight is None:
        return []
    hectares = (zone["area_m2"] or 0) / 1e4
    ground = both("hectares", n=f"{hectares:.2g}" if hectares < 10 else number(hectares))
    rows = [(text("area"), html.Span([html.Span(ground[lang], lang=lang, className=f"t-{lang}") for lang in ground]))]
    if weight["tests"]:
        rows.append((text("tests_left"), number(weight["tests"])))
    rows += _edits(weight)
    bare = weight["bare_share"]
    share = [] if bare is None else [_share(min(max(bare, 0.0), 1.0), bool(weight["people"]))]
    return [section(text("proportion"), [*share, pairs(rows), *_below(weight)], class_name="proportion")]


def _share(bare: float, lived_in: bool) -> html.Div:
    """Return a bar of two parts: where cases lived or stayed, and where none did."""
    told = text("bare_people" if lived_in else "bare_ground", n=f"{bare:.0%}") if bare >= LEAST else text("bare_none")
    bar = html.Span(html.I(style={"width": f"{1 - bare:.1%}"}), className="split", **{"aria-hidden": "true"})
    return html.Div([bar, told], className="share")


def _edits(weight: Mapping[str, Any]) -> list[tuple[Any, Any]]:
    beyond = weight["beyond_people"] or 0
    if not beyond:
        return [(text("beyond"), text("beyond_none"))]
    days = weight["beyond_person_days"]
    told = text("people_n", n=number(round(beyond)))
    cost = [] if days is None or pd.isna(days) else [", ", text("person_days_n", n=number(round(days)))]
    required = whole(weight["required_people"])
    rows: list[tuple[Any, Any]] = [(text("beyond"), html.B([told, *cost]))]
    return rows + ([(text("required"), text("people_n", n=number(required)))] if required is not None else [])


def _below(weight: Mapping[str, Any]) -> list[Any]:
    people, facts = weight["below_people"] or 0, list(weight["below_facts"] or [])
    if not people and not facts:
        return []
    told = text("below", n=number(round(people)), facts=", ".join(facts[:6]) or "–")
    return [html.P(told, className="note warn")]
