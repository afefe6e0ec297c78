"""Stage 5c: what each zone waits for: the conditions of its way out, and what the engine proposes to decide.

The engine proposes with reasons and missing facts; a person decides. Nothing is lifted by the calendar alone.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from zoning.classes import LIFTED, Step
from zoning.clocks import day_number, first_test_date, midnight, ways_out
from zoning.lifting.conditions import Check, check_step, earliest
from zoning.lifting.evidence import OVER, Evidence, Zone, gather
from zoning.lifting.findings import find, say_enter, say_found, say_turns
from zoning.lifting.words import NOTHING, Said, join, moment, names, plural, tally
from zoning.policy import Policy
from zoning.settings import Settings
from zoning.times import zone_info

CHECKS = {
    "zone_id": "str", "step": "int64", "to": "str", "predicate": "str", "holds": "bool",
    "at": "datetime64[us, UTC]", "found_zh": "str", "found_en": "str", "missing_zh": "str", "missing_en": "str",
}  # fmt: skip
ACTS = {
    "zone_id": "str", "act": "str", "to": "str", "ready": "bool", "holding": "int64", "of": "int64",
    "at": "datetime64[us, UTC]", "reasons_zh": "str", "reasons_en": "str", "fact_ids": "object",
}  # fmt: skip
_ZONE = [
    *("zone_id", "class", "rank", "status", "origin", "fact_ids", "new_facts", "homes", "gates", "void", "founded_at"),
    *("class_since", "clock_from", "lift_from", "last_presence_at", "cleaned_at", "hold_until"),
]
_SCOPES = {
    "zone": Said("全区", "the whole zone"),
    "building": Said("所在楼栋", "the building"),
    "unit": Said("所在单元", "the unit"),
    "none": Said("不重新计时", "no clock"),
}


def check_zones(
    zones: pd.DataFrame,
    rounds: pd.DataFrame,
    positives: pd.DataFrame,
    tables: Mapping[str, pd.DataFrame],
    policy: Policy,
    settings: Settings,
    as_of: datetime,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Check the way out of every zone, and list what can be decided.

    Parameters
    ----------
    zones : zone_id, class, rank, name, name_en, status, origin (class that it stepped down from, or None), fact_ids,
        new_facts (those that no decision names), homes (cases that lived on its ground), gates (gate -> when it was
        assessed), void (every cause is withdrawn or excluded) and, in UTC: founded_at, class_since, clock_from (test
        day 1), lift_from (days in force count from here), last_presence_at, cleaned_at, hold_until (NaT where there is
        none); geometry (WGS84).
    rounds : of `sum_rounds`.
    positives : of `find_positives`.
    tables : kind -> table of the state; cases, contacts, tests and areas are read.
    policy : the pack.
    settings : time zone of local days.
    as_of : UTC.

    Returns
    -------
    checks : one row a condition of each decided zone's way out, in the order of `zones`: zone_id, step (position among
        those of its class), to (class, or none), predicate, holds, at (UTC: since when it holds, or when the calendar
        lets it; NaT not known), found_zh, found_en, missing_zh, missing_en (empty where it holds).
    acts : what to decide, those that are ready first, then by rank and time: zone_id, act (open, extend, positive,
        phase, step, release, raise, hold_expired), to, ready, holding and of (conditions), at (UTC: the earliest by the
        calendar; NaT where a clock has not begun or none is asked), reasons_zh, reasons_en, fact_ids.

    Raises
    ------
    PolicyError : a condition rests on a number that is unset (grade U).
    """
    known = gather(zones, rounds, positives, tables, policy, settings, as_of)
    checks, acts = list[tuple[Any, ...]](), list[tuple[Any, ...]]()
    origin = zones["origin"].astype(object).where(zones["origin"].notna(), None)
    for zone in zones[_ZONE].assign(origin=origin).to_dict("records"):
        if zone["status"] in OVER:
            continue
        acts += [(zone["rank"], zone["zone_id"], *act) for act in _acts(zone, known)]
        way = None if pd.isna(zone["class_since"]) or zone["status"] == "proposed" else _way_out(zone, known)
        if zone["void"] or way is None:
            continue
        step, found = way
        position = policy.classes[zone["class"]].steps.index(step)
        acts.append((zone["rank"], zone["zone_id"], *_leave(zone, step, found, known)))
        told = [(c.predicate, c.holds, c.at, *c.found, *(NOTHING if c.holds else c.missing)) for c in found]
        checks += [(zone["zone_id"], position, step.to, *row) for row in told]
    table = _table(acts, {"rank": "int64", **ACTS})
    order = table.assign(late=~table["ready"]).sort_values(["late", "rank", "at", "zone_id", "act"]).index
    return _table(checks, CHECKS), table.loc[order, list(ACTS)].reset_index(drop=True)


