"""Two plans side by side by address: the sums of both, as the engine's, for packs, days and outbreaks."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from fastapi.testclient import TestClient

from app import create_server
from zoning.board import compare_burdens
from zoning.entering import enter
from zoning.pipeline import derive
from zoning.policy import list_policies
from zoning.state import change_setting
from zoning.store import Workspace


@pytest.fixture
def town(town_copy: Path) -> Iterator[TestClient]:
    with TestClient(create_server(town_copy)) as client:
        yield client


def test_packs_of_rules_are_listed_and_sets_of_parameters_are_not(town: TestClient) -> None:
    packs = {p["id"]: p for p in town.get("/api/packs").json()}
    assert "cn-sz-2022" in packs
    assert "cn-capacity" not in packs
    assert packs.keys() < set(list_policies())
    assert all(p["title"]["zh"] and p["title"]["en"] for p in packs.values())


@pytest.mark.slow
def test_two_packs_on_the_same_facts(town: TestClient, town_copy: Path) -> None:
    answer = town.get("/api/compare/plans?day=2022-03-16&other_day=2022-03-16&other_policy=cn-3zone-2021")
    assert len(answer.content) < 10_000
    found = answer.json()
    moment = pd.Timestamp("2022-03-17 00:00", tz="Asia/Shanghai").to_pydatetime()
    plans = {k: derive(town_copy, moment, policy_id=k) for k in ("cn-sz-2022", "cn-3zone-2021")}
    burdens = compare_burdens(plans)
    for side, name in zip(found["sides"], plans, strict=True):
        mine = burdens[burdens["plan"] == name]
        assert side["pack"]["id"] == name
        assert side["sums"]["zones"] == mine["zones"].sum()
        assert side["sums"]["people"] == round(mine["people"].sum())
        assert side["sums"]["tests"] == round(mine["tests"].sum())
        assert 0 <= side["bare_share"] <= 1
        assert side["bounds"]
    for k, side in enumerate(found["sides"]):
        parts = [of["sides"][k] for of in found["classes"] if of["sides"][k]]
        assert sum(p["zones"] for p in parts) == side["sums"]["zones"]
    assert f"policy={found['sides'][1]['pack']['id']}" in found["sides"][1]["query"]
    again = town.get(str(answer.url), headers={"if-none-match": answer.headers["etag"]})
    assert again.status_code == 304


@pytest.mark.slow
def test_a_day_without_zones_beside_one_with(town: TestClient) -> None:
    found = town.get("/api/compare/plans?day=2022-03-01&other_day=2022-03-16").json()
    assert found["sides"][0]["sums"]["zones"] == 0
    assert found["sides"][0]["bare_share"] is None
    assert {of["sides"][0] is None for of in found["classes"]} == {True}


@pytest.mark.slow
def test_two_outbreaks_stand_side_by_side(town_copy: Path) -> None:
    birds = Workspace(town_copy, outbreak="birds")
    for key, value in (("policy", "eu-2020-687"), ("resolution", "8"), ("title", "Bird flu")):
        change_setting(birds, key, value)
    farm = {"status": "confirmed", "reported_at": "2022-03-12", "lng": "114.0529", "lat": "22.5398"}
    enter(birds, "cases", [farm], "Zhou")
    with TestClient(create_server(town_copy)) as town:
        found = town.get("/api/compare/plans?other_outbreak=birds").json()
    assert [side["outbreak"] for side in found["sides"]] == ["", "birds"]
    assert found["sides"][1]["pack"]["id"] == "eu-2020-687"
    assert found["sides"][1]["sums"]["zones"] > 0
    # Classes of two packs are told apart though they may be drawn alike.
    assert len({of["class"]["zh"] for of in found["classes"]}) == len(found["classes"]) > 3


@pytest.mark.slow
def test_the_page_to_print_holds_both_and_loads_nothing(town: TestClient) -> None:
    answer = town.get("/api/compare/page?day=2022-03-16&other_day=2022-03-13&language=en")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "A · 2022-03-16" in answer.text
    assert "B · 2022-03-13" in answer.text
    assert "http://" not in answer.text.replace("http://www.w3.org", "")


@pytest.mark.parametrize("wrong", ["other_policy=no-such-pack", "other_day=soon", "other_policy=cn-capacity"])
def test_what_cannot_be_compared_is_told(town: TestClient, wrong: str) -> None:
    answer = town.get(f"/api/compare/plans?day=2022-03-16&{wrong}")
    assert answer.status_code in (400, 404)
    assert {"what", "where", "fix"} <= answer.json().keys()
