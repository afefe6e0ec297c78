"""Full local days, the earliest lift, the number of a day."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.small_town import POLICY, at
from zoning.classes import Step
from zoning.clocks import (
    after_full_days,
    day_number,
    earliest_lift,
    first_test_date,
    local_day,
    midnight,
    next_midnight,
    way_out,
)
from zoning.policy import Policy

ZONE = "Asia/Shanghai"
INFO = ZoneInfo(ZONE)


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [("12 12:00", 14, "27"), ("15", 14, "29"), ("12", 0, "12"), ("12 00:01", 0, "13"), ("12 23:59", 1, "14")],
)
def test_full_days_are_calendar_days_wholly_in_force(start: str, days: int, end: str) -> None:
    assert after_full_days(at(start), days, ZONE) == at(end)


def test_local_days_change_at_local_midnight() -> None:
    late, early = datetime(2022, 3, 11, 16, tzinfo=UTC), datetime(2022, 3, 11, 15, 59, tzinfo=UTC)
    assert (local_day(late, INFO), local_day(early, INFO)) == (date(2022, 3, 12), date(2022, 3, 11))
    assert midnight(date(2022, 3, 12), INFO) == late


def test_a_midnight_is_its_own_next_midnight() -> None:
    assert next_midnight(at("12"), INFO) == at("12")
    assert next_midnight(at("12 00:00:01"), INFO) == at("13")


@given(st.integers(631152000, 3786912000), st.integers(0, 60))
def test_full_days_never_begin_before_their_start_nor_a_day_after_it(seconds: int, days: int) -> None:
    start = datetime.fromtimestamp(seconds, UTC)
    end = after_full_days(start, days, "Europe/Paris")
    first = after_full_days(start, 0, "Europe/Paris")
    info = ZoneInfo("Europe/Paris")
    assert start <= first
    assert (first.astimezone(info).date() - start.astimezone(info).date()).days <= 1
    assert (end.astimezone(info).date() - first.astimezone(info).date()).days == days
    assert end.astimezone(info).time() == datetime.min.time()


def lift(name: str, since: str, present: str, cleaned: str | None = None, policy: Policy = POLICY) -> datetime | None:
    step = way_out(policy.classes[name], None)
    assert step is not None
    return earliest_lift(step, at(since), at(present), at(cleaned) if cleaned else None, policy, ZONE)


def test_the_later_of_the_two_clocks_counts() -> None:
    assert lift("sealed", "15", "10") == at("29")
    assert lift("sealed", "10", "15 08:00") == at("30")


def test_a_class_without_clocks_is_lifted_by_assessment_alone() -> None:
    assert lift("precaution", "15", "10") is None
    assert lift("like_controlled", "15", "20") == at("21")


def with_steps(*steps: dict[str, Any], **count: str) -> Policy:
    """The Shenzhen pack with other ways out of its strictest class."""
    one = POLICY.classes["sealed"].model_copy(update={"steps": [Step.model_validate(s) for s in steps]})
    counted = POLICY.day_count.model_copy(update=count)
    return POLICY.model_copy(update={"classes": {**POLICY.classes, "sealed": one}, "day_count": counted})


def days(number: int) -> dict[str, Any]:
    return {"value": number, "unit": "day", "grade": "O"}


def test_a_clock_from_cleaning_begins_with_it() -> None:
    given = with_steps({"to": "none", "grade": "O", "when": {"cleaned_days": days(5), "in_force_days": days(2)}})
    assert lift("sealed", "10", "9", None, given) is None
    assert lift("sealed", "10", "9", "12 08:00", given) == at("18")
    assert lift("sealed", "16", "9", "12 00:00", given) == at("18")


def test_the_day_of_an_event_never_counts_where_the_pack_says_so() -> None:
    step = {"to": "none", "grade": "O", "when": {"cleaned_days": days(5)}}
    told = with_steps(step, lift="full_days_after_event")
    assert [lift("sealed", "1", "1", c, told) for c in ("12", "12 00:01", "12 23:59", "13")] == [at("18")] * 3 + [
        at("19")
    ]
    assert lift("sealed", "1", "1", "12", with_steps(step)) == at("17")


def test_the_first_step_that_fits_the_origin_is_the_way_out() -> None:
    when = {"assessed": {"value": True, "unit": "bool", "grade": "O"}}
    steps = [{"to": to, "origin": o, "grade": "O", "when": when} for to, o in (("precaution", ["x"]), ("none", []))]
    of = with_steps(*steps).classes["sealed"]
    assert [step.to for o in ("x", "y", None) if (step := way_out(of, o))] == ["precaution", "none", "none"]
    assert way_out(with_steps(steps[0]).classes["sealed"], None) is None


def test_day_one_is_the_first_test_date() -> None:
    start = at("15 10:00")
    assert first_test_date(start, POLICY, ZONE) == date(2022, 3, 15)
    numbers = [day_number(start, at(now), POLICY, ZONE) for now in ("14 23:59", "15 10:00", "15 23:59", "16", "21")]
    assert numbers == [0, 1, 1, 2, 7]


def test_a_cutoff_and_counting_from_the_next_day_move_day_one() -> None:
    count = POLICY.day_count
    noon = count.day1_cutoff_h.model_copy(update={"value": 12})
    cut = POLICY.model_copy(update={"day_count": count.model_copy(update={"day1_cutoff_h": noon})})
    assert first_test_date(at("15 11:59"), cut, ZONE) == date(2022, 3, 15)
    assert first_test_date(at("15 12:00"), cut, ZONE) == date(2022, 3, 16)
    late = POLICY.model_copy(update={"day_count": count.model_copy(update={"tests": "next_day"})})
    assert first_test_date(at("15"), late, ZONE) == date(2022, 3, 16)
