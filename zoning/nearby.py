"""What of a city lies near a place: found over what is held in degrees, and put into metres only where it is asked for.

A city in metres beside the city in degrees would double what is held of it, for the few that lie near a fact.
"""

import numpy as np
import pandas as pd
import shapely

from zoning.geometry import Floats, Frame, Ints, Shapes
from zoning.lookup import lenders, ranges, spread
from zoning.once import once

_STRIP, _STRIP_KEY = 0.005, 1000  # degrees; apart by more than any latitude
_DEGREE_M = 110_000.0  # a degree of latitude is nowhere shorter
_BEND_M = 10.0  # an edge that is straight in degrees is bent in the plane: by less than this where it is 10 km long


def near_footprints(
    shapes: Shapes, reach: float | Floats, units: pd.DataFrame, frame: Frame
) -> tuple[Ints, Ints, Shapes]:
    """Return the footprints that may come near some shapes: none that does is left out, some are a little farther.

    Parameters
    ----------
    shapes : (n,) points or footprints, WGS84.
    reach : metres of the plane, one for all or (n,); 0 asks for what the shapes meet.
    units : of `make_units`.
    frame : plane in metres.

    Returns
    -------
    owner : (m,) position in `shapes`; row : (m,) of `units`, only such as have an outline of their own; footprint :
    (m,) shapely geometries, metres.
    """
    rows, tree = _footprints(units)
    owner, found, shape = near(shapes, reach, tree, frame)
    return owner, rows[found], shape


def atoms_met(shapes: Shapes, units: pd.DataFrame, atoms: pd.DataFrame) -> tuple[Ints, Ints]:
    """Return the atoms of units whose footprints some shapes meet; one without its own has that of the unit around it.

    Parameters
    ----------
    shapes : (n,) shapely geometries, WGS84.
    units, atoms : of `make_units`.

    Returns
    -------
    owner : (m,) position in `shapes`; row : (m,) of `atoms`.
    """
    rows, tree = _footprints(units)
    owner, found = tree.query(shapes, "intersects")
    lender, by_lender = _by_lender(units, atoms)
    of, place = spread(lender, rows[found])
    return owner[of], by_lender[place]


@once
def _by_lender(units: pd.DataFrame, atoms: pd.DataFrame) -> tuple[Ints, Ints]:
    """Whose footprint atoms have, in order, and the atoms by it."""
    lender = lenders(units["own"].to_numpy(bool), units["parent"].to_numpy(np.int64))[atoms["unit"].to_numpy(np.int64)]
    order = np.argsort(lender, kind="stable")
    return lender[order], order


def near(shapes: Shapes, reach: float | Floats, tree: shapely.STRtree, frame: Frame) -> tuple[Ints, Ints, Shapes]:
    """Return what may come near some shapes: nothing that does is left out, some lies a little farther.

    Parameters
    ----------
    shapes : (n,) shapely geometries, WGS84.
    reach : metres of the plane, one for all or (n,); 0 asks for what the shapes meet.
    tree : over shapes in WGS84.
    frame : plane in metres.

    Returns
    -------
    owner : (m,) position in `shapes`; found : (m,) position in the tree; shape : (m,) shapely geometries, metres.
    """
    owner, found = tree.query(_boxes(shapes, reach))
    return owner, found, _in_metres(found, tree.geometries, frame)


def in_metres(rows: Ints, units: pd.DataFrame, frame: Frame) -> Shapes:
    """Return footprints in the plane.

    Parameters
    ----------
    rows : (n,) of `units`, repeats among them.
    units : of `make_units`.
    frame : plane in metres.

    Returns
    -------
    (n,) shapely geometries; None for a unit that is on no map.
    """
    return _in_metres(rows, units["geometry"].to_numpy(object), frame)


def _in_metres(rows: Ints, shapes: Shapes, frame: Frame) -> Shapes:
    distinct, each = np.unique(rows, return_inverse=True)
    return np.asarray(frame.to_metres(shapes[distinct]), object)[each]


@once
def road_tree(roads: pd.DataFrame) -> shapely.STRtree:
    """Return the tree of roads.

    Parameters
    ----------
    roads : contract `roads`.

    Returns
    -------
    STRtree in WGS84, by row of the table.
    """
    return shapely.STRtree(roads["geometry"].to_numpy(object))


class Points:
    """Points in strips of longitude, in order of latitude: what holds them is found without an object for each."""

    def __init__(self, lng: Floats, lat: Floats) -> None:
        keys = _strip(lng) * _STRIP_KEY + lat
        self._rows = np.argsort(keys, kind="stable")
        self._keys, self._lng, self._lat = keys[self._rows], lng, lat

    def inside(self, shapes: Shapes) -> tuple[Ints, Ints]:
        """Return every point that each shape meets.

        Parameters
        ----------
        shapes : (n,) shapely geometries, WGS84.

        Returns
        -------
        owner : (m,) position in `shapes`, in order; row : (m,) position of the point.
        """
        west, south, east, north = np.nan_to_num(shapely.bounds(shapes)).T
        first, last = _strip(west), _strip(east)
        owner, strip = ranges(first, last + 1)
        low = np.searchsorted(self._keys, strip * _STRIP_KEY + south[owner])
        high = np.searchsorted(self._keys, strip * _STRIP_KEY + north[owner], "right")
        of, place = ranges(low, high)
        owner, row = owner[of], self._rows[place]
        shapely.prepare(shapes)
        held = shapely.intersects_xy(shapes[owner], self._lng[row], self._lat[row])
        return owner[held], row[held]


@once
def placed(atoms: pd.DataFrame) -> Points:
    """Return the representative points of unit atoms.

    Parameters
    ----------
    atoms : of `make_units`.

    Returns
    -------
    Points, by row of the table.
    """
    return Points(atoms["lng"].to_numpy(float), atoms["lat"].to_numpy(float))


def _strip(lng: Floats) -> Ints:
    return np.floor(lng / _STRIP).astype(np.int64)


@once
def _footprints(units: pd.DataFrame) -> tuple[Ints, shapely.STRtree]:
    rows = np.flatnonzero(units["own"].to_numpy(bool))
    return rows, shapely.STRtree(units["geometry"].to_numpy(object)[rows])


def _boxes(shapes: Shapes, reach: float | Floats) -> Shapes:
    """Return boxes in degrees that hold all within reach: a metre of the plane is at most one on the ground."""
    west, south, east, north = shapely.bounds(shapes).T
    up = (np.asarray(reach) + _BEND_M) / _DEGREE_M
    far = np.maximum(np.abs(south), np.abs(north)) + up
    across = up / np.cos(np.radians(np.minimum(far, 89.9)))
    return np.asarray(shapely.box(west - across, south - up, east + across, north + up), object)
