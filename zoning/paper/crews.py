"""The list for crews: which entrances and crossings of each zone to close, keep and open again, and by when."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
import shapely

from zoning.clocks import local_day
from zoning.lookup import area_at
from zoning.paper.boundary import number_of_zone, title_of
from zoning.paper.entrances import Entrance, enclosure_of, entrances_of
from zoning.paper.stay import starts_at, watch_days
from zoning.pipeline import Plan
from zoning.times import zone_info

Task = Literal["enclose", "reopen", "hold"]
Group = Literal["due", "done", "proposed"]
COLUMNS = {
    "due_at": "datetime64[us, UTC]", "group": "str", "task": "str", "area": "str", "area_en": "str", "zone_id": "str",
    "zone": "str", "class": "str", "name": "str", "name_en": "str", "number": "Int64", "gate_id": "str", "act": "str",
    "gate": "str", "road": "str", "road_en": "str", "lng": "float64", "lat": "float64", "was_open": "boolean",
    "staff": "float64",
}  # fmt: skip
_LEVELS = ("district", "subdistrict", "community")
_DAY = pd.Timedelta(days=1)
_ORDER = ("due", "proposed", "done")
Zone = Mapping[str, Any]


@dataclass(frozen=True)
class Job:
    """What is to be done at one zone: `task`; `due_at`: by when (UTC); `group`: due, done long ago, or only proposed.

    `area`, `area_en`: where it is, the sub-district first. `staff`: people at each kept entrance at a time (NaN: the
    pack does not tell).
    """

    zone: Zone
    task: Task
    group: Group
    due_at: pd.Timestamp
    area: str
    area_en: str
    entrances: tuple[Entrance, ...]
    staff: float


def list_jobs(plan: Plan, proposals: bool = False) -> list[Job]:
    """List what crews have to do.

    Parameters
    ----------
    plan : as derived.
    proposals : also for zones that nobody decided on, from the next local midnight, and for releases that are ready.

    Returns
    -------
    Jobs: those due since the day before the plan's date or later, then the proposed ones, then zones that were enclosed
    earlier, whose entrances stay as they are; each in order of time, then of area.
    """
    areas = _areas(plan)
    jobs = [
        job for row, zone in enumerate(plan.zones.to_dict("records")) for job in _of(plan, zone, areas[row], proposals)
    ]
    return sorted(jobs, key=lambda j: (_ORDER.index(j.group), j.due_at, j.area, j.zone["rank"], j.zone["zone_id"]))


def _of(plan: Plan, zone: Zone, area: tuple[str, str], proposals: bool) -> Iterator[Job]:
    now = pd.Timestamp(plan.as_of)
    status, fresh = zone["status"], now - _DAY
    day = local_day(plan.as_of, zone_info(plan.settings.zone))
    enclosure = enclosure_of(plan, zone, day)
    about = (area[0], area[1], tuple(entrances_of(plan, zone, day)), np.nan if enclosure is None else enclosure.staff)
    opens = zone["ended_at"] if pd.isna(zone["watch_until"]) else zone["watch_until"]  # the watch keeps the enclosure
    if status == "released" and opens >= fresh:
        yield Job(zone, "reopen", "due", opens, *about)
    elif status in ("decided", "in_force"):
        start = now if pd.isna(zone["in_force_from"]) else zone["in_force_from"]
        task: Task = "hold" if zone["stage"] == "hold" else "enclose"
        yield Job(zone, task, "due" if start >= fresh else "done", start, *about)
        ready = plan.acts[(plan.acts["zone_id"] == zone["zone_id"]) & (plan.acts["act"] == "release")]
        if proposals and ready["ready"].any():
            opens = starts_at(plan, {"clock_from": pd.NaT}) + pd.Timedelta(days=watch_days(plan.policy, day))
            yield Job(zone, "reopen", "proposed", opens, *about)
    elif status == "proposed" and proposals:
        yield Job(zone, "enclose", "proposed", starts_at(plan, zone), *about)


def _areas(plan: Plan) -> list[tuple[str, str]]:
    """Where each zone is, by the areas at a point inside it, in both languages."""
    zones, areas = plan.zones, plan.tables["areas"]
    points = shapely.point_on_surface(zones["geometry"].to_numpy(object))
    found = [["", ""] for _ in range(len(zones))]
    names = [areas["name"].tolist(), areas["name_en"].fillna(areas["name"]).tolist()]
    for level in _LEVELS:
        at = area_at(shapely.get_x(points), shapely.get_y(points), areas, level)
        for row in np.flatnonzero(at >= 0).tolist():
            found[row] = [f"{told} {of[at[row]]}".strip() for told, of in zip(found[row], names, strict=True)]
    return [(chinese.replace(" ", ""), english) for chinese, english in found]


def tabulate(plan: Plan, jobs: list[Job]) -> pd.DataFrame:
    """Return jobs as a table.

    Parameters
    ----------
    plan : that they are of.
    jobs : of `list_jobs`.

    Returns
    -------
    One row an entrance, in the order of the jobs; one row without an entrance for a zone that has none: the columns of
    COLUMNS; act is keep, close, check, open or shut, and in a job that opens again `open`.
    """
    rows = list[tuple[Any, ...]]()
    for job in jobs:
        zone = job.zone
        place = (job.due_at, job.group, job.task, job.area, job.area_en)
        called = (number_of_zone(plan, zone), zone["class"], title_of(zone, "zh"), title_of(zone, "en"))
        head = (*place, zone["zone_id"], *called)
        for e in job.entrances:
            act = "open" if job.task == "reopen" else e.act
            staff = job.staff if act == "keep" else np.nan
            of_gate = (e.name, e.road, e.road_en, e.lng, e.lat, e.was_open, staff)
            rows.append((*head, e.number, e.gate_id, act, *of_gate))
        if not job.entrances:
            rows.append((*head, None, "", "", "", "", "", np.nan, np.nan, None, np.nan))
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)
