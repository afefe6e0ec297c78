"""Stage 5: what people decided: each zone's status, its clock and who signed; and the facts that a decision holds.

Actions: `delineate` (opens), `extend` (the zone rests on more causes), `release`, `reject`. A decision is an event;
the newest one of each field counts. An ending answers the causes that it names: a later cause proposes the zone anew.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pandas as pd

from zoning.classes import ZoneClass
from zoning.clocks import day_number, earliest_lift, next_midnight, way_out
from zoning.hashes import digest
from zoning.policy import Policy
from zoning.settings import Settings
from zoning.times import zone_info

OPENING = ("delineate", "extend")
_ENDED = {"release": "released", "reject": "rejected"}
_CLOCK = ("status", "stage", "delineated_at", "in_force_from", "notice_no", "decided_by", "earliest_lift_at", "redrawn")
_FIELDS = ("action", "delineated_at", "in_force_from", "notice_no", "by", "atoms")


def in_effect(decisions: pd.DataFrame, as_of: datetime) -> pd.DataFrame:
    """Return the decisions that had been taken by a time: an opening when it was delineated, all else when recorded.

    Parameters
    ----------
    decisions : of the state, in recorded order.
    as_of : UTC.

    Returns
    -------
    Its rows, in the same order; one without a time has always been in effect.
    """
    taken = decisions["delineated_at"].where(decisions["action"] == "delineate", decisions["recorded_at"])
    return decisions[taken.isna() | (taken <= pd.Timestamp(as_of))]


def held_by_zone(decisions: pd.DataFrame) -> dict[str, set[str]]:
    """Return the facts that each decided zone rests on, whatever their age.

    Parameters
    ----------
    decisions : of the state, in recorded order.

    Returns
    -------
    Zone id -> fact ids, for every zone that was decided and not ended since.
    """
    held: dict[str, set[str]] = {}
    for zone_id, action, facts in decisions[["zone_id", "action", "fact_ids"]].itertuples(index=False):
        if action in OPENING:
            held.setdefault(zone_id, set()).update(facts)
        else:
            held.pop(zone_id, None)
    return held


def apply_decisions(
    zones: pd.DataFrame, decisions: pd.DataFrame, policy: Policy, settings: Settings, as_of: datetime
) -> pd.DataFrame:
    """Give each zone its status, stage, clock and signature.

    Parameters
    ----------
    zones : zone_id, aliases, class, last_presence_at, fact_ids, atoms (hash of its atoms, as decisions name it).
    decisions : of the state, in recorded order.
    policy : durations, phases and release conditions of the classes.
    settings : time zone of the full days.
    as_of : UTC; what was decided for later shows as not yet in force.

    Returns
    -------
    `zones` with status, stage, delineated_at, in_force_from, notice_no, decided_by, earliest_lift_at (UTC; NaT while
    the zone is only proposed, or where its class is lifted by assessment alone) and redrawn (its ground is no longer
    the one that was decided).
    """
    newest: dict[str, dict[str, Any]] = {}
    for row in in_effect(decisions, as_of).to_dict("records"):
        told = {k: row[k] for k in _FIELDS if not pd.isna(row[k])} | {"fact_ids": row["fact_ids"]}
        newest[row["zone_id"]] = {**newest.get(row["zone_id"], {}), **told}
    rows = []
    for zone in zones[["zone_id", "aliases", "class", "last_presence_at", "fact_ids", "atoms"]].to_dict("records"):
        decided = next((newest[i] for i in [zone["zone_id"], *zone["aliases"]] if i in newest), {})
        rows.append(_clock(decided, zone, policy, settings, as_of))
    found = pd.DataFrame(rows, index=zones.index, columns=list(_CLOCK))
    for column in ("delineated_at", "in_force_from", "earliest_lift_at"):
        found[column] = pd.to_datetime(found[column], utc=True).astype("datetime64[us, UTC]")
    return zones.assign(**{c: found[c] for c in found})


def _clock(
    decided: Mapping[str, Any], zone: Mapping[str, Any], policy: Policy, settings: Settings, as_of: datetime
) -> tuple[Any, ...]:
    signed = (decided.get("notice_no"), decided.get("by"))
    if decided.get("action") not in OPENING or "in_force_from" not in decided:
        answered = set(zone["fact_ids"]) <= set(decided.get("fact_ids", ()))
        status = _ENDED.get(str(decided.get("action")), "proposed") if answered else "proposed"
        return (status, "none", pd.NaT, pd.NaT, *signed, pd.NaT, False)
    of, start = policy.classes[zone["class"]], decided["in_force_from"]
    step, present = way_out(of, None), zone["last_presence_at"]
    lift = (step and earliest_lift(step, start, present, None, policy, settings.zone)) or pd.NaT
    started = start <= pd.Timestamp(as_of)
    stage = _stage(of, day_number(start, as_of, policy, settings.zone)) if started else "none"
    redrawn = decided.get("atoms", zone["atoms"]) != zone["atoms"]
    return ("in_force" if started else "decided", stage, decided["delineated_at"], start, *signed, lift, redrawn)


def _stage(of: ZoneClass, day: int) -> str:
    """Stages are the class's phases by number; a gated phase waits for its record, and the one before goes on."""
    begun = [n for n, phase in enumerate(of.phases, 1) if phase.from_day <= day and phase.gate is None]
    return f"phase_{max(begun, default=1)}"


def decide_all(zones: pd.DataFrame, causes: Mapping[str, pd.Timestamp], settings: Settings) -> list[dict[str, Any]]:
    """Return the decisions that put every proposed zone in force by itself: for demos, tests and replays.

    Parameters
    ----------
    zones : zone_id, status, founding_fact, fact_ids, atoms, held (facts that its decisions name).
    causes : fact id -> reported_at (UTC) of its case.
    settings : time zone of the next midnight.

    Returns
    -------
    Payloads with `recorded_at` and `event_id` = hash(zone id, decision), so that deciding twice adds nothing; a zone
    in force that rests on causes which no decision names yet gets an `extend`. What was reported at 24时 is in force at
    that midnight.
    """
    found = []
    for zone in zones.to_dict("records"):
        reported = causes[zone["founding_fact"]]
        newest = max(causes[fact] for fact in zone["fact_ids"] if fact in causes)
        named = {"fact_ids": list(zone["fact_ids"]), "atoms": zone["atoms"]}
        common = {"zone_id": zone["zone_id"], **named, "by": "auto"}
        if zone["status"] == "proposed":
            start = next_midnight(reported, zone_info(settings.zone))
            dates = {"delineated_at": reported.isoformat(), "in_force_from": start.isoformat()}
            payload = {**common, **dates, "action": "delineate"}
            event_id = digest(zone["zone_id"], "delineate")
            found.append({"event_id": event_id, "recorded_at": reported, "payload": payload})
        elif zone["status"] in ("decided", "in_force") and set(zone["fact_ids"]) - set(zone["held"]):
            new = sorted(set(zone["fact_ids"]) - set(zone["held"]))
            event_id, payload = digest(zone["zone_id"], "extend", new), {**common, "action": "extend"}
            found.append({"event_id": event_id, "recorded_at": newest, "payload": payload})
    return found
