"""Breaches of the language of packs: what stands where and what may stand there, one line each."""

from datetime import date
from typing import Any

from pydantic import ValidationError


class Breach(ValueError):
    """A value that the language does not allow: key (path from the part that is checked), found, allowed (a phrase)."""

    def __init__(self, key: str, found: object, allowed: str) -> None:
        super().__init__(allowed)
        self.key, self.found, self.allowed = key, found, allowed


def tell_breaches(file: str, given: dict[str, Any], error: ValidationError) -> str:
    """Return every breach of a pack as a line.

    Parameters
    ----------
    file : name of the pack's file.
    given : what was checked.
    error : of the check.

    Returns
    -------
    Lines of file: key: found ...; allowed: ...
    """
    return "\n".join(_told(file, given, dict(one)) for one in error.errors())


def breach_line(file: str, key: str, found: object, allowed: str) -> str:
    """Return one breach as a line.

    Parameters
    ----------
    file : name of the pack's file.
    key : path within it.
    found : what stands there; None means nothing.
    allowed : what may stand there, a phrase.

    Returns
    -------
    file: key: found ...; allowed: ...
    """
    shown = "nothing" if found is None else repr(str(found) if isinstance(found, date) else found)
    return f"{file}: {key}: found {shown[:60]}; allowed: {allowed}"


def _told(file: str, given: dict[str, Any], error: dict[str, Any]) -> str:
    more, found = error.get("ctx", {}), error["input"]
    key = _path(given, error["loc"], error["type"] == "missing")
    allowed = str(more.get("expected") or error["msg"])
    if isinstance(one := more.get("error"), Breach):
        key, found, allowed = [*key, one.key], one.found, one.allowed
    elif error["type"] == "missing":
        found, allowed = None, "this key is required"
    elif error["type"].startswith("union_tag"):
        key.append(str(more["discriminator"]).strip("'"))
        found, allowed = more.get("tag"), str(more.get("expected_tags", "this key is required"))
    return breach_line(file, ".".join(k for k in key if k), found, allowed)


def _path(given: Any, loc: tuple[Any, ...], missing: bool) -> list[str]:
    """Return the keys of the file on the way to a breach: rules by id, without the names of the language's parts."""
    keys = list[str]()
    for part in loc[: len(loc) - missing]:
        if isinstance(given, dict) and part in given:
            keys, given = [*keys, str(part)], given[part]
        elif isinstance(given, list) and isinstance(part, int):
            given = given[part]
            keys.append(str(given.get("id", part) if isinstance(given, dict) else part))
    return [*keys, str(loc[-1])] if missing else keys
