"""Which zones of two plans are the same one, and which atoms changed hands between them.

A zone that is found by an alias is the same zone, and so is a part of it that goes on by itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from zoning.pipeline import Plan

_ENDED = ("released", "rejected")
Zone = dict[str, Any]


@dataclass(frozen=True)
class Side:
    """One of the two plans: its zones, which of them hold ground, and which row of the zones each atom is in."""

    plan: Plan
    zones: list[Zone]
    open: list[bool]
    member: pd.DataFrame


@dataclass(frozen=True)
class Match:
    """Two plans, which rows of their zones are the same zone, and the atoms that changed hands: atom_id, a, b."""

    before: Side
    after: Side
    later: dict[int, list[int]]
    earlier: dict[int, list[int]]
    moved: pd.DataFrame


def match_zones(before: Plan, after: Plan, decisions: pd.DataFrame | None = None) -> Match:
    """Match the zones of two plans.

    Parameters
    ----------
    before, after : plans of one workspace.
    decisions : of the state, in recorded order: zone_id, action, of; None knows of no part that goes on by itself.

    Returns
    -------
    Match; of the zones that one is, the one that goes on comes first.
    """
    a, b = _side(before), _side(after)
    parted = [] if decisions is None else decisions.loc[decisions["action"] == "part", ["zone_id", "of"]].to_numpy()
    pairs = sorted({*_same_zones(a.zones, b.zones), *_parts(a.zones, b.zones, dict(parted))})
    later: dict[int, list[int]] = {}
    earlier: dict[int, list[int]] = {}
    for i, j in pairs:
        later.setdefault(i, []).append(j)
        earlier.setdefault(j, []).append(i)
    for links, mine, others in ((later, a, b), (earlier, b, a)):
        for row, found in links.items():
            found.sort(key=partial(_place, others, mine.zones[row]["zone_id"]))
    both = a.member[["row"]].set_axis(["a"], axis=1).join(b.member[["row"]].set_axis(["b"], axis=1), how="outer")
    both = both.fillna(-1).astype("int64")
    n = len(b.zones) + 1
    same = np.array([i * n + j for i, j in pairs], np.int64)
    stay = np.isin(both["a"] * n + both["b"], same) & (both["a"] >= 0) & (both["b"] >= 0)
    return Match(a, b, later, earlier, both[~stay].rename_axis("atom_id").reset_index())


def _place(side: Side, zone_id: str, row: int) -> tuple[bool, bool]:
    """Return what the zone that goes on has first: it is open, and it keeps the id."""
    return not side.open[row], side.zones[row]["zone_id"] != zone_id


def _side(plan: Plan) -> Side:
    zones = plan.zones.reset_index(drop=True)
    held = ~zones["status"].isin(_ENDED)
    columns = [c for c in ("atom_id", "rank", "fact_ids", "stroke") if c in plan.membership]
    member = plan.membership[columns].set_index("atom_id")
    row = pd.Index(zones["zone_id"]).get_indexer(plan.membership["zone_id"])
    kept = (row >= 0) & held.to_numpy(bool)[row]
    return Side(plan, zones.to_dict("records"), held.tolist(), member.assign(row=row)[kept])


def _same_zones(before: list[Zone], after: list[Zone]) -> Iterator[tuple[int, int]]:
    """Yield the rows of zones that are one: the id of one is the id or an alias of the other."""
    of_after = {zone["zone_id"]: j for j, zone in enumerate(after)}
    of_before = {zone["zone_id"]: i for i, zone in enumerate(before)}
    found = {(i, of_after[name]) for i, z in enumerate(before) for name in names_of(z) if name in of_after}
    found |= {(of_before[name], j) for j, z in enumerate(after) for name in names_of(z) if name in of_before}
    yield from found


def _parts(before: list[Zone], after: list[Zone], parted: dict[str, str]) -> Iterator[tuple[int, int]]:
    """Yield the rows of a zone and of a part of it, where the other plan knows only one of them."""
    was, now = ({name: row for row, zone in enumerate(side) for name in names_of(zone)} for side in (before, after))
    for part, of in parted.items():
        if (part in was) != (part in now):
            one, other = (of, part) if part in now else (part, of)
            if one in was and other in now:
                yield was[one], now[other]


def names_of(zone: Zone) -> list[str]:
    """Return the names of a zone.

    Parameters
    ----------
    zone : zone_id, aliases.

    Returns
    -------
    Its id, then its aliases.
    """
    return [zone["zone_id"], *zone["aliases"]]


def open_of(match: Match, row: int, later: bool) -> list[int]:
    """Return the zones of the other plan that a zone is and that hold ground.

    Parameters
    ----------
    match : of `match_zones`.
    row : of the zone in its own plan.
    later : it is a zone of the earlier plan, and those of the later one are asked for.

    Returns
    -------
    Rows, the one that goes on first.
    """
    links, side = (match.later, match.after) if later else (match.earlier, match.before)
    return [k for k in links.get(row, []) if side.open[k]]
