"""Workbooks: a midnight is a moment where its cell shows a clock, and a day where it does not."""

import re
import zipfile
from datetime import date
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from zoning.intake import read_input
from zoning.intake.readers_sheet import read_sheet
from zoning.options import Options

NOW = pd.Timestamp("2022-04-01", tz="UTC")
MIDNIGHT = pd.Timestamp("2022-03-12")
DAY, MOMENT = "2022-03-12", "2022-03-12 00:00:00"


def save(path: Path, *rows: list[object], formats: dict[str, str] | None = None) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for cell, form in (formats or {}).items():
        book.active[cell].number_format = form
    book.save(path)
    return path


def read(path: Path) -> list[list[str]]:
    return [row for raw in read_sheet(path, "Sheet", 100) for row in raw.values.to_numpy().tolist()]


@pytest.mark.parametrize(
    ("form", "shown"),
    [
        ("yyyy-mm-dd", DAY),
        ("mm-dd-yy", DAY),
        ('yyyy"年"m"月"d"日"', DAY),
        ('yyyy-mm-dd" h"', DAY),
        ("yyyy-mm-dd\\h", DAY),
        ("[$-4hh]yyyy/m/d;@", DAY),
        ("yyyy/m/d;h:mm", DAY),
        ("yyyy-mm-dd h:mm:ss", MOMENT),
        ("m/d/yy h:mm", MOMENT),
        ("[$-804]yyyy/m/d H:MM;@", MOMENT),
        ('m"月"d"日"h"时"', MOMENT),
    ],
)
def test_a_midnight_has_a_clock_where_its_cell_shows_one(tmp_path: Path, form: str, shown: str) -> None:
    later = pd.Timestamp("2022-03-12 08:05")
    path = save(tmp_path / "a.xlsx", ["a", "b"], [MIDNIGHT, later], ["x", "y"], formats={"A2": form, "B2": form})
    assert read(path) == [[shown, "2022-03-12 08:05:00"], ["x", "y"]]


def test_the_end_of_a_stay_at_midnight_is_that_midnight(tmp_path: Path) -> None:
    head = ["visit_id", "person_id", "arrive_at", "leave_at"]
    arrived = pd.Timestamp("2022-03-11 20:00")
    path = save(tmp_path / "a.xlsx", head, ["V1", "P", arrived, MIDNIGHT], ["V2", "P", arrived, date(2022, 3, 12)])
    visits = read_input(path, "visits", Options(now=NOW))["visits"].accepted
    # A bare date in a column of ends is 24时 of that day.
    assert visits["leave_at"].tolist() == [pd.Timestamp(f"2022-03-{day} 16:00", tz="UTC") for day in (11, 12)]


def test_formulas_gaps_and_merged_cells_keep_their_clock(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in ([None, None, None], [None, "a", "b"], [None, MIDNIGHT, "x"], [None, None, "y"]):
        sheet.append(row)
    sheet.merge_cells("B3:B4")
    book.save(tmp_path / "a.xlsx")
    assert read(tmp_path / "a.xlsx") == [[MOMENT, "x"], [MOMENT, "y"]]
    _rewrite(tmp_path / "a.xlsx", rb"<v>44632</v>", rb"<f>TODAY()</f><v>44632.0</v>")
    assert read(tmp_path / "a.xlsx") == [[MOMENT, "x"], [MOMENT, "y"]]


def test_dates_as_iso_text_and_a_workbook_without_styles(tmp_path: Path) -> None:
    book = openpyxl.Workbook(iso_dates=True)
    for row in (["a", "b"], [MIDNIGHT, date(2022, 3, 12)]):
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    assert read(tmp_path / "a.xlsx") == [[MOMENT, DAY]]
    path = save(tmp_path / "b.xlsx", ["a"], [MIDNIGHT])
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(tmp_path / "c.xlsx", "w") as new:
        for name in set(old.namelist()) - {"xl/styles.xml"}:
            new.writestr(name, old.read(name))
    assert read(tmp_path / "c.xlsx") == [["44632"]]


def _rewrite(path: Path, pattern: bytes, by: bytes) -> None:
    """Put other text into the first sheet of a workbook."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = "xl/worksheets/sheet1.xml"
    changed, count = re.subn(pattern, by, parts[name])
    assert count
    with zipfile.ZipFile(path, "w") as archive:
        for one, data in (parts | {name: changed}).items():
            archive.writestr(one, data)
