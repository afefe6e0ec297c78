"""Every command: what it prints and where, its exit code, and that a wrong word leaves the log untouched."""

import csv
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house import ROOT
from tests.town_golden import TOWN
from zoning.cli import build_parser, main
from zoning.export import read_zones
from zoning.hashes import digest
from zoning.pipeline import derive
from zoning.policy import Policy
from zoning.store import LOG, Workspace
from zoning.tables import KINDS

HEAD = "case_id,status,reported_at,recorded_at,lng,lat\n"
GOOD = "C91,confirmed,2022-03-17,2022-03-17 21:00,114.0529,22.5398\n"
COMMANDS = ("load", "withdraw", "derive", "decide", "explain", "schedule", "schema", "policy", "set", "town")
Caught = pytest.CaptureFixture[str]


def run(*given: object) -> int:
    return main([str(part) for part in given])


def zones(path: Path) -> dict[str, dict[str, object]]:
    found = json.loads(path.read_text("utf-8"))["features"]
    return {f["properties"]["zone_id"]: f["properties"] for f in found}


def log_of(folder: Path) -> bytes:
    return (folder / LOG).read_bytes()


def test_the_program_runs_as_a_module_and_teaches(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-m", "zoning"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "COMMAND" in done.stderr
    done = subprocess.run(
        [sys.executable, "-m", "zoning", "derive", str(tmp_path), "--out", "x"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: ")
    assert "load a file into it first" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("command", COMMANDS)
def test_help_says_what_a_command_does_with_an_example_that_parses(command: str, capsys: Caught) -> None:
    with pytest.raises(SystemExit) as ended:
        run(command, "--help")
    assert ended.value.code == 0
    text = " ".join(capsys.readouterr().out.split())
    example = text.rpartition("Example: python -m zoning ")[2]
    assert example.startswith(command)
    words = re.findall(r"'[^']*'|\S+", example)
    assert build_parser().parse_args([word.strip("'") for word in words]).run


def test_the_first_help_names_every_command(capsys: Caught) -> None:
    with pytest.raises(SystemExit):
        run("--help")
    out = capsys.readouterr().out
    assert all(re.search(rf"^ +{command} +\w", out, re.MULTILINE) for command in COMMANDS)
    assert "First steps:" in out


@pytest.mark.parametrize(
    "given",
    [
        ["fly"], ["derive", "w"], ["load", "w", "x.csv"], ["load", "w", "x.csv", "--kind", "dogs"],
        ["explain", "w"], ["explain", "w", "--unit", "a", "--at", "1,2"], ["decide", "w", "z"],
        ["decide", "w", "z", "--by", "me", "--action", "fly"], ["schema", "dogs"], ["policy", "burn"],
    ],
)  # fmt: skip
def test_a_wrong_command_is_code_2_and_told_on_stderr(given: list[str], capsys: Caught) -> None:
    with pytest.raises(SystemExit) as ended:
        run(*given)
    told = capsys.readouterr()
    assert (ended.value.code, told.out) == (2, "")
    assert "usage: " in told.err


WRONG = [
    (["derive", "W", "--as-of", "soon", "--out", "OUT/z.geojson"], "time 'soon'"),
    (["derive", "W", "--known-at", "2022-13-01", "--out", "OUT/z.geojson"], "2022-13-01"),
    (["derive", "W", "--policy", "nope", "--out", "OUT/z.geojson"], "the packs are cn-sz-2022"),
    (["derive", "W", "--out", "OUT"], "OUT: Is a directory"),
    (["derive", "nowhere", "--out", "OUT/z.geojson"], "holds no workspace"),
    (["explain", "W", "--unit", "nothing"], "'nothing' is no unit, atom or cell"),
    (["explain", "W", "--at", "1"], "is not LNG,LAT; write it as 114.05,22.54"),
    (["explain", "W", "--at", "200,0"], "is not on earth"),
    (["schedule", "W", "--out", "OUT/a.txt"], "ends in neither .csv nor .ics"),
    (["withdraw", "W", "cases:C33"], "nearest: cases:C3"),
    (["decide", "W", "abc", "--by", "Li Wei"], "zone 'abc' is not in the plan"),
    (["set", "W", "colour", "red"], "the settings are zone"),
    (["set", "W", "zone", "Mars"], "give an IANA name"),
    (["set", "W", "resolution", "99"], "give 0 to 15"),
    (["set", "W", "options", "rest_of_estate=red"], "rest_of_estate = controlled | like_controlled | precaution"),
    (["load", "W", "nofile.csv", "--kind", "cases"], "nofile.csv is not there"),
    (["load", "W", "a.csv", "b.csv", "--kind", "cases", "--source", "s"], "load the files one by one"),
    (["load", "W", "a.csv", "--kind", "cases", "--map", "x"], "is not OURS=THEIRS"),
    (["policy", "show"], "needs a pack"),
    (["policy", "check", "nope"], "the packs are cn-sz-2022"),
]


@pytest.mark.parametrize(("given", "told"), WRONG, ids=[" ".join(given[:4]) for given, _ in WRONG])
def test_a_wrong_word_is_code_1_one_error_and_an_untouched_log(
    given: list[str], told: str, town_folder: Path, tmp_path: Path, capsys: Caught
) -> None:
    before = log_of(town_folder)
    words = [part.replace("OUT", str(tmp_path)) if part != "W" else str(town_folder) for part in given]
    assert run(*words) == 1
    out, err = capsys.readouterr()
    errors = [line for line in err.splitlines() if not line.startswith("note: ")]
    assert out == ""
    assert len(errors) == 1
    assert errors[0].startswith("error: ")
    assert told.replace("OUT", str(tmp_path)) in errors[0]
    assert log_of(town_folder) == before
    assert list(tmp_path.iterdir()) == []


def test_one_bad_file_does_not_keep_the_others_out(town_copy: Path, tmp_path: Path, capsys: Caught) -> None:
    (tmp_path / "one.csv").write_text(HEAD + GOOD)
    (tmp_path / "bad.csv").write_text("a,b\n1,2\n")
    (tmp_path / "two.csv").write_text(
        HEAD + GOOD.replace("C91", "C92") + GOOD.replace("C91", "C93").replace("114", "x")
    )
    files = [tmp_path / f"{name}.csv" for name in ("one", "bad", "two")]
    assert run("load", town_copy, *files, "--kind", "cases", "--author", "Li Wei") == 1
    out, err = capsys.readouterr()
    assert re.findall(r"^(\w+\.csv): cases: (read .*)$", out, re.MULTILINE) == [
        ("one.csv", "read 1 = accepted 1 + rejected 0"),
        ("two.csv", "read 2 = accepted 1 + rejected 1"),
    ]
    assert f"the rejected rows are in {town_copy / 'rejects.csv'}" in out
    assert err.startswith("error: bad.csv")
    assert err.count("\n") == 1
    known = derive(town_copy).tables["cases"]["case_id"]
    assert {"C91", "C92"} <= set(known)
    assert "C93" not in set(known)
    assert {e.author for e in Workspace(town_copy).events()} == {"", "Li Wei"}


def test_loading_again_says_that_nothing_is_new(town_copy: Path, capsys: Caught) -> None:
    before = log_of(town_copy)
    assert run("load", town_copy, TOWN / "cases.csv", "--kind", "cases") == 0
    assert "nothing new: the workspace holds these rows already" in capsys.readouterr().out
    assert log_of(town_copy) == before


def test_the_town_command_loads_every_file_and_a_second_run_adds_nothing(tmp_path: Path, capsys: Caught) -> None:
    folder = tmp_path / "town"
    assert run("town", folder) == 0
    lines = capsys.readouterr().out.splitlines()
    counts = [re.search(r"read (\d+) = accepted (\d+) \+ rejected (\d+)$", line) for line in lines]
    found = [[int(n) for n in c.groups()] for c in counts if c]
    assert len(found) == 16
    assert all(read == accepted + rejected for read, accepted, rejected in found)
    before = log_of(folder)
    assert run("town", folder) == 0
    assert log_of(folder) == before


def test_derive_writes_what_can_be_read_back_as_membership(town_folder: Path, tmp_path: Path, capsys: Caught) -> None:
    out = tmp_path / "new" / "zones.geojson"
    assert run("derive", town_folder, "--out", out) == 0
    plan = derive(town_folder)
    found = read_zones(out.read_bytes())
    pairs = set(zip(found["atom_id"], found["zone_id"], found["class"], strict=True))
    assert pairs == set(
        zip(plan.membership["atom_id"], plan.membership["zone_id"], plan.membership["class"], strict=True)
    )
    told, notes = capsys.readouterr()
    assert "封控区 sealed zone: 6 zones" in told
    assert f"{out}: 15 zones as of 2022年3月17日24时; state {plan.revision[:16]}" in told
    assert "proposed by R4: unit:E2 -> sealed, for cases:C5, cases:C6" in told
    assert "cases:C2: its place is not known" in notes


def test_a_workspace_without_facts_gives_an_empty_list(tmp_path: Path, capsys: Caught) -> None:
    assert run("load", tmp_path / "w", TOWN / "areas.geojson", "--kind", "areas") == 0
    assert run("derive", tmp_path / "w", "--out", tmp_path / "z.geojson") == 0
    assert zones(tmp_path / "z.geojson") == {}
    assert "0 zones" in capsys.readouterr().out
    assert run("schedule", tmp_path / "w", "--out", tmp_path / "c.csv") == 0


def test_deciding_all_by_itself_twice_adds_nothing(town_copy: Path, tmp_path: Path) -> None:
    given = ["derive", town_copy, "--decide", "auto", "--out", tmp_path / "z.geojson"]
    assert run(*given) == 0
    first, log = zones(tmp_path / "z.geojson"), log_of(town_copy)
    assert {z["status"] for z in first.values()} == {"in_force"}
    one = first[digest("cases:C1", "core")]
    # C1 was reported on 10 March at 20:15: in force from 10 March 24时, and 14 full days run to 24 March 24时.
    assert (one["in_force_from"], one["earliest_lift_at"]) == ("2022-03-11T00:00:00+08:00", "2022-03-25T00:00:00+08:00")
    assert run(*given) == 0
    assert zones(tmp_path / "z.geojson") == first
    assert log_of(town_copy) == log


def test_a_person_decides_extends_and_releases(town_copy: Path, tmp_path: Path, capsys: Caught) -> None:
    zone, out = digest("cases:C1", "core"), tmp_path / "z.geojson"
    given = ["decide", town_copy, zone, "--by", "Li Wei"]
    assert run(*given, "--notice", "第48号", "--in-force-from", "3月14日24时", "--recorded-at", "2022-03-14 22:00") == 0
    told = capsys.readouterr().out
    assert zone in told
    assert "in force from 2022年3月14日24时" in told
    assert "note:" not in told
    assert run("derive", town_copy, "--out", out) == 0
    found = zones(out)[zone]
    assert (found["status"], found["in_force_from"]) == ("in_force", "2022-03-15T00:00:00+08:00")
    assert (found["delineated_at"], found["earliest_lift_at"]) == (
        "2022-03-14T22:00:00+08:00",
        "2022-03-29T00:00:00+08:00",
    )
    assert {z["status"] for i, z in zones(out).items() if i != zone} == {"proposed"}
    assert run("derive", town_copy, "--known-at", "2022-03-14 21:59", "--out", out) == 0
    assert zones(out)[zone]["status"] == "proposed"
    assert run(*given, "--action", "release", "--grounds", "clean round", "--recorded-at", "2022-03-17 20:00") == 0
    assert run("derive", town_copy, "--out", out) == 0
    assert zones(out)[zone]["status"] == "released"


def test_a_decision_that_the_map_does_not_show_yet_says_so(town_copy: Path, capsys: Caught) -> None:
    assert run("decide", town_copy, digest("cases:C1", "core"), "--by", "Li Wei") == 0
    assert "note: the map is of 2022年3月17日24时; the decision shows on maps from " in capsys.readouterr().out


def test_an_old_notice_is_entered_by_its_start_alone(town_copy: Path, tmp_path: Path) -> None:
    zone = digest("cases:C1", "core")
    assert run("decide", town_copy, zone, "--by", "Li Wei", "--in-force-from", "2022-03-15 00:00") == 0
    assert run("derive", town_copy, "--out", tmp_path / "z.geojson") == 0
    found = zones(tmp_path / "z.geojson")[zone]
    assert (found["status"], found["delineated_at"]) == ("in_force", "2022-03-15T00:00:00+08:00")


def test_a_zone_is_not_in_force_before_it_is_delineated(town_copy: Path, capsys: Caught) -> None:
    before = log_of(town_copy)
    times = ["--in-force-from", "2022-03-15 00:00", "--delineated-at", "2022-03-15 08:00"]
    assert run("decide", town_copy, digest("cases:C1", "core"), "--by", "Li Wei", *times) == 1
    assert "lies before --delineated-at" in capsys.readouterr().err
    assert log_of(town_copy) == before


@pytest.mark.parametrize(("typed", "start"), [("12月31日24时", "2022年12月31日24时"), ("1月3日", "2023年1月2日24时")])
def test_a_date_without_a_year_is_the_nearest_one(town_copy: Path, typed: str, start: str, capsys: Caught) -> None:
    given = ["--by", "Li Wei", "--recorded-at", "2022-12-30 20:00", "--in-force-from", typed]
    assert run("decide", town_copy, digest("cases:C1", "core"), *given) == 0
    assert f"in force from {start}" in capsys.readouterr().out


def test_withdrawing_twice_says_so(town_copy: Path, capsys: Caught) -> None:
    given = ["withdraw", town_copy, "cases:C3", "--reason", "wrong person", "--recorded-at", "2022-03-17 20:00"]
    assert run(*given) == 0
    log = log_of(town_copy)
    assert run(*given) == 0
    assert capsys.readouterr().out.splitlines() == [
        "cases:C3 is withdrawn",
        "cases:C3 was withdrawn before; nothing changed",
    ]
    assert log_of(town_copy) == log


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
    assert run("explain", town_folder, *subject) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["class"] == wanted
    assert [r["rule_id"] for r in found["reasons"]][: len(rules)] == rules
    assert all(r["cite"] and r["facts"] for r in found["reasons"])


def test_explain_takes_the_two_times(town_folder: Path, capsys: Caught) -> None:
    assert run("explain", town_folder, "--unit", "E1-B4-U5", "--as-of", "2022-03-10 20:00") == 0
    assert json.loads(capsys.readouterr().out)["class"] is None
    assert run("explain", town_folder, "--unit", "E1-B4-U5", "--known-at", "2022-03-10 20:59") == 0
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
    assert json.loads(capsys.readouterr().out)["title"] == "Policy"
    assert run("policy", "check", "cn-sz-2022") == 0
    assert re.match(r"cn-sz-2022 1\.0: 7 rules, 4 classes, \d+ values\ngrades: A \d+, B \d+", capsys.readouterr().out)


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


def test_a_setting_changes_the_next_derivation(town_copy: Path, tmp_path: Path, capsys: Caught) -> None:
    assert run("set", town_copy, "options", "rest_of_estate=precaution") == 0
    assert run("set", town_copy, "options", "rest_of_estate=precaution") == 0
    assert capsys.readouterr().out.splitlines() == [
        "options = rest_of_estate=precaution",
        "options is rest_of_estate=precaution already",
    ]
    assert run("derive", town_copy, "--out", tmp_path / "z.geojson") == 0
    members = {m: z["class"] for z in zones(tmp_path / "z.geojson").values() for m in z["members"]}
    assert members["E1-B1"] == "precaution"
