"""The life of zones on the screen: proposals, stages, what changed, and what the card says a zone waits for."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import drawn
from tests.browser.test_acts import untranslated

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_what_waits_for_a_person_comes_first_in_the_list(screen: Page) -> None:
    asked = screen.locator(".zrow.ask")
    expect(asked).to_have_count(4)
    assert screen.evaluate("[...document.querySelectorAll('.zrow')].findLastIndex(r => r.matches('.ask'))") == 3
    expect(asked.nth(0)).to_contain_text("编辑待确认")
    expect(asked.nth(1)).to_contain_text("建议划定")
    expect(asked.nth(1).locator(".chip")).to_have_class(re.compile("sketch"))


def test_a_proposed_zone_is_paler_than_one_in_force(screen: Page) -> None:
    status = {f["id"]: f["status"] for f in drawn(screen, "zones")}
    assert status["l90ac3ff"] == "proposed"
    ids = "ids => window.cordon.stage.map.queryRenderedFeatures({layers: ids}).map(f => f.properties.id)"
    assert set(screen.evaluate(ids, ["zone-like-proposed"])) == {"l90ac3ff"}
    assert screen.evaluate(ids, ["zone-like-line"]) == []
    expect(screen.locator("#legend")).to_contain_text("建议，尚未决定")


def test_stages_are_marked_and_can_be_put_away(screen: Page) -> None:
    marks = {f["id"]: f["mark"] for f in drawn(screen, "stage_points")}
    assert marks["s1e3a9c0"] == "hold"
    assert marks["v77c01d2"] == "void"
    expect(screen.locator("#legend")).to_contain_text("临时管控")
    screen.locator('[data-layer="stages"]').uncheck()
    expect(screen.locator("#legend")).not_to_contain_text("临时管控")
    assert drawn(screen, "stage_points") == []


def test_proposals_are_a_layer_that_is_off_until_asked_for(screen: Page) -> None:
    assert drawn(screen, "acts") == []
    expect(screen.locator("#legend")).not_to_contain_text("建议升级")
    screen.locator('[data-layer="proposals"]').check()
    screen.wait_for_function("window.cordon.stage.map.loaded()")
    assert {f["id"]: f["act"] for f in drawn(screen, "acts")} == {
        "c7b2d401": "raise", "l90ac3ff": "open", "p42118aa": "release", "v77c01d2": "release"
    }  # fmt: skip
    expect(screen.locator("#legend")).to_contain_text("建议升级")


def test_a_click_on_a_stage_sign_chooses_its_zone(screen: Page) -> None:
    # The sign stands 20 px beside the letter, outside of this zone of one small house.
    place = screen.evaluate(
        """() => {
            const map = window.cordon.stage.map, all = map.queryRenderedFeatures({layers: ["stage-signs"]});
            return map.project(all.find(f => f.properties.id === "v77c01d2").geometry.coordinates);
        }"""
    )
    box = screen.locator("#map").bounding_box()
    screen.mouse.click(box["x"] + place["x"] + 18, box["y"] + place["y"])
    expect(screen.locator("#card h2")).to_contain_text("青禾村9号")
    assert screen.evaluate("window.cordon.stage.map.getGlobalState().zone") == "v77c01d2"


def test_changes_since_the_day_before_are_a_layer(screen: Page) -> None:
    assert drawn(screen, "changes") == []
    screen.locator('[data-layer="changes"]').check()
    screen.wait_for_function("window.cordon.stage.map.areTilesLoaded() && window.cordon.stage.map.loaded()")
    assert {(f["id"], f["look"]) for f in drawn(screen, "changes")} == {("l90ac3ff", "more")}
    expect(screen.locator("#legend")).to_contain_text("新增或收紧")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_card_says_what_a_zone_waits_for(screen: Page, lang: str) -> None:
    screen.locator(f"#lang-{lang}").click()
    screen.locator('.zrow[data-id="c7b2d401"]').click()
    card = screen.locator("#card")
    words = {
        "zh": ("编辑待确认", "建议升级：封控区", "区内新增：cases:C2", "满足 1 / 3 项", "尚缺一轮全阴检测", "第2阶段"),
        "en": ("Edits that wait", "to turn stricter", "new inside: cases:C2", "1 of 3 hold", "clean round", "phase 2"),
    }[lang]  # fmt: skip
    for word in words:
        expect(card.get_by_text(word).first).to_be_visible()
    assert card.locator(".checks li").evaluate_all("all => all.map(li => li.className)") == [
        "running",
        "holds",
        "missing",
    ]
    lines = card.locator(".life dt > .t").evaluate_all("all => all.map(name => name.getClientRects().length)")
    assert set(lines) == {1}, "a name beside the dates is broken over lines"
    other = {"zh": "holds:", "en": "满足："}[lang]
    expect(card.get_by_text(other).first).to_be_hidden()


def test_a_card_says_what_would_change_a_zone(reader: Page) -> None:
    reader.locator(".zrow", has_text="Linshui Garden").first.click()
    reader.get_by_role("button", name="What would change it").click()
    ways = reader.locator("#card .ways")
    expect(ways).to_contain_text("any one of these would do", timeout=15_000)
    expect(ways.locator("dt").last).to_contain_text("no zone")
    expect(ways.locator("dd").last).to_contain_text("withdrawal or exclusion of")
    assert untranslated(ways, "en") == []
