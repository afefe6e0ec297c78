"""Testing calendars: the dates of notices, the tails that the rule text admits, and what each round needs."""

from datetime import UTC, date, datetime, timedelta
from itertools import combinations, pairwise
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoning.classes import Tail
from zoning.clocks import after_full_days, first_test_date
from zoning.policy import Policy, load_policy
from zoning.schedule import choose_tail, make_calendar
from zoning.settings import Settings

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2022, 3, 14, 20, tzinfo=SHANGHAI)
SHENZHEN = load_policy("cn-sz-2022")


def at(month: int, day: int, hour: int = 0) -> datetime:
    return datetime(2022, month, day, hour, tzinfo=SHANGHAI)


def zones(*rows: dict) -> pd.DataFrame:
    empty = {
        "zone_id": "Z1", "class": "sealed", "origin": None, "rank": 1, "status": "in_force", "clock_from": pd.NaT,
        "earliest_lift_at": pd.NaT, "people": 1000.0, "households": float("nan"),
    }  # fmt: skip
    table = pd.DataFrame([{**empty, **row} for row in rows])
    for column in ("clock_from", "earliest_lift_at"):
        table[column] = pd.to_datetime(table[column], utc=True).astype("datetime64[us, UTC]")
    return table


def calendar(policy: Policy = SHENZHEN, **row: object) -> pd.DataFrame:
    return make_calendar(zones(row), policy, Settings(), NOW)


def days(**row: object) -> list[int]:
    return calendar(**row)["day"].tolist()


def changed(name: str, **parts: object) -> Policy:
    """The Shenzhen pack with some parts of one class replaced."""
    one = SHENZHEN.classes[name].model_copy(update=parts)
    return SHENZHEN.model_copy(update={"classes": {**SHENZHEN.classes, name: one}})


def admissible(last_daily: int, window: tuple[int, int], low: int, high: int) -> list[list[int]]:
    """Every tail by brute force: all subsets of days, kept where each gap and the last round fit."""
    span = range(last_daily + 1, window[1] + 1)
    tails = (list(c) for n in range(1, len(span) + 1) for c in combinations(span, n))
    return [t for t in tails if t[-1] >= window[0] and all(low <= b - a <= high for a, b in pairwise([last_daily, *t]))]


def test_noon_start_lifts_after_full_days() -> None:
    assert after_full_days(at(3, 12, 12), 14, "Asia/Shanghai") == at(3, 27)  # 26 March 24时


def test_midnight_start_lifts_after_full_days() -> None:
    assert after_full_days(at(3, 15), 14, "Asia/Shanghai") == at(3, 29)  # 28 March 24时


@given(st.integers(0, 4 * 366 * 48), st.integers(1, 30))
@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Europe/Helsinki", "America/Santiago"])
def test_every_counted_day_is_full(zone: str, half_hours: int, length: int) -> None:
    info = ZoneInfo(zone)
    start = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=30 * half_hours)
    lift = after_full_days(start, length, zone)
    # Walk the local dates: those whose two midnights lie between start and lift are full.
    whole, on = 0, start.astimezone(info).date()
    while datetime(on.year, on.month, on.day, tzinfo=info).astimezone(UTC) < lift:
        whole += datetime(on.year, on.month, on.day, tzinfo=info).astimezone(UTC) >= start
        on += timedelta(1)
    assert whole == length


def test_luohu_48_has_six_daily_tests() -> None:
    table = calendar(**{"class": "like_controlled", "rank": 3, "clock_from": at(3, 15)})
    assert table["date"].tolist() == [date(2022, 3, d) for d in range(15, 21)]
    assert table["phase"].tolist() == ["in_only"] * 3 + ["not_unless_necessary"] * 3


def test_sealed_midnight_start() -> None:
    assert days(clock_from=at(3, 15)) == [1, 2, 3, 4, 5, 6, 7, 10, 12, 14]


def test_sealed_noon_start_keeps_the_default_inside_its_window() -> None:
    table = calendar(clock_from=at(3, 12, 12))
    assert table["day"].tolist() == [1, 2, 3, 4, 5, 6, 7, 10, 12, 14]
    # Lift 26 March 24时: the last round may be on 25 or 26 March.
    assert table["date"].iloc[[0, -1]].tolist() == [date(2022, 3, 12), date(2022, 3, 25)]


