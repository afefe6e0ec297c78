"""The answer to a stroke: what it came to, before and after, in less than 10 kB whatever its size."""

from typing import Any

from zoning.desk import Change, Desk, Known
from zoning.desk.ground import Ground
from zoning.desk.weighing import Tally, shape_of

SHOWN_ATOMS, SHOWN_ZONES = 150, 8
Pair = list[float]


def tell_totals(before: Tally, after: Tally) -> dict[str, Any]:
    """Return the sums of a draft beside those of its base.

    Parameters
    ----------
    before, after : of the base and of the draft.

    Returns
    -------
    people, person_days, zones: [before, after]; tests: [date, before, after] a day; beyond, below: people and atoms,
    each [before, after].
    """

    def sides(name: str) -> dict[str, Pair]:
        one, two = getattr(before, name), getattr(after, name)
        return {"atoms": [one[0], two[0]], "people": [_round(one[1]), _round(two[1])]}

    rows = zip(after.scale.dates, before.tests, after.tests, strict=True)
    return {
        "people": [_round(sum(t.people.values())) for t in (before, after)],
        "person_days": [_round(t.person_days) for t in (before, after)],
        "tests": [[day.isoformat(), _round(one), _round(two)] for day, one, two in rows],
        "beyond": sides("beyond"),
        "below": sides("below"),
    }


def tell_zones(desk: Desk, before: Tally, after: Tally, zones: set[str]) -> list[dict[str, Any]]:
    """Return what became of zones, those with most people moved first.

    Parameters
    ----------
    desk : after the stroke.
    before, after : of the base and of the draft.
    zones : ids.

    Returns
    -------
    id, class; people, person_days, atoms, parts, holes: each [before, after]; at most SHOWN_ZONES.
    """
    found = [_zone(desk, before, after, zone) for zone in sorted(zones)]
    found.sort(key=lambda row: -abs(row["people"][1] - row["people"][0]))
    return found[:SHOWN_ZONES]


def _zone(desk: Desk, before: Tally, after: Tally, zone: str) -> dict[str, Any]:
    known = desk.zones.get(zone) or desk.base.zones.get(zone) or Known("", None)
    sums = [{place: n for place, n in tally.people.items() if place.zone == zone} for tally in (before, after)]
    days = [sum(n * after.scale.cost(place)[0] for place, n in of.items()) for of in sums]
    if zone not in before.form:
        before.form[zone] = shape_of(after.scale.ground, _base_members(before, zone))
    shapes = [before.form[zone], after.form.get(zone, before.form[zone])]
    return {
        "id": zone,
        "class": known.of,
        "people": [_round(sum(of.values())) for of in sums],
        "person_days": [_round(n) for n in days],
        "atoms": [len(_base_members(before, zone)), len(desk.members.get(zone, ()))],
        "parts": [shape[0] for shape in shapes],
        "holes": [shape[1] for shape in shapes],
    }


def _base_members(before: Tally, zone: str) -> set[int]:
    return before.scale.ground.members.get(zone, set())


def tell_atoms(ground: Ground, desk: Desk, change: Change) -> dict[str, Any]:
    """Return where atoms are now, for the map; where they are many, only how many.

    Parameters
    ----------
    ground : of the draft.
    desk : after the change.
    change : of a step.

    Returns
    -------
    count, left_out; `moved`: class -> ids, with `base` of those that are where the base has them, or None for many.
    """
    told: dict[str, Any] = {"count": len(change.places), "left_out": change.left_out, "moved": None}
    if len(change.places) <= SHOWN_ATOMS:
        told["moved"] = moved_atoms(ground, desk, change.places)
    return told


def moved_atoms(ground: Ground, desk: Desk, atoms: Any) -> dict[str, list[str]]:
    """Return atoms by what the map shows of a draft there.

    Parameters
    ----------
    ground : of the draft.
    desk : as it is.
    atoms : numbers.

    Returns
    -------
    Class -> ids; `none` where they were taken out, "" where they are as in the base.
    """
    found: dict[str, list[int]] = {}
    for atom in atoms:
        place = desk.placed.get(atom)
        found.setdefault(place.of if place else "", []).append(atom)
    return {of: ground.names(those) for of, those in found.items()}


def _round(value: float) -> float:
    return round(float(value), 1) + 0.0
