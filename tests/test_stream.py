"""A large file read in chunks gives what the same file read whole gives."""

import json
import resource
from pathlib import Path

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from bench.visits import write_visits
from tests.examples import Hold, few_then_many
from zoning import state
from zoning.errors import ZoningError
from zoning.facts import read_versions
from zoning.intake import faults, read_input, readers_json, readers_text, stream
from zoning.intake.readers import read_chunks
from zoning.intake.stream import is_large, stream_facts
from zoning.loading import load_file
from zoning.options import Options
from zoning.rejects import rejects_file
from zoning.store import Workspace
from zoning.tables import contract

NOW = pd.Timestamp("2022-03-10T03:00", tz="UTC")
HEAD = "visit_id,person_id,place_id,lng,lat,arrive_at,leave_at,place_risk,contacts_traceable,note"
CELLS = (
    st.sampled_from(["V1", "V2", "V3", "", "V4", '"V\n5"', "=1+1"]),
    st.sampled_from(["P1", "P2", "", "1.2E+17"]),
    st.sampled_from(["G1", "", "#N/A", " G2 "]),
    st.sampled_from(["114.05", "114.05,", "22.5", "", "１１４．０５", "200"]),
    st.sampled_from(["22.5", "", "x", "114"]),
    st.sampled_from(["2022-03-06 08:05", "2022-03-06T08:05:09", "3月6日24时", "2022/3/6", "", "44626.5", "2022-02-30"]),
    st.sampled_from(["2022-03-06 09:00", "", "2022-03-06"]),
    st.sampled_from(["likely", "高", "", "dead"]),
    st.sampled_from(["yes", "否", "", "perhaps"]),
    st.sampled_from(["a", "b"]),
)
LINE = st.tuples(*CELLS).map(",".join)


NAMES = HEAD.split(",")
RECORD = st.tuples(
    st.tuples(*CELLS), st.sets(st.sampled_from(NAMES)), st.sampled_from(["", "feature", "broken", "[1]", "{}", " "])
)


def json_line(record: tuple[tuple[str, ...], set[str], str]) -> str:
    """A line of JSON: an object without some of the keys, a feature, or neither."""
    cells, gone, form = record
    one = {name: cell for name, cell in zip(NAMES, cells, strict=True) if name not in gone}
    if form == "feature":
        point = {"type": "Point", "coordinates": [114.05, 22.5] if "note" in gone else ["x"]}
        return json.dumps(
            {"type": "Feature", "id": 7 if "place_id" in gone else None, "properties": one, "geometry": point}
        )
    return json.dumps(one)[:-1] if form == "broken" else form or json.dumps(one)


def streamed(path: Path, folder: Path) -> tuple[pd.DataFrame, pd.DataFrame, tuple[str, ...], int]:
    with stream_facts(lambda: read_chunks(path), "visits", Options(now=NOW), folder) as found:
        table = found.batches.read_all().to_pandas()
        assert len(table) == found.accepted
        rejects = found.rejects.read_all().to_pandas()
        assert found.read == found.accepted + found.rejected
        assert found.rejected == len(rejects)
        assert set(rejects.pop("kind")) <= {"visits"}
        return table, rejects, found.notices, found.read


