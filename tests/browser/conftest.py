"""The served page and a browser that tolerates no console error and no request that leaves the machine."""

import re
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser, Page, expect

from app import create_server
from dashboard.factory import ASSETS, make_server
from tests.browser import standin as tiny_plan
from tests.browser.live_folder import decide_all, make_published, put_out
from tests.browser.redrawing import ALLOWED, Go
from tests.commandline import run
from zoning.plan import Plan

SIZE = {"width": 1280, "height": 800}
SLOWEST_MS = 120_000  # a city is derived on a machine that others use


@contextmanager
def serving(server: FastAPI) -> Iterator[str]:
    """Serve an app on a free port and give the address of the page."""
    if not (Path(ASSETS) / "vendor" / "maplibre-gl.mjs").is_file():
        pytest.skip("the map's JavaScript is not installed (make install)")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    running = uvicorn.Server(uvicorn.Config(server, port=port, log_level="error"))
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    while not running.started:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}/"
    running.should_exit = True
    thread.join(timeout=10)


@contextmanager
def visiting(
    chromium: Browser, address: str, allowed: str = "", lang: str = "en", theme: str = "light", **options: Any
) -> Iterator[Page]:
    """Open a page; an error in its console or a request to another machine fails, but for what a test has asked for.

    `allowed` is a regular expression of messages that the test brings about: a refused act is a 4xx in the console.
    """
    context = chromium.new_context(**{"viewport": SIZE, "locale": "en", **options})
    context.add_init_script(f"localStorage.lang ??= '\"{lang}\"'; localStorage.theme ??= '\"{theme}\"'")
    page = context.new_page()
    wrong: list[str] = []
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda asked: wrong.append(asked.url) if _leaves(asked.url) else None)
    page.goto(address, timeout=SLOWEST_MS)
    wait_for_map(page)
    yield page
    context.close()
    assert [line for line in wrong if not (allowed and re.search(allowed, line))] == []


@pytest.fixture(scope="session")
def served() -> Iterator[str]:
    """Serve the hand-made plan and return the address of the page."""
    with serving(make_server(tiny_plan.engine())) as address:
        yield address


@pytest.fixture
def screen(chromium: Browser, served: str) -> Iterator[Page]:
    """The page of the hand-made plan."""
    with visiting(chromium, served, lang="zh") as page:
        yield page


@pytest.fixture
def town(town_copy: Path) -> Iterator[str]:
    """Serve a town of its own, which the test may change, and return the address of its page."""
    with serving(create_server(town_copy)) as address:
        yield address


@pytest.fixture
def analyst(chromium: Browser, town: str) -> Iterator[Page]:
    """The English page of that town, with the name of an analyst; refused acts may show in its console as 4xx."""
    with visiting(chromium, town, allowed="status of 4") as page:
        page.evaluate("localStorage.setItem('author', 'Li Wei')")
        yield page


@pytest.fixture(scope="session")
def invented_city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The city of `make run`, not to be changed: what was reported before 12 March is decided."""
    home = tmp_path_factory.mktemp("city")
    assert run("demo", home / "files") == 0
    assert run("town", home / "city", "--manifest", home / "files" / "city.toml") == 0
    ask = ("--as-of", "2022-03-12", "--decide", "auto", "--out", home / "zones.geojson")
    assert run("derive", home / "city", *ask) == 0
    return home / "city"


@pytest.fixture(scope="session")
def shown_town(town_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve a town that no test changes, and return the address of its page."""
    folder = shutil.copytree(town_folder, tmp_path_factory.mktemp("shown") / "town")
    with serving(create_server(folder)) as address:
        yield address


@pytest.fixture
def reader(chromium: Browser, shown_town: str) -> Iterator[Page]:
    """The English page of that town, for tests that change nothing."""
    with visiting(chromium, shown_town) as page:
        page.evaluate("localStorage.setItem('author', 'Li Wei')")
        yield page


@pytest.fixture(scope="session")
def published(town_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`town`, a workspace; `two`, a folder with its first two publications and the page; `three`, with the next one."""
    place = tmp_path_factory.mktemp("live")
    shutil.copytree(town_folder, place / "town")
    make_published(place / "town", place / "two")
    decide_all(place / "town", "03-15 09:30")
    put_out(place / "town", shutil.copytree(place / "two", place / "three"), "03-15 09:30")
    return place


@pytest.fixture
def folder(published: Path, tmp_path: Path) -> Path:
    """A folder with two publications that a test may change."""
    return shutil.copytree(published / "two", tmp_path / "folder")


def _leaves(url: str) -> bool:
    return not url.startswith(("http://127.0.0.1:", "data:", "blob:"))


def wait_for_map(page: Page) -> None:
    """Wait until list and map show the plan."""
    page.wait_for_selector(".zrow, #zone-list .empty", timeout=SLOWEST_MS)
    whole = "window.cordon.stage?.map?.loaded() && window.cordon.stage.map.areTilesLoaded()"
    page.wait_for_function(whole, timeout=SLOWEST_MS)


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


@pytest.fixture(scope="module")
def patience() -> Iterator[None]:
    """A stroke waits for a disk that other tests use too."""
    expect.set_options(timeout=20_000)
    yield
    expect.set_options(timeout=5_000)


@pytest.fixture
def desk(chromium: Browser, town: str) -> Iterator[Page]:
    """The page of that town with a draft begun."""
    with visiting(chromium, town, allowed=ALLOWED) as page:
        page.evaluate("localStorage.setItem('author', 'Li Wei')")
        begin(page)
        yield page


def begin(page: Page, said: str = "all saved", within_ms: float = 15_000) -> None:
    """Begin or go on with a draft; `said`: what the page says once the server has it."""
    wait_for_map(page)
    page.keyboard.press("p")
    expect(page.locator(".tools")).to_be_visible(timeout=within_ms)
    expect(page.locator(".saved")).to_have_text(said)
    page.wait_for_function("window.cordon.stage.map.isStyleLoaded()")


@pytest.fixture(scope="session")
def go(town_plan: Plan) -> Go:
    """Put a unit in the middle of the map, where the cursor of the keyboard begins."""
    units = town_plan.units.set_index("id")

    def jump(page: Page, unit: str) -> None:
        at = f"[{units.at[unit, 'lng']}, {units.at[unit, 'lat']}]"
        page.mouse.move(700, 400)
        page.mouse.move(702, 400)
        page.evaluate(f"window.cordon.stage.map.jumpTo({{center: {at}, zoom: 17}})")

    return jump
