"""Who was infectious where: windows of sources, stays inside them, and which may still open a zone."""

from typing import Any

import pandas as pd
import pytest

from tests.small_town import AS_OF, POLICY, Row, at, facts, home, stay
from zoning.exposure import find_sources, find_stays, still_open


def sources(*rows: Row, withdrawn: tuple[str, ...] = (), as_of: Any = AS_OF) -> pd.DataFrame:
    newest, versions = facts("cases", rows, withdrawn)
    return find_sources(newest, versions, POLICY, as_of)


def stays(case: Row, *visits: Row, as_of: Any = AS_OF, **given: Any) -> pd.DataFrame:
    return find_stays(sources(case, **given), facts("visits", visits, given.get("withdrawn", ()))[0], as_of)


def window(**times: str | None) -> tuple[pd.Timestamp, pd.Timestamp]:
    found = sources({"case_id": "C1", **times})
    return found["start"].iloc[0], found["end"].iloc[0]


@pytest.mark.parametrize(
    ("times", "start", "end"),
    [
        ({"onset_at": "10", "first_positive_at": "11", "reported_at": "12", "isolated_at": "13"}, "08", "13"),
        ({"first_positive_at": "11 09:00", "reported_at": "12 08:00"}, "09 09:00", "12 08:00"),
        ({"reported_at": "12"}, "10", "12"),
        ({"onset_at": "10", "reported_at": "14", "isolated_at": "11 06:00"}, "08", "11 06:00"),
    ],
)
def test_a_window_runs_from_two_days_before_the_first_sign_until_isolation_or_report(
    times: dict[str, str], start: str, end: str
) -> None:
    assert window(**times) == (at(start), at(end))


def test_a_case_isolated_before_it_could_infect_is_no_source() -> None:
    assert sources({"case_id": "C1", "onset_at": "10", "reported_at": "11", "isolated_at": "08"}).empty
    assert len(sources({"case_id": "C1", "onset_at": "10", "reported_at": "11", "isolated_at": "08 00:01"})) == 1


@pytest.mark.parametrize(
    ("status", "fires"),
    [
        ("preliminary", True),
        ("confirmed", True),
        ("asymptomatic", True),
        ("imported", False),
        ("re_positive", False),
        ("excluded", False),
    ],
)
def test_only_the_statuses_of_the_pack_are_sources(status: str, fires: bool) -> None:
    assert len(sources(home("C1", status=status))) == fires


def test_what_was_reported_later_is_not_seen() -> None:
    case = home("C1", reported_at="12 20:00")
    assert sources(case, as_of=at("12 19:59")).empty
    assert len(sources(case, as_of=at("12 20:00"))) == 1
    assert sources(case, as_of=pd.Timestamp("2000-01-01", tz="UTC")).empty


def test_a_withdrawn_and_an_excluded_case_come_along_as_ghosts_with_their_first_record() -> None:
    excluded = [home("C2", recorded_at="12 09:00"), home("C2", status="excluded", recorded_at="13")]
    never = home("C3", status="imported")
    found = sources(home("C1", recorded_at="12 08:00"), *excluded, never, withdrawn=("cases:C1",))
    assert found["fact_id"].tolist() == ["cases:C1", "cases:C2"]
    assert found["ghost"].all()
    assert found["founded_at"].tolist() == [at("12 08:00"), at("12 09:00")]


def test_a_corrected_case_is_one_source_founded_when_it_was_first_recorded() -> None:
    found = sources(home("C1", "B1", recorded_at="12"), home("C1", "B2", recorded_at="14"))
    assert found[["unit_id", "founded_at", "ghost"]].values.tolist() == [["B2", at("12"), False]]


def test_sources_are_in_order_of_their_record_then_of_their_id() -> None:
    found = sources(home("C3", recorded_at="12"), home("C1", recorded_at="13"), home("C2", recorded_at="12"))
    assert found["case_id"].tolist() == ["C2", "C3", "C1"]


def test_a_case_without_a_person_is_its_own_person() -> None:
    newest, versions = facts("cases", [home("C1")])
    found = find_sources(newest.assign(person_id=pd.Series([None], dtype="str")), versions, POLICY, AS_OF)
    assert found["person_id"].tolist() == ["C1"]


