"""Which places lie so far from all others that a wrong coordinate is likelier than a case."""

import numpy as np
import pandas as pd
import shapely
from pyproj import Geod

from zoning.geometry import Floats
from zoning.settings import Settings

_DEGREE_KM = 111.7  # nowhere longer


def far_away(spots: pd.DataFrame, areas: pd.DataFrame, settings: Settings) -> pd.Series:
    """Return which places are so far from all others, on no loaded ground, that a wrong coordinate is likely.

    A place is far when it is in no unit and no area, and farther from the middle (median) of all places than
    `far_km` and than ten times the median distance.

    Parameters
    ----------
    spots : of `locate`.
    areas : contract `areas`.
    settings : `far_km`; 0 switches this off.

    Returns
    -------
    Booleans on the index of `spots`.

    Source
    ------
    Own rule (grade O).
    """
    lng, lat = spots["lng"].to_numpy(float), spots["lat"].to_numpy(float)
    loose = np.isfinite(lng) & (spots["unit"] < 0).to_numpy()
    if not settings.far_km or not loose.any() or _across(lng, lat) < settings.far_km:
        return pd.Series(False, index=spots.index)
    middle = (float(np.nanmedian(lng)), float(np.nanmedian(lat)))
    rows = np.flatnonzero(loose)
    rows = rows[_km(middle, lng[rows], lat[rows]) > settings.far_km]
    if not len(rows):
        return pd.Series(False, index=spots.index)
    km, far = _km(middle, lng, lat), np.zeros(len(spots), bool)
    rows = rows[km[rows] > 10 * float(np.nanmedian(km))]
    far[rows] = True
    held = shapely.STRtree(areas["geometry"].to_numpy(object)).query(
        shapely.points(lng[rows], lat[rows]), predicate="intersects"
    )
    far[rows[np.unique(held[0])]] = False
    return pd.Series(far, index=spots.index)


def _km(middle: tuple[float, float], lng: Floats, lat: Floats) -> Floats:
    x, y = (np.full(len(lng), value) for value in middle)
    return np.asarray(Geod(ellps="WGS84").inv(x, y, lng, lat)[2] / 1000)


def _across(lng: Floats, lat: Floats) -> float:
    """Return kilometres by which no two of some points are farther apart, where these are not many."""
    (west, east), (south, north) = ((np.nanmin(values), np.nanmax(values)) for values in (lng, lat))
    wide = (east - west) * np.cos(np.radians(0 if south < 0 < north else min(abs(south), abs(north))))
    return float(np.hypot(wide, north - south)) * 1.01 * _DEGREE_KM
