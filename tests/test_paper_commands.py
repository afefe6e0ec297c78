"""The paper commands: what they write, what they refuse, and that a machine without Chromium still gets its paper."""

import csv
from pathlib import Path

import pytest

from tests.commandline import log_of, run
from tests.living import CONTROLLED

Caught = pytest.CaptureFixture[str]


def test_a_notice_is_written_by_id_and_by_number(town_folder: Path, tmp_path: Path, capsys: Caught) -> None:
    before = log_of(town_folder)
    for name in (CONTROLLED, "C-db21de9a"):
        assert run("notice", town_folder, name, "--language", "both", "--out", tmp_path / f"{name}.html") == 0
    assert f"{tmp_path}/C-db21de9a.html: written" in capsys.readouterr().out
    texts = {(tmp_path / f"{name}.html").read_text("utf-8") for name in (CONTROLLED, "C-db21de9a")}
    assert len(texts) == 1
    assert log_of(town_folder) == before


def test_all_writes_one_file_a_zone_with_drafts_named_so(town_folder: Path, tmp_path: Path, capsys: Caught) -> None:
    assert run("notice", town_folder, "--all", "--out", tmp_path / "notices") == 0
    names = sorted(path.name for path in (tmp_path / "notices").iterdir())
    assert len(names) == 15
    assert "C-db21de9a-荔香苑-draft.html" in names
    assert all(name.endswith("-draft.html") for name in names)
    assert f"{tmp_path}/notices: 15 notices" in capsys.readouterr().out


@pytest.mark.slow
def test_without_chromium_a_pdf_becomes_html_and_the_code_is_0(
    town_folder: Path, tmp_path: Path, capsys: Caught, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    for command in (["notice", town_folder, CONTROLLED], ["crews", town_folder], ["daily", town_folder]):
        out = tmp_path / f"{command[0]}.pdf"
        assert run(*command, "--out", out) == 0
        assert "no PDF was made: no Chromium is installed" in capsys.readouterr().out
        assert out.with_suffix(".html").read_text("utf-8").startswith("<!doctype html>")


@pytest.mark.slow
def test_lists_are_written_as_pages_and_tables(town_folder: Path, tmp_path: Path) -> None:
    for ending in ("html", "csv"):
        assert run("crews", town_folder, "--proposals", "--out", tmp_path / f"crews.{ending}") == 0
        assert run("daily", town_folder, "--day", "2022-03-14", "--out", tmp_path / f"daily.{ending}") == 0
    assert "封控围合卡口清单" in (tmp_path / "crews.html").read_text("utf-8")
    assert "2022年3月14日" in (tmp_path / "daily.html").read_text("utf-8")
    rows = list(csv.reader((tmp_path / "daily.csv").read_text("utf-8-sig").splitlines()))
    assert rows[0] == ["栏目", "项目", "类别", "分区编号", "名称", "数值", "前日"]


def test_the_day_is_that_of_as_of_where_none_is_given(town_folder: Path, tmp_path: Path) -> None:
    # as_of of the town is 17 March 24时.
    assert run("daily", town_folder, "--out", tmp_path / "d.html") == 0
    assert "分区管控每日情况表（2022年3月17日）" in (tmp_path / "d.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["notice", "--out", "n.html"], "give a zone"),
        (["notice", "C-db21de9a", "--all", "--out", "n"], "give a zone"),
        (["notice", "C-db21de9a", "--out", "n.png"], "ends in none of .html, .pdf"),
        (["notice", "nowhere", "--out", "n.html"], "zone 'nowhere' is not in the plan"),
        (["notice", "--all", "--out", "n.pdf"], "name a folder"),
        (["notice", "C-db21de9a", "--release", "--out", "n.html"], "nothing to release"),
        (["crews", "--out", "c.xlsx"], "ends in none of .html, .pdf, .csv"),
        (["crews", "--language", "both", "--out", "c.csv"], "in one language"),
        (["daily", "--language", "both", "--out", "c.csv"], "in one language"),
    ],
)
def test_what_cannot_be_written_is_said(given: list[str], said: str, town_folder: Path, capsys: Caught) -> None:
    assert run(given[0], town_folder, *given[1:]) == 1
    assert said in capsys.readouterr().err
