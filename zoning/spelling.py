"""How Chinese names are read: the syllables of their pinyin, in each likely reading."""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice, product
from unicodedata import normalize

from pypinyin import Style, pinyin

CHINESE = re.compile(r"[\u3400-\u9fff]+")
_PIECES = re.compile(r"[\u3400-\u9fff]+|\d+|[^\W\d\u3400-\u9fff]+")
_MOST = 4  # readings of one name


def readings(name: str) -> list[list[str]]:
    """Return the syllables of a name in each of its readings; numbers and Latin words are syllables.

    Parameters
    ----------
    name : any.

    Returns
    -------
    Readings, the likeliest first.
    """
    return list(islice(_readings(name), _MOST))


def spell(name: str) -> list[str]:
    """Return how a name is typed in Latin letters, by its likeliest reading.

    Parameters
    ----------
    name : any.

    Returns
    -------
    Pinyin without tones, and initials; empty for a name without Chinese.
    """
    if not CHINESE.search(name):
        return []
    syllables = readings(name)[0]
    return ["".join(syllables), initials(syllables)]


def initials(syllables: list[str]) -> str:
    """Return the first letter of each syllable, and numbers whole.

    Parameters
    ----------
    syllables : of one reading.

    Returns
    -------
    Such as lxy3d.
    """
    return "".join(syllable if syllable.isdigit() else syllable[0] for syllable in syllables)


def _readings(name: str) -> Iterator[list[str]]:
    clean = normalize("NFKC", name).casefold()
    for reading in product(*map(_read, _PIECES.findall(clean))):
        yield [syllable for piece in reading for syllable in piece]


@lru_cache(200_000)
def _read(piece: str) -> list[tuple[str, ...]]:
    """Return the readings of a run of Chinese, at most one syllable off the likeliest; of anything else, itself."""
    if not CHINESE.match(piece):
        return [(piece,)]
    found = pinyin(piece, style=Style.NORMAL, heteronym=True)
    first = tuple(syllables[0] for syllables in found)
    others = ((*first[:i], other, *first[i + 1 :]) for i, many in enumerate(found) for other in many[1:])
    return list(islice(dict.fromkeys((first, *others)), _MOST))
