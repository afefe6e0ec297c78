"""Part of the demo city: rows of footprints inside lots, and buildings along the edges of blocks."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from shapely.ops import substring

from zoning.demo.lanes import rotate
from zoning.geometry import Floats, Ints, Shapes

# Half outlines of towers from above, in halves of their length and depth.
_PLANS = {
    "plain": [(-1, -1), (1, -1), (1, 1), (-1, 1)],
    "cross": [
        (-0.45, -1), (0.45, -1), (0.45, -0.55), (1, -0.55), (1, 0.55), (0.45, 0.55),
        (0.45, 1), (-0.45, 1), (-0.45, 0.55), (-1, 0.55), (-1, -0.55), (-0.45, -0.55),
    ],
    "butterfly": [
        (-1, -1), (-0.35, -1), (-0.2, -0.55), (0.2, -0.55), (0.35, -1), (1, -1), (1, 0.35), (0.5, 0.35),
        (0.5, 1), (-0.5, 1), (-0.5, 0.35), (-1, 0.35),
    ],
    "angle": [(-1, -1), (1, -1), (1, 0.1), (-0.1, 0.1), (-0.1, 1), (-1, 1)],
    "comb": [
        (-1, -1), (1, -1), (1, 1), (0.55, 1), (0.55, 0.3), (0.2, 0.3), (0.2, 1), (-0.2, 1), (-0.2, 0.3),
        (-0.55, 0.3), (-0.55, 1), (-1, 1),
    ],
}  # fmt: skip


@dataclass(frozen=True)
class Rows:
    """How buildings stand in a lot, all in metres as (from, to): length along the row, depth, gap to the next in the
    row, gap to the next row; `inset` from the fence; `plans` from above; `wave` bends the rows."""

    length: tuple[float, float]
    depth: tuple[float, float]
    gap: tuple[float, float]
    apart: tuple[float, float]
    inset: float
    plans: tuple[str, ...] = ("plain",)
    wave: float = 0.0


def fill_rows(shapes: Shapes, turn: Floats, rows: Rows, rng: np.random.Generator) -> pd.DataFrame:
    """Stand buildings in rows inside shapes.

    Parameters
    ----------
    shapes : (n,) polygons in metres, less what must stay free.
    turn : (n,) direction of the rows, radians.
    rows : how they stand.
    rng : random numbers.

    Returns
    -------
    One row a building, shape by shape and row by row: geometry (metres), shape (row), length, depth, turn.
    """
    free = rotate(shapely.buffer(shapes, -rows.inset), -turn)
    lines, owner, depth = _row_lines(_waved(free, rows.wave, -1), rows, rng)
    room = _room(lines, _waved(free, rows.wave, -1)[owner], depth)
    parts, line = shapely.get_parts(room, return_index=True)
    held = ~shapely.is_empty(parts) & (shapely.length(parts) > rows.length[0] * 0.6)
    parts, line = parts[held], line[held]
    span = shapely.bounds(parts)
    boxes = _pack(span[:, 0], span[:, 2], rows, rng)
    part = boxes["part"].to_numpy()
    boxes["y"], boxes["depth"] = span[part, 1], depth[line[part]] * rng.uniform(0.86, 1.0, len(boxes))
    boxes["shape"] = owner[line[part]]
    slope = 2 * np.pi * rows.wave / 75.0 * np.cos(2 * np.pi * boxes["x"] / 75.0)
    boxes["y"] += rows.wave * np.sin(2 * np.pi * boxes["x"] / 75.0)
    outlines = _outlines(boxes, np.arctan(slope.to_numpy()), rows.plans, rng)
    angle = turn[boxes["shape"].to_numpy()]
    return boxes.assign(geometry=rotate(outlines, angle), turn=angle)[["geometry", "shape", "length", "depth", "turn"]]


def _waved(shapes: Shapes, wave: float, sign: int) -> Shapes:
    if not wave:
        return shapes

    def move(at: Floats) -> Floats:
        return np.column_stack([at[:, 0], at[:, 1] + sign * wave * np.sin(2 * np.pi * at[:, 0] / 75.0)])

    return np.asarray(shapely.transform(shapely.segmentize(shapes, 8.0), move), object)


def _row_lines(free: Shapes, rows: Rows, rng: np.random.Generator) -> tuple[Shapes, Ints, Floats]:
    """Level lines through each shape, one a row, with the depth of the row; the rows fill the shape."""
    box = shapely.bounds(free)
    span, apart = box[:, 3] - box[:, 1], rng.uniform(*rows.apart, len(free))
    count = np.nan_to_num(np.floor((span + apart) / (apart + sum(rows.depth) / 2)))
    count = np.where((count == 0) & (span >= rows.depth[0]), 1, count).astype(int)
    pitch = (span + apart) / np.maximum(count, 1)
    owner = np.repeat(np.arange(len(free)), count)
    rank = np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)
    y = box[owner, 1] + rank * pitch[owner] + (pitch - apart)[owner] / 2
    depth = np.minimum(rng.uniform(*rows.depth, len(owner)), (pitch - apart)[owner])
    ends = np.stack([np.column_stack([box[owner, 0] - 1, y]), np.column_stack([box[owner, 2] + 1, y])], axis=1)
    return shapely.linestrings(ends), owner, depth


def _room(lines: Shapes, free: Shapes, depth: Floats) -> Shapes:
    """Where a building of a depth may stand on each line: its front, its middle and its back are all in the clear."""
    found = lines
    for side in (-0.5, 0.0, 0.5):
        shift = np.repeat(side * depth, 2)
        at = shapely.get_coordinates(lines)
        moved = shapely.intersection(
            shapely.linestrings((at + np.column_stack([0 * shift, shift])).reshape(-1, 2, 2)), free
        )
        place, row = shapely.get_coordinates(moved, return_index=True)
        back = shapely.set_coordinates(moved, np.column_stack([place[:, 0], at[::2, 1][row]]))
        found = shapely.intersection(found, back)
    return np.asarray(found, object)


def _pack(low: Floats, high: Floats, rows: Rows, rng: np.random.Generator) -> pd.DataFrame:
    """Divide stretches of row among buildings with gaps between: part, x (middle), length."""
    length, gap = rng.uniform(*rows.length, len(low)), rng.uniform(*rows.gap, len(low))
    count = np.floor((high - low + gap) / (length + gap)).astype(int).clip(1)
    part = np.repeat(np.arange(len(low)), count)
    rank = np.arange(len(part)) - np.repeat(np.cumsum(count) - count, count)
    cell = (high - low + gap)[part] / count[part]
    own = np.maximum(rng.uniform(*rows.gap, len(part)), rows.gap[0])
    # What a building is shorter than its cell goes to both its sides; the ends of a row may be flush.
    size = np.minimum(np.minimum(cell - own, rows.length[1]), (high - low)[part])
    x = low[part] + rank * cell + (cell - gap[part]) / 2
    return pd.DataFrame({"part": part, "x": x, "length": size})


def _outlines(boxes: pd.DataFrame, slope: Floats, plans: tuple[str, ...], rng: np.random.Generator) -> Shapes:
    found = np.empty(len(boxes), object)
    chosen, flip = rng.integers(len(plans), size=len(boxes)), rng.choice([-1.0, 1.0], (len(boxes), 2))
    half = np.column_stack([boxes["length"], boxes["depth"]]) / 2
    middle = boxes[["x", "y"]].to_numpy()
    for number, name in enumerate(plans):
        rows = np.flatnonzero(chosen == number)
        at = np.array(_PLANS[name])[None] * (half * flip)[rows][:, None]
        c, s = np.cos(slope[rows])[:, None], np.sin(slope[rows])[:, None]
        turned = np.stack([at[..., 0] * c - at[..., 1] * s, at[..., 0] * s + at[..., 1] * c], axis=2)
        found[rows] = shapely.polygons(turned + middle[rows][:, None])
    return np.asarray(shapely.normalize(found), object)


def fill_edge(
    shapes: Shapes, free: Shapes, depth: Floats, length: tuple[float, float], rng: np.random.Generator
) -> pd.DataFrame:
    """Stand buildings along the edge of shapes, round the corners as it comes.

    Parameters
    ----------
    shapes : (n,) lots in metres.
    free : (n,) what must stay free in each (lanes with their width).
    depth : (n,) depth of the buildings, m; they stand 2 m behind the fence.
    length : along the edge, from and to, m.
    rng : random numbers.

    Returns
    -------
    geometry (metres), shape (row), length, depth, turn (NaN: it may bend).
    """
    rim = shapely.boundary(shapely.buffer(shapes, -(2 + depth / 2), join_style="mitre"))
    apart = shapely.difference(rim, shapely.buffer(free, depth / 2))
    parts, owner = shapely.get_parts(shapely.line_merge(apart), return_index=True)
    lengths = shapely.length(parts)
    found, shape = [], []
    for part, line, size in zip(owner, parts, lengths, strict=True):
        start = 0.0
        while size - start > length[0]:
            end = min(start + rng.uniform(*length), size)
            found.append(substring(line, start, end))
            shape.append(part)
            start = end + rng.uniform(5.0, 9.0)
    index = np.array(shape, np.int64)
    walls = shapely.buffer(np.array(found, object), depth[index] / 2, cap_style="flat", join_style="mitre")
    inner = shapely.intersection(walls, shapely.buffer(shapes, -1.5)[index]) if len(walls) else walls
    table = {"geometry": inner, "shape": index, "length": shapely.length(np.array(found, object)), "turn": np.nan}
    return pd.DataFrame(table | {"depth": depth[index]})


def apart_only(shapes: Shapes, metres: float) -> np.ndarray:
    """Tell which of the shapes to keep so that no two kept ones come nearer than a distance.

    Parameters
    ----------
    shapes : (n,) footprints in metres; of two that are too near the later one goes.
    metres : the distance.

    Returns
    -------
    (n,) booleans.
    """
    left, right = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=metres)
    kept = np.ones(len(shapes), bool)
    order = np.lexsort((left, right))
    for one, other in zip(left[order], right[order], strict=True):
        if one < other and kept[one]:
            kept[other] = False
    return kept
