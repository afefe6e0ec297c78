"""What the caller declares about a file, and how that is kept with its source."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import pandas as pd

from zoning.settings import Settings

# Stand in a guessed command where only the maker of a file can tell.
SOME_VALUE, SOME_DAY = "VALUE", "DATE"
_DEFAULT_ZONE = Settings().zone
_KEPT = ("crs", "encoding", "scale", "origin", "year", "layer", "mapping", "constants")


@dataclass(frozen=True)
class Options:
    """What the caller declares about a file.

    `mapping` is our column -> theirs (empty: the file has none), `constants` our column -> one value for all rows.
    """

    crs: str = ""
    encoding: str = ""
    scale: float = 1.0
    origin: str | None = None
    year: int | None = None
    layer: str = ""
    mapping: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    zone: str = _DEFAULT_ZONE
    now: pd.Timestamp | None = None
    max_file_mb: int = 2048

    def kept(self) -> dict[str, Any]:
        """Return what is kept with the source: all that was declared, as JSON can hold it.

        Returns
        -------
        Field -> value; nothing for fields at their default.
        """
        plain, default = asdict(self), asdict(Options())
        return {name: plain[name] for name in _KEPT if plain[name] != default[name]}

    def with_kept(self, kept: Mapping[str, Any]) -> tuple["Options", dict[str, Any]]:
        """Fill what was not declared from what is kept with the source.

        Parameters
        ----------
        kept : as `kept` returned it.

        Returns
        -------
        options : with the fields that were at their default taken from `kept`.
        used : field -> value of those.
        """
        own = self.kept()
        used = {name: value for name, value in kept.items() if name in _KEPT and name not in own}
        return replace(self, **used), used


def as_arguments(kept: Mapping[str, Any]) -> list[str]:
    """Return declared options as arguments of the command line.

    Parameters
    ----------
    kept : field -> value.

    Returns
    -------
    Words such as --crs, gcj02, --map, reported_at=报告时间.
    """
    words: list[str] = []
    for name in (key for key in _KEPT if key in kept):
        value = kept[name]
        flag = {"mapping": "--map", "constants": "--set"}.get(name, f"--{name}")
        pairs = [f"{ours}={theirs}" for ours, theirs in value.items()] if isinstance(value, Mapping) else [str(value)]
        words += [word for pair in pairs for word in (flag, pair)]
    return words
