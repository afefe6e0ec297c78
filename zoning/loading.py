"""Loading files into a workspace: read, warn of a wrong datum, write as one event, give the rejects back as a file."""

import tomllib
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from zoning import corrections, state
from zoning.datum import detect_shift
from zoning.errors import InputError
from zoning.facts import save_batches
from zoning.intake import check_options, intake_rows, no_search_for_cycles, read_input
from zoning.intake.raw import RawTable
from zoning.intake.readers import read_chunks, read_raw
from zoning.intake.stream import Chunks, is_large, stream_facts
from zoning.log import Event, latest
from zoning.options import Options, as_arguments
from zoning.rejects import write_rejects
from zoning.store import TABLES, Workspace
from zoning.tables import REFERENCE_KINDS

# Told how far a load is: the phase (reading, checking, writing, rejects) and the rows that it has come to.
Watch = Callable[[str, int], None]


def _unwatched(_phase: str, _rows: int) -> None:
    """Nobody looks on."""


@dataclass(frozen=True)
class Loaded:
    """What came of one file: rows by kind as (read, accepted, rejected), what to tell, and whether the log changed."""

    file: str
    rows: dict[str, tuple[int, int, int]]
    notices: tuple[str, ...]
    changed: bool


def load_file(
    workspace: Workspace,
    path: Path,
    kind: str,
    source: str | None = None,
    options: Options | None = None,
    recorded_at: datetime | None = None,
    author: str = "",
    forget: bool = False,
    watch: Watch = _unwatched,
) -> Loaded:
    """Load one file as one event: all accepted rows or, on an error, nothing. A rejects file is loaded as corrections.

    Parameters
    ----------
    workspace : where.
    path : the file.
    kind : one of KINDS, or osm.
    source : name that a later version replaces; None takes the file's name without ending.
    options : what is declared about the file; what is not, is taken as with the last load of this source.
    recorded_at : when it was known; None means now.
    author : who.
    forget : take nothing from the last load of this source.
    watch : is told how far the load is; what it raises ends the load, and nothing of the file is in.

    Returns
    -------
    Loaded. `rejects.csv` in the workspace then holds the rejected rows of the newest load of every source.

    Raises
    ------
    InputError : the file, the kind or an option cannot be used; the state is untouched.
    """
    stem = path.name.removesuffix(".pbf").rsplit(".", 1)[0]
    name, given = state.one_source(stem, source), options or Options()
    past = [] if forget else [e for e in state.loads_of(workspace, name, [kind]) if "corrects" not in e.payload]
    chosen, used = given.with_kept(past[-1].payload.get("options", {}) if past else {})
    words = f"as with the last load of {name}: {' '.join(as_arguments(used))}" if used else ""
    try:
        done = _load(workspace, path, kind, name, chosen, recorded_at, author, watch)
    except InputError as error:
        raise InputError(f"{error} (read {words}; --forget leaves that out)" if words else str(error)) from error
    watch("rejects", 0)
    for outbreak in workspace.outbreaks() if kind in REFERENCE_KINDS else [workspace.outbreak]:
        write_rejects(workspace.of(outbreak))
    return replace(done, notices=(words, *done.notices)) if words else done


def _load(
    workspace: Workspace, path: Path, kind: str, name: str, options: Options, at: datetime | None, author: str,
    watch: Watch,
) -> Loaded:  # fmt: skip
    about: dict[str, Any] = {"options": options.kept()} if options.kept() else {}
    if kind != "osm" and is_large(path, kind, options):
        again = partial(read_chunks, path, options.encoding, options.layer, kind, options.max_file_mb)
        reading = again()
        first = next(reading)
        # A workbook takes seconds to open: the reading that was begun is the first pass over the file.
        passes = _watched(chain([chain([first], reading)], iter(again, None)), watch)
        if corrections.is_rejects(first):
            return _load_corrections(workspace, passes.__next__, path.name, kind, options, at, author)
        return _load_large(workspace, passes.__next__, path.name, kind, name, options, at, author, about, watch)
    with no_search_for_cycles():
        return _load_whole(workspace, path, kind, name, options, at, author, about, watch)


