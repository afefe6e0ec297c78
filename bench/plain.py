"""The rules of cn-sz-2022 as a competent GeoPandas user writes them: merges, spatial joins, overlays, a dissolve.

The yardstick of `bench.grid`. It knows the pack's numbers and nothing of Cordon's engine: no cells, no ids that
outlive a run, no reasons, no people. `tuned` is what such a user writes after a look at a profile: footprints are
gathered by their parent's id instead of found by overlay, and united by `method="disjoint_subset"`.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from bench.watch import Watch

METRES = "+proj=tmerc +lat_0=0 +lon_0=114 +k=1 +ellps=WGS84 +units=m"
DAY = pd.Timedelta(days=1)
ADJACENT_M = 30.0
RANKS = {"sealed": 1, "controlled": 2}
Tables = Mapping[str, Any]


def plain_zones(tables: Tables, as_of: datetime, watch: Watch, tuned: bool = False) -> tuple[pd.DataFrame, Any]:
    """Derive zones from tables to geometry.

    Parameters
    ----------
    tables : kind -> table of a state.
    as_of : UTC.
    watch : takes the time of each stage.
    tuned : the quicker way.

    Returns
    -------
    atoms : atom, class, zone (only those in a zone); zones : GeoDataFrame (WGS84) of zone, class, geometry.
    """
    with watch("units and atoms"):
        atoms = make_atoms(tables, tuned)
    with watch("sources and visits"):
        sources = find_sources(tables["cases"], as_of)
        visits = find_visits(tables["visits"], sources, as_of)
    with watch("homes and places"):
        homes = find_units(sources[fresh(sources, as_of)], atoms, tables)
        places = find_units(tables["places"], atoms, tables)
    with watch("rules for homes and visits"):
        claims = claim(homes, visits.merge(places[["id", "home"]], left_on="place_id", right_on="id"), atoms)
    with watch("clusters, strictest wins"):
        rows = strictest(claims, atoms)
    with watch("rest of the areas"):
        inside = atoms_in(tables["areas"], atoms)
        touched = inside.loc[inside["atom"].isin(rows["atom"]), "zone"].unique()
        rest = inside[inside["zone"].isin(touched) & ~inside["atom"].isin(rows["atom"])]
    with watch("geometry"):
        areas = tables["areas"][tables["areas"]["id"].isin(touched)]
        shapes = draw(rows, atoms, areas, tuned)
    return pd.concat([rows, rest.assign(**{"class": "precaution"})], ignore_index=True), shapes


def make_atoms(tables: Tables, tuned: bool) -> gpd.GeoDataFrame:
    """Return one row an atom: atom, unit, kind, around (unit), building, estate, number, own, point, geometry."""
    estates, buildings, wells = (gpd.GeoDataFrame(tables[k]) for k in ("estates", "buildings", "units"))
    loose = buildings[buildings["parent_id"].isna()]
    loose = loose.set_geometry(loose.representative_point())
    fence = loose.sjoin(estates[["id", "geometry"]].add_suffix("_of").set_geometry("geometry_of"), predicate="within")
    estate = buildings["parent_id"].fillna(fence["id_of"])
    split = buildings["id"].isin(wells["parent_id"])
    blocks = pd.DataFrame({"unit": buildings["id"], "building": buildings["id"], "estate": estate, "around": estate})
    blocks["kind"], blocks["geometry"] = np.where(split, "rest", "leaf"), buildings.geometry
    stairs = pd.DataFrame({"unit": wells["id"], "building": wells["parent_id"], "around": wells["parent_id"]})
    stairs = stairs.assign(kind="leaf", number=wells["number"].astype(float), own=wells.geometry.notna())
    parent = blocks.set_index("unit").reindex(wells["parent_id"]).reset_index()
    stairs = stairs.assign(estate=parent["estate"], geometry=wells.geometry.where(stairs["own"], parent["geometry"]))
    yards = pd.DataFrame({"unit": estates["id"], "estate": estates["id"], "kind": "yard", "geometry": estates.geometry})
    atoms = pd.concat([blocks.assign(own=True), stairs, yards.assign(own=True)], ignore_index=True)
    atoms["atom"] = atoms["unit"].where(atoms["kind"] == "leaf", atoms["unit"] + "/rest")
    atoms = gpd.GeoDataFrame(atoms, geometry="geometry", crs=estates.crs)
    atoms["point"] = inner_points(atoms, tuned)
    return atoms


def inner_points(atoms: gpd.GeoDataFrame, tuned: bool) -> gpd.GeoSeries:
    """Return a point in each atom; where the first choice for a yard lies in a building, one between them."""
    points = atoms.representative_point()
    yards = atoms["kind"] == "yard"
    blocks = atoms[~yards & atoms["number"].isna()]
    inside = gpd.GeoDataFrame(geometry=points[yards]).sjoin(blocks[["geometry"]], predicate="within").index.unique()
    points[inside] = less(atoms.loc[inside, ["unit", "geometry"]], blocks, tuned).representative_point().array
    return points


def less(outer: gpd.GeoDataFrame, inner: gpd.GeoDataFrame, tuned: bool) -> gpd.GeoDataFrame:
    """Return units less the footprints inside them."""
    if not tuned:
        return outer.overlay(inner[["geometry"]], how="difference")
    inner = inner.loc[inner["around"].isin(outer["unit"]), ["around", "geometry"]]
    taken = inner.dissolve(by="around", method="disjoint_subset").geometry.reindex(outer["unit"])
    left = outer.geometry.difference(gpd.GeoSeries(taken.array, index=outer.index, crs=outer.crs))
    return outer.set_geometry(left.where(taken.notna().to_numpy(), outer.geometry))


def find_sources(cases: pd.DataFrame, as_of: datetime) -> pd.DataFrame:
    """Return the infectious people with their windows."""
    fires = cases["status"].isin(["preliminary", "confirmed", "asymptomatic"]) & ~cases["withdrawn"]
    found = cases[fires & (cases["reported_at"] <= as_of)].copy()
    begun = found["onset_at"].fillna(found["first_positive_at"]).fillna(found["reported_at"])
    found["start"] = begun - 2 * DAY
    found["end"] = found["isolated_at"].fillna(found["reported_at"]).fillna(found["start"] + 14 * DAY)
    return found[found["start"] < found["end"]]


def fresh(sources: pd.DataFrame, as_of: datetime) -> pd.Series:
    """Return whose home can open a zone."""
    away = sources["found_in"].isin(["quarantine", "closed_loop"]) & sources["isolated_at"].isna()
    return ~away & (sources["end"] + 14 * DAY > as_of)


def find_visits(visits: pd.DataFrame, sources: pd.DataFrame, as_of: datetime) -> pd.DataFrame:
    """Return the visits inside a source's window whose contacts are not traceable, with the class of their place."""
    seen = visits[~visits["withdrawn"] & (visits["arrive_at"] <= as_of)].merge(
        sources[["person_id", "start", "end"]], on="person_id"
    )
    leave = seen["leave_at"].fillna(seen["arrive_at"])
    first, last = seen["arrive_at"].clip(lower=seen["start"]), leave.clip(upper=seen["end"])
    seen["class"] = seen["place_risk"].map({"likely": "sealed", "some": "controlled"})
    counts = (first <= last) & (last + 14 * DAY > as_of) & seen["class"].notna()
    return seen[counts & ~seen["contacts_traceable"].fillna(True)]


