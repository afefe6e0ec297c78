"""Stage 5b: rounds of tests -> what each round came to in each zone: who was due, tested and missing, and where.

Counts by building and single samples that name a round are added up; where an atom has both, the counts speak. Of
nested units the finest that has counts speaks, and a coarser one for what is left of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd

from zoning.geometry import Floats, Ints

DTYPES = {
    "zone_id": "str", "round_id": "str", "started_at": "datetime64[us, UTC]", "ended_at": "datetime64[us, UTC]",
    "due": "int64", "tested": "int64", "excused": "int64", "refused": "int64", "absent": "int64",
    "pools_open": "int64", "positive": "int64", "uncovered": "object", "share": "float64",
}  # fmt: skip
POSITIVES = ["zone_id", "sampled_at", "person", "round_id"]
_COUNTS = ["due", "tested", "excused", "refused", "absent", "pools_open", "positive"]
_KEY = ["round", "zone"]


@dataclass(frozen=True)
class _Ground:
    """`held`: atoms of zones: zone, house (its building, else itself), people, due (somebody has to be tested there).

    `pairs`: place (unit row, or after those a cell), k (row of `held`), weight (its part of the place), size (atoms of
    the place). `names`: ids of the places. `people`: by place. `houses`: id of each house. `needed`: atoms of each
    house, inside zones or not, that are due.
    """

    held: pd.DataFrame
    pairs: pd.DataFrame
    names: pd.Index
    people: Floats
    houses: np.ndarray
    needed: Ints


def sum_rounds(
    zones: pd.DataFrame,
    membership: pd.DataFrame,
    atoms: pd.DataFrame,
    units: pd.DataFrame,
    inside: pd.DataFrame,
    tables: Mapping[str, pd.DataFrame],
    as_of: datetime,
) -> pd.DataFrame:
    """Add up each round of tests over each zone that it touched.

    Parameters
    ----------
    zones : zone_id.
    membership : atom (number), atom_id, zone_id, people.
    atoms : kind, unit_id, building_id, people, told; in order of atom number.
    units : id; in order of unit row.
    inside : unit (row), atom (number): every atom inside every unit.
    tables : kind -> table of the state; rounds and tests are read. A test counts where its unit is.
    as_of : UTC; a row that ended later does not count yet, and a result known later is pending.

    Returns
    -------
    One row a zone and round, by zone_id and time: zone_id, round_id, started_at, ended_at (UTC, last sample), due,
    tested, excused, refused, absent (people), pools_open, positive, uncovered (ids of the buildings, units or cells
    where people are due and that the round never touched; their people are among the due), share (tested of those due
    and not excused). A building partly in the zone counts by its people there, its open pools and positives wholly.
    """
    ground = _ground(zones, membership, atoms, units, inside)
    given, samples, names = _number_rounds(tables["rounds"], tables["tests"], pd.Timestamp(as_of))
    taken, rows = _spread_rows(given, ground)
    samples = _spread_samples(samples, ground, pd.Timestamp(as_of))
    free = samples[~_of_both(samples, ground).isin(taken)]
    touched = pd.concat([rows[_KEY], free[_KEY]]).drop_duplicates()
    parts, lost, uncovered = _rest(touched, taken, free, ground)
    found = pd.concat([rows, parts, lost]).groupby(_KEY)
    table = found[_COUNTS].sum().astype("int64")
    table = table.assign(started_at=found["started_at"].min(), ended_at=found["ended_at"].max())
    table["pools_open"] += _distinct(free[~free["known"]], "pool", table)
    seen = [_distinct(some[some["positive"]], "person", table) for some in (samples, free)]
    table["positive"] = np.maximum(table["positive"] + seen[1], seen[0])
    table["uncovered"] = [uncovered.get(key, []) for key in table.index]
    asked = (table["due"] - table["excused"]).to_numpy(float)
    table["share"] = np.divide(table["tested"], asked, out=np.ones(len(table)), where=asked > 0)
    table = table.reset_index()
    table["zone_id"] = zones["zone_id"].to_numpy(object)[table["zone"].to_numpy(np.int64)]
    table["round_id"] = names[table["round"].to_numpy(np.int64)]
    order = ["zone_id", "ended_at", "round_id"]
    return table[list(DTYPES)].astype(DTYPES).sort_values(order, ignore_index=True)


def find_positives(
    zones: pd.DataFrame,
    membership: pd.DataFrame,
    atoms: pd.DataFrame,
    units: pd.DataFrame,
    inside: pd.DataFrame,
    tests: pd.DataFrame,
    as_of: datetime,
) -> pd.DataFrame:
    """Find the single samples that are positive inside zones, of a round or of none.

    Parameters
    ----------
    zones, membership, atoms, units, inside : of `sum_rounds`.
    tests : table of the state. A test counts where its unit is.
    as_of : UTC; a result known later is not seen.

    Returns
    -------
    One row a zone and sample, by zone and time: zone_id, sampled_at (UTC), person (its id, else that of the sample),
    round_id (None: of no round).
    """
    now = pd.Timestamp(as_of)
    seen = (tests["result"] == "positive") & ~(tests["resulted_at"] > now) & (tests["sampled_at"] <= now)
    rows = tests[seen & ~tests["withdrawn"].astype(bool)]
    if rows.empty:
        return pd.DataFrame(columns=POSITIVES)
    ground = _ground(zones, membership, atoms, units, inside)
    place = ground.names.get_indexer(rows["unit_id"])
    found = rows.assign(place=place, person=rows["person_id"].fillna(rows["test_id"]))[place >= 0]
    found = found.merge(ground.pairs.loc[ground.pairs["weight"] > 0, ["place", "k"]], on="place")
    zone = ground.held["zone"].to_numpy(np.int64)[found["k"]]
    found = found.assign(zone_id=zones["zone_id"].to_numpy(object)[zone])
    found["round_id"] = found["round_id"].astype(object).where(found["round_id"].notna(), None)
    found = found[["test_id", *POSITIVES]].drop_duplicates(["zone_id", "test_id"])
    return found.sort_values(["zone_id", "sampled_at", "test_id"])[POSITIVES].reset_index(drop=True)


def _number_rounds(
    rounds: pd.DataFrame, tests: pd.DataFrame, as_of: pd.Timestamp
) -> tuple[pd.DataFrame, pd.DataFrame, np.ndarray]:
    """Return the rows and samples that count by then, with the number of their round, and the rounds' ids."""
    rows = rounds[~rounds["withdrawn"].astype(bool) & (rounds["ended_at"] <= as_of)]
    seen = tests[~tests["withdrawn"].astype(bool) & (tests["sampled_at"] <= as_of) & tests["round_id"].notna()]
    number, names = pd.factorize(np.concatenate([rows["round_id"].to_numpy(object), seen["round_id"].to_numpy(object)]))
    return rows.assign(round=number[: len(rows)]), seen.assign(round=number[len(rows) :]), np.asarray(names)


