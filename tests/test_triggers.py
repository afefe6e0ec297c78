"""What happened: which stays fire a rule."""

import itertools
from collections.abc import Iterable
from typing import Any

import pandas as pd
import pytest

from tests.small_town import FRAME, POLICY, SETTINGS, Row, area, at, estate, house, point, stairwell, tables
from zoning.rules import Rule
from zoning.triggers import fire
from zoning.units import make_units


def value(number: float, unit: str = "n") -> dict[str, Any]:
    return {"value": number, "unit": unit, "grade": "O"}


def rule(also: Iterable[dict[str, Any]] = (), **when: Any) -> Rule:
    ground = {"take": "siblings", "level": "estate"}
    names = {"zh": "规则", "en": "rule"}
    return Rule.model_validate(
        {
            "id": "X",
            "names": names,
            "class": "sealed",
            "slot": "core",
            "grade": "O",
            "when": when,
            "ground": ground,
            "also": list(also),
        }
    )


_NUMBERS = itertools.count()  # each stay is one of another case, unless it says whose


def a_stay(x: float = 0, y: float = 0, day: str = "12", **more: Any) -> Row:
    usual = {"trigger": "residence", "place_risk": None, "contacts_traceable": None, "hours": 24.0, "live": True}
    usual |= {"ghost": False, "case_id": f"cases:{next(_NUMBERS)}"}
    return {**usual, "reported_at": at(day), "unit": None, "known": True, **point(x, y), **more}


def fired(given: Rule, rows: list[Row], **town: Iterable[Row]) -> list[bool]:
    held = tables(**town)
    ground = make_units(held, SETTINGS)
    row_of = {unit: i for i, unit in enumerate(ground.units["id"])}
    columns = list(a_stay())
    stays = pd.DataFrame(rows, columns=columns).astype(
        {
            "place_risk": "str",
            "contacts_traceable": "boolean",
            "live": "bool",
            "ghost": "bool",
            "known": "bool",
            "lng": float,
            "lat": float,
        }
    )
    stays["reported_at"] = pd.to_datetime(stays["reported_at"], utc=True).astype("datetime64[us, UTC]")
    spots = stays[["lng", "lat", "known"]].assign(unit=[row_of.get(unit, -1) for unit in stays["unit"]])
    return fire(given, stays, spots, ground.units, held, FRAME).tolist()


VISIT = {"trigger": "visit", "place_risk": "likely", "contacts_traceable": False, "hours": 2.0}


@pytest.mark.parametrize("kind", ["residence", "visit", "cluster", "count", "ground"])
def test_nothing_fires_where_nothing_happened(kind: str) -> None:
    more = {
        "visit": {"place_risk": ["likely"]},
        "cluster": {"n": value(2), "within_m": value(9), "within_days": value(9)},
        "count": {"level": "estate", "n": value(1), "within_days": value(9)},
        "ground": {"classes": ["sealed"]},
    }
    assert fired(rule(trigger=kind, **more.get(kind, {})), []) == []


def test_a_home_fires_where_it_is_known() -> None:
    rows = [a_stay(), a_stay(known=False), a_stay(**VISIT)]
    assert fired(rule(trigger="residence"), rows) == [True, False, False]


def test_a_rule_may_ask_for_homes_of_some_statuses() -> None:
    cases = [
        {"case_id": f"C{i}", "status": status, "reported_at": "12"} for i, status in ((1, "preliminary"), (2, None))
    ]
    rows = [a_stay(case_id="cases:C1"), a_stay(case_id="cases:C2"), a_stay(case_id="cases:C9", ghost=True, live=False)]
    assert fired(rule(trigger="residence", statuses=["preliminary"]), rows, cases=cases) == [True, False, True]
    assert fired(rule(trigger="residence"), rows, cases=cases) == [True] * 3


def test_homes_of_ghosts_fire_too_for_they_keep_ids() -> None:
    assert fired(rule(trigger="residence"), [a_stay(live=False)]) == [True]


