"""Stage 4d: which class each atom is in, in which zone, and why: the strictest class wins; ids outlive everything.

A zone is one per (cluster, class), or one per ground for classes that go by ground. Its id is the hash of its founding
fact and slot; the ids of its other causes are its aliases. When zones grow together the older id stays, a split leaves
it with the founding cause's part, and when that cause is gone the next oldest inherits with the alias.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from zoning.geometry import Cells, Ints
from zoning.hashes import digest
from zoning.policy import Policy

Mask = npt.NDArray[np.bool_]
_SLOTS = ("core", "ring", "rest", "area", "part")
# A table of no zones has the types of one with some: parts are put together.
_DTYPES = {
    **dict.fromkeys(("zone_id", "class", "slot", "founding_fact", "rule_class"), "str"),
    **dict.fromkeys(("rank", "causes_count"), "int64"),
    **dict.fromkeys(("ended", "no_ground", "void"), "bool"),
    **dict.fromkeys(
        ("settled", "origin", "ground_id", "aliases", "fact_ids", "cause_ids", "rule_ids", "calm"), "object"
    ),
    **dict.fromkeys(("founded_at", "last_presence_at", "cleaned_at"), "datetime64[us, UTC]"),
    "part": "uint64",
}
_SETTLED = ["settled", "ended", "origin", "rule_class", "part"]


@dataclass(frozen=True)
class Derived:
    """What was derived.

    `zones`: zone_id, aliases, class, rank, slot, ground_id, founding_fact, founded_at, cause_ids, causes_count,
    fact_ids (the causes and the cases behind them), rule_ids, no_ground, last_presence_at, calm (causes that move none
    of its clocks), cleaned_at (of the last of its premises; NaT while one is not), void (every cause was withdrawn or
    excluded), settled, ended, origin, rule_class and part (of its claims).
    `membership`: atom (number), class, rank, zone_id, rule_ids, fact_ids, certainty, why (number of its reasons).
    `former`: atom, zone_id of the ground that ended zones had. `closed`: zone_id, class, slot, founding_fact,
    founded_at of zones whose every cause is gone.
    `grounds`: zone_id, ground of every ground in it.
    """

    zones: pd.DataFrame
    membership: pd.DataFrame
    former: pd.DataFrame
    closed: pd.DataFrame
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
    claims : of `settle`, with fact_id, slot, act, ghost, part.
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
    live = live.assign(pair=live.groupby(["zone", "ground"], sort=False).ngroup())
    pairs = live.drop_duplicates("pair").set_index("pair")[["zone", "ground", "rank", "ended", "settled", "rule_class"]]
    pairs["turn"] = _turns(pairs, policy)
    pairs["first"] = pairs["zone"].map(live.groupby("zone")["stay"].min())
    rows = _strictest(pairs[~pairs["ended"]], holds, exact)
    past = _strictest(pairs[pairs["ended"]], holds, exact)
    grounds = pairs.loc[np.union1d(rows["pair"], past["pair"]), ["zone", "ground"]]
    zones = _name_zones(live, ghosts, set(grounds["zone"]), policy)
    membership = _with_reasons(rows, live, pairs, zones, policy)
    closed = _closed(ghosts[ghosts["ghost"]], zones)
    ids = zones.set_index("zone")["zone_id"]
    grounds["zone_id"] = grounds["zone"].map(ids)
    former = pd.DataFrame({"atom": past["atom"], "zone_id": pairs["zone"].loc[past["pair"]].map(ids).to_numpy()})
    former = former.drop_duplicates("atom")
    grounds = grounds[["zone_id", "ground"]]
    return Derived(zones.drop(columns="zone"), membership, former, closed, grounds)


def _zone_keys(claims: pd.DataFrame, cluster: pd.Series) -> pd.Series:
    """Claims of one key are one zone: a cluster's class, or a ground's; rings without an area go by cluster."""
    stay = claims["stay"].to_numpy(int)
    own = cluster.reindex(stay).fillna(pd.Series(-1 - stay, index=stay).groupby(level=0).first()).astype(int).to_numpy()
    by_ground = ((claims["per"] == "ground") & ~claims["fallback"]).to_numpy(bool)
    names = np.where(by_ground, claims["ground"].to_numpy(str), np.char.add("cluster:", own.astype(str)))
    names = np.where(claims["settled"].notna(), "zone:" + claims["settled"].astype("str"), names)
    keys = [f"{name}|{target}" for name, target in zip(names, claims["class"], strict=True)]
    return pd.Series(keys, index=claims.index, dtype="str")


def _facts(stays: pd.DataFrame, claims: pd.DataFrame) -> dict[str, Any]:
    rows = claims["stay"].to_numpy(int)
    return {c: stays[c].array.take(rows) for c in ("case_id", "founded_at", "last_presence_at", "cleaned_at", "sure")}


def _strictest(pairs: pd.DataFrame, holds: Mapping[str, Cells], exact: Mapping[str, Cells]) -> pd.DataFrame:
    """Return (atom, pair) rows, in order of atom, of the strictest class of each atom, one zone an atom."""
    atom = np.concatenate([np.empty(0, np.uint64), *(holds[g] for g in pairs["ground"])])
    pair = np.repeat(np.arange(len(pairs)), [len(holds[g]) for g in pairs["ground"]])
    rank, zone = pairs["rank"].to_numpy(np.int64), pd.factorize(pairs["zone"], sort=True)[0]
    founded = pairs["first"].to_numpy(np.int64)  # stays are in order of founding
    order = np.lexsort((rank[pair], atom))
    first = _first_of(atom[order], rank[pair[order]])
    atom, pair = atom[order][first], pair[order][first]
    held = _held_exactly(atom, pair, pairs["ground"].to_numpy(object), exact)
    turn = pairs["turn"].to_numpy(np.int64)
    order = np.lexsort((zone[pair], founded[pair], ~held, turn[pair], atom))
    first = _first_of(atom[order], zone[pair[order]])
    return pd.DataFrame({"atom": atom[order][first], "pair": pairs.index.to_numpy(np.int64)[pair[order][first]]})


def _turns(pairs: pd.DataFrame, policy: Policy) -> Ints:
    """Return who of one class has an atom first: what people settled, what rules give, last what people raised to it:
    a raised zone turns the ground that it had, and takes none from zones that were of this class before."""
    settled = pairs["settled"].notna().to_numpy(bool)
    by_rule = np.array([policy.classes[name].rank for name in pairs["rule_class"].tolist()], np.int64)
    return np.where(settled, np.where(by_rule > pairs["rank"].to_numpy(np.int64), 2, 0), 1)


def _first_of(sorted_keys: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return where a row has the value that the first row of its key has."""
    start = np.flatnonzero(np.append(True, sorted_keys[1:] != sorted_keys[:-1])[: len(sorted_keys)])
    sizes = np.diff(np.append(start, len(sorted_keys)))
    return np.asarray(values == np.repeat(values[start], sizes))


