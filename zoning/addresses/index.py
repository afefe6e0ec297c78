"""Every name that an address may begin from, and what the addresses ask of the ground, kept for the next address."""

import re
from collections.abc import Iterator
from functools import cache, cached_property

import numpy as np
import pandas as pd

from zoning.addresses.town import Town
from zoning.addresses.words import part_labels, plain_label, tidy, whole_word
from zoning.gazetteer import Gazetteer, make_gazetteer, plain
from zoning.geometry import Ints
from zoning.lookup import atoms_inside

NAMED = ("name", "name_en")
_SEARCHED = ("places", "roads", "areas")
Hit = tuple[str, int]


class Index:
    """The names of one ground. A hit is a table (units, places or areas) and a row of it.

    `by_id`: id of a unit -> row; `atoms`: id -> row; `begins`: name as an address writes it, of whatever a number does
    not tell -> hits. Names of the units inside another are made plain once an address begins as that one does.
    """

    def __init__(self, town: Town) -> None:
        """Index a ground.

        Parameters
        ----------
        town : its units, atoms and tables.
        """
        self.units, self.inside = town.units, town.inside
        self.tables = {"units": town.units, **{k: town.tables[k] for k in _SEARCHED}}
        self.atom_ids = town.atoms["atom_id"].to_numpy(object)
        self.atom_unit = town.atoms["unit"].to_numpy(np.int64)
        self.atoms = {atom: row for row, atom in enumerate(self.atom_ids)}
        self.ids, self.names, self.levels = (town.units[c].to_numpy(object) for c in ("id", "name", "level"))
        self.parent = town.units["parent"].to_numpy(np.int64)
        self.by_id = {name: row for row, name in enumerate(self.ids)}
        self.numbers, self.low, self.high = (
            town.units[c].to_numpy(float) for c in ("number", "floor_from", "floor_to")
        )
        self._words = [town.units[column].to_numpy(object) for column in NAMED]
        tops, begins = dict[str, dict[Hit, None]](), dict[str, dict[Hit, None]]()
        self._labels_in = cache(part_labels)  # many units share an own name
        self._labels, self._trees = dict[Hit, frozenset[str]](), dict[int, dict[str, list[int]]]()
        for kind, row, name in self._first_names():
            _add(tops, plain(name), (kind, row))
            _add(begins, tidy(name), (kind, row))
        for row, *words in (told for told in self._inner_names() if "" in self._labels_in(told[2])):
            for name in words[::-1]:
                _add(begins, tidy(name), ("units", row))
        self._tops, self.begins = ({name: list(hits) for name, hits in of.items()} for of in (tops, begins))
        self._longest = max(map(len, self.begins), default=0)

    def _first_names(self) -> Iterator[tuple[str, int, str]]:
        """Yield table, row and name, in each language, of units that stand in no other, of places and areas."""
        tops = np.flatnonzero(self.parent < 0)
        for words in self._words:
            yield from (("units", int(row), words[row]) for row in tops if words[row])
        for kind in ("places", "areas"):
            for column in NAMED:
                names = enumerate(self.tables[kind][column].to_numpy(object))
                yield from ((kind, row, name) for row, name in names if isinstance(name, str) and name)

    def _inner_names(self) -> Iterator[tuple[int, str, str]]:
        """Yield row, full name and what of it is its own, in each language, of units that stand in another."""
        inner = np.flatnonzero(self.parent >= 0)
        for words in self._words:
            for row, name, up in zip(inner.tolist(), words[inner], words[self.parent[inner]], strict=True):
                yield row, name, name.removeprefix(up).strip()

    def called(self, text: str) -> list[Hit]:
        """Return all that bears a full name.

        Parameters
        ----------
        text : a name, however written.

        Returns
        -------
        Hits, units first; empty where nothing is called so.
        """
        key = plain(text)
        begun = [hit for end in range(len(key)) for hit in self._tops.get(key[: end + 1], ())]
        tops = {row for kind, row in begun if kind == "units"}
        rows = sorted({row for top in tops for row in self._tree(top).get(key, ())})
        return [*(("units", row) for row in rows), *(hit for hit in self._tops.get(key, ()) if hit[0] != "units")]

    def _tree(self, top: int) -> dict[str, list[int]]:
        """Return plain full name -> rows, of a unit in no other and all inside it: their names begin with its own."""
        if top not in self._trees:
            found = dict[str, list[int]]()
            for row in [top, *self._below_tops[0][slice(*np.searchsorted(self._below_tops[1], (top, top + 1)))]]:
                for words in self._words:
                    found.setdefault(plain(words[row]), []).append(int(row))
            self._trees[top] = found
        return self._trees[top]

    @cached_property
    def _below_tops(self) -> tuple[Ints, Ints]:
        """Units that stand in another, by the one at the top, and which that is."""
        top = np.arange(len(self.parent))
        while (climb := self.parent[top] >= 0).any():
            top = np.where(climb, self.parent[top], top)
        inner = np.flatnonzero(self.parent >= 0)
        inner = inner[np.argsort(top[inner], kind="stable")]
        return inner, top[inner]

    def name_at(self, words: str, at: int) -> int:
        """Return where the longest name that begins at a position ends.

        Parameters
        ----------
        words : of `tidy`.
        at : position in it.

        Returns
        -------
        End, or `at` where no name begins.
        """
        for end in range(min(len(words), at + self._longest), at, -1):
            if words[at:end] in self.begins and whole_word(words, at, end):
                return end
        return at

    def nested(self, first: str, second: str) -> bool:
        """Return whether of two names one may be of a unit inside the other's.

        Parameters
        ----------
        first, second : keys of `begins`.

        Returns
        -------
        Boolean.
        """
        return bool(self.within([self.begins[first], self.begins[second]]))

    def within(self, named: list[list[Hit]]) -> list[int]:
        """Return the units that may be meant by several names together, in any order: each is one of them or above.

        Parameters
        ----------
        named : hits of each name.

        Returns
        -------
        Rows of units.
        """
        rows = {row for hits in named for kind, row in hits if kind == "units"}
        lines = {row: set(self.line(row)) for row in sorted(rows)}
        return [r for r, line in lines.items() if all(any(k == "units" and up in line for k, up in h) for h in named)]

    def names_of(self, hit: Hit) -> list[object]:
        """Return the names of a hit in each language.

        Parameters
        ----------
        hit : table and row.

        Returns
        -------
        Names; missing ones stay missing.
        """
        return [self.tables[hit[0]][column].iat[hit[1]] for column in NAMED]

    def candidates(self, hits: list[Hit]) -> pd.DataFrame:
        """Return what a question lists of hits.

        Parameters
        ----------
        hits : tables and rows.

        Returns
        -------
        id, name.
        """
        rows = [(self.tables[kind]["id"].iat[row], self.tables[kind]["name"].iat[row]) for kind, row in hits]
        return pd.DataFrame(rows, columns=["id", "name"])

    def line(self, row: int) -> Iterator[int]:
        """Yield a unit and all that it stands in, upwards.

        Parameters
        ----------
        row : of units.

        Returns
        -------
        Rows.
        """
        while row >= 0:
            yield row
            row = int(self.parent[row])

    def atoms_of(self, rows: list[int]) -> set[str]:
        """Return the ids of all atoms inside units.

        Parameters
        ----------
        rows : of units.

        Returns
        -------
        Ids.
        """
        return set(self.atom_ids[self._inside(rows)])

    def below(self, row: int, level: str) -> list[int]:
        """Return the units of a level anywhere below a unit.

        Parameters
        ----------
        row : of units.
        level : one of `LEVELS`.

        Returns
        -------
        Rows in order.
        """
        found = np.unique(self.atom_unit[self._inside([row])])
        return [int(at) for at in found if at != row and self.levels[at] == level]

    def _inside(self, rows: list[int]) -> Ints:
        return atoms_inside(np.array(rows, np.int64), self.inside)[1]

    def labels(self, row: int, level: str) -> frozenset[str]:
        """Return what a unit is called by at its level: its number, and the labels in its own name in each language.

        Parameters
        ----------
        row : of units.
        level : of it.

        Returns
        -------
        Labels such as 3 or b.
        """
        if (found := self._labels.get((level, row))) is None:
            found = self._labels[level, row] = frozenset(self._called(row, level))
        return found

    def _called(self, row: int, level: str) -> set[str]:
        told, words, up = set[str](), set[str](), self.parent[row]
        for names in self._words:
            name = str(names[row])
            own = name.removeprefix(str(names[up])).strip() if up >= 0 else name
            words |= self._labels_in(own).get(level) or set(re.findall(r"\d+", tidy(own))[:1])
        if np.isfinite(self.numbers[row]):
            told, words = {str(int(self.numbers[row]))}, {word for word in words if not word.isdecimal()}
        return told | {plain_label(word) for word in words}

    @cached_property
    def gazetteer(self) -> Gazetteer:
        """The search index over the same names, for candidates of a question."""
        return make_gazetteer(self.units, *(self.tables[kind] for kind in _SEARCHED))


def _add(index: dict[str, dict[Hit, None]], key: str, hit: Hit) -> None:
    if key:
        index.setdefault(key, {})[hit] = None


_kept: list[Index] = []


def index_of(town: Town) -> Index:
    """Return the index of a ground; the newest is kept, since most plans stand on the same ground.

    Parameters
    ----------
    town : its units, atoms and tables.

    Returns
    -------
    Index.
    """
    for index in _kept:
        same = index.units is town.units and index.inside is town.inside
        if same and all(index.tables[kind] is town.tables[kind] for kind in _SEARCHED):
            return index
    _kept[:] = [Index(town)]
    return _kept[0]
