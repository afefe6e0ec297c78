"""The classes of a policy pack: their ranks, test days, phases, pools, ways out, and what a new case does to them."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, model_validator

from zoning.breaches import Breach
from zoning.graded import DAYS, NUMBER, WHOLE, YES_NO, Cited, Dated, Number, Part, Text, Value

LIFTED = "none"
Scope = Literal["zone", "building", "unit", "none"]
DatedNumber = Annotated[Dated, NUMBER]
DatedWhole = Annotated[Dated, WHOLE]
DatedTruth = Annotated[Dated, YES_NO]


class Tail(Cited):
    """Later rounds: gaps of min to max days from the last daily round, the last one inside the release window."""

    min_gap: int = Field(ge=1)
    """Fewest days from one round to the next."""
    max_gap: int
    """Most days from one round to the next."""
    default: list[int]
    """Day numbers that are used where they meet both terms."""
    unit: str
    """Always day."""

    @model_validator(mode="after")
    def _gaps(self) -> "Tail":
        if self.max_gap < self.min_gap:
            raise Breach("max_gap", self.max_gap, f"a number from min_gap ({self.min_gap}) on")
        return self


class Tests(Part):
    """Test days of a class, counted from day 1."""

    fixed: Annotated[Value, DAYS]
    """Day numbers on which everybody is tested."""
    tail: Tail | None = None
    """Later rounds, chosen on dates."""
    first_within_h: Number | None = None
    """The first round ends within so many hours."""


class Pool(Part):
    """How many people share a tube; `household` means one tube a household where households are known."""

    ratio: Number
    """Persons a tube."""
    tube_per: Literal["person", "household"] = "person"
    """A tube holds persons up to the ratio, or one household."""


class Phase(Cited):
    """Rule of stay from one day of a zone to another; `gate` names what must be recorded before it may begin."""

    id: str
    """Its name in calendars."""
    from_day: int = Field(ge=1)
    """First day, 1 being the first day of the zone."""
    to_day: int | None = None
    """Last day; left out: until the zone ends."""
    names: Text
    """The rule of stay."""
    gate: str | None = None
    """The assessment that must be recorded before it begins."""

    @model_validator(mode="after")
    def _span(self) -> "Phase":
        if self.to_day is not None and self.to_day < self.from_day:
            raise Breach("to_day", self.to_day, f"a day from from_day ({self.from_day}) on")
        return self


class Lifted(Part):
    """No zone of these classes is left in the same area of a level; anywhere, where no level is named."""

    classes: list[str] = Field(min_length=1)
    """Classes of the pack."""
    level: str | None = None
    """Level of areas."""


class Conditions(Part):
    """What must hold before a zone takes a step; every one that is given."""

    in_force_days: DatedWhole | None = None
    """Full days since the zone is in its present class."""
    no_new_days: DatedWhole | None = None
    """Full days since an infected person was last present in the zone and not isolated."""
    no_cluster_days: DatedWhole | None = None
    """Full days since one of those for whom the rules give this class was last present; others may be new."""
    cleaned_days: DatedWhole | None = None
    """Full days since preliminary cleaning and disinfection of the last premises."""
    last_contact_days: DatedWhole | None = None
    """Full days since the last exposure of every contact of the zone's cases, each tested negative since."""
    round_window_h: DatedNumber | None = None
    """A full clean round of tests ended within so many hours before."""
    clean_rounds: DatedWhole | None = None
    """At least so many full clean rounds since the zone's clock began."""
    rounds_done: DatedWhole | None = None
    """At least so many rounds held since the zone's clock began, clean or not."""
    assessed: DatedTruth | None = None
    """An assessment is recorded: a decision `assess` with the gate `release`."""
    lifted: Lifted | None = None
    """No zone of some classes is left."""

    @model_validator(mode="after")
    def _some(self) -> "Conditions":
        if not list(self.given()):
            raise Breach("", {}, f"at least one condition: {', '.join(type(self).model_fields)}")
        return self

    def given(self) -> Iterator[tuple[str, Dated | Lifted]]:
        """Return the conditions that the pack gives.

        Returns
        -------
        (name, value or values) pairs, in the order of the language.
        """
        return ((name, value) for name, value in self if value is not None)


