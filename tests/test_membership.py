"""Which class each atom is in, in which zone, and why."""

from tests.small_town import area, derive_town, home, house


def test_a_town_without_cases_has_no_zones_and_one_without_anything_neither() -> None:
    for town in ({}, {"buildings": [house("B1", 0, 0)], "areas": [area("A1", 0, 0, 50, 50)]}):
        plan = derive_town(**town)
        assert plan.zones.empty
        assert plan.membership.empty
        assert len(plan.revision) == 64


def test_a_zone_that_goes_by_no_area_has_no_ground_id() -> None:
    plan = derive_town(buildings=[house("B1", 0, 0)], areas=[area("A1", 0, 0, 50, 50)], cases=[home("C1", "B1")])
    assert plan.zones.set_index("class")["ground_id"].to_dict() == {"sealed": None, "precaution": "A1"}
