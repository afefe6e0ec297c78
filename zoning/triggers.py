"""Stage 4a: what happened: which stays fire a rule's trigger."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from zoning.geometry import Floats, Frame, Ints, components
from zoning.graded import number
from zoning.lookup import area_at, at_level, text_among
from zoning.once import once
from zoning.rules import Cluster, Count, Residence, Rule, Visit, When

Mask = npt.NDArray[np.bool_]
ALONE = -1  # the group of what is counted with nobody


def counts(rule: Rule) -> bool:
    """Return whether a rule counts stays together.

    Parameters
    ----------
    rule : of the pack.

    Returns
    -------
    True if whether a stay fires it hangs on others.
    """
    return any(isinstance(when, Cluster | Count) for when in (rule.when, *rule.also))


def counted_with(rule: Rule, stays: pd.DataFrame, units: pd.DataFrame, areas: pd.DataFrame) -> Ints:
    """Return with which others a rule counts each stay, so that one more may let those fire it.

    Parameters
    ----------
    rule : of the pack, one that counts.
    stays : unit, lng, lat.
    units : of `make_units`.
    areas : contract `areas`.

    Returns
    -------
    (n,) numbers, the same for all that are counted with each other; ALONE where a stay is counted with nobody.
    """
    first, *more = [when for when in (rule.when, *rule.also) if isinstance(when, Cluster | Count)]
    if more or isinstance(first, Cluster):  # near in metres: any may be chained to any
        return np.zeros(len(stays), np.int64)
    return _group(first.level, stays, units, areas)


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
    stays : of `find_stays`, with `live` and case_id; only the living count, but where a rule asks for all `ever`.
    spots : of `locate`, same rows.
    units : of `make_units`.
    tables : kind -> table of the state; areas are read.
    frame : plane in metres.

    Returns
    -------
    (n,) booleans.
    """
    town = _Town(stays, spots, units, tables, frame)
    fires = _fires(rule.when, town)
    for fact in rule.also:
        fires &= _fires(fact, town)
    return fires


@dataclass(frozen=True)
class _Town:
    """What a trigger asks: the arguments of `fire`."""

    stays: pd.DataFrame
    spots: pd.DataFrame
    units: pd.DataFrame
    tables: Mapping[str, pd.DataFrame]
    frame: Frame

    def homes(self) -> Mask:
        at_home: Mask = (self.stays["trigger"] == "residence").to_numpy(bool) & self.spots["known"].to_numpy(bool)
        return at_home

    def has_status(self, statuses: list[str]) -> Mask:
        # What fires nothing any more has lost its status, and still keeps the ids of its zones.
        found: Mask = self.told("status").isin(statuses).to_numpy(bool) | self.stays["ghost"].to_numpy(bool)
        return found

    def told(self, column: str) -> pd.Series:
        """What the case of each stay says."""
        cases = self.tables["cases"][["fact_id", column]]
        mine = cases[text_among(cases["fact_id"], self.stays["case_id"])]
        return mine.set_index("fact_id")[column].reindex(self.stays["case_id"])

    def days(self, by: str) -> Floats:
        """Days, from any origin, of each stay's report or of its case's onset."""
        dates = self.stays["reported_at"]
        if by == "onset":
            dates = self.told("onset_at").set_axis(dates.index).fillna(dates)
        days: Floats = dates.to_numpy("datetime64[us]").astype(np.int64) / 86_400e6
        return days


def _fires(when: When, town: _Town) -> Mask:
    stays, homes = town.stays, town.homes()
    live = stays["live"].to_numpy(bool)
    if isinstance(when, Residence):
        return homes & town.has_status(when.statuses) if when.statuses else homes
    if isinstance(when, Visit):
        return _visited(when, town)
    if isinstance(when, Cluster):
        places = homes if when.places == "homes" else town.spots["known"].to_numpy(bool)
        return _clustered(when, town, places & live)
    if isinstance(when, Count):
        counted = ~stays["ghost"].to_numpy(bool) if when.ever else live
        fires: Mask = _counted(when, town, homes & counted) & live
        return fires
    return np.zeros(len(stays), bool)


