"""What the page asks of a draft: a selection of ground by any tool, and the act to be done on it."""

from typing import Annotated, Any, Literal

import numpy as np
import shapely
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from dashboard.api.posting import Act as Posted
from dashboard.api.posting import Line, Words, refuse
from dashboard.desks import Open
from zoning.desk import NEW, NOWHERE, Act, Desk, Step, acts
from zoning.desk.contact import find_rings
from zoning.desk.foreign import atoms_of
from zoning.errors import InputError
from zoning.geometry import Cells, text_to_cells
from zoning.lookup import spread
from zoning.selecting import Land, Picked, in_area, in_cells, in_circle, in_shape
from zoning.selecting.lines import across, around, around_metres, in_block, road_line
from zoning.selecting.names import in_list, in_unit, in_words, snap

Name = Annotated[str, StringConstraints(max_length=200)]
Names = Annotated[list[Name], Field(max_length=20_000)]
Lng, Lat = Annotated[float, Field(ge=-180, le=180)], Annotated[float, Field(ge=-90, le=90)]
Point = tuple[Lng, Lat]
Tool = Literal[
    *("cells", "shape", "circle", "unit", "area", "block", "grow", "line", "road", "zone", "names", "words", "file")
]
Corners = Annotated[list[tuple[float, float]], Field(max_length=20_000)]


class Pick(BaseModel):
    """A selection of ground: `tool` says which of the other fields count."""

    model_config = ConfigDict(extra="forbid")

    tool: Literal[
        "cells", "shape", "circle", "unit", "area", "block", "grow", "line", "road", "zone", "names", "words", "file"
    ]
    cells: Names = []
    rings: Annotated[list[Corners], Field(max_length=200)] = Field([], description="of a shape: its rim, then holes")
    at: Point | None = None
    metres: float = 0
    id: Name = ""
    level: Literal["", "estate", "building", "stairwell", "floor_range"] = ""
    less: Names = []
    roads: Annotated[list[Name], Field(max_length=50)] = []
    steps: int = Field(0, description="rings of cells to grow by; below 0 to shrink")
    line: Corners = []
    names: Names = []
    words: Words = ""
    snap: Literal["", "building", "estate"] = ""
    inside: Name = Field("", description="area or unit beyond which nothing is taken")


class Stroke(Posted):
    """A step of a draft."""

    after: int = Field(ge=0, description="number of the last step that the page knows")
    do: Literal["paint", "erase", "leave", "split", "merge", "turn", "lock", "unlock", "undo", "redo"]
    to: Line = Field("", description="class that is painted, or none")
    zone: Line = Field("", description="zone that atoms join or leave, or that is turned")
    zones: list[Line] = Field([], max_length=50)
    locks: list[Line] = Field([], max_length=50)
    pick: Pick | None = None


def pick_atoms(found: Open, pick: Pick) -> Picked:
    """Return the atoms of a selection, snapped and kept inside as it asks.

    Raises
    ------
    ZoningError : it takes nothing, or cannot be; in words.
    """
    land = found.paper.land
    picked = snap(land, _taken(found, land, pick), pick.snap)
    if not pick.inside:
        return picked
    areas = land.plan.tables["areas"]
    bound = in_area(land, pick.inside) if (areas["id"] == pick.inside).any() else in_unit(land, pick.inside)
    kept = picked.atoms[np.isin(picked.atoms, bound.atoms)]
    if not len(kept):
        raise refuse(400, "inside", "pick.inside")
    return Picked(kept, picked.beyond)


def _taken(found: Open, land: Land, pick: Pick) -> Picked:
    match pick.tool:
        case "cells":
            return in_cells(land, text_to_cells(pick.cells))
        case "shape":
            return in_shape(land, _polygon(pick))
        case "circle" if pick.at:
            return in_circle(land, *pick.at, pick.metres)
        case "unit":
            return in_unit(land, pick.id, pick.level, pick.less)
        case "area":
            return in_area(land, pick.id)
        case "block":
            return in_block(land, pick.roads, pick.at)
        case "names":
            return in_list(land, pick.names)
        case "words":
            return in_words(land, pick.words)
        case "file":
            if pick.id not in found.foreign:
                raise refuse(404, "foreign_gone", "pick.id")
            return Picked(atoms_of(found.foreign[pick.id], pick.words))
        case "zone" | "grow" | "line" | "road":
            return _of_zone(found.desk, land, pick)
    raise refuse(400, "pick", "pick")


