"""A file of facts too large to hold: typed a chunk at a time, repeats found and rows ordered by DuckDB out of core.

The rows, ids, rejects and notices are those that `intake` gives for the same file.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from zoning.intake import check_options, fill_person, find_columns, rejected, told_lines
from zoning.intake.faults import REJECTS, faults_between, faults_in_order
from zoning.intake.raw import RawTable, add_up, cells_of
from zoning.intake.rowids import find_repeated, order_made, refuse_repeated, row_hashes
from zoning.intake.rows import Typed, tell_unused, type_rows
from zoning.options import Options
from zoning.tables import PANDAS_DTYPES, Contract, contract

LARGE_MB = 32  # smaller files are read whole
_WORKERS, _MEMORY = 2, "2700MB"
_SLICE, _SAMPLE, _BATCH = 128 * 2**20, 53, 122_880  # bytes sorted at once; one row of so many tells where to cut
_FORMATS = ("CSV", "XLSX", "JSON lines", "Parquet")
_ARROW = {
    "float64": pa.float64(), "Int64": pa.int64(), "boolean": pa.bool_(), "UInt64": pa.uint64(), "str": pa.string(),
    "datetime64[us, UTC]": pa.timestamp("us", "UTC"),
}  # fmt: skip
Chunks = Callable[[], Iterator[RawTable]]


@dataclass
class Streamed:
    """What came of a large file of facts: `batches` gives the accepted rows once, in the order that is stored.

    `rejects` gives the rejected rows once, with their kind, in the order of the file; `refused` those from one row
    number up to before another.
    """

    read: int
    accepted: int
    rejected: int
    rejects: pa.RecordBatchReader
    refused: Callable[[int, int], pa.Table]
    notices: tuple[str, ...]
    headers: tuple[str, ...]
    batches: pa.RecordBatchReader
    lng: npt.NDArray[np.float64]
    lat: npt.NDArray[np.float64]


@dataclass
class _Total:
    """What the chunks of a file came to so far."""

    read: int = 0
    size: int = 0
    told: list[dict[str, int]] = field(default_factory=list)
    headers: tuple[str, ...] = ()


def is_large(path: Path, kind: str, options: Options, large_mb: int = LARGE_MB) -> bool:
    """Tell whether a file is one to stream.

    Parameters
    ----------
    path : the file.
    kind : what its rows are; only facts are streamed.
    options : what is declared.
    large_mb : files of at least this many MiB are.

    Returns
    -------
    True for a large CSV, workbook, JSON lines or Parquet of facts.

    Raises
    ------
    InputError : no such file, kind or scale.
    """
    form = check_options(path, kind, options)
    return form in _FORMATS and contract(kind).fact and path.stat().st_size >= large_mb * 2**20


@contextmanager
def stream_facts(
    chunks: Chunks, kind: str, options: Options, scratch: Path, held: Sequence[str] = ()
) -> Iterator[Streamed]:
    """Read the facts of a file that is too large to hold, or of some rows of one, chunk by chunk.

    Parameters
    ----------
    chunks : gives the raw rows from the first on, each time that it is called, with the same columns in each chunk.
    kind : one of the fact kinds.
    options : what is declared about them.
    scratch : folder in which a folder for what does not fit into memory is made, and removed at the end.
    held : Parquet files whose ids are taken.

    Returns
    -------
    Context manager that gives a Streamed; its batches can be read inside.

    Raises
    ------
    InputError : the rows or an option cannot be used at all.
    """
    terms, total = contract(kind), _Total()
    folder = tempfile.mkdtemp(prefix=f".stream-{os.getpid()}-", dir=scratch)
    connection = duckdb.connect(config={"memory_limit": _MEMORY, "temp_directory": folder})
    connection.execute("SET TimeZone = 'UTC'")
    try:
        schema = pa.schema([(c.name, _ARROW[PANDAS_DTYPES[c.dtype]]) for c in terms.stored])
        marked = schema.append(pa.field("row", pa.int64())).append(pa.field("made", pa.bool_()))
        _make_tables(connection, marked)
        _type_all(chunks, terms, options, connection, marked, total)
        _refuse_repeats(chunks, terms, connection, held)
        if made := order_made(connection, terms.id, held):
            total.told.append({f"{terms.id}: made from the row's content in {{n}} rows": made})
        lng, lat = _points(connection, terms)
        count = connection.execute("SELECT count(*) FROM facts").fetchall()[0][0]
        batches = pa.RecordBatchReader.from_batches(schema, _ordered(connection, terms, schema, total.size))
        refused = partial(faults_between, connection, terms.id, kind)
        lost, rejects = faults_in_order(connection, refused)
        told = told_lines(add_up(total.told))
        yield Streamed(total.read, count, lost, rejects, refused, told, total.headers, batches, lng, lat)
    finally:
        connection.close()
        shutil.rmtree(folder, ignore_errors=True)


def _make_tables(connection: duckdb.DuckDBPyConnection, schema: pa.Schema) -> None:
    """Make the empty tables: accepted rows, ids of the others, rejects, rows read again, what is wrong with those."""
    for name, columns in (("facts", schema), ("rejects", REJECTS)):
        connection.register("nothing", columns.empty_table())
        connection.execute(f"CREATE TABLE {name} AS FROM nothing")
    connection.execute("CREATE TABLE refused (id VARCHAR, row BIGINT)")
    connection.execute("CREATE TABLE seen (row BIGINT, file VARCHAR, hash VARCHAR, cells VARCHAR)")
    connection.execute("CREATE TABLE repeats (row BIGINT, id VARCHAR, reason VARCHAR, fix VARCHAR)")


def _type_all(
    chunks: Chunks,
    terms: Contract,
    options: Options,
    connection: duckdb.DuckDBPyConnection,
    schema: pa.Schema,
    total: _Total,
) -> None:
    """Type every chunk, two at a time, and put its rows into their tables."""
    for rows, size in _typed(chunks, terms, options, connection, schema):
        first = not total.read
        total.size += size
        total.read += len(rows.raw.values) + len(rows.raw.rejects)
        total.told += [rows.told, *([tell_unused(rows.raw, rows.columns, options)] if first else [])]
        total.headers = total.headers or tuple(rows.raw.values.columns)


def _typed(
    chunks: Chunks, terms: Contract, options: Options, connection: duckdb.DuckDBPyConnection, schema: pa.Schema
) -> Iterator[tuple[Typed, int]]:
    """Give typed and stored chunks and their bytes in the order of the file while the next ones are made."""
    columns: dict[str, str] = {}

    def work(raw: RawTable) -> tuple[Typed, int]:
        rows = type_rows(raw, terms, options, columns)
        with connection.cursor() as cursor:
            return rows, _store(rows, cursor, schema)

    with ThreadPoolExecutor(_WORKERS) as pool:
        waiting = []
        for raw in chunks():
            columns = columns or find_columns(raw, terms, options)
            waiting.append(pool.submit(work, raw))
            if len(waiting) > _WORKERS:
                yield waiting.pop(0).result()
        for one in waiting:
            yield one.result()


def _store(rows: Typed, cursor: duckdb.DuckDBPyConnection, schema: pa.Schema) -> int:
    """Put the accepted rows with ids, made ones marked, and the refused rows into their tables; return their bytes."""
    name, table, bad = rows.terms.id, rows.table, rows.faults.mask
    missing = table[name].isna().to_numpy(bool)
    if missing.any():
        hashes = row_hashes(rows.raw.values[missing], _some(rows.raw.shapes, missing))
        table[name] = table[name].mask(missing, hashes.reindex(table.index))
    fill_person(table, rows.terms)
    extra = {"row": rows.raw.rows, "made": missing}
    arrays = [_array(table[f.name], f.type) if f.name in table else pa.array(extra[f.name]) for f in schema]
    whole = pa.Table.from_arrays(arrays, schema=schema)
    cursor.register("batch", whole.filter(pa.array(~bad)) if bad.any() else whole)
    cursor.execute("INSERT INTO facts FROM batch")
    if bad.any():
        cursor.register("gone", whole.filter(pa.array(bad & ~missing)).select([name, "row"]))
        cursor.execute("INSERT INTO refused FROM gone")
    lost = rejected(rows)
    if len(lost):
        cursor.register(
            "lost", pa.table([pa.array(lost[f.name], f.type, from_pandas=True) for f in REJECTS], schema=REJECTS)
        )
        cursor.execute("INSERT INTO rejects FROM lost")
    return int(whole.nbytes)


def _array(column: pd.Series, kind: pa.DataType) -> pa.Array:
    if pa.types.is_timestamp(kind):
        column = column.dt.tz_convert(None).to_numpy("datetime64[us]")
    return pa.array(column, kind, from_pandas=True)


def _refuse_repeats(
    chunks: Chunks, terms: Contract, connection: duckdb.DuckDBPyConnection, held: Sequence[str]
) -> None:
    """Find ids that occur more than once; read the file again for their rows, and refuse them as `intake` does."""
    rows = find_repeated(connection, terms.id, held)
    if not len(rows):
        return
    for raw in chunks():
        hit = np.isin(raw.rows, rows)
        if hit.any():
            values, shapes = raw.values[hit], _some(raw.shapes, hit)
            parts = (raw.rows[hit], [raw.file] * len(values), row_hashes(values, shapes), cells_of(values, shapes))
            connection.register("looked", pa.table(dict(zip(("row", "file", "hash", "cells"), parts, strict=True))))
            connection.execute("INSERT INTO seen FROM looked")
    refuse_repeated(connection)


def _some(shapes: npt.NDArray[np.object_] | None, mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.object_] | None:
    return None if shapes is None else shapes[mask]


def _ordered(
    connection: duckdb.DuckDBPyConnection, terms: Contract, schema: pa.Schema, size: int
) -> Iterator[pa.RecordBatch]:
    """Give the rows in the order that is stored, slice by slice of the first key: no sort is larger than a slice."""
    key = "epoch_us(arrive_at)" if terms.kind == "visits" else terms.id
    order = f"arrive_at, {terms.id}" if terms.kind == "visits" else terms.id
    parts = max(1, size // _SLICE)
    cuts = [at / parts for at in range(1, parts)]
    some = f"SELECT quantile_disc({key}, {cuts}) FROM facts WHERE row % {_SAMPLE} = 0"
    found = connection.execute(some).fetchall()[0][0] if cuts else []
    bounds = [None, *dict.fromkeys(found or []), None]
    columns = ", ".join(f'"{name}"' for name in schema.names)

    def fetch(low: Any, high: Any) -> pa.Table:
        given = {name: value for name, value in (("low", low), ("high", high)) if value is not None}
        where = [f"{key} > $low"] * ("low" in given) + [f"{key} <= $high"] * ("high" in given)
        query = f"SELECT {columns} FROM facts WHERE {' AND '.join(where) or 'true'} ORDER BY {order}"
        return connection.sql(query, params=given).to_arrow_table().cast(schema).combine_chunks()

    # The next slice is sorted while this one is written.
    with ThreadPoolExecutor(1) as pool:
        waiting = [pool.submit(fetch, *bounds[:2])]
        for pair in [*pairwise(bounds[1:]), None]:
            table = waiting.pop().result()
            waiting += [pool.submit(fetch, *pair)] if pair else []
            yield from table.to_batches(_BATCH)


def _points(connection: duckdb.DuckDBPyConnection, terms: Contract) -> tuple[np.ndarray, np.ndarray]:
    """Return the coordinates of some of the rows, for the check of the datum."""
    if "lng" not in terms.names:
        return np.empty(0), np.empty(0)
    every = "row % greatest(1, (SELECT count(*) FROM facts) // 20000) = 0"
    found = connection.sql(f"SELECT lng, lat FROM facts WHERE lng IS NOT NULL AND {every}").fetchnumpy()
    return np.asarray(found["lng"], np.float64), np.asarray(found["lat"], np.float64)
