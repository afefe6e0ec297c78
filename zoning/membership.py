"""Stage 4d: which class each atom is in, in which zone, and why: the strictest class wins; ids outlive everything.

A zone is one per (cluster, class), or one per ground for classes that go by ground. Its id is the hash of its founding
fact and slot; the ids of its other causes are its aliases. When zones grow together the older id stays, a split leaves
it with the founding cause's part, and when that cause is gone the next oldest inherits with the alias.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from zoning.geometry import Cells
from zoning.hashes import digest
from zoning.policy import Policy

_SLOTS = ("core", "ring", "rest", "area")


@dataclass(frozen=True)
class Derived:
    """What was derived.

    `zones`: zone_id, aliases, class, rank, slot, ground_id, founding_fact, founded_at, cause_ids, causes_count,
    fact_ids (the causes and the cases behind them), rule_ids, no_ground, last_presence_at.
    `membership`: atom (number), class, rank, zone_id, rule_ids, fact_ids, certainty, why (number of its reasons).
    `closed`: zone_id, class, slot, founding_fact, founded_at of zones whose every cause is gone.
    `proposals`: rule_id, ground, class, fact_ids. `grounds`: zone_id, ground of every ground in it.
    """

    zones: pd.DataFrame
    membership: pd.DataFrame
    closed: pd.DataFrame
    proposals: pd.DataFrame
    grounds: pd.DataFrame


def derive_zones(
    policy: Policy,
    stays: pd.DataFrame,
    claims: pd.DataFrame,
    cluster: pd.Series,
    holds: Mapping[str, Cells],
    exact: Mapping[str, Cells],
) -> Derived:
    """Resolve claims to one class and one zone an atom.

    Parameters
    ----------
    policy : the pack.
    stays : one row a stay: fact_id, case_id (fact id of its source), founded_at, last_presence_at, sure.
    claims : of `take_grounds` with class, rank, slot, per, act, joins, live, ghost added.
    cluster : stay -> cluster, of `find_clusters`.
    holds : ground -> atom numbers.
    exact : ground -> those of its atoms whose representative point its outline holds, where it took more by touch.

    Returns
    -------
    Derived; zones in order of rank and zone_id, membership in order of atom number.
    """
    claims = claims.assign(zone=_zone_keys(claims, cluster), **_facts(stays, claims))
    derive = claims[claims["act"] == "derive"]
    live, ghosts = derive[derive["live"]], derive[~derive["live"]]
    rows = _strictest(live, holds, exact)
    zones = _name_zones(live, ghosts, set(rows["zone"]))
    membership = _with_reasons(rows, live, zones, policy)
    closed = _closed(ghosts[ghosts["ghost"]], zones)
    ids = zones.set_index("zone")["zone_id"]
    grounds = rows[["zone", "ground"]].drop_duplicates().assign(zone_id=lambda r: r["zone"].map(ids))
    return Derived(zones.drop(columns="zone"), membership, closed, _proposals(claims), grounds[["zone_id", "ground"]])


def _zone_keys(claims: pd.DataFrame, cluster: pd.Series) -> pd.Series:
    """Claims of one key are one zone: a cluster's class, or a ground's; rings without an area go by cluster."""
    stay = claims["stay"].to_numpy(int)
    own = cluster.reindex(stay).fillna(pd.Series(-1 - stay, index=stay).groupby(level=0).first()).astype(int).to_numpy()
    by_ground = ((claims["per"] == "ground") & ~claims["fallback"]).to_numpy(bool)
    names = np.where(by_ground, claims["ground"].to_numpy(str), np.char.add("cluster:", own.astype(str)))
    keys = [f"{name}|{target}" for name, target in zip(names, claims["class"], strict=True)]
    return pd.Series(keys, index=claims.index, dtype="str")


def _facts(stays: pd.DataFrame, claims: pd.DataFrame) -> dict[str, np.ndarray]:
    rows = claims["stay"].to_numpy(int)
    return {c: stays[c].to_numpy()[rows] for c in ("fact_id", "case_id", "founded_at", "last_presence_at", "sure")}


def _strictest(live: pd.DataFrame, holds: Mapping[str, Cells], exact: Mapping[str, Cells]) -> pd.DataFrame:
    """Return (atom, zone, ground, rank) rows of the strictest class of each atom, one zone an atom."""
    pairs = live.groupby(["zone", "ground"], sort=False).agg(rank=("rank", "first"), founded_at=("founded_at", "min"))
    pairs = pairs.reset_index().assign(pair=lambda p: np.arange(len(p)))
    sizes = [len(holds[g]) for g in pairs["ground"]]
    atom = np.concatenate([np.empty(0, np.uint64), *(holds[g] for g in pairs["ground"])])
    pair = np.repeat(np.arange(len(pairs)), sizes)
    names, code = np.unique(atom, return_inverse=True)
    rank = pairs["rank"].to_numpy(np.int64)[pair]
    best = np.full(len(names), np.iinfo(np.int64).max)
    np.minimum.at(best, code, rank)
    keep = rank == best[code]
    rows = pd.DataFrame({"atom": atom[keep], "pair": pair[keep]}).merge(pairs, on="pair")
    rows["held"] = _held_exactly(rows, exact)
    order = rows.sort_values(["atom", "held", "founded_at", "zone"], ascending=[True, False, True, True], kind="stable")
    first = order.drop_duplicates("atom").set_index("atom")["zone"]
    return order[order["zone"].to_numpy() == first.reindex(order["atom"]).to_numpy()].drop(columns=["held", "pair"])


def _held_exactly(rows: pd.DataFrame, exact: Mapping[str, Cells]) -> np.ndarray:
    """An atom that two grounds of one class touch belongs to the one that holds its representative point."""
    held = np.ones(len(rows), bool)
    shared = rows["atom"].duplicated(keep=False).to_numpy()
    for ground in rows.loc[shared, "ground"].unique():
        if ground in exact:
            at = shared & (rows["ground"] == ground).to_numpy()
            held[at] = np.isin(rows["atom"].to_numpy()[at], exact[ground])
    return held


def _name_zones(live: pd.DataFrame, ghosts: pd.DataFrame, shown: set[str]) -> pd.DataFrame:
    """Give each zone the id of its oldest living cause, and its other ids as aliases."""
    both = pd.concat([live, ghosts[ghosts["zone"].isin(live["zone"])]])
    swallowed = live[live["zone"].isin(shown)].sort_values("rank").assign(root=_root(live))
    strictest = swallowed.drop_duplicates("root").set_index("root")["zone"]
    home = both["zone"].where(both["zone"].isin(shown), _root(both).map(strictest))
    both = both.assign(own=both["zone"].isin(shown), zone=home)[home.notna().to_numpy()]
    both["order"] = both["slot"].astype("str").str.split(":").str[0].map({s: i for i, s in enumerate(_SLOTS)})
    both = both.sort_values(["founded_at", "fact_id", "order"], kind="stable")
    ids = [digest(f, s) for f, s in zip(both["fact_id"], both["slot"], strict=True)]
    both["id"] = pd.Series(ids, index=both.index, dtype="str")
    founding = both[both["live"] & both["own"]].drop_duplicates("zone")
    repeated = founding["id"].duplicated()
    founding.loc[repeated, "id"] = [digest(*p) for p in founding.loc[repeated, ["fact_id", "slot", "class"]].to_numpy()]
    zones = founding[["zone", "id", "class", "rank", "slot", "fact_id", "founded_at"]]
    zones = zones.rename(columns={"id": "zone_id", "fact_id": "founding_fact"}).set_index("zone")
    known = both.groupby("zone")["id"].agg(lambda s: list(dict.fromkeys(s)))
    taken = set(zones["zone_id"])
    zones["aliases"] = [[i for i in known[zone] if i not in taken] for zone in zones.index]
    grounds = [z.split("|")[0].split(":", 1)[1] if z.startswith(("area:", "block:")) else None for z in zones.index]
    zones["ground_id"] = pd.Series(grounds, index=zones.index, dtype=object)
    return _sum_causes(zones, live[live["zone"].isin(zones.index)])


def _root(claims: pd.DataFrame) -> pd.Series:
    return claims["zone"].str.rsplit("|", n=1).str[0]


def _sum_causes(zones: pd.DataFrame, live: pd.DataFrame) -> pd.DataFrame:
    by_zone = live.groupby("zone")
    parts = dict(iter(by_zone))
    told = {
        "fact_ids": [sorted({*parts[z]["fact_id"], *parts[z]["case_id"]}) for z in zones.index],
        "cause_ids": [sorted(set(parts[z]["fact_id"])) for z in zones.index],
        "rule_ids": [list(dict.fromkeys(parts[z].sort_values("rule")["rule_id"])) for z in zones.index],
    }
    for name, lists in told.items():
        zones[name] = pd.Series(lists, index=zones.index, dtype=object)
    zones["causes_count"] = zones["cause_ids"].map(len).astype(int)
    zones["no_ground"] = by_zone["fallback"].any()
    zones["last_presence_at"] = by_zone["last_presence_at"].max()
    return zones.reset_index().sort_values(["rank", "zone_id"], ignore_index=True)


def _with_reasons(rows: pd.DataFrame, live: pd.DataFrame, zones: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """Join each atom's rules and facts; atoms with the same grounds share one set of reasons."""
    groups, why = _ground_sets(rows)
    by_pair = dict(iter(live.groupby(["zone", "ground"], sort=False)))
    order = [r.id for r in policy.rules]
    sets = []
    for zone, grounds in groups:
        part = pd.concat([by_pair[zone, g] for g in grounds])
        facts = sorted(set(part["fact_id"]) | set(part["case_id"]))
        sets.append((sorted(set(part["rule_id"]), key=order.index), facts, bool(part["sure"].any())))
    ids = zones.set_index("zone")
    atoms = rows.drop_duplicates("atom")
    table = atoms[["atom", "rank"]].assign(why=why)
    table["class"] = ids["class"].reindex(atoms["zone"]).to_numpy()
    table["zone_id"] = ids["zone_id"].reindex(atoms["zone"]).to_numpy()
    for i, name in enumerate(("rule_ids", "fact_ids")):
        table[name] = pd.Series([sets[w][i] for w in why], index=table.index, dtype=object)
    table["certainty"] = np.where([sets[w][2] for w in why], "certain", "possible")
    return table.reset_index(drop=True)


