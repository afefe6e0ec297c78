"""What a zone looks like: footprints, fences, cells, legal outlines, each less what is stricter."""

from typing import Any

import numpy as np
import pytest
import shapely

from tests.small_town import area, box, classes, derive_town, estate, floors, home, house, metres, point, stairwell
from zoning.geometry import cell_centres, cell_polygons, points_to_cells
from zoning.pipeline import Plan


def shape(plan: Plan, target: str) -> Any:
    """The one outline of a class, in metres."""
    held = plan.zones[plan.zones["class"] == target]
    assert len(held) == 1
    return metres(held["geometry"].iloc[0])


def covers(plan: Plan, target: str, *spots: tuple[float, float]) -> list[bool]:
    return [bool(shape(plan, target).covers(shapely.Point(spot))) for spot in spots]


def square(x: float, y: float, width: float, height: float) -> Any:
    return metres(box(x, y, width, height))


def test_a_building_is_drawn_by_its_footprint() -> None:
    plan = derive_town(buildings=[house("B1", 0, 0)], areas=[area("A1", 500, 0, 9, 9)], cases=[home("C1", "B1")])
    assert shape(plan, "sealed").symmetric_difference(square(0, 0, 20, 20)).area < 0.01
    assert plan.zones.set_index("class").at["sealed", "area_m2"] == pytest.approx(400, abs=0.1)


def test_an_estate_is_drawn_by_its_fence_less_the_stricter_building() -> None:
    plan = derive_town(
        estates=[estate("E1", 0, 0, 200, 100)],
        buildings=[house("B1", 10, 10), house("B2", 150, 10), house("B3", 190, 50)],
        cases=[home("C1", "B1")],
    )
    assert covers(plan, "controlled", (20, 20), (100, 50), (160, 20), (199, 60)) == [False, True, True, True]
    assert shape(plan, "sealed").symmetric_difference(square(10, 10, 20, 20)).area < 0.01


def test_a_building_that_sticks_out_of_its_fence_is_drawn_whole() -> None:
    plan = derive_town(
        estates=[estate("E1", 0, 0, 100, 100)],
        buildings=[house("B1", 10, 10), house("OUT", 95, 10, "E1")],
        cases=[home("C1", "B1")],
    )
    assert covers(plan, "controlled", (110, 20)) == [True]


def test_two_floors_of_one_footprint_are_both_drawn_with_it() -> None:
    plan = derive_town(
        buildings=[house("B1", 0, 0)],
        units=[floors("F1", "B1", 1, 3), floors("F4", "B1", 4, 9)],
        cases=[home("C1", "F4")],
    )
    footprint = square(0, 0, 20, 20)
    for target in ("sealed", "controlled"):
        assert shape(plan, target).symmetric_difference(footprint).area < 0.01


def test_stairwells_with_footprints_of_their_own_are_drawn_apart() -> None:
    units = [{**stairwell(f"U{n}", "B1", n), "geometry": box(10 * (n - 1), 0, 10, 20)} for n in (1, 2)]
    plan = derive_town(buildings=[house("B1", 0, 0)], units=units, cases=[home("C1", "U1")])
    assert covers(plan, "sealed", (5, 10), (15, 10)) == [True, False]
    assert covers(plan, "controlled", (5, 10), (15, 10)) == [False, True]


def test_an_area_is_drawn_by_its_legal_outline_less_the_stricter_zones() -> None:
    houses = [house("B1", 10, 10), house("B2", 90, 60)]
    plan = derive_town(buildings=houses, areas=[area("A1", 0, 0, 100, 100)], cases=[home("C1", "B1")])
    wanted = square(0, 0, 100, 100).difference(square(10, 10, 20, 20))
    assert shape(plan, "precaution").symmetric_difference(wanted).area < 0.1


@pytest.mark.parametrize("parent", [None, "E1"])
def test_a_cell_is_drawn_without_the_footprints_on_it_whether_they_are_in_a_fenceless_estate_or_in_none(
    parent: str | None,
) -> None:
    spot = point(0, 0)
    cell = points_to_cells(np.array([spot["lng"]]), np.array([spot["lat"]]), 11)
    (lng,), (lat,) = cell_centres(cell)
    middle = metres(shapely.Point(lng, lat))
    building = {"id": "B1", "parent_id": parent, "geometry": box(middle.x + 17, middle.y - 30, 60, 60)}
    estates = [{"id": "E1", "name": "E1", "geometry": None}]
    plan = derive_town(estates=estates, buildings=[building], cases=[home("C1", lng=lng, lat=lat)])
    whole = metres(cell_polygons(cell)[0])
    assert classes(plan)["B1"] == "controlled"
    assert whole.intersection(metres(building["geometry"])).area > 100
    assert shape(plan, "sealed").symmetric_difference(whole - metres(building["geometry"])).area < 0.1


def test_every_outline_is_a_multipolygon_even_where_pieces_only_touch() -> None:
    plan = derive_town(
        estates=[estate("E1", 0, 0, 100, 100)],
        buildings=[house("B1", 0, 0), house("B2", 20, 20), house("B3", 40, 40)],
        areas=[area("A1", 0, 0, 100, 100)],
        cases=[home("C1", "B1"), home("C2", "B2"), home("C3", "B3")],
    )
    assert set(plan.zones.geometry.geom_type) == {"MultiPolygon"}
    assert shapely.is_valid(plan.zones.geometry.to_numpy()).all()
    assert len(plan.zones[plan.zones["class"] == "sealed"]) == 1
    assert len(plan.zones.set_index("class").at["sealed", "geometry"].geoms) >= 1
