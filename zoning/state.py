"""The state of a workspace: a pure fold over its events in recorded order.

Fact kinds are upserted by id; reference kinds are replaced by (kind, source); nothing vanishes by absence. What was
loaded later than `known_at` is not seen, but for reference tables and settings the first version stands for the time
before it: the ground stood there already.
"""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pandas as pd

from zoning import tables
from zoning.errors import InputError, UnknownError
from zoning.facts import read_facts, read_reference, read_versions
from zoning.log import Event, latest
from zoning.once import Asked
from zoning.settings import Settings
from zoning.store import Workspace
from zoning.strokes import strokes_of, table_of

DECISIONS = (
    *("event_id", "zone_id", "action", "delineated_at", "in_force_from", "notice_no", "by", "grounds"),
    *("fact_ids", "cause_ids", "aliases", "atoms", "recorded_at", "class", "ground_id", "scope", "gate", "until", "to"),
    *("of", "units"),
)
_LATER = tuple(kind for kind in tables.FACT_KINDS if kind not in ("cases", "visits"))


@dataclass(frozen=True)
class State:
    """All that is known of an outbreak at one time.

    `tables` holds one table a kind (empty where nothing was loaded): reference kinds as loaded, fact kinds with
    `fact_id, recorded_at, first_recorded_at, withdrawn` added, one row a fact; of the visits only those of people who
    are or were cases; what no zone is derived from (contacts, tests, rounds) is read when first asked for. `versions`
    holds every version of the cases, oldest first, `strokes` every edit; `salt` is the secret of published ids,
    `outbreak` the name. Times are UTC.
    """

    known_at: datetime
    settings: Settings
    tables: Mapping[str, pd.DataFrame]
    versions: pd.DataFrame
    decisions: pd.DataFrame
    strokes: pd.DataFrame = field(default_factory=table_of)
    salt: str = ""
    outbreak: str = ""


def load(
    workspace: Workspace,
    accepted: Mapping[str, pd.DataFrame | str],
    rejects: pd.DataFrame | str,
    source: str,
    recorded_at: datetime | None = None,
    author: str = "",
    about: Mapping[str, Any] | None = None,
) -> bool:
    """Write the accepted rows of one file as one event: all of it or nothing.

    Parameters
    ----------
    workspace : where.
    accepted : kind -> table as intake made it (contract columns and `row`), or the name of one that is saved already.
    rejects : rejected rows of the file (file, kind, row, column, value, reason, fix, cells), kept beside the table; or
        the name of a table of such that is saved already, empty for none.
    source : name that a later version of the same reference file replaces.
    recorded_at : when it was known; None means now. A row's own `recorded_at` goes before it.
    author : who.
    about : what is kept with the event: `options` as declared, `headers` and `crs` of the file, `corrects`.

    Returns
    -------
    True if it changed the log; False if the newest load of this source holds the same rows already.
    """
    names = {
        kind: table if isinstance(table, str) else workspace.save_table(_stable(kind, table))
        for kind, table in accepted.items()
        if len(table)
    }
    kept = rejects if isinstance(rejects, str) else workspace.save_table(rejects) if len(rejects) else ""
    payload = {"source": source, "tables": names, "rejects": kept, "kinds": list(accepted), **(about or {})}
    earlier = loads_of(workspace, source, list(accepted))
    if earlier and earlier[-1].payload == payload:
        return False
    event_id = workspace.digest("load", payload, earlier[-1].event_id if earlier else "")
    ground = set(accepted) <= set(tables.REFERENCE_KINDS)
    return workspace.append("load", payload, event_id, recorded_at, author, shared=ground)


def loads_of(workspace: Workspace, source: str, kinds: Sequence[str]) -> list[Event]:
    """Return the loads of a source that brought one of some kinds, or tried to.

    Parameters
    ----------
    workspace : where.
    source : its name.
    kinds : names of kinds.

    Returns
    -------
    Events in recorded order.
    """
    loads = [e for e in workspace.events() if e.kind == "load" and e.payload["source"] == source]
    return [e for e in loads if set(kinds) & set(_kinds(e))]


def _kinds(event: Event) -> list[str]:
    return list(event.payload.get("kinds") or event.payload["tables"])


def _stable(kind: str, table: pd.DataFrame) -> pd.DataFrame:
    """Order rows by id, visits by time: the same rows in any order are the same file, and time-sorted joins faster."""
    terms = tables.contract(kind)
    keys = ["arrive_at", terms.id] if kind == "visits" else [terms.id]
    return table.drop(columns="row", errors="ignore").sort_values(keys, kind="stable", ignore_index=True)


def withdraw(
    workspace: Workspace, fact_id: str, reason: str, recorded_at: datetime | None = None, author: str = ""
) -> bool:
    """Withdraw one fact: it fires nothing any more, and stays in the history.

    Parameters
    ----------
    workspace : where.
    fact_id : `<kind>:<id>`, such as cases:C1.
    reason : why, for the log.
    recorded_at : when it was known; None means now.
    author : who.

    Returns
    -------
    True if it changed the log; False if the fact was withdrawn already.

    Raises
    ------
    UnknownError : no such fact; names the nearest ids.
    """
    now = recorded_at or datetime.now(UTC)
    known = fold(workspace, now)
    kind, _, name = fact_id.partition(":")
    name = name.removeprefix(f"{workspace.outbreak}/")
    fact_id = workspace.fact_id(kind, name)
    if kind not in tables.FACT_KINDS or read_versions(workspace, kind, _loads(workspace), now, ids=[name]).empty:
        ids = pd.concat([t["fact_id"] for t in known.tables.values() if "fact_id" in t])
        near = ", ".join(difflib.get_close_matches(fact_id, ids, 3, 0.5)) or "none alike"
        raise UnknownError(f"fact '{fact_id}' is not there (nearest: {near}); name it as kind:id, such as cases:C1")
    table = known.tables[kind]
    if table.loc[table["fact_id"] == fact_id, "withdrawn"].any():
        return False
    return workspace.append(
        "withdraw", {"fact_id": fact_id, "reason": reason}, workspace.digest("withdraw", fact_id, now), now, author
    )


