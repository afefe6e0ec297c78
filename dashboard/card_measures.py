"""The card's catalogue of measures: which hold in a zone, what decided on each, and the text that has them."""

from collections.abc import Mapping
from itertools import groupby
from typing import Any

from dash import html

from dashboard.parts import section, text, words
from zoning.measures import NAMES, Measure, measures_of

SHORT = 20  # letters of a text that is shown at once; longer ones open


def measures_section(plan: Any, zone: Mapping[str, Any]) -> list[Any]:
    """Return the measures of a zone.

    Parameters
    ----------
    plan : as derived.
    zone : its row of `plan.zones`.

    Returns
    -------
    One section for each state or level that decides; none where the pack has no catalogue.
    """
    groups = groupby(measures_of(plan, zone), lambda one: (one.by.zh, one.by.en))
    return [
        section(text("measures"), [html.Ul([_line(one) for one in found])], words({"zh": zh, "en": en}), "why measures")
        for (zh, en), found in groups
    ]


def _line(one: Measure) -> html.Li:
    name, told = NAMES[one.key].model_dump(), {"zh": one.clause.zh.strip(), "en": one.clause.en.strip()}
    grade = html.Span(text("grade", grade=one.clause.grade), className="by")
    cite = html.P(one.clause.cite, className="cite", lang="zh")
    if len(told["zh"]) <= SHORT:
        return html.Li([html.Div([html.B(words(name)), grade]), html.P(words(told)), cite])
    body = html.Div([html.P(words(told)), cite])
    return html.Li([html.Div([html.B(words(name)), grade]), html.Details([html.Summary(text("measure_text")), body])])
