"""Scopes of a reset, decided: the unit of a new case, and the building that a pack takes by itself."""

from pathlib import Path

import pytest

from tests.commandline import log_of, run
from tests.living import CASES, SEALED, Life, acts, held, log, when
from zoning.hashes import digest
from zoning.pipeline import Plan, derive

SHANGHAI = "cn-sh-2022-04"
NEW = "C20,confirmed,2022-03-{0},2022-03-{0} 09:00,2022-03-{0} 12:00,{1},2022-03-{0} 10:00"


@pytest.mark.slow
def test_a_clock_that_starts_again_in_one_unit_leaves_the_rest_of_its_building(town_copy: Path) -> None:
    life, zone = Life(town_copy), digest("cases:C1", "core")
    life.decide(zone, "03-11 10:00", "delineate", "--in-force-from", "2022-03-12 00:00")
    life.load("cases", CASES, [NEW.format("13", "E1-B4-U6")])
    before = held(life.plan("03-13 13:00"))
    assert {before[f"E1-B4-U{n}"] for n in (5, 6)} == {("sealed", zone)}
    life.decide(zone, "03-13 13:00", "extend", "--scope", "unit")
    plan = life.plan("03-13 14:00")
    now, rows = held(plan), plan.zones.set_index("zone_id")
    part = now["E1-B4-U6"][1]
    assert part == digest(zone, "E1-B4-U6", "part")
    assert now["E1-B4-U5"] == ("sealed", zone)
    assert plan.membership.loc[plan.membership["zone_id"] == part, "atom_id"].tolist() == ["E1-B4-U6"]
    # 14 full days from 12 March, and from 14 March for the unit whose clock began again.
    assert rows.loc[[zone, part], "earliest_lift_at"].tolist() == [when("03-26"), when("03-28")]
    assert [row["action"] for row in log(town_copy)] == ["delineate", "part", "extend"]
    assert "extend" not in {**acts(plan, zone), **acts(plan, part)}


@pytest.mark.slow
def test_deciding_for_all_takes_the_building_that_shanghai_starts_again_and_leaves_the_estate(town_copy: Path) -> None:
    life, out = Life(town_copy), town_copy / "zones.csv"

    def decide_all(at: str) -> Plan:
        now, times = when(at).to_pydatetime(), ("--as-of", f"2022-{at}", "--known-at", f"2022-{at}")
        assert run("derive", town_copy, *times, "--policy", SHANGHAI, "--decide", "auto", "--out", out) == 0
        return derive(town_copy, now, now, SHANGHAI)

    first = decide_all("03-14 00:00").zones.set_index("zone_id").loc[SEALED]
    assert first[["class", "status", "stage"]].tolist() == ["sealed", "in_force", "phase_1"]
    life.load("cases", CASES, [NEW.format("20", "E4-B3")])
    plan = decide_all("03-20 13:00")
    now, rows = held(plan), plan.zones.set_index("zone_id")
    part = digest(SEALED, "E4-B3", "part")
    estate = {name for name, of in now.items() if of == ("sealed", SEALED)}
    assert now["E4-B3"] == ("sealed", part)
    assert {"E4-B1", "E4-B2", "E4-B4", "E4-B5"} <= estate
    assert rows.loc[part, ["clock_from", "earliest_lift_at"]].tolist() == [when("03-20 09:00"), when("04-04")]
    assert rows.loc[SEALED, ["clock_from", "earliest_lift_at"]].tolist() == [when("03-14"), when("03-28")]
    mine = [row for row in log(town_copy) if row["zone_id"] in (SEALED, part)]
    assert [(row["action"], row.get("scope")) for row in mine] == [
        ("delineate", None), ("part", None), ("extend", "building"),
    ]  # fmt: skip
    before = log_of(town_copy)
    decide_all("03-20 13:00")
    assert log_of(town_copy) == before
