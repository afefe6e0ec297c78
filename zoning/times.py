"""Times: text as officers write it -> UTC, and UTC -> local text.

A local day ends at its 24时, which is 00:00 of the next day. A time without an offset is local. A bare date means the
start or the end of that day, as the column's contract says.
"""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from zoning.errors import InputError
from zoning.forms import Floats, Micros, read_iso, read_words, to_arrow, to_series

UTC = "datetime64[us, UTC]"
_DAY = np.timedelta64(86_400_000_000, "us")
_NAT = np.datetime64("NaT", "us")


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
    text = to_arrow(values)
    local, bare, done = read_iso(text)
    offset, reasons = np.full(len(local), np.nan), to_series(pa.repeat(pa.scalar("", pa.large_string()), len(local)))
    rest = np.flatnonzero(~done)
    if len(rest):
        coded = _plain(text.take(rest)).dictionary_encode()
        codes = coded.indices.to_numpy().astype(np.intp)
        today = np.datetime64((now or pd.Timestamp.now(tz="UTC")).tz_convert(info).date(), "D")
        found = read_words(coded.dictionary, start, year, today)
        local[rest], bare[rest], offset[rest] = found.local[codes], found.bare[codes], found.offset[codes]
        if (found.reason != "").any():
            reasons.iloc[rest] = found.reason[codes]
    if date_only == "end":
        local = np.where(bare, local + _DAY, local)
    times = pd.Series(_to_utc(local, offset, info), values.index).dt.tz_localize("UTC").astype(UTC)
    return ParsedTimes(times, reasons.set_axis(values.index))


def _plain(text: pa.LargeStringArray) -> pa.LargeStringArray:
    """Return words in half width and capitals, without blanks about them."""
    if not pc.all(pc.string_is_ascii(text)).as_py():
        text = pc.utf8_normalize(text, "NFKC")
    return pc.utf8_upper(pc.utf8_trim_whitespace(text))


def _origin_day(origin: str | None) -> np.datetime64 | None:
    if origin is None:
        return None
    try:
        return np.datetime64(date.fromisoformat(origin), "us")
    except ValueError as error:
        raise InputError(f"origin '{origin}' is not a date; write it as 1970-01-01") from error


def _to_utc(local: Micros, offset: Floats, info: ZoneInfo) -> Micros:
    """Take local times to UTC; an hour that the clocks repeat is its first, one that they skip moves forward."""
    own = _localized(local, info)
    if np.isnan(offset).all():
        return own
    moved = local - (np.nan_to_num(offset) * 60_000_000).astype("int64").astype("timedelta64[us]")
    result: Micros = np.where(np.isnan(offset), own, moved).astype("M8[us]")
    return result


def _localized(local: Micros, info: ZoneInfo) -> Micros:
    """Take local times to UTC by the zone alone; where its clocks do not change within them, by one subtraction."""
    low, high = np.fmin.reduce(local, initial=_NAT), np.fmax.reduce(local, initial=_NAT)
    if (high - low) / np.timedelta64(1, "h") < len(local) / 4:
        hours = np.arange(low.astype("M8[h]"), high.astype("M8[h]") + 2).astype("M8[us]")
        shift = hours - _by_zone(hours, info)
        if (shift == shift[0]).all():
            moved: Micros = local - shift[0]
            return moved
    return _by_zone(local, info)


def _by_zone(local: Micros, info: ZoneInfo) -> Micros:
    first = np.ones(len(local), dtype=bool)
    own = pd.DatetimeIndex(local).tz_localize(info, ambiguous=first, nonexistent="shift_forward").tz_convert("UTC")
    found: Micros = own.tz_localize(None).to_numpy().astype("M8[us]")
    return found


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
