"""The names that an address may begin from: of what stands in nothing else, and of what a number alone does not tell.

A hit is a table and a row of it. It is kept as one number: its row, where all these tables stand one under another.
"""

from collections.abc import Callable, Iterator, Mapping
from itertools import chain

import numpy as np
import pandas as pd

from zoning.addresses.words import part_labels
from zoning.geometry import Ints
from zoning.lookup import in_pieces
from zoning.register import Register

NAMED = ("name", "name_en")
HELD = ("units", "places", "areas")
Hit = tuple[str, int]
Way = Callable[[str], str]


def first_number(tables: Mapping[str, pd.DataFrame]) -> Ints:
    """Return the number of the first row of each table.

    Parameters
    ----------
    tables : of HELD.

    Returns
    -------
    (3,) numbers.
    """
    return np.cumsum([0, *(len(tables[kind]) for kind in HELD[:-1])])


def to_hits(numbers: list[int], first: Ints) -> list[Hit]:
    """Return hits by their numbers.

    Parameters
    ----------
    numbers : of hits.
    first : of `first_number`.

    Returns
    -------
    Tables and rows.
    """
    table = np.searchsorted(first, numbers, "right") - 1
    rows = np.array(numbers, np.int64) - first[table]
    return [(HELD[at], row) for at, row in zip(table.tolist(), rows.tolist(), strict=True)]


def whole_names(tables: Mapping[str, pd.DataFrame], way: Way) -> Register:
    """Register the names of units that stand in no other, of places and of areas.

    Parameters
    ----------
    tables : of HELD.
    way : how a name is written.

    Returns
    -------
    Register of numbers of hits.
    """
    return _register(_whole(tables), way)


def all_names(tables: Mapping[str, pd.DataFrame], way: Way) -> Register:
    """Register these, and of units inside others the names that say more than numbers: own ones and full ones.

    Parameters
    ----------
    tables : of HELD.
    way : how a name is written.

    Returns
    -------
    Register of numbers of hits.
    """
    return _register(chain(_whole(tables), _inner(tables["units"])), way)


def _register(names: Iterator[pd.Series], way: Way) -> Register:
    written = pd.concat([some.map(way) for some in names])
    return Register(written[written != ""])


def _whole(tables: Mapping[str, pd.DataFrame]) -> Iterator[pd.Series]:
    for kind, first in zip(HELD, first_number(tables), strict=True):
        table = tables[kind]
        rows = np.flatnonzero(table["parent"] < 0) if kind == "units" else np.arange(len(table))
        for column in NAMED:
            names = table[column].iloc[rows].set_axis(first + rows).astype("str")
            yield names[names.notna()]


def _inner(units: pd.DataFrame) -> Iterator[pd.Series]:
    parent = units["parent"].to_numpy(np.int64)
    inner = np.flatnonzero(parent >= 0)
    for column in NAMED:
        words = units[column].astype("str")
        for piece in in_pieces(len(inner)) if len(inner) else ():
            rows = inner[piece]
            full, over = words.iloc[rows], words.iloc[parent[rows]].str.len().to_numpy()
            own = pd.concat([full[over == size].str.slice(int(size)) for size in np.unique(over)])
            own = own[own.isin([name for name in own.unique() if "" in part_labels(name)])]
            yield pd.concat([own, full.loc[own.index]]).sort_index(kind="stable")
