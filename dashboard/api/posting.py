"""What every posted act has in common: who, on which log, under which token; from our own page, and not large."""

from collections.abc import Callable, Coroutine
from datetime import UTC, date, datetime
from typing import Annotated, Any, TypeVar
from urllib.parse import urlsplit

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from dashboard.errors import Refused
from dashboard.plans import Plans
from dashboard.texts import both

MAX_BODY = 256 * 1024  # bytes of one act
Line = Annotated[str, StringConstraints(max_length=200, strip_whitespace=True)]
Words = Annotated[str, StringConstraints(max_length=20_000, strip_whitespace=True)]
Posted = TypeVar("Posted", bound=BaseModel)


class Act(BaseModel):
    """What the page sends with every act."""

    model_config = ConfigDict(extra="forbid")

    by: Annotated[str, StringConstraints(min_length=1, max_length=80, strip_whitespace=True)] = Field(description="who")
    outbreak: Annotated[str, StringConstraints(max_length=31, pattern=r"^[a-z0-9-]*$")] = ""
    base: int | None = Field(None, ge=0, description="number of the log's last event that the person saw")
    day: date | None = Field(None, description="the day that the page showed")
    sent: Annotated[str, StringConstraints(min_length=8, max_length=64)] = Field(
        description="what the sender calls this act: sent again, it adds nothing"
    )


def posted(model: type[Posted]) -> Callable[[Request], Coroutine[Any, Any, Posted]]:
    """Return what reads an act from a request.

    Parameters
    ----------
    model : of the act.

    Returns
    -------
    A dependency; it refuses what another site sent (403), what is no JSON (415), what is too large (413), and fields
    that cannot be (422, each by its name).
    """

    async def read(request: Request) -> Posted:
        _own(request)
        body = bytearray()
        async for piece in request.stream():
            body += piece
            if len(body) > MAX_BODY:
                raise refuse(413, "too_large", "body", n=MAX_BODY // 1024)
        try:
            return model.model_validate_json(bytes(body))
        except ValidationError as error:
            raise _faulty(error) from None

    return read


def described(model: type[BaseModel]) -> dict[str, Any]:
    """Return what the API's description says of a body that `posted` reads."""
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": model.model_json_schema()}}}}


def _own(request: Request) -> None:
    """Refuse an act that another site makes a browser send."""
    origin, site = request.headers.get("origin"), request.headers.get("sec-fetch-site", "same-origin")
    if (origin and urlsplit(origin).netloc != request.headers.get("host")) or site not in ("same-origin", "none"):
        raise refuse(403, "other_site", "origin")
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise refuse(415, "not_json", "content-type")


def _faulty(error: ValidationError) -> Refused:
    faults = []
    for one in error.errors()[:20]:
        places = [part for part in one["loc"] if isinstance(part, str)]
        long = one["type"] in ("string_too_long", "too_long")
        reason = both("fault_long", n=one["ctx"]["max_length"]) if long else {"zh": one["msg"], "en": one["msg"]}
        if one["type"] in ("missing", "string_too_short"):
            reason = both("field_required")
        faults.append(fault(places[-1] if places else "", reason))
    return refuse(422, "unreadable", "body", faults=faults)


def fault(column: str, reason: dict[str, str], fix: dict[str, str] | None = None, row: int = 0) -> dict[str, Any]:
    """Return what is wrong with one field, as the form shows it beside the field."""
    fix = fix or {"zh": "", "en": ""}
    told = {"reason": reason["en"], "reason_zh": reason["zh"], "fix": fix["en"], "fix_zh": fix["zh"]}
    return {"row": row, "column": column, "value": "", **told}


def refuse(status: int, key: str, where: str, faults: list[dict[str, Any]] | None = None, **fields: object) -> Refused:
    """Return a refusal in both languages: texts `no_<key>` and `no_<key>_do`."""
    what, fix = both(f"no_{key}", **fields), both(f"no_{key}_do", **fields)
    more = {"what_zh": what["zh"], "fix_zh": fix["zh"], **({"faults": faults} if faults else {})}
    return Refused(status, what["en"], where, fix["en"], more)


def act_time(plans: Plans, outbreak: str, newest: datetime | None = None) -> datetime:
    """Return when an act is recorded: now; in a drill its clock, but never before what it changes.

    Parameters
    ----------
    plans : with the clock.
    outbreak : its name.
    newest : when the newest version of what is changed was recorded; None where nothing is changed.

    Returns
    -------
    UTC.
    """
    at = plans.clock(outbreak).astimezone(UTC)
    return max(at, newest) if newest and plans.settings(outbreak).as_of else at
