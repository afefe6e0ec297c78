"""Both sides of the city benchmark give the same zones, and a difference is seen; no times are held here."""

import sys
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
import shapely

from bench.__main__ import main as run_benchmarks
from bench.city import AS_OF, make_city
from bench.grid import SIDES, Answer, compare, our_zones, run
from bench.plain import plain_zones
from bench.watch import Watch
from zoning.state import State


@pytest.fixture(scope="module", params=[(200, 24, 4, 1), (300, 60, 6, 2), (120, 90, 1, 3)], ids=str)
def city(request: pytest.FixtureRequest) -> State:
    return make_city(*request.param)


@pytest.fixture
def ours(city: State) -> Answer:
    return our_zones(city, Watch())


@pytest.mark.parametrize("tuned", [False, True])
def test_both_sides_give_the_same_zones(city: State, ours: Answer, tuned: bool) -> None:
    theirs = plain_zones(city.tables, AS_OF, Watch(), tuned)
    assert compare(ours, theirs) < 1e-8
    assert set(ours[1]["class"]) == {"sealed", "controlled", "precaution"}


def test_a_run_takes_the_time_of_every_stage_of_every_side() -> None:
    watches = run(make_city(buildings=100, sources=12, areas=2), rounds=1)
    assert set(watches) == set(SIDES)
    for seen in watches.values():
        stages = dict(seen[0].seconds)
        whole = stages.pop("all")
        assert 0 < sum(stages.values()) <= whole


def _other_class(rows: pd.DataFrame, zones: Any) -> Answer:
    return rows.assign(**{"class": rows["class"].where(rows.index != rows.index[0], "none")}), zones


def _one_atom_less(rows: pd.DataFrame, zones: Any) -> Answer:
    return rows[1:], zones


def _zones_joined(rows: pd.DataFrame, zones: Any) -> Answer:
    sealed = rows["class"] == "sealed"
    return rows.assign(zone=rows["zone"].where(~sealed, rows.loc[sealed, "zone"].iloc[0])), zones


def _zone_not_drawn(rows: pd.DataFrame, zones: Any) -> Answer:
    return rows, zones[1:]


def _wider_by_a_hand(rows: pd.DataFrame, zones: Any) -> Answer:
    return rows, zones.set_geometry(shapely.buffer(zones.geometry.to_numpy(), 1e-6))


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (_other_class, "1 atoms differ in class"),
        (_one_atom_less, "1 atoms differ in class"),
        (_zones_joined, "different zones"),
        (_zone_not_drawn, "not drawn"),
        (_wider_by_a_hand, "differ in shape"),
    ],
)
def test_a_difference_ends_the_benchmark(city: State, ours: Answer, spoil: Any, words: str) -> None:
    with pytest.raises(SystemExit, match=words):
        compare(ours, spoil(*ours))


def test_the_same_seed_makes_the_same_city() -> None:
    one, other = (make_city(buildings=60, sources=9, areas=2, seed=7) for _ in range(2))
    for kind in ("areas", "estates", "buildings", "units", "places", "cases", "visits"):
        pd.testing.assert_frame_equal(pd.DataFrame(one.tables[kind]), pd.DataFrame(other.tables[kind]))


@pytest.mark.parametrize("size", [(60, 9, 2), (500, 30, 12)])
def test_the_ground_of_the_city_is_valid(size: tuple[int, int, int]) -> None:
    tables = make_city(*size).tables
    for kind in ("areas", "estates", "buildings", "units"):
        assert shapely.is_valid(tables[kind]["geometry"].dropna().to_numpy(object)).all(), kind


def _module(monkeypatch: pytest.MonkeyPatch, main: Any) -> None:
    monkeypatch.setitem(sys.modules, "bench.grid", SimpleNamespace(main=main))


def test_all_ratios_are_told_again_at_the_end(monkeypatch: pytest.MonkeyPatch, capfd: Any) -> None:
    _module(monkeypatch, lambda: print("  cells: ratio 3.0"))
    assert run_benchmarks(["grid"]) == 0
    assert capfd.readouterr().out.count("cells: ratio 3.0") == 2


@pytest.mark.parametrize("ends", [lambda: 1, lambda: sys.exit("two zones differ")])
def test_a_benchmark_whose_sides_differ_fails(monkeypatch: pytest.MonkeyPatch, capfd: Any, ends: Any) -> None:
    _module(monkeypatch, ends)
    assert run_benchmarks(["grid"]) == 1
    assert "FAILED" in capfd.readouterr().out


def test_an_unknown_benchmark_names_those_that_there_are(capfd: Any) -> None:
    assert run_benchmarks(["speed"]) == 2
    said = capfd.readouterr().err
    assert "no benchmark 'speed'" in said
    assert "grid" in said
