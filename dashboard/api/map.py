"""Addresses of the map: its style, and its tiles."""

from typing import Literal

from fastapi import APIRouter, Request, Response

from dashboard.api.asked import Asked, Before, json_answer, packed, query
from dashboard.errors import Refused
from dashboard.plans import Plans, Question, Shown
from layers import LAYERS
from layers.style import compose, look_of
from layers.tiles import MAX_ZOOM

MVT = "application/vnd.mapbox-vector-tile"
FOR_EVER = "private, max-age=31536000, immutable"


def map_routes(plans: Plans) -> APIRouter:
    """Return the routes of the map."""
    routes = APIRouter(prefix="/api", tags=["map"])
    _style(routes, plans)
    _tiles(routes, plans)
    return routes


def _style(routes: APIRouter, plans: Plans) -> None:
    @routes.get("/style", summary="The MapLibre style of a plan")
    def style(
        request: Request,
        asked: Asked,
        before: Before,
        theme: Literal["light", "dark"] = "light",
        lang: Literal["zh", "en"] = "zh",
    ) -> Response:
        shown = plans.get(asked)
        root, more = str(request.base_url).rstrip("/"), query(asked)
        tiles = {
            source: f"{root}/api/tiles/{source}/{{z}}/{{x}}/{{y}}.mvt?{more}&v={key}"
            for source, key in (("base", shown.base_key), ("plan", shown.key), ("changes", _version(shown, before)))
        }
        if before is not None:
            tiles["changes"] += f"&since={before.day}&since_then={before.then}"
        look = look_of(shown.plan.policy, theme, lang)
        return json_answer(
            request,
            lambda: compose(LAYERS, look, tiles),
            f"style-{_version(shown, before)}-{shown.key}-{shown.base_key}-{theme}-{lang}",
        )


def _tiles(routes: APIRouter, plans: Plans) -> None:
    @routes.get("/tiles/{source}/{z}/{x}/{y}.mvt", summary="A vector tile", response_class=Response)
    def tile(
        request: Request,
        asked: Asked,
        before: Before,
        source: Literal["base", "plan", "changes"],
        z: int,
        x: int,
        y: int,
        v: str = "",
    ) -> Response:
        if not (0 <= z <= MAX_ZOOM and 0 <= x < 2**z and 0 <= y < 2**z):
            raise Refused(404, f"There is no tile {z}/{x}/{y}.", "z, x, y", f"z is 0 to {MAX_ZOOM}; x, y below 2**z.")
        shown = plans.get(asked)
        key = {"base": shown.base_key, "plan": shown.key, "changes": _version(shown, before)}[source]
        # An address with an old key is answered with what holds now, and not kept.
        headers = {"etag": f'"{source}-{key}-{z}-{x}-{y}"', "cache-control": FOR_EVER if v == key else "no-cache"}
        if request.headers.get("if-none-match") == headers["etag"]:
            return Response(status_code=304, headers=headers)
        data = plans.tiles(asked, source, before).tile(z, x, y)
        if not data:
            return Response(status_code=204, headers=headers)
        return packed(request, data, headers, MVT)


def _version(shown: Shown, before: Question | None) -> str:
    """Return what names the tiles of what changed: both plans, by the log that they were derived from."""
    return shown.key if before is None else f"{shown.key}-{shown.log}-{before.day}-{before.then}"
