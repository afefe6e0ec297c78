"""Part of the demo city: the arterials cut into super-blocks, the super-blocks into blocks, and the streets between.

Blocks are the faces of the street network, so they share every edge and vertex: what is made of whole blocks
(communities, sub-districts) covers the ground without gap or overlap.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from zoning.demo.plan import District, Plan
from zoning.geometry import Floats, Ints, Shapes

GRID_M = 0.01  # vertices are kept to a centimetre, so that lines that touch share one
# From centre line to the edge of the land, m: half the carriageway and the pavement.
HALF_WIDTH = {"trunk": 30.0, "primary": 23.0, "secondary": 17.0, "tertiary": 10.5, "residential": 7.5}
TURN = np.radians(3.5)


@dataclass(frozen=True)
class Superblocks:
    """`shapes`: super-blocks; `wet`: those in the river's corridor; `edges`: arterials between them, `kind`, `way`."""

    shapes: Shapes
    wet: npt.NDArray[np.bool_]
    edges: Shapes
    kind: npt.NDArray[np.object_]
    way: Ints


def make_superblocks(district: District, plan: Plan) -> Superblocks:
    """Cut the ground along its arterials.

    Parameters
    ----------
    district : which.
    plan : its arterials; one in fourteen pieces of the lesser ones is left out, so that not all super-blocks match.

    Returns
    -------
    Superblocks.
    """
    edges, owner = node(plan.lines, plan.lines)
    spared = shapely.intersects(edges, plan.corridor.buffer(60)) | ~shapely.contains_properly(plan.ground, edges)
    kept = spared | (plan.kind[owner] != "secondary") | (district.rng(21).random(len(edges)) > 0.07)
    shapes = shapely.get_parts(shapely.polygonize(edges[kept]))
    wet = shapely.within(shapely.point_on_surface(shapes), plan.corridor)
    return Superblocks(shapes, wet, edges[kept], plan.kind[owner[kept]], plan.way[owner[kept]])


