"""OGC API Features as its conformance tests ask, hostile queries, and a real client: GDAL."""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import mapbox_vector_tile
import numpy as np
import orjson
import pyogrio
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from layers.tiles import to_mercator
from live.clock import is_shown
from live.features import COLLECTIONS
from live.folder import Folder
from live.queries import BadQuery, read_query, read_span
from live.server import make_app
from tests.test_live_server import viewer

City = tuple[Path, Path]
CORE = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core"


@pytest.fixture(scope="module")
def client(published_city: City) -> Iterator[TestClient]:
    with TestClient(make_app(published_city[1])) as client:
        yield client


def ask(client: TestClient, at: str, **query: Any) -> dict[str, Any]:
    answer = client.get(at, params=query)
    assert answer.status_code == 200, answer.text
    return orjson.loads(answer.content)


def link(found: dict[str, Any], rel: str) -> str | None:
    href = next((told["href"] for told in found["links"] if told["rel"] == rel), None)
    if href is None:
        return None
    parts = urlsplit(href)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def test_the_landing_page_leads_everywhere(client: TestClient) -> None:
    landing = ask(client, "/ogc")
    assert CORE in ask(client, link(landing, "conformance") or "")["conformsTo"]
    told = client.get(link(landing, "service-desc") or "")
    assert told.headers["content-type"].startswith("application/vnd.oai.openapi+json;version=3.0")
    found = ask(client, link(landing, "data") or "")
    assert {of["id"] for of in found["collections"]} == set(COLLECTIONS) == {"zones", "zones_now", "gates", "sites"}
    for of in found["collections"]:
        for told in of["links"]:
            answer = client.get(urlsplit(told["href"]).path, params=urlsplit(told["href"]).query)
            assert answer.status_code == 200
            assert answer.headers["content-type"].startswith(told["type"])
        assert ask(client, f"/ogc/collections/{of['id']}") == of
        west, south, east, north = of["extent"]["spatial"]["bbox"][0]
        assert west < east
        assert south < north


def test_the_description_tells_of_every_address(client: TestClient) -> None:
    told = ask(client, "/ogc/api")
    assert told["openapi"].startswith("3.0")
    routes = {re.sub(r":path", "", route.path) for route in client.app.routes}
    alike = {re.sub(r"\{\w+\}", "{}", path.replace("{collection}", name)) for path in routes for name in COLLECTIONS}
    described = {re.sub(r"\{\w+\}", "{}", path) for path in told["paths"]}
    assert alike - described == {"/", "/live", "/ogc/", "/page/{}"}
    assert described <= alike


@pytest.mark.parametrize("name", sorted(COLLECTIONS))
def test_pages_give_each_feature_once(client: TestClient, name: str) -> None:
    whole = ask(client, f"/ogc/collections/{name}/items", limit=10000)
    assert whole["numberMatched"] == whole["numberReturned"] == len(whole["features"]) > 3
    ids, at, pages = [], f"/ogc/collections/{name}/items?limit=3", 0
    while at:
        page = orjson.loads(client.get(at).content)
        assert page["numberMatched"] == whole["numberMatched"]
        assert page["numberReturned"] == len(page["features"]) <= 3
        ids += [feature["id"] for feature in page["features"]]
        at, pages = link(page, "next") or "", pages + 1
        assert (link(page, "prev") is None) == (pages == 1)
    assert ids == [feature["id"] for feature in whole["features"]]
    assert len(set(ids)) == len(ids)
    for feature in whole["features"][:5]:
        one = ask(client, f"/ogc/collections/{name}/items/{feature['id']}")
        assert one["properties"] == feature["properties"]
        assert link(one, "collection") == f"/ogc/collections/{name}"
    assert client.get(f"/ogc/collections/{name}/items/none").status_code == 404


