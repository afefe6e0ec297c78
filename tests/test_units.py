"""The unit tree and its atoms."""

import numpy as np
import shapely

from tests.small_town import SETTINGS, Row, box, degrees, estate, floors, home, house, stairwell, tables
from zoning.units import Units, make_units


def units(**rows: list[Row]) -> Units:
    return make_units(tables(**rows), SETTINGS)


def atoms(**rows: list[Row]) -> list[str]:
    return units(**rows).atoms["atom_id"].tolist()


def told(found: Units, column: str) -> dict[str, object]:
    values = [None if value is None or value != value else value for value in found.units[column]]
    return dict(zip(found.units["id"], values, strict=True))


def problems(found: Units) -> list[tuple[str, str]]:
    return list(zip(found.problems["code"], found.problems["subject"], strict=True))


def test_without_any_table_there_are_no_units_and_no_atoms() -> None:
    found = units()
    assert (len(found.units), len(found.atoms), len(found.inside), len(found.problems)) == (0, 0, 0, 0)
    assert found.frame.lng0 == 0
    assert units(cases=[home("C1", lng=114.3, lat=22.5)]).frame.lng0 == 114


def test_an_atom_is_a_leaf_or_the_rest_of_a_unit_that_has_units_inside() -> None:
    rows = {
        "estates": [estate("E1", 0, 0, 100, 100)],
        "buildings": [house("B1", 10, 10, "E1"), house("B2", 50, 10, "E1")],
    }
    assert atoms(**rows) == ["B1", "B2", "E1/rest"]
    assert atoms(**rows, units=[stairwell("S1", "B1"), floors("F1", "S1", 1, 3)]) == [
        "B1/rest",
        "B2",
        "E1/rest",
        "F1",
        "S1/rest",
    ]


def test_an_estate_without_buildings_is_a_leaf() -> None:
    assert atoms(estates=[estate("E1", 0, 0, 50, 50)]) == ["E1"]


def test_an_estate_without_a_fence_is_on_no_map_but_stays_the_parent_of_its_buildings() -> None:
    found = units(estates=[{"id": "E1", "name": "E1", "geometry": None}], buildings=[house("B1", 0, 0, "E1")])
    assert found.atoms[["atom_id", "estate_id"]].values.tolist() == [["B1", "E1"]]
    assert problems(found) == [("no ground", "E1")]


def test_every_unit_holds_the_atoms_of_all_inside_it() -> None:
    found = units(
        estates=[estate("E1", 0, 0, 100, 100)],
        buildings=[house("B1", 10, 10, "E1"), house("B9", 500, 0)],
        units=[stairwell("S1", "B1"), stairwell("S2", "B1")],
    )
    held = found.inside.assign(
        unit=found.units["id"].to_numpy()[found.inside["unit"]],
        atom=found.atoms["atom_id"].to_numpy()[found.inside["atom"]],
    )
    assert held.groupby("unit")["atom"].agg(set).to_dict() == {
        "E1": {"E1/rest", "B1/rest", "S1", "S2"},
        "B1": {"B1/rest", "S1", "S2"},
        "S1": {"S1"},
        "S2": {"S2"},
        "B9": {"B9"},
    }
    assert (np.diff(found.inside["unit"]) >= 0).all()


def test_a_building_that_names_no_estate_lies_in_the_smallest_fence_around_it() -> None:
    fences = [estate("A-big", 0, 0, 400, 400), estate("B-small", 0, 0, 100, 100)]
    found = units(estates=fences, buildings=[house("H1", 10, 10), house("H2", 200, 200), house("H3", 385, 0)])
    assert told(found, "estate_id") == {
        "A-big": "A-big",
        "B-small": "B-small",
        "H1": "B-small",
        "H2": "A-big",
        "H3": "A-big",
    }


def test_a_building_outside_every_fence_stands_alone() -> None:
    found = units(estates=[estate("E1", 0, 0, 50, 50)], buildings=[house("H1", 60, 0)])
    assert told(found, "parent_id") == {"E1": None, "H1": None}
    assert told(found, "building_id") == {"E1": None, "H1": "H1"}


def test_a_named_parent_goes_before_the_fence() -> None:
    fences = [estate("E1", 0, 0, 50, 50), estate("E2", 100, 0, 50, 50)]
    assert told(units(estates=fences, buildings=[house("H1", 10, 10, "E2")]), "estate_id")["H1"] == "E2"


def test_an_unknown_parent_is_told_and_the_unit_stands_alone() -> None:
    found = units(buildings=[house("B1", 0, 0, "E404")], units=[stairwell("S1", "B404")])
    assert ("unknown parent", "B1") in problems(found)
    assert ("unknown parent", "S1") in problems(found)
    assert "E404" in found.problems["text"].iloc[0]
    assert found.atoms["atom_id"].tolist() == ["B1"]


