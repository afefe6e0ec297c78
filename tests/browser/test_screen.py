"""The bare map screen in a browser: what is drawn, what a click does, and that nothing leaves the machine."""

import base64
import re
from collections import Counter

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import SIZE, drawn, visiting, wait_for_map
from tests.browser.standin import at

pytestmark = pytest.mark.browser


_TOO_WIDE = """async () => {
    await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
    return [...document.querySelectorAll(".bar, .bar > *, .left, .stage, .right, .chead, .figs, .cal, .mixbar, .sct, "
            + ".asks, .checks li, .pairs")]
        .filter(e => e.getClientRects().length && (e.getBoundingClientRect().right > innerWidth + 1
            || e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX === "visible"))
        .map(e => e.className);
}"""


def click_map(page: Page, x: float, y: float) -> None:
    """Click the map at metres from the corner of the block."""
    place = page.evaluate("p => window.cordon.stage.map.project(p)", list(at(x, y)))
    box = page.locator("#map").bounding_box()
    page.mouse.click(box["x"] + place["x"], box["y"] + place["y"])


def colour_at(page: Page, x: float, y: float) -> tuple[int, int, int]:
    """Return the colour of the picture at metres from the corner of the block."""
    place = page.evaluate("p => window.cordon.stage.map.project(p)", list(at(x, y)))
    box = page.locator("#map").bounding_box()
    clip = {"x": box["x"] + place["x"] - 3, "y": box["y"] + place["y"] - 3, "width": 6, "height": 6}
    pixels = page.evaluate(
        """async data => {
            const image = await createImageBitmap(await (await fetch("data:image/png;base64," + data)).blob());
            const pen = new OffscreenCanvas(image.width, image.height).getContext("2d");
            pen.drawImage(image, 0, 0);
            return [...pen.getImageData(0, 0, image.width, image.height).data];
        }""",
        base64.b64encode(page.screenshot(clip=clip)).decode(),
    )
    rgb = Counter(tuple(pixels[k : k + 3]) for k in range(0, len(pixels), 4))
    return rgb.most_common(1)[0][0]


def test_zones_are_painted_in_their_colours(screen: Page) -> None:
    looks = {f["look"] for f in drawn(screen, "zones")}
    assert looks == {"sealed", "controlled", "like", "precaution", "post"}
    red, green, blue = colour_at(screen, 100, 90)  # inside the controlled zone, beside its hatch
    assert red > green > blue
    red, green, blue = colour_at(screen, 262, 60)  # inside the precaution zone
    assert blue > red


def test_every_layer_is_drawn(screen: Page) -> None:
    screen.locator('[data-layer="places"]').check()
    screen.wait_for_function("window.cordon.stage.map.loaded()")
    for layer in ("risk", "buildings", "roads", "areas", "gates", "sites", "places", "water", "green"):
        assert drawn(screen, layer), layer


def test_the_first_view_shows_every_zone_beside_the_layer_panel_or_below_it(screen: Page) -> None:
    west, north, east, south = screen.evaluate(
        """() => {
            const {map, view} = window.cordon.stage, [w, s, e, n] = view.plan.bounds;
            const a = map.project([w, n]), b = map.project([e, s]);
            return [a.x, a.y, b.x, b.y];
        }"""
    )
    room, panel = screen.locator("#map").bounding_box(), screen.locator("#layer-switch").bounding_box()
    assert min(west, north, room["width"] - east, room["height"] - south) > 0
    left, bottom = panel["x"] - room["x"], panel["y"] + panel["height"] - room["y"]
    assert east < left or north > bottom


def test_a_zone_of_the_list_is_flown_to_and_explained(screen: Page) -> None:
    before = screen.evaluate("window.cordon.stage.map.getZoom()")
    screen.locator(".zrow", has_text="临水花园3栋").click()
    expect(screen.locator("#card h2")).to_contain_text("临水花园3栋")
    expect(screen.locator("#card .why")).to_contain_text("病例住所")
    screen.wait_for_function(
        "z => !window.cordon.stage.map.isMoving() && window.cordon.stage.map.getZoom() > z", arg=before
    )
    assert screen.evaluate("window.cordon.stage.map.getGlobalState().zone") == "s1e3a9c0"


def test_a_click_on_a_building_says_why_and_marks_its_zone(screen: Page) -> None:
    click_map(screen, 30, 109)
    expect(screen.locator("#card h2")).to_contain_text("临水花园3栋")
    expect(screen.locator("#card .why")).to_contain_text("罗湖区通告")
    expect(screen.locator(".zrow.on")).to_have_count(1)
    expect(screen.locator(".zrow.on")).to_contain_text("临水花园3栋")
    screen.locator("#card [data-zone]").click()
    expect(screen.locator("#card")).to_contain_text("检测日历")


def test_a_click_on_the_ground_of_a_zone_chooses_the_zone(screen: Page) -> None:
    click_map(screen, 100, 90)
    expect(screen.locator("#card h2")).to_contain_text("临水花园（除3栋）")
    expect(screen.locator("#card")).to_contain_text("西门")


def test_a_click_on_a_sign_shows_its_card_and_a_click_beside_everything_clears(screen: Page) -> None:
    click_map(screen, 150, 160)
    expect(screen.locator("#card h2")).to_contain_text("青禾采样点")
    click_map(screen, -30, 100)
    expect(screen.locator("#card")).to_contain_text("在地图或清单上点选")


