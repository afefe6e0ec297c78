"""Services: the nearest site of each kind for each zone, by road."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import KDTree

from zoning.geometry import Floats, Frame, Ints
from zoning.lookup import in_pieces
from zoning.once import once
from zoning.typed import typed_rows

NODE_DIGITS = 7
DTYPES = {
    "zone_id": "str", "site_kind": "str", "site_id": "str", "name": "str", "distance_m": "float64", "by_road": "bool",
}  # fmt: skip
Points = npt.NDArray[np.float64]


def link_services(zones: pd.DataFrame, sites: pd.DataFrame, roads: pd.DataFrame, frame: Frame) -> pd.DataFrame:
    """Return the nearest site of each kind for each zone.

    A zone and a site reach the road network at its nearest vertex, in a straight line that counts. Roads meet where
    they share a vertex (equal to 1e-7 degrees); lines that only cross, as a bridge does, do not meet. Where no road
    leads to any site of a kind, the nearest in a straight line is given and said to be that.

    Parameters
    ----------
    zones : zone_id, geometry (WGS84); a zone starts from its representative point; one without an outline has no sites.
    sites : id, name, kind, geometry (points, WGS84).
    roads : geometry (lines, WGS84); every line is open both ways.
    frame : plane in metres.

    Returns
    -------
    One row a zone and kind, by zone_id and site_kind: zone_id, site_kind, site_id, name, distance_m, by_road.
    """
    zones = zones[~shapely.is_empty(np.asarray(zones["geometry"], object))]
    from_zone = _plane(shapely.point_on_surface(np.asarray(zones["geometry"], object)), frame)
    reach, rows = _reach(sites, roads, frame), list[tuple[Any, ...]]()
    to_road, enter = reach.nodes.query(from_zone) if reach.nodes is not None else (None, None)
    for kind, of in reach.kinds.items():
        nearest, metres, by_road = _nearest(of, from_zone, to_road, enter)
        found = (zones["zone_id"].tolist(), [kind] * len(zones), of.ids[nearest].tolist(), of.names[nearest].tolist())
        rows += zip(*found, metres.tolist(), by_road.tolist(), strict=True)
    return typed_rows(sorted(rows, key=lambda row: row[:2]), DTYPES)


@dataclass(frozen=True)
class _Network:
    """Vertices of all roads in metres, (n, 2); the pieces between them, (m,) ends and lengths in metres."""

    nodes: Points
    left: Ints
    right: Ints
    length: Floats


@dataclass(frozen=True)
class _Kind:
    """Sites of one kind: ids, names and places in metres; of each road vertex the metres to the nearest (inf), and its
    row."""

    ids: npt.NDArray[np.object_]
    names: npt.NDArray[np.object_]
    straight: KDTree
    metres: Floats
    source: Ints


@dataclass(frozen=True)
class _Reach:
    """The vertices of all roads (None where there are none), and the sites by kind."""

    nodes: KDTree | None
    kinds: dict[str, _Kind]


@once
def _reach(sites: pd.DataFrame, roads: pd.DataFrame, frame: Frame) -> _Reach:
    """Find the way from every road vertex to the nearest site of each kind: the same for all zones and cases."""
    network = _network(roads, frame)
    nodes = KDTree(network.nodes) if len(network.nodes) else None
    kinds = {}
    for kind, group in sites.sort_values("id").groupby("kind"):
        points = _plane(np.asarray(group["geometry"], object), frame)
        words = (group["id"].to_numpy(object), group["name"].to_numpy(object))
        kinds[str(kind)] = _Kind(*words, KDTree(points), *_ways(network, nodes, points))
    return _Reach(nodes, kinds)


def _network(roads: pd.DataFrame, frame: Frame) -> _Network:
    shapes, keys, first = roads["geometry"].to_numpy(object), [], []
    for piece in in_pieces(len(shapes)):
        at, line = shapely.get_coordinates(shapely.get_parts(shapes[piece]), return_index=True)
        keys.append(np.round(at * 10**NODE_DIGITS).astype(np.int64))
        first.append(np.diff(line, prepend=-1) != 0)
    unique, node = np.unique(np.concatenate(keys), axis=0, return_inverse=True)
    degrees, joined = unique / 10**NODE_DIGITS, ~np.concatenate(first)[1:]
    nodes = np.concatenate([_plane(shapely.points(degrees[piece]), frame) for piece in in_pieces(len(degrees))])
    ends = np.sort(np.column_stack([node[:-1][joined], node[1:][joined]]), axis=1)
    # A piece in two roads is one edge: a sparse matrix would add its two lengths.
    left, right = np.unique(ends[ends[:, 0] < ends[:, 1]], axis=0).T
    return _Network(nodes, left, right, np.hypot(*(nodes[left] - nodes[right]).T))


def _plane(points: npt.NDArray[np.object_], frame: Frame) -> Points:
    return np.asarray(shapely.get_coordinates(frame.to_metres(points)), np.float64)


def _ways(network: _Network, nodes: KDTree | None, sites: Points) -> tuple[Floats, Ints]:
    """Metres from each vertex to the nearest site by road, and the row of that site."""
    size = len(network.nodes)
    if nodes is None:
        return np.empty(0), np.empty(0, np.int64)
    off_road, leave = nodes.query(sites)
    # Each site is a node of its own, so that its way to the road counts.
    own = size + np.arange(len(sites))
    edges = (np.append(network.left, leave), np.append(network.right, own))
    graph = csr_array((np.append(network.length, off_road), edges), shape=(size + len(sites),) * 2)
    metres, _, source = dijkstra(graph, directed=False, indices=own, return_predecessors=True, min_only=True)
    return metres[:size], source[:size] - size


def _nearest(
    of: _Kind, zones: Points, to_road: Floats | None, enter: Ints | None
) -> tuple[Ints, Floats, npt.NDArray[np.bool_]]:
    """For each zone the row of the nearest site, its metres, and whether a road leads there."""
    straight, nearest = of.straight.query(zones)
    if to_road is None or enter is None:
        return nearest, straight, np.zeros(len(zones), bool)
    by_road = np.isfinite(of.metres[enter])
    metres = np.where(by_road, of.metres[enter] + to_road, straight)
    return np.where(by_road, of.source[enter], nearest), metres, by_road
