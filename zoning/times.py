"""Times: text as officers write it -> UTC, and UTC -> local text.

A local day ends at its 24时, which is 00:00 of the next day. A time without an offset is local. A bare date means the
start or the end of that day, as the column's contract says.
"""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from zoning.errors import InputError
from zoning.forms import YEARS, read_iso, to_arrow, to_series

UTC = "datetime64[us, UTC]"
_DAY = np.timedelta64(86_400_000_000, "us")
_NAT = np.datetime64("NaT", "us")
_PATTERN = (
    r"^(?:(?P<year>\d{4})\s*[-/.年]\s*)?(?P<month>\d{1,2})\s*(?P<mark>[-/.月])\s*(?P<day>\d{1,2})\s*[日号]?"
    r"(?:(?:T|\s+|(?<=[日号]))(?P<hour>\d{1,2})"
    r"(?:\s*[:时時点點]\s*(?:(?P<minute>\d{1,2})(?:\s*[:分]\s*(?:(?P<second>\d{1,2}(?:\.\d+)?)\s*秒?)?)?)?)?"
    r"\s*(?:(?P<utc>Z)|(?P<sign>[+-])(?P<off_h>\d{2}):?(?P<off_m>\d{2})?)?)?$"
)
_COMPACT = r"^(?:18|19|20|21)\d{2}(?:0[1-9]|1[0-2])[0-3]\d$"
_NUMBER = r"[+-]?\d{1,9}(?:\.\d+)?"
_HOW = "write 2022-03-06 08:05, 2022/3/6 8:05 or 3月6日24时"
# Excel's day numbers count from here; 1 March 1900 and later are right in its 1900 system.
_EXCEL_DAY_0 = np.datetime64("1899-12-30", "us")
_EXCEL_RANGE = (20_000, 80_000)
_ORIGIN_RANGE = (-100_000, 100_000)
_NUMBERS = ("year", "month", "day", "hour", "minute", "second", "off_h", "off_m")

Micros = npt.NDArray[np.datetime64]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class ParsedTimes:
    """Times in UTC, and for each cell that could not be read the reason (empty text elsewhere)."""

    times: pd.Series
    reasons: pd.Series

    @property
    def failed(self) -> pd.Series:
        """Boolean mask of the cells that hold text which is no time."""
        return self.reasons != ""


def zone_info(zone: str) -> ZoneInfo:
    """Return the time zone of a name.

    Parameters
    ----------
    zone : IANA name, such as Asia/Shanghai.

    Returns
    -------
    The ZoneInfo.

    Raises
    ------
    InputError : no such zone.
    """
    try:
        return ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InputError(f"time zone '{zone}' does not exist; give an IANA name such as Asia/Shanghai") from error


def parse_times(
    values: pd.Series,
    zone: str,
    date_only: str = "start",
    origin: str | None = None,
    year: int | None = None,
    now: pd.Timestamp | None = None,
) -> ParsedTimes:
    """Read a column of times.

    Understood: ISO 8601 with or without offset, `2022/3/6 8:05`, `2022.3.6`, `20220306`, `2022年3月6日 8时05分`,
    `3月6日24时`, `24:00`, Excel day numbers (1900 system, 20000 to 79999) and, with an origin, plain numbers of days.
    A date without a year takes `year`; failing that, the latest year in which the day is not after today.

    Parameters
    ----------
    values : Series of text; empty or missing cells stay missing without a reason.
    zone : IANA zone of times without an offset and of bare dates.
    date_only : "start" (00:00) or "end" (24:00) of the day that a bare date means.
    origin : ISO date from which plain numbers count days; None takes them as Excel day numbers.
    year : year of dates that carry none.
    now : the load time, tz-aware; default the clock.

    Returns
    -------
    ParsedTimes on the index of `values`: datetime64[us, UTC] and reasons.

    Raises
    ------
    InputError : the zone or the origin does not exist.

    Source
    ------
    ISO 8601-1:2019 4.3.8 and GB/T 7408 for 24:00 as the end of a day; ECMA-376 part 1, 18.17.4 for Excel's numbers.
    """
    info, start = zone_info(zone), _origin_day(origin)
    local, bare, done = read_iso(to_arrow(values))
    offset, reasons = np.full(len(local), np.nan), to_series(pa.repeat(pa.scalar("", pa.large_string()), len(local)))
    rest = np.flatnonzero(~done)
    if len(rest):
        text = values.iloc[rest].astype("str").fillna("").str.normalize("NFKC").str.strip().str.upper()
        codes, unique = pd.factorize(text)
        today = np.datetime64((now or pd.Timestamp.now(tz="UTC")).tz_convert(info).date(), "D")
        reading = _read_words(pd.Series(unique, dtype="str"), start, year, today).iloc[codes]
        local[rest], bare[rest] = reading["local"].to_numpy(), reading["bare"].to_numpy(dtype=bool)
        offset[rest], reasons.iloc[rest] = reading["offset"].to_numpy(dtype="float64"), reading["reason"].array
    if date_only == "end":
        local = np.where(bare, local + _DAY, local)
    times = pd.Series(_to_utc(local, offset, info), values.index).dt.tz_localize("UTC").astype(UTC)
    return ParsedTimes(times, reasons.set_axis(values.index))


