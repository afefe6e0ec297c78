"""What the rules would give one atom if facts were not there, or others came: answered from claims, never guessed.

Triggers and grounds are those of the derivation itself; only who fires is changed.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import wraps
from threading import RLock
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from zoning.geometry import Cells, Ints, cells_to_text
from zoning.grounds import take_grounds
from zoning.grounds.scene import Scene
from zoning.plan import Plan
from zoning.policy import Policy
from zoning.rules import Cluster, Count, Rule
from zoning.triggers import fire

_SPOT = ["unit", "lng", "lat", "cell", "known"]
STANDING = ("decided", "in_force")
_KEPT = 4
Made = TypeVar("Made")
asking = RLock()  # questions share the grounds that were found, and drop those that were only tried


@dataclass(frozen=True)
class Claimed:
    """The claims that a plan rests on.

    `claims`: rule (position in the pack), stay (row of the plan's stays), ground, fallback, class, rank, fact_id,
    case_id of the claims that count; `scene`: has their grounds in `holds`; `held`: facts that decided zones rest on:
    taken back, they leave the zone to its release; `joint`: a rule of the pack counts several facts together.
    """

    plan: Plan
    scene: Scene
    claims: pd.DataFrame
    held: frozenset[str]
    joint: bool


def of_plan(make: Callable[[Plan], Made]) -> Callable[[Plan], Made]:
    """Keep what was made of the plans that were asked for last.

    Parameters
    ----------
    make : what is costly to make of a plan.

    Returns
    -------
    The same function, which makes it once a plan.
    """
    kept: list[tuple[Plan, Made]] = []

    @wraps(make)
    def made(plan: Plan) -> Made:
        with asking:
            for known, value in kept:
                if known is plan:
                    return value
            found = make(plan)
            kept[:] = [(plan, found), *kept[: _KEPT - 1]]
            return found

    return made


@of_plan
def claimed(plan: Plan) -> Claimed:
    """Return the claims that a plan rests on.

    Parameters
    ----------
    plan : as derived.

    Returns
    -------
    Claimed.
    """
    town = (plan.units, plan.atoms, plan.inside)
    scene = Scene(*town, plan.stays[_SPOT], plan.tables, plan.policy, plan.frame, plan.settings)
    claims = take(scene, plan.stays, np.flatnonzero(plan.stays["live"].to_numpy(bool)))
    standing = plan.zones[plan.zones["status"].isin(STANDING)]
    pairs = zip(standing["fact_ids"], standing["new_facts"], strict=True)
    held = frozenset[str]().union(*(set(facts) - set(new) for facts, new in pairs))
    joint = any(counts_together(rule) for rule in plan.policy.rules if rule.act == "derive")
    return Claimed(plan, scene, _settled(claims, plan), held, joint)


def counts_together(rule: Rule) -> bool:
    """Return whether a rule needs several facts together.

    Parameters
    ----------
    rule : of a pack.

    Returns
    -------
    True where it counts sources, or looks for a cluster of them.
    """
    return any(isinstance(fact, Cluster | Count) for fact in (rule.when, *rule.also))


def take(scene: Scene, stays: pd.DataFrame, rows: Ints, cases: pd.DataFrame | None = None) -> pd.DataFrame:
    """Take the ground of all rules that some stays fire.

    Parameters
    ----------
    scene : gets the grounds.
    stays : with where each was (unit, lng, lat, cell, known); all of them count towards clusters and counts.
    rows : of `stays`: whose claims are wanted.
    cases : table of the cases behind the stays; None means the state's.

    Returns
    -------
    One row a claim of a rule that gives a class: rule, stay, ground, fallback, class, rank, fact_id, case_id.
    """
    tables: Mapping[str, pd.DataFrame] = scene.tables if cases is None else {**scene.tables, "cases": cases}
    rules, classes = scene.policy.rules, scene.policy.classes
    counted = stays.assign(live=stays["live"].to_numpy(bool) & ~stays["ghost"].to_numpy(bool))
    fired = {}
    for rule in rules:
        together = counts_together(rule)
        asked = counted if together else counted.iloc[rows].reset_index(drop=True)
        mask = fire(rule, asked, asked[_SPOT], scene.units, tables, scene.frame)
        fired[rule.id] = mask[rows] if together else mask
    claims = take_grounds(scene.at(stays[_SPOT].iloc[rows].reset_index(drop=True)), fired)
    stay = rows[claims["stay"].to_numpy(np.int64)]
    told = {c: stays[c].to_numpy(object)[stay] for c in ("fact_id", "case_id")}
    of = [rules[i].target for i in claims["rule"]]
    found = claims.assign(stay=stay, **told, **{"class": of, "rank": [classes[name].rank for name in of]})
    derives = np.array([rule.act == "derive" for rule in rules])
    return found[derives[claims["rule"].to_numpy(np.int64)]].reset_index(drop=True)


def _settled(claims: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """Leave out the claims of zones that ended, and give those of zones that stepped their new class."""
    # What was parted off keeps its own ground; the claims of its facts elsewhere are as they were.
    mine = plan.zones["settled"].notna() & (plan.zones["slot"] != "part")
    zones, classes = plan.zones[mine], plan.policy.classes
    if zones.empty:
        return claims
    by_ground = [classes[name].per == "ground" for name in claims["class"]]
    areas = claims["ground"].where(pd.Series(by_ground, index=claims.index) & ~claims["fallback"], "")
    areas = pd.Series([area.partition(":")[2] for area in areas], index=claims.index, dtype="str")
    over, found = np.zeros(len(claims), bool), claims.copy()
    for zone in zones[["cause_ids", "rule_class", "ground_id", "ended", "class", "rank"]].to_dict("records"):
        mine = claims["fact_id"].isin(zone["cause_ids"]) & (claims["class"] == zone["rule_class"])
        mine &= areas == (zone["ground_id"] or "")
        over |= mine.to_numpy(bool) & zone["ended"]
        found.loc[mine, ["class", "rank"]] = [zone["class"], zone["rank"]]
    return found[~over].reset_index(drop=True)


def on_atom(known: Claimed, atom: int) -> pd.DataFrame:
    """Return the claims that hold an atom.

    Parameters
    ----------
    known : of `claimed`.
    atom : its number.

    Returns
    -------
    Rows of `known.claims`, the strictest first, then in order of the pack, whatever edits are drawn on it; what would
    be stricter than what was derived is settled for good, and left out.
    """
    plan = known.plan
    tables = (plan.touched, plan.membership)  # what an edit took out of every zone has no membership
    rank = pd.concat([t.loc[t["atom"] == np.uint64(atom), "derived_rank"] for t in tables]).iloc[:1]
    if rank.empty or rank.isna().any():
        return known.claims.iloc[:0]
    found = holding(known.claims, atom, known.scene)
    return found[found["rank"] >= int(rank.iloc[0])].sort_values(["rank", "rule", "stay"], ignore_index=True)


def holding(claims: pd.DataFrame, atom: int, scene: Scene) -> pd.DataFrame:
    """Return the claims whose ground holds an atom.

    Parameters
    ----------
    claims : of `take`.
    atom : its number.
    scene : with their grounds.

    Returns
    -------
    Rows of `claims`.
    """
    keys = claims["ground"].unique()
    return claims[claims["ground"].isin([key for key in keys if _has(scene.holds[key], np.uint64(atom))])]


def _has(atoms: Cells, atom: np.uint64) -> bool:
    at = int(np.searchsorted(atoms, atom))
    return at < len(atoms) and bool(atoms[at] == atom)


def atom_names(atoms: Cells, table: pd.DataFrame) -> list[str]:
    """Return the ids of atoms.

    Parameters
    ----------
    atoms : (n,) numbers: rows of `table`, or cells.
    table : the atoms table.

    Returns
    -------
    (n,) ids.
    """
    names, unit = np.empty(len(atoms), object), atoms < len(table)
    names[unit] = table["atom_id"].to_numpy(object)[atoms[unit].astype(np.int64)]
    names[~unit] = cells_to_text(atoms[~unit])
    return list(names)


def without(known: Claimed, claims: pd.DataFrame, gone: Collection[str]) -> pd.DataFrame:
    """Return which claims are left when some facts are withdrawn, and the zones that rest on them are released.

    Parameters
    ----------
    known : of `claimed`.
    claims : of `on_atom`.
    gone : fact ids; a case takes its home and its visits with it.

    Returns
    -------
    Rows of `claims`.
    """
    left = claims[~(claims["fact_id"].isin(gone) | claims["case_id"].isin(gone))]
    if not known.joint or left.empty:
        return left
    again = take(known.scene, stays_without(known.plan, gone), np.unique(left["stay"].to_numpy(np.int64)))
    keys = ["rule", "stay", "ground"]
    return left.merge(again[keys].drop_duplicates(), on=keys)


def stays_without(plan: Plan, gone: Collection[str]) -> pd.DataFrame:
    """Return a plan's stays as they are when some facts are withdrawn.

    Parameters
    ----------
    plan : as derived.
    gone : fact ids.

    Returns
    -------
    Its rows; those of these facts fire nothing.
    """
    taken = (plan.stays["fact_id"].isin(gone) | plan.stays["case_id"].isin(gone)).to_numpy(bool)
    live, ghost = (plan.stays[c].to_numpy(bool) for c in ("live", "ghost"))
    return plan.stays.assign(live=live & ~taken, ghost=ghost | taken)


def new_stays(plan: Plan, facts: pd.DataFrame, spots: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the stays that facts would be if they were reported now, and the cases behind them.

    Parameters
    ----------
    plan : for the time and the tables.
    facts : trigger (residence or visit), status, place_risk, contacts_traceable, hours.
    spots : of `locate`, same rows.

    Returns
    -------
    stays : rows as of the plan. cases : the state's cases with theirs.
    """
    names = [f"new:{i}" for i in range(len(facts))]
    now = pd.Timestamp(plan.as_of)
    told = {"fact_id": names, "case_id": names, "reported_at": now, "live": True, "ghost": False}
    stays = pd.concat([facts, spots[_SPOT].set_axis(facts.index)], axis=1).assign(**told)
    stays["contacts_traceable"] = stays["contacts_traceable"].astype("boolean")
    stays["reported_at"] = stays["reported_at"].astype("datetime64[us, UTC]")
    onset = pd.Series(pd.NaT, index=facts.index, dtype="datetime64[us, UTC]")
    rows = pd.DataFrame({"fact_id": names, "status": facts["status"], "onset_at": onset})
    cases = plan.tables["cases"][["fact_id", "status", "onset_at"]]
    return stays, pd.concat([cases, rows.astype({c: cases[c].dtype for c in ("fact_id", "status")})], ignore_index=True)


def statuses(policy: Policy) -> list[str]:
    """Return the statuses that make rules fire, one for each set that a rule asks for.

    Parameters
    ----------
    policy : the pack.

    Returns
    -------
    Statuses, each once; the pack's first source where no rule asks.
    """
    facts: list[Any] = [fact for rule in policy.rules for fact in (rule.when, *rule.also)]
    asked = [fact.statuses for fact in facts if getattr(fact, "statuses", None)]
    every = policy.source.statuses
    usual = "confirmed" if "confirmed" in every else every[0]
    return list(dict.fromkeys([usual, *(s for some in asked for s in some if s in every)]))
