"""Services: the nearest site of each kind for each zone, by road."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import KDTree

from zoning.geometry import Floats, Frame, Ints

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
    zones : zone_id, geometry (WGS84); a zone starts from its representative point.
    sites : id, name, kind, geometry (points, WGS84).
    roads : geometry (lines, WGS84); every line is open both ways.
    frame : plane in metres.

    Returns
    -------
    One row a zone and kind, by zone_id and site_kind: zone_id, site_kind, site_id, name, distance_m, by_road.
    """
    starts = shapely.point_on_surface(np.asarray(zones["geometry"], object))
    network, from_zone = _network(roads, frame), _plane(starts, frame)
    rows = []
    for kind, group in sites.sort_values("id").groupby("kind"):
        nearest, metres, by_road = _nearest(network, from_zone, _plane(np.asarray(group["geometry"], object), frame))
        site = group.iloc[nearest]
        found = {"zone_id": zones["zone_id"].to_numpy(), "site_kind": kind, "site_id": site["id"].to_numpy()}
        found |= {"name": site["name"].to_numpy(), "distance_m": metres, "by_road": by_road}
        rows.append(pd.DataFrame(found))
    table = pd.concat(rows) if rows else pd.DataFrame(columns=list(DTYPES))
    return table.astype(DTYPES).sort_values(["zone_id", "site_kind"], ignore_index=True)


@dataclass(frozen=True)
class _Network:
    """Vertices of all roads in metres, (n, 2); the pieces between them, (m,) ends and lengths in metres."""

    nodes: Points
    left: Ints
    right: Ints
    length: Floats


def _network(roads: pd.DataFrame, frame: Frame) -> _Network:
    lines = shapely.get_parts(np.asarray(roads["geometry"], object))
    at, line = shapely.get_coordinates(lines, return_index=True)
    keys = np.round(at * 10**NODE_DIGITS).astype(np.int64)
    unique, node = np.unique(keys, axis=0, return_inverse=True)
    nodes = _plane(shapely.points(unique / 10**NODE_DIGITS), frame)
    joined = line[1:] == line[:-1]
    ends = np.sort(np.column_stack([node[:-1][joined], node[1:][joined]]), axis=1)
    # A piece in two roads is one edge: a sparse matrix would add its two lengths.
    left, right = np.unique(ends[ends[:, 0] < ends[:, 1]], axis=0).T
    return _Network(nodes, left, right, np.hypot(*(nodes[left] - nodes[right]).T))


def _plane(points: npt.NDArray[np.object_], frame: Frame) -> Points:
    return np.asarray(shapely.get_coordinates(frame.to_metres(points)), np.float64)


def _nearest(network: _Network, zones: Points, sites: Points) -> tuple[Ints, Floats, npt.NDArray[np.bool_]]:
    """For each zone the row of the nearest site, its metres, and whether a road leads there."""
    straight, nearest = KDTree(sites).query(zones)
    size = len(network.nodes)
    if not size:
        return nearest, straight, np.zeros(len(zones), bool)
    tree = KDTree(network.nodes)
    (to_road, enter), (off_road, leave) = tree.query(zones), tree.query(sites)
    # Each site is a node of its own, so that its way to the road counts.
    own = size + np.arange(len(sites))
    edges = (np.append(network.left, leave), np.append(network.right, own))
    graph = csr_array((np.append(network.length, off_road), edges), shape=(size + len(sites),) * 2)
    metres, _, source = dijkstra(graph, directed=False, indices=own, return_predecessors=True, min_only=True)
    by_road = np.isfinite(metres[enter])
    metres = np.where(by_road, metres[enter] + to_road, straight)
    return np.where(by_road, source[enter] - size, nearest), metres, by_road
