"""Tables on disk: the known versions of facts, as DuckDB reads them over Parquet, the newest of each, and references.

Visits may be tens of millions: they are only read for the people asked for.
"""

import hashlib
import os
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from zoning import tables
from zoning.disk import from_wkb, to_frame
from zoning.log import Event
from zoning.ordered import in_one_piece
from zoning.store import TABLES, Workspace

_ROW_GROUP = 122_880


@dataclass(frozen=True)
class _Read:
    """What was read of a kind: from which files, for whom, and whether any row of them was still to be known."""

    named: tuple[tuple[Any, ...], ...]
    people: frozenset[str] | None
    latest: datetime | None
    withdrawn: Mapping[str, datetime]
    versions: pd.DataFrame
    newest: pd.DataFrame


_reads: dict[tuple[Path, str, str], _Read] = {}


def read_facts(
    workspace: Workspace,
    kind: str,
    loads: Iterable[Event],
    known_at: datetime,
    withdrawn: Mapping[str, datetime],
    people: Collection[str] | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the known versions of the facts of a kind, and the newest of each; no file is read twice.

    Parameters
    ----------
    workspace : where.
    kind : one of the fact kinds.
    loads : the load events, in recorded order.
    known_at : UTC.
    withdrawn : fact id -> when it was withdrawn.
    people : as for `read_versions`.

    Returns
    -------
    versions (of `read_versions`), newest (of `newest`).

    Raises
    ------
    StoreError : a table is missing or harmed.
    """
    brought = [e for e in loads if kind in e.payload["tables"]]
    named = tuple((e.payload["tables"][kind], e.seq, e.recorded_at, e.payload["source"]) for e in brought)
    gone = {fact: at for fact, at in withdrawn.items() if fact.startswith(f"{kind}:")}
    for name, *_ in named:
        workspace.table_path(name)
    theirs, old = None if people is None else frozenset(people), _reads.get((workspace.path, workspace.outbreak, kind))
    if old and old.named == named and (old.latest is None or known_at >= old.latest) and _grown(old, theirs):
        more = sorted((theirs or frozenset()) - (old.people or frozenset()))
        found = read_versions(workspace, kind, brought, known_at, more) if more else old.versions.iloc[:0]
        versions, latest = old.versions, old.latest
        if len(found):
            found = found[~found["fact_id"].isin(versions["fact_id"])]
            versions = _in_order(kind, pd.concat([versions, found], ignore_index=True))
    else:
        versions = read_versions(workspace, kind, brought, known_at, people)
        latest = _latest(workspace, named)
    same = old is not None and versions is old.versions and gone == old.withdrawn
    current = old.newest if old is not None and same else newest(versions, gone)
    if latest is None or known_at >= latest:
        _reads[workspace.path, workspace.outbreak, kind] = _Read(named, theirs, latest, gone, versions, current)
    return versions, current


def _grown(old: _Read, people: frozenset[str] | None) -> bool:
    return people is None if old.people is None else people is not None and people >= old.people


def _latest(workspace: Workspace, named: Iterable[tuple[Any, ...]]) -> datetime | None:
    """When the last row of some files became known."""
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        query = "SELECT epoch_us(max(coalesce(recorded_at, ?::TIMESTAMPTZ))) FROM read_parquet(?)"
        found = [
            connection.execute(query, [recorded_at, str(workspace.table_path(name))]).fetchone()
            for name, _, recorded_at, _ in named
        ]
    last: int | None = max((row[0] for row in found if row and row[0] is not None), default=None)
    return None if last is None else datetime.fromtimestamp(0, UTC) + timedelta(microseconds=last)


def _in_order(kind: str, versions: pd.DataFrame) -> pd.DataFrame:
    return versions.sort_values([tables.contract(kind).id, "recorded_at", "seq"], kind="stable", ignore_index=True)


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
    table.insert(0, "fact_id", workspace.fact_id(kind, "") + table[key].astype("str"))
    return _in_order(kind, table)


def as_contract(kind: str, table: pd.DataFrame) -> pd.DataFrame:
    """Return a table read from disk with the columns and dtypes of its contract, whatever it had when it was written.

    Parameters
    ----------
    kind : one of KINDS.
    table : stored columns, others beside them.

    Returns
    -------
    The same rows; the contract's columns first, those that the file lacks empty.
    """
    kinds = {c.name: tables.PANDAS_DTYPES[c.dtype] for c in tables.contract(kind).stored if c.dtype != "geometry"}
    lacking = {name: pd.Series(index=table.index, dtype=dtype) for name, dtype in kinds.items() if name not in table}
    order = [c.name for c in tables.contract(kind).stored if c.name in table or c.name in lacking]
    whole = table.astype({name: dtype for name, dtype in kinds.items() if name in table}).assign(**lacking)
    return in_one_piece(whole[[*order, *(name for name in table if name not in order)]])


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
