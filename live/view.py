"""What may be seen of a plan: zones that people decided, each in versions by the time from and until which it is shown.

A version holds dates only. Whether it is upcoming or in force, which day it is in and whether it tests today is told by
the clock of whoever looks, so that midnight is right without a new publication.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

import geopandas as gpd
import pandas as pd

from live.phases import day_one, phases_of
from zoning.clocks import local_day, midnight
from zoning.hashes import public_id
from zoning.paper.boundary import number_of_zone
from zoning.picture import WATCH
from zoning.pipeline import Plan
from zoning.times import zone_info

Kind = Literal["zone", "hold", "watch"]
Version = dict[str, Any]
OPEN = ("decided", "in_force")
_LATER = ("step", "raise", "release")
_TIMES = ("in_force_from", "earliest_lift_at", "hold_until", "ended_at", "watch_until")


@dataclass(frozen=True)
class View:
    """What may be seen of a plan.

    `plan`: the plan without its undecided zones, and all that hangs on them. `versions`: one row a version: `inside`
    (zone id, not to be published), id, number, aliases (public), kind (zone, hold, watch), class, look, rank, name,
    name_en, people, area_m2, rule_ids, phases, day_one, decided_on (dates), shown_from, shown_until and the other times
    (UTC, NaT where there is none), geometry. `redrawn`: zone ids whose ground is no longer the decided one.
    """

    plan: Plan
    versions: gpd.GeoDataFrame
    redrawn: tuple[str, ...]


def decided_plan(plan: Plan) -> Plan:
    """Return a plan without what nobody decided.

    Parameters
    ----------
    plan : as derived.

    Returns
    -------
    The plan with zones that are decided, in force or under watch, and only their atoms, dates, gates and sites.
    """
    zones = plan.zones
    kept = zones["status"].isin(OPEN) | ((zones["status"] == "released") & (zones["stage"] == "post_release"))
    ids = set(zones.loc[kept, "zone_id"])
    tables = {
        name: part[part["zone_id"].isin(ids)].reset_index(drop=True)
        for name in ("membership", "former", "calendar", "gate_points", "site_links")
        for part in [getattr(plan, name)]
    }
    return replace(plan, zones=zones[kept].reset_index(drop=True), **tables)


def later_moments(decisions: pd.DataFrame, as_of: datetime, most: int = 6) -> list[datetime]:
    """Return when steps and releases that were decided for later come into effect.

    Parameters
    ----------
    decisions : of the state.
    as_of : UTC.
    most : so many at most, the next ones.

    Returns
    -------
    Moments in order, UTC.
    """
    late = decisions["action"].isin(_LATER) & (decisions["in_force_from"] > pd.Timestamp(as_of))
    found = sorted(set(decisions.loc[late, "in_force_from"]))
    return [moment.to_pydatetime() for moment in found[:most]]


def see(plan: Plan, later: Sequence[Plan] = (), decisions: pd.DataFrame | None = None) -> View:
    """Take from a plan what may be seen.

    Parameters
    ----------
    plan : as derived.
    later : plans of the same facts at `later_moments`, in order.
    decisions : of the state; gives the moment at which a hold was put on.

    Returns
    -------
    View; versions by zone and time. A version that has no outline is left out.
    """
    held = _held_since(decisions)
    found: dict[str, list[Version]] = {}
    for zone in _rows(plan):
        if faces := _faces(plan, zone, held):
            found[zone["zone_id"]] = faces
    for then in later:
        _go_on(found, then, held)
    rows = [version for zone_id in sorted(found) for version in found[zone_id] if _is_shown(version)]
    columns = [name for name in _EMPTY if name != "geometry"]
    table = gpd.GeoDataFrame(pd.DataFrame(rows, columns=[*columns, "geometry"]), geometry="geometry", crs="EPSG:4326")
    for name in ("shown_from", "shown_until", *_TIMES):
        table[name] = pd.to_datetime(table[name], utc=True).astype("datetime64[us, UTC]")
    zones = plan.zones
    moved = zones["status"].isin(OPEN) & zones["redrawn"].astype(bool)
    table = table.sort_values(["rank", "id", "shown_from"], kind="stable", ignore_index=True)
    return View(decided_plan(plan), table, tuple(zones.loc[moved, "zone_id"]))


_EMPTY = (
    *("inside", "id", "number", "aliases", "kind", "class", "look", "rank", "name", "name_en", "people", "area_m2"),
    *("rule_ids", "phases", "day_one", "decided_on", "shown_from", "shown_until", *_TIMES, "content", "geometry"),
)


def _rows(plan: Plan) -> list[dict[str, Any]]:
    shapes = plan.zones["geometry"].to_numpy(object)
    plain = pd.DataFrame(plan.zones.drop(columns="geometry")).to_dict("records")
    return [{str(k): v for k, v in row.items()} | {"geometry": g} for row, g in zip(plain, shapes, strict=True)]


def _held_since(decisions: pd.DataFrame | None) -> Mapping[str, pd.Timestamp]:
    if decisions is None:
        return {}
    holds = decisions[decisions["action"] == "hold"]
    return dict(zip(holds["zone_id"], holds["recorded_at"], strict=True))


def _is_shown(version: Version) -> bool:
    shape, start, end = version["geometry"], version["shown_from"], version["shown_until"]
    empty = shape is None or shape.is_empty
    return not empty and (pd.isna(end) or start < end)


def _faces(plan: Plan, zone: Mapping[str, Any], held: Mapping[str, pd.Timestamp]) -> list[Version]:
    """The versions of a zone that its own dates tell, oldest first; none where nobody decided, or it was rejected."""
    over = zone["status"] == "released"
    if zone["status"] not in OPEN and not over:
        return []
    if zone["stage"] == "hold":
        since = next((held[i] for i in (zone["zone_id"], *zone["aliases"]) if i in held), pd.Timestamp(plan.as_of))
        return [_version(plan, zone, "hold", since, zone["hold_until"])]
    start, ended = zone["in_force_from"], zone["ended_at"] if over else pd.NaT
    if pd.isna(start):
        return []
    told = [moment for moment in (zone["delineated_at"], start) if not pd.isna(moment)]
    # The minute of a decision may be that of a report: only its day leaves.
    first = _day_start(plan, min(told))
    faces, since = list[Version](), zone["class_since"]
    before = zone["origin"] or zone["rule_class"]
    if not pd.isna(since) and since > start and before in plan.policy.classes and before != zone["class"]:
        faces.append(_version(plan, zone, "zone", first, since, str(before)))
        first = since
    faces.append(_version(plan, zone, "zone", first, ended))
    if over and not pd.isna(zone["watch_until"]):
        faces.append(_version(plan, zone, "watch", ended, zone["watch_until"]))
    return faces


def _day_start(plan: Plan, moment: pd.Timestamp) -> pd.Timestamp:
    info = zone_info(plan.settings.zone)
    return pd.Timestamp(midnight(local_day(moment, info), info))


def _version(
    plan: Plan, zone: Mapping[str, Any], kind: Kind, start: pd.Timestamp, end: pd.Timestamp, name: str = ""
) -> Version:
    name = name or str(zone["class"])
    of, info = plan.policy.classes[name], zone_info(plan.settings.zone)
    decided = zone["delineated_at"]
    return {
        "inside": zone["zone_id"],
        "id": public_id(plan.salt, zone["zone_id"]),
        "number": number_of_zone(plan, {"zone_id": zone["zone_id"], "class": name}),
        "aliases": sorted(public_id(plan.salt, alias) for alias in zone["aliases"]),
        "kind": kind,
        "class": name,
        "look": WATCH if kind == "watch" else of.style,
        "rank": of.rank,
        **{column: zone[column] for column in ("name", "name_en", "people", "area_m2", "geometry", *_TIMES)},
        "rule_ids": sorted(set(zone["rule_ids"])),
        "phases": phases_of(plan, zone, of) if kind == "zone" else [],
        "day_one": day_one(plan, zone) if kind == "zone" else None,
        "decided_on": None if pd.isna(decided) else local_day(decided, info),
        "shown_from": start,
        "shown_until": end,
        "content": (kind, name, zone["atoms"]),
    }


def _go_on(found: dict[str, list[Version]], then: Plan, held: Mapping[str, pd.Timestamp]) -> None:
    """Close the versions that a later plan shows otherwise, and go on with what it shows."""
    at, seen = pd.Timestamp(then.as_of), set[str]()
    for zone in _rows(then):
        faces = [face for face in _faces(then, zone, held) if _covers(face, at)]
        if not faces:
            continue
        seen.add(zone["zone_id"])
        versions, face = found.setdefault(zone["zone_id"], []), faces[-1]
        if versions and versions[-1]["content"] == face["content"]:
            continue
        _close(versions, at)
        versions.append(face | {"shown_from": at})
    for zone_id, versions in found.items():
        if zone_id not in seen:
            _close(versions, at)


def _covers(version: Version, at: pd.Timestamp) -> bool:
    return bool(version["shown_from"] <= at and (pd.isna(version["shown_until"]) or version["shown_until"] > at))


def _close(versions: Iterable[Version], at: pd.Timestamp) -> None:
    for version in versions:
        if pd.isna(version["shown_until"]) or version["shown_until"] > at:
            version["shown_until"] = at
