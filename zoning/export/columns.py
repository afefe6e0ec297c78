"""What a zone list says of each zone: `COLUMNS` is all that may leave, whatever the format."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from zoning.geometry import cells_to_text, text_to_cells
from zoning.policy import Policy
from zoning.settings import Settings
from zoning.times import iso_local, local_date

Columns = dict[str, list[Any]]
_TEXT, _NUMBER, _WHOLE = pa.string(), pa.float64(), pa.int64()
_REASON = pa.struct({"rule_id": _TEXT, "cite": _TEXT, "grade": _TEXT})
_GATE = pa.struct({"gate_id": _TEXT, "kind": _TEXT, "name": _TEXT, "open": pa.bool_(), "lng": _NUMBER, "lat": _NUMBER})
_SITE = pa.struct({"site_kind": _TEXT, "site_id": _TEXT, "name": _TEXT, "distance_m": _NUMBER, "by_road": pa.bool_()})
# Dates and times are local ISO text. No fact, case or person is named, nor who decided.
COLUMNS: dict[str, pa.DataType] = {
    "zone_id": _TEXT,
    "aliases": pa.list_(_TEXT),
    **dict.fromkeys(("class", "stage", "status", "name", "policy_id", "policy_version"), _TEXT),
    **dict.fromkeys(("delineated_at", "in_force_from"), _TEXT),
    "day": _WHOLE,
    "earliest_lift_at": _TEXT,
    "test_dates": pa.list_(_TEXT),
    **dict.fromkeys(("people", "area_m2"), _NUMBER),
    "causes_count": _WHOLE,
    "reasons": pa.list_(_REASON),
    "gates": pa.list_(_GATE),
    "sites": pa.list_(_SITE),
    **dict.fromkeys(("members", "cells"), pa.list_(_TEXT)),
}
LISTS = [name for name, kind in COLUMNS.items() if pa.types.is_list(kind)]
ATOMS = ("members", "cells")


def zone_columns(
    zones: pd.DataFrame,
    membership: pd.DataFrame,
    calendar: pd.DataFrame,
    gate_points: pd.DataFrame,
    site_links: pd.DataFrame,
    policy: Policy,
    settings: Settings,
    now: datetime,
) -> Columns:
    """Return the values of every column of a zone list.

    Parameters
    ----------
    zones : the zones table, in the order in which it is written; times in UTC.
    membership : atom_id, zone_id of every atom in a zone; a ground cell's atom_id is its hex string.
    calendar : zone_id, day, date of the test rounds.
    gate_points : gate_id, zone_id, kind, name, open, lng, lat (degrees).
    site_links : zone_id, site_kind, site_id, name, distance_m, by_road.
    policy : the pack that made the zones; gives each rule's citation and grade.
    settings : `zone` is the IANA zone in which times and dates are written.
    now : tz-aware time whose local date gives `day`.

    Returns
    -------
    Name -> one value a zone, for exactly the names of `COLUMNS`, in their order; None is not known.
    """
    ids = zones["zone_id"].tolist()
    rules = {r.id: {"rule_id": r.id, "cite": r.cite, "grade": r.grade} for r in policy.rules}
    unknown: dict[str, Any] = {"cite": "", "grade": None}
    found: Columns = {
        "zone_id": ids,
        "aliases": [sorted(a) for a in zones["aliases"]],
        **{c: plain(zones[c]) for c in ("class", "stage", "status", "name", "causes_count")},
        "policy_id": [policy.pack.id] * len(ids),
        "policy_version": [policy.pack.version] * len(ids),
        **{c: iso_times(zones[c], settings.zone) for c in ("delineated_at", "in_force_from", "earliest_lift_at")},
        "day": _day(zones, calendar, settings.zone, now),
        "test_dates": _grouped(ids, calendar["zone_id"], (on.isoformat() for on in calendar["date"])),
        **{c: plain(zones[c].astype(float).round(1)) for c in ("people", "area_m2")},
        "reasons": [[rules.get(r, {"rule_id": r, **unknown}) for r in sorted(set(of))] for of in zones["rule_ids"]],
        "gates": _grouped(ids, gate_points["zone_id"], _records(gate_points, _GATE)),
        "sites": _grouped(ids, site_links["zone_id"], _records(site_links.round({"distance_m": 0}), _SITE)),
        **_atoms(ids, membership),
    }
    return {name: found[name] for name in COLUMNS}


def plain(values: pd.Series) -> list[Any]:
    """Return the values of a column as JSON can hold them.

    Parameters
    ----------
    values : (n,) of any type but times.

    Returns
    -------
    n plain values, None where one is missing.
    """
    return [None if gone else value for value, gone in zip(values.tolist(), values.isna(), strict=True)]


def iso_times(times: pd.Series, zone: str) -> list[str | None]:
    """Return times as local ISO text.

    Parameters
    ----------
    times : (n,) UTC.
    zone : IANA zone in which they are written.

    Returns
    -------
    n texts, None where a time is missing.
    """
    codes, unique = pd.factorize(times)
    texts = [iso_local(pd.Timestamp(t), zone) for t in unique]
    return [texts[code] if code >= 0 else None for code in codes]


def _records(table: pd.DataFrame, kind: pa.StructType) -> Iterable[dict[str, Any]]:
    names = [field.name for field in kind]
    values = [plain(table[name]) for name in names]
    return (dict(zip(names, row, strict=True)) for row in zip(*values, strict=True))


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
    parts = zip(ATOMS, (atoms[~ground], atoms[ground]), strict=True)
    return {name: _grouped(ids, part["zone_id"], part["atom_id"]) for name, part in parts}


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
