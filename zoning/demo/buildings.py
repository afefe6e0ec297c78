"""Part of the demo city: the buildings on every lot, their floors, stairwells and people."""

import numpy as np
import pandas as pd
import shapely

from zoning.demo.land import HOUSING
from zoning.demo.layout import Rows, apart_only, fill_edge, fill_rows
from zoning.demo.plan import District
from zoning.geometry import Floats, Ints, Shapes

# How buildings stand, by use of the lot (m). Villages: houses that shake hands, 8 to 14 m wide, 1.5 to 4 m apart.
ROWS = {
    "village": Rows((8.0, 13.5), (9.0, 13.0), (1.5, 3.4), (1.6, 3.0), 1.0, wave=1.0),
    "slab": Rows((34.0, 74.0), (12.0, 14.5), (9.0, 13.0), (15.0, 23.0), 5.0),
    "tower": Rows((24.0, 34.0), (21.0, 26.0), (17.0, 30.0), (24.0, 38.0), 8.0, ("cross", "butterfly", "plain")),
    "school": Rows((38.0, 78.0), (13.0, 19.0), (14.0, 26.0), (34.0, 52.0), 9.0, ("plain", "angle", "comb")),
    "hospital": Rows((48.0, 86.0), (24.0, 38.0), (14.0, 22.0), (22.0, 32.0), 8.0, ("plain", "angle", "comb")),
    "works": Rows((48.0, 95.0), (24.0, 44.0), (11.0, 17.0), (13.0, 20.0), 6.0, ("plain", "plain", "angle")),
    "mall": Rows((60.0, 125.0), (48.0, 78.0), (18.0, 26.0), (20.0, 30.0), 6.0, ("plain", "angle")),
    "office": Rows((34.0, 52.0), (32.0, 44.0), (16.0, 26.0), (18.0, 28.0), 7.0, ("plain", "cross")),
}
# Storeys (from, to), floor area per resident (m²), people per household.
FLOORS = {
    "village": (4, 8), "slab": (6, 9), "tower": (14, 32), "perimeter": (5, 8), "office": (8, 40), "works": (3, 6),
    "school": (4, 6), "hospital": (5, 16), "mall": (3, 6),
}  # fmt: skip
AREA_EACH = {"village": 13.0, "slab": 31.0, "tower": 38.0, "perimeter": 33.0}
HOUSEHOLD = {"village": 1.9, "slab": 2.6, "tower": 2.8, "perimeter": 2.5}
# Half the width that a lane keeps free, m.
FREE_M = {"service": 4.5, "footway": 1.9}
APART_M = 1.4
STAIRWELL_M = 20.0


def make_buildings(district: District, lots: pd.DataFrame, lanes: pd.DataFrame, roads: pd.DataFrame) -> pd.DataFrame:
    """Build on every lot.

    Parameters
    ----------
    district : which.
    lots : geometry (metres), use, turn.
    lanes : geometry, lot, kind: what stays free in the lots.
    roads : geometry of all streets and lanes.

    Returns
    -------
    Buildings by lot: geometry (metres), lot, use, length, depth, turn (NaN where bent), floors, area_m2 (footprint).
    """
    rng = district.rng(51)
    wide = lanes.assign(geometry=shapely.buffer(lanes["geometry"].to_numpy(object), lanes["kind"].map(FREE_M)))
    shapes, use = lots["geometry"].to_numpy(object), lots["use"].to_numpy(object)
    free = _by_lot(wide, len(lots))
    left = shapely.difference(shapes, free)
    turn = lots["turn"].to_numpy()
    edged = (use == "perimeter") | ((use == "office") & (rng.random(len(lots)) < 0.45))
    found = []
    # Alleys divide a village into patches: each is filled with rows of its own.
    patch, lot = shapely.get_parts(left, return_index=True)
    for name, rows in ROWS.items():
        mine = np.flatnonzero((use[lot] == name) & ~edged[lot])
        found.append(_placed(fill_rows(patch[mine], turn[lot[mine]], rows, rng), lot[mine]))
    mine = np.flatnonzero(edged)
    deep = rng.uniform(12.5, 16.5, len(mine)) * np.where(use[mine] == "office", 1.35, 1.0)
    found.append(_placed(fill_edge(shapes[mine], free[mine], deep, (26.0, 62.0), rng), mine))
    inner = shapely.buffer(left[mine], -(deep + 15))
    for name, style in (("perimeter", "slab"), ("office", "office")):
        core = use[mine] == name
        found.append(_placed(fill_rows(inner[core], turn[mine][core], ROWS[style], rng), mine[core]))
    table = pd.concat(found, ignore_index=True)
    table = table[_sound(table["geometry"].to_numpy(object))].sort_values("lot", kind="stable", ignore_index=True)
    built = table["geometry"].to_numpy(object)
    clear = np.ones(len(table), bool)
    clear[np.unique(shapely.STRtree(built).query(roads["geometry"].to_numpy(object), "dwithin", distance=1.5)[1])] = (
        False
    )
    inside = shapely.covers(shapes[table["lot"].to_numpy()], built)
    table, built = table[clear & inside], built[clear & inside]
    table = table[apart_only(built, APART_M)].reset_index(drop=True)
    table["use"] = use[table["lot"].to_numpy()]
    table["area_m2"] = shapely.area(table["geometry"].to_numpy(object))
    return table.assign(floors=_floors(district, table))


