"""The zone list as JSON: one row a zone with what the list shows of it, in both languages; most urgent first."""

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from dashboard.plans import Shown
from dashboard.texts import both, day_text, known
from layers.zones import WATCH, WATCH_LETTER, WATCH_NAMES
from layers.zones import shown as zones_shown
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


def _row(shown: Shown, zone: Any, rounds: list[Round]) -> dict[str, Any]:
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
        "status": known(zone.status),
        "proposed": zone.status == "proposed",
        "no_ground": bool(zone.no_ground),
        "day": time["day"],
        "days": time["days"],
        "tests": time["tests"],
        "due": time["next"] is not None and time["next"]["date"] == shown.day,
        "test": test,
        "lift": day_text(lift) if lift else None,
        "box": [round(v, 6) for v in zone.geometry.bounds] if zone.geometry is not None else None,
    }


def zone_rows(shown: Shown) -> dict[str, Any]:
    """Return the list of a plan.

    Parameters
    ----------
    shown : a plan on its day.

    Returns
    -------
    `zones`: rows, strictest class first, then those with a test due today, then by people; `classes`: what the
    filter counts (look, letter, class names, n), strictest first.
    """
    plan = shown.plan
    rounds = rounds_of(plan.calendar)
    zones = zones_shown(plan).rename(columns={"class": "class_"})
    rows = [_row(shown, zone, rounds.get(zone.zone_id, [])) for zone in zones.itertuples(index=False)]
    rows.sort(key=lambda r: (r["look"] == WATCH, r["rank"], not r["due"], -(r["people"] or 0), r["id"]))
    classes = []
    looks = [(c.style, name) for name, c in sorted(plan.policy.classes.items(), key=lambda pair: pair[1].rank)]
    for look, name in [*looks, (WATCH, "")]:
        n = sum(r["look"] == look for r in rows)
        if n or look != WATCH:
            letter, names = class_words(plan.policy, look, name)
            classes.append({"look": look, "letter": letter, "class": names, "n": n})
    return {"classes": classes, "zones": rows, "key": shown.key}
