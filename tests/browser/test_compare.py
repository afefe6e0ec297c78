"""Comparing in a browser: what changed between two dates, on the map and as a list."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.access import hindrances
from tests.browser.conftest import drawn, visiting

pytestmark = [pytest.mark.browser, pytest.mark.slow]
DERIVED = 20_000  # ms: plans are derived first


def test_changes_since_an_earlier_date_stand_on_the_map_and_beside_it(reader: Page) -> None:
    reader.keyboard.press("Shift+C")
    panel = reader.locator("#panel")
    expect(panel.locator("#changes-since")).to_have_value("2022-03-16")
    panel.locator("#changes-since").select_option("2022-03-10")
    expect(panel.locator(".chgrow").first).to_contain_text("opened", timeout=DERIVED)
    expect(panel.locator(".chgrow").first).to_contain_text(re.compile("because of .*case"))
    reader.wait_for_function(
        """() => {
            const map = window.cordon.stage.map;
            return map.getSource("changes").tiles[0].includes("since=2022-03-10")
                && map.queryRenderedFeatures({layers: ["change-more"]}).length && map.areTilesLoaded();
        }"""
    )
    expect(reader.locator('[data-layer="changes"]')).to_be_checked()
    assert {f["look"] for f in drawn(reader, "changes")} == {"more"}
    first = panel.locator(".chgrow").first
    name = first.locator(".n").inner_text().removeprefix("opened").strip()
    first.click()
    expect(reader.locator(".zrow.on")).to_have_count(1)
    expect(reader.locator("#card h2 .t-en")).to_have_text(name)
    reader.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(reader.locator('[data-layer="changes"]')).not_to_be_checked()


def test_changes_by_kind_in_parts_as_files_and_in_chinese(reader: Page) -> None:
    reader.keyboard.press("Shift+C")
    panel = reader.locator("#panel")
    panel.locator("#changes-since").select_option("2022-03-09")
    expect(panel.locator(".chgrow")).to_have_count(12, timeout=DERIVED)
    panel.get_by_role("button", name=re.compile("Show .* more")).click()
    expect(panel.locator(".chgrow")).not_to_have_count(12)
    reader.locator("#lang-zh").click()
    panel.locator(".kind", has_text="新划定").click()
    expect(panel.locator(".chgrow").first).to_contain_text(re.compile("因.*病例"))
    with reader.expect_download() as told:
        panel.get_by_role("link", name="下载 CSV").click()
    assert told.value.suggested_filename == "changes-2022-03-09-2022-03-17.csv"
    reader.keyboard.press("Escape")


def test_a_day_on_which_nothing_changed_says_so(reader: Page) -> None:
    reader.get_by_role("slider").fill("0")
    reader.wait_for_function("window.cordon.view.plan.zones === 0")
    reader.keyboard.press("Shift+C")
    expect(reader.locator("#panel")).to_contain_text("Nothing changed from", timeout=DERIVED)


def test_two_packs_side_by_side_in_one_view(reader: Page) -> None:
    reader.keyboard.press("Shift+V")
    sheet = reader.locator("#sheet")
    expect(sheet.locator(".cmpbar")).to_have_count(8, timeout=DERIVED)
    sheet.locator("#cmp-policy-1").select_option("cn-3zone-2021")
    expect(sheet.locator(".cmpfigs")).to_contain_text("B − A", timeout=DERIVED)
    sheet.locator("#cmp-day-1").focus()
    sheet.locator("#cmp-day-1").select_option("2022-03-13")
    expect(sheet.locator("#cmp-day-1")).to_have_value("2022-03-13")
    expect(sheet.locator("#cmp-day-1")).to_be_focused(timeout=DERIVED)
    ready = "[...document.querySelectorAll('.cmpmap canvas')].length === 2"
    reader.wait_for_function(ready)
    sheet.get_by_text("All figures by class").click()
    expect(sheet.locator(".cmpall table")).to_contain_text("sealed zone")
    reader.locator("#lang-zh").click()
    expect(sheet).to_contain_text("管控人数")
    expect(sheet.locator(".cmpall table")).to_contain_text("封控区")
    expect(sheet.locator("#cmp-policy-1")).to_have_value("cn-3zone-2021")
    reader.keyboard.press("Escape")
    expect(sheet).to_be_hidden()


def test_changes_and_plans_are_compared_by_keyboard_alone(reader: Page) -> None:
    reader.keyboard.press("Shift+C")
    panel = reader.locator("#panel")
    expect(panel.locator("#changes-since")).to_have_value("2022-03-16")
    walk_to(reader, "changes-since")
    for day in range(15, 9, -1):
        reader.keyboard.press("ArrowDown")
        expect(panel.locator("#changes-since")).to_have_value(f"2022-03-{day}")
        expect(panel.locator("#changes-since")).to_be_focused(timeout=DERIVED)
    expect(panel.locator(".chgrow").first).to_contain_text("opened", timeout=DERIVED)
    while not reader.evaluate("document.activeElement.classList.contains('chgrow')"):
        reader.keyboard.press("Tab")
    reader.keyboard.press("Enter")
    expect(reader.locator(".zrow.on")).to_have_count(1)
    reader.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    reader.keyboard.press("Shift+V")
    sheet = reader.locator("#sheet")
    expect(sheet.locator(".cmpbar")).to_have_count(8, timeout=DERIVED)
    walk_to(reader, "cmp-policy-1")
    before = sheet.locator("#cmp-policy-1").input_value()
    reader.keyboard.press("ArrowDown")
    expect(sheet.locator("#cmp-policy-1")).not_to_have_value(before)
    expect(sheet.locator("#cmp-policy-1")).to_be_focused(timeout=DERIVED)
    expect(sheet.locator(".cmpfigs")).to_contain_text("B − A", timeout=DERIVED)
    reader.keyboard.press("Escape")
    expect(sheet).to_be_hidden()


def walk_to(page: Page, name: str) -> None:
    """Press Tab until the field is reached."""
    for _ in range(60):
        if page.evaluate("document.activeElement.id") == name:
            return
        page.keyboard.press("Tab")
    pytest.fail(f"{name} cannot be reached by Tab")


def test_what_moves_one_map_moves_the_other(reader: Page) -> None:
    reader.keyboard.press("Shift+V")
    reader.wait_for_function("document.querySelectorAll('.cmpmap canvas').length === 2")
    expect(reader.locator("#sheet .cmpbar")).to_have_count(8, timeout=DERIVED)
    scales = reader.locator(".cmpmap")
    before = [scales.nth(k).screenshot() for k in range(2)]
    scales.first.locator("canvas").focus()
    for _ in range(2):
        reader.keyboard.press("=")
    reader.wait_for_timeout(1500)
    assert all(scales.nth(k).screenshot() != before[k] for k in range(2))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_comparing_and_the_load_are_open_to_all(chromium: Browser, shown_town: str, theme: str) -> None:
    found: list[str] = []
    with visiting(chromium, shown_town, lang="zh" if theme == "dark" else "en", theme=theme) as page:
        page.wait_for_selector("#drawer .bars")
        page.locator("#drawer .ddays button").nth(3).click()
        found += hindrances(page, "#drawer")
        page.keyboard.press("Shift+C")
        page.locator("#changes-since").select_option("2022-03-10")
        page.wait_for_selector(".chgrow", timeout=DERIVED)
        found += hindrances(page, "#panel")
        page.keyboard.press("Escape")
        page.keyboard.press("Shift+V")
        page.wait_for_selector(".cmpbar", timeout=DERIVED)
        page.locator(".cmpall summary").click()
        found += hindrances(page, "#sheet")
    assert found == []
