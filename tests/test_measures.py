"""Which measures hold in a zone: the state of a community and the level of its county, each in its part."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import pandas as pd
import pytest

from tests.small_town import area, classes, derive_town, home, house
from zoning.measures import NAMES, measures_of
from zoning.paper import make_notice
from zoning.pipeline import Plan
from zoning.policy import Policy, load_policy

FOUR = ["control", "service", "participation", "information"]
AREAS = [area("D", -500, -500, 4000, 2000, "district"), area("ONE", 0, 0, 500, 500), area("MANY", 600, 0, 500, 500),
         area("FAR", 1200, 0, 500, 500), area("NONE", 1800, 0, 500, 500)]  # fmt: skip
HOUSES = [house("A1", 100, 100), house("B1", 700, 100), house("C1", 1300, 100), house("C2", 1400, 200),
          house("E1", 1900, 100)]  # fmt: skip
CASES = [home("1", "A1"), home("2", "B1"), home("3", "B1"), home("4", "C1"), home("5", "C2")]
PAST = dict.fromkeys(("onset_at", "reported_at", "isolated_at"), pd.Timestamp("2022-01-05", tz="UTC"))
OLD = [home(f"O{i:02d}", "E1", **PAST) for i in range(60)]


@cache
def town(view: str = "both", high: bool = False) -> Plan:
    policy = load_policy("cn-2020-county", {"view": view})
    return derive_town(policy, areas=AREAS, buildings=HOUSES, cases=[*CASES, *(OLD if high else [])])


def told(plan: Plan, ground: str) -> list[tuple[str, str, str]]:
    """(what decided, which, the table that has it) of the zone of an area."""
    [zone] = plan.zones[plan.zones["ground_id"] == ground].to_dict("records")
    return [(one.by.en, one.key, table_of(plan.policy, one.clause)) for one in measures_of(plan, zone)]


def table_of(policy: Policy, clause: object) -> str:
    return next(name for name, table in policy.parameters.items() if clause in table.values())


def four(by: str, tier: str) -> list[tuple[str, str, str]]:
    return [(by, key, tier) for key in FOUR]


def two(by: str, tier: str) -> list[tuple[str, str, str]]:
    return [(by, key, tier) for key in ("strategy", "entry")]


def test_a_plan_has_the_states_of_communities_and_the_level_of_their_county() -> None:
    found = classes(town())
    assert {key: found[key] for key in ("A1", "B1", "C1", "C2", "E1")} == {
        "A1": "case_community", "B1": "outbreak_community", "C1": "case_community", "C2": "case_community",
        "E1": "medium_level",
    }  # fmt: skip
    assert town().proposals["class"].tolist() == ["spreading_community"]  # of FAR: a person judges the sources


@pytest.mark.parametrize(("high", "level", "tier"), [(False, "medium", "medium_tier"), (True, "high", "high_tier")])
def test_the_community_follows_its_state_and_entry_and_exit_the_level(high: bool, level: str, tier: str) -> None:
    around = f"by the level of the county: {level} risk county"
    for ground in ("ONE", "MANY"):
        assert told(town(high=high), ground) == [
            *four("by the state of the community", "medium_tier"), *two(around, tier),
        ]  # fmt: skip
    assert told(town(high=high), "D") == [
        *two("by the level of the county", tier), *four("in communities without a case", "low_tier"),
    ]  # fmt: skip


@pytest.mark.parametrize(("high", "level", "tier"), [(False, "medium", "medium_tier"), (True, "high", "high_tier")])
def test_a_county_that_communities_fill_wholly_has_its_level_all_the_same(high: bool, level: str, tier: str) -> None:
    old = [home(f"O{i:02d}", "B1", **PAST) for i in range(60)] if high else []
    areas = [area("D", 0, 0, 1200, 500, "district"), area("ONE", 0, 0, 600, 500), area("MANY", 600, 0, 600, 500)]
    plan = derive_town(load_policy("cn-2020-county"), areas=areas, buildings=HOUSES[:2], cases=[*CASES[:3], *old])
    assert set(plan.zones["ground_id"]) == {"ONE", "MANY"}
    around = f"by the level of the county: {level} risk county"
    assert told(plan, "ONE") == [*four("by the state of the community", "medium_tier"), *two(around, tier)]


def test_without_a_county_around_only_the_state_of_the_community_decides() -> None:
    plan = derive_town(load_policy("cn-2020-county"), areas=AREAS[1:3], buildings=HOUSES[:2], cases=CASES[:3])
    assert told(plan, "ONE") == four("by the state of the community", "medium_tier")


def test_one_alone_has_the_whole_tier_of_the_county_or_only_what_the_state_decides() -> None:
    by = "by the level of the county"
    assert told(town("county"), "D") == [*two(by, "medium_tier"), *four(by, "medium_tier")]
    assert told(town("community"), "MANY") == four("by the state of the community", "medium_tier")


def test_a_zone_that_is_over_and_a_pack_without_a_catalogue_have_none() -> None:
    [zone] = town().zones[town().zones["ground_id"] == "D"].to_dict("records")
    assert measures_of(town(), {**zone, "status": "released"}) == []
    plain = derive_town(buildings=HOUSES, cases=CASES[:1])
    assert [measures_of(plain, z) for z in plain.zones.to_dict("records")] == [[]] * len(plain.zones)


def parameters() -> Mapping[str, Mapping[str, Any]]:
    return load_policy("cn-2020-county").parameters


@pytest.mark.parametrize("tier", ["low_tier", "medium_tier", "high_tier"])
def test_every_cell_of_the_catalogue_is_read_and_cited(tier: str) -> None:
    table = parameters()[tier]
    assert set(table) == set(NAMES)
    assert {table[key].grade for key in (*FOUR, "entry")} == {"S"}
    for key in FOUR:
        assert table[key].cite.endswith(NAMES[key].zh)
        assert len(table[key].zh) > 40
        assert len(table[key].en) > 90


def test_cells_say_what_their_tier_says() -> None:
    said = {tier: {k: v.zh for k, v in parameters()[tier].items()} for tier in ("low_tier", "medium_tier", "high_tier")}
    for tier, words in {"low_tier": "普遍参与", "medium_tier": "志愿参与", "high_tier": "专业参与"}.items():
        assert words in said[tier]["participation"]
    for tier, words in {"low_tier": "外防输入", "medium_tier": "外防输入、内防扩散", "high_tier": "严格管控"}.items():
        assert f"{words}”策略" in said[tier]["control"]
    assert "允许外来人员和车辆进入" in said["low_tier"]["entry"]
    assert "限制或禁止社区人员和车辆出入" in said["high_tier"]["entry"]


def test_the_notice_of_a_community_says_what_its_county_decides() -> None:
    [zone] = town(high=True).zones[town(high=True).zones["ground_id"] == "MANY"].to_dict("records")
    for language, level, name in (
        ("zh", "按县域风险等级：高风险地区", "出入管理："),
        ("en", "high risk county", "Entry and exit: "),
    ):
        page = make_notice(town(high=True), zone["zone_id"], language)
        assert level in page
        assert page.index(level) < page.index(f"<b>{name}</b>")
