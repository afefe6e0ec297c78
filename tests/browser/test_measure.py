"""Measuring on the map: geodesic figures against PROJ's, by clicks and by keyboard, without choosing anything."""

import re
from itertools import pairwise

import numpy as np
import pytest
from playwright.sync_api import Page, expect
from pyproj import Geod

from tests.browser.standin import at
from tests.browser.test_screen import click_map

pytestmark = [pytest.mark.browser, pytest.mark.slow]
WGS84 = Geod(ellps="WGS84")


def test_lengths_and_areas_are_those_of_the_ellipsoid(screen: Page) -> None:
    rng = np.random.default_rng(7)
    for size in (0.001, 0.05, 2.0):
        lng, lat = rng.uniform(-170, 170), rng.uniform(-70, 70)
        turn = np.sort(rng.uniform(0, 2 * np.pi, 7))
        ring = [[lng + size * np.cos(a), lat + 0.7 * size * np.sin(a)] for a in turn]
        area, around = WGS84.polygon_area_perimeter(*zip(*ring, strict=True))
        found = screen.evaluate(
            """async ring => {
                const { area, length } = await import("/assets/map/geodesic.mjs");
                return [area(ring), length(ring, true)];
            }""",
            ring,
        )
        assert found[0] == pytest.approx(abs(area), rel=3e-4)
        assert found[1] == pytest.approx(around, rel=1e-7)


def test_points_by_click_give_a_way_then_an_area_and_choose_nothing(screen: Page) -> None:
    screen.locator("#lang-en").click()
    screen.keyboard.press("Shift+M")
    box = screen.locator(".measure")
    expect(box).to_contain_text("Click points on the map")
    corners = [(20, 20), (120, 20), (120, 120)]
    for x, y in corners:
        click_map(screen, x, y)
    length = sum(WGS84.inv(*at(*a), *at(*b))[2] for a, b in pairwise(corners))
    told = re.search(r"([\d.]+) m", box.inner_text())
    assert told
    assert float(told[1]) == pytest.approx(length, abs=3)
    expect(box).to_contain_text(re.compile(r"encloses [45],\d{3} m², 3[34]\d m around"))
    expect(screen.locator("#card")).to_contain_text("Choose a zone in the list")
    screen.get_by_role("button", name="Take the last point back").click()
    expect(box).not_to_contain_text("encloses")
    screen.keyboard.press("Escape")
    expect(box).to_have_count(0)
    click_map(screen, 100, 90)
    expect(screen.locator("#card h2")).to_contain_text("临水花园（除3栋）")


def test_points_by_keyboard(screen: Page) -> None:
    screen.keyboard.press("Shift+M")
    box = screen.locator(".measure")
    expect(screen.locator("#map canvas")).to_be_focused()
    screen.keyboard.press("Enter")
    for key in ("ArrowRight", "ArrowDown"):
        screen.keyboard.press(key)
        screen.wait_for_function("!window.cordon.stage.map.isMoving()")
        screen.keyboard.press("Enter")
    expect(screen.locator(".measured circle")).to_have_count(3)
    expect(box).to_contain_text("围合面积")
    screen.keyboard.press("Backspace")
    expect(screen.locator(".measured circle")).to_have_count(2)
    screen.keyboard.press("Escape")
    expect(screen.locator(".measured")).to_have_count(0)