def _ground_sets(rows: pd.DataFrame) -> tuple[list[tuple[str, tuple[str, ...]]], np.ndarray]:
    """Return the distinct (zone, grounds) of all atoms, and the number of its set for each atom in order."""
    single = rows.groupby("atom", sort=True)["ground"].transform("size").to_numpy() == 1
    keys: dict[tuple[str, tuple[str, ...]], int] = {}
    first = rows.drop_duplicates("atom")
    many = rows[~single].groupby("atom")["ground"].agg(lambda g: tuple(sorted(set(g)))).to_dict()
    pairs = zip(first["atom"], first["zone"], first["ground"], strict=True)
    why = [keys.setdefault((zone, many.get(atom, (ground,))), len(keys)) for atom, zone, ground in pairs]
    return list(keys), np.array(why, np.int64)


def _closed(ghosts: pd.DataFrame, zones: pd.DataFrame) -> pd.DataFrame:
    """Return the zones that no living cause holds any more; their ids stay known."""
    ids = [digest(f, s) for f, s in zip(ghosts["fact_id"], ghosts["slot"], strict=True)]
    known = {i for row in zones["aliases"] for i in row} | set(zones["zone_id"])
    table = ghosts.assign(zone_id=ids, founding_fact=ghosts["fact_id"])
    table = table[~table["zone_id"].isin(known)].drop_duplicates("zone_id").sort_values("zone_id", ignore_index=True)
    return table[["zone_id", "class", "slot", "founding_fact", "founded_at"]]


def _proposals(claims: pd.DataFrame) -> pd.DataFrame:
    """Return what rules propose without changing any class."""
    asked = claims[(claims["act"] == "propose") & claims["live"]]
    if asked.empty:
        return pd.DataFrame(columns=["rule_id", "ground", "class", "fact_ids"])
    grouped = asked.groupby(["rule_id", "ground", "class"])["fact_id"].agg(lambda f: sorted(set(f)))
    return grouped.rename("fact_ids").reset_index()
