"""Where facts happened: words before coordinates, the finest unit that holds the point, near and nowhere."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import strategies as st

from tests.examples import Hold, few_then_many
from tests.small_town import (
    SETTINGS,
    Row,
    area,
    box,
    degrees,
    estate,
    facts,
    floors,
    home,
    house,
    point,
    stairwell,
    stay,
    tables,
)
from zoning.geometry import cells_to_text, points_to_cells
from zoning.locate import Reading, locate
from zoning.units import Units, make_units

HERE = point(5, 5)


def spot(fact: Row, kind: str = "cases", **rows: Iterable[Row]) -> dict[str, Any]:
    """Where one fact is; `unit` is the unit's id."""
    town = tables(**rows)
    ground = make_units(town, SETTINGS)
    row = home("C1", **fact) if kind == "cases" else stay("V1", "C1", **fact)
    found = locate(facts(kind, [row])[0], ground.units, town, ground.frame, SETTINGS).iloc[0].to_dict()
    return {**found, "unit": ground.units["id"].iloc[int(found["unit"])] if found["unit"] >= 0 else None}


def place(name: str, **more: Any) -> Row:
    return {"id": name, "name": name, "geometry": degrees(shapely.Point(500, 500)), **more}


def test_of_no_facts_there_are_no_spots() -> None:
    town = tables(buildings=[house("B1", 0, 0)])
    ground = make_units(town, SETTINGS)
    for kind in ("cases", "visits"):
        assert locate(facts(kind)[0], ground.units, town, ground.frame, SETTINGS).empty


def test_in_a_town_without_units_a_point_has_a_cell_and_no_unit() -> None:
    found = spot(HERE)
    cell = points_to_cells(np.array([HERE["lng"]]), np.array([HERE["lat"]]), 11)[0]
    assert (found["unit"], found["cell"], found["known"], found["near"]) == (None, cell, True, False)


def test_a_fact_without_any_place_is_not_known() -> None:
    found = spot({}, buildings=[house("B1", 0, 0)])
    assert (found["unit"], found["cell"], found["known"]) == (None, 0, False)


def test_a_unit_id_goes_before_the_point() -> None:
    found = spot({"unit_id": "B2", **HERE}, buildings=[house("B1", 0, 0), house("B2", 100, 0)])
    assert (found["unit"], found["near"]) == ("B2", False)


def test_a_unit_id_that_is_not_loaded_leaves_it_to_the_point() -> None:
    assert spot({"unit_id": "B9", **HERE}, buildings=[house("B1", 0, 0)])["unit"] == "B1"
    assert not spot({"unit_id": "B9"}, buildings=[house("B1", 0, 0)])["known"]


def test_a_unit_gives_its_point_to_a_fact_that_has_none() -> None:
    found = spot({"unit_id": "B1"}, buildings=[house("B1", 0, 0)])
    assert box(0, 0).contains(shapely.Point(found["lng"], found["lat"]))
    assert found["cell"] == points_to_cells(np.array([found["lng"]]), np.array([found["lat"]]), 11)[0]


def test_a_point_outside_the_named_unit_gives_way_to_the_units_own() -> None:
    rows = {"buildings": [house("B1", 0, 0)]}
    away = spot({"unit_id": "B1", **point(400, 400)}, **rows)
    assert box(0, 0).contains(shapely.Point(away["lng"], away["lat"]))
    inside = spot({"unit_id": "B1", **point(1, 1)}, **rows)
    assert (inside["lng"], inside["lat"]) == (point(1, 1)["lng"], point(1, 1)["lat"])


def test_a_place_stands_in_its_unit() -> None:
    rows = {"buildings": [house("B1", 0, 0), house("B2", 100, 0)], "places": [place("PL", unit_id="B2")]}
    assert spot({"place_id": "PL"}, "visits", **rows)["unit"] == "B2"
    assert spot({"place_id": "PL", **HERE}, "visits", **rows)["unit"] == "B2"


def test_a_place_without_a_unit_stands_where_its_point_lies_whatever_the_point_of_the_fact() -> None:
    rows = {"buildings": [house("B1", 0, 0), house("B2", 490, 490)], "places": [place("PL")]}
    assert spot({"place_id": "PL"}, "visits", **rows)["unit"] == "B2"
    assert spot({"place_id": "PL", **HERE}, "visits", **rows)["unit"] == "B2"


def test_an_unknown_place_leaves_it_to_the_point() -> None:
    assert spot({"place_id": "PL9", **HERE}, "visits", buildings=[house("B1", 0, 0)])["unit"] == "B1"