def _read_words(words: pd.Series, start: np.datetime64 | None, year: int | None, today: np.datetime64) -> pd.DataFrame:
    """Read words of any form: local, bare, offset and reason of each."""
    dates, matched = _read_dates(words, year, today)
    reading = pd.concat([_read_numbers(words, start)[~matched], dates[matched]]).sort_index()
    return reading.assign(reason=reading["reason"].where(words != "", ""))


def _origin_day(origin: str | None) -> np.datetime64 | None:
    if origin is None:
        return None
    try:
        return np.datetime64(date.fromisoformat(origin), "us")
    except ValueError as error:
        raise InputError(f"origin '{origin}' is not a date; write it as 1970-01-01") from error


def _frame(local: Micros, bare: Mask, offset: npt.ArrayLike, reason: npt.ArrayLike) -> pd.DataFrame:
    minutes, reasons = np.asarray(offset, dtype="float64"), np.asarray(reason, dtype=object)
    return pd.DataFrame({"local": local, "bare": bare, "offset": minutes, "reason": reasons})


def _read_numbers(words: pd.Series, origin: np.datetime64 | None) -> pd.DataFrame:
    """Read plain numbers as days; every other word gets the reason 'not a time'."""
    numeric = words.str.fullmatch(_NUMBER).to_numpy(dtype=bool)
    days = pd.to_numeric(words.where(numeric), errors="coerce").to_numpy(dtype="float64", na_value=np.nan)
    low, high = _EXCEL_RANGE if origin is None else _ORIGIN_RANGE
    fits = (days >= low) & (days < high)
    start = _EXCEL_DAY_0 if origin is None else origin
    micros = np.round(np.where(fits, days, 0) * 86400).astype("int64") * 1_000_000
    local = np.where(fits, start + micros.astype("timedelta64[us]"), _NAT)
    near = "no Excel day of 1954 to 2119; give --origin, the date of day 0"
    hint = near if origin is None else "more than 100,000 days from --origin"
    reason = np.where(fits, "", np.where(numeric, f"a plain number, {hint}", f"not a time; {_HOW}"))
    return _frame(local, fits & (days % 1 == 0), np.full(len(words), np.nan), reason)


def _read_dates(words: pd.Series, year: int | None, today: np.datetime64) -> tuple[pd.DataFrame, Mask]:
    """Read dates with or without year, clock and offset; the mask says which words have that form at all."""
    compact = words.str.fullmatch(_COMPACT)
    dashed = words.str.slice(0, 4) + "-" + words.str.slice(4, 6) + "-" + words.str.slice(6)
    numeric = words.str.fullmatch(_NUMBER) & ~compact
    parts = words.mask(compact, dashed).mask(numeric, "").str.extract(_PATTERN)
    matched = parts["day"].notna().to_numpy()
    part = {name: pd.to_numeric(parts[name], errors="coerce").to_numpy("float64", na_value=np.nan) for name in _NUMBERS}
    days, bad_day = _days(part, year, today)
    no_year = np.isnan(part["year"]) & (parts["mark"] != "月").to_numpy()
    hour, minute, second = (np.nan_to_num(part[name]) for name in ("hour", "minute", "second"))
    late = (hour > 24) | (minute > 59) | (second >= 60) | ((hour == 24) & (minute + second > 0))
    clock = np.round((hour * 3600 + minute * 60 + second) * 1e6).astype("int64").astype("timedelta64[us]")
    sign = np.where(parts["sign"] == "-", -1.0, 1.0)
    offset = np.where(parts["utc"].notna(), 0.0, sign * (part["off_h"] * 60 + np.nan_to_num(part["off_m"])))
    far = (np.abs(offset) > 14 * 60) | (part["off_m"] > 59)
    reason = np.select(
        [no_year, bad_day, late, far],
        [f"no year; {_HOW}", "no such day", "no such time of day; the last is 24:00", "no such offset from UTC"],
        default="",
    )
    local = np.where(matched & (reason == ""), days + clock, _NAT)
    return _frame(local, np.isnan(part["hour"]), offset, reason), matched