def _watched(passes: Iterator[Iterator[RawTable]], watch: Watch) -> Iterator[Iterator[RawTable]]:
    """Give the passes over a file, and tell how many rows each has come to."""

    def told(reading: Iterator[RawTable], phase: str) -> Iterator[RawTable]:
        rows = 0
        for raw in reading:
            rows += len(raw.values) + len(raw.rejects)
            watch(phase, rows)
            yield raw

    for number, reading in enumerate(passes):
        yield told(reading, "checking" if number else "reading")


def _counted(batches: pa.RecordBatchReader, watch: Watch) -> pa.RecordBatchReader:
    """Give the batches that are written, and tell how many rows they have come to."""

    def told() -> Iterator[pa.RecordBatch]:
        rows = 0
        for batch in batches:
            watch("writing", rows)
            rows += batch.num_rows
            yield batch

    return pa.RecordBatchReader.from_batches(batches.schema, told())


def _load_whole(
    workspace: Workspace, path: Path, kind: str, name: str, options: Options, at: datetime | None, author: str,
    about: dict[str, Any], watch: Watch,
) -> Loaded:  # fmt: skip
    """Load a file that is held whole; a rejects file is loaded as corrections."""
    watch("reading", 0)
    raw = _sheet(path, kind, options)
    if raw is not None and corrections.is_rejects(raw):
        return _load_corrections(workspace, lambda: iter([raw]), path.name, kind, options, at, author)
    watch("checking", 0 if raw is None else len(raw.values))
    found = read_input(path, kind, options) if raw is None else {kind: intake_rows(raw, kind, options)}
    watch("writing", sum(intake.read for intake in found.values()))
    notices = [text for intake in found.values() for text in intake.notices]
    if options.crs.casefold() in ("", "wgs84", "epsg:4326"):
        notices += _shifted(workspace, [_points(i.accepted) for i in found.values()], set(found))
    rejects = pd.concat([i.rejects.assign(kind=k) for k, i in found.items()], ignore_index=True)
    accepted = {k: i.accepted for k, i in found.items()}
    if len(found) == 1 and len(rejects):
        only = next(iter(found.values()))
        about = about | {"headers": list(only.headers), "crs": only.crs}
    changed = state.load(workspace, accepted, rejects, name, at, author, about)
    rows = {k: (i.read, len(i.accepted), len(i.rejects.drop_duplicates("row"))) for k, i in found.items()}
    return Loaded(path.name, rows, tuple(dict.fromkeys(notices)), changed)


def _sheet(path: Path, kind: str, options: Options) -> RawTable | None:
    """Read what may be a rejects file, and else is taken in as it was read; None for another format."""
    if check_options(path, kind, options) not in ("CSV", "XLSX"):
        return None
    return read_raw(path, options.encoding, options.layer, kind, options.max_file_mb)


def _load_large(
    workspace: Workspace, chunks: Chunks, file: str, kind: str, name: str, options: Options, at: datetime | None,
    author: str, about: dict[str, Any], watch: Watch,
) -> Loaded:  # fmt: skip
    """Load a file of facts without ever holding it whole."""
    with stream_facts(chunks, kind, options, workspace.path / TABLES) as found:
        notices = list(found.notices)
        if options.crs.casefold() in ("", "wgs84", "epsg:4326"):
            notices += _shifted(workspace, [(found.lng, found.lat)], {kind})
        if found.rejected:
            about = about | {"headers": list(found.headers), "crs": ""}
        saved = save_batches(workspace, _counted(found.batches, watch)) if found.accepted else ""
        rejects = save_batches(workspace, found.rejects) if found.rejected else ""
        changed = state.load(workspace, {kind: saved}, rejects, name, at, author, about)
        rows = {kind: (found.read, found.accepted, found.rejected)}
    return Loaded(file, rows, tuple(dict.fromkeys(notices)), changed)