def _loads(workspace: Workspace) -> list[Event]:
    return [event for event in workspace.events() if event.kind == "load"]


def change_setting(workspace: Workspace, key: str, value: str, author: str = "") -> bool:
    """Change one setting of the outbreak by an event.

    Parameters
    ----------
    workspace : where.
    key, value : as `Settings.with_change` takes them.
    author : who.

    Returns
    -------
    True if it changed the log; False if the setting had this value already.

    Raises
    ------
    InputError, PolicyError, UnknownError : of `Settings.checked`.
    """
    current = read_settings(workspace)
    value = current.checked(key, value)
    own = any(e.kind == "set" and e.outbreak == workspace.outbreak for e in workspace.events())
    if current.with_change(key, value) == current and own:
        return False
    return workspace.append(
        "set", {"key": key, "value": value}, workspace.digest("set", key, value, workspace.revision()), None, author
    )


def fold(workspace: Workspace, known_at: datetime | None = None) -> State:
    """Fold the log into the state as it was known at a time.

    Parameters
    ----------
    workspace : where.
    known_at : UTC; None means now.

    Returns
    -------
    A State; the same events give the same State, whatever else lies in the workspace.
    """
    known_at = (known_at or datetime.now(UTC)).astimezone(UTC)
    events = workspace.events()
    loads = [e for e in events if e.kind == "load"]
    withdrawn = {
        e.payload["fact_id"]: e.recorded_at for e in events if e.kind == "withdraw" and e.recorded_at <= known_at
    }
    cases, newest = read_facts(workspace, "cases", loads, known_at, withdrawn)
    people, found = set(cases["person_id"].dropna()) | set(cases["case_id"]), {"cases": newest}
    found["visits"] = read_facts(workspace, "visits", loads, known_at, withdrawn, people)[1]
    later = {kind: partial(_newest, workspace, kind, loads, known_at, withdrawn) for kind in _LATER}
    for name in {e.payload["tables"][kind] for e in loads for kind in _LATER if kind in e.payload["tables"]}:
        workspace.table_path(name)
    found |= {kind: _reference(workspace, kind, loads, known_at) for kind in tables.REFERENCE_KINDS}
    decided = [e for e in events if e.kind == "decide" and e.recorded_at <= known_at]
    strokes = strokes_of(workspace, events, known_at)
    return State(
        *(known_at, _settings(events, known_at), Asked(found, later), cases, _decisions(decided), strokes),
        *(workspace.log.salt(), workspace.outbreak),
    )


def _newest(
    workspace: Workspace, kind: str, loads: list[Event], known_at: datetime, withdrawn: Mapping[str, datetime]
) -> pd.DataFrame:
    return read_facts(workspace, kind, loads, known_at, withdrawn)[1]


def _reference(workspace: Workspace, kind: str, loads: Iterable[Event], known_at: datetime) -> pd.DataFrame:
    """Take the newest version of each source."""
    sources: dict[str, list[Event]] = {}
    for event in loads:
        if kind in event.payload["tables"]:
            sources.setdefault(event.payload["source"], []).append(event)
    chosen = sorted((e for group in sources.values() if (e := latest(group, known_at))), key=lambda e: e.seq)
    named = tuple((e.payload["tables"][kind], e.payload["source"]) for e in chosen)
    return read_reference(workspace.path, kind, named)


def read_settings(workspace: Workspace) -> Settings:
    """Return the settings as they are now, without reading any table.

    Parameters
    ----------
    workspace : where.

    Returns
    -------
    Settings.
    """
    return _settings(workspace.events(), datetime.now(UTC))


def _settings(events: Iterable[Event], known_at: datetime) -> Settings:
    settings = Settings()
    changes: dict[str, list[Event]] = {}
    for event in events:
        if event.kind == "set":
            changes.setdefault(event.payload["key"], []).append(event)
    for key, group in changes.items():
        own = [event for event in group if event.outbreak]
        if chosen := latest(own or group, known_at):
            settings = settings.with_change(key, chosen.payload["value"])
    return settings


def _decisions(decided: Iterable[Event]) -> pd.DataFrame:
    rows: list[dict[str, Any]] = [{"event_id": e.event_id, "recorded_at": e.recorded_at, **e.payload} for e in decided]
    table = pd.DataFrame(rows, columns=list(DECISIONS))
    for column in ("delineated_at", "in_force_from", "recorded_at", "until"):
        table[column] = pd.to_datetime(table[column], utc=True, format="ISO8601").astype("datetime64[us, UTC]")
    return table


def one_source(path_stem: str, source: str | None) -> str:
    """Return the name of a source: what the user gave, else the file's stem.

    Parameters
    ----------
    path_stem : file name without ending.
    source : as given, or None.

    Returns
    -------
    A non-empty name.

    Raises
    ------
    InputError : the given name is empty.
    """
    if source is not None and not source.strip():
        raise InputError("--source is empty; give a name, or leave it out to use the file's name")
    return (source or path_stem).strip()
