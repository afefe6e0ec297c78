"""Which class each atom is in, in which zone, and why."""

import pytest

from tests.small_town import POLICY, Row, area, derive_town, estate, home, house, point, stay
from zoning.hashes import digest
from zoning.pipeline import Plan


def test_a_town_without_cases_has_no_zones_and_one_without_anything_neither() -> None:
    for town in ({}, {"buildings": [house("B1", 0, 0)], "areas": [area("A1", 0, 0, 50, 50)]}):
        plan = derive_town(**town)
        assert plan.zones.empty
        assert plan.membership.empty
        assert len(plan.revision) == 64


def test_a_zone_that_goes_by_no_area_has_no_ground_id() -> None:
    plan = derive_town(buildings=[house("B1", 0, 0)], areas=[area("A1", 0, 0, 50, 50)], cases=[home("C1", "B1")])
    assert plan.zones.set_index("class")["ground_id"].to_dict() == {"sealed": None, "precaution": "A1"}


@pytest.mark.slow
def test_of_two_areas_that_overlap_the_older_zone_has_the_atoms_and_the_outline_whatever_their_ids() -> None:
    houses = [house("B1", 10, 10), house("B2", 110, 10), house("B3", 250, 10)]
    for narrow, wide in (("A1", "S1"), ("S1", "A1"), ("B1", "A9")):
        areas = [area(narrow, 0, 0, 200, 60), area(wide, -50, -50, 400, 200, "subdistrict")]
        for first, second in (("B1", "B3"), ("B3", "B1")):
            cases = [home("C1", first, recorded_at="12"), home("C2", second, recorded_at="13")]
            plan = derive_town(buildings=houses, areas=areas, cases=cases)
            held = plan.membership.set_index("atom_id").loc["B2", "zone_id"]
            zone = plan.zones.set_index("zone_id").loc[held]
            assert zone["ground_id"] == (narrow if first == "B1" else wide)
            assert zone["geometry"].covers(houses[1]["geometry"])
            assert (plan.zones["area_m2"] > 0).all()


# Two houses 300 m apart, a third between them that touches neither, in one community.
LEFT, RIGHT = [house("B1", 0, 0)], [house("B2", 300, 0)]
MILD = POLICY.model_copy(
    update={"rules": [r.model_copy(update={"target": "like_controlled"}) if r.id == "R3" else r for r in POLICY.rules]}
)
BETWEEN = [house(f"M{n}", 25 * n, 0) for n in range(1, 12)]
TOWN = {"buildings": [*LEFT, *RIGHT, *BETWEEN], "areas": [area("A1", -100, -100, 700, 300)]}


def case(name: str, unit: str, recorded: str, **more: object) -> Row:
    return home(name, unit, recorded_at=recorded, **more)


def sealed(plan: Plan) -> dict[str, tuple[str, list[str]]]:
    """Sealed atom -> its zone and the zone's aliases."""
    zones = plan.zones.set_index("zone_id")["aliases"].to_dict()
    held = plan.membership[plan.membership["class"] == "sealed"]
    return {a: (z, zones[z]) for a, z in zip(held["atom_id"], held["zone_id"], strict=True)}


def core(name: str) -> str:
    return digest(f"cases:{name}", "core")


def test_an_id_is_the_hash_of_the_founding_fact_and_the_slot() -> None:
    plan = derive_town(**TOWN, cases=[case("C2", "B1", "13"), case("C1", "B1", "14")])
    zones = plan.zones.set_index("class")
    assert zones.at["sealed", "zone_id"] == digest("cases:C2", "core")
    assert zones.at["controlled", "zone_id"] == digest("cases:C2", "ring")
    assert zones.at["precaution", "zone_id"] == digest("cases:C2", "area:A1")
    assert zones.at["sealed", "founding_fact"] == "cases:C2"


def test_of_causes_recorded_together_the_first_id_founds() -> None:
    plan = derive_town(**TOWN, cases=[case("C7", "B1", "13"), case("C3", "B1", "13")])
    assert sealed(plan)["B1"] == (core("C3"), [core("C7")])


def test_two_clusters_are_two_zones_and_share_one_precaution_zone() -> None:
    plan = derive_town(**TOWN, cases=[case("C1", "B1", "12"), case("C2", "B2", "13")])
    assert sealed(plan) == {"B1": (core("C1"), []), "B2": (core("C2"), [])}
    around = plan.zones[plan.zones["class"] == "precaution"].iloc[0]
    assert (around["cause_ids"], around["causes_count"]) == (["cases:C1", "cases:C2"], 2)


def bridge() -> list[Row]:
    """Cases in every second house between: their neighbours touch."""
    return [case(f"M{n:02}", f"M{n}", "15") for n in range(1, 12, 2)]


def test_clusters_that_grow_together_keep_the_older_id_and_the_other_becomes_its_alias() -> None:
    plan = derive_town(**TOWN, cases=[case("C1", "B1", "13"), case("C2", "B2", "12"), *bridge()])
    (zone, aliases) = sealed(plan)["B1"]
    assert sealed(plan)["B2"] == (zone, aliases)
    assert zone == core("C2")
    assert core("C1") in aliases


def test_a_split_leaves_the_id_with_the_part_that_holds_the_founding_cause() -> None:
    rows = [case("C1", "B1", "13"), case("C2", "B2", "12"), *bridge()]
    gone = [f"cases:M{n:02}" for n in range(3, 10, 2)]
    plan = derive_town(withdrawn=gone, **TOWN, cases=rows)
    assert sealed(plan)["B2"][0] == core("C2")
    assert sealed(plan)["B1"][0] == core("C1")
    assert core("C2") not in sealed(plan)["B1"][1]


