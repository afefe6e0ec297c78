"""Part of the demo city: gathering places, health centres in their tree, and the sites that serve an outbreak."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import shapely
from scipy.spatial import KDTree

from zoning.demo.names import make_names
from zoning.demo.plan import District
from zoning.demo.units import Register
from zoning.geometry import Ints

# Gathering places of a full district by kind, and what the buildings they are in are used as.
PLACES: dict[str, tuple[int, tuple[str, ...]]] = {
    "market": (42, ("village", "mall", "perimeter")),
    "restaurant": (92, ("perimeter", "village", "mall", "tower")),
    "teahouse": (34, ("village", "perimeter")),
    "mall": (28, ("mall",)),
    "school": (50, ("school",)),
    "office": (50, ("office",)),
    "works": (30, ("works",)),
    "gym": (22, ("perimeter", "mall", "office")),
    "bar": (16, ("perimeter", "mall")),
    "hotel": (12, ("office",)),
}
STATIONS = 24
# Health centres: eleven regional ones with the others below them, at least 100 (Futian 2018 and 2021: '1 + N').
REGIONAL, CENTRES = 11, 104
SAMPLING, SUPPLY, HOTELS, FEVER = 150, 62, 24, 10
# Rooms for isolation per 10,000 people (national norm from April 2022).
ROOMS_PER_10000 = 40
SAMPLES_A_DAY = (1200.0, 1800.0, 2400.0, 3600.0)


def make_places(district: District, register: Register, roads: pd.DataFrame) -> pd.DataFrame:
    """Put the gathering places into buildings, stations on streets.

    Parameters
    ----------
    district : which.
    register : buildings and units.
    roads : geometry, kind.

    Returns
    -------
    id, name, name_en, kind, unit_id (a building), floor_from, floor_to, x, y (metres).
    """
    rng, buildings = district.rng(81), register.buildings
    use = buildings["use"].to_numpy(object)
    taken = np.zeros(len(buildings), bool)
    rows, kinds = [], []
    for kind, (count, inside) in PLACES.items():
        free = np.flatnonzero(np.isin(use, inside) & ~taken)
        chosen = rng.choice(free, min(district.share(count), len(free)), replace=False)
        taken[chosen] = True
        rows.append(np.sort(chosen))
        kinds += [kind] * len(chosen)
    mine = buildings.iloc[np.concatenate(rows)]
    at = shapely.get_coordinates(shapely.point_on_surface(mine["geometry"].to_numpy(object)))
    floors, shops = mine["floors"].to_numpy(), mine["shops"].to_numpy()
    whole = np.isin(kinds, ("mall", "school", "office", "works", "hotel"))
    table = pd.DataFrame({"kind": kinds, "unit_id": mine["id"].to_numpy(), "x": at[:, 0], "y": at[:, 1]})
    table["floor_from"] = pd.array(np.where(whole, 0, 1), "Int64")
    table["floor_to"] = pd.array(np.where(shops > 0, shops, np.minimum(floors, 2)), "Int64")
    table.loc[whole, ["floor_from", "floor_to"]] = pd.NA
    named = whole & ~mine["parent_id"].notna().to_numpy()
    stops = _stations(district, roads, rng)
    table = pd.concat([table, stops], ignore_index=True)
    names = make_names(list(table["kind"]), district.index, "place")
    table[["name", "name_en"]] = names.to_numpy()
    known = np.append(named, np.zeros(len(stops), bool))
    table.loc[known, "name"], table.loc[known, "name_en"] = (
        mine["name"].to_numpy()[named], mine["name_en"].to_numpy()[named]
    )  # fmt: skip
    return table.assign(id=[f"{district.tag}PL{i + 1:04d}" for i in range(len(table))])


def _stations(district: District, roads: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Stations under the large streets, far from each other."""
    large = roads["geometry"].to_numpy(object)[roads["kind"].isin(("primary", "secondary")) & ~roads["bridge"]]
    at = shapely.get_coordinates(shapely.line_interpolate_point(large, 0.5, normalized=True))
    at = at[spread(at, min(district.share(STATIONS), len(at)), rng)]
    return pd.DataFrame({"kind": "metro", "x": at[:, 0], "y": at[:, 1]})


def spread(at: np.ndarray, count: int, rng: np.random.Generator) -> Ints:
    """Choose points far from each other.

    Parameters
    ----------
    at : (n, 2) in metres.
    count : how many, at most n.
    rng : chooses the first.

    Returns
    -------
    (count,) rows.
    """
    chosen = [int(rng.integers(len(at)))]
    far = np.full(len(at), np.inf)
    while len(chosen) < count:
        far = np.minimum(far, np.hypot(*(at - at[chosen[-1]]).T) * rng.uniform(0.8, 1.0, len(at)))
        chosen.append(int(far.argmax()))
    return np.array(chosen, np.int64)


