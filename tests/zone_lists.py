"""Zone lists made by hand, for the tests of what is written and read back."""

from datetime import UTC, date, datetime
from typing import Any

import geopandas as gpd
import h3
import pandas as pd
import shapely

from zoning.export import Format, write_zones
from zoning.policy import load_policy
from zoning.settings import Settings

POLICY = load_policy("cn-sz-2022")
CELLS = sorted(h3.grid_disk(h3.latlng_to_cell(22.57, 114.12, 11), 3))
BOX = shapely.MultiPolygon([shapely.box(114.12000004, 22.57, 114.13, 22.58)])


def zones(*rows: dict[str, Any]) -> gpd.GeoDataFrame:
    """The zones table: each row is a sealed zone Z1 but for what it gives."""
    empty = {
        "zone_id": "Z1", "aliases": [], "class": "sealed", "rank": 1, "stage": "hold", "status": "in_force",
        "name": "布心花园4栋5单元", "founding_fact": "cases:C1", "delineated_at": "2022-03-14T14:00Z",
        "in_force_from": "2022-03-14T16:00Z", "decided_by": "Li", "earliest_lift_at": "2022-03-28T16:00Z",
        "people": 123.44, "area_m2": 456.78, "causes_count": 2, "rule_ids": ["R1"], "geometry": BOX,
    }  # fmt: skip
    table = pd.DataFrame([{**empty, **row} for row in rows])
    for column in ("delineated_at", "in_force_from", "earliest_lift_at"):
        table[column] = pd.to_datetime(table[column], utc=True).astype("datetime64[us, UTC]")
    return gpd.GeoDataFrame(table, geometry="geometry", crs="EPSG:4326")


def membership(rows: dict[str, str]) -> pd.DataFrame:
    return pd.DataFrame({"atom_id": list(rows), "zone_id": list(rows.values())}, dtype="str")


CALENDAR = pd.DataFrame(
    {"zone_id": ["Z1", "Z1"], "day": [1, 3], "date": [date(2022, 3, 15), date(2022, 3, 17)]},
)
GATES = pd.DataFrame(
    {
        "gate_id": ["g1", "g2"], "zone_id": ["Z1", "gone"], "kind": "entrance",
        "name": pd.Series([None, "x"], dtype="str"), "open": pd.array([None, True], "boolean"),
        "lng": 114.1, "lat": 22.5,
    }
)  # fmt: skip
SITES = pd.DataFrame(
    {"zone_id": ["Z1"], "site_kind": "clinic", "site_id": "s1", "name": "社康", "distance_m": 120.4, "by_road": True}
)


def write(
    table: gpd.GeoDataFrame,
    members: dict[str, str] | None = None,
    now: str = "2022-03-16T02:00Z",
    form: Format = ".geojson",
) -> bytes:
    """The list of these zones, with these atoms of them, as a file."""
    at = datetime.fromisoformat(now).astimezone(UTC)
    return write_zones(form, table, membership(members or {}), CALENDAR, GATES, SITES, POLICY, Settings(), at)
