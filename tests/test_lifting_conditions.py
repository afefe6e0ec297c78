"""The conditions of a way out, one by one, worked out on paper."""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd
import pytest

from tests.small_town import Row, area, at, box
from tests.waiting import CASE, a_round, act, check, met, one, pack, sample, zone
from zoning.errors import PolicyError


def test_full_days_in_force_of_a_zone_that_started_at_noon() -> None:
    rule = pack(in_force_days=14)
    before = one(rule, as_of="26 23:59")
    assert (before["holds"], before["at"]) == (False, at("27"))
    assert before["missing_en"] == "14 full days in force end 26 March 24:00"
    assert before["missing_zh"] == "生效满14个整日须至3月26日24时"
    after = one(rule)
    assert (after["holds"], after["at"], after["missing_en"]) == (True, at("27"), "")
    assert after["found_en"] == "in force for 14 full days since 12 March 12:00"
    assert after["found_zh"] == "自3月12日12时起已满14个整日"


def test_a_clock_of_animals_never_counts_the_day_of_the_event() -> None:
    rule = pack(cleaned_days=21, in_force_days=5)
    animals = rule.model_copy(update={"day_count": rule.day_count.model_copy(update={"lift": "full_days_after_event"})})
    given = zone(cleaned_at="07", lift_from="03")
    checks, acts = check(animals, given, as_of="28")
    assert checks["at"].tolist() == [at("09"), at("29")]
    assert acts["at"].tolist() == [at("29")]
    assert acts["reasons_en"].tolist() == [
        "one of two conditions holds; 21 days after cleaning and disinfection end 28 March 24:00"
    ]
    assert check(animals, given, as_of="29")[1]["ready"].tolist() == [True]
    never = act(animals, zone(), as_of="29")
    assert (never["ready"], pd.isna(never["at"])) == (False, True)
    assert "preliminary cleaning and disinfection of the last premises is not recorded" in never["reasons_en"]
    assert "最后一处场所的初步清洗消毒尚未登记" in never["reasons_zh"]


def test_days_without_a_new_case() -> None:
    rule = pack(no_new_days=14)
    row = one(rule, zone(last_presence_at="15 09:30"))
    assert (row["holds"], row["at"]) == (False, at("30"))
    assert row["missing_en"] == "14 days without a new case since 15 March 09:30 end 29 March 24:00"
    assert row["missing_zh"] == "3月15日9时30分以来无新增，满14天须至3月29日24时"
    row = one(rule)
    assert (row["holds"], row["found_en"]) == (True, "none new since 12 March 10:00, for 14 days")
    assert row["found_zh"] == "3月12日10时以来无新增，已满14天"
    assert one(rule, zone(last_presence_at="27"))["missing_en"] == "an infected person is not isolated yet"
    unknown = one(rule, zone(last_presence_at=None))
    assert unknown["missing_en"] == "the last presence of an infected person is not known"


def contacts(met: Iterable[Row], tests: Iterable[Row] = (), **more: Any) -> Mapping[str, Any]:
    """What the condition of contacts finds."""
    return one(pack(last_contact_days=14), contacts=met, tests=tests, **{"cases": CASE, **more})


def test_no_contact_recorded_holds_and_says_so() -> None:
    row = contacts([])
    assert (row["holds"], row["found_en"]) == (True, "no contact is recorded for its cases")
    assert row["found_zh"] == "其病例未登记密切接触者"
    assert contacts([met("P2", case="C2")])["holds"]
    assert contacts([met("P2")], withdrawn=["contacts:KP2C1"])["holds"]
    assert contacts([met("P2", "27 09:00")])["holds"]


def test_every_contact_is_past_its_days_and_negative_since() -> None:
    row = contacts([met("P2"), met("P3", "10 09:00")], [sample("P2"), sample("P3", "10 10:00")])
    assert (row["holds"], row["at"]) == (True, at("27"))
    assert row["found_en"] == "all 2 contacts are 14 days past the last exposure and negative"
    assert row["found_zh"] == "全部2名密切接触者末次暴露已满14天且检测阴性"


