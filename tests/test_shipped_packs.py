"""Every shipped pack derives zones with every choice, and says where each of its numbers is from."""

from dataclasses import replace

import pytest

from tests.small_town import SETTINGS, area, at, derive_town, estate, home, house
from zoning.graded import Clause
from zoning.policy import Parameters, Policy, list_policies, load_pack, load_policy

RULES = [name for name in list_policies() if isinstance(load_pack(name), Policy)]
TOWN = {
    "estates": [estate("E1", 0, 0, 200, 60)],
    "buildings": [house("B1", 5, 5), house("B2", 40, 5), house("B3", 500, 5)],
    "areas": [area("A", -400000, -400000, 800000, 800000, "country"), area("D1", -900, -900, 5000, 5000, "district"),
              area("K1", -800, -800, 3000, 3000, "community")],
    "cases": [home("C1", "B1"), home("C2", "B1"), home("C3", "B2", status="preliminary")],
}  # fmt: skip
CHOICES = [
    pytest.param(name, {option: value}, id=f"{name}-{value}")
    for name in RULES
    for option, choice in load_pack(name).options.items()
    for value in choice.allowed
] + [pytest.param(name, {}, id=name) for name in RULES if not load_pack(name).options]


@pytest.mark.parametrize(("name", "options"), CHOICES)
def test_every_pack_derives_zones_of_its_classes_with_every_choice(name: str, options: dict[str, str]) -> None:
    policy = load_policy(name, options)
    plan = derive_town(policy, at("13"), settings=replace(SETTINGS, resolution=6), **TOWN)
    assert len(plan.zones)
    assert set(plan.zones["class"]) <= set(policy.classes)
    assert set(plan.membership["rule_ids"].explode()) <= {rule.id for rule in policy.rules}


@pytest.mark.parametrize("name", list_policies())
def test_a_pack_holds_no_default_of_grade_u_and_says_where_each_of_the_others_is_from(name: str) -> None:
    pack: Parameters = load_pack(name)
    for table in pack.parameters.values():
        for one in table.values():
            for value in one if isinstance(one, list) else [one]:
                assert value.cite or value.grade in "DOU"
                assert isinstance(value, Clause) or (value.value is None) == (value.grade == "U")
