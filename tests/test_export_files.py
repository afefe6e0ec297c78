"""Zone lists in every format: the same content, the same memberships back, nothing personal, nothing that runs."""

import contextlib
import csv
import io
import json
import re
import sqlite3
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from tests.commandline import run
from tests.zone_lists import CELLS, POLICY, write, zones
from zoning.errors import InputError
from zoning.export import FORMATS, Format, format_of, read_zones, write_zones
from zoning.export import files as export_files
from zoning.export.columns import ATOMS, COLUMNS, LISTS
from zoning.pipeline import Plan

CLASSES = list(POLICY.classes)
FORMS = pytest.mark.parametrize("form", FORMATS)
SINGLE = [name for name in COLUMNS if name not in LISTS]
TWO = zones({}, {"zone_id": "Z2", "class": "precaution", "rank": 4, "people": None, "in_force_from": None})
HELD = {"a/rest": "Z1", "b": "Z2", CELLS[0]: "Z1", CELLS[1]: "Z2"}
# Formulas, error values, apostrophes, what looks like an escape, quotes, separators, numbers, control characters.
NASTY = [
    "=1+1", "+86", "-1", "@SUM(A1)", "＝1", "\t=1", "'", "''", "'=1", "#N/A", "#3栋", "_x0041_", "_x000D_", " a ",
    'a"b,c\r\n;', "007", "1e5", "2022-03-04", "TRUE", "null", "NaN", "NA", "[]", "\x0b", "\x1f", "小区/4栋",
]  # fmt: skip
texts = st.sampled_from(NASTY) | st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufffe\uffff"), min_size=1
)


def rows_of(data: bytes, form: Format) -> list[dict[str, Any]]:
    """What a file holds, by zone, read with other tools than the program's where there are some."""
    if form == ".geojson":
        return [feature["properties"] for feature in json.loads(data)["features"]]
    if form == ".parquet":
        return pq.read_table(io.BytesIO(data)).drop_columns("geometry").to_pylist()
    if form == ".csv":
        lines = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
        return [{k: json.loads(v) if k in LISTS else v for k, v in line.items()} for line in lines]
    if form == ".gpkg":
        with contextlib.closing(sqlite3.connect(":memory:")) as file:
            file.deserialize(data)
            file.row_factory = sqlite3.Row
            found = [dict(row) for row in file.execute("SELECT * FROM zones")]
            found = [{k: v for k, v in row.items() if k not in ("fid", "geom")} for row in found]
            atoms = [tuple(row) for row in file.execute("SELECT zone_id, kind, atom_id FROM members")]
        found = [{k: json.loads(v) if k in LISTS else v for k, v in row.items()} for row in found]
    else:
        book = openpyxl.load_workbook(io.BytesIO(data))
        sheets = {sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book}
        found = [dict(zip(sheets["zones"][0], row, strict=True)) for row in sheets["zones"][1:]]
        for name in set(LISTS) - set(ATOMS):
            _, *fields = sheets[name][0]
            for row in found:
                mine = [values for zone_id, *values in sheets[name][1:] if zone_id == row["zone_id"]]
                row[name] = [v[0] if fields == ["value"] else dict(zip(fields, v, strict=True)) for v in mine]
        atoms = [tuple(row) for row in sheets["members"][1:]]
    for row in found:
        for name, kind in zip(ATOMS, ("unit", "cell"), strict=True):
            row[name] = [atom for zone_id, its, atom in atoms if (zone_id, its) == (row["zone_id"], kind)]
    return found


@FORMS
def test_every_format_says_the_same_of_every_zone(form: Format) -> None:
    expected = rows_of(write(TWO, HELD), ".geojson")
    found = rows_of(write(TWO, HELD, form=form), form)
    if form == ".csv":
        expected = [{k: v if k in LISTS else "" if v is None else str(v) for k, v in row.items()} for row in expected]
    assert [set(row) for row in found] == [set(COLUMNS)] * 2
    assert found == expected
    assert expected[0]["gates"]
    assert expected[0]["delineated_at"] == "2022-03-14T22:00:00+08:00"


@FORMS
def test_only_the_listed_columns_leave(form: Format) -> None:
    personal = dict.fromkeys(("founding_fact", "decided_by", "notice_no", "person_id", "name_of_case"), "MARK")
    table = TWO.assign(**personal, fact_ids=[["MARK"]] * 2, cause_ids=[["MARK"]] * 2)
    data = write(table, HELD, form=form)
    assert [set(row) for row in rows_of(data, form)] == [set(COLUMNS)] * 2
    parts = [data, repr(rows_of(data, form)).encode()]
    if form == ".xlsx":
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            parts += [file.read(name) for name in file.namelist()]
    assert not any(b"MARK" in part for part in parts)


