"""What a plan costs: figures worked out by hand from the town's people and dates."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.commandline import run
from tests.small_town import POLICY, Row, area, at, derive_town, estate, home, house, point, stairwell, stay
from zoning.burden import price_resets, weigh
from zoning.decisions import named
from zoning.hashes import digest
from zoning.parting import part_off
from zoning.pipeline import Plan, derive

DAY = "2022-03-16 00:00"


def local(text: str) -> pd.Timestamp:
    return pd.Timestamp(text, tz="Asia/Shanghai").to_pydatetime()


def decided(folder: Path, as_of: str = DAY) -> Plan:
    """The town with C5's zone in force from 13 March, decided before C6 was found."""
    zone = digest("cases:C5", "core")
    given = ("--by", "Li Wei", "--in-force-from", "2022-03-13 00:00", "--recorded-at", "2022-03-13 20:00")
    assert run("decide", folder, zone, *given, "--as-of", "2022-03-14") == 0
    return derive(folder, local(as_of))


def test_a_proposed_zone_is_weighed_from_the_next_midnight(town_plan: Plan) -> None:
    found = weigh(town_plan).set_index("zone_id")
    tower = found.loc[digest("cases:C3", "core")]
    # 540 people; in force from 18 March 00:00 at the earliest, and 14 full days from there.
    assert (tower["people"], tower["days_left"], tower["person_days"], tower["assumed"]) == (540, 14, 7560, True)
    rounds = town_plan.calendar["zone_id"] == digest("cases:C3", "core")
    assert tower["tests"] == 540 * rounds.sum() > 0
    assert tower["required_people"] == 540
    around = found.loc[digest("cases:C1", "area:A1")]
    assert np.isnan(around["days_left"])
    assert np.isnan(around["person_days"])
    assert len(found) == len(town_plan.zones)


def test_a_zone_in_force_costs_from_now_to_its_lift(town_copy: Path) -> None:
    plan = decided(town_copy)
    zone = weigh(plan).set_index("zone_id").loc[digest("cases:C5", "core")]
    # C6 was isolated on 15 March at 23:30: 14 full days end on 29 March 24时, 14 days after 16 March 00:00.
    assert (zone["days_left"], zone["assumed"]) == (14, False)
    assert zone["person_days"] == pytest.approx(196 * 14, abs=1)
    left = [on.day for on in plan.calendar.loc[plan.calendar["zone_id"] == digest("cases:C5", "core"), "date"]]
    assert zone["tests"] == 197 * sum(day >= 16 for day in left)
    assert min(left) < 16


def test_bare_ground_is_where_no_case_was(town_plan: Plan) -> None:
    found = weigh(town_plan).set_index("zone_id")["bare_share"]
    assert found[digest("cases:C5", "core")] == 0
    assert found[digest("cases:C5", "ring")] == 1
    assert found[digest("visits:V2", "core")] == pytest.approx(0)  # nobody lives in the market: by area


def test_a_stay_that_fires_nothing_still_makes_its_house_no_bare_ground() -> None:
    houses = [house("H1", 10, 10, people=60), house("H2", 150, 10, people=50), house("H3", 250, 10, people=100)]
    visits = [stay("V1", "C1", place_id="P2", place_risk="none")]
    places = [{"id": "P2", "name": "P2", "unit_id": "H2"}]
    plan = derive_town(
        buildings=houses, areas=[area("A1", -50, -50, 500, 400)], places=places, cases=[home("C1", "H1")], visits=visits
    )
    rest = weigh(plan).set_index("class").loc["precaution"]
    assert rest["people"] == 150
    assert rest["bare_share"] == pytest.approx(100 / 150)


def test_strokes_beyond_and_below_the_rules_are_told_apart(town_plan: Plan) -> None:
    told = {"E4-B2": (2, 4), "E4-B3": (2, np.nan), "E4-B4": (2, 1), "E4-B5": (2, 2)}
    atoms = town_plan.membership["atom_id"]
    stroke = pd.Series(["s1" if a in told else None for a in atoms], index=atoms.index, dtype="str")
    derived = [told[a][1] if a in told else np.nan for a in atoms]
    plan = replace(town_plan, membership=town_plan.membership.assign(stroke=stroke, derived_rank=derived))
    zone = weigh(plan).set_index("zone_id").loc[digest("cases:C4", "ring")]
    people = town_plan.membership.set_index("atom_id")["people"]
    assert zone["beyond_people"] == people[["E4-B2", "E4-B3"]].sum() > 0
    assert zone["required_people"] == zone["people"] - zone["beyond_people"]
    assert zone["beyond_person_days"] == zone["beyond_people"] * 14
    assert (zone["below_people"], zone["below_facts"]) == (people["E4-B4"], ["cases:C4"])
    assert weigh(plan)["below_people"].gt(0).sum() == 1


def test_atoms_that_a_stroke_took_out_of_every_zone_are_below_the_rules_of_theirs(town_plan: Plan) -> None:
    out = town_plan.membership["atom_id"].isin(["E4-B1", "E4-B2"])
    lost = town_plan.membership[out]
    touched = pd.DataFrame(
        {"atom": lost["atom"], "atom_id": lost["atom_id"], "stroke": "s1",
         "rank": np.nan, "zone_id": None, "derived_rank": lost["rank"],
         "derived_zone": lost["zone_id"], "fact_ids": lost["fact_ids"]}
    )  # fmt: skip
    sealed, ring = digest("cases:C4", "core"), digest("cases:C4", "ring")
    kept = town_plan.zones[town_plan.zones["zone_id"] != sealed]
    plan = replace(town_plan, membership=town_plan.membership[~out], zones=kept)
    found = weigh(plan, touched).set_index("zone_id")
    assert found.index[-1] == sealed
    assert (found.loc[sealed, "people"], found.loc[sealed, "below_people"]) == (0, 168)
    assert found.loc[ring, "below_people"] == pytest.approx(lost["people"].iloc[-1])
    assert found.loc[sealed, "below_facts"] == found.loc[ring, "below_facts"] == ["cases:C4"]
    assert found["below_people"].gt(0).sum() == 2


