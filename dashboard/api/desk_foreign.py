"""Addresses of lists from elsewhere: a file is looked at, row by row, before any of it is a stroke."""

import secrets
import tempfile
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool

from dashboard.api.loads import own_page
from dashboard.desks import Desks, Open
from dashboard.loading.refusals import refuse
from zoning.desk.foreign import ENDINGS, MAX_MB, Foreign, read_foreign

_SHOWN, _KEPT = 200, 3


def foreign_routes(routes: APIRouter, desks: Desks) -> None:
    """Put the route of files beside those of drafts."""

    @routes.post("/drafts/{name}/foreign", summary="Look at a list from elsewhere: what it comes to, its rejects")
    async def look(
        request: Request,
        name: str,
        file: Annotated[str, Query(min_length=1, max_length=200)],
        crs: Annotated[str, Query(max_length=60)] = "",
        of: Annotated[str, Query(max_length=80)] = "",
    ) -> dict[str, Any]:
        own_page(request)
        ending = Path(file).suffix.lower()
        if ending not in ENDINGS:
            raise refuse(415, "foreign_form", "file", ending=ending or file, known=", ".join(ENDINGS))
        with tempfile.TemporaryDirectory(prefix="cordon-") as folder:
            path = Path(folder) / f"list{ending}"
            await _receive(request, path)
            return await run_in_threadpool(_look, desks, name, path, crs, of)


async def _receive(request: Request, path: Path) -> None:
    size = 0
    with path.open("wb") as out:
        async for block in request.stream():
            size += len(block)
            if size > MAX_MB * 2**20:
                raise refuse(413, "foreign_large", "body", n=MAX_MB)
            out.write(block)


def _look(desks: Desks, name: str, path: Path, crs: str, of: str) -> dict[str, Any]:
    found = desks.open(name)
    foreign = read_foreign(found.paper.land, path, crs, of)
    token = secrets.token_hex(6)
    with found.lock:
        found.foreign = {**dict(list(found.foreign.items())[-_KEPT:]), token: foreign}
    return tell_foreign(found, token, foreign)


def tell_foreign(found: Open, token: str, foreign: Foreign) -> dict[str, Any]:
    """Return what a file would come to: by class how many atoms and people, its first rows, its rejects."""
    groups = []
    for key, atoms in foreign.classes.items():
        of, _, zone = key.partition(":")
        people = sum(found.paper.scale.people(atoms))
        known = zone if zone in found.desk.zones else f"new:{zone}" if zone else ""
        groups.append({"key": key, "class": of, "zone": known, "atoms": len(atoms), "people": round(people, 1)})
    plain = {name: getattr(foreign, name) for name in ("overlaps", "beyond", "shift", "ours")}
    read = len(foreign.rows) + len({reject["row"] for reject in foreign.rejects})
    counts = {"read": read, "accepted": len(foreign.rows), "rejected": len(foreign.rejects)}
    return {
        "token": token, "groups": groups, **plain, **counts,
        "rows": foreign.rows[:_SHOWN], "rejects": foreign.rejects[:_SHOWN],
    }  # fmt: skip
