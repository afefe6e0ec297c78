"""Stage 4e: what a zone looks like: its outline, area and people, all from its atoms.

Buildings by their footprints, estates by their fence, loose cells dissolved, areas and radii by their legal outline
less the stricter zones. Two floors that share a footprint are both drawn with it.
"""

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from zoning.geometry import Cells, Frame, Ints, Shapes, dissolve_cells


def draw_zones(
    zones: pd.DataFrame,
    grounds: pd.DataFrame,
    membership: pd.DataFrame,
    holds: Mapping[str, Cells],
    legal: Mapping[str, shapely.Geometry],
    units: pd.DataFrame,
    atoms: pd.DataFrame,
    frame: Frame,
) -> gpd.GeoDataFrame:
    """Draw every zone.

    Parameters
    ----------
    zones : zone_id, class, rank, founded_at, founding_fact, ground_id.
    grounds : zone_id, ground.
    membership : atom (number), zone_id, people, households.
    holds, legal : ground -> atom numbers, and -> legal outline (WGS84).
    units, atoms : of `make_units`.
    frame : plane in metres.

    Returns
    -------
    `zones` with people, households, area_m2 and geometry (MultiPolygon, WGS84).
    """
    by_zone = membership.groupby("zone_id")["atom"].agg(np.array)
    legal_of = grounds[grounds["ground"].isin(list(legal))].groupby("zone_id")["ground"].agg(list).to_dict()
    drawn: dict[str, shapely.Geometry] = {}
    pieces = _Pieces(units, atoms)
    for zone_id in _by_precedence(zones):
        members, keys = by_zone[zone_id], legal_of.get(zone_id, [])
        by_outline = np.concatenate([np.empty(0, np.uint64), *(holds[k] for k in keys)])
        loose = members if not keys else members[~np.isin(members, by_outline)]
        shape = pieces.outline(loose)
        if keys:
            cut = _less_stricter(shapely.union_all([legal[k] for k in keys]), list(drawn.values()))
            shape = shapely.union_all([shape, cut])
        drawn[zone_id] = shape
    sums = (
        membership.groupby("zone_id")[["people", "households"]].sum().reindex(zones["zone_id"]).reset_index(drop=True)
    )
    shapes = np.array([drawn[zone_id] for zone_id in zones["zone_id"]], object)
    table = gpd.GeoDataFrame(zones.reset_index(drop=True), geometry=_multi(shapes), crs="EPSG:4326")
    table["area_m2"] = shapely.area(frame.to_metres(table.geometry.to_numpy()))
    return table.assign(people=sums["people"], households=sums["households"])


def _by_precedence(zones: pd.DataFrame) -> list[str]:
    """Return the ids in the order in which zones take an atom that several claim, so that outlines overlap as they."""
    ground = zones["ground_id"].fillna("").astype("str") + "|" + zones["class"].astype("str")
    order = ["rank", "founded_at", "founding_fact", "ground"]
    return list(zones.assign(ground=ground).sort_values(order, kind="stable")["zone_id"])


def _less_stricter(outline: shapely.Geometry, drawn: list[shapely.Geometry]) -> shapely.Geometry:
    if not drawn:
        return outline
    shapes = np.array(drawn, object)
    near = shapes[shapely.intersects(outline, shapes)]
    return shapely.difference(outline, shapely.union_all(near)) if len(near) else outline


def _multi(shapes: Shapes) -> list[shapely.MultiPolygon]:
    """Keep the polygons of each shape: touching pieces can leave lines and points behind."""
    found = []
    for shape in shapes:
        parts = (
            shapely.get_parts(shapely.get_parts(shape))
            if shape.geom_type == "GeometryCollection"
            else shapely.get_parts(shape)
        )
        found.append(shapely.MultiPolygon([p for p in parts if p.geom_type == "Polygon" and not p.is_empty]))
    return found


class _Pieces:
    """Outlines of sets of atoms over one unit tree."""

    def __init__(self, units: pd.DataFrame, atoms: pd.DataFrame) -> None:
        self.shape = units["geometry"].to_numpy(object)
        self.parent = units["parent"].to_numpy(np.int64)
        self.own = units["own"].to_numpy(bool)
        self.leaf = units["leaf"].to_numpy(bool)
        self.row = atoms["unit"].to_numpy(np.int64)
        self.order = np.argsort(self.parent, kind="stable")
        self.sorted_parent = self.parent[self.order]
        self.tops = np.flatnonzero(self.own & ~self._under_own())
        self.tree = shapely.STRtree(self.shape[self.tops])

    def _under_own(self) -> np.ndarray:
        """Return which units have one with a footprint of its own somewhere around them."""
        under, row = np.zeros(len(self.parent), bool), self.parent
        while (row >= 0).any():
            under |= (row >= 0) & self.own[row]
            row = np.where(row >= 0, self.parent[row], -1)
        return under

    def outline(self, members: Cells) -> shapely.Geometry:
        """Return the outline of some atoms: fences and footprints less what is not theirs, and the land of cells."""
        unit = members < len(self.row)
        rows = self.row[members[unit].astype(np.int64)]
        parts = self._units(rows)
        if not unit.all():
            parts.append(self._land(members[~unit]))
        return parts[0] if len(parts) == 1 else shapely.union_all(parts)

    def _units(self, rows: Ints) -> list[shapely.Geometry]:
        mine = set(rows.tolist())
        parts = []
        for row in rows.tolist():
            up = self.parent[row]
            if self.leaf[row]:
                if up not in mine or not self.own[row] or not self._covered(row, up):
                    parts.append(self.shape[row])
                continue
            if not self.own[row]:
                continue
            out = [c for c in self._children(row) if self.own[c] and not self._whole(c, mine)]
            shape = shapely.difference(self.shape[row], shapely.union_all(self.shape[out])) if out else self.shape[row]
            parts.append(shape)
        return parts

    def _covered(self, row: int, up: int) -> bool:
        """A leaf in a yard that is drawn needs no piece of its own, unless it sticks out of the fence."""
        return bool(self.own[up] and shapely.covers(self.shape[up], self.shape[row]))

    def _children(self, row: int) -> list[int]:
        first, last = np.searchsorted(self.sorted_parent, [row, row + 1])
        return [int(c) for c in self.order[first:last]]

    def _whole(self, row: int, mine: set[int]) -> bool:
        return row in mine and all(self._whole(c, mine) for c in self._children(row))

    def _land(self, cells: Cells) -> shapely.Geometry:
        shape = dissolve_cells(cells)
        near = self.shape[self.tops[self.tree.query(shape, predicate="intersects")]]
        return shapely.difference(shape, shapely.union_all(near)) if len(near) else shape
