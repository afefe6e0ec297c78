"""A plan with very many zones, and names as long as a file may give them, for what must stay quick or whole."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import geopandas as gpd
import pandas as pd

from dashboard.plans import Engine
from tests.browser import standin
from tests.browser.standin import AS_OF, LivedPlan, box

ACROSS = 100  # zones in a row
LONG_ZH, LONG_EN = ("长名" * 98 + "第88栋")[:200], ("Very long name of an estate " * 8)[:190] + " block 88"


def crowded_plan(count: int, as_of: datetime = AS_OF) -> LivedPlan:
    """Return the hand-made plan, lived and then copied until it has `count` zones; the last one has a long name."""
    plan = standin.make_plan(as_of)
    if not len(plan.zones):
        return plan
    kinds = plan.zones.iloc[[0, 1, 2, 3]]
    zones = pd.concat([kinds] * (count // 4 + 1), ignore_index=True).iloc[: count - len(plan.zones) + 1]
    ids = [f"z{n:07d}" for n in range(len(zones))]
    shapes = [box(400 + 40 * (n % ACROSS), 40 * (n // ACROSS), 30, 30) for n in range(len(zones))]
    more = zones.assign(zone_id=ids, name=[f"东风新村{n}栋" for n in range(len(zones))], geometry=shapes)
    more = more.assign(name_en=[f"Dongfeng Village, block {n}" for n in range(len(zones))], stage="none", origin=None)
    more.loc[more.index[-1], ["name", "name_en"]] = [LONG_ZH, LONG_EN]
    rounds = plan.calendar[plan.calendar["zone_id"] == "c7b2d401"].drop(columns="zone_id")
    calendar = pd.DataFrame({"zone_id": ids}).merge(rounds, how="cross")[list(plan.calendar)]
    both = gpd.GeoDataFrame(pd.concat([plan.zones, more], ignore_index=True), geometry="geometry", crs="EPSG:4326")
    areas = pd.DataFrame(
        [("SW", "西街道", "West Sub-district", -500, 2400), ("SE", "东街道", "East Sub-district", 2400, 9000)],
        columns=["id", "name", "name_en", "from", "to"],
    )
    shapes = [box(a, -500, b - a, 9000) for a, b in zip(areas.pop("from"), areas.pop("to"), strict=True)]
    areas = pd.concat([plan.tables["areas"], areas.assign(level="subdistrict", geometry=shapes)], ignore_index=True)
    tables = {**plan.tables, "areas": areas}
    rounds = pd.concat([plan.calendar, calendar], ignore_index=True)
    return replace(plan, zones=both, tables=tables, calendar=rounds)


def crowded_engine(count: int) -> Engine:
    """Return an engine that derives this plan."""

    def derive(_outbreak: str = "", as_of: Any = None, **_: Any) -> LivedPlan:
        return crowded_plan(count, as_of or AS_OF)

    return replace(standin.engine(), derive=derive)
