"""Tiles of a plan: prepared once a revision, cut so that a tile costs what it holds and not the city.

Mercator here means web mercator scaled to 0..1, y down: tile (z, x, y) is the square at (x, y) / 2**z.
"""

import gzip
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from layers._base import Part
from layers.mvt import EXTENT, Column, Value, encode_layer, encode_value
from layers.ragged import POINT, POLYGON, Flags, Floats, Ints, Ragged, flatten, join, kinds

BUFFER = 256  # tile units kept around a tile, so that a line drawn along a cut lies outside the picture
MAX_ZOOM = 22
_SHORTEST = np.array([1, 1, 2, 3])  # vertices that a run needs, by kind


@dataclass(frozen=True)
class Prepared:
    """One tile layer ready to be cut: mercator shapes, the same as flat arrays, their bounds, index and columns."""

    name: str
    zooms: tuple[int, int]
    shapes: Any
    flat: Ragged
    bounds: Floats
    tree: Any
    first: Ints
    columns: dict[str, Column]


def to_mercator(lnglat: Floats) -> Floats:
    """Return positions on the web mercator square.

    Parameters
    ----------
    lnglat : (n, 2) degrees, WGS84; latitudes beyond 85.06 are drawn at the edge.

    Returns
    -------
    (n, 2) x, y in 0..1, y down.
    """
    lat = np.radians(np.clip(lnglat[:, 1], -85.051129, 85.051129))
    return np.column_stack([(lnglat[:, 0] + 180) / 360, (1 - np.arcsinh(np.tan(lat)) / np.pi) / 2])


def _column(values: Sequence[Value | None]) -> Column:
    """Factorise one attribute; None and NaN are absent; True and 1 stay apart."""
    known: dict[tuple[type, Value], int] = {}
    codes = np.full(len(values), -1, np.int64)
    for k, value in enumerate(values):
        if value is not None and value == value:
            codes[k] = known.setdefault((type(value), value), len(known))
    return Column([encode_value(value) for _, value in known], codes)


def prepare(part: Part) -> Prepared:
    """Project a part, mend what is invalid, and index it.

    Parameters
    ----------
    part : WGS84 shapes with their attributes.

    Returns
    -------
    A Prepared without the shapes that are missing or empty.
    """
    shapes = np.asarray(part.shapes, object)
    kept = np.flatnonzero(kinds(shapes)).tolist()
    shapes = shapely.transform(shapes[kept], to_mercator)
    kind = kinds(shapes)
    broken = (kind == POLYGON) & ~shapely.is_valid(shapes)
    shapes[broken] = shapely.make_valid(shapes[broken])
    columns = {key: _column([values[k] for k in kept]) for key, values in part.columns.items()}
    first = np.zeros(len(part.shapes), np.int64) if part.first is None else np.asarray(part.first, np.int64)
    return Prepared(
        part.name,
        part.zooms,
        shapes,
        flatten(shapes, kind),
        shapely.bounds(shapes).reshape(-1, 4),
        shapely.STRtree(shapes),
        first[kept],
        columns,
    )


def _clip(shapes: Any, kind: Ints, box: tuple[float, ...]) -> Any:
    """Cut shapes to a rectangle; the quick way may leave a polygon invalid, which is then cut the exact way."""
    cut = shapely.clip_by_rect(shapes, *box)
    wrong = (kind == POLYGON) & ~shapely.is_valid(cut)
    cut[wrong] = shapely.intersection(shapes[wrong], shapely.box(*box))
    return cut


def _closed_area(flat: Ragged) -> Ints:
    """Return twice the signed area of each ring whose closing vertex is left out."""
    sizes = np.diff(flat.ring)
    following = np.arange(len(flat.xy)) + 1
    following[flat.ring[1:] - 1] = flat.ring[:-1]
    x, y = flat.xy[:, 0], flat.xy[:, 1]
    cross = x * y[following] - x[following] * y
    return np.add.reduceat(cross, flat.ring[:-1]) if len(sizes) else np.empty(0, np.int64)


def _thin(flat: Ragged) -> Ragged:
    """Drop vertices that repeat the one before, and the closing vertex of rings."""
    sizes = np.diff(flat.ring)
    kind = np.repeat(np.repeat(flat.kind, np.diff(flat.feature)), sizes)
    keep = (np.diff(flat.xy, axis=0, prepend=flat.xy[:1] - 1) != 0).any(axis=1) | (kind == POINT)
    keep[flat.ring[:-1][sizes > 0]] = True
    last = flat.ring[1:][sizes > 0] - 1
    keep[last[kind[last] == POLYGON]] = False
    left = np.concatenate([np.zeros(1, np.int64), np.cumsum(keep)])[flat.ring]
    # A ring that comes back to its start by way of repeats still ends on it.
    thin = Ragged(flat.xy[keep], left, flat.outer, flat.feature, flat.kind)
    return thin if (kind != POLYGON).all() else _unclose(thin)