def test_an_address_that_equals_the_name_of_a_place_or_unit_goes_before_the_point() -> None:
    rows = {"buildings": [house("B1", 0, 0), house("Tower 2", 100, 0)], "places": [place("Old Market", unit_id="B1")]}
    assert spot({"address": "Old Market"}, **rows)["unit"] == "B1"
    assert spot({"address": "Tower 2", **HERE}, **rows)["unit"] == "Tower 2"


def test_addresses_are_compared_without_blanks_case_and_width() -> None:
    rows = {"estates": [estate("临水花园", 0, 0, 100, 100)], "buildings": [{**house("B4", 10, 10), "name": "4栋"}]}
    for address in ("临水花园 4栋", "临水花园4栋", "临水花园　４栋"):
        assert spot({"address": address}, **rows)["unit"] == "B4"
    assert spot({"address": "old market"}, places=[place("Old Market")])["known"]


@pytest.mark.parametrize("kind", ["buildings", "places"])
def test_an_address_of_two_grounds_is_none_of_them(kind: str) -> None:
    same = [{**(house if kind == "buildings" else place)(*args), "name": "B"} for args in _two(kind)]
    assert not spot({"address": "B"}, **{kind: same})["known"]
    assert spot({"address": "B", **HERE}, **{kind: same})["known"]


def _two(kind: str) -> list[tuple[Any, ...]]:
    return [("X1", 0, 0), ("X2", 100, 0)] if kind == "buildings" else [("X1",), ("X2",)]


def test_a_cell_stands_for_its_centre() -> None:
    cell = points_to_cells(np.array([HERE["lng"]]), np.array([HERE["lat"]]), 11)
    found = spot({"cell": cells_to_text(cell)[0]})
    assert (found["cell"], found["known"]) == (cell[0], True)
    both = spot({"cell": cells_to_text(cell)[0], **point(900, 900)})
    assert both["cell"] != cell[0]


def test_a_point_lies_in_the_smallest_unit_that_holds_it() -> None:
    small = {**stairwell("S1", "B1"), "geometry": box(0, 0, 10, 10)}
    rows = {"estates": [estate("E1", 0, 0, 100, 100)], "buildings": [house("B1", 0, 0)], "units": [small]}
    assert spot(HERE, **rows)["unit"] == "S1"
    assert spot(point(15, 15), **rows)["unit"] == "B1"


def test_floors_without_a_footprint_do_not_take_points() -> None:
    assert spot(HERE, buildings=[house("B1", 0, 0)], units=[floors("F1", "B1", 1, 3)])["unit"] == "B1"


def test_a_point_in_a_yard_takes_the_nearest_building_of_the_estate_as_near() -> None:
    rows = {"estates": [estate("E1", 0, 0, 200, 100)], "buildings": [house("B1", 5, 5), house("B2", 150, 5)]}
    rows["buildings"].append(house("X9", 201, 60))
    found = spot(point(195, 60), **rows)
    assert (found["unit"], found["near"]) == ("B2", True)


def test_a_point_in_an_estate_without_buildings_is_in_the_estate() -> None:
    found = spot(HERE, estates=[estate("E1", 0, 0, 50, 50)])
    assert (found["unit"], found["near"]) == ("E1", False)


@pytest.mark.parametrize(("x", "unit"), [(34.9, "B1"), (35.2, None)])
def test_a_point_beside_a_building_takes_it_within_fifteen_metres(x: float, unit: str | None) -> None:
    found = spot(point(x, 10), buildings=[house("B1", 0, 0)], areas=[area("A1", 0, 0, 90, 90)])
    assert (found["unit"], found["near"]) == (unit, unit is not None)


def test_a_radius_is_kept_for_the_certainty_of_the_membership() -> None:
    assert spot({**HERE, "location_radius_m": 80.0})["radius_m"] == 80
    assert np.isnan(spot(HERE)["radius_m"])


@pytest.mark.parametrize(("floor", "unit"), [(1, "F1"), (3, "F1"), (4, "F4"), (31, "B1"), (None, "B1")])
def test_a_place_with_a_floor_is_in_the_floors_of_its_building_that_hold_it(floor: int | None, unit: str) -> None:
    tower = {"buildings": [house("B1", 0, 0)], "units": [floors("F1", "B1", 1, 3), floors("F4", "B1", 4, 30)]}
    inside = [place("PL", unit_id="B1", floor_from=floor, floor_to=floor)]
    assert spot({"place_id": "PL"}, "visits", **tower, places=inside)["unit"] == unit
    by_point = [place("PL", geometry=degrees(shapely.Point(5, 5)), floor_from=floor)]
    assert spot({"place_id": "PL"}, "visits", **tower, places=by_point)["unit"] == unit


