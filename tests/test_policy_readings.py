"""How the packs read what their texts leave open: one test a row of the list of ambiguous readings.

Each test names the reading; where several packs read a thing differently, it says which does what.
"""

from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
import pytest

from tests.small_town import POLICY, SETTINGS, area, at, box, classes, derive_town, estate, home, house, stairwell, stay
from zoning.classes import Conditions, ZoneClass
from zoning.clocks import after_days, day_number, earliest_lift, first_test_date, way_out
from zoning.decisions import named
from zoning.graded import Value
from zoning.pipeline import Plan
from zoning.policy import FOLDER, Policy, list_policies, load_pack, load_policy
from zoning.schedule import choose_tail
from zoning.tables import KINDS, contract

ZONE = "Asia/Shanghai"
RULES = [name for name in list_policies() if isinstance(load_pack(name), Policy)]


def of(pack: str, name: str, **options: str) -> ZoneClass:
    return load_policy(pack, options).classes[name]


def when(pack: str, name: str, origin: str | None = None, **options: str) -> Conditions:
    step = way_out(of(pack, name, **options), origin)
    assert step is not None
    return step.when


def said(condition: object) -> object:
    assert isinstance(condition, Value)
    return condition.value


def entry(pack: str, table: str, key: str) -> Value:
    found = load_pack(pack).parameters[table][key]
    assert isinstance(found, Value)
    return found


def test_1_a_zone_is_known_by_its_rule_and_other_words_are_aliases() -> None:
    sealed, controlled = of("cn-sz-2022", "sealed"), of("cn-sz-2022", "controlled")
    assert "服务上门" in sealed.phases[0].names.zh
    assert [(p.from_day, p.to_day) for p in controlled.phases] == [(1, 4), (5, None)]
    assert ("封闭区" in sealed.aliases, "警戒区" in of("cn-3zone-2021", "precaution").aliases) == (True, True)


def test_2_one_test_every_two_to_three_days_is_10_12_14() -> None:
    tests = of("cn-sz-2022", "sealed").tests
    assert tests is not None
    assert tests.tail is not None
    assert choose_tail(7, (13, 14), tests.tail) == [10, 12, 14]


def test_3_day_1_is_the_first_date_for_tests_a_full_day_for_lifting_the_next_day_for_persons_and_animals() -> None:
    noon = at("12 12:00")
    assert first_test_date(noon, POLICY, ZONE) == date(2022, 3, 12)
    assert day_number(noon, at("12 13:00"), POLICY, ZONE) == 1
    assert after_days(POLICY, noon, 14, ZONE) == at("27")
    assert POLICY.day_count.person == "next_day"
    birds = load_policy("eu-2020-687")
    [cleaned] = [column for column in contract("cases").stored if column.name == "cleaned_at"]
    assert cleaned.date_only == "start"  # a date alone is that day's beginning, and that day never counts
    assert after_days(birds, at("07"), 21, ZONE) == after_days(birds, at("07 18:00"), 21, ZONE) == at("29")


def test_4_a_controlled_zone_ends_like_a_sealed_one_and_its_fifth_day_waits_for_an_assessment() -> None:
    assert when("cn-sz-2022", "controlled") == when("cn-sz-2022", "sealed").model_copy(
        update={"in_force_days": when("cn-sz-2022", "controlled").in_force_days}
    )
    assert said(when("cn-sz-2022", "controlled").in_force_days) == 14
    assert of("cn-sz-2022", "controlled").phases[1].gate is not None


def test_5_a_precaution_zone_ends_when_assessed_in_shenzhen_and_after_the_others_by_the_national_text() -> None:
    shenzhen, national = when("cn-sz-2022", "precaution"), when("cn-3zone-2021", "precaution")
    assert (said(shenzhen.assessed), said(shenzhen.clean_rounds), shenzhen.lifted) == (True, 4, None)
    assert national.assessed is None
    assert national.lifted is not None
    assert (national.lifted.classes, national.lifted.level) == (["sealed", "controlled"], "district")


