"""Why is this building in its class, and why is that one not?"""

import json
from typing import Any

import pytest

from tests.small_town import area, derive_town, estate, floors, home, house, point
from zoning.errors import InputError, UnknownError
from zoning.explain import explain_at, explain_unit
from zoning.pipeline import Plan


@pytest.fixture(scope="module")
def plan() -> Plan:
    """A tower of shops and flats in an estate, with a case on the upper floors; a house outside everything."""
    return derive_town(
        estates=[estate("E1", 0, 0, 100, 100), {"id": "E9", "name": "E9", "geometry": None}],
        buildings=[house("B1", 10, 10, people=90), house("B2", 60, 10, people=30), house("B9", 900, 0, people=7)],
        units=[floors("F1", "B1", 1, 3, residential=False), floors("F4", "B1", 4, 9)],
        areas=[area("A1", -100, -100, 400, 400)],
        cases=[home("C1", "F4")],
    )


def reasons(found: dict[str, Any]) -> list[str]:
    return [reason["rule_id"] for reason in found["reasons"]]


def test_an_atom_names_its_rule_citation_and_facts(plan: Plan) -> None:
    found = explain_unit(plan, "F4")
    assert (found["class"], found["certainty"], found["people"]) == ("sealed", "certain", 90)
    assert found["subject"] == {"id": "F4", "name": "E1 B1 F4", "kind": "floor_range"}
    reason = found["reasons"][0]
    assert (reason["rule_id"], reason["grade"], reason["facts"]) == ("R1", "A", ["cases:C1"])
    assert "48" in reason["cite"]
    assert json.loads(json.dumps(found)) == found


def test_a_building_is_explained_by_its_strictest_atom_and_lists_all(plan: Plan) -> None:
    found = explain_unit(plan, "B1")
    assert found["class"] == "sealed"
    assert {a["atom_id"]: a["class"] for a in found["atoms"]} == {
        "B1/rest": "controlled",
        "F1": "controlled",
        "F4": "sealed",
    }
    assert explain_unit(plan, "E1")["people"] == 120


def test_a_remainder_and_a_cell_can_be_asked_for_by_name(plan: Plan) -> None:
    rest = explain_unit(plan, "E1/rest")
    assert (rest["subject"]["kind"], rest["class"], reasons(rest)) == ("rest", "controlled", ["R3"])
    cell = next(name for name in plan.membership["atom_id"] if name.startswith("8b"))
    found = explain_unit(plan, cell)
    assert (found["subject"]["kind"], found["class"], reasons(found)) == ("cell", "precaution", ["R6"])


def test_what_is_in_no_zone_says_so(plan: Plan) -> None:
    found = explain_unit(plan, "B9")
    assert (found["class"], found["zone_id"], found["reasons"], found["people"]) == (None, None, [], 7)


def test_a_unit_without_any_ground_is_in_no_zone(plan: Plan) -> None:
    found = explain_unit(plan, "E9")
    assert (found["class"], found["atoms"], found["people"]) == (None, [], 0)


def test_a_name_that_is_not_there_is_an_error_that_says_so(plan: Plan) -> None:
    with pytest.raises(UnknownError, match="B404"):
        explain_unit(plan, "B404")


@pytest.mark.parametrize(
    ("x", "y", "subject", "target"),
    [
        (15, 15, "B1", "sealed"),
        (65, 15, "B2", "controlled"),
        (50, 80, "E1/rest", "controlled"),
        (905, 5, "B9", None),
    ],
)
def test_a_point_asks_for_the_finest_ground_that_holds_it(
    plan: Plan, x: float, y: float, subject: str, target: str | None
) -> None:
    found = explain_at(plan, **point(x, y))
    assert (found["subject"]["id"], found["class"]) == (subject, target)


def test_a_point_outside_all_units_asks_for_its_cell(plan: Plan) -> None:
    assert explain_at(plan, **point(200, 200))["class"] == "precaution"
    assert explain_at(plan, **point(2000, 2000))["class"] is None
    assert explain_at(plan, **point(200, 200))["subject"]["kind"] == "cell"


@pytest.mark.parametrize(("lng", "lat"), [(181, 0), (0, 91), (float("nan"), 0)])
def test_a_point_that_is_not_on_earth_is_an_error(plan: Plan, lng: float, lat: float) -> None:
    with pytest.raises(InputError, match="not on earth"):
        explain_at(plan, lng, lat)
