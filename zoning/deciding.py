"""A person's decision on a zone: what it needs, held to the pack and to what others decided meanwhile, and saved."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from zoning.clocks import next_midnight
from zoning.decisions import named, raised_part, scope_of
from zoning.errors import ConflictError, InputError, StoreError, UnknownError
from zoning.hashes import digest
from zoning.parting import part_off
from zoning.pipeline import Plan
from zoning.standing import ACTIONS, ENDED, fold_decisions
from zoning.state import fold
from zoning.store import Workspace
from zoning.times import format_local, zone_info

SCOPES = ("zone", "building", "unit", "none")
_WANTED = {"assess": "gate", "hold": "until", "step": "to", "raise": "to"}
_GROUNDED = ("assess", "release", "reject")  # nobody may leave a reader without the reason of these
_TRIES = 20


@dataclass(frozen=True)
class Decision:
    """What a person decides of a zone.

    `zone`: its id or alias. `action`: one of ACTIONS. In UTC: `in_force_from` (default of a new zone: the next local
    midnight), `delineated_at` (default: now), `until` (of a temporary hold). `to`: class of a step. `gate`: what was
    assessed, the gate of a phase or `release`. `scope`: whose clocks an extension starts again, or what is raised
    (empty: the pack's).
    """

    zone: str
    action: str
    by: str
    grounds: str = ""
    notice: str = ""
    in_force_from: datetime | None = None
    delineated_at: datetime | None = None
    until: datetime | None = None
    to: str = ""
    gate: str = ""
    scope: str = ""


@dataclass(frozen=True)
class Decided:
    """A saved decision: its event, the zone as the plan showed it, what was written, and whether it was new."""

    event_id: str
    zone: Mapping[str, Any]
    payload: Mapping[str, Any]
    written: bool


class DecidedError(ConflictError):
    """Somebody else decided of a zone meanwhile: its row, who, which action, and when (UTC)."""

    def __init__(self, zone: Mapping[str, Any], by: str, action: str, at: datetime, local: str) -> None:
        super().__init__(
            f"{zone['name']}: {by} decided {action} at {local}, after the plan that you see; nothing was saved: look "
            "at it again, then decide"
        )
        self.zone, self.by, self.action, self.at = zone, by, action, at


def decide(
    workspace: Workspace,
    plan: Plan,
    decision: Decision,
    recorded_at: datetime | None = None,
    base: int | None = None,
    sent: str = "",
) -> Decided:
    """Save a decision on a zone of a plan; when this returns, it is on disk.

    Parameters
    ----------
    workspace : where.
    plan : that the person looked at.
    decision : what is decided.
    recorded_at : when (UTC); None means now.
    base : number of the log's last event that the person saw; None does not ask whether others decided since.
    sent : what the sender calls it: sending it again adds nothing.

    Returns
    -------
    Decided.

    Raises
    ------
    UnknownError : the plan has no such zone.
    InputError : it lacks what its action needs, or its dates are the wrong way round.
    DecidedError : somebody else decided of this zone since `base`.
    StoreError : others write without a pause.
    """
    now = pd.Timestamp(recorded_at or datetime.now(UTC))
    zone = find_zone(workspace, plan, decision)
    payload = {"action": decision.action, "by": decision.by, "grounds": decision.grounds, **named(zone)}
    payload |= {"notice_no": decision.notice or None, **_terms(decision, plan, zone, now)}
    event_id = _sent_id(decision.by, sent) if sent else digest("decide", payload, now)
    # Parts go first: a kill between them leaves an extension to be decided again, and no new case without its clock.
    told = {digest(event_id, part["zone_id"]): part for part in part_off(plan, zone, payload)}
    told[event_id] = payload
    for _ in range(_TRIES):
        revision = workspace.revision()
        if event_id in {event.event_id for event in workspace.events()}:
            return Decided(event_id, zone, payload, False)
        hold_decided(workspace, plan, zone, base)
        if _write(workspace, told, now.to_pydatetime(), decision.by, revision):
            return Decided(event_id, zone, payload, True)
    raise StoreError(f"{workspace.path}: others wrote {_TRIES} times while this was being decided; decide it again")


def find_sent(workspace: Workspace, by: str, sent: str) -> Mapping[str, Any] | None:
    """Return the decision that was sent under a name.

    Parameters
    ----------
    workspace : where.
    by, sent : as they were given to `decide`.

    Returns
    -------
    Its payload with `event_id`; None where it never arrived.
    """
    event_id = _sent_id(by, sent)
    found = (event for event in workspace.events() if event.event_id == event_id)
    return next(({**event.payload, "event_id": event_id} for event in found), None)


def _sent_id(by: str, sent: str) -> str:
    return digest("decide", by, sent)


def _write(workspace: Workspace, told: Mapping[str, dict[str, Any]], at: datetime, by: str, revision: int) -> bool:
    """Write events one after the other; say no where others wrote meanwhile. What is there already is passed over."""
    for event_id, payload in told.items():
        if workspace.append("decide", payload, event_id, at, by, after=revision):
            revision += 1
        elif event_id not in {event.event_id for event in workspace.events()}:
            return False
    return True


def hold_decided(workspace: Workspace, plan: Plan, zone: Mapping[str, Any], base: int | None) -> None:
    """Refuse a decision on a zone, under whichever of its names, that somebody decided about since a revision.

    Parameters
    ----------
    workspace : where.
    plan : with the zone; its settings say the time zone.
    zone : its row of the zones table.
    base : number of the log's last event that the person saw; None refuses nothing.

    Raises
    ------
    DecidedError : who decided what, and when.
    """
    if base is None:
        return
    ids = {zone["zone_id"], *zone["aliases"]}
    for event in workspace.events():
        if event.kind == "decide" and event.seq > base and ids & {event.payload["zone_id"], *event.payload["aliases"]}:
            at = format_local(pd.Timestamp(event.recorded_at), plan.settings.zone, with_year=True)
            told = event.payload
            raise DecidedError(zone, told["by"], told["action"], event.recorded_at, at)


def find_zone(workspace: Workspace, plan: Plan, decision: Decision) -> dict[str, Any]:
    """Return the zone that is decided about; one in force that lost its ground can still be ended.

    Parameters
    ----------
    workspace : where.
    plan : that holds the zone.
    decision : zone (id or alias) and action.

    Returns
    -------
    Row of the zones table; of one without ground, what `named` takes and its name.

    Raises
    ------
    UnknownError : no such zone, or its action is none.
    """
    if decision.action not in ACTIONS:
        raise UnknownError(f"action '{decision.action}' is not known; the actions are {', '.join(ACTIONS)}")
    table = plan.zones.drop(columns="geometry")
    called = [decision.zone in (own, *others) for own, others in zip(table["zone_id"], table["aliases"], strict=True)]
    for zone in table[called].to_dict("records"):
        return {str(key): value for key, value in zone.items()}
    decisions = fold(workspace, plan.known_at).decisions
    stands = fold_decisions(decisions, plan.policy, plan.settings, plan.as_of).to_dict("index").get(decision.zone)
    if stands is None or stands["ended"] or decision.action not in ENDED:
        raise UnknownError(f"zone '{decision.zone}' is not in the plan; derive it, and take an id from the list")
    facts = dict.fromkeys(("fact_ids", "cause_ids"), sorted(stands["facts"]))
    told = {key: stands[key] for key in ("zone_id", "atoms", "ground_id")}
    return {**told, **facts, "aliases": [], "rule_class": stands["class"], "name": decision.zone}


def _terms(decision: Decision, plan: Plan, zone: Mapping[str, Any], now: pd.Timestamp) -> dict[str, Any]:
    """Return what an action says beside its zone; what it cannot do without is asked for."""
    for wanted in lacking(decision.action, vars(decision)):
        raise InputError(f"{decision.action} needs '{wanted}': {_ASKED[wanted]}")
    if decision.action == "delineate":
        drawn, start = _dates(decision, plan, now)
        return {"delineated_at": drawn.isoformat(), "in_force_from": start.isoformat()}
    if decision.action == "step":
        held = plan.policy.classes[zone["class"]]
        if decision.to not in {step.to for step in held.steps}:
            ways = ", ".join(step.to for step in held.steps if step.to != "none") or "none; it can be released"
            raise InputError(f"to '{decision.to}': the pack lets a zone of this class step to {ways}")
    if decision.action == "raise":
        rank = plan.policy.classes[zone["class"]].rank
        stricter = [name for name, of in plan.policy.classes.items() if of.rank < rank]
        if decision.to not in stricter:
            ways = ", ".join(stricter) or "none: it is the strictest"
            raise InputError(f"to '{decision.to}': a zone of this class can be raised to {ways}")
    if decision.action == "hold" and decision.until and decision.until <= now:
        at = format_local(pd.Timestamp(decision.until), plan.settings.zone, with_year=True)
        raise InputError(f"until {at}: the hold would be over already; give a later time")
    found_in = plan.tables["cases"].set_index("fact_id")["found_in"].to_dict()
    usual = scope_of(zone, found_in, plan.policy) if decision.action == "extend" else None
    usual = raised_part(zone, decision.to, plan.policy) if decision.action == "raise" else usual
    return {
        "in_force_from": _iso(decision.in_force_from),
        "scope": decision.scope or usual,
        "to": decision.to or None,
        "gate": decision.gate or None,
        "until": _iso(decision.until),
    }


def lacking(action: str, told: Mapping[str, Any]) -> list[str]:
    """Return what an action needs and was not told.

    Parameters
    ----------
    action : one of ACTIONS.
    told : field of `Decision` -> its value, as typed or as read.

    Returns
    -------
    Names of fields.
    """
    wanted = [_WANTED.get(action), "grounds" if action in _GROUNDED else None]
    return [name for name in wanted if name and not told[name]]


_ASKED = {
    "grounds": "why, kept in the log and not printed on the notice",
    "gate": "what was assessed, the gate of a phase or 'release'",
    "until": "when the temporary hold expires",
    "to": "the class that the zone is to have",
}


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _dates(decision: Decision, plan: Plan, now: pd.Timestamp) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Return when a zone was delineated and from when it is in force; an older notice was delineated by its start."""
    zone = plan.settings.zone
    start = pd.Timestamp(decision.in_force_from or next_midnight(now, zone_info(zone)))
    drawn = pd.Timestamp(decision.delineated_at or min(now, start))
    if drawn > start:
        raise InputError(
            f"in force from {format_local(start, zone, with_year=True)} lies before delineated at "
            f"{format_local(drawn, zone, with_year=True)}; a zone is delineated first"
        )
    return drawn, start
