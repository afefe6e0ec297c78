"""The writing commands: what they print, what they write, and that a second run adds nothing."""

import re
from pathlib import Path

import pytest

from tests.commandline import log_of, run, zones
from tests.town_golden import TOWN
from zoning.export import read_zones
from zoning.hashes import digest
from zoning.pipeline import derive
from zoning.store import Workspace

HEAD = "case_id,status,reported_at,recorded_at,lng,lat\n"
GOOD = "C91,confirmed,2022-03-17,2022-03-17 21:00,114.0529,22.5398\n"
Caught = pytest.CaptureFixture[str]


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


@pytest.mark.slow
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


@pytest.mark.slow
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
    assert "lies before delineated at" in capsys.readouterr().err
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
