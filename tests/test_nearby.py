"""What lies near a place is what a look at every one in metres finds, wherever on earth."""

import numpy as np
import pandas as pd
import shapely
from hypothesis import strategies as st

from tests.examples import Hold, few_then_many
from zoning.geometry import Frame
from zoning.nearby import Points, in_metres, near, near_footprints, road_tree

GRID = [round(114 + 0.0005 * n, 4) for n in range(-30, 30)]
OFFSETS = st.tuples(*[st.floats(-3000, 3000)] * 2)
SIZES = st.tuples(*[st.sampled_from([2.0, 20.0, 300.0, 10_000.0])] * 2)
CORNERS = st.tuples(st.floats(-9, 9), st.floats(-75, 75))


def town(corner: tuple[float, float], boxes: list[tuple[tuple[float, float], tuple[float, float]]]) -> pd.DataFrame:
    """Footprints about a corner; the last one is borrowed from the first."""
    x, y = FRAME.to_metres(shapely.Point(114 + corner[0], corner[1])).coords[0]
    plane = [shapely.box(x + dx, y + dy, x + dx + width, y + dy + depth) for (dx, dy), (width, depth) in boxes]
    shapes = FRAME.to_degrees(np.array([*plane, plane[0]], object))
    return pd.DataFrame({"own": [True] * len(plane) + [False], "geometry": pd.Series(shapes, dtype=object)})


FRAME = Frame(114)


@few_then_many(60, 1000)
def test_none_within_reach_is_left_out(hold: Hold) -> None:
    def check(
        corner: tuple[float, float], boxes: list[tuple[tuple[float, float], tuple[float, float]]], reach: float
    ) -> None:
        units = town(corner, boxes)
        shapes = units["geometry"].to_numpy(object)
        asked = np.concatenate([shapes, shapely.point_on_surface(shapes)])
        owner, row, footprint = near_footprints(asked, reach, units, FRAME)
        plane, own = FRAME.to_metres(shapes), np.flatnonzero(units["own"])
        far = shapely.distance(FRAME.to_metres(asked)[:, None], plane[own][None, :])
        brute = {(int(a), int(own[b])) for a, b in np.argwhere(far <= reach)}
        assert brute <= set(zip(owner.tolist(), row.tolist(), strict=True))
        assert shapely.equals_exact(footprint, plane[row]).all()

    hold(CORNERS, st.lists(st.tuples(OFFSETS, SIZES), min_size=1, max_size=8), st.sampled_from([0.0, 15.0, 30.0, 5e3]))(
        check
    )


def test_each_shape_has_a_reach_of_its_own_and_what_is_far_away_is_not_looked_at() -> None:
    units = town((0.05, 22.5), [((0, 0), (20, 20)), ((100, 0), (20, 20)), ((900, 0), (20, 20))])
    points = shapely.point_on_surface(units["geometry"].to_numpy(object)[:2])
    owner, row, _ = near_footprints(points, np.array([0.0, 95.0]), units, FRAME)
    assert list(zip(owner.tolist(), sorted(row.tolist()), strict=True)) == [(0, 0), (1, 0), (1, 1)]


def test_a_city_without_footprints_has_none_near() -> None:
    units = town((0, 0), [((0, 0), (20, 20))]).iloc[:0]
    found = near_footprints(np.array([shapely.Point(114, 0)], object), 30.0, units, FRAME)
    assert [len(part) for part in found] == [0, 0, 0]


def test_a_footprint_that_is_asked_twice_is_the_same_object_and_nothing_stays_nothing() -> None:
    units = town((0, 0), [((0, 0), (20, 20))])
    units.at[1, "geometry"] = None
    one, two, none = in_metres(np.array([0, 0, 1]), units, FRAME)
    assert one is two
    assert round(one.area) == 400
    assert none is None


@few_then_many(40, 500)
def test_points_in_strips_are_those_that_a_look_at_every_one_finds(hold: Hold) -> None:
    spot = st.tuples(st.sampled_from(GRID), st.sampled_from(GRID).map(lambda at: at - 90))

    def check(spots: list[tuple[float, float]], corners: list[tuple[float, float]], size: float) -> None:
        lng, lat = np.array(spots).T
        shapes = np.array([shapely.box(x, y, x + size, y + size / 2) for x, y in corners] + [shapely.Polygon()], object)
        owner, row = Points(lng, lat).inside(shapes)
        brute = np.argwhere(shapely.intersects_xy(shapes[:, None], lng, lat)).tolist()
        assert sorted(map(list, zip(owner.tolist(), row.tolist(), strict=True))) == brute

    hold(st.lists(spot, min_size=1, max_size=20), st.lists(spot, max_size=4), st.sampled_from([0.001, 0.005, 0.02]))(
        check
    )


def test_of_no_points_none_is_inside() -> None:
    found = Points(np.empty(0), np.empty(0)).inside(np.array([shapely.box(0, 0, 1, 1)], object))
    assert [len(part) for part in found] == [0, 0]


def test_a_road_near_a_place_is_found_in_metres() -> None:
    lines = [shapely.LineString([(0, 0), (50, 0)]), shapely.LineString([(0, 500), (50, 500)])]
    x, y = FRAME.to_metres(shapely.Point(114.05, 22.5)).coords[0]
    plane = shapely.transform(np.array(lines, object), lambda at: at + np.array([x, y]))
    roads = pd.DataFrame({"geometry": pd.Series(FRAME.to_degrees(plane), dtype=object)})
    here = np.array([shapely.Point(114.05, 22.5)], object)
    owner, row, line = near(here, 100.0, road_tree(roads), FRAME)
    assert (owner.tolist(), row.tolist()) == ([0], [0])
    assert shapely.equals_exact(line[0], plane[0], 1e-6)