def _of_both(rows: pd.DataFrame, ground: _Ground) -> pd.Series:
    """One number for round and atom."""
    return rows["round"] * len(ground.held) + rows["k"]


def _distinct(rows: pd.DataFrame, column: str, like: pd.DataFrame) -> pd.Series:
    """Count the different values of a column in each round and zone of another table."""
    return rows.groupby(_KEY)[column].nunique().reindex(like.index, fill_value=0)


def _ground(
    zones: pd.DataFrame, membership: pd.DataFrame, atoms: pd.DataFrame, units: pd.DataFrame, inside: pd.DataFrame
) -> _Ground:
    zone = pd.Index(zones["zone_id"]).get_indexer(membership["zone_id"])
    held = membership[zone >= 0]
    number = held["atom"].to_numpy(np.uint64)
    is_unit, rows = number < len(atoms), np.minimum(number, len(atoms)).astype(np.int64)
    people = np.append(np.nan_to_num(atoms["people"].to_numpy(float)), 0.0)
    asked = np.append((people[:-1] > 0) | (~atoms["told"].to_numpy(bool) & (atoms["kind"] == "unit").to_numpy()), False)
    owner = np.where(atoms["building_id"].notna(), atoms["building_id"], atoms["unit_id"])
    house_of, houses = pd.factorize(
        pd.Series(np.append(owner, held["atom_id"].to_numpy(object)[~is_unit]), dtype=object)
    )
    house = np.where(is_unit, house_of[np.minimum(rows, max(len(atoms) - 1, 0))] if len(atoms) else 0, 0)
    house[~is_unit] = house_of[len(atoms) :]
    own = np.nan_to_num(held["people"].to_numpy(float))
    due = np.where(is_unit, asked[rows], own > 0)
    label = np.where(is_unit, np.append(atoms["unit_id"].to_numpy(object), "")[rows], held["atom_id"])
    told = {"zone": zone[zone >= 0], "house": house, "people": own, "due": due, "id": label}
    needed = np.bincount(house_of[: len(atoms)], asked[:-1], len(houses)).astype(np.int64)
    cells = np.flatnonzero(~is_unit)
    needed += np.bincount(house[cells], due[cells], len(houses)).astype(np.int64)
    pairs, total = _pairs(number, is_unit, own, people[:-1], inside, len(units))
    names = pd.Index(np.append(units["id"].to_numpy(object), held["atom_id"].to_numpy(object)[cells]))
    return _Ground(pd.DataFrame(told), pairs, names, total, np.asarray(houses), needed)


