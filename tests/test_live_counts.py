"""Counts that leave: no small count can be told, from one publication or from any two."""

import itertools
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from live.counts import FINEST, Counts, K, count_cases, floor, floors, tell_counts
from zoning.geometry import disks, parents, points_to_cells
from zoning.pipeline import Plan
from zoning.settings import Settings

# Cells of resolution 8 that lie together, as the cells of one area do.
CELLS = np.sort(disks(points_to_cells(np.array([114.05]), np.array([22.54]), 8), 1)[1])[:3]
MOST = 12  # cases in a cell of the attacker's worlds
World = tuple[int, ...]
Seen = tuple[int, int, tuple[tuple[int, int], ...]]


def homes(world: World) -> np.ndarray:
    """Finer cells of the homes of so many cases in each of CELLS."""
    from zoning.geometry import cell_centres

    lng, lat = cell_centres(CELLS)
    return np.repeat(points_to_cells(lng, lat, 11), world)


def seen(world: World) -> Seen:
    """All that a reader of `counts.json` gets."""
    told: Counts = tell_counts(homes(world), 8)
    pairs = zip(told.cells.tolist(), told.at_least.tolist(), strict=True)
    return told.resolution, told.total, tuple(pairs)


def by_publication(top: int = MOST) -> dict[Seen, list[World]]:
    """What an attacker knows: every world, by what it would have published."""
    found: dict[Seen, list[World]] = {}
    for world in itertools.product(range(top + 1), repeat=len(CELLS)):
        found.setdefault(seen(world), []).append(world)
    return found


@pytest.fixture(scope="module")
def worlds() -> dict[Seen, list[World]]:
    return by_publication()


world = st.tuples(*[st.integers(0, MOST)] * len(CELLS))


def small(values: set[int]) -> bool:
    """Whether all that something can be is a small count."""
    return all(0 < abs(value) < K for value in values)


@given(world)
def test_no_cell_can_be_told_to_hold_a_few(worlds: dict[Seen, list[World]], truth: World) -> None:
    possible = worlds[seen(truth)]
    assert truth in possible
    for cell in range(len(CELLS)):
        assert not small({each[cell] for each in possible})
    assert not small({sum(each) for each in possible})


@given(world, world)
def test_no_increment_of_a_few_can_be_told(worlds: dict[Seen, list[World]], first: World, second: World) -> None:
    before, after = worlds[seen(first)], worlds[seen(second)]
    for cell in range(len(CELLS)):
        steps = {b[cell] - a[cell] for a in before for b in after}
        assert not small(steps)
        # Nor by somebody who knows that counts only grow.
        assert not small({step for step in steps if step >= 0} or {0})


def test_the_attack_finds_a_total_of_true_counts() -> None:
    """The attack can succeed: with a floor of the true total beside the cells, it names a cell with a few."""

    def leaky(world: World) -> tuple[Seen, int]:
        return seen(world), floor(sum(world)) or 0

    def named(truth: World) -> Iterator[bool]:
        possible = [w for w in itertools.product(range(MOST + 1), repeat=2) if leaky((*w, 0)) == leaky(truth)]
        yield from (small({each[cell] for each in possible}) for cell in range(2))

    assert any(named((4, 6, 0)))


@given(st.lists(st.integers(0, 10**9)), st.integers(0, 9))
def test_floors(counts: list[int], resolution: int) -> None:
    told = floors(np.array(counts, np.int64))
    assert (told % K == 0).all()
    assert all(n - K < t <= n for n, t in zip(counts, told.tolist(), strict=True))
    assert [floor(n) for n in counts] == told.tolist()
    assert floor(None) is None
    assert floor(float("nan")) is None


def test_cells_are_never_finer_than_the_finest(town_plan: Plan) -> None:
    many = homes((20, 7, 4))
    assert tell_counts(many, 11).resolution == FINEST
    told = tell_counts(many, 8)
    assert dict(zip(told.cells.tolist(), told.at_least.tolist(), strict=True)) == {
        int(CELLS[0]): 20,
        int(CELLS[1]): 5,
    }
    assert told.total == 25
    coarse = count_cases(town_plan, 5)
    assert (coarse.at_least >= K).all()
    assert (parents(coarse.cells, 5) == coarse.cells).all()
    with pytest.raises(ValueError, match="gives people away"):
        Settings().checked("count_resolution", "10")


def test_a_plan_counts_each_case_once(town_plan: Plan) -> None:
    stays = town_plan.stays
    homes_ = stays[(stays["trigger"] == "residence") & ~stays["ghost"].astype(bool) & stays["known"].astype(bool)]
    assert count_cases(town_plan, 0).total == homes_["case_id"].nunique() // K * K