def _unclose(flat: Ragged) -> Ragged:
    """Drop the last vertex of rings that still end where they start."""
    sizes = np.diff(flat.ring)
    kind = np.repeat(flat.kind, np.diff(flat.feature))
    some = np.flatnonzero((sizes > 1) & (kind == POLYGON))
    first, last = flat.ring[some], flat.ring[some + 1] - 1
    again = last[(flat.xy[first] == flat.xy[last]).all(axis=1)]
    keep = np.ones(len(flat.xy), bool)
    keep[again] = False
    left = np.concatenate([np.zeros(1, np.int64), np.cumsum(keep)])[flat.ring]
    return Ragged(flat.xy[keep], left, flat.outer, flat.feature, flat.kind)


def _sound_rings(flat: Ragged, area: Ints) -> Flags:
    """Return which rings can be drawn: with an area if they are closed, and not a hole in nothing."""
    kind = np.repeat(flat.kind, np.diff(flat.feature))
    sound = (kind != POLYGON) | (area != 0)
    part = np.cumsum(flat.outer) - 1
    return np.asarray(sound & sound[flat.outer][part])


def snap(flat: Ragged, z: int, x: int, y: int) -> tuple[Ragged, Ints]:
    """Move mercator shapes to the grid of a tile, drop what vanishes there, and wind the rings as tiles want them.

    Parameters
    ----------
    flat : features in mercator, rings closed.
    z, x, y : the tile.

    Returns
    -------
    features in tile units as `mvt.encode_layer` takes them; (n,) positions of those that are left.
    """
    grid = np.rint((flat.xy * 2.0**z - np.array([x, y])) * EXTENT).astype(np.int64)
    thin = _thin(Ragged(grid, flat.ring, flat.outer, flat.feature, flat.kind))
    kind = np.repeat(thin.kind, np.diff(thin.feature))
    long = np.diff(thin.ring) >= _SHORTEST[kind]
    part = np.cumsum(thin.outer) - 1
    thin = thin.keep_rings(long & long[thin.outer][part])
    thin = thin.keep_rings(_sound_rings(thin, _closed_area(thin)))
    left = np.flatnonzero(np.diff(thin.feature))
    return _wind(thin.take(left)), left


def _wind(flat: Ragged) -> Ragged:
    """Turn rings so that outer ones are clockwise on the screen (positive with y down) and holes the other way."""
    kind = np.repeat(flat.kind, np.diff(flat.feature))
    turn = (kind == POLYGON) & ((_closed_area(flat) > 0) != flat.outer)
    sizes = np.diff(flat.ring)
    at = np.arange(len(flat.xy))
    mirror = np.repeat(flat.ring[:-1] + flat.ring[1:] - 1, sizes) - at
    xy = flat.xy[np.where(np.repeat(turn, sizes), mirror, at)]
    return Ragged(xy, flat.ring, flat.outer, flat.feature, flat.kind)


def cut(layer: Prepared, z: int, x: int, y: int) -> bytes:
    """Write one layer of one tile.

    Parameters
    ----------
    layer : from `prepare`.
    z, x, y : the tile, 0 <= x, y < 2**z.

    Returns
    -------
    Bytes of the layer; empty where it has nothing here or is not drawn at this zoom.
    """
    low, high = layer.zooms
    if not low <= z <= high or not len(layer.flat):
        return b""
    edge = BUFFER / EXTENT
    box = tuple(v / 2.0**z for v in (x - edge, y - edge, x + 1 + edge, y + 1 + edge))
    near = np.sort(layer.tree.query(shapely.box(*box)))
    near = near[layer.first[near] <= z]
    if not len(near):
        return b""
    bounds = layer.bounds[near]
    whole = ((bounds[:, :2] >= box[:2]) & (bounds[:, 2:] <= box[2:])).all(axis=1)
    flat = layer.flat.take(near[whole])
    if not whole.all():
        kind = layer.flat.kind[near[~whole]]
        order = np.argsort(np.concatenate([np.flatnonzero(whole), np.flatnonzero(~whole)]))
        flat = join(flat, flatten(_clip(layer.shapes[near[~whole]], kind, box), kind)).take(order)
    snapped, left = snap(flat, z, x, y)
    near = near[left]
    columns = {key: Column(c.values, c.codes[near]) for key, c in layer.columns.items()}
    return encode_layer(layer.name, snapped, near.astype(np.uint64) + np.uint64(1), columns)


class TileSet:
    """The layers of one map source; each is prepared when a tile first needs it, and not changed after."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self._parts = tuple(parts)
        self._ready: dict[int, Prepared] = {}

    def tile(self, z: int, x: int, y: int) -> bytes:
        """Write a tile of all layers.

        Parameters
        ----------
        z, x, y : the tile.

        Returns
        -------
        The tile, not yet compressed; empty where nothing is.
        """
        here = [k for k, part in enumerate(self._parts) if part.zooms[0] <= z <= part.zooms[1]]
        for k in here:
            if k not in self._ready:
                self._ready[k] = prepare(self._parts[k])
        return b"".join(cut(self._ready[k], z, x, y) for k in here)


def compress(tile: bytes) -> bytes:
    """Compress a tile; the same tile gives the same bytes.

    Parameters
    ----------
    tile : any bytes.

    Returns
    -------
    gzip bytes, level 6, without a time.
    """
    return gzip.compress(tile, 6, mtime=0)
