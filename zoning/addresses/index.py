"""Every name that an address may begin from, and what the addresses ask of the ground, kept for the next address."""

from collections.abc import Iterator
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from zoning.addresses.names import HELD, NAMED, Hit, all_names, first_number, to_hits, whole_names
from zoning.addresses.town import Town
from zoning.addresses.words import labels_of, tidy, whole_word
from zoning.gazetteer import Gazetteer, make_gazetteer, plain
from zoning.geometry import Ints
from zoning.lookup import atoms_inside, spread, units_by_parent
from zoning.register import Register, in_arrow, reader, unit_ids

_SEARCHED = ("places", "roads", "areas")
_TREES = 500  # of so many estates or houses the full names are kept at hand


class Index:
    """The names of one ground. A hit is a table (units, places or areas) and a row of it.

    `by_id`: id of a unit -> row; `atoms`: id -> row. Names of the units inside another are made plain once an address
    begins as that one does.
    """

    def __init__(self, town: Town) -> None:
        """Index a ground.

        Parameters
        ----------
        town : its units, atoms and tables.
        """
        self.units, self.inside = town.units, town.inside
        self.tables = {"units": town.units, **{k: town.tables[k] for k in _SEARCHED}}
        self.by_id, self.atoms = unit_ids(town.units), Register(town.atoms["atom_id"].reset_index(drop=True))
        self.id_of, self.level_of = reader(town.units["id"]), reader(town.units["level"])
        self._names_of = {kind: [reader(self.tables[kind][column]) for column in NAMED] for kind in HELD}
        self.name_of, self.name_en_of = self._names_of["units"]
        self.atom_unit = town.atoms["unit"].to_numpy(np.int64)
        self.parent = town.units["parent"].to_numpy(np.int64)
        self.numbers, self.low, self.high = (
            town.units[c].to_numpy(float) for c in ("number", "floor_from", "floor_to")
        )
        self._atom_ids = in_arrow(town.atoms["atom_id"])
        self._trees = dict[int, dict[str, list[int]]]()
        self._first = first_number(self.tables)
        self._tops, self._begins = whole_names(self.tables, plain), all_names(self.tables, tidy)

    def hits(self, name: str) -> list[Hit]:
        """Return all that an address may begin from by a name: whatever a number alone does not tell.

        Parameters
        ----------
        name : of `tidy`.

        Returns
        -------
        Hits; empty where nothing is called so.
        """
        return to_hits(self._begins.find_all(name), self._first)

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
        begun = {number for end in range(len(key)) for number in self._tops.find_all(key[: end + 1])}
        tops = [row for kind, row in to_hits(sorted(begun), self._first) if kind == "units"]
        rows = sorted({row for top in tops for row in self._tree(top).get(key, ())})
        same = to_hits(self._tops.find_all(key), self._first)
        return [*(("units", row) for row in rows), *(hit for hit in same if hit[0] != "units")]

    def _tree(self, top: int) -> dict[str, list[int]]:
        """Return plain full name -> rows, of a unit in no other and all inside it: their names begin with its own."""
        if (found := self._trees.get(top)) is None:
            found = dict[str, list[int]]()
            for row in self._under(top):
                for name in self.names_of(("units", row)):
                    found.setdefault(plain(name), []).append(row)
            if len(self._trees) == _TREES:
                self._trees.clear()
            self._trees[top] = found
        return found

    def _under(self, top: int) -> list[int]:
        """Return a unit and all inside it, from the outside in."""
        parents, rows = units_by_parent(self.units)
        found = [np.array([top])]
        while len(found[-1]):
            found.append(rows[spread(parents, found[-1])[1]])
        return [int(row) for row in np.concatenate(found)]

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
        for end in range(min(len(words), at + self._begins.longest), at, -1):
            if self._begins.find(words[at:end]) >= 0 and whole_word(words, at, end):
                return end
        return at

    def nested(self, first: str, second: str) -> bool:
        """Return whether of two names one may be of a unit inside the other's.

        Parameters
        ----------
        first, second : of `tidy`.

        Returns
        -------
        Boolean.
        """
        return bool(self.within([self.hits(first), self.hits(second)]))

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

    def names_of(self, hit: Hit) -> list[Any]:
        """Return the names of a hit in each language.

        Parameters
        ----------
        hit : table and row.

        Returns
        -------
        Names; missing ones stay missing.
        """
        return [name_of(hit[1]) for name_of in self._names_of[hit[0]]]

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
        return set(self._atom_ids.take(pa.array(self.inside_of(rows))).to_pylist())

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
        found = np.unique(self.atom_unit[self.inside_of([row])])
        return [int(at) for at in found if at != row and self.level_of(at) == level]

    def inside_of(self, rows: list[int]) -> Ints:
        """Return all atoms inside units.

        Parameters
        ----------
        rows : of units.

        Returns
        -------
        (n,) rows of atoms.
        """
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
        up, number = self.parent[row], self.numbers[row]
        own = [name_of(row).removeprefix(name_of(up) if up >= 0 else "").strip() for name_of in self._names_of["units"]]
        return labels_of(level, int(number) if np.isfinite(number) else None, *own)

    @cached_property
    def gazetteer(self) -> Gazetteer:
        """The search index over the same names, for candidates of a question."""
        return make_gazetteer(self.units, *(self.tables[kind] for kind in _SEARCHED))


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
