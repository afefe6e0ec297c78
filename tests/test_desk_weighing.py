"""What strokes come to: counted step by step it is what counting all of it anew gives; parts and holes as drawn."""

from pathlib import Path

import numpy as np
import orjson
import pytest
import shapely
from hypothesis import strategies as st

from tests.examples import Hold, few_then_many
from zoning.burden import weigh
from zoning.desk import NOWHERE, Act, Desk, Place, contact, do, redo, undo
from zoning.desk.contact import parts_and_holes
from zoning.desk.ground import Ground, make_ground
from zoning.desk.telling import tell_atoms, tell_forms, tell_totals, tell_zones
from zoning.desk.weighing import Scale, Tally, shape_of, tally_base
from zoning.editing import read_sheet
from zoning.geometry import cell_polygons, disks

CENTRE = np.array([0x8B411CAA6261FFF], np.uint64)
DISK = disks(CENTRE, 3)[1]


@pytest.fixture(scope="module")
def scale(town_folder: Path) -> Scale:
    sheet = read_sheet(town_folder)
    return Scale(make_ground(sheet), sheet.edited.zones)


@few_then_many(6, 40)
def test_parts_and_holes_are_those_of_the_drawn_outline(hold: Hold) -> None:
    def check(cells: set[int]) -> None:
        held = np.array(sorted(cells), np.uint64)
        assert parts_and_holes(cells) == contact._of_many(held) if cells else (0, 0)
        outline = shapely.union_all(shapely.set_precision(cell_polygons(held), 1e-9))
        polygons = [part for part in shapely.get_parts(outline) if not part.is_empty]
        assert parts_and_holes(cells) == (len(polygons), sum(len(part.interiors) for part in polygons))

    hold(st.sets(st.sampled_from(DISK.tolist())))(check)


def test_no_ground_has_no_parts() -> None:
    assert parts_and_holes({0}) == (0, 0)


def test_a_base_weighs_what_the_plan_weighs(scale: Scale) -> None:
    plan, base = scale.ground.sheet.plan, tally_base(scale)
    table = weigh(plan)
    assert sum(base.people.values()) == pytest.approx(table["people"].sum())
    assert base.person_days == pytest.approx(table["person_days"].sum())
    due = plan.calendar[plan.calendar["date"] == scale.dates[0]].groupby("zone_id").size()
    people = plan.zones.set_index("zone_id")["people"].reindex(due.index).sum()
    assert base.tests[0] == pytest.approx(people)
    assert base.beyond == base.below == [0, 0]


def strokes(ground: Ground) -> st.SearchStrategy[list[object]]:
    units = st.integers(0, len(ground.sheet.plan.atoms) - 1)
    cells = st.sampled_from(
        [atom for atom in ground.base.shown if atom >= len(ground.sheet.plan.atoms)] + DISK.tolist()
    )
    zones = [Place(of.of, name) for name, of in ground.base.zones.items()]
    places = st.sampled_from([*zones, *(Place(of, f"new:{of}") for of in {z.of for z in zones}), NOWHERE])
    atoms = st.lists(units | cells, min_size=1, max_size=8, unique=True).map(tuple)
    acts = st.builds(Act, st.just("paint"), atoms, places) | st.builds(Act, st.just("erase"), atoms)
    return st.lists(acts | acts | st.sampled_from(["undo", "redo"]), max_size=10)


@few_then_many(6, 40)
def test_step_by_step_is_as_counted_anew(hold: Hold, scale: Scale) -> None:
    def check(data: st.DataObject) -> None:
        ground, base = scale.ground, tally_base(scale)
        desk, tally = Desk(ground.base), base.copy()
        for step in data.draw(strokes(ground)):
            change = do(desk, step) if isinstance(step, Act) else (undo if step == "undo" else redo)(desk)
            if change:
                zones = tally.change(desk, change)
                tell_forms(desk, base, tally, sorted(zones)[::2])  # those are kept, and must not outlive a stroke
                told = {"totals": tell_totals(base, tally), "zones": tell_zones(desk, base, tally, zones)}
                assert len(orjson.dumps({**told, **tell_atoms(ground, desk, change)})) <= 10_000
        everywhere = {*ground.base.shown, *ground.base.derived, *desk.placed}
        anew = Tally(scale)
        anew.add(everywhere, (desk.at(atom) for atom in everywhere), 1)
        for name in ("person_days", "tests", "beyond", "below"):
            assert getattr(tally, name) == pytest.approx(getattr(anew, name), abs=1e-6), name
        for place in {*tally.people, *anew.people}:
            assert tally.people.get(place, 0) == pytest.approx(anew.people.get(place, 0), abs=1e-6)
        for zone, form in tell_forms(desk, base, tally, desk.zones).items():
            shapes = (shape_of(ground, held.get(zone, ())) for held in (ground.members, desk.members))
            assert tuple(zip(form["parts"], form["holes"], strict=True)) == tuple(shapes)

    hold(st.data())(check)


def test_a_stroke_of_many_atoms_is_answered_in_few_words(scale: Scale) -> None:
    ground, base = scale.ground, tally_base(scale)
    desk, tally = Desk(ground.base), base.copy()
    act = Act("paint", tuple(range(len(ground.sheet.plan.atoms))) + tuple(disks(CENTRE, 40)[1].tolist()), NOWHERE)
    change = do(desk, act)
    zones = tally.change(desk, change)
    told = {"totals": tell_totals(base, tally), "zones": tell_zones(desk, base, tally, zones)}
    assert len(orjson.dumps({**told, **tell_atoms(ground, desk, change)})) <= 10_000
    assert told["totals"]["people"][0] > told["totals"]["people"][1] >= 0
    assert told["totals"]["below"]["atoms"][1] > 0
    assert tell_atoms(ground, desk, change)["moved"] is None
