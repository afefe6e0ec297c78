"""Addresses of typed facts: cases and stays to find and to open, places in words, rounds; typed, changed, withdrawn."""

import re
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal

import orjson
import pandas as pd
from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, Field, StringConstraints

from dashboard.addressing import read_place, read_point
from dashboard.api.asked import MAX_TEXT, Asked, json_answer, packed
from dashboard.api.checking import hold_rows
from dashboard.api.plan import read_at
from dashboard.api.posting import Act, Words, act_time, described, posted, refuse
from dashboard.casefile import list_cases, open_case, open_stay
from dashboard.decidable import zone_now
from dashboard.errors import Refused
from dashboard.moments import show_typed
from dashboard.pasting import read_stays
from dashboard.plans import Plans, Question, Shown
from dashboard.roundsheet import rounds_of_zone
from dashboard.texts import both, moment_text
from zoning.entering import ChangedError, Entered, EntryError, amend, enter, take_back
from zoning.errors import UnknownError
from zoning.hashes import digest
from zoning.store import Workspace

Value = Annotated[str, StringConstraints(max_length=500, strip_whitespace=True)]
Row = dict[Annotated[str, StringConstraints(max_length=40)], Value]
FactId = Annotated[str, StringConstraints(max_length=200, pattern=r"^[a-z]+:.+$")]
Text = Annotated[str, Query(max_length=MAX_TEXT)]
Start = Annotated[int, Query(ge=0, le=1_000_000)]


class Pasted(BaseModel):
    """A trajectory as text; it is read, and nothing is saved."""

    text: Words
    outbreak: Annotated[str, StringConstraints(max_length=31, pattern=r"^[a-z0-9-]*$")] = ""


class Entering(Act):
    """Facts of one kind, as they are typed: all of them are saved, or none."""

    kind: Literal["cases", "visits", "rounds"]
    rows: list[Row] = Field(min_length=1, max_length=500)
    text: Words = Field("", description="what they were typed from, kept beside them")


class Amending(Act):
    """Some fields of one fact; the others stay as they are known."""

    fact: FactId
    changes: Row = Field(min_length=1, max_length=40)
    text: Words = ""


class Withdrawing(Act):
    """One fact that is taken back."""

    fact: FactId
    reason: Annotated[str, StringConstraints(min_length=1, max_length=2000, strip_whitespace=True)]


def file_routes(plans: Plans) -> APIRouter:
    """Return the routes of facts to find and to open."""
    routes = APIRouter(prefix="/api", tags=["facts"])
    desk = Desk(plans)

    @routes.get("/now", summary="The moment at which people work, as it would be typed")
    def now(asked: Asked) -> dict[str, Any]:
        zone = plans.settings(asked.outbreak).zone
        return {"typed": show_typed(plans.clock(asked.outbreak), zone), "log": plans.engine.revision()}

    @routes.get("/cases", summary="Cases by number, status or place, the newest first")
    def cases(request: Request, asked: Asked, q: Text = "", start: Start = 0) -> Response:
        shown = plans.get(Question(outbreak=asked.outbreak))
        return json_answer(
            request, lambda: list_cases(shown, q, start), f"cases-{shown.log}-{shown.key}-{digest(q)}-{start}"
        )

    @routes.get("/fact", summary="One case with its stays, or one stay; with what was pasted and who changed what")
    def fact(asked: Asked, id: Annotated[str, Query(max_length=MAX_TEXT)]) -> dict[str, Any]:
        shown, workspace = desk.seen(asked.outbreak)
        read = {"cases": open_case, "visits": open_stay}.get(id.partition(":")[0])
        try:
            if read is None:
                raise UnknownError(id)
            return {**read(shown, workspace, id), "log": shown.log}
        except UnknownError:
            raise refuse(404, "fact", "id", id=id) from None

    return routes


def sheet_routes(plans: Plans) -> APIRouter:
    """Return the routes of what forms of facts ask: places in words, and rounds by building."""
    routes = APIRouter(prefix="/api", tags=["facts"])

    @routes.get("/place", summary="What an address in words may mean, or what stands at a point")
    def place(asked: Asked, q: Text = "", at: Text = "", kind: Literal["cases", "visits"] = "cases") -> dict[str, Any]:
        shown = plans.get(Question(outbreak=asked.outbreak))
        return read_point(shown, *read_at(at)) if at else read_place(shown, q, kind)

    @routes.post(
        "/stays", summary="The stays that a pasted text tells; nothing is saved", openapi_extra=described(Pasted)
    )
    def stays(request: Request, told: Annotated[Pasted, Depends(posted(Pasted))]) -> Response:
        shown = plans.get(Question(outbreak=told.outbreak))
        found = read_stays(shown, told.text, plans.clock(told.outbreak))
        return packed(request, orjson.dumps({"stays": found, "log": shown.log}), {}, "application/json")

    @routes.get("/rounds", summary="The buildings of a zone with what a round of tests came to in each")
    def rounds(
        request: Request, asked: Asked, zone: Text, round: Text = "", q: Text = "", start: Start = 0
    ) -> Response:
        shown = plans.get(Question(outbreak=asked.outbreak))
        found = zone_now(shown, zone)
        if found is None:
            raise refuse(404, "zone", "zone", id=zone)
        name = {"zh": found["name"], "en": found["name_en"]}
        told = {"zone": found["zone_id"], "name": name, "log": shown.log}
        tag = f"rounds-{shown.log}-{shown.key}-{digest(zone, round, q, start)}"
        return json_answer(request, lambda: told | rounds_of_zone(shown, found["zone_id"], round, q, start), tag)

    return routes


