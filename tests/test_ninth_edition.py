"""The ninth edition walked through: a high area steps to medium, to low and out, each by its own conditions."""

from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import pytest

from tests.small_town import Row, area, at, derive_town, estate, home, house
from zoning.decisions import named
from zoning.hashes import digest
from zoning.pipeline import Plan
from zoning.policy import load_policy

NINTH = load_policy("cn-9th-2022-06")
HIGH, OTHER, REST = digest("cases:C1", "core"), digest("cases:C2", "core"), digest("cases:C1", "area:D1")
TOWN = {
    "areas": [area("D1", -50, -50, 700, 300, "district")],
    "estates": [estate("E1", 0, 0, 100, 40), estate("E2", 400, 0, 100, 40)],
    "buildings": [
        house("B1", 0, 0, "E1", people=60), house("B2", 40, 0, "E1", people=40),
        house("B3", 400, 0, "E2", people=50), house("FAR", 250, 100, people=30),
    ],
}  # fmt: skip
# Both were in their homes until the evening; seven days without a new case end on 19 and on 21 March 24时.
CASES = [home("C1", "B1", isolated_at="12 18:00"), home("C2", "B3", reported_at="14", isolated_at="14 18:00")]


def clean_round(day: str, *units: str) -> list[Row]:
    """A round of tests in which everybody was negative."""
    people = {row["id"]: row["people"] for row in TOWN["buildings"]}
    none = dict.fromkeys(("excused", "refused", "absent", "pools_open", "positive"), 0)
    usual = {"round_id": f"R{day}", "ended_at": f"{day} 10:00", "recorded_at": f"{day} 12:00", **none}
    counts = [(unit, {"due": people[unit], "tested": people[unit]}) for unit in units]
    return [{"round_row_id": f"R{day}-{unit}", "unit_id": unit, **n, **usual} for unit, n in counts]


@dataclass
class Walk:
    """A district in which time goes on; decisions are taken on the plan of their moment."""

    decided: list[dict[str, Any]] = field(default_factory=list)
    rounds: list[Row] = field(default_factory=list)
    seen: dict[tuple[str, int, int], Plan] = field(default_factory=dict)

    def plan(self, now: str) -> Plan:
        asked = (now, len(self.decided), len(self.rounds))
        if asked not in self.seen:
            cases = [case for case in CASES if at(case["reported_at"]) <= at(now)]
            facts = {"decided": self.decided, "cases": cases, "rounds": self.rounds}
            self.seen[asked] = derive_town(NINTH, at(now), **facts, **TOWN)
        return self.seen[asked]

    def decide(self, zone_id: str, now: str, action: str, **more: Any) -> None:
        zone = self.row(zone_id, now)
        told = {"recorded_at": at(now), "in_force_from": at(now), "by": "Li Wei", "action": action, **more}
        self.decided.append({**named(zone), **told})

    def row(self, zone_id: str, now: str) -> dict[str, Any]:
        return next(z for z in self.plan(now).zones.to_dict("records") if z["zone_id"] == zone_id)

    def stands(self, zone_id: str, now: str) -> tuple[str, str, str | None]:
        row = self.row(zone_id, now)
        return row["class"], row["stage"], row["origin"]

    def way(self, zone_id: str, now: str) -> tuple[str, str, bool, pd.Timestamp]:
        """Act, class that it leads to, whether it is ready, and when the calendar lets it."""
        acts = self.plan(now).acts
        row = acts[(acts["zone_id"] == zone_id) & acts["act"].isin(["step", "release"])].iloc[0]
        return row["act"], row["to"], bool(row["ready"]), row["at"]

    def missing(self, zone_id: str, now: str) -> set[str]:
        checks = self.plan(now).checks
        return set(checks.loc[(checks["zone_id"] == zone_id) & ~checks["holds"], "predicate"])


@pytest.mark.slow
def test_a_high_area_is_lowered_step_by_step_and_the_district_is_free_when_none_is_left() -> None:
    walk = Walk()
    walk.decide(HIGH, "13", "delineate", delineated_at=at("13"))
    walk.decide(REST, "13", "delineate", delineated_at=at("13"))
    walk.decide(OTHER, "15", "delineate", delineated_at=at("15"))
    assert walk.stands(HIGH, "13 12:00") == ("high_risk", "phase_1", None)
    assert walk.stands(REST, "13 12:00") == ("low_risk", "phase_1", None)

    # Seven days without a new case, and the clean round of day 7; that of day 6 is too old.
    walk.rounds += clean_round("18", "B1", "B2")
    assert walk.way(HIGH, "19 23:59") == ("step", "medium_risk", False, at("20"))
    assert walk.missing(HIGH, "20") == {"round_window_h"}
    walk.rounds += clean_round("19", "B1")
    assert walk.missing(HIGH, "20") == {"round_window_h"}
    walk.rounds += clean_round("19", "B2")
    assert walk.missing(HIGH, "19 23:59") == {"no_new_days"}
    assert walk.way(HIGH, "20")[:3] == ("step", "medium_risk", True)
    walk.decide(HIGH, "20", "step", to="medium_risk")
    assert walk.stands(HIGH, "20") == ("medium_risk", "stepping_down", "high_risk")

    # Because it came from high: three days, and no round.
    assert walk.missing(HIGH, "22 23:59") == {"in_force_days"}
    assert walk.way(HIGH, "22 23:59") == ("step", "low_risk", False, at("23"))
    assert walk.way(HIGH, "23")[:3] == ("step", "low_risk", True)
    walk.decide(HIGH, "23", "step", to="low_risk")
    assert walk.stands(HIGH, "23") == ("low_risk", "stepping_down", "medium_risk")

    # The district is not free while the other estate is high, nor while that is medium.
    for now in ("23", "25"):
        assert walk.missing(HIGH, now) == walk.missing(REST, now) == {"lifted"}
        assert not walk.way(REST, now)[2]
        if now == "23":
            walk.rounds += clean_round("21", "B3")
            walk.decide(OTHER, "23 12:00", "step", to="medium_risk")
    walk.decide(OTHER, "27", "step", to="low_risk")
    for zone in (HIGH, OTHER, REST):
        assert walk.way(zone, "27 01:00")[:3] == ("release", "none", True)
        walk.decide(zone, "27 01:00", "release")
    after = walk.plan("27 02:00")
    assert (len(after.zones), len(after.membership)) == (0, 0)
