"""Settings of one outbreak: a frozen record whose every field says its meaning and unit.

A workspace changes them by events (`python -m zoning set`), so that an old state replays with its old settings.
"""

from dataclasses import dataclass, field, fields, replace
from typing import Any

import pandas as pd

from zoning.errors import InputError
from zoning.policy import load_policy
from zoning.times import parse_times, zone_info

FINEST_COUNTS = 9  # H3 resolution: a cell of 9 is a tenth of a square kilometre


def _setting(default: Any, doc: str) -> Any:
    return field(default=default, metadata={"doc": doc})


@dataclass(frozen=True)
class Settings:
    """What an outbreak fixes once: time zone, H3 resolution, pack, and the choices that the pack leaves open."""

    title: str = _setting("", "what the outbreak is called on screen and paper; empty means its name")
    issuer: str = _setting("", "who issues notices, on paper; empty prints a line to be filled in by hand")
    issuer_en: str = _setting("", "the same on paper in English; empty means as in `issuer`")
    hotline: str = _setting("", "number that notices give, on paper; empty prints a line to be filled in by hand")
    zone: str = _setting("Asia/Shanghai", "IANA time zone of local days and of times without an offset")
    resolution: int = _setting(11, "H3 resolution of cells; 11 for a city, 10 to 8 for animal zones")
    policy: str = _setting("cn-sz-2022", "id of the policy pack that derives the zones")
    options: str = _setting("", "choices that the pack offers, as key=value;key=value")
    as_of: str = _setting("", "default --as-of (ISO time); empty means now")
    snap_m: float = _setting(15.0, "a point in no building takes the nearest one within this many metres, as possible")
    far_km: float = _setting(
        80.0, "a place on no loaded ground, farther than this from the middle of all, opens nothing"
    )
    gate_snap_m: float = _setting(20.0, "an entrance within this many metres of a zone's edge is its gate")
    sampling_a_day: int = _setting(
        0, "people who can be sampled a day in all; 0 takes the capacity of the sampling sites that are loaded"
    )
    count_resolution: int = _setting(8, "H3 resolution of published case counts, floors of 5; 9 at the finest")
    max_file_mb: int = _setting(2048, "a larger input file is refused, in MiB")

    def with_change(self, key: str, value: str) -> "Settings":
        """Return a copy with one field changed.

        Parameters
        ----------
        key : name of the field.
        value : its new value as text; read as the field's type.

        Returns
        -------
        A new Settings.

        Raises
        ------
        InputError : no such field, or the text is not of the field's type.
        """
        known: dict[str, Any] = {f.name: type(f.default) for f in fields(self)}
        if key not in known:
            raise InputError(f"setting '{key}' does not exist; the settings are {', '.join(known)}")
        try:
            return replace(self, **{key: known[key](value)})
        except ValueError as error:
            raise InputError(f"setting '{key}': '{value}' is not a {known[key].__name__}; give one") from error

    def checked(self, key: str, value: str) -> str:
        """Hold a change to what can run, so that a wrong word fails when it is typed and not at the next derivation.

        Parameters
        ----------
        key, value : as `with_change` takes them.

        Returns
        -------
        The value as it is kept: an `as_of` is written as ISO with its offset.

        Raises
        ------
        InputError : no such setting, or a value that cannot be meant.
        PolicyError, UnknownError : no such pack, or no such choice in it.
        """
        changed = self.with_change(key, value)
        zone_info(changed.zone)
        if key == "as_of" and value:
            found = parse_times(pd.Series([value], dtype="str"), self.zone)
            if found.failed.iloc[0]:
                raise InputError(f"setting 'as_of': '{value}': {found.reasons.iloc[0]}")
            return str(found.times.iloc[0].tz_convert(self.zone).isoformat())
        if not 0 <= changed.resolution <= 15:
            raise InputError(f"setting 'resolution': {value} is no H3 resolution; give 0 to 15, 11 for a city")
        if not 0 <= changed.count_resolution <= FINEST_COUNTS:
            raise InputError(f"setting 'count_resolution': {value} gives people away; give 0 to {FINEST_COUNTS}")
        if lost := [part for part in changed.options.split(";") if part.strip() and "=" not in part]:
            raise InputError(f"setting 'options': '{lost[0]}' is not key=value; write, for example, a=b;c=d")
        if key in ("policy", "options"):
            load_policy(changed.policy, changed.chosen)
        return value

    @property
    def chosen(self) -> dict[str, str]:
        """The choices among the pack's options, name -> value."""
        return dict(part.strip().split("=", 1) for part in self.options.split(";") if "=" in part)


SETTINGS = tuple((f.name, f.default, str(f.metadata["doc"])) for f in fields(Settings))
