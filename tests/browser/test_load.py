"""Loading files in a browser: dropped, guessed, changed, loaded, rejected rows corrected; stopped; taken up again."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from app import create_server
from tests.browser.access import hindrances
from tests.browser.conftest import serving, visiting
from tests.loading_desk import CASES
from zoning.loading import load_file
from zoning.state import fold
from zoning.store import Workspace

pytestmark = [pytest.mark.browser, pytest.mark.slow]
DROP = """async ([files]) => {
    const held = new DataTransfer();
    for (const [name, text] of files) held.items.add(new File([text], name));
    const target = document.querySelector(".load");
    for (const type of ["dragover", "drop"])
        target.dispatchEvent(new DragEvent(type, {bubbles: true, cancelable: true, dataTransfer: held}));
}"""
HEAD = "病例编号,诊断类型,报告时间,经度,纬度\n"
PLACES = "name,x,y\nNew Market,114.0529,22.5398\n"


def drop(page: Page, *files: tuple[str, str]) -> None:
    """Drop files on the open window and wait until each is looked at."""
    page.evaluate(DROP, [files])
    expect(page.locator(".lcard")).to_have_count(len(files))
    expect(page.locator(".lcard select")).to_have_count(len(files), timeout=30_000)


def open_window(page: Page) -> Locator:
    """Open the window by its key."""
    page.keyboard.press("Shift+L")
    expect(page.locator("#sheet")).to_be_visible()
    return page.locator("#sheet")


def test_a_file_is_dropped_guessed_changed_loaded_and_its_reject_corrected(analyst: Page, town_copy: Path) -> None:
    sheet = open_window(analyst)
    expect(sheet).to_contain_text("Nothing is written before you say so.")
    assert hindrances(analyst, "#sheet") == []
    drop(analyst, ("new cases.csv", CASES.replace("病例类型", "诊断情形")))
    expect(sheet.locator(".lcard select")).to_have_value("cases")
    expect(sheet.locator(".lcard")).to_contain_text("3 rows looked at, 1 of them would be rejected")
    expect(sheet.locator(".lmap[data-drawn='3']")).to_be_visible(timeout=15_000)
    assert hindrances(analyst, "#sheet") == []
    sheet.locator("summary").click()
    sheet.get_by_label("status").select_option("诊断情形")
    expect(sheet.locator("[data-column=status]")).to_contain_text("as you chose")
    sheet.get_by_role("button", name="Load", exact=True).click()
    expect(sheet.locator(".ltask")).to_contain_text("read 3 = accepted 2 + rejected 1", timeout=30_000)
    sheet.get_by_role("button", name="Correct the rejected row").click()
    cell = sheet.get_by_label("row 3, 报告时间")
    expect(cell).to_have_attribute("aria-invalid", "true")
    assert hindrances(analyst, "#sheet") == []
    cell.fill("the day after")
    cell.press("Enter")
    expect(sheet.locator("tr[data-row='3']")).to_contain_text("not a time")
    sheet.get_by_label("row 3, 报告时间").fill("2022-03-16 11:00")
    sheet.get_by_label("row 3, 报告时间").press("Enter")
    expect(sheet.locator("tr[data-row='3']")).to_contain_text("ready to load")
    sheet.get_by_role("button", name="Load the corrected row again").click()
    expect(sheet).to_contain_text("1 corrected, all in", timeout=30_000)
    expect(sheet).to_contain_text("No row is rejected.")
    cases = fold(Workspace(town_copy)).tables["cases"]
    found = cases[cases["case_id"].isin(["N1", "N2", "N3"])]
    assert found["status"].tolist() == ["confirmed", "confirmed", "asymptomatic"]
    analyst.keyboard.press("Escape")
    expect(sheet).to_be_hidden()


def test_a_file_is_chosen_loaded_and_its_reject_corrected_by_keyboard_alone(
    analyst: Page, town_copy: Path, tmp_path: Path
) -> None:
    (path := tmp_path / "cases.csv").write_text(CASES, "utf-8")
    sheet = open_window(analyst)
    with analyst.expect_file_chooser() as asked:
        walk_to(analyst, "Drop files here, or choose them")
        analyst.keyboard.press("Enter")
    asked.value.set_files(path)
    expect(sheet.locator(".lcard select")).to_have_count(1, timeout=30_000)
    walk_to(analyst, "Load")
    analyst.keyboard.press("Enter")
    expect(sheet.locator(".ltask")).to_contain_text("read 3 = accepted 2 + rejected 1", timeout=30_000)
    expect(sheet.get_by_role("button", name="Correct the rejected row")).to_be_visible(timeout=30_000)
    walk_to(analyst, "Correct the rejected row")
    analyst.keyboard.press("Enter")
    expect(sheet.get_by_label("row 3, 报告时间")).to_be_visible()
    walk_to(analyst, "row 3, 报告时间")
    analyst.keyboard.press("Control+a")
    analyst.keyboard.type("2022-03-16 11:00")
    analyst.keyboard.press("Enter")
    expect(sheet.locator("tr[data-row='3']")).to_contain_text("ready to load")
    walk_to(analyst, "Load the corrected row again")
    analyst.keyboard.press("Enter")
    expect(sheet).to_contain_text("1 corrected, all in", timeout=30_000)
    cases = fold(Workspace(town_copy)).tables["cases"]
    assert cases["case_id"].isin(["N1", "N2", "N3"]).sum() == 3


def walk_to(page: Page, name: str) -> None:
    """Press Tab until what has this label is reached."""
    here = "(document.activeElement.ariaLabel || document.activeElement.innerText || '').trim()"
    met: list[str] = []
    for _ in range(80):
        met.append(page.evaluate(here))
        if met[-1] == name:
            return
        page.keyboard.press("Tab")
    pytest.fail(f"{name!r} cannot be reached by Tab: {met}")


def test_a_wrong_word_is_put_right_in_all_rows_at_once(analyst: Page, town_copy: Path, tmp_path: Path) -> None:
    path = tmp_path / "many.csv"
    path.write_text(HEAD + "".join(f"M{n},死亡,2022-03-16 10:00,114.05,22.54\n" for n in range(60)), "utf-8")
    load_file(Workspace(town_copy), path, "cases")
    sheet = open_window(analyst)
    sheet.get_by_role("button", name="Rejected rows 60").click()
    expect(sheet.locator(".lpages")).to_contain_text("1–50 of 60")
    cell = sheet.get_by_label("row 2, 诊断类型", exact=True)
    expect(sheet.locator("tr[data-row='2']")).to_contain_text("not one of the words allowed")
    cell.fill("确诊")
    cell.press("Tab")
    expect(sheet.get_by_label("row 2, 报告时间")).to_be_focused()
    sheet.get_by_role("button", name="Do the same in the other 59 with “死亡”").click()
    expect(sheet).to_contain_text("The same was put right in 59 rows.")
    sheet.get_by_role("button", name="Put row 3 back as it was").click()
    expect(sheet.get_by_label("row 3, 诊断类型", exact=True)).to_have_value("死亡")
    sheet.get_by_role("button", name="Page forward").click()
    expect(sheet.locator("tr.fine")).to_have_count(10)
    sheet.get_by_role("button", name="Load the 59 corrected rows again").click()
    expect(sheet).to_contain_text("59 corrected rows are in, 1 stays rejected.", timeout=30_000)


def test_several_files_come_in_order_and_one_that_is_not_known_stays(analyst: Page) -> None:
    sheet = open_window(analyst)
    drop(analyst, ("cases.csv", CASES), ("places.csv", PLACES), ("odd.csv", "foo,bar\n1,2\n"))
    expect(sheet.locator(".lcard", has_text="odd.csv")).to_contain_text("not known: choose what it is")
    sheet.get_by_role("button", name="Load 2 tables").click()
    expect(sheet.get_by_role("button", name="Back to the files")).to_be_visible(timeout=30_000)
    assert [name.split("\n")[0] for name in sheet.locator(".ltask b").all_inner_texts()] == ["places.csv", "cases.csv"]
    sheet.get_by_role("button", name="Back to the files").click()
    expect(sheet.locator(".lcard")).to_have_count(1)
    sheet.get_by_role("button", name="Leave out odd.csv").click()
    expect(sheet).to_contain_text("Drop files here, or choose them")


def test_a_load_is_stopped_with_nothing_in(analyst: Page, town_copy: Path) -> None:
    before = Workspace(town_copy).revision()
    sheet = open_window(analyst)
    drop(analyst, ("cases.csv", CASES))
    sheet.get_by_role("button", name="Load", exact=True).click()
    sheet.get_by_role("button", name="Stop").click()
    expect(sheet.locator(".ltask")).to_contain_text("stopped, nothing of it is in", timeout=15_000)
    assert Workspace(town_copy).revision() == before
    sheet.get_by_role("button", name="Back to the files").click()
    expect(sheet.locator(".lcard")).to_contain_text("3 rows looked at")


def test_a_window_that_was_closed_half_way_is_taken_up_again(analyst: Page, town_copy: Path) -> None:
    before = Workspace(town_copy).revision()
    sheet = open_window(analyst)
    drop(analyst, ("cases.csv", CASES))
    sheet.get_by_label("What it is: cases.csv").select_option("tests")
    expect(sheet.locator("[data-column=sampled_at]")).to_contain_text("missing: name one")
    expect(sheet.locator(".lcard")).to_contain_text("missing: sampled at")
    sheet.get_by_label("sampled at").select_option("报告时间")
    expect(sheet.locator(".lcard")).to_contain_text("rows looked at")
    analyst.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    assert Workspace(town_copy).revision() == before
    analyst.reload()
    analyst.wait_for_selector(".zrow")
    sheet = open_window(analyst)
    expect(sheet).to_contain_text("Files from last time are still here")
    expect(sheet.get_by_label("What it is: cases.csv")).to_have_value("tests")
    expect(sheet.get_by_label("sampled at")).to_have_value("报告时间")


def test_a_server_that_was_started_again_is_told_and_the_file_is_there(analyst: Page) -> None:
    sheet = open_window(analyst)
    drop(analyst, ("cases.csv", CASES))
    gone = {
        "error": "not_found",
        "what": "The server was started again during this load",
        "where": "job",
        "fix": "Load it again.",
    }
    analyst.route("**/api/loads/jobs/*", lambda route: route.fulfill(status=404, json=gone))
    sheet.get_by_role("button", name="Load", exact=True).click()
    expect(sheet.get_by_role("alert")).to_contain_text("The server was started again during this load")
    expect(sheet.locator(".lcard")).to_contain_text("cases.csv")


def test_what_cannot_be_read_is_refused_in_words(analyst: Page) -> None:
    sheet = open_window(analyst)
    analyst.evaluate(DROP, [[("a.exe", "MZ"), ("b.xlsx", "no book")]])
    expect(sheet.locator(".lcard", has_text="a.exe")).to_contain_text("is no file that can be read")
    expect(sheet.locator(".lcard", has_text="b.xlsx")).to_contain_text("is not a readable zip")
    expect(sheet.get_by_role("button", name="nothing is ready to be loaded")).to_be_disabled()


def test_in_chinese_every_word_is_chinese_and_without_webgl_a_sketch_stands_in(
    chromium: Browser, town_copy: Path
) -> None:
    with serving(create_server(town_copy)) as address, visiting(chromium, address, lang="zh", theme="dark") as page:
        page.evaluate("localStorage.setItem('author', '李伟')")
        page.evaluate("HTMLCanvasElement.prototype.getContext = () => null")
        sheet = open_window(page)
        drop(page, ("流调.csv", CASES), ("场所.csv", PLACES))
        sheet.get_by_role("button", name="流调.csv", exact=True).click()
        expect(sheet.locator(".lmap circle")).to_have_count(3)
        expect(sheet).to_contain_text("此浏览器不能绘制地图")
        expect(sheet.locator(".lreason")).to_contain_text("不是时间")
        latin = "() => [...document.querySelectorAll('#sheet :is(p, h2, h3, h4, label, .lhow, .lreason, .lnotes li)')]"
        latin += ".map(n => n.innerText.replace(/[A-Za-z_]+\\n?$/m, '')).filter(t => /[A-Za-z]{3,} [a-z]{2,}/.test(t))"
        assert page.evaluate(latin) == []
        assert hindrances(page, "#sheet") == []
        sheet.get_by_role("button", name="导入 2 张表").click()
        expect(sheet.locator(".lrun h3")).to_contain_text("导入完成", timeout=30_000)
        assert page.evaluate(latin) == []
        page.locator("#lang-en").click()
        expect(sheet.locator(".lrun h3")).to_contain_text("Loaded")