def _load_corrections(
    workspace: Workspace, chunks: Chunks, file: str, kind: str, options: Options, at: datetime | None, author: str
) -> Loaded:
    """Load the corrected rows of a rejects file, one event a source; a source without a corrected row gets none."""
    found, notices = corrections.correct(workspace, chunks, kind, options)
    changed = False
    for one in found:
        if one.taken:
            changed |= state.load(workspace, {kind: one.accepted}, one.rejects, one.source, at, author, one.about)
        notices.append(f"{one.source}: {one.taken} of {one.read} corrected rows are right and loaded")
    read, taken = sum(one.read for one in found), sum(one.taken for one in found)
    return Loaded(file, {kind: (read, taken, read - taken)}, tuple(notices), changed)


def _shifted(workspace: Workspace, points: Sequence[tuple[Any, Any]], kinds: AbstractSet[str]) -> Iterator[str]:
    """Warn when points taken as WGS84 lie nearer to the loaded map once they are read as GCJ-02."""
    lng, lat = (np.concatenate(parts) for parts in zip(*points, strict=True)) if points else (np.empty(0), np.empty(0))
    if not np.isfinite(lng).any():
        return
    shapes = drawn(workspace, {"roads", "estates", "buildings"} - kinds)
    check = detect_shift(lng, lat, shapes if len(shapes) else drawn(workspace, {"areas"}))
    if check.message:
        yield check.message


def drawn(workspace: Workspace, kinds: AbstractSet[str]) -> np.ndarray:
    """Return the shapes of the newest load of each source of some kinds, and nothing else of the state.

    Parameters
    ----------
    workspace : where.
    kinds : names of reference kinds.

    Returns
    -------
    (n,) shapely shapes, WGS84.
    """
    groups: dict[tuple[str, str], list[Event]] = {}
    for event in workspace.events():
        for kind in kinds & set(event.payload["tables"]) if event.kind == "load" else ():
            groups.setdefault((kind, event.payload["source"]), []).append(event)
    parts = [np.empty(0, object)]
    for (kind, _), group in groups.items():
        if newest := latest(group, datetime.now(UTC)):
            table = pq.read_table(workspace.table_path(newest.payload["tables"][kind]), columns=["geometry"])
            parts.append(table["geometry"].drop_null().to_numpy())
    shapes: np.ndarray = shapely.from_wkb(np.concatenate(parts))
    return shapes


def _points(table: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    if "lng" in table:
        return table["lng"].to_numpy(float), table["lat"].to_numpy(float)
    if "geometry" not in table:
        return np.empty(0), np.empty(0)
    shapes = table["geometry"].to_numpy(object)
    points = shapes[shapely.get_type_id(shapes) == shapely.GeometryType.POINT]
    return shapely.get_x(points), shapely.get_y(points)


def load_manifest(workspace: Workspace, manifest: Path) -> Iterator[Loaded]:
    """Load the files that a manifest lists, in its order; loading twice changes nothing.

    Parameters
    ----------
    workspace : where.
    manifest : TOML with one `[[file]]` (path, kind, crs, encoding, source) a file and `[town]` with as_of and policy.

    Returns
    -------
    Iterator over the Loaded of each file as soon as it is in.

    Raises
    ------
    InputError : the manifest or a file of it cannot be read; files before it stay loaded.
    """
    try:
        plan: dict[str, Any] = tomllib.loads(manifest.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{manifest}: cannot be read as a TOML list of files ({error}); mend it") from error
    for entry in plan.get("file", []):
        options = Options(crs=entry.get("crs", ""), encoding=entry.get("encoding", ""))
        yield load_file(workspace, manifest.parent / entry["path"], entry["kind"], entry.get("source"), options)
    for key in ("policy", "as_of"):
        if value := plan.get("town", {}).get(key):
            state.change_setting(workspace, key, value)