def _held_exactly(atom: Cells, pair: Ints, grounds: np.ndarray, exact: Mapping[str, Cells]) -> np.ndarray:
    """An atom that two grounds of one class touch belongs to the one that holds its representative point."""
    held = np.ones(len(atom), bool)
    shared = pd.Series(atom).duplicated(keep=False).to_numpy()
    for number in np.unique(pair[shared]) if exact else ():
        if grounds[number] in exact:
            at = shared & (pair == number)
            held[at] = np.isin(atom[at], exact[grounds[number]])
    return held


def _name_zones(live: pd.DataFrame, ghosts: pd.DataFrame, shown: set[str], policy: Policy) -> pd.DataFrame:
    """Give each zone the id of its oldest living cause, and its other ids as aliases."""
    both = pd.concat([live, ghosts[_root(ghosts).isin(_root(live))]])
    swallowed = live[live["zone"].isin(shown)].sort_values("rank").assign(root=_root(live))
    strictest = swallowed.drop_duplicates("root").set_index("root")["zone"]
    home = both["zone"].where(both["zone"].isin(shown), _root(both).map(strictest))
    both = both.assign(own=both["zone"].isin(shown), zone=home)[home.notna().to_numpy()]
    both["order"] = [_SLOTS.index(slot.partition(":")[0]) for slot in both["slot"].tolist()]
    both = both.sort_values(["founded_at", "fact_id", "order"], kind="stable")
    ids = [digest(f, s) for f, s in zip(both["fact_id"].tolist(), both["slot"].tolist(), strict=True)]
    both["id"] = both["settled"].where(both["settled"].notna(), pd.Series(ids, index=both.index)).astype("str")
    founding = both[both["live"] & both["own"]].drop_duplicates("zone")
    repeated = founding["id"].duplicated()
    founding.loc[repeated, "id"] = [digest(*p) for p in founding.loc[repeated, ["fact_id", "slot", "class"]].to_numpy()]
    zones = founding[["zone", "id", "class", "rank", "slot", "fact_id", "founded_at", *_SETTLED]]
    zones = zones.rename(columns={"id": "zone_id", "fact_id": "founding_fact"}).set_index("zone")
    known: dict[str, dict[str, None]] = {}
    for zone, zone_id in zip(both["zone"].tolist(), both["id"].tolist(), strict=True):
        known.setdefault(zone, {})[zone_id] = None
    taken = set(zones["zone_id"])
    zones["aliases"] = [[i for i in known[zone] if i not in taken] for zone in zones.index]
    told = zip(founding["ground"], founding["per"], founding["fallback"], strict=True)
    areas = [ground.partition(":")[2] if per == "ground" and not fallback else None for ground, per, fallback in told]
    zones["ground_id"] = pd.Series(areas, index=zones.index, dtype=object)
    return _sum_causes(zones, live[live["zone"].isin(zones.index)], policy)


