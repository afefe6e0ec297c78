"""The zone list in columns: it says what the rows say, and stays small with ten thousand zones."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest
import shapely
from fastapi.testclient import TestClient

from dashboard.columns import FLAGS, zone_columns
from dashboard.factory import make_server
from dashboard.plans import Plans, Question, Shown
from dashboard.rows import zone_rows
from tests.browser import standin
from tests.crowd import crowded_engine


@pytest.fixture(scope="module")
def shown() -> Shown:
    return Plans(standin.engine()).get(Question())


def unpacked(found: dict[str, Any]) -> list[dict[str, Any]]:
    columns = found["columns"]
    assert len({len(column) for column in columns.values()}) == 1
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def test_columns_say_what_the_rows_say(shown: Shown) -> None:
    found, rows = zone_columns(shown), zone_rows(shown)["zones"]
    read = unpacked(found)
    assert [r["id"] for r in read] == [r["id"] for r in rows]
    west, south = found["origin"]
    for mine, row in zip(read, rows, strict=True):
        assert {"zh": mine["zh"], "en": mine["en"]} == row["name"]
        assert found["classes"][mine["class"]]["look"] == row["look"]
        assert found["statuses"][mine["status"]] == row["status"]
        assert (found["asks"] + [None])[mine["ask"]] == row["asks"]
        assert found["tests"][mine["tests"]] == row["tests"]
        assert [bool(mine["flags"] & 2**k) for k, name in enumerate(FLAGS) if name != "watch"] == [
            row[name] for name in FLAGS if name != "watch"
        ]
        for ours, theirs in (("lift", "lift_on"), ("start", "start_on")):
            assert mine[ours] is None or shown.day + timedelta(mine[ours]) == row[theirs]
        x, y, wide, high = (v / 1e5 for v in mine["box"])
        drawn = (west + x, south + y, west + x + wide, south + y + high)
        assert drawn == pytest.approx(row["box"], abs=1.1e-5)
        assert drawn[0] <= row["box"][0] + 1e-9
        assert drawn[2] >= row["box"][2] - 1e-6


def test_a_round_of_today_is_no_days_away_and_a_past_calendar_says_so(shown: Shown) -> None:
    due = {r["id"]: r["due"] for r in zone_rows(shown)["zones"]}
    assert {r["id"] for r in unpacked(zone_columns(shown)) if r["test"] == 0} == {k for k, v in due.items() if v}
    late = replace(shown, day=date(2022, 5, 1))
    assert {r["test"] for r in unpacked(zone_columns(late))} == {-1, None}


def test_areas_are_the_sub_districts_where_there_are_some(shown: Shown) -> None:
    areas = shown.plan.tables["areas"]
    assert zone_columns(shown)["areas"] == []  # one community: nothing to choose between
    west, south, east, north = shown.bounds or []
    halves = pd.concat([areas, areas], ignore_index=True).assign(id=["W", "E"], level="subdistrict", name_en=None)
    middle = (west + east) / 2
    halves["name"] = ["西街道", "东街道"]
    halves["geometry"] = [shapely.Polygon(ring) for ring in _halves(west, middle, east, south, north)]
    plan = replace(shown.plan, tables={**shown.plan.tables, "areas": pd.concat([areas, halves], ignore_index=True)})
    found = zone_columns(replace(shown, plan=plan))
    assert {a["zh"]: a["en"] for a in found["areas"]} == {"西街道": "西街道", "东街道": "东街道"}
    side = {r["id"]: found["areas"][r["area"]]["id"] for r in unpacked(found)}
    assert side["s1e3a9c0"] == "W"
    assert side["v77c01d2"] == "E"


def _halves(west: float, middle: float, east: float, south: float, north: float) -> list[list[tuple[float, float]]]:
    return [[(a, south), (b, south), (b, north), (a, north)] for a, b in ((west - 1, middle), (middle, east + 1))]


def test_no_zone_is_an_empty_list() -> None:
    empty = Plans(replace(standin.engine(), derive=lambda *_, **__: standin.empty_plan())).get(Question())
    found = zone_columns(empty)
    assert unpacked(found) == []
    assert found["areas"] == []


@pytest.mark.slow
def test_ten_thousand_zones_are_a_small_answer_that_is_given_once() -> None:
    with TestClient(make_server(crowded_engine(10_000))) as client:
        answer = client.get("/api/zones/columns", headers={"accept-encoding": "gzip"})
        assert len(answer.json()["columns"]["id"]) > 9_990
        assert len(answer.content) < 1_500_000
        assert int(answer.headers["content-length"]) < 200_000
        again = client.get("/api/zones/columns", headers={"if-none-match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
