"""The HTTP API: one form of error, tiles that are kept, and no address of another server."""

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import mapbox_vector_tile
import numpy as np
import pytest
from fastapi.testclient import TestClient
from pydantic import TypeAdapter

from app import create_server
from dashboard.factory import make_server
from dashboard.waits import Act, Check
from layers.tiles import to_mercator
from tests.browser import standin as tiny_plan
from tests.commandline import run
from zoning.plan import Plan

DAY = "day=2022-03-16"


@pytest.fixture
def client() -> Iterator[TestClient]:
    with TestClient(make_server(tiny_plan.engine())) as client:
        yield client


def test_plan_is_answered_once_for_one_etag(client: TestClient) -> None:
    first = client.get(f"/api/plan?{DAY}")
    assert first.json()["zones"] == 7
    again = client.get(f"/api/plan?{DAY}", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def address(client: TestClient, source: str, zoom: int) -> str:
    """Return the address of the tile that holds the middle of the block."""
    template = client.get(f"/api/style?{DAY}").json()["sources"][source]["tiles"][0]
    x, y = (to_mercator(np.array([tiny_plan.at(60, 100)])) * 2**zoom).astype(int)[0]
    return template.format(z=zoom, x=int(x), y=int(y))


@pytest.mark.parametrize("source", ["base", "plan"])
def test_tiles_are_compressed_kept_and_named_by_their_content(client: TestClient, source: str) -> None:
    answer = client.get(address(client, source, 15), headers={"accept-encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert "immutable" in answer.headers["cache-control"]
    layers = mapbox_vector_tile.decode(answer.content)
    assert ("zones" in layers) == (source == "plan")
    again = client.get(address(client, source, 15), headers={"if-none-match": answer.headers["etag"]})
    assert again.status_code == 304


def test_a_tile_of_an_old_key_is_not_kept(client: TestClient) -> None:
    old = re.sub(r"v=\w+", "v=old", address(client, "plan", 15))
    assert client.get(old).headers["cache-control"] == "no-cache"


def test_a_tile_may_be_asked_for_plain(client: TestClient) -> None:
    plain = client.get(address(client, "plan", 15), headers={"accept-encoding": "identity"})
    packed = client.get(address(client, "plan", 15), headers={"accept-encoding": "gzip"})
    assert "content-encoding" not in plain.headers
    assert plain.content == packed.content  # the client unpacked it
    assert len(gzip.compress(plain.content)) < len(plain.content)


def test_an_empty_tile_has_no_content(client: TestClient) -> None:
    assert client.get(f"/api/tiles/plan/15/0/0.mvt?{DAY}").status_code == 204


@pytest.mark.parametrize(
    ("path", "status", "where"),
    [
        ("/api/tiles/base/14/99999/1.mvt", 404, "z, x, y"),
        ("/api/tiles/base/40/1/1.mvt", 404, "z, x, y"),
        ("/api/tiles/other/1/1/1.mvt", 400, "source"),
        ("/api/plan?day=yesterday", 400, "day"),
        ("/api/plan?known_at=2022-03-15T08:00:00", 400, "known_at"),
        ("/api/plan?policy=../../etc", 400, "policy"),
        ("/api/explain", 400, "unit, at"),
        ("/api/explain?unit=nowhere", 404, "/api/explain"),
        ("/api/explain?at=22.5", 400, "at"),
        ("/api/explain?at=22.5,114", 400, "at"),
        ("/api/acts?zone=gone", 404, "zone"),
        ("/api/checks?zone=gone", 404, "zone"),
        ("/api/nothing", 404, "path"),
    ],
)
def test_every_refusal_has_the_one_form(client: TestClient, path: str, status: int, where: str) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert answer.json().keys() == {"error", "what", "where", "fix"}
    assert where in answer.json()["where"]


def test_what_zones_wait_for_is_answered_as_it_is_described(client: TestClient) -> None:
    schema = client.get("/openapi.json").json()["paths"]
    for path, model in (("checks", Check), ("acts", Act)):
        answer = client.get(f"/api/{path}?{DAY}")
        rows = TypeAdapter(list[model]).validate_python(answer.json())
        assert rows
        assert rows[0].model_dump(mode="json").keys() == answer.json()[0].keys()
        told = schema[f"/api/{path}"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        assert told["items"]["$ref"].endswith(f"/{model.__name__}")
        again = client.get(f"/api/{path}?{DAY}", headers={"if-none-match": answer.headers["etag"]})
        assert again.status_code == 304


def test_what_one_zone_waits_for(client: TestClient) -> None:
    acts = client.get(f"/api/acts?zone=c7b2d401&{DAY}").json()
    assert [(a["act"], a["ready"]) for a in acts] == [("extend", True), ("raise", True), ("release", False)]
    assert acts[0]["reasons"] == {"zh": "有新事实：cases:C2", "en": "new: cases:C2"}
    assert acts[0]["at"] == "2022-03-16T16:00:00+00:00"
    checks = client.get(f"/api/checks?zone=c7b2d401&{DAY}").json()
    assert [c["missing"] and c["missing"]["en"] for c in checks][1:] == [None, "a clean round is missing"]
    assert client.get(f"/api/checks?zone=s1e3a9c0&{DAY}").json() == []


def test_reasons_by_unit_and_by_point(client: TestClient) -> None:
    unit = client.get(f"/api/explain?unit=L3&{DAY}").json()
    assert [r["rule_id"] for r in unit["reasons"]] == ["R1"]
    assert client.get(f"/api/explain?at=114.0501,22.5401&{DAY}").json()["class"] is None


def test_pages_name_no_outside_address(client: TestClient) -> None:
    for path in ("/", "/docs", "/assets/css/10-base.css", "/assets/main.mjs", f"/api/style?{DAY}"):
        body = client.get(path).text
        outside = re.findall(
            r"(?:https?:)?//(?!127\.0\.0\.1|localhost|testserver|www\.w3\.org)[\w.-]+\.[a-z]{2,}", body
        )
        assert outside == [], path


@pytest.mark.slow
def test_the_real_town_answers_what_its_zones_wait_for(town_copy: Path) -> None:
    house = town_copy.parent / "house.txt"
    house.write_text("E1-B4-U5\n")
    given = ("--atoms", house, "--class", "none", "--reason", "wrong address", "--by", "Li Wei")
    assert run("edit", town_copy, *given, "--as-of", "2022-03-17 00:00") == 0
    with TestClient(create_server(town_copy)) as client:
        zones = client.get("/api/zones?day=2022-03-16").json()["zones"]
        acts = TypeAdapter(list[Act]).validate_python(client.get("/api/acts?day=2022-03-16").json())
        TypeAdapter(list[Check]).validate_python(client.get("/api/checks?day=2022-03-16").json())
    assert {act.zone_id for act in acts if act.ready} == {row["id"] for row in zones if row["asked"]}
    assert {row["asks"]["en"] for row in zones if row["asks"]} >= {"to open"}


def test_the_stand_in_has_what_the_real_plan_has(town_plan: Plan) -> None:
    made = tiny_plan.make_plan()
    for name in ("acts", "checks"):
        assert list(getattr(made, name)) == list(getattr(town_plan, name)), name
    for name in ("zones", "touched", "ledger"):
        assert set(getattr(made, name)) <= set(getattr(town_plan, name)), name
