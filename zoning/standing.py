"""Stage 4c: how zones stand after what people decided: what each decided zone rests on, its clocks, steps and ending.

Actions: `delineate` (opens), `extend` (rests on more causes; `scope` "zone" starts its clocks again, a smaller one lets
them run), `part` (a building or unit of a zone goes on as a zone of its own, with a clock that starts again),
`assess` (records the assessment that a gate asks for), `hold` (temporary, until a time), `step` (to another class),
`raise` (to a stricter one), `release`, `reject`.
An assessment is of the clock that ran when it was recorded: a reset or a step asks for another.
A step or an ending answers the causes that it names: their ground stays settled, and a later cause proposes anew.
"""

from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from zoning.clocks import after_full_days, local_day
from zoning.graded import number_on
from zoning.policy import Policy
from zoning.settings import Settings
from zoning.times import zone_info

OPENING = ("delineate", "extend")
ENDED = {"release": "released", "reject": "rejected"}
_DATED = ("delineate", "step", "raise", "release")
COLUMNS = {
    "zone_id": "str",
    **dict.fromkeys(
        (
            *("facts", "answers", "class", "ground_id", "to", "origin", "calm", "parted", "ended", "by", "notice_no"),
            *("atoms", "gates"),
        ),
        object,
    ),
    **dict.fromkeys(
        (
            *("delineated_at", "in_force_from", "class_since", "clock_from", "lift_from"),
            *("hold_until", "ended_at", "watch_until"),
        ),
        "datetime64[us, UTC]",
    ),
}  # fmt: skip


def in_effect(decisions: pd.DataFrame, as_of: datetime) -> pd.DataFrame:
    """Return the decisions that count at a time: an opening once delineated, a step or release from its start.

    Parameters
    ----------
    decisions : of the state, in recorded order.
    as_of : UTC.

    Returns
    -------
    Its rows, in the same order; one without a time has always been in effect.
    """
    told = decisions["delineated_at"].where(decisions["action"] == "delineate", decisions["in_force_from"])
    taken = told.where(decisions["action"].isin(_DATED), decisions["recorded_at"]).fillna(decisions["recorded_at"])
    return decisions[taken.isna() | (taken <= pd.Timestamp(as_of))]


def fold_decisions(decisions: pd.DataFrame, policy: Policy, settings: Settings, as_of: datetime) -> pd.DataFrame:
    """Return how each zone stands that anybody decided about.

    Parameters
    ----------
    decisions : of the state, in recorded order.
    policy : `stages.post_release`, the days of watch after a release.
    settings : time zone of full days.
    as_of : UTC; decisions for later are not seen.

    Returns
    -------
    One row a zone id, indexed by it: facts (it rests on), answers (facts that its step or ending settles), class and
    ground_id (as decided), to (class after its last step), origin (class before it), calm (facts that move none of its
    clocks), parted (ids of the units that it was parted off with), ended (released, rejected or None), by, notice_no,
    atoms (hash), gates (gate -> when its assessment was recorded), delineated_at, in_force_from,
    class_since (its present class counts from here), clock_from (test days count from here), lift_from (days in force
    count from here), hold_until, ended_at, watch_until (UTC).
    """
    zones: dict[str, dict[str, Any]] = {}
    for row in in_effect(decisions, as_of).to_dict("records"):
        told = {k: v for k, v in row.items() if isinstance(v, list | set) or not pd.isna(v)}
        _ACTS[row["action"]](_standing(zones, told), told)
    for zone in zones.values():
        if zone.get("ended") == "released" and "in_force_from" in zone:
            day = local_day(zone["ended_at"], zone_info(settings.zone))
            days = int(number_on(policy.stages.get("post_release"), day))
            zone["watch_until"] = after_full_days(zone["ended_at"], days, settings.zone) if days else None
    table = pd.DataFrame(list(zones.values()), columns=list(COLUMNS))
    for column, dtype in COLUMNS.items():
        if dtype is object:
            table[column] = table[column].astype(object).where(table[column].notna(), None)
        elif dtype != "str":
            table[column] = pd.to_datetime(table[column], utc=True).astype(dtype)
    return table.set_index("zone_id", drop=False)


def _standing(zones: dict[str, dict[str, Any]], told: dict[str, Any]) -> dict[str, Any]:
    """A zone that grew together goes on from what was decided of its parts; a step or an ending is one of them all.

    A zone of another class that it only covers is no part of it: that comes back to light.
    """
    parts = [name for name in told.get("aliases", []) if name in zones and not zones[name].get("ended")]
    start = zones[parts[0]] if parts else {"facts": set(), "answers": set()}
    if told["action"] == "part":
        start = {**zones.get(told["of"], {}), "facts": set(), "answers": set(), "calm": set(), "parted": []}
    if told["action"] in ("step", *ENDED):
        for name in parts:
            if zones[name].get("class") == told.get("class"):
                del zones[name]
    return zones.setdefault(told["zone_id"], {**start, "zone_id": told["zone_id"]})


