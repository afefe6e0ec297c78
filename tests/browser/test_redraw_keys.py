"""Redrawing by keys alone: every tool, zones as wholes, and keys that are quicker than the server."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import begin
from tests.browser.redrawing import Go, by_keys, saved, steps

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.usefixtures("patience")]

CORNERS = ("Shift+ArrowRight", "Shift+ArrowUp", "Space", "Shift+ArrowLeft", "Shift+ArrowLeft", "Space")
BOX = ("Shift+ArrowUp", "Shift+ArrowRight", "Space", *["Shift+ArrowDown", "Shift+ArrowLeft"] * 2, "Space", "Enter")
# From Block 1 of the estate to the roads around it: north, west, south and east.
ROADS = (
    *("o", "ArrowUp", "Space", "ArrowLeft", "Space", *["ArrowDown"] * 4, "ArrowRight", "Space"),
    *(*["ArrowRight"] * 4, *["ArrowUp"] * 2, "Space", "Enter"),
)
LESS = ("u", "Shift+u", "Space", "Space", "Enter")  # the level before was the building
# tool -> where the cursor begins, the keys, what the step must be
KEYS: dict[str, tuple[str, tuple[str, ...], Callable[[dict], bool]]] = {
    "paint": ("N6", ("1", "ArrowRight", "Space"), lambda s: s["class"] == "sealed"),
    "brush": ("N6", ("1", "]", "]", "Shift+]", "[", "Space"), lambda s: len(s["atoms"]) >= 18),
    "erase": ("E4", ("Space", "0", "Space"), lambda s: s["do"] == "erase"),
    "none": ("E4", ("9", "Space"), lambda s: s["do"] == "paint" and "class" not in s),
    "rectangle": ("E4", ("b", *BOX), lambda s: len(s["atoms"]) > 4),
    "circle": ("E4", ("c", "Space", "Shift+ArrowLeft", "Space", "Enter"), lambda s: len(s["atoms"]) > 20),
    "polygon": ("E4", ("g", *CORNERS, *["Shift+ArrowDown"] * 2, "Space", "Enter"), lambda s: len(s["atoms"]) > 4),
    "lasso": ("E4", ("l", *CORNERS, "Shift+ArrowDown", "Space", "Enter"), lambda s: len(s["atoms"]) > 2),
    "unit": ("E4-B2", ("u", "Space"), lambda s: s["atoms"] == ["E4-B2"]),
    "building": ("E1-B4-U5", ("u", "Shift+u", "Space"), lambda s: len(s["atoms"]) == 7),
    "estate": ("E4-B1", LESS, lambda s: "E4-B1" not in s["atoms"] and len(s["atoms"]) == 5),
    "block": ("E4-B1", ROADS, lambda s: {"E4-B1", "N5", "N6"} <= set(s["atoms"]) and "E3-B2" not in s["atoms"]),
    "area": ("E4-B1", ("a", "Space"), lambda s: "E4-B1" in s["atoms"] and len(s["atoms"]) > 50),
}


def test_each_tool_works_by_keys_alone(desk: Page, town_copy: Path, go: Go) -> None:
    n = 0
    for tool, (where, keys, fits) in KEYS.items():
        go(desk, where)
        by_keys(desk, "1", "p", *keys)
        strokes = 2 if tool == "erase" else 1
        n += strokes
        saved(desk, n)
        assert fits(steps(town_copy)[-1].step), (tool, steps(town_copy)[-1].step)
        by_keys(desk, *["Control+z"] * strokes)
        n += strokes
        saved(desk, n)


def test_each_tool_says_the_key_that_takes_it(desk: Page) -> None:
    told = desk.eval_on_selector_all(
        ".tools [data-tool][aria-pressed]:not([data-tool=lock])",
        "nodes => nodes.map(n => [n.dataset.tool, n.getAttribute('aria-keyshortcuts'),"
        " getComputedStyle(n.querySelector('kbd'), '::after').content.replaceAll('\"', '')])",
    )
    assert len(told) == 13
    for tool, key, shown in told:
        assert key == shown
        desk.keyboard.press(key.lower())
        expect(desk.locator(f".tools [data-tool={tool}]")).to_have_attribute("aria-pressed", "true")
    by_keys(desk, "p")
    for shown in desk.locator(".classes .classkey").all():
        key = shown.get_attribute("aria-keyshortcuts")
        assert shown.locator("kbd").get_attribute("data-keys") == key
        desk.keyboard.press(str(key))
        expect(desk.locator(f".classes [aria-keyshortcuts='{key}']")).to_have_attribute("aria-pressed", "true")


def test_a_tool_that_is_taken_while_another_is_fetched_is_the_only_one_that_draws(analyst: Page) -> None:
    def slowly(route: Route) -> None:
        analyst.wait_for_timeout(400)
        route.continue_()

    # Chromium may let one of the next requests past a route unseen, so it stands before the draft is begun.
    analyst.route("**/terra-draw.mjs", slowly)
    begin(analyst)
    with analyst.expect_response("**/terra-draw.mjs"):
        for key in "gb":
            analyst.keyboard.press(key)
    expect(analyst.locator(".tools [data-tool=rectangle]")).to_have_attribute("aria-pressed", "true")
    analyst.wait_for_timeout(500)  # two that both draw put the same source on the map, which the console tells


def test_keys_that_follow_a_slow_answer_keep_their_order_and_escape_puts_away_what_waits(
    desk: Page, town_copy: Path, go: Go
) -> None:
    go(desk, "E4-B2")

    def slowly(route: Route) -> None:
        desk.wait_for_timeout(400)
        route.continue_()

    desk.route("**/api/desk/drafts/*/at?*", slowly)
    by_keys(desk, "1", "u", "Space", "4", "Space", "Control+z")
    saved(desk, 3)
    done = [kept.step for kept in steps(town_copy)]
    assert [(step["do"], step.get("class")) for step in done] == [
        ("paint", "sealed"),
        ("paint", "precaution"),
        ("undo", None),
    ]
    by_keys(desk, "Space", "Space", "Escape", "p", "Space")
    saved(desk, 4)
    assert steps(town_copy)[-1].step["do"] == "paint"


def test_a_zone_is_split_along_a_road_and_what_it_becomes_is_in_hand(desk: Page, town_copy: Path, go: Go) -> None:
    go(desk, "E4-B2")
    by_keys(desk, "i", "Space", "r", "r", "r", "Shift+x", "ArrowUp", "Space")
    expect(desk.locator(".strip .tag")).to_have_count(1)
    by_keys(desk, "Enter", "m", "Shift+4", "Shift+3")
    saved(desk, 6)
    done = [kept.step for kept in steps(town_copy)]
    assert [step["do"] for step in done[3:]] == ["split", "turn", "turn"]
    assert done[5]["zone"] == "new:6", "the zone that the first change of class drew was in hand"
    expect(desk.locator(".inhand")).to_contain_text("New zone 6")


def test_zones_are_picked_grown_turned_locked_split_and_merged_by_keys(desk: Page, town_copy: Path, go: Go) -> None:
    go(desk, "E4-B2")
    by_keys(desk, "i", "Space")
    expect(desk.locator(".inhand")).to_contain_text("Lixiang Court")
    for n, keys in enumerate((("r",), ("Shift+r",), ("Shift+1",), ("k",), ("k",), ("Shift+k",), ("Shift+k",)), 1):
        by_keys(desk, *keys)
        saved(desk, n)
    done = [kept.step["do"] for kept in steps(town_copy)]
    assert done == ["paint", "paint", "turn", "lock", "unlock", "lock", "unlock"]
    by_keys(desk, "Control+z", "Control+z", "Control+z", "Control+z", "Control+z")
    saved(desk, 12)
    by_keys(
        desk, "x", "ArrowLeft", "Shift+ArrowUp", "Shift+ArrowUp", "Space", *["Shift+ArrowDown"] * 4, "Space", "Enter"
    )
    saved(desk, 13)
    parted = steps(town_copy)[-1].step
    assert parted["do"] == "split"
    assert (parted["atoms"], parted["zone"]) == (["E4-B3"], "new:13")
    go(desk, "E4-B3")
    by_keys(desk, "j", "Space")
    expect(desk.locator(".strip .tag")).to_have_text(["Lixiang Court", "New zone 13"])
    go(desk, "E1-B4-U5")
    by_keys(desk, "Space")
    expect(desk.locator(".handsaid")).to_contain_text("zones of one class are merged")
    expect(desk.locator(".strip .tag")).to_have_count(2)
    by_keys(desk, "Enter", "m")
    saved(desk, 14)
    merged = steps(town_copy)[-1].step
    assert (merged["do"], merged["class"], merged["atoms"]) == ("merge", "controlled", ["E4-B3"])
    expect(desk.locator(".inhand")).to_contain_text("Lixiang Court")
