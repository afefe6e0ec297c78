"""Cells and polygons, degrees and metres, and who takes lat before lng."""

from typing import Any

import h3
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from tests.small_town import box
from zoning.geometry import (
    Frame,
    cell_centres,
    cell_polygons,
    cells_to_text,
    components,
    cover,
    disks,
    parents,
    points_to_cells,
    text_to_cells,
)
from zoning.pieces import dissolve_cells

LNG = st.floats(-179, 179)
LAT = st.floats(-80, 80)
HERE = np.uint64(h3.str_to_int(h3.latlng_to_cell(22.54, 114.05, 11)))
NOTHING = np.empty(0, np.uint64)


def dissolved(cells: Any) -> Any:
    """The outline of one set of cells."""
    return shapely.MultiPolygon(list(dissolve_cells(cells, np.zeros(len(cells), np.int64))[0]))


@given(LNG, LAT, st.integers(0, 15))
def test_points_become_the_cells_that_h3_gives_for_lat_and_lng(lng: float, lat: float, resolution: int) -> None:
    cell = points_to_cells(np.array([lng]), np.array([lat]), resolution)
    assert cells_to_text(cell) == [h3.latlng_to_cell(lat, lng, resolution)]
    centre = h3.cell_to_latlng(cells_to_text(cell)[0])
    assert [float(c[0]) for c in cell_centres(cell)] == pytest.approx([centre[1], centre[0]])


def test_a_missing_point_has_the_cell_0() -> None:
    cells = points_to_cells(np.array([np.nan, 114.05, 114.05]), np.array([22.54, np.nan, 22.54]), 11)
    assert cells.tolist() == [0, 0, int(HERE)]


def test_of_nothing_comes_nothing() -> None:
    assert len(points_to_cells(np.empty(0), np.empty(0), 11)) == 0
    assert [len(part) for part in cell_centres(NOTHING)] == [0, 0]
    assert len(cell_polygons(NOTHING)) == 0
    assert cells_to_text(NOTHING) == []
    assert text_to_cells([]).tolist() == []
    assert [len(part) for part in disks(NOTHING, 1)] == [0, 0]
    assert [len(part) for part in cover(np.empty(0, object), 11, touch=True)] == [0, 0]
    assert dissolved(NOTHING).is_empty
    assert components(0, np.empty(0, np.int64), np.empty(0, np.int64)).tolist() == []


def test_text_and_cells_are_the_same_and_what_is_no_cell_is_0() -> None:
    assert text_to_cells([*cells_to_text(np.array([HERE])), "8b", "E1/rest"]).tolist() == [int(HERE), 0, 0]


@given(LNG, LAT, st.integers(1, 15), st.data())
def test_parents_are_those_of_h3(lng: float, lat: float, resolution: int, data: st.DataObject) -> None:
    cell, up = h3.latlng_to_cell(lat, lng, resolution), data.draw(st.integers(0, resolution))
    assert cells_to_text(parents(text_to_cells([cell]), up)) == [h3.cell_to_parent(cell, up)]
    assert parents(np.array([0], np.uint64), up).tolist() == [0]


def test_a_disk_holds_its_own_cell_and_the_rings_around_it() -> None:
    owner, member = disks(np.array([HERE, HERE]), 2)
    assert np.bincount(owner).tolist() == [19, 19]
    assert set(cells_to_text(member[owner == 0])) == set(h3.grid_disk(h3.int_to_str(int(HERE)), 2))
    assert disks(np.array([HERE]), 0)[1].tolist() == [int(HERE)]


def test_a_polygon_is_covered_by_touch_and_filled_by_centre() -> None:
    square = box(0, 0, 200, 200)
    owner, touched = cover(np.array([square, square], object), 11, touch=True)
    _, filled = cover(np.array([square], object), 11, touch=False)
    assert np.bincount(owner).tolist() == [len(touched) // 2] * 2
    assert set(filled) < set(touched)
    assert shapely.union_all(cell_polygons(touched)).covers(square)
    assert shapely.contains_xy(square, *cell_centres(filled)).all()
    missed = np.setdiff1d(touched, filled)
    assert not shapely.contains_xy(square, *cell_centres(missed)).any()


def test_a_polygon_smaller_than_a_cell_is_touched() -> None:
    lat, lng = h3.cell_to_latlng(h3.int_to_str(int(HERE)))
    corner = shapely.box(lng + 1e-5, lat + 1e-5, lng + 2e-5, lat + 2e-5)
    assert cover(np.array([corner], object), 11, touch=True)[1].tolist() == [int(HERE)]
    assert cover(np.array([corner], object), 11, touch=False)[1].tolist() == []


@given(st.integers(1, 12), st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=12))
def test_components_are_what_following_the_edges_gives_numbered_by_first_node(n: int, edges: list) -> None:
    edges = [(a % n, b % n) for a, b in edges]
    label = list(range(n))
    for _ in range(n):
        for a, b in edges:
            label[a] = label[b] = min(label[a], label[b])
    number = {first: i for i, first in enumerate(sorted(set(label)))}
    found = components(n, *(np.array([e[k] for e in edges], np.int64) for k in (0, 1)))
    assert found.tolist() == [number[first] for first in label]


RING = disks(np.array([HERE]), 3)[1]


@settings(max_examples=40)
@given(st.lists(st.integers(0, len(RING) - 1), min_size=1, max_size=25))
def test_dissolved_cells_are_the_union_of_their_outlines(chosen: list[int]) -> None:
    cells = RING[chosen]
    shape, union = dissolved(cells), shapely.union_all(cell_polygons(np.unique(cells)))
    assert shape.geom_type == "MultiPolygon"
    assert shape.is_valid
    assert shape.symmetric_difference(union).area < 1e-9 * union.area + 1e-14


def test_dissolved_cells_keep_their_holes() -> None:
    shape = dissolved(np.setdiff1d(disks(np.array([HERE]), 1)[1], [HERE]))
    assert len(shape.geoms) == 1
    assert len(shape.geoms[0].interiors) == 1


def test_the_plane_stands_on_the_whole_meridian_nearest_to_the_median() -> None:
    assert Frame.around(np.array([114.4, 114.6, 120.0])).lng0 == 115
    assert Frame.around(np.array([np.nan, 8.2])).lng0 == 8
    assert Frame.around(np.empty(0)).lng0 == 0
    assert Frame.around(np.array([np.nan])).lng0 == 0


@given(st.floats(113.6, 114.4), st.floats(-60, 60), st.floats(-0.02, 0.02), st.floats(-0.02, 0.02))
def test_metres_are_metres_and_go_back_to_the_same_degrees(lng: float, lat: float, east: float, north: float) -> None:
    frame, line = Frame(114), shapely.LineString([(lng, lat), (lng + east, lat + north)])
    plane = frame.to_metres(line)
    true = Geod(ellps="WGS84").geometry_length(line)
    assert plane.length == pytest.approx(true, rel=4e-5, abs=1e-3)
    back = shapely.get_coordinates(frame.to_degrees(plane))
    assert np.allclose(back, shapely.get_coordinates(line), atol=1e-9)


def test_a_missing_shape_stays_missing() -> None:
    assert Frame(114).to_metres(np.array([None, shapely.Point(114, 22)], object))[0] is None
