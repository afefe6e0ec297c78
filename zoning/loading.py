"""Loading files into a workspace: read, warn of a wrong datum, write as one event, give the rejects back as a file."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely

from zoning import state
from zoning.datum import detect_shift
from zoning.errors import InputError
from zoning.intake import Intake, read_input
from zoning.options import Options
from zoning.store import Workspace, write_synced

REJECTS = "rejects.csv"


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
) -> Loaded:
    """Load one file as one event: all accepted rows or, on an error, nothing.

    Parameters
    ----------
    workspace : where.
    path : the file.
    kind : one of KINDS, or osm.
    source : name that a later version replaces; None takes the file's name without ending.
    options : what is declared about the file.
    recorded_at : when it was known; None means now.
    author : who.

    Returns
    -------
    Loaded. `rejects.csv` in the workspace then holds the rejected rows of the newest load of every source.

    Raises
    ------
    InputError : the file, the kind or an option cannot be used; the state is untouched.
    """
    stem = path.name.removesuffix(".pbf").rsplit(".", 1)[0]
    name = state.one_source(stem, source)
    try:
        found = read_input(path, kind, options)
    except InputError as error:
        raise InputError(str(error) if path.name in str(error) else f"{path.name}: {error}") from error
    notices = [text for intake in found.values() for text in intake.notices]
    if options is None or options.crs.casefold() in ("", "wgs84", "epsg:4326"):
        notices += _shifted(workspace, found)
    rejects = pd.concat([i.rejects for i in found.values()], ignore_index=True)
    accepted = {k: i.accepted for k, i in found.items()}
    changed = state.load(workspace, accepted, rejects, name, recorded_at, author)
    write_synced(workspace.path / REJECTS, state.read_rejects(workspace).to_csv(index=False).encode("utf-8-sig"))
    rows = {k: (i.read, len(i.accepted), len(i.rejects.drop_duplicates("row"))) for k, i in found.items()}
    return Loaded(path.name, rows, tuple(dict.fromkeys(notices)), changed)


def _shifted(workspace: Workspace, found: dict[str, Intake]) -> Iterator[str]:
    """Warn when points taken as WGS84 lie nearer to the loaded map once they are read as GCJ-02."""
    points = [_points(i.accepted) for i in found.values()]
    lng, lat = (np.concatenate(parts) for parts in zip(*points, strict=True)) if points else (np.empty(0), np.empty(0))
    if not np.isfinite(lng).any():
        return
    tables = state.fold(workspace).tables
    lines = [tables[k]["geometry"].to_numpy(object) for k in ("roads", "estates", "buildings") if k not in found]
    shapes = np.concatenate([np.empty(0, object), *lines])
    shapes = shapes if len(shapes) else tables["areas"]["geometry"].to_numpy(object)
    check = detect_shift(lng, lat, np.array([s for s in shapes if s is not None], object))
    if check.message:
        yield check.message


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
