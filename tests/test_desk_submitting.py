"""A draft saved is the draft as it was shown; what others did meanwhile is never written over in silence."""

import random
from pathlib import Path

import pytest

from zoning.desk import NEW, NOWHERE, Act, Desk, Place, do
from zoning.desk.acts import erase, leave, merge, paint, split, turn
from zoning.desk.ground import Ground, make_ground
from zoning.desk.submitting import DraftConflict, Signed, conflicts_of, groups_of, submit
from zoning.editing import draw, read_sheet
from zoning.edits import drawn_id
from zoning.errors import InputError
from zoning.saving import save
from zoning.store import Workspace
from zoning.strokes import sent_id

SIGNED = Signed("Li Wei", "shared entrance")


def zones_by_class(ground: Ground, of: str) -> list[str]:
    return sorted(name for name, held in ground.members.items() if held and ground.base.zones[name].of == of)


def shown(workspace: Workspace, ground: Ground) -> dict[str, Place]:
    table = read_sheet(workspace, ground.sheet.plan.as_of).edited.membership
    rows = zip(table["atom_id"], table["class"], table["zone_id"], strict=True)
    return {atom: Place(of, zone) for atom, of, zone in rows}


def expected(ground: Ground, desk: Desk, draft: str) -> dict[str, Place]:
    atoms = sorted({*ground.base.shown, *desk.placed})
    found = {}
    for name, atom in zip(ground.names(atoms), atoms, strict=True):
        place = desk.at(atom)
        if place.zone.startswith(NEW):
            event = sent_id(SIGNED.author, f"{draft}:{place.of}:{place.zone}")
            place = Place(place.of, drawn_id(event))
        if place != NOWHERE:
            found[name] = place
    return found


def scribble(desk: Desk, ground: Ground, seed: int) -> None:
    """Acts of every kind, at random."""
    draw_of = random.Random(seed)
    for n in range(12):
        try:
            do(desk, an_act(desk, ground, draw_of, n))
        except InputError:
            continue


def an_act(desk: Desk, ground: Ground, draw_of: random.Random, n: int) -> Act:
    atoms = [*range(len(ground.sheet.plan.atoms)), *(a for a in ground.base.shown if a > 10**9)]
    some, zones = draw_of.sample(atoms, 6), [zone for zone, held in sorted(desk.members.items()) if held]
    zone = draw_of.choice(zones)
    of = desk.zones[zone].of
    match draw_of.choice(["paint", "new", "out", "erase", "split", "merge", "turn"]):
        case "paint":
            return paint(desk, some, of, zone)
        case "new":
            return paint(desk, some, of, f"{NEW}{n}")
        case "out":
            return paint(desk, some, "none", "")
        case "erase":
            return erase(desk, some)
        case "split":
            return split(desk, zone, sorted(desk.members[zone])[:2], f"s{n}")
        case "merge":
            return merge(desk, [name for name in zones if desk.zones[name].of == of][:2])
    return turn(desk, zone, draw_of.choice(["sealed", "precaution"]), f"t{n}")


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_what_is_saved_is_what_the_draft_showed(town_copy: Path, seed: int) -> None:
    workspace = Workspace(town_copy)
    for draft in ("one", "two"):
        ground = make_ground(read_sheet(workspace))
        desk = Desk(ground.base)
        scribble(desk, ground, seed + 10 * (draft == "two"))
        saved = submit(workspace, draft, ground, desk, SIGNED)
        assert len(saved) == len(groups_of(desk)) > 1
        assert shown(workspace, ground) == expected(ground, desk, draft)
        assert submit(workspace, draft, ground, desk, SIGNED) == saved, "sent again it adds nothing"
    ledger = read_sheet(workspace).edited.ledger
    assert {"shared entrance"} == set(ledger["reason"])
    assert "suspended" not in set(ledger["status"])


def other(workspace: Workspace, ground: Ground, names: list[str]) -> None:
    stroke = draw(ground.sheet, names, "precaution", "survey")
    save(workspace, stroke, "Wang Min", as_of=ground.sheet.plan.as_of)


@pytest.mark.slow
def test_the_second_on_an_old_base_has_three_choices(town_copy: Path) -> None:
    workspace = Workspace(town_copy)
    ground = make_ground(read_sheet(workspace))
    desk = Desk(ground.base)
    mine, _ = ground.numbers(["E4-B1", "E4-B2", "N1"])
    do(desk, paint(desk, mine, "controlled", zones_by_class(ground, "controlled")[0]))
    other(workspace, ground, ["E4-B2", "N6"])
    with pytest.raises(DraftConflict, match=r"1 of the draft's 3 atoms changed.*Wang Min") as refused:
        submit(workspace, "d", ground, desk, SIGNED)
    assert refused.value.conflicts["atom_id"].tolist() == ["E4-B2"]
    assert len(read_sheet(workspace).strokes) == 1, "nothing was saved"
    submit(workspace, "d", ground, desk, SIGNED, "keep-theirs")
    assert shown(workspace, ground)["E4-B2"].of == "precaution"
    assert shown(workspace, ground)["E4-B1"].of == "controlled"
    submit(workspace, "d2", ground, desk, SIGNED, "replay")
    assert shown(workspace, ground)["E4-B2"].of == "controlled"


@pytest.mark.slow
def test_a_draft_put_on_a_newer_base_gives_up_what_others_took(town_copy: Path) -> None:
    workspace = Workspace(town_copy)
    ground = make_ground(read_sheet(workspace))
    desk = Desk(ground.base)
    mine, _ = ground.numbers(["E4-B1", "E4-B2"])
    do(desk, paint(desk, mine, "none", ""))
    other(workspace, ground, ["E4-B2"])
    conflicts, now = conflicts_of(workspace, ground, desk)
    newer = make_ground(now)
    moved = Desk(newer.base)
    for act, _ in desk.done:
        do(moved, act)
    do(moved, leave(moved, newer.numbers(conflicts["atom_id"].tolist())[0]))
    assert newer.names(moved.placed) == ["E4-B1"]
    submit(workspace, "d", newer, moved, SIGNED)
    assert "E4-B1" not in shown(workspace, ground)
    assert shown(workspace, ground)["E4-B2"].of == "precaution"


def test_nothing_and_no_reason_are_not_saved(town_copy: Path) -> None:
    workspace = Workspace(town_copy)
    ground = make_ground(read_sheet(workspace))
    desk = Desk(ground.base)
    with pytest.raises(InputError, match="changes nothing"):
        submit(workspace, "d", ground, desk, SIGNED)
    do(desk, paint(desk, [0], "none", ""))
    with pytest.raises(InputError, match="a reason is needed"):
        submit(workspace, "d", ground, desk, Signed("Li Wei", " "))