@pytest.mark.parametrize(
    ("tests", "holds"),
    [
        ([], False),
        ([sample("P2", "12 09:00")], False),  # at the exposure, not after it
        ([sample("P2", result="positive")], False),
        ([sample("P2", result="pending")], False),
        ([sample("P2", "26 20:00")], False),  # its result comes at 04:00
        ([sample("P2", "20 09:00"), sample("P2", "25 09:00", "positive")], False),
        ([sample("P2", "20 09:00", "positive"), sample("P2")], True),
        ([sample("P2", "20 09:00"), sample("P2", "25 09:00", "pending")], True),
        ([sample("P2"), sample("P2", result="positive", test_id="T9")], False),
    ],
)
def test_a_contact_needs_a_negative_result_after_its_exposure_and_no_positive_since(
    tests: list[Row], holds: bool
) -> None:
    row = contacts([met("P2")], tests)
    assert row["holds"] == holds
    if not holds:
        assert row["missing_en"] == "contacts without a negative test since: P2"
        assert row["missing_zh"] == "末次暴露后无阴性结果的密切接触者：P2"


def test_missing_contacts_are_named_three_and_then_counted() -> None:
    row = contacts([*(met(f"P{n}") for n in range(2, 7)), met("P8", "14 09:00"), met("P9", None)], [sample("P8")])
    assert row["missing_en"] == (
        "contacts not 14 days past their last exposure until 28 March 24:00: P8; "
        "contacts without a negative test since: P2, P3, P4 and 2 more; "
        "contacts whose last exposure is not recorded: P9"
    )
    assert "P2、P3、P4等5个" in row["missing_zh"]
    assert pd.isna(row["at"])


def test_a_contact_of_two_cases_counts_from_the_later_exposure_and_one_who_is_a_case_has_clocks_of_its_own() -> None:
    two = zone(fact_ids=["cases:C1", "cases:C2", "visits:V1"])
    given = {
        "contacts": [met("P2"), met("P2", "15 09:00", "C2")],
        "tests": [sample("P2")],
        "cases": [*CASE, {**CASE[0], "case_id": "C2"}],
    }
    row = one(pack(last_contact_days=14), two, **given)
    assert (row["holds"], row["at"]) == (False, at("30"))
    ill = [*CASE, {"case_id": "C7", "person_id": "P2", "reported_at": "20"}]
    row = contacts([met("P2"), met("P3")], [sample("P3")], cases=ill)
    assert row["found_en"] == "the contact is 14 days past the last exposure and negative, 1 more is a case by now"
    assert contacts([met("P2")], cases=ill, withdrawn=["cases:C7"])["holds"] is False


def window(*rounds: Row, **more: Any) -> Mapping[str, Any]:
    """What the condition of a clean round within 48 hours finds at 26 March 24:00."""
    return one(pack(round_window_h=48), rounds=rounds, **more)


def test_a_full_clean_round_within_the_window() -> None:
    row = window(a_round("r7", "25 20:00"))
    assert (row["holds"], row["at"]) == (True, at("25 20:00"))
    assert row["found_en"] == "full clean round r7 ended 25 March 20:00"
    assert row["found_zh"] == "轮次r7全员检测阴性，3月25日20时结束"
    assert window(a_round(ended="25"))["holds"]
    early = window(a_round("r7", "24 23:59"))
    assert not early["holds"]
    assert early["missing_en"] == (
        "a full clean round since 24 March 24:00 is missing; the last one, r7, ended 24 March 23:59"
    )
    assert window()["missing_en"] == "a full clean round since 24 March 24:00 is missing; no round is recorded"
    assert window(a_round(ended="27 00:01"))["missing_zh"] == "缺3月24日24时以后的一轮全员阴性检测；未登记任何轮次"


