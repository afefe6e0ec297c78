"""Water: ground of the map, from the loaded rivers, canals and lakes."""

from typing import TYPE_CHECKING

from layers._base import (
    LABEL,
    WATER,
    Card,
    Layer,
    Look,
    Part,
    StyleLayer,
    label_points,
    named,
    plain_card,
    shapes,
    table,
)

if TYPE_CHECKING:
    from zoning.pipeline import Plan


def _parts(plan: "Plan") -> list[Part]:
    rows = table(plan, "water")
    return [
        Part("water", shapes(rows), named(rows)),
        Part("water_names", label_points(shapes(rows)), named(rows), (12, 22)),
    ]


def _style(look: Look) -> list[tuple[int, StyleLayer]]:
    # No filter keeps lines from the fill layer: only what has a ring is filled.
    source = {"source": "base", "source-layer": "water"}
    line = {"line-color": look["m-water"], "line-width": ["interpolate", ["exponential", 2], ["zoom"], 12, 1, 18, 12]}
    ink = {"text-color": look["m-wlabel"], "text-halo-color": look["m-halo"], "text-halo-width": 1.2}
    words = {"text-field": look.text(), "text-size": 12, "text-letter-spacing": 0.06}
    polygon = ["==", ["geometry-type"], "Polygon"]
    return [
        (WATER, {"id": "water", "type": "fill", "paint": {"fill-color": look["m-water"]}, "filter": polygon, **source}),
        (WATER, {"id": "water-line", "type": "line", "paint": line, "filter": ["!", polygon], **source}),
        (
            LABEL,
            {
                "id": "water-names",
                "type": "symbol",
                "source": "base",
                "source-layer": "water_names",
                "layout": words,
                "paint": ink,
            },
        ),
    ]


def _card(plan: "Plan", key: str) -> Card | None:
    return plain_card(plan, "water", key)


WATER_LAYER = Layer("water", {"zh": "水域", "en": "Water"}, "base", _parts, _style, _card)
