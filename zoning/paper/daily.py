"""What one day came to: zones by class and stage, what changed, people restricted, tests due and done, new cases."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from zoning.differences import compare_plans
from zoning.paper.boundary import number_of_zone, title_of
from zoning.paper.words import closing_day
from zoning.pipeline import Plan

HELD = ("in_force", "decided")
# In the order of the table; `proposed` and `opened` count what nobody, and what somebody, decided.
KINDS = ("opened", "lifted", "class", "grown", "shrunk", "stage", "dates", "merged", "split", "ended", "proposed")


@dataclass(frozen=True)
class Change:
    """One zone that is another than it was: `kind` of KINDS, its row in either plan, and the row that says so."""

    kind: str
    zone: dict[str, Any]
    number: str
    name: str
    name_en: str
    row: dict[str, Any]


@dataclass(frozen=True)
class Daily:
    """One day. `classes`: a row a class of the pack, in order of rank: class, in_force, decided, proposed, watched.

    (zones), stages (stage -> zones in force), people, people_before (in force; NaN: no figure tells), unknown (zones
    in force without a figure), test_zones, tests_due, tests_done (people). `cases`, `cases_before`: reported on the
    day, and on the day before; a total, with no place.
    """

    day: date
    before: date
    classes: pd.DataFrame
    changes: tuple[Change, ...]
    cases: int
    cases_before: int


def sum_day(plan: Plan, before: Plan, decisions: pd.DataFrame | None = None) -> Daily:
    """Sum up what changed from one day's 24时 to another's.

    Parameters
    ----------
    plan : of the end of the day.
    before : of the end of the day before, of the same workspace.
    decisions : of the state, in recorded order; None names none.

    Returns
    -------
    Daily.
    """
    zone = plan.settings.zone
    return Daily(
        day=closing_day(pd.Timestamp(plan.as_of), zone),
        before=closing_day(pd.Timestamp(before.as_of), zone),
        classes=_classes(plan, before),
        changes=tuple(sorted(_changes(plan, before, decisions), key=lambda c: KINDS.index(c.kind))),
        cases=_cases(plan, before),
        cases_before=_cases(before, None),
    )


def _classes(plan: Plan, before: Plan) -> pd.DataFrame:
    due, done = _tests(plan, before)
    rows = list[dict[str, Any]]()
    for name, _ in sorted(plan.policy.classes.items(), key=lambda item: item[1].rank):
        mine = plan.zones[plan.zones["class"] == name]
        running = mine[mine["status"] == "in_force"]
        was = before.zones[(before.zones["class"] == name) & (before.zones["status"] == "in_force")]
        today = due[due["zone_id"].isin(running["zone_id"])]
        rows.append(
            {
                "class": name,
                **{status: int((mine["status"] == status).sum()) for status in (*HELD, "proposed")},
                "watched": int((mine["stage"] == "post_release").sum()),
                "stages": running["stage"].value_counts().sort_index().to_dict(),
                "people": _people(running), "people_before": _people(was),
                "unknown": int(running["people"].isna().sum()),
                "test_zones": len(today), "tests_due": int(today["people_due"].fillna(0).sum()),
                "tests_done": int(done[done["zone_id"].isin(mine["zone_id"])]["tested"].sum()),
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def _people(zones: pd.DataFrame) -> float:
    return float(zones["people"].sum()) if zones["people"].notna().any() or zones.empty else np.nan


def _tests(plan: Plan, before: Plan) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rounds of the calendar on the day, and the rounds that ended on it."""
    day = closing_day(pd.Timestamp(plan.as_of), plan.settings.zone)
    due = plan.calendar[(plan.calendar["date"] == day) & ~plan.calendar["assumed"]]
    rounds = plan.rounds
    ended = (rounds["ended_at"] > pd.Timestamp(before.as_of)) & (rounds["ended_at"] <= pd.Timestamp(plan.as_of))
    return due, rounds[ended]


def _cases(plan: Plan, before: Plan | None) -> int:
    """Cases reported since the plan before; none: in the day that ends with the plan."""
    cases, end = plan.tables["cases"], pd.Timestamp(plan.as_of)
    start = end - pd.Timedelta(days=1) if before is None else pd.Timestamp(before.as_of)
    counts = ~cases["withdrawn"].astype(bool) & (cases["status"] != "excluded")
    return int((counts & (cases["reported_at"] > start) & (cases["reported_at"] <= end)).sum())


def _changes(plan: Plan, before: Plan, decisions: pd.DataFrame | None) -> Iterator[Change]:
    sides = {z["zone_id"]: (p, z) for p in (before, plan) for z in p.zones.to_dict("records")}
    table = compare_plans(before, plan, decisions)
    for row in table.drop(columns="geometry").to_dict("records"):
        of, zone = sides[row["zone_id"]]
        if kind := _kind(row):
            names = (number_of_zone(of, zone), title_of(zone, "zh"), title_of(zone, "en"))
            yield Change(kind, zone, *names, row)


def _kind(row: dict[str, Any]) -> str:
    """What a change is on paper: a zone is opened by a decision; what was only proposed, and is no more, is no news."""
    change, was, now = row["change"], row["status_before"], row["status_after"]
    if change == "opened":
        return "opened" if now in HELD else "proposed"
    if change == "status":
        if now in HELD and was not in HELD:
            return "opened"
        return "stage" if now in HELD else ""
    if change == "ended" and was not in HELD:
        return ""
    if change != "lifted" and change != "ended" and now not in HELD:
        return ""
    return str(change)
