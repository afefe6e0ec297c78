"""What may trouble the life of a zone: ground that vanished, clocks that jumped, facts out of order; and of animals."""

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely

from tests.commandline import run
from tests.living import CASES, CONTROLLED, SEALED, Life, acts, held, log, when
from tests.town_golden import TOWN
from zoning.pipeline import derive


@pytest.fixture
def life(town_copy: Path) -> Life:
    return Life(town_copy)


def newer(folder: Path, kind: str) -> None:
    """A newer file of a kind, in which Lixiang Court is no more."""
    table = json.loads((TOWN / f"{kind}.geojson").read_text("utf-8"))
    table["features"] = [f for f in table["features"] if not f["properties"]["id"].startswith("E4")]
    (folder / f"{kind}.geojson").write_text(json.dumps(table), encoding="utf-8")
    assert run("load", folder, folder / f"{kind}.geojson", "--kind", kind) == 0


@pytest.mark.slow
def test_a_zone_whose_estate_vanished_from_a_newer_file_is_told_of_and_can_come_back(life: Life) -> None:
    life.open(SEALED, CONTROLLED)
    now = when("03-19").to_pydatetime()
    before = derive(life.folder, now)
    newer(life.folder, "estates")
    plan = derive(life.folder, now)
    zones = plan.zones.set_index("zone_id")
    # Its blocks are still there and say what they belong to; blocks 2 and 3 are beside the case's, 4 and 5 are not.
    assert zones.loc[[SEALED, CONTROLLED], "redrawn"].tolist() == [False, True]
    assert {atom for atom, (_, zone) in held(plan).items() if zone == CONTROLLED} == {"E4-B2", "E4-B3"}
    told = set(zip(plan.problems["code"], plan.problems["subject"], strict=True))
    assert {("unknown parent", f"E4-B{n}") for n in range(1, 6)} | {("redrawn", CONTROLLED)} <= told
    newer(life.folder, "buildings")
    bare = derive(life.folder, now).problems
    assert set(bare["subject"][bare["code"] == "bare"]) == {SEALED, CONTROLLED}
    for kind in ("estates", "buildings"):
        assert run("load", life.folder, TOWN / f"{kind}.geojson", "--kind", kind) == 0
    assert derive(life.folder, now).revision == before.revision


@pytest.mark.slow
def test_a_zone_that_lost_its_ground_can_still_be_ended(life: Life) -> None:
    life.open(SEALED, CONTROLLED)
    for kind in ("estates", "buildings"):
        newer(life.folder, kind)
    told = (
        "--recorded-at",
        "2022-03-19",
        "--as-of",
        "2022-03-19",
        "--by",
        "Li Wei",
        "--grounds",
        "its houses are gone",
    )
    assert run("decide", life.folder, SEALED, "--action", "extend", *told) == 1
    assert run("decide", life.folder, SEALED, "--action", "release", *told) == 0
    rest = derive(life.folder, when("03-19 12:00").to_pydatetime()).problems
    assert set(rest["subject"][rest["code"] == "bare"]) == {CONTROLLED}


@pytest.mark.slow
def test_decisions_count_in_the_order_of_their_clock_and_none_is_lost_where_it_jumped(life: Life) -> None:
    life.open(SEALED)
    # The next machine's clock was a day behind: its extension says 12 March, before the zone was drawn.
    behind = ("--recorded-at", "2022-03-12 10:00", "--as-of", "2022-03-14 10:00", "--by", "Wang")
    assert run("decide", life.folder, SEALED, "--action", "extend", "--scope", "zone", *behind) == 0
    row = life.plan("03-15").zones.set_index("zone_id").loc[SEALED]
    assert (row["status"], row["decided_by"], row["new_facts"]) == ("in_force", "Li Wei", [])
    assert (row["clock_from"], row["earliest_lift_at"]) == (when("03-14"), when("03-28"))
    assert [event["by"] for event in log(life.folder)] == ["Wang", "Li Wei"]
    # A release that says it was signed before the zone was drawn does not end what was drawn after it.
    early = ("--recorded-at", "2022-03-12 11:00", "--as-of", "2022-03-14 10:00", "--by", "Wang", "--grounds", "none")
    assert run("decide", life.folder, SEALED, "--action", "release", *early) == 0
    assert life.state(SEALED, "03-15") == ("sealed", "in_force", "phase_1")


