"""Addresses of what changed between two dates: the list in parts, the file, and the tiles of the same two."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import mapbox_vector_tile
import numpy as np
import pandas as pd
import pytest
from fastapi.testclient import TestClient

from app import create_server
from dashboard.api.compare_changes import ROWS
from layers.tiles import to_mercator
from tests.commandline import run
from zoning.differences import compare_plans
from zoning.hashes import digest
from zoning.pipeline import derive


def local(text: str) -> pd.Timestamp:
    return pd.Timestamp(text, tz="Asia/Shanghai").to_pydatetime()


@pytest.fixture
def town(town_copy: Path) -> Iterator[TestClient]:
    given = ("--by", "Li Wei", "--in-force-from", "2022-03-15 00:00", "--recorded-at", "2022-03-14 22:00")
    assert run("decide", town_copy, digest("cases:C1", "core"), *given) == 0
    with TestClient(create_server(town_copy)) as client:
        yield client


@pytest.mark.slow
def test_parts_of_the_list_are_the_whole_list(town: TestClient, town_copy: Path) -> None:
    asked = "/api/compare/changes?day=2022-03-16&since=2022-03-11"
    first = town.get(asked).json()
    rows = list(first["rows"])
    while len(rows) < first["n"]:
        rows += town.get(f"{asked}&start={len(rows)}").json()["rows"]
    days = [derive(town_copy, local(day)) for day in ("2022-03-12 00:00", "2022-03-17 00:00")]
    table = compare_plans(*days)
    assert [(r["change"], r["zone"]) for r in rows] == list(zip(table["change"], table["zone_id"], strict=True))
    assert len(first["rows"]) == min(ROWS, first["n"])
    assert (first["from"], first["to"]) == ("2022-03-11", "2022-03-16")
    assert first["counts"] == table["change"].value_counts().to_dict()
    assert [r["people"][1] for r in rows] == [None if np.isnan(n) else round(n) for n in table["people_after"]]


def test_one_kind_of_change_says_what_was_and_what_is(town: TestClient) -> None:
    asked = "/api/compare/changes?day=2022-03-14&since=2022-03-13"
    found = town.get(asked).json()
    assert found["counts"]["status"] >= 1
    told = town.get(f"{asked}&change=status").json()["rows"]
    decided = next(r for r in told if r["zone"] == digest("cases:C1", "core"))
    assert decided["status"][0]["en"] == "proposed"
    assert decided["status"][1]["en"] == "in force"
    assert "划定" in decided["because"]["zh"]
    assert decided["before"]["look"] == decided["after"]["look"] == "sealed"
    assert len(decided["box"]) == 4


@pytest.mark.slow
def test_an_answer_is_small_and_given_once(town: TestClient) -> None:
    answer = town.get("/api/compare/changes?day=2022-03-17&since=2022-03-01")
    assert len(answer.content) < 10_000
    again = town.get(
        "/api/compare/changes?day=2022-03-17&since=2022-03-01", headers={"if-none-match": answer.headers["etag"]}
    )
    assert again.status_code == 304


@pytest.mark.slow
def test_what_was_known_then_is_another_earlier_plan(town: TestClient, town_copy: Path) -> None:
    late = Path(town_copy.parent) / "late.csv"
    late.write_text("id,status,reported_at,unit_id\nL1,confirmed,2022-03-12 10:00,N7\n", "utf-8")
    assert run("load", town_copy, late, "--kind", "cases") == 0
    plain, then = (
        town.get(f"/api/compare/changes?day=2022-03-17&since=2022-03-13&since_then={known}&change=opened").json()
        for known in ("false", "true")
    )
    assert then["n"] > plain["n"]


def test_the_same_day_has_no_changes(town: TestClient) -> None:
    found = town.get("/api/compare/changes?day=2022-03-16&since=2022-03-16").json()
    assert (found["counts"], found["rows"], found["n"]) == ({}, [], 0)


@pytest.mark.parametrize("form", ["csv", "geojson"])
def test_the_file_holds_all_and_names_no_fact(town: TestClient, form: str) -> None:
    answer = town.get(f"/api/compare/changes.{form}?day=2022-03-17&since=2022-03-09")
    count = town.get("/api/compare/changes?day=2022-03-17&since=2022-03-09").json()["n"]
    assert 'filename="changes-2022-03-09-2022-03-17.' in answer.headers["content-disposition"]
    assert "cases:" not in answer.text
    if form == "csv":
        assert len(list(csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff"))))) == count
    else:
        assert len(answer.json()["features"]) == count


@pytest.mark.slow
def test_the_map_shows_the_same_two_dates(town: TestClient) -> None:
    def shown(since: str) -> set[str]:
        style = town.get(f"/api/style?day=2022-03-17{since}").json()
        x, y = (to_mercator(np.array([(114.0529, 22.5398)])) * 2**12).astype(int)[0]
        answer = town.get(style["sources"]["changes"]["tiles"][0].format(z=12, x=int(x), y=int(y)))
        if answer.status_code == 204:
            return set()
        assert "immutable" in answer.headers["cache-control"]
        layers = mapbox_vector_tile.decode(answer.content)
        return {f["properties"]["id"] for f in layers["changes"]["features"]}

    wide, narrow = shown("&since=2022-03-09"), shown("")
    assert len(wide) > 5
    assert narrow != wide


def test_an_unknown_kind_of_change_is_told(town: TestClient) -> None:
    assert town.get("/api/compare/changes?change=melted").status_code == 400
    assert town.get("/api/compare/changes.xlsx").status_code == 400
