"""Areas: communities, sub-districts and districts as thin lines with their names."""

from typing import TYPE_CHECKING

from layers._base import (
    AREA,
    LABEL,
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

# From which zoom the areas of a level are named; a level that is not here is named like a community.
_NAMED_FROM = {"district": 9, "subdistrict": 11}


def _parts(plan: "Plan") -> list[Part]:
    rows = table(plan, "areas")
    columns = named(rows, "level")
    first = [_NAMED_FROM.get(str(level), 13) for level in columns["level"]]
    outlines = shapes(rows)
    return [
        Part("areas", outlines, columns),
        Part("area_names", label_points(outlines), columns, first=first),
    ]


def _style(look: Look) -> list[tuple[int, StyleLayer]]:
    source = {"source": "base", "source-layer": "areas"}
    line = {"line-color": look["line-2"], "line-dasharray": [4, 3], "line-width": 1}
    words = {"text-field": look.text(), "text-size": 12, "text-letter-spacing": 0.08, "symbol-sort-key": 9}
    ink = {"text-color": look["ink-3"], "text-halo-color": look["m-halo"], "text-halo-width": 1.4}
    return [
        (AREA, {"id": "areas-pick", "type": "fill", "paint": {"fill-color": "rgba(0,0,0,0)"}, **source}),
        (AREA, {"id": "areas", "type": "line", "paint": line, **source}),
        (
            LABEL,
            {
                "id": "area-names",
                "type": "symbol",
                "source": "base",
                "source-layer": "area_names",
                "layout": words,
                "paint": ink,
            },
        ),
    ]


def _card(plan: "Plan", key: str) -> Card | None:
    return plain_card(plan, "areas", key, "level")


AREAS_LAYER = Layer("areas", {"zh": "社区与街道界", "en": "Communities"}, "base", _parts, _style, _card)
