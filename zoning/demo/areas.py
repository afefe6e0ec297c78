"""Part of the demo city: sub-districts and communities, made of whole blocks, connected, of like population."""

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from zoning.demo.names import make_names
from zoning.demo.plan import District
from zoning.geometry import Floats, Ints

# A border costs more to cross the larger the street: areas end at arterials where they can.
CROSSING = {"trunk": 3.0, "primary": 2.6, "secondary": 1.7, "tertiary": 1.1, "residential": 1.0}
ROUNDS = 60
Edges = tuple[Ints, Ints, Floats]


def make_areas(
    district: District, blocks: pd.DataFrame, roads: pd.DataFrame, people: Ints
) -> tuple[pd.DataFrame, npt.NDArray[np.object_]]:
    """Divide the district.

    Parameters
    ----------
    district : which.
    blocks, roads : of `make_streets`.
    people : (n,) living in each block.

    Returns
    -------
    areas : id, name, name_en, level, parent_id, people, geometry (metres); the district, its sub-districts (ten for
    1.5 million people) and its communities (93).
    community : (n,) id of the community of each block.
    """
    edges, area = _edges(blocks, roads), blocks["area_m2"].to_numpy()
    weight = people + 0.15 * people.sum() * area / area.sum()
    towns = partition(weight, edges, district.share(10), district.rng(61))
    parts = _communities(towns, weight, district.share(93, 2))
    inner = np.zeros(len(blocks), np.int64)
    for town, count in enumerate(parts):
        rows = np.flatnonzero(towns == town)
        inner[rows] = partition(weight[rows], _within(edges, rows, len(blocks)), count, district.rng(62, town))
    top = f"{district.tag}A00"
    ids = np.array([f"{district.tag}A{t + 1:02d}-{i + 1:02d}" for t, i in zip(towns, inner, strict=True)], object)
    levels = [
        ("district", np.full(len(blocks), top, object)),
        ("subdistrict", np.array([i[:-3] for i in ids], object)),
        ("community", ids),
    ]
    found = []
    for level, keys in levels:
        for key in sorted(set(keys)):
            rows = np.flatnonzero(keys == key)
            shape = shapely.coverage_union_all(blocks["geometry"].to_numpy(object)[rows])
            parent = {"district": None, "subdistrict": top}.get(level, key[:-3])
            found.append((key, level, parent, int(people[rows].sum()), shape))
    table = pd.DataFrame(found, columns=["id", "level", "parent_id", "people", "geometry"])
    names = make_names(list(table["level"]), district.index)
    return pd.concat([table, names], axis=1), ids


def _edges(blocks: pd.DataFrame, roads: pd.DataFrame) -> Edges:
    """Pairs of blocks on two sides of a street, and what it costs to go from one to the other."""
    middle = shapely.line_interpolate_point(roads["geometry"].to_numpy(object), 0.5, normalized=True)
    shapes = blocks["geometry"].to_numpy(object)
    road, block = shapely.STRtree(shapes).query(middle, predicate="dwithin", distance=0.02)
    order = np.lexsort((block, road))
    road, block = road[order], block[order]
    twice = np.flatnonzero(road[1:] == road[:-1])
    left, right = block[twice], block[twice + 1]
    at = shapely.get_coordinates(shapely.centroid(shapes))
    cost = np.hypot(*(at[left] - at[right]).T) * roads["kind"].map(CROSSING).to_numpy()[road[twice]]
    return left, right, cost


def _within(edges: Edges, rows: Ints, count: int) -> Edges:
    left, right, cost = edges
    new = np.full(count, -1)
    new[rows] = np.arange(len(rows))
    inside = (new[left] >= 0) & (new[right] >= 0)
    return new[left[inside]], new[right[inside]], cost[inside]


def _communities(towns: Ints, weight: Floats, total: int) -> Ints:
    """How many communities each sub-district has: by its weight, at least one, `total` in all."""
    share = np.bincount(towns, weight) / weight.sum() * (total - towns.max() - 1)
    count: Ints = 1 + np.floor(share).astype(np.int64)
    count[np.argsort(np.floor(share) - share)[: total - count.sum()]] += 1
    return count


def partition(weight: Floats, edges: Edges, count: int, rng: np.random.Generator) -> Ints:
    """Divide a graph into connected parts of like weight.

    Parameters
    ----------
    weight : (n,) of each node.
    edges : left, right (rows) and cost of each pair of neighbours; the graph is connected.
    count : number of parts, at most n.
    rng : random numbers.

    Returns
    -------
    (n,) number of the part of each node.

    Source
    ------
    Power diagram on a graph: every node goes to the centre of least distance plus that centre's own handicap, which
    keeps parts connected (all nodes on the way to a centre are its own); handicaps move towards equal weights.
    """
    left, right, cost = edges
    graph = csr_array(
        (np.append(cost, cost), (np.append(left, right), np.append(right, left))), shape=(len(weight),) * 2
    )
    seeds = [int(rng.integers(len(weight)))]
    reach = np.full(len(weight), np.inf)
    while len(seeds) < count:
        reach = np.minimum(reach, dijkstra(graph, indices=seeds[-1]))
        seeds.append(int(np.argmax(reach * (weight > 0))))
    centres, handicap = np.array(seeds), np.zeros(count)
    label: Ints = np.zeros(len(weight), np.int64)
    for turn in range(ROUNDS):
        far = dijkstra(graph, indices=centres)
        label = np.argmin(far + handicap[:, None], axis=0)
        label[centres] = np.arange(count)
        load = np.bincount(label, weight, count) / (weight.sum() / count)
        step = np.median(far[label, np.arange(len(weight))]) * 0.5 * (1 - turn / ROUNDS)
        if turn == ROUNDS - 1:
            break
        if turn % 4 == 3 and turn < ROUNDS // 2:
            centres = _recentred(far, label, weight, centres)
            continue
        handicap = handicap + step * np.clip(load - 1, -1, 1)
        # No centre may be nearer to another one than to itself.
        own = far[:, centres] + handicap[:, None]
        np.fill_diagonal(own, np.inf)
        handicap = np.minimum(handicap, own.min(axis=0) - 1.0) if count > 1 else handicap
    return label


def _recentred(far: Floats, label: Ints, weight: Floats, centres: Ints) -> Ints:
    """The node of each part nearest to the weighted middle of its distances from all centres."""
    found: Ints = centres.copy()
    for part in range(len(centres)):
        rows = np.flatnonzero(label == part)
        middle = np.average(far[:, rows], axis=1, weights=weight[rows] + 1e-9)
        found[part] = rows[np.argmin(((far[:, rows] - middle[:, None]) ** 2).sum(axis=0))]
    return found
