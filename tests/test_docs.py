"""The README names every setting, command and make target that there is."""

import re
import subprocess
import sys
from dataclasses import fields

from tests.house import ROOT
from zoning.settings import Settings

README = (ROOT / "README.md").read_text("utf-8")


def settings_rows() -> list[str]:
    """The settings as rows of the README's table."""
    return [
        f"| `{f.name}` | {f'`{f.default}`' if f.default != '' else ''} | {f.metadata['doc']} |"
        for f in fields(Settings)
    ]


def test_every_setting_is_in_the_readme() -> None:
    missing = [row for row in settings_rows() if row not in README.splitlines()]
    assert not missing, "the README's settings table needs these rows:\n" + "\n".join(missing)


def test_no_setting_in_the_readme_is_gone() -> None:
    table = README.partition("## Settings")[2].partition("\n## ")[0]
    rows = [line for line in table.splitlines() if line.startswith("| `")]
    assert [row for row in rows if row not in settings_rows()] == []


def test_the_readme_lists_the_commands() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "zoning", "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    commands = re.findall(r"^ {4}([a-z]+)(?: {2}.*)?$", told.stdout, re.MULTILINE)
    table = README.partition("## Commands")[2].partition("\n## ")[0]
    assert sorted(re.findall(r"^\| `([a-z]+)`", table, re.MULTILINE)) == sorted(commands)


def test_every_make_target_is_in_the_readme_or_the_guide() -> None:
    guide = README + (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    targets = re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert targets
    assert [name for name in targets if f"`make {name}`" not in guide] == []