def _delineate(zone: dict[str, Any], told: dict[str, Any]) -> None:
    _rest_on(zone, told)
    zone.update({k: told[k] for k in ("delineated_at", "in_force_from", "class", "ground_id") if k in told})
    zone.update(ended=None, hold_until=None, **_clocks(told["in_force_from"]), class_since=told["in_force_from"])


def _extend(zone: dict[str, Any], told: dict[str, Any]) -> None:
    new = set(told["fact_ids"]) - zone["facts"]
    _rest_on(zone, told)
    if "in_force_from" not in zone or told.get("scope") is None:
        return
    if told["scope"] == "zone":
        zone.update(_clocks(max(zone["in_force_from"], told["recorded_at"])), gates={})
    else:
        zone["calm"] = zone.get("calm", set()) | new


def _part(zone: dict[str, Any], told: dict[str, Any]) -> None:
    _rest_on(zone, told)
    since = max(zone.get("in_force_from", told["recorded_at"]), told["recorded_at"])
    zone.update(parted=sorted({*zone["parted"], *told["units"]}), gates={}, ended=None, hold_until=None)
    zone.update({"in_force_from": since, "class": told["class"]} | zone)
    zone.update(_clocks(since))


def _clocks(start: pd.Timestamp) -> dict[str, pd.Timestamp]:
    return {"clock_from": start, "lift_from": start}


def _rest_on(zone: dict[str, Any], told: dict[str, Any]) -> None:
    zone["facts"] = zone["facts"] | set(told["fact_ids"])
    zone.update({k: told[k] for k in ("by", "notice_no", "atoms") if k in told})


def _assess(zone: dict[str, Any], told: dict[str, Any]) -> None:
    zone["gates"] = {**(zone.get("gates") or {}), told["gate"]: told["recorded_at"]}


def _hold(zone: dict[str, Any], told: dict[str, Any]) -> None:
    _rest_on(zone, told)
    zone.update(hold_until=told["until"], ended=None)


def _step(zone: dict[str, Any], told: dict[str, Any]) -> None:
    since = told.get("in_force_from", told["recorded_at"])
    zone["origin"] = zone.get("to") or told["class"]
    zone.update(answers=_answers(told), to=told["to"], class_since=since, by=told["by"], gates={}, **_clocks(since))
    zone.update({k: told[k] for k in ("notice_no", "class", "ground_id") if k in told})


def _raise(zone: dict[str, Any], told: dict[str, Any]) -> None:
    since = told.get("in_force_from", told["recorded_at"])
    zone.update(answers=_answers(told), to=told["to"], class_since=since, by=told["by"], gates={}, **_clocks(since))
    zone.update({k: told[k] for k in ("notice_no", "class", "ground_id") if k in told})
    zone["facts"] = zone["facts"] | set(told["fact_ids"])


def _end(zone: dict[str, Any], told: dict[str, Any]) -> None:
    at = told.get("in_force_from", told["recorded_at"])
    zone.update(answers=_answers(told), facts=set(), ended=ENDED[told["action"]], ended_at=at, by=told["by"])
    zone.update({k: told[k] for k in ("notice_no", "class", "ground_id") if k in told})


def _answers(told: dict[str, Any]) -> set[str]:
    """A place that a case visited is a cause of its own: ending its zone leaves the case's home as it is."""
    return set(told.get("cause_ids", told["fact_ids"]))


_ACTS = {
    "delineate": _delineate, "extend": _extend, "part": _part, "assess": _assess, "hold": _hold, "step": _step,
    "raise": _raise, "release": _end, "reject": _end,
}  # fmt: skip
ACTIONS = [action for action in _ACTS if action != "part"]  # what a person decides: parting comes with an extension


def held_facts(standings: pd.DataFrame) -> frozenset[str]:
    """Return the facts that decided zones rest on, whatever their age; nothing is lifted by the calendar alone.

    Parameters
    ----------
    standings : of `fold_decisions`.

    Returns
    -------
    Fact ids.
    """
    return frozenset[str]().union(*standings["facts"])


