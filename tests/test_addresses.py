"""Addresses in words: atoms where they are sure, a question where they are not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.small_town import derive_town, estate, house, stairwell
from tests.town_strategies import Rows, towns
from zoning.addresses import resolve
from zoning.pipeline import Plan

BLOCK_6 = ("E1-B6-U1", "E1-B6-U2", "E1-B6-U3", "E1-B6/rest")
AFTER_5 = (*BLOCK_6, "E1-B7", "E1-B8", "E1/rest")


@pytest.mark.parametrize(
    ("text", "atoms"),
    [
        ("临水花园6栋2单元", ("E1-B6-U2",)),
        ("2单元6栋临水花园", ("E1-B6-U2",)),
        ("临水花园六栋二单元", ("E1-B6-U2",)),
        ("临水 花园 第６栋 2 单元", ("E1-B6-U2",)),
        ("Linshui Garden block 6 unit 2", ("E1-B6-U2",)),
        ("unit 2, block 6, LINSHUI GARDEN", ("E1-B6-U2",)),
        ("临水花园6栋1、3单元", ("E1-B6-U1", "E1-B6-U3")),
        ("临水花园5至6栋1单元", ("E1-B5-U1", "E1-B6-U1")),
        ("临水花园6号楼", BLOCK_6),
        ("E1-B6", BLOCK_6),
        ("E1-B6/rest", ("E1-B6/rest",)),
        ("临水花园除1-5栋", AFTER_5),
        ("临水花园除了1、2、3、4和5栋以外的部分", AFTER_5),
        ("除1至5栋以外的临水花园", AFTER_5),
        ("Linshui Garden minus buildings 1-5", AFTER_5),
        ("the whole of Linshui Garden except for blocks 1 to 5", AFTER_5),
        ("临水花园6栋减去临水花园6栋2单元", ("E1-B6-U1", "E1-B6-U3", "E1-B6/rest")),
        ("石涌村3号", ("E2-B03",)),
        ("grounds of Shichong Village", ("E2/rest",)),
        ("石涌村空地", ("E2/rest",)),
        ("石涌商厦1至2层", ("N2-F1",)),
        ("石涌商厦4-8层", ("N2-F4", "N2-F7")),
        ("石涌商厦三楼", ("N2-F3",)),
        ("floors 4 to 30 of tower 1, Rongyin Court", ("E3-B1-F4",)),
        ("临江茶楼", ("N2-F3",)),
        ("石涌市场", ("N1",)),
    ],
)
def test_words_are_atoms(text: str, atoms: tuple[str, ...], town_plan: Plan) -> None:
    found = resolve(text, town_plan)
    assert (found.question, found.atoms) == ("", atoms)


@pytest.mark.parametrize(
    ("text", "says", "candidate"),
    [
        ("临水花圆3栋", "not known", "E1"),
        ("临水花园9栋", "no building 9", "E1-B1"),
        ("临水花园2单元", "3 stairwells", "E1-B4-U2"),
        ("临水花园1栋3单元", "no stairwells", "E1-B1"),
        ("石涌商厦4至7层", "no whole ranges", "N2-F7"),
        ("石涌商厦9层", "no whole ranges", "N2-F1"),
        ("临水花园6栋3层", "not divided by floors", "E1-B6"),
        ("石涌村其余部分", "after what", "E2"),
        ("rest of Shichong Village", "after what", "E2"),
        ("石涌村3号空地", "no parts", "E2-B03"),
        ("新临水花园3栋", "not known", "E1"),
        ("临水花园减去石涌村", "not inside", "E1"),
        ("由环镇西路、石勇路围合", "石勇路", "R12"),
        ("由环镇西路、东岸路围合", "close no block", "R01"),
        ("临水花园5-1栋", "no range", "E1"),
        ("临水花园除5-1栋", "no range", "E1"),
        ("临水花园1-999999999栋", "no range", "E1"),
        ("临水花园减去临水花园", "holds no ground", None),
        ("临水花园3栋附近", "not known", "E1-B3"),
        ("临水花园3栋或4栋", "not known", "E1"),
        ("临水花园三期3栋", "not known", None),
        ("东岸工棚", "on no unit", "PL8"),
        ("3栋2单元", "not known", None),
        ("", "not known", None),
    ],
)
def test_what_is_not_sure_is_a_question(text: str, says: str, candidate: str | None, town_plan: Plan) -> None:
    found = resolve(text, town_plan)
    assert found.atoms == ()
    assert says in found.question
    assert candidate is None or candidate in [name for name, _ in found.candidates], found


@pytest.mark.parametrize(
    "text",
    [
        "由环镇西路、环镇北路、榕荫街、石涌路围合",
        "环镇北路和环镇西路和石涌路和榕荫街围成的区域",
        "block bounded by Huanzhen West Road, Huanzhen North Road, Rongyin Street and Shichong Road",
    ],
)
def test_four_roads_bound_a_block(text: str, town_plan: Plan) -> None:
    found = resolve(text, town_plan)
    units = {atom for atom in found.atoms if atom in set(town_plan.atoms["atom_id"])}
    assert units == {a for a in town_plan.atoms["atom_id"] if a.startswith("E1")}
    assert {a for a in found.atoms if a not in units}, "the streets' own ground is cells"


def test_an_area_is_the_atoms_whose_point_it_holds(town_plan: Plan) -> None:
    found = set(resolve("石涌社区", town_plan).atoms)
    units = set(town_plan.atoms["atom_id"]) & found
    assert {a[:2] for a in units} == {"E1", "E2", "N1", "N2", "N3", "N4"}


def atoms_by_tree(plan: Plan, row: int) -> set[str]:
    return set(plan.atoms["atom_id"].to_numpy(object)[plan.inside.loc[plan.inside["unit"] == row, "atom"]])


def full_names_hold(plan: Plan) -> None:
    names = plan.units["name"]
    for row in names.index[~names.duplicated(keep=False)]:
        found, wanted = resolve(names[row], plan), atoms_by_tree(plan, row)
        assert set(found.atoms) == wanted, names[row]
        assert bool(found.question) is not bool(wanted), "what has no footprint holds no ground, and is asked about"
    for row in names.index[names.duplicated(keep=False)]:
        assert resolve(names[row], plan).question


def test_every_full_name_of_the_town_is_its_atoms(town_plan: Plan) -> None:
    full_names_hold(town_plan)


@settings(max_examples=20)
@given(towns())
def test_every_full_name_is_its_atoms(rows: Rows) -> None:
    full_names_hold(derive_town(**{kind: rows[kind] for kind in ("estates", "buildings", "units")}))


LEVELS = st.permutations(["{name}", "{b}栋", "{u}单元"])


@settings(max_examples=20)
@given(LEVELS, st.integers(1, 3), st.integers(1, 2))
def test_the_order_of_parts_does_not_matter(order: list[str], b: int, u: int) -> None:
    assert resolve("".join(order).format(name="甲苑", b=b, u=u), TWINS).atoms == (f"B{b}-U{u}",)


TWINS = derive_town(
    estates=[estate("E", 0, 0, 200, 60) | {"name": "甲苑"}, estate("F", 300, 0, 60, 60), estate("G", 400, 0, 60, 60)],
    buildings=[house(f"B{b}", 50 * b - 40, 10, "E") | {"name": f"{b}栋"} for b in (1, 2, 3)],
    units=[stairwell(f"B{b}-U{u}", f"B{b}", u) | {"name": f"{u}单元"} for b in (1, 2, 3) for u in (1, 2)],
)


def test_two_of_one_name_are_a_question() -> None:
    twins = derive_town(estates=[estate(i, x, 0, 60, 60) | {"name": "甲苑"} for i, x in (("F", 0), ("G", 100))])
    for text in ("甲苑", "甲苑除1栋", "甲苑3栋"):
        assert [name for name, _ in resolve(text, twins).candidates] == ["F", "G"], text
