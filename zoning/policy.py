"""Policy packs: a TOML file of classes, rules, clocks and capacities; loading, checking, and values on a day."""

import tomllib
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, Field, ValidationError, model_validator

from zoning.classes import ZoneClass
from zoning.errors import PolicyError, UnknownError
from zoning.rules import Dated, Grade, Ground, Holding, Part, Rule, TakeBuffer, Text, Value

FOLDER = Path(__file__).parent / "policies"


class Choice(Part):
    """A choice that the pack leaves to the operator."""

    default: str
    allowed: list[str]
    doc: Text
    grade: Grade


class DayCount(Part):
    """How days are counted; `day1_cutoff` is the local hour after which the first date is no test day."""

    tests: Literal["calendar_day_in_force", "next_day"]
    lift: Literal["full_days"]
    person: Literal["next_day", "same_day"]
    day1_cutoff_h: Value


class Source(Part):
    """Who is a source, and in which window."""

    statuses: list[str]
    days_before: Value
    days_unknown: Value
    opens_within_days: Value


class Header(Part):
    """Name, version and the span that the pack's text covers."""

    id: str
    version: str
    title: Text
    valid_from: date
    valid_to: date
    holding: Holding


class Policy(Part):
    """A whole pack."""

    pack: Header
    options: dict[str, Choice] = Field(default_factory=dict)
    day_count: DayCount
    source: Source
    classes: dict[str, ZoneClass]
    stages: dict[str, Value] = Field(default_factory=dict)
    rules: list[Rule]
    capacity: dict[str, Dated] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _names_exist(self) -> "Policy":
        known, seen = set(self.classes), set[str]()
        for rule in self.rules:
            choice = self.options.get(rule.target.removeprefix("option:"))
            wanted = list(choice.allowed if choice else [rule.target])
            wanted += rule.when.classes if isinstance(rule.when, Ground) else []
            if lost := sorted(set(wanted) - known):
                raise ValueError(
                    f"rules.{rule.id}: class '{lost[0]}' does not exist; the classes are {', '.join(known)}"
                )
            previous = rule.ground.previous if isinstance(rule.ground, TakeBuffer) else None
            if previous is not None and previous not in seen:
                raise ValueError(
                    f"rules.{rule.id}.ground.previous: '{previous}' is no earlier rule; these are {sorted(seen)}"
                )
            if rule.id in seen:
                raise ValueError(f"rules.{rule.id}: this id is used twice; give each rule its own")
            seen.add(rule.id)
        ranks = [c.rank for c in self.classes.values()]
        if len(set(ranks)) < len(ranks):
            raise ValueError("classes.*.rank: two classes share a rank; give each its own, 1 the strictest")
        return self

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
        return Policy.model_validate(tomllib.loads(path.read_text("utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PolicyError(f"{path.name}: not TOML in UTF-8 ({error}); mend the line that it names") from error
    except ValidationError as error:
        raise PolicyError("\n".join(_breach(path.name, dict(e)) for e in error.errors())) from error


def _breach(file: str, found: dict[str, Any]) -> str:
    key = ".".join(str(part) for part in found["loc"]) or "pack"
    shown = repr(found["input"])
    shown = shown if len(shown) <= 60 else shown[:57] + "..."
    allowed = found.get("ctx", {}).get("expected") or found["msg"]
    return f"{file}: {key}: found {shown}; allowed: {allowed}"


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
    return list(_walk("", policy))


def _walk(key: str, part: Any) -> list[tuple[str, Value]]:
    if isinstance(part, Value):
        return [(key, part)]
    if isinstance(part, BaseModel):
        items = list(part)
    elif isinstance(part, dict):
        items = list(part.items())
    elif isinstance(part, list):
        items = [(str(getattr(v, "id", i)), v) for i, v in enumerate(part)]
    else:
        return []
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
    for key, value in values(policy):
        if value.grade == "U":
            found.append(f"{key} is unset (grade U): give it a value and a source before you rely on it")
        elif not value.holds_on(day):
            found.append(
                f"{key}: its source dates {value.value} to {value.valid_from} .. {value.valid_to}; {day} lies outside"
            )
    return found
