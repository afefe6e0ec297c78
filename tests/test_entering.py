"""Typed facts: held to their contract field by field, saved whole, corrected by id, never written over another's."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.commandline import run
from zoning.entering import EntryError, amend, enter, read_row
from zoning.errors import ConflictError, InputError, UnknownError
from zoning.pipeline import derive
from zoning.state import fold
from zoning.store import Workspace
from zoning.tables import FACT_KINDS

CLOCK = datetime(2022, 3, 17, 18, tzinfo=UTC)  # 18 March, 2 a.m. in the town
CASE = {"status": "初筛阳性", "reported_at": "3月18日 1:40", "first_positive_at": "3月17日", "address": "临水花园2栋"}


def typed(folder: Path, **more: str) -> tuple[Workspace, str]:
    workspace = Workspace(folder)
    done = enter(workspace, "cases", [{**CASE, **more}], "Li Wei", CLOCK, about=CLOCK)
    return workspace, done.fact_ids[0]


@pytest.mark.slow
def test_a_case_typed_at_2_a_m_is_proposed_at_once(town_copy: Path) -> None:
    before = derive(town_copy, CLOCK).membership.set_index("atom_id")["class"]
    workspace, fact = typed(town_copy)
    assert fact == "cases:T0318-01"
    plan = derive(town_copy, CLOCK)
    after = plan.membership.set_index("atom_id")
    assert (before["E1-B2"], after.at["E1-B2", "class"]) == ("controlled", "sealed")
    assert fact in after.at["E1-B2", "fact_ids"]
    zone = plan.acts.set_index("zone_id").loc[after.at["E1-B2", "zone_id"]]
    assert (zone["act"], fact in zone["fact_ids"]) == ("open", True)
    case = plan.tables["cases"].set_index("fact_id").loc[fact]
    assert case["reported_at"] == datetime(2022, 3, 17, 17, 40, tzinfo=UTC)
    assert case["recorded_at"] == CLOCK
    assert [e.author for e in workspace.events() if e.payload.get("source") == "typed"] == ["Li Wei"]


def test_numbers_of_cases_go_on_by_the_day(town_copy: Path) -> None:
    workspace, _ = typed(town_copy)
    rows = [CASE, {**CASE, "case_id": "X1"}, CASE]
    done = enter(workspace, "cases", rows, "Li Wei", CLOCK, about=CLOCK)
    assert done.fact_ids == ("cases:T0318-02", "cases:X1", "cases:T0318-03")


def test_what_is_wrong_is_told_by_field_and_nothing_is_saved(town_copy: Path) -> None:
    workspace = Workspace(town_copy)
    revision = workspace.revision()
    rows = [CASE, {**CASE, "lng": "x", "lat": "22.5"}, {**CASE, "reported_at": "3月18日25时"}]
    with pytest.raises(EntryError, match="lng") as caught:
        enter(workspace, "cases", rows, "Li Wei", CLOCK, about=CLOCK)
    assert [(f.row, f.column) for f in caught.value.faults] == [(1, "lng"), (2, "reported_at")]
    assert caught.value.faults[1].value == "3月18日25时"
    assert all(f.reason and f.fix for f in caught.value.faults)
    with pytest.raises(EntryError, match="reported_at"):
        enter(workspace, "cases", [{"status": "confirmed", "address": "x"}], "Li Wei", CLOCK)
    with pytest.raises(InputError, match="no column 'name'"):
        enter(workspace, "cases", [{**CASE, "name": "Wang"}], "Li Wei", CLOCK)
    for kind, lines in (("estates", [{"name": "x"}]), ("cases", [])):
        with pytest.raises(InputError, match="only facts are typed"):
            enter(workspace, kind, lines, "Li Wei", CLOCK)
    assert workspace.revision() == revision


def test_one_field_is_changed_and_the_others_stay(town_copy: Path) -> None:
    workspace, fact = typed(town_copy, location_radius_m="40")
    before = fold(workspace).tables["cases"].set_index("fact_id").loc[fact]
    amend(workspace, fact, {"status": "排除", "isolated_at": "3月18日 9:00"}, "Zhou", CLOCK.replace(hour=22))
    after = fold(workspace).tables["cases"].set_index("fact_id").loc[fact]
    assert after["status"] == "excluded"
    same = [c for c in before.index if c not in ("status", "isolated_at", "recorded_at", "source")]
    assert before[same].equals(after[same])
    assert before["status"] == "preliminary"


def test_an_excluded_preliminary_case_leaves_with_its_proposal(town_copy: Path) -> None:
    before = derive(town_copy, CLOCK)
    workspace, fact = typed(town_copy)
    amend(workspace, fact, {"status": "excluded"}, "Zhou", CLOCK)
    assert derive(town_copy, CLOCK).zones["zone_id"].tolist() == before.zones["zone_id"].tolist()


def test_an_emptied_field_is_empty(town_copy: Path) -> None:
    workspace, fact = typed(town_copy)
    amend(workspace, fact, {"first_positive_at": ""}, "Zhou", CLOCK)
    assert "first_positive_at" not in read_row(workspace, fact)


def test_who_changed_it_meanwhile_is_told_and_nothing_is_lost(town_copy: Path) -> None:
    workspace, fact = typed(town_copy)
    seen = workspace.revision()
    amend(workspace, fact, {"status": "confirmed"}, "Zhou", CLOCK, base=seen)
    with pytest.raises(ConflictError, match=r"cases:T0318-01 was changed by Zhou at 2022年3月18日2时"):
        amend(workspace, fact, {"status": "excluded"}, "Li Wei", CLOCK, base=seen)
    assert read_row(workspace, fact)["status"] == "confirmed"
    enter(workspace, "cases", [{**CASE, "case_id": "X2"}], "Li Wei", CLOCK, base=seen, about=CLOCK)


def test_sending_again_adds_nothing(town_copy: Path) -> None:
    workspace = Workspace(town_copy)
    one = enter(workspace, "cases", [CASE], "Li Wei", CLOCK, sent="a1", about=CLOCK)
    enter(workspace, "cases", [CASE], "Li Wei", CLOCK, sent="a2", about=CLOCK)
    revision = workspace.revision()
    again = enter(workspace, "cases", [CASE], "Li Wei", CLOCK, sent="a1", about=CLOCK)
    assert (again.event_id, again.fact_ids, again.written) == (one.event_id, one.fact_ids, False)
    assert workspace.revision() == revision


def test_what_it_was_typed_from_is_kept_beside(town_copy: Path) -> None:
    workspace = Workspace(town_copy)
    row = {"person_id": "P01", "place_id": "P1", "arrive_at": "3月9日 9:00", "leave_at": "3月9日 9:40"}
    done = enter(workspace, "visits", [row], "Li Wei", CLOCK, text="9日早上去东市市场买菜", about=CLOCK)
    (event,) = [e for e in workspace.events() if e.event_id == done.event_id]
    assert event.payload["text"] == "9日早上去东市市场买菜"
    assert done.fact_ids[0] in set(fold(workspace).tables["visits"]["fact_id"])


def test_an_unknown_fact_is_not_changed(town_copy: Path) -> None:
    for name in ("cases:C99", "estates:E1", "nonsense"):
        with pytest.raises(UnknownError, match="is not there"):
            amend(Workspace(town_copy), name, {"status": "excluded"}, "Li Wei")


@pytest.mark.slow
@pytest.mark.parametrize("kind", FACT_KINDS)
def test_every_fact_of_the_town_comes_back_as_it_would_be_typed(town_copy: Path, kind: str) -> None:
    """Reading a fact as text and saving that text changes no field of it."""
    workspace = Workspace(town_copy)
    before = fold(workspace).tables[kind].set_index("fact_id").drop(columns=["recorded_at", "source"])
    for fact in before.index:
        amend(workspace, fact, {}, "Li Wei", CLOCK)
    after = fold(workspace).tables[kind].set_index("fact_id").drop(columns=["recorded_at", "source"])
    assert before.equals(after)


@pytest.mark.slow
@given(text=st.text(max_size=12))
def test_any_text_is_read_or_refused_with_its_field(town_folder: Path, text: str) -> None:
    workspace = Workspace(town_folder)
    revision = workspace.revision()
    wrong = {**CASE, "reported_at": text + "\x00never a time"}
    with pytest.raises(EntryError) as caught:
        enter(workspace, "cases", [wrong], "Li Wei", CLOCK, about=CLOCK)
    assert [f.column for f in caught.value.faults] == ["reported_at"]
    assert workspace.revision() == revision


def test_the_commands_say_what_was_saved_and_what_is_wrong(town_copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = [f"{column}={value}" for column, value in CASE.items()]
    clock = ("--recorded-at", "2022-03-18 02:00", "--author", "Li Wei")
    assert run("enter", town_copy, "cases", *words, *clock) == 0
    assert run("amend", town_copy, "cases:T0318-01", "status=排除", *clock) == 0
    assert run("amend", town_copy, "cases:T0318-01", "status=排除", *clock) == 0
    out = capsys.readouterr().out.splitlines()
    assert [line for line in out if "note" not in line] == [
        "cases:T0318-01: saved",
        "cases:T0318-01: saved",
        "nothing new: it was known so already",
    ]
    assert run("amend", town_copy, "cases:T0318-01", "lng=far", "lat=22.5", *clock) == 1
    assert capsys.readouterr().err.startswith("error: lng 'far")
    assert run("enter", town_copy, "cases", "status", *clock) == 1
    assert "is not COLUMN=VALUE" in capsys.readouterr().err
