"""The workspace on disk: an append-only event log in SQLite and content-addressed Parquet files that it names.

The log is the truth: everything else in a workspace can be deleted and comes back. A Parquet file is written, synced
and renamed before its event is committed, so that a kill at any moment leaves the state before or after, never between.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
import sqlalchemy as sa

from zoning.errors import StoreError

LOG = "log.sqlite"
TABLES = "tables"
_META = sa.MetaData()
_EVENTS = sa.Table(
    "events",
    _META,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("event_id", sa.Text, nullable=False, unique=True),
    *(sa.Column(name, sa.Text, nullable=False) for name in ("kind", "recorded_at", "author", "payload")),
)
_LAST = sa.func.coalesce(sa.func.max(_EVENTS.c.seq), 0)


@dataclass(frozen=True)
class Event:
    """One line of the log: `recorded_at` is UTC, `payload` is what its kind needs."""

    seq: int
    event_id: str
    kind: str
    recorded_at: datetime
    author: str
    payload: dict[str, Any]


class Workspace:
    """A folder that holds one workspace; several processes may read it while one writes."""

    def __init__(self, path: Path, create: bool = False) -> None:
        """Open a workspace.

        Parameters
        ----------
        path : its folder.
        create : make the folder and an empty log where there is none.

        Raises
        ------
        StoreError : there is no log at that path, and `create` is not set.
        """
        self.path = path
        if not (path / LOG).is_file():
            if not create:
                raise StoreError(f"{path} holds no workspace ({LOG} is not there); load a file into it first")
            (path / TABLES).mkdir(parents=True, exist_ok=True)
        self._engine = sa.create_engine(f"sqlite:///{path / LOG}", poolclass=sa.NullPool, connect_args={"timeout": 30})
        sa.event.listen(self._engine, "connect", _durable)
        if create:
            with self._connect() as connection:
                _META.create_all(connection)

    @contextmanager
    def _connect(self) -> Iterator[sa.Connection]:
        """Open a transaction on the log; what SQLite cannot do is told with the log's path."""
        try:
            with self._engine.begin() as connection:
                yield connection
        except sa.exc.DatabaseError as error:
            raise StoreError(
                f"{self.path / LOG}: the log cannot be used ({error.orig}); free the disk or end what locks it, "
                "or put the file back from a copy of the workspace"
            ) from error

    def append(
        self,
        kind: str,
        payload: dict[str, Any],
        event_id: str,
        recorded_at: datetime | None = None,
        author: str = "",
        after: int | None = None,
    ) -> bool:
        """Append one event; when this returns, it is on disk.

        Parameters
        ----------
        kind : load, withdraw, decide, stroke or set.
        payload : what the kind needs, JSON.
        event_id : its identity; an event that is already there is not written twice.
        recorded_at : when it was known; None means now.
        author : who.
        after : write only if no event has a higher number; None writes in any case.

        Returns
        -------
        True if it was written; False if it was there already, or others have written after that number.
        """
        told = (recorded_at or datetime.now(UTC)).astimezone(UTC).isoformat()
        text = json.dumps(payload, ensure_ascii=False, sort_keys=True, default=str)
        row = {"event_id": event_id, "kind": kind, "recorded_at": told, "author": author, "payload": text}
        values = sa.select(*(sa.literal(value) for value in row.values()))
        if after is not None:
            values = values.where(sa.select(_LAST).scalar_subquery() == after)
        with self._connect() as connection:
            written = connection.execute(sa.insert(_EVENTS).prefix_with("OR IGNORE").from_select(list(row), values))
        return written.rowcount == 1

    def events(self) -> list[Event]:
        """Return the whole log in recorded order (time, then sequence).

        Returns
        -------
        Events; `recorded_at` in UTC.
        """
        with self._connect() as connection:
            rows = connection.execute(sa.select(_EVENTS)).all()
        found = [Event(r[0], r[1], r[2], datetime.fromisoformat(r[3]), r[4], json.loads(r[5])) for r in rows]
        return sorted(found, key=lambda e: (e.recorded_at, e.seq))

    def revision(self) -> int:
        """Return the number of the last event, 0 for an empty log.

        Returns
        -------
        A sequence number that grows with every write.
        """
        with self._connect() as connection:
            return int(connection.execute(sa.select(_LAST)).scalar_one())

    def save_table(self, table: pd.DataFrame) -> str:
        """Write a table as Parquet under the hash of its bytes and sync it to disk.

        Parameters
        ----------
        table : any columns; shapely geometries are stored as WKB.

        Returns
        -------
        The file's name without ending (SHA-256 of its bytes).
        """
        sink = pa.BufferOutputStream()
        pq.write_table(_to_arrow(table), sink, compression="zstd", row_group_size=122_880)
        data = sink.getvalue().to_pybytes()
        name = hashlib.sha256(data).hexdigest()
        write_synced(self.path / TABLES / f"{name}.parquet", data)
        return name

    def table_path(self, name: str) -> Path:
        """Return the path of a table that the log names.

        Parameters
        ----------
        name : as `save_table` returned it.

        Returns
        -------
        Path of the Parquet file.

        Raises
        ------
        StoreError : the file is not there, or was cut short.
        """
        path = self.path / TABLES / f"{name}.parquet"
        if not path.is_file() or not _is_whole(path):
            raise StoreError(f"{path}: the log names it and it is gone or damaged; put it back from a copy")
        return path

    def read_table(self, name: str) -> pd.DataFrame:
        """Read a table back.

        Parameters
        ----------
        name : as `save_table` returned it.

        Returns
        -------
        The table; a GeoDataFrame (WGS84) where it has geometry.
        """
        return from_wkb(to_frame(pq.read_table(self.table_path(name))))


