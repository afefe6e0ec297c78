"""Policy packs: a TOML file of classes, rules, clocks and capacities; loading, checking, and values on a day."""

import tomllib
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, ValidationError, model_validator

from zoning.classes import ZoneClass
from zoning.errors import PolicyError, UnknownError
from zoning.rules import (
    NUMBER,
    SET,
    Breach,
    Dated,
    Grade,
    Ground,
    Holding,
    Number,
    Part,
    Rule,
    TakeBuffer,
    Text,
    Value,
    Whole,
)

FOLDER = Path(__file__).parent / "policies"


class Choice(Part):
    """A choice that the pack leaves to the operator."""

    default: str
    allowed: list[str]
    doc: Text
    grade: Grade

    @model_validator(mode="after")
    def _offered(self) -> "Choice":
        if self.default not in self.allowed:
            raise Breach("default", self.default, f"one of its 'allowed': {', '.join(self.allowed)}")
        return self


class DayCount(Part):
    """How days are counted; `day1_cutoff` is the local hour after which the first date is no test day."""

    tests: Literal["calendar_day_in_force", "next_day"]
    lift: Literal["full_days"]
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
    holding: Holding

    @model_validator(mode="after")
    def _span(self) -> "Header":
        if self.valid_to < self.valid_from:
            raise Breach("valid_to", self.valid_to, f"a date from valid_from ({self.valid_from}) on")
        return self


class Policy(Part):
    """A whole pack."""

    pack: Header
    options: dict[str, Choice] = Field(default_factory=dict)
    day_count: DayCount
    source: Source
    classes: dict[str, ZoneClass]
    stages: dict[str, Whole] = Field(default_factory=dict)
    rules: list[Rule]
    capacity: dict[str, Annotated[Dated, NUMBER]] = Field(default_factory=dict)

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

    def with_options(self, chosen: dict[str, str]) -> "Policy":
        """Return the pack with the operator's choices put into its rules.

        Parameters
        ----------
        chosen : choice name -> value; what is not named keeps the pack's default.

        Returns
        -------
        A Policy in which every rule names a class.

        Raises
        ------
        PolicyError : a choice or value that the pack does not offer.
        """
        for key, value in chosen.items():
            if key not in self.options or value not in self.options[key].allowed:
                offered = "; ".join(f"{k} = {' | '.join(c.allowed)}" for k, c in self.options.items()) or "none"
                raise PolicyError(
                    f"pack {self.pack.id}: option '{key}={value}' is not offered; the options are {offered}"
                )
        values = {f"option:{k}": chosen.get(k, c.default) for k, c in self.options.items()}
        rules = [r.model_copy(update={"target": values.get(r.target, r.target)}) for r in self.rules]
        return self.model_copy(update={"rules": rules})


def load_policy(name: str, options: dict[str, str] | None = None) -> Policy:
    """Load a pack by id or by path, with the operator's choices put into its rules.

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
    PolicyError : the file breaks the language; the message names file, key, found and allowed, one breach a line.
    """
    path = Path(name) if name.endswith(".toml") else FOLDER / f"{name}.toml"
    if not path.is_file():
        raise UnknownError(
            f"policy '{name}' is not there; the packs are {', '.join(list_policies())}, or give a .toml file"
        )
    return _read(path, path.stat().st_mtime_ns).with_options(options or {})


@lru_cache(maxsize=32)
def _read(path: Path, _changed_ns: int) -> Policy:
    try:
        given = tomllib.loads(path.read_text("utf-8"))
        return Policy.model_validate(given)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PolicyError(f"{path.name}: not TOML in UTF-8 ({error}); mend the line that it names") from error
    except ValidationError as error:
        raise PolicyError("\n".join(_told(path.name, given, dict(e)) for e in error.errors())) from error


def _told(file: str, given: dict[str, Any], error: dict[str, Any]) -> str:
    """Write one breach as file: key: found ...; allowed: ..."""
    more, found = error.get("ctx", {}), error["input"]
    key = _path(given, error["loc"], error["type"] == "missing")
    allowed = str(more.get("expected") or error["msg"])
    if isinstance(one := more.get("error"), Breach):
        key, found, allowed = [*key, one.key], one.found, one.allowed
    elif error["type"] == "missing":
        found, allowed = None, "this key is required"
    elif error["type"].startswith("union_tag"):
        key.append(str(more["discriminator"]).strip("'"))
        found, allowed = more.get("tag"), str(more.get("expected_tags", "this key is required"))
    shown = "nothing" if found is None else repr(str(found) if isinstance(found, date) else found)
    return f"{file}: {'.'.join(k for k in key if k)}: found {shown[:60]}; allowed: {allowed}"


def _path(given: Any, loc: tuple[Any, ...], missing: bool) -> list[str]:
    """Return the keys of the file on the way to a breach: rules by id, without the names of the language's parts."""
    keys = list[str]()
    for part in loc[: len(loc) - missing]:
        if isinstance(given, dict) and part in given:
            keys, given = [*keys, str(part)], given[part]
        elif isinstance(given, list) and isinstance(part, int):
            given = given[part]
            keys.append(str(given.get("id", part) if isinstance(given, dict) else part))
    return [*keys, str(loc[-1])] if missing else keys


def list_policies() -> list[str]:
    """Return the ids of the packs that ship with Cordon.

    Returns
    -------
    Ids in alphabetical order; each is a file name without its ending.
    """
    return sorted(p.stem for p in FOLDER.glob("*.toml") if not p.stem.endswith(".vectors"))


def value_on(dated: Dated, day: date) -> Value:
    """Return the value that its source dates to a day; outside every span the nearest one, which then warns.

    Parameters
    ----------
    dated : one Value or several of different spans.
    day : local date.

    Returns
    -------
    The Value whose span holds the day, else the one whose span is nearest.
    """
    values = dated if isinstance(dated, list) else [dated]
    return min(values, key=lambda v: _days_off(v, day))


def _days_off(value: Value, day: date) -> int:
    early = (value.valid_from - day).days if value.valid_from else 0
    late = (day - value.valid_to).days if value.valid_to else 0
    return max(early, late, 0)


def values(policy: Policy) -> list[tuple[str, Value]]:
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


def warnings_on(policy: Policy, day: date) -> list[str]:
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
