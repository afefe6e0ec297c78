"""Rounds of tests: what each came to in each zone, worked out on paper; who is missing is never lost."""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd
import pytest
from hypothesis import strategies as st

from tests.examples import Hold, few_then_many
from tests.small_town import SETTINGS, Row, at, estate, house, stairwell, tables
from zoning.geometry import text_to_cells
from zoning.people import share_people
from zoning.rounds import DTYPES, sum_rounds
from zoning.units import make_units

NOON = at("26 12:00")
# An estate of four buildings; the fourth has two stairwells. Nobody lives in the yard (E/rest) or in the shop.
TOWN = {
    "estates": [estate("E", 0, 0, 200, 100)],
    "buildings": [
        house("B1", 0, 0, "E", people=100), house("B2", 40, 0, "E", people=50), house("B3", 80, 0, "E", people=10),
        house("B4", 120, 0, "E"), house("S", 160, 0, "E", people=0, residential=False),
    ],
    "units": [stairwell("U1", "B4", 1, people=60), stairwell("U2", "B4", 2, people=40)],
}  # fmt: skip
EVERY = {"B1": "Z", "B2": "Z", "B3": "Z", "U1": "Z", "U2": "Z", "B4/rest": "Z", "S": "Z", "E/rest": "Z"}


def done(unit: str, due: int | None = None, tested: int = 0, name: str = "r1", **more: Any) -> Row:
    """A row of a round that ended on 25 March."""
    given = {"round_row_id": f"{name}/{unit}", "round_id": name, "unit_id": unit, "ended_at": "25 18:00", "due": due}
    return {**given, "tested": tested, "excused": 0, "refused": 0, "absent": 0, "pools_open": 0, "positive": 0, **more}


def sample(person: str, unit: str, result: str = "negative", **more: Any) -> Row:
    """A sample of the round r1 on 25 March."""
    given = {"test_id": f"T{person}", "person_id": person, "unit_id": unit, "sampled_at": "25 09:00", "result": result}
    return {**given, "resulted_at": None if result == "pending" else "25 17:00", "round_id": "r1", **more}


def add_up(
    rounds: Iterable[Row] = (), tests: Iterable[Row] = (), held: Mapping[str, str] | None = None,
    as_of: pd.Timestamp = NOON, town: Mapping[str, list[Row]] = TOWN, withdrawn: Iterable[str] = (),
) -> pd.DataFrame:  # fmt: skip
    """The rounds of zones that are made of named atoms."""
    given = tables(withdrawn, **town, rounds=rounds, tests=tests)
    ground = make_units(given, SETTINGS)
    atoms = ground.atoms.join(share_people(ground.units, ground.atoms, given, SETTINGS).atoms)
    number = {name: row for row, name in enumerate(atoms["atom_id"])}
    held = EVERY if held is None else held
    rows = [
        (number[name], name, zone, atoms["people"][number[name]]) if name in number
        else (text_to_cells([name])[0], name, zone, 30.0)
        for name, zone in held.items()
    ]  # fmt: skip
    membership = pd.DataFrame(rows, columns=["atom", "atom_id", "zone_id", "people"]).astype({"atom": "uint64"})
    zones = pd.DataFrame({"zone_id": sorted(set(held.values()))}, dtype="str")
    found = sum_rounds(zones, membership, atoms, ground.units, ground.inside, given, as_of)
    assert found.dtypes.astype(str).to_dict() == DTYPES
    return found


def one(found: pd.DataFrame, *columns: str) -> list[Any]:
    """Some columns of the only row."""
    assert len(found) == 1
    return list(found.loc[0, list(columns)])


def test_no_round_is_no_row() -> None:
    assert add_up().empty
    assert add_up([done("B1", 100, 100)], held={}).empty


def test_a_full_round_of_every_building() -> None:
    rows = [done("B1", 100, 100), done("B2", 50, 50, ended_at="25 20:30"), done("B3", 10, 10), done("B4", 100, 100)]
    found = add_up([{**row, "started_at": "25 07:00"} for row in rows])
    assert one(found, "zone_id", "round_id", "due", "tested", "share", "uncovered") == ["Z", "r1", 260, 260, 1.0, []]
    assert one(found, "started_at", "ended_at") == [at("25 07:00"), at("25 20:30")]


def test_a_round_that_touched_three_of_four_buildings_names_the_fourth() -> None:
    found = add_up([done("B1", 100, 100), done("B2", 50, 50), done("B4", 100, 100)])
    assert one(found, "uncovered", "due", "tested", "share") == [["B3"], 260, 250, 250 / 260]
    found = add_up([done("B1", 100, 100), done("B2", 50, 50), done("B3", 10, 10), done("U1", 60, 60)])
    assert one(found, "uncovered", "due", "tested") == [["U2"], 260, 220]
    found = add_up([done("B1", 100, 100), done("B2", 50, 50), done("B3", 10, 10)])
    assert one(found, "uncovered", "due") == [["B4"], 260]


