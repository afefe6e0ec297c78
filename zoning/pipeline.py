"""The path at a glance: from the state of a workspace to zones with their calendars, gates and sites.

    files -> intake -> log -> state -> units, people -> spots -> stays -> claims -> clusters -> zones -> decisions
          -> calendar, gates, sites -> GeoJSON, map

A new reader who follows `derive` line by line knows the whole program; `parts` is the way from claims to gates.
"""

import hashlib
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import orjson
import pandas as pd

from zoning.addresses import read_address
from zoning.clocks import read_moment
from zoning.exposure import find_sources, find_stays, still_open
from zoning.follow import follow
from zoning.geometry import Cells, Ints
from zoning.grounds import take_grounds
from zoning.grounds.border import hand_over
from zoning.grounds.scene import Scene
from zoning.grounds.units import hold_parts
from zoning.kept import Kept
from zoning.locate import far_away, locate
from zoning.membership import list_proposals
from zoning.names import name_proposals
from zoning.parts import Town
from zoning.people import People, share_people
from zoning.plan import Plan
from zoning.policy import Policy, load_policy
from zoning.problems import list_problems
from zoning.risk import show_cells
from zoning.standing import fold_decisions, held_facts, settle
from zoning.state import State, fold
from zoning.store import Workspace, opened
from zoning.tables import REFERENCE_KINDS
from zoning.times import local_date
from zoning.triggers import fire
from zoning.units import Units, make_units

__all__ = ["Plan", "derive", "derive_state"]


def derive(
    where: Path | Workspace,
    as_of: datetime | None = None,
    known_at: datetime | None = None,
    policy_id: str | None = None,
) -> Plan:
    """Derive the plan of a workspace; reads only its event log and the tables that the log names.

    Parameters
    ----------
    where : the workspace, or its folder.
    as_of : when it was true (UTC); None means the workspace's setting, else now.
    known_at : when we knew it (UTC); None means now.
    policy_id : id or path of a pack; None means the workspace's setting.

    Returns
    -------
    Plan.

    Raises
    ------
    StoreError : no workspace there, or a table is missing.
    UnknownError, PolicyError : of the pack.
    """
    state = fold(opened(where), known_at)
    settings = state.settings
    told = read_moment(settings.as_of, settings.zone) if settings.as_of else datetime.now(UTC)
    return derive_state(state, load_policy(policy_id or settings.policy, settings.chosen), as_of or told)


def derive_state(state: State, policy: Policy, as_of: datetime) -> Plan:
    """Derive the plan of a state: the same state, pack and time give the same plan.

    Parameters
    ----------
    state : of `fold`.
    policy : the pack, with the operator's choices.
    as_of : when it was true (UTC).

    Returns
    -------
    Plan.
    """
    with _one_at_a_time:
        return _derive(state, policy, as_of)


def _derive(state: State, policy: Policy, as_of: datetime) -> Plan:
    settings, tables, (ground, people) = state.settings, state.tables, _ground(state)
    kept = _recall([*(tables[kind] for kind in REFERENCE_KINDS), policy, settings])
    standings = fold_decisions(state.decisions, policy, settings, as_of)
    stays, spots = _exposure(state, ground, policy, as_of, held_facts(standings), kept)
    grounds = (kept.holds, kept.legal, kept.exact, kept.whole, kept.rims)
    scene = Scene(ground.units, ground.atoms, ground.inside, spots, tables, policy, ground.frame, settings, *grounds)
    claims = hold_parts(settle(_claims(stays, scene, kept), standings, policy, as_of), scene)
    pieces = follow(claims, stays, standings, state.strokes, Town(ground, people, scene), as_of, kept)
    zones, closed, ledger = (pieces[name] for name in ("zones", "closed", "ledger"))
    beyond = hand_over(claims[claims["live"]], scene)
    proposals = name_proposals(list_proposals(claims), ground.units, tables["areas"])
    day = local_date(pd.Timestamp(as_of), settings.zone)
    return Plan(
        zones=zones,
        membership=pieces["membership"],
        former=pieces["former"],
        atoms=ground.atoms.join(people.atoms),
        units=ground.units,
        inside=ground.inside,
        cells=show_cells(pieces["cells"], stays, spots),
        calendar=pieces["calendar"],
        gate_points=pieces["gate_points"],
        site_links=pieces["site_links"],
        stays=stays.join(spots.drop(columns="sure")),
        proposals=proposals,
        closed=closed,
        touched=pieces["touched"],
        ledger=ledger,
        handed_over=beyond,
        problems=list_problems(ground.problems, zones, tables, stays, spots, standings, ledger, beyond, policy, day),
        tables=tables,
        policy=policy,
        settings=settings,
        frame=ground.frame,
        as_of=as_of,
        known_at=state.known_at,
        revision=_revision(zones, closed, proposals),
        salt=state.salt,
    )


_GROUND = ("estates", "buildings", "units", "areas", "population")
_grounds: list[tuple[list[pd.DataFrame], int, tuple[Units, People]]] = []
_kept: list[Kept] = [Kept()]
_one_at_a_time = Lock()


def forget(ground: bool = True) -> None:
    """Forget what derivations keep for the next one: the next is a full one, and gives the same plan.

    Parameters
    ----------
    ground : forget the unit tree too.
    """
    if ground:
        _grounds.clear()
    _kept[0] = Kept()


