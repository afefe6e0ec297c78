"""Areas that overlap or leave gaps are told of; neighbours that only touch are not."""

import geopandas as gpd
import pytest
import shapely

from zoning.intake.coverage import check_coverage

A, B, FAR = shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1), shapely.box(5, 5, 6, 6)


def told(*shapes: shapely.Polygon, levels: str = "") -> tuple[str, ...]:
    levels = levels or "x" * len(shapes)
    names = [chr(ord("a") + at) for at in range(len(shapes))]
    return check_coverage(gpd.GeoDataFrame({"name": names, "level": list(levels)}, geometry=list(shapes)))


@pytest.mark.parametrize("shapes", [(), (A,), (A, B), (A, B, FAR)])
def test_neighbours_and_islands_are_fine(shapes: tuple[shapely.Polygon, ...]) -> None:
    assert told(*shapes) == ()


def test_overlaps_are_told_within_a_level_only() -> None:
    assert told(A, shapely.box(0.5, 0, 2, 1)) == ("areas of level x overlap in 1 places: a and b",)
    assert told(A, shapely.box(0.5, 0, 2, 1), levels="xy") == ()
    assert told(A, shapely.box(0.9999, 0, 2, 1)) == ()


def test_a_gap_that_areas_enclose_is_told() -> None:
    ring = shapely.difference(shapely.box(-1, -1, 3, 2), shapely.box(0, 0, 2, 1))
    assert told(ring, A)[0].startswith("areas of level x leave 1 gaps, beside ")
    assert told(ring, A, B) == ()
