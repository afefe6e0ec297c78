"""The answer to a stroke: what it came to, before and after, in less than 10 kB whatever its size."""

import json
from collections.abc import Iterable
from typing import Any

import numpy as np
import shapely

from zoning.desk import Change, Desk, Known, Place
from zoning.desk.ground import Ground
from zoning.desk.weighing import Tally
from zoning.geometry import Cells, Ints
from zoning.lookup import atoms_inside
from zoning.pipeline import Plan
from zoning.shapes import draw_atoms

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
    id, class; people, person_days, atoms: each [before, after]; at most SHOWN_ZONES.
    """
    found = [_zone(desk, before, after, zone) for zone in sorted(zones)]
    found.sort(key=lambda row: -abs(row["people"][1] - row["people"][0]))
    return found[:SHOWN_ZONES]


def tell_forms(desk: Desk, before: Tally, after: Tally, zones: Iterable[str]) -> dict[str, dict[str, list[int]]]:
    """Return in how many parts zones lie and how many holes they have; the work of it is of the size of the zones.

    Parameters
    ----------
    desk : as it is.
    before, after : of the base and of the draft.
    zones : ids.

    Returns
    -------
    Zone id -> parts, holes: each [before, after].
    """
    held = (before, before.scale.ground.members), (after, desk.members)
    pairs = {zone: [tally.form_of(zone, members) for tally, members in held] for zone in zones}
    return {zone: {"parts": [a[0], b[0]], "holes": [a[1], b[1]]} for zone, (a, b) in pairs.items()}


def _zone(desk: Desk, before: Tally, after: Tally, zone: str) -> dict[str, Any]:
    known = desk.zones.get(zone) or desk.base.zones.get(zone) or Known("", None)
    place = Place(known.of, zone)
    people = [tally.people.get(place, 0.0) for tally in (before, after)]
    days = [n * after.scale.cost(place)[0] for n in people]
    return {
        "id": zone,
        "class": known.of,
        "people": [_round(n) for n in people],
        "person_days": [_round(n) for n in days],
        "atoms": [len(_base_members(before, zone)), len(desk.members.get(zone, ()))],
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
    count, left_out; `moved`: of `drawn_atoms`, or None for many.
    """
    told: dict[str, Any] = {"count": len(change.places), "left_out": change.left_out, "moved": None}
    if len(change.places) <= SHOWN_ATOMS:
        told["moved"] = drawn_atoms(ground, desk, change.places)
    return told


def drawn_atoms(ground: Ground, desk: Desk, atoms: Iterable[int]) -> dict[str, dict[str, list[str]]]:
    """Return what the map shows of a draft where atoms are: cells, and the footprints of units.

    A footprint that atoms share (floors, stairwells) shows the strictest class that the draft gives one of them.

    Parameters
    ----------
    ground : of the draft.
    desk : as it is.
    atoms : numbers.

    Returns
    -------
    cells, units: class -> ids; `none` where they were taken out, "" where they are as in the base.
    """
    n, cells, rows = len(ground.ids), dict[str, list[int]](), set[int]()
    for atom in atoms:
        if atom < n:
            rows.add(int(ground.footprints[atom]))
        else:
            place = desk.placed.get(atom)
            cells.setdefault(place.of if place else "", []).append(atom)
    units = _drawn_units(ground, desk, np.array(sorted(rows), np.int64)) if rows else {}
    return {"cells": {of: ground.names(those) for of, those in cells.items()}, "units": units}


def outline_of(plan: Plan, numbers: Cells) -> dict[str, Any]:
    """Return where atoms lie, for a map to show.

    Parameters
    ----------
    plan : as derived.
    numbers : atom numbers.

    Returns
    -------
    outline: GeoJSON geometry; box: west, south, east, north; both None where no atom has ground. count: of the atoms.
    """
    shape = draw_atoms(numbers, plan.units, plan.atoms)
    if shape.is_empty:
        return {"outline": None, "box": None, "count": len(numbers)}
    rounded = shapely.transform(shape, lambda points: np.round(points, 6))
    return {"outline": json.loads(shapely.to_geojson(rounded)), "box": list(shape.bounds), "count": len(numbers)}


def _drawn_units(ground: Ground, desk: Desk, rows: Ints) -> dict[str, list[str]]:
    plan, units, shown = ground.sheet.plan, dict[str, list[str]](), dict[int, str]()
    ranks = {name: of.rank for name, of in plan.policy.classes.items()}
    owner, inside = atoms_inside(rows, plan.inside)
    for at, atom in zip(owner.tolist(), inside.tolist(), strict=True):
        place = desk.placed.get(atom)
        if place and ranks.get(place.of, 98) < ranks.get(shown.get(at, ""), 99):
            shown[at] = place.of
    for at, name in enumerate(plan.units["id"].iloc[rows]):
        units.setdefault(shown.get(at, ""), []).append(name)
    return units


def _round(value: float) -> float:
    return round(float(value), 1) + 0.0
