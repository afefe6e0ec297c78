"""A folder of publications of the town, a plain file server over it, and a browser that looks at it."""

import functools
import http.server
import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from live.publishing import publish
from live.site import ASSETS, write_site
from tests.commandline import run
from tests.living import CONTROLLED, SEALED, Life, when
from zoning.store import Workspace

DESK = {"width": 1440, "height": 900}
PHONE = {"width": 360, "height": 740}


def put_out(workspace: Path, folder: Path, at: str) -> str:
    """Publish the town as of a time of 2022 in Shanghai; returns the snapshot."""
    moment = when(at).to_pydatetime()
    return publish(Workspace(workspace), folder, "Li Wei", as_of=moment, confirmed=["all"]).snapshot


def decide_all(workspace: Path, at: str) -> None:
    """Put every zone in force that is proposed at a time."""
    out = workspace / "all.geojson"
    assert run("derive", workspace, "--as-of", f"2022-{at}", "--decide", "auto", "--out", out) == 0


def make_published(workspace: Path, folder: Path) -> None:
    """Two zones: on 13 March they are announced for midnight, on 15 March they are in force."""
    Life(workspace).open(SEALED, CONTROLLED)
    put_out(workspace, folder, "03-13 12:00")
    put_out(workspace, folder, "03-15 09:00")
    write_site(folder)


def copy_on(newer: Path, folder: Path) -> None:
    """Bring a folder up to a newer copy of it in the order in which a publication is written."""
    shutil.copytree(newer / "snapshots", folder / "snapshots", dirs_exist_ok=True)
    for name in ("history.json", "current.json"):
        shutil.copy(newer / name, folder / f"{name}.part")
        (folder / f"{name}.part").replace(folder / name)


class Files(http.server.SimpleHTTPRequestHandler):
    """What any file server does: no ranges, no tags, no compression; its clock can be set."""

    ahead = 0.0  # seconds by which the server's clock differs from that of this machine

    def guess_type(self, path: Any) -> str:
        """Modules are scripts; not every machine's list knows it."""
        return "text/javascript" if str(path).endswith(".mjs") else super().guess_type(path)

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The Date of an answer, and the time of a file."""
        return super().date_time_string(time.time() + self.ahead if timestamp is None else timestamp)


@contextmanager
def plain_server(folder: Path, ahead: float = 0.0) -> Iterator[str]:
    """Serve a folder with nothing but files."""
    if not (ASSETS / "vendor" / "pmtiles.js").is_file():
        pytest.skip("the map's JavaScript is not installed (make install)")
    handler = type("Set", (Files,), {"ahead": ahead})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(handler, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@contextmanager
def looking(
    chromium: Browser,
    address: str,
    allowed: str = "",
    begin: Callable[[Page], None] = lambda _page: None,
    wait: str = "Boolean(window.cordonLive?.store.snapshot)",
    **options: Any,
) -> Iterator[Page]:
    """Open the live page; an error in its console or a request to another machine fails, but for what is allowed.

    `begin` is called before the page is opened, `wait` is JavaScript that is true once it shows something.
    """
    context = chromium.new_context(**{"viewport": DESK, "locale": "en", **options})
    page = context.new_page()
    wrong: list[str] = []
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda asked: wrong.append(asked.url) if not asked.url.startswith(_OWN) else None)
    begin(page)
    page.goto(address)
    until(page, wait)
    yield page
    context.close()
    assert [line for line in wrong if not (allowed and re.search(allowed, line))] == []


_OWN = ("http://127.0.0.1:", "data:", "blob:")
MAP = "Boolean(window.cordonLive?.map?.loaded() && window.cordonLive.map.areTilesLoaded())"


def until(page: Page, expression: str, seconds: float = 20) -> None:
    """Wait until JavaScript is true; the page forbids the evaluation by which Playwright would wait."""
    end = time.monotonic() + seconds
    while not page.evaluate(expression):
        assert time.monotonic() < end, f"never true: {expression}"
        time.sleep(0.04)


def names(page: Page, selector: str = "#rows .two b") -> list[str]:
    """The texts of some elements, in order."""
    return page.eval_on_selector_all(selector, "nodes => nodes.map(node => node.textContent)")


def on_map(page: Page, layer: str) -> list[dict[str, Any]]:
    """What the map has drawn of a layer of its tiles."""
    return page.evaluate(
        """name => {
            const { map } = window.cordonLive;
            const ids = map.getStyle().layers.filter(l => [l["source-layer"], l.source].includes(name)).map(l => l.id);
            return map.queryRenderedFeatures({ layers: ids }).map(f => f.properties);
        }""",
        layer,
    )
