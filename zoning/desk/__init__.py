"""The desk: a draft as an algebra. Acts over atoms on a base that never changes; undo and redo without end.

An act names its atoms and the place that they come to; what is locked when it is done is left out. A desk is the fold
of its steps: the same steps give the same desk, at once, in parts, or through a file.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from zoning.edits.ledger import OUT

Kind = Literal["paint", "erase", "leave", "split", "merge", "turn", "lock", "unlock"]
ALL = "all"  # the lock of everything
NEW = "new:"  # how ids of zones begin that a draft draws


class Place(NamedTuple):
    """Where an atom is: a class of the pack and a zone, or `none` and ""."""

    of: str
    zone: str


NOWHERE = Place(OUT, "")


class Known(NamedTuple):
    """A zone of the base: its class, and when its clock began (seconds since 1970; None: not before the draft)."""

    of: str
    clock: float | None


@dataclass(frozen=True)
class Base:
    """What a draft is drawn on: atoms (numbers) -> place as shown and as derived, where they have one; zones by id."""

    shown: Mapping[int, Place]
    derived: Mapping[int, Place]
    zones: Mapping[str, Known]

    def members(self) -> dict[str, set[int]]:
        """Return the atoms of each zone.

        Returns
        -------
        Zone id -> atoms.
        """
        found: dict[str, set[int]] = {name: set() for name in self.zones}
        for atom, place in self.shown.items():
            found.setdefault(place.zone, set()).add(atom)
        return found


@dataclass(frozen=True)
class Act:
    """One act. `atoms`: numbers, each once. `place`: where they come to, `none` for those that say it themselves.

    erase: to what the engine proposes; leave: to what is in the base.

    `locks`: what lock and unlock name: `zone:ID`, `class:NAME` or `all`. `sent`: what the sender calls it.
    """

    kind: Kind
    atoms: tuple[int, ...] = ()
    place: Place = NOWHERE
    locks: tuple[str, ...] = ()
    sent: str = ""


@dataclass(frozen=True)
class Change:
    """What an act came to: atom -> places and locks before and after; `drew`: id of the zone that it draws, or ""."""

    places: dict[int, tuple[Place, Place]]
    locks: tuple[frozenset[str], frozenset[str]]
    left_out: int = 0
    drew: str = ""


@dataclass
class Desk:
    """A draft at one moment. `placed`: atoms that are elsewhere than in the base; `done`, `undone`: acts in order."""

    base: Base
    placed: dict[int, Place] = field(default_factory=dict)
    locks: frozenset[str] = frozenset()
    done: list[tuple[Act, Change]] = field(default_factory=list)
    undone: list[Act] = field(default_factory=list)
    zones: dict[str, Known] = field(default_factory=dict)
    members: dict[str, set[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Begin with what the base holds."""
        self.zones = self.zones or dict(self.base.zones)
        self.members = self.members or self.base.members()

    def at(self, atom: int) -> Place:
        """Return where an atom is.

        Parameters
        ----------
        atom : its number.

        Returns
        -------
        Place.
        """
        return self.placed.get(atom) or self.base.shown.get(atom, NOWHERE)

    def is_locked(self, place: Place) -> bool:
        """Return whether a place may not be changed.

        Parameters
        ----------
        place : of an atom, or one that atoms would come to.

        Returns
        -------
        True if it, its class or everything is locked.
        """
        return bool(self.locks) and not self.locks.isdisjoint((ALL, f"class:{place.of}", f"zone:{place.zone}"))

    def state(self) -> tuple[object, ...]:
        """Return all that later acts depend on, to compare desks.

        Returns
        -------
        Places that differ from the base, locks, and the atoms of each zone that has any.
        """
        return dict(self.placed), self.locks, {name: atoms for name, atoms in self.members.items() if atoms}


def do(desk: Desk, act: Act) -> Change:
    """Do an act; what was undone can be redone no more.

    Parameters
    ----------
    desk : is changed.
    act : of `paint`, `erase`, `split`, `merge`, `turn`, `lock`, `unlock`, or of a file.

    Returns
    -------
    Change.
    """
    desk.undone.clear()
    return _carry_out(desk, act)


