"""Lists from elsewhere: shapes, cells, ids and addresses in every format, what is wrong told by row; ours exactly."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import h3
import numpy as np
import pytest
import shapely
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st

from app import create_server
from tests.test_dashboard_desk import Hand
from zoning.datum import from_wgs84
from zoning.desk.foreign import Foreign, read_foreign
from zoning.errors import InputError
from zoning.export import format_of, write_zones
from zoning.pipeline import Plan
from zoning.selecting import Land, in_shape


@pytest.fixture(scope="module")
def land(town_plan: Plan) -> Land:
    return Land(town_plan)


def shapes_of(land: Land) -> gpd.GeoDataFrame:
    """Two estates, of which the second reaches into the first."""
    estates = land.plan.tables["estates"].set_index("id")["geometry"]
    one, two = estates["E1"], shapely.union(estates["E4"], estates["E1"].centroid.buffer(0.0003))
    return gpd.GeoDataFrame({"级别": ["封控区", "precaution"], "name": ["a", "b"]}, geometry=[one, two], crs=4326)


def written(land: Land, folder: Path, ending: str) -> Path:
    path, frame = folder / f"zones{ending}", shapes_of(land)
    if ending == ".geojson":
        path.write_text(frame.to_json(), "utf-8")
    else:
        frame.to_file(path, driver={".gpkg": "GPKG", ".kml": "KML"}[ending])
    return path


@pytest.mark.parametrize("ending", [".geojson", ".gpkg", ".kml"])
def test_shapes_come_in_by_their_class_and_the_strictest_wins(land: Land, tmp_path: Path, ending: str) -> None:
    found = read_foreign(land, written(land, tmp_path, ending), of="precaution" if ending == ".kml" else "")
    shapes = shapes_of(land).geometry
    one, two = (set(in_shape(land, shape).atoms.tolist()) for shape in shapes)
    assert not found.rejects
    assert found.shift == ""
    if ending == ".kml":
        assert {atom for atoms in found.classes.values() for atom in atoms} == one | two
        return
    assert set(found.classes["sealed"]) == one
    assert set(found.classes["precaution"]) == two - one
    assert found.overlaps == len(one & two) > 0


def test_shifted_shapes_are_noticed_and_put_right(land: Land, tmp_path: Path) -> None:
    frame = shapes_of(land)
    moved = shapely.transform(
        frame.geometry.to_numpy(), lambda xy: np.column_stack(from_wgs84(xy[:, 0], xy[:, 1], "gcj02"))
    )
    path = tmp_path / "gcj.geojson"
    path.write_text(frame.set_geometry(gpd.GeoSeries(moved, crs=4326)).to_json(), "utf-8")
    assert "read it as gcj02" in read_foreign(land, path).shift
    right = read_foreign(land, path, crs="gcj02")
    assert right.shift == ""
    assert right.classes == read_foreign(land, written(land, tmp_path, ".geojson")).classes


def test_cells_ids_and_words_of_tables(land: Land, tmp_path: Path) -> None:
    cell = h3.latlng_to_cell(22.5405, 114.0505, 11)
    tables = {
        "cells.csv": f"cell,class\n{cell},sealed\n8a411caa6267fff,sealed\nnowhere,sealed\n",
        "units.csv": "unit_id,class\nE4-B1,sealed\nE9,sealed\nE4-B2,purple\n",
        "words.csv": "address,级别\n石涌村3号,管控\n没有的小区,管控\n临水花园4栋,管控区\n",
        "lines.txt": f"石涌村3号\n{cell}\n没有的小区\n",
    }
    found: dict[str, Foreign] = {}
    for name, text in tables.items():
        (tmp_path / name).write_text(text, "utf-8")
        found[name] = read_foreign(land, tmp_path / name, of="controlled")
    assert [len(one.rows) for one in found.values()] == [1, 1, 2, 2]
    assert [[r["row"] for r in one.rejects] for one in found.values()] == [[3, 4], [3, 4], [3], [3]]
    assert "resolution 11" in found["cells.csv"].rejects[0]["reason"]
    assert "no class of the pack" in found["units.csv"].rejects[1]["reason"]
    assert set(found["words.csv"].classes) == set(found["lines.txt"].classes) == {"controlled"}


def test_files_that_say_nothing_of_where_are_refused(land: Land, tmp_path: Path) -> None:
    path = tmp_path / "odd.csv"
    path.write_text("colour,size\nred,3\n", "utf-8")
    with pytest.raises(InputError, match="no column says where its rows are; it has colour, size"):
        read_foreign(land, path)
    path = tmp_path / "large.geojson"
    with path.open("wb") as out:
        out.truncate(51 * 2**20)
    with pytest.raises(InputError, match="larger than 50 MB"):
        read_foreign(land, path)


def test_bad_shapes_are_told_by_row(land: Land, tmp_path: Path) -> None:
    bow = [[114.05, 22.54], [114.06, 22.55], [114.06, 22.54], [114.05, 22.55], [114.05, 22.54]]
    shapes = [{"type": "Polygon", "coordinates": [bow]}, {"type": "Point", "coordinates": [114.05, 22.54]}, None]
    features = [{"type": "Feature", "properties": {"class": "sealed"}, "geometry": shape} for shape in shapes]
    path = tmp_path / "bad.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    found = read_foreign(land, path)
    assert not found.rows
    assert [r["reason"][:12] for r in found.rejects[:2]] == ["the shape cr", "a polygon is"]
    assert len(found.rejects) == 3


@pytest.fixture
def client(town_copy: Path) -> Iterator[TestClient]:
    with TestClient(create_server(town_copy)) as client:
        yield client


def bring_in(hand: Hand, path: Path, **asked: str) -> dict:
    query = "&".join(f"{k}={v}" for k, v in {"file": path.name, **asked}.items())
    answer = hand.client.post(f"/api/desk/drafts/{hand.draft}/foreign?{query}", content=path.read_bytes())
    assert answer.status_code == 200, answer.text
    told = answer.json()
    for group in told["groups"]:
        pick = {"tool": "file", "id": told["token"], "words": group["key"]}
        hand.step("paint", to=group["class"], zone=group["zone"], pick=pick)
    return told


@pytest.mark.slow
@pytest.mark.parametrize("ending", [".geojson", ".csv", ".gpkg", ".xlsx"])
def test_our_own_list_comes_back_exactly(client: TestClient, land: Land, tmp_path: Path, ending: str) -> None:
    path, plan = tmp_path / f"own{ending}", land.plan
    tables = (plan.zones, plan.membership, plan.calendar, plan.gate_points, plan.site_links)
    path.write_bytes(write_zones(format_of(path), *tables, plan.policy, plan.settings, plan.as_of))
    hand = Hand(client)
    told = bring_in(hand, path)
    assert told["ours"]
    assert not told["rejects"]
    assert hand.get()["moved"] == {"cells": {}, "units": {}}
    hand.step("paint", to="sealed", pick={"tool": "area", "id": "A0"})
    bring_in(hand, path)
    assert hand.get()["moved"] == {"cells": {}, "units": {}}, "what was painted since is as in the list again"


@pytest.fixture(scope="module")
def shared(town_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A server that examples may fill with drafts."""
    town = shutil.copytree(town_folder, tmp_path_factory.mktemp("shared") / "town")
    with TestClient(create_server(town)) as client:
        yield client


