"""Times as officers type them: a clock alone, a day without a year, 24时, spoken days; and back."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.moments import read_typed, show_typed

ZONE = "Asia/Shanghai"
CLOCK = datetime(2022, 3, 17, 18, 5, tzinfo=UTC)  # 18 March, 02:05 in Shenzhen


def read(text: str, ahead: bool = False, end: bool = False) -> str:
    at = read_typed(text, ZONE, CLOCK, ahead, end)
    return show_typed(at, ZONE) if at else "none"


@pytest.mark.parametrize(
    ("text", "past", "ahead"),
    [
        ("2022-03-15 24时", "2022-03-15 24:00", "2022-03-15 24:00"),
        ("24:00", "2022-03-17 24:00", "2022-03-18 24:00"),
        ("24时", "2022-03-17 24:00", "2022-03-18 24:00"),
        ("08:30", "2022-03-17 08:30", "2022-03-18 08:30"),
        ("8点半", "2022-03-17 08:30", "2022-03-18 08:30"),
        ("1时40分", "2022-03-18 01:40", "2022-03-18 01:40"),
        ("昨天22时", "2022-03-17 22:00", "2022-03-17 22:00"),
        ("tomorrow 8:00", "2022-03-19 08:00", "2022-03-19 08:00"),
        ("3月17日 22:10", "2022-03-17 22:10", "2022-03-17 22:10"),
        ("3-17 22:10", "2022-03-17 22:10", "2022-03-17 22:10"),
        ("12月31日24时", "2021-12-31 24:00", "2021-12-31 24:00"),
        ("+24h", "2022-03-19 02:05", "2022-03-19 02:05"),
        ("+3天", "2022-03-21 02:05", "2022-03-21 02:05"),
        ("25:00", "none", "none"),
        ("soon", "none", "none"),
    ],
)
def test_times_are_read_as_they_are_said(text: str, past: str, ahead: str) -> None:
    assert (read(text), read(text, ahead=True)) == (past, ahead)


def test_a_bare_date_is_the_start_or_the_end_of_its_day() -> None:
    assert (read("3-17"), read("3月17日", end=True)) == ("2022-03-16 24:00", "2022-03-17 24:00")


@given(st.integers(-(10**6), 4 * 10**6), st.booleans(), st.booleans())
def test_what_is_shown_is_read_back(minutes: int, ahead: bool, end: bool) -> None:
    at = CLOCK + timedelta(minutes=minutes)
    assert read_typed(show_typed(at, ZONE), ZONE, CLOCK, ahead, end) == at


@given(st.integers(0, 23), st.integers(0, 59), st.booleans())
def test_a_clock_alone_is_the_nearest_on_its_side(hour: int, minute: int, ahead: bool) -> None:
    at = read_typed(f"{hour}:{minute:02d}", ZONE, CLOCK, ahead)
    assert at is not None
    slack = timedelta(hours=1)
    assert CLOCK - slack <= at < CLOCK + timedelta(days=1) if ahead else CLOCK - timedelta(days=1) < at <= CLOCK + slack