def test_each_address_that_nothing_else_places_is_read_once() -> None:
    town = tables(buildings=[house("B1", 0, 0), house("B2", 100, 0)], places=[place("PL", unit_id="B2")])
    ground = make_units(town, SETTINGS)
    words = {
        "by the gate": Reading(unit="B1"),
        "old hall": Reading(place="PL"),
        "somewhere": Reading(question="where?"),
    }
    asked: list[str] = []

    def read(address: str) -> Reading:
        asked.append(address)
        return words[address]

    rows = [home(f"C{i}", address=a) for i, a in enumerate([*words, "by the gate"])]
    more = [home("C8", "B2", address="elsewhere"), home("C9", address="far", **HERE)]
    found = locate(facts("cases", [*rows, *more])[0], ground.units, town, ground.frame, SETTINGS, read)
    assert asked == list(words)
    assert found["unit"].tolist() == [0, 1, -1, 0, 1, 0]
    assert found["sure"].tolist()[:2] == [True, False]
    assert found["question"].tolist() == ["", "", "where?", "", "", ""]
    assert found["known"].tolist() == [True, True, False, True, True, True]


def test_the_index_of_the_facts_is_kept_and_the_facts_are_not_changed() -> None:
    town = tables(buildings=[house("B1", 0, 0)])
    ground = make_units(town, SETTINGS)
    cases = facts("cases", [home("C1", "B1"), home("C2", **point(400, 400))])[0].set_index(pd.Index([7, 3]))
    before = cases.copy()
    found = locate(cases, ground.units, town, ground.frame, SETTINGS)
    assert found.index.tolist() == [7, 3]
    assert found["unit"].tolist() == [0, -1]
    pd.testing.assert_frame_equal(cases, before)


SPOTS = st.tuples(st.floats(-30, 130), st.floats(-30, 130))
CORNERS = st.tuples(st.integers(0, 100), st.integers(0, 100))


def by_looking_at_all(at: Any, ground: Units, snap_m: float) -> tuple[str | None, bool]:
    """The unit of a point, from every footprint in metres: the smallest around it, else the nearest."""
    own = ground.units[ground.units["own"]]
    shapes = dict(zip(own["id"], ground.frame.to_metres(own["geometry"].to_numpy(object)), strict=True))
    solid = {name: shape for name, shape in shapes.items() if name[0] != "E"}
    around = {name: shape for name, shape in shapes.items() if shape.intersects(at)}
    inner = {name: shape for name, shape in around.items() if name in solid}
    if inner or not around:
        if not around and solid and min(shape.distance(at) for shape in solid.values()) <= snap_m:
            return min(solid, key=lambda name: (solid[name].distance(at), name)), True
        return min(inner, key=lambda name: (inner[name].area, name), default=None), False
    estate = min(around, key=lambda name: (around[name].area, name))
    yard = [
        name for name, parent in zip(own["id"], own["parent_id"], strict=True) if parent == estate and name in solid
    ]
    if yard:
        return min(yard, key=lambda name: (solid[name].distance(at), name)), True
    return estate, False


@few_then_many(20, 300)
def test_the_unit_of_a_point_is_the_one_that_a_look_at_every_footprint_gives(hold: Hold) -> None:
    def check(corners: list[tuple[int, int]], spots: list[tuple[float, float]], fence: int) -> None:
        houses = [house(f"B{n}", x, y, geometry=box(x, y, 9 + n, 12)) for n, (x, y) in enumerate(corners)]
        town = tables(buildings=houses, estates=[estate("E1", 0, 0, fence, 60), estate("E2", 20, 20, 40, 40)])
        ground = make_units(town, SETTINGS)
        cases = [home(f"C{n:03d}", **point(x, y)) for n, (x, y) in enumerate(spots)]
        found = locate(facts("cases", cases)[0], ground.units, town, ground.frame, SETTINGS)
        ids = ground.units["id"].to_numpy(object)
        told = [(ids[row] if row >= 0 else None, near) for row, near in zip(found["unit"], found["near"], strict=True)]
        points = ground.frame.to_metres(shapely.points(found["lng"], found["lat"]))
        assert told == [by_looking_at_all(at, ground, SETTINGS.snap_m) for at in points]

    hold(st.lists(CORNERS, max_size=6), st.lists(SPOTS, min_size=1, max_size=8), st.integers(10, 90))(check)
