"""Alerts, feed and calendars as their standards want them: order of elements, allowed values, references, folding."""

import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import orjson
import pytest
from starlette.testclient import TestClient

from live.cap import ACTS, write_alert
from live.changes import KINDS
from live.folder import Folder
from live.publishing import publish
from live.server import make_app
from live.streams import write_calendar
from tests.test_live_view import version
from zoning.store import Workspace

City = tuple[Path, Path]
Element = ElementTree.Element
CAP, ATOM = "{urn:oasis:names:tc:emergency:cap:1.2}", "{http://www.w3.org/2005/Atom}"
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[-+]\d\d:\d\d"
TEXT = r"(?s).+"
# CAP-v1.2.xsd as a table: elements in order, how often at least and at most, and what they may hold.
ALERT: list[tuple[str, int, int, str]] = [
    ("identifier", 1, 1, r"[^\s,<&]+"),
    ("sender", 1, 1, r"[^\s,<&]+"),
    ("sent", 1, 1, TIME),
    ("status", 1, 1, "Actual|Exercise|System|Test|Draft"),
    ("msgType", 1, 1, "Alert|Update|Cancel|Ack|Error"),
    ("source", 0, 1, TEXT),
    ("scope", 1, 1, "Public|Restricted|Private"),
    ("restriction", 0, 1, TEXT),
    ("addresses", 0, 1, TEXT),
    ("code", 0, 99, TEXT),
    ("note", 0, 1, TEXT),
    ("references", 0, 1, rf"[^\s,]+,[^\s,]+,{TIME}( [^\s,]+,[^\s,]+,{TIME})*"),
    ("incidents", 0, 1, TEXT),
    ("info", 0, 99, ""),
]
INFO: list[tuple[str, int, int, str]] = [
    ("language", 0, 1, r"[a-z]{2}(-[A-Z]{2})?"),
    ("category", 1, 9, "Geo|Met|Safety|Security|Rescue|Fire|Health|Env|Transport|Infra|CBRNE|Other"),
    ("event", 1, 1, TEXT),
    ("responseType", 0, 9, "Shelter|Evacuate|Prepare|Execute|Avoid|Monitor|Assess|AllClear|None"),
    ("urgency", 1, 1, "Immediate|Expected|Future|Past|Unknown"),
    ("severity", 1, 1, "Extreme|Severe|Moderate|Minor|Unknown"),
    ("certainty", 1, 1, "Observed|Likely|Possible|Unlikely|Unknown"),
    ("audience", 0, 1, TEXT),
    ("eventCode", 0, 9, TEXT),
    ("effective", 0, 1, TIME),
    ("onset", 0, 1, TIME),
    ("expires", 0, 1, TIME),
    ("senderName", 0, 1, TEXT),
    ("headline", 0, 1, TEXT),
    ("description", 0, 1, TEXT),
    ("instruction", 0, 1, TEXT),
    ("web", 0, 1, r"https?://\S+"),
    ("contact", 0, 1, TEXT),
    ("parameter", 0, 99, TEXT),
    ("resource", 0, 99, ""),
    ("area", 0, 99, ""),
]
AREA: list[tuple[str, int, int, str]] = [
    ("areaDesc", 1, 1, TEXT),
    ("polygon", 0, 999, r"-?[\d.]+,-?[\d.]+( -?[\d.]+,-?[\d.]+){3,}"),
    ("circle", 0, 9, TEXT),
    ("geocode", 0, 9, TEXT),
    ("altitude", 0, 1, TEXT),
    ("ceiling", 0, 1, TEXT),
]


def hold(element: Element, table: list[tuple[str, int, int, str]]) -> None:
    """Hold an element to its part of the schema."""
    names = [child.tag.removeprefix(CAP) for child in element]
    order = [name for name, *_ in table]
    assert set(names) <= set(order), names
    assert names == sorted(names, key=order.index), names
    for name, least, most, form in table:
        found = element.findall(CAP + name)
        assert least <= len(found) <= most, name
        for child in found:
            if form:
                assert re.fullmatch(form, child.text or ""), (name, child.text)


