"""Addresses in words -> atoms, or a question: '临水花园3栋2单元', 'Linshui Garden minus buildings 1-5', four roads.

Nothing is guessed: what is unknown, or fits twice, comes back as a question with what it could mean.
"""

import re
from dataclasses import dataclass
from unicodedata import normalize

import numpy as np
import pandas as pd
import shapely

from zoning.gazetteer import Gazetteer, digits, make_gazetteer, plain, search
from zoning.geometry import cells_to_text
from zoning.grounds.scene import Scene, hold_shapes
from zoning.lookup import atoms_inside
from zoning.pipeline import Plan

SHOWN, MOST = 8, 1000
_NOTHING = pd.DataFrame({"id": [], "name": []})
_NAMES = ("name", "name_en")
_ONE = r"\d+(?:\s*(?:-|~|–|—|至|到|to)\s*\d+)?"
_MANY = rf"{_ONE}(?:\s*(?:、|,|和|及|and)\s*{_ONE})*"
_PARTS = {
    "building": rf"第?({_MANY})\s*(?:号楼|栋|幢|座|号)|\b(?:blocks?|buildings?|towers?|houses?)\s*({_MANY})",
    "stairwell": rf"第?({_MANY})\s*单元|\b(?:units?|stairwells?)\s*({_MANY})",
    "floor_range": rf"第?({_MANY})\s*(?:层|楼)|\bfloors?\s*({_MANY})",
}
_FILL = re.compile(r"[\s,;.、()的]|\b(?:the|of|in|all|whole)\b|全部|整个")
_LESS = re.compile(r"除了|除去|除|减去|不含|不包括|\bminus\b|\bexcept for\b|\bexcept\b|\bwithout\b")
_LESS_FIRST = re.compile(r"除了?(.+?)(?:以外|之外|外)的?(.+)")
_AFTER_LESS = re.compile(r"(?:以外|之外|外)的?(?:部分)?$")
_REST = re.compile(r"其余(?:部分)?|剩余(?:部分)?|\b(?:rest|remainder) of\b")
_GROUNDS = re.compile(r"空地|公共部分|\b(?:grounds|common parts?) of\b")
_ROUND = re.compile(r"由?(.+?)(?:围合|合围|所围|围成).*|(?:the )?(?:block |area )?(?:bounded|enclosed) by (.+)")
_AND = re.compile(r"\s*(?:、|,|;|和|及|与|\band\b|&)\s*")
_BLANKS = re.compile(r"(?<=[㐀-鿿])\s+|\s+(?=[㐀-鿿])")


@dataclass(frozen=True)
class Answer:
    """What an address means: `atoms` (ids, in order), or a `question` with `candidates` (id, name), never both."""

    atoms: tuple[str, ...] = ()
    question: str = ""
    candidates: tuple[tuple[str, str], ...] = ()


class _UnclearError(Exception):
    """Carries a question out of the depth of an address."""

    def __init__(self, question: str, candidates: pd.DataFrame) -> None:
        self.answer = Answer((), question, tuple(zip(candidates["id"], candidates["name"], strict=True))[:SHOWN])


def resolve(text: str, plan: Plan, gazetteer: Gazetteer | None = None) -> Answer:
    """Resolve an address in words.

    Parameters
    ----------
    text : the full name or id of a unit, area or place, or the id of an atom; an estate or house with its blocks,
        units and floors in any order; one of these less others; or a block of named roads. Chinese or English.
    plan : as derived.
    gazetteer : for the candidates of a question; None makes one when it is needed.

    Returns
    -------
    Answer: the atoms, or a question.
    """
    words = _BLANKS.sub("", digits(normalize("NFKC", text).casefold()).strip())
    try:
        if atoms := _resolve(text.strip(), words, plan):
            return Answer(tuple(sorted(atoms)))
        answer = Answer((), f"'{text}' holds no ground; what of it is meant?")
    except _UnclearError as unclear:
        answer = unclear.answer
    if not answer.candidates:
        made = gazetteer or make_gazetteer(plan.units, *(plan.tables[k] for k in ("places", "roads", "areas")))
        near = search(made, _without_parts(words), SHOWN)
        answer = Answer((), answer.question, tuple(zip(near["id"], near["name"], strict=True)))
    return answer


def _resolve(text: str, words: str, plan: Plan) -> set[str]:
    if (found := _by_name(text, plan)) is not None:
        return found
    if around := _ROUND.fullmatch(words):
        return _in_block(around[1] or around[2], plan)
    if first := _LESS_FIRST.fullmatch(words):
        return _less(first[2], first[1], plan)
    base, *less = _LESS.split(words, maxsplit=1)
    if less:
        return _less(base, _AFTER_LESS.sub("", less[0]), plan)
    if _REST.search(words):
        top = plan.units.iloc[[_top(_REST.sub("", words), plan)[0]]]
        said = "'grounds of' it for the ground between its buildings, or it 'minus' buildings by number"
        raise _UnclearError(f"'{text}' does not say after what it is the rest; write {said}", top)
    if _GROUNDS.search(words):
        return _grounds(_GROUNDS.sub("", words), plan)
    return _atoms_of(_in_unit(*_top(words, plan), plan), plan)


