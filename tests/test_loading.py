"""Loading files: all of a file or nothing, every row accounted for, and a warning of the wrong datum."""

import csv
from pathlib import Path

import pandas as pd
import pytest

from tests.town_golden import TOWN
from zoning.errors import InputError
from zoning.intake import Options
from zoning.loading import load_file, load_manifest
from zoning.rejects import rejects_file
from zoning.state import fold
from zoning.store import LOG, Workspace

HEAD = "case_id,status,reported_at,recorded_at,lng,lat\n"
GOOD = "C1,confirmed,2022-03-10,2022-03-10 21:00,114.0529,22.5398\n"
BAD = "C2,confirmed,2022-03-10,2022-03-10 21:00,214.0529,22.5398\nC3,confirmed,soon,2022-03-10 21:00,,\n"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "w", create=True)


def write(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


def rejects(workspace: Workspace) -> list[dict[str, str]]:
    with rejects_file(workspace).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_read_is_accepted_and_rejected_and_each_reject_says_what_to_do(workspace: Workspace, tmp_path: Path) -> None:
    done = load_file(workspace, write(tmp_path / "cases.csv", HEAD + GOOD + BAD), "cases")
    assert (done.file, done.rows, done.changed) == ("cases.csv", {"cases": (3, 1, 2)}, True)
    found = rejects(workspace)
    assert [(r["file"], r["row"], r["column"]) for r in found] == [
        ("cases.csv", "3", "lng, lat"),
        ("cases.csv", "4", "reported_at"),
    ]
    assert all(r["value"] and r["reason"] and r["fix"] for r in found)
    assert fold(workspace).tables["cases"]["case_id"].tolist() == ["C1"]


def test_rejects_are_the_union_of_the_newest_loads(workspace: Workspace, tmp_path: Path) -> None:
    cases = write(tmp_path / "cases.csv", HEAD + GOOD + BAD)
    load_file(workspace, cases, "cases")
    load_file(workspace, write(tmp_path / "more.csv", HEAD + GOOD.replace("C1", "C4") + BAD), "cases")
    assert [r["file"] for r in rejects(workspace)] == ["cases.csv"] * 2 + ["more.csv"] * 2
    load_file(workspace, write(cases, HEAD + GOOD), "cases")
    assert [r["file"] for r in rejects(workspace)] == ["more.csv"] * 2


def test_the_rejects_come_back_from_the_log(workspace: Workspace, tmp_path: Path) -> None:
    load_file(workspace, write(tmp_path / "cases.csv", HEAD + GOOD + BAD), "cases")
    before = rejects_file(workspace).read_bytes()
    rejects_file(workspace).unlink()
    assert not load_file(workspace, tmp_path / "cases.csv", "cases").changed
    assert rejects_file(workspace).read_bytes() == before


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("nowhere.csv", None, "nowhere.csv is not there"),
        ("empty.csv", "", "empty.csv"),
        ("other.csv", "a,b\n1,2\n", "other.csv: no column of cases found"),
        ("cases.geojson", "{", "cases.geojson"),
        ("cases.docx", "x", "cases.docx"),
    ],
)
def test_a_wrong_file_is_one_error_and_touches_nothing(
    workspace: Workspace, tmp_path: Path, name: str, text: str | None, told: str
) -> None:
    load_file(workspace, write(tmp_path / "good.csv", HEAD + GOOD + BAD), "cases")
    if text is not None:
        write(tmp_path / name, text)
    before = {p: p.read_bytes() for p in sorted(workspace.path.rglob("*")) if p.is_file()}
    with pytest.raises(InputError) as caught:
        load_file(workspace, tmp_path / name, "cases")
    assert told in str(caught.value)
    assert {p: p.read_bytes() for p in sorted(workspace.path.rglob("*")) if p.is_file()} == before


def test_all_rows_rejected_is_kept_as_rejects_and_once(workspace: Workspace, tmp_path: Path) -> None:
    path = write(tmp_path / "cases.csv", HEAD + BAD)
    assert load_file(workspace, path, "cases").rows == {"cases": (2, 0, 2)}
    revision = workspace.revision()
    assert not load_file(workspace, path, "cases").changed
    assert workspace.revision() == revision
    assert len(rejects(workspace)) == 2
    assert fold(workspace).tables["cases"].empty


def test_the_source_is_the_files_name_or_what_is_given(workspace: Workspace, tmp_path: Path) -> None:
    path = write(tmp_path / "week.10.csv", HEAD + GOOD)
    load_file(workspace, path, "cases")
    load_file(workspace, path, "cases", "register")
    assert [e.payload["source"] for e in workspace.events()] == ["week.10", "register"]


def test_the_town_loads_twice_and_the_second_time_changes_nothing(town_copy: Path) -> None:
    before = (town_copy / LOG).read_bytes()
    again = list(load_manifest(Workspace(town_copy), TOWN / "town.toml"))
    assert [done.changed for done in again] == [False] * 16
    assert (town_copy / LOG).read_bytes() == before


def test_two_sources_of_one_kind_stand_side_by_side(town_folder: Path) -> None:
    units = fold(Workspace(town_folder)).tables["units"]
    assert units["source"].value_counts().to_dict() == {"units": 11, "units_footprints": 6}


@pytest.mark.parametrize("text", ["[[file", "\udcff"])
def test_a_manifest_that_cannot_be_read_says_so(workspace: Workspace, tmp_path: Path, text: str) -> None:
    (tmp_path / "town.toml").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(InputError, match="cannot be read as a TOML list of files"):
        list(load_manifest(workspace, tmp_path / "town.toml"))


def shifted(workspace: Workspace, tmp_path: Path, crs: str) -> list[str]:
    """The datum warnings of the town's sites, which are GCJ-02, under a declared datum."""
    rows = pd.read_csv(TOWN / "sites.csv", dtype="str")
    many = pd.concat([rows.assign(id=rows["id"] + f"-{n}") for n in range(6)])
    many.to_csv(tmp_path / "many.csv", index=False)
    done = load_file(workspace, tmp_path / "many.csv", "sites", None, Options(crs=crs))
    return [text for text in done.notices if "GCJ" in text.upper() and " m" in text]


def test_points_in_another_datum_than_declared_are_warned_of_in_metres(town_copy: Path, tmp_path: Path) -> None:
    assert shifted(Workspace(town_copy), tmp_path, "gcj02") == []
    assert len(shifted(Workspace(town_copy), tmp_path, "wgs84")) == 1


def test_only_the_newest_map_tells_of_a_wrong_datum(workspace: Workspace, tmp_path: Path) -> None:
    points = "id,name,kind,lng,lat\n" + "".join(f"S{n},a{n},clinic,114.0{n}5,22.54\n" for n in range(8))
    sites = write(tmp_path / "sites.csv", points)
    lines = {lat: f'id,wkt\nR,"LINESTRING(113.9 {lat},114.2 {lat})"\n' for lat in (22.54, 22.5428)}
    found = []
    for lat, text in lines.items():  # GCJ-02 is off by 305 m to the south here
        load_file(workspace, write(tmp_path / "roads.csv", text), "roads")
        found.append([line for line in load_file(workspace, sites, "sites", f"at {lat}").notices if "GCJ" in line])
    as_read, moved = found
    assert as_read == []
    assert len(moved) == 1
    load_file(workspace, write(tmp_path / "roads.csv", lines[22.54]), "roads")
    assert [text for text in load_file(workspace, sites, "sites", "again").notices if "GCJ" in text] == []
