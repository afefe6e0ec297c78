"""The words of an address: text -> groups of names, numbered parts and the words between, knowing no ground."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from unicodedata import normalize

from zoning.gazetteer import digits

LEVELS = ("building", "stairwell", "floor_range")
MOST = 1000
LABEL = r"(?:(?<![a-z\d])[a-z])?\d+(?!\d)(?:[a-z](?![a-z\d]))?|(?<![a-z\d])[a-z](?![a-z\d])|[甲乙丙丁戊]"
_ONE = rf"(?:{LABEL})(?:\s*(?:-|~|–|—|至|到|to)\s*(?:{LABEL}))?"
_MANY = rf"(?:{_ONE})(?:\s*(?:、|,|和|与|及|&|and\b)\s*(?:{_ONE}))*"
_PARTS = {
    "building": rf"第?({_MANY})\s*(?:号楼|号栋|栋|幢|座|号)|\b(?:blocks?|buildings?|towers?|houses?)\s*({_MANY})",
    "stairwell": rf"第?({_MANY})\s*单元|\b(?:units?|stairwells?)\s*({_MANY})",
    "floor_range": rf"第?({_MANY})\s*(?:层|楼)|\b(?:floors?|levels?)\s*({_MANY})|(\d+)(?:f|/f|(?:st|nd|rd|th) floor)\b",
}
_PART = {level: re.compile(pattern) for level, pattern in _PARTS.items()}
_BELOW_GROUND = re.compile(r"(?:地下|负)(?=\d+(?:层|楼))")
_AND = re.compile(r"\s*(?:、|;|和|及|与|&|\+|\band\b|\bplus\b)\s*")
_COMMA = re.compile(r"\s*,\s*")
_WHOLE = re.compile(r"全部|整个|全体|\b(?:all|whole)\b")
_FILL = re.compile(r"[\s.()的]|\b(?:the|of|in|at)\b")
_BLANKS = re.compile(r"(?<=[㐀-鿿])\s+|\s+(?=[㐀-鿿])")
_EDGE = re.compile(r"[a-z]{2}|\d\d")


class RangeError(Exception):
    """Carries the text of a range that is none."""


@dataclass
class Group:
    """What is said between two words for 'and': known names, labels asked at each level, words that are neither.

    `joined`: it follows a word for 'and', or a comma where a list goes on; `whole`: it is said to be meant wholly.
    """

    names: list[str] = field(default_factory=list)
    parts: dict[str, list[str]] = field(default_factory=dict)
    other: str = ""
    whole: bool = False


def tidy(text: str) -> str:
    """Return words as addresses are read: without width and case, numerals as digits, no blanks beside Chinese.

    Parameters
    ----------
    text : any.

    Returns
    -------
    Such as 临水花园3栋 for '临水 花园 三栋'; blanks between Latin words stay.
    """
    clean = text.casefold()
    if not text.isascii():
        clean = _BLANKS.sub("", digits(normalize("NFKC", text).casefold()))
    return " ".join(clean.split())


def read_groups(words: str, name_at: Callable[[str, int], int], nested: Callable[[str, str], bool]) -> list[Group]:
    """Read an address, or a list of them.

    Parameters
    ----------
    words : of `tidy`.
    name_at : (words, position) -> end of the longest known name that begins there, else the position.
    nested : whether of two names one stands inside the other, so that a comma between them does not part them.

    Returns
    -------
    Groups in the order of the words; a comma parts them only where a level or the name would be said twice.

    Raises
    ------
    RangeError : a range goes down, or is of no numbers.
    """
    words = _BELOW_GROUND.sub("b", words)
    groups, at = [Group()], 0
    while at < len(words):
        level, part = _part_at(words, at)
        end = name_at(words, at)
        here = groups[-1]
        if end > at and end >= (part.end() if part else 0):
            name = words[at:end]
            if here.names and words[:at].rstrip().endswith(",") and not nested(here.names[-1], name):
                groups.append(here := Group())
            here.names.append(name)
        elif part:
            if level in here.parts:
                groups.append(here := Group())
            here.parts[level] = _labels(next(filter(None, part.groups())))
            end = part.end()
        else:
            end = _pass_over(words, at, groups)
        at = end
    return [g for g in groups if g.names or g.parts or g.other]


def _pass_over(words: str, at: int, groups: list[Group]) -> int:
    """Read what is neither name nor part: a word for 'and', for 'whole', one without meaning, or an unknown letter."""
    if found := _AND.match(words, at):
        groups.append(Group())
    elif found := _WHOLE.match(words, at):
        groups[-1].whole = True
    elif not (found := _COMMA.match(words, at) or _FILL.match(words, at)):
        groups[-1].other += words[at]
        return at + 1
    return found.end()


def _part_at(words: str, at: int) -> tuple[str, re.Match[str] | None]:
    for level, pattern in _PART.items():
        if found := pattern.match(words, at):
            return level, found
    return "", None


def whole_word(words: str, at: int, end: int) -> bool:
    """Return whether words[at:end] is cut out of no longer Latin word or number.

    Parameters
    ----------
    words : any.
    at : where the piece begins.
    end : where it ends.

    Returns
    -------
    Boolean.
    """
    return not _EDGE.fullmatch(words[max(at - 1, 0) : at + 1]) and not _EDGE.fullmatch(words[end - 1 : end + 1])


@lru_cache(10_000)
def part_labels(own: str) -> dict[str, set[str]]:
    """Return the labels in a unit's own name, by level, and at '' what else it says.

    Parameters
    ----------
    own : name without that of the parent.

    Returns
    -------
    Such as {'building': {'3'}} for 3栋, {'': {'会所'}} for 会所; what looks like a range and is none, as 3-1栋, is a
    label as a whole.
    """
    words, found = tidy(own), dict[str, set[str]]()
    try:
        groups = read_groups(words, lambda _, at: at, lambda *_: False)
    except RangeError:
        return {level: {words} for level in ("", *LEVELS)}
    for group in groups:
        for level, labels in group.parts.items():
            found.setdefault(level, set()).update(labels)
        if group.other:
            found.setdefault("", set()).add(group.other)
    return found


def without_parts(words: str) -> str:
    """Return the words of an address less its numbered parts, for a search of what may be meant.

    Parameters
    ----------
    words : of `tidy`.

    Returns
    -------
    Text.
    """
    for pattern in _PART.values():
        words = pattern.sub(" ", words)
    return words


def plain_label(label: str) -> str:
    """Return a label without leading zeros.

    Parameters
    ----------
    label : such as 03, a, b12.

    Returns
    -------
    Text.
    """
    return re.sub(r"(?<!\d)0+(?=\d)", "", label)


@lru_cache(10_000)
def labels_of(level: str, number: int | None, *names: str) -> frozenset[str]:
    """Return what a unit is called by at its level; many units share their number and own names.

    Parameters
    ----------
    level : of the unit.
    number : of the unit, None where it has none.
    names : of its own, in each language.

    Returns
    -------
    Its number, and the labels in its names, such as 3 or b.
    """
    words = set[str]()
    for name in names:
        words |= part_labels(name).get(level) or set(re.findall(r"\d+", tidy(name))[:1])
    told = set[str]()
    if number is not None:
        told, words = {str(number)}, {word for word in words if not word.isdecimal()}
    return frozenset(told | {plain_label(word) for word in words})


def _labels(text: str) -> list[str]:
    """Return every label of a list of labels and ranges, in order, each once."""
    found: dict[str, None] = {}
    for one in re.finditer(_ONE, text):
        ends = [plain_label(label) for label in re.findall(LABEL, one.group())]
        found |= dict.fromkeys(ends if len(ends) == 1 else _span(one.group(), *ends))
    return list(found)


def _span(said: str, first: str, last: str) -> Iterable[str]:
    if first.isdecimal() and last.isdecimal() and 0 <= int(last) - int(first) < MOST:
        return map(str, range(int(first), int(last) + 1))
    if len(first) == len(last) == 1 and "a" <= first <= last <= "z":
        return map(chr, range(ord(first), ord(last) + 1))
    raise RangeError(said)
