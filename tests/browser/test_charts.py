"""The drawer of the testing load: read by pointer and keyboard, folded, walked to, and a filter of the list."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from app import create_server
from tests.browser.conftest import serving, visiting
from tests.commandline import run

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SIDE = "#drawer .dside"


@pytest.fixture(scope="module")
def short(town_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the town where 1,000 people can be sampled a day, which is not enough."""
    folder = shutil.copytree(town_folder, tmp_path_factory.mktemp("short") / "town")
    run("set", folder, "sampling_a_day", "1000")
    with serving(create_server(folder)) as address:
        yield address


@pytest.fixture
def short_town(chromium: Browser, short: str) -> Iterator[Page]:
    with visiting(chromium, short) as page:
        page.wait_for_selector("#drawer .bars")
        yield page


def test_bars_are_stacked_by_class_and_what_is_beyond_capacity_is_marked(short_town: Page) -> None:
    fills = set(short_town.locator("#drawer .bars rect").evaluate_all("e => e.map(r => r.getAttribute('fill'))"))
    assert {"var(--zone-sealed-solid)", "var(--zone-controlled-solid)", "url(#bars-short)"} <= fills
    expect(short_town.locator("#drawer .bars .roof-text")).to_have_text("1,000")
    expect(short_town.locator(SIDE)).to_contain_text(re.compile(r"Short by [\d,]+ on \d+ Mar"))
    expect(short_town.locator(SIDE)).to_contain_text("capacity 1,000 · as set for this workspace")
    expect(short_town.locator("#drawer .bars .lack")).to_have_count(1)


def test_a_day_is_read_by_pointer_and_by_keyboard(short_town: Page) -> None:
    days = short_town.locator("#drawer .ddays button")
    days.nth(3).hover()
    expect(short_town.locator(SIDE)).to_contain_text(re.compile(r"to be tested.*capacity 1,000"))
    short_town.locator('#drawer .ddays [tabindex="0"]').focus()
    short_town.keyboard.press("Home")
    short_town.keyboard.press("ArrowRight")
    expect(days.nth(1)).to_be_focused()
    label = str(days.nth(1).get_attribute("aria-label"))
    expect(short_town.locator(SIDE)).to_contain_text(label.split(",", maxsplit=1)[0][:12])
    short_town.locator("#lang-zh").click()
    expect(days.nth(1)).to_have_attribute("aria-label", re.compile(r"月\d+日：应检测"))


def test_a_day_that_is_clicked_filters_the_list_and_can_be_gone_to(short_town: Page) -> None:
    short = short_town.locator(".bars .lack")
    expect(short).to_have_count(1)
    day = short_town.locator(
        "#drawer .ddays button", has=short_town.locator("xpath=self::*[contains(@aria-label,'short by')]")
    )
    day.first.click()
    iso = str(day.first.get_attribute("data-day"))
    tested = short_town.get_by_role("button", name=re.compile(r"List \d+ zones"))
    count = re.findall(r"\d+", tested.inner_text())[0]
    tested.click()
    expect(short_town.locator("#zone-list .only")).to_contain_text("Zones tested on")
    expect(short_town.locator("#zone-list .ph .mut")).to_contain_text(f"{count} ")
    assert short_town.locator(".zrow").count() == int(count)
    short_town.locator("#zone-list .only .btn").click()
    expect(short_town.locator("#zone-list .only")).to_be_hidden()
    expect(short_town.locator(f'[data-day="{iso}"]')).to_have_attribute("aria-pressed", "false")
    day.first.click()
    short_town.get_by_role("button", name="Go to this day").click()
    short_town.wait_for_function("d => window.cordon.view.plan.day === d", arg=iso)


def test_the_drawer_folds_to_its_worst_line_and_stays_folded(short_town: Page) -> None:
    tall = short_town.locator("#map").bounding_box()["height"]
    short_town.keyboard.press("Shift+T")
    expect(short_town.locator("#drawer .bars")).to_have_count(0)
    expect(short_town.locator("#drawer")).to_contain_text("Short by")
    assert short_town.locator("#drawer").bounding_box()["height"] == 32
    assert short_town.locator("#map").bounding_box()["height"] > tall + 100
    short_town.reload()
    expect(short_town.locator("#drawer")).to_contain_text("Short by")
    short_town.get_by_role("button", name="Show the testing load").click()
    expect(short_town.locator("#drawer .bars")).to_be_visible()


def test_tubes_have_no_capacity_line(short_town: Page) -> None:
    short_town.get_by_role("button", name="Tubes", exact=True).click()
    expect(short_town.locator("#drawer .bars .roof")).to_have_count(0)
    expect(short_town.locator("#drawer .ddays button").nth(4)).to_have_attribute("aria-label", re.compile("tubes"))