@pytest.mark.slow
@settings(max_examples=25)
@given(
    strokes=st.lists(
        st.tuples(
            st.sampled_from(["sealed", "controlled", "precaution", "none"]),
            st.lists(st.sampled_from(["E1", "E4-B2", "N2-F7", "N6", "E3-B2", "E1-B4-U5"]), min_size=1, unique=True),
        ),
        min_size=1,
        max_size=4,
    ),
    ending=st.sampled_from([".geojson", ".csv", ".gpkg"]),
)
def test_our_own_list_takes_back_whatever_was_drawn_since(
    shared: TestClient, land: Land, strokes: list[tuple[str, list[str]]], ending: str
) -> None:
    plan, hand = land.plan, Hand(shared)
    tables = (plan.zones, plan.membership, plan.calendar, plan.gate_points, plan.site_links)
    for to, names in strokes:
        hand.step("paint", to=to, pick={"tool": "names", "names": names})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"own{ending}"
        path.write_bytes(write_zones(format_of(path), *tables, plan.policy, plan.settings, plan.as_of))
        assert bring_in(hand, path)["ours"]
    assert hand.get()["moved"] == {"cells": {}, "units": {}}


def test_a_file_is_looked_at_before_it_is_a_stroke(client: TestClient, land: Land, tmp_path: Path) -> None:
    hand, path = Hand(client), written(land, tmp_path, ".geojson")
    told = bring_in(hand, path)
    assert (told["read"], told["accepted"], told["rejected"]) == (2, 2, 0)
    assert told["overlaps"] > 0
    assert hand.get()["undo"] == 2
    gone = hand.step("paint", 404, to="sealed", pick={"tool": "file", "id": "none", "words": "sealed"})
    assert "预览已不在" in gone["what_zh"]
    address = f"/api/desk/drafts/{hand.draft}/foreign"
    assert client.post(f"{address}?file=a.docx", content=b"x").status_code == 415
    assert client.post(f"{address}?file=a.csv", content=b"x", headers={"origin": "http://other"}).status_code == 403
    assert client.post(f"{address}?file=a.geojson", content=b"{").status_code == 400
