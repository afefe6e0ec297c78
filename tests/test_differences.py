"""What changed between two plans: the town day by day against lines written by hand, and rules of the comparison."""

from datetime import datetime
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import strategies as st

from tests.commandline import run
from tests.examples import Hold, few_then_many
from tests.small_town import derive_town
from tests.town_golden import golden, play
from tests.town_strategies import Rows, towns
from zoning import state
from zoning.differences import CHANGES, compare_plans
from zoning.hashes import digest
from zoning.pipeline import Plan, derive, derive_state
from zoning.policy import load_policy
from zoning.store import Workspace

Line = tuple[object, ...]
DAYS = golden("days")
# Between these two times the scenario's file or withdrawal becomes known.
KNOWN = {
    "correction": ("2022-03-15 09:29", "2022-03-15 09:31"),
    "merge": ("2022-03-17 16:09", "2022-03-17 16:11"),
    "withdraw_C3": ("2022-03-17 22:59", "2022-03-17 23:01"),
    "withdraw_C5": ("2022-03-17 22:59", "2022-03-17 23:01"),
}


def local(text: str) -> datetime:
    return pd.Timestamp(text, tz="Asia/Shanghai").to_pydatetime()


def ids(text: str) -> tuple[str, ...]:
    return tuple(sorted(text.split(";"))) if text else ()


def wanted(lines: pd.DataFrame) -> set[Line]:
    """The lines of the golden file as the comparison writes them; ids are hashes of founding fact and slot."""
    return {
        (
            *(line["change"], line["class_before"] or None, line["class_after"] or None),
            *(digest(line["founding"], line["slot"]), digest(line["was"], line["slot"]) if line["was"] else None),
            *(ids(line["added"]), ids(line["removed"]), ids(line["because"])),
        )
        for line in lines.to_dict("records")
        if line["change"]
    }


def found(table: gpd.GeoDataFrame, plans: tuple[Plan, Plan], cells: bool) -> set[Line]:
    """What the comparison says; ground cells only where the golden lines name them."""
    units = set(plans[0].atoms["atom_id"]) | set(plans[1].atoms["atom_id"])

    def named(atoms: list[str]) -> tuple[str, ...]:
        return tuple(a for a in atoms if cells or a in units)

    columns = [table[c] for c in ("change", "class_before", "class_after", "zone_id", "was")]
    lists = (table["atoms_added"], table["atoms_removed"], table["because"])
    return {
        (change, None if pd.isna(was) else was, None if pd.isna(now) else now, zone, None if pd.isna(old) else old,
         named(added), named(removed), tuple(sorted(because)))
        for change, was, now, zone, old, added, removed, because in zip(*columns, *lists, strict=True)
    }  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("day", [d for d in DAYS["from"].unique() if d.startswith("03")])
def test_the_town_day_by_day_changes_as_its_facts_say(day: str, town_folder: Path) -> None:
    lines = DAYS[DAYS["from"] == day]
    plans = [derive(town_folder, at, at) for at in (local(f"2022-{d}") for d in (day, lines["to"].iloc[0]))]
    assert found(compare_plans(*plans), tuple(plans), day == "03-16") == wanted(lines)


@pytest.mark.slow
@pytest.mark.parametrize("scenario", list(KNOWN))
def test_two_times_of_knowing_differ_by_what_was_recorded_between(scenario: str, town_copy: Path) -> None:
    play(scenario, town_copy)
    plans = [derive(town_copy, known_at=local(at)) for at in KNOWN[scenario]]
    lines = DAYS[DAYS["from"] == scenario]
    assert found(compare_plans(*plans), tuple(plans), cells=False) == wanted(lines)
    assert set(DAYS["from"]) == {*KNOWN, *(d for d in DAYS["from"] if d.startswith("03"))}


def test_a_plan_does_not_differ_from_itself(town_plan: Plan) -> None:
    table = compare_plans(town_plan, town_plan)
    assert table.empty
    assert table.crs == "EPSG:4326"


