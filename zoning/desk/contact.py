"""In how many parts ground lies, and how many holes it has; by cells, so that a street between houses parts nothing."""

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from zoning.geometry import Cells, disks


def parts_and_holes(cells: Cells) -> tuple[int, int]:
    """Count the parts and holes of ground.

    Cells that share an edge are one part. Euler: parts less holes = cells - pairs that touch + threes that meet.

    Parameters
    ----------
    cells : (n,) uint64 of one resolution, in any order; 0 is nowhere.

    Returns
    -------
    parts, holes.
    """
    held = np.unique(cells[cells > 0])
    if not len(held):
        return 0, 0
    owner, member = disks(held, 1)
    at = np.searchsorted(held, member)
    hit = (at < len(held)) & (np.append(held, np.uint64(0))[at] == member) & (at != owner)
    ends = owner[hit], at[hit]
    touch = csr_array((np.ones(len(ends[0]), np.int32), ends), shape=(len(held), len(held)))
    parts = int(connected_components(touch, directed=False)[0])
    threes = int((touch @ touch).multiply(touch).sum()) // 6
    return parts, parts - (len(held) - len(ends[0]) // 2 + threes)
