"""Shapes as flat arrays: what a tile needs of a geometry, without an object for each.

A feature has rings (of a polygon), lines or one run of points; a ring has vertices. Two offset arrays say which.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

POINT, LINE, POLYGON = 1, 2, 3
# Kind of a geometry by shapely's type id: point, line, ring, polygon, and their multiples.
_KIND = np.array([POINT, LINE, LINE, POLYGON, POINT, LINE, POLYGON, 0], np.int64)


def spans(starts: Ints, sizes: Ints) -> Ints:
    """Return the positions start, start + 1, ... of many runs, one after the other.

    Parameters
    ----------
    starts, sizes : (n,) first position and length of each run.

    Returns
    -------
    (sum of sizes,) positions.
    """
    ends = np.cumsum(sizes)
    total = int(ends[-1]) if len(ends) else 0
    return np.arange(total, dtype=np.int64) + np.repeat(starts - (ends - sizes), sizes).astype(np.int64)


def offsets(sizes: Ints) -> Ints:
    """Return the offsets of runs of given sizes.

    Parameters
    ----------
    sizes : (n,) lengths.

    Returns
    -------
    (n + 1,) offsets, the first 0.
    """
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes, dtype=np.int64)])


@dataclass(frozen=True)
class Ragged:
    """Features as flat arrays.

    `xy` (v, 2) vertices; `ring` (r + 1,) offsets into xy; `outer` (r,) True for a ring that starts a new part;
    `feature` (f + 1,) offsets into the rings; `kind` (f,) POINT, LINE or POLYGON. Rings repeat their first vertex.
    """

    xy: Any
    ring: Ints
    outer: Flags
    feature: Ints
    kind: Ints

    def __len__(self) -> int:
        return len(self.kind)

    def take(self, index: Ints) -> "Ragged":
        """Return some features in the given order.

        Parameters
        ----------
        index : (n,) positions of features.

        Returns
        -------
        A Ragged of n features.
        """
        n_rings = np.diff(self.feature)[index]
        rings = spans(self.feature[index], n_rings)
        n_xy = np.diff(self.ring)[rings]
        vertices = spans(self.ring[rings], n_xy)
        return Ragged(self.xy[vertices], offsets(n_xy), self.outer[rings], offsets(n_rings), self.kind[index])

    def keep_rings(self, keep: Flags) -> "Ragged":
        """Return the same features with some of their rings only; a feature may be left without any.

        Parameters
        ----------
        keep : (r,) which rings stay.

        Returns
        -------
        A Ragged of as many features.
        """
        sizes = np.diff(self.ring)
        left = np.diff(np.concatenate([[0], np.cumsum(keep)])[self.feature])
        return Ragged(self.xy[np.repeat(keep, sizes)], offsets(sizes[keep]), self.outer[keep], offsets(left), self.kind)


def join(first: Ragged, second: Ragged) -> Ragged:
    """Return the features of one Ragged and then those of another.

    Parameters
    ----------
    first, second : of the same units.

    Returns
    -------
    A Ragged of all features.
    """
    return Ragged(
        np.concatenate([first.xy, second.xy]),
        np.concatenate([first.ring, second.ring[1:] + first.ring[-1]]),
        np.concatenate([first.outer, second.outer]),
        np.concatenate([first.feature, second.feature[1:] + first.feature[-1]]),
        np.concatenate([first.kind, second.kind]),
    )


def kinds(shapes: Any) -> Ints:
    """Return what each geometry is drawn as.

    Parameters
    ----------
    shapes : (n,) shapely geometries; None and empty ones are allowed.

    Returns
    -------
    (n,) POINT, LINE, POLYGON, or 0 for nothing and for a collection.
    """
    found = _KIND[shapely.get_type_id(shapes)]
    return np.where(shapely.is_empty(shapes) | shapely.is_missing(shapes), 0, found)


def flatten(shapes: Any, kind: Ints) -> Ragged:
    """Return shapely geometries as flat arrays.

    Parameters
    ----------
    shapes : (n,) geometries; of a collection only the parts of the wanted kind are taken.
    kind : (n,) what each is drawn as; a feature whose parts are all of another kind has no rings.

    Returns
    -------
    A Ragged of n features.
    """
    parts, owner = shapely.get_parts(shapes, return_index=True)
    right = kinds(parts) == kind[owner]
    parts, owner = parts[right], owner[right]
    rings, part = _rings(parts, kind[owner] == POLYGON)
    outer = np.diff(part, prepend=-1) > 0
    xy, of_ring = shapely.get_coordinates(rings, return_index=True)
    sizes = np.bincount(of_ring, minlength=len(rings))
    # The points of one feature are one run: a tile writes them with a single MoveTo.
    own = owner[part]
    new = (kind[own] != POINT) | (np.diff(own, prepend=-1) > 0)
    sizes = np.add.reduceat(sizes, np.flatnonzero(new)) if len(sizes) else sizes
    counts = np.bincount(own[new], minlength=len(kind))
    return Ragged(xy, offsets(sizes), outer[new], offsets(counts), np.asarray(kind))


def _rings(parts: Any, solid: Flags) -> tuple[Any, Ints]:
    """Return the rings of polygons and the other parts as they are, in order, with the part of each."""
    rings, of_polygon = shapely.get_rings(parts[solid], return_index=True)
    part = np.concatenate([np.flatnonzero(solid)[of_polygon], np.flatnonzero(~solid)])
    order = np.argsort(part, kind="stable")
    return np.concatenate([rings, parts[~solid]])[order], part[order]
