"""What the dates of a version say at a moment: upcoming or in force, which day, tests today."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

Version = Mapping[str, Any]
_EXERCISE = timedelta(days=2)


def at(text: str | None) -> datetime | None:
    """Return a local ISO time of a snapshot.

    Parameters
    ----------
    text : with its offset, or None.

    Returns
    -------
    UTC, or None.
    """
    return None if text is None else datetime.fromisoformat(text).astimezone(UTC)


def shift_of(as_of: str, published_at: str) -> timedelta:
    """Return by how much the time of a publication is not that of the clock; the live page has the same rule.

    Parameters
    ----------
    as_of : of the plan, local ISO text.
    published_at : UTC ISO text.

    Returns
    -------
    None at all where they are two days apart at most; else it is an exercise or a replay, which runs on from its time.
    """
    apart = datetime.fromisoformat(as_of) - datetime.fromisoformat(published_at)
    return apart if abs(apart) > _EXERCISE else timedelta(0)


def now_of(listed: Mapping[str, Any] | None, published_at: str | None) -> datetime:
    """Return the moment that counts as now: the clock's, or how far the time of an exercise has come.

    Parameters
    ----------
    listed : `list.json`; None where there is none.
    published_at : when it was published, UTC ISO text.

    Returns
    -------
    UTC.
    """
    now = datetime.now(UTC)
    return now if listed is None or published_at is None else now + shift_of(listed["as_of"], published_at)


def is_shown(version: Version, now: datetime) -> bool:
    """Return whether a version is shown at a moment.

    Parameters
    ----------
    version : shown_from, shown_until.
    now : tz-aware.

    Returns
    -------
    Boolean.
    """
    start, end = at(version["shown_from"]), at(version["shown_until"])
    return (start is None or start <= now) and (end is None or end > now)


def told_at(version: Version, now: datetime, zone: str) -> dict[str, Any]:
    """Return what a version says at a moment at which it is shown.

    Parameters
    ----------
    version : kind, in_force_from, day_one, test_dates.
    now : tz-aware.
    zone : IANA zone of local days.

    Returns
    -------
    status (upcoming, in_force, hold, watch), day (None before day 1 and where no day counts), test_today.
    """
    today = local_day(now, zone)
    start = at(version["in_force_from"])
    status = {"hold": "hold", "watch": "watch"}.get(version["kind"], "in_force")
    if status == "in_force" and start is not None and start > now:
        status = "upcoming"
    one = version["day_one"]
    day = (today - date.fromisoformat(one)).days + 1 if one else 0
    due = status != "watch" and today.isoformat() in version["test_dates"]
    return {"status": status, "day": day if day > 0 and status != "watch" else None, "test_today": due}


def local_day(now: datetime, zone: str) -> date:
    """Return the local date of a moment.

    Parameters
    ----------
    now : tz-aware.
    zone : IANA zone.

    Returns
    -------
    Date; a midnight belongs to the day that it begins.
    """
    return now.astimezone(ZoneInfo(zone)).date()


def shown(versions: Iterable[Version], now: datetime) -> list[Version]:
    """Return the versions that are shown at a moment.

    Parameters
    ----------
    versions : of `list.json`.
    now : tz-aware.

    Returns
    -------
    Versions, in their order.
    """
    return [version for version in versions if is_shown(version, now)]
