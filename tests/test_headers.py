"""Which file column is which of ours."""

import pytest

from zoning.errors import InputError
from zoning.intake.headers import match_headers, plain, require
from zoning.tables import contract


def match(headers, kind="cases", mapping=None, constants=None):
    return match_headers(headers, contract(kind), mapping or {}, constants or {})


def test_case_width_blanks_and_units_do_not_matter():
    assert plain(" Ｄate_Onset ") == plain("date onset") == "dateonset"
    found = match(["病例编号 ", "发病日期", "Ｒeported At", "经度(°)", "纬度(°)"])
    assert found == {
        "case_id": "病例编号 ", "onset_at": "发病日期", "reported_at": "Ｒeported At",
        "lng": "经度(°)", "lat": "纬度(°)",
    }  # fmt: skip


def test_our_own_name_beats_a_synonym_and_no_column_is_used_twice():
    found = match(["x", "y", "lon", "lat"])
    assert found == {"lng": "lon", "lat": "lat"}
    both = match(["id", "case_id"])
    assert both["case_id"] == "case_id"


def test_the_caller_decides_first():
    assert match(["a", "lng"], mapping={"lng": "A"})["lng"] == "a"
    assert "status" not in match(["status"], constants={"status": "confirmed"})
    with pytest.raises(InputError, match="no column 'q' for lng; the file has a, lng"):
        match(["a", "lng"], mapping={"lng": "q"})
    with pytest.raises(InputError, match="cases has no column 'age'"):
        match(["a"], constants={"age": "1"})


def test_a_file_of_something_else_is_refused_with_what_was_looked_for():
    with pytest.raises(InputError, match=r"no column of cases found: looked for case_id \(id, case id\).*found a, b"):
        require({}, ["a", "b"], contract("cases"), [])
    with pytest.raises(InputError, match=r"cases needs reported_at \(or reported.*--map reported_at=COLUMN"):
        require({"case_id": "a"}, ["a", "b"], contract("cases"), [])
    require({"name_en": "n", "lng": "x", "lat": "y"}, [], contract("places"), [])
    require({}, [], contract("roads"), ["geometry"])
