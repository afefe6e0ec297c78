"""Part of the demo city: estates, buildings and units as an office would list them, and the homes that people have."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from zoning.demo.buildings import whole_shares
from zoning.demo.land import HOUSING
from zoning.demo.names import make_names, name_villages
from zoning.demo.plan import District
from zoning.geometry import Floats, Shapes

# What an office does not have: estates with one figure only, stairwells without a figure, stairwells nobody drew.
ONLY_ESTATE, NO_FIGURE, NOT_DRAWN = 0.06, 0.35, 0.30


@dataclass(frozen=True)
class Register:
    """The reference tables with geometry in metres, and `homes`: every leaf that people live in (unit_id, building,
    lot, people, x, y, address, stairs)."""

    estates: pd.DataFrame
    buildings: pd.DataFrame
    units: pd.DataFrame
    homes: pd.DataFrame


def make_register(district: District, lots: pd.DataFrame, built: pd.DataFrame, superblock: np.ndarray) -> Register:
    """Number and name what was built.

    Parameters
    ----------
    district : which.
    lots : geometry, use.
    built : of `settle`, by lot.
    superblock : (n,) of each lot; villages of one super-block share a name.

    Returns
    -------
    Register.
    """
    estates = _estates(district, lots, built, superblock)
    buildings = _buildings(district, built, estates)
    units, homes = _units(district, buildings)
    rng = district.rng(71)
    hidden = buildings["parent_id"].isin(estates["id"][rng.random(len(estates)) < ONLY_ESTATE])
    unknown = (rng.random(len(units)) < NO_FIGURE) | units["building"].isin(buildings["id"][hidden])
    for table, gone in ((buildings, hidden), (units, unknown)):
        table["told"] = table["people"].where(~gone)
        table["households"] = table["households"].where(~gone)
    return Register(estates, buildings, units, homes)


def _estates(district: District, lots: pd.DataFrame, built: pd.DataFrame, superblock: np.ndarray) -> pd.DataFrame:
    lived = built.groupby("lot")[["people", "households"]].sum()
    rows = np.intersect1d(np.flatnonzero(lots["use"].isin(HOUSING)), built["lot"])
    table = lots.iloc[rows].assign(lot=rows).reset_index(drop=True)[["geometry", "use", "lot"]]
    table["id"] = [f"{district.tag}E{i + 1:04d}" for i in range(len(table))]
    table = table.join(lived, on="lot")
    village = (table["use"] == "village").to_numpy()
    table[["name", "name_en"]] = ""
    names = make_names(list(table["use"][~village]), district.index)
    table.loc[~village, ["name", "name_en"]] = names.to_numpy()
    groups = [int(g) for g in superblock[rows][village]]
    table.loc[village, ["name", "name_en"]] = name_villages(groups, district.index).to_numpy()
    return table


def _buildings(district: District, built: pd.DataFrame, estates: pd.DataFrame) -> pd.DataFrame:
    table = built.merge(
        estates[["lot", "id", "name"]].rename(columns={"id": "parent_id", "name": "estate"}), "left", "lot"
    )
    table["number"] = table.groupby("lot").cumcount() + 1
    inside, village = table["parent_id"].notna(), table["use"] == "village"
    loose = (~inside).cumsum()
    number = table["number"].astype(str)
    table["id"] = np.where(
        inside, table["parent_id"] + "-B" + number.str.zfill(2), district.tag + "N" + loose.astype(str).str.zfill(4)
    )
    table["name"] = np.where(village, number + "号", number + "栋")
    table["name_en"] = np.where(village, "No. " + number, "Block " + number)
    words = make_names([u if u not in HOUSING else "office" for u in built["use"]], district.index)
    first = ~table["lot"].duplicated() | (table["use"] == "office")
    lead = pd.DataFrame({"lot": table["lot"], "name": words["name"], "name_en": words["name_en"]}).where(first)
    lead[["name", "name_en"]] = lead.groupby(table["lot"])[["name", "name_en"]].ffill()
    for column, mark in (("name", "号楼"), ("name_en", " Block ")):
        with_number = lead[column] + number + mark if mark == "号楼" else lead[column] + mark + number
        table.loc[~inside, column] = lead[column].where(first, with_number)[~inside]
    return table.assign(residential=inside & (table["people"] > 0))


def _units(district: District, buildings: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Stairwells of long buildings, floor ranges where shops lie below homes; a building with neither is a home."""
    rng = district.rng(72)
    stairs = _stairwells(buildings[buildings["stairs"] > 1], rng)
    floors = _floors(buildings[(buildings["stairs"] < 2) & (buildings["shops"] > 0)])
    units = pd.concat([stairs, floors], ignore_index=True)
    leaf = buildings[buildings["residential"] & ~buildings["id"].isin(units["building"])].assign(
        stairwell="", floor_from=1
    )
    leaf = leaf.assign(building=leaf["id"], short="", top=leaf["floors"])
    below = buildings.set_index("id").loc[units["building"]]
    inside = units.assign(
        estate=below["estate"].to_numpy(), block=below["name"].to_numpy(), lot=below["lot"].to_numpy(),
        use=below["use"].to_numpy(), top=units["floor_to"].fillna(pd.Series(below["floors"].to_numpy())),
        shape=np.where(units["geometry"].isna(), below["geometry"], units["geometry"]),
    )  # fmt: skip
    leaf = leaf.assign(block=leaf["name"], shape=leaf["geometry"])
    columns = ["id", "building", "lot", "use", "estate", "block", "short", "people", "households", "shape", "top"]
    homes = pd.concat([leaf[columns], inside[inside["people"] > 0][columns]], ignore_index=True)
    at = shapely.get_coordinates(shapely.point_on_surface(homes["shape"].to_numpy(object)))
    homes = homes.assign(x=at[:, 0], y=at[:, 1], address=homes["estate"] + homes["block"] + homes["short"])
    return units, homes.drop(columns=["shape", "estate", "block", "short"]).rename(columns={"id": "unit_id"})


