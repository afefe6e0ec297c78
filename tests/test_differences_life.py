"""What a decision made of a zone is told by `diff` with the decision: a reset by building, a step, a raise."""

import json
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest

from tests.commandline import run
from tests.living import CASES, CONTROLLED, SEALED, Life
from zoning import state
from zoning.differences import compare_plans
from zoning.hashes import digest
from zoning.store import Workspace

NEW = "C20,confirmed,2022-03-20,2022-03-20 09:00,2022-03-20 12:00,E4-B3,2022-03-20 10:00"
PART = digest(SEALED, "E4-B3", "part")


@dataclass(frozen=True)
class Told:
    """What two times differ by: the table, by change and zone; the file; the lines of the command; the events."""

    table: pd.DataFrame
    file: dict[tuple[str, str], dict[str, Any]]
    said: str
    event: dict[str, str]


@pytest.fixture(scope="module")
def life(town_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Life:
    """A new case in block 3, whose clock begins again there alone; later the rest of the estate is raised to sealed."""
    life = Life(copytree(town_folder, tmp_path_factory.mktemp("life") / "town"))
    assert run("set", life.folder, "options", "after_sealed=precaution") == 0
    life.open(SEALED, CONTROLLED)
    life.load("cases", CASES, [NEW])
    life.decide(SEALED, "03-20 13:00", "extend", "--scope", "building")
    life.decide(CONTROLLED, "03-28 08:00", "raise", "--to", "sealed", "--in-force-from", "2022-03-28 08:00")
    return life


def told(life: Life, capsys: pytest.CaptureFixture[str], start: str, end: str) -> Told:
    out = life.folder / "changes.geojson"
    times = ("--from", f"2022-{start}", "--known-from", f"2022-{start}", "--to", f"2022-{end}")
    capsys.readouterr()
    assert run("diff", life.folder, *times, "--known-to", f"2022-{end}", "--out", out) == 0
    said, decisions = capsys.readouterr().out, state.fold(Workspace(life.folder)).decisions
    table: gpd.GeoDataFrame = compare_plans(life.plan(start), life.plan(end), decisions)
    features = [feature["properties"] for feature in json.loads(out.read_text("utf-8"))["features"]]
    by_act = dict(zip(decisions["action"], decisions["event_id"], strict=True))
    return Told(
        table.set_index(["change", "zone_id"]), {(f["change"], f["zone_id"]): f for f in features}, said, by_act
    )


@pytest.mark.slow
def test_a_reset_by_building_splits_the_zone_for_the_decision(life: Life, capsys: pytest.CaptureFixture[str]) -> None:
    found = told(life, capsys, "03-20 12:00", "03-20 14:00")
    assert set(found.table.index) == set(found.file) == {("split", PART), ("dates", SEALED)}
    split = found.table.loc["split", PART]
    assert (split["was"], split["class_before"], split["class_after"]) == (SEALED, "sealed", "sealed")
    assert split["because"] == [found.event["part"], found.event["extend"]]
    assert found.table.loc[("dates", SEALED), "because"] == [found.event["extend"]]
    assert found.file["split", PART]["was"] == SEALED
    assert found.file["split", PART]["because_zh"] == "决定：单独重新计时，决定：追加"
    assert found.file["dates", SEALED]["because_en"] == "decided: extend"
    assert f"split: 封控区 sealed zone: 荔香苑 3栋 ({PART}, before: {SEALED})" in found.said
    assert f"because {found.event['part']}, {found.event['extend']}" in found.said


@pytest.mark.slow
def test_a_step_turns_the_class_for_the_decision(life: Life, capsys: pytest.CaptureFixture[str]) -> None:
    folder = copytree(life.folder, life.folder.parent / "stepped")
    apart = Life(folder)
    for zone, action, more in ((CONTROLLED, "release", ()), (SEALED, "step", ("--to", "precaution"))):
        apart.decide(zone, "03-27 08:00", action, "--in-force-from", "2022-03-27 14:00", *more)
    found = told(apart, capsys, "03-27 13:00", "03-27 15:00")
    row = found.table.loc["class", SEALED]
    assert (row["class_before"], row["class_after"], row["rank_before"], row["rank"]) == ("sealed", "precaution", 1, 4)
    assert row["because"] == [found.event["step"]]
    assert found.file["class", SEALED]["because_zh"] == "决定：调整等级"
    assert f"class: 封控区 sealed zone -> 防范区 precaution zone: 荔香苑 1栋 ({SEALED})" in found.said
    assert found.event["step"] in found.said


@pytest.mark.slow
def test_a_raise_turns_the_class_and_takes_ground_for_the_decision(
    life: Life, capsys: pytest.CaptureFixture[str]
) -> None:
    found = told(life, capsys, "03-28 07:00", "03-28 09:00")
    row = found.table.loc["class", CONTROLLED]
    assert (row["class_before"], row["class_after"]) == ("controlled", "sealed")
    assert {tuple(because) for because in found.table["because"]} == {(found.event["raise"],)}
    assert {line["because_zh"] for line in found.file.values()} == {"决定：升级"}
    assert f"class: 管控区 controlled zone -> 封控区 sealed zone: 荔香苑 ({CONTROLLED})" in found.said
    assert "time passed" not in found.said