@pytest.mark.parametrize(
    ("more", "english", "chinese"),
    [
        ({"tested": 97}, "tested 97 of 100 (97 %)", "应检100人，已检97人（97%）"),
        ({"tested": 999, "due": 1000}, "tested 999 of 1000 (99 %)", "应检1000人，已检999人（99%）"),
        ({"pools_open": 1}, "1 pool open", "1管未出结果"),
        (
            {"tested": 97, "pools_open": 2},
            "tested 97 of 100 (97 %), 2 pools open",
            "应检100人，已检97人（97%），2管未出结果",
        ),
        ({"positive": 1}, "1 positive", "阳性1人"),
        (
            {"tested": 94, "excused": 3, "refused": 1, "absent": 2},
            "tested 94 of 97 (96 %), 3 excused, 1 refused, 2 absent",
            "应检97人，已检94人（96%），免检3人，拒检1人，缺检2人",
        ),
        (
            {"tested": 80, "uncovered": ["B4"]},
            "tested 80 of 100 (80 %), not covered: B4",
            "应检100人，已检80人（80%），未覆盖：B4",
        ),
        ({"uncovered": ["B4"]}, "not covered: B4", "未覆盖：B4"),
    ],
)  # fmt: skip
def test_what_a_round_lacks_is_named(more: Row, english: str, chinese: str) -> None:
    row = window(a_round("r7", **more))
    assert not row["holds"]
    assert row["missing_en"] == f"a full clean round since 24 March 24:00 is missing; round r7: {english}"
    assert row["missing_zh"] == f"缺3月24日24时以后的一轮全员阴性检测；轮次r7：{chinese}"


def test_excused_people_do_not_spoil_a_round_and_the_pack_may_ask_for_less_than_all() -> None:
    assert window(a_round(tested=97, excused=3))["holds"]
    rule = pack(round_window_h=48)
    share = rule.rounds.share.model_copy(update={"value": 0.97})
    most = rule.model_copy(update={"rounds": rule.rounds.model_copy(update={"share": share})})
    assert one(most, rounds=[a_round(tested=97)])["holds"]
    assert not one(most, rounds=[a_round(tested=96)])["holds"]
    assert not one(most, rounds=[a_round(tested=99, uncovered=["B4"])])["holds"]


def test_a_later_finding_undoes_an_earlier_round() -> None:
    assert not window(a_round("r7", "25 20:00"), a_round("r8", positive=1))["holds"]
    assert not window(a_round("r7", "25 20:00"), a_round("r8", tested=5, pools_open=1))["holds"]
    assert window(a_round("r7", "25 20:00"), a_round("r8", tested=5))["holds"]
    assert window(a_round("r7", "25 20:00", positive=1), a_round("r8"))["holds"]


def test_the_window_ends_at_the_lift_that_the_calendar_gives() -> None:
    rule = pack(in_force_days=14, round_window_h=48)
    checks, acts = check(rule, rounds=[a_round("r5", "20 20:00")], as_of="21")
    assert checks["missing_en"].tolist()[1] == (
        "a full clean round from 24 March 24:00 on is missing; the last one, r5, ended 20 March 20:00"
    )
    assert acts["at"].tolist() == [at("27")]
    late, _ = check(rule, rounds=[a_round("r9", "26 20:00")], as_of="29")
    assert late["holds"].tolist() == [True, False]
    assert "since 26 March 24:00" in late["missing_en"].iloc[1]


def test_rounds_are_counted_from_the_start_of_the_clock() -> None:
    rounds = [a_round("r0", "12 11:00"), a_round("r1", "13 20:00"), a_round("r2", "15 20:00", positive=1)]
    rounds.append(a_round("r3", "17 20:00", tested=97))
    row = one(pack(clean_rounds=2), rounds=rounds)
    assert (row["holds"], row["missing_en"]) == (
        False,
        "1 of 2 full clean rounds since 12 March 12:00; round r3: tested 97 of 100 (97 %)",
    )
    done = one(pack(rounds_done=2), rounds=rounds)
    assert (done["holds"], done["at"]) == (True, at("15 20:00"))
    assert done["found_zh"] == "3月12日12时以来全员检测2轮，要求2轮"
    assert not one(pack(rounds_done=3), rounds=rounds)["holds"]
    assert one(pack(clean_rounds=1), rounds=rounds)["at"] == at("13 20:00")


