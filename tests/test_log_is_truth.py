"""The log and the tables that it names are all of a workspace: everything else may go, or lie, and nothing changes."""

import json
import shutil
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import orjson
import pandas as pd
import pytest

from tests.house import ROOT
from tests.town_golden import TOWN, golden, lines_of
from zoning import state
from zoning.cli import main
from zoning.explain import explain_at, explain_unit
from zoning.export import write_zones
from zoning.hashes import digest
from zoning.loading import load_file
from zoning.pipeline import Plan, derive
from zoning.store import LOG, TABLES, Workspace

# As of, known at: around the correction (15 March 9:30), the merge (17 March 16:10) and the withdrawal (17th 23:00).
PAIRS = [
    ("12", "11 12:00"), ("14", "14"), ("15 08:00", "15 09:29"), ("15 08:00", "15 09:30"), ("14", "20"),
    ("18", "17 16:09"), ("18", "17 16:10"), ("18", "17 22:59"), ("18", "17 23:00"), ("18", "20"),
]  # fmt: skip
UNITS = ("E1-B4-U5", "E2", "E3-B1/rest", "E4-B1", "E4-B5", "N3", "8b411caa6261fff")


def at(text: str) -> datetime:
    return pd.Timestamp(f"2022-03-{text}", tz="Asia/Shanghai").to_pydatetime()


def plan_of(folder: Path, pair: tuple[str, str]) -> Plan:
    return derive(folder, at(pair[0]), at(pair[1]))


def told(folder: Path, pair: tuple[str, str]) -> dict[str, bytes | str]:
    """Everything that a workspace says of one pair of times."""
    plan = plan_of(folder, pair)
    tables = (plan.zones, plan.membership, plan.calendar, plan.gate_points, plan.site_links)
    ids = plan.zones[["zone_id", "aliases"]].to_dict("records")
    return {
        "derive": write_zones(".geojson", *tables, plan.policy, plan.settings, plan.as_of),
        "explain": orjson.dumps([explain_unit(plan, name) for name in UNITS] + [explain_at(plan, 114.0529, 22.5398)]),
        "ids": orjson.dumps(ids),
        "closed": plan.closed.to_csv(),
        "revision": plan.revision,
    }


