"""Which ground: units and those beside them, areas, street blocks, radii, rings, and what stands in for them."""

from typing import Any

import h3
import numpy as np
import pytest
from hypothesis import strategies as st

from tests.examples import Hold, few_then_many
from tests.small_town import (
    FRAME,
    POLICY,
    area,
    estate,
    floors,
    house,
    stairwell,
)
from tests.taking import UNIT, held, names, pack, rule, take, units_of, value
from zoning.geometry import cells_to_text
from zoning.rules import Rule

TOWER = {"buildings": [house("B1", 0, 0)], "units": [floors("F1", "B1", 1, 3), floors("F4", "B1", 4, 30)]}
BLOCK = {"buildings": [house("B1", 0, 0)], "units": [stairwell(f"U{n}", "B1", n) for n in range(1, 7)]}


def beside(step: int = 1, **more: Any) -> Rule:
    levels = ["floor_range", "stairwell", "building"]
    return rule({"take": "adjacent", "levels": levels, "number_step": value(step, "n"), "within_m": value(30)}, **more)


def test_where_nothing_fired_no_ground_is_taken() -> None:
    claims, scene = take(pack(*POLICY.rules), [], **TOWER)
    assert claims.empty
    assert not scene.holds


def test_a_unit_takes_itself_and_all_inside_it() -> None:
    assert held(pack(UNIT), {"unit": "F4"}, {"unit": "B1"}, **TOWER) == [{"F4"}, {"F1", "F4", "B1/rest"}]


def test_an_estate_is_no_unit_to_take_and_its_cell_stands_in_for_it() -> None:
    town = {"estates": [estate("E1", 0, 0, 100, 100)]}
    assert held(pack(UNIT), {"unit": "E1"}, **town) == []
    instead = rule(UNIT.ground.model_dump(), fallback={"take": "cells", "rings": value(0, "ring")})
    claims, scene = take(pack(instead), [{"unit": "E1"}], **town)
    assert claims["fallback"].tolist() == [True]
    assert names(scene, claims["ground"].iloc[0]) == {"E1", cells_to_text(scene.spots["cell"].to_numpy(np.uint64))[0]}


def test_stairwells_beside_are_those_one_number_away() -> None:
    assert held(pack(beside()), {"unit": "U5"}, {"unit": "U1"}, **BLOCK) == [{"U4", "U6"}, {"U2"}]
    assert held(pack(beside(2)), {"unit": "U5"}, **BLOCK) == [{"U3", "U4", "U6"}]


def test_a_list_of_neighbours_goes_before_numbers_and_metres() -> None:
    town = {
        "buildings": [house("B1", 0, 0), house("B2", 25, 0), house("B9", 500, 0)],
        "units": [
            stairwell("U1", "B1", 1, adjacent="U3; B9 ;gone"),
            stairwell("U2", "B1", 2),
            stairwell("U3", "B1", 3),
        ],
    }
    assert held(pack(beside()), {"unit": "U1"}, **town) == [{"U3", "B9"}]


def test_floors_and_stairwells_without_a_number_have_their_whole_building_beside_them() -> None:
    assert held(pack(beside()), {"unit": "F4"}, **TOWER) == [{"F1", "F4", "B1/rest"}]


def test_a_building_has_beside_it_those_within_thirty_metres_of_its_footprint() -> None:
    town = {"buildings": [house("B1", 0, 0), house("B2", 49, 0), house("B3", 51, 0), house("B4", 0, 45)]}
    assert held(pack(beside()), {"unit": "B1"}, **town) == [{"B2", "B4"}]


@few_then_many(20, 300)
def test_beside_a_building_are_those_that_a_look_at_every_footprint_gives(hold: Hold) -> None:
    def check(corners: list[tuple[int, int]]) -> None:
        town = {"buildings": [house(f"B{n}", x, y) for n, (x, y) in enumerate([(0, 0), *corners])]}
        one, *others = FRAME.to_metres(np.array([row["geometry"] for row in town["buildings"]], object))
        near = {f"B{n}" for n, other in enumerate(others, 1) if one.distance(other) <= 30}
        assert held(pack(beside()), {"unit": "B0"}, **town) == ([near] if near else [])

    hold(st.lists(st.tuples(*[st.integers(-80, 80)] * 2), max_size=8))(check)


def test_a_building_alone_has_nothing_beside_it_and_no_cells_instead() -> None:
    ring = {"take": "cells", "rings": value(1, "ring"), "inner": 1}
    town = {"buildings": [house("B1", 0, 0)], "units": [stairwell("U7", "B1", 7)]}
    for unit in ("B1", "U7"):
        assert held(pack(beside(fallback=ring)), {"unit": unit}, **town) == []
    found = held(pack(beside(fallback=ring)), {"x": 900, "y": 900}, **town)
    assert [len(one) for one in found] == [6]


def test_siblings_are_all_inside_the_estate_the_own_unit_too() -> None:
    town = {"estates": [estate("E1", -5, -5, 100, 100)], "buildings": [house("B1", 0, 0), house("B2", 50, 0)]}
    siblings = pack(rule({"take": "siblings", "level": "estate"}))
    assert held(siblings, {"unit": "B1"}, **town) == [{"B1", "B2", "E1/rest"}]
    assert held(siblings, {"unit": "B9"}, **{**town, "buildings": [house("B9", 500, 0)]}) == []


