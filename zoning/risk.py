"""Stage 3, the display: each cell's class and its risk; no rule reads either.

Risk is the person-hours of sources present within their windows, in four quantile classes (grade O, our default).
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from zoning.geometry import Cells, Floats
from zoning.hashes import RANK_BITS, zone_keys

CLASSES = 4
Risks = npt.NDArray[np.int64]


def zones_in_cells(membership: pd.DataFrame, also: Sequence[str] = ()) -> pd.DataFrame:
    """Return which zones have an atom whose representative point is in a cell.

    Parameters
    ----------
    membership : zone_id, rank, cell (uint64, of the representative point of each atom).
    also : columns of `membership` that hang on the zone.

    Returns
    -------
    One row a cell and zone, in order of cell: cell, zone (of `zone_keys`), and the columns asked for.
    """
    number, name = pd.factorize(membership["zone_id"])
    rank = np.zeros(len(name), np.int64)
    rank[number] = membership["rank"].to_numpy(np.int64)
    columns = {"cell": membership["cell"].to_numpy(np.uint64), "zone": zone_keys(name.to_numpy(object), rank)[number]}
    pairs = pd.DataFrame(columns | {c: membership[c].to_numpy() for c in also}).drop_duplicates()
    return pairs.sort_values(["cell", "zone"], ignore_index=True)


def show_cells(shown: pd.DataFrame, stays: pd.DataFrame) -> pd.DataFrame:
    """Return what each cell shows.

    Parameters
    ----------
    shown : of `zones_in_cells`.
    stays : hours, live, ghost, cell.

    Returns
    -------
    One row a cell in a zone or with risk: cell (uint64), zone (key of the strictest atom whose representative point it
    holds; 0 outside), rank (0 outside), hours (person-hours), risk (0 none, 1 to 4).
    """
    there = (stays["live"] & ~stays["ghost"].astype(bool)).to_numpy(bool) & (stays["cell"] != 0).to_numpy()
    at, place = np.unique(stays["cell"].to_numpy(np.uint64)[there], return_inverse=True)
    hours = np.bincount(place, stays["hours"].to_numpy(float)[there], minlength=len(at))
    cells, zone = _strictest(shown["cell"].to_numpy(np.uint64), shown["zone"].to_numpy(np.uint64))
    spot = np.searchsorted(cells, at)
    inside = np.append(cells, np.uint64(0))[spot] == at
    sums = np.zeros(len(cells))
    sums[spot[inside]] = hours[inside]
    alone = spot[~inside]
    zone, sums = np.insert(zone, alone, 0), np.insert(sums, alone, hours[~inside])
    rank = (zone >> RANK_BITS).astype(np.int64)
    columns = {"cell": np.insert(cells, alone, at[~inside]), "zone": zone, "rank": rank, "hours": sums}
    return pd.DataFrame(columns | {"risk": _quantiles(sums)}, copy=False)


def _strictest(cell: Cells, zone: Cells) -> tuple[Cells, Cells]:
    """Return each cell once, and the strictest of its zones; of a city they are many."""
    start = np.flatnonzero(np.append(True, cell[1:] != cell[:-1])[: len(cell)])
    return cell[start], np.minimum.reduceat(zone, start) if len(start) else zone


def _quantiles(hours: Floats) -> Risks:
    """Return 0 for cells without hours, else the quantile class of the hours; equal hours share the lower class."""
    some = np.flatnonzero(hours > 0)
    told, risk = hours[some], np.zeros(len(hours), np.int64)
    lower = [len(told) * quantile // CLASSES for quantile in range(1, CLASSES)]  # so many are less in a higher class
    risk[some] = 1 + sum(np.asarray(told > np.partition(told, n - 1)[n - 1], np.int64) if n else 1 for n in lower)
    return risk
