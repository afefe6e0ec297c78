"""Stage 3, the display: each cell's class and its risk; no rule reads either.

Risk is the person-hours of sources present within their windows, in four quantile classes (grade O, our default).
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from zoning.geometry import Ints

CLASSES = 4
_SHOWN = ("class", "rank", "zone_id")


def strictest_in_cells(zones: pd.DataFrame, membership: pd.DataFrame, also: Sequence[str] = ()) -> pd.DataFrame:
    """Return the class in which each cell is drawn.

    Parameters
    ----------
    zones : zone_id, class, rank.
    membership : zone_id, cell (uint64, of the representative point of each atom).
    also : columns of `zones`: a cell has a row for each of their values.

    Returns
    -------
    One row a cell, in order: cell, class, rank, zone_id of the strictest atom whose representative point it holds, and
    the columns asked for.
    """
    row = pd.Index(zones["zone_id"]).get_indexer(membership["zone_id"])
    pairs = pd.DataFrame({"cell": membership["cell"].to_numpy(np.uint64), "row": row}).drop_duplicates(
        ignore_index=True
    )
    found = pairs[["cell"]].assign(**{c: zones[c].array.take(pairs["row"]) for c in (*_SHOWN, *also)})
    order = found.sort_values(["cell", *also, "rank", "zone_id"], kind="stable")
    return order.drop_duplicates(["cell", *also]).reset_index(drop=True)


def _firsts(shown: pd.DataFrame) -> Ints:
    """Return where the strictest row of each cell is, of rows in order of cell."""
    cell = shown["cell"].to_numpy(np.uint64)
    same = cell[1:] == cell[:-1]
    many = (np.append(same, False) | np.append(False, same))[: len(cell)]
    order = shown[many].assign(at=np.flatnonzero(many)).sort_values(["cell", "rank", "zone_id"], kind="stable")
    keep = ~many
    keep[order.drop_duplicates("cell")["at"]] = True
    return np.flatnonzero(keep)


def show_cells(shown: pd.DataFrame, stays: pd.DataFrame) -> pd.DataFrame:
    """Return what each cell shows.

    Parameters
    ----------
    shown : cell, class, rank, zone_id, in order of cell; of the rows of a cell the strictest counts.
    stays : hours, live, ghost, cell.

    Returns
    -------
    One row a cell in a zone or with risk: cell (uint64), class and zone_id (of the strictest atom whose representative
    point it holds; missing outside), rank (0 outside), hours (person-hours), risk (0 none, 1 to 4).
    """
    there = (stays["live"] & ~stays["ghost"].astype(bool)).to_numpy(bool) & (stays["cell"] != 0).to_numpy()
    at, place = np.unique(stays["cell"].to_numpy(np.uint64)[there], return_inverse=True)
    hours = np.bincount(place, stays["hours"].to_numpy(float)[there], minlength=len(at))
    first = _firsts(shown)
    cells = shown["cell"].to_numpy(np.uint64)[first]
    spot = np.searchsorted(cells, at)
    inside = np.append(cells, np.uint64(0))[spot] == at
    row, sums = first, np.zeros(len(cells))
    sums[spot[inside]] = hours[inside]
    row, sums = np.insert(row, spot[~inside], -1), np.insert(sums, spot[~inside], hours[~inside])
    table = pd.DataFrame({"cell": np.insert(cells, spot[~inside], at[~inside])})
    told = {c: shown[c].array.take(row, allow_fill=True) for c in ("class", "zone_id")}
    rank = np.where(row < 0, 0, np.append(shown["rank"].to_numpy(np.int64), 0)[row])
    return table.assign(
        **{"class": told["class"], "rank": rank, "zone_id": told["zone_id"]},
        hours=sums,
        risk=_quantiles(pd.Series(sums)),
    )


def _quantiles(hours: pd.Series) -> np.ndarray:
    """Return 0 for cells without hours, else the quantile class of the hours; equal hours share the lower class."""
    some = (hours > 0).to_numpy()
    place = hours[some].rank(method="min", pct=True).to_numpy()
    risk = np.zeros(len(hours), np.int64)
    risk[some] = np.clip(np.ceil(place * CLASSES), 1, CLASSES)
    return risk
