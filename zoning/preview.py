"""What a file would come to with what is declared about it, seen on some of its rows; nothing is stored."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from zoning.errors import InputError
from zoning.guess import head_of
from zoning.intake import find_columns, told_lines
from zoning.intake.faults import Fault
from zoning.intake.raw import FORMATS, RawTable, check_file
from zoning.intake.readers import parts_of, read_chunks
from zoning.intake.readers_text import read_layout
from zoning.intake.rows import tell_unused, type_rows
from zoning.options import Options
from zoning.tables import contract

ENDINGS = tuple(FORMATS)  # of files that are read
Rows = RawTable  # some rows of a file
SOME = 2000  # rows that are looked at


@dataclass(frozen=True)
class Preview:
    """What some rows of a file come to: our column -> theirs; what is wrong, in which row; what would be told; where
    each row lies (WGS84 shapes, None where it has no place); and, where the file cannot be used at all, why not.
    """

    columns: Mapping[str, str]
    faults: tuple[Fault, ...]
    told: tuple[str, ...]
    shapes: npt.NDArray[np.object_]
    lacking: str = ""


def read_some(path: Path, part: str = "", encoding: str = "", max_mb: int = 2048) -> RawTable:
    """Read some rows of a file: the first ones, and others from all over its first chunk.

    Parameters
    ----------
    path : the file.
    part : sheet or layer; empty takes the only one.
    encoding : of a CSV or Shapefile; empty finds it out.
    max_mb : a larger file is refused, in MiB.

    Returns
    -------
    RawTable of at most SOME rows, in the order of the file.

    Raises
    ------
    InputError : the file cannot be read.
    """
    first = next(read_chunks(path, encoding, part, "", max_mb))
    count = len(first.values)
    if count <= SOME:
        return first
    begun = len(head_of(first).values)
    at = np.unique(np.concatenate([np.arange(begun), np.linspace(begun, count - 1, SOME - begun).astype(int)]))
    shapes = None if first.shapes is None else first.shapes[at]
    return replace(first, values=first.values.iloc[at].reset_index(drop=True), rows=first.rows[at], shapes=shapes)


def preview(raw: RawTable, kind: str, options: Options) -> Preview:
    """Say what rows come to as a kind.

    Parameters
    ----------
    raw : of `read_some`.
    kind : one of KINDS.
    options : what is declared.

    Returns
    -------
    Preview. Ids are not looked at across rows: a repeated one is found when the file is loaded.

    Raises
    ------
    InputError : no such kind.
    """
    terms, nowhere = contract(kind), np.full(len(raw.values), None, dtype=object)
    try:
        columns = find_columns(raw, terms, options)
        rows = type_rows(raw, terms, options, columns)
    except InputError as error:
        return Preview({}, (), (), nowhere, str(error))
    shapes = rows.shapes
    if shapes is None and "lng" in rows.table:
        there = rows.table["lng"].notna().to_numpy()
        shapes = nowhere
        shapes[there] = shapely.points(rows.table["lng"].to_numpy()[there], rows.table["lat"].to_numpy()[there])
    told = told_lines(rows.told | tell_unused(raw, columns, options))
    return Preview(columns, tuple(_in_order(rows.faults.each(raw.rows))), told, nowhere if shapes is None else shapes)


def _in_order(faults: Iterable[Fault]) -> list[Fault]:
    return sorted(faults, key=lambda fault: fault.row)


def tables_of(path: Path, max_mb: int) -> tuple[str, list[str]]:
    """Return the format of a file, and its sheets or layers.

    Parameters
    ----------
    path : the file.
    max_mb : a larger file, or one that unpacks to more, is refused, in MiB.

    Returns
    -------
    form : one of FORMATS.
    parts : names; one empty name where there is only one table.

    Raises
    ------
    InputError : the file cannot be read.
    """
    form = check_file(path, max_mb)
    return form, parts_of(path, form, max_mb)


def encoding_of(path: Path, encoding: str = "") -> tuple[str, str]:
    """Return the encoding of a delimited text file and why.

    Parameters
    ----------
    path : the file.
    encoding : as declared; empty finds it out.

    Returns
    -------
    Its name, and the reason.

    Raises
    ------
    InputError : it is no text, or not in that encoding.
    """
    return read_layout(path, encoding)[0]


def first_rows(raw: RawTable, count: int, wrong: Iterable[int]) -> tuple[list[int], pd.DataFrame]:
    """Return rows to look at: the first, and then the first of those that are wrong.

    Parameters
    ----------
    raw : of `read_some`.
    count : how many of each at most.
    wrong : numbers of rows.

    Returns
    -------
    numbers : of the rows in the file.
    cells : as text by column of the file, in its order.
    """
    bad: list[Any] = list(dict.fromkeys(wrong))[:count]
    shown = np.zeros(len(raw.rows), bool)
    shown[:count] = True
    shown |= np.isin(raw.rows, bad)
    return [int(row) for row in raw.rows[shown]], raw.values[shown]
