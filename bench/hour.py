"""A scripted analyst at work on a workspace: how long strokes take over a shift, and what page and server hold.

`python -m bench.hour 150 [MINUTES]` or `500` makes a demo city in which more zones than that hold buildings (164, 581),
and the analyst redraws just so many; `python -m bench.hour WORKSPACE [MINUTES]` takes all of a copy of a workspace. The
server is a process of its own; the analyst works without a pause, and the page is loaded anew at each quarter. Fails
where the page's console tells an error.
"""

import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError

import numpy as np
from playwright.sync_api import Browser, Page, expect, sync_playwright

from bench.live import resident
from bench.screen import renderer_mb
from tests.browser import hour
from tests.browser.conftest import begin, visiting
from tests.browser.redrawing import ALLOWED
from tests.conftest import CHROMIUM, FLAGS
from zoning.desk.keeping import Drawer

# Zones that are redrawn -> people and cases of a city (seed 1) that has them on DECIDED.
CITIES = {"150": (300_000, 330), "500": (1_500_000, 978)}
DECIDED = "2022-03-12"
QUARTERS, STROKE_S = 4, 6  # an analyst who makes a stroke each six seconds makes 600 in an hour


@dataclass
class Shift:
    """What was measured: milliseconds of strokes by quarter; MB of page and server at the start and after each."""

    strokes: list[list[float]] = field(default_factory=list)
    page: list[float] = field(default_factory=list)
    server: list[float] = field(default_factory=list)


def make_city(folder: Path, people: int, cases: int) -> Path:
    """Make a workspace of a demo city in which all that was reported before a day is decided."""
    files = folder / "files"
    zones = folder / "zones.geojson"
    for command in (
        ("demo", files, "--people", people, "--cases", cases),
        ("town", folder / "city", "--manifest", files / "city.toml"),
        ("derive", folder / "city", "--as-of", DECIDED, "--decide", "auto", "--out", zones),
    ):
        words = [sys.executable, "-m", "zoning", *map(str, command)]
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return folder / "city"


def start(workspace: Path) -> tuple[subprocess.Popen[bytes], str]:
    """Serve a workspace by a process of its own; the process, and the address of the page."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "app.py", str(workspace), "--port", str(port)], stdout=subprocess.DEVNULL
    )
    address = f"http://127.0.0.1:{port}/"
    while server.poll() is None:
        try:
            urllib.request.urlopen(f"{address}api/zones", timeout=300).read()
            return server, address
        except URLError:
            time.sleep(0.5)
    raise SystemExit("the server did not start")


def collected(page: Page) -> None:
    """Have the page give back what it needs no more, so that what it holds is told."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    session.detach()


def note(told: Shift, browser: Browser, page: Page, server: int) -> None:
    """Note what page and server hold."""
    collected(page)
    told.page.append(renderer_mb(browser))
    told.server.append(resident(server))


def stay(page: Page, browser: Browser, server: int, those: list[hour.Spot], minutes: float) -> Shift:
    """Work for some minutes, quarter by quarter."""
    told, began = Shift(), time.monotonic()
    begin(page, within_ms=300_000)
    hour.count_times(page)
    note(told, browser, page, server)
    for _ in hour.shift(page, those):
        if time.monotonic() - began < 60 * minutes * (len(told.strokes) + 1) / QUARTERS:
            continue
        told.strokes.append(hour.times(page))
        note(told, browser, page, server)
        if len(told.strokes) == QUARTERS:
            break
        page.reload()
        begin(page, within_ms=300_000)
        hour.count_times(page)
    return told


def main(folder: str, minutes: float = 4) -> int:
    """Print what a shift came to; 1 where strokes are missing on disk."""
    expect.set_options(timeout=120_000)
    with tempfile.TemporaryDirectory() as place:
        workspace = Path(place) / "copy"
        if folder in CITIES:
            workspace = make_city(Path(place), *CITIES[folder])
        else:
            shutil.copytree(folder, workspace, ignore=shutil.ignore_patterns("drafts.sqlite*"))
        every = hour.spots(workspace)
        those = every[: int(folder)] if folder in CITIES else every
        if folder in CITIES and len(those) < int(folder):
            raise SystemExit(f"the city has only {len(those)} zones with buildings")
        server, address = start(workspace)
        try:
            with sync_playwright() as driver:
                browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
                with visiting(browser, address, allowed=ALLOWED) as page:
                    page.set_default_timeout(120_000)
                    page.evaluate("localStorage.setItem('author', 'Li Wei')")
                    told = stay(page, browser, server.pid, those, minutes)
                browser.close()
        finally:
            server.terminate()
            server.wait()
        drawer = Drawer(workspace)
        steps = [kept.step["do"] for kept in drawer.steps(drawer.all("")[0].id)]
    print(f"{len(every):,} zones with buildings in the city")
    return tell(told, steps, len(those), minutes)


def tell(told: Shift, steps: list[str], zones: int, minutes: float) -> int:
    """Print what was measured."""
    every = np.concatenate([np.array(part) for part in told.strokes])
    kinds = ", ".join(f"{kind} {steps.count(kind)}" for kind in sorted(set(steps)))
    print(f"{zones:,} zones to redraw; {minutes:g} minutes without a pause: {len(every):,} strokes answered")
    print(f"  as many as in {len(every) * STROKE_S / 3600:.1f} hours at a stroke each {STROKE_S} s; on disk: {kinds}")
    for name, part in (("all", every), *((f"quarter {n}", np.array(p)) for n, p in enumerate(told.strokes, 1))):
        half, most = np.percentile(part, [50, 95])
        print(f"  strokes, {name}: p50 {half:.0f} ms, p95 {most:.0f} ms, ratio of p95 to p50 {most / half:.1f}")
    for name, held in (("page", told.page), ("server", told.server)):
        print(f"  {name} holds, MB at the start and after each quarter: {', '.join(f'{mb:,.0f}' for mb in held)}")
    return 0 if len(steps) >= 0.8 * len(every) and re.search("split|turn", kinds) else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1], *(float(text) for text in sys.argv[2:])))
