"""Places: shops, schools, markets and other places that people visit, as small dots with names."""

from typing import TYPE_CHECKING

from layers._base import LABEL, POINT, Card, Layer, Legend, Look, Part, StyleLayer, named, plain_card, shapes, table

if TYPE_CHECKING:
    from zoning.pipeline import Plan

NAMES = {"zh": "重点场所", "en": "Gathering places"}


def _parts(plan: "Plan") -> list[Part]:
    rows = table(plan, "places")
    return [Part("places", shapes(rows), named(rows, "kind"), (13, 22))]


def _style(look: Look) -> list[tuple[int, StyleLayer]]:
    source = {"source": "base", "source-layer": "places"}
    dot = {
        "circle-radius": ["interpolate", ["linear"], ["zoom"], 13, 1.5, 17, 4],
        "circle-color": look["ink-3"],
        "circle-stroke-color": look["m-halo"],
        "circle-stroke-width": 1.2,
    }
    words = {
        "text-field": look.text(),
        "text-size": 11,
        "text-anchor": "top",
        "text-offset": [0, 0.5],
        "text-max-width": 8,
        "symbol-sort-key": 5,
    }
    ink = {"text-color": look["ink-2"], "text-halo-color": look["m-halo"], "text-halo-width": 1.4}
    return [
        (POINT, {"id": "places", "type": "circle", "paint": dot, **source}),
        (LABEL, {"id": "place-names", "type": "symbol", "minzoom": 16, "layout": words, "paint": ink, **source}),
    ]


def _card(plan: "Plan", key: str) -> Card | None:
    return plain_card(plan, "places", key, "kind", "floor_from", "floor_to")


def _legend(look: Look) -> list[Legend]:
    return [Legend({"zh": "场所", "en": "place"}, dots=(look["ink-3"],))]


PLACES_LAYER = Layer("places", NAMES, "base", _parts, _style, _card, legend=_legend, on=False)
