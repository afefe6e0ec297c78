"""Text is found where it stands, whatever its hash; nothing else is."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoning import lookup, register
from zoning.register import Register, find_rows, in_arrow, reader

TEXTS = st.lists(st.sampled_from(["", "a", "A", "临水", "临水花园", "ß", "🏠", "a b"]), max_size=40)


@given(TEXTS, st.sampled_from(["str", object]))
def test_every_text_is_found_where_it_stands(texts: list[str], dtype: str | type) -> None:
    numbers = [3 * n // 2 for n in range(len(texts))]
    found = Register(pd.Series(texts, index=numbers, dtype=dtype))
    for text in {*texts, "b", "临"}:
        wanted = [number for number, here in zip(numbers, texts, strict=True) if here == text]
        assert found.find_all(text) == list(dict.fromkeys(wanted))
        assert found.find(text) == (wanted or [-1])[0]
    assert found.longest == max(map(len, texts), default=0)


def test_a_number_is_told_once() -> None:
    assert Register(pd.Series(["a", "b", "a", "a"], index=[7, 7, 7, 5])).find_all("a") == [7, 5]


def test_texts_of_one_hash_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(register, "hash", len, raising=False)
    found = Register(pd.Series(["ab", "cd", "ab", "xyz", "ef"]))
    assert [found.find(text) for text in ("ab", "cd", "ef", "gh", "xyz", "x")] == [0, 1, 4, -1, 3, -1]
    assert [found.find_all(text) for text in ("ab", "cd", "gh")] == [[0, 2], [1], []]
    assert found.find_each(pd.Series(["cd", "ab", "gh", "xyz"])).tolist() == [1, -1, -1, 3]


def test_long_columns_are_read_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookup, "_PIECE", 3)
    texts = [str(n) for n in range(10)]
    assert [Register(pd.Series(texts)).find(text) for text in texts] == list(range(10))


def test_a_column_in_pieces_is_read_by_row() -> None:
    both = pd.concat([pd.Series(["a", None], dtype="str"), pd.Series(["b"], dtype="str")], ignore_index=True)
    assert in_arrow(both).to_pylist() == ["a", None, "b"]
    assert [reader(both)(row) for row in np.arange(3)] == ["a", None, "b"]
    assert reader(pd.Series([1.5, 2]))(1) == 2


def test_a_word_is_found_where_it_stands_alone() -> None:
    words = pd.Series(["b", "a", None, "中", "a", ""], dtype="str")
    asked = pd.Series(["中", "a", "b", None, "", "x"], dtype="str", index=[9, 8, 7, 6, 5, 4])
    assert find_rows(asked, Register(words), 6).tolist() == [3, -1, 0, -1, 5, -1]
    assert find_rows(None, Register(words), 2).tolist() == [-1, -1]
    assert find_rows(asked, Register(words.iloc[:0]), 6).tolist() == [-1] * 6
