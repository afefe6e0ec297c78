"""Facts that are typed: held to the contract of their kind as a file's rows are, and saved, each as one event."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from zoning import state
from zoning.errors import ConflictError, InputError, UnknownError
from zoning.facts import read_versions
from zoning.geometry import cells_to_text
from zoning.intake import intake_rows
from zoning.intake.raw import RawTable, reject_table
from zoning.options import Options
from zoning.settings import Settings
from zoning.store import Workspace
from zoning.tables import FACT_KINDS, contract
from zoning.times import format_local, iso_local, local_date

SOURCE = "typed"


class Fault(NamedTuple):
    """What is wrong with a typed row: its number (from 0), the first column at fault, value, why, and what to do."""

    row: int
    column: str
    value: str
    reason: str
    fix: str


class EntryError(InputError):
    """Typed rows that cannot be used; nothing was saved. `faults` says what is wrong with which field."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(f"{f.column} '{f.value}': {f.reason}; {f.fix}" for f in faults))
        self.faults = tuple(faults)


class ChangedError(ConflictError):
    """Somebody else changed a fact, or withdrew it, meanwhile: its id, who (may be empty), when (UTC), withdrawn."""

    def __init__(self, fact_id: str, by: str, at: datetime, settings: Settings, withdrawn: bool = False) -> None:
        local = format_local(pd.Timestamp(at), settings.zone, with_year=True)
        super().__init__(
            f"{fact_id} was {'withdrawn' if withdrawn else 'changed'} by {by or 'somebody'} at {local}, after what you "
            "see; nothing was saved: look at it again, then change it"
        )
        self.fact_id, self.by, self.at, self.withdrawn = fact_id, by, at, withdrawn


@dataclass(frozen=True)
class Entered:
    """What was typed: the event (empty if it was there already), ids of the facts, what to tell, whether it was new."""

    event_id: str
    fact_ids: tuple[str, ...]
    notices: tuple[str, ...]
    written: bool


def enter(
    workspace: Workspace,
    kind: str,
    rows: Sequence[Mapping[str, str]],
    author: str,
    recorded_at: datetime | None = None,
    text: str = "",
    sent: str = "",
    base: int | None = None,
    about: datetime | None = None,
    crs: str = "",
) -> Entered:
    """Save typed rows of one kind as one event: all of them or nothing.

    Parameters
    ----------
    workspace : where.
    kind : one of the fact kinds.
    rows : column -> what was typed; empty text is nothing. A row with the id of a fact that is known corrects it.
    author : who.
    recorded_at : when it was known (UTC); None means now.
    text : what the rows were typed from, kept beside them.
    sent : what the sender calls it: sending it again adds nothing.
    base : number of the log's last event that the person saw; None does not ask whether others changed these facts.
    about : a date without a year is the last one before it (UTC); None means now.
    crs : of lng and lat; empty means WGS84.

    Returns
    -------
    Entered.

    Raises
    ------
    EntryError : a field cannot be read, or a required one is missing.
    InputError : no such kind of fact, or no row.
    ChangedError : somebody else changed one of these facts since `base`.
    """
    if not contract(kind).fact or not rows:
        raise InputError(f"'{kind}': only facts are typed, at least one row; other kinds are loaded from files")
    if sent and (there := _sent_before(workspace, sent)):
        return there
    settings, now = state.read_settings(workspace), recorded_at or datetime.now(UTC)
    options = Options(crs=crs, zone=settings.zone, now=pd.Timestamp(about or now))
    table, notices = _typed(kind, _with_ids(workspace, kind, rows, settings, now), options)
    if base is not None:
        _hold_against(workspace, kind, table, base, settings)
    told: dict[str, Any] = {"text": text, "sent": sent}
    written = state.load(workspace, {kind: table}, reject_table(SOURCE), SOURCE, now, author, told)
    newest = state.loads_of(workspace, SOURCE, [kind])[-1]
    ids = tuple(workspace.fact_id(kind, name) for name in table[contract(kind).id])
    return Entered(newest.event_id, ids, notices, written)


def _sent_before(workspace: Workspace, sent: str) -> Entered | None:
    for event in workspace.events():
        if event.kind == "load" and event.payload.get("sent") == sent:
            ((kind, name),) = event.payload["tables"].items()
            ids = workspace.read_table(name)[contract(kind).id]
            return Entered(event.event_id, tuple(workspace.fact_id(kind, one) for one in ids), (), False)
    return None


