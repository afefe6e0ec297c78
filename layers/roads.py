"""Roads: a casing and a road, wider for the main ones, with names along them."""

from typing import TYPE_CHECKING, Any

from layers._base import LABEL, ROAD, Card, Layer, Look, Part, StyleLayer, named, plain_card, shapes, table

if TYPE_CHECKING:
    from zoning.pipeline import Plan

_MAIN = ["motorway", "trunk", "primary", "secondary"]
_FOOT = ["footway", "path", "steps", "cycleway", "pedestrian", "corridor"]
_SMALL_FROM = 13  # zoom
_SOURCE = {"source": "base", "source-layer": "roads"}


def _parts(plan: "Plan") -> list[Part]:
    rows = table(plan, "roads")
    columns = named(rows, "kind")
    first = [0 if kind in _MAIN else _SMALL_FROM for kind in columns["kind"]]
    return [Part("roads", shapes(rows), columns, first=first)]


def _width(extra: float) -> list[Any]:
    """Return a width that doubles a zoom, by kind of road, plus a casing."""

    def at(main: float, foot: float, other: float) -> list[Any]:
        kind = ["get", "kind"]
        return ["match", kind, _MAIN, main + extra, _FOOT, foot + extra, other + extra]

    return ["interpolate", ["exponential", 1.8], ["zoom"], 11, at(1.2, 0, 0.3), 15, at(7, 0.8, 3), 18, at(26, 3, 13)]


def _style(look: Look) -> list[tuple[int, StyleLayer]]:
    ends = {"line-cap": "round", "line-join": "round"}
    colour = ["match", ["get", "kind"], _MAIN, look["m-prim"], look["m-road"]]
    words = {
        "text-field": look.text(),
        "text-size": 12,
        "symbol-placement": "line",
        "symbol-spacing": 320,
        "text-padding": 8,
    }
    ink = {"text-color": look["m-label"], "text-halo-color": look["m-halo"], "text-halo-width": 1.6}
    # The casing must hold under the tint of a zone, where the road itself nearly vanishes.
    case = {"line-color": look["line-2"], "line-width": _width(2)}
    return [
        (ROAD, {"id": "roads-case", "type": "line", "layout": ends, "paint": case, **_SOURCE}),
        (
            ROAD + 1,
            {
                "id": "roads",
                "type": "line",
                "layout": ends,
                "paint": {"line-color": colour, "line-width": _width(0)},
                **_SOURCE,
            },
        ),
        (LABEL, {"id": "road-names", "type": "symbol", "minzoom": 13, "layout": words, "paint": ink, **_SOURCE}),
    ]


def _card(plan: "Plan", key: str) -> Card | None:
    return plain_card(plan, "roads", key, "kind")


ROADS_LAYER = Layer("roads", {"zh": "道路", "en": "Roads"}, "base", _parts, _style, _card)
