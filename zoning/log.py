"""The event log: append-only, in SQLite; what was read once is not read again, for the log only ever grows."""

import json
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from zoning.errors import StoreError

_META = sa.MetaData()
_EVENTS = sa.Table(
    "events",
    _META,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("event_id", sa.Text, nullable=False, unique=True),
    *(sa.Column(name, sa.Text, nullable=False) for name in ("kind", "recorded_at", "author", "payload")),
)
# What is secret of a workspace: it is not in the events, which may be copied out to be replayed.
_KEYS = sa.Table(
    "keys", _META, sa.Column("name", sa.Text, primary_key=True), sa.Column("value", sa.Text, nullable=False)
)
_SALT = "salt"
_LAST = sa.func.coalesce(sa.func.max(_EVENTS.c.seq), 0)


@dataclass(frozen=True)
class Event:
    """One line of the log: `recorded_at` is UTC, `payload` is what its kind needs, `outbreak` whose it is."""

    seq: int
    event_id: str
    kind: str
    recorded_at: datetime
    author: str
    payload: dict[str, Any]
    outbreak: str = ""


_seen: dict[Path, list[Event]] = {}


class Log:
    """The log of one workspace; several processes may read it while one writes."""

    def __init__(self, path: Path, create: bool) -> None:
        """Open a log.

        Parameters
        ----------
        path : its file.
        create : make an empty log where there is none.
        """
        self.path = path
        self._engine = sa.create_engine(f"sqlite:///{path}", poolclass=sa.NullPool, connect_args={"timeout": 30})
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
                f"{self.path}: the log cannot be used ({error.orig}); free the disk or end what locks it, "
                "or put the file back from a copy of the workspace"
            ) from error

    def append(
        self, kind: str, payload: dict[str, Any], event_id: str, recorded_at: datetime, author: str, after: int | None
    ) -> bool:
        """Append one event; when this returns, it is on disk.

        Parameters
        ----------
        kind : of event.
        payload : JSON.
        event_id : its identity; an event that is already there is not written twice.
        recorded_at : when it was known.
        author : who.
        after : write only if no event has a higher number; None writes in any case.

        Returns
        -------
        True if it was written; False if it was there already, or others have written after that number.

        Raises
        ------
        StoreError : SQLite cannot write; the message says why.
        """
        told = recorded_at.astimezone(UTC).isoformat()
        text = json.dumps(payload, ensure_ascii=False, sort_keys=True, default=str)
        row = {"event_id": event_id, "kind": kind, "recorded_at": told, "author": author, "payload": text}
        values = sa.select(*(sa.literal(value) for value in row.values()))
        if after is not None:
            values = values.where(sa.select(_LAST).scalar_subquery() == after)
        with self._connect() as connection:
            written = connection.execute(sa.insert(_EVENTS).prefix_with("OR IGNORE").from_select(list(row), values))
        return written.rowcount == 1

    def events(self) -> list[Event]:
        """Return the whole log, in order of writing.

        Returns
        -------
        Events; `recorded_at` in UTC. Their payloads are shared by all who ask: nobody changes them.
        """
        path = self.path.absolute()
        seen = _seen.get(path, [])
        with self._connect() as connection:
            if seen and not self._begins_with(seen, connection):
                seen = []
            last = seen[-1].seq if seen else 0
            rows = connection.execute(sa.select(_EVENTS).where(_EVENTS.c.seq > last).order_by(_EVENTS.c.seq)).all()
        if rows:
            seen = [*seen, *map(_event, rows)]
            _seen[path] = seen
        return seen

    def _begins_with(self, seen: list[Event], connection: sa.Connection) -> bool:
        """Another log may have been put in the place of the one that was read."""
        last = sa.select(_EVENTS.c.event_id).where(_EVENTS.c.seq == seen[-1].seq)
        return bool(connection.execute(last).scalar() == seen[-1].event_id)

    def revision(self) -> int:
        """Return the number of the last event, 0 for an empty log.

        Returns
        -------
        A sequence number that grows with every write.
        """
        with self._connect() as connection:
            return int(connection.execute(sa.select(_LAST)).scalar_one())

    def salt(self) -> str:
        """Return the secret of this workspace by which ids are published; it is made once and never changes.

        Returns
        -------
        Text, as `new_salt` made it.

        Raises
        ------
        StoreError : SQLite cannot write it; the message says why.
        """
        value = sa.select(_KEYS.c.value).where(_KEYS.c.name == _SALT)
        with self._connect() as connection:
            there = sa.inspect(connection).has_table(_KEYS.name)
            found = connection.execute(value).scalar() if there else None
        if found is not None:
            return str(found)
        with self._connect() as connection:
            _KEYS.create(connection, checkfirst=True)
            row = {"name": _SALT, "value": new_salt()}
            connection.execute(sa.insert(_KEYS).prefix_with("OR IGNORE").values(row))
            return str(connection.execute(value).scalar_one())


def new_salt() -> str:
    """Return a secret by which published ids differ from those inside.

    Returns
    -------
    64 random hex digits.
    """
    return secrets.token_hex(32)


def _event(row: Any) -> Event:
    payload = json.loads(row.payload)
    recorded_at = datetime.fromisoformat(row.recorded_at)
    return Event(
        row.seq, row.event_id, row.kind, recorded_at, row.author, payload, outbreak=payload.pop("outbreak", "")
    )


def _durable(connection: Any, _record: Any) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}")


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
