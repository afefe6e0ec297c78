"""What the screen says while it waits, when something fails, when there is nothing, and when what it shows is old."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Route, expect

from dashboard.factory import make_server
from tests.browser import standin
from tests.browser.conftest import drawn, serving, visiting

pytestmark = pytest.mark.browser
LIST, LINE = "#zone-list", "#line"


@pytest.fixture(scope="module")
def nothing() -> Iterator[str]:
    """Serve a workspace in which nothing fires."""
    with serving(make_server(replace(standin.engine(), derive=lambda *_, **_more: standin.empty_plan()))) as address:
        yield address


def test_a_list_that_is_awaited_says_so_and_one_that_fails_says_why(chromium: Browser, served: str) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page = chromium.new_page()
    page.add_init_script("localStorage.lang = '\"en\"'")
    page.route("**/api/zones/columns*", hold)
    page.goto(served)
    expect(page.locator(LIST)).to_contain_text("Reading the zones…", timeout=10_000)
    held[0].fulfill(status=500, json={"what": "the disk is full"})
    expect(page.locator(LIST)).to_contain_text("The zone list could not be read: the disk is full")
    page.close()


def test_nothing_to_show_says_what_can_be_done(chromium: Browser, nothing: str) -> None:
    with visiting(chromium, nothing) as page:
        expect(page.locator(LIST)).to_contain_text("No zones on this day.")
        expect(page.locator(LIST)).to_contain_text("Shift+L")
        expect(page.locator("#drawer")).to_contain_text("No tests are scheduled")
        page.keyboard.press("Shift+D")
        expect(page.locator("#panel")).to_contain_text("Nothing waits for you.")


def test_a_picture_that_grows_old_is_marked(chromium: Browser, served: str) -> None:
    with visiting(chromium, served, "Failed to load") as page:
        page.route("**/api/**", lambda route: route.abort("connectionrefused"))
        expect(page.locator(LINE)).to_contain_text("Connection lost", timeout=10_000)
        assert "old" not in page.locator(LINE).get_attribute("class").split()
        page.evaluate("() => { const real = Date.now; Date.now = () => real() + 90_000 }")
        expect(page.locator(LINE)).to_have_class("linebar old")
        expect(page.locator(LINE)).to_contain_text("What you see and what you typed stays.")


def test_a_layer_that_fails_is_told_and_the_others_are_drawn(chromium: Browser, served: str) -> None:
    with visiting(chromium, served, "status of 500") as page:
        page.route("**/api/tiles/base/**", lambda route: route.fulfill(status=500))
        page.locator("#lang-zh").click()
        page.locator("#lang-en").click()
        page.mouse.move(640, 400)
        for _ in range(3):
            page.mouse.wheel(0, -400)
        expect(page.locator(".said")).to_contain_text("Something on the map could not be drawn", timeout=10_000)
        assert drawn(page, "zones")
        expect(page.locator(".zrow").first).to_be_visible()
