"""What people decided: status, stage, clocks and signature of zones, and what a decision holds."""

from datetime import datetime
from typing import Any

import pandas as pd
import pytest

from tests.small_town import POLICY, SETTINGS, at, decisions, derive_town, home, house
from zoning.decisions import apply_decisions, decide_all, decide_due
from zoning.hashes import digest
from zoning.standing import fold_decisions

ZONE = "Z1"


def zone(**more: Any) -> pd.DataFrame:
    usual = {"zone_id": ZONE, "aliases": [], "class": "controlled", "fact_ids": ["cases:C1"], "atoms": "a1"}
    now = {
        "cause_ids": ["cases:C1"],
        "void": False,
        "origin": None,
        "settled": None,
        "ground_id": None,
        "rule_class": "controlled",
        "cleaned_at": pd.NaT,
    }
    return pd.DataFrame([{**usual, **now, "last_presence_at": at("11"), **more}])


def drawn(**more: Any) -> dict[str, Any]:
    dates = {"delineated_at": at("12 20:00"), "in_force_from": at("13")}
    return {"zone_id": ZONE, "fact_ids": ["cases:C1"], "by": "Li", "notice_no": "48", **dates, **more}


def told(*payloads: dict[str, Any], as_of: str = "14", **more: Any) -> dict[str, Any]:
    now: datetime = at(as_of)
    standings = fold_decisions(decisions(*payloads), POLICY, SETTINGS, now)
    return apply_decisions(zone(**more), standings, POLICY, SETTINGS, now).iloc[0].to_dict()


def test_what_nobody_decided_is_proposed() -> None:
    found = told()
    assert (found["status"], found["stage"], found["notice_no"]) == ("proposed", "none", None)
    assert pd.isna(found["in_force_from"])
    assert pd.isna(found["earliest_lift_at"])


@pytest.mark.parametrize(
    ("as_of", "status", "stage"),
    [
        ("12 19:59", "proposed", "none"),
        ("12 20:00", "decided", "none"),
        ("13", "in_force", "phase_1"),
        ("30", "in_force", "phase_1"),
    ],
)
def test_a_decision_counts_from_its_delineation_and_is_in_force_from_its_start(
    as_of: str, status: str, stage: str
) -> None:
    found = told(drawn(), as_of=as_of)
    assert (found["status"], found["stage"]) == (status, stage)


def test_the_clock_and_the_signature_are_those_of_the_decision() -> None:
    found = told(drawn())
    assert (found["delineated_at"], found["in_force_from"]) == (at("12 20:00"), at("13"))
    assert (found["decided_by"], found["notice_no"], found["earliest_lift_at"]) == ("Li", "48", at("27"))


def test_phases_begin_on_their_day_and_a_gated_one_waits() -> None:
    def stages(target: str) -> list[str]:
        return [told(drawn(), as_of=day, **{"class": target})["stage"] for day in ("13", "15", "16", "17")]

    assert stages("like_controlled") == ["phase_1", "phase_1", "phase_2", "phase_2"]
    assert stages("controlled") == ["phase_1"] * 4


def test_a_class_lifted_by_assessment_has_no_earliest_lift() -> None:
    assert pd.isna(told(drawn(), **{"class": "precaution"})["earliest_lift_at"])


def test_the_newest_of_each_field_counts() -> None:
    later = {"zone_id": ZONE, "action": "extend", "fact_ids": ["cases:C1", "cases:C2"], "by": "Wang"}
    found = told(drawn(), later, fact_ids=["cases:C1", "cases:C2"])
    assert (found["status"], found["decided_by"], found["notice_no"]) == ("in_force", "Wang", "48")
    assert found["in_force_from"] == at("13")


def test_a_decision_on_an_alias_is_one_on_the_zone_and_its_own_goes_first() -> None:
    assert told({**drawn(), "zone_id": "Z0"}, aliases=["Z0"])["status"] == "in_force"
    own = drawn(in_force_from=at("20"))
    assert told({**drawn(), "zone_id": "Z0"}, own, aliases=["Z0"])["in_force_from"] == at("20")


@pytest.mark.parametrize(("action", "status"), [("release", "released"), ("reject", "rejected")])
def test_an_ending_speaks_for_the_ground_that_it_settled_only(action: str, status: str) -> None:
    ended = {"zone_id": ZONE, "action": action, "fact_ids": ["cases:C1"], "by": "Li", "recorded_at": at("13")}
    assert told(drawn(), ended, settled=ZONE)["status"] == status
    assert told(drawn(), ended, aliases=["Z0"])["status"] == "proposed"


def test_an_extension_says_nothing_of_a_time_before_the_zone_was_drawn() -> None:
    later = {"zone_id": ZONE, "action": "extend", "fact_ids": ["cases:C1"], "by": "Wang"}
    assert told(drawn(), later, as_of="12 10:00")["status"] == "proposed"


def test_a_zone_whose_ground_is_no_longer_the_decided_one_is_redrawn() -> None:
    assert not told(drawn(atoms="a1"))["redrawn"]
    assert told(drawn(atoms="a0"))["redrawn"]


def proposed(**more: Any) -> pd.DataFrame:
    return zone(status="proposed", founding_fact="cases:C1", new_facts=[], **more)


def test_deciding_all_puts_a_zone_in_force_at_the_midnight_after_its_founding_report() -> None:
    found = decide_all(proposed(), {"cases:C1": at("12 20:15")}, {}, POLICY, SETTINGS)
    assert [one["event_id"] for one in found] == [digest(ZONE, "delineate")]
    payload = found[0]["payload"]
    assert (payload["action"], payload["fact_ids"]) == ("delineate", ["cases:C1"])
    assert pd.Timestamp(payload["delineated_at"]) == at("12 20:15")
    assert pd.Timestamp(payload["in_force_from"]) == at("13")
    midnight = decide_all(proposed(), {"cases:C1": at("13")}, {}, POLICY, SETTINGS)[0]["payload"]
    assert pd.Timestamp(midnight["in_force_from"]) == at("13")