def fact_routes(plans: Plans) -> APIRouter:
    """Return the routes of typed facts."""
    routes = APIRouter(prefix="/api", tags=["facts"])
    desk = Desk(plans)

    @routes.post("/enter", summary="Type facts of one kind", openapi_extra=described(Entering))
    def entered(told: Annotated[Entering, Depends(posted(Entering))]) -> dict[str, Any]:
        return desk.enter(told)

    @routes.post("/amend", summary="Change some fields of a fact", openapi_extra=described(Amending))
    def amended(told: Annotated[Amending, Depends(posted(Amending))]) -> dict[str, Any]:
        return desk.amend(told)

    @routes.post("/withdraw", summary="Take a fact back", openapi_extra=described(Withdrawing))
    def withdrawn(told: Annotated[Withdrawing, Depends(posted(Withdrawing))]) -> dict[str, Any]:
        return desk.withdraw(told)

    return routes


class Desk:
    """Where facts are typed: one act at a time, so that two cases of one minute get two numbers."""

    def __init__(self, plans: Plans) -> None:
        self.plans = plans
        self._one = threading.Lock()

    def seen(self, outbreak: str) -> tuple[Shown, Workspace]:
        """Return the plan of now and its log."""
        if self.plans.engine.workspace is None:
            raise refuse(503, "saving", "workspace")
        return self.plans.get(Question(outbreak=outbreak)), self.plans.engine.workspace(outbreak)

    def enter(self, told: Entering) -> dict[str, Any]:
        """Save typed rows of one kind."""
        shown, workspace = self.seen(told.outbreak)
        now = act_time(self.plans, told.outbreak, _newest(shown, workspace, told.kind, told.rows))
        rows = hold_rows(told.kind, told.rows, str(shown.zone), self.plans.clock(told.outbreak))
        with self._one:
            done = self._save(
                lambda: enter(workspace, told.kind, rows, told.by, now, told.text, told.sent, told.base, now), shown
            )
        return self._answer(done, "entered")

    def amend(self, told: Amending) -> dict[str, Any]:
        """Save changes of one fact."""
        shown, workspace = self.seen(told.outbreak)
        kind = told.fact.partition(":")[0]
        now = act_time(self.plans, told.outbreak, _newest(shown, workspace, kind, [], told.fact))
        clock = self.plans.clock(told.outbreak)
        changes = hold_rows(kind, [told.changes], str(shown.zone), clock, whole=False)[0]
        with self._one:
            done = self._save(
                lambda: amend(workspace, told.fact, changes, told.by, now, told.text, told.sent, told.base, now), shown
            )
        return self._answer(done, "amended")

    def withdraw(self, told: Withdrawing) -> dict[str, Any]:
        """Take one fact back."""
        shown, workspace = self.seen(told.outbreak)
        now = act_time(self.plans, told.outbreak, _newest(shown, workspace, "", [], told.fact))

        def save() -> Entered:
            written = take_back(workspace, told.fact, told.by, told.reason, now, told.base)
            return Entered("", (told.fact,), (), written)

        with self._one:
            return self._answer(self._save(save, shown), "taken_back")

    def _save(self, save: Callable[[], Entered], shown: Shown) -> Entered:
        try:
            return save()
        except ChangedError as error:
            raise _changed_before(error, shown) from None
        except UnknownError as error:
            raise refuse(404, "fact", "fact", id=str(error).partition("'")[2].partition("'")[0]) from None
        except EntryError as error:
            faults = [{**fault._asdict(), "reason_zh": "", "fix_zh": ""} for fault in error.faults[:20]]
            raise refuse(422, "unreadable", "body", faults=faults) from None

    def _answer(self, done: Entered, what: str) -> dict[str, Any]:
        names = [fact.partition(":")[2] for fact in done.fact_ids]
        stay = done.fact_ids[0].startswith("visits:")  # its id is a hash, which says nothing to anybody
        key = "saved_stay" if stay and done.written else f"saved_{what}" if done.written else "saved_before"
        said = both(key, fact=both("stay_one") if stay else ", ".join(names[:3]), n=len(names))
        told = {"facts": done.fact_ids[:20], "written": done.written, "said": said}
        return {**told, "log": self.plans.engine.revision()}


def _newest(shown: Shown, workspace: Workspace, kind: str, rows: list[Row], fact_id: str = "") -> datetime | None:
    """Return when the newest of what is changed was recorded, a moment after its withdrawal; None where all is new."""
    key = {"cases": "case_id", "visits": "visit_id"}.get(kind)
    ids = {workspace.fact_id(kind, row[key]) for row in rows if key and row.get(key)}
    if kind == "rounds":
        known, told = shown.plan.tables["rounds"], {(row.get("round_id"), row.get("unit_id")) for row in rows}
        same = [pair in told for pair in zip(known["round_id"], known["unit_id"], strict=True)]
        ids = set(known["fact_id"][same])
    ids |= {fact_id} if fact_id else set()
    times = [e.recorded_at for e in workspace.events() if e.kind == "withdraw" and e.payload["fact_id"] in ids]
    for table in (t for t in shown.plan.tables.values() if "fact_id" in t):
        times += [at.to_pydatetime() for at in table.loc[table["fact_id"].isin(ids), "recorded_at"].dropna()]
    return (max(times) + pd.Timedelta(microseconds=1)) if times else None


def _changed_before(error: ChangedError, shown: Shown) -> Refused:
    at = moment_text(pd.Timestamp(error.at).astimezone(shown.zone))
    action = both("did_withdraw" if error.withdrawn else "did_change")
    name = re.sub(r"^[a-z]+:", "", error.fact_id)
    return refuse(409, "changed_fact", "fact", name=name, by=error.by or "–", action=action, at=at)
