"""Graded values: every number of a pack with its unit, grade, citation and the span for which its source gives it.

Grades: A official text read, B secondary page, C one weak page, D derived by arithmetic, S the founding document,
O our default which the operator confirms, U unverified, loads as unset.
"""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, Tag, field_validator, model_validator

from zoning.breaches import Breach
from zoning.errors import PolicyError

Grade = Literal["A", "B", "C", "D", "O", "S", "U"]


class Part(BaseModel):
    """A piece of a pack: unknown keys are refused, and nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, use_attribute_docstrings=True)

    @model_validator(mode="before")
    @classmethod
    def _keys_exist(cls, given: Any) -> Any:
        keys = {field.alias or name: name for name, field in cls.model_fields.items()}
        lost = [k for k in given if k not in keys and k not in keys.values()] if isinstance(given, dict) else []
        if lost:
            raise Breach(lost[0], given[lost[0]], f"no such key here; the keys are {', '.join(keys)}")
        return given


class Cited(Part):
    """A piece with a grade; what a text says names the text."""

    grade: Grade
    """A official text read, B secondary page, C one weak page, D derived by arithmetic, S the founding document, O our
    default which the operator confirms, U unverified: loads as unset."""
    cite: str = ""
    """Title, number and date of the text; grades A, B, C and S need it."""

    @model_validator(mode="after")
    def _cited(self) -> "Cited":
        if self.grade in "ABCS" and not self.cite:
            raise Breach("cite", None, f"a citation, for grade {self.grade} says that a text has it")
        return self


class Text(Part):
    """A name in both languages."""

    zh: str
    """In Chinese."""
    en: str
    """In English."""


class Spanned(Cited):
    """A piece that its source may date to a span."""

    valid_from: date | None = None
    """First local day for which the source gives it."""
    valid_to: date | None = None
    """Last local day for which the source gives it."""
    note: str = ""
    """How it was found, or what is special about it."""

    @model_validator(mode="after")
    def _span(self) -> "Spanned":
        if self.valid_from and self.valid_to and self.valid_from > self.valid_to:
            raise Breach("valid_to", self.valid_to, f"a date from valid_from ({self.valid_from}) on")
        return self

    def holds_on(self, day: date) -> bool:
        """Return whether the source dates this to a span that holds `day`.

        Parameters
        ----------
        day : local date.

        Returns
        -------
        True inside valid_from..valid_to, both included; an open end always holds.
        """
        return (self.valid_from or day) <= day <= (self.valid_to or day)


class Clause(Spanned):
    """What a text says in words."""

    zh: str
    """In Chinese, as the text has it."""
    en: str
    """In English."""


class Value(Spanned):
    """One number or list of numbers with where it comes from and when it held."""

    value: int | float | bool | list[int] | None = None
    """Left out with grade U: the value loads as unset."""
    unit: str
    """Such as day, h, m, person/tube."""

    @field_validator("value", mode="before")
    @classmethod
    def _is_value(cls, given: Any) -> Any:
        listed = isinstance(given, list) and all(type(v) is int for v in given)
        if not (listed or given is None or isinstance(given, int | float)):
            raise Breach("", given, "a number, true or false, or a list of whole numbers")
        return given

    @model_validator(mode="after")
    def _set(self) -> "Value":
        if (self.grade == "U") != (self.value is None):
            raise Breach("value", self.value, "none with grade U (it loads as unset), one with every other grade")
        return self


Dated = Annotated[
    Annotated[Value, Tag("one")] | Annotated[list[Value], Field(min_length=1), Tag("several")],
    Discriminator(lambda given: "several" if isinstance(given, list) else "one"),
]


def _kind(given: Any) -> str:
    one = given[0] if isinstance(given, list) and given else given
    words = isinstance(one, Clause) or (isinstance(one, dict) and "zh" in one)
    return f"{'several' if isinstance(given, list) else 'one'}{' in words' if words else ''}"


Entry = Annotated[
    Annotated[Value, Tag("one")]
    | Annotated[list[Value], Field(min_length=1), Tag("several")]
    | Annotated[Clause, Tag("one in words")]
    | Annotated[list[Clause], Tag("several in words")],
    Discriminator(_kind),
]


def _only(allowed: str, fits: Callable[[Any], bool]) -> AfterValidator:
    """Hold every value of a field to one kind."""

    def hold(dated: Any) -> Any:
        for value in dated if isinstance(dated, list) else [dated]:
            if not fits(value.value):
                raise Breach("value", value.value, allowed)
        return dated

    return AfterValidator(hold)


SET = _only("a value, for nothing runs without it", lambda v: v is not None)
NUMBER = _only("a number, 0 or more", lambda v: v is None or (type(v) in (int, float) and v >= 0))
WHOLE = _only("a whole number, 0 or more", lambda v: v is None or (type(v) is int and v >= 0))
DAYS = _only("a list of rising day numbers from 1", lambda v: v is None or _rising(v))
YES_NO = _only("true or false", lambda v: v is None or isinstance(v, bool))
Number = Annotated[Value, NUMBER]
Whole = Annotated[Value, WHOLE]


def _rising(days: Any) -> bool:
    return isinstance(days, list) and [0, *days] == sorted({0, *days})


def number(value: Value | None, default: float) -> float:
    """Return a graded value as a number.

    Parameters
    ----------
    value : of the pack; None where the pack leaves the key out.
    default : for what is left out.

    Returns
    -------
    A float.

    Raises
    ------
    PolicyError : the value is unset (grade U): a rule never runs on a number that nobody gave.
    """
    if value is None:
        return default
    if value.value is None:
        raise PolicyError(f"a rule needs a number of {value.unit} that is unset (grade U); `policy check` names it")
    return float(str(value.value))


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


def number_on(dated: Dated | None, day: date, default: float = 0.0) -> float:
    """Return the number that holds on a day.

    Parameters
    ----------
    dated : of the pack; None where the pack leaves the key out.
    day : local date.
    default : for what is left out.

    Returns
    -------
    A float.

    Raises
    ------
    PolicyError : the value is unset (grade U).
    """
    return default if dated is None else number(value_on(dated, day), default)


def clause_on(entry: Entry, day: date) -> Clause | None:
    """Return the words that a pack's parameter has on a day.

    Parameters
    ----------
    entry : of the pack.
    day : local.

    Returns
    -------
    The clause; None where it is a number, its source dates it to other days, or nobody could read its text.
    """
    clauses = [one for one in (entry if isinstance(entry, list) else [entry]) if isinstance(one, Clause)]
    return next((one for one in clauses if one.holds_on(day) and one.grade != "U"), None)
