"""Addresses of the testing load: what each day asks, by class, against capacity; and where a day's rounds are."""

from datetime import date, timedelta
from typing import Any

import numpy as np
from fastapi import APIRouter, Request, Response

from dashboard.api.asked import Asked, json_answer
from dashboard.columns import area_level, area_names
from dashboard.plans import Plans, Shown
from dashboard.rows import class_words
from dashboard.texts import both
from zoning.demand import capacity_per_day, load_by_area, load_per_day

BEFORE, AFTER = 10, 20  # days shown around the day of the plan
AREAS_SHOWN = 12


def demand_routes(plans: Plans) -> APIRouter:
    """Return the routes of the testing load."""
    routes = APIRouter(prefix="/api", tags=["load"])

    @routes.get("/load_per_day", summary="People to be tested on each day, by class, against capacity")
    def load(request: Request, asked: Asked) -> Response:
        shown = plans.get(asked)
        return json_answer(request, lambda: load_of(shown), f"load-{shown.log}-{shown.key}")

    @routes.get("/load_per_day/areas", summary="Where the rounds of a day are, and where capacity falls short")
    def areas(request: Request, asked: Asked, on: date) -> Response:
        shown = plans.get(asked)
        return json_answer(request, lambda: areas_of(shown, on), f"load-{on}-{shown.log}-{shown.key}")

    return routes


def load_of(shown: Shown) -> dict[str, Any]:
    """Return the load of the days around a plan's day.

    Parameters
    ----------
    shown : a plan on its day.

    Returns
    -------
    key, today; days (ISO, without a gap); classes (look, letter, class, by rank), and for each of them a row of
    `people`, `assumed` and `tubes` (one figure a day); samplers, tables, unknown (of all classes); capacity (people a
    day, null: not known), by (setting, sites, or ""), sites; worst (day on which most is lacking, and how much; null).
    """
    table = load_per_day(shown.plan)
    days = _days(shown.day, table["date"].tolist())
    policy = shown.plan.policy
    names = [
        name for name in sorted(policy.classes, key=lambda n: policy.classes[n].rank) if (table["class"] == name).any()
    ]
    sums: dict[str, Any] = {
        amount: [_row(table[table["class"] == name], amount, days) for name in names]
        for amount in ("people", "assumed", "tubes")
    }
    totals = {name: _row(table, name, days) for name in ("samplers", "tables", "unknown")}
    room = capacity_per_day(shown.plan, days)
    capacity = [None if np.isnan(v) else round(v) for v in room["capacity"]]
    told: dict[str, Any] = {"key": shown.key, "today": shown.day.isoformat(), "days": [day.isoformat() for day in days]}
    people = np.array(sums["people"]).sum(axis=0) if names else np.zeros(len(days))
    told |= {"by": room["by"].iloc[0], "sites": int(room["sites"].iloc[0]), "capacity": capacity}
    told |= {"worst": _worst(days, people, capacity, shown.day), "classes": [_words(shown, name) for name in names]}
    return told | sums | totals


def _days(today: date, found: list[date]) -> list[date]:
    first = max(min([*found, today]), today - timedelta(days=BEFORE))
    last = min(max([*found, today + timedelta(days=6)]), today + timedelta(days=AFTER))
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _row(table: Any, amount: str, days: list[date]) -> list[int]:
    sums = table.groupby("date")[amount].sum()
    return [round(float(sums.get(day, 0.0))) for day in days]


def _words(shown: Shown, name: str) -> dict[str, Any]:
    look = shown.plan.policy.classes[name].style
    letter, names = class_words(shown.plan.policy, look, name)
    return {"look": look, "letter": letter, "class": names}


def _worst(days: list[date], people: Any, capacity: list[int | None], today: date) -> dict[str, Any] | None:
    """Return the day from today on that lacks most; past days are past."""
    lacks = [(p - c, day) for day, p, c in zip(days, people, capacity, strict=True) if c is not None and day >= today]
    most = max(lacks, default=None, key=lambda pair: pair[0])
    return {"day": most[1].isoformat(), "short": round(float(most[0]))} if most and most[0] > 0 else None


def areas_of(shown: Shown, on: date) -> dict[str, Any]:
    """Return where the rounds of a day are.

    Parameters
    ----------
    shown : a plan on its day.
    on : local day.

    Returns
    -------
    on, zones; areas (id, zh, en, people, capacity, short), those that lack most first; more (areas left out).
    """
    level, names = area_level(shown.plan), area_names(shown.plan)
    table = load_by_area(shown.plan, on, level or "")
    none = both("no_area")
    rows = [
        {"id": row["area_id"], **names.get(row["area_id"], none)}
        | {key: round(float(row[key])) for key in ("people", "capacity", "short", "zones")}
        for row in table.head(AREAS_SHOWN).to_dict("records")
    ]
    told = {"on": on.isoformat(), "zones": int(table["zones"].sum()), "areas": rows if level else []}
    return told | {"more": max(0, len(table) - AREAS_SHOWN)}