def _typed(kind: str, rows: Sequence[Mapping[str, str]], options: Options) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Read typed rows as those of a file; what is wrong comes back by field."""
    terms = contract(kind)
    names = [name for name in terms.names if any(row.get(name) for row in rows)]
    unknown = sorted({name for row in rows for name in row if name not in terms.names})
    if unknown:
        raise InputError(f"{kind} has no column '{unknown[0]}'; its columns are {', '.join(terms.names)}")
    lacking = [c for c in terms.columns if c.required and c.name not in names and c.default is None]
    if lacking:
        raise EntryError([Fault(0, c.name, "", "is empty", f"give the {c.meaning}") for c in lacking])
    values = pd.DataFrame({n: pd.Series([row.get(n) or None for row in rows], dtype="str") for n in names})
    raw = RawTable(SOURCE, values, np.arange(len(rows)), None, "", reject_table(SOURCE))
    found = intake_rows(raw, kind, options)
    if len(found.rejects):
        told = found.rejects[["row", "column", "value", "reason", "fix"]].fillna("")
        first = told["column"].str.split("; ").str[0]
        raise EntryError([Fault(int(row), *more) for row, *more in told.assign(column=first).itertuples(index=False)])
    return found.accepted, tuple(note for note in found.notices if "no such column" not in note)


def _with_ids(
    workspace: Workspace, kind: str, rows: Sequence[Mapping[str, str]], settings: Settings, now: datetime
) -> list[Mapping[str, str]]:
    """Name cases that have no number by the day and the next free number of it: names say nothing of a person."""
    if kind != "cases" or all(row.get("case_id") for row in rows):
        return list(rows)
    known = set(state.fold(workspace).tables["cases"]["case_id"])
    day = format(local_date(pd.Timestamp(now), settings.zone), "%m%d")
    free = (name for n in range(1, 10**6) if (name := f"T{day}-{n:02d}") not in known)
    return [row if row.get("case_id") else {**row, "case_id": next(free)} for row in rows]


def _hold_against(workspace: Workspace, kind: str, table: pd.DataFrame, base: int, settings: Settings) -> None:
    """Refuse rows of facts that somebody wrote since a revision."""
    ids = table[contract(kind).id].tolist()
    brought = [event for event in workspace.events() if event.kind == "load"]
    later = read_versions(workspace, kind, brought, datetime.max.replace(tzinfo=UTC), ids=ids)
    later = later[later["seq"] > base]
    if len(later):
        event = next(e for e in brought if e.seq == later["seq"].iloc[-1])
        raise ChangedError(later["fact_id"].iloc[-1], event.author, event.recorded_at, settings)
    names = {workspace.fact_id(kind, name) for name in ids}
    for event in workspace.events():
        if event.kind == "withdraw" and event.seq > base and event.payload["fact_id"] in names:
            raise ChangedError(event.payload["fact_id"], event.author, event.recorded_at, settings, withdrawn=True)


def amend(
    workspace: Workspace,
    fact_id: str,
    changes: Mapping[str, str],
    author: str,
    recorded_at: datetime | None = None,
    text: str = "",
    sent: str = "",
    base: int | None = None,
    about: datetime | None = None,
) -> Entered:
    """Change some fields of a fact: its other fields stay as they are known.

    Parameters
    ----------
    workspace : where.
    fact_id : `<kind>:<id>`.
    changes : column -> what was typed; empty text empties the field.
    author, recorded_at, text, sent, base, about : as `enter`.

    Returns
    -------
    Entered.

    Raises
    ------
    UnknownError : no such fact.
    EntryError : a field cannot be read.
    ChangedError : somebody else changed it since `base`.
    """
    row = read_row(workspace, fact_id)
    kind = fact_id.partition(":")[0]
    return enter(workspace, kind, [{**row, **changes}], author, recorded_at, text, sent, base, about)


def take_back(
    workspace: Workspace,
    fact_id: str,
    author: str,
    reason: str = "",
    recorded_at: datetime | None = None,
    base: int | None = None,
) -> bool:
    """Withdraw a fact, unless somebody changed it meanwhile; who withdraws it again for the same reason is not refused.

    Parameters
    ----------
    workspace : where.
    fact_id : `<kind>:<id>`.
    author, reason : who and why.
    recorded_at, base : as `enter`.

    Returns
    -------
    Whether it was new.

    Raises
    ------
    UnknownError : no such fact.
    ChangedError : somebody else changed or withdrew it since `base`.
    """
    kind, _, name = fact_id.partition(":")
    name = name.removeprefix(f"{workspace.outbreak}/")
    full = workspace.fact_id(kind, name)
    again = [e for e in workspace.events() if e.kind == "withdraw" and e.payload["fact_id"] == full]
    if again and (again[-1].author, again[-1].payload["reason"]) == (author, reason):
        return state.withdraw(workspace, full, reason, recorded_at, author)
    if base is not None and kind in FACT_KINDS:
        table = pd.DataFrame({contract(kind).id: [name]})
        _hold_against(workspace, kind, table, base, state.read_settings(workspace))
    return state.withdraw(workspace, full, reason, recorded_at, author)


def read_row(workspace: Workspace, fact_id: str) -> dict[str, str]:
    """Return a fact as it would be typed.

    Parameters
    ----------
    workspace : where.
    fact_id : `<kind>:<id>`.

    Returns
    -------
    Column -> text, only of fields that are known: local times with offset, numbers in full.

    Raises
    ------
    UnknownError : no such fact.
    """
    kind, _, name = fact_id.partition(":")
    known = state.fold(workspace)
    table = known.tables.get(kind, pd.DataFrame({"fact_id": []}))
    full = workspace.fact_id(kind, name.removeprefix(f"{workspace.outbreak}/"))
    found = table[table["fact_id"] == full] if "fact_id" in table else table.iloc[:0]
    if found.empty:
        raise UnknownError(f"fact '{fact_id}' is not there; name it as kind:id, such as cases:C1")
    row = found.iloc[0]
    told = {c.name: _text(row[c.name], c.dtype, known.settings.zone) for c in contract(kind).stored if c.name in row}
    return {column: text for column, text in told.items() if text and column != "recorded_at"}


def _text(value: Any, dtype: str, zone: str) -> str:
    if pd.isna(value):
        return ""
    if dtype == "time":
        return iso_local(value, zone)
    if dtype == "cell":
        return str(cells_to_text(np.array([value], np.uint64))[0])
    return str(value)
