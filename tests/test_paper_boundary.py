"""Boundaries as sentences: roads by compass, stricter zones inside, ground without names, areas less the rest."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
import shapely

from tests.living import CONTROLLED, SEALED
from tests.small_town import FRAME, area, degrees, derive_town, estate, home, house, point, table
from zoning.paper.boundary import describe, number_of_zone, sentence, title_of
from zoning.paper.sides import roads_beside
from zoning.pipeline import Plan
from zoning.policy import load_policy


def road(name: str, *points: tuple[float, float], en: str | None = None) -> dict[str, Any]:
    line = degrees(shapely.LineString(points))
    return {"id": f"{name}{points[0]}", "name": name, "name_en": en, "kind": "street", "geometry": line}


RING = [
    road("东路", (120, -20), (120, 120), en="East Road"),
    road("南路", (-20, -20), (120, -20)),
    road("西路", (-20, -20), (-20, 50)),
    road("西街", (-20, 50), (-20, 120)),
]
BLOCK = degrees(shapely.box(0, 0, 100, 100))


def test_roads_are_found_on_their_side_of_the_compass() -> None:
    found = roads_beside(BLOCK, table("roads", RING), FRAME, "zh")
    assert {side: set(names) for side, names in found.items()} == {
        "east": {"东路"}, "south": {"南路"}, "west": {"西路", "西街"},
    }  # fmt: skip
    assert list(found) == ["east", "south", "west"]
    assert roads_beside(BLOCK, table("roads", RING), FRAME, "en")["east"] == ("East Road",)
    assert roads_beside(BLOCK, table("roads", RING), FRAME, "en")["south"] == ("南路",)


def test_a_road_behind_another_far_off_or_without_a_name_bounds_nothing() -> None:
    far = [road("远路", (145, -20), (145, 120)), road("南路", (-20, -20), (120, -20))]
    nameless = {**road("", (-20, -20), (-20, 120)), "id": "x", "name": None}
    assert roads_beside(BLOCK, table("roads", [*far, nameless]), FRAME, "zh") == {}
    hidden = [*RING, road("东二路", (130, -20), (130, 120))]
    assert roads_beside(BLOCK, table("roads", hidden), FRAME, "zh")["east"] == ("东路",)


def test_holes_and_small_parts_do_not_count_and_far_parts_have_no_sides() -> None:
    hole = BLOCK - degrees(shapely.box(40, 40, 60, 60))
    assert roads_beside(hole, table("roads", RING), FRAME, "zh") == roads_beside(
        BLOCK, table("roads", RING), FRAME, "zh"
    )
    two = shapely.union_all([BLOCK, degrees(shapely.box(500, 0, 600, 100))])
    assert roads_beside(two, table("roads", RING), FRAME, "zh") == {}


def zone(plan: Plan, zone_id: str) -> Mapping[str, Any]:
    return next(z for z in plan.zones.to_dict("records") if z["zone_id"] == zone_id)


def of_class(plan: Plan, name: str) -> Mapping[str, Any]:
    return next(z for z in plan.zones.to_dict("records") if z["class"] == name)


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("zh", "荔香苑（除1栋）。西至榕荫街，北至石涌路。其中封控区：荔香苑1栋（S-727eea37）。"),
        (
            "en",
            "Lixiang Court, less block 1. Bounded by Rongyin Street (west) and Shichong Road (north). "
            "Inside it, sealed zone: Lixiang Court block 1 (S-727eea37).",
        ),
    ],
)
def test_a_boundary_names_units_roads_and_the_stricter_zone_inside(town_plan: Plan, language: str, told: str) -> None:
    assert sentence(describe(town_plan, zone(town_plan, CONTROLLED), language), language) == told


def test_a_building_has_no_roads_as_bounds(town_plan: Plan) -> None:
    assert sentence(describe(town_plan, zone(town_plan, SEALED), "zh"), "zh") == "荔香苑1栋。"


def test_an_area_is_said_less_the_zones_in_it(town_plan: Plan) -> None:
    found = describe(town_plan, of_class(town_plan, "precaution"), "zh")
    assert found.phrases[0].text == "石涌社区（除石涌商厦3层、临水花园、石涌村、石涌市场、村口巷1号）"
    assert {i.of for i in found.inside} == {"封控区", "管控区"}
    assert len(found.inside) == 6


def test_ground_without_names_is_said_by_degrees_and_the_map_holds(town_plan: Plan) -> None:
    cells = next(z for z in town_plan.zones.to_dict("records") if z["no_ground"] and z["class"] == "sealed")
    told = sentence(describe(town_plan, cells, "zh"), "zh")
    assert told == "北纬22.5399–22.5404度、东经114.0609–114.0614度之间的地块，约0.2公顷。具体界线以下图为准。"
    assert describe(town_plan, cells, "zh").exact  # it claims no unit, and has none


@pytest.mark.slow
def test_a_circle_over_many_units_names_areas_and_claims_nothing() -> None:
    houses = [house(f"H{n}", 30 * (n % 12), 30 * (n // 12)) for n in range(120)]
    rows = {"buildings": houses, "areas": [area("A1", -50, -50, 900, 900)], "cases": [home("F", **point(100, 100))]}
    plan = derive_town(load_policy("eu-2020-687"), **rows)
    found = describe(plan, of_class(plan, "protection"), "en")
    assert (found.exact, found.phrases, found.areas) == (False, (), ("A1",))
    told = sentence(found, "en")
    assert told.startswith("All or part of A1. The ground between 22.")
    assert told.endswith("The map below holds for the exact line.")


def test_what_somebody_decided_names_no_zone_that_nobody_decided_on() -> None:
    rows = {"estates": [estate("E", 0, 0, 100, 60)], "buildings": [house("E1", 5, 5, "E"), house("E2", 60, 5, "E")]}
    plan = derive_town(**rows, cases=[home("C", "E1")])
    outer = of_class(plan, "controlled")
    assert len(describe(plan, outer, "zh").inside) == 1
    assert describe(plan, {**outer, "status": "in_force"}, "zh").inside == ()


def test_a_zone_is_numbered_by_letter_and_as_much_of_its_id_as_is_its_own(town_plan: Plan) -> None:
    numbers = [number_of_zone(town_plan, z) for z in town_plan.zones.to_dict("records")]
    assert len(set(numbers)) == len(numbers)
    assert number_of_zone(town_plan, zone(town_plan, CONTROLLED)) == "C-db21de9a"
    twins = town_plan.zones.head(2).assign(zone_id=["0123456789abcdef", "0123456789a00000"])
    plan = replace(town_plan, zones=twins)
    assert [number_of_zone(plan, z)[2:] for z in twins.to_dict("records")] == ["0123456789ab", "0123456789a0"]


@pytest.mark.parametrize(
    ("name", "zh", "en"),
    [
        ("甲 1栋、乙、丙 +2", "甲1栋、乙、丙等5处", "甲 1栋、乙、丙 and 2 more"),
        ("A +B", "A +B", "A +B"),
        ("=1+1", "=1+1", "=1+1"),
    ],
)
def test_further_units_of_a_name_are_counted_in_words(name: str, zh: str, en: str) -> None:
    row = {"name": name, "name_en": name}
    assert (title_of(row, "zh"), title_of(row, "en")) == (zh, en)
