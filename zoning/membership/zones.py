"""Stage 4d, the zones themselves: their ids, and what their causes come to; ids outlive everything.

A zone's id is the hash of its founding fact and slot; the ids of its other causes are its aliases. When zones grow
together the older id stays, a split leaves it with the founding cause's part, and when that cause is gone the next
oldest inherits with the alias.
"""

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from zoning.geometry import Ints
from zoning.hashes import digest
from zoning.policy import Policy

Mask = npt.NDArray[np.bool_]
Moments = npt.NDArray[np.datetime64]
_SLOTS = ("core", "ring", "rest", "area", "part")
_OWN = ["zone", "class", "rank", "slot", "fact_id", "founded_at", "settled", "ended", "origin", "rule_class", "part"]


def make_zones(live: pd.DataFrame, ghosts: pd.DataFrame, shown: Ints, policy: Policy) -> pd.DataFrame:
    """Give each zone the id of its oldest living cause, its other ids as aliases, and what its causes come to.

    Parameters
    ----------
    live : claims that live: zone (number), root (number of what it is without its class), stay, rule, ground, per,
        fallback, class, rank, slot, fact_id, case_id, founded_at, last_presence_at, cleaned_at, ghost, calm, settled,
        ended, origin, rule_class, part.
    ghosts : claims that do not, of the same columns; they lend their ids.
    shown : numbers of the zones that hold ground or held it.
    policy : for the ids of rules.

    Returns
    -------
    One row a zone, in order of rank and zone_id: zone (number), and the columns of `Derived.zones`.
    """
    near = ghosts[np.isin(ghosts["root"].to_numpy(np.int64), live["root"].to_numpy(np.int64))]
    zone, rank, root = (_both(live, near, name) for name in ("zone", "rank", "root"))
    own = np.isin(zone, shown)
    home = np.where(own, zone, _strictest_of(root, np.where(own, zone, -1), rank, len(live)))
    founding, names, known = _names(live, near, home, own)
    zones = live[_OWN].iloc[founding].rename(columns={"fact_id": "founding_fact"}).reset_index(drop=True)
    zones.insert(1, "zone_id", pd.Series(names, dtype="str"))
    taken = set(names)
    zones["aliases"] = _lists([i for i in known[z] if i not in taken] for z in zones["zone"].tolist())
    first = live[["ground", "per", "fallback"]].iloc[founding]
    told = zip(*(first[c].tolist() for c in first), strict=True)
    areas = [ground.partition(":")[2] if per == "ground" and not fallback else None for ground, per, fallback in told]
    zones["ground_id"] = pd.Series(areas, dtype=object)
    zones = zones.assign(**_sum_causes(zones["zone"].to_numpy(np.int64), live, policy))
    return zones.sort_values(["rank", "zone_id"], ignore_index=True)


def _both(live: pd.DataFrame, ghosts: pd.DataFrame, name: str) -> Ints:
    return np.concatenate([part[name].to_numpy(np.int64) for part in (live, ghosts)])


def _strictest_of(root: Ints, zone: Ints, rank: Ints, n: int) -> Ints:
    """Return for each claim the strictest zone shown of its root, -1 where there is none; the first n claims live."""
    rows = np.flatnonzero(zone[:n] >= 0)
    rows = rows[np.argsort(-rank[rows], kind="stable")]
    strictest = np.full(int(root.max(initial=-1)) + 1, -1)
    strictest[root[rows]] = zone[rows]
    return np.asarray(strictest[root], np.int64)


def _names(
    live: pd.DataFrame, ghosts: pd.DataFrame, home: Ints, own: Mask
) -> tuple[list[int], list[str], dict[int, dict[str, None]]]:
    """Return, for each zone, the claim of its oldest living cause and its id, and all ids of each zone, oldest first.

    A second zone with the id of an older one, as where a cause has two zones of one slot, is told apart by its class.
    """
    both = pd.concat([table[["founded_at", "fact_id", "slot", "settled"]] for table in (live, ghosts)])
    facts, slots, settled = (both[name].tolist() for name in ("fact_id", "slot", "settled"))
    turns = [_SLOTS.index(slot.partition(":")[0]) for slot in slots]
    moments = both["founded_at"].to_numpy("datetime64[us]").astype(np.int64).tolist()
    order = sorted(np.flatnonzero(home >= 0).tolist(), key=lambda row: (moments[row], facts[row], turns[row]))
    zones, mine = home.tolist(), (own & (np.arange(len(own)) < len(live))).tolist()
    known, founding = dict[int, dict[str, None]](), dict[int, tuple[int, str]]()
    for row in order:
        name = settled[row] if isinstance(settled[row], str) else digest(facts[row], slots[row])
        known.setdefault(zones[row], {})[name] = None
        if mine[row]:
            founding.setdefault(zones[row], (row, name))
    classes, names, seen = live["class"].tolist(), list[str](), set[str]()
    for row, name in founding.values():
        names.append(digest(facts[row], slots[row], classes[row]) if name in seen else name)
        seen.add(name)
    return [row for row, _ in founding.values()], names, known


