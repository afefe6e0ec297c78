"""Zone lists as GeoJSON (RFC 7946): one feature a zone, and back to memberships without any geometry.

A feature lists its atoms: `members` are units and their remainders, `cells` are ground cells as hex strings; together
they are exactly the zone's atoms. No fact id and no person is written.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import pandas as pd
import shapely

from zoning.errors import InputError
from zoning.geometry import Shapes, cells_to_text, text_to_cells
from zoning.policy import Policy
from zoning.settings import Settings
from zoning.times import iso_local, local_date

DIGITS = 7
PIECE = 200  # features written at a time: they stay in the processor's cache, and out of the garbage collector's way
_GATE = ["gate_id", "kind", "name", "open", "lng", "lat"]
_SITE = ["site_kind", "site_id", "name", "distance_m", "by_road"]


def zones_to_geojson(
    zones: pd.DataFrame,
    membership: pd.DataFrame,
    calendar: pd.DataFrame,
    gate_points: pd.DataFrame,
    site_links: pd.DataFrame,
    policy: Policy,
    settings: Settings,
    now: datetime,
) -> bytes:
    """Return the zone list as a GeoJSON file.

    Parameters
    ----------
    zones : the zones table, geometry in WGS84, times in UTC.
    membership : atom_id, zone_id of every atom in a zone; a ground cell's atom_id is its hex string.
    calendar : zone_id, day, date of the test rounds.
    gate_points : gate_id, zone_id, kind, name, open, lng, lat (degrees).
    site_links : zone_id, site_kind, site_id, name, distance_m, by_road.
    policy : the pack that made the zones; gives each rule's citation and grade.
    settings : `zone` is the IANA zone in which times and dates are written.
    now : tz-aware time whose local date gives `day`.

    Returns
    -------
    UTF-8 bytes: WGS84 lng,lat with 7 digits, right-hand rule, bbox; features by rank, then zone_id.

    Source
    ------
    RFC 7946, sections 3.1.6 (right-hand rule), 4 (WGS84), 5 (bbox) and 11.2 (precision).
    """
    table = zones.sort_values(["rank", "zone_id"], ignore_index=True)
    ids = table["zone_id"].tolist()
    rules = {r.id: {"rule_id": r.id, "cite": r.cite, "grade": r.grade} for r in policy.rules}
    unknown: dict[str, Any] = {"cite": "", "grade": None}
    properties: dict[str, list[Any]] = {
        "zone_id": ids,
        "aliases": [sorted(a) for a in table["aliases"]],
        **{c: _plain(table[c]) for c in ("class", "stage", "status", "name")},
        "policy_id": [policy.pack.id] * len(ids),
        "policy_version": [policy.pack.version] * len(ids),
        "delineated_at": _iso(table["delineated_at"], settings.zone),
        "in_force_from": _iso(table["in_force_from"], settings.zone),
        "day": _day(table, calendar, settings.zone, now),
        "earliest_lift_at": _iso(table["earliest_lift_at"], settings.zone),
        "test_dates": _grouped(ids, calendar["zone_id"], (on.isoformat() for on in calendar["date"])),
        **{c: _plain(table[c].astype(float).round(1)) for c in ("people", "area_m2")},
        "causes_count": _plain(table["causes_count"]),
        "reasons": [[rules.get(r, {"rule_id": r, **unknown}) for r in sorted(set(of))] for of in table["rule_ids"]],
        "gates": _grouped(ids, gate_points["zone_id"], _records(gate_points, _GATE)),
        "sites": _grouped(ids, site_links["zone_id"], _records(site_links.round({"distance_m": 0}), _SITE)),
        **_atoms(ids, membership),
    }
    return features_to_geojson(table["geometry"].to_numpy(object), properties)


def features_to_geojson(shapes: Shapes, properties: dict[str, list[Any]]) -> bytes:
    """Return shapes and their properties as a GeoJSON file.

    Parameters
    ----------
    shapes : (n,) shapely geometries, WGS84.
    properties : name -> n values that JSON can hold.

    Returns
    -------
    UTF-8 bytes of a FeatureCollection, with a bbox unless it is empty.
    """
    pieces, corners = list[bytes](), list[npt.NDArray[np.float64]]()
    for start in range(0, len(shapes), PIECE):
        part = slice(start, start + PIECE)
        written = round_shapes(shapes[part])
        rows = zip(*(values[part] for values in properties.values()), strict=True)
        features = [
            {
                "type": "Feature",
                "geometry": orjson.Fragment(text),
                "properties": dict(zip(properties, row, strict=True)),
            }
            for text, row in zip(shapely.to_geojson(written), rows, strict=True)
        ]
        pieces.append(orjson.dumps(features)[1:-1])
        if len(at := shapely.get_coordinates(written)):
            corners += [at.min(axis=0), at.max(axis=0)]
    box = {"bbox": [*np.min(corners, axis=0).tolist(), *np.max(corners, axis=0).tolist()]} if corners else {}
    head = orjson.dumps({"type": "FeatureCollection", **box})
    return b"".join([head[:-1], b',"features":[', b",".join(pieces), b"]}"])


def round_shapes(shapes: Shapes) -> Shapes:
    """Return shapes with coordinates of 7 digits, turned by the right-hand rule.

    Coordinates are rounded one by one, which keeps neighbours' edges equal; only what that makes invalid is rebuilt.

    Parameters
    ----------
    shapes : (n,) shapely geometries, WGS84.

    Returns
    -------
    (n,) valid geometries; a part smaller than the rounding is dropped.
    """
    found = _rounded(np.asarray(shapes, object))
    if (broken := ~shapely.is_valid(found)).any():
        whole = shapely.make_valid(np.asarray(shapes, object)[broken], method="structure", keep_collapsed=False)
        found[broken] = _rounded(shapely.set_precision(whole, 10.0**-DIGITS))
    at, owner = shapely.get_coordinates(found, return_index=True)
    # Points that rounding made one; most shapes have none, and then need no new copy.
    again = np.unique(owner[1:][(at[1:] == at[:-1]).all(axis=1)])
    found[again] = shapely.remove_repeated_points(found[again])
    return np.asarray(shapely.orient_polygons(found), object)


def read_zones(data: bytes) -> pd.DataFrame:
    """Return the memberships that an exported zone list holds; its geometry is not read.

    Parameters
    ----------
    data : bytes of a file that `zones_to_geojson` wrote.

    Returns
    -------
    atom_id, class, zone_id, by atom_id.

    Raises
    ------
    InputError : not JSON, no FeatureCollection, a feature without what it needs, or an atom in two zones.
    """
    try:
        features = orjson.loads(data)["features"]
        rows = [
            (str(atom), str(p["class"]), str(p["zone_id"]))
            for p in (feature["properties"] for feature in features)
            for atom in (*p["members"], *p["cells"])
        ]
    except orjson.JSONDecodeError as error:
        raise InputError(f"zone list: not JSON ({error}); give a GeoJSON file that Cordon exported") from error
    except (KeyError, TypeError) as error:
        raise InputError(
            f"zone list: {error} is missing or of another type; each feature needs zone_id, class, members and cells: "
            "give a GeoJSON file that Cordon exported"
        ) from error
    found = pd.DataFrame(rows, columns=["atom_id", "class", "zone_id"], dtype="str")
    twice = found[found["atom_id"].duplicated(keep=False)]
    if len(twice):
        atom = twice["atom_id"].iloc[0]
        held = ", ".join(twice.loc[twice["atom_id"] == atom, "zone_id"])
        raise InputError(f"zone list: atom '{atom}' is listed twice (zones {held}); leave it in one of them")
    return found.sort_values("atom_id", ignore_index=True)


def _rounded(shapes: Shapes) -> Any:
    # Adding 0 turns -0.0 into 0.0.
    return shapely.transform(shapes, lambda points: np.round(points, DIGITS) + 0.0)


def _plain(values: pd.Series) -> list[Any]:
    return [None if gone else value for value, gone in zip(values.tolist(), values.isna(), strict=True)]


def _iso(times: pd.Series, zone: str) -> list[str | None]:
    codes, unique = pd.factorize(times)
    texts = [iso_local(pd.Timestamp(t), zone) for t in unique]
    return [texts[code] if code >= 0 else None for code in codes]


def _records(table: pd.DataFrame, columns: list[str]) -> Iterable[dict[str, Any]]:
    values = [_plain(table[c]) for c in columns]
    return (dict(zip(columns, row, strict=True)) for row in zip(*values, strict=True))


def _grouped(ids: list[str], owners: pd.Series, values: Iterable[Any]) -> list[list[Any]]:
    """The values of each zone, in the order in which they come."""
    found: dict[str, list[Any]] = {zone_id: [] for zone_id in ids}
    for owner, value in zip(owners, values, strict=True):
        if owner in found:
            found[owner].append(value)
    return list(found.values())


def _atoms(ids: list[str], membership: pd.DataFrame) -> dict[str, list[list[str]]]:
    atoms = membership.sort_values("atom_id")
    texts = atoms["atom_id"].to_numpy(object)
    cells = text_to_cells(texts.tolist())
    # A unit whose id merely reads as a cell in another notation is no ground cell.
    ground = cells != 0
    ground[ground] = np.array(cells_to_text(cells[ground]), object) == texts[ground]
    parts = {"members": atoms[~ground], "cells": atoms[ground]}
    return {name: _grouped(ids, part["zone_id"], part["atom_id"]) for name, part in parts.items()}


def _day(zones: pd.DataFrame, calendar: pd.DataFrame, zone: str, now: datetime) -> list[int | None]:
    """Day number today of each zone in force, counted as its test days are; without tests, from its first date."""
    today, ones = local_date(pd.Timestamp(now), zone), dict[str, date]()
    for zone_id, number, on in zip(calendar["zone_id"], calendar["day"], calendar["date"], strict=True):
        ones.setdefault(zone_id, on - timedelta(int(number) - 1))
    columns = (zones["zone_id"], zones["status"], zones["in_force_from"])
    return [
        max((today - (ones.get(zone_id) or local_date(start, zone))).days + 1, 0)
        if status == "in_force" and not pd.isna(start) and start <= now
        else None
        for zone_id, status, start in zip(*columns, strict=True)
    ]
