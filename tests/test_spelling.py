"""How names are typed in Latin letters."""

import pytest

from zoning.spelling import readings, spell


@pytest.mark.parametrize(
    ("name", "typed"), [("荔香苑3栋", ["lixiangyuan3dong", "lxy3d"]), ("Lixiang Court", []), ("", [])]
)
def test_names_as_they_are_typed_in_latin_letters(name: str, typed: list[str]) -> None:
    assert spell(name) == typed


def test_a_reading_is_the_likeliest_first_and_few() -> None:
    assert readings("重庆大厦") == [["chong", "qing", "da", "sha"]]
    assert readings("重") == [["zhong"], ["chong"], ["tong"]]
    assert len(readings("重、长、行、乐")) == 4
