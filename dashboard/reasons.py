"""What the engine says of files and rows, in both languages."""

import re

from dashboard.texts.reasons import PATTERNS

_KNOWN = [(re.compile(english, re.DOTALL), chinese) for english, chinese in PATTERNS]


def told(text: str) -> dict[str, str]:
    """Return what the engine says in Chinese and English; what has no translation stays as it is said."""
    for known, chinese in _KNOWN:
        if match := known.fullmatch(text):
            return {"zh": match.expand(chinese), "en": text}
    parts = text.split("; ")
    if len(parts) > 1:
        return {"zh": "；".join(told(part)["zh"] for part in parts), "en": text}
    return {"zh": text, "en": text}
