"""In which administrative area each zone lies: what a wall pages through, and a list is sorted by."""

from typing import Any

import numpy as np
import pandas as pd
import shapely

from live.view import View
from zoning.export.columns import plain
from zoning.once import once
from zoning.pipeline import Plan


def place_zones(view: View) -> list[str | None]:
    """Return the smallest area that holds each version of a zone.

    Parameters
    ----------
    view : of `see`.

    Returns
    -------
    Area id by the point inside the outline, None where no area holds it.
    """
    areas = view.plan.tables["areas"]
    points = shapely.point_on_surface(view.versions["geometry"].to_numpy(object))
    if not len(areas) or not len(points):
        return [None] * len(points)
    tree, sizes = _tree(areas)
    point, area = tree.query(points, predicate="within")
    found: list[str | None] = [None] * len(points)
    ids = areas["id"].tolist()
    for at, row in sorted(zip(point.tolist(), area.tolist(), strict=True), key=lambda hit: -sizes[hit[1]]):
        found[at] = str(ids[row])
    return found


@once
def _tree(areas: pd.DataFrame) -> tuple[shapely.STRtree, Any]:
    shapes = np.array(plain(areas["geometry"]), object)
    return shapely.STRtree(shapes), shapely.area(shapes)


def areas_of(plan: Plan, used: set[str | None]) -> list[dict[str, Any]]:
    """Return areas by name, with those that they are part of.

    Parameters
    ----------
    plan : as derived.
    used : ids of areas.

    Returns
    -------
    id, name, name_en, level, parent (id or None), box (west, south, east, north), in the order of the table.
    """
    areas = plan.tables["areas"]
    parents = dict(zip(areas["id"].tolist(), plain(areas["parent_id"]), strict=True))
    wanted = {name for name in used if name in parents}
    while more := {parents[name] for name in wanted} & set(parents) - wanted:
        wanted |= more
    rows = areas[areas["id"].isin(wanted)]
    boxes = np.round(shapely.bounds(np.array(plain(rows["geometry"]), object)).reshape(-1, 4), 6).tolist()
    told = [plain(rows[name]) for name in ("id", "name", "name_en", "level", "parent_id")]
    names = ("id", "name", "name_en", "level", "parent", "box")
    return [dict(zip(names, row, strict=True)) for row in zip(*told, boxes, strict=True)]
