"""Addresses of drafts: begin, paint, undo, submit; who else is here. A step is on disk before it is answered."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, Any, Literal

import numpy as np
import orjson
from fastapi import APIRouter, Depends, Query, Response

from dashboard.api.desk_answers import answer_of, forms_of, picture, row_of
from dashboard.api.desk_foreign import foreign_routes
from dashboard.api.desk_forms import Pick, Stroke, make_step, pick_atoms, tell_picked
from dashboard.api.desk_ground import ground_routes
from dashboard.api.desk_paper import draft_paper
from dashboard.api.posting import Act, Line, Words, described, fault, posted, refuse
from dashboard.desks import Desks, Open
from dashboard.errors import Refused, describe
from dashboard.moments import read_typed
from dashboard.plans import Plans, Question
from dashboard.texts import both
from dashboard.texts.redraw import said_in_chinese
from zoning.desk import Act as Stroked
from zoning.desk import is_idle
from zoning.desk.acts import leave
from zoning.desk.files import write_kept
from zoning.desk.submitting import DraftConflict, Signed, conflicts_of, submit
from zoning.desk.telling import outline_of
from zoning.errors import ConflictError, ZoningError

Outbreak = Annotated[str, Query(max_length=31, pattern=r"^[a-z0-9-]*$")]
_SHOWN = 200


class Begin(Act):
    """A new draft, on the plan of the day that the page shows."""

    title: Line = ""


class Name(Act):
    """What a draft is called, and where it stands."""

    title: Line | None = None
    state: Literal["open", "review", "discarded"] | None = None


class Submit(Act):
    """A draft that is to count."""

    reason: Words
    effective_at: Line = ""
    until: Line = ""
    choice: Literal["refuse", "replay", "keep-theirs"] = "refuse"


class Move(Act):
    """A draft that is to be put on the newest base, for review before it is submitted."""

    choice: Literal["replay", "keep-theirs", "draft"]


class Here(Act):
    """Somebody who has the page open."""

    client: Line
    draft: Line = ""
    leave: bool = False


class Preview(Act):
    """A selection that is looked at before it is a stroke."""

    pick: Pick


def desk_routes(plans: Plans) -> APIRouter:
    """Return the routes of drafts."""
    routes, desks = APIRouter(prefix="/api/desk", tags=["drafts"]), Desks(plans)
    _lists(routes, desks)
    _strokes(routes, desks)
    _ends(routes, desks)
    ground_routes(routes, desks, plans)
    foreign_routes(routes, desks)
    both_kinds = APIRouter()
    both_kinds.include_router(routes)
    both_kinds.include_router(draft_paper(desks))
    return both_kinds


def _lists(routes: APIRouter, desks: Desks) -> None:
    @routes.get("/drafts", summary="Drafts and scenarios of an outbreak, each with what it comes to")
    def drafts(outbreak: Outbreak = "") -> list[dict[str, Any]]:
        desks.workspace(outbreak)
        found = desks.drawer.all(outbreak, begun=True)
        return [row_of(draft) for draft in found if draft.state != "discarded"][:_SHOWN]

    @routes.post("/drafts", summary="Begin a draft", openapi_extra=described(Begin))
    def begin(told: Annotated[Begin, Depends(posted(Begin))]) -> Response:
        return _json(picture(desks.make(Question(told.day, outbreak=told.outbreak), told.title, told.by)))

    @routes.get("/drafts/{name}", summary="A draft as it is: what it changes, where, its steps and sums")
    def draft(name: str) -> Response:
        return _json(picture(desks.open(name)))

    @routes.get("/drafts/{name}/file", summary="A draft as a file of steps", response_class=Response)
    def file(name: str) -> Response:
        found = desks.open(name)
        data = write_kept(found.draft, desks.drawer.steps(name))
        disposition = {"content-disposition": f'attachment; filename="draft-{found.draft.id}.jsonl"'}
        return Response(data, headers=disposition, media_type="application/x-ndjson")

    @routes.post("/here", summary="Say that somebody is here; the others", openapi_extra=described(Here))
    def here(told: Annotated[Here, Depends(posted(Here))]) -> list[dict[str, Any]]:
        return desks.here(told.client, told.by, told.outbreak, told.draft, told.leave)


def _strokes(routes: APIRouter, desks: Desks) -> None:
    @routes.post("/drafts/{name}/steps", summary="Do, undo or redo a stroke", openapi_extra=described(Stroke))
    def step(name: str, told: Annotated[Stroke, Depends(posted(Stroke))]) -> Response:
        began, found = time.perf_counter(), desks.held(name)
        with in_both():
            try:
                answer = _stroke(desks, found, told)
            except ConflictError:
                answer = _stroke(desks, desks.open(name), told)
        return _json({**answer, "ms": round(1000 * (time.perf_counter() - began), 1)})

    @routes.get("/drafts/{name}/forms", summary="Parts and holes of zones, before and after")
    def forms(name: str, zone: Annotated[list[str], Query(max_length=20)]) -> dict[str, Any]:
        return forms_of(desks.held(name), zone)

    @routes.post("/drafts/{name}/pick", summary="Look at a selection", openapi_extra=described(Preview))
    def pick(name: str, told: Annotated[Preview, Depends(posted(Preview))]) -> dict[str, Any]:
        found = desks.open(name)
        with in_both():
            picked = pick_atoms(found, told.pick)
        people = sum(found.paper.scale.people(picked.atoms.tolist()))
        names = found.paper.ground.names(picked.atoms[:_SHOWN].tolist())
        return {"atoms": len(picked.atoms), "people": round(people, 1), "names": names, **tell_picked(picked)}


def _stroke(desks: Desks, found: Open, told: Stroke) -> dict[str, Any]:
    with found.lock:
        return _done(desks, found, told)


def _done(desks: Desks, found: Open, told: Stroke) -> dict[str, Any]:
    if (again := found.seen.get(told.sent)) is not None:
        return again
    if any(kept.sent == told.sent for kept in found.kept[-_SHOWN:]):
        return answer_of(found, None) | {"moved": None, "beyond": 0}
    if told.after > found.n:
        raise ConflictError("the draft changed in another window")
    if told.after != found.n:
        raise Refused(409, *_both("steps"), {"n": found.n, "what_zh": both("no_steps")["zh"]})
    step, picked = make_step(found, told)
    if picked is not None and isinstance(step, Stroked) and is_idle(found.desk, step):
        return answer_of(found, None) | tell_picked(picked)
    change = desks.add(found, step, told.by, told.sent)
    answer = answer_of(found, change) | tell_picked(picked)
    found.seen = {**dict(list(found.seen.items())[-20:]), told.sent: answer}
    return answer


@contextmanager
def in_both() -> Iterator[None]:
    """Tell what the engine refuses in Chinese too."""
    try:
        yield
    except DraftConflict:
        raise
    except ZoningError as error:
        status, body = describe(error, "draft")
        zh = said_in_chinese(body["what"])
        raise Refused(status, body["what"], "draft", "", {"what_zh": zh} if zh else None) from error


def _ends(routes: APIRouter, desks: Desks) -> None:
    @routes.post("/drafts/{name}/name", summary="Name a draft; review or discard it", openapi_extra=described(Name))
    def rename(name: str, told: Annotated[Name, Depends(posted(Name))]) -> dict[str, Any]:
        found = desks.open(name)
        if found.draft.state == "decided":
            raise refuse(409, "draft_decided", "state")
        desks.tell(found)
        values = {k: v for k, v in (("title", told.title), ("state", told.state)) if v is not None}
        return row_of(desks.drawer.change(name, **values) if values else found.draft)

    @routes.get("/drafts/{name}/conflicts", summary="What others changed on the atoms of a draft since its base")
    def conflicts(name: str) -> dict[str, Any]:
        found = desks.open(name)
        with found.lock:
            table, now = conflicts_of(desks.workspace(found.draft.outbreak), found.paper.ground, found.desk)
        return {"base": found.draft.base, "log": now.revision, **_conflicts(found, table)}

    @routes.post("/drafts/{name}/move", summary="Put a draft on the newest base", openapi_extra=described(Move))
    def move(name: str, told: Annotated[Move, Depends(posted(Move))]) -> Response:
        return _json(picture(_moved(desks, desks.open(name), told)))

    @routes.post("/drafts/{name}/submit", summary="Save a draft as edits", openapi_extra=described(Submit))
    def send(name: str, told: Annotated[Submit, Depends(posted(Submit))]) -> dict[str, Any]:
        return _submitted(desks, desks.open(name), told)


def _moved(desks: Desks, found: Open, told: Move) -> Open:
    if told.choice == "draft":
        found.draft = desks.drawer.change(found.draft.id, state="review")
        return found
    with found.lock:
        table, _ = conflicts_of(desks.workspace(found.draft.outbreak), found.paper.ground, found.desk)
    theirs = table["atom_id"].tolist() if told.choice == "keep-theirs" else []

    def give_up(moved: Open) -> Any:
        atoms = [a for a in moved.paper.ground.numbers(theirs)[0] if a in moved.desk.placed]
        return leave(moved.desk, atoms, told.sent) if atoms else None

    return desks.move(found, give_up, told.by, told.sent)


def _submitted(desks: Desks, found: Open, told: Submit) -> dict[str, Any]:
    if found.draft.state == "discarded":
        raise refuse(409, "draft_discarded", "state")
    workspace, times = desks.workspace(found.draft.outbreak), _times(desks, found, told)
    with found.lock:
        try:
            signed = Signed(told.by, told.reason, *times)
            with in_both():
                events = submit(workspace, found.draft.id, found.paper.ground, found.desk, signed, told.choice)
        except DraftConflict as error:
            what, where, fix = _both("draft_old")
            more = {"what_zh": both("no_draft_old")["zh"], "said": str(error), "log": error.revision}
            raise Refused(409, what, where, fix, {**more, **_conflicts(found, error.conflicts)}) from None
        desks.tell(found)
        found.draft = desks.drawer.change(found.draft.id, state="decided")
    return {**row_of(found.draft), "events": events, "log": workspace.revision()}


def _times(desks: Desks, found: Open, told: Submit) -> tuple[datetime | None, datetime | None]:
    zone, clock = desks.plans.settings(found.draft.outbreak).zone, found.draft.as_of
    read = {
        name: read_typed(text, zone, clock, ahead=True, end=name == "until") if (text := getattr(told, name)) else None
        for name in ("effective_at", "until")
    }
    if wrong := [name for name in read if getattr(told, name) and read[name] is None]:
        faults = [fault(name, both("fault_time"), both("fault_time_do")) for name in wrong]
        raise refuse(422, "unreadable", "body", faults=faults)
    return read["effective_at"], read["until"]


def _conflicts(found: Open, table: Any) -> dict[str, Any]:
    columns = ["atom_id", "class_then", "class_now", "stroke", "author"]
    rows = table[columns].astype(object).where(table[columns].notna(), None).head(_SHOWN)
    ground = found.paper.ground
    numbers = np.array(ground.numbers(table["atom_id"].tolist())[0], np.uint64)
    return {**outline_of(ground.sheet.plan, numbers), "count": len(table), "conflicts": rows.to_dict("records")}


def _both(key: str) -> tuple[str, str, str]:
    return both(f"no_{key}")["en"], "draft", both(f"no_{key}_do")["en"]


def _json(told: dict[str, Any]) -> Response:
    return Response(orjson.dumps(told), media_type="application/json")
