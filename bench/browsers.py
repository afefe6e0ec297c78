"""Two real browsers that look at the live page, a desk and a phone, and say when they have painted a publication."""

import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from playwright.async_api import async_playwright

from tests.conftest import CHROMIUM, FLAGS

SCREENS = ({"width": 1440, "height": 900}, {"width": 360, "height": 740})
Seen = dict[int, list[float]]
_READY = "Boolean(window.cordonLive?.map?.loaded() && window.cordonLive.map.areTilesLoaded())"
# A timer that a frame sets runs once that frame is painted.
_WATCH = """() => {
    const { store, map } = cordonLive;
    const painted = () => new Promise(done => requestAnimationFrame(() => setTimeout(done)));
    let last = store.current.seq;
    const look = async () => {
        const { seq } = store.current;
        if (seq !== last) {
            last = seq;
            await painted();
            cordonSaw("page", seq, Date.now());
            while (!map.loaded() || !map.areTilesLoaded()) await painted();
            await painted();
            cordonSaw("map", seq, Date.now());
        }
        requestAnimationFrame(look);
    };
    look();
}"""


@asynccontextmanager
async def looking(port: int) -> AsyncIterator[dict[str, Seen]]:
    """Open the page in two browsers; give when each painted a seq: `page` its list and numbers, `map` its tiles too."""
    seen: dict[str, Seen] = {"page": {}, "map": {}}

    def saw(what: str, seq: int, at_ms: float) -> None:
        ago = time.time() - at_ms / 1000
        seen[what].setdefault(int(seq), []).append(time.monotonic() - ago)

    async with AsyncExitStack() as stack:
        driver = await stack.enter_async_context(async_playwright())
        for size in SCREENS:
            browser = await driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            stack.push_async_callback(browser.close)
            page = await browser.new_page(viewport=size)
            await page.expose_function("cordonSaw", saw)
            await page.goto(f"http://127.0.0.1:{port}/")
            while not await page.evaluate(_READY):
                await page.wait_for_timeout(100)
            await page.evaluate(_WATCH)
        yield seen
