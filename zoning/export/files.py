"""Zone lists as tables: GeoPackage, GeoParquet, CSV and XLSX, the same bytes for the same list.

Where a format has no lists, they are JSON text; a workbook's cells are too small for that, so there each list is a
sheet. Spreadsheets take text that begins like a formula for one: it gets an apostrophe, which reading takes off.
"""

import csv
import io
import re
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import shapely
from openpyxl.cell.cell import ERROR_CODES

from zoning.errors import InputError
from zoning.export.columns import ATOMS, COLUMNS, LISTS, Columns
from zoning.geometry import Shapes

MAX_ROWS, MAX_TEXT = 1_048_576, 32_767  # of a sheet; of one of its cells
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
# What a spreadsheet may run, also full-width, and the apostrophe itself, so that taking one off is exact.
_LEADS = tuple("=+-@\t\r\n＝＋－＠'")
# What XML cannot hold and Excel writes as _x001F_; and text that looks like that.
_ESCAPED, _NOT_XML = re.compile("_(?=x[0-9A-Fa-f]{4}_)|[\x00-\x08\x0b-\x1f]"), re.compile("[\ufffe\uffff]")
Row = Iterable[Any]


def guarded(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula or an error.

    Parameters
    ----------
    text : any.

    Returns
    -------
    The text, with an apostrophe before it where it begins with = + - @ or the like.

    Source
    ------
    OWASP, CSV Injection.
    """
    return f"'{text}" if text.startswith(_LEADS) or text in ERROR_CODES else text


def to_csv(columns: Columns) -> bytes:
    """Return a zone list as CSV: one line a zone, without its outline.

    Parameters
    ----------
    columns : of `zone_columns`.

    Returns
    -------
    UTF-8 bytes with a byte order mark, which spreadsheets need to read Chinese; lists are JSON.

    Source
    ------
    RFC 4180.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    for row in zip(*_flat(columns).values(), strict=True):
        writer.writerow(guarded(value) if isinstance(value, str) else value for value in row)
    return out.getvalue().encode("utf-8-sig")


def to_xlsx(columns: Columns, now: datetime) -> bytes:
    """Return a zone list as a workbook: sheet `zones`, sheet `members` with one row an atom, a sheet for each list.

    Parameters
    ----------
    columns : of `zone_columns`.
    now : tz-aware time that the workbook names as that of its making.

    Returns
    -------
    Bytes of an .xlsx; a sheet that is full goes on in another, such as `members 2`.

    Raises
    ------
    InputError : a text is longer than a cell may be, or holds a character that XML cannot.
    """
    # First, as an error while a sheet is open would leave it so.
    for _, _, rows in _sheets(columns):
        for row in rows:
            _cells(row)
    book = openpyxl.Workbook(write_only=True)
    for title, head, rows in _sheets(columns):
        sheet = book.create_sheet(title)
        sheet.append(head)
        for at, row in enumerate(rows):
            if at and at % (MAX_ROWS - 1) == 0:
                sheet = book.create_sheet(f"{title} {at // (MAX_ROWS - 1) + 1}")
                sheet.append(head)
            sheet.append(_cells(row))
    raw, out = io.BytesIO(), io.BytesIO()
    book.save(raw)
    made = rb"\g<1>" + now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    with zipfile.ZipFile(raw) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            body = old.read(name)
            if name == "docProps/core.xml":
                body = re.sub(rb"(<dcterms:\w+[^>]*>)[^<]*", made, body)
            new.writestr(zipfile.ZipInfo(name, _ZIP_TIME), body, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def to_parquet(shapes: Shapes, columns: Columns) -> bytes:
    """Return a zone list as GeoParquet, with real lists.

    Parameters
    ----------
    shapes : (n,) outlines, WGS84, outer rings counter-clockwise.
    columns : of `zone_columns`.

    Returns
    -------
    Bytes of a Parquet file; no `crs` in its header means WGS84 lng,lat.

    Source
    ------
    GeoParquet 1.1.0.
    """
    about: dict[str, Any] = {"encoding": "WKB", "geometry_types": ["MultiPolygon"], "orientation": "counterclockwise"}
    table = pa.table({**columns, "geometry": _multi(shapes)}, pa.schema({**COLUMNS, "geometry": pa.binary()}))
    if not shapely.is_empty(shapes).all():
        about["bbox"] = shapely.total_bounds(shapes).tolist()
    geo = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": about}}
    out = io.BytesIO()
    pq.write_table(table.replace_schema_metadata({"geo": orjson.dumps(geo)}), out)
    return out.getvalue()


def to_gpkg(shapes: Shapes, columns: Columns, now: datetime) -> bytes:
    """Return a zone list as a GeoPackage: layer `zones`, and table `members` with one row an atom.

    Parameters
    ----------
    shapes : (n,) outlines, WGS84.
    columns : of `zone_columns`.
    now : tz-aware time that the file names as that of its making.

    Returns
    -------
    Bytes of the file.

    Raises
    ------
    InputError : an id holds a NUL character, which would end it there.
    """
    members = list(_members(columns))
    if nul := [atom for *_, atom in members if "\0" in atom]:
        raise InputError(f"atom {nul[0]!r} holds a NUL character, which a GeoPackage cannot; correct the unit's id")
    flat = {name: values for name, values in _flat(columns).items() if name not in ATOMS}
    kinds = {name: pa.string() if name in LISTS else COLUMNS[name] for name in flat}
    zones = pa.table({**flat, "geometry": _multi(shapes)}, pa.schema({**kinds, "geometry": pa.binary()}))
    held = dict(zip(("zone_id", "kind", "atom_id"), zip(*members, strict=True) if members else [[]] * 3, strict=True))
    drawn = {"geometry_name": "geometry", "geometry_type": "MultiPolygon", "crs": "EPSG:4326"}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "zones.gpkg"
        pyogrio.write_arrow(zones, path, layer="zones", driver="GPKG", **drawn)
        table = pa.table(held, pa.schema(dict.fromkeys(held, pa.string())))
        pyogrio.write_arrow(table, path, layer="members", driver="GPKG")
        made = f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%S.000Z}"
        with closing(sqlite3.connect(path, isolation_level=None)) as file:
            file.execute("UPDATE gpkg_contents SET last_change = ?", [made])
            # A copy counts no changes; the number of those depends on the clock.
            file.execute("VACUUM INTO ?", [str(path.with_suffix(".copy"))])
        return path.with_suffix(".copy").read_bytes()


def _flat(columns: Columns) -> Columns:
    """The columns with lists as JSON text."""
    return {n: [orjson.dumps(v).decode() for v in values] if n in LISTS else values for n, values in columns.items()}


def _members(columns: Columns) -> Iterator[tuple[str, str, str]]:
    """Zone, kind and id of every atom."""
    for name, kind in zip(ATOMS, ("unit", "cell"), strict=True):
        for zone_id, atoms in zip(columns["zone_id"], columns[name], strict=True):
            yield from ((zone_id, kind, atom) for atom in atoms)


def _sheets(columns: Columns) -> Iterator[tuple[str, list[str], Iterable[Row]]]:
    """Title, head and rows of each sheet."""
    single = [name for name in columns if name not in LISTS]
    yield "zones", single, zip(*(columns[name] for name in single), strict=True)
    yield "members", ["zone_id", "kind", "atom_id"], _members(columns)
    for name in LISTS:
        if name in ATOMS:
            continue
        kind = COLUMNS[name].value_type
        pairs = [(i, v) for i, of in zip(columns["zone_id"], columns[name], strict=True) for v in of]
        if pa.types.is_struct(kind):
            yield name, ["zone_id", *(f.name for f in kind)], [[i, *(v[f.name] for f in kind)] for i, v in pairs]
        else:
            yield name, ["zone_id", "value"], pairs


def _cells(row: Row) -> list[Any]:
    return [_cell(value) if isinstance(value, str) else value for value in row]


def _cell(value: str) -> str:
    text = _ESCAPED.sub(lambda found: f"_x{ord(found[0]):04X}_", guarded(value))
    if len(text) > MAX_TEXT or _NOT_XML.search(text):
        raise InputError(
            f"{value[:30]!r} cannot be in a workbook: its cells hold at most {MAX_TEXT:,} characters, none of them "
            "U+FFFE or U+FFFF; write another format"
        )
    return text


def _multi(shapes: Shapes) -> Any:
    """WKB of the outlines, each as many polygons, as a layer has but one type."""
    return shapely.to_wkb([shapely.multipolygons(shapely.get_parts(shape)) for shape in shapes])
