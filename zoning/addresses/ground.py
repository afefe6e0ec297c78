"""Ground that an address names by its outline: an area, a block between roads, the point of a place."""

import re
from typing import Any

import numpy as np
import pandas as pd
import shapely

from zoning.addresses.index import Index
from zoning.addresses.names import NAMED
from zoning.addresses.town import Town
from zoning.addresses.unclear import SHOWN, UnclearError, rows_of
from zoning.gazetteer import plain, search
from zoning.geometry import cells_to_text, points_to_cells
from zoning.grounds.scene import Scene, hold_shapes
from zoning.once import once

_ROUND = re.compile(r"由?(.+?)(?:围合|合围|所围|围成).*|(?:the )?(?:block |area )?(?:bounded|enclosed) by (.+)")
_SIDES = re.compile(r"[东南西北]至(.+?)(?:[、,;]|(?=[东南西北]至)|$)|(.+?)以[东南西北](?:[、,;]|$)")
_AND = re.compile(r"\s*(?:、|,|;|和|及|与|\band\b|&)\s*")


def roads_around(words: str) -> list[str]:
    """Return the roads between which an address says that a block lies.

    Parameters
    ----------
    words : of `tidy`.

    Returns
    -------
    Names in the order said; none where the words are of another kind.
    """
    if found := _ROUND.fullmatch(words):
        return [word for word in _AND.split(found[1] or found[2]) if word]
    sides = list(_SIDES.finditer(words))
    whole = "".join(side.group() for side in sides) == words
    return [(side[1] or side[2]) for side in sides] if whole and len(sides) > 1 else []


def in_block(words: list[str], town: Town, index: Index) -> set[str]:
    """Return the atoms of the one block that has all of some roads around it, said in any order.

    Parameters
    ----------
    words : names of roads.
    town : with its roads.
    index : of the town.

    Returns
    -------
    Ids of atoms and cells.

    Raises
    ------
    UnclearError : a road is not known, or they close no block or several.
    """
    roads, lines, named = town.tables["roads"], [], []
    for word in words:
        same = np.logical_or(*((names == plain(word)).to_numpy(bool) for names in _plain_names(roads)))
        if not same.any():
            near = search(index.gazetteer, word, 10 * SHOWN)
            near = near[near["kind"] == "road"]
            raise UnclearError(
                f"no road is called '{word}'; which is meant?", f"没有叫“{word}”的道路，指的是哪条？", near
            )
        named.append(roads[same])
        lines.append(shapely.union_all(named[-1]["geometry"].to_numpy(object)))
    blocks = shapely.get_parts(shapely.polygonize([shapely.union_all(lines)]))
    rims = shapely.boundary(blocks)
    along = [shapely.length(shapely.intersection(rims, line)) > 0 for line in lines]
    fits = blocks[np.all(along, axis=0)]
    if len(fits) != 1:
        said = "close no block" if not len(fits) else f"close {len(fits)} blocks"
        said_zh = "围不成街区" if not len(fits) else f"围成 {len(fits)} 个街区"
        every, listed = pd.concat(named).drop_duplicates("name"), "、".join(words)
        raise UnclearError(
            f"the roads '{listed}' {said}; name the roads on all its sides",
            f"“{listed}”{said_zh}，请写出四周的全部道路",
            every,
        )
    return in_shape(fits[0], town)


@once
def _plain_names(roads: pd.DataFrame) -> list[pd.Series]:
    """The names of roads as they are compared, in each language: a city has hundreds of thousands of them."""
    return [roads[column].map(plain, na_action="ignore").astype("str") for column in NAMED]


def in_shape(shape: shapely.Geometry, town: Town) -> set[str]:
    """Return the atoms and cells that an outline holds, as the pack takes them.

    Parameters
    ----------
    shape : WGS84.
    town : its units and atoms.

    Returns
    -------
    Ids of atoms and cells.
    """
    ground = (town.units, town.atoms, town.inside)
    return set(_in_shape(shape, *ground, town.tables, town.policy, town.frame, town.settings))


@once
def _in_shape(shape: shapely.Geometry, units: Any, atoms: Any, inside: Any, *rest: Any) -> frozenset[str]:
    nowhere = pd.DataFrame({"lng": [], "lat": []})
    scene = Scene(units, atoms, inside, nowhere, *rest)
    hold_shapes({"": shape}, scene)
    held = scene.holds[""]
    rows = held[held < len(atoms)].astype(np.int64)
    return frozenset([*atoms["atom_id"].to_numpy(object)[rows], *cells_to_text(held[held >= len(atoms)])])


def of_place(row: int, town: Town, index: Index) -> tuple[set[str], list[int]]:
    """Return the ground of a place: its unit, else the building where its point lies, else its cell.

    Parameters
    ----------
    row : of places.
    town, index : of the town.

    Returns
    -------
    Ids of atoms; the row of the unit, none for a cell.

    Raises
    ------
    UnclearError : its point lies in an estate but in no building of it.
    """
    place = town.tables["places"].iloc[row]
    if isinstance(place["unit_id"], str) and (unit := index.by_id.find(place["unit_id"])) >= 0:
        return index.atoms_of([unit]), [unit]
    point = shapely.point_on_surface(place["geometry"])
    held = town.units["own"].to_numpy(bool) & shapely.intersects(town.units["geometry"].to_numpy(object), point)
    if not held.any():
        cell = points_to_cells(np.array([point.x]), np.array([point.y]), town.settings.resolution)
        return set(cells_to_text(cell)), []
    at = np.flatnonzero(held)
    smallest = int(at[np.argmin(town.units["area_m2"].to_numpy()[at])])
    if index.level_of(smallest) == "estate" and not town.units["leaf"].iat[smallest]:
        raise UnclearError(
            f"'{place['name']}' stands in '{index.name_of(smallest)}' but in no building of it; name the building",
            f"“{place['name']}”在“{index.name_of(smallest)}”内，但不在任何一栋楼中，请写出楼栋",
            rows_of(town.units, [smallest, *index.below(smallest, "building")]),
        )
    return index.atoms_of([smallest]), [smallest]
