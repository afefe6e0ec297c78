"""The lists of a snapshot: zones, gates, sites, the calendar and counts, as GeoJSON, GeoParquet and JSON.

What each file holds, field by field and why, is the table in `fields.py`.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import orjson
import pandas as pd
import pyarrow as pa
import shapely

from live.areas import areas_of, place_zones
from live.counts import Counts, K, floor
from live.view import View
from zoning.export import features_to_geojson
from zoning.export.columns import iso_times, plain
from zoning.hashes import digest, public_id
from zoning.picture import WATCH
from zoning.pipeline import Plan
from zoning.spelling import spell
from zoning.times import iso_local, local_date

FORMAT = 1
TIMES = ("shown_from", "shown_until", "in_force_from", "earliest_lift_at", "hold_until", "ended_at", "watch_until")
_WATCH = {
    "class": "",
    "rank": 9,
    "look": WATCH,
    "letter": {"zh": "观", "en": "W"},
    "names": {"zh": "解封后健康监测", "en": "post-release watch"},
}
Columns = dict[str, list[Any]]


def zone_columns(view: View) -> Columns:
    """Return what is told of each version of a zone, but for its outline.

    Parameters
    ----------
    view : of `see`.

    Returns
    -------
    Name -> one JSON value a version; times are local ISO text with their offset, dates ISO text.
    """
    table, settings = view.versions, view.plan.settings
    tests = _test_dates(view)
    notices = set(view.plan.zones["zone_id"])
    shapes = table["geometry"].to_numpy(object)
    inside = zip(table["inside"], table["kind"], strict=True)
    return {
        "id": table["id"].tolist(),
        "number": table["number"].tolist(),
        "aliases": table["aliases"].tolist(),
        **{name: plain(table[name]) for name in ("kind", "class", "look", "rank", "name", "name_en")},
        "typed": [spell(name) for name in table["name"]],
        **{name: iso_times(table[name], settings.zone) for name in TIMES},
        "decided_on": [None if pd.isna(day) else day.isoformat() for day in table["decided_on"]],
        "day_one": [None if pd.isna(day) else day.isoformat() for day in table["day_one"]],
        "test_dates": [tests.get(i, []) if kind == "zone" else [] for i, kind in inside],
        "phases": [[{**p, "from": p["from"].isoformat()} for p in phases] for phases in table["phases"]],
        "people": [None if pd.isna(n) else round(n) for n in table["people"].astype(float)],
        "area_m2": [None if pd.isna(n) else round(n) for n in table["area_m2"].astype(float)],
        "rules": table["rule_ids"].tolist(),
        "area": place_zones(view),
        "at": np.round(shapely.get_coordinates(shapely.point_on_surface(shapes)), 6).tolist(),
        "box": np.round(shapely.bounds(shapes).reshape(-1, 4), 6).tolist(),
        "outline": [digest(text) for text in shapely.to_wkt(shapes, rounding_precision=6)],
        "notice": [i in notices for i in table["inside"]],
    }


def _test_dates(view: View) -> dict[str, list[str]]:
    calendar = view.plan.calendar
    sure = calendar[~calendar["assumed"].astype(bool)].sort_values("day")
    return {str(i): [on.isoformat() for on in dates] for i, dates in sure.groupby("zone_id")["date"]}


def zones_geojson(view: View, columns: Columns) -> bytes:
    """Return the versions of zones as GeoJSON.

    Parameters
    ----------
    view : of `see`.
    columns : of `zone_columns`.

    Returns
    -------
    UTF-8 bytes of a FeatureCollection, WGS84, 7 digits; the strictest class first.

    Source
    ------
    RFC 7946.
    """
    return features_to_geojson(view.versions["geometry"].to_numpy(object), columns)


def gate_columns(view: View) -> tuple[Any, Columns]:
    """Return gates of zones as points and what is told of each.

    Parameters
    ----------
    view : of `see`.

    Returns
    -------
    (n,) points, WGS84, and name -> values: id, zone (public), kind, name, open (None: not decided).
    """
    table, salt = view.plan.gate_points, view.plan.salt
    points = shapely.points(table["lng"].to_numpy(float), table["lat"].to_numpy(float))
    return points, {
        "id": [public_id(salt, name) for name in table["gate_id"]],
        "zone": [public_id(salt, name) for name in table["zone_id"]],
        **{name: plain(table[name]) for name in ("kind", "name", "open")},
    }


def site_columns(view: View) -> tuple[Any, Columns]:
    """Return service sites as points and what is told of each.

    Parameters
    ----------
    view : of `see`.

    Returns
    -------
    (n,) points, WGS84, and name -> values: id, kind, name, name_en, zones (public id and metres of those it is nearest
    for).
    """
    plan = view.plan
    table, links = plan.tables["sites"], plan.site_links
    serves: dict[str, list[dict[str, Any]]] = {}
    for row in links.sort_values(["site_id", "zone_id"]).to_dict("records"):
        told = {"zone": public_id(plan.salt, row["zone_id"]), "metres": round(row["distance_m"])}
        serves.setdefault(row["site_id"], []).append(told | {"by_road": bool(row["by_road"])})
    points = shapely.point_on_surface(np.array(plain(table["geometry"]), object))
    return points, {
        **{name: plain(table[name]) for name in ("id", "kind", "name", "name_en")},
        "zones": [serves.get(name, []) for name in table["id"]],
    }


def list_json(view: View, columns: Columns) -> bytes:
    """Return what a phone lists before it has a map.

    Parameters
    ----------
    view : of `see`.
    columns : of `zone_columns`.

    Returns
    -------
    JSON: format, as_of, time_zone, title, issuer, hotline, classes,
    rules, areas, zones (one a version).
    """
    plan = view.plan
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    return orjson.dumps(
        {
            **_head(plan),
            "title": plan.settings.title,
            "issuer": {"zh": plan.settings.issuer, "en": plan.settings.issuer_en or plan.settings.issuer},
            "hotline": plan.settings.hotline,
            "classes": classes_of(plan),
            "rules": _rules(plan, columns),
            "areas": areas_of(plan, set(columns["area"])),
            "zones": rows,
        }
    )


def _head(plan: Plan) -> dict[str, Any]:
    as_of = iso_local(pd.Timestamp(plan.as_of), plan.settings.zone)
    return {"format": FORMAT, "as_of": as_of, "time_zone": plan.settings.zone}


def classes_of(plan: Plan) -> list[dict[str, Any]]:
    """Return the classes of a plan and the watch after release, as a legend needs them.

    Parameters
    ----------
    plan : as derived.

    Returns
    -------
    class, rank, look (token name), letter and names in both languages; the strictest first, the watch last.
    """
    found: list[dict[str, Any]] = [
        {"class": name, "rank": of.rank, "look": of.style, "letter": of.letter.model_dump(), "names": _both(of.names)}
        for name, of in plan.policy.classes.items()
    ]
    return [*sorted(found, key=lambda of: of["rank"]), _WATCH]


def _both(text: Any) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}


def _rules(plan: Plan, columns: Columns) -> dict[str, Mapping[str, str]]:
    used = {name for names in columns["rules"] for name in names}
    return {rule.id: {"cite": rule.cite, "grade": rule.grade} for rule in plan.policy.rules if rule.id in used}


def days_json(view: View) -> bytes:
    """Return the calendar of test rounds, and what the rounds of the past came to.

    Parameters
    ----------
    view : of `see`.

    Returns
    -------
    JSON: `rounds` (zone, day, date, phase, people_due) as planned, `done` (zone, date, due_at_least, tested_at_least:
    multiples of K).
    """
    plan, salt = view.plan, view.plan.salt
    sure = plan.calendar[~plan.calendar["assumed"].astype(bool)]
    rounds = [
        {
            "zone": public_id(salt, row["zone_id"]),
            "day": int(row["day"]),
            "date": row["date"].isoformat(),
            "phase": row["phase"],
            "people_due": None if pd.isna(row["people_due"]) else int(row["people_due"]),
        }
        for row in sure.sort_values(["date", "zone_id", "day"]).to_dict("records")
    ]
    done = [
        {
            "zone": public_id(salt, row["zone_id"]),
            "date": _round_date(row, plan),
            "due_at_least": floor(row["due"]),
            "tested_at_least": floor(row["tested"]),
        }
        for row in plan.rounds[plan.rounds["zone_id"].isin(plan.zones["zone_id"])].to_dict("records")
    ]
    return orjson.dumps({**_head(plan), "k": K, "rounds": rounds, "done": done})


def _round_date(row: Mapping[Any, Any], plan: Plan) -> str:
    start = row["ended_at"] if pd.isna(row["started_at"]) else row["started_at"]
    return local_date(start, plan.settings.zone).isoformat()


def counts_json(plan: Plan, counts: Counts) -> bytes:
    """Return counts of cases as a file.

    Parameters
    ----------
    plan : as derived.
    counts : of `count_cases`.

    Returns
    -------
    JSON: resolution, k, total_at_least (the sum of the cells), cells (cell, at_least).
    """
    cells = [
        {"cell": f"{int(cell):x}", "at_least": int(n)} for cell, n in zip(counts.cells, counts.at_least, strict=True)
    ]
    told = {"resolution": counts.resolution, "k": K, "total_at_least": counts.total, "cells": cells}
    return orjson.dumps({**_head(plan), **told})


_TEXT, _WHOLE, _POINTS = pa.string(), pa.int64(), pa.list_(pa.float64())
_PHASE = pa.struct([("id", _TEXT), ("zh", _TEXT), ("en", _TEXT), ("from", _TEXT)])
_TYPES = {
    "aliases": pa.list_(_TEXT),
    "typed": pa.list_(_TEXT),
    "test_dates": pa.list_(_TEXT),
    "rules": pa.list_(_TEXT),
    "phases": pa.list_(_PHASE),
    "rank": _WHOLE,
    "people": _WHOLE,
    "area_m2": _WHOLE,
    "at": _POINTS,
    "box": _POINTS,
    "notice": pa.bool_(),
}


def arrow_columns(columns: Columns) -> dict[str, pa.Array]:
    """Return the columns of zones with their Arrow types, which an empty list would not tell.

    Parameters
    ----------
    columns : of `zone_columns`.

    Returns
    -------
    Name -> array.
    """
    return {name: pa.array(values, _TYPES.get(name, _TEXT)) for name, values in columns.items()}
