"""Pictures of every page, at three widths and in both languages, taken of the invented city: `make pictures`.

`python -m docs.pictures WORKSPACE [SCENE …]` serves a copy of a workspace, so that nothing typed for a picture stays.
"""

import base64
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from app import create_server
from docs.redraw_scenes import SCENES as REDRAWING
from tests.browser.conftest import serving, wait_for_map
from tests.conftest import CHROMIUM, FLAGS

FOLDER = Path(__file__).parent / "pictures"
SIZES = {"phone": (360, 780), "desk": (1440, 900), "wall": (3840, 2160)}
LANGUAGES = ("zh", "en")
QUALITY = 55  # of WebP, of 100
WIDEST = 1920  # pixels of a picture: a wall is shown at half its size

Scene = Callable[[Page], None]


def screen(page: Page) -> None:
    """The screen as it opens."""


def card(page: Page) -> None:
    """The card of a zone in force."""
    _in_force(page)


def search(page: Page) -> None:
    """A search over names, in pinyin."""
    page.keyboard.press("Control+k")
    page.keyboard.type("huayuan")
    page.wait_for_selector(".hits li")


def keys(page: Page) -> None:
    """The keys."""
    page.keyboard.press("?")


def dark(page: Page) -> None:
    """The dark theme, a day back."""
    page.locator("#theme-switch").click()
    page.keyboard.press(",")
    page.wait_for_function("window.cordon.view.plan.asked_day")


def inbox(page: Page) -> None:
    """What waits for a person."""
    _pressed(page, "Shift+D", "#panel .iitem")


def decide(page: Page) -> None:
    """The decision on a zone that is proposed."""
    card(page)
    _pressed(page, "d", "#panel form")


def case(page: Page) -> None:
    """A new case, typed in words."""
    _pressed(page, "n", "#panel form")
    page.locator("#panel [role=combobox]").fill("阅坡家园1栋")
    page.wait_for_selector(".ptold:not(:empty)")


def cases(page: Page) -> None:
    """The file of a case, with its stays on a line of days."""
    _pressed(page, "c", ".crow")
    page.locator(".crow").first.click()
    page.wait_for_selector(".stays")


def rounds(page: Page) -> None:
    """A round of tests, building by building."""
    _in_force(page)
    _pressed(page, "t", "#sheet tbody tr")


def changes(page: Page) -> None:
    """What changed since the day before."""
    _pressed(page, "Shift+C", "#panel .chgrow")


def compare(page: Page) -> None:
    """Packs side by side."""
    _pressed(page, "Shift+V", "#sheet .cmpbar")
    page.wait_for_function("document.querySelectorAll('.cmpmap canvas').length === 2")
    page.wait_for_timeout(2000)


def redraw(page: Page) -> None:
    """Zones redrawn by hand."""
    _in_force(page)
    _pressed(page, "p", ".redraw, [role=toolbar]")


def _pressed(page: Page, keys: str, shown: str) -> None:
    page.keyboard.press(keys)
    page.wait_for_selector(shown)


def _in_force(page: Page) -> None:
    """Choose the first zone that waits for nobody."""
    page.locator(".picks select").first.select_option("已生效")
    page.locator(".zrow").first.click()
    page.wait_for_selector("#card h2")


def notice(page: Page) -> None:
    """The notice of a zone in force."""
    _paper(page, "notice")


def crews(page: Page) -> None:
    """The list for crews."""
    _paper(page, "crews")


def daily(page: Page) -> None:
    """The daily table."""
    _paper(page, "daily")


def _paper(page: Page, kind: str) -> None:
    _in_force(page)
    zone = page.evaluate("window.cordon.choice.zone")
    about = f"&zone={zone}" if kind == "notice" else ""
    lang = page.evaluate("document.documentElement.lang")
    page.goto(f"{page.url.split('/?')[0].rstrip('/')}/paper/{kind}?language={lang}{about}")


