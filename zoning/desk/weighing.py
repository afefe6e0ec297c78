"""What a draft comes to, before and after, with each stroke: only the atoms that the stroke moved are counted.

Amounts count from the plan's date on. People are sums of what is told; a zone that the draft draws, or that nobody put
in force, is taken to start at the next midnight.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from zoning.clocks import earliest_lift, local_day, next_midnight, way_out
from zoning.desk import NOWHERE, Change, Desk, Place
from zoning.desk.contact import parts_and_holes
from zoning.desk.ground import Ground
from zoning.geometry import Floats
from zoning.people import People, people_on_land, share_people
from zoning.schedule import make_calendar
from zoning.times import zone_info

AHEAD_DAYS = 7
_ENDED = ("released", "rejected")


@dataclass(frozen=True)
class Scale:
    """What atoms weigh and zones cost on one ground. `zones`: of the plan, with status, clocks and earliest lift."""

    ground: Ground
    zones: pd.DataFrame

    @cached_property
    def dates(self) -> list[date]:
        """Return the local days of which tests are counted, the plan's own first.

        Returns
        -------
        Dates.
        """
        plan = self.ground.sheet.plan
        first = local_day(plan.as_of - timedelta(microseconds=1), zone_info(plan.settings.zone))
        return [first + timedelta(n) for n in range(AHEAD_DAYS + 1)]

    @cached_property
    def ranks(self) -> dict[str, int]:
        """Return the rank of each class; what is in no class comes after all.

        Returns
        -------
        Class -> rank.
        """
        classes = self.ground.sheet.plan.policy.classes
        return {name: of.rank for name, of in classes.items()} | {NOWHERE.of: 1 + max(c.rank for c in classes.values())}

    @cached_property
    def _land(self) -> People:
        plan = self.ground.sheet.plan
        return share_people(plan.units, plan.atoms, plan.tables, plan.settings)

    @cached_property
    def _of_units(self) -> Floats:
        people: Floats = np.nan_to_num(self.ground.sheet.plan.atoms["people"].to_numpy(float))
        return people

    @cached_property
    def _of_cells(self) -> dict[int, float]:
        return {}

    def people(self, atoms: Iterable[int]) -> list[float]:
        """Return the people of atoms; 0 where no figure tells.

        Parameters
        ----------
        atoms : numbers.

        Returns
        -------
        One figure an atom.
        """
        asked, n, known = list(atoms), len(self._of_units), self._of_cells
        if fresh := [atom for atom in asked if atom >= n and atom not in known]:
            counts = np.nan_to_num(people_on_land(np.array(fresh, np.uint64), self._land.land))
            known.update(zip(fresh, counts.tolist(), strict=True))
        return [float(self._of_units[atom]) if atom < n else known[atom] for atom in asked]

    @cached_property
    def _costs(self) -> dict[Place, tuple[float, Floats]]:
        """Return of each zone, and at ("class", "") of a new one, the days to its lift and which dates have a round."""
        plan = self.ground.sheet.plan
        start = pd.Timestamp(next_midnight(plan.as_of, zone_info(plan.settings.zone)))
        table = self.zones[~self.zones["status"].isin(_ENDED)]
        columns = ["zone_id", "class", "origin", "in_force_from", "last_presence_at", "cleaned_at", "earliest_lift_at"]
        rows = [dict(zip(columns, row, strict=True)) for row in table[columns].itertuples(index=False, name=None)]
        for name in plan.policy.classes:
            rows.append({**dict.fromkeys(columns), "zone_id": "", "class": name, "last_presence_at": plan.as_of})
        days = [self._days_left(row, start) for row in rows]
        blank = dict.fromkeys(("clock_from", "earliest_lift_at"), pd.NaT)
        new = [{"zone_id": f"{NOWHERE.of}:{name}", "class": name, **blank} for name in plan.policy.classes]
        wanted = ["zone_id", "class", "origin", "rank", "status", "clock_from", "earliest_lift_at"]
        both = pd.concat([table[wanted].astype(object), pd.DataFrame(new, dtype=object)], ignore_index=True)
        both = both.assign(rank=1, people=1.0, households=1.0)
        calendar = make_calendar(both, plan.policy, plan.settings, plan.as_of)
        rounds = {name: set(part) for name, part in calendar.groupby("zone_id")["date"]}
        keys = [row["zone_id"] or f"{NOWHERE.of}:{row['class']}" for row in rows]
        masks = [np.array([day in rounds.get(key, ()) for day in self.dates], float) for key in keys]
        places = [Place(row["class"], row["zone_id"]) for row in rows]
        return dict(zip(places, zip(days, masks, strict=True), strict=True))

    def _days_left(self, row: dict[str, Any], start: pd.Timestamp) -> float:
        plan = self.ground.sheet.plan
        since, end = row["in_force_from"], row["earliest_lift_at"]
        if pd.isna(since):
            step = way_out(plan.policy.classes[row["class"]], None if pd.isna(row["origin"]) else row["origin"])
            clean = None if pd.isna(row["cleaned_at"]) else row["cleaned_at"]
            presence = plan.as_of if pd.isna(row["last_presence_at"]) else row["last_presence_at"]
            found = step and earliest_lift(
                step, start.to_pydatetime(), presence, clean, plan.policy, plan.settings.zone
            )
            since, end = start, pd.Timestamp(found) if found else pd.NaT
        left = end - max(since, pd.Timestamp(plan.as_of))
        return 0.0 if pd.isna(left) else max(left / pd.Timedelta(days=1), 0.0)

    def cost(self, place: Place) -> tuple[float, Floats]:
        """Return what a person in a zone costs.

        Parameters
        ----------
        place : class and zone.

        Returns
        -------
        Days to the earliest lift (0: not by the calendar); 1 for each of `dates` that has a round of tests, else 0.
        """
        known = self._costs.get(place)
        return known if known is not None else self._costs.get(Place(place.of, ""), (0.0, np.zeros(len(self.dates))))


@dataclass
class Tally:
    """Sums over a desk: people by zone, person-days, tests by date, atoms and people beyond and below the rule."""

    scale: Scale
    people: dict[Place, float] = field(default_factory=dict)
    person_days: float = 0.0
    tests: Floats = field(default_factory=lambda: np.zeros(AHEAD_DAYS + 1))
    beyond: list[float] = field(default_factory=lambda: [0.0, 0.0])
    below: list[float] = field(default_factory=lambda: [0.0, 0.0])
    form: dict[str, tuple[int, int]] = field(default_factory=dict)

    def copy(self) -> "Tally":
        """Return a tally that can be changed alone.

        Returns
        -------
        Tally.
        """
        lists = {"beyond": list(self.beyond), "below": list(self.below)}
        return Tally(self.scale, dict(self.people), self.person_days, self.tests.copy(), **lists, form=dict(self.form))

    def add(self, atoms: Iterable[int], places: Iterable[Place], sign: int) -> None:
        """Count atoms in, or out.

        Parameters
        ----------
        atoms : numbers.
        places : where each is.
        sign : 1 counts them in, -1 out.
        """
        numbers, derived, ranks = list(atoms), self.scale.ground.base.derived, self.scale.ranks
        moved: dict[Place, float] = {}
        for atom, place, people in zip(numbers, places, self.scale.people(numbers), strict=True):
            moved[place] = moved.get(place, 0.0) + people
            by = ranks[place.of] - ranks[derived.get(atom, NOWHERE).of]
            if by:
                side = self.beyond if by < 0 else self.below
                side[0] += sign
                side[1] += sign * people
        for place, people in moved.items():
            if place == NOWHERE:
                continue
            days, rounds = self.scale.cost(place)
            self.people[place] = self.people.get(place, 0.0) + sign * people
            self.person_days += sign * people * days
            self.tests += sign * people * rounds

    def change(self, desk: Desk, change: Change) -> set[str]:
        """Follow a change of the desk, which has it already.

        Parameters
        ----------
        desk : after the change.
        change : of `do`, `undo` or `redo`.

        Returns
        -------
        Zones that it touched.
        """
        self.add(change.places, (before for before, _ in change.places.values()), -1)
        self.add(change.places, (after for _, after in change.places.values()), 1)
        zones = {place.zone for pair in change.places.values() for place in pair if place.zone}
        for zone in zones:
            self.form.pop(zone, None)
        return zones

    def form_of(self, zone: str, members: Mapping[str, set[int]]) -> tuple[int, int]:
        """Return the parts and holes of a zone; counted when they are asked for, not at each stroke.

        Parameters
        ----------
        zone : id.
        members : zone id -> atoms, as this tally has followed them.

        Returns
        -------
        parts, holes.
        """
        if zone not in self.form:
            self.form[zone] = shape_of(self.scale.ground, members.get(zone, ()))
        return self.form[zone]


def shape_of(ground: Ground, atoms: Iterable[int]) -> tuple[int, int]:
    """Return the parts and holes of a zone.

    Parameters
    ----------
    ground : of the draft.
    atoms : of the zone.

    Returns
    -------
    parts, holes.
    """
    of_units = ground.cells
    n = len(of_units)
    return parts_and_holes({of_units[atom] if atom < n else atom for atom in atoms}, ground.rings)


def tally_base(scale: Scale) -> Tally:
    """Return the sums over a base, before any stroke.

    Parameters
    ----------
    scale : of its ground.

    Returns
    -------
    Tally.
    """
    base, tally = scale.ground.base, Tally(scale)
    away = {atom: NOWHERE for atom in base.derived if atom not in base.shown}
    tally.add(base.shown, base.shown.values(), 1)
    tally.add(away, away.values(), 1)
    return tally
