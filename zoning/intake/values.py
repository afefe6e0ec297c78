"""Text to typed values, a column at a time; what cannot be read gets a reason and the original text."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import h3
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from zoning.forms import bytes_of, to_arrow, to_series
from zoning.intake.headers import plain
from zoning.tables import PANDAS_DTYPES, Column

Mask = npt.NDArray[np.bool_]
_MISSING_TEXT = ("", "null", "NULL", "None", "nan", "NaN", "N/A", "\\N")
_EXCEL_ERRORS = ("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!")
_PLAIN_NUMBER = r"^[+-]?(?:\d+\.?\d*|\.\d+)$"
_QUOTED = r'^="([^"]*)"$'
_FORMULA = r"[=@](?:[A-Za-z(+\-]|\d+[+*/^&-])"
_LOST_DIGITS = r"\d(?:\.\d+)?E\+\d{2}"
_UNIT = re.compile(r"[+-]?\d[\d,]*(?:\.\d+)?\s*([^\d\s.,:/eE+-][^\d]{0,8})$")
_COMMA = re.compile(r"[+-]?\d+,\d+$")

# What people write for 'missing'; in text only what exporters write counts, for Nan and Na are names.
_MISSING = {"", "null", "none", "nan", "n/a", "\\n", "na", "nil", "-", "--", "—", "/", "无", "不详", "未知", "?"}
_TRUE = {"true", "t", "yes", "y", "1", "1.0", "on", "是", "有", "对"}
_FALSE = {"false", "f", "no", "n", "0", "0.0", "off", "否", "无", "不是"}


def clean(text: pd.Series, column: Column) -> pd.Series:
    """Return cell text in half width without surrounding blanks; words for 'missing' become empty.

    Parameters
    ----------
    text : Series of raw text.
    column : the column that it fills.

    Returns
    -------
    Series of text on the same index.
    """
    codes, unique = pd.factorize(text.fillna(""))
    words = pd.Series(unique, dtype="str")
    words = words.str.strip() if column.dtype in ("str", "geometry") else words.str.normalize("NFKC").str.strip()
    words = words.str.replace(_QUOTED, r"\1", regex=True)
    known = {plain(word) for name, others in column.choices for word in (name, *others)} if column.choices else set()
    if column.dtype == "bool":
        known = _FALSE
    folded = words.str.casefold()
    missing = words.isin(_MISSING_TEXT) if column.dtype == "str" else folded.isin(_MISSING) & ~folded.isin(known)
    words = words.mask(missing, "")
    return pd.Series(words.to_numpy(dtype=object)[codes], text.index, dtype="str")


def read_values(text: pd.Series, column: Column) -> tuple[pd.Series, npt.NDArray[np.object_] | None, str]:
    """Read a column of raw text of any type but time and geometry: the common forms at once, the rest by their words.

    Parameters
    ----------
    text : Series of raw text.
    column : its contract.

    Returns
    -------
    values : Series of the contract's dtype, missing where empty or wrong.
    reasons : (n,) text, empty where nothing is wrong; None where nothing is wrong at all.
    fix : what to do about the wrong ones.
    """
    raw, dtype = to_arrow(text), PANDAS_DTYPES[column.dtype]
    reasons, fix = None, ""
    if column.dtype == "str":
        words, done = _read_text(raw, column)
        values = to_series(words, text.index)
    elif column.dtype in ("float", "int"):
        numbers, done = _read_number(raw, column)
        values = pd.Series(numbers, text.index).astype(dtype)
    else:
        values, done = pd.Series(index=text.index, dtype=dtype), np.zeros(len(text), dtype=bool)
    rest = np.flatnonzero(~done)
    if len(rest):
        codes, unique = _words(raw if len(rest) == len(raw) else raw.take(rest))
        found, why, fix = _known(unique, column) or parse_values(clean(unique, column), column)
        part = found.array.take(codes)
        values = pd.Series(part, text.index) if len(rest) == len(text) else _put(values, rest, part)
        if (why != "").any():
            reasons = np.full(len(text), "", dtype=object)
            reasons[rest] = why.to_numpy(dtype=object)[codes]
    return values, reasons, fix


def _read_text(text: pa.LargeStringArray, column: Column) -> tuple[pa.LargeStringArray, Mask]:
    """Strip text and take the words for missing out; not done are Excel errors, formulas and numbers cut short."""
    words = pc.utf8_trim_whitespace(text)
    starts, data = bytes_of(words)
    odd = pc.or_(pc.starts_with(words, "#"), pc.starts_with(words, "="))
    if (column.name == "id" or column.name.endswith("_id")) and (data == ord("+")).any():
        odd = pc.or_(odd, pc.match_substring(words, "E+"))
    if len(words) and np.diff(starts).min() <= max(map(len, _MISSING_TEXT)):
        missing = pc.is_in(words, value_set=pa.array(_MISSING_TEXT, words.type))
        words = pc.if_else(missing, pa.scalar(None, words.type), words)
    return words, ~_bools(odd)


def _read_number(text: pa.LargeStringArray, column: Column) -> tuple[npt.NDArray[np.float64], Mask]:
    """Read plain numbers; done is what is empty or a number that the contract allows, NaN the rest."""
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


def _bools(mask: Any) -> Mask:
    found: Mask = mask.to_numpy(zero_copy_only=False).astype(bool)
    return found


def _words(text: pa.LargeStringArray) -> tuple[npt.NDArray[np.int64], pd.Series]:
    """Return each cell's number among the different words; first tried with the words of the first rows alone."""
    words = text[:1000].unique()
    codes = pc.index_in(text, value_set=words)
    if codes.null_count:
        coded = text.dictionary_encode()
        codes, words = coded.indices, coded.dictionary
    return codes.to_numpy(zero_copy_only=False).astype(np.int64), to_series(words)