def _visited(when: Visit, town: _Town) -> Mask:
    """Visits by the investigator's two fields, and their length."""
    stays = town.stays
    fires: Mask = (stays["trigger"] == "visit").to_numpy(bool) & town.spots["known"].to_numpy(bool)
    fires &= stays["place_risk"].isin(when.place_risk).to_numpy(bool)
    if when.contacts_traceable is not None:
        fires &= (stays["contacts_traceable"] == when.contacts_traceable).fillna(False).to_numpy(bool)
    fires &= stays["hours"].to_numpy(float) >= number(when.min_stay_h, 0.0)
    return fires


def _clustered(when: Cluster, town: _Town, places: Mask) -> Mask:
    """Cases near in metres and days, where n or more are chained by pairs, or lie around one of them."""
    rows, fires = np.flatnonzero(places), np.zeros(len(places), bool)
    lng, lat = (town.spots[c].to_numpy()[rows] for c in ("lng", "lat"))
    points = town.frame.to_metres(shapely.points(lng, lat))
    if not len(rows):
        return fires
    one, other = shapely.STRtree(points).query(points, predicate="dwithin", distance=number(when.within_m, 0.0))
    days, case = town.days(when.by)[rows], pd.factorize(town.stays["case_id"].iloc[rows])[0]
    later, n = days[other] - days[one], number(when.n, 1.0)
    if when.around == "chain":
        close = np.abs(later) <= number(when.within_days, 0.0)
        group = components(len(rows), one[close], other[close])
        fires[rows] = _distinct(group, case, len(rows))[group] >= n
        return fires
    close = (later >= 0) & (later <= number(when.within_days, 0.0))
    index = _distinct(one[close], case[other[close]], len(rows)) >= n
    fires[rows[other[close & index[one]]]] = True
    return fires


def _distinct(group: Ints, case: Ints, n: int) -> Ints:
    """Number of distinct cases of each of n groups."""
    pairs = np.unique(np.column_stack([group, case]), axis=0)
    return np.bincount(pairs[:, 0], minlength=n)


def _counted(when: Count, town: _Town, home: Mask) -> Mask:
    """Cases of one unit or area of a level of which n distinct ones fall within some days of each other."""
    units, spots = town.units, town.spots
    group = _group(when.level, spots, units, town.tables["areas"])
    unit = at_level(spots["unit"].to_numpy(), units, (when.distinct,)) if when.distinct else np.arange(len(home))
    days, fires = town.days("report"), np.zeros(len(home), bool)
    rows = np.flatnonzero(home & (group >= 0) & (unit >= 0))
    if not len(rows):
        return fires
    within, n = number(when.within_days, np.inf), number(when.n, 1.0)
    code, size = pd.factorize(group[rows])[0], int(unit.max()) + 1
    count = np.bincount(pd.unique(code * size + unit[rows]) // size)
    some = count[code] >= n
    rows, code = rows[some], code[some]
    order = np.lexsort((days[rows], code))
    rows, code = rows[order], code[order]
    for start, end in _windows(code.tolist(), days[rows].tolist(), unit[rows].tolist(), within, n):
        fires[rows[start:end]] = True
    return fires


def _group(level: str, spots: pd.DataFrame, units: pd.DataFrame, areas: pd.DataFrame) -> Ints:
    """Return the unit of a level that each place is in, or its area where no unit is of this level; ALONE for none."""
    if level in _levels(units):
        return at_level(spots["unit"].to_numpy(np.int64), units, (level,))
    return area_at(spots["lng"].to_numpy(float), spots["lat"].to_numpy(float), areas, level)


@once
def _levels(units: pd.DataFrame) -> frozenset[str]:
    return frozenset(units["level"].unique())


def _windows(
    group: list[int], days: list[float], unit: list[int], within: float, n: float
) -> Iterator[tuple[int, int]]:
    """Yield from where to where n or more units come together, of rows in order of group and day."""
    counts, end, last = dict[int, int](), 0, 0
    for start in range(len(group)):
        while end < len(group) and group[end] == group[start] and days[end] <= days[start] + within:
            counts[unit[end]] = counts.get(unit[end], 0) + 1
            end += 1
        if len(counts) >= n and end > last:
            yield start, end
            last = end
        counts[unit[start]] -= 1
        if not counts[unit[start]]:
            del counts[unit[start]]
