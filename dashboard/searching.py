"""Search over the whole ground: one box for zones, names, addresses in words, cells and points."""

import re
from contextlib import suppress
from typing import Any

import numpy as np
import shapely

from dashboard.errors import Refused
from dashboard.plans import Plans, Question, Shown
from dashboard.rows import class_words
from layers._base import shown as zones_shown
from zoning.addresses import resolve
from zoning.addresses.index import index_of
from zoning.errors import ZoningError
from zoning.gazetteer import search
from zoning.geometry import cell_centres, text_to_cells
from zoning.paper.boundary import number_of_zone

FOUND = 8
_POINT = re.compile(r"\s*(-?\d+(?:\.\d+)?)\s*[,，\s]\s*(-?\d+(?:\.\d+)?)\s*")
_KINDS = {"estate": "estates", "building": "buildings", "stairwell": "units", "floor_range": "units"}
_TABLES = {"place": "places", "road": "roads", "area": "areas"}
Hit = dict[str, Any]


def warm(plans: Plans) -> None:
    """Derive the plan of now and make the index of names, so that the first search does not wait for it.

    Parameters
    ----------
    plans : of the workspace; what cannot be derived is told to whoever asks for it.
    """
    with suppress(ZoningError, Refused):
        find_all(plans.get(Question()), "start")


def find_all(shown: Shown, text: str) -> list[Hit]:
    """Return what a text may mean, the likeliest first.

    Parameters
    ----------
    shown : a plan on its day.
    text : as typed: a name or part of one in Chinese, pinyin or English, an address in words, a zone id or number on
        paper, an H3 cell, or `lng,lat` (also `lat,lng` where only that can be meant).

    Returns
    -------
    At most a dozen hits: layer and id (as a choice takes them), zone, name (zh, en), kind (text key), box (west, south,
    east, north) or none, question (zh, en) where an address leaves something open.
    """
    text = text.strip()
    if not text:
        return []
    exact = [*_point(text), *_cell(text)]
    if exact:
        return exact
    return [*_zones(shown, text), *_address(shown, text), *_names(shown, text)][: FOUND + 4]


def _point(text: str) -> list[Hit]:
    match = _POINT.fullmatch(text)
    if not match:
        return []
    lng, lat = float(match[1]), float(match[2])
    if abs(lat) > 90 >= abs(lng):
        lng, lat = lat, lng
    if abs(lat) > 90 or abs(lng) > 180:
        return []
    name = _same(f"{lng:.5f}, {lat:.5f}")
    return [{"layer": "point", "id": f"{lng},{lat}", "zone": "", "name": name, "kind": "point", "at": [lng, lat]}]


def _cell(text: str) -> list[Hit]:
    cell = text_to_cells([text.lower()])
    if not cell[0]:
        return []
    lng, lat = cell_centres(cell)
    at = [float(lng[0]), float(lat[0])]
    return [{"layer": "cells", "id": text.lower(), "zone": "", "name": _same(text), "kind": "cells", "at": at}]


def _same(name: str) -> dict[str, str]:
    return {"zh": name, "en": name}


def _zones(shown: Shown, text: str) -> list[Hit]:
    zones = zones_shown(shown.plan)
    folded = text.casefold()
    told = zones[["zone_id", "name", "name_en"]].astype("str")
    told["number"] = [number_of_zone(shown.plan, zone) for zone in zones[["zone_id", "class"]].to_dict("records")]
    hit = np.zeros(len(zones), bool)
    for column in told:
        hit |= told[column].str.casefold().str.contains(folded, regex=False).to_numpy(bool)
    found = zones[hit].head(FOUND // 2)
    return [
        {
            "layer": "zones",
            "id": zone.zone_id,
            "zone": zone.zone_id,
            "name": {"zh": zone.name, "en": zone.name_en},
            "kind": "zones",
            "class": class_words(shown.plan.policy, zone.look, zone.of)[1],
            "look": zone.look,
            "letter": class_words(shown.plan.policy, zone.look, zone.of)[0],
            "box": list(zone.geometry.bounds) if zone.geometry is not None else None,
        }
        for zone in found.rename(columns={"class": "of"}).itertuples(index=False)
    ]


def _address(shown: Shown, text: str) -> list[Hit]:
    """Return what an address in words means: one unit or place, else the question that it leaves."""
    if len(text) < 3:
        return []
    answer = resolve(text, shown.plan)
    if answer.unit:
        return _units(shown, [answer.unit])
    if answer.place:
        return _rows(shown, "places", [answer.place])
    return []


def _names(shown: Shown, text: str) -> list[Hit]:
    found = []
    for kind, key in search(index_of(shown.plan).gazetteer, text, FOUND)[["kind", "id"]].itertuples(index=False):
        found += _rows(shown, _TABLES[kind], [key]) if kind in _TABLES else _units(shown, [key])
    return found


def _units(shown: Shown, ids: list[str]) -> list[Hit]:
    units = shown.plan.units
    rows = units[units["id"].isin(ids)]
    return [
        {
            "layer": "units",
            "id": row.id,
            "zone": "",
            "name": {"zh": row.name, "en": row.name_en},
            "kind": _KINDS[row.level],
            "box": _box(row.geometry),
            "at": [row.lng, row.lat] if np.isfinite(row.lng) else None,
        }
        for row in rows.itertuples(index=False)
    ]


def _rows(shown: Shown, kind: str, ids: list[str]) -> list[Hit]:
    table = shown.plan.tables[kind]
    found = []
    for row in table[table["id"].isin(ids)].itertuples(index=False):
        english = row.name_en if isinstance(row.name_en, str) else row.name
        name = {"zh": row.name, "en": english}
        found.append({"layer": kind, "id": row.id, "zone": "", "name": name, "kind": kind, "box": _box(row.geometry)})
    return found


def _box(shape: Any) -> list[float] | None:
    if shape is None or shapely.is_missing(shape) or shapely.is_empty(shape):
        return None
    return [round(float(v), 6) for v in shapely.bounds(shape)]
