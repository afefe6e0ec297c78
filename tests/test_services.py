"""Services: nearest by road on a small grid, bridges, unreachable ground, and agreement with a plain search."""

import heapq
from math import hypot
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from zoning.geometry import Frame
from zoning.services import DTYPES, link_services

FRAME = Frame(114)
ORIGIN = shapely.get_coordinates(FRAME.to_metres(shapely.Point(114.06, 22.54)))[0]
# Degrees of 7 digits are steps of about a centimetre.
STEP_M = 0.05


def degrees(shape: Any) -> Any:
    found = FRAME.to_degrees(shapely.transform(shape, lambda at: at + ORIGIN))
    return shapely.transform(found, lambda at: np.round(at, 7))


def zones(*middles: tuple[float, float]) -> pd.DataFrame:
    shapes = [degrees(shapely.box(x - 1, y - 1, x + 1, y + 1)) for x, y in middles]
    return pd.DataFrame({"zone_id": [f"Z{i}" for i in range(len(shapes))], "geometry": shapes})


def roads(*lines: list[tuple[float, float]]) -> pd.DataFrame:
    return pd.DataFrame({"geometry": [degrees(shapely.LineString(line)) for line in lines]}, dtype=object)


def sites(*rows: tuple[str, str, float, float]) -> pd.DataFrame:
    table = pd.DataFrame([(r[0], r[0].upper(), r[1]) for r in rows], columns=["id", "name", "kind"]).astype("str")
    return table.assign(geometry=[degrees(shapely.Point(r[2:])) for r in rows])


def only(found: pd.DataFrame) -> tuple[str, float, bool]:
    assert len(found) == 1
    return found["site_id"].iloc[0], found["distance_m"].iloc[0], found["by_road"].iloc[0]


def near(metres: float) -> Any:
    return pytest.approx(metres, abs=STEP_M)


def test_by_road_beats_as_the_crow_flies() -> None:
    # A wall between: 'close' is 20 m off but 980 m by road, 'open' 300 m along it.
    road = roads([(0, 0), (500, 0), (500, 20), (0, 20)], [(0, 0), (-300, 0)])
    found = link_services(zones((0, 0)), sites(("close", "clinic", 0, 20), ("open", "clinic", -300, 0)), road, FRAME)
    assert only(found) == ("open", near(300), True)


def test_the_ways_to_and_from_the_road_count() -> None:
    found = link_services(zones((0, 30)), sites(("s", "clinic", 100, -40)), roads([(0, 0), (100, 0)]), FRAME)
    assert only(found) == ("s", near(30 + 100 + 40), True)


def test_the_sites_own_way_decides_between_two() -> None:
    both = sites(("a", "clinic", 100, 90), ("b", "clinic", -150, 0))
    found = link_services(zones((0, 0)), both, roads([(-150, 0), (0, 0), (100, 0)]), FRAME)
    assert only(found) == ("b", near(150), True)


def test_lines_that_cross_without_a_shared_vertex_are_not_joined() -> None:
    bridge = roads([(-100, 0), (100, 0)], [(0, -100), (0, 100)])
    found = link_services(zones((-100, 0)), sites(("s", "clinic", 0, 100)), bridge, FRAME)
    assert only(found) == ("s", near(hypot(100, 100)), False)


def test_lines_that_share_a_vertex_are_joined() -> None:
    crossing = roads([(-100, 0), (0, 0), (100, 0)], [(0, -100), (0, 0), (0, 100)])
    found = link_services(zones((-100, 0)), sites(("s", "clinic", 0, 100)), crossing, FRAME)
    assert only(found) == ("s", near(200), True)


def test_a_piece_in_two_roads_is_counted_once() -> None:
    twice = roads([(0, 0), (100, 0)], [(100, 0), (0, 0), (0, 50)])
    assert only(link_services(zones((0, 0)), sites(("s", "clinic", 100, 0)), twice, FRAME)) == ("s", near(100), True)


def test_parts_of_a_line_are_not_joined_to_each_other() -> None:
    shape = shapely.MultiLineString([[(0, 0), (10, 0)], [(100, 0), (110, 0)]])
    apart = pd.DataFrame({"geometry": [degrees(shape)]})
    found = link_services(zones((0, 0)), sites(("s", "clinic", 110, 0)), apart, FRAME)
    assert only(found) == ("s", near(110), False)


def test_every_kind_has_its_row_and_no_roads_is_no_error() -> None:
    many = sites(("b", "supply", 5, 0), ("a", "clinic", 30, 40), ("c", "clinic", 60, 80))
    found = link_services(zones((0, 0), (60, 80)), many, roads(), FRAME)
    assert found[["zone_id", "site_kind", "site_id"]].to_numpy().tolist() == [
        ["Z0", "clinic", "a"],
        ["Z0", "supply", "b"],
        ["Z1", "clinic", "c"],
        ["Z1", "supply", "b"],
    ]
    assert not found["by_road"].any()
    assert found["distance_m"].iloc[0] == near(50)
    assert {c: str(t) for c, t in found.dtypes.items()} == DTYPES


def test_no_sites_and_no_zones() -> None:
    for found in (
        link_services(zones((0, 0)), sites(), roads(), FRAME),
        link_services(zones(), sites(("s", "clinic", 0, 0)), roads([(0, 0), (1, 1)]), FRAME),
    ):
        assert found.empty
        assert list(found) == list(DTYPES)


def shortest(links: set[tuple[tuple[int, int], tuple[int, int]]], start: tuple[int, int]) -> dict[Any, float]:
    """Plain Dijkstra on grid points 100 m apart."""
    done: dict[tuple[int, int], float] = {}
    queue = [(0.0, start)]
    while queue:
        far, at = heapq.heappop(queue)
        if at not in done:
            done[at] = far
            for a, b in links:
                if at in (a, b):
                    heapq.heappush(queue, (far + 100, b if at == a else a))
    return done


GRID = [(x, y) for x in range(4) for y in range(4)]
STREETS = [((x, y), (x + dx, y + dy)) for x, y in GRID for dx, dy in ((1, 0), (0, 1)) if x + dx < 4 and y + dy < 4]


@given(st.sets(st.sampled_from(STREETS), min_size=1), st.data())
def test_distances_agree_with_a_plain_search(links: set[Any], data: st.DataObject) -> None:
    corners = sorted({end for link in links for end in link})
    start = data.draw(st.sampled_from(corners))
    places = data.draw(st.lists(st.sampled_from(corners), min_size=1, max_size=3, unique=True))
    table = sites(*((f"s{i}", "clinic", 100 * x, 100 * y) for i, (x, y) in enumerate(places)))
    network = roads(*([(100 * a[0], 100 * a[1]), (100 * b[0], 100 * b[1])] for a, b in sorted(links)))
    _, metres, by_road = only(link_services(zones((100 * start[0], 100 * start[1])), table, network, FRAME))
    reach = shortest(links, start)
    known = [reach[p] for p in places if p in reach]
    straight = min(hypot(100 * (p[0] - start[0]), 100 * (p[1] - start[1])) for p in places)
    assert by_road == bool(known)
    assert metres == pytest.approx(min(known) if known else straight, abs=0.2)
