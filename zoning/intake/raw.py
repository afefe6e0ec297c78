"""Raw rows: every value still the text that the file holds, every row with its number in the file.

What all readers share: the table that they give, the formats, and the limits that are held before anything is unpacked.
"""

import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import pandas as pd

from zoning.errors import InputError

REJECT_COLUMNS = ("file", "row", "column", "value", "reason", "fix", "cells")
_NO_REJECTS = pd.DataFrame(columns=list(REJECT_COLUMNS)).astype({"row": "int64"})
FORMATS = {
    ".csv": "CSV", ".txt": "CSV", ".tsv": "CSV", ".xlsx": "XLSX", ".xlsm": "XLSX", ".geojson": "GeoJSON",
    ".json": "GeoJSON", ".jsonl": "JSON lines", ".ndjson": "JSON lines", ".geojsonl": "JSON lines",
    ".parquet": "Parquet", ".geoparquet": "Parquet", ".gpkg": "GeoPackage", ".kml": "KML", ".zip": "Shapefile",
    ".pbf": "OSM", ".osm": "OSM",
}  # fmt: skip
HEADER_SEARCH = 20  # rows within which the header is looked for
_RATIO, _FREE_MB = 200, 64  # an archive may unpack to this many times its size, and always to this many MiB


@dataclass(frozen=True)
class RawTable:
    """Rows of one file: text by column, row numbers, shapes if the format has them, and what could not be read.

    `told` holds what the officer should know: text with `{n}` -> the number that stands for it.
    """

    file: str
    values: pd.DataFrame
    rows: npt.NDArray[np.int64]
    shapes: npt.NDArray[np.object_] | None
    crs: str
    rejects: pd.DataFrame
    told: Mapping[str, int] = field(default_factory=dict)


def reject_table(file: str, lines: Iterable[Sequence[Any]] = ()) -> pd.DataFrame:
    """Return a table of rejected rows.

    Parameters
    ----------
    file : name of the file.
    lines : (row, column, value, reason, fix) for each rejected row.

    Returns
    -------
    DataFrame with REJECT_COLUMNS; `cells` is empty, for the row has no cells that could be told apart.
    """
    found = [(file, *line, "") for line in lines]
    if not found:
        return _NO_REJECTS.copy()
    return pd.DataFrame(found, columns=list(REJECT_COLUMNS)).astype({"row": "int64"})


def add_up(parts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Add up what the chunks of a file tell.

    Parameters
    ----------
    parts : text -> number of each chunk.

    Returns
    -------
    Text -> sum, in order of first appearance.
    """
    total: dict[str, int] = {}
    for part in parts:
        for text, number in part.items():
            total[text] = total.get(text, 0) + number
    return total


def as_text(value: Any) -> str:
    """Return a typed value of a file as the text that a CSV of it would hold.

    Parameters
    ----------
    value : what a reader gave.

    Returns
    -------
    Text; empty for a missing value.
    """
    if value is None or value is pd.NaT or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        return orjson.dumps(value, default=str).decode()
    if isinstance(value, bytes):
        return value.hex()
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def unique_names(header: Sequence[str]) -> list[str]:
    """Return header names of which no two are alike; a second 'name' becomes 'name (2)'.

    Parameters
    ----------
    header : names as the file has them.

    Returns
    -------
    As many names; an empty one becomes 'column n'.
    """
    seen: set[str] = set()
    names = []
    for position, word in enumerate(header):
        name = base = word.strip() or f"column {position + 1}"
        count = 1
        while name in seen:
            count += 1
            name = f"{base} ({count})"
        seen.add(name)
        names.append(name)
    return names


def find_header(rows: Sequence[Sequence[str]]) -> int:
    """Return which of the first rows is the header: the first that is at least half as full as the fullest.

    Parameters
    ----------
    rows : cells of the first rows of a sheet; titles and notes above the header fill few of them.

    Returns
    -------
    Position of the header row.
    """
    full = [sum(bool(cell.strip()) for cell in row) for row in rows[:HEADER_SEARCH]]
    return next(at for at, count in enumerate(full) if count and 2 * count >= max(full))


def check_file(path: Path, max_mb: int) -> str:
    """Return the format of a file that is there, not empty and not too large.

    Parameters
    ----------
    path : the file.
    max_mb : the largest size allowed, in MiB.

    Returns
    -------
    One of the values of FORMATS.

    Raises
    ------
    InputError : missing, a folder, empty, too large or of an unknown ending.
    """
    if not path.is_file():
        raise InputError(f"{path} is {'a folder' if path.is_dir() else 'not there'}; give the path of a file")
    size = path.stat().st_size
    if size == 0:
        raise InputError(f"{path.name} is empty (0 bytes); export it again")
    if size > max_mb * 2**20:
        raise InputError(f"{path.name} has {size >> 20} MiB, the limit is {max_mb}; split it or raise max_file_mb")
    if path.suffix.lower() not in FORMATS:
        endings = ", ".join(FORMATS)
        raise InputError(f"{path.name} ends with '{path.suffix}'; files are read by their ending: {endings}")
    return FORMATS[path.suffix.lower()]


def check_archive(path: Path, max_mb: int) -> list[zipfile.ZipInfo]:
    """Return the members of an archive after holding it to the limits, before anything is unpacked.

    Parameters
    ----------
    path : a zip file, or a workbook, which is one.
    max_mb : the most that it may unpack to, in MiB.

    Returns
    -------
    Its files.

    Raises
    ------
    InputError : it is damaged or locked by a password, unpacks to too much, or a name in it leads out of it.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise InputError(f"{path.name} is not a readable zip ({error}); export it again") from error
    for member in members:
        way = PurePosixPath(member.filename.replace("\\", "/"))
        if way.is_absolute() or ".." in way.parts or ":" in member.filename or member.external_attr >> 28 == 0xA:
            raise InputError(f"{path.name} holds '{member.filename}', which leads out of it; pack the plain files anew")
        if member.flag_bits & 1:
            raise InputError(f"{path.name} is locked by a password; save it without one")
    size = sum(member.file_size for member in members)
    limit = min(max_mb, max(_FREE_MB, (path.stat().st_size * _RATIO) >> 20)) * 2**20
    if size > limit:
        raise InputError(f"{path.name} would unpack to {size >> 20:,} MiB, the limit is {limit >> 20:,}; split it")
    return members


def cells_of(values: pd.DataFrame, shapes: npt.NDArray[np.object_] | None) -> list[str]:
    """Return the cells of each row as JSON, so that a rejected row can be given back as it was.

    Parameters
    ----------
    values : text by file column.
    shapes : (n,) shapely shapes or None; they come as WKT in `geometry`.

    Returns
    -------
    One JSON object a row: file column -> text.
    """
    records = values.to_dict("records")
    if shapes is not None:
        for record, shape in zip(records, shapes, strict=True):
            record.setdefault("geometry", shape.wkt if shape is not None else "")
    return [orjson.dumps(_sane(record)).decode() for record in records]


def _sane(record: Mapping[Any, Any]) -> dict[str, str]:
    """Return a record of text that JSON can hold: lone surrogates are replaced."""
    return {str(k): str(v).encode("utf-8", "replace").decode() for k, v in record.items()}
