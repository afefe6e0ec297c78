"""Ground by a pack in a town small enough to hold in the head, for the test vectors of packs.

A name of digits is a house of 2 m about the point so many metres north of the origin, alone on bare ground; `ring k`
are the cells k steps from the origin, where there is no house at all. Every other name is of the town, in metres from
west to east: estate E (0 to 240) with the buildings A (stairwells A1, A2, A3), B 25 m beside it, C, and M (floors M1,
M2, M3); the houses F and G in the street block R, and H; all this in community N1. K is in N2; both are in sub-district
S1. L is in N3 of S2; all this is in district D1. O and P are in S3 of D2, Q and T in D2 alone.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, time, timedelta
from functools import cache
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from zoning.errors import PolicyError
from zoning.geometry import Frame, disks, points_to_cells
from zoning.pipeline import Plan, derive_state
from zoning.policy import Policy
from zoning.settings import Settings
from zoning.state import DECISIONS, State
from zoning.tables import FACT_KINDS, KINDS, PANDAS_DTYPES, contract, empty
from zoning.times import zone_info

Row = dict[str, Any]
NOTHING = "none"
_RING = "ring "
_FRAME, _EAST, _NORTH = Frame(114), 0.0, 2_500_000.0  # the origin, in metres: 114 degrees east, 22.6 north
_AFTER, _DAY = 15, timedelta(days=1)  # the first case is reported so many days after the pack's text begins
_HOUSES = {"A": (0, "E"), "B": (45, "E"), "C": (150, "E"), "M": (200, "E"), "F": (300, None), "G": (400, None),
           "H": (500, None), "K": (1000, None), "L": (2000, None), "O": (4000, None), "P": (4200, None),
           "Q": (5000, None), "T": (5200, None)}  # fmt: skip
_INSIDE = {"A": "stairwell", "M": "floor_range"}  # their units are numbered 1 to 3
_AREAS = {"R": ("road_block", 290, 430), "N1": ("community", -99, 600), "N2": ("community", 600, 1600),
          "N3": ("community", 1600, 3000), "S1": ("subdistrict", -99, 1600), "S2": ("subdistrict", 1600, 3000),
          "S3": ("subdistrict", 3000, 4500), "D1": ("district", -99, 3000), "D2": ("district", 3000, 6000)}  # fmt: skip
_UNITS = {*_HOUSES, "E", *(f"{name}{k}" for name in _INSIDE for k in (1, 2, 3))}


def ground_of(line: Mapping[str, Any], policy: Policy) -> tuple[dict[str, str], dict[str, str]]:
    """Return what a pack makes of the cases of a vector.

    Parameters
    ----------
    line : `gives`: name -> class, of which the names are read; `homes`: of the cases (the house 0), or name -> how
        many; `days`: on which the first of them are reported, the others on day 0; `status` of the cases; `visits`:
        `at` a name, with `risk`, `traceable`; `resolution` of the cells.
    policy : the pack, with the choices of the line.

    Returns
    -------
    Class of each name of `gives`, 'none' where it is in no zone; and what rules only propose, likewise.

    Raises
    ------
    PolicyError : the line names what is not in the town.
    """
    plan = _derive(line, policy)
    found = dict(zip(plan.membership["atom_id"], plan.membership["class"], strict=True))
    cells = dict(zip(plan.membership["atom"], plan.membership["class"], strict=True))
    told = {}
    for name in line["gives"]:
        if name.startswith(_RING):
            told[name] = _ring(int(name.removeprefix(_RING)), plan.settings.resolution, cells)
        else:
            told[name] = found.get(name, NOTHING)
    return told, dict(zip(plan.proposals["name"], plan.proposals["class"], strict=True))


def _ring(k: int, resolution: int, cells: Mapping[int, str]) -> str:
    lng, lat = _at(0, 0)
    origin = points_to_cells(np.array([lng]), np.array([lat]), resolution)
    inner = set(disks(origin, k - 1)[1].tolist()) if k else set()
    return ", ".join(sorted({cells.get(cell, NOTHING) for cell in disks(origin, k)[1].tolist() if cell not in inner}))


def _derive(line: Mapping[str, Any], policy: Policy) -> Plan:
    visits, homes = line.get("visits", []), line.get("homes", [] if "visits" in line else ["0"])
    homes = [name for name, n in homes.items() for _ in range(n)] if isinstance(homes, Mapping) else homes
    names = {*homes, *line["gives"], *(visit["at"] for visit in visits)}
    bare = all(name.isdigit() or name.startswith(_RING) for name in names)
    if not bare and (lost := {name.removesuffix("/rest") for name in names} - _UNITS):
        raise PolicyError(f"a ground vector names '{min(lost)}', which is not in the town; it has {sorted(_UNITS)}")
    cases = _cases(line, policy, homes)
    rows = {**(_bare(names) if bare else _town()), "cases": cases, **_visits(visits, cases[0]["reported_at"])}
    last = max(row["reported_at"] for row in cases)
    made = {kind: _table(kind, rows.get(kind, [])) for kind in KINDS}
    versions = made["cases"].drop(columns=["first_recorded_at", "withdrawn"])
    settings = Settings(resolution=line.get("resolution", 11))
    return derive_state(State(last, settings, made, versions, _undecided()), policy, last)


def _undecided() -> pd.DataFrame:
    found = pd.DataFrame(columns=list(DECISIONS))
    for column in ("delineated_at", "in_force_from", "recorded_at", "until"):
        found[column] = pd.to_datetime(found[column], utc=True).astype("datetime64[us, UTC]")
    return found


def _at(east: float, north: float) -> tuple[float, float]:
    point = _FRAME.to_degrees(shapely.Point(_EAST + east, _NORTH + north))
    return point.x, point.y


def _box(west: float, south: float, width: float, height: float) -> Any:
    x, y = _EAST + west, _NORTH + south
    return _FRAME.to_degrees(shapely.box(x, y, x + width, y + height))


def _bare(names: Iterable[str]) -> dict[str, list[Row]]:
    houses = sorted(int(name) for name in names if name.isdigit())
    return {"buildings": [{"id": str(k), "name": str(k), "geometry": _box(-1, k - 1, 2, 2)} for k in houses]}


def _town() -> dict[str, list[Row]]:
    units = [
        {"id": f"{name}{k}", "name": f"{name}{k}", "parent_id": name, "level": level, **_numbered(level, k)}
        for name, level in _INSIDE.items()
        for k in (1, 2, 3)
    ]
    return {
        "estates": [{"id": "E", "name": "E", "geometry": _box(0, 0, 240, 60)}],
        "buildings": [
            {"id": key, "name": key, "parent_id": parent, "geometry": _box(east, 20, 20, 20)}
            for key, (east, parent) in _HOUSES.items()
        ],
        "units": units,
        "areas": [
            {"id": key, "name": key, "level": level, "geometry": _box(west, -200, east - west, 400)}
            for key, (level, west, east) in _AREAS.items()
        ],
    }


def _numbered(level: str, k: int) -> Row:
    return {"number": k} if level == "stairwell" else {"floor_from": k, "floor_to": k}


def _where(name: str) -> Row:
    return dict(zip(("lng", "lat"), _at(0, 0), strict=True)) if name.startswith(_RING) else {"unit_id": name}


def _cases(line: Mapping[str, Any], policy: Policy, homes: list[str]) -> list[Row]:
    begins = datetime.combine(policy.pack.valid_from + _AFTER * _DAY, time(8), zone_info(Settings().zone))
    days = [*line.get("days", []), *[0] * max(len(homes), 1)][: max(len(homes), 1)]
    rows, last = list[Row](), begins.astimezone(UTC) + max(days) * _DAY
    for k, day in enumerate(days):
        told = begins.astimezone(UTC) + day * _DAY
        # Everybody is there to the end, so that no cause is too old for what its rule counts.
        when = {"onset_at": told - 2 * _DAY, "reported_at": told, "isolated_at": last, "recorded_at": told}
        who = {"case_id": f"C{k:03}", "person_id": f"P{k:03}", "status": line.get("status", "confirmed")}
        rows.append({"found_in": "community", **who, **when, **(_where(homes[k]) if homes else {})})
    return rows


def _visits(visits: list[Row], first: datetime) -> dict[str, list[Row]]:
    """Stays of the first case on the day before its report."""
    stays, places = list[Row](), list[Row]()
    for k, visit in enumerate(visits):
        where = _where(visit["at"])
        if "unit_id" in where:
            places.append({"id": f"L{k}", "name": visit["at"], **where})
            where = {"place_id": f"L{k}"}
        when = {"arrive_at": first - _DAY, "leave_at": first - _DAY + timedelta(hours=2), "recorded_at": first}
        risk = {"place_risk": visit["risk"], "contacts_traceable": visit.get("traceable", False)}
        stays.append({"visit_id": f"V{k}", "person_id": "P000", **when, **risk, **where})
    return {"visits": stays, "places": places}


def _table(kind: str, rows: list[Row]) -> pd.DataFrame:
    """Rows as the state has them."""
    if not rows:
        return _nothing(kind).copy(deep=False)
    columns = {c.name: pd.Series([row.get(c.name) for row in rows], dtype=object) for c in contract(kind).stored}
    types = {c.name: PANDAS_DTYPES[c.dtype] for c in contract(kind).stored if c.dtype != "geometry"}
    return _stored(kind, pd.DataFrame(columns).astype(types).sort_values(contract(kind).id, ignore_index=True))


@cache
def _nothing(kind: str) -> pd.DataFrame:
    return _stored(kind, empty(kind).drop(columns="row"))


def _stored(kind: str, found: pd.DataFrame) -> pd.DataFrame:
    if kind in FACT_KINDS:
        found.insert(0, "fact_id", f"{kind}:" + found[contract(kind).id].astype("str"))
        found = found.assign(first_recorded_at=found["recorded_at"], withdrawn=False)
    return gpd.GeoDataFrame(found, crs="EPSG:4326") if "geometry" in found else found
