"""Two outbreaks in one workspace, in a browser: from one to the other, and both beside each other."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from app import create_server
from tests.browser.conftest import serving, visiting
from tests.test_outbreaks import add_birds

pytestmark = [pytest.mark.browser, pytest.mark.slow]
DERIVED = 20_000  # ms: plans are derived first


@pytest.fixture(scope="module")
def both(town_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the town with a second outbreak, of birds."""
    folder = shutil.copytree(town_folder, tmp_path_factory.mktemp("both") / "town")
    add_birds(folder)
    with serving(create_server(folder)) as address:
        yield address


@pytest.fixture
def desk(chromium: Browser, both: str) -> Iterator[Page]:
    with visiting(chromium, both) as page:
        yield page


def shows(page: Page, *looks: str) -> None:
    """Wait until the map draws zones of just these looks."""
    page.wait_for_function(
        """looks => {
            const map = window.cordon.stage.map, drawn = map.queryRenderedFeatures()
                .filter(f => f.sourceLayer === "zones").map(f => f.properties.look);
            return map.areTilesLoaded() && [...new Set(drawn)].sort().join() === looks;
        }""",
        arg=",".join(sorted(looks)),
        timeout=DERIVED,
    )


def to(page: Page, outbreak: str) -> None:
    page.locator("#outbreaks button").first.click()
    page.locator("#outbreaks").get_by_role("menuitem", name=re.compile(outbreak, re.I)).click()


def test_the_bar_goes_from_one_outbreak_to_the_other_and_back(desk: Page) -> None:
    shows(desk, "sealed", "controlled", "precaution")
    desk.locator(".zrow").first.click()
    expect(desk.locator("#card h2")).to_be_visible(timeout=DERIVED)
    to(desk, "Bird flu")
    expect(desk.locator("#outbreak")).to_contain_text("2020/687", timeout=DERIVED)
    expect(desk.locator(".zrow")).to_have_count(2, timeout=DERIVED)
    shows(desk, "sealed", "precaution")
    expect(desk.locator("#card h2")).to_have_count(0)
    desk.locator(".zrow").first.click()
    expect(desk.locator("#card")).to_contain_text(re.compile("protection zone", re.I), timeout=DERIVED)
    to(desk, "This outbreak")
    expect(desk.locator(".zrow")).not_to_have_count(2, timeout=DERIVED)
    shows(desk, "sealed", "controlled", "precaution")


def test_two_outbreaks_stand_side_by_side_each_under_its_own_pack(desk: Page) -> None:
    desk.keyboard.press("Shift+V")
    sheet = desk.locator("#sheet")
    expect(sheet.locator(".cmpbar")).to_have_count(8, timeout=DERIVED)
    expect(sheet.locator("#cmp-outbreak-0")).to_have_value("")
    expect(sheet.locator("#cmp-outbreak-1")).to_have_value("birds")
    expect(sheet.locator("#cmp-policy-1 option:checked")).to_contain_text(re.compile("2020/687"))
    sheet.locator(".cmpall summary").click()
    rows = sheet.locator(".cmpall tr")
    expect(rows.filter(has_text="sealed zone").locator("td").nth(1)).to_have_text("–")
    expect(rows.filter(has_text="protection zone").locator("td").nth(0)).to_have_text("–")
    expect(rows.filter(has_text="protection zone").locator("td").nth(1)).to_have_text("1")
    desk.wait_for_function("document.querySelectorAll('.cmpmap canvas').length === 2")
    days = sheet.locator(".cmpfigs section", has_text="Person-days")
    expect(days.locator(".num")).to_have_text([re.compile("≥ .*"), "–"])
    expect(days.locator("h3")).to_have_text("Person-days to the lift")
