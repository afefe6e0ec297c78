"""Stage 4a, followed: which stays fire which rules; asked again of what changed, and of what is counted with that.

Whether a stay fires a rule hangs on that stay alone, or on those that the rule counts together with it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from zoning.geometry import Cells, Ints
from zoning.grounds.scene import Scene
from zoning.hashes import mix
from zoning.ordered import Change, Mask
from zoning.triggers import ALONE, counted_with, counts, fire

_ZERO = np.zeros(1, np.uint64)


@dataclass(frozen=True)
class Fired:
    """Which stays fire which rules.

    `masks`: rule id -> which stays fire it; `number`: which rules each stay fires, as one number; `open`: of each stay
    whether its place is known (1) and whether it counts (2); `groups`: rule id -> of `counted_with`, of rules
    that count.
    """

    masks: Mapping[str, Mask]
    number: Cells
    open: Ints
    groups: Mapping[str, Ints]


def fire_all(before: Fired | None, change: Change, stays: pd.DataFrame, scene: Scene) -> Fired:
    """Ask all rules of all stays; those of which the last answer holds are not asked again.

    Parameters
    ----------
    before : of the last derivation, or None.
    change : how the table of stays came from the one before.
    stays : of `see`.
    scene : where.

    Returns
    -------
    Fired.
    """
    counted = stays.assign(live=stays["live"] & ~stays["ghost"].astype(bool))
    told = stays["known"].to_numpy(np.int64) + 2 * counted["live"].to_numpy(np.int64)
    before, row = before or Fired({}, np.empty(0, np.uint64), told[:0], {}), change.came_from
    same = row >= 0
    same[same] = told[same] == before.open[row[same]]
    new = stays[["unit", "lng", "lat"]].iloc[np.flatnonzero(row < 0)]
    alone, masks, groups, again = _Asked.of(~same, counted, stays), dict[str, Mask](), dict[str, Ints](), ~same
    for rule in scene.policy.rules:
        asked, old = alone, before.groups.get(rule.id, np.empty(0, np.int64))
        if counts(rule):
            group = groups[rule.id] = _groups(old, counted_with(rule, new, scene.units, scene.tables["areas"]), row)
            others = _with_changed(group, old, row, same)
            asked, again = _Asked.of(~same | others, counted, stays) if others.any() else alone, again | others
        masks[rule.id] = np.append(before.masks.get(rule.id, np.empty(0, bool)), False)[row]
        fires = fire(rule, asked.stays, asked.spots, scene.units, scene.tables, scene.frame)
        masks[rule.id][asked.rows] = fires
    number, rows = np.append(before.number, np.uint64(0))[row], np.flatnonzero(again)
    number[rows] = sum((mix(np.array([n + 1], np.uint64)) * mask[rows] for n, mask in enumerate(masks.values())), _ZERO)
    return Fired(masks, number, told, groups)


@dataclass(frozen=True)
class _Asked:
    """Stays that are asked again: their rows, and these of both tables."""

    rows: Ints
    stays: pd.DataFrame
    spots: pd.DataFrame

    @classmethod
    def of(cls, mask: Mask, stays: pd.DataFrame, spots: pd.DataFrame) -> "_Asked":
        rows = np.flatnonzero(mask)
        return cls(rows, *(table.iloc[rows].reset_index(drop=True) for table in (stays, spots)))


def _groups(before: Ints, new: Ints, row: Ints) -> Ints:
    """Return with which others a rule counts each stay: no stay changes its place, so that only new ones were asked."""
    group = np.empty(len(row), np.int64)
    group[row < 0], group[row >= 0] = new, before[row[row >= 0]]
    return group


def _with_changed(group: Ints, before: Ints, row: Ints, same: Mask) -> Mask:
    """Return which stays are counted with one that is new, gone or changed."""
    left = np.zeros(len(before), bool)
    left[row[same]] = True
    changed = np.unique(np.concatenate([group[~same], before[~left]]))
    return np.isin(group, changed[changed != ALONE])
