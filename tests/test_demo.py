"""The demo city looks and weighs like a city: each figure lies in a band that says where it comes from."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
import shapely

from zoning.demo.buildings import whole_shares
from zoning.demo.ground import Ground, make_ground, make_nature
from zoning.demo.land import HOUSING
from zoning.demo.plan import District, make_districts, make_plan, to_degrees
from zoning.geometry import components

SMALL, FULL = 200_000, 1_500_000
GB = "GB 50180-2018"
FT18, FT21 = "Futian health bureau, reply 20180041 of 2018", "Futian, reply 20210180 of 2021"
ISSUE = "the figures of Futian that the generator is shaped by: 78 km², 1.5 million people, 10 and 93"
OWN = "own reading of Shenzhen's stock of houses (grade O)"


@dataclass(frozen=True)
class Band:
    """A figure of the city, from where to where it may lie, and who says so."""

    name: str
    low: float
    high: float
    source: str


# Figures that hold at any size.
BANDS = (
    Band("street density, km/km²", 8.0, 12.0, f"{GB} 6.0.2: not below 8"),
    Band("median side of a built block, m", 150.0, 250.0, f"{GB} 6.0.2: streets 150 to 250 m apart"),
    Band("share of built blocks with a side of 100 to 400 m", 0.93, 1.0, f"{GB} 6.0.2, and room for odd corners"),
    Band("median people of an estate", 300.0, 3000.0, f"{GB} 2.0.5: 1,000 to 3,000; older ones less"),
    Band("median hectares of an estate", 0.8, 4.0, f"{GB} 2.0.5: 2 to 4 ha, older ones less"),
    Band("buildings of an estate, mean", 3.0, 20.0, OWN),
    Band("houses of a village, mean", 50.0, 600.0, OWN),
    Band("people of a village house, mean", 25.0, 80.0, OWN),
    Band("people of a slab, mean", 70.0, 250.0, OWN),
    Band("people of a tower, mean", 150.0, 600.0, OWN),
    Band("most storeys of a home", 18.0, 33.0, f"{GB} 4.0.2: up to 26; older towers up to 33"),
    Band("least storeys of a home", 4.0, 8.0, OWN),
    Band("floor area a resident, m²", 25.0, 50.0, OWN),
    Band("people of the smallest community", 4000.0, 25000.0, f"{GB}: 5- to 10-minute circles of 5,000 to 25,000"),
    Band("people of the largest community", 12000.0, 40000.0, f"{GB}: less than the 15-minute circle, 50,000"),
    Band("median width of a village house, m", 8.0, 14.0, "handshake houses: 8 to 14 m wide"),
    Band("median gap of village houses, m", 1.4, 4.0, "handshake houses: 1.5 to 4 m apart"),
    Band("isolation rooms for 10,000 people", 20.0, 60.0, "NHC: 20 (Oct 2021), 40 (Apr 2022), 60 (May 2022)"),
    Band("entrances of an estate, mean", 2.0, 8.0, OWN),
)  # fmt: skip
# Figures of a district of 1.5 million people.
FULL_BANDS = (
    Band("km²", 74.0, 82.0, ISSUE),
    Band("people", 1_500_000.0, 1_500_000.0, ISSUE),
    Band("sub-districts", 10.0, 10.0, ISSUE),
    Band("communities", 93.0, 93.0, ISSUE),
    Band("estates", 1000.0, 3000.0, "1,000 or more"),
    Band("buildings", 8000.0, 30000.0, "8,000 or more"),
    Band("gathering places", 400.0, 400.0, "400 gathering places"),
    Band("health centres", 100.0, 130.0, f"{FT21}: at least 100"),
    Band("regional health centres", 11.0, 11.0, f"{FT18}: 11 regional ones, '1 + N'"),
    Band("bridges", 5.0, 60.0, "a river with bridges"),
)


def the_district(people: int = SMALL, seed: int = 1) -> District:
    return make_districts(seed, people, 40)[0]


@pytest.fixture(scope="module")
def ground() -> Ground:
    return make_ground(the_district())


def metres(table: pd.DataFrame) -> np.ndarray:
    return np.asarray(table["geometry"].to_numpy(object), object)


def figures(ground: Ground) -> dict[str, float]:
    """All figures that the bands name."""
    built, estates, roads = ground.register.buildings, ground.register.estates, ground.roads
    km2 = ground.plan.ground.area / 1e6
    streets = roads[roads["lot"] < 0]
    lived = np.unique(ground.lots["block"][ground.lots["use"].isin((*HOUSING, "office", "mall", "school"))])
    side = np.sqrt(ground.blocks["area_m2"].to_numpy()[lived])
    homes = built[built["people"] > 0]
    by_use = {use: homes[homes["use"] == use] for use in HOUSING}
    count = homes.groupby("lot").size()
    village = estates["use"].eq("village").to_numpy()
    communities = ground.areas[ground.areas["level"] == "community"]["people"]
    hotels, clinics = (ground.sites[ground.sites["kind"] == kind] for kind in ("quarantine", "clinic"))
    return {
        "km²": km2,
        "street density, km/km²": shapely.length(metres(streets)).sum() / 1e3 / km2,
        "median side of a built block, m": float(np.median(side)),
        "share of built blocks with a side of 100 to 400 m": float(((side > 100) & (side < 400)).mean()),
        "median people of an estate": float(estates["people"].median()),
        "median hectares of an estate": float(np.median(shapely.area(metres(estates))) / 1e4),
        "buildings of an estate, mean": float(count[estates["lot"][~village]].mean()),
        "houses of a village, mean": float(count[estates["lot"][village]].mean()),
        "people of a village house, mean": float(by_use["village"]["people"].mean()),
        "people of a slab, mean": float(by_use["slab"]["people"].mean()),
        "people of a tower, mean": float(by_use["tower"]["people"].mean()),
        "most storeys of a home": float(homes["floors"].max()),
        "least storeys of a home": float(homes["floors"].min()),
        "floor area a resident, m²": float((homes["area_m2"] * homes["floors"]).sum() / homes["people"].sum()),
        "people of the smallest community": float(communities.min()),
        "people of the largest community": float(communities.max()),
        "median width of a village house, m": float(by_use["village"]["length"].median()),
        "median gap of village houses, m": gap_of(by_use["village"]),
        "isolation rooms for 10,000 people": float(hotels["capacity"].sum() / homes["people"].sum() * 1e4),
        "entrances of an estate, mean": len(ground.gates) / len(estates),
        "people": float(homes["people"].sum()),
        "sub-districts": float((ground.areas["level"] == "subdistrict").sum()),
        "communities": float(len(communities)),
        "estates": float(len(estates)),
        "buildings": float(len(built)),
        "gathering places": float(len(ground.places)),
        "health centres": float(len(clinics)),
        "regional health centres": float((~clinics["parent_id"].isin(clinics["id"])).sum()),
        "bridges": float(roads["bridge"].sum()),
    }


def gap_of(houses: pd.DataFrame) -> float:
    """The median distance from a house to the nearest other one."""
    shapes = metres(houses)
    left, right = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=12.0)
    apart = pd.Series(shapely.distance(shapes[left], shapes[right]))[left != right]
    return float(apart.groupby(left[left != right]).min().median())


@pytest.mark.parametrize("band", BANDS, ids=lambda band: band.name)
def test_figure_lies_in_its_band(ground: Ground, band: Band) -> None:
    found = figures(ground)[band.name]
    assert band.low <= found <= band.high, f"{band.name}: {found:g}; {band.source}"


def check_shape(ground: Ground) -> None:
    """Whatever its size: nothing overlaps, all lies inside what it belongs to, every home can be reached."""
    built, estates, roads = (metres(t) for t in (ground.register.buildings, ground.register.estates, ground.roads))
    left, right = shapely.STRtree(built).query(built, predicate="dwithin", distance=1.0)
    assert (left == right).all(), "buildings that touch"
    assert not len(shapely.STRtree(built).query(roads, predicate="intersects")[0]), "a road through a building"
    fence, other = shapely.STRtree(estates).query(estates, predicate="intersects")
    assert (fence == other).all(), "fences that touch"
    parent = pd.Index(ground.register.estates["id"]).get_indexer(ground.register.buildings["parent_id"].fillna(""))
    inside = parent >= 0
    assert shapely.covers(estates[parent[inside]], built[inside]).all(), "a building outside its fence"
    on_fence = pd.Index(ground.register.estates["id"]).get_indexer(ground.gates["parent_id"])
    rim = shapely.boundary(estates[on_fence])
    assert (shapely.distance(metres(ground.gates), rim) < 0.05).all(), "an entrance beside its fence"
    assert set(ground.gates["parent_id"]) == set(ground.register.estates["id"]), "an estate without an entrance"
    check_roads(ground, roads, built, parent)


def check_roads(ground: Ground, roads: np.ndarray, built: np.ndarray, parent: np.ndarray) -> None:
    """The network is one piece, and leads to an entrance of each estate and near each other building."""
    placed = to_degrees(roads)
    at, line = shapely.get_coordinates(placed, return_index=True)
    _, node = np.unique(np.round(at * 1e7).astype(np.int64), axis=0, return_inverse=True)
    joined = line[1:] == line[:-1]
    part = components(node.max() + 1, node[:-1][joined], node[1:][joined])
    assert part.max() == 0, "streets that lead nowhere"
    _, far = shapely.STRtree(roads).query_nearest(metres(ground.gates), return_distance=True, all_matches=False)
    reached = set(ground.gates["parent_id"][(far < 0.1) & ground.gates["open"].to_numpy()])
    assert reached == set(ground.register.estates["id"]), "an estate that no road enters"
    _, away = shapely.STRtree(roads).query_nearest(built, return_distance=True, all_matches=False)
    assert away[parent < 0].max() < 120, "a loose building far from any road"
    assert away.max() < 150, "a building far from any road"


def test_nothing_overlaps_and_all_can_be_reached(ground: Ground) -> None:
    check_shape(ground)


def check_areas(ground: Ground) -> None:
    """Sub-districts and communities cover the district once, on the ground and in the degrees that are written."""
    areas = ground.areas.set_index("id")
    whole = areas.index[areas["level"] == "district"]
    for level in ("subdistrict", "community"):
        rows = areas[areas["level"] == level]
        for shapes in (metres(rows), to_degrees(metres(rows))):
            assert shapely.coverage_is_valid(shapes), f"{level}: gaps or overlaps"
            assert (shapely.get_type_id(shapes) == shapely.GeometryType.POLYGON).all(), f"{level}: in several pieces"
        assert shapely.area(metres(rows)).sum() == pytest.approx(areas.loc[whole[0], "geometry"].area)
        assert rows["people"].sum() == areas.loc[whole[0], "people"]
        assert shapely.covers(shapely.buffer(metres(areas.loc[rows["parent_id"]]), 0.01), metres(rows)).all()


def test_areas_partition_the_ground(ground: Ground) -> None:
    check_areas(ground)


def test_areas_end_on_streets(ground: Ground) -> None:
    edges = shapely.union_all(shapely.boundary(metres(ground.areas)))
    streets = shapely.union_all(metres(ground.roads[ground.roads["lot"] < 0]))
    assert shapely.length(shapely.difference(edges, streets.buffer(0.02))) == pytest.approx(0, abs=1.0)


def test_names_and_ids_are_unique(ground: Ground) -> None:
    register = ground.register
    for table in (register.estates, ground.places, ground.sites, ground.areas):
        assert not table["name"].duplicated().any()
        assert (table["name_en"].str.len() > 2).all()
    ids = pd.concat([t["id"] for t in (register.estates, register.buildings, register.units)])
    assert not ids.duplicated().any()
    assert not register.homes["address"].duplicated().any()


def test_every_resident_lives_in_one_home(ground: Ground) -> None:
    register = ground.register
    assert register.homes["people"].sum() == register.buildings["people"].sum() == SMALL
    split = register.units.groupby("building")["people"].sum()
    assert (split == register.buildings.set_index("id").loc[split.index, "people"]).all()


def test_stairwells_are_cut_out_of_their_slab(ground: Ground) -> None:
    drawn = ground.register.units[ground.register.units["geometry"].notna()]
    slabs = ground.register.buildings.set_index("id")["geometry"]
    assert len(drawn) > 50
    parts = drawn.groupby("building")["geometry"].agg(lambda g: shapely.area(np.array(list(g), object)).sum())
    assert np.allclose(parts, shapely.area(slabs[parts.index].to_numpy(object)), rtol=1e-6)


def test_health_centres_hang_in_a_tree(ground: Ground) -> None:
    sites = ground.sites.set_index("id")
    clinics = sites[sites["kind"] == "clinic"]
    above = sites.loc[clinics["parent_id"], "kind"].to_numpy()
    assert set(above) == {"clinic", "hospital"}
    tops = clinics[above == "hospital"].index
    assert set(clinics["parent_id"][above == "clinic"]) <= set(tops)


def test_water_and_green_are_polygons(ground: Ground) -> None:
    for table in make_nature(the_district(), ground):
        assert shapely.is_valid(metres(table)).all()
        assert not table["id"].duplicated().any()


def test_districts_of_a_city_meet() -> None:
    west, east = (make_plan(d).ground for d in make_districts(5, 2 * FULL + 1, 99)[:2])
    assert shapely.intersection(west, east).area < 1.0
    shared = shapely.intersection(west.boundary.buffer(0.05), east.boundary)
    assert shared.length > 5000


@pytest.mark.parametrize("total", [0, 1, 7, 1000])
def test_shares_are_whole_and_add_up(total: int) -> None:
    found = whole_shares(np.array([0.0, 1.0, 2.5, 0.1]), total)
    assert found.sum() == total
    assert found[0] == 0
    assert (found >= 0).all()


@pytest.mark.slow
def test_a_whole_district() -> None:
    ground = make_ground(the_district(FULL))
    found = figures(ground)
    wrong = [
        f"{b.name}: {found[b.name]:g} ({b.source})"
        for b in (*BANDS, *FULL_BANDS)
        if not b.low <= found[b.name] <= b.high
    ]
    assert not wrong
    check_shape(ground)
    check_areas(ground)
