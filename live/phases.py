"""What the days of a zone are counted from, and from which day each of its phases holds."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pandas as pd

from zoning.classes import ZoneClass
from zoning.clocks import first_test_date, local_day
from zoning.pipeline import Plan
from zoning.times import zone_info


def day_one(plan: Plan, zone: Mapping[str, Any]) -> date | None:
    """Return the local date of day 1 of a zone, from which its days and test rounds are counted.

    Parameters
    ----------
    plan : that holds it.
    zone : clock_from (UTC).

    Returns
    -------
    Date, or None while no clock runs.
    """
    clock = zone["clock_from"]
    return None if pd.isna(clock) else first_test_date(clock, plan.policy, plan.settings.zone)


def phases_of(plan: Plan, zone: Mapping[str, Any], of: ZoneClass) -> list[dict[str, Any]]:
    """Return from which day each phase of a zone holds; a phase whose gate is not recorded yet is left out.

    Parameters
    ----------
    plan : that holds it.
    zone : clock_from (UTC), origin, gates (gate -> when it was assessed).
    of : its class.

    Returns
    -------
    id, zh, en and `from` (local date) of each phase, in order; none for a zone that stepped down or has no clock.
    """
    first = day_one(plan, zone)
    if first is None or zone["origin"]:
        return []
    info, gates, found = zone_info(plan.settings.zone), zone["gates"] or {}, list[dict[str, Any]]()
    for phase in of.phases:
        if phase.gate is not None and phase.gate not in gates:
            continue
        start = first + timedelta(phase.from_day - 1)
        if phase.gate is not None:
            start = max(start, local_day(pd.Timestamp(gates[phase.gate]), info))
        found.append({"id": phase.id, "zh": phase.names.zh, "en": phase.names.en, "from": start})
    return found
