"""A person's decision: what it needs, what others decided meanwhile, and what is written of it."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.small_town import at, derive_town, home, house, point
from zoning.deciding import Decision, decide
from zoning.decisions import named
from zoning.errors import ConflictError, InputError, UnknownError
from zoning.hashes import digest
from zoning.parting import part_off
from zoning.pipeline import Plan, derive
from zoning.standing import ACTIONS
from zoning.store import Workspace

ZONE = digest("cases:C1", "core")
NOW = at("17 20:00").to_pydatetime()


def opening(**more: Any) -> Decision:
    return Decision(**{"zone": ZONE, "action": "delineate", "by": "Li Wei", **more})


@pytest.fixture
def seen(town_copy: Path) -> tuple[Workspace, Plan]:
    return Workspace(town_copy), derive(town_copy, NOW)


def decided(workspace: Workspace) -> list[Mapping[str, Any]]:
    return [event.payload for event in workspace.events() if event.kind == "decide"]


def test_what_is_decided_is_in_the_log_and_in_the_next_plan(seen: tuple[Workspace, Plan]) -> None:
    workspace, plan = seen
    done = decide(workspace, plan, opening(notice="第48号", grounds="R1"), NOW)
    assert done.written
    (payload,) = decided(workspace)
    assert (payload["notice_no"], payload["grounds"], payload["by"]) == ("第48号", "R1", "Li Wei")
    row = derive(workspace, at("18 12:00").to_pydatetime()).zones.set_index("zone_id").loc[ZONE]
    assert (row["status"], row["in_force_from"]) == ("in_force", at("18"))


def test_two_people_cannot_decide_of_one_zone_without_seeing_each_other(seen: tuple[Workspace, Plan]) -> None:
    workspace, plan = seen
    base = workspace.revision()
    decide(workspace, plan, opening(), NOW, base)
    with pytest.raises(ConflictError, match="Li Wei decided delineate at 2022年3月17日20时"):
        decide(workspace, plan, opening(action="reject", by="Zhou", grounds="empty"), NOW + timedelta(minutes=1), base)
    other = next(z for z in plan.zones["zone_id"] if z != ZONE)
    assert decide(workspace, plan, opening(zone=other, by="Zhou"), NOW, base).written
    assert len(decided(workspace)) == 2


def test_an_alias_is_the_same_zone(seen: tuple[Workspace, Plan]) -> None:
    workspace, plan = seen
    zone = next(z for z in plan.zones.to_dict("records") if z["aliases"])
    base = workspace.revision()
    decide(workspace, plan, opening(zone=zone["aliases"][0]), NOW, base)
    with pytest.raises(ConflictError):
        decide(workspace, plan, opening(zone=zone["zone_id"], by="Zhou"), NOW, base)


def test_sending_again_adds_nothing(seen: tuple[Workspace, Plan]) -> None:
    workspace, plan = seen
    one = decide(workspace, plan, opening(), NOW, workspace.revision(), sent="a1")
    again = decide(workspace, plan, opening(), NOW, 0, sent="a1")
    assert (again.event_id, again.written) == (one.event_id, False)
    assert len(decided(workspace)) == 1


WRONG = [
    ({"action": "assess"}, "assess needs 'gate'"),
    ({"action": "assess", "gate": "release"}, "assess needs 'grounds': why, kept in the log and not printed"),
    ({"action": "release"}, "release needs 'grounds'"),
    ({"action": "reject"}, "reject needs 'grounds'"),
    ({"action": "hold"}, "hold needs 'until'"),
    ({"action": "hold", "until": NOW}, "the hold would be over already"),
    ({"action": "step"}, "step needs 'to'"),
    ({"action": "step", "to": "precaution"}, "lets a zone of this class step to none"),
    ({"action": "raise", "to": "precaution"}, "can be raised to none: it is the strictest"),
    ({"in_force_from": at("16").to_pydatetime(), "delineated_at": NOW}, "lies before delineated at"),
]


@pytest.mark.parametrize(("given", "said"), WRONG)
def test_what_an_action_lacks_is_asked_for_and_nothing_is_saved(
    seen: tuple[Workspace, Plan], given: dict[str, Any], said: str
) -> None:
    workspace, plan = seen
    with pytest.raises(InputError, match=said):
        decide(workspace, plan, opening(**given), NOW)
    assert decided(workspace) == []


def test_unknown_zones_and_actions_are_told(seen: tuple[Workspace, Plan]) -> None:
    workspace, plan = seen
    with pytest.raises(UnknownError, match="zone 'nowhere' is not in the plan"):
        decide(workspace, plan, opening(zone="nowhere"), NOW)
    with pytest.raises(UnknownError, match="action 'part' is not known"):
        decide(workspace, plan, opening(action="part"), NOW)
    assert "part" not in ACTIONS


@pytest.mark.parametrize(("found_in", "scope"), [("community", "zone"), ("quarantine", None)])
def test_an_extension_without_a_scope_takes_the_packs_as_deciding_for_all_does(
    seen: tuple[Workspace, Plan], found_in: str, scope: str | None
) -> None:
    town = {"buildings": [house("B1", 0, 0)], "as_of": at("18").to_pydatetime()}
    cases = [home("C1", "B1"), home("C2", "B1", recorded_at="15", found_in=found_in)]
    before = derive_town(cases=cases[:1], **town)
    zone = before.zones[before.zones["class"] == "sealed"].to_dict("records")[0]
    start = {**named(zone), "action": "delineate", "delineated_at": at("12"), "in_force_from": at("13"), "by": "Li"}
    plan = derive_town(cases=cases, decided=[start], **town)
    done = decide(seen[0], plan, Decision(zone["zone_id"], "extend", "Li Wei"), NOW)
    assert done.payload["scope"] == scope


@pytest.mark.slow
def test_a_case_in_no_building_has_no_clock_of_a_building() -> None:
    cases = [home("C1", **point(0, 0)), home("C2", **point(20, 0), recorded_at="14")]
    before = derive_town(cases=cases[:1], as_of=at("13").to_pydatetime())
    zone = before.zones[before.zones["class"] == "sealed"].to_dict("records")[0]
    start = {**named(zone), "action": "delineate", "delineated_at": at("12"), "in_force_from": at("13"), "by": "Li"}
    plan = derive_town(cases=cases, decided=[start], as_of=at("15").to_pydatetime())
    grown = next(z for z in plan.zones.to_dict("records") if z["zone_id"] == zone["zone_id"])
    assert "cases:C2" in grown["new_facts"]
    assert part_off(plan, grown, {"action": "extend", "scope": "zone"}) == []
    with pytest.raises(InputError, match="cases:C2 is in no known building; take the scope 'zone'"):
        part_off(plan, grown, {"action": "extend", "scope": "building"})
