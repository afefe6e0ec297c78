"""Names are found by every way of writing them, best first."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoning.gazetteer import WHY, Gazetteer, digits, look_up, make_gazetteer, plain, search
from zoning.pipeline import Plan

UNITS = [
    ("E1", "estate", "临水花园", "Linshui Garden"),
    ("E1-B3", "building", "临水花园 3栋", "Linshui Garden Block 3"),
    ("E1-B12", "building", "临水花园 12栋", "Linshui Garden Block 12"),
    ("E1-B3-U2", "stairwell", "临水花园 3栋 2单元", "Linshui Garden Block 3 unit 2"),
    ("E2", "estate", "长乐村", "Changle Village"),
    ("E3", "estate", "重庆大厦", "Chongqing Tower"),
    ("E4", "estate", "新临水花园", "New Linshui Garden"),
    ("E5", "estate", "三元里", None),
    ("E6", "estate", "长岭科技花园", "Science Park Homes"),
]
PLACES = [("P1", "临江茶楼", "Linjiang Teahouse"), ("P2", None, None)]
ROADS = [("R1", "石涌路", "Shichong Road"), ("R2", "石涌路", "Shichong Road"), ("R3", None, None)]
AREAS = [("A1", "石涌社区", "Shichong Community")]


def gazetteer_of(units: list[tuple[str, str, str, str | None]]) -> Gazetteer:
    three = [pd.DataFrame(rows, columns=["id", "name", "name_en"]) for rows in (PLACES, ROADS, AREAS)]
    return make_gazetteer(pd.DataFrame(units, columns=["id", "level", "name", "name_en"]), *three)


NAMES = gazetteer_of(UNITS)


@pytest.mark.parametrize(
    ("text", "first", "why"),
    [
        ("临水花园", "E1", "exact"),
        ("临水", "E1", "prefix"),
        ("水花园", "E1", "part"),
        ("linshuihuayuan", "E1", "pinyin"),
        ("lin shui hua yuan", "E1", "pinyin"),
        ("huayuan3dong", "E1-B3", "pinyin"),
        ("lshy", "E1", "initials"),
        ("lshy3d2dy", "E1-B3-U2", "initials"),
        ("Linshui Garden", "E1", "exact"),
        ("garden block 3", "E1-B3", "part"),
        ("临水花圆", "E1", "typo"),
        ("linshuihuayaun", "E1", "typo"),
        ("Linshiu Graden", "E1", "typo"),
        ("淋水花园", "E1", "typo"),
        ("水临花园", "E1", "typo"),
        ("临水花", "E1", "prefix"),
        ("临水花园3懂", "E1-B3", "part"),
        ("临水化园3懂", "E1-B3", "typo"),
        ("inshuihuayuan", "E1", "typo"),
        ("linshuihuayuann", "E1", "typo"),
        ("linhsuihuauyan", "E1", "typo"),
        ("chongqngdsha", "E3", "typo"),
        ("临某某园", None, None),
        ("ＬＩＮＳＨＵＩ　ｇａｒｄｅｎ", "E1", "exact"),
        ("临水花园三栋", "E1-B3", "exact"),
        ("临水花园１２栋", "E1-B12", "exact"),
        ("2单元 临水花园", "E1-B3-U2", "part"),
        ("2单元3栋临水花园", "E1-B3-U2", "part"),
        ("chang le cun", "E2", "pinyin"),
        ("zhanglingkejihuayuan", "E6", "pinyin"),
        ("changling", "E6", "pinyin"),
        ("chongqing", "E3", "prefix"),
        ("cqds", "E3", "initials"),
        ("sanyuanli", "E5", "pinyin"),
        ("3元里", "E5", "exact"),
        ("茶楼", "P1", "part"),
        ("石涌路", "R1", "exact"),
        ("shichong community", "A1", "exact"),
        ("缺", None, None),
        (" 。", None, None),
    ],
)
def test_a_name_is_found_by(text: str, first: str | None, why: str | None) -> None:
    found = search(NAMES, text, 5)
    assert (found["id"].iat[0], found["why"].iat[0]) == (first, why) if first else found.empty, found


def test_exact_goes_before_prefix_and_part() -> None:
    found = search(NAMES, "临水花园")
    assert found["id"].tolist() == ["E1", "E1-B3", "E1-B12", "E1-B3-U2", "E4"]
    assert found["why"].tolist() == ["exact", "prefix", "prefix", "prefix", "part"]
    assert found["score"].is_monotonic_decreasing
    assert list(found) == ["id", "kind", "name", "name_en", "score", "why"]


def test_a_number_is_not_found_inside_another() -> None:
    assert "E1-B12" not in search(NAMES, "2栋")["id"].tolist()


def test_a_road_of_many_pieces_is_one_name() -> None:
    assert search(NAMES, "石涌", 10)["id"].tolist() == ["R1", "A1"]


def test_the_limit_holds_where_many_are_alike() -> None:
    many = gazetteer_of([(f"E{i}", "estate", f"花园{i}", f"Garden {i}") for i in range(3000)])
    found = look_up(many, "花园", 7)
    assert [row for row, _, _ in found] == list(range(7))
    assert len(look_up(many, "花园", 4000)) == 3000
    assert look_up(many, "花园", 0) == []


def test_an_empty_town_has_no_names() -> None:
    none = pd.DataFrame(columns=["id", "name", "name_en", "level"])
    assert search(make_gazetteer(none, none, none, none), "临水").empty


@pytest.mark.parametrize(
    ("numeral", "number"),
    [("十", "10"), ("十二", "12"), ("二十", "20"), ("一百零三", "103"), ("二〇三", "203"), ("三百二十一", "321")],
)
def test_numerals_are_digits(numeral: str, number: str) -> None:
    assert digits(f"第{numeral}栋") == f"第{number}栋"


def test_names_of_the_town_are_found_by_themselves(town_plan: Plan) -> None:
    made = make_gazetteer(town_plan.units, *(town_plan.tables[kind] for kind in ("places", "roads", "areas")))
    for name, names_en in zip(made.names["name"], made.names["name_en"], strict=True):
        for text in (name, names_en):
            found = search(made, text, 3)
            assert found["why"].iat[0] == "exact"
            assert plain(text) in (plain(found["name"].iat[0]), plain(found["name_en"].iat[0]))


WORDS = st.text("临水花园长重村三十3栋 abLi()。", min_size=1, max_size=8)


@given(st.lists(WORDS, min_size=1, max_size=12), WORDS)
def test_hits_are_those_of_a_plain_scan(names: list[str], text: str) -> None:
    """Whole names, beginnings and inner parts are exactly those that a scan finds; nothing is found twice."""
    made = gazetteer_of([(f"E{i}", "estate", name, None) for i, name in enumerate(names)])
    word, found = plain(text), look_up(made, text, 100)
    rows = [row for row, _, _ in found]
    assert len(rows) == len(set(rows))
    assert [score for _, score, _ in found] == sorted((score for _, score, _ in found), reverse=True)
    assert all(why in WHY and 0 < score <= 100 for _, score, why in found)
    exact = {row for row, _, why in found if why == "exact"}
    assert exact == {i for i, name in enumerate(names) if word and plain(name) == word}
    prefix = {row for row, _, why in found if why in ("exact", "prefix") and row < len(names)}
    assert prefix == {i for i, name in enumerate(names) if word and plain(name).startswith(word)}
