"""The live page when the line, a clock, a snapshot or the browser fails: the last whole state stays, and says so."""

import shutil
import time
from pathlib import Path

import orjson
import pytest
from playwright.sync_api import Browser, Page

from live.site import write_site
from tests.browser.live_folder import MAP, copy_on, looking, names, plain_server, until

pytestmark = [pytest.mark.browser, pytest.mark.slow]
LOST = "ERR_INTERNET_DISCONNECTED"
ALL_IN_FORCE = "cordonLive.rows.every(row => row.state === 'in_force')"


def _clocked(page: Page) -> None:
    page.clock.install()


def test_offline_for_a_minute_and_back(chromium: Browser, published: Path, folder: Path) -> None:
    with plain_server(folder) as address, looking(chromium, address, allowed=LOST, begin=_clocked) as page:
        assert page.locator("#status.live").count() == 1
        page.context.set_offline(True)
        page.clock.run_for(6000)
        until(page, "document.querySelector('#banners')?.textContent.includes('connection is lost')")
        assert len(names(page)) == 2
        assert page.locator("#status.stale").count() == 0
        page.clock.run_for(60_000)
        until(page, "document.querySelector('#status.stale .age')?.textContent.includes('1 min')")
        copy_on(published / "three", folder)
        page.context.set_offline(False)
        until(page, "document.querySelectorAll('#rows li').length > 8")
        page.clock.run_for(1100)
        until(page, "!document.querySelector('#banners').textContent.includes('connection')")
        assert page.locator("#status.live").count() == 1


def test_midnight_turns_by_the_clock_of_the_server(chromium: Browser, folder: Path) -> None:
    """Both zones come into force at midnight; the device thinks that it is another day, in another time zone."""
    history = orjson.loads((folder / "history.json").read_bytes())
    first = history["publications"][0]
    history["publications"] = [first]
    (folder / "history.json").write_bytes(orjson.dumps(history))
    current = {key: first[key] for key in ("seq", "snapshot", "published_at", "note")}
    (folder / "current.json").write_bytes(orjson.dumps({"format": 1, **current, "source": "x"}))
    published = time.mktime(time.strptime(first["published_at"][:19], "%Y-%m-%dT%H:%M:%S")) - time.timezone
    noon_to_midnight = 12 * 3600 - 8
    ahead = published + noon_to_midnight - time.time()
    with (
        plain_server(folder, ahead) as address,
        looking(chromium, address, timezone_id="America/New_York") as page,
    ):
        until(page, "cordonLive.rows.length === 2 && cordonLive.rows.every(row => row.state === 'upcoming')", 4)
        assert "clock of this device" in page.inner_text("#banners")
        assert "2 coming into force" in page.inner_text("#figures")
        assert "from 13 Mar 24:00" in page.inner_text("#rows")
        until(page, ALL_IN_FORCE, 14)
        assert "coming into force" not in page.inner_text("#figures")
        assert page.evaluate("cordonLive.rows[0].today") == "2022-03-14"
        page.click("#rows button")
        assert "In force since 13 Mar 24:00" in page.inner_text("#card")


def test_what_is_not_whole_is_not_taken_over(chromium: Browser, folder: Path) -> None:
    current = orjson.loads((folder / "current.json").read_bytes())
    shown = current["snapshot"]

    def point(**changes: object) -> None:
        (folder / "current.json").write_bytes(orjson.dumps({**current, "seq": 3, **changes}))

    half = shutil.copytree(folder / "snapshots" / shown, folder / "snapshots" / ("0" * 32))
    (half / "list.json").write_bytes((half / "list.json").read_bytes()[:2000])
    with plain_server(folder) as address, looking(chromium, address, allowed="status of 404") as page:
        for changes, said in (
            ({"snapshot": "0" * 32}, "is not whole"),
            ({"snapshot": "1" * 32}, "is not whole"),
            ({"format": 99}, "newer format (99)"),
        ):
            point(**changes)
            page.evaluate("cordonLive.store.soon()")
            until(page, f"document.getElementById('banners').textContent.includes('{said}')", 8)
            assert len(names(page)) == 2
            assert page.evaluate("cordonLive.store.snapshot.id") == shown
        assert page.locator("#banners button").inner_text() == "Reload"
        point(snapshot=None)
        page.evaluate("cordonLive.store.soon()")
        until(page, "document.getElementById('banners').textContent.includes('withdrawn')", 8)
        until(page, "document.querySelectorAll('#rows li').length === 0")
        assert page.locator("main").is_hidden()


def test_an_empty_folder_waits_for_its_first_publication(chromium: Browser, published: Path, tmp_path: Path) -> None:
    write_site(tmp_path)
    waits = "document.getElementById('nothing').textContent.includes('No zones are published here yet')"
    with plain_server(tmp_path) as address, looking(chromium, address, allowed="status of 404", wait=waits) as page:
        copy_on(published / "two", tmp_path)
        until(page, "document.querySelectorAll('#rows li').length === 2", 8)
        assert page.locator("#nothing").is_hidden()


def test_without_webgl_the_picture_and_the_list_stay(chromium: Browser, folder: Path) -> None:
    def blind(page: Page) -> None:
        page.add_init_script(
            "const own = HTMLCanvasElement.prototype.getContext;"
            "HTMLCanvasElement.prototype.getContext = function (kind, ...more) {"
            " return kind.startsWith('webgl') ? null : own.call(this, kind, ...more); }"
        )

    with plain_server(folder) as address, looking(chromium, address, begin=blind) as page:
        until(page, "document.body.classList.contains('no-map')")
        assert page.locator("#overview").is_visible()
        until(page, "document.getElementById('overview').naturalWidth > 0")
        assert "cannot show the moving map" in page.inner_text("#map-said")
        assert len(names(page)) == 2


def test_who_pays_by_the_megabyte_is_asked_before_the_map_comes(chromium: Browser, folder: Path) -> None:
    asked: list[str] = []

    def slow(page: Page) -> None:
        page.add_init_script("Object.defineProperty(navigator, 'connection', { value: { effectiveType: '2g' } })")
        page.on("request", lambda request: asked.append(request.url))

    with plain_server(folder) as address, looking(chromium, address, begin=slow) as page:
        until(page, "!document.getElementById('map-said').hidden")
        assert len(names(page)) == 2
        assert page.locator("#overview").is_visible()
        assert not [url for url in asked if "maplibre" in url or "pmtiles" in url]
        page.click("#map-said button")
        until(page, MAP)
        assert page.locator("#overview").is_hidden()


def test_a_wall_takes_up_a_newer_page_by_itself(chromium: Browser, folder: Path) -> None:
    with plain_server(folder) as address, looking(chromium, f"{address}?wall&nomap", begin=_clocked) as page:
        own = page.evaluate("document.querySelector('script[type=module]').src.split('/').at(-2)")
        shutil.copytree(folder / "page" / own, folder / "page" / "0123456789ab")
        html = (folder / "index.html").read_text("utf-8")
        (folder / "index.html").write_text(html.replace(own, "0123456789ab"), "utf-8")
        with page.expect_event("load"):
            page.clock.fast_forward(600_001)
        assert "/0123456789ab/" in page.evaluate("document.querySelector('script[type=module]').src")
        until(page, "Boolean(window.cordonLive?.store.snapshot)")
