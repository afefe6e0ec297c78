"""What a pack says to the people in a zone: the rules of stay by phase, and what must hold before it is left."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple

import pandas as pd

from zoning.classes import LIFTED, Lifted, Step, ZoneClass
from zoning.clocks import earliest_lift, first_test_date, local_day, next_midnight, way_out
from zoning.graded import Dated, clause_on, number_on, value_on
from zoning.paper.texts import TEXTS
from zoning.paper.words import day_text, listed, moment, number_of, say
from zoning.picture import Language
from zoning.pipeline import Plan
from zoning.policy import Policy
from zoning.times import zone_info

# Of the clauses that a pack gives for a class, those that tell people what to do; the others are about drawing zones.
STAY = ("stay", "in_only", "movement", "society_level", "shopping")
_WATCH, _AFTER, _CERTIFICATE = "post_release", "former_", "certificate"
Zone = Mapping[str, Any]


class Phased(NamedTuple):
    """One rule of stay: `days`: when it holds (empty: always), `text`, `now`: it holds on the plan's date."""

    days: str
    text: str
    now: bool


def starts_at(plan: Plan, zone: Zone) -> pd.Timestamp:
    """Return from when a zone counts its days; one that nobody decided on, from the next local midnight.

    Parameters
    ----------
    plan : as derived.
    zone : row of its zones.

    Returns
    -------
    UTC.
    """
    start = zone["clock_from"]
    return pd.Timestamp(next_midnight(plan.as_of, zone_info(plan.settings.zone))) if pd.isna(start) else start


def stay_rules(plan: Plan, zone: Zone, language: Language) -> list[Phased]:
    """Return the rules of stay of a zone.

    Parameters
    ----------
    plan : as derived.
    zone : row of its zones.
    language : of the texts.

    Returns
    -------
    Its phases with their days and dates, then what the pack's parameters add for its class, its certificate, and what
    happens where somebody inside tests positive; a text that repeats an earlier one is left out.
    """
    of, start = plan.policy.classes[zone["class"]], starts_at(plan, zone)
    one = first_test_date(start, plan.policy, plan.settings.zone)
    told, seen = list[Phased](), set[str]()
    for number, phase in enumerate(of.phases, 1):
        days = say("from_day", language, n=phase.from_day, on=day_text(one + timedelta(phase.from_day - 1), language))
        if phase.to_day:
            ends = [day_text(one + timedelta(day - 1), language) for day in (phase.from_day, phase.to_day)]
            days = say("days", language, a=phase.from_day, b=phase.to_day, on=ends[0], to=ends[1])
        if phase.gate and phase.gate not in (zone["gates"] or {}):
            days = say("gated", language, days=days, gate=_gate(phase.gate, language))
        told.append(Phased(days, getattr(phase.names, language), zone["stage"] == f"phase_{number}"))
        seen.add(phase.names.zh)
    if zone["stage"] == "stepping_down":
        told = []
    for clause in _clauses(plan, zone, one):
        if clause.zh not in seen:
            told.append(Phased("", getattr(clause, language), False))
    return told + [Phased("", text, False) for text in _more(plan, zone, of, one, language)]


def _clauses(plan: Plan, zone: Zone, day: date) -> list[Any]:
    given = plan.policy.parameters.get(zone["class"], {})
    return [clause for key in STAY if key in given and (clause := clause_on(given[key], day))]


def _more(plan: Plan, zone: Zone, of: ZoneClass, day: date, language: Language) -> list[str]:
    """The certificate that the pack asks for in a class, and what a positive does."""
    hours = number_of(plan.policy.parameters.get(_CERTIFICATE, {}).get(f"{zone['class']}_h"), day)
    told = [say("certificate", language, n=f"{hours:g}")] if hours else []
    if of.on_positive:
        told.append(say(f"positive_{of.on_positive.extent}", language, to=_named(plan, of.on_positive.to, language)))
    return told


def _named(plan: Plan, name: str, language: Language) -> str:
    """A class by name, in English with its article."""
    told = str(getattr(plan.policy.classes[name].names, language))
    return told if language == "zh" else f"{'an' if told[:1] in 'aeiou' else 'a'} {told}"


def _gate(gate: str, language: Language) -> str:
    key = f"gate_{gate}"
    return say(key, language) if key in TEXTS else say("gate_other", language, gate=gate)


