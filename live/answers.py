"""Answers over HTTP: validators and 304, what is compressed already, and ranges of a file."""

import gzip
import mimetypes
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import orjson
from starlette.requests import Request
from starlette.responses import Response

from live.served import Served, Snapshot, tag_of

_RANGE = re.compile(r"bytes=(\d*)-(\d*)")
_WORTH = 500  # bytes from which compressing saves more than its header costs
FOREVER, ASK = "public, max-age=31536000, immutable", "no-cache"
_TYPES = {
    ".geojson": "application/geo+json",
    ".pmtiles": "application/vnd.pmtiles",
    ".mjs": "text/javascript",
    ".parquet": "application/vnd.apache.parquet",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript",
}


def type_of(name: str) -> str:
    """Return the media type of a file.

    Parameters
    ----------
    name : with its ending.

    Returns
    -------
    Media type.
    """
    ending = Path(name).suffix.lower()
    return _TYPES.get(ending) or mimetypes.guess_type(name)[0] or "application/octet-stream"


def fits(request: Request, tag: str) -> bool:
    """Return whether the client has this already.

    Parameters
    ----------
    request : If-None-Match.
    tag : with its quotes.

    Returns
    -------
    Boolean.
    """
    given = request.headers.get("if-none-match")
    return given is not None and (
        given.strip() == "*" or tag in (t.strip().removeprefix("W/") for t in given.split(","))
    )


def answer(
    request: Request, data: bytes, kind: str, cache: str = ASK, more: Mapping[str, str] | None = None
) -> Response:
    """Return bytes, or 304 where the client has them.

    Parameters
    ----------
    request : of the client.
    data : what is sent.
    kind : media type.
    cache : value of Cache-Control.
    more : further headers.

    Returns
    -------
    Response with an ETag.
    """
    tag = tag_of(data)
    headers = {"ETag": tag, "Cache-Control": cache, **(more or {})}
    if fits(request, tag):
        return Response(status_code=304, headers=headers)
    return Response(data, media_type=kind, headers=headers)


def text_answer(request: Request, data: bytes, kind: str, cache: str = ASK) -> Response:
    """Return a file of the page: compressed for whoever takes gzip, which is what a slow link lives on.

    Parameters
    ----------
    request : of the client.
    data : what is sent.
    kind : media type.
    cache : value of Cache-Control.

    Returns
    -------
    As `answer`; the two forms have ETags of their own.
    """
    more = {"Vary": "Accept-Encoding"}
    if len(data) < _WORTH or not wants_gzip(request):
        return answer(request, data, kind, cache, more)
    return answer(request, _squeeze(data), kind, cache, {**more, "Content-Encoding": "gzip"})


@lru_cache(maxsize=256)
def _squeeze(data: bytes) -> bytes:
    return gzip.compress(data, 6, mtime=0)


def wants_gzip(request: Request) -> bool:
    """Return whether the client takes gzip.

    Parameters
    ----------
    request : Accept-Encoding.

    Returns
    -------
    Boolean.
    """
    for part in request.headers.get("accept-encoding", "").split(","):
        name, _, weight = part.partition(";")
        if name.strip().lower() in ("gzip", "*"):
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


def file_answer(request: Request, served: Served, snapshot: Snapshot, name: str) -> Response:
    """Return a file of a snapshot: whole, compressed, or a range of it.

    Parameters
    ----------
    request : of the client; Range is understood for one range.
    served : that holds the bytes.
    snapshot : that holds the file.
    name : of the file.

    Returns
    -------
    200, 206, 304, 404 or 416; what is in a snapshot never changes.
    """
    file = snapshot.files.get(name)
    if file is None:
        return missing("no such file in this snapshot")
    squeezed = snapshot.files.get(f"{name}.gz")
    headers = {"Cache-Control": FOREVER, "Accept-Ranges": "bytes"}
    if squeezed is not None:
        headers["Vary"] = "Accept-Encoding"
    span = request.headers.get("range")
    packed = squeezed is not None and span is None and wants_gzip(request)
    chosen = squeezed if packed and squeezed is not None else file
    tag = f'"{chosen.sha256[:24]}"'
    headers["ETag"] = tag
    if fits(request, tag):
        return Response(status_code=304, headers=headers)
    if span is not None and request.headers.get("if-range", tag) == tag:
        return _range(served, snapshot, name, span, headers)
    data = _bytes(served, snapshot, f"{name}.gz" if packed else name, 0, chosen.size)
    if data is None:
        return missing("this file of the snapshot was damaged; it is not served")
    if packed:
        headers["Content-Encoding"] = "gzip"
    return Response(data, media_type=type_of(name), headers=headers)


def _range(served: Served, snapshot: Snapshot, name: str, span: str, headers: dict[str, str]) -> Response:
    size = snapshot.files[name].size
    match = _RANGE.fullmatch(span.strip())
    if match is None or not (match[1] or match[2]):
        data = _bytes(served, snapshot, name, 0, size)
        return Response(data or b"", media_type=type_of(name), headers=headers)
    first, last = int(match[1] or 0), int(match[2]) if match[2] else size - 1
    if not match[1]:
        first, last = max(size - int(match[2]), 0), size - 1
    last = min(last, size - 1)
    if first > last:
        return Response(status_code=416, headers={**headers, "Content-Range": f"bytes */{size}"})
    data = _bytes(served, snapshot, name, first, last - first + 1)
    if data is None:
        return missing("this file of the snapshot was damaged; it is not served")
    told = {**headers, "Content-Range": f"bytes {first}-{last}/{size}"}
    return Response(data, 206, media_type=type_of(name), headers=told)


def _bytes(served: Served, snapshot: Snapshot, name: str, start: int, count: int) -> bytes | None:
    data = served.read(snapshot, name)
    if data is not None:
        return data if count == len(data) else data[start : start + count]
    try:
        with snapshot.files[name].path.open("rb") as file:
            file.seek(start)
            return file.read(count) if snapshot.files[name].size > 0 else b""
    except OSError:
        return None


def missing(why: str) -> Response:
    """Return 404 with a reason.

    Parameters
    ----------
    why : in words.

    Returns
    -------
    Response.
    """
    return problem(404, "not found", why)


def problem(status: int, title: str, detail: str) -> Response:
    """Return an error that says what is wrong.

    Parameters
    ----------
    status : HTTP status.
    title, detail : in words.

    Returns
    -------
    Response.

    Source
    ------
    RFC 9457.
    """
    body = orjson.dumps({"type": "about:blank", "title": title, "status": status, "detail": detail})
    return Response(body, status, media_type="application/problem+json", headers={"Cache-Control": "no-store"})
