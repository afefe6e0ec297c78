"""A draft as a file: one JSON object a line, the first says what it is drawn on, the others are its steps in order."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, get_args

import orjson

from zoning.desk import NOWHERE, Act, Kind, Place, Step
from zoning.desk.keeping import Draft, Kept
from zoning.errors import InputError

FORMAT = "cordon-draft/1"
Numbers = Callable[[Sequence[str]], tuple[list[int], list[str]]]
_KINDS: tuple[Kind, ...] = get_args(Kind)
Names = Callable[[Iterable[int]], list[str]]


@dataclass(frozen=True)
class DraftFile:
    """A draft as read: what its first line says, its steps, and the names that are no atoms here (by step, from 1)."""

    head: dict[str, Any]
    steps: list[Step]
    lost: dict[int, list[str]] = field(default_factory=dict)


def write_step(step: Step, names: Names) -> dict[str, Any]:
    """Return a step as plain data.

    Parameters
    ----------
    step : an act, `undo` or `redo`.
    names : gives the ids of atoms.

    Returns
    -------
    Keys `do`, and of an act what it has of `atoms`, `class`, `zone`, `locks`, `sent`.
    """
    if not isinstance(step, Act):
        return {"do": step}
    told: dict[str, Any] = {"do": step.kind}
    if step.atoms:
        told["atoms"] = names(step.atoms)
    if step.place != NOWHERE:
        told |= {"class": step.place.of, "zone": step.place.zone}
    if step.locks:
        told["locks"] = list(step.locks)
    return told | ({"sent": step.sent} if step.sent else {})


def read_step(told: dict[str, Any], numbers: Numbers, where: str = "step") -> tuple[Step, list[str]]:
    """Return the step that plain data tells of.

    Parameters
    ----------
    told : of `write_step`.
    numbers : gives the numbers of atoms, and the names that are none.
    where : what an error calls it.

    Returns
    -------
    The step; names that are no atoms here, which it is without.

    Raises
    ------
    InputError : it is no step.
    """
    kind = told.get("do")
    if kind in ("undo", "redo"):
        return kind, []
    act = next((known for known in _KINDS if known == kind), None)
    if act is None:
        raise InputError(f"{where}: '{kind}' is no act; a draft knows {', '.join((*_KINDS, 'undo', 'redo'))}")
    lists = {key: told.get(key, []) for key in ("atoms", "locks")}
    texts = {key: told.get(key, "") for key in ("class", "zone", "sent")}
    if not all(isinstance(v, list) and all(isinstance(one, str) for one in v) for v in lists.values()):
        raise InputError(f"{where}: atoms and locks are lists of text")
    if not all(isinstance(v, str) for v in texts.values()):
        raise InputError(f"{where}: class, zone and sent are text")
    atoms, lost = numbers(lists["atoms"])
    place = Place(texts["class"], texts["zone"]) if texts["class"] else NOWHERE
    return Act(act, tuple(atoms), place, tuple(lists["locks"]), texts["sent"]), lost


def write_draft(head: dict[str, Any], steps: Iterable[Step], names: Names) -> bytes:
    """Return a draft as a file.

    Parameters
    ----------
    head : what it is drawn on and whose it is.
    steps : in order.
    names : gives the ids of atoms.

    Returns
    -------
    JSON lines.
    """
    lines = [{"format": FORMAT, **head}, *(write_step(step, names) for step in steps)]
    return b"".join(orjson.dumps(line) + b"\n" for line in lines)


def write_kept(draft: Draft, steps: Iterable[Kept]) -> bytes:
    """Return a draft that was kept as a file: its steps as they are on disk.

    Parameters
    ----------
    draft, steps : of a drawer.

    Returns
    -------
    JSON lines.
    """
    times = {name: getattr(draft, name).isoformat() for name in ("as_of", "made_at", "changed_at")}
    plain = {name: getattr(draft, name) for name in ("id", "outbreak", "title", "author", "base", "state")}
    lines = [{"format": FORMAT, **plain, **times}, *(kept.step for kept in steps)]
    return b"".join(orjson.dumps(line) + b"\n" for line in lines)


def read_draft(data: bytes, numbers: Numbers) -> DraftFile:
    """Read a draft; a last line that was cut off is left out.

    Parameters
    ----------
    data : of `write_draft`.
    numbers : gives the numbers of atoms, and the names that are none.

    Returns
    -------
    DraftFile.

    Raises
    ------
    InputError : it is no draft, or a line is none.
    """
    lines = data.split(b"\n")
    whole, cut = lines[:-1], lines[-1]
    head = _line(whole[0] if whole else cut, 1)
    if head.pop("format", None) != FORMAT:
        raise InputError(f'line 1: this is no draft of Cordon; its first line must say "format": "{FORMAT}"')
    steps, missing = list[Step](), dict[int, list[str]]()
    for n, line in enumerate(whole[1:], 1):
        step, lost = read_step(_line(line, n + 1), numbers, f"line {n + 1}")
        steps.append(step)
        if lost:
            missing[n] = lost
    return DraftFile(head, steps, missing)


def _line(line: bytes, n: int) -> dict[str, Any]:
    try:
        told = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise InputError(f"line {n}: this is no JSON ({error}); a draft has one JSON object a line") from error
    if not isinstance(told, dict):
        raise InputError(f"line {n}: this is no JSON object; a draft has one a line")
    return told
