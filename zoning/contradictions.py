"""What a pack may not say at once: unknown names, ranks held twice, phases with gaps, ways that lead nowhere."""

import math
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise

from zoning.breaches import Breach
from zoning.classes import LIFTED, Phase, Step, ZoneClass
from zoning.graded import Dated, Value
from zoning.rules import Ground, Rule, TakeBuffer

Classes = Mapping[str, ZoneClass]


def hold_together(classes: Classes, rules: Iterable[Rule], offered: Mapping[str, list[str]]) -> None:
    """Hold the parts of a pack to each other.

    Parameters
    ----------
    classes : of the pack.
    rules : of the pack, in order.
    offered : option -> values, for rules whose class names an option that the pack does not have.

    Raises
    ------
    Breach : of the first contradiction, with its key from the top of the pack.
    """
    rules = list(rules)
    _rules(classes, rules, offered)
    _joined(classes, rules)
    _ranks(classes)
    for name, of in classes.items():
        _phases(f"classes.{name}.phases", of.phases)
        _names(name, of, classes)
        _tail(name, of)
    opened = {rule.target for rule in rules} | {of.on_positive.to for of in classes.values() if of.on_positive}
    for name in classes:
        for origin in [*([None] if name in opened else []), *_origins(name, classes)]:
            _leads_out(name, origin, classes)
    for name in classes:
        _waits(name, classes)


def hold_measures(classes: Classes, tables: Mapping[str, Iterable[str]]) -> None:
    """Hold the measures of classes to the clauses that the pack has.

    Parameters
    ----------
    classes : of the pack.
    tables : table of the pack's parameters -> its keys.

    Raises
    ------
    Breach : of the first table or clause that is not there.
    """
    for name, of in classes.items():
        for position, one in enumerate(of.measures):
            key, has = f"classes.{name}.measures.{position}", list(tables.get(one.table or "", ()))
            if one.table and one.table not in tables:
                raise Breach(
                    f"{key}.table", one.table, f"a table of parameters: {', '.join(tables) or 'there is none'}"
                )
            lost = [clause for clause in one.clauses if one.table and clause not in has]
            if lost:
                raise Breach(f"{key}.clauses", lost[0], f"a clause of parameters.{one.table}: {', '.join(has)}")


def _rules(classes: Classes, rules: list[Rule], offered: Mapping[str, list[str]]) -> None:
    seen = list[str]()
    for rule in rules:
        key = f"rules.{rule.id}"
        if rule.id in seen:
            raise Breach(f"{key}.id", rule.id, "an id that no other rule has")
        _known(f"{key}.class", [rule.target], classes, [f"option:{name}" for name in offered])
        _known(f"{key}.when.classes", rule.when.classes if isinstance(rule.when, Ground) else [], classes)
        previous = rule.ground.previous if isinstance(rule.ground, TakeBuffer) else None
        if previous is not None and previous not in seen:
            earlier = ", ".join(seen) or "none stands before it"
            raise Breach(f"{key}.ground.previous", previous, f"an earlier rule: {earlier}")
        seen.append(rule.id)


def _joined(classes: Classes, rules: list[Rule]) -> None:
    """A new case in a cluster's zone ties itself to it, by this class or by another one that the same event brings.

    Where nothing ties them together, the older zone holds all the ground of the new case and never hears of it.
    """
    for rule in rules:
        of = classes.get(rule.target)
        if of is None or of.per == "ground" or rule.act == "propose" or not _counts_cases(of):
            continue
        given = [one.target for one in rules if one.when == rule.when and one.act == "derive"]
        tied = [*given, *(rule.when.classes if isinstance(rule.when, Ground) else [])]
        if not any(classes[name].joins for name in tied if name in classes):
            told = f"true, or a joining class that is given when '{rule.id}' is; else new cases in its zones are lost"
            raise Breach(f"classes.{rule.target}.joins", of.joins, told)


def _counts_cases(of: ZoneClass) -> bool:
    """Return whether a new case matters to a class: it starts clocks again, or its way out counts from the last one."""
    days = ("no_new_days", "no_cluster_days", "cleaned_days")
    return of.reset is not None or any(getattr(step.when, name) for step in of.steps for name in days)


def _known(key: str, names: Iterable[str], classes: Classes, more: Iterable[str] = ()) -> None:
    for name in names:
        if name not in classes and name not in more:
            raise Breach(key, name, f"a class of this pack: {', '.join([*classes, *more])}")


def _ranks(classes: Classes) -> None:
    ranks: dict[int, str] = {}
    for name, of in classes.items():
        if (other := ranks.setdefault(of.rank, name)) != name:
            raise Breach(f"classes.{name}.rank", of.rank, f"a rank of its own, 1 the strictest; '{other}' has it")
    looks: dict[str, str] = {}
    for name, of in classes.items():
        if (other := looks.setdefault(of.style, name)) != name:
            told = f"a look of its own, for the map tells classes by it; '{other}' has it"
            raise Breach(f"classes.{name}.style", of.style, told)


def _phases(key: str, phases: list[Phase]) -> None:
    """Phases follow each other from day 1; only the last may stay open."""
    day = 1
    for phase in phases:
        if phase.from_day != day:
            word = "overlaps the phase before it" if phase.from_day < day else "leaves days without a phase"
            raise Breach(f"{key}.{phase.id}.from_day", phase.from_day, f"{day}, for it {word}")
        if phase.to_day is None and phase is not phases[-1]:
            raise Breach(f"{key}.{phase.id}.to_day", None, "the day before the next phase begins, or it overlaps it")
        day = (phase.to_day or phase.from_day) + 1
    for one, other in pairwise(sorted(phase.id for phase in phases)):
        if one == other:
            raise Breach(f"{key}.{one}.id", one, "an id that no other phase has")


