"""The viewer: what it serves and refuses, compressed, in ranges, with validators; what is damaged is never shown."""

import asyncio
import gzip
import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx2 as httpx
import orjson
import pytest
from starlette.testclient import TestClient

from live.folder import CURRENT, Folder
from live.publishing import publish, withdraw
from live.push import Push
from live.served import Served
from live.server import make_app
from tests.house import ROOT
from zoning.store import Workspace

City = tuple[Path, Path]


@pytest.fixture
def folder(published_city: City, tmp_path: Path) -> Folder:
    """A copy of the folder that a test may change."""
    return Folder(shutil.copytree(published_city[1], tmp_path / "live"))


@pytest.fixture(scope="module")
def client(published_city: City) -> Iterator[TestClient]:
    with TestClient(make_app(published_city[1])) as client:
        yield client


def current(client: TestClient) -> dict[str, object]:
    return client.get("/current.json").json()


def test_every_file_is_served_as_it_was_published(client: TestClient, published_city: City) -> None:
    folder = Folder(published_city[1])
    for entry in folder.history():
        for told in folder.check(entry["snapshot"])["files"]:
            at = f"/snapshots/{entry['snapshot']}/{told['name']}"
            answer = client.get(at, headers={"accept-encoding": "identity"})
            assert answer.status_code == 200, at
            assert answer.content == (folder.snapshot_path(entry["snapshot"]) / told["name"]).read_bytes()
            assert "immutable" in answer.headers["cache-control"]


