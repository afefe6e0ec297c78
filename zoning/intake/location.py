"""Where rows lie: coordinates and shapes of a file to WGS84, and what is wrong with them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from zoning.datum import DATUMS, to_wgs84
from zoning.intake.faults import Faults

Floats = npt.NDArray[np.float64]
Shapes = npt.NDArray[np.object_]

# Shapely's type numbers of each family, and what to say when another comes.
_FAMILIES = {"point": (0,), "line": (1, 2, 5), "polygon": (3, 6)}
_MULTI_POINT = 4
# The name of each type number; the last is that of a missing shape, -1.
_TYPES = np.array(["Point", "LineString", "LinearRing", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon",
                   "GeometryCollection", ""], dtype=object)  # fmt: skip
_SWAPPED = "longitude and latitude are swapped"
_OUTSIDE = "outside the range of longitude or latitude"
_DECLARE = "check the coordinates, or declare their system with --crs and --scale"


def place_points(lng: Floats, lat: Floats, crs: str, scale: float, faults: Faults) -> tuple[Floats, Floats]:
    """Bring coordinate pairs to WGS84.

    Parameters
    ----------
    lng, lat : (n,) in the units of the file; NaN where missing.
    crs : wgs84, gcj02, bd09 or what PROJ knows.
    scale : factor that brings the numbers to the units of `crs` (1000 for km in a system of metres).
    faults : receives half pairs, swapped pairs and pairs out of range.

    Returns
    -------
    lng, lat : (n,) degrees, WGS84; NaN where missing or wrong.

    Raises
    ------
    InputError : PROJ does not know the system.
    """
    x, y = np.asarray(lng, np.float64) * scale, np.asarray(lat, np.float64) * scale
    half = np.isnan(x) != np.isnan(y)
    degrees = crs.strip().lower() in DATUMS
    swapped = degrees & (np.abs(y) > 90) & (np.abs(y) <= 180) & (np.abs(x) <= 90)
    known = ~half & ~np.isnan(x)
    zero = degrees & (x == 0) & (y == 0)
    fits = known & ~zero & ((not degrees) | (np.abs(x) <= 180) & (np.abs(y) <= 90))
    out_x, out_y = np.full(len(x), np.nan), np.full(len(x), np.nan)
    out_x[fits], out_y[fits] = to_wgs84(x[fits], y[fits], crs)
    good = np.isfinite(out_x) & np.isfinite(out_y) & (np.abs(out_x) <= 180) & (np.abs(out_y) <= 90)
    wrong = known & ~good & ~zero & ~swapped
    pair = np.full(len(x), "", dtype=object)
    shown = half | (known & ~good)
    pair[shown] = [f"{a:g}, {b:g}" for a, b in zip(x[shown], y[shown], strict=True)]
    faults.add(half, "lng, lat", pair, "one coordinate of the pair is missing", "give both or neither")
    faults.add(swapped, "lng, lat", pair, _SWAPPED, "exchange the two columns")
    faults.add(known & zero, "lng, lat", pair, "0, 0 stands for no coordinates", "leave both empty")
    faults.add(wrong, "lng, lat", pair, _OUTSIDE, _DECLARE)
    return np.where(good, out_x, np.nan), np.where(good, out_y, np.nan)


def place_shapes(
    shapes: Shapes, families: Sequence[str], crs: str, scale: float, faults: Faults
) -> tuple[Shapes, dict[str, int]]:
    """Bring shapes to WGS84 and repair or refuse bad ones.

    Parameters
    ----------
    shapes : (n,) shapely shapes in the file's system, None where missing.
    families : what the kind takes: point, line, polygon. A polygon for a kind of points gives a point inside it.
    crs, scale : as `place_points`.
    faults : receives wrong types, empty shapes, lines without length, crossing fences and shapes out of range.

    Returns
    -------
    shapes : (n,) valid 2-D shapes in WGS84, None where missing or wrong.
    mended : what was repaired, text with {n} -> number of rows.

    Raises
    ------
    InputError : PROJ does not know the system.
    """
    shapes = np.asarray(shapes, dtype=object)
    shapes = shapely.force_2d(shapes) if shapely.has_z(shapes).any() else shapes
    there = ~shapely.is_missing(shapes)
    empty = there & shapely.is_empty(shapes)
    faults.add(empty, "geometry", "", "an empty shape", "draw it, or leave the geometry out")
    shapes, wrong = _of_family(_without(shapes, empty), families)
    names = _TYPES[shapely.get_type_id(shapes)]
    needed = " or a ".join(families)
    faults.add(wrong, "geometry", names, f"a {needed} is needed", f"export this layer as {needed}s")
    placed = _transform(_without(shapes, wrong), crs, scale)
    bounds = shapely.bounds(placed)
    outside = ~shapely.is_missing(placed) & ~(
        np.isfinite(bounds).all(axis=1) & (np.abs(bounds[:, ::2]) <= 180).all(axis=1)
        & (np.abs(bounds[:, 1::2]) <= 90).all(axis=1)
    )  # fmt: skip
    faults.add(outside, "geometry", names, _OUTSIDE, _DECLARE)
    return _repair(_without(placed, outside), names, faults)


def _without(shapes: Shapes, mask: Any) -> Shapes:
    """Return the shapes with those of the mask missing."""
    out = shapes.copy()
    out[mask] = None
    return out


def _of_family(shapes: Shapes, families: Sequence[str]) -> tuple[Shapes, Any]:
    """Return shapes in the kind's own type where that is plain (a point inside a polygon), and the misfits."""
    kinds = shapely.get_type_id(shapes)
    single = (kinds == _MULTI_POINT) & (shapely.get_num_geometries(shapes) == 1)
    shapes = np.where(single, shapely.get_geometry(_without(shapes, ~single), 0), shapes)
    if tuple(families) == ("point",):
        finite = np.isfinite(shapely.bounds(shapes)).all(axis=1)
        inner = np.isin(kinds, _FAMILIES["polygon"]) & finite
        shapes = np.where(inner, shapely.point_on_surface(_without(shapes, ~inner)), shapes)
    kinds = shapely.get_type_id(shapes)
    allowed = [number for family in families for number in _FAMILIES[family]]
    return shapes, ~shapely.is_missing(shapes) & ~np.isin(kinds, allowed)


