"""The rule language of a policy pack: what happened, which ground it takes, and which class that ground gets.

A rule reads: what happened (`when`) -> which ground (`ground`, else `fallback`) -> which class.
"""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from zoning.breaches import Breach
from zoning.graded import Cited, Number, Part, Text, Whole

_UNIT_LEVELS = ("floor_range", "stairwell", "building", "estate")


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
