"""Coordinates and shapes to WGS84."""

import numpy as np
import pytest
import shapely

from zoning.intake.faults import Faults
from zoning.intake.location import place_points, place_shapes, to_table

NAN = np.nan
BOW = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
SPIKE = shapely.Polygon([(0, 0), (2, 0), (2, 2), (2, 3), (2, 2), (0, 2)])
SQUARE = shapely.box(0, 0, 1, 1)


def points(lng, lat, crs="wgs84", scale=1.0):
    faults = Faults(len(lng))
    found = place_points(np.array(lng, float), np.array(lat, float), crs, scale, faults)
    return found, faults.table("f", np.arange(len(lng)))


def shapes(*given, families=("polygon",), crs="wgs84", scale=1.0):
    faults = Faults(len(given))
    array = np.empty(len(given), dtype=object)
    array[:] = given
    found, notices = place_shapes(array, families, crs, scale, faults)
    return found, faults.table("f", np.arange(len(given))), notices


def test_what_is_wrong_with_a_pair_is_said():
    (lng, lat), rejects = points([114, NAN, 114, 22.5, 0, 300, NAN], [22.5, NAN, NAN, 114, 0, 22, 1])
    assert lng[:2].tolist()[0] == 114
    assert np.isnan(lng[1:]).all()
    assert np.isnan(lat[1:]).all()
    assert rejects["row"].tolist() == [2, 3, 4, 5, 6]
    for word, row in zip(("missing", "swapped", "0, 0", "outside", "missing"), rejects["reason"], strict=True):
        assert word in row
    assert rejects["value"].iloc[1] == "22.5, 114"


def test_plain_numbers_are_scaled_before_they_are_placed():
    (lng, lat), rejects = points([350.85], [557.59], "EPSG:27700", 1000)
    assert (round(lng[0], 2), round(lat[0], 2)) == (-2.77, 54.91)
    assert rejects.empty
    assert "outside" in points([1e12], [1e12], "EPSG:27700")[1]["reason"].iloc[0]


def test_shapes_are_repaired_only_when_no_part_is_lost_or_won():
    found, rejects, notices = shapes(SQUARE, SPIKE, BOW, None, shapely.Polygon(), shapely.Point(0, 0))
    assert found[0] == SQUARE
    assert shapely.is_valid(found[1])
    assert found[1].area == 4
    assert [shape is None for shape in found] == [False, False, True, True, True, True]
    assert notices == {"outlines that were not valid and were repaired without losing a part: {n}": 1}
    assert rejects["row"].tolist() == [2, 4, 5]
    assert "Self-intersection" in rejects["reason"].iloc[0]
    assert "empty" in rejects["reason"].iloc[1]
    assert rejects["value"].iloc[2] == "Point"


def test_lines_need_length_and_points_come_out_of_areas():
    line = shapely.LineString([(0, 0), (1, 1)])
    _, rejects, _ = shapes(line, shapely.LineString([(0, 0), (0, 0)]), SQUARE, families=("line",))
    assert rejects["row"].tolist() == [1, 2]
    assert "without length" in rejects["reason"].iloc[0]
    found, rejects, _ = shapes(shapely.MultiPoint([(3, 4)]), SQUARE, line, families=("point",))
    assert found[0] == shapely.Point(3, 4)
    assert SQUARE.covers(found[1])
    assert rejects["row"].tolist() == [2]


def test_shapes_move_with_their_datum_and_out_of_range_is_refused():
    found, _, _ = shapes(shapely.box(114.05, 22.54, 114.06, 22.55), crs="gcj02")
    moved = np.array(found[0].bounds) - np.array([114.05, 22.54, 114.06, 22.55])
    assert (np.abs(moved) > 0.002).all()
    _, rejects, _ = shapes(shapely.box(500000, 2e6, 500100, 2000100), shapely.Point(NAN, NAN))
    assert rejects["row"].tolist()[0] == 0
    found, rejects, _ = shapes(shapely.box(500000, 2.5e6, 500100, 2500100), crs="EPSG:4547")
    assert rejects.empty
    assert 113 < found[0].bounds[0] < 115
    assert shapes(shapely.Polygon([(0, 0, 9), (1, 0, 9), (1, 1, 9)]))[0][0].has_z is False


@pytest.mark.parametrize("n", [0, 2])
def test_a_table_with_its_shapes_is_in_wgs84(n):
    import pandas as pd

    table = to_table(pd.DataFrame({"id": ["a"] * n}), np.array([SQUARE] * n, dtype=object))
    assert table.crs.to_epsg() == 4326
    assert len(table) == n
