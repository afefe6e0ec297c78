"""Acts in a browser: each by mouse, one whole flow by keyboard alone; every word of them in both languages."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.acting import decisions
from tests.browser.access import hindrances
from tests.browser.conftest import visiting
from zoning.deciding import Decision, decide
from zoning.hashes import digest
from zoning.pipeline import derive
from zoning.store import Workspace

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PANEL, SAVED = "#panel", "#panel .asaved"


def choose(page: Page, name: str) -> None:
    """Choose a zone in the list as a hand does."""
    page.locator(f'.zrow[title^="{name} ·"]').first.click()
    expect(page.locator("#card h2")).to_contain_text(name)


def save(page: Page) -> None:
    page.locator(f"{PANEL} form [type=submit]").click()


def test_the_inbox_leads_to_a_decision_and_on_to_the_next(analyst: Page, town_copy: Path) -> None:
    expect(analyst.locator("#inbox")).to_contain_text("15 to decide")
    analyst.locator("#inbox").get_by_role("button", name="Decide").click()
    item = analyst.locator(".iitem", has_text="Linshui Garden Block 4 unit 5")
    expect(item).to_contain_text("due by the rules since 10 March 21:00")
    expect(analyst.locator(".igroup", has_text="A rule asks you to look")).to_contain_text("Shichong Village")
    item.get_by_role("button", name="Delineate").click()
    analyst.get_by_label("Notice number").fill("第48号")
    analyst.get_by_label("In force from").fill("3月17日24时")
    analyst.locator(".also").get_by_text("Linshui Garden").check()
    save(analyst)
    expect(analyst.locator(SAVED)).to_contain_text("delineated; saved, from 17 Mar 24:00; and 1 more with it")
    found = [(d["action"], d["by"], d["notice_no"]) for d in decisions(town_copy)]
    assert found == [("delineate", "Li Wei", "第48号")] * 2
    expect(analyst.locator("#inbox")).to_contain_text("13 to decide", timeout=10_000)
    analyst.get_by_role("button", name="Next proposal").click()
    expect(analyst.locator(".iitem", has_text="Linshui Garden Block 4 unit 5")).to_contain_text(
        "none of four conditions hold"
    )


def test_the_card_offers_what_can_be_done_and_a_hold_is_printed(analyst: Page, town_copy: Path) -> None:
    choose(analyst, "Linshui Garden")
    analyst.locator("#card .cfoot").get_by_role("button", name="Hold").click()
    analyst.get_by_label("Until").fill("soon")
    save(analyst)
    expect(analyst.locator('[data-field="until"] .fwrong')).to_contain_text("not a time")
    analyst.get_by_label("Until").fill("+24h")
    save(analyst)
    expect(analyst.locator(SAVED)).to_contain_text("put on hold; saved, until 18 Mar 24:00")
    with analyst.context.expect_page() as opened:
        analyst.locator(PANEL).get_by_role("button", name="Print this zone's notice").click()
    expect(opened.value.locator("body")).to_contain_text("Temporary")
    opened.value.close()
    expect(analyst.locator("#card .life")).to_contain_text("temporary hold", timeout=10_000)


def test_a_proposal_is_rejected_only_with_grounds(analyst: Page, town_copy: Path) -> None:
    choose(analyst, "Linshui Garden")
    analyst.locator("#card .cfoot").get_by_role("button", name="Other").click()
    analyst.locator(".apick").get_by_text("Reject").click()
    save(analyst)
    expect(analyst.locator('[data-field="grounds"] .fwrong')).to_have_text("needed")
    analyst.get_by_label("Grounds").fill("the case never lived there")
    save(analyst)
    expect(analyst.locator(SAVED)).to_contain_text("rejected; saved")
    assert decisions(town_copy)[0]["grounds"] == "the case never lived there"


def test_assessing_stepping_on_and_releasing(analyst: Page, town_copy: Path) -> None:
    workspace = Workspace(town_copy)
    plan = derive(town_copy)
    zone = plan.zones.set_index("name").loc["临水花园", "zone_id"]
    start = plan.as_of.replace(day=11)
    decide(workspace, plan, Decision(zone, "delineate", "Zhou", in_force_from=start, delineated_at=start), plan.as_of)
    expect(analyst.locator("#revision")).to_have_text("r 19", timeout=8000)
    choose(analyst, "Linshui Garden")
    analyst.keyboard.press("a")
    analyst.get_by_label("Grounds").fill("visited on day 7: low risk")
    save(analyst)
    expect(analyst.locator(SAVED)).to_contain_text("assessed; saved")
    analyst.get_by_role("button", name="Decide again").click()
    analyst.locator(".apick").get_by_text("Release").click()
    expect(analyst.locator(".awhy .lacks")).to_contain_text("conditions")
    analyst.get_by_label("Grounds").fill("drill")
    save(analyst)
    expect(analyst.locator(SAVED)).to_contain_text("released; saved")
    assert [d["action"] for d in decisions(town_copy)] == ["delineate", "assess", "release"]


def test_a_new_case_inside_shows_what_each_part_costs_whose_clocks_could_begin_again(
    analyst: Page, town_copy: Path
) -> None:
    workspace, plan, zone = Workspace(town_copy), derive(town_copy), digest("cases:C1", "core")
    start = plan.as_of.replace(day=12)
    decide(workspace, plan, Decision(zone, "delineate", "Zhou", in_force_from=start, delineated_at=start), plan.as_of)
    expect(analyst.locator("#revision")).to_have_text("r 19", timeout=8000)
    analyst.get_by_role("button", name="New case").click()
    analyst.get_by_role("combobox", name="Where it is").fill("临水花园4栋6单元")
    expect(analyst.locator(".ptold")).to_contain_text("taken as", timeout=8000)
    save(analyst)
    expect(analyst.locator(SAVED)).to_contain_text("Saved: T0318-01")
    rests = analyst.locator(".fzone", has_text="Linshui Garden Block 4 unit 5")
    rests.get_by_role("button", name="Decide").click(timeout=10_000)
    offered = analyst.locator(".scopes label")
    expect(offered).to_have_count(4)
    expect(offered.first).to_contain_text("whole zone")
    expect(offered.first.locator("input")).to_be_checked()
    bars = [bar.evaluate("b => b.getBoundingClientRect().width") for bar in offered.locator(".sbar i").all()]
    assert bars == sorted(bars, reverse=True)
    assert bars[0] > bars[2] > bars[3] == 0
    offered.first.locator("input").focus()
    for _ in range(2):
        analyst.keyboard.press("ArrowDown")
    expect(offered.nth(2)).to_contain_text("unit")
    save(analyst)
    expect(analyst.locator(SAVED)).to_contain_text("saved")
    assert [(d["action"], d.get("scope")) for d in decisions(town_copy)][-1] == ("extend", "unit")


def test_two_screens_on_one_proposal_the_second_keeps_what_was_typed(analyst: Page, town_copy: Path) -> None:
    choose(analyst, "Linshui Garden")
    analyst.keyboard.press("d")
    analyst.get_by_label("Grounds").fill("as agreed at 02:00")
    plan = derive(town_copy)
    zone = plan.zones.set_index("name").loc["临水花园", "zone_id"]
    decide(Workspace(town_copy), plan, Decision(zone, "hold", "Zhou", until=plan.as_of.replace(day=19)), plan.as_of)
    save(analyst)
    expect(analyst.locator(".fsaid")).to_contain_text("was put on hold by Zhou at 17 Mar 24:00")
    expect(analyst.get_by_label("Grounds")).to_have_value("as agreed at 02:00")
    assert len(decisions(town_copy)) == 1
    analyst.get_by_role("button", name="See how it stands now").click()
    expect(analyst.locator(".apick")).to_contain_text("Release")
    expect(analyst.get_by_label("Grounds")).to_have_value("as agreed at 02:00")
    save(analyst)
    expect(analyst.locator(SAVED)).to_contain_text("delineated; saved")


def test_a_server_that_goes_away_keeps_the_form_and_the_act_counts_once(
    chromium: Browser, town: str, town_copy: Path
) -> None:
    with visiting(chromium, town, allowed="Failed to load") as page:
        choose(page, "Linshui Garden")
        page.keyboard.press("d")
        page.get_by_label("Your name").fill("Wang Min")
        page.get_by_label("Grounds").fill("kept")
        # The act arrives, but its answer is lost.
        page.route("**/api/decide", lambda route: (route.fetch(), route.abort("connectionreset")))
        save(page)
        expect(page.locator(".fsaid")).to_contain_text("What you typed stays here")
        page.unroute("**/api/decide")
        save(page)
        expect(page.locator(SAVED)).to_contain_text("delineated; saved")
    assert [d["by"] for d in decisions(town_copy)] == ["Wang Min"]


def test_on_another_day_decisions_wait_until_the_page_is_back_to_now(analyst: Page) -> None:
    analyst.keyboard.press(",")
    expect(analyst.locator("#timeline .bubble")).to_have_text("16 Mar")
    choose(analyst, "Linshui Garden")
    analyst.keyboard.press("d")
    expect(analyst.locator(PANEL)).to_contain_text("You are looking at another day")
    analyst.get_by_role("button", name="Back to now").click()
    expect(analyst.locator(".apick")).to_contain_text("Delineate", timeout=10_000)


def test_a_round_is_typed_by_building_with_enter_and_arrows(analyst: Page, town_copy: Path) -> None:
    choose(analyst, "Linshui Garden")
    analyst.keyboard.press("t")
    expect(analyst.locator("#sheet td input").first).to_be_focused()
    keys = analyst.keyboard
    keys.press("Tab")
    for count in ("300", "312"):
        keys.type(count)
        keys.press("Enter")
    rows = analyst.locator("#sheet tbody tr")
    expect(rows.nth(0)).to_contain_text("12 missing")
    expect(rows.nth(1)).to_contain_text("complete")
    rows.nth(2).get_by_role("button", name="All tested").click()
    expect(analyst.locator("#sheet tfoot")).to_contain_text("3 changed")
    rows.nth(2).locator("[name=due]").fill("10")
    analyst.locator("#sheet [type=submit]").click()
    expect(rows.nth(2).locator("[name=due]")).to_have_attribute("aria-invalid", "true")
    rows.nth(2).locator("[name=due]").fill("288")
    analyst.locator("#sheet [type=submit]").click()
    expect(analyst.locator("#sheet .asaved")).to_contain_text("Saved: 3 buildings", timeout=15_000)
    rounds = derive(town_copy).tables["rounds"]
    assert sorted(rounds["tested"]) == [288, 300, 312]


def amiss(page: Page, lang: str) -> list[str]:
    """Return lines of a panel or sheet in the other language, but for names and typed text; and what axe finds."""
    within = "#sheet" if page.locator("#sheet").is_visible() else PANEL
    return untranslated(page.locator(within), lang) + hindrances(page, within)


def test_letters_of_acts_rest_while_zones_are_redrawn(analyst: Page) -> None:
    analyst.get_by_role("button", name="Redraw").click()
    analyst.wait_for_selector("html[data-redraw] #panel h2")
    title = analyst.locator(f"{PANEL} h2").inner_text()
    for key in ("n", "d", "h", "s", "t"):
        analyst.keyboard.press(key)
    expect(analyst.locator(f"{PANEL} h2")).to_have_text(title)
    expect(analyst.locator("#sheet")).to_be_hidden()


def untranslated(root: Locator, lang: str) -> list[str]:
    names = r"[A-Z]-[0-9a-f]{8}|"
    names += "Shenzhen|Li Wei|Cordon|cases:?|visits:?|R0\\d+|C\\d+|T0\\d+|\\bh\\b|GB|WGS84|Ctrl|Shift|Esc|Enter|Tab"
    lines = [re.sub(names, "", line) for line in root.inner_text().splitlines()]
    other = "[A-Za-z]{2,}" if lang == "zh" else "[一-鿿]"
    return [line for line in lines if re.search(other, line)]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_deciding_speaks_one_language_and_is_open_to_all(chromium: Browser, town: str, lang: str) -> None:
    with visiting(chromium, town, lang=lang, theme={"zh": "light", "en": "dark"}[lang]) as page:
        page.locator(".zrow", has_text={"zh": "临水花园", "en": "Linshui Garden"}[lang]).first.click()
        for key in ("d", "h", "t", "Shift+D"):
            page.keyboard.press(key)
            page.wait_for_selector(f"{PANEL} form, #sheet form, .iitem")
            assert amiss(page, lang) == [], key
            page.keyboard.press("Escape")
