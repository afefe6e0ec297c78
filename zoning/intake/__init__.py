"""Stage 1: a file becomes the tables of its kind. Every bad row comes back with its reason; nothing is dropped.

A file is read whole or refused whole; nothing is stored here. `stream` does the same a chunk at a time.
"""

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from zoning.errors import InputError
from zoning.intake.coverage import check_coverage
from zoning.intake.headers import match_headers, require
from zoning.intake.location import to_table
from zoning.intake.osm import read_osm
from zoning.intake.raw import RawTable, add_up, cells_of, check_file
from zoning.intake.readers import read_raw
from zoning.intake.rowids import made_ids, refuse_repeats, row_hashes
from zoning.intake.rows import Typed, tell_unused, type_rows
from zoning.options import SOME_DAY, SOME_VALUE, Options
from zoning.tables import PANDAS_DTYPES, Contract, contract


@dataclass(frozen=True)
class Intake:
    """What came of one kind: the accepted table, the rejected rows, what to tell the officer, and rows read.

    `headers` are the file's columns, `crs` the system that it declares itself (empty where it does not), `made` the
    numbers of the rows whose id was made.
    """

    accepted: pd.DataFrame
    rejects: pd.DataFrame
    notices: tuple[str, ...]
    read: int
    headers: tuple[str, ...] = ()
    crs: str = ""
    made: frozenset[int] = frozenset()


def read_input(path: Path, kind: str, options: Options | None = None) -> dict[str, Intake]:
    """Read one file of a kind.

    Parameters
    ----------
    path : CSV, XLSX, JSON lines, GeoJSON, Parquet, GeoPackage, KML, Shapefile in a zip or OSM PBF, by its ending.
    kind : one of KINDS, or "osm" for all kinds that an OSM PBF holds.
    options : what is declared about the file; default nothing.

    Returns
    -------
    kind -> Intake, one for an ordinary kind; in each, read = accepted + rejected. Accepted tables have the contract's
    stored columns and `row`; coordinates are WGS84 lng,lat, times UTC; reference kinds with shapes are GeoDataFrames.

    Raises
    ------
    InputError : the file or an option cannot be used at all; nothing was changed.
    """
    chosen = options or Options()
    with no_search_for_cycles():
        return _read_input(Path(path), kind, chosen)


@contextmanager
def no_search_for_cycles() -> Iterator[None]:
    """Keep Python from looking for cycles among the shapes and cells of a file, which are many and in none.

    Returns
    -------
    Context manager; afterwards the collector runs or rests as before.
    """
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def _read_input(path: Path, kind: str, chosen: Options) -> dict[str, Intake]:
    if check_options(path, kind, chosen) == "OSM":
        tables = read_osm(path)
        wanted = tables if kind == "osm" else {contract(kind).kind: tables.get(kind)}
        if not all(wanted.values()):
            raise InputError(f"{path.name} holds no {kind}; it holds {', '.join(tables)}")
        plain = replace(chosen, mapping={}, constants={}, crs="", scale=1.0)  # OSM fixes all of these
        return {name: intake_rows(raw, name, plain) for name, raw in wanted.items() if raw}
    raw = read_raw(path, chosen.encoding, chosen.layer, contract(kind).kind, chosen.max_file_mb)
    return {kind: intake_rows(raw, kind, chosen)}


def check_options(path: Path, kind: str, options: Options) -> str:
    """Hold a file and what is declared about it to what can be read.

    Parameters
    ----------
    path : the file.
    kind : one of KINDS, or osm.
    options : what is declared.

    Returns
    -------
    The format of the file.

    Raises
    ------
    InputError : no such file, kind or scale, or a value that only stands for one.
    """
    for name, value in {**options.constants, "origin": options.origin}.items():
        if value in (SOME_VALUE, SOME_DAY):
            raise InputError(f"{name}: {value} stands for what only the file's maker can tell; put that in its place")
    if not options.scale > 0 or not np.isfinite(options.scale):
        raise InputError(f"scale {options.scale} is not above 0; give the factor to the units of --crs")
    form = check_file(path, options.max_file_mb)
    if kind == "osm" and form != "OSM":
        raise InputError(f"{path.name} is no OSM extract; kind osm reads .osm.pbf; name the kind of the rows")
    return form


def intake_rows(raw: RawTable, kind: str, options: Options) -> Intake:
    """Turn raw rows into the accepted table of a kind and its rejects.

    Parameters
    ----------
    raw : rows of text with row numbers and shapes, as a reader made them.
    kind : one of KINDS.
    options : what is declared about the file.

    Returns
    -------
    Intake with read = accepted + rejected.

    Raises
    ------
    InputError : no column of the kind is there, a required one is missing, or an option cannot be used.
    """
    terms = contract(kind)
    columns = find_columns(raw, terms, options)
    rows = type_rows(raw, terms, options, columns)
    made = _identify(rows)
    told = add_up([rows.told, tell_unused(raw, columns, options)])
    return _split(rows, told, made)


