"""Grounds end at the border of the jurisdiction that holds the cause, and the rest is handed over."""

from typing import Any

import pandas as pd
import pytest
import shapely

from tests.small_town import Row, area, house, metres
from tests.taking import HOME, UNIT, names, pack, rule, take, units_of, value
from zoning.grounds.border import hand_over
from zoning.grounds.scene import Scene

COUNTRIES = [area("A", -500, -500, 600, 1000, "country"), area("B", 100, -500, 600, 1000, "country")]
HOUSES = [house("B1", 40, 0), house("B2", 70, 0), house("B3", 110, 0), house("B4", 160, 0)]
RING = rule(
    {"take": "buffer", "radius_m": value(80), "measure_from": "point"}, "RING", HOME
)  # fmt: skip
HALO = rule(
    {"take": "buffer", "radius_m": value(40), "measure_from": "previous_zone_edge", "previous": "RING"}, "HALO", HOME
)


def taken(level: str | None, *rules: Any, areas: list[Row] = COUNTRIES, x: float = 50) -> tuple[pd.DataFrame, Scene]:
    spot = {"unit": "B1", "x": x, "y": 10}
    claims, scene = take(
        pack(*rules, holding="touches", jurisdiction_level=level), [spot], areas=areas, buildings=HOUSES
    )
    return claims.assign(live=True), scene


def bounds(shape: Any) -> tuple[float, ...]:
    return tuple(shapely.bounds(metres(shape)))


def test_a_radius_ends_at_the_border_and_what_lies_beyond_is_handed_over() -> None:
    claims, scene = taken("country", RING)
    [key] = claims["ground"]
    assert units_of(names(scene, key)) == {"B1", "B2"}
    assert bounds(scene.legal[key]) == pytest.approx((-30, -70, 100, 90), abs=0.3)
    [rest] = hand_over(claims, scene).to_dict("records")
    assert (rest["rule_id"], rest["area_id"], rest["to_area_id"]) == ("RING", "A", "B")
    assert bounds(rest["geometry"]) == pytest.approx((100, -52, 130, 72), abs=1)


def test_without_a_level_or_without_its_areas_nothing_is_cut() -> None:
    for level, areas in ((None, COUNTRIES), ("country", []), ("province", COUNTRIES)):
        claims, scene = taken(level, RING, areas=areas)
        assert units_of(names(scene, claims["ground"].iloc[0])) == {"B1", "B2", "B3"}
        assert hand_over(claims, scene).empty


def test_a_ground_that_lies_within_keeps_its_key() -> None:
    inside, _ = taken("country", RING, x=-200)
    free, _ = taken(None, RING, x=-200)
    assert inside["ground"].tolist() == free["ground"].tolist()


def test_a_ring_around_a_cut_ring_is_measured_from_the_whole_one() -> None:
    claims, scene = taken("country", RING, HALO)
    key = claims.loc[claims["rule"] == 1, "ground"].iloc[0]
    assert bounds(scene.legal[key]) == pytest.approx((-70, -110, 100, 130), abs=0.3)


def test_land_in_no_area_is_handed_to_none() -> None:
    claims, scene = taken("country", RING, areas=COUNTRIES[:1])
    [rest] = hand_over(claims, scene).to_dict("records")
    assert pd.isna(rest["to_area_id"])


def test_units_and_cells_beyond_the_border_are_left_out_by_their_point() -> None:
    near = rule(
        {"take": "adjacent", "levels": ["building"], "number_step": value(1, "n"), "within_m": value(60)}, "NEAR"
    )
    cells = rule({"take": "cells", "rings": value(2, "ring")}, "CELLS")
    claims, scene = taken("country", UNIT, near, cells)
    held = [names(scene, key) for key in claims["ground"]]
    assert [units_of(one) for one in held] == [{"B1"}, {"B2"}, {"B1", "B2"}]
    free, whole = taken(None, cells)
    assert held[2] < names(whole, free["ground"].iloc[0])
    assert set(hand_over(claims, scene)["rule_id"]) == {"NEAR", "CELLS"}


def test_a_ground_wholly_beyond_is_no_ground() -> None:
    far = rule({"take": "adjacent", "levels": ["building"], "number_step": value(1, "n"), "within_m": value(60)}, "FAR")
    buildings = [house("B1", 40, 0), house("B3", 110, 0)]
    spot = {"unit": "B1", "x": 50, "y": 10}
    claims, _ = take(pack(far, jurisdiction_level="country"), [spot], areas=COUNTRIES, buildings=buildings)
    assert claims.empty
