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
