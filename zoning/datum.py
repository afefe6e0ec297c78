"""Chinese map datums: GCJ-02 and BD-09 to WGS84 and back, and a detector of files that are in the wrong one.

Maps published in mainland China are in GCJ-02, mostly hundreds of metres off WGS84; Baidu adds a second shift (BD-09).
Hong Kong and Macau are shifted too, for the maps that use these datums (Amap, Tencent, Baidu) shift them there.
Taiwan, with Penghu, Kinmen and Matsu, and all other countries are not. The outline lies about 25 km outside the border.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import Transformer
from pyproj.exceptions import CRSError

from zoning.errors import InputError
from zoning.geometry import Frame

Floats = npt.NDArray[np.float64]
Pair = tuple[Floats, Floats]

# Mainland China, Hong Kong, Macau, Hainan as lng,lat. Source: Natural Earth 1:110m (public domain), buffered by 0.25
# degrees, widened over the coastal islands, simplified to 0.17 degrees.
_OUTLINE = (
    "80.5,43.3 79.7,44.8 79.8,45.1 82.3,45.7 83.1,47.6 85.1,47.3 85.5,47.6 85.6,48.6 86.5,48.8 87.8,49.5 88.2,48.8 "
    "90.4,47.9 91.2,47.1 90.9,45.8 91.1,45.5 93.5,45.2 95.4,44.5 96.5,43 100.9,42.9 105,41.9 107.7,42.7 109.2,42.8 "
    "110.3,43.1 111.5,43.9 111.1,44.5 111.8,45.3 113.4,45.1 115.9,46 117.4,46.9 119.5,47 118.1,47.8 117.3,47.5 "
    "115.7,47.5 115.2,48.2 116.6,50.1 117.9,49.8 119,50.3 119.1,50.7 120.5,52.1 120,52.6 120,53 120.9,53.5 "
    "122.2,53.7 123.6,53.7 126.1,53 127.8,50 129.5,49.7 130.8,48.9 131.2,48 132.5,48 135,48.7 135.3,48.5 133.3,45 "
    "131.9,45.1 131.3,44.8 131.5,44.1 131.4,42.9 130.9,42.7 130.8,42.2 130,42.6 129.7,42.2 128.4,41.8 128.3,41.2 "
    "126.9,41.5 124.4,39.7 121,38.7 120.8,38.9 121.3,39.4 121.1,39.8 121.8,40.4 121.6,40.7 119.8,39.7 119.1,39 "
    "118.1,39 117.9,38.7 119.7,37.4 120.8,38.1 122.6,37.6 122.7,36.7 121.2,36.4 119.5,35 120.4,34.5 120.8,33.5 "
    "122.1,31.8 122.1,31.2 123,31.2 123,28.2 121.9,28.2 121.3,27.9 120.2,26.2 120.2,24.6 119,24.6 116.1,22.6 "
    "117.5,22.6 117.5,20.2 111.4,20.2 111.4,17.9 108.3,17.9 108.2,21.3 106.9,21.6 106.3,22.1 106.4,22.6 105.3,23 "
    "104.4,22.6 104.4,22.3 102.8,22.5 101.9,22.1 102.1,21.2 101.8,20.9 101.1,21 100.9,21.5 100.4,21.3 99.1,21.9 "
    "99.2,22.8 98.7,23 98.5,23.8 97.6,23.6 97.4,23.9 97.5,25.2 98.4,26 98.4,27.4 97.8,28.1 96.1,28.2 96.3,28.8 "
    "96.1,29.1 95.4,28.8 94.6,29 92.5,27.6 91.7,27.5 90,28 88.8,27.1 88.5,27.7 85.7,28 84.1,28.6 83.7,29.1 82.2,29.9 "
    "81.5,30.1 81,30 78.6,31.3 78.2,32.6 78.4,32.9 78.9,32.8 78.6,33.5 78.6,34.2 77.7,35.3 76,35.7 75.7,36.5 "
    "74.8,37.3 74.6,38.2 73.7,38.4 73.4,39.5 73.7,40.1 74.7,40.6 75.4,40.8 76.4,40.7 76.8,41.3 78.1,41.4 78.4,41.8 "
    "80,42.3 79.9,42.9"
)
# Kinmen and Matsu, which the outline holds but which no Chinese map shifts: west, south, east, north.
_NOT_SHIFTED = ((118.2, 24.37, 118.5, 24.53), (119.89, 25.93, 120.1, 26.31), (120.44, 26.33, 120.55, 26.41))

# Krasovsky 1940: semi-major axis in metres and squared eccentricity.
_AXIS, _ECCENTRICITY = 6378245.0, 0.00669342162296594323
_BD_PI = np.pi * 3000.0 / 180.0
DATUMS = ("wgs84", "gcj02", "bd09")


@cache
def _outline() -> Any:
    ring = [[float(number) for number in pair.split(",")] for pair in _OUTLINE.split()]
    shape = shapely.difference(shapely.Polygon(ring), shapely.union_all([shapely.box(*box) for box in _NOT_SHIFTED]))
    shapely.prepare(shape)
    return shape


def is_shifted(lng: Floats, lat: Floats) -> npt.NDArray[np.bool_]:
    """Tell where GCJ-02 and BD-09 differ from WGS84.

    Parameters
    ----------
    lng, lat : (n,) degrees, WGS84.

    Returns
    -------
    (n,) bool; False for Taiwan, for other countries and for missing points.

    Source
    ------
    Natural Earth 1:110m countries (public domain), buffered and simplified.
    """
    inside: npt.NDArray[np.bool_] = shapely.contains_xy(_outline(), lng, lat)
    return inside


def _gcj_offset(lng: Floats, lat: Floats) -> Pair:
    """Return what GCJ-02 adds to a WGS84 point, in degrees."""
    x, y, pi = lng - 105.0, lat - 35.0, np.pi
    root = np.sqrt(np.abs(x))
    waves = 20 * np.sin(6 * x * pi) + 20 * np.sin(2 * x * pi)
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north += (waves + 20 * np.sin(y * pi) + 40 * np.sin(y / 3 * pi)) * 2 / 3
    north += (160 * np.sin(y / 12 * pi) + 320 * np.sin(y / 30 * pi)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east += (waves + 20 * np.sin(x * pi) + 40 * np.sin(x / 3 * pi)) * 2 / 3
    east += (150 * np.sin(x / 12 * pi) + 300 * np.sin(x / 30 * pi)) * 2 / 3
    radians = np.radians(lat)
    square = 1 - _ECCENTRICITY * np.sin(radians) ** 2
    d_lat = np.degrees(north / (_AXIS * (1 - _ECCENTRICITY) / square**1.5))
    d_lng = np.degrees(east / (_AXIS / np.sqrt(square) * np.cos(radians)))
    return d_lng, d_lat


def _bd_offset(lng: Floats, lat: Floats) -> Pair:
    """Return what BD-09 adds to a GCJ-02 point, in degrees."""
    radius = np.hypot(lng, lat) + 0.00002 * np.sin(lat * _BD_PI)
    angle = np.arctan2(lat, lng) + 0.000003 * np.cos(lng * _BD_PI)
    return radius * np.cos(angle) + 0.0065 - lng, radius * np.sin(angle) + 0.006 - lat


def _invert(offset: Any, lng: Floats, lat: Floats) -> Pair:
    """Undo a shift by fixed point: each round leaves under a hundredth of the error, so five reach micrometres."""
    x, y = lng, lat
    for _ in range(5):
        d_x, d_y = offset(x, y)
        x, y = lng - d_x, lat - d_y
    return x, y


def from_wgs84(lng: Floats, lat: Floats, datum: str) -> Pair:
    """Shift WGS84 points to a Chinese datum.

    Parameters
    ----------
    lng, lat : (n,) degrees, WGS84.
    datum : "wgs84", "gcj02" or "bd09".

    Returns
    -------
    lng, lat : (n,) degrees in that datum; unchanged where `is_shifted` says no.

    Source
    ------
    The published reimplementation of the GCJ-02 and BD-09 formulas (googollee/eviltransform, MIT).
    """
    x, y = np.asarray(lng, np.float64), np.asarray(lat, np.float64)
    inside = is_shifted(x, y)
    shifted = x, y
    for offset in {"wgs84": (), "gcj02": (_gcj_offset,), "bd09": (_gcj_offset, _bd_offset)}[datum]:
        d_x, d_y = offset(*shifted)
        shifted = shifted[0] + d_x, shifted[1] + d_y
    return np.where(inside, shifted[0], x), np.where(inside, shifted[1], y)


def to_wgs84(lng: Floats, lat: Floats, crs: str) -> Pair:
    """Bring points of any coordinate system to WGS84; GCJ-02 and BD-09 are right to a millimetre of their formula.

    Parameters
    ----------
    lng, lat : (n,) degrees, or easting and northing in the units of `crs`; NaN where missing.
    crs : "wgs84", "gcj02", "bd09", or what PROJ knows, such as "EPSG:27700".

    Returns
    -------
    lng, lat : (n,) degrees, WGS84; not finite where PROJ cannot place the point.

    Raises
    ------
    InputError : PROJ does not know the system.

    Source
    ------
    As `from_wgs84`, inverted by iteration; other systems by PROJ.
    """
    x, y = np.asarray(lng, np.float64), np.asarray(lat, np.float64)
    datum = crs.strip().lower()
    if datum not in DATUMS:
        moved = _transformer(crs.strip()).transform(x, y)
        return np.asarray(moved[0], np.float64), np.asarray(moved[1], np.float64)
    if datum == "wgs84":
        return x, y
    wgs = x, y
    for offset in {"gcj02": (_gcj_offset,), "bd09": (_bd_offset, _gcj_offset)}[datum]:
        wgs = _invert(offset, *wgs)
    inside = is_shifted(*wgs)
    return np.where(inside, wgs[0], x), np.where(inside, wgs[1], y)


@cache
def _transformer(crs: str) -> Transformer:
    try:
        return Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
    except CRSError as error:
        known = ", ".join(DATUMS)
        raise InputError(f"coordinate system '{crs}' is not known; give {known} or a code such as EPSG:4547") from error


@dataclass(frozen=True)
class ShiftCheck:
    """Which datum points fit better: the median distance in metres to what is loaded, as read and taken as GCJ-02."""

    verdict: str
    as_read_m: float
    as_gcj02_m: float
    n: int

    @property
    def message(self) -> str:
        """One sentence for the officer; empty when there is nothing to warn of."""
        if self.verdict != "gcj02":
            return ""
        return (
            f"these {self.n} points look like GCJ-02 read as WGS84: half of them lie {self.as_read_m:.0f} m or more "
            f"from the loaded map, {self.as_gcj02_m:.0f} m after the shift; load the file with --crs gcj02"
        )


# Fewer points, or medians less far apart than this, decide nothing.
_MIN_POINTS, _MIN_GAIN_M, _MIN_RATIO, _REACH_M = 5, 10.0, 2.0, 3000.0


def detect_shift(lng: Floats, lat: Floats, references: Any) -> ShiftCheck:
    """Tell whether points taken as WGS84 fit the loaded map better when they are taken as GCJ-02.

    Points within 3 km of the map are compared by their median distance to the nearest shape, before and after the
    shift. A verdict needs five points, 10 m and a factor of 2 between the medians; wide areas alone seldom give that.

    Parameters
    ----------
    lng, lat : (n,) degrees, taken as WGS84; NaN where missing.
    references : array of shapely shapes in WGS84: roads, buildings, estates, or else areas.

    Returns
    -------
    ShiftCheck with verdict "wgs84", "gcj02" or "undecided", both medians in metres and the number of points used.
    """
    x, y = np.asarray(lng, np.float64), np.asarray(lat, np.float64)
    shapes = np.asarray(references, dtype=object)
    shapes = shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]
    known = np.isfinite(x) & np.isfinite(y) & is_shifted(x, y)
    if not known.any() or not len(shapes):
        return ShiftCheck("undecided", np.nan, np.nan, 0)
    frame = Frame.around(x[known])
    tree = shapely.STRtree(frame.to_metres(shapes))
    as_read = x[known], y[known]
    read, moved = (_distances(tree, frame, pair) for pair in (as_read, to_wgs84(*as_read, "gcj02")))
    near = np.minimum(read, moved) <= _REACH_M
    if near.sum() < _MIN_POINTS:
        return ShiftCheck("undecided", np.nan, np.nan, int(near.sum()))
    before, after = float(np.median(read[near])), float(np.median(moved[near]))
    verdict = "undecided"
    if abs(before - after) >= _MIN_GAIN_M and max(before, after) >= _MIN_RATIO * min(before, after):
        verdict = "gcj02" if after < before else "wgs84"
    return ShiftCheck(verdict, before, after, int(near.sum()))


def _distances(tree: Any, frame: Frame, pair: Pair) -> Floats:
    points = frame.to_metres(shapely.points(*pair))
    _, metres = tree.query_nearest(points, return_distance=True, all_matches=False)
    return np.asarray(metres, np.float64)
