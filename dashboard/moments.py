"""Times as an officer types them at 2 a.m.: with or without a date, `24时`, `08:30`, `昨天22时`; to UTC and back."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pandas as pd

from zoning.times import parse_times

SLACK = timedelta(hours=1)  # a clock that runs ahead, or an hour that is not quite over
_CLOCK = re.compile(r"(\d{1,2})\s*(?:[:：]\s*(\d{2})|[时時点]\s*(?:(\d{1,2})\s*分?|(半))?)")
_DAYS = {"今天": 0, "今日": 0, "今": 0, "today": 0, "昨天": -1, "昨日": -1, "昨": -1, "yesterday": -1, "前天": -2,
         "明天": 1, "明日": 1, "明": 1, "tomorrow": 1, "后天": 2}  # fmt: skip
_DAY = re.compile(rf"\s*({'|'.join(_DAYS)})\s*(.*)", re.IGNORECASE)
_SHORT = re.compile(r"(\d{1,2})[-/.](\d{1,2})(?=$|[\s T]|\d{1,2}[时時点:])(.*)")
_LENGTH = re.compile(r"[+＋]\s*(\d{1,3})\s*(h|hours?|小时|d|days?|天|日)", re.IGNORECASE)


def read_typed(text: str, zone: str, about: datetime, ahead: bool = False, end: bool = False) -> datetime | None:
    """Return a typed time.

    Parameters
    ----------
    text : a time as `zoning.times` reads it; or a clock alone, a day and month alone, `昨天` or `tomorrow` with or
        without a clock, or `+24h`, `+3天` from `about`.
    zone : IANA zone of local times.
    about : tz-aware; what it is told from.
    ahead : whether a clock alone is the next one from `about` on; else it is the last one before it.
    end : whether a bare date is the end of its day (24时) and not its start.

    Returns
    -------
    UTC; None where the text is no time.
    """
    text, local = text.strip(), about.astimezone(ZoneInfo(zone))
    if length := _LENGTH.fullmatch(text):
        hours = int(length[1]) * (1 if length[2].lower().startswith(("h", "小")) else 24)
        return (about + timedelta(hours=hours)).astimezone(UTC)
    if _CLOCK.fullmatch(text):
        days = [local.date() + timedelta(days=n) for n in (-2, -1, 0, 1)]
        found = [read for day in days if (read := _parse(f"{day} {_clock(text)}", zone, day.year, end))]
        fits = [at for at in found if (at >= about - SLACK if ahead else at <= about + SLACK)]
        return (min(fits) if ahead else max(fits)) if fits else None
    if spoken := _DAY.fullmatch(text):
        # At 24时 people still say 'today' of the day that just ended.
        day = (local - timedelta(microseconds=1)).date() + timedelta(days=_DAYS[spoken[1].lower()])
        return _parse(f"{day} {_clock(spoken[2])}".strip(), zone, day.year, end)
    if short := _SHORT.fullmatch(text):
        text = f"{short[1]}月{short[2]}日{_clock(short[3].strip(' T'))}"
    years = [_parse(text, zone, local.year + n, end) for n in (0, -1, 1)]
    moments = [moment for moment in years if moment]
    return min(moments, key=lambda at: abs(at - about)) if moments else None


def _clock(text: str) -> str:
    """Return a clock as `zoning.times` reads it behind a date: 22时, 8点半 and 8:30 are one form."""
    found = _CLOCK.fullmatch(text.strip())
    if not found:
        return text
    minutes = found[2] or found[3] or ("30" if found[4] else "0")
    return f"{int(found[1]):02d}:{int(minutes):02d}"


def _parse(text: str, zone: str, year: int, end: bool) -> datetime | None:
    read = parse_times(pd.Series([text], dtype="str"), zone, "end" if end else "start", year=year)
    at = read.times.iloc[0]
    return None if pd.isna(at) else at.to_pydatetime()


def show_typed(at: datetime, zone: str) -> str:
    """Return a moment as it would be typed: 2022-03-15 08:30; a midnight is 24:00 of the day that it ends."""
    local = at.astimezone(ZoneInfo(zone))
    if (local.hour, local.minute) == (0, 0):
        return f"{(local - timedelta(days=1)).date()} 24:00"
    return f"{local:%Y-%m-%d %H:%M}"
