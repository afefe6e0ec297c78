"""The index of addresses a second time, in dicts over every unit: what the compact one is held to."""

import re

import numpy as np
import pandas as pd

from zoning.addresses.index import Index
from zoning.addresses.names import NAMED, Hit
from zoning.addresses.town import Town
from zoning.addresses.words import part_labels, plain_label, tidy, whole_word
from zoning.gazetteer import plain


class Rows(dict[str, int]):
    """Text -> row."""

    def find(self, text: str) -> int:
        return self.get(text, -1)


class PlainIndex(Index):
    """What an address asks of names, ids and labels, answered from dicts; the rest is the index's own."""

    def __init__(self, town: Town) -> None:
        super().__init__(town)
        self.by_id = Rows((name, row) for row, name in enumerate(town.units["id"]))
        self.atoms = Rows((name, row) for row, name in enumerate(town.atoms["atom_id"]))
        self.words = [town.units[column].tolist() for column in NAMED]
        self.full: dict[str, dict[Hit, None]] = {}
        self.begins: dict[str, dict[Hit, None]] = {}
        for words in self.words:
            for row, name in enumerate(words):
                self.full.setdefault(plain(name), {})["units", row] = None
                if self.parent[row] < 0:
                    self.begins.setdefault(tidy(name), {})["units", row] = None
        for kind in ("places", "areas"):
            for column in NAMED:
                for row, name in enumerate(self.tables[kind][column]):
                    if pd.notna(name):
                        self.full.setdefault(plain(name), {})[kind, row] = None
                        self.begins.setdefault(tidy(name), {})[kind, row] = None
        for words in self.words:
            for row, name in enumerate(words):
                if self.parent[row] >= 0 and "" in part_labels(own := self.own(words, row)):
                    for said in (own, name):
                        self.begins.setdefault(tidy(said), {})["units", row] = None
        self.full.pop("", None)
        self.begins.pop("", None)

    def own(self, words: list[str], row: int) -> str:
        up = self.parent[row]
        return words[row].removeprefix(words[up] if up >= 0 else "").strip()

    def hits(self, name: str) -> list[Hit]:
        return list(self.begins.get(name, ()))

    def called(self, text: str) -> list[Hit]:
        hits = self.full.get(plain(text), {})
        return [*sorted(hit for hit in hits if hit[0] == "units"), *(hit for hit in hits if hit[0] != "units")]

    def name_at(self, words: str, at: int) -> int:
        ends = range(len(words), at, -1)
        return next((end for end in ends if words[at:end] in self.begins and whole_word(words, at, end)), at)

    def labels(self, row: int, level: str) -> frozenset[str]:
        told, found = set[str](), set[str]()
        for words in self.words:
            own = self.own(words, row)
            found |= part_labels(own).get(level) or set(re.findall(r"\d+", tidy(own))[:1])
        if np.isfinite(self.numbers[row]):
            told, found = {str(int(self.numbers[row]))}, {word for word in found if not word.isdecimal()}
        return frozenset(told | {plain_label(word) for word in found})