def _root(claims: pd.DataFrame) -> pd.Series:
    return pd.Series([zone.rpartition("|")[0] for zone in claims["zone"].tolist()], index=claims.index, dtype="str")


def _sum_causes(zones: pd.DataFrame, live: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    zone = zones.index.get_indexer(live["zone"])
    causes = _gather(zone, live["fact_id"], len(zones))
    facts = [c | f for c, f in zip(causes, _gather(zone, live["case_id"], len(zones)), strict=True)]
    rules = _gather(zone, live["rule"], len(zones))
    told = {
        "fact_ids": [sorted(f) for f in facts],
        "cause_ids": [sorted(c) for c in causes],
        "rule_ids": [[policy.rules[r].id for r in sorted(s)] for s in rules],
    }
    for name, lists in told.items():
        zones[name] = pd.Series(lists, index=zones.index, dtype=object)
    by_zone = live.groupby("zone")
    zones["causes_count"] = zones["cause_ids"].map(len).astype(int)
    zones["no_ground"] = by_zone["fallback"].any()
    counts = _counts(live)
    sure = live[counts].groupby("zone")["last_presence_at"].max()
    zones["last_presence_at"] = sure.reindex(zones.index).fillna(by_zone["last_presence_at"].max())
    quiet = _gather(zone[~counts], live["fact_id"][~counts], len(zones))
    zones["calm"] = pd.Series([sorted(facts) for facts in quiet], index=zones.index, dtype=object)
    zones["void"] = by_zone["ghost"].all()
    cleaned = live[~live["ghost"]].groupby("zone")["cleaned_at"]
    zones["cleaned_at"] = cleaned.max().where(cleaned.count() == cleaned.size()).reindex(zones.index)
    zones = zones.reset_index().sort_values(["rank", "zone_id"], ignore_index=True)
    return zones.astype(_DTYPES)


def _counts(live: pd.DataFrame) -> Mask:
    """Which claims move the clocks of their zone: where all of them are to move none, the first one does."""
    moving = (~live["ghost"] & ~live["calm"]).to_numpy(bool)
    rest = live[~live["ghost"].to_numpy(bool) & ~live["zone"].isin(live["zone"][moving]).to_numpy(bool)]
    first = rest["stay"] == rest.groupby("zone")["stay"].transform("min")
    return np.asarray(moving | live.index.isin(rest.index[first]))


def _gather(group: Ints, values: pd.Series, n: int) -> list[set[Any]]:
    """Return the values of each of n groups."""
    sets: list[set[Any]] = [set() for _ in range(n)]
    for g, value in zip(group.tolist(), values.tolist(), strict=True):
        sets[g].add(value)
    return sets


def _with_reasons(
    rows: pd.DataFrame, live: pd.DataFrame, pairs: pd.DataFrame, zones: pd.DataFrame, policy: Policy
) -> pd.DataFrame:
    """Join each atom's rules and facts; atoms with the same grounds share one set of reasons."""
    told = {c: _gather(live["pair"].to_numpy(), live[c], len(pairs)) for c in ("fact_id", "case_id", "rule", "sure")}
    groups, why = _pair_sets(rows)
    first = np.array([group[0] for group in groups], np.int64)
    facts, rules = np.empty(len(groups), object), np.empty(len(groups), object)
    certain = np.empty(len(groups), bool)
    for i, group in enumerate(groups):
        facts[i] = sorted(set().union(*(told[c][p] for c in ("fact_id", "case_id") for p in group)))
        rules[i] = [policy.rules[r].id for r in sorted(set().union(*(told["rule"][p] for p in group)))]
        certain[i] = any(True in told["sure"][p] for p in group)
    ids = zones.set_index("zone").loc[pairs["zone"].iloc[first], ["rank", "class", "zone_id"]].iloc[why]
    table = pd.DataFrame({"atom": rows["atom"].unique(), **{c: ids[c].array for c in ids}})
    certainty = np.where(certain, "certain", "possible")[why]
    return table.assign(why=why, rule_ids=rules[why], fact_ids=facts[why], certainty=certainty)


def _pair_sets(rows: pd.DataFrame) -> tuple[list[tuple[int, ...]], Ints]:
    """Return the distinct sets of pairs of all atoms, and the number of its set for each atom in order."""
    pair = rows["pair"].to_numpy()
    start = np.flatnonzero(~rows["atom"].duplicated().to_numpy())
    sizes = np.diff(np.append(start, len(pair)))
    single, why = sizes == 1, np.empty(len(start), np.int64)
    alone, why[single] = np.unique(pair[start[single]], return_inverse=True)
    numbers = {(p,): i for i, p in enumerate(alone.tolist())}
    for at in np.flatnonzero(~single):
        group = tuple(sorted(pair[start[at] : start[at] + sizes[at]].tolist()))
        why[at] = numbers.setdefault(group, len(numbers))
    return list(numbers), why


def _closed(ghosts: pd.DataFrame, zones: pd.DataFrame) -> pd.DataFrame:
    """Return the zones that no living cause holds any more; their ids stay known."""
    ghosts = ghosts[ghosts["slot"] != "part"]
    ids = [digest(f, s) for f, s in zip(ghosts["fact_id"], ghosts["slot"], strict=True)]
    known = {i for row in zones["aliases"] for i in row} | set(zones["zone_id"])
    table = ghosts.assign(zone_id=ids, founding_fact=ghosts["fact_id"])
    table = table[~table["zone_id"].isin(known)].drop_duplicates("zone_id").sort_values("zone_id", ignore_index=True)
    columns = ["zone_id", "class", "slot", "founding_fact", "founded_at", "part"]
    return table[columns].astype({c: _DTYPES[c] for c in columns})


def list_proposals(claims: pd.DataFrame) -> pd.DataFrame:
    """Return what rules propose without changing any class.

    Parameters
    ----------
    claims : of `settle`.

    Returns
    -------
    rule_id, ground, class, fact_ids.
    """
    keys = ["rule_id", "ground", "class"]
    rows = np.flatnonzero((claims["act"] == "propose").to_numpy(bool) & claims["live"].to_numpy(bool))
    asked = claims[[*keys, "fact_id"]].iloc[rows]
    group = asked.groupby(keys).ngroup().to_numpy()
    order = np.argsort(group, kind="stable")
    start = np.flatnonzero(np.diff(group[order], prepend=-1))
    facts = np.split(asked["fact_id"].to_numpy(object)[order], start[1:])[: len(start)]
    lists = pd.Series([sorted(set(each)) for each in facts], dtype=object)
    return asked[keys].iloc[order[start]].reset_index(drop=True).assign(fact_ids=lists)
