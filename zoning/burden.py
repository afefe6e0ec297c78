"""What a plan costs: people and their days in it, tests, ground without any case; what hand edits add or leave open.

What the rules require is the membership as it was derived, before any stroke. Amounts count from the plan's date on.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, cast

import numpy as np
import pandas as pd
import shapely

from zoning.clocks import earliest_lift, next_midnight, way_out
from zoning.deciding import part_off
from zoning.errors import InputError
from zoning.geometry import cell_polygons
from zoning.lookup import atoms_inside
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
    zones = plan.zones[~plan.zones["status"].isin(_ENDED)].reset_index(drop=True)
    lifts = [_span(zone, plan) for zone in zones.drop(columns="geometry").to_dict("records")]
    table = pd.DataFrame({"zone_id": zones["zone_id"], "class": zones["class"], "people": zones["people"]})
    table["days_left"] = pd.Series([(max(end - start, pd.Timedelta(0)) / _DAY) for start, end in lifts], dtype=float)
    table["assumed"] = zones["in_force_from"].isna()
    table["person_days"] = table["people"] * table["days_left"]
    due = plan.calendar[plan.calendar["date"] >= local_date(pd.Timestamp(plan.as_of), plan.settings.zone)]
    rounds = due.groupby("zone_id")["people_due"]
    tests = rounds.sum().astype("Float64").where(rounds.count() == rounds.size())
    table["tests"] = tests.reindex(table["zone_id"], fill_value=0).astype("float64").to_numpy()
    table["bare_share"] = _bare(zones, plan)
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


def _bare(zones: pd.DataFrame, plan: Plan) -> list[float]:
    """Return the share of each zone's people, or of its area, where no stay of a source is known."""
    visited = plan.membership["atom"].isin(_visited(plan))
    here = plan.membership.assign(at=plan.membership["people"].where(visited, 0.0))
    sums = here.groupby("zone_id")[["people", "at"]].sum().reindex(zones["zone_id"]).fillna(0.0).to_numpy()
    stayed, found = plan.membership[visited].groupby("zone_id")["atom"], list[float]()
    atoms = {zone_id: rows.to_numpy(np.uint64) for zone_id, rows in stayed}
    for (people, at), zone_id, shape in zip(sums, zones["zone_id"], zones["geometry"], strict=True):
        if people > 0:
            found.append(1 - at / people)
            continue
        here_too = _footprints(atoms.get(zone_id, np.empty(0, np.uint64)), plan)
        ground = shapely.intersection(shape, shapely.union_all(here_too))
        whole, part = shapely.area(plan.frame.to_metres(np.array([shape, ground], object)))
        found.append(1 - part / whole if whole else np.nan)
    return found


def _visited(plan: Plan) -> np.ndarray:
    """Return the atoms where a source lived or stayed in its window; of one known only by its estate, all of that."""
    stays = plan.stays[~plan.stays["ghost"].astype(bool) & plan.stays["known"].astype(bool)]
    unit = stays["unit"].to_numpy(np.int64)
    inside = atoms_inside(np.unique(unit[unit >= 0]), plan.inside)[1]
    return np.concatenate([inside.astype(np.uint64), stays["cell"].to_numpy(np.uint64)[unit < 0]])


def _footprints(atoms: np.ndarray, plan: Plan) -> list[shapely.Geometry]:
    units = atoms < len(plan.atoms)
    rows = plan.atoms["unit"].to_numpy(np.int64)[atoms[units].astype(np.int64)]
    shapes = [*plan.units["geometry"].to_numpy(object)[rows], *cell_polygons(atoms[~units])]
    return [shape for shape in shapes if shape is not None]


def _edits(plan: Plan, touched: pd.DataFrame | None) -> pd.DataFrame:
    """Return beyond_people by the zone that holds an atom, below_people and below_facts by the zone of the rules."""
    rows = plan.membership if touched is None else touched
    rows = rows[rows["stroke"].notna()] if "stroke" in rows else rows.iloc[:0].assign(derived_rank=0)
    if "people" not in rows:
        known = pd.concat([t.set_index("atom_id")["people"] for t in (plan.membership, plan.atoms)])
        rows = rows.assign(people=known[~known.index.duplicated()].reindex(rows["atom_id"]).fillna(0.0).to_numpy())
    # No class at all is milder than any.
    rank, derived = (rows[c].astype("float64").fillna(np.inf) for c in ("rank", "derived_rank"))
    beyond = rows[rank < derived].groupby("zone_id")["people"].sum()
    below = rows[rank > derived].groupby("derived_zone" if "derived_zone" in rows else "zone_id")
    facts = below["fact_ids"].agg(lambda of: sorted(set().union(*of)))
    found = {"beyond_people": beyond, "below_people": below["people"].sum(), "below_facts": facts}
    return pd.DataFrame(found)


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
    found_in = plan.tables["cases"].set_index("fact_id")["found_in"]
    cases = [fact for fact in zone["new_facts"] if fact in found_in.index]
    chosen = reset.scope if any(found_in[fact] not in reset.ignores for fact in cases) else "none"
    for scope in dict.fromkeys([chosen, reset.scope, *reset.allowed, "none"]):
        priced = [(people, days, people * days) for people, days in _restarted(zone, scope, plan)]
        people, days, cost = zip(*priced, strict=True) if priced else ((0.0,), (0.0,), (0.0,))
        yield zone["zone_id"], scope, sum(people), float(np.max(days)), sum(cost), scope == chosen


def _restarted(zone: Zone, scope: str, plan: Plan) -> Iterator[tuple[float, float]]:
    """Yield the people of each part whose clock begins again, and by how many days its lift moves."""
    stays = plan.stays[plan.stays["fact_id"].isin(zone["cause_ids"]) & plan.stays["live"]]
    fact, last = stays["fact_id"], stays["last_presence_at"]
    new, moving = fact.isin(zone["new_facts"]), ~fact.isin(zone["calm"])
    before = _lift(zone, plan, zone["lift_from"], last[moving & ~new].max())
    since = max(pd.Timestamp(plan.as_of), zone["in_force_from"])
    if scope == "zone":
        yield zone["people"], _days(before, _lift(zone, plan, since, last[moving].max()))
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


def _days(before: pd.Timestamp, after: pd.Timestamp) -> float:
    """Return by how many days a lift moves, which never comes earlier; NaN where one of the two is not known."""
    return np.nan if pd.isna(before) or pd.isna(after) else max((after - before) / _DAY, 0.0)
