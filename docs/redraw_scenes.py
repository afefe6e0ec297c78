"""Scenes of redrawing for `docs.pictures`: kinds of tools with a draft open, and what an analyst meets on the way."""

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from playwright.sync_api import Page

QUIET = "document.querySelector('.saved') && !document.querySelector('.saved.waits')"


def painted(page: Page) -> None:
    """Strokes of two classes, and what they come to."""
    _draft(page)
    _keys(page, "i", "Space", "1", "]", "]", "Space", *["ArrowRight"] * 3, "4", "Space")


def section(page: Page) -> None:
    """The section of a building, part by part."""
    _draft(page, "单元|unit")
    _keys(page, "1", "u", "Space")
    page.wait_for_selector(".section li")


def shape(page: Page) -> None:
    """A circle before it is taken."""
    _draft(page)
    _keys(page, "2", "c", "Space", *["Shift+ArrowRight"] * 2, "Space")


def split(page: Page) -> None:
    """A zone about to be split along a line."""
    _draft(page)
    _keys(page, "i", "Space", "x", *["Shift+ArrowUp"] * 2, "Space", *["Shift+ArrowDown"] * 4, "Space")


def locked(page: Page) -> None:
    """A zone that is locked refuses a stroke, in words."""
    _draft(page)
    _keys(page, "i", "Space", "k", "1", "Space")
    page.wait_for_selector(".handsaid:not([hidden])")


def conflict(page: Page) -> None:
    """Somebody else saved ground of the draft: three ways on."""
    _draft(page)
    _keys(page, "1", "]", "]", "Space")
    _others_save(page)
    page.wait_for_selector(".conflict", timeout=90_000)
    page.locator(".conflict .link").click()


def ledger(page: Page) -> None:
    """Every edit, who made it and why."""
    _draft(page)
    _keys(page, "1", "]", "]", "Space")
    page.locator("#rd-reason").fill("流调核实：共用出入口")
    page.keyboard.press("Control+s")
    page.wait_for_selector(".tools", state="detached", timeout=90_000)
    page.keyboard.press("Shift+E")
    page.wait_for_selector(".ledger li")


def shown(page: Page) -> None:
    """The ground of an edit, shown on the map."""
    ledger(page)
    page.locator(".ledger li .acts button").first.click()
    page.wait_for_selector(".measure")
    page.wait_for_timeout(1000)


def scenarios(page: Page) -> None:
    """Drafts side by side, each with its burden."""
    _draft(page)
    _keys(page, "1", "]", "]", "]", "Space")
    page.locator("[data-do=review]").click()
    page.wait_for_selector(".tools", state="detached")
    page.locator("[aria-haspopup=menu]:not(.pick)").last.click()
    page.get_by_role("menuitem", name=re.compile("草稿与方案|Drafts and scenarios")).click()
    page.wait_for_selector(".drafts tbody tr")


SCENES: dict[str, Callable[[Page], None]] = {
    of.__name__: of for of in (painted, section, shape, split, locked, scenarios, ledger, shown, conflict)
}


def _draft(page: Page, name: str = "") -> None:
    page.locator(".picks select").first.select_option("已生效")
    page.locator(".zrow", has_text=re.compile(name)).first.click()
    page.wait_for_selector("#card h2")
    page.wait_for_timeout(1000)
    page.wait_for_function("!window.cordon.stage.map.isMoving()")
    page.keyboard.press("p")
    page.wait_for_selector(".tools")
    page.wait_for_function(QUIET)


def _keys(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)
        page.wait_for_timeout(80)
    page.wait_for_function(QUIET)


def _others_save(page: Page) -> None:
    """Somebody else takes the ground of the draft on the page into another class."""
    base = page.evaluate("location.origin + '/'")

    def post(path: str, **told: Any) -> Any:
        answer = page.request.post(f"{base}api/desk/{path}", data={"by": "王敏", "sent": str(uuid4()), **told})
        assert answer.ok, answer.text()
        return answer.json()

    page_id = page.evaluate("JSON.parse(Object.entries(localStorage).find(([key]) => key.startsWith('draft:'))[1]).id")
    cells = page.request.get(f"{base}api/desk/drafts/{page_id}").json()["moved"]["cells"]
    names = [name for those in cells.values() for name in those]
    draft = post("drafts", title="")["id"]
    post(f"drafts/{draft}/steps", do="paint", to="none", after=0, pick={"tool": "names", "names": names})
    post(f"drafts/{draft}/submit", reason="现场核实")
