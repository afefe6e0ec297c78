"""Facts that have only an address: placed where it is sure, listed with the question where it is not."""

import pytest
import shapely

from tests.small_town import degrees, derive_town, estate, home, house, point, stairwell
from zoning.pipeline import Plan

HOMES = {
    "estates": [estate("E", 0, 0, 200, 60) | {"name": "甲苑", "name_en": "First Court"}, estate("F", 300, 0, 60, 60)],
    "buildings": [house(f"B{b}", 50 * b - 40, 10, "E") | {"name": f"{b}栋", "name_en": f"Block {b}"} for b in (1, 2)],
    "units": [stairwell(f"B1-U{u}", "B1", u) | {"name": f"{u}单元"} for u in (1, 2)],
    "places": [{"id": "P1", "name": "甲亭", "name_en": "Pavilion", "geometry": degrees(shapely.Point(700, 30))}],
}


def lived_at(address: str, **more: object) -> Plan:
    return derive_town(cases=[home("C1", address=address, **more)], **HOMES)


@pytest.mark.parametrize(
    ("address", "unit", "certainty"),
    [
        ("甲苑一栋二单元", "B1-U2", "certain"),
        ("甲苑1栋2单元501室", "B1-U2", "certain"),
        ("甲苑1栋2单元501", "B1-U2", "certain"),
        ("Flat 5, Block 2, First Court", "B2", "certain"),
        ("First Court", "E", "possible"),
        ("甲苑", "E", "possible"),
        ("甲苑空地", "E", "possible"),
    ],
)
def test_a_case_with_only_an_address_is_placed_by_it(address: str, unit: str, certainty: str) -> None:
    plan = lived_at(address)
    assert plan.units["id"].iat[plan.stays["unit"].iat[0]] == unit
    assert set(plan.membership["certainty"]) == {certainty}
    assert not set(plan.problems["code"]) & {"address", "no place"}


def test_a_case_whose_address_is_a_place_on_no_unit_is_possible_at_its_point() -> None:
    for address in ("甲亭", "Pavilion"):
        stays, here = lived_at(address).stays, point(700, 30)
        assert stays[["lng", "lat"]].to_numpy(float)[0] == pytest.approx([here["lng"], here["lat"]])
        assert not stays["sure"].iat[0]


@pytest.mark.parametrize(
    ("address", "asks"),
    [("甲苑9栋", "B1"), ("甲苑1-2栋", "one unit"), ("乙苑1栋", "not known"), ("甲苑1栋或2栋", "not known")],
)
def test_an_address_that_is_not_sure_places_nothing_and_is_a_problem(address: str, asks: str) -> None:
    plan = lived_at(address)
    assert plan.zones.empty
    found = plan.problems[plan.problems["subject"] == "cases:C1"]
    assert found["code"].tolist() == ["address"]
    assert asks in found["text"].iat[0]


def test_a_fact_with_another_place_does_not_ask_its_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zoning.addresses.index_of", None)
    for place in ({"unit_id": "B2"}, point(60, 20)):
        assert "address" not in set(lived_at("甲苑9栋", **place).problems["code"])
    assert lived_at("甲苑 2栋").stays["unit"].iat[0] >= 0, "a full name needs no reading"
