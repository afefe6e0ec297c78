"""Where a fact is: an address in words to what it may mean, with points; and what stands at a point."""

from typing import Any

import numpy as np
import shapely

from dashboard.plans import Shown
from dashboard.searching import find_all
from zoning.addresses import read_address, resolve

FIELDS = {"units": "unit_id", "places": "place_id"}
GROUND = ("units", "places", "point", "cells")
SHOWN = 8


def read_place(shown: Shown, text: str, kind: str = "cases") -> dict[str, Any]:
    """Return what an address in words means.

    Parameters
    ----------
    shown : a plan.
    text : as typed.
    kind : cases or visits: a case lives in a unit, a stay is at a place or in a unit.

    Returns
    -------
    `hits`: name (zh, en), kind (text key), at (lng, lat, or None), fields (column -> value, as the fact is saved),
    exact (the address names this and nothing else), the exact one first; `question`: what the address leaves open, in
    English as the engine asks, or empty.
    """
    text = text.strip()
    if not text:
        return {"hits": [], "question": ""}
    reading = read_address(text, shown.plan)
    exact = reading.unit or reading.place
    hits = [_hit(shown, hit, text, kind, hit["id"] == exact) for hit in find_all(shown, text) if hit["layer"] in GROUND]
    if exact and not any(hit["exact"] for hit in hits):
        named = _by_id(shown, "units" if reading.unit else "places", exact)
        hits = [_hit(shown, named, text, kind, True), *hits]
    if not exact:
        hits += [_hit(shown, named, text, kind, False) for named in _candidates(shown, text)]
    hits.sort(key=lambda hit: not hit["exact"])
    unique = {str(hit["fields"]): hit for hit in reversed(hits)}
    ordered = [hit for hit in hits if unique.get(str(hit["fields"])) is hit]
    return {"hits": ordered[:SHOWN], "question": "" if exact else reading.question}


def _candidates(shown: Shown, text: str) -> list[dict[str, Any]]:
    """Return what an address that leaves something open could mean, as far as it is a unit or a place."""
    keys = [key for key, _ in resolve(text, shown.plan).candidates]
    units, places = set(shown.plan.units["id"]), set(shown.plan.tables["places"]["id"])
    found = [("units" if key in units else "places", key) for key in keys if key in units or key in places]
    return [_by_id(shown, layer, key) for layer, key in found]


def _by_id(shown: Shown, layer: str, key: str) -> dict[str, Any]:
    if layer == "places":
        table = shown.plan.tables["places"]
        row = table[table["id"] == key].iloc[0]
        kind, point = "places", shapely.point_on_surface(row["geometry"])
        at = None if point is None or shapely.is_empty(point) else [point.x, point.y]
    else:
        row = shown.plan.units[shown.plan.units["id"] == key].iloc[0]
        kind, at = "units", [float(row["lng"]), float(row["lat"])]
    english = row["name_en"] if isinstance(row["name_en"], str) else row["name"]
    return {"layer": layer, "id": key, "name": {"zh": row["name"], "en": english}, "kind": kind, "at": at}


def _hit(shown: Shown, hit: dict[str, Any], text: str, kind: str, exact: bool) -> dict[str, Any]:
    """Return a hit with the columns that a fact there is saved with; a case at a place is at its unit or point."""
    at = hit.get("at") or _middle(hit.get("box"))
    name = hit["name"]
    if hit["layer"] == "units":
        # A name that two units have is no address: the id is one.
        once = (shown.plan.units["name"] == name["zh"]).sum() == 1
        address = {"address": name["zh"] if once else hit["id"]}
        fields = address if kind == "visits" else {"unit_id": hit["id"], "address": name["zh"]}
    elif hit["layer"] == "places":
        once = (shown.plan.tables["places"]["name"] == name["zh"]).sum() == 1
        fields = {"place_id": hit["id"]} if kind == "visits" else {"address": name["zh"]} if once else _point(at)
    elif hit["layer"] == "cells":
        fields = {"cell": hit["id"]}
    else:
        fields = _point(at)
    told = {"name": name, "kind": hit["kind"], "at": [round(v, 6) for v in at] if at else None}
    if not exact and hit["layer"] == "units" and hit["name"]["zh"] == text:
        exact = True
    return {**told, "fields": fields, "exact": exact or hit["layer"] in ("point", "cells")}


def _middle(box: list[float] | None) -> list[float] | None:
    return None if not box else [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2]


def _point(at: list[float] | None) -> dict[str, str]:
    return {"lng": f"{at[0]:.6f}", "lat": f"{at[1]:.6f}"} if at else {}


def read_point(shown: Shown, lng: float, lat: float) -> dict[str, Any]:
    """Return what stands at a point: name of the smallest unit that holds it (None: open ground), at, fields."""
    units = shown.plan.units
    shapes = units["geometry"].to_numpy(object)
    held = np.flatnonzero(shapely.intersects_xy(shapes, lng, lat) & units["own"].to_numpy(bool))
    name = None
    if len(held):
        row = units.iloc[int(held[np.argmin(units["area_m2"].to_numpy()[held])])]
        name = {"zh": row["name"], "en": row["name_en"] if isinstance(row["name_en"], str) else row["name"]}
    at = [round(lng, 6), round(lat, 6)]
    same = {"zh": f"{at[0]}, {at[1]}", "en": f"{at[0]}, {at[1]}"}
    return {"name": same, "inside": name, "kind": "point", "at": at, "fields": _point(at), "exact": True}
