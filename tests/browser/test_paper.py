"""Paper that is read on a phone before it is printed."""

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import visiting

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_paper_is_as_wide_as_the_phone_that_shows_it(chromium: Browser, town: str) -> None:
    with visiting(chromium, town, viewport={"width": 360, "height": 780}) as page:
        zone = page.evaluate("document.querySelector('.zrow').dataset.id")
        for paper in (f"notice?zone={zone}&language=en", "crews?language=zh", "daily?language=en"):
            page.goto(f"{town}paper/{paper}")
            assert page.evaluate("document.documentElement.scrollWidth") == 360