def test_language_and_theme_change_without_a_new_plan(screen: Page) -> None:
    asked: list[str] = []
    screen.on("request", lambda request: asked.append(request.url))
    screen.locator("#lang-en").click()
    expect(screen.locator(".lhead")).to_contain_text("then strictest")
    expect(screen.locator("#layer-switch")).to_contain_text("Risk per cell")
    expect(screen.locator("#legend")).to_contain_text("sealed zone")
    assert screen.evaluate("document.documentElement.lang") == "en"
    screen.locator("#theme-switch").click()
    screen.wait_for_function(
        "window.cordon.stage.map.getPaintProperty('land', 'background-color') === '#121716'", timeout=10_000
    )
    assert screen.evaluate("getComputedStyle(document.body).color") == "rgb(231, 237, 234)"
    assert not [url for url in asked if "/api/zones" in url or ".mvt" in url]
    screen.reload()
    wait_for_map(screen)
    expect(screen.locator(".lhead")).to_contain_text("then strictest")


@pytest.mark.slow
def test_another_day_changes_list_and_map_but_not_the_ground(screen: Page) -> None:
    tiles: list[str] = []
    screen.on("request", lambda request: tiles.append(request.url) if ".mvt" in request.url else None)
    screen.keyboard.press(",")
    expect(screen.locator("#zone-list")).to_contain_text("这一天没有分区")
    # The list is told before the map has its new tiles; the old picture stays until they are whole.
    screen.wait_for_function(
        """() => {
            const map = window.cordon.stage.map;
            const zones = map.getStyle().layers.filter(l => l["source-layer"] === "zones").map(l => l.id);
            return map.areTilesLoaded() && !map.queryRenderedFeatures({layers: zones}).length;
        }"""
    )
    assert drawn(screen, "roads")
    assert [url for url in tiles if "/tiles/base/" in url] == []
    screen.keyboard.press(".")
    expect(screen.locator(".zrow")).to_have_count(6)


def test_a_layer_can_be_put_away_and_taken_out(screen: Page) -> None:
    box = screen.locator('[data-layer="cells"]')
    box.uncheck()
    screen.wait_for_function("window.cordon.stage.map.getLayoutProperty('risk', 'visibility') === 'none'")
    assert drawn(screen, "risk") == []
    expect(screen.locator("#legend")).not_to_contain_text("单元风险")
    box.check()
    screen.wait_for_function("window.cordon.stage.map.getLayoutProperty('risk', 'visibility') === 'visible'")


def test_the_list_is_filtered_by_class_and_by_words(screen: Page) -> None:
    screen.locator('[data-look="sealed"]').click()
    expect(screen.locator(".zrow")).to_have_count(1)
    screen.locator('[data-look="sealed"]').click()
    screen.get_by_role("searchbox").fill("云栖")
    expect(screen.locator(".zrow")).to_have_count(1)
    screen.get_by_role("searchbox").fill("zzz")
    expect(screen.locator("#zone-list")).to_contain_text("没有符合“zzz”的分区")
    screen.locator("#zone-list .btn").click()
    expect(screen.locator(".zrow")).to_have_count(6)


def test_the_list_is_walked_with_the_keyboard(screen: Page) -> None:
    screen.locator(".zrow").first.focus()
    screen.keyboard.press("ArrowDown")
    screen.keyboard.press("Enter")
    expect(screen.locator("#card h2")).to_contain_text("云栖苑")


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_nothing_is_wider_than_the_screen(chromium: Browser, served: str, lang: str) -> None:
    with visiting(chromium, served, lang=lang) as page:
        page.locator(".zrow").first.click()
        expect(page.locator("#card h2")).to_be_visible(timeout=20_000)
        # What is too wide is told by the frame alone: a map of every size would only be painted for nothing.
        page.evaluate("document.getElementById('map').style.display = 'none'")
        for width in (360, 820, 1440, 3840):
            page.set_viewport_size({"width": width, "height": max(740, width // 2)})
            assert page.evaluate(_TOO_WIDE) == [], width


def test_without_webgl_the_list_and_the_reasons_work(chromium: Browser, served: str) -> None:
    context = chromium.new_context(viewport=SIZE)
    context.add_init_script(
        "const get = HTMLCanvasElement.prototype.getContext;"
        "HTMLCanvasElement.prototype.getContext = function (kind, ...more) {"
        "  return kind === 'webgl2' ? null : get.call(this, kind, ...more); };"
    )
    page = context.new_page()
    page.goto(served)
    expect(page.locator("#map")).to_contain_text("WebGL2")
    page.locator(".zrow", has_text="临水花园3栋").last.click()
    expect(page.locator("#card .why")).to_contain_text("病例住所")
    context.close()


@pytest.mark.slow
def test_two_visitors_do_not_see_each_other(chromium: Browser, served: str) -> None:
    one, two = (chromium.new_context(viewport=SIZE).new_page() for _ in range(2))
    for page in (one, two):
        page.goto(served)
        page.wait_for_selector(".zrow")
    one.locator(".zrow").first.click()
    expect(one.locator("#card h2")).to_contain_text("临水花园（除3栋）")
    two.keyboard.press(",")
    expect(two.locator("#zone-list")).to_contain_text("这一天没有分区")
    expect(one.locator(".zrow")).to_have_count(6)
    expect(two.locator("#card")).to_contain_text(re.compile("在地图或清单上点选"))
    for page in (one, two):
        page.context.close()
