"""Written zone lists back to rows: which zone has which class, and which atom is in which zone."""

import io
import sqlite3
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from typing import Any

import orjson
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from python_calamine import CalamineError, CalamineWorkbook

from zoning.export.columns import ATOMS

DAMAGED = (
    *(KeyError, TypeError, ValueError, OSError, EOFError),
    *(pa.ArrowException, sqlite3.Error, CalamineError, zipfile.BadZipFile),
)
_NEEDS = ["zone_id", "class", *ATOMS]
# Zone and class; zone and atom. What is no text is left as found, for the caller to refuse.
Pairs = list[tuple[Any, Any]]
Rows = tuple[Pairs, Pairs]


def from_geojson(data: bytes) -> Rows:
    """Return the rows of a GeoJSON file.

    Parameters
    ----------
    data : its bytes.

    Returns
    -------
    (zone_id, class) of every zone; (zone_id, atom_id) of every atom.

    Raises
    ------
    One of DAMAGED : no such file.
    """
    return _rows([feature["properties"][c] for c in _NEEDS] for feature in orjson.loads(data)["features"])


def from_csv(data: bytes) -> Rows:
    """Return the rows of a CSV file.

    Parameters
    ----------
    data : its bytes.

    Returns
    -------
    (zone_id, class) of every zone; (zone_id, atom_id) of every atom.

    Raises
    ------
    One of DAMAGED : no such file.
    """
    table = pd.read_csv(io.BytesIO(data), dtype="str", keep_default_na=False, encoding="utf-8-sig")
    zone_ids, classes = ([text.removeprefix("'") for text in table[c]] for c in _NEEDS[:2])
    lists = ([orjson.loads(text) for text in table[c]] for c in ATOMS)
    return _rows(zip(zone_ids, classes, *lists, strict=True))


def from_parquet(data: bytes) -> Rows:
    """Return the rows of a GeoParquet file; its geometry is not read.

    Parameters
    ----------
    data : its bytes.

    Returns
    -------
    (zone_id, class) of every zone; (zone_id, atom_id) of every atom.

    Raises
    ------
    One of DAMAGED : no such file.
    """
    table = pq.read_table(pa.BufferReader(data), columns=_NEEDS)
    return _rows(zip(*(table[c].to_pylist() for c in _NEEDS), strict=True))


def from_gpkg(data: bytes) -> Rows:
    """Return the rows of a GeoPackage; its geometry is not read.

    Parameters
    ----------
    data : its bytes.

    Returns
    -------
    (zone_id, class) of every zone; (zone_id, atom_id) of every atom.

    Raises
    ------
    One of DAMAGED : no such file.
    """
    if not data.startswith(b"SQLite format 3\0"):
        raise ValueError("it does not begin as a GeoPackage does")
    with closing(sqlite3.connect(":memory:")) as file:
        file.deserialize(data)
        zones = file.execute('SELECT zone_id, "class" FROM zones').fetchall()
        return zones, file.execute("SELECT zone_id, atom_id FROM members").fetchall()


def from_xlsx(data: bytes) -> Rows:
    """Return the rows of a workbook: of the sheet `zones`, and of all whose names begin with `members`.

    Parameters
    ----------
    data : its bytes.

    Returns
    -------
    (zone_id, class) of every zone; (zone_id, atom_id) of every atom.

    Raises
    ------
    One of DAMAGED : no such file.
    """
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    zones = list(_sheet(book, "zones", "class"))
    titles = [title for title in book.sheet_names if title.startswith("members")] or ["members"]
    return zones, [pair for title in titles for pair in _sheet(book, title, "atom_id")]


def _sheet(book: CalamineWorkbook, title: str, column: str) -> Iterator[tuple[Any, Any]]:
    if title not in book.sheet_names:
        raise KeyError(f"sheet {title}")
    rows = iter(book.get_sheet_by_name(title).iter_rows())
    head = next(rows, [])
    if missing := {"zone_id", column} - set(head):
        raise KeyError(f"column {min(missing)} of sheet {title}")
    at = (head.index("zone_id"), head.index(column))
    for row in rows:
        pair = [value.removeprefix("'") if isinstance(value, str) else value for value in (row[i] for i in at)]
        if any(value != "" for value in pair):
            yield pair[0], pair[1]


def _rows(found: Iterable[Iterable[Any]]) -> Rows:
    zones, atoms = Pairs(), Pairs()
    for zone_id, name, *lists in found:
        if not all(isinstance(held, list) for held in lists):
            raise TypeError("a list of atoms")
        zones.append((zone_id, name))
        atoms += ((zone_id, atom) for held in lists for atom in held)
    return zones, atoms
