"""Drafts on the command line: listed, shown, and written as steps and as a page."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.commandline import run
from zoning.desk.files import read_draft
from zoning.desk.keeping import Drawer
from zoning.store import Workspace

Caught = pytest.CaptureFixture[str]
AS_OF = datetime(2022, 3, 17, 16, tzinfo=UTC)
STEPS = (
    {"do": "paint", "atoms": ["E4-B2", "E4-B3"], "class": "sealed", "zone": "new:1"},
    {"do": "lock", "locks": ["class:sealed"]},
    {"do": "undo"},
)


@pytest.fixture(scope="module")
def folder(town_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shutil.copytree(town_folder, tmp_path_factory.mktemp("drafts") / "town")


@pytest.fixture(scope="module")
def drawn(folder: Path) -> str:
    """A draft of the town."""
    drawer = Drawer(folder)
    draft = drawer.make("", "夜班方案", "李伟", AS_OF, Workspace(folder).revision())
    for n, step in enumerate(STEPS):
        drawer.add(draft.id, step, "李伟", n)
    drawer.change(draft.id, told={"people": [100.0, 120.0], "person_days": [900.0, 1100.0]})
    return draft.id


def test_drafts_are_listed_with_what_they_come_to(folder: Path, drawn: str, capsys: Caught) -> None:
    assert run("drafts", folder) == 0
    said = capsys.readouterr().out
    assert f"{drawn} open: 夜班方案, 李伟, on r 18" in said
    assert "people 100 -> 120, person-days 900 -> 1,100" in said
    assert run("drafts", folder, "--outbreak", "second") == 0
    assert capsys.readouterr().out == "0 drafts\n"


def test_a_draft_is_shown_step_by_step(folder: Path, drawn: str, capsys: Caught) -> None:
    assert run("drafts", folder, drawn) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition("李伟: ")[2] for line in lines[1:]] == [
        "paint 2 atoms -> sealed new:1",
        "lock class:sealed",
        "undo",
    ]


def test_a_draft_is_written_as_steps_and_on_paper(folder: Path, drawn: str, tmp_path: Path, capsys: Caught) -> None:
    assert run("drafts", folder, drawn, "--out", tmp_path / "d.jsonl") == 0
    read = read_draft((tmp_path / "d.jsonl").read_bytes(), lambda names: (list(range(len(names))), []))
    assert (read.head["title"], len(read.steps), read.steps[2]) == ("夜班方案", 3, "undo")
    assert run("drafts", folder, drawn, "--out", tmp_path / "d.html", "--language", "en") == 0
    page = (tmp_path / "d.html").read_text("utf-8")
    assert '<svg class="map"' in page
    assert "Lixiang Court Block 2" in page
    assert "written" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("none",), "draft 'none' is not there"),
        (("--out", "d.jsonl"), "needs the id of a draft"),
        (("{drawn}", "--out", "d.txt"), "ends in none of .jsonl, .html, .pdf"),
    ],
)
def test_what_cannot_be_is_said(folder: Path, drawn: str, capsys: Caught, given: tuple[str, ...], said: str) -> None:
    assert run("drafts", folder, *(part.format(drawn=drawn) for part in given)) == 1
    assert said in capsys.readouterr().err


def test_a_workspace_without_drafts_has_none_and_gets_no_file(town_copy: Path, capsys: Caught) -> None:
    (town_copy / "drafts.sqlite").unlink(missing_ok=True)
    assert run("drafts", town_copy) == 0
    assert capsys.readouterr().out == "0 drafts\n"
    assert run("drafts", town_copy, "x") == 1
    assert not (town_copy / "drafts.sqlite").exists()
