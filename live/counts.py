"""Counts of cases that may leave: floors of five by cell, and totals that are sums of such floors.

A floor of five says of a cell with less than five nothing at all. A total of the true counts would: two cells that show
0 and 5, with a total of 10, give away that the first has one case at least. So every total is the sum of the floors
('at least'), which nobody can subtract anything from; the same holds of two snapshots. Two resolutions of one outbreak
would tie cells to their parents, so the resolution is fixed by the first publication. That a zone rests on a case at
all is told by its being there, as on any notice; how many is not.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from zoning.geometry import Cells, Ints, parents
from zoning.pipeline import Plan
from zoning.settings import FINEST_COUNTS

K = 5  # the smallest count that is told
FINEST = FINEST_COUNTS


@dataclass(frozen=True)
class Counts:
    """Case counts that may leave: H3 cells (n,) of one resolution in order, and `at_least` (n,), multiples of K."""

    resolution: int
    cells: Cells
    at_least: Ints

    @property
    def total(self) -> int:
        """The sum of what the cells tell, and so a lower bound of all cases with a known home."""
        return int(self.at_least.sum())


def floors(counts: Ints) -> Ints:
    """Return counts as they may be told.

    Parameters
    ----------
    counts : (n,) true counts, 0 or more.

    Returns
    -------
    (n,) the largest multiples of K that are not larger.
    """
    found: Ints = counts - counts % K
    return found


def floor(count: float | None) -> int | None:
    """Return one count as it may be told.

    Parameters
    ----------
    count : true count; None or NaN is not known.

    Returns
    -------
    The largest multiple of K that is not larger, or None.
    """
    return None if count is None or pd.isna(count) else int(count) // K * K


def tell_counts(homes: Cells, resolution: int) -> Counts:
    """Count the homes of cases by cell, as far as it may be told.

    Parameters
    ----------
    homes : (n,) H3 cell of each case's home, of any resolution from `resolution` on.
    resolution : of the cells that are told; a finer one than FINEST is taken as that.

    Returns
    -------
    Counts; a cell with less than K is not in it.
    """
    resolution = min(resolution, FINEST)
    cells, counts = np.unique(parents(homes, resolution), return_counts=True)
    told = floors(counts.astype(np.int64))
    return Counts(resolution, cells[told > 0], told[told > 0])


def count_cases(plan: Plan, resolution: int) -> Counts:
    """Count the cases of a plan by the cells of their homes, as far as it may be told.

    Parameters
    ----------
    plan : as derived.
    resolution : H3; that of the plan's own cells where these are coarser.

    Returns
    -------
    Counts of all cases that count by the pack, whose home is known, and that were reported by then.
    """
    stays = plan.stays
    homes = stays[(stays["trigger"] == "residence") & ~stays["ghost"].astype(bool) & stays["known"].astype(bool)]
    cells = homes.drop_duplicates("case_id")["cell"].to_numpy(np.uint64)
    return tell_counts(cells, min(resolution, plan.settings.resolution))