def _transform(shapes: Shapes, crs: str, scale: float) -> Shapes:
    if crs.strip().lower() == "wgs84" and scale == 1:
        return shapes

    def move(xy: Floats) -> Floats:
        return np.column_stack(to_wgs84(xy[:, 0] * scale, xy[:, 1] * scale, crs))

    moved: Shapes = shapely.transform(shapes, move)
    return moved


def _repair(shapes: Shapes, names: Shapes, faults: Faults) -> tuple[Shapes, dict[str, int]]:
    """Refuse lines without length; repair crossing rings where that leaves as many parts as were drawn."""
    kinds = shapely.get_type_id(shapes)
    line, area = np.isin(kinds, _FAMILIES["line"]), np.isin(kinds, _FAMILIES["polygon"])
    short = line & ~(shapely.length(shapes) > 0)
    faults.add(short, "geometry", names, "a line without length", "a line needs two different points")
    broken = np.flatnonzero(area & ~shapely.is_valid(shapes))
    flat = np.zeros(len(shapes), dtype=bool)
    out = _without(shapes, short)
    for at in broken:
        mended = _polygons(shapely.make_valid(out[at]))
        flat[at] = mended is None or shapely.get_num_geometries(mended) > shapely.get_num_geometries(out[at])
        out[at] = None if flat[at] else mended
    why = np.full(len(shapes), "", dtype=object)
    why[flat] = [f"the outline is not valid: {shapely.is_valid_reason(shape)}" for shape in shapes[flat]]
    faults.add(flat, "geometry", names, why, "draw the outline again as one ring that does not cross itself")
    mended_n = len(broken) - int(flat.sum())
    told = "outlines that were not valid and were repaired without losing a part: {n}"
    return out, {told: mended_n} if mended_n else {}


def _polygons(shape: Any) -> Any:
    """Return the polygons of a repaired shape as one; None where no area is left."""
    parts = shapely.get_parts(shapely.get_parts([shape]))
    parts = [part for part in parts if part.geom_type == "Polygon" and part.area > 0]
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def to_table(table: pd.DataFrame, shapes: Shapes) -> pd.DataFrame:
    """Return a table with its shapes as a WGS84 GeoDataFrame.

    Parameters
    ----------
    table : any columns, n rows.
    shapes : (n,) shapely shapes in WGS84.

    Returns
    -------
    GeoDataFrame whose geometry column is `geometry`.
    """
    import geopandas as gpd

    return gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(shapes, index=table.index, crs="EPSG:4326"))
