"""Selections of ground -> atoms: cells, shapes, circles, areas.

An atom is taken where its representative point is: a unit's point, a cell's centre.
"""

from dataclasses import dataclass, field
from functools import cached_property

import h3
import numpy as np
import shapely

from zoning.errors import InputError, UnknownError
from zoning.geometry import (
    Cells,
    Floats,
    Ints,
    cell_centres,
    cover,
    parents,
    resolutions,
)
from zoning.lookup import spread
from zoning.nearby import placed
from zoning.pipeline import Plan

MAX_ATOMS = 200_000
_EDGE_M = 3000.0  # ground that counts as loaded goes on so far beyond what was loaded
_COARSE = 8  # resolution at which a selection is held against the loaded ground


@dataclass(frozen=True)
class Picked:
    """Atoms that were selected (numbers, in order, each once), and what was left out: `beyond` the loaded ground."""

    atoms: Cells
    beyond: int = 0


@dataclass(frozen=True)
class Land:
    """A plan's ground as selections ask for it; what is made of it is made once."""

    plan: Plan = field(repr=False)

    @cached_property
    def points(self) -> tuple[Floats, Floats]:
        """Return the representative points of unit atoms.

        Returns
        -------
        lng, lat : (n,) degrees, WGS84.
        """
        return self.plan.atoms["lng"].to_numpy(float), self.plan.atoms["lat"].to_numpy(float)

    @cached_property
    def unit_cells(self) -> Cells:
        """Return the cells of unit atoms.

        Returns
        -------
        (n,) by row of the atoms table.
        """
        return np.asarray(self.plan.atoms["cell"].to_numpy(np.uint64))

    @cached_property
    def by_cell(self) -> tuple[Cells, Ints]:
        """Return the cells of unit atoms.

        Returns
        -------
        cells : (n,) in order. rows : (n,) of the atoms table.
        """
        cells = self.unit_cells
        order = np.argsort(cells, kind="stable")
        return cells[order], order

    @cached_property
    def box(self) -> tuple[float, float, float, float]:
        """Return the box of all loaded ground and of zones, with a rim; all of the map where nothing is loaded.

        Returns
        -------
        West, south, east, north in degrees.
        """
        tables = self.plan.tables
        shapes = [tables[k]["geometry"].to_numpy(object) for k in ("areas", "estates", "buildings", "roads")]
        held = self.plan.membership["atom"].to_numpy(np.uint64)
        points = shapely.points(*cell_centres(held[held >= len(self.plan.atoms)]))
        known = np.concatenate([*(s[~shapely.is_missing(s)] for s in shapes), points])
        west, south, east, north = shapely.total_bounds(known).tolist() if len(known) else (-180.0, -85.0, 180.0, 85.0)
        up = _EDGE_M / 111_000
        wide = up / max(np.cos(np.radians(max(abs(south), abs(north)))), 0.01)
        return west - wide, south - up, east + wide, north + up

    def cells_of(self, atoms: Cells) -> Cells:
        """Return the cell of each atom.

        Parameters
        ----------
        atoms : (n,) numbers.

        Returns
        -------
        (n,) uint64.
        """
        unit = atoms < len(self.unit_cells)
        found = atoms.copy()
        found[unit] = self.unit_cells[atoms[unit].astype(np.int64)]
        return found

    def points_of(self, atoms: Cells) -> tuple[Floats, Floats]:
        """Return the representative points of atoms.

        Parameters
        ----------
        atoms : (n,) numbers.

        Returns
        -------
        lng, lat : (n,) degrees.
        """
        unit = atoms < len(self.plan.atoms)
        lng, lat = np.empty(len(atoms)), np.empty(len(atoms))
        for found, known, centre in zip((lng, lat), self.points, cell_centres(atoms[~unit]), strict=True):
            found[unit], found[~unit] = known[atoms[unit].astype(np.int64)], centre
        return lng, lat


def in_cells(land: Land, cells: Cells) -> Picked:
    """Take cells, and all that stands in them.

    Parameters
    ----------
    land : of the plan.
    cells : (n,) uint64 of the plan's resolution.

    Returns
    -------
    Picked.

    Raises
    ------
    InputError : another resolution, or none lies on the loaded ground.
    """
    level, cells = land.plan.settings.resolution, np.unique(cells)
    if (resolutions(cells) != level).any():
        raise InputError(f"cells of resolution {level} are needed here; nothing was changed")
    if len(cells) > MAX_ATOMS:
        raise InputError(_too_many(len(cells)))
    lng, lat = cell_centres(cells)
    west, south, east, north = land.box
    here = (lng >= west) & (lng <= east) & (lat >= south) & (lat <= north)
    if len(cells) and not here.any():
        raise InputError("all of it lies beyond the loaded ground; nothing was changed: load the ground there first")
    keys, rows = land.by_cell
    _, found = spread(keys, cells[here])
    return Picked(np.concatenate([np.sort(rows[found]).astype(np.uint64), cells[here]]), int((~here).sum()))


