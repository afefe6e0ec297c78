"""The contracts: complete, printable, enforced."""

import pandas as pd
import pytest

from zoning import tables
from zoning.errors import InputError, TableError


def test_fact_and_reference_kinds_are_all_kinds():
    assert tables.FACT_KINDS == ("cases", "visits", "contacts", "tests", "rounds")
    assert set(tables.FACT_KINDS) | set(tables.REFERENCE_KINDS) == set(tables.KINDS)
    assert len(tables.KINDS) == 16


@pytest.mark.parametrize("kind", tables.KINDS)
def test_an_empty_table_meets_its_contract(kind):
    tables.check(tables.empty(kind), tables.contract(kind))


@pytest.mark.parametrize("kind", tables.KINDS)
def test_every_column_is_documented_and_readable_in_chinese_or_english(kind):
    for column in tables.contract(kind).columns:
        assert column.meaning
        assert column.synonyms, column.name
        assert column.dtype in tables.PANDAS_DTYPES
    assert tables.contract(kind).id == tables.contract(kind).names[0]


def test_schema_names_every_kind_and_column():
    text = tables.schema_text()
    for kind in tables.KINDS:
        assert f"## {kind}\n" in text
        for column in tables.contract(kind).columns:
            assert f"| {column.name}{'*' if column.required else ''} |" in tables.schema_text(kind)
    assert "确诊" not in text.split("## visits")[1]
    assert "time, a bare date is 24:00" in text


def test_check_names_every_breach_at_once():
    table = tables.empty("estates").drop(columns="name_en")
    table = pd.concat([table, pd.DataFrame({"id": ["a", "a"], "people": [-1.0, 2.0]})], ignore_index=True)
    table["households"] = ["x", "y"]
    with pytest.raises(TableError) as caught:
        tables.check(table, tables.contract("estates"))
    text = str(caught.value)
    for part in ("estates", "'name_en' is missing", "'name' is required", "'people' is below 0", "'households' is"):
        assert part in text
    assert "'id' repeats a" in text


def test_check_refuses_a_word_outside_the_choices_and_lets_open_ones_through():
    cases = tables.empty("cases").reindex([0])
    cases = cases.astype({c.name: tables.PANDAS_DTYPES[c.dtype] for c in tables.contract("cases").columns})
    cases["reported_at"] = pd.Series([pd.Timestamp("2022-03-06", tz="UTC")], dtype="datetime64[us, UTC]")
    cases["status"] = pd.Series(["ill"], dtype="str")
    with pytest.raises(TableError, match="'status' holds ill"):
        tables.check(cases, tables.contract("cases"))
    cases["status"] = pd.Series(["confirmed"], dtype="str")
    tables.check(cases, tables.contract("cases"))


def test_an_unknown_kind_or_column_lists_what_there_is():
    with pytest.raises(InputError, match="kind 'houses' does not exist; the kinds are cases"):
        tables.contract("houses")
    with pytest.raises(TableError, match="areas has no column 'people'"):
        tables.contract("areas").column("people")
