"""The HTTP API beside the page: plan, zone list, style, tiles, reasons. Its form is at /docs.

Every address names the plan by day, known-at and policy, so that any server process can answer it; `v` is the plan's
key, which lets the browser keep what it has.
"""

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Depends, FastAPI, Query, Request, Response

from dashboard.docs import describe_api
from dashboard.errors import Refused, install
from dashboard.plans import Plans, Question, Shown
from dashboard.rows import zone_rows
from dashboard.texts import TEXTS
from dashboard.waits import Act, Check, acts_of, checks_of
from layers import LAYERS
from layers.style import compose, look_of
from layers.tiles import MAX_ZOOM, compress

MVT = "application/vnd.mapbox-vector-tile"
FOR_EVER = "private, max-age=31536000, immutable"
MAX_TEXT = 200  # characters of an id


def ask(
    day: date | None = None,
    known_at: datetime | None = None,
    policy: Annotated[str | None, Query(max_length=80, pattern=r"^[\w.-]+$")] = None,
) -> Question:
    """Read which plan a request is about."""
    if known_at is not None and known_at.tzinfo is None:
        raise Refused(400, "known_at has no time zone.", "known_at", "Add one: 2022-03-15T08:00:00+08:00.")
    return Question(day, known_at, policy)


Asked = Annotated[Question, Depends(ask)]


def query(question: Question) -> str:
    """Return the part of an address that names a plan."""
    parts = {"day": question.day, "known_at": question.known_at, "policy": question.policy}
    texts = {k: v.isoformat() if isinstance(v, date) else v for k, v in parts.items() if v is not None}
    return "&".join(f"{k}={str(v).replace('+', '%2B')}" for k, v in texts.items())


def _json(request: Request, make: Callable[[], Any], tag: str) -> Response:
    """Answer JSON with an ETag, packed; a browser that has it gets 304, and then nothing is made."""
    headers = {"etag": f'"{tag}"', "cache-control": "no-cache"}
    if request.headers.get("if-none-match") == headers["etag"]:
        return Response(status_code=304, headers=headers)
    return _packed(request, orjson.dumps(make(), default=datetime.isoformat), headers, "application/json")


def _packed(request: Request, data: bytes, headers: dict[str, str], media_type: str) -> Response:
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(compress(data), headers={**headers, "content-encoding": "gzip"}, media_type=media_type)
    return Response(data, headers=headers, media_type=media_type)


def summary(shown: Shown, question: Question) -> dict[str, Any]:
    """Return what the page keeps of a plan: its keys, day and bounds, never its tables."""
    plan = shown.plan
    return {
        "key": shown.key,
        "base_key": shown.base_key,
        "query": query(question),
        "day": shown.day.isoformat(),
        "as_of": plan.as_of.isoformat(),
        "revision": plan.revision,
        "bounds": shown.bounds,
        "zones": len(plan.zones),
        "pack": {"id": plan.policy.pack.id, "version": plan.policy.pack.version},
        "title": plan.policy.pack.title.model_dump(),
    }


def _plan_routes(plans: Plans) -> APIRouter:
    routes = APIRouter(prefix="/api", tags=["plan"])

    @routes.get("/plan", summary="Keys, day and bounds of a plan")
    def plan(request: Request, asked: Asked) -> Response:
        shown = plans.get(asked)
        return _json(request, lambda: summary(shown, asked), shown.key)

    @routes.get("/zones", summary="The zone list, most urgent first")
    def zones(request: Request, asked: Asked) -> Response:
        shown = plans.get(asked)
        return _json(request, lambda: zone_rows(shown), f"zones-{shown.key}")

    @routes.get("/texts", summary="Words of the screen in both languages")
    def texts() -> dict[str, dict[str, str]]:
        return TEXTS

    @routes.get("/explain", summary="Why a unit, or a point, has its class, what would change it, what it waits for")
    def explain(
        asked: Asked,
        unit: Annotated[str | None, Query(max_length=MAX_TEXT)] = None,
        at: Annotated[str | None, Query(max_length=60, description="lng,lat in degrees, WGS84")] = None,
    ) -> Response:
        if (unit is None) == (at is None):
            raise Refused(400, "Name one subject.", "unit, at", "Give unit=ID, or at=LNG,LAT.")
        shown = plans.get(asked)
        if unit is not None:
            found = plans.engine.explain_unit(shown.plan, unit)
        else:
            found = plans.engine.explain_at(shown.plan, *_point(at or ""))
        told = plans.engine.answer(shown.plan, found)
        return Response(orjson.dumps(told, default=str), media_type="application/json")

    return routes


