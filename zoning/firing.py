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
from zoning.rules import Rule
from zoning.triggers import ALONE, counted_with, fire


@dataclass(frozen=True)
class Fired:
    """Which stays fire which rules.

    `masks`: rule id -> which stays fire it; `number`: which rules each stay fires, as one number; `open`: of each stay
    whether its place is known (1) and whether it counts (2); `groups`: rule id -> of `counted_with`.
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
    groups = {rule.id: _groups(before.groups.get(rule.id), row, rule, stays, scene) for rule in scene.policy.rules}
    masks = dict[str, Mask]()
    for rule in scene.policy.rules:
        again = ~same | _with_changed(groups[rule.id], before.groups.get(rule.id), row, same)
        few, spots = (table[again].reset_index(drop=True) for table in (counted, stays))
        masks[rule.id] = mask = np.zeros(len(stays), bool)
        mask[again] = fire(rule, few, spots, scene.units, scene.tables, scene.frame)
        if not again.all():
            mask[~again] = before.masks[rule.id][row[~again]]
    number = np.zeros(len(stays), np.uint64)
    for n, mask in enumerate(masks.values()):
        number[mask] += mix(np.array([n + 1], np.uint64))
    return Fired(masks, number, told, groups)


def _groups(before: Ints | None, row: Ints, rule: Rule, stays: pd.DataFrame, scene: Scene) -> Ints:
    """Return with which others a rule counts each stay; only new stays are asked, for none changes its place."""
    new = np.ones(len(row), bool) if before is None else row < 0
    group = np.empty(len(row), np.int64)
    group[new] = counted_with(rule, stays[new], scene.units, scene.tables["areas"])
    if before is not None:
        group[~new] = before[row[~new]]
    return group


def _with_changed(group: Ints, before: Ints | None, row: Ints, same: Mask) -> Mask:
    """Return which stays are counted with one that is new, gone or changed."""
    left = np.zeros(0 if before is None else len(before), bool)
    left[row[same]] = True
    changed = np.unique(np.concatenate([group[~same], group[:0] if before is None else before[~left]]))
    return np.isin(group, changed[changed != ALONE])
