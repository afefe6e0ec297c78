"""Footprints of units near a place: found by one tree over the outlines in degrees, in metres only those asked for.

A city in metres beside the city in degrees would double what is held of it, for the few that lie near a fact.
"""

import numpy as np
import pandas as pd
import shapely

from zoning.geometry import Floats, Frame, Ints, Shapes
from zoning.once import once

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
    rows, tree = _tree(units)
    owner, found = tree.query(_boxes(shapes, reach))
    return owner, rows[found], in_metres(rows[found], units, frame)


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
    distinct, each = np.unique(rows, return_inverse=True)
    return np.asarray(frame.to_metres(units["geometry"].to_numpy(object)[distinct]), object)[each]


@once
def _tree(units: pd.DataFrame) -> tuple[Ints, shapely.STRtree]:
    rows = np.flatnonzero(units["own"].to_numpy(bool))
    return rows, shapely.STRtree(units["geometry"].to_numpy(object)[rows])


def _boxes(shapes: Shapes, reach: float | Floats) -> Shapes:
    """Return boxes in degrees that hold all within reach: a metre of the plane is at most one on the ground."""
    west, south, east, north = shapely.bounds(shapes).T
    up = (np.asarray(reach) + _BEND_M) / _DEGREE_M
    far = np.maximum(np.abs(south), np.abs(north)) + up
    across = up / np.cos(np.radians(np.minimum(far, 89.9)))
    return np.asarray(shapely.box(west - across, south - up, east + across, north + up), object)
