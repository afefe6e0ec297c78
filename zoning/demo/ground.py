"""Part of the demo city: one district before the outbreak, step by step."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from zoning.demo.areas import make_areas
from zoning.demo.buildings import make_buildings, settle
from zoning.demo.land import choose_blocks, choose_superblocks, make_lots
from zoning.demo.lanes import make_lanes, turn_of
from zoning.demo.names import make_names
from zoning.demo.places import make_places, make_sites
from zoning.demo.plan import District, Plan, make_plan
from zoning.demo.streets import make_streets, make_superblocks
from zoning.demo.units import Register, make_register

GREEN = ("park", "hill")


@dataclass(frozen=True)
class Ground:
    """One district in metres: all its reference tables and what they were made from."""

    plan: Plan
    blocks: pd.DataFrame
    lots: pd.DataFrame
    roads: pd.DataFrame
    gates: pd.DataFrame
    areas: pd.DataFrame
    register: Register
    places: pd.DataFrame
    sites: pd.DataFrame


def make_ground(district: District) -> Ground:
    """Make everything of a district that was there before the outbreak.

    Parameters
    ----------
    district : which.

    Returns
    -------
    Ground.
    """
    plan = make_plan(district)
    whole = make_superblocks(district, plan)
    use, target = choose_superblocks(district, whole)
    blocks, streets = make_streets(district, plan, whole, target)
    lots = make_lots(district, blocks, streets, choose_blocks(district, blocks, use))
    lots = lots.assign(turn=turn_of(district, lots), area_m2=shapely.area(lots["geometry"].to_numpy(object)))
    gates, lanes, roads = make_lanes(district, lots, blocks, streets)
    built = settle(district, make_buildings(district, lots, lanes, roads))
    block = lots["block"].to_numpy()[built["lot"]]
    living = np.bincount(block, built["people"], len(blocks)).astype(np.int64)
    areas, community = make_areas(district, blocks, streets, living)
    superblock = blocks["superblock"].to_numpy()[lots["block"]]
    register = make_register(district, lots, built, superblock)
    gates = _gates(district, gates, register)
    places = make_places(district, register, streets)
    sites = make_sites(district, register, gates, list(community[block]), areas)
    return Ground(plan, blocks, lots, _roads(district, roads), gates, areas, register, places, sites)


def _gates(district: District, gates: pd.DataFrame, register: Register) -> pd.DataFrame:
    estate = register.estates.set_index("lot")["id"]
    table = gates[gates["lot"].isin(estate.index)].reset_index(drop=True)
    parent = table["lot"].map(estate)
    number = (table.groupby(parent).cumcount() + 1).astype(str)
    at = shapely.get_coordinates(table["geometry"].to_numpy(object))
    return table.assign(
        parent_id=parent, name=number + "号门", id=parent + "-G" + number.str.zfill(2), x=at[:, 0], y=at[:, 1]
    )


def _roads(district: District, roads: pd.DataFrame) -> pd.DataFrame:
    """Number the roads and name each street once, whatever pieces it is in; lanes and alleys have no name."""
    ways = roads[roads["way"] >= 0].drop_duplicates("way").sort_values("way")
    names = make_names(list(ways["kind"]), district.index).set_axis(ways["way"])
    table = roads.join(names, on="way")
    return table.assign(id=[f"{district.tag}R{i + 1:05d}" for i in range(len(table))])


def make_nature(district: District, ground: Ground) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return water and green: the river, the bay, ponds; parks, hills and the banks of the river.

    Parameters
    ----------
    district : which.
    ground : of `make_ground`.

    Returns
    -------
    water, green : id, name, name_en, geometry (metres).
    """
    rng, plan = district.rng(101), ground.plan
    lots = ground.lots[ground.lots["use"].isin(GREEN)].reset_index(drop=True)
    shapes, side = lots["geometry"].to_numpy(object), np.sqrt(lots["area_m2"].to_numpy())
    wet = (side > 150) & (rng.random(len(lots)) < 0.55)
    ponds = shapely.buffer(shapely.buffer(shapes[wet], -0.36 * side[wet]), 0.1 * side[wet])
    ponds = ponds[shapely.area(ponds) > 500]
    bank = shapely.get_parts(shapely.difference(shapely.intersection(plan.corridor, plan.ground), plan.river))
    names = make_names(["river", *["bay"] * (plan.bay is not None), *lots["use"]], district.index)
    lead = 1 + (plan.bay is not None)
    water = [shapely.intersection(plan.river, plan.ground), *([plan.bay] if plan.bay is not None else []), *ponds]
    named = names.iloc[:lead].reindex(range(len(water)))
    banks = pd.DataFrame(
        {"name": [names["name"][0] + "岸"] * len(bank), "name_en": [names["name_en"][0] + " bank"] * len(bank)}
    )
    green = pd.concat([names.iloc[lead:], banks], ignore_index=True).assign(geometry=np.concatenate([shapes, bank]))
    wet_rows = named.assign(geometry=np.array(water, object), id=[f"{district.tag}W{i + 1:03d}" for i in named.index])
    return wet_rows, green.assign(id=[f"{district.tag}P{i + 1:03d}" for i in green.index])