@cache
def _vocabulary(column: Column) -> Mapping[str, Any]:
    """Return what the words of the contract mean, written as it has them."""
    if column.dtype == "bool":
        return {"": None, "True": True, "False": False, **dict.fromkeys(_TRUE, True), **dict.fromkeys(_FALSE, False)}
    if column.dtype != "choice":
        return {}
    words = {plain(word): name for name, others in column.choices for word in (name, *others)}
    return {"": None, **{word: words[plain(word)] for name, others in column.choices for word in (name, *others)}}


def _known(words: pd.Series, column: Column) -> tuple[pd.Series, pd.Series, str] | None:
    """Read words of which each is one that the contract has; None where another is among them."""
    meanings = _vocabulary(column)
    if not all(word in meanings for word in words):
        return None
    found = pd.Series([meanings[word] for word in words], dtype=PANDAS_DTYPES[column.dtype])
    return found, pd.Series("", words.index, dtype="str"), ""


def _put(values: pd.Series, rest: npt.NDArray[np.intp], part: Any) -> pd.Series:
    out = values.copy()
    out.iloc[rest] = part
    return out


def parse_values(text: pd.Series, column: Column) -> tuple[pd.Series, pd.Series, str]:
    """Read one column of any type but time and geometry.

    Parameters
    ----------
    text : Series of cleaned text.
    column : its contract.

    Returns
    -------
    values : Series of the contract's dtype, missing where empty or wrong.
    reasons : Series of text, empty where nothing is wrong.
    fix : what to do about the wrong ones.
    """
    parsers: Mapping[str, Any] = {
        "str": _parse_text, "choice": _parse_choice, "float": _parse_float, "int": _parse_int, "bool": _parse_bool,
        "cell": _parse_cell,
    }  # fmt: skip
    junk = _junk(text, column)
    values, wrong, reason, fix = parsers[column.dtype](text.mask(junk != "", ""), column)
    reason, wrong = np.where(junk != "", junk, reason), wrong | (junk != "")
    fix = fix or "write the value itself"
    reasons = pd.Series(np.where(wrong & (text != ""), reason, ""), text.index, dtype="str")
    return values.astype(PANDAS_DTYPES[column.dtype]), reasons, fix


