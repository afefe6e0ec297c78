"""Rejected rows go out with their cells, come back corrected, and nothing is lost or loaded twice."""

import csv
import resource
from collections.abc import Callable
from functools import partial
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from zoning import rejects, state
from zoning.errors import InputError
from zoning.intake import faults, readers_text
from zoning.intake.stream import is_large
from zoning.loading import Loaded, load_file
from zoning.options import Options
from zoning.rejects import rejects_file
from zoning.store import Workspace
from zoning.tables import FACT_KINDS, KINDS, contract

Change = Callable[[dict[str, str]], None]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "w", create=True)


def put(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def read(workspace: Workspace) -> list[dict[str, str]]:
    with rejects_file(workspace).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def reload(workspace: Workspace, kind: str, change: Change, name: str = "corrected.csv") -> Loaded:
    rows = read(workspace)
    for row in rows:
        change(row)
    path = workspace.path.parent / name
    with path.open("w", encoding="gb18030", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return load_file(workspace, path, kind)


def same(_: dict[str, str]) -> None:
    """Leave a row as it is."""


# One good row a kind; the first column listed is spoilt, and mended again.
ROWS: dict[str, tuple[str, dict[str, str]]] = {
    "cases": ("reported_at", {"case_id": "C1", "reported_at": "2022-03-06"}),
    "visits": ("arrive_at", {"visit_id": "V1", "person_id": "P", "arrive_at": "2022-03-06 08:05"}),
    "contacts": ("last_exposure_at", {"id": "K1", "person_id": "P", "case": "C1", "last_exposure_at": "2022-03-06"}),
    "tests": ("sampled_at", {"test_id": "T1", "sampled_at": "2022-03-06"}),
    "rounds": ("due", {"id": "D1", "round_id": "r1", "unit_id": "B1", "ended_at": "2022-03-06", "due": "9"}),
    "places": ("floor_from", {"id": "A", "name": "x", "floor_from": "1"}),
    "estates": ("people", {"id": "A", "name": "x", "people": "5"}),
    "buildings": ("floors", {"id": "A", "floors": "5", "wkt": "POLYGON((0 0,1 0,1 1,0 0))"}),
    "units": ("number", {"id": "A", "parent_id": "B", "level": "stairwell", "number": "3"}),
    "gates": ("open", {"id": "A", "open": "yes", "lng": "114", "lat": "22"}),
    "roads": ("wkt", {"id": "A", "wkt": "LINESTRING(0 0,1 1)"}),
    "water": ("wkt", {"id": "A", "wkt": "LINESTRING(0 0,1 1)"}),
    "green": ("wkt", {"id": "A", "wkt": "POLYGON((0 0,1 0,1 1,0 0))"}),
    "areas": ("wkt", {"id": "A", "name": "x", "level": "community", "wkt": "POLYGON((0 0,1 0,1 1,0 0))"}),
    "sites": ("lng", {"id": "A", "name": "x", "kind": "clinic", "lng": "114", "lat": "22"}),
    "population": ("people", {"id": "A", "area_id": "B", "people": "7"}),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_corrected_row_of_every_kind_joins_its_source(workspace: Workspace, tmp_path: Path, kind: str) -> None:
    spoilt, good = ROWS[kind]
    key = next(iter(good))
    lines = [good, {**good, key: "Z2", spoilt: "rubbish"}, {**good, key: "Z3"}]
    text = "\n".join([",".join(good), *(",".join(f'"{cell}"' for cell in line.values()) for line in lines)])
    first = load_file(workspace, put(tmp_path, "a.csv", text + "\n"), kind)
    assert first.rows == {kind: (3, 2, 1)}
    (reject,) = read(workspace)
    assert (reject["kind"], reject["source"], reject["row"]) == (kind, "a", "3")
    assert reject.get(spoilt, reject.get(f"{spoilt} (in file)")) == "rubbish"

    def mend(row: dict[str, str]) -> None:
        row[spoilt] = good[spoilt]

    assert load_file(workspace, rejects_file(workspace), kind).rows == {kind: (1, 0, 1)}
    done = reload(workspace, kind, mend)
    assert done.rows == {kind: (1, 1, 0)}
    assert read(workspace) == []
    if kind != "visits":
        assert state.fold(workspace).tables[kind][contract(kind).id].tolist() == sorted([good[key], "Z2", "Z3"])


def test_the_same_corrections_again_change_nothing(workspace: Workspace, tmp_path: Path) -> None:
    text = "编号,报告时间,备注\nC1,2022-03-06,a\nC2,soon,b\nC3,,c\n"
    load_file(workspace, put(tmp_path, "a.csv", text), "cases", None, Options())

    def mend(row: dict[str, str]) -> None:
        if row["编号"] == "C2":
            row["报告时间"] = "3月6日24时"

    saved = rejects_file(workspace)
    copy = put(tmp_path, "old.csv", saved.read_text("utf-8-sig"))
    assert reload(workspace, "cases", mend).rows == {"cases": (2, 1, 1)}
    assert [row["编号"] for row in read(workspace)] == ["C3"]
    before = workspace.revision()
    again = load_file(workspace, tmp_path / "corrected.csv", "cases")
    assert again.rows == {"cases": (1, 0, 1)}
    assert "rows that are not rejected any more, passed over: 1" in again.notices
    load_file(workspace, copy, "cases")
    assert workspace.revision() == before
    assert state.fold(workspace).tables["cases"]["case_id"].tolist() == ["C1", "C2"]


def test_made_ids_neither_double_nor_swallow(workspace: Workspace, tmp_path: Path) -> None:
    path = put(tmp_path, "a.csv", "reported_at,address\n2022-03-06,x\n2022-03-0x,x\n2022-03-07,y\n")
    load_file(workspace, path, "cases")

    def mend(row: dict[str, str]) -> None:
        row["reported_at"] = "2022-03-06"

    assert reload(workspace, "cases", mend).rows == {"cases": (1, 1, 0)}
    ids = state.fold(workspace).tables["cases"]["case_id"]
    assert len(ids) == 3
    assert any(name.endswith("-2") for name in ids)
    put(tmp_path, "a.csv", "reported_at,address\n2022-03-06,x\n2022-03-0x,x\n2022-03-07,y\n2022-03-08,z\n")
    load_file(workspace, path, "cases")
    reload(workspace, "cases", mend)
    assert len(state.fold(workspace).tables["cases"]) == 4


def test_an_id_that_the_source_holds_stays_rejected(workspace: Workspace, tmp_path: Path) -> None:
    load_file(workspace, put(tmp_path, "a.csv", "case_id,reported_at\nC1,2022-03-06\nC2,no\nC3,no\n"), "cases")

    def mend(row: dict[str, str]) -> None:
        row["reported_at"], row["case_id"] = "2022-03-09", {"C2": "C1", "C3": "C3"}[row["case_id"]]

    assert reload(workspace, "cases", mend).rows == {"cases": (2, 1, 1)}
    (left,) = read(workspace)
    assert (left["row"], left["case_id"]) == ("3", "C1")
    assert "another row of this source" in left["reason"]


def test_rows_that_shared_an_id_come_in_once_one_is_renamed(workspace: Workspace, tmp_path: Path) -> None:
    text = "case_id,reported_at\nC1,2022-03-06\nC1,2022-03-07\n"
    assert load_file(workspace, put(tmp_path, "a.csv", text), "cases").rows == {"cases": (2, 0, 2)}

    def mend(row: dict[str, str]) -> None:
        row["case_id"] = f"C{row['row']}"

    assert reload(workspace, "cases", mend).rows == {"cases": (2, 2, 0)}
    assert state.fold(workspace).tables["cases"]["case_id"].tolist() == ["C2", "C3"]


def test_ragged_rows_stay_until_their_cells_are_filled_in(workspace: Workspace, tmp_path: Path) -> None:
    load_file(workspace, put(tmp_path, "a.csv", "case_id,reported_at\nC1,2022-03-06\nC2,2022-03-06,x\n"), "cases")
    assert load_file(workspace, rejects_file(workspace), "cases").rows == {"cases": (1, 0, 1)}
    assert "3 fields" in read(workspace)[0]["reason"]


def test_several_sources_systems_and_kinds_in_one_file(workspace: Workspace, tmp_path: Path) -> None:
    text = "case_id,reported_at,lng,lat\nC1,2022-03-06,114.05,22.54\nC2,no,114.05,22.54\n"
    load_file(workspace, put(tmp_path, "a.csv", text), "cases", None, Options(crs="gcj02"))
    load_file(workspace, put(tmp_path, "b.csv", text.replace("C", "D")), "cases")
    load_file(workspace, put(tmp_path, "p.csv", "name,kind,floor_from\nx,shop,first\n"), "places")

    def mend(row: dict[str, str]) -> None:
        row["reported_at"] = "2022-03-06"

    done = reload(workspace, "cases", mend)
    assert done.rows == {"cases": (2, 2, 0)}
    assert "rows of other kinds, left for a load with their --kind: 1" in done.notices
    cases = state.fold(workspace).tables["cases"].set_index("case_id")
    assert cases.loc["C2", "lng"] == cases.loc["C1", "lng"] != cases.loc["D2", "lng"]
    assert [row["kind (in file)"] for row in read(workspace)] == ["shop"]
    with pytest.raises(InputError, match="holds rejected rows of places, none of cases"):
        load_file(workspace, rejects_file(workspace), "cases")


def test_shapes_of_a_file_come_back_as_they_were(workspace: Workspace, tmp_path: Path) -> None:
    points = gpd.GeoSeries([shapely.Point(500_000, 2_500_000)] * 2, crs="EPSG:4547")
    frame = gpd.GeoDataFrame({"case_id": ["C1", "C2"], "reported_at": ["2022-03-06", "no"]}, geometry=points)
    frame.to_file(tmp_path / "a.gpkg", driver="GPKG")
    load_file(workspace, tmp_path / "a.gpkg", "cases")

    def mend(row: dict[str, str]) -> None:
        row["reported_at"] = "2022-03-06"

    assert reload(workspace, "cases", mend).rows == {"cases": (1, 1, 0)}
    cases = state.fold(workspace).tables["cases"]
    pd.testing.assert_series_equal(cases.loc[0, ["lng", "lat"]], cases.loc[1, ["lng", "lat"]], check_names=False)
    assert set(FACT_KINDS) < set(ROWS)


def test_what_was_declared_is_kept_with_the_source(workspace: Workspace, tmp_path: Path) -> None:
    text = "who,when,lng,lat\nC1,2022-03-06,114.05,22.54\n"
    declared = Options(
        crs="gcj02", mapping={"case_id": "who", "reported_at": "when"}, constants={"status": "confirmed"}
    )
    load_file(workspace, put(tmp_path, "a.csv", text), "cases", None, declared)
    done = load_file(workspace, put(tmp_path, "a.csv", text.replace("C1", "C2")), "cases")
    said = "as with the last load of a: --crs gcj02 --map case_id=who --map reported_at=when --set status=confirmed"
    assert done.notices[0] == said
    cases = state.fold(workspace).tables["cases"]
    assert cases["case_id"].tolist() == ["C1", "C2"]
    assert cases["lng"].nunique() == 1
    with pytest.raises(InputError, match=r"no column 'who'.*as with the last load of a.*--forget"):
        load_file(workspace, put(tmp_path, "a.csv", "case_id,reported_at\nC3,2022-03-06\n"), "cases")
    assert load_file(workspace, tmp_path / "a.csv", "cases", forget=True).changed


def in_pieces(patch: pytest.MonkeyPatch) -> None:
    """Every file counts as large, and a few rows or rejects are a piece."""
    patch.setattr("zoning.loading.is_large", lambda path, kind, options: is_large(path, kind, options, 0))
    patch.setattr(readers_text, "BLOCK", 600)
    for module in (faults, rejects):
        patch.setattr(module, "PIECE", 3)


@pytest.mark.slow
def test_many_rejects_in_pieces_are_those_of_one_piece(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = {3: "soon", 4: "", 8: "no", 9: "no", 11: "no", 17: "2022-02-30", 23: "no", 24: "no"}
    lines = [f"{'' if n % 5 == 4 else f'C{n % 14}'},{wrong.get(n, '2022-03-06')},{n % 2},x" for n in range(28)]
    text = "\n".join(["case_id,reported_at,row,address", *lines, "C1,2022-03-06,1,x,y"]) + "\n"

    def mend(row: dict[str, str], left: tuple[str, ...]) -> None:
        if row["row"] not in left:
            row["reported_at"] = "2022-03-09"
        if row["case_id"] in ("C9", "C10"):
            row["case_id"] = f"C{row['row']}"

    found = []
    for name in ("whole", "pieces"):
        workspace = Workspace(tmp_path / name, create=True)
        if name == "pieces":
            in_pieces(monkeypatch)
        done = [load_file(workspace, put(tmp_path, "a.csv", text), "cases")]
        files = [rejects_file(workspace).read_bytes()]
        for left in (("5", "6", "19"), ("5",)):
            done.append(reload(workspace, "cases", partial(mend, left=left)))
            files.append(rejects_file(workspace).read_bytes())
        cases = state.fold(workspace).tables["cases"].drop(columns=["recorded_at", "first_recorded_at"])
        events = [event.payload.get("corrects", "") != "" for event in workspace.events()]
        found.append(([(one.rows, sorted(one.notices)) for one in done], files, cases, events))
    whole, pieces = found
    assert whole[0] == pieces[0]
    assert whole[0][0][0] == {"cases": (29, 12, 17)}
    assert whole[1] == pieces[1]
    pd.testing.assert_frame_equal(whole[2], pieces[2])
    assert whole[3] == pieces[3] == [False, True, True]


def test_a_large_table_that_is_no_rejects_file_is_loaded_as_it_is(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_pieces(monkeypatch)
    path = put(tmp_path, "a.csv", "case_id,reported_at\nC1,2022-03-06\nC2,no\n")
    assert load_file(workspace, path, "cases").rows == {"cases": (2, 1, 1)}
    with pytest.raises(InputError, match="holds rejected rows of cases, none of tests"):
        load_file(workspace, rejects_file(workspace), "tests")
    assert read(workspace)[0]["case_id"] == "C2"


@pytest.mark.slow
def test_a_million_rejects_stay_on_disk_and_half_come_back(workspace: Workspace, tmp_path: Path) -> None:
    rows, path = 1_000_000, tmp_path / "a.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("visit_id,person_id,place_id,arrive_at,note\n")
        file.writelines(f"V{n},P{n % 1000},G{n % 400},soon,said by the person {n}\n" for n in range(rows))
    assert load_file(workspace, path, "visits").rows == {"visits": (rows, 0, rows)}
    mended = tmp_path / "corrected.csv"
    with rejects_file(workspace).open(encoding="utf-8-sig") as old, mended.open("w", encoding="utf-8") as new:
        new.writelines(line.replace(",soon,said", ",2022-03-06,said") if n % 2 else line for n, line in enumerate(old))
    assert load_file(workspace, mended, "visits").rows == {"visits": (rows, rows // 2, rows // 2)}
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 4e6
    with rejects_file(workspace).open("rb") as file:
        assert sum(1 for _ in file) == 1 + rows // 2
