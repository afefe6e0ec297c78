"""No serious finding of axe-core on any page, in either language and theme, on a desk and on a phone."""

from itertools import product

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.access import hindrances
from tests.browser.conftest import visiting

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("width", "lang", "theme"),
    [
        (360, "zh", "light"),
        (1440, "en", "dark"),
        *(
            pytest.param(*of, marks=pytest.mark.slow)
            for of in product((360, 1440), ("zh", "en"), ("light", "dark"))
            if of not in ((360, "zh", "light"), (1440, "en", "dark"))
        ),
    ],
)
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
