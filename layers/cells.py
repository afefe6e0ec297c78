"""Cells: the risk of each hexagon as a mark in it, never as a fill; parents of the cells at low zoom."""

from math import ceil
from typing import TYPE_CHECKING, Any

import h3
import numpy as np
import pandas as pd
import pyarrow as pa
import shapely
from h3ronpy import change_resolution

from layers._base import RISK, ROAD, Card, Layer, Legend, Look, Part, StyleLayer, row_of, values
from zoning.geometry import cell_centres, cell_polygons, cells_to_text, text_to_cells
from zoning.hashes import zone_of

if TYPE_CHECKING:
    from zoning.pipeline import Plan

# A cell of resolution 11 is 11 px wide at zoom 14; a parent is sqrt(7) times as wide, which is 1.404 zooms.
_FULL_ZOOM, _FULL_RESOLUTION, _ZOOMS_A_STEP = 14, 11, 1.404
_STEPS = 4


def first_zoom(resolution: int) -> int:
    """Return the first zoom at which cells of a resolution are wide enough to be told apart.

    Parameters
    ----------
    resolution : H3 resolution.

    Returns
    -------
    Zoom, 0 or more.
    """
    return max(0, ceil(_FULL_ZOOM - (_FULL_RESOLUTION - resolution) * _ZOOMS_A_STEP))


def coarsen(cells: pd.DataFrame, resolution: int) -> pd.DataFrame:
    """Return the parents of cells: the highest risk and the strictest zone of the children, the sum of their hours.

    Parameters
    ----------
    cells : the plan's cells: cell (uint64), zone (0 none, else the strictest is the lowest), rank, hours, risk.
    resolution : coarser than that of the cells.

    Returns
    -------
    The same columns, one row a parent.
    """
    parent = pa.array(change_resolution(cells["cell"].to_numpy(), resolution)).to_numpy()
    order = np.lexsort((cells["zone"].to_numpy(np.uint64) - np.uint64(1), parent))  # none comes last
    by = cells.assign(cell=parent).iloc[order].groupby("cell", sort=True)
    told = {"zone": ("zone", "first"), "rank": ("rank", "first"), "hours": ("hours", "sum"), "risk": ("risk", "max")}
    return by.agg(**told).reset_index()


def _part(cells: pd.DataFrame, zones: pd.DataFrame, zooms: tuple[int, int]) -> list[Part]:
    ids = cells["cell"].to_numpy("uint64")
    text, named = cells_to_text(ids), cells.assign(zone_id=zone_of(cells["zone"].to_numpy("uint64"), zones).array)
    columns = {"id": text, "risk": values(cells, "risk"), "zone_id": values(named, "zone_id")}
    risky = (cells["risk"] > 0).to_numpy()
    lng, lat = cell_centres(ids[risky])
    marks = {"id": [t for t, r in zip(text, risky, strict=True) if r], "risk": values(cells[risky], "risk")}
    return [
        Part("cells", cell_polygons(ids), columns, zooms),
        Part("risk", shapely.points(lng, lat), marks, zooms),
    ]


def _parts(plan: "Plan") -> list[Part]:
    cells, parts, last = plan.cells, list[Part](), 22
    if not len(cells):
        return []
    full = h3.get_resolution(h3.int_to_str(int(cells["cell"].iloc[0])))
    for resolution in range(full, max(full - _STEPS, -1), -1):
        lowest = resolution == max(full - _STEPS + 1, 0)
        first = 0 if lowest else first_zoom(resolution)
        rows = cells if resolution == full else coarsen(cells, resolution)
        if first <= last:
            parts += _part(rows, plan.zones, (first, last))
        last = first - 1
    return parts


def _style(look: Look) -> list[tuple[int, StyleLayer]]:
    def grown(size: float) -> list[Any]:
        return ["*", size, ["+", 0.45, ["*", 0.22, ["get", "risk"]]]]

    tint: list[Any] = ["match", ["get", "risk"], 1, look["risk-1"], 2, look["risk-2"], 3, look["risk-3"]]
    mark = {
        "circle-radius": [
            "interpolate",
            ["exponential", 2],
            ["zoom"],
            10,
            grown(3),
            14,
            grown(4),
            16,
            grown(7),
            18,
            grown(16),
        ],
        "circle-color": [*tint, look["risk-4"]],
        "circle-opacity": 0.8,
    }
    cells = {"source": "plan", "source-layer": "cells"}
    grid = {"line-color": look["ink"], "line-opacity": 0.1, "line-width": 0.7}
    return [
        (ROAD + 2, {"id": "cells-pick", "type": "fill", "paint": {"fill-color": "rgba(0,0,0,0)"}, **cells}),
        (RISK, {"id": "cell-grid", "type": "line", "minzoom": 16, "paint": grid, **cells}),
        (RISK, {"id": "risk", "type": "circle", "source": "plan", "source-layer": "risk", "paint": mark}),
    ]


def _card(plan: "Plan", key: str) -> Card | None:
    cell = text_to_cells([key])
    if not cell[0]:
        return None
    lng, lat = cell_centres(cell)
    row = row_of(plan.cells, cell[0], "cell") or {}
    rows = tuple((k, row[k]) for k in ("hours", "risk") if row.get(k) is not None)
    return Card({"zh": key, "en": key}, "cells", rows, (float(lng[0]), float(lat[0])))


def _legend(look: Look) -> list[Legend]:
    names = {"zh": "单元风险", "en": "risk per cell"}
    return [Legend(names, dots=tuple(look[f"risk-{k}"] for k in (1, 2, 3, 4)))]


CELLS_LAYER = Layer("cells", {"zh": "单元风险", "en": "Risk per cell"}, "plan", _parts, _style, _card, legend=_legend)
