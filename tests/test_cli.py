"""The command line: help that teaches, exit codes, errors on stderr, and a log that a wrong word leaves untouched."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commandline import log_of, run
from tests.house import ROOT
from zoning.cli import build_parser

COMMANDS = ("load", "withdraw", "derive", "decide", "explain", "schedule", "schema", "policy", "set", "town")
Caught = pytest.CaptureFixture[str]


def test_the_program_runs_as_a_module_and_teaches(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-m", "zoning"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "COMMAND" in done.stderr
    done = subprocess.run(
        [sys.executable, "-m", "zoning", "derive", str(tmp_path), "--out", "x.csv"],
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
    (["derive", "W", "--policy", "nope", "--out", "OUT/z.geojson"], "policy 'nope' is not there; the packs are"),
    (["derive", "W", "--out", "/dev/null/a/z.csv"], "/dev/null/a: Not a directory"),
    (["derive", "W", "--out", "OUT/z.txt"], "z.txt ends in none of .geojson, .gpkg, .parquet, .csv, .xlsx"),
    (["derive", "nowhere", "--out", "OUT/z.geojson"], "holds no workspace"),
    (["explain", "W", "--unit", "nothing"], "'nothing' is no unit, atom or cell"),
    (["explain", "W", "--at", "1"], "is not LNG,LAT; write it as 114.05,22.54"),
    (["explain", "W", "--at", "200,0"], "is not on earth"),
    (["schedule", "W", "--out", "OUT/a.txt"], "ends in neither .csv nor .ics"),
    (["withdraw", "W", "cases:C33"], "nearest: cases:C3"),
    (["decide", "W", "abc", "--by", "Li Wei"], "zone 'abc' is not in the plan"),
    (["set", "W", "colour", "red"], "the settings are title, issuer, issuer_en, hotline, zone, resolution"),
    (["set", "W", "zone", "Mars"], "give an IANA name"),
    (["set", "W", "resolution", "99"], "give 0 to 15"),
    (["set", "W", "options", "rest_of_estate=red"], "rest_of_estate = controlled | like_controlled | precaution"),
    (["load", "W", "nofile.csv", "--kind", "cases"], "nofile.csv is not there"),
    (["load", "W", "a.csv", "b.csv", "--kind", "cases", "--source", "s"], "load the files one by one"),
    (["load", "W", "a.csv", "--kind", "cases", "--map", "x"], "is not OURS=THEIRS"),
    (["policy", "show"], "needs a pack"),
    (["policy", "check", "nope"], "policy 'nope' is not there; the packs are"),
]


@pytest.mark.parametrize(("given", "told"), WRONG, ids=[" ".join(given[:4]) for given, _ in WRONG])
def test_a_wrong_word_is_code_1_one_error_and_an_untouched_log(
    given: list[str], told: str, town_folder: Path, tmp_path: Path, capsys: Caught
) -> None:
    before = log_of(town_folder)
    words = [part.replace("OUT", str(tmp_path)) if part != "W" else str(town_folder) for part in given]
    assert run(*words) == 1
    out, err = capsys.readouterr()
    errors = [line for line in err.splitlines() if not line.startswith(("note: ", "... "))]
    assert out == ""
    assert len(errors) == 1
    assert errors[0].startswith("error: ")
    assert told.replace("OUT", str(tmp_path)) in errors[0]
    assert log_of(town_folder) == before
    assert list(tmp_path.iterdir()) == []
