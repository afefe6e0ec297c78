"""Excel workbooks to raw rows: which sheet, which header, and cells as the text that an officer sees."""

import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from zoning.errors import InputError
from zoning.intake.raw import HEADER_SEARCH, RawTable, as_text, check_archive, find_header, reject_table, unique_names

_CHUNK = 100_000
# A cell with an Excel error, or a formula without a value: readers of values see both as empty.
_LOST = re.compile(
    rb'<c r="([A-Z]{1,3})(\d{1,7})"(?=[^>]*\bt="e")[^>]*>(?:<f[^>]*>[^<]*</f>|<f[^>]*/>)?<v>(#[^<]*)</v>'
    rb'|<c r="([A-Z]{1,3})(\d{1,7})"[^>]*><f[^>]*>([^<]*)</f>(?:<v></v>|<v/>|<v />)?</c>'
)
_WINDOW = 8 * 2**20
# Formats without a code of their own that show a clock: ECMA-376 part 1, 18.8.30, the last two rows as in Chinese.
_CLOCKS = {*range(18, 23), *range(45, 48), *range(32, 36), 55, 56}
# What a format shows as it is, and its brackets: no letter in it stands for hours.
_LITERAL = re.compile(r'"[^"]*"|[\\_*].|\[[^\]]*\]')
Cells = list[list[str]]


@dataclass(frozen=True)
class _Marks:
    """What the values of a sheet do not tell, by row and column of the used range: lost texts, midnights as a clock."""

    lost: dict[tuple[int, int], str] = field(default_factory=dict)
    midnights: set[tuple[int, int]] = field(default_factory=set)


def sheet_names(path: Path, max_mb: int) -> list[str]:
    """Return the sheets of a workbook that hold something.

    Parameters
    ----------
    path : .xlsx or .xlsm.
    max_mb : the most that it may unpack to, in MiB.

    Returns
    -------
    Their names, in order.

    Raises
    ------
    InputError : not a readable workbook, or one that unpacks to too much.
    """
    book = _open(path, max_mb)
    return [name for name in book.sheet_names if book.get_sheet_by_name(name).height]


def _open(path: Path, max_mb: int) -> CalamineWorkbook:
    check_archive(path, max_mb)
    try:
        return CalamineWorkbook.from_path(str(path))
    except (CalamineError, OSError) as error:
        raise InputError(f"{path.name} is not a readable workbook: {error}; save it again as .xlsx") from error


def read_sheet(path: Path, sheet: str, max_mb: int, chunk: int = _CHUNK) -> Iterator[RawTable]:
    """Read one sheet of a workbook in chunks.

    Merged cells hold their value in each of their cells; a header of two rows is joined. Dates come as ISO text, with a
    clock where the cell shows one, whole numbers without a point. Cells with an Excel error, and formulas that were
    never calculated, come as text.

    Parameters
    ----------
    path : .xlsx or .xlsm.
    sheet : name of the sheet.
    max_mb : the most that it may unpack to, in MiB.
    chunk : rows a chunk.

    Returns
    -------
    Iterator of RawTable; rows are numbered as Excel does.

    Raises
    ------
    InputError : not a readable workbook, no such sheet, or a sheet without a header and rows.
    """
    book = _open(path, max_mb)
    if sheet not in book.sheet_names:
        raise InputError(f"{path.name} has no sheet '{sheet}'; its sheets are {', '.join(book.sheet_names)}")
    table = book.get_sheet_by_name(sheet)
    if table.start is None or table.height < 2:
        raise InputError(f"{path.name}, sheet '{sheet}' holds no rows below a header; give another with --layer")
    marks = _read_marks(path, book.sheet_names.index(sheet), table)
    head = [_texts(row, at, marks) for at, row in zip(range(HEADER_SEARCH + 5), table.iter_rows(), strict=False)]
    at, merged = find_header(head), _merged(table)
    _spread(head, merged, 0)
    names, depth = _names(head, at, table, merged)
    told = {"lines above the header, passed over: {n}": above} if (above := _filled(head[:at])) else {}
    seen = 0
    for first, rows in _chunks(table, at + depth, chunk, marks):
        _spread(rows, merged, first)
        raw = _raw(f"{path.name}", rows, first, names)
        seen += len(raw.values)
        yield RawTable(raw.file, raw.values, raw.rows, None, "", raw.rejects, {**told, **raw.told})
        told = {}
    if not seen:
        raise InputError(f"{path.name}, sheet '{sheet}' has a header but no rows; export it again")


def _filled(rows: Cells) -> int:
    return sum(any(row) for row in rows)


def _chunks(table: CalamineSheet, start: int, chunk: int, marks: _Marks) -> Iterator[Any]:
    """Give the rows from `start` on as text, with the position of the first of each chunk."""
    rows: Cells = []
    for at, row in enumerate(table.iter_rows()):
        if at < start:
            continue
        rows.append(_texts(row, at, marks))
        if len(rows) == chunk:
            yield at - chunk + 1, rows
            rows = []
    if rows:
        yield at - len(rows) + 1, rows


def _raw(file: str, rows: Cells, first: int, names: Sequence[str]) -> RawTable:
    full = np.array([any(row) for row in rows], dtype=bool)
    columns = list(zip(*(row for row, keep in zip(rows, full, strict=True) if keep), strict=True))
    columns = columns or [()] * len(names)
    values = pd.DataFrame({name: pd.Series(c, dtype="str") for name, c in zip(names, columns, strict=True)})
    numbers = np.flatnonzero(full).astype(np.int64) + first + 1
    blank = int((~full).sum())
    told = {"empty rows, passed over: {n}": blank} if blank else {}
    return RawTable(file, values, numbers, None, "", reject_table(file), told)


