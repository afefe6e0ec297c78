"""Strokes by keys, and what of them has been kept; the page itself is `desk` of the conftest."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from zoning.desk.keeping import Drawer, Kept

Go = Callable[[Page, str], None]
ALLOWED = "status of 4|ERR_FAILED|ERR_INTERNET_DISCONNECTED"


def steps(folder: Path) -> list[Kept]:
    drawer = Drawer(folder)
    return drawer.steps(drawer.all("")[0].id)


def saved(page: Page, n: int) -> None:
    """Wait until the server has n steps."""
    expect(page.locator(".saved")).to_have_text("all saved")
    expect(page.locator(".strokes li:not(.mut)")).to_have_count(n)


def by_keys(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)
    page.wait_for_timeout(150)