def _names(name: str, of: ZoneClass, classes: Classes) -> None:
    """Every class that a class names is there, and lies on the side on which it must lie."""
    stricter = [k for k, c in classes.items() if c.rank < of.rank]
    for position, step in enumerate(of.steps):
        _step(f"classes.{name}.steps.{position}", name, step, classes)
        _farther(f"classes.{name}.steps.{position}.to", step, of.steps[:position], classes)
    told = ", ".join(stricter) or "there is none, so leave it out"
    if of.on_positive and of.on_positive.to not in stricter:
        raise Breach(f"classes.{name}.on_positive.to", of.on_positive.to, f"a stricter class: {told}")
    for position, way in enumerate(of.worsens):
        if way.to not in stricter:
            raise Breach(f"classes.{name}.worsens.{position}.to", way.to, f"a stricter class: {told}")


def _step(key: str, name: str, step: Step, classes: Classes) -> None:
    milder = [k for k, c in classes.items() if c.rank > classes[name].rank]
    _known(f"{key}.to", [step.to], classes, [LIFTED])
    _leads_out(name, step.origin[0] if step.origin else None, classes)
    if step.to not in [*milder, LIFTED]:
        raise Breach(f"{key}.to", step.to, f"a milder class, or none: {', '.join([*milder, LIFTED])}")
    _leads_out(step.to, name, classes)
    _known(f"{key}.when.lifted.classes", step.when.lifted.classes if step.when.lifted else [], classes)
    for origin in step.origin:
        if origin not in _origins(name, classes):
            raise Breach(f"{key}.origin", origin, f"a class with a step to '{name}'")


def _farther(key: str, step: Step, before: list[Step], classes: Classes) -> None:
    """A way out that follows another of the same origins leads farther than that one."""
    nearer = [other.to for other in before if other.origin == step.origin]
    if LIFTED in nearer:
        raise Breach(key, step.to, f"another 'origin', for the one before leads to '{LIFTED}' already")
    milder = [k for k, c in classes.items() if all(c.rank > classes[to].rank for to in nearer)]
    if step.to not in [*milder, LIFTED]:
        raise Breach(key, step.to, f"a class milder than '{nearer[-1]}', or '{LIFTED}': {', '.join([*milder, LIFTED])}")


def _tail(name: str, of: ZoneClass) -> None:
    """Some days after the last daily round keep the gaps and end inside the release window."""
    tail = of.tests.tail if of.tests else None
    if of.tests is None or tail is None:
        return
    fixed = of.tests.fixed.value
    last_daily = max(fixed, default=0) if isinstance(fixed, list) else 0
    for step in of.steps:
        for last in [v.value for v in _each(step.when.in_force_days) if isinstance(v.value, int)]:
            first = last - math.ceil(_least_window(step, tail.max_gap)) + 1
            spans = range(first - last_daily, last - last_daily + 1)
            if first > last_daily and not any(_reached(span, tail.min_gap, tail.max_gap) for span in spans):
                allowed = f"gaps by which a round falls on day {first} to {last}, counted from day {last_daily}"
                raise Breach(f"classes.{name}.tests.tail", f"{tail.min_gap} to {tail.max_gap} days", allowed)


def _least_window(step: Step, max_gap: int) -> float:
    hours = [v.value for v in _each(step.when.round_window_h) if isinstance(v.value, int | float)]
    return min(hours) / 24 if hours else max_gap


def _reached(span: int, least: int, most: int) -> bool:
    rounds = range(1, span + 1)
    return any(n * least <= span <= n * most for n in rounds)


def _each(dated: Dated | None) -> list[Value]:
    return [] if dated is None else dated if isinstance(dated, list) else [dated]


def _origins(name: str, classes: Classes) -> list[str]:
    return [other for other, of in classes.items() if name in [step.to for step in of.steps]]


def _leads_out(name: str, origin: str | None, classes: Classes) -> None:
    """Follow the steps of a zone: each class on the way has one for it, and no class comes twice."""
    walked = list[str]()
    while name != LIFTED:
        if name in walked:
            circle = " -> ".join([*walked[walked.index(name) :], name])
            raise Breach(f"classes.{name}.steps", circle, f"steps that end in '{LIFTED}'; by these nothing is lifted")
        step = next((step for step in classes[name].steps if step.fits(origin)), None)
        if step is None:
            said = f"that stepped down from '{origin}'" if origin else "that was opened in it"
            raise Breach(f"classes.{name}.steps", None, f"a step for a zone {said}, or one without 'origin'")
        walked.append(name)
        _known(f"classes.{name}.steps.to", [step.to], classes, [LIFTED])
        name, origin = step.to, name


def _waits(name: str, classes: Classes) -> None:
    """No class waits, on every way out, for the lifting of one that waits for it."""
    seen, ahead = set[str](), [name]
    while ahead:
        for other in _awaited(classes[ahead.pop()]):
            if other == name:
                raise Breach(f"classes.{name}.steps", name, "conditions 'lifted' of which none waits for itself")
            if other not in seen:
                seen.add(other)
                ahead.append(other)


def _awaited(of: ZoneClass) -> Iterator[str]:
    """The classes that every way out of a class waits for."""
    waits = [set(step.when.lifted.classes) if step.when.lifted else set[str]() for step in of.steps]
    yield from set.intersection(*waits)
