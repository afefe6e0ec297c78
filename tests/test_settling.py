"""What decisions make of claims: an area that steps down takes up what is new in it."""

from typing import Any

import pandas as pd

from tests.small_town import area, at, derive_town, home, house
from zoning.decisions import named
from zoning.pipeline import Plan
from zoning.policy import load_policy

COUNTY = [area("D1", -500, -500, 5000, 5000, "district")]
BLOCKS = [house(f"B{i}", 100 * i, 0) for i in range(4)]


PAST = {"onset_at": "01", "reported_at": "02", "isolated_at": "02", "recorded_at": "02"}
OLD = [home(f"O{i:02d}", "B0", **PAST) for i in range(50)]
CLUSTER = [home("N1", "B1"), home("N2", "B1")]


def opened(zone: dict[str, Any]) -> dict[str, Any]:
    day = at("13")
    dates = dict.fromkeys(("delineated_at", "in_force_from", "recorded_at"), day)
    return {**named(zone), "action": "delineate", "by": "Li", **dates}


def test_a_decided_high_county_without_a_new_case_for_14_days_steps_to_low_at_once() -> None:
    pack, town = load_policy("cn-2020-county", {"view": "county"}), {"areas": COUNTY, "buildings": BLOCKS}
    cases = [*OLD, *CLUSTER]
    [zone] = derive_town(pack, at("13"), cases=cases, **town).zones.to_dict("records")
    decided = [opened(zone)]
    early, due = (derive_town(pack, at(day), decided=decided, cases=cases, **town) for day in ("25 12:00", "26"))
    assert early.acts[["act", "to", "ready"]].to_numpy().tolist() == [["step", "medium_level", False]]
    assert due.acts[["act", "to", "ready"]].to_numpy().tolist() == [["step", "low_level", True]]
    assert due.checks[["step", "to"]].to_numpy().tolist() == [[1, "low_level"]]
    [said] = due.checks["found_en"]
    assert said == "none new since 11 March 24:00, for 14 days"
    down = {**named(due.zones.iloc[0].to_dict()), "action": "step", "to": "low_level", "by": "Li"}
    decided.append({**down, "in_force_from": at("26"), "recorded_at": at("26")})
    low = derive_town(pack, at("27"), decided=decided, cases=cases, **town).zones
    assert low[["class", "origin"]].to_numpy().tolist() == [["low_level", "high_level"]]


def test_a_decided_high_county_is_medium_after_14_days_without_a_cluster_and_low_after_14_without_a_case() -> None:
    pack = load_policy("cn-2020-county", {"view": "county"})
    single = home("S1", "B3", onset_at="21", reported_at="22 09:00", isolated_at="22 12:00", recorded_at="22 10:00")
    town = {"areas": COUNTY, "buildings": BLOCKS}

    def plan(day: str, decided: list[dict[str, Any]]) -> Plan:
        now = at(day) if day[0] != "+" else at("31") + pd.Timedelta(days=int(day[1:]))
        return derive_town(pack, now, decided=decided, cases=[*OLD, *CLUSTER, single], **town)

    def way(found: Plan) -> tuple[str, str, bool]:
        [zone] = found.zones["zone_id"]
        [row] = found.acts[found.acts["zone_id"].eq(zone) & found.acts["act"].isin(["step", "release"])].to_dict(
            "records"
        )
        return found.zones.iloc[0]["class"], row["to"], row["ready"]

    [zone] = plan("13", []).zones.to_dict("records")
    decided = [opened(zone)]
    # The cluster was last present on 11 March 24时: 14 days end on 25 March 24时.
    assert way(plan("25 12:00", decided)) == ("high_level", "medium_level", False)
    high = plan("26", decided)
    assert way(high) == ("high_level", "medium_level", True)
    [said] = high.checks["found_en"]
    assert said == "no cluster since 11 March 24:00, for 14 days"
    step = {**named(high.zones.iloc[0].to_dict()), "action": "step", "to": "medium_level", "by": "Li"}
    decided.append({**step, "in_force_from": at("26"), "recorded_at": at("26")})
    medium = plan("26 12:00", decided)
    assert way(medium) == ("medium_level", "low_level", False)
    # The single case of 22 March is one of this county's now.
    assert medium.acts.set_index("act").at["extend", "fact_ids"] == ["cases:S1"]
    more = {**named(medium.zones.iloc[0].to_dict()), "action": "extend", "by": "Li", "recorded_at": at("27")}
    decided.append(more)
    assert way(plan("+5", decided)) == ("medium_level", "low_level", False)
    low = plan("+6", decided)
    assert way(low) == ("medium_level", "low_level", True)
    down = {**named(low.zones.iloc[0].to_dict()), "action": "step", "to": "low_level", "by": "Li"}
    last = at("31") + pd.Timedelta(days=6)
    decided.append({**down, "in_force_from": last, "recorded_at": last})
    assert plan("+7", decided).zones["class"].tolist() == ["low_level"]