def test_6_a_new_positive_starts_again_what_the_pack_says() -> None:
    scopes = {
        ("cn-3zone-2021", "sealed"): "zone",
        ("cn-9th-2022-06", "high_risk"): "zone",
        ("cn-sh-2022-04", "sealed"): "building",
    }
    resets = {key: of(*key).reset for key in scopes}
    assert {key: reset and reset.scope for key, reset in resets.items()} == scopes
    ninth, home_only = resets["cn-9th-2022-06", "high_risk"], of("cn-10-2022-12", "high_risk").reset
    assert ninth is not None
    assert set(ninth.allowed) == {"building", "unit", "none"}
    assert home_only is not None
    assert "home" in home_only.ignores
    turned = of("cn-sz-2022", "controlled").on_positive
    assert turned is not None
    assert (turned.to, turned.extent) == ("sealed", "rule")


def test_7_three_days_clear_the_list_two_tests_in_three_days_make_green() -> None:
    code = [entry("cn-sz-2022", "yellow_code", f"tests_to_green{key}").value for key in ("", "_within_days", "_gap_h")]
    assert code == [2, 3, 24]
    cleared = entry("cn-sz-2022", "yellow_code", "list_cleared_days")
    assert (cleared.value, "does not mean three tests" in cleared.note) == (3, True)
    assert "cumulative" in entry("cn-sz-2022", "yellow_code", "stay_h").note


def test_8_three_days_are_for_a_medium_area_that_came_from_high_and_ask_for_no_round() -> None:
    came, native = (when("cn-9th-2022-06", "medium_risk", origin) for origin in ("high_risk", None))
    assert (said(came.in_force_days), came.round_window_h) == (3, None)
    assert (said(native.no_new_days), said(native.round_window_h)) == (7, 24)


COUNTY = [area("D1", -500, -500, 5000, 5000, "district")]
BLOCKS = [house(f"B{i}", 100 * i, 0) for i in range(4)]


def county(old: int, new: list[str]) -> dict[str, int]:
    """Atoms of each class in a county with so many old cases, and new ones in some buildings."""
    past = dict.fromkeys(("onset_at", "reported_at", "isolated_at"), pd.Timestamp("2022-01-05", tz="UTC"))
    cases: list[dict[str, Any]] = [home(f"O{i:02d}", "B0", **past) for i in range(old)]
    cases += [home(f"N{i}", unit) for i, unit in enumerate(new)]
    plan = derive_town(load_policy("cn-2020-county"), areas=COUNTY, buildings=BLOCKS, cases=cases)
    found = plan.membership["class"].value_counts()
    return {str(name): int(count) for name, count in found.items()}


@pytest.mark.parametrize(
    ("old", "new", "level"),
    [
        (60, [], None),  # more than 50 and no cluster, but none new: low goes first
        (0, ["B1", "B1"], "medium_level"),  # a cluster without more than 50
        (60, ["B1", "B2"], "medium_level"),  # more than 50 and new ones, no cluster
        (49, ["B1", "B1"], "high_level"),  # 51 with a cluster
        (48, ["B1", "B1"], "medium_level"),  # 50 are not more than 50
    ],
)
def test_9_counties_are_low_then_high_then_medium(old: int, new: list[str], level: str | None) -> None:
    assert set(county(old, new)) == ({level} if level else set())


def test_10_the_release_round_has_three_windows() -> None:
    windows = {
        name: said(when(name, target).round_window_h)
        for name, target in (
            ("cn-3zone-2021", "sealed"),
            ("cn-9th-2022-06", "high_risk"),
            ("cn-20-2022-11", "high_risk"),
        )
    }
    assert windows == {"cn-3zone-2021": 48, "cn-9th-2022-06": 24, "cn-20-2022-11": 24}


def test_11_the_age_of_a_certificate_is_unset_until_a_text_says_what_it_counts_from() -> None:
    assert entry("cn-sz-2022", "certificate", "counted_from_sampling").value is None
    assert "sampling record of the same day" in entry("cn-sz-2022", "certificate", "precaution_h").note


