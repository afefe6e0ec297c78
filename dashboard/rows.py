"""The zone list as JSON: one row a zone with what the list shows of it, in both languages; most urgent first."""

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from dashboard.plans import Shown
from dashboard.texts import both, day_text, known
from dashboard.waits import asked_of, pending_zones
from layers._base import ACTS, WATCH
from layers._base import shown as zones_shown
from layers.zones import WATCH_LETTER, WATCH_NAMES
from zoning.clocks import way_out
from zoning.graded import number_on
from zoning.policy import Policy

Round = dict[str, Any]  # one row of the calendar


def class_words(policy: Policy, look: str, name: str) -> tuple[dict[str, str], dict[str, str]]:
    """Return letter and name of a zone's class in both languages, or of the watch after release."""
    if look == WATCH:
        return WATCH_LETTER, WATCH_NAMES
    of = policy.classes[name]
    return {"zh": of.letter.zh, "en": of.letter.en}, {"zh": of.names.zh, "en": of.names.en}


def stage_words(policy: Policy, name: str, stage: str) -> dict[str, str] | None:
    """Return what a stage is called in both languages, a phase by the name that its class gives it; None for none."""
    if not stage.startswith("phase_"):
        return None if stage == "none" else known(f"stage_{stage}")
    number, phases = int(stage.removeprefix("phase_")), policy.classes[name].phases
    if number > len(phases):
        return both("stage_phase", n=number) if number > 1 else None
    return both("stage_phase_named", n=number, name=phases[number - 1].names.model_dump())


def lift_day(when: Any, zone: ZoneInfo) -> date | None:
    """Return the local day at whose 24时 a zone may be lifted; None where that is not known."""
    if when is None or pd.isna(when):
        return None
    return (when.astimezone(zone) - timedelta(microseconds=1)).date()


def rounds_of(calendar: pd.DataFrame) -> dict[str, list[Round]]:
    """Return the rounds of each zone by day, as plain records: a table a zone would cost more than the list."""
    found: dict[str, list[Round]] = {}
    for record in calendar.sort_values("day").to_dict("records"):
        found.setdefault(record["zone_id"], []).append(record)
    return found


def clock(policy: Policy, name: str, rounds: list[Round], today: date) -> dict[str, Any]:
    """Return how far a zone's calendar is on a day.

    Parameters
    ----------
    policy : the pack.
    name : class of the zone.
    rounds : its rows of the calendar, by day.
    today : the local day shown.

    Returns
    -------
    start (date of day 1), day (1 = first; None before it and while the start is assumed), days (how many there are),
    tests (day numbers), next (the next round from today, or None), assumed, done (every round is past).
    """
    if not rounds:
        return {"start": None, "day": None, "days": 0, "tests": [], "next": None, "assumed": False, "done": False}
    first, tests = rounds[0], [int(r["day"]) for r in rounds]
    start = first["date"] - timedelta(days=tests[0] - 1)
    step = way_out(policy.classes[name], None)
    full = int(number_on(step.when.in_force_days, start)) if step else 0
    days, assumed = max(full, tests[-1]), bool(first["assumed"])
    ahead = next((r for r in rounds if r["date"] >= today), None)
    day = min((today - start).days + 1, days)
    return {
        "start": start,
        "day": day if day >= 1 and not assumed else None,
        "days": days,
        "tests": tests,
        "next": ahead,
        "assumed": assumed,
        "done": ahead is None,
    }


def whole(number: Any) -> int | None:
    """Return a count as a whole number, None where it is not known."""
    return None if number is None or pd.isna(number) else round(float(number))


def stands(zone: Any) -> dict[str, str]:
    """Return in one word how a zone stands: what voids it, its stage if that says more than its status, its status."""
    if zone.void:
        return both("void")
    return known(zone.status if zone.stage == "none" or zone.stage.startswith("phase_") else f"stage_{zone.stage}")


def _row(shown: Shown, zone: Any, rounds: list[Round], asked: list[str], pending: bool) -> dict[str, Any]:
    policy = shown.plan.policy
    letter, names = class_words(policy, zone.look, zone.class_)
    time = clock(policy, zone.class_, rounds, shown.day)
    lift = lift_day(zone.earliest_lift_at, shown.zone)
    test = both("done") if time["done"] else None
    if time["next"] is not None:
        on = time["next"]["date"]
        test = both("today") if on == shown.day else day_text(on)
    return {
        "id": zone.zone_id,
        "name": {"zh": zone.name, "en": zone.name_en},
        "look": zone.look,
        "rank": int(zone.rank),
        "letter": letter,
        "class": names,
        "people": whole(zone.people),
        "status": stands(zone),
        "stage": zone.stage,
        "void": bool(zone.void),
        "asked": asked,
        "asks": both("pending") if pending else both(f"act_{asked[0]}") if asked else None,
        "pending": pending,
        "proposed": zone.status == "proposed",
        "no_ground": bool(zone.no_ground),
        "day": time["day"],
        "days": time["days"],
        "tests": time["tests"],
        "due": time["next"] is not None and time["next"]["date"] == shown.day,
        "test": test,
        "test_on": time["next"]["date"] if time["next"] is not None else None,
        "done": time["done"],
        "start_on": time["start"],
        "lift": day_text(lift) if lift else None,
        "lift_on": lift,
        "box": [round(v, 6) for v in zone.geometry.bounds] if zone.geometry is not None else None,
    }


def _urgency(row: dict[str, Any]) -> tuple[Any, ...]:
    act = ACTS.index(row["asked"][0]) if row["asked"] else len(ACTS)
    return not row["pending"], act, row["look"] == WATCH, row["rank"], not row["due"], -(row["people"] or 0), row["id"]


def zone_rows(shown: Shown) -> dict[str, Any]:
    """Return the list of a plan.

    Parameters
    ----------
    shown : a plan on its day.

    Returns
    -------
    `zones`: rows, first what waits for a person (edits to confirm, then proposals, the most pressing first); then
    the strictest class first, those with a test due today, by people. `classes`: what the filter counts (look, letter,
    class names, n), strictest first.
    """
    plan = shown.plan
    rounds = rounds_of(plan.calendar)
    zones = zones_shown(plan).rename(columns={"class": "class_"})
    asked, pending = asked_of(plan), pending_zones(plan)
    rows = [
        _row(shown, zone, rounds.get(zone.zone_id, []), asked.get(zone.zone_id, []), zone.zone_id in pending)
        for zone in zones.itertuples(index=False)
    ]
    rows.sort(key=_urgency)
    classes = []
    looks = [(c.style, name) for name, c in sorted(plan.policy.classes.items(), key=lambda pair: pair[1].rank)]
    for look, name in [*looks, (WATCH, "")]:
        n = sum(r["look"] == look for r in rows)
        if n or look != WATCH:
            letter, names = class_words(plan.policy, look, name)
            classes.append({"look": look, "letter": letter, "class": names, "n": n})
    return {"classes": classes, "zones": rows, "key": shown.key}
