"""Files to raw text rows, with the row numbers that an officer sees; wrong files refused whole."""

import codecs
import gc

import geopandas as gpd
import orjson
import pandas as pd
import pytest
import shapely

from zoning.errors import InputError
from zoning.intake import read_input
from zoning.intake.raw import REJECT_COLUMNS
from zoning.intake.readers import read_raw

CHINESE = "病例编号,状态\nC1,确诊\n"


@pytest.fixture
def write(tmp_path):
    def make(data, name="a.csv"):
        path = tmp_path / name
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return path

    return make


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_encodings_are_found(write, encoding):
    raw = read_raw(write(CHINESE.encode(encoding)))
    assert raw.values.to_dict("records") == [{"病例编号": "C1", "状态": "确诊"}]
    assert raw.rows.tolist() == [2]
    assert bool(raw.told) == (not encoding.startswith("utf-8"))


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_delimiters_are_found(write, delimiter):
    raw = read_raw(write(f'a{delimiter}"b,;"{delimiter}c\n1{delimiter}2{delimiter}3\r\n'))
    assert raw.values.columns.tolist() == ["a", "b,;", "c"]
    assert raw.values.iloc[0].tolist() == ["1", "2", "3"]


def test_values_stay_the_text_of_the_file(write):
    raw = read_raw(write("a,b\n007,NA\n1e3, x \n"))
    assert raw.values.to_numpy().tolist() == [["007", "NA"], ["1e3", " x "]]


def test_rows_are_counted_as_records_through_quoted_newlines_blanks_and_ragged_rows(write):
    raw = read_raw(write('\na,b\n1,2\n"x\ny",3\n\n4\n5,6,7\n8,9\n'))
    assert raw.values["a"].tolist() == ["1", "x\ny", "8"]
    assert raw.rows.tolist() == [3, 4, 8]
    assert list(raw.rejects.columns) == list(REJECT_COLUMNS)
    assert raw.rejects["row"].tolist() == [6, 7]
    assert raw.rejects["value"].tolist() == ["4", "5,6,7"]
    assert raw.rejects["reason"].iloc[1] == "3 fields where the header has 2"
    assert raw.told == {"empty rows, passed over: {n}": 1}


def test_an_open_quote_is_a_reject_and_not_a_silent_loss(write):
    raw = read_raw(write('a,b\n1,2\n"3,4\n5,6\n'))
    assert raw.values["a"].tolist() == ["1"]
    assert raw.rejects["row"].tolist() == [3]


def test_names_that_repeat_or_are_empty_are_told_apart(write):
    assert read_raw(write("a,,a\n1,2,3\n")).values.columns.tolist() == ["a", "column 2", "a (2)"]


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.csv", b"", "empty"),
        ("a.csv", b"\r\n \n", "only blank lines"),
        ("a.csv", b"PK\x03\x04rest", "Excel workbook"),
        ("a.csv", b"\x89PNG\r\n\0\0", "binary"),
        ("a.csv", b"a,b\n\xff\xff,1\n", "not utf-8 or gb18030 text"),
        ("a.csv", b'a,"b\n1,2\n', "a header but no rows"),
        ("a.csv", b"a,b\n\n", "a header but no rows"),
        ("a.doc", b"x", "ends with '.doc'"),
        ("a.geojson", b"{", "not JSON"),
        ("a.geojson", b"[]", "no GeoJSON FeatureCollection"),
        ("a.geojson", b'{"type":"Polygon","coordinates":[]}', "found type 'Polygon'"),
        ("a.geojson", b'{"type":"FeatureCollection","features":[1]}', "no GeoJSON FeatureCollection"),
        ("a.geojson", b'{"type":"FeatureCollection","features":[]}', "no features"),
        ("a.gpkg", b"SQLite format 3\0 but no more", "not a readable GeoPackage"),
    ],
)
def test_a_wrong_file_is_one_clear_error(write, name, data, message):
    with pytest.raises(InputError, match=message):
        read_raw(write(data, name))


def test_missing_folder_and_too_large(write, tmp_path):
    with pytest.raises(InputError, match="is not there"):
        read_raw(tmp_path / "none.csv")
    with pytest.raises(InputError, match="is a folder"):
        read_raw(tmp_path)
    with pytest.raises(InputError, match="the limit is 0"):
        read_raw(write(CHINESE), max_mb=0)
    with pytest.raises(InputError, match="encoding 'klingon' does not exist"):
        read_raw(write(CHINESE), encoding="klingon")
    with pytest.raises(InputError, match="is not ascii text"):
        read_raw(write(CHINESE), encoding="ascii")


