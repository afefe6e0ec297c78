"""What a pack may not say at once: each contradiction is refused with file, key, found and allowed."""

from pathlib import Path

import pytest

from zoning.errors import PolicyError
from zoning.policy import load_policy

ASSESSED = 'when = { assessed = { value = true, unit = "bool", grade = "O" } }'
HEAD = """
[pack]
id = "small"
version = "1"
title = { zh = "小", en = "small" }
valid_from = 2022-01-01
valid_to = 2022-12-31
[day_count]
tests = "calendar_day_in_force"
lift = "full_days"
person = "next_day"
day1_cutoff_h = { value = 24, unit = "h", grade = "O" }
[source]
statuses = ["confirmed"]
days_before = { value = 2, unit = "day", grade = "O" }
days_unknown = { value = 14, unit = "day", grade = "O" }
opens_within_days = { value = 14, unit = "day", grade = "O" }
"""
RULE = """
[[rules]]
id = "{id}"
names = {{ zh = "规", en = "rule" }}
class = "{of}"
slot = "core"
grade = "O"
when = {{ trigger = "residence" }}
ground = {ground}
"""
SIBLINGS = '{ take = "siblings", level = "estate" }'
EDGE = '{{ take = "buffer", measure_from = "previous_zone_edge", previous = "{}", radius_m = {} }}'
METRES = '{ value = 5, unit = "m", grade = "O" }'


def zone_class(name: str, rank: int, *steps: str, more: str = "") -> str:
    text = f"""
[classes.{name}]
rank = {rank}
names = {{ zh = "{name}", en = "{name}" }}
letter = {{ zh = "{name[0]}", en = "{name[0]}" }}
style = "x{name}"
per = "cluster"
joins = true
{more}
"""
    for step in steps:
        text += f'[[classes.{name}.steps]]\ngrade = "O"\n{step}\n' + ("" if "when" in step else ASSESSED + "\n")
    return text


def measures(of: str) -> str:
    by = 'by = { zh = "据", en = "by" }'
    return f'[[classes.a.measures]]\nclauses = ["strategy", "entry"]\n{by}\n{of}'


def rule(of: str, name: str = "A", ground: str = SIBLINGS) -> str:
    return RULE.format(id=name, of=of, ground=ground)


def phases(*spans: tuple[int, int | None], names: str = "abc") -> str:
    rows = []
    for name, (first, last) in zip(names, spans, strict=False):
        to = f", to_day = {last}" if last else ""
        rows.append(f'{{ id = "{name}", from_day = {first}{to}, names = {{ zh = "段", en = "p" }}, grade = "O" }}')
    return f"phases = [{', '.join(rows)}]"


def days(condition: str, number: int, unit: str = "day") -> str:
    return f'{condition} = {{ value = {number}, unit = "{unit}", grade = "O" }}'


def with_tail(last_daily: int, low: int, high: int, length: int, window_h: int | None) -> str:
    fixed = list(range(1, last_daily + 1))
    window = ", " + days("round_window_h", window_h, "h") if window_h else ""
    tests = (
        f'tests = {{ fixed = {{ value = {fixed}, unit = "day list", grade = "O" }}, '
        f'tail = {{ min_gap = {low}, max_gap = {high}, default = [10], unit = "day", grade = "O" }} }}'
    )
    return zone_class("a", 1, f'to = "none"\nwhen = {{ {days("in_force_days", length)}{window} }}', more=tests)


def load(folder: Path, *parts: str) -> str:
    """What is said of a pack made of these parts; nothing where it holds together."""
    path = folder / "small.toml"
    path.write_text(HEAD + "".join(parts), "utf-8")
    try:
        load_policy(str(path))
    except PolicyError as error:
        return str(error)
    return ""