def _ground(state: State) -> tuple[Units, People]:
    """Make the unit tree and its people; they rest on reference tables alone, so a new case finds them made."""
    tables, resolution = [state.tables[kind] for kind in _GROUND], state.settings.resolution
    for known, level, made in _grounds:
        if level == resolution and all(a is b for a, b in zip(known, tables, strict=True)):
            return made
    ground = make_units(state.tables, state.settings)
    made = ground, share_people(ground.units, ground.atoms, state.tables, state.settings)
    if len(ground.units):
        _grounds[:] = [(tables, resolution, made)]
    return made


def _recall(rests_on: list[Any]) -> Kept:
    """What the last derivation kept, if it was over the same ground, pack and settings."""
    if not _kept[0].fits(rests_on):
        _kept[0] = Kept(rests_on)
    return _kept[0]


def _exposure(
    state: State, ground: Units, policy: Policy, as_of: datetime, held: frozenset[str], kept: Kept
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the stays of all sources with `live`, and where each of them was."""
    sources = find_sources(state.tables["cases"], state.versions, policy, as_of)
    visits = state.tables["visits"]
    stays = find_stays(sources, visits, as_of)
    at_home = (stays["visit"] < 0).to_numpy()
    homes = sources.iloc[stays["case"].to_numpy()[at_home]].set_index(stays.index[at_home])
    away = visits.iloc[stays["visit"].to_numpy()[~at_home]].set_index(stays.index[~at_home])
    scene = Scene(ground.units, ground.atoms, ground.inside, stays, state.tables, policy, ground.frame, state.settings)
    where = (ground.units, state.tables, ground.frame, state.settings, partial(read_address, town=scene))
    spot = pd.concat([_located(facts, where, kept) for facts in (homes, away)]).sort_index()
    spot["far"] = far_away(spot, state.tables["areas"], state.settings)
    spot["known"] &= ~spot["far"]
    live = still_open(stays, policy, as_of, held)
    case = sources["fact_id"].to_numpy()[stays["case"]]
    return stays.assign(case_id=case, live=live.astype(bool), sure=spot["sure"].astype(bool)), spot


_WORDS = ("unit_id", "place_id", "address", "lng", "lat", "cell", "location_radius_m")


def _located(facts: pd.DataFrame, where: tuple[Any, ...], kept: Kept) -> pd.DataFrame:
    """Locate facts, each way of saying where only once."""
    told = facts[[column for column in _WORDS if column in facts]]
    tokens: Cells = pd.util.hash_pandas_object(told, index=False).to_numpy(np.uint64)
    name = ",".join(told)

    def make(at: Ints) -> pd.DataFrame:
        return locate(told.iloc[at].reset_index(drop=True), *where).assign(at=at)

    found = kept.once(f"spots of {name}", tokens, make)
    return found.drop(columns=["at", "token"]).set_axis(facts.index)


def _claims(stays: pd.DataFrame, scene: Scene, kept: Kept) -> pd.DataFrame:
    """Take each rule's ground for all stays that fire it, with what the pack says of rule and class."""
    counted = stays.assign(live=stays["live"] & ~stays["ghost"].astype(bool))
    town = (scene.units, scene.tables, scene.frame)
    fired = {r.id: fire(r, counted, scene.spots, *town) for r in scene.policy.rules}
    same = scene.spots[["unit", "lng", "lat", "cell"]].assign(**fired)
    tokens: Cells = pd.util.hash_pandas_object(same, index=False).to_numpy(np.uint64)

    def make(at: Ints) -> pd.DataFrame:
        few = scene.at(scene.spots.iloc[at].reset_index(drop=True))
        found = take_grounds(few, {name: mask[at] for name, mask in fired.items()})
        return found.assign(at=at[found["stay"].to_numpy(np.int64)]).drop(columns="stay")

    found = kept.once("claims", tokens, make).rename(columns={"at": "stay"})
    return _with_classes(found, stays, scene.policy)


def _with_classes(claims: pd.DataFrame, stays: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """Add to each claim what the pack says of its rule and class, and whether its stay lives; an area slot names it."""
    told = [(r.id, r.act, r.slot, r.target, policy.classes[r.target]) for r in policy.rules]
    table = pd.DataFrame(
        [(name, act, slot, of, c.style, c.rank, c.per, c.joins) for name, act, slot, of, c in told],
        columns=["rule_id", "act", "slot", "class", "style", "rank", "per", "joins"],
    )
    found = claims.join(table, on="rule")
    keys = zip(found["slot"].tolist(), claims["ground"].tolist(), strict=True)
    area = ("area:", "block:")
    found["slot"] = [f"area:{g.split(':', 1)[1]}" if s == "area" and g.startswith(area) else s for s, g in keys]
    rows = claims["stay"].to_numpy(int)
    told_of = {c: stays[c].to_numpy(bool)[rows] for c in ("live", "ghost")}
    return found.assign(**told_of, fact_id=stays["fact_id"].array.take(rows))


def _revision(zones: pd.DataFrame, closed: pd.DataFrame, proposals: pd.DataFrame) -> str:
    """Hash memberships with their reasons, ids, dates and stages: two runs over the same facts are the same."""
    columns = ["zone_id", "aliases", "class", "slot", "founding_fact", "fact_ids", "rule_ids", "status", "stage"]
    dates = ["founded_at", "delineated_at", "in_force_from", "earliest_lift_at", "last_presence_at"]
    parts = [zones[[*columns, "content"]], zones[dates].astype("str"), closed.astype("str"), proposals]
    text = b"".join(orjson.dumps({c: p[c].tolist() for c in p}, default=str) for p in parts)
    return hashlib.sha256(text).hexdigest()
