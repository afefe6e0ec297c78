"""The workspace on disk: an append-only event log in SQLite and content-addressed Parquet files that it names.

The log is the truth: everything else in a workspace can be deleted and comes back. A Parquet file is written, synced
and renamed before its event is committed, so that a kill at any moment leaves the state before or after, never between.
A workspace may hold several outbreaks: the ground is common to all, facts, decisions and edits are of one.
"""

import hashlib
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from zoning.disk import from_wkb, is_whole, to_arrow, to_frame, write_synced
from zoning.errors import StoreError, UnknownError
from zoning.hashes import digest
from zoning.log import Event, Log
from zoning.tables import REFERENCE_KINDS

LOG = "log.sqlite"
TABLES = "tables"
_OUTBREAK = re.compile(r"[a-z0-9][a-z0-9-]{0,30}")


class Workspace:
    """A folder that holds one workspace, seen by one of its outbreaks; several processes may read while one writes."""

    def __init__(self, path: Path, create: bool = False, outbreak: str = "") -> None:
        """Open a workspace.

        Parameters
        ----------
        path : its folder.
        create : make the folder and an empty log where there is none.
        outbreak : whose facts and decisions are seen and written; empty is the first one, which has no name.

        Raises
        ------
        StoreError : there is no log at that path, and `create` is not set.
        UnknownError : an outbreak cannot be called so.
        """
        if outbreak and not _OUTBREAK.fullmatch(outbreak):
            raise UnknownError(f"outbreak '{outbreak}': a name has small letters, digits and hyphens, 31 at most")
        self.path, self.outbreak = path, outbreak
        if not (path / LOG).is_file():
            if not create:
                raise StoreError(f"{path} holds no workspace ({LOG} is not there); load a file into it first")
            (path / TABLES).mkdir(parents=True, exist_ok=True)
        self.log = Log(path / LOG, create)

    def append(
        self,
        kind: str,
        payload: dict[str, Any],
        event_id: str,
        recorded_at: datetime | None = None,
        author: str = "",
        after: int | None = None,
        shared: bool = False,
    ) -> bool:
        """Append one event; when this returns, it is on disk.

        Parameters
        ----------
        kind : load, fact, withdraw, decide, stroke or set.
        payload : what the kind needs, JSON.
        event_id : its identity; an event that is already there is not written twice.
        recorded_at : when it was known; None means now.
        author : who.
        after : write only if no event has a higher number; None writes in any case.
        shared : of all outbreaks, as the ground is; else of the one that is seen.

        Returns
        -------
        True if it was written; False if it was there already, or others have written after that number.
        """
        whose = {"outbreak": self.outbreak} if self.outbreak and not shared else {}
        return self.log.append(kind, payload | whose, event_id, recorded_at or datetime.now(UTC), author, after)

    def events(self) -> list[Event]:
        """Return the log as this outbreak sees it, in recorded order (time, then sequence).

        Returns
        -------
        Events of its own, what the ground was loaded by, and settings of the whole workspace; `recorded_at` in UTC.
        """
        found = [event for event in self.log.events() if event.outbreak == self.outbreak or _is_shared(event)]
        return sorted(found, key=lambda e: (e.recorded_at, e.seq))

    def outbreaks(self) -> list[str]:
        """Return the names of the outbreaks, the nameless first.

        Returns
        -------
        Names in order.
        """
        return sorted({"", *(event.outbreak for event in self.log.events())})

    def of(self, outbreak: str) -> "Workspace":
        """Return the same workspace as another outbreak sees it.

        Parameters
        ----------
        outbreak : its name.

        Returns
        -------
        Workspace.

        Raises
        ------
        UnknownError : an outbreak cannot be called so.
        """
        return Workspace(self.path, outbreak=outbreak)

    def digest(self, *parts: object) -> str:
        """Return the hash of an event: one of two outbreaks that say the same is not the other.

        Parameters
        ----------
        parts : as `hashes.digest` takes them.

        Returns
        -------
        16 hex digits.
        """
        return digest(*parts, self.outbreak) if self.outbreak else digest(*parts)

    def fact_id(self, kind: str, name: str) -> str:
        """Return the id of a fact, unlike that of any other outbreak.

        Parameters
        ----------
        kind : one of the fact kinds.
        name : id of the row, such as C1.

        Returns
        -------
        `<kind>:<name>`, or `<kind>:<outbreak>/<name>`.
        """
        return f"{kind}:{self.outbreak}/{name}" if self.outbreak else f"{kind}:{name}"

    def revision(self) -> int:
        """Return the number of the log's last event, of whichever outbreak; 0 for an empty log.

        Returns
        -------
        A sequence number that grows with every write.
        """
        return self.log.revision()

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
        pq.write_table(to_arrow(table), sink, compression="zstd", row_group_size=122_880)
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
        if not path.is_file() or not is_whole(path):
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


def _is_shared(event: Event) -> bool:
    """What stands on the ground, and a setting of the whole workspace, is of every outbreak."""
    if event.outbreak or event.kind not in ("load", "set"):
        return False
    return event.kind == "set" or set(event.payload.get("kinds") or event.payload["tables"]) <= set(REFERENCE_KINDS)


def opened(where: "Path | Workspace") -> Workspace:
    """Return a workspace that is named by its folder or given.

    Parameters
    ----------
    where : folder, or the workspace as an outbreak sees it.

    Returns
    -------
    Workspace.

    Raises
    ------
    StoreError : there is no log at that path.
    """
    return where if isinstance(where, Workspace) else Workspace(where)
