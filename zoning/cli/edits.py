"""What the editing commands do: edit, undo, ledger; each edit is printed with what it changes, before and after."""

import re
from argparse import Namespace
from pathlib import Path

import orjson
import pandas as pd

from zoning.burden import weigh, weigh_edits
from zoning.cli.progress import progress
from zoning.cli.shared import Add, read_time, take_as_of, take_workspace, workspace_of
from zoning.disk import write_synced
from zoning.editing import Sheet, draw, plan_of, read_sheet, resolve_atoms
from zoning.errors import InputError
from zoning.export.files import to_csv
from zoning.intake.raw import RawTable
from zoning.intake.readers import read_raw
from zoning.saving import CHOICES, Choice, Saved, save, take_back, take_up
from zoning.settings import Settings
from zoning.state import read_settings
from zoning.store import Workspace
from zoning.telling import say_edit
from zoning.times import iso_local

COLUMNS = ("atom_id", "atom", "unit_id", "building_id", "estate_id", "cell", "id")
_ZONES = 8


def add_commands(add: Add) -> None:
    """Add these commands to the command line.

    Parameters
    ----------
    add : makes the parser of a command.
    """
    parser = add(
        "edit",
        edit,
        "put atoms into a class by hand, with what that changes; refused where others changed them since --base",
        "edit build/town --atoms houses.txt --class none --reason 'wrong address' --by 'Li Wei'",
    )
    take_workspace(parser)
    parser.add_argument(
        "--atoms", type=Path, metavar="FILE", help="ids of units, estates or cells, one a line, or a table"
    )
    parser.add_argument("--class", dest="target", metavar="C", help="a class of the pack, or none to take them out")
    parser.add_argument("--reason", metavar="TEXT", help="why")
    parser.add_argument("--by", required=True, help="name of who edits")
    parser.add_argument("--zone", metavar="ID", help="zone that the atoms join; found by itself if left out")
    parser.add_argument("--effective-at", metavar="T", help="from when it counts; default: the time of the plan")
    parser.add_argument("--until", metavar="T", help="until when; default: without end")
    parser.add_argument("--base", type=int, metavar="R", help="revision that it was drawn on; default: the newest")
    parser.add_argument(
        "--on-conflict", choices=CHOICES, default="refuse", help="what to do if others changed its atoms"
    )
    parser.add_argument("--draft", metavar="ID", help="take up this draft, instead of --atoms, --class and --reason")
    parser.add_argument("--recorded-at", metavar="T", help="when it was known, now if left out")
    take_as_of(parser)
    parser = add("undo", undo, "undo an edit, or an undo", "undo build/town 0a1b2c3d4e5f6071 --by 'Li Wei'")
    take_workspace(parser)
    parser.add_argument("stroke", metavar="STROKE", help="id of the edit, from the ledger")
    parser.add_argument("--by", required=True, help="name of who undoes it")
    parser.add_argument("--reason", default="", metavar="TEXT", help="why")
    take_as_of(parser)
    said = "list every edit, what waits for a person first"
    parser = add("ledger", ledger, said, "ledger build/town --out edits.csv")
    take_workspace(parser)
    parser.add_argument("--out", type=Path, metavar="FILE.csv", help="write it there instead")
    take_as_of(parser)


