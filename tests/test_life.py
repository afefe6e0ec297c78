"""The life of zones in a workspace, through the command line: each test is one sentence of what a zone goes through."""

from pathlib import Path

import pandas as pd
import pytest

from tests.commandline import run
from tests.living import CASES, CONTROLLED, ROUNDS, SEALED, Life, acts, held, log, when
from tests.town_golden import TOWN
from zoning.burden import price_resets
from zoning.explain import explain_unit
from zoning.hashes import digest


@pytest.fixture
def life(town_copy: Path) -> Life:
    return Life(town_copy)


@pytest.mark.slow
def test_a_zone_is_opened_comes_into_force_is_released_when_all_holds_and_is_gone_after_its_watch(life: Life) -> None:
    assert acts(life.plan("03-13 10:00"), SEALED)["open"]["ready"]
    life.open(SEALED, CONTROLLED)
    assert life.state(SEALED, "03-13 12:00") == ("sealed", "decided", "none")
    assert life.state(SEALED, "03-14 00:00") == ("sealed", "in_force", "phase_1")
    assert run("load", life.folder, TOWN / "rounds.csv", "--kind", "rounds") == 0
    evening = acts(life.plan("03-27 23:00"), SEALED)["release"]
    # Full days 14 to 27 March: the round is in, the calendar is not complete before 27 March 24时.
    assert (evening["ready"], evening["holding"], evening["of"], evening["at"]) == (False, 3, 4, when("03-28"))
    assert "14 full days in force end 27 March 24:00" in str(evening["reasons_en"])
    assert acts(life.plan("03-28"), SEALED)["release"]["ready"]
    life.decide(SEALED, "03-28 00:05", "release", "--in-force-from", "2022-03-28 00:00", "--grounds", "round E4-14")
    plan = life.plan("03-28 01:00")
    row = plan.zones.set_index("zone_id").loc[SEALED]
    assert (row["status"], row["stage"], row["ended_at"]) == ("released", "post_release", when("03-28"))
    assert held(plan)["E4-B1"] == ("controlled", CONTROLLED)
    # Seven full days of watch: 28 March to 3 April.
    assert row["watch_until"] == when("04-04")
    assert life.state(SEALED, "04-03 23:59")[1:] == ("released", "post_release")
    assert SEALED not in set(life.plan("04-04").zones["zone_id"])


@pytest.mark.slow
def test_a_controlled_zone_turns_to_its_second_phase_on_day_5_once_it_is_assessed(life: Life) -> None:
    life.open(SEALED, CONTROLLED)
    assert "phase" not in acts(life.plan("03-17 23:59"), CONTROLLED)
    due = acts(life.plan("03-18"), CONTROLLED)["phase"]
    assert (due["to"], due["ready"], due["at"]) == ("fixed_grid", True, when("03-18"))
    assert life.state(CONTROLLED, "03-18") == ("controlled", "in_force", "phase_1")
    life.decide(CONTROLLED, "03-18 09:00", "assess", "--gate", "risk_assessment", "--grounds", "环境采样阴性")
    assert life.state(CONTROLLED, "03-18 08:59")[2] == "phase_1"
    assert life.state(CONTROLLED, "03-18 09:00")[2] == "phase_2"
    assert "phase" not in acts(life.plan("03-18 09:00"), CONTROLLED)
    [event] = [e for e in log(life.folder) if e["action"] == "assess"]
    assert (event["by"], event["grounds"]) == ("Li Wei", "环境采样阴性")


@pytest.mark.slow
def test_a_sealed_zone_may_step_down_to_precaution_and_is_lifted_from_there(life: Life) -> None:
    assert run("set", life.folder, "options", "after_sealed=precaution") == 0
    life.open(SEALED, CONTROLLED)
    assert run("load", life.folder, TOWN / "rounds.csv", "--kind", "rounds") == 0
    step = acts(life.plan("03-28"), SEALED)["step"]
    assert (step["to"], step["ready"]) == ("precaution", True)
    wrong = ("--recorded-at", "2022-03-28 08:00", "--as-of", "2022-03-28 08:00", "--by", "Li Wei", "--to", "controlled")
    assert run("decide", life.folder, SEALED, "--action", "step", *wrong) == 1
    life.decide(CONTROLLED, "03-28 08:00", "release", "--in-force-from", "2022-03-28 14:00")
    life.decide(SEALED, "03-28 08:00", "step", "--to", "precaution", "--in-force-from", "2022-03-28 14:00")
    assert life.state(SEALED, "03-28 13:59") == ("sealed", "in_force", "phase_1")
    assert life.state(SEALED, "03-28 14:00") == ("precaution", "in_force", "stepping_down")
    # Precaution ends after four full clean rounds and an assessment, counted from the step.
    again = acts(life.plan("03-29"), SEALED)["release"]
    assert (again["ready"], again["holding"], again["of"]) == (False, 0, 2)
    rows = [f"E4-{n},E4-B1,2022-03-{n} 18:00,168,168,0,0,0,0,2022-03-{n} 20:00" for n in (28, 29, 30, 31)]
    life.load("rounds", ROUNDS, rows)
    assert acts(life.plan("04-01"), SEALED)["release"]["holding"] == 1
    life.decide(SEALED, "04-01 09:00", "assess", "--gate", "release", "--grounds", "无传播风险")
    assert acts(life.plan("04-01 09:00"), SEALED)["release"]["ready"]


