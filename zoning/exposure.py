"""Stage 3: who was infectious where: sources with their windows, and the stays in them that can cause a zone.

A source's window runs from some days before onset (else before its first positive sample, else before its report)
until isolated; where that is not recorded until reported; where neither is, a set number of days. The days are the
pack's `source`. Facts that fire nothing any more (withdrawn, excluded) come along as ghosts: they keep zone ids.
"""

from datetime import datetime

import numpy as np
import numpy.typing as npt
import pandas as pd

from zoning.geometry import Ints
from zoning.lookup import spread, text_among
from zoning.policy import Policy
from zoning.typed import typed

_HOUR = np.timedelta64(3_600_000_000, "us")
Moments = npt.NDArray[np.datetime64]
_AWAY = ("quarantine", "closed_loop")
_OF_CASE = (
    *("fact_id", "case_id", "person_id", "first_recorded_at", "reported_at", "onset_at", "first_positive_at"),
    *("isolated_at", "cleaned_at", "home_from", "home_until", "found_in"),
    *("unit_id", "address", "lng", "lat", "cell", "location_radius_m"),
)
_OF_VISIT = (
    *("fact_id", "person_id", "arrive_at", "leave_at", "first_recorded_at", "withdrawn", "place_risk"),
    "contacts_traceable",
)
# A table of no stays has the types of one with some: they are put together.
_DTYPES = {
    **dict.fromkeys(("fact_id", "trigger", "place_risk", "found_in"), "str"),
    **dict.fromkeys(("founded_at", "reported_at", "from_at", "last_presence_at", "cleaned_at"), "datetime64[us, UTC]"),
    "hours": "float64",
    "contacts_traceable": "boolean",
    "ghost": "bool",
    "case": "int64",
    "visit": "int64",
}


def find_sources(cases: pd.DataFrame, versions: pd.DataFrame, policy: Policy, as_of: datetime) -> pd.DataFrame:
    """Return the sources of infection and their windows.

    Parameters
    ----------
    cases : one row a case (contract `cases` with fact_id, first_recorded_at, withdrawn).
    versions : every version of the cases, oldest first.
    policy : `source` gives statuses and days.
    as_of : UTC; what was reported later is not seen.

    Returns
    -------
    One row a source: fact_id, person_id, founded_at, reported_at, start, end (UTC, start < end), home_from,
    home_until, found_in, ghost, and the location columns of a case.
    """
    fires = cases["status"].isin(policy.source.statuses) & ~cases["withdrawn"]
    live = cases.loc[fires, list(_OF_CASE)].assign(ghost=False)
    fired = versions["status"].isin(policy.source.statuses).to_numpy(bool)
    past = versions[fired & ~text_among(versions["fact_id"], live["fact_id"])]
    past = past[~past["fact_id"].duplicated(keep="last")]
    both = live if past.empty else pd.concat([live, _ghosts(past, cases)], ignore_index=True)
    both = both[both["reported_at"] <= pd.Timestamp(as_of)]
    begun = both["onset_at"].fillna(both["first_positive_at"]).fillna(both["reported_at"])
    both["start"] = begun - _days(policy.source.days_before.value)
    until = both["isolated_at"].fillna(both["reported_at"])
    both["end"] = until.fillna(both["start"] + _days(policy.source.days_unknown.value))
    both = both[both["start"] < both["end"]].rename(columns={"first_recorded_at": "founded_at"})
    both["person_id"] = both["person_id"].fillna(both["case_id"])
    return both.sort_values(["founded_at", "fact_id"], ignore_index=True)


def _ghosts(past: pd.DataFrame, cases: pd.DataFrame) -> pd.DataFrame:
    """Return what fires no more, as it was known last, from when its case was first known on."""
    firsts = cases[text_among(cases["fact_id"], past["fact_id"])].set_index("fact_id")["first_recorded_at"]
    return past.assign(first_recorded_at=firsts.reindex(past["fact_id"]).array, ghost=True)[[*_OF_CASE, "ghost"]]


def _days(count: object) -> pd.Timedelta:
    return pd.Timedelta(days=float(str(count)))


