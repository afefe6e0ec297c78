"""Intake: read = accepted + rejected whatever comes, and what is accepted meets its contract."""

import hypothesis.strategies as st
import numpy as np
import orjson
import pandas as pd
import pytest

from tests.examples import Hold, few_then_many
from zoning.errors import InputError, ZoningError
from zoning.intake import intake_rows, read_input
from zoning.intake.raw import RawTable, reject_table
from zoning.options import Options
from zoning.tables import KINDS, check, contract

NOW = pd.Timestamp("2022-03-10T03:00", tz="UTC")
DIRTY_CASES = """病例编号,状态,发病日期,报告时间,经度,纬度,备注
C1,确诊,2022-03-01,3月6日24时,114.05,22.54,
C2,无症状,,2022/3/6 8:05,,,no place
C3,dead,2022-03-01,2022-03-06,114.05,22.54,
C4,确诊,yesterday,2022-03-06,22.54,114.05,two faults
C5,确诊,,,114.05,22.54,
C6,确诊,,2022-03-06,114.05,,half
C7,确诊,,2022-03-06,114.05,22.54,same
C7,确诊,,2022-03-06,114.05,22.54,same
C8,确诊,,2022-03-06,114.05,22.54,one
C8,确诊,,2022-03-07,114.05,22.54,other
,确诊,,2022-03-06,114.06,22.55,
,确诊,,2022-03-06,114.06,22.55,
"""


def load(tmp_path, text, kind="cases", name="a.csv", **options):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    found = read_input(path, kind, Options(now=NOW, **options))[kind]
    assert found.read == len(found.accepted) + len(found.rejects)
    check(found.accepted, contract(kind))
    return found


def test_every_bad_row_comes_back_and_the_good_ones_go_on(tmp_path):
    found = load(tmp_path, DIRTY_CASES)
    assert found.read == 12
    assert found.accepted["row"].tolist() == [2, 3, 8, 12, 13]
    rejects = found.rejects.set_index("row")
    assert rejects.index.tolist() == [4, 5, 6, 7, 9, 10, 11]
    assert rejects.loc[4, "value"] == "dead"
    assert rejects.loc[5, "column"] == "onset_at; lng, lat"
    assert "swapped" in rejects.loc[5, "reason"]
    assert rejects.loc[6, "reason"] == "empty, but required"
    assert "missing" in rejects.loc[7, "reason"]
    assert "kept once" in rejects.loc[9, "reason"]
    assert rejects.loc[[10, 11], "reason"].str.contains("all are refused").all()
    assert (rejects["file"] == "a.csv").all()
    assert (rejects["fix"] != "").all()


def test_times_choices_ids_and_defaults_of_accepted_cases(tmp_path):
    cases = load(tmp_path, DIRTY_CASES).accepted.set_index("row")
    assert cases.loc[2, "reported_at"] == pd.Timestamp("2022-03-06T16:00", tz="UTC")
    assert cases.loc[8, "reported_at"] == pd.Timestamp("2022-03-06T16:00", tz="UTC")
    assert cases.loc[2, "onset_at"] == pd.Timestamp("2022-02-28T16:00", tz="UTC")
    assert cases.loc[3, "status"] == "asymptomatic"
    assert cases.loc[2, "found_in"] == "community"
    assert cases.loc[2, "person_id"] == "C1"
    assert cases.loc[13, "case_id"] == f"{cases.loc[12, 'case_id']}-2"


def test_the_officer_is_told_what_was_assumed(tmp_path):
    notices = " | ".join(load(tmp_path, DIRTY_CASES).notices)
    assert "found_in: no such column; taken as community" in notices
    for part in ("rows without a location: 1;", "not used: 备注", "wgs84"):
        assert part in notices
    assert "taken as confirmed" in " ".join(load(tmp_path, "id,reported_at,lng,lat\n1,2022-03-06,114,22\n").notices)


def test_made_ids_do_not_depend_on_row_order(tmp_path):
    lines = DIRTY_CASES.splitlines()
    turned = "\n".join([lines[0], *lines[:0:-1]])
    assert set(load(tmp_path, DIRTY_CASES).accepted["case_id"]) == set(load(tmp_path, turned).accepted["case_id"])


