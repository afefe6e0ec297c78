"""Edits by hand: what an analyst draws on, a stroke drawn there, and what it changes, before and after.

A sheet is the plan as derived without strokes, with the strokes replayed on it: a stroke is tried by a replay alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from rapidfuzz import process

from zoning.clocks import read_moment
from zoning.edits import Edited, number_atoms, number_lists, replay
from zoning.edits.ledger import OUT
from zoning.errors import InputError, UnknownError
from zoning.geometry import Cells, Floats, cells_to_text, resolutions, text_to_cells
from zoning.lookup import atoms_inside
from zoning.people import people_on_land, share_people
from zoning.pipeline import Plan, derive_state
from zoning.policy import load_policy
from zoning.register import find_rows, unit_ids
from zoning.state import fold
from zoning.store import Workspace, opened
from zoning.strokes import Past, Stroke, row_of, table_of

_SHOWN = 5


@dataclass(frozen=True)
class Sheet:
    """What an analyst draws on: `plan` without strokes, the strokes, both together; number of the log's last event."""

    plan: Plan
    strokes: pd.DataFrame
    edited: Edited
    revision: int


def read_sheet(where: Path | Workspace, as_of: datetime | None = None, revision: int | None = None) -> Sheet:
    """Derive the plan without strokes, and replay the strokes on it.

    Parameters
    ----------
    where : the workspace, or its folder.
    as_of : when it was true (UTC); None means the workspace's setting, else now.
    revision : as the log was after this event; None means all of it.

    Returns
    -------
    Sheet.

    Raises
    ------
    InputError : the log has no such event.
    StoreError : no workspace there, or a table is missing.
    """
    workspace = opened(where)
    newest = workspace.revision()
    at = newest if revision is None else revision
    if not 0 <= at <= newest:
        raise InputError(f"revision {at} is not in the log, which ends with {newest}; give one that an edit printed")
    state = fold(Past(workspace, at))
    settings = state.settings
    told = read_moment(settings.as_of, settings.zone) if settings.as_of else datetime.now(UTC)
    policy = load_policy(settings.policy, settings.chosen)
    plan = derive_state(replace(state, strokes=table_of()), policy, as_of or told)
    if len(state.strokes):
        plan = replace(plan, causes=derive_state(state, policy, as_of or told).causes)
    return _replayed(plan, state.strokes, at)


def _replayed(plan: Plan, strokes: pd.DataFrame, revision: int) -> Sheet:
    zones = pd.DataFrame(plan.zones).drop(columns="geometry")
    edited = replay(plan.membership, zones, strokes, plan.policy, plan.atoms, plan.settings, plan.as_of, plan.causes)
    return Sheet(plan, strokes, edited, revision)


def try_stroke(sheet: Sheet, stroke: Stroke, author: str, event_id: str = "tried", at: datetime | None = None) -> Sheet:
    """Return the sheet as it would be with one more stroke; nothing is saved or derived anew.

    Parameters
    ----------
    sheet : of `read_sheet`.
    stroke : as drawn on it.
    author : who.
    event_id, at : of its event, where it has one (`at` UTC; None means now).

    Returns
    -------
    Sheet.
    """
    row = row_of(stroke, event_id, sheet.revision + 1, at or datetime.now(UTC), author)
    strokes = pd.concat([sheet.strokes, table_of([row])], ignore_index=True) if len(sheet.strokes) else table_of([row])
    return _replayed(sheet.plan, strokes.sort_values(["recorded_at", "seq"], ignore_index=True), sheet.revision + 1)


def resolve_atoms(plan: Plan, names: Sequence[str]) -> tuple[str, ...]:
    """Return the atoms that names stand for.

    Parameters
    ----------
    plan : its units, atoms and resolution.
    names : ids of estates, buildings and units (all their atoms), of atoms (`<unit>/rest`), or H3 cells as text.

    Returns
    -------
    Ids of atoms, each once, in the order of the names.

    Raises
    ------
    InputError : no name at all.
    UnknownError : names that are none of these, all together, with the nearest.
    """
    asked = np.array(list(dict.fromkeys(names)), object)
    if not len(asked):
        raise InputError("no atom is named; give ids of units, estates or cells, one a line")
    unit = find_rows(pd.Series(asked), unit_ids(plan.units), len(asked))
    number, known = number_atoms(asked, plan.atoms, plan.settings.resolution)
    owner, inside = atoms_inside(unit, plan.inside)
    lost = ~known & (np.bincount(owner, minlength=len(asked)) == 0)
    if lost.any():
        raise UnknownError(_say_unknown(asked[lost], len(asked), plan))
    alone = np.flatnonzero(known & (unit < 0))
    position, found = np.concatenate([owner, alone]), np.concatenate([inside.astype(np.uint64), number[alone]])
    atoms = pd.unique(found[np.argsort(position, kind="stable")])
    return tuple(_name_atoms(atoms, plan))


def _name_atoms(atoms: Cells, plan: Plan) -> npt.NDArray[np.object_]:
    units, names = atoms < len(plan.atoms), np.empty(len(atoms), object)
    names[units] = plan.atoms["atom_id"].to_numpy(object)[atoms[units].astype(np.int64)]
    names[~units] = cells_to_text(atoms[~units])
    return names


