"""Which claims are derived together, followed: only parts that lost, won or touch a claim are parted anew.

Parts share nothing, so that whatever else a new claim could tie is found by the atoms that it holds or touches.
"""

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from zoning.clusters import around, find_parts
from zoning.geometry import Cells, Ints
from zoning.grounds.scene import Scene
from zoning.hashes import mix, number_names
from zoning.lookup import spread
from zoning.ordered import among

_NONE = np.empty(0, np.uint64)
_SPARE = 16  # marks of parts that are gone stay among the others, until one in so many came since


@dataclass(frozen=True)
class Marks:
    """What parts are met by: atoms that their grounds hold or meet and hashes of zones that decisions settled (`mark`,
    in order), and the part of each (`of`)."""

    mark: Cells = field(default_factory=lambda: _NONE)
    of: Cells = field(default_factory=lambda: _NONE)

    def merged(self, other: "Marks") -> "Marks":
        """Return the marks of both.

        Parameters
        ----------
        other : in any order.

        Returns
        -------
        Marks.
        """
        mark, of = np.append(self.mark, other.mark), np.append(self.of, other.of)
        order = np.argsort(mark, kind="stable")
        mark, of = mark[order], of[order]
        once = np.ones(len(mark), bool)
        once[1:] = (mark[1:] != mark[:-1]) | (of[1:] != of[:-1])
        return Marks(mark[once], of[once])

    def only(self, parts: Cells) -> "Marks":
        """Return the marks of some parts.

        Parameters
        ----------
        parts : (n,) names.

        Returns
        -------
        Marks.
        """
        rows = np.flatnonzero(np.isin(self.of, parts))
        return Marks(self.mark[rows], self.of[rows])


@dataclass(frozen=True)
class Partition:
    """The parts of some claims.

    `token`: hash of each claim with its stay; `part`: name of its part, 0 for claims that take no part; `marks`: of all
    parts once, `recent`: of those that came since.
    """

    token: Cells = field(default_factory=lambda: _NONE)
    part: Cells = field(default_factory=lambda: _NONE)
    marks: Marks = field(default_factory=Marks)
    recent: Marks = field(default_factory=Marks)

    def met(self, reach: Cells) -> Cells:
        """Return the parts that have one of some marks.

        Parameters
        ----------
        reach : (n,) marks.

        Returns
        -------
        Their names, with repeats, and those of parts that had one and are gone.
        """
        return np.concatenate([some.of[spread(some.mark, reach)[1]] for some in (self.marks, self.recent)])


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
    met = part[among(part, before.met(_reach(new, scene)))]
    touched = np.unique(np.concatenate([before.part[~left], part[tied], met]))
    touched = touched[touched > 0]
    few = np.flatnonzero(fresh | (derive & among(part, touched)))
    if not len(few) and not len(touched):
        return replace(before, token=token, part=part), _NONE, _NONE
    some = claims.iloc[few].reset_index(drop=True)
    number = find_parts(some, scene.holds, scene.rims, scene.atoms)
    sums = np.zeros(int(number.max(initial=-1)) + 1, np.uint64)
    np.add.at(sums, number, mix(token[few]))
    part[few] = sums[number]
    names, marks, recent = np.unique(part[few]), before.marks, before.recent.merged(_marks(some, part[few], scene))
    if len(recent.mark) * _SPARE > len(marks.mark):
        marks, recent = marks.merged(recent).only(np.unique(part)), Marks()
    return Partition(token, part, marks, recent), np.setdiff1d(names, touched), np.setdiff1d(touched, names)


def _marks(claims: pd.DataFrame, part: Cells, scene: Scene) -> Marks:
    """Return what parts can be met by, in no order."""
    grounds = pd.DataFrame({"ground": claims["ground"].to_numpy(object), "part": part}).drop_duplicates("ground")
    pieces = [(scene.holds[key], scene.rims.get(key, _NONE)) for key in grounds["ground"]]
    marks = np.concatenate([_NONE, *(one for pair in pieces for one in pair)])
    of = np.repeat(grounds["part"].to_numpy(np.uint64), [len(held) + len(rim) for held, rim in pieces])
    settled = claims["settled"].notna().to_numpy(bool)
    return Marks(np.append(marks, _settled(claims)), np.append(of, part[settled]))


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
