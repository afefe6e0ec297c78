"""What a client may ask of a collection: box, time, page, equality; whatever else it says is refused with a reason."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import isfinite

from live.features import Box, Collection, Feature, Span

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
LIMIT, MOST, FARTHEST = 100, 10_000, 10_000_000
_WHOLE = re.compile(r"\d{1,9}")
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d([Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d))?")
COMMON = ("bbox", "datetime", "limit", "offset", "f")


class BadQuery(Exception):
    """A client asked for what cannot be understood; the message says what, and what is allowed."""


@dataclass(frozen=True)
class Query:
    """What is asked: box (west may be greater than east across the date line), time, page, equalities."""

    box: Box | None = None
    span: Span | None = None
    limit: int = LIMIT
    offset: int = 0
    equal: Mapping[str, str] = field(default_factory=dict)

    def picks(self, feature: Feature) -> bool:
        """Return whether a feature is among what is asked for.

        Parameters
        ----------
        feature : of a collection.

        Returns
        -------
        Boolean.
        """
        if self.span is not None and not _meet(feature.span, self.span):
            return False
        if self.box is not None and not (feature.box and _touch(feature.box, self.box)):
            return False
        told = feature.body["properties"]
        return all(_text(told.get(name)) == value for name, value in self.equal.items())


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)


def _meet(span: Span, asked: Span) -> bool:
    """A version ends before the moment of its end, at which the next one begins."""
    return span[0] <= asked[1] and (span[1] > asked[0] or span[0] == span[1] == asked[0])


def _touch(box: Box, asked: Box) -> bool:
    if box[1] > asked[3] or box[3] < asked[1]:
        return False
    if asked[0] <= asked[2]:
        return box[0] <= asked[2] and box[2] >= asked[0]
    return box[2] >= asked[0] or box[0] <= asked[2]


def read_query(given: Sequence[tuple[str, str]], of: Collection) -> Query:
    """Read what a client asks of a collection.

    Parameters
    ----------
    given : names and values of the query.
    of : collection.

    Returns
    -------
    Query.

    Raises
    ------
    BadQuery : an unknown name, a name twice, or a value that cannot be read.

    Source
    ------
    OGC API Features, part 1, sections 7.15.2 to 7.15.5; unknown and wrong parameters: section 7.4.
    """
    known = (*COMMON, "bbox-crs", *of.queryables)
    told: dict[str, str] = {}
    for name, value in given:
        if name not in known:
            raise BadQuery(f"'{name[:40]}' cannot be asked here; allowed are {', '.join(known)}")
        if name in told:
            raise BadQuery(f"'{name}' is given twice; give it once")
        told[name] = value
    if told.get("bbox-crs", CRS84) != CRS84:
        raise BadQuery(f"bbox-crs is {CRS84} here, and may be left out")
    return Query(
        _box(told["bbox"]) if "bbox" in told else None,
        read_span(told["datetime"]) if "datetime" in told else None,
        min(_number("limit", told.get("limit", str(LIMIT)), 1), MOST),
        min(_number("offset", told.get("offset", "0"), 0), FARTHEST),
        {name: value for name, value in told.items() if name in of.queryables},
    )


def _number(name: str, text: str, least: int) -> int:
    if not _WHOLE.fullmatch(text) or not text.isascii() or int(text) < least:
        raise BadQuery(f"{name} '{text[:40]}' is no whole number of {least} or more")
    return int(text)


def _box(text: str) -> Box:
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) == 6:
        numbers = [*numbers[:2], *numbers[3:5]]
    if len(numbers) != 4 or not all(map(isfinite, numbers)):
        raise BadQuery(f"bbox '{text[:60]}' is not four numbers west,south,east,north (or six, with heights)")
    west, south, east, north = numbers
    if south > north or not (-180 <= west <= 180 and -180 <= east <= 180 and south >= -90 and north <= 90):
        raise BadQuery(f"bbox '{text[:60]}' is no box in degrees, west,south,east,north")
    return west, south, east, north


def read_span(text: str) -> Span:
    """Read a moment or an interval.

    Parameters
    ----------
    text : RFC 3339 date or time, or two of them with `/` between; `..` or nothing is an open end.

    Returns
    -------
    Seconds since 1970, UTC; a date is its whole day in UTC.

    Raises
    ------
    BadQuery : it cannot be read.
    """
    parts = text.split("/")
    if len(parts) == 1:
        return _moment(parts[0], text)
    if len(parts) != 2 or all(part in ("", "..") for part in parts):
        raise BadQuery(f"datetime '{text[:60]}' is no time and no interval start/end")
    first = float("-inf") if parts[0] in ("", "..") else _moment(parts[0], text)[0]
    last = float("inf") if parts[1] in ("", "..") else _moment(parts[1], text)[1]
    if first > last:
        raise BadQuery(f"datetime '{text[:60]}' ends before it begins")
    return first, last


def _moment(part: str, text: str) -> Span:
    try:
        if not _RFC3339.fullmatch(part) or not part.isascii():
            raise ValueError(part)
        moment = datetime.fromisoformat(part.upper())
        seconds = moment.replace(tzinfo=moment.tzinfo or UTC).timestamp()
    except (ValueError, OverflowError) as error:
        raise BadQuery(
            f"datetime '{text[:60]}' is no RFC 3339 time such as 2022-03-13T00:00:00Z, no date, and no interval of them"
        ) from error
    return seconds, seconds + 86_399 if len(part) == 10 else seconds
