"""The outbreak of the demo city could have happened: who infected whom, when, and how each came to be known."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from zoning.demo.facts import Facts, make_facts
from zoning.demo.ground import Ground, make_ground
from zoning.demo.outbreak import DAYS, make_outbreak
from zoning.demo.plan import make_districts
from zoning.demo.rounds import make_rounds

CASES = 120


@dataclass(frozen=True)
class Run:
    """One district of 200,000 people with an outbreak."""

    ground: Ground
    spread: pd.DataFrame
    facts: Facts


@pytest.fixture(scope="module")
def run() -> Run:
    district = make_districts(2, 200_000, CASES)[0]
    ground = make_ground(district)
    spread = make_outbreak(district, ground.register.homes, ground.places)
    return Run(ground, spread, make_facts(district, spread, ground.register.homes, ground.places))


def pairs(spread: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Each infected case beside its infector."""
    known = spread[spread["infector"] >= 0]
    return known.reset_index(drop=True), spread.iloc[known["infector"]].reset_index(drop=True)


def test_nobody_infects_before_infection_or_after_isolation(run: Run) -> None:
    child, parent = pairs(run.spread)
    assert (child["infected"] > parent["infected"]).all()
    assert (child["infected"] <= parent["isolated"]).all()


def test_generations_follow_each_other_in_days(run: Run) -> None:
    child, parent = pairs(run.spread)
    gap = child["infected"] - parent["infected"]
    assert 1.5 < gap.mean() < 4.0
    depth = np.zeros(len(run.spread), int)
    for row, source in enumerate(run.spread["infector"]):
        depth[row] = 0 if source < 0 else depth[source] + 1
    assert depth.max() >= 4
    assert (run.spread["infector"] < 0).sum() < 0.12 * CASES


def test_few_infect_many(run: Run) -> None:
    child, _ = pairs(run.spread)
    counts = child["infector"].value_counts()
    top = counts.head(round(0.2 * CASES)).sum()
    assert top > 0.6 * len(child)


def test_spread_is_at_home_next_door_and_at_places(run: Run) -> None:
    share = run.spread["setting"].value_counts(normalize=True)
    assert (share[["home", "building", "place"]] > 0.05).all()
    child, parent = pairs(run.spread)
    assert (child["home"] == parent["home"])[child["setting"] == "home"].all()


def test_times_of_a_case_are_in_order(run: Run) -> None:
    spread = run.spread
    assert (spread["infected"] < spread["sampled"]).all()
    assert (spread["sampled"] < spread["reported"]).all()
    assert (spread["reported"] < spread["recorded"]).all()
    assert spread["reported"].between(0, DAYS).all()
    assert not (spread["onset"] < spread["infected"]).any()
    moved = spread["quarantined"].notna()
    assert (spread.loc[moved, "isolated"] < spread.loc[moved, "recorded"]).all()
    assert 0.25 < (spread["found_in"] == "quarantine").mean() < 0.7


def test_reports_rise_and_fall(run: Run) -> None:
    days = np.bincount(run.spread["reported"].astype(int), minlength=DAYS)
    weeks = days.reshape(3, 7).sum(axis=1)
    assert weeks[1] > weeks[0]
    assert weeks[1] > weeks[2]


def test_both_were_at_the_place_where_it_was_passed_on(run: Run) -> None:
    visits = run.facts.visits
    visits = visits.assign(arrive=pd.to_datetime(visits["arrive_at"]), leave=pd.to_datetime(visits["leave_at"]))
    child, _ = pairs(run.spread)
    places, met = run.ground.places["id"].to_numpy(), 0
    tag = [f"P{i + 1:05d}" for i in range(len(run.spread))]
    rows = run.spread.index[(run.spread["infector"] >= 0) & (run.spread["setting"] == "place")]
    for row in rows:
        there = visits[visits["place_id"] == places[run.spread["place"][row]]]
        mine = there[there["person_id"] == tag[row]]
        theirs = there[there["person_id"] == tag[run.spread["infector"][row]]]
        both = mine.merge(theirs, "cross")
        met += bool(((both["arrive_x"] <= both["leave_y"]) & (both["arrive_y"] <= both["leave_x"])).any())
    assert len(child) > len(rows) > 20
    # A stay whose end nobody remembers cannot be held against another one.
    assert met > 0.85 * len(rows)


def test_every_gathering_place_has_a_stay(run: Run) -> None:
    assert set(run.facts.visits["place_id"]) == set(run.ground.places["id"])


def test_some_turn_out_to_be_no_cases(run: Run) -> None:
    cases = run.facts.cases.set_index("case_id")
    assert len(cases) == CASES
    assert {"confirmed", "asymptomatic", "excluded", "imported", "re_positive", "preliminary"} == set(cases["status"])
    infectors = {f"C{i + 1:05d}" for i in run.spread["infector"][run.spread["infector"] >= 0]}
    assert not infectors & set(cases.index[cases["status"] == "excluded"])


def test_corrections_are_later_and_of_known_cases(run: Run) -> None:
    first, later = run.facts.cases.set_index("case_id"), run.facts.corrections.set_index("case_id")
    before = first.loc[later.index]
    assert (pd.to_datetime(later["recorded_at"]) > pd.to_datetime(before["recorded_at"])).all()
    assert (later[["unit_id", "status", "onset_at"]] != before[["unit_id", "status", "onset_at"]]).any(axis=1).all()


def test_contacts_and_samples_belong_to_people(run: Run) -> None:
    facts, units = run.facts, set(run.ground.register.homes["unit_id"])
    assert set(facts.contacts["case_id"]) <= set(facts.cases["case_id"])
    assert set(facts.tests["unit_id"]) <= units
    positive = facts.tests[facts.tests["result"] == "positive"]
    assert set(positive["person_id"]) <= set(facts.cases["person_id"])
    rounds = facts.tests[facts.tests["pool_id"] != ""].groupby("pool_id").size()
    assert rounds.max() <= 10


def test_rounds_reach_every_home_of_a_case_and_mostly_everybody(run: Run) -> None:
    rounds = make_rounds(make_districts(2, 200_000, CASES)[0], run.spread, run.ground)
    homes = run.ground.register.homes["building"].to_numpy()[run.spread["home"]]
    assert set(homes) <= set(rounds["unit_id"])
    missing = rounds["refused"] + rounds["absent"]
    assert (rounds["tested"] + rounds["excused"] + missing == rounds["due"]).all()
    assert (rounds[["tested", "excused", "refused", "absent", "positive"]] >= 0).all(axis=None)
    complete = rounds[["refused", "absent", "pools_open"]].sum(axis=1) == 0
    assert 0.9 < complete.mean() < 0.995
    assert (rounds[["refused", "absent", "pools_open", "positive"]].sum() > 0).all()
    assert not rounds.duplicated(["round_id", "unit_id"]).any()
    assert (pd.to_datetime(rounds["started_at"]) < pd.to_datetime(rounds["ended_at"])).all()


def test_a_community_is_tested_from_the_day_after_its_first_report(run: Run) -> None:
    rounds = make_rounds(make_districts(2, 200_000, CASES)[0], run.spread, run.ground)
    first = rounds.groupby("unit_id")["started_at"].min()
    homes = run.ground.register.homes["building"].to_numpy()[run.spread["home"]]
    reported = pd.Timestamp("2022-03-01") + pd.to_timedelta(run.spread["reported"], unit="D")
    begun = pd.to_datetime(first[homes]).to_numpy()
    assert (begun <= (reported.dt.floor("D") + pd.Timedelta(hours=32)).to_numpy()).all()
    days = rounds.groupby("unit_id").size()
    assert days.max() <= 17