def edit(given: Namespace) -> int:
    """Save an edit of some atoms, or take up a draft, and print what it changes.

    Parameters
    ----------
    given : workspace, atoms (file), target, reason, by, zone, effective_at, until, base, on_conflict, draft, as_of,
        recorded_at.

    Returns
    -------
    0, or 1 if nothing was left to save.

    Raises
    ------
    InputError : neither a draft nor atoms, class and reason are given, or a file cannot be used.
    UnknownError : names in the file, the class or the zone are not known.
    ConflictError : others changed some of its atoms since its base.
    """
    workspace = workspace_of(given)
    settings = read_settings(workspace)
    as_of = read_time(given.as_of, settings)
    choice: Choice = given.on_conflict
    if given.draft:
        with progress("deriving zones"):
            saved = take_up(workspace, given.draft, given.by, choice, as_of)
        return _tell(workspace, saved, given.by)
    if not (given.atoms and given.target and given.reason):
        raise InputError("an edit needs --atoms FILE, --class C and --reason TEXT; or --draft ID takes up a draft")
    names = read_names(given.atoms, settings)
    start, end, known = (read_time(text, settings) for text in (given.effective_at, given.until, given.recorded_at))
    with progress("deriving zones"):
        sheet = read_sheet(workspace, as_of, given.base)
        atoms = resolve_atoms(sheet.plan, names)
        stroke = draw(sheet, atoms, given.target, given.reason, start, end, given.zone)
        saved = save(workspace, stroke, given.by, choice, sheet.plan.as_of, known)
    return _tell(workspace, saved, given.by)


def read_names(path: Path, settings: Settings) -> list[str]:
    """Read ids of units, estates or cells from a file.

    Parameters
    ----------
    path : one id a line, or a table (CSV, GeoJSON, XLSX ...) with a column called as one of COLUMNS.
    settings : `max_file_mb`.

    Returns
    -------
    Ids in the order of the file, empty ones left out.

    Raises
    ------
    InputError : the file cannot be read, or has no such column.
    """
    if path.suffix.lower() in (".txt", ".csv", "") and path.is_file():
        lines = [line.strip() for line in path.read_bytes().decode("utf-8-sig", "replace").splitlines()]
        if not any(re.search(r"[,;\t|]", line) for line in lines[:50]) and lines[:1] and lines[0] not in COLUMNS:
            return [line for line in lines if line]
    raw: RawTable = read_raw(path, max_mb=settings.max_file_mb)
    column = next((name for name in COLUMNS if name in raw.values), None)
    if column is None:
        raise InputError(
            f"{path.name}: no column is called {', '.join(COLUMNS[:-1])} or {COLUMNS[-1]}; "
            f"it has {', '.join(map(str, raw.values))}: rename one, or give one id a line"
        )
    values = raw.values[column].fillna("").astype("str").str.strip()
    return list(values[values != ""])


def _tell(workspace: Workspace, saved: Saved, author: str) -> int:
    stroke, now = saved.stroke, saved.before.revision
    if saved.event_id is None:
        print("nothing was saved: others changed every atom of the edit, and theirs was kept")
        return 1
    what = f"draft {saved.event_id}: {len(stroke.atoms):,} atoms" if stroke.draft else f"edit {saved.event_id}"
    if stroke.draft:
        print(f"{what} -> {stroke.target}, by {author}; it does nothing until `edit --draft {saved.event_id}`")
        return 0
    print(f"{what}: {len(stroke.atoms):,} atoms -> {stroke.target}, by {author}; revision {now} -> {now + 1}")
    if stroke.base != now:
        said = f"{len(saved.conflicts):,} atoms" if len(saved.conflicts) else "none of its atoms"
        print(f"  note: the log grew from {stroke.base} to {now} since its base; others changed {said}")
    _compare(workspace, saved.before, saved.after, saved.event_id)
    return 0


