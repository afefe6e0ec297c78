"""Ground in words: the atoms of a zone as few addresses as name them, each of which reads back to exactly its atoms.

An estate is named whole, or less some of its buildings, or building by building, whichever is shorter. Every phrase is
read back by `addresses.resolve`; one that would be read otherwise gives way to full names, and these to ids.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from zoning.addresses import resolve
from zoning.addresses.index import Index, index_of
from zoning.addresses.words import LEVELS
from zoning.geometry import Ints
from zoning.once import once
from zoning.paper.words import listed, ranges
from zoning.picture import Language
from zoning.pipeline import Plan
from zoning.units import REST

MOST = 40  # parts in one phrase: a longer one is a list of phrases
_MARK = re.compile("号楼|号栋|栋|幢|座|号")
_WORD = re.compile(r"\b(block|building|tower|house)s?\b", re.IGNORECASE)
_CJK = "\u3400-\u9fff\uff00-\uffef\u3001\u3002"
_BLANKS = re.compile(rf"(?<=[{_CJK}])\s+|\s+(?=[{_CJK}])")
Atoms = frozenset[int]


@dataclass(frozen=True)
class Phrase:
    """What names some atoms: `text` as printed, `address` as it reads back (an id where the name fits several)."""

    text: str
    address: str
    atoms: Atoms


class _Part(NamedTuple):
    """A unit (row), or only what of it is in no unit inside it."""

    unit: int
    rest: bool = False


@dataclass(frozen=True)
class _Tree:
    """The units inside each unit, and how many atoms each holds."""

    children: dict[int, list[int]]
    size: Ints


@once
def _tree(units: pd.DataFrame, inside: pd.DataFrame) -> _Tree:
    children: dict[int, list[int]] = {}
    for row, up in enumerate(units["parent"].tolist()):
        children.setdefault(int(up), []).append(row)
    return _Tree(children, np.bincount(inside["unit"].to_numpy(np.int64), minlength=len(units)))


def atoms_of(plan: Plan, zone_id: str) -> tuple[Atoms, Atoms]:
    """Return the ground of a zone; of one that is over, the ground that it had.

    Parameters
    ----------
    plan : as derived.
    zone_id : of a zone in it.

    Returns
    -------
    Rows of `plan.atoms`; and the ground cells, as numbers.
    """
    held = plan.membership.loc[plan.membership["zone_id"] == zone_id, "atom"]
    if held.empty:
        held = plan.former.loc[plan.former["zone_id"] == zone_id, "atom"]
    numbers = held.to_numpy(np.uint64)
    unit = numbers < len(plan.atoms)
    return frozenset(map(int, numbers[unit])), frozenset(map(int, numbers[~unit]))


def name_atoms(atoms: Collection[int], plan: Plan, language: Language) -> list[Phrase]:
    """Name some atoms.

    Parameters
    ----------
    atoms : rows of `plan.atoms`.
    plan : with the unit tree.
    language : of the phrases.

    Returns
    -------
    Phrases that read back to the atoms, each atom in one; in the order of the ground's names.
    """
    return _Namer(plan, language).name(frozenset(atoms))


def name_less(base: str, whole: Atoms, atoms: Atoms, plan: Plan, language: Language) -> Phrase | None:
    """Name the units of an area that are in a zone as the area less what is not in it.

    Parameters
    ----------
    base : name of the area.
    whole : rows of the atoms inside it.
    atoms : those that are in the zone.
    plan : with the unit tree.
    language : of the phrase.

    Returns
    -------
    A phrase that reads back to those atoms and any ground cells; None where no words of reasonable length do.
    """
    return _Namer(plan, language).less(base, whole, atoms)


def compact(name: str) -> str:
    """Return a name without the blanks that stand beside Chinese.

    Parameters
    ----------
    name : such as 临水花园 4栋.

    Returns
    -------
    Such as 临水花园4栋; blanks between Latin words stay.
    """
    return _BLANKS.sub("", name)


class _Namer:
    """Names ground of one plan in one language."""

    def __init__(self, plan: Plan, language: Language) -> None:
        self.plan, self.language, self.zh = plan, language, language == "zh"
        self.index: Index = index_of(plan)
        self.tree = _tree(plan.units, plan.inside)
        self.name_of = self.index.name_of if self.zh else self.index.name_en_of

    def name(self, atoms: Atoms) -> list[Phrase]:
        found = list[Phrase]()
        mine = self._counts(atoms)
        for top in self.tree.children.get(-1, []):
            if mine[top]:
                found += self._of_unit(top, atoms, mine)
        return sorted(found, key=lambda phrase: _natural(phrase.text))

    def _counts(self, atoms: Atoms) -> Ints:
        """How many of some atoms each unit holds."""
        held = np.isin(self.plan.inside["atom"].to_numpy(), sorted(atoms))
        return np.bincount(self.plan.inside["unit"].to_numpy(np.int64)[held], minlength=len(self.plan.units))

    def _atoms(self, parts: Sequence[_Part]) -> Atoms:
        whole = self.index.inside_of([part.unit for part in parts if not part.rest])
        return frozenset([*whole.tolist(), *(self._rest(part.unit) for part in parts if part.rest)])

    def _rest(self, unit: int) -> int:
        """Row of the atom of what of a unit is in no unit inside it; -1 where it has none."""
        return self.index.atoms.find(f"{self.index.id_of(unit)}{REST}")

    def _cover(self, unit: int, mine: Ints, atoms: Atoms) -> list[_Part]:
        """The fewest parts of a unit that hold some atoms."""
        if mine[unit] == self.tree.size[unit]:
            return [_Part(unit)]
        own = [_Part(unit, rest=True)] if self._rest(unit) in atoms else []
        inner = (self._cover(child, mine, atoms) for child in self.tree.children.get(unit, []) if mine[child])
        return [part for parts in inner for part in parts] + own

    def _of_unit(self, unit: int, atoms: Atoms, mine: Ints) -> list[Phrase]:
        """Name the atoms inside a unit: whole, less some parts, or part by part."""
        if mine[unit] == self.tree.size[unit]:
            return [self._whole(_Part(unit))]
        phrases = [self._whole(_Part(unit, rest=True))] if self._rest(unit) in atoms else []
        whole = list[_Part]()
        for child in self.tree.children.get(unit, []):
            if mine[child] == self.tree.size[child] > 0:
                whole.append(_Part(child))
            elif mine[child]:
                phrases += self._of_unit(child, atoms, mine)
        inside = self._atoms([_Part(unit)])
        short = self.less(self._path(unit), inside, inside & atoms, unit)
        if short and len(short.text) <= self._length(whole, phrases):
            return [short]
        return phrases + self._list(whole)

    def less(self, base: str, whole: Atoms, atoms: Atoms, under: int = -1) -> Phrase | None:
        """Name atoms as what is left of a ground; `under`: the unit that it is, -1 for an area."""
        gone = whole - atoms
        if not gone:
            return self._read(base, atoms)
        mine = self._counts(gone)
        parts = [p for top in self.tree.children.get(-1, []) if mine[top] for p in self._cover(top, mine, gone)]
        if len(parts) > MOST or any(part.rest for part in parts):
            return None
        # Names without numbers come last: before a number they could be read as sharing it.
        said = [text for text, _ in self._runs(parts, under)]
        said += [self.name_of(p.unit) for p in parts if not self._numbered(p.unit)]
        told = listed(said, self.language)
        return self._read(f"{base}（除{told}）" if self.zh else f"{base}, less {told}", atoms)

    def _length(self, parts: list[_Part], phrases: list[Phrase]) -> int:
        """How long phrases and a list of parts are, roughly; reading back a long list takes a while."""
        said = [*(text for text, _ in self._runs(parts)), *(phrase.text for phrase in phrases)]
        said += [self.name_of(p.unit) for p in parts if not self._numbered(p.unit)]
        return sum(len(text) + 1 for text in said)

    def _list(self, parts: list[_Part]) -> list[Phrase]:
        """Name whole parts of one unit, those with numbers in one breath where that reads back."""
        found = [self._whole(p) for p in parts if not self._numbered(p.unit)]
        for text, run in self._runs(parts):
            phrase = self._read(text, self._atoms(run))
            found += [phrase] if phrase else [self._whole(part) for part in run]
        return found

    def _whole(self, part: _Part) -> Phrase:
        """Name one part by its path, else by its full name, else by its id; one of these always reads back."""
        atoms = self._atoms([part])
        tries = [self._path(part.unit), self.name_of(part.unit)]
        if part.rest:
            tries = [f"{text}空地" if self.zh else f"grounds of {text}" for text in tries]
        for text in tries:
            if phrase := self._read(text, atoms):
                return phrase
        key = f"{self.index.id_of(part.unit)}{REST if part.rest else ''}"
        return Phrase(f"{tries[-1]}（编号 {key}）" if self.zh else f"{tries[-1]} (id {key})", key, atoms)

    def _read(self, text: str, atoms: Atoms) -> Phrase | None:
        """Return a phrase if its words read back to exactly some atoms, cells aside."""
        found = {row for a in resolve(text, self.plan).atoms if (row := self.index.atoms.find(a)) >= 0}
        return Phrase(text, text, atoms) if found == atoms else None

    def _path(self, unit: int) -> str:
        """Name of the topmost unit, then numbers down to the unit; the full name where one of them has none."""
        return next((text for text, _ in self._runs([_Part(unit)])), self.name_of(unit))

    def _numbered(self, unit: int) -> bool:
        """Whether a unit is reached from the topmost one by numbers alone."""
        inner = list(self.index.line(unit))[:-1]
        return bool(inner) and all(self._label(row) for row in inner)

    def _runs(self, parts: Sequence[_Part], under: int = -1) -> list[tuple[str, list[_Part]]]:
        """Say parts that have numbers, those of one unit together; `under`: the unit whose name is not said again."""
        groups: dict[tuple[int, str], list[_Part]] = {}
        for part in parts:
            if self._numbered(part.unit):
                groups.setdefault((int(self.index.parent[part.unit]), self._level(part.unit)), []).append(part)
        found = list[tuple[str, list[_Part]]]()
        for (up, _), run in groups.items():
            line = list(self.index.line(up))
            told = line[: line.index(under)] if under in line else line
            said = [self._said([row]) for row in reversed(told) if self.index.parent[row] >= 0]
            top = self.name_of(line[-1]) if under not in line else ""
            words = ("" if self.zh else " ").join([*said, self._said([part.unit for part in run])])
            found.append((top + ("" if self.zh or not top else " ") + words, run))
        return found

    def _level(self, unit: int) -> str:
        return str(self.index.level_of(unit)) if self.index.parent[unit] >= 0 else ""

    def _label(self, unit: int) -> str | None:
        """The number of a unit inside its parent, which an address may use; None where it has none."""
        level = self._level(unit)
        if level == "floor_range":
            low, high = self.index.low[unit], self.index.high[unit]
            known = np.isfinite(low) and np.isfinite(high) and low >= 1
            return (f"{low:.0f}" if low == high else f"{low:.0f}-{high:.0f}") if known else None
        number = self.index.numbers[unit]
        return f"{number:.0f}" if level in LEVELS and np.isfinite(number) else None

    def _said(self, rows: list[int]) -> str:
        """Units of one level and parent by their numbers, such as 1至3、5栋 or blocks 1–3 and 5."""
        level, labels = self._level(rows[0]), [str(self._label(row)) for row in rows]
        if level != "floor_range":
            labels = ranges(sorted({int(label) for label in labels}))
        labels = [label.replace("-", "至" if self.zh else "–") for label in labels]
        own = self.name_of(rows[0]).removeprefix(self.name_of(self.index.parent[rows[0]]))
        if self.zh:
            mark = _MARK.search(own)
            marks = {"building": mark[0] if mark else "栋", "stairwell": "单元", "floor_range": "层"}
            return f"{'、'.join(labels)}{marks[level]}"
        word = _WORD.search(own)
        words = {"building": word[1].lower() if word else "building", "stairwell": "unit", "floor_range": "floor"}
        return f"{words[level]}{'s' if len(labels) > 1 or '–' in labels[0] else ''} {listed(labels, self.language)}"


def _natural(text: str) -> list[tuple[int, str]]:
    """Sort key in which 2栋 comes before 10栋."""
    return [(int(piece), "") if piece.isdecimal() else (-1, piece) for piece in re.split(r"(\d+)", text) if piece]
