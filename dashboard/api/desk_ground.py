"""Addresses of the ground under a draft: what stands at a point, the section of a building; and the ledger of edits."""

from typing import Annotated, Any

import numpy as np
import pandas as pd
import shapely
from fastapi import APIRouter, Depends, Query

from dashboard.api.asked import MAX_TEXT, Asked
from dashboard.api.posting import Act, Words, described, posted
from dashboard.desks import Desks, Open
from dashboard.plans import Plans
from zoning.desk import Desk
from zoning.desk.telling import outline_of
from zoning.geometry import cells_to_text, points_to_cells
from zoning.lookup import at_level, atoms_inside
from zoning.saving import take_back

_NEAR_M, _PARTS = 40.0, 300
_LEDGER = (
    *("event_id", "author", "recorded_at", "class", "zone_id", "reason", "base", "effective_at", "until", "atoms"),
    *("holding", "pending", "beyond", "below", "status", "undone_by", "text_zh", "text_en"),
)


class Revert(Act):
    """An edit that is taken back alone."""

    event_id: Annotated[str, Query(max_length=64)]
    reason: Words = ""


def ground_routes(routes: APIRouter, desks: Desks, plans: Plans) -> None:
    """Put the routes of the ground and of the ledger beside those of drafts."""

    @routes.get("/drafts/{name}/at", summary="What stands at a point, in the draft")
    def at(
        name: str, lng: Annotated[float, Query(ge=-180, le=180)], lat: Annotated[float, Query(ge=-90, le=90)]
    ) -> dict[str, Any]:
        found = desks.held(name)
        with found.lock:
            return what_stands(found, lng, lat)

    @routes.get("/drafts/{name}/section", summary="The parts of a unit's building, floor by floor")
    def section(name: str, unit: Annotated[str, Query(max_length=MAX_TEXT)]) -> list[dict[str, Any]]:
        found = desks.held(name)
        units = found.paper.land.plan.units
        rows = np.flatnonzero((units["id"] == unit).to_numpy(bool))
        with found.lock:
            return parts_of(found, int(rows[0])) if len(rows) else []

    @routes.get("/ledger", summary="Every edit with its author, reason and what became of it")
    def ledger(
        asked: Asked, q: Annotated[str, Query(max_length=MAX_TEXT)] = "", status: str = ""
    ) -> list[dict[str, Any]]:
        plan = plans.get(asked).plan
        return [row for row in _rows(plan) if _fits(row, q, status)][:_PARTS]

    @routes.get("/ledger/{event_id}/atoms", summary="The atoms of an edit, and where it lies")
    def atoms(asked: Asked, event_id: str) -> dict[str, Any]:
        plan = plans.get(asked).plan
        held = plan.touched.loc[plan.touched["stroke"] == event_id, "atom"]
        return outline_of(plan, held.to_numpy(np.uint64))

    @routes.post("/ledger/revert", summary="Take one edit back, or an undo", openapi_extra=described(Revert))
    def revert(told: Annotated[Revert, Depends(posted(Revert))]) -> dict[str, Any]:
        workspace = desks.workspace(told.outbreak)
        done, _, _ = take_back(workspace, told.event_id, told.by, told.reason, sent=told.sent)
        return {"event_id": done, "log": workspace.revision()}


def _rows(plan: Any) -> list[dict[str, Any]]:
    told = plan.ledger[list(_LEDGER)]
    names = {name: of.names.model_dump() for name, of in plan.policy.classes.items()}
    rows = told.astype(object).where(told.notna(), None).to_dict("records")
    times = ("recorded_at", "effective_at", "until")
    told_at = ({k: v.isoformat() if k in times and v is not None else v for k, v in row.items()} for row in rows)
    return [{**row, "names": names.get(row["class"])} for row in told_at]


def _fits(row: dict[str, Any], text: str, status: str) -> bool:
    words = f"{row['event_id']} {row['author']} {row['reason']} {row['class']} {row['zone_id']} {row['text_zh']}"
    return (not status or row["status"] == status) and text.strip().lower() in f"{words} {row['text_en']}".lower()


