"""Drafts on disk: in order, once, whole, whoever asks."""

import multiprocessing
import os
import signal
import sqlite3
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from zoning.desk.keeping import FILE, Drawer
from zoning.errors import ConflictError, StoreError, UnknownError

NOW = datetime(2022, 3, 17, 16, tzinfo=UTC)
STEP = {"do": "paint", "atoms": ["E1-B1"], "class": "sealed", "zone": "new:a"}


def test_a_draft_is_kept_with_its_steps(tmp_path: Path) -> None:
    drawer = Drawer(tmp_path)
    draft = drawer.make("", "夜班方案", "李伟", NOW, 7)
    assert (draft.title, draft.author, draft.as_of, draft.base, draft.state) == ("夜班方案", "李伟", NOW, 7, "open")
    assert drawer.add(draft.id, STEP, "李伟", 0, "a") == 1
    assert drawer.add(draft.id, {"do": "undo"}, "王敏", 1) == 2
    assert drawer.add(draft.id, STEP, "李伟", 0, "a") == 1, "sent again it adds nothing"
    again = Drawer(tmp_path)
    assert [(k.n, k.author, k.step) for k in again.steps(draft.id)] == [(1, "李伟", STEP), (2, "王敏", {"do": "undo"})]
    assert [k.n for k in again.steps(draft.id, 1)] == [2]
    assert again.change(draft.id, title="b", base=9, told={"people": [1, 2]}).told == {"people": [1, 2]}
    other = again.make("second", "", "王敏", NOW, 9)
    assert [d.id for d in drawer.all("")] == [draft.id]
    assert [d.id for d in drawer.all("second")] == [other.id]
    blank = drawer.make("", "", "王敏", NOW, 9)
    assert [d.id for d in drawer.all("", begun=True)] == [draft.id], (
        "what has neither title nor step is no scenario yet"
    )
    drawer.add(blank.id, STEP, "王敏", 0)
    assert {d.id for d in drawer.all("", begun=True)} == {draft.id, blank.id}


def test_two_windows_do_not_write_over_each_other(tmp_path: Path) -> None:
    one, two = Drawer(tmp_path), Drawer(tmp_path)
    draft = one.make("", "", "Li Wei", NOW, 1)
    one.add(draft.id, STEP, "Li Wei", 0)
    with pytest.raises(ConflictError, match="it has 1 steps, not 0"):
        two.add(draft.id, STEP, "Li Wei", 0)
    two.change(draft.id, state="decided")
    with pytest.raises(ConflictError, match="it is decided"):
        one.add(draft.id, STEP, "Li Wei", 1)
    with pytest.raises(UnknownError, match="draft 'x'"):
        one.get("x")


def test_a_full_disk_is_told_and_the_draft_is_whole(tmp_path: Path) -> None:
    drawer = Drawer(tmp_path)
    draft = drawer.make("", "", "Li Wei", NOW, 1)
    drawer.add(draft.id, STEP, "Li Wei", 0)
    with drawer._engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 8")
    with pytest.raises(StoreError, match=r"drafts\.sqlite.*full.*nothing of this step was saved"):
        drawer.add(draft.id, {**STEP, "atoms": [f"E1-B{n}" for n in range(20_000)]}, "Li Wei", 1)
    assert [k.step for k in Drawer(tmp_path).steps(draft.id)] == [STEP]


def _burst(folder: Path, draft: str, told: Path) -> None:
    """Add steps as fast as can be, and note each as it is acknowledged."""
    drawer = Drawer(folder)
    with told.open("ab", buffering=0) as out:
        for n in range(100_000):
            done = drawer.add(draft, {**STEP, "zone": f"new:{n}"}, "Li Wei", n, f"s{n}")
            out.write(b"%d\n" % done)


def test_a_killed_server_has_every_acknowledged_step(tmp_path: Path) -> None:
    for trial in range(20):
        (folder := tmp_path / str(trial)).mkdir()
        kill_in_a_burst(folder, 0.01 + 0.005 * trial)


@pytest.mark.slow
def test_two_hundred_kills(tmp_path: Path) -> None:
    for trial in range(200):
        (folder := tmp_path / str(trial)).mkdir()
        kill_in_a_burst(folder, 0.01 + 0.002 * trial)


def kill_in_a_burst(folder: Path, after: float) -> None:
    draft, told = Drawer(folder).make("", "", "Li Wei", NOW, 1), folder / "told"
    told.touch()
    burst = multiprocessing.get_context("fork").Process(target=_burst, args=(folder, draft.id, told))
    burst.start()
    while not told.stat().st_size:
        time.sleep(0.002)
    time.sleep(after)
    os.kill(burst.pid or 0, signal.SIGKILL)
    burst.join()
    acknowledged = len(told.read_bytes().split(b"\n")) - 1
    kept = Drawer(folder).steps(draft.id)
    assert acknowledged > 0
    assert [k.n for k in kept] == list(range(1, len(kept) + 1))
    assert [k.step["zone"] for k in kept] == [f"new:{n}" for n in range(len(kept))]
    assert acknowledged <= len(kept) <= acknowledged + 1
    with sqlite3.connect(folder / FILE) as file:
        assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    file.close()
