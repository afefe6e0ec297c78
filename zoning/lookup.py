"""Look-ups that several stages share: the ancestor of a unit, the area at a point, the atoms inside a unit."""

import numpy as np
import pandas as pd
import shapely

from zoning.geometry import Ints


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
    parent, fits = units["parent"].to_numpy(np.int64), units["level"].isin(levels).to_numpy(bool)
    row = np.asarray(rows, np.int64).copy()
    while len(fits) and (climb := (row >= 0) & ~fits[row]).any():
        row[climb] = parent[row[climb]]
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
        tree = shapely.STRtree(areas["geometry"].to_numpy(object)[rows])
        point, area = tree.query(shapely.points(lng[known], lat[known]), predicate="intersects")
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
    unit = inside["unit"].to_numpy()
    first, last = np.searchsorted(unit, rows), np.searchsorted(unit, rows, "right")
    sizes = last - first
    within = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return np.repeat(np.arange(len(rows)), sizes), inside["atom"].to_numpy()[np.repeat(first, sizes) + within]
