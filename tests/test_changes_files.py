"""What changed as a file: the columns that may leave, no fact among them, and the ground as WGS84."""

import csv
import json
from pathlib import Path

import pandas as pd
import pytest

from zoning.differences import compare_plans
from zoning.errors import InputError
from zoning.export.changes import CHANGE_COLUMNS, form_of, write_changes
from zoning.pipeline import derive


def written(folder: Path, form: str) -> bytes:
    days = [pd.Timestamp(f"2022-03-{day}", tz="Asia/Shanghai").to_pydatetime() for day in (13, 14)]
    plans = [derive(folder, day, day) for day in days]
    return write_changes(form, compare_plans(*plans), plans[1].settings)


@pytest.mark.slow
def test_geojson_holds_what_may_leave_and_no_fact(town_folder: Path) -> None:
    text = written(town_folder, ".geojson")
    features = json.loads(text)["features"]
    assert {tuple(f["properties"]) for f in features} == {CHANGE_COLUMNS}
    for word in (b"cases:", b"visits:", b'"because":', b"P03"):
        assert word not in text
    first = features[0]["properties"]
    assert (first["change"], first["class_before"], first["because_en"]) == ("opened", None, "1 new case")
    west, south, east, north = json.loads(text)["bbox"]
    assert 114.05 < west < east < 114.07
    assert 22.53 < south < north < 22.55


def test_csv_has_a_line_a_change_with_lists_as_json(town_folder: Path) -> None:
    rows = list(csv.DictReader(written(town_folder, ".csv").decode("utf-8-sig").splitlines()))
    assert list(rows[0]) == list(CHANGE_COLUMNS)
    shrunk = next(row for row in rows if row["change"] == "shrunk")
    assert {"N3", "E2-B01"} <= set(json.loads(shrunk["atoms_removed"]))
    assert shrunk["people_before"] == "1183.0"


def test_times_are_local(town_plan) -> None:
    at = pd.Timestamp("2022-03-15", tz="Asia/Shanghai").tz_convert("UTC")
    table = compare_plans(town_plan, town_plan)
    row = dict.fromkeys(table) | {
        "lift_after": at,
        "atoms_added": [],
        "atoms_removed": [],
        "people_after": 1.25,
    }
    found = write_changes(".csv", pd.DataFrame([row], columns=list(table)), town_plan.settings)
    told = next(csv.DictReader(found.decode("utf-8-sig").splitlines()))
    assert (told["lift_after"], told["lift_before"], told["people_after"]) == ("2022-03-15T00:00:00+08:00", "", "1.2")


def test_another_ending_is_refused() -> None:
    assert form_of(Path("a.GeoJSON")) == ".geojson"
    with pytest.raises(InputError, match=r"neither \.geojson nor \.csv"):
        form_of(Path("a.xlsx"))