def to_frame(table: pa.Table) -> pd.DataFrame:
    """Return an Arrow table as pandas, whole numbers and booleans with their gaps: a cell is no float.

    Parameters
    ----------
    table : any columns.

    Returns
    -------
    DataFrame with UInt64, Int64 and boolean columns where Arrow has such.
    """
    kinds = {pa.uint64(): pd.UInt64Dtype(), pa.int64(): pd.Int64Dtype(), pa.bool_(): pd.BooleanDtype()}
    frame: pd.DataFrame = table.to_pandas(types_mapper=kinds.get)
    return frame


def from_wkb(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with its WKB geometry as shapely objects.

    Parameters
    ----------
    table : as read from Parquet; `geometry` is WKB or missing.

    Returns
    -------
    A GeoDataFrame (WGS84) where there is geometry, else the table itself.
    """
    if "geometry" not in table:
        return table
    shapes = shapely.from_wkb(table["geometry"].to_numpy(object))
    return gpd.GeoDataFrame(table.assign(geometry=shapes), crs="EPSG:4326")


def write_synced(path: Path, data: bytes) -> None:
    """Write a file so that it is there whole or not at all, even after a power cut.

    Parameters
    ----------
    path : where; an existing file is replaced in one step.
    data : its bytes.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    part.parent.mkdir(parents=True, exist_ok=True)
    try:
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    with _folder(path.parent) as handle:
        os.fsync(handle)


def _is_whole(path: Path) -> bool:
    with path.open("rb") as file:
        head, tail = file.read(4), file.seek(-min(4, path.stat().st_size), os.SEEK_END)
        return head == file.read(4) == b"PAR1" and tail > 0


@contextmanager
def _folder(path: Path) -> Iterator[int]:
    handle = os.open(path, os.O_RDONLY)
    try:
        yield handle
    finally:
        os.close(handle)


def _durable(connection: Any, _record: Any) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}")


def _to_arrow(table: pd.DataFrame) -> pa.Table:
    plain = pd.DataFrame(table)
    if "geometry" in plain:
        plain = plain.assign(geometry=shapely.to_wkb(plain["geometry"].to_numpy(object)))
    return pa.table({str(name): _to_array(plain[name]) for name in plain})


def _to_array(column: pd.Series) -> pa.Array:
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        moments = column.dt.tz_convert(None).to_numpy("datetime64[us]")
        return pa.array(moments, pa.timestamp("us", "UTC"), from_pandas=True)
    return pa.array(column, from_pandas=True)


def latest(events: Iterable[Event], known_at: datetime) -> Event | None:
    """Return the newest event known at a time; before the first one, the first (ground that stood already).

    Parameters
    ----------
    events : in recorded order.
    known_at : UTC.

    Returns
    -------
    An Event, or None where there are none.
    """
    every = list(events)
    known = [event for event in every if event.recorded_at <= known_at]
    return next(reversed(known or every[:1]), None)