def test_geojson_keeps_text_ids_shapes_and_its_declared_system(write):
    features = [
        {"type": "Feature", "id": 7, "properties": {"n": 1.5, "s": None, "b": True, "l": [1]},
         "geometry": {"type": "Point", "coordinates": [114, 22]}},
        {"type": "Feature", "properties": None, "geometry": None},
        {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]}},
        {"type": "Feature", "properties": {}, "geometry": "here"},
    ]  # fmt: skip
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4547"}}
    data = orjson.dumps({"type": "FeatureCollection", "crs": crs, "features": features})
    raw = read_raw(write(codecs.BOM_UTF8 + data, "a.geojson"))
    assert raw.values.to_dict("records")[0] == {"id": "7", "n": "1.5", "s": "", "b": "true", "l": "[1]"}
    assert raw.shapes[0] == shapely.Point(114, 22)
    assert raw.shapes[1] is None
    assert raw.crs.endswith("4547")
    assert raw.rows.tolist() == [1, 2]
    assert raw.rejects["row"].tolist() == [3, 4]


@pytest.fixture
def package(tmp_path):
    path = tmp_path / "town.gpkg"
    points = gpd.GeoSeries([shapely.Point(0, 0), shapely.Point(1, 1)], crs="EPSG:4326")
    days = pd.to_datetime(["2022-03-06 08:05", None])
    frame = gpd.GeoDataFrame({"name": ["a", None], "n": [1, 2], "t": days}, geometry=points)
    frame.to_file(path, layer="places", driver="GPKG")
    frame.iloc[:1].to_file(path, layer="more", driver="GPKG")
    return path


def test_geopackage_layers_by_name_by_kind_or_all(package):
    raw = read_raw(package, kind="places")
    assert raw.values[["name", "n"]].to_numpy().tolist() == [["a", "1"], ["", "2"]]
    assert raw.values["t"].iloc[0].startswith("2022-03-06T08:05")
    assert raw.values["t"].iloc[1] == ""
    assert raw.crs == "EPSG:4326"
    assert len(read_raw(package, kind="places", layer="more").rows) == 1
    everything = read_raw(package, kind="estates")
    assert everything.rows.tolist() == [1, 2, 1]
    assert "places, more" in next(iter(everything.told))
    with pytest.raises(InputError, match="no layer 'x'; its layers are places, more"):
        read_raw(package, layer="x")


def test_a_truncated_geopackage_is_refused(package):
    data = package.read_bytes()
    package.write_bytes(data[: len(data) // 2])
    with pytest.raises(InputError, match="not a readable GeoPackage"):
        read_raw(package)


def test_parquet_values_come_as_the_text_that_a_csv_holds(tmp_path):
    moment = pd.Timestamp("2022-03-06T08:05", tz="UTC")
    columns = {
        "float": [1.0, 0.1, 1e16, 4.3e13, 1e-05, -0.0, None], "bool": [True, False, None, True, True, True, True],
        "time": [moment] * 6 + [None], "day": [moment.date()] * 6 + [None], "list": [[1, 2]] * 6 + [None],
    }  # fmt: skip
    table = pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in columns.items()})
    table.assign(float=table["float"].astype(float)).to_parquet(tmp_path / "a.parquet")
    found = read_raw(tmp_path / "a.parquet").values
    assert found["float"].tolist() == ["1.0", "0.1", "1e+16", "43000000000000.0", "1e-05", "-0.0", ""]
    assert found["bool"].tolist() == ["true", "false", "", "true", "true", "true", "true"]
    assert found.iloc[0, 2:].tolist() == ["2022-03-06T08:05:00+00:00", "2022-03-06", "[1,2]"]
    assert found.iloc[6].tolist() == ["", "true", "", "", ""]


@pytest.mark.parametrize("running", [True, False])
def test_the_search_for_cycles_is_as_before_after_a_file_and_after_an_error(write, running):
    (gc.enable if running else gc.disable)()
    try:
        assert len(read_input(write("case_id,reported_at\nC1,2022-03-06\n"), "cases")["cases"].accepted) == 1
        assert gc.isenabled() == running
        with pytest.raises(InputError):
            read_input(write("a,b\n1,2\n"), "cases")
        assert gc.isenabled() == running
    finally:
        gc.enable()
