"""Which claims are derived together, followed: only parts that lost, won or touch a claim are parted anew.

Parts share nothing, so that whatever else a new claim could tie is found by the atoms that it holds or touches.
"""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from zoning.clusters import around, find_parts
from zoning.geometry import Cells, Ints
from zoning.grounds.scene import Scene
from zoning.hashes import mix, number_names
from zoning.lookup import spread
from zoning.ordered import Change, among

_NONE = np.empty(0, np.uint64)


@dataclass(frozen=True)
class Partition:
    """The parts of some claims.

    `token`: hash of each claim with its stay; `part`: name of its part, 0 for claims that take no part; `marks`: atoms
    that the grounds of parts hold or meet and hashes of zones that decisions settled, in order; `of`: the part of each.
    """

    token: Cells = field(default_factory=lambda: _NONE)
    part: Cells = field(default_factory=lambda: _NONE)
    marks: Cells = field(default_factory=lambda: _NONE)
    of: Cells = field(default_factory=lambda: _NONE)


def part_claims(
    before: Partition, claims: pd.DataFrame, token: Cells, came_from: Ints, scene: Scene
) -> tuple[Partition, Cells, Cells]:
    """Part claims, and name each part by all that its derivation rests on beside ground, pack and decisions.

    Parameters
    ----------
    before : of the last derivation over the same ground and pack.
    claims : of `settle`.
    token : (n,) uint64 hash of each claim with its stay.
    came_from : (n,) which of the claims before each could be the same, -1 for none.
    scene : as `take_grounds` left it.

    Returns
    -------
    The parts; names of those that are new, and of those that are gone. A name is the sum of the hashes of its claims:
    the same claims in any order have the same name, whatever was known before.
    """
    derive = (claims["act"] == "derive").to_numpy(bool)
    row = np.where(came_from >= 0, came_from, 0)
    same = came_from >= 0
    same[same] = token[same] == before.token[row[same]]
    part, left = np.zeros(len(claims), np.uint64), np.zeros(len(before.part), bool)
    part[same], left[row[same]] = before.part[row[same]], True
    fresh = derive & ~same
    new = claims[fresh]
    tied = derive & same & np.isin(claims["stay"].to_numpy(np.int64), new["stay"].to_numpy(np.int64))
    met = before.of[spread(before.marks, _reach(new, scene))[1]]
    touched = np.unique(np.concatenate([before.part[~left], part[tied], met]))
    touched = touched[touched > 0]
    few = np.flatnonzero(fresh | (derive & among(part, touched)))
    if not len(few) and not len(touched):
        return Partition(token, part, before.marks, before.of), _NONE, _NONE
    some = claims.iloc[few].reset_index(drop=True)
    number = find_parts(some, scene.holds, scene.rims, scene.atoms)
    sums = np.zeros(int(number.max(initial=-1)) + 1, np.uint64)
    np.add.at(sums, number, mix(token[few]))
    part[few] = sums[number]
    names, rest = np.unique(part[few]), ~among(before.of, touched)
    marks, of = _marks(some, part[few], scene)
    old, fresh = (pd.DataFrame({"mark": m, "of": o}, copy=False) for m, o in ((before.marks, before.of), (marks, of)))
    table = Change(rest, np.searchsorted(before.marks, marks)).apply(old, fresh)
    found = Partition(token, part, table["mark"].to_numpy(np.uint64), table["of"].to_numpy(np.uint64))
    return found, np.setdiff1d(names, touched), np.setdiff1d(touched, names)


def _marks(claims: pd.DataFrame, part: Cells, scene: Scene) -> tuple[Cells, Cells]:
    """Return what parts can be met by, in order, and the part of each."""
    grounds = pd.DataFrame({"ground": claims["ground"].to_numpy(object), "part": part}).drop_duplicates("ground")
    pieces = [(scene.holds[key], scene.rims.get(key, _NONE)) for key in grounds["ground"]]
    marks = np.concatenate([_NONE, *(one for pair in pieces for one in pair)])
    of = np.repeat(grounds["part"].to_numpy(np.uint64), [len(held) + len(rim) for held, rim in pieces])
    settled = claims["settled"].notna().to_numpy(bool)
    marks, of = np.append(marks, _settled(claims)), np.append(of, part[settled])
    order = np.argsort(marks, kind="stable")
    marks, of = marks[order], of[order]
    once = np.ones(len(marks), bool)
    once[1:] = (marks[1:] != marks[:-1]) | (of[1:] != of[:-1])
    return marks[once], of[once]


def _settled(claims: pd.DataFrame) -> Cells:
    names = claims["settled"][claims["settled"].notna()].to_numpy(object)
    return number_names(names)


def _reach(claims: pd.DataFrame, scene: Scene) -> Cells:
    """Return all by which parts that claims could tie are met: what their grounds hold, meet and, joining, touch."""
    grounds = claims[["ground", "joins"]].drop_duplicates()
    held = [_NONE, *(scene.holds[key] for key in grounds["ground"])]
    rims = [scene.rims[key] for key in grounds["ground"] if key in scene.rims]
    joining = [_NONE, *(scene.holds[key] for key in grounds["ground"][grounds["joins"].to_numpy(bool)])]
    found = np.concatenate([*held, *rims, _settled(claims), around(np.unique(np.concatenate(joining)), scene.atoms)])
    return np.unique(found)
