"""Tables on disk: the known versions of facts, as DuckDB reads them over Parquet, the newest of each, and references.

Visits may be tens of millions: they are only read for the people asked for.
"""

import hashlib
import os
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from itertools import chain
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from zoning import tables
from zoning.store import TABLES, Event, Workspace, from_wkb, to_frame

_ROW_GROUP = 122_880


def read_versions(
    workspace: Workspace,
    kind: str,
    loads: Iterable[Event],
    known_at: datetime,
    people: Collection[str] | None = None,
    ids: Collection[str] | None = None,
) -> pd.DataFrame:
    """Read the versions of the facts of a kind that were known at a time; DuckDB reads only those.

    Parameters
    ----------
    workspace : where.
    kind : one of the fact kinds.
    loads : the load events, in recorded order.
    known_at : UTC.
    people : only facts that in some version belong to one of these; None means all.
    ids : only facts with one of these ids; None means all.

    Returns
    -------
    Contract columns with fact_id, seq and source, oldest first.
    """
    files = [(e, str(workspace.table_path(e.payload["tables"][kind]))) for e in loads if kind in e.payload["tables"]]
    key = tables.contract(kind).id
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        column, wanted = (key, ids) if people is None else ("person_id", people)
        if wanted is not None:
            connection.register("wanted", pa.table({"w": pa.array(sorted(wanted), pa.string())}))
        if people is not None and len(files) > 1:
            each = f"SELECT {key} FROM read_parquet(?) WHERE person_id IN (FROM wanted)"
            connection.execute(
                f"CREATE TABLE theirs AS {' UNION '.join([each] * len(files))}", [path for _, path in files]
            )
            column = key
        chosen = "theirs" if column == key and people is not None else "wanted"
        only = "" if wanted is None else f" AND {column} IN (FROM {chosen})"
        query = (
            "SELECT * REPLACE (coalesce(recorded_at, ?::TIMESTAMPTZ) AS recorded_at), ? AS seq, ? AS source"
            f" FROM read_parquet(?) WHERE coalesce(recorded_at, ?::TIMESTAMPTZ) <= ?::TIMESTAMPTZ{only}"
        )
        parts = []
        for event, path in files:
            given = [event.recorded_at, event.seq, event.payload["source"], path, event.recorded_at, known_at]
            parts.append(to_frame(connection.sql(query, params=given).to_arrow_table()))
    table = pd.concat(parts, ignore_index=True) if parts else tables.empty(kind).assign(seq=0, source="")
    table = as_contract(kind, table)
    table.insert(0, "fact_id", kind + ":" + table[key].astype("str"))
    return table.sort_values([key, "recorded_at", "seq"], kind="stable", ignore_index=True)


def as_contract(kind: str, table: pd.DataFrame) -> pd.DataFrame:
    """Return a table read from disk with the dtypes of its contract.

    Parameters
    ----------
    kind : one of KINDS.
    table : stored columns, others beside them.

    Returns
    -------
    The same rows and columns.
    """
    kinds = {c.name: tables.PANDAS_DTYPES[c.dtype] for c in tables.contract(kind).stored if c.dtype != "geometry"}
    return table.astype({name: dtype for name, dtype in kinds.items() if name in table})


@lru_cache(maxsize=2 * len(tables.REFERENCE_KINDS))
def read_reference(path: Path, kind: str, named: tuple[tuple[str, str], ...]) -> pd.DataFrame:
    """Join the tables of a reference kind; an id in two of them keeps the row of the last.

    Tables are named by their content, so the same names give the same object again: a new case reads no city.

    Parameters
    ----------
    path : of the workspace.
    kind : one of the reference kinds.
    named : (table name, source), in order of loading.

    Returns
    -------
    Contract columns and `source`, in order of id; empty where nothing is named.

    Raises
    ------
    StoreError : a table is missing or harmed.
    """
    parts = [Workspace(path).read_table(name).assign(source=source) for name, source in named]
    if not parts:
        return from_wkb(tables.empty(kind).assign(source=""))
    table = as_contract(kind, pd.concat(parts, ignore_index=True))
    key = tables.contract(kind).id
    return table[~table[key].duplicated(keep="last")].sort_values(key, kind="stable", ignore_index=True)


def newest(versions: pd.DataFrame, withdrawn: Mapping[str, datetime]) -> pd.DataFrame:
    """Return the newest version of each fact.

    Parameters
    ----------
    versions : of `read_versions`.
    withdrawn : fact id -> when it was withdrawn.

    Returns
    -------
    One row a fact, with first_recorded_at and withdrawn (a version newer than the withdrawal brings it back).
    """
    by_fact = versions.groupby("fact_id", sort=False)
    first = by_fact["recorded_at"].transform("first")
    found = versions.assign(first_recorded_at=first)[~versions["fact_id"].duplicated(keep="last")]
    gone = pd.to_datetime(found["fact_id"].map(withdrawn), utc=True)
    return (
        found.assign(withdrawn=(gone >= found["recorded_at"]).to_numpy(bool)).drop(columns="seq").reset_index(drop=True)
    )


def save_batches(workspace: Workspace, batches: pa.RecordBatchReader) -> str:
    """Write rows as they come as one Parquet file under the hash of its bytes, synced to disk.

    Parameters
    ----------
    workspace : where.
    batches : rows in the order in which they are stored.

    Returns
    -------
    The file's name without ending, as `Workspace.save_table` gives it.
    """
    folder, first = workspace.path / TABLES, next(batches, None)
    first = first if first is not None else pa.RecordBatch.from_pylist([], batches.schema)
    words = [f.name for f in batches.schema if pa.types.is_string(f.type)]
    # A dictionary of ids that hardly repeat costs time and space.
    few = [name for name in words if len(first[name].unique()) * 10 < len(first)]
    part = folder / f".batches.{os.getpid()}.part"
    try:
        with (
            part.open("wb") as file,
            pq.ParquetWriter(file, batches.schema, compression="zstd", use_dictionary=few) as writer,
        ):
            for batch in chain([first], batches):
                writer.write_batch(batch, row_group_size=_ROW_GROUP)
        with part.open("rb+") as whole:
            name = hashlib.file_digest(whole, "sha256").hexdigest()
            os.fsync(whole.fileno())
        part.replace(folder / f"{name}.parquet")
    finally:
        part.unlink(missing_ok=True)
    handle = os.open(folder, os.O_RDONLY)
    os.fsync(handle)
    os.close(handle)
    return name
