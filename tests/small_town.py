"""Builders of towns small enough to work out on paper: shapes in metres from one corner, times in local words.

`derive_town(estates=[...], cases=[...])` runs the whole path over tables in memory, without files or a log.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from zoning.geometry import Frame
from zoning.hashes import digest
from zoning.pipeline import Plan, derive_state
from zoning.policy import Policy, load_policy
from zoning.settings import Settings
from zoning.state import DECISIONS, State
from zoning.tables import FACT_KINDS, KINDS, PANDAS_DTYPES, contract, empty

FRAME = Frame(114)
CORNER = shapely.get_coordinates(FRAME.to_metres(shapely.Point(114.05, 22.54)))[0]
SETTINGS = Settings()
POLICY = load_policy("cn-sz-2022")
AS_OF = datetime(2022, 3, 20, 16, tzinfo=UTC)  # 20 March 24时 in Shanghai
Row = dict[str, Any]


def degrees(shape: Any) -> Any:
    """A shape in metres from the corner as WGS84."""
    return FRAME.to_degrees(shapely.transform(shape, lambda at: at + CORNER))


def metres(shape: Any) -> Any:
    """A WGS84 shape in metres from the corner."""
    return shapely.transform(FRAME.to_metres(shape), lambda at: at - CORNER)


def box(x: float, y: float, width: float = 20, height: float = 20) -> Any:
    """A rectangle, its lower left corner first."""
    return degrees(shapely.box(x, y, x + width, y + height))


def point(x: float, y: float) -> dict[str, float]:
    """lng and lat of a point in metres from the corner."""
    at = degrees(shapely.Point(x, y))
    return {"lng": at.x, "lat": at.y}


def at(text: str) -> pd.Timestamp:
    """A time of March 2022 in Shanghai, as UTC: `at("08 12:30")`, `at("08")`."""
    return pd.Timestamp(f"2022-03-{text}", tz="Asia/Shanghai").tz_convert("UTC")


def table(kind: str, rows: Iterable[Row] = ()) -> pd.DataFrame:
    """Rows as the contract of their kind stores them, in order of id; times may be text such as `08 12:30`."""
    rows = list(rows)
    if not rows:
        return _nothing(kind).copy(deep=False)
    unknown = {name for row in rows for name in row} - {c.name for c in contract(kind).stored}
    assert not unknown, f"{kind} has no columns {unknown}"
    series = {}
    for column in contract(kind).stored:
        values = [row.get(column.name) for row in rows]
        if column.dtype == "time":
            values = [at(v) if isinstance(v, str) else v for v in values]
            series[column.name] = pd.to_datetime(pd.Series(values, dtype=object), utc=True)
        elif column.dtype == "geometry":
            series[column.name] = pd.Series(values, dtype=object)
            continue
        else:
            values = [int(v, 16) if column.dtype == "cell" and v else v for v in values]
            series[column.name] = pd.Series(values, dtype=object)
        series[column.name] = series[column.name].astype(PANDAS_DTYPES[column.dtype])
    found = pd.DataFrame(series).sort_values(contract(kind).id, kind="stable", ignore_index=True)
    return gpd.GeoDataFrame(found, crs="EPSG:4326") if "geometry" in found else found


@cache
def _nothing(kind: str) -> pd.DataFrame:
    """A table of no rows; most towns of the tests have no rows of most kinds."""
    found = empty(kind).drop(columns="row")
    return gpd.GeoDataFrame(found, crs="EPSG:4326") if "geometry" in found else found


def facts(kind: str, rows: Iterable[Row] = (), withdrawn: Iterable[str] = ()) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The newest version of each fact, and every version, oldest first: later rows of one id correct earlier ones."""
    defaults = {"cases": {"status": "confirmed", "found_in": "community", "recorded_at": "12"}, "visits": {}}
    rows = [{"recorded_at": "12", **defaults.get(kind, {}), **row} for row in rows]
    key = contract(kind).id
    versions = table(kind, rows)
    if kind == "cases":
        versions["person_id"] = versions["person_id"].fillna(versions["case_id"])
    versions.insert(0, "fact_id", kind + ":" + versions[key].astype("str"))
    versions = versions.sort_values([key, "recorded_at"], kind="stable", ignore_index=True)
    first = versions.groupby("fact_id")["recorded_at"].transform("first")
    newest = versions.assign(first_recorded_at=first, withdrawn=versions["fact_id"].isin(list(withdrawn)))
    return newest[~newest["fact_id"].duplicated(keep="last")].reset_index(drop=True), versions


