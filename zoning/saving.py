"""Saving an edit: held to what others changed on its atoms since its base, saved by choice, undone.

A save is refused where it would hide what somebody else did; nobody can write between the look and the save.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
from rapidfuzz import process

from zoning.editing import Sheet, read_sheet, try_stroke
from zoning.edits import number_atoms, number_lists
from zoning.edits.ledger import OUT, find_undone
from zoning.errors import ConflictError, InputError, StoreError, UnknownError
from zoning.state import fold
from zoning.store import Workspace, opened
from zoning.strokes import Stroke, save_stroke, save_undo, sent_id

Choice = Literal["refuse", "replay", "keep-theirs", "draft"]
CHOICES: tuple[Choice, ...] = ("replay", "keep-theirs", "draft")
_SHOWN, _TRIES = 5, 20


@dataclass(frozen=True)
class Saved:
    """What became of a save: its event (None: nothing was left to save), the stroke as saved, before and after.

    `conflicts`: of `find_conflicts`; none where nobody changed its atoms, though its base is old.
    """

    event_id: str | None
    stroke: Stroke
    before: Sheet
    after: Sheet
    conflicts: pd.DataFrame


def find_conflicts(base: Sheet, now: Sheet, atoms: tuple[str, ...]) -> pd.DataFrame:
    """Find what others changed on some atoms between two sheets of one workspace.

    Parameters
    ----------
    base, now : of `read_sheet`, of one time; `now` is the later one.
    atoms : ids of atoms.

    Returns
    -------
    One row an atom whose class, stroke or facts differ: atom_id, class_then, class_now (`none`: in no zone), stroke
    and author (of the newest stroke there now, None for none), fact_ids (that were not behind it then).
    """
    one, two = _looks(base, atoms), _looks(now, atoms)
    changed = (one[["shown", "derived", "stroke"]] != two[["shown", "derived", "stroke"]]).any(axis=1)
    pairs = pd.DataFrame({"then": number_lists(one["facts"]), "now": number_lists(two["facts"])})
    facts = {
        key: sorted(set(two["facts"][rows[0]]) ^ set(one["facts"][rows[0]]))
        for key, rows in pairs.groupby(["then", "now"]).groups.items()
    }
    news = pd.Series([facts[key] for key in pairs.itertuples(index=False, name=None)], dtype=object)
    rows = np.flatnonzero(changed | news.map(bool).astype(bool))
    authors = now.strokes.set_index("event_id")["author"].to_dict()
    found = pd.DataFrame({"atom_id": np.array(atoms, object), "class_then": one["shown"], "class_now": two["shown"]})
    strokes = two["stroke"].where(two["stroke"] != "", None)
    return found.assign(stroke=strokes, author=strokes.map(authors), fact_ids=news).iloc[rows].reset_index(drop=True)


def _looks(sheet: Sheet, atoms: tuple[str, ...]) -> pd.DataFrame:
    """Return class as shown and as derived, stroke and facts of each atom, "" and nothing for none."""
    plan, edited = sheet.plan, sheet.edited
    number, _ = number_atoms(np.array(atoms, object), plan.atoms, plan.settings.resolution)
    rows = {
        name: pd.Index(table["atom"]).get_indexer(number)
        for name, table in (("shown", edited.membership), ("derived", plan.membership), ("touched", edited.touched))
    }

    def take(values: pd.Series, row: str, empty: object) -> np.ndarray:
        padded = np.empty(len(values) + 1, object)
        padded[:-1], padded[-1] = values.to_numpy(object), empty
        return np.asarray(padded[rows[row]])

    facts = plan.membership["fact_ids"]
    return pd.DataFrame(
        {
            "shown": take(edited.membership["class"], "shown", OUT),
            "derived": take(plan.membership["class"], "derived", OUT),
            "stroke": take(edited.touched["stroke"], "touched", ""),
            "facts": take(facts, "derived", ()),
        }
    )


def save(
    where: Path | Workspace,
    stroke: Stroke,
    author: str,
    choice: Choice = "refuse",
    as_of: datetime | None = None,
    recorded_at: datetime | None = None,
    sent: str = "",
) -> Saved:
    """Save a stroke, unless others changed its atoms since its base.

    Parameters
    ----------
    where : the workspace, or its folder.
    stroke : of `draw`, on the sheet of its base.
    author : who.
    choice : what to do if others did: refuse; replay (this stroke counts, and answers only what it saw); keep-theirs
        (this stroke takes only the atoms that nobody changed); draft (kept, without effect).
    as_of : of the sheet that it was drawn on (UTC).
    recorded_at : when it was known (UTC); None means now.
    sent : as `save_stroke` takes it.

    Returns
    -------
    Saved.

    Raises
    ------
    ConflictError : others changed some of its atoms, and the choice is to refuse.
    StoreError : others write without a pause.
    """
    base: Sheet | None = None
    workspace = opened(where)
    for _ in range(_TRIES):
        now = read_sheet(workspace, as_of)
        if sent and (there := sent_id(author, sent)) in set(now.strokes["event_id"]):
            return Saved(there, stroke, now, now, find_conflicts(now, now, stroke.atoms))
        base = base or (now if stroke.base == now.revision else read_sheet(workspace, as_of, stroke.base))
        conflicts = find_conflicts(base, now, stroke.atoms)
        left = _settle(stroke, conflicts, now, choice) if len(conflicts) else stroke
        if left is None:
            return Saved(None, stroke, now, now, conflicts)
        event_id = save_stroke(workspace, left, author, recorded_at, now.revision, sent)
        if event_id:
            return Saved(event_id, left, now, try_stroke(now, left, author, event_id, recorded_at), conflicts)
    raise StoreError(f"{workspace.path}: others wrote {_TRIES} times while this edit was being saved; save it again")


def _settle(stroke: Stroke, conflicts: pd.DataFrame, now: Sheet, choice: Choice) -> Stroke | None:
    """Return what of a stroke is saved by choice, None for nothing."""
    if choice == "refuse":
        raise ConflictError(_say(conflicts, stroke, now))
    if choice == "draft":
        return replace(stroke, draft=True)
    if choice == "keep-theirs":
        theirs = set(conflicts["atom_id"])
        mine = [n for n, name in enumerate(stroke.atoms) if name not in theirs]
        atoms, answered = tuple(stroke.atoms[n] for n in mine), tuple(stroke.answered[n] for n in mine)
        return replace(stroke, atoms=atoms, answered=answered) if mine else None
    return stroke


def _say(conflicts: pd.DataFrame, stroke: Stroke, now: Sheet) -> str:
    lines = []
    for row in conflicts.head(_SHOWN).to_dict("records"):
        by = f", edit {row['stroke']} by {row['author']}" if isinstance(row["stroke"], str) else ""
        facts = f", facts {', '.join(row['fact_ids'][:_SHOWN])}" if row["fact_ids"] else ""
        lines.append(f"{row['atom_id']}: {row['class_then']} -> {row['class_now']}{by}{facts}")
    more = f"; and {len(conflicts) - _SHOWN:,} more" if len(conflicts) > _SHOWN else ""
    return (
        f"{len(conflicts):,} of the edit's {len(stroke.atoms):,} atoms changed between revision {stroke.base} and "
        f"{now.revision}: {'; '.join(lines)}{more}. Nothing was saved. Give --on-conflict replay (yours goes on top; "
        "new causes show as pending), keep-theirs (yours on the other atoms only) or draft (kept, without effect)"
    )


def take_up(
    where: Path | Workspace, draft: str, author: str, choice: Choice = "refuse", as_of: datetime | None = None
) -> Saved:
    """Save a draft as a stroke that counts; it answers what its author saw.

    Parameters
    ----------
    where : the workspace, or its folder.
    draft : event id of the draft.
    author, choice, as_of : as `save`.

    Returns
    -------
    Saved.

    Raises
    ------
    UnknownError : no such draft.
    """
    workspace = opened(where)
    strokes = fold(workspace).strokes
    drafts = strokes[strokes["draft"]].set_index("event_id")
    if draft not in drafts.index:
        raise UnknownError(f"draft '{draft}' is not there; the drafts are {', '.join(drafts.index) or 'none'}")
    row = drafts.loc[draft]
    answers = tuple((of, tuple(sorted(facts))) for of, facts in row["answers"])
    until, atoms = None if pd.isna(row["until"]) else row["until"], tuple(row["atoms"])
    stroke = Stroke(
        atoms, tuple(row["answered"].tolist()), answers, row["class"], row["reason"], int(row["base"]),
        row["effective_at"], until, row["zone_id"], takes=draft, knows=row["knows"] and tuple(sorted(row["knows"])),
    )  # fmt: skip
    return save(workspace, stroke, author, choice, as_of)


def take_back(
    where: Path | Workspace, event_id: str, author: str, reason: str = "", as_of: datetime | None = None, sent: str = ""
) -> tuple[str, Sheet, Sheet]:
    """Undo a stroke, or an undo.

    Parameters
    ----------
    where : the workspace, or its folder.
    event_id : of the stroke, or of the undo: undoing that brings the stroke back.
    author, reason : who and why.
    as_of : of the sheets (UTC).
    sent : as `save_stroke` takes it.

    Returns
    -------
    Id of the new event; the sheets before and after.

    Raises
    ------
    InputError : it was undone already.
    UnknownError : no such stroke; names the nearest.
    StoreError : others write without a pause.
    """
    workspace = opened(where)
    for _ in range(_TRIES):
        before = read_sheet(workspace, as_of)
        _hold_undo(before.strokes, event_id)
        if done := save_undo(workspace, event_id, reason, author, after=before.revision, sent=sent):
            return done, before, read_sheet(workspace, as_of)
    raise StoreError(f"{workspace.path}: others wrote {_TRIES} times while this was being undone; do it again")


def _hold_undo(strokes: pd.DataFrame, event_id: str) -> None:
    if event_id not in set(strokes["event_id"]):
        near = ", ".join(found[0] for found in process.extract(event_id, strokes["event_id"].tolist(), limit=3))
        raise UnknownError(f"edit '{event_id}' is not there (nearest: {near or 'none alike'}); `ledger` lists all")
    if by := find_undone(strokes).get(event_id):
        author = strokes.set_index("event_id").at[by, "author"]
        raise InputError(f"edit '{event_id}' was undone by {author}; undo {by} to bring it back")
