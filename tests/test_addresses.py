"""Addresses in words: atoms where they are sure, a question where they are not."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.small_town import degrees, derive_town, estate, floors, house, point, stairwell
from tests.town_strategies import Rows, towns
from zoning.addresses import resolve
from zoning.geometry import cells_to_text, points_to_cells
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
        ("Linshui Garden, less buildings 1–5", AFTER_5),
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
        "东至榕荫街、南至石涌路、西至环镇西路、北至环镇北路",
        "石涌路以北、环镇北路以南、环镇西路以东、榕荫街以西",
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


@pytest.mark.slow
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


BLOCKS = derive_town(
    estates=[
        estate("E", 0, 0, 300, 60) | {"name": "和平苑", "name_en": "Peace Court"},
        estate("F", 400, 0, 100, 60) | {"name": "长乐村", "name_en": "Changle Village"},
        estate("G", 600, 0, 100, 60) | {"name": "三元里"},
    ],
    buildings=[
        house("EA", 0, 10, "E") | {"name": "A座", "name_en": "Tower A"},
        house("EB", 30, 10, "E") | {"name": "B座", "name_en": "Tower B"},
        house("E3", 60, 10, "E") | {"name": "3栋", "name_en": "Block 3"},
        house("E5", 90, 10, "E") | {"name": "5栋", "name_en": "Block 5"},
        house("EC", 120, 10, "E") | {"name": "会所", "name_en": "Clubhouse"},
        house("FC", 410, 10, "F") | {"name": "会所", "name_en": "Clubhouse"},
        house("F1", 440, 10, "F") | {"name": "甲栋"},
        house("G1", 610, 10, "G") | {"name": "1栋"},
    ],
    units=[
        *(
            stairwell(f"E{b}-U{u}", f"E{b}", u) | {"name": f"{u}单元", "name_en": f"Unit {u}"}
            for b in "35"
            for u in (1, 2)
        ),
        floors("EC-1", "EC", 1, 2) | {"name": "1至2层"},
        floors("EC-3", "EC", 3, 5) | {"name": "3至5层"},
        floors("EA-0", "EA", -1, -1) | {"name": "地下1层"},
        floors("EA-1", "EA", 1, 9) | {"name": "1至9层"},
    ],
    places=[
        {"id": "P1", "name": "和平公园", "name_en": "Peace Park", "geometry": degrees(shapely.Point(900, 30))},
        {"id": "P2", "name": "长乐亭", "geometry": degrees(shapely.Point(480, 50))},
        {"id": "P3", "name": "元里茶楼", "geometry": degrees(shapely.Point(615, 15))},
    ],
)
IN_3, IN_5, IN_A = ("E3-U1", "E3-U2", "E3/rest"), ("E5-U1", "E5-U2", "E5/rest"), ("EA-0", "EA-1", "EA/rest")


@pytest.mark.parametrize(
    ("text", "atoms"),
    [
        ("和平苑B座", ("EB",)),
        ("和平苑Ｂ栋", ("EB",)),
        ("Tower B, Peace Court", ("EB",)),
        ("和平苑A、B座", (*IN_A, "EB")),
        ("和平苑A-B座", (*IN_A, "EB")),
        ("towers A to B of Peace Court", (*IN_A, "EB")),
        ("长乐村甲栋", ("F1",)),
        ("和平苑三栋二单元", ("E3-U2",)),
        ("三元里一栋", ("G1",)),
        ("Block 3 Unit 2, Peace Court", ("E3-U2",)),
        ("Peace Court, Block 3, Unit 2", ("E3-U2",)),
        ("block3 unit2 peace court", ("E3-U2",)),
        ("和平苑03栋", IN_3),
        ("和平苑会所", ("EC-1", "EC-3", "EC/rest")),
        ("和平苑会所3-5层", ("EC-3",)),
        ("会所一至二楼，和平苑", ("EC-1",)),
        ("3rd to 5th", None),
        ("floors 1-2, Clubhouse, Peace Court", ("EC-1",)),
        ("和平苑A座地下一层", ("EA-0",)),
        ("和平苑A座负1层", ("EA-0",)),
        ("和平苑3、5栋", (*IN_3, *IN_5)),
        ("和平苑3栋和5栋2单元", (*IN_3, "E5-U2")),
        ("和平苑3栋2单元和5栋", ("E3-U2", *IN_5)),
        ("和平苑3栋1单元、2单元", ("E3-U1", "E3-U2")),
        ("和平苑3栋，5栋1单元", (*IN_3, "E5-U1")),
        ("和平苑3栋和长乐村甲栋", (*IN_3, "F1")),
        ("Block 3 of Peace Court and Changle Village", (*IN_3, "F/rest", "F1", "FC")),
        ("长乐村和三元里", ("F/rest", "F1", "FC", "G/rest", "G1")),
        ("全部长乐村和和平苑3栋", (*IN_3, "F/rest", "F1", "FC")),
        ("长乐村(除会所外)", ("F/rest", "F1")),
        ("长乐村除长乐村会所外", ("F/rest", "F1")),
        ("和平苑3栋除1单元", ("E3-U2", "E3/rest")),
        ("和平苑3、5栋除5栋2单元", (*IN_3, "E5-U1", "E5/rest")),
        ("Changle Village excluding the Clubhouse", ("F/rest", "F1")),
        ("元里茶楼", ("G1",)),
    ],
)
def test_more_ways_of_saying_it(text: str, atoms: tuple[str, ...] | None) -> None:
    found = resolve(text, BLOCKS)
    assert found.atoms == tuple(sorted(atoms or ())), found
    assert bool(found.question) is bool(found.question_zh) is (atoms is None)


@pytest.mark.parametrize(
    ("text", "says", "says_zh", "candidate"),
    [
        ("和平苑C座", "no building c", "没有“和平苑”的c栋", "EA"),
        ("会所", "name of 2", "有 2 个", "FC"),
        ("会所3层", "fits 2", "2 个", "EC"),
        ("和平苑3栋和2单元", "two ways", "两种读法", "E"),
        ("长乐村和和平苑3栋", "two ways", "两种读法", "E"),
        ("和平苑3楼", "of which building", "哪一栋", "E3"),
        ("和平苑长乐村", "no unit with parts", "不是可以再分", "F"),
        ("和平苑A-5座", "no range", "不是范围", "E"),
        ("和平公园3栋", "no unit with parts", "不是可以再分", "P1"),
        ("长乐亭", "in no building", "不在任何一栋楼", "F1"),
    ],
)
def test_two_readings_are_a_question_in_both_languages(text: str, says: str, says_zh: str, candidate: str) -> None:
    found = resolve(text, BLOCKS)
    assert found.atoms == ()
    assert says in found.question
    assert says_zh in found.question_zh
    assert candidate in [name for name, _ in found.candidates], found


def test_an_answer_names_its_unit_or_place() -> None:
    for text, unit, place in [
        ("和平苑3栋2单元", "E3-U2", ""),
        ("和平苑", "E", ""),
        ("和平苑3、5栋", "", ""),
        ("和平公园", "", "P1"),
        ("Peace Park", "", "P1"),
        ("元里茶楼", "G1", "P3"),
    ]:
        found = resolve(text, BLOCKS)
        assert (found.unit, found.place) == (unit, place), text


def test_a_place_on_no_unit_is_its_cell() -> None:
    here = point(900, 30)
    cell = points_to_cells(np.array([here["lng"]]), np.array([here["lat"]]), BLOCKS.settings.resolution)
    assert resolve("和平公园", BLOCKS).atoms == tuple(cells_to_text(cell))


def test_a_name_that_looks_like_a_range_is_read_as_a_name() -> None:
    names = {"B1": "3-1栋", "B2": "4栋"}
    of = [house(key, 50 * n, 10, "E") | {"name": name} for n, (key, name) in enumerate(names.items())]
    town = derive_town(estates=[estate("E", 0, 0, 200, 60) | {"name": "甲苑"}], buildings=of)
    for text, atoms in (("甲苑3-1栋", ("B1",)), ("甲苑 ３－１栋", ("B1",)), ("甲苑4栋", ("B2",)), ("甲苑3栋", ())):
        assert resolve(text, town).atoms == atoms, text


def test_two_of_one_name_are_a_question() -> None:
    twins = derive_town(estates=[estate(i, x, 0, 60, 60) | {"name": "甲苑"} for i, x in (("F", 0), ("G", 100))])
    for text in ("甲苑", "甲苑除1栋", "甲苑3栋"):
        assert [name for name, _ in resolve(text, twins).candidates] == ["F", "G"], text
