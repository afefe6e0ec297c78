"""Addresses of loading: a file comes in, is looked at, its choices are changed, it is loaded, stopped or left out."""

from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field, StringConstraints

from dashboard.api.rejects import reject_routes
from dashboard.errors import Refused
from dashboard.loading.desk import Desk
from dashboard.loading.looked import describe_look, draw_look
from dashboard.loading.looks import Look, all_kinds
from dashboard.loading.reasons import label_of, told
from dashboard.loading.refusals import refuse
from dashboard.loading.uploads import Upload
from dashboard.plans import Plans
from zoning.errors import InputError
from zoning.preview import ENDINGS, tables_of
from zoning.tables import contract

Word = Annotated[str, StringConstraints(max_length=200, strip_whitespace=True)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=120, strip_whitespace=True)]
Outbreak = Annotated[str, Query(max_length=31, pattern=r"^[a-z0-9-]*$")]
Id = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$")]
At = Annotated[int, Path(ge=0, le=100)]
Table = tuple[Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")], Annotated[int, Field(ge=0, le=100)]]
_PRIVATE = {"cache-control": "no-store"}


class Choices(BaseModel):
    """What a person chose of a table; what is left out stays, null takes a choice back."""

    kind: Word | None = None
    source: Name | None = None
    encoding: Word | None = None
    crs: Word | None = None
    scale: Annotated[float, Field(gt=0, lt=1e9)] | None = None
    origin: Word | None = None
    year: Annotated[int, Field(ge=1900, le=2200)] | None = None
    mapping: Annotated[dict[Word, Word | None], Field(max_length=100)] | None = None
    constants: Annotated[dict[Word, Word | None], Field(max_length=100)] | None = None


class Start(BaseModel):
    """Which tables to load, and who loads them."""

    by: Annotated[str, StringConstraints(min_length=1, max_length=80, strip_whitespace=True)]
    outbreak: Annotated[str, StringConstraints(max_length=31, pattern=r"^[a-z0-9-]*$")] = ""
    items: list[Table] = Field(min_length=1, max_length=100)
    sent: Annotated[str, StringConstraints(min_length=8, max_length=64)]


def own_page(request: Request) -> None:
    """Refuse what another site makes a browser send; reading is free.

    Raises
    ------
    Refused : it came from another page.
    """
    if request.method == "GET":
        return
    origin, site = request.headers.get("origin"), request.headers.get("sec-fetch-site", "same-origin")
    if (origin and urlsplit(origin).netloc != request.headers.get("host")) or site not in ("same-origin", "none"):
        raise refuse(403, "other_site", "origin")


def load_routes(plans: Plans) -> APIRouter:
    """Return the routes of loading."""
    desk = Desk(plans)
    routes = APIRouter(prefix="/api/loads", tags=["loads"], dependencies=[Depends(own_page)])
    _jobs(routes, desk)
    routes.include_router(reject_routes(desk))
    _files(routes, desk)
    _tables(routes, desk)
    return routes


def _files(routes: APIRouter, desk: Desk) -> None:
    @routes.get("", summary="What can be loaded, and which of these files are still here")
    def about(outbreak: Outbreak = "", ids: Annotated[str, Query(max_length=2000)] = "") -> Response:
        return JSONResponse({**_limits(desk, outbreak), "files": _still_here(desk, ids.split(","))}, headers=_PRIVATE)

    @routes.post("", summary="A file, as the body; its name is in the address", status_code=201)
    async def upload(
        request: Request, name: Annotated[str, Query(max_length=1000)], outbreak: Outbreak = ""
    ) -> Response:
        max_mb = desk.plans.settings(outbreak).max_file_mb
        desk.workspace(outbreak)
        told = int(request.headers.get("content-length") or 0)
        with desk.uploads.incoming(name, told, max_mb) as (path, write):
            async for block in request.stream():
                write(block)
            form, parts = await run_in_threadpool(_tables_of, path, max_mb)
        kept = desk.uploads.add(path, form, parts)
        return JSONResponse(_listed(kept), 201, headers=_PRIVATE)

    @routes.delete("/{upload_id}", summary="Leave a file out", status_code=204)
    def leave_out(upload_id: Id) -> Response:
        try:
            desk.free(upload_id)
        except Refused as refused:
            if refused.status != 404:
                raise
        desk.uploads.drop(upload_id)
        return Response(status_code=204)


def _tables(routes: APIRouter, desk: Desk) -> None:
    @routes.get("/{upload_id}/{at}", summary="What a table of a file is: kind, encoding, system, columns, first rows")
    def look(upload_id: Id, at: At, outbreak: Outbreak = "") -> Response:
        found = desk.look(desk.uploads.get(upload_id), at, outbreak)
        return JSONResponse(_shown(desk, found), headers=_PRIVATE)

    @routes.put("/{upload_id}/{at}", summary="Other choices; answers as the look does")
    def choose(upload_id: Id, at: At, chosen: Choices, outbreak: Outbreak = "") -> Response:
        desk.free(upload_id)
        changed = desk.uploads.change(upload_id, at, chosen.model_dump(exclude_unset=True))
        return JSONResponse(_shown(desk, desk.look(changed, at, outbreak)), headers=_PRIVATE)

    @routes.get("/{upload_id}/{at}/shapes", summary="Where its rows lie, as GeoJSON", response_class=Response)
    def shapes(upload_id: Id, at: At, outbreak: Outbreak = "") -> Response:
        found = desk.look(desk.uploads.get(upload_id), at, outbreak)
        return Response(draw_look(found), headers=_PRIVATE, media_type="application/geo+json")


def _jobs(routes: APIRouter, desk: Desk) -> None:
    @routes.post("/start", summary="Load tables: the ground before the facts, the cases before the others")
    def start(asked: Start) -> Response:
        if again := desk.loads.sent(asked.sent):
            return JSONResponse(again.describe(), headers=_PRIVATE)
        looks = [desk.look(desk.free(upload_id), at, asked.outbreak) for upload_id, at in dict.fromkeys(asked.items)]
        return JSONResponse(desk.begin(looks, asked.outbreak, asked.by, asked.sent).describe(), headers=_PRIVATE)

    @routes.get("/jobs/{job_id}", summary="How far a load is: phase and rows of each table, seconds, what came of it")
    def job(job_id: Id) -> Response:
        return JSONResponse(desk.loads.get(job_id).describe(), headers=_PRIVATE)

    @routes.delete("/jobs/{job_id}", summary="Stop a load: the table in hand is not in at all")
    def stop(job_id: Id) -> Response:
        found = desk.loads.get(job_id)
        desk.loads.stop(found)
        return JSONResponse(found.describe(), headers=_PRIVATE)


def _tables_of(path: Any, max_mb: int) -> tuple[str, list[str]]:
    try:
        return tables_of(path, max_mb)
    except InputError as error:
        raise refuse(422, "readable", "file", why=told(str(error))) from error


def _limits(desk: Desk, outbreak: str) -> dict[str, Any]:
    kinds = {}
    for kind in all_kinds():
        terms = contract(kind)
        kinds[kind] = {
            "fact": terms.fact,
            "meaning": terms.meaning,
            "columns": {c.name: label_of(c) for c in terms.columns},
        }
    return {"max_mb": desk.plans.settings(outbreak).max_file_mb, "endings": list(ENDINGS), "kinds": kinds}


def _still_here(desk: Desk, ids: list[str]) -> list[dict[str, Any]]:
    found = []
    for upload_id in ids[:100]:
        try:
            upload = desk.uploads.get(upload_id)
        except Refused:
            continue
        cut = bool(upload.job) and not desk.in_hand(upload)
        found.append({**_listed(upload), "cut": cut, "job": "" if cut else upload.job})
    return found


def _listed(upload: Upload) -> dict[str, Any]:
    items = [{"item": at, "part": item.part} for at, item in enumerate(upload.items)]
    return {"id": upload.id, "name": upload.name, "size": upload.size, "form": upload.form, "items": items}


def _shown(desk: Desk, look: Look) -> dict[str, Any]:
    return {**describe_look(look), "busy": desk.in_hand(look.upload)}
