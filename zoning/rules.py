"""The rule language of a policy pack: what happened, which ground it takes, and which class that ground gets.

A rule reads: what happened (`when`) -> which ground (`ground`, else `fallback`) -> which class. Every number is a
`Value` with unit, grade and citation. Grades: A official text read, B secondary page, C one weak page, D derived by
arithmetic, S the founding document, O our default which the operator confirms, U unverified, loads as unset.
"""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, Tag, field_validator, model_validator

from zoning.errors import PolicyError

Grade = Literal["A", "B", "C", "D", "O", "S", "U"]
_UNIT_LEVELS = ("floor_range", "stairwell", "building", "estate")


class Breach(ValueError):
    """A value that the language does not allow: key (path from the part that is checked), found, allowed (a phrase)."""

    def __init__(self, key: str, found: object, allowed: str) -> None:
        super().__init__(allowed)
        self.key, self.found, self.allowed = key, found, allowed


class Part(BaseModel):
    """A piece of a pack: unknown keys are refused, and nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

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
    cite: str = ""

    @model_validator(mode="after")
    def _cited(self) -> "Cited":
        if self.grade in "ABCS" and not self.cite:
            raise Breach("cite", None, f"a citation, for grade {self.grade} says that a text has it")
        return self


class Text(Part):
    """A name in both languages."""

    zh: str
    en: str


class Value(Cited):
    """One number or list of numbers with where it comes from and when it held."""

    value: int | float | bool | list[int] | None = None
    unit: str
    valid_from: date | None = None
    valid_to: date | None = None
    note: str = ""

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
        if self.valid_from and self.valid_to and self.valid_from > self.valid_to:
            raise Breach("valid_to", self.valid_to, f"a date from valid_from ({self.valid_from}) on")
        return self

    def holds_on(self, day: date) -> bool:
        """Return whether the source dates this value to a span that holds `day`.

        Parameters
        ----------
        day : local date.

        Returns
        -------
        True inside valid_from..valid_to, both included; an open end always holds.
        """
        return (self.valid_from or day) <= day <= (self.valid_to or day)


Dated = Annotated[
    Annotated[Value, Tag("one")] | Annotated[list[Value], Field(min_length=1), Tag("several")],
    Discriminator(lambda given: "several" if isinstance(given, list) else "one"),
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


def _unit_levels(levels: list[str]) -> list[str]:
    for level in levels:
        if level not in _UNIT_LEVELS:
            raise Breach("", level, f"levels of units: {', '.join(_UNIT_LEVELS)}")
    return levels


Levels = Annotated[list[str], Field(min_length=1), AfterValidator(_unit_levels)]
Level = Annotated[str, AfterValidator(lambda level: _unit_levels([level])[0])]


class Residence(Part):
    """A source lived here during its window."""

    trigger: Literal["residence"]


class Visit(Part):
    """A source stayed here during its window; the investigator's two fields choose."""

    trigger: Literal["visit"]
    place_risk: list[Literal["likely", "some", "none"]]
    contacts_traceable: bool | None = None
    min_stay_h: Number | None = None


class Cluster(Part):
    """At least n sources whose homes lie within so many metres and whose reports within so many days."""

    trigger: Literal["cluster"]
    n: Whole
    within_m: Number
    within_days: Number


class Count(Part):
    """At least n sources (or n distinct units of a level) in one unit or area of a level within so many days."""

    trigger: Literal["count"]
    level: str
    n: Whole
    within_days: Number
    distinct: Level | None = None


class Ground(Part):
    """The cause already put ground into one of these classes."""

    trigger: Literal["ground"]
    classes: list[str]


When = Annotated[Residence | Visit | Cluster | Count | Ground, Field(discriminator="trigger")]
Holding = Literal["touches", "centroid"]


class TakeUnit(Part):
    """The unit that holds the place, at the first of these levels that is known."""

    take: Literal["unit"]
    levels: Levels


class TakeAdjacent(Part):
    """The units beside the one that holds the place: by number or list within the parent, else by metres."""

    take: Literal["adjacent"]
    levels: Levels
    number_step: Number
    within_m: Number


class TakeSiblings(Part):
    """Everything inside the ancestor of a level, the place's own unit too (the strictest class wins there)."""

    take: Literal["siblings"]
    level: Level


class TakeBuffer(Part):
    """All within a radius of the place's point, of its premises' edge, or of an earlier rule's edge."""

    take: Literal["buffer"]
    radius_m: Number
    measure_from: Literal["point", "premises_edge", "previous_zone_edge"]
    previous: str | None = None

    @model_validator(mode="after")
    def _measured(self) -> "TakeBuffer":
        if (self.measure_from == "previous_zone_edge") != (self.previous is not None):
            raise Breach(
                "previous", self.previous, "an earlier rule with measure_from = 'previous_zone_edge', else none"
            )
        return self


class TakeAdmin(Part):
    """The administrative area, at the first of these levels that is loaded, that the place or ground touches."""

    take: Literal["admin"]
    levels: list[str]


class TakeRoadBlock(Part):
    """The street block around the place, polygonised from roads of these kinds or names."""

    take: Literal["road_block"]
    road_kinds: list[str] = Field(default_factory=list)
    road_names: list[str] = Field(default_factory=list)


class TakeCells(Part):
    """The place's cell and so many rings around it."""

    take: Literal["cells"]
    rings: Whole
    inner: int = Field(0, ge=0)


Take = Annotated[
    TakeUnit | TakeAdjacent | TakeSiblings | TakeBuffer | TakeAdmin | TakeRoadBlock | TakeCells,
    Field(discriminator="take"),
]


class Rule(Cited):
    """What happened -> which ground -> which class."""

    id: str
    names: Text
    act: Literal["derive", "propose"] = "derive"
    when: When
    ground: Take
    fallback: TakeCells | None = None
    target: str = Field(alias="class")
    slot: Literal["core", "ring", "rest", "area"]


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