def _stairwells(buildings: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    count = buildings["stairs"].to_numpy()
    row = np.repeat(np.arange(len(buildings)), count)
    above = buildings.iloc[row].reset_index(drop=True)
    number = above.groupby("id").cumcount().to_numpy() + 1
    share = rng.uniform(0.9, 1.1, len(above))
    people, households = (_split(buildings[c].to_numpy(), row, share) for c in ("people", "households"))
    drawn = ((above["use"] == "slab") & above["turn"].notna()).to_numpy() & (rng.random(len(buildings)) > NOT_DRAWN)[
        row
    ]
    shapes = np.full(len(above), None, object)
    shapes[drawn] = _slices(above[drawn], number[drawn], count[row[drawn]])
    word = pd.Series(number.astype(str))
    return pd.DataFrame(
        {
            "id": above["id"] + "-U" + word, "name": above["name"] + word + "单元",
            "name_en": above["name_en"] + " unit " + word, "parent_id": above["id"], "building": above["id"],
            "level": "stairwell", "number": number, "floor_from": pd.NA, "floor_to": pd.NA, "people": people,
            "households": households, "residential": True, "geometry": shapes, "short": word + "单元",
        }
    )  # fmt: skip


def _split(totals: np.ndarray, row: np.ndarray, share: Floats) -> np.ndarray:
    """Share each building's whole number over its stairwells, in proportion and without a remainder."""
    sums = np.bincount(row, share)
    weight = share / sums[row] * totals[row]
    return whole_shares(weight, int(totals.sum()))


def _slices(above: pd.DataFrame, number: np.ndarray, count: np.ndarray) -> Shapes:
    """Each stairwell's part of its slab, cut across its length; a slab is a rectangle."""
    shapes, turn = above["geometry"].to_numpy(object), above["turn"].to_numpy()
    middle = shapely.get_coordinates(shapely.centroid(shapes))
    along, across = np.column_stack([np.cos(turn), np.sin(turn)]), np.column_stack([-np.sin(turn), np.cos(turn)])
    length, half = above["length"].to_numpy(), above["depth"].to_numpy()[:, None] / 2 * across
    low, high = (middle + along * (length * (e / count - 0.5))[:, None] for e in (number - 1, number))
    corners = np.stack([low - half, high - half, high + half, low + half], axis=1)
    return np.asarray(shapely.polygons(corners), object)


def _floors(buildings: pd.DataFrame) -> pd.DataFrame:
    found = []
    for homes in (False, True):
        low = buildings["shops"] + 1 if homes else pd.Series(1, buildings.index)
        high = buildings["floors"] if homes else buildings["shops"]
        span = np.where(low == high, low.astype(str), low.astype(str) + "-" + high.astype(str)) + "层"
        kind, kind_en = ("住宅", " homes") if homes else ("商铺", " shops")
        found.append(
            pd.DataFrame(
                {
                    "id": buildings["id"] + "-F" + low.astype(str), "name": buildings["name"] + span + kind,
                    "name_en": buildings["name_en"] + " floors " + low.astype(str) + "-" + high.astype(str) + kind_en,
                    "parent_id": buildings["id"], "building": buildings["id"], "level": "floor_range",
                    "number": pd.NA, "floor_from": low, "floor_to": high,
                    "people": buildings["people"] if homes else 0,
                    "households": buildings["households"] if homes else 0,
                    "residential": homes, "geometry": None, "short": span + kind,
                }
            )
        )  # fmt: skip
    return pd.concat(found, ignore_index=True).sort_values("id", ignore_index=True)
