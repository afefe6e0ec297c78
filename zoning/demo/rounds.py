"""Part of the demo city: rounds of tests as an office adds them up: by building where cases live, else by estate."""

import numpy as np
import pandas as pd
import shapely

from zoning.demo.facts import clock
from zoning.demo.ground import Ground
from zoning.demo.plan import District
from zoning.geometry import Ints

# A community is tested on the four days after its first report, and with all others every other day from 15 March on.
FIRST, LATER = range(1, 5), range(14, 40, 2)
# Shares of rows: somebody away, a pool without result; and of people: excused. Own choice, grade O.
AWAY, AWAY_ELSEWHERE, OPEN, EXCUSED = 0.02, 0.001, 0.006, 0.004
PRACTISED = 28  # from this day on rounds where cases live are as complete as elsewhere
REFUSING, GIVES_IN = 0.04, (18, 36)  # a household of a building refuses until it gives in, days after the start
M2_A_WORKER, WORKERS = 300.0, 12


def make_rounds(district: District, spread: pd.DataFrame, ground: Ground) -> pd.DataFrame:
    """Test every community where a case lived or was infected.

    Parameters
    ----------
    district : which.
    spread : of `make_outbreak`.
    ground : of `make_ground`.

    Returns
    -------
    Rounds with the contract's columns, by time; the id of a round is that of the single samples of its day.
    """
    rng, homes = district.rng(101), ground.register.homes
    units = _units(ground, set(homes["lot"].to_numpy()[spread["home"]]))
    units["gives_in"] = np.where(rng.random(len(units)) < REFUSING, rng.uniform(*GIVES_IN, len(units)), 0.0)
    rows = _days(spread, ground).merge(units, on="community")
    rows = rows.sort_values(["day", "unit_id"], kind="stable", ignore_index=True)
    day, due = rows["day"].to_numpy(), rows["due"].to_numpy()
    smooth = ~rows["near"].to_numpy(bool) | (day >= PRACTISED)
    away = rng.random(len(rows)) < np.where(smooth, AWAY_ELSEWHERE, AWAY)
    excused = rng.binomial(due, EXCUSED)
    refused = np.minimum(np.where((rows["gives_in"] > day) & rows["near"], 2, 0), due - excused)
    absent = np.minimum(np.where(away, rng.integers(1, 4, len(rows)), 0), due - excused - refused)
    found = homes["building"].to_numpy()[spread["home"]] + np.floor(spread["sampled"]).astype(int).astype(str)
    positive = pd.Series(found[spread["found_in"] == "community"]).value_counts()
    tested = due - excused - refused - absent
    key = rows["unit_id"] + rows["day"].astype(str)
    end = day + rng.uniform(11, 20, len(rows)) / 24
    return pd.DataFrame(
        {
            "round_id": "R" + rows["day"].astype(str).str.zfill(2), "unit_id": rows["unit_id"],
            "started_at": clock(day + 8 / 24), "ended_at": clock(end), "due": due, "tested": tested,
            "excused": excused, "refused": refused, "absent": absent,
            "pools_open": (rng.random(len(rows)) < OPEN) & ~smooth & (tested > 0),
            "positive": np.minimum(key.map(positive).fillna(0), tested), "recorded_at": clock(end + 0.1),
        }
    ).astype({"pools_open": "int64", "positive": "int64"})  # fmt: skip


def _communities(ground: Ground, points: np.ndarray) -> Ints:
    """Return the row of the community that holds each point, -1 where none does."""
    areas = ground.areas.reset_index(drop=True)
    rows = np.flatnonzero(areas["level"] == "community")
    point, row = shapely.STRtree(areas["geometry"].to_numpy(object)[rows]).query(points, predicate="within")
    found = np.full(len(points), -1)
    found[point] = rows[row]
    return found


def _units(ground: Ground, lots: set[int]) -> pd.DataFrame:
    """What is counted as one: buildings of lots with cases, all loose ones, other estates as a whole."""
    built = ground.register.buildings
    middle = shapely.point_on_surface(built["geometry"].to_numpy(object))
    workers = (built["area_m2"] * built["floors"] / M2_A_WORKER).round()
    due = built["people"].where(built["parent_id"].notna(), workers).fillna(0).astype("int64")
    near = built["lot"].isin(lots)
    estate = built["parent_id"].notna() & ~near
    table = pd.DataFrame({"due": due, "near": near, "community": _communities(ground, middle)})
    table["unit_id"] = built["parent_id"].where(estate, built["id"])
    shops = _shops(ground, dict(zip(built["id"], table["community"], strict=True)))
    table = pd.concat([table, shops], ignore_index=True)
    # An estate on a border is counted with the community of its first building.
    told = {"due": "sum", "near": "first", "community": "first"}
    return table.groupby("unit_id").agg(told).reset_index()


def _shops(ground: Ground, middle: dict[str, int]) -> pd.DataFrame:
    """Shop floors of gathering places: nobody lives there, so no count of their building tells of them."""
    units = ground.register.units
    shops = units[~units["residential"].astype(bool) & units["building"].isin(ground.places["unit_id"])]
    told = {"due": WORKERS, "near": False, "community": shops["building"].map(middle), "unit_id": shops["id"]}
    return pd.DataFrame(told)


def _days(spread: pd.DataFrame, ground: Ground) -> pd.DataFrame:
    """Return the days on which each community is tested."""
    at = np.concatenate([
        ground.register.homes[["x", "y"]].to_numpy()[spread["home"]],
        ground.places[["x", "y"]].to_numpy()[spread.loc[spread["place"] >= 0, "place"]],
    ])  # fmt: skip
    reported = np.concatenate([spread["reported"], spread.loc[spread["place"] >= 0, "reported"]])
    first = pd.Series(reported).groupby(_communities(ground, shapely.points(at))).min()
    days = {(c, int(start) + n) for c, start in first.items() for n in FIRST}
    days |= {(c, n) for c, start in first.items() for n in LATER if n > start}
    table = pd.DataFrame(sorted(days), columns=["community", "day"])
    return table[table["community"] >= 0]
