"""The common forms of values, a chunk at a time: ISO times, plain numbers, text. What is none is left to `values`.

Arrow and NumPy work on the bytes of the column, without a Python object a cell. Whatever is read here reads the same
in `times` and `values`.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from zoning.tables import Column

Mask = npt.NDArray[np.bool_]
MISSING_TEXT = ("", "null", "NULL", "None", "nan", "NaN", "N/A", "\\N")
EXCEL_ERRORS = ("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!")
_PLAIN_NUMBER = r"^[+-]?(?:\d+\.?\d*|\.\d+)$"
YEARS = (1800, 2200)  # for which times are read
_DAY_US, _NAT = 86_400_000_000, np.iinfo(np.int64).min


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
    found: pd.Series = pa.table({"c": values}).to_pandas()["c"].astype("str")
    return found if index is None else found.set_axis(index)


def read_text(text: pa.LargeStringArray, column: Column) -> tuple[pa.LargeStringArray, Mask]:
    """Strip text and take the words for missing out.

    Parameters
    ----------
    text : of `to_arrow`.
    column : its contract.

    Returns
    -------
    values : text, null where missing.
    done : (n,) bool; the others may be Excel errors, formulas or numbers that lost digits.
    """
    words = pc.utf8_trim_whitespace(text)
    missing = pc.is_in(words, value_set=pa.array(MISSING_TEXT, words.type))
    odd = pc.or_(pc.starts_with(words, "#"), pc.starts_with(words, "="))
    if column.name == "id" or column.name.endswith("_id"):
        odd = pc.or_(odd, pc.match_substring(words, "E+"))
    return pc.if_else(missing, pa.scalar(None, words.type), words), ~_bools(odd)


def read_number(text: pa.LargeStringArray, column: Column) -> tuple[npt.NDArray[np.float64], Mask]:
    """Read plain numbers.

    Parameters
    ----------
    text : of `to_arrow`.
    column : its contract: float or int, and the least value allowed.

    Returns
    -------
    values : (n,) float64, NaN where empty or not done.
    done : (n,) bool, where the cell is empty or a number that the contract allows.
    """
    empty = _bools(pc.equal(text, ""))
    filled = pc.if_else(pa.array(empty), pa.scalar(None, text.type), text) if empty.any() else text
    try:
        found = filled.cast(pa.float64())
    except pa.ArrowInvalid:
        plain = pc.match_substring_regex(filled, _PLAIN_NUMBER)
        found = pc.if_else(plain, filled, pa.scalar(None, text.type)).cast(pa.float64())
    values = found.to_numpy(zero_copy_only=False)
    done = np.isfinite(values)
    if column.minimum is not None:
        done &= values >= column.minimum
    if column.dtype == "int":
        done &= (np.floor(values) == values) & (np.abs(values) <= 1e9)
    return np.where(done, values, np.nan), done | empty


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
    n = len(text)
    starts = np.frombuffer(text.buffers()[1], np.int64)[text.offset : text.offset + n + 1]
    data = np.frombuffer(text.buffers()[2] or b"", np.uint8)
    lengths = np.diff(starts)
    micros, done = np.full(n, _NAT, np.int64), lengths == 0
    for length in (19, 16, 10):
        rows = np.flatnonzero(lengths == length)
        if len(rows):
            at = slice(starts[0], starts[-1]) if len(rows) == n else starts[rows, None] + np.arange(length)
            letters = data[at].reshape(-1, length)
            values, good = _read_fixed(np.ascontiguousarray(letters.T))
            micros[rows], done[rows] = np.where(good, values, _NAT), good
    return micros.view("M8[us]"), (lengths == 10) & done, done


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


def _bools(mask: Any) -> Mask:
    found: Mask = mask.to_numpy(zero_copy_only=False).astype(bool)
    return found
