"""Pages as a browser prints them: how many, what they load, what is seen; the map's parts; the estimate of height."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import shapely
from playwright.sync_api import Page

from tests.living import CONTROLLED, SEALED
from tests.small_town import degrees, derive_town, estate, home, house
from zoning.paper import find_zone, make_crew_sheet, make_daily, make_notice
from zoning.paper.entrances import entrances_of
from zoning.paper.fit import height_of, lines
from zoning.paper.map import draw_zone, scale_bar
from zoning.paper.page import chip
from zoning.paper.pdf import print_pdf
from zoning.pipeline import Plan


def pages(data: bytes) -> int:
    """How many pages a PDF of Chromium has."""
    return max(int(n) for n in re.findall(rb"/Count (\d+)", data))


def printed(page: Page, html: str, path: Path) -> tuple[bytes, list[str]]:
    """Print a page as its own file to A4; every address that it asked for."""
    asked = list[str]()
    path.write_text(html, "utf-8")
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    return page.pdf(prefer_css_page_size=True, print_background=True), asked


@pytest.mark.slow
@pytest.mark.browser
def test_each_notice_of_the_town_is_one_page_a_language_and_asks_for_nothing(
    town_plan: Plan, tmp_path: Path, page: Page
) -> None:
    for zone in town_plan.zones["zone_id"]:
        path = tmp_path / f"{zone}.html"
        data, asked = printed(page, make_notice(town_plan, zone, "both"), path)
        assert pages(data) == 2, zone
        assert set(asked) == {path.as_uri()}


@pytest.mark.browser
def test_a_long_notice_runs_over_two_pages_and_its_foot_is_whole(tmp_path: Path, page: Page) -> None:
    houses = [
        {**house(f"H{n}", 25 * (n % 10), 25 * (n // 10)), "name": f"石涌旧村散户巷第{n}排第{n}号"} for n in range(60)
    ]
    plan = derive_town(buildings=houses, cases=[home(f"C{n}", f"H{n}") for n in range(60)])
    zone = plan.zones["zone_id"].iloc[0]
    data, _ = printed(page, make_notice(plan, zone, "zh"), tmp_path / "long.html")
    assert pages(data) == 2
    assert "石涌旧村散户巷第59排第59号" in page.inner_text("section")


@pytest.mark.slow
@pytest.mark.browser
def test_lists_print_too_and_ask_for_nothing(town_plan: Plan, tmp_path: Path, page: Page) -> None:
    for name, html in (
        ("crews", make_crew_sheet(town_plan, "both", proposals=True)),
        ("daily", make_daily(town_plan, town_plan, "both")),
    ):
        path = tmp_path / f"{name}.html"
        data, asked = printed(page, html, path)
        assert set(asked) == {path.as_uri()}
        assert pages(data) == 2 if name == "daily" else pages(data) > 2


@pytest.mark.browser
def test_nothing_sticks_out_of_a_sheet_and_the_mark_of_a_draft_is_seen(town_plan: Plan, page: Page) -> None:
    page.set_content(make_notice(town_plan, CONTROLLED, "both"))
    wide = page.locator(".sheet").evaluate_all("es => es.map(e => e.scrollWidth - e.clientWidth)")
    assert max(wide) <= 0
    assert page.locator(".draft").evaluate("e => getComputedStyle(e).position") == "fixed"
    fills = page.locator(".map-box path[fill^='var(--zone']").evaluate_all(
        "es => es.map(e => getComputedStyle(e).fill)"
    )
    assert len(set(fills)) > 2
    fonts = page.locator(".map-box text").evaluate_all("es => es.map(e => e.getBoundingClientRect().height)")
    assert min(fonts) > 8


@pytest.mark.browser
def test_our_own_print_is_a_pdf_with_its_text(town_plan: Plan, tmp_path: Path) -> None:
    data, why = print_pdf(make_notice(town_plan, SEALED, "en"))
    assert why == ""
    assert pages(data) == 1
    if shutil.which("pdftotext"):
        (tmp_path / "n.pdf").write_bytes(data)
        told = subprocess.run(["pdftotext", tmp_path / "n.pdf", "-"], capture_output=True, text=True, check=True)
        assert {"Lixiang", "Court", "Draft."} <= set(told.stdout.split())


def test_a_map_has_the_zone_in_its_middle_with_numbered_entrances_and_names(town_plan: Plan) -> None:
    zone = find_zone(town_plan, CONTROLLED)
    gates = entrances_of(town_plan, zone, town_plan.as_of.date())
    drawn = draw_zone(town_plan, zone, gates, "zh", 300, "k")
    chosen = re.search(r'class="chosen" d="([^"]+)"', drawn.html)
    assert chosen
    at = [tuple(map(float, pair)) for pair in re.findall(r"(-?[\d.]+) (-?[\d.]+)", chosen[1])]
    xs, ys = zip(*at, strict=True)
    assert (min(xs) + max(xs)) / 2 == pytest.approx(344, abs=2)
    assert (min(ys) + max(ys)) / 2 == pytest.approx(150, abs=2)
    assert max(ys) - min(ys) == pytest.approx(0.82 * 300, abs=3)
    assert re.findall(r'class="gate"[^>]*>(\d)<', drawn.html) == ["3", "1", "2"]  # closed ones lie below
    names = re.findall(r'class="name"[^>]*>([^<]+)<', drawn.html)
    assert {"荔香苑", "2栋"} <= set(names)
    assert set("榕荫街") <= set(names)  # written downwards, sign by sign
    assert 'class="scale"' not in drawn.html
    assert '<text x="13" y="31"' in drawn.html


def test_many_closed_entrances_are_small_bars_and_numbered_where_asked(town_plan: Plan) -> None:
    gates = [{"id": f"G{n}", "name": f"{n}号门", "parent_id": "E", "kind": "pedestrian", "open": True,
              "geometry": degrees(shapely.Point(10 * n, 0))} for n in range(20)]  # fmt: skip
    rows = {"estates": [estate("E", 0, 0, 200, 90)], "buildings": [house("A", 5, 40, "E"), house("B", 100, 40, "E")]}
    plan = derive_town(gates=gates, cases=[home("C", "A")], **rows)
    zone = next(z for z in plan.zones.to_dict("records") if z["class"] == "controlled")
    listed = entrances_of(plan, zone, plan.as_of.date())
    few = draw_zone(plan, zone, listed, "zh", 300, "k").html
    every = draw_zone(plan, zone, listed, "zh", 300, "k", every=True).html
    assert len(listed) == 20
    assert few.count('class="gate"') == 2
    assert every.count('class="gate"') == 20


@pytest.mark.parametrize(
    ("metres", "zh", "en"), [(688.0, "100 米", "100 m"), (9000.0, "1 公里", "1 km"), (70.0, "10 米", "10 m")]
)
def test_a_scale_bar_is_of_a_round_length(metres: float, zh: str, en: str) -> None:
    assert zh in scale_bar(metres, "zh")
    bar = scale_bar(metres, "en")
    assert en in bar
    number = float(en.split(maxsplit=1)[0]) * (1000 if "km" in en else 1)
    assert f"width:{688 * number / metres:.1f}px" in bar


def test_a_class_has_colour_hatch_and_letter(town_plan: Plan) -> None:
    for name, of in town_plan.policy.classes.items():
        sign = chip(town_plan, name, "zh")
        assert {f"--zone-{of.style}-fill", f"#k-{of.style}", f"--zone-{of.style}-solid"} <= set(
            re.findall(r"--zone-[\w-]+|#k-[\w-]+", sign)
        )
        assert f">{of.letter.zh}</text>" in sign


def test_heights_are_of_lines_and_two_columns_count_by_the_higher() -> None:
    assert lines("字" * 52, 13, 688) == 2
    assert lines("", 13, 688) == 1
    one = height_of("<p>字</p>", "zh")
    assert height_of("<p>字</p><p>字</p>", "zh") == pytest.approx(2 * one)
    item = height_of("<ul><li>字</li></ul>", "zh")
    assert height_of('<div class="two"><ul><li>字</li></ul><ul><li>字</li></ul></div>', "zh") == pytest.approx(item)
    left = '<div class="two keep"><div><h2>A</h2><ul><li>x</li><li>y</li></ul></div><div><h2>B</h2></div></div>'
    assert height_of(left, "zh") == pytest.approx(31.0 + 2 * item)
