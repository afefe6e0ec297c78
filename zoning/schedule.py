"""Testing calendars: on which dates each zone tests, and the people, tubes, samplers and tables of each round.

Test days count calendar dates; lifting counts full local days, 24时 being 00:00 of the next day.
"""

import math
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from zoning.classes import Step, Tail, ZoneClass
from zoning.clocks import after_days, first_test_date, local_day, midnight, next_midnight, way_out
from zoning.graded import Dated, Value, number_on, value_on
from zoning.policy import Policy
from zoning.settings import Settings
from zoning.times import zone_info
from zoning.typed import typed_rows

DTYPES = {
    "zone_id": "str", "day": "int64", "date": "object", "phase": "str", "people_due": "Int64",
    "tubes": "Int64", "samplers": "Int64", "tables": "Int64", "assumed": "bool",
}  # fmt: skip
_INPUTS = ["zone_id", "class", "origin", "clock_from", "earliest_lift_at", "people", "households"]


def make_calendar(zones: pd.DataFrame, policy: Policy, settings: Settings, now: datetime) -> pd.DataFrame:
    """Return the test rounds of every zone that is not released or rejected.

    A zone that no one has put in force yet is taken to start at the next local midnight, and marked so. Day 1 is the
    first round even where `first_within_h` would end earlier; it never moves to the day before.

    Parameters
    ----------
    zones : zone_id, class, origin (class that it stepped down from), rank, status, clock_from (test days count from
        here) and earliest_lift_at (UTC, may be missing), people, households (NaN where not known).
    policy : pack whose classes are those of `zones`.
    settings : `zone` is the IANA zone of local days.
    now : tz-aware time from which zones not yet in force are dated.

    Returns
    -------
    One row a round, by rank, zone_id and day: zone_id, day (1 = first), date (local), phase (id, "" for none),
    people_due, tubes, samplers, tables (NA where people or the pack's figure are not known), assumed.
    """
    open_zones = zones[~zones["status"].isin(["released", "rejected"])].sort_values(["rank", "zone_id"])
    info, rows = zone_info(settings.zone), list[tuple[Any, ...]]()
    for zone_id, name, origin, start, lift, people, households in open_zones[_INPUTS].itertuples(
        index=False, name=None
    ):
        assumed = bool(pd.isna(start))
        begin = next_midnight(now, info) if assumed else start
        due, of = _count(people), policy.classes[name]
        step = way_out(of, None if pd.isna(origin) else origin)
        for day, on in _rounds(of, step, policy, begin, None if pd.isna(lift) else lift, settings.zone):
            staff = (_share(due, policy.capacity.get(f"people_per_{name}"), on) for name in ("sampler", "table"))
            rows.append((zone_id, day, on, _phase(of, day), due, _tubes(of, due, _count(households)), *staff, assumed))
    return typed_rows(rows, DTYPES)


def choose_tail(last_daily: int, window: tuple[int, int], tail: Tail) -> list[int]:
    """Return the later test days of a zone, against the lift that holds for it.

    The pack's default where it meets both terms; else the days whose last round is latest, then the fewest rounds,
    then the longest gaps first. On the pack's own clock that order finds 10, 12, 14 again. Where no days meet both
    terms, the least gap gives way, for more tests do no harm.

    Parameters
    ----------
    last_daily : day number of the last fixed round.
    window : first and last day number in which the last round may lie.
    tail : least and greatest gap in days, and the named default.

    Returns
    -------
    Day numbers in order; none where a fixed round already lies in the window.
    """
    first, last = window
    if last_daily >= first:
        return []
    days = [last_daily, *tail.default]
    gaps = [after - before for before, after in pairwise(days)]
    if first <= days[-1] <= last and all(tail.min_gap <= gap <= tail.max_gap for gap in gaps):
        return list(tail.default)
    choices = ((least, end) for least in (tail.min_gap, 1) for end in range(last, first - 1, -1))
    least, end = next((g, e) for g, e in choices if _fewest(e - last_daily, tail.max_gap) * g <= e - last_daily)
    found, day = [], last_daily
    for left in range(_fewest(end - last_daily, tail.max_gap) - 1, -1, -1):
        day += min(tail.max_gap, end - day - left * least)
        found.append(day)
    return found


def _fewest(span: int, max_gap: int) -> int:
    return -(-span // max_gap)


def _rounds(
    of: ZoneClass, step: Step | None, policy: Policy, start: datetime, lift: datetime | None, zone: str
) -> list[tuple[int, date]]:
    """Day number and date of each round of a zone of one class; where its fixed days are unset, of the later ones."""
    if of.tests is None:
        return []
    fixed, info = of.tests.fixed.value, zone_info(zone)
    one, days = first_test_date(start, policy, zone), sorted(fixed) if isinstance(fixed, list) else []
    length = _length(step, local_day(start, info)) if step else 0
    if step and length:
        clock = after_days(policy, start, length, zone)
        days += _later(of.tests.tail, step, max(days, default=0), one, max(clock, lift or clock), info)
    return [(day, one + timedelta(day - 1)) for day in days]


def _length(step: Step, day: date) -> int:
    """Days from the start to the earliest step, where nobody was infected since; 0 where no clock of days is given."""
    return int(max(number_on(days, day) for days in (step.when.in_force_days, step.when.no_new_days)))


def _later(tail: Tail | None, step: Step, last_daily: int, one: date, lift: datetime, info: ZoneInfo) -> list[int]:
    """The tail, or the release round that the fixed days of a class without a tail may miss when its lift moves."""
    last = (local_day(lift - timedelta(microseconds=1), info) - one).days + 1
    if step.when.round_window_h is not None:
        opens = lift - timedelta(hours=number_on(step.when.round_window_h, local_day(lift, info)))
        on = local_day(opens, info)
        first = min((on - one).days + 1 + (midnight(on, info) < opens), last)
    elif tail is not None:
        first = last - tail.max_gap + 1
    else:
        return []
    if tail is not None:
        return choose_tail(last_daily, (first, last), tail)
    return [] if last_daily >= first else [last]


def _phase(of: ZoneClass, day: int) -> str:
    return next((p.id for p in of.phases if p.from_day <= day <= (p.to_day or day)), "")


def _tubes(of: ZoneClass, people: int | None, households: int | None) -> int | None:
    """Tubes of a round: one a person, unless the class pools; one a household where households are known."""
    if people is None or of.pool is None:
        return people
    if of.pool.tube_per == "household" and households:
        return min(households, people)
    return _per(people, of.pool.ratio)


def _share(people: int | None, dated: Dated | None, on: date) -> int | None:
    return None if dated is None else _per(people, value_on(dated, on))


def _per(people: int | None, value: Value) -> int | None:
    per = value.value
    return math.ceil(people / per) if people is not None and isinstance(per, int | float) and per else None


def _count(amount: float | None) -> int | None:
    # Shared-out people are fractions; the sixth decimal is noise of their sum, not a person.
    return None if amount is None or pd.isna(amount) else math.ceil(round(float(amount), 6))
