"""Selections by lines: the block that roads close, what lies on one side of a line or road, a ring or metres around."""

from collections.abc import Sequence

import numpy as np
import shapely

from zoning.errors import InputError, UnknownError
from zoning.geometry import Cells, cell_polygons, disks
from zoning.lookup import spread
from zoning.nearby import in_metres
from zoning.selecting import Land, Picked, in_shape

_MOST_RINGS, _MOST_M = 20, 2000.0


def in_block(land: Land, roads: Sequence[str], at: tuple[float, float] | None = None) -> Picked:
    """Take the block that roads close, picked one after the other; each must run along it.

    Parameters
    ----------
    land : of the plan.
    roads : ids of the table of roads, in any order; a road is taken in all the pieces that bear its name.
    at : lng, lat inside the block that is meant, where the roads close several.

    Returns
    -------
    Picked.

    Raises
    ------
    UnknownError : no such road.
    InputError : they close no block, or several and none is pointed at.
    """
    lines = [road_line(land, road) for road in dict.fromkeys(roads)]
    if len(lines) < 2:
        raise InputError("one road alone closes no block; pick the roads on all its sides")
    blocks = shapely.get_parts(shapely.polygonize([shapely.union_all(lines)]))
    rims = shapely.boundary(blocks)
    fits = blocks[np.all([shapely.length(shapely.intersection(rims, line)) > 0 for line in lines], axis=0)]
    if at is not None:
        fits = fits[shapely.intersects(fits, shapely.Point(*at))]
    names = ", ".join(dict.fromkeys(_name(land, road) for road in roads))
    if not len(fits):
        raise InputError(f"these roads close no block: {names}; pick the roads on all its sides")
    if len(fits) > 1:
        raise InputError(f"these roads close {len(fits)} blocks: {names}; pick one more, or point inside the one meant")
    return in_shape(land, fits[0])


def road_line(land: Land, road_id: str) -> shapely.Geometry:
    """Return a road with all the pieces that bear its name.

    Parameters
    ----------
    land : of the plan.
    road_id : id of one piece.

    Returns
    -------
    Line or lines, WGS84.

    Raises
    ------
    UnknownError : no such road.
    """
    roads = land.plan.tables["roads"]
    same = roads["id"].to_numpy(object) == road_id
    if not same.any():
        raise UnknownError(f"road '{road_id}' is not in the loaded ground; pick one of the map")
    name = roads["name"].to_numpy(object)[same][0]
    if isinstance(name, str) and name:
        same = roads["name"].to_numpy(object) == name
    return shapely.union_all(roads["geometry"].to_numpy(object)[same])


def _name(land: Land, road_id: str) -> str:
    roads = land.plan.tables["roads"]
    name = roads.loc[roads["id"] == road_id, "name"].iloc[0]
    return name if isinstance(name, str) and name else road_id


def across(land: Land, atoms: Cells, line: shapely.Geometry) -> Picked:
    """Take those of some atoms that lie on the smaller side of a line that goes through them.

    Parameters
    ----------
    land : of the plan.
    atoms : (n,) of a zone.
    line : WGS84; its ends go straight on to the rim of the atoms.

    Returns
    -------
    Picked.

    Raises
    ------
    InputError : it is no line, or all atoms lie on one side.
    """
    if shapely.get_type_id(line) not in (1, 5) or not shapely.length(line):
        raise InputError("a line is needed: at least two points that differ")
    lng, lat = land.points_of(atoms)
    points = land.plan.frame.to_metres(shapely.points(lng, lat))
    room = shapely.buffer(shapely.envelope(shapely.multipoints(points)), 100.0)
    reach = shapely.length(shapely.boundary(room))
    cut = _prolonged(land.plan.frame.to_metres(np.array([line], object))[0], reach)
    sides = shapely.get_parts(shapely.polygonize([shapely.union_all([cut, shapely.boundary(room)])]))
    side, point = shapely.STRtree(points).query(sides, predicate="intersects")
    counts = np.bincount(side, minlength=len(sides))
    if (counts > 0).sum() < 2:
        raise InputError("all of the zone lies on one side of the line; nothing was changed: draw it through the zone")
    most = int(np.argmax(counts))
    return Picked(atoms[np.setdiff1d(point[side != most], point[side == most])])


def _prolonged(line: shapely.Geometry, reach: float) -> shapely.Geometry:
    """Return lines with both ends drawn out straight, where they are ends of the whole."""
    merged = shapely.get_parts(shapely.line_merge(line)) if shapely.get_type_id(line) == 5 else np.array([line])
    found = []
    for part in merged:
        xy = shapely.get_coordinates(part)
        for end, before in ((0, 1), (-1, -2)):
            way = xy[end] - xy[before]
            xy = np.insert(xy, 0 if end == 0 else len(xy), xy[end] + way / max(np.hypot(*way), 1e-9) * reach, axis=0)
        found.append(shapely.linestrings(xy))
    return shapely.union_all(found)


def around(land: Land, atoms: Cells, rings: int) -> Picked:
    """Take what lies in the next rings of cells around atoms; or of the atoms themselves the outer rings.

    Parameters
    ----------
    land : of the plan.
    atoms : (n,) of a zone.
    rings : 1 or more takes those outside, to grow; -1 or less those inside, to shrink.

    Returns
    -------
    Picked.

    Raises
    ------
    InputError : no or too many rings.
    """
    if not 1 <= abs(rings) <= _MOST_RINGS:
        raise InputError(f"{rings} rings are none; give 1 to {_MOST_RINGS}, or -1 to -{_MOST_RINGS} to shrink")
    of_atoms = land.cells_of(atoms)
    held = np.unique(of_atoms[of_atoms > 0])
    _, reached = disks(held, rings if rings > 0 else 1)
    outside = np.setdiff1d(reached, held)
    if rings > 0:
        keys, rows = land.by_cell
        _, found = spread(keys, outside)
        return Picked(np.concatenate([np.sort(rows[found]).astype(np.uint64), outside]))
    _, rim = disks(outside, -rings)
    return Picked(atoms[np.isin(of_atoms, rim)])


def around_metres(land: Land, atoms: Cells, metres: float) -> Picked:
    """Take what lies within metres of atoms; or of the atoms themselves what lies within metres of their rim.

    Parameters
    ----------
    land : of the plan.
    atoms : (n,) of a zone.
    metres : above 0 takes those outside, to grow; below 0 those inside, to shrink.

    Returns
    -------
    Picked.

    Raises
    ------
    InputError : too many metres, or none.
    """
    if not 0 < abs(metres) <= _MOST_M:
        raise InputError(f"{metres:g} m are none; give up to {_MOST_M:g} m, or less than 0 to shrink")
    unit = atoms < len(land.plan.atoms)
    rows = land.plan.atoms["unit"].to_numpy(np.int64)[atoms[unit].astype(np.int64)]
    cells = land.plan.frame.to_metres(cell_polygons(atoms[~unit]))
    footprints = in_metres(rows, land.plan.units, land.plan.frame)
    outline = shapely.union_all(shapely.buffer(np.concatenate([footprints, cells]), 0.05))
    lng, lat = land.points_of(atoms)
    if metres < 0:
        kept = shapely.intersects(shapely.buffer(outline, metres), land.plan.frame.to_metres(shapely.points(lng, lat)))
        return Picked(atoms[~kept])
    wide = land.plan.frame.to_degrees(np.array([shapely.buffer(outline, metres)], object))[0]
    found = in_shape(land, wide)
    return Picked(found.atoms[~np.isin(found.atoms, atoms)], found.beyond)
