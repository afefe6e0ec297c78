"""The live page as leaders, crews and neighbours use it, from a plain file server over the folder of publications."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from playwright.sync_api import Browser, Page

from live.server import make_app
from tests.browser.access import hindrances
from tests.browser.conftest import serving
from tests.browser.live_folder import (
    MAP,
    PHONE,
    copy_on,
    looking,
    names,
    on_map,
    plain_server,
    put_out,
    until,
)

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def desk(chromium: Browser, folder: Path) -> Iterator[Page]:
    """The English page of that folder on a desk, its map drawn."""
    with plain_server(folder) as address, looking(chromium, address, wait=MAP) as page:
        yield page


def test_a_publication_shows_without_a_reload(chromium: Browser, published: Path, folder: Path) -> None:
    with plain_server(folder) as address, looking(chromium, address, wait=MAP) as page:
        assert len(names(page)) == 2
        assert {zone["look"] for zone in on_map(page, "zones")} == {"sealed", "controlled"}
        page.focus("#rows button")
        page.evaluate("window.stayed = document.activeElement.dataset.zone")
        snapshot = put_out(published / "town", folder, "03-15 09:30")
        start = time.monotonic()
        until(
            page, f"cordonLive.store.snapshot.id === '{snapshot}' && document.querySelectorAll('#rows li').length > 8"
        )
        assert time.monotonic() - start < 2
        assert page.evaluate("window.stayed && window.stayed === document.activeElement.dataset.zone")
        until(page, "document.querySelectorAll('#changes .tag.plus').length > 4")
        page.click("[data-mode=changes]")
        until(page, MAP)
        assert "precaution" in {zone["look"] for zone in on_map(page, "zones")}
        assert {mark["sign"] for mark in on_map(page, "marks")} >= {"plus"}


def test_the_viewer_pushes_and_sends_ranges(chromium: Browser, published: Path, folder: Path) -> None:
    """The server of `python -m live`: the same page, with a push, tags and pieces of files."""
    got: list[tuple[int, str]] = []

    def hear(page: Page) -> None:
        page.on("response", lambda answer: got.append((answer.status, answer.url)))

    with serving(make_app(folder)) as address, looking(chromium, address, begin=hear, wait=MAP) as page:
        until(page, "cordonLive.store.events?.readyState === 1")
        assert {status for status, url in got if url.endswith(".pmtiles")} == {206}
        until(page, "cordonLive.store.tags['If-None-Match'] !== undefined")
        # It asks no more by itself, only when it is pushed.
        page.evaluate(
            """() => {
                const { store } = cordonLive;
                clearTimeout(store.timer);
                store.looking = new Promise(() => {});
                store.soon = () => store.ask();
            }"""
        )
        copy_on(published / "three", folder)
        until(page, "document.querySelectorAll('#rows li').length > 8", 6)
    assert 304 in {status for status, url in got if url.endswith("current.json")}


def test_page_and_publication_agree_on_what_changed(desk: Page, published: Path) -> None:
    """What the browser finds between two snapshots is what their publication says, but for midnights that passed."""
    told = [orjson.loads(path.read_bytes()) for path in sorted((published / "three").glob("snapshots/*/changes.json"))]
    later = next(one for one in told if len(one["changes"]) > 4)
    lists = {
        path.parent.name: orjson.loads(path.read_bytes())
        for path in (published / "three").glob("snapshots/*/list.json")
    }
    before = lists[later["since"]["snapshot"]]
    after = next(one for one in lists.values() if one["as_of"] == later["as_of"])
    module = desk.evaluate("document.querySelector('link[href$=\"changes.mjs\"]').href")
    found = desk.evaluate(
        """async ([module, before, after]) => {
            const { compare } = await import(module);
            const { prepare } = await import(module.replace("changes.mjs", "zones.mjs"));
            const [old, now] = [prepare(before), prepare(after)];
            return compare(old, Date.parse(old.as_of), now, Date.parse(now.as_of)).map(c => [c.id, c.change]);
        }""",
        [module, before, after],
    )
    assert dict(found) == {change["id"]: change["change"] for change in later["changes"]}
    assert {change for _, change in found} >= {"opened"}


def test_zones_are_found_by_words_and_near_a_point(chromium: Browser, folder: Path) -> None:
    asked: list[str] = []
    with plain_server(folder) as address:
        options = {"geolocation": {"longitude": 114.0561, "latitude": 22.5399}, "permissions": ["geolocation"]}
        with looking(chromium, address, wait=MAP, **options) as page:
            page.on("request", lambda request: asked.append(request.url + (request.post_data or "")))
            page.keyboard.press("/")
            page.keyboard.type("lixiang block")
            assert names(page) == ["Lixiang Court Block 1"]
            for typed in ("lxy", "lixiangyuan"):
                page.fill("#search", typed)
                assert len(names(page)) == 2, typed
            page.fill("#search", "nowhere")
            assert "No zone matches 'nowhere'" in page.inner_text("#none")
            page.click("#none button")
            page.fill("#search", "管控区")
            assert len(names(page)) == 1
            page.click("#clear")
            page.click("#near")
            until(page, "cordonLive.rows.every(row => row.metres !== undefined)")
            told = page.inner_text("#near-box")
            assert re.search("The point lies in (no zone|Lixiang)", told)
            page.click("text=1 km")
            assert len(names(page)) == 2
            distances = page.evaluate("cordonLive.rows.map(row => row.metres)")
            page.click("#near")
            # A typed point, latitude first, is the same place.
            page.fill("#search", "22.5399, 114.0561")
            until(page, "cordonLive.near !== null && cordonLive.rows.every(row => row.metres !== undefined)")
            assert page.evaluate("cordonLive.rows.map(row => row.metres)") == pytest.approx(distances)
    assert [url for url in asked if "114.05" in url or "22.53" in url] == []


def test_a_card_tells_days_and_gives_a_calendar(desk: Page) -> None:
    desk.click("#rows button")
    card = desk.inner_text("#card")
    assert "In force since 13 Mar 24:00" in card
    assert "day 2 of 14" in card
    assert "People" in card
    assert desk.locator("#card .cells .today").count() == 1
    until(desk, "document.querySelectorAll('#card .near-sites li').length > 2")
    until(desk, "document.getElementById('legend').textContent.includes('gate')")
    with desk.expect_download() as got:
        desk.click("#card .calendar button")
    text = Path(got.value.path()).read_bytes().decode()
    due = desk.evaluate("cordonLive.row.test_dates")
    assert len(due) > 5
    for date in due:
        assert f"DTSTART;VALUE=DATE:{date.replace('-', '')}\r\n" in text
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    with desk.expect_popup() as opened:
        desk.click("#card footer a")
    opened.value.wait_for_load_state()
    assert "Lixiang" in opened.value.content()
    desk.keyboard.press("Escape")
    assert desk.locator("#card").is_hidden()


def test_the_slider_goes_back_and_ahead(desk: Page) -> None:
    assert desk.evaluate("document.getElementById('slider').value") == "1"
    desk.focus("#slider")
    desk.keyboard.press("ArrowLeft")
    until(desk, "cordonLive.rows.length === 2 && cordonLive.rows.every(row => row.state === 'upcoming')")
    assert "as published 13 Mar 12:00" in desk.inner_text("#stop")
    for _ in range(2):
        desk.keyboard.press("ArrowRight")
    until(desk, "cordonLive.rows[0]?.day === 3")
    assert "16 Mar, as decided so far" in desk.inner_text("#stop")
    desk.click("#to-now")
    until(desk, "cordonLive.past === null && cordonLive.rows[0]?.day === 2")
    desk.click("#play")
    until(desk, "cordonLive.rows[0]?.day === 4")
    desk.click("#play")
    held = desk.evaluate("document.getElementById('slider').value")
    time.sleep(1.1)
    assert desk.evaluate("document.getElementById('slider').value") == held


def test_a_phone_shows_the_zones_before_three_hundred_kilobytes(chromium: Browser, folder: Path) -> None:
    asked: dict[str, str] = {}
    came: dict[str, float] = {}

    def hear(page: Page) -> None:
        line = page.context.new_cdp_session(page)
        line.send("Network.enable")
        line.on("Network.requestWillBeSent", lambda told: asked.update({told["requestId"]: told["request"]["url"]}))
        line.on("Network.loadingFinished", lambda told: came.update({told["requestId"]: told["encodedDataLength"]}))

    options = {"begin": hear, "wait": MAP, "viewport": PHONE, "locale": "zh-CN"}
    with serving(make_app(folder)) as address, looking(chromium, address, **options) as page:
        order = [url.rsplit("/", 1)[-1] for url in asked.values()]
        assert order.index("list.json") < order.index("map.mjs") < order.index("maplibre-gl.mjs")
        early = {key for key, url in asked.items() if "/vendor/" not in url and "pmtiles" not in url}
        assert any(asked[key].endswith("overview-zh.svg") for key in early)
        # As they came over the line, headers too, with all that comes beside the map's library and its tiles.
        assert 50_000 < sum(came.get(key, 0) for key in early) < 300_000
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        small = "nodes => nodes.filter(n => n.offsetParent && n.getBoundingClientRect().height < 44).length"
        assert page.eval_on_selector_all("button:not(.seg button), #rows button", small) == 0
        assert hindrances(page) == []
        for tab, shows in (("changes", "#panel-now"), ("list", "#rows"), ("calendar", "#tests"), ("map", "#stage")):
            page.click(f"[data-tab={tab}]")
            assert page.locator(shows).is_visible()
            assert hindrances(page) == []
        page.click("[data-tab=calendar]")
        assert page.locator("#tests .due li").count() > 0, "today's zones, though nobody chose a day"
        later = page.locator("#tests .bar").nth(1)
        later.press("Enter")
        assert later.get_attribute("aria-pressed") == "true"
        assert later.evaluate("node => node === document.activeElement")
        later.press("Enter")
        assert page.locator("#tests .due").count() == 0


def test_a_wall_pages_by_itself_and_is_legible(chromium: Browser, published: Path) -> None:
    small, wall = ({"width": 640 * k, "height": 360 * k} for k in (2, 6))
    with (
        plain_server(published / "three") as address,
        looking(chromium, f"{address}?wall=2&nomap&lang=zh", viewport=small, locale="zh-CN") as page,
    ):
        until(page, "document.querySelectorAll('#wall-side .chip').length > 3")
        pages, end = set[str](), time.monotonic() + 12
        while len(pages) < 3 and time.monotonic() < end:
            pages.add(page.inner_text("#wall-page"))
            time.sleep(0.2)
        assert {re.search(r"\d+/\d+", text)[0] for text in pages} == {"1/3", "2/3", "3/3"}
        assert hindrances(page) == []
        page.keyboard.press(" ")
        cut = "nodes => nodes.filter(node => node.scrollHeight > node.clientHeight + 1).length"
        assert page.eval_on_selector_all("#wall-side ul", cut) == 0
        page.set_viewport_size(wall)
        until(page, f"innerWidth === {wall['width']}")
        page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        sizes = page.evaluate(
            """() => [...document.querySelectorAll("body *")].filter(node => node.offsetParent
                && [...node.childNodes].some(c => c.nodeType === 3 && c.textContent.trim()) && !node.matches(".hear"))
                .map(node => parseFloat(getComputedStyle(node).fontSize) * node.currentCSSZoom)"""
        )
        assert len(sizes) > 20
        assert min(sizes) >= 32
        assert page.evaluate("document.body.getBoundingClientRect().width") == pytest.approx(wall["width"], abs=2)


@pytest.mark.parametrize(("lang", "theme"), [("en", "light"), ("zh", "dark")])
def test_nobody_is_kept_out(chromium: Browser, folder: Path, lang: str, theme: str) -> None:
    with plain_server(folder) as address, looking(chromium, f"{address}?lang={lang}&theme={theme}", wait=MAP) as page:
        page.click("#rows button")
        until(page, "document.querySelectorAll('#card .near-sites li').length > 2")
        assert hindrances(page) == []
        assert page.evaluate("document.documentElement.lang") == ("zh-CN" if lang == "zh" else "en")
        page.emulate_media(media="print")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert page.evaluate("document.documentElement.dataset.theme") == "light"
        until(page, "document.getElementById('overview').naturalWidth > 0")
        assert page.locator("#overview").is_visible()
        assert not page.locator("#player").is_visible()