def test_12_the_look_back_is_two_days() -> None:
    for name in ("cn-sz-2022", "cn-3zone-2021", "cn-sh-2022-04", "cn-9th-2022-06"):
        assert load_policy(name).source.days_before.value == 2, name


def test_13_no_pack_asks_for_spacetime_companions() -> None:
    texts = {path.name: path.read_text("utf-8").lower() for path in FOLDER.glob("*.toml")}
    assert {f"{name}.toml" for name in list_policies()} <= set(texts)
    assert [name for name, text in texts.items() if "companion" in text or "时空伴随" in text] == []
    triggers = {rule.when.trigger for name in RULES for rule in load_policy(name).rules}
    assert triggers == {"residence", "visit", "cluster", "count", "ground"}


def test_13_who_stood_beside_a_case_and_is_none_fires_nothing() -> None:
    houses = [house("B1", 0, 0), house("MARKET", 200, 0), house("LATER", 9000, 0)]
    seen = [stay("V1", "C1", place_id="P1"), stay("V2", "BESIDE", place_id="P1")]
    later = stay("V3", "BESIDE", place_id="P2", arrive_at="11 13:00", leave_at="12 13:00")
    places = [{"id": "P1", "name": "P1", "unit_id": "MARKET"}, {"id": "P2", "name": "P2", "unit_id": "LATER"}]
    for name in ("cn-sz-2022", "cn-3zone-2021", "cn-9th-2022-06"):
        town = {"buildings": houses, "places": places, "cases": [home("C1", "B1")]}
        found = classes(derive_town(load_policy(name), at("13"), visits=[*seen, later], **town))
        assert found["MARKET"] == found["B1"], name
        assert "LATER" not in found, name


def test_14_a_place_in_several_zones_takes_the_strictest() -> None:
    town = {
        "estates": [estate("E1", 0, 0, 200, 60)],
        "buildings": [house("B1", 5, 5), house("B2", 40, 5)],
        "units": [stairwell("S1", "B1", 1), stairwell("S2", "B1", 2)],
    }
    found = classes(derive_town(cases=[home("C1", "S1"), home("C2", "S2")], **town))
    assert (found["S1"], found["S2"], found["B2"]) == ("sealed", "sealed", "controlled")


def farm(x: float = 0, **more: Any) -> dict[str, Any]:
    spot = box(x, 0, 0.5, 0.5).centroid
    return home("F1", None, lng=spot.x, lat=spot.y, **more)


def zoned(pack: Policy, **rows: Any) -> Plan:
    return derive_town(pack, settings=replace(SETTINGS, resolution=8), **rows)


def test_15_a_radius_of_the_union_is_a_circle_around_the_point_and_covers_what_it_touches() -> None:
    barns = [house("IN", 2990, 0), house("TOUCHED", -3015, 0), house("NEAR", 3050, 0), house("FAR", 10050, 0)]
    found = classes(zoned(load_policy("eu-2020-687"), buildings=barns, cases=[farm()]))
    assert {name: found.get(name) for name in ("IN", "TOUCHED", "NEAR", "FAR")} == {
        "IN": "protection", "TOUCHED": "protection", "NEAR": "surveillance", "FAR": None
    }  # fmt: skip
    rules = [rule for name in ("eu-2020-687", "uk-hpai") for rule in load_policy(name).rules]
    assert {getattr(rule.ground, "measure_from", "point") for rule in rules} == {"point"}


def test_15_zones_of_the_union_end_at_the_border() -> None:
    barns = [house("HERE", 1000, 0), house("THERE", -1000, 0)]
    countries = [
        area("A", 0 - 500, -60000, 60000, 120000, "country"),
        area("B", -60500, -60000, 60000, 120000, "country"),
    ]
    found = classes(zoned(load_policy("eu-2020-687"), buildings=barns, areas=countries, cases=[farm()]))
    assert (found.get("HERE"), found.get("THERE")) == ("protection", None)