@pytest.mark.parametrize(
    ("more", "fires"),
    [
        ({}, True),
        ({"place_risk": "some"}, False),
        ({"place_risk": None}, False),
        ({"contacts_traceable": True}, False),
        ({"contacts_traceable": None}, False),
        ({"known": False}, False),
        ({"hours": 0.0}, True),
    ],
)
def test_a_visit_fires_by_the_two_fields_of_the_investigator(more: Row, fires: bool) -> None:
    given = rule(trigger="visit", place_risk=["likely"], contacts_traceable=False)
    assert fired(given, [a_stay(**{**VISIT, **more})]) == [fires]


def test_a_visit_rule_that_asks_for_neither_takes_any_and_a_minimum_stay_counts() -> None:
    given = rule(trigger="visit", place_risk=["likely", "some"], min_stay_h=value(2, "h"))
    rows = [a_stay(**{**VISIT, **m}) for m in ({"contacts_traceable": None}, {"place_risk": "some"}, {"hours": 1.9})]
    assert fired(given, rows) == [True, True, False]


def cluster(n: int, metres: float, days: float) -> Rule:
    return rule(trigger="cluster", n=value(n), within_m=value(metres, "m"), within_days=value(days, "day"))


def test_a_chain_of_homes_near_in_metres_and_days_is_a_cluster() -> None:
    rows = [a_stay(0), a_stay(90), a_stay(180), a_stay(400)]
    assert fired(cluster(3, 100, 7), rows) == [True, True, True, False]
    assert fired(cluster(4, 100, 7), rows) == [False] * 4


def test_homes_near_each_other_but_days_apart_are_no_cluster() -> None:
    rows = [a_stay(0, day="05"), a_stay(10, day="12"), a_stay(20, day="13")]
    assert fired(cluster(2, 100, 6), rows) == [False, True, True]
    assert fired(cluster(2, 100, 7), rows) == [True, True, True]


def test_only_the_living_count_towards_a_cluster() -> None:
    assert fired(cluster(2, 100, 7), [a_stay(), a_stay(live=False)]) == [False, False]
    assert fired(cluster(2, 100, 7), [a_stay(), a_stay(**VISIT)]) == [False, False]


def test_around_an_index_those_count_that_come_near_it_and_after_it() -> None:
    # The third is near the second but not the first; in a chain all three would hang together.
    rows = [a_stay(0, day="10"), a_stay(150, day="12"), a_stay(300, day="14")]
    when = {"trigger": "cluster", "n": value(3), "within_m": value(200, "m"), "within_days": value(14, "day")}
    assert fired(rule(**when), rows) == [True, True, True]
    assert fired(rule(**when, around="index"), rows) == [False] * 3
    pair = {**when, "n": value(2), "around": "index"}
    assert fired(rule(**pair), [*rows[:2], a_stay(0, day="26")]) == [True, True, True]
    assert fired(rule(**pair), [rows[0], a_stay(150, day="25")]) == [False, False]


def test_visited_places_may_make_a_cluster_in_which_a_source_counts_once() -> None:
    when = {"trigger": "cluster", "n": value(2), "within_m": value(150, "m"), "within_days": value(7, "day")}
    rows = [a_stay(0, case_id="cases:C1"), a_stay(100, **{**VISIT, "case_id": "cases:C2"})]
    assert fired(rule(**when), rows) == [False, False]
    assert fired(rule(**when, places="all"), rows) == [True, True]
    own = [rows[0], {**rows[1], "case_id": "cases:C1"}]
    for around in ("chain", "index"):
        assert fired(rule(**when, places="all", around=around), own) == [False, False]


def test_a_cluster_may_count_from_the_onset() -> None:
    # Reported a day apart, but the first fell ill three weeks before the second, whose onset nobody knows.
    cases = [
        {"case_id": "C1", "onset_at": "01", "reported_at": "20"}, {"case_id": "C2", "reported_at": "21"},
        {"case_id": "C3", "onset_at": "14", "reported_at": "25"},
    ]  # fmt: skip
    rows = [a_stay(i, day=day, case_id=f"cases:C{i}") for i, day in ((1, "20"), (2, "21"), (3, "25"))]
    when = {"trigger": "cluster", "n": value(2), "within_m": value(150, "m"), "within_days": value(7, "day")}
    assert fired(rule(**when), rows, cases=cases) == [True] * 3
    assert fired(rule(**when, by="onset"), rows, cases=cases) == [False, True, True]