def _by_name(text: str, plan: Plan) -> set[str] | None:
    """Return the atoms of the unit, atom, area or place with this very id or name; None where there is none."""
    if len(rows := plan.units.index[plan.units["id"] == text]):
        return _atoms_of(rows.tolist(), plan)
    if (plan.atoms["atom_id"] == text).any():
        return {text}
    places, areas = plan.tables["places"], plan.tables["areas"]
    for same in (str, plain):
        hits = [
            t[t[c].map(same, na_action="ignore") == same(text)] for t in (plan.units, areas, places) for c in _NAMES
        ]
        units, in_areas, at = (pd.concat(hits[i : i + 2]).drop_duplicates("id") for i in (0, 2, 4))
        at = at[~at["unit_id"].isin(units["id"])]
        every = pd.concat([t[["id", "name"]] for t in (units, in_areas, at)])
        if len(every) > 1:
            raise _UnclearError(f"'{text}' is the name of {len(every)}; give the id of one", every)
        if len(units):
            return _atoms_of(units.index.tolist(), plan)
        if len(in_areas):
            return _in_shape(in_areas["geometry"].iloc[0], plan)
        if len(at):
            return _of_place(at.iloc[0], plan)
    return None


def _of_place(place: pd.Series, plan: Plan) -> set[str]:
    rows = plan.units.index[plan.units["id"] == place["unit_id"]]
    if not len(rows):
        found = place.to_frame().T
        raise _UnclearError(f"'{place['name']}' is a place on no unit; name the building or draw the ground", found)
    return _atoms_of(rows.tolist(), plan)


def _atoms_of(rows: list[int], plan: Plan) -> set[str]:
    return set(plan.atoms["atom_id"].to_numpy(object)[atoms_inside(np.array(rows, np.int64), plan.inside)[1]])


def _less(base: str, less: str, plan: Plan) -> set[str]:
    """Take from the atoms of one address those of others, which may be said without repeating its name."""
    whole = _by_name(base, plan)
    if whole is None:
        whole = _resolve(base, base, plan)
    asked, left = _parts(less)
    taken = _atoms_of(_in_unit(_top(base, plan)[0], asked, plan), plan) if not left else _resolve(less, less, plan)
    if not taken <= whole:
        parts = plan.units["id"].isin(plan.atoms.loc[plan.atoms["atom_id"].isin(whole), "unit_id"])
        raise _UnclearError(f"'{less}' is not inside '{base}'; which of its parts is meant?", plan.units[parts])
    return whole - taken


def _grounds(words: str, plan: Plan) -> set[str]:
    top = plan.units.iloc[[_in_unit(*_top(words, plan), plan)[0]]]
    rest = set(plan.atoms.loc[(plan.atoms["kind"] == "rest") & plan.atoms["unit_id"].isin(top["id"]), "atom_id"])
    if not rest:
        raise _UnclearError(f"'{words}' has no parts, so no ground beside them; take the whole of it?", top)
    return rest


def _top(words: str, plan: Plan) -> tuple[int, dict[str, set[int]]]:
    """Return the estate or lone building that an address begins from, and the parts asked of it."""
    tops = plan.units[plan.units["parent"] < 0]
    called = [
        (len(name), row, name)
        for column in _NAMES
        for row, name in zip(tops.index, tops[column].map(_plain_words), strict=True)
        if name in words
    ]
    most = max(called, default=(0, 0, ""))
    rows = sorted({row for size, row, _ in called if size == most[0]})
    if len(rows) > 1:
        raise _UnclearError(f"'{words}' fits {len(rows)} units; give the id of one", tops.loc[rows])
    asked, left = _parts(words.replace(most[2], " ", 1) if rows else words)
    if left or not rows:
        raise _UnclearError(f"'{words}' is not known as an address; which of these is it?", tops.iloc[:0])
    return rows[0], asked


def _plain_words(name: str) -> str:
    return _BLANKS.sub("", digits(normalize("NFKC", name).casefold()).strip())


def _parts(words: str) -> tuple[dict[str, set[int]], str]:
    """Return the numbers asked at each level, and the words that are neither."""
    asked: dict[str, set[int]] = {}
    for level, pattern in _PARTS.items():
        for found in re.finditer(pattern, words):
            asked.setdefault(level, set()).update(_numbers(found[1] or found[2]))
        words = re.sub(pattern, " ", words)
    return asked, _FILL.sub("", words)


def _without_parts(words: str) -> str:
    for pattern in (*_PARTS.values(), _LESS.pattern, _REST.pattern, _GROUNDS.pattern):
        words = re.sub(pattern, " ", words)
    return words


def _numbers(text: str) -> set[int]:
    found: set[int] = set()
    for one in re.finditer(_ONE, text):
        ends = [int(n) for n in re.findall(r"\d+", one.group())]
        if not 0 <= ends[-1] - ends[0] < MOST:
            raise _UnclearError(f"'{one.group()}' is no range; write the lower number first", _NOTHING)
        found.update(range(ends[0], ends[-1] + 1))
    return found


