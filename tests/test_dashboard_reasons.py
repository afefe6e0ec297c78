"""Whatever the engine says of dirt is said in Chinese too."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.loading.reasons import told
from tests.zoo import TEXTS, Dirt
from tests.zoo_files import FILES
from zoning.errors import InputError
from zoning.guess import guess_file
from zoning.intake import read_input

CHINESE = re.compile("[一-鿿]")


def said_of(path: Path, kind: str) -> list[str]:
    """All that is said of a file: its error, or the reasons, fixes and notices of its rows."""
    try:
        found = read_input(path, kind)
    except InputError as error:
        return [str(error)]
    rejects = [intake.rejects for intake in found.values()]
    words = [str(word) for table in rejects for column in ("reason", "fix") for word in table[column]]
    return [*words, *(notice for intake in found.values() for notice in intake.notices)]


ZOO = (*TEXTS, *FILES)


@pytest.mark.parametrize("dirt", ZOO, ids=lambda dirt: dirt.name)
def test_what_is_said_of_dirt_is_said_in_chinese(dirt: Dirt, tmp_path: Path) -> None:
    path = tmp_path / dirt.file
    dirt.make(path)
    for text in said_of(path, dirt.kind):
        assert CHINESE.search(told(text)["zh"].replace(path.name, "")), text
        assert told(text)["zh"] != text, text
        assert "--" not in told(text)["en"], text


def test_how_a_guess_is_known_is_said_in_chinese(tmp_path: Path) -> None:
    path = tmp_path / "病例 gcj02 20220316.csv"
    path.write_text("id,x1,lon,lat\nC1,44626.5,114.05,22.54\nC2,44627,114.06,22.55\n", "utf-8")
    for text in guess_file(path).query("item in ('encoding', 'kind', 'crs', 'column', 'value', 'origin')")["evidence"]:
        assert CHINESE.search(told(text)["zh"]), text


def test_parts_are_told_apart_and_columns_are_named() -> None:
    assert told("empty, but required; not a number")["zh"] == "必填项为空；不是数字"
    assert told("status: empty in 3 rows; taken as confirmed")["zh"] == "病例类型：3 行为空，按“确诊”处理"
    assert told("words of nobody")["zh"] == "words of nobody"
    moved = "coordinates taken as wgs84; --crs declares another of wgs84, gcj02, bd09 or EPSG"
    assert told(moved)["en"] == "coordinates taken as WGS84; choose their system if they are in another"


@pytest.mark.slow
@given(st.text(max_size=200))
def test_any_words_are_told_without_loss(text: str) -> None:
    assert told(text)["en"] == text or "--" in text
    assert told(f"columns not used: {text}")["en"] == f"columns not used: {text}"
