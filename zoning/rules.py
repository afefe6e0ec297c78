"""The rule language of a policy pack: what happened, which ground it takes, and which class that ground gets.

A rule reads: what happened (`when`) -> which ground (`ground`, else `fallback`) -> which class. Every number is a
`Value` with unit, grade and citation. Grades: A official text read, B secondary page, C one weak page, D derived by
arithmetic, S the founding document, O our default which the operator confirms, U unverified, loads as unset.
"""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Grade = Literal["A", "B", "C", "D", "O", "S", "U"]


class Part(BaseModel):
    """A piece of a pack: unknown keys are refused, and nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Text(Part):
    """A name in both languages."""

    zh: str
    en: str


class Value(Part):
    """One number or list of numbers with where it comes from and when it held."""

    value: int | float | bool | list[int] | None = None
    unit: str
    grade: Grade
    cite: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    note: str = ""

    @model_validator(mode="after")
    def _sourced(self) -> "Value":
        if (self.grade == "U") != (self.value is None):
            raise ValueError("grade U has no value (it loads as unset) and every other grade has one")
        if self.grade in "ABCS" and not self.cite:
            raise ValueError(f"grade {self.grade} needs a citation in 'cite'")
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


Dated = Value | Annotated[list[Value], Field(min_length=1)]


class Residence(Part):
    """A source lived here during its window."""

    trigger: Literal["residence"]


class Visit(Part):
    """A source stayed here during its window; the investigator's two fields choose."""

    trigger: Literal["visit"]
    place_risk: list[Literal["likely", "some", "none"]]
    contacts_traceable: bool | None = None
    min_stay_h: Value | None = None


class Cluster(Part):
    """At least n sources whose homes lie within so many metres and whose reports within so many days."""

    trigger: Literal["cluster"]
    n: Value
    within_m: Value
    within_days: Value


class Count(Part):
    """At least n sources (or n distinct units of a level) in one unit or area of a level within so many days."""

    trigger: Literal["count"]
    level: str
    n: Value
    within_days: Value
    distinct: str | None = None


class Ground(Part):
    """The cause already put ground into one of these classes."""

    trigger: Literal["ground"]
    classes: list[str]


When = Annotated[Residence | Visit | Cluster | Count | Ground, Field(discriminator="trigger")]
Holding = Literal["touches", "centroid"]


class TakeUnit(Part):
    """The unit that holds the place, at the first of these levels that is known."""

    take: Literal["unit"]
    levels: list[str]


class TakeAdjacent(Part):
    """The units beside the one that holds the place: by number or list within the parent, else by metres."""

    take: Literal["adjacent"]
    levels: list[str]
    number_step: Value
    within_m: Value


class TakeSiblings(Part):
    """Everything inside the ancestor of a level, the place's own unit too (the strictest class wins there)."""

    take: Literal["siblings"]
    level: str


class TakeBuffer(Part):
    """All within a radius of the place's point, of its premises' edge, or of an earlier rule's edge."""

    take: Literal["buffer"]
    radius_m: Value
    measure_from: Literal["point", "premises_edge", "previous_zone_edge"]
    previous: str | None = None


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
    rings: Value
    inner: int = 0


Take = Annotated[
    TakeUnit | TakeAdjacent | TakeSiblings | TakeBuffer | TakeAdmin | TakeRoadBlock | TakeCells,
    Field(discriminator="take"),
]


class Rule(Part):
    """What happened -> which ground -> which class."""

    id: str
    names: Text
    act: Literal["derive", "propose"] = "derive"
    when: When
    ground: Take
    fallback: TakeCells | None = None
    target: str = Field(alias="class")
    slot: Literal["core", "ring", "rest", "area"]
    grade: Grade
    cite: str = ""


def number(value: Value | None, default: float) -> float:
    """Return a graded value as a number.

    Parameters
    ----------
    value : of the pack; None or unset gives the default.
    default : for what is not set.

    Returns
    -------
    A float.
    """
    return default if value is None or isinstance(value.value, list | None) else float(value.value)
