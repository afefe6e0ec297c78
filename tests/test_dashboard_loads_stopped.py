"""A load that is stopped, cut off or ends badly: nothing of the table in hand is in, and it can be loaded again."""

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from fastapi.testclient import TestClient

from app import create_server
from dashboard.errors import Refused
from dashboard.loading.loads import ROOT, Job, Loads, Task
from tests.loading_desk import CASES, look, send, start, wait
from zoning.intake import stream
from zoning.loading import load_file
from zoning.store import TABLES, Workspace

HEAR, SAY = "import sys, time; sys.stdin.readline(); ", '{"key": "a", "phase": "reading", "rows": 7}'
SLEEPS = f"{HEAR}print({SAY!r}, flush=True); time.sleep(60)"
DEAF = "import sys; sys.exit('out of order')"
DIES = f"{HEAR}sys.exit('no memory left')"


@pytest.fixture
def client(town_copy: Path) -> Iterator[TestClient]:
    with TestClient(create_server(town_copy)) as client:
        yield client


def loads_by(folder: Path, program: str) -> Loads:
    return Loads(folder, (sys.executable, "-c", program))


def ended(job: Job) -> Job:
    ends = time.monotonic() + 20
    while not job.ended and time.monotonic() < ends:
        time.sleep(0.02)
    assert job.ended
    return job


def tasks(*keys: str) -> list[Task]:
    return [Task(key, f"{key}.csv", Path(f"/nowhere/{key}.csv"), "cases", key, {}) for key in keys]


def test_a_load_that_is_stopped_leaves_the_rest_undone(tmp_path: Path) -> None:
    loads = loads_by(tmp_path, SLEEPS)
    job = loads.begin("", "Li", tasks("a", "b"), "sent-once", lambda job: None)
    while job.tasks[0].rows != 7:
        time.sleep(0.02)
    assert (job.describe()["state"], job.describe()["files"][0]["phase"]) == ("loading", "reading")
    assert loads.begin("", "Li", tasks("a"), "sent-once", lambda job: None) is job
    waiting = loads.begin("", "Li", tasks("c"), "sent-later", lambda job: None)
    loads.stop(waiting)
    loads.stop(job)
    assert [task.state for task in ended(job).tasks] == ["stopped", "stopped"]
    assert (job.state, ended(waiting).state) == ("stopped", "stopped")


def test_what_a_process_left_that_was_ended_by_force_is_cleared_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboard.loading.loads.GRACE_S", 0.2)
    leaves = "import os, pathlib, signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
    leaves += f"pathlib.Path('{tmp_path}/tables/.stream-%d-x' % os.getpid()).mkdir(parents=True); "
    job = (loads := loads_by(tmp_path, leaves + SLEEPS)).begin("", "Li", tasks("a"), "sent-once", lambda job: None)
    while job.tasks[0].rows != 7:
        time.sleep(0.02)
    assert len(list((tmp_path / "tables").iterdir())) == 1
    loads.stop(job)
    assert ended(job).state == "stopped"
    assert list((tmp_path / "tables").iterdir()) == []


def test_a_process_that_dies_is_told_with_its_last_words(tmp_path: Path) -> None:
    job = ended(loads_by(tmp_path, DIES).begin("", "Li", tasks("a"), "sent-once", lambda job: None))
    assert (job.state, job.tasks[0].state) == ("failed", "failed")
    assert "no memory left" in job.tasks[0].error


def test_a_process_that_dies_before_it_hears_is_told_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    talk = Loads._talk

    def too_late(self: Loads, job: Job, process: subprocess.Popen[bytes], asked: Any) -> None:
        process.wait()
        talk(self, job, process, asked)

    monkeypatch.setattr(Loads, "_talk", too_late)
    job = ended(loads_by(tmp_path, DEAF).begin("", "Li", tasks("a"), "sent-once", lambda job: None))
    assert (job.state, job.tasks[0].state) == ("failed", "failed")
    assert "out of order" in job.tasks[0].error


