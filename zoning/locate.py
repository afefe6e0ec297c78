"""Stage 2: where facts happened: each case, visit and place -> the finest unit that holds it, its point and its cell.

Words go before coordinates: a unit id, then a place id, then an address that equals a loaded name, then the point,
then the cell, and last, where there is none of these, an address in other words. A point in no building takes the
nearest one of its estate's yard, or within `snap_m`, as *near*.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from zoning.geometry import Frame, Ints, Shapes, cell_centres, points_to_cells
from zoning.lookup import bare_words, spread, units_by_parent
from zoning.nearby import in_metres, near_footprints
from zoning.once import once
from zoning.register import Register, find_rows, unit_ids
from zoning.settings import Settings


@dataclass(frozen=True)
class Reading:
    """What an address in words means: the id of one unit or of one place, else a question."""

    unit: str = ""
    place: str = ""
    question: str = ""


def locate(
    facts: pd.DataFrame,
    units: pd.DataFrame,
    tables: Mapping[str, pd.DataFrame],
    frame: Frame,
    settings: Settings,
    read: Callable[[str], Reading] | None = None,
) -> pd.DataFrame:
    """Find the ground of each fact.

    Parameters
    ----------
    facts : one row a fact; of unit_id, place_id, address, lng, lat, cell, location_radius_m those that its kind has.
    units : of `make_units`.
    tables : kind -> table of the state; places are read.
    frame : plane in metres.
    settings : `resolution` and `snap_m`.
    read : reads an address in words; asked once for each address of facts that have no other place.

    Returns
    -------
    Same rows and index: unit (row of `units`, -1 where none), lng, lat (NaN where unknown), cell (0 where unknown),
    radius_m (NaN where exact), near (a unit was taken that does not hold the point), sure (no other unit, or cell
    where there are no units, lies within the radius; an address alone is sure where it names a building or part of
    one), question (what an address leaves open, else empty), known (located at all).
    """
    places = tables["places"]
    spots = pd.DataFrame(index=facts.index)
    spots["unit"] = find_rows(facts.get("unit_id"), unit_ids(units), len(facts))
    spots["lng"], spots["lat"] = _column(facts, "lng"), _column(facts, "lat")
    spots["radius_m"] = _column(facts, "location_radius_m")
    _fill_from_cells(spots, facts)
    by_id = find_rows(facts.get("place_id"), _place_ids(places), len(facts))
    words = (spots["unit"] < 0) & ~np.isfinite(spots["lng"]) & (by_id < 0)
    place = _place_rows(facts, places, by_id)
    _fill_from_places(spots, place, places, units)
    _fill_from_addresses(spots, facts, place, units)
    spots["question"] = ""
    if read:
        place = _fill_from_words(spots, facts, place, units, places, read)
    _stand_in_unit(spots, units)
    spots["near"] = False
    loose = (spots["unit"] < 0) & np.isfinite(spots["lng"])
    found, near = _unit_at(spots.loc[loose, "lng"], spots.loc[loose, "lat"], units, frame, settings)
    spots.loc[loose, "unit"], spots.loc[loose, "near"] = found, near
    rough = words & ((place >= 0) | _in_estate(spots["unit"].to_numpy(np.int64), units))
    spots["sure"] = ~spots["near"] & ~_ambiguous(spots, loose, units, frame, settings) & ~rough
    _floor_of_place(spots, place, places, units)
    spots["cell"] = points_to_cells(spots["lng"].to_numpy(), spots["lat"].to_numpy(), settings.resolution)
    return spots.assign(known=spots["cell"] != 0)


def _column(facts: pd.DataFrame, name: str) -> np.ndarray:
    return facts[name].to_numpy(float, na_value=np.nan).copy() if name in facts else np.full(len(facts), np.nan)


@once
def _place_ids(places: pd.DataFrame) -> Register:
    return Register(places["id"])


@once
def _unit_names(units: pd.DataFrame) -> Register:
    return Register(bare_words(units["name"]))


@once
def _place_names(places: pd.DataFrame) -> Register:
    return Register(bare_words(places["name"]))


def _fill_from_cells(spots: pd.DataFrame, facts: pd.DataFrame) -> None:
    """A cell stands for its centre, where there is no point."""
    if "cell" in facts:
        cells = facts["cell"].fillna(0).to_numpy(np.uint64)
        use = (cells != 0) & ~np.isfinite(spots["lng"].to_numpy())
        spots.loc[use, "lng"], spots.loc[use, "lat"] = cell_centres(cells[use])


def _place_rows(facts: pd.DataFrame, places: pd.DataFrame, rows: Ints) -> Ints:
    """Return the row of each fact's place: by place_id, else by an address that is the name of one place only."""
    if "address" in facts and (facts["address"].notna() & (rows < 0)).any():
        named = find_rows(bare_words(facts["address"].where(rows < 0)), _place_names(places), len(facts))
        rows = np.where(rows < 0, named, rows)
    return rows