@pytest.mark.parametrize("name", ["zones", "gates"])
def test_boxes_pick_what_they_meet(client: TestClient, name: str) -> None:
    features = ask(client, f"/ogc/collections/{name}/items", limit=10000)["features"]
    shapes = shapely.from_geojson([orjson.dumps(feature["geometry"]).decode() for feature in features])
    west, south, east, north = shapely.total_bounds(shapes)
    box = (west, south, (west + east) / 2, (south + north) / 2)
    picked = ask(client, f"/ogc/collections/{name}/items", bbox=",".join(map(str, box)), limit=10000)["features"]
    ids = {feature["id"] for feature in picked}
    meets = shapely.intersects(shapely.envelope(shapes), shapely.box(*box))
    assert ids == {feature["id"] for feature, met in zip(features, meets, strict=True) if met}
    assert 0 < len(ids) < len(features)
    high = f"{box[0]},{box[1]},-100,{box[2]},{box[3]},100"
    assert {f["id"] for f in ask(client, f"/ogc/collections/{name}/items", bbox=high, limit=10000)["features"]} == ids
    around = f"{west - 1},-90,{west - 2},90"
    assert ask(client, f"/ogc/collections/{name}/items", bbox=around)["numberMatched"] == len(features)


def test_datetime_picks_the_versions_that_are_shown_then(client: TestClient) -> None:
    at = "/ogc/collections/zones/items"
    every = ask(client, at, limit=10000)["features"]
    starts = sorted({feature["properties"]["shown_from"] for feature in every})
    assert len(starts) > 1
    for start in starts:
        begin = datetime.fromisoformat(start)
        before, on = begin - timedelta(seconds=1), begin
        for moment in (before, on):
            picked = {f["id"] for f in ask(client, at, datetime=moment.isoformat(), limit=10000)["features"]}
            told = {f["id"] for f in every if is_shown(f["properties"], moment)}
            assert picked == told
    assert ask(client, at, datetime="../2000-01-01")["numberMatched"] == 0
    assert ask(client, at, datetime="2000-01-01T00:00:00Z/..")["numberMatched"] == len(every)
    assert ask(client, "/ogc/collections/gates/items", datetime="2000-01-01")["numberMatched"] > 0


def test_zones_now_say_what_the_clock_says(client: TestClient) -> None:
    """The city's time is that of its plan: 13 March at 0:00, and runs on."""
    found = ask(client, "/ogc/collections/zones_now/items", limit=10000)["features"]
    assert {f["properties"]["status"] for f in found} <= {"in_force", "upcoming", "hold", "watch"}
    for feature in found:
        told = feature["properties"]
        if told["status"] == "in_force" and told["day_one"]:
            assert told["day"] == (date(2022, 3, 13) - date.fromisoformat(told["day_one"])).days + 1
        assert told["test_today"] == ("2022-03-13" in told["test_dates"])
    one = found[0]["properties"]["class"]
    picked = ask(client, "/ogc/collections/zones_now/items", **{"class": one, "limit": 10000})["features"]
    assert picked == [f for f in found if f["properties"]["class"] == one]


BAD = [
    *(
        {"bbox": text}
        for text in ("", "1,2,3", "a,b,c,d", "nan,0,1,1", "1,2,3,4,5", "0,5,1,4", "0,0,999,1", "inf,0,1,1")
    ),
    *({"datetime": text} for text in ("", "yesterday", "2022-13-01", "1/2/3", "../..", "/")),
    *({"datetime": text} for text in ("2022-03-14/2022-03-13", "２０２２-03-13", "2022-03-13T25:00:00Z")),
    *({"limit": text} for text in ("", "0", "-1", "1.5", "٣", "9" * 400)),
    *({"offset": text} for text in ("-1", "x", "9" * 400)),
    *({name: "1"} for name in ("limits", "BBOX", "f ", "\x00", "class'--")),
    {"f": "xml"},
    {"bbox-crs": "http://www.opengis.net/def/crs/EPSG/0/4326"},
]


@pytest.mark.parametrize("query", BAD, ids=str)
def test_what_cannot_be_meant_is_told(client: TestClient, query: dict[str, str]) -> None:
    answer = client.get("/ogc/collections/zones/items", params=query)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert orjson.loads(answer.content)["detail"]


NAMES = st.sampled_from(["bbox", "datetime", "limit", "offset", "f", "class", "x"])


