"""A writer killed at any moment leaves the state before or after, nothing between, and loses nothing acknowledged."""

import multiprocessing
import os
import random
import signal
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.small_town import table
from zoning import state
from zoning.store import LOG, TABLES, Workspace

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["tests.test_kill"])
NO_REJECTS = pd.DataFrame(columns=["file", "row", "column", "value", "reason", "fix"])
ROWS = 40


def register(number: int) -> pd.DataFrame:
    """One file's cases: each load says of all of them that they live in another unit."""
    day = f"{1 + number // 1440:02} {number // 60 % 24:02}:{number % 60:02}"
    row = {"status": "confirmed", "found_in": "community", "reported_at": "01", "recorded_at": day}
    return table("cases", [{"case_id": f"C{n:02}", "unit_id": f"U{number}", **row} for n in range(ROWS)])


def load_files(folder: Path, acknowledge: Callable[[int], object]) -> None:
    """Load one file after another: each a table and its event."""
    workspace = Workspace(folder)
    for number in range(10_000):
        state.load(workspace, {"cases": register(number)}, NO_REJECTS, f"file{number}")
        acknowledge(number)


def write_events(folder: Path, acknowledge: Callable[[int], object]) -> None:
    """Write events in a burst."""
    workspace = Workspace(folder)
    for number in range(100_000):
        workspace.append("set", {"key": "snap_m", "value": str(number)}, f"event{number}")
        acknowledge(number)


def run(write: Callable[[Path, Callable[[int], object]], None], folder: Path, acknowledged: Path) -> None:
    """What the killed process does; an acknowledgement is in the file when the call returns."""
    handle = os.open(acknowledged, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    write(folder, lambda number: os.write(handle, f"{number}\n".encode()))


def told(acknowledged: Path) -> list[int]:
    return [int(line) for line in acknowledged.read_text().splitlines()] if acknowledged.exists() else []


def kill_at_random(write: Callable[..., None], folder: Path, moment: random.Random) -> list[int]:
    """Start a writer, kill it at a random moment of its work, and return what it had acknowledged."""
    acknowledged = folder.parent / "acknowledged"
    process = FORKS.Process(target=run, args=(write, folder, acknowledged))
    process.start()
    deadline = time.monotonic() + 60
    while not told(acknowledged) and process.is_alive() and time.monotonic() < deadline:
        time.sleep(0.002)
    time.sleep(moment.uniform(0, 0.08))
    process.kill()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    return told(acknowledged)


def check_whole(folder: Path, acknowledged: list[int]) -> int:
    """Hold a workspace after a kill; return the number of writes that are in it."""
    workspace = Workspace(folder)
    events = workspace.events()
    assert [e.seq for e in events] == list(range(1, len(events) + 1))
    assert acknowledged == list(range(len(acknowledged)))
    assert len(acknowledged) <= len(events) <= len(acknowledged) + 1
    with sqlite3.connect(folder / LOG) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()
    for event in events:
        for name in event.payload.get("tables", {}).values():
            assert len(workspace.read_table(name)) == ROWS
    return len(events)


def check_loads(folder: Path, acknowledged: list[int]) -> None:
    writes = check_whole(folder, acknowledged)
    cases = state.fold(Workspace(folder)).tables["cases"]
    assert cases["unit_id"].unique().tolist() == ([f"U{writes - 1}"] if writes else [])
    assert len(cases) == (ROWS if writes else 0)
    # The next writer goes on where this one was killed, whatever it left behind.
    assert state.load(Workspace(folder), {"cases": register(writes)}, NO_REJECTS, f"file{writes}")
    assert state.fold(Workspace(folder)).tables["cases"]["unit_id"].unique().tolist() == [f"U{writes}"]


def check_events(folder: Path, acknowledged: list[int]) -> None:
    writes = check_whole(folder, acknowledged)
    assert state.fold(Workspace(folder)).settings.snap_m == (writes - 1 if writes else 15.0)


TRIALS = [*(pytest.param(n, id=f"{n}") for n in range(3))]
TRIALS += [pytest.param(n, id=f"{n}", marks=pytest.mark.slow) for n in range(3, 50)]


@pytest.mark.parametrize("trial", TRIALS)
def test_killed_while_it_loads_files(trial: int, tmp_path: Path) -> None:
    folder = tmp_path / "w"
    Workspace(folder, create=True)
    check_loads(folder, kill_at_random(load_files, folder, random.Random(trial)))


@pytest.mark.parametrize("trial", TRIALS)
def test_killed_in_a_burst_of_events(trial: int, tmp_path: Path) -> None:
    folder = tmp_path / "w"
    Workspace(folder, create=True)
    check_events(folder, kill_at_random(write_events, folder, random.Random(trial)))


STEPS = ("the table is written beside", "before its name", "after its name", "before the event", "after the event")


def die_at(step: str, folder: Path) -> None:
    """Load one file and die at a step of it."""

    def die(*_: Any, **__: Any) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def after(call: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *given, **named: die(call(*given, **named))

    if step == STEPS[0]:
        os.fsync = die
    elif step in STEPS[1:3]:
        Path.replace = die if step == STEPS[1] else after(Path.replace)
    else:
        Workspace.append = die if step == STEPS[3] else after(Workspace.append)
    state.load(Workspace(folder), {"cases": register(1)}, NO_REJECTS, "file1")


@pytest.mark.parametrize("step", STEPS)
def test_killed_at_a_step_between_table_and_event(step: str, tmp_path: Path) -> None:
    folder = tmp_path / "w"
    state.load(Workspace(folder, create=True), {"cases": register(0)}, NO_REJECTS, "file0")
    process = FORKS.Process(target=die_at, args=(step, folder))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    named = len(list((folder / TABLES).glob("[!.]*.parquet")))
    assert named == (1 if step in STEPS[:2] else 2)
    check_loads(folder, [0] if step != STEPS[4] else [0, 1])
