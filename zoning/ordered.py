"""Tables that stay in order while rows come and go: what is left is copied in runs, nothing is sorted anew."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from zoning.geometry import Cells, Ints
from zoning.register import reader

Mask = npt.NDArray[np.bool_]
_RUN = 200  # rows; where runs are shorter than this, rows are gathered one by one
_FEW_NAMES = 8  # fewer are compared with each value rather than looked up
_FEW = 500  # more rows than this are sorted in rather than each looked for


@dataclass(frozen=True)
class Change:
    """How the rows of a table become those of the next: `keep` says which stay, `at` before which old row each new one
    goes (in order; the length of the table for the end)."""

    keep: Mask
    at: Ints

    @property
    def came_from(self) -> Ints:
        """(n,) the old row of each row after the change, -1 where it is new."""
        kept = np.flatnonzero(self.keep)
        found = np.full(len(kept) + len(self.at), -1)
        new = np.searchsorted(kept, self.at) + np.arange(len(self.at))
        old = np.ones(len(found), bool)
        old[new] = False
        found[old] = kept
        return found

    @property
    def is_none(self) -> bool:
        """Whether nothing came or went."""
        return not len(self.at) and bool(self.keep.all())

    def apply(self, table: pd.DataFrame, fresh: pd.DataFrame, pieces: int = 1) -> pd.DataFrame:
        """Put new rows between those that stay.

        Parameters
        ----------
        table : as it was.
        fresh : (len(at),) rows of the same columns.
        pieces : a column of text may be left in so many, where it is read as a whole: fewer are copied less often.

        Returns
        -------
        The table after the change, numbered from 0.
        """
        if self.is_none:
            return table
        if not self.keep.any():
            return fresh
        cuts = np.unique(np.concatenate([[0, len(table)], np.flatnonzero(np.diff(self.keep)) + 1, self.at]))
        if len(cuts) > len(table) // _RUN:
            both = in_one_piece(pd.concat([part for part in (table, fresh) if len(part)], ignore_index=True))
            row = self.came_from
            return both.take(np.where(row < 0, len(table) + np.cumsum(row < 0) - 1, row)).reset_index(drop=True)
        first, last = (np.searchsorted(self.at, cuts, side).tolist() for side in ("left", "right"))
        spans, ends = list[tuple[bool, int, int]](), [*cuts[1:].tolist(), len(table)]
        for cut, end, a, b in zip(cuts.tolist(), ends, first, last, strict=True):
            if a < b:
                spans.append((True, a, b))
            if cut < end and self.keep[cut]:
                spans.append((False, cut, end))
        return type(table)({name: _join(table[name], fresh[name], spans, pieces) for name in table}, copy=False)


def _join(table: pd.Series, fresh: pd.Series, spans: Sequence[tuple[bool, int, int]], pieces: int) -> Any:
    """Put spans of a column of two tables after each other; True is of the second."""
    if table.dtype != fresh.dtype:
        return pd.concat([(fresh if new else table).iloc[a:b] for new, a, b in spans], ignore_index=True)
    if isinstance(table.dtype, np.dtype):
        both = (table.to_numpy(), fresh.to_numpy())
        joined = np.concatenate([both[new][a:b] for new, a, b in spans])
        # A table made of bare objects would take them for text, and what is missing among them for another kind of it.
        return pd.Series(joined, dtype=object, copy=False) if joined.dtype == object else joined
    arrays = (table.array, fresh.array)
    joined = type(arrays[0])._concat_same_type([arrays[new][a:b] for new, a, b in spans])
    return joined if _pieces(joined) <= pieces else _in_one(joined)


def _pieces(array: Any) -> int:
    found = array.__arrow_array__() if isinstance(array.dtype, pd.StringDtype) else None
    return found.num_chunks if isinstance(found, pa.ChunkedArray) else 1


def _in_one(array: Any) -> Any:
    return pd.array(array.__arrow_array__().combine_chunks(), dtype=array.dtype) if _pieces(array) > 1 else array


def in_one_piece(table: pd.DataFrame) -> pd.DataFrame:
    """Put columns of text that Arrow holds in pieces into one: to take a few values of pieces, it copies them all.

    Parameters
    ----------
    table : any columns.

    Returns
    -------
    The same values.
    """
    words = (name for name in table if isinstance(table[name].dtype, pd.StringDtype))
    return table.assign(**{str(name): _in_one(table[name].array) for name in words})


def only(table: pd.DataFrame, mask: Mask) -> pd.DataFrame:
    """Return some rows of a table; those of one run are not copied.

    Parameters
    ----------
    table : any columns.
    mask : (n,) which rows.

    Returns
    -------
    These rows, under the numbers that they had.
    """
    rows = np.flatnonzero(mask)
    if len(rows) and rows[-1] - rows[0] + 1 == len(rows):
        return table.iloc[rows[0] : rows[-1] + 1]
    return table[mask]


def unchanged(old: pd.DataFrame, new: pd.DataFrame, key: str) -> Ints:
    """Return which row of a table is the same in its next version.

    Parameters
    ----------
    old, new : versions of a table.
    key : column that names a row; where rows of one name come or go, equal ones of that name may count as changed.

    Returns
    -------
    (len(new),) rows of `old` that are equal in every column, -1 where there is none.
    """
    if old is new:
        return np.arange(len(new))
    row = np.full(len(new), -1)
    if list(old) != list(new) or not len(old):
        return row
    most = min(len(old), len(new))
    head, tail = _alike(old[key].iloc[:most], new[key].iloc[:most]), 0
    if head < most:
        tail = _alike(old[key].iloc[: len(old) - most + head : -1], new[key].iloc[: len(new) - most + head : -1])
    ends = (len(old) - tail, len(new) - tail)
    firsts, lasts = (slice(head), slice(head)), (slice(ends[0], None), slice(ends[1], None))
    row[:head] = np.where(_equal(old, new, *firsts), np.arange(head), -1)
    row[ends[1] :] = np.where(_equal(old, new, *lasts), np.arange(ends[0], len(old)), -1)
    left, right = old[key].iloc[head : ends[0]], new[key].iloc[head : ends[1]]
    if len(left) and len(right):
        at = np.asarray(_numbered(left).get_indexer(_numbered(right)), np.int64)
        hit = np.flatnonzero(at >= 0)
        same = hit[_equal(old, new, head + at[hit], head + hit)]
        row[head + same] = head + at[same]
    return row


def lost(row: Ints, n: int) -> Mask:
    """Return which of the rows of a table no row of its next version is the same as.

    Parameters
    ----------
    row : of `unchanged`.
    n : rows of the table.

    Returns
    -------
    (n,) booleans.
    """
    gone = np.ones(n, bool)
    gone[row[row >= 0]] = False
    return gone


def _alike(one: pd.Series, other: pd.Series) -> int:
    """Return how many of the first values are the same."""
    same = _same(one.array, other.array)
    return len(one) if same is None or same.all() else int(same.argmin())


def _equal(old: pd.DataFrame, new: pd.DataFrame, mine: slice | Ints, theirs: slice | Ints) -> Mask:
    """Return which of some rows of two tables are equal in every column; missing is equal to missing."""
    same = np.ones(len(range(*mine.indices(len(old)))) if isinstance(mine, slice) else len(mine), bool)
    for column in old if len(same) else ():
        equal = _same(old[column].array[mine], new[column].array[theirs])
        same &= True if equal is None else equal
    return same


def _same(mine: Any, theirs: Any) -> Mask | None:
    """Return which values are equal, missing ones too; None for all."""
    if mine.equals(theirs):
        return None
    equal = mine == theirs
    equal = equal if isinstance(equal, np.ndarray) else equal.fillna(False).to_numpy(bool)
    return np.asarray(equal if equal.all() else equal | (pd.isna(mine) & pd.isna(theirs)), bool)


def _numbered(names: pd.Series) -> pd.MultiIndex:
    """Rows by their name and by how many of that name come before."""
    return pd.MultiIndex.from_arrays([names.to_numpy(object), names.groupby(names).cumcount().to_numpy()])


def places(table: pd.DataFrame, keep: Mask, fresh: pd.DataFrame, keys: Sequence[str]) -> Ints:
    """Return where new rows go in a table in order.

    Parameters
    ----------
    table : in order of the keys.
    keep : its rows that stay; none of them has the keys of a new row, but where there is one key, of numbers.
    fresh : new rows, in the same order.
    keys : columns, without missing values.

    Returns
    -------
    (len(fresh),) the old row before which each goes.
    """
    if len(keys) == 1 and table[keys[0]].dtype.kind in "iu":
        return np.asarray(np.searchsorted(table[keys[0]].to_numpy(), fresh[keys[0]].to_numpy(), "right"), np.int64)
    left = np.flatnonzero(keep)
    if not len(left) or not len(fresh):
        return np.full(len(fresh), len(table))
    if len(fresh) > _FEW:
        both = pd.concat([table.iloc[left][list(keys)], fresh[list(keys)]], ignore_index=True)
        is_new = both.sort_values(list(keys), kind="stable").index.to_numpy() >= len(left)
        return _before(left, len(table), np.cumsum(~is_new)[is_new])
    told = [reader(table[key]) for key in keys]
    rows = list(fresh[list(keys)].itertuples(index=False, name=None))
    spot = {row: bisect_left(left, row, key=lambda at: tuple(tell(at) for tell in told)) for row in dict.fromkeys(rows)}
    return _before(left, len(table), np.array([spot[row] for row in rows], np.int64))


def _before(left: Ints, end: int, spot: Ints) -> Ints:
    return np.asarray(np.append(left, end)[spot], np.int64)


def among(values: Cells, few: Cells) -> Mask:
    """Return which values are among some.

    Parameters
    ----------
    values : (n,) any order.
    few : (k,) any order.

    Returns
    -------
    (n,) booleans.
    """
    if not len(few):
        return np.zeros(len(values), bool)
    names = np.unique(few)
    if len(names) < _FEW_NAMES:
        return np.asarray(np.logical_or.reduce([values == name for name in names]), bool)
    return np.asarray(names[np.searchsorted(names, values).clip(max=len(names) - 1)] == values)
