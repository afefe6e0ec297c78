"""Stage 4c: how zones stand after what people decided: what each decided zone rests on, its clocks, steps and ending.

Actions: `delineate` (opens), `extend` (rests on more causes; `scope` "zone" starts its clocks again, a smaller one lets
them run), `part` (a building or unit of a zone goes on as a zone of its own, with a clock that starts again),
`assess` (records the assessment that a gate asks for), `hold` (temporary, until a time), `step` (to another class),
`raise` (to a stricter one; of a smaller `scope`, what is parted off is raised, and the clock of the rest starts again),
`release`, `reject`.
An assessment is of the clock that ran when it was recorded: a reset or a step asks for another.
A step or an ending answers the causes that it names: their ground stays settled, and a later cause proposes anew.
"""

from datetime import datetime
from typing import Any

import pandas as pd

from zoning.clocks import after_full_days, local_day
from zoning.graded import number_on
from zoning.policy import Policy
from zoning.settings import Settings
from zoning.times import zone_info

OPENING = ("delineate", "extend")
ENDED = {"release": "released", "reject": "rejected"}
_DATED = ("delineate", "part", "step", "raise", "release")
_TOLD = (
    "facts",
    "answers",
    "class",
    "ground_id",
    "to",
    "origin",
    "calm",
    "parted",
    "ended",
    "by",
    "notice_no",
    "atoms",
)
_TIMES = ("delineated_at", "in_force_from", "class_since", "clock_from", "lift_from", "hold_until", "ended_at")
COLUMNS = {
    "zone_id": "str",
    **dict.fromkeys((*_TOLD, "gates"), object),
    **dict.fromkeys((*_TIMES, "watch_until"), "datetime64[us, UTC]"),
}


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
        zone["atoms"] = zone.get("atoms") if told["scope"] == "none" else None  # a part of its ground leaves it


def _part(zone: dict[str, Any], told: dict[str, Any]) -> None:
    _rest_on(zone, told)
    start = told.get("in_force_from", told["recorded_at"])
    since = max(zone.get("in_force_from", start), start)
    zone.update(parted=sorted({*zone["parted"], *told["units"]}), gates={}, ended=None, hold_until=None)
    zone.update({"in_force_from": since, "class": told["class"]} | zone)
    zone.update(_clocks(since), **({"to": told["to"], "class_since": since} if "to" in told else {}))


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
    _rest_on(zone, told)
    zone.update(gates={}, **_clocks(since))
    if told.get("scope", "zone") != "zone":
        zone["atoms"] = None
    else:
        of = {k: told[k] for k in ("class", "ground_id") if k in told}
        zone.update(answers=_answers(told), to=told["to"], class_since=since, **of)


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
