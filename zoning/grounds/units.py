"""Grounds made of units and cells: the unit of a place, those beside it, and rings of cells."""

import numpy as np
import pandas as pd
import shapely

from zoning.geometry import Cells, Ints, cells_to_text, disks
from zoning.graded import number
from zoning.grounds.scene import Scene
from zoning.lookup import at_level, atoms_by_cell, atoms_inside, spread, units_by_parent
from zoning.nearby import in_metres, near_footprints
from zoning.register import find_rows, unit_ids
from zoning.rules import TakeAdjacent, TakeCells

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
    asked = np.unique(rows[rows >= 0])
    return _hold("unit", rows, asked, asked, scene)


def hold_parts(claims: pd.DataFrame, came_from: Ints, scene: Scene) -> tuple[pd.DataFrame, Ints]:
    """Hold the units with which zones were parted off.

    Parameters
    ----------
    claims : of `settle`; those of slot `part` name a unit.
    came_from : one for each claim.
    scene : gets `holds`.

    Returns
    -------
    `claims` and `came_from` without those whose unit is not there any more.
    """
    part = (claims["slot"] == "part").to_numpy(bool, copy=True)
    if not part.any():
        return claims, came_from
    named = claims.loc[part, "ground"].str.partition(":")[2]
    rows = find_rows(named, unit_ids(scene.units), len(named))
    asked = np.unique(rows[rows >= 0])
    _hold("unit", rows, asked, asked, scene)
    part[part] = rows < 0
    return claims[~part].reset_index(drop=True), came_from[~part]


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
    word = f"beside within {number(ground.within_m, 0):g} m or {number(ground.number_step, 0):g}"
    return _hold(word, rows, *_beside(np.unique(rows[rows >= 0]), ground, scene), scene)


def _hold(word: str, rows: Ints, owner: Ints, held: Ints, scene: Scene) -> Keys:
    """Hold all atoms inside the units that each owner takes; the key of each row's ground, None where it takes none."""
    n = max(len(scene.atoms), 1)
    at, atom = atoms_inside(held, scene.inside)
    owners, atoms = np.divmod(np.unique(owner[at] * n + atom), n)
    first = np.flatnonzero(np.diff(owners, prepend=-1))
    owners = owners[first]
    keys = {row: f"{word}:{name}" for row, name in zip(owners.tolist(), scene.units["id"].iloc[owners], strict=True)}
    groups = np.split(atoms.astype(np.uint64), first[1:])
    for key, group in zip(keys.values(), groups, strict=False):
        scene.holds.setdefault(key, group)
    return [keys.get(row) for row in rows.tolist()]


def _beside(asked: Ints, ground: TakeAdjacent, scene: Scene) -> tuple[Ints, Ints]:
    """Return (unit, unit beside it): by the unit's own list; a whole building by metres; else by number, or without
    one all of the building. All of it holds the unit itself too: there the stricter class wins."""
    units = scene.units
    parent, number_of = units["parent"].to_numpy(np.int64)[asked], units["number"].to_numpy(float)[asked]
    named = units["adjacent"].iloc[asked].fillna("").str.strip()
    listed = (named != "").to_numpy(bool)
    whole = units["level"].iloc[asked].isin(("building", "estate")).to_numpy(bool) & ~listed
    inner = ~listed & ~whole & (parent >= 0)
    bare = inner & np.isnan(number_of)
    pairs = [
        _listed(asked[listed], named[listed], units),
        _near_buildings(asked[whole], number(ground.within_m, 0.0), scene),
        _by_number(asked[inner & ~bare], number(ground.number_step, 1.0), units),
        (asked[bare], parent[bare]),
    ]
    owner, beside = (np.concatenate(part) for part in zip(*pairs, strict=True))
    return owner, beside


def _listed(asked: Ints, named: pd.Series, units: pd.DataFrame) -> tuple[Ints, Ints]:
    """Return (unit, unit that its list of ids names); ids that are not loaded are passed over."""
    words = named.str.split(";").explode().str.strip()
    found = find_rows(words, unit_ids(units), len(words))
    owner = np.repeat(asked, named.str.count(";").to_numpy(np.int64) + 1)
    return owner[found >= 0], found[found >= 0]


def _by_number(asked: Ints, step: float, units: pd.DataFrame) -> tuple[Ints, Ints]:
    """Return (unit, sibling of its level whose number is within the step)."""
    parents, rows = units_by_parent(units)
    owner, place = spread(parents, units["parent"].to_numpy(np.int64)[asked])
    one, other = asked[owner], rows[place]
    numbers, level = units["number"].to_numpy(float), units["level"].array
    close = np.flatnonzero((np.abs(numbers[one] - numbers[other]) <= step) & (one != other))
    close = close[np.asarray(level.take(one[close]) == level.take(other[close]), bool)]
    return one[close], other[close]


def _near_buildings(asked: Ints, within_m: float, scene: Scene) -> tuple[Ints, Ints]:
    """Return (building, other building whose footprint lies within some metres)."""
    units = scene.units
    asked = asked[units["own"].to_numpy(bool)[asked] & (units["level"].iloc[asked] == "building").to_numpy(bool)]
    at, other, shape = near_footprints(units["geometry"].to_numpy(object)[asked], within_m, units, scene.frame)
    near = shapely.dwithin(in_metres(asked, units, scene.frame)[at], shape, within_m) & (other != asked[at])
    near &= (units["level"].iloc[other] == "building").to_numpy(bool)
    return asked[at[near]], other[near]


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
    rings = int(number(ground.rings, 0.0))
    cells, place = np.unique(scene.spots["cell"].to_numpy(np.uint64)[stays], return_inverse=True)
    keys = np.array([f"cells:{text}:{ground.inner}-{rings}" for text in cells_to_text(cells)], object)
    for key, held in zip(keys, _rings(cells, rings, ground.inner, scene), strict=True):
        scene.holds.setdefault(key, held)
    return list(keys[place])


def _rings(cells: Cells, rings: int, inner: int, scene: Scene) -> list[Cells]:
    """Return the rings of each cell: their own land and every unit atom whose representative point they hold."""
    owner, member = disks(cells, rings)
    if inner:
        inner_owner, dropped = disks(cells, inner - 1)
        names, code = np.unique(np.concatenate([member, dropped]), return_inverse=True)
        pair = np.concatenate([owner, inner_owner]) * len(names) + code
        keep = ~np.isin(pair[: len(member)], pair[len(member) :])
        owner, member = owner[keep], member[keep]
    of_atoms, by_cell = atoms_by_cell(scene.atoms)
    holder, place = spread(of_atoms, member)
    atom = np.concatenate([by_cell[place].astype(np.uint64), member])
    owner = np.concatenate([owner[holder], owner])
    order = np.lexsort((atom, owner))
    return np.split(atom[order], np.searchsorted(owner[order], np.arange(len(cells))))[1:]
