"""A trajectory as officers write it, to stays: each clock with the place named beside it; what is not named stays open.

Nothing is guessed and nothing is saved here: a person looks at what was read, mends it, and saves it.
"""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dashboard.addressing import read_place
from dashboard.moments import read_typed
from dashboard.plans import Shown
from zoning.addresses.index import Index, index_of
from zoning.addresses.words import tidy

MOST = 60  # stays of one text
_PART_OF_DAY = r"(?:凌晨|早上|早晨|清晨|上午|中午|下午|傍晚|晚上|晚间|夜间|晚)"
_CLOCK = (
    rf"(?:{_PART_OF_DAY}\s*)?(?<!\d)\d{{1,2}}\s*"
    r"(?:[:：]\s*\d{2}(?!\d)|[时時点](?!间|段)(?:\s*\d{1,2}\s*分|半)?)\s*(?:许|左右)?"
)
_RANGE = re.compile(rf"({_CLOCK})\s*(?:[-–—~～至到]|to|until)\s*(次日|第二天)?\s*({_CLOCK})", re.I)
_ONE = re.compile(_CLOCK)
_DAY = re.compile(
    r"(?:(\d{4})\s*[年/.-]\s*)?(?<![\d:：])(\d{1,2})\s*(?:月|/)\s*(\d{1,2})(?!\d|\s*[时時点])\s*日?"
    r"|(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)|(?<![\d月])(\d{1,2})日|(前天|昨天|昨日|今天|今日|当天|次日|第二天)"
)
_SPOKEN = {"前天": -2, "昨天": -1, "昨日": -1, "今天": 0, "今日": 0}
_LEAVES = re.compile(r"离开|离去|返回|回家|返家|下班|结束|出发|\bleft\b|\bleaves?\b|went home", re.I)
_PARTS = re.compile(
    r"(?:\s*[a-z]?\d+\s*(?:号楼|栋|幢|座|号|单元|层|楼)|,?\s*(?:block|building|tower|unit|floor)\s*[a-z]?\d+)+", re.I
)
_AFTERNOON = ("下午", "傍晚", "晚")
_STOP, _CLAUSE = re.compile(r"[。；;\n]"), re.compile(r"[。；;，,\n]")


@dataclass(frozen=True)
class _Token:
    """A day, or a clock with the clock until which it runs, and where it stands in the text."""

    at: int
    end: int
    day: date | None = None
    clocks: tuple[timedelta, ...] = ()


def read_stays(shown: Shown, text: str, about: datetime) -> list[dict[str, Any]]:
    """Read the stays that a text tells.

    Parameters
    ----------
    shown : a plan, whose names are known.
    text : as pasted.
    about : tz-aware; days are told from it, and a day without a year is the nearest one.

    Returns
    -------
    At most MOST, in the order told: arrive, leave (ISO local, leave may be None), said (the words around), hit (of
    `read_place`, None where no known place is named).
    """
    tokens, index = _tokens(text, about.astimezone(shown.zone)), index_of(shown.plan)
    day, found = about.astimezone(shown.zone).date(), list[dict[str, Any]]()
    for n, token in enumerate(tokens):
        if token.day:
            day = token.day
            continue
        after = text[token.end : tokens[n + 1].at if n + 1 < len(tokens) else len(text)]
        stop = _STOP.search(after)
        after = after[: stop.start()] if stop else after
        before = text[tokens[n - 1].end if n else 0 : token.at]
        before = _CLAUSE.split(before)[-1]
        times = [_moment(day, clock, shown.zone) for clock in token.clocks]
        if len(times) == 1 and _LEAVES.search(after):
            if found and found[-1]["leave"] is None:
                found[-1]["leave"] = times[0].isoformat()
            continue
        hit = _place(shown, index, after) or _place(shown, index, before)
        said = f"{before}{text[token.at : token.end]}{after}".strip(" \n，,、：:")
        found.append({"arrive": times[0].isoformat(), "leave": _later(times), "said": said[:120].strip(), "hit": hit})
    return found[:MOST]


