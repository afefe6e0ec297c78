"""The forms of text, a column at a time: between pandas and Arrow, ISO times at once, times in words word by word.

Arrow and NumPy work on the bytes of the column, without a Python object a cell.
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

Mask = npt.NDArray[np.bool_]
Micros = npt.NDArray[np.datetime64]
Floats = npt.NDArray[np.float64]
YEARS = (1800, 2200)  # for which times are read
_STR = pd.StringDtype("pyarrow", na_value=np.nan)  # what pandas calls str
_DAY_US, _NAT_US = 86_400_000_000, np.iinfo(np.int64).min
_NAT = np.datetime64("NaT", "us")
_DATE = (
    r"^(?:(?P<year>\d{4})_*[-/.年]_*)?(?P<month>\d{1,2})_*(?P<mark>[-/.月])_*(?P<day>\d{1,2})"
    r"(?:(?:_*[日号])?|(?:_*[日号](?:T|_*)|_*T|_+)(?P<hour>\d{1,2})"
    r"(?:_*[:时時点點]_*(?:(?P<minute>\d{1,2})(?:_*[:分]_*(?:(?P<second>\d{1,2}(?:\.\d+)?)_*秒?)?)?)?)?"
    r"_*(?:(?P<utc>Z)|(?P<sign>[+-])(?P<off_h>\d{2}):?(?P<off_m>\d{2})?)?)$"
)
_PATTERN = _DATE.replace("_*", r"[\s\pZ]*").replace("_+", r"[\s\pZ]+")
_COMPACT = r"^((?:18|19|20|21)\d{2})(0[1-9]|1[0-2])([0-3]\d)$"
_NUMBER = r"^[+-]?\d{1,9}(?:\.\d+)?$"
HOW = "write 2022-03-06 08:05, 2022/3/6 8:05 or 3月6日24时"
# Excel's day numbers count from here; 1 March 1900 and later are right in its 1900 system.
_EXCEL_DAY_0 = np.datetime64("1899-12-30", "us")
_EXCEL_RANGE = (20_000, 80_000)
_ORIGIN_RANGE = (-100_000, 100_000)
_NONE = pa.scalar(None, pa.large_string())
_NUMBERS = ("year", "month", "day", "hour", "minute", "second", "off_h", "off_m")


def to_arrow(text: pd.Series) -> pa.LargeStringArray:
    """Return a column of text as one Arrow array.

    Parameters
    ----------
    text : Series of text; missing is empty.

    Returns
    -------
    Array of large_string without nulls.
    """
    found = pa.array(text, from_pandas=True)
    found = found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found
    found = found if pa.types.is_large_string(found.type) else found.cast(pa.large_string())
    return found.fill_null("") if found.null_count else found


def to_series(values: pa.Array, index: pd.Index | None = None) -> pd.Series:
    """Return an Arrow array of text as a pandas column.

    Parameters
    ----------
    values : large_string.
    index : of the column; None counts from 0.

    Returns
    -------
    Series of dtype str; null is missing.
    """
    return pd.Series(_STR.__from_arrow__(values), index)


def bytes_of(text: pa.LargeStringArray) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint8]]:
    """Return the bytes of a column, without a copy.

    Parameters
    ----------
    text : of `to_arrow`.

    Returns
    -------
    starts : (n + 1,) where each cell begins, and the last ends.
    letters : the bytes that these count.
    """
    starts = np.frombuffer(text.buffers()[1], np.int64)[text.offset : text.offset + len(text) + 1]
    return starts, np.frombuffer(text.buffers()[2] or b"", np.uint8)


def read_iso(text: pa.LargeStringArray) -> tuple[npt.NDArray[np.datetime64], Mask, Mask]:
    """Read local times written 2022-03-06, 2022-03-06 08:05 or 2022-03-06T08:05:09, with - or / between the numbers.

    Parameters
    ----------
    text : of `to_arrow`.

    Returns
    -------
    local : (n,) datetime64[us], NaT where empty or not done.
    bare : (n,) bool, where there is a date only.
    done : (n,) bool, where the cell is empty or has been read.
    """
    n, (starts, data) = len(text), bytes_of(text)
    lengths = np.diff(starts)
    at_once = _read_alike(text, lengths)
    if at_once is not None:
        return at_once, lengths == 10, np.ones(n, dtype=bool)
    micros, done = np.full(n, _NAT_US, np.int64), lengths == 0
    for length in (19, 16, 10):
        rows = np.flatnonzero(lengths == length)
        if len(rows):
            at = slice(starts[0], starts[-1]) if len(rows) == n else starts[rows, None] + np.arange(length)
            letters = data[at].reshape(-1, length)
            values, good = _read_fixed(np.ascontiguousarray(letters.T))
            micros[rows], done[rows] = np.where(good, values, _NAT_US), good
    return micros.view("M8[us]"), (lengths == 10) & done, done


def _read_alike(text: pa.LargeStringArray, lengths: npt.NDArray[np.int64]) -> Micros | None:
    """Read a column of ISO times of one length and empty cells, in Arrow; None where it holds anything else."""
    empty = lengths == 0
    length = int(lengths.max(initial=0))
    if length not in (10, 16, 19) or not (empty | (lengths == length)).all():
        return None
    filled = pc.if_else(pa.array(empty), pa.scalar(None, text.type), text) if empty.any() else text
    try:
        found: Micros = filled.cast(pa.timestamp("us")).to_numpy(zero_copy_only=False)
    except pa.ArrowInvalid:
        return None
    years = (np.fmin.reduce(found).astype("M8[Y]"), np.fmax.reduce(found).astype("M8[Y]"))
    return found if f"{YEARS[0]}" <= str(years[0]) and str(years[1]) < f"{YEARS[1]}" else None


def _read_fixed(letters: npt.NDArray[np.uint8]) -> tuple[npt.NDArray[np.int64], Mask]:
    """Read times of one length from their letters, (length, n); and tell which are times at all."""
    length = len(letters)
    mark, good = letters[4], letters[4] == letters[7]
    good &= (mark == ord("-")) | (mark == ord("/"))
    for at in range(length):
        if at not in (4, 7, 10, 13, 16):
            good &= letters[at] - np.uint8(48) <= 9
    digits = letters - np.uint8(48)
    year = digits[0] * np.int32(1000) + digits[1] * np.int32(100) + _pair(digits, 2)
    month, day = _pair(digits, 5), _pair(digits, 8)
    seconds = np.zeros(letters.shape[1], np.int64)
    if length > 10:
        hour, minute = _pair(digits, 11), _pair(digits, 14)
        good &= ((letters[10] == ord(" ")) | (letters[10] == ord("T"))) & (letters[13] == ord(":"))
        good &= (hour < 24) & (minute < 60)
        seconds += hour * 3600 + minute * 60
    if length > 16:
        good &= (letters[16] == ord(":")) & (_pair(digits, 17) < 60)
        seconds += _pair(digits, 17)
    good &= (year >= YEARS[0]) & (year < YEARS[1]) & (month >= 1) & (month <= 12) & (day >= 1)
    first = np.where(good, (year - 1970) * 12 + month - 1, 0).astype("M8[M]")
    days = first.astype("M8[D]").astype(np.int64) + day - 1
    good &= days < (first + 1).astype("M8[D]").astype(np.int64)
    return days * _DAY_US + seconds * 1_000_000, good


def _pair(digits: npt.NDArray[np.uint8], at: int) -> npt.NDArray[np.int32]:
    found: npt.NDArray[np.int32] = digits[at] * np.int32(10) + digits[at + 1]
    return found


class Reading(NamedTuple):
    """What words say: local time, whether it is a bare date, minutes of the offset, and why it is none."""

    local: Micros
    bare: Mask
    offset: Floats
    reason: npt.NDArray[np.object_]


def read_words(words: pa.LargeStringArray, start: np.datetime64 | None, year: int | None, today: Any) -> Reading:
    """Read times of any form, word by word.

    Parameters
    ----------
    words : in half width and capitals, no two alike.
    start : the day from which plain numbers count; None takes Excel's.
    year : of dates that carry none; None takes the latest year in which the day is not after today.
    today : the local date.

    Returns
    -------
    Reading.
    """
    words = pc.replace_substring_regex(words, _COMPACT, r"\1-\2-\3")
    numeric = pc.match_substring_regex(words, _NUMBER)
    number = _read_numbers(pc.if_else(numeric, words, _NONE), start)
    dates, matched = _read_dates(pc.if_else(numeric, "", words), year, today)
    empty = pc.equal(words, "").to_numpy(zero_copy_only=False)
    chosen = Reading(*(np.where(matched, one, other) for one, other in zip(dates, number, strict=True)))
    return chosen._replace(reason=np.where(empty, "", chosen.reason))


def _read_numbers(words: pa.LargeStringArray, origin: np.datetime64 | None) -> Reading:
    """Read plain numbers as days; null, which stands for any other word, gets the reason 'not a time'."""
    days = words.cast(pa.float64()).to_numpy(zero_copy_only=False)
    numeric = ~np.isnan(days)
    low, high = _EXCEL_RANGE if origin is None else _ORIGIN_RANGE
    fits = (days >= low) & (days < high)
    start = _EXCEL_DAY_0 if origin is None else origin
    micros = np.round(np.where(fits, days, 0) * 86400).astype("int64") * 1_000_000
    local = np.where(fits, start + micros.astype("timedelta64[us]"), _NAT)
    near = "no Excel day of 1954 to 2119; give --origin, the date of day 0"
    hint = near if origin is None else "more than 100,000 days from --origin"
    reason = np.where(numeric, f"a plain number, {hint}", f"not a time; {HOW}").astype(object)
    return Reading(local, fits & (days % 1 == 0), np.full(len(words), np.nan), np.where(fits, "", reason))


def _read_dates(words: pa.LargeStringArray, year: int | None, today: np.datetime64) -> tuple[Reading, Mask]:
    """Read dates with or without year, clock and offset; the mask says which words have that form at all."""
    found = pc.extract_regex(words, _PATTERN)
    matched = found.is_valid().to_numpy(zero_copy_only=False)
    groups = zip((field.name for field in found.type), found.flatten(), strict=True)
    parts = {name: pc.replace_with_mask(part, pc.equal(part, ""), _NONE) for name, part in groups}
    part = {name: parts[name].cast(pa.float64()).to_numpy(zero_copy_only=False) for name in _NUMBERS}
    days, bad_day = _days(part, year, today)
    no_year = np.isnan(part["year"]) & ~_is(parts["mark"], "月")
    hour, minute, second = (np.nan_to_num(part[name]) for name in ("hour", "minute", "second"))
    late = (hour > 24) | (minute > 59) | (second >= 60) | ((hour == 24) & (minute + second > 0))
    clock = np.round((hour * 3600 + minute * 60 + second) * 1e6).astype("int64").astype("timedelta64[us]")
    sign = np.where(_is(parts["sign"], "-"), -1.0, 1.0)
    offset = np.where(_is(parts["utc"], "Z"), 0.0, sign * (part["off_h"] * 60 + np.nan_to_num(part["off_m"])))
    far = (np.abs(offset) > 14 * 60) | (part["off_m"] > 59)
    reason = np.select(
        [no_year, bad_day, late, far],
        [f"no year; {HOW}", "no such day", "no such time of day; the last is 24:00", "no such offset from UTC"],
        default="",
    )
    local = np.where(matched & (reason == ""), days + clock, _NAT)
    return Reading(local, np.isnan(part["hour"]), offset, reason.astype(object)), matched


def _is(part: pa.LargeStringArray, word: str) -> Mask:
    found: Mask = pc.equal(part, word).fill_null(False).to_numpy(zero_copy_only=False)
    return found


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
