"""Drafts on disk: a SQLite file beside the log. A step that was acknowledged is synced, and survives a kill.

Steps name atoms by their ids, so that a draft outlives new versions of the ground.
"""

import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import orjson
import sqlalchemy as sa

from zoning.errors import ConflictError, StoreError, UnknownError

FILE = "drafts.sqlite"
State = Literal["open", "review", "decided", "discarded"]
_META = sa.MetaData()
_DRAFTS = sa.Table(
    "drafts",
    _META,
    sa.Column("id", sa.Text, primary_key=True),
    *(sa.Column(name, sa.Text, nullable=False) for name in ("outbreak", "title", "author", "as_of", "state")),
    sa.Column("base", sa.Integer, nullable=False),
    *(sa.Column(name, sa.Text, nullable=False) for name in ("made_at", "changed_at", "told")),
)
_STEPS = sa.Table(
    "steps",
    _META,
    sa.Column("draft", sa.Text, primary_key=True),
    sa.Column("n", sa.Integer, primary_key=True),
    sa.Column("sent", sa.Text),
    *(sa.Column(name, sa.Text, nullable=False) for name in ("at", "author")),
    sa.Column("step", sa.LargeBinary, nullable=False),
    sa.UniqueConstraint("draft", "sent"),
    sqlite_with_rowid=False,
)
# Past SQLAlchemy: a step is written at each stroke of a brush, and putting it together took longer than SQLite does.
_LOOK = (
    "SELECT state, base, (SELECT coalesce(max(n), 0) FROM steps WHERE draft = ?), "
    "(SELECT n FROM steps WHERE draft = ? AND sent = ?) FROM drafts WHERE id = ?"
)
_ADD = "INSERT INTO steps (draft, n, sent, at, author, step) VALUES (?, ?, ?, ?, ?, ?)"


@dataclass(frozen=True)
class Draft:
    """A draft without its steps. `base`: event of the log that it is drawn on; `told`: what it came to, for lists."""

    id: str
    outbreak: str
    title: str
    author: str
    as_of: datetime
    base: int
    state: State
    made_at: datetime
    changed_at: datetime
    told: dict[str, Any]


@dataclass(frozen=True)
class Kept:
    """A step as it was kept: its number in the draft, who and when, what it was, what its sender called it."""

    n: int
    author: str
    at: datetime
    step: dict[str, Any]
    sent: str | None = None


