"""Addresses of paper: the notice of a zone, the crews' list, the daily table; as pages to print, as PDF, as CSV."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import APIRouter, Query, Response

from dashboard.api.asked import MAX_TEXT, Asked
from dashboard.errors import Refused
from dashboard.plans import Plans
from zoning import paper
from zoning.paper.pdf import print_pdf
from zoning.paper.subject import Kind
from zoning.state import fold

Language = Literal["zh", "en", "both"]
Form = Literal["html", "pdf"]
_TABLE = "text/csv; charset=utf-8"
# A page of paper may load nothing: it holds all that it needs.
_SAFE = {"content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:"}


def paper_routes(plans: Plans) -> APIRouter:
    """Return the routes of paper."""
    routes = APIRouter(prefix="/paper", tags=["paper"])

    @routes.get("/notice", summary="Notice of a zone, hold or release; a certificate", response_class=Response)
    def notice(
        asked: Asked,
        zone: Annotated[str, Query(max_length=MAX_TEXT)],
        language: Language = "zh",
        kind: Kind | None = None,
        form: Form = "html",
    ) -> Response:
        plan = plans.get(asked).plan
        of = paper.find_zone(plan, zone)
        stem = paper.file_stem(plan, of, kind)
        return page_of(lambda: paper.make_notice(plan, of["zone_id"], language, kind), form, stem)

    @routes.get("/crews", summary="Entrances to close and to open, for crews", response_class=Response)
    def crews(
        asked: Asked, language: Language = "zh", proposals: bool = False, form: Literal["html", "pdf", "csv"] = "html"
    ) -> Response:
        shown = plans.get(asked)
        if form == "csv":
            return _table(paper.make_crew_table(shown.plan, _one(language), proposals), f"crews-{shown.day}")
        return page_of(lambda: paper.make_crew_sheet(shown.plan, language, proposals), form, f"crews-{shown.day}")

    @routes.get("/daily", summary="The daily table, for analysts; nil is reported too", response_class=Response)
    def daily(asked: Asked, language: Language = "zh", form: Literal["html", "pdf", "csv"] = "html") -> Response:
        shown = plans.get(asked)
        before = plans.get(replace(asked, day=shown.day - timedelta(days=1)))
        workspace = plans.engine.workspace
        decisions = fold(workspace(asked.outbreak), shown.plan.known_at).decisions if workspace else None
        told = (shown.plan, before.plan)
        if form == "csv":
            return _table(paper.make_daily_table(*told, _one(language), decisions), f"daily-{shown.day}")
        return page_of(lambda: paper.make_daily(*told, language, decisions), form, f"daily-{shown.day}")

    return routes


def _one(language: Language) -> Literal["zh", "en"]:
    if language == "both":
        raise Refused(400, "A table is in one language.", "language", "Give zh or en.")
    return language


def page_of(make: Callable[[], str], form: str, stem: str) -> Response:
    """Answer a page of paper: HTML, or PDF where it can be made."""
    if form == "html":
        return Response(make(), headers={**_SAFE, "cache-control": "no-store"}, media_type="text/html")
    data, why = print_pdf(make())
    if not data:
        raise Refused(503, f"No PDF was made: {why}.", "form", "Open the page and print it from the browser.")
    return Response(data, headers=_named(f"{stem}.pdf"), media_type="application/pdf")


def _table(data: bytes, stem: str) -> Response:
    return Response(data, headers=_named(f"{stem}.csv"), media_type=_TABLE)


def _named(file: str) -> dict[str, str]:
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "_" for c in file)
    return {"content-disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(file)}"}
