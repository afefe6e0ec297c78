"""The served page and a browser that tolerates no console error and no request that leaves the machine."""

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, Page

from dashboard.factory import ASSETS, make_server
from tests.browser import standin as tiny_plan

SIZE = {"width": 1280, "height": 800}


@pytest.fixture(scope="session")
def served() -> Iterator[str]:
    """Serve the hand-made plan on a free port and return the address of the page."""
    if not (Path(ASSETS) / "vendor" / "maplibre-gl.mjs").is_file():
        pytest.skip("the map's JavaScript is not installed (make install)")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config = uvicorn.Config(make_server(tiny_plan.engine()), port=port, log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}/"
    server.should_exit = True
    thread.join(timeout=10)


@pytest.fixture
def screen(chromium: Browser, served: str) -> Iterator[Page]:
    """Open the page; an error in its console or a request to another machine fails the test that used it."""
    context = chromium.new_context(viewport=SIZE, locale="en")
    page = context.new_page()
    wrong: list[str] = []
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda asked: wrong.append(asked.url) if _leaves(asked.url) else None)
    page.goto(served)
    wait_for_map(page)
    yield page
    context.close()
    assert wrong == []


def _leaves(url: str) -> bool:
    return not url.startswith(("http://127.0.0.1:", "data:", "blob:"))


def wait_for_map(page: Page) -> None:
    """Wait until list and map show the plan."""
    page.wait_for_selector(".zrow, #zone-list .empty")
    page.wait_for_function("window.cordon.stage?.map?.loaded() && window.cordon.stage.map.areTilesLoaded()")


def drawn(page: Page, source_layer: str) -> list[dict[str, Any]]:
    """Return the properties of what the map has drawn of one layer."""
    return page.evaluate(
        """name => {
            const map = window.cordon.stage.map;
            const ids = map.getStyle().layers.filter(l => l["source-layer"] === name && l.layout?.visibility !== "none")
                .map(l => l.id);
            return map.queryRenderedFeatures({layers: ids}).map(f => f.properties);
        }""",
        source_layer,
    )
