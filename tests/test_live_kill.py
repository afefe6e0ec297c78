"""Publishing that is killed: what can be seen is old or new, whole, and in the log."""

import itertools
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from live.folder import CURRENT, Folder
from live.publishing import publish, published
from tests.house import ROOT
from zoning.store import Workspace


def write_for_ever(folder: Folder, out: int) -> None:
    """Publish without pause, saying each number once it is done."""
    for n in itertools.count(1):
        files = {"list.json": b"{}" * n, "zones.geojson": bytes([n % 256]) * 60_000, "notices/a.html": b"x" * n}
        with folder.writing():
            history = folder.history()
            snapshot = folder.add(files, {"as_of": str(n)}, history[-1]["snapshot"] if history else None)
            entry = {"seq": n, "snapshot": snapshot, "published_at": "2022-03-13T00:00:00Z", "note": str(n)}
            history.append({**entry, "withdrawn_at": None, "withdrawn_seq": None})
            folder.point({**entry, "source": "s"}, history)
        os.write(out, f"{n}\n".encode())


def killed_writers(path: Path, trials: int) -> None:
    """Kill a process that publishes without pause; whatever it had acknowledged is there, and whole."""
    for trial in range(trials):
        folder, (told_at, out) = Folder(path / str(trial)), os.pipe()
        child = os.fork()
        if child == 0:
            write_for_ever(folder, out)
        time.sleep(0.005 + 0.013 * (trial % 20))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(out)
        with os.fdopen(told_at) as pipe:
            told = pipe.read().split()
        acknowledged = int(told[-1]) if told else 0
        if not (folder.path / CURRENT).exists():
            assert acknowledged == 0
            continue
        current = folder.current()
        assert current["seq"] in (acknowledged, acknowledged + 1)
        manifest = folder.check(current["snapshot"])
        assert manifest["as_of"] == str(current["seq"]) == current["note"]
        assert [entry["seq"] for entry in folder.history()] == list(range(1, current["seq"] + 1))
        with folder.writing():
            names = {p.name for p in (folder.path / "snapshots").iterdir()}
        assert names == {entry["snapshot"] for entry in folder.history()}


def test_a_kill_leaves_old_or_new(tmp_path: Path) -> None:
    killed_writers(tmp_path, 20)


@pytest.mark.slow
def test_many_kills_leave_old_or_new(tmp_path: Path) -> None:
    killed_writers(tmp_path, 100)


@pytest.mark.slow
def test_a_killed_publisher_leaves_old_or_new(published_city: tuple[Path, Path], tmp_path: Path) -> None:
    """The whole command, killed anywhere: what is current is whole, and the next publication works."""
    workspace = Workspace(shutil.copytree(published_city[0], tmp_path / "workspace"))
    folder = Folder(shutil.copytree(published_city[1], tmp_path / "live"))
    command = [sys.executable, "-m", "live", "publish", str(workspace.path), str(folder.path), "--by", "Li Wei"]
    begun = time.monotonic()
    subprocess.run([*command, "--confirm", "all", "--note", "0"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    whole = time.monotonic() - begun
    for trial in range(1, 11):
        before = folder.current()
        process = subprocess.Popen(
            [*command, "--confirm", "all", "--note", str(trial)], cwd=ROOT, stdout=subprocess.DEVNULL
        )
        time.sleep(whole * (0.4 + 0.06 * trial))
        process.kill()
        process.wait()
        after = folder.current()
        assert after == before or (after["seq"], after["note"]) == (before["seq"] + 1, str(trial))
        folder.check(after["snapshot"])
        # Whatever can be seen is in the log.
        assert after["snapshot"] in {event.payload["snapshot"] for event in published(workspace)}
    publish(workspace, folder.path, "Li Wei", confirmed=["all"])
    folder.check(folder.current()["snapshot"])
