"""Choices of a pack: what stands only where it is chosen, and every choice checked before the pack is taken."""

from pathlib import Path
from typing import Any

import pytest

from tests.house import ROOT
from zoning.choices import defaults, misplaced, resolve, variants
from zoning.errors import PolicyError
from zoning.policy import load_policy

OPTIONS = {
    "disease": {"default": "hot", "allowed": ["hot", "cold", "dry"]},
    "rest": {"default": "a", "allowed": ["a", "b"]},
}  # fmt: skip


def km(value: int, **only: Any) -> dict[str, Any]:
    return {"value": value, "unit": "km", "grade": "O"} | ({"only": only} if only else {})


def chosen(part: Any, **options: str) -> Any:
    return resolve({"options": OPTIONS, "part": part}, options).get("part")


def test_of_a_list_of_values_the_chosen_one_stands() -> None:
    radii = [km(3, disease="hot"), km(20, disease=["cold", "dry"])]
    assert chosen(radii) == km(3)
    assert chosen(radii, disease="cold") == chosen(radii, disease="dry") == km(20)


def test_a_value_that_no_choice_keeps_is_left_out() -> None:
    assert chosen({"a": [km(3, disease="cold")], "b": 1}) == {"b": 1}
    assert chosen({"a": km(3, disease="cold"), "b": []}) == {"b": []}
    assert chosen({"x": 1, "only": {"disease": "dry"}}) is None


def test_several_values_of_one_choice_stay_a_list() -> None:
    spans = [km(3, disease="hot"), km(4, disease="hot"), km(5, disease="cold")]
    assert chosen(spans) == [km(3), km(4)]
    assert chosen([km(3)]) == [km(3)]


def test_rules_and_steps_stay_lists_though_one_remains() -> None:
    rules = [{"id": "A", "grade": "O", "only": {"disease": "hot"}}, {"id": "B", "grade": "O", "only": {"rest": "b"}}]
    assert chosen(rules) == [{"id": "A", "grade": "O"}]
    steps = [{"to": "a", "grade": "O", "only": {"rest": "a"}}, {"to": "none", "grade": "O", "only": {"rest": "b"}}]
    assert chosen(steps, rest="b") == [{"to": "none", "grade": "O"}]


def test_every_option_of_an_only_must_fit() -> None:
    radii = [km(1, disease="hot", rest="b"), km(2, disease="hot", rest="a")]
    assert chosen(radii) == km(2)
    assert chosen(radii, rest="b") == km(1)


def test_a_class_may_be_the_value_of_an_option() -> None:
    rule = [{"id": "A", "class": "option:rest"}, {"id": "B", "class": "option:other"}]
    assert [one["class"] for one in chosen(rule, rest="b")] == ["b", "option:other"]


def test_a_pack_is_checked_by_its_defaults_and_each_other_value() -> None:
    assert defaults({"options": OPTIONS}) == {"disease": "hot", "rest": "a"}
    assert list(variants({"options": OPTIONS})) == [{}, {"disease": "cold"}, {"disease": "dry"}, {"rest": "b"}]
    assert list(variants({})) == [{}]


def test_an_only_that_names_nothing_offered_is_told() -> None:
    given = {"options": OPTIONS, "rules": [{"id": "A", "only": {"disease": "wet"}}, {"id": "B", "x": km(1, rset="a")}]}
    told = "what the pack's options offer: disease = hot | cold | dry; rest = a | b"
    assert list(misplaced(given)) == [("rules.A.only.disease", "wet", told), ("rules.B.x.only.rset", "a", told)]
    assert list(misplaced({"x": {"only": "hot"}})) == [("x.only", "hot", "what the pack's options offer: no option")]


def test_what_only_another_choice_breaks_is_told_at_once(tmp_path: Path) -> None:
    text = (ROOT / "tests" / "packs" / "xx-ring-1.toml").read_text("utf-8")
    doc = 'doc = { zh = "宽", en = "wide" }\ngrade = "O"\n'
    option = f'[options.width]\ndefault = "narrow"\nallowed = ["narrow", "wide"]\n{doc}\n'
    usual = 'radius_m = { value = 25, unit = "m", grade = "O" }'
    assert usual in text
    both = (
        'radius_m = [{ value = 25, unit = "m", grade = "O", only = { width = "narrow" } }, '
        '{ value = %s, unit = "m", grade = "O", only = { width = "wide" } }]'
    )
    path = tmp_path / "wide.toml"
    path.write_text(text.replace("[day_count]", option + "[day_count]").replace(usual, both % 90), "utf-8")
    found = [load_policy(str(path), given).rules[0].ground for given in (None, {"width": "wide"})]
    assert [ground.radius_m.value for ground in found] == [25, 90]
    path.write_text(text.replace("[day_count]", option + "[day_count]").replace(usual, both % -1), "utf-8")
    with pytest.raises(PolicyError, match=r"wide\.toml: rules\.Hearth\.ground\.radius_m\.value: found -1"):
        load_policy(str(path))
    path.write_text(text.replace("[day_count]", option + "[day_count]").replace(usual, both.replace("wide", "w") % 9))
    with pytest.raises(PolicyError, match=r"radius_m\.1\.only\.width: found 'w'; allowed: .*width = narrow \| wide"):
        load_policy(str(path))
