"""Trajectories as they are written, to stays: clocks, ranges, spoken days, places by name; the rest stays open."""

from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import make_engine
from dashboard.pasting import read_stays
from dashboard.plans import Plans, Question, Shown

CLOCK = datetime.fromisoformat("2022-03-18T02:00:00+08:00")


@pytest.fixture(scope="module")
def shown(town_folder: Path) -> Shown:
    return Plans(make_engine(town_folder)).get(Question())


def told(shown: Shown, text: str) -> list[tuple[str, str | None, str | None]]:
    found = read_stays(shown, text, CLOCK)
    return [(s["arrive"][5:16], s["leave"] and s["leave"][5:16], s["hit"] and s["hit"]["name"]["zh"]) for s in found]


def test_a_day_is_read_clause_by_clause(shown: Shown) -> None:
    text = "3月14日：7:30从家出发，8:10到达石涌商厦上班，18:00离开；19:00-20:30在石涌市场买菜。"
    assert told(shown, text) == [
        ("03-14T08:10", "03-14T18:00", "石涌商厦"),
        ("03-14T19:00", "03-14T20:30", "石涌市场"),
    ]


def test_days_and_halves_of_days_are_told_in_words(shown: Shown) -> None:
    text = "3月14日9时许至11时在石涌市场，下午3点到5点半去荔香苑3栋访友；"
    later = "次日临水花园5栋 20:00—22:00。昨天晚上10点至次日1点在某酒吧"
    assert told(shown, text + later) == [
        ("03-14T09:00", "03-14T11:00", "石涌市场"),
        ("03-14T15:00", "03-14T17:30", "荔香苑 3栋"),
        ("03-15T20:00", "03-15T22:00", "临水花园 5栋"),
        ("03-17T22:00", "03-18T01:00", None),
    ]


def test_english_names_and_iso_days(shown: Shown) -> None:
    assert told(shown, "2022-03-16 9:30-11:00 Shichong Market; 14:00 to 15:20 Linshui Garden block 2") == [
        ("03-16T09:30", "03-16T11:00", "石涌市场"),
        ("03-16T14:00", "03-16T15:20", "临水花园 2栋"),
    ]


def test_words_without_a_clock_tell_no_stay(shown: Shown) -> None:
    assert told(shown, "住石涌市场旁，身份证 440301199001011234，电话13800000000，核酸3月14日阳性") == []


@pytest.mark.parametrize("text", ["0点\n", "3月14日8点在石涌市场\n\n", "8点" + "石" * 117 + "  涌"])
def test_what_was_said_has_no_blank_about_it(shown: Shown, text: str) -> None:
    (stay,) = read_stays(shown, text, CLOCK)
    assert stay["said"] == stay["said"].strip()


@given(st.text("3月14日在石涌市场8:30至-～时点半下午次日离开，。；\n 0129", max_size=60))
def test_any_text_is_read_without_a_stumble(shown: Shown, text: str) -> None:
    for stay in read_stays(shown, text, CLOCK):
        assert datetime.fromisoformat(stay["arrive"]).utcoffset() is not None
        assert stay["said"].strip() == stay["said"]


@pytest.mark.slow
@given(st.integers(0, 23), st.integers(0, 59), st.integers(1, 600))
def test_what_is_written_plainly_comes_back(shown: Shown, hour: int, minute: int, lasts: int) -> None:
    end = (hour * 60 + minute + lasts) % 1440
    text = f"3月14日 {hour}:{minute:02d}-{end // 60}:{end % 60:02d} 石涌市场"
    (stay,) = read_stays(shown, text, CLOCK)
    start = datetime.fromisoformat(stay["arrive"])
    assert (start.hour, start.minute, stay["hit"]["name"]["zh"]) == (hour, minute, "石涌市场")
    assert (datetime.fromisoformat(stay["leave"]) - start).total_seconds() == lasts * 60
