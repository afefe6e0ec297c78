"""What grounds are taken from, and the grounds found so far.

An atom is written as one number: the row of a unit atom in the atoms table, or the H3 index of a ground cell (which is
always larger than any row).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import shapely

from zoning.geometry import Cells, Floats, Frame, cell_centres, cell_polygons, cover
from zoning.policy import Policy
from zoning.settings import Settings


@dataclass
class Scene:
    """What grounds are taken from: the tables of earlier stages, and the grounds found so far.

    `spots` has one row a stay; `holds` maps the key of a ground to its atoms; `legal` maps it to its legal outline
    (WGS84) where it has one that cuts through atoms: an area, a street block, a radius; `exact` maps a ground that took
    all that it touches to the atoms whose representative point it holds.
    """

    units: pd.DataFrame
    atoms: pd.DataFrame
    inside: pd.DataFrame
    spots: pd.DataFrame
    tables: Mapping[str, pd.DataFrame]
    policy: Policy
    frame: Frame
    settings: Settings
    holds: dict[str, Cells] = field(default_factory=dict)
    legal: dict[str, shapely.Geometry] = field(default_factory=dict)
    exact: dict[str, Cells] = field(default_factory=dict)


def hold_shape(key: str, shape: shapely.Geometry, touch: bool, scene: Scene) -> None:
    """Resolve a legal outline to atoms: all that it touches, or those whose representative point it holds.

    Parameters
    ----------
    key : of the ground; one that is there already is kept.
    shape : the legal outline, WGS84.
    touch : which of the two.
    scene : gets `holds`, `legal` and, for touch, `exact`.
    """
    if key in scene.holds:
        return
    if touch:
        shapes = scene.units["geometry"].to_numpy(object)[scene.atoms["unit"].to_numpy()]
        rows = np.flatnonzero(shapely.intersects(shape, shapes))
    else:
        rows = np.flatnonzero(
            shapely.intersects_xy(shape, scene.atoms["lng"].to_numpy(), scene.atoms["lat"].to_numpy())
        )
    cells = np.unique(cover(np.array([shape], object), scene.settings.resolution, touch)[1])
    scene.holds[key] = np.concatenate([rows.astype(np.uint64), cells])
    scene.legal[key] = shape


def atom_points(atoms: Cells, table: pd.DataFrame) -> tuple[Floats, Floats]:
    """Return the representative points of atoms.

    Parameters
    ----------
    atoms : (n,) uint64 atom numbers: rows of `table` or cells.
    table : the atoms table.

    Returns
    -------
    lng, lat : (n,) degrees, WGS84.
    """
    lng, lat, unit = np.empty(len(atoms)), np.empty(len(atoms)), atoms < len(table)
    rows = atoms[unit].astype(np.int64)
    lng[unit], lat[unit] = table["lng"].to_numpy(float)[rows], table["lat"].to_numpy(float)[rows]
    lng[~unit], lat[~unit] = cell_centres(atoms[~unit])
    return lng, lat


def atom_outline(atoms: Cells, scene: Scene) -> shapely.Geometry:
    """Return the union of the footprints and cells of some atoms.

    Parameters
    ----------
    atoms : (n,) uint64 atom numbers.
    scene : for the units' footprints.

    Returns
    -------
    A shapely geometry, WGS84.
    """
    unit = atoms < len(scene.atoms)
    rows = scene.atoms["unit"].to_numpy()[atoms[unit].astype(np.int64)]
    parts = [*scene.units["geometry"].to_numpy(object)[rows], *cell_polygons(atoms[~unit])]
    return shapely.union_all(parts)
