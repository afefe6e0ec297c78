"""The crews' list: who is in it and when, in which order, what each entrance asks for, and the same as CSV."""

import csv
import io
from pathlib import Path

import pandas as pd
import pytest

from tests.commandline import run
from tests.living import CONTROLLED, SEALED, Life, when
from tests.paper_text import text_of
from tests.small_town import derive_town, home, house
from tests.town_golden import TOWN
from zoning.paper import make_crew_sheet, make_crew_table, make_notice
from zoning.paper.crews import Job, list_jobs, tabulate
from zoning.pipeline import Plan


@pytest.fixture
def life(town_copy: Path) -> Life:
    return Life(town_copy)


def jobs_of(plan: Plan, proposals: bool = False) -> dict[str, Job]:
    return {job.zone["zone_id"]: job for job in list_jobs(plan, proposals)}


@pytest.mark.slow
def test_what_starts_at_the_next_midnight_is_due_and_what_ran_before_is_done(life: Life) -> None:
    life.open(SEALED, CONTROLLED)
    evening = jobs_of(life.plan("03-13 20:00"))
    assert set(evening) == {SEALED, CONTROLLED}
    assert {(j.group, j.task, j.due_at) for j in evening.values()} == {("due", "enclose", when("03-14"))}
    assert jobs_of(life.plan("03-14 12:00"))[CONTROLLED].group == "due"
    assert jobs_of(life.plan("03-15 12:00"))[CONTROLLED].group == "done"


def test_proposals_are_left_out_unless_they_are_asked_for(town_plan: Plan) -> None:
    assert list_jobs(town_plan) == []
    found = list_jobs(town_plan, proposals=True)
    assert {job.zone["zone_id"] for job in found} == set(town_plan.zones["zone_id"])
    assert {(j.group, j.due_at) for j in found} == {("proposed", when("03-18"))}
    assert [j.area for j in found] == sorted(j.area for j in found)
    text = "\n".join(text_of(make_crew_sheet(town_plan)))
    assert "今日无围合、开放任务。" in text


@pytest.mark.slow
def test_a_released_zone_opens_again_once_its_watch_ends_and_is_proposed_when_it_is_ready(life: Life) -> None:
    life.open(SEALED, CONTROLLED)
    assert run("load", life.folder, TOWN / "rounds.csv", "--kind", "rounds") == 0
    ready = [(j.task, j.group, j.due_at) for j in list_jobs(life.plan("03-28"), True) if j.zone["zone_id"] == SEALED]
    assert [job[:2] for job in ready] == [("reopen", "proposed"), ("enclose", "done")]
    assert ready[0][2] == when("04-04")
    life.decide(CONTROLLED, "03-28 00:05", "release", "--in-force-from", "2022-03-28 00:00")
    job = jobs_of(life.plan("03-28 01:00"))[CONTROLLED]
    assert (job.task, job.group, job.due_at) == ("reopen", "due", when("04-04"))
    table = tabulate(life.plan("03-28 01:00"), [job])
    assert set(table["act"]) == {"open"}
    assert set(table["gate"]) == {"东门", "西门", "北门"}
    notice = "\n".join(text_of(make_notice(life.plan("03-28 01:00"), CONTROLLED, "zh", "release")))
    assert "监测期满后恢复开放：" in notice
    assert CONTROLLED not in jobs_of(life.plan("04-05 01:00"))


@pytest.mark.slow
def test_a_hold_has_its_expiry(life: Life) -> None:
    life.decide(CONTROLLED, "03-13 10:00", "hold", "--until", "2022-03-13 20:00")
    plan = life.plan("03-13 12:00")
    assert jobs_of(plan)[CONTROLLED].task == "hold"
    assert "临时管控，至2022年3月13日20时止" in "\n".join(text_of(make_crew_sheet(plan)))


@pytest.mark.slow
def test_the_sheet_says_what_to_do_at_each_entrance(life: Life) -> None:
    life.open(SEALED, CONTROLLED)
    plan = life.plan("03-13 20:00")
    lines = text_of(make_crew_sheet(plan, "zh"))
    assert "待办分区 2封闭 1保留 2恢复开放 0每班人数 4" in lines
    assert "2022年3月13日24时 · 临水街道榕荫社区" in lines
    at = lines.index("荔香苑 · 管控区 · C-db21de9a · 围合封闭")
    assert lines[at + 1] == "范围：荔香苑（除1栋）"
    rows = [line.split(" | ") for line in lines if "22.5" in line]
    assert rows == [
        ["1", "保留值守", "东门（石涌路）", "22.53985, 114.05640", "每班2人"],
        ["2", "保留值守", "西门（榕荫街）", "22.53952, 114.05504", "每班2人"],
        ["3", "已封闭，核查", "北门（石涌路）", "22.54018, 114.05572"],
    ]
    english = "\n".join(text_of(make_crew_sheet(plan, "en")))
    assert "Lixiang Court · controlled zone · C-db21de9a · enclose" in english
    assert "1 | keep, staff | 东门, Shichong Road | 22.53985, 114.05640 | 2 a shift" in english
    assert "No entrance is recorded: write down what is there, and close it." in english


def test_an_area_is_not_enclosed(town_plan: Plan) -> None:
    text = "\n".join(text_of(make_crew_sheet(town_plan, "zh", proposals=True)))
    assert "石涌社区 · 防范区 · P-5a054335 · 区域不围合，区界道路设卡与否由指挥部决定" in text
    assert "设卡与否待定 | 环镇北路路口" in text


@pytest.mark.slow
def test_the_csv_has_a_line_an_entrance_and_one_for_a_zone_without(life: Life) -> None:
    life.open(SEALED, CONTROLLED)
    plan = life.plan("03-13 20:00")
    data = make_crew_table(plan, "en")
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    assert [(r["zone"], r["number"], r["do"], r["people_per_shift"]) for r in rows] == [
        ("S-727eea37", "", "", ""),
        ("C-db21de9a", "1", "keep, staff", "2"),
        ("C-db21de9a", "2", "keep, staff", "2"),
        ("C-db21de9a", "3", "close", ""),
    ]
    assert rows[1]["due"] == "24:00 on 13 March 2022"
    assert (rows[1]["lng"], rows[1]["lat"]) == ("114.056403", "22.539846")
    assert rows[0]["emergency"] == ""
    table = tabulate(plan, list_jobs(plan))
    assert len(table) == len(rows)
    assert pd.api.types.is_float_dtype(table["lng"])


def test_names_that_a_spreadsheet_would_run_are_text() -> None:
    plan = derive_town(buildings=[{**house("B", 0, 0), "name": "=1+1"}], cases=[home("C", "B")])
    rows = list(csv.DictReader(io.StringIO(make_crew_table(plan, "en", True).decode("utf-8-sig"))))
    assert rows[0]["name"] == "'=1+1"
    assert "=1+1" in "".join(text_of(make_crew_sheet(plan, "zh", True)))