def test_declared_system_scale_origin_mapping_and_constants(tmp_path):
    text = "n,east,north,when\n1,350.85,557.59,28\n"
    found = load(
        tmp_path, text, crs="EPSG:27700", scale=1000, origin="2001-02-01",
        mapping={"lng": "east", "lat": "north", "reported_at": "when"}, constants={"status": "preliminary"},
    ).accepted.iloc[0]  # fmt: skip
    assert (round(found["lng"], 2), round(found["lat"], 2)) == (-2.77, 54.91)
    assert found["reported_at"] == pd.Timestamp("2001-03-01T16:00", tz="UTC")
    assert found["status"] == "preliminary"
    shifted = load(tmp_path, "id,reported_at,lng,lat\n1,2022-03-06,114.05,22.54\n", crs="GCJ02").accepted.iloc[0]
    assert 0.004 < 114.05 - shifted["lng"] < 0.006


def test_reference_kinds_keep_shapes_and_take_points_from_columns(tmp_path):
    places = load(tmp_path, "name,lon,lat\n医院,114.05,22.54\n,114,22\n某处,,\n", "places").accepted
    assert places.crs.to_epsg() == 4326
    assert places.geometry.iloc[0].coords[0] == (114.05, 22.54)
    assert places.geometry.iloc[1] is None
    assert "lng" not in places
    wkt = 'name,wkt\na,"POLYGON((0 0,1 0,1 1,0 0))"\nb,round\nc,"POLYGON((0 0,1 1,1 0,0 1,0 0))"\n'
    estates = load(tmp_path, wkt, "estates")
    assert estates.accepted["name"].tolist() == ["a"]
    assert estates.rejects["reason"].str.contains("WKT|not valid").tolist() == [True, True]


def test_geojson_points_are_coordinates_of_facts(tmp_path):
    feature = {
        "type": "Feature", "properties": {"case_id": "C1", "reported_at": "2022-03-06"},
        "geometry": {"type": "Point", "coordinates": [114.05, 22.54]},
    }  # fmt: skip
    text = orjson.dumps({"type": "FeatureCollection", "features": [feature]})
    case = load(tmp_path, text, name="a.geojson").accepted.iloc[0]
    assert (case["lng"], case["lat"]) == (114.05, 22.54)


def test_population_needs_a_cell_or_an_area(tmp_path):
    found = load(tmp_path, "h3_index,area_id,people\n884bb58f1bfffff,,449\n,A,3\n,,2\nzz,,1\n", "population")
    assert found.accepted["people"].tolist() == [449, 3]
    assert str(found.accepted["cell"].dtype) == "UInt64"
    assert found.rejects["row"].tolist() == [4, 5]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"crs": "mars"}, "coordinate system 'mars'"),
        ({"scale": 0.0}, "scale 0.0 is not above 0"),
        ({"zone": "Mars"}, "time zone 'Mars'"),
        ({"origin": "then"}, "origin 'then'"),
        ({"mapping": {"lng": "q"}}, "no column 'q'"),
        ({"kind": "houses"}, "kind 'houses' does not exist"),
        ({"kind": "osm"}, "is no OSM extract"),
        ({"kind": "areas"}, "areas needs"),
    ],
)
def test_wrong_options_are_one_clear_error(tmp_path, options, message):
    kind = options.pop("kind", "cases")
    with pytest.raises(InputError, match=message):
        load(tmp_path, "id,name,reported_at,lng,lat\n1,a,2022-03-06,114,22\n", kind, **options)


def test_an_osm_extract_gives_all_its_kinds_or_the_one_asked_for(tmp_path):
    path = tmp_path / "x.osm"
    nodes = "".join(f"<node id='{n}' lon='{n}' lat='1' version='1'/>" for n in (1, 2))
    way = "<way id='9' version='1'><nd ref='1'/><nd ref='2'/><tag k='highway' v='primary'/></way>"
    path.write_text(f"<?xml version='1.0'?><osm version='0.6'>{nodes}{way}</osm>")
    assert read_input(path, "osm")["roads"].accepted["id"].tolist() == ["way/9"]
    assert list(read_input(path, "roads")) == ["roads"]
    with pytest.raises(InputError, match="holds no water; it holds roads"):
        read_input(path, "water")


