"""Text to typed values, a column at a time; what cannot be read gets a reason and the original text."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import h3
import numpy as np
import numpy.typing as npt
import pandas as pd

from zoning.headers import plain
from zoning.tables import PANDAS_DTYPES, Column

Mask = npt.NDArray[np.bool_]

# In text only what exporters write, for Nan and Na are names; elsewhere what people write, too.
_MISSING_TEXT = {"", "null", "NULL", "None", "nan", "NaN", "N/A", "\\N"}
_MISSING = {"", "null", "none", "nan", "n/a", "\\n", "na", "nil", "-", "--", "—", "/", "无", "不详", "未知", "?"}
_TRUE = {"true", "t", "yes", "y", "1", "1.0", "on", "是", "有", "对"}
_FALSE = {"false", "f", "no", "n", "0", "0.0", "off", "否", "无", "不是"}


@dataclass
class Faults:
    """What is wrong in which rows; one row may have several faults and becomes one reject."""

    n: int
    lines: list[tuple[npt.NDArray[np.intp], str, npt.NDArray[np.object_], npt.NDArray[np.object_], str]] = field(
        default_factory=list
    )

    def add(self, mask: Any, column: str, value: Any, reason: Any, fix: str) -> None:
        """Note a fault in some rows.

        Parameters
        ----------
        mask : (n,) bool, the rows.
        column : our column, or several separated by commas.
        value : (n,) original values, or one text.
        reason : (n,) reasons, or one text.
        fix : what to do.
        """
        where = np.flatnonzero(np.asarray(mask, dtype=bool))
        if len(where):
            values, reasons = (np.broadcast_to(np.asarray(v, dtype=object), self.n)[where] for v in (value, reason))
            self.lines.append((where, column, values, reasons, fix))

    @property
    def mask(self) -> Mask:
        """(n,) bool: the rows that have a fault."""
        bad = np.zeros(self.n, dtype=bool)
        for where, *_ in self.lines:
            bad[where] = True
        return bad

    def table(self, file: str, rows: npt.NDArray[np.int64]) -> pd.DataFrame:
        """Return one reject for each row at fault, its faults joined by '; '.

        Parameters
        ----------
        file : name of the file.
        rows : (n,) row numbers in the file.

        Returns
        -------
        DataFrame file, row, column, value, reason, fix in file order.
        """
        blocks = [
            pd.DataFrame({"at": where, "column": column, "value": values, "reason": reasons, "fix": fix}, dtype=object)
            for where, column, values, reasons, fix in self.lines
        ]
        if not blocks:
            return pd.DataFrame(columns=["file", "row", "column", "value", "reason", "fix"])
        lines = pd.concat(blocks, ignore_index=True)
        repeated = lines["at"].duplicated(keep=False)
        joined = lines[repeated].groupby("at", sort=True).agg(lambda texts: "; ".join(dict.fromkeys(map(str, texts))))
        table = pd.concat([lines[~repeated], joined.reset_index()]).sort_values("at", kind="stable")
        table.insert(0, "row", rows[table["at"].to_numpy(dtype=np.intp)])
        table.insert(0, "file", file)
        return table.drop(columns="at").reset_index(drop=True)


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
    known = {plain(word) for name, others in column.choices for word in (name, *others)} if column.choices else set()
    if column.dtype == "bool":
        known = _FALSE
    folded = words.str.casefold()
    missing = words.isin(_MISSING_TEXT) if column.dtype == "str" else folded.isin(_MISSING) & ~folded.isin(known)
    words = words.mask(missing, "")
    return pd.Series(words.to_numpy(dtype=object)[codes], text.index, dtype="str")


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
    values, wrong, reason, fix = parsers[column.dtype](text, column)
    reasons = pd.Series(np.where(wrong & (text != ""), reason, ""), text.index, dtype="str")
    return values.astype(PANDAS_DTYPES[column.dtype]), reasons, fix


_Parsed = tuple[pd.Series, Any, Any, str]


def _parse_text(text: pd.Series, column: Column) -> _Parsed:
    return text.mask(text == ""), False, "", ""


def _parse_float(text: pd.Series, column: Column) -> _Parsed:
    grouped = text.str.fullmatch(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
    bare = text.mask(grouped, text.str.replace(",", ""))
    form = bare.str.fullmatch(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?")
    values = pd.to_numeric(bare.where(form), errors="coerce").astype("float64")
    finite = np.isfinite(values)
    low = column.minimum is not None and (values < column.minimum)
    reason = np.where(low, f"below {column.minimum or 0:g}", np.where(form, "out of range", "not a number"))
    return values.where(finite & ~low), low | ~finite, reason, "write a plain number such as 12.5"


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