def _days(part: dict[str, Floats], year: int | None, today: np.datetime64) -> tuple[Micros, Mask]:
    """Return the day of year, month and day as a date at 00:00, and where there is no such day."""
    years = np.where(np.isnan(part["year"]), year or np.nan, part["year"])
    days = _day(years, part["month"], part["day"])
    missing = np.isnan(years)
    newest = int(str(today)[:4])
    for candidate in range(newest, newest - 9, -1):  # nine years always hold a 29 February
        guess = _day(np.where(missing, candidate, np.nan), part["month"], part["day"])
        days = np.where(np.isnat(days) & (guess <= today), guess, days)
    return days, np.isnat(days)


def _day(years: Floats, months: Floats, days: Floats) -> Micros:
    """Return dates at 00:00, NaT where the parts name none."""
    known = (years >= YEARS[0]) & (years < YEARS[1]) & (months >= 1) & (months <= 12) & (days >= 1)
    year, month, day = (np.where(known, values, 1).astype("int64") for values in (years, months, days))
    first = ((year - 1970) * 12 + month - 1).astype("datetime64[M]")
    found = first.astype("datetime64[D]") + (day - 1).astype("timedelta64[D]")
    return np.where(known & (found.astype("datetime64[M]") == first), found, np.datetime64("NaT", "D")).astype("M8[us]")


def _to_utc(local: Micros, offset: Floats, info: ZoneInfo) -> Micros:
    """Take local times to UTC; an hour that the clocks repeat is its first, one that they skip moves forward."""
    first = np.ones(len(local), dtype=bool)
    own = pd.DatetimeIndex(local).tz_localize(info, ambiguous=first, nonexistent="shift_forward").tz_convert("UTC")
    moved = local - (np.nan_to_num(offset) * 60_000_000).astype("int64").astype("timedelta64[us]")
    result: Micros = np.where(np.isnan(offset), own.tz_localize(None).to_numpy(), moved).astype("M8[us]")
    return result


def local_date(time: pd.Timestamp, zone: str) -> date:
    """Return the local calendar day of a moment; midnight belongs to the day that it begins.

    Parameters
    ----------
    time : tz-aware Timestamp.
    zone : IANA zone.

    Returns
    -------
    The date.

    Raises
    ------
    InputError : no such zone.
    """
    day: date = time.tz_convert(zone_info(zone)).date()
    return day


def iso_local(time: pd.Timestamp, zone: str) -> str:
    """Return a moment as ISO 8601 local time with its offset, to the second.

    Parameters
    ----------
    time : tz-aware Timestamp.
    zone : IANA zone.

    Returns
    -------
    Text such as 2022-03-06T08:05:00+08:00.

    Raises
    ------
    InputError : no such zone.
    """
    return str(time.tz_convert(zone_info(zone)).isoformat(timespec="seconds"))


def format_local(time: pd.Timestamp, zone: str, with_year: bool = False) -> str:
    """Return a moment as notices write it; a midnight is 24时 of the day that it ends.

    Parameters
    ----------
    time : tz-aware Timestamp.
    zone : IANA zone.
    with_year : whether to put the year in front.

    Returns
    -------
    Text such as 3月6日8时5分, 3月6日24时 or 2022年3月6日24时.

    Raises
    ------
    InputError : no such zone.
    """
    local = time.tz_convert(zone_info(zone)).floor("min")
    clock = f"{local.hour}时{f'{local.minute}分' if local.minute else ''}"
    if local.hour == 0 and local.minute == 0:
        local, clock = local.tz_localize(None) - pd.Timedelta(days=1), "24时"
    return f"{f'{local.year}年' if with_year else ''}{local.month}月{local.day}日{clock}"
