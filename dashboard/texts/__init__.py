"""Words of the screen in Chinese and English, a module a part of it; a test holds that both have the same keys.

Names of classes and rules come from the pack, not from here.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from dashboard.texts import (
    acts,
    cases,
    charts,
    compare,
    frame,
    ground,
    load,
    paper,
    publish,
    redraw,
    redraw_screen,
    zones,
)

LANGS = ("zh", "en")
# One a line, so that parts that are added at one time do not get into each other's way.
PARTS = (
    acts,
    cases,
    charts,
    compare,
    frame,
    ground,
    load,
    paper,
    publish,
    redraw,
    redraw_screen,
    zones,
)
_WORDS: dict[str, tuple[str, str]] = {key: words for part in PARTS for key, words in part.WORDS.items()}

TEXTS: dict[str, dict[str, str]] = {
    lang: {key: words[k] for key, words in _WORDS.items()} for k, lang in enumerate(LANGS)
}
_FIELD = re.compile(r"\{(\w+)(?: ([^{|}]+)\|([^{|}]+))?\}")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def filled(text: str, fields: Mapping[str, object]) -> str:
    """Return a text with its fields: `{n}` is one, `{n zone|zones}` a number and what it counts."""

    def value(found: re.Match[str]) -> str:
        name, one, many = found.groups()
        said = str(fields[name])
        return f"{said} {one if said == '1' else many}" if one else said

    return _FIELD.sub(value, text)


def both(key: str, **fields: object) -> dict[str, str]:
    """Return a text in both languages with its fields filled; a field that is itself a text is taken by language."""
    return {
        lang: filled(TEXTS[lang][key], {k: v[lang] if isinstance(v, dict) else v for k, v in fields.items()})
        for lang in LANGS
    }


def known(word: str) -> dict[str, str]:
    """Return a word of the data in both languages; one that has no translation stays as it is."""
    return both(word) if word in _WORDS else {"zh": word, "en": word}


def problem(code: str, told: str) -> dict[str, str]:
    """Return a problem of a plan in both languages; one that has no translation is told as the engine tells it."""
    key = f"problem_{code.replace(' ', '_')}"
    return both(key) if key in _WORDS else {"zh": told, "en": told}


def day_text(day: date) -> dict[str, str]:
    """Return a date as it is spoken: 3月16日, 16 Mar."""
    return {"zh": f"{day.month}月{day.day}日", "en": f"{day.day} {_MONTHS[day.month - 1]}"}


def moment_text(at: datetime) -> dict[str, str]:
    """Return a local moment as it is spoken: 3月16日 08:30, 16 Mar 08:30; a midnight is 24时 of the day it ends."""
    if (at.hour, at.minute) == (0, 0):
        before = day_text((at - timedelta(days=1)).date())
        return {"zh": f"{before['zh']}24时", "en": f"{before['en']} 24:00"}
    day = day_text(at.date())
    return {lang: f"{day[lang]} {at:%H:%M}" for lang in LANGS}
