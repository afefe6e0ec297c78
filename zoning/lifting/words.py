"""Sentences about conditions, in Chinese and English: short, with dates, numbers and names of what is missing."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import pandas as pd

from zoning.times import format_local, zone_info

_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November"),
    "December",
)
_ZH = ("零", "一", "两", "三", "四", "五", "六", "七", "八", "九", "十")
_EN = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_NAMED = 3


class Said(NamedTuple):
    """The same in both languages."""

    zh: str
    en: str


NOTHING = Said("", "")


def join(parts: Sequence[Said]) -> Said:
    """Return clauses as one sentence.

    Parameters
    ----------
    parts : clauses; empty ones are left out.

    Returns
    -------
    Said, its clauses parted by semicolons.
    """
    return Said("；".join(p.zh for p in parts if p.zh), "; ".join(p.en for p in parts if p.en))


@lru_cache(maxsize=65_536)
def moment(time: pd.Timestamp, zone: str) -> Said:
    """Return a moment as officers write it; a midnight is 24时 of the day that it ends.

    Parameters
    ----------
    time : tz-aware.
    zone : IANA zone of local days.

    Returns
    -------
    Said, such as 3月12日24时 and 12 March 24:00.
    """
    local = time.tz_convert(zone_info(zone)).floor("min")
    clock = f"{local.hour:02}:{local.minute:02}"
    if clock == "00:00":
        local, clock = local.tz_localize(None) - pd.Timedelta(days=1), "24:00"
    return Said(format_local(time, zone), f"{local.day} {_MONTHS[local.month - 1]} {clock}")


def names(ids: Sequence[str]) -> Said:
    """Return the first three names, and how many there are.

    Parameters
    ----------
    ids : at least one.

    Returns
    -------
    Said, such as Li、Wu、He等7个 and Li, Wu, He and 4 more.
    """
    more = len(ids) - _NAMED
    chinese, english = "、".join(ids[:_NAMED]), ", ".join(ids[:_NAMED])
    return Said(chinese, english) if more <= 0 else Said(f"{chinese}等{len(ids)}个", f"{english} and {more} more")


def plural(n: int, word: str) -> str:
    """Return a number with its English noun.

    Parameters
    ----------
    n : how many.
    word : the noun, whose plural takes an s.

    Returns
    -------
    Text such as 1 pool, 2 pools.
    """
    return f"{n} {word}{'' if n == 1 else 's'}"


def tally(holding: int, of: int) -> Said:
    """Say how many conditions hold.

    Parameters
    ----------
    holding : those that hold.
    of : all of them, 1 or more.

    Returns
    -------
    Said, such as 三项条件已满足两项 and two of three conditions hold.
    """
    if of == 1:
        return (
            Said("条件已满足", "the condition holds") if holding else Said("条件未满足", "the condition does not hold")
        )
    all_zh, all_en = _number(of)
    if holding == of:
        return Said(f"{all_zh}项条件全部满足", f"all {all_en} conditions hold")
    some_zh, some_en = _number(holding)
    told = f"{all_zh}项条件已满足{some_zh}项" if holding else f"{all_zh}项条件均未满足"
    return Said(told, f"{some_en} of {all_en} conditions hold{'s' if holding == 1 else ''}")


def _number(n: int) -> Said:
    return Said(_ZH[n], _EN[n]) if n < len(_ZH) else Said(str(n), str(n))
