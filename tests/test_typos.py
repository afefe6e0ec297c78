"""Names with typos: what the pieces find is what a scan of all forms finds, two typos where one finds nothing."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from zoning import typos
from zoning.typos import make_typos, near

FORMS = st.lists(st.text("abc临花", min_size=1, max_size=14), min_size=1, max_size=30)


@pytest.mark.parametrize("most", [1, 2])
@given(FORMS, st.text("abc临花", min_size=1, max_size=14))
def test_all_and_only_what_a_scan_finds(most: int, forms: list[str], word: str) -> None:
    if len(word) < 3 * most:
        return
    off = {i: OSA.distance(word, form) for i, form in enumerate(forms)}
    near_ones = {i: d for i, d in off.items() if d <= 1}
    wanted = near_ones or {i: d for i, d in off.items() if d <= most}
    assert near(make_typos(forms, range(len(forms))), word, most, 1000) == wanted


EDIT = st.tuples(st.sampled_from("adsi"), st.integers(0, 13), st.sampled_from("abx"))


def edited(word: str, edits: list[tuple[str, int, str]]) -> str:
    """A word with some typos: a letter put in, dropped, swapped with the next, or another."""
    for kind, anywhere, letter in edits:
        at = anywhere % len(word)
        after = word[at + 1 :]
        if kind == "s":
            word = word[:at] + after[:1] + word[at] + after[1:]
        else:
            word = word[:at] + {"a": word[at] + letter, "i": letter, "d": ""}[kind] + after
    return word


@given(st.text("abcdefgh", min_size=8, max_size=14), st.lists(EDIT, min_size=1, max_size=2))
@example("abcdefghi", [("s", 2, "a"), ("s", 5, "a")])
@example("abcdefghi", [("i", 0, "x"), ("s", 5, "a")])
@example("abcdefghi", [("s", 2, "a"), ("i", 8, "x")])
def test_two_typos_anywhere_are_found(form: str, edits: list[tuple[str, int, str]]) -> None:
    word = edited(form, edits)
    assert near(make_typos([form], [7]), word, 2, 10) == ({7: off} if (off := OSA.distance(word, form)) <= 2 else {})


def test_of_the_forms_of_a_name_the_nearest_counts() -> None:
    assert near(make_typos(["linshuihua", "linshuihuo"], [3, 3]), "linshuihuu", 2, 10) == {3: 1}
    assert near(make_typos([], []), "linshuihuu", 2, 10) == {}


def test_a_common_piece_is_looked_into_where_no_other_holds_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typos, "_FEW", 3)
    index = make_typos([f"{a}{b}cdhuayuan" for a in "abcdef" for b in "abcdef"], range(36))
    assert near(index, "axcdhuayuan", 1 + 1, 100)