@pytest.mark.parametrize(("rings", "inner", "n"), [(0, 0, 1), (1, 0, 7), (1, 1, 6), (2, 0, 19), (2, 1, 18), (2, 2, 12)])
def test_rings_of_cells_leave_out_the_inner_ones(rings: int, inner: int, n: int) -> None:
    ground = {"take": "cells", "rings": value(rings, "ring"), "inner": inner}
    claims, scene = take(pack(rule(ground)), [{"x": 0, "y": 0}])
    cells = scene.holds[claims["ground"].iloc[0]]
    middle = h3.int_to_str(int(scene.spots["cell"].iloc[0]))
    steps = {h3.grid_distance(h3.int_to_str(int(c)), middle) for c in cells}
    assert (len(cells), steps) == (n, set(range(inner, rings + 1)))


def test_cells_hold_the_units_whose_point_they_hold() -> None:
    cells = pack(rule({"take": "cells", "rings": value(0, "ring")}))
    found = held(cells, {"unit": "B1"}, buildings=[house("B1", 0, 0), house("B2", 500, 0)])
    assert units_of(found[0]) == {"B1"}


ADMIN = {"take": "admin", "levels": ["community", "district"]}


def test_an_area_is_that_of_the_first_level_which_holds_the_place() -> None:
    areas = [area("A1", 0, 0, 100, 100), area("D1", -200, -200, 800, 800, "district")]
    claims, _ = take(pack(rule(ADMIN)), [{"x": 5, "y": 5}, {"x": -50, "y": 5}, {"x": 5000, "y": 5}], areas=areas)
    assert claims["ground"].tolist() == ["area:A1", "area:D1"]
    assert claims["stay"].tolist() == [0, 1]


def test_by_centroid_an_area_holds_the_atoms_whose_point_it_holds_by_touch_all_that_it_touches() -> None:
    town = {
        "areas": [area("A1", 0, 0, 100, 100)],
        "buildings": [house("IN", 10, 10), house("OVER", 95, 10), house("MOSTLY", 85, 50), house("OUT", 130, 10)],
    }
    assert units_of(held(pack(rule(ADMIN)), {"x": 5, "y": 5}, **town)[0]) == {"IN", "MOSTLY"}
    claims, scene = take(pack(rule(ADMIN), holding="touches"), [{"x": 5, "y": 5}], **town)
    found = names(scene, "area:A1")
    assert units_of(found) == {"IN", "MOSTLY", "OVER"}
    exact = set(scene.exact["area:A1"].tolist())
    assert exact < set(scene.holds["area:A1"].tolist())
    assert scene.legal["area:A1"].equals(town["areas"][0]["geometry"])
    assert len(claims) == 1


def around(*classes: str, fallback: bool = True) -> Rule:
    ring = {"take": "cells", "rings": value(2, "ring")}
    when = {"trigger": "ground", "classes": list(classes)}
    more = {"fallback": ring} if fallback else {}
    return rule(ADMIN, "AROUND", when, **{**more, "class": "precaution", "slot": "area"})


def test_areas_around_ground_are_all_in_which_an_atom_of_it_lies() -> None:
    town = {
        "areas": [area("A1", 0, 0, 60, 100), area("A2", 60, 0, 100, 100)],
        "estates": [estate("E1", 10, 0, 100, 40)],
        "buildings": [house("B1", 15, 5), house("B2", 80, 5)],
    }
    whole = rule({"take": "siblings", "level": "estate"})
    claims, _ = take(pack(whole, around("sealed")), [{"unit": "B1"}], **town)
    assert set(claims.loc[claims["rule"] == 1, "ground"]) == {"area:A1", "area:A2"}
    claims, _ = take(pack(UNIT, around("sealed")), [{"unit": "B1"}], **town)
    assert set(claims.loc[claims["rule"] == 1, "ground"]) == {"area:A1"}


def test_ground_without_any_area_has_rings_around_it_and_ground_of_another_class_nothing() -> None:
    town = {"buildings": [house("B1", 0, 0)]}
    claims, scene = take(pack(UNIT, around("sealed")), [{"unit": "B1"}], **town)
    assert claims["fallback"].tolist() == [False, True]
    assert len(scene.holds[claims["ground"].iloc[1]]) == 19 + 1
    assert len(take(pack(UNIT, around("controlled")), [{"unit": "B1"}], **town)[0]) == 1
    assert len(take(pack(UNIT, around("sealed", fallback=False)), [{"unit": "B1"}], **town)[0]) == 1


def test_ground_that_is_only_proposed_has_no_area_around_it() -> None:
    proposed = UNIT.model_copy(update={"act": "propose"})
    assert len(take(pack(proposed, around("sealed")), [{"unit": "B1"}], buildings=[house("B1", 0, 0)])[0]) == 1


def test_two_rules_of_neighbours_with_other_metres_have_grounds_of_their_own() -> None:
    town = {"buildings": [house("B1", 0, 0), house("B2", 45, 0), house("B3", 90, 0)]}
    near, far = (rule({**beside().ground.model_dump(), "within_m": value(m)}, f"W{m}") for m in (30, 80))
    claims, scene = take(pack(near, far), [{"unit": "B1"}], **town)
    assert [units_of(names(scene, key)) for key in claims["ground"]] == [{"B2"}, {"B2", "B3"}]