def _of_zone(desk: Desk, land: Land, pick: Pick) -> Picked:
    atoms: Cells = np.sort(np.fromiter(desk.members.get(pick.id, ()), np.uint64))
    if not len(atoms):
        raise refuse(400, "zone_bare", "pick.id")
    if pick.tool == "grow":
        return around_metres(land, atoms, pick.metres) if pick.metres else around(land, atoms, pick.steps)
    if pick.tool == "line":
        if len(pick.line) < 2:
            raise InputError("a line is needed: at least two points that differ")
        return across(land, atoms, shapely.LineString(pick.line))
    if pick.tool == "zone":
        return Picked(atoms)
    if not pick.roads:
        raise InputError("no road is picked; nothing was changed: point at the road that parts the zone")
    return across(land, atoms, shapely.union_all([road_line(land, road) for road in pick.roads]))


def _polygon(pick: Pick) -> shapely.Geometry:
    rings = [ring for ring in pick.rings if len(ring) >= 3]
    if not rings or not np.isfinite(np.concatenate([np.asarray(ring, float) for ring in rings])).all():
        raise InputError("a polygon is needed: at least three corners that do not lie on one line")
    return shapely.Polygon(rings[0], rings[1:])


def make_step(found: Open, told: Stroke) -> tuple[Step, Picked | None]:
    """Return the step that the page asks for, and what was selected for it.

    Raises
    ------
    ZoningError : it cannot be done; in words.
    """
    desk, classes = found.desk, list(found.paper.ground.sheet.plan.policy.classes)
    if told.do in ("undo", "redo"):
        return told.do, None
    if told.do in ("lock", "unlock"):
        return acts.lock(desk, told.locks, classes, told.do == "lock", told.sent), None
    if told.do == "merge":
        return acts.merge(desk, told.zones, told.sent), None
    new = str(found.n + 1)
    if told.do == "turn":
        _hold_class(told.to, classes)
        return acts.turn(desk, told.zone, told.to, new, told.sent), None
    if told.pick is None:
        raise refuse(400, "pick", "pick")
    picked = pick_atoms(found, told.pick)
    atoms = picked.atoms.tolist()
    if told.do == "split":
        return acts.split(desk, told.zone, atoms, new, told.sent), picked
    if told.do == "paint":
        _hold_class(told.to, [*classes, NOWHERE.of])
        zone = told.zone or joined(found, picked.atoms, told.to) if told.to != NOWHERE.of else ""
        return acts.paint(desk, atoms, told.to, zone, told.sent), picked
    return _plain(desk, told, atoms), picked


def _plain(desk: Desk, told: Stroke, atoms: list[int]) -> Act:
    return (acts.erase if told.do == "erase" else acts.leave)(desk, atoms, told.sent)


def _hold_class(name: str, classes: list[str]) -> None:
    if name not in classes:
        raise refuse(400, "class", "to", name=name)


def joined(found: Open, atoms: Cells, of: str) -> str:
    """Return the zone of a class that painted atoms join: the one that they hold or touch most; else a new one."""
    land, desk = found.paper.land, found.desk
    cells = land.cells_of(atoms)
    rings = found.paper.ground.rings
    held = set(cells.tolist()) - {0}
    find_rings(held, rings)
    near = np.array(sorted(held.union(*(rings[cell] for cell in held))), np.uint64)
    keys, rows = land.by_cell
    counts: dict[str, int] = {}
    for atom in [*rows[spread(keys, near)[1]].tolist(), *near.tolist()]:
        place = desk.at(atom)
        if place.of == of:
            counts[place.zone] = counts.get(place.zone, 0) + 1
    return max(counts, key=lambda zone: (counts[zone], zone)) if counts else f"{NEW}{found.n + 1}"


def tell_picked(picked: Picked | None) -> dict[str, Any]:
    """Return what is told of a selection beside its stroke."""
    return {"beyond": picked.beyond if picked else 0}