@pytest.mark.slow
def test_versions_of_a_fact_count_by_when_they_were_recorded_in_whatever_order_they_are_loaded(
    life: Life, tmp_path: Path, town_folder: Path
) -> None:
    rows = [
        "C20,preliminary,2022-03-20,2022-03-20 09:00,,E4-B3,2022-03-20 10:00",
        "C20,excluded,2022-03-20,2022-03-20 09:00,,E4-B3,2022-03-21 10:00",
        "C20,confirmed,2022-03-20,2022-03-20 09:00,2022-03-22 12:00,E4-B3,2022-03-22 10:00",
    ]
    plans = []
    for order in ((0, 1, 2), (2, 0, 1), (1, 2, 0)):
        other = Life(shutil.copytree(town_folder, tmp_path / str(order)))
        for n in order:
            other.load("cases", CASES, [rows[n]])
        plans.append([other.plan(f"03-{day}").revision for day in ("20 11:00", "21 11:00", "22 11:00")])
    assert plans[0] == plans[1] == plans[2]
    assert len(set(plans[0])) == 3


FARM = (-1.40, 51.95)  # Oxfordshire
EARTH = pyproj.Geod(ellps="WGS84")


def around(metres: float, n: int = 360) -> np.ndarray:
    """Points at a distance from the farm, measured on the ellipsoid."""
    lng, lat, _ = EARTH.fwd(np.full(n, FARM[0]), np.full(n, FARM[1]), np.arange(n) * 360 / n, np.full(n, metres))
    return np.asarray(shapely.points(lng, lat))


@pytest.mark.slow
def test_birds_of_2008_every_point_at_2999_metres_is_protected_until_the_end_of_28_june(tmp_path: Path) -> None:
    def london(text: str) -> pd.Timestamp:
        return pd.Timestamp(text, tz="Europe/London").tz_convert("UTC")

    folder = tmp_path / "birds"
    for key, value in (("zone", "Europe/London"), ("policy", "eu-2020-687"), ("resolution", "8")):
        assert run("set", folder, key, value) == 0
    # A holding of two barns in one fence: only the fence's western metre lies within three kilometres.
    west = around(2999, 4)[1]
    fence = shapely.box(west.x, west.y - 0.001, west.x + 0.02, west.y + 0.001)
    barns = {
        name: shapely.box(west.x + x, west.y, west.x + x + 0.0002, west.y + 0.0002)
        for name, x in (("H-1", 0.0005), ("H-2", 0.019))
    }
    for kind, shapes in (("estates", {"H": fence}), ("buildings", barns)):
        rows = [
            {
                "type": "Feature",
                "properties": {"id": i, "name": i, "parent_id": "H"},
                "geometry": shapely.geometry.mapping(g),
            }
            for i, g in shapes.items()
        ]
        (folder / f"{kind}.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": rows}), "utf-8")
        assert run("load", folder, folder / f"{kind}.geojson", "--kind", kind) == 0
    head = "case_id,status,reported_at,isolated_at,cleaned_at,lng,lat,recorded_at\n"
    row = f"F1,confirmed,2008-06-03 18:00,2008-06-03 18:00,2008-06-07,{FARM[0]},{FARM[1]},2008-06-03 18:00\n"
    (folder / "cases.csv").write_text(head + row, "utf-8")
    assert run("load", folder, folder / "cases.csv", "--kind", "cases") == 0
    out = ("--decide", "auto", "--out", folder / "zones.csv")
    assert run("derive", folder, "--as-of", "2008-06-10", *out) == 0
    plan = derive(folder, london("2008-06-10").to_pydatetime())
    zone = plan.zones.set_index("class").loc["protection"]
    assert shapely.covers(zone["geometry"], around(2999)).all()
    assert not shapely.intersects(zone["geometry"], around(3015)).any()
    assert {held(plan)[name][0] for name in barns} == {"protection"}
    assert zone["earliest_lift_at"] == london("2008-06-29")
    act = acts(derive(folder, london("2008-06-28 23:59").to_pydatetime()), zone["zone_id"])["step"]
    assert (act["to"], act["ready"], act["at"]) == ("surveillance", False, london("2008-06-29"))
    assert run("derive", folder, "--as-of", "2008-06-29 00:00", *out) == 0
    after = derive(folder, london("2008-06-29").to_pydatetime()).zones.set_index("zone_id").loc[zone["zone_id"]]
    assert (after["class"], after["stage"], after["origin"]) == ("surveillance", "stepping_down", "protection")
