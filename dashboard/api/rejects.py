"""Addresses of rejected rows: a page of them, a row corrected, the corrected ones loaded again."""

import secrets
from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field, StringConstraints

from dashboard.loading.desk import Desk
from dashboard.loading.loads import Job, Task
from dashboard.loading.rejected import Rejected
from dashboard.loading.uploads import FOLDER

Outbreak = Annotated[str, Query(max_length=31, pattern=r"^[a-z0-9-]*$")]
Word = Annotated[str, StringConstraints(max_length=200)]
Cell = Annotated[str, StringConstraints(max_length=1_000_000)]
_PRIVATE = {"cache-control": "no-store"}


class Correction(BaseModel):
    """A rejected row as it should be; `cells` null takes the draft back."""

    outbreak: Annotated[str, StringConstraints(max_length=31, pattern=r"^[a-z0-9-]*$")] = ""
    source: Word
    kind: Word
    file: Annotated[str, StringConstraints(max_length=1000)]
    row: int = Field(ge=0)
    cells: Annotated[dict[Word, Cell], Field(max_length=500)] | None = None
    column: Word = Field("", description="the file's column that was changed: answers how many rows hold the same")
    was: Annotated[str, StringConstraints(max_length=2000)] = ""


class Alike(BaseModel):
    """A text to put right in every rejected row that holds it."""

    outbreak: Annotated[str, StringConstraints(max_length=31, pattern=r"^[a-z0-9-]*$")] = ""
    source: Word
    kind: Word
    column: Word
    was: Annotated[str, StringConstraints(max_length=2000)]
    now: Annotated[str, StringConstraints(max_length=2000)]


class Again(BaseModel):
    """Whose corrected rows to load, and who loads them."""

    by: Annotated[str, StringConstraints(min_length=1, max_length=80, strip_whitespace=True)]
    outbreak: Annotated[str, StringConstraints(max_length=31, pattern=r"^[a-z0-9-]*$")] = ""
    source: Word
    kind: Word
    sent: Annotated[str, StringConstraints(min_length=8, max_length=64)]


def reject_routes(desk: Desk) -> APIRouter:
    """Return the routes of rejected rows."""
    routes = APIRouter(prefix="/rejects")

    def rejected(outbreak: str) -> Rejected:
        return Rejected(desk.workspace(outbreak), desk.plans.settings(outbreak).zone)

    @routes.get("", summary="Where rejected rows are: source, kind, how many")
    def groups(outbreak: Outbreak = "") -> Response:
        return JSONResponse(rejected(outbreak).groups(), headers=_PRIVATE)

    @routes.get("/rows", summary="Rejected rows, some at a time, with what is wrong with each cell")
    def rows(
        source: Word,
        kind: Word,
        outbreak: Outbreak = "",
        start: Annotated[int, Query(ge=0)] = 0,
        count: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> Response:
        return JSONResponse(rejected(outbreak).page(source, kind, start, count), headers=_PRIVATE)

    @routes.patch("/rows", summary="A row corrected, kept as a draft; says what is still wrong with it")
    def correct(given: Correction) -> Response:
        among = rejected(given.outbreak)
        told = among.correct(given.source, given.kind, given.file, given.row, given.cells)
        alike = among.alike(given.source, given.kind, given.column, given.was) if given.column else []
        return JSONResponse({**told, "alike": len(alike)}, headers=_PRIVATE)

    @routes.post("/alike", summary="A text put right in every rejected row that holds it, kept as drafts")
    def correct_alike(given: Alike) -> Response:
        among = rejected(given.outbreak)
        told = among.correct_alike(given.source, given.kind, given.column, given.was, given.now)
        return JSONResponse(told, headers=_PRIVATE)

    @routes.post("/again", summary="Load the corrected rows: right ones join their source, wrong ones stay")
    def again(given: Again) -> Response:
        return JSONResponse(_load_again(desk, rejected(given.outbreak), given).describe(), headers=_PRIVATE)

    return routes


def _load_again(desk: Desk, among: Rejected, given: Again) -> Job:
    """Write the corrected rows as a rejects file and begin to load it."""
    path = desk.workspace("").path / FOLDER / f"again-{secrets.token_hex(8)}" / "rejects.csv"
    count = among.write(given.source, given.kind, path)

    def after(job: Job) -> None:
        path.unlink(missing_ok=True)
        path.parent.rmdir()
        if job.tasks[0].state == "done":
            among.settle(given.source, given.kind)

    options = {"zone": among.zone}
    task = Task(f"again/{given.source}", path.name, path, given.kind, None, options, count)
    return desk.loads.begin(given.outbreak, given.by, [task], given.sent, after)