@pytest.mark.slow
def test_a_temporary_hold_is_in_force_until_it_expires_and_then_asks_for_a_decision(life: Life) -> None:
    life.decide(SEALED, "03-13 10:00", "hold", "--until", "2022-03-13 20:00")
    assert life.state(SEALED, "03-13 19:59") == ("sealed", "in_force", "hold")
    late = life.plan("03-13 20:00")
    assert acts(late, SEALED)["hold_expired"]["reasons_en"] == "the temporary hold expired 13 March 20:00"
    assert "open" in acts(late, SEALED)
    assert life.state(SEALED, "03-13 20:00") == ("sealed", "proposed", "none")


SECOND = "C20,confirmed,2022-03-20,2022-03-20 09:00,2022-03-20 12:00,{},2022-03-20 10:00"


@pytest.mark.slow
def test_a_new_case_inside_is_priced_by_every_scope_before_the_clocks_begin_again(
    life: Life, capsys: pytest.CaptureFixture[str]
) -> None:
    life.open(SEALED, CONTROLLED)
    life.decide(CONTROLLED, "03-18 09:00", "assess", "--gate", "risk_assessment")
    life.load("cases", CASES, [SECOND.format("E4-B3")])
    plan = life.plan("03-20 13:00")
    more = acts(plan, SEALED)["extend"]
    assert more["fact_ids"] == ["cases:C20"]
    assert "by the pack the clocks of the whole zone begin again" in str(more["reasons_en"])
    assert "it also allows: the building, the unit, no clock" in str(more["reasons_en"])
    price = price_resets(plan)
    price = price[price["zone_id"].eq(SEALED)].set_index("scope")
    # Without C20 the zone lifts on 27 March 24时; full days from 21 March end on 3 April 24时: 7 more, blocks 1 and 3.
    told = price[["people", "days_added", "person_days"]].to_dict("index")
    whole, block = ({"people": n, "days_added": 7, "person_days": 7 * n} for n in (336, 168))
    none = {"people": 0, "days_added": 0, "person_days": 0}
    assert told == {"zone": whole, "building": block, "unit": block, "none": none}
    assert price["chosen"].to_dict() == {"zone": True, "building": False, "unit": False, "none": False}
    said = [
        "whole zone: +2,352 person-days (336 × 7 days), the pack's own",
        "building only: +1,176 person-days (168 × 7 days)",
        "unit only: +1,176 person-days (168 × 7 days)",
        "nobody's: +0 person-days",
    ]
    capsys.readouterr()
    times = ("--as-of", "2022-03-20 13:00", "--known-at", "2022-03-20 13:00")
    assert run("explain", life.folder, "--unit", "E4-B1", *times) == 0
    out = capsys.readouterr().out
    assert "\n".join(f"    {line}" for line in said) in out
    assert "仅所在楼栋：+1,176 人·天（168 人 × 7 天）" in out
    life.decide(SEALED, "03-20 13:00", "extend", "--scope", "zone")
    assert "\n".join(f"  {mark} {line}" for mark, line in zip(">---", said, strict=True)) in capsys.readouterr().out
    life.decide(CONTROLLED, "03-20 13:00", "extend", "--scope", "zone")
    after = life.plan("03-20 14:00")
    rows = after.zones.set_index("zone_id")
    assert rows.loc[SEALED, ["clock_from", "earliest_lift_at"]].tolist() == [when("03-20 13:00"), when("04-04")]
    assert "extend" not in acts(after, SEALED)
    # The controlled zone is back in its first phase; day 5 is 24 March, and asks for an assessment of its own.
    assert life.state(CONTROLLED, "03-20 14:00")[2] == "phase_1"
    assert acts(life.plan("03-24"), CONTROLLED)["phase"]["at"] == when("03-24")


