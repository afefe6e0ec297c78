"""Classes of a pack: ranks, test days, tails and phases that make sense."""

from typing import Any

import pytest
from pydantic import ValidationError

from zoning import classes
from zoning.classes import Phase, Release, Tail, ZoneClass

NAMES = {"zh": "甲", "en": "a"}
CLASS: dict[str, Any] = {
    "rank": 1, "names": NAMES, "letter": NAMES, "style": "red", "per": "cluster", "joins": True,
}  # fmt: skip


def value(found: object, grade: str = "O") -> dict[str, Any]:
    return {"value": found, "unit": "day", "grade": grade}


def test_a_class_needs_only_its_rank_names_and_reach() -> None:
    one = ZoneClass.model_validate(CLASS)
    assert (one.duration_days, one.tests, one.phases, one.release, one.pool) == (None, None, [], Release(), None)


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
def test_a_duration_is_whole_days(days: object) -> None:
    with pytest.raises(ValidationError, match="a whole number, 0 or more"):
        ZoneClass.model_validate({**CLASS, "duration_days": value(days)})


def test_every_one_of_several_durations_is_whole_days() -> None:
    with pytest.raises(ValidationError, match="a whole number, 0 or more"):
        ZoneClass.model_validate({**CLASS, "duration_days": [value(14), value(2.5)]})


@pytest.mark.parametrize(("low", "high"), [(3, 2), (0, 3)])
def test_a_tail_has_gaps(low: int, high: int) -> None:
    with pytest.raises(ValidationError):
        Tail(min_gap=low, max_gap=high, default=[10, 12, 14], unit="day", grade="O")


@pytest.mark.parametrize(("first", "last"), [(5, 4), (0, 4)])
def test_a_phase_ends_after_it_begins(first: int, last: int) -> None:
    with pytest.raises(ValidationError):
        Phase.model_validate({"id": "a", "from_day": first, "to_day": last, "names": NAMES, "grade": "O"})


def test_a_release_is_assessed_or_not() -> None:
    with pytest.raises(ValidationError, match="true or false"):
        Release.model_validate({"assessed": value(1)})


def test_phases_and_tails_that_a_text_has_name_it() -> None:
    with pytest.raises(ValidationError, match="a citation, for grade A"):
        Phase.model_validate({"id": "a", "from_day": 1, "names": NAMES, "grade": "A"})
    with pytest.raises(ValidationError, match="a citation, for grade S"):
        Tail(min_gap=2, max_gap=3, default=[10], unit="day", grade="S")
