"""The path at a glance: from the state of a workspace to zones with their calendars, gates and sites.

    files -> intake -> log -> state -> units, people -> spots -> stays -> claims -> clusters -> zones -> decisions
          -> calendar, gates, sites -> GeoJSON, map

A new reader who follows `derive` line by line knows the whole program.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import geopandas as gpd
import numpy as np
import orjson
import pandas as pd

from zoning.addresses import read_address
from zoning.clocks import read_moment
from zoning.clusters import find_clusters
from zoning.decisions import apply_decisions
from zoning.exposure import find_sources, find_stays, still_open
from zoning.gates import place_gates
from zoning.geometry import Frame, cells_to_text
from zoning.grounds import take_grounds
from zoning.grounds.scene import Scene
from zoning.hashes import digest
from zoning.locate import far_away, locate
from zoning.membership import Derived, derive_zones
from zoning.names import name_proposals, name_zones
from zoning.people import People, people_on_land, share_people
from zoning.policy import Policy, load_policy
from zoning.problems import list_problems
from zoning.risk import show_cells
from zoning.schedule import make_calendar
from zoning.services import link_services
from zoning.settings import Settings
from zoning.shapes import draw_zones
from zoning.standing import fold_decisions, held_facts, settle
from zoning.state import State, fold
from zoning.store import Workspace
from zoning.times import local_date
from zoning.triggers import fire
from zoning.units import Units, make_units


@dataclass(frozen=True)
class Plan:
    """Everything that was derived for one (as of, known at): plain tables, WGS84, UTC.

    `zones`, `membership`, `atoms`, `cells`, `calendar`, `gate_points`, `site_links`: as ARCHITECTURE.md lists them;
    `former`: atom, zone_id, people of the ground that ended zones had; `stays`: who was where; `proposals` (with names)
    and `closed`: of `derive_zones`; `problems`: code, subject, text;
    `tables`: the state's tables by kind; `revision`: hash over memberships, ids, dates and reasons.
    """

    zones: gpd.GeoDataFrame
    membership: pd.DataFrame
    former: pd.DataFrame
    atoms: pd.DataFrame
    units: pd.DataFrame
    inside: pd.DataFrame
    cells: pd.DataFrame
    calendar: pd.DataFrame
    gate_points: pd.DataFrame
    site_links: pd.DataFrame
    stays: pd.DataFrame
    proposals: pd.DataFrame
    closed: pd.DataFrame
    problems: pd.DataFrame
    tables: Mapping[str, pd.DataFrame]
    policy: Policy
    settings: Settings
    frame: Frame
    as_of: datetime
    known_at: datetime
    revision: str


def derive(
    workspace: Path, as_of: datetime | None = None, known_at: datetime | None = None, policy_id: str | None = None
) -> Plan:
    """Derive the plan of a workspace; reads only its event log and the tables that the log names.

    Parameters
    ----------
    workspace : folder.
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
    state = fold(Workspace(workspace), known_at)
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
    settings, tables = state.settings, state.tables
    ground, people = _ground(state)
    standings = fold_decisions(state.decisions, policy, settings, as_of)
    stays, spots = _exposure(state, ground, policy, as_of, held_facts(standings))
    derived, scene = _zones(stays, spots, ground, state, policy, standings, as_of)
    membership, former = (_with_people(rows, ground.atoms, people) for rows in (derived.membership, derived.former))
    zones = _dress(derived, membership, former, scene, ground, state)
    zones = apply_decisions(zones, standings, policy, settings, as_of)
    return Plan(
        zones=zones,
        membership=membership,
        former=former,
        atoms=ground.atoms.join(people.atoms),
        units=ground.units,
        inside=ground.inside,
        cells=show_cells(zones, membership, ground.atoms, stays, spots),
        calendar=make_calendar(zones, policy, settings, as_of),
        gate_points=place_gates(zones, tables["roads"], tables["gates"], settings, ground.frame),
        site_links=link_services(zones, tables["sites"], tables["roads"], ground.frame),
        stays=stays.join(spots.drop(columns="sure")),
        proposals=name_proposals(derived.proposals, ground.units, tables["areas"]),
        closed=derived.closed,
        problems=list_problems(
            ground.problems, zones, tables, stays, spots, policy, local_date(pd.Timestamp(as_of), settings.zone)
        ),
        tables=tables,
        policy=policy,
        settings=settings,
        frame=ground.frame,
        as_of=as_of,
        known_at=state.known_at,
        revision=_revision(zones, membership, derived),
    )


_GROUND = ("estates", "buildings", "units", "areas", "population")
_kept: list[tuple[list[pd.DataFrame], int, tuple[Units, People]]] = []


def _ground(state: State) -> tuple[Units, People]:
    """Make the unit tree and its people; they rest on reference tables alone, so a new case finds them made."""
    tables, resolution = [state.tables[kind] for kind in _GROUND], state.settings.resolution
    for known, level, made in _kept:
        if level == resolution and all(a is b for a, b in zip(known, tables, strict=True)):
            return made
    ground = make_units(state.tables, state.settings)
    made = ground, share_people(ground.units, ground.atoms, state.tables, state.settings)
    if len(ground.units):
        _kept[:] = [(tables, resolution, made)]
    return made