def _fill_from_places(spots: pd.DataFrame, place: Ints, places: pd.DataFrame, units: pd.DataFrame) -> None:
    has = place >= 0
    take = has & (spots["unit"].to_numpy() < 0)
    unit_of = places["unit_id"].iloc[place[take]]
    spots.loc[take, "unit"] = find_rows(unit_of, unit_ids(units), len(unit_of))
    bare = has & ((spots["unit"].to_numpy() < 0) | ~np.isfinite(spots["lng"].to_numpy()))
    points = shapely.point_on_surface(places["geometry"].to_numpy(object)[place[bare]])
    spots.loc[bare, "lng"], spots.loc[bare, "lat"] = shapely.get_x(points), shapely.get_y(points)


def _fill_from_addresses(spots: pd.DataFrame, facts: pd.DataFrame, place: Ints, units: pd.DataFrame) -> None:
    """An address that equals the full name of one unit is that unit."""
    asked = (spots["unit"].to_numpy() < 0) & (place < 0)
    if "address" not in facts or not (facts["address"].notna() & asked).any():
        return
    named = find_rows(bare_words(facts["address"].where(asked)), _unit_names(units), len(facts))
    spots.loc[named >= 0, "unit"] = named[named >= 0]


def _fill_from_words(
    spots: pd.DataFrame,
    facts: pd.DataFrame,
    place: Ints,
    units: pd.DataFrame,
    places: pd.DataFrame,
    read: Callable[[str], Reading],
) -> Ints:
    """Read the addresses of facts that nothing else places; return the row of each fact's place."""
    if "address" not in facts:
        return place
    left = ((spots["unit"] < 0) & ~np.isfinite(spots["lng"]) & facts["address"].notna()).to_numpy(bool)
    if not left.any():
        return place
    said = facts["address"].where(left)
    readings = {address: read(address) for address in said.dropna().unique()}
    unit, named, question = (
        said.map({a: getattr(r, part) for a, r in readings.items()}) for part in ("unit", "place", "question")
    )
    spots.loc[left, "question"] = question[left]
    spots.loc[left, "unit"] = find_rows(unit, unit_ids(units), len(facts))[left]
    found = np.where(left, find_rows(named, _place_ids(places), len(facts)), place)
    _fill_from_places(spots, np.where(left, found, -1), places, units)
    return found


def _stand_in_unit(spots: pd.DataFrame, units: pd.DataFrame) -> None:
    """A unit that words name gives its point, where the fact has none or one outside it."""
    named = np.flatnonzero(spots["unit"] >= 0)
    rows = spots["unit"].to_numpy(np.int64)[named]
    lng, lat = (spots[c].to_numpy(float)[named] for c in ("lng", "lat"))
    inside = shapely.intersects_xy(units["geometry"].to_numpy(object)[rows], lng, lat)
    away = ~inside & (units["cell"].to_numpy()[rows] != 0)
    at, rows = spots.index[named[away]], rows[away]
    spots.loc[at, "lng"], spots.loc[at, "lat"] = units["lng"].to_numpy()[rows], units["lat"].to_numpy()[rows]


