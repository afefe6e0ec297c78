"""Addresses in words -> atoms, or a question: '临水花园3栋2单元', 'Linshui Garden minus buildings 1-5', four roads.

Nothing is guessed: what is unknown, or fits twice, comes back as a question with what it could mean.
"""

import re
from dataclasses import dataclass, replace

from zoning.addresses.ground import in_block, in_shape, of_place, roads_around
from zoning.addresses.index import Index, index_of
from zoning.addresses.names import Hit
from zoning.addresses.town import Town
from zoning.addresses.tree import go_down
from zoning.addresses.unclear import SHOWN, UnclearError, rows_of
from zoning.addresses.words import LEVELS, Group, RangeError, read_groups, tidy, without_parts
from zoning.gazetteer import Gazetteer, search
from zoning.locate import Reading

_LESS = re.compile(r"除了|除去|除|减去|不含|不包括|\b(?:minus|less|except for|except|excluding|without)\b")
_LESS_FIRST = re.compile(r"除了?(.+?)(?:以外|之外|外)的?(.+)")
_AFTER_LESS = re.compile(r"(?:以外|之外|外)的?(?:部分)?\)?$|\)$")
_REST = re.compile(r"其余(?:部分)?|剩余(?:部分)?|\b(?:rest|remainder) of\b")
_ROOM = re.compile(
    r"(?<![\d-])\d{3,4}\s*(?:号?房|室)$|(?<=[元栋幢座楼层])\s*\d{3,4}$|,?\s*\b(?:flat|room)\s*\d+\w?\b,?", re.I
)
_GROUNDS = re.compile(r"空地|公共部分|\b(?:grounds|common parts?) of\b")


@dataclass(frozen=True)
class Answer:
    """What an address means: `atoms` (ids, in order), or a question in English and Chinese, never both.

    `candidates`: (id, name) of what the question could mean. `unit`, `place`: id of the one that the address names.
    """

    atoms: tuple[str, ...] = ()
    question: str = ""
    question_zh: str = ""
    candidates: tuple[tuple[str, str], ...] = ()
    unit: str = ""
    place: str = ""


@dataclass(frozen=True)
class _Found:
    """Atoms; the units that make them up, where whole units do; the place that was named."""

    atoms: frozenset[str]
    rows: tuple[int, ...] = ()
    place: str = ""


def resolve(text: str, town: Town, gazetteer: Gazetteer | None = None) -> Answer:
    """Resolve an address in words.

    Parameters
    ----------
    text : the full name or id of a unit, area or place, or the id of an atom; an estate or house with its blocks,
        units and floors in any order; several of these; one of these less others; or a block of named roads. Chinese
        or English.
    town : a plan, or what it is made from.
    gazetteer : for the candidates of a question; None makes one when it is needed.

    Returns
    -------
    Answer: the atoms, or a question.
    """
    index, words = index_of(town), tidy(text)
    reader = _Reader(town, index)
    try:
        found = reader.read(text.strip(), words)
        if found.atoms:
            unit = index.id_of(found.rows[0]) if len(set(found.rows)) == 1 else ""
            return Answer(tuple(sorted(found.atoms)), unit=unit, place=found.place)
        unclear = UnclearError(f"'{text}' holds no ground; what of it is meant?", f"“{text}”不含任何地面，指的是什么？")
    except UnclearError as error:
        unclear = error
    except RangeError as error:
        unclear = UnclearError(
            f"'{error}' is no range; write the lower number first", f"“{error}”不是范围，请先写小的号数"
        )
    candidates = unclear.candidates
    if not candidates:
        near = search(gazetteer or index.gazetteer, without_parts(words), SHOWN)
        candidates = tuple(zip(near["id"], near["name"], strict=True))
    return Answer((), unclear.question, unclear.question_zh, candidates)


def read_address(text: str, town: Town) -> Reading:
    """Read the address of a fact: a room is taken as the unit or building that it is in.

    Parameters
    ----------
    text : as recorded.
    town : a plan, or what it is made from.

    Returns
    -------
    Reading: one unit or one place, else a question with what could be meant.
    """
    answer = resolve(_ROOM.sub("", text), town)
    if answer.unit or answer.place:
        return Reading(answer.unit, answer.place)
    index = index_of(town)
    if len(answer.atoms) == 1 and (atom := index.atoms.find(answer.atoms[0])) >= 0:
        return Reading(index.id_of(index.atom_unit[atom]))
    question = answer.question or f"'{text}' names more ground than one unit; give the unit of the fact"
    listed = ", ".join(f"{name} ({key})" for key, name in answer.candidates)
    return Reading(question=f"{question} {listed}".strip())


