"""Stage 4a: what happened: which stays fire a rule's trigger."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from zoning.geometry import Floats, Frame, components
from zoning.graded import number
from zoning.lookup import area_at, at_level
from zoning.rules import Cluster, Count, Residence, Rule, Visit

Mask = npt.NDArray[np.bool_]


def fire(
    rule: Rule,
    stays: pd.DataFrame,
    spots: pd.DataFrame,
    units: pd.DataFrame,
    tables: Mapping[str, pd.DataFrame],
    frame: Frame,
) -> Mask:
    """Return which stays fire a rule; a rule about ground already taken is asked elsewhere and fires for none here.

    Parameters
    ----------
    rule : of the pack.
    stays : of `find_stays`, with `live`; only the living count towards a number of cases.
    spots : of `locate`, same rows.
    units : of `make_units`.
    tables : kind -> table of the state; areas are read.
    frame : plane in metres.

    Returns
    -------
    (n,) booleans.
    """
    when, known = rule.when, spots["known"].to_numpy(bool)
    home: Mask = (stays["trigger"] == "residence").to_numpy(bool) & known
    if isinstance(when, Residence):
        return home
    if isinstance(when, Visit):
        risk = stays["place_risk"].isin(when.place_risk).to_numpy(bool)
        fires: Mask = (stays["trigger"] == "visit").to_numpy(bool) & known & risk
        if when.contacts_traceable is not None:
            fires &= (stays["contacts_traceable"] == when.contacts_traceable).fillna(False).to_numpy(bool)
        fires &= stays["hours"].to_numpy(float) >= number(when.min_stay_h, 0.0)
        return fires
    if isinstance(when, Cluster):
        return _clustered(when, stays, spots, home & stays["live"].to_numpy(bool), frame)
    if isinstance(when, Count):
        return _counted(when, stays, spots, home & stays["live"].to_numpy(bool), units, tables)
    return np.zeros(len(stays), bool)


def _days(stays: pd.DataFrame) -> Floats:
    days: Floats = stays["reported_at"].to_numpy("datetime64[us]").astype(np.int64) / 86_400e6
    return days


def _clustered(when: Cluster, stays: pd.DataFrame, spots: pd.DataFrame, home: Mask, frame: Frame) -> Mask:
    """Cases chained by pairs near in metres and days, where the chain has n or more."""
    rows, fires = np.flatnonzero(home), np.zeros(len(stays), bool)
    points = frame.to_metres(shapely.points(spots["lng"].to_numpy()[rows], spots["lat"].to_numpy()[rows]))
    if not len(rows):
        return fires
    one, other = shapely.STRtree(points).query(points, predicate="dwithin", distance=number(when.within_m, 0.0))
    days = _days(stays)[rows]
    close = np.abs(days[one] - days[other]) <= number(when.within_days, 0.0)
    group = components(len(rows), one[close], other[close])
    fires[rows] = np.bincount(group)[group] >= number(when.n, 1.0)
    return fires


def _counted(
    when: Count,
    stays: pd.DataFrame,
    spots: pd.DataFrame,
    home: Mask,
    units: pd.DataFrame,
    tables: Mapping[str, pd.DataFrame],
) -> Mask:
    """Cases of one unit or area of a level of which n distinct ones fall within some days of each other."""
    group = at_level(spots["unit"].to_numpy(), units, (when.level,))
    if when.level not in set(units["level"]):
        group = area_at(spots["lng"].to_numpy(), spots["lat"].to_numpy(), tables["areas"], when.level)
    unit = at_level(spots["unit"].to_numpy(), units, (when.distinct,)) if when.distinct else np.arange(len(stays))
    days, fires = _days(stays), np.zeros(len(stays), bool)
    rows = np.flatnonzero(home & (group >= 0) & (unit >= 0))
    rows = rows[np.argsort(group[rows], kind="stable")]
    within, n = number(when.within_days, 0.0), number(when.n, 1.0)
    for at in np.split(rows, np.flatnonzero(np.diff(group[rows])) + 1):
        enough = len(np.unique(unit[at])) >= n
        for first in np.unique(days[at]) if enough else ():
            inside = at[(days[at] >= first) & (days[at] <= first + within)]
            if len(np.unique(unit[inside])) >= n:
                fires[inside] = True
    return fires
