"""What a file holds: guesses with their evidence, and the command that follows from them works."""

import json
import shlex
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
import shapely

from tests.house import ROOT
from zoning.cli import main
from zoning.datum import from_wgs84
from zoning.errors import InputError
from zoning.guess import COLUMNS, guess_file

TOWN = ROOT / "data" / "town"


def items(path: Path, references: object = None) -> dict[str, list[tuple[str, str]]]:
    found = guess_file(path, references)
    assert tuple(found.columns) == COLUMNS
    return {str(item): list(zip(rows["guess"], rows["evidence"], strict=True)) for item, rows in found.groupby("item")}


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_text(text, encoding=encoding)
    return path


@pytest.mark.parametrize(
    "kind", ["cases", "visits", "contacts", "tests", "places", "gates", "units", "sites", "population"]
)
def test_the_towns_tables_are_known(kind: str) -> None:
    (kinds,) = items(TOWN / f"{kind}.csv")["kind"]
    assert kinds[0] == kind
    assert "100% of the first" in kinds[1]


@pytest.mark.slow
def test_kind_is_known_without_a_telling_name(tmp_path: Path) -> None:
    for kind in ("cases", "visits", "contacts", "tests", "units", "population"):
        path = write(tmp_path / "x.csv", (TOWN / f"{kind}.csv").read_text("utf-8-sig"))
        assert items(path)["kind"][0][0] == kind


def test_rounds_of_tests_are_known_by_their_counts(tmp_path: Path) -> None:
    text = "轮次,楼栋,采样完成时间,应检人数,实检人数,免检人数\nr1,B1,3月12日24时,100,97,1\n"
    found = items(write(tmp_path / "x.csv", text))
    assert found["kind"][0][0] == "rounds"
    assert {"unit_id = 楼栋", "due = 应检人数", "tested = 实检人数"} <= {column for column, _ in found["column"]}


def test_encoding_delimiter_and_lines_above_the_header(tmp_path: Path) -> None:
    text = "疫情表;;;\n病例编号;报告时间;经度;纬度\nC1;2022-03-06;114.05;22.54\n"
    found = items(write(tmp_path / "x.csv", text, "gb18030"))
    assert found["encoding"] == [("gb18030", "it is no UTF-8, and its lines decode as GB18030")]
    assert found["delimiter"][0][0] == ";"
    assert "1 lines above the header" in found["delimiter"][0][1]
    assert ("reported_at = 报告时间", "its name") in found["column"]


def test_columns_without_a_known_name_are_told_by_their_values_and_the_command_works(tmp_path: Path) -> None:
    path = write(tmp_path / "places 1.csv", "title,px,py\na,114.05,22.54\nb,114.06,22.55\n")
    found = items(path)
    assert ("lng = px", "numbers like longitudes of China") in found["column"]
    words = shlex.split(found["command"][0][0])
    assert words[:4] == ["python", "-m", "zoning", "load"]
    words[4] = str(tmp_path / "w")
    assert main(words[3:]) == 0


@pytest.mark.parametrize(
    ("name", "text", "crs", "why"),
    [
        ("a_gcj02.csv", "name,lng,lat\nx,114.05,22.54\n", "gcj02", "'gcj' stands in the name"),
        ("a.csv", "name,百度经度,lng,lat\nx,1,114.05,22.54\n", "bd09", "'百度' stands in the name"),
        ("a.csv", "name,lng,lat\nx,114.05,22.54\n", "wgs84", "cannot be told from the numbers alone"),
        ("a.csv", "name,lng,lat\nx,38506000,2494000\n", "EPSG:4526", "metres"),
        ("a.csv", "name,lng,lat\nx,506000,2494000\n", "EPSG:4547", "metres"),
        ("a.csv", "name,lng,lat\nx,22.54,114.05\n", "wgs84", "degrees"),
        ("a.csv", "name,lng,lat\nx,9e9,9e9\n", "", "declare --crs"),
    ],
)
def test_the_system_and_why(tmp_path: Path, name: str, text: str, crs: str, why: str) -> None:
    ((found, evidence),) = items(write(tmp_path / name, text))["crs"]
    assert found == crs
    assert why in evidence


