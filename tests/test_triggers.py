"""What happened: which stays fire a rule."""

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


def rule(**when: Any) -> Rule:
    ground = {"take": "siblings", "level": "estate"}
    names = {"zh": "规则", "en": "rule"}
    return Rule.model_validate(
        {"id": "X", "names": names, "class": "sealed", "slot": "core", "grade": "O", "when": when, "ground": ground}
    )


def a_stay(x: float = 0, y: float = 0, day: str = "12", **more: Any) -> Row:
    usual = {"trigger": "residence", "place_risk": None, "contacts_traceable": None, "hours": 24.0, "live": True}
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
