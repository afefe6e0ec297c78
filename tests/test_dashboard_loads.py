"""Loading over the API: a file comes in, is looked at, choices change, it is loaded, corrected; bad files too."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from app import create_server
from dashboard import reader
from dashboard.errors import Refused
from dashboard.uploads import FOLDER, Uploads, safe_name
from tests.loading_desk import CASES, look, send, start, wait
from zoning.preview import ENDINGS
from zoning.state import change_setting, fold
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


def test_places_of_people_are_drawn_roughly_and_without_words(client: TestClient) -> None:
    upload = send(client, "cases.csv", CASES.replace("114.0529", "114.0529123"))
    drawn = client.get(f"/api/loads/{upload['id']}/0/shapes").json()
    assert [f["properties"] for f in drawn["features"]] == [{"row": 2}, {"row": 3}, {"row": 4}]
    assert drawn["features"][0]["geometry"]["coordinates"] == [114.0529, 22.5398]
    assert drawn["about"]["rough"] is True


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


def test_files_are_loaded_in_the_right_order_as_one_event_each(client: TestClient, town_copy: Path) -> None:
    cases = send(client, "new cases.csv", CASES)
    ground = send(client, "more estates.geojson", _estate())
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


def _estate() -> str:
    ring = "[[[114.05,22.53],[114.051,22.53],[114.051,22.531],[114.05,22.53]]]"
    return (
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"name":"新苑","居住人口":12},'
        f'"geometry":{{"type":"Polygon","coordinates":{ring}}}}}]}}'
    )


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


def test_rejects_are_corrected_and_loaded_again(client: TestClient, town_copy: Path) -> None:
    upload = send(client, "new cases.csv", CASES.replace("N3,无症状", "N3,死亡"))
    wait(client, start(client, (upload["id"], 0)))
    assert {"source": "new cases", "kind": "cases", "rows": 2, "drafts": 0} in client.get("/api/loads/rejects").json()
    where = {"source": "new cases", "kind": "cases"}
    page = client.get("/api/loads/rejects/rows", params=where).json()
    assert (page["of"], [row["row"] for row in page["rows"]]) == (2, [3, 4])
    assert page["ours"]["报告时间"]["en"] == "reported at"
    assert [row["faults"][0]["columns"] for row in page["rows"]] == [["报告时间"], ["病例类型"]]
    body = {**where, "file": "new cases.csv", "row": 3}
    wrong = client.patch(
        "/api/loads/rejects/rows", json={**body, "cells": {**page["rows"][0]["cells"], "报告时间": "soon"}}
    )
    assert wrong.json()["faults"][0]["columns"] == ["报告时间"]
    right = {**page["rows"][0]["cells"], "报告时间": "3月16日24时"}
    assert client.patch("/api/loads/rejects/rows", json={**body, "cells": right}).json() == {
        "faults": [],
        "drafts": 1,
        "alike": 0,
    }
    assert client.get("/api/loads/rejects/rows", params=where).json()["rows"][0]["cells"] == right
    job = wait(client, client.post("/api/loads/rejects/again", json={**where, "by": "Li", "sent": "again-once"}).json())
    assert job["files"][0]["done"] == {"cases": [1, 1, 0]}
    left = client.get("/api/loads/rejects/rows", params=where).json()
    assert ([row["row"] for row in left["rows"]], left["drafts"]) == ([4], 0)
    cases = fold(Workspace(town_copy)).tables["cases"]
    assert {"N1", "N2"} <= set(cases["case_id"])
    assert client.post("/api/loads/rejects/again", json={**where, "by": "Li", "sent": "again-twice"}).status_code == 409


def test_one_wrong_word_is_put_right_in_all_rows_that_hold_it(client: TestClient) -> None:
    rows = "".join(f"M{n},{'死亡' if n % 2 else '后天'},2022-03-16 10:00,114.05,22.54\n" for n in range(7))
    upload = send(client, "many.csv", CASES.splitlines()[0] + "\n" + rows)
    client.put(f"/api/loads/{upload['id']}/0", json={"kind": "cases"})
    assert wait(client, start(client, (upload["id"], 0)))["files"][0]["done"] == {"cases": [7, 0, 7]}
    where = {"source": "many", "kind": "cases"}
    first = client.get("/api/loads/rejects/rows", params={**where, "start": 1}).json()["rows"][0]
    body = {**where, "file": "many.csv", "row": first["row"], "cells": {**first["cells"], "病例类型": "确诊"}}
    told = client.patch("/api/loads/rejects/rows", json={**body, "column": "病例类型", "was": "死亡"}).json()
    assert (told["drafts"], told["alike"], [fault["columns"] for fault in told["faults"]]) == (1, 2, [])
    change = {**where, "column": "病例类型", "was": "死亡", "now": "确诊"}
    assert client.post("/api/loads/rejects/alike", json=change).json() == {"rows": 2}
    page = client.get("/api/loads/rejects/rows", params=where).json()
    assert [(row["draft"], not row["faults"]) for row in page["rows"]] == [(n % 2 == 1,) * 2 for n in range(7)]
    job = wait(client, client.post("/api/loads/rejects/again", json={**where, "by": "Li", "sent": "again-once"}).json())
    assert job["files"][0]["done"] == {"cases": [3, 3, 0]}


def test_a_list_of_rejected_rows_is_known_and_joins_its_source(client: TestClient, town_copy: Path) -> None:
    wait(client, start(client, (send(client, "new cases.csv", CASES)["id"], 0)))
    listed = (town_copy / "rejects.csv").read_text("utf-8-sig").replace("后天,114", "3月16日24时,114")
    upload = send(client, "rejects.csv", listed)
    told = look(client, upload)
    assert (told["rejects"], told["kind"], told["ready"]) == (True, "cases", True)
    job = wait(client, start(client, (upload["id"], 0), sent="another-token"))
    assert job["files"][0]["done"] == {"cases": [1, 1, 0]}
    assert client.get("/api/loads/rejects").json() == []


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


@pytest.mark.parametrize(
    ("name", "data", "status"),
    [
        ("a.exe", b"MZ", 415),
        ("csv", b"x", 415),
        ("a.csv", b"", 422),
        ("a.xlsx", b"no workbook", 422),
        ("a.zip", b"PK no zip", 422),
        ("a.gpkg", b"no database", 422),
    ],
)
def test_a_bad_file_is_refused_in_words_and_leaves_nothing(
    client: TestClient, town_copy: Path, name: str, data: bytes, status: int
) -> None:
    told = client.post("/api/loads", params={"name": name}, content=data)
    assert told.status_code == status
    assert {"error", "what", "where", "fix"} <= told.json().keys()
    assert not list((town_copy / FOLDER).glob("*")) or not list((town_copy / FOLDER).glob("*/file"))


def test_a_file_without_known_columns_says_so_and_cannot_be_loaded(client: TestClient) -> None:
    upload = send(client, "b.csv", "foo,bar\n1,2\n")
    told = look(client, upload)
    assert (told["kind"], told["ready"], told["headers"]) == ("", False, ["foo", "bar"])
    body = {"by": "Li", "items": [[upload["id"], 0]], "sent": "12345678"}
    assert client.post("/api/loads/start", json=body).status_code == 409


def test_too_large_a_file_is_refused_before_and_while_it_comes(client: TestClient, town_copy: Path) -> None:
    change_setting(Workspace(town_copy), "max_file_mb", "1")
    assert client.get("/api/loads").json()["max_mb"] == 1
    assert client.post("/api/loads", params={"name": "a.csv"}, content=b"x" * 2**21).status_code == 413

    def pieces() -> Iterator[bytes]:
        for _ in range(3):
            yield b"y" * 2**19

    assert client.post("/api/loads", params={"name": "a.csv"}, content=pieces()).status_code == 413
    assert not list((town_copy / FOLDER).glob("*/file"))


def test_another_sites_page_may_not_load(client: TestClient) -> None:
    for headers in ({"origin": "http://elsewhere.example"}, {"sec-fetch-site": "cross-site"}):
        assert client.post("/api/loads", params={"name": "a.csv"}, content=b"x", headers=headers).status_code == 403
    assert (
        client.post(
            "/api/loads", params={"name": "a.csv"}, content=CASES.encode(), headers={"origin": "http://testserver"}
        ).status_code
        == 201
    )


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.csv", "passwd.csv"),
        ("C:\\fakepath\\病例 3月.XLSX", "病例 3月.XLSX"),
        (".hidden.csv", "hidden.csv"),
        ("a\0b\n.csv", "ab.csv"),
        ("长" * 200 + ".csv", "长" * 50 + ".csv"),
    ],
)
def test_names_are_made_safe(given: str, kept: str) -> None:
    assert safe_name(given) == kept


@given(st.text(max_size=400), st.sampled_from([*ENDINGS, ".exe", ""]))
def test_any_name_is_safe_or_refused(stem: str, ending: str) -> None:
    try:
        name = safe_name(stem + ending)
    except Refused:
        return
    assert Path(name).name == name
    assert not name.startswith(".")
    assert len(name.encode()) <= 255
    assert name.isprintable()
    assert Path(name).suffix.lower() in ENDINGS
    assert safe_name(name) == name


def test_uploads_are_never_served_and_ids_lead_nowhere(client: TestClient) -> None:
    upload = send(client, "cases.csv", CASES)
    for path in (f"/{FOLDER}/{upload['id']}/file/cases.csv", f"/assets/../{FOLDER}/{upload['id']}/upload.json"):
        answer = client.get(path)
        assert "N1" not in answer.text
    for path in ("..%2f..%2fetc/0", "0000000000000000/0", f"{upload['id']}/7"):
        assert client.get(f"/api/loads/{path}").status_code in (400, 404)
    assert client.delete(f"/api/loads/{upload['id']}").status_code == 204
    assert client.get(f"/api/loads/{upload['id']}/0").status_code == 404


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


def test_a_large_file_is_read_beside_the_page_and_looks_the_same(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = look(client, send(client, "estates.geojson", _estate()))
    bad = look(client, send(client, "bad.geojson", '{"type":"FeatureCollection","features":[]}'))
    monkeypatch.setattr(reader, "LARGE", 0)
    large = look(client, send(client, "estates.geojson", _estate()))
    assert {**large, "id": ""} == {**small, "id": ""}
    again = look(client, send(client, "bad.geojson", '{"type":"FeatureCollection","features":[]}'))
    assert again["error"] == bad["error"]
    assert "没有图形要素" in bad["error"]["zh"]


def test_what_nobody_came_back_for_is_taken_away(client: TestClient, town_copy: Path) -> None:
    import os
    import time

    upload = send(client, "cases.csv", CASES)
    place = town_copy / FOLDER / upload["id"]
    os.utime(place, (time.time() - 4 * 86_400,) * 2)
    Uploads(town_copy).sweep()
    assert not place.exists()