def test_a_round_has_one_row_a_building_and_counts_no_more_people_than_are_due(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(
        "round_id,unit_id,ended_at,due,tested,excused,refused,absent\n"
        "r1,B1,2022-03-12,100,97,1,1,1\nr1,B2,2022-03-12,100,97,1,1,2\nr1,B3,2022-03-12,,97,,,\n"
        "r2,B1,2022-03-13,100,98,,,\nr3,B1,2022-03-14,9,-1,,,\nr4,B1,2022-03-15,5,5,,,\nr4,B1,2022-03-15,6,5,,,\n"
    )
    found = read_input(path, "rounds")["rounds"]
    assert found.accepted["round_row_id"].tolist() == ["r1/B1", "r1/B3", "r2/B1"]
    assert found.accepted["positive"].tolist() == [0, 0, 0]
    assert dict(zip(found.rejects["row"], found.rejects["column"], strict=True)) == {
        3: "due", 6: "tested", 7: "round_row_id", 8: "round_row_id",
    }  # fmt: skip
    assert found.rejects["reason"].iloc[0] == "tested, excused, refused and absent are more people than are due"
    assert "pools_open: no such column; taken as 0" in found.notices


NASTY = st.sampled_from(
    ["", " ", "C1", "114.05", "22.54", "-1", "1e400", "nan", "inf", "NULL", "确诊", "是", "2022-03-06", "3月6日24时",
     "44626", "99999", "2022-02-30", "POINT(1 2)", "POLYGON((0 0,1 1,1 0,0 1,0 0))", "POLYGON EMPTY", "a;b", "\x00",
     "884bb58f1bfffff", "0", "180", "９", "POINT(nan nan)", "LINESTRING(0 0,0 0)", "GEOMETRYCOLLECTION EMPTY", "\ud800"]
)  # fmt: skip
CELL = st.one_of(NASTY, st.text(max_size=10))


@few_then_many(30, 200)
def test_read_is_accepted_plus_rejected_on_dirt(hold: Hold) -> None:
    def each(data, kind) -> None:
        terms = contract(kind)
        needed = [column.name for column in terms.columns if column.required]
        names = [*data.draw(st.lists(st.sampled_from(terms.names), unique=True)), *needed]
        n = data.draw(st.integers(1, 6))
        dirt = {name: pd.Series(data.draw(st.lists(CELL, min_size=n, max_size=n)), dtype="object") for name in names}
        values = pd.DataFrame(dirt).map(lambda cell: cell.encode("utf-8", "replace").decode()).astype("str")
        raw = RawTable("dirt", values, np.arange(2, n + 2), None, "", reject_table("dirt", []))
        before = values.copy()
        options = Options(crs=data.draw(st.sampled_from(["", "gcj02", "EPSG:4547"])), now=NOW)
        try:
            found = intake_rows(raw, kind, options)
        except ZoningError:
            return
        assert values.equals(before)
        assert found.read == n == len(found.accepted) + len(found.rejects)
        assert sorted([*found.accepted["row"], *found.rejects["row"]]) == list(range(2, n + 2))
        check(found.accepted, terms)

    hold(st.data(), st.sampled_from(KINDS))(each)


@few_then_many(30, 200)
def test_any_bytes_give_a_table_or_one_clear_error(hold: Hold, tmp_path) -> None:
    def each(data, ending, kind) -> None:
        path = tmp_path / f"x{ending}"
        path.write_bytes(b"id,name\n" + data if ending == ".csv" else data)
        try:
            tables = read_input(path, kind)
        except ZoningError:
            return
        assert all(found.read == len(found.accepted) + len(found.rejects) for found in tables.values())

    hold(st.binary(max_size=200), st.sampled_from([".csv", ".geojson", ".gpkg", ".osm.pbf"]), st.sampled_from(KINDS))(
        each
    )