def _exposure(
    state: State, ground: Units, policy: Policy, as_of: datetime, held: frozenset[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the stays of all sources with `live`, and where each of them was."""
    sources = find_sources(state.tables["cases"], state.versions, policy, as_of)
    visits = state.tables["visits"]
    stays = find_stays(sources, visits, as_of)
    at_home = (stays["visit"] < 0).to_numpy()
    homes = sources.iloc[stays["case"].to_numpy()[at_home]].set_index(stays.index[at_home])
    away = visits.iloc[stays["visit"].to_numpy()[~at_home]].set_index(stays.index[~at_home])
    scene = Scene(ground.units, ground.atoms, ground.inside, stays, state.tables, policy, ground.frame, state.settings)
    ask = partial(read_address, town=scene)
    where = (ground.units, state.tables, ground.frame, state.settings, ask)
    spots = [locate(facts, *where) for facts in (homes, away)]
    spot = pd.concat(spots).sort_index()
    spot["far"] = far_away(spot, state.tables["areas"], state.settings)
    spot["known"] &= ~spot["far"]
    live = still_open(stays, policy, as_of, held)
    case = sources["fact_id"].to_numpy()[stays["case"]]
    return stays.assign(case_id=case, live=live.astype(bool), sure=spot["sure"].astype(bool)), spot


def _zones(
    stays: pd.DataFrame,
    spots: pd.DataFrame,
    ground: Units,
    state: State,
    policy: Policy,
    standings: pd.DataFrame,
    as_of: datetime,
) -> tuple[Derived, Scene]:
    """Take each rule's ground, tie causes into clusters and give every atom its class and zone."""
    counted = stays.assign(live=stays["live"] & ~stays["ghost"].astype(bool))
    fired = {r.id: fire(r, counted, spots, ground.units, state.tables, ground.frame) for r in policy.rules}
    scene = Scene(ground.units, ground.atoms, ground.inside, spots, state.tables, policy, ground.frame, state.settings)
    claims = settle(_with_classes(take_grounds(scene, fired), stays, policy), standings, policy, as_of)
    open_ = claims["settled"].isna() & (claims["act"] == "derive")
    cluster = find_clusters(claims[open_], scene.holds, ground.atoms)
    return derive_zones(policy, stays, claims, cluster, scene.holds, scene.exact), scene


def _dress(
    derived: Derived, membership: pd.DataFrame, former: pd.DataFrame, scene: Scene, ground: Units, state: State
) -> gpd.GeoDataFrame:
    """Give each zone its outline, its people (NaN where no figure tells), its name, and the hash of its atoms.

    What an ended zone had is drawn by itself: others may stand on it now.
    """
    drawn = []
    for ended, rows in ((False, membership), (True, former)):
        zones = derived.zones[derived.zones["ended"].astype(bool) == ended]
        outlines = (scene.holds, scene.legal, ground.units, ground.atoms, ground.frame)
        zones = draw_zones(zones, derived.grounds[derived.grounds["zone_id"].isin(zones["zone_id"])], rows, *outlines)
        words = (state.tables["areas"], state.tables["roads"], ground.frame)
        zones = name_zones(zones, rows, ground.units, ground.atoms, *words)
        by_zone = rows.groupby("zone_id")
        held = by_zone["atom_id"].agg(lambda atoms: digest(sorted(atoms)))
        told = zones["zone_id"].map(by_zone["told"].any()).astype(bool)
        drawn.append(zones.assign(atoms=zones["zone_id"].map(held), people=zones["people"].where(told)))
    both = pd.concat([part for part in drawn if len(part)] or drawn[:1])
    return both.sort_values(["rank", "zone_id"], ignore_index=True).assign(cleaned_at=pd.NaT)


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


def _with_people(membership: pd.DataFrame, atoms: pd.DataFrame, people: People) -> pd.DataFrame:
    """Add the people and households of each atom, whether any figure tells of them, and its name at the border."""
    numbers = membership["atom"].to_numpy(np.uint64)
    unit = numbers < len(atoms)
    rows = numbers[unit].astype(np.int64)
    found = {name: np.zeros(len(numbers)) for name in ("people", "households")}
    for name, values in found.items():
        values[unit] = people.atoms[name].to_numpy()[rows]
    on_land, told = people_on_land(numbers[~unit], people.land), np.empty(len(numbers), bool)
    found["people"][~unit] = np.nan_to_num(on_land)
    told[unit], told[~unit] = people.atoms["told"].to_numpy(bool)[rows], ~np.isnan(on_land)
    names = np.empty(len(numbers), object)
    names[unit], names[~unit] = atoms["atom_id"].to_numpy(object)[rows], cells_to_text(numbers[~unit])
    return membership.assign(atom_id=names, told=told, **found)


def _revision(zones: pd.DataFrame, membership: pd.DataFrame, derived: Derived) -> str:
    """Hash memberships, ids, dates and reasons, each set of these once: two runs over the same facts are the same."""
    columns = ["zone_id", "aliases", "class", "slot", "founding_fact", "fact_ids", "rule_ids", "status", "stage"]
    dates = ["founded_at", "delineated_at", "in_force_from", "earliest_lift_at", "last_presence_at"]
    reasons = membership.drop_duplicates("why").set_index("why")[["rule_ids", "fact_ids", "certainty"]]
    names = pd.Series([digest(*row) for row in reasons.to_numpy(object)], index=reasons.index, dtype="str")
    told = membership[["atom_id", "zone_id"]].assign(reason=membership["why"].map(names)).sort_values("atom_id")
    parts = [zones[columns], zones[dates].astype("str"), told, derived.closed.astype("str"), derived.proposals]
    text = b"".join(orjson.dumps({c: p[c].tolist() for c in p}, default=str) for p in parts)
    return hashlib.sha256(text).hexdigest()
