"""HTML to PDF by an installed Chromium; where there is none the HTML stays, for the browser's own print."""

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from zoning.disk import write_synced

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
LIMIT_S = 60.0
# No host is ever asked: names resolve to nothing, and the page may load nothing but itself.
_FLAGS = (
    *("--headless", "--disable-gpu", "--no-first-run", "--disable-extensions", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--disable-default-apps"),
    *("--host-resolver-rules=MAP * ~NOTFOUND", "--no-pdf-header-footer"),
)


def write_paper(html: str, out: Path, limit_s: float = LIMIT_S) -> tuple[Path, str]:
    """Write a page as the ending of its file asks: HTML, or PDF where this machine can print one.

    Parameters
    ----------
    html : of this package.
    out : ends in .html or .pdf.
    limit_s : seconds after which Chromium is stopped.

    Returns
    -------
    The file that was written, which is the HTML beside it where no PDF could be printed; and a sentence that says so,
    else an empty text.
    """
    if out.suffix.lower() != ".pdf":
        write_synced(out, html.encode())
        return out, ""
    data, why = print_pdf(html, limit_s)
    if data:
        write_synced(out, data)
        return out, ""
    beside = out.with_suffix(".html")
    write_synced(beside, html.encode())
    return beside, f"no PDF was made: {why}; {beside} holds the page, print it from a browser"


def print_pdf(html: str, limit_s: float = LIMIT_S) -> tuple[bytes, str]:
    """Print a page to PDF.

    Parameters
    ----------
    html : of this package.
    limit_s : seconds after which Chromium is stopped.

    Returns
    -------
    The PDF and an empty text; or nothing, and why not.
    """
    chromium = next(filter(None, map(shutil.which, NAMES)), None)
    if chromium is None:
        return b"", "no Chromium is installed on this machine (Debian: apt install chromium)"
    with tempfile.TemporaryDirectory(prefix="cordon-paper-", ignore_cleanup_errors=True) as folder:
        page, made = Path(folder) / "page.html", Path(folder) / "page.pdf"
        page.write_text(html, "utf-8")
        own = [f"--user-data-dir={folder}/profile", f"--print-to-pdf={made}", page.as_uri()]
        # As root its sandbox cannot start.
        alone = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        if not _run([chromium, *_FLAGS, *alone, *own], limit_s):
            return b"", f"Chromium did not finish within {limit_s:g} s"
        found = made.read_bytes() if made.is_file() else b""
    return (found, "") if found.startswith(b"%PDF") else (b"", "Chromium printed nothing")


def _run(command: list[str], limit_s: float) -> bool:
    """Run a program with all that it starts, and end all of it when the time is over."""
    quiet = subprocess.DEVNULL
    run = subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True)
    try:
        run.wait(limit_s)
    except subprocess.TimeoutExpired:
        os.killpg(run.pid, signal.SIGKILL)
        run.wait()
        return False
    return True
