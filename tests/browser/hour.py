"""A scripted analyst at a draft: what an hour of redrawing is made of, by pointer and by keys."""

from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from typing import NamedTuple

import numpy as np
from playwright.sync_api import Page, expect

from zoning.editing import read_sheet

QUIET = "document.querySelector('.saved') && !document.querySelector('.saved.waits')"
TIMES = """() => performance.getEntriesByType("resource").filter(e => e.name.endsWith("/steps")).map(e => e.duration)"""


class Spot(NamedTuple):
    """A building in a zone: where the analyst works for a while."""

    zone: str
    lng: float
    lat: float


def spots(folder: Path) -> list[Spot]:
    """Return a building of each zone that holds one, in the order of the zones."""
    sheet = read_sheet(folder)
    atoms, rows = sheet.plan.atoms, sheet.edited.membership
    rows = rows[rows["atom"] < len(atoms)].drop_duplicates("zone_id")
    at = atoms.iloc[rows["atom"].to_numpy(np.int64)]
    return [Spot(*spot) for spot in zip(rows["zone_id"], at["lng"], at["lat"], strict=True)]


def count_times(page: Page) -> None:
    """Let the page keep how long each stroke took, however many there are."""
    page.evaluate("performance.setResourceTimingBufferSize(100000)")


def times(page: Page) -> list[float]:
    """Return the milliseconds of the strokes since the page was loaded, from sending to the whole answer."""
    found: list[float] = page.evaluate(TIMES)
    return found


def press(page: Page, *keys: str) -> None:
    """Press keys, and wait until no stroke waits for the server."""
    for key in keys:
        page.keyboard.press(key)
    page.wait_for_timeout(100)
    page.wait_for_function(QUIET)


def drag(page: Page, *way: tuple[int, int]) -> None:
    """Draw with the pointer, by offsets from the middle of the map; and wait until it is saved."""
    box = page.locator("#map").bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x + way[0][0], y + way[0][1])
    page.mouse.down()
    for east, south in way[1:]:
        page.mouse.move(x + east, y + south, steps=4)
    page.mouse.up()
    press(page)


def jump(page: Page, spot: Spot) -> None:
    """Put a spot into the middle of the map, where the cursor of the keyboard begins."""
    page.mouse.move(700, 400)
    page.mouse.move(702, 400)
    page.evaluate(f"window.cordon.stage.map.jumpTo({{center: [{spot.lng}, {spot.lat}], zoom: 16.5}})")


def work(page: Page, spot: Spot, turn: int) -> None:
    """Redraw around one spot with every kind of tool, and take part of it back."""
    jump(page, spot)
    press(page, "i", "Space", str(1 + turn % 3))
    for k in range(3):
        drag(page, (-80 + 50 * k, -60), (40 - 30 * k, 50 + 10 * k))
    press(page, "]", "]", "]", "Space", "[", "[", "[", "0")
    drag(page, (-30, 20), (30, 20))
    press(page, str(1 + (turn + 1) % 3), "l")
    page.wait_for_timeout(200)
    drag(page, (60, -60), (130, -60), (130, 30), (60, 30), (62, -58))
    press(page, "Enter", "u", "Space", "m")
    press(page, "i", "Space", "m", "r", "Shift+r")
    press(page, "x", *["Shift+ArrowUp"] * 2, "Space", *["Shift+ArrowDown"] * 4, "Space", "Enter")
    merge(page, spot)
    press(page, f"Shift+{1 + turn % 4}", "k", "k")
    press(page, *["Control+z"] * 6)
    press(page, *["Control+Shift+z"] * 3)


def merge(page: Page, spot: Spot) -> None:
    """Put together what lies on both sides of a spot, where that is two zones of one class."""
    jump(page, spot)
    press(page, "j")
    for way in ("ArrowRight", "ArrowLeft", "ArrowRight"):
        press(page, way, way, "Space")
        page.wait_for_timeout(300)
        if page.locator(".strip .tag").count() == 2:
            press(page, "Enter")
            break
    press(page, "m")


def shift(page: Page, those: list[Spot]) -> Iterator[int]:
    """Work on one spot after another, over and over; each is told when it is done."""
    for turn, spot in enumerate(cycle(those)):
        work(page, spot, turn)
        yield turn


def meet(one: Page, two: Page, spot: Spot) -> None:
    """A second analyst saves ground of the first one's draft; the first puts his on it, has it reviewed, decides."""
    for page, to in ((two, "4"), (one, "1")):
        jump(page, spot)
        press(page, to, "u", "Space")
    two.get_by_role("button", name="survey finding").click()
    two.keyboard.press("Control+s")
    expect(two.locator(".tools")).to_have_count(0)
    banner = one.locator(".conflict")
    expect(banner).to_contain_text("Nothing is lost")
    banner.get_by_role("button", name="Replay mine").click()
    expect(banner).to_have_count(0)
    one.get_by_role("button", name="For review").click()
    expect(one.locator(".tools")).to_have_count(0)
    one.get_by_role("button", name="More actions").click()
    one.get_by_role("menuitem", name="Drafts and scenarios").click()
    row = one.locator(".drafts tbody tr").filter(has_text="for review").first
    row.get_by_role("button", name="Back to drafting").click()
    one.locator(".drafts tbody tr").filter(has_text="drafting").first.get_by_role("button", name="Go on").click()
    expect(one.locator(".tools")).to_be_visible()
    one.get_by_role("button", name="shared entrance").click()
    one.keyboard.press("Control+s")
    expect(one.locator(".tools")).to_have_count(0)
