"""Files that come in: bad, large, with strange names, from other sites; never given out, taken away in the end."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from app import create_server
from dashboard.errors import Refused
from dashboard.loading import reader
from dashboard.loading.uploads import FOLDER, Uploads, safe_name
from tests.loading_desk import CASES, ESTATE, look, send
from tests.zoo_files import FILES
from zoning.preview import ENDINGS
from zoning.state import change_setting
from zoning.store import Workspace


@pytest.fixture
def client(town_copy: Path) -> Iterator[TestClient]:
    with TestClient(create_server(town_copy)) as client:
        yield client


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
        ("a\xa0b.csv", "a b.csv"),
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


def test_a_large_file_is_read_beside_the_page_and_looks_the_same(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = look(client, send(client, "estates.geojson", ESTATE))
    bad = look(client, send(client, "bad.geojson", '{"type":"FeatureCollection","features":[]}'))
    monkeypatch.setattr(reader, "LARGE", 0)
    large = look(client, send(client, "estates.geojson", ESTATE))
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


@pytest.mark.slow
def test_no_dirt_breaks_a_look(client: TestClient, tmp_path: Path) -> None:
    for dirt in FILES:
        path = tmp_path / dirt.file
        dirt.make(path)
        told = client.post("/api/loads", params={"name": dirt.file}, content=path.read_bytes())
        assert told.status_code in (201, 413, 415, 422), dirt.name
        for item in told.json().get("items", []):
            address = f"/api/loads/{told.json()['id']}/{item['item']}"
            assert client.get(address).status_code == 200, dirt.name
            seen = client.put(address, json={"kind": dirt.kind}).json()
            assert client.get(f"{address}/shapes").status_code == 200, dirt.name
            if len(told.json()["items"]) == 1:
                assert seen["ready"] == (dirt.fate != "error"), (dirt.name, seen)
        path.unlink()
