"""The viewer: a process of its own that serves a folder of publications and sees nothing else."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import orjson
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from live import ogc, plain, streams, vector
from live.answers import ASK, FOREVER, answer, file_answer, missing, problem, text_answer, type_of
from live.forms import is_name
from live.push import Push
from live.served import Served

_CSP = (
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; worker-src 'self' blob:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)
# A notice and a picture hold their own style, and run nothing.
_HEADERS = {
    "content-security-policy": _CSP,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "cross-origin",
}
LONGEST_QUERY = 4000
INDEX, PAGE = "index.html", "page"
_HASHED = re.compile(r"[0-9a-f]{12}/.+")


def make_app(folder: Path, origins: Sequence[str] = ()) -> Starlette:
    """Return the ASGI app of a folder of publications.

    Parameters
    ----------
    folder : of publications; it may be empty yet.
    origins : other sites whose pages may read the answers; `*` for any.

    Returns
    -------
    App; serve it with uvicorn.
    """
    served = Served(folder)
    push = Push(served)

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        await push.start()
        yield
        await push.stop()

    files = _Files(served)
    routes = [
        Route("/", files.index, methods=["GET"]),
        Route("/live", lambda _request: RedirectResponse("./"), methods=["GET"]),
        Route("/current.json", files.current, methods=["GET"]),
        Route("/history.json", files.history, methods=["GET"]),
        Route("/health", files.health, methods=["GET"]),
        Route("/events", push.listen, methods=["GET"]),
        Route("/snapshots/{snapshot}/{name:path}", files.file, methods=["GET"]),
        Route(f"/{PAGE}/{{name:path}}", files.page, methods=["GET"]),
        *ogc.routes(served),
        *vector.routes(served),
        *streams.routes(served),
    ]
    middleware = [Middleware(_Guard)]
    if origins:
        told = ["ETag", "Content-Range", "Link"]
        middleware.append(
            Middleware(CORSMiddleware, allow_origins=list(origins), allow_methods=["GET"], expose_headers=told)
        )
    handlers = {404: _not_found, 405: _not_allowed}
    return Starlette(routes=routes, middleware=middleware, lifespan=lifespan, exception_handlers=handlers)


async def _not_found(_request: Request, _error: Exception) -> Response:
    return missing("nothing has this address")


async def _not_allowed(_request: Request, _error: Exception) -> Response:
    response = problem(405, "not allowed", "everything here is read with GET")
    response.headers["Allow"] = "GET, HEAD"
    return response


class _Guard:
    """Headers that keep browsers safe on every answer, and no query without end."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._headers = [(name.encode(), value.encode()) for name, value in _HEADERS.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), *self._headers]
            await send(message)

        if len(scope["query_string"]) > LONGEST_QUERY:
            await problem(414, "too long", f"a query has at most {LONGEST_QUERY} bytes")(scope, receive, guarded)
            return
        await self.app(scope, receive, guarded)


class _Files:
    """The folder as it is: what is current, the snapshots, the live page."""

    def __init__(self, served: Served) -> None:
        self.served = served

    async def index(self, request: Request) -> Response:
        """The live page, else a plain one."""
        path = self.served.folder.path / INDEX
        if path.is_file():
            return text_answer(request, path.read_bytes(), type_of(INDEX))
        return plain.page(request, self.served)

    async def current(self, request: Request) -> Response:
        """What is current: the last publication that is whole, and where a push is to be had."""
        return answer(request, self.served.state.current, "application/json", more={"X-Events": "events"})

    async def history(self, request: Request) -> Response:
        """All publications that stand or were withdrawn."""
        return answer(request, self.served.state.history, "application/json")

    async def health(self, _request: Request) -> Response:
        """Whether the viewer is well: what it serves, its clock, and what it refused."""
        state = self.served.state
        told = {
            "status": "refused" if state.problem and state.snapshot else "waiting" if state.problem else "ok",
            "seq": state.told["seq"],
            "snapshot": state.told["snapshot"],
            "clock": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "problem": "a publication was refused: see the viewer's own log" if state.problem else "",
        }
        return Response(orjson.dumps(told), media_type="application/json", headers={"Cache-Control": "no-store"})

    async def file(self, request: Request) -> Response:
        """A file of a snapshot."""
        name = request.path_params["snapshot"]
        snapshot = self.served.snapshot(name)
        if snapshot is None and is_name(name):
            # Another viewer of this folder may have told of a publication that this one has not looked at yet.
            await asyncio.to_thread(self.served.look)
            snapshot = self.served.snapshot(name)
        if snapshot is None:
            return missing("no publication that stands has this name")
        return file_answer(request, self.served, snapshot, request.path_params["name"])

    async def page(self, request: Request) -> Response:
        """A file of the live page; no address leads out of its folder."""
        root = (self.served.folder.path / PAGE).resolve()
        try:
            path = (root / request.path_params["name"]).resolve()
            if not path.is_relative_to(root) or not path.is_file():
                return missing("no such file of the page")
            data = path.read_bytes()
        except (OSError, ValueError):
            return missing("no such file of the page")
        hashed = _HASHED.fullmatch(request.path_params["name"]) is not None
        return text_answer(request, data, type_of(path.name), FOREVER if hashed else ASK)
