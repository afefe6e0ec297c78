"""What the conditions of lifting look at, joined once for all zones: rounds, contacts, zones that are still there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import shapely

from zoning.classes import Lifted
from zoning.clocks import local_day
from zoning.graded import number_on
from zoning.policy import Policy
from zoning.settings import Settings
from zoning.times import zone_info

OVER = ("released", "rejected")
Zone = Mapping[str, Any]


class Round(NamedTuple):
    """A round of tests in one zone; `full`: enough people and every building; `clean`: no positive, no open pool."""

    round_id: str
    started_at: pd.Timestamp
    ended_at: pd.Timestamp
    due: int
    tested: int
    excused: int
    refused: int
    absent: int
    pools_open: int
    positive: int
    uncovered: list[str]
    full: bool
    clean: bool


class Sample(NamedTuple):
    """A positive sample in a zone; `round_id` None: of no round."""

    sampled_at: pd.Timestamp
    person: str
    round_id: str | None


class Contact(NamedTuple):
    """A person who met a case of a zone: last exposure (NaT: not recorded), and whether the last test is negative."""

    person: str
    exposed_at: pd.Timestamp
    negative: bool


class Left(NamedTuple):
    """A zone that is not lifted."""

    zone_id: str
    name: str
    name_en: str


@dataclass(frozen=True)
class Evidence:
    """Facts by zone id: `rounds` in order of time, `positives` (samples), `contacts` by person, `cases`: contacts who
    are cases by now.

    `reported`: fact id of a case -> when; `case_of`: person -> fact id of their case. `there`: class -> zones not
    lifted; `areas`: level -> zone id -> areas that it is in; `resting`: fact -> decided zones that rest on it, each
    after its rank; `counted`: facts of all zones.
    """

    policy: Policy
    zone: str
    as_of: pd.Timestamp
    rounds: Mapping[str, list[Round]]
    positives: Mapping[str, list[Sample]]
    contacts: Mapping[str, list[Contact]]
    cases: Mapping[str, int]
    found_in: Mapping[str, str]
    reported: Mapping[str, pd.Timestamp]
    case_of: Mapping[str, str]
    there: Mapping[str, list[Left]]
    areas: Mapping[str, Mapping[str, frozenset[str]]]
    resting: Mapping[str, list[tuple[int, Left]]]
    counted: frozenset[str]
    _kept: dict[Any, list[Left]] = field(default_factory=dict)

    def left(self, zone: Zone, lifted: Lifted) -> list[Left]:
        """Return the zones of some classes that are left where a zone is.

        Parameters
        ----------
        zone : zone_id, class.
        lifted : classes, and the level of the area that counts; None counts them anywhere.

        Returns
        -------
        Zones by id, without the zone itself; one whose area is not known counts everywhere.
        """
        areas = self.areas[lifted.level] if lifted.level else {}
        mine = areas.get(zone["zone_id"], frozenset())
        key = (tuple(lifted.classes), lifted.level, mine)
        if key not in self._kept:
            every = [other for name in lifted.classes for other in self.there.get(name, [])]
            near = [o for o in every if not mine or not (its := areas.get(o.zone_id, frozenset())) or its & mine]
            self._kept[key] = sorted(near)
        found = self._kept[key]
        return [o for o in found if o.zone_id != zone["zone_id"]] if zone["class"] in lifted.classes else found

    def moving(self, zone: Zone) -> list[str]:
        """Return the new cases of a zone that were not found where its pack ignores them.

        Parameters
        ----------
        zone : class, new_facts.

        Returns
        -------
        Fact ids.
        """
        reset = self.policy.classes[zone["class"]].reset
        ignored = reset.ignores if reset else []
        return [f for f in zone["new_facts"] if f.startswith("cases:") and self.found_in.get(f) not in ignored]

    def stricter(self, zone: Zone) -> list[Left]:
        """Return the decided stricter zones that rest on facts of a zone.

        Parameters
        ----------
        zone : rank, fact_ids.

        Returns
        -------
        Zones by id.
        """
        both = {other for fact in zone["fact_ids"] for rank, other in self.resting.get(fact, []) if rank < zone["rank"]}
        return sorted(both)


def gather(
    zones: pd.DataFrame,
    rounds: pd.DataFrame,
    positives: pd.DataFrame,
    tables: Mapping[str, pd.DataFrame],
    policy: Policy,
    settings: Settings,
    as_of: datetime,
) -> Evidence:
    """Join what is known to the zones.

    Parameters
    ----------
    zones : zone_id, class, rank, status, name, name_en, fact_ids; geometry (WGS84) where a condition goes by area.
    rounds : of `sum_rounds`.
    positives : of `find_positives`.
    tables : kind -> table of the state; cases, contacts, tests and areas are read.
    policy : share of a full round, statuses of cases, levels of areas.
    settings : time zone.
    as_of : UTC; what was later is not seen.

    Returns
    -------
    Evidence.
    """
    now = pd.Timestamp(as_of)
    share = number_on(policy.rounds.share, local_day(as_of, zone_info(settings.zone)))
    cases = tables["cases"]
    contacts, by_now = _contacts(zones, tables, policy, now)
    steps = [when.lifted for of in policy.classes.values() for when in (step.when for step in of.steps)]
    levels = {lifted.level for lifted in steps if lifted and lifted.level}
    return Evidence(
        policy=policy,
        zone=settings.zone,
        as_of=now,
        rounds=_rounds(rounds[rounds["ended_at"] <= now], share),
        positives=_samples(positives),
        contacts=contacts,
        cases=by_now,
        found_in=dict(zip(cases["fact_id"], cases["found_in"], strict=True)),
        reported=dict(zip(cases["fact_id"], cases["reported_at"], strict=True)),
        case_of=dict(zip(cases["person_id"], cases["fact_id"], strict=True)),
        there=_there(zones[~zones["status"].isin(OVER)]),
        areas={level: _areas(zones, tables["areas"], level) for level in levels},
        resting=_resting(zones[zones["status"].isin(("decided", "in_force"))]),
        counted=frozenset[str]().union(*zones["fact_ids"]),
    )


def _rounds(rounds: pd.DataFrame, share: float) -> dict[str, list[Round]]:
    asked = share * (rounds["due"] - rounds["excused"])
    full = (rounds["uncovered"].map(len) == 0) & (rounds["tested"] >= asked - 1e-9)
    clean = (rounds["positive"] == 0) & (rounds["pools_open"] == 0)
    rows = rounds.assign(full=full, clean=clean).sort_values(["zone_id", "ended_at", "round_id"])
    found: dict[str, list[Round]] = {}
    for zone_id, *told in rows[["zone_id", *Round._fields]].itertuples(index=False, name=None):
        found.setdefault(zone_id, []).append(Round._make(told))
    return found


def _samples(positives: pd.DataFrame) -> dict[str, list[Sample]]:
    found: dict[str, list[Sample]] = {}
    for zone_id, *told in positives[["zone_id", *Sample._fields]].itertuples(index=False, name=None):
        found.setdefault(zone_id, []).append(Sample._make(told))
    return found


def _contacts(
    zones: pd.DataFrame, tables: Mapping[str, pd.DataFrame], policy: Policy, now: pd.Timestamp
) -> tuple[dict[str, list[Contact]], dict[str, int]]:
    """Return the contacts of each zone's cases; who is a case by now has clocks of their own."""
    facts = zones[["zone_id", "fact_ids"]].explode("fact_ids")
    facts = facts[facts["fact_ids"].astype("str").str.startswith("cases:")]
    contacts, cases = tables["contacts"], tables["cases"]
    met = contacts[~contacts["withdrawn"].astype(bool) & ~(contacts["last_exposure_at"] > now)]
    met = met.assign(fact_ids=met["case_id"].map(cases.set_index("case_id")["fact_id"]))
    rows = facts.merge(met[["fact_ids", "person_id", "last_exposure_at"]], on="fact_ids")
    rows["unknown"] = rows["last_exposure_at"].isna()
    rows = rows.groupby(["zone_id", "person_id"]).agg({"last_exposure_at": "max", "unknown": "any"}).reset_index()
    exposed = rows["last_exposure_at"].where(~rows["unknown"])
    ill = (
        cases["status"].isin(policy.source.statuses) & ~cases["withdrawn"].astype(bool) & (cases["reported_at"] <= now)
    )
    is_case = rows["person_id"].isin(cases.loc[ill, "person_id"])
    last = _last_results(tables["tests"], now).reindex(rows["person_id"])
    negative = (last["result"] == "negative").to_numpy(bool) & (last["sampled_at"].array > exposed.array)
    found: dict[str, list[Contact]] = {}
    told = zip(rows["zone_id"], rows["person_id"], exposed, negative.tolist(), is_case, strict=True)
    for zone_id, person, exposed_at, tested, ill_too in told:
        if not ill_too:
            found.setdefault(zone_id, []).append(Contact(person, exposed_at, tested))
    return found, rows[is_case].groupby("zone_id").size().to_dict()


