"""What the engine proposes to decide, with its reasons; and what holds whatever the facts are."""

from typing import Any

import pandas as pd
import pytest
from hypothesis import strategies as st

from tests.examples import Hold, few_then_many
from tests.small_town import POLICY, Row, at
from tests.waiting import CASE, a_round, act, changed, check, met, pack, sample, zone
from zoning.classes import OnPositive, Reset
from zoning.lifting.words import moment, names, tally
from zoning.policy import load_policy

SEALED = {"class": "sealed"}


def test_a_zone_of_the_default_pack_that_started_at_noon() -> None:
    waits, last = zone(**SEALED), a_round("r9", "26 20:00")
    row = act(POLICY, waits, as_of="26 22:00", rounds=[last])
    assert (row["act"], row["to"], row["ready"], row["holding"], row["of"]) == ("release", "none", False, 2, 4)
    assert row["at"] == at("27")
    assert row["reasons_en"] == (
        "two of four conditions hold; 14 full days in force end 26 March 24:00; "
        "14 days without a new case since 12 March 10:00 end 26 March 24:00"
    )
    row = act(POLICY, waits, rounds=[last])
    assert (row["ready"], row["holding"]) == (True, 4)
    assert row["reasons_en"].startswith("all four conditions hold; in force for 14 full days since 12 March 12:00; ")
    assert row["reasons_en"].endswith("; full clean round r9 ended 26 March 20:00")
    assert row["reasons_zh"].startswith("四项条件全部满足；自3月12日12时起已满14个整日；")
    assert row["fact_ids"] == ["cases:C1"]


@pytest.mark.parametrize(
    ("spoilt", "missing"),
    [
        ({"pools_open": 1}, "round r9: 1 pool open"),
        ({"tested": 97}, "round r9: tested 97 of 100 (97 %)"),
        ({"positive": 1}, "round r9: 1 positive"),
    ],
)
def test_the_calendar_is_complete_but_the_round_is_not(spoilt: Row, missing: str) -> None:
    row = act(POLICY, zone(**SEALED), rounds=[a_round("r9", **spoilt)], of="release")
    assert (row["ready"], row["holding"], row["of"]) == (False, 3, 4)
    told = "three of four conditions hold; a full clean round since 24 March 24:00 is missing; "
    assert row["reasons_en"] == told + missing
    assert row["reasons_zh"].startswith("四项条件已满足三项；缺3月24日24时以后的一轮全员阴性检测；轮次r9：")


def test_a_step_names_its_class_and_goes_by_the_origin_of_the_zone() -> None:
    rule = pack("sealed", to="precaution", in_force_days=7)
    row = act(rule, zone(**SEALED))
    assert (row["act"], row["to"], row["ready"]) == ("step", "precaution", True)
    assert row["reasons_en"] == "the condition holds; in force for 7 full days since 12 March 12:00"
    only = pack("precaution", origin="sealed", in_force_days=3)
    assert check(only, zone(**{"class": "precaution"}))[1].empty
    assert act(only, zone(**{"class": "precaution"}, origin="sealed"))["act"] == "release"


def test_an_assessed_zone_of_an_area_is_lifted_with_a_warning_while_stricter_zones_of_its_cases_stand() -> None:
    rule = pack("precaution", assessed=True)
    around = zone(**{"class": "precaution"}, gates={"release": at("26 09:00")}, fact_ids=["cases:C1", "cases:C2"])
    others = [zone("B", **SEALED), zone("C", **SEALED, fact_ids=["cases:C9"]), zone("D", **SEALED, status="released")]
    acts = check(rule, around, *others)[1].set_index("zone_id")
    assert (acts.loc["A", "ready"], acts.loc["A", "reasons_en"]) == (
        True,
        "the condition holds; assessed 26 March 09:00; warning: stricter zones are not lifted yet: Zone B",
    )
    assert acts.loc["A", "reasons_zh"].endswith("；注意：更严格的区域尚未解除：乙区")