def make_sites(
    district: District, register: Register, gates: pd.DataFrame, community: Sequence[str], areas: pd.DataFrame
) -> pd.DataFrame:
    """Put the service sites where they are used.

    Parameters
    ----------
    district : which.
    register : its buildings.
    community : area id of each building.
    gates : geometry (points in metres).
    areas : of `make_areas`, for names.

    Returns
    -------
    id, name, name_en, kind, capacity, parent_id (a regional health centre, or the hospital that runs it), x, y.
    """
    rng = district.rng(82)
    buildings = register.buildings.assign(community=list(community))
    at = shapely.get_coordinates(shapely.point_on_surface(buildings["geometry"].to_numpy(object)))
    buildings = buildings.assign(x=at[:, 0], y=at[:, 1])
    hospitals = buildings[(buildings["use"] == "hospital") & ~buildings["lot"].duplicated()]
    if not len(hospitals):
        hospitals = buildings[buildings["parent_id"].isna()].iloc[:1]
    tables = [_table(hospitals, "hospital", rng.choice([300.0, 500.0, 800.0, 1200.0], len(hospitals)))]
    fever = hospitals.iloc[: district.share(FEVER)]
    tables.append(_table(fever, "fever_clinic", 60.0, "发热门诊", " fever clinic"))
    tables.append(_centres(district, buildings, areas, rng))
    doors = shapely.get_coordinates(gates["geometry"].to_numpy(object))
    for kind, count, word, latin, most in (
        ("sampling", SAMPLING, "采样点", " sampling point", SAMPLES_A_DAY),
        ("supply", SUPPLY, "配送点", " supply point", (800.0, 1500.0, 3000.0)),
    ):
        rows = spread(doors, min(district.share(count), len(doors)), rng)
        near = KDTree(at[buildings["parent_id"].notna()]).query(doors[rows])[1]
        host = buildings[buildings["parent_id"].notna()].iloc[near]
        base = register.estates.set_index("id").loc[host["parent_id"], ["name", "name_en"]].reset_index(drop=True)
        base = base.assign(x=doors[rows, 0], y=doors[rows, 1])
        tables.append(_table(base, kind, rng.choice(most, len(rows)), word, latin))
    tables.append(_hotels(district, buildings, rng))
    sites = pd.concat(tables, ignore_index=True)
    for column in ("name", "name_en"):
        again = sites.groupby(column).cumcount()
        sites[column] += np.where(again > 0, (again + 1).astype(str).radd(" " if column == "name_en" else ""), "")
    sites["id"] = [f"{district.tag}S{i + 1:04d}" for i in range(len(sites))]
    return _with_parents(sites)


def _table(rows: pd.DataFrame, kind: str, capacity: object, word: str = "", latin: str = "") -> pd.DataFrame:
    table = pd.DataFrame({c: rows[c].to_numpy() for c in ("name", "name_en", "x", "y")})
    return table.assign(name=table["name"] + word, name_en=table["name_en"] + latin, kind=kind, capacity=capacity)


def _centres(
    district: District, buildings: pd.DataFrame, areas: pd.DataFrame, rng: np.random.Generator
) -> pd.DataFrame:
    """One health centre in every community that has homes, the rest in the largest; the first ones are regional."""
    homes = buildings[buildings["people"] > 0]
    wanted = district.share(CENTRES, 2)
    order = homes.groupby("community")["people"].sum().sort_values(ascending=False, kind="stable").index
    hosts = [*order, *order][:wanted]
    picks = [int(rng.choice(homes.index[homes["community"] == key])) for key in hosts]
    names = areas.set_index("id").loc[hosts, ["name", "name_en"]].reset_index(drop=True)
    base = pd.DataFrame({c: homes.loc[picks, c].to_numpy() for c in ("x", "y")}).assign(
        name=names["name"].str.removesuffix("社区"), name_en=names["name_en"].str.removesuffix(" Community")
    )
    regional = spread(base[["x", "y"]].to_numpy(), min(district.share(REGIONAL), len(base)), rng)
    is_one = np.isin(np.arange(len(base)), regional)
    word = np.where(is_one, "区域社康中心", "社康站")
    latin = np.where(is_one, " Regional Health Centre", " Health Station")
    table = _table(base, "clinic", np.where(is_one, 600.0, rng.choice([120.0, 200.0, 300.0], len(base))))
    return table.assign(name=table["name"] + word, name_en=table["name_en"] + latin)


def _hotels(district: District, buildings: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    free = buildings[(buildings["use"] == "office") & buildings["parent_id"].isna()]
    rows = free.iloc[np.sort(rng.choice(len(free), min(district.share(HOTELS), len(free)), replace=False))]
    rooms = district.people * ROOMS_PER_10000 / 10000 / max(len(rows), 1)
    capacity = np.rint(rooms * rng.uniform(0.6, 1.4, len(rows)) / 10) * 10
    return _table(rows, "quarantine", capacity, "隔离酒店", " quarantine hotel")


def _with_parents(sites: pd.DataFrame) -> pd.DataFrame:
    """Stations belong to the nearest regional centre, regional centres to the nearest hospital."""
    at = sites[["x", "y"]].to_numpy()
    regional = sites["name"].str.contains("区域社康中心", regex=False).to_numpy()
    parent = np.full(len(sites), None, object)
    for child, head in (
        ((sites["kind"] == "clinic").to_numpy() & ~regional, regional),
        (regional, (sites["kind"] == "hospital").to_numpy()),
    ):
        heads = np.flatnonzero(head)
        if len(heads) and child.any():
            parent[child] = sites["id"].to_numpy(object)[heads[KDTree(at[heads]).query(at[child])[1]]]
    return sites.assign(parent_id=parent)
