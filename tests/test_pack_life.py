"""What happens to a decided zone of every pack when a new case is found inside it: it is never lost."""

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from tests.small_town import SETTINGS, Row, area, at, derive_town, estate, home, house
from zoning.decisions import decide_all
from zoning.pipeline import Plan
from zoning.policy import Policy, list_policies, load_pack, load_policy

PACKS = [(name, {}) for name in list_policies() if isinstance(load_pack(name), Policy)]
CHOSEN = [
    ("cn-2020-county", {"view": "community"}),
    ("cn-3zone-2021", {"lift": "guangzhou_2021"}),
    ("cn-sh-2022-04", {"phase": "may"}),
    ("uk-hpai", {"birds": "captive"}),
]
TOWN: dict[str, list[Row]] = {
    "estates": [estate("E1", 0, 0, 200, 60)],
    "buildings": [house("B1", 5, 5), house("B2", 40, 5), house("B3", 500, 5)],
    "areas": [area("A", -400000, -400000, 800000, 800000, "country"), area("D1", -900, -900, 5000, 5000, "district"),
              area("K1", -800, -800, 3000, 3000, "community")],
}  # fmt: skip
FIRST = [home("C1", "B1"), home("C2", "B1")]
CLOCKS = ["no_new_days", "cleaned_days"]


def derived(policy: Policy, as_of: pd.Timestamp, *cases: Row, decided: list[dict[str, Any]] | None = None) -> Plan:
    settings = replace(SETTINGS, resolution=6)
    return derive_town(policy, as_of, settings=settings, decided=decided or [], cases=[*FIRST, *cases], **TOWN)


def all_decided(plan: Plan) -> list[dict[str, Any]]:
    causes = plan.stays.drop_duplicates("fact_id").set_index("fact_id")["reported_at"].to_dict()
    found_in = plan.tables["cases"].set_index("fact_id")["found_in"].to_dict()
    events = decide_all(plan.zones, causes, found_in, plan.policy, plan.settings)
    return [{**event["payload"], "recorded_at": event["recorded_at"]} for event in events]


@pytest.mark.parametrize(("name", "options"), [*PACKS, *CHOSEN])
def test_a_new_case_in_the_strictest_zone_extends_it_and_starts_its_days_without_a_case_again(
    name: str, options: dict[str, str]
) -> None:
    policy = load_policy(name, options)
    decided = all_decided(derived(policy, at("12 12:00")))
    new = home("C9", "B1", onset_at="19", reported_at="21 09:00", isolated_at="21 12:00", recorded_at="21 10:00")
    quiet, plan = (derived(policy, at("22"), *cases, decided=decided) for cases in ([], [new]))
    zone = quiet.zones.sort_values("rank").iloc[0]["zone_id"]
    [more] = plan.acts[plan.acts["zone_id"].eq(zone) & plan.acts["act"].eq("extend")].to_dict("records")
    assert more["fact_ids"] == ["cases:C9"]
    before, after = (
        plan.checks[plan.checks["zone_id"].eq(zone) & plan.checks["predicate"].isin(CLOCKS)].set_index("predicate")
        for plan in (quiet, plan)
    )
    assert not after["holds"].any()
    # An outbreak that is not cleaned has no date at all.
    later = (after["at"] - before["at"]).drop("cleaned_days", errors="ignore")
    assert (later >= pd.Timedelta(days=9)).all()


def test_a_case_alone_in_a_zone_of_clusters_counts_in_none_and_is_told_to_whoever_lifts_it() -> None:
    policy = load_policy("sg-dengue-cluster")
    decided = all_decided(derived(policy, at("12 12:00")))
    new = home("C9", "B2", onset_at="28", reported_at="29 09:00", isolated_at="29 12:00", recorded_at="29 10:00")
    quiet, plan = (derived(policy, at("30"), *cases, decided=decided) for cases in ([], [new]))
    assert quiet.zones["zone_id"].tolist() == plan.zones["zone_id"].tolist()
    [before], [after] = (p.acts[p.acts["act"] == "step"].to_dict("records") for p in (quiet, plan))
    assert before["ready"]
    assert after["ready"]
    told = (before["reasons_en"], before["reasons_zh"])
    assert (after["reasons_en"], after["reasons_zh"]) == (
        f"{told[0]}; warning: cases:C9 lives here, which no rule counts",
        f"{told[1]}；注意：cases:C9居住于此，未触发任何规则",
    )


