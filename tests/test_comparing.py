"""The comparing commands: what they print, what they write, and what they refuse."""

import csv
import json
from pathlib import Path

import pytest

from tests.commandline import log_of, run
from tests.house import ROOT
from tests.town_golden import play
from zoning.hashes import digest

Caught = pytest.CaptureFixture[str]
TWO = "cn-sz-2022,cn-sz-2022:rest_of_estate=precaution"


def test_diff_names_the_facts_on_the_screen_and_none_in_the_file(
    town_folder: Path, tmp_path: Path, capsys: Caught
) -> None:
    out = tmp_path / "changes.geojson"
    assert run("diff", town_folder, "--from", "2022-03-15", "--to", "2022-03-16", "--out", out) == 0
    told = capsys.readouterr().out
    assert told.splitlines()[0] == "2022年3月14日24时 -> 2022年3月15日24时: 2 changes"
    assert "grown: 封控区 sealed zone" in told
    assert f"({digest('cases:C5', 'core')}); people 98 -> 196; because cases:C6" in told
    assert "facts new: cases:C6, visits:V5" not in told  # V5 is seen from its arrival on, a day before
    assert "cases:C6" in told.partition("facts new: ")[2]
    text = out.read_text("utf-8")
    assert [f["properties"]["change"] for f in json.loads(text)["features"]] == ["grown", "shrunk"]
    assert "cases:" not in text


@pytest.mark.slow
def test_diff_of_two_times_of_knowing_takes_one_date(town_copy: Path, tmp_path: Path, capsys: Caught) -> None:
    play("correction", town_copy)
    times = ["--known-from", "2022-03-15 09:29", "--known-to", "2022-03-15 09:31"]
    assert run("diff", town_copy, *times, "--out", tmp_path / "c.csv") == 0
    told = capsys.readouterr().out
    assert "facts corrected: cases:C4\n" in told
    assert "(known 2022年3月15日9时29分)" in told
    rows = list(csv.DictReader((tmp_path / "c.csv").read_text("utf-8-sig").splitlines()))
    assert [r["change"] for r in rows] == ["grown", "grown", "shrunk", "shrunk"]
    assert {r["because_zh"] for r in rows} == {"更正病例1"}


def test_diff_of_two_packs_blames_the_pack(town_folder: Path, capsys: Caught) -> None:
    given = ["--policy-from", "cn-sz-2022", "--policy", ROOT / "tests" / "packs" / "xx-ring-1.toml"]
    assert run("diff", town_folder, *given) == 0
    told = capsys.readouterr().out
    assert "ended: 防范区 precaution zone: 石涌社区" in told
    assert "because another pack, or other choices in it" in told
    assert "because cases:" not in told


def test_diff_needs_an_earlier_side_and_a_known_ending(town_folder: Path, tmp_path: Path, capsys: Caught) -> None:
    assert run("diff", town_folder, "--to", "2022-03-16") == 1
    assert "diff needs an earlier side: --from" in capsys.readouterr().err
    assert run("diff", town_folder, "--from", "2022-03-16", "--out", tmp_path / "a.gpkg") == 1
    assert "ends in neither .geojson nor .csv" in capsys.readouterr().err


@pytest.mark.slow
def test_compare_prints_and_writes_the_same_sums(town_folder: Path, tmp_path: Path, capsys: Caught) -> None:
    before = log_of(town_folder)
    for name in ("p.csv", "p.html", "p.svg"):
        assert run("compare", town_folder, "--policies", TWO, "--language", "en", "--out", tmp_path / name) == 0
    told = capsys.readouterr().out
    assert "cn-sz-2022: 封控区 sealed zone: 6 zones, 1,014 people, 14,196 person-days to the lift" in told
    rows = list(csv.DictReader((tmp_path / "p.csv").read_text("utf-8-sig").splitlines()))
    assert {r["plan"] for r in rows} == set(TWO.split(","))
    assert len(rows) == 6
    assert (tmp_path / "p.html").read_text("utf-8").count('class="map"') == 2
    assert (tmp_path / "p.svg").read_text("utf-8").count('class="map"') == 2
    assert log_of(town_folder) == before


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--policies", "cn-sz-2022", "--out", "p.png"], "ends in none of .html, .svg, .csv"),
        (["--policies", " , "], "--policies names no pack"),
        (["--policies", "cn-sz-2022:rest"], "'rest' is not key=value"),
        (["--policies", "nowhere"], "policy 'nowhere' is not there"),
    ],
)
def test_compare_says_what_it_cannot_do(given: list[str], said: str, town_folder: Path, capsys: Caught) -> None:
    assert run("compare", town_folder, *given) == 1
    assert said in capsys.readouterr().err
