"""Addresses of the testing load: what the drawer below the map draws."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app import create_server
from dashboard.api.load_per_day import AFTER, BEFORE, load_of
from dashboard.plans import Plans, Question, Shown
from tests.browser import standin
from tests.commandline import run


@pytest.fixture(scope="module")
def shown() -> Shown:
    return Plans(standin.engine()).get(Question())


@pytest.fixture
def town(town_copy: Path) -> Iterator[TestClient]:
    with TestClient(create_server(town_copy)) as client:
        yield client


def test_every_day_has_a_figure_for_every_class(shown: Shown) -> None:
    found = load_of(shown)
    days = [date.fromisoformat(day) for day in found["days"]]
    assert [b - a for a, b in pairwise(days)] == [timedelta(1)] * (len(days) - 1)
    assert shown.day in days
    assert len(days) <= BEFORE + AFTER + 1
    assert [of["look"] for of in found["classes"]] == ["sealed", "controlled", "like", "precaution"]
    for amount in ("people", "assumed", "tubes"):
        assert [len(row) for row in found[amount]] == [len(days)] * 4
    like = found["people"][2]
    assert like == found["assumed"][2]
    assert sum(found["assumed"][0]) == 0
    today = days.index(shown.day)
    # Day 6: the sealed zone tests on days 1 to 7, the controlled one not again before day 7.
    assert found["people"][0][today] == 212
    assert found["people"][1][today] == 0


def test_the_worst_day_is_one_to_come_and_none_where_capacity_suffices(shown: Shown) -> None:
    def with_room(people: int) -> dict[str, Any]:
        settings = replace(shown.plan.settings, sampling_a_day=people)
        return load_of(replace(shown, plan=replace(shown.plan, settings=settings)))

    tight = with_room(200)
    assert tight["by"] == "setting"
    assert tight["worst"]["day"] >= tight["today"]
    sums = [sum(column) for column in zip(*tight["people"], strict=True)]
    ahead = {day: n for day, n in zip(tight["days"], sums, strict=True) if day >= tight["today"]}
    assert tight["worst"]["short"] == max(ahead.values()) - 200
    assert with_room(10_000_000)["worst"] is None


def test_a_plan_without_tests_has_days_and_nothing_on_them() -> None:
    empty = Plans(replace(standin.engine(), derive=lambda *_, **__: standin.empty_plan())).get(Question())
    found = load_of(empty)
    assert found["classes"] == found["people"] == []
    assert found["samplers"] == [0] * len(found["days"])
    assert set(found["capacity"]) == {None}


def test_the_town_tells_its_load_in_few_bytes_once(town: TestClient, town_copy: Path) -> None:
    first = town.get("/api/load_per_day")
    assert len(first.content) < 10_000
    again = town.get("/api/load_per_day", headers={"if-none-match": first.headers["etag"]})
    assert again.status_code == 304
    day = next(d for d, n in zip(first.json()["days"], first.json()["people"][0], strict=True) if n)
    areas = town.get(f"/api/load_per_day/areas?on={day}")
    assert len(areas.content) < 10_000
    assert areas.json()["zones"] > 0
    assert town.get("/api/load_per_day/areas?on=soon").status_code == 400
    run("set", town_copy, "sampling_a_day", "777")
    changed = town.get("/api/load_per_day", headers={"if-none-match": first.headers["etag"]})
    assert set(changed.json()["capacity"]) == {777}
