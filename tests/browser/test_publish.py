"""Publishing from the panel: what would change, what must be confirmed, taking back, and two who publish at once."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from playwright.sync_api import Browser, Page, expect

from app import create_server
from live.folder import Folder
from live.publisher import Publisher
from live.publishing import published
from live.server import make_app
from live.site import write_site
from tests.browser.access import hindrances
from tests.browser.conftest import serving, visiting
from tests.browser.live_folder import looking, names, until
from tests.browser.test_acts import untranslated
from tests.living import CONTROLLED, SEALED, Life
from tests.test_life_troubles import newer
from zoning.store import Workspace

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PANEL, LIVE_PAGE = "#panel", "http://127.0.0.1:9/live/"
REFUSED = "status of 4"


@pytest.fixture
def out(tmp_path: Path) -> Folder:
    """The folder into which the server publishes; nothing is in it yet."""
    return Folder(tmp_path / "out")


@pytest.fixture
def desk(town_copy: Path, out: Folder) -> Iterator[str]:
    """A server of analysts that publishes, with two zones decided."""
    Life(town_copy).open(SEALED, CONTROLLED)
    with serving(create_server(town_copy, out.path, LIVE_PAGE)) as address:
        yield address


@pytest.fixture
def editor(chromium: Browser, desk: str) -> Iterator[Page]:
    """The English page of that server."""
    with visiting(chromium, desk, allowed=REFUSED) as page:
        page.evaluate("localStorage.setItem('author', 'Li Wei')")
        yield page


def open_panel(page: Page) -> None:
    page.keyboard.press("Shift+U")
    page.wait_for_selector(f"{PANEL} form")


def submit(page: Page) -> None:
    page.locator(f"{PANEL} form [type=submit]").click()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_at_a_desk_the_button_stands_in_the_bar(chromium: Browser, desk: str, lang: str) -> None:
    size = {"width": 1440, "height": 900}
    with visiting(chromium, desk, lang=lang, viewport=size) as page:
        button = page.locator("#actions > .btn.pri")
        expect(button).to_have_text({"zh": "发布", "en": "Publish"}[lang])
        expect(button).to_be_in_viewport(ratio=1)
        assert page.evaluate("document.querySelector('.bar').scrollWidth <= innerWidth")


def test_published_from_the_panel_and_withdrawn_with_a_reason(editor: Page, town_copy: Path, out: Folder) -> None:
    editor.locator("#actions").get_by_role("button", name="Publish").click()
    expect(editor.locator(".pubnow")).to_contain_text("Nothing is published yet")
    expect(editor.locator(".pubsum")).to_have_text("Publish r 20: 2 zones opened, 812 more people.")
    expect(editor.locator(".pubchg .chip.sealed")).to_have_text("S")
    editor.get_by_label("Note").fill("evening of 17 March")
    submit(editor)
    expect(editor.locator(f"{PANEL} .asaved")).to_contain_text("Published as no. 1", timeout=60_000)
    expect(editor.locator(".pubnow")).to_contain_text("Li Wei")
    expect(editor.locator(".pubnow")).to_contain_text("evening of 17 March")
    assert editor.get_by_role("link", name="Open the live page").first.get_attribute("href") == LIVE_PAGE
    snapshot = out.current()["snapshot"]
    assert len(orjson.loads((out.snapshot_path(snapshot) / "list.json").read_bytes())["zones"]) >= 2
    editor.get_by_role("button", name="Withdraw").click()
    expect(editor.locator(PANEL)).to_contain_text("The live page then shows no zones.")
    submit(editor)
    expect(editor.locator('[data-field="note"] .fwrong')).to_have_text("needed")
    editor.get_by_label("Reason").fill("wrong block")
    submit(editor)
    expect(editor.locator(f"{PANEL} .asaved")).to_have_text("Withdrawn.")
    expect(editor.locator(".pubpast li")).to_have_count(2)
    expect(editor.locator(".pubpast li").first).to_contain_text("wrong block")
    assert out.current()["snapshot"] is None
    assert [(e.author, e.payload["note"]) for e in published(Workspace(town_copy))] == [
        ("Li Wei", "evening of 17 March"),
        ("Li Wei", "wrong block"),
    ]


def test_a_leaders_page_follows_the_analysts_with_no_reload(chromium: Browser, editor: Page, out: Folder) -> None:
    write_site(out.path)
    waits = "document.getElementById('nothing').textContent.includes('No zones are published')"
    with serving(make_app(out.path)) as address, looking(chromium, f"{address}?nomap", wait=waits) as leader:
        leader.evaluate("window.same = true")
        open_panel(editor)
        submit(editor)
        until(leader, "document.querySelectorAll('#rows li').length === 2", 60)
        assert names(leader) == ["Lixiang Court Block 1", "Lixiang Court"]
        editor.get_by_role("button", name="Withdraw").click()
        editor.get_by_label("Reason").fill("wrong block")
        submit(editor)
        until(leader, "document.getElementById('banners').textContent.includes('withdrawn')")
        assert names(leader) == []
        assert leader.evaluate("window.same")


def move_ground(folder: Path) -> None:
    """In a newer file the estate is no more: its controlled zone has other ground than was decided."""
    newer(folder, "estates")


def test_a_moved_zone_is_ticked_before_it_is_published(editor: Page, town_copy: Path, out: Folder) -> None:
    move_ground(town_copy)
    open_panel(editor)
    boxes = editor.locator(".pubmoved input")
    expect(boxes.first).to_be_visible(timeout=15_000)
    submit(editor)
    expect(editor.locator('[data-field="confirmed"] .fwrong')).to_contain_text("not confirmed yet")
    assert not out.path.exists()
    for box in boxes.all():
        box.check()
    submit(editor)
    expect(editor.locator(f"{PANEL} .asaved")).to_contain_text("Published as no. 1", timeout=60_000)


def test_somebody_else_publishes_meanwhile_and_nothing_typed_is_lost(
    editor: Page, town_copy: Path, out: Folder
) -> None:
    # The page must not hear of it before it sends.
    open_panel(editor)
    editor.route("**/api/log*", lambda route: route.fulfill(json={"log": 20, "over": False}))
    editor.get_by_label("Note").fill("kept")
    Publisher(Workspace(town_copy).of, out.path).publish("", "Zhou", "", ["all"], "token-zhou")
    submit(editor)
    expect(editor.locator(f"{PANEL} .note[role=alert]")).to_contain_text("Zhou published at", timeout=60_000)
    expect(editor.locator(".pubsum")).to_contain_text("The zones are as published")
    expect(editor.get_by_label("Note")).to_have_value("kept")
    assert [e.author for e in published(Workspace(town_copy))] == ["Zhou"]
    submit(editor)
    expect(editor.locator(f"{PANEL} .asaved")).to_contain_text("Published as no. 2", timeout=60_000)


def test_nothing_is_decided_and_a_server_that_does_not_publish(
    chromium: Browser, town_copy: Path, town: str, tmp_path: Path
) -> None:
    with visiting(chromium, town) as page:
        assert page.locator("#actions").get_by_role("button", name="Publish").count() == 0
    bare = shutil.copytree(town_copy, tmp_path / "bare")
    with serving(create_server(bare, tmp_path / "out")) as address, visiting(chromium, address) as page:
        page.keyboard.press("Shift+U")
        expect(page.locator(".pubwould")).to_contain_text("Nothing is decided yet")
        page.locator(PANEL).get_by_role("button", name="Proposals").click()
        expect(page.locator(".iitem").first).to_be_visible()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_publishing_speaks_one_language_and_is_open_to_all(
    chromium: Browser, desk: str, town_copy: Path, out: Folder, lang: str
) -> None:
    Publisher(Workspace(town_copy).of, out.path).publish("", "Li Wei", "", ["all"], "token-first")
    move_ground(town_copy)
    with visiting(chromium, desk, lang=lang, theme={"zh": "light", "en": "dark"}[lang]) as page:
        open_panel(page)
        page.wait_for_selector(".pubmoved, .pubsum")
        for button in (None, "[data-key=withdraw]"):
            if button:
                page.locator(button).click()
            assert untranslated(page.locator(PANEL), lang) + hindrances(page, PANEL) == [], button
