"""Classes of a pack: ranks, test days, tails and phases that make sense."""

from typing import Any

import pytest
from pydantic import ValidationError

from zoning import classes
from zoning.classes import Conditions, Phase, Step, Tail, ZoneClass

NAMES = {"zh": "甲", "en": "a"}
OUT: dict[str, Any] = {
    "to": "none", "grade": "O", "when": {"assessed": {"value": True, "unit": "bool", "grade": "O"}},
}  # fmt: skip
CLASS: dict[str, Any] = {
    "rank": 1, "names": NAMES, "letter": NAMES, "style": "red", "per": "cluster", "joins": True, "steps": [OUT],
}  # fmt: skip


def value(found: object, grade: str = "O") -> dict[str, Any]:
    return {"value": found, "unit": "day", "grade": grade}


def test_a_class_needs_only_its_rank_names_reach_and_a_way_out() -> None:
    one = ZoneClass.model_validate(CLASS)
    assert (one.tests, one.phases, one.pool, one.reset, one.on_positive) == (None, [], None, None, None)
    for wrong in ({k: v for k, v in CLASS.items() if k != "steps"}, {**CLASS, "steps": []}):
        with pytest.raises(ValidationError, match="steps"):
            ZoneClass.model_validate(wrong)


@pytest.mark.parametrize("rank", [0, -1])
def test_rank_1_is_the_strictest(rank: int) -> None:
    with pytest.raises(ValidationError, match="greater than or equal to 1"):
        ZoneClass.model_validate({**CLASS, "rank": rank})


@pytest.mark.parametrize("per", ["zone", "", None])
def test_a_zone_is_one_per_cluster_or_per_ground(per: object) -> None:
    with pytest.raises(ValidationError, match="'cluster' or 'ground'"):
        ZoneClass.model_validate({**CLASS, "per": per})


@pytest.mark.parametrize("days", [7, [3, 1], [1, 1], [0, 1], True])
def test_fixed_test_days_rise_from_day_1(days: object) -> None:
    with pytest.raises(ValidationError, match="rising day numbers from 1"):
        classes.Tests.model_validate({"fixed": value(days)})
    assert classes.Tests.model_validate({"fixed": value([1, 2, 7])}).fixed.value == [1, 2, 7]


@pytest.mark.parametrize("days", [14.5, [14], True, -1])
def test_days_in_force_are_whole(days: object) -> None:
    with pytest.raises(ValidationError, match="a whole number, 0 or more"):
        Conditions.model_validate({"in_force_days": value(days)})


def test_every_one_of_several_durations_is_whole_days() -> None:
    with pytest.raises(ValidationError, match="a whole number, 0 or more"):
        Conditions.model_validate({"in_force_days": [value(14), value(2.5)]})


def test_a_step_asks_for_something_that_the_language_knows() -> None:
    with pytest.raises(ValidationError, match="at least one condition: in_force_days, no_new_days"):
        Step.model_validate({**OUT, "when": {}})
    with pytest.raises(ValidationError, match="no such key here; the keys are in_force_days"):
        Step.model_validate({**OUT, "when": {"full_moon": value(1)}})
    given = {"no_new_days": value(7), "lifted": {"classes": ["a"]}, "in_force_days": value(3)}
    found = Conditions.model_validate(given).given()
    assert [name for name, _ in found] == ["in_force_days", "no_new_days", "lifted"]


@pytest.mark.parametrize(("low", "high"), [(3, 2), (0, 3)])
def test_a_tail_has_gaps(low: int, high: int) -> None:
    with pytest.raises(ValidationError):
        Tail(min_gap=low, max_gap=high, default=[10, 12, 14], unit="day", grade="O")


@pytest.mark.parametrize(("first", "last"), [(5, 4), (0, 4)])
def test_a_phase_ends_after_it_begins(first: int, last: int) -> None:
    with pytest.raises(ValidationError):
        Phase.model_validate({"id": "a", "from_day": first, "to_day": last, "names": NAMES, "grade": "O"})


def test_a_zone_is_assessed_or_not() -> None:
    with pytest.raises(ValidationError, match="true or false"):
        Conditions.model_validate({"assessed": value(1)})


def test_phases_and_tails_that_a_text_has_name_it() -> None:
    with pytest.raises(ValidationError, match="a citation, for grade A"):
        Phase.model_validate({"id": "a", "from_day": 1, "names": NAMES, "grade": "A"})
    with pytest.raises(ValidationError, match="a citation, for grade S"):
        Tail(min_gap=2, max_gap=3, default=[10], unit="day", grade="S")
