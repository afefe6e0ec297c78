"""Redrawing in a browser: by pointer and by keys alone, kept over reloads and lost connections, by two at once."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from app import create_server
from tests.browser.conftest import serving, visiting, wait_for_map
from zoning.desk.keeping import Drawer, Kept
from zoning.editing import read_sheet
from zoning.plan import Plan

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Go = Callable[[Page, str], None]
ALLOWED = "status of 4|ERR_FAILED|ERR_INTERNET_DISCONNECTED"


@pytest.fixture(autouse=True, scope="module")
def patience() -> Iterator[None]:
    """A stroke waits for a disk that other tests use too."""
    expect.set_options(timeout=20_000)
    yield
    expect.set_options(timeout=5_000)


@pytest.fixture
def desk(chromium: Browser, town: str) -> Iterator[Page]:
    with visiting(chromium, town, allowed=ALLOWED) as page:
        page.evaluate("localStorage.setItem('author', 'Li Wei')")
        begin(page)
        yield page


def begin(page: Page) -> None:
    wait_for_map(page)
    page.keyboard.press("p")
    expect(page.locator(".tools")).to_be_visible(timeout=15_000)
    expect(page.locator(".saved")).to_have_text("all saved")
    page.wait_for_function("window.cordon.stage.map.isStyleLoaded()")


def steps(folder: Path) -> list[Kept]:
    drawer = Drawer(folder)
    return drawer.steps(drawer.all("")[0].id)


def saved(page: Page, n: int) -> None:
    """Wait until the server has n steps."""
    expect(page.locator(".saved")).to_have_text("all saved")
    expect(page.locator(".strokes li:not(.mut)")).to_have_count(n)


@pytest.fixture(scope="session")
def go(town_plan: Plan) -> Go:
    """Put a unit in the middle of the map, where the cursor of the keyboard begins."""
    units = town_plan.units.set_index("id")

    def jump(page: Page, unit: str) -> None:
        at = f"[{units.at[unit, 'lng']}, {units.at[unit, 'lat']}]"
        page.mouse.move(700, 400)
        page.mouse.move(702, 400)
        page.evaluate(f"window.cordon.stage.map.jumpTo({{center: {at}, zoom: 17}})")

    return jump


def test_paint_follows_the_pointer_and_is_kept(desk: Page, town_copy: Path, go: Go) -> None:
    go(desk, "N6")
    box = desk.locator("#map").bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    desk.keyboard.press("1")
    desk.mouse.move(x, y)
    desk.mouse.down()
    desk.mouse.move(x + 60, y, steps=4)
    painted = desk.evaluate(
        """() => window.cordon.stage.map.queryRenderedFeatures({layers: ["desk-cells"]})
            .filter(f => f.state.paint === "sealed").length"""
    )
    desk.mouse.up()
    saved(desk, 1)
    assert painted >= 7
    kept = steps(town_copy)[0].step
    assert (kept["do"], kept["class"]) == ("paint", "sealed")
    assert "N6" in kept["atoms"]
    expect(desk.locator(".note").first).to_contain_text("Beyond the rule")
    desk.keyboard.press("Control+z")
    saved(desk, 2)
    expect(desk.locator(".note")).to_have_count(0)
    desk.keyboard.press("Control+Shift+z")
    saved(desk, 3)
    desk.reload()
    begin(desk)
    saved(desk, 3)
    expect(desk.locator(".drafthead")).to_contain_text("1 strokes")


def by_keys(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)
    page.wait_for_timeout(150)


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
    by_keys(desk, "Enter")
    saved(desk, 14)
    merged = steps(town_copy)[-1].step
    assert (merged["do"], merged["class"], merged["zone"]) == ("merge", "controlled", "new:13")
    go(desk, "E4-B2")
    by_keys(desk, "i", "Space")
    expect(desk.locator(".inhand")).to_contain_text("New zone 13")


def test_the_section_of_a_building_is_chosen_part_by_part(desk: Page, town_copy: Path, go: Go) -> None:
    go(desk, "N2")
    by_keys(desk, "1", "u", "Space")
    section = desk.locator(".section")
    expect(section.locator("li")).to_have_count(5)
    expect(section).to_contain_text("floors 7–8")
    desk.keyboard.press("Space")
    desk.get_by_role("button", name="Take ↵").click()
    saved(desk, 1)
    assert steps(town_copy)[0].step["atoms"] == ["N2-F7"]


def test_what_is_locked_or_wrong_is_said_and_nothing_is_lost(desk: Page, town_copy: Path, go: Go) -> None:
    go(desk, "E4-B2")
    by_keys(desk, "1", "Shift+k")
    saved(desk, 1)
    by_keys(desk, "u", "Space")
    expect(desk.locator(".handsaid")).to_contain_text("locked")
    expect(desk.locator(".strokes li:not(.mut)")).to_have_count(1)
    desk.locator("#lang-zh").click()
    expect(desk.locator(".handsaid")).to_contain_text("锁定")


def test_strokes_without_a_server_are_kept_and_shown_as_such(desk: Page, town_copy: Path, go: Go) -> None:
    go(desk, "N6")
    desk.route("**/api/desk/drafts/*/steps", lambda route: route.abort())
    by_keys(desk, "1", "Space", "ArrowRight", "Space")
    expect(desk.locator(".strokes .waits")).to_have_count(2)
    expect(desk.locator(".strokes .waits").first).to_contain_text("not saved")
    expect(desk.locator(".saved")).to_contain_text("2 strokes kept on this device")
    assert steps(town_copy) == []
    desk.unroute("**/api/desk/drafts/*/steps")
    desk.reload()
    begin(desk)
    saved(desk, 2)
    assert len({kept.sent for kept in steps(town_copy)}) == 2


def test_two_analysts_see_each_other_and_the_second_has_three_choices(
    chromium: Browser, town_copy: Path, go: Go
) -> None:
    with serving(create_server(town_copy)) as address, visiting(chromium, address, allowed=ALLOWED) as one:
        one.evaluate("localStorage.setItem('author', 'Li Wei')")
        begin(one)
        with visiting(chromium, address, allowed=ALLOWED) as two:
            two.evaluate("localStorage.setItem('author', 'Wang Min')")
            begin(two)
            for page, key in ((one, "1"), (two, "4")):
                go(page, "E4-B2")
                by_keys(page, key, "u", "Space")
                saved(page, 1)
            expect(one.locator(".here")).to_contain_text("Wang Min")
            two.get_by_role("button", name="survey finding").click()
            two.keyboard.press("Control+s")
            expect(two.locator(".tools")).to_have_count(0)
            banner = one.locator(".conflict")
            expect(banner).to_contain_text("Wang Min saved")
            expect(banner).to_contain_text("Nothing is lost")
            banner.get_by_role("button", name=re.compile("Replay mine")).click()
            expect(banner).to_have_count(0)
            one.get_by_role("button", name="shared entrance").click()
            one.get_by_role("button", name="Submit").click()
            expect(one.locator(".tools")).to_have_count(0)
    edited = read_sheet(town_copy).edited
    assert edited.membership.set_index("atom_id")["class"]["E4-B2"] == "sealed"
    assert set(edited.ledger["author"]) == {"Li Wei", "Wang Min"}


def test_the_ledger_is_filtered_and_one_edit_is_taken_back(desk: Page, town_copy: Path, go: Go) -> None:
    go(desk, "N6")
    by_keys(desk, "1", "u", "Space")
    saved(desk, 1)
    desk.keyboard.press("Control+s")
    expect(desk.locator("[data-field=reason] .fwrong")).to_have_text("A reason is needed")
    desk.get_by_label("Reason").fill("front door")
    desk.keyboard.press("Control+s")
    expect(desk.locator(".tools")).to_have_count(0)
    desk.keyboard.press("Shift+E")
    row = desk.locator(".ledger li")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("front door")
    desk.get_by_label("Name, reason, id").fill("nobody")
    expect(desk.locator(".ledger")).to_contain_text("No edit fits.")
    desk.get_by_label("Name, reason, id").fill("front")
    row.get_by_role("button", name="Take back").click()
    expect(row).to_contain_text("undone")
    row.get_by_role("button", name="Bring back").click()
    expect(row).to_contain_text("in effect")


def test_drafts_stand_side_by_side_with_their_burdens(desk: Page, town_copy: Path, go: Go) -> None:
    go(desk, "N6")
    by_keys(desk, "1", "u", "Space")
    saved(desk, 1)
    desk.get_by_role("button", name="For review").click()
    expect(desk.locator(".tools")).to_have_count(0)
    desk.get_by_role("button", name="More actions").click()
    desk.get_by_role("menuitem", name="Drafts and scenarios").click()
    row = desk.locator(".drafts tbody tr")
    expect(row).to_contain_text("for review")
    row.get_by_role("textbox").fill("Wide plan")
    row.get_by_role("textbox").press("Tab")
    row.get_by_role("button", name="Back to drafting").click()
    row.get_by_role("button", name="Go on").click()
    expect(desk.locator(".drafthead")).to_contain_text("Wide plan")
    told = json.loads(desk.evaluate("JSON.stringify(localStorage)"))
    assert any(key.startswith("draft:") for key in told)


def test_a_polygon_is_re_shaped_by_its_corners_and_a_file_is_looked_at(desk: Page, tmp_path: Path, go: Go) -> None:
    go(desk, "E4-B2")
    by_keys(desk, "1", "g")
    desk.wait_for_function("window.cordon.stage.map.getSource('td-polygon')")
    box = desk.locator("#map").bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    corners = [(x - 50, y - 50), (x + 50, y - 50), (x + 50, y + 60), (x - 50, y + 60)]
    for at in (*corners, corners[0]):
        desk.mouse.move(*at, steps=3)
        desk.mouse.click(*at)
    take = desk.get_by_role("button", name="Take ↵")
    expect(take).to_be_visible()
    desk.mouse.move(*corners[2], steps=3)
    desk.mouse.down()
    desk.mouse.move(x + 120, y + 150, steps=6)
    desk.mouse.up()
    take.click()
    saved(desk, 1)
    few = tmp_path / "few.csv"
    few.write_text("unit_id,class\nN6,sealed\nnowhere,sealed\n", "utf-8")
    desk.get_by_role("button", name="More actions").click()
    desk.get_by_role("menuitem", name="Bring in a list").click()
    desk.locator("#foreign-file").set_input_files(few)
    expect(desk.locator(".foreign .counts")).to_have_text("read 2 = accepted 1 + rejected 1")
    expect(desk.locator(".foreign tbody")).to_contain_text("nowhere")
    desk.get_by_role("button", name="Take as 1 strokes").click()
    saved(desk, 2)