def _table(rows: list[tuple[Any, ...]], dtypes: Mapping[str, str]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=list(dtypes))
    return table.assign(at=pd.to_datetime(table["at"], utc=True)).astype(dtypes)


Act = tuple[str, str, bool, int, int, pd.Timestamp, str, str, list[str]]


def _way_out(zone: Zone, known: Evidence) -> tuple[Step, list[Check]] | None:
    """Return the way out of a zone: the farthest of which every condition holds, else the first.

    Where a case lives on its ground that is none of its facts, another class asks for that ground: none leads farther.
    """
    steps = ways_out(known.policy.classes[zone["class"]], zone["origin"])
    near = steps if set(zone["homes"]) <= set(zone["fact_ids"]) else steps[:1]
    ways = [(step, check_step(zone, step.when, known)) for step in near]
    whole = [way for way in ways if all(check.holds for check in way[1])]
    return next(iter([*whole[-1:], *ways]), None)


def _act(
    act: str, to: str, at: pd.Timestamp, why: Said, fact_ids: list[str], tallied: tuple[bool, int, int] = (True, 0, 0)
) -> Act:
    return (act, to, *tallied, at, *why, list(fact_ids))


def _leave(zone: Zone, step: Step, checks: list[Check], known: Evidence) -> Act:
    """Return the step or release that the way out of a zone leads to."""
    holding, of = sum(c.holds for c in checks), len(checks)
    told = [c.found for c in checks] if holding == of else [c.missing for c in checks if not c.holds]
    warned = [_warning(zone, step, known)] if holding == of else []
    why = join([tally(holding, of), *told, *warned, _uncounted(zone, known)])
    ready = holding == of and zone["status"] == "in_force"
    at = next(iter(earliest(checks)), pd.NaT)
    act = "release" if step.to == LIFTED else "step"
    return _act(act, step.to, at, why, zone["fact_ids"], (ready, holding, of))


def _warning(zone: Zone, step: Step, known: Evidence) -> Said:
    """Warn where a zone of an area would be left before the stricter ones of its cases, if its pack does not ask."""
    stricter = known.stricter(zone) if known.policy.classes[zone["class"]].per == "ground" else []
    if not stricter or step.when.lifted:
        return NOTHING
    chinese, english = names([z.name for z in stricter]).zh, names([z.name_en for z in stricter]).en
    return Said(f"注意：更严格的区域尚未解除：{chinese}", f"warning: stricter zones are not lifted yet: {english}")


def _uncounted(zone: Zone, known: Evidence) -> Said:
    """Warn of cases that live on the ground of a zone and fire no rule, such as one alone where two make a cluster."""
    alone = [fact for fact in zone["homes"] if fact not in known.counted]
    if not alone:
        return NOTHING
    who = names(alone)
    told = f"{who.en} live{'s' if len(alone) == 1 else ''} here, which no rule counts"
    return Said(f"注意：{who.zh}居住于此，未触发任何规则", f"warning: {told}")


def _acts(zone: Zone, known: Evidence) -> Iterator[Act]:
    """Give what can be decided of a zone apart from its way out."""
    if zone["void"]:
        told = "every case behind it was withdrawn or excluded"
        yield _act("release", LIFTED, pd.NaT, Said("其全部病例已撤回或排除", told), zone["fact_ids"])
        return
    if not pd.isna(zone["hold_until"]) and zone["hold_until"] <= known.as_of:
        until = moment(zone["hold_until"], known.zone)
        why = Said(f"临时管控已于{until.zh}到期", f"the temporary hold expired {until.en}")
        yield _act("hold_expired", zone["class"], zone["hold_until"], why, zone["fact_ids"])
    if zone["status"] == "proposed":
        since = moment(zone["founded_at"], known.zone)
        n = len(zone["fact_ids"])
        why = Said(
            f"按规则自{since.zh}起应划定，依据{n}项事实", f"due by the rules since {since.en}, on {plural(n, 'fact')}"
        )
        yield _act("open", zone["class"], zone["founded_at"], why, zone["fact_ids"])
    elif zone["new_facts"]:
        yield _act("extend", zone["class"], known.as_of, _extension(zone, known), zone["new_facts"])
    if zone["status"] == "in_force":
        yield from _enter(zone, known)
        yield from _raise(zone, known)
        yield from _worse(zone, known)
        if not zone["origin"] and not pd.isna(zone["clock_from"]):
            yield from _phase(zone, known)


