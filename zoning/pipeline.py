"""The path at a glance: from the state of a workspace to zones with their calendars, gates and sites.

    files -> intake -> log -> state -> units, people -> spots -> stays -> claims -> clusters -> zones -> decisions
          -> calendar, gates, sites -> GeoJSON, map

A new reader who follows `derive` line by line knows the whole program; `parts` is the way from claims to gates.
"""

import hashlib
import operator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any

import orjson
import pandas as pd

from zoning.addresses import read_address
from zoning.causes import claim_all, find_all, named_causes, see
from zoning.clocks import read_moment
from zoning.follow import follow, settle_all
from zoning.geometry import Ints
from zoning.grounds.border import hand_over
from zoning.grounds.scene import Scene
from zoning.grounds.units import hold_parts
from zoning.kept import Kept
from zoning.locate import locate
from zoning.names import name_proposals
from zoning.ordered import Change
from zoning.parts import Town
from zoning.people import People, share_people
from zoning.plan import Plan
from zoning.policy import Policy, load_policy
from zoning.problems import list_problems
from zoning.proposals import list_proposals
from zoning.risk import show_cells
from zoning.standing import fold_decisions, held_facts, in_effect
from zoning.state import State, fold
from zoning.store import Workspace, opened
from zoning.strokes import table_of
from zoning.tables import REFERENCE_KINDS
from zoning.times import local_date
from zoning.units import Units, make_units

__all__ = ["Plan", "derive", "derive_state"]


def derive(
    where: Path | Workspace,
    as_of: datetime | None = None,
    known_at: datetime | None = None,
    policy_id: str | None = None,
    edited: bool = True,
) -> Plan:
    """Derive the plan of a workspace; reads only its event log and the tables that the log names.

    Parameters
    ----------
    where : the workspace, or its folder.
    as_of : when it was true (UTC); None means the workspace's setting, else now.
    known_at : when we knew it (UTC); None means now.
    policy_id : id or path of a pack; None means the workspace's setting.
    edited : False leaves out every stroke.

    Returns
    -------
    Plan.

    Raises
    ------
    StoreError : no workspace there, or a table is missing.
    UnknownError, PolicyError : of the pack.
    """
    state = fold(opened(where), known_at)
    state, settings = state if edited else replace(state, strokes=table_of()), state.settings
    told = read_moment(settings.as_of, settings.zone) if settings.as_of else datetime.now(UTC)
    return derive_state(state, load_policy(policy_id or settings.policy, settings.chosen), as_of or told)


def derive_state(state: State, policy: Policy, as_of: datetime, proposals: bool = True) -> Plan:
    """Derive the plan of a state: the same state, pack and time give the same plan.

    Parameters
    ----------
    state : of `fold`.
    policy : the pack, with the operator's choices.
    as_of : when it was true (UTC).
    proposals : False takes every cause that no decision names as lapsed, so that it neither opens a zone nor takes
        ground from one that was decided.

    Returns
    -------
    Plan.
    """
    with _one_at_a_time:
        try:
            return _derive(state, policy, as_of, proposals)
        except BaseException:
            _kept.clear()  # stages before the error have gone on, those after it have not
            raise


def _derive(state: State, policy: Policy, as_of: datetime, proposals: bool) -> Plan:
    settings, tables, (ground, people, atoms) = state.settings, state.tables, _ground(state)
    kept = _recall([*(tables[kind] for kind in REFERENCE_KINDS), policy, settings, state.outbreak])
    standings = _standings(state, policy, as_of, kept)
    only = None if proposals else named_causes(state.decisions)
    stays, claims, came_from, scene = _claims(state, ground, policy, as_of, standings, only, kept)
    pieces = follow(claims, came_from, stays, standings, state.strokes, Town(ground, people, scene), as_of, kept)
    zones, closed, ledger = (pieces[name] for name in ("zones", "closed", "ledger"))
    beyond = hand_over(claims, scene)
    name = partial(name_proposals, units=ground.units, areas=tables["areas"])
    kept.proposals = list_proposals(kept.proposals, claims, policy, name)
    day = local_date(pd.Timestamp(as_of), settings.zone)
    return Plan(
        zones=zones,
        membership=pieces["membership"],
        former=pieces["former"],
        atoms=atoms,
        units=ground.units,
        inside=ground.inside,
        cells=show_cells(pieces["cells"], stays),
        calendar=pieces["calendar"],
        gate_points=pieces["gate_points"],
        site_links=pieces["site_links"],
        stays=stays,
        proposals=kept.proposals.table,
        closed=closed,
        touched=pieces["touched"],
        causes=pieces["causes"],
        ledger=ledger,
        handed_over=beyond,
        problems=list_problems(ground.problems, zones, tables, stays, standings, ledger, beyond, policy, day),
        tables=tables,
        policy=policy,
        settings=settings,
        frame=ground.frame,
        as_of=as_of,
        known_at=state.known_at,
        revision=_revision(zones, closed, kept.proposals.table),
        salt=state.salt,
    )