class _Reader:
    """Reads addresses on one ground."""

    def __init__(self, town: Town, index: Index) -> None:
        self.town, self.index = town, index

    def read(self, text: str, words: str) -> _Found:
        if (found := self.by_name(text)) is not None:
            return found
        if roads := roads_around(words):
            return _Found(frozenset(in_block(roads, self.town, self.index)))
        if first := _LESS_FIRST.fullmatch(words):
            return self.less(first[2], first[1])
        base, *less = _LESS.split(words, maxsplit=1)
        if less:
            return self.less(base.rstrip(" ,("), _AFTER_LESS.sub("", less[0]))
        if _REST.search(words):
            top = self.only_unit(_REST.sub("", words))
            raise UnclearError(
                f"'{text}' does not say after what it is the rest; write 'grounds of' it for the ground between its "
                "buildings, or it 'minus' buildings by number",
                f"“{text}”没有说明除去什么之后的其余部分；楼间空地请写“空地”，或写“除几栋外”",
                rows_of(self.index.units, [top]),
            )
        if _GROUNDS.search(words):
            return self.grounds(_GROUNDS.sub("", words))
        return self.union(self.groups(words), words)

    def by_name(self, text: str) -> _Found | None:
        """Return the ground of the unit, atom, area or place with this very id or name; None where there is none."""
        if (row := self.index.by_id.find(text)) >= 0:
            return self.of_hit(("units", row))
        if (atom := self.index.atoms.find(text)) >= 0:
            row = int(self.index.atom_unit[atom])
            return _Found(frozenset([text]), (row,) if len(self.index.atoms_of([row])) == 1 else ())
        hits = self.index.called(text)
        same = [hit for hit in hits if text in self.index.names_of(hit)]
        return self.of_hits(text, same or hits) if hits else None

    def of_hits(self, text: str, hits: list[Hit]) -> _Found:
        """Return the ground of the one thing of a name; a place that stands on a unit of its own name is that unit."""
        units = {self.index.id_of(row) for kind, row in hits if kind == "units"}
        places = self.town.tables["places"]["unit_id"]
        hits = [(kind, row) for kind, row in hits if kind != "places" or places.iat[row] not in units]
        if len(hits) > 1:
            raise UnclearError(
                f"'{text}' is the name of {len(hits)}; give the id of one",
                f"叫“{text}”的有 {len(hits)} 个，请给出其中一个的编号",
                self.index.candidates(hits),
            )
        return self.of_hit(hits[0])

    def of_hit(self, hit: Hit) -> _Found:
        kind, row = hit
        if kind == "units":
            return self.of_units([row])
        if kind == "areas":
            return _Found(frozenset(in_shape(self.town.tables["areas"]["geometry"].iat[row], self.town)))
        atoms, rows = of_place(row, self.town, self.index)
        return _Found(frozenset(atoms), tuple(rows), self.town.tables["places"]["id"].iat[row])

    def of_units(self, rows: list[int]) -> _Found:
        return _Found(frozenset(self.index.atoms_of(rows)), tuple(rows))

    def groups(self, words: str) -> list[Group]:
        found = read_groups(words, self.index.name_at, self.index.nested)
        if not found or any(group.other for group in found):
            raise _unknown(words)
        return found

    def union(self, groups: list[Group], words: str, context: Group | None = None) -> _Found:
        """Return the ground of one address or of a list of them; `context`: what lends the names that are left out."""
        parts = [self.of_group(group, words) for group in _completed(groups, context, words, self.index)]
        rows = tuple(row for part in parts for row in part.rows)
        whole = all(part.rows for part in parts)
        place = parts[0].place if len(parts) == 1 else ""
        return _Found(frozenset().union(*(part.atoms for part in parts)), rows if whole else (), place)

    def of_group(self, group: Group, words: str) -> _Found:
        named = [self.index.hits(name) for name in group.names]
        if not group.parts and len(named) == 1:
            return self.of_hits(group.names[0], named[0])
        return self.of_units(go_down(self.top_of(group, named, words), group.parts, self.index))

    def top_of(self, group: Group, named: list[list[Hit]], words: str) -> int:
        """Return the unit that the names of a group lead to: of several, one inside the other."""
        rows = self.index.within(named)
        deepest = [row for row in rows if not any(row in list(self.index.line(other))[1:] for other in rows)]
        said = ", ".join(group.names)
        if len(deepest) == 1:
            return deepest[0]
        if deepest:
            raise UnclearError(
                f"'{said}' fits {len(deepest)} units; give the id of one",
                f"“{said}”符合的有 {len(deepest)} 个，请给出其中一个的编号",
                rows_of(self.index.units, deepest),
            )
        raise UnclearError(
            f"'{words}' is not known as an address: '{said}' is no unit with parts",
            f"“{words}”不是已知的地址：“{said}”不是可以再分的楼栋或小区",
            self.index.candidates([hit for hits in named for hit in hits]),
        )

    def only_unit(self, words: str) -> int:
        """Return the one unit that an address means."""
        rows = self.union(self.groups(words), words).rows
        if len(set(rows)) != 1:
            raise _unknown(words)
        return rows[0]

    def less(self, base: str, less: str) -> _Found:
        """Take from the ground of one address that of others, which may be said without repeating its name."""
        whole = self.read(base, base)
        if len(self.index.called(less)) == 1:
            taken = self.read(less, less)
        else:
            taken = self.union(self.groups(less), less, self.groups(base)[0])
        if not taken.atoms <= whole.atoms:
            held = {int(self.index.atom_unit[row]) for a in whole.atoms if (row := self.index.atoms.find(a)) >= 0}
            raise UnclearError(
                f"'{less}' is not inside '{base}'; which of its parts is meant?",
                f"“{less}”不在“{base}”内，指的是其中哪一部分？",
                rows_of(self.index.units, sorted(held)),
            )
        return _Found(whole.atoms - taken.atoms)

    def grounds(self, words: str) -> _Found:
        """Return what of a unit is in no part of it."""
        row = self.only_unit(words)
        rest = {a for a in self.index.atoms_of([row]) if a == f"{self.index.id_of(row)}/rest"}
        if not rest:
            raise UnclearError(
                f"'{words}' has no parts, so no ground beside them; take the whole of it?",
                f"“{words}”没有再分的部分，也就没有其间的空地；要取它的全部吗？",
                rows_of(self.index.units, [row]),
            )
        return _Found(frozenset(rest))


