"""Stage 5: what people decided, shown on each zone: its status, stage, clocks and who signed; and deciding for all."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pandas as pd

from zoning.classes import ZoneClass
from zoning.clocks import day_number, earliest_lift, next_midnight, way_out
from zoning.hashes import digest
from zoning.once import once
from zoning.policy import Policy
from zoning.settings import Settings
from zoning.times import zone_info
from zoning.typed import typed_rows

TIMES = (
    *("delineated_at", "in_force_from", "class_since", "clock_from", "lift_from", "hold_until", "ended_at"),
    *("watch_until", "earliest_lift_at"),
)
# Tables of parts are put together: a column that says nothing in one has the type that it has in another.
_DTYPES = {
    **dict.fromkeys(("status", "stage"), "str"),
    **dict.fromkeys(("notice_no", "decided_by", "gates", "new_facts"), "object"),
    "redrawn": "bool",
    **dict.fromkeys(TIMES, "datetime64[us, UTC]"),
}
_NOTHING = {"status": "proposed", "stage": "none", "redrawn": False, "notice_no": None, "decided_by": None}
_INPUTS = ("zone_id", "aliases", "class", "origin", "settled", "last_presence_at", "cleaned_at", "fact_ids", "atoms")


def apply_decisions(
    zones: pd.DataFrame, standings: pd.DataFrame, policy: Policy, settings: Settings, as_of: datetime
) -> pd.DataFrame:
    """Give each zone its status, stage, clocks and signature.

    Parameters
    ----------
    zones : zone_id, aliases, class, origin, settled, last_presence_at, cleaned_at (NaT: not all premises are),
        fact_ids, atoms (hash of its atoms, as decisions name it).
    standings : of `fold_decisions`.
    policy : phases and ways out of the classes.
    settings : time zone of the full days.
    as_of : UTC; what was decided for later shows as not yet in force.

    Returns
    -------
    `zones` with status (proposed, decided, in_force, released, rejected), stage (hold, phase_n, stepping_down,
    post_release, none), notice_no, decided_by, gates (gate -> when it was assessed), new_facts (those that no decision
    names), redrawn (its ground is no longer the decided one) and, in UTC and NaT where there is none: delineated_at,
    in_force_from, class_since, clock_from (day 1 of its tests), lift_from (days in force), hold_until, ended_at,
    watch_until and earliest_lift_at (by the calendar alone).
    """
    known = _by_zone(standings)
    rows = [_told(zone, known, policy, settings, as_of) for zone in zones[list(_INPUTS)].to_dict("records")]
    return zones.assign(**typed_rows([tuple(map(row.get, _DTYPES)) for row in rows], _DTYPES).set_index(zones.index))


@once
def _by_zone(standings: pd.DataFrame) -> dict[Any, dict[str, Any]]:
    return {zone: {str(c): value for c, value in row.items()} for zone, row in standings.to_dict("index").items()}


def _told(
    zone: Mapping[str, Any], known: Mapping[Any, Mapping[str, Any]], policy: Policy, settings: Settings, as_of: datetime
) -> dict[str, Any]:
    """An ended standing speaks for the ground that it settled only; an open one for its zone under every name."""
    ids = [zone["settled"]] if zone["settled"] else [zone["zone_id"], *zone["aliases"]]
    stands = next((known[i] for i in ids if i in known and (zone["settled"] or not known[i]["ended"])), None)
    if stands is None:
        return {**_NOTHING, "new_facts": [], "gates": {}}
    told = {c: stands[c] for c in TIMES if c in stands} | {"gates": stands["gates"] or {}, "new_facts": []}
    told |= {"redrawn": False, "stage": "none"}
    told |= {
        c: None if pd.isna(stands[of]) else stands[of] for c, of in (("notice_no", "notice_no"), ("decided_by", "by"))
    }
    now = pd.Timestamp(as_of)
    if stands["ended"]:
        watched = not pd.isna(stands["watch_until"]) and stands["watch_until"] > now
        return told | {"status": stands["ended"], "stage": "post_release" if watched else "none"}
    on_hold, start = not pd.isna(stands["hold_until"]) and stands["hold_until"] > now, stands["in_force_from"]
    if pd.isna(start):
        return told | ({"status": "in_force", "stage": "hold"} if on_hold else {"status": "proposed"})
    status = {"status": "in_force" if start <= now else "decided"}
    if on_hold:
        status["stage"] = "hold"
    elif start <= now:
        status["stage"] = _stage(zone, stands, policy, settings, as_of)
    moved = stands["atoms"] is not None and stands["atoms"] != zone["atoms"] and not zone["settled"]
    new = sorted(set(zone["fact_ids"]) - stands["facts"])
    return told | status | _lift(zone, stands, policy, settings) | {"redrawn": moved, "new_facts": new}


def _stage(
    zone: Mapping[str, Any], stands: Mapping[str, Any], policy: Policy, settings: Settings, as_of: datetime
) -> str:
    """Stages are the class's phases by number; a gated phase waits for its record, and the one before goes on."""
    if zone["origin"]:
        return "stepping_down"
    day = day_number(stands["clock_from"], as_of, policy, settings.zone)
    return f"phase_{_phase(policy.classes[zone['class']], day, stands['gates'] or {})}"


