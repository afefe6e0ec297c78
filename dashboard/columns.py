"""The zone list in columns: what a browser lists, filters and sorts of ten thousand zones in one small answer."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

import numpy as np
import shapely

from dashboard.plans import Shown
from dashboard.rows import zone_rows
from layers._base import WATCH, label_points, table, values
from zoning.lookup import area_at
from zoning.once import once

FINE = 1e5  # boxes are whole hundred-thousandths of a degree: about a metre
FLAGS = ("proposed", "pending", "void", "no_ground", "watch")
_LEVEL = "subdistrict"


@once
def zone_columns(shown: Shown) -> dict[str, Any]:
    """Return the list of a plan, a column a field; made once for the plan that people look at.

    Parameters
    ----------
    shown : a plan on its day.

    Returns
    -------
    key, day (ISO). What the columns point into: classes (as `zone_rows`), statuses, asks, areas (names in both
    languages; areas are the sub-districts, or the fewest areas of one level where there are none), tests (lists of day
    numbers), origin (lng, lat of all boxes, degrees).
    columns, most urgent first: id, zh, en (names); class, status, tests, and ask and area (-1: none) as places in those
    lists; people (null: not known); flags (bits of FLAGS); day, days (of the clock); start (days from `day` to day 1,
    null: no tests), test (days to the next round; -1: all are past, null: none), lift (days to the earliest lift, null:
    not by the calendar); box (west, south, width, height from the origin in 1e-5 degrees, null: no ground).
    """
    found = zone_rows(shown)
    rows, classes = found["zones"], found["classes"]
    place = {(of["look"], of["class"]["zh"]): k for k, of in enumerate(classes)}
    statuses, status = _coded(row["status"] for row in rows)
    asks, ask = _coded(row["asks"] for row in rows)
    tests, pattern = _coded(row["tests"] for row in rows)
    areas, area = _areas(shown.plan, [row["id"] for row in rows])
    origin, boxes = _boxes([row["box"] for row in rows])
    columns: dict[str, list[Any]] = {
        **{key: [row[key] for row in rows] for key in ("id", "people", "day", "days")},
        **{lang: [row["name"][lang] for row in rows] for lang in ("zh", "en")},
        "class": [place[row["look"], row["class"]["zh"]] for row in rows],
        "status": status,
        "ask": ask,
        "tests": pattern,
        "area": area,
        "box": boxes,
        "flags": [_flags(row) for row in rows],
        "start": [_apart(shown.day, row["start_on"]) for row in rows],
        "test": [-1 if row["done"] else _apart(shown.day, row["test_on"]) for row in rows],
        "lift": [_apart(shown.day, row["lift_on"]) for row in rows],
    }
    told = {"statuses": statuses, "asks": asks, "areas": areas, "tests": tests, "origin": origin}
    return {"key": shown.key, "day": shown.day.isoformat(), "classes": classes, **told, "columns": columns}


def _coded(found: Iterable[Any]) -> tuple[list[Any], list[int]]:
    """Return the values that occur, in the order of their first occurrence, and the place of each; None is at -1."""
    places: dict[str, int] = {}
    kept, codes = list[Any](), list[int]()
    for value in found:
        if value is None:
            codes.append(-1)
            continue
        at = places.setdefault(str(value), len(kept))
        if at == len(kept):
            kept.append(value)
        codes.append(at)
    return kept, codes


def _flags(row: dict[str, Any]) -> int:
    has: dict[str, Callable[[], bool]] = {"watch": lambda: row["look"] == WATCH}
    return sum(2**bit for bit, name in enumerate(FLAGS) if (has[name]() if name in has else row[name]))


def _apart(day: date, on: date | None) -> int | None:
    return None if on is None else (on - day).days


def _boxes(found: list[list[float] | None]) -> tuple[list[float], list[list[int] | None]]:
    known = np.array([box for box in found if box], float).reshape(-1, 4)
    if not len(known):
        return [0.0, 0.0], [None] * len(found)
    origin = np.floor(known[:, :2].min(axis=0) * FINE) / FINE
    low = np.floor((known[:, :2] - origin) * FINE)
    high = np.ceil((known[:, 2:] - origin) * FINE)
    whole = iter(np.hstack([low, high - low]).astype(int).tolist())
    return [float(v) for v in origin.round(5)], [next(whole) if box else None for box in found]


def _areas(plan: Any, zone_ids: list[str]) -> tuple[list[dict[str, Any]], list[int]]:
    """Return the areas that hold a point of a zone, and for each zone the place of its area among them."""
    rows, level = table(plan, "areas"), area_level(plan)
    if level is None or not zone_ids:
        return [], [-1] * len(zone_ids)
    order = plan.zones.set_index("zone_id")["geometry"].reindex(zone_ids)
    points = label_points(order.to_numpy(object))
    held = area_at(shapely.get_x(points), shapely.get_y(points), rows, level)
    used, codes = np.unique(held[held >= 0], return_inverse=True)
    held[held >= 0] = codes
    names = area_names(plan)
    ids = values(rows, "id")
    return [{"id": ids[k], **names[ids[k]]} for k in used], held.tolist()


def area_level(plan: Any) -> str | None:
    """Return the level by which work is shared out: sub-districts, else the fewest areas of a level, not one."""
    levels = values(table(plan, "areas"), "level")
    several = {level: n for level in dict.fromkeys(levels) if (n := levels.count(level)) > 1}
    return _LEVEL if _LEVEL in levels else min(several, key=several.__getitem__, default=None)


def area_names(plan: Any) -> dict[str, dict[str, str]]:
    """Return what each area is called in both languages, by id."""
    rows = table(plan, "areas")
    columns = zip(*(values(rows, name) for name in ("id", "name", "name_en")), strict=True)
    return {key: {"zh": zh or en or key, "en": en or zh or key} for key, zh, en in columns}
