"""What an officer should look at: each kind of problem is told with its subject and what to do."""

from datetime import UTC, datetime

import pytest

from tests.small_town import area, at, box, derive_town, home, house, point
from zoning.decisions import named
from zoning.pipeline import Plan
from zoning.policy import load_policy


def told(plan: Plan) -> set[tuple[str, str]]:
    return {(row["code"], row["subject"]) for row in plan.problems.to_dict("records")}


def test_a_sound_town_has_no_problem() -> None:
    plan = derive_town(
        buildings=[house("B1", 0, 0)], areas=[area("A1", -100, -100, 400, 400)], cases=[home("C1", "B1")]
    )
    assert told(plan) == set()


def test_a_case_without_a_place_and_one_beside_a_building_are_told() -> None:
    nowhere, near = {**home("C1", "B1"), "unit_id": None}, {**home("C2", "B1"), "unit_id": None, **point(25, 5)}
    plan = derive_town(buildings=[house("B1", 0, 0)], cases=[nowhere, near])
    assert told(plan) == {("no place", "cases:C1"), ("near", "cases:C2")}
    assert set(plan.membership.loc[plan.membership["class"] == "sealed", "certainty"]) == {"possible"}


def test_a_weak_geocode_that_reaches_two_buildings_is_possible_only() -> None:
    inside = {**home("C1", "B1"), "unit_id": None, **point(10, 10)}
    buildings = [house("B1", 0, 0), house("B2", 60, 0)]
    sure = derive_town(buildings=buildings, cases=[{**inside, "location_radius_m": 5.0}])
    weak = derive_town(buildings=buildings, cases=[{**inside, "location_radius_m": 80.0}])
    for plan, wanted in ((sure, "certain"), (weak, "possible")):
        assert plan.membership.set_index("atom_id").at["B1", "certainty"] == wanted


def test_a_place_far_from_all_others_opens_nothing() -> None:
    cases = [{**home(f"C{i}", "B1"), "unit_id": None, **point(200.0 * i, 0)} for i in range(5)]
    plan = derive_town(cases=[*cases, {**home("C9", "B1"), "unit_id": None, **point(300_000, 0)}])
    assert ("far", "cases:C9") in told(plan)
    assert not any("cases:C9" in facts for facts in plan.zones["fact_ids"])


def test_a_case_found_in_quarantine_without_a_transfer_date_is_told() -> None:
    away = {**home("C1", "B1"), "found_in": "quarantine", "isolated_at": None}
    plan = derive_town(buildings=[house("B1", 0, 0)], cases=[away])
    assert told(plan) == {("transfer", "cases:C1")}
    assert plan.zones.empty


def test_ids_used_twice_and_areas_that_are_not_loaded_are_told() -> None:
    twice = {"id": "B1", "name": "B1", "geometry": box(200, 0)}
    people = [{"id": "P1", "area_id": "A9", "people": 10.0}]
    plan = derive_town(estates=[twice], buildings=[house("B1", 0, 0)], population=people)
    assert told(plan) == {("twice", "B1"), ("no area", "P1")}


def test_ground_that_moved_since_it_was_decided_is_told() -> None:
    buildings = [house("B1", 0, 0), house("B2", 200, 0)]
    before = derive_town(buildings=buildings, cases=[home("C1", "B1")])
    zone = before.zones[before.zones["class"] == "sealed"].iloc[0]
    drawn = {
        "zone_id": zone["zone_id"], "action": "delineate", "fact_ids": zone["fact_ids"], "atoms": zone["atoms"],
        "delineated_at": at("12"), "in_force_from": at("13"), "by": "Li",
    }  # fmt: skip
    same = derive_town(buildings=buildings, cases=[home("C1", "B1")], decided=[drawn])
    moved = derive_town(buildings=buildings, cases=[home("C1", "B2")], decided=[drawn])
    assert told(same) == set()
    assert told(moved) == {("redrawn", zone["zone_id"])}


def test_a_release_counts_from_when_it_was_recorded() -> None:
    buildings = [house("B1", 0, 0)]
    before = derive_town(buildings=buildings, cases=[home("C1", "B1")])
    zone = before.zones[before.zones["class"] == "sealed"].iloc[0]
    ours = {**named(zone), "by": "Li"}
    drawn = {**ours, "action": "delineate", "delineated_at": at("12"), "in_force_from": at("13")}
    ended = {**ours, "action": "release", "recorded_at": at("18")}
    for day, wanted in ((17, "in_force"), (19, "released")):
        plan = derive_town(
            as_of=datetime(2022, 3, day, tzinfo=UTC),
            buildings=buildings,
            cases=[home("C1", "B1")],
            decided=[drawn, ended],
        )
        assert plan.zones.set_index("zone_id").at[zone["zone_id"], "status"] == wanted


@pytest.mark.slow
def test_a_zone_in_force_whose_place_vanished_from_a_newer_file_is_told() -> None:
    town = {"cases": [home("C1", "B1")], "areas": [area("A1", -100, -100, 400, 400)]}
    before = derive_town(buildings=[house("B1", 0, 0)], **town)
    zone = before.zones[before.zones["class"] == "sealed"].iloc[0]
    start = {"delineated_at": at("12 20:00"), "in_force_from": at("13"), "by": "Li", **named(zone)}
    assert not any(
        code == "bare" for code, _ in told(derive_town(buildings=[house("B1", 0, 0)], decided=[start], **town))
    )
    after = derive_town(buildings=[house("B9", 200, 0)], decided=[start], **town)
    assert ("bare", zone["zone_id"]) in told(after)


def test_what_lies_beyond_a_border_is_handed_over() -> None:
    policy = load_policy("eu-2020-687")
    lands = [area("N1", -100, -9000, 20000, 18000, "country"), area("N2", -20000, -9000, 19900, 18000, "country")]
    plan = derive_town(policy=policy, areas=lands, cases=[{**home("C1"), **point(500, 0)}])
    assert {(row["area_id"], row["to_area_id"]) for row in plan.handed_over.to_dict("records")} >= {("N1", "N2")}
    assert any(code == "border" for code, _ in told(plan))