def _phase(of: ZoneClass, day: int, gates: Mapping[str, Any]) -> int:
    open_ = [n for n, p in enumerate(of.phases, 1) if p.from_day <= day and (p.gate is None or p.gate in gates)]
    return max(open_, default=1)


def _lift(
    zone: Mapping[str, Any], stands: Mapping[str, Any], policy: Policy, settings: Settings
) -> dict[str, pd.Timestamp]:
    step = way_out(policy.classes[zone["class"]], zone["origin"])
    cleaned = None if pd.isna(zone["cleaned_at"]) else zone["cleaned_at"]
    clocks = (stands["lift_from"], zone["last_presence_at"], cleaned, policy, settings.zone)
    return {"earliest_lift_at": (step and earliest_lift(step, *clocks)) or pd.NaT}


def decide_all(
    zones: pd.DataFrame,
    causes: Mapping[str, pd.Timestamp],
    found_in: Mapping[str, str],
    policy: Policy,
    settings: Settings,
) -> list[dict[str, Any]]:
    """Return the decisions that put every proposed zone in force by itself: for demos, tests and replays.

    Parameters
    ----------
    zones : class, status, founding_fact, new_facts, and what `named` takes.
    causes : fact id -> reported_at (UTC) of its case.
    found_in : fact id of a case -> where it was found.
    policy : what a new case in a zone starts again.
    settings : time zone of the next midnight.

    Returns
    -------
    Payloads with `recorded_at` and `event_id` = hash(zone id, decision), so that deciding twice adds nothing; a zone
    in force that rests on causes which no decision names yet gets an `extend` with the scope of its pack. What was
    reported at 24时 is in force at that midnight.
    """
    found = []
    for zone in zones.to_dict("records"):
        reported = causes[zone["founding_fact"]]
        newest = max(causes[fact] for fact in zone["fact_ids"] if fact in causes)
        common = {"by": "auto", **named(zone)}
        if zone["status"] == "proposed":
            start = next_midnight(reported, zone_info(settings.zone))
            dates = {"delineated_at": reported.isoformat(), "in_force_from": start.isoformat()}
            payload = {**common, **dates, "action": "delineate"}
            event_id = digest(zone["zone_id"], "delineate")
            found.append({"event_id": event_id, "recorded_at": reported, "payload": payload})
        elif zone["status"] in ("decided", "in_force") and zone["new_facts"]:
            event_id = digest(zone["zone_id"], "extend", zone["new_facts"])
            payload = {**common, "action": "extend", "scope": scope_of(zone, found_in, policy)}
            found.append({"event_id": event_id, "recorded_at": newest, "payload": payload})
    return found


def scope_of(zone: Mapping[str, Any], found_in: Mapping[str, str], policy: Policy) -> str | None:
    """Return whose clocks an extension starts again by the pack.

    Parameters
    ----------
    zone : class, new_facts.
    found_in : fact id of a case -> where it was found.
    policy : the resets of its classes.

    Returns
    -------
    Scope of the class's reset; None where it has none, or every new case was found where the reset ignores it.
    """
    reset = policy.classes[zone["class"]].reset
    moving = [f for f in zone["new_facts"] if f.startswith("cases:")]
    return reset.scope if reset and any(found_in.get(f) not in reset.ignores for f in moving) else None