def _pairs(
    number: np.ndarray, is_unit: np.ndarray, own: Floats, people: Floats, inside: pd.DataFrame, n_units: int
) -> tuple[pd.DataFrame, Floats]:
    """Return the held atoms of each place with their part of it, and the people of each place."""
    unit, atom = inside["unit"].to_numpy(np.int64), inside["atom"].to_numpy(np.int64)
    cells = np.flatnonzero(~is_unit)
    total: Floats = np.append(np.bincount(unit, people[atom], n_units), own[cells])
    size = np.append(np.bincount(unit, minlength=n_units), np.ones(len(cells), np.int64))
    row = np.full(len(people), -1)
    row[number[is_unit].astype(np.int64)] = np.flatnonzero(is_unit)
    some = row[atom] >= 0
    place = np.append(unit[some], n_units + np.arange(len(cells)))
    k = np.append(row[atom[some]], cells)
    # Where no figure tells, every atom of a place weighs the same.
    weight = np.where(total[place] > 0, own[k] / np.where(total > 0, total, 1)[place], 1 / size[place])
    return pd.DataFrame({"place": place, "k": k, "weight": weight, "size": size[place]}), total


def _spread_rows(rows: pd.DataFrame, ground: _Ground) -> tuple[Ints, pd.DataFrame]:
    """Return which (round, atom) have counts, and the counts of each row in each zone."""
    rows = rows.assign(place=ground.names.get_indexer(rows["unit_id"]), row=np.arange(len(rows)))
    spread = rows.loc[rows["place"] >= 0, ["round", "place", "row"]].merge(ground.pairs, on="place")
    spread["both"] = _of_both(spread, ground)
    spread["order"] = spread["size"] * (len(ground.names) + 1) + spread["place"]
    spread = spread[spread["order"] == spread.groupby("both")["order"].transform("min")]
    spread["zone"] = ground.held["zone"].to_numpy()[spread["k"]]
    part = spread.groupby(["row", "zone"])["weight"].sum()
    part = part[part > 0].clip(upper=1.0).round(9).reset_index()
    mine = rows.iloc[part["row"]].reset_index(drop=True)
    counts = _scaled(mine, part["weight"].to_numpy(), np.ceil(np.round(ground.people[mine["place"]], 6)))
    starts = mine["started_at"].fillna(mine["ended_at"])
    found = {"round": mine["round"], "zone": part["zone"], "started_at": starts, "ended_at": mine["ended_at"]}
    return spread["both"].unique(), pd.DataFrame({**found, **counts})


