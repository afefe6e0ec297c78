"""The classes of a policy pack: their ranks, test days, phases, pools and what must hold before they are lifted."""

from typing import Literal

from pydantic import Field

from zoning.rules import Dated, Grade, Part, Text, Value


class Tail(Part):
    """Later rounds: gaps of min to max days from the last daily round, the last one inside the release window."""

    min_gap: int
    max_gap: int
    default: list[int]
    unit: str
    grade: Grade
    cite: str = ""


class Tests(Part):
    """Test days of a class, counted from day 1."""

    fixed: Value
    tail: Tail | None = None
    first_within_h: Value | None = None


class Pool(Part):
    """How many people share a tube; `household` means one tube a household where households are known."""

    ratio: Value
    tube_per: Literal["person", "household"] = "person"


class Phase(Part):
    """Rule of stay from one day of a zone to another; `gate` names what must be recorded before it may begin."""

    id: str
    from_day: int
    to_day: int | None = None
    names: Text
    gate: str | None = None
    grade: Grade
    cite: str = ""


class Release(Part):
    """When a zone of this class can be lifted; every value that is given must hold."""

    no_new_days: Value | None = None
    last_contact_days: Value | None = None
    round_window_h: Value | None = None
    assessed: Value | None = None


class ZoneClass(Part):
    """One class of zone: rank 1 is the strictest."""

    rank: int
    names: Text
    letter: Text
    style: str
    per: Literal["cluster", "ground"]
    joins: bool
    aliases: list[str] = Field(default_factory=list)
    duration_days: Dated | None = None
    tests: Tests | None = None
    phases: list[Phase] = Field(default_factory=list)
    release: Release = Release()
    pool: Pool | None = None
