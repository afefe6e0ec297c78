"""Tables that stay in order while rows come and go: what is left is copied in runs, nothing is sorted anew."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from zoning.geometry import Cells, Ints

Mask = npt.NDArray[np.bool_]
_RUN = 1000  # rows; shorter runs than this are gathered row by row
_CHUNKS = 64
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

    def apply(self, table: pd.DataFrame, fresh: pd.DataFrame) -> pd.DataFrame:
        """Put new rows between those that stay.

        Parameters
        ----------
        table : as it was.
        fresh : (len(at),) rows of the same columns.

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
            both = pd.concat([part for part in (table, fresh) if len(part)], ignore_index=True)
            row = self.came_from
            return both.take(np.where(row < 0, len(table) + np.cumsum(row < 0) - 1, row)).reset_index(drop=True)
        first, last = (np.searchsorted(self.at, cuts, side).tolist() for side in ("left", "right"))
        parts, ends = list[pd.DataFrame](), [*cuts[1:].tolist(), len(table)]
        for cut, end, a, b in zip(cuts.tolist(), ends, first, last, strict=True):
            if a < b:
                parts.append(fresh.iloc[a:b])
            if cut < end and self.keep[cut]:
                parts.append(table.iloc[cut:end])
        return _whole(pd.concat(parts, ignore_index=True))


def _whole(table: pd.DataFrame) -> pd.DataFrame:
    """Arrow joins columns without copying: after many changes the pieces are put into one."""
    many = [c for c in table if getattr(getattr(table[c].array, "_pa_array", None), "num_chunks", 1) > _CHUNKS]
    return table.assign(**{c: pd.Series(table[c].array.copy(), dtype=table[c].dtype) for c in many}) if many else table


def unchanged(old: pd.DataFrame, new: pd.DataFrame, key: str) -> Ints:
    """Return which row of a table is the same in its next version.

    Parameters
    ----------
    old, new : versions of a table.
    key : column that names a row, each once.

    Returns
    -------
    (len(new),) rows of `old` that are equal in every column, -1 where there is none.
    """
    if old is new:
        return np.arange(len(new))
    if list(old) != list(new) or not len(old):
        return np.full(len(new), -1)
    row = np.asarray(pd.Index(old[key].to_numpy(object)).get_indexer(new[key].to_numpy(object)), np.int64)
    at = np.flatnonzero(row >= 0)
    mine, theirs = new.iloc[at], old.iloc[row[at]]
    same = np.ones(len(at), bool)
    for column in new:
        one, other = mine[column].array, theirs[column].array
        if one is not other:
            equal = pd.Series(one).reset_index(drop=True).eq(pd.Series(other).reset_index(drop=True))
            same &= equal.fillna(False).to_numpy(bool) | (pd.isna(one) & pd.isna(other))
    row[at[~same]] = -1
    return row


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
    left = np.flatnonzero(keep)
    if not len(left) or not len(fresh):
        return np.full(len(fresh), len(table))
    if len(keys) == 1 and table[keys[0]].dtype.kind in "iu":
        spot = np.searchsorted(table[keys[0]].to_numpy()[left], fresh[keys[0]].to_numpy(), "right")
        return _before(left, len(table), spot)
    if len(fresh) > _FEW:
        both = pd.concat([table.iloc[left][list(keys)], fresh[list(keys)]], ignore_index=True)
        is_new = both.sort_values(list(keys), kind="stable").index.to_numpy() >= len(left)
        return _before(left, len(table), np.cumsum(~is_new)[is_new])
    columns = [table[key].array for key in keys]
    rows = list(fresh[list(keys)].itertuples(index=False, name=None))
    spot = {row: bisect_left(left, row, key=lambda at: tuple(c[at] for c in columns)) for row in dict.fromkeys(rows)}
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
    return np.asarray(names[np.searchsorted(names, values).clip(max=len(names) - 1)] == values)