def _extension(zone: Zone, known: Evidence) -> Said:
    """Say which new facts a zone rests on, and what begins again by the pack."""
    who, reset = names(zone["new_facts"]), known.policy.classes[zone["class"]].reset
    told = [Said(f"有尚无决定依据的新事实：{who.zh}", f"rests on new facts that no decision names: {who.en}")]
    if reset is None:
        return told[0]
    ignored = [f for f in zone["new_facts"] if known.found_in.get(f) in reset.ignores]
    moving = known.moving(zone)
    if ignored:
        told.append(
            Said(
                f"{names(ignored).zh}在管控中发现，不重新计时",
                f"{names(ignored).en} found in isolation: no clock moves",
            )
        )
    if moving and reset.scope != "none":
        part = _SCOPES[reset.scope]
        told.append(Said(f"按规则{part.zh}重新计时", f"by the pack the clocks of {part.en} begin again"))
    if moving and reset.allowed:
        also = [_SCOPES[scope] for scope in reset.allowed]
        told.append(
            Said(f"也可选：{'、'.join(s.zh for s in also)}", f"it also allows: {', '.join(s.en for s in also)}")
        )
    return join(told)


def _enter(zone: Zone, known: Evidence) -> Iterator[Act]:
    """Give the positives of a round or sample that nobody entered as cases: by no rule does a count turn any ground."""
    found = find(zone, known)
    if found.n > len(found.entered):
        yield _act("positive", zone["class"], found.since, say_enter(found, zone, known), [])


def _raise(zone: Zone, known: Evidence) -> Iterator[Act]:
    """Give the stricter class that a new positive brings, where the rules alone do not."""
    to = known.policy.classes[zone["class"]].on_positive
    if to is None or to.extent == "rule":
        return
    cases = [fact for fact in known.moving(zone) if fact in zone["homes"]]
    found = find(zone, known)
    if not cases and (to.extent != "zone" or not found.n):
        return
    why = [Said(f"区内新增：{names(cases).zh}", f"new inside: {names(cases).en}")] if cases else []
    why += say_found(found)
    rest = Said("其余部分重新计时", "the clocks of the rest begin again") if to.extent != "zone" else NOTHING
    yield _act("raise", to.to, known.as_of, join([*why, say_turns(zone, known), rest]), cases)


def _worse(zone: Zone, known: Evidence) -> Iterator[Act]:
    """Give the first stricter class whose conditions all hold."""
    if pd.isna(zone["class_since"]):
        return
    for way in known.policy.classes[zone["class"]].worsens:
        found = check_step(zone, way.when, known)
        if all(check.holds for check in found):
            since, why = max(check.at for check in found), join([check.found for check in found])
            yield _act("raise", way.to, since, why, zone["fact_ids"])
            return


def _phase(zone: Zone, known: Evidence) -> Iterator[Act]:
    """Give the first phase that is due and waits for its assessment."""
    day = day_number(zone["clock_from"], known.as_of, known.policy, known.zone)
    phases = known.policy.classes[zone["class"]].phases
    waiting = [p for p in phases if p.gate and p.from_day <= day and p.gate not in zone["gates"]]
    for phase in waiting[:1]:
        one = first_test_date(zone["clock_from"], known.policy, known.zone)
        at = pd.Timestamp(midnight(one + timedelta(phase.from_day - 1), zone_info(known.zone)))
        since, called = moment(at, known.zone), phase.names
        why = Said(
            f"第{phase.from_day}天自{since.zh}起，转入“{called.zh}”须有评估记录（评估人、时间、依据）",
            f"day {phase.from_day} began {since.en}; '{called.en}' waits for an assessment with name, time and grounds",
        )
        yield _act("phase", phase.id, at, why, [])