WORSE = 'to = "b", grade = "O", when = { in_force_days = { value = 3, unit = "day", grade = "O" } }'
LOOSE, RESET = "joins = false", 'reset = { scope = "zone", grade = "O" }'
FREE = 'to = "none"\nwhen = { no_new_days = { value = 5, unit = "day", grade = "O" } }'
OUT, B, C = 'to = "none"', zone_class("b", 2, 'to = "none"'), zone_class("c", 3, 'to = "none"')
REFUSED = {
    "phases overlap": (
        (zone_class("a", 1, OUT, more=phases((1, 4), (4, None))), rule("a")),
        "classes.a.phases.b.from_day: found 4; allowed: 5, for it overlaps the phase before it",
    ),
    "an open phase before another": (
        (zone_class("a", 1, OUT, more=phases((1, None), (2, None))), rule("a")),
        "classes.a.phases.a.to_day: found nothing; allowed: the day before the next phase begins",
    ),
    "days without a phase": (
        (zone_class("a", 1, OUT, more=phases((1, 4), (6, None))), rule("a")),
        "classes.a.phases.b.from_day: found 6; allowed: 5, for it leaves days without a phase",
    ),
    "no phase on day 1": (
        (zone_class("a", 1, OUT, more=phases((2, None))), rule("a")),
        "classes.a.phases.a.from_day: found 2; allowed: 1, for it leaves days without a phase",
    ),
    "two phases of one id": (
        (zone_class("a", 1, OUT, more=phases((1, 4), (5, None), names="aa")), rule("a")),
        "classes.a.phases.a.id: found 'a'; allowed: an id that no other phase has",
    ),
    "a tail whose gaps leap over the window": (
        (with_tail(7, 4, 5, 14, 24), rule("a")),
        "classes.a.tests.tail: found '4 to 5 days'; allowed: gaps by which a round falls on day 14 to 14",
    ),
    "a class without a way out": (
        (zone_class("a", 1), rule("a")),
        "classes.a.steps: found nothing; allowed: this key is required",
    ),
    "a way out for others only": (
        (zone_class("a", 1, 'to = "b"'), zone_class("b", 2, 'to = "none"\norigin = ["a"]'), rule("b")),
        "classes.b.steps: found nothing; allowed: a step for a zone that was opened in it, or one without 'origin'",
    ),
    "no way out for those that stepped down": (
        (zone_class("a", 1, 'to = "c"'), zone_class("b", 2, 'to = "c"'), rule("a"), rule("b", "B"),
         zone_class("c", 3, 'to = "none"\norigin = ["a"]')),
        "classes.c.steps: found nothing; allowed: a step for a zone that stepped down from 'b'",
    ),
    "an unknown predicate": (
        (zone_class("a", 1, f'to = "none"\nwhen = {{ {days("full_moon", 1)} }}'), rule("a")),
        "classes.a.steps.0.when.full_moon: found {'value': 1",
    ),
    "a step that asks for nothing": (
        (zone_class("a", 1, 'to = "none"\nwhen = {}'), rule("a")),
        "classes.a.steps.0.when: found {}; allowed: at least one condition: in_force_days",
    ),
    "a circle of previous": (
        (zone_class("a", 1, OUT), rule("a", "A", EDGE.format("B", METRES)), rule("a", "B", EDGE.format("A", METRES))),
        "rules.A.ground.previous: found 'B'; allowed: an earlier rule: none stands before it",
    ),
    "a circle of steps": (
        (zone_class("a", 1, 'to = "b"'), zone_class("b", 2, 'to = "a"'), rule("a")),
        "classes.a.steps: found 'a -> b -> a'; allowed: steps that end in 'none'; by these nothing is lifted",
    ),
    "a step to a stricter class": (
        (zone_class("a", 1, OUT), zone_class("b", 2, 'to = "a"'), rule("a"), rule("b", "B")),
        "classes.b.steps.0.to: found 'a'; allowed: a milder class, or none: none",
    ),
    "a second way out that leads no farther": (
        (zone_class("a", 1, 'to = "c"', 'to = "b"'), B, zone_class("c", 3, OUT), rule("a"), rule("b", "B")),
        "classes.a.steps.1.to: found 'b'; allowed: a class milder than 'c', or 'none': none",
    ),
    "a second way out behind the end": (
        (zone_class("a", 1, OUT, 'to = "b"'), B, rule("a"), rule("b", "B")),
        "classes.a.steps.1.to: found 'b'; allowed: another 'origin', for the one before leads to 'none' already",
    ),
    "a second way out that leads nowhere": (
        (zone_class("a", 1, 'to = "b"', 'to = "c"'), B, rule("a"), rule("b", "B"),
         zone_class("d", 4, OUT), zone_class("c", 3, 'to = "d"\norigin = ["b"]'), rule("c", "C"), rule("d", "D")),
        "classes.c.steps: found nothing; allowed: a step for a zone that stepped down from 'a'",
    ),
    "a step to a class that is not there": (
        (zone_class("a", 1, 'to = "z"'), rule("a")), "classes.a.steps.0.to: found 'z'; allowed: a class of this pack: a"
    ),
    "an origin that never steps there": (
        (zone_class("a", 1, OUT), zone_class("b", 2, 'to = "none"\norigin = ["a"]', OUT), rule("b")),
        "classes.b.steps.0.origin: found 'a'; allowed: a class with a step to 'b'",
    ),
    "a class that waits for itself": (
        (zone_class("a", 1, 'to = "none"\nwhen = { lifted = { classes = ["b"] } }'), rule("a"), rule("b", "B"),
         zone_class("b", 2, 'to = "none"\nwhen = { lifted = { classes = ["a"] } }')),
        "classes.a.steps: found 'a'; allowed: conditions 'lifted' of which none waits for itself",
    ),
    "waiting for a class that is not there": (
        (zone_class("a", 1, 'to = "none"\nwhen = { lifted = { classes = ["z"] } }'), rule("a")),
        "classes.a.steps.0.when.lifted.classes: found 'z'",
    ),
    "a positive that makes milder": (
        (zone_class("a", 1, OUT, more='on_positive = { to = "b", grade = "O" }'), B, rule("a")),
        "classes.a.on_positive.to: found 'b'; allowed: a stricter class: there is none, so leave it out",
    ),
    "a worsening that makes milder": (
        (zone_class("a", 1, OUT, more=f"worsens = [{{ {WORSE} }}]"), B, rule("a")),
        "classes.a.worsens.0.to: found 'b'; allowed: a stricter class: there is none, so leave it out",
    ),
    "a positive that changes nothing": (
        (zone_class("a", 1, OUT), zone_class("b", 2, OUT, more='on_positive = { to = "b", grade = "O" }'), rule("b")),
        "classes.b.on_positive.to: found 'b'; allowed: a stricter class: a",
    ),
    "a reset in a class whose cases nothing ties together": (
        (zone_class("a", 1, OUT, more=RESET).replace("joins = true", LOOSE), rule("a")),
        "classes.a.joins: found False; allowed: true, or a joining class that is given when 'A' is",
    ),
    "days without a new case where nothing ties the cases together": (
        (zone_class("a", 1, FREE).replace("joins = true", LOOSE), rule("a")),
        "classes.a.joins: found False; allowed: true",
    ),
    "measures of a table that is not there": (
        (zone_class("a", 1, OUT, more=measures('table = "t"')), rule("a")),
        "classes.a.measures.0.table: found 't'; allowed: a table of parameters: there is none",
    ),
    "measures that the table does not have": (
        (zone_class("a", 1, OUT, more=measures('table = "t"')), rule("a"), '[parameters.t]\n'
         'strategy = { zh = "策", en = "s", grade = "O" }'),
        "classes.a.measures.0.clauses: found 'entry'; allowed: a clause of parameters.t: strategy",
    ),
    "measures of nowhere": (
        (zone_class("a", 1, OUT, more=measures("")), rule("a")),
        "classes.a.measures.0.table: found nothing; allowed: the table that has the clauses, or 'around' without one",
    ),
    "two classes that look the same": (
        (zone_class("a", 1, OUT), zone_class("b", 2, OUT).replace('"xb"', '"xa"'), rule("a")),
        "classes.b.style: found 'xa'; allowed: a look of its own, for the map tells classes by it; 'a' has it",
    ),
    "two classes of one rank": (
        (zone_class("a", 1, OUT), zone_class("b", 1, OUT), rule("a")),
        "classes.b.rank: found 1; allowed: a rank of its own, 1 the strictest; 'a' has it",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_a_contradiction_is_refused(tmp_path: Path, name: str) -> None:
    parts, told = REFUSED[name]
    found = load(tmp_path, *parts)
    assert found.startswith(f"small.toml: {told}"), found
    assert "; allowed: " in found
    assert "\n" not in found


@pytest.mark.parametrize(
    "parts",
    [
        (zone_class("a", 1, OUT, more=phases((1, 4), (5, 9), (10, None))), rule("a")),
        (zone_class("a", 1, 'to = "c"'), B.replace('"none"', '"c"'), rule("a"), rule("b", "B"),
         zone_class("c", 3, 'to = "none"\norigin = ["a"]', 'to = "none"')),
        (zone_class("a", 1, OUT), zone_class("b", 2, 'to = "none"\nwhen = { lifted = { classes = ["a"] } }'), rule("b"),
         rule("a", "B")),
        (zone_class("a", 1, OUT), B, C, rule("a")),
        (zone_class("a", 1, OUT), rule("a"), rule("a", "B", EDGE.format("A", METRES))),
    ],
)  # fmt: skip
def test_what_holds_together_is_taken(tmp_path: Path, parts: tuple[str, ...]) -> None:
    assert load(tmp_path, *parts) == ""


@pytest.mark.parametrize(
    ("low", "high", "window", "held"),
    [(2, 3, 48, True), (7, 7, 24, True), (8, 9, 48, False), (6, 6, 24, False), (6, 6, 48, True), (5, 5, None, True)],
)
def test_a_tail_can_be_met_in_the_release_window(
    tmp_path: Path, low: int, high: int, window: int | None, held: bool
) -> None:
    # Daily to day 7, lifted after day 14: the last round must fall on day 14 (24 h), or on 13 or 14 (48 h).
    assert (load(tmp_path, with_tail(7, low, high, 14, window), rule("a")) == "") is held


def test_a_tail_after_unset_days_counts_from_the_start(tmp_path: Path) -> None:
    unset = with_tail(7, 2, 3, 14, 48).replace("fixed = { value = [1, 2, 3, 4, 5, 6, 7], ", "fixed = { ")
    text = unset.replace('unit = "day list", grade = "O"', 'unit = "day list", grade = "U"')
    assert 'grade = "U"' in text
    assert load(tmp_path, text, rule("a")) == ""
