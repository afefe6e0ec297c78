"""What testing asks of each day: figures of the town by hand, and sums that must hold in any plan."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.commandline import run
from zoning.demand import capacity_per_day, load_by_area, load_per_day
from zoning.hashes import digest
from zoning.pipeline import Plan, derive
from zoning.settings import Settings

DAY = date(2022, 3, 18)


def test_the_load_of_a_day_is_the_sum_of_its_rounds(town_plan: Plan) -> None:
    load, rounds = load_per_day(town_plan), town_plan.calendar
    assert load["people"].sum() == rounds["people_due"].sum() > 0
    assert load["tubes"].sum() == rounds["tubes"].sum()
    assert load["zones"].sum() == len(rounds)
    # Nobody has decided in the town: every zone is only taken to start at the next midnight.
    assert (load["assumed"] == load["people"]).all()
    assert list(load.groupby("date").ngroup()) == sorted(load.groupby("date").ngroup())
    one = load[(load["date"] == DAY) & (load["class"] == "sealed")].iloc[0]
    mine = rounds[(rounds["date"] == DAY)].merge(town_plan.zones[["zone_id", "class"]], on="zone_id")
    assert one["people"] == mine.loc[mine["class"] == "sealed", "people_due"].sum()


def test_a_zone_in_force_is_not_assumed(town_copy: Path) -> None:
    zone = digest("cases:C5", "core")
    given = ("--by", "Li Wei", "--in-force-from", "2022-03-13 00:00", "--recorded-at", "2022-03-13 20:00")
    assert run("decide", town_copy, zone, *given, "--as-of", "2022-03-14") == 0
    plan = derive(town_copy, pd.Timestamp("2022-03-16 00:00", tz="Asia/Shanghai").to_pydatetime())
    load = load_per_day(plan).groupby("date")[["people", "assumed"]].sum()
    held = plan.calendar[plan.calendar["zone_id"] == zone].groupby("date")["people_due"].sum()
    assert (load["people"] - load["assumed"]).reindex(held.index).tolist() == held.tolist()


def test_people_that_nobody_knows_are_counted_as_unknown(town_plan: Plan) -> None:
    calendar = town_plan.calendar.copy()
    rows = calendar["zone_id"] == calendar["zone_id"].iloc[0]
    calendar.loc[rows, ["people_due", "tubes", "samplers", "tables"]] = pd.NA
    load = load_per_day(replace(town_plan, calendar=calendar))
    assert load["unknown"].sum() == calendar["people_due"].isna().sum() > 0
    assert load["people"].sum() == calendar["people_due"].sum()


def test_capacity_is_that_of_the_sampling_sites_a_plain_one_as_the_pack_plans(town_plan: Plan) -> None:
    sites = town_plan.tables["sites"]
    here = sites[sites["kind"] == "sampling"]
    assert len(here)
    sized = sites.assign(capacity=np.where(sites["kind"] == "sampling", 900.0, 5e6))
    sized.loc[here.index[0], "capacity"] = np.nan
    found = capacity_per_day(replace(town_plan, tables={**town_plan.tables, "sites": sized}), [DAY]).iloc[0]
    assert found["capacity"] == 2000 + 900 * (len(here) - 1)
    assert (found["sites"], found["by"]) == (len(here), "sites")


def test_the_setting_comes_before_the_sites_and_without_either_nothing_is_known(town_plan: Plan) -> None:
    told = capacity_per_day(replace(town_plan, settings=replace(town_plan.settings, sampling_a_day=1234)), [DAY, DAY])
    assert told["capacity"].tolist() == [1234, 1234]
    assert set(told["by"]) == {"setting"}
    bare = {k: v for k, v in town_plan.tables.items() if k != "sites"}
    nothing = capacity_per_day(replace(town_plan, tables=bare), [DAY]).iloc[0]
    assert np.isnan(nothing["capacity"])
    assert nothing["by"] == ""
    assert Settings().sampling_a_day == 0


@pytest.mark.parametrize("level", ["subdistrict", "community", "no such level"])
def test_areas_share_out_the_whole_day(town_plan: Plan, level: str) -> None:
    found = load_by_area(town_plan, DAY, level)
    day = load_per_day(town_plan)
    assert found["people"].sum() == day.loc[day["date"] == DAY, "people"].sum()
    assert (found["short"] == (found["people"] - found["capacity"]).clip(lower=0)).all()
    assert found["short"].is_monotonic_decreasing
    if level == "no such level":
        assert found["area_id"].tolist() == [""]


def test_a_day_without_rounds_is_empty(town_plan: Plan) -> None:
    assert load_by_area(town_plan, date(2030, 1, 1), "community").empty
    assert load_per_day(replace(town_plan, calendar=town_plan.calendar.iloc[:0])).empty