def in_shape(land: Land, shape: shapely.Geometry) -> Picked:
    """Take the atoms whose point a shape holds; what is in its holes is left out.

    Parameters
    ----------
    land : of the plan.
    shape : polygon or multipolygon, WGS84.

    Returns
    -------
    Picked.

    Raises
    ------
    InputError : it is no polygon, crosses itself, crosses the edge of the map, holds too much or nothing.
    """
    _hold_shape(shape, land.plan.settings.resolution)
    here = shapely.intersection(shape, shapely.box(*land.box))
    if shapely.is_empty(here):
        raise InputError("the shape lies beyond the loaded ground; nothing was changed: load the ground there first")
    rows = np.sort(placed(land.plan.atoms).inside(np.array([here], object))[1])
    level = land.plan.settings.resolution
    _, cells = cover(np.array([here], object), level, touch=False)
    _, whole = cover(np.array([shape], object), _coarse(level), touch=False)
    beyond = int((~np.isin(whole, parents(cells, _coarse(level)))).sum()) if not shapely.equals(here, shape) else 0
    atoms = np.concatenate([rows.astype(np.uint64), np.unique(cells)])
    if not len(atoms):
        raise InputError("the shape holds no cell's centre and no building; nothing was changed: draw it larger")
    return Picked(atoms, beyond)


def _coarse(level: int) -> int:
    return min(_COARSE, level)


def _hold_shape(shape: shapely.Geometry, level: int) -> None:
    if shapely.get_type_id(shape) not in (3, 6) or shapely.is_empty(shape):
        raise InputError("a polygon is needed: at least three corners that do not lie on one line")
    west, south, east, north = shapely.bounds(shape).tolist()
    if not (west >= -180 and east <= 180 and south >= -85 and north <= 85):
        raise InputError("the shape leaves the map (longitude -180 to 180, latitude -85 to 85); draw it within it")
    if east - west > 180:
        raise InputError("the shape spans the edge of the map (the 180th meridian); draw a part on each side of it")
    if not shapely.is_valid(shape):
        reason = shapely.is_valid_reason(shape)
        where = reason[reason.find("[") + 1 : reason.find("]")].replace(" ", ", ") if "[" in reason else ""
        raise InputError(f"the shape crosses itself at {where or 'a corner'}; nothing was changed: move that corner")
    share = shapely.area(shape) * np.cos(np.radians((south + north) / 2)) * 111.195**2
    expected = share / h3.average_hexagon_area(level, unit="km^2")
    if expected > MAX_ATOMS:
        raise InputError(_too_many(int(expected)))


def _too_many(count: int) -> str:
    return (
        f"about {count:,} atoms are more than one stroke may hold ({MAX_ATOMS:,}); nothing was changed: "
        "draw it in parts, or take whole areas one after the other"
    )


def in_circle(land: Land, lng: float, lat: float, metres: float) -> Picked:
    """Take the atoms whose point lies within a distance.

    Parameters
    ----------
    land : of the plan.
    lng, lat : centre, degrees WGS84.
    metres : radius.

    Returns
    -------
    Picked.

    Raises
    ------
    InputError : as `in_shape`; or no radius.
    """
    if not (0 < metres < 1_000_000):
        raise InputError(f"a radius of {metres:g} m is none; give metres above 0 and below 1,000,000")
    centre = land.plan.frame.to_metres(np.array([shapely.Point(lng, lat)], object))
    return in_shape(land, land.plan.frame.to_degrees(shapely.buffer(centre, metres, quad_segs=32))[0])


def in_area(land: Land, area_id: str) -> Picked:
    """Take the atoms of an administrative area.

    Parameters
    ----------
    land : of the plan.
    area_id : id of the table of areas.

    Returns
    -------
    Picked.

    Raises
    ------
    UnknownError : no such area.
    InputError : as `in_shape`.
    """
    areas = land.plan.tables["areas"]
    row = np.flatnonzero(areas["id"].to_numpy(object) == area_id)
    if not len(row):
        raise UnknownError(f"area '{area_id}' is not in the loaded ground; take one of the map")
    return in_shape(land, shapely.make_valid(areas["geometry"].to_numpy(object)[row[0]]))