HOUSES = {
    "estates": [estate("E1", 0, 0, 100, 60), estate("E2", 200, 0, 100, 60)],
    "buildings": [house("B1", 5, 5), house("B2", 60, 5), house("B3", 205, 5)],
    "units": [stairwell("S1", "B1", 1), stairwell("S2", "B1", 2)],
}


def count(level: str, n: int, days: float = 14, distinct: str | None = None) -> Rule:
    return rule(trigger="count", level=level, n=value(n), within_days=value(days, "day"), distinct=distinct)


def test_cases_of_one_estate_are_counted() -> None:
    rows = [a_stay(unit="S1"), a_stay(unit="S1"), a_stay(unit="B3"), a_stay()]
    assert fired(count("estate", 2), rows, **HOUSES) == [True, True, False, False]


def test_distinct_buildings_are_counted_once_each() -> None:
    same = [a_stay(unit="S1"), a_stay(unit="S2")]
    assert fired(count("estate", 2, distinct="building"), same, **HOUSES) == [False, False]
    assert fired(count("estate", 2, distinct="building"), [*same, a_stay(unit="B2")], **HOUSES) == [True] * 3
    assert fired(count("estate", 2, distinct="stairwell"), same, **HOUSES) == [True, True]


def test_a_count_needs_its_cases_within_so_many_days_of_each_other() -> None:
    rows = [a_stay(unit="B1", day="01"), a_stay(unit="B2", day="08"), a_stay(unit="B2", day="15")]
    assert fired(count("estate", 2, 6), rows, **HOUSES) == [False] * 3
    assert fired(count("estate", 2, 7), rows, **HOUSES) == [True] * 3
    assert fired(count("estate", 3, 7), rows, **HOUSES) == [False] * 3
    assert fired(count("estate", 3, 14), rows, **HOUSES) == [True] * 3


def test_a_level_that_no_unit_has_is_one_of_areas() -> None:
    areas = [area("A1", 0, 0, 100, 100), area("A2", 100, 0, 100, 100)]
    rows = [a_stay(10, 10), a_stay(20, 20), a_stay(110, 10), a_stay(900, 900)]
    assert fired(count("community", 2), rows, areas=areas) == [True, True, False, False]
    assert fired(count("district", 2), rows, areas=areas) == [False] * 4
    assert fired(count("community", 2), rows) == [False] * 4


def test_only_the_living_are_counted() -> None:
    assert fired(count("estate", 2), [a_stay(unit="B1"), a_stay(unit="B2", live=False)], **HOUSES) == [False, False]


def test_a_rule_about_ground_fires_for_no_stay() -> None:
    around = next(r for r in POLICY.rules if r.id == "R6")
    assert fired(around, [a_stay(), a_stay(**VISIT)]) == [False, False]


def test_cases_of_any_age_are_counted_where_a_rule_asks_for_it_but_only_the_living_fire() -> None:
    rows = [a_stay(unit="B1", day="01", live=False), a_stay(unit="B2", live=False, ghost=True), a_stay(unit="B2")]
    when = {"trigger": "count", "level": "estate", "n": value(2)}
    assert fired(rule(**when), rows, **HOUSES) == [False] * 3
    assert fired(rule(**when, ever=True), rows, **HOUSES) == [False, False, True]
    assert fired(rule(**{**when, "n": value(3)}, ever=True), rows, **HOUSES) == [False] * 3


def test_what_must_have_happened_too_holds_for_the_same_source() -> None:
    both = [{"trigger": "count", "level": "building", "n": value(2), "within_days": value(14, "day")}]
    three = {"trigger": "count", "level": "estate", "n": value(3)}
    rows = [a_stay(unit="B1"), a_stay(unit="B1"), a_stay(unit="B2"), a_stay(unit="B3"), a_stay(unit="B3")]
    assert fired(rule(**three), rows, **HOUSES) == [True, True, True, False, False]
    assert fired(rule(also=both, **three), rows, **HOUSES) == [True, True, False, False, False]


def test_a_count_of_any_age_with_nobody_to_count_fires_for_none() -> None:
    given = rule(trigger="count", level="estate", n=value(1))
    assert fired(given, [a_stay(700, 700)], estates=[estate("E1", 0, 0, 100, 100)]) == [False]