def hold_alert(data: bytes) -> Element:
    alert = ElementTree.fromstring(data)
    assert alert.tag == f"{CAP}alert"
    hold(alert, ALERT)
    if alert.findtext(f"{CAP}msgType") in ("Update", "Cancel"):
        assert alert.find(f"{CAP}references") is not None
    for info in alert.findall(f"{CAP}info"):
        hold(info, INFO)
        for area in info.findall(f"{CAP}area"):
            hold(area, AREA)
            for polygon in area.findall(f"{CAP}polygon"):
                points = (polygon.text or "").split()
                assert points[0] == points[-1]
                assert all(20 < float(p.split(",")[0]) < 25 < 110 < float(p.split(",")[1]) for p in points)
    return alert


@pytest.fixture(scope="module")
def client(published_city: City) -> Iterator[TestClient]:
    with TestClient(make_app(published_city[1])) as client:
        yield client


def entries(client: TestClient, **query: str) -> list[Element]:
    answer = client.get("/changes.atom", params=query)
    assert answer.headers["content-type"].startswith("application/atom+xml")
    feed = ElementTree.fromstring(answer.content)
    assert feed.tag == f"{ATOM}feed"
    for of in (feed, *feed.findall(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            assert (of.findtext(ATOM + name) or "").strip()
        datetime.fromisoformat(of.findtext(f"{ATOM}updated") or "")
    return feed.findall(f"{ATOM}entry")


def test_each_change_has_its_alert(client: TestClient, published_city: City) -> None:
    folder, found = Folder(published_city[1]), entries(client)
    told = sum(
        len(orjson.loads((folder.snapshot_path(e["snapshot"]) / "changes.json").read_bytes())["changes"])
        for e in folder.history()
    )
    assert len(found) == told > 5
    assert len({entry.findtext(f"{ATOM}id") for entry in found}) == told
    kinds = set()
    for entry in found:
        href = next(link.get("href") for link in entry.findall(f"{ATOM}link")) or ""
        answer = client.get(urlsplit(href).path)
        assert answer.headers["content-type"].startswith("application/cap+xml")
        alert = hold_alert(answer.content)
        assert alert.findtext(f"{CAP}status") == "Exercise"  # the city's plan is of another year
        assert [info.findtext(f"{CAP}language") for info in alert.findall(f"{CAP}info")] == ["zh-CN", "en"]
        assert alert.find(f"{CAP}info/{CAP}area/{CAP}polygon") is not None
        kinds.add(alert.findtext(f"{CAP}msgType"))
        web = alert.findtext(f"{CAP}info/{CAP}web") or ""
        assert client.get(urlsplit(web).path).status_code == 200
    assert kinds == {"Alert", "Update"}
    assert client.get("/cap/99/none.xml").status_code == 404
    assert client.get("/cap/x/none.xml").status_code == 404


def test_the_feed_is_newest_first_in_both_languages(client: TestClient) -> None:
    zh, en = entries(client), entries(client, lang="en")
    updated = [entry.findtext(f"{ATOM}updated") for entry in zh]
    assert updated == sorted(updated, key=str, reverse=True)
    assert re.search("[a-z]+ *: (opened|outline)|: opened|: outline", en[0].findtext(f"{ATOM}title") or "")
    assert zh[0].findtext(f"{ATOM}title") != en[0].findtext(f"{ATOM}title")
    assert client.get("/changes.atom", params={"lang": "xx"}).status_code == 400


@pytest.mark.slow
def test_a_lifted_zone_is_cancelled(published_city: City, tmp_path: Path) -> None:
    """A zone that is no longer shown cancels its alert, with the outline that it had."""
    folder = Folder(shutil.copytree(published_city[1], tmp_path / "live"))
    workspace = Workspace(shutil.copytree(published_city[0], tmp_path / "workspace"))
    with TestClient(make_app(folder.path)) as client:
        publish(workspace, folder.path, "Li Wei", as_of=datetime(2022, 3, 1, tzinfo=UTC), confirmed=["all"])
        while client.get("/current.json").json()["seq"] != 3:
            pass
        gone = [e for e in entries(client) if e.find(f"{ATOM}category").get("term") == "gone"]
        assert gone
        alert = hold_alert(client.get(urlsplit(gone[0].find(f"{ATOM}link").get("href")).path).content)
        assert alert.findtext(f"{CAP}msgType") == "Cancel"
        assert alert.findtext(f"{CAP}info/{CAP}responseType") == "AllClear"
        assert alert.find(f"{CAP}info/{CAP}area/{CAP}polygon") is not None


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("before", [[], [(1, "2022-03-13T00:00:00.123Z")]])
def test_every_kind_of_change_is_a_valid_alert(kind: str, before: list[tuple[int, str]]) -> None:
    assert set(ACTS) == set(KINDS)
    told: dict[str, Any] = {
        "as_of": "2022-03-14T00:00:00+08:00",
        "issuer": {"zh": "指挥部 <&>", "en": ""},
        "hotline": "",
        "classes": [{"class": "a", "rank": 1, "names": {"zh": "封控区", "en": "sealed"}}],
        "zones": [version("z", notice=True)],
    }
    change = {
        "change": kind,
        "id": "z",
        "number": "S-1",
        "name": "甲 <b>&</b>",
        "name_en": None,
        "class_after": "a",
        "class_before": None,
        "from": "2022-03-14T00:00:00+08:00",
    }
    entry = {"seq": 2, "published_at": "2022-03-14T00:00:00.123Z", "snapshot": "0" * 32}
    ring = [[114, 22.5], [114.1, 22.5], [114.1, 22.6], [114, 22.5]]
    shape = {"type": "MultiPolygon", "coordinates": [[ring]]}
    alert = hold_alert(write_alert(change, entry, "s", told, shape, before, "http://h/"))
    assert alert.findtext(f"{CAP}status") == "Actual"
    assert alert.findtext(f"{CAP}info/{CAP}area/{CAP}areaDesc") == "甲 <b>&</b>"


def test_test_days_as_a_calendar(client: TestClient, published_city: City) -> None:
    folder = Folder(published_city[1])
    listed = orjson.loads((folder.snapshot_path(folder.current()["snapshot"]) / "list.json").read_bytes())
    for zone in listed["zones"]:
        for lang in ("zh", "en"):
            answer = client.get(f"/calendar/{zone['id']}.ics", params={"lang": lang})
            assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
            lines = answer.content.split(b"\r\n")
            assert lines[-1] == b""
            assert all(len(line) <= 75 for line in lines)
            text = answer.content.replace(b"\r\n ", b"").decode()
            assert text.startswith("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:")
            assert text.endswith("END:VCALENDAR\r\n")
            days = re.findall(r"DTSTART;VALUE=DATE:(\d{8})", text)
            assert days == [day.replace("-", "") for day in zone["test_dates"]]
            uids = re.findall(r"UID:(\S+)", text)
            assert len(set(uids)) == len(uids) == text.count("BEGIN:VEVENT") == text.count("DTSTAMP:")
    assert client.get("/calendar/none.ics").status_code == 404
    assert client.get(f"/calendar/{listed['zones'][0]['id']}.ics", params={"lang": "x"}).status_code == 400


def test_hostile_names_stay_in_their_line() -> None:
    zone = version("z", name="甲,乙;丙\\丁\r\nX-EVIL:1", test_dates=["2022-03-14"], day_one="2022-03-14")
    text = (
        write_calendar(zone, {"a": "封控区"}, datetime(2022, 3, 14, tzinfo=UTC), "zh").replace(b"\r\n ", b"").decode()
    )
    assert "\nX-EVIL" not in text
    assert "甲\\,乙\\;丙\\\\丁\\nX-EVIL:1" in text