class Step(Cited):
    """One way out of a class: to a milder one, or to none.

    The first whose `origin` fits is a zone's way out. Those after it for the same origins lead farther: one of which
    every condition holds is proposed instead, the last such.
    """

    to: str
    """A class of the pack, or 'none': the zone is lifted; or 'option:' and the name of an option."""
    origin: list[str] = Field(default_factory=list)
    """Only for a zone that stepped down from one of these classes; left out: for any zone."""
    when: Conditions
    """What must hold."""

    def fits(self, origin: str | None) -> bool:
        """Return whether the step is for a zone of some origin.

        Parameters
        ----------
        origin : class that the zone stepped down from; None for one that was opened in its class.

        Returns
        -------
        True for every origin where the step names none.
        """
        return not self.origin or origin in self.origin


class Worsening(Cited):
    """A stricter class that a zone comes to by its conditions, without a new case: an outbreak that lasts."""

    to: str
    """A stricter class of the pack."""
    when: Conditions
    """What must hold."""


class Reset(Cited):
    """What a new case inside does to the clocks of a zone."""

    scope: Scope
    """The part of the zone whose clocks begin again."""
    allowed: list[Scope] = Field(default_factory=list)
    """What the operator may choose instead."""
    ignores: list[Literal["closed_loop", "quarantine", "home"]] = Field(default_factory=list)
    """Cases found there move no clock."""


class OnPositive(Cited):
    """The stricter class that a new case inside gives to a zone, and to how much of it."""

    to: str
    """A class of the pack."""
    extent: Literal["rule", "unit", "building", "zone"] = "rule"
    """What takes the stricter class; 'rule': the ground that the rules give the case."""


class Measures(Part):
    """Clauses that hold in a class: of a table of the pack's parameters, or those of the zone around."""

    clauses: list[Literal["strategy", "entry", "control", "service", "participation", "information"]]
    """Which clauses."""
    table: str | None = None
    """The table that has them."""
    around: str | None = None
    """Level of areas: they are those of the zone whose area of this level holds the zone."""
    by: Text
    """What decides that it is these."""

    @model_validator(mode="after")
    def _somewhere(self) -> "Measures":
        if (self.table is None) == (self.around is None):
            raise Breach("table", self.table, "the table that has the clauses, or 'around' without one")
        return self


class ZoneClass(Part):
    """One class of zone: rank 1 is the strictest."""

    rank: int = Field(ge=1, le=255)
    """1 is the strictest; an atom in several zones takes the strictest."""
    names: Text
    """What it is called."""
    letter: Text
    """Its letter on the map."""
    style: str
    """The colour and hatch that the map gives it, by a name of the map's style."""
    per: Literal["cluster", "ground"]
    """One zone for a cluster of causes, or one for each area."""
    joins: bool
    """Grounds of this class that touch make their causes one cluster."""
    aliases: list[str] = Field(default_factory=list)
    """Other names that texts use for it."""
    tests: Tests | None = None
    """When everybody in it is tested."""
    phases: list[Phase] = Field(default_factory=list)
    """Rules of stay, from day 1 without gaps."""
    pool: Pool | None = None
    """How samples share tubes."""
    measures: list[Measures] = Field(default_factory=list)
    """A catalogue of measures that hold in it, with what decides on each."""
    steps: list[Step] = Field(min_length=1)
    """Ways out, tried in order."""
    worsens: list[Worsening] = Field(default_factory=list)
    """Ways to a stricter class, proposed as soon as one holds."""
    reset: Reset | None = None
    """What a new case inside does to its clocks."""
    on_positive: OnPositive | None = None
    """What a new case inside does to its class."""
