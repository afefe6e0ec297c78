"""Vector tiles at addresses that stay: whatever is current, for QGIS and others that know no PMTiles."""

import gzip
from collections.abc import Callable
from typing import Any

import orjson
from pmtiles.reader import Reader
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from live.answers import ASK, answer, fits, missing, problem, wants_gzip
from live.served import Served, Snapshot

LAYERS = ("zones", "ground")
_HIGHEST, _FINEST = 22, 14


def routes(served: Served) -> list[Route]:
    """Return the addresses of vector tiles.

    Parameters
    ----------
    served : the folder.

    Returns
    -------
    Routes.
    """

    async def tile(request: Request) -> Response:
        return _tile(request, served)

    async def told(request: Request) -> Response:
        return _told(request, served)

    return [
        Route("/tiles/{layer}/{z}/{x}/{y}.pbf", tile, methods=["GET"]),
        Route("/tiles/{layer}.json", told, methods=["GET"]),
    ]


def _reader(served: Served, snapshot: Snapshot, layer: str) -> Reader | None:
    file = snapshot.files.get(f"{layer}.pmtiles")
    if file is None:
        return None
    return Reader(_source(served, snapshot, f"{layer}.pmtiles"))


def _source(served: Served, snapshot: Snapshot, name: str) -> Callable[[int, int], bytes]:
    whole = served.read(snapshot, name)
    if whole is not None:
        return lambda start, count: whole[start : start + count]
    path = snapshot.files[name].path

    def piece(start: int, count: int) -> bytes:
        with path.open("rb") as file:
            file.seek(start)
            return file.read(count)

    return piece


def _tile(request: Request, served: Served) -> Response:
    given, snapshot = request.path_params, served.state.snapshot
    if given["layer"] not in LAYERS:
        return missing(f"there are tiles of {' and '.join(LAYERS)}")
    try:
        z, x, y = (int(given[key]) for key in "zxy")
    except ValueError:
        return problem(400, "no tile", "z, x and y are whole numbers")
    if not (0 <= z <= _HIGHEST and 0 <= x < 2**z and 0 <= y < 2**z):
        return problem(400, "no tile", f"0 <= z <= {_HIGHEST}, 0 <= x, y < 2**z")
    if snapshot is None:
        return Response(status_code=204)
    tag = f'"{snapshot.name[:16]}-{given["layer"]}-{z}-{x}-{y}"'
    headers = {"ETag": tag, "Cache-Control": ASK, "Vary": "Accept-Encoding"}
    if fits(request, tag):
        return Response(status_code=304, headers=headers)
    try:
        reader = _reader(served, snapshot, given["layer"])
        data = reader.get(z, x, y) if reader is not None else None
    except OSError:
        return missing("these tiles were damaged; they are not served")
    if not data:
        return Response(status_code=204, headers=headers)
    if not wants_gzip(request):
        return Response(gzip.decompress(data), media_type="application/vnd.mapbox-vector-tile", headers=headers)
    headers["Content-Encoding"] = "gzip"
    return Response(data, media_type="application/vnd.mapbox-vector-tile", headers=headers)


def _told(request: Request, served: Served) -> Response:
    """TileJSON of a layer."""
    layer, snapshot = request.path_params["layer"], served.state.snapshot
    if layer not in LAYERS:
        return missing(f"there are tiles of {' and '.join(LAYERS)}")
    found: dict[str, Any] = {
        "tilejson": "3.0.0",
        "name": layer,
        "tiles": [f"{request.base_url}tiles/{layer}/{{z}}/{{x}}/{{y}}.pbf"],
        "minzoom": 0,
        "maxzoom": _FINEST,
        "vector_layers": [],
    }
    if snapshot is not None and (reader := _reader(served, snapshot, layer)) is not None:
        head = reader.header()
        corners = ("min_lon", "min_lat", "max_lon", "max_lat")
        found |= {"minzoom": head["min_zoom"], "maxzoom": head["max_zoom"]}
        found |= {"bounds": [head[f"{key}_e7"] / 1e7 for key in corners]}
        found |= {"vector_layers": reader.metadata()["vector_layers"]}
    return answer(request, orjson.dumps(found), "application/json")
