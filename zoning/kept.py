"""What a derivation keeps for the next one over the same ground, pack and settings: cost follows the change.

Everything here is remembered by what it was derived from, so that forgetting all of it changes no plan.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import shapely

from zoning.causes import Claims, Stays
from zoning.clocks import local_day, midnight
from zoning.geometry import Cells
from zoning.ordered import Change, among, in_one_piece, places
from zoning.partition import Partition
from zoning.parts import DERIVED, DRESSED, Tables
from zoning.proposals import Proposals
from zoning.settings import Settings
from zoning.times import zone_info

_PIECES = 64  # of a column of text, which no stage takes a few values of
_AT_ONCE = 100  # parts; what only their making needs is held for so many, about a district of 1.5 million


@dataclass
class Shelf:
    """Tables made part by part: `pieces` with column `part`, in `order`; `parts`: names of all, without a row too."""

    order: Mapping[str, tuple[str, ...]]
    pieces: Tables = field(default_factory=dict)
    parts: Cells = field(default_factory=lambda: np.empty(0, np.uint64))

    def renew(self, new: Cells, gone: Cells, make: Callable[[Cells], Tables]) -> None:
        """Make what is new, drop what is gone, and leave the rest as it was.

        Parameters
        ----------
        new : names of parts to make, those that hold no longer too.
        gone : names of parts whose rows are dropped.
        make : names of parts -> their tables, each with `part` and in order.
        """
        left = self.parts[~among(self.parts, gone)]
        if not len(left) or not self.pieces:
            self.pieces = self._made(new, make)
        elif len(new) or len(gone):
            none = {name: table.iloc[:0] for name, table in self.pieces.items()}
            fresh = self._made(new, make) if len(new) else none
            self.pieces = {name: self._put(name, gone, fresh[name]) for name in self.pieces}
        self.parts = np.union1d(left, new)

    def _made(self, new: Cells, make: Callable[[Cells], Tables]) -> Tables:
        """Make parts, some at a time, and put their tables together."""
        blocks = [make(some) for some in np.array_split(new, max(1, -(-len(new) // _AT_ONCE)))]
        if len(blocks) == 1:
            return blocks[0]
        return {name: _together([block.pop(name) for block in blocks], self.order[name]) for name in list(blocks[0])}

    def _put(self, name: str, gone: Cells, fresh: pd.DataFrame) -> pd.DataFrame:
        table = self.pieces[name]
        keep = ~among(table["part"].to_numpy(np.uint64), gone)
        return Change(keep, places(table, keep, fresh, self.order[name])).apply(table, fresh, _PIECES)


def _together(tables: list[pd.DataFrame], keys: Sequence[str]) -> pd.DataFrame:
    """Put tables in order together; rows that have the keys alike stay as they follow each other."""
    both = in_one_piece(pd.concat(tables, ignore_index=True))
    if len(keys) == 1 and both[keys[0]].is_monotonic_increasing:
        return both
    return both.sort_values(list(keys), kind="stable", ignore_index=True)


@dataclass
class Kept:
    """What was derived before.

    `rests_on`: the objects that all of it rests on; `stays`, `claims`, `settled` (claims as decisions left them),
    `partition` and `proposals`: what the facts made; `holds`, `legal`, `exact`, `whole`, `rims`: of `Scene`; `derived`,
    `dressed`: what `derive_parts` and `dress_parts` made; `standings`, of which decisions (`decided`), and the span of
    time over which what is dressed holds (UTC).
    """

    rests_on: list[Any] = field(default_factory=list)
    stays: Stays | None = None
    claims: Claims | None = None
    settled: pd.DataFrame | None = None
    partition: Partition = field(default_factory=Partition)
    proposals: Proposals | None = None
    holds: dict[str, Cells] = field(default_factory=dict)
    legal: dict[str, shapely.Geometry] = field(default_factory=dict)
    exact: dict[str, Cells] = field(default_factory=dict)
    whole: dict[str, str] = field(default_factory=dict)
    rims: dict[str, Cells] = field(default_factory=dict)
    derived: Shelf = field(default_factory=partial(Shelf, DERIVED))
    dressed: Shelf = field(default_factory=partial(Shelf, DRESSED))
    decided: list[str] = field(default_factory=list)
    standings: pd.DataFrame | None = None
    since: datetime | None = None
    until: datetime | None = None

    def fits(self, rests_on: list[Any]) -> bool:
        """Return whether it rests on just these: the same objects, or equal values where they are no tables.

        Parameters
        ----------
        rests_on : tables, pack, settings.

        Returns
        -------
        True if all of it may be used.
        """
        pairs = zip(self.rests_on, rests_on, strict=False)
        same = (a is b or (not isinstance(a, pd.DataFrame) and a == b) for a, b in pairs)
        return len(self.rests_on) == len(rests_on) and all(same)

    def quiet(self, standings: pd.DataFrame, as_of: datetime) -> bool:
        """Return whether decisions and time say what they said for the last plan.

        Parameters
        ----------
        standings : of `fold_decisions`.
        as_of : UTC.

        Returns
        -------
        True if what hangs on them alone is the same.
        """
        return self.standings is standings and bool(self.since and self.until and self.since <= as_of < self.until)

    def stale(self, standings: pd.DataFrame, as_of: datetime) -> Cells:
        """Return the parts whose dress no longer holds, by decisions or by time.

        Parameters
        ----------
        standings : of `fold_decisions`.
        as_of : UTC.

        Returns
        -------
        (n,) uint64 names of parts.
        """
        if self.quiet(standings, as_of):
            return self.dressed.parts[:0]
        if self.standings is None or not (self.since and self.until and self.since <= as_of < self.until):
            return self.dressed.parts
        before, now = (table.to_dict("index") for table in (self.standings, standings))
        moved = {i for i in before.keys() | now.keys() if not _same(before.get(i), now.get(i))}
        zones = self.dressed.pieces["zones"]
        pairs = zip(zones["zone_id"], zones["aliases"], strict=True)
        touched = np.fromiter((not moved.isdisjoint((name, *more)) for name, more in pairs), bool, len(zones))
        return np.unique(zones["part"].to_numpy(np.uint64)[touched])


def _same(one: dict[Any, Any] | None, other: dict[Any, Any] | None) -> bool:
    if one is None or other is None:
        return False
    return all(other[k] == v or (pd.isna(v) is True and pd.isna(other[k]) is True) for k, v in one.items())


def quiet_until(standings: pd.DataFrame, as_of: datetime, settings: Settings) -> datetime:
    """Return until when the same facts and decisions give the same plan: a midnight, or something decided for earlier.

    Parameters
    ----------
    standings : of `fold_decisions`.
    as_of : UTC.
    settings : time zone of midnights.

    Returns
    -------
    UTC.
    """
    info = zone_info(settings.zone)
    ends = [midnight(local_day(as_of, info) + timedelta(1), info)]
    for column in ("in_force_from", "hold_until", "watch_until"):
        later = standings[column][standings[column] > pd.Timestamp(as_of)]
        ends += [later.min().to_pydatetime()] if len(later) else []
    return min(ends)
