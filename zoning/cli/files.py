"""What the commands of files do: load, guess, set, outbreaks, town, demo; thin, to an answer and an exit code."""

import argparse
import sys
from argparse import Namespace
from pathlib import Path

import numpy as np

from zoning import state
from zoning.cli.progress import progress
from zoning.cli.shared import Add, read_time, take_recorded, take_workspace, workspace_of
from zoning.demo import write_demo
from zoning.demo.readme import MANIFEST
from zoning.errors import InputError
from zoning.guess import guess_file, guess_lines
from zoning.loading import Loaded, load_file, load_manifest
from zoning.options import Options
from zoning.rejects import rejects_file
from zoning.store import Workspace
from zoning.tables import KINDS

TOWN = Path(__file__).parents[2] / "data" / "town" / "town.toml"


def add_commands(add: Add) -> None:
    """Add these commands to the command line.

    Parameters
    ----------
    add : makes the parser of a command.
    """
    for part in (_add_load, _add_workspaces):
        part(add)


def _add_load(add: Add) -> None:
    parser = add(
        "load",
        load,
        "read files of one kind into a workspace; bad rows go to rejects.csv with their reason",
        "load build/futian places.csv --kind places --crs gcj02",
    )
    take_workspace(parser)
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE", help="CSV, XLSX, GeoJSON, (Geo)Parquet ...")
    parser.add_argument("--kind", required=True, choices=[*KINDS, "osm"], help="what the rows are; osm takes all kinds")
    parser.add_argument("--source", help="name that a later version replaces (default: the file's name)")
    parser.add_argument("--crs", default="", help="wgs84 (default), gcj02, bd09 or EPSG:n")
    parser.add_argument("--encoding", default="", help="utf-8, gb18030 ... (default: found out)")
    parser.add_argument("--scale", type=float, default=1.0, help="factor from the file's numbers to metres or degrees")
    parser.add_argument("--origin", metavar="DATE", help="date that plain numbers of days count from")
    parser.add_argument("--year", type=int, help="year of dates that carry none")
    parser.add_argument("--layer", default="", help="sheet of a workbook, layer of a GeoPackage or KML")
    parser.add_argument(
        "--map", action="append", default=[], metavar="OURS=THEIRS", help="our column = the file's; nothing = none"
    )
    parser.add_argument("--set", action="append", default=[], metavar="OURS=VALUE", help="one value for all rows")
    parser.add_argument("--forget", action="store_true", help="take nothing from the last load of this source")
    take_recorded(parser)
    parser = add(
        "guess",
        guess,
        "say what a file holds (kind, encoding, system, columns), why, and the load command that follows",
        "guess places.xlsx --workspace build/futian",
    )
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--workspace", type=Path, help="its map tells GCJ-02 from WGS84")


def _add_workspaces(add: Add) -> None:
    parser = add("set", change, "change one setting of a workspace", "set build/town as_of 2022-03-18")
    take_workspace(parser)
    parser.add_argument("key")
    parser.add_argument("value")
    said = "list the outbreaks of a workspace: pack, resolution, facts; `load --outbreak NAME` begins one"
    parser = add("outbreaks", outbreaks, said, "outbreaks build/town")
    parser.add_argument("workspace", type=Path, help="folder of the workspace")
    parser = add("town", town, "make the workspace of the demonstration town", "town build/town")
    take_workspace(parser)
    parser.add_argument("--manifest", type=Path, default=TOWN, help=argparse.SUPPRESS)
    parser = add("demo", demo, "write the input files of an invented city", "demo build/city --seed 1")
    parser.add_argument("folder", type=Path, metavar="DIR", help="where the files go, with city.toml and a README")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="the same number gives the same files")
    parser.add_argument("--people", type=int, default=1_500_000, metavar="N", help="a district for each 1.5 million")
    parser.add_argument("--cases", type=int, default=120, metavar="N", help="over three weeks, at least 8 a district")


