"""Bare ground: where no case was, in no home of one and in no place that one visited."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely import Geometry as Shape

from zoning.geometry import cell_polygons
from zoning.lookup import atoms_inside
from zoning.pipeline import Plan


def bare_shares(rows: pd.DataFrame, shapes: Mapping[str, Shape | None], plan: Plan) -> list[float]:
    """Return the share of the people of some groups of atoms who live on bare ground.

    Parameters
    ----------
    rows : name (of the group), atom (number), people.
    shapes : name -> outline (WGS84), None for the footprints of its atoms; all groups that are asked for.
    plan : its stays, and footprints of its atoms.

    Returns
    -------
    One share a name; of the area where a group has no people, NaN where it has none either.
    """
    visited = rows["atom"].isin(_visited(plan))
    here = rows.assign(at=rows["people"].where(visited, 0.0), visited=visited)
    of, found = dict(list(here.groupby("name"))), list[float]()
    for name, shape in shapes.items():
        mine = of.get(name, here.iloc[:0])
        people, at = mine["people"].sum(), mine["at"].sum()
        found.append(1 - at / people if people > 0 else _of_area(mine, shape, plan))
    return found


def _of_area(rows: pd.DataFrame, shape: Shape | None, plan: Plan) -> float:
    atoms = rows["atom"].to_numpy(np.uint64)
    visited = shapely.union_all(_footprints(atoms[rows["visited"].to_numpy(bool)], plan))
    ground = shapely.union_all(_footprints(atoms, plan)) if shape is None else shape
    both = np.array([ground, shapely.intersection(ground, visited)], object)
    whole, part = shapely.area(plan.frame.to_metres(both))
    return float(1 - part / whole) if whole else np.nan


def _visited(plan: Plan) -> npt.NDArray[np.uint64]:
    """Return the atoms where a source lived or stayed in its window; of one known only by its estate, all of that."""
    stays = plan.stays[~plan.stays["ghost"].astype(bool) & plan.stays["known"].astype(bool)]
    unit = stays["unit"].to_numpy(np.int64)
    inside = atoms_inside(np.unique(unit[unit >= 0]), plan.inside)[1]
    return np.concatenate([inside.astype(np.uint64), stays["cell"].to_numpy(np.uint64)[unit < 0]])


def _footprints(atoms: npt.NDArray[np.uint64], plan: Plan) -> list[Shape]:
    units = atoms < len(plan.atoms)
    rows = plan.atoms["unit"].to_numpy(np.int64)[atoms[units].astype(np.int64)]
    shapes = [*plan.units["geometry"].to_numpy(object)[rows], *cell_polygons(atoms[~units])]
    return [shape for shape in shapes if shape is not None]