def find_units(facts: pd.DataFrame, atoms: gpd.GeoDataFrame, tables: Tables) -> pd.DataFrame:
    """Return the facts with `home`: the unit named, else the smallest footprint around the point."""
    facts = facts.reset_index(drop=True)
    points = facts.geometry if "geometry" in facts else gpd.points_from_xy(facts["lng"], facts["lat"], crs=atoms.crs)
    points = gpd.GeoDataFrame(geometry=points, crs=atoms.crs)[facts["unit_id"].isna().to_numpy()]
    solid = atoms.loc[(atoms["kind"] != "yard") & atoms["own"], ["unit", "number", "geometry"]]
    found = points.sjoin(solid, predicate="within").sort_values("number")
    facts["home"] = facts["unit_id"].fillna(found[~found.index.duplicated()]["unit"])
    return facts[facts["home"].notna()]


def claim(homes: pd.DataFrame, visits: pd.DataFrame, atoms: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return rows (ground, atom, class): R1 the home, R2 beside it, R3 its estate, R5 visited places."""
    units = atoms.drop_duplicates("unit").set_index("unit")
    home = pd.Series(homes["home"].unique())
    r1 = pd.DataFrame({"ground": home, "unit": home, "class": "sealed"})
    r2 = beside(home, units).assign(**{"class": "controlled"})
    r5 = visits.rename(columns={"home": "unit"})[["unit", "class"]].drop_duplicates()
    named = pd.concat([r1, r2, r5.assign(ground="visit:" + r5["class"] + r5["unit"])], ignore_index=True)
    whole = named.merge(atoms[["building", "atom"]], left_on="unit", right_on="building").drop(columns="building")
    single = named[units["number"].reindex(named["unit"]).notna().to_numpy()]
    estate = units["estate"].reindex(home)
    r3 = pd.DataFrame({"ground": home, "estate": estate.to_numpy(), "class": "controlled"}).dropna()
    r3 = r3.merge(atoms[["estate", "atom"]], on="estate")
    return pd.concat([whole, single.assign(atom=single["unit"]), r3])[["ground", "atom", "class"]].drop_duplicates()


def beside(home: pd.Series, units: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return (ground, unit): stairwells whose number differs by 1, or buildings within 30 m."""
    mine = units.reindex(home).assign(ground=home.to_numpy())
    stairs, blocks = mine[mine["number"].notna()], mine[mine["number"].isna()]
    wells = units[units["number"].notna()].reset_index()[["unit", "building", "number"]]
    near = stairs[["ground", "building", "number"]].merge(wells, on="building")
    near = near[(near["number_x"] - near["number_y"]).abs() == 1]
    buildings = units[units["number"].isna() & (units["kind"] != "yard")][["geometry"]].to_crs(METRES).reset_index()
    asked = blocks[["ground", "geometry"]].to_crs(METRES)
    close = asked.sjoin(buildings, predicate="dwithin", distance=ADJACENT_M)
    return pd.concat([near, close[close["ground"] != close["unit"]]])[["ground", "unit"]]


def strictest(claims: pd.DataFrame, atoms: pd.DataFrame) -> pd.DataFrame:
    """Return (atom, class, zone): grounds that share a building or yard are one cluster, the strictest class wins."""
    place = atoms.set_index("atom")["building"].reindex(claims["atom"]).to_numpy(object)
    place = np.where(pd.isna(place), claims["atom"].to_numpy(object), place)
    ground, grounds = pd.factorize(claims["ground"])
    place, places = pd.factorize(place)
    n = len(grounds) + len(places)
    graph = coo_array((np.ones(len(claims), np.int8), (ground, len(grounds) + place)), shape=(n, n))
    cluster = connected_components(graph, directed=False)[1][ground]
    rows = claims.assign(cluster=cluster, rank=claims["class"].map(RANKS)).sort_values("rank", kind="stable")
    rows = rows.drop_duplicates("atom")
    return rows.assign(zone=rows["cluster"].astype("str") + "|" + rows["class"])[["atom", "class", "zone"]]


def atoms_in(areas: gpd.GeoDataFrame, atoms: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return (atom, zone): R6, the area that holds each atom's point."""
    points = gpd.GeoDataFrame({"atom": atoms["atom"]}, geometry=atoms["point"], crs=atoms.crs)
    found = points.sjoin(areas[["id", "geometry"]], predicate="within").drop_duplicates("atom")
    return pd.DataFrame({"atom": found["atom"], "zone": found["id"]})


def draw(rows: pd.DataFrame, atoms: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, tuned: bool) -> gpd.GeoDataFrame:
    """Return the zones: atoms dissolved, fences and split buildings less what stands in them, areas less the zones."""
    mine = atoms.merge(rows, on="atom")
    kind, columns = mine["kind"], ["unit", "zone", "class", "geometry"]
    wells = atoms[atoms["number"].notna() & atoms["own"]]
    yards = less(mine.loc[kind == "yard", columns], atoms[(atoms["kind"] != "yard") & atoms["number"].isna()], tuned)
    rests = less(mine.loc[kind == "rest", columns], wells, tuned)
    pieces = pd.concat([mine.loc[kind == "leaf", columns], yards, rests])
    zones = pieces.dissolve(by="zone", method="disjoint_subset" if tuned else "unary").reset_index()
    rest = areas[["id", "geometry"]].overlay(zones[["geometry"]], how="difference")
    rest = rest.rename(columns={"id": "zone"}).assign(**{"class": "precaution"})
    return gpd.GeoDataFrame(pd.concat([zones, rest], ignore_index=True)[["zone", "class", "geometry"]])
