"""Gates: where roads cross a zone's outline, and the known entrances at its edge."""

from hashlib import sha256

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from zoning.geometry import Frame, Ints, Shapes, components
from zoning.nearby import near, road_tree
from zoning.once import once
from zoning.settings import Settings
from zoning.typed import typed

EDGE_M = 1.0  # a road that stays within this of the outline runs along it
NEAR_DEG = 2e-5  # about 2 m: roads this near to an outline are looked at
MERGE_M = 5.0  # crossings closer than this are one gate
Mask = npt.NDArray[np.bool_]
DTYPES = {
    "gate_id": "str", "zone_id": "str", "kind": "str", "name": "str", "road_id": "str", "open": "boolean",
    "lng": "float64", "lat": "float64",
}  # fmt: skip
_FOUND = {
    "zone": "int64", "kind": "str", "key": "str", "name": "str", "road_id": "str", "open": "boolean",
    "x": "float64", "y": "float64",
}  # fmt: skip


def place_gates(
    zones: pd.DataFrame, roads: pd.DataFrame, gates: pd.DataFrame, settings: Settings, frame: Frame
) -> pd.DataFrame:
    """Return the gates of every zone: known entrances at its edge, and the crossings of roads with its outline.

    A road crosses where it comes from more than 1 m inside to the outline and leads on: out by more than 1 m, itself
    or by a road that it meets there, or onto another road that runs along the edge. A road that only runs along the
    edge, touches it or ends at it does not cross. Crossings within 5 m of each other are one gate, named after the
    first named road; within 5 m of an entrance they are that entrance, which takes the road's id.

    Parameters
    ----------
    zones : zone_id, geometry (polygons, WGS84).
    roads : id, name, geometry (lines, WGS84).
    gates : known entrances: id, name, open (may be NA), geometry (points, WGS84).
    settings : `gate_snap_m` is how far from the edge an entrance may lie, in metres.
    frame : plane in metres.

    Returns
    -------
    By zone_id and gate_id: gate_id (the same in each run over the same ground), zone_id, kind (road or entrance),
    name, road_id, open (NA for a crossing), lng, lat (degrees, WGS84).
    """
    shapes = np.asarray(zones["geometry"], object)
    plane = frame.to_metres(shapes)
    parts = [_entrances(shapes, plane, gates, settings, frame), _crossings(shapes, plane, roads, frame)]
    found = _merged(pd.concat(parts, ignore_index=True))
    found["zone_id"] = zones["zone_id"].to_numpy()[found["zone"].to_numpy(int)]
    found["gate_id"] = _gate_ids(found)
    at = shapely.get_coordinates(frame.to_degrees(shapely.points(found["x"], found["y"])))
    table = typed(dict(found) | {"lng": at[:, 0], "lat": at[:, 1]}, DTYPES)
    return table.sort_values(["zone_id", "gate_id"], ignore_index=True)


def _entrances(shapes: Shapes, plane: Shapes, gates: pd.DataFrame, settings: Settings, frame: Frame) -> pd.DataFrame:
    """Pairs of a zone and an entrance near its edge; `key` is the entrance's id."""
    zone, gate, points = near(shapes, settings.gate_snap_m, _gates(gates), frame)
    edges = shapely.boundary(plane)
    shapely.prepare(edges)
    close = shapely.dwithin(edges[zone], points, settings.gate_snap_m)
    zone, points, row = zone[close], points[close], gates.iloc[gate[close]]
    found = {"zone": zone, "kind": "entrance", "key": row["id"].to_numpy(), "name": row["name"].to_numpy()}
    found |= {"road_id": None, "open": row["open"].to_numpy()}
    return typed(found | {"x": shapely.get_x(points), "y": shapely.get_y(points)}, _FOUND)


