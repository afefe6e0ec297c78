"""Settings of one outbreak: a frozen record whose every field says its meaning and unit.

A workspace changes them by events (`python -m zoning set`), so that an old state replays with its old settings.
"""

from dataclasses import dataclass, field, fields, replace
from typing import Any

from zoning.errors import InputError


def _setting(default: Any, doc: str) -> Any:
    return field(default=default, metadata={"doc": doc})


@dataclass(frozen=True)
class Settings:
    """What an outbreak fixes once: time zone, H3 resolution, pack, and the choices that the pack leaves open."""

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

    @property
    def chosen(self) -> dict[str, str]:
        """The choices among the pack's options, name -> value."""
        return dict(part.strip().split("=", 1) for part in self.options.split(";") if "=" in part)


SETTINGS = tuple((f.name, f.default, str(f.metadata["doc"])) for f in fields(Settings))
