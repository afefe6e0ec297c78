"""Files to raw rows: every value still the text that the file holds, every row with its number in the file.

Nothing is interpreted here but encoding, delimiter and container, so that a reject can show the original value.
"""

import codecs
import csv
import io
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError

from zoning.errors import InputError

REJECT_COLUMNS = ("file", "row", "column", "value", "reason", "fix")
FORMATS = {
    ".csv": "CSV", ".txt": "CSV", ".tsv": "CSV", ".geojson": "GeoJSON", ".json": "GeoJSON", ".gpkg": "GeoPackage",
    ".pbf": "OSM", ".osm": "OSM",
}  # fmt: skip
OGR_ERRORS = (DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError, shapely.errors.GEOSException)


@dataclass(frozen=True)
class RawTable:
    """Rows of one file: text by column, row numbers, shapes if the format has them, and what could not be read."""

    file: str
    values: pd.DataFrame
    rows: npt.NDArray[np.int64]
    shapes: npt.NDArray[np.object_] | None
    crs: str
    rejects: pd.DataFrame
    notices: tuple[str, ...] = ()


def reject_table(file: str, lines: Iterable[Sequence[Any]]) -> pd.DataFrame:
    """Return a table of rejected rows.

    Parameters
    ----------
    file : name of the file.
    lines : (row, column, value, reason, fix) for each rejected row.

    Returns
    -------
    DataFrame with REJECT_COLUMNS.
    """
    return pd.DataFrame([(file, *line) for line in lines], columns=list(REJECT_COLUMNS))


def read_raw(path: Path, encoding: str = "", layer: str = "", kind: str = "", max_mb: int = 2048) -> RawTable:
    """Read a CSV, GeoJSON or GeoPackage whole, or refuse it whole.

    Parameters
    ----------
    path : the file; its ending names the format.
    encoding : of a CSV; empty tries UTF-8 (with or without BOM), UTF-16 with BOM, then GB18030.
    layer : of a GeoPackage; empty takes the layer named like `kind`, else all layers.
    kind : what the rows are.
    max_mb : a larger file is refused, in MiB.

    Returns
    -------
    RawTable; rows are counted as an officer sees them (the header of a CSV is row 1; features from 1).

    Raises
    ------
    InputError : the file is missing, empty, too large, damaged or of another format.
    """
    name = check_file(path, max_mb)
    if name == "CSV":
        return _read_csv(path, encoding)
    if name == "GeoJSON":
        return _read_geojson(path)
    if name == "GeoPackage":
        return _read_geopackage(path, layer, kind)
    raise InputError(f"{path.name} is an OSM extract; it is read by kind osm, or by one of the kinds that it holds")


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


def _decode(data: bytes, file: str, encoding: str) -> tuple[str, str]:
    """Return the text and the encoding that it had."""
    boms = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
    marked = [name for bom, name in boms.items() if data.startswith(bom)]
    if data.startswith(b"PK"):
        raise InputError(f"{file} is a zip or an Excel workbook, not a CSV; save the sheet as CSV UTF-8")
    if b"\0" in data and "utf-16" not in marked:
        raise InputError(f"{file} holds binary data, not text; export it as CSV")
    tries = [encoding] if encoding else marked or ["utf-8", "gb18030"]
    for name in tries:
        try:
            return data.decode(name), name
        except UnicodeDecodeError:
            continue
        except LookupError as error:
            raise InputError(f"encoding '{name}' does not exist; give utf-8 or gb18030") from error
    raise InputError(f"{file} is not {' or '.join(tries)} text; give its encoding with --encoding")


def _delimiter(line: str) -> str:
    outside = "".join(line.split('"')[::2])
    return max(",;\t", key=outside.count)


