"""The same rows through every format are the same table."""

import json
import resource
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
import shapely

from tests.house import ROOT
from zoning.intake import read_input
from zoning.loading import load_file
from zoning.options import Options
from zoning.store import Workspace

TOWN = ROOT / "data" / "town"
NOW = pd.Timestamp("2022-04-01", tz="UTC")
Write = Callable[[pd.DataFrame, Path], object]


def book(table: pd.DataFrame, path: Path) -> None:
    workbook = openpyxl.Workbook()
    for row in [list(table), *table.to_numpy().tolist()]:
        workbook.active.append(row)
    workbook.save(path)


def lines(table: pd.DataFrame, path: Path) -> None:
    text = [json.dumps(row, ensure_ascii=False) for row in table.to_dict("records")]
    path.write_text("\n".join(text), encoding="utf-8")


TABLES: dict[str, Write] = {
    "a.xlsx": book,
    "a.jsonl": lines,
    "a.parquet": lambda table, path: table.to_parquet(path),
    "a.tsv": lambda table, path: table.to_csv(path, sep="\t", index=False, encoding="utf-16"),
    "a.txt": lambda table, path: table.to_csv(path, sep=";", index=False, encoding="gb18030"),
}


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("kind", ["cases", "visits", "tests", "units", "contacts"])
def test_tables_of_the_town(tmp_path: Path, kind: str, name: str) -> None:
    plain = read_input(TOWN / f"{kind}.csv", kind, Options(now=NOW))[kind]
    table = pd.read_csv(TOWN / f"{kind}.csv", dtype="str", keep_default_na=False, encoding="utf-8-sig")
    TABLES[name](table, tmp_path / name)
    found = read_input(tmp_path / name, kind, Options(now=NOW))[kind]
    columns = [column for column in plain.accepted if column not in ("row", "geometry")]
    pd.testing.assert_frame_equal(pd.DataFrame(found.accepted)[columns], pd.DataFrame(plain.accepted)[columns])
    assert (len(found.rejects), found.read) == (len(plain.rejects), plain.read)


def shapefile(frame: gpd.GeoDataFrame, path: Path) -> None:
    folder = path.parent / "parts"
    folder.mkdir()
    frame.to_file(folder / "x.shp", encoding="utf-8")
    with zipfile.ZipFile(path, "w") as archive:
        for part in folder.iterdir():
            archive.write(part, f"below/{part.name}")
    shutil.rmtree(folder)


SHAPES: dict[str, Callable[[gpd.GeoDataFrame, Path], object]] = {
    "a.gpkg": lambda frame, path: frame.to_file(path, driver="GPKG"),
    "a.kml": lambda frame, path: frame.rename(columns={"name": "Name"}).to_file(path, driver="LIBKML"),
    "a.parquet": lambda frame, path: frame.to_crs(4547).to_parquet(path),
    "a.zip": shapefile,
    "a.geojsonl": lambda frame, path: frame.to_file(path, driver="GeoJSONSeq"),
}


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("kind", ["estates", "roads", "areas"])
def test_shapes_of_the_town(tmp_path: Path, kind: str, name: str) -> None:
    plain = read_input(TOWN / f"{kind}.geojson", kind, Options(now=NOW))[kind].accepted
    SHAPES[name](gpd.read_file(TOWN / f"{kind}.geojson"), tmp_path / name)
    found = read_input(tmp_path / name, kind, Options(now=NOW))[kind].accepted
    assert found["id"].tolist() == plain["id"].tolist()
    assert found["name"].fillna("").tolist() == plain["name"].fillna("").tolist()
    apart = shapely.hausdorff_distance(found.geometry.to_numpy(), plain.geometry.to_numpy())
    assert np.nanmax(apart) < 1e-6


def test_each_sheet_of_a_workbook_is_loaded_as_its_kind(tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    workbook.active.append(["填表说明"])
    for title, kind in (("病例", "cases"), ("行程", "visits")):
        sheet = workbook.create_sheet(title)
        table = pd.read_csv(TOWN / f"{kind}.csv", dtype="str", keep_default_na=False, encoding="utf-8-sig")
        for row in [list(table), *table.to_numpy().tolist()]:
            sheet.append(row)
    workbook.save(tmp_path / "a.xlsx")
    for kind in ("cases", "visits"):
        plain = read_input(TOWN / f"{kind}.csv", kind, Options(now=NOW))[kind]
        assert len(read_input(tmp_path / "a.xlsx", kind, Options(now=NOW))[kind].accepted) == len(plain.accepted)


@pytest.mark.slow
def test_a_million_rows_of_a_workbook(tmp_path: Path) -> None:
    rows = 1_000_000
    workbook = openpyxl.Workbook(write_only=True)
    sheet = workbook.create_sheet("visits")
    sheet.append(["visit_id", "person_id", "place_id", "arrive_at", "leave_at"])
    for at in range(rows):
        sheet.append([f"V{at}", f"P{at % 1000}", f"G{at % 400}", 44626 + at % 20 + 0.25, "2022-03-27 10:00"])
    workbook.save(tmp_path / "a.xlsx")
    done = load_file(Workspace(tmp_path / "w", create=True), tmp_path / "a.xlsx", "visits")
    assert done.rows == {"visits": (rows, rows, 0)}
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 4e6
