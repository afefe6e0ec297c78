"""Addresses of a plan: its keys, zone list, words, reasons, and what its zones wait for."""

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query, Request, Response

from dashboard.api.asked import MAX_TEXT, Asked, json_answer, query, shown_with
from dashboard.card_ways import ways_of
from dashboard.columns import zone_columns
from dashboard.errors import Refused
from dashboard.plain import plain
from dashboard.plans import Plans, Question, Shown
from dashboard.rows import zone_rows
from dashboard.texts import TEXTS
from dashboard.waits import Act, Check, acts_of, checks_of

Unit = Annotated[str | None, Query(max_length=MAX_TEXT)]
At = Annotated[str | None, Query(max_length=60, description="lng,lat in degrees, WGS84")]


def summary(shown: Shown, question: Question) -> dict[str, Any]:
    """Return what the page keeps of a plan: its keys, day and bounds, never its tables."""
    plan = shown.plan
    return {
        "key": shown.key,
        "base_key": shown.base_key,
        "query": query(question),
        "day": shown.day.isoformat(),
        "asked_day": question.day.isoformat() if question.day else None,
        "as_of": plan.as_of.isoformat(),
        "outbreak": question.outbreak,
        "log": shown.log,
        "then": question.then,
        "revision": plan.revision,
        "bounds": shown.bounds,
        "zones": len(plan.zones),
        "pack": {"id": plan.policy.pack.id, "version": plan.policy.pack.version},
        "title": plan.policy.pack.title.model_dump(),
    }


def plan_routes(plans: Plans) -> APIRouter:
    """Return the routes of a plan and its zones."""
    routes = APIRouter(prefix="/api", tags=["plan"])

    @routes.get("/plan", summary="Keys, day and bounds of a plan")
    def plan(request: Request, asked: Asked) -> Response:
        shown = plans.get(asked)
        return json_answer(request, lambda: summary(shown, asked), shown.key)

    @routes.get("/zones", summary="The zone list, most urgent first")
    def zones(request: Request, asked: Asked) -> Response:
        shown = plans.get(asked)
        return json_answer(request, lambda: zone_rows(shown), f"zones-{shown.key}")

    @routes.get("/zones/columns", summary="The zone list a column a field: small with ten thousand zones")
    def columns(request: Request, asked: Asked) -> Response:
        shown = plans.get(asked)
        return json_answer(request, lambda: zone_columns(shown), f"columns-{shown.key}")

    @routes.get("/texts", summary="Words of the screen in both languages")
    def texts() -> dict[str, dict[str, str]]:
        return TEXTS

    @routes.get("/explain", summary="Why a unit, or a point, has its class, what would change it, what it waits for")
    def explain(asked: Asked, unit: Unit = None, at: At = None) -> Response:
        told = answer_of(plans, plans.get(asked), unit, at)
        return Response(orjson.dumps(told, default=str), media_type="application/json")

    @routes.get("/card/ways", summary="What would put a unit, or a point, into each other class, as a card draws it")
    def ways(asked: Asked, unit: Unit = None, at: At = None) -> list[Any]:
        shown = plans.get(asked)
        return plain(ways_of(shown.plan, answer_of(plans, shown, unit, at)))

    return routes


def answer_of(plans: Plans, shown: Shown, unit: str | None, at: str | None) -> dict[str, Any]:
    """Return the whole answer to 'why?' of a unit or of a point; exactly one of them is named."""
    if (unit is None) == (at is None):
        raise Refused(400, "Name one subject.", "unit, at", "Give unit=ID, or at=LNG,LAT.")
    if unit is not None:
        found = plans.engine.explain_unit(shown.plan, unit)
    else:
        found = plans.engine.explain_at(shown.plan, *read_at(at or ""))
    return plans.engine.answer(shown.plan, found)


def wait_routes(plans: Plans) -> APIRouter:
    """Return the routes of what zones wait for."""
    routes = APIRouter(prefix="/api", tags=["plan"])
    zone_id = Annotated[str | None, Query(max_length=MAX_TEXT, description="one zone only")]

    @routes.get("/checks", summary="The conditions of each zone's way out", response_model=list[Check])
    def checks(request: Request, asked: Asked, zone: zone_id = None) -> Response:
        shown = shown_with(plans, asked, zone)
        return json_answer(request, lambda: checks_of(shown.plan, zone), f"checks-{shown.key}-{zone}")

    @routes.get("/acts", summary="What the engine proposes to decide, the ready first", response_model=list[Act])
    def acts(request: Request, asked: Asked, zone: zone_id = None) -> Response:
        shown = shown_with(plans, asked, zone)
        return json_answer(request, lambda: acts_of(shown.plan, zone), f"acts-{shown.key}-{zone}")

    return routes


def read_at(text: str) -> tuple[float, float]:
    """Read a point of an address: longitude,latitude in degrees."""
    try:
        lng, lat = (float(v) for v in text.split(","))
    except ValueError:
        raise Refused(400, f"'{text}' is no point.", "at", "Give longitude,latitude in degrees.") from None
    if not (-180 <= lng <= 180 and -90 <= lat <= 90):
        raise Refused(400, f"'{text}' lies outside the Earth.", "at", "Longitude comes first: at=114.05,22.54.")
    return lng, lat
