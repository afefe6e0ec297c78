"""Rejected rows out and back: `rejects.csv` holds each with its own cells; corrected there, it joins its source.

Rows of a rejects file are known by source, kind, file and row. One that is no longer rejected is passed over, one that
is still wrong stays rejected, one that is missing from the file stays as it was: nothing is lost or loaded twice. There
may be a million of them: all but their numbers are held some at a time.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import shapely

from zoning import state
from zoning.errors import InputError
from zoning.facts import save_batches
from zoning.intake import Intake, find_columns, intake_rows
from zoning.intake.faults import STORED, Fault
from zoning.intake.raw import RawTable, cells_of, reject_table
from zoning.intake.readers import join_chunks
from zoning.intake.rowids import HELD, count_on
from zoning.intake.rows import type_rows
from zoning.intake.stream import Chunks, stream_facts
from zoning.log import Event
from zoning.options import Options
from zoning.rejects import OURS, Held, cell_names, column_written, held_rejects
from zoning.store import TABLES, Workspace
from zoning.tables import contract

_KEY = ["file", "row"]


@dataclass(frozen=True)
class Corrected:
    """What came of the corrected rows of one source: how many were read and accepted, what is open, what to store.

    `accepted` is a table or the name of a saved one, `rejects` the name of the saved table of what is open.
    """

    source: str
    read: int
    taken: int
    accepted: pd.DataFrame | str
    rejects: str
    about: dict[str, Any]


def is_rejects(raw: RawTable) -> bool:
    """Tell whether a table is a rejects file.

    Parameters
    ----------
    raw : rows of a file.

    Returns
    -------
    True if its first columns are those that `write_rejects` writes.
    """
    return tuple(raw.values.columns[: len(OURS)]) == OURS


def correct(workspace: Workspace, chunks: Chunks, kind: str, options: Options) -> tuple[list[Corrected], list[str]]:
    """Read the rows of a rejects file again, each as part of its source and with what was declared about that.

    Parameters
    ----------
    workspace : where the rows were rejected.
    chunks : gives the rejects file from its first row on, each time that it is called.
    kind : which rows to take.
    options : `zone` and `now` count; the rest is that of the source.

    Returns
    -------
    corrected : one for each source, none in the log yet.
    notices : what was passed over.

    Raises
    ------
    InputError : the file holds no row of the kind.
    """
    kinds, sources = Counter[str](), Counter[str]()
    for raw in chunks():
        kinds.update(raw.values["kind"])
        sources.update(raw.values.loc[raw.values["kind"] == kind, "source"])
    if not sources:
        held = ", ".join(sorted(kinds)) or "nothing"
        raise InputError(f"{raw.file} holds rejected rows of {held}, none of {kind}; give another --kind")
    every = {one.source: one for one in held_rejects(workspace) if one.kind == kind}
    read = [_source(workspace, chunks, every[source], options) for source in sources if source in every]
    found, notices = [one for one in read if one.read], []
    if passed := sources.total() - sum(one.read for one in found):
        notices.append(f"rows that are not rejected any more, passed over: {passed}")
    if others := kinds.total() - kinds[kind]:
        notices.append(f"rows of other kinds, left for a load with their --kind: {others}")
    return found, notices


def check_rows(
    workspace: Workspace, held: Held, cells: Sequence[Mapping[str, str]], options: Options
) -> tuple[dict[str, str], list[list[Fault]]]:
    """Say what is still wrong with rejected rows as they are now written, each as part of its source.

    Parameters
    ----------
    workspace : where the rows were rejected.
    held : the rejects of their source and kind.
    cells : of each row, file column -> text.
    options : `zone` and `now` count; the rest is that of the source.

    Returns
    -------
    columns : our column -> file column.
    faults : a list for each row, empty where it is right by itself; ids are held to those of other rows on loading.

    Raises
    ------
    InputError : the rows cannot be read as this kind at all.
    """
    events, base, chosen = _declared(workspace, held, options)
    about = events[base].payload
    headers: Sequence[str] = about.get("headers") or []
    names = list(dict.fromkeys([*headers, *(name for one in cells for name in one)]))
    values = pd.DataFrame({name: [str(one.get(name, "")) for one in cells] for name in names}, dtype="str")
    shapes = _drawn(values, headers)
    at = np.arange(len(values))
    raw = RawTable(held.source, values, at, shapes, str(about.get("crs", "")), reject_table(held.source))
    terms, faults = contract(held.kind), [list[Fault]() for _ in cells]
    columns = find_columns(raw, terms, chosen)
    for fault in type_rows(raw, terms, chosen, columns).faults.each(at):
        faults[fault.row].append(fault)
    return columns, faults


def _declared(workspace: Workspace, held: Held, options: Options) -> tuple[list[Event], int, Options]:
    """Return the loads of a source, which of them was its newest file, and what was declared about that."""
    events = state.loads_of(workspace, held.source, [held.kind])
    base = max(at for at, event in enumerate(events) if not event.payload.get("corrects"))
    chosen, _ = Options(zone=options.zone, now=options.now).with_kept(events[base].payload.get("options", {}))
    return events, base, chosen


def _drawn(values: pd.DataFrame, headers: Sequence[str]) -> Any:
    """Take `geometry` out of the cells of a file that had shapes instead of it, and return those; None: unreadable."""
    if "geometry" not in values or "geometry" in headers:
        return None
    words = values.pop("geometry")
    return shapely.from_wkt(np.array([word or None for word in words], dtype=object), on_invalid="ignore")


class _Rows:
    """The corrected rows of one source as its file would hold them, numbered by their place among its rejects.

    `known` tells which of the rejects were in the rejects file, `used` which came with cells, once `pieces` is through.
    """

    def __init__(self, chunks: Chunks, held: Held, about: Mapping[str, Any]) -> None:
        self._chunks, self._held, self._crs = chunks, held, str(about.get("crs", ""))
        self._headers: Sequence[str] = about.get("headers") or []
        self._names = list(dict.fromkeys([*self._headers, *cell_names(held.pieces())]))
        index = pd.concat([piece[_KEY] for piece in held.pieces()], ignore_index=True)
        self._index = index.astype({"row": "int64"}).reset_index(names="at")
        self.known, self.used = np.zeros(len(index), bool), np.zeros(len(index), bool)

    def pieces(self) -> Iterator[RawTable]:
        self.known[:] = False
        for raw in self._chunks():
            mine = raw.values[(raw.values["kind"] == self._held.kind) & (raw.values["source"] == self._held.source)]
            mine = mine.assign(row=pd.to_numeric(mine["row"], errors="coerce").fillna(-1).astype("int64"))
            mine = mine.merge(self._index, on=_KEY).drop_duplicates("at")
            mine = mine[~self.known[mine["at"].to_numpy()]]
            self.known[mine["at"].to_numpy()] = True
            table = self._as_file(mine)
            self.used[table.rows] = True
            if len(table.values):
                yield table

    def _as_file(self, mine: pd.DataFrame) -> RawTable:
        columns = {name: mine.get(column_written(name), pd.Series("", mine.index)).fillna("") for name in self._names}
        values = pd.DataFrame(columns, index=mine.index, dtype="str")
        full = (values != "").any(axis=1)
        shapes = None
        if "geometry" in self._names and "geometry" not in self._headers:
            words = values.pop("geometry")
            drawn = shapely.from_wkt(np.array([w or None for w in words], dtype=object), on_invalid="ignore")
            full &= ~((words != "").to_numpy() & shapely.is_missing(drawn))
            shapes = drawn[full.to_numpy()]
        at = mine.loc[full, "at"].to_numpy(np.int64)
        file = str(self._index["file"].iloc[0])
        return RawTable(file, values[full].reset_index(drop=True), at, shapes, self._crs, reject_table(file))


def _source(workspace: Workspace, chunks: Chunks, held: Held, options: Options) -> Corrected:
    """Read the rows of one source again; those accepted leave its rejects."""
    kind = held.kind
    events, base, chosen = _declared(workspace, held, options)
    about = events[base].payload
    kept: dict[str, Any] = {name: about[name] for name in ("options", "headers", "crs") if name in about}
    rows = _Rows(chunks, held, about)
    filled = sum(len(raw.values) for raw in rows.pieces())
    done = Corrected(held.source, int(rows.known.sum()), 0, "", "", kept | {"corrects": events[base].event_id})
    tables = [(at, event.payload["tables"][kind]) for at, event in enumerate(events) if kind in event.payload["tables"]]
    names = [name for at, name in tables if at >= base]
    if not filled:
        return done
    if contract(kind).fact:
        paths = [str(workspace.table_path(name)) for name in names]
        with stream_facts(rows.pieces, kind, chosen, workspace.path / TABLES, paths) as found:
            if not found.accepted:
                return done
            saved = save_batches(workspace, found.batches)
            rest = _save_left(workspace, held, rows, lambda low, high: found.refused(low, high).to_pandas())
            return replace(done, taken=found.accepted, accepted=saved, rejects=rest)
    raw = join_chunks(list(rows.pieces()))
    read = intake_rows(raw, kind, chosen)
    accepted, again = _among(read, raw, contract(kind).id, [workspace.read_table(name) for name in names])
    if accepted.empty:
        return done
    refused = pd.concat([read.rejects, again], ignore_index=True)
    rest = _save_left(workspace, held, rows, lambda low, high: refused[refused["row"].between(low, high - 1)])
    parts = [workspace.read_table(name) for _, name in tables[-1:]]
    whole = pd.concat([*parts, accepted.drop(columns="row")], ignore_index=True)
    return replace(done, taken=len(accepted), accepted=whole, rejects=rest)


def _save_left(workspace: Workspace, held: Held, rows: _Rows, refused: Callable[[int, int], pd.DataFrame]) -> str:
    """Save what is open now: the rejects that were not corrected, and the refused ones in their old places."""

    def batches() -> Iterator[pa.RecordBatch]:
        start = 0
        for piece in held.pieces():
            again = refused(start, start + len(piece))
            # Positions stand for rows meanwhile: two files of one source may both have a row 7.
            at = again["row"].to_numpy(np.int64) - start
            again = again.assign(kind=held.kind, **{name: piece[name].to_numpy()[at] for name in _KEY}).set_index(at)
            rest = piece[~rows.used[start : start + len(piece)]]
            start += len(piece)
            left = pd.concat([rest[STORED.names], again[STORED.names]]).sort_index(kind="stable")
            if len(left):
                yield from pa.Table.from_pandas(left, STORED, preserve_index=False).combine_chunks().to_batches()

    found = batches()
    first = next(found, None)
    if first is None:
        return ""
    return save_batches(workspace, pa.RecordBatchReader.from_batches(STORED, chain([first], found)))


def _among(read: Intake, raw: RawTable, key: str, held: Sequence[pd.DataFrame]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Set corrected rows among those that the source holds: an id that it holds is refused, a made one counts on."""
    accepted = read.accepted
    taken = {name for table in held for name in table[key]}
    ids, wrong = count_on(accepted[key], accepted["row"].isin(read.made), taken)
    accepted = accepted.assign(**{key: ids})
    twice = zip(accepted.loc[wrong, "row"], accepted.loc[wrong, key], strict=True)
    again = reject_table(raw.file, [(row, key, name, *HELD) for row, name in twice])
    where = np.isin(raw.rows, accepted.loc[wrong, "row"])
    again["cells"] = cells_of(raw.values[where], raw.shapes[where] if raw.shapes is not None else None)
    return accepted[~wrong], again
