"""Clocks of a zone: full local days, the earliest lift, and the number of a day."""

from datetime import UTC, datetime, time, timedelta

from zoning.classes import ZoneClass
from zoning.policy import value_on
from zoning.times import zone_info


def after_full_days(start: datetime, days: int, zone: str) -> datetime:
    """Return the first moment after so many full local days.

    A full day is a calendar day wholly in force: 12 March 12:00 and 14 days give 26 March 24时, 15 March 00:00 and 14
    days give 28 March 24时.

    Parameters
    ----------
    start : tz-aware start of the clock.
    days : number of full days.
    zone : IANA zone of local days.

    Returns
    -------
    A local midnight, in UTC.
    """
    info = zone_info(zone)
    local = start.astimezone(info)
    first = local.date() + timedelta(local.time() != time(0))
    return datetime.combine(first + timedelta(days), time(0), info).astimezone(UTC)


def earliest_lift(of: ZoneClass, start: datetime, last_presence: datetime, zone: str) -> datetime | None:
    """Return the earliest moment at which the clocks of a zone allow its lifting.

    The later of two: the class's duration in full days from its start, and its days without a new infection in full
    days from the last moment at which an infected person was present and not isolated.

    Parameters
    ----------
    of : class of the zone.
    start : tz-aware, in force from.
    last_presence : tz-aware, of its causes.
    zone : IANA zone of local days.

    Returns
    -------
    A local midnight in UTC, or None for a class that is lifted by assessment alone.
    """
    day = start.date()
    ends = []
    if of.duration_days is not None:
        ends.append(after_full_days(start, _whole(value_on(of.duration_days, day).value), zone))
    if of.release.no_new_days is not None:
        ends.append(after_full_days(last_presence, _whole(of.release.no_new_days.value), zone))
    return max(ends) if ends else None


def _whole(value: object) -> int:
    return int(str(value))


def day_number(start: datetime, now: datetime, zone: str) -> int:
    """Return the day of a zone: 1 on the local date of its start, counted on.

    Parameters
    ----------
    start : tz-aware, in force from.
    now : tz-aware.
    zone : IANA zone of local days.

    Returns
    -------
    Day number; 0 or less before the start.
    """
    info = zone_info(zone)
    return (now.astimezone(info).date() - start.astimezone(info).date()).days + 1