def test_excused_people_are_not_missing_and_refused_and_absent_ones_are() -> None:
    found = add_up([done("B1", 100, 97, excused=3)], held={"B1": "Z"})
    assert one(found, "due", "tested", "excused", "share") == [100, 97, 3, 1.0]
    found = add_up([done("B1", 100, 97, refused=1, absent=2, pools_open=1, positive=1)], held={"B1": "Z"})
    assert one(found, "tested", "refused", "absent", "share") == [97, 1, 2, 0.97]
    assert one(found, "pools_open", "positive") == [1, 1]


def test_without_a_count_of_those_due_the_residents_are() -> None:
    assert one(add_up([done("B2", None, 48)], held={"B2": "Z"}), "due", "tested") == [50, 48]
    assert one(add_up([done("B2", None, 53)], held={"B2": "Z"}), "due", "tested") == [53, 53]


def test_an_estate_is_counted_for_the_atoms_that_are_in_the_zone() -> None:
    held = {"B1": "Z", "B2": "Y", "E/rest": "Y"}
    found = add_up([done("E", 260, 234, pools_open=2)], held=held)
    assert found["zone_id"].tolist() == ["Y", "Z"]
    # 26 of 260 are missing: of the 50 in Y five, of the 100 in Z ten.
    assert found[["due", "tested", "pools_open"]].to_numpy().tolist() == [[50, 45, 2], [100, 90, 2]]


def test_a_building_partly_in_the_zone_counts_by_its_people_there() -> None:
    found = add_up([done("B4", 100, 97, excused=2)], held={"U1": "Z", "U2": "Y"})
    # One of 100 is missing, and nobody knows in which stairwell.
    assert found[["due", "tested", "excused"]].to_numpy().tolist() == [[40, 39, 0], [60, 58, 1]]
    full = add_up([done("B4", 100, 97, excused=3)], held={"U1": "Z", "U2": "Y"})
    assert full["share"].tolist() == [1.0, 1.0]


def test_the_finer_count_speaks_and_the_coarser_for_what_is_left() -> None:
    found = add_up([done("E", 260, 260), done("U1", 60, 50)], held={"U1": "Z", "U2": "Y", "B1": "Y"})
    assert found[["due", "tested"]].to_numpy().tolist() == [[140, 140], [60, 50]]


def test_two_rows_of_one_building_add_up() -> None:
    found = add_up([done("B1", 60, 60), done("B1", 40, 39, round_row_id="evening")], held={"B1": "Z"})
    assert one(found, "due", "tested") == [100, 99]


def test_single_samples_count_people_with_a_result_and_pools_without_one() -> None:
    tests = [sample(str(n), "B3") for n in range(8)]
    tests += [sample("0", "B3", test_id="again"), sample("8", "B3", "pending", pool_id="K1")]
    tests += [sample("9", "B3", "pending", pool_id="K1"), sample("x", "B3", round_id=None)]
    assert one(add_up(tests=tests, held={"B3": "Z"}), "due", "tested", "pools_open") == [10, 8, 1]
    shared = [sample("1", "B3", "pending", pool_id="K1"), sample("2", "B2", "pending", pool_id="K1")]
    assert one(add_up(tests=shared, held={"B3": "Z", "B2": "Z"}), "pools_open") == [1]
    late = [sample(str(n), "B3", resulted_at="26 13:00") for n in range(10)]
    assert one(add_up(tests=late, held={"B3": "Z"}), "tested", "pools_open") == [0, 10]
    later = add_up(tests=late, held={"B3": "Z"}, as_of=at("26 13:00"))
    assert one(later, "tested", "pools_open", "share", "ended_at") == [10, 0, 1.0, at("25 09:00")]


def test_samples_at_a_stairwell_touch_its_building_and_no_other_zone() -> None:
    found = add_up(tests=[sample("1", "U1"), sample("2", "U1", "positive")], held={"U1": "Z", "U2": "Y", "B3": "Z"})
    assert one(found, "zone_id", "due", "tested", "positive", "uncovered") == ["Z", 70, 2, 1, ["B3"]]
    inside = add_up(tests=[sample("1", "U1")], held={"U1": "Z", "U2": "Z", "B4/rest": "Z"})
    assert one(inside, "due", "tested", "uncovered") == [100, 1, []]


def test_counts_go_before_samples_but_hide_no_positive() -> None:
    tests = [sample("1", "B3"), sample("2", "B3", "positive"), sample("3", "B2")]
    found = add_up([done("B3", 10, 10)], tests, held={"B3": "Z", "B2": "Z"})
    assert one(found, "due", "tested", "positive") == [60, 11, 1]