def find_columns(raw: RawTable, terms: Contract, options: Options) -> dict[str, str]:
    """Find which column of a file is which of ours.

    Parameters
    ----------
    raw : rows of the file.
    terms : contract of the kind.
    options : `mapping` and `constants`.

    Returns
    -------
    Our column -> file column.

    Raises
    ------
    InputError : no column of the kind is there, or a required one is missing.
    """
    headers = list(raw.values.columns)
    given = [*options.constants, *(("geometry", "lng", "lat") if raw.shapes is not None else ())]
    try:
        columns = match_headers(headers, terms, options.mapping, options.constants)
        require(columns, headers, terms, given)
    except InputError as error:
        raise InputError(f"{raw.file}: {error}") from error
    return columns


def told_lines(told: Mapping[str, int]) -> tuple[str, ...]:
    """Return what is told as lines.

    Parameters
    ----------
    told : text with {n} -> number.

    Returns
    -------
    The lines, numbers put in.
    """
    return tuple(text.replace("{n}", f"{number}") for text, number in told.items())


def _identify(rows: Typed) -> frozenset[int]:
    """Make the ids that are missing, and return those rows; refuse rows that repeat one."""
    name, table = rows.terms.id, rows.table
    missing, again = table[name].isna(), table[name].duplicated(keep=False)
    looked = np.flatnonzero(missing | again)
    if len(looked):
        shapes = rows.raw.shapes[looked] if rows.raw.shapes is not None else None
        hashes = row_hashes(rows.raw.values.iloc[looked], shapes)
        refuse_repeats(table[name].iloc[looked], hashes, looked, name, rows.faults)
    if missing.any():
        made = made_ids(hashes[missing.to_numpy()[looked]])
        table[name] = table[name].mask(missing, made.reindex(table.index))
    if kept := int((missing.to_numpy() & ~rows.faults.mask).sum()):
        rows.tell(f"{name}: made from the row's content in {{n}} rows", kept)
    fill_person(table, rows.terms)
    return frozenset(rows.raw.rows[missing].tolist())


def fill_person(table: pd.DataFrame, terms: Contract) -> None:
    """Let a case without a person stand for its own, in place.

    Parameters
    ----------
    table : typed rows with ids.
    terms : their contract.
    """
    if terms.kind == "cases":
        table["person_id"] = table["person_id"].mask(table["person_id"].isna(), table[terms.id])


def stored_table(rows: Typed) -> pd.DataFrame:
    """Return the rows without a fault as the contract stores them.

    Parameters
    ----------
    rows : typed rows.

    Returns
    -------
    The contract's stored columns and `row`; a GeoDataFrame for kinds with shapes.
    """
    good = ~rows.faults.mask
    every = bool(good.all())
    kept = {}
    for column in rows.terms.stored:
        if column.dtype != "geometry":
            values = rows.table[column.name].array if every else rows.table[column.name].array[good]
            dtype = PANDAS_DTYPES[column.dtype]
            kept[column.name] = values if values.dtype == dtype else values.astype(dtype)
    accepted = pd.DataFrame(kept).assign(row=rows.raw.rows[good].astype("int64"))
    if rows.shapes is None:
        return accepted
    return to_table(accepted, rows.shapes[good])[[*(c.name for c in rows.terms.stored), "row"]]


def rejected(rows: Typed) -> pd.DataFrame:
    """Return the rows with a fault, with their cells as they were in the file.

    Parameters
    ----------
    rows : typed rows.

    Returns
    -------
    DataFrame with REJECT_COLUMNS.
    """
    raw, bad = rows.raw, rows.faults.mask
    if not bad.any():
        return raw.rejects
    shapes = raw.shapes[bad] if raw.shapes is not None else None
    found = rows.faults.table(raw.file, raw.rows).assign(cells=cells_of(raw.values[bad], shapes))
    return pd.concat([raw.rejects, found], ignore_index=True) if len(raw.rejects) else found


def _split(rows: Typed, told: Mapping[str, int], made: frozenset[int]) -> Intake:
    rejects = rejected(rows).sort_values("row", kind="stable", ignore_index=True)
    read = len(rows.raw.values) + len(rows.raw.rejects)
    headers = tuple(rows.raw.values.columns)
    accepted, notices = stored_table(rows), told_lines(told)
    if rows.terms.kind == "areas":
        notices += check_coverage(accepted)
    return Intake(accepted, rejects, notices, read, headers, rows.raw.crs, made)
