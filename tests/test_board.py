"""Plans side by side: the sums, and a page and a picture that need nothing else."""

import re
from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
import shapely
from playwright.sync_api import Page

from zoning import state
from zoning.board import compare_burdens, make_page, make_picture
from zoning.picture import draw_map, extent, shown
from zoning.pipeline import Plan, derive_state
from zoning.policy import load_policy
from zoning.store import Workspace

NAMES = ("as it is", "milder <b>")


@pytest.fixture(scope="module")
def plans(town_folder: Path) -> dict[str, Plan]:
    known = state.fold(Workspace(town_folder))
    at = datetime.fromisoformat("2022-03-18T00:00:00+08:00")
    packs = (load_policy("cn-sz-2022", {"rest_of_estate": rest}) for rest in ("controlled", "precaution"))
    return {name: derive_state(known, pack, at) for name, pack in zip(NAMES, packs, strict=True)}


def test_sums_are_those_of_the_zones_and_say_what_they_leave_out(plans: dict[str, Plan]) -> None:
    table = compare_burdens(plans).set_index(["plan", "class"])
    first = table.loc[NAMES[0]]
    # 540 + 36 + 168 + 98 + 98 + 74 people, 14 days each.
    assert first.loc["sealed", "people"] == pytest.approx(1014, abs=0.5)
    assert first.loc["sealed", "person_days"] == pytest.approx(1014 * 14, abs=7)
    assert first["zones"].tolist() == [6, 6, 3]
    assert (first.loc["controlled", "unknown"], first.loc["sealed", "unknown"]) == (1, 0)
    assert (first.loc["precaution", "undated"], first.loc["precaution", "person_days"]) == (3, 0)
    assert first.loc["sealed", "bare_share"] == 0
    milder = table.loc[NAMES[1]]
    assert milder["people"].sum() == pytest.approx(first["people"].sum())
    assert milder.loc["controlled", "people"] < first.loc["controlled", "people"]
    assert first["area_m2"].sum() == pytest.approx(plans[NAMES[0]].zones["area_m2"].sum())


def test_an_empty_plan_has_an_empty_table_and_a_page(town_folder: Path) -> None:
    known = state.fold(Workspace(town_folder), datetime.fromisoformat("2022-03-01T00:00:00+08:00"))
    empty = {"": derive_state(known, load_policy("cn-sz-2022"), known.known_at)}
    table = compare_burdens(empty)
    assert table.empty
    assert "<svg" in make_page(empty, table, "zh")


def test_the_pictures_show_one_ground_at_one_scale(plans: dict[str, Plan]) -> None:
    first = plans[NAMES[0]]
    box = extent(list(plans.values()))
    for plan in plans.values():
        assert shapely.box(*box).covers(shapely.union_all(first.frame.to_metres(plan.zones["geometry"].to_numpy())))
    text = draw_map(first, first.frame, box, 720, "en", "k")
    drawn = ElementTree.fromstring(text)
    height = float(drawn.attrib["height"])
    assert height == round((box[3] - box[1]) * 720 / (box[2] - box[0]))
    numbers = re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", text.partition('class="zone"')[2])
    at = np.array(numbers, float)
    assert (at.min() > 0, at[:, 0].max() < 720, at[:, 1].max() < height) == (True, True, True)
    assert text.count('class="zone"') == len(shown(first))


def test_released_zones_leave_the_picture_but_for_their_watch(plans: dict[str, Plan]) -> None:
    plan = plans[NAMES[0]]
    zones = plan.zones.assign(status="released", stage=["post_release", *["none"] * (len(plan.zones) - 1)])
    watched = type(plan)(**{**vars(plan), "zones": zones})
    assert shown(watched)["zone_id"].tolist() == [zones["zone_id"].iloc[0]]
    text = draw_map(watched, plan.frame, extent([plan]), 400, "zh", "k")
    assert "var(--zone-post-fill)" in text
    assert "var(--zone-precaution-fill)" not in text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_page_and_picture_ask_for_nothing_and_name_no_fact(plans: dict[str, Plan], language: str) -> None:
    page, picture = make_page(plans, compare_burdens(plans), language), make_picture(plans, language)
    for text in (page, picture):
        assert set(re.findall(r"https?://[^\s\"'<]+", text)) <= {"http://www.w3.org/2000/svg"}
        assert "url(http" not in text
        assert not re.search(r"cases:|visits:|P0\d", text)
        assert "milder &lt;b&gt;" in text
        named = set(re.findall(r"url\(#([\w-]+)\)", text))
        assert named <= set(re.findall(r'pattern id="([\w-]+)"', text))
    ElementTree.fromstring(picture)
    assert ("封控区" in page, "sealed zone" in page) == (language == "zh", language == "en")


@pytest.mark.browser
def test_a_browser_shows_the_page_with_its_maps(plans: dict[str, Plan], tmp_path: Path, page: Page) -> None:
    path = tmp_path / "plans.html"
    path.write_text(make_page(plans, compare_burdens(plans), "zh"), "utf-8")
    asked = list[str]()
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    assert asked == [path.as_uri()]
    colours = {
        page.locator(f"path[fill='var(--zone-{style}-fill)']").first.evaluate("e => getComputedStyle(e).fill")
        for style in ("sealed", "controlled", "precaution")
    }
    assert len(colours) == 3
    assert all("rgba(" in colour for colour in colours)
    assert page.locator("svg.map").count() == 2
    assert pd.Series(page.locator("svg.map").evaluate_all("es => es.map(e => e.clientWidth)")).gt(300).all()