def test_16_a_band_begins_with_its_first_number_and_no_table_holds_an_index_that_would_be_banded() -> None:
    bands = [entry("cn-vector", "breteau", f"{name}_from") for name in ("low", "medium", "high")]
    assert [(band.value, band.unit, band.grade) for band in bands] == [(n, "index", "B") for n in (5, 10, 20)]
    # Where a source closes a band, the next one begins with that number.
    assert [band.cite.partition("：")[2] for band in bands] == ["5-10低度", "10-20中度", "20及以上高度"]
    alert = entry("cn-vector", "breteau", "guangdong_alert_above")
    assert (alert.value, alert.grade) == (20, "A")
    assert "above 20" in bands[2].note
    # A kind of table with an index needs a module that bands it, and a test of 10 and 20 here.
    columns = {column.name for kind in KINDS for column in contract(kind).stored}
    assert not {name for name in columns if "breteau" in name or "index" in name}


def test_17_the_test_days_of_the_ninth_edition_stand_in_both_packs_with_grade_b() -> None:
    ninth, twenty = (of(pack, "high_risk").tests for pack in ("cn-9th-2022-06", "cn-20-2022-11"))
    assert ninth is not None
    assert twenty is not None
    assert (ninth.fixed.value, ninth.fixed.grade) == ([1, 2, 3], "B")
    assert (twenty.fixed.value, twenty.fixed.grade) == ([1, 2, 3, 5], "B")  # and the round of its own day 5


def test_18_the_clock_of_1_4_6_24_is_the_founding_documents_and_others_stand_beside_it() -> None:
    keys = ("team_on_site_h", "core_facts_h", "contacts_moved_h", "key_population_screened_h")
    found = [entry("cn-sz-2022", "response_clock", key) for key in keys]
    assert [(one.value, one.grade) for one in found] == [(1, "S"), (4, "S"), (6, "S"), (24, "S")]
    others = [entry("cn-sz-2022", "response_clock", key) for key in ("shanghai", "national")]
    assert [(one.value, one.grade) for one in others] == [([2, 4, 24], "A"), ([2, 4, 5, 24], "A")]


def test_a_lift_never_comes_before_the_longest_of_its_clocks() -> None:
    step = way_out(of("cn-sz-2022", "sealed"), None)
    assert step is not None
    assert earliest_lift(step, at("12 12:00"), at("15 08:00"), None, POLICY, ZONE) == at("30")


@pytest.mark.slow
def test_birds_of_oxfordshire_2008_are_free_of_the_protection_zone_on_29_june() -> None:
    def london(text: str) -> pd.Timestamp:
        return pd.Timestamp(text, tz="Europe/London").tz_convert("UTC")

    pack, settings = load_policy("eu-2020-687"), replace(SETTINGS, resolution=8, zone="Europe/London")
    reported, begun = london("2008-06-03 18:00"), london("2008-06-04")
    case = farm(onset_at=None, reported_at=reported, isolated_at=reported, recorded_at=reported)
    cleaned = {**case, "cleaned_at": london("2008-06-07")}
    for row, lifts in ((case, {}), (cleaned, {"protection": "2008-06-29", "surveillance": "2008-07-08"})):
        proposed = derive_town(pack, london("2008-06-10"), settings=settings, cases=[row]).zones
        dates = {"action": "delineate", "delineated_at": reported, "in_force_from": begun, "by": "Li"}
        decided = [{**named(zone), **dates, "recorded_at": reported} for zone in proposed.to_dict("records")]
        zones = derive_town(pack, london("2008-06-10"), settings=settings, decided=decided, cases=[row]).zones
        assert set(zones["status"]) == {"in_force"}
        found = dict(zip(zones["class"], zones["earliest_lift_at"], strict=True))
        assert {name: lift for name, lift in found.items() if not pd.isna(lift)} == {
            name: london(day) for name, day in lifts.items()
        }
