"""Edits in a workspace: drawn on a sheet, held to what others did, saved, undone."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.commandline import run
from tests.edited_town import drawn, load, make_town, shown
from tests.small_town import AS_OF, home
from zoning import saving
from zoning.burden import weigh
from zoning.editing import plan_of, read_sheet, resolve_atoms, try_stroke
from zoning.errors import ConflictError, InputError, StoreError, UnknownError
from zoning.geometry import cells_to_text, disks, text_to_cells
from zoning.saving import Saved, find_conflicts, save, take_back, take_up
from zoning.store import Workspace
from zoning.strokes import save_stroke

Caught = pytest.CaptureFixture[str]
CELL = "8b411caa6261fff"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_town(tmp_path / "w")


def put(folder: Path, target: str, *names: str, by: str = "Li") -> Saved:
    return save(folder, drawn(read_sheet(folder), target, *names), by)


@pytest.mark.slow
def test_an_edit_is_tried_saved_and_undone(folder: Path) -> None:
    sheet = read_sheet(folder)
    stroke = drawn(sheet, "precaution", "B1", "FAR")
    tried = try_stroke(sheet, stroke, "Li")
    assert Workspace(folder).revision() == sheet.revision
    saved = save(folder, stroke, "Li")
    for one in (tried, saved.after, read_sheet(folder)):
        assert {name: shown(one)[name] for name in ("B1", "FAR")} == {"B1": "precaution", "FAR": "precaution"}
    plans = [plan_of(folder, sheet) for sheet in (saved.before, saved.after)]
    before, after = (weigh(plan, plan.touched).sum(numeric_only=True) for plan in plans)
    assert (before["beyond_people"], before["below_people"]) == (0, 0)
    assert saved.after.edited.touched[["beyond", "below"]].sum().tolist() == [1, 1]
    assert after["beyond_people"] == 40
    assert after["people"] == before["people"] + 40
    done, _, undone = take_back(folder, str(saved.event_id), "Wang", "no")
    assert shown(undone) == shown(sheet)
    again = take_back(folder, done, "Li")[2]
    assert shown(again) == shown(saved.after)


@pytest.mark.slow
def test_a_new_positive_on_a_weakened_building_is_first_in_the_ledger(folder: Path, capsys: Caught) -> None:
    put(folder, "precaution", "B1")
    put(folder, "sealed", "FAR")
    load(folder, "cases", home("C1", "B1"), home("C2", "B1", reported_at="13"))
    sheet = read_sheet(folder)
    assert shown(sheet)["B1"] == "sealed"
    assert sheet.edited.ledger["status"].tolist()[0] == "suspended"
    assert run("ledger", folder) == 0
    out = capsys.readouterr().out
    assert " suspended: 1 atoms -> precaution, Li, " in out.splitlines()[0]
    assert "causes that this edit does not answer (cases:C2) reach 1 of its atoms" in out
    confirmed = put(folder, "precaution", "B1", by="Wang")
    assert shown(confirmed.after)["B1"] == "precaution"
    assert "suspended" not in set(confirmed.after.edited.ledger["status"])


@pytest.mark.slow
@pytest.mark.parametrize("change", ["stroke", "case"])
def test_a_save_on_an_old_base_is_refused_with_the_choices(folder: Path, change: str) -> None:
    sheet = read_sheet(folder)
    mine = drawn(sheet, "precaution", "B1", "FAR")
    if change == "stroke":
        put(folder, "controlled", "B1", by="Wang")
        told = r"B1: sealed -> controlled, edit \w+ by Wang\. Nothing was saved"
    else:
        load(folder, "cases", home("C1", "B1"), home("C2", "B1", reported_at="13"))
        told = r"B1: sealed -> sealed, facts cases:C2\. Nothing was saved"
    at = Workspace(folder).revision()
    with pytest.raises(ConflictError, match=told):
        save(folder, mine, "Li")
    assert Workspace(folder).revision() == at
    conflicts = find_conflicts(sheet, read_sheet(folder), mine.atoms)
    assert conflicts["atom_id"].tolist() == ["B1"]
    kept = save(folder, mine, "Li", "keep-theirs")
    assert kept.stroke.atoms == ("FAR",)
    assert shown(kept.after)["B1"] == ("controlled" if change == "stroke" else "sealed")


def test_nothing_is_left_to_save_where_all_is_theirs(folder: Path) -> None:
    mine = drawn(read_sheet(folder), "precaution", "B1")
    put(folder, "controlled", "B1", by="Wang")
    at = Workspace(folder).revision()
    assert save(folder, mine, "Li", "keep-theirs").event_id is None
    assert Workspace(folder).revision() == at


def test_a_replayed_stroke_counts_but_answers_only_what_it_saw(folder: Path) -> None:
    mine = drawn(read_sheet(folder), "precaution", "B1", "B2")
    put(folder, "sealed", "B2", by="Wang")
    load(folder, "cases", home("C1", "B1"), home("C2", "B1", reported_at="13"))
    after = save(folder, mine, "Li", "replay").after
    assert (shown(after)["B1"], shown(after)["B2"]) == ("sealed", "controlled")
    assert after.edited.ledger["pending"].iloc[0] == 2


@pytest.mark.slow
def test_a_draft_waits_until_it_is_taken_up(folder: Path) -> None:
    mine = drawn(read_sheet(folder), "precaution", "B1")
    put(folder, "controlled", "B1", by="Wang")
    draft = save(folder, mine, "Li", "draft")
    assert shown(draft.after)["B1"] == "controlled"
    with pytest.raises(ConflictError):
        take_up(folder, str(draft.event_id), "Li")
    taken = take_up(folder, str(draft.event_id), "Li", "replay")
    assert shown(taken.after)["B1"] == "precaution"
    status = taken.after.edited.ledger.set_index("event_id")["status"].to_dict()
    assert status[str(draft.event_id)] == "taken_up"
    with pytest.raises(UnknownError, match="draft 'x' is not there; the drafts are"):
        take_up(folder, "x", "Li")


def test_an_old_base_that_nobody_touched_goes_through(folder: Path) -> None:
    mine = drawn(read_sheet(folder), "precaution", "FAR")
    put(folder, "controlled", "B1", by="Wang")
    saved = save(folder, mine, "Li")
    assert saved.event_id
    assert saved.conflicts.empty


@pytest.mark.slow
def test_who_writes_between_the_look_and_the_save_is_seen(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine, theirs = (drawn(read_sheet(folder), of, "B1") for of in ("precaution", "controlled"))

    def late(workspace: Workspace, *given: Any) -> str | None:
        monkeypatch.setattr(saving, "save_stroke", save_stroke)
        save_stroke(workspace, theirs, "Wang")
        return save_stroke(workspace, *given)

    monkeypatch.setattr(saving, "save_stroke", late)
    with pytest.raises(ConflictError, match="by Wang"):
        save(folder, mine, "Li")
    monkeypatch.setattr(saving, "save_stroke", lambda *_: None)
    monkeypatch.setattr(saving, "_TRIES", 2)
    with pytest.raises(StoreError, match="others wrote 2 times"):
        save(folder, mine, "Li", "replay")


def test_a_stroke_that_is_sent_again_is_there_once(folder: Path) -> None:
    mine = drawn(read_sheet(folder), "precaution", "B1")
    first = save(folder, mine, "Li", sent="d1")
    assert save(folder, mine, "Li", sent="d1").event_id == first.event_id
    assert Workspace(folder).revision() == first.before.revision + 1


def test_names_stand_for_their_atoms_once(folder: Path) -> None:
    plan = read_sheet(folder).plan
    assert resolve_atoms(plan, ["FAR", "E1", "B1", CELL, "E1/rest", "FAR"]) == ("FAR", "B1", "B2", "E1/rest", CELL)
    with pytest.raises(UnknownError) as caught:
        resolve_atoms(plan, ["B1", "B11", "89411caa627ffff", *(f"?{n}" for n in range(9))])
    said = str(caught.value)
    assert said.startswith("11 of 12 names are no unit, atom or cell with ground here: B11 (nearest: B1")
    assert "89411caa627ffff (a cell of resolution 9, where this workspace has 11)" in said
    assert "and 6 more; nothing was saved" in said
    with pytest.raises(InputError, match="no atom is named"):
        resolve_atoms(plan, [])


def test_what_cannot_be_drawn_is_refused(folder: Path) -> None:
    sheet = read_sheet(folder)
    zone = sheet.plan.zones.set_index("class").at["sealed", "zone_id"]
    assert drawn(sheet, "sealed", "FAR", zone_id=zone).zone_id == zone
    with pytest.raises(InputError, match=f"zone '{zone}' is sealed, not controlled; give --class sealed"):
        drawn(sheet, "controlled", "FAR", zone_id=zone)
    with pytest.raises(UnknownError, match="zone 'Z' is not in the plan"):
        drawn(sheet, "controlled", "FAR", zone_id="Z")
    with pytest.raises(UnknownError, match=r"class 'red' is not in cn-sz-2022; it has sealed .*; none takes atoms out"):
        drawn(sheet, "red", "FAR")
    with pytest.raises(InputError, match="before it begins"):
        drawn(sheet, "sealed", "FAR", until=AS_OF)
    with pytest.raises(InputError, match="revision 99 is not in the log, which ends with"):
        read_sheet(folder, revision=99)


@pytest.mark.slow
def test_an_undo_names_what_is_there(folder: Path) -> None:
    event = str(put(folder, "sealed", "FAR").event_id)
    with pytest.raises(UnknownError, match=f"nearest: {event}"):
        take_back(folder, event[:-1], "Li")
    done = take_back(folder, event, "Wang")[0]
    with pytest.raises(InputError, match=f"was undone by Wang; undo {done} to bring it back"):
        take_back(folder, event, "Li")


def test_cells_have_the_people_of_their_land(folder: Path) -> None:
    load(folder, "population", {"id": "P1", "cell": CELL, "people": 70})
    saved = put(folder, "sealed", CELL)
    plan = plan_of(folder, saved.after)
    assert weigh(plan, plan.touched)["beyond_people"].sum() == 70
    out = put(folder, "none", "B1")
    assert out.after.edited.touched["below"].sum() == 1
    assert "B1" not in shown(out.after)


@pytest.mark.slow
def test_two_hundred_thousand_atoms_are_one_edit(folder: Path) -> None:
    cells = cells_to_text(np.unique(disks(text_to_cells([CELL]), 258)[1]))
    saved = put(folder, "sealed", *cells)
    assert len(saved.stroke.atoms) == 200_467
    assert read_sheet(folder).edited.touched["beyond"].sum() > 200_000
