"""The notices of a snapshot, one page a zone in both languages; a page is made anew when what it says changed."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from live.view import View
from zoning import paper
from zoning.clocks import local_day, midnight
from zoning.disk import write_synced
from zoning.hashes import digest, public_id
from zoning.pipeline import Plan
from zoning.times import zone_info

_VERSION = 1  # of what a notice looks like: raised when pages that were kept are no longer right
_NEAR_DEG = 0.02  # what a map of a zone may show beyond it
_SAID = (
    *("zone_id", "class", "rank", "status", "stage", "name", "name_en", "people", "households", "area_m2", "atoms"),
    *("rule_ids", "notice_no", "delineated_at", "in_force_from", "class_since", "clock_from", "lift_from"),
    *("hold_until", "ended_at", "watch_until", "earliest_lift_at", "origin", "rule_class", "ground_id"),
)


def make_notices(view: View, ground: str, kept: Path | None) -> Iterator[tuple[str, bytes]]:
    """Make the notices of all zones that are shown now or announced.

    Parameters
    ----------
    view : of `see`.
    ground : name of the ground, of `ground_key`.
    kept : folder of pages that were made before, by what they say; None keeps none.

    Returns
    -------
    Public zone id and UTF-8 bytes of its page, in order; the revision that a page names is that of what it says.
    """
    day = _of_day(view.plan)
    _ = day.rounds  # made once, not for each page
    used = set[str]()
    for zone_id, key in _keys(day, ground).items():
        used.add(key)
        path = None if kept is None else kept / f"{key}.html"
        if path is not None and path.is_file():
            data = path.read_bytes()
        else:
            data = paper.make_notice(day.under(key), zone_id, "both").encode()
            if path is not None:
                write_synced(path, data)
        yield public_id(day.salt, zone_id), data
    for path in () if kept is None else kept.glob("*.html"):
        if path.stem not in used:
            path.unlink(missing_ok=True)


def _of_day(plan: Plan) -> Plan:
    """The plan as of the beginning of its day: a page names the day, and is the same all day long."""
    info = zone_info(plan.settings.zone)
    start = midnight(local_day(plan.as_of, info), info)
    zones = plan.zones.assign(decided_by=None)
    return replace(plan, zones=zones, as_of=start.astimezone(UTC))


def _keys(plan: Plan, ground: str) -> dict[str, str]:
    """A name of all that the notice of each zone says or shows."""
    settings, pack = plan.settings, plan.policy.pack
    told = (settings.issuer, settings.issuer_en, settings.hotline, settings.title, settings.zone, settings.options)
    common = (_VERSION, ground, plan.as_of, pack.id, pack.version, *told)
    own = _own(plan)
    shapes = plan.zones["geometry"].to_numpy(object)
    boxes = shapely.box(*(shapely.bounds(shapes) + np.array([-1, -1, 1, 1]) * _NEAR_DEG).T) if len(shapes) else shapes
    at, near = shapely.STRtree(shapes).query(boxes, predicate="intersects") if len(shapes) else ((), ())
    found: dict[int, list[str]] = {}
    for zone, other in sorted(zip(at, near, strict=True)):
        found.setdefault(int(zone), []).append(own[int(other)])
    ids = plan.zones["zone_id"].tolist()
    # Pages show their key as the revision; keyed, since what it is made of names the founding fact.
    return {name: public_id(plan.salt, digest(common, own[row], found.get(row, []))) for row, name in enumerate(ids)}


def _own(plan: Plan) -> list[str]:
    """A name of what is said of each zone by itself."""
    zones = plan.zones
    rows: list[Mapping[Any, Any]] = zones[list(_SAID)].to_dict("records")
    outlines = [hashlib.sha256(text).hexdigest() for text in shapely.to_wkb(zones["geometry"].to_numpy(object))]
    parts: list[dict[str, list[Any]]] = []
    for name in ("calendar", "gate_points", "site_links", "rounds"):
        table = getattr(plan, name).drop(columns=["part"], errors="ignore")
        parts.append({str(zone_id): part.to_numpy(object).tolist() for zone_id, part in table.groupby("zone_id")})
    return [
        digest(row, outline, *(part.get(row["zone_id"]) for part in parts))
        for row, outline in zip(rows, outlines, strict=True)
    ]
