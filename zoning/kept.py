"""What a derivation keeps for the next one over the same ground, pack and settings: cost follows the change.

Everything here is remembered by what it was derived from, so that forgetting all of it changes no plan.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import shapely

from zoning.clocks import local_day, midnight
from zoning.geometry import Cells, Ints
from zoning.settings import Settings
from zoning.times import zone_info

Tables = dict[str, pd.DataFrame]


@dataclass
class Shelf:
    """Tables made part by part: `pieces` with column `part`; `parts`: names of all, those without a row too."""

    pieces: Tables = field(default_factory=dict)
    parts: Cells = field(default_factory=lambda: np.empty(0, np.uint64))

    def renew(self, names: Cells, stale: Cells, make: Callable[[Cells], Tables]) -> tuple[Cells, Cells]:
        """Make what is new, drop what is gone, and leave the rest as it was.

        Parameters
        ----------
        names : (n,) names of the parts that there are now.
        stale : names of parts that hold no longer, though they may be there.
        make : names of new parts -> their tables, each with `part`.

        Returns
        -------
        new, gone : names of the parts that were made, and of those whose rows were dropped.
        """
        held = np.intersect1d(np.setdiff1d(self.parts, stale), names)
        new, gone = np.setdiff1d(names, held), np.setdiff1d(self.parts, held)
        if len(new) or len(gone) or not self.pieces:
            self.pieces, self.parts = splice(self.pieces, gone, make(new)), np.unique(names)
        return new, gone


@dataclass
class Kept:
    """What was derived before.

    `rests_on`: the objects that all of it rests on; `rows`: name -> (hashes of inputs in order, rows made of them);
    `holds`, `legal`, `exact`, `whole`, `rims`: of `Scene`; `derived`, `dressed`: what `derive_parts` and `dress_parts`
    made; `cells`: of `strictest_in_cells`; `standings` and the span of time over which what is dressed holds (UTC).
    """

    rests_on: list[Any] = field(default_factory=list)
    rows: dict[str, tuple[Cells, pd.DataFrame]] = field(default_factory=dict)
    holds: dict[str, Cells] = field(default_factory=dict)
    legal: dict[str, shapely.Geometry] = field(default_factory=dict)
    exact: dict[str, Cells] = field(default_factory=dict)
    whole: dict[str, str] = field(default_factory=dict)
    rims: dict[str, Cells] = field(default_factory=dict)
    derived: Shelf = field(default_factory=Shelf)
    dressed: Shelf = field(default_factory=Shelf)
    cells: pd.DataFrame | None = None
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

    def once(self, name: str, tokens: Cells, make: Callable[[Ints], pd.DataFrame]) -> pd.DataFrame:
        """Return the rows made of each token, making only what is not known.

        Parameters
        ----------
        name : of the table.
        tokens : (n,) uint64 hashes of what each row is made of.
        make : positions of tokens that are new, each once -> rows with column `at` (position), any number a token.

        Returns
        -------
        All rows made, with `at` as the position in `tokens`, in order of `at`.
        """
        known, rows = self.rows.get(name, (np.empty(0, np.uint64), None))
        distinct, first = np.unique(tokens, return_index=True)
        new = first[~np.isin(distinct, known)]
        if len(new) or rows is None:
            made = make(new.astype(np.int64))
            fresh = made.assign(token=tokens[made["at"].to_numpy(np.int64)]).drop(columns="at")
            rows = fresh if rows is None else pd.concat([rows, fresh]) if len(fresh) else rows
            rows = rows.sort_values("token", kind="stable", ignore_index=True)
            self.rows[name] = np.union1d(known, tokens[new]), rows
        keys = rows["token"].to_numpy(np.uint64)
        start, stop = np.searchsorted(keys, tokens), np.searchsorted(keys, tokens, "right")
        sizes = stop - start
        within = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        found = rows.take(np.repeat(start, sizes) + within)
        return found.assign(at=np.repeat(np.arange(len(tokens)), sizes)).reset_index(drop=True)

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


def splice(kept: Tables, gone: Cells, fresh: Tables) -> Tables:
    """Put newly derived parts in the place of those that are gone.

    Parameters
    ----------
    kept, fresh : name -> table with `part`.
    gone : (n,) names of the parts of `kept` that hold no longer.

    Returns
    -------
    name -> table: rows of the parts that still hold, then the new ones.
    """
    if not kept:
        return fresh
    found = {}
    for name, table in fresh.items():
        old = kept[name]
        stays = ~np.isin(old["part"].to_numpy(np.uint64), gone)
        old = old if stays.all() else old[stays]
        filled = [one for one in (old, table) if len(one)]
        found[name] = filled[0] if len(filled) == 1 else pd.concat(filled) if filled else table
    return found
