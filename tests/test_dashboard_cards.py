"""The list and the cards over a plan made by hand."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from dashboard.cards import look_at, make_card
from dashboard.plans import Plans, Question
from dashboard.rows import clock, lift_day, rounds_of, zone_rows
from tests import tiny_plan

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


def test_the_list_puts_the_strictest_first_and_the_watch_last() -> None:
    found = zone_rows(shown())
    assert [row["look"] for row in found["zones"]] == ["sealed", "controlled", "like", "precaution", "post"]
    assert [(c["look"], c["n"]) for c in found["classes"]] == [
        ("sealed", 1), ("controlled", 1), ("like", 1), ("precaution", 1), ("post", 1)
    ]  # fmt: skip


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
    assert "位置不明" in said(look_at(tiny_plan.make_plan()), "zh")
    assert look_at(tiny_plan.empty_plan()) == []
