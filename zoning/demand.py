"""What testing asks of each day, against what can be sampled: by class, and by area.

Capacity is what the operator set, else the sum over the sampling sites that are loaded; a site without a figure of its
own takes as many people as the pack plans for one.
"""

from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd
import shapely

from zoning.graded import number_on
from zoning.lookup import area_at
from zoning.pipeline import Plan
from zoning.policy import Policy

SITE_KIND = "sampling"
_AMOUNTS = ("people", "assumed", "tubes", "samplers", "tables")
_DAYS = {"date": "object", "class": "str", **dict.fromkeys(_AMOUNTS, "float64"), "zones": "int64", "unknown": "int64"}
_AREAS = {"area_id": "str", "people": "float64", "zones": "int64", "sites": "int64", "capacity": "float64",
          "short": "float64"}  # fmt: skip


def load_per_day(plan: Plan) -> pd.DataFrame:
    """Sum what the rounds of each day ask, class by class.

    Parameters
    ----------
    plan : as derived.

    Returns
    -------
    One row a day and class that tests on it, by date and rank: date (local), class; people due, of them assumed (in
    zones that nobody has put in force yet), tubes, samplers, tables (sums over what is known); zones; unknown (zones
    without a figure of people).
    """
    rounds = plan.calendar.merge(plan.zones[["zone_id", "class", "rank"]], on="zone_id")
    told = pd.DataFrame({name: rounds[name].astype("Float64").fillna(0.0) for name in ("tubes", "samplers", "tables")})
    people = rounds["people_due"].astype("Float64")
    told = told.assign(people=people.fillna(0.0), unknown=people.isna().astype("int64"), zones=1)
    told["assumed"] = told["people"].where(rounds["assumed"].astype(bool), 0.0)
    keys = [rounds["date"], rounds["rank"], rounds["class"]]
    sums = told.groupby(keys).sum().reset_index()
    return sums[list(_DAYS)].astype(_DAYS)


def capacity_per_day(plan: Plan, days: Sequence[date]) -> pd.DataFrame:
    """Return how many people can be sampled on each day.

    Parameters
    ----------
    plan : as derived; its setting `sampling_a_day` comes before the sites.
    days : local days.

    Returns
    -------
    One row a day: date; capacity in people (NaN: nobody set it, and no sampling site is loaded); sites; by (setting,
    sites, or "" where nothing tells it).
    """
    if plan.settings.sampling_a_day:
        return pd.DataFrame(
            {"date": list(days), "capacity": float(plan.settings.sampling_a_day), "sites": 0, "by": "setting"}
        )
    sites = _sites(plan)
    sums = [float(_capacities(sites, plan.policy, day).sum()) if len(sites) else np.nan for day in days]
    by = "sites" if len(sites) else ""
    return pd.DataFrame({"date": list(days), "capacity": sums, "sites": len(sites), "by": by})


def load_by_area(plan: Plan, day: date, level: str) -> pd.DataFrame:
    """Say where a day's rounds are, and what the sampling sites there can take.

    Parameters
    ----------
    plan : as derived.
    day : local day.
    level : of the areas that are told apart.

    Returns
    -------
    One row an area that tests on that day, the shortest first: area_id ("" for ground in none of them), people due,
    zones, sites, capacity in people, short (people more than the sites of the area take; 0 where they suffice).
    """
    rounds = plan.calendar[plan.calendar["date"] == day]
    zones = plan.zones.set_index("zone_id").reindex(rounds["zone_id"])
    due = pd.DataFrame({"area_id": _area_ids(zones["geometry"].to_numpy(object), plan, level), "zones": 1})
    due["people"] = rounds["people_due"].astype("Float64").fillna(0.0).to_numpy(float)
    table = due.groupby("area_id")[["people", "zones"]].sum()
    sites = _sites(plan)
    there = pd.DataFrame({"area_id": _area_ids(sites["geometry"].to_numpy(object), plan, level), "sites": 1})
    there["capacity"] = _capacities(sites, plan.policy, day)
    table = table.join(there.groupby("area_id")[["sites", "capacity"]].sum()).fillna({"sites": 0, "capacity": 0.0})
    table["short"] = (table["people"] - table["capacity"]).clip(lower=0.0)
    table = table.reset_index().sort_values(["short", "people", "area_id"], ascending=[False, False, True])
    return table[list(_AREAS)].astype(_AREAS).reset_index(drop=True)


def _sites(plan: Plan) -> pd.DataFrame:
    sites = plan.tables.get("sites")
    if sites is None:
        return pd.DataFrame({"kind": [], "capacity": [], "geometry": []})
    return sites[sites["kind"] == SITE_KIND]


def _capacities(sites: pd.DataFrame, policy: Policy, day: date) -> np.ndarray:
    """Return the people that each site can take on a day."""
    planned = number_on(policy.capacity.get("people_per_site"), day)
    own = pd.to_numeric(sites["capacity"]) if "capacity" in sites else pd.Series(np.nan, index=sites.index)
    found: np.ndarray = own.astype("float64").fillna(planned).to_numpy()
    return found


def _area_ids(shapes: np.ndarray, plan: Plan, level: str) -> list[str]:
    """Return the area of a level that holds a point of each shape; "" where none does."""
    areas = plan.tables.get("areas")
    points = shapely.point_on_surface(shapes)
    if areas is None or not len(points):
        return [""] * len(points)
    rows, ids = area_at(shapely.get_x(points), shapely.get_y(points), areas, level), areas["id"].tolist()
    return [ids[row] if row >= 0 else "" for row in rows]