def _crossings(shapes: Shapes, plane: Shapes, roads: pd.DataFrame, frame: Frame) -> pd.DataFrame:
    """Pairs of a zone and a place where a road enters it; `key` is the road's id."""
    tree = road_tree(roads)
    zone, road = tree.query(shapely.boundary(shapes), predicate="dwithin", distance=NEAR_DEG)
    lines, hit = shapely.get_parts(tree.geometries[road], return_index=True)
    zone, road = zone[hit], road[hit]
    some = np.unique(zone)
    core, rim = shapely.buffer(plane[some], -EDGE_M), shapely.buffer(plane[some], EDGE_M)
    at = np.searchsorted(some, zone)
    # Pieces of road inside the band about the outline; an end at the core's edge is a way in.
    pieces = _inside(frame.to_metres(lines), shapely.difference(rim, core), at)
    piece, pair = shapely.get_parts(pieces, return_index=True)
    ends = np.stack([shapely.get_point(piece, 0), shapely.get_point(piece, -1)], axis=1)
    inner, outer = (_meets(ends, shapely.boundary(side), at[pair]) for side in (core, rim))
    which, end = np.nonzero(inner & _leads_out(piece, zone[pair], inner, outer)[:, None])
    spot = _on_edge(piece[which], shapely.boundary(plane)[zone[pair[which]]], ends[which, end])
    row = roads.iloc[road[pair[which]]]
    found = {"zone": zone[pair[which]], "kind": "road", "key": row["id"].to_numpy(), "name": row["name"].to_numpy()}
    found |= {"road_id": row["id"].to_numpy(), "open": None}
    return typed(found | {"x": shapely.get_x(spot), "y": shapely.get_y(spot)}, _FOUND)


def _inside(lines: Shapes, bands: Shapes, of: Ints) -> Shapes:
    """Cut each line to its band; of a band, which goes about a whole zone, only what lies around the line is asked."""
    boxes = shapely.bounds(lines) + EDGE_M * np.array([-1, -1, 1, 1])
    pairs = zip(of.tolist(), boxes.tolist(), strict=True)
    around = np.fromiter((shapely.clip_by_rect(bands[row], *box) for row, box in pairs), object, len(of))
    return np.asarray(shapely.intersection(lines, around), object)


@once
def _gates(gates: pd.DataFrame) -> shapely.STRtree:
    return shapely.STRtree(gates["geometry"].to_numpy(object))


def _on_edge(piece: Shapes, edge: Shapes, end: Shapes) -> Shapes:
    """Where a piece meets the outline beside its inner end; where it runs along it, the outline's nearest point."""
    cut = shapely.intersection(piece, edge)
    exact = shapely.dwithin(cut, end, MERGE_M)
    return np.asarray(shapely.get_point(shapely.shortest_line(np.where(exact, cut, edge), end), 0), object)


def _leads_out(piece: Shapes, zone: Ints, inner: Mask, outer: Mask) -> Mask:
    """Whether each piece meets, itself or through others, a way out or another road that runs along the edge."""
    left, right = shapely.STRtree(piece).query(piece, predicate="dwithin", distance=1e-6)
    same = zone[left] == zone[right]
    group = components(len(piece), left[same], right[same])
    away = outer.any(axis=1) | (~inner.any(axis=1) & (shapely.length(piece) > MERGE_M))
    return np.isin(group, group[away])


def _meets(points: Shapes, lines: Shapes, of: Ints) -> Mask:
    """Whether each point of a row lies on the row's line."""
    shapely.prepare(lines)
    return np.asarray(shapely.dwithin(lines[of, None], points, 1e-6), bool)


def _merged(found: pd.DataFrame) -> pd.DataFrame:
    """Make one gate of what lies within MERGE_M in one zone; of a group with entrances all of these stay."""
    group = found["zone"].to_numpy(int) * len(found) + _near_groups(found)
    order = found.assign(group=group, last=found["kind"] == "road", unnamed=found["name"].isna())
    order = order.sort_values(["group", "last", "unnamed", "key", "x", "y"], ignore_index=True)
    order["road_id"] = order["road_id"].fillna(order.groupby("group")["road_id"].transform("first"))
    lead = ~order["group"].duplicated()
    return order[lead | ~order["last"]].reset_index(drop=True)


def _near_groups(found: pd.DataFrame) -> Ints:
    points = shapely.points(found["x"], found["y"])
    left, right = shapely.STRtree(points).query(points, predicate="dwithin", distance=MERGE_M)
    zone = found["zone"].to_numpy(int)
    same = zone[left] == zone[right]
    return components(len(found), left[same], right[same])


def _gate_ids(found: pd.DataFrame) -> list[str]:
    """Hash of zone, road or entrance, and the ordinal from west to east among the crossings of the two."""
    ordered = found.sort_values(["zone_id", "key", "x", "y"])
    ordinal = ordered.groupby(["zone_id", "key"]).cumcount().reindex(found.index)
    parts = zip(found["zone_id"], found["kind"], found["key"], ordinal, strict=True)
    return [sha256("\x1f".join(map(str, part)).encode()).hexdigest()[:12] for part in parts]
