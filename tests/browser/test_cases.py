"""Cases and stays that are typed, in a browser: by mouse, by keyboard alone, corrected, excluded, withdrawn."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.acting import decisions
from tests.browser.conftest import visiting
from tests.browser.test_acts import PANEL, SAVED, amiss, save
from zoning.entering import amend
from zoning.pipeline import derive
from zoning.state import fold
from zoning.store import Workspace

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def case_of(folder: Path, case_id: str) -> dict[str, object]:
    cases = fold(Workspace(folder)).tables["cases"].set_index("case_id")
    return dict(cases.loc[case_id])


def new_case(page: Page, address: str) -> None:
    page.get_by_role("button", name="New case").click()
    page.get_by_role("combobox", name="Where it is").fill(address)
    expect(page.locator(".ptold")).to_contain_text("taken as", timeout=8000)


def test_a_case_is_typed_in_words_and_its_proposals_are_there(analyst: Page, town_copy: Path) -> None:
    new_case(analyst, "临水花园2栋1203")
    expect(analyst.locator("#map .mark")).to_have_count(1)
    analyst.get_by_label("Reported").fill("22:10")
    analyst.get_by_label("Within (m)").fill("40")
    assert analyst.locator(".mcircle").evaluate("c => c.getBoundingClientRect().width") > 40
    analyst.get_by_label("Pasted text").fill("22:05 call, block 2")
    save(analyst)
    expect(analyst.locator(SAVED)).to_contain_text("Saved: T0318-01")
    zones = analyst.locator(".fzone", has_text="sealed zone")
    expect(zones).to_contain_text("proposed", timeout=10_000)
    case = case_of(town_copy, "T0318-01")
    assert (case["status"], case["unit_id"], case["location_radius_m"]) == ("preliminary", "E1-B2", 40)
    assert case["address"] == "临水花园2栋1203"
    assert str(case["reported_at"]) == "2022-03-17 14:10:00+00:00"
    expect(analyst.locator(".pasted")).to_have_text("22:05 call, block 2")
    zones.get_by_role("button", name="Decide").click()
    save(analyst)
    expect(analyst.locator(SAVED)).to_contain_text("delineated; saved")
    assert "cases:T0318-01" in decisions(town_copy)[0]["fact_ids"]


def test_a_case_is_put_on_the_map_by_a_click(analyst: Page, town_copy: Path) -> None:
    analyst.get_by_role("button", name="New case").click()
    analyst.get_by_role("button", name="Pick on the map").click()
    expect(analyst.locator(".pickhint")).to_be_visible()
    point = analyst.evaluate("window.cordon.stage.map.project([114.053263, 22.541295])")
    box = analyst.locator("#map").bounding_box()
    assert box
    analyst.mouse.click(box["x"] + point["x"], box["y"] + point["y"])
    expect(analyst.locator(".ptold")).to_contain_text("the point is in Linshui Garden Block 4 unit 5")
    assert analyst.evaluate("window.cordon.choice?.id ?? null") is None, "the click was a point and no choice"
    save(analyst)
    expect(analyst.locator(SAVED)).to_contain_text("Saved: T0318-01")
    case = case_of(town_copy, "T0318-01")
    at = (float(str(case["lng"])), float(str(case["lat"])))
    assert at == pytest.approx((114.053263, 22.541295), abs=4e-5), "a pixel of the map, or two"


def test_a_point_that_is_put_away_at_once_leaves_no_pin(analyst: Page) -> None:
    marks = analyst.evaluate(
        """async () => {
            const { showMark, hideMark } = await import("/assets/acts/mark.mjs");
            showMark([114.053263, 22.541295], 40, true);
            showMark([114.053856, 22.541787], 40, true);
            const shown = document.querySelectorAll(".mark").length;
            hideMark();
            await new Promise((resolve) => setTimeout(resolve, 300));
            return [shown, document.querySelectorAll(".mark").length];
        }"""
    )
    assert marks == [1, 0]


def test_what_was_typed_of_a_new_case_outlives_closing_its_panel(analyst: Page) -> None:
    new_case(analyst, "临水花园3栋")
    analyst.get_by_label("Reported").fill("31:00")
    save(analyst)
    expect(analyst.locator('[data-field="reported_at"] .fwrong')).to_contain_text("not a time")
    analyst.keyboard.press("Escape")
    expect(analyst.locator(PANEL)).to_be_hidden()
    expect(analyst.locator("#map .mark")).to_have_count(0)
    analyst.get_by_role("button", name="New case").click()
    expect(analyst.get_by_label("Reported")).to_have_value("31:00")
    expect(analyst.get_by_role("combobox", name="Where it is")).to_have_value("临水花园3栋")


def test_an_address_that_is_not_known_says_so_and_can_be_placed_later(analyst: Page, town_copy: Path) -> None:
    analyst.keyboard.press("n")
    analyst.get_by_role("combobox", name="Where it is").fill("nobody knows this road 99")
    expect(analyst.locator(".ptold")).to_contain_text("opens nothing until it has a place")
    save(analyst)
    expect(analyst.locator(".fwhere")).to_contain_text("not located")
    analyst.get_by_role("button", name="Correct").click()
    analyst.get_by_role("combobox", name="Where it is").fill("临水花园3栋")
    expect(analyst.locator(".ptold")).to_contain_text("taken as", timeout=8000)
    save(analyst)
    expect(analyst.locator(".fwhere")).to_contain_text("Linshui Garden Block 3", timeout=10_000)
    assert case_of(town_copy, "T0318-01")["unit_id"] == "E1-B3"


def test_stays_stand_on_a_line_of_days_and_are_corrected_from_it(analyst: Page, town_copy: Path) -> None:
    analyst.keyboard.press("c")
    analyst.get_by_label("Number, status or place").fill("C1 ")
    analyst.locator('.crow[data-fact="cases:C1"]').click()
    expect(analyst.locator(".stays .stay").first).to_be_visible(timeout=10_000)
    before = analyst.locator(".stays .stay").count()
    analyst.get_by_role("button", name="Add a stay").click()
    analyst.get_by_role("combobox", name="Place").fill("Shichong Market")
    expect(analyst.locator(".ptold")).to_contain_text("taken as")
    analyst.get_by_label("From", exact=True).fill("3-9 17:00")
    analyst.get_by_label("Until").fill("3-9 24时")
    analyst.get_by_label("Spread there").select_option("likely")
    analyst.get_by_label("Contacts known").select_option("no")
    save(analyst)
    expect(analyst.locator(SAVED)).to_contain_text("The stay is saved")
    bars = analyst.locator(".stays .stay")
    expect(bars).to_have_count(before + 1, timeout=10_000)
    bars.first.focus()
    analyst.keyboard.press("ArrowRight")
    label = analyst.evaluate("document.activeElement.getAttribute('aria-label')")
    assert label == "9 Mar 17:00 – 9 Mar 24:00, Shichong Market, likely"
    analyst.keyboard.press("Enter")
    expect(analyst.get_by_label("Until")).to_have_value("2022-03-09 24:00")
    analyst.get_by_label("Until").fill("3-9 18:00")
    save(analyst)
    expect(analyst.locator(".fstays", has_text="9 Mar 17:00 – 18:00")).to_be_visible(timeout=10_000)
    analyst.locator(".fstays button", has_text="Shichong Market").click()
    analyst.get_by_role("button", name="Withdraw this stay").click()
    analyst.get_by_label("Why").fill("another person")
    save(analyst)
    expect(analyst.locator(".fstays .gone")).to_contain_text("withdrawn", timeout=10_000)
    expect(bars).to_have_count(before)


def test_a_pasted_trajectory_becomes_stays_that_are_looked_at_first(analyst: Page, town_copy: Path) -> None:
    analyst.keyboard.press("c")
    analyst.locator('.crow[data-fact="cases:C1"]').click()
    analyst.get_by_role("button", name="From text").click()
    text = "3月8日 8:10到达石涌商厦，18:00离开；19:00-20:30在石涌市场。9日晚上8点至10点在某酒吧"
    analyst.get_by_label("Pasted text").fill(text)
    rows = analyst.locator(".plist li")
    expect(rows).to_have_count(3)
    expect(rows.nth(0)).to_contain_text("8 Mar 08:10 – 18:00")
    expect(rows.nth(2)).to_contain_text("where?")
    rows.nth(2).get_by_role("button", name="Edit").click()
    expect(analyst.get_by_label("From", exact=True)).to_have_value("2022-03-09 20:00")
    analyst.get_by_role("combobox", name="Place").fill("荔香苑3栋")
    expect(analyst.locator(".ptold")).to_contain_text("taken as")
    save(analyst)
    expect(rows).to_have_count(2)
    rows.nth(1).get_by_role("checkbox").uncheck()
    save(analyst)
    expect(analyst.locator(".fstays")).to_contain_text("Shichong Commercial Building", timeout=10_000)
    expect(analyst.locator(".fstays")).to_contain_text("Lixiang Court Block 3")
    visits = fold(Workspace(town_copy)).tables["visits"]
    assert set(visits["address"].dropna()) >= {"石涌商厦", "荔香苑 3栋"}
    assert "石涌市场" not in set(visits["address"].dropna())


def test_a_case_is_excluded_withdrawn_and_brought_back(analyst: Page, town_copy: Path) -> None:
    analyst.keyboard.press("c")
    analyst.locator('.crow[data-fact="cases:C4"]').click()
    analyst.get_by_role("button", name="Change status").click()
    analyst.locator(f"{PANEL} [name=status]").select_option("asymptomatic")
    amend(Workspace(town_copy), "cases:C4", {"found_in": "closed_loop"}, "Zhou")
    save(analyst)
    expect(analyst.locator(".fsaid")).to_contain_text("C4 was changed by Zhou")
    analyst.get_by_role("button", name="See how it stands now").click()
    expect(analyst.locator(".fsaid")).to_contain_text("Save again to put yours on top")
    save(analyst)
    expect(analyst.locator(f"{PANEL} h2")).to_have_text("Case C4, asymptomatic", timeout=10_000)
    assert case_of(town_copy, "C4")["found_in"] == "closed_loop"
    analyst.get_by_role("button", name="Exclude").click()
    save(analyst)
    expect(analyst.locator('[data-field="text"] .fwrong')).to_have_text("needed")
    analyst.get_by_label("Why").fill("two negative repeats")
    save(analyst)
    expect(analyst.locator(f"{PANEL} h2")).to_have_text("Case C4, excluded", timeout=10_000)
    expect(analyst.locator(".fsec", has_text="Zones that rest")).to_contain_text("No zone rests on it")
    analyst.get_by_role("button", name="Withdraw").click()
    analyst.get_by_label("Why").fill("typed for another district")
    save(analyst)
    expect(analyst.locator(PANEL)).to_contain_text("This case was withdrawn", timeout=10_000)
    analyst.get_by_role("button", name="Bring back").click()
    analyst.locator(f"{PANEL} [name=status]").select_option("confirmed")
    save(analyst)
    expect(analyst.locator(f"{PANEL} h2")).to_have_text("Case C4, confirmed", timeout=10_000)
    assert case_of(town_copy, "C4")["status"] == "confirmed"


def test_from_the_call_to_the_decision_by_keyboard_alone(analyst: Page, town_copy: Path) -> None:
    """A case is typed and put on the map, its zone held, then decided; no mouse is touched."""
    keys = analyst.keyboard
    keys.press("n")
    expect(analyst.locator(f"{PANEL} [name=status]")).to_be_focused()
    keys.press("Tab")
    keys.press("Control+a")
    keys.type("23:50")
    keys.press("Tab")
    keys.type("linshui garden block")
    expect(analyst.locator("#place-list li").first).to_be_visible(timeout=8000)
    names = analyst.locator("#place-list li").all_inner_texts()
    for _ in range(1 + next(n for n, name in enumerate(names) if "Block 3" in name)):
        keys.press("ArrowDown")
    keys.press("Enter")
    expect(analyst.locator(".ptold")).to_contain_text("taken as Linshui Garden Block 3")
    keys.press("Tab")
    keys.press("Enter")  # pick on the map after all: the arrows move it, Enter takes its middle
    expect(analyst.locator(".pickcross")).to_be_visible()
    analyst.wait_for_function("!window.cordon.stage.map.isMoving()")
    keys.press("Enter")
    expect(analyst.locator(".ptold")).to_contain_text("the point is in Linshui Garden Block 3")
    tab_to(analyst, "button[type=submit]")
    keys.press("Enter")
    expect(analyst.locator(SAVED)).to_contain_text("Saved: T0318-01")
    expect(analyst.locator(".fzone").first).to_be_visible(timeout=10_000)
    tab_to(analyst, ".fzone .btn")
    keys.press("Enter")
    expect(analyst.locator(".apick input:checked")).to_be_focused()
    keys.press("ArrowDown")
    expect(analyst.locator(".apick input:checked")).to_have_value("hold")
    tab_to(analyst, "button[type=submit]")
    keys.press("Enter")
    expect(analyst.locator(SAVED)).to_contain_text("put on hold")
    keys.press("Escape")
    expect(analyst.locator(PANEL)).to_be_hidden()
    keys.press("Shift+D")
    expect(analyst.locator(".iitem .iname").first).to_be_focused()
    keys.press("ArrowDown")
    keys.press("Tab")
    keys.press("Enter")
    expect(analyst.locator(".apick input:checked")).to_be_focused()
    tab_to(analyst, "button[type=submit]")
    keys.press("Enter")
    expect(analyst.locator(SAVED)).to_contain_text("saved")
    assert [d["action"] for d in decisions(town_copy)] == ["hold", "delineate"]
    assert len(derive(town_copy).zones) >= 15


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until what a selector names has the focus."""
    for _ in range(40):
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} cannot be reached by Tab")


def test_the_keys_of_every_act_are_in_the_help(analyst: Page) -> None:
    analyst.keyboard.press("?")
    for words in ("New case", "Cases", "Proposals", "Decide of this zone", "Temporary hold", "Record an assessment"):
        expect(analyst.locator(f"{PANEL} .keys")).to_contain_text(words)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_cases_speak_one_language_and_are_open_to_all(chromium: Browser, town: str, lang: str) -> None:
    with visiting(chromium, town, lang=lang, theme={"zh": "dark", "en": "light"}[lang]) as page:
        page.keyboard.press("n")
        page.wait_for_selector(f"{PANEL} form")
        assert amiss(page, lang) == []
        page.keyboard.press("Escape")
        page.keyboard.press("c")
        page.locator('.crow[data-fact="cases:C1"]').click()
        page.wait_for_selector(".stays .stay")
        assert amiss(page, lang) == []
        for key in ("stay", "exclude"):
            page.locator(f'[data-focus="{key}"]').click()
            page.wait_for_selector(f"{PANEL} form")
            assert amiss(page, lang) == [], key
            page.keyboard.press("Escape")
            page.keyboard.press("c")
            page.locator('.crow[data-fact="cases:C1"]').click()
            page.wait_for_selector(".stays .stay")
