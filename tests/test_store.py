"""The workspace on disk: an append-only log and content-addressed tables, each there whole or not at all."""

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoning.disk import write_synced
from zoning.errors import StoreError
from zoning.log import Event, latest
from zoning.store import LOG, TABLES, Workspace

NOON = datetime(2022, 3, 10, 12, tzinfo=UTC)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "w", create=True)


def test_there_is_no_workspace_without_a_log(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"holds no workspace \(log\.sqlite is not there\)"):
        Workspace(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_an_event_is_written_once(workspace: Workspace) -> None:
    assert workspace.append("set", {"key": "zone"}, "e1", NOON, "Li Wei")
    assert not workspace.append("set", {"key": "other"}, "e1")
    [event] = workspace.events()
    assert event == Event(1, "e1", "set", NOON, "Li Wei", {"key": "zone"})
    assert workspace.revision() == 1


def test_an_empty_log_has_revision_0(workspace: Workspace) -> None:
    assert (workspace.revision(), workspace.events()) == (0, [])


def test_events_come_in_recorded_order_then_as_written(workspace: Workspace) -> None:
    for name, hours in (("late", 2), ("early", 0), ("same", 2)):
        workspace.append("set", {}, name, NOON + timedelta(hours=hours))
    assert [e.event_id for e in workspace.events()] == ["early", "late", "same"]


def test_times_are_kept_in_utc_to_the_microsecond(workspace: Workspace) -> None:
    moment = datetime.fromisoformat("2022-03-13T00:30:00.000001+08:00")
    workspace.append("set", {}, "e1", moment)
    assert workspace.events()[0].recorded_at == moment
    assert workspace.events()[0].recorded_at.utcoffset() == timedelta(0)


def test_an_event_without_a_time_is_recorded_now(workspace: Workspace) -> None:
    before = datetime.now(UTC)
    workspace.append("set", {}, "e1")
    assert before <= workspace.events()[0].recorded_at <= datetime.now(UTC)


def test_the_log_syncs_every_commit(workspace: Workspace) -> None:
    workspace.append("set", {}, "e1")
    with workspace.log._engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2


def test_a_second_process_reads_while_one_writes(workspace: Workspace) -> None:
    workspace.append("set", {}, "e1")
    with sqlite3.connect(workspace.path / LOG) as writer:
        writer.execute("BEGIN IMMEDIATE")
        assert len(Workspace(workspace.path).events()) == 1
    writer.close()


def table() -> pd.DataFrame:
    times = pd.Series(pd.to_datetime(["2022-03-10T12:00:00.000001Z", None]), dtype="datetime64[us, UTC]")
    cells = pd.array([0x8B411CAA6261FFF, None], dtype="UInt64")
    flags = pd.array([True, None], dtype="boolean")
    shapes = gpd.points_from_xy([114.05, 114.06], [22.54, 22.55])
    columns = {
        "id": pd.Series(["甲", None], dtype="str"),
        "at": times,
        "cell": cells,
        "flag": flags,
        "n": [1.5, np.nan],
    }
    return gpd.GeoDataFrame({**columns, "geometry": shapes}, crs="EPSG:4326")


def test_a_table_comes_back_as_it_was(workspace: Workspace) -> None:
    given = table()
    found = workspace.read_table(workspace.save_table(given))
    assert found["at"].tolist()[0] == given["at"].tolist()[0]
    assert str(found["at"].dtype) == "datetime64[us, UTC]"
    assert found["at"].isna().tolist() == found["id"].isna().tolist() == [False, True]
    assert found["cell"].tolist()[0] == 0x8B411CAA6261FFF
    assert found["geometry"].geom_equals(given["geometry"]).all()
    assert found.crs == "EPSG:4326"


def test_a_table_is_named_by_its_content(workspace: Workspace) -> None:
    name = workspace.save_table(table())
    assert workspace.save_table(table()) == name
    assert workspace.save_table(table().iloc[:1]) != name
    assert len(list((workspace.path / TABLES).iterdir())) == 2


def lost(path: Path) -> None:
    path.unlink()


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def emptied(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize("harm", [lost, cut, emptied])
def test_a_table_that_was_harmed_is_told_by_its_path(workspace: Workspace, harm: Callable[[Path], None]) -> None:
    path = workspace.table_path(workspace.save_table(table()))
    harm(path)
    with pytest.raises(StoreError, match="gone or damaged; put it back") as caught:
        workspace.read_table(path.stem)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("content", [b"this is no database, whatever its name is", b""])
def test_a_log_that_was_harmed_is_told_by_its_path(tmp_path: Path, content: bytes) -> None:
    (tmp_path / LOG).write_bytes(content)
    for ask in (Workspace(tmp_path).events, Workspace(tmp_path).revision):
        with pytest.raises(StoreError, match="the log cannot be used") as caught:
            ask()
        assert str(tmp_path / LOG) in str(caught.value)


def test_a_file_is_replaced_in_one_step_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "new" / "a.csv"
    write_synced(path, b"one")
    write_synced(path, b"two")
    assert path.read_bytes() == b"two"
    (tmp_path / "folder").mkdir()
    with pytest.raises(IsADirectoryError):
        write_synced(tmp_path / "folder", b"three")
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["a.csv", "folder", "new"]


@given(st.lists(st.integers(0, 20), max_size=6), st.integers(-1, 21))
def test_the_newest_known_event_counts_and_the_first_stands_before_it(hours: list[int], asked: int) -> None:
    events = [Event(i, str(i), "set", NOON + timedelta(hours=h), "", {}) for i, h in enumerate(sorted(hours))]
    known = [e for e in events if e.recorded_at <= NOON + timedelta(hours=asked)]
    assert latest(events, NOON + timedelta(hours=asked)) == (known[-1] if known else events[0] if events else None)
