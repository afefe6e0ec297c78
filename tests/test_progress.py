"""A long step gives a sign of life on standard error; a short one keeps quiet."""

import time

import pytest

from zoning.cli import progress


def test_a_long_step_says_what_it_does(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "FIRST_S", 0.01)
    with progress.progress("reading cases.csv"):
        time.sleep(0.2)
    told = capsys.readouterr()
    assert told.err.startswith("... reading cases.csv, ")
    assert not told.out


def test_a_short_step_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with progress.progress("reading cases.csv"):
        pass
    assert capsys.readouterr().err == ""
