"""Ancestors of a level, areas at a point, atoms inside units, every place of a key."""

import numpy as np
import pytest

from tests.small_town import SETTINGS, area, estate, house, point, stairwell, table, tables
from zoning.lookup import area_at, at_level, atoms_inside, spread
from zoning.units import make_units

GROUND = make_units(
    tables(
        estates=[estate("E1", 0, 0, 100, 100)],
        buildings=[house("B1", 0, 0, "E1"), house("B2", 500, 0)],
        units=[stairwell("S1", "B1"), stairwell("S2", "B1")],
    ),
    SETTINGS,
)
ROW = {unit: row for row, unit in enumerate(GROUND.units["id"])}


def at(*spots: tuple[float, float], level: str = "community", areas: list | None = None) -> list[int]:
    found = [point(*spot) for spot in spots]
    lng, lat = (np.array([p[c] for p in found]) for c in ("lng", "lat"))
    return area_at(lng, lat, table("areas", areas or []), level).tolist()


def test_the_nearest_ancestor_of_a_level_may_be_the_unit_itself() -> None:
    rows = np.array([ROW["S1"], ROW["B1"], ROW["E1"], ROW["B2"], -1])
    assert at_level(rows, GROUND.units, ("building",)).tolist() == [ROW["B1"], ROW["B1"], -1, ROW["B2"], -1]
    both = at_level(rows, GROUND.units, ("building", "estate"))
    assert both.tolist() == [ROW["B1"], ROW["B1"], ROW["E1"], ROW["B2"], -1]
    assert rows.tolist() == [ROW["S1"], ROW["B1"], ROW["E1"], ROW["B2"], -1]


def test_without_units_nothing_has_an_ancestor() -> None:
    empty = make_units(tables(), SETTINGS)
    assert at_level(np.array([-1]), empty.units, ("building",)).tolist() == [-1]


def test_atoms_inside_come_in_order_of_their_owners() -> None:
    owner, atom = atoms_inside(np.array([ROW["B1"], ROW["B2"], ROW["B1"]]), GROUND.inside)
    names = GROUND.atoms["atom_id"].to_numpy()[atom]
    assert owner.tolist() == [0, 0, 0, 1, 2, 2, 2]
    assert names.tolist() == ["B1/rest", "S1", "S2", "B2", "B1/rest", "S1", "S2"]
    assert [len(part) for part in atoms_inside(np.empty(0, np.int64), GROUND.inside)] == [0, 0]


def test_an_area_of_the_level_holds_the_point_and_the_first_id_wins_where_two_do() -> None:
    areas = [area("A2", 0, 0, 60, 50), area("A1", 50, 0, 50, 50), area("D", 0, 0, 500, 500, "district")]
    assert at((10, 10), (55, 10), (90, 10), (200, 10), areas=areas) == [1, 0, 0, -1]
    assert at((200, 10), level="district", areas=areas) == [2]


def test_without_areas_or_coordinates_there_is_no_area() -> None:
    assert at((10, 10)) == [-1]
    lost = area_at(np.array([np.nan]), np.array([np.nan]), table("areas", [area("A1", 0, 0, 9, 9)]), "community")
    assert lost.tolist() == [-1]
    assert area_at(np.empty(0), np.empty(0), table("areas", [area("A1", 0, 0, 9, 9)]), "community").tolist() == []


@pytest.mark.parametrize(
    ("asked", "owner", "found"), [([2, 1, 9], [0, 0, 1], [1, 2, 0]), ([], [], []), ([3, 3], [0, 1], [3, 3])]
)
def test_every_position_of_each_asked_key_is_found(asked: list[int], owner: list[int], found: list[int]) -> None:
    got = spread(np.array([1, 2, 2, 3]), np.array(asked, np.int64))
    assert [part.tolist() for part in got] == [owner, found]
