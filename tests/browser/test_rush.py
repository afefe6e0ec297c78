"""What comes too fast or cannot be had: clicks while a revision changes, answers that overtake, no WebGL2."""

import re
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserType, Page, expect

from dashboard.factory import make_server
from dashboard.plans import Engine
from tests.browser import standin
from tests.browser.conftest import SIZE, serving, visiting
from tests.browser.standin import AS_OF
from tests.conftest import CHROMIUM, FLAGS

pytestmark = [pytest.mark.browser, pytest.mark.slow]


class Slow:
    """An engine whose first answers take long, and whose log grows when it is told to."""

    def __init__(self) -> None:
        self.log = 1
        self.cards = 0
        self.derive_s = 0.0

    def engine(self) -> Engine:
        plain = standin.engine()

        def weigh(plan: Any) -> Any:
            self.cards += 1
            if self.cards == 1:
                time.sleep(2.5)
            return plain.weigh(plan)

        def derive(_outbreak: str = "", as_of: Any = None, **_: Any) -> Any:
            time.sleep(self.derive_s)
            return standin.make_plan(as_of or AS_OF)

        return replace(plain, weigh=weigh, derive=derive, revision=lambda: self.log)


@pytest.fixture
def slow() -> Slow:
    return Slow()


@pytest.fixture
def hurried(chromium: Browser, slow: Slow) -> Iterator[Page]:
    with serving(make_server(slow.engine())) as address, visiting(chromium, address) as page:
        yield page


def test_the_newest_of_two_choices_wins_though_its_answer_comes_first(hurried: Page) -> None:
    hurried.locator('[data-id="c7b2d401"]').click()
    hurried.locator('[data-id="s1e3a9c0"]').click()
    expect(hurried.locator("#card h2")).to_contain_text("临水花园3栋")
    hurried.wait_for_timeout(3500)
    expect(hurried.locator("#card h2")).to_contain_text("临水花园3栋")
    expect(hurried.locator(".zrow.on")).to_have_attribute("data-id", "s1e3a9c0")
    assert hurried.evaluate("window.cordon.stage.map.getGlobalState().zone") == "s1e3a9c0"


def test_a_click_while_a_revision_changes_is_kept(hurried: Page, slow: Slow) -> None:
    slow.cards, slow.derive_s = 1, 1.5
    slow.log += 1
    expect(hurried.locator("#busy")).to_be_visible(timeout=8000)
    hurried.locator('[data-id="p42118aa"]').click()
    hurried.locator('[data-id="l90ac3ff"]').click()
    expect(hurried.locator("#revision")).to_have_text("r 2", timeout=10_000)
    expect(hurried.locator("#card h2")).to_contain_text("云栖苑")
    expect(hurried.locator(".zrow.on")).to_have_attribute("data-id", "l90ac3ff")


def test_days_that_are_stepped_through_fast_end_on_the_last(hurried: Page, slow: Slow) -> None:
    slow.cards, slow.derive_s = 1, 0.4
    for key in ",,..":
        hurried.keyboard.press(key)
    expect(hurried.locator("#timeline .bubble")).to_have_text("16 Mar, now", timeout=15_000)
    expect(hurried.locator(".zrow")).to_have_count(6, timeout=15_000)
    hurried.wait_for_function(
        """() => {
            const map = window.cordon.stage.map, key = window.cordon.view.plan.key;
            return map.getSource("plan").tiles[0].includes(key) && map.loaded()
                && map.querySourceFeatures("plan", {sourceLayer: "zones"}).length > 0;
        }""",
        timeout=15_000,
    )


@pytest.fixture
def plain_browser(chromium: Browser) -> Iterator[Browser]:
    """A Chromium that has no WebGL at all, as an old office machine or a remote desktop."""
    kind: BrowserType = chromium.browser_type
    browser = kind.launch(executable_path=CHROMIUM, args=[*FLAGS, "--disable-3d-apis"])
    yield browser
    browser.close()


def test_without_webgl2_the_map_says_why_and_all_else_works(plain_browser: Browser, town: str) -> None:
    wrong: list[str] = []
    context = plain_browser.new_context(viewport=SIZE)
    context.add_init_script("localStorage.lang = '\"en\"'")
    page = context.new_page()
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    page.goto(town)
    expect(page.locator("#map")).to_contain_text("The map cannot be drawn: this browser has no WebGL2")
    page.locator(".zrow", has_text="Linshui Garden").first.click()
    expect(page.locator("#card")).to_contain_text("Testing calendar", timeout=15_000)
    expect(page.locator("#drawer .bars")).to_be_visible()
    page.locator("#drawer .ddays button").nth(2).click()
    page.keyboard.press("Shift+C")
    page.locator("#changes-since").select_option("2022-03-10")
    page.locator(".chgrow").first.click(timeout=20_000)
    page.keyboard.press("Escape")
    page.keyboard.press("Shift+V")
    expect(page.locator("#sheet .cmpbar")).to_have_count(8, timeout=20_000)
    expect(page.locator("#sheet")).to_contain_text(re.compile("no WebGL2"))
    page.keyboard.press("Escape")
    page.locator("#lang-zh").click()
    expect(page.locator("#map")).to_contain_text("此浏览器没有 WebGL2")
    page.keyboard.press("Shift+M")
    expect(page.locator(".measure")).to_have_count(0)
    context.close()
    assert wrong == []
