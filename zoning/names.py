"""Stage 4f: what a zone is called, in both languages: its area, else its topmost units, else the road beside it."""

import numpy as np
import pandas as pd
import shapely

from zoning.geometry import Frame

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
    membership : atom (number), atom_id, zone_id.
    units, atoms : of `make_units`.
    areas, roads : contract tables; name, name_en, geometry.
    frame : plane in metres.

    Returns
    -------
    `zones` with name and name_en; English falls back to the name as given. Units are named from the top: an estate
    stands for all of it that is in the zone; a fourth and further ones are counted.
    """
    by_zone = membership.groupby("zone_id")["atom"].agg(np.array)
    titles = {i: (n, e) for i, n, e in zip(areas["id"], areas["name"], _english(areas), strict=True)}
    found = []
    for zone in zones[["zone_id", "ground_id", "geometry"]].itertuples(index=False):
        numbers = by_zone[zone.zone_id]
        rows = atoms["unit"].to_numpy(np.int64)[numbers[numbers < len(atoms)].astype(np.int64)]
        if zone.ground_id in titles:
            found.append(titles[zone.ground_id])
        elif len(rows) and zones["ground_id"].isna()[len(found)]:
            found.append(_of_units(rows, units))
        else:
            found.append(_by_road(zone.geometry, roads, frame))
    names = np.array(found, object).reshape(-1, 2)
    return zones.assign(name=names[:, 0], name_en=names[:, 1])


def _english(table: pd.DataFrame) -> pd.Series:
    return table["name_en"].fillna(table["name"])


def _of_units(rows: np.ndarray, units: pd.DataFrame) -> tuple[str, str]:
    parent, mine = units["parent"].to_numpy(np.int64), set(rows.tolist())
    tops = sorted({r for r in mine if parent[r] not in mine}, key=lambda r: (str(units["name"].iloc[r]), r))
    more = f" +{len(tops) - SHOWN}" if len(tops) > SHOWN else ""
    name, english = ([str(units[c].iloc[r]) for r in tops[:SHOWN]] for c in ("name", "name_en"))
    return "、".join(name) + more, ", ".join(english) + more


def _by_road(shape: shapely.Geometry, roads: pd.DataFrame, frame: Frame) -> tuple[str, str]:
    """Name loose cells or a block after the nearest named road; without one, after their place."""
    named = roads[roads["name"].notna()]
    point = shapely.point_on_surface(shape)
    if len(named):
        lines = frame.to_metres(named["geometry"].to_numpy(object))
        near = shapely.distance(lines, frame.to_metres(point))
        at = int(np.argmin(near))
        if near[at] <= NEAR_M:
            road = named.iloc[at]
            return f"{road['name']}旁", f"by {_english(named).iloc[at]}"
    return (f"{point.y:.4f}, {point.x:.4f}",) * 2


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
    ids = proposals["ground"].str.split(":", n=1).str[1]
    both = pd.concat([table[["id", "name"]].assign(name_en=_english(table)) for table in (units, areas)])
    called = both.drop_duplicates("id").set_index("id").reindex(ids)
    return proposals.assign(
        name=called["name"].fillna(ids).to_numpy(), name_en=called["name_en"].fillna(ids).to_numpy()
    )