def test_stopping_over_the_api_keeps_the_file(client: TestClient, town_copy: Path) -> None:
    before = Workspace(town_copy).revision()
    upload = send(client, "new cases.csv", CASES)
    job = start(client, (upload["id"], 0))
    assert start(client, (upload["id"], 0))["job"] == job["job"]  # sent twice, begun once
    assert client.put(f"/api/loads/{upload['id']}/0", json={"kind": "tests"}).status_code == 409
    assert client.delete(f"/api/loads/{upload['id']}").status_code == 409
    client.delete(f"/api/loads/jobs/{job['job']}")
    assert wait(client, job)["state"] == "stopped"
    assert Workspace(town_copy).revision() == before
    assert look(client, upload)["busy"] is False
    assert wait(client, start(client, (upload["id"], 0), sent="another-token"))["state"] == "done"


def test_a_server_that_was_started_again_says_so_and_loads_again(client: TestClient, town_copy: Path) -> None:
    upload = send(client, "new cases.csv", CASES)
    job = start(client, (upload["id"], 0))
    client.delete(f"/api/loads/jobs/{job['job']}")
    wait(client, job)
    place = next((town_copy / "uploads").glob("*/upload.json"))
    place.write_bytes(orjson.dumps(orjson.loads(place.read_bytes()) | {"job": job["job"]}))  # as kill -9 leaves it
    with TestClient(create_server(town_copy)) as again:
        told = again.get(f"/api/loads/jobs/{job['job']}")
        assert (told.status_code, told.json()["where"]) == (404, "job")
        assert "load it again" in told.json()["fix"]
        assert "重新导入" in told.json()["fix_zh"]
        (file,) = again.get("/api/loads", params={"ids": f"{upload['id']},0000000000000000"}).json()["files"]
        assert (file["cut"], file["job"], file["name"]) == (True, "", "new cases.csv")
        assert wait(again, start(again, (upload["id"], 0)))["state"] == "done"


def test_the_process_ends_with_its_server(town_copy: Path, tmp_path: Path) -> None:
    path = tmp_path / "new cases.csv"
    path.write_text(CASES, "utf-8")
    one = {"key": "a", "path": str(path), "kind": "cases", "source": "new", "options": {}}
    asked = {"workspace": str(town_copy), "outbreak": "", "by": "Li", "files": [one] * 200}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen((sys.executable, "-m", "dashboard.loading.loader"), cwd=ROOT, **pipes) as child:
        child.stdin.write(orjson.dumps(asked) + b"\n")
        child.stdin.flush()
        assert child.stdout.readline()
        child.stdin.close()
        assert child.wait(20) == 3
        child.stdout.close()


@pytest.mark.parametrize("phase", ["reading", "checking", "writing"])
@pytest.mark.parametrize("large", [False, True])
def test_a_watch_that_raises_ends_the_load_with_nothing_in(
    town_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, phase: str, large: bool
) -> None:
    folder = shutil.copytree(town_folder, tmp_path / "town")
    monkeypatch.setattr(stream, "LARGE_MB", 0)
    monkeypatch.setattr(stream.is_large, "__defaults__", (0 if large else 32,))
    path = tmp_path / "new cases.csv"
    path.write_text(CASES + "N1,确诊,2022-03-16 10:00,114.0529,22.5398\n", "utf-8")
    workspace, told = Workspace(folder), []

    def watch(now: str, rows: int) -> None:
        told.append((now, rows))
        if now == phase:
            raise KeyboardInterrupt

    before = workspace.revision()
    with pytest.raises(KeyboardInterrupt):
        load_file(workspace, path, "cases", watch=watch)
    assert workspace.revision() == before
    assert not list((folder / TABLES).glob(".*"))
    assert told[-1][0] == phase


def test_what_cannot_be_begun_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused):
        loads_by(tmp_path, DIES).get("0123456789abcdef")
