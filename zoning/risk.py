"""Stage 3, the display: each cell's class and its risk; no rule reads either.

Risk is the person-hours of sources present within their windows, in four quantile classes (grade O, our default).
"""

import numpy as np
import pandas as pd

CLASSES = 4


def show_cells(
    zones: pd.DataFrame, membership: pd.DataFrame, atoms: pd.DataFrame, stays: pd.DataFrame, spots: pd.DataFrame
) -> pd.DataFrame:
    """Return what each cell shows.

    Parameters
    ----------
    zones : zone_id, class, rank.
    membership : atom (number), zone_id.
    atoms : the atoms table, for the cell of each unit atom's representative point.
    stays : hours, live.
    spots : cell of each stay.

    Returns
    -------
    One row a cell in a zone or with risk: cell (uint64), class and zone_id (of the strictest atom whose representative
    point it holds; None outside), rank (0 outside), hours (person-hours), risk (0 none, 1 to 4).
    """
    numbers = membership["atom"].to_numpy(np.uint64)
    unit = numbers < len(atoms)
    cell = numbers.copy()
    cell[unit] = atoms["cell"].to_numpy(np.uint64)[numbers[unit].astype(np.int64)]
    held = pd.DataFrame({"cell": cell, "zone_id": membership["zone_id"].to_numpy(object)})
    held = held.merge(zones[["zone_id", "class", "rank"]], on="zone_id").sort_values(["cell", "rank", "zone_id"])
    shown = held.drop_duplicates("cell").set_index("cell")
    there = stays["live"].to_numpy(bool) & (spots["cell"] != 0).to_numpy()
    hours = stays["hours"][there].groupby(spots["cell"].to_numpy(np.uint64)[there]).sum()
    cells = pd.Index(np.union1d(shown.index.to_numpy(np.uint64), hours.index.to_numpy(np.uint64)), name="cell")
    table = shown.reindex(cells).assign(hours=hours.reindex(cells).fillna(0.0))
    table["rank"] = table["rank"].fillna(0).astype(int)
    for name in ("class", "zone_id"):
        table[name] = table[name].astype(object).where(table[name].notna(), None)
    return table.assign(risk=_quantiles(table["hours"])).reset_index()[
        ["cell", "class", "rank", "zone_id", "hours", "risk"]
    ]


def _quantiles(hours: pd.Series) -> np.ndarray:
    """Return 0 for cells without hours, else the quantile class of the hours; equal hours share the lower class."""
    some = (hours > 0).to_numpy()
    place = hours[some].rank(method="min", pct=True).to_numpy()
    risk = np.zeros(len(hours), np.int64)
    risk[some] = np.clip(np.ceil(place * CLASSES), 1, CLASSES)
    return risk
