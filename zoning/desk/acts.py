"""Acts as they are made: held to what a desk allows, and resolved to atoms and a place, so that they can be done."""

from collections.abc import Sequence

from zoning.desk import ALL, NEW, NOWHERE, Act, Desk, Known, Place, work_out
from zoning.edits.ledger import OUT
from zoning.errors import InputError, UnknownError

MAX_ATOMS = 200_000


def paint(desk: Desk, atoms: Sequence[int], of: str, zone: str, sent: str = "") -> Act:
    """Return the act that puts atoms into a class and zone, or out of all zones.

    Parameters
    ----------
    desk : where it would be done.
    atoms : numbers, each once.
    of : class, or `none` to take them out.
    zone : that they join; `new:` and a name draws one; "" with `none`.
    sent : what the sender calls it.

    Returns
    -------
    Act.

    Raises
    ------
    InputError : no atom, too many, the zone has another class, or all of it is locked.
    UnknownError : no such zone.
    """
    place = NOWHERE if of == OUT else Place(of, zone)
    if of != OUT:
        known = desk.zones.get(zone)
        if known is None and not zone.startswith(NEW):
            raise UnknownError(f"zone '{zone}' is not in this draft; take one of its list")
        if known is not None and known.of != of:
            raise InputError(f"zone '{zone}' is {known.of}, not {of}; paint with {known.of}, or into another zone")
    return _held(desk, Act("paint", tuple(atoms), place, sent=sent))


def erase(desk: Desk, atoms: Sequence[int], sent: str = "") -> Act:
    """Return the act that gives atoms back what the engine proposes for them.

    Parameters
    ----------
    desk, atoms, sent : as `paint`.

    Returns
    -------
    Act.

    Raises
    ------
    InputError : as `paint`.
    """
    return _held(desk, Act("erase", tuple(atoms), sent=sent))


def leave(desk: Desk, atoms: Sequence[int], sent: str = "") -> Act:
    """Return the act that leaves atoms as they are in the base: what others saved there holds.

    Parameters
    ----------
    desk, atoms, sent : as `paint`.

    Returns
    -------
    Act.

    Raises
    ------
    InputError : as `paint`.
    """
    return _held(desk, Act("leave", tuple(atoms), sent=sent))


def _held(desk: Desk, act: Act) -> Act:
    if not act.atoms:
        raise InputError("no atom is chosen; nothing was changed: choose ground on the map")
    if len(act.atoms) > MAX_ATOMS:
        raise InputError(
            f"{len(act.atoms):,} atoms are more than one stroke may hold ({MAX_ATOMS:,}); nothing was changed: "
            "draw it in parts, or take whole areas one after the other"
        )
    if desk.locks and (change := work_out(desk, act)).left_out and not change.places:
        raise InputError(
            f"all {change.left_out:,} atoms are locked; nothing was changed: unlock the zone, its class or all"
        )
    return act


def split(desk: Desk, zone: str, atoms: Sequence[int], new: str, sent: str = "") -> Act:
    """Return the act that makes some atoms of a zone a zone of their own, of the same class.

    Atoms that make up, as they were, a zone of the base that is empty now become that zone again.

    Parameters
    ----------
    desk : where it would be done.
    zone : id.
    atoms : numbers; those that are not in the zone are passed over.
    new : name of the new zone, without `new:`.
    sent : what the sender calls it.

    Returns
    -------
    Act.

    Raises
    ------
    InputError : the zone would be left whole, or empty.
    UnknownError : no such zone.
    """
    known, held = _zone(desk, zone), desk.members.get(zone, set())
    chosen = [atom for atom in atoms if atom in held]
    if not chosen or len(chosen) == len(held):
        side = "none" if not chosen else "all"
        raise InputError(
            f"{side} of the {len(held):,} atoms of zone '{zone}' are on the side that is split off; nothing was "
            "changed: draw the line through it"
        )
    return Act("split", tuple(chosen), Place(known.of, _restored(desk, chosen, known.of) or NEW + new), sent=sent)


