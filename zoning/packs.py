"""Packs side by side and for editors: what differs between two, and the language as a JSON Schema."""

from collections.abc import Iterator
from typing import Any

import pandas as pd
from pydantic import BaseModel

from zoning.graded import Cited, Clause, Text, Value
from zoning.policy import Parameters, Policy

_NOTHING = "-"


def diff_packs(before: Parameters, after: Parameters) -> pd.DataFrame:
    """Return what differs between two packs.

    Parameters
    ----------
    before, after : packs, each with its choices.

    Returns
    -------
    One row a difference, in the order of the keys of `before`, then of `after`: change (added, removed, changed), key,
    part (value, grade, cite, span, note), before, after (text, "-" for nothing). A key that only one pack has is one
    row, with its value.
    """
    old, new = dict(_leaves("", before)), dict(_leaves("", after))
    rows = list[tuple[str, str, str, str, str]]()
    for key in dict.fromkeys([*old, *new]):
        if key not in new:
            rows.append(("removed", key, "value", _shown(old[key]), _NOTHING))
        elif key not in old:
            rows.append(("added", key, "value", _NOTHING, _shown(new[key])))
        else:
            one, other = old[key], new[key]
            parts = [p for p in dict.fromkeys([*one, *other]) if one.get(p, _NOTHING) != other.get(p, _NOTHING)]
            rows += [("changed", key, p, one.get(p, _NOTHING), other.get(p, _NOTHING)) for p in parts]
    return pd.DataFrame(rows, columns=["change", "key", "part", "before", "after"], dtype="str")


def diff_lines(table: pd.DataFrame) -> list[str]:
    """Write the differences of two packs for reading.

    Parameters
    ----------
    table : of `diff_packs`.

    Returns
    -------
    Lines: a count of each change, then a line a key, and under it one for each further part that changed.
    """
    counts = table.drop_duplicates(["change", "key"])["change"].value_counts()
    lines = [", ".join(f"{counts.get(c, 0)} {c}" for c in ("added", "removed", "changed"))]
    sign, last = {"added": "+", "removed": "-", "changed": "~"}, ""
    for change, key, part, old, new in table.itertuples(index=False, name=None):
        if key != last:
            lines.append(f"{sign[change]} {key}" + ("" if change == "changed" else f": {new if old == '-' else old}"))
        if change == "changed":
            lines.append(f"    {part}: {old} -> {new}")
        last = key
    return lines


def _shown(parts: dict[str, str]) -> str:
    told = ", ".join(parts[part] for part in ("grade", "cite") if part in parts)
    return " ".join([*([parts["value"]] if "value" in parts else []), *([f"({told})"] if told else [])])


def _leaves(key: str, part: Any) -> Iterator[tuple[str, dict[str, str]]]:
    """Every key of a pack with its parts as text; what a piece cites stands at the piece's own key."""
    if isinstance(part, Value | Clause):
        words = f"{part.zh} {part.en}" if isinstance(part, Clause) else f"{_number(part.value)} {part.unit}"
        span = f"{part.valid_from or ''}..{part.valid_to or ''}"
        told = {"value": words, "grade": part.grade, "cite": part.cite, "note": part.note, "span": span}
        yield key, {k: v for k, v in told.items() if v not in ("", "..")}
    elif isinstance(part, Text):
        yield key, {"value": f"{part.zh} {part.en}"}
    elif isinstance(part, BaseModel):
        cited = isinstance(part, Cited)
        if isinstance(part, Cited):
            yield key, {"grade": part.grade, **({"cite": part.cite} if part.cite else {})}
        held = [(k, v) for k, v in part if not (cited and k in ("grade", "cite"))]
        yield from _inside(key, [("class" if k == "target" else k, v) for k, v in held])
    elif isinstance(part, dict):
        yield from _inside(key, list(part.items()))
    elif isinstance(part, list) and part and isinstance(part[0], BaseModel):
        yield from _inside(key, [(str(getattr(v, "id", i)), v) for i, v in enumerate(part)])
    elif part is not None and part != []:
        yield key, {"value": ", ".join(map(str, part)) if isinstance(part, list) else str(part)}


def _inside(key: str, items: list[tuple[str, Any]]) -> Iterator[tuple[str, dict[str, str]]]:
    for name, one in items:
        yield from _leaves(f"{key}.{name}" if key else name, one)


def _number(value: object) -> str:
    return "unset" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def pack_schema() -> dict[str, Any]:
    """Return the language of packs as a JSON Schema, with which an editor completes and checks a pack.

    Returns
    -------
    JSON Schema (2020-12) of a pack's TOML: every table may carry `only`, and wherever a graded value stands there may
    be a list of them, one a choice or a span.
    """
    schema = Policy.model_json_schema(by_alias=True)
    defs = schema["$defs"]
    for table in defs.values():
        if table.get("type") == "object":
            table["properties"]["only"] = {"$ref": "#/$defs/Only"}
    schema = _listed(schema)
    schema["$defs"]["Only"] = {
        "type": "object",
        "description": "Stands only where these options have these values: option = value, or a list of values.",
        "additionalProperties": {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
    }
    needed = schema.pop("required")
    bare = {"properties": {"pack": {"properties": {"kind": {"const": "parameters"}}, "required": ["kind"]}}}
    schema |= {"required": ["pack"], "if": bare, "else": {"required": needed}}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "Cordon policy pack"}


_LISTED = [{"$ref": f"#/$defs/{name}"} for name in ("Value", "Clause", "Reset")]


def _listed(part: Any) -> Any:
    """Let a list stand where one graded value, clause or reset may: of several the choice leaves one."""
    if isinstance(part, list):
        return [_listed(one) for one in part]
    if not isinstance(part, dict) or part.get("items") in _LISTED:
        return part
    key = next((k for k in ("anyOf", "oneOf") if k in part), "")
    ways = part[key] if key else [{"$ref": part["$ref"]}] if "$ref" in part else []
    lists = [{"type": "array", "items": one, "minItems": 1} for one in ways if one in _LISTED]
    if not lists:
        return {k: _listed(v) for k, v in part.items()}
    others = [way for way in ways if way.get("type") != "array"]
    return {**{k: v for k, v in part.items() if k not in ("$ref", key)}, "anyOf": [*others, *lists]}
