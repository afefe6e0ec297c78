"""Stage 3, the display: each cell's class and its risk; no rule reads either.

Risk is the person-hours of sources present within their windows, in four quantile classes (grade O, our default).
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from zoning.geometry import Cells, Floats
from zoning.hashes import number_names

CLASSES = 4
Rows = npt.NDArray[np.int32]
Risks = npt.NDArray[np.int64]


def zones_in_cells(membership: pd.DataFrame, also: Sequence[str] = ()) -> pd.DataFrame:
    """Return which zones have an atom whose representative point is in a cell.

    Parameters
    ----------
    membership : zone_id, cell (uint64, of the representative point of each atom).
    also : columns of `membership` that hang on the zone.

    Returns
    -------
    One row a cell and zone, in order of cell: cell, zone (uint64, of `number_names`), and the columns asked for.
    """
    number, name = pd.factorize(membership["zone_id"])
    columns = {"cell": membership["cell"].to_numpy(np.uint64), "zone": number_names(name.to_numpy(object))[number]}
    pairs = pd.DataFrame(columns | {c: membership[c].to_numpy() for c in also}).drop_duplicates()
    return pairs.sort_values(["cell", "zone"], ignore_index=True)


def show_cells(shown: pd.DataFrame, zones: pd.DataFrame, stays: pd.DataFrame) -> pd.DataFrame:
    """Return what each cell shows.

    Parameters
    ----------
    shown : of `zones_in_cells`.
    zones : zone_id, class, rank, in order of rank and zone_id: of the zones of a cell the first counts.
    stays : hours, live, ghost, cell.

    Returns
    -------
    One row a cell in a zone or with risk: cell (uint64), class and zone_id (of the strictest atom whose representative
    point it holds; missing outside), rank (0 outside), hours (person-hours), risk (0 none, 1 to 4).
    """
    there = (stays["live"] & ~stays["ghost"].astype(bool)).to_numpy(bool) & (stays["cell"] != 0).to_numpy()
    at, place = np.unique(stays["cell"].to_numpy(np.uint64)[there], return_inverse=True)
    hours = np.bincount(place, stays["hours"].to_numpy(float)[there], minlength=len(at))
    cells, row = _first_zones(shown, zones)
    spot = np.searchsorted(cells, at)
    inside = np.append(cells, np.uint64(0))[spot] == at
    sums = np.zeros(len(cells))
    sums[spot[inside]] = hours[inside]
    row, sums = np.insert(row, spot[~inside], -1), np.insert(sums, spot[~inside], hours[~inside])
    code, classes = pd.factorize(zones["class"])
    return pd.DataFrame(
        {
            "cell": np.insert(cells, spot[~inside], at[~inside]),
            "class": pd.Categorical.from_codes(np.append(code, -1).astype(np.int16)[row], classes),
            "rank": np.append(zones["rank"].to_numpy(np.int64), 0)[row],
            "zone_id": pd.Categorical.from_codes(row, pd.Index(zones["zone_id"])),
            "hours": sums,
            "risk": _quantiles(sums),
        },
        copy=False,
    )


def _first_zones(shown: pd.DataFrame, zones: pd.DataFrame) -> tuple[Cells, Rows]:
    """Return the cells in order, and the row of the first of the zones of each; of a city they are many."""
    numbers = pd.Index(number_names(zones["zone_id"].to_numpy(object)))
    row = numbers.get_indexer(shown["zone"].to_numpy(np.uint64)).astype(np.int32)
    cell = shown["cell"].to_numpy(np.uint64)
    start = np.flatnonzero(np.append(True, cell[1:] != cell[:-1])[: len(cell)])
    return cell[start], np.minimum.reduceat(row, start) if len(start) else row


def _quantiles(hours: Floats) -> Risks:
    """Return 0 for cells without hours, else the quantile class of the hours; equal hours share the lower class."""
    some = np.flatnonzero(hours > 0)
    told, risk = hours[some], np.zeros(len(hours), np.int64)
    lower = [len(told) * quantile // CLASSES for quantile in range(1, CLASSES)]  # so many are less in a higher class
    risk[some] = 1 + sum(np.asarray(told > np.partition(told, n - 1)[n - 1], np.int64) if n else 1 for n in lower)
    return risk
