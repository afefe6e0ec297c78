"""Policy packs: a TOML file of classes, rules, clocks and capacities; loading, checking, and values on a day."""

import tomllib
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, ValidationError, model_validator

from zoning.breaches import Breach, breach_line, tell_breaches
from zoning.choices import Choice, misplaced, resolve, variants
from zoning.classes import DatedNumber, DatedWhole, ZoneClass
from zoning.contradictions import hold_measures, hold_together
from zoning.errors import PolicyError, UnknownError
from zoning.graded import SET, Entry, Number, Part, Text, Value, value_on
from zoning.once import once
from zoning.rules import Holding, Level, Rule

FOLDER = Path(__file__).parent / "policies"


class DayCount(Part):
    """How days are counted; `day1_cutoff` is the local hour after which the first date is no test day."""

    tests: Literal["calendar_day_in_force", "next_day"]
    """Test day 1 is the date of the start, or the next one."""
    lift: Literal["full_days", "full_days_after_event"]
    """Calendar days wholly in force; after an event, its own day never counts."""
    person: Literal["next_day", "same_day"]
    """Day 1 of a person is the day of leaving, or the next one."""
    day1_cutoff_h: Annotated[Number, SET]
    """Local hour from which a start no longer counts as test day 1."""


class Source(Part):
    """Who is a source, and in which window."""

    statuses: list[str]
    """Statuses of cases that are sources."""
    days_before: Annotated[Number, SET]
    """The window opens so many days before onset or first positive sample."""
    days_unknown: Annotated[Number, SET]
    """Length of a window whose end is not known."""
    opens_within_days: Annotated[Number, SET]
    """A cause older than this opens no zone any more."""


class Header(Part):
    """Name, version and the span that the pack's text covers."""

    id: str
    """As the file is called."""
    version: str
    """Of the pack."""
    title: Text
    """What it is called."""
    valid_from: date
    """First day that its text covers."""
    valid_to: date
    """Last day that its text covers."""
    kind: Literal["rules", "parameters"] = "rules"
    """A pack by which zones are derived, or a set of parameters without rules."""
    holding: Holding = "centroid"
    """Legal outlines take the atoms that they touch, or those whose representative point they hold."""
    holding_level: Level | None = None
    """Level of units that a legal outline takes whole where it takes a part of one."""
    jurisdiction_level: str | None = None
    """Level of the areas at whose border grounds end; what lies beyond is handed over."""

    @model_validator(mode="after")
    def _span(self) -> "Header":
        if self.valid_to < self.valid_from:
            raise Breach("valid_to", self.valid_to, f"a date from valid_from ({self.valid_from}) on")
        return self


class Rounds(Part):
    """When a round of tests is a full one."""

    share: Annotated[DatedNumber, SET] = Value(value=1, unit="share", grade="O")
    """Share of the due persons that a full round has tested."""


class Parameters(Part):
    """A pack without rules: figures and clauses of a text, in tables."""

    pack: Header
    """Name and span."""
    options: dict[str, Choice] = Field(default_factory=dict)
    """Choices that the pack leaves to the operator."""
    parameters: dict[str, dict[str, Entry]] = Field(default_factory=dict)
    """What the text gives besides; nothing is derived from it."""


class Policy(Parameters):
    """A whole pack."""

    day_count: DayCount
    """How days are counted."""
    source: Source
    """Who is a source, and when."""
    classes: dict[str, ZoneClass] = Field(min_length=1)
    """Classes of zones, by id."""
    stages: dict[str, DatedWhole] = Field(default_factory=dict)
    """Days of watch after a release (post_release)."""
    rounds: Rounds = Rounds()
    """What a full round of tests is."""
    rules: list[Rule]
    """What happened, which ground, which class; in order."""
    capacity: dict[str, DatedNumber] = Field(default_factory=dict)
    """Persons a day: people_per_sampler, people_per_table, people_per_site."""

    @model_validator(mode="after")
    def _holds_together(self) -> "Policy":
        hold_together(self.classes, self.rules, {name: choice.allowed for name, choice in self.options.items()})
        hold_measures(self.classes, {name: list(table) for name, table in self.parameters.items()})
        return self


def load_policy(name: str, options: dict[str, str] | None = None) -> Policy:
    """Load a pack of rules by id or by path, as the operator's choices make it.

    Parameters
    ----------
    name : id of a pack that ships with Cordon, or the path of a TOML file.
    options : choice name -> value; None keeps every default.

    Returns
    -------
    A checked Policy.

    Raises
    ------
    UnknownError : no such pack; the message names those that there are.
    PolicyError : the file breaks the language; the message names file, key, found and allowed, one breach a line. Or
        it holds no rules.
    """
    found = load_pack(name, options)
    if not isinstance(found, Policy):
        raise PolicyError(f"pack {found.pack.id} is a set of parameters and has no rules; derive with another pack")
    return found


