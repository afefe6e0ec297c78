"""The OpenAPI document of the viewer."""

from collections.abc import Sequence
from typing import Any

from live.features import COLLECTIONS, Collection
from live.queries import LIMIT, MOST

Json = dict[str, Any]
_HIGHEST = 22
_FORM: Json = {
    "name": "f",
    "in": "query",
    "required": False,
    "description": "form of the answer; left out, by the Accept header",
    "schema": {"type": "string", "enum": ["json", "html"]},
}
_ERROR: Json = {
    "description": "what is wrong, in words",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/problem"}}},
}
_LANGUAGE: Json = {
    "name": "lang",
    "in": "query",
    "required": False,
    "schema": {"type": "string", "enum": ["zh", "en"], "default": "zh"},
}


def describe(base: str) -> Json:
    """Return the description of the whole HTTP interface.

    Parameters
    ----------
    base : address of the viewer, with a slash at its end.

    Returns
    -------
    OpenAPI 3.0 document.

    Source
    ------
    OpenAPI 3.0.3; OGC API Features, part 1, requirements class oas30.
    """
    paths: Json = {
        "/ogc": _read("landing page", "landing", (_FORM,)),
        "/ogc/api": _read("this document", "api", (_FORM,), "application/vnd.oai.openapi+json;version=3.0"),
        "/ogc/conformance": _read("conformance classes", "conformance", (_FORM,)),
        "/ogc/collections": _read("collections", "collections", (_FORM,)),
    }
    for of in COLLECTIONS.values():
        paths |= _of_collection(of)
    return {
        "openapi": "3.0.3",
        "info": {
            "title": "Cordon",
            "version": "1",
            "description": "What was decided and published: zones, gates, sites, tiles, alerts and calendars.",
        },
        "servers": [{"url": base.rstrip("/")}],
        "paths": paths | _files() | _tiles() | _streams(),
        "components": {"schemas": {"problem": _PROBLEM, "current": _CURRENT}},
    }


_PROBLEM: Json = {
    "type": "object",
    "required": ["title", "status", "detail"],
    "properties": {name: {"type": "string"} for name in ("type", "title", "detail")} | {"status": {"type": "integer"}},
}
_CURRENT: Json = {
    "type": "object",
    "required": ["format", "seq", "snapshot"],
    "properties": {
        "format": {"type": "integer"},
        "seq": {"type": "integer"},
        "snapshot": {"type": "string", "nullable": True},
        "published_at": {"type": "string", "nullable": True},
        "note": {"type": "string"},
    },
}


def _read(
    about: str, name: str, given: Sequence[Json] = (), kind: str = "application/json", schema: Json | None = None
) -> Json:
    """A GET with its answers."""
    content = {kind: {"schema": schema or {"type": "object"}}}
    if _FORM in given:
        content["text/html"] = {"schema": {"type": "string"}}
    answers = {
        "200": {"description": about, "content": content},
        "304": {"description": "the client has it already"},
        "400": _ERROR,
        "404": _ERROR,
        "414": _ERROR,
    }
    return {"get": {"summary": about, "operationId": name, "parameters": list(given), "responses": answers}}


def _query(name: str, schema: Json, about: str) -> Json:
    return {"name": name, "in": "query", "required": False, "description": about, "schema": schema}


def _path(name: str, schema: Json) -> Json:
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _of_collection(of: Collection) -> Json:
    here, text = f"/ogc/collections/{of.name}", {"type": "string", "maxLength": 200}
    box = {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 6}
    asked = [
        _FORM,
        {**_query("bbox", box, "west,south,east,north in degrees"), "style": "form", "explode": False},
        _query("datetime", {"type": "string"}, "RFC 3339 time, date, or interval start/end; .. is an open end"),
        _query("limit", {"type": "integer", "minimum": 1, "maximum": MOST, "default": LIMIT}, "features of a page"),
        _query("offset", {"type": "integer", "minimum": 0, "default": 0}, "features before the page"),
        *(_query(name, text, f"only features whose {name} is this") for name in of.queryables),
    ]
    one = [_path("featureId", text), _FORM]
    kind = "application/geo+json"
    return {
        here: _read(of.about, f"describe_{of.name}", (_FORM,)),
        f"{here}/items": _read(f"features of {of.name}", f"items_{of.name}", asked, kind),
        f"{here}/items/{{featureId}}": _read(f"one feature of {of.name}", f"item_{of.name}", one, kind),
    }


def _files() -> Json:
    name, of = _path("name", {"type": "string"}), _path("snapshot", {"type": "string"})
    schema = {"$ref": "#/components/schemas/current"}
    events = _read("a stream: each publication as it comes", "events", (), "text/event-stream", {"type": "string"})
    return {
        "/current.json": _read("what is current; ask with If-None-Match", "current", schema=schema),
        "/history.json": _read("all publications", "history"),
        "/health": _read("whether the viewer is well", "health"),
        "/snapshots/{snapshot}/{name}": _read("a file of a snapshot", "file", (of, name), "*/*", {}),
        "/events": events,
    }


def _tiles() -> Json:
    layer = _path("layer", {"type": "string", "enum": ["zones", "ground"]})
    at = [_path(key, {"type": "integer", "minimum": 0, "maximum": 2**_HIGHEST}) for key in "xy"]
    zoom = _path("z", {"type": "integer", "minimum": 0, "maximum": _HIGHEST})
    kind = "application/vnd.mapbox-vector-tile"
    tile = _read("a vector tile", "tile", (layer, zoom, *at), kind, {"type": "string", "format": "binary"})
    tile["get"]["responses"]["204"] = {"description": "nothing is there"}
    return {
        "/tiles/{layer}/{z}/{x}/{y}.pbf": tile,
        "/tiles/{layer}.json": _read("TileJSON of a layer", "tilejson", (layer,)),
    }


def _streams() -> Json:
    text, whole = {"type": "string"}, {"type": "integer", "minimum": 0}
    return {
        "/changes.atom": _read("changes, newest first", "atom", (_LANGUAGE,), "application/atom+xml", text),
        "/cap/{seq}/{zone}.xml": _read(
            "the alert of one change", "cap", (_path("seq", whole), _path("zone", text)), "application/cap+xml", text
        ),
        "/calendar/{zone}.ics": _read(
            "the test days of a zone", "calendar", (_path("zone", text), _LANGUAGE), "text/calendar", text
        ),
    }
