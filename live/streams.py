"""What changed, for machines: CAP 1.2 alerts, an Atom feed; and the test days of a zone as a calendar."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any, Literal
from urllib.parse import quote
from xml.sax.saxutils import escape

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from live.answers import answer, missing, problem
from live.cap import ACTS, write_alert
from live.served import Served
from zoning.ics import escaped, folded

Language = Literal["zh", "en"]
_MOST = 500  # entries of a feed
_PUBLICATIONS = 50
Json = dict[str, Any]


def routes(served: Served) -> list[Route]:
    """Return the addresses of alerts, feed and calendars.

    Parameters
    ----------
    served : the folder.

    Returns
    -------
    Routes.
    """
    of = _Streams(served)
    paths: dict[str, Callable[[Request], Response]] = {
        "/changes.atom": of.atom,
        "/cap/{seq}/{zone}.xml": of.cap,
        "/calendar/{zone}.ics": of.calendar,
    }
    return [Route(path, _async(run), methods=["GET"]) for path, run in paths.items()]


def _async(run: Callable[[Request], Response]) -> Callable[[Request], Any]:
    async def asked(request: Request) -> Response:
        return run(request)

    return asked


def _language(request: Request) -> Language | None:
    told = request.query_params.get("lang", "zh")
    return "en" if told == "en" else "zh" if told == "zh" else None


class _Streams:
    def __init__(self, served: Served) -> None:
        self.served = served

    def _publications(self) -> Iterator[tuple[Json, list[Json]]]:
        """The publications that stand with their changes, the newest first."""
        for entry in reversed(self.served.state.entries[-_PUBLICATIONS:]):
            if not entry["withdrawn_at"]:
                yield entry, self.served.changes(entry["snapshot"])

    def atom(self, request: Request) -> Response:
        """The changes, newest first."""
        language = _language(request)
        if language is None:
            return problem(400, "bad query", "lang is zh or en")
        base = str(request.base_url)
        current = self.served.state.told
        head = [
            '<?xml version="1.0" encoding="utf-8"?>',
            f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{language}">',
            f"<id>urn:cordon:{current.get('source', 'none')}</id><title>Cordon</title>",
            f"<updated>{current['published_at'] or '1970-01-01T00:00:00Z'}</updated>",
            "<author><name>Cordon</name></author>",
            f'<link rel="self" href="{escape(base)}changes.atom"/><link href="{escape(base)}"/>',
        ]
        entries = list[str]()
        for entry, changes in self._publications():
            room = _MOST - len(entries)
            entries += [_entry(entry, change, base, language) for change in changes[:room]]
        return answer(request, "".join([*head, *entries, "</feed>"]).encode(), "application/atom+xml")

    def cap(self, request: Request) -> Response:
        """The alert of one change."""
        given, zone = request.path_params["seq"], request.path_params["zone"]
        entries = [e for e in self.served.state.entries if str(e["seq"]) == given and not e["withdrawn_at"]]
        changes = self.served.changes(entries[0]["snapshot"]) if entries else []
        change = next((change for change in changes if change["id"] == zone), None)
        if change is None:
            return missing("no publication that stands has such a change")
        entry, source = entries[0], str(self.served.state.told.get("source", ""))
        snapshot = self.served.snapshot(entry["snapshot"])
        listed = self.served.parsed(snapshot, "list.json", orjson.loads) if snapshot else None
        shapes = self.served.parsed(snapshot, "zones.geojson", _shapes) if snapshot else None
        if listed is None or shapes is None:
            return missing("this publication was damaged; its alerts are not served")
        before = [
            earlier
            for earlier in self.served.state.entries
            if earlier["seq"] < entry["seq"]
            and not earlier["withdrawn_at"]
            and any(told["id"] == zone for told in self.served.changes(earlier["snapshot"]))
        ]
        # A zone that is shown no more is cancelled where it was.
        shape = shapes.get(zone) or (self._shapes(before[-1]["snapshot"]).get(zone) if before else None)
        refs = [(earlier["seq"], earlier["published_at"]) for earlier in before[-1:]]
        body = write_alert(change, entry, source, listed, shape, refs, str(request.base_url))
        return answer(request, body, "application/cap+xml")

    def _shapes(self, name: str) -> dict[str, Any]:
        snapshot = self.served.snapshot(name)
        return (self.served.parsed(snapshot, "zones.geojson", _shapes) if snapshot else None) or {}

    def calendar(self, request: Request) -> Response:
        """The test days of a zone."""
        language, snapshot = _language(request), self.served.state.snapshot
        if language is None:
            return problem(400, "bad query", "lang is zh or en")
        listed = self.served.parsed(snapshot, "list.json", orjson.loads) if snapshot else None
        zone = request.path_params["zone"]
        mine = [version for version in (listed or {"zones": []})["zones"] if version["id"] == zone]
        if not mine:
            return missing("no zone that is published has this id")
        stamp = datetime.fromisoformat(self.served.state.told["published_at"])
        names = {of["class"]: of["names"][language] for of in (listed or {})["classes"]}
        body = write_calendar(mine[-1], names, stamp, language)
        return answer(request, body, "text/calendar; charset=utf-8")


def _shapes(data: bytes) -> dict[str, Any]:
    """Zone id -> the outline that it was shown with last."""
    rows = orjson.loads(data)["features"]
    return {row["properties"]["id"]: row["geometry"] for row in rows}


def _entry(entry: Json, change: Json, base: str, language: Language) -> str:
    name = change["name"] if language == "zh" else change["name_en"] or change["name"]
    title = f"{change['number']} {name}: {ACTS[change['change']][language]}"
    href = f"{base}cap/{entry['seq']}/{quote(change['id'], safe='')}.xml"
    told = f"{ACTS[change['change']][language]} · {change['from']}"
    return (
        f"<entry><id>urn:cordon:change:{entry['seq']}:{escape(change['id'])}</id><title>{escape(title)}</title>"
        f"<updated>{entry['published_at']}</updated><summary>{escape(told)}</summary>"
        f'<category term="{escape(change["change"])}"/>'
        f'<link rel="alternate" type="application/cap+xml" href="{escape(href)}"/></entry>'
    )


def write_calendar(zone: Json, names: dict[str, str], stamp: datetime, language: Language) -> bytes:
    """Return the test days of a zone as iCalendar: one all-day event a round.

    Parameters
    ----------
    zone : version of `list.json`.
    names : class -> its name in the language.
    stamp : tz-aware time of the publication.
    language : of summaries.

    Returns
    -------
    UTF-8 bytes with CRLF, lines of at most 75 octets.

    Source
    ------
    RFC 5545, sections 3.1 (folding), 3.3.11 (escapes) and 3.6.1 (events).
    """
    name = zone["name"] if language == "zh" else zone["name_en"] or zone["name"]
    words = ("核酸检测日历", "第{n}天核酸检测") if language == "zh" else ("Test days", "test round, day {n}")
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Cordon//Test days//EN", "CALSCALE:GREGORIAN"]
    lines += ["METHOD:PUBLISH", f"X-WR-CALNAME:{escaped(f'{name} {words[0]}')}"]
    first = date.fromisoformat(zone["day_one"]) if zone["day_one"] else None
    for text in zone["test_dates"]:
        on = date.fromisoformat(text)
        day = (on - first).days + 1 if first else ""
        title = f"{names.get(zone['class'], '')} {name} {words[1].format(n=day)}"
        lines += ["BEGIN:VEVENT", f"UID:{zone['id']}-{text}@cordon", f"DTSTAMP:{stamp:%Y%m%dT%H%M%SZ}"]
        lines += [f"DTSTART;VALUE=DATE:{on:%Y%m%d}", f"DTEND;VALUE=DATE:{on + timedelta(1):%Y%m%d}"]
        lines += [f"SUMMARY:{escaped(title)}", "TRANSP:TRANSPARENT", "END:VEVENT"]
    return b"".join(folded(line) for line in [*lines, "END:VCALENDAR"])
