"""What every address has in common: which plan it is about, and how answers are packed and kept."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Annotated, Any

import orjson
from fastapi import Depends, Query, Request, Response

from dashboard.errors import Refused
from dashboard.plans import Plans, Question, Shown
from layers.tiles import compress

MAX_TEXT = 200  # characters of an id


def ask(
    day: date | None = None,
    known_at: datetime | None = None,
    policy: Annotated[str | None, Query(max_length=80, pattern=r"^[\w.-]+$")] = None,
    outbreak: Annotated[str, Query(max_length=31, pattern=r"^[a-z0-9-]*$")] = "",
    then: Annotated[bool, Query(description="as it was known at the time shown")] = False,
) -> Question:
    """Read which plan a request is about."""
    if day is not None and not 1900 <= day.year <= 2200:
        raise Refused(400, f"There is no outbreak on {day}.", "day", "Give a day of this time: 2022-03-15.")
    if known_at is not None and known_at.tzinfo is None:
        raise Refused(400, "known_at has no time zone.", "known_at", "Add one: 2022-03-15T08:00:00+08:00.")
    return Question(day, known_at, policy, outbreak, then)


Asked = Annotated[Question, Depends(ask)]


def ask_before(
    asked: Asked,
    since: Annotated[date | None, Query(description="the earlier day; left out: the day before")] = None,
    since_then: Annotated[bool, Query(description="the earlier plan as it was known then")] = False,
) -> Question | None:
    """Read which earlier plan a request compares with; None for the day before."""
    if since is None:
        return None
    return replace(ask(since, None, asked.policy, asked.outbreak), then=since_then or asked.then)


Before = Annotated[Question | None, Depends(ask_before)]


def query(question: Question) -> str:
    """Return the part of an address that names a plan."""
    parts = {name: getattr(question, name) for name in ("day", "known_at", "policy", "outbreak", "then")}
    texts = {k: v.isoformat() if isinstance(v, date) else v for k, v in parts.items() if v}
    return "&".join(f"{k}={str(v).replace('+', '%2B')}" for k, v in texts.items())


def json_answer(request: Request, make: Callable[[], Any], tag: str) -> Response:
    """Answer JSON with an ETag, packed; a browser that has it gets 304, and then nothing is made."""
    headers = {"etag": f'"{tag}"', "cache-control": "no-cache"}
    if request.headers.get("if-none-match") == headers["etag"]:
        return Response(status_code=304, headers=headers)
    return packed(request, orjson.dumps(make(), default=datetime.isoformat), headers, "application/json")


def packed(request: Request, data: bytes, headers: dict[str, str], media_type: str) -> Response:
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(compress(data), headers={**headers, "content-encoding": "gzip"}, media_type=media_type)
    return Response(data, headers=headers, media_type=media_type)


def shown_with(plans: Plans, asked: Question, zone: str | None) -> Shown:
    """Return the plan of a request that may name a zone, which must be there."""
    shown = plans.get(asked)
    if zone is not None and zone not in set(shown.plan.zones["zone_id"]):
        raise Refused(404, f"There is no zone '{zone}' in this plan.", "zone", "Take an id of /api/zones.")
    return shown
