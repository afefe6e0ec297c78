"""The compact index of names gives what dicts over every unit give."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.plain_index import PlainIndex
from tests.small_town import area, derive_town, estate, house, stairwell
from zoning import lookup
from zoning.addresses import index as module
from zoning.addresses import resolve
from zoning.addresses.index import Index, index_of
from zoning.addresses.names import NAMED
from zoning.addresses.words import tidy
from zoning.pipeline import Plan

LEVELS = ("building", "stairwell", "floor_range")


def said(plan: Plan) -> list[str]:
    """Every id and every name in both languages, also without blanks, and names with more or less around them."""
    found = {*plan.units["id"], *plan.atoms["atom_id"], "", " ", "无"}
    for table in (plan.units, plan.tables["places"], plan.tables["areas"]):
        for column in NAMED:
            found |= set(table[column].dropna())
    texts = sorted(found)
    more = [[t.replace(" ", ""), t.upper(), f"{t}1单元", f"Block 1, {t}", t[1:], f"{t}除1栋"] for t in texts]
    return list(dict.fromkeys([*texts, *(t for some in more for t in some)]))


def the_same(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    index, plainly = Index(plan), PlainIndex(plan)
    texts = said(plan)
    for text in texts:
        words = tidy(text)
        assert index.by_id.find(text) == plainly.by_id.find(text), text
        assert index.atoms.find(text) == plainly.atoms.find(text), text
        assert index.hits(words) == plainly.hits(words), text
        assert index.called(text) == plainly.called(text), text
        for at in range(len(words)):
            assert index.name_at(words, at) == plainly.name_at(words, at), (text, at)
    for row, level in enumerate(plan.units["level"]):
        for asked in {level, *LEVELS}:
            assert index.labels(row, asked) == plainly.labels(row, asked)
    answers = []
    for one in (index, plainly):
        monkeypatch.setattr(module, "_kept", [one])
        assert index_of(plan) is one
        answers.append([resolve(text, plan) for text in texts])
    for text, *both in zip(texts, *answers, strict=True):
        assert both[0] == both[1], text


def test_every_name_and_id_of_the_town_is_found_as_before(town_plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    the_same(town_plan, monkeypatch)


NAMES = st.sampled_from(
    [
        *(
            "甲苑",
            "甲 苑",
            "甲苑会所",
            "会所",
            "三栋",
            "3栋",
            "03号楼",
            "十二号",
            "Straße 5",
            "STRASSE 5",
            "Ａ座",
            "、甲",
        ),
        *("Block 3", "Block 3 shops", "2-8层住宅", "Club House", "1层商铺", "东 Court", "3-1栋"),
    ]
)
NAMED_TWICE = st.fixed_dictionaries({"name": NAMES, "name_en": st.none() | NAMES})


@st.composite
def named_towns(draw: st.DrawFn) -> dict[str, list[dict[str, object]]]:
    """Estates, their buildings and stairwells, houses, areas and places, under few names that are hard to tell."""
    rows: dict[str, list[dict[str, object]]] = {k: [] for k in ("estates", "buildings", "units", "areas", "places")}
    for n in range(draw(st.integers(0, 3))):
        rows["estates"].append(estate(f"E{n}", 200 * n, 0, 150, 60) | draw(NAMED_TWICE))
        for b in range(draw(st.integers(0, 3))):
            parent = draw(st.sampled_from([f"E{n}", f"E{n}", None]))
            number = draw(st.none() | st.integers(1, 4))
            spot = (200 * n + 40 * b + 5, 5 if parent else 200)
            rows["buildings"].append(house(f"B{n}{b}", *spot, parent, number=number) | draw(NAMED_TWICE))
            for u in range(draw(st.integers(0, 2))):
                rows["units"].append(stairwell(f"U{n}{b}{u}", f"B{n}{b}") | draw(NAMED_TWICE))
    for n in range(draw(st.integers(0, 2))):
        rows["areas"].append(area(f"A{n}", 300 * n - 50, -50, 300, 400) | draw(NAMED_TWICE))
        unit = draw(st.sampled_from([None, "E0", "B00", "nowhere"]))
        shape = rows["areas"][-1]["geometry"].centroid
        rows["places"].append({"id": f"P{n}", "unit_id": unit, "geometry": shape} | draw(NAMED_TWICE))
    return rows


@pytest.mark.slow
@settings(max_examples=25)
@given(named_towns())
def test_every_name_and_id_of_any_town_is_found_as_before(rows: dict[str, list[dict[str, object]]]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lookup, "_PIECE", 2)
        the_same(derive_town(**rows), patch)


def test_the_trees_that_are_kept_at_hand_are_few(town_plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_TREES", 1)
    index, full = Index(town_plan), town_plan.units["name"]
    for row in [*full.index[full.duplicated(keep=False)[::-1]], *full.index, *full.index[::-1]]:
        assert ("units", row) in index.called(full[row])
        assert len(index._trees) <= 1
