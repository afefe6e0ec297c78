"""Datum shifts against published pairs, and the detector on a made street grid."""

import hypothesis.strategies as st
import numpy as np
import pytest
import shapely
from hypothesis import given
from pyproj import Geod

from zoning.datum import detect_shift, from_wgs84, is_shifted, to_wgs84
from zoning.errors import InputError

GEOD = Geod(ellps="WGS84")
FUTIAN = (114.05, 22.54)


def metres(one, other):
    return GEOD.inv(one[0], one[1], other[0], other[1])[2]


def one(lng, lat):
    return np.array([lng]), np.array([lat])


def test_the_pair_that_amap_and_baidu_publish():
    wgs = one(116.481499, 39.990475)
    assert metres(from_wgs84(*wgs, "gcj02"), one(116.487586, 39.991754))[0] < 1
    assert metres(from_wgs84(*wgs, "bd09"), one(116.49412, 39.997716))[0] < 1
    assert metres(to_wgs84(*one(116.487586, 39.991754), "gcj02"), wgs)[0] < 1
    assert metres(to_wgs84(*one(116.49412, 39.997716), "bd09"), wgs)[0] < 1


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
@given(lng=st.floats(76.0, 131.0), lat=st.floats(19.0, 50.0))
def test_there_and_back_is_the_same_point(datum, lng, lat):
    start = one(lng, lat)
    shifted = from_wgs84(*start, datum)
    if is_shifted(*start)[0]:
        assert metres(to_wgs84(*shifted, datum), start)[0] < 0.001
        assert 1 < metres(shifted, start)[0] < 2500
    else:
        assert np.array_equal(shifted, start)


@pytest.mark.parametrize(
    ("lng", "lat"),
    [(120.31, 22.63), (121.56, 25.03), (119.58, 23.57), (118.32, 24.43), (119.93, 26.16), (24.94, 60.17),
     (126.98, 37.57), (105.85, 21.03), (106.91, 47.92), (85.32, 27.71), (135.5, 34.7), (0.0, 0.0)],
)  # fmt: skip
def test_no_shift_in_taiwan_and_abroad(lng, lat):
    for datum in ("gcj02", "bd09"):
        assert np.array_equal(from_wgs84(*one(lng, lat), datum), one(lng, lat))
        assert np.array_equal(to_wgs84(*one(lng, lat), datum), one(lng, lat))


@pytest.mark.parametrize(
    ("lng", "lat"),
    [(114.05, 22.54), (114.17, 22.30), (113.55, 22.19), (109.5, 18.25), (75.99, 39.47), (122.54, 52.97), (122.1, 30.0),
     (118.1, 24.45), (119.79, 25.5), (97.85, 24.01), (130.36, 42.86), (91.1, 29.65)],
)  # fmt: skip
def test_the_shift_reaches_every_corner_of_the_mainland_and_hong_kong(lng, lat):
    assert is_shifted(*one(lng, lat))[0]


def test_any_epsg_code_and_missing_points():
    lng, lat = to_wgs84(np.array([350850.0, np.nan]), np.array([557590.0, np.nan]), "EPSG:27700")
    assert metres((lng[:1], lat[:1]), one(-2.7685, 54.9108))[0] < 200
    assert not np.isfinite(lng[1])
    assert np.isnan(to_wgs84(np.array([np.nan]), np.array([22.0]), "GCJ02")[0]).all()
    with pytest.raises(InputError, match="coordinate system 'mars' is not known"):
        to_wgs84(*one(1, 2), "mars")


@pytest.fixture
def streets():
    """Nine by nine streets, 120 m apart, about Futian."""
    (x, y), half = FUTIAN, 0.0045
    steps = np.linspace(-half, half, 9)
    across = [shapely.LineString([(x - half, y + step), (x + half, y + step)]) for step in steps]
    along = [shapely.LineString([(x + step, y - half), (x + step, y + half)]) for step in steps]
    return np.array(across + along)


def beside(streets, n=50):
    order = np.arange(n)
    points = shapely.line_interpolate_point(streets[order % len(streets)], (order * 0.618) % 1, normalized=True)
    return shapely.get_x(points) + 0.00005, shapely.get_y(points) + 0.00005


def test_the_detector_warns_of_gcj02_with_metres_and_is_silent_on_right_points(streets):
    right = beside(streets)
    wrong = from_wgs84(*right, "gcj02")
    found = detect_shift(*wrong, streets)
    assert found.verdict == "gcj02"
    assert found.as_read_m > 100 > 20 > found.as_gcj02_m
    assert f"{found.as_read_m:.0f} m" in found.message
    assert "--crs gcj02" in found.message
    assert detect_shift(*right, streets).verdict == "wgs84"
    assert detect_shift(*right, streets).message == ""
    assert detect_shift(*wrong, streets) == found


def test_the_detector_decides_nothing_from_too_little(streets):
    area = np.array([shapely.box(113.9, 22.4, 114.2, 22.7), None])
    right = beside(streets)
    assert detect_shift(*right, area).verdict == "undecided"
    assert detect_shift(*right, np.array([], dtype=object)).n == 0
    assert detect_shift(right[0][:4], right[1][:4], streets).verdict == "undecided"
    assert detect_shift(np.full(9, np.nan), np.full(9, np.nan), streets).n == 0
    assert detect_shift(right[0] + 5, right[1], streets).verdict == "undecided"