@pytest.mark.slow
def test_ground_is_what_changed_and_people_are_those_of_the_zone(town_folder: Path) -> None:
    plans = [derive(town_folder, local(f"2022-03-{day}"), local(f"2022-03-{day}")) for day in (15, 16)]
    grown, shrunk = compare_plans(*plans).to_dict("records")
    house = plans[0].units.set_index("id").at["E2-B07", "geometry"]
    for row in (grown, shrunk):
        assert shapely.area(shapely.symmetric_difference(row["geometry"], house)) < 0.001 * house.area
    # House 2 and house 7 have 98 people each, by the golden people; the zone around them loses 98.
    assert (grown["people_before"], grown["people_after"]) == pytest.approx((98, 196), abs=0.5)
    assert shrunk["people_before"] - shrunk["people_after"] == pytest.approx(98, abs=0.5)
    assert (grown["because_zh"], grown["because_en"]) == ("新增病例1", "1 new case")


def test_a_floor_that_no_outline_shows_is_drawn_by_its_footprint(town_folder: Path) -> None:
    plans = [derive(town_folder, local(f"2022-03-{day}"), local(f"2022-03-{day}")) for day in (12, 13)]
    table = compare_plans(*plans)
    shrunk = table[table["change"] == "shrunk"].iloc[0]
    footprints = plans[0].units.set_index("id")["geometry"]
    teahouse = table[(table["change"] == "opened") & (table["class_after"] == "controlled")].iloc[0]
    assert shapely.area(teahouse["geometry"] - footprints["N2"].buffer(1e-7)) == 0
    assert shrunk["geometry"].intersects(footprints["N1"].centroid)


@pytest.mark.slow
def test_a_decision_is_named_until_only_the_clock_goes_on(town_copy: Path) -> None:
    zone = digest("cases:C1", "core")
    when = ["--recorded-at", "2022-03-14 22:00", "--in-force-from", "2022-03-15 00:00"]
    assert run("decide", town_copy, zone, "--by", "Li Wei", *when) == 0
    decisions = state.fold(Workspace(town_copy)).decisions
    hours = ("14 21:00", "14 23:00", "15 01:00", "15 02:00")
    plans = [derive(town_copy, local(f"2022-03-{at}")) for at in hours]
    decided, started, same = (compare_plans(*plans[k : k + 2], decisions) for k in range(3))
    row = decided.iloc[0]
    assert decided["change"].tolist() == started["change"].tolist() == ["status"]
    assert (row["zone_id"], row["status_before"], row["status_after"]) == (zone, "proposed", "decided")
    assert row["because"] == decisions["event_id"].tolist()
    assert row["because_en"] == "decided: delineate"
    assert row["start_after"] == local("2022-03-15 00:00")
    assert (started.iloc[0]["status_after"], started.iloc[0]["because_en"]) == ("in_force", "time passed")
    assert started.iloc[0]["because"] == []
    assert same.empty


@pytest.mark.slow
def test_a_release_lifts_and_a_rejection_ends(town_copy: Path) -> None:
    for slot, action in (("core", "release"), ("ring", "reject")):
        given = ("decide", town_copy, digest("cases:C1", slot), "--by", "Li Wei")
        if action == "release":
            assert run(*given, "--recorded-at", "2022-03-11 20:00", "--in-force-from", "2022-03-11 00:00") == 0
        assert run(*given, "--action", action, "--grounds", "none left", "--recorded-at", "2022-03-17 20:00") == 0
    plans = [derive(town_copy, local(f"2022-03-17 {hour}:00")) for hour in (19, 21)]
    table = compare_plans(*plans, state.fold(Workspace(town_copy)).decisions).set_index("change")
    lifted, ended = table.loc["lifted"], table.loc["ended"]
    assert (lifted["zone_id"], lifted["status_before"], lifted["status_after"]) == (
        *(digest("cases:C1", "core"), "in_force"),
        "released",
    )
    assert (ended["zone_id"], ended["status_after"]) == (digest("cases:C1", "ring"), "rejected")
    assert (lifted["atoms_removed"], lifted["because_en"]) == (["E1-B4-U5"], "decided: release")
    # The community's zone takes the estate back: for the decisions, and for no fact.
    assert table.loc["grown", "because_en"] == "decided: release, decided: reject"