def load(page: Page) -> None:
    """Files that were dropped to be loaded: what one of them is taken for."""
    page.keyboard.press("Shift+L")
    page.wait_for_selector("#sheet .ldrop")
    west, south, east, north = page.evaluate("window.cordon.view.plan.bounds")
    x, y = (west + east) / 2, (south + north) / 2
    lines = []
    for n in range(1, 25):
        status, at = "确诊" if n % 4 else "疑诊", "2022-03-12 10:00" if n % 5 else "后天"
        lines.append(f"N{n},{status},{at},{x + n % 6 * 8e-4:.4f},{y + n // 6 * 6e-4:.4f}")
    cases = "\n".join(["病例编号,病例类型,报告时间,经度,纬度", *lines, ""]).encode("gb18030")
    files = [("流调个案.csv", cases), ("market.csv", b"name,address,x,y\nNew Market,,114.05,22.54\n")]
    page.locator("#sheet input[type=file]").set_input_files(
        [{"name": name, "mimeType": "text/csv", "buffer": data} for name, data in files]
    )
    page.wait_for_selector("#sheet .lmap[data-drawn]", state="attached", timeout=60_000)
    page.get_by_role("button", name="流调个案.csv", exact=True).click()
    page.wait_for_selector("#sheet .lmap[data-drawn='24']", timeout=60_000)
    page.wait_for_timeout(1000)


def rejects(page: Page) -> None:
    """Rejected rows, corrected in place."""
    load(page)
    page.locator("#sheet [data-key=go]").click()
    page.locator("#sheet [data-key=to-rejects]").click(timeout=120_000)
    page.wait_for_selector("#sheet .ltable.edit")


_ALL = (screen, card, search, keys, dark, inbox, decide, case, cases, rounds, changes, compare, redraw)
SCENES: dict[str, Scene] = {of.__name__: of for of in (*_ALL, notice, crews, daily, load, rejects)} | REDRAWING


@contextmanager
def opened(browser: Browser, address: str, size: str, lang: str) -> Iterator[Page]:
    """Open the screen at a size and in a language."""
    width, height = SIZES[size]
    context = browser.new_context(viewport={"width": width, "height": height}, locale=lang, reduced_motion="reduce")
    context.add_init_script(f"localStorage.lang = '\"{lang}\"'; localStorage.author ??= 'Li Wei'")
    context.set_default_timeout(90_000)
    page = context.new_page()
    page.goto(address)
    wait_for_map(page)
    yield page
    context.close()


def take(page: Page, to: Path) -> None:
    """Write a picture of what is seen."""
    page.wait_for_function("document.getElementById('busy')?.hidden ?? true")
    page.mouse.move(0, 0)
    page.wait_for_timeout(600)
    page.wait_for_function("(of => !of || (!of.isMoving() && of.areTilesLoaded()))(window.cordon?.stage?.map)")
    page.wait_for_timeout(200)
    session = page.context.new_cdp_session(page)
    size = page.viewport_size or {"width": 0, "height": 0}
    clip = {"x": 0, "y": page.evaluate("scrollY"), **size, "scale": min(1, WIDEST / size["width"])}
    told = session.send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY, "clip": clip})
    to.write_bytes(base64.b64decode(told["data"]))


def main(workspace: Path, scenes: list[str]) -> None:
    """Take every picture of the scenes, or of all; what one of them writes no other shows."""
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for name in scenes or SCENES:
            with tempfile.TemporaryDirectory() as folder:
                copy = shutil.copytree(workspace, Path(folder) / "city")
                with serving(create_server(copy, Path(folder) / "live")) as address:
                    for size, lang in product(SIZES, LANGUAGES):
                        with opened(browser, address, size, lang) as page:
                            SCENES[name](page)
                            take(page, FOLDER / f"{name}-{size}-{lang}.webp")
                            print(f"{name}-{size}-{lang}", flush=True)
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