def whole(path: Path) -> tuple[pd.DataFrame, pd.DataFrame, tuple[str, ...], int]:
    found = read_input(path, "visits", Options(now=NOW))["visits"]
    table = found.accepted.drop(columns="row").sort_values(["arrive_at", "visit_id"], kind="stable", ignore_index=True)
    return table, found.rejects, found.notices, found.read


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of a few rows, so that a small file comes in many chunks."""
    monkeypatch.setattr(readers_text, "BLOCK", 400)
    monkeypatch.setattr(stream, "_SLICE", 300)
    monkeypatch.setattr(stream, "_SAMPLE", 1)
    monkeypatch.setattr(faults, "PIECE", 2)


@few_then_many(10, 60)
def test_chunks_give_what_the_whole_gives(hold: Hold, tmp_path: Path, small_blocks: None) -> None:
    def check(lines: list[str]) -> None:
        path = tmp_path / "v.csv"
        path.write_text("\n".join([HEAD, *lines]), encoding="utf-8")
        try:
            table, rejects, notices, read = whole(path)
        except ZoningError:
            return
        assert_streamed_alike(path, tmp_path, table, rejects, notices, read)

    hold(st.lists(LINE, min_size=1, max_size=25))(check)


@few_then_many(10, 60)
def test_chunks_of_json_lines_give_what_the_whole_gives(hold: Hold, tmp_path: Path, small_blocks: None) -> None:
    def check(records: list[tuple[tuple[str, ...], set[str], str]]) -> None:
        path = tmp_path / "v.jsonl"
        path.write_text("\n".join(map(json_line, records)), encoding="utf-8")
        try:
            table, rejects, notices, read = whole(path)
        except ZoningError:
            return
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(readers_json, "_LINES", 3)
            assert_streamed_alike(path, tmp_path, table, rejects, notices, read)

    hold(st.lists(RECORD, min_size=1, max_size=25))(check)


def assert_streamed_alike(
    path: Path, folder: Path, table: pd.DataFrame, rejects: pd.DataFrame, notices: tuple[str, ...], read: int
) -> None:
    table_s, rejects_s, notices_s, read_s = streamed(path, folder)
    assert read == read_s
    assert sorted(notices) == sorted(notices_s)
    pd.testing.assert_frame_equal(rejects, rejects_s, check_dtype=False)
    plain = [table_s[name].astype(table[name].dtype) for name in table]
    pd.testing.assert_frame_equal(table, pd.concat(plain, axis=1) if plain else table_s)


def test_a_large_file_is_one_event_and_the_same_rows_again_change_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "v.csv"
    write_visits(path, 5_000)
    workspace = Workspace(tmp_path / "w", create=True)
    small = load_file(workspace, path, "visits", "small")
    monkeypatch.setattr("zoning.loading.is_large", lambda path, kind, options: is_large(path, kind, options, 0))
    large = load_file(workspace, path, "visits", "large")
    assert small.rows == large.rows == {"visits": (5_000, 5_000, 0)}
    assert not load_file(workspace, path, "visits", "large").changed
    one, two = (workspace.read_table(e.payload["tables"]["visits"]) for e in workspace.events())
    assert set(one) == set(two) == {column.name for column in contract("visits").stored}
    pd.testing.assert_frame_equal(one, two[list(one)])
    assert not list((tmp_path / "w" / "tables").glob(".*"))


def test_the_state_reads_only_the_visits_of_cases(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "w", create=True)
    cases, visits, later = (tmp_path / name for name in ("cases.csv", "visits.csv", "later.csv"))
    cases.write_text("case_id,person_id,reported_at\nC1,P1,2022-03-06\n", encoding="utf-8")
    rows = ["visit_id,person_id,arrive_at", "V1,P1,2022-03-05", "V2,P2,2022-03-05", "V3,P3,2022-03-05"]
    visits.write_text("\n".join(rows), encoding="utf-8")
    for path, kind in ((cases, "cases"), (visits, "visits")):
        load_file(workspace, path, kind)
    assert state.fold(workspace).tables["visits"]["visit_id"].tolist() == ["V1"]
    later.write_text("visit_id,person_id,arrive_at\nV1,P9,2022-03-05\nV2,P1,2022-03-05\n", encoding="utf-8")
    load_file(workspace, later, "visits")
    found = state.fold(workspace).tables["visits"].set_index("visit_id")["person_id"]
    assert found.to_dict() == {"V1": "P9", "V2": "P1"}
    assert state.withdraw(workspace, "visits:V3", "wrong")


def test_damage_in_the_middle_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "v.csv"
    write_visits(path, 2_000)
    path.write_bytes(path.read_bytes() + b'"open,\n' * 3)
    workspace = Workspace(tmp_path / "w", create=True)
    monkeypatch.setattr("zoning.loading.is_large", lambda path, kind, options: True)

    def full(*_: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("zoning.loading.save_batches", full)
    with pytest.raises(OSError, match="No space"):
        load_file(workspace, path, "visits")
    assert workspace.revision() == 0
    assert not list((tmp_path / "w" / "tables").iterdir())


@pytest.mark.slow
def test_ten_million_visits_stay_under_four_gigabytes(tmp_path: Path) -> None:
    path = tmp_path / "v.csv"
    write_visits(path, 10_000_000)
    workspace = Workspace(tmp_path / "w", create=True)
    done = load_file(workspace, path, "visits")
    assert done.rows == {"visits": (10_000_000, 10_000_000, 0)}
    (name,) = (e.payload["tables"]["visits"] for e in workspace.events())
    times = pq.read_table(workspace.table_path(name), columns=["arrive_at"])["arrive_at"].to_numpy()
    assert (np.diff(times) >= np.timedelta64(0)).all()
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 4e6
    assert read_versions(workspace, "visits", workspace.events(), NOW, ["P1"]).shape[0] >= 0


@pytest.mark.slow
def test_a_million_json_lines_stay_under_four_gigabytes(tmp_path: Path) -> None:
    """Half of them rejected: the rejects are not held either."""
    path, rows = tmp_path / "v.jsonl", 1_000_000
    with path.open("w", encoding="utf-8") as file:
        for at in range(rows):
            when = "2022-03-06 08:05" if at % 2 else "soon"
            file.write(
                f'{{"visit_id": "V{at}", "person_id": "P{at % 1000}", "arrive_at": "{when}", "place_id": "G1"}}\n'
            )
    workspace = Workspace(tmp_path / "w", create=True)
    assert load_file(workspace, path, "visits").rows == {"visits": (rows, rows // 2, rows // 2)}
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 4e6
    with rejects_file(workspace).open("rb") as file:
        assert sum(1 for _ in file) == 1 + rows // 2
