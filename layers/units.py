"""Units: buildings, their parts that have a footprint of their own, and estates, with names."""

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from layers._base import (
    BUILDING,
    ESTATE,
    LABEL,
    Card,
    Layer,
    Look,
    Part,
    StyleLayer,
    label_points,
    named,
    plain_card,
    row_of,
    shapes,
    table,
)

if TYPE_CHECKING:
    from zoning.pipeline import Plan

_FIELDS = ("people", "households", "floors", "floor_from", "floor_to")


def _parts(plan: "Plan") -> list[Part]:
    buildings, estates, units = (table(plan, kind) for kind in ("buildings", "estates", "units"))
    buildings = buildings.assign(name=buildings["name"].where(buildings["name"].notna(), _numbers(buildings)))
    # A unit without a footprint of its own is found by its building.
    own = units[units["geometry"].notna()] if "geometry" in units else units.iloc[:0]
    walls = pd.concat([buildings, own], ignore_index=True) if len(own) else buildings
    known = buildings[buildings["name"].notna()]
    return [
        Part("estates", shapes(estates), named(estates), (12, 22)),
        Part("buildings", shapes(walls), named(walls), (13, 22)),
        Part("estate_names", label_points(shapes(estates)), named(estates), (14, 22)),
        Part("building_names", label_points(shapes(known)), named(known), (16, 22)),
    ]


def _numbers(buildings: pd.DataFrame) -> pd.Series:
    """Return the house numbers that stand in for a missing name."""
    known = buildings["number"] if "number" in buildings else pd.Series(pd.NA, buildings.index)
    return known.astype("string").astype(object)


def _style(look: Look) -> list[tuple[int, StyleLayer]]:
    clear = {"fill-color": "rgba(0,0,0,0)"}
    fence = {"line-color": look["m-bld-line"], "line-width": 1}
    walls = {"fill-color": look["m-bld"], "fill-outline-color": look["m-bld-line"]}
    return [
        (ESTATE, {"id": "estates", "type": "fill", "source": "base", "source-layer": "estates", "paint": clear}),
        (
            ESTATE,
            {"id": "estate-fences", "type": "line", "source": "base", "source-layer": "estates", "paint": fence},
        ),
        (BUILDING, {"id": "buildings", "type": "fill", "source": "base", "source-layer": "buildings", "paint": walls}),
        (LABEL + 2, _names(look, "estate-names", "estate_names", 13, look["m-elabel"])),
        (LABEL + 1, _names(look, "building-names", "building_names", 11, look["m-label"])),
    ]


def _names(look: Look, key: str, layer: str, size: int, colour: str) -> StyleLayer:
    ink = {"text-color": colour, "text-halo-color": look["m-halo"], "text-halo-width": 1.6}
    words = {"text-field": look.text(), "text-size": size, "text-max-width": 8, "text-padding": 4}
    return {"id": key, "type": "symbol", "source": "base", "source-layer": layer, "layout": words, "paint": ink}


def _card(plan: "Plan", key: str) -> Card | None:
    for kind in ("buildings", "units", "estates"):
        if card := plain_card(plan, kind, key, *_FIELDS):
            whole = row_of(plan.units, key)
            return replace(card, title={"zh": whole["name"], "en": whole["name_en"]}) if whole else card
    return None


UNITS_LAYER = Layer("units", {"zh": "建筑与小区", "en": "Buildings, estates"}, "base", _parts, _style, _card)
