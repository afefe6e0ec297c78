"""The entrances and crossings of a zone for paper: numbered, and which of them are kept open, closed or watched."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from zoning.addresses.index import index_of
from zoning.gates import MERGE_M
from zoning.geometry import Frame
from zoning.once import once
from zoning.paper.ground import atoms_of
from zoning.paper.words import number_of
from zoning.pipeline import Plan
from zoning.units import REST

Act = Literal["keep", "close", "check", "open", "shut"]
KEPT: tuple[Act, ...] = ("keep", "open")
ENCLOSURE = "enclosure"  # of a pack's parameters: how an enclosure is kept
_LEAST, _MOST, _STAFF = "entrances_least", "entrances_most", "people_per_shift"
_NEAR_M = 60.0  # of the road that an entrance is said to be on
_SAME_DEG = 1e-6
_FOR_CARS = ("vehicle", "main")  # kinds of entrances that cars, and so ambulances, can use
Zone = Mapping[str, Any]


class Entrance(NamedTuple):
    """One entrance or crossing: `number` on the map, `road`: what it is on (may be empty), `was_open`: None: not known.

    `act`: keep (open, staffed), close; check: a crossing whose closing is not asked for by the pack; open, shut: as the
    ground says, where the pack knows no enclosures.
    """

    number: int
    gate_id: str
    known: bool
    name: str
    road: str
    road_en: str
    vehicles: bool | None
    act: Act
    was_open: bool | None
    lng: float
    lat: float


class Enclosure(NamedTuple):
    """How many entrances an enclosure keeps, and how many people staff each of them at a time (NaN: not told)."""

    least: int
    most: int
    staff: float


def enclosure_of(plan: Plan, zone: Zone, day: date) -> Enclosure | None:
    """Return how the pack keeps the enclosure of a zone.

    Parameters
    ----------
    plan : with its pack.
    zone : class.
    day : on which its numbers are asked for.

    Returns
    -------
    Enclosure; None where the pack knows none, or where the class goes by area: an area is not fenced.
    """
    told = plan.policy.parameters.get(ENCLOSURE, {})
    least, most, staff = (number_of(told.get(name), day) for name in (_LEAST, _MOST, _STAFF))
    if most is None or plan.policy.classes[zone["class"]].per == "ground":
        return None
    return Enclosure(int(least or 1), int(most), np.nan if staff is None else staff)


def entrances_of(plan: Plan, zone: Zone, day: date) -> list[Entrance]:
    """List the entrances of a zone, and what becomes of each.

    Of the known entrances of an estate, those that are open are kept, first the ones for vehicles, up to what the pack
    allows; where none is open, the first; where the zone has no entrance, the first crossing of a named road. All
    others are closed. An entrance that leads into an estate is that of the zone which holds the estate's own ground; of
    a zone that goes by area only the roads count that cross its edge, and these are watched, not closed. What is also a
    gate of a stricter zone is left to that.

    Parameters
    ----------
    plan : as derived.
    zone : row of its zones.
    day : on which the pack's numbers are asked for.

    Returns
    -------
    Known entrances first, then crossings, each clockwise from north; numbered in this order.
    """
    rows = plan.gate_points[plan.gate_points["zone_id"] == zone["zone_id"]]
    by_ground = plan.policy.classes[zone["class"]].per == "ground"
    rows = rows[rows["road_id"].notna()] if by_ground else _with_own(rows, plan, zone)
    rows = rows[~_of_stricter(rows, plan, zone)]
    if rows.empty:
        return []
    middle = shapely.centroid(zone["geometry"])
    bearing = np.degrees(np.arctan2(rows["lng"] - middle.x, rows["lat"] - middle.y)) % 360
    order = rows.assign(last=rows["kind"] == "road", bearing=bearing)
    order["beside"] = _roads_near(plan.tables["roads"], rows, plan.frame)
    order = order.sort_values(["last", "bearing", "gate_id"], ignore_index=True)
    enclosure = enclosure_of(plan, zone, day)
    acts: list[Act] = ["check"] * len(order) if by_ground else _acts(order, enclosure)
    found = list[Entrance]()
    for number, (row, act) in enumerate(zip(order.to_dict("records"), acts, strict=True), 1):
        name = "" if pd.isna(row["name"]) else str(row["name"])
        was_open = None if pd.isna(row["open"]) else bool(row["open"])
        road, road_en = row["beside"]
        own = (number, row["gate_id"], not row["last"], name, road, road_en, row.get("vehicles"))
        found.append(Entrance(*own, act, was_open, row["lng"], row["lat"]))
    return found


def _acts(rows: pd.DataFrame, enclosure: Enclosure | None) -> list[Act]:
    if enclosure is None:
        return ["shut" if closed else "open" for closed in rows["open"].eq(False).fillna(False)]
    # Open entrances, then unknown ones, then closed ones, then crossings, the named first.
    state = rows["open"].map({True: 0, False: 2}).astype("float64").fillna(1)
    place = state.where(~rows["last"], 3 + rows["name"].isna())
    car = rows["vehicles"].map({True: 0, False: 2}).astype("float64").fillna(1)
    order = rows.assign(place=place, car=car).sort_values(["place", "car"], kind="stable")
    kept = set[int]()
    for _, mine in order[~order["last"]].groupby("estate", sort=False) if not rows["last"].all() else [("", order)]:
        best = mine["place"].iloc[0]
        kept |= set(mine[mine["place"] == best].head(enclosure.most if best < 2 else enclosure.least).index)
    return ["keep" if row in kept else "close" for row in rows.index]


def _with_own(rows: pd.DataFrame, plan: Plan, zone: Zone) -> pd.DataFrame:
    """Add to the gates of a zone whether cars pass, and into which estate they lead; leave out those of others."""
    gates, entrance = plan.tables["gates"], (rows["kind"] == "entrance").to_numpy(bool)
    points = shapely.points(rows["lng"].to_numpy(float), rows["lat"].to_numpy(float))
    at, gate = _gates(gates).query(points, predicate="dwithin", distance=_SAME_DEG)
    cars, estates = list[bool | None]([None] * len(rows)), [""] * len(rows)
    kinds, parents = gates["kind"].to_numpy(object), gates["parent_id"].to_numpy(object)
    for row, of in zip(at.tolist(), gate.tolist(), strict=True):
        if entrance[row]:
            cars[row] = kinds[of] in _FOR_CARS if isinstance(kinds[of], str) else None
            estates[row] = parents[of] if isinstance(parents[of], str) else ""
    own = [not estate or _leads_in(estate, plan, zone) for estate in estates]
    return rows.assign(vehicles=cars, estate=estates)[np.array(own, bool)]


def _of_stricter(rows: pd.DataFrame, plan: Plan, zone: Zone) -> npt.NDArray[np.bool_]:
    """Whether each crossing is one of a stricter zone too: where two meet, the inner one says what becomes of it."""
    open_ = ~plan.zones["status"].isin(["released", "rejected"])
    if zone["status"] != "proposed":
        open_ &= plan.zones["status"] != "proposed"
    stricter = plan.zones.loc[open_ & (plan.zones["rank"] < zone["rank"]), "zone_id"]
    others = plan.gate_points[plan.gate_points["zone_id"].isin(stricter) & (plan.gate_points["kind"] == "road")]
    mine, theirs = (
        plan.frame.to_metres(shapely.points(t["lng"].to_numpy(float), t["lat"].to_numpy(float))) for t in (rows, others)
    )
    met, _ = shapely.STRtree(theirs).query(mine, predicate="dwithin", distance=MERGE_M)
    found: npt.NDArray[np.bool_] = np.isin(np.arange(len(rows)), met) & (rows["kind"] == "road").to_numpy(bool)
    return found


def _leads_in(estate: str, plan: Plan, zone: Zone) -> bool:
    """Whether the entrances of an estate are those of a zone: it holds the ground between the buildings.

    So a building with a zone of its own leaves the entrances to the zone around it, and no entrance is in two lists.
    """
    mine, _ = atoms_of(plan, zone["zone_id"])
    index = index_of(plan)
    ground = max(index.atoms.find(f"{estate}{REST}"), index.atoms.find(estate))  # there is at most one of the two
    if ground < 0 or ground in mine:
        return True
    if (plan.membership["atom"] == ground).any():
        return False
    return not mine.isdisjoint(index.inside_of([index.by_id.find(estate)]).tolist())


def _roads_near(roads: pd.DataFrame, rows: pd.DataFrame, frame: Frame) -> list[tuple[str, str]]:
    """The name, in both languages, of the road that each gate is on or beside; empty where none has a name."""
    named, tree = _named(roads, frame)
    points = frame.to_metres(shapely.points(rows["lng"].to_numpy(float), rows["lat"].to_numpy(float)))
    at, road = tree.query_nearest(points, max_distance=_NEAR_M, all_matches=False)
    told = [("", "")] * len(rows)
    for row, of in zip(at.tolist(), road.tolist(), strict=True):
        told[row] = named[of]
    return told


@once
def _gates(gates: pd.DataFrame) -> shapely.STRtree:
    return shapely.STRtree(gates["geometry"].to_numpy(object))


@once
def _named(roads: pd.DataFrame, frame: Frame) -> tuple[list[tuple[str, str]], shapely.STRtree]:
    rows = roads[roads["name"].notna()]
    names = list(zip(rows["name"].tolist(), rows["name_en"].fillna(rows["name"]).tolist(), strict=True))
    return names, shapely.STRtree(frame.to_metres(rows["geometry"].to_numpy(object)))
