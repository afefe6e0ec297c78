"""Columns of text, asked by row and by what they say: a few bytes a row, where a dict and its words take a hundred.

Texts are found by their hashes, in order; what is found is held to the text itself, so no two are taken for one.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from zoning.geometry import Ints
from zoning.lookup import in_pieces, spread
from zoning.once import once


def reader(column: pd.Series) -> Callable[[Any], Any]:
    """Return what gives the value of a row; of text it asks Arrow itself, which is several times faster.

    Parameters
    ----------
    column : any.

    Returns
    -------
    Function of a row, counted from 0.
    """
    if isinstance(column.dtype, pd.StringDtype):
        words = pa.array(column.array, pa.large_string())
        return lambda at: words[at].as_py()
    values: Any = column.array
    return lambda at: values[at]


def in_arrow(column: pd.Series) -> pa.LargeStringArray:
    """Return a column of text as Arrow holds it, in one piece.

    Parameters
    ----------
    column : text.

    Returns
    -------
    The same values; a column that Arrow holds in one piece is not copied.
    """
    words = pa.array(column.array, pa.large_string())
    return words.combine_chunks() if isinstance(words, pa.ChunkedArray) else words


class Register:
    """Text -> where it stands in a column, as the column's index numbers it. `longest`: letters of the longest."""

    def __init__(self, column: pd.Series) -> None:
        """Index a column.

        Parameters
        ----------
        column : texts on an index of numbers; what is missing is never found.
        """
        self._words, hashes = in_arrow(column), _hashes(column)
        self._rows = np.argsort(hashes, kind="stable").astype(np.int32)
        self._hashes = hashes[self._rows].data
        self._numbers = column.index.to_numpy(np.int32)
        self.longest = pc.max(pc.utf8_length(self._words)).as_py() or 0

    def find(self, text: str) -> int:
        """Return where a text stands first.

        Parameters
        ----------
        text : asked.

        Returns
        -------
        Number, -1 where it stands nowhere.
        """
        wanted = hash(text)
        at = bisect_left(self._hashes, wanted)
        while at < len(self._hashes) and self._hashes[at] == wanted:
            row = int(self._rows[at])
            if self._words[row].as_py() == text:
                return int(self._numbers[row])
            at += 1
        return -1

    def find_all(self, text: str) -> list[int]:
        """Return everywhere that a text stands.

        Parameters
        ----------
        text : asked.

        Returns
        -------
        Numbers in the order of the column, each once.
        """
        wanted = hash(text)
        at = bisect_left(self._hashes, wanted)
        rows = self._rows[at : bisect_right(self._hashes, wanted, at)]
        if not len(rows):
            return []
        same = pc.equal(self._words.take(pa.array(rows)), text).to_numpy(zero_copy_only=False)
        return list(dict.fromkeys(self._numbers[rows[same]].tolist()))

    def find_each(self, texts: pd.Series) -> Ints:
        """Return where each of many texts stands.

        Parameters
        ----------
        texts : (n,) asked.

        Returns
        -------
        (n,) numbers, -1 for what stands nowhere, or more than once.
        """
        owner, at = spread(np.asarray(self._hashes), _hashes(texts))
        row = self._rows[at]
        same = pc.equal(self._words.take(pa.array(row)), in_arrow(texts).take(pa.array(owner)))
        hit = same.fill_null(False).to_numpy(zero_copy_only=False)
        owner, number = owner[hit], self._numbers[row[hit]]
        found = np.full(len(texts), -1)
        found[owner] = np.where(np.bincount(owner, minlength=len(texts))[owner] == 1, number, -1)
        return found


def _hashes(column: pd.Series) -> Ints:
    blocks = (column.iloc[piece].to_numpy(object) for piece in in_pieces(len(column)))
    return np.fromiter(map(hash, chain.from_iterable(blocks)), np.int64, len(column))


@once
def unit_ids(units: pd.DataFrame) -> Register:
    """Return the ids of units.

    Parameters
    ----------
    units : of `make_units`.

    Returns
    -------
    Register.
    """
    return Register(units["id"])


def find_rows(ids: pd.Series | None, known: Register, n: int) -> Ints:
    """Return where each id or name is.

    Parameters
    ----------
    ids : (n,) text, missing ones too; None if there are none at all.
    known : of a table.
    n : how many are asked.

    Returns
    -------
    (n,) rows, -1 where it is missing, or known to nobody or of several rows.
    """
    found = np.full(n, -1)
    if ids is not None and (told := ids.notna().to_numpy(bool)).any():
        found[told] = known.find_each(ids[told])
    return found
