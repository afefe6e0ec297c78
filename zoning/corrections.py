"""Rejected rows out and back: `rejects.csv` holds each with its own cells; corrected there, it joins its source.

Rows of a rejects file are known by source, kind, file and row. One that is no longer rejected is passed over, one that
is still wrong stays rejected, one that is missing from the file stays as it was: nothing is lost or loaded twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
import pandas as pd
import shapely

from zoning import state
from zoning.errors import InputError
from zoning.intake import Intake, intake_rows
from zoning.intake.raw import REJECT_COLUMNS, RawTable, cells_of, reject_table
from zoning.options import Options
from zoning.store import Event, Workspace
from zoning.tables import contract

OURS = ("file", "kind", "source", "row", "column", "value", "reason", "fix")
_KEY = ["file", "row"]
_HELD = "another row of this source holds this id"


@dataclass(frozen=True)
class Corrected:
    """What came of the corrected rows of one source: how many were read and accepted, what is open, what to store."""

    source: str
    read: int
    taken: int
    accepted: pd.DataFrame
    rejects: pd.DataFrame
    about: dict[str, Any]


def to_csv(rejects: pd.DataFrame) -> bytes:
    """Return the rejects as an officer gets them: our eight columns, then the cells of the row as they were.

    Parameters
    ----------
    rejects : of `state.read_rejects`.

    Returns
    -------
    CSV in UTF-8 with a BOM. A column of the file that is named like one of ours is written 'name (in file)'.
    """
    cells = [orjson.loads(text) if text else {} for text in rejects["cells"]]
    names = dict.fromkeys(name for one in cells for name in one)
    theirs = pd.DataFrame({_written(name): [one.get(name, "") for one in cells] for name in names}, dtype=object)
    table = pd.concat([rejects[list(OURS)].reset_index(drop=True), theirs], axis=1)
    return bytes(table.to_csv(index=False).encode("utf-8-sig", "replace"))


def _written(name: str) -> str:
    return f"{name} (in file)" if name in OURS else name


def is_rejects(raw: RawTable) -> bool:
    """Tell whether a table is a rejects file.

    Parameters
    ----------
    raw : rows of a file.

    Returns
    -------
    True if its first columns are those that `to_csv` writes.
    """
    return tuple(raw.values.columns[: len(OURS)]) == OURS


def correct(workspace: Workspace, raw: RawTable, kind: str, options: Options) -> tuple[list[Corrected], list[str]]:
    """Read the rows of a rejects file again, each as part of its source and with what was declared about that.

    Parameters
    ----------
    workspace : where the rows were rejected.
    raw : the rejects file.
    kind : which rows to take.
    options : `zone` and `now` count; the rest is that of the source.

    Returns
    -------
    corrected : one for each source, nothing stored yet.
    notices : what was passed over.

    Raises
    ------
    InputError : the file holds no row of the kind.
    """
    rows = raw.values[raw.values["kind"] == kind]
    if rows.empty:
        held = ", ".join(sorted(set(raw.values["kind"]))) or "nothing"
        raise InputError(f"{raw.file} holds rejected rows of {held}, none of {kind}; give another --kind")
    open_rows = state.read_rejects(workspace)
    found, notices, known = [], [], 0
    for source, group in rows.groupby("source", sort=False):
        there = open_rows[(open_rows["source"] == source) & (open_rows["kind"] == kind)].reset_index(drop=True)
        mine = group.assign(row=pd.to_numeric(group["row"], errors="coerce").fillna(-1).astype("int64"))
        mine = mine.merge(there[_KEY].reset_index(names="at"), on=_KEY).drop_duplicates("at")
        known += len(mine)
        if len(mine):
            found.append(_source(workspace, str(source), kind, mine, there, options))
    if passed := len(rows) - known:
        notices.append(f"rows that are not rejected any more, passed over: {passed}")
    if others := len(raw.values) - len(rows):
        notices.append(f"rows of other kinds, left for a load with their --kind: {others}")
    return found, notices


def _source(
    workspace: Workspace, source: str, kind: str, mine: pd.DataFrame, there: pd.DataFrame, options: Options
) -> Corrected:
    """Read the rows of one source again; those accepted leave its rejects."""
    events = state.loads_of(workspace, source, [kind])
    base = max(at for at, event in enumerate(events) if not event.payload.get("corrects"))
    about = events[base].payload
    chosen, _ = Options(zone=options.zone, now=options.now).with_kept(about.get("options", {}))
    raw, at = _as_file(mine, there, about)
    read = intake_rows(raw, kind, chosen) if len(raw.values) else None
    if read is None:
        return Corrected(source, len(mine), 0, pd.DataFrame(), there[["kind", *REJECT_COLUMNS]], {})
    accepted, held = _among(workspace, kind, read, raw, events[base:])
    refused = pd.concat([read.rejects, held], ignore_index=True)
    # Positions stand for rows meanwhile: two files of one source may both have a row 7.
    rest = there.drop(index=at).assign(order=lambda t: t.index)
    names = there.loc[refused["row"].to_numpy(), ["file", "row"]].reset_index(drop=True)
    again = refused.assign(order=refused["row"].to_numpy(), file=names["file"], row=names["row"], kind=kind)
    rejects = pd.concat([rest, again]).sort_values("order", kind="stable", ignore_index=True)[["kind", *REJECT_COLUMNS]]
    table = accepted
    if not contract(kind).fact and len(accepted):
        old = [e.payload["tables"][kind] for e in events if kind in e.payload["tables"]]
        parts = [workspace.read_table(old[-1])] if old else []
        table = pd.concat([*parts, accepted.drop(columns="row")], ignore_index=True)
    kept: dict[str, Any] = {name: about[name] for name in ("options", "headers", "crs") if name in about}
    return Corrected(source, len(mine), len(accepted), table, rejects, {**kept, "corrects": events[base].event_id})


def _as_file(mine: pd.DataFrame, there: pd.DataFrame, about: dict[str, Any]) -> tuple[RawTable, list[int]]:
    """Return corrected rows as their file would hold them, numbered by their position among the open rejects."""
    headers: Sequence[str] = about.get("headers") or []
    cells = [orjson.loads(text) if text else {} for text in there["cells"]]
    names = list(dict.fromkeys([*headers, *(name for one in cells for name in one)]))
    columns = {name: mine.get(_written(name), pd.Series("", mine.index)).fillna("") for name in names}
    values = pd.DataFrame(columns, index=mine.index, dtype="str")
    full = (values != "").any(axis=1)
    shapes = None
    if "geometry" in names and "geometry" not in headers:
        words = values.pop("geometry")
        drawn = shapely.from_wkt(np.array([w or None for w in words], dtype=object), on_invalid="ignore")
        full &= ~((words != "").to_numpy() & shapely.is_missing(drawn))
        shapes = drawn[full.to_numpy()]
    at = mine.loc[full, "at"].to_numpy(np.int64)
    file = str(there["file"].iloc[0])
    values = values[full].reset_index(drop=True)
    return RawTable(file, values, at, shapes, about.get("crs", ""), reject_table(file)), at.tolist()


def _among(
    workspace: Workspace, kind: str, read: Intake, raw: RawTable, events: Sequence[Event]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Set corrected rows among those that the source holds: an id that it holds is refused, a made one counts on."""
    key, accepted = contract(kind).id, read.accepted
    names = [e.payload["tables"][kind] for e in events if kind in e.payload["tables"]]
    taken = set(pd.concat([workspace.read_table(n)[key] for n in names])) if names else set()
    ids, wrong = [], []
    for row, given in zip(accepted["row"], accepted[key], strict=True):
        name, count = given, 1
        while row in read.made and name in taken:
            count += 1
            name = f"{given}-{count}"
        wrong.append(name in taken)
        taken.add(name)
        ids.append(name)
    mask = np.array(wrong, dtype=bool)
    accepted = accepted.assign(**{key: pd.Series(ids, accepted.index, dtype="str")})
    twice = zip(accepted.loc[mask, "row"], accepted.loc[mask, key], strict=True)
    held = reject_table(raw.file, [(row, key, name, _HELD, "give it its own id, or leave it") for row, name in twice])
    where = np.isin(raw.rows, accepted.loc[mask, "row"])
    held["cells"] = cells_of(raw.values[where], raw.shapes[where] if raw.shapes is not None else None)
    return accepted[~mask], held
