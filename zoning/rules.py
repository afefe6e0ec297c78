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
    """A home."""
    statuses: list[str] = Field(default_factory=list)
    """Only of sources that have one of these statuses; left out: of every source."""


class Visit(Part):
    """A source stayed here during its window; the investigator's two fields choose."""

    trigger: Literal["visit"]
    """A visited place."""
    place_risk: list[Literal["likely", "some", "none"]]
    """The investigator's word on how likely spread is there."""
    contacts_traceable: bool | None = None
    """Whether those who were there can be found; left out: either."""
    min_stay_h: Number | None = None
    """Shortest stay that counts."""


class Cluster(Part):
    """At least n sources whose homes lie within so many metres and whose reports within so many days."""

    trigger: Literal["cluster"]
    """Several homes near each other."""
    n: Whole
    """At least so many sources."""
    within_m: Number
    """Metres between two of them."""
    within_days: Number
    """Days between the reports (or onsets) of two of them."""
    by: Literal["report", "onset"] = "report"
    """The date of a source; without an onset its report counts."""
    places: Literal["homes", "all"] = "homes"
    """Homes alone, or visited places too; a source counts once."""
    around: Literal["chain", "index"] = "chain"
    """Pairs that hang together, or all around one source, dated from it on."""


class Count(Part):
    """At least n sources (or n distinct units of a level) in one unit or area of a level within so many days."""

    trigger: Literal["count"]
    """Several homes in one unit or area."""
    level: str
    """Level of the unit or area that is counted in."""
    n: Whole
    """At least so many."""
    within_days: Number | None = None
    """Days between the first and the last report; left out: any."""
    ever: bool = False
    """Counts sources of any age, not only those that may still open a zone."""
    distinct: Level | None = None
    """Counts units of this level instead of sources."""


class Ground(Part):
    """The cause already put ground into one of these classes."""

    trigger: Literal["ground"]
    """Ground that earlier rules took."""
    classes: list[str]
    """The classes that they gave it."""


Fact = Annotated[Residence | Visit | Cluster | Count, Field(discriminator="trigger")]
When = Annotated[Residence | Visit | Cluster | Count | Ground, Field(discriminator="trigger")]
Holding = Literal["touches", "centroid"]


class TakeUnit(Part):
    """The unit that holds the place, at the first of these levels that is known."""

    take: Literal["unit"]
    """The unit itself."""
    levels: Levels
    """Levels of units, the wanted one first."""


class TakeAdjacent(Part):
    """The units beside the one that holds the place: by number or list within the parent, else by metres."""

    take: Literal["adjacent"]
    """The units beside it."""
    levels: Levels
    """Levels of units, the wanted one first."""
    number_step: Number
    """Difference of numbers between units that lie beside each other."""
    within_m: Number
    """Metres between buildings that lie beside each other."""


class TakeSiblings(Part):
    """Everything inside the ancestor of a level, the place's own unit too (the strictest class wins there)."""

    take: Literal["siblings"]
    """Everything in the same ancestor."""
    level: Level
    """Level of the ancestor."""


class TakeBuffer(Part):
    """All within a radius of the place's point, of its premises' edge, or of an earlier rule's edge."""

    take: Literal["buffer"]
    """All within a radius."""
    radius_m: Number
    """The radius."""
    measure_from: Literal["point", "premises_edge", "previous_zone_edge"]
    """What the radius is measured from."""
    previous: str | None = None
    """The earlier rule from whose edge it is measured."""

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
    """An administrative area."""
    levels: list[str]
    """Levels of areas, the wanted one first."""


class TakeRoadBlock(Part):
    """The street block around the place, polygonised from roads of these kinds or names."""

    take: Literal["road_block"]
    """The block between streets."""
    road_kinds: list[str] = Field(default_factory=list)
    """Kinds of roads that bound a block; with no kinds and no names, every road does."""
    road_names: list[str] = Field(default_factory=list)
    """Names of roads that bound a block."""


class TakeCells(Part):
    """The place's cell and so many rings around it."""

    take: Literal["cells"]
    """Rings of cells."""
    rings: Whole
    """Outermost ring; 0 is the cell of the place."""
    inner: int = Field(0, ge=0)
    """How many of the inner rings are left out."""


Take = Annotated[
    TakeUnit | TakeAdjacent | TakeSiblings | TakeBuffer | TakeAdmin | TakeRoadBlock | TakeCells,
    Field(discriminator="take"),
]


class Rule(Cited):
    """What happened -> which ground -> which class."""

    id: str
    """Its name in reasons."""
    names: Text
    """What the rule is about."""
    act: Literal["derive", "propose"] = "derive"
    """Give the class, or only propose it to a person."""
    when: When
    """What happened."""
    ground: Take
    """Which ground it takes."""
    fallback: TakeCells | None = None
    """Cells to take where no such ground is loaded."""
    target: str = Field(alias="class")
    """A class of the pack, or 'option:' and the name of an option."""
    slot: Literal["core", "ring", "rest", "area"]
    """Part of a cluster; the id of a zone hangs on it."""
    also: list[Fact] = Field(default_factory=list)
    """What must have happened too, to the same source."""