def lifts(plan: Plan) -> pd.Timestamp:
    return pd.Timestamp(plan.zones.sort_values("rank").iloc[0]["earliest_lift_at"])


@pytest.mark.parametrize(
    ("name", "found_in"),
    [("cn-sz-2022", "quarantine"), ("cn-sh-2022-04", "closed_loop"), ("cn-10-2022-12", "home")],
)
def test_a_case_found_where_the_pack_ignores_it_moves_no_lift_before_or_after_it_is_decided(
    name: str, found_in: str
) -> None:
    policy = load_policy(name)
    decided = all_decided(derived(policy, at("12 12:00")))
    times = {"onset_at": "19", "reported_at": "21 09:00", "recorded_at": "21 10:00"}
    new = home("C9", "B1", **times, isolated_at="20", found_in=found_in)
    open_ = derived(policy, at("22"), new, decided=decided)
    zone = open_.zones.sort_values("rank").iloc[0]["zone_id"]
    [more] = open_.acts[open_.acts["zone_id"].eq(zone) & open_.acts["act"].eq("extend")].to_dict("records")
    assert more["reasons_en"].endswith("cases:C9 found in isolation: no clock moves")
    after = derived(policy, at("22"), new, decided=[*decided, *all_decided(open_)])
    quiet = lifts(derived(policy, at("22"), decided=decided))
    assert (lifts(open_), lifts(after)) == (quiet, quiet)
    assert "cases:C9" in after.zones.set_index("zone_id").at[zone, "fact_ids"]
    elsewhere = derived(policy, at("22"), {**new, "found_in": "community"}, decided=decided)
    assert lifts(elsewhere) > quiet


def test_a_zone_that_rests_on_cases_found_in_isolation_alone_counts_from_the_first_of_them() -> None:
    policy, told = load_policy("cn-10-2022-12"), {"found_in": "home"}
    cases = [home("C1", "B1", **told), home("C2", "B1", **told, isolated_at="15", recorded_at="13", reported_at="15")]
    one, two = (derive_town(policy, at("16"), settings=SETTINGS, cases=cases[:n], **TOWN).zones.iloc[0] for n in (1, 2))
    assert two["fact_ids"] == ["cases:C1", "cases:C2"]
    assert one["last_presence_at"] == two["last_presence_at"] == at("12")


def test_a_positive_sample_inside_a_decided_zone_asks_for_its_case() -> None:
    policy = load_policy("cn-sz-2022")
    decided = all_decided(derived(policy, at("12 12:00")))
    told = {"person_id": "P9", "sampled_at": "20 09:00", "resulted_at": "20 18:00"}
    tests = [
        {"test_id": "T1", "unit_id": "B1", "result": "positive", **told},
        {"test_id": "T2", "unit_id": "B1", "result": "negative", **told, "person_id": "P8"},
        {"test_id": "T3", "unit_id": "B3", "result": "positive", **told},
    ]
    town = {**TOWN, "cases": FIRST, "tests": tests}
    before, plan = (derive_town(policy, at(time), decided=decided, **town) for time in ("20 17:00", "21"))
    assert before.positives.empty
    zones = plan.zones.set_index("zone_id")["class"]
    asked = plan.acts[plan.acts["act"] == "positive"]
    assert zones[asked["zone_id"]].tolist() == ["sealed", "precaution"]
    assert asked["reasons_en"].tolist() == ["positive in a single sample: P9; enter the case"] * 2
    assert plan.positives[["person", "round_id"]].to_numpy().tolist() == [["P9", None]] * 2
