"""Testing calendars as files: CSV for a spreadsheet, iCalendar for a phone; in Chinese or English."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import pandas as pd

from zoning.ics import escaped, folded
from zoning.policy import Policy

Language = Literal["zh", "en"]
_HEADS = {
    "zone_id": "分区编号", "name": "名称", "class": "分区代码", "class_name": "分区类别", "day": "第几天",
    "date": "日期", "phase": "阶段", "people_due": "应检人数", "tubes": "采样管", "samplers": "采样员",
    "tables": "采样台", "assumed": "拟定",
}  # fmt: skip
_WORDS = {
    "zh": {"calendar": "核酸检测日历", "round": "第{day}天核酸检测", "people_due": "应检{n}人", "tubes": "采样管{n}支",
           "samplers": "采样员{n}名", "tables": "采样台{n}个", "assumed": "（拟定）", "yes": "是", "no": "否"},
    "en": {"calendar": "Testing calendar", "round": "test round, day {day}", "people_due": "{n} people due",
           "tubes": "{n} tubes", "samplers": "{n} samplers", "tables": "{n} tables", "assumed": " (proposed)",
           "yes": "yes", "no": "no"},
}  # fmt: skip
_NEEDS = ("people_due", "tubes", "samplers", "tables")


def calendar_to_csv(calendar: pd.DataFrame, zones: pd.DataFrame, policy: Policy, language: Language) -> bytes:
    """Return a testing calendar as CSV.

    Parameters
    ----------
    calendar : the calendar table.
    zones : zone_id, class, rank, name of its zones.
    policy : pack that names classes and phases.
    language : of the heads, names and yes or no.

    Returns
    -------
    UTF-8 bytes with a byte order mark, which spreadsheets need to read Chinese; one line a round, by rank, zone_id
    and day.

    Source
    ------
    RFC 4180.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(_HEADS.values() if language == "zh" else _HEADS)
    for row in _rows(calendar, zones, policy, language):
        row["assumed"] = _WORDS[language]["yes" if row["assumed"] else "no"]
        writer.writerow(row[head] for head in _HEADS)
    return out.getvalue().encode("utf-8-sig")


def calendar_to_ics(
    calendar: pd.DataFrame, zones: pd.DataFrame, policy: Policy, now: datetime, language: Language
) -> bytes:
    """Return a testing calendar as iCalendar: one all-day event a round.

    An event's UID is its zone and day number, so that a zone whose start moves takes its events with it.

    Parameters
    ----------
    calendar : the calendar table.
    zones : zone_id, class, rank, name of its zones.
    policy : pack that names the classes.
    now : tz-aware time written as DTSTAMP.
    language : of summaries and descriptions.

    Returns
    -------
    UTF-8 bytes with CRLF, lines of at most 75 octets; events by rank, zone_id and day.

    Source
    ------
    RFC 5545, sections 3.1 (folding), 3.3.11 (escapes) and 3.6.1 (events).
    """
    words = _WORDS[language]
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Cordon//Testing calendar//EN", "CALSCALE:GREGORIAN"]
    lines += ["METHOD:PUBLISH", f"X-WR-CALNAME:{words['calendar']}"]
    for row in _rows(calendar, zones, policy, language):
        title = f"{row['class_name']} {row['name']} {words['round'].format(day=row['day'])}"
        needs = [words[need].format(n=row[need]) for need in _NEEDS if row[need] != ""]
        lines += [
            "BEGIN:VEVENT",
            f"UID:{escaped(row['zone_id'])}-day{row['day']}@cordon",
            f"DTSTAMP:{now.astimezone(UTC):%Y%m%dT%H%M%SZ}",
            f"DTSTART;VALUE=DATE:{row['date']:%Y%m%d}",
            f"DTEND;VALUE=DATE:{row['date'] + timedelta(1):%Y%m%d}",
            f"SUMMARY:{escaped(title + (words['assumed'] if row['assumed'] else ''))}",
            f"DESCRIPTION:{escaped(chr(10).join([row['phase'], *needs] if row['phase'] else needs))}",
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
        ]
    return b"".join(folded(line) for line in [*lines, "END:VCALENDAR"])


def _rows(calendar: pd.DataFrame, zones: pd.DataFrame, policy: Policy, language: Language) -> Iterator[dict[str, Any]]:
    """The rounds with the names of zone, class and phase; "" for what is not known."""
    table = calendar.merge(zones[["zone_id", "class", "rank", "name"]], on="zone_id")
    table = table.sort_values(["rank", "zone_id", "day"])
    classes = {key: getattr(of.names, language) for key, of in policy.classes.items()}
    phases = {(key, p.id): getattr(p.names, language) for key, of in policy.classes.items() for p in of.phases}
    for row in table.astype(object).where(table.notna(), "").to_dict("records"):
        names = {"class_name": classes[row["class"]], "phase": phases.get((row["class"], row["phase"]), "")}
        yield {str(key): value for key, value in row.items()} | names