def test_a_circle_of_parents_is_cut_once_and_told() -> None:
    circle = [
        {**stairwell("U1", "U2"), "geometry": box(0, 0)},
        stairwell("U2", "U3"),
        stairwell("U3", "U1"),
        stairwell("A0", "U2"),
    ]
    found = units(units=circle)
    assert [code for code, _ in problems(found)].count("circle") == 1
    assert sum(parent is None for parent in told(found, "parent_id").values()) == 1


def test_a_unit_that_is_its_own_parent_is_cut() -> None:
    found = units(units=[{**stairwell("U1", "U1"), "geometry": box(0, 0)}])
    assert problems(found) == [("circle", "U1")]
    assert found.atoms["atom_id"].tolist() == ["U1"]


def test_a_unit_without_a_footprint_borrows_its_parents_and_floors_share_it() -> None:
    found = units(buildings=[house("B1", 0, 0)], units=[floors("F1", "B1", 1, 3), floors("F4", "B1", 4, 30)])
    shapes = told(found, "geometry")
    assert shapes["F1"] == shapes["F4"] == shapes["B1"]
    assert told(found, "own") == {"B1": True, "F1": False, "F4": False}
    assert abs(told(found, "area_m2")["F4"] - 400) < 0.5


def test_names_tell_the_whole_path_and_an_id_stands_for_a_missing_name() -> None:
    rows = {"estates": [estate("E1", 0, 0, 50, 50)], "buildings": [{**house("B1", 0, 0, "E1"), "name": None}]}
    assert told(units(**rows, units=[{**stairwell("S1", "B1"), "name": "5单元"}]), "name") == {
        "E1": "E1",
        "B1": "E1 B1",
        "S1": "E1 B1 5单元",
    }


def test_the_point_of_an_estate_lies_in_its_yard_where_there_is_one() -> None:
    middle = {"id": "B1", "name": "B1", "parent_id": "E1", "geometry": box(20, 20, 60, 60)}
    found = units(estates=[estate("E1", 0, 0, 100, 100)], buildings=[middle]).atoms.set_index("atom_id")
    yard = shapely.Point(found.at["E1/rest", "lng"], found.at["E1/rest", "lat"])
    assert box(0, 0, 100, 100).contains(yard)
    assert not middle["geometry"].intersects(yard)


def test_every_point_lies_in_its_unit_even_where_that_bends_around() -> None:
    bent = degrees(shapely.Polygon([(0, 0), (100, 0), (100, 100), (90, 100), (90, 10), (0, 10)]))
    atom = units(buildings=[{"id": "B1", "geometry": bent}]).atoms.iloc[0]
    assert bent.contains(shapely.Point(atom["lng"], atom["lat"]))


def test_the_order_of_rows_and_an_estate_elsewhere_change_no_unit() -> None:
    fences = [estate("E1", 0, 0, 100, 100), estate("E2", 50, 0, 100, 100), estate("E3", 0, 50, 300, 300)]
    houses = [house(f"H{n}", 12 * n, 60, None) for n in range(8)]
    first = told(units(estates=fences, buildings=houses), "parent_id")
    assert told(units(estates=fences[::-1], buildings=houses[::-1]), "parent_id") == first
    far = [estate(f"F{n}", 1000 + 30 * n, 2000, 20, 20) for n in range(30)]
    more = told(units(estates=[*far, *fences], buildings=houses), "parent_id")
    assert {unit: more[unit] for unit in first} == first


def test_text_is_held_as_text_and_only_outlines_are_objects() -> None:
    rows = {"buildings": [house("B1", 0, 0)], "units": [stairwell("S1", "B1", 1)]}
    for found in (units(**rows), units()):
        for table in (found.units, found.atoms):
            kinds = {name: str(dtype) for name, dtype in table.dtypes.items()}
            assert {name for name, kind in kinds.items() if kind == "object"} <= {"geometry"}
            assert kinds["estate_id"] == kinds["name"] == "str"
        assert (found.units["residential"].dtype, found.units["adjacent"].dtype) == ("boolean", "str")


def test_of_an_id_in_several_tables_the_estate_goes_before_the_building_before_the_unit() -> None:
    rows = {"buildings": [house("X", 0, 0), house("B", 50, 0)], "units": [stairwell("X", "B"), stairwell("A", "B")]}
    assert told(units(**rows), "level") == {"A": "stairwell", "B": "building", "X": "building"}
    assert told(units(**rows, estates=[estate("X", 0, 0, 90, 90)]), "level")["X"] == "estate"
