"""What `drafts` does: list the drafts of an outbreak, show one, write it as a file of steps or on paper."""

from argparse import Namespace
from pathlib import Path
from typing import Any

import pandas as pd

from zoning.cli.progress import progress
from zoning.cli.shared import Add, take_workspace, workspace_of
from zoning.desk import Desk, follow
from zoning.desk.files import read_step, write_kept
from zoning.desk.ground import make_ground
from zoning.desk.keeping import FILE, Draft, Drawer, Kept
from zoning.desk.printing import print_draft
from zoning.desk.weighing import Scale, tally_base
from zoning.disk import write_synced
from zoning.editing import read_sheet
from zoning.errors import InputError, UnknownError
from zoning.paper.pdf import write_paper
from zoning.picture import Language
from zoning.state import read_settings
from zoning.store import Workspace
from zoning.times import iso_local

STEPS, PAGES = ".jsonl", (".html", ".pdf")
_BURDEN = ("people", "person_days")


def add_commands(add: Add) -> None:
    """Add this command to the command line.

    Parameters
    ----------
    add : makes the parser of a command.
    """
    said = "list the drafts of the screen, show one, or write it as a file of steps or a page with its map"
    parser = add("drafts", drafts, said, "drafts build/town 0a1b2c3d4e5f --out draft.pdf")
    take_workspace(parser)
    parser.add_argument("draft", nargs="?", default="", metavar="DRAFT", help="id of one, from the list")
    parser.add_argument("--out", type=Path, metavar="FILE", help=f"write it there: {STEPS}, {' or '.join(PAGES)}")
    parser.add_argument("--language", choices=["zh", "en"], default="zh", help="of a page")


def drafts(given: Namespace) -> int:
    """List drafts, show one, or write one.

    Parameters
    ----------
    given : workspace, outbreak, draft, out, language.

    Returns
    -------
    0.

    Raises
    ------
    InputError : a file of another ending, or none of the drafts is named for it.
    UnknownError : no such draft.
    """
    workspace = workspace_of(given)
    zone = read_settings(workspace).zone
    drawer = Drawer(workspace.path) if (workspace.path / FILE).is_file() else None
    if given.out and not given.draft:
        raise InputError(f"--out {given.out.name} needs the id of a draft; `drafts {given.workspace}` lists them")
    if given.draft and drawer is None:
        raise UnknownError(f"draft '{given.draft}' is not there; this workspace has none yet")
    if drawer is None or not given.draft:
        rows = drawer.all(given.outbreak) if drawer else []
        for draft in rows:
            print(_line(draft, zone))
        print(f"{len(rows):,} drafts")
        return 0
    draft, steps = drawer.get(given.draft), drawer.steps(given.draft)
    if given.out:
        _write(given.out, workspace, draft, steps, given.language)
        return 0
    print(_line(draft, zone))
    for kept in steps:
        print(f"  {kept.n} {iso_local(pd.Timestamp(kept.at), zone)} {kept.author}: {_said(kept.step)}")
    return 0


def _line(draft: Draft, zone: str) -> str:
    told = "".join(
        f", {name.replace('_', '-')} {draft.told[name][0]:,.0f} -> {draft.told[name][1]:,.0f}"
        for name in _BURDEN
        if name in draft.told
    )
    at = f"on r {draft.base}, changed {iso_local(pd.Timestamp(draft.changed_at), zone)}"
    return f"{draft.id} {draft.state}: {draft.title or 'untitled'}, {draft.author}, {at}{told}"


def _said(step: dict[str, Any]) -> str:
    to = " ".join(str(step[key]) for key in ("class", "zone") if step.get(key))
    what = [
        f"{len(step['atoms']):,} atoms" if "atoms" in step else "",
        f"-> {to}" if to else "",
        *step.get("locks", ()),
    ]
    return " ".join([step["do"], *(part for part in what if part)])


def _write(out: Path, workspace: Workspace, draft: Draft, steps: list[Kept], language: Language) -> None:
    if out.suffix == STEPS:
        write_synced(out, write_kept(draft, steps))
        print(f"{out}: {len(steps):,} steps")
        return
    if out.suffix not in PAGES:
        raise InputError(f"--out {out.name} ends in none of {STEPS}, {', '.join(PAGES)}; give one of them")
    with progress("deriving zones"):
        sheet = read_sheet(workspace, draft.as_of, draft.base)
    ground = make_ground(sheet)
    before, desk = tally_base(Scale(ground, sheet.edited.zones)), Desk(ground.base)
    after = before.copy()
    for kept in steps:
        change = follow(desk, read_step(kept.step, ground.numbers, f"step {kept.n}")[0])
        if change is not None:
            after.change(desk, change)
    written, why = write_paper(print_draft(draft, ground, desk, before, after, language), out)
    print(why or f"{written}: written")
