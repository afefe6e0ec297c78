"""The claims that questions rest on are those that the plan was derived from."""

from collections.abc import Callable

import numpy as np

from tests.examples import Hold, few_then_many
from tests.small_town import derive_town, home, house
from tests.town_strategies import Rows, towns
from zoning.pipeline import Plan
from zoning.whatif import claimed, of_plan, on_atom, stays_without, without


@few_then_many(6, 40)
def test_every_atom_is_in_the_class_of_its_strictest_claims_with_their_rules_and_facts(hold: Hold) -> None:
    def check(rows: Rows) -> None:
        plan = derive_town(**rows)
        known = claimed(plan)
        for atom in plan.membership.to_dict("records"):
            claims = on_atom(known, atom["atom"])
            first = claims[claims["rank"] == claims["rank"].min()]
            assert set(first["class"]) == {atom["class"]}
            rules = {plan.policy.rules[i].id for i in first["rule"]}
            facts = {*first["fact_id"], *first["case_id"]}
            if plan.policy.classes[atom["class"]].per == "cluster":
                assert rules == set(atom["rule_ids"])
                assert facts == set(atom["fact_ids"])
            else:
                assert set(atom["fact_ids"]) <= facts
        free = np.setdiff1d(np.arange(len(plan.atoms)), plan.membership["atom"].to_numpy(np.int64))
        assert all(on_atom(known, int(atom)).empty for atom in free)

    hold(towns())(check)


def test_what_is_taken_back_fires_nothing_and_takes_its_visits_along() -> None:
    rows = {"buildings": [house("B1", 0, 0), house("B2", 500, 0)], "cases": [home("C1", "B1"), home("C2", "B2")]}
    plan = derive_town(**rows)
    left = stays_without(plan, {"cases:C1"})
    assert left.loc[left["fact_id"] == "cases:C1", ["live", "ghost"]].to_numpy().tolist() == [[False, True]]
    assert left.loc[left["fact_id"] == "cases:C2", ["live", "ghost"]].to_numpy().tolist() == [[True, False]]
    assert plan.stays["live"].all()
    known = claimed(plan)
    assert without(known, on_atom(known, 0), {"cases:C1"}).empty
    assert len(without(known, on_atom(known, 0), {"cases:C2"})) == len(on_atom(known, 0))


def test_what_is_made_of_a_plan_is_made_once_and_kept_for_the_last_four() -> None:
    asked: list[Plan] = []
    count: Callable[[Plan], int] = of_plan(lambda plan: asked.append(plan) or len(asked))
    plans = [derive_town() for _ in range(5)]
    assert [count(plan) for plan in (*plans[:4], plans[0], plans[3])] == [1, 2, 3, 4, 1, 4]
    assert [count(plan) for plan in (plans[4], plans[0])] == [5, 6]
