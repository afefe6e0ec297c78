"""The commands of edits: what they read, what they say of a change and its cost, and the ledger as a file."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest

from tests.commandline import run
from tests.edited_town import drawn, make_town, shown
from tests.small_town import AS_OF, at
from zoning.burden import weigh, weigh_edits
from zoning.cli.edits import read_names
from zoning.editing import plan_of, read_sheet
from zoning.errors import InputError
from zoning.saving import save
from zoning.settings import Settings
from zoning.store import Workspace

Caught = pytest.CaptureFixture[str]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_town(tmp_path / "w")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.txt", "B1\n\n FAR \n"),
        ("a.txt", "\ufeffB1\r\nFAR"),
        ("a.csv", "B1\nFAR\n"),
        ("a.csv", "atom_id\nB1\nFAR\n"),
        ("a.csv", "name,unit_id\nx,B1\ny,FAR\nz,\n"),
        ("a.geojson", '{"type":"FeatureCollection","features":['
         '{"type":"Feature","geometry":null,"properties":{"id":"B1"}},'
         '{"type":"Feature","geometry":null,"properties":{"id":"FAR"}}]}'),
    ],
)  # fmt: skip
def test_ids_come_one_a_line_or_in_a_column(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text, "utf-8")
    assert read_names(tmp_path / name, Settings()) == ["B1", "FAR"]


def test_a_table_without_ids_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("name,kind\nx,y\n", "utf-8")
    with pytest.raises(InputError, match=r"no column is called atom_id, .* it has name, kind"):
        read_names(tmp_path / "a.csv", Settings())
    with pytest.raises(InputError):
        read_names(tmp_path / "nowhere.csv", Settings())


@pytest.mark.slow
def test_the_commands_say_what_changes(folder: Path, tmp_path: Path, capsys: Caught) -> None:
    names, base = tmp_path / "names.txt", Workspace(folder).revision()
    names.write_text("B1\n", "utf-8")
    common = ("--atoms", names, "--class", "precaution", "--reason", "wrong house", "--by", "Li")
    assert run("edit", folder, *common, "--until", "3月30日24时") == 0
    out = capsys.readouterr().out
    assert f"1 atoms -> precaution, by Li; revision {base} -> {base + 1}" in out
    assert "below the rule: 0 -> " in out
    assert "1 -> 0 atoms" in out
    event = out.split()[1].rstrip(":")
    assert run("ledger", folder) == 0
    assert "in effect until 2022年3月30日24时" in capsys.readouterr().out
    night = at("31").to_pydatetime()
    assert shown(read_sheet(folder, night - timedelta(seconds=1)))["B1"] == "precaution"
    assert "B1" not in shown(read_sheet(folder, night))
    assert run("edit", folder, *common, "--base", base) == 1
    assert "error: 1 of the edit's 1 atoms changed" in capsys.readouterr().err
    assert run("edit", folder, *common, "--base", base, "--on-conflict", "draft") == 0
    draft = capsys.readouterr().out.split()[1].rstrip(":")
    assert run("edit", folder, "--draft", draft, "--by", "Li", "--on-conflict", "replay") == 0
    assert "others changed 1 atoms" in capsys.readouterr().out
    assert run("edit", folder, *common, "--base", base, "--on-conflict", "keep-theirs") == 1
    assert "nothing was saved" in capsys.readouterr().out
    assert run("undo", folder, event, "--by", "Wang") == 0
    assert f"{event} is undone, by Wang; undo " in capsys.readouterr().out
    assert run("edit", folder, "--by", "Li") == 1
    assert "an edit needs --atoms FILE" in capsys.readouterr().err


@pytest.mark.slow
def test_what_an_edit_costs_is_told_with_the_facts_that_it_leaves_uncovered(
    folder: Path, tmp_path: Path, capsys: Caught
) -> None:
    said = {}
    for name, target in (("FAR", "sealed"), ("B1", "none")):
        (tmp_path / "names.txt").write_text(f"{name}\n", "utf-8")
        given = ("--atoms", tmp_path / "names.txt", "--class", target, "--reason", "why", "--by", "Li")
        assert run("edit", folder, *given) == 0
        said[name] = capsys.readouterr().out
    # 14 full days and 10 rounds from 21 March: 40 people who were in no zone, and 150 with a case among them.
    far = "+560 person-days and +400 tests against the rules; 100% of it without any case or stay"
    assert f"this edit: {far}; beyond the rule 40 people (560 person-days)" in said["FAR"]
    assert "beyond the rule: 0 -> 40 people, 0 -> 560 person-days" in said["FAR"]
    out = "-2,100 person-days and -1,500 tests against the rules; 0% of it without any case or stay"
    assert f"this edit: {out}; BELOW THE RULE 150 people, uncovered: cases:C1" in said["B1"]
    assert "below the rule: 0 -> 150 people" in said["B1"]
    assert run("ledger", folder) == 0
    lines = capsys.readouterr().out
    assert far in lines
    assert "低于规则 150 人，未覆盖cases:C1" in lines
    assert run("ledger", folder, "--out", tmp_path / "l.csv") == 0
    table = pd.read_csv(tmp_path / "l.csv").set_index("class")
    assert table.loc["none", ["person_days", "tests", "below_people", "below_facts"]].tolist() == [
        -2100, -1500, 150, '["cases:C1"]',
    ]  # fmt: skip
    assert run("explain", folder, "--unit", "B1") == 0
    why = capsys.readouterr().out
    assert "BELOW THE RULE 150 people, uncovered: cases:C1" in why
    # What the zone would have cost that the edit emptied, only the plan by the rules knows.
    assert out in why


@pytest.mark.slow
def test_edits_weigh_together_what_their_plan_weighs_more_than_the_rules(folder: Path) -> None:
    for name, target in (("FAR", "sealed"), ("B1", "none"), ("B2", "sealed"), ("E1/rest", "precaution")):
        save(folder, drawn(read_sheet(folder), target, name), "Li")
    sheet = read_sheet(folder)
    plan = plan_of(folder, sheet)
    edits, whole, rules = weigh_edits(plan, sheet.plan), weigh(plan, plan.touched), weigh(sheet.plan)
    assert len(edits) == 4
    for name in ("person_days", "tests"):
        assert edits[name].sum() == pytest.approx(whole[name].sum() - rules[name].sum()), name
    for name in ("beyond_people", "beyond_person_days", "below_people"):
        assert edits[name].sum() == pytest.approx(whole[name].sum()), name
    assert set().union(*edits["below_facts"]) == set().union(*whole["below_facts"]) == {"cases:C1"}


def test_the_ledger_is_written_as_csv(folder: Path, tmp_path: Path, capsys: Caught) -> None:
    save(folder, replace(drawn(read_sheet(folder), "sealed", "FAR"), reason="=1+1"), "Li", recorded_at=AS_OF)
    assert run("ledger", folder, "--out", tmp_path / "l.csv") == 0
    found = pd.read_csv(tmp_path / "l.csv", encoding="utf-8-sig")
    assert found[["author", "reason", "recorded_at"]].to_numpy().tolist() == [
        ["Li", "'=1+1", "2022-03-21T00:00:00+08:00"]
    ]
    assert run("ledger", folder, "--out", tmp_path / "l.txt") == 1
    assert "does not end in .csv" in capsys.readouterr().err
