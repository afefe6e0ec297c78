"""Places far from all others: only those on no loaded ground, and none in a city that is smaller than the distance."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.small_town import SETTINGS, area, tables
from zoning import far
from zoning.far import far_away

AREAS = tables(areas=[area("A1", 0, 0, 100, 100)])["areas"]


def places(*points: tuple[float, float], unit: int = -1) -> pd.DataFrame:
    lng, lat = np.array(points or np.empty((0, 2))).T
    return pd.DataFrame({"lng": lng, "lat": lat, "unit": unit})


def test_one_wrong_coordinate_among_many_is_far() -> None:
    town = [(114.0 + n / 1000, 22.5) for n in range(20)]
    assert far_away(places(*town, (114.0, 52.5)), AREAS, SETTINGS).tolist() == [False] * 20 + [True]
    assert not far_away(places(*town, (114.0, 52.5), unit=3), AREAS, SETTINGS).any()
    assert not far_away(places(*town, (114.0, 52.5)), AREAS, replace(SETTINGS, far_km=0)).any()
    assert not far_away(places(), AREAS, SETTINGS).any()
    assert not far_away(places((np.nan, np.nan)), AREAS, SETTINGS).any()


@given(st.lists(st.tuples(st.floats(100, 101.5), st.floats(-1, 60)), min_size=2, max_size=12))
def test_what_is_passed_over_for_a_small_city_is_what_would_be_found_of_it(points: list[tuple[float, float]]) -> None:
    asked = places(*points)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(far, "_across", lambda *_: np.inf)
        wanted = far_away(asked, AREAS, SETTINGS)
    assert far_away(asked, AREAS, SETTINGS).tolist() == wanted.tolist()


@given(st.lists(st.tuples(st.floats(100, 101), st.floats(-80, 80)), min_size=2, max_size=6))
def test_no_two_points_are_farther_apart_than_said(points: list[tuple[float, float]]) -> None:
    lng, lat = np.array(points).T
    near = np.abs(lat - lat[0]) < 1
    lng, lat = lng[near], lat[near]
    most = max(far._km((x, y), lng, lat).max() for x, y in zip(lng, lat, strict=True))
    assert most <= far._across(lng, lat) + 1e-6
