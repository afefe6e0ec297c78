"""Stage 2: who lives where: people and households of every atom, shared so that no source row is counted twice.

An atom has its unit's own figure; else a share of the nearest unit around it that has one, less what finer figures
already tell, by floor area over residential leaves; else a share of population cells, then areas; over land where
a population row holds no residential leaf. Finer replaces coarser, never adds.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import h3
import numpy as np
import pandas as pd
import shapely

from zoning.geometry import Cells, Floats, Ints, cell_centres, cover, parents
from zoning.nearby import Points, placed
from zoning.settings import Settings


@dataclass(frozen=True)
class People:
    """Who lives where.

    `atoms`: people, households (floats) and told (some figure speaks of it), a row an atom. `land`: cell, resolution,
    total, room (cells of the outbreak's resolution inside it that no finer row tells of) and people of each of these.
    `balance`: people of each population row, finer (told by finer figures), shared, replaced (finer figures told all).
    """

    atoms: pd.DataFrame
    land: pd.DataFrame
    balance: pd.DataFrame


def share_people(
    units: pd.DataFrame, atoms: pd.DataFrame, tables: Mapping[str, pd.DataFrame], settings: Settings
) -> People:
    """Share every figure of people and households over atoms and land.

    Parameters
    ----------
    units, atoms : of `make_units`; areas of footprints come from `units.area_m2`.
    tables : kind -> table of the state; population and areas are read.
    settings : for the H3 resolution.

    Returns
    -------
    People; the shares of one source row add up to it within rounding of floats.
    """
    weight = _floor_area(units, atoms)
    shares = {c: _from_units(units, atoms, weight, units[c].to_numpy(float)) for c in ("people", "households")}
    told = ~np.isnan(shares["people"])
    pool = _Pool(atoms["cell"].to_numpy(), weight, np.nan_to_num(shares["people"]), told, [], [])
    rows = tables["population"]
    _pour_cells(pool, rows[rows["cell"].notna()], settings)
    shapes = dict(zip(tables["areas"]["id"], tables["areas"]["geometry"], strict=True))
    named = rows[rows["cell"].isna() & rows["area_id"].isin(shapes)]
    named = named.assign(geometry=pd.Series(named["area_id"].map(shapes), dtype=object))
    order = np.argsort(shapely.area(named["geometry"].to_numpy(object)), kind="stable")
    _pour_areas(pool, named.iloc[order], placed(atoms), settings)
    found = pd.DataFrame({"people": pool.people, "households": np.nan_to_num(shares["households"])})
    found["told"] = pool.told | (weight == 0)
    columns = ["people", "finer", "shared", "replaced"]
    balance = pd.concat([pd.DataFrame(columns=columns, dtype=float), *pool.balance], ignore_index=True)
    return People(found, pd.concat([_land(np.empty(0, np.uint64), 0, np.empty(0), np.empty(0)), *pool.land]), balance)


def _floor_area(units: pd.DataFrame, atoms: pd.DataFrame) -> Floats:
    """Return the residential floor area of each atom in m²; 0 for what nobody lives in."""
    parent = units["parent"].to_numpy()
    known = parent >= 0
    floors = units["floors"].to_numpy(float).copy()
    span = units["floor_to"].to_numpy(float) - units["floor_from"].to_numpy(float) + 1
    floors = np.where(np.isnan(floors), span, floors)
    floors = np.where(np.isnan(floors) & known, floors[parent], floors)
    floors = np.where(np.isnan(floors), 1.0, floors)
    is_span = (units["level"] == "floor_range").to_numpy(bool)
    taken = np.bincount(parent[known & is_span], floors[known & is_span], len(units))
    filled = np.bincount(parent[known & ~is_span], minlength=len(units)) > 0
    left = np.where(filled, 0.0, np.maximum(floors - taken, 0.0))
    area = units["area_m2"].to_numpy(float).copy()
    borrowed = ~units["own"].to_numpy(bool) & known & ~is_span
    sharers = np.bincount(parent[borrowed], minlength=len(units))
    area[borrowed] /= sharers[parent[borrowed]]
    homes = _residential(units, parent)
    row = atoms["unit"].to_numpy()
    rest = (atoms["kind"] == "rest").to_numpy(bool)
    return np.asarray(np.where(rest, left[row], floors[row]) * np.nan_to_num(area[row]) * homes[row], float)


def _residential(units: pd.DataFrame, parent: Ints) -> Floats:
    homes = units["residential"].to_numpy(float, na_value=np.nan)
    row = parent.copy()
    while (np.isnan(homes) & (row >= 0)).any():
        ask = np.isnan(homes) & (row >= 0)
        homes[ask] = homes[row[ask]]
        row = np.where(row >= 0, parent[row], -1)
    return np.where(np.isnan(homes), 1.0, homes)


def _from_units(units: pd.DataFrame, atoms: pd.DataFrame, weight: Floats, figure: Floats) -> Floats:
    """Share unit figures over atoms; NaN where no unit around an atom has a figure."""
    parent, row = units["parent"].to_numpy(), atoms["unit"].to_numpy()
    anchor = _nearest(parent, ~np.isnan(figure))
    above = np.where(parent >= 0, anchor[parent], -1)
    inner = np.flatnonzero(~np.isnan(figure) & (above >= 0))
    own_figure = np.nan_to_num(figure)
    finer, before = np.bincount(above[inner], figure[inner], len(units)), None
    while before is None or (finer != before).any():  # what units inside tell can be more than the unit tells itself
        before, finer = finer, np.bincount(above[inner], np.maximum(own_figure, finer)[inner], len(units))
    remaining = np.maximum(own_figure - finer, 0.0)
    own = anchor[row]
    shares = np.full(len(atoms), np.nan)
    has = np.flatnonzero(own >= 0)
    shares[has] = _share(own[has], weight[has], remaining, len(units))
    return shares


def _nearest(parent: Ints, has: np.ndarray) -> Ints:
    anchor = np.where(has, np.arange(len(parent)), -1)
    row = parent.copy()
    while ((anchor < 0) & (row >= 0)).any():
        ask = (anchor < 0) & (row >= 0)
        anchor[ask] = np.where(has[row[ask]], row[ask], -1)
        row = np.where(row >= 0, parent[row], -1)
    return anchor


def _share(group: Ints, weight: Floats, total: Floats, n: int) -> Floats:
    """Share each group's total by weight, equally where all weights of a group are 0."""
    sums = np.bincount(group, weight, n)
    weight = np.where(sums[group] > 0, weight, 1.0)
    return np.asarray(total[group] * weight / np.bincount(group, weight, n)[group], float)


@dataclass
class _Pool:
    """What population rows are poured into: people and weight of each atom, and what is told already."""

    cell: Cells
    weight: Floats
    people: Floats
    told: np.ndarray
    land: list[pd.DataFrame]
    balance: list[pd.DataFrame]

    def pour(self, group: Ints, total: Floats, on_land: Floats, room: Floats) -> Floats:
        """Pour each row's total, less what is told, over its open homes; return what goes to land, NaN where none."""
        n, inside = len(total), group >= 0
        row, weight = group[inside], np.where(self.told, 0.0, self.weight)[inside]
        finer = np.bincount(row, self.people[inside], n) + on_land
        left = np.maximum(total - finer, 0.0)
        open_sum, homes = np.bincount(row, weight, n), np.bincount(row, self.weight[inside], n) > 0
        poured = open_sum > 0
        share = np.divide(left[row] * weight, open_sum[row], out=np.zeros(len(row)), where=poured[row])
        self.people[inside] += share
        self.told[np.flatnonzero(inside)[weight > 0]] = True
        bare = ~homes & (room > 0)
        shared = np.where(poured | bare, left, 0.0)
        told = np.minimum(finer, total)
        self.balance.append(
            pd.DataFrame({"people": total, "finer": told, "shared": shared, "replaced": total - told - shared})
        )
        return np.where(bare, left, np.nan)


def _pour_cells(pool: _Pool, rows: pd.DataFrame, settings: Settings) -> None:
    """Pour population cells, fine before coarse; cells finer than the outbreak's are summed to it first."""
    cells = rows["cell"].to_numpy(np.uint64)
    level = np.minimum(_resolutions(cells), settings.resolution)
    for resolution in sorted(set(level.tolist()), reverse=True):
        at = parents(cells[level == resolution], resolution)
        keys, row = np.unique(at, return_inverse=True)
        total = np.bincount(row, rows["people"].to_numpy(float)[level == resolution], len(keys)).astype(float)
        spot = np.searchsorted(keys, parents(pool.cell, resolution)).clip(max=len(keys) - 1)
        group = np.where(keys[spot] == parents(pool.cell, resolution), spot, -1)
        on_land = np.zeros(len(keys), np.float64)
        names = [h3.int_to_str(int(key)) for key in keys]
        room = np.array([h3.cell_to_children_size(name, settings.resolution) for name in names], float)
        for land in pool.land:
            held = np.searchsorted(keys, up := parents(land["cell"].to_numpy(), resolution)).clip(max=len(keys) - 1)
            same = keys[held] == up
            on_land += np.bincount(held[same], land["total"].to_numpy()[same], len(keys))
            room -= np.bincount(held[same], land["room"].to_numpy()[same], len(keys))
        left = pool.pour(group, total, on_land, room)
        bare = np.isfinite(left)
        pool.land.append(_land(keys[bare], resolution, left[bare], room[bare]))


def _pour_areas(pool: _Pool, rows: pd.DataFrame, points: Points, settings: Settings) -> None:
    """Pour population areas, small before large; cells that finer rows tell of keep their figure."""
    for shape, total in zip(rows["geometry"], rows["people"].to_numpy(float), strict=True):
        group = np.full(len(pool.cell), -1)
        group[points.inside(np.array([shape], object))[1]] = 0
        held, touched = (cover(np.array([shape], object), settings.resolution, touch)[1] for touch in (False, True))
        cells = held if len(held) else touched
        on_land = 0.0
        for land in pool.land:
            key = land["cell"].to_numpy()
            on_land += float(land["total"].to_numpy()[shapely.covers(shape, shapely.points(*cell_centres(key)))].sum())
            for resolution in set(land["resolution"]):
                cells = cells[~np.isin(parents(cells, resolution), key[land["resolution"] == resolution])]
        room = len(cells)
        left = pool.pour(group, np.array([total]), np.array([on_land]), np.array([float(room)]))
        if np.isfinite(left[0]):
            pool.land.append(_land(cells, settings.resolution, np.full(room, left[0] / room), np.ones(room)))


def _land(cells: Cells, resolution: int, total: Floats, room: Floats) -> pd.DataFrame:
    columns = {"cell": cells, "resolution": resolution, "total": total, "room": room}
    return pd.DataFrame({**columns, "people": total / room})


def _resolutions(cells: Cells) -> Ints:
    return np.asarray((cells >> np.uint64(52)) & np.uint64(15), np.int64)


def people_on_land(cells: Cells, land: pd.DataFrame) -> Floats:
    """Return the people of ground cells.

    Parameters
    ----------
    cells : (n,) uint64 of the outbreak's resolution.
    land : of `share_people`.

    Returns
    -------
    (n,) people, floats; NaN where no row speaks of the land.
    """
    people = np.full(len(cells), np.nan)
    for resolution, rows in sorted(land.groupby("resolution"), reverse=True, key=lambda part: part[0]):
        each = rows.set_index("cell")["people"].reindex(parents(cells, int(resolution))).to_numpy()
        people = np.where(np.isnan(people), each, people)
    return people
