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
from zoning.geometry import cell_polygons
from zoning.lookup import at_level, atoms_inside
from zoning.pipeline import Plan
from zoning.times import local_date, zone_info

_DAY = pd.Timedelta(days=1)
_ENDED = ("released", "rejected")
_RESETS = {
    "zone_id": "str", "fact_id": "str", "scope": "str", "people": "float64", "days_added": "float64",
    "person_days": "float64", "chosen": "bool",
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
    cleaned = zone.get("cleaned_at")
    clean = None if cleaned is None or pd.isna(cleaned) else cleaned
    found = step and earliest_lift(step, since, last_presence, clean, plan.policy, plan.settings.zone)
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


def price_resets(plan: Plan) -> pd.DataFrame:
    """Price what a new case in a zone costs, by the part of the zone whose clock begins again.

    Parameters
    ----------
    plan : as derived; `zones.new_facts` are the facts that no decision on the zone names yet.

    Returns
    -------
    One row a zone in force, new fact and scope that its class allows: zone_id, fact_id, scope (zone, building, unit,
    none), people (of that part, in the zone), days_added (the lift after a reset at the plan's date, less the lift that
    the zone had without the fact; NaN where neither hangs on the calendar), person_days, chosen (the pack's own scope).
    """
    held = plan.zones[plan.zones["status"].isin(["decided", "in_force"])].drop(columns="geometry")
    rows = [row for zone in held.to_dict("records") for row in _resets(zone, plan)]
    return pd.DataFrame(rows, columns=list(_RESETS)).astype(_RESETS)


def _resets(zone: Zone, plan: Plan) -> Iterator[tuple[Any, ...]]:
    reset = plan.policy.classes[zone["class"]].reset
    stays = plan.stays[plan.stays["fact_id"].isin(zone["cause_ids"]) & plan.stays["live"]]
    new = stays[stays["fact_id"].isin(zone["new_facts"])]
    old = stays.loc[~stays["fact_id"].isin(zone["new_facts"]), "last_presence_at"].max()
    if reset is None or new.empty or pd.isna(old):
        return
    found_in = plan.tables["cases"].set_index("fact_id")["found_in"]
    rows = plan.membership[plan.membership["zone_id"] == zone["zone_id"]]
    before = _lift(zone, plan, zone["class_since"], old)
    for stay in new.sort_values("fact_id").to_dict("records"):
        if found_in.get(stay["case_id"]) in reset.ignores:
            continue
        since = max(pd.Timestamp(plan.as_of), zone["in_force_from"])
        after = _lift(zone, plan, since.to_pydatetime(), max(old, stay["last_presence_at"]))
        days = max(after - before, pd.Timedelta(0)) / _DAY if not pd.isna(after - before) else np.nan
        for scope in dict.fromkeys([reset.scope, *reset.allowed]):
            people = rows.loc[_within(scope, stay, rows, plan), "people"].sum()
            yield zone["zone_id"], stay["fact_id"], scope, people, days, people * days, scope == reset.scope


def _within(scope: str, stay: dict[str, Any], rows: pd.DataFrame, plan: Plan) -> np.ndarray:
    """Return which atoms of the zone are in the part of it that a scope names."""
    if scope in ("zone", "none"):
        return np.full(len(rows), scope == "zone")
    unit = np.array([stay["unit"]], np.int64)
    if unit[0] < 0:
        return np.isin(rows["atom"].to_numpy(np.uint64), np.uint64(stay["cell"]))
    top = at_level(unit, plan.units, ("building",)) if scope == "building" else unit
    inside = atoms_inside(np.where(top < 0, unit, top), plan.inside)[1]
    return np.isin(rows["atom"].to_numpy(np.uint64), inside.astype(np.uint64))
