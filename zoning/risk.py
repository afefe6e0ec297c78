"""Stage 3, the display: each cell's class and its risk; no rule reads either.

Risk is the person-hours of sources present within their windows, in four quantile classes (grade O, our default).
"""

import numpy as np
import pandas as pd

CLASSES = 4


def strictest_in_cells(zones: pd.DataFrame, membership: pd.DataFrame) -> pd.DataFrame:
    """Return the class in which each cell is drawn.

    Parameters
    ----------
    zones : zone_id, class, rank.
    membership : zone_id, cell (uint64, of the representative point of each atom).

    Returns
    -------
    One row a cell, in order: cell, class, rank, zone_id of the strictest atom whose representative point it holds.
    """
    row = pd.Index(zones["zone_id"]).get_indexer(membership["zone_id"])
    place = zones["zone_id"].rank().to_numpy()[row]
    rank, cell = zones["rank"].to_numpy(np.int64)[row], membership["cell"].to_numpy(np.uint64)
    order = np.lexsort((place, rank, cell))
    lead = order[np.diff(cell[order], prepend=np.uint64(0)) != 0]
    told = {c: zones[c].to_numpy(object)[row[lead]] for c in ("class", "zone_id")}
    return pd.DataFrame({"cell": cell[lead], "class": told["class"], "rank": rank[lead], "zone_id": told["zone_id"]})


def show_cells(shown: pd.DataFrame, stays: pd.DataFrame, spots: pd.DataFrame) -> pd.DataFrame:
    """Return what each cell shows.

    Parameters
    ----------
    shown : of `strictest_in_cells`.
    stays : hours, live, ghost.
    spots : cell of each stay.

    Returns
    -------
    One row a cell in a zone or with risk: cell (uint64), class and zone_id (of the strictest atom whose representative
    point it holds; None outside), rank (0 outside), hours (person-hours), risk (0 none, 1 to 4).
    """
    there = (stays["live"] & ~stays["ghost"].astype(bool)).to_numpy(bool) & (spots["cell"] != 0).to_numpy()
    hours = stays["hours"][there].groupby(spots["cell"].to_numpy(np.uint64)[there]).sum()
    at = hours.index.to_numpy(np.uint64)
    bare = at[~np.isin(at, shown["cell"].to_numpy(np.uint64))]
    outside = pd.DataFrame({"cell": bare, "class": None, "rank": 0, "zone_id": None}).astype({"cell": np.uint64})
    table = pd.concat([part for part in (shown, outside) if len(part)] or [shown]).sort_values(
        "cell", ignore_index=True
    )
    spot = np.searchsorted(table["cell"].to_numpy(np.uint64), at)
    sums = np.zeros(len(table))
    sums[spot] = hours.to_numpy(float)
    return table.assign(hours=sums, risk=_quantiles(pd.Series(sums)))[
        ["cell", "class", "rank", "zone_id", "hours", "risk"]
    ]


def _quantiles(hours: pd.Series) -> np.ndarray:
    """Return 0 for cells without hours, else the quantile class of the hours; equal hours share the lower class."""
    some = (hours > 0).to_numpy()
    place = hours[some].rank(method="min", pct=True).to_numpy()
    risk = np.zeros(len(hours), np.int64)
    risk[some] = np.clip(np.ceil(place * CLASSES), 1, CLASSES)
    return risk
