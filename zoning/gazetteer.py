"""Search of names of units, places, roads and areas: by Chinese, pinyin, initials, English, and with typos.

Every name is written in its forms (Chinese, English, pinyin, initials); one sorted array of where their parts begin
answers whole names, beginnings and inner parts alike. Names with typos share a piece with what was typed (`typos`).
"""

import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from unicodedata import normalize

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from zoning.geometry import Ints
from zoning.spelling import CHINESE, initials, readings
from zoning.typos import Typos, make_typos, near

COLUMNS = ("id", "kind", "name", "name_en")
WHY = ("exact", "prefix", "part", "pinyin", "initials", "typo")
_PREFIX, _PART, _PINYIN, _INITIALS, _TYPO = range(1, 6)
_STEP, _INNER = 4096, 2048  # cost of a hit: its way, then whether it is inside the form, then the form's length
_HEAD = 5  # longer ones save little time and cost much memory
_FEW = 256  # so few ranks are sorted at once
_NUMERALS = "零〇一二三四五六七八九十百"
_DIGITS = {**{c: i for i, c in enumerate("零一二三四五六七八九")}, "〇": 0}
_RUNS = re.compile(f"[{_NUMERALS}]+")
_PIECES = re.compile(r"\d+(?:号楼|单元|栋|幢|座|层|楼|号)?|[a-z]+|[^\da-z]+")


@dataclass(frozen=True)
class Gazetteer:
    """Names and the index over them.

    `names`: id, kind, name, name_en; one row a name. `text`: every form, each ended by a line break. `at`: where in
    `text` each part begins, in order of what stands there; `ranks`: of the same entries, the cost of a hit there and,
    below it, the row of `names`. `heads`: first letters, up to `_HEAD` -> stretch of `at`. `begins`: where in `text`
    the forms of each row begin. `typos`: of every form but initials.
    """

    names: pd.DataFrame
    text: str
    at: "array[int]"
    ranks: Ints
    heads: dict[str, tuple[int, int]]
    begins: list[int]
    typos: Typos


def plain(text: str) -> str:
    """Return words as they are compared: letters and digits only, without width and case, numerals as digits.

    Parameters
    ----------
    text : any.

    Returns
    -------
    Such as 临水花园3栋 for '临水花园 三栋'.
    """
    clean = "".join(digits(normalize("NFKC", text).casefold()).split())
    return clean if clean.isalnum() else "".join(filter(str.isalnum, clean))


def digits(text: str) -> str:
    """Write Chinese numerals up to 999 as digits: 十二 is 12, 一百零三 is 103, 二〇三 is 203.

    Parameters
    ----------
    text : any.

    Returns
    -------
    The text with digits.
    """
    return _RUNS.sub(lambda run: _number(run.group()), text)


def _number(run: str) -> str:
    if not set(run) & {"十", "百"}:
        return "".join(str(_DIGITS[c]) for c in run)
    total = digit = 0
    for c in run:
        if c in "十百":
            total, digit = total + (digit or 1) * (10 if c == "十" else 100), 0
        else:
            digit = _DIGITS[c]
    return str(total + digit)


def make_gazetteer(units: pd.DataFrame, places: pd.DataFrame, roads: pd.DataFrame, areas: pd.DataFrame) -> Gazetteer:
    """Index every name; a road of many pieces is one name.

    Parameters
    ----------
    units : of `make_units`; id, level, name and name_en (of the whole path).
    places, roads, areas : contract tables; id, name, name_en.

    Returns
    -------
    Gazetteer.
    """
    tables = {"place": places, "road": roads.drop_duplicates("name"), "area": areas}
    parts = [units.assign(kind=units["level"]), *(t.assign(kind=kind) for kind, t in tables.items())]
    names = pd.concat([pd.DataFrame(p)[list(COLUMNS)].astype(object) for p in parts], ignore_index=True)
    names = names[names["name"].notna()].reset_index(drop=True)
    return _index(names.assign(name_en=names["name_en"].fillna(names["name"])))


def _index(names: pd.DataFrame) -> Gazetteer:
    texts: list[str] = []
    parts: list[str] = []
    at, ranks = array("q"), array("q")
    begins: list[int] = []
    forms: list[str] = []
    rows = array("I")
    end = 0
    for row, (name, english) in enumerate(zip(names["name"], names["name_en"], strict=True)):
        begins.append(end)
        for form, starts, way in _forms(name, english):
            first = (way * _STEP + min(len(form), _INNER - 1)) * len(names) + row
            inner = first + (_INNER + (_STEP if way == _PREFIX else 0)) * len(names)
            for start in starts:
                parts.append(form[start:])
                at.append(end + start)
                ranks.append(inner if start else first)
            texts.append(form)
            end += len(form) + 1
            if way != _INITIALS:
                forms.append(form)
                rows.append(row)
    begins.append(end)
    sorted_parts = pa.array(parts, pa.large_string())
    order = pc.sort_indices(sorted_parts)
    turn = order.to_numpy()
    places = array("q", np.asarray(at, np.int64)[turn].tobytes())
    heads, typos = _heads(sorted_parts.take(order)), make_typos(forms, rows)
    return Gazetteer(names, "\n".join([*texts, ""]), places, np.asarray(ranks, np.int64)[turn], heads, begins, typos)


def _heads(parts: pa.Array) -> dict[str, tuple[int, int]]:
    """Return the stretch of sorted parts that begins with each few letters; shorter parts keep their own."""
    found: dict[str, tuple[int, int]] = {}
    for size in range(_HEAD, 0, -1):
        runs = pc.run_end_encode(pc.utf8_slice_codeunits(parts, 0, size))
        ends = runs.run_ends.to_pylist()
        found |= zip(runs.values.to_pylist(), zip([0, *ends], ends, strict=False), strict=True)
    return found