def test_swapped_columns_are_exchanged_by_the_command(tmp_path: Path) -> None:
    found = items(write(tmp_path / "places.csv", "name,lng,lat\nx,22.54,114.05\ny,22.55,114.06\n"))
    assert ("lng = lat", "its numbers: longitude and latitude are swapped") in found["column"]
    assert found["command"][0][0].endswith("--map lng=lat --map lat=lng")


def test_the_loaded_map_tells_the_datum(tmp_path: Path) -> None:
    lng, lat = 114.05 + np.arange(30) * 3e-4, np.full(30, 22.54)
    roads = [shapely.LineString([(114.0, 22.54), (114.1, 22.54)])]
    moved = from_wgs84(lng, lat, "gcj02")
    table = pd.DataFrame({"name": "x", "lng": moved[0], "lat": moved[1]})
    table.to_csv(tmp_path / "a.csv", index=False)
    ((crs, evidence),) = items(tmp_path / "a.csv", roads)["crs"]
    assert crs == "gcj02"
    assert "taken as GCJ-02" in evidence


def test_each_sheet_and_layer_is_guessed_on_its_own(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["说明"])
    for title, kind in (("一", "cases"), ("二", "visits")):
        sheet = book.create_sheet(title)
        for line in (TOWN / f"{kind}.csv").read_text("utf-8-sig").splitlines()[:5]:
            sheet.append(line.split(","))
    book.save(tmp_path / "x.xlsx")
    found = guess_file(tmp_path / "x.xlsx")
    kinds = found[found["item"] == "kind"].set_index("part")["guess"].to_dict()
    assert kinds == {"Sheet": "", "一": "cases", "二": "visits"}
    commands = found[found["item"] == "command"]["guess"].tolist()
    assert [shlex.split(command)[-2:] for command in commands] == [["--layer", "一"], ["--layer", "二"]]
    points = gpd.GeoDataFrame({"id": ["A"]}, geometry=[shapely.Point(500_000, 2_494_000)], crs="EPSG:4547")
    points.to_file(tmp_path / "g.gpkg", layer="gates", driver="GPKG")
    geo = items(tmp_path / "g.gpkg")
    assert geo["kind"][0][0] == "gates"
    assert geo["crs"] == [("EPSG:4547", "declared by the file")]


def test_a_file_of_no_kind_and_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    found = items(write(tmp_path / "x.csv", "foo,bar\n1,2\n"))
    assert found["kind"] == [("", "no kind knows these columns: foo, bar; see `python -m zoning schema`")]
    assert "command" not in found
    with pytest.raises(InputError, match="is empty"):
        guess_file(write(tmp_path / "y.csv", ""))


def test_the_command_line_prints_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["guess", str(TOWN / "cases.csv")]) == 0
    out = capsys.readouterr().out
    assert out.splitlines()[0].startswith("format     CSV")
    assert f"python -m zoning load WORKSPACE {TOWN / 'cases.csv'} --kind cases" in out


def test_shapes_tell_their_system_too(tmp_path: Path) -> None:
    roads = shapely.linestrings([[(114.05 + n * 1e-3, 22.5), (114.05 + n * 1e-3, 22.6)] for n in range(40)])
    shifted = shapely.points(*from_wgs84(114.05 + np.arange(40) * 1e-3, np.full(40, 22.55), "gcj02"))
    path = tmp_path / "places.geojson"
    features = [
        {"type": "Feature", "properties": {"name": f"P{n}"}, "geometry": shapely.geometry.mapping(shape)}
        for n, shape in enumerate(shifted)
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    found = guess_file(path, roads).set_index("item")["guess"]
    assert found["crs"] == "gcj02"
    assert "--crs gcj02" in found["command"]