def _unit_at(
    lng: pd.Series, lat: pd.Series, units: pd.DataFrame, frame: Frame, settings: Settings
) -> tuple[Ints, np.ndarray]:
    """Return the smallest unit that holds each point, else the nearest building as near, else a bare estate."""
    here = np.asarray(shapely.points(lng.to_numpy(), lat.to_numpy()), object)
    unit, near = np.full(len(here), -1), np.zeros(len(here), bool)
    points = frame.to_metres(here)
    point, row, shape = near_footprints(here, 0.0, units, frame)
    held = shapely.intersects(points[point], shape)
    point, row = point[held], row[held]
    order = np.lexsort((-row, -units["area_m2"].to_numpy()[row], ~_estates(row, units)))
    unit[point[order]] = row[order]
    lost, held = np.flatnonzero(unit < 0), np.flatnonzero(unit >= 0)
    yard = held[_estates(unit[held], units)]
    parents, children = units_by_parent(units)
    of, child = spread(parents, unit[yard])
    row = children[child]
    in_yard = _nearest(points, yard[of], row, in_metres(row, units, frame), np.inf, units)
    of, row, shape = near_footprints(here[lost], settings.snap_m, units, frame)
    for point, nearest in (in_yard, _nearest(points, lost[of], row, shape, settings.snap_m, units)):
        unit[point], near[point] = nearest, True
    return unit, near


def _estates(rows: Ints, units: pd.DataFrame) -> np.ndarray:
    return np.asarray(units["level"].iloc[rows] == "estate", bool)


def _in_estate(rows: Ints, units: pd.DataFrame) -> np.ndarray:
    """Return which rows, -1 among them, are estates."""
    found = rows >= 0
    found[found] = _estates(rows[found], units)
    return found


def _nearest(
    points: Shapes, point: Ints, row: Ints, shape: Shapes, most: float, units: pd.DataFrame
) -> tuple[Ints, Ints]:
    """Return each point that a unit but an estate lies within some metres of, and the nearest, the first by id."""
    far = shapely.distance(points[point], shape)
    fits = np.flatnonzero((far <= most) & units["own"].to_numpy(bool)[row] & ~_estates(row, units))
    order = fits[np.lexsort((row[fits], far[fits], point[fits]))]
    first = order[np.diff(point[order], prepend=-1) != 0]
    return point[first], row[first]


def _ambiguous(
    spots: pd.DataFrame, loose: pd.Series, units: pd.DataFrame, frame: Frame, settings: Settings
) -> pd.Series:
    """Return which points could lie in another unit, or cell, by their radius."""
    weak = spots[loose & (spots["radius_m"] > 0)]
    found = pd.Series(False, index=spots.index)
    if weak.empty:
        return found
    here = shapely.points(weak["lng"].to_numpy(), weak["lat"].to_numpy())
    discs = shapely.buffer(frame.to_metres(here), weak["radius_m"].to_numpy())
    disc, row, shape = near_footprints(here, weak["radius_m"].to_numpy(), units, frame)
    shapely.prepare(discs)
    met = shapely.intersects(discs[disc], shape) & ~_estates(row, units)
    near = np.bincount(disc[met], minlength=len(weak))
    rims = [shapely.get_coordinates(frame.to_degrees(disc)).T for disc in discs]
    cells = [len(np.unique(points_to_cells(rim[0], rim[1], settings.resolution))) for rim in rims]
    inside = (weak["unit"] >= 0).to_numpy()
    found[weak.index] = np.where(inside, near > 1, (near > 0) | (np.array(cells, np.int64) > 1))
    return found


def _floor_of_place(spots: pd.DataFrame, place: Ints, places: pd.DataFrame, units: pd.DataFrame) -> None:
    """A place that names its floors and stands in a building cut into floor ranges is in the range of its floor."""
    floor = places["floor_from"].to_numpy(float, na_value=np.nan)
    rows = np.flatnonzero(place >= 0)
    rows = rows[np.isfinite(floor[place[rows]])]
    if not len(rows):
        return
    asked = pd.DataFrame({"row": rows, "parent": spots["unit"].to_numpy(np.int64)[rows], "at": floor[place[rows]]})
    ranges = units.loc[units["level"] == "floor_range", ["parent", "floor_from", "floor_to"]].reset_index(names="unit")
    found = asked.merge(ranges, on="parent")
    found = found[found["at"].between(found["floor_from"], found["floor_to"])].drop_duplicates("row")
    spots.iloc[found["row"], spots.columns.get_loc("unit")] = found["unit"].to_numpy(np.int64)
