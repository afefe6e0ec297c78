"""Loading over the API: a file comes in, is looked at, choices change, it is loaded, corrected; bad files too."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app import create_server
from dashboard.loading.uploads import FOLDER
from tests.loading_desk import CASES, ESTATE, look, send, start, wait
from zoning.state import fold
from zoning.store import Workspace


@pytest.fixture
def client(town_copy: Path) -> Iterator[TestClient]:
    with TestClient(create_server(town_copy)) as client:
        yield client


def test_a_file_is_guessed_with_its_evidence(client: TestClient) -> None:
    told = look(client, send(client, "流调 0316.csv", CASES.encode("gb18030")))
    assert (told["kind"], told["form"], told["encoding"]["value"]) == ("cases", "CSV", "gb18030")
    columns = {column["name"]: column for column in told["columns"]}
    assert columns["reported_at"]["theirs"] == "报告时间"
    assert (columns["reported_at"]["required"], columns["reported_at"]["how"]) == (True, "name")
    assert columns["lng"]["label"] == {"zh": "经度", "en": "lng"}
    assert (told["ready"], told["looked"], told["wrong"], told["rows"]) == (True, 3, 1, 3)
    assert told["lines"][0] == {"row": 2, "cells": ["N1", "确诊", "2022-03-16 10:00", "114.0529", "22.5398"]}
    (fault,) = told["faults"]
    assert (fault["row"], fault["columns"], fault["value"]) == (3, ["报告时间"], "后天")


def test_ground_that_would_be_replaced_is_counted(client: TestClient, town_copy: Path) -> None:
    there = len(fold(Workspace(town_copy)).tables["places"])
    told = look(client, send(client, "places.csv", "name,address,lng,lat\nNew Market,,114.05,22.54\n"))
    assert (told["kind"], told["rows"], told["replaces"]) == ("places", 1, there)
    assert look(client, send(client, "market.csv", "name,address,lng,lat\nNew Market,,114.05,22.54\n"))["replaces"] == 0
    assert look(client, send(client, "cases.csv", CASES))["replaces"] == 0


def test_places_of_people_are_drawn_roughly_and_without_words(client: TestClient) -> None:
    upload = send(client, "cases.csv", CASES.replace("114.0529", "114.0529123"))
    drawn = client.get(f"/api/loads/{upload['id']}/0/shapes").json()
    assert [f["properties"] for f in drawn["features"]] == [{"row": 2}, {"row": 3}, {"row": 4}]
    assert drawn["features"][0]["geometry"]["coordinates"] == [114.0529, 22.5398]
    assert drawn["about"]["rough"] is True


@pytest.mark.slow
def test_other_choices_are_answered_anew_and_kept(client: TestClient, town_copy: Path) -> None:
    upload = send(client, "a.csv", "x1,when,status\nN1,2022-03-16,confirmed\n")
    address = f"/api/loads/{upload['id']}/0"
    assert look(client, upload)["kind"] == "cases"
    told = client.put(address, json={"kind": "tests"}).json()
    assert (told["kind"], told["ready"]) == ("tests", True)
    told = client.put(address, json={"mapping": {"sampled_at": "", "test_id": "x1"}}).json()
    assert told["lacking"] == ["sampled_at"]
    assert told["ready"] is False
    told = client.put(address, json={"mapping": {"sampled_at": None}, "crs": "gcj02"}).json()
    columns = {column["name"]: column for column in told["columns"]}
    assert (columns["sampled_at"]["theirs"], columns["test_id"]["how"]) == ("when", "chosen")
    assert told["crs"]["value"] == "gcj02"
    with TestClient(create_server(town_copy)) as another:  # as after a server was started again
        assert look(another, upload) == told
    assert client.put(address, json={"kind": "nothing"}).status_code == 400


def test_a_system_is_shown_where_it_lies(client: TestClient) -> None:
    upload = send(client, "places.csv", "name,x,y\nA,114.0529,22.5398\n")
    address = f"/api/loads/{upload['id']}/0"
    plain = client.get(f"{address}/shapes").json()["features"][0]["geometry"]["coordinates"]
    client.put(address, json={"crs": "gcj02"})
    moved = client.get(f"{address}/shapes").json()["features"][0]["geometry"]["coordinates"]
    assert 0.002 < plain[0] - moved[0] < 0.008


@pytest.mark.slow
def test_files_are_loaded_in_the_right_order_as_one_event_each(client: TestClient, town_copy: Path) -> None:
    cases = send(client, "new cases.csv", CASES)
    ground = send(client, "more estates.geojson", ESTATE)
    before = Workspace(town_copy).revision()
    job = wait(client, start(client, (cases["id"], 0), (ground["id"], 0)))
    assert [(f["kind"], f["state"]) for f in job["files"]] == [("estates", "done"), ("cases", "done")]
    assert job["files"][1]["done"] == {"cases": [3, 2, 1]}
    workspace = Workspace(town_copy)
    newest = [event for event in workspace.events() if event.seq > before]
    assert [(event.kind, event.author, event.payload["source"]) for event in newest] == [
        ("load", "Li Wei", "more estates"),
        ("load", "Li Wei", "new cases"),
    ]
    assert not list((town_copy / FOLDER).glob("*/file/*"))
    assert client.get("/api/loads", params={"ids": cases["id"]}).json()["files"] == []
    assert client.get(f"/api/loads/{cases['id']}/0").status_code == 404


@pytest.mark.slow
def test_what_was_chosen_is_taken_again_for_tomorrows_file(client: TestClient) -> None:
    text = "k,什么时候,c\nN1,2022-03-16,confirmed\n"
    upload = send(client, "odd.csv", text)
    client.put(
        f"/api/loads/{upload['id']}/0", json={"kind": "cases", "mapping": {"case_id": "k", "onset_at": "什么时候"}}
    )
    client.put(f"/api/loads/{upload['id']}/0", json={"constants": {"reported_at": "2022-03-16"}})
    wait(client, start(client, (upload["id"], 0)))
    again = look(client, send(client, "odd.csv", text.replace("N1", "N9")))
    columns = {column["name"]: column for column in again["columns"]}
    assert (columns["case_id"]["theirs"], columns["case_id"]["how"]) == ("k", "kept")
    assert (columns["reported_at"]["constant"], columns["reported_at"]["how"]) == ("2022-03-16", "kept")


@pytest.mark.slow
def test_round_results_come_from_a_file(client: TestClient, town_copy: Path) -> None:
    text = "轮次,楼栋,结束时间,应检,实检\nR9,N1,2022-03-16 18:00,100,99\n"
    upload = send(client, "第9轮 rounds.csv", text)
    client.put(f"/api/loads/{upload['id']}/0", json={"kind": "rounds"})
    told = look(client, upload)
    lacking = {column["name"] for column in told["columns"] if column["name"] in told["lacking"]}
    mapping = {"round_id": "轮次", "unit_id": "楼栋", "ended_at": "结束时间", "due": "应检", "tested": "实检"}
    told = client.put(f"/api/loads/{upload['id']}/0", json={"mapping": mapping}).json()
    assert (told["lacking"], told["wrong"]) == ([], 0), lacking
    job = wait(client, start(client, (upload["id"], 0)))
    assert job["files"][0]["done"] == {"rounds": [1, 1, 0]}
    assert "R9" in set(fold(Workspace(town_copy)).tables["rounds"]["round_id"])


def test_a_file_without_known_columns_says_so_and_cannot_be_loaded(client: TestClient) -> None:
    upload = send(client, "b.csv", "foo,bar\n1,2\n")
    told = look(client, upload)
    assert (told["kind"], told["ready"], told["headers"]) == ("", False, ["foo", "bar"])
    body = {"by": "Li", "items": [[upload["id"], 0]], "sent": "12345678"}
    assert client.post("/api/loads/start", json=body).status_code == 409


def test_sheets_and_zipped_shapefiles_are_tables_of_their_own(client: TestClient, tmp_path: Path) -> None:
    import geopandas as gpd
    import openpyxl
    import shapely

    book = openpyxl.Workbook()
    book.active.title = "说明"
    book.active.append(["本表由区疾控填写"])
    sheet = book.create_sheet("病例")
    for line in CASES.splitlines():
        sheet.append(line.split(","))
    book.save(tmp_path / "a.xlsx")
    upload = send(client, "a.xlsx", (tmp_path / "a.xlsx").read_bytes())
    assert [item["part"] for item in upload["items"]] == ["说明", "病例"]
    assert [look(client, upload, at)["kind"] for at in (0, 1)] == ["", "cases"]
    for name in ("roads", "green"):
        shape = shapely.LineString([(0, 0), (1, 1)]) if name == "roads" else shapely.box(0, 0, 1, 1)
        gpd.GeoDataFrame({"name": ["x"]}, geometry=[shape], crs="EPSG:4326").to_file(tmp_path / f"{name}.shp")
    with zipfile.ZipFile(tmp_path / "both.zip", "w") as archive:
        for part in tmp_path.glob("*.[sdpc][hbrp]*"):
            archive.write(part, part.name)
    upload = send(client, "both.zip", (tmp_path / "both.zip").read_bytes())
    assert sorted(item["part"] for item in upload["items"]) == ["green", "roads"]
    kinds = {item["part"]: look(client, upload, item["item"])["kind"] for item in upload["items"]}
    assert kinds == {"roads": "roads", "green": "green"}


@pytest.mark.slow
def test_new_ground_is_drawn_though_no_zone_changes(client: TestClient) -> None:
    before = client.get("/api/plan").json()
    assert client.get("/api/plan?day=2022-03-15").json()["base_key"] == before["base_key"]
    upload = send(client, "more estates.geojson", ESTATE.replace("22.53", "22.73"))
    wait(client, start(client, (upload["id"], 0)))
    after = client.get("/api/plan").json()
    assert after["zones"] == before["zones"]
    assert after["base_key"] != before["base_key"]
