"""Rounds of tests as they are entered: the buildings of a zone, who is due there, and what was entered before."""

from typing import Any

import numpy as np
import pandas as pd

from dashboard.moments import show_typed
from dashboard.plans import Shown

ROWS = 60
COUNTS = ("due", "tested", "excused", "refused", "absent", "pools_open", "positive")


def rounds_of_zone(shown: Shown, zone_id: str, round_id: str = "", text: str = "", start: int = 0) -> dict[str, Any]:
    """Return the table that a round of a zone is entered in.

    Parameters
    ----------
    shown : the plan of now.
    zone_id : of a zone in the plan.
    round_id : which round; empty takes the newest of the zone that has gaps, else a new one.
    text : part of the name of a building; empty takes all.
    start : how many rows to leave out.

    Returns
    -------
    rounds: of the zone (round_id, ended, share, positive, pools_open, missing: buildings never touched), newest first;
    now: as typed; round: its id; fresh: whether nothing was entered of it yet; started, ended: as typed, empty for a
    fresh one; rows, at most ROWS: unit_id, name, people, and COUNTS (None where nothing was entered); n: how many
    buildings there are; totals: COUNTS over all of them, those due being the residents where nothing else was said.
    """
    entered = _entered(shown)
    rounds = _rounds(shown, zone_id)
    open_ones = [r["round_id"] for r in rounds if r["missing"] and (entered["round_id"] == r["round_id"]).any()]
    chosen = round_id or next(iter(open_ones), "") or _next(shown, entered)
    mine = entered[entered["round_id"] == chosen].drop_duplicates("unit_id", keep="last").set_index("unit_id")
    houses = _houses(shown, zone_id)
    there = mine.reindex(houses["unit_id"])
    found = houses["name"].str.casefold().str.contains(text.casefold(), regex=False)
    found |= houses["name_en"].str.casefold().str.contains(text.casefold(), regex=False)
    rows = [
        {**house, **{name: _count(there[name].iat[at]) for name in COUNTS}}
        for at, house in enumerate(houses.to_dict("records"))
        if found.iat[at]
    ]
    times = {"started": _last(mine, "started_at", "min", shown), "ended": _last(mine, "ended_at", "max", shown)}
    totals = {name: int(there[name].fillna(0).sum()) for name in COUNTS}
    totals["due"] = int(np.where(there["due"].isna(), houses["people"], there["due"].fillna(0)).sum())
    told = {
        "now": show_typed(shown.plan.as_of, str(shown.zone)),
        "rounds": rounds,
        "round": chosen,
        "fresh": mine.empty,
        **times,
        "totals": totals,
        "n": len(rows),
    }
    return {**told, "rows": rows[start : start + ROWS], "entered": int(there["tested"].notna().sum())}


def _entered(shown: Shown) -> pd.DataFrame:
    rounds = shown.plan.tables["rounds"]
    return rounds[~rounds["withdrawn"].astype(bool)]


def _houses(shown: Shown, zone_id: str) -> pd.DataFrame:
    """Return the buildings of a zone, else its units or cells, with the people of it who live there."""
    plan = shown.plan
    mine = plan.membership[plan.membership["zone_id"] == zone_id]
    atoms, number = plan.atoms, mine["atom"].to_numpy(np.uint64)
    inside = number < len(atoms)
    rows = np.minimum(number, max(len(atoms) - 1, 0)).astype(np.int64)
    house = mine["atom_id"].to_numpy(object).copy()
    if len(atoms):
        building = atoms["building_id"].to_numpy(object)[rows]
        unit = atoms["unit_id"].to_numpy(object)[rows]
        known = pd.notna(building) & inside
        house = np.where(known, building, np.where(inside, unit, house))
    table = pd.DataFrame({"unit_id": house, "people": np.nan_to_num(mine["people"].to_numpy(float))})
    table = table.groupby("unit_id", as_index=False)["people"].sum()
    table = table[table["people"].round() > 0]
    units = plan.units.set_index("id")
    name = table["unit_id"].map(units["name"]).fillna(table["unit_id"])
    english = table["unit_id"].map(units["name_en"]).fillna(name)
    told = table.assign(name=name.astype("str"), name_en=english.astype("str"), people=table["people"].round())
    order = told["unit_id"].map(units["number"]) if "number" in units else None
    told = told.assign(order=order).sort_values(["order", "name"], kind="stable", na_position="last")
    return told.drop(columns="order").astype({"people": "int64"}).reset_index(drop=True)


def _rounds(shown: Shown, zone_id: str) -> list[dict[str, Any]]:
    table = shown.plan.rounds
    mine = table[table["zone_id"] == zone_id].sort_values("ended_at", ascending=False, kind="stable")
    return [
        {
            "round_id": row["round_id"],
            "ended": show_typed(row["ended_at"], str(shown.zone)),
            "share": round(float(row["share"]), 4),
            "positive": int(row["positive"]),
            "pools_open": int(row["pools_open"]),
            "missing": len(row["uncovered"]),
        }
        for row in mine.head(12).to_dict("records")
    ]


def _next(shown: Shown, entered: pd.DataFrame) -> str:
    """Return a name for a round that begins: the day, and a letter where the day has one already."""
    day, known = f"{shown.day:%m%d}", set(entered["round_id"].dropna())
    return next(name for n in range(200) if (name := f"R{day}{'' if not n else f'-{n + 1}'}") not in known)


def _count(value: Any) -> int | None:
    return None if pd.isna(value) else int(value)


def _last(rows: pd.DataFrame, column: str, how: str, shown: Shown) -> str:
    times = rows[column].dropna()
    return show_typed(getattr(times, how)(), str(shown.zone)) if len(times) else ""