@pytest.mark.slow
def test_a_positive_in_a_controlled_zone_is_sealed_at_once_by_the_rule_and_the_rest_stays_controlled(
    life: Life,
) -> None:
    life.open(SEALED, CONTROLLED)
    assert held(life.plan("03-20 09:30"))["E4-B3"] == ("controlled", CONTROLLED)
    life.load("cases", CASES, [SECOND.format("E4-B3")])
    plan = life.plan("03-20 10:00")
    assert {held(plan)[f"E4-B{n}"] for n in (1, 3)} == {("sealed", SEALED)}
    assert {held(plan)[f"E4-B{n}"] for n in (2, 4, 5)} == {("controlled", CONTROLLED)}
    assert life.state(SEALED, "03-20 10:00") == ("sealed", "in_force", "phase_1")
    assert {"extend"} <= set(acts(plan, SEALED)) & set(acts(plan, CONTROLLED))


@pytest.mark.slow
def test_a_clock_that_starts_again_in_one_building_leaves_the_others_theirs(life: Life) -> None:
    life.open(SEALED, CONTROLLED)
    life.load("cases", CASES, [SECOND.format("E4-B3")])
    for zone in (SEALED, CONTROLLED):
        life.decide(zone, "03-20 13:00", "extend", "--scope", "building")
    after = life.plan("03-20 14:00")
    part = held(after)["E4-B3"][1]
    assert part not in (SEALED, CONTROLLED)
    assert (held(after)["E4-B1"], held(after)["E4-B2"]) == (("sealed", SEALED), ("controlled", CONTROLLED))
    rows = after.zones.set_index("zone_id")
    assert rows.loc[part, ["status", "in_force_from", "clock_from", "earliest_lift_at"]].tolist() == [
        "in_force", when("03-14"), when("03-20 13:00"), when("04-04"),
    ]  # fmt: skip
    # The others lift as they would have without the new case, which lies in a building of its own now.
    assert rows.loc[[SEALED, CONTROLLED], "earliest_lift_at"].tolist() == [when("03-28"), when("03-28")]
    assert not [act for zone in (SEALED, CONTROLLED, part) for act in acts(after, zone) if act == "extend"]
    assert "bare" not in set(after.problems["code"])
    assert explain_unit(after, "E4-B3")["zone_id"] == part


@pytest.mark.slow
def test_a_building_parted_off_is_released_by_itself_and_can_be_parted_again(life: Life) -> None:
    life.open(SEALED, CONTROLLED)
    life.load("cases", CASES, [SECOND.format("E4-B3")])
    life.decide(SEALED, "03-20 13:00", "extend", "--scope", "building")
    part = held(life.plan("03-20 14:00"))["E4-B3"][1]
    life.load("cases", CASES, [SECOND.replace("C20", "C21").replace("03-20", "03-22").format("E4-B3")])
    life.decide(SEALED, "03-22 13:00", "extend", "--scope", "building")
    again = life.plan("03-22 14:00").zones.set_index("zone_id")
    assert again.loc[part, "clock_from"] == when("03-22 13:00")
    assert set(again.loc[part, "cause_ids"]) == {"cases:C20", "cases:C21"}
    life.decide(SEALED, "03-28 09:00", "release")
    assert held(life.plan("03-28 10:00"))["E4-B3"] == ("sealed", part)
    life.decide(part, "04-06 09:00", "release")
    assert life.state(part, "04-06 10:00") == ("sealed", "released", "post_release")
    assert held(life.plan("04-06 10:00")).get("E4-B3", ("", ""))[0] != "sealed"


@pytest.mark.slow
def test_no_clock_is_moved_where_a_person_says_so(life: Life) -> None:
    life.open(SEALED)
    life.load("cases", CASES, [SECOND.format("E4-B1")])
    moved = life.plan("03-20 12:30").zones.set_index("zone_id").at[SEALED, "earliest_lift_at"]
    life.decide(SEALED, "03-20 13:00", "extend", "--scope", "none")
    row = life.plan("03-20 14:00").zones.set_index("zone_id").loc[SEALED]
    assert (moved, row["earliest_lift_at"]) == (when("04-04"), when("03-28"))
    assert "cases:C20" in row["fact_ids"]


