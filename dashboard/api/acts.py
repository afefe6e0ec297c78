"""Addresses of decisions: the inbox, what can be decided of a zone, and deciding it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

import pandas as pd
from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, Field

from dashboard.api.asked import MAX_TEXT, Asked, json_answer
from dashboard.api.posting import Act, Line, Words, act_time, described, fault, posted, refuse
from dashboard.decidable import form_of, inbox_of, seen_of, zone_now
from dashboard.errors import Refused
from dashboard.moments import read_typed
from dashboard.plans import Plans, Question, Shown
from dashboard.texts import both, moment_text
from zoning.deciding import DecidedError, Decision, decide, find_sent, hold_decided, lacking
from zoning.errors import UnknownError
from zoning.hashes import digest
from zoning.store import Workspace

_TIMES = ("in_force_from", "delineated_at", "until")


TOGETHER = ("delineate", "hold", "reject")


class Other(BaseModel):
    """Another zone that is decided of in the same way."""

    zone: Line
    seen: Line = ""


class Deciding(Act):
    """What a person decides of a zone; times as they are typed."""

    zone: Line = Field(description="id or alias")
    seen: Line = Field("", description="of /api/deciding: the decision is refused where facts or ground changed since")
    action: Line = Field(description="delineate, extend, assess, hold, step, raise, release or reject")
    grounds: Words = ""
    notice_no: Line = ""
    in_force_from: Line = ""
    delineated_at: Line = ""
    until: Line = ""
    to: Line = ""
    gate: Line = ""
    scope: Line = ""
    also: list[Other] = Field(default_factory=list, max_length=20, description="decided with it: all of them, or none")


def act_routes(plans: Plans) -> APIRouter:
    """Return the routes of decisions."""
    routes = APIRouter(prefix="/api", tags=["acts"])

    @routes.get("/inbox", summary="What waits for a person, the most pressing first")
    def inbox(request: Request, asked: Asked, start: Annotated[int, Query(ge=0, le=1_000_000)] = 0) -> Response:
        shown = plans.get(asked)
        return json_answer(request, lambda: inbox_of(shown, start), f"inbox-{shown.key}-{start}")

    @routes.get("/deciding", summary="What can be decided of a zone now, and what each decision asks for")
    def deciding(asked: Asked, zone: Annotated[str, Query(max_length=MAX_TEXT)]) -> dict[str, Any]:
        shown = plans.get(Question(outbreak=asked.outbreak))
        found = zone_now(shown, zone)
        if found is None:
            raise refuse(404, "zone", "zone", id=zone)
        return form_of(shown, found, plans.clock(asked.outbreak), plans.engine) | {"log": shown.log}

    @routes.post("/decide", summary="Decide of a zone", openapi_extra=described(Deciding))
    def decided(told: Annotated[Deciding, Depends(posted(Deciding))]) -> dict[str, Any]:
        return save_decision(plans, told)

    return routes


def save_decision(plans: Plans, told: Deciding) -> dict[str, Any]:
    """Save a decision.

    Parameters
    ----------
    plans : of the workspace.
    told : as posted.

    Returns
    -------
    event, zone (id), name, action, written, log (number of the log's last event), said: a sentence in both languages.

    Raises
    ------
    Refused : 404 no such zone, 409 somebody else decided meanwhile, 422 a field cannot be used.
    """
    if plans.engine.workspace is None:
        raise refuse(503, "saving", "workspace")
    workspace = plans.engine.workspace(told.outbreak)
    shown = plans.get(Question(outbreak=told.outbreak))
    zone = zone_now(shown, told.zone)
    more = told.also if told.action in TOGETHER else []
    if before := find_sent(workspace, told.by, told.sent):
        return _answer(plans, shown, zone or {"zone_id": told.zone, "name": told.zone}, before, False, len(more))
    now = act_time(plans, told.outbreak)
    times = _read_times(told, shown, now)
    # The zone that was asked about is written last: once it is there, so are the others.
    wanted = [*((of.zone, of.seen, digest(told.sent, of.zone)) for of in more), (told.zone, told.seen, told.sent)]
    fields = (told.action, told.by, told.grounds, told.notice_no, *(times[name] for name in _TIMES))
    try:
        for name, seen, sent in wanted:
            if not find_sent(workspace, told.by, sent):
                _hold_to(workspace, shown, name, seen, told.base)
        for name, _, sent in wanted:
            decision = Decision(name, *fields, told.to, told.gate, told.scope)
            done = decide(workspace, shown.plan, decision, now, told.base, sent)
    except DecidedError as error:
        raise _decided_before(error, shown) from None
    except UnknownError:
        raise refuse(404, "zone", "zone", id=told.zone) from None
    return _answer(plans, shown, done.zone, {**done.payload, "event_id": done.event_id}, done.written, len(more))


def _hold_to(workspace: Workspace, shown: Shown, name: str, seen: str, base: int | None) -> None:
    """Refuse a decision on a zone that somebody decided of since, or that has other facts or ground than was seen."""
    zone = zone_now(shown, name)
    if zone is None:
        return
    hold_decided(workspace, shown.plan, zone, base)
    if seen and seen != seen_of(zone):
        raise refuse(409, "changed", "zone", name=_name(zone))


def _read_times(told: Deciding, shown: Shown, now: datetime) -> dict[str, datetime | None]:
    """Read the times of a decision, and hold its fields to its action, so that each fault stands beside its field."""
    zone, faults, times = str(shown.zone), [], dict[str, datetime | None]()
    for name in _TIMES:
        typed = getattr(told, name)
        ahead = name != "delineated_at"
        times[name] = read_typed(typed, zone, now, ahead, name == "until") if typed else None
        if typed and times[name] is None:
            faults.append(fault(name, both("fault_time"), both("fault_time_do")))
    faults += [fault(name, both("field_required")) for name in lacking(told.action, told.model_dump())]
    until, start, drawn = times["until"], times["in_force_from"], times["delineated_at"]
    if told.action == "hold" and until and until <= now:
        faults.append(fault("until", both("fault_over"), both("fault_over_do")))
    if told.action == "delineate" and start and drawn and drawn > start:
        faults.append(fault("in_force_from", both("fault_order"), both("fault_order_do")))
    if faults:
        raise refuse(422, "unreadable", "body", faults=faults)
    return times


def _name(zone: Mapping[str, Any]) -> dict[str, str]:
    return {"zh": zone["name"], "en": zone.get("name_en") or zone["name"]}


def _decided_before(error: DecidedError, shown: Shown) -> Refused:
    at = moment_text(pd.Timestamp(error.at).astimezone(shown.zone))
    action = both(f"did_{error.action}")
    return refuse(409, "decided", "zone", name=_name(error.zone), by=error.by, action=action, at=at)


def _answer(
    plans: Plans, shown: Shown, zone: Mapping[str, Any], payload: Mapping[str, Any], written: bool, more: int = 0
) -> dict[str, Any]:
    name, action = _name(zone), payload["action"]
    said = both("saved_act", name=name, action=both(f"did_{action}"))
    start = payload.get("until") or payload.get("in_force_from")
    if start:
        at = moment_text(pd.Timestamp(start).astimezone(shown.zone))
        said = both("saved_act_until" if action == "hold" else "saved_act_from", said=said, at=at)
    if more:
        said = both("saved_act_also", said=said, n=more)
    told = {"event": payload["event_id"], "zone": zone["zone_id"], "name": name, "action": action, "written": written}
    return {**told, "log": plans.engine.revision(), "said": said}
