"""No serious finding of axe-core on a draft: with each tool in hand, its section, its conflict, its sheets."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from app import create_server
from tests.browser.access import hindrances
from tests.browser.conftest import begin, serving, visiting
from tests.browser.redrawing import ALLOWED, Go, by_keys

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.usefixtures("patience")]
TOOLS = "mpelgbcuaoxji"


@pytest.mark.parametrize(("width", "lang", "theme"), [(1440, "en", "dark"), (360, "zh", "light")])
def test_a_draft_is_open_to_all(chromium: Browser, town_copy: Path, go: Go, lang: str, theme: str, width: int) -> None:
    size = {"width": width, "height": 900}
    with (
        serving(create_server(town_copy)) as address,
        visiting(chromium, address, allowed=ALLOWED, lang=lang, theme=theme, viewport=size) as page,
    ):
        page.evaluate("localStorage.setItem('author', 'Li Wei')")
        begin(page, {"en": "all saved", "zh": "已保存到服务器"}[lang])
        go(page, "N2")
        by_keys(page, "i", "Space", "1", "Space")
        found = hindrances(page)
        for tool in TOOLS:
            by_keys(page, tool)
            found += hindrances(page, ".strip")
        by_keys(page, "Shift+x")
        found += hindrances(page, ".strip")
        by_keys(page, "u", "Space")
        expect(page.locator(".section")).to_be_visible()
        found += hindrances(page, ".section")
        by_keys(page, "Escape", "Escape", "Escape", "Shift+e")
        expect(page.locator("#sheet")).to_be_visible()
        found += hindrances(page, "#sheet")
    assert found == [], "\n".join(found)