@pytest.mark.slow
def test_a_new_case_moves_the_dates_of_its_zone(town_copy: Path) -> None:
    zone = digest("cases:C5", "core")
    given = ("--by", "Li Wei", "--in-force-from", "2022-03-13 00:00", "--recorded-at", "2022-03-13 20:00")
    assert run("decide", town_copy, zone, *given, "--as-of", "2022-03-14") == 0
    plans = [derive(town_copy, local(f"2022-03-{day}")) for day in (15, 16)]
    table = compare_plans(*plans).set_index("change")
    dates = table.loc["dates"]
    # C5 was isolated on 13 March at 21:00, C6 on 15 March at 23:30: 14 full days later each.
    assert (dates["zone_id"], dates["because"]) == (zone, ["cases:C6"])
    assert dates["lift_before"] == local("2022-03-28 00:00")
    assert dates["lift_after"] == local("2022-03-30 00:00")


def test_an_excluded_case_is_told_as_such(town_copy: Path) -> None:
    head, row = "case_id,status,reported_at,recorded_at,unit_id\n", "C9,excluded,2022-03-16 11:00,2022-03-17 09:00,\n"
    (town_copy / "typed.csv").write_text(head + row, "utf-8")
    assert run("load", town_copy, town_copy / "typed.csv", "--kind", "cases") == 0
    table = compare_plans(*(derive(town_copy, known_at=local(f"2022-03-17 {at}")) for at in ("08:59", "09:01")))
    assert set(table["change"]) == {"ended"}
    assert set(table["because_en"]) == {"1 excluded case"}
    assert {tuple(b) for b in table["because"]} == {("cases:C9",)}


def test_two_packs_differ_by_themselves(town_folder: Path) -> None:
    known = state.fold(Workspace(town_folder))
    at = local("2022-03-18")
    plans = [
        derive_state(known, load_policy("cn-sz-2022", {"rest_of_estate": r}), at) for r in ("controlled", "precaution")
    ]
    table = compare_plans(*plans)
    assert set(table["because_en"]) == {"another pack, or other choices in it"}
    assert {"grown", "shrunk"} <= set(table["change"])
    assert not any(table["because"])


@pytest.mark.slow
@few_then_many(6, 40)
def test_every_atom_that_changed_hands_is_told_once_and_no_other(hold: Hold) -> None:
    hold(towns(), st.integers(0, 3))(check_hands)


def check_hands(rows: Rows, gone: int) -> None:
    fewer = {**rows, "cases": [case for case in rows["cases"] if case["case_id"] != f"C{gone}"]}
    before, after = derive_town(**fewer), derive_town(**rows)
    table, back = compare_plans(before, after), compare_plans(after, before)
    was, now = (dict(zip(p.membership["atom_id"], p.membership["zone_id"], strict=True)) for p in (before, after))
    added = {atom: row["zone_id"] for row in table.to_dict("records") for atom in row["atoms_added"]}
    removed = {
        atom: row["zone_id"] if pd.isna(row["was"]) else row["was"]
        for row in table.to_dict("records")
        for atom in row["atoms_removed"]
    }
    assert len(added) == table["atoms_added"].map(len).sum()
    assert added.items() <= now.items()
    assert removed.items() <= was.items()
    assert not {atom for atom in added if was.get(atom) == now[atom]}
    assert now.keys() - was.keys() <= added.keys()
    assert was.keys() - now.keys() <= removed.keys()
    assert set(removed) == {atom for atoms in back["atoms_added"] for atom in atoms}
    assert set(table["change"]) <= set(CHANGES)
