"""Distances of 'near me', worked out in the browser, against geodesics on the ellipsoid."""

import base64
from collections.abc import Iterator

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page
from pyproj import Geod, Transformer

from tests.house import ROOT

pytestmark = pytest.mark.browser
GEOD = Geod(ellps="WGS84")
FAR_M = 3000.0  # the widest radius that the page offers
PLACES = st.tuples(st.floats(-179, 179), st.floats(-70, 70))
# Corners of a star as bearing steps and distances, and where its middle is from the point.
STARS = st.lists(st.floats(20, 900), min_size=3, max_size=9)
OFFSETS = st.tuples(st.floats(0, 360), st.floats(0, FAR_M))


@pytest.fixture(scope="module")
def module(chromium: Browser) -> Iterator[Page]:
    """A bare page in which `geo` is the module of the live page."""
    source = base64.b64encode((ROOT / "assets" / "live" / "geo.mjs").read_bytes()).decode()
    page = chromium.new_page()
    page.evaluate("async source => { window.geo = await import(`data:text/javascript;base64,${source}`); }", source)
    yield page
    page.close()


def go(at: tuple[float, float], bearing: float, metres: float) -> tuple[float, float]:
    lng, lat, _ = GEOD.fwd(*at, bearing, metres)
    return lng, lat


def star(middle: tuple[float, float], reach: list[float]) -> shapely.Polygon:
    """A simple polygon around a point, with a hole of a third of its size."""
    turns = np.arange(len(reach)) * 360 / len(reach)
    rings = [[go(middle, turn, r * share) for turn, r in zip(turns, reach, strict=True)] for share in (1.0, 1 / 3)]
    return shapely.Polygon(rings[0], [rings[1]])


def geodesic(shape: shapely.Geometry, point: tuple[float, float]) -> float:
    """Metres from a point to a shape whose edges are straight in degrees, by distances that are true from the point."""
    lng, lat = point
    plane = Transformer.from_crs("EPSG:4326", f"+proj=aeqd +lon_0={lng} +lat_0={lat}", always_xy=True)
    fine = shapely.segmentize(shape, 0.0005)
    return float(shapely.distance(shapely.transform(fine, plane.transform, interleaved=False), shapely.Point(0, 0)))


@settings(max_examples=60)
@given(PLACES, OFFSETS, STARS, STARS)
def test_distances_are_geodesic(
    module: Page, at: tuple[float, float], offset: tuple[float, float], one: list[float], two: list[float]
) -> None:
    middle = go(at, *offset)
    shape = shapely.MultiPolygon([star(middle, one), star(go(middle, 90, 2500), two)])
    found = module.evaluate("([shape, at]) => geo.distanceTo(shape, at)", [shapely.geometry.mapping(shape), at])
    assert found == pytest.approx(geodesic(shape, at), rel=1e-3, abs=0.05)


@settings(max_examples=30)
@given(PLACES, st.floats(1, FAR_M))
def test_a_circle_is_as_wide_as_it_says(module: Page, at: tuple[float, float], radius: float) -> None:
    ring = np.array(module.evaluate("([at, radius]) => geo.circle(at, radius)", [at, radius]))
    _, _, metres = GEOD.inv(*np.tile(at, (len(ring), 1)).T, *ring.T)
    assert metres == pytest.approx(radius, rel=1e-3)
    assert ring[0].tolist() == pytest.approx(ring[-1].tolist())