def _last_results(tests: pd.DataFrame, now: pd.Timestamp) -> pd.DataFrame:
    """Return the last known result of each person: result, sampled_at; of two at one moment the positive."""
    known = (tests["result"] != "pending") & ~(tests["resulted_at"] > now) & (tests["sampled_at"] <= now)
    rows = tests[known & ~tests["withdrawn"].astype(bool) & tests["person_id"].notna()]
    rows = rows.sort_values(["person_id", "sampled_at", "result"])
    return rows.drop_duplicates("person_id", keep="last").set_index("person_id")[["result", "sampled_at"]]


def _there(zones: pd.DataFrame) -> dict[str, list[Left]]:
    found: dict[str, list[Left]] = {}
    for zone_id, name, *called in zones[["zone_id", "class", "name", "name_en"]].itertuples(index=False, name=None):
        found.setdefault(name, []).append(Left(zone_id, *called))
    return found


def _resting(zones: pd.DataFrame) -> dict[str, list[tuple[int, Left]]]:
    found: dict[str, list[tuple[int, Left]]] = {}
    columns = ["rank", "fact_ids", "zone_id", "name", "name_en"]
    for rank, facts, *told in zones[columns].itertuples(index=False, name=None):
        for fact in facts:
            found.setdefault(fact, []).append((rank, Left(*told)))
    return found


def _areas(zones: pd.DataFrame, areas: pd.DataFrame, level: str) -> dict[str, frozenset[str]]:
    """Return the areas of a level that hold a point of each part of a zone: what only meets a border is not in both."""
    of_level = areas[areas["level"] == level]
    parts, zone = shapely.get_parts(zones["geometry"].to_numpy(object), return_index=True)
    held, area = shapely.STRtree(of_level["geometry"].to_numpy(object)).query(
        shapely.point_on_surface(parts), predicate="intersects"
    )
    found: dict[str, set[str]] = {}
    pairs = np.column_stack([zones["zone_id"].to_numpy(object)[zone[held]], of_level["id"].to_numpy(object)[area]])
    for zone_id, area_id in pairs.tolist():
        found.setdefault(zone_id, set()).add(area_id)
    return {zone_id: frozenset(ids) for zone_id, ids in found.items()}
