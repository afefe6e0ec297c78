"""The daily table: what a day came to, nil reports, and the same as CSV."""

import csv
import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.living import CASES, CONTROLLED, SEALED, Life
from tests.paper_text import text_of
from zoning import state
from zoning.paper import make_daily, make_daily_table
from zoning.paper.daily import Daily, sum_day
from zoning.pipeline import Plan
from zoning.store import Workspace


@pytest.fixture
def life(town_copy: Path) -> Life:
    return Life(town_copy)


def day(life: Life, before: str, after: str) -> tuple[Plan, Plan, Daily]:
    plans = life.plan(after), life.plan(before)
    return *plans, sum_day(*plans, state.fold(Workspace(life.folder)).decisions)


def test_the_day_on_which_zones_are_decided(life: Life) -> None:
    life.open(SEALED, CONTROLLED)
    plan, before, daily = day(life, "03-13", "03-14")
    table = daily.classes.set_index("class")
    # Both start at this very midnight: 168 people in block 1, 644 in the rest of the estate.
    assert table.loc["sealed", ["in_force", "people", "people_before"]].tolist() == [1, 168.0, 0.0]
    assert table.loc["controlled", ["in_force", "people"]].tolist() == [1, 644.0]
    assert table.loc["controlled", "stages"] == {"phase_1": 1}
    assert [(c.kind, c.number) for c in daily.changes if c.kind == "opened"] == [
        ("opened", "S-727eea37"), ("opened", "C-db21de9a"),
    ]  # fmt: skip
    assert (str(daily.day), str(daily.before)) == ("2022-03-13", "2022-03-12")
    text = "\n".join(text_of(make_daily(plan, before, "zh")))
    assert "分区管控每日情况表（2022年3月13日）" in text
    assert "截至2022年3月13日24时，与3月12日24时相比。" in text
    assert "内部研判用表，不对外公布。" in text
    assert "封控区：荔香苑1栋（S-727eea37），168人" in text
    assert "今日无解除。" in text


def test_nothing_is_never_an_empty_section(life: Life) -> None:
    plan, before, daily = day(life, "03-01", "03-02")
    assert daily.changes == ()
    zh, en = ("\n".join(text_of(make_daily(plan, before, language))) for language in ("zh", "en"))
    for nil in ("今日无新划定。", "今日无解除。", "今日无调整。", "今日无新的拟划定。", "今日无应检分区。"):
        assert nil in zh
    assert "今日无新增病例（前日0例）。" in zh
    for nil in ("Nothing opened today.", "Nothing lifted today.", "Nothing changed today.", "No zone is due today."):
        assert nil in en
    assert "No new case today (0 the day before)." in en


@pytest.mark.slow
def test_cases_are_a_total_of_those_reported_on_the_day(life: Life) -> None:
    rows = ["C90,confirmed,2022-03-20,2022-03-20 24:00,2022-03-21,E4-B2,2022-03-20"]
    rows += ["C91,confirmed,2022-03-20,2022-03-21 00:01,2022-03-21,E4-B2,2022-03-21"]
    rows += ["C92,excluded,2022-03-20,2022-03-20 10:00,2022-03-21,E4-B2,2022-03-20"]
    life.load("cases", CASES, rows)
    assert day(life, "03-20", "03-21")[2].cases == 1
    assert day(life, "03-21", "03-22")[2].cases == 1
    plan, before, _ = day(life, "03-21", "03-22")
    page = make_daily(plan, before, "both")
    assert "今日新增1例（前日1例）。" in page
    assert "cases:" not in page
    assert "C90" not in page


def test_tests_due_and_done_of_the_day(life: Life) -> None:
    life.open(SEALED, CONTROLLED)
    head = "round_id,unit_id,ended_at,due,tested,excused,refused,absent,pools_open,recorded_at\n"
    life.load("rounds", head, ["N1,E4-B1,2022-03-14 18:00,168,160,0,0,8,0,2022-03-14 20:00"])
    table = day(life, "03-14", "03-15")[2].classes.set_index("class")
    assert table.loc["sealed", ["test_zones", "tests_due", "tests_done"]].tolist() == [1, 168, 160]
    assert table.loc["controlled", ["test_zones", "tests_due", "tests_done"]].tolist() == [1, 644, 0]
    # Day 5 is no test day of either: the sealed zone tests on it, the controlled one does not.
    later = day(life, "03-18", "03-19")[2].classes.set_index("class")
    assert later["test_zones"].tolist() == [1, 0, 0, 0]


@pytest.mark.slow
def test_a_stage_and_a_release_are_changes(life: Life) -> None:
    life.open(SEALED, CONTROLLED)
    life.decide(CONTROLLED, "03-18 09:00", "assess", "--gate", "risk_assessment")
    plan, before, daily = day(life, "03-18", "03-19")
    assert [(c.kind, c.number) for c in daily.changes] == [("stage", "C-db21de9a")]
    assert "管控区：荔香苑（C-db21de9a）进入第2阶段" in "\n".join(text_of(make_daily(plan, before)))
    life.decide(SEALED, "03-20 12:00", "release", "--in-force-from", "2022-03-20 12:00")
    kinds = [(c.kind, c.number) for c in day(life, "03-20", "03-21")[2].changes]
    assert ("lifted", "S-727eea37") in kinds
    table = day(life, "03-20", "03-21")[2].classes.set_index("class")
    assert table.loc["sealed", ["in_force", "watched"]].tolist() == [0, 1]


def test_a_zone_without_a_figure_makes_a_least_sum(town_plan: Plan) -> None:
    zones = town_plan.zones.assign(status="in_force", stage="phase_1")
    plan = replace(town_plan, zones=zones)
    daily = sum_day(plan, plan)
    table = daily.classes.set_index("class")
    assert table.loc["controlled", "unknown"] == 1
    assert not np.isnan(table.loc["controlled", "people"])
    text = "\n".join(text_of(make_daily(plan, plan, "en")))
    assert "≥: some zones have no figure of people; at least so many." in text


def test_the_csv_has_every_figure_and_zero_where_nothing_happened(life: Life) -> None:
    life.open(SEALED, CONTROLLED)
    plan, before, _ = day(life, "03-13", "03-14")
    rows = list(csv.reader(io.StringIO(make_daily_table(plan, before, "en").decode("utf-8-sig"))))
    assert rows[0] == ["section", "item", "class", "zone", "name", "value", "before"]
    assert ["zones", "people", "sealed zone", "", "", "168", "0"] in rows
    assert ["changes", "opened", "", "", "", "2", ""] in rows
    assert ["changes", "lifted", "", "", "", "0", ""] in rows
    assert ["changes", "opened", "sealed zone", "S-727eea37", "Lixiang Court Block 1", "168", "0"] in rows
    assert rows[-1][:2] == ["cases", "new"]