def undo(desk: Desk) -> Change | None:
    """Take the last act back, as if it had never been made.

    Parameters
    ----------
    desk : is changed.

    Returns
    -------
    Change (before and after as they are now), or None: nothing was done.
    """
    if not desk.done:
        return None
    act, change = desk.done.pop()
    desk.undone.append(act)
    desk.zones.pop(change.drew, None)
    back = Change({atom: (after, before) for atom, (before, after) in change.places.items()}, change.locks[::-1])
    _put(desk, back)
    return back


def redo(desk: Desk) -> Change | None:
    """Do again what was last undone.

    Parameters
    ----------
    desk : is changed.

    Returns
    -------
    Change, or None: nothing was undone.
    """
    return _carry_out(desk, desk.undone.pop()) if desk.undone else None


Step = Act | Literal["undo", "redo"]


def replay(base: Base, steps: Iterable[Step], desk: Desk | None = None) -> Desk:
    """Return the desk that steps lead to.

    Parameters
    ----------
    base : what they are drawn on.
    steps : acts, `undo`, `redo`, in order.
    desk : goes on from here, and is changed; None begins anew.

    Returns
    -------
    Desk.
    """
    desk = desk or Desk(base)
    for step in steps:
        follow(desk, step)
    return desk


def follow(desk: Desk, step: Step) -> Change | None:
    """Do, undo or redo, as a step says.

    Parameters
    ----------
    desk : is changed.
    step : an act, `undo` or `redo`.

    Returns
    -------
    Change, or None: there was nothing to undo or redo.
    """
    return do(desk, step) if isinstance(step, Act) else (undo if step == "undo" else redo)(desk)


def _carry_out(desk: Desk, act: Act) -> Change:
    change = work_out(desk, act)
    if change.drew:
        desk.zones[change.drew] = Known(act.place.of, _clock(desk, change) if act.kind == "split" else None)
    _put(desk, change)
    desk.done.append((act, change))
    return change


def _clock(desk: Desk, change: Change) -> float | None:
    """Return the clock of what ground is split from: it has run there since, and merging brings it back."""
    clocks = [desk.zones[before.zone].clock for before, _ in change.places.values() if before.zone in desk.zones]
    known = [clock for clock in clocks if clock is not None]
    return max(known, default=None) if len(known) == len(clocks) else None


def work_out(desk: Desk, act: Act) -> Change:
    """Return what an act would come to; nothing is changed.

    Parameters
    ----------
    desk : where it would be done.
    act : any.

    Returns
    -------
    Change.
    """
    now = desk.locks
    if act.kind in ("lock", "unlock"):
        return Change({}, (now, now | set(act.locks) if act.kind == "lock" else now - set(act.locks)))
    places: dict[int, tuple[Place, Place]] = {}
    left_out = 0
    for atom in act.atoms:
        before = desk.at(atom)
        after = _goal(desk.base, act, atom)
        if before == after:
            continue
        if desk.is_locked(before) or desk.is_locked(after):
            left_out += 1
        else:
            places[atom] = before, after
    return Change(places, (now, now), left_out, "" if act.place.zone in desk.zones else act.place.zone)


def is_idle(desk: Desk, act: Act) -> bool:
    """Return whether an act would change nothing, locked or not.

    Parameters
    ----------
    desk : where it would be done.
    act : that places atoms.

    Returns
    -------
    True if all of its atoms are there already.
    """
    return all(desk.at(atom) == _goal(desk.base, act, atom) for atom in act.atoms)


def _goal(base: Base, act: Act, atom: int) -> Place:
    if act.kind in ("erase", "leave"):
        return (base.derived if act.kind == "erase" else base.shown).get(atom, NOWHERE)
    return act.place


def _put(desk: Desk, change: Change) -> None:
    desk.locks = change.locks[1]
    for atom, (before, after) in change.places.items():
        if before.zone:
            desk.members[before.zone].discard(atom)
        if after.zone:
            desk.members.setdefault(after.zone, set()).add(atom)
        if desk.base.shown.get(atom, NOWHERE) == after:
            desk.placed.pop(atom, None)
        else:
            desk.placed[atom] = after
