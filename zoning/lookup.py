"""Look-ups that stages share: the ancestor of a unit, the area at a point, the atoms inside a unit, keys in a list."""

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from zoning.geometry import Cells, Ints
from zoning.once import once

_PIECE = 32_768  # words or shapes that are objects at one time


def at_level(rows: Ints, units: pd.DataFrame, levels: tuple[str, ...]) -> Ints:
    """Return the nearest ancestor (or the unit itself) that is of one of some levels.

    Parameters
    ----------
    rows : (n,) rows of `units`, -1 where there is none.
    units : of `make_units`.
    levels : names of levels.

    Returns
    -------
    (n,) rows, -1 where no ancestor is of these levels.
    """
    parent, row = units["parent"].to_numpy(np.int64), np.asarray(rows, np.int64).copy()
    left = np.flatnonzero(row >= 0)
    while len(left):
        distinct, each = np.unique(row[left], return_inverse=True)
        fits = units["level"].iloc[distinct].isin(levels).to_numpy(bool)
        left = left[~fits[each]]
        row[left] = parent[row[left]]
        left = left[row[left] >= 0]
    return row


def area_at(lng: np.ndarray, lat: np.ndarray, areas: pd.DataFrame, level: str) -> Ints:
    """Return the area of a level that holds each point; the first by id where areas overlap.

    Parameters
    ----------
    lng, lat : (n,) degrees, WGS84; NaN lies in none.
    areas : contract `areas`, in order of id.
    level : of the areas asked for.

    Returns
    -------
    (n,) rows of `areas`, -1 where none.
    """
    rows, found = np.flatnonzero(areas["level"] == level), np.full(len(lng), -1)
    known = np.flatnonzero(np.isfinite(lng))
    if len(rows) and len(known):
        points = shapely.STRtree(shapely.points(lng[known], lat[known]))
        area, point = points.query(areas["geometry"].to_numpy(object)[rows], predicate="intersects")
        order = np.argsort(-rows[area], kind="stable")
        found[known[point[order]]] = rows[area[order]]
    return found


def atoms_inside(rows: Ints, inside: pd.DataFrame) -> tuple[Ints, Ints]:
    """Return every atom inside each of some units.

    Parameters
    ----------
    rows : (n,) rows of the units table.
    inside : (unit, atom) rows of `make_units`, in order of unit.

    Returns
    -------
    owner : (m,) position in `rows`; atom : (m,) rows of the atoms table.
    """
    owner, found = spread(inside["unit"].to_numpy(), rows)
    return owner, inside["atom"].to_numpy()[found]


def lenders(own: npt.NDArray[np.bool_], parent: Ints) -> Ints:
    """Return whose footprint each unit has: the nearest unit with one around it, itself first; else the topmost one.

    Parameters
    ----------
    own : (n,) whether a unit has a footprint of its own.
    parent : (n,) row of the unit around each, -1 for none.

    Returns
    -------
    (n,) rows.
    """
    row = np.arange(len(parent))
    while (bare := ~own[row] & (parent[row] >= 0)).any():
        row = np.where(bare, parent[row], row)
    return row


@once
def units_by_parent(units: pd.DataFrame) -> tuple[Ints, Ints]:
    """Return the units by the one that they stand in.

    Parameters
    ----------
    units : of `make_units`.

    Returns
    -------
    parents : (n,) rows in order, -1 for none; rows : (n,) of `units`, in the same order.
    """
    parent = units["parent"].to_numpy(np.int64)
    order = np.argsort(parent, kind="stable")
    return parent[order], order


@once
def atoms_by_cell(atoms: pd.DataFrame) -> tuple[Cells, Ints]:
    """Return the atoms of units by the cell of their representative point.

    Parameters
    ----------
    atoms : the atoms table.

    Returns
    -------
    cells : (n,) in order; rows : (n,) of `atoms`, in the same order.
    """
    cells = atoms["cell"].to_numpy(np.uint64)
    order = np.argsort(cells, kind="stable")
    return cells[order], order


def spread(sorted_keys: Ints | Cells, asked: Ints | Cells) -> tuple[Ints, Ints]:
    """Return every position of each asked key in a sorted array.

    Parameters
    ----------
    sorted_keys : (k,) keys in order.
    asked : (n,) keys.

    Returns
    -------
    owner : (m,) position in `asked`; found : (m,) position in `sorted_keys`.
    """
    return ranges(np.searchsorted(sorted_keys, asked), np.searchsorted(sorted_keys, asked, "right"))


def ranges(first: Ints, end: Ints) -> tuple[Ints, Ints]:
    """Return the numbers of some ranges.

    Parameters
    ----------
    first, end : (n,) where each begins, and before what it ends.

    Returns
    -------
    owner : (m,) position of the range; number : (m,) in it.
    """
    sizes = np.maximum(end - first, 0)
    within = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return np.repeat(np.arange(len(first)), sizes), np.repeat(first, sizes) + within


def in_pieces(n: int, size: int = _PIECE) -> list[slice]:
    """Return where to cut what would take much memory as objects at one time.

    Parameters
    ----------
    n : number of rows.
    size : how many at one time.

    Returns
    -------
    At least one slice; all together hold every row once, in order.
    """
    return [slice(start, start + size) for start in range(0, max(n, 1), size)]


def bare_words(words: pd.Series) -> pd.Series:
    """Return words as names are compared.

    Parameters
    ----------
    words : text; missing ones stay missing.

    Returns
    -------
    On the same index, without blanks, width and case.
    """
    text = pc.utf8_normalize(pa.array(words.array, pa.large_string(), from_pandas=True), "NFKC")
    bare = pc.replace_substring_regex(pc.utf8_lower(text), r"[\s\pZ]+", "")
    return pd.Series(bare.to_pandas(), index=words.index, dtype="str")


def text_among(words: pd.Series, some: pd.Series) -> npt.NDArray[np.bool_]:
    """Return which words are among some, of which there may be many.

    Parameters
    ----------
    words : (n,) text; missing words are among none.
    some : text.

    Returns
    -------
    (n,) booleans.
    """
    one, other = (pa.array(each.array, pa.large_string(), from_pandas=True) for each in (words, some.dropna()))
    return np.asarray(pc.is_in(one, value_set=other).to_numpy(zero_copy_only=False), bool)
