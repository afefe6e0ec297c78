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
from zoning.membership.zones import close_zones, gather, make_zones
from zoning.policy import Policy

Mask = npt.NDArray[np.bool_]


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
    derive = claims[(claims["act"] == "derive").to_numpy(bool)]
    zone, root = _number_zones(derive, cluster)
    derive = derive.assign(zone=zone, root=root, **_facts(stays, derive))
    is_live = derive["live"].to_numpy(bool)
    live, ghosts = derive[is_live], derive[~is_live]
    pair, first = _number_pairs(live)
    pairs = live[["zone", "ground", "rank", "ended", "settled", "rule_class"]].iloc[first].reset_index(drop=True)
    pairs = pairs.assign(turn=_turns(pairs, policy), first=_oldest(live)[pairs["zone"].to_numpy(np.int64)])
    ended = pairs["ended"].to_numpy(bool)
    rows, past = (_strictest(pairs[mask], holds, exact) for mask in (~ended, ended))
    shown = np.union1d(rows["pair"], past["pair"])
    zones = make_zones(live, ghosts, np.unique(pairs["zone"].to_numpy(np.int64)[shown]), policy)
    at = np.full(int(zone.max(initial=-1)) + 1, -1)
    at[zones["zone"].to_numpy(np.int64)] = np.arange(len(zones))
    of = at[pairs["zone"].to_numpy(np.int64)]
    former = pd.DataFrame({"atom": past["atom"], "zone_id": zones["zone_id"].array.take(of[past["pair"]])})
    grounds = pd.DataFrame({"zone_id": zones["zone_id"].array.take(of[shown])})
    grounds["ground"] = pairs["ground"].array.take(shown)
    return Derived(
        zones.drop(columns="zone"),
        _with_reasons(rows, live, pair, of, zones, policy),
        former.drop_duplicates("atom"),
        close_zones(ghosts, zones),
        grounds,
    )


def _number_zones(claims: pd.DataFrame, cluster: pd.Series) -> tuple[Ints, Ints]:
    """Number the zone of each claim, in order of names, and what it is without its class: claims of one number are one
    zone, a cluster's class or a ground's; rings without an area go by cluster."""
    stay, grounds = claims["stay"].to_numpy(np.int64), claims["ground"].tolist()
    own = np.append(cluster.to_numpy(np.int64), -1)[cluster.index.get_indexer(stay)]
    own = np.where(own < 0, -1 - stay, own)
    by_ground = ((claims["per"] == "ground") & ~claims["fallback"]).to_numpy(bool)
    told = zip(by_ground.tolist(), grounds, own.tolist(), claims["settled"].tolist(), strict=True)
    names = [f"zone:{s}" if isinstance(s, str) else g if by else f"cluster:{c}" for by, g, c, s in told]
    keys = [f"{name}|{target}" for name, target in zip(names, claims["class"].tolist(), strict=True)]
    zone, _ = pd.factorize(np.array(keys, object), sort=True)
    root, _ = pd.factorize(np.array(names, object))
    return np.asarray(zone, np.int64), np.asarray(root, np.int64)


def _number_pairs(live: pd.DataFrame) -> tuple[Ints, Ints]:
    """Number each claim by its zone and ground, and return the first claim of each number."""
    ground, _ = pd.factorize(live["ground"].to_numpy(object))
    both = live["zone"].to_numpy(np.int64) * (int(ground.max(initial=0)) + 1) + ground
    _, first, pair = np.unique(both, return_index=True, return_inverse=True)
    return pair, first


def _oldest(live: pd.DataFrame) -> Ints:
    """Return the first stay of each zone."""
    zone, stay = live["zone"].to_numpy(np.int64), live["stay"].to_numpy(np.int64)
    oldest = np.full(int(zone.max(initial=-1)) + 1, np.iinfo(np.int64).max)
    np.minimum.at(oldest, zone, stay)
    return oldest


def _facts(stays: pd.DataFrame, claims: pd.DataFrame) -> dict[str, Any]:
    rows = claims["stay"].to_numpy(int)
    return {c: stays[c].array.take(rows) for c in ("case_id", "founded_at", "last_presence_at", "cleaned_at", "sure")}


def _strictest(pairs: pd.DataFrame, holds: Mapping[str, Cells], exact: Mapping[str, Cells]) -> pd.DataFrame:
    """Return (atom, pair) rows, in order of atom, of the strictest class of each atom, one zone an atom."""
    atom = np.concatenate([np.empty(0, np.uint64), *(holds[g] for g in pairs["ground"])])
    pair = np.repeat(np.arange(len(pairs)), [len(holds[g]) for g in pairs["ground"]])
    rank, zone = pairs["rank"].to_numpy(np.int64), pairs["zone"].to_numpy(np.int64)
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


def _with_reasons(
    rows: pd.DataFrame, live: pd.DataFrame, pair: Ints, of: Ints, zones: pd.DataFrame, policy: Policy
) -> pd.DataFrame:
    """Join each atom's rules and facts; atoms with the same grounds share one set of reasons."""
    told = {c: gather(pair, live[c], len(of)) for c in ("fact_id", "case_id", "rule", "sure")}
    groups, why = _pair_sets(rows)
    first = np.array([group[0] for group in groups], np.int64)
    facts, rules = np.empty(len(groups), object), np.empty(len(groups), object)
    certain = np.empty(len(groups), bool)
    for i, group in enumerate(groups):
        facts[i] = sorted(set().union(*(told[c][p] for c in ("fact_id", "case_id") for p in group)))
        rules[i] = [policy.rules[r].id for r in sorted(set().union(*(told["rule"][p] for p in group)))]
        certain[i] = any(True in told["sure"][p] for p in group)
    zone = of[first][why]
    table = pd.DataFrame({c: zones[c].array.take(zone) for c in ("rank", "class", "zone_id")})
    table.insert(0, "atom", rows["atom"].unique())
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
