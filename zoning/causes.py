"""From the tables of the state to the claims of all stays: only facts that are new or changed are located anew.

What a person's facts make rests on nobody else's but for the rules that they fire together, so that whoever has a new
or changed fact is found anew, and the others' stays and claims are taken over.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd

from zoning.exposure import find_ignored, find_sources, find_stays, still_open
from zoning.far import far_away
from zoning.firing import Fired, fire_all
from zoning.geometry import Cells, Ints
from zoning.grounds import take_grounds
from zoning.grounds.scene import Scene
from zoning.hashes import mix
from zoning.lookup import spread, text_among
from zoning.once import once
from zoning.ordered import Change, lost, places, unchanged
from zoning.policy import Policy
from zoning.settings import Settings

_WHERE = ("unit_id", "place_id", "address", "lng", "lat", "cell", "location_radius_m")
_SPOT = ["unit", "lng", "lat", "cell"]
_DTYPES = {
    "unit": "int64", "question": "str", "near": "bool", "sure": "bool", "cell": "uint64",
    "known": "bool",
}  # fmt: skip
_TOLD = ["fact_id", "case_id", "founded_at", "last_presence_at", "cleaned_at", "ghost", "sure", *_SPOT]
Locate = Callable[[pd.DataFrame], pd.DataFrame]


@dataclass(frozen=True)
class Stays:
    """Who was where, and what that was made of.

    `cases`, `versions` (of the cases), `visits`: of the state; `sources`: of `find_sources`; `table`: of `find_stays`
    and `locate`, with case_id and `mark` (uint64 hash of all that zones rest on).
    """

    cases: pd.DataFrame
    versions: pd.DataFrame
    sources: pd.DataFrame
    visits: pd.DataFrame
    as_of: datetime
    table: pd.DataFrame


@dataclass(frozen=True)
class Claims:
    """What stays claim, and which rules they fire.

    `fired`: of `fire_all`. `table`: of `take_grounds`, in order of the stays, with act, slot, class, rank, per,
    joins, fact_id, `ignored` (its case moves no clock, by where it was found), `mark` (uint64 hash of row and stay).
    """

    fired: Fired
    table: pd.DataFrame


def find_all(
    before: Stays | None,
    tables: Mapping[str, pd.DataFrame],
    versions: pd.DataFrame,
    policy: Policy,
    as_of: datetime,
    place: Locate,
) -> tuple[Stays, Change]:
    """Find the stays of all sources, those of people with a new or changed fact anew.

    Parameters
    ----------
    before : what the last derivation found by the same pack on the same ground; None to find all.
    tables : kind -> table of the state; cases and visits are read.
    versions : every version of the cases, oldest first.
    policy : of `find_sources`.
    as_of : UTC.
    place : finds the ground of facts, as `locate` does.

    Returns
    -------
    The stays; how their table came from the one before.
    """
    cases, visits = tables["cases"], tables["visits"]
    if before is None:
        sources = find_sources(cases, versions, policy, as_of)
        stays = _with_spots(find_stays(sources, visits, as_of), sources, visits, place)
        found = Stays(cases, versions, sources, visits, as_of, stays)
        return found, Change(np.zeros(0, bool), np.zeros(len(stays), np.int64))
    sources, of_case, moved = _sources(before, cases, versions, policy, as_of)
    people = pd.concat([moved, *_told_anew(before.visits, visits, "person_id", "arrive_at", before.as_of, as_of)])
    people = people.drop_duplicates()
    mine, theirs = (text_among(table["person_id"], people) for table in (sources, visits))
    fresh = find_stays(sources[mine].reset_index(drop=True), visits[theirs], as_of)
    fresh["case"] = np.flatnonzero(mine)[fresh["case"].to_numpy(np.int64)]
    fresh = _with_spots(fresh, sources, visits, place)
    old, gone = before.table, text_among(before.sources["person_id"], people)
    keep = ~gone[old["case"].to_numpy(np.int64)]
    change = Change(keep, places(old, keep, fresh, ["founded_at", "fact_id"]))
    old = old.assign(case=_moved(of_case, old["case"]))
    if before.visits is not visits:
        old["visit"] = _moved(unchanged(before.visits, visits, "fact_id"), old["visit"])
    return Stays(cases, versions, sources, visits, as_of, change.apply(old, fresh)), change


def _sources(
    before: Stays, cases: pd.DataFrame, versions: pd.DataFrame, policy: Policy, as_of: datetime
) -> tuple[pd.DataFrame, Ints, pd.Series]:
    """Return the sources, which of those before each is, and whose are new, changed or gone."""
    told = ("fact_id", "reported_at", before.as_of, as_of)
    facts = pd.concat([*_told_anew(before.cases, cases, *told), *_told_anew(before.versions, versions, *told)])
    facts = facts.drop_duplicates()
    mine, theirs = (table[text_among(table["fact_id"], facts)] for table in (cases, versions))
    fresh, gone = find_sources(mine, theirs, policy, as_of), text_among(before.sources["fact_id"], facts)
    change = Change(~gone, places(before.sources, ~gone, fresh, ["founded_at", "fact_id"]))
    moved = pd.concat([fresh["person_id"], before.sources["person_id"][gone]])
    return change.apply(before.sources, fresh), change.came_from, moved


def _told_anew(
    old: pd.DataFrame, new: pd.DataFrame, name: str, moment: str, then: datetime, now: datetime
) -> tuple[pd.Series, pd.Series]:
    """Return what names the rows that are new, changed or seen from another time on, and those that are gone."""
    if old is new and then == now:
        return new[name].iloc[:0], new[name].iloc[:0]
    row = unchanged(old, new, "fact_id")
    seen = [new[moment] <= pd.Timestamp(at) for at in (then, now)]
    return new[name][(row < 0) | (seen[0] != seen[1])], old[name][lost(row, len(old))]


def _moved(row: Ints, numbers: pd.Series) -> Ints:
    """Where rows, given by old numbers, are now; -1 stays -1."""
    now = np.full(max(int(row.max(initial=-1)), int(numbers.max()) if len(numbers) else -1) + 2, -1)
    now[row[row >= 0]] = np.flatnonzero(row >= 0)
    return np.asarray(now[numbers.to_numpy(np.int64)], np.int64)


def _with_spots(stays: pd.DataFrame, sources: pd.DataFrame, visits: pd.DataFrame, place: Locate) -> pd.DataFrame:
    """Add to each stay its case and where it was: at the home of its case, or where its visit says."""
    at_home = (stays["visit"] < 0).to_numpy(bool)
    homes = sources.iloc[stays["case"].to_numpy(np.int64)[at_home]].set_index(stays.index[at_home])
    away = visits.iloc[stays["visit"].to_numpy(np.int64)[~at_home]].set_index(stays.index[~at_home])
    told = [facts for facts in (homes, away) if len(facts)] or [homes]
    spots = pd.concat([_located(facts, place) for facts in told]).sort_index()
    case_id = sources["fact_id"].array.take(stays["case"].to_numpy(np.int64))
    found = stays.assign(case_id=case_id, **{c: spots[c].astype(_DTYPES.get(c, spots[c].dtype)) for c in spots})
    return found.assign(mark=_hash(found[_TOLD]))


def _located(facts: pd.DataFrame, place: Locate) -> pd.DataFrame:
    """Locate facts, each way of saying where only once."""
    told = facts[[column for column in _WHERE if column in facts]]
    _, first, each = np.unique(_hash(told), return_index=True, return_inverse=True)
    return place(told.iloc[first].reset_index(drop=True)).iloc[each].set_axis(facts.index)


def _hash(table: pd.DataFrame) -> Cells:
    return np.asarray(pd.util.hash_pandas_object(table, index=False).to_numpy(np.uint64))


def named_causes(decisions: pd.DataFrame) -> frozenset[str]:
    """Return the causes that any decision names.

    Parameters
    ----------
    decisions : of the state; one without causes of its own names all its facts.

    Returns
    -------
    Fact ids.
    """
    lists = decisions[["cause_ids", "fact_ids"]].itertuples(index=False)
    told = (causes if isinstance(causes, list) else facts for causes, facts in lists)
    return frozenset[str]().union(*(found for found in told if isinstance(found, list)))


def see(
    stays: pd.DataFrame,
    areas: pd.DataFrame,
    policy: Policy,
    settings: Settings,
    as_of: datetime,
    held: frozenset[str],
    only: frozenset[str] | None = None,
) -> pd.DataFrame:
    """Add to stays what hangs on the time, and on all of them together.

    Parameters
    ----------
    stays : `table` of `Stays`.
    areas : contract `areas`.
    policy, settings : of `still_open` and `far_away`.
    as_of : UTC.
    held : facts that decided zones rest on.
    only : causes that may be live; None means all.

    Returns
    -------
    `stays` with live, far and known.
    """
    far = far_away(stays, areas, settings)
    live = still_open(stays, policy, as_of, held).astype(bool)
    live &= True if only is None else stays["fact_id"].isin(only)
    return stays.assign(live=live, far=far, known=stays["known"] & ~far)


def claim_all(before: Claims | None, change: Change, stays: pd.DataFrame, scene: Scene) -> tuple[Claims, Change]:
    """Take each rule's ground for all stays that fire it, anew for those that are new or fire other rules than before.

    Parameters
    ----------
    before : of the last derivation, or None.
    change : how the table of stays came from the one before.
    stays : of `see`.
    scene : with these stays as its spots; gets grounds.

    Returns
    -------
    The claims; how their table came from the one before.
    """
    fired = fire_all(before.fired if before else None, change, stays, scene)
    if before is None:
        table = _take(np.arange(len(stays)), stays, fired, scene)
        return Claims(fired, table), Change(np.zeros(0, bool), np.zeros(len(table), np.int64))
    row = change.came_from
    same = row >= 0
    same[same] = fired.number[same] == before.fired.number[row[same]]
    fresh = _take(np.flatnonzero(~same), stays, fired, scene)
    moved = np.full(len(before.fired.number), -1)
    moved[row[same]] = np.flatnonzero(same)
    old = before.table.assign(stay=moved[before.table["stay"].to_numpy(np.int64)])
    keep = (old["stay"] >= 0).to_numpy(bool)
    of_claims = Change(keep, places(old, keep, fresh, ["stay"]))
    return Claims(fired, of_claims.apply(old, fresh)), of_claims


def _take(rows: Ints, stays: pd.DataFrame, fired: Fired, scene: Scene) -> pd.DataFrame:
    """Take the ground of some stays; of those at one place that fire the same, once."""
    spots = stays.iloc[rows].reset_index(drop=True)
    _, first, each = np.unique(_hash(spots[_SPOT]) + mix(fired.number[rows]), return_index=True, return_inverse=True)
    few = scene.at(spots.iloc[first].reset_index(drop=True))
    found = take_grounds(few, {name: mask[rows[first]] for name, mask in fired.masks.items()})
    of = found["stay"].to_numpy(np.int64)
    by_stay = np.argsort(of, kind="stable")
    owner, at = spread(of[by_stay], each)
    claims = found.iloc[by_stay[at]].reset_index(drop=True).assign(stay=rows[owner])
    return _with_classes(claims, stays, scene.policy)


def _with_classes(claims: pd.DataFrame, stays: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """Add to each claim what the pack says of its rule and class, and its fact; an area slot names it."""
    rule, said = claims["rule"].to_numpy(np.int64), _said(policy)
    found = claims.assign(ground=claims["ground"].astype("str"), **{c: said[c].array.take(rule) for c in said})
    keys = zip(found["slot"].tolist(), claims["ground"].tolist(), strict=True)
    area = ("area:", "block:")
    slots = [f"area:{g.split(':', 1)[1]}" if s == "area" and g.startswith(area) else s for s, g in keys]
    found["slot"] = pd.Series(slots, dtype="str")
    rows = claims["stay"].to_numpy(np.int64)
    marks = _hash(found[["rule", "ground", "fallback"]]) + mix(stays["mark"].to_numpy(np.uint64)[rows])
    ignored = find_ignored(rule, rows, stays, policy)
    ghost, fact = stays["ghost"].to_numpy(bool)[rows], stays["fact_id"].array.take(rows)
    return found.assign(ghost=ghost, fact_id=fact, ignored=ignored, mark=mix(marks))


@once
def _said(policy: Policy) -> pd.DataFrame:
    """What a pack says of each of its rules and of the class that it gives."""
    told = [(r.act, r.slot, r.target, policy.classes[r.target]) for r in policy.rules]
    return pd.DataFrame(
        [(act, slot, of, c.rank, c.per, c.joins) for act, slot, of, c in told],
        columns=["act", "slot", "class", "rank", "per", "joins"],
    ).astype(dict.fromkeys(("act", "per"), "category"))  # which no decision changes
