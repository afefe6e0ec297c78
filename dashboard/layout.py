"""The page: top bar, list, map, card. Every word is there in both languages; the style sheet shows one."""

from typing import Any

from dash import dcc, html

from dashboard.ids import Id
from dashboard.parts import text
from dashboard.texts import TEXTS

# The page knows language and theme before the first picture, so that nothing changes colour while it loads.
INDEX = """<!DOCTYPE html>
<html lang="zh" data-theme="light">
<head>
{%metas%}
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{%title%}</title>
<link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
{%css%}
<script>
try {
  const read = key => JSON.parse(localStorage.getItem(key));
  document.documentElement.lang = read("lang") || "zh";
  document.documentElement.dataset.theme = read("theme") || "light";
} catch (error) { /* a browser that keeps nothing starts with the defaults */ }
</script>
</head>
<body>
{%app_entry%}
<footer>
{%config%}
{%scripts%}
{%renderer%}
</footer>
</body>
</html>
"""


def _label(key: str) -> str:
    """Return an accessible name in both languages, for attributes that cannot hold two."""
    return f"{TEXTS['zh'][key]} {TEXTS['en'][key]}"


def _field(key: str, value: Any, class_name: str = "") -> html.Div:
    return html.Div([html.Div(text(key), className="k"), html.Div(value, className="v")], className=f"fld {class_name}")


def _switches() -> html.Div:
    lang = html.Div(
        [html.Button("EN", id=Id.LANG_EN, lang="en"), html.Button("中", id=Id.LANG_ZH, lang="zh")], className="seg"
    )
    theme = html.Button("◐", id=Id.THEME_SWITCH, className="ib", **{"aria-label": _label("theme")})
    return html.Div([lang, theme], className="switches")


def _bar(name: str) -> html.Header:
    logo = html.Div([html.Img(src="/assets/icon.svg", alt=""), "Cordon"], className="logo")
    return html.Header(
        [
            logo,
            _field("workspace", name, "ws"),
            _field("outbreak", html.Span(id=Id.OUTBREAKS), "of"),
            _field("pack", html.Span("–", id=Id.OUTBREAK), "pack"),
            html.Div(id=Id.TIMELINE, className="time"),
            _field("revision", html.Span("–", id=Id.REVISION), "rev"),
            html.Div(id=Id.ACTIONS, className="actions"),
            _switches(),
        ],
        className="bar",
    )


def _stores() -> list[Any]:
    return [
        dcc.Store(id=Id.ASKED, data={"day": None, "outbreak": ""}),
        dcc.Store(id=Id.PLAN),
        dcc.Store(id=Id.CHOICE),
        dcc.Store(id=Id.CARD_DATA),
        dcc.Store(id=Id.LANG, storage_type="local"),
        dcc.Store(id=Id.THEME, storage_type="local"),
        dcc.Store(id=Id.TOLD_VIEW),
        dcc.Store(id=Id.TOLD_CHOICE),
        dcc.Store(id=Id.TOLD_CARD),
    ]


def empty_card() -> list[Any]:
    """Return what the card shows before anything is chosen."""
    return [html.P(text("card_empty"), className="empty")]


def make_layout(name: str, publishes: bool = False) -> html.Div:
    """Return the page of a workspace.

    Parameters
    ----------
    name : of the workspace.
    publishes : whether this server has a folder to publish into.

    Returns
    -------
    The frame; what has an id and no children is filled by the modules in assets/.
    """
    stage = html.Main(
        [
            html.Div(id=Id.MAP, className="map", **{"aria-label": _label("map")}),
            html.Div(id=Id.LAYERS, className="fl lay"),
            html.Div(text("computing"), id=Id.BUSY, className="fl busy", hidden=True, role="status"),
            html.Div(id=Id.LEGEND, className="legbar", tabIndex="0", role="group", **{"aria-label": _label("legend")}),
            html.Div(id=Id.STATUS, className="stat"),
        ],
        className="stage",
    )
    drawer = html.Section(id=Id.DRAWER, className="drawer", **{"aria-label": _label("drawer")})
    close = html.Button("×", id=Id.CARD_CLOSE, className="ib close", **{"aria-label": _label("close")})
    panel = html.Section(id=Id.PANEL, className="panel", hidden=True, **{"aria-labelledby": "panel-title"})
    card = html.Div(id=Id.CARD, className="card")
    left = html.Aside(
        [html.Div(id=Id.INBOX, className="inbox"), html.Div(id=Id.LIST, className="zones")],
        className="left",
        **{"aria-label": _label("zones")},
    )
    return html.Div(
        [
            *_stores(),
            _bar(name),
            html.Div(id=Id.ERROR, className="banner", role="alert", hidden=True),
            left,
            html.Div([stage, drawer], className="mid"),
            html.Aside([close, card, panel], className="right"),
            html.Section(id=Id.SHEET, className="sheet", hidden=True, role="dialog"),
        ],
        className="app",
        **{"data-publishes": str(publishes).lower()},
    )