def _wait_routes(plans: Plans) -> APIRouter:
    routes = APIRouter(prefix="/api", tags=["plan"])
    zone_id = Annotated[str | None, Query(max_length=MAX_TEXT, description="one zone only")]

    @routes.get("/checks", summary="The conditions of each zone's way out", response_model=list[Check])
    def checks(request: Request, asked: Asked, zone: zone_id = None) -> Response:
        shown = _shown(plans, asked, zone)
        return _json(request, lambda: checks_of(shown.plan, zone), f"checks-{shown.key}-{zone}")

    @routes.get("/acts", summary="What the engine proposes to decide, the ready first", response_model=list[Act])
    def acts(request: Request, asked: Asked, zone: zone_id = None) -> Response:
        shown = _shown(plans, asked, zone)
        return _json(request, lambda: acts_of(shown.plan, zone), f"acts-{shown.key}-{zone}")

    return routes


def _shown(plans: Plans, asked: Question, zone: str | None) -> Shown:
    """Return the plan of a request that may name a zone, which must be there."""
    shown = plans.get(asked)
    if zone is not None and zone not in set(shown.plan.zones["zone_id"]):
        raise Refused(404, f"There is no zone '{zone}' in this plan.", "zone", "Take an id of /api/zones.")
    return shown


def _point(text: str) -> tuple[float, float]:
    try:
        lng, lat = (float(v) for v in text.split(","))
    except ValueError:
        raise Refused(400, f"'{text}' is no point.", "at", "Give longitude,latitude in degrees.") from None
    if not (-180 <= lng <= 180 and -90 <= lat <= 90):
        raise Refused(400, f"'{text}' lies outside the Earth.", "at", "Longitude comes first: at=114.05,22.54.")
    return lng, lat


def _map_routes(plans: Plans) -> APIRouter:
    routes = APIRouter(prefix="/api", tags=["map"])

    @routes.get("/style", summary="The MapLibre style of a plan")
    def style(
        request: Request,
        asked: Asked,
        theme: Literal["light", "dark"] = "light",
        lang: Literal["zh", "en"] = "zh",
    ) -> Response:
        shown = plans.get(asked)
        root, more = str(request.base_url).rstrip("/"), query(asked)
        tiles = {
            source: f"{root}/api/tiles/{source}/{{z}}/{{x}}/{{y}}.mvt?{more}&v={key}"
            for source, key in (("base", shown.base_key), ("plan", shown.key), ("changes", shown.key))
        }
        look = look_of(shown.plan.policy, theme, lang)
        return _json(
            request, lambda: compose(LAYERS, look, tiles), f"style-{shown.key}-{shown.base_key}-{theme}-{lang}"
        )

    @routes.get("/tiles/{source}/{z}/{x}/{y}.mvt", summary="A vector tile", response_class=Response)
    def tile(
        request: Request, asked: Asked, source: Literal["base", "plan", "changes"], z: int, x: int, y: int, v: str = ""
    ) -> Response:
        if not (0 <= z <= MAX_ZOOM and 0 <= x < 2**z and 0 <= y < 2**z):
            raise Refused(404, f"There is no tile {z}/{x}/{y}.", "z, x, y", f"z is 0 to {MAX_ZOOM}; x, y below 2**z.")
        shown = plans.get(asked)
        key = shown.base_key if source == "base" else shown.key
        # An address with an old key is answered with what holds now, and not kept.
        headers = {"etag": f'"{source}-{key}-{z}-{x}-{y}"', "cache-control": FOR_EVER if v == key else "no-cache"}
        if request.headers.get("if-none-match") == headers["etag"]:
            return Response(status_code=304, headers=headers)
        data = plans.tiles(asked, source).tile(z, x, y)
        if not data:
            return Response(status_code=204, headers=headers)
        return _packed(request, data, headers, MVT)

    return routes


def install_api(server: FastAPI, plans: Plans) -> None:
    """Put the API on a server; what is not there under /api is a plain error and not the page."""
    install(server)
    server.include_router(_plan_routes(plans))
    server.include_router(_wait_routes(plans))
    server.include_router(_map_routes(plans))

    @server.get("/docs", include_in_schema=False)
    def docs() -> Response:
        return Response(describe_api(server.openapi()), media_type="text/html")

    @server.get("/api/{path:path}", include_in_schema=False)
    def nothing(path: str) -> Response:
        raise Refused(404, f"There is no /api/{path}.", "path", "See /docs for what there is.")
