"""What a guess proposes to declare: one value for a column that a file lacks, and the day from which numbers count."""

import json
import shlex
from pathlib import Path

import pandas as pd
import pytest

from tests.house import ROOT
from zoning import state
from zoning.cli import main
from zoning.errors import InputError
from zoning.guess import guess_file
from zoning.intake import read_input
from zoning.options import SOME_DAY, SOME_VALUE, Options
from zoning.store import Workspace

NOW = pd.Timestamp("2022-06-01", tz="UTC")


def items(path: Path) -> dict[str, list[tuple[str, str]]]:
    found = guess_file(path, now=NOW)
    return {str(item): list(zip(rows["guess"], rows["evidence"], strict=True)) for item, rows in found.groupby("item")}


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def areas_without_level(path: Path) -> Path:
    data = json.loads((ROOT / "data" / "town" / "areas.geojson").read_text("utf-8"))
    for feature in data["features"]:
        del feature["properties"]["level"]
    return write(path, json.dumps(data))


def follow(command: str, workspace: Path) -> Workspace:
    """Give the command that a guess ends in."""
    words = shlex.split(command)
    words[words.index("WORKSPACE")] = str(workspace)
    assert main(words[3:]) == 0
    return Workspace(workspace)


@pytest.mark.parametrize(
    ("name", "text", "kind", "value", "word"),
    [
        ("hospitals.csv", "name,lng,lat\nA,114.05,22.54\n", "sites", "kind = hospital", "hospital"),
        ("全市隔离酒店.csv", "名称,经度,纬度\nA,114.05,22.54\n", "sites", "kind = quarantine", "隔离酒店"),
        ("stairwell units.csv", "id,parent_id,number\nU1,B1,1\n", "units", "level = stairwell", "stairwell"),
    ],
)
def test_a_word_in_the_name_is_the_value_of_all_rows(
    tmp_path: Path, name: str, text: str, kind: str, value: str, word: str
) -> None:
    found = items(write(tmp_path / name, text))
    assert found["kind"][0][0] == kind
    assert found["value"] == [(value, f"no column of this name; '{word}' stands in the name of the file")]
    ours = value.replace(" ", "")
    assert shlex.split(found["command"][0][0])[-2:] == ["--set", ours]


def test_the_longest_word_of_a_name_counts_and_the_command_works(tmp_path: Path) -> None:
    found = items(areas_without_level(tmp_path / "南区街道.geojson"))  # 区 is a district, 街道 a sub-district
    assert found["value"][0][0] == "level = subdistrict"
    workspace = follow(found["command"][0][0], tmp_path / "w")
    assert set(state.fold(workspace).tables["areas"]["level"]) == {"subdistrict"}


def test_where_no_name_tells_the_value_is_left_to_the_person(tmp_path: Path) -> None:
    found = items(areas_without_level(tmp_path / "areas.geojson"))
    ((value, why),) = found["value"]
    assert value == f"level = {SOME_VALUE}"
    assert "such as district, subdistrict, community" in why
    assert f"--set level={SOME_VALUE}" in found["command"][0][0]
    with pytest.raises(InputError, match="level: VALUE stands for what only the file's maker can tell"):
        read_input(tmp_path / "areas.geojson", "areas", Options(constants={"level": SOME_VALUE}))
    with pytest.raises(InputError, match="origin: DATE stands for"):
        read_input(tmp_path / "areas.geojson", "areas", Options(origin=SOME_DAY))


def test_a_kind_that_lacks_nothing_goes_before_one_that_lacks_a_value(tmp_path: Path) -> None:
    for text, kind in (("name,lng,lat\nA,114.05,22.54\n", "places"), ("name,capacity,lng,lat\nA,9,114,22\n", "sites")):
        assert items(write(tmp_path / "x.csv", text))["kind"][0][0] == kind


@pytest.mark.parametrize("name", ["cases_2022-03-06.csv", "病例2022年3月6日.csv", "cases 20220306 final.csv"])
def test_the_date_in_the_name_is_that_of_the_report(tmp_path: Path, name: str) -> None:
    found = items(write(tmp_path / name, "case_id,status,lng,lat\nC1,confirmed,114.05,22.54\n"))
    assert found["kind"][0][0] == "cases"
    assert found["value"] == [("reported_at = 2022-03-06", "no column of this name; the date in the name of the file")]
    workspace = follow(found["command"][0][0], tmp_path / "w")
    reported = state.fold(workspace).tables["cases"]["reported_at"]
    assert reported.tolist() == [pd.Timestamp("2022-03-07", tz="Asia/Shanghai").tz_convert("UTC")]


@pytest.mark.parametrize("name", ["cases.csv", "cases_2022-03-06_2022-03-09.csv", "cases_2022-02-30.csv"])
def test_no_date_or_two_or_one_of_no_calendar_is_no_report(tmp_path: Path, name: str) -> None:
    found = items(write(tmp_path / name, "case_id,status\nC1,confirmed\n"))
    assert "value" not in found
    assert found["kind"][0][0] == ""


def line_list(path: Path, *days: str) -> Path:
    rows = "".join(f"C{n},{day},114.05,22.54\n" for n, day in enumerate(days))
    return write(path, f"case_id,report date,lng,lat\n{rows}")


def test_days_since_1970_are_told_and_the_command_works(tmp_path: Path) -> None:
    found = items(line_list(tmp_path / "x.csv", "19057", "", "19061"))
    ((origin, why),) = found["origin"]
    assert origin == "1970-01-01"
    assert "reported_at, 19057 to 19061: 2022-03-06 to 2022-03-10 if they count from 1970-01-01" in why
    assert "2012-03-05 to 2012-03-09 if from 1960-01-01 (SAS, Stata)" in why
    assert found["command"][0][0].endswith("--origin 1970-01-01")


def test_days_since_1960_that_lie_ahead_when_counted_from_1970(tmp_path: Path) -> None:
    found = items(line_list(tmp_path / "x.csv", "22710", "22714"))  # 6 March 2022 in SAS
    assert found["origin"][0][0] == "1960-01-01"
    workspace = follow(found["command"][0][0], tmp_path / "w")
    reported = state.fold(workspace).tables["cases"]["reported_at"].dt.tz_convert("Asia/Shanghai")
    assert sorted(reported.dt.strftime("%F %R")) == ["2022-03-07 00:00", "2022-03-11 00:00"]


def test_days_of_excel_and_plain_dates_need_no_origin(tmp_path: Path) -> None:
    for days in (("44626.25", "44627"), ("20220306", "20220307"), ("2022-03-06", "3"), ("", "")):
        assert "origin" not in items(line_list(tmp_path / "x.csv", *days))


@pytest.mark.parametrize(
    ("name", "origin", "why"),
    [
        ("cases.csv", SOME_DAY, "days from a date that the numbers do not tell"),
        ("cases from 2022-03-01.csv", "2022-03-01", "counted from the date in the name of the file"),
    ],
)
def test_small_numbers_count_from_a_day_that_a_name_or_nobody_tells(
    tmp_path: Path, name: str, origin: str, why: str
) -> None:
    found = items(line_list(tmp_path / name, "0", "21"))
    assert found["kind"][0][0] == "cases"
    assert found["origin"][0][0] == origin
    assert f"plain numbers in reported_at, 0 to 21: {why}" in found["origin"][0][1]
    assert f"--origin {origin}" in found["command"][0][0]
