"""Entrances on paper: which are kept, closed, watched, whose they are, and how they are numbered."""

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
import shapely

from tests.living import CONTROLLED, SEALED
from tests.small_town import degrees, derive_town, estate, home, house, stairwell
from zoning.paper.entrances import Entrance, enclosure_of, entrances_of
from zoning.pipeline import Plan
from zoning.policy import load_policy

DAY = date(2022, 3, 18)


def gate(name: str, x: float, y: float, *, kind: str | None = "vehicle", is_open: bool | None = True) -> dict[str, Any]:
    spot = degrees(shapely.Point(x, y))
    return {"id": name, "name": name, "parent_id": "E", "kind": kind, "open": is_open, "geometry": spot}


def road(name: str | None, *points: tuple[float, float]) -> dict[str, Any]:
    line = degrees(shapely.LineString(points))
    return {"id": f"R{points}", "name": name, "kind": "street", "geometry": line}


def town(gates: list[dict[str, Any]], roads: list[dict[str, Any]] | None = None, pack: str = "cn-sz-2022") -> Plan:
    """An estate of 200 m by 100 m with a sealed stairwell in one house: the rest of the estate is controlled."""
    rows: dict[str, Any] = {
        "estates": [estate("E", 0, 0, 200, 100)],
        "buildings": [house("B", 20, 40, "E"), house("D", 150, 40, "E")],
        "units": [stairwell("B-U1", "B", 1), stairwell("B-U2", "B", 2), stairwell("B-U9", "B", 9)],
        "gates": gates,
        "roads": roads or [],
    }
    return derive_town(load_policy(pack), cases=[home("C", "B-U1")], **rows)


def entrances(plan: Plan, name: str) -> list[Entrance]:
    zone = next(z for z in plan.zones.to_dict("records") if z["class"] == name)
    return entrances_of(plan, zone, DAY)


def acts(plan: Plan, name: str = "controlled") -> dict[str, str]:
    return {e.name: e.act for e in entrances(plan, name)}


def test_up_to_two_open_entrances_are_kept_those_for_cars_first() -> None:
    gates = [gate("北门", 100, 100, kind="pedestrian"), gate("东门", 200, 50), gate("南门", 100, 0),
             gate("西门", 0, 50, is_open=False)]  # fmt: skip
    assert acts(town(gates)) == {"北门": "close", "东门": "keep", "南门": "keep", "西门": "close"}


def test_where_none_is_open_the_first_is_kept_and_an_unknown_one_before_a_closed_one() -> None:
    shut = [gate("北门", 100, 100, is_open=False), gate("东门", 200, 50, is_open=False)]
    assert acts(town(shut)) == {"北门": "keep", "东门": "close"}
    unknown = [*shut, gate("南门", 100, 0, is_open=None), gate("西门", 0, 50, is_open=None)]
    assert acts(town(unknown)) == {"北门": "close", "东门": "close", "南门": "keep", "西门": "keep"}


def test_crossings_are_closed_where_there_is_an_entrance_and_else_the_first_named_one_is_kept() -> None:
    roads = [road("长街", (100, 50), (100, 150)), road(None, (150, 50), (250, 50)), road("短巷", (20, 30), (20, -40))]
    with_gate = town([gate("西门", 0, 50)], roads)
    assert acts(with_gate) == {"西门": "keep", "长街": "close", "": "close", "短巷": "close"}
    assert acts(town([], roads)) == {"长街": "keep", "": "close", "短巷": "close"}


def test_entrances_are_numbered_clockwise_from_north_and_known_ones_first() -> None:
    gates = [gate("西门", 0, 50), gate("南门", 100, 0), gate("北门", 110, 100), gate("东门", 200, 50)]
    found = entrances(town(gates, [road("长街", (20, 50), (20, 150))]), "controlled")
    assert [(e.number, e.name, e.known) for e in found] == [
        (1, "北门", True), (2, "东门", True), (3, "南门", True), (4, "西门", True), (5, "长街", False),
    ]  # fmt: skip
    assert {e.vehicles for e in found if e.known} == {True}
    assert found[-1].vehicles is None


def test_an_entrance_near_a_sealed_house_is_that_of_the_zone_around_it(town_plan: Plan) -> None:
    zones = {z["zone_id"]: z for z in town_plan.zones.to_dict("records")}
    assert entrances_of(town_plan, zones[SEALED], DAY) == []
    told = {e.name: e.act for e in entrances_of(town_plan, zones[CONTROLLED], DAY)}
    assert told == {"东门": "keep", "西门": "keep", "北门": "close"}


def test_no_place_is_in_two_lists(town_plan: Plan) -> None:
    places = [
        (round(e.lng, 6), round(e.lat, 6))
        for zone in town_plan.zones.to_dict("records")
        for e in entrances_of(town_plan, zone, DAY)
        if town_plan.policy.classes[zone["class"]].per == "cluster"
    ]
    assert len(places) == len(set(places)) > 10


def test_a_zone_that_goes_by_area_has_only_the_roads_at_its_edge_and_closes_none(town_plan: Plan) -> None:
    area = next(z for z in town_plan.zones.to_dict("records") if z["ground_id"] == "A1")
    found = entrances_of(town_plan, area, DAY)
    assert {e.act for e in found} == {"check"}
    assert {e.known for e in found} == {False}
    assert enclosure_of(town_plan, area, DAY) is None


def test_a_pack_without_enclosures_says_what_the_ground_says() -> None:
    gates = [gate("北门", 100, 100), gate("东门", 200, 50, is_open=False), gate("南门", 100, 0, is_open=None)]
    plan = town(gates, pack="cn-3zone-2021")
    name = next(z["class"] for z in plan.zones.to_dict("records") if len(entrances_of(plan, z, DAY)) == 3)
    assert acts(plan, name) == {"北门": "open", "东门": "shut", "南门": "open"}


def test_the_pack_tells_how_many_people_staff_an_entrance(town_plan: Plan) -> None:
    zone = town_plan.zones.to_dict("records")[0]
    assert enclosure_of(town_plan, zone, DAY) == (1, 2, 2.0)
    bare = town_plan.policy.parameters["enclosure"] | {}
    del bare["people_per_shift"]
    policy = town_plan.policy.model_copy(update={"parameters": {"enclosure": bare}})
    told = enclosure_of(replace(town_plan, policy=policy), zone, DAY)
    assert told is not None
    assert np.isnan(told.staff)


@pytest.mark.parametrize("name", ["sealed", "controlled"])
def test_a_zone_without_any_entrance_has_an_empty_list(name: str) -> None:
    assert entrances(town([]), name) == []
