"""Part of the demo city: entrances in the fences, the lanes behind them, and the alleys of villages.

A lane leaves the street at the entrance, turns along the axes of its lot and leaves by another entrance; an alley
crosses its whole village from street to street.
"""

import numpy as np
import pandas as pd
import shapely

from zoning.demo.land import HOUSING
from zoning.demo.plan import District
from zoning.demo.streets import HALF_WIDTH, node, oriented
from zoning.geometry import Floats, Ints, Shapes

STEP_M = 7.0  # entrances are looked for at this spacing along a fence
REACH_M = 9.0  # a fence this far behind the edge of a street still opens on it
ALLEY_M = 46.0  # between the alleys of a village
LANED = (*HOUSING, "school", "hospital", "works", "mall", "office")
THROUGH_M2 = 9000.0  # smaller lots, malls and offices have an entrance and no lane
MOST_GATES = 4
CLOSED = 0.12  # share of entrances that are shut on an ordinary day


def turn_of(district: District, lots: pd.DataFrame) -> Floats:
    """Return how each lot is turned: rows of houses run along the axis nearest to east-west, villages lie as they grew.

    Parameters
    ----------
    district : which.
    lots : of `make_lots`.

    Returns
    -------
    (n,) radians, from east to the rows.
    """
    _, axis, size = oriented(lots["geometry"].to_numpy(object))
    angle = np.arctan2(axis[:, 1], axis[:, 0])
    square = (angle + np.pi / 4) % (np.pi / 2) - np.pi / 4
    along = (angle + np.pi / 2) % np.pi - np.pi / 2
    # Long narrow lots must follow their length, whatever the sun says.
    kept = (size[:, 0] > 2.2 * size[:, 1]) | lots["use"].isin(("perimeter", "office", "mall")).to_numpy()
    village = (lots["use"] == "village").to_numpy()
    own = village * district.rng(41).uniform(-0.12, 0.12, len(lots))
    return np.asarray(np.where(kept, along, square) + own, np.float64)


def rotate(shapes: Shapes, angle: Floats) -> Shapes:
    """Turn each shape about the origin.

    Parameters
    ----------
    shapes : (n,) shapes in metres.
    angle : (n,) radians, to the left.

    Returns
    -------
    (n,) turned copies.
    """
    at, row = shapely.get_coordinates(shapes, return_index=True)
    c, s = np.cos(angle)[row], np.sin(angle)[row]
    turned = np.column_stack([at[:, 0] * c - at[:, 1] * s, at[:, 0] * s + at[:, 1] * c])
    return np.asarray(shapely.set_coordinates(np.array(shapes, object), turned), object)


