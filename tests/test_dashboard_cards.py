"""The list and the cards over a plan made by hand."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from dashboard.cards import look_at, make_card
from dashboard.plans import Plans, Question
from dashboard.rows import clock, lift_day, rounds_of, stage_words, zone_rows
from tests.browser import standin as tiny_plan

CHINA = ZoneInfo("Asia/Shanghai")


def shown() -> Any:
    return Plans(tiny_plan.engine()).get(Question(tiny_plan.DAY))


def everything(component: Any) -> Iterator[Any]:
    """Walk a tree of Dash components and their texts."""
    yield component
    children = getattr(component, "children", None)
    for child in children if isinstance(children, list | tuple) else [children]:
        if child is not None:
            yield from everything(child)


def said(components: list[Any], lang: str) -> str:
    """Return what a reader of one language sees."""

    def read(part: Any) -> str:
        if isinstance(part, str | int | float):
            return str(part)
        if re.search(r"\bt-(zh|en)\b", getattr(part, "className", None) or "") and part.lang != lang:
            return ""
        children = getattr(part, "children", None)
        if children is None:
            return ""
        return " ".join(
            filter(None, (read(c) for c in (children if isinstance(children, list | tuple) else [children])))
        )

    return re.sub(r"\s+", " ", " ".join(read(c) for c in components))


def test_the_list_puts_what_waits_for_a_person_first_then_the_strictest() -> None:
    found = zone_rows(shown())
    assert [(row["id"], row["asks"] and row["asks"]["en"]) for row in found["zones"]] == [
        ("c7b2d401", "edit to confirm"), ("l90ac3ff", "to open"), ("v77c01d2", "to lift"), ("p42118aa", "to lift"),
        ("s1e3a9c0", None), ("w5510b7d", None),
    ]  # fmt: skip
    assert [(c["look"], c["n"]) for c in found["classes"]] == [
        ("sealed", 1), ("controlled", 2), ("like", 1), ("precaution", 1), ("post", 1)
    ]  # fmt: skip


def test_where_nothing_waits_the_strictest_comes_first_and_the_watch_last() -> None:
    plan = tiny_plan.make_plan()
    calm = replace(plan, acts=plan.acts.iloc[:0], touched=plan.touched.iloc[:0])
    rows = zone_rows(replace(shown(), plan=calm))["zones"]
    assert [row["look"] for row in rows] == ["sealed", "controlled", "controlled", "like", "precaution", "post"]


def test_a_row_says_stage_where_it_says_more_than_the_status() -> None:
    status = {row["id"]: row["status"] for row in zone_rows(shown())["zones"]}
    assert status["s1e3a9c0"] == {"zh": "临时管控", "en": "temporary hold"}
    assert status["c7b2d401"]["en"] == "in force"
    assert status["p42118aa"]["zh"] == "降级中"
    assert status["w5510b7d"]["en"] == "under watch after release"
    assert status["v77c01d2"]["en"].startswith("void")


def test_stages_are_called_as_the_pack_calls_its_phases() -> None:
    policy = tiny_plan.POLICY
    assert stage_words(policy, "controlled", "none") is None
    phase = stage_words(policy, "controlled", "phase_2")
    assert phase is not None
    assert phase["en"].startswith("phase 2: fixed grid")
    assert stage_words(policy, "precaution", "phase_3") == {"zh": "第3阶段", "en": "phase 3"}
    assert stage_words(policy, "controlled", "hold") == {"zh": "临时管控", "en": "temporary hold"}


def test_a_row_says_day_next_test_and_lift() -> None:
    row = next(r for r in zone_rows(shown())["zones"] if r["id"] == "c7b2d401")
    assert (row["day"], row["days"], row["people"]) == (6, 14, 1486)
    assert row["test"] == {"zh": "3月17日", "en": "17 Mar"}
    assert row["lift"] == {"zh": "3月24日", "en": "24 Mar"}
    assert not row["due"]


def test_a_zone_that_is_only_proposed_has_no_day() -> None:
    row = next(r for r in zone_rows(shown())["zones"] if r["look"] == "like")
    assert (row["day"], row["proposed"], row["lift"]) == (None, True, None)


def test_the_clock_ends_with_the_last_round() -> None:
    plan = tiny_plan.make_plan()
    rounds = rounds_of(plan.calendar)["p42118aa"]
    late = clock(plan.policy, "precaution", rounds, date(2022, 4, 1))
    assert (late["day"], late["days"], late["done"], late["next"]) == (4, 4, True, None)
    early = clock(plan.policy, "precaution", rounds, date(2022, 3, 1))
    assert early["day"] is None
    assert clock(plan.policy, "precaution", [], date(2022, 3, 1))["days"] == 0


def test_a_lift_at_24_is_that_day() -> None:
    assert lift_day(pd.Timestamp("2022-03-24T16:00:00Z"), CHINA) == date(2022, 3, 24)
    assert lift_day(pd.NaT, CHINA) is None


def test_a_zone_card_says_why_with_citation_grade_and_facts() -> None:
    card = make_card(shown(), {"layer": "zones", "id": "c7b2d401"}, tiny_plan.engine())
    zh, en = said(card, "zh"), said(card, "en")
    for words in (
        "临水花园（除3栋）",
        "病例所在小区其余部分",
        "R3",
        "A 级",
        "可能：位置不够准",
        "下次：第7天 3月17日",
        "待定",
    ):
        assert words in zh
    for words in (
        "rest of the estate of a case",
        "罗湖区通告",
        "grade A",
        "cases:C2",
        "17 Mar",
        "undecided",
        "240 m by road",
    ):
        assert words in en


def zone_card(zone_id: str) -> list[Any]:
    return make_card(shown(), {"layer": "zones", "id": zone_id}, tiny_plan.engine())


def test_a_zone_card_lists_what_it_waits_for() -> None:
    card = zone_card("c7b2d401")
    states = [
        p.className for p in everything_in(card) if getattr(p, "className", "") in ("holds", "running", "missing")
    ]
    assert states == ["running", "holds", "missing"]
    zh, en = said(card, "zh"), said(card, "en")
    assert "解除条件 满足 1 / 3 项" in zh
    assert "缺： 解除前全员检测 尚缺一轮全阴检测" in zh
    assert "Can be lifted when 1 of 3 hold" in en
    assert "not yet: Days in force 14 full days end 24 March 24:00" in en
    assert "holds: Contacts past their days and negative contact P21 is past them" in en


def test_a_zone_card_proposes_with_reasons_the_most_pressing_first_and_only_what_is_ready() -> None:
    zh, en = (said(zone_card("c7b2d401"), lang) for lang in ("zh", "en"))
    assert "Proposed a person decides to turn stricter: sealed zone new inside: cases:C2" in en
    assert "建议升级：封控区 区内新增：cases:C2 cases:C2 纳入新事实" in zh
    assert "one of three" not in en
    assert "Proposed" not in said(zone_card("s1e3a9c0"), "en")


def test_a_zone_card_prices_an_extension_by_whose_clock_begins_again() -> None:
    found = said(zone_card("c7b2d401"), "en")
    assert "Whose clock starts again whole zone: +9,300 person-days (1,860 × 5 days), the pack's own" in found
    assert "unit only: +420 person-days (84 × 5 days) nobody's: +0 person-days" in found
    assert "重新计时范围 全区：+9,300 人·天（1,860 人 × 5 天），规则默认" in said(zone_card("c7b2d401"), "zh")


def test_a_zone_card_says_stage_origin_dates_and_who_decided() -> None:
    hold, down, watch = (said(zone_card(z), "en") for z in ("s1e3a9c0", "p42118aa", "w5510b7d"))
    assert "stage temporary hold" in hold
    assert "on hold until 17 Mar 24:00" in hold
    assert "decided by 李伟" in hold
    assert "stage stepping down stepped down from controlled zone" in down
    assert "ended 14 Mar 24:00 watched until 21 Mar 24:00" in watch
    assert "void: no case left" in said(zone_card("v77c01d2"), "en")
    assert "void" not in hold


def test_a_zone_card_shows_edits_that_wait_for_a_person_before_all_else() -> None:
    en = said(zone_card("c7b2d401"), "en")
    pending, proposed, rest = (en.index(w) for w in ("Edits that wait for you", "Proposed", "Edits by hand"))
    assert pending < proposed < rest
    assert "pending a cause that it does not answer 王敏 · 16 Mar 24:00 · 复核后放宽 on 1 of its atoms" in en
    assert "Edits that wait for you" in said(zone_card("s1e3a9c0"), "en")
    assert "Edits" not in said(zone_card("w5510b7d"), "en")


def test_a_unit_card_says_why_and_leads_to_its_zone() -> None:
    card = make_card(shown(), {"layer": "units", "id": "L3"}, tiny_plan.engine())
    assert "home of a case" in said(card, "en")
    assert "临水花园3栋 其余" in said(card, "zh")
    links = [p for p in everything_in(card) if hasattr(p, "data-zone")]
    assert [getattr(p, "data-zone") for p in links] == ["s1e3a9c0"]


def everything_in(components: list[Any]) -> Iterator[Any]:
    for component in components:
        yield from everything(component)


def test_a_place_card_explains_where_it_stands() -> None:
    text = said(make_card(shown(), {"layer": "places", "id": "P1"}, tiny_plan.engine()), "en")
    assert "Dongshi Market" in text
    assert "No rule puts this place in a zone." in text


@pytest.mark.parametrize("layer", ["zones", "units", "cells", "gates", "no layer"])
def test_what_is_not_there_on_the_day_is_said(layer: str) -> None:
    text = said(make_card(shown(), {"layer": layer, "id": "gone"}, tiny_plan.engine()), "en")
    assert text == "“gone” does not exist on this day."


def test_a_rejected_zone_has_no_card() -> None:
    text = said(make_card(shown(), {"layer": "zones", "id": "r0000000"}, tiny_plan.engine()), "en")
    assert "does not exist" in text


def test_what_to_look_at_stands_where_nothing_is_chosen() -> None:
    text = said(look_at(tiny_plan.make_plan()), "en")
    assert "Linshui Garden: " in text
    assert "(R4)" in text
    assert "cases:C9 its place is not known" in text
    assert "Edit by 王敏 a cause that it does not answer" in text
    assert "王敏的编辑 起因未考虑，请重新划定" in said(look_at(tiny_plan.make_plan()), "zh")
    assert "位置不明" in said(look_at(tiny_plan.make_plan()), "zh")
    assert look_at(tiny_plan.empty_plan()) == []