_Parsed = tuple[pd.Series, Any, Any, str]


def _junk(text: pd.Series, column: Column) -> npt.NDArray[np.object_]:
    """Say which cells hold what a spreadsheet left instead of a value."""
    found = np.full(len(text), "", dtype=object)
    found[text.isin(_EXCEL_ERRORS)] = "an Excel error instead of a value"
    found[text.str.match(_FORMULA).to_numpy(dtype=bool)] = "a formula instead of its value; paste it as a value"
    if column.name == "id" or column.name.endswith("_id"):
        lost = text.str.fullmatch(_LOST_DIGITS).to_numpy(dtype=bool)
        found[lost] = "Excel has cut this number's digits; format the column as text and fill it in again"
    return found


def _parse_text(text: pd.Series, column: Column) -> _Parsed:
    return text.mask(text == ""), False, "", ""


def _parse_float(text: pd.Series, column: Column) -> _Parsed:
    grouped = text.str.fullmatch(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
    bare = text.mask(grouped, text.str.replace(",", ""))
    form = bare.str.fullmatch(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?")
    values = pd.to_numeric(bare.where(form), errors="coerce").astype("float64")
    finite = np.isfinite(values)
    low = column.minimum is not None and (values < column.minimum)
    known = np.where(form, "out of range", text.map(_no_number).to_numpy(dtype=object))
    reason = np.where(low, f"below {column.minimum or 0:g}", known)
    return values.where(finite & ~low), low | ~finite, reason, "write a plain number such as 12.5"


def _no_number(word: str) -> str:
    """Say why a word is no number: a unit behind it, a comma as decimal mark, or anything else."""
    if unit := _UNIT.match(word):
        return f"a number with '{unit[1]}' behind it; write the number alone"
    return "a comma as decimal mark; write a point" if _COMMA.match(word) else "not a number"


def _parse_int(text: pd.Series, column: Column) -> _Parsed:
    values, wrong, reason, _ = _parse_float(text, column)
    broken = values.notna() & ((values % 1 != 0) | (values.abs() > 1e9))
    reasons = np.where(broken, "not a whole number", reason)
    return values.mask(broken), wrong | broken, reasons, "write a whole number"


def _parse_bool(text: pd.Series, column: Column) -> _Parsed:
    folded = text.str.casefold()
    yes, no = folded.isin(_TRUE), folded.isin(_FALSE)
    values = yes.astype("boolean").mask(~yes & ~no)
    return values, values.isna(), "neither yes nor no", "write yes or no, true or false, 1 or 0, 是 or 否"


def _parse_choice(text: pd.Series, column: Column) -> _Parsed:
    words = {plain(word): name for name, others in column.choices for word in (name, *others)}
    codes, unique = pd.factorize(text)
    chosen = [words.get(plain(word)) or (word if column.open and word else None) for word in unique]
    values = pd.Series(np.array(chosen, dtype=object)[codes], text.index, dtype="str")
    allowed = ", ".join(name for name, _ in column.choices)
    return values, values.isna(), "not one of the words allowed", f"write one of {allowed}"


def _parse_cell(text: pd.Series, column: Column) -> _Parsed:
    codes, unique = pd.factorize(text)
    cells = pd.array([_cell(word) for word in unique], dtype="UInt64")
    values = pd.Series(cells[codes], text.index) if len(unique) else pd.Series([], text.index, dtype="UInt64")
    return values, values.isna(), "not an H3 cell", "write a valid H3 index such as 8b411c6a1ab3fff"


def _cell(word: str) -> int | None:
    """Return the number of a valid cell written in hexadecimal, or in decimal as some tools export it."""
    text = f"{int(word):x}" if word.isascii() and word.isdigit() and len(word) > 16 else word.lower()
    fits = 15 <= len(text) <= 16 and all(letter in "0123456789abcdef" for letter in text)
    return h3.str_to_int(text) if fits and h3.is_valid_cell(text) else None
