"""Stage 4e: what a zone looks like: its outline, area and people, all from its atoms.

Buildings by their footprints, estates by their fence, loose cells dissolved, areas and radii by their legal outline
less the stricter zones. Two floors that share a footprint are both drawn with it.
"""

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from zoning.geometry import Cells, Frame, Ints, Shapes
from zoning.lookup import spread
from zoning.once import once
from zoning.pieces import cut_out, dissolve_cells, less, put_together


def draw_zones(
    zones: pd.DataFrame,
    grounds: pd.DataFrame,
    membership: pd.DataFrame,
    holds: Mapping[str, Cells],
    legal: Mapping[str, shapely.Geometry],
    units: pd.DataFrame,
    atoms: pd.DataFrame,
    frame: Frame,
    touched: pd.DataFrame,
) -> gpd.GeoDataFrame:
    """Draw every zone.

    Parameters
    ----------
    zones : zone_id, class, rank, founded_at, founding_fact, ground_id, settled, part (zones of different parts have no
        ground in common and leave each other's outline alone).
    grounds : zone_id, ground.
    membership : atom (number), zone_id, people, households.
    holds, legal : ground -> atom numbers, and -> legal outline (WGS84).
    units, atoms : of `make_units`.
    frame : plane in metres.
    touched : atom, derived_zone, below: what a stroke made weaker than derived is cut out of its zone's legal outline.

    Returns
    -------
    `zones` with people, households, area_m2 and geometry (MultiPolygon, WGS84).
    """
    number, atom = pd.Index(zones["zone_id"]).get_indexer(membership["zone_id"]), membership["atom"].to_numpy(np.uint64)
    sums = membership[["people", "households"]].groupby(number).sum().reindex(np.arange(len(zones)))
    drawn = np.fromiter((key in legal for key in grounds["ground"]), bool, len(grounds))
    keys = grounds[drawn].groupby("zone_id")["ground"].agg(list).reindex(zones["zone_id"])
    order = _by_precedence(zones)
    outlined = order[keys.notna().to_numpy()[order]]
    for row in outlined:
        mine = np.flatnonzero(number == row)
        number[mine[np.isin(atom[mine], np.concatenate([holds[k] for k in keys.iloc[row]]))]] = -1
    pieces, rank = _pieces(units, atoms), zones["rank"].to_numpy()
    parts, owner = pieces.of(atom, number)
    outlines = [shapely.union_all([legal[k] for k in keys.iloc[row]]) for row in outlined]
    part, _ = pd.factorize(zones["part"], sort=True)
    cuts = _apart(np.array(outlines, object), part[outlined])
    below = touched[touched["below"].to_numpy(bool)]
    row = pd.Index(zones["zone_id"]).get_indexer(below["derived_zone"])
    gone, left = pieces.of(below["atom"].to_numpy(np.uint64), np.where(np.isin(row, outlined), row, -1))
    cuts = cut_out(cuts, pd.Index(outlined).get_indexer(left), gone)
    for level in np.unique(rank[outlined]):
        stricter, group = pieces.of(atom, np.where((number >= 0) & (rank[number] <= level), part[number], -1))
        order = np.argsort(group, kind="stable")
        for at in np.flatnonzero(rank[outlined] == level):
            first, last = np.searchsorted(group, part[outlined[at]] + np.arange(2), sorter=order)
            cuts[at] = less(cuts[at], stricter[order[first:last]])
    shapes = put_together(np.concatenate([parts, cuts]), np.concatenate([owner, outlined]), len(zones))
    table = gpd.GeoDataFrame(zones.reset_index(drop=True), geometry=shapes, crs="EPSG:4326")
    table["area_m2"] = shapely.area(frame.to_metres(shapes))
    return table.assign(people=sums["people"], households=sums["households"])


def draw_atoms(numbers: Cells, units: pd.DataFrame, atoms: pd.DataFrame) -> shapely.MultiPolygon:
    """Draw a set of atoms as a zone of its own would be drawn.

    Parameters
    ----------
    numbers : atom numbers.
    units, atoms : of `make_units`.

    Returns
    -------
    Outline, WGS84; empty where no atom has ground.
    """
    parts, owner = _pieces(units, atoms).of(numbers, np.zeros(len(numbers), np.int64))
    return put_together(parts, owner, 1)[0]


