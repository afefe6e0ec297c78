"""The algebra of drafts: undo is as never made, parts make the whole, order is free where strokes are apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoning.desk import ALL, NOWHERE, Act, Base, Desk, Known, Place, Step, do, redo, replay, undo
from zoning.desk.acts import clock_of, erase, lock, merge, paint, split, turn
from zoning.desk.files import read_draft, write_draft
from zoning.errors import InputError, UnknownError

ATOMS = range(12)
ZONES = {"S1": Known("s", 10.0), "S2": Known("s", 30.0), "C1": Known("c", 20.0), "C2": Known("c", None)}
SHOWN = {0: "S1", 1: "S1", 2: "S1", 3: "S2", 4: "S2", 5: "C1", 6: "C1", 7: "C1", 8: "C2"}
PLACES = {atom: Place(ZONES[zone].of, zone) for atom, zone in SHOWN.items()}
# Strokes of before stand on atoms 2 and 9: the engine says otherwise there.
DERIVED = {**{a: p for a, p in PLACES.items() if a != 8}, 2: Place("c", "C1"), 9: Place("c", "C1")}
BASE = Base(PLACES, DERIVED, ZONES)

atoms = st.lists(st.sampled_from(ATOMS), min_size=1, max_size=6, unique=True).map(tuple)
places = st.sampled_from([*(Place(of.of, name) for name, of in ZONES.items()), Place("s", "new:a"), NOWHERE])
locks = st.lists(st.sampled_from(["zone:S1", "zone:new:a", "class:c", "class:none", ALL]), min_size=1).map(tuple)
acts = st.one_of(
    st.builds(Act, st.sampled_from(["paint", "split", "merge", "turn"]), atoms, places, sent=st.text(max_size=3)),
    st.builds(Act, st.sampled_from(["erase", "leave"]), atoms),
    st.builds(Act, st.sampled_from(["lock", "unlock"]), locks=locks),
)
steps = st.lists(st.one_of(acts, acts, st.sampled_from(["undo", "redo"])), max_size=25)
NAMES = [f"U{n}" for n in ATOMS]


def names(numbers: object) -> list[str]:
    return [NAMES[n] for n in numbers]


def numbers(asked: object) -> tuple[list[int], list[str]]:
    return [NAMES.index(n) for n in asked if n in NAMES], [n for n in asked if n not in NAMES]


@given(steps, acts)
def test_undo_equals_never_made(before: list[Step], act: Act) -> None:
    never, made = replay(BASE, before), replay(BASE, before)
    do(made, act)
    undo(made)
    assert made.state() == never.state()
    assert made.zones == never.zones
    assert redo(made) is not None
    do(never, act)
    assert made.state() == never.state()


@given(steps)
def test_all_of_it_is_undone_and_redone(those: list[Step]) -> None:
    desk = replay(BASE, those)
    whole, n = desk.state(), len(desk.done)
    while undo(desk):
        pass
    assert desk.state() == Desk(BASE).state() == (desk.placed, frozenset(), BASE.members())
    assert desk.placed == {}
    for _ in range(n):
        redo(desk)
    assert desk.state() == whole


@given(steps, st.integers(0, 25))
def test_two_parts_make_the_whole(those: list[Step], cut: int) -> None:
    whole = replay(BASE, those)
    parts = replay(BASE, those[cut:], replay(BASE, those[:cut]))
    assert parts.state() == whole.state()
    assert (parts.done, parts.undone) == (whole.done, whole.undone)


@given(atoms, atoms, places, places, st.booleans())
def test_strokes_that_are_apart_may_come_in_any_order(
    one: tuple[int, ...], two: tuple[int, ...], here: Place, there: Place, wipe: bool
) -> None:
    first = Act("paint", one, here)
    apart = tuple(atom for atom in two if atom not in one)
    second = Act("erase", apart) if wipe else Act("paint", apart, there)
    assert replay(BASE, [first, second]).state() == replay(BASE, [second, first]).state()


@given(steps)
def test_a_draft_comes_back_from_its_file(those: list[Step]) -> None:
    data = write_draft({"base": 7, "title": "夜班"}, those, names)
    read = read_draft(data, numbers)
    assert read.head == {"base": 7, "title": "夜班"}
    assert read.steps == those
    assert not read.lost
    if those:
        assert read_draft(data[:-2], numbers).steps == those[:-1], "a line that was cut off is left out"


@given(steps)
def test_members_are_what_places_say(those: list[Step]) -> None:
    desk = replay(BASE, those)
    found: dict[str, set[int]] = {}
    for atom in ATOMS:
        if zone := desk.at(atom).zone:
            found.setdefault(zone, set()).add(atom)
    assert {name: held for name, held in desk.members.items() if held} == found
    assert all(desk.base.shown.get(atom, NOWHERE) != place for atom, place in desk.placed.items())


@given(steps, st.sampled_from(["S1", "S2"]), st.sampled_from(["S1", "S2"]))
def test_a_merged_zone_keeps_the_later_clock(those: list[Step], one: str, two: str) -> None:
    desk = Desk(BASE)
    if one == two:
        with pytest.raises(InputError, match="two or more"):
            merge(desk, [one, two])
        return
    act = merge(desk, [one, two])
    do(desk, act)
    assert clock_of(desk, act.place.zone) == 30.0
    assert desk.members[act.place.zone] == {0, 1, 2, 3, 4}


def test_a_split_brings_back_what_a_merger_joined() -> None:
    desk = Desk(BASE)
    do(desk, merge(desk, ["S1", "S2"]))
    do(desk, split(desk, "S2", [0, 1, 2, 11], "x"))
    assert desk.state() == Desk(BASE).state()
    assert clock_of(desk, "S1") == 10.0


@given(atoms, st.sampled_from(["S1", "S2", "C1"]))
def test_what_was_split_off_comes_back_by_merging(those: tuple[int, ...], zone: str) -> None:
    desk = Desk(BASE)
    held = [atom for atom in those if atom in desk.members[zone]]
    if not held or len(held) == len(desk.members[zone]):
        return
    do(desk, split(desk, zone, held, "x"))
    assert clock_of(desk, "new:x") == clock_of(desk, zone), "its ground is under measures since then"
    do(desk, merge(desk, ["new:x", zone]))
    assert desk.state() == Desk(BASE).state()


def test_a_part_that_was_split_off_gives_way_to_a_later_clock() -> None:
    desk = Desk(BASE)
    do(desk, split(desk, "S1", [0], "x"))
    assert merge(desk, ["new:x", "S2"]).place.zone == "S2"
    do(desk, split(desk, "S2", [3], "y"))
    assert merge(desk, ["S1", "new:y"]).place.zone == "new:y", "the later clock, that of S2"


def test_a_split_of_less_is_a_new_zone() -> None:
    desk = Desk(BASE)
    do(desk, merge(desk, ["S1", "S2"]))
    do(desk, split(desk, "S2", [0], "x"))
    assert desk.members["new:x"] == {0}
    with pytest.raises(InputError, match="none of the 1"):
        split(desk, "new:x", [5], "y")
    with pytest.raises(InputError, match="all of the 1"):
        split(desk, "new:x", [0], "y")


def test_zones_of_two_classes_are_not_merged() -> None:
    with pytest.raises(InputError, match=r"several classes.*\(c, s\)"):
        merge(Desk(BASE), ["S1", "C1"])
    assert merge(Desk(BASE), ["C1", "C2"]).place.zone == "C2", "a zone that the draft draws starts last"


def test_a_zone_turns_whole() -> None:
    desk = Desk(BASE)
    do(desk, turn(desk, "S1", "c", "x"))
    assert {desk.at(atom) for atom in (0, 1, 2)} == {Place("c", "new:x")}
    with pytest.raises(InputError, match="is c already"):
        turn(desk, "new:x", "c", "y")
    with pytest.raises(InputError, match="has no ground"):
        turn(desk, "S1", "c", "y")
    with pytest.raises(UnknownError):
        turn(desk, "S9", "c", "y")


def test_what_is_locked_is_left_out_and_told() -> None:
    desk = Desk(BASE)
    do(desk, lock(desk, ["class:s"], ["s", "c"]))
    change = do(desk, paint(desk, [4, 5, 9], "c", "C2"))
    assert (change.left_out, sorted(change.places)) == (1, [5, 9])
    with pytest.raises(InputError, match="all 2 atoms are locked"):
        paint(desk, [3, 4], "none", "")
    with pytest.raises(InputError, match="all 1 atoms are locked"):
        paint(desk, [11], "s", "S1")
    do(desk, lock(desk, [ALL], ["s", "c"], on=False))
    assert not desk.locks
    assert do(desk, paint(desk, [3, 4], "none", "")).left_out == 0


def test_erasing_gives_back_what_the_engine_proposes() -> None:
    desk = Desk(BASE)
    do(desk, paint(desk, [0, 9, 11], "c", "C2"))
    do(desk, erase(desk, [0, 2, 8, 9, 11]))
    assert [desk.at(atom).zone for atom in (0, 2, 8, 9, 11)] == ["S1", "C1", "", "C1", ""]


@given(steps, atoms)
def test_what_is_left_to_others_is_as_in_the_base(those: list[Step], given_up: tuple[int, ...]) -> None:
    desk = replay(BASE, [*those, Act("unlock", locks=tuple(sorted(replay(BASE, those).locks)))])
    do(desk, Act("leave", given_up))
    assert not desk.placed.keys() & set(given_up)


def test_wrong_strokes_say_what_is_wrong() -> None:
    desk = Desk(BASE)
    with pytest.raises(InputError, match="no atom is chosen"):
        paint(desk, [], "c", "C1")
    with pytest.raises(InputError, match="200,001 atoms are more"):
        paint(desk, range(200_001), "c", "C1")
    with pytest.raises(InputError, match="is s, not c"):
        paint(desk, [1], "c", "S1")
    with pytest.raises(UnknownError, match="not in this draft"):
        paint(desk, [1], "c", "C9")
    for what, said in (([], "nothing is named"), (["roof:1"], "cannot be locked")):
        with pytest.raises(InputError, match=said):
            lock(desk, what, ["s"])
    with pytest.raises(UnknownError, match="class 'x'"):
        lock(desk, ["class:x"], ["s"])


def test_a_thousand_strokes_and_more_are_undone() -> None:
    desk = Desk(BASE)
    for n in range(2500):
        do(desk, Act("paint", (n % 12,), Place("s", "new:a") if n % 2 else NOWHERE))
    while undo(desk):
        pass
    assert desk.state() == Desk(BASE).state()
    assert len(desk.undone) == 2500


def test_files_that_are_no_drafts_are_refused_in_words() -> None:
    good = write_draft({"base": 1}, ["undo"], names)
    for data, said in (
        (b"", "line 1: this is no JSON"),
        (b"[]\n", "no JSON object"),
        (b'{"a":1}\n', "no draft of Cordon"),
        (good + b'{"do":"fly"}\n', "line 3: 'fly' is no act"),
        (good + b'{"do":"paint","atoms":"U1"}\n', "lists of text"),
        (good + b'{"do":"paint","class":7}\n', "are text"),
    ):
        with pytest.raises(InputError, match=said):
            read_draft(data, numbers)
    lost = read_draft(good + b'{"do":"erase","atoms":["U1","gone"]}\n', numbers)
    assert lost.lost == {2: ["gone"]}
    assert lost.steps[1] == Act("erase", (1,))
