"""Ground in words: what a phrase says is what its address reads back to, on the town, generated towns and a city."""

from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import strategies as st

from tests.examples import Hold, few_then_many
from tests.small_town import area, derive_town, estate, floors, home, house, stairwell
from tests.town_strategies import grounds
from zoning.addresses import resolve
from zoning.addresses.index import index_of
from zoning.demo import write_demo
from zoning.loading import load_manifest
from zoning.paper.boundary import describe
from zoning.paper.ground import Phrase, atoms_of, compact, name_atoms, name_less
from zoning.pipeline import Plan, derive
from zoning.store import Workspace

LANGUAGES = ("zh", "en")


def units(plan: Plan, *ids: str) -> set[int]:
    """Rows of atoms by id."""
    return {index_of(plan).atoms.find(name) for name in ids}


def reads_back(phrases: list[Phrase], atoms: set[int], plan: Plan) -> None:
    """Each phrase reads back to its atoms, cells aside; together they are all, each once."""
    index = index_of(plan)
    for phrase in phrases:
        answer = resolve(phrase.address, plan)
        found = {row for a in answer.atoms if (row := index.atoms.find(a)) >= 0}
        assert found == phrase.atoms, (phrase.text, phrase.address, answer.question)
        assert phrase.address in phrase.text
    assert sorted(a for phrase in phrases for a in phrase.atoms) == sorted(atoms)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_boundary_of_the_town_reads_back(town_plan: Plan, language: str) -> None:
    for zone in town_plan.zones.to_dict("records"):
        boundary = describe(town_plan, zone, language)
        assert boundary.exact
        reads_back(list(boundary.phrases), set(atoms_of(town_plan, zone["zone_id"])[0]), town_plan)


@few_then_many(8, 40)
def test_any_atoms_of_the_town_read_back(hold: Hold, town_plan: Plan) -> None:
    def check(data: st.DataObject, language: str) -> None:
        atoms = data.draw(st.sets(st.integers(0, len(town_plan.atoms) - 1)))
        reads_back(name_atoms(atoms, town_plan, language), atoms, town_plan)

    hold(data=st.data(), language=st.sampled_from(LANGUAGES))(check)


@pytest.mark.slow
@few_then_many(8, 40)
def test_any_atoms_of_a_generated_town_read_back(hold: Hold) -> None:
    def check(rows: dict, data: st.DataObject, language: str) -> None:
        plan = derive_town(**rows)
        if len(plan.atoms):
            atoms = data.draw(st.sets(st.integers(0, len(plan.atoms) - 1)))
            reads_back(name_atoms(atoms, plan, language), atoms, plan)

    hold(rows=grounds(), data=st.data(), language=st.sampled_from(LANGUAGES))(check)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """A small demo city on its sixteenth day."""
    folder = tmp_path_factory.mktemp("city")
    list(write_demo(folder / "files", 3, 30_000, 10))
    list(load_manifest(Workspace(folder / "work", create=True), Path(folder / "files" / "city.toml")))
    return derive(folder / "work", datetime.fromisoformat("2022-03-13T00:00:00+08:00"))


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_boundary_of_a_city_reads_back_and_so_do_random_parts_of_it(city: Plan, language: str) -> None:
    assert len(city.zones) > 5
    for zone in city.zones.to_dict("records"):
        boundary = describe(city, zone, language)
        if boundary.exact:
            reads_back(list(boundary.phrases), set(atoms_of(city, zone["zone_id"])[0]), city)
    assert sum(describe(city, z, language).exact for z in city.zones.to_dict("records")) > 0.8 * len(city.zones)
    random = np.random.default_rng(7)
    estates = city.atoms["estate_id"].dropna().unique()
    for name in random.choice(estates, 20):
        rows = np.flatnonzero(city.atoms["estate_id"] == name)
        some = set(random.choice(rows, random.integers(1, len(rows) + 1), replace=False).tolist())
        reads_back(name_atoms(some, city, language), some, city)