# Block 1 has two stairwell units; C1 lives in block 2, C3 in unit 1 of block 1, and the new C2 in its unit 2.
HOUSES = {
    "estates": [estate("E1", 0, 0, 100, 40)],
    "buildings": [house("B1", 0, 0, "E1"), house("B2", 40, 0, "E1", people=20), house("B3", 80, 0, "E1", people=7)],
    "units": [stairwell("U1", "B1", 1, people=30), stairwell("U2", "B1", 2, people=50)],
}
OLD = [home("C1", "B2"), home("C3", "U1")]
NEW = home("C2", "U2", onset_at="14", reported_at="15", isolated_at="15", recorded_at="15")


def grown(*new: Row, now: str = "16", **more: Any) -> Plan:
    """The sealed zone of C1 and C3, in force from 13 March 00:00, in which new cases were found."""
    sealed = open_zone(derive_town(**HOUSES, cases=OLD, as_of=at("12 12:00")))
    start = {**named(sealed), "action": "delineate", "delineated_at": at("12"), "in_force_from": at("13"), "by": "Li"}
    return derive_town(**HOUSES, cases=[*OLD, *new], decided=[start, *more.pop("then", [])], as_of=at(now), **more)


def open_zone(plan: Plan) -> dict[str, Any]:
    return plan.zones[plan.zones["class"] == "sealed"].to_dict("records")[0]


def prices(plan: Plan) -> dict[str, tuple[float, float, float, bool]]:
    found = price_resets(plan, open_zone(plan)["zone_id"])
    told = found[["people", "days_added", "person_days", "chosen"]].itertuples(index=False, name=None)
    return dict(zip(found["scope"], told, strict=True))


def test_a_reset_costs_the_people_of_its_scope_the_days_by_which_their_lift_moves() -> None:
    # 14 full days from 13 March end on 26 March 24时; begun again on 16 March 00:00, on 29 March 24时: 3 days later.
    plan = grown(NEW)
    assert prices(plan) == {
        "zone": (100, 3, 300, True), "building": (80, 3, 240, False), "unit": (50, 3, 150, False),
        "none": (0, 0, 0, False),
    }  # fmt: skip
    assert list(prices(plan)) == ["zone", "building", "unit", "none"]
    assert set(price_resets(plan)["zone_id"]) == {z["zone_id"] for z in plan.zones.to_dict("records") if z["new_facts"]}


def test_two_new_cases_are_one_decision_and_nobody_is_counted_twice() -> None:
    other = {**NEW, "case_id": "C4", "unit_id": "B2"}
    assert {scope: price[2] for scope, price in prices(grown(NEW, other, {**other, "case_id": "C5"})).items()} == {
        "zone": 300, "building": 300, "unit": 210, "none": 0,
    }  # fmt: skip


def test_a_clock_that_began_again_before_is_what_a_reset_is_measured_from() -> None:
    first = grown(NEW)
    again = {**named(open_zone(first)), "action": "extend", "scope": "zone", "recorded_at": at("16"), "by": "Li"}
    late = home("C6", "B2", onset_at="17", reported_at="18", isolated_at="18", recorded_at="18")
    # From 29 March 24时 to 1 April 24时, not from 26 March 24时.
    assert prices(grown(NEW, late, now="19", then=[again]))["zone"] == (100, 3, 300, True)


def test_a_part_that_was_parted_off_is_measured_from_its_own_clock() -> None:
    first = grown(NEW)
    zone = open_zone(first)
    again = {**named(zone), "action": "extend", "scope": "unit", "recorded_at": at("16"), "by": "Li"}
    parts = [{**part, "recorded_at": at("16")} for part in part_off(first, zone, again)]
    late = {**NEW, "case_id": "C6", "reported_at": "18", "isolated_at": "18", "recorded_at": "18"}
    plan = grown(NEW, late, now="19", then=[*parts, again])
    found = price_resets(plan, zone["zone_id"]).set_index("scope")
    # Its unit would have been lifted after 29 March, the rest after 26 March.
    assert found.loc[["unit", "zone"], "days_added"].tolist() == [3, 6]
    assert found.loc["unit", "people"] == 50


def test_a_case_in_isolation_is_to_move_no_clock_and_a_class_without_a_reset_costs_nothing() -> None:
    plan = grown({**NEW, "found_in": "quarantine", "isolated_at": "14"})
    assert {scope: price[3] for scope, price in prices(plan).items()} == {
        "none": True, "zone": False, "building": False, "unit": False,
    }  # fmt: skip
    assert prices(grown()) == {}
    classes = {name: of.model_copy(update={"reset": None}) for name, of in POLICY.classes.items()}
    assert price_resets(grown(NEW, policy=POLICY.model_copy(update={"classes": classes}))).empty


def test_what_a_part_costs_is_not_said_where_a_new_case_is_in_no_building() -> None:
    old, new = home("C1", **point(0, 0)), home("C2", **point(20, 0), recorded_at="14")
    sealed = open_zone(derive_town(cases=[old], as_of=at("13")))
    start = {**named(sealed), "action": "delineate", "delineated_at": at("12"), "in_force_from": at("13"), "by": "Li"}
    found = price_resets(derive_town(cases=[old, new], decided=[start], as_of=at("15"))).set_index("scope")
    assert found.loc[["building", "unit"], ["people", "days_added", "person_days"]].isna().all(axis=None)
    assert found.loc["zone", "days_added"] == 2