def test_deciding_all_extends_a_zone_that_rests_on_more_and_leaves_the_others() -> None:
    causes = {"cases:C1": at("12"), "cases:C2": at("14 09:00")}
    both = ["cases:C1", "cases:C2"]
    open_zone = zone(status="in_force", founding_fact="cases:C1", new_facts=["cases:C2"], fact_ids=both)
    found = decide_all(open_zone, causes, {}, POLICY, SETTINGS)
    assert [(one["payload"]["action"], one["recorded_at"]) for one in found] == [("extend", at("14 09:00"))]
    assert found[0]["event_id"] == digest(ZONE, "extend", ["cases:C2"])
    for status, new in (("in_force", []), ("released", both), ("rejected", both)):
        rest = zone(status=status, founding_fact="cases:C1", new_facts=new, fact_ids=both)
        assert decide_all(rest, causes, {}, POLICY, SETTINGS) == []
    assert decide_all(proposed().iloc[:0], causes, {}, POLICY, SETTINGS) == []


@pytest.mark.parametrize(
    ("target", "new", "found_in", "scope"),
    [
        ("controlled", ["cases:C2"], "community", "zone"),
        ("controlled", ["cases:C2"], "quarantine", None),
        ("controlled", ["visits:V2"], "community", None),
        ("precaution", ["cases:C2"], "community", None),
    ],
)
def test_deciding_all_starts_again_what_the_pack_says(
    target: str, new: list[str], found_in: str, scope: str | None
) -> None:
    causes = {"cases:C1": at("12"), **dict.fromkeys(new, at("14 09:00"))}
    told = {"class": target, "status": "in_force", "founding_fact": "cases:C1", "fact_ids": ["cases:C1", *new]}
    found = decide_all(zone(**told, new_facts=new), causes, {"cases:C2": found_in}, POLICY, SETTINGS)
    assert [one["payload"]["scope"] for one in found] == [scope]


def due(act: str, to: str, conditions: dict[str, Any], *, ready: bool, at_: str = "27", **more: Any) -> list[Any]:
    """What is decided at noon of 28 March of a zone with one act; a condition without a time does not hold."""
    near = more.pop("stricter", "released")
    now = {"rank": 2, "status": "in_force", "clock_from": at("13"), **more}
    asked = [(ZONE, name, since is not None, at(since) if since else pd.NaT) for name, since in conditions.items()]
    checks = pd.DataFrame(asked, columns=["zone_id", "predicate", "holds", "at"])
    checks["at"] = pd.to_datetime(checks["at"], utc=True)
    acts = pd.DataFrame([{"zone_id": ZONE, "act": act, "to": to, "ready": ready, "at": at(at_)}])
    stricter = zone(zone_id="Z0", rank=1, status=near, **{"class": "sealed"})
    zones = pd.concat([zone(**now), stricter], ignore_index=True)
    found = decide_due(zones, checks, acts, POLICY, SETTINGS, at("28 12:00").to_pydatetime())
    return [(e["payload"]["action"], e["recorded_at"], e["payload"].get("in_force_from")) for e in found]


def test_a_gated_phase_is_assessed_when_it_is_due_and_again_after_a_reset() -> None:
    assert due("phase", "fixed_grid", {}, ready=True, at_="17") == [("assess", at("17"), None)]
    acts = pd.DataFrame([{"zone_id": ZONE, "act": "phase", "to": "fixed_grid", "ready": True, "at": at("17")}])
    checks = pd.DataFrame({"zone_id": [], "predicate": [], "holds": [], "at": []})
    rows = [zone(rank=2, status="in_force", clock_from=at(day)) for day in ("13", "13", "15")]
    ids = [decide_due(row, checks, acts, POLICY, SETTINGS, at("28"))[0]["event_id"] for row in rows]
    assert ids[0] == ids[1] != ids[2]


@pytest.mark.parametrize(("act", "to"), [("release", "none"), ("step", "precaution")])
def test_what_is_ready_ends_at_the_next_midnight(act: str, to: str) -> None:
    held = {"in_force_days": "27", "round_window_h": "27 21:30"}
    assert due(act, to, held, ready=True) == [(act, at("28 12:00"), at("29"))]
    assert due(act, to, held, ready=False) == []


def test_a_zone_whose_causes_are_none_is_released_at_once() -> None:
    assert due("release", "none", {}, ready=True, void=True) == [("release", at("28 12:00"), at("28 12:00"))]


def test_a_release_is_assessed_where_nothing_else_is_missing_and_no_stricter_zone_stands() -> None:
    held = {"clean_rounds": "20 18:00", "assessed": None}
    assert due("release", "none", held, ready=False) == [("assess", at("28 12:00"), None)]
    assert due("release", "none", held, ready=False, stricter="in_force") == []
    assert due("release", "none", {"assessed": None}, ready=False) == []
    assert due("release", "none", {"clean_rounds": None, "assessed": None}, ready=False) == []


def test_a_decided_zone_outlives_the_age_of_its_causes() -> None:
    town = {"buildings": [house("B1", 0, 0)], "cases": [home("C1", "B1")]}
    late = at("27").to_pydatetime()
    assert derive_town(as_of=late, **town).zones.empty
    zone_id = derive_town(**town).zones.set_index("class").at["sealed", "zone_id"]
    kept = derive_town(as_of=late, decided=[{**drawn(), "zone_id": zone_id}], **town)
    assert kept.zones.set_index("zone_id").at[zone_id, "status"] == "in_force"
