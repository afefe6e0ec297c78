"""What packs say to people in a zone: phases with their dates, clauses, certificates, terms of lifting."""

from typing import Any

import pandas as pd
import pytest

from tests.living import CONTROLLED
from tests.small_town import derive_town, home, house
from zoning.graded import Clause, clause_on
from zoning.paper import find_zone
from zoning.paper.stay import Phased, after_rules, lift_from, lift_terms, lift_words, stay_rules, watch_days
from zoning.paper.words import closing_day, day_text, listed, moment, number_of, safe, say, unbroken
from zoning.pipeline import Plan
from zoning.policy import load_policy

DAY = pd.Timestamp("2022-03-18", tz="Asia/Shanghai").date()
MIDNIGHT = pd.Timestamp("2022-03-18", tz="Asia/Shanghai")


def zone(plan: Plan, **more: Any) -> dict[str, Any]:
    return {**find_zone(plan, CONTROLLED), **more}


def of_class(plan: Plan, name: str) -> dict[str, Any]:
    return next(z for z in plan.zones.to_dict("records") if z["class"] == name)


def test_phases_have_their_days_and_dates_and_a_gate_until_it_is_assessed(town_plan: Plan) -> None:
    start = pd.Timestamp("2022-03-14", tz="Asia/Shanghai")
    row = zone(town_plan, clock_from=start, stage="phase_1")
    assert stay_rules(town_plan, row, "zh")[:2] == [
        Phased("第1–4天（3月14日至3月17日）", "前4天按封控区管理，足不出户", True),
        Phased("第5天起（3月18日起），经风险评估后", "定格管理，人不出楼栋，错峰取物", False),
    ]
    row |= {"gates": {"risk_assessment": start}, "stage": "phase_2"}
    assert [(r.days, r.now) for r in stay_rules(town_plan, row, "en")[:2]] == [
        ("Days 1–4 (14 Mar to 17 Mar)", False), ("From day 5 (18 Mar)", True),
    ]  # fmt: skip


def test_clauses_of_the_class_certificate_and_positives_follow_and_nothing_is_said_twice(town_plan: Plan) -> None:
    told = {name: [r.text for r in stay_rules(town_plan, of_class(town_plan, name), "zh")] for name in
            ("sealed", "controlled", "precaution")}  # fmt: skip
    assert told["sealed"] == ["区域封闭、足不出户、服务上门"]
    assert told["controlled"][2:] == ["只进不出，区内经营活动暂停", "区内如发现阳性，所在范围立即按规则转为封控区"]
    assert told["precaution"] == [
        "强化社会面管控，严格限制人员聚集",
        "非必要不离开，居家与单位两点一线，不聚集",
        "卡口、电子哨兵、居民白名单",
        "出入凭24小时核酸阴性证明",
    ]


def test_the_terms_are_those_of_the_pack_and_name_nobody(town_plan: Plan) -> None:
    terms = lift_terms(town_plan, zone(town_plan), "en")
    assert [name for name, _ in terms] == ["in_force_days", "no_new_days", "last_contact_days", "round_window_h"]
    assert terms[0][1] == "14 full days in force"
    area = lift_words(town_plan, of_class(town_plan, "precaution"), "zh")
    assert area.startswith("须同时满足：完成4轮全员检测且均为阴性；经风险评估无传播风险。")


def test_the_earliest_day_of_a_proposal_counts_from_the_next_midnight(town_plan: Plan) -> None:
    # 18 to 31 March are fourteen full days.
    assert lift_from(town_plan, zone(town_plan)) == pd.Timestamp("2022-04-01", tz="Asia/Shanghai")
    assert lift_from(town_plan, of_class(town_plan, "precaution")) is None


def test_a_way_out_into_a_milder_class_and_one_condition() -> None:
    plan = derive_town(load_policy("eu-2020-687"), buildings=[house("F", 0, 0)], cases=[home("C", "F")])
    inner, outer = of_class(plan, "protection"), of_class(plan, "surveillance")
    assert lift_words(plan, inner, "en") == (
        "Ends only when this holds: 21 days since preliminary cleaning and disinfection of the last premises. "
        "It then becomes a surveillance zone. It ends by written notice only."
    )
    assert lift_words(plan, outer, "zh") == "须满足：最后一处场所初步清洗消毒后满30天。以书面通告为准。"
    assert stay_rules(plan, inner, "zh") == []


def test_other_classes_that_must_be_lifted_first_are_named() -> None:
    plan = derive_town(load_policy("cn-3zone-2021"), buildings=[house("F", 0, 0)], cases=[home("C", "F")])
    told = " ".join(lift_words(plan, z, "en") for z in plan.zones.to_dict("records"))
    assert "of the same area lifted" in told


def test_after_a_release_the_clauses_of_the_former_class_hold(town_plan: Plan) -> None:
    assert watch_days(town_plan.policy, DAY) == 7
    assert after_rules(town_plan, {"class": "controlled"}, DAY, "zh")[0] == "保留围合、卡口、电子哨兵和白名单"
    assert after_rules(town_plan, {"class": "precaution"}, DAY, "zh")[0] == "管控略高于社会面，之后转入常态"
    assert len(after_rules(town_plan, {"class": "like_controlled"}, DAY, "zh")) == 1  # entry alone


@pytest.mark.parametrize(
    ("text", "zh", "en"),
    [
        ("2022-03-18 00:00", "2022年3月17日24时", "24:00 on 17 March 2022"),
        ("2022-03-18 08:05", "2022年3月18日8时5分", "08:05 on 18 March 2022"),
    ],
)
def test_moments_keep_24(text: str, zh: str, en: str) -> None:
    at = pd.Timestamp(text, tz="Asia/Shanghai")
    assert (moment(at, "Asia/Shanghai", "zh"), moment(at, "Asia/Shanghai", "en")) == (zh, en)


def test_dates_lists_and_names() -> None:
    assert (day_text(DAY, "zh"), day_text(DAY, "en")) == ("3月18日", "18 Mar")
    assert (day_text(DAY, "zh", year=True), day_text(DAY, "en", year=True)) == ("2022年3月18日", "18 March 2022")
    assert closing_day(MIDNIGHT, "Asia/Shanghai") == DAY.replace(day=17)
    assert (listed(["甲", "乙"], "zh"), listed(["A"], "en"), listed(["A", "B", "C"], "en")) == (
        "甲、乙",
        "A",
        "A, B and C",
    )
    assert safe("<b>东门</b> East\u202e\n", "en") == '&lt;b&gt;<span lang="zh-CN">东门</span>&lt;/b&gt; East  '
    assert safe("东门 & <i>", "zh") == "东门 &amp; &lt;i&gt;"
    assert unbroken("（S-ef3bcf25）。") == '<span class="nw">（S-ef3bcf25）</span>。'
    assert say("now", "en") == " (now)"


def test_parameters_are_read_on_their_day(town_plan: Plan) -> None:
    told = town_plan.policy.parameters
    assert number_of(told["certificate"]["elsewhere_h"], DAY.replace(day=22)) == 48
    assert number_of(told["certificate"]["elsewhere_h"], DAY.replace(month=6)) == 72
    assert number_of(told["certificate"]["elsewhere_h"], DAY.replace(month=1)) is None
    assert number_of(told["certificate"]["counted_from_sampling"], DAY) is None
    assert number_of(told["sealed"]["stay"], DAY) is None
    assert number_of(None, DAY) is None
    assert clause_on(told["enclosure"]["entrances_most"], DAY) is None
    assert clause_on(Clause(zh="（未读到）", en="(not read)", grade="U"), DAY) is None