def test_precaution_has_only_its_fixed_days() -> None:
    lift = at(4, 20)
    assert days(**{"class": "precaution", "clock_from": at(3, 15), "earliest_lift_at": lift}) == [1, 2, 3, 4]


def test_a_later_lift_moves_the_tail() -> None:
    table = calendar(clock_from=at(3, 15), earliest_lift_at=at(4, 2))
    assert table["date"].iloc[-1] == date(2022, 4, 1)
    assert table["day"].tolist()[7:] in admissible(7, (17, 18), 2, 3)


def test_an_earlier_lift_than_the_clock_changes_nothing() -> None:
    assert days(clock_from=at(3, 15), earliest_lift_at=at(3, 20)) == days(clock_from=at(3, 15))


def test_fixed_days_gain_a_release_round_when_the_lift_moves() -> None:
    row = {"class": "controlled", "rank": 2, "clock_from": at(3, 15)}
    assert days(**row) == [1, 2, 3, 4, 7, 10, 14]
    assert calendar(**row, earliest_lift_at=at(4, 2))["date"].iloc[-1] == date(2022, 4, 1)


def test_the_rule_text_admits_five_tails() -> None:
    assert sorted(admissible(7, (13, 14), 2, 3)) == [[9, 11, 13], [9, 11, 14], [9, 12, 14], [10, 12, 14], [10, 13]]


@pytest.mark.parametrize("window", [(13, 14), (14, 15)])
def test_each_admissible_default_is_kept(window: tuple[int, int]) -> None:
    for tail in admissible(7, window, 2, 3):
        assert choose_tail(7, window, Tail(min_gap=2, max_gap=3, default=tail, unit="day", grade="O")) == tail


def test_a_default_with_a_four_day_gap_is_not_kept() -> None:
    national = Tail(min_gap=2, max_gap=3, default=[10, 14], unit="day", grade="O")
    assert choose_tail(7, (13, 14), national) == [10, 12, 14]


@given(st.integers(1, 8), st.integers(0, 9), st.integers(0, 2), st.integers(1, 3), st.integers(0, 3))
def test_the_solver_picks_the_best_of_all_tails(after: int, to_end: int, width: int, low: int, more: int) -> None:
    window = (after + 1 + to_end, after + 1 + to_end + width)
    tail = Tail(min_gap=low, max_gap=low + more, default=[], unit="day", grade="O")
    found = choose_tail(after, window, tail)
    all_tails = admissible(after, window, low, low + more)
    if all_tails:
        assert found == min(all_tails, key=lambda t: (-t[-1], len(t), [-d for d in t]))
    else:
        assert found in admissible(after, window, 1, low + more)


@given(st.integers(0, 23), st.integers(0, 25))
def test_every_calendar_keeps_gaps_and_window(hour: int, extra: int) -> None:
    start = at(3, 15, hour)
    lift = after_full_days(start, 14 + extra, "Asia/Shanghai")
    table = calendar(clock_from=start, earliest_lift_at=lift)
    gaps = table["day"].diff().iloc[7:]
    assert gaps.between(2, 3).all()
    last = datetime.combine(table["date"].iloc[-1], datetime.min.time(), SHANGHAI)
    assert lift - timedelta(hours=48) <= last < lift


@pytest.mark.parametrize(("hour", "day_one"), [(0, 15), (11, 15), (12, 16), (23, 16)])
def test_the_cutoff_decides_day_one(hour: int, day_one: int) -> None:
    noon = SHENZHEN.day_count.day1_cutoff_h.model_copy(update={"value": 12})
    count = SHENZHEN.day_count.model_copy(update={"day1_cutoff_h": noon})
    policy = SHENZHEN.model_copy(update={"day_count": count})
    assert first_test_date(at(3, 15, hour), policy, "Asia/Shanghai") == date(2022, 3, day_one)


def test_next_day_counting() -> None:
    count = SHENZHEN.day_count.model_copy(update={"tests": "next_day"})
    policy = SHENZHEN.model_copy(update={"day_count": count})
    assert first_test_date(at(3, 15), policy, "Asia/Shanghai") == date(2022, 3, 16)