def _by_precedence(zones: pd.DataFrame) -> Ints:
    """Return the rows in the order in which zones take an atom that several claim, so that outlines overlap as they."""
    ground = [
        f"{of or ''}|{name}" for of, name in zip(zones["ground_id"].tolist(), zones["class"].tolist(), strict=True)
    ]
    founded = zones["founded_at"].to_numpy("datetime64[us]").astype(np.int64).tolist()
    told = (zones["rank"].tolist(), zones["settled"].isna().tolist(), founded, zones["founding_fact"].tolist(), ground)
    keys = list(zip(*told, strict=True))
    return np.array(sorted(range(len(keys)), key=keys.__getitem__), np.int64)


def _apart(outlines: Shapes, part: Ints) -> Shapes:
    """Return each legal outline less those before it of its part: areas of one level touch, and seldom overlap."""
    one, other = shapely.STRtree(outlines).query(outlines, predicate="intersects")
    before = (other < one) & (part[one] == part[other])
    one, other = one[before], other[before]
    over = ~shapely.touches(outlines[one], outlines[other])
    return cut_out(outlines, one[over], outlines[other[over]])


@once
def _pieces(units: pd.DataFrame, atoms: pd.DataFrame) -> "_Pieces":
    return _Pieces(units, atoms)


class _Pieces:
    """Outlines of sets of atoms over one unit tree."""

    def __init__(self, units: pd.DataFrame, atoms: pd.DataFrame) -> None:
        self.shape = units["geometry"].to_numpy(object)
        self.parent = units["parent"].to_numpy(np.int64)
        self.own, self.leaf = units["own"].to_numpy(bool), units["leaf"].to_numpy(bool)
        self.row = atoms["unit"].to_numpy(np.int64)
        self.by_parent = np.argsort(self.parent, kind="stable")
        self.parents = self.parent[self.by_parent]
        self.lender = _climb(np.arange(len(self.parent)), self.parent, ~self.own & (self.parent >= 0))
        under_own = (self.parent >= 0) & self.own[self.lender[self.parent]]
        self.tops = self.shape[self.own & ~under_own]
        self.tree = shapely.STRtree(self.tops)

    def of(self, atom: Cells, zone: Ints) -> tuple[Shapes, Ints]:
        """Return (part, number of its zone): footprints less what is not theirs, and the land of cells; -1 is none."""
        unit = atom < len(self.row)
        parts, owner = self._units(self.row[atom[unit].astype(np.int64)], zone[unit])
        loose = ~unit & (zone >= 0)
        land, numbers = self._land(atom[loose], zone[loose])
        return np.concatenate([parts, land]), np.concatenate([owner, numbers])

    def _units(self, held: Ints, of: Ints) -> tuple[Shapes, Ints]:
        """A unit inside one of its own zone is drawn with it; one of no or another zone is a hole in what it is in."""
        zoned = np.unique(held[of >= 0])
        rows = np.union1d(zoned, self.by_parent[spread(self.parents, zoned)[1]])
        zone, own = np.full(len(rows), -1), self.own[rows]
        zone[np.searchsorted(rows, held[of >= 0])] = of[of >= 0]
        up, inner = _where(rows, self.parent[rows])
        joined = inner & (zone >= 0) & (zone[up] == zone) & own[up]
        inside = np.flatnonzero(joined & own)
        shapes, top = self.shape[rows], _climb(inside, up, joined)
        shapely.prepare(shapes[np.unique(top)])
        joined[inside] = shapely.covers(shapes[top], shapes[inside])
        drawn = np.flatnonzero((zone >= 0) & ~joined & (own | self.leaf[rows]))
        n = max(len(self.shape), 1)
        key = np.unique(zone[drawn] * n + self.lender[rows[drawn]])
        hole = np.flatnonzero(inner & ~joined & own & own[up] & (zone[up] >= 0))
        around = np.searchsorted(key, zone[up[hole]] * n + rows[_climb(up[hole], up, joined)])
        owner, row = np.divmod(key, n)
        return cut_out(self.shape[row], around, shapes[hole]), owner

    def _land(self, cells: Cells, zone: Ints) -> tuple[Shapes, Ints]:
        """Return the outlines of the cells of each zone, less every footprint."""
        parts, owner = dissolve_cells(cells, zone)
        at, top = self.tree.query(parts, predicate="intersects")
        return cut_out(parts, at, self.tops[top]), owner


def _where(rows: Ints, asked: Ints) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """Return where each asked one is among rows in order (0 where it is not), and whether it is there."""
    at = np.searchsorted(rows, asked)
    there = np.append(rows, -2)[at] == asked
    return np.where(there, at, 0), there


def _climb(rows: Ints, up: Ints, joined: npt.NDArray[np.bool_]) -> Ints:
    """Return each row's highest ancestor that an unbroken chain of joined rows leads to."""
    top = rows.copy()
    while (climb := joined[top]).any():
        top[climb] = up[top[climb]]
    return top
