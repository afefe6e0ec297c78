"""Full local days, the earliest lift, the number of a day."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.small_town import POLICY, at
from zoning.clocks import (
    after_full_days,
    day_number,
    earliest_lift,
    first_test_date,
    local_day,
    midnight,
    next_midnight,
)

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


def test_the_later_of_the_two_clocks_counts() -> None:
    sealed = POLICY.classes["sealed"]
    assert earliest_lift(sealed, at("15"), at("10"), ZONE) == at("29")
    assert earliest_lift(sealed, at("10"), at("15 08:00"), ZONE) == at("30")


def test_a_class_without_clocks_is_lifted_by_assessment_alone() -> None:
    assert earliest_lift(POLICY.classes["precaution"], at("15"), at("10"), ZONE) is None
    assert earliest_lift(POLICY.classes["like_controlled"], at("15"), at("20"), ZONE) == at("21")


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