def _scaled(rows: pd.DataFrame, part: Floats, residents: Floats) -> dict[str, Floats]:
    """Scale counts to a part of their building, so that whoever is missing is missing in every part."""
    count = {name: rows[name].fillna(0).to_numpy(float) for name in _COUNTS[1:]}
    met = count["tested"] + count["excused"] + count["refused"] + count["absent"]
    due = rows["due"].to_numpy(float, na_value=np.nan)
    due = np.where(np.isnan(due), np.maximum(residents, met), due)
    missing = np.maximum(due - count["tested"] - count["excused"], 0)
    scaled = {"due": np.ceil(np.round(due * part, 6))}
    missing = np.minimum(np.ceil(np.round(missing * part, 6)), scaled["due"])
    scaled["excused"] = np.minimum(np.floor(np.round(count["excused"] * part, 6)), scaled["due"] - missing)
    scaled["tested"] = scaled["due"] - missing - scaled["excused"]
    scaled["refused"] = np.minimum(np.ceil(np.round(count["refused"] * part, 6)), missing)
    scaled["absent"] = np.minimum(np.ceil(np.round(count["absent"] * part, 6)), missing - scaled["refused"])
    return scaled | {name: count[name] for name in ("pools_open", "positive")}


def _spread_samples(rows: pd.DataFrame, ground: _Ground, as_of: pd.Timestamp) -> pd.DataFrame:
    """Return the atoms of each sample: with person, pool, and whether its result is known."""
    known = ((rows["result"] != "pending") & ~(rows["resulted_at"] > as_of)).astype(bool)
    told = {
        "round": rows["round"], "at": rows["sampled_at"], "place": ground.names.get_indexer(rows["unit_id"]),
        "person": rows["person_id"].fillna(rows["test_id"]), "pool": rows["pool_id"].fillna(rows["test_id"]),
        "known": known, "positive": known & (rows["result"] == "positive").astype(bool), "test": rows["test_id"],
    }  # fmt: skip
    pairs = ground.pairs.loc[ground.pairs["weight"] > 0, ["place", "k", "weight"]]
    spread = pd.DataFrame(told).merge(pairs, on="place")
    return spread.assign(
        zone=ground.held["zone"].to_numpy()[spread["k"]], house=ground.held["house"].to_numpy()[spread["k"]]
    )


def _rest(
    rounds: pd.DataFrame, taken: Ints, free: pd.DataFrame, ground: _Ground
) -> tuple[pd.DataFrame, pd.DataFrame, dict[tuple[int, int], list[str]]]:
    """Return what single samples came to by building, who lives where no one was tested, and the ids of these places.

    A building that is lost as a whole is named instead of its units.
    """
    keys = [*_KEY, "house"]
    every = rounds.merge(ground.held.assign(k=np.arange(len(ground.held))), on="zone")
    every = every[~_of_both(every, ground).isin(taken)]
    every = every.merge(free[keys].drop_duplicates(), how="left", indicator="touched")
    sampled = (every["touched"] == "both").to_numpy()
    residents = _whole(every[sampled].groupby(keys)["people"].sum())
    lost = every[~sampled & every["due"].to_numpy(bool)]
    house, size = lost["house"].to_numpy(np.int64), lost.groupby(keys)["k"].transform("size").to_numpy()
    label = np.where(size == ground.needed[house], ground.houses[house], lost["id"].to_numpy(object))
    named = lost[_KEY].assign(id=label).drop_duplicates().sort_values([*_KEY, "id"])
    first = ~named.duplicated(_KEY).to_numpy()
    ids = np.split(named["id"].to_numpy(object), np.flatnonzero(first)[1:])
    places = zip(named.loc[first, _KEY].itertuples(index=False, name=None), ids, strict=False)
    uncovered = {key: some.tolist() for key, some in places}
    due = _whole(lost.groupby(keys)["people"].sum()).rename("due").reset_index()
    return _sampled(free, residents, keys), due, uncovered


def _sampled(free: pd.DataFrame, residents: pd.Series, keys: list[str]) -> pd.DataFrame:
    """Count the people of single samples: a sample of a building that is only partly in the zone counts in part."""
    found = free.groupby(keys)["at"].agg(started_at="min", ended_at="max")
    known = free[free["known"]]
    each = known.groupby([*keys, "person", "test"])["weight"].sum().groupby([*keys, "person"]).max().clip(upper=1.0)
    tested = each.groupby(keys).sum().reindex(found.index, fill_value=0.0)
    found["tested"] = np.floor(tested.round(6))
    found["due"] = np.maximum(residents.reindex(found.index), found["tested"])
    return found.reset_index().drop(columns="house")


def _whole(people: pd.Series) -> pd.Series:
    """People are shared out as fractions; the sixth decimal is noise of their sum, not a person."""
    return np.ceil(people.round(6))
