"""A file to raw rows, in chunks: which reader its ending names, which sheet or layer holds the kind."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyogrio

from zoning.errors import InputError
from zoning.intake.headers import fits
from zoning.intake.raw import RawTable, add_up, check_file
from zoning.intake.readers_geo import read_layers, read_parquet, read_shapefile, shapefile_names
from zoning.intake.readers_json import read_geojson, read_json_lines
from zoning.intake.readers_sheet import read_sheet, sheet_names
from zoning.intake.readers_text import read_csv
from zoning.tables import KINDS, contract


def read_chunks(
    path: Path, encoding: str = "", layer: str = "", kind: str = "", max_mb: int = 2048
) -> Iterator[RawTable]:
    """Read a file as chunks of raw rows; only CSV, XLSX, Parquet and JSON lines come as more than one.

    Parameters
    ----------
    path : the file; its ending names the format.
    encoding : of a CSV or Shapefile; empty finds it out.
    layer : of a GeoPackage, KML or zip, or sheet of a workbook; empty takes the one that fits `kind`.
    kind : what the rows are.
    max_mb : a larger file, or one that unpacks to more, is refused, in MiB.

    Returns
    -------
    Iterator of RawTable; rows are counted as an officer sees them (the header of a CSV is row 1; features from 1).

    Raises
    ------
    InputError : the file is missing, empty, too large, damaged or of another format.
    """
    form = check_file(path, max_mb)
    if form == "CSV":
        return read_csv(path, encoding)
    if form == "XLSX":
        return read_sheet(path, layer or _sheet(path, kind, max_mb), max_mb)
    if form == "JSON lines":
        return read_json_lines(path)
    if form == "Parquet":
        return read_parquet(path)
    if form == "GeoJSON":
        return iter([read_geojson(path)])
    if form in ("GeoPackage", "KML"):
        return iter([read_layers(path, layer, kind, form)])
    if form == "Shapefile":
        return iter([read_shapefile(path, layer, encoding, max_mb)])
    raise InputError(f"{path.name} is an OSM extract; it is read by kind osm, or by one of the kinds that it holds")


def read_raw(path: Path, encoding: str = "", layer: str = "", kind: str = "", max_mb: int = 2048) -> RawTable:
    """Read a file whole, or refuse it whole.

    Parameters
    ----------
    path, encoding, layer, kind, max_mb : as `read_chunks`.

    Returns
    -------
    RawTable.

    Raises
    ------
    InputError : as `read_chunks`.
    """
    return join_chunks(list(read_chunks(path, encoding, layer, kind, max_mb)))


def join_chunks(parts: list[RawTable]) -> RawTable:
    """Return the chunks of a file as one.

    Parameters
    ----------
    parts : at least one, in order, all with the same columns, all with shapes or none.

    Returns
    -------
    RawTable.
    """
    if len(parts) == 1:
        return parts[0]
    return replace(
        parts[0],
        values=pd.concat([part.values for part in parts], ignore_index=True),
        rows=np.concatenate([part.rows for part in parts]),
        shapes=np.concatenate(shapes) if (shapes := [p.shapes for p in parts if p.shapes is not None]) else None,
        rejects=pd.concat([part.rejects for part in parts], ignore_index=True),
        told=add_up(part.told for part in parts),
    )


def _sheet(path: Path, kind: str, max_mb: int) -> str:
    """Return the sheet that holds a kind: the only one, the one named like it, or the only one whose header fits."""
    names = sheet_names(path, max_mb)
    if not names:
        raise InputError(f"{path.name} holds only empty sheets; save the one that holds the rows")
    named = [name for name in names if name.strip().casefold() == kind]
    if len(names) == 1 or named:
        return (named or names)[0]
    found = []
    for name in names if kind in KINDS else ():
        first = next(_tried(path, name, max_mb), None)
        if first is not None and fits(list(first.values.columns), contract(kind)):
            found.append(name)
    if len(found) != 1:
        likely = f"{len(found)} of them hold {kind}" if found else f"none of them looks like {kind}"
        raise InputError(f"{path.name} has the sheets {', '.join(names)}; {likely}; say which with --layer")
    return found[0]


def _tried(path: Path, sheet: str, max_mb: int) -> Iterator[RawTable]:
    """Read a sheet as far as it can be read; a sheet of a cover or of notes is none that holds rows."""
    try:
        yield next(read_sheet(path, sheet, max_mb, 1))
    except InputError:
        return


def parts_of(path: Path, form: str, max_mb: int) -> list[str]:
    """Return the names of a file's sheets or layers.

    Parameters
    ----------
    path : the file.
    form : its format.
    max_mb : the most that it may unpack to, in MiB.

    Returns
    -------
    Names; one empty name where there is only one, or where the format has none.

    Raises
    ------
    InputError : the file cannot be read.
    """
    names = sheet_names(path, max_mb) if form == "XLSX" else []
    names = shapefile_names(path, max_mb) if form == "Shapefile" else names
    if form in ("GeoPackage", "KML"):
        try:
            names = [str(name) for name in pyogrio.list_layers(path)[:, 0]]
        except pyogrio.errors.DataSourceError as error:
            raise InputError(f"{path.name} is not a readable {form}: {error}; export it again") from error
    return names if len(names) > 1 else [""]
