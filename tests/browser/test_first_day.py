"""The first 24 hours on the demo city, as an analyst lives them: from a call at night to the report of the day."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from app import create_server
from tests.acting import decisions
from tests.browser.conftest import serving, visiting
from tests.browser.test_acts import PANEL, SAVED, save
from tests.browser.test_load import drop
from zoning.pipeline import derive
from zoning.plan import Plan

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SLOW_MS = 60_000  # a city is derived while other tests run


@pytest.fixture(scope="module")
def city(invented_city: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the city of `make run`, which the tests of the day change one after the other."""
    home = tmp_path_factory.mktemp("first-day")
    shutil.copytree(invented_city.parent / "files", home / "files")
    return shutil.copytree(invented_city, home / "city")


@pytest.fixture
def analyst(chromium: Browser, city: Path) -> Iterator[Page]:
    """The English page of the city."""
    with serving(create_server(city)) as address, visiting(chromium, address, allowed="status of 4") as page:
        page.set_default_timeout(SLOW_MS)
        expect.set_options(timeout=SLOW_MS)
        page.evaluate("localStorage.setItem('author', 'Li Wei')")
        yield page
        expect.set_options(timeout=5_000)


def quiet_building(plan: Plan) -> str:
    """Return the English name of a building of several units, in an estate that no zone touches."""
    units, held = plan.units, set(plan.membership["atom_id"])
    taken = set(units.loc[units["id"].isin(held), "estate_id"])
    houses = units[units["level"].eq("building") & units["name_en"].notna() & ~units["leaf"]]
    quiet = houses[~houses["estate_id"].isin(taken) & ~houses["name_en"].duplicated(keep=False)]
    return str(quiet["name_en"].iloc[0])


def test_from_the_call_to_the_report(analyst: Page, city: Path) -> None:
    plan = derive(city)
    where = quiet_building(plan)
    before = len(plan.zones)
    taken = len(decisions(city))

    # 02:10, a call: a preliminary positive, its address in words.
    analyst.keyboard.press("n")
    analyst.get_by_role("combobox", name="Where it is").fill(where)
    expect(analyst.locator(".ptold")).to_contain_text("taken as")
    analyst.get_by_label("Reported").fill("02:10")
    analyst.get_by_label("Pasted text").fill("02:05 laboratory by phone, one tube positive")
    save(analyst)
    expect(analyst.locator(SAVED)).to_contain_text("Saved: T")
    name = re.search(r"T\d{4}-\d\d", analyst.locator(SAVED).inner_text())
    assert name
    expect(analyst.locator(".fzone").first).to_be_visible(timeout=SLOW_MS)

    # The building is held until the second test is back.
    analyst.locator(".fzone", has_text="sealed zone").first.get_by_role("button", name="Decide").click()
    analyst.locator(".apick").get_by_text("Hold").click()
    analyst.get_by_label("Until").fill("+24h")
    save(analyst)
    expect(analyst.locator(SAVED)).to_contain_text("put on hold")

    # 06:00, the person has been asked: where they were; 09:00, the second test is positive.
    open_case(analyst, name[0])
    analyst.get_by_role("button", name="Add a stay").click()
    analyst.get_by_role("combobox", name="Place").fill(str(plan.tables["places"]["name"].iloc[0]))
    expect(analyst.locator(".ptold")).to_contain_text("taken as")
    analyst.get_by_label("From", exact=True).fill("3-11 17:00")
    analyst.get_by_label("Until").fill("3-11 22:00")
    save(analyst)
    expect(analyst.locator(SAVED)).to_contain_text("The stay is saved")
    analyst.get_by_role("button", name="Change status").click()
    analyst.locator(f"{PANEL} [name=status]").select_option("confirmed")
    save(analyst)
    expect(analyst.locator(f"{PANEL} h2")).to_contain_text("confirmed")

    # Its zones are decided one by one; the notice of the sealed one is printed.
    zones = [z for z in derive(city).zones.itertuples() if f"cases:{name[0]}" in z.fact_ids]
    assert {z.rank for z in zones} >= {1, 2}
    open_case(analyst, name[0])
    expect(analyst.locator(".fzone", has_text="sealed zone")).to_contain_text("temporary hold")
    for zone in zones:
        analyst.keyboard.press("Escape")
        choose(analyst, str(zone.name_en))
        analyst.keyboard.press("d")
        analyst.locator(".apick").get_by_text("Delineate").click()
        save(analyst)
        expect(analyst.locator(SAVED)).to_contain_text("delineated; saved")
    made = decisions(city)[taken:]
    assert [d["action"] for d in made] == ["hold", *["delineate"] * len(zones)]
    with analyst.context.expect_page() as opened:
        analyst.locator(PANEL).get_by_role("button", name="Print this zone's notice").click()
    expect(opened.value.locator("body")).to_contain_text(re.compile("sealed|controlled"))
    opened.value.close()

    # The first round: every building of the zone tested.
    analyst.keyboard.press("Escape")
    sealed = next(z for z in zones if z.rank == 1)
    choose(analyst, str(sealed.name_en))
    analyst.keyboard.press("t")
    rows = analyst.locator("#sheet tbody tr")
    expect(rows.first).to_be_visible(timeout=SLOW_MS)
    for n in range(rows.count()):
        rows.nth(n).get_by_role("button", name="All tested").click()
    analyst.locator("#sheet [type=submit]").click()
    expect(analyst.locator("#sheet .asaved")).to_contain_text("Saved:")
    analyst.keyboard.press("Escape")

    # The day's report and the crews' list hold what was decided.
    home = analyst.url.split("?")[0].rstrip("/")
    for paper, told in (("daily", "Li Wei|sealed"), ("crews", re.escape(str(sealed.name_en)))):
        analyst.goto(f"{home}/paper/{paper}?language=en")
        expect(analyst.locator("body")).to_contain_text(re.compile(told))
    after = derive(city)
    kept = after.zones.set_index("zone_id")
    assert set(plan.zones["zone_id"]) <= set(kept.index), "the zones of yesterday keep their ids"
    assert kept.loc[sealed.zone_id, "status"] != "proposed"
    assert len(after.zones) == before + len(zones)


