"""Clocks of a zone: local days and midnights, full days, the first test date, and the earliest lift."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import pandas as pd

from zoning.classes import Step, ZoneClass
from zoning.errors import InputError
from zoning.graded import number_on
from zoning.policy import Policy
from zoning.times import parse_times, zone_info


def read_moment(text: str, zone: str, about: datetime | None = None) -> datetime:
    """Return one typed time.

    Parameters
    ----------
    text : as `parse_times` reads it; a bare date is its start.
    zone : IANA zone of times without an offset.
    about : tz-aware; a date without a year is the nearest one to it, before or after; None means now.

    Returns
    -------
    UTC.

    Raises
    ------
    InputError : the text is no time.
    """
    about = about or datetime.now(UTC)
    found = [_read(text, zone, about.year + n) for n in (0, -1, 1)]
    moments = [one for one in found if isinstance(one, datetime)]
    if not moments:
        raise InputError(f"time '{text}': {found[0] or 'empty'}")
    return min(moments, key=lambda moment: abs(moment - about))


@lru_cache(4096)  # each plan reads the time of its workspace
def _read(text: str, zone: str, year: int) -> datetime | str:
    """Return the moment of a text, a date without a year being of this one; else what is wrong with it."""
    found = parse_times(pd.Series([text], dtype="str"), zone, year=year)
    moment: pd.Timestamp = found.times.iloc[0]
    return str(found.reasons.iloc[0]) if pd.isna(moment) else moment.to_pydatetime()


def local_day(moment: datetime, info: ZoneInfo) -> date:
    """Return the local date of a moment.

    Parameters
    ----------
    moment : tz-aware.
    info : the zone of local days.

    Returns
    -------
    The date; midnight belongs to the day that it begins.
    """
    return moment.astimezone(info).date()


def midnight(day: date, info: ZoneInfo) -> datetime:
    """Return the moment at which a local day begins.

    Parameters
    ----------
    day : local date.
    info : the zone of local days.

    Returns
    -------
    UTC.
    """
    return datetime.combine(day, time(), info).astimezone(UTC)


def next_midnight(moment: datetime, info: ZoneInfo) -> datetime:
    """Return the local midnight at which something decided now begins: a midnight itself is its own.

    Parameters
    ----------
    moment : tz-aware.
    info : the zone of local days.

    Returns
    -------
    UTC.
    """
    day = local_day(moment, info)
    return midnight(day + timedelta(midnight(day, info) < moment), info)


def after_full_days(start: datetime, days: int, zone: str, after_event: bool = False) -> datetime:
    """Return the first moment after so many full local days.

    A full day is a calendar day wholly in force: 12 March 12:00 and 14 days give 26 March 24时, 15 March 00:00 and 14
    days give 28 March 24时.

    Parameters
    ----------
    start : tz-aware start of the clock.
    days : number of full days.
    zone : IANA zone of local days.
    after_event : the day of the start never counts, though it began at midnight.

    Returns
    -------
    A local midnight, in UTC.
    """
    info = zone_info(zone)
    first = local_day(start, info)
    return midnight(first + timedelta(days + (after_event or midnight(first, info) < start)), info)


def way_out(of: ZoneClass, origin: str | None) -> Step | None:
    """Return the step that a zone of a class takes next.

    Parameters
    ----------
    of, origin : as `ways_out` takes them.

    Returns
    -------
    The first of those; None where there is none.
    """
    return next(iter(ways_out(of, origin)), None)


def ways_out(of: ZoneClass, origin: str | None) -> list[Step]:
    """Return the steps that a zone of a class can take.

    Parameters
    ----------
    of : class of the zone.
    origin : class that it stepped down from; None for a zone that was opened in its class.

    Returns
    -------
    The first step whose `origin` fits, and those after it that are for the same origins, each to a milder class.
    """
    first = next((step for step in of.steps if step.fits(origin)), None)
    return [step for step in of.steps if first and step.origin == first.origin]


def earliest_lift(
    step: Step, since: datetime, last_presence: datetime | None, cleaned: datetime | None, policy: Policy, zone: str
) -> datetime | None:
    """Return the earliest moment at which the calendar lets a zone take a step.

    Parameters
    ----------
    step : of the zone's class, as `way_out` gives it.
    since : tz-aware; its days in force count from here.
    last_presence : tz-aware; an infected person was last present and not isolated, None where nobody was.
    cleaned : tz-aware; the last premises were cleaned and disinfected for the first time, None while they are not.
    policy : its `day_count.lift` says whether the day of an event counts.
    zone : IANA zone of local days.

    Returns
    -------
    The latest end of the step's calendar conditions, a local midnight in UTC; None where it has none, or where one of
    its clocks has not begun.
    """
    day, when = local_day(since, zone_info(zone)), step.when
    clocks = [(when.in_force_days, since), (when.no_new_days, last_presence), (when.cleaned_days, cleaned)]
    clocks.append((when.no_cluster_days, last_presence))
    asked = [(number_on(days, day), moment) for days, moment in clocks if days is not None]
    ends = [after_days(policy, moment, int(days), zone) for days, moment in asked if moment is not None]
    return max(ends, default=None) if len(ends) == len(asked) else None


def after_days(policy: Policy, start: datetime, days: int, zone: str) -> datetime:
    """Return the first moment after so many days of a lift clock, as the pack counts them.

    Parameters
    ----------
    policy : its `day_count.lift`.
    start : tz-aware start of the clock.
    days : number of days.
    zone : IANA zone of local days.

    Returns
    -------
    A local midnight, in UTC.
    """
    return after_full_days(start, days, zone, policy.day_count.lift == "full_days_after_event")


def first_test_date(start: datetime, policy: Policy, zone: str) -> date:
    """Return the local date of test day 1.

    Parameters
    ----------
    start : tz-aware start of the zone.
    policy : its `day_count` says whether the date of the start counts, and until which hour.
    zone : IANA zone of local days.

    Returns
    -------
    The date of the start, or the next one.
    """
    info, count = zone_info(zone), policy.day_count
    cutoff = count.day1_cutoff_h.value
    local = start.astimezone(info)
    counts = count.tests == "calendar_day_in_force" and (not isinstance(cutoff, int | float) or local.hour < cutoff)
    return local_day(start, info) + timedelta(not counts)


def day_number(start: datetime, now: datetime, policy: Policy, zone: str) -> int:
    """Return the day of a zone, counted as its test days are: 1 on its first test date.

    Parameters
    ----------
    start : tz-aware, in force from.
    now : tz-aware.
    policy : its `day_count`.
    zone : IANA zone of local days.

    Returns
    -------
    Day number; 0 or less before the first day.
    """
    return (local_day(now, zone_info(zone)) - first_test_date(start, policy, zone)).days + 1
