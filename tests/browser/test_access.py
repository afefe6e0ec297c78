"""No serious finding of axe-core on any page, in either language and theme, on a desk and on a phone."""

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.access import hindrances
from tests.browser.conftest import visiting

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("width", [360, 1440])
def test_the_screen_is_open_to_all(chromium: Browser, served: str, lang: str, theme: str, width: int) -> None:
    found: list[str] = []
    with visiting(chromium, served, lang=lang, theme=theme, viewport={"width": width, "height": 900}) as page:
        found += hindrances(page)
        page.keyboard.press("?")
        found += hindrances(page)
        page.keyboard.press("Escape")
        page.locator(".zrow").first.click()
        page.wait_for_selector("#card-close")
        found += hindrances(page)
    assert found == []


def test_axe_sees_what_is_wrong(screen: Page) -> None:
    screen.evaluate("document.body.append(document.createElement('button'))")
    assert [line for line in hindrances(screen) if "button-name" in line]