def test_an_assessment_is_recorded_or_missing() -> None:
    rule = pack(assessed=True)
    row = one(rule, zone(gates={"risk_assessment": at("16")}))
    assert (row["holds"], row["missing_en"]) == (False, "an assessment with name, time and grounds is not recorded")
    assert row["missing_zh"] == "缺风险评估记录（评估人、时间、依据）"
    row = one(rule, zone(gates={"release": at("26 09:00")}))
    assert (row["holds"], row["at"], row["found_en"]) == (True, at("26 09:00"), "assessed 26 March 09:00")
    assert one(pack(assessed=False))["found_zh"] == "无须评估"


def left(level: str | None, *zones: Row) -> dict[str, bool]:
    """Which precaution zones find no sealed zone left, with two districts side by side."""
    lifted = {"classes": ["sealed"]} | ({"level": level} if level else {})
    districts = [area("W", -100, -100, 600, 600, "district"), area("E", 500, -100, 600, 600, "district")]
    checks, _ = check(pack("precaution", lifted=lifted), *zones, areas=districts)
    return dict(zip(checks["zone_id"], checks["holds"], strict=True))


def test_no_zone_of_some_classes_is_left_in_the_district() -> None:
    waits, sealed = zone(**{"class": "precaution"}), {"class": "sealed", "geometry": box(700, 0)}
    ids = {name: left(level, waits, zone("B", **{**sealed, **more}))["A"] for name, level, more in [
        ("another district", "district", {}), ("anywhere", None, {}),
        ("the same district", "district", {"geometry": box(40, 0)}),
        ("only proposed", None, {"status": "proposed"}), ("released", None, {"status": "released"}),
        ("no area known", "district", {"geometry": box(5000, 0)}),
    ]}  # fmt: skip
    assert ids == {
        "another district": True, "anywhere": False, "the same district": False, "only proposed": False,
        "released": True, "no area known": False,
    }  # fmt: skip


def test_zones_that_are_left_are_named_and_a_zone_does_not_wait_for_itself() -> None:
    rule = pack("precaution", lifted={"classes": ["sealed", "controlled"]})
    row = check(rule, zone(**{"class": "precaution"}), zone("B"), zone("C", **{"class": "sealed"}))[0]
    told = row[row["zone_id"] == "A"].iloc[0]
    assert told["missing_en"] == "sealed zone or controlled zone not lifted yet: Zone B, Zone C"
    assert told["missing_zh"] == "尚未解除的封控区、管控区：乙区、丙区"
    own = pack("sealed", lifted={"classes": ["sealed"]})
    assert one(own, zone(**{"class": "sealed"}))["found_en"] == "no sealed zone is left"


def test_the_numbers_of_the_day_on_which_the_clock_began_count() -> None:
    values = [
        {"value": 14, "unit": "day", "grade": "O", "valid_to": "2022-03-31"},
        {"value": 7, "unit": "day", "grade": "O", "valid_from": "2022-04-01"},
    ]
    rule = pack(in_force_days=7)
    step = rule.classes["controlled"].steps[0]
    when = type(step.when).model_validate({"in_force_days": values})
    of = rule.classes["controlled"].model_copy(update={"steps": [step.model_copy(update={"when": when})]})
    dated = rule.model_copy(update={"classes": {**rule.classes, "controlled": of}})
    assert one(dated)["at"] == at("27")


def test_a_condition_without_a_number_is_refused() -> None:
    unset = {"in_force_days": {"unit": "day", "grade": "U"}}
    rule = pack(in_force_days=7)
    step = rule.classes["controlled"].steps[0]
    step = step.model_copy(update={"when": type(step.when).model_validate(unset)})
    of = rule.classes["controlled"].model_copy(update={"steps": [step]})
    with pytest.raises(PolicyError, match="a number of day that is unset"):
        check(rule.model_copy(update={"classes": {**rule.classes, "controlled": of}}))


def test_an_act_of_a_zone_not_yet_in_force_waits() -> None:
    row = act(pack(assessed=True), zone(status="decided", gates={"release": at("11")}))
    assert (row["act"], row["ready"], row["holding"], row["of"]) == ("release", False, 1, 1)
