"""A thousand strokes on the screen, all of them undone and made again by keys, over reloads that come in between."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import begin, wait_for_map
from tests.browser.hour import QUIET
from tests.browser.redrawing import steps
from zoning.desk.keeping import Drawer
from zoning.editing import read_sheet

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.usefixtures("patience")]
MANY = 1000
DRAW = """async ([draft, names]) => {
    for (let n = 0, after = 0; after < %d; n += 1) {
        const to = ["sealed", "controlled", "precaution"][(n + Math.floor(n / names.length)) %% 3];
        const pick = { tool: "names", names: [names[(n * 7) %% names.length]] };
        const told = { do: "paint", to, pick, by: "Li Wei", sent: crypto.randomUUID(), after };
        const body = JSON.stringify(told);
        const headers = { "Content-Type": "application/json" };
        const answer = await fetch(`/api/desk/drafts/${draft}/steps`, { method: "POST", headers, body });
        after = (await answer.json()).n;
    }
}"""
PRESS = """([times, shiftKey]) => {
    const own = { key: "z", code: "KeyZ", ctrlKey: true, shiftKey, bubbles: true, cancelable: true };
    for (let n = 0; n < times; n += 1) document.body.dispatchEvent(new KeyboardEvent("keydown", own));
}"""


def drawn(page: Page, draft: str) -> Any:
    """What the draft comes to, but for its steps."""
    told = page.evaluate("draft => fetch(`/api/desk/drafts/${draft}`).then(answer => answer.json())", draft)
    return [told[key] for key in ("moved", "totals", "zones")]


def press(page: Page, times: int, shift: str) -> None:
    """Press Ctrl+Z faster than the server answers, and load the page anew while half of it waits."""
    for part in (times // 2, times - times // 2):
        page.evaluate(PRESS, [part, shift == "Shift"])
        page.reload()
        wait_for_map(page)
        page.keyboard.press("p")
        page.wait_for_function(QUIET, timeout=600_000)


def test_a_thousand_strokes_are_undone_and_made_again_over_reloads(desk: Page, town_copy: Path) -> None:
    desk.set_viewport_size({"width": 480, "height": 320})  # less to paint for each of three thousand answers
    names = read_sheet(town_copy).plan.atoms["atom_id"].tolist()[:60]
    draft = Drawer(town_copy).all("")[0].id
    before = drawn(desk, draft)
    desk.evaluate(DRAW % MANY, [draft, names])
    desk.reload()
    begin(desk)
    expect(desk.locator(".drafthead")).to_contain_text(f"{MANY} strokes")
    after = drawn(desk, draft)
    assert after != before
    press(desk, MANY, "")
    assert drawn(desk, draft) == before
    press(desk, MANY, "Shift")
    assert drawn(desk, draft) == after
    done = [kept.step["do"] for kept in steps(town_copy)]
    assert [done.count(kind) for kind in ("paint", "undo", "redo")] == [MANY, MANY, MANY]
