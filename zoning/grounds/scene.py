"""What grounds are taken from, and the grounds found so far.

An atom is written as one number: the row of a unit atom in the atoms table, or the H3 index of a ground cell (which is
always larger than any row).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
import shapely

from zoning.geometry import Cells, Floats, Frame, Ints, Shapes, cell_centres, cell_polygons, cover
from zoning.lookup import at_level, atoms_inside
from zoning.nearby import atoms_met, placed
from zoning.policy import Policy
from zoning.settings import Settings


@dataclass
class Scene:
    """What grounds are taken from: the tables of earlier stages, and the grounds found so far.

    `spots` has one row a stay; `holds` maps the key of a ground to its atoms; `legal` maps it to its legal outline
    (WGS84) where it has one that cuts through atoms: an area, a street block, a radius; `exact` maps a ground that took
    all that it touches to the atoms whose representative point it holds; `whole` maps a ground that was cut at a border
    to the one that it was cut from; `rims` maps a ground to the atoms that its legal outline meets and does not hold.
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
    whole: dict[str, str] = field(default_factory=dict)
    rims: dict[str, Cells] = field(default_factory=dict)

    def at(self, spots: pd.DataFrame) -> "Scene":
        """Return the same scene for other places; grounds found there are known here.

        Parameters
        ----------
        spots : of `locate`, numbered from 0.

        Returns
        -------
        Scene.
        """
        return replace(self, spots=spots)


def hold_shapes(outlines: Mapping[str, shapely.Geometry], scene: Scene) -> None:
    """Resolve legal outlines to atoms, as the pack holds: by touch, or those whose representative point they hold.

    Parameters
    ----------
    outlines : key of the ground -> legal outline, WGS84; a ground that is there already is kept.
    scene : gets `holds`, `legal` and, where the pack holds by touch, `exact`, else `rims`.
    """
    fresh = {key: shape for key, shape in outlines.items() if key not in scene.holds}
    if not fresh:
        return
    shapes = np.array(list(fresh.values()), object)
    held = dict(zip(fresh, _held(shapes, placed(scene.atoms).inside(shapes), False, scene), strict=True))
    met = dict(zip(fresh, _held(shapes, atoms_met(shapes, scene.units, scene.atoms), True, scene), strict=True))
    if scene.policy.pack.holding == "touches":
        scene.exact.update(held)
        held = met
    else:
        scene.rims.update({key: np.setdiff1d(met[key], held[key], assume_unique=True) for key in fresh})
    if scene.policy.pack.holding_level:
        held = {key: _whole(atoms, scene.policy.pack.holding_level, scene) for key, atoms in held.items()}
    scene.holds.update(held)
    scene.legal.update(fresh)


def _held(outlines: Shapes, atoms: tuple[Ints, Ints], touch: bool, scene: Scene) -> list[Cells]:
    """Return, for each outline, the unit atoms that it meets and its cells; in order, each once."""
    owner, row = atoms
    cell_owner, cell = cover(outlines, scene.settings.resolution, touch)
    owner, atom = np.concatenate([owner, cell_owner]), np.concatenate([row.astype(np.uint64), cell])
    order = np.lexsort((atom, owner))
    owner, atom = owner[order], atom[order]
    once = (np.diff(owner, prepend=-1) != 0) | (np.diff(atom, prepend=atom[:1]) != 0)
    return np.split(atom[once], np.searchsorted(owner[once], np.arange(len(outlines))))[1:]


def _whole(atoms: Cells, level: str, scene: Scene) -> Cells:
    """Add the other atoms of every unit of a level that some of the atoms belong to."""
    rows = scene.atoms["unit"].to_numpy(np.int64)[atoms[atoms < len(scene.atoms)].astype(np.int64)]
    units = np.unique(at_level(rows, scene.units, (level,)))
    return np.union1d(atoms, atoms_inside(units[units >= 0], scene.inside)[1].astype(np.uint64))


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
