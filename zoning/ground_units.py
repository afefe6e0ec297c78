"""Grounds made of units and cells: the unit of a place, those beside it, and rings of cells."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import shapely

from zoning.geometry import Cells, Ints, cells_to_text, disks
from zoning.ground_scene import Scene
from zoning.lookup import at_level, atoms_inside
from zoning.rules import TakeAdjacent, TakeCells, number

Keys = list[str | None]


def unit_keys(levels: list[str], stays: Ints, scene: Scene) -> Keys:
    """Take the unit that holds each place, or its nearest ancestor, of one of some levels.

    Parameters
    ----------
    levels : names of unit levels.
    stays : rows of `scene.spots`.
    scene : gets `holds`.

    Returns
    -------
    One key into `scene.holds` a stay, None where it has no such ground.
    """
    rows = at_level(scene.spots["unit"].to_numpy()[stays], scene.units, tuple(levels))
    ids = scene.units["id"].to_numpy(object)
    for row in np.unique(rows[rows >= 0]):
        scene.holds.setdefault(f"unit:{ids[row]}", atoms_inside(np.array([row]), scene.inside)[1].astype(np.uint64))
    return [f"unit:{ids[row]}" if row >= 0 else None for row in rows]


def beside_keys(ground: TakeAdjacent, stays: Ints, scene: Scene) -> Keys:
    """Take the units beside the one that holds each place.

    Parameters
    ----------
    ground : levels, step of numbers, metres.
    stays : rows of `scene.spots`.
    scene : gets `holds`.

    Returns
    -------
    One key into `scene.holds` a stay, None where it has no such ground.
    """
    rows = at_level(scene.spots["unit"].to_numpy()[stays], scene.units, tuple(ground.levels))
    ids, keys = scene.units["id"].to_numpy(object), {}
    near = _near_buildings(np.unique(rows[rows >= 0]), number(ground.within_m, 0.0), scene)
    for row in np.unique(rows[rows >= 0]):
        beside = _beside(int(row), number(ground.number_step, 1.0), near, scene)
        if len(beside):
            keys[row] = f"beside:{ids[row]}"
            scene.holds[keys[row]] = atoms_inside(beside, scene.inside)[1].astype(np.uint64)
    return [keys.get(row) for row in rows]


def _beside(row: int, step: float, near: Mapping[int, Ints], scene: Scene) -> Ints:
    """By the unit's own list; a whole building by metres; else by number, or without one all of the building.

    All of it holds the unit itself too: there the stricter class wins.
    """
    unit = scene.units.iloc[row]
    if isinstance(unit["adjacent"], str) and unit["adjacent"].strip():
        named = [name.strip() for name in unit["adjacent"].split(";")]
        return np.flatnonzero(scene.units["id"].isin(named))
    if unit["level"] in ("building", "estate"):
        return near.get(row, np.empty(0, np.int64))
    if not np.isfinite(unit["number"]):
        return np.array([unit["parent"]] if unit["parent"] >= 0 else [], np.int64)
    same = (scene.units["parent"] == unit["parent"]) & (scene.units["level"] == unit["level"]) & (unit["parent"] >= 0)
    apart = np.abs(scene.units["number"].to_numpy(float) - unit["number"])
    rows: Ints = np.flatnonzero(same & (apart <= step))
    return np.setdiff1d(rows, [row])


def _near_buildings(rows: Ints, within_m: float, scene: Scene) -> dict[int, Ints]:
    """Return the buildings whose footprints lie within some metres of each whole building's footprint."""
    solid = np.flatnonzero((scene.units["level"] == "building") & scene.units["own"])
    asked = rows[np.isin(rows, solid)]
    if not len(asked):
        return {}
    shapes = scene.frame.to_metres(scene.units["geometry"].to_numpy(object)[solid])
    place = np.searchsorted(solid, asked)
    one, other = shapely.STRtree(shapes).query(shapes[place], predicate="dwithin", distance=within_m)
    apart = solid[other] != asked[one]
    near = pd.Series(solid[other[apart]]).groupby(asked[one[apart]]).agg(list)
    return {int(row): np.sort(np.array(members)) for row, members in near.items()}


def cell_keys(ground: TakeCells, stays: Ints, scene: Scene) -> Keys:
    """Take rings of cells around each place's cell.

    Parameters
    ----------
    ground : how many rings, and how many of the inner ones are left out.
    stays : rows of `scene.spots`.
    scene : gets `holds`.

    Returns
    -------
    One key into `scene.holds` a stay, None where it has no such ground.
    """
    cells, rings = scene.spots["cell"].to_numpy(np.uint64)[stays], int(number(ground.rings, 0.0))
    keys = [f"cells:{text}:{ground.inner}-{rings}" for text in cells_to_text(cells)]
    fresh = {key: cell for key, cell in zip(keys, cells, strict=True) if key not in scene.holds}
    own = np.array(list(fresh.values()), np.uint64)
    owner, member = disks(own, rings)
    if ground.inner:
        drop_owner, drop = disks(own, ground.inner - 1)
        dropped = set(zip(drop_owner.tolist(), drop.tolist(), strict=True))
        keep = np.array([(o, m) not in dropped for o, m in zip(owner.tolist(), member.tolist(), strict=True)], bool)
        owner, member = owner[keep], member[keep]
    for i, key in enumerate(fresh):
        scene.holds[key] = _with_units(member[owner == i], scene)
    return list(keys)


def _with_units(cells: Cells, scene: Scene) -> Cells:
    """Cells hold their own land and every unit atom whose representative point they hold."""
    rows = np.flatnonzero(np.isin(scene.atoms["cell"].to_numpy(), cells)).astype(np.uint64)
    return np.concatenate([rows, np.unique(cells)])