def _placed(table: pd.DataFrame, rows: Ints) -> pd.DataFrame:
    return table.assign(lot=rows[table["shape"].to_numpy(int)]).drop(columns="shape")


def _by_lot(wide: pd.DataFrame, count: int) -> Shapes:
    order = wide.sort_values("lot", kind="stable")
    out = np.full(count, None, object)
    shapely.geometrycollections(order["geometry"].to_numpy(object), indices=order["lot"].to_numpy(int), out=out)
    out[out == np.array(None)] = shapely.GeometryCollection()
    return np.asarray(shapely.union_all(out[:, None], axis=1), object)


def _sound(shapes: Shapes) -> np.ndarray:
    good = shapely.is_valid(shapes) & (shapely.get_type_id(shapes) == shapely.GeometryType.POLYGON)
    return np.asarray(good & (shapely.area(shapes) > 45), bool)


def _floors(district: District, table: pd.DataFrame) -> Ints:
    """Storeys: alike within a lot, taller in the middle of the district than at its ends for offices."""
    rng = district.rng(52)
    lot = table["lot"].to_numpy()
    low, high = (np.array([FLOORS[u][i] for u in table["use"]], float) for i in (0, 1))
    lean = rng.beta(1.6, 1.8, lot.max() + 1)[lot]
    own = np.clip(lean + rng.normal(0, 0.12, len(lot)), 0, 1)
    big = np.clip(table["area_m2"].to_numpy() / 900, 0.25, 1.0)
    tall = np.where(table["use"] == "office", own * big, own)
    return np.asarray(np.rint(low + tall * (high - low)).astype(np.int64))


def settle(district: District, table: pd.DataFrame) -> pd.DataFrame:
    """Let people live in the buildings: by floor area, every one of the district's people in one of them.

    Parameters
    ----------
    district : which.
    table : of `make_buildings`.

    Returns
    -------
    The same with shops (floors of shops at the bottom of a home), people and households (whole numbers), stairs
    (number of stairwells; 0 = not divided).
    """
    rng, use = district.rng(53), table["use"].to_numpy(object)
    home = np.isin(use, HOUSING)
    chance = pd.Series(use).map({"tower": 0.30, "perimeter": 0.55, "village": 0.22, "slab": 0.05}).fillna(0.0)
    most = np.where(use == "tower", rng.integers(1, 4, len(table)), 1)
    shops = np.where(home & (rng.random(len(table)) < chance), most, 0)
    each = pd.Series(use).map(AREA_EACH).fillna(1.0).to_numpy() * rng.uniform(0.88, 1.14, len(table))
    weight = np.where(home, table["area_m2"].to_numpy() * (table["floors"].to_numpy() - shops) / each, 0.0)
    people = whole_shares(weight, district.people)
    size = pd.Series(use).map(HOUSEHOLD).fillna(1.0).to_numpy() * rng.uniform(0.93, 1.07, len(table))
    length = table["length"].to_numpy()
    stairs = np.where(np.isin(use, ("slab", "perimeter")), np.clip(np.rint(length / STAIRWELL_M), 1, 6), 0)
    stairs = np.where((use == "tower") & (rng.random(len(table)) < 0.4), 2, stairs).astype(np.int64)
    stairs = np.where(home & (people >= 4 * stairs), np.where(stairs == 1, 0, stairs), 0)
    households = np.where(people > 0, np.maximum(np.rint(people / size), 1), 0).astype(np.int64)
    return table.assign(shops=shops, people=people, households=households, stairs=stairs)


def whole_shares(weight: Floats, total: int) -> Ints:
    """Share a whole number by weight; the shares are whole and add up.

    Parameters
    ----------
    weight : (n,) not negative, not all zero.
    total : what is shared.

    Returns
    -------
    (n,) integers.
    """
    edges = np.rint(np.cumsum(weight) / weight.sum() * total).astype(np.int64)
    return np.asarray(np.diff(edges, prepend=0), np.int64)