@pytest.fixture(scope="module")
def eventful(town_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The town with decisions, a correction, a merge and a withdrawal; derived, so that results lie about."""
    folder = shutil.copytree(town_folder, tmp_path_factory.mktemp("eventful") / "w")
    out = ["--out", str(folder / "zones.geojson")]
    assert main(["derive", str(folder), "--as-of", "2022-03-14", "--decide", "auto", *out]) == 0
    for name in ("correction", "merge"):
        load_file(Workspace(folder), TOWN / f"cases_{name}.csv", "cases")
    state.withdraw(Workspace(folder), "cases:C5", "taken back by the laboratory", at("17 23:00"))
    assert main(["derive", str(folder), *out]) == 0
    assert main(["schedule", str(folder), "--out", str(folder / "calendar.csv")]) == 0
    return folder


@pytest.fixture(scope="module")
def said(eventful: Path) -> dict[tuple[str, str], dict[str, bytes | str]]:
    return {pair: told(eventful, pair) for pair in PAIRS}


def named(folder: Path) -> set[str]:
    """The tables that the log names."""
    loads = [e.payload for e in Workspace(folder).events() if e.kind == "load"]
    return {f"{name}.parquet" for p in loads for name in [*p["tables"].values(), p["rejects"]] if name}


def strip(folder: Path, target: Path) -> Path:
    """A copy of the log and of the tables that it names, and of nothing else."""
    (target / TABLES).mkdir(parents=True)
    for file in folder.glob(f"{LOG}*"):
        shutil.copy(file, target)
    for name in named(folder):
        shutil.copy(folder / TABLES / name, target / TABLES)
    return target


def test_the_pairs_tell_the_correction_the_merge_and_the_withdrawal_apart(
    said: dict[tuple[str, str], dict[str, bytes | str]],
) -> None:
    revisions = [answers["revision"] for answers in said.values()]
    assert len(set(revisions)) == 7
    assert revisions[2] != revisions[3], "the correction"
    assert revisions[5] != revisions[6], "the merge"
    assert revisions[7] != revisions[8], "the withdrawal"
    assert revisions[1] == revisions[2], "nothing that fires was reported between"
    assert revisions[6] == revisions[7]
    assert revisions[8] == revisions[9]


@pytest.mark.slow
def test_the_log_and_its_tables_are_enough(
    eventful: Path, said: dict[tuple[str, str], dict[str, bytes | str]], tmp_path: Path
) -> None:
    folder = strip(eventful, tmp_path / "w")
    assert len(list(eventful.iterdir())) > len(list(folder.iterdir()))
    for pair in PAIRS:
        assert told(folder, pair) == said[pair], pair


def test_what_lies_beside_the_log_is_never_read(
    eventful: Path, said: dict[tuple[str, str], dict[str, bytes | str]], tmp_path: Path
) -> None:
    folder = shutil.copytree(eventful, tmp_path / "w")
    kept = named(folder) | {LOG, f"{LOG}-wal", f"{LOG}-shm"}
    for file in [p for p in folder.rglob("*") if p.is_file() and p.name not in kept]:
        file.write_bytes(b"poison")
    for name in (f"{TABLES}/{'0' * 64}.parquet", "membership.parquet", "cache/plan.json", "current.json"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(b"poison")
    for pair in (PAIRS[3], PAIRS[8]):
        assert told(folder, pair) == said[pair]


WATCH = """
import sys
opened = []
sys.addaudithook(lambda event, given: opened.append(str(given[0])) if event in ("open", "sqlite3.connect") else None)
from zoning.cli import main
code = main(sys.argv[1:])
print("\\n".join(["OPENED", *opened]))
raise SystemExit(code)
"""


def test_derive_opens_the_log_and_its_tables_only(eventful: Path, tmp_path: Path) -> None:
    given = ["derive", str(eventful), "--out", str(tmp_path / "zones.geojson")]
    run = subprocess.run([sys.executable, "-c", WATCH, *given], cwd=ROOT, capture_output=True, text=True, check=True)
    paths = [Path(line) for line in run.stdout.partition("OPENED\n")[2].splitlines()]
    inside = {str(p.relative_to(eventful)) for p in paths if p.is_relative_to(eventful)}
    assert LOG in inside
    assert inside - {LOG} <= {f"{TABLES}/{name}" for name in named(eventful)}


@pytest.mark.slow
def test_a_run_in_another_process_and_another_time_zone_writes_the_same_bytes(
    eventful: Path, said: dict[tuple[str, str], dict[str, bytes | str]], tmp_path: Path
) -> None:
    out = tmp_path / "zones.geojson"
    times = ["--as-of", "2022-03-17T16:00Z", "--known-at", "2022-03-17 23:00"]
    run = [sys.executable, "-m", "zoning", "derive", str(eventful), *times, "--out", str(out)]
    done = subprocess.run(
        run,
        cwd=ROOT,
        env={"TZ": "America/Santiago", "PYTHONHASHSEED": "7"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert out.read_bytes() == said[PAIRS[8]]["derive"]


def classes(plan: Plan) -> dict[str, str]:
    return lines_of(plan)["class"].to_dict()


@pytest.mark.slow
def test_a_correction_two_days_late_changes_the_map_only_after_it_was_known(eventful: Path) -> None:
    wanted = golden("changes")
    wanted = wanted[wanted["scenario"] == "correction"].set_index("atom_id")["class"].to_dict()
    default = golden("default").set_index("atom_id")["class"].to_dict()
    before, after = (classes(plan_of(eventful, pair)) for pair in PAIRS[2:4])
    # One minute before, the map of 15 March shows what was first reported; then what is true of the same day.
    assert {atom: before[atom] for atom in wanted} == {atom: default[atom] for atom in wanted}
    assert {atom: after[atom] for atom in wanted} == wanted
    # The correction is about the facts, not about the day: 14 March, asked later, shows it too.
    assert {atom: classes(plan_of(eventful, PAIRS[4]))[atom] for atom in wanted} == wanted
    assert {atom: classes(plan_of(eventful, PAIRS[1]))[atom] for atom in wanted} == {a: default[a] for a in wanted}


def zone_ids(plan: Plan) -> dict[str, list[str]]:
    return {z["zone_id"]: z["aliases"] for z in plan.zones.to_dict("records")}


def test_a_case_is_seen_from_the_moment_at_which_it_was_known(eventful: Path) -> None:
    merged = digest("cases:C5", "core")
    before, after = (zone_ids(plan_of(eventful, pair)) for pair in PAIRS[5:7])
    assert merged in before
    assert merged not in after
    assert merged in after[digest("cases:C1", "core")]


def test_the_id_of_a_withdrawn_founding_case_stays_as_an_alias_once_it_is_known(town_copy: Path) -> None:
    state.withdraw(Workspace(town_copy), "cases:C5", "", at("17 23:00"))
    old, new = digest("cases:C5", "core"), digest("cases:C6", "core")
    before, after = (zone_ids(derive(town_copy, at("18"), at(time))) for time in ("17 22:59", "17 23:00"))
    assert new in before[old]
    assert old in after[new]
    assert old not in after


def test_a_decision_on_an_alias_reaches_the_zone_that_carries_it(
    town_copy: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state.withdraw(Workspace(town_copy), "cases:C5", "", at("17 23:00"))
    given = ["--by", "Li Wei", "--delineated-at", "2022-03-17 23:30", "--in-force-from", "3月17日24时"]
    given += ["--recorded-at", "2022-03-17 23:40"]
    assert main(["decide", str(town_copy), digest("cases:C5", "core"), *given]) == 0
    assert digest("cases:C6", "core") in capsys.readouterr().out
    assert main(["derive", str(town_copy), "--out", str(tmp_path / "z.geojson")]) == 0
    found = [f["properties"] for f in json.loads((tmp_path / "z.geojson").read_text("utf-8"))["features"]]
    assert {z["zone_id"]: z["status"] for z in found}[digest("cases:C6", "core")] == "in_force"
