"""Real files from end to end: Futian's places, Helsinki and Monaco from OSM, Kaohsiung's dengue of 2014.

They stand beside the project and are not part of it; without them these tests say so and do not run.
"""

from datetime import datetime
from pathlib import Path

import geopandas as gpd
import h3
import pandas as pd
import pytest
import shapely

from tests.house import ROOT
from zoning.geometry import cells_to_text
from zoning.intake import Options
from zoning.loading import load_file
from zoning.pipeline import Plan, derive
from zoning.store import Workspace

DATA = ROOT.parent / "shared" / "data"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the real files (../shared/data) are not beside the project")
HOMES = {
    "红树福苑": "福田保税区",
    "雅颂居(福中三路)": "莲花街道",
    "花样年·花好园": "沙头街道",
    "渔农村金地名津": "福田街道",
    "侨香村": "香蜜湖街道",
    "嘉宝田花园": "笋岗街道",
}


def write_cases(path: Path, rows: list[dict[str, object]]) -> Path:
    """A register as an office would type it."""
    dates = {"status": "确诊", "onset_at": "2022/3/8", "isolated_at": "3月10日24时", "reported_at": "2022/3/10 8:05"}
    pd.DataFrame([{"case_id": f"T{i}", **dates, **row} for i, row in enumerate(rows)]).to_csv(path, index=False)
    return path


def local(text: str, offset: str = "+08:00") -> datetime:
    return datetime.fromisoformat(text + offset)


@pytest.fixture(scope="module")
def futian(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    folder = tmp_path_factory.mktemp("futian")
    workspace = Workspace(folder, create=True)
    files = DATA / "futian"
    district = Options(mapping={"name": "qh"}, constants={"level": "district"})
    load_file(workspace, files / "districts_wgs84.json", "areas", "districts", district)
    street = Options(mapping={"name_en": "pinyin"}, constants={"level": "subdistrict"})
    load_file(workspace, files / "streets_approx_wgs84.geojson", "areas", "streets", street)
    load_file(workspace, files / "case_places_2020_gcj02.csv", "places", "places", Options(crs="gcj02"))
    cases = write_cases(folder / "typed.csv", [{"address": name} for name in HOMES])
    load_file(workspace, cases, "cases", "typed", Options(year=2022))
    return derive(folder, local("2022-03-12T00:00:00"))


@pytest.mark.parametrize(("place", "street"), HOMES.items())
def test_a_case_at_a_named_place_seals_its_cell_and_watches_its_sub_district(
    futian: Plan, place: str, street: str
) -> None:
    point = futian.tables["places"].set_index("name")["geometry"][place]
    cell = h3.latlng_to_cell(point.y, point.x, 11)
    classes = futian.membership.set_index("atom_id")["class"]
    assert classes[cell] == "sealed"
    assert all(classes[c] == "controlled" for c in h3.grid_ring(cell, 1))
    areas = futian.tables["areas"].set_index("id")
    zones = futian.zones[futian.zones["class"] == "precaution"].set_index("ground_id")
    named = [i for i in zones.index if areas.at[i, "name"] == street]
    assert len(named) == 1
    rest = shapely.difference(areas.at[named[0], "geometry"], shapely.union_all(futian.zones.geometry[:12].to_numpy()))
    assert shapely.symmetric_difference(rest, zones.at[named[0], "geometry"]).area < 1e-6 * rest.area


def test_places_in_gcj02_would_lie_half_a_kilometre_off_without_the_shift(futian: Plan) -> None:
    raw = pd.read_csv(DATA / "futian" / "case_places_2020_gcj02.csv").set_index("poi_name")
    point = futian.tables["places"].set_index("name")["geometry"]["侨香村"]
    metres = 111_000 * shapely.distance(point, shapely.Point(raw.at["侨香村", "lon"], raw.at["侨香村", "lat"]))
    assert 400 < metres < 800


@pytest.mark.parametrize(("city", "crs", "zone"), [("helsinki_centre", 32635, "+02:00"), ("monaco", 32632, "+01:00")])
def test_a_typed_case_in_an_osm_city_seals_its_building_and_controls_its_neighbours(
    city: str, crs: int, zone: str, tmp_path: Path
) -> None:
    workspace = Workspace(tmp_path / "city", create=True)
    load_file(workspace, DATA / "osm" / f"{city}.osm.pbf", "osm")
    first = derive(tmp_path / "city", local("2022-03-12T00:00:00", zone))
    buildings = gpd.GeoDataFrame(first.tables["buildings"]).to_crs(crs).set_index("id")
    buildings = buildings[buildings.area.between(150, 2_000)].sort_index()
    crowd = [b for b in buildings.index if (buildings.distance(buildings.geometry[b]) <= 30).sum() > 3]
    home = crowd[len(crowd) // 2]
    point = gpd.GeoSeries([shapely.point_on_surface(buildings.geometry[home])], crs=crs).to_crs(4326)[0]
    cases = write_cases(tmp_path / "typed.csv", [{"lng": point.x, "lat": point.y}])
    load_file(workspace, cases, "cases", "typed", Options(year=2022))
    plan = derive(tmp_path / "city", local("2022-03-12T00:00:00", zone))
    everything = gpd.GeoDataFrame(plan.tables["buildings"]).to_crs(crs).set_index("id")
    metres = everything.distance(everything.geometry[home])
    found = plan.membership.set_index("atom_id")["class"].reindex(everything.index).fillna("none")
    assert found[home] == "sealed"
    assert (found[(metres <= 29.9) & (metres.index != home)] == "controlled").all()
    assert not set(found[metres > 30.1]) & {"sealed", "controlled"}
    assert len(plan.gate_points) > 0


@pytest.fixture(scope="module")
def kaohsiung(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("kaohsiung")
    mapping = {"onset_at": "Date_Onset", "reported_at": "Date_Notification"}
    done = load_file(
        Workspace(folder, create=True), DATA / "dengue" / "kaohsiung_2014.csv", "cases", None, Options(mapping=mapping)
    )
    assert done.rows["cases"] == (15_043, 15_043, 0)
    return folder


@pytest.mark.parametrize("day", ["2014-10-15", "2014-11-15"])
def test_every_source_in_its_window_lies_in_a_sealed_cell(kaohsiung: Path, day: str) -> None:
    plan = derive(kaohsiung, local(f"{day}T00:00:00"))
    cases = plan.tables["cases"].set_index("fact_id")
    lng, lat = cases["lng"], cases["lat"]
    middle = (lng.median(), lat.median())
    outliers = cases.index[((lng - middle[0]) * 102.8) ** 2 + ((lat - middle[1]) * 110.7) ** 2 > 80**2]
    nowhere = cases.index[lng.isna()]
    assert (len(outliers), len(nowhere)) == (4, 3)
    since = pd.Timestamp(day, tz="Asia/Shanghai") - pd.Timedelta(days=14)
    open_ = cases[(cases["reported_at"] > since) & (cases["reported_at"] <= pd.Timestamp(day, tz="Asia/Shanghai"))]
    homes = open_.drop(outliers.union(nowhere), errors="ignore")
    assert len(homes) > 1_000
    sealed = set(plan.membership.loc[plan.membership["class"] == "sealed", "atom_id"])
    cells = {h3.latlng_to_cell(y, x, 11) for x, y in zip(homes["lng"], homes["lat"], strict=True)}
    assert cells == sealed
    resting = {fact for facts in plan.zones["fact_ids"] for fact in facts}
    assert not resting & set(outliers)
    assert not resting & set(nowhere)
    assert set(cells_to_text(plan.cells["cell"].to_numpy("uint64"))) >= cells