def garden(**more: object) -> Plan:
    """An estate of six blocks, the third with three stairwells, the fourth with shops below flats; a loose house."""
    blocks = [{**house(f"B{n}", 10 + 30 * n, 10, "E", number=n), "name": f"{n}栋", "name_en": f"Block {n}"}
              for n in range(1, 7)]  # fmt: skip
    inner = [{**stairwell(f"U{n}", "B3", n), "name": f"{n}单元", "name_en": f"unit {n}"} for n in (1, 2, 3)]
    inner += [{**floors(f"F{a}", "B4", a, b), "name": f"{a}至{b}层"} for a, b in ((1, 2), (3, 9))]
    rows = {
        "estates": [{**estate("E", 0, 0, 230, 60), "name": "临水花园", "name_en": "Linshui Garden"}],
        "buildings": [*blocks, {**house("X", 300, 10), "name": "老邮局", "name_en": "Old Post Office"}],
        "units": inner,
        "areas": [{**area("A", -50, -50, 500, 200), "name": "石涌社区", "name_en": "Shichong Community"}],
        "cases": [home("C1", "B1")],
    }
    return derive_town(**rows | more)


@pytest.mark.parametrize(
    ("ids", "zh", "en"),
    [
        (["B1", "B2"], ["临水花园1、2栋"], ["Linshui Garden blocks 1 and 2"]),
        (["U1", "U2"], ["临水花园3栋1、2单元"], ["Linshui Garden block 3 units 1 and 2"]),
        (["U1", "U2", "U3", "B3/rest"], ["临水花园3栋"], ["Linshui Garden block 3"]),
        (["U1", "U3", "B3/rest"], ["临水花园3栋（除2单元）"], ["Linshui Garden block 3, less unit 2"]),
        (["F3"], ["临水花园4栋3至9层"], ["Linshui Garden block 4 floors 3–9"]),
        (["E/rest"], ["临水花园空地"], ["grounds of Linshui Garden"]),
        (["X", "B6"], ["临水花园6栋", "老邮局"], ["Linshui Garden block 6", "Old Post Office"]),
    ],
)
def test_units_are_named_as_short_as_they_read_back(ids: list[str], zh: list[str], en: list[str]) -> None:
    plan = garden()
    assert [p.text for p in name_atoms(units(plan, *ids), plan, "zh")] == zh
    assert [p.text for p in name_atoms(units(plan, *ids), plan, "en")] == en


def test_an_estate_less_few_parts_is_said_so_and_less_many_is_listed() -> None:
    plan = garden()
    every = set(range(len(plan.atoms))) - units(plan, "X")
    less = every - units(plan, "B1", "U2")
    assert [p.text for p in name_atoms(less, plan, "zh")] == ["临水花园（除1栋、3栋2单元）"]
    assert [p.text for p in name_atoms(less, plan, "en")] == ["Linshui Garden, less block 1 and block 3 unit 2"]
    few = units(plan, "B5", "B6")
    assert [p.text for p in name_atoms(few, plan, "zh")] == ["临水花园5、6栋"]
    assert [p.text for p in name_atoms(few | units(plan, "E/rest"), plan, "zh")] == ["临水花园（除1至4栋）"]


def test_an_area_is_said_less_what_is_not_in_it() -> None:
    plan = garden()
    whole = frozenset(range(len(plan.atoms)))
    found = name_less("石涌社区", whole, whole - units(plan, "F1", "X"), plan, "zh")
    assert found is not None
    assert found.text == "石涌社区（除临水花园4栋1至2层、老邮局）"
    assert name_less("石涌社区", whole, whole - units(plan, "E/rest"), plan, "zh") is None
    assert name_less("无此社区", whole, whole - units(plan, "X"), plan, "zh") is None


def test_names_that_fit_twice_or_are_missing_give_way_to_ids() -> None:
    twins = [{**house("P", 0, 0), "name": "一号楼"}, {**house("Q", 40, 0), "name": "一号楼"},
             {**house("R", 80, 0), "name": None}]  # fmt: skip
    plan = derive_town(buildings=twins, cases=[home("C1", "P")])
    told = name_atoms(units(plan, "P", "Q", "R"), plan, "zh")
    assert [(p.text, p.address) for p in told] == [
        ("R", "R"), ("一号楼（编号 P）", "P"), ("一号楼（编号 Q）", "Q"),
    ]  # fmt: skip
    assert [p.text for p in name_atoms(units(plan, "P"), plan, "en")] == ["一号楼 (id P)"]


def test_blanks_beside_chinese_go_and_those_between_latin_words_stay() -> None:
    assert compact("临水花园 4栋 Unit 5") == "临水花园4栋Unit 5"
