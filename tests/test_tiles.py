"""Tiles: what an independent decoder reads is what was put in, right to one tile unit, whatever the shapes."""

import mapbox_vector_tile
import numpy as np
import pytest
import shapely
from hypothesis import assume, given
from hypothesis import strategies as st

from layers._base import Part
from layers.mvt import EXTENT, varint_sizes, varints
from layers.tiles import BUFFER, TileSet, compress, prepare, snap, to_mercator
from zoning.geometry import cell_polygons, cells_to_text, disks

Z, X, Y = 14, 13385, 7123  # a tile of Shenzhen
NUMBERS = st.integers(0, 2**64 - 1)
# Tile units, in the tile and far outside, in eighths: the oracle's own intersection fails on numbers like 5e-28.
AROUND = st.integers(-72_000, 104_000).map(lambda eighths: eighths / 8)


def read(tile: bytes) -> dict:
    """Decode a tile with y down, as it is written."""
    return mapbox_vector_tile.decode(tile, default_options={"y_coord_down": True})


def place(units: np.ndarray) -> np.ndarray:
    """Return the lng, lat of tile units of the test tile."""
    square = (np.asarray(units, float) / EXTENT + [X, Y]) / 2**Z
    lat = np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * square[:, 1]))))
    return np.column_stack([square[:, 0] * 360 - 180, lat])


def on_ground(shape: shapely.Geometry) -> shapely.Geometry:
    """Return a shape given in tile units in degrees."""
    return shapely.transform(shape, place)


def tile_of(*shapes: shapely.Geometry, **columns: list) -> list[dict]:
    """Return the features of the test tile that holds shapes given in tile units."""
    part = Part("it", np.array([on_ground(s) for s in shapes], object), columns)
    return read(TileSet([part]).tile(Z, X, Y)).get("it", {"features": []})["features"]


@given(st.lists(NUMBERS, max_size=50))
def test_varints_are_read_back(numbers: list[int]) -> None:
    words = np.array(numbers, np.uint64)
    data, found, shift = varints(words), [], 0
    for byte in data:
        if not shift:
            found.append(0)
        found[-1] |= (byte & 127) << shift
        shift = shift + 7 if byte & 128 else 0
    assert found == numbers
    assert varint_sizes(words).sum() == len(data)


@given(st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 4000)), min_size=1, max_size=20, unique=True))
def test_points_come_back_where_they_are(points: list[tuple[int, int]]) -> None:
    features = tile_of(*[shapely.Point(p) for p in points])
    assert [f["geometry"]["coordinates"] for f in features] == [list(p) for p in points]
    assert [f["id"] for f in features] == list(range(1, len(points) + 1))


@given(st.data())
def test_rectangles_with_holes_keep_shape_area_and_winding(data: st.DataObject) -> None:
    shapes = []
    for _ in range(data.draw(st.integers(1, 6))):
        x, y = data.draw(st.integers(0, 3000)), data.draw(st.integers(0, 3000))
        w, h = data.draw(st.integers(4, 1000)), data.draw(st.integers(4, 1000))
        hole = shapely.box(x + 1, y + 1, x + w - 2, y + h - 2) if data.draw(st.booleans()) else None
        shape = shapely.box(x, y, x + w, y + h).difference(hole or shapely.Polygon())
        shapes.append(shape.reverse() if data.draw(st.booleans()) else shape)
    features = tile_of(*shapes)
    assert len(features) == len(shapes)
    for feature, shape in zip(features, shapes, strict=True):
        rings = feature["geometry"]["coordinates"]
        assert shapely.geometry.shape(feature["geometry"]).symmetric_difference(shape).area == 0
        assert all(ring[0] == ring[-1] for ring in rings)
        # y is down, so that a ring which is clockwise on the screen is counter-clockwise to shapely.
        assert [shapely.LinearRing(r).is_ccw for r in rings] == [True] + [False] * (len(rings) - 1)


@given(
    st.lists(
        st.lists(st.tuples(AROUND, AROUND), min_size=3, max_size=9),
        min_size=1,
        max_size=5,
    )
)
def test_any_polygon_is_cut_to_the_tile_right_to_a_unit(hulls: list[list[tuple[float, float]]]) -> None:
    shapes = [shapely.MultiPoint(points).convex_hull for points in hulls]
    shapes = [s for s in shapes if s.geom_type == "Polygon" and s.area > 1e4]
    window = shapely.box(-BUFFER, -BUFFER, EXTENT + BUFFER, EXTENT + BUFFER)
    seen = {f["id"] - 1: shapely.geometry.shape(f["geometry"]) for f in tile_of(*shapes)}
    for k, shape in enumerate(shapes):
        wanted = shape.intersection(window)
        found = seen.get(k, shapely.Polygon())
        assert found.is_empty or wanted.buffer(1.5).contains(found)
        assert found.buffer(1.5).contains(wanted.buffer(-1.5)) or wanted.buffer(-1.5).is_empty


