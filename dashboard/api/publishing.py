"""Addresses of publishing: what is out, what would change, putting it out, and taking it back."""

from datetime import datetime
from typing import Annotated, Any, Protocol
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from dashboard.api.posting import Act, Line, described, posted, refuse
from dashboard.plans import Plans
from dashboard.texts import moment_text

_LISTED = 200  # changes
_TOLD = (
    *("change", "number", "name", "name_en", "box", "kind_before", "kind_after", "look_before", "look_after"),
    *("people_before", "people_after"),
)


class Publisher(Protocol):
    """Who publishes for the server; the folder is known to whoever made it."""

    def state(self, outbreak: str) -> dict[str, Any]:
        """What is out: current (None: nothing yet), history with who and why."""
        ...

    def preview(self, outbreak: str) -> dict[str, Any]:
        """What would change, and which zones have to be confirmed."""
        ...

    def publish(
        self,
        outbreak: str,
        by: str,
        note: str,
        confirmed: list[str],
        sent: str,
        base: int | None = None,
        seen: int | None = None,
    ) -> dict[str, Any]:
        """Put out what was decided, unless more was decided or published since the sender looked."""
        ...

    def withdraw(self, outbreak: str, by: str, note: str, seen: int | None = None) -> dict[str, Any]:
        """Take back what is out."""
        ...


class Publishing(Act):
    """What a person publishes."""

    note: Annotated[str, Field(max_length=500)] = Field("", description="for everybody to read")
    confirmed: list[Line] = Field(
        default_factory=list, max_length=5000, description="zones whose ground moved since it was decided; `all`"
    )
    seen: int | None = Field(None, ge=0, description="seq of what was out when the person looked; 0: nothing")


class Withdrawing(Act):
    """What a person takes back: what is current."""

    note: Annotated[str, Field(max_length=500)] = Field("", description="why; it stays in the log")
    seen: int | None = Field(None, ge=0, description="seq of what was out when the person looked; 0: nothing")


def publishing_routes(plans: Plans) -> APIRouter:
    """Return the routes of publishing."""
    routes = APIRouter(prefix="/api", tags=["publishing"])
    outbreak = Annotated[str, Query(max_length=31, pattern=r"^[a-z0-9-]*$")]

    def publisher() -> Publisher:
        found: Publisher | None = plans.engine.publisher
        if found is None:
            raise refuse(503, "publisher", "folder")
        return found

    @routes.get("/publication", summary="What is published, by whom and since when")
    def publication(outbreak: outbreak = "") -> dict[str, Any]:
        found, zone = publisher().state(outbreak), plans.engine.settings(outbreak).zone
        current = found["current"]
        history = [{**act, "when": _when(act["at"], zone)} for act in found["history"]]
        return {**found, "when": _when(current["published_at"], zone) if current else None, "history": history}

    @routes.get("/publication/preview", summary="What a publication would change, and what has to be confirmed")
    def preview(outbreak: outbreak = "") -> dict[str, Any]:
        found = publisher().preview(outbreak)
        listed = [{key: change[key] for key in _TOLD} for change in found["changes"][:_LISTED]]
        return {**found, "changes": listed, "n": len(found["changes"])}

    @routes.post("/publish", summary="Publish what was decided", openapi_extra=described(Publishing))
    def publish(told: Annotated[Publishing, Depends(posted(Publishing))]) -> dict[str, Any]:
        return publisher().publish(told.outbreak, told.by, told.note, told.confirmed, told.sent, told.base, told.seen)

    @routes.post("/publication/withdraw", summary="Take back what is published", openapi_extra=described(Withdrawing))
    def withdraw(told: Annotated[Withdrawing, Depends(posted(Withdrawing))]) -> dict[str, Any]:
        return publisher().withdraw(told.outbreak, told.by, told.note, told.seen)

    return routes


def _when(at: str, zone: str) -> dict[str, str]:
    return moment_text(datetime.fromisoformat(at).astimezone(ZoneInfo(zone)))
