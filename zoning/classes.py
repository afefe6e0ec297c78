"""The classes of a policy pack: their ranks, test days, phases, pools and what must hold before they are lifted."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from zoning.rules import DAYS, WHOLE, YES_NO, Breach, Cited, Dated, Number, Part, Text, Value, Whole


class Tail(Cited):
    """Later rounds: gaps of min to max days from the last daily round, the last one inside the release window."""

    min_gap: int = Field(ge=1)
    max_gap: int
    default: list[int]
    unit: str

    @model_validator(mode="after")
    def _gaps(self) -> "Tail":
        if self.max_gap < self.min_gap:
            raise Breach("max_gap", self.max_gap, f"a number from min_gap ({self.min_gap}) on")
        return self


class Tests(Part):
    """Test days of a class, counted from day 1."""

    fixed: Annotated[Value, DAYS]
    tail: Tail | None = None
    first_within_h: Number | None = None


class Pool(Part):
    """How many people share a tube; `household` means one tube a household where households are known."""

    ratio: Number
    tube_per: Literal["person", "household"] = "person"


class Phase(Cited):
    """Rule of stay from one day of a zone to another; `gate` names what must be recorded before it may begin."""

    id: str
    from_day: int = Field(ge=1)
    to_day: int | None = None
    names: Text
    gate: str | None = None

    @model_validator(mode="after")
    def _span(self) -> "Phase":
        if self.to_day is not None and self.to_day < self.from_day:
            raise Breach("to_day", self.to_day, f"a day from from_day ({self.from_day}) on")
        return self


class Release(Part):
    """When a zone of this class can be lifted; every value that is given must hold."""

    no_new_days: Whole | None = None
    last_contact_days: Whole | None = None
    round_window_h: Number | None = None
    assessed: Annotated[Value, YES_NO] | None = None


class ZoneClass(Part):
    """One class of zone: rank 1 is the strictest."""

    rank: int = Field(ge=1)
    names: Text
    letter: Text
    style: str
    per: Literal["cluster", "ground"]
    joins: bool
    aliases: list[str] = Field(default_factory=list)
    duration_days: Annotated[Dated, WHOLE] | None = None
    tests: Tests | None = None
    phases: list[Phase] = Field(default_factory=list)
    release: Release = Release()
    pool: Pool | None = None