def _compare(workspace: Workspace, before: Sheet, after: Sheet, event_id: str) -> None:
    """Print what a plan costs before and after, what one edit of it does, and the zones that changed most."""
    plans = [plan_of(workspace, sheet) for sheet in (before, after)]
    tables = [weigh(plan, plan.touched) for plan in plans]
    sums = pd.DataFrame([table.sum(numeric_only=True) for table in tables])
    told = {name: " -> ".join(f"{n:,.0f}" for n in sums[name]) for name in sums}
    zones = " -> ".join(f"{len(plan.zones):,}" for plan in plans)
    print(f"  in zones: {told['people']} people, {zones} zones")
    print(f"  to the earliest lift: {told['person_days']} person-days; {told['tests']} tests")
    print(f"  beyond the rule: {told['beyond_people']} people, {told['beyond_person_days']} person-days")
    print(f"  below the rule: {told['below_people']} people")
    for edit in weigh_edits(plans[1], after.plan).to_dict("records"):
        if edit["stroke"] == event_id:
            print(f"  this edit: {say_edit(edit).en}")
    sizes = [sheet.edited.membership.groupby("zone_id").size() for sheet in (before, after)]
    table = pd.concat(sizes, axis=1, keys=["before", "after"]).fillna(0).astype(int)
    table = table[table["before"] != table["after"]]
    named = before.plan.zones.set_index("zone_id")["name"].to_dict()
    for zone_id, row in table.head(_ZONES).iterrows():
        print(f"  {named.get(zone_id, 'drawn')} ({zone_id}): {row['before']:,} -> {row['after']:,} atoms")
    if len(table) > _ZONES:
        print(f"  and {len(table) - _ZONES:,} more zones")
    for row in after.edited.ledger[after.edited.ledger["status"].isin(["suspended", "emptied"])].itertuples():
        print(f"  note: edit {row.event_id}: {row.text_en}")


def undo(given: Namespace) -> int:
    """Undo an edit, or an undo, and print what it changes.

    Parameters
    ----------
    given : workspace, stroke, by, reason, as_of.

    Returns
    -------
    0.

    Raises
    ------
    InputError : it was undone already.
    UnknownError : no such edit.
    """
    workspace = workspace_of(given)
    as_of = read_time(given.as_of, read_settings(workspace))
    with progress("deriving zones"):
        done, before, after = take_back(workspace, given.stroke, given.by, given.reason, as_of)
    print(f"{given.stroke} is undone, by {given.by}; undo {done} brings it back")
    _compare(workspace, before, after, given.stroke)
    return 0


def ledger(given: Namespace) -> int:
    """Print the ledger of edits, what waits for a person first, or write it as CSV.

    Parameters
    ----------
    given : workspace, out, as_of.

    Returns
    -------
    0.

    Raises
    ------
    InputError : --out does not end in .csv.
    """
    if given.out and given.out.suffix != ".csv":
        raise InputError(f"--out {given.out.name} does not end in .csv; give a CSV file")
    with progress("deriving zones"):
        workspace = workspace_of(given)
        sheet = read_sheet(workspace, read_time(given.as_of, read_settings(workspace)))
        costs = weigh_edits(plan_of(workspace, sheet), sheet.plan).round(3)
    table, zone = sheet.edited.ledger, sheet.plan.settings.zone
    table = table.merge(costs, how="left", left_on="event_id", right_on="stroke").drop(columns="stroke")
    if given.out:
        told = {name: [_cell(value, zone) for value in table[name].tolist()] for name in table}
        write_synced(given.out, to_csv(told))
        print(f"{given.out}: {len(table):,} lines")
        return 0
    for row in table.to_dict("records"):
        at = iso_local(row["recorded_at"], zone)
        what = f"zone {row['zone_id']}" if row["status"] == "emptied" else f"{row['atoms']:,} atoms -> {row['class']}"
        print(f"{row['event_id']} {row['status']}: {what}, {row['author']}, {at}")
        print(f"  {row['reason']}\n  {row['text_zh']}\n  {row['text_en']}")
        if isinstance(row["below_facts"], list):
            print("  " + "\n  ".join(say_edit(row)))
    print(f"{len(table):,} lines; revision {sheet.revision}")
    return 0


def _cell(value: object, zone: str) -> object:
    """Return a value as the CSV holds it: times local, lists as JSON, missing ones empty."""
    if isinstance(value, list):
        return orjson.dumps(value).decode()
    if value is None or value is pd.NaT or value != value:
        return ""
    return iso_local(value, zone) if isinstance(value, pd.Timestamp) else value