@pytest.mark.slow
def test_a_zone_is_raised_as_a_whole_where_a_person_decides_so(life: Life) -> None:
    life.open(SEALED, CONTROLLED)
    life.decide(CONTROLLED, "03-16 09:00", "raise", "--to", "sealed")
    assert life.state(CONTROLLED, "03-16 10:00") == ("sealed", "in_force", "phase_1")
    row = life.plan("03-16 10:00").zones.set_index("zone_id").loc[CONTROLLED]
    assert (row["rule_class"], row["origin"], row["clock_from"]) == ("controlled", None, when("03-16 09:00"))
    assert held(life.plan("03-16 10:00"))["E4-B2"] == ("sealed", CONTROLLED)


@pytest.mark.slow
def test_an_excluded_preliminary_case_is_proposed_for_release_at_once(life: Life) -> None:
    zones = [digest("cases:C9", slot) for slot in ("core", "ring", "area")]
    for zone in zones:
        life.decide(zone, "03-16 12:00", "delineate", "--in-force-from", "2022-03-16 13:00")
    assert not any(act["ready"] for z in zones for act in acts(life.plan("03-17 09:00"), z).values())
    row = "C9,excluded,,2022-03-16 11:00,,,2022-03-17 09:00"
    life.load("cases", CASES.replace("\n", ",lng,lat\n"), [row + ",114.0611181,22.5401886"])
    plan = life.plan("03-17 09:00")
    for zone in zones:
        [act] = acts(plan, zone).values()
        assert (act["act"], act["ready"]) == ("release", True)
        assert act["reasons_en"] == "every case behind it was withdrawn or excluded"
        assert life.state(zone, "03-17 09:00")[1] == "in_force"
        life.decide(zone, "03-17 09:10", "release")
    assert "8b411caa6261fff" not in held(life.plan("03-17 09:10"))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("row", "missing"),
    [
        ("168,163,0,0,5,0", "tested 163 of 168 (97 %), 5 absent"),
        ("168,168,0,0,0,1", "1 pool open"),
    ],
)
def test_a_complete_calendar_lifts_nothing_while_a_pool_is_open_or_people_are_missing(
    life: Life, row: str, missing: str
) -> None:
    life.open(SEALED)
    life.load("rounds", ROUNDS, [f"r7,E4-B1,2022-03-27 18:00,{row},2022-03-27 20:00"])
    act = acts(life.plan("03-28"), SEALED)["release"]
    assert (act["ready"], act["holding"], act["of"]) == (False, 3, 4)
    assert act["reasons_en"] == (
        f"three of four conditions hold; a full clean round since 25 March 24:00 is missing; round r7: {missing}"
    )


def test_a_zone_in_force_at_noon_has_test_day_1_that_date_and_14_full_days_after_it(life: Life) -> None:
    zone = digest("cases:C1", "core")
    life.decide(zone, "03-12 11:00", "delineate", "--in-force-from", "2022-03-12 12:00")
    plan = life.plan("03-12 13:00")
    days = plan.calendar[plan.calendar["zone_id"] == zone].set_index("day")["date"]
    assert days[1] == pd.Timestamp("2022-03-12").date()
    assert plan.zones.set_index("zone_id").loc[zone, "earliest_lift_at"] == when("03-27")
    assert pd.Timestamp("2022-03-25").date() <= days.max() <= pd.Timestamp("2022-03-26").date()


@pytest.mark.slow
def test_a_new_positive_where_an_edit_weakened_the_class_is_pending_on_top_of_the_ledger(
    life: Life, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    life.open(SEALED, CONTROLLED)
    (tmp_path / "atoms.txt").write_text("E4-B2\n", encoding="utf-8")
    given = ("--class", "none", "--reason", "fenced off", "--by", "Li Wei")
    when_told = ("--as-of", "2022-03-15 10:00", "--recorded-at", "2022-03-15 10:00")
    assert run("edit", life.folder, "--atoms", tmp_path / "atoms.txt", *given, *when_told) == 0
    assert "E4-B2" not in held(life.plan("03-20 09:30"))
    life.load("cases", CASES, [SECOND.format("E4-B2")])
    plan = life.plan("03-20 10:00")
    assert held(plan)["E4-B2"] == ("sealed", SEALED)
    assert plan.membership.set_index("atom_id").loc["E4-B2", "pending"]
    capsys.readouterr()
    assert run("ledger", life.folder, "--as-of", "2022-03-20 10:00") == 0
    assert "suspended" in capsys.readouterr().out.splitlines()[0]