class Drawer:
    """The drafts of a workspace; several processes may use it at once."""

    def __init__(self, folder: Path) -> None:
        """Open it, or make an empty one.

        Parameters
        ----------
        folder : of the workspace.
        """
        self.path = folder / FILE
        pool = {"poolclass": sa.QueuePool, "pool_size": 4, "max_overflow": 8}
        self._engine = sa.create_engine(f"sqlite:///{self.path}", connect_args={"timeout": 30}, **pool)
        sa.event.listen(self._engine, "connect", _durable)
        with self._begin() as connection:
            _META.create_all(connection)

    @contextmanager
    def _begin(self, write: bool = True) -> Iterator[sa.Connection]:
        try:
            with self._engine.begin() as connection:
                connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
                yield connection
        except (sa.exc.DatabaseError, sqlite3.DatabaseError) as error:
            why = getattr(error, "orig", error)
            raise StoreError(
                f"{self.path}: the draft cannot be kept ({why}); nothing of this step was saved: free the disk "
                "or end what locks it, and send it again"
            ) from error

    def make(self, outbreak: str, title: str, author: str, as_of: datetime, base: int) -> Draft:
        """Begin a draft; when this returns, it is on disk.

        Parameters
        ----------
        outbreak, title, author : whose it is and what it is called.
        as_of : moment of the plan that it is drawn on (UTC).
        base : number of the log's last event in that plan.

        Returns
        -------
        Draft.

        Raises
        ------
        StoreError : it cannot be written.
        """
        now, name = datetime.now(UTC).isoformat(), secrets.token_hex(6)
        own = {"id": name, "outbreak": outbreak, "title": title, "author": author, "base": base, "state": "open"}
        times = {"as_of": as_of.astimezone(UTC).isoformat(), "made_at": now, "changed_at": now}
        with self._begin() as connection:
            connection.execute(sa.insert(_DRAFTS).values(**own, **times, told="{}"))
        return self.get(name)

    def get(self, draft: str) -> Draft:
        """Return a draft.

        Parameters
        ----------
        draft : its id.

        Returns
        -------
        Draft.

        Raises
        ------
        UnknownError : there is none.
        """
        with self._begin(write=False) as connection:
            row = connection.execute(sa.select(_DRAFTS).where(_DRAFTS.c.id == draft)).one_or_none()
        if row is None:
            raise UnknownError(f"draft '{draft}' is not there; take one of the list of drafts")
        return _draft(row)

    def all(self, outbreak: str, begun: bool = False) -> list[Draft]:
        """Return the drafts of an outbreak, the newest first.

        Parameters
        ----------
        outbreak : its name.
        begun : only those that have a title or a step.

        Returns
        -------
        Drafts.
        """
        asked = sa.select(_DRAFTS).where(_DRAFTS.c.outbreak == outbreak).order_by(_DRAFTS.c.changed_at.desc())
        if begun:
            asked = asked.where((_DRAFTS.c.title != "") | sa.exists().where(_STEPS.c.draft == _DRAFTS.c.id))
        with self._begin(write=False) as connection:
            return [_draft(row) for row in connection.execute(asked)]

    def add(
        self,
        draft: str,
        step: dict[str, Any],
        author: str,
        after: int,
        sent: str | None = None,
        on: int | None = None,
    ) -> int:
        """Keep one step; when this returns, it is on disk.

        Parameters
        ----------
        draft : id.
        step : of `write_step`.
        author : who.
        after : number of the last step that the sender knows.
        sent : what the sender calls it: sending it again adds nothing.
        on : base that the sender drew it on; None is any.

        Returns
        -------
        Number of the step.

        Raises
        ------
        ConflictError : the draft has other steps after that one, or is open no more.
        StoreError : it cannot be written.
        """
        now, data = datetime.now(UTC).isoformat(), orjson.dumps(step)
        with self._begin() as connection:
            file: Any = connection.connection.driver_connection
            found = file.execute(_LOOK, (draft, draft, sent, draft)).fetchone()
            state, base, last, there = found or ("not there", -1, 0, None)
            if there:
                return int(there)
            if state != "open" or last != after or on not in (None, base):
                why = f"it is {state}" if state != "open" else f"it has {last} steps, not {after}"
                raise ConflictError(f"the draft changed in another window: {why}; nothing was saved: load it again")
            file.execute(_ADD, (draft, last + 1, sent, now, author, data))
            file.execute("UPDATE drafts SET changed_at = ? WHERE id = ?", (now, draft))
        return int(last) + 1

    def steps(self, draft: str, after: int = 0) -> list[Kept]:
        """Return the steps of a draft in order.

        Parameters
        ----------
        draft : id.
        after : number of the last one that is known.

        Returns
        -------
        Steps after it.
        """
        asked = sa.select(_STEPS).where(_STEPS.c.draft == draft, _STEPS.c.n > after).order_by(_STEPS.c.n)
        with self._begin(write=False) as connection:
            rows = connection.execute(asked).all()
        return [Kept(r.n, r.author, datetime.fromisoformat(r.at), orjson.loads(r.step), r.sent) for r in rows]

    def change(self, draft: str, **values: Any) -> Draft:
        """Change what a draft is called, its state, its base, or what it came to.

        Parameters
        ----------
        draft : id.
        values : title, state, base, told.

        Returns
        -------
        Draft.
        """
        if "told" in values:
            values["told"] = orjson.dumps(values["told"]).decode()
        now = {} if set(values) == {"told"} else {"changed_at": datetime.now(UTC).isoformat()}
        with self._begin() as connection:
            connection.execute(sa.update(_DRAFTS).where(_DRAFTS.c.id == draft).values(**values, **now))
        return self.get(draft)


def _draft(row: Any) -> Draft:
    told = dict(row._mapping)
    times = {name: datetime.fromisoformat(told[name]) for name in ("as_of", "made_at", "changed_at")}
    return Draft(**{**told, **times, "told": orjson.loads(told["told"])})


def _durable(connection: Any, _record: Any) -> None:
    # SQLite begins by itself only before a write; a step needs its number read under the same lock.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=30000"):
        connection.execute(f"PRAGMA {pragma}")