def test_tomorrows_corrected_files_change_no_id(analyst: Page, city: Path) -> None:
    before = derive(city)
    text = (city.parent / "files" / "cases.csv").read_text("utf-8-sig")
    first = next(line for line in text.splitlines() if line.startswith("C00001,"))
    cells = first.split(",")
    cells[3], cells[6] = "2022-03-01", "2022-03-12 23:30"  # onset a day later, recorded tonight
    new = ["C90001", "P90001", "确诊", "", "2022-03-12 20:00", "2022-03-12 23:00", "2022-03-12 23:30", *cells[7:]]
    analyst.keyboard.press("Shift+L")
    drop(analyst, ("cases.csv", text.replace(first, ",".join(cells)) + ",".join(new) + "\n"))
    analyst.locator("#sheet").get_by_role("button", name="Load", exact=True).click()
    expect(analyst.locator(".ltask")).to_contain_text("accepted")
    expect(analyst.locator(".ltask")).to_contain_text(re.compile("all in|rejected"))
    after = derive(city)
    cases = after.tables["cases"].set_index("case_id")
    assert "C90001" in cases.index
    assert str(cases.loc["C00001", "onset_at"]).startswith("2022-02-28 16:00")
    known = set(after.zones["zone_id"]).union(*after.zones["aliases"])
    assert set(before.zones["zone_id"]) <= known
    kept = before.zones[before.zones["status"] != "proposed"].set_index("zone_id")
    assert (after.zones.set_index("zone_id").loc[kept.index, "status"] == kept["status"]).all()


def choose(page: Page, name: str) -> None:
    """Choose a zone through the search of the list."""
    page.locator("#zone-list [type=search]").fill(name)
    page.locator(f'.zrow[title^="{name} ·"]').first.click()
    expect(page.locator("#card h2")).to_contain_text(name)


def open_case(page: Page, case_id: str) -> None:
    """Open a case from the list of cases."""
    page.keyboard.press("Escape")
    page.keyboard.press("c")
    page.get_by_label("Number, status or place").fill(case_id)
    page.locator(f'.crow[data-fact="cases:{case_id}"]').click()
    expect(page.locator(f"{PANEL} h2")).to_contain_text(case_id)
