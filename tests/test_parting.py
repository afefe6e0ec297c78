"""Parting off what a new case turns: its building becomes stricter, and the rest of the zone keeps its class."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.small_town import Row, at, derive_town, estate, home, house
from zoning.decisions import decide_all, decide_due, named
from zoning.errors import InputError
from zoning.parting import part_off
from zoning.pipeline import Plan
from zoning.policy import Policy, load_policy

PACK = load_policy(str(Path(__file__).parent / "packs" / "xx-turn-1.toml"))
TOWN: dict[str, list[Row]] = {
    "estates": [estate("E1", 0, 0, 300, 60)],
    "buildings": [house("B1", 5, 5, "E1"), house("B2", 60, 5, "E1"), house("B3", 120, 5, "E1")],
}
FIRST = home("C1", "B1")
NEW = home("C2", "B3", onset_at="15", reported_at="16 09:00", isolated_at="16 12:00", recorded_at="16 10:00")


def told(event: dict[str, Any]) -> dict[str, Any]:
    return {**event["payload"], "recorded_at": event["recorded_at"]}


def plan(as_of: str, *cases: Row, decided: list[dict[str, Any]], policy: Policy = PACK) -> Plan:
    return derive_town(policy, at(as_of), decided=decided, cases=[FIRST, *cases], **TOWN)


def opened() -> list[dict[str, Any]]:
    first = plan("12 12:00", decided=[])
    return [told(e) for e in decide_all(first.zones, {"cases:C1": at("12")}, {}, PACK, first.settings)]


def turned(before: Plan) -> list[dict[str, Any]]:
    """What deciding all that is due writes of a raise: the parts first, then the zone."""
    events = decide_due(before.zones, before.checks, before.acts, PACK, before.settings, before.as_of)
    [payload] = [told(event) for event in events if event["payload"]["action"] == "raise"]
    [zone] = before.zones.to_dict("records")
    return [*part_off(before, zone, payload), payload]


def test_a_new_case_turns_its_building_and_the_clock_of_the_rest_begins_again() -> None:
    decided = opened()
    before = plan("16 14:00", NEW, decided=decided)
    [asked] = before.acts[before.acts["act"] == "raise"].to_dict("records")
    assert asked["reasons_en"] == (
        "new inside: cases:C2; by the pack its building turns red; the clocks of the rest begin again"
    )
    assert asked["reasons_zh"] == "区内新增：cases:C2；按方案所在楼栋转为红区；其余部分重新计时"
    after = plan("17", NEW, decided=[*decided, *turned(before)])
    held = after.membership.set_index("atom_id")["class"]
    assert held.to_dict() == {"B1": "amber", "B2": "amber", "B3": "red", "E1/rest": "amber"}
    zones = after.zones.set_index("class")
    assert zones["status"].tolist() == ["in_force"] * 2
    # Full days from 17 March: ten for what turned red, seven for the rest.
    assert zones["earliest_lift_at"].to_dict() == {"red": at("27"), "amber": at("24")}
    assert zones.at["red", "rule_class"] == "amber"
    assert not zones["redrawn"].any()
    assert not set(after.acts["act"]) & {"raise", "extend"}


def test_a_zone_from_which_a_building_was_parted_off_is_not_told_as_redrawn() -> None:
    decided = opened()
    before = plan("16 14:00", NEW, decided=decided)
    [zone] = before.zones.to_dict("records")
    more = {**named(zone), "action": "extend", "scope": "building", "by": "Li", "recorded_at": at("16 14:00")}
    after = plan("17", NEW, decided=[*decided, *part_off(before, zone, more), more])
    assert len(after.zones) == 2
    assert not after.zones["redrawn"].any()


def test_a_raise_for_later_leaves_the_building_as_it_is_until_then() -> None:
    decided = opened()
    before = plan("16 14:00", NEW, decided=decided)
    later = [{**one, "in_force_from": at("18")} for one in turned(before)]
    for moment, found in (("17", {"amber"}), ("18", {"amber", "red"})):
        assert set(plan(moment, NEW, decided=[*decided, *later]).membership["class"]) == found


@pytest.mark.parametrize(
    ("case", "asked"),
    [(NEW, True), ({**NEW, "found_in": "quarantine"}, False), ({**NEW, "unit_id": "B1"}, True)],
)
def test_only_a_case_that_lived_inside_and_was_not_in_isolation_turns_anything(case: Row, asked: bool) -> None:
    before = plan("16 14:00", case, decided=opened())
    assert ("raise" in set(before.acts["act"])) is asked


def test_a_raise_of_a_building_needs_a_new_case_in_one() -> None:
    before = plan("16 14:00", decided=opened())
    [zone] = before.zones.to_dict("records")
    with pytest.raises(InputError, match="no new case is in a building of it; take the scope 'zone'"):
        part_off(before, zone, {"action": "raise", "scope": "building", "to": "red"})
    assert part_off(before, zone, {"action": "raise", "scope": None, "to": "red"}) == []


def test_a_whole_zone_that_was_raised_stays_one() -> None:
    decided = opened()
    before = plan("16 14:00", NEW, decided=decided)
    *_, payload = turned(before)
    whole = {**payload, "scope": "zone"}
    [zone] = before.zones.to_dict("records")
    assert part_off(before, zone, whole) == []
    after = plan("17", NEW, decided=[*decided, whole])
    assert set(after.membership["class"]) == {"red"}
    assert pd.isna(after.zones.iloc[0]["origin"])
