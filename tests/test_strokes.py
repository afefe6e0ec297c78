"""Strokes in the log: what is written comes back, once, whole, and outlives a kill."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from tests.test_kill import kill_at_random
from zoning import state
from zoning.store import LOG, TABLES, Workspace
from zoning.strokes import COLUMNS, INLINE, Past, Stroke, row_of, save_stroke, save_undo, strokes_of, table_of

NOON = datetime(2022, 3, 12, 4, tzinfo=UTC)
LATER = datetime(9999, 1, 1, tzinfo=UTC)


def stroke(count: int = 3, **more: object) -> Stroke:
    atoms = tuple(f"B{n}" for n in range(count))
    usual = Stroke(atoms, (0,) * count, (("X", ("cases:C1", "visits:V1")),), "Y", "why", 7, NOON, NOON + timedelta(1))
    return replace(usual, **more)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "w", create=True)


def read(workspace: Workspace, known_at: datetime = LATER) -> pd.DataFrame:
    return strokes_of(workspace, workspace.events(), known_at)


@pytest.mark.parametrize("count", [0, 1, INLINE, INLINE + 1, 5000])
def test_a_stroke_comes_back_as_it_was_drawn(workspace: Workspace, count: int) -> None:
    drawn = stroke(count, zone_id="Z")
    event_id = save_stroke(workspace, drawn, "Li", NOON)
    found = read(workspace)
    assert tuple(found.columns) == COLUMNS
    row, wanted = found.iloc[0], row_of(drawn, str(event_id), 1, NOON, "Li")
    assert [row["atoms"].tolist(), row["answered"].tolist()] == [list(drawn.atoms), list(drawn.answered)]
    assert row["answers"] == (("X", frozenset({"cases:C1", "visits:V1"})),)
    rest = [c for c in COLUMNS if c not in ("atoms", "answered")]
    pd.testing.assert_frame_equal(found[rest], table_of([wanted])[rest])
    assert len(list((workspace.path / TABLES).iterdir())) == (count > INLINE)


def test_an_undo_names_what_it_undoes(workspace: Workspace) -> None:
    first = str(save_stroke(workspace, stroke(), "Li", NOON))
    save_undo(workspace, first, "wrong house", "Wang", NOON + timedelta(hours=1))
    found = read(workspace)
    assert found["undoes"].tolist() == [None, first]
    assert found.loc[1, ["author", "reason"]].tolist() == ["Wang", "wrong house"]
    assert found["effective_at"].isna().tolist() == [False, True]
    assert len(found.at[1, "atoms"]) == 0


def test_strokes_are_seen_from_when_they_were_known_in_recorded_order(workspace: Workspace) -> None:
    for hour in (2, 1, 3):
        save_stroke(workspace, stroke(reason=f"{hour}"), "Li", NOON + timedelta(hours=hour))
    assert read(workspace, NOON + timedelta(hours=2))["reason"].tolist() == ["1", "2"]
    assert state.fold(workspace).strokes["reason"].tolist() == ["1", "2", "3"]
    assert strokes_of(Past(workspace, 2), Past(workspace, 2).events(), LATER)["seq"].tolist() == [2, 1]


def test_nothing_is_written_once_others_have(workspace: Workspace) -> None:
    assert save_stroke(workspace, stroke(), "Li", NOON, after=0)
    assert save_stroke(workspace, stroke(), "Wang", NOON, after=0) is None
    assert save_undo(workspace, "x", "", "Wang", NOON, after=0) is None
    assert workspace.revision() == 1
    assert save_stroke(workspace, stroke(), "Wang", NOON, after=1)


def test_what_is_sent_twice_is_there_once(workspace: Workspace) -> None:
    first = save_stroke(workspace, stroke(), "Li", after=0, sent="draft-1")
    assert save_stroke(workspace, stroke(), "Li", after=0, sent="draft-1") == first
    assert save_stroke(workspace, stroke(), "Wang", sent="draft-1") != first
    assert workspace.revision() == 2


def draw(folder: Path, acknowledge: Callable[[int], object]) -> None:
    """Save strokes in a burst, every third one large."""
    workspace = Workspace(folder)
    for number in range(100_000):
        count = INLINE + 1 if number % 3 == 0 else 5
        assert save_stroke(workspace, stroke(count, reason=str(number)), "Li", after=number)
        acknowledge(number)


@pytest.mark.parametrize("trial", range(4))
def test_every_acknowledged_stroke_is_there_after_a_kill(trial: int, tmp_path: Path) -> None:
    folder = tmp_path / "w"
    Workspace(folder, create=True)
    acknowledged = kill_at_random(draw, folder, random.Random(trial))
    assert (folder / LOG).is_file()
    found = read(Workspace(folder))
    assert found["reason"].tolist() == [str(n) for n in range(len(found))]
    assert len(acknowledged) <= len(found) <= len(acknowledged) + 1
    assert [len(a) for a in found["atoms"]] == [INLINE + 1 if n % 3 == 0 else 5 for n in range(len(found))]
    # The next one goes on where this one was killed.
    assert save_stroke(Workspace(folder), stroke(), "Wang", after=len(found))