def make_lanes(
    district: District, lots: pd.DataFrame, blocks: pd.DataFrame, roads: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Open the lots to the streets.

    Parameters
    ----------
    district : which.
    lots : of `make_lots`, with `turn` of `turn_of`.
    blocks, roads : of `make_streets`.

    Returns
    -------
    gates : geometry (points on fences), lot, kind (vehicle or pedestrian), open.
    lanes : geometry, lot, kind (service or footway): what buildings must leave free.
    roads : streets, lanes and alleys, cut where they meet; kind, way, bridge, lot (-1 for a street).
    """
    rng = district.rng(42)
    village = (lots["use"] == "village").to_numpy()
    doors = _doors(lots, roads, np.flatnonzero(lots["use"].isin(LANED).to_numpy() & ~village), rng)
    lanes = _lanes(lots, doors)
    stubs = shapely.linestrings(np.stack([doors[["sx", "sy"]].to_numpy(), doors[["x", "y"]].to_numpy()], axis=1))
    alleys, inner = _alleys(lots, blocks, np.flatnonzero(village), rng)
    ways = pd.concat(
        [
            pd.DataFrame({"geometry": stubs, "lot": doors["lot"], "kind": "service"})[doors["drive"].to_numpy()],
            lanes,
            alleys,
        ],
        ignore_index=True,
    )
    pieces, which = node(
        np.concatenate([roads["geometry"].to_numpy(object), ways["geometry"].to_numpy(object)]),
        np.concatenate([roads["geometry"].to_numpy(object), ways["geometry"].to_numpy(object)]),
    )
    told = pd.concat([roads.assign(lot=-1), ways.assign(way=-1, bridge=False)], ignore_index=True)
    whole = told.iloc[which].assign(geometry=pieces).reset_index(drop=True)
    gates = pd.DataFrame({"geometry": shapely.points(doors[["x", "y"]].to_numpy()), "lot": doors["lot"]})
    gates["kind"] = np.where(doors["drive"], "vehicle", "pedestrian")
    gates["open"] = doors["drive"].to_numpy() | (rng.random(len(gates)) > CLOSED)
    ends = _ends(lots, alleys, rng)
    homes = lots["use"].isin(HOUSING).to_numpy()[gates["lot"].to_numpy()]
    gates = pd.concat([gates[homes], ends], ignore_index=True).sort_values("lot", kind="stable", ignore_index=True)
    return gates, pd.concat([lanes, inner], ignore_index=True), whole


def _doors(lots: pd.DataFrame, roads: pd.DataFrame, rows: Ints, rng: np.random.Generator) -> pd.DataFrame:
    """Entrances: two to four a lot, far from each other, where the fence runs along a street that cars may leave."""
    fences = shapely.get_exterior_ring(lots["geometry"].to_numpy(object)[rows])
    count = np.maximum((shapely.length(fences) / STEP_M).astype(int), 4)
    which = np.repeat(np.arange(len(rows)), count)
    rank = np.arange(len(which)) - np.repeat(np.cumsum(count) - count, count)
    spots = shapely.line_interpolate_point(fences[which], (rank + 0.5) / count[which], normalized=True)
    local = roads[~roads["bridge"] & (roads["kind"] != "trunk")]
    lines = local["geometry"].to_numpy(object)
    _, nearest = shapely.STRtree(lines).query_nearest(spots, all_matches=False)
    link = shapely.get_coordinates(shapely.shortest_line(spots, lines[nearest])).reshape(-1, 2, 2)
    away = np.hypot(*(link[:, 1] - link[:, 0]).T) - local["kind"].map(HALF_WIDTH).to_numpy()[nearest]
    away = away + _cornered(lots, rows[which], spots)
    found = pd.DataFrame(
        {"lot": rows[which], "x": link[:, 0, 0], "y": link[:, 0, 1], "sx": link[:, 1, 0], "sy": link[:, 1, 1]}
    )
    chosen = []
    for start, end in zip(np.cumsum(count) - count, np.cumsum(count), strict=True):
        mine = np.arange(start, end)[away[start:end] < max(REACH_M, float(away[start:end].min()) + 1)]
        at = link[mine, 0]
        picks = [int(rng.integers(len(mine)))]
        for _ in range(int(rng.integers(1, MOST_GATES))):
            far = np.min([np.hypot(*(at - at[p]).T) for p in picks], axis=0)
            if far.max() < 45:
                break
            picks.append(int(far.argmax()))
        chosen.append(found.iloc[mine[picks]].assign(drive=np.arange(len(picks)) < 2))
    return pd.concat(chosen, ignore_index=True)


def _cornered(lots: pd.DataFrame, rows: Ints, spots: Shapes) -> Floats:
    """How near a point on a fence is to a corner of its lot: 0 in the middle half of a side, else some metres more."""
    shapes, turn = lots["geometry"].to_numpy(object)[rows], lots["turn"].to_numpy()[rows]
    box, at = shapely.bounds(rotate(shapes, -turn)), shapely.get_coordinates(rotate(spots, -turn))
    off = np.abs(at - (box[:, :2] + box[:, 2:]) / 2) / (box[:, 2:] - box[:, :2])
    return np.asarray(12.0 * (off.min(axis=1) > 0.24), np.float64)


def _lanes(lots: pd.DataFrame, doors: pd.DataFrame) -> pd.DataFrame:
    """From the first entrance to the middle and on to the second, along the lot's own axes."""
    large = (lots["area_m2"] > THROUGH_M2) & ~lots["use"].isin(("mall", "office"))
    mine = doors[doors["drive"].to_numpy() & large.to_numpy()[doors["lot"].to_numpy()]]
    rows = mine["lot"].to_numpy()
    shapes, turn = lots["geometry"].to_numpy(object)[rows], lots["turn"].to_numpy()[rows]
    spots = shapely.points(mine[["x", "y"]].to_numpy())
    a, m = (shapely.get_coordinates(rotate(spot, -turn)) for spot in (spots, _middle(shapes)))
    knee = np.where(
        _beside(shapes, turn, a)[:, None], np.column_stack([m[:, 0], a[:, 1]]), np.column_stack([a[:, 0], m[:, 1]])
    )
    lines = shapely.remove_repeated_points(rotate(shapely.linestrings(np.stack([a, knee, m], axis=1)), turn), 0.5)
    # In a lot with corners turned in, the part of the lane that leaves the fence is not built.
    parts, owner = shapely.get_parts(shapely.intersection(lines, shapely.buffer(shapes, 0.05)), return_index=True)
    joined = shapely.dwithin(parts, spots[owner], 0.2) & (shapely.length(parts) > 2)
    return pd.DataFrame({"geometry": parts[joined], "lot": rows[owner[joined]], "kind": "service"})


def _middle(shapes: Shapes) -> Shapes:
    middle = shapely.centroid(shapes)
    inside = shapely.contains_properly(shapes, middle)
    return np.asarray(np.where(inside, middle, shapely.point_on_surface(shapes)), object)


def _beside(shapes: Shapes, turn: Floats, at: Floats) -> np.ndarray:
    """Whether a point on a fence, in the lot's own frame, lies at the end of the rows rather than along them."""
    box = shapely.bounds(rotate(shapes, -turn))
    off = np.abs(at - (box[:, :2] + box[:, 2:]) / 2) / (box[:, 2:] - box[:, :2])
    return np.asarray(off[:, 0] > off[:, 1], bool)


def _alleys(
    lots: pd.DataFrame, blocks: pd.DataFrame, rows: Ints, rng: np.random.Generator
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Straight ways through each village along both its axes: from street to street, and their part in the fence."""
    fences, ground = (t.to_numpy(object)[i] for t, i in (
        (lots["geometry"], rows), (blocks["geometry"], lots["block"].to_numpy()[rows])
    ))  # fmt: skip
    lines, owner, kinds = [], [], []
    for row, box in enumerate(shapely.bounds(rotate(fences, -lots["turn"].to_numpy()[rows]))):
        for low, high, swap in ((box[0], box[2], False), (box[1], box[3], True)):
            count = max(1, round((high - low) / ALLEY_M) - 1)
            at = low + (high - low) * (np.arange(count) + 1 + rng.uniform(-0.18, 0.18, count)) / (count + 1)
            skew = rng.uniform(-7, 7, count)
            ends = np.stack([np.column_stack([at, at + skew]), np.tile([-1e5, 1e5], (count, 1))], axis=2)
            across = box[[1, 3]] if not swap else box[[0, 2]]
            ends[:, :, 1] = [across[0] - 60, across[1] + 60]
            lines += list(shapely.linestrings(ends[:, :, ::-1] if swap else ends))
            owner += [row] * count
            # The middle one of each axis lets cars in.
            kinds += ["service" if i == count // 2 else "footway" for i in range(count)]
    index = np.array(owner, np.int64)
    turned = rotate(np.array(lines, object), lots["turn"].to_numpy()[rows[index]])
    tables = []
    for shapes in (ground, fences):
        parts, line = shapely.get_parts(shapely.intersection(turned, shapes[index]), return_index=True)
        long = shapely.length(parts) > 15
        kind = np.array(kinds, object)[line[long]]
        tables.append(pd.DataFrame({"geometry": parts[long], "lot": rows[index[line[long]]], "kind": kind}))
    return tables[0], tables[1]


def _ends(lots: pd.DataFrame, alleys: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Where alleys come through the fence of a village."""
    rim = shapely.get_exterior_ring(lots["geometry"].to_numpy(object)[alleys["lot"].to_numpy(int)])
    parts, owner = shapely.get_parts(shapely.intersection(alleys["geometry"].to_numpy(object), rim), return_index=True)
    point = shapely.get_type_id(parts) == shapely.GeometryType.POINT
    found = pd.DataFrame({"geometry": parts[point], "lot": alleys["lot"].to_numpy(int)[owner[point]]})
    drive = alleys["kind"].to_numpy(object)[owner[point]] == "service"
    shut = rng.random(len(found)) < CLOSED
    return found.assign(kind=np.where(drive, "vehicle", "pedestrian"), open=drive | ~shut)