def test_what_is_later_withdrawn_or_of_an_unknown_building_does_not_count() -> None:
    rows = [done("B1", 100, 100, ended_at="26 12:01"), done("B2", 50, 50), done("X", 9, 9)]
    assert add_up(rows, withdrawn=["rounds:r1/B2"]).empty
    assert add_up([], [sample("1", "B1")], withdrawn=["tests:T1"]).empty
    assert one(add_up(rows), "tested", "uncovered") == [50, ["B1", "B3", "B4"]]


def test_nobody_is_due_where_nobody_lives_and_everybody_where_no_figure_tells() -> None:
    assert one(add_up([done("B1", 100, 100)], held={"B1": "Z", "S": "Z", "E/rest": "Z"}), "uncovered") == [[]]
    bare = {"estates": TOWN["estates"], "buildings": [house("B1", 0, 0, "E"), house("B2", 40, 0, "E")]}
    found = add_up([done("B1", 100, 100)], held={"B1": "Z", "B2": "Z", "E/rest": "Z"}, town=bare)
    assert one(found, "uncovered", "due") == [["B2"], 100]


def test_a_cell_without_units_is_tested_by_its_name() -> None:
    cell = "8b411c6a1ab3fff"
    found = add_up([done("B1", 100, 100)], held={cell: "Z", "B1": "Z"})
    assert one(found, "uncovered", "due") == [[cell], 130]
    assert one(add_up([done(cell, 30, 30)], held={cell: "Z"}), "uncovered", "due", "share") == [[], 30, 1.0]


UNITS = ["E", "B1", "B2", "B3", "B4", "U1", "U2"]


@st.composite
def some_rows(draw: st.DrawFn) -> list[Row]:
    """Counts of different units of one round."""
    rows = []
    for unit in draw(st.lists(st.sampled_from(UNITS), unique=True, min_size=1)):
        tested, left = draw(st.integers(0, 30)), draw(st.integers(0, 5))
        rows.append(done(unit, tested + left + 1, tested, excused=draw(st.integers(0, left))))
    return rows


SPLIT = {**EVERY, "U2": "Y", "B2": "Y"}
SAMPLES = st.lists(
    st.tuples(st.sampled_from("abcdef"), st.sampled_from(UNITS), st.sampled_from(["negative", "positive", "pending"])),
    max_size=6,
)


def missing(found: pd.DataFrame) -> dict[str, float]:
    """The share that is missing, by zone; a zone without a round lacks all."""
    return {"Y": 1.0, "Z": 1.0} | (1 - found.set_index("zone_id")["share"]).to_dict()


@pytest.mark.slow
@few_then_many(10, 60)
def test_one_more_tested_person_never_makes_a_round_less_complete(hold: Hold) -> None:
    def check(rows: list[Row], given: Any, data: Any) -> None:
        tests = [sample(who, unit, result, test_id=f"T{n}") for n, (who, unit, result) in enumerate(given)]
        before = missing(add_up(rows, tests, held=SPLIT))
        at_row = data.draw(st.integers(0, len(rows) - 1))
        more = [{**row, "tested": row["tested"] + (n == at_row)} for n, row in enumerate(rows)]
        after = missing(add_up(more, tests, held=SPLIT))
        assert all(after[zone] <= before[zone] + 1e-9 for zone in before)
        extra = sample("new", data.draw(st.sampled_from(UNITS)), test_id="T-new")
        after = missing(add_up(rows, [*tests, extra], held=SPLIT))
        assert all(after[zone] <= before[zone] + 1e-9 for zone in before)

    hold(some_rows(), SAMPLES, st.data())(check)


@pytest.mark.slow
@few_then_many(10, 60)
def test_the_order_of_rows_changes_nothing(hold: Hold) -> None:
    def check(rows: list[Row], given: Any, random: Any) -> None:
        tests = [sample(who, unit, result, test_id=f"T{n}") for n, (who, unit, result) in enumerate(given)]
        found = add_up(rows, tests, held=SPLIT)
        mixed = [dict(row, round_row_id=str(n)) for n, row in enumerate(random.sample(rows, len(rows)))]
        others = [dict(row, test_id=f"S{n}") for n, row in enumerate(random.sample(tests, len(tests)))]
        pd.testing.assert_frame_equal(found, add_up(mixed, others, held=SPLIT))

    hold(some_rows(), SAMPLES, st.randoms(use_true_random=False))(check)


@pytest.mark.parametrize("unit", UNITS)
def test_a_complete_count_is_complete_in_every_zone_that_it_touches(unit: str) -> None:
    found = add_up([done(unit, 77, 70, excused=7)], held=SPLIT)
    told = found["due"] - found["excused"] - found["tested"]
    lost = [
        sum({"B1": 100, "B2": 50, "B3": 10, "B4": 100, "U1": 60, "U2": 40}[u] for u in ids)
        for ids in found["uncovered"]
    ]
    assert told.tolist() == lost