def test_text_goes_out_compressed_and_once(client: TestClient) -> None:
    at = f"/snapshots/{current(client)['snapshot']}/list.json"
    packed = client.get(at, headers={"accept-encoding": "br, gzip;q=0.8"})
    plain = client.get(at, headers={"accept-encoding": "gzip;q=0"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.json() == plain.json()
    assert packed.headers["etag"] != plain.headers["etag"]
    for answer in (packed, plain):
        asked = {"if-none-match": f'"x", W/{answer.headers["etag"]}', "accept-encoding": "gzip"}
        if answer is plain:
            asked["accept-encoding"] = "identity"
        assert client.get(at, headers=asked).status_code == 304
    first = client.get("/current.json")
    again = client.get("/current.json", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.head("/current.json").headers["etag"] == first.headers["etag"]


@pytest.mark.parametrize(
    ("span", "status", "start", "end"),
    [
        ("bytes=0-126", 206, 0, 127),
        ("bytes=100-", 206, 100, None),
        ("bytes=-10", 206, -10, None),
        ("bytes=5-99999999", 206, 5, None),
        ("bytes=99999999-", 416, 0, 0),
        ("bytes=9-3", 416, 0, 0),
        ("bytes=a-b", 200, 0, None),
        ("bytes=0-1,5-9", 200, 0, None),
        ("bytes=-", 200, 0, None),
    ],
)
def test_ranges_of_tiles(
    client: TestClient, published_city: City, span: str, status: int, start: int, end: int | None
) -> None:
    snapshot = str(current(client)["snapshot"])
    whole = (Folder(published_city[1]).snapshot_path(snapshot) / "ground.pmtiles").read_bytes()
    answer = client.get(f"/snapshots/{snapshot}/ground.pmtiles", headers={"range": span})
    assert answer.status_code == status
    if status != 416:
        assert answer.content == whole[start:end]
    if status == 206:
        assert answer.headers["content-range"].endswith(f"/{len(whole)}")
    old = client.get(f"/snapshots/{snapshot}/ground.pmtiles", headers={"range": "bytes=0-1", "if-range": '"old"'})
    assert (old.status_code, old.content) == (200, whole)


def test_no_address_leads_out(folder: Folder) -> None:
    (folder.path / "page" / "main.mjs").write_text("export {};")
    (folder.path / "page" / "out").symlink_to(folder.path.parent)
    (folder.path.parent / "secret").write_text("secret")
    with TestClient(make_app(folder.path)) as client:
        assert client.get("/page/main.mjs").text == "export {};"
        name = str(current(client)["snapshot"])
        for at in (
            *(
                "/page/../current.json",
                "/page/%2e%2e/%2e%2e/secret",
                "/page/out/secret",
                "/page//etc/passwd",
                "/page/%00",
            ),
            *(f"/snapshots/{name}/../../current.json", f"/snapshots/{name}/%2e%2e/%2e%2e/%2e%2e/secret"),
            *(
                "/snapshots/..%2f..%2fsecret/list.json",
                f"/snapshots/{name}//etc/passwd",
                "/secret",
                "/.lock",
                "/log.sqlite",
            ),
        ):
            answer = client.get(at)
            assert answer.status_code in (200, 404), at
            assert "secret" not in answer.text.replace(at, ""), at
            assert answer.status_code == 404 or answer.url.path == "/current.json", at
        assert client.post("/current.json").status_code == 405
        assert client.get("/current.json", params={"x": "y" * 5000}).status_code == 414


def test_headers_guard_and_other_sites_are_a_setting(folder: Folder) -> None:
    with TestClient(make_app(folder.path, ["https://example.org"])) as client:
        for at in ("/", "/current.json", "/nope", "/ogc"):
            answer = client.get(at, headers={"origin": "https://example.org"})
            assert "default-src 'self'" in answer.headers["content-security-policy"]
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["access-control-allow-origin"] == "https://example.org"
        other = client.get("/current.json", headers={"origin": "https://elsewhere.org"})
        assert "access-control-allow-origin" not in other.headers
    with TestClient(make_app(folder.path)) as client:
        told = client.get("/current.json", headers={"origin": "https://example.org"}).headers
        assert "access-control-allow-origin" not in told


def test_an_empty_folder_waits(tmp_path: Path) -> None:
    with TestClient(make_app(tmp_path)) as client:
        assert current(client) == {"format": 1, "seq": 0, "snapshot": None, "published_at": None, "note": ""}
        assert client.get("/health").json()["status"] == "waiting"
        assert "Nothing is published" in client.get("/").text
        assert client.get("/ogc/collections/zones_now/items").json()["features"] == []
        assert client.get("/changes.atom").status_code == 200
        assert client.get("/tiles/zones/6/0/0.pbf").status_code == 204


def test_a_viewer_writes_nothing(folder: Folder) -> None:
    """So that a folder may be mounted for reading only."""

    def seen() -> dict[Path, int]:
        return {path: path.stat().st_mtime_ns for path in folder.path.rglob("*")}

    before = seen()
    with TestClient(make_app(folder.path)) as client:
        name = current(client)["snapshot"]
        for at in ("/", f"/snapshots/{name}/list.json", "/ogc/collections/zones/items", "/changes.atom", "/health"):
            assert client.get(at).status_code == 200, at
    assert seen() == before


def wait_for(client: TestClient, seq: int) -> bool:
    end = time.monotonic() + 5
    while time.monotonic() < end:
        if current(client)["seq"] == seq:
            return True
        time.sleep(0.02)
    return False


def test_the_last_good_one_stays(folder: Folder, published_city: City, tmp_path: Path) -> None:
    workspace = Workspace(shutil.copytree(published_city[0], tmp_path / "workspace"))
    with TestClient(make_app(folder.path)) as client:
        good = current(client)
        publish(workspace, folder.path, "Li Wei", confirmed=["all"], note="new")
        assert wait_for(client, 3)
        last = current(client)
        snapshot = folder.snapshot_path(str(good["snapshot"]))
        (snapshot / "zones.geojson").write_bytes(b"{}")
        withdraw(workspace, folder.path, "Li Wei")
        time.sleep(0.6)
        # What would be current again was damaged: the viewer keeps what it has, and says so.
        assert current(client) == last
        assert client.get("/health").json()["status"] == "refused"
        assert client.get(f"/snapshots/{good['snapshot']}/zones.geojson").content != b"{}"
        for data in (b"{", b'{"format":9}', b'{"format":1,"seq":9,"snapshot":"../../.."}'):
            (folder.path / CURRENT).write_bytes(data)
            time.sleep(0.3)
            assert current(client) == last


def test_a_copy_under_way_is_taken_up_when_it_is_whole(published_city: City, tmp_path: Path) -> None:
    source = Folder(published_city[1])
    name = source.current()["snapshot"]
    with TestClient(make_app(tmp_path)) as client:
        shutil.copy(source.path / "current.json", tmp_path)
        shutil.copy(source.path / "history.json", tmp_path)
        time.sleep(0.5)
        assert current(client)["seq"] == 0
        shutil.copytree(source.path / "snapshots", tmp_path / "snapshots")
        assert wait_for(client, 2)
        assert client.get(f"/snapshots/{name}/list.json").status_code == 200


def test_listeners_hear_of_a_publication(folder: Folder, published_city: City, tmp_path: Path) -> None:
    workspace = Workspace(shutil.copytree(published_city[0], tmp_path / "workspace"))

    async def heard() -> list[dict[str, object]]:
        push = Push(Served(folder.path))
        await push.start()
        events, told = push._events(), list[dict[str, object]]()
        async for event in events:
            lines = event.decode().splitlines()
            told += [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: ")]
            if len(told) == 1 and "retry" not in event.decode():
                publish(workspace, folder.path, "Li Wei", confirmed=["all"])
            if len(told) == 2:
                break
        await events.aclose()
        assert not push._waiting
        await push.stop()
        return told

    # In a thread of its own: a browser kept for the session has its loop running in this one.
    with ThreadPoolExecutor(1) as pool:
        told = pool.submit(asyncio.run, asyncio.wait_for(heard(), 30)).result()
    assert [event["seq"] for event in told] == [2, 3]


@contextmanager
def viewer(folder: Path) -> Iterator[str]:
    """A viewer process on a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "live", str(folder), "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("Cordon live")
        for _ in range(200):
            try:
                httpx.get(f"http://127.0.0.1:{port}/health")
                break
            except httpx.TransportError:
                time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.communicate(timeout=10)


@pytest.mark.slow
def test_two_viewers_agree_and_hear_within_two_seconds(folder: Folder, published_city: City, tmp_path: Path) -> None:
    workspace = Workspace(shutil.copytree(published_city[0], tmp_path / "workspace"))
    with (
        viewer(folder.path) as one,
        viewer(folder.path) as two,
        httpx.stream("GET", f"{one}/events", timeout=20) as line,
    ):
        publish(workspace, folder.path, "Li Wei", confirmed=["all"], note="for two")
        done = time.monotonic()
        for text in line.iter_lines():
            if "for two" in text:
                break
        assert time.monotonic() - done < 2
        while "for two" not in (answer := httpx.get(f"{two}/current.json")).text:
            assert time.monotonic() - done < 2
        same = httpx.get(f"{one}/current.json")
        assert (answer.content, answer.headers["etag"]) == (same.content, same.headers["etag"])
        name = answer.json()["snapshot"]
        for file in ("list.json", "zones.geojson", "manifest.json"):
            at = f"/snapshots/{name}/{file}"
            assert httpx.get(one + at).content == httpx.get(two + at).content
        assert orjson.loads(httpx.get(f"{two}/history.json").content)["publications"][-1]["note"] == "for two"


def test_gzip_files_are_those_of_the_texts(client: TestClient) -> None:
    at = f"/snapshots/{current(client)['snapshot']}/zones.geojson"
    told = client.get(f"{at}.gz", headers={"accept-encoding": "identity"})
    assert gzip.decompress(told.content) == client.get(at).content