_GROUND = ("estates", "buildings", "units", "areas", "population")
_MOST = 4  # outbreaks of a workspace that are kept beside each other
_Made = tuple[Units, People, pd.DataFrame]
_grounds: list[tuple[list[pd.DataFrame], int, _Made]] = []
_kept: list[Kept] = []
_one_at_a_time = Lock()


def forget(ground: bool = True) -> None:
    """Forget what derivations keep for the next one: the next is a full one, and gives the same plan.

    Parameters
    ----------
    ground : forget the unit tree too.
    """
    if ground:
        _grounds.clear()
    _kept.clear()


def _ground(state: State) -> _Made:
    """Make the unit tree, its people and the atoms with these; they rest on reference tables alone."""
    tables, resolution = [state.tables[kind] for kind in _GROUND], state.settings.resolution
    same = [kept for kept in _grounds if all(map(operator.is_, kept[0], tables))]
    for _, level, made in same:
        if level == resolution:
            return made
    ground = make_units(state.tables, state.settings)
    people = share_people(ground.units, ground.atoms, state.tables, state.settings)
    made = ground, people, ground.atoms.join(people.atoms)
    if len(ground.units):
        _grounds[:] = [(tables, resolution, made), *same[: _MOST - 1]]
    return made


def _recall(rests_on: list[Any]) -> Kept:
    """What the last derivation of this outbreak kept, if it was over the same ground, by the same pack and settings.

    Whatever rests on another ground is dropped: it is large, and no outbreak of the workspace goes on from it.
    """
    found = next((kept for kept in _kept if kept.fits(rests_on)), None) or Kept(rests_on)
    ground = rests_on[: len(REFERENCE_KINDS)]
    others = [kept for kept in _kept if kept is not found and all(map(operator.is_, kept.rests_on, ground))]
    _kept[:] = [found, *others[: _MOST - 1]]
    return found


def _standings(state: State, policy: Policy, as_of: datetime, kept: Kept) -> pd.DataFrame:
    """How zones stand: as for the last plan, where the same decisions are in effect."""
    decided = in_effect(state.decisions, as_of)["event_id"].tolist()
    if kept.standings is None or decided != kept.decided:
        kept.decided = decided
        return fold_decisions(state.decisions, policy, state.settings, as_of)
    return kept.standings


def _claims(
    state: State,
    ground: Units,
    policy: Policy,
    as_of: datetime,
    standings: pd.DataFrame,
    only: frozenset[str] | None,
    kept: Kept,
) -> tuple[pd.DataFrame, pd.DataFrame, Ints, Scene]:
    """Return the stays, what they claim, which claims those before could be the same as, and where it was taken."""
    settings, tables = state.settings, state.tables
    stays, change = _exposure(state, ground, policy, as_of, kept)
    stays = see(stays, tables["areas"], policy, settings, as_of, held_facts(standings), only)
    grounds = (kept.holds, kept.legal, kept.exact, kept.whole, kept.rims)
    scene = Scene(ground.units, ground.atoms, ground.inside, stays, tables, policy, ground.frame, settings, *grounds)
    kept.claims, change = claim_all(kept.claims, change, stays, scene)
    settled = settle_all(kept.claims.table, change, stays, standings, policy, as_of, kept)
    return stays, *hold_parts(*settled, scene), scene


def _exposure(state: State, ground: Units, policy: Policy, as_of: datetime, kept: Kept) -> tuple[pd.DataFrame, Change]:
    """Return the stays of all sources and where they were, and how they came from those before."""
    settings, nowhere = state.settings, pd.DataFrame({"lng": [], "lat": []})
    scene = Scene(ground.units, ground.atoms, ground.inside, nowhere, state.tables, policy, ground.frame, settings)
    read = partial(read_address, town=scene)
    place = partial(locate, units=ground.units, tables=state.tables, frame=ground.frame, settings=settings, read=read)
    kept.stays, change = find_all(kept.stays, state.tables, state.versions, policy, as_of, place)
    return kept.stays.table, change


def _revision(zones: pd.DataFrame, closed: pd.DataFrame, proposals: pd.DataFrame) -> str:
    """Hash memberships with their reasons, ids, dates and stages: two runs over the same facts are the same."""
    parts = [zones[["content"]], closed.astype("str") if len(closed) else closed, proposals]
    text = b"".join(orjson.dumps({c: p[c].tolist() for c in p}, default=str) for p in parts)
    return hashlib.sha256(text).hexdigest()
