"""The layer of what changed since an earlier plan: which ground is shown as stricter, milder or only dated anew."""

from pathlib import Path

import pandas as pd
import pytest
import shapely
from fastapi.testclient import TestClient

from app import create_server
from layers.changes import CHANGES_LAYER
from layers.style import look_of
from tests.commandline import run
from tests.town_golden import play
from zoning.differences import compare_plans
from zoning.hashes import digest
from zoning.pipeline import Plan, derive


def local(text: str) -> pd.Timestamp:
    return pd.Timestamp(text, tz="Asia/Shanghai").to_pydatetime()


def drawn(before: Plan, after: Plan) -> list[tuple[str, str, shapely.Geometry]]:
    """Look, zone and shape of what the layer draws."""
    part, points = CHANGES_LAYER.parts(compare_plans(before, after))
    assert len(points.shapes) == len(part.shapes)
    return list(zip(part.columns["look"], part.columns["id"], part.shapes, strict=True))


def test_ground_that_is_stricter_is_drawn_once_by_the_zone_that_took_it(town_folder: Path) -> None:
    found = drawn(*(derive(town_folder, local(f"2022-03-{d}"), local(f"2022-03-{d}")) for d in (13, 14)))
    assert {look for look, _, _ in found} == {"more"}
    # Seven zones opened; what the precaution zone lost is drawn by the zones that took it.
    assert len(found) == 7
    assert digest("cases:C1", "area:A1") not in {zone for _, zone, _ in found}


def test_ground_that_falls_back_is_milder(town_copy: Path) -> None:
    play("withdraw_C3", town_copy)
    found = drawn(*(derive(town_copy, known_at=local(f"2022-03-17 {at}")) for at in ("22:59", "23:01")))
    assert [(look, zone) for look, zone, _ in found] == [("less", digest("cases:C4", "area:A2"))]


def test_ground_that_no_zone_holds_any_more_is_milder(town_folder: Path) -> None:
    days = [derive(town_folder, local(f"2022-03-{d}")) for d in (18, 10)]
    found = drawn(*days)
    assert {look for look, _, _ in found} == {"less"}
    assert len(found) == len(days[0].zones)


def test_a_zone_that_is_only_dated_anew_gets_an_outline(town_copy: Path) -> None:
    given = ("--by", "Li Wei", "--in-force-from", "2022-03-15 00:00", "--recorded-at", "2022-03-14 22:00")
    assert run("decide", town_copy, digest("cases:C1", "core"), *given) == 0
    plans = [derive(town_copy, local(f"2022-03-{at}")) for at in ("14 21:00", "14 23:00")]
    assert [(look, zone) for look, zone, _ in drawn(*plans)] == [("other", digest("cases:C1", "core"))]


def test_the_three_looks_have_a_hatch_and_a_sign_each(town_plan: Plan) -> None:
    assert not CHANGES_LAYER.on
    look = look_of(town_plan.policy, "light", "zh")
    images = CHANGES_LAYER.images(look)
    assert len({spec["hatch"] for name, spec in images.items() if name.startswith("hatch")}) == 3
    assert len({spec["text"] for name, spec in images.items() if name.startswith("badge")}) == 3
    assert next(entry.names["en"] for entry in CHANGES_LAYER.legend(look)) == "new or stricter"


@pytest.fixture(scope="module")
def client(town_folder: Path) -> TestClient:
    return TestClient(create_server(town_folder))


def test_tiles_of_changes_are_those_since_the_day_before(client: TestClient) -> None:
    def size(day: str) -> int:
        return len(client.get(f"/api/tiles/changes/15/26765/14277.mvt?day={day}").content)

    style = client.get("/api/style?day=2022-03-13").json()
    assert "/api/tiles/changes/" in style["sources"]["changes"]["tiles"][0]
    assert size("2022-03-13") > 0
    assert size("2022-03-14") == 0