def _read_csv(path: Path, encoding: str) -> RawTable:
    text, used = _decode(path.read_bytes(), path.name, encoding)
    body = text.lstrip("\r\n \ufeff").rstrip("\r\n")
    if not body:
        raise InputError(f"{path.name} holds only blank lines; export it again")
    blank = len(text[: text.index(body)].splitlines())
    delimiter = _delimiter(body.splitlines()[0])
    header = next(csv.reader(io.StringIO(body, newline=""), delimiter=delimiter))
    table, bad = _parse_csv(body, delimiter, len(header), path.name)
    if any(row == 1 for row, *_ in bad):
        raise InputError(f"{path.name}: the header row has a stray quote; export it again")
    if len(table) + len(bad) < 2:
        raise InputError(f"{path.name} has a header but no rows; export it again")
    numbers = np.delete(np.arange(1, len(table) + len(bad) + 1), [row - 1 for row, *_ in bad])[1:] + blank
    values = table.iloc[1:].reset_index(drop=True).set_axis(_unique_names(header), axis=1)
    full = (values != "").any(axis=1).to_numpy() if len(values) else np.zeros(0, dtype=bool)
    notices = [] if used.startswith("utf-8") else [f"read as {used}"]
    if not full.all():
        notices.append(f"{(~full).sum()} empty rows were passed over")
    rejects = reject_table(path.name, [(row + blank, *rest) for row, *rest in bad])
    values = values[full].reset_index(drop=True)
    return RawTable(path.name, values, numbers[full].astype(np.int64), None, "", rejects, tuple(notices))


def _parse_csv(body: str, delimiter: str, width: int, file: str) -> tuple[pd.DataFrame, list[tuple[Any, ...]]]:
    """Return all records as text, the header first, and those whose number of fields is not the header's."""
    bad: list[tuple[Any, ...]] = []

    def refuse(row: Any) -> str:
        reason = f"{row.actual_columns} fields where the header has {row.expected_columns}"
        bad.append((row.number, "", row.text[:200], reason, "quote fields that hold a delimiter or a line break"))
        return "skip"

    data = body.encode("utf-8") + b"\n"
    names = [f"f{i}" for i in range(width)]
    try:
        table = pyarrow.csv.read_csv(
            pa.BufferReader(data),
            pyarrow.csv.ReadOptions(use_threads=False, column_names=names, block_size=min(len(data) + 1, 2**31 - 1)),
            pyarrow.csv.ParseOptions(
                delimiter=delimiter,
                newlines_in_values=True,
                ignore_empty_lines=False,
                invalid_row_handler=refuse,
            ),
            pyarrow.csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False),
        )
    except pa.ArrowInvalid as error:
        raise InputError(f"{file} is not a readable CSV: {error}; export it again") from error
    return table.to_pandas().astype("str"), bad


def _unique_names(header: Sequence[str]) -> list[str]:
    """Return header names of which no two are alike; a second 'name' becomes 'name (2)'."""
    seen: dict[str, int] = {}
    names = []
    for position, word in enumerate(header):
        name = word.strip() or f"column {position + 1}"
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return names


def _as_text(value: Any) -> str:
    if value is None or value is pd.NaT or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        return orjson.dumps(value).decode()
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _read_geojson(path: Path) -> RawTable:
    try:
        data = orjson.loads(path.read_bytes().removeprefix(codecs.BOM_UTF8))
    except orjson.JSONDecodeError as error:
        raise InputError(f"{path.name} is not JSON: {error}; export it as GeoJSON") from error
    features = _features(data, path.name)
    properties = [
        {**({"id": feature["id"]} if feature.get("id") is not None else {}), **(feature.get("properties") or {})}
        for feature in features
    ]
    names = dict.fromkeys(key for one in properties for key in one)
    texts = {name: pd.Series([_as_text(one.get(name)) for one in properties], dtype="str") for name in names}
    values = pd.DataFrame(texts, index=range(len(features)))
    drawn = [orjson.dumps(g) if (g := feature.get("geometry")) else None for feature in features]
    shapes = shapely.from_geojson(np.array(drawn, dtype=object), on_invalid="ignore")
    bad = np.array([text is not None for text in drawn], dtype=bool) & shapely.is_missing(shapes)
    rows = np.arange(1, len(features) + 1)
    found = [(int(rows[i]), (drawn[i] or b"")[:80].decode(errors="replace")) for i in np.flatnonzero(bad)]
    lines = [(row, "geometry", text, "not a GeoJSON geometry", "check its coordinates") for row, text in found]
    rejects = reject_table(path.name, lines)
    values = values[~bad].reset_index(drop=True)
    return RawTable(path.name, values, rows[~bad], shapes[~bad], _geojson_crs(data), rejects)