def test_a_proposed_zone_waits_to_be_opened() -> None:
    nothing = {"class_since": None, "clock_from": None, "lift_from": None}
    checks, acts = check(POLICY, zone(**SEALED, status="proposed", **nothing, fact_ids=["cases:C1", "cases:C2"]))
    assert checks.empty
    row = acts.iloc[0]
    assert (row["act"], row["to"], row["ready"], row["at"]) == ("open", "sealed", True, at("11 20:00"))
    assert row["reasons_en"] == "due by the rules since 11 March 20:00, on 2 facts"
    assert row["reasons_zh"] == "按规则自3月11日20时起应划定，依据2项事实"


@pytest.mark.parametrize("status", ["released", "rejected"])
def test_nothing_is_proposed_for_what_is_over(status: str) -> None:
    checks, acts = check(POLICY, zone(status=status, new_facts=["cases:C2"], hold_until="20"))
    assert checks.empty
    assert acts.empty


def test_a_void_zone_is_released_at_once() -> None:
    checks, acts = check(POLICY, zone(void=True, last_presence_at=None), as_of="13")
    assert checks.empty
    assert acts[["act", "to", "ready", "of"]].to_numpy().tolist() == [["release", "none", True, 0]]
    assert acts["reasons_en"].tolist() == ["every case behind it was withdrawn or excluded"]
    assert acts["reasons_zh"].tolist() == ["其全部病例已撤回或排除"]


def test_a_zone_that_lasts_is_proposed_for_a_stricter_class_on_the_day_that_its_pack_names() -> None:
    dengue = load_policy("my-dengue")
    since = dict.fromkeys(("class_since", "clock_from", "lift_from"), at("20 12:00") - pd.Timedelta(days=28))
    lasting = {**zone(last_presence_at="22"), **since, "class": "active_outbreak", "rank": 2}
    # In force since noon of 20 February: 31 full days end on 23 March 24:00.
    assert "raise" not in set(check(dengue, lasting, as_of="23 23:59")[1]["act"])
    row = act(dengue, lasting, as_of="24", of="raise")
    assert (row["to"], row["ready"], row["at"]) == ("hotspot", True, at("24"))
    assert row["reasons_en"] == "in force for 31 full days since 20 February 12:00"
    assert "raise" not in set(check(dengue, {**lasting, "class": "hotspot", "rank": 1}, as_of="24")[1]["act"])


def test_a_hold_that_expired() -> None:
    bare = {"class_since": None, "clock_from": None, "lift_from": None, "hold_until": "14 12:00"}
    held = zone(status="in_force", **bare)
    assert check(POLICY, held, as_of="14 11:59")[1].empty
    row = act(POLICY, held, as_of="14 12:00")
    assert (row["act"], row["ready"], row["at"]) == ("hold_expired", True, at("14 12:00"))
    assert row["reasons_zh"] == "临时管控已于3月14日12时到期"
    assert act(POLICY, zone(status="proposed", **bare), as_of="15", of="hold_expired")["to"] == "controlled"


def test_a_gated_phase_is_due_without_assessment() -> None:
    assert check(POLICY, zone(), as_of="15 23:59")[1]["act"].tolist() == ["release"]
    row = act(POLICY, zone(), as_of="16", of="phase")
    assert (row["to"], row["ready"], row["at"]) == ("fixed_grid", True, at("16"))
    assert row["reasons_en"].startswith("day 5 began 15 March 24:00; 'fixed grid, nobody leaves the building")
    assert row["reasons_en"].endswith("' waits for an assessment with name, time and grounds")
    assert row["reasons_zh"].startswith("第5天自3月15日24时起，转入“定格管理")
    assessed = zone(gates={"risk_assessment": at("15 20:00")})
    assert "phase" not in set(check(POLICY, assessed, as_of="17")[1]["act"])
    assert "phase" not in set(check(POLICY, zone(origin="sealed"), as_of="17")[1]["act"])


