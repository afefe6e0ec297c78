"""Testing calendars as CSV and iCalendar: what a spreadsheet and a phone read back."""

import csv
import io
from datetime import UTC, date, datetime

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoning.export.calendars import Language, calendar_to_csv, calendar_to_ics
from zoning.policy import load_policy

POLICY = load_policy("cn-sz-2022")
NOW = datetime(2022, 3, 14, 12, 30, tzinfo=UTC)
NAME = "布心花园一区4栋5单元，含底商; a\\b\nlast"


def zones(name: str = NAME) -> pd.DataFrame:
    rows = [("P", "precaution", 4, "布心社区"), ("S", "sealed", 1, name)]
    return pd.DataFrame(rows, columns=["zone_id", "class", "rank", "name"])


CALENDAR = pd.DataFrame(
    {
        "zone_id": ["P", "S", "S"],
        "day": [1, 2, 1],
        "date": [date(2022, 3, 15), date(2022, 3, 16), date(2022, 3, 15)],
        "phase": ["society_level", "closed", "closed"],
        "people_due": pd.array([None, 1000, 1000], "Int64"),
        "tubes": pd.array([None, 400, 400], "Int64"),
        "samplers": pd.array([None, 3, 3], "Int64"),
        "tables": pd.array([None, 2, 2], "Int64"),
        "assumed": [True, False, False],
    }
)


def csv_rows(language: Language) -> list[list[str]]:
    data = calendar_to_csv(CALENDAR, zones(), POLICY, language)
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_csv_in_english() -> None:
    head, *rows = csv_rows("en")
    found = [dict(zip(head, row, strict=True)) for row in rows]
    assert [(r["zone_id"], r["day"]) for r in found] == [("S", "1"), ("S", "2"), ("P", "1")]
    assert found[0] == {
        "zone_id": "S", "name": NAME, "class": "sealed", "class_name": "sealed zone", "day": "1",
        "date": "2022-03-15", "phase": "closed area, nobody leaves home, service at the door", "people_due": "1000",
        "tubes": "400", "samplers": "3", "tables": "2", "assumed": "no",
    }  # fmt: skip
    assert (found[2]["people_due"], found[2]["tubes"], found[2]["assumed"]) == ("", "", "yes")


def test_csv_in_chinese() -> None:
    head, first, *_ = csv_rows("zh")
    assert head[:4] == ["分区编号", "名称", "分区代码", "分区类别"]
    assert first[3] == "封控区"
    assert first[-1] == "否"


def unfolded(data: bytes) -> list[str]:
    return data.replace(b"\r\n ", b"").decode().split("\r\n")


def unescaped(text: str) -> str:
    out, chars = "", iter(text)
    for char in chars:
        follow = next(chars) if char == "\\" else ""
        out += ("\n" if follow == "n" else follow) if char == "\\" else char
    return out


def test_ics_in_chinese() -> None:
    lines = unfolded(calendar_to_ics(CALENDAR, zones(), POLICY, NOW, "zh"))
    assert lines[:2] == ["BEGIN:VCALENDAR", "VERSION:2.0"]
    assert lines[-2:] == ["END:VCALENDAR", ""]
    event = lines[lines.index("BEGIN:VEVENT") : lines.index("END:VEVENT")]
    assert event[1:5] == [
        "UID:S-day1@cordon",
        "DTSTAMP:20220314T123000Z",
        "DTSTART;VALUE=DATE:20220315",
        "DTEND;VALUE=DATE:20220316",
    ]
    assert unescaped(event[5]) == f"SUMMARY:封控区 {NAME} 第1天核酸检测"
    assert unescaped(event[6]).splitlines()[1:] == ["应检1000人", "采样管400支", "采样员3名", "采样台2个"]
    assert lines.count("BEGIN:VEVENT") == lines.count("END:VEVENT") == 3


def test_ics_says_what_is_only_proposed_and_leaves_out_the_unknown() -> None:
    text = "\n".join(unfolded(calendar_to_ics(CALENDAR, zones(), POLICY, NOW, "en")))
    assert "SUMMARY:precaution zone 布心社区 test round\\, day 1 (proposed)" in text
    assert "DESCRIPTION:strengthened society-level control\\, no gatherings\n" in text
    assert "<NA>" not in text


@pytest.mark.parametrize("write", [calendar_to_csv, lambda c, z, p, w: calendar_to_ics(c, z, p, NOW, w)])
def test_an_empty_calendar_is_a_file_all_the_same(write: object) -> None:
    assert callable(write)
    assert write(CALENDAR.iloc[:0], zones(), POLICY, "en").endswith(b"\r\n")


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=200))
def test_lines_are_folded_between_characters_and_unfold_to_the_same(name: str) -> None:
    data = calendar_to_ics(CALENDAR, zones(name), POLICY, NOW, "zh")
    pieces = data.split(b"\r\n")
    assert max(map(len, pieces)) <= 75
    assert "".join(piece.decode() for piece in pieces).count("\n") == 0
    summary = next(line for line in unfolded(data) if line.startswith("SUMMARY:封控区"))
    assert unescaped(summary) == f"SUMMARY:封控区 {name} 第1天核酸检测"
