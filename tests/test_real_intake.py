"""Intake on real files, which stand beside the project and are no part of it."""

from pathlib import Path

import numpy as np
import pytest
import shapely

from zoning.datum import detect_shift, from_wgs84
from zoning.errors import InputError
from zoning.intake import read_input
from zoning.options import Options
from zoning.tables import check, contract

REAL = Path(__file__).resolve().parents[2] / "shared" / "data"
pytestmark = pytest.mark.skipif(not REAL.is_dir(), reason="the folder of real data is not beside the project")


def load(name, kind, **options):
    tables = read_input(REAL / name, kind, Options(**options))
    for each, found in tables.items():
        assert found.read == len(found.accepted) + len(found.rejects)
        check(found.accepted, contract(each))
    return tables if kind == "osm" else tables[kind]


def coordinates(table):
    return shapely.get_coordinates(shapely.centroid(table.geometry.to_numpy())).T


def test_kaohsiung_keeps_every_case():
    found = load("dengue/kaohsiung_2014.csv", "cases", zone="Asia/Taipei")
    cases = found.accepted
    assert found.read == len(cases) == 15_043
    assert cases["case_id"].str.contains("-").sum() == 11
    assert any(notice.startswith("rows without a location: 3;") for notice in found.notices)
    middle = cases[["lng", "lat"]].median()
    assert ((cases[["lng", "lat"]] - middle).abs().max(axis=1) > 0.7).sum() == 4
    shifted = load("dengue/kaohsiung_2014.csv", "cases", zone="Asia/Taipei", crs="gcj02").accepted
    assert np.array_equal(shifted["lng"], cases["lng"], equal_nan=True)


def test_futian_places_lie_in_futian_after_the_shift():
    places = load("futian/case_places_2020_gcj02.csv", "places", crs="gcj02").accepted
    unshifted = load("futian/case_places_2020_gcj02.csv", "places").accepted
    districts = load("futian/districts_wgs84.json", "areas", constants={"level": "区"}).accepted
    assert len(places) == 230
    assert len(districts) == 10
    assert set(districts["level"]) == {"district"}
    futian = districts.loc[districts["name"].str.startswith("福田"), "geometry"].iloc[0]
    assert places.within(futian).sum() == 47
    assert unshifted.within(futian).sum() == 45
    assert detect_shift(*coordinates(unshifted), districts.geometry.to_numpy()).verdict == "undecided"


def test_streets_without_a_name_take_their_pinyin():
    found = load("futian/streets_approx_wgs84.geojson", "areas", constants={"level": "街道"})
    assert len(found.accepted) == 77
    assert "name: empty in 57 rows; taken from name_en" in found.notices


@pytest.mark.parametrize(
    ("name", "kind", "options", "read"),
    [
        ("population/kontur_20231101_TWN.csv", "population", {}, 21_946),
        ("fmd_2001/sparr_fmd_cases.csv", "cases", {"crs": "EPSG:27700", "scale": 1000, "origin": "2001-02-01"}, 410),
        ("fmd_2001/stpp_fmd.csv", "cases", {"crs": "EPSG:27700", "origin": "2001-02-01"}, 648),
        ("linelists/mers_korea_2015_linelist.csv", "cases", {"origin": "1970-01-01"}, 162),
        ("cholera_1854/pumps.csv", "places", {"mapping": {"name": "street"}}, 13),
        ("cholera_1854/fatalities.address.csv", "cases", {"constants": {"reported_at": "1854-09-10"}}, 321),
        ("linelists/mers_korea_2015_contacts.csv", "contacts", {"mapping": {"person_id": "to", "case_id": "from"}}, 98),
        (
            "linelists/measles_hagelloch_1861.csv",
            "cases",
            {"mapping": {"reported_at": "date_of_rash"}, "origin": "1970-01-01"},
            188,
        ),
        ("fmd_2001/sparr_fmd_controls.csv", "gates", {"crs": "EPSG:27700", "scale": 1000}, 1866),
        ("futian/china-division_shenzhen_villages.csv", "places", {}, 788),
        ("futian/china-division_futian_streets.csv", "places", {}, 11),
    ],
)
def test_other_files_are_read_whole(name, kind, options, read):
    found = load(name, kind, **options)
    assert (found.read, len(found.rejects)) == (read, 0)


@pytest.mark.parametrize(
    ("name", "kind", "says"),
    [
        ("visits/sociopatterns_thiers_2012.tsv", "visits", "no column of visits found"),
        ("cholera_1854/road.segments.csv", "roads", "roads needs geometry"),
    ],
)
def test_files_that_hold_something_else_are_refused_with_a_reason(name, kind, says):
    with pytest.raises(InputError, match=says):
        load(name, kind)


@pytest.mark.parametrize(
    ("name", "accepted", "rejected"),
    [
        ("osm/monaco.osm.pbf", {"buildings": 1005, "roads": 1233, "gates": 16, "areas": 4}, 0),
        ("osm/helsinki_centre.osm.pbf", {"buildings": 473, "roads": 2461, "gates": 391}, 34),
    ],
)
def test_osm_extracts_hold_what_they_hold(name, accepted, rejected):
    tables = load(name, "osm")
    assert {kind: len(tables[kind].accepted) for kind in accepted} == accepted
    assert sum(len(found.rejects) for found in tables.values()) == rejected
    assert all(found.accepted.geometry.is_valid.all() for found in tables.values())


def test_the_detector_knows_a_real_town_in_the_wrong_datum():
    """Monaco moved to Shenzhen: its buildings as points against its roads."""
    tables = load("osm/monaco.osm.pbf", "osm")
    move = np.array([114.05 - 7.42, 22.54 - 43.74])
    roads = shapely.transform(tables["roads"].accepted.geometry.to_numpy(), lambda xy: xy + move)
    x, y = coordinates(tables["buildings"].accepted)
    right = x[::20][:50] + move[0], y[::20][:50] + move[1]
    wrong = detect_shift(*from_wgs84(*right, "gcj02"), roads)
    assert wrong.verdict == "gcj02"
    assert wrong.as_gcj02_m < 30 < wrong.as_read_m
    assert detect_shift(*right, roads).verdict != "gcj02"