def find_stays(sources: pd.DataFrame, visits: pd.DataFrame, as_of: datetime) -> pd.DataFrame:
    """Return every stay of a source inside its window: at home, and at visited places.

    Parameters
    ----------
    sources : of `find_sources`.
    visits : contract `visits` with fact_id, first_recorded_at, withdrawn; each under the number that it is told by.
    as_of : UTC; later visits are not seen.

    Returns
    -------
    One row a stay: fact_id, trigger (residence or visit), founded_at, reported_at, from_at, last_presence_at, hours
    inside the window, place_risk, contacts_traceable, cleaned_at and found_in (of its case), ghost, case (row of
    `sources`), visit (number of `visits`, -1 for the home).
    """
    away = sources["found_in"].isin(_AWAY) & sources["isolated_at"].isna() & sources["home_until"].isna()
    home, (case, row) = np.flatnonzero(~away.to_numpy(bool)), _visits_of(sources, visits, as_of)
    case, seen, n = np.append(home, case), visits[list(_OF_VISIT)].iloc[row], len(home)
    arrive, left = _times(seen["arrive_at"]), _times(seen["leave_at"])
    arrive, leave = np.append(_times(sources["home_from"])[home], arrive), np.where(np.isnat(left), arrive, left)
    leave = np.append(_times(sources["home_until"])[home], leave)
    start, end = (_times(sources[name])[case] for name in ("start", "end"))
    begin, last = np.where(arrive > start, arrive, start), np.where(leave < end, leave, end)
    hours, ghost, visit = (last - begin) / _HOUR, sources["ghost"].to_numpy(bool)[case], np.arange(len(case)) >= n
    ghost[n:] |= seen["withdrawn"].to_numpy(bool)
    at_home = seen.iloc[:0].reindex(range(n))  # of which no visit tells
    both = {name: pd.concat([at_home[name], seen[name]]).array for name in ("place_risk", "contacts_traceable")}
    both["fact_id"] = pd.concat([sources["fact_id"].iloc[home], seen["fact_id"]]).array
    both["founded_at"] = np.append(_times(sources["founded_at"])[home], _times(seen["first_recorded_at"]))
    both["trigger"] = pd.Series(["residence", "visit"], dtype="str").array.take(visit.astype(np.int64))
    both |= {name: sources[name].array.take(case) for name in ("reported_at", "cleaned_at", "found_in")}
    both |= {"from_at": begin, "last_presence_at": last, "hours": hours, "ghost": ghost, "case": case}
    both["visit"] = np.append(np.full(n, -1), visits.index.to_numpy(np.int64)[row])
    moment = visit & (arrive == leave) & (arrive >= start) & (arrive < end)
    told = np.flatnonzero((hours > 0) | moment)
    table = typed({name: values[told] for name, values in both.items()}, _DTYPES)
    return table.sort_values(["founded_at", "fact_id"], kind="stable", ignore_index=True)


def _visits_of(sources: pd.DataFrame, visits: pd.DataFrame, as_of: datetime) -> tuple[Ints, Ints]:
    """Return the visits that are seen of people who are sources: the row of the source and of the visit."""
    seen = (visits["arrive_at"] <= pd.Timestamp(as_of)) & visits["person_id"].notna()
    there = np.flatnonzero(seen.to_numpy(bool))
    person, _ = pd.factorize(pd.concat([sources["person_id"], visits["person_id"].iloc[there]]))
    order = np.argsort(person[: len(sources)], kind="stable")
    owner, place = spread(person[order], person[len(sources) :])
    return order[place], there[owner]


def _times(column: pd.Series) -> Moments:
    return np.asarray(column.to_numpy("datetime64[us]"))


def find_ignored(rule: Ints, stay: Ints, stays: pd.DataFrame, policy: Policy) -> npt.NDArray[np.bool_]:
    """Return which claims are of cases that were found where a reset of the class that they claim ignores them.

    Parameters
    ----------
    rule : (n,) number of the rule of each claim.
    stay : (n,) row of its stay.
    stays : of `find_stays`.
    policy : the rules, and resets of their classes.

    Returns
    -------
    (n,) booleans.
    """
    found = np.zeros(len(rule), bool)
    for number, of in enumerate(policy.rules):
        if reset := policy.classes[of.target].reset:
            rows = np.flatnonzero(rule == number)
            found[rows] = stays["found_in"].iloc[stay[rows]].isin(reset.ignores).to_numpy(bool)
    return found


def still_open(stays: pd.DataFrame, policy: Policy, as_of: datetime, held: frozenset[str]) -> pd.Series:
    """Return which stays may still open or hold a zone; a ghost opens nothing, and holds what a person has not ended.

    Parameters
    ----------
    stays : of `find_stays`.
    policy : `source.opens_within_days`, counted from the last presence.
    as_of : UTC.
    held : fact ids that a decided and not released zone rests on; nothing is lifted by the calendar alone.

    Returns
    -------
    Boolean series on the index of `stays`.
    """
    fresh = stays["last_presence_at"] + _days(policy.source.opens_within_days.value) > pd.Timestamp(as_of)
    return (fresh & ~stays["ghost"].astype(bool)) | stays["fact_id"].isin(held)