@given(st.lists(st.tuples(AROUND, AROUND), min_size=2, max_size=12))
def test_any_line_is_cut_to_the_tile_right_to_a_unit(points: list[tuple[float, float]]) -> None:
    line = shapely.LineString(points)
    assume(line.length > 0)
    wanted = line.intersection(shapely.box(-BUFFER, -BUFFER, EXTENT + BUFFER, EXTENT + BUFFER))
    features = tile_of(line)
    found = shapely.geometry.shape(features[0]["geometry"]) if features else shapely.LineString()
    assert found.is_empty or wanted.buffer(1.5).contains(found)
    # A piece that only touches the edge of the buffer may vanish on the grid.
    assert all(found.buffer(1.5).contains(piece) for piece in shapely.get_parts(wanted) if piece.length >= 2)


def test_multiples_and_empty_shapes() -> None:
    two = shapely.MultiPolygon([shapely.box(0, 0, 9, 9), shapely.box(20, 20, 40, 40) - shapely.box(25, 25, 30, 30)])
    lines = shapely.MultiLineString([[(0, 0), (50, 50)], [(60, 60), (70, 90)]])
    points = shapely.MultiPoint([(5, 5), (7, 9)])
    features = tile_of(two, shapely.Polygon(), lines, points)
    assert [f["geometry"]["type"] for f in features] == ["MultiPolygon", "MultiLineString", "MultiPoint"]
    assert shapely.geometry.shape(features[0]["geometry"]).area == two.area
    assert features[1]["geometry"]["coordinates"] == [[[0, 0], [50, 50]], [[60, 60], [70, 90]]]
    assert features[2]["geometry"]["coordinates"] == [[5, 5], [7, 9]]


def test_what_is_too_small_to_draw_is_dropped_with_its_holes() -> None:
    speck = shapely.box(10, 10, 10.2, 10.2)
    thin = shapely.box(10, 10, 10.3, 500)
    pinhole = shapely.box(100, 100, 200, 200) - shapely.box(150, 150, 150.2, 150.2)
    stub = shapely.LineString([(3, 3), (3.2, 3.1)])
    (feature,) = tile_of(speck, thin, pinhole, stub)
    assert feature["id"] == 3
    assert len(feature["geometry"]["coordinates"]) == 1


def test_a_bow_tie_is_mended() -> None:
    (feature,) = tile_of(shapely.Polygon([(0, 0), (100, 100), (100, 0), (0, 100)]))
    assert shapely.geometry.shape(feature["geometry"]).area == 5000


def test_attributes_of_every_type_are_read_back() -> None:
    dots = [shapely.Point(k, k) for k in range(4)]
    features = tile_of(
        *dots,
        name=["封控区", "", None, "a"],
        count=[1, -5, 2**40, None],
        share=[0.5, float("nan"), -1e-9, 3.0],
        flag=[True, False, None, True],
    )
    assert [f["properties"] for f in features] == [
        {"name": "封控区", "count": 1, "share": 0.5, "flag": True},
        {"name": "", "count": -5, "flag": False},
        {"count": 2**40, "share": -1e-9},
        {"name": "a", "share": 3.0, "flag": True},
    ]


def test_cells_of_five_and_six_corners_with_their_hex_names() -> None:
    pentagon = int("8a0800000007fff", 16)
    cells = disks(np.array([pentagon], np.uint64), 2)[1]
    outlines = cell_polygons(cells)
    x, y = (to_mercator(shapely.get_coordinates(outlines[:1].tolist())) * 2**12).astype(int)[0]
    part = Part("cells", outlines, {"cell": cells_to_text(cells)})
    features = read(TileSet([part]).tile(12, int(x), int(y)))["cells"]["features"]
    corners = {f["properties"]["cell"]: len(f["geometry"]["coordinates"][0]) - 1 for f in features}
    assert corners["8a0800000007fff"] == 5
    assert set(corners.values()) == {5, 6}


def test_a_tile_keeps_the_order_of_the_table_when_some_are_cut() -> None:
    boxes = [shapely.box(k, k, k + (9000 if k % 2 else 5), k + 5) for k in range(0, 40, 1)]
    assert [f["id"] for f in tile_of(*boxes)] == list(range(1, 41))


def test_zooms_bound_a_part() -> None:
    dot = np.array([on_ground(shapely.Point(5, 5))], object)
    tiles = TileSet([Part("far", dot, {}, (0, 13)), Part("near", dot, {}, (14, 22))])
    assert set(read(tiles.tile(Z, X, Y))) == {"near"}
    assert set(read(tiles.tile(13, X // 2, Y // 2))) == {"far"}


@pytest.mark.parametrize("where", [(Z, X + 3, Y), (Z, 0, 0)])
def test_a_tile_without_content_is_empty(where: tuple[int, int, int]) -> None:
    tiles = TileSet([Part("it", np.array([on_ground(shapely.box(0, 0, 9, 9))], object), {})])
    assert tiles.tile(*where) == b""


def test_snap_says_what_is_left() -> None:
    shapes = [on_ground(s) for s in (shapely.box(0, 0, 0.1, 0.1), shapely.box(0, 0, 9, 9))]
    flat, left = snap(prepare(Part("it", np.array(shapes, object), {})).flat, Z, X, Y)
    assert left.tolist() == [1]
    assert len(flat) == 1


def test_compression_is_the_same_each_time() -> None:
    assert compress(b"abc") == compress(b"abc")
