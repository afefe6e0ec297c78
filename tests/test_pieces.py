"""What is put together by rings is what overlay gives, whatever touches, overlaps or sticks out."""

from typing import Any

import h3
import numpy as np
import shapely
from hypothesis import example, given
from hypothesis import strategies as st

from zoning.geometry import cell_polygons, disks
from zoning.pieces import cut_out, dissolve_cells, less, put_together

SIDE = st.integers(0, 9)
HERE = np.uint64(h3.str_to_int(h3.latlng_to_cell(22.54, 114.05, 11)))
COURT = shapely.Polygon([(1, 1), (5, 1), (5, 5), (1, 5)], [[(2, 2), (4, 2), (4, 4), (2, 4)]])


@st.composite
def boxes(draw: Any) -> Any:
    """Small boxes on a grid, now and then a courtyard: they nest, touch, cross and repeat."""
    x, y, width, height = draw(SIDE), draw(SIDE), draw(st.integers(1, 4)), draw(st.integers(1, 4))
    return draw(st.sampled_from([shapely.box(x, y, x + width, y + height)] * 4 + [COURT]))


def shapes_of(found: list[Any]) -> Any:
    shapes = np.empty(len(found), object)
    shapes[:] = found
    return shapes


def same(one: Any, other: Any) -> bool:
    return bool(shapely.is_valid(one) and shapely.area(shapely.symmetric_difference(one, other)) < 1e-9)


@given(st.lists(boxes(), max_size=6))
def test_a_shell_less_its_holes_is_the_difference(found: list[Any]) -> None:
    shells, holes = shapes_of([shapely.box(0, 0, 8, 8), shapely.box(-1, -1, 20, 20), COURT]), shapes_of(found * 2)
    owner = np.repeat([0, 1], len(found))
    made, union = cut_out(shells, owner, holes), shapely.union_all(found)
    assert all(same(made[i], shapely.difference(shells[i], union)) for i in (0, 1))
    assert made[2] is COURT
    assert shells[0].area == 64


def test_holes_well_inside_are_kept_as_rings_and_those_that_touch_are_united() -> None:
    shell, apart, beside = shapely.box(0, 0, 8, 8), shapely.box(1, 1, 2, 2), shapely.box(2, 1, 3, 2)
    rings = [
        len(cut_out(shapes_of([shell]), np.zeros(len(holes), np.int64), shapes_of(holes))[0].interiors)
        for holes in ([apart], [apart, shapely.box(4, 4, 5, 5)], [apart, beside])
    ]
    assert rings == [1, 2, 1]


@given(st.lists(st.tuples(boxes(), st.integers(0, 2)), max_size=8))
def test_parts_put_together_are_their_union(found: list[tuple[Any, int]]) -> None:
    parts, owner = shapes_of([p for p, _ in found]), np.array([o for _, o in found], np.int64)
    made = put_together(parts, owner, 3)
    assert all(same(made[i], shapely.union_all(parts[owner == i])) for i in range(3))
    assert {shape.geom_type for shape in made} == {"MultiPolygon"}


def test_lines_and_points_that_overlay_leaves_behind_are_dropped() -> None:
    mixed = shapely.GeometryCollection([shapely.Point(9, 9), shapely.MultiPolygon([shapely.box(0, 0, 1, 1)])])
    made = put_together(shapes_of([mixed, shapely.LineString([(0, 0), (1, 1)])]), np.array([0, 1]), 2)
    assert made[0].equals(shapely.MultiPolygon([shapely.box(0, 0, 1, 1)]))
    assert made[1].is_empty


@given(st.lists(boxes(), max_size=6))
@example([shapely.box(0, 0, 1, 1), COURT, shapely.box(5, 5, 6, 6)]).via("a hole that touches the edge another left")
def test_an_outline_less_what_is_taken_is_the_difference(found: list[Any]) -> None:
    taken = shapes_of([p for p in shapely.get_parts(shapely.union_all(found)) if p.geom_type == "Polygon"])
    outline = shapely.MultiPolygon([shapely.box(2, 2, 7, 12), shapely.box(9, 0, 12, 3)])
    assert same(less(outline, taken), shapely.difference(outline, shapely.union_all(found)))


@given(st.lists(st.tuples(st.integers(0, 36), st.integers(0, 2)), max_size=40))
def test_cells_dissolve_within_their_set_and_not_across(chosen: list[tuple[int, int]]) -> None:
    ring = disks(np.array([HERE]), 3)[1]
    cells, owner = ring[[c for c, _ in chosen]], np.array([o for _, o in chosen], np.int64)
    parts, of = dissolve_cells(cells, owner)
    for number in range(3):
        union = shapely.union_all(cell_polygons(np.unique(cells[owner == number])))
        # Cells meet in edges only, so the connected sets of cells are the polygons of their union.
        assert (of == number).sum() == len(shapely.get_parts(union))
        assert shapely.area(shapely.symmetric_difference(shapely.union_all(parts[of == number]), union)) < 1e-12
