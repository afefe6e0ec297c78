"""The files of the demo city: the same bytes each time, every good row loaded, every spoiled row told and rejected."""

from pathlib import Path

import pandas as pd
import pytest

from zoning import state
from zoning.cli import main
from zoning.demo import write_demo
from zoning.demo.files import WORDS_ZH
from zoning.errors import InputError
from zoning.loading import Loaded, load_manifest
from zoning.pipeline import derive
from zoning.rejects import read_rejects
from zoning.store import Workspace
from zoning.tables import KINDS

PEOPLE, CASES = 60_000, 24


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("demo") / "city"
    assert list(write_demo(path, 4, PEOPLE, CASES))
    return path


@pytest.fixture(scope="module")
def loaded(folder: Path) -> tuple[Workspace, list[Loaded]]:
    workspace = Workspace(folder.parent / "work", create=True)
    return workspace, list(load_manifest(workspace, folder / "city.toml"))


def told(folder: Path) -> set[tuple[str, int]]:
    """File and row of each line of the README's list of spoiled rows."""
    table = (folder / "README.md").read_text("utf-8").partition("## Rows that cannot be read")[2]
    cells = [line.split("|") for line in table.splitlines() if line.startswith("| `")]
    return {(c[1].strip(" `"), int(c[2])) for c in cells}


def test_the_same_command_writes_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    list(write_demo(tmp_path, 4, PEOPLE, CASES))
    names = sorted(p.name for p in folder.iterdir())
    assert names == sorted(p.name for p in tmp_path.iterdir())
    assert [n for n in names if (folder / n).read_bytes() != (tmp_path / n).read_bytes()] == []


def test_the_files_are_of_every_sort_and_the_readme_lists_them(tmp_path: Path) -> None:
    entries = list(write_demo(tmp_path, 4, 20_000, 8))
    readme = (tmp_path / "README.md").read_text("utf-8")
    assert all(entry.path in readme for entry in entries)
    assert {Path(entry.path).suffix for entry in entries} == {".csv", ".xlsx", ".geojson", ".parquet"}
    assert [entry.kind for entry in entries if entry.encoding == "gb18030"] == ["places"]
    assert (tmp_path / "places.csv").read_bytes().decode("gb18030")
    with pytest.raises(UnicodeDecodeError):
        (tmp_path / "places.csv").read_text("utf-8")
    assert [entry.kind for entry in entries if entry.crs == "gcj02"] == ["sites"]


def test_another_seed_is_another_city(folder: Path, tmp_path: Path) -> None:
    list(write_demo(tmp_path, 5, PEOPLE, CASES))
    assert (folder / "roads.parquet").read_bytes() != (tmp_path / "roads.parquet").read_bytes()


def test_all_kinds_are_there(loaded: tuple[Workspace, list[Loaded]]) -> None:
    assert {kind for done in loaded[1] for kind in done.rows} == set(KINDS)
    assert all(accepted for done in loaded[1] for _, accepted, _ in done.rows.values())


def test_exactly_the_spoiled_rows_are_rejected(folder: Path, loaded: tuple[Workspace, list[Loaded]]) -> None:
    rejects = read_rejects(loaded[0])
    found = {(file, int(row)) for file, row in zip(rejects["file"], rejects["row"], strict=True)}
    assert len(found) == 12
    assert found == told(folder)


def test_the_points_lie_on_the_map(loaded: tuple[Workspace, list[Loaded]]) -> None:
    tables = state.fold(loaded[0]).tables
    whole = tables["areas"].set_index("level").loc["district", "geometry"].buffer(0.001)
    for kind in ("gates", "places", "sites", "estates", "roads", "buildings"):
        assert tables[kind]["geometry"].dropna().within(whole).all(), kind


def test_sites_of_all_kinds_and_named_streets_of_all_ranks(loaded: tuple[Workspace, list[Loaded]]) -> None:
    tables = state.fold(loaded[0]).tables
    assert {"clinic", "hospital", "sampling", "supply", "quarantine"} <= set(tables["sites"]["kind"])
    roads = tables["roads"]
    assert {"primary", "secondary", "residential"} <= set(roads["kind"])
    assert roads.loc[roads["kind"] == "primary", ["name", "name_en"]].notna().all(axis=None)
    assert set(tables["units"]["level"]) >= {"stairwell"}
    assert tables["buildings"]["floors"].notna().all()


def test_what_was_written_is_read(folder: Path, loaded: tuple[Workspace, list[Loaded]]) -> None:
    tables = state.fold(loaded[0]).tables
    cases = pd.read_csv(folder / "cases.csv", dtype=str).set_index("病例编号")
    read = tables["cases"].set_index("case_id")
    assert len(read) == CASES
    assert set(cases.index[~cases.index.str.startswith("X")]) == set(read.index)
    assert (cases.loc[read.index, "状态"] == read["status"].map(WORDS_ZH)).all()
    assert tables["contacts"]["last_exposure_at"].notna().all()


def test_the_manifest_stands_in_mid_outbreak_and_zones_are_derived(loaded: tuple[Workspace, list[Loaded]]) -> None:
    plan = derive(loaded[0].path)
    reported = state.fold(loaded[0]).tables["cases"]["reported_at"]
    assert 0.2 < (reported <= pd.Timestamp(plan.as_of)).mean() < 0.9
    assert len(plan.zones) > 3
    assert plan.zones["people"].sum() > 0


@pytest.mark.slow
def test_a_city_of_several_districts_shares_no_name_and_no_id(tmp_path: Path) -> None:
    entries = list(write_demo(tmp_path, 1, 1_500_001, 40))
    assert len({e.path for e in entries}) == len(entries) == 36
    estates = [pd.read_json(tmp_path / f"estates-0{i}.geojson", typ="series")["features"] for i in (1, 2)]
    for key in ("id", "name"):
        first, second = ({row["properties"][key] for row in rows} for rows in estates)
        assert not first & second


@pytest.mark.parametrize(("people", "cases", "seed"), [(19_999, 20, 1), (1_500_001, 15, 1), (50_000, 20, -1)])
def test_too_little_is_refused(tmp_path: Path, people: int, cases: int, seed: int) -> None:
    with pytest.raises(InputError, match="give at least"):
        list(write_demo(tmp_path, seed, people, cases))


def test_the_command_names_each_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", str(tmp_path / "c"), "--people", "30000", "--cases", "10"]) == 0
    said = capsys.readouterr().out
    assert "buildings.parquet: buildings" in said
    assert "city.toml" in said
