"""What a plan costs: people and their days in it, tests, ground without any case; what hand edits add or leave open.

What the rules require is the membership as it was derived, before any stroke. Amounts count from the plan's date on.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, cast

import numpy as np
import pandas as pd

from zoning.bare import bare_shares
from zoning.clocks import earliest_lift, next_midnight, way_out
from zoning.decisions import scope_of
from zoning.editing import people_of
from zoning.errors import InputError
from zoning.lookup import atoms_inside
from zoning.parting import part_off
from zoning.pipeline import Plan
from zoning.times import local_date, zone_info

_DAY = pd.Timedelta(days=1)
_ENDED = ("released", "rejected")
_RESETS = {
    "zone_id": "str", "scope": "str", "people": "float64", "days_added": "float64", "person_days": "float64",
    "chosen": "bool",
}  # fmt: skip
Zone = dict[str, Any]


def weigh(plan: Plan, touched: pd.DataFrame | None = None) -> pd.DataFrame:
    """Weigh every zone of a plan that is not released or rejected.

    Parameters
    ----------
    plan : as derived; where hand edits were replayed, `membership` says so with stroke (event id or NA), derived_rank
        (what the rules say, NA for nothing) and derived_zone.
    touched : the atoms that strokes count on, with the same columns, where those that are in no zone any more are to be
        weighed too; None takes those of the membership.

    Returns
    -------
    One row a zone, in the order of the plan's zones; then the zones that strokes emptied, which hold no people.
    zone_id, class; people (NaN: no figure tells); days_left : from the plan's date, or a later start, to the earliest
    lift (NaN: not by the calendar); assumed : nobody put it in force yet, so it is taken to start at the next midnight.
    person_days; tests : people due in all rounds from the plan's date on.
    bare_share : share of its people who live where no case was, in no home of one and in no place that one visited; of
    its area where it has no people.
    required_people : without what strokes added. beyond_people, beyond_person_days : of atoms that a stroke makes
    stricter than the rules. below_people, below_facts : of the zone's atoms by the rules that one makes milder, and the
    facts that this leaves uncovered.
    """
    zones = _open(plan)
    table = pd.DataFrame({"zone_id": zones["zone_id"], "class": zones["class"], "people": zones["people"]})
    table["days_left"] = _days_left(zones, plan)
    table["assumed"] = zones["in_force_from"].isna()
    table["person_days"] = table["people"] * table["days_left"]
    rounds = _due(plan).groupby("zone_id")["people_due"]
    tests = rounds.sum().astype("Float64").where(rounds.count() == rounds.size())
    table["tests"] = tests.reindex(table["zone_id"], fill_value=0).astype("float64").to_numpy()
    rows = plan.membership.rename(columns={"zone_id": "name"})[["name", "atom", "people"]]
    table["bare_share"] = bare_shares(rows, dict(zip(zones["zone_id"], zones["geometry"], strict=True)), plan)
    edits = _edits(plan, touched)
    emptied = [name for name in edits.index if name not in set(table["zone_id"])]
    nothing = {"people": 0.0, "person_days": 0.0, "tests": 0.0, "assumed": False}
    table = pd.concat([table, pd.DataFrame({"zone_id": emptied}).assign(**nothing)] if emptied else [table])
    edits = edits.reindex(table["zone_id"])
    for name in ("beyond_people", "below_people"):
        table[name] = edits[name].fillna(0.0).to_numpy()
    table["required_people"] = table["people"] - table["beyond_people"]
    table["beyond_person_days"] = table["beyond_people"] * table["days_left"]
    table["below_facts"] = [facts if isinstance(facts, list) else [] for facts in edits["below_facts"]]
    return table.reset_index(drop=True)


def _open(plan: Plan) -> pd.DataFrame:
    return plan.zones[~plan.zones["status"].isin(_ENDED)].reset_index(drop=True)


def _days_left(zones: pd.DataFrame, plan: Plan) -> pd.Series:
    spans = [_span(zone, plan) for zone in zones.drop(columns="geometry").to_dict("records")]
    return pd.Series([max(end - start, pd.Timedelta(0)) / _DAY for start, end in spans], dtype=float)


def _due(plan: Plan) -> pd.DataFrame:
    """Return the rounds of tests from the plan's date on."""
    return plan.calendar[plan.calendar["date"] >= local_date(pd.Timestamp(plan.as_of), plan.settings.zone)]


