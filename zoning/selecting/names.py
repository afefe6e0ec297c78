"""Selections by name: units with what they stand in and what is left out, ids of a list, words of an address."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from zoning.addresses import resolve
from zoning.editing import resolve_atoms
from zoning.edits import number_atoms
from zoning.errors import UnknownError
from zoning.geometry import Cells, Ints
from zoning.lookup import at_level, atoms_inside
from zoning.register import find_rows, unit_ids
from zoning.selecting import Land, Picked


def in_unit(land: Land, unit_id: str, level: str = "", less: Sequence[str] = ()) -> Picked:
    """Take a unit, or what it stands in of a level, less some units inside: an estate minus buildings 1 to 5.

    Parameters
    ----------
    land : of the plan.
    unit_id : id of an estate, building or unit, or of an atom (`<unit>/rest`).
    level : estate, building, stairwell or floor_range; "" is the unit itself.
    less : ids of units that are left out.

    Returns
    -------
    Picked.

    Raises
    ------
    UnknownError : no such unit, it stands in no unit of that level, or nothing is left of it.
    """
    row = _row(land, unit_id.removesuffix("/rest"))
    if row < 0:
        raise UnknownError(f"unit '{unit_id}' is not in the loaded ground; take one of the map")
    units = land.plan.units
    rows = at_level(np.array([row]), units, (level,)) if level else np.array([row])
    if rows[0] < 0:
        raise UnknownError(f"unit '{unit_id}' stands in no {level}; take the unit itself, or draw it")
    atoms = atoms_inside(rows, land.plan.inside)[1]
    out = np.array([_row(land, name) for name in less], np.int64)
    taken = [atoms_inside(np.array([one]), land.plan.inside)[1] if one >= 0 else atoms[:0] for one in out]
    whole = units["id"].iloc[int(rows[0])]
    wrong = [name for name, held in zip(less, taken, strict=True) if not len(held) or not np.isin(held, atoms).all()]
    if wrong:
        raise UnknownError(f"{', '.join(wrong[:5])}: not inside '{whole}'; leave out its own parts")
    left = np.setdiff1d(atoms, np.concatenate([atoms[:0], *taken])).astype(np.uint64)
    if not len(left):
        raise UnknownError(f"nothing is left of '{whole}' without {', '.join(less[:5])}; leave out fewer")
    return Picked(left)


def _row(land: Land, unit_id: str) -> int:
    return int(find_rows(pd.Series([unit_id]), unit_ids(land.plan.units), 1)[0])


def in_list(land: Land, names: Sequence[str]) -> Picked:
    """Take cells and units by their ids, as a file or a list names them.

    Parameters
    ----------
    land : of the plan.
    names : ids of estates, buildings, units, atoms, or cells as text.

    Returns
    -------
    Picked.

    Raises
    ------
    InputError : no name at all.
    UnknownError : names that are none of these, all together, with the nearest.
    """
    return Picked(_numbers(land, resolve_atoms(land.plan, names)))


def in_words(land: Land, words: str) -> Picked:
    """Take what an address in words names: an estate, buildings of it, an area, a block between roads.

    Parameters
    ----------
    land : of the plan.
    words : Chinese or English.

    Returns
    -------
    Picked.

    Raises
    ------
    UnknownError : the words leave a question; it is the message.
    """
    found = resolve(words, land.plan)
    if not found.atoms:
        raise UnknownError(f"{found.question} / {found.question_zh}")
    return Picked(_numbers(land, found.atoms))


def _numbers(land: Land, names: Sequence[str]) -> Cells:
    number, known = number_atoms(np.array(list(names), object), land.plan.atoms, land.plan.settings.resolution)
    return np.asarray(pd.unique(number[known]), np.uint64)


def snap(land: Land, picked: Picked, level: str) -> Picked:
    """Take the whole of every unit of a level of which some atom is selected.

    Parameters
    ----------
    land : of the plan.
    picked : the selection.
    level : building, estate ...; "" leaves it.

    Returns
    -------
    Picked.
    """
    if not level:
        return picked
    unit = picked.atoms < len(land.plan.atoms)
    rows = picked.atoms[unit].astype(np.int64)
    above: Ints = at_level(land.plan.atoms["unit"].to_numpy(np.int64)[rows], land.plan.units, (level,))
    whole = atoms_inside(np.unique(above[above >= 0]), land.plan.inside)[1].astype(np.uint64)
    both = np.concatenate([np.union1d(picked.atoms[unit], whole), picked.atoms[~unit]])
    return Picked(both, picked.beyond)