def test_a_zone_that_rests_on_new_facts_is_extended_with_the_reset_of_the_pack() -> None:
    new = zone(new_facts=["cases:C2", "visits:V2"])
    assert act(changed("controlled", reset=None), new, of="extend")["reasons_en"] == (
        "rests on new facts that no decision names: cases:C2, visits:V2"
    )
    reset = Reset(scope="zone", allowed=["building", "none"], ignores=["closed_loop"], grade="O")
    cases = [*CASE, {"case_id": "C2", "reported_at": "15"}]
    row = act(changed("controlled", reset=reset), new, of="extend", cases=cases)
    assert row["fact_ids"] == ["cases:C2", "visits:V2"]
    assert row["reasons_en"].endswith(
        "by the pack the clocks of the whole zone begin again; it also allows: the building, no clock"
    )
    assert row["reasons_zh"].endswith("按规则全区重新计时；也可选：所在楼栋、不重新计时")
    cases = [{"case_id": "C2", "reported_at": "15", "found_in": "closed_loop"}]
    row = act(changed("controlled", reset=reset), zone(new_facts=["cases:C2"]), of="extend", cases=cases)
    assert row["reasons_en"].endswith("cases:C2 found in isolation: no clock moves")


def test_a_new_positive_raises_the_class() -> None:
    rule = changed("controlled", on_positive=OnPositive(to="sealed", extent="zone", grade="O"))
    row = act(rule, zone(new_facts=["cases:C2"]), of="raise")
    assert (row["to"], row["ready"], row["fact_ids"]) == ("sealed", True, ["cases:C2"])
    found = [a_round("r7", "25 20:00", positive=2)]
    row = act(rule, rounds=found, of="raise")
    assert (row["reasons_en"], row["reasons_zh"]) == (
        "round r7 found 2 positive; by the pack the whole zone turns sealed zone",
        "轮次r7阳性2人；按方案全区转为封控区",
    )
    assert "raise" not in set(check(rule, rounds=[*found, a_round("r8")])[1]["act"])
    assert "raise" not in set(check(rule, zone(clock_from="26"), rounds=found)[1]["act"])
    by_rule = changed("controlled", on_positive=OnPositive(to="sealed", extent="rule", grade="O"))
    assert "raise" not in set(check(by_rule, zone(new_facts=["cases:C2"]), rounds=found)[1]["act"])


def test_what_is_ready_comes_first_then_the_strictest_then_the_earliest() -> None:
    rule = pack("sealed", in_force_days=14)
    zones = [zone("A", lift_from="20", **SEALED), zone("B", lift_from="19", **SEALED), zone("C", **SEALED)]
    acts = check(rule, *zones, zone("D", status="proposed", **{"class": "precaution"}))[1]
    assert acts["zone_id"].tolist() == ["C", "D", "B", "A"]
    assert acts["ready"].tolist() == [True, True, False, False]


@pytest.mark.parametrize(
    ("holding", "of", "zh", "en"),
    [
        (2, 3, "三项条件已满足两项", "two of three conditions hold"),
        (1, 2, "两项条件已满足一项", "one of two conditions holds"),
        (0, 4, "四项条件均未满足", "none of four conditions hold"),
        (9, 9, "九项条件全部满足", "all nine conditions hold"),
        (0, 1, "条件未满足", "the condition does not hold"),
        (1, 1, "条件已满足", "the condition holds"),
        (3, 12, "12项条件已满足三项", "three of 12 conditions hold"),
    ],
)
def test_conditions_are_counted_in_words(holding: int, of: int, zh: str, en: str) -> None:
    assert tally(holding, of) == (zh, en)


def test_moments_and_names() -> None:
    assert moment(at("01"), "Asia/Shanghai") == ("2月28日24时", "28 February 24:00")
    assert moment(at("31 08:05:59"), "Asia/Shanghai") == ("3月31日8时5分", "31 March 08:05")
    assert names(["P1"]) == ("P1", "P1")
    assert names(["P1", "P2", "P3", "P4"]) == ("P1、P2、P3等4个", "P1, P2, P3 and 1 more")


