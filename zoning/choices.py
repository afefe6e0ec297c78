"""Choices of a pack: what the operator may choose, and the pack that remains once it is chosen.

Any table of a pack, alone or in a list, may carry `only = { option = "value" }` (or a list of values): it stands only
where that is chosen. A list of graded values, clauses or resets of which one remains is that one.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import model_validator

from zoning.breaches import Breach
from zoning.graded import Grade, Part, Text

_OPTION = "option:"


class Choice(Part):
    """A choice that the pack leaves to the operator."""

    default: str
    """What holds until the operator chooses."""
    allowed: list[str]
    """Every value that may be chosen."""
    doc: Text
    """What the choice is about."""
    grade: Grade
    """Grade of the default."""

    @model_validator(mode="after")
    def _offered(self) -> "Choice":
        if self.default not in self.allowed:
            raise Breach("default", self.default, f"one of its 'allowed': {', '.join(self.allowed)}")
        return self


def resolve(given: Mapping[str, Any], chosen: Mapping[str, str]) -> dict[str, Any]:
    """Return the pack that remains once its options are chosen.

    Parameters
    ----------
    given : a pack as its TOML has it.
    chosen : option -> value; what is not named takes the pack's default.

    Returns
    -------
    The pack without what other choices ask for, without `only`, and with the chosen class in each rule that names an
    option as its class.
    """
    made = {**defaults(given), **chosen}
    return {key: _kept(part, made) for key, part in given.items() if _fits(part, made)}


def _kept(part: Any, chosen: Mapping[str, str]) -> Any:
    if isinstance(part, str) and part.startswith(_OPTION):
        return chosen.get(part.removeprefix(_OPTION), part)
    if isinstance(part, list):
        items = [_kept(one, chosen) for one in part if _fits(one, chosen)]
        single = len(items) == 1 < len(part) and isinstance(items[0], dict) and "grade" in items[0]
        return items[0] if single and "id" not in items[0] and "to" not in items[0] else items
    if isinstance(part, dict):
        found = {k: _kept(one, chosen) for k, one in part.items() if k != "only" and _fits(one, chosen)}
        return {k: one for k, one in found.items() if one != [] or part[k] == []}
    return part


def _fits(part: Any, chosen: Mapping[str, str]) -> bool:
    only = part.get("only", {}) if isinstance(part, dict) else {}
    return all(chosen.get(k) in (v if isinstance(v, list) else [v]) for k, v in only.items())


def defaults(given: Mapping[str, Any]) -> dict[str, str]:
    """Return what a pack chooses by itself.

    Parameters
    ----------
    given : a pack as its TOML has it.

    Returns
    -------
    Option -> default value.
    """
    return {k: str(c["default"]) for k, c in _offers(given).items() if "default" in c}


def variants(given: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """Return the choices with which a pack is checked: its defaults, and each other value with them.

    Parameters
    ----------
    given : a pack as its TOML has it.

    Returns
    -------
    Choices, option -> value; the first is empty.
    """
    yield {}
    usual = defaults(given)
    for option, choice in _offers(given).items():
        for value in choice.get("allowed", []):
            if value != usual.get(option):
                yield {option: value}


def _offers(given: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    found = given.get("options", {})
    return {k: c for k, c in found.items() if isinstance(c, dict)} if isinstance(found, dict) else {}


def misplaced(given: Mapping[str, Any]) -> Iterator[tuple[str, object, str]]:
    """Return every `only` that names no option or no value of it.

    Parameters
    ----------
    given : a pack as its TOML has it.

    Returns
    -------
    (key, found, allowed).
    """
    offers = {k: c.get("allowed", []) for k, c in _offers(given).items()}
    told = "; ".join(f"{k} = {' | '.join(map(str, allowed))}" for k, allowed in offers.items()) or "no option"
    for key, only in _onlys("", given):
        for option, value in only.items() if isinstance(only, dict) else [("", only)]:
            asked = value if isinstance(value, list) else [value]
            if not set(map(str, asked)) <= set(map(str, offers.get(option, []))):
                yield f"{key}.only.{option}".rstrip("."), value, f"what the pack's options offer: {told}"


def _onlys(key: str, part: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(part, dict):
        if "only" in part:
            yield key, part["only"]
        items = [(str(k), one) for k, one in part.items() if k != "only"]
    else:
        items = [(str(one.get("id", i)), one) for i, one in enumerate(part) if isinstance(one, dict)]
    for name, one in items:
        if isinstance(one, dict | list):
            yield from _onlys(f"{key}.{name}" if key else name, one)
