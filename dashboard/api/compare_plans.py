"""Addresses of comparing: two plans side by side, of other days, packs, knowledge or outbreaks, and what each costs."""

from dataclasses import replace
from datetime import date
from typing import Annotated, Any, Literal

import pandas as pd
from fastapi import APIRouter, Depends, Query, Request, Response

from dashboard.api.asked import Asked, ask, json_answer, query
from dashboard.plans import Plans, Question, Shown
from dashboard.rows import class_words
from zoning.board import compare_burdens, make_page
from zoning.policy import Policy, list_policies, load_pack

_SUMS = ("zones", "people", "person_days", "tests", "area_m2", "beyond_people", "below_people", "unknown", "undated")
# A page for paper loads nothing: it holds all that it needs.
_SAFE = {"content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:"}


def ask_other(
    other_day: date | None = None,
    other_policy: Annotated[str | None, Query(max_length=80, pattern=r"^[\w.-]+$")] = None,
    other_outbreak: Annotated[str, Query(max_length=31, pattern=r"^[a-z0-9-]*$")] = "",
    other_then: bool = False,
) -> Question:
    """Read which second plan a request is about."""
    return replace(ask(other_day, None, other_policy, other_outbreak), then=other_then)


Other = Annotated[Question, Depends(ask_other)]


def compare_routes(plans: Plans) -> APIRouter:
    """Return the routes of plans side by side."""
    routes = APIRouter(prefix="/api", tags=["compare"])

    @routes.get("/packs", summary="The packs of rules that there are")
    def packs() -> list[dict[str, Any]]:
        found = [(name, load_pack(name)) for name in list_policies()]
        return [
            {"id": name, "version": of.pack.version, "title": of.pack.title.model_dump()}
            for name, of in found
            if isinstance(of, Policy)
        ]

    @routes.get("/compare/plans", summary="Two plans: what each costs, class by class, and what the map needs of each")
    def compare(request: Request, asked: Asked, other: Other) -> Response:
        sides = [(question, plans.get(question)) for question in (asked, other)]
        tag = "compare-" + "-".join(f"{shown.log}-{shown.key}" for _, shown in sides)
        return json_answer(request, lambda: compared(sides), tag)

    @routes.get("/compare/page", summary="Two plans as one page to print or keep", response_class=Response)
    def page(asked: Asked, other: Other, language: Literal["zh", "en"] = "zh") -> Response:
        sides = [(question, plans.get(question)) for question in (asked, other)]
        named = {_name(k, question, shown): shown.plan for k, (question, shown) in enumerate(sides)}
        text = make_page(named, compare_burdens(named), language)
        return Response(text, headers={**_SAFE, "cache-control": "no-store"}, media_type="text/html")

    return routes


def _name(place: int, question: Question, shown: Shown) -> str:
    parts = [("A", "B")[place], shown.day.isoformat(), question.outbreak, "as known then" if question.then else ""]
    return " · ".join(part for part in parts if part)


def compared(sides: list[tuple[Question, Shown]]) -> dict[str, Any]:
    """Return two plans side by side.

    Parameters
    ----------
    sides : question and plan of both.

    Returns
    -------
    sides: query (of addresses), key, day (ISO), outbreak, then, pack (id, version, title), bounds,
    sums (zones, people, person_days, tests, area_m2, beyond_people, below_people; unknown: zones without a figure of
    people, undated: zones that no calendar lifts), bare_share. classes, by rank of the first: look, letter, class, and
    for both sides the same sums (null: no zone of it).
    """
    burdens = compare_burdens({str(k): shown.plan for k, (_, shown) in enumerate(sides)})
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for row in burdens.sort_values(["rank", "plan"], kind="stable").to_dict("records"):
        place = int(row["plan"])
        letter, names = class_words(sides[place][1].plan.policy, row["style"], row["class"])
        key = (row["style"], names["zh"])
        mine = rows.setdefault(key, {"look": row["style"], "letter": letter, "class": names, "sides": [None, None]})
        mine["sides"][place] = _sums(row)
    return {
        "sides": [_side(*side, burdens[burdens["plan"] == str(k)]) for k, side in enumerate(sides)],
        "classes": list(rows.values()),
    }


def _side(question: Question, shown: Shown, burdens: pd.DataFrame) -> dict[str, Any]:
    pack = shown.plan.policy.pack
    people = burdens["people"].sum()
    known = burdens[burdens["bare_share"].notna()]
    bare = float((known["bare_share"] * known["people"]).sum() / people) if people > 0 else None
    return {
        "query": query(question),
        "key": shown.key,
        "day": shown.day.isoformat(),
        "outbreak": question.outbreak,
        "then": question.then,
        "bounds": shown.bounds,
        "pack": {"id": pack.id, "version": pack.version, "title": pack.title.model_dump()},
        "sums": _sums(burdens[list(_SUMS)].sum().to_dict()),
        "bare_share": bare,
    }


def _sums(row: dict[Any, Any]) -> dict[str, int]:
    return {name: round(float(row[name])) for name in _SUMS}
