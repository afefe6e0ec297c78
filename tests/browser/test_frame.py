"""The frame in a browser: the time slider, search, the log that is watched, a server that goes away and comes back."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from app import create_server
from tests.browser.conftest import serving, visiting
from zoning.entering import enter
from zoning.store import Workspace

pytestmark = pytest.mark.browser
BUBBLE = "#timeline .bubble"


def test_the_slider_opens_on_now_and_walks_by_days(reader: Page) -> None:
    expect(reader.locator(BUBBLE)).to_have_text("17 Mar, now")
    zones = reader.locator("#zone-list .ph .mut").inner_text()
    reader.keyboard.press(",")
    expect(reader.locator(BUBBLE)).to_have_text("16 Mar")
    assert reader.locator("#timeline").get_attribute("class") == "time past"
    reader.keyboard.press(".")
    expect(reader.locator(BUBBLE)).to_have_text("17 Mar, now")
    expect(reader.locator("#zone-list .ph .mut")).to_have_text(zones)


def test_the_slider_is_a_slider_for_hand_and_keyboard(reader: Page) -> None:
    slider = reader.get_by_role("slider")
    assert slider.get_attribute("aria-valuetext") == "17 Mar"
    first = int(slider.get_attribute("value") or 0) - 4
    slider.fill(str(first))
    expect(reader.locator(BUBBLE)).to_have_text("13 Mar", timeout=20_000)
    slider.focus()
    reader.keyboard.press("ArrowRight")
    expect(reader.locator(BUBBLE)).to_have_text("14 Mar", timeout=20_000)
    reader.keyboard.press("Shift+N")
    expect(reader.locator(BUBBLE)).to_have_text("17 Mar, now", timeout=20_000)


@pytest.mark.slow
def test_play_walks_to_the_end_of_the_curve_and_can_be_stopped(reader: Page) -> None:
    reader.get_by_role("button", name="Play day by day").click()
    expect(reader.get_by_role("button", name="Pause")).to_be_visible()
    expect(reader.locator(BUBBLE)).to_have_text("12 Mar", timeout=20_000)
    reader.get_by_role("button", name="Pause").click()
    stopped = reader.locator(BUBBLE).inner_text()
    reader.wait_for_timeout(1500)
    assert reader.locator(BUBBLE).inner_text() in (stopped, "13 Mar")


@pytest.mark.slow
def test_what_was_known_then_leaves_out_what_came_later(analyst: Page, town_copy: Path) -> None:
    late = {"status": "confirmed", "reported_at": "2022-03-15 10:00", "unit_id": "N7"}
    enter(Workspace(town_copy), "cases", [late], "Zhou")
    zones = analyst.locator("#zone-list .rows")
    for _ in range(2):
        analyst.keyboard.press(",")
    expect(analyst.locator(BUBBLE)).to_have_text("15 Mar")
    expect(zones).to_contain_text("East Bank Hotel", timeout=10_000)
    analyst.get_by_role("button", name="as known then").click()
    expect(zones).not_to_contain_text("East Bank Hotel")
    assert analyst.evaluate("window.cordon.view.plan.then") is True


def test_names_pinyin_and_addresses_are_found_and_flown_to(reader: Page) -> None:
    asked = {
        "linshui": "Linshui Garden",
        "shichong market": "Shichong Market",
        "临水花园3栋": "临水花园 3栋",
        "临水花园4栋5单元": "临水花园 4栋 5单元",
    }
    for typed, named in asked.items():
        if re.search("[一-鿿]", named):
            reader.locator("#lang-zh").click()
        before = reader.evaluate("String(window.cordon.stage.map.getCenter())")
        reader.keyboard.press("Control+k")
        reader.keyboard.type(typed)
        expect(reader.locator("#search-list li").first).to_contain_text(named)
        reader.keyboard.press("Enter")
        expect(reader.locator("#card h2")).to_contain_text(named)
        moved = "c => !window.cordon.stage.map.isMoving() && String(window.cordon.stage.map.getCenter()) !== c"
        reader.wait_for_function(moved, arg=before)
        reader.keyboard.press("Escape")


def test_what_is_not_found_is_named(reader: Page) -> None:
    reader.keyboard.press("Control+k")
    reader.keyboard.type("qwxzv")
    expect(reader.locator(".hits")).to_have_text("Nothing is called “qwxzv”.")


def test_a_point_and_a_cell_are_found(reader: Page) -> None:
    box = reader.locator("#search")
    for text, kind in (("114.0529,22.5398", "Point"), ("22.5398, 114.0529", "Point"), ("8b411caa6261fff", "Cell")):
        box.fill(text)
        expect(reader.locator("#search-list li").first).to_contain_text(kind)
    box.fill("no such place at all")
    expect(reader.locator("#search-list")).to_contain_text("Nothing is called “no such place at all”.")
    box.press("Escape")
    expect(reader.locator("#search-list")).to_be_hidden()


@pytest.mark.slow
def test_what_somebody_else_writes_arrives_by_itself_and_the_choice_stays(analyst: Page, town_copy: Path) -> None:
    analyst.locator(".zrow", has_text="Linshui Garden").first.click()
    expect(analyst.locator("#card h2")).to_contain_text("Linshui Garden")
    log = analyst.locator("#revision").inner_text()
    fact = {"status": "confirmed", "reported_at": "2022-03-17 10:00", "unit_id": "N7"}
    enter(Workspace(town_copy), "cases", [fact], "Zhou")
    expect(analyst.locator("#revision")).not_to_have_text(log, timeout=8000)
    expect(analyst.locator("#card h2")).to_contain_text("Linshui Garden")
    expect(analyst.locator(".zrow.on")).to_have_count(1)


@pytest.mark.slow
def test_a_server_that_goes_away_is_told_and_the_page_comes_back(chromium: Browser, town_copy: Path) -> None:
    """Every request is cut, as by a server that is gone; then the page finds a workspace that went on meanwhile."""
    with serving(create_server(town_copy)) as address, visiting(chromium, address, "Failed to load") as page:
        page.locator(".zrow").first.click()
        page.route("**/api/**", lambda route: route.abort("connectionrefused"))
        expect(page.locator("#line")).to_contain_text("Connection lost", timeout=10_000)
        assert page.locator(".zrow").count() > 3
        _come_back(page, town_copy)


def _come_back(page: Page, folder: Path) -> None:
    enter(
        Workspace(folder),
        "cases",
        [{"status": "confirmed", "reported_at": "2022-03-17 10:00", "unit_id": "N7"}],
        "Zhou",
    )
    log = page.locator("#revision").inner_text()
    page.unroute("**/api/**")
    page.get_by_role("button", name="Try now").click()
    expect(page.locator("#line")).to_be_hidden()
    expect(page.locator("#revision")).not_to_have_text(log, timeout=8000)


def test_keys_are_shown(reader: Page) -> None:
    reader.keyboard.press("?")
    expect(reader.locator("#panel")).to_contain_text("Search everywhere")
    keys = reader.evaluate(
        """async () => (await import("/assets/shared/commands.mjs")).listCommands()
            .flatMap(c => (c.keys || "").split(" ").filter(Boolean))"""
    )
    assert len(keys) > 15
    assert sorted(keys) == sorted(set(keys)), "two commands answer to one key"
    reader.keyboard.press("Escape")
    expect(reader.locator("#panel")).to_be_hidden()


@pytest.mark.slow
def test_the_list_scrolls_and_the_page_does_not(chromium: Browser, shown_town: str) -> None:
    for height in (420, 900):
        with visiting(chromium, shown_town, viewport={"width": 1440, "height": height}) as page:
            page.locator(".zrow").last.click()
            page.wait_for_selector("#card h2")
            assert page.evaluate("document.querySelector('.app').scrollHeight") == height
            assert page.evaluate("[document.scrollingElement.scrollTop, document.body.scrollTop]") == [0, 0]
