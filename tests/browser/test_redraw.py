"""Redrawing in a browser: by pointer, kept over reloads and lost connections, by two at once."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from app import create_server
from tests.browser.conftest import begin, serving, visiting
from tests.browser.redrawing import ALLOWED, Go, by_keys, saved, steps
from zoning.editing import read_sheet

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.usefixtures("patience")]


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
    expect(desk.locator(".drafthead")).to_contain_text("1 stroke")


def test_a_zone_grows_and_shrinks_by_metres_within_the_bound(desk: Page, town_copy: Path, go: Go) -> None:
    go(desk, "E4-B2")

    def by(metres: int, n: int) -> set[str]:
        by_keys(desk, "i", "Space", "m")
        desk.get_by_label("Metres, below 0 to shrink").fill(str(metres))
        desk.get_by_role("button", name="Grow (m)").click()
        saved(desk, n)
        return set(steps(town_copy)[-1].step["atoms"])

    free = by(300, 1)
    desk.locator("#map canvas").focus()
    by_keys(desk, "Control+z")
    saved(desk, 2)
    by_keys(desk, "Shift+i", "Space")
    expect(desk.locator(".strip")).to_contain_text("Inside Rongyin Community")
    bounded = by(300, 3)
    assert bounded < free
    assert by(-30, 4)
    assert [kept.step.get("class") for kept in steps(town_copy)] == ["controlled", None, "controlled", None]


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


def test_everything_is_locked_a_bound_is_kept_and_the_map_is_saved(desk: Page, town_copy: Path, go: Go) -> None:
    go(desk, "E4-B2")
    by_keys(desk, "1", "Shift+a")
    saved(desk, 1)
    by_keys(desk, "u", "Space")
    expect(desk.locator(".handsaid")).to_contain_text("locked")
    by_keys(desk, "Shift+a")
    saved(desk, 2)
    by_keys(desk, "Shift+i")
    expect(desk.locator(".strip")).to_contain_text("only ground in it")
    by_keys(desk, "Space")
    expect(desk.locator(".strip")).to_contain_text("Inside Rongyin Community")
    by_keys(desk, "Shift+i")
    expect(desk.locator(".strip")).not_to_contain_text("Inside")
    desk.get_by_role("button", name="More actions").click()
    with desk.expect_download() as got:
        desk.get_by_role("menuitem", name="Save the map as a picture").click()
    picture = got.value.path().read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert len(picture) > 20_000, "a picture with something on it"


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
            banner.get_by_role("button", name="Show them").click()
            expect(banner.locator("li")).to_have_text(re.compile("E4-B2 .* → precaution zone", re.I))
            one.wait_for_function("window.cordon.stage.map.querySourceFeatures('desk-tool').length")
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
    row.get_by_role("button", name="Show").click()
    expect(desk.locator(".measure")).to_contain_text("front door")
    desk.wait_for_function("window.cordon.stage.map.loaded() && !window.cordon.stage.map.isMoving()")
    assert desk.evaluate("window.cordon.stage.map.queryRenderedFeatures({layers: ['shown-fill']}).length") > 0
    desk.keyboard.press("Escape")
    expect(desk.locator(".measure")).to_have_count(0)
    assert desk.evaluate("window.cordon.stage.map.getLayer('shown-fill') === undefined")
    desk.keyboard.press("Shift+E")
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
    desk.get_by_role("button", name="Take as 1 stroke").click()
    saved(desk, 2)
