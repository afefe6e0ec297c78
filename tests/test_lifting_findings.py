"""Positives of rounds and samples that nobody entered as a case: what is asked for, and until when."""

from typing import Any

from tests.small_town import POLICY, Row, at
from tests.waiting import CASE, a_round, act, check, zone

SEALED = {"class": "sealed"}


def test_a_positive_that_nobody_entered_asks_for_the_case_and_says_what_it_will_turn() -> None:
    found = [a_round("r7", "25 20:00", positive=2)]
    row = act(POLICY, rounds=found, of="positive")
    assert (row["ready"], row["at"], row["fact_ids"]) == (True, at("25 20:00"), [])
    told = "by the pack what the rules take for the case turns sealed zone"
    assert row["reasons_en"] == f"round r7 found 2 positive; enter the cases; {told}"
    assert row["reasons_zh"] == "轮次r7阳性2人；请录入病例；按方案规则所取范围转为封控区"
    both = ["cases:C1", "cases:C2"]
    cases = [*CASE, {"case_id": "C2", "person_id": "P2", "reported_at": "25 22:00"}]
    row = act(POLICY, zone(fact_ids=both), rounds=found, cases=cases, of="positive")
    assert row["reasons_en"] == f"round r7 found 2 positive; 1 case entered since; enter the case; {told}"
    sealed = act(POLICY, zone(**SEALED), rounds=found, of="positive")
    assert sealed["reasons_en"].endswith("enter the cases")

    def asked(*zones: Row, **more: Any) -> bool:
        return "positive" in set(check(POLICY, *zones, **more)[1]["act"])

    cases.append({"case_id": "C3", "person_id": "P3", "reported_at": "26"})
    assert not asked(zone(fact_ids=[*both, "cases:C3"]), rounds=found, cases=cases)
    assert not asked(rounds=[*found, a_round("r8")])
    assert not asked(zone(clock_from="26"), rounds=found)
    assert not asked(zone(status="proposed"), rounds=found)


def test_a_positive_sample_of_no_round_asks_too_until_that_person_is_a_case() -> None:
    lone = [{"zone_id": "A", "sampled_at": at("25 09:00"), "person": "P7", "round_id": None}]
    row = act(POLICY, zone(**SEALED), positives=lone, of="positive")
    assert row["reasons_en"] == "positive in a single sample: P7; enter the case"
    assert row["reasons_zh"] == "单采阳性：P7；请录入病例"
    elsewhere = [*CASE, {"case_id": "C7", "person_id": "P7", "reported_at": "24"}]
    assert "positive" not in set(check(POLICY, zone(**SEALED), positives=lone, cases=elsewhere)[1]["act"])
    # One who was sampled in a round is among its positives.
    found = [a_round("r7", "25 20:00", positive=1)]
    twice = [*lone, {**lone[0], "round_id": "r7"}]
    row = act(POLICY, zone(**SEALED), rounds=found, positives=twice, of="positive")
    assert row["reasons_en"] == "round r7 found 1 positive; enter the case"
