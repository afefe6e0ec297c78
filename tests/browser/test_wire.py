"""What a click is answered with, counted on the wire and unpacked, on the invented city."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from playwright.sync_api import Browser, Page, Request

from app import create_server
from tests.browser.conftest import serving, visiting
from tests.test_dashboard import callback

pytestmark = [pytest.mark.browser, pytest.mark.slow]
MOST_BYTES = 10_000
DASH, TILES = "/_dash-update-component", "/tiles/"
Do = Callable[[Page], Any]


def pressed(keys: str) -> Do:
    return lambda page: page.keyboard.press(keys)


def clicked(selector: str, nth: int = 0) -> Do:
    return lambda page: page.locator(selector).nth(nth).click()


def closed(do: Do) -> Do:
    return lambda page: (page.keyboard.press("Escape"), do(page))


def searched(page: Page) -> None:
    page.keyboard.press("Control+k")
    page.keyboard.type("huayuan")


def more_of_inbox(page: Page) -> None:
    page.keyboard.press("Shift+D")
    page.locator("#panel .pbody > .btn").click()


# What is done, the address that answers it; one after the other on one page.
CLICKS: dict[str, tuple[Do, str]] = {
    "a zone of the list": (clicked(".zrow"), DASH),
    "the zone of a community": (clicked(".zrow[title*='ommunity']"), DASH),
    "the map": (lambda page: page.mouse.click(720, 350), DASH),
    "the next part of the inbox": (more_of_inbox, "/api/inbox"),
    "a proposal": (clicked("#panel .iitem button"), DASH),
    "the decision": (pressed("d"), "/api/deciding"),
    "the cases": (pressed("c"), "/api/cases"),
    "a case": (clicked(".crow"), "/api/fact"),
    "a round": (closed(pressed("t")), "/api/rounds"),
    "a day of the load": (closed(clicked(".ddays button", 5)), "/api/load_per_day/areas"),
    "what changed": (pressed("Shift+C"), "/api/compare/changes"),
    "a search": (closed(searched), "/api/find"),
    "what would be published": (closed(pressed("Shift+U")), "/api/publication/preview"),
    "the day before": (closed(pressed(",")), "/api/zones/columns"),
}


@pytest.fixture(scope="module")
def city(invented_city: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the city that nobody else changes."""
    return shutil.copytree(invented_city, tmp_path_factory.mktemp("wire") / "city")


@pytest.fixture(scope="module")
def page(chromium: Browser, city: Path) -> Iterator[Page]:
    """The English page of the city at a desk, on a server that publishes."""
    size = {"width": 1440, "height": 900}
    with (
        serving(create_server(city, city.parent / "live")) as address,
        visiting(chromium, address, viewport=size) as page,
    ):
        page.set_default_timeout(60_000)
        yield page


def test_a_click_is_answered_in_ten_kilobytes(page: Page) -> None:
    """All that a click brings but map tiles, on the wire; another day is another plan, told in several answers."""
    finished: list[Request] = []

    def note(one: Request) -> None:
        finished.append(one)

    page.on("requestfinished", note)
    told = dict[str, list[int]]()
    for name, (do, address) in CLICKS.items():
        finished.clear()
        with page.expect_response(lambda answer, part=address: part in answer.url and answer.ok) as waited:
            do(page)
        waited.value.finished()
        page.wait_for_timeout(300)
        told[name] = [one.sizes()["responseBodySize"] for one in finished if TILES not in one.url]
    assert {name: max(sizes) for name, sizes in told.items() if max(sizes) > MOST_BYTES} == {}
    day = told.pop("the day before")
    assert len(day) > 3
    assert {name: sizes for name, sizes in told.items() if sum(sizes) > MOST_BYTES} == {}
    assert min(map(max, told.values())) > 0


def test_the_card_of_each_zone_is_ten_kilobytes_unpacked(city: Path) -> None:
    with TestClient(create_server(city), headers={"accept-encoding": "identity"}) as client:
        plan = client.get("/api/plan").json()
        zones = client.get("/api/zones/columns").json()["columns"]["id"]
        assert len(zones) > 100
        for zone in zones:
            given = [("choice", "data", {"layer": "zones", "id": zone, "zone": zone}), ("plan", "data", plan)]
            answer = callback(client, "card-data.data", given)
            assert zone in answer.text
            assert len(answer.content) <= MOST_BYTES
