"""Typed rows before they go to the engine: times as people write them, numbers, order; faults in both languages."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from dashboard.api.posting import fault, refuse
from dashboard.moments import SLACK, read_typed
from dashboard.texts import both
from zoning.tables import contract

Row = dict[str, str]
# Nothing of these can lie ahead; who is isolated tomorrow is not isolated.
_PAST = {"reported_at", "onset_at", "first_positive_at", "isolated_at", "cleaned_at", "ended_at", "started_at"}
_ORDER = {"visits": ("arrive_at", "leave_at"), "rounds": ("started_at", "ended_at")}
_NEEDED = {
    "cases": ("reported_at",),
    "visits": ("person_id", "arrive_at"),
    "rounds": ("round_id", "unit_id", "ended_at"),
}
_WHERE = ("place_id", "unit_id", "address", "lng", "cell")
_COUNTED = ("tested", "excused", "refused", "absent")


def hold_rows(kind: str, rows: Sequence[Row], zone: str, clock: datetime, whole: bool = True) -> list[Row]:
    """Return typed rows as the engine takes them: each time as ISO 8601.

    Parameters
    ----------
    kind : of the facts.
    rows : column -> what was typed.
    zone : IANA zone of local times.
    clock : the moment at which people work.
    whole : whether the rows are new facts, which need all that their kind needs.

    Returns
    -------
    Rows.

    Raises
    ------
    Refused : 422, each fault by its row and field.
    """
    faults, found = list[dict[str, Any]](), []
    for number, row in enumerate(rows):
        told, wrong = _hold(kind, row, zone, clock)
        lacking = [name for name in _NEEDED[kind] if whole and not row.get(name)] if kind in _NEEDED else []
        wrong += [fault(name, both("field_required")) for name in lacking]
        if kind == "visits" and whole and not any(row.get(name) for name in _WHERE):
            wrong.append(fault("address", both("fault_where")))
        faults += [{**one, "row": number} for one in wrong]
        found.append(told)
    if faults:
        raise refuse(422, "unreadable", "body", faults=faults[:20])
    return found


def _hold(kind: str, row: Row, zone: str, clock: datetime) -> tuple[Row, list[dict[str, Any]]]:
    told, faults, times = dict(row), [], dict[str, datetime]()
    for column in contract(kind).columns:
        typed = row.get(column.name, "")
        if not typed:
            continue
        if column.dtype == "time":
            at = read_typed(typed, zone, clock, end=column.date_only == "end")
            if at is None:
                faults.append(fault(column.name, both("fault_time"), both("fault_time_do")))
                continue
            # A bare date of today means its end, which is not over yet: the report is of now.
            if column.name in _PAST and at > clock + SLACK and _of_today(typed, zone, clock):
                at = clock
            times[column.name], told[column.name] = at, at.isoformat()
            if column.name in _PAST and at > clock + SLACK:
                faults.append(fault(column.name, both("fault_ahead"), both("fault_ahead_do")))
        elif column.dtype in ("int", "float"):
            faults += _number(column.name, typed, column.dtype == "int")
    first, last = _ORDER.get(kind, ("", ""))
    if first in times and last in times and times[last] < times[first]:
        faults.append(fault(last, both("fault_before"), both("fault_before_do")))
    return told, faults + (_counts(row) if kind == "rounds" and not faults else [])


def _of_today(text: str, zone: str, clock: datetime) -> bool:
    """Return whether a text is the bare date of the day that the clock shows."""
    start, end = read_typed(text, zone, clock), read_typed(text, zone, clock, end=True)
    return start is not None and end is not None and start < clock < end


def _number(name: str, typed: str, whole: bool) -> list[dict[str, Any]]:
    try:
        value = int(typed) if whole else float(typed)
    except ValueError:
        return [fault(name, both("fault_whole" if whole else "fault_number"))]
    if name not in ("lng", "lat"):
        return [] if value >= 0 else [fault(name, both("fault_negative"))]
    most = 180 if name == "lng" else 90
    return [] if -most <= value <= most else [fault(name, both("fault_earth"))]


def _counts(row: Row) -> list[dict[str, Any]]:
    """Say where more people were met, excused or missing than are due."""
    due = row.get("due")
    counted = sum(int(row.get(name) or 0) for name in _COUNTED)
    if not due or counted <= int(due):
        return []
    return [fault("due", both("fault_due", due=due, n=counted), both("fault_due_do"))]
