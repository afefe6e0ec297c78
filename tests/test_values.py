"""Text to typed values, with reasons."""

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pytest
from hypothesis import given

from zoning.intake.faults import Faults
from zoning.intake.values import clean, parse_values, read_values
from zoning.tables import KINDS, PANDAS_DTYPES, contract

COLUMNS = {(k, c.name): c for k in KINDS for c in contract(k).columns if c.dtype not in ("time", "geometry")}


def parse(text, kind, name):
    column = COLUMNS[kind, name]
    values, reasons, fix = parse_values(clean(pd.Series([text], dtype="str"), column), column)
    assert str(values.dtype) == PANDAS_DTYPES[column.dtype]
    return values.iloc[0], reasons.iloc[0], fix


@pytest.mark.parametrize(
    ("text", "kind", "name", "value"),
    [
        (" 12.5 ", "estates", "people", 12.5), ("1,234", "estates", "people", 1234.0),
        ("１２", "estates", "people", 12.0),
        ("1e3", "cases", "lng", 1000.0), ("3.0", "buildings", "floors", 3), ("-2", "units", "floor_from", -2),
        ("是", "buildings", "residential", True), ("No", "buildings", "residential", False),
        ("无", "visits", "contacts_traceable", False), ("确诊", "cases", "status", "confirmed"),
        ("Re-Positive", "cases", "status", "re_positive"), ("无症状", "cases", "status", "asymptomatic"),
        ("集中隔离", "cases", "found_in", "quarantine"), ("Closed Loop", "cases", "found_in", "closed_loop"),
        ("none", "visits", "place_risk", "none"), ("阳性", "tests", "result", "positive"),
        ("社区", "areas", "level", "community"), ("parish", "areas", "level", "parish"),
        ("8b411c6a1ab3fff", "cases", "cell", 0x8B411C6A1AB3FFF),
        (str(0x8B411C6A1AB3FFF), "cases", "cell", 0x8B411C6A1AB3FFF),
        (" 金地花园 ", "estates", "name", "金地花园"), ("Nan", "estates", "name_en", "Nan"),
    ],
)  # fmt: skip
def test_values(text, kind, name, value):
    assert parse(text, kind, name)[:2] == (value, "")


@pytest.mark.parametrize("text", ["", "  ", "NULL", "nan", "N/A", "-", "不详"])
def test_words_for_missing(text):
    value, reason, _ = parse(text, "estates", "people")
    assert np.isnan(value)
    assert reason == ""


@pytest.mark.parametrize(
    ("text", "kind", "name", "reason"),
    [
        ("many", "estates", "people", "not a number"), ("-3", "estates", "people", "below 0"),
        ("1e999", "estates", "people", "out of range"), ("inf", "estates", "people", "not a number"),
        ("3.5", "buildings", "floors", "not a whole number"),
        ("perhaps", "buildings", "residential", "neither yes nor no"),
        ("dead", "cases", "status", "not one of the words"), ("8b411c6a1ab3", "cases", "cell", "not an H3 cell"),
        ("0x12", "cases", "cell", "not an H3 cell"), ("9" * 40, "cases", "cell", "not an H3 cell"),
    ],
)  # fmt: skip
def test_refusals(text, kind, name, reason):
    value, found, fix = parse(text, kind, name)
    assert pd.isna(value)
    assert reason in found
    assert fix


@given(st.sampled_from(sorted(COLUMNS)), st.lists(st.text(max_size=12), max_size=8))
def test_any_text_is_a_value_missing_or_a_reason(key, words):
    column = COLUMNS[key]
    text = clean(pd.Series(words, dtype="str"), column)
    values, reasons, _ = parse_values(text, column)
    assert str(values.dtype) == PANDAS_DTYPES[column.dtype]
    assert not (values.notna() & (reasons != "")).any()
    assert ((text == "") | values.notna() | (reasons != "")).all()


@pytest.mark.parametrize("key", [key for key, c in COLUMNS.items() if c.dtype in ("choice", "bool")], ids=str)
def test_words_of_the_contract_read_the_same_alone_and_among_others(key):
    column = COLUMNS[key]
    words = [word for name, others in column.choices for word in (name, *others)] or ["True", "no", "1.0", "无", "否"]
    text = pd.Series([*words, "", words[0]], dtype="str")
    alone, reasons, _ = read_values(text, column)
    mixed = read_values(pd.concat([text, pd.Series([" Ｎ/Ａ "], dtype="str")], ignore_index=True), column)[0][:-1]
    assert reasons is None
    pd.testing.assert_series_equal(alone, mixed)
    pd.testing.assert_series_equal(alone, parse_values(clean(text, column), column)[0])


def test_faults_of_a_row_become_one_reject():
    faults = Faults(3)
    faults.add([True, False, True], "a", ["x", "y", "z"], "bad", "mend")
    faults.add([False, False, True], "b", "", ["", "", "worse"], "mend")
    faults.add([False, False, False], "c", "", "never", "")
    assert faults.mask.tolist() == [True, False, True]
    table = faults.table("f.csv", np.array([2, 3, 9]))
    assert table["row"].tolist() == [2, 9]
    assert table.iloc[1].tolist() == ["f.csv", 9, "a; b", "z; ", "bad; worse", "mend"]
    assert len(Faults(2).table("f.csv", np.array([1, 2]))) == 0
