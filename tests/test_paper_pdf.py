"""PDF by an installed Chromium: where there is none, where it hangs, where it prints nothing, the HTML stays."""

import os
import stat
import time
from pathlib import Path

import pytest

from zoning.paper.pdf import print_pdf, write_paper

HTML = "<!doctype html><title>x</title><p>东门"


def stand_in(folder: Path, text: str) -> None:
    """A program called chromium that does what the text says."""
    path = folder / "chromium"
    path.write_text(f"#!/bin/sh\n{text}\n", "utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


@pytest.fixture
def only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that holds every program but those of this machine that print."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("sh", "sleep", "cp", "printf", "touch", "cat"):
        found = next((Path(p) / name for p in os.environ["PATH"].split(os.pathsep) if (Path(p) / name).exists()), None)
        if found:
            (folder / name).symlink_to(found)
    monkeypatch.setenv("PATH", str(folder))
    return folder


def test_html_is_written_as_it_is(tmp_path: Path) -> None:
    assert write_paper(HTML, tmp_path / "n.html") == (tmp_path / "n.html", "")
    assert (tmp_path / "n.html").read_text("utf-8") == HTML


def test_without_chromium_the_html_is_beside_it_and_a_sentence_says_so(only: Path, tmp_path: Path) -> None:
    written, why = write_paper(HTML, tmp_path / "n.pdf")
    assert written == tmp_path / "n.html"
    assert not (tmp_path / "n.pdf").exists()
    assert "no Chromium is installed on this machine" in why
    assert "n.html holds the page, print it from a browser" in why


def test_one_that_hangs_is_stopped_with_all_that_it_started(only: Path, tmp_path: Path) -> None:
    stand_in(only, f"(sleep 30; touch {tmp_path}/late) & sleep 30")
    started = time.monotonic()
    assert print_pdf(HTML, 0.5) == (b"", "Chromium did not finish within 0.5 s")
    assert time.monotonic() - started < 10
    assert not (tmp_path / "late").exists()


def test_one_that_prints_nothing_is_told(only: Path) -> None:
    stand_in(only, "exit 0")
    assert print_pdf(HTML) == (b"", "Chromium printed nothing")


def test_what_it_prints_is_taken_and_no_host_is_asked(only: Path, tmp_path: Path) -> None:
    stand_in(
        only,
        f'for one in "$@"; do case "$one" in --print-to-pdf=*) printf "%%PDF-1.4 ok" > "${{one#*=}}";; esac; done; '
        f'printf "%s\\n" "$@" > {tmp_path}/given',
    )
    assert print_pdf(HTML) == (b"%PDF-1.4 ok", "")
    given = (tmp_path / "given").read_text("utf-8").splitlines()
    assert {"--headless", "--host-resolver-rules=MAP * ~NOTFOUND", "--no-pdf-header-footer"} <= set(given)
    assert given[-1].startswith("file:///")
    assert not Path(given[-1].removeprefix("file://")).exists()
    assert write_paper(HTML, tmp_path / "n.pdf") == (tmp_path / "n.pdf", "")
