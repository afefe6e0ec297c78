"""Deriving parts of a plan: claims that share ground with no others, from classes to gates.

A part has nothing in common with the others, so that a new case derives its own part only; all parts derived together
or one by one are the same plan.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from zoning.clusters import find_clusters
from zoning.decisions import apply_decisions
from zoning.gates import place_gates
from zoning.geometry import cells_to_text
from zoning.grounds.scene import Scene
from zoning.hashes import digest
from zoning.membership import derive_zones
from zoning.names import name_zones
from zoning.people import People, people_on_land
from zoning.risk import zones_in_cells
from zoning.schedule import make_calendar
from zoning.services import link_services
from zoning.shapes import draw_zones
from zoning.units import Units

Tables = dict[str, pd.DataFrame]
_CONTENT = ("zone_id", "atom_id", "rule_ids", "fact_ids", "certainty", "stroke", "pending")
_SAID = ["zone_id", "aliases", "class", "slot", "founding_fact", "fact_ids", "rule_ids", "status", "stage"]
_DATES = ["founded_at", "delineated_at", "in_force_from", "earliest_lift_at", "last_presence_at"]
# The columns by which each table is in order; rows that have these alike are of one part, in an order of their own.
# A part that changes is one run of rows where that is its name, of a million rows or of few.
DERIVED = {
    **dict.fromkeys(("zones", "membership", "former", "grounds"), ("part",)),
    "cells": ("cell",),
    "closed": ("zone_id",),
}
DRESSED = {
    **dict.fromkeys(("zones", "calendar"), ("rank", "zone_id")),
    **dict.fromkeys(("gate_points", "site_links"), ("zone_id",)),
}


@dataclass(frozen=True)
class Town:
    """What parts are derived from beside their claims: the ground with its people, and where grounds were found."""

    ground: Units
    people: People
    scene: Scene


def derive_parts(claims: pd.DataFrame, stays: pd.DataFrame, town: Town) -> Tables:
    """Derive the zones of some parts and who is in them.

    Parameters
    ----------
    claims : of `settle`, with `part`.
    stays : of `find_stays`, with live, sure, case_id.
    town : where.

    Returns
    -------
    zones (not dressed yet), membership, former, closed, grounds as ARCHITECTURE.md lists them, cells (of
    `zones_in_cells`), each with `part` and in order of `DERIVED`.
    """
    scene, joining = town.scene, claims["settled"].isna() & (claims["act"] == "derive")
    cluster = find_clusters(claims[joining], scene.holds, town.ground.atoms)
    derived = derive_zones(scene.policy, stays, claims, cluster, scene.holds, scene.exact)
    found: Tables = {
        "zones": derived.zones,
        "membership": with_people(derived.membership.drop(columns="why"), town),
        "former": with_people(derived.former, town),
        "grounds": derived.grounds.sort_values(["zone_id", "ground"], ignore_index=True),
    }
    found = _in_parts(found, derived.zones)
    found = {name: table.sort_values("part", kind="stable", ignore_index=True) for name, table in found.items()}
    return {
        **found,
        "closed": derived.closed,
        "cells": zones_in_cells(found["membership"], ["part"]),
    }


def _in_parts(tables: Tables, zones: pd.DataFrame) -> Tables:
    """Add to each table the part of its zones."""
    part, index = zones["part"].to_numpy(np.uint64), pd.Index(zones["zone_id"])
    return {name: t.assign(part=part[index.get_indexer(t["zone_id"])]) for name, t in tables.items()}


def dress_parts(parts: Tables, touched: pd.DataFrame, standings: pd.DataFrame, town: Town, as_of: datetime) -> Tables:
    """Give zones their outline, name and people, what was decided of them, their calendar, gates and sites.

    Parameters
    ----------
    parts : zones, membership, former, grounds of whole parts, as edits left them.
    touched : of `replay`, of these zones.
    standings : of `fold_decisions`.
    town : where.
    as_of : UTC.

    Returns
    -------
    zones (with content: hash of all that is said of it), calendar (with rank), gate_points, site_links, each with
    `part` and in order of `DRESSED`.
    """
    tables, frame, policy, settings = town.scene.tables, town.ground.frame, town.scene.policy, town.scene.settings
    zones = apply_decisions(_dress(parts, touched, town), standings, policy, settings, as_of)
    zones["content"] = _told(zones, zones["zone_id"].map(_contents(parts["membership"])).astype("str"))
    rounds = make_calendar(zones, policy, settings, as_of)
    found: Tables = {
        "zones": zones,
        "calendar": rounds.assign(rank=rounds["zone_id"].map(zones.set_index("zone_id")["rank"]).astype("int64")),
        "gate_points": place_gates(zones, tables["roads"], tables["gates"], settings, frame),
        "site_links": link_services(zones, tables["sites"], tables["roads"], frame),
    }
    return _in_parts(found, zones)


def with_people(membership: pd.DataFrame, town: Town) -> pd.DataFrame:
    """Add what is known of each atom.

    Parameters
    ----------
    membership : atom (number).
    town : where.

    Returns
    -------
    `membership` with people, households, told (some figure tells of them), cell (uint64, of its representative point)
    and atom_id.
    """
    atoms, people = town.ground.atoms, town.people
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
    names[unit], names[~unit] = atoms["atom_id"].array.take(rows), cells_to_text(numbers[~unit])
    cell = numbers.copy()
    cell[unit] = atoms["cell"].to_numpy(np.uint64)[rows]
    return membership.assign(atom_id=pd.Series(names, membership.index, "str"), told=told, cell=cell, **found)


def _dress(parts: Tables, touched: pd.DataFrame, town: Town) -> gpd.GeoDataFrame:
    """Give each zone its outline, its people (NaN where no figure tells), its name, and the hash of its atoms.

    What an ended zone had is drawn by itself: others may stand on it now.
    """
    scene, ground, drawn = town.scene, town.ground, []
    some = [(False, parts["membership"]), (True, parts["former"])]
    for ended, rows in some if parts["zones"]["ended"].any() else some[:1]:
        zones = parts["zones"][parts["zones"]["ended"].astype(bool) == ended]
        grounds = parts["grounds"][parts["grounds"]["zone_id"].isin(zones["zone_id"])]
        outlines = (scene.holds, scene.legal, ground.units, ground.atoms, ground.frame, touched)
        zones = draw_zones(zones, grounds, rows, *outlines)
        words = (scene.tables["areas"], scene.tables["roads"], ground.frame)
        zones = name_zones(zones, rows, ground.units, ground.atoms, *words)
        by_zone = rows.groupby("zone_id")
        held = by_zone["atom_id"].agg(lambda atoms: digest(sorted(atoms)))
        told = zones["zone_id"].map(by_zone["told"].any()).astype(bool)
        atoms = zones["zone_id"].map(held).astype("str")
        drawn.append(zones.assign(atoms=atoms, people=zones["people"].where(told)))
    both = pd.concat([part for part in drawn if len(part)] or drawn[:1])
    return both.sort_values(["rank", "zone_id"], ignore_index=True)


def _contents(membership: pd.DataFrame) -> dict[str, str]:
    """Hash what is in each zone and why; atoms that are there for one reason share its lists, so each is told once."""
    reasons, held = dict[tuple[Any, ...], str](), dict[str, list[str]]()
    for zone, atom, *why in zip(*(membership[name].tolist() for name in _CONTENT), strict=True):
        key = (*map(id, why[:2]), *why[2:])
        if key not in reasons:
            reasons[key] = digest(*why)
        held.setdefault(zone, []).append(f"{atom}:{reasons[key]}")
    return {zone: digest(sorted(rows)) for zone, rows in held.items()}


def _told(zones: pd.DataFrame, content: pd.Series) -> pd.Series:
    """Hash each zone with its reasons, ids, dates and stages, and what is in it."""
    dates = (zones[c].to_numpy("datetime64[us]").astype(np.int64).tolist() for c in _DATES)
    rows = zip(*(zones[c].tolist() for c in _SAID), content.tolist(), *dates, strict=True)
    return pd.Series([digest(*row) for row in rows], index=zones.index, dtype="str")
