"""Rows come and go in tables that stay in order: what is put together is what sorting anew would give."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoning import ordered
from zoning.ordered import Change, among, in_one_piece, only, places, unchanged

KEYS = st.lists(st.tuples(st.integers(0, 9), st.sampled_from("abcdef")), unique=True, max_size=30)


def table(keys: list[tuple[int, str]]) -> pd.DataFrame:
    rows = [(number, name, f"{number}{name}", [number]) for number, name in sorted(keys)]
    found = pd.DataFrame(rows, columns=["number", "name", "text", "list"])
    found["some"] = pd.Series([name if number % 2 else None for number, name, *_ in rows], dtype=object)
    return found.astype({"number": "int64", "name": "str", "text": "str", "list": "object"})


@given(KEYS, st.data(), st.sampled_from([1, 5, 1000]), st.sampled_from([0, 500]))
def test_a_change_gives_the_table_that_sorting_would(
    keys: list[tuple[int, str]], data: st.DataObject, run: int, few: int
) -> None:
    gone = data.draw(st.sets(st.sampled_from(keys))) if keys else set()
    new = [key for key in data.draw(KEYS) if key not in keys or key in gone]
    before, fresh = table(keys), table(new)
    keep = np.array([key not in gone for key in sorted(keys)], bool)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ordered, "_RUN", run)
        patch.setattr(ordered, "_FEW", few)
        change = Change(keep, places(before, keep, fresh, ["number", "name"]))
        after = change.apply(before, fresh)
    pd.testing.assert_frame_equal(after, table([*(key for key in keys if key not in gone), *new]))
    row = change.came_from
    assert after["text"][row >= 0].tolist() == before["text"].iloc[row[row >= 0]].tolist()
    assert after["text"][row < 0].tolist() == fresh["text"].tolist()


@pytest.mark.parametrize("run", [1, 1000])
def test_a_column_of_text_stays_in_one_piece(monkeypatch: pytest.MonkeyPatch, run: int) -> None:
    monkeypatch.setattr(ordered, "_RUN", run)
    rows = Change(np.ones(8, bool), np.array([4])).apply(table([(n, "a") for n in range(8)]), table([(4, "b")]))
    assert len(rows) == 9
    assert getattr(pa.array(rows["text"].array), "num_chunks", 1) == 1


def test_a_column_of_text_may_be_left_in_some_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ordered, "_RUN", 1)
    rows, pieces = table([(n, "a") for n in range(8)]), list[int]()
    for n in range(5):
        rows = Change(np.ones(len(rows), bool), np.array([4])).apply(rows, table([(n, "b")]), 5)
        pieces.append(getattr(pa.array(rows["text"].array), "num_chunks", 1))
    assert len(rows) == 13
    assert 1 < max(pieces) <= 5
    assert 1 in pieces


def test_pieces_are_put_together_and_nothing_else_changes() -> None:
    words = pd.DataFrame({"text": pd.Series(["a", None, ""], dtype="str"), "number": [1, 2, 3]})
    both = pd.concat([words, words.iloc[:1]])
    assert pa.array(both["text"].array).num_chunks == 2
    found = in_one_piece(both)
    pd.testing.assert_frame_equal(found, both)
    assert getattr(pa.array(found["text"].array), "num_chunks", 1) == 1


@given(KEYS, KEYS)
def test_a_row_is_unchanged_where_all_of_it_is(one: list[tuple[int, str]], other: list[tuple[int, str]]) -> None:
    before, after = (table(keys).drop(columns="list").drop_duplicates("number") for keys in (one, other))
    before, after = (each.reset_index(drop=True) for each in (before, after))
    texts = before["text"].tolist()
    wanted = [texts.index(text) if text in texts else -1 for text in after["text"]]
    assert unchanged(before, after, "number").tolist() == wanted


def test_missing_values_are_the_same_and_other_columns_are_not() -> None:
    before = pd.DataFrame({"id": ["a", "b"], "x": [np.nan, 1.0], "t": pd.to_datetime([None, "2022-03-01"], utc=True)})
    assert unchanged(before, before.copy(), "id").tolist() == [0, 1]
    assert unchanged(before, before.assign(x=[np.nan, 2.0]), "id").tolist() == [0, -1]
    assert unchanged(before, before.assign(y=1), "id").tolist() == [-1, -1]


def test_of_rows_of_one_name_none_is_taken_for_another() -> None:
    before = pd.DataFrame({"id": list("aabbc"), "x": [1, 2, 3, 4, 5]})
    after = pd.DataFrame({"id": list("zaaabbbc"), "x": [0, 1, 2, 9, 3, 4, 8, 5]})
    row = unchanged(before, after, "id")
    assert row.tolist()[:4] == [-1, 0, 1, -1]
    assert row[-1] == 4
    assert before["x"].to_numpy()[row[row >= 0]].tolist() == after["x"][row >= 0].tolist()


@given(st.lists(st.integers(0, 20)), st.lists(st.integers(0, 20)))
def test_among_is_membership(values: list[int], few: list[int]) -> None:
    found = among(np.array(values, np.uint64), np.array(few, np.uint64))
    assert found.tolist() == [value in few for value in values]


def test_rows_of_one_run_are_a_view_and_others_are_chosen() -> None:
    table = pd.DataFrame({"a": [1, 2, 3, 4]}, index=[5, 6, 7, 8])
    run = only(table, np.array([False, True, True, False]))
    assert run["a"].to_dict() == {6: 2, 7: 3}
    assert np.shares_memory(run["a"].to_numpy(), table["a"].to_numpy())
    assert only(table, np.array([True, False, True, False]))["a"].to_dict() == {5: 1, 7: 3}
    assert only(table, np.zeros(4, bool)).empty