def test_a_withdrawn_founder_hands_its_zone_to_the_next_oldest_with_the_alias() -> None:
    rows = [case("C1", "B1", "12"), case("C2", "B1", "13"), case("C3", "B1", "14")]
    plan = derive_town(withdrawn=["cases:C1"], **TOWN, cases=rows)
    zone, aliases = sealed(plan)["B1"]
    assert (zone, set(aliases)) == (core("C2"), {core("C1"), core("C3")})
    assert plan.closed.empty


def test_an_excluded_founder_does_the_same() -> None:
    rows = [case("C1", "B1", "12"), case("C1", "B1", "15", status="excluded"), case("C2", "B1", "13")]
    zone, aliases = sealed(derive_town(**TOWN, cases=rows))["B1"]
    assert (zone, aliases) == (core("C2"), [core("C1")])


def test_a_zone_whose_every_cause_is_gone_is_closed_and_its_id_stays_known() -> None:
    before = derive_town(**TOWN, cases=[case("C1", "B1", "12")])
    after = derive_town(withdrawn=["cases:C1"], **TOWN, cases=[case("C1", "B1", "12")])
    assert after.zones.empty
    assert after.closed[["zone_id", "class"]].values.tolist() == sorted(
        before.zones[["zone_id", "class"]].values.tolist()
    )


def test_a_cause_that_moves_keeps_its_ids() -> None:
    moved = [case("C1", "B1", "12"), case("C1", "B2", "14")]
    plan = derive_town(**TOWN, cases=moved)
    assert sealed(plan) == {"B2": (core("C1"), [])}


def test_a_change_of_class_by_option_keeps_the_ids() -> None:
    town = {**TOWN, "estates": [estate("E1", -50, -50, 700, 200)], "cases": [case("C1", "B1", "12")]}
    one, two = derive_town(**town).zones.set_index("class"), derive_town(MILD, **town).zones.set_index("class")
    assert one.at["controlled", "zone_id"] == two.at["controlled", "zone_id"] == digest("cases:C1", "ring")
    assert one.at["controlled", "aliases"] == [two.at["like_controlled", "zone_id"]] == [digest("cases:C1", "rest")]


def test_a_zone_swallowed_by_a_stricter_one_leaves_it_its_id() -> None:
    estate_of_one = [{"id": "E1", "name": "E1", "geometry": None}]
    plan = derive_town(estates=estate_of_one, buildings=[house("B1", 0, 0, "E1")], cases=[case("C1", "B1", "12")])
    assert sealed(plan)["B1"] == (core("C1"), [digest("cases:C1", "rest")])


def test_a_ring_whose_cause_is_gone_is_an_alias_also_where_nothing_living_has_its_class() -> None:
    gone = {"case_id": "C1", "reported_at": "11", **point(30, 120)}
    cases = [{**gone, "recorded_at": "11"}, {**gone, "recorded_at": "13", "status": "excluded"}, case("C2", "B1", "12")]
    town = {"estates": [estate("E1", -5, -5, 60, 60)], "buildings": [house("B1", 0, 0, "E1")], "cases": cases}
    for policy in (POLICY, MILD):
        assert digest("cases:C1", "ring") in derive_town(policy, **town).zones["aliases"].sum()


def test_reasons_are_the_rules_and_facts_that_claim_the_atom_for_its_class() -> None:
    town = {**TOWN, "estates": [estate("E1", -50, -50, 700, 200)]}
    plan = derive_town(**town, cases=[case("C1", "B1", "12"), case("C2", "M1", "13")])
    rows = plan.membership.set_index("atom_id")
    assert (rows.at["B1", "rule_ids"], rows.at["B1", "fact_ids"]) == (["R1"], ["cases:C1"])
    assert (rows.at["M2", "rule_ids"], rows.at["M2", "fact_ids"]) == (["R2", "R3"], ["cases:C1", "cases:C2"])


def test_membership_by_a_building_that_only_lies_near_is_possible_and_one_sure_cause_makes_it_certain() -> None:
    near = home("C1", **point(-10, 10))
    found = derive_town(buildings=LEFT, cases=[near]).membership.set_index("atom_id")
    assert (found.at["B1", "class"], found.at["B1", "certainty"]) == ("sealed", "possible")
    both = derive_town(buildings=LEFT, cases=[near, home("C2", "B1")]).membership.set_index("atom_id")
    assert both.at["B1", "certainty"] == "certain"


def test_a_stay_adds_its_case_to_the_reasons_but_not_to_the_causes() -> None:
    plan = derive_town(**TOWN, cases=[home("C1")], visits=[stay("V1", "C1", **point(10, 10))])
    zone = plan.zones.set_index("class").loc["sealed"]
    assert (zone["cause_ids"], zone["fact_ids"]) == (["visits:V1"], ["cases:C1", "visits:V1"])
    assert zone["zone_id"] == digest("visits:V1", "core")


def test_what_is_only_proposed_changes_no_class() -> None:
    town = {**TOWN, "estates": [estate("E1", -50, -50, 700, 200)]}
    plan = derive_town(**town, cases=[case("C1", "B1", "12"), case("C2", "B2", "13")])
    assert plan.proposals[["rule_id", "ground", "class", "fact_ids"]].values.tolist() == [
        ["R4", "unit:E1", "sealed", ["cases:C1", "cases:C2"]]
    ]
    assert set(sealed(plan)) == {"B1", "B2"}
