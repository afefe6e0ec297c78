"""Geographic containers and Parquet to raw rows: GeoPackage, KML, Shapefile in a zip, GeoParquet, Parquet."""

import shutil
import tempfile
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pyogrio
import pyproj
import shapely
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError

from zoning.errors import InputError
from zoning.forms import to_series
from zoning.intake.raw import RawTable, as_text, check_archive, reject_table

OGR_ERRORS = (DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError, shapely.errors.GEOSException)
_SIDECARS = {".shp", ".shx", ".dbf", ".prj", ".cpg"}
_BATCH = 131_072


def read_layers(path: Path, layer: str, kind: str, form: str) -> RawTable:
    """Read layers of a GeoPackage or KML whole.

    Parameters
    ----------
    path : the file.
    layer : empty takes the layer named like `kind`, else all layers.
    kind : what the rows are.
    form : name of the format, for messages.

    Returns
    -------
    RawTable; features are counted from 1 within a layer.

    Raises
    ------
    InputError : damaged, no such layer, no features, layers in different systems, or entities in a KML.
    """
    if form == "KML" and b"<!ENTITY" in path.read_bytes():
        raise InputError(f"{path.name} declares XML entities, which can unpack without end; export it again")
    try:
        with warnings.catch_warnings(record=True):
            warnings.simplefilter("always")
            there = [str(name) for name in pyogrio.list_layers(path)[:, 0]]
            wanted = [layer] if layer else [kind] if kind in there else there
            if not set(wanted) <= set(there):
                raise InputError(f"{path.name} has no layer '{layer}'; its layers are {', '.join(there)}")
            parts = [_layer(path, name) for name in wanted]
    except OGR_ERRORS as error:
        raise InputError(f"{path.name} is not a readable {form}: {error}; export it again") from error
    if not sum(len(part) for part, _ in parts):
        raise InputError(f"{path.name} holds no features in {', '.join(wanted)}; export it again")
    systems = {crs for _, crs in parts}
    if len(systems) > 1:
        raise InputError(f"{path.name}: layers {', '.join(wanted)} are in different systems; load them with --layer")
    frame = pd.concat([part for part, _ in parts], ignore_index=True)
    values = pd.DataFrame({c: frame[c].fillna("").astype("str") for c in frame if c not in ("geometry", "row")})
    told = {f"layers read: {', '.join(wanted)}; rows count within a layer": 0} if len(wanted) > 1 else {}
    shapes, rows = frame["geometry"].to_numpy(dtype=object), frame["row"].to_numpy(dtype=np.int64)
    return RawTable(path.name, values, rows, shapes, systems.pop(), reject_table(path.name), told)


def _layer(path: Path, layer: str | None, encoding: str | None = None) -> tuple[pd.DataFrame, str]:
    info = pyogrio.read_info(path, layer=layer, encoding=encoding)
    frame = pyogrio.read_dataframe(path, layer=layer, encoding=encoding, on_invalid="ignore")
    dates = {n for n, kind in zip(info["fields"], info.get("ogr_types", []), strict=False) if kind == "OFTDate"}
    shapes = frame["geometry"].to_numpy() if "geometry" in frame else np.full(len(frame), None, dtype=object)
    text = {}
    for name in info["fields"]:
        words = [as_text(value) for value in frame[name].astype(object)]
        text[name] = pd.Series([word[:10] for word in words] if name in dates else words, dtype="str")
    out = pd.DataFrame(text, index=range(len(frame)))
    out["geometry"], out["row"] = pd.Series(list(shapes), dtype=object), np.arange(1, len(frame) + 1)
    return out, str(info["crs"] or "")


def shapefile_names(path: Path, max_mb: int) -> list[str]:
    """Return the names of the Shapefiles in a zip.

    Parameters
    ----------
    path : the zip file.
    max_mb : the most that it may unpack to, in MiB.

    Returns
    -------
    Names without ending.

    Raises
    ------
    InputError : damaged, or a bomb.
    """
    names = [member.filename.replace("\\", "/") for member in check_archive(path, max_mb)]
    return [name.rsplit("/", 1)[-1][:-4] for name in names if name.lower().endswith(".shp")]


def read_shapefile(path: Path, layer: str, encoding: str, max_mb: int) -> RawTable:
    """Read a Shapefile in a zip whole.

    Parameters
    ----------
    path : the zip file; nothing of it is unpacked but the parts of one Shapefile, under names of our own.
    layer : name of the Shapefile, where the zip holds several.
    encoding : of its texts; empty takes its .cpg, else UTF-8 or GB18030 as they fit.
    max_mb : the most that the zip may unpack to, in MiB.

    Returns
    -------
    RawTable; features are counted from 1.

    Raises
    ------
    InputError : damaged, a bomb, no or several Shapefiles, or a part of it is missing.
    """
    members = {m.filename.replace("\\", "/"): m for m in check_archive(path, max_mb)}
    stems = {name[:-4]: name.rsplit("/", 1)[-1][:-4] for name in members if name.lower().endswith(".shp")}
    chosen = [stem for stem, name in stems.items() if layer in ("", name)]
    if not chosen:
        held = ", ".join(stems.values()) or ", ".join(list(members)[:5]) or "nothing"
        raise InputError(f"{path.name} holds no Shapefile{f' {layer!r}' if layer else ''}; it holds {held}")
    if len(chosen) > 1:
        raise InputError(f"{path.name} holds {', '.join(stems.values())}; say which with --layer")
    parts = {name[-4:].lower(): m for name, m in members.items() if name[:-4] == chosen[0]}
    if lacking := {".shx", ".dbf"} - set(parts):
        raise InputError(f"{path.name}: {chosen[0]}.shp lacks its {' and '.join(sorted(lacking))}; pack all its parts")
    with tempfile.TemporaryDirectory() as folder:
        _unpack(path, parts, Path(folder))
        part, crs = _either(Path(folder) / "layer.shp", encoding, ".cpg" in parts, path.name)
    if not len(part):
        raise InputError(f"{path.name} holds no features; export it again")
    values = pd.DataFrame({c: part[c] for c in part if c not in ("geometry", "row")}, index=range(len(part)))
    told = {} if crs else {"the Shapefile has no .prj: its coordinates are taken as declared by --crs": 0}
    shapes, rows = part["geometry"].to_numpy(dtype=object), part["row"].to_numpy(dtype=np.int64)
    return RawTable(path.name, values, rows, shapes, crs, reject_table(path.name), told)


