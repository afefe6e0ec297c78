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
from zoning.errors import PolicyError, UnknownError
from zoning.graded import SET, Entry, Number, Part, Text, Value, value_on
from zoning.rules import Ground, Holding, Rule, TakeBuffer

FOLDER = Path(__file__).parent / "policies"


class DayCount(Part):
    """How days are counted; `day1_cutoff` is the local hour after which the first date is no test day."""

    tests: Literal["calendar_day_in_force", "next_day"]
    lift: Literal["full_days", "full_days_after_event"]
    person: Literal["next_day", "same_day"]
    day1_cutoff_h: Annotated[Number, SET]


class Source(Part):
    """Who is a source, and in which window."""

    statuses: list[str]
    days_before: Annotated[Number, SET]
    days_unknown: Annotated[Number, SET]
    opens_within_days: Annotated[Number, SET]


class Header(Part):
    """Name, version and the span that the pack's text covers."""

    id: str
    version: str
    title: Text
    valid_from: date
    valid_to: date
    kind: Literal["rules", "parameters"] = "rules"
    """A pack by which zones are derived, or a set of parameters without rules."""
    holding: Holding = "centroid"
    """Legal outlines take the atoms that they touch, or those whose representative point they hold."""
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
    options: dict[str, Choice] = Field(default_factory=dict)
    parameters: dict[str, dict[str, Entry]] = Field(default_factory=dict)
    """What the text gives besides; nothing is derived from it."""


class Policy(Parameters):
    """A whole pack."""

    day_count: DayCount
    source: Source
    classes: dict[str, ZoneClass] = Field(min_length=1)
    stages: dict[str, DatedWhole] = Field(default_factory=dict)
    rounds: Rounds = Rounds()
    rules: list[Rule]
    capacity: dict[str, DatedNumber] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _names_exist(self) -> "Policy":
        seen = list[str]()
        for rule in self.rules:
            if rule.id in seen:
                raise Breach(f"rules.{rule.id}.id", rule.id, "an id that no other rule has")
            self._known(f"rules.{rule.id}.class", rule.target)
            for name in rule.when.classes if isinstance(rule.when, Ground) else []:
                self._known(f"rules.{rule.id}.when.classes", name)
            previous = rule.ground.previous if isinstance(rule.ground, TakeBuffer) else None
            if previous is not None and previous not in seen:
                earlier = ", ".join(seen) or "none stands before it"
                raise Breach(f"rules.{rule.id}.ground.previous", previous, f"an earlier rule: {earlier}")
            seen.append(rule.id)
        ranks: dict[int, str] = {}
        for name, one in self.classes.items():
            if (other := ranks.setdefault(one.rank, name)) != name:
                raise Breach(f"classes.{name}.rank", one.rank, f"a rank of its own, 1 the strictest; '{other}' has it")
        return self

    def _known(self, key: str, target: str) -> None:
        """Hold a rule's class, or every class that its option allows, to the pack's classes."""
        choice = self.options.get(target.removeprefix("option:")) if target.startswith("option:") else None
        for name in choice.allowed if choice else [target]:
            if name not in self.classes:
                options = "".join(f", option:{o}" for o in self.options) if key.endswith(".class") else ""
                raise Breach(key, name, f"a class of this pack: {', '.join(self.classes)}{options}")


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
    path = Path(name) if name.endswith(".toml") else FOLDER / f"{name}.toml"
    if not path.is_file():
        raise UnknownError(
            f"policy '{name}' is not there; the packs are {', '.join(list_policies())}, or give a .toml file"
        )
    return _read(path, path.stat().st_mtime_ns, tuple(sorted((options or {}).items())))


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
    groups = _walk("", policy)
    return [(f"{key}.{i}" if len(group) > 1 else key, value) for key, group in groups for i, value in enumerate(group)]


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
    Sentences: the pack or a value used outside the span that its source dates it to, and unset values.
    """
    found = []
    if not policy.pack.valid_from <= day <= policy.pack.valid_to:
        found.append(
            f"pack {policy.pack.id} covers {policy.pack.valid_from} to {policy.pack.valid_to}; {day} lies outside"
        )
    for key, group in _walk("", policy):
        value = value_on(group, day)
        if any(one.grade == "U" for one in group):
            found.append(f"{key} is unset (grade U): give it a value and a source before you rely on it")
        elif not value.holds_on(day):
            found.append(
                f"{key}: its source dates {value.value} to {value.valid_from} .. {value.valid_to}; {day} lies outside"
            )
    return found