def _later(times: list[datetime]) -> str | None:
    if len(times) < 2:
        return None
    return (times[1] if times[1] > times[0] else times[1] + timedelta(days=1)).isoformat()


def _moment(day: date, clock: timedelta, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, datetime.min.time(), zone) + clock


def _tokens(text: str, about: datetime) -> list[_Token]:
    """Find days and clocks in a text, in order; a clock inside a range is none of its own."""
    found = [_Token(m.start(), m.end(), day=day) for m in _DAY.finditer(text) if (day := _day(m, about))]
    spans = [
        _Token(m.start(), m.end(), clocks=_pair(m[1], m[3], bool(m[2])))
        for m in _RANGE.finditer(text)
        if _clock(m[1]) is not None and _clock(m[3]) is not None
    ]
    taken = [(token.at, token.end) for token in [*found, *spans]]
    single = [
        _Token(m.start(), m.end(), clocks=(clock,))
        for m in _ONE.finditer(text)
        if (clock := _clock(m[0])) is not None and not any(a < m.end() and m.start() < b for a, b in taken)
    ]
    days = [t for t in found if not any(s.at <= t.at < s.end for s in spans)]
    last, ordered = about.date(), list[_Token]()
    for token in sorted([*days, *spans, *single], key=lambda t: t.at):
        if token.day:
            last = _told_from(text[token.at : token.end], last, token.day)
        ordered.append(replace(token, day=last) if token.day else token)
    return ordered


def _told_from(word: str, last: date, day: date) -> date:
    """Return the day that a word means after the day that was told last."""
    if word in ("当天", "次日", "第二天"):
        return last + timedelta(days=word != "当天")
    return _of_month(int(word[:-1]), last) if re.fullmatch(r"\d{1,2}日", word) else day


def _of_month(number: int, last: date) -> date:
    """Return a day told by its number alone: of the month that was told last."""
    try:
        return last.replace(day=number)
    except ValueError:
        return last


def _day(match: re.Match[str], about: datetime) -> date | None:
    if match[8]:
        return about.date() + timedelta(days=_SPOKEN.get(match[8], 0))
    if match[7]:
        return about.date()
    year = match[1] or match[4]
    month, number = match[2] or match[5], match[3] or match[6]
    typed = f"{year}-{month}-{number}" if year else f"{month}月{number}日"
    at = read_typed(typed, str(about.tzinfo), about)
    return at.astimezone(about.tzinfo).date() if at else None


def _pair(first: str, last: str, next_day: bool) -> tuple[timedelta, ...]:
    """Return both ends of a range; the second is told in the half of the day of the first."""
    one, two, half = _clock(first) or timedelta(), _clock(last) or timedelta(), timedelta(hours=12)
    if two < one and one >= half and two + half > one and not re.search(_PART_OF_DAY, last):
        two += half
    return (one, two + timedelta(days=1) if next_day else two)


def _clock(text: str) -> timedelta | None:
    numbers = [int(n) for n in re.findall(r"\d+", text)]
    hour, minute = numbers[0], numbers[1] if len(numbers) > 1 else 30 if "半" in text else 0
    if hour < 12 and any(word in text for word in _AFTERNOON):
        hour += 12
    return timedelta(hours=hour, minutes=minute) if (hour, minute) <= (24, 0) and minute < 60 else None


def _place(shown: Shown, index: Index, text: str) -> dict[str, Any] | None:
    """Return the place that a piece of text names, the longest name first; None where it names none."""
    words = tidy(text)
    names = [(at, end) for at in range(len(words)) if (end := index.name_at(words, at)) > at]
    for at, end in sorted(names, key=lambda span: span[0] - span[1])[:3]:
        parts = _PARTS.match(words, end)
        tries = [words[at : parts.end()]] if parts else []
        for address in [*tries, words[at:end]]:
            hits = [hit for hit in read_place(shown, address, "visits")["hits"] if hit["exact"]]
            if hits:
                return dict(hits[0])
    return None