def test_a_proposed_zone_starts_at_the_next_midnight_and_says_so() -> None:
    table = calendar(status="proposed")
    assert table["date"].iloc[0] == date(2022, 3, 15)
    assert table["assumed"].all()
    assert not calendar(clock_from=at(3, 15))["assumed"].any()


def test_released_and_rejected_zones_test_no_more() -> None:
    table = zones({"status": "released", "clock_from": at(3, 1)}, {"zone_id": "Z2", "status": "rejected"})
    found = make_calendar(table, SHENZHEN, Settings(), NOW)
    assert found.empty
    assert found["people_due"].dtype == "Int64"


@pytest.mark.parametrize(
    ("name", "people", "households", "expected"),
    [
        ("sealed", 1000.2, float("nan"), [1001, 1001, 3, 2]),
        ("sealed", 1000.0, 400.0, [1000, 400, 3, 2]),
        ("controlled", 1000.0, 400.0, [1000, 100, 3, 2]),
        ("precaution", 721.0, 400.0, [721, 37, 3, 2]),
        ("precaution", 0.0, 0.0, [0, 0, 0, 0]),
    ],
)
def test_what_a_round_needs(name: str, people: float, households: float, expected: list[int]) -> None:
    row = calendar(**{"class": name, "clock_from": at(3, 15), "people": people, "households": households}).iloc[0]
    assert row[["people_due", "tubes", "samplers", "tables"]].tolist() == expected


def test_unknown_people_and_unset_capacity_stay_unknown() -> None:
    table = calendar(clock_from=at(3, 15), people=float("nan"))
    assert table[["people_due", "tubes", "samplers", "tables"]].isna().all(axis=None)
    bare = SHENZHEN.model_copy(update={"capacity": {}})
    assert calendar(bare, clock_from=at(3, 15))["samplers"].isna().all()
    assert calendar(bare, clock_from=at(3, 15))["tubes"].notna().all()


def test_capacity_follows_its_dates() -> None:
    old = SHENZHEN.capacity["people_per_sampler"]
    new = [
        old.model_copy(update={"valid_to": date(2022, 3, 16)}),
        old.model_copy(update={"value": 100, "valid_from": date(2022, 3, 17)}),
    ]
    policy = SHENZHEN.model_copy(update={"capacity": {**SHENZHEN.capacity, "people_per_sampler": new}})
    assert calendar(policy, clock_from=at(3, 15))["samplers"].tolist()[:4] == [3, 3, 10, 10]


def test_a_class_without_tests_has_no_rounds() -> None:
    assert calendar(changed("sealed", tests=None), clock_from=at(3, 15)).empty


def test_the_tail_without_a_release_window_reaches_the_lift() -> None:
    [step] = SHENZHEN.classes["sealed"].steps
    step = step.model_copy(update={"when": step.when.model_copy(update={"round_window_h": None})})
    assert calendar(changed("sealed", steps=[step]), clock_from=at(3, 15))["day"].iloc[-1] == 14


def test_rows_follow_rank_and_id_and_inputs_stay() -> None:
    table = zones(
        {"zone_id": "B", "clock_from": at(3, 15)},
        {"zone_id": "C", "class": "precaution", "rank": 4, "clock_from": at(3, 15)},
        {"zone_id": "A", "clock_from": at(3, 15)},
    )
    before = table.copy(deep=True)
    assert make_calendar(table, SHENZHEN, Settings(), NOW)["zone_id"].unique().tolist() == ["A", "B", "C"]
    pd.testing.assert_frame_equal(table, before)


def test_a_zone_that_stepped_down_follows_the_step_of_its_origin() -> None:
    ninth, start = load_policy("cn-9th-2022-06"), at(7, 9)
    came, native = (
        calendar(ninth, **{"class": "medium_risk", "origin": origin, "clock_from": start})
        for origin in ("high_risk", None)
    )
    # Its fixed days are unset; only a native one needs a full round in the 24 h before its seventh day ends.
    assert came.empty
    assert native["date"].tolist() == [date(2022, 7, 15)]
