"""The first start makes the demo city whole or not at all; a second one finds it made."""

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from tests.house import ROOT
from zoning.demo.readme import AS_OF
from zoning.pipeline import derive

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
SMALL = "CITY_ARGS=--people 20000 --cases 12"


@pytest.fixture
def command(tmp_path: Path) -> list[str]:
    """The command that makes the city in a folder of its own, with the Python of this run."""
    (tmp_path / "venv" / "bin").mkdir(parents=True)
    use_python(tmp_path, f'exec {shlex.quote(sys.executable)} "$@"')
    (tmp_path / "vendor").mkdir()
    for name in ("venv/.made", "venv/.run", "vendor/.done"):
        (tmp_path / name).touch()
    places = [f"{key}={tmp_path / key.lower()}" for key in ("VENV", "VENDOR", "CITY")]
    return ["make", "-C", str(ROOT), f"{tmp_path}/city/log.sqlite", *places, SMALL]


def use_python(folder: Path, script: str) -> None:
    python = folder / "venv" / "bin" / "python"
    python.write_text(f"#!/bin/sh\n{script}\n")
    python.chmod(0o755)


def left(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - {"venv", "vendor"}


@pytest.mark.slow
def test_the_city_opens_in_mid_outbreak_and_is_made_once(command: list[str], tmp_path: Path) -> None:
    first = subprocess.run(command, capture_output=True, text=True, check=True)
    assert [line[:12] for line in first.stdout.splitlines() if line.startswith("==>")] == [
        "==> building", "==> loading ", "==> deciding", f"==> {tmp_path}"[:12],
    ]  # fmt: skip
    assert left(tmp_path) == {"city"}
    plan = derive(tmp_path / "city")
    assert set(plan.zones["status"]) == {"in_force", "proposed"}
    assert plan.zones["in_force_from"].nunique() > 1
    today = pd.Timestamp(AS_OF) - pd.Timedelta(days=1)
    assert (plan.zones["founded_at"][plan.zones["status"] == "proposed"] >= today).all()
    assert len(plan.calendar) > 0 < len(plan.gate_points)
    again = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "==>" not in again.stdout


@pytest.mark.parametrize("step", ["demo", "town", "derive"])
def test_a_step_that_fails_leaves_nothing(command: list[str], tmp_path: Path, step: str) -> None:
    use_python(tmp_path, f'mkdir -p {tmp_path}/city.part; if [ "$3" = {step} ]; then exit 3; fi')
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert left(tmp_path) == set()


def test_an_interrupted_start_leaves_nothing(command: list[str], tmp_path: Path) -> None:
    use_python(tmp_path, f"mkdir -p {tmp_path}/city.part; exec sleep 60")
    with subprocess.Popen(command, start_new_session=True, stdout=subprocess.DEVNULL) as running:
        deadline = time.monotonic() + 30
        while not (tmp_path / "city.part").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        # Not SIGINT: a shell that was started in the background ignores it.
        os.killpg(running.pid, signal.SIGTERM)
        assert running.wait(30) != 0
    assert left(tmp_path) == set()


def test_what_is_left_of_a_start_that_was_killed_is_made_anew(command: list[str], tmp_path: Path) -> None:
    (tmp_path / "city.part" / "files").mkdir(parents=True)
    use_python(tmp_path, f"test ! -d {tmp_path}/city.part/files || exit 3; exit 4")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "Error 4" in done.stderr


def test_what_stands_in_the_place_of_the_city_is_not_deleted(command: list[str], tmp_path: Path) -> None:
    (tmp_path / "city").mkdir()
    (tmp_path / "city" / "mine.csv").touch()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "city is no workspace, and the city is made there; move it away" in done.stderr
    assert (tmp_path / "city" / "mine.csv").exists()


def test_the_city_opens_on_the_day_after_what_is_decided() -> None:
    (decided,) = re.findall(r"^DECIDED := (\S+)$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    opened = pd.Timestamp(AS_OF)
    assert pd.Timestamp(decided, tz=opened.tz) == opened - pd.Timedelta(days=1)
