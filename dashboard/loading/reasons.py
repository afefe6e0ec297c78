"""What the engine says of files and rows, in both languages."""

import re
from functools import cache

from dashboard.texts import TEXTS, reasons, reasons_files
from zoning.tables import KINDS, Column, contract

_EVERY = (*reasons.PATTERNS, *reasons_files.PATTERNS)
_KNOWN = [(re.compile(pattern, re.DOTALL), chinese, english) for pattern, chinese, english in _EVERY]
_WHOLE = [known for known in _KNOWN if "; " in known[0].pattern]  # the others are sought in each part
_CJK = re.compile("[一-鿿]")


def told(text: str) -> dict[str, str]:
    """Return what the engine says in Chinese and English; what has no translation stays as it is said."""
    if found := _match(text, _WHOLE):
        return found
    parts = [_match(part, _KNOWN) or {"zh": part, "en": part} for part in text.split("; ")]
    return {"zh": "；".join(part["zh"] for part in parts), "en": "; ".join(part["en"] for part in parts)}


def _match(text: str, among: list[tuple[re.Pattern[str], str, str]]) -> dict[str, str] | None:
    for known, chinese, english in among:
        if match := known.fullmatch(text):
            said = {name: value or "" for name, value in match.groupdict().items()}
            return {"zh": chinese.format(**_in_chinese(said)), "en": english.format(**said) if english else text}
    return None


def _in_chinese(said: dict[str, str]) -> dict[str, str]:
    """Put the names of our columns and kinds into Chinese."""
    labels, out = _labels(), dict(said)
    for name in {"column", "columns"} & set(said):
        out[name] = "、".join(labels.get(word, word) for word in said[name].split(", "))
    for name in {"words", "value"} & set(said):
        out[name] = "、".join(_words().get(word, word) for word in said[name].split(", "))
    if said.get("kind") in KINDS:
        out["kind"] = TEXTS["zh"][f"kind_{said['kind']}"]
    return out


@cache
def _labels() -> dict[str, str]:
    return {column.name: label_of(column)["zh"] for kind in KINDS for column in contract(kind).columns}


@cache
def _words() -> dict[str, str]:
    """Each word that a column allows -> its first Chinese name."""
    every = (choice for kind in KINDS for column in contract(kind).columns for choice in column.choices)
    return {word: next((other for other in others if _CJK.search(other)), word) for word, others in every}


def label_of(column: Column) -> dict[str, str]:
    """Return what a column of ours is called: by its first Chinese name, and by its own."""
    chinese = next((name for name in column.synonyms if _CJK.search(name)), column.name)
    return {"zh": chinese, "en": column.name.replace("_", " ")}