@given(st.dictionaries(NAMES, st.text(max_size=40)))
def test_any_query_is_read_or_refused(query: dict[str, str]) -> None:
    with suppress(BadQuery):
        found = read_query(list(query.items()), COLLECTIONS["zones"])
        assert 1 <= found.limit <= 10_000
        assert found.offset >= 0


@given(st.integers(-60_000_000_000, 250_000_000_000), st.integers(0, 10**6))
def test_spans_are_read(since: int, seconds: int) -> None:
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=since)
    text = moment.isoformat().replace("+00:00", "Z")
    first, last = read_span(text)
    assert first == last == since
    end = (moment + timedelta(seconds=seconds)).isoformat()
    assert read_span(f"{text}/{end}") == (first, first + seconds)
    assert read_span(f"../{end}")[0] == float("-inf")
    assert read_span(text[:10])[1] - read_span(text[:10])[0] == 86_399


def test_pages_for_people(client: TestClient) -> None:
    for at in ("/ogc", "/ogc/conformance", "/ogc/collections", "/ogc/collections/zones", "/ogc/api"):
        for answer in (client.get(at, params={"f": "html"}), client.get(at, headers={"accept": "text/html,*/*"})):
            assert answer.headers["content-type"].startswith("text/html")
            assert "<table>" in answer.text
    page = client.get("/ogc/collections/zones/items", params={"f": "html", "limit": 2}).text
    assert page.count("<tr>") == 3
    assert "rel='next'" in page
    hostile = client.get("/ogc/collections/zones/items", params={"f": "html", "class": "<script>x</script>"}).text
    assert "<script" not in hostile


def test_tiles_at_addresses_that_stay(client: TestClient) -> None:
    for layer in ("zones", "ground"):
        told = ask(client, f"/tiles/{layer}.json")
        west, south, east, north = told["bounds"]
        assert told["minzoom"] <= told["maxzoom"] == 14
        z = 12
        x = int(((west + east) / 2 + 180) / 360 * 2**z)
        y = int(to_mercator(np.array([[west, (south + north) / 2]]))[0, 1] * 2**z)
        at = urlsplit(told["tiles"][0].format(z=z, x=x, y=y)).path
        answer = client.get(at)
        decoded = mapbox_vector_tile.decode(answer.content)
        assert set(decoded) <= {of["id"] for of in told["vector_layers"]}
        assert decoded
        assert client.get(at, headers={"if-none-match": answer.headers["etag"]}).status_code == 304
        plain = client.get(at, headers={"accept-encoding": "identity"})
        assert plain.content == answer.content
        assert "content-encoding" not in plain.headers
        assert client.get(f"/tiles/{layer}/3/0/0.pbf").status_code == 204
    for at in ("99/0/0", "3/9/0", "-1/0/0", "a/0/0"):
        assert client.get(f"/tiles/zones/{at}.pbf").status_code == 400
    assert client.get("/tiles/cases/3/0/0.pbf").status_code == 404


def test_gdal_reads_the_live_zones(published_city: City) -> None:
    folder = Folder(published_city[1])
    listed = orjson.loads((folder.snapshot_path(folder.current()["snapshot"]) / "list.json").read_bytes())
    with viewer(folder.path) as base:
        source = f"OAPIF:{base}/ogc"
        assert {name for name, _ in pyogrio.list_layers(source)} == set(COLLECTIONS)
        zones = pyogrio.read_dataframe(source, layer="zones_now", INITIAL_REQUEST_PAGE_SIZE=2, PAGE_SIZE=2)
        assert set(zones["id"]) == {zone["id"] for zone in listed["zones"] if zone["shown_until"] is None}
        assert zones.geometry.is_valid.all()
        assert str(zones.crs) in ("EPSG:4326", "OGC:CRS84")
        gates = pyogrio.read_dataframe(source, layer="gates")
        few = pyogrio.read_dataframe(source, layer="gates", bbox=tuple(gates.iloc[:3].total_bounds))
        assert 0 < len(few) < len(gates)
