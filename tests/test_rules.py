"""The rule language: graded values, triggers and grounds; what is unset never runs."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from zoning.errors import PolicyError
from zoning.graded import Dated, Value, number
from zoning.rules import Rule, TakeAdjacent, TakeBuffer, TakeUnit

METRES = {"value": 30, "unit": "m", "grade": "O"}
RULE: dict[str, Any] = {
    "id": "a", "names": {"zh": "甲", "en": "a"}, "class": "hot", "slot": "core", "grade": "O",
    "when": {"trigger": "residence"}, "ground": {"take": "siblings", "level": "estate"},
}  # fmt: skip


@pytest.mark.parametrize("grade", list("ABCS"))
def test_what_a_text_says_names_the_text(grade: str) -> None:
    with pytest.raises(ValidationError, match="a citation"):
        Value(value=1, unit="m", grade=grade)
    assert Value(value=1, unit="m", grade=grade, cite="a notice").value == 1


@pytest.mark.parametrize("grade", list("DO"))
def test_arithmetic_and_defaults_need_no_text(grade: str) -> None:
    assert Value(value=1, unit="m", grade=grade).cite == ""


def test_unset_is_grade_u_and_nothing_else() -> None:
    assert Value(unit="m", grade="U").value is None
    for wrong in ({"value": 1, "grade": "U"}, {"grade": "O"}):
        with pytest.raises(ValidationError, match="none with grade U"):
            Value(unit="m", **wrong)


@pytest.mark.parametrize("wrong", ["14", {"a": 1}, [1.5], ["1"], [True], date(2022, 3, 1)])
def test_a_value_is_a_number_a_truth_or_a_list_of_days(wrong: object) -> None:
    with pytest.raises(ValidationError, match="a number, true or false, or a list of whole numbers"):
        Value(value=wrong, unit="day", grade="O")


@given(st.dates(), st.dates(), st.dates())
def test_a_span_holds_its_first_and_last_day(first: date, last: date, day: date) -> None:
    first, last = min(first, last), max(first, last)
    value = Value(value=1, unit="day", grade="O", valid_from=first, valid_to=last)
    assert value.holds_on(first)
    assert value.holds_on(last)
    assert value.holds_on(day) == (first <= day <= last)


def test_an_open_end_always_holds() -> None:
    assert Value(value=1, unit="m", grade="O").holds_on(date(1, 1, 1))
    assert Value(value=1, unit="m", grade="O", valid_from=date(2022, 3, 1)).holds_on(date(9999, 1, 1))
    assert not Value(value=1, unit="m", grade="O", valid_to=date(2022, 3, 1)).holds_on(date(2022, 3, 2))


def test_a_span_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValidationError, match="from valid_from"):
        Value(value=1, unit="m", grade="O", valid_from=date(2022, 3, 2), valid_to=date(2022, 3, 1))


def test_a_dated_value_is_one_or_several_but_not_none_of_them() -> None:
    dated = TypeAdapter(Dated)
    assert dated.validate_python(METRES).value == 30
    assert [v.value for v in dated.validate_python([METRES, {**METRES, "value": 50}])] == [30, 50]
    with pytest.raises(ValidationError):
        dated.validate_python([])


def test_numbers_of_a_ground_are_numbers() -> None:
    ground = {"take": "adjacent", "levels": ["building"], "number_step": METRES, "within_m": METRES}
    assert TakeAdjacent(**ground).within_m.value == 30
    for wrong in (-1, True, [30]):
        with pytest.raises(ValidationError, match="a number, 0 or more"):
            TakeAdjacent(**{**ground, "within_m": {**METRES, "value": wrong}})


@pytest.mark.parametrize("levels", [["house"], ["building", "floor"], []])
def test_a_level_of_units_is_one_that_units_have(levels: list[str]) -> None:
    with pytest.raises(ValidationError):
        TakeUnit(take="unit", levels=levels)


@pytest.mark.parametrize(("measure_from", "previous"), [("previous_zone_edge", None), ("point", "a")])
def test_only_a_radius_around_an_earlier_ground_names_its_rule(measure_from: str, previous: str | None) -> None:
    with pytest.raises(ValidationError, match="an earlier rule with measure_from"):
        TakeBuffer(take="buffer", radius_m=METRES, measure_from=measure_from, previous=previous)


def test_a_rule_reads_its_class_by_the_word_class_and_does_not_change() -> None:
    rule = Rule.model_validate(RULE)
    assert (rule.target, rule.act, rule.fallback) == ("hot", "derive", None)
    with pytest.raises(ValidationError, match="frozen"):
        rule.target = "cold"


@pytest.mark.parametrize("key", ["id", "names", "class", "slot", "grade", "when", "ground"])
def test_a_rule_leaves_nothing_out(key: str) -> None:
    with pytest.raises(ValidationError, match="Field required"):
        Rule.model_validate({k: v for k, v in RULE.items() if k != key})


def test_an_unknown_key_is_told_with_those_that_there_are() -> None:
    with pytest.raises(ValidationError, match="the keys are grade, cite, id, names, act, when, ground"):
        Rule.model_validate({**RULE, "colour": "red"})


def test_a_number_that_is_unset_does_not_run() -> None:
    assert number(None, 7.0) == 7.0
    assert number(Value(value=30, unit="m", grade="O"), 7.0) == 30.0
    with pytest.raises(PolicyError, match=r"number of m that is unset \(grade U\)"):
        number(Value(unit="m", grade="U"), 7.0)
