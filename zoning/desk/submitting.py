"""A draft becomes edits: one stroke for each place that atoms came to, held to what others did since its base.

What comes out of it is what the draft shows: zones that it draws are named beforehand, by what the stroke is called.
"""

from dataclasses import dataclass, replace
from datetime import datetime

import pandas as pd

from zoning.desk import NEW, Desk, Place
from zoning.desk.ground import Ground
from zoning.editing import Sheet, draw, read_sheet
from zoning.edits import drawn_id
from zoning.errors import ConflictError, InputError, StoreError
from zoning.saving import Choice, find_conflicts
from zoning.store import Workspace
from zoning.strokes import save_stroke, sent_id

_TRIES = 20


class DraftConflict(ConflictError):
    """Others changed atoms of the draft since its base; `conflicts`: of `find_conflicts`. Nothing was saved."""

    def __init__(self, message: str, conflicts: pd.DataFrame, revision: int) -> None:
        """Keep what it is about.

        Parameters
        ----------
        message : in words.
        conflicts : of `find_conflicts`.
        revision : number of the log's last event.
        """
        super().__init__(message)
        self.conflicts, self.revision = conflicts, revision


@dataclass(frozen=True)
class Signed:
    """Who submits a draft, why, and from when to when it counts (UTC; None: from the plan's time, without end)."""

    author: str
    reason: str
    effective_at: datetime | None = None
    until: datetime | None = None


def groups_of(desk: Desk, without: frozenset[int] = frozenset()) -> dict[Place, list[int]]:
    """Return what a draft comes to: atoms that are elsewhere than in its base, by where they are.

    Parameters
    ----------
    desk : of the draft.
    without : atoms that are left to others.

    Returns
    -------
    Place -> atoms in order; places in order.
    """
    found: dict[Place, list[int]] = {}
    for atom in sorted(desk.placed):
        if atom not in without:
            found.setdefault(desk.placed[atom], []).append(atom)
    return dict(sorted(found.items()))


def conflicts_of(workspace: Workspace, ground: Ground, desk: Desk) -> tuple[pd.DataFrame, Sheet]:
    """Find what others changed on the atoms of a draft since its base.

    Parameters
    ----------
    workspace : of the draft's outbreak.
    ground, desk : of the draft.

    Returns
    -------
    conflicts : of `find_conflicts`. now : the sheet as it is.
    """
    base = ground.sheet
    now = base if workspace.revision() == base.revision else read_sheet(workspace, base.plan.as_of)
    names = tuple(ground.names(sorted(desk.placed)))
    return find_conflicts(base, now, names), now


def submit(
    workspace: Workspace, draft: str, ground: Ground, desk: Desk, signed: Signed, choice: Choice = "refuse"
) -> list[str]:
    """Save a draft as edits; sending it again adds nothing.

    Parameters
    ----------
    workspace : of the draft's outbreak.
    draft : its id, from which the edits have theirs.
    ground, desk : of the draft.
    signed : who, why, when.
    choice : what to do where others changed its atoms: refuse; replay (mine on theirs); keep-theirs (mine elsewhere).

    Returns
    -------
    Ids of the events, the strictest class first; none where all was left to others.

    Raises
    ------
    InputError : nothing is changed, or no reason is given.
    DraftConflict : others changed some of its atoms, and the choice is to refuse.
    StoreError : others write without a pause.
    """
    if not signed.reason.strip():
        raise InputError("a reason is needed: it goes with every edit; nothing was saved")
    if not desk.placed:
        raise InputError("the draft changes nothing against its base; nothing was saved")
    for _ in range(_TRIES):
        conflicts, now = conflicts_of(workspace, ground, desk)
        own = {sent_id(signed.author, _sent(draft, place)) for place in groups_of(desk)}
        theirs = conflicts[~conflicts["stroke"].isin(own)]
        if len(theirs) and choice == "refuse":
            raise DraftConflict(_say(theirs, desk, ground, now), theirs, now.revision)
        lost = theirs["atom_id"].tolist() if choice == "keep-theirs" else []
        groups = groups_of(desk, frozenset(ground.numbers(lost)[0]))
        saved = _save(workspace, draft, ground, groups, signed, now)
        if saved is not None:
            return saved
    raise StoreError(f"{workspace.path}: others wrote {_TRIES} times while this draft was being saved; save it again")


def _sent(draft: str, place: Place) -> str:
    return f"{draft}:{place.of}:{place.zone}"


def _save(
    workspace: Workspace, draft: str, ground: Ground, groups: dict[Place, list[int]], signed: Signed, now: Sheet
) -> list[str] | None:
    saved, revision = list[str](), now.revision
    ranks = {name: of.rank for name, of in now.plan.policy.classes.items()}
    for place, atoms in sorted(groups.items(), key=lambda group: (ranks.get(group[0].of, 99), group[0])):
        sent = _sent(draft, place)
        stroke = draw(
            ground.sheet, ground.names(atoms), place.of, signed.reason.strip(), signed.effective_at, signed.until
        )
        event_id = sent_id(signed.author, sent)
        zone = drawn_id(event_id) if place.zone.startswith(NEW) else place.zone
        stroke = replace(stroke, zone_id=zone or None)
        if save_stroke(workspace, stroke, signed.author, after=revision, sent=sent) is None:
            return None
        saved.append(event_id)
        if (newest := workspace.revision()) > revision + 1:
            return None
        revision = newest
    return saved


def _say(theirs: pd.DataFrame, desk: Desk, ground: Ground, now: Sheet) -> str:
    who = ", ".join(sorted({str(name) for name in theirs["author"].dropna()})) or "new facts"
    return (
        f"{len(theirs):,} of the draft's {len(desk.placed):,} atoms changed between revision {ground.sheet.revision} "
        f"and {now.revision}, by {who}. Nothing was saved, nothing is lost: put yours on theirs, keep theirs, or keep "
        "both as drafts"
    )