def _texts(row: Sequence[Any], at: int, marks: _Marks) -> list[str]:
    texts = [value if isinstance(value, str) else _text(value) for value in row]
    if marks.lost:
        texts = [text or marks.lost.get((at, column), "") for column, text in enumerate(texts)]
    if marks.midnights:
        for column, value in enumerate(row):
            if type(value) is date and (at, column) in marks.midnights:
                texts[column] += " 00:00:00"
    return texts


def _text(value: Any) -> str:
    """Return a cell as text: 3.0 is 3, a date without a clock is a date, a length of time is hours and minutes."""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds" if value.microsecond == 0 else "auto")
    if isinstance(value, timedelta):
        return str(value)
    return as_text(value)


def _merged(table: CalamineSheet) -> list[tuple[int, int, int, int]]:
    """Return merged ranges as first row, last row, first column, last column; columns count from the first used."""
    left = table.start[1] if table.start else 0
    ranges = table.merged_cell_ranges or []
    return [(a, c, b - left, d - left) for (a, b), (c, d) in ranges]


def _spread(rows: Cells, merged: Sequence[tuple[int, int, int, int]], first: int) -> None:
    """Put the value of each merged range into all its cells that are among the rows, in place."""
    for top, bottom, left, right in merged:
        if first <= top < first + len(rows):
            value = rows[top - first][left]
            for row in rows[top - first : bottom - first + 1]:
                row[left : right + 1] = [value] * (right + 1 - left)


def _names(head: Cells, at: int, table: CalamineSheet, merged: Sequence[Any]) -> tuple[list[str], int]:
    """Return column names and the number of header rows: two where a merged range tells that a second belongs to it."""
    wide = [m for m in merged if m[0] == at and m[1] == at and m[3] > m[2]]
    tall = [m for m in merged if m[0] == at and m[1] > at]
    if not (wide or tall) or at + 1 >= len(head) or not wide:
        return unique_names(head[at]), 1
    pairs = zip(head[at], head[at + 1], strict=True)
    return unique_names([lower or upper for upper, lower in pairs]), 2


def _read_marks(path: Path, index: int, table: CalamineSheet) -> _Marks:
    """Find in the XML of a sheet what the reader of values leaves out."""
    left, marks = table.start[1] if table.start else 0, _Marks()
    with zipfile.ZipFile(path) as archive:
        part = _part(archive, index)
        if not part:
            return marks
        midnight = _midnight_cell(archive)
        with archive.open(part) as file:
            rest = b""
            while block := file.read(_WINDOW):
                window = rest + block
                for match in _LOST.finditer(window):
                    letters, number, error, letters_f, number_f, formula = match.groups()
                    at = int(number or number_f) - 1, _column(letters or letters_f) - left
                    marks.lost[at] = (error or b"=" + formula).decode("utf-8", "replace")
                for match in midnight.finditer(window) if midnight else ():
                    marks.midnights.add((int(match[2]) - 1, _column(match[1]) - left))
                rest = window[max(window.rfind(b"<c "), 0) :][-65536:]
    return marks


def _midnight_cell(archive: zipfile.ZipFile) -> re.Pattern[bytes] | None:
    """Return what finds whole days in cells whose number format shows a clock: their values are read as bare dates."""
    if "xl/styles.xml" not in archive.namelist():
        return None
    text = archive.read("xl/styles.xml").decode("utf-8", "replace")
    tags = re.findall(r"<(?:\w+:)?numFmt\b[^>]*>", text)
    own = [dict(re.findall(r'\b(numFmtId|formatCode)="([^"]*)"', tag)) for tag in tags]
    codes = {one.get("numFmtId"): unescape(one.get("formatCode", "")) for one in own}
    styles = re.findall(r"<(?:\w+:)?xf\b[^>]*>", text.partition("cellXfs")[2].partition("cellXfs")[0])
    formats = [re.search(r'\bnumFmtId="(\d+)"', style) for style in styles]
    shown = [at for at, form in enumerate(formats) if form and _shows_clock(form[1], codes)]
    if not shown:
        return None
    style = "|".join(map(str, shown)).encode()
    return re.compile(
        rb'<c (?=[^>]*\bs="(?:%b)")(?![^>]*\bt="[^n])[^>]*?\br="([A-Z]{1,3})(\d{1,7})"[^>]*>' % style
        + rb"(?:<f[^>]*>[^<]*</f>|<f[^>]*/>)?<v>\d+(?:\.0*)?</v>"
    )


def _shows_clock(name: str, codes: dict[str | None, str]) -> bool:
    if name in codes:
        return "h" in _LITERAL.sub("", codes[name].partition(";")[0]).casefold()
    return int(name) in _CLOCKS


def _part(archive: zipfile.ZipFile, index: int) -> str:
    """Return the file of a sheet by the order of the workbook; empty where it is laid out in another way."""
    names = set(archive.namelist())
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
        return ""
    sheets = re.findall(rb'<(?:\w+:)?sheet\b[^>]*?\br:id="([^"]+)"', archive.read("xl/workbook.xml"))
    links = re.findall(rb"<(?:\w+:)?Relationship\b[^>]*>", archive.read("xl/_rels/workbook.xml.rels"))
    targets = {}
    for link in links:
        parts = dict(re.findall(rb'\b(Id|Target)="([^"]+)"', link))
        targets[parts.get(b"Id")] = parts.get(b"Target", b"").decode()
    target = targets.get(sheets[index], "") if index < len(sheets) else ""
    part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return part if part in names else ""


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1
