"""Delimited text to raw rows, in chunks: delimiter, header and records; every value stays text."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from zoning.errors import InputError
from zoning.intake.raw import HEADER_SEARCH, RawTable, cells_of, find_header, reject_table, unique_names
from zoning.intake.transcode import STRAY, Encoding, Stream, sniff, utf8_blocks

BLOCK = 16 * 2**20  # bytes of text a chunk
_BLANK = "empty rows, passed over: {n}"
_DELIMITERS = ",;\t|"
_QUOTE_FIELDS = "quote fields that hold a delimiter or a line break"
_DAMAGED = {"\0": "holds NUL bytes", STRAY: "holds bytes that are no text in the file's encoding"}


@dataclass
class _Layout:
    """Where the header is and what it says, and the records whose number of fields is another."""

    file: str
    above: int
    names: list[str]
    delimiter: str
    ragged: list[tuple[Any, ...]] = field(default_factory=list)

    def refuse(self, row: Any) -> str:
        reason = f"{row.actual_columns} fields where the header has {row.expected_columns}"
        self.ragged.append((row.number, "", row.text[:2000], reason, _QUOTE_FIELDS))
        return "skip"

    def taken(self, before: int, n: int) -> list[tuple[Any, ...]]:
        """Return the ragged records among the next ones, of which n are whole; the tokeniser may be ahead."""
        found: list[tuple[Any, ...]] = []
        while self.ragged and self.ragged[0][0] <= before + n + len(found) + 1:
            found.append(self.ragged.pop(0))
        return found


def read_csv(path: Path, encoding: str) -> Iterator[RawTable]:
    """Read a delimited text file in chunks.

    Parameters
    ----------
    path : the file.
    encoding : empty finds it out: a BOM, UTF-8, UTF-16, else GB18030 or lines of both.

    Returns
    -------
    Iterator of RawTable. The header is the first row that is at least half as full as the fullest of the first 20.
    Rows are counted as records, blank ones and those above the header too.

    Raises
    ------
    InputError : no text, no rows, an unknown encoding, or a quote that never closes.
    """
    found = sniff(path, encoding)
    layout = _layout(found.head, path.name)
    told = {} if found.name.startswith("utf-8") else {f"read as {found.name}": 0}
    if any(line.strip() for line in found.head.splitlines()[: layout.above]):
        told["lines above the header, passed over: {n}"] = layout.above
    block, records, seen = min(path.stat().st_size * 3 + 4096, BLOCK), layout.above, 0
    for batch in _batches(path, found, layout, block):
        ragged = layout.taken(records, len(batch))
        n = len(batch) + len(ragged)
        numbers = np.delete(np.arange(records + 1, records + n + 1), [line[0] - records - 1 for line in ragged])
        values = pa.Table.from_batches([batch]).to_pandas().astype("str").set_axis(layout.names, axis=1)
        values, numbers = (values.iloc[1:], numbers[1:]) if records == layout.above else (values, numbers)
        raw = _sound(values, numbers.astype(np.int64), found, layout.file)
        blank = len(values) - len(raw.values) - len(raw.rejects)
        rejects = pd.concat([reject_table(path.name, ragged), raw.rejects], ignore_index=True)
        records, seen = records + n, seen + len(raw.values) + len(rejects)
        yield RawTable(path.name, raw.values, raw.rows, None, "", rejects, told | ({_BLANK: blank} if blank else {}))
        told = {}
    if not seen:
        raise InputError(f"{path.name} has a header but no rows; export it again")


def _layout(head: str, file: str) -> _Layout:
    """Find delimiter and header; a first line `sep=;` says the delimiter, as Excel writes it."""
    lines = head.splitlines(keepends=True)
    blank = next((at for at, line in enumerate(lines) if line.strip("\ufeff \r\n")), None)
    if blank is None:
        raise InputError(f"{file} holds only blank lines; export it again")
    start, first = blank, lines[blank].strip("\ufeff\r\n")
    said = first[4:] if first.lower().startswith("sep=") and len(first) == 5 else ""
    start += bool(said)
    text = "".join(lines[start : start + 200]).lstrip("\ufeff")
    delimiter = said or _delimiter(text.splitlines()[:HEADER_SEARCH])
    reader, rows, ends = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [], [0]
    try:
        for row in reader:
            rows.append(row)
            ends.append(reader.line_num)
            if len(rows) == HEADER_SEARCH:
                break
    except csv.Error as error:
        raise InputError(f"{file} is not a readable CSV: {error}; export it again") from error
    if not any(cell.strip() for row in rows for cell in row):
        raise InputError(f"{file} holds no header; export it again")
    at = find_header(rows)
    return _Layout(file, start + ends[at], unique_names(rows[at]), delimiter)


def read_layout(path: Path, encoding: str = "") -> tuple[tuple[str, str], str, int]:
    """Tell how a delimited text file is laid out.

    Parameters
    ----------
    path : the file.
    encoding : as declared; empty finds it out.

    Returns
    -------
    encoding and why, delimiter, number of lines above the header.

    Raises
    ------
    InputError : as `read_csv`.
    """
    found = sniff(path, encoding)
    layout = _layout(found.head, path.name)
    reasons = {"utf-8": "all of it decodes as UTF-8", "gb18030": "it is no UTF-8, and its lines decode as GB18030"}
    why = reasons.get(found.name, "a byte order mark, or zero bytes in every second place")
    why = "each line fits one of the two" if " and " in found.name else why
    return (found.name, why), layout.delimiter, layout.above


def _delimiter(lines: Sequence[str]) -> str:
    outside = ["".join(line.split('"')[::2]) for line in lines]
    fullest = [max(line.count(mark) for line in outside) for mark in _DELIMITERS]
    first = next((line for line in outside if any(mark in line for mark in _DELIMITERS)), "")
    return max(_DELIMITERS, key=lambda mark: (first.count(mark), fullest[_DELIMITERS.index(mark)]))


def _batches(path: Path, found: Encoding, layout: _Layout, block: int) -> Iterator[pa.RecordBatch]:
    """Tokenise with Arrow, everything as text; the header is the first record."""
    names = [f"f{i}" for i in range(len(layout.names))]
    source = pa.PythonFile(Stream(_ended(utf8_blocks(path, found))), "r")
    try:
        yield from pyarrow.csv.open_csv(
            source,
            pyarrow.csv.ReadOptions(use_threads=False, column_names=names, block_size=block, skip_rows=layout.above),
            pyarrow.csv.ParseOptions(
                delimiter=layout.delimiter,
                newlines_in_values=True,
                ignore_empty_lines=False,
                invalid_row_handler=layout.refuse,
            ),
            pyarrow.csv.ConvertOptions(column_types=dict.fromkeys(names, pa.large_string()), strings_can_be_null=False),
        )
    except pa.ArrowInvalid as error:
        raise InputError(f"{path.name} is not a readable CSV: {error}; look for a quote that never closes") from error


def _ended(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """Give the blocks, and a line end where the last has none."""
    last = b""
    for block in blocks:
        yield block
        last = block[-1:] or last
    if last not in (b"\n", b"\r"):
        yield b"\n"


def _sound(values: pd.DataFrame, numbers: npt.NDArray[np.int64], found: Encoding, file: str) -> RawTable:
    """Take out blank rows, and rows with bytes that are no text."""
    full = np.ones(len(values), dtype=bool)
    if len(values) and (values.iloc[:, 0] == "").any():
        full = (values != "").any(axis=1).to_numpy()
    rejects = []
    for mark, reason in _DAMAGED.items():
        if not (found.nul if mark == "\0" else found.stray):
            continue
        hit = np.zeros(len(values), dtype=bool)
        for name in values:
            hit |= pc.match_substring(pa.array(values[name]), mark).to_numpy(zero_copy_only=False)
        fix = "write the row again" if mark == "\0" else "save the file again as UTF-8, or declare its --encoding"
        table = reject_table(file, [(row, "", "", reason, fix) for row in numbers[full & hit]])
        rejects.append(table.assign(cells=cells_of(values[full & hit], None)))
        full &= ~hit
    kept = values if full.all() else values[full]
    bad = pd.concat(rejects, ignore_index=True) if rejects else reject_table(file)
    return RawTable(file, kept.reset_index(drop=True), numbers[full], None, "", bad)
