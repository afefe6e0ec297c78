"""The asking commands: reasons, calendars, contracts and packs."""

import csv
import json
import re
from pathlib import Path

import pytest

from tests.commandline import run
from tests.house import ROOT
from zoning.policy import FOLDER, Policy
from zoning.tables import KINDS

Caught = pytest.CaptureFixture[str]


SUBJECTS = [
    (["--unit", "E1-B4-U5"], "sealed", ["R1"]),
    (["--unit", "E1-B4/rest"], "controlled", ["R3"]),
    (["--unit", "N3"], "controlled", ["R2"]),
    (["--unit", "N7"], None, []),
    (["--unit", "8b411caa6261fff"], "sealed", ["R1"]),
    (["--unit", "E1"], "sealed", ["R1"]),
    (["--at", "114.0529085,22.5398366"], "sealed", ["R1"]),
    (["--at", "114.0611181,22.5401886"], "sealed", ["R1"]),
]


@pytest.mark.parametrize(("subject", "wanted", "rules"), SUBJECTS, ids=[" ".join(s[0]) for s in SUBJECTS])
def test_explain_names_class_rules_and_citations(
    subject: list[str], wanted: str | None, rules: list[str], town_folder: Path, capsys: Caught
) -> None:
    assert run("explain", town_folder, *subject, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["class"] == wanted
    assert [r["rule_id"] for r in found["reasons"]][: len(rules)] == rules
    assert all(r["cite"] and r["facts"] for r in found["reasons"])


def test_explain_takes_the_two_times(town_folder: Path, capsys: Caught) -> None:
    assert run("explain", town_folder, "--unit", "E1-B4-U5", "--json", "--as-of", "2022-03-10 20:00") == 0
    assert json.loads(capsys.readouterr().out)["class"] is None
    assert run("explain", town_folder, "--unit", "E1-B4-U5", "--json", "--known-at", "2022-03-10 20:59") == 0
    assert json.loads(capsys.readouterr().out)["class"] is None


def test_the_calendar_is_csv_or_ics_in_either_language(town_folder: Path, tmp_path: Path, capsys: Caught) -> None:
    assert run("schedule", town_folder, "--out", tmp_path / "c.csv", "--language", "en") == 0
    rows = list(csv.DictReader((tmp_path / "c.csv").read_text("utf-8-sig").splitlines()))
    assert f"{len(rows)} test rounds of 15 zones" in capsys.readouterr().out
    assert run("schedule", town_folder, "--out", tmp_path / "c.ics") == 0
    text = (tmp_path / "c.ics").read_text("utf-8")
    assert text.startswith("BEGIN:VCALENDAR")
    assert "封控区" in text


def test_packs_are_listed_shown_and_checked(capsys: Caught) -> None:
    assert run("policy", "list") == 0
    assert "cn-sz-2022: 深圳三区分级管控（2022年）" in capsys.readouterr().out
    assert run("policy", "show", "cn-sz-2022") == 0
    assert Policy.model_validate(json.loads(capsys.readouterr().out)).pack.id == "cn-sz-2022"
    assert run("policy", "schema") == 0
    assert json.loads(capsys.readouterr().out)["title"] == "Cordon policy pack"
    assert run("policy", "check", "cn-sz-2022") == 0
    told = capsys.readouterr().out
    assert re.match(r"cn-sz-2022 1\.0: 7 rules, 4 classes, \d+ values\ngrades: A \d+, B \d+", told)
    assert re.search(r"^vectors: \d+ lines, all hold$", told, re.MULTILINE)


def test_a_vector_that_does_not_hold_fails_the_check(tmp_path: Path, capsys: Caught) -> None:
    for ending in ("toml", "vectors.toml"):
        text = (FOLDER / f"cn-sz-2022.{ending}").read_text("utf-8")
        longer = text.replace("no_new_days = { value = 14", "no_new_days = { value = 20")
        (tmp_path / f"mine.{ending}").write_text(longer, "utf-8")
    assert run("policy", "check", tmp_path / "mine.toml") == 1
    assert "fault: lift 1, sealed: the text has 2022-03-27T00:00:00+08:00, the pack gives" in capsys.readouterr().out


@pytest.mark.parametrize("packs", [[], ["cn-sz-2022"], ["cn-sz-2022"] * 3])
def test_a_comparison_is_of_two_packs(packs: list[str], capsys: Caught) -> None:
    assert run("policy", "diff", *packs) == 1
    assert "policy diff needs two packs" in capsys.readouterr().err


def test_checking_a_pack_lists_what_is_unset(tmp_path: Path, capsys: Caught) -> None:
    text = (ROOT / "tests" / "packs" / "xx-ring-1.toml").read_text("utf-8")
    path = tmp_path / "mine.toml"
    path.write_text(
        text.replace("radius_m = { value = 25, ", "radius_m = { ").replace('"m", grade = "O"', '"m", grade = "U"', 1)
    )
    assert run("policy", "check", path) == 0
    out = capsys.readouterr().out
    assert "note: rules.Hearth.ground.radius_m is unset (grade U)" in out
    assert "U 1" in out


def test_an_unset_number_stops_a_derivation(town_folder: Path, tmp_path: Path, capsys: Caught) -> None:
    text = (ROOT / "tests" / "packs" / "xx-ring-1.toml").read_text("utf-8")
    path = tmp_path / "mine.toml"
    path.write_text(
        text.replace("radius_m = { value = 25, ", "radius_m = { ").replace('"m", grade = "O"', '"m", grade = "U"', 1)
    )
    assert run("derive", town_folder, "--policy", path, "--out", tmp_path / "z.geojson") == 1
    assert "is unset (grade U); `policy check` names it" in capsys.readouterr().err


@pytest.mark.parametrize("kind", ["", *KINDS])
def test_schema_prints_the_contract(kind: str, capsys: Caught) -> None:
    assert run("schema", *([kind] if kind else [])) == 0
    out = capsys.readouterr().out
    assert re.findall(r"^## (\w+)", out, re.MULTILINE) == ([kind] if kind else list(KINDS))


def test_find_lists_names_and_resolves_the_address(town_folder: Path, capsys: Caught) -> None:
    assert run("find", town_folder, "临水花园6栋2单元") == 0
    found = json.loads(capsys.readouterr().out)
    assert [found["names"][0][key] for key in ("id", "kind", "why")] == ["E1-B6-U2", "stairwell", "exact"]
    said = {"atoms": ["E1-B6-U2"], "question": "", "question_zh": "", "candidates": []}
    assert found["address"] == {**said, "unit": "E1-B6-U2", "place": ""}
    assert run("find", town_folder, "lshy", "--limit", "1") == 0
    found = json.loads(capsys.readouterr().out)
    assert [name["id"] for name in found["names"]] == ["E1"]
    assert found["address"]["candidates"][0] == ["E1", "临水花园"]
