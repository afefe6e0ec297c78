"""Which causes belong together, and that ghosts tie nothing."""

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.small_town import SETTINGS, house, point, stairwell, tables
from zoning.clusters import find_clusters, find_parts
from zoning.geometry import Cells, components, disks, points_to_cells
from zoning.units import make_units

ATOMS = make_units(
    tables(
        buildings=[house("B1", 0, 0), house("B2", 300, 0), house("B3", 600, 0)],
        units=[stairwell("U1", "B1"), stairwell("U2", "B1")],
    ),
    SETTINGS,
).atoms


def cell(x: float, y: float) -> np.uint64:
    spot = point(x, y)
    return points_to_cells(np.array([spot["lng"]]), np.array([spot["lat"]]), 11)[0]


def ground(*names: str | np.uint64) -> Cells:
    rows = [ATOMS.index[ATOMS["atom_id"] == n][0] if isinstance(n, str) else n for n in names]
    return np.array(rows, np.uint64)


def clusters(*grounds: Cells, joins: list[bool] | None = None, live: list[bool] | None = None) -> list[int | None]:
    """The cluster of each stay, of which every one holds one ground."""
    n = len(grounds)
    columns = {"stay": np.arange(n), "ground": [f"g{i}" for i in range(n)]}
    claims = pd.DataFrame({**columns, "joins": joins or [True] * n, "live": live or [True] * n})
    found = find_clusters(claims, {f"g{i}": g for i, g in enumerate(grounds)}, ATOMS)
    return [int(found[i]) if i in found.index else None for i in range(n)]


def test_without_claims_there_are_no_clusters() -> None:
    claims = pd.DataFrame(columns=["stay", "ground", "joins", "live"])
    assert find_clusters(claims, {}, ATOMS).empty


def test_grounds_that_share_an_atom_are_one_cluster_and_others_are_not() -> None:
    assert clusters(ground("U1"), ground("B2"), ground("U1", "B3")) == [0, 1, 0]


def test_what_a_decision_settled_for_one_zone_is_one_part() -> None:
    holds = {"g0": ground("B2"), "g1": ground("B3"), "g2": ground("U1"), "g3": ground("U2")}
    for settled, parts in (([None] * 4, [0, 1, 2, 2]), (["Z", "Z", None, "Y"], [0, 0, 1, 1])):
        claims = pd.DataFrame({"stay": range(4), "ground": list(holds), "joins": True, "settled": settled})
        claims["rank"] = 1
        assert pd.factorize(find_parts(claims, holds, {}, ATOMS))[0].tolist() == parts


def test_an_outline_and_a_stricter_ground_that_it_meets_are_one_part() -> None:
    holds = {"area": ground("B2"), "beside": ground("B3"), "core": ground("U1")}
    for rims, ranks, parts in (
        ({}, [4, 4, 1], [0, 1, 2]),
        ({"area": ground("U1")}, [4, 4, 1], [0, 1, 0]),
        ({"area": ground("B3")}, [4, 4, 1], [0, 1, 2]),
    ):
        claims = pd.DataFrame({"stay": range(3), "ground": list(holds), "joins": False, "settled": None, "rank": ranks})
        assert pd.factorize(find_parts(claims, holds, rims, ATOMS))[0].tolist() == parts


def test_grounds_in_one_building_touch() -> None:
    assert clusters(ground("U1"), ground("U2")) == [0, 0]
    assert clusters(ground("U1"), ground("B1/rest")) == [0, 0]


def test_neighbouring_cells_touch_and_cells_two_steps_apart_do_not() -> None:
    here = cell(900, 900)
    near = disks(np.array([here]), 1)[1]
    far = np.setdiff1d(disks(np.array([here]), 2)[1], near)
    assert clusters(ground(here), ground(near[near != here][0])) == [0, 0]
    assert clusters(ground(here), ground(far[0])) == [0, 1]
    assert clusters(ground(here), ground(here)) == [0, 0]


def test_a_unit_touches_its_own_cell_and_the_cells_around_it() -> None:
    of_unit = ATOMS.loc[ATOMS["atom_id"] == "B2", "cell"].to_numpy(np.uint64)
    around = disks(of_unit, 2)[1]
    near = disks(of_unit, 1)[1]
    assert clusters(ground("B2"), ground(of_unit[0])) == [0, 0]
    assert clusters(ground("B2"), ground(near[near != of_unit[0]][0])) == [0, 0]
    assert clusters(ground("B2"), ground(np.setdiff1d(around, near)[0])) == [0, 1]


def test_two_units_in_one_cell_do_not_touch_for_that() -> None:
    close = make_units(tables(buildings=[house("B1", 0, 0), house("B2", 21, 0)]), SETTINGS).atoms
    claims = pd.DataFrame({"stay": [0, 1], "ground": ["a", "b"], "joins": True, "live": True})
    held = {"a": np.array([0], np.uint64), "b": np.array([1], np.uint64)}
    assert find_clusters(claims, held, close.assign(cell=close["cell"].iloc[0])).tolist() == [0, 1]


def test_a_chain_of_touching_grounds_is_one_cluster() -> None:
    assert clusters(ground("U1"), ground("B2"), ground("B3"), ground("U2", "B2", "B3")) == [0, 0, 0, 0]


def test_ground_that_does_not_join_ties_nothing() -> None:
    assert clusters(ground("U1"), ground("U1", "B2"), ground("B2"), joins=[True, False, True]) == [0, None, 1]


def test_a_ghost_joins_the_oldest_cluster_that_it_touches_and_ties_none() -> None:
    both = ground("U1", "B2")
    assert clusters(ground("B2"), ground("U1"), both, live=[True, True, False]) == [0, 1, 0]
    assert clusters(both, ground("U1"), ground("B2"), live=[False, True, True]) == [0, 0, 1]


def test_ghosts_that_touch_nothing_living_have_clusters_of_their_own() -> None:
    found = clusters(ground("B3"), ground("U1"), ground("U2"), ground("B2"), live=[True, False, False, False])
    assert found[0] == 0
    assert found[1] == found[2]
    assert len(set(found)) == 3


def test_clusters_are_numbered_in_order_of_founding() -> None:
    assert clusters(ground("B3"), ground("B2"), ground("U1")) == [0, 1, 2]


CELLS = disks(np.array([cell(0, 0)]), 3)[1]


@settings(max_examples=60)
@given(st.lists(st.lists(st.integers(0, len(ATOMS) + len(CELLS) - 1), min_size=1, max_size=4), max_size=7))
def test_clusters_are_what_plain_loops_find(held: list[list[int]]) -> None:
    pool = [*range(len(ATOMS)), *CELLS.tolist()]
    grounds = [{pool[i] for i in one} for one in held]
    near = {int(c): set(disks(np.array([c]), 1)[1].tolist()) for c in [*CELLS, *ATOMS["cell"]]}

    def touch(one: int, other: int) -> bool:
        if one == other:
            return True
        units = [ATOMS.iloc[a] for a in (one, other) if a < len(ATOMS)]
        if len(units) == 2:
            return units[0]["building_id"] == units[1]["building_id"]
        cells = [int(ATOMS.iloc[a]["cell"]) if a < len(ATOMS) else a for a in (one, other)]
        return cells[1] in near[cells[0]]

    pairs = [
        (i, j)
        for i, a in enumerate(grounds)
        for j, b in enumerate(grounds)
        if i < j and any(touch(x, y) for x in a for y in b)
    ]
    left, right = (np.array([p[k] for p in pairs], np.int64) for k in (0, 1))
    assert clusters(*(np.array(sorted(g), np.uint64) for g in grounds)) == components(len(held), left, right).tolist()