def _features(data: Any, file: str) -> list[dict[str, Any]]:
    kind = data.get("type") if isinstance(data, dict) else None
    features = [data] if kind == "Feature" else data.get("features") if kind == "FeatureCollection" else None
    fine = isinstance(features, list) and all(
        isinstance(f, dict) and isinstance(f.get("properties") or {}, dict) for f in features
    )
    if not fine:
        found = f"type '{kind}'" if kind else "no type"
        raise InputError(f"{file} is no GeoJSON FeatureCollection (found {found}); export features with properties")
    if not features:
        raise InputError(f"{file} holds no features; export it again")
    return features or []


def _geojson_crs(data: dict[str, Any]) -> str:
    """Return the declared system of a GeoJSON of before RFC 7946; longitude first, whatever its name says."""
    crs = data.get("crs")
    name = crs.get("properties", {}).get("name", "") if isinstance(crs, dict) else ""
    return "" if "CRS84" in str(name) else str(name)


def _read_geopackage(path: Path, layer: str, kind: str) -> RawTable:
    try:
        with warnings.catch_warnings(record=True):
            warnings.simplefilter("always")
            there = [str(name) for name in pyogrio.list_layers(path)[:, 0]]
            wanted = [layer] if layer else [kind] if kind in there else there
            if not set(wanted) <= set(there):
                raise InputError(f"{path.name} has no layer '{layer}'; its layers are {', '.join(there)}")
            parts = [_read_layer(path, name) for name in wanted]
    except OGR_ERRORS as error:
        raise InputError(f"{path.name} is not a readable GeoPackage: {error}; export it again") from error
    if not sum(len(part) for part, _ in parts):
        raise InputError(f"{path.name} holds no features in {', '.join(wanted)}; export it again")
    systems = {crs for _, crs in parts}
    if len(systems) > 1:
        raise InputError(f"{path.name}: layers {', '.join(wanted)} are in different systems; load them with --layer")
    frame = pd.concat([part for part, _ in parts], ignore_index=True)
    values = pd.DataFrame({c: frame[c].fillna("").astype("str") for c in frame if c not in ("geometry", "row")})
    notices = (f"layers read: {', '.join(wanted)}; rows count within a layer",) if len(wanted) > 1 else ()
    shapes, rows = frame["geometry"].to_numpy(dtype=object), frame["row"].to_numpy(dtype=np.int64)
    return RawTable(path.name, values, rows, shapes, systems.pop(), reject_table(path.name, []), notices)


def _read_layer(path: Path, layer: str) -> tuple[pd.DataFrame, str]:
    info = pyogrio.read_info(path, layer=layer)
    frame = pyogrio.read_dataframe(path, layer=layer, on_invalid="ignore")
    dates = {n for n, kind in zip(info["fields"], info.get("ogr_types", []), strict=False) if kind == "OFTDate"}
    shapes = frame["geometry"].to_numpy() if "geometry" in frame else np.full(len(frame), None, dtype=object)
    text = {}
    for name in info["fields"]:
        words = [_as_text(value) for value in frame[name].astype(object)]
        text[name] = pd.Series([word[:10] for word in words] if name in dates else words, dtype="str")
    out = pd.DataFrame(text, index=range(len(frame)))
    out["geometry"], out["row"] = pd.Series(list(shapes), dtype=object), np.arange(1, len(frame) + 1)
    return out, str(info["crs"] or "")
