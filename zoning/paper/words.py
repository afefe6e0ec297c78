"""What paper says, in Chinese and English: dates as notices write them, and names made safe for a page."""

import re
from collections.abc import Sequence
from datetime import date
from html import escape

import pandas as pd

from zoning.graded import Entry, Value
from zoning.paper.texts import TEXTS
from zoning.picture import Language
from zoning.times import format_local, local_date, zone_info

_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November"),
    "December",
)
_CHINESE = re.compile(r"[\u3400-\u9fff][\u3000-\u303f\u3400-\u9fff\uff00-\uffef]*")
_NUMBER = re.compile(r"[（(]?\b\w{1,3}-[0-9a-f]{8,16}\b[）)]?")
_DAY = pd.Timedelta(days=1)


def say(key: str, language: Language, **fields: object) -> str:
    """Return a text of `TEXTS` with its fields filled.

    Parameters
    ----------
    key : of the text.
    language : of the two.
    fields : what its braces name.

    Returns
    -------
    Plain text, not yet made safe for HTML.
    """
    zh, en = TEXTS[key]
    return (zh if language == "zh" else en).format(**fields)


def safe(text: str, language: Language) -> str:
    """Return text as HTML: escaped, and Chinese names in an English text marked as Chinese.

    Parameters
    ----------
    text : any, also out of the data.
    language : of the text around it.

    Returns
    -------
    HTML without block elements.
    """
    told = escape("".join(c if c.isprintable() else " " for c in text))
    return told if language == "zh" else _CHINESE.sub(lambda m: f'<span lang="zh-CN">{m.group()}</span>', told)


def unbroken(html: str) -> str:
    """Keep the numbers of zones from being parted at the end of a line.

    Parameters
    ----------
    html : of `safe`.

    Returns
    -------
    HTML.
    """
    return _NUMBER.sub(r'<span class="nw">\g<0></span>', html)


def moment(time: pd.Timestamp, zone: str, language: Language, year: bool = True) -> str:
    """Return a moment as notices write it; a midnight is 24时 of the day that it ends.

    Parameters
    ----------
    time : tz-aware.
    zone : IANA zone of local days.
    language : of the two.
    year : whether to name the year.

    Returns
    -------
    Text such as 2022年3月14日24时 and 24:00 on 14 March 2022.
    """
    if language == "zh":
        return format_local(time, zone, with_year=year)
    local = time.tz_convert(zone_info(zone)).floor("min")
    clock = f"{local.hour:02}:{local.minute:02}"
    if clock == "00:00":
        local, clock = local.tz_localize(None) - _DAY, "24:00"
    return f"{clock} on {local.day} {_MONTHS[local.month - 1]}{f' {local.year}' if year else ''}"


def day_text(day: date, language: Language, year: bool = False) -> str:
    """Return a date.

    Parameters
    ----------
    day : local.
    language : of the two.
    year : whether to name the year.

    Returns
    -------
    Text such as 3月16日 and 16 Mar; with the year 2022年3月16日 and 16 March 2022.
    """
    if language == "zh":
        return f"{f'{day.year}年' if year else ''}{day.month}月{day.day}日"
    month = _MONTHS[day.month - 1]
    return f"{day.day} {month} {day.year}" if year else f"{day.day} {month[:3]}"


def closing_day(time: pd.Timestamp, zone: str) -> date:
    """Return the local day that a moment belongs to where a midnight ends a day.

    Parameters
    ----------
    time : tz-aware.
    zone : IANA zone.

    Returns
    -------
    The date: of 17 March 24时, 17 March.
    """
    return local_date(time - pd.Timedelta(microseconds=1), zone)


def listed(parts: Sequence[str], language: Language) -> str:
    """Return a list in words.

    Parameters
    ----------
    parts : one at least.
    language : of the two.

    Returns
    -------
    Text such as 甲、乙、丙 and A, B and C.
    """
    if language == "zh":
        return "、".join(parts)
    *first, last = parts
    return f"{', '.join(first)} and {last}" if first else last


def ranges(numbers: Sequence[int]) -> list[str]:
    """Return rising numbers as ranges of three or more, and single ones.

    Parameters
    ----------
    numbers : rising, each once.

    Returns
    -------
    Such as 1-3, 5, 6.
    """
    runs = list[list[int]]()
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    told = ([f"{run[0]}-{run[-1]}"] if len(run) > 2 else [str(n) for n in run] for run in runs)
    return [label for run in told for label in run]


def number_of(entry: Entry | None, day: date) -> float | None:
    """Return the number that a pack's parameter has on a day.

    Parameters
    ----------
    entry : of the pack; None where it has none.
    day : local.

    Returns
    -------
    The number; None where it is words, is unset, or its source dates it to other days.
    """
    values = [one for one in (entry if isinstance(entry, list) else [entry]) if isinstance(one, Value)]
    found = next((one.value for one in values if one.holds_on(day)), None)
    return float(found) if isinstance(found, int | float) and not isinstance(found, bool) else None
