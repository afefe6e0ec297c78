"""The whole program over the town: workspace in, page, list, tiles and reasons out."""

import sys
from collections.abc import Iterator
from pathlib import Path

import mapbox_vector_tile
import numpy as np
import pytest
import shapely
from fastapi.testclient import TestClient

import app
from dashboard.cards import make_card
from dashboard.plans import Engine, Plans, Question, Shown
from layers import LAYERS
from layers.tiles import to_mercator
from layers.zones import shown as zones_shown
from tests.test_dashboard_cards import said
from zoning.cli import main as cordon


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("workspace") / "town"
    assert cordon(["town", str(folder)]) == 0
    return folder


@pytest.fixture(scope="module")
def plan(town: Path) -> Shown:
    return Plans(app.make_engine(town)).get(Question())


@pytest.fixture(scope="module")
def engine(town: Path) -> Engine:
    return app.make_engine(town)


@pytest.fixture(scope="module")
def client(town: Path) -> Iterator[TestClient]:
    with TestClient(app.create_server(town)) as client:
        yield client


def test_the_list_is_that_of_the_plan(client: TestClient, plan: Shown) -> None:
    rows = client.get("/api/zones").json()["zones"]
    assert sorted(row["id"] for row in rows) == sorted(zones_shown(plan.plan)["zone_id"])
    assert len(rows) > 5
    assert "Cordon" in client.get("/").text


def test_every_zone_is_in_the_tile_of_its_place(client: TestClient, plan: Shown) -> None:
    template = client.get("/api/style").json()["sources"]["plan"]["tiles"][0]
    zones = zones_shown(plan.plan)
    inside = shapely.get_coordinates(shapely.point_on_surface(zones.geometry.to_numpy()))
    squares = (to_mercator(inside) * 2**16).astype(int)
    seen = {}
    for x, y in np.unique(squares, axis=0).tolist():
        layers = mapbox_vector_tile.decode(client.get(template.format(z=16, x=x, y=y)).content)
        seen[x, y] = {feature["properties"]["id"] for feature in layers["zones"]["features"]}
    for zone_id, square in zip(zones["zone_id"], squares.tolist(), strict=True):
        assert zone_id in seen[tuple(square)]


@pytest.mark.slow
def test_everything_on_the_map_has_a_card(plan: Shown, engine: Engine) -> None:
    count = 0
    # What changed has no card of its own: a click on it finds the zone below.
    for layer in (layer for layer in LAYERS if layer.source != "changes"):
        for part in layer.parts(plan.plan):
            for key in part.columns.get("id", [])[:60]:
                card = said(make_card(plan, {"layer": layer.key, "id": key}, engine), "en")
                assert "does not exist" not in card, (layer.key, key)
                count += 1
    assert count > 100


def test_a_card_of_a_zone_names_the_rules_of_the_zone(plan: Shown, engine: Engine) -> None:
    for zone in zones_shown(plan.plan).itertuples():
        card = said(make_card(plan, {"layer": "zones", "id": zone.zone_id}, engine), "zh")
        for rule in zone.rule_ids:
            assert rule in card


def test_a_folder_that_is_no_workspace_is_one_clear_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["app.py", str(tmp_path)])
    assert app.main() == 2
    said = capsys.readouterr().err
    assert said.startswith("error: ")
    assert len(said.splitlines()) == 1


def test_reasons_say_what_would_change_a_class_and_what_the_zone_waits_for(client: TestClient) -> None:
    found = client.get("/api/explain?unit=E1-B4-U5").json()
    assert (found["class"], found["asked_of"], found["zone"]["status"]) == ("sealed", "E1-B4-U5", "proposed")
    assert found["ways"][-1]["class"] is None
    assert {way["class"] for way in found["ways"]} == {"controlled", "precaution", None}
    assert [act["act"] for act in found["acts"]] == ["open"]
