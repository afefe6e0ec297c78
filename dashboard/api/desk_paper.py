"""The address of a draft on paper: a page to print, or PDF."""

from typing import Literal

from fastapi import APIRouter, Response

from dashboard.api.paper import page_of
from dashboard.desks import Desks
from zoning.desk.printing import print_draft


def draft_paper(desks: Desks) -> APIRouter:
    """Return the route of drafts on paper."""
    routes = APIRouter(prefix="/paper", tags=["paper"])

    @routes.get("/draft/{name}", summary="A draft: map, sums, list of what it changes", response_class=Response)
    def paper(name: str, language: Literal["zh", "en"] = "zh", form: Literal["html", "pdf"] = "html") -> Response:
        found = desks.open(name)

        def make() -> str:
            with found.lock:
                return print_draft(found.draft, found.paper.ground, found.desk, found.paper.base, found.tally, language)

        return page_of(make, form, f"draft-{found.draft.id}")

    return routes