def _restored(desk: Desk, atoms: list[int], of: str) -> str:
    """Return the zone of the base that is just these atoms, and empty now."""
    home = {desk.base.shown[atom].zone if atom in desk.base.shown else "" for atom in atoms}
    name = home.pop() if len(home) == 1 else ""
    if not name or desk.members.get(name) or desk.base.zones[name].of != of:
        return ""
    there = sum(place.zone == name for place in desk.base.shown.values())
    return name if there == len(atoms) else ""


def merge(desk: Desk, zones: Sequence[str], sent: str = "") -> Act:
    """Return the act that makes zones of one class one: the one whose clock began later keeps its id and its clock.

    Where clocks are alike a zone of the base comes before one that the draft draws, such as a part split off from it.

    Parameters
    ----------
    desk : where it would be done.
    zones : ids, two or more.
    sent : what the sender calls it.

    Returns
    -------
    Act.

    Raises
    ------
    InputError : fewer than two zones, or of several classes.
    UnknownError : no such zone.
    """
    names = list(dict.fromkeys(zones))
    known = {name: _zone(desk, name) for name in names}
    classes = {of.of for of in known.values()}
    if len(names) < 2:
        raise InputError("one zone alone cannot be merged; choose two or more")
    if len(classes) > 1:
        raise InputError(
            f"zones of several classes cannot be merged ({', '.join(sorted(classes))}); "
            "nothing was changed: change the class of some of them first"
        )
    keeper = min(names, key=lambda name: (-_began(known[name]), name not in desk.base.zones, name))
    atoms = [atom for name in names if name != keeper for atom in sorted(desk.members.get(name, ()))]
    return Act("merge", tuple(atoms), Place(classes.pop(), keeper), sent=sent)


def _began(known: Known) -> float:
    return float("inf") if known.clock is None else known.clock


def turn(desk: Desk, zone: str, of: str, new: str, sent: str = "") -> Act:
    """Return the act that gives a whole zone another class; it becomes a zone that the draft draws.

    Parameters
    ----------
    desk : where it would be done.
    zone : id.
    of : the class.
    new : name of the new zone, without `new:`.
    sent : what the sender calls it.

    Returns
    -------
    Act.

    Raises
    ------
    InputError : it has that class, or no atoms.
    UnknownError : no such zone.
    """
    known, held = _zone(desk, zone), desk.members.get(zone, set())
    if known.of == of:
        raise InputError(f"zone '{zone}' is {of} already; nothing was changed")
    if not held:
        raise InputError(f"zone '{zone}' has no ground in this draft; nothing was changed")
    return Act("turn", tuple(sorted(held)), Place(of, NEW + new), sent=sent)


def lock(desk: Desk, what: Sequence[str], classes: Sequence[str], on: bool = True, sent: str = "") -> Act:
    """Return the act that locks or unlocks.

    Parameters
    ----------
    desk : where it would be done.
    what : `zone:ID`, `class:NAME` or `all`; unlocking `all` takes every lock away.
    classes : of the pack.
    on : False unlocks.
    sent : what the sender calls it.

    Returns
    -------
    Act.

    Raises
    ------
    InputError : nothing is named, or in another form.
    UnknownError : no such zone or class.
    """
    for name in what:
        kind, _, of = name.partition(":")
        if name != ALL and kind not in ("zone", "class"):
            raise InputError(f"'{name}' cannot be locked; name zone:ID, class:NAME or {ALL}")
        if kind == "zone":
            _zone(desk, of)
        if kind == "class" and of not in classes:
            raise UnknownError(f"class '{of}' is not in the pack; it has {', '.join(classes)}")
    if not what:
        raise InputError(f"nothing is named to lock; name zone:ID, class:NAME or {ALL}")
    names = sorted(desk.locks) if not on and ALL in what else list(what)
    return Act("lock" if on else "unlock", locks=tuple(names), sent=sent)


def clock_of(desk: Desk, zone: str) -> float | None:
    """Return when the clock of a zone began.

    Parameters
    ----------
    desk : its zones.
    zone : id.

    Returns
    -------
    Seconds since 1970, None: not before the draft.

    Raises
    ------
    UnknownError : no such zone.
    """
    return _zone(desk, zone).clock


def _zone(desk: Desk, zone: str) -> Known:
    if zone not in desk.zones:
        raise UnknownError(f"zone '{zone}' is not in this draft; take one of its list")
    return desk.zones[zone]