def tables(withdrawn: Iterable[str] = (), **rows: Iterable[Row]) -> dict[str, pd.DataFrame]:
    """One table a kind, empty where no rows are given."""
    withdrawn = list(withdrawn)
    return {
        kind: facts(kind, rows.get(kind, ()), withdrawn)[0] if kind in FACT_KINDS else table(kind, rows.get(kind, ()))
        for kind in KINDS
    }


def decisions(*payloads: Mapping[str, Any]) -> pd.DataFrame:
    """Decisions in recorded order, as the state has them."""
    rows = [{"event_id": digest(i), "fact_ids": [], "action": "delineate", **p} for i, p in enumerate(payloads)]
    found = pd.DataFrame(rows, columns=list(DECISIONS))
    for column in ("delineated_at", "in_force_from", "recorded_at", "until"):
        found[column] = pd.to_datetime(found[column], utc=True).astype("datetime64[us, UTC]")
    return found


def state(
    withdrawn: Iterable[str] = (),
    decided: Iterable[Mapping[str, Any]] = (),
    settings: Settings = SETTINGS,
    **rows: Iterable[Row],
) -> State:
    """The state of a town, as `fold` would give it."""
    withdrawn = list(withdrawn)
    versions = facts("cases", rows.get("cases", ()))[1]
    return State(AS_OF, settings, tables(withdrawn, **rows), versions, decisions(*decided))


def derive_town(
    policy: Policy = POLICY,
    as_of: datetime = AS_OF,
    withdrawn: Iterable[str] = (),
    decided: Iterable[Mapping[str, Any]] = (),
    settings: Settings = SETTINGS,
    **rows: Iterable[Row],
) -> Plan:
    """The plan of a town."""
    return derive_state(state(withdrawn, decided, settings, **rows), policy, as_of)


def classes(plan: Plan) -> dict[str, str]:
    """Class of every atom that is in a zone."""
    return dict(zip(plan.membership["atom_id"], plan.membership["class"], strict=True))


def home(case: str, unit: str | None = None, **more: Any) -> Row:
    """A case reported on 12 March whose window runs from 8 to 12 March."""
    return {"case_id": case, "unit_id": unit, "onset_at": "10", "reported_at": "12", "isolated_at": "12", **more}


def stay(visit: str, person: str, **more: Any) -> Row:
    """Two hours on 11 March, likely to infect and not traceable."""
    usual = {"arrive_at": "11 10:00", "leave_at": "11 12:00", "place_risk": "likely", "contacts_traceable": False}
    return {"visit_id": visit, "person_id": person, **usual, **more}


def house(name: str, x: float, y: float, parent: str | None = None, **more: Any) -> Row:
    """A building of 20 m by 20 m."""
    return {"id": name, "name": name, "parent_id": parent, "geometry": box(x, y), **more}


def estate(name: str, x: float, y: float, width: float, height: float, **more: Any) -> Row:
    """An estate with a fence."""
    return {"id": name, "name": name, "geometry": box(x, y, width, height), **more}


def area(name: str, x: float, y: float, width: float, height: float, level: str = "community", **more: Any) -> Row:
    """An administrative area."""
    return {"id": name, "name": name, "level": level, "geometry": box(x, y, width, height), **more}


def stairwell(name: str, parent: str, number: int | None = None, **more: Any) -> Row:
    """A stairwell unit without a footprint."""
    return {"id": name, "name": name, "parent_id": parent, "level": "stairwell", "number": number, **more}


def floors(name: str, parent: str, low: int, high: int, **more: Any) -> Row:
    """A floor range without a footprint."""
    span = {"floor_from": low, "floor_to": high}
    return {"id": name, "name": name, "parent_id": parent, "level": "floor_range", **span, **more}


def lng_lat(frame: pd.DataFrame) -> np.ndarray:
    """Points of a table with lng and lat."""
    return np.asarray(shapely.points(frame["lng"].to_numpy(float), frame["lat"].to_numpy(float)))