def make_streets(
    district: District, plan: Plan, whole: Superblocks, target_m2: Floats
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Cut the super-blocks into blocks.

    Parameters
    ----------
    district : which.
    plan : its river.
    whole : the super-blocks.
    target_m2 : the block size aimed at in each super-block, m²; infinite leaves it whole.

    Returns
    -------
    blocks : geometry (metres), superblock (row), water (in the river's corridor), area_m2.
    roads : geometry (metres), kind, way (number of the street it is a piece of), bridge.
    """
    dry = np.flatnonzero(~whole.wet)
    cuts = _cut(whole.shapes[dry], target_m2[dry], district.rng(22))
    lines = np.concatenate([whole.edges, cuts["geometry"].to_numpy(object)])
    kind = np.concatenate([whole.kind, cuts["kind"].to_numpy(object)])
    way = np.concatenate([whole.way, plan.way.max() + 1 + np.arange(len(cuts))])
    pieces, which = node(lines, lines)
    faces = shapely.get_parts(shapely.polygonize(pieces))
    middle = shapely.point_on_surface(faces)
    face, inside = shapely.STRtree(whole.shapes).query(middle, predicate="within")
    number = np.zeros(len(faces), np.int64)
    number[face] = inside
    over = shapely.within(shapely.line_interpolate_point(pieces, 0.5, normalized=True), plan.corridor)
    roads = pd.DataFrame({"geometry": pieces, "kind": kind[which], "way": way[which]})
    roads["bridge"] = over & shapely.crosses(pieces, plan.river)
    blocks = pd.DataFrame({"geometry": faces, "superblock": number, "water": whole.wet[number]})
    return blocks.assign(area_m2=shapely.area(faces)), roads


def node(lines: Shapes, sources: Shapes) -> tuple[Shapes, Ints]:
    """Cut lines wherever they meet, to a centimetre.

    Parameters
    ----------
    lines : (n,) lines in metres.
    sources : (m,) lines that they come from.

    Returns
    -------
    pieces : (k,) lines that meet only at their ends.
    source : (k,) row in `sources` of each.
    """
    pieces = shapely.get_parts(shapely.union_all(lines, grid_size=GRID_M))
    middle = shapely.line_interpolate_point(pieces, 0.5, normalized=True)
    found, source = shapely.STRtree(sources).query_nearest(middle, all_matches=False)
    order = np.zeros(len(pieces), np.int64)
    order[found] = source
    return pieces, order


def oriented(shapes: Shapes) -> tuple[Floats, Floats, Floats]:
    """Return the smallest rectangle around each shape.

    Parameters
    ----------
    shapes : (n,) polygons in metres.

    Returns
    -------
    corner : (n, 2) one corner; axis : (n, 2) unit vector of the long side, the short one is its left turn;
    size : (n, 2) long and short side, m.
    """
    ring = shapely.get_coordinates(shapely.oriented_envelope(shapes)).reshape(-1, 5, 2)
    one, other = ring[:, 1] - ring[:, 0], ring[:, 3] - ring[:, 0]
    lengths = np.column_stack([np.hypot(*one.T), np.hypot(*other.T)])
    swap = lengths[:, 1] > lengths[:, 0]
    axis = np.where(swap[:, None], other, one) / lengths.max(axis=1)[:, None]
    # The left turn of the long side must point into the rectangle: start at the corner where it does.
    left = np.column_stack([-axis[:, 1], axis[:, 0]])
    inward = ((ring[:, 2] - ring[:, 0]) * left).sum(axis=1) > 0
    corner = np.where(inward[:, None], ring[:, 0], np.where(swap[:, None], ring[:, 1], ring[:, 3]))
    return corner, axis, np.column_stack([lengths.max(axis=1), lengths.min(axis=1)])


def halve(shapes: Shapes, ratio: Floats, turn: Floats) -> tuple[Shapes, Ints, Shapes, Ints]:
    """Cut each shape across its long side.

    Parameters
    ----------
    shapes : (n,) polygons in metres.
    ratio : (n,) where along the long side, 0 to 1.
    turn : (n,) by how much the cut leaves the right angle, radians.

    Returns
    -------
    parts, owner : the pieces and the row of the shape each comes from.
    lines, owner : the cuts and the row of the shape each goes through.
    """
    corner, axis, size = oriented(shapes)
    left = np.column_stack([-axis[:, 1], axis[:, 0]])
    at = corner + axis * (size[:, :1] * ratio[:, None]) + left * size[:, 1:] / 2
    c, s = np.cos(turn)[:, None], np.sin(turn)[:, None]
    way, reach = left * c + axis * s, size.sum(axis=1)[:, None] * 2
    ends = np.stack([at - way * reach, at + way * reach], axis=1)
    shift = (axis * reach * 2)[:, None, :]
    halves = [shapely.polygons(np.concatenate([ends, (ends + sign * shift)[:, ::-1]], axis=1)) for sign in (-1.0, 1.0)]
    both = np.concatenate([shapely.intersection(shapes, half) for half in halves])
    parts, owner = shapely.get_parts(both, return_index=True)
    flat = (shapely.get_type_id(parts) == shapely.GeometryType.POLYGON) & (shapely.area(parts) > 1.0)
    cuts, through = shapely.get_parts(shapely.intersection(shapely.linestrings(ends), shapes), return_index=True)
    long = shapely.length(cuts) > 1.0
    return parts[flat], owner[flat] % len(shapes), cuts[long], through[long]


def _cut(superblocks: Shapes, target: Floats, rng: np.random.Generator) -> pd.DataFrame:
    """Halve until every piece is small enough: the first cuts are collector streets, the last are lanes to live in."""
    shapes, goal, found = superblocks, target * rng.uniform(0.8, 1.25, len(superblocks)), []
    while len(shapes):
        big = shapely.area(shapes) > 1.7 * goal
        shapes, goal = shapes[big], goal[big]
        if not len(shapes):
            break
        kind = np.where(shapely.area(shapes) > 5.5 * goal, "tertiary", "residential")
        ratio = rng.uniform(0.40, 0.60, len(shapes))
        parts, owner, lines, through = halve(shapes, ratio, rng.uniform(-TURN, TURN, len(shapes)))
        found.append(pd.DataFrame({"geometry": lines, "kind": kind[through]}))
        shapes, goal = parts, goal[owner] * rng.uniform(0.85, 1.18, len(parts))
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame({"geometry": [], "kind": []}, dtype=object)