def test_the_town_names_no_case_and_no_person(town_plan: Plan) -> None:
    cases, people = (set(town_plan.tables["cases"][c].dropna()) for c in ("case_id", "person_id"))
    facts = {fact for of in town_plan.zones["fact_ids"] for fact in of}
    assert cases
    assert facts
    for form in FORMATS.values():
        leaves = set(re.findall(r"'([^']*)'", repr(rows_of(of_plan(town_plan, form), form))))
        assert not leaves & (cases | people | facts)


def of_plan(plan: Plan, form: Format) -> bytes:
    tables = (plan.zones, plan.membership, plan.calendar, plan.gate_points, plan.site_links)
    return write_zones(form, *tables, plan.policy, plan.settings, plan.as_of)


@FORMS
def test_the_town_comes_back(form: Format, town_plan: Plan, tmp_path: Path) -> None:
    path = tmp_path / f"zones{form.upper()}"
    path.write_bytes(of_plan(town_plan, form))
    expected = town_plan.membership[["atom_id", "class", "zone_id"]].sort_values("atom_id", ignore_index=True)
    assert len(expected)
    pd.testing.assert_frame_equal(read_zones(path), expected.astype("str"))


@FORMS
@settings(max_examples=25)
@given(st.dictionaries(texts, st.integers(0, 2)), st.lists(texts, min_size=3, max_size=3, unique=True), texts)
@example(dict.fromkeys(NASTY, 0), ["=1", "'=1", "''=1"], "=1")
def test_memberships_come_back(form: Format, held: dict[str, int], ids: list[str], name: str) -> None:
    table = zones(*({"zone_id": i, "class": c, "name": name} for i, c in zip(ids, CLASSES, strict=False)))
    found = read_zones(write(table, {atom: ids[i] for atom, i in held.items()}, form=form), form)
    expected = sorted((atom, CLASSES[i], ids[i]) for atom, i in held.items())
    assert list(found.itertuples(index=False, name=None)) == expected


@FORMS
def test_an_empty_list_comes_back(form: Format) -> None:
    found = read_zones(write(TWO.iloc[:0], form=form), form)
    assert list(found) == ["atom_id", "class", "zone_id"]
    assert found.empty


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1", "'=1", "#REF!"])
def test_a_spreadsheet_sees_text_and_no_formula(name: str) -> None:
    (row,) = csv.DictReader(io.StringIO(write(zones({"name": name}), form=".csv").decode("utf-8-sig")))
    assert row["name"] == f"'{name}"
    sheet = openpyxl.load_workbook(io.BytesIO(write(zones({"name": name}), {name: "Z1"}, form=".xlsx")))
    cells = [cell for part in sheet for line in part.iter_rows() for cell in line]
    assert f"'{name}" in [cell.value for cell in cells]
    assert {cell.data_type for cell in cells} <= {"s", "n", "b"}


def test_a_spreadsheet_reads_the_chinese_of_a_csv() -> None:
    data = write(TWO, form=".csv")
    assert data.startswith(b"\xef\xbb\xbfzone_id,")
    assert "布心花园4栋5单元" in data.decode("utf-8-sig")


def test_a_zone_of_many_atoms_fits_a_workbook(monkeypatch: pytest.MonkeyPatch) -> None:
    held = {f"B{i:05}-{'5' * 10}": "Z1" for i in range(3_000)}
    assert len(json.dumps(list(held))) > export_files.MAX_TEXT
    assert len(read_zones(write(TWO, held, form=".xlsx"), ".xlsx")) == len(held)
    monkeypatch.setattr(export_files, "MAX_ROWS", 1_001)
    data = write(TWO, held, form=".xlsx")
    titles = CalamineWorkbook.from_filelike(io.BytesIO(data)).sheet_names
    assert [title for title in titles if title.startswith("members")] == ["members", "members 2", "members 3"]
    assert len(read_zones(data, ".xlsx")) == len(held)