def _span(zone: Zone, plan: Plan) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Return from when the zone still costs, and its earliest lift (NaT: none by the calendar)."""
    now, start = pd.Timestamp(plan.as_of), zone["in_force_from"]
    if not pd.isna(start):
        return max(now, start), zone["earliest_lift_at"]
    begin = pd.Timestamp(next_midnight(plan.as_of, zone_info(plan.settings.zone)))
    return begin, _lift(zone, plan, begin.to_pydatetime(), zone["last_presence_at"])


def _lift(zone: Zone, plan: Plan, since: datetime, last_presence: datetime) -> pd.Timestamp:
    step = way_out(plan.policy.classes[zone["class"]], zone.get("origin"))
    last, clean = (None if pd.isna(at) else at for at in (last_presence, zone.get("cleaned_at", pd.NaT)))
    found = step and earliest_lift(step, since, last, clean, plan.policy, plan.settings.zone)
    return pd.Timestamp(found) if found else cast("pd.Timestamp", pd.NaT)


def _edits(plan: Plan, touched: pd.DataFrame | None) -> pd.DataFrame:
    """Return beyond_people by the zone that holds an atom, below_people and below_facts by the zone of the rules."""
    rows = _edited(plan, touched)
    beyond = rows[rows["beyond"]].groupby("zone_id")["people"].sum()
    below = rows[rows["below"]].groupby("derived_zone" if "derived_zone" in rows else "zone_id")
    return pd.DataFrame({"beyond_people": beyond, "below_people": below["people"].sum(), "below_facts": _facts(below)})


def _edited(plan: Plan, touched: pd.DataFrame | None) -> pd.DataFrame:
    """Return the atoms that strokes count on with their people, and which are beyond and which below the rules."""
    rows = plan.membership if touched is None else touched
    rows = rows[rows["stroke"].notna()] if "stroke" in rows else rows.iloc[:0].assign(derived_rank=0)
    if "people" not in rows:
        rows = rows.assign(people=people_of(plan, rows["atom"]))
    # No class at all is milder than any.
    rank, derived = (rows[c].astype("float64").fillna(np.inf) for c in ("rank", "derived_rank"))
    return rows.assign(beyond=rank < derived, below=rank > derived)


def _facts(below: Any) -> pd.Series:
    return below["fact_ids"].agg(lambda of: sorted(set().union(*of)))


def weigh_edits(plan: Plan, rules: Plan | None = None) -> pd.DataFrame:
    """Weigh every edit that counts on an atom: what its atoms cost as it left them, less what the rules alone would.

    Parameters
    ----------
    plan : as derived, with its strokes.
    rules : the same without any stroke, which knows the zones that strokes emptied; None takes those of the plan.

    Returns
    -------
    One row a stroke: stroke; people (of its atoms); person_days, tests : that it adds by the calendar from the plan's
    date on, negative where it spares them (NaN: a zone of the rules is in neither plan); bare_share : of its people, or
    of its area where it has none; beyond_people, beyond_person_days, below_people, below_facts : as `weigh`, of its
    atoms.
    """
    rows = _edited(plan, plan.touched).reset_index(drop=True)
    shown, ruled = _costs(plan, rows["zone_id"]), _costs(rules or plan, rows["derived_zone"])
    people, facts = rows["people"], _facts(rows[rows["below"]].groupby("stroke"))
    added = (shown - ruled).mul(people, axis=0)
    told = {"people": people, "person_days": added["days"], "tests": added["rounds"]}
    told |= {f"{side}_people": people.where(rows[side], 0.0) for side in ("beyond", "below")}
    told["beyond_person_days"] = told["beyond_people"] * shown["days"]
    table = pd.DataFrame(told).groupby(rows["stroke"]).agg(lambda of: of.sum(skipna=False))
    atoms = rows[["atom", "people"]].assign(name=rows["stroke"])
    table["bare_share"] = bare_shares(atoms, dict.fromkeys(table.index), plan)
    return table.assign(below_facts=[facts.get(stroke, []) for stroke in table.index]).reset_index()


def _costs(plan: Plan, zone_ids: pd.Series) -> pd.DataFrame:
    """Return the days to the lift and the rounds left of the zone of each atom: none outside zones or off calendar."""
    zones = _open(plan)
    rounds = _due(plan).groupby("zone_id").size().reindex(zones["zone_id"], fill_value=0).to_numpy(float)
    told = pd.DataFrame({"days": _days_left(zones, plan).fillna(0.0).to_numpy(), "rounds": rounds}, zones["zone_id"])
    told = told.reindex(zone_ids)
    told[zone_ids.isna().to_numpy()] = 0.0
    return told.reset_index(drop=True)


def price_resets(plan: Plan, zone_id: str | None = None) -> pd.DataFrame:
    """Price what new cases in a zone cost, by the part of it whose clock is made to begin again.

    Parameters
    ----------
    plan : as derived; `zones.new_facts` are the facts that no decision on the zone names yet.
    zone_id : of the only zone to price; None prices all.

    Returns
    -------
    One row a zone in force with new facts and scope that its class allows, the pack's own first: zone_id, scope (zone,
    building, unit, none), people (whose clock begins again, all new facts together), days_added (by which the earliest
    lift moves from where it was without them, if it is decided at the plan's date; of several parts the most),
    person_days (people x days, part by part: what they stay longer), chosen (the pack's own scope for these facts). NaN
    where no figure tells of the people, the lift does not hang on the calendar, or a new case is in no building.
    """
    held = plan.zones[plan.zones["status"].isin(["decided", "in_force"])].drop(columns="geometry")
    held = held if zone_id is None else held[held["zone_id"] == zone_id]
    rows = [row for zone in held.to_dict("records") if len(zone["new_facts"]) for row in _resets(zone, plan)]
    return pd.DataFrame(rows, columns=list(_RESETS)).astype(_RESETS)


def _resets(zone: Zone, plan: Plan) -> Iterator[tuple[Any, ...]]:
    reset = plan.policy.classes[zone["class"]].reset
    if reset is None:
        return
    found_in = plan.tables["cases"].set_index("fact_id")["found_in"].to_dict()
    chosen = scope_of(zone, found_in, plan.policy) or "none"
    for scope in dict.fromkeys([chosen, reset.scope, *reset.allowed, "none"]):
        priced = [(people, days, people * days) for people, days in _restarted(zone, scope, plan)]
        people, days, cost = zip(*priced, strict=True) if priced else ((0.0,), (0.0,), (0.0,))
        yield zone["zone_id"], scope, sum(people), float(np.max(days)), sum(cost), scope == chosen


def _restarted(zone: Zone, scope: str, plan: Plan) -> Iterator[tuple[float, float]]:
    """Yield the people of each part whose clock begins again, and by how many days its lift moves."""
    stays = plan.stays[plan.stays["fact_id"].isin(zone["cause_ids"]) & plan.stays["live"]]
    fact, last = stays["fact_id"], stays["last_presence_at"]
    new, calm = fact.isin(zone["new_facts"]), fact.isin(zone["calm"])
    before = _lift(zone, plan, zone["lift_from"], _last(last[~new], calm))
    since = max(pd.Timestamp(plan.as_of), zone["in_force_from"])
    if scope == "zone":
        yield zone["people"], _days(before, _lift(zone, plan, since, _last(last, calm)))
    try:
        parts = part_off(plan, zone, {"action": "extend", "scope": scope})
    except InputError:
        yield np.nan, np.nan
        return
    for part in parts:
        both = (zone["zone_id"], part["zone_id"])
        inside = atoms_inside(np.flatnonzero(plan.units["id"].isin(part["units"])), plan.inside)[1].astype(np.uint64)
        rows = plan.membership[plan.membership["zone_id"].isin(both) & plan.membership["atom"].isin(inside)]
        running = plan.zones.loc[plan.zones["zone_id"] == part["zone_id"], "earliest_lift_at"]
        after = _lift(zone, plan, since, last[fact.isin(part["cause_ids"])].max())
        people = rows["people"].where(rows["told"]).sum(min_count=1)
        yield people, _days(next(iter(running), before), after)


def _last(presence: pd.Series, calm: pd.Series) -> pd.Timestamp:
    """Return the last presence that moves a clock; where none is to, that of the first cause, as zones count."""
    moving = presence[~calm.loc[presence.index]]
    return moving.max() if len(moving) else presence.iloc[:1].max()


def _days(before: pd.Timestamp, after: pd.Timestamp) -> float:
    """Return by how many days a lift moves, which never comes earlier; NaN where one of the two is not known."""
    return np.nan if pd.isna(before) or pd.isna(after) else max((after - before) / _DAY, 0.0)
