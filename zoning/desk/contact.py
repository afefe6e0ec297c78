"""In how many parts ground lies, and how many holes it has; by cells, so that a street between houses parts nothing.

Euler: parts less holes = cells - pairs that touch + threes that meet. Zones are mostly small, and then sets are quicker
than arrays; the rings of cells are found once.
"""

from collections.abc import Iterable

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from zoning.geometry import Cells, cell_centres, disks

_SMALL = 1500
Rings = dict[int, tuple[int, ...]]


def find_rings(cells: Iterable[int], known: Rings) -> None:
    """Find the neighbours of cells.

    Parameters
    ----------
    cells : of one resolution.
    known : gets those that are not there: cell -> its neighbours in the order of a walk around it.
    """
    fresh = [cell for cell in cells if cell not in known]
    if not fresh:
        return
    owner, member = disks(np.array(fresh, np.uint64), 1)
    others = member != np.array(fresh, np.uint64)[owner]
    owner, member = owner[others], member[others]
    (lng, lat), (lng0, lat0) = cell_centres(member), cell_centres(np.array(fresh, np.uint64))
    east = (lng - lng0[owner] + 180) % 360 - 180
    angle = np.arctan2(lat - lat0[owner], east * np.cos(np.radians(lat0[owner])))
    order = np.lexsort((angle, owner))
    cuts = np.searchsorted(owner[order], np.arange(1, len(fresh)))
    walks = [part.tolist() for part in np.split(member[order], cuts)]
    known.update(zip(fresh, map(tuple, walks), strict=True))


def parts_and_holes(cells: set[int], rings: Rings | None = None) -> tuple[int, int]:
    """Count the parts and holes of ground; cells that share an edge are one part.

    Parameters
    ----------
    cells : of one resolution; 0 is nowhere.
    rings : of `find_rings`, where they are kept.

    Returns
    -------
    parts, holes.
    """
    held = cells - {0}
    if len(held) > _SMALL:
        return _of_many(np.array(sorted(held), np.uint64))
    rings = {} if rings is None else rings
    find_rings(held, rings)
    pairs = threes = 0
    for cell in held:
        around = rings[cell]
        before = around[-1] in held
        for other in around:
            here = other in held
            if here:
                pairs += 1
                threes += before
            before = here
    parts = _parts(held, rings)
    return parts, parts - (len(held) - pairs // 2 + threes // 3)


def _parts(held: set[int], rings: Rings) -> int:
    left, parts = set(held), 0
    while left:
        parts, edge = parts + 1, [left.pop()]
        while edge:
            near = left.intersection(rings[edge.pop()])
            left -= near
            edge += near
    return parts


def _of_many(held: Cells) -> tuple[int, int]:
    owner, member = disks(held, 1)
    at = np.searchsorted(held, member)
    hit = (at < len(held)) & (np.append(held, np.uint64(0))[at] == member) & (at != owner)
    ends = owner[hit], at[hit]
    touch = csr_array((np.ones(len(ends[0]), np.int32), ends), shape=(len(held), len(held)))
    parts = int(connected_components(touch, directed=False)[0])
    threes = int((touch @ touch).multiply(touch).sum()) // 6
    return parts, parts - (len(held) - len(ends[0]) // 2 + threes)