def test_a_home_is_a_stay_of_the_whole_window() -> None:
    found = stays(home("C1"))
    assert found[["trigger", "from_at", "last_presence_at", "hours"]].values.tolist() == [
        ["residence", at("08"), at("12"), 96.0]
    ]


@pytest.mark.parametrize(
    ("lived", "hours"),
    [
        ({"home_from": "09"}, 72.0),
        ({"home_until": "09"}, 24.0),
        ({"home_until": "08"}, None),
        ({"home_from": "12"}, None),
    ],
)
def test_a_home_counts_while_it_was_lived_in(lived: dict[str, str], hours: float | None) -> None:
    assert stays(home("C1", **lived))["hours"].tolist() == ([] if hours is None else [hours])


@pytest.mark.parametrize(
    ("more", "homes"),
    [
        ({"isolated_at": None}, 0),
        ({"isolated_at": None, "home_until": "09"}, 1),
        ({"isolated_at": "09"}, 1),
        ({"isolated_at": "04"}, 0),
    ],
)
@pytest.mark.parametrize("found_in", ["quarantine", "closed_loop"])
def test_a_case_found_in_quarantine_was_at_home_only_where_the_transfer_is_told(
    found_in: str, more: Row, homes: int
) -> None:
    assert len(stays(home("C1", found_in=found_in, **more))) == homes


@pytest.mark.parametrize(
    ("arrive", "leave", "hours"),
    [
        ("11 10:00", "11 12:00", 2.0),
        ("07 22:00", "08 01:00", 1.0),
        ("11 23:00", "12 09:00", 1.0),
        ("07 22:00", "08", None),
        ("12", "12 09:00", None),
        ("07", "13", 96.0),
        ("11 10:00", None, 0.0),
        ("08", None, 0.0),
        ("12", None, None),
        ("07 23:59", None, None),
    ],
)
def test_a_visit_counts_inside_the_window_whose_end_is_not_part_of_it(
    arrive: str, leave: str | None, hours: float | None
) -> None:
    found = stays(home("C1"), stay("V1", "C1", arrive_at=arrive, leave_at=leave))
    visits = found[found["trigger"] == "visit"]
    assert visits["hours"].tolist() == ([] if hours is None else [hours])


def test_visits_of_others_and_later_ones_are_no_stays() -> None:
    found = stays(home("C1"), stay("V1", "X9"), stay("V2", "C1", arrive_at="11"), as_of=at("12"))
    assert found["fact_id"].tolist() == ["cases:C1", "visits:V2"]
    later = stays(home("C1", reported_at="10", isolated_at="12"), stay("V1", "C1"), as_of=at("11 09:59"))
    assert later["fact_id"].tolist() == ["cases:C1"]


def test_a_stay_names_its_visit_by_the_number_that_it_has_among_all() -> None:
    rows = [stay("V1", "X9"), stay("V2", "X9"), stay("V3", "C1"), stay("V4", "C1", arrive_at="30")]
    visits = facts("visits", rows)[0]
    for some in (visits, visits[visits["person_id"] == "C1"]):
        found = find_stays(sources(home("C1")), some, AS_OF).set_index("fact_id")["visit"]
        assert found.to_dict() == {"cases:C1": -1, "visits:V3": 2}


def test_a_visit_of_a_withdrawn_case_and_a_withdrawn_visit_are_ghosts() -> None:
    for gone in ("cases:C1", "visits:V1"):
        found = stays(home("C1"), stay("V1", "C1"), withdrawn=(gone,)).set_index("fact_id")
        assert found.loc["visits:V1", "ghost"]
        assert found.loc["cases:C1", "ghost"] == (gone == "cases:C1")


def test_without_cases_there_are_no_stays() -> None:
    assert sources().empty
    empty, visits = sources(), facts("visits", [stay("V1", "C1")])[0]
    assert find_stays(empty, visits, AS_OF).empty
    assert find_stays(empty, facts("visits")[0], AS_OF).empty


def test_after_fourteen_days_a_stay_opens_nothing_unless_a_decided_zone_rests_on_it() -> None:
    found = stays(home("C1"))
    before, on_the_day = at("26") - pd.Timedelta(seconds=1), at("26")
    assert still_open(found, POLICY, before, frozenset()).tolist() == [True]
    assert still_open(found, POLICY, on_the_day, frozenset()).tolist() == [False]
    assert still_open(found, POLICY, on_the_day, frozenset({"cases:C1"})).tolist() == [True]