DAYS = st.integers(10, 27).map(lambda day: f"{day:02} 09:00")
ROUNDS = st.builds(
    a_round, st.sampled_from(["r1", "r2", "r3"]), DAYS, st.integers(95, 100), zone_id=st.sampled_from("AB"),
    excused=st.integers(0, 2), pools_open=st.integers(0, 1), positive=st.integers(0, 1),
)  # fmt: skip
ALL = {
    "in_force_days": 5, "no_new_days": 5, "cleaned_days": 3, "last_contact_days": 4, "round_window_h": 48,
    "clean_rounds": 1, "rounds_done": 2, "assessed": True, "lifted": {"classes": ["sealed"]},
}  # fmt: skip


@st.composite
def worlds(draw: st.DrawFn) -> dict[str, Any]:
    """Two zones, some of the conditions, and facts of every kind."""
    asked = draw(st.lists(st.sampled_from(list(ALL)), unique=True, min_size=1))
    zones = [
        zone(
            name, lift_from=draw(DAYS), last_presence_at=draw(st.none() | DAYS), cleaned_at=draw(st.none() | DAYS),
            gates=draw(st.sampled_from([{}, {"release": at("20")}])), void=draw(st.booleans()),
            status=draw(st.sampled_from(["in_force", "decided", "proposed"])),
            fact_ids=draw(st.sampled_from([["cases:C1"], ["cases:C1", "cases:C2"]])),
        )
        for name in "AB"
    ]  # fmt: skip
    people = st.sampled_from(["P1", "P2", "P3"])
    contacts = draw(st.lists(st.builds(met, people, st.none() | DAYS, st.sampled_from(["C1", "C2"])), max_size=4))
    results = st.sampled_from(["negative", "positive", "pending"])
    tests = draw(st.lists(st.builds(sample, people, DAYS, results), max_size=6))
    for rows, key in ((contacts, "contact_id"), (tests, "test_id")):
        for n, row in enumerate(rows):
            row[key] = str(n)
    facts = {"contacts": contacts, "tests": tests, "cases": CASE}
    return {
        "policy": pack(**{name: ALL[name] for name in asked}),
        "zones": zones,
        "rounds": draw(st.lists(ROUNDS)),
        **facts,
    }


@pytest.mark.slow
@few_then_many(15, 80)
def test_a_zone_is_never_ready_while_a_condition_does_not_hold(hold: Hold) -> None:
    def each(world: dict[str, Any]) -> None:
        void = {row["zone_id"] for row in world["zones"] if row["void"]}
        checks, acts = check(world.pop("policy"), *world.pop("zones"), **world)
        leave = acts[acts["act"].isin(["step", "release"])].set_index("zone_id")
        holds = checks.groupby("zone_id")["holds"].agg(["sum", "size", "all"])
        for zone_id, row in leave.iterrows():
            if zone_id in void:
                assert row["ready"]
            else:
                assert (row["holding"], row["of"]) == tuple(holds.loc[zone_id, ["sum", "size"]])
                assert not row["ready"] or holds.loc[zone_id, "all"]
        assert ((checks["missing_en"] == "") == checks["holds"]).all()
        assert ((checks["missing_zh"] == "") == checks["holds"]).all()

    hold(worlds())(each)


@pytest.mark.slow
@few_then_many(15, 80)
def test_the_order_of_rows_changes_nothing(hold: Hold) -> None:
    def each(world: dict[str, Any], random: Any) -> None:
        policy, zones = world.pop("policy"), world.pop("zones")
        ended = [row["ended_at"] for row in world["rounds"]]
        world["rounds"] = [row for row in world["rounds"] if ended.count(row["ended_at"]) == 1]
        checks, acts = check(policy, *zones, **world)
        mixed = {kind: random.sample(rows, len(rows)) for kind, rows in world.items()}
        again, others = check(policy, *reversed(zones), **mixed)
        order = ["zone_id", "predicate"]
        pd.testing.assert_frame_equal(
            checks.sort_values(order, ignore_index=True), again.sort_values(order, ignore_index=True)
        )
        pd.testing.assert_frame_equal(acts, others)

    hold(worlds(), st.randoms(use_true_random=False))(each)
