"""Comparing in a browser: what changed between two dates, on the map and as a list."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import drawn

pytestmark = pytest.mark.browser


def test_changes_since_an_earlier_date_stand_on_the_map_and_beside_it(analyst: Page) -> None:
    analyst.keyboard.press("Shift+C")
    panel = analyst.locator("#panel")
    expect(panel.locator("#changes-since")).to_have_value("2022-03-16")
    panel.locator("#changes-since").select_option("2022-03-10")
    expect(panel.locator(".chgrow").first).to_contain_text("opened")
    expect(panel.locator(".chgrow").first).to_contain_text(re.compile("because of .*case"))
    analyst.wait_for_function(
        """() => {
            const map = window.cordon.stage.map;
            return map.getSource("changes").tiles[0].includes("since=2022-03-10")
                && map.queryRenderedFeatures({layers: ["change-more"]}).length && map.areTilesLoaded();
        }"""
    )
    expect(analyst.locator('[data-layer="changes"]')).to_be_checked()
    assert {f["look"] for f in drawn(analyst, "changes")} == {"more"}
    first = panel.locator(".chgrow").first
    name = first.locator(".n").inner_text().removeprefix("opened").strip()
    first.click()
    expect(analyst.locator(".zrow.on")).to_have_count(1)
    expect(analyst.locator("#card h2 .t-en")).to_have_text(name)
    analyst.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(analyst.locator('[data-layer="changes"]')).not_to_be_checked()


def test_changes_by_kind_in_parts_as_files_and_in_chinese(analyst: Page) -> None:
    analyst.keyboard.press("Shift+C")
    panel = analyst.locator("#panel")
    panel.locator("#changes-since").select_option("2022-03-09")
    expect(panel.locator(".chgrow")).to_have_count(12)
    panel.get_by_role("button", name=re.compile("Show .* more")).click()
    expect(panel.locator(".chgrow")).not_to_have_count(12)
    analyst.locator("#lang-zh").click()
    panel.locator(".kind", has_text="新划定").click()
    expect(panel.locator(".chgrow").first).to_contain_text(re.compile("因.*病例"))
    with analyst.expect_download() as told:
        panel.get_by_role("link", name="下载 CSV").click()
    assert told.value.suggested_filename == "changes-2022-03-09-2022-03-17.csv"
    analyst.keyboard.press("Escape")


def test_a_day_on_which_nothing_changed_says_so(analyst: Page) -> None:
    analyst.get_by_role("slider").fill("0")
    analyst.wait_for_function("window.cordon.view.plan.zones === 0")
    analyst.keyboard.press("Shift+C")
    expect(analyst.locator("#panel")).to_contain_text("Nothing changed from")
