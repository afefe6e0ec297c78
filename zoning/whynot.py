"""What would have to be true for an atom to be in another class: the nearest way for each class and rule.

Away from a class leads the smallest set of facts that its claims rest on; into one leads a fact that fires a rule,
tried at the places around the atom. Every way that is told was taken: the rules themselves made its claims.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np
import pandas as pd

from zoning.coming import Coming, try_places
from zoning.plan import Plan
from zoning.whatif import STANDING, Claimed, asking, claimed, counts_together, on_atom, without

_TRIES = {True: 60, False: 5000}  # where a pack counts facts together, each try fires its rules anew
OUT = 10**6


@dataclass(frozen=True)
class Leaving:
    """The facts to take back; `smallest`: no smaller set does it (else none of them can be spared).

    `zones`: decided zones that rest on them, which a person must release then.
    """

    facts: tuple[str, ...]
    smallest: bool
    zones: tuple[str, ...]


@dataclass(frozen=True)
class Way:
    """What leads to a class of the pack (None: to none): `leaving` first where something has to go, then `coming`."""

    target: str | None
    leaving: Leaving | None
    coming: Coming | None


def find_ways(plan: Plan, atom: int) -> list[Way]:
    """Find the nearest ways of an atom to every class that it is not in.

    Parameters
    ----------
    plan : as derived.
    atom : its number.

    Returns
    -------
    Ways, by rank of the class, no class last; of each class one a rule that can give it, nearest first; a class that
    nothing near leads to has none.

    Raises
    ------
    PolicyError : a rule rests on a number that is unset (grade U).
    """
    known = claimed(plan)
    with asking:
        return list(_ways(known, on_atom(known, atom), atom))


def _ways(known: Claimed, claims: pd.DataFrame, atom: int) -> Iterator[Way]:
    now = int(claims["rank"].min()) if len(claims) else OUT
    tried = try_places(known, atom)
    for name, of in sorted(known.plan.policy.classes.items(), key=lambda item: item[1].rank):
        if of.rank == now:
            continue
        leaving = leave(known, claims, of.rank)
        rest = without(known, claims, leaving.facts) if leaving else claims
        if leaving and (rest["rank"] == of.rank).any():
            yield Way(name, leaving, None)
        else:
            yield from (Way(name, leaving, coming) for coming in tried.into(of.rank, leaving.facts if leaving else ()))
    if now < OUT:
        yield Way(None, leave(known, claims, OUT), None)


def leave(known: Claimed, claims: pd.DataFrame, rank: int) -> Leaving | None:
    """Find the smallest set of facts without which no claim is stricter than a rank.

    Parameters
    ----------
    known : of `claimed`.
    claims : of `on_atom`.
    rank : that may stay.

    Returns
    -------
    Leaving, or None where nothing is stricter.
    """
    must, rules = claims[claims["rank"] < rank], known.plan.policy.rules
    if must.empty:
        return None
    leans = [known.joint and (counts_together(r) or r.when.trigger == "ground") for r in rules]
    alone = must[~np.array(leans)[must["rule"].to_numpy(int)]]
    forced = set(alone.loc[alone["fact_id"] == alone["case_id"], "case_id"])
    needs = [set(pair) for pair in must[["fact_id", "case_id"]].drop_duplicates().to_numpy(object)]

    def does(gone: set[str]) -> bool:
        if not known.joint:
            return all(need & gone for need in needs)
        return not (without(known, claims, gone)["rank"] < rank).any()

    suspects = set[str]().union(*(need for need in needs if not need & forced))
    others = _companions(must, known) if known.joint else set[str]()
    every = suspects | others if len(others) <= _TRIES[True] else suspects
    found, smallest = _search(forced, every, does, _TRIES[known.joint])
    return Leaving(tuple(sorted(found)), smallest and every >= others, _resting(must, known))


def _companions(must: pd.DataFrame, known: Claimed) -> set[str]:
    """Return the facts of every stay that fires one of the rules that count facts together: claims may hang on them."""
    rules = {i for i in must["rule"] if counts_together(known.plan.policy.rules[i])}
    return set(known.claims.loc[known.claims["rule"].isin(rules), ["fact_id", "case_id"]].to_numpy(object).ravel())


def _search(
    forced: set[str], suspects: set[str], does: Callable[[set[str]], bool], tries: int
) -> tuple[set[str], bool]:
    """Return the first smallest set that does it, visits before cases; where that takes too many tries, one of which
    nothing can be spared."""
    others, left = sorted(suspects - forced, key=lambda f: (f.startswith("cases:"), f)), tries
    for size in range(len(others) + 1):
        left -= comb(len(others), size)
        if left < 0:
            break
        for more in combinations(others, size):
            if does(forced | set(more)):
                return forced | set(more), True
    others.reverse()
    low, high = 0, len(others)
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if does(forced | set(others[:middle])) else (middle + 1, high)
    gone = forced | set(others[:high])
    for fact in others[:high] if high <= tries else ():
        gone = gone - {fact} if does(gone - {fact}) else gone
    return gone, False


def _resting(must: pd.DataFrame, known: Claimed) -> tuple[str, ...]:
    """Return the decided zones that some claims put the atom into, and that outlive their facts."""
    zones, found = known.plan.zones, list[str]()
    for zone in zones[zones["status"].isin(STANDING)][["zone_id", "class", "cause_ids", "ground_id"]].to_dict(
        "records"
    ):
        mine = must[(must["class"] == zone["class"]) & must["fact_id"].isin(known.held & set(zone["cause_ids"]))]
        grounds = {ground.partition(":")[2] for ground in mine["ground"]}
        if len(mine) and (not zone["ground_id"] or zone["ground_id"] in grounds):
            found.append(zone["zone_id"])
    return tuple(sorted(found))
