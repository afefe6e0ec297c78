"""One ASGI server with the page, the API and the tiles of one workspace; made by a function, nothing at import."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import cast

from dash import Dash
from fastapi import FastAPI, Request, Response
from fastapi.responses import StreamingResponse

from dashboard.api import install_api
from dashboard.callbacks import install_callbacks
from dashboard.layout import INDEX, make_layout
from dashboard.plans import Engine, Plans
from layers.tiles import compress

ASSETS = Path(__file__).resolve().parent.parent / "assets"
# Only what the page itself loads: assets/main.mjs imports the modules of the other folders, and live/ is another page.
NOT_LOADED = [folder.name for folder in sorted(ASSETS.iterdir()) if folder.is_dir() and folder.name != "css"]

_SMALL = 1000  # bytes, below which packing saves nothing


def make_server(engine: Engine) -> FastAPI:
    """Put page, API and tiles of a workspace together.

    Parameters
    ----------
    engine : what derives and explains, bound to a workspace.

    Returns
    -------
    An ASGI app.
    """
    server = FastAPI(
        title="Cordon", description="Outbreak zoning on H3 cells: plans, reasons, tiles.", docs_url=None, redoc_url=None
    )
    plans = server.state.plans = Plans(engine)
    app = Dash(
        "cordon",
        server=server,
        title="Cordon",
        update_title=None,
        index_string=INDEX,
        assets_folder=str(ASSETS),
        assets_path_ignore=NOT_LOADED,
    )
    app.layout = lambda: make_layout(engine.name, engine.publisher is not None)
    install_callbacks(app, plans)
    install_api(server, plans)  # after the page's files, which are most of what is asked for: routes are tried in order

    @server.middleware("http")
    async def revalidate(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        """Have the browser ask whether an asset changed, its modules carry no version; pack whatever is JSON."""
        response = await call_next(request)
        if request.url.path.startswith("/assets/"):
            response.headers["cache-control"] = "no-cache"
        kind = response.headers.get("content-type", "application/json")  # Dash names none
        plain = kind == "application/json" and "content-encoding" not in response.headers
        return await _packed(response) if plain and "gzip" in request.headers.get("accept-encoding", "") else response

    return server


async def _packed(response: Response) -> Response:
    """Return an answer of which every word comes in both languages packed, if it is not short."""
    parts = [part async for part in cast("StreamingResponse", response).body_iterator]
    data = b"".join(part.encode() if isinstance(part, str) else bytes(part) for part in parts)
    headers = {k: v for k, v in response.headers.items() if k not in ("content-length", "content-encoding")}
    if len(data) < _SMALL:
        return Response(data, response.status_code, headers)
    return Response(compress(data), response.status_code, {**headers, "content-encoding": "gzip"})