def load_pack(name: str, options: dict[str, str] | None = None) -> Parameters:
    """Load a pack of any kind by id or by path, as the operator's choices make it.

    Parameters
    ----------
    name : id of a pack that ships with Cordon, or the path of a TOML file.
    options : choice name -> value; None keeps every default.

    Returns
    -------
    A checked Policy, or checked Parameters.

    Raises
    ------
    UnknownError : no such pack; the message names those that there are.
    PolicyError : the file breaks the language, or does not offer what is chosen.
    """
    path = pack_path(name)
    return _read(path, path.stat().st_mtime_ns, tuple(sorted((options or {}).items())))


def pack_path(name: str) -> Path:
    """Return the file of a pack.

    Parameters
    ----------
    name : id of a pack that ships with Cordon, or the path of a TOML file.

    Returns
    -------
    Path of a file that is there.

    Raises
    ------
    UnknownError : no such pack; the message names those that there are.
    """
    path = Path(name) if name.endswith(".toml") else FOLDER / f"{name}.toml"
    if not path.is_file():
        raise UnknownError(
            f"policy '{name}' is not there; the packs are {', '.join(list_policies())}, or give a .toml file"
        )
    return path


@lru_cache(maxsize=64)
def _read(path: Path, changed_ns: int, chosen: tuple[tuple[str, str], ...]) -> Parameters:
    try:
        given = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PolicyError(f"{path.name}: not TOML in UTF-8 ({error}); mend the line that it names") from error
    if not chosen:
        if lost := list(misplaced(given)):
            raise PolicyError("\n".join(breach_line(path.name, *one) for one in lost))
        usual, *_ = [_validated(path.name, resolve(given, one)) for one in variants(given)]
        return usual
    offered = _read(path, changed_ns, ()).options
    for key, value in chosen:
        if key not in offered or value not in offered[key].allowed:
            told = "; ".join(f"{k} = {' | '.join(c.allowed)}" for k, c in offered.items()) or "none"
            raise PolicyError(f"pack {path.stem}: option '{key}={value}' is not offered; the options are {told}")
    return _validated(path.name, resolve(given, dict(chosen)))


def _validated(file: str, given: dict[str, Any]) -> Parameters:
    header = given.get("pack")
    bare = isinstance(header, dict) and header.get("kind") == "parameters"
    try:
        return (Parameters if bare else Policy).model_validate(given)
    except ValidationError as error:
        raise PolicyError(tell_breaches(file, given, error)) from error


def list_policies() -> list[str]:
    """Return the ids of the packs that ship with Cordon.

    Returns
    -------
    Ids in alphabetical order; each is a file name without its ending.
    """
    return sorted(p.stem for p in FOLDER.glob("*.toml") if not p.stem.endswith(".vectors"))


def values(policy: Parameters) -> list[tuple[str, Value]]:
    """Return every graded value of a pack with its key.

    Parameters
    ----------
    policy : a checked pack.

    Returns
    -------
    (key, Value) pairs in the order of the file.
    """
    groups = _graded(policy)
    return [(f"{key}.{i}" if len(group) > 1 else key, value) for key, group in groups for i, value in enumerate(group)]


@once
def _graded(policy: Parameters) -> list[tuple[str, list[Value]]]:
    return _walk("", policy)


def _walk(key: str, part: Any) -> list[tuple[str, list[Value]]]:
    """Return every key that holds a value, or several of different spans."""
    group = part if isinstance(part, list) else [part]
    if group and all(isinstance(one, Value) for one in group):
        return [(key, group)]
    items = list[tuple[str, Any]]()
    if isinstance(part, BaseModel):
        items = list(part)
    elif isinstance(part, dict):
        items = list(part.items())
    elif isinstance(part, list):
        items = [(str(getattr(v, "id", i)), v) for i, v in enumerate(part)]
    return [found for k, v in items for found in _walk(f"{key}.{k}" if key else k, v)]


def warnings_on(policy: Parameters, day: date) -> list[str]:
    """Return what an operator should know before a pack runs for a day.

    Parameters
    ----------
    policy : a checked pack.
    day : local date of the run.

    Returns
    -------
    Sentences: the pack or a value used outside the span that its source dates it to, and unset values. Of what the pack
    only holds as `parameters` nothing is said, for nothing is derived from it.
    """
    found = []
    if not policy.pack.valid_from <= day <= policy.pack.valid_to:
        found.append(
            f"pack {policy.pack.id} covers {policy.pack.valid_from} to {policy.pack.valid_to}; {day} lies outside"
        )
    for key, group in _graded(policy):
        value = value_on(group, day)
        if key.startswith("parameters."):
            continue
        if any(one.grade == "U" for one in group):
            found.append(f"{key} is unset (grade U): give it a value and a source before you rely on it")
        elif not value.holds_on(day):
            found.append(
                f"{key}: its source dates {value.value} to {value.valid_from} .. {value.valid_to}; {day} lies outside"
            )
    return found