def _unpack(path: Path, parts: dict[str, zipfile.ZipInfo], folder: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            for ending in _SIDECARS & set(parts):
                with archive.open(parts[ending]) as source, (folder / f"layer{ending}").open("wb") as target:
                    shutil.copyfileobj(source, target)
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError) as error:
        raise InputError(f"{path.name} is damaged ({error}); pack it again") from error


def _either(path: Path, encoding: str, marked: bool, file: str) -> tuple[pd.DataFrame, str]:
    """Read with the declared encoding, or the .cpg's; else with UTF-8, and if that does not fit with GB18030."""
    tries: Sequence[str | None] = [encoding] if encoding else [None] if marked else ["utf-8", "gb18030"]
    for name in tries:
        try:
            with warnings.catch_warnings(record=True):
                warnings.simplefilter("always")
                return _layer(path, None, name)
        except UnicodeDecodeError:
            continue
        except (*OGR_ERRORS, LookupError) as error:
            raise InputError(f"{file} is not a readable Shapefile: {error}; export it again") from error
    raise InputError(f"{file}: its texts are not {encoding or 'utf-8 or gb18030'}; give their --encoding")


def read_parquet(path: Path) -> Iterator[RawTable]:
    """Read a Parquet or GeoParquet file in chunks.

    Parameters
    ----------
    path : the file.

    Returns
    -------
    Iterator of RawTable; rows are counted from 1. The shapes are the primary geometry column, WKB.

    Raises
    ------
    InputError : damaged, truncated or without rows, or its geometry is not WKB.
    """
    try:
        with pq.ParquetFile(path) as file:
            geo = orjson.loads((file.schema_arrow.metadata or {}).get(b"geo", b"{}"))
            main, crs = _geometry(geo, path.name)
            if not file.metadata.num_rows:
                raise InputError(f"{path.name} holds no rows; export it again")
            before = 0
            for batch in file.iter_batches(_BATCH):
                yield _batch(batch, main, crs, before, path.name)
                before += len(batch)
    except (pa.ArrowException, OSError, orjson.JSONDecodeError) as error:
        raise InputError(f"{path.name} is not a readable Parquet file: {error}; export it again") from error


def _geometry(geo: Any, file: str) -> tuple[str, str]:
    """Return the geometry column and its system; GeoParquet without one is longitude and latitude of WGS84."""
    main = str(geo.get("primary_column", ""))
    if not main:
        return "", ""
    about = geo.get("columns", {}).get(main, {})
    if about.get("encoding", "WKB") != "WKB":
        raise InputError(f"{file}: geometry '{main}' is {about['encoding']}, not WKB; export it again as WKB")
    if not about.get("crs"):
        return main, ""
    return main, _system(orjson.dumps(about["crs"]))


@cache
def _system(described: bytes) -> str:
    """Return a system described in JSON by its code, or in words where it has none."""
    found = pyproj.CRS.from_user_input(orjson.loads(described))
    code = found.to_authority(min_confidence=100)
    return ":".join(code) if code else str(found.to_wkt())


def _batch(batch: pa.RecordBatch, main: str, crs: str, before: int, file: str) -> RawTable:
    rows = np.arange(before + 1, before + len(batch) + 1, dtype=np.int64)
    names = [name for name in batch.schema.names if name not in (main, "bbox")]
    values = pd.DataFrame({name: _texts(batch.column(name)) for name in names}, index=range(len(batch)))
    if not main:
        return RawTable(file, values, rows, None, "", reject_table(file))
    drawn = batch.column(main)
    shapes: npt.NDArray[np.object_] = shapely.from_wkb(drawn.to_numpy(zero_copy_only=False), on_invalid="ignore")
    bad = drawn.is_valid().to_numpy(zero_copy_only=False) & shapely.is_missing(shapes)
    lines = [(int(row), "geometry", "", "not a WKB geometry", "export it again") for row in rows[bad]]
    return RawTable(file, values[~bad].reset_index(drop=True), rows[~bad], shapes[~bad], crs, reject_table(file, lines))


def _texts(column: pa.Array) -> pd.Series:
    """Return typed values as text: by Arrow where it says the same as we do, else each different value once."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type) or pa.types.is_integer(column.type):
        return to_series(pc.fill_null(column.cast(pa.large_string()), ""))
    if pa.types.is_nested(column.type):
        return pd.Series([as_text(value) for value in column.to_pylist()], dtype="str")
    coded = column.dictionary_encode()
    words = pa.array([as_text(value) for value in coded.dictionary.to_pylist()], pa.large_string())
    return to_series(pc.fill_null(words.take(coded.indices), ""))