def _completed(groups: list[Group], context: Group | None, words: str, index: Index) -> list[Group]:
    """Give each group of a list the names and the higher levels that it leaves to the one before it, else after it."""
    found: list[Group] = []
    for at, group in enumerate(groups):
        after = next((g for g in groups[at + 1 :] if g.names), None)
        if after and after is groups[at + 1] and after.parts and _shares(group, index):
            raise _two_ways(words, groups, index)
        if group.names:
            around = [name for name in context.names if index.nested(name, group.names[0])] if context else []
            found.append(replace(group, names=list(dict.fromkeys([*around, *group.names]))))
            continue
        lender = context or (found[-1] if found else after)
        if not lender or not lender.names:
            raise _unknown(words)
        said = [level for level in LEVELS if level in group.parts]
        above = [level for level in LEVELS[: LEVELS.index(said[0])] if level in lender.parts] if said else []
        if above and said[0] not in lender.parts and lender is not context:
            raise _two_ways(words, [lender], index)
        found.append(Group(lender.names, {**{level: lender.parts[level] for level in above}, **group.parts}))
    return found


def _shares(group: Group, index: Index) -> bool:
    """Return whether a bare name, said before parts of another, could share those parts."""
    hits = [hit for name in group.names for hit in index.hits(name)]
    bare = bool(hits) and not group.parts and not group.whole
    return bare and any(kind == "units" and not index.units["leaf"].iat[row] for kind, row in hits)


def _two_ways(words: str, groups: list[Group], index: Index) -> UnclearError:
    return UnclearError(
        f"'{words}' may be read in two ways; say for each part of the list which estate and building it is of",
        f"“{words}”有两种读法，请为列出的每一部分写明小区和楼栋",
        index.candidates([hit for group in groups for name in group.names for hit in index.hits(name)]),
    )


def _unknown(words: str) -> UnclearError:
    return UnclearError(
        f"'{words}' is not known as an address; which of these is it?", f"“{words}”不是已知的地址，是其中哪一个？"
    )
