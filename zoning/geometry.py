"""Cells and polygons, degrees and metres: the only module that knows that H3 takes lat,lng and GeoJSON lng,lat.

Everything outside is WGS84 lng,lat; metres exist only between `Frame.to_metres` and `Frame.to_degrees`.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely
from h3ronpy import cells_parse, cells_to_string, grid_disk
from h3ronpy.vector import (
    ContainmentMode,
    cells_to_coordinates,
    cells_to_wkb_polygons,
    coordinates_to_cells,
    wkb_to_cells,
)
from pyproj import Transformer
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

Cells = npt.NDArray[np.uint64]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Shapes = npt.NDArray[np.object_]


def points_to_cells(lng: Floats, lat: Floats, resolution: int) -> Cells:
    """Return the H3 cell of each point.

    Parameters
    ----------
    lng, lat : (n,) degrees, WGS84; NaN where a point is missing.
    resolution : H3 resolution, 0 to 15.

    Returns
    -------
    (n,) uint64 cells; 0 where the point is missing.
    """
    lng, lat = np.asarray(lng, np.float64), np.asarray(lat, np.float64)
    cells = np.zeros(len(lng), np.uint64)
    known = np.isfinite(lng) & np.isfinite(lat)
    if known.any():
        found = coordinates_to_cells(lat[known], lng[known], int(resolution))
        cells[known] = pa.array(found).to_numpy(zero_copy_only=False)
    return cells


def cell_centres(cells: Cells) -> tuple[Floats, Floats]:
    """Return the centres of cells.

    Parameters
    ----------
    cells : (n,) uint64.

    Returns
    -------
    lng, lat : (n,) degrees, WGS84.
    """
    if not len(cells):
        return np.empty(0), np.empty(0)
    batch = pa.record_batch(cells_to_coordinates(np.asarray(cells, np.uint64)))
    return batch.column("lng").to_numpy(), batch.column("lat").to_numpy()


def cell_polygons(cells: Cells) -> Shapes:
    """Return the outline of each cell.

    Parameters
    ----------
    cells : (n,) uint64.

    Returns
    -------
    (n,) shapely Polygons, WGS84.
    """
    if not len(cells):
        return np.empty(0, object)
    wkb = pa.array(cells_to_wkb_polygons(np.asarray(cells, np.uint64))).to_numpy(zero_copy_only=False)
    shapes: Shapes = np.asarray(shapely.from_wkb(wkb), object)
    return shapes


def cells_to_text(cells: Cells) -> list[str]:
    """Return cells as the hex strings used at every border.

    Parameters
    ----------
    cells : (n,) uint64, valid H3 indexes.

    Returns
    -------
    n strings of 15 characters.
    """
    return list(pa.array(cells_to_string(np.asarray(cells, np.uint64))).to_pylist()) if len(cells) else []


def text_to_cells(text: list[str]) -> Cells:
    """Return hex strings as uint64 cells.

    Parameters
    ----------
    text : n strings; what is no H3 cell becomes 0.

    Returns
    -------
    (n,) uint64.
    """
    if not text:
        return np.empty(0, np.uint64)
    found = pa.array(cells_parse(pa.array(text, pa.large_utf8()), set_failing_to_invalid=True))
    return np.asarray(found.fill_null(0).to_numpy(zero_copy_only=False), np.uint64)


def resolutions(cells: Cells) -> Ints:
    """Return the resolution of each cell, by the bits of the index.

    Parameters
    ----------
    cells : (n,) uint64; 0 gives 0.

    Returns
    -------
    (n,) 0 to 15.
    """
    return ((cells >> np.uint64(52)) & np.uint64(15)).astype(np.int64)


def parents(cells: Cells, resolution: int) -> Cells:
    """Return the cell of a coarser resolution around each cell, by the bits of the index.

    Parameters
    ----------
    cells : (n,) uint64; 0 stays 0.
    resolution : of the parents, not finer than the cells.

    Returns
    -------
    (n,) uint64.
    """
    cells = np.asarray(cells, np.uint64)
    unused = np.uint64((1 << (3 * (15 - resolution))) - 1)
    up = (cells & ~np.uint64(15 << 52)) | np.uint64(resolution << 52) | unused
    return np.where(cells == 0, cells, up)


def disks(cells: Cells, k: int) -> tuple[Ints, Cells]:
    """Return every cell within k steps of each cell.

    Parameters
    ----------
    cells : (n,) uint64.
    k : number of rings; 0 gives the cells themselves.

    Returns
    -------
    owner : (m,) position in `cells`; member : (m,) uint64 cells of its disk.
    """
    if not len(cells):
        return np.empty(0, np.int64), np.empty(0, np.uint64)
    lists = pa.array(grid_disk(np.asarray(cells, np.uint64), int(k)))
    sizes = np.diff(np.asarray(lists.offsets))
    return np.repeat(np.arange(len(cells)), sizes), lists.flatten().to_numpy(zero_copy_only=False)


def cover(polygons: Shapes, resolution: int, touch: bool) -> tuple[Ints, Cells]:
    """Return the cells that hold each polygon.

    Parameters
    ----------
    polygons : (n,) shapely polygons, WGS84.
    resolution : H3 resolution.
    touch : True takes every cell that the polygon touches, False those whose centre it holds.

    Returns
    -------
    owner : (m,) position in `polygons`; member : (m,) uint64 cells.
    """
    if not len(polygons):
        return np.empty(0, np.int64), np.empty(0, np.uint64)
    mode = ContainmentMode.Covers if touch else ContainmentMode.ContainsCentroid
    wkb = pa.array(shapely.to_wkb(polygons).tolist(), pa.binary())
    lists = pa.array(wkb_to_cells(wkb, int(resolution), mode, flatten=False))
    sizes = np.diff(np.asarray(lists.offsets))
    return np.repeat(np.arange(len(polygons)), sizes), lists.flatten().to_numpy(zero_copy_only=False)


def components(n: int, left: Ints, right: Ints) -> Ints:
    """Return the connected component of each of n nodes.

    Parameters
    ----------
    n : number of nodes.
    left, right : (m,) the two ends of each edge.

    Returns
    -------
    (n,) component numbers, in order of the first node of each.
    """
    graph = coo_array((np.ones(len(left), np.int8), (left, right)), shape=(n, n))
    _, labels = connected_components(graph, directed=False)
    _, first, numbers = np.unique(labels, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[numbers]


@lru_cache(maxsize=64)
def _transformers(lng0: int) -> tuple[Transformer, Transformer]:
    plane = f"+proj=tmerc +lat_0=0 +lon_0={lng0} +k=1 +x_0=0 +y_0=0 +ellps=WGS84 +units=m"
    return Transformer.from_crs("EPSG:4326", plane, always_xy=True), Transformer.from_crs(
        plane, "EPSG:4326", always_xy=True
    )


@dataclass(frozen=True)
class Frame:
    """A local plane in metres: transverse Mercator on a whole meridian, scale 1 (3 in 100,000 off at 50 km)."""

    lng0: int

    @classmethod
    def around(cls, lng: Floats) -> "Frame":
        """Return the plane on the whole meridian nearest to the median of some longitudes.

        Parameters
        ----------
        lng : (n,) degrees; NaN is passed over; none at all gives the meridian 0.

        Returns
        -------
        A Frame.
        """
        known = np.asarray(lng, np.float64)
        known = known[np.isfinite(known)]
        return cls(round(float(np.median(known))) if len(known) else 0)

    def to_metres(self, shapes: Any) -> Any:
        """Return shapes in metres of this plane.

        Parameters
        ----------
        shapes : one shapely geometry or an array of them, WGS84.

        Returns
        -------
        The same in metres.
        """
        return shapely.transform(shapes, _transformers(self.lng0)[0].transform, interleaved=False)

    def to_degrees(self, shapes: Any) -> Any:
        """Return shapes of this plane in WGS84 degrees.

        Parameters
        ----------
        shapes : one shapely geometry or an array of them, metres.

        Returns
        -------
        The same in lng, lat.
        """
        return shapely.transform(shapes, _transformers(self.lng0)[1].transform, interleaved=False)
