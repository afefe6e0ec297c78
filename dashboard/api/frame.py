"""Addresses of the frame: the log that pages watch, outbreaks, the epidemic curve behind the time slider, search."""

from datetime import date, datetime, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import pandas as pd
from fastapi import APIRouter, Query, Request, Response

from dashboard.api.asked import MAX_TEXT, Asked, json_answer
from dashboard.plans import Plans, Question, Shown
from dashboard.searching import find_all

AHEAD_DAYS, BEFORE_DAYS, SHOWN_DAYS = 14, 1, 60
Outbreak = Annotated[str, Query(max_length=31, pattern=r"^[a-z0-9-]*$")]


def frame_routes(plans: Plans) -> APIRouter:
    """Return the routes of the frame."""
    routes = APIRouter(prefix="/api", tags=["frame"])

    @routes.get("/log", summary="Number of the log's last event, and the moment at which people work")
    def log(request: Request, outbreak: Outbreak = "") -> Response:
        revision = plans.engine.revision()
        shown = plans.shown(Question(outbreak=outbreak))
        over = shown is None or plans.clock(outbreak) >= shown.until
        return json_answer(request, lambda: {"log": revision, "over": over}, f"log-{revision}-{over}")

    @routes.get("/outbreaks", summary="The outbreaks of the workspace, with what each is called")
    def outbreaks(request: Request) -> Response:
        tag = f"outbreaks-{plans.engine.revision()}"
        return json_answer(request, lambda: [_outbreak(plans, name) for name in plans.engine.outbreaks()], tag)

    @routes.get("/curve", summary="Cases reported a day, over the days that the time slider covers")
    def curve(request: Request, outbreak: Outbreak = "") -> Response:
        asked = Question(outbreak=outbreak)
        shown = plans.get(asked)
        return json_answer(request, lambda: curve_of(shown, plans.clock(outbreak)), f"curve-{shown.log}-{shown.key}")

    @routes.get("/find", summary="Zones, units, places, roads, areas by name; an address in words; a cell; a point")
    def find(asked: Asked, q: Annotated[str, Query(max_length=MAX_TEXT)] = "") -> list[dict[str, Any]]:
        return find_all(plans.get(asked), q)

    return routes


def _outbreak(plans: Plans, name: str) -> dict[str, Any]:
    settings = plans.settings(name)
    return {"name": name, "title": settings.title, "pack": settings.policy, "resolution": settings.resolution}


def curve_of(shown: Shown, clock: datetime) -> dict[str, Any]:
    """Return the epidemic curve.

    Parameters
    ----------
    shown : the plan of now.
    clock : the moment at which people work.

    Returns
    -------
    first, last, today (ISO local days); cases: one count a day from first to last, by the day of their report.
    """
    cases = shown.plan.tables["cases"]
    counted = cases[cases["status"].isin(shown.plan.policy.source.statuses)]
    if "withdrawn" in counted:
        counted = counted[~counted["withdrawn"].astype(bool)]
    today = _day(pd.Timestamp(clock), shown.zone)
    days = [_day(at, shown.zone) for at in counted["reported_at"].dropna()]
    first = max(min([*days, today]) - timedelta(BEFORE_DAYS), today - timedelta(SHOWN_DAYS))
    last = max(today, max((day for day in days if day <= today), default=today)) + timedelta(AHEAD_DAYS)
    counts = pd.Series(days).value_counts() if days else pd.Series(dtype=int)
    every = [first + timedelta(n) for n in range((last - first).days + 1)]
    told = {"first": first.isoformat(), "last": last.isoformat(), "today": today.isoformat()}
    return told | {"cases": [int(counts.get(day, 0)) for day in every]}


def _day(at: pd.Timestamp, zone: ZoneInfo) -> date:
    """Return the local day that a moment belongs to; 24时 is of the day that it ends."""
    found: date = (at.tz_convert(zone) - pd.Timedelta(microseconds=1)).date()
    return found