def raised_part(zone: Mapping[str, Any], to: str, policy: Policy) -> str | None:
    """Return which part of a zone a new case inside raises by the pack.

    Parameters
    ----------
    zone : class, new_facts.
    to : the stricter class.
    policy : what a new case does to its classes.

    Returns
    -------
    building or unit, around each new case; None for the whole zone.
    """
    of = policy.classes[zone["class"]].on_positive
    new = any(fact.startswith("cases:") for fact in zone["new_facts"])
    return of.extent if of and new and of.to == to and of.extent in ("building", "unit") else None


def decide_due(
    zones: pd.DataFrame, checks: pd.DataFrame, acts: pd.DataFrame, policy: Policy, settings: Settings, as_of: datetime
) -> list[dict[str, Any]]:
    """Return the decisions that zones in force wait for: for demos, tests and replays.

    Parameters
    ----------
    zones : zone_id, class, rank, status, void, clock_from, and what `named` takes.
    checks, acts : of `check_zones`.
    policy : gates of the phases.
    settings : time zone of the next midnight.
    as_of : UTC; when it is decided.

    Returns
    -------
    Payloads as those of `decide_all`. A gated phase is assessed when it is due. A step or release that is ready counts
    from the next midnight, that of a void zone, and a raise, at once. An assessment that is the last thing missing is
    given once no stricter zone rests on the same facts; none is given where nothing else is asked.
    """
    table = zones.drop(columns="geometry", errors="ignore").assign(at=zones["zone_id"]).set_index("at")
    known, conditions = table.to_dict("index"), dict(list(checks.groupby("zone_id")))
    now, found = pd.Timestamp(as_of), []
    for act in acts.to_dict("records"):
        zone, asked = known[act["zone_id"]], conditions.get(act["zone_id"], checks.iloc[:0])
        missing = asked.loc[~asked["holds"], "predicate"].tolist()
        if act["act"] == "phase":
            gate = next(p.gate for p in policy.classes[zone["class"]].phases if p.id == act["to"])
            found.append(_assessed(zone, gate, act["at"]))
        elif act["act"] in ("step", "release", "raise") and act["ready"]:
            at_once = zone["void"] or act["act"] == "raise"
            start = now if at_once else next_midnight(now, zone_info(settings.zone))
            payload = {"by": "auto", **named(zone), "action": act["act"], "to": act["to"], "in_force_from": start}
            payload["scope"] = raised_part(zone, act["to"], policy) if act["act"] == "raise" else None
            event_id = digest(zone["zone_id"], act["act"], act["to"])
            found.append({"event_id": event_id, "recorded_at": now, "payload": payload})
        elif missing == ["assessed"] and len(asked) > 1 and not _inside(zone, table):
            found.append(_assessed(zone, "release", now))
    return found


def _assessed(zone: Mapping[str, Any], gate: str | None, at: pd.Timestamp) -> dict[str, Any]:
    """An assessment is one of its gate since the zone's clock began: a reset asks for another."""
    payload = {"by": "auto", **named(zone), "action": "assess", "gate": gate}
    event_id = digest(zone["zone_id"], "assess", gate, zone["clock_from"])
    return {"event_id": event_id, "recorded_at": at, "payload": payload}


def _inside(zone: Mapping[str, Any], zones: pd.DataFrame) -> bool:
    """Return whether a stricter zone that is not over rests on a fact of this one."""
    stricter = zones[(zones["rank"] < zone["rank"]) & zones["status"].isin(("decided", "in_force"))]
    return any(not set(zone["fact_ids"]).isdisjoint(facts) for facts in stricter["fact_ids"])


def named(zone: Mapping[str, Any]) -> dict[str, Any]:
    """Return what every decision says of its zone: its ids, which causes it answers, on which ground, in which class.

    Parameters
    ----------
    zone : zone_id, aliases, fact_ids, cause_ids, atoms, rule_class, ground_id.

    Returns
    -------
    Part of a payload.
    """
    facts = {name: list(zone[name]) for name in ("aliases", "fact_ids", "cause_ids")}
    return {
        "zone_id": zone["zone_id"],
        **facts,
        "atoms": zone["atoms"],
        "class": zone["rule_class"],
        "ground_id": zone["ground_id"],
    }
