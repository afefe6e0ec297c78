"""Small pieces of the page: texts that carry both languages, chips, figures, sections."""

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from dashboard.texts import both


def words(names: Mapping[str, str], class_name: str = "") -> html.Span:
    """Return a text in both languages; the page shows the one that is chosen, without asking the server."""
    spans = [html.Span(names[lang], lang=lang, className=f"t-{lang}") for lang in ("zh", "en")]
    return html.Span(spans, className=f"t {class_name}".strip())


def text(key: str, class_name: str = "", **fields: object) -> html.Span:
    """Return one of our own texts in both languages."""
    return words(both(key, **fields), class_name)


def chip(look: str, letter: Mapping[str, str], class_name: str = "") -> html.Span:
    """Return the chip of a class: colour and letter."""
    return html.Span(words(letter), className=f"chip {look} {class_name}".strip(), **{"aria-hidden": "true"})


def section(head: Any, body: Sequence[Any], note: Any = None, class_name: str = "") -> html.Section:
    """Return a part of a card: a head with a note beside it, and what is below."""
    line = [head] if note is None else [head, html.Span(note, className="mut")]
    return html.Section([html.H3(line), *body], className=f"sct {class_name}".strip())


def figure(value: Any, label: Any) -> html.Div:
    """Return a figure with what it counts below it."""
    return html.Div([html.Div(value, className="f"), html.Div(label, className="k")])


def pairs(rows: Sequence[tuple[Any, Any]]) -> html.Dl:
    """Return names and values in two columns."""
    return html.Dl([item for k, v in rows for item in (html.Dt(k), html.Dd(v))], className="pairs")


def number(value: float) -> str:
    """Return a number with thousands set apart, without needless decimals."""
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:,.1f}"