def _forms(name: str, english: str) -> Iterator[tuple[str, list[int], int]]:
    """Yield each form of a name, where its parts begin, and its way."""
    form = plain(name)
    yield form, [i for i, c in enumerate(form) if not (i and c.isdigit() and form[i - 1].isdigit())], _PREFIX
    if english != name:
        yield *_joined([w for w in map(plain, english.split()) if w]), _PREFIX
    if CHINESE.search(name):
        read = readings(name)
        for form, starts in dict(_joined(syllables) for syllables in read).items():
            yield form, starts, _PINYIN
        for form in dict.fromkeys(map(initials, read)):
            yield form, [0], _INITIALS


def _joined(words: list[str]) -> tuple[str, list[int]]:
    starts = [0]
    for word in words[:-1]:
        starts.append(starts[-1] + len(word))
    return "".join(words), starts if words else []


def look_up(gazetteer: Gazetteer, text: str, limit: int) -> list[tuple[int, float, str]]:
    """Find the names that a text may mean.

    Parameters
    ----------
    gazetteer : of `make_gazetteer`.
    text : name or part of one: Chinese, pinyin without tones, initials or English; blanks part words of any order.
    limit : most hits.

    Returns
    -------
    (row of `names`, score of 0-100, why) a hit, best first; why is one of WHY. Typos are looked for where nothing else
    is found: one in four Latin letters or three Chinese ones; two in twice as many, where one finds nothing.
    """
    word = plain(text)
    if not word or limit < 1:
        return []
    if found := _best(gazetteer, *_stretch(gazetteer, word), len(word), limit):
        return found
    pieces = [p for p in map(plain, text.split()) if p]
    pieces = pieces if len(pieces) > 1 else [p for p in _PIECES.findall(word) if len(p) > 1 or p.isdigit()]
    return _by_parts(gazetteer, pieces, limit) or _by_typos(gazetteer, word, limit)


def search(gazetteer: Gazetteer, text: str, limit: int = 10) -> pd.DataFrame:
    """Find the names that a text may mean, as a table.

    Parameters
    ----------
    gazetteer, text, limit : of `look_up`.

    Returns
    -------
    id, kind (level of a unit, place, road or area), name, name_en, score, why; best first.
    """
    hits = look_up(gazetteer, text, limit)
    found = gazetteer.names.iloc[[row for row, _, _ in hits]].reset_index(drop=True)
    return found.assign(score=[round(score, 1) for _, score, _ in hits], why=[why for _, _, why in hits])


def _stretch(gazetteer: Gazetteer, word: str) -> tuple[int, int]:
    """Return the stretch of parts that begin with a word."""
    low, high = gazetteer.heads.get(word[:_HEAD], (0, 0))
    if len(word) <= _HEAD or low == high:
        return low, high
    text, at, size = gazetteer.text, gazetteer.at, len(word)

    def part(start: int) -> str:
        return text[start : start + size]

    low = bisect_left(at, word, low, high, key=part)
    return low, bisect_right(at, word, low, high, key=part)


def _best(gazetteer: Gazetteer, low: int, high: int, size: int, limit: int) -> list[tuple[int, float, str]]:
    """Return the best rows of a stretch, each once; equally good ones in order of the tables."""
    ranks, count = gazetteer.ranks[low:high], len(gazetteer.names)
    take = 4 * limit
    while True:
        best = np.sort(ranks if len(ranks) <= max(take, _FEW) else np.partition(ranks, take)[:take])
        hits: dict[int, tuple[int, float, str]] = {}
        for rank in best.tolist():
            if (row := rank % count) not in hits:
                hits[row] = _hit(row, rank // count, size)
                if len(hits) == limit:
                    break
        if len(hits) == limit or len(best) == len(ranks):
            return list(hits.values())
        take *= 4


def _hit(row: int, cost: int, size: int) -> tuple[int, float, str]:
    """Score a hit: 10 points a way, 4.5 for the form's beginning, and up to 4.5 for how much of it was asked."""
    way, length = cost // _STEP, cost % _INNER
    if way == _PREFIX and length == size:
        return row, 100.0, WHY[0]
    return row, 91 - 10 * way + (4.5 if cost % _STEP < _INNER else 0) + 4.5 * size / length, WHY[way]


def _by_parts(gazetteer: Gazetteer, pieces: list[str], limit: int) -> list[tuple[int, float, str]]:
    """Return the names that hold every piece, in any order: those of the rarest piece are looked through."""
    stretches = sorted((high - low, low, high, p) for p in pieces for low, high in [_stretch(gazetteer, p)])
    if len(pieces) < 2 or not stretches[0][0]:
        return []
    _, low, high, _ = stretches[0]
    held, size = set((gazetteer.ranks[low:high] % len(gazetteer.names)).tolist()), sum(map(len, pieces))
    find, begins = gazetteer.text.find, gazetteer.begins
    for *_, piece in stretches[1:]:
        held = {row for row in held if find(piece, begins[row], begins[row + 1]) >= 0}
    lengths = sorted((find("\n", begins[row]) - begins[row], row) for row in held)[:limit]
    return [_hit(row, _PART * _STEP + _INNER + max(size, length), size) for length, row in lengths]


def _by_typos(gazetteer: Gazetteer, word: str, limit: int) -> list[tuple[int, float, str]]:
    """Return the names with a form at most one or two letters away; a swap of neighbours is one."""
    most = min(len(word) // (4 if word.isascii() else 3), 2)
    found = near(gazetteer.typos, word, most, 4 * limit) if most else {}
    best = sorted(found.items(), key=lambda f: (f[1], f[0]))[:limit]
    return [(row, 50.0 - 9 * off / 2, WHY[_TYPO]) for row, off in best]
