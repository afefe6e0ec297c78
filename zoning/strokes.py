"""Strokes: edits of the map as events. A stroke is never changed once it is written; undo is a stroke that names it.

A stroke keeps what the derivation said of its atoms when it was drawn: these causes it answers, and no later one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from zoning.hashes import digest
from zoning.log import Event
from zoning.store import Workspace

INLINE = 200
COLUMNS = (
    *("event_id", "seq", "recorded_at", "author", "class", "zone_id", "reason", "base", "effective_at", "until"),
    *("undoes", "takes", "draft", "atoms", "answered", "answers", "knows"),
)
_TIMES = ("recorded_at", "effective_at", "until")


@dataclass(frozen=True)
class Stroke:
    """An edit before it is saved.

    `atoms`: ids (unit, `<unit>/rest` or H3 cell), each once. `target`: a class of the pack, or `none` to take them out.
    `answers`: what the derivation said at the base, (class, fact ids); `answered`: which of these each atom had, -1 for
    nothing. `base`: number of the log's last event then. `effective_at` to `until` (UTC, None: open). `zone_id`: the
    zone that the atoms join, None: found by replay. `draft`: does nothing until a stroke `takes` it up. `knows`: facts
    of all zones that hung together with its atoms at the base, in whatever class; None: nothing is told.
    """

    atoms: tuple[str, ...]
    answered: tuple[int, ...]
    answers: tuple[tuple[str, tuple[str, ...]], ...]
    target: str
    reason: str
    base: int
    effective_at: datetime
    until: datetime | None = None
    zone_id: str | None = None
    draft: bool = False
    takes: str | None = None
    knows: tuple[str, ...] | None = None


class Past(Workspace):
    """A workspace as its log was after one of its events; only for reading."""

    def __init__(self, now: Workspace, revision: int) -> None:
        """Open it.

        Parameters
        ----------
        now : the workspace as it is.
        revision : number of the last event that is seen.

        Raises
        ------
        StoreError : there is no log any more.
        """
        super().__init__(now.path, outbreak=now.outbreak)
        self._until = revision

    def events(self) -> list[Event]:
        """Return the log up to that event.

        Returns
        -------
        Events in recorded order.
        """
        return [event for event in super().events() if event.seq <= self._until]


def save_stroke(
    workspace: Workspace,
    stroke: Stroke,
    author: str,
    recorded_at: datetime | None = None,
    after: int | None = None,
    sent: str = "",
) -> str | None:
    """Write one stroke; when this returns its id, it is on disk.

    Parameters
    ----------
    workspace : where.
    stroke : its atoms go into the event, or where they are many into a table that it names.
    author : who.
    recorded_at : when it was known (UTC); None means now.
    after : write only if the log has no event after this number; None writes in any case.
    sent : what the sender calls it: sending it again adds nothing.

    Returns
    -------
    Id of the event, or None: others have written since, so nothing was.
    """
    atoms: Any = list(stroke.atoms)
    payload: dict[str, Any] = {
        "class": stroke.target, "zone_id": stroke.zone_id, "reason": stroke.reason, "base": stroke.base,
        "effective_at": stroke.effective_at.isoformat(), "until": stroke.until and stroke.until.isoformat(),
        "draft": stroke.draft, "takes": stroke.takes, "answers": [[of, list(facts)] for of, facts in stroke.answers],
        "knows": None if stroke.knows is None else list(stroke.knows),
    }  # fmt: skip
    if len(atoms) > INLINE:
        table = pd.DataFrame({"atom_id": atoms, "answer": np.array(stroke.answered, np.int64)})
        payload |= {"atoms": workspace.save_table(table)}
    else:
        payload |= {"atoms": atoms, "answered": list(stroke.answered)}
    return _append(workspace, payload, author, recorded_at, after, sent)


def save_undo(
    workspace: Workspace,
    undoes: str,
    reason: str,
    author: str,
    recorded_at: datetime | None = None,
    after: int | None = None,
    sent: str = "",
) -> str | None:
    """Undo one stroke, or an undo: undoing an undo brings the stroke back.

    Parameters
    ----------
    workspace : where.
    undoes : id of the event.
    reason : why.
    author, recorded_at, after, sent : as `save_stroke`.

    Returns
    -------
    As `save_stroke`.
    """
    return _append(workspace, {"undoes": undoes, "reason": reason}, author, recorded_at, after, sent)


def sent_id(author: str, sent: str) -> str:
    """Return the id of an event that its sender named.

    Parameters
    ----------
    author : who.
    sent : what the sender calls it.

    Returns
    -------
    Event id.
    """
    return digest("stroke", author, sent)


def _append(
    workspace: Workspace, payload: Mapping[str, Any], author: str, at: datetime | None, after: int | None, sent: str
) -> str | None:
    at = at or datetime.now(UTC)
    event_id = sent_id(author, sent) if sent else workspace.digest("stroke", payload, author, at)
    if workspace.append("stroke", dict(payload), event_id, at, author, after):
        return event_id
    return event_id if any(event.event_id == event_id for event in workspace.events()) else None


def strokes_of(workspace: Workspace, events: Iterable[Event], known_at: datetime) -> pd.DataFrame:
    """Fold the log into the strokes that were known at a time.

    Parameters
    ----------
    workspace : where the tables are that events name.
    events : of the log, in recorded order.
    known_at : UTC.

    Returns
    -------
    One row a stroke in recorded order: event_id, seq, recorded_at, author, class, zone_id, reason, base, effective_at,
    until (UTC, NaT: open), undoes (of an undo: id of what it undoes, all but the first four and `reason` missing),
    takes, draft, and arrays: atoms (ids), answered, answers (tuple of class and frozenset of fact ids),
    knows (frozenset of fact ids, or None).

    Raises
    ------
    StoreError : a table that an event names is missing or damaged.
    """
    known = [e for e in events if e.kind == "stroke" and e.recorded_at <= known_at]
    return table_of([_row(workspace, event) for event in known])


def table_of(rows: Iterable[Mapping[str, Any]] = ()) -> pd.DataFrame:
    """Return rows of strokes as the table that `strokes_of` gives.

    Parameters
    ----------
    rows : of `row_of`.

    Returns
    -------
    DataFrame with the columns of `strokes_of`.
    """
    whole = [{**dict.fromkeys(COLUMNS), **row} for row in rows]
    found = pd.DataFrame(whole, columns=list(COLUMNS), dtype=object)
    for column in _TIMES:
        found[column] = pd.to_datetime(found[column], utc=True, format="ISO8601").astype("datetime64[us, UTC]")
    return found.assign(seq=found["seq"].astype("int64"), draft=found["draft"].astype(bool))


def row_of(stroke: Stroke, event_id: str, seq: int, recorded_at: datetime, author: str) -> dict[str, Any]:
    """Return a stroke that is not saved as a row of `strokes_of`: to see what it would change.

    Parameters
    ----------
    stroke : as drawn.
    event_id, seq, recorded_at, author : what its event would have.

    Returns
    -------
    Column -> value.
    """
    told = {"event_id": event_id, "seq": seq, "recorded_at": recorded_at.isoformat(), "author": author}
    times = {"effective_at": stroke.effective_at.isoformat(), "until": stroke.until and stroke.until.isoformat()}
    more = {c: getattr(stroke, c) for c in ("zone_id", "reason", "base", "draft", "takes")}
    atoms = {"atoms": np.array(stroke.atoms, object), "answered": np.array(stroke.answered, np.int64)}
    answers = tuple((of, frozenset(facts)) for of, facts in stroke.answers)
    said = {"class": stroke.target, "undoes": None, "answers": answers, "knows": _known(stroke.knows)}
    return {**told, **times, **more, **atoms, **said}


def _known(facts: Iterable[str] | None) -> frozenset[str] | None:
    return None if facts is None else frozenset(facts)


def _row(workspace: Workspace, event: Event) -> dict[str, Any]:
    told = event.payload
    kept: dict[str, Any] = {**told, "draft": told.get("draft", False), "atoms": told.get("atoms", [])}
    if isinstance(kept["atoms"], str):
        kept["atoms"], kept["answered"] = _read_atoms(workspace.table_path(kept["atoms"]))
    kept["atoms"] = np.array(kept["atoms"], object)
    kept["answered"] = np.array(kept.get("answered", []), np.int64)
    kept["answers"] = tuple((of, frozenset(facts)) for of, facts in told.get("answers", []))
    kept["knows"] = _known(told.get("knows"))
    own = {"event_id": event.event_id, "seq": event.seq, "author": event.author}
    return {**kept, **own, "recorded_at": event.recorded_at.isoformat()}


@lru_cache(4096)
def _read_atoms(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Read the atoms of a large stroke; the file is named by its hash, so it never changes."""
    table = pd.read_parquet(path)
    return table["atom_id"].to_numpy(object), table["answer"].to_numpy(np.int64)