def settle(claims: pd.DataFrame, standings: pd.DataFrame, policy: Policy, as_of: datetime) -> pd.DataFrame:
    """Mark the claims that a step or an ending answered; what stepped down claims its new class.

    Parameters
    ----------
    claims : fact_id, ground, fallback, class, style, rank, per, joins, live, ignored (its presence moves no clock).
    standings : of `fold_decisions`.
    policy : the classes.
    as_of : UTC.

    Returns
    -------
    `claims` with settled (zone id that the claim belongs to for good, None for the rest), ended (its zone is over),
    origin (class before the step, or None), rule_class (class by the rules) and calm (its presence moves no clock of
    its zone); a claim of a released zone lives as long as the zone is under watch. Then, slot `part`, what facts claim
    for the units with which a zone was parted off.
    """
    fresh = claims.assign(
        settled=None, ended=False, origin=None, rule_class=claims["class"], calm=claims["ignored"].to_numpy(bool)
    )
    if standings.empty:
        return fresh
    whole = standings[standings["parted"].map(lambda units: not units).astype(bool)]
    found = _calm(_answered(fresh, whole, policy, as_of), whole)
    parts = _parted(fresh, standings.drop(index=whole.index), policy, as_of)
    return pd.concat([found, *parts], ignore_index=True) if parts else found


def _answered(claims: pd.DataFrame, standings: pd.DataFrame, policy: Policy, as_of: datetime) -> pd.DataFrame:
    """Mark the claims that a step or an ending answered."""
    found, rows = claims, standings[standings["answers"].map(len) > 0]
    rows = rows[["zone_id", "answers", "class", "ground_id", "to", "origin", "ended", "watch_until"]].explode("answers")
    if rows.empty or claims.empty:
        return found
    keys = claims[["fact_id", "class"]].assign(ground_id=_areas(claims), claim=claims.index)
    rows = rows.assign(ground_id=rows["ground_id"].fillna(""), fact_id=rows["answers"])
    both = keys.merge(rows, on=["fact_id", "class", "ground_id"]).drop_duplicates("claim", keep="last")
    both = both.set_index("claim")
    over, watched = both["ended"].notna(), both["watch_until"]
    live = (watched > pd.Timestamp(as_of)).where(watched.notna(), claims["live"].reindex(both.index))
    found = found.copy()
    found.loc[both.index, "settled"] = both["zone_id"].astype(object)
    found.loc[both.index[over], "ended"] = True
    found.loc[both.index[over], "live"] = live[over].astype(bool)
    return _stepped(found, both["to"][~over].dropna(), both["origin"], policy)


def _calm(claims: pd.DataFrame, standings: pd.DataFrame) -> pd.DataFrame:
    """Mark the claims of facts that were to move no clock of their zone."""
    rows = standings[standings["calm"].map(bool).astype(bool)][["class", "ground_id", "calm"]].explode("calm")
    if rows.empty or claims.empty:
        return claims
    quiet = set(zip(rows["calm"], rows["class"], rows["ground_id"].fillna(""), strict=True))
    mine = zip(claims["fact_id"], claims["rule_class"], _areas(claims), strict=True)
    return claims.assign(
        calm=claims["calm"].to_numpy(bool) | np.fromiter((key in quiet for key in mine), bool, len(claims))
    )


def _areas(claims: pd.DataFrame) -> list[str]:
    """Return the id of the area that a claim of a class by ground is of, empty for the others."""
    by_ground = claims["ground"].where((claims["per"] == "ground") & ~claims["fallback"], "")
    return [area.partition(":")[2] for area in by_ground]


def _parted(claims: pd.DataFrame, standings: pd.DataFrame, policy: Policy, as_of: datetime) -> list[pd.DataFrame]:
    """Return what the facts of zones that were parted off claim: the units, and not the ground of the rule."""
    parts = list[pd.DataFrame]()
    for zone in standings.to_dict("records"):
        facts = zone["facts"] | zone["answers"]
        mine = claims[claims["fact_id"].isin(facts) & (claims["rule_class"] == zone["class"])]
        mine = mine.drop_duplicates("fact_id").assign(settled=zone["zone_id"], slot="part", fallback=False, calm=False)
        if zone["ended"] is not None:
            watched = not pd.isna(zone["watch_until"]) and zone["watch_until"] > pd.Timestamp(as_of)
            mine = mine.assign(ended=True, live=watched)
        own = [mine.assign(ground=f"unit:{unit}") for unit in zone["parted"]]
        to = pd.Series(zone["to"], index=mine.index, dtype=object)
        origin = pd.Series(zone["origin"], index=mine.index, dtype=object)
        parts += [_stepped(one, to, origin, policy) if zone["to"] and zone["ended"] is None else one for one in own]
    return parts


def _stepped(claims: pd.DataFrame, to: pd.Series, origin: pd.Series, policy: Policy) -> pd.DataFrame:
    """Give the claims of zones that stepped their new class; a class that the pack no longer has changes nothing."""
    to = to[to.isin(list(policy.classes))]
    if to.empty:
        return claims
    told = {name: (c.style, c.rank, c.joins) for name, c in policy.classes.items()}
    found = claims.copy()
    found.loc[to.index, "origin"] = origin[to.index]
    found.loc[to.index, "class"] = to
    for position, column in enumerate(("style", "rank", "joins")):
        found.loc[to.index, column] = [told[name][position] for name in to]
    return found
