"""Names with up to two typos, without a scan: a name cut in one piece more than typos keeps a piece whole.

The pieces of every form are hashed into buckets with the length of the form and the piece's place; a question looks up
its own pieces where they may stand, and rapidfuzz measures what shares one.

Source
------
Li et al. 2011, Pass-Join (even partition, shifts bounded by the difference in length); swaps over a cut are ours.
"""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

_FEW = 400  # buckets with more forms are looked into only where the others hold nothing
_MOST = 2
_SHORTEST = {1: 2, 2: 4}  # form that so many typos are looked for in
_LONGEST = 250
_SPREAD = 0x9E3779B97F4A7C15


@dataclass(frozen=True)
class Typos:
    """Forms and the buckets of their pieces: `posts[starts[b] : starts[b + 1]]` are positions in `forms`; `rows`: of
    the names that the forms are of; `mask`: how many bits of a hash are a bucket.
    """

    forms: list[str]
    rows: Sequence[int]
    starts: "array[int]"
    posts: "array[int]"
    mask: int


def make_typos(forms: list[str], rows: Sequence[int]) -> Typos:
    """Index forms for a search with typos.

    Parameters
    ----------
    forms : text of letters and digits.
    rows : (n,) row of the name of each form.

    Returns
    -------
    Typos.
    """
    keys, posts = array("q"), array("I")
    for at, form in enumerate(forms):
        size = len(form)
        for most in range(1, _MOST + 1):
            if _SHORTEST[most] <= size <= _LONGEST:
                for low, high, code in _cuts(size, most):
                    keys.append(hash(form[low:high]) ^ code)
                    posts.append(at)
    mask = (1 << max(len(keys), 1).bit_length()) - 1
    bucket = np.asarray(keys, np.int64) & mask
    order = np.argsort(bucket, kind="stable")
    starts = np.concatenate([[0], np.cumsum(np.bincount(bucket, minlength=mask + 1))])
    held = array("I", np.asarray(posts, np.uint32)[order].tobytes())
    return Typos(forms, rows, array("I", starts.astype(np.uint32).tobytes()), held, mask)


def near(typos: Typos, word: str, most: int, limit: int) -> dict[int, int]:
    """Find the names with a form at most so many typos from a word.

    Parameters
    ----------
    typos : of `make_typos`.
    word : letters and digits.
    most : typos, 1 or 2: a letter too many, too few, another, or two neighbours swapped.
    limit : most forms that are measured out.

    Returns
    -------
    Row -> typos, of the fewest where a name has several forms. Two typos are looked for where one finds nothing; names
    that share but a very common piece with the word, where there are no others.
    """
    return next(filter(None, (_within(typos, word, so_many, limit) for so_many in range(1, most + 1))), {})


def _within(typos: Typos, word: str, most: int, limit: int) -> dict[int, int]:
    starts, mask = typos.starts, typos.mask
    few: set[int] = set()
    many: list[tuple[int, int]] = []
    for low, high, other, code in _places(len(word), most):
        piece = word[low:high] if other < 0 else _swapped(word, low, high, other)
        bucket = (hash(piece) ^ code) & mask
        first, last = starts[bucket], starts[bucket + 1]
        if last - first > _FEW:
            many.append((first, last))
        elif last > first:
            few.update(typos.posts[first:last])
    found = _measure(typos, word, most, limit, few)
    if found or not many:
        return found
    return _measure(typos, word, most, limit, set(chain.from_iterable(typos.posts[a:b] for a, b in many)))


def _measure(typos: Typos, word: str, most: int, limit: int, held: set[int]) -> dict[int, int]:
    found: dict[int, int] = {}
    forms, at = typos.forms, sorted(held)
    hits = process.extract(
        word, [forms[i] for i in at], processor=None, scorer=OSA.distance, score_cutoff=most, limit=limit
    )
    for _, off, i in hits:
        row = typos.rows[at[i]]
        found[row] = min(off, found.get(row, off))
    return found


def _swapped(word: str, low: int, high: int, other: int) -> str:
    """Return a piece whose letter at the cut was swapped with the one over the cut, put right."""
    return word[low : high - 1] + word[other] if other >= high else word[other] + word[low + 1 : high]


@lru_cache(1024)
def _cuts(size: int, most: int) -> list[tuple[int, int, int]]:
    """Return where each piece of a form begins and ends, and what tells its hash from those of other places."""
    ends = [size * i // (most + 1) for i in range(most + 2)]
    codes = ((((size * 4 + most) * 4 + i + 1) * _SPREAD) & 0x7FFFFFFFFFFFFFFF for i in range(most + 1))
    return list(zip(ends, ends[1:], codes, strict=False))


@lru_cache(1024)
def _places(size: int, most: int) -> list[tuple[int, int, int, int]]:
    """Return where in a word of a size the pieces of forms may stand: from, to, letter swapped into it or -1, code."""
    found = []
    for length in range(max(size - most, _SHORTEST[most]), min(size + most, _LONGEST) + 1):
        more = size - length
        cuts = _cuts(length, most)
        for low, high, code in cuts:
            shifts = [s for s in range(-most, most + 1) if abs(s) + abs(more - s) <= most]
            found += [(low + s, high + s, -1, code) for s in shifts if low + s >= 0 and high + s <= size]
        if abs(more) < most:
            (_, first, code), (last, end, code_2) = cuts[0], cuts[-1]
            if first < size:
                found.append((0, first, first, code))
            if last + more > 0:
                found.append((last + more, end + more, last + more - 1, code_2))
    return found