def _in_unit(top: int, asked: dict[str, set[int]], plan: Plan) -> list[int]:
    """Go down from a unit to the parts that are asked for."""
    rows = [top]
    for level in ("building", "stairwell"):
        if level in asked:
            rows = [_numbered(row, level, n, plan) for row in rows for n in sorted(asked[level])]
    if "floor_range" in asked:
        rows = [part for row in rows for part in _floors(row, asked["floor_range"], plan)]
    return rows


def _below(row: int, level: str, plan: Plan) -> pd.DataFrame:
    """Return the units of a level anywhere below a unit, with the number of each: its own, else that of its name."""
    atoms = atoms_inside(np.array([row]), plan.inside)[1]
    units, rows = plan.units, set(plan.atoms["unit"].to_numpy()[atoms].tolist()) - {row}
    below = units.loc[sorted(rows)]
    below = below[below["level"] == level]
    named = pd.Series([_own_number(units, at) for at in below.index], index=below.index, dtype=float)
    return below.assign(number=below["number"].fillna(named))


def _own_number(units: pd.DataFrame, row: int) -> float:
    parent = units["parent"].iat[row]
    own = str(units["name"].iat[row]).removeprefix(str(units["name"].iat[parent]))
    found = re.search(r"\d+", digits(normalize("NFKC", own)))
    return float(found.group()) if found else np.nan


def _numbered(row: int, level: str, number: int, plan: Plan) -> int:
    below, name = _below(row, level, plan), plan.units["name"].iat[row]
    fits = below[below["number"] == number]
    what = level.replace("_", " ")
    if below.empty:
        raise _UnclearError(f"'{name}' has no {what}s; take the whole of it?", plan.units.iloc[[row]])
    if fits.empty:
        raise _UnclearError(f"'{name}' has no {what} {number}; which of its {len(below)} is it?", below)
    if len(fits) > 1:
        raise _UnclearError(f"'{name}' has {len(fits)} {what}s of number {number}; give the id of one", fits)
    return int(fits.index[0])


def _floors(row: int, asked: set[int], plan: Plan) -> list[int]:
    """Return the floor ranges that make up the floors asked for, if they do so exactly."""
    ranges, name = _below(row, "floor_range", plan), plan.units["name"].iat[row]
    if ranges.empty:
        raise _UnclearError(f"'{name}' is not divided by floors; take the whole of it?", plan.units.iloc[[row]])
    spans = {
        at: set(range(int(low), int(high) + 1))
        for at, low, high in zip(ranges.index, ranges["floor_from"], ranges["floor_to"], strict=True)
        if np.isfinite(low) and np.isfinite(high)
    }
    touched = {at: span for at, span in spans.items() if span & asked}
    if set[int]().union(*touched.values()) != asked:
        raise _UnclearError(f"the floors asked for are no whole ranges of '{name}'; take which of these?", ranges)
    return list(touched)


def _in_shape(shape: shapely.Geometry, plan: Plan) -> set[str]:
    """Return the atoms and cells that an outline holds, as the pack takes them."""
    nowhere = pd.DataFrame({"lng": [], "lat": []})
    scene = Scene(plan.units, plan.atoms, plan.inside, nowhere, plan.tables, plan.policy, plan.frame, plan.settings)
    hold_shapes({"": shape}, scene)
    held = scene.holds[""]
    units = held[held < len(plan.atoms)].astype(np.int64)
    return {*plan.atoms["atom_id"].to_numpy(object)[units], *cells_to_text(held[held >= len(plan.atoms)])}


def _in_block(words: str, plan: Plan) -> set[str]:
    """Return the atoms of the one block that has all of the named roads around it."""
    roads, lines, named = plan.tables["roads"], [], []
    for word in filter(None, _AND.split(words)):
        same = np.logical_or(*(roads[c].map(plain, na_action="ignore") == plain(word) for c in _NAMES))
        if not same.any():
            made = make_gazetteer(
                plan.units.iloc[:0], plan.tables["places"].iloc[:0], roads, plan.tables["areas"].iloc[:0]
            )
            raise _UnclearError(f"no road is called '{word}'; which is meant?", search(made, word, SHOWN))
        named.append(roads[same.to_numpy(bool)])
        lines.append(shapely.union_all(named[-1]["geometry"].to_numpy(object)))
    blocks = shapely.get_parts(shapely.polygonize([shapely.union_all(lines)]))
    rims = shapely.boundary(blocks)
    along = [shapely.length(shapely.intersection(rims, line)) > 0 for line in lines]
    fits = blocks[np.all(along, axis=0)] if lines else blocks
    if len(fits) != 1:
        said = "close no block" if not len(fits) else f"close {len(fits)} blocks"
        every = pd.concat([roads.iloc[:0], *named]).drop_duplicates("name")
        raise _UnclearError(f"the roads '{words}' {said}; name the roads on all its sides", every)
    return _in_shape(fits[0], plan)