def what_stands(found: Open, lng: float, lat: float) -> dict[str, Any]:
    """Return the cell, the units from the smallest up, the areas and the nearest road at a point, in the draft."""
    plan, desk = found.paper.land.plan, found.desk
    cell = points_to_cells(np.array([lng]), np.array([lat]), plan.settings.resolution)
    units, here = plan.units, shapely.Point(lng, lat)
    own = np.flatnonzero(units["own"].to_numpy(bool))
    hit = own[shapely.STRtree(units["geometry"].to_numpy(object)[own]).query(here, predicate="intersects")]
    row = int(hit[np.argmin(units["area_m2"].to_numpy()[hit])]) if len(hit) else -1
    return {
        "cell": cells_to_text(cell)[0],
        **_place(desk, int(cell[0])),
        "units": _chain(found, row),
        "parts": parts_of(found, row) if row >= 0 else [],
        "areas": _areas(plan, here),
        "road": _road(plan, here),
    }


def _place(desk: Desk, atom: int) -> dict[str, str]:
    place = desk.at(atom)
    return {"class": place.of, "zone": place.zone}


def _chain(found: Open, row: int) -> list[dict[str, Any]]:
    units, told = found.paper.land.plan.units, list[dict[str, Any]]()
    while row >= 0:
        atoms = atoms_inside(np.array([row]), found.paper.land.plan.inside)[1].tolist()
        one = units.iloc[row]
        place = _place(found.desk, atoms[0]) if atoms else {"class": "none", "zone": ""}
        names = {"zh": one["name"], "en": one["name_en"] if isinstance(one["name_en"], str) else one["name"]}
        told.append({"id": one["id"], "level": one["level"], "name": names, "atoms": len(atoms), **place})
        row = int(one["parent"])
    return told


def parts_of(found: Open, row: int) -> list[dict[str, Any]]:
    """Return the atoms of the building that a unit is in, the highest floors first."""
    plan = found.paper.land.plan
    top = int(at_level(np.array([row]), plan.units, ("building",))[0])
    atoms = np.sort(atoms_inside(np.array([top if top >= 0 else row]), plan.inside)[1])[:_PARTS]
    rows = plan.atoms["unit"].to_numpy(np.int64)[atoms]
    people = found.paper.scale.people(atoms.tolist())
    told = []
    for atom, unit, count in zip(atoms.tolist(), rows.tolist(), people, strict=True):
        one, of = plan.units.iloc[unit], plan.atoms.iloc[atom]
        floors = [None if pd.isna(one[c]) else int(one[c]) for c in ("floor_from", "floor_to")]
        names = {"zh": one["name"], "en": one["name_en"] if isinstance(one["name_en"], str) else one["name"]}
        own = {"id": of["atom_id"], "level": one["level"], "rest": of["kind"] == "rest", "floors": floors}
        told.append({**own, "name": names, "people": round(count, 1), **_place(found.desk, atom)})
    return sorted(told, key=lambda part: (part["rest"], -(part["floors"][0] or 0), part["id"]))


def _areas(plan: Any, here: shapely.Point) -> list[dict[str, Any]]:
    areas = plan.tables["areas"]
    held = areas[shapely.intersects(areas["geometry"].to_numpy(object), here)]
    return [
        {"id": row["id"], "level": row["level"], "name": {"zh": row["name"], "en": row["name_en"] or row["name"]}}
        for row in held[["id", "level", "name", "name_en"]].astype(object).fillna("").to_dict("records")
    ]


def _road(plan: Any, here: shapely.Point) -> dict[str, Any] | None:
    roads = plan.tables["roads"]
    shapes = roads["geometry"].to_numpy(object)
    if not len(shapes):
        return None
    at = int(shapely.STRtree(shapes).nearest(here))
    metres = plan.frame.to_metres(np.array([here, shapes[at]], object))
    if shapely.distance(*metres) > _NEAR_M:
        return None
    row = roads[["id", "name", "name_en"]].astype(object).fillna("").iloc[at]
    return {"id": row["id"], "name": {"zh": row["name"], "en": row["name_en"] or row["name"]}}