def way_of(plan: Plan, zone: Zone) -> Step | None:
    """Return the way out of a zone.

    Parameters
    ----------
    plan : as derived.
    zone : class and origin.

    Returns
    -------
    The step of its class; None where the pack gives none.
    """
    return way_out(plan.policy.classes[zone["class"]], None if pd.isna(zone["origin"]) else zone["origin"])


def lift_from(plan: Plan, zone: Zone) -> pd.Timestamp | None:
    """Return the earliest moment at which the calendar lets a zone take its way out.

    Parameters
    ----------
    plan : as derived.
    zone : row of its zones.

    Returns
    -------
    UTC; None where the calendar alone tells nothing, or a clock has not begun.
    """
    if not pd.isna(zone["earliest_lift_at"]):
        return pd.Timestamp(zone["earliest_lift_at"])
    step = way_of(plan, zone)
    if step is None or not pd.isna(zone["clock_from"]):
        return None
    cleaned = None if pd.isna(zone["cleaned_at"]) else zone["cleaned_at"]
    clocks = (starts_at(plan, zone), zone["last_presence_at"], cleaned)
    found = earliest_lift(step, *clocks, plan.policy, plan.settings.zone)
    return None if found is None else pd.Timestamp(found)


def lift_terms(plan: Plan, zone: Zone, language: Language) -> list[tuple[str, str]]:
    """Return the conditions of a zone's way out in words; they name no case, contact or round.

    Parameters
    ----------
    plan : as derived.
    zone : row of its zones.
    language : of the texts.

    Returns
    -------
    (name of the condition, text), in the order of the pack.
    """
    step = way_of(plan, zone)
    day = local_day(starts_at(plan, zone), zone_info(plan.settings.zone))
    return [(name, _term(name, value, plan, day, language)) for name, value in step.when.given()] if step else []


def _term(name: str, value: Dated | Lifted, plan: Plan, day: date, language: Language) -> str:
    if isinstance(value, Lifted):
        kinds = [getattr(plan.policy.classes[of].names, language) for of in value.classes]
        return say("term_lifted", language, kinds=listed(kinds, language))
    number = value_on(value, day).value
    told = f"{number:g}" if isinstance(number, int | float) else say("unset", language)
    return say(f"term_{name}", language, n=told, s="" if number == 1 else "s")


def watch_days(policy: Policy, day: date) -> int:
    """Return how many days a released zone is watched.

    Parameters
    ----------
    policy : the pack.
    day : of the release.

    Returns
    -------
    Days; 0 where the pack knows no watch.
    """
    return int(number_on(policy.stages.get(_WATCH), day))


def after_rules(plan: Plan, zone: Zone, day: date, language: Language) -> list[str]:
    """Return what holds in a zone after its release, by the pack.

    Parameters
    ----------
    plan : with its pack.
    zone : class.
    day : of the release.
    language : of the texts.

    Returns
    -------
    Texts: of clauses on what a zone was before, those that name its class.
    """
    found = list[str]()
    for key, entry in plan.policy.parameters.get(_WATCH, {}).items():
        mine = not key.startswith(_AFTER) or zone["class"] in key.removeprefix(_AFTER).split("_or_")
        if mine and (clause := clause_on(entry, day)):
            found.append(getattr(clause, language))
    return found


def lift_words(plan: Plan, zone: Zone, language: Language) -> str:
    """Return when and on which terms a zone ends, as one text.

    Parameters
    ----------
    plan : as derived.
    zone : row of its zones.
    language : of the text.

    Returns
    -------
    Plain text; empty where the pack gives no way out.
    """
    step, terms = way_of(plan, zone), [text for _, text in lift_terms(plan, zone, language)]
    if step is None:
        return ""
    first = lift_from(plan, zone)
    joined = ("；" if language == "zh" else "; ").join(terms)
    key = "lift_terms" if len(terms) > 1 else "lift_term"
    told = say(key, language, terms=joined)
    if first is not None:
        told = say("lift_dated", language, at=moment(first, plan.settings.zone, language), terms=told)
    else:
        told = say("lift_undated", language, terms=told)
    if step.to != LIFTED:
        told += say("lift_step", language, to=_named(plan, step.to, language))
    else:
        days = watch_days(plan.policy, local_day(plan.as_of, zone_info(plan.settings.zone)))
        told += say("lift_watch", language, n=days, s="" if days == 1 else "s") if days else ""
    return told + say("lift_written", language)
