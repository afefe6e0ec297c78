"""Stage 4f: what a zone is called, in both languages: its area, else its topmost units, else the road beside it."""

import numpy as np
import pandas as pd
import shapely

from zoning.geometry import Frame, Ints, Shapes, cell_centres
from zoning.nearby import near, road_tree
from zoning.once import once
from zoning.register import Register, unit_ids

SHOWN = 3
NEAR_M = 200.0


def name_zones(
    zones: pd.DataFrame,
    membership: pd.DataFrame,
    units: pd.DataFrame,
    atoms: pd.DataFrame,
    areas: pd.DataFrame,
    roads: pd.DataFrame,
    frame: Frame,
) -> pd.DataFrame:
    """Name every zone.

    Parameters
    ----------
    zones : zone_id, ground_id, geometry (WGS84).
    membership : atom (number), atom_id, zone_id, cell.
    units, atoms : of `make_units`.
    areas, roads : contract tables; name, name_en, geometry.
    frame : plane in metres.

    Returns
    -------
    `zones` with name and name_en; English falls back to the name as given. Units are named from the top: an estate
    stands for all of it that is in the zone; a fourth and further ones are counted.
    """
    titles = _titles(areas)
    inside = np.flatnonzero(membership["atom"].to_numpy(np.uint64) < len(atoms))
    rows = atoms["unit"].to_numpy(np.int64)[membership["atom"].to_numpy(np.int64)[inside]]
    units_of = dict[str, list[int]]()
    for zone_id, row in zip(membership["zone_id"].iloc[inside].tolist(), rows.tolist(), strict=True):
        units_of.setdefault(zone_id, []).append(row)
    parent, distinct = units["parent"].to_numpy(np.int64), np.unique(rows)
    words = [dict(zip(distinct.tolist(), units[c].iloc[distinct].tolist(), strict=True)) for c in ("name", "name_en")]
    names, loose = np.empty((len(zones), 2), object), []
    for i, (zone_id, ground) in enumerate(zip(zones["zone_id"].tolist(), zones["ground_id"].tolist(), strict=True)):
        if ground in titles:
            names[i] = titles[ground]
        elif not isinstance(ground, str) and zone_id in units_of:
            names[i] = _of_units(units_of[zone_id], parent, words)
        else:
            loose.append(i)
    names[loose] = _by_road(_points(zones.iloc[loose], membership), roads, frame)
    return zones.assign(**{c: pd.Series(names[:, i], zones.index, "str") for i, c in enumerate(("name", "name_en"))})


def _english(table: pd.DataFrame) -> pd.Series:
    return table["name_en"].fillna(table["name"])


@once
def _titles(areas: pd.DataFrame) -> dict[str, tuple[str, str]]:
    return {i: (n, e) for i, n, e in zip(areas["id"], areas["name"], _english(areas), strict=True)}


def _of_units(rows: list[int], parent: Ints, words: list[dict[int, str]]) -> tuple[str, str]:
    mine = set(rows)
    tops = sorted((r for r in mine if parent[r] not in mine), key=lambda r: (words[0][r], r))
    more = f" +{len(tops) - SHOWN}" if len(tops) > SHOWN else ""
    name, english = ([texts[r] for r in tops[:SHOWN]] for texts in words)
    return "、".join(name) + more, ", ".join(english) + more


def _points(zones: pd.DataFrame, membership: pd.DataFrame) -> Shapes:
    """Return a point of each zone: in its outline, or in its first cell where stricter outlines leave nothing of it."""
    points = shapely.point_on_surface(zones["geometry"].to_numpy(object))
    bare = shapely.is_empty(points)
    if bare.any():
        first = membership.drop_duplicates("zone_id").set_index("zone_id")["cell"]
        points[bare] = shapely.points(*cell_centres(first.loc[zones["zone_id"][bare]].to_numpy(np.uint64)))
    return np.asarray(points, object)


def _by_road(points: Shapes, roads: pd.DataFrame, frame: Frame) -> np.ndarray:
    """Name loose cells or blocks after the nearest named road; without one, after their place."""
    found = np.array([(f"{p.y:.4f}, {p.x:.4f}",) * 2 for p in points], object).reshape(-1, 2)
    zone, road, line = near(points, NEAR_M, road_tree(roads), frame)
    far = shapely.distance(frame.to_metres(points)[zone], line)
    fits = np.flatnonzero(roads["name"].notna().to_numpy(bool)[road] & (far <= NEAR_M))
    order = fits[np.lexsort((road[fits], far[fits], zone[fits]))]
    first = order[np.diff(zone[order], prepend=-1) != 0]
    named = roads.iloc[road[first]]
    found[zone[first]] = np.column_stack([named["name"] + "旁", "by " + _english(named)])
    return found


def name_proposals(proposals: pd.DataFrame, units: pd.DataFrame, areas: pd.DataFrame) -> pd.DataFrame:
    """Name the ground of every proposal.

    Parameters
    ----------
    proposals : ground (key of a ground, such as unit:E1 or area:A1).
    units : of `make_units`; name, name_en of the whole path.
    areas : contract `areas`.

    Returns
    -------
    `proposals` with name and name_en; the key's own id where nothing is called so.
    """
    ids = pd.Series([key.partition(":")[2] for key in proposals["ground"].tolist()], proposals.index, dtype="str")
    named = [ids.to_numpy(object), ids.to_numpy(object)]
    for table, known in ((areas, _area_ids(areas)), (units, unit_ids(units))):
        row = known.find_each(ids)
        rows, at = table[["name", "name_en"]].iloc[row[row >= 0]], np.flatnonzero(row >= 0)
        for told, words in zip(named, (rows["name"], _english(rows)), strict=True):
            told[at] = np.where(words.notna(), words.to_numpy(object), told[at])
    return proposals.assign(
        **{c: pd.Series(t, ids.index, "str") for c, t in zip(("name", "name_en"), named, strict=True)}
    )


@once
def _area_ids(areas: pd.DataFrame) -> Register:
    return Register(areas["id"])