def _sum_causes(zones: Ints, live: pd.DataFrame, policy: Policy) -> dict[str, Any]:
    """Return what the living claims of each zone come to."""
    at = np.full(int(live["zone"].max() if len(live) else -1) + 1, -1)
    at[zones] = np.arange(len(zones))
    number, n = at[live["zone"].to_numpy(np.int64)], len(zones)
    live, number = live[number >= 0], number[number >= 0]
    causes = gather(number, live["fact_id"], n)
    facts = [c | f for c, f in zip(causes, gather(number, live["case_id"], n), strict=True)]
    rules, ghost = gather(number, live["rule"], n), live["ghost"].to_numpy(bool)
    counts = _counts(number, live, n)
    seen, cleaned = (live[c].to_numpy("datetime64[us]") for c in ("last_presence_at", "cleaned_at"))
    sure, last = _latest(number[counts], seen[counts], n), _latest(number, seen, n)
    clean = _latest(number[~ghost], cleaned[~ghost], n)
    clean[number[~ghost & np.isnat(cleaned)]] = np.datetime64("NaT")
    return {
        "fact_ids": _lists(map(sorted, facts)),
        "cause_ids": _lists(map(sorted, causes)),
        "rule_ids": _lists([policy.rules[r].id for r in sorted(s)] for s in rules),
        "causes_count": np.fromiter(map(len, causes), np.int64, n),
        "no_ground": np.bincount(number[live["fallback"].to_numpy(bool)], minlength=n) > 0,
        "last_presence_at": pd.DatetimeIndex(np.where(np.isnat(sure), last, sure), tz="UTC"),
        "calm": _lists(map(sorted, gather(number[~counts], live["fact_id"][~counts], n))),
        "void": np.bincount(number[~ghost], minlength=n) == 0,
        "cleaned_at": pd.DatetimeIndex(clean, tz="UTC"),
    }


def _lists(values: Iterable[list[str]]) -> pd.Series:
    return pd.Series(list(values), dtype=object)


def _latest(zone: Ints, moments: Moments, n: int) -> Moments:
    """Return the latest moment of each of n zones, NaT where there is none."""
    found = np.full(n, np.datetime64("NaT"), "datetime64[us]")
    np.fmax.at(found, zone, moments)
    return found


def _counts(zone: Ints, live: pd.DataFrame, n: int) -> Mask:
    """Which claims move the clocks of their zone: where all of them are to move none, the first one does."""
    ghost, stay = live["ghost"].to_numpy(bool), live["stay"].to_numpy(np.int64)
    moving = ~ghost & ~live["calm"].to_numpy(bool)
    rest = ~ghost & (np.bincount(zone[moving], minlength=n) == 0)[zone]
    first = np.full(n, np.iinfo(np.int64).max)
    np.minimum.at(first, zone[rest], stay[rest])
    return np.asarray(moving | (rest & (stay == first[zone])))


def gather(group: Ints, values: pd.Series, n: int) -> list[set[Any]]:
    """Return the values of each of n groups.

    Parameters
    ----------
    group : (m,) number of the group of each value.
    values : (m,) of any type.
    n : how many groups.

    Returns
    -------
    A set for each.
    """
    sets: list[set[Any]] = [set() for _ in range(n)]
    for g, value in zip(group.tolist(), values.tolist(), strict=True):
        sets[g].add(value)
    return sets


def close_zones(ghosts: pd.DataFrame, zones: pd.DataFrame) -> pd.DataFrame:
    """Return the zones that no living cause holds any more; their ids stay known.

    Parameters
    ----------
    ghosts : claims that do not live: ghost, slot, class, fact_id, founded_at, part.
    zones : of `make_zones`.

    Returns
    -------
    zone_id, class, slot, founding_fact, founded_at, part, in order of zone_id.
    """
    known = {i for row in zones["aliases"] for i in row} | set(zones["zone_id"].tolist())
    told = zip(ghosts["fact_id"].tolist(), ghosts["slot"].tolist(), ghosts["ghost"].tolist(), strict=True)
    gone = dict[str, int]()
    for row, (fact, slot, ghost) in enumerate(told):
        if ghost and slot != "part" and (name := digest(fact, slot)) not in known:
            gone.setdefault(name, row)
    names = sorted(gone)
    columns = ["class", "slot", "fact_id", "founded_at", "part"]
    table = ghosts[columns].iloc[[gone[name] for name in names]].reset_index(drop=True)
    table.insert(0, "zone_id", pd.Series(names, dtype="str"))
    return table.rename(columns={"fact_id": "founding_fact"})
