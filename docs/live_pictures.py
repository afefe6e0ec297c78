"""Pictures of the live page of the invented city, at three widths and in both languages; part of `make pictures`.

`python -m docs.live_pictures WORKSPACE` publishes two days of a copy of it and serves them.
"""

import shutil
import sys
import tempfile
from collections.abc import Callable
from itertools import product
from pathlib import Path

import pandas as pd
from playwright.sync_api import Browser, Page, sync_playwright

from docs.pictures import FOLDER, LANGUAGES, SIZES, take
from live.publishing import publish
from live.server import make_app
from live.site import write_site
from tests.browser.conftest import serving
from tests.browser.live_folder import MAP, until
from tests.conftest import CHROMIUM, FLAGS
from zoning.store import Workspace

DAYS = ("2022-03-12T12:00+08:00", "2022-03-13T09:00+08:00")
LIST = "document.querySelectorAll('#rows li, #wall-side .chip').length > 3"
PHONE_PX = 600  # below which the page shows one part at a time


def live(page: Page) -> None:
    """The page as it opens."""
    until(page, LIST)
    _tab(page, "map")
    until(page, MAP, 120)


def live_list(page: Page) -> None:
    """The first zone of the list."""
    until(page, LIST)
    _tab(page, "list")
    page.click("#rows button")
    page.wait_for_selector("#card h2")


def live_changes(page: Page) -> None:
    """What changed since the day before."""
    until(page, LIST)
    _tab(page, "changes")
    if (mode := page.locator("[data-mode=changes]")).is_visible():  # on a phone the tab is the mode
        mode.click()


def live_calendar(page: Page) -> None:
    """The days on which people are tested."""
    until(page, LIST)
    _tab(page, "calendar")


SCENES: tuple[Callable[[Page], None], ...] = (live, live_list, live_changes, live_calendar)


def _tab(page: Page, name: str) -> None:
    if (page.viewport_size or {})["width"] < PHONE_PX:
        page.click(f"[data-tab={name}]")


def picture(browser: Browser, address: str, scene: Callable[[Page], None], size: str, lang: str) -> None:
    """Write the picture of a scene; a wall shows all by itself, so that it has one picture alone."""
    width, height = SIZES[size]
    context = browser.new_context(viewport={"width": width, "height": height}, locale=lang, reduced_motion="reduce")
    context.set_default_timeout(90_000)
    page = context.new_page()
    page.goto(f"{address}?lang={lang}{'&wall=600' if size == 'wall' else ''}")
    scene(page)
    page.wait_for_timeout(1000)
    until(page, f"!window.cordonLive.map || {MAP}", 120)
    take(page, FOLDER / f"{scene.__name__.replace('_', '-')}-{size}-{lang}.webp")
    print(f"{scene.__name__}-{size}-{lang}", flush=True)
    context.close()


def main(workspace: Path) -> None:
    """Take every picture."""
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as driver, tempfile.TemporaryDirectory() as made:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        city, folder = Workspace(shutil.copytree(workspace, Path(made) / "city")), Path(made) / "live"
        for day in DAYS:
            publish(city, folder, "李伟", as_of=pd.Timestamp(day).to_pydatetime(), confirmed=["all"])
        write_site(folder)
        with serving(make_app(folder)) as address:
            for scene, size, lang in product(SCENES, SIZES, LANGUAGES):
                if size != "wall" or scene is live:
                    picture(browser, address, scene, size, lang)
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