def _say_unknown(lost: npt.NDArray[np.object_], asked: int, plan: Plan) -> str:
    every = [*plan.units["id"], *plan.atoms["atom_id"]]
    said, level = [], plan.settings.resolution
    for name, cell in zip(lost[:_SHOWN].tolist(), text_to_cells(lost[:_SHOWN].tolist()), strict=True):
        near = [found[0] for found in process.extract(name, every, limit=3, score_cutoff=60)]
        other = f"a cell of resolution {resolutions(cell)}, where this workspace has {level}"
        said.append(f"{name} ({other if cell else 'nearest: ' + (', '.join(dict.fromkeys(near)) or 'none alike')})")
    more = f" and {len(lost) - _SHOWN:,} more" if len(lost) > _SHOWN else ""
    return (
        f"{len(lost):,} of {asked:,} names are no unit, atom or cell with ground here: {'; '.join(said)}{more}; "
        "nothing was saved: mend them, or leave them out"
    )


def draw(
    sheet: Sheet,
    atoms: Sequence[str],
    target: str,
    reason: str,
    effective_at: datetime | None = None,
    until: datetime | None = None,
    zone_id: str | None = None,
) -> Stroke:
    """Draw a stroke on a sheet: it answers what the derivation says of its atoms there.

    Parameters
    ----------
    sheet : of `read_sheet`.
    atoms : ids of atoms, each once.
    target : a class of the pack, or `none`.
    reason : why.
    effective_at, until : UTC; None means from the plan's time, without end.
    zone_id : id or alias of the zone that the atoms join; None leaves it to `replay`.

    Returns
    -------
    Stroke.

    Raises
    ------
    InputError : it ends before it begins, or the zone has another class.
    UnknownError : no such class or zone.
    """
    plan, start = sheet.plan, effective_at or sheet.plan.as_of
    if target not in (OUT, *plan.policy.classes):
        known = ", ".join(f"{name} ({of.names.zh} {of.names.en})" for name, of in plan.policy.classes.items())
        raise UnknownError(f"class '{target}' is not in {plan.policy.pack.id}; it has {known}; {OUT} takes atoms out")
    if until is not None and until <= start:
        raise InputError(f"the edit would end at {until}, before it begins at {start}; give a later --until")
    if zone_id is not None:
        _hold_zone(sheet, zone_id, target)
    row = _rows(sheet, atoms)
    there = plan.membership[["class", "fact_ids"]].iloc[row[row >= 0]]
    place = there.groupby([there["class"], number_lists(there["fact_ids"])], sort=False).ngroup().to_numpy()
    first = there[~pd.Series(place).duplicated().to_numpy()]
    answers = tuple((of, tuple(facts)) for of, facts in zip(first["class"], first["fact_ids"], strict=True))
    answered = np.full(len(row), -1)
    answered[row >= 0] = place
    parts = plan.membership["part"].iloc[row[row >= 0]].unique()
    knows = set[str]().union(*plan.zones.loc[plan.zones["part"].isin(parts), "fact_ids"])
    return Stroke(
        tuple(atoms), tuple(answered.tolist()), answers, target, reason, sheet.revision, start, until, zone_id,
        knows=tuple(sorted(knows)),
    )  # fmt: skip


def _hold_zone(sheet: Sheet, zone_id: str, target: str) -> None:
    zones = sheet.edited.zones
    found = zones[(zones["zone_id"] == zone_id) | zones["aliases"].map(lambda ids: zone_id in ids)]
    if found.empty:
        raise UnknownError(f"zone '{zone_id}' is not in the plan; derive it, and take an id from the list")
    if found["class"].iloc[0] != target:
        of = found["class"].iloc[0]
        raise InputError(f"zone '{zone_id}' is {of}, not {target}; give --class {of}, or leave --zone out")


def _rows(sheet: Sheet, atoms: Sequence[str]) -> npt.NDArray[np.int64]:
    """Return the row of each atom in the derived membership, -1 where nothing is derived."""
    number, _ = number_atoms(np.array(atoms, object), sheet.plan.atoms, sheet.plan.settings.resolution)
    return np.asarray(pd.Index(sheet.plan.membership["atom"]).get_indexer(number), np.int64)


def plan_of(where: Path | Workspace, sheet: Sheet) -> Plan:
    """Derive the plan with the strokes of a sheet, dressed as every plan is.

    Parameters
    ----------
    where : its workspace, or the folder of that.
    sheet : of `read_sheet`, or of what was saved.

    Returns
    -------
    Plan, of the time of the sheet.

    Raises
    ------
    StoreError : no workspace there, or a table is missing.
    """
    state = fold(Past(opened(where), sheet.revision))
    return derive_state(state, sheet.plan.policy, sheet.plan.as_of)


def people_of(plan: Plan, atoms: pd.Series) -> Floats:
    """Return the people of atoms, in zones or not.

    Parameters
    ----------
    plan : its atoms and tables.
    atoms : numbers of atoms.

    Returns
    -------
    (n,) people; 0 where no figure tells.
    """
    number = atoms.to_numpy(np.uint64)
    unit, found = number < len(plan.atoms), np.zeros(len(number))
    found[unit] = plan.atoms["people"].to_numpy(float)[number[unit].astype(np.int64)]
    if not unit.all():
        shared = share_people(plan.units, plan.atoms, plan.tables, plan.settings)
        found[~unit] = np.nan_to_num(people_on_land(number[~unit], shared.land))
    return found