def load(given: Namespace) -> int:
    """Load files of one kind; a file that fails does not keep the others out.

    Parameters
    ----------
    given : workspace, files, kind, source, crs, encoding, scale, origin, year, layer, map, set, forget,
        recorded_at, author.

    Returns
    -------
    0, or 1 if a file could not be read.

    Raises
    ------
    InputError : an option cannot be used; no file was read.
    """
    mapping = dict(_pair(text, bare=True) for text in given.map)
    constants = dict(_pair(text) for text in given.set)
    if given.source and len(given.files) > 1:
        raise InputError("--source names one file's rows; load the files one by one, or leave it out")
    workspace, code = workspace_of(given, create=True), 0
    settings = state.read_settings(workspace)
    for path in given.files:
        options = Options(
            given.crs, given.encoding, given.scale, given.origin, given.year, given.layer, mapping, constants,
            zone=settings.zone, max_file_mb=settings.max_file_mb,
        )  # fmt: skip
        when = read_time(given.recorded_at, settings)
        try:
            with progress(f"reading {path.name}"):
                done = load_file(workspace, path, given.kind, given.source, options, when, given.author, given.forget)
            _tell(done, workspace)
        except InputError as error:
            print(f"error: {error}", file=sys.stderr)
            code = 1
    return code


def _pair(text: str, bare: bool = False) -> tuple[str, str]:
    ours, sign, theirs = text.partition("=")
    if not sign or not ours or not (theirs or bare):
        raise InputError(
            f"'{text}' is not OURS=THEIRS; write, for example, --map reported_at=报告日期 or --set level=district"
        )
    return ours, theirs


def _tell(done: Loaded, workspace: Workspace) -> None:
    for kind, (read, accepted, rejected) in done.rows.items():
        print(f"{done.file}: {kind}: read {read:,} = accepted {accepted:,} + rejected {rejected:,}")
        if rejected:
            print(f"  the rejected rows are in {rejects_file(workspace)}, each with its reason and what to do")
    for notice in done.notices:
        print(f"  note: {notice}")
    if not done.changed:
        print("  nothing new: the workspace holds these rows already")


def change(given: Namespace) -> int:
    """Change one setting of a workspace.

    Parameters
    ----------
    given : workspace, key, value.

    Returns
    -------
    0.
    """
    workspace = workspace_of(given, create=True)
    changed = state.change_setting(workspace, given.key, given.value)
    print(f"{given.key} = {given.value}" if changed else f"{given.key} is {given.value} already")
    return 0


def outbreaks(given: Namespace) -> int:
    """List the outbreaks of a workspace, each with its pack, its resolution and how much is known of it.

    Parameters
    ----------
    given : workspace.

    Returns
    -------
    0.
    """
    workspace = Workspace(given.workspace)
    for name in workspace.outbreaks():
        seen = workspace.of(name)
        known, own = state.fold(seen), sum(event.outbreak == name for event in seen.events())
        told, cases = known.settings, len(known.tables["cases"])
        print(f"{name or '(the first one)'}: {told.title or '-'}, {told.policy}, resolution {told.resolution}")
        print(f"  {cases:,} cases, {len(known.decisions):,} decisions, {own:,} events of its own")
    return 0


def town(given: Namespace) -> int:
    """Make the workspace of the demonstration town; a second run adds nothing.

    Parameters
    ----------
    given : workspace, manifest.

    Returns
    -------
    0.
    """
    workspace = workspace_of(given, create=True)
    for done in load_manifest(workspace, given.manifest):
        _tell(done, workspace)
    return 0


def demo(given: Namespace) -> int:
    """Write the files of an invented city.

    Parameters
    ----------
    given : folder, seed, people, cases.

    Returns
    -------
    0.
    """
    with progress("building the city"):
        for entry in write_demo(given.folder, given.seed, given.people, given.cases):
            print(f"{given.folder / entry.path}: {entry.kind}, {entry.rows:,} rows")
    print(f"{given.folder / MANIFEST}: loads them; README.md lists what is peculiar and what cannot be read")
    return 0


def guess(given: Namespace) -> int:
    """Print what a file holds, why, and the load command that follows.

    Parameters
    ----------
    given : file, workspace.

    Returns
    -------
    0.
    """
    shapes = None
    if given.workspace:
        tables = state.fold(Workspace(given.workspace)).tables
        drawn = [tables[kind]["geometry"].to_numpy(object) for kind in ("roads", "estates", "buildings")]
        shapes = [shape for shape in np.concatenate(drawn) if shape is not None]
    print("\n".join(guess_lines(guess_file(given.file, shapes))))
    return 0
