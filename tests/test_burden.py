"""What a plan costs: figures worked out by hand from the town's people and dates."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.commandline import run
from tests.small_town import area, derive_town, home, house, stay
from zoning.burden import price_resets, weigh
from zoning.classes import Reset
from zoning.hashes import digest
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
        {"atom_id": lost["atom_id"], "stroke": "s1", "rank": np.nan, "zone_id": None, "derived_rank": lost["rank"],
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


def test_a_reset_is_priced_for_every_scope_that_the_class_allows(town_copy: Path) -> None:
    plan = with_reset(decided(town_copy))
    found = price_resets(plan).set_index("scope")
    # Without C6 the lift is 27 March 24时, with its clock begun again on 16 March it is 29 March 24时.
    assert set(found["zone_id"]) == {digest("cases:C5", "core")}
    assert set(found["fact_id"]) == {"cases:C6"}
    assert found["days_added"].tolist() == [2, 2, 2, 2]
    assert found["people"].tolist() == pytest.approx([196, 98, 98, 0], abs=0.5)
    assert found["person_days"].tolist() == pytest.approx([392, 196, 196, 0], abs=1)
    assert found["chosen"].tolist() == [True, False, False, False]


def test_a_case_found_in_isolation_and_a_class_without_a_reset_cost_nothing(town_copy: Path) -> None:
    plan = decided(town_copy)
    cases = plan.tables["cases"].assign(found_in="quarantine")
    assert price_resets(with_reset(replace(plan, tables={**plan.tables, "cases": cases}))).empty
    assert price_resets(with_reset(plan, None)).empty


def with_reset(plan: Plan, scope: str | None = "zone") -> Plan:
    """The plan under a pack whose classes reset by a scope, with every other one allowed; None: none resets."""
    told = {"scope": scope, "allowed": ["zone", "building", "unit", "none"], "ignores": ["quarantine"], "grade": "O"}
    reset = None if scope is None else Reset.model_validate(told)
    classes = {name: of.model_copy(update={"reset": reset}) for name, of in plan.policy.classes.items()}
    return replace(plan, policy=plan.policy.model_copy(update={"classes": classes}))