def test_what_a_format_cannot_hold_is_refused_and_not_cut() -> None:
    with pytest.raises(InputError, match=r"at most 32,767 characters.* write another format"):
        write(zones({"name": "长" * 32_768}), form=".xlsx")
    with pytest.raises(InputError, match=r"'a\\ufffe' cannot be in a workbook"):
        write(TWO, {"a\ufffe": "Z1"}, form=".xlsx")
    with pytest.raises(InputError, match=r"atom 'a\\x00b' holds a NUL"):
        write(TWO, {"a\0b": "Z1"}, form=".gpkg")


@FORMS
def test_the_same_list_gives_the_same_bytes(form: Format) -> None:
    data = write(TWO, HELD, form=form)
    assert write(TWO.iloc[::-1], dict(reversed(HELD.items())), form=form) == data
    if form == ".xlsx":
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            assert {info.date_time[0] for info in file.infolist()} == {1980}
            assert re.findall(rb"W3CDTF\">([^<]*)<", file.read("docProps/core.xml")) == [b"2022-03-16T02:00:00Z"] * 2
    if form == ".gpkg":
        assert data.count(b"2022-03-16T02:00:00.000Z") == 2


@pytest.mark.parametrize("form", [".gpkg", ".parquet"])
def test_other_programs_open_the_outlines(form: Format, tmp_path: Path) -> None:
    path = tmp_path / f"zones{form}"
    path.write_bytes(write(TWO, HELD, form=form))
    found = gpd.read_file(path, layer="zones") if form == ".gpkg" else gpd.read_parquet(path)
    expected = gpd.read_file(io.BytesIO(write(TWO, HELD)))
    assert found.crs.to_authority() in (("EPSG", "4326"), ("OGC", "CRS84"))
    assert shapely.get_type_id(found.geometry).tolist() == [6, 6]
    assert shapely.equals_exact(found.geometry, expected.geometry, normalize=True).all()
    if form == ".gpkg":
        assert len(gpd.read_file(path, layer="members")) == len(HELD)


@FORMS
@pytest.mark.parametrize("part", [0, 0.02, 0.3, 0.6, 0.9])
def test_a_cut_file_is_refused(form: Format, part: float) -> None:
    data = write(TWO, HELD, form=form)
    with pytest.raises(InputError, match="zone list: "):
        read_zones(data[: int(len(data) * part)], form)


@FORMS
@pytest.mark.parametrize("other", FORMATS)
def test_another_format_is_refused(form: Format, other: Format) -> None:
    data = write(TWO, HELD, form=other)
    if form == other:
        assert len(read_zones(data, form)) == len(HELD)
    else:
        with pytest.raises(InputError, match="zone list: "):
            read_zones(data, form)


@FORMS
@settings(max_examples=30)
@given(st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=8))
def test_a_damaged_file_is_read_or_refused(form: Format, spots: list[tuple[float, int]]) -> None:
    data = bytearray(write(TWO, HELD, form=form))
    for at, value in spots:
        data[int(at * len(data))] = value
    with contextlib.suppress(InputError):
        assert list(read_zones(bytes(data), form)) == ["atom_id", "class", "zone_id"]


def edited(sheet: str, cell: str, value: Any) -> bytes:
    book, out = openpyxl.load_workbook(io.BytesIO(write(TWO, HELD, form=".xlsx"))), io.BytesIO()
    book[sheet][cell] = value
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (edited("zones", "A3", "Z1"), "zone 'Z1' is listed twice"),
        (edited("zones", "A3", "Z3"), "atom .* is in zone 'Z2', which is not listed"),
        (edited("members", "C3", 7), "atom_id 7.0 is no text"),
        (edited("members", "C3", None), "atom_id '' is no text"),
        (edited("members", "C2", "b"), "atom 'b' is listed twice"),
        (edited("members", "C1", "atoms"), "column atom_id of sheet members"),
    ],
)
def test_an_edited_workbook_that_is_ambiguous_is_refused(data: bytes, says: str) -> None:
    with pytest.raises(InputError, match=says):
        read_zones(data, ".xlsx")


@pytest.mark.parametrize("name", ["zones", "zones.json", "zones.xls", ".csv"])
def test_another_ending_is_one_error(name: str) -> None:
    with pytest.raises(InputError, match=r"ends in none of \.geojson, \.gpkg, \.parquet, \.csv, \.xlsx; give one"):
        format_of(Path(name))


@FORMS
def test_derive_writes_the_format_of_the_ending(form: Format, town_folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "new" / f"z{form}"
    assert run("derive", town_folder, "--out", out) == 0
    assert len(read_zones(out))
    assert [path.name for path in out.parent.iterdir()] == [out.name]
