"""The datum detector on the town: points in GCJ-02 that were declared as WGS84 are noticed, right ones are not."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely

from tests.town_golden import TOWN
from zoning.datum import from_wgs84
from zoning.loading import load_file
from zoning.pipeline import Plan
from zoning.store import Workspace


@pytest.fixture(scope="module")
def doors(town_plan: Plan) -> tuple[np.ndarray, np.ndarray]:
    """Fifty house doors of the town: points on the outlines of its buildings, WGS84."""
    shapes = town_plan.tables["buildings"]["geometry"].to_numpy(object)
    along = np.random.default_rng(1).uniform(0, 1, 50)
    points = [
        shapely.line_interpolate_point(shapes[i % len(shapes)].exterior, a, normalized=True)
        for i, a in enumerate(along)
    ]
    return shapely.get_x(points), shapely.get_y(points)


def notices(folder: Path, lng: np.ndarray, lat: np.ndarray) -> list[str]:
    """What loading these points as WGS84 tells."""
    table = pd.DataFrame({"name": [f"门{i}" for i in range(len(lng))], "lng": lng, "lat": lat})
    table.to_csv(folder / "doors.csv", index=False)
    return [n for n in load_file(Workspace(folder), folder / "doors.csv", "places").notices if "GCJ-02" in n]


def test_shifted_points_are_told_with_metres(town_copy: Path, doors: tuple[np.ndarray, np.ndarray]) -> None:
    told = notices(town_copy, *from_wgs84(*doors, "gcj02"))
    assert len(told) == 1
    assert " m " in told[0]
    assert "--crs gcj02" in told[0]


def test_right_points_are_not_told(town_copy: Path, doors: tuple[np.ndarray, np.ndarray]) -> None:
    assert notices(town_copy, *doors) == []


def test_the_towns_own_files_are_not_told(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "w", create=True)
    load_file(workspace, TOWN / "roads.geojson", "roads")
    assert not [n for n in load_file(workspace, TOWN / "buildings.geojson", "buildings").notices if "GCJ" in n]
