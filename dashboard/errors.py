"""Errors as the API gives them: {error, what, where, fix}, with a status that says whose turn it is."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from zoning.entering import EntryError
from zoning.errors import ConflictError, StoreError, UnknownError, ZoningError


class Refused(Exception):
    """A request that the API does not serve: `status`, what is wrong, where, and what to do.

    `more`: what a refused act tells beside: `faults` by field, `what_zh` and `fix_zh`.
    """

    def __init__(self, status: int, what: str, where: str, fix: str, more: Mapping[str, Any] | None = None) -> None:
        super().__init__(what)
        self.status = status
        told = {"error": _NAMES.get(status, "refused"), "what": what, "where": where, "fix": fix}
        self.body: dict[str, Any] = {**told, **(more or {})}


_NAMES = {
    400: "bad_request", 403: "other_site", 404: "not_found", 409: "conflict", 413: "too_large", 415: "not_json",
    422: "unreadable", 429: "too_many", 503: "busy",
}  # fmt: skip
_STATUS = {UnknownError: 404, ConflictError: 409, EntryError: 422, StoreError: 503}


def describe(error: ZoningError, where: str) -> tuple[int, dict[str, Any]]:
    """Return status and body for an error of the engine; its message already says what to do."""
    status = next((code for kind, code in _STATUS.items() if isinstance(error, kind)), 400)
    body: dict[str, Any] = {"error": type(error).__name__, "what": str(error), "where": where}
    if isinstance(error, EntryError):
        body["faults"] = [fault._asdict() for fault in error.faults]
    return status, {**body, "fix": "See the message; nothing was changed."}


def _refused(_request: Request, error: Refused) -> JSONResponse:
    headers = {"retry-after": "5"} if error.status in (429, 503) else None
    return JSONResponse(error.body, error.status, headers)


def _engine(request: Request, error: ZoningError) -> JSONResponse:
    status, body = describe(error, request.url.path)
    return JSONResponse(body, status)


def _invalid(request: Request, error: RequestValidationError) -> JSONResponse:
    first = error.errors()[0]
    where = f"{request.url.path}: {'.'.join(str(p) for p in first['loc'])}"
    body = {"error": "bad_request", "what": first["msg"], "where": where, "fix": "See /docs for what is allowed."}
    return JSONResponse(body, 400)


def install(server: FastAPI) -> None:
    """Answer every error of the API in the one form."""
    handlers: list[tuple[type[Exception], Callable[..., JSONResponse | Awaitable[JSONResponse]]]] = [
        (Refused, _refused),
        (ZoningError, _engine),
        (RequestValidationError, _invalid),
    ]
    for kind, handler in handlers:
        server.add_exception_handler(kind, handler)
