"""What a weak location leaves open is listed, and changes no class."""

from hypothesis import strategies as st

from tests.examples import Hold, few_then_many
from tests.house import ROOT
from tests.small_town import Row, area, classes, derive_town, estate, house, point
from tests.town_strategies import Rows, towns
from zoning.pipeline import Plan
from zoning.policy import load_policy
from zoning.possible import DTYPES, list_possible

RINGS = load_policy(str(ROOT / "tests" / "packs" / "xx-ring-1.toml"))
GROUND: Rows = {
    "estates": [estate("E1", 0, 0, 200, 100)],
    "buildings": [house("B1", 10, 10, "E1"), house("B2", 40, 10, "E1"), house("B3", 160, 10, "E1")],
    "areas": [area("A1", -100, -100, 400, 400)],
}


def case(name: str, x: float, y: float, radius: float | None = None, **more: object) -> Row:
    times = {"onset_at": "10", "reported_at": "12", "isolated_at": "12"}
    return {"case_id": name, **times, "location_radius_m": radius, **point(x, y), **more}


def listed(plan: Plan) -> set[tuple[str, str, str, float]]:
    found = list_possible(plan)
    assert found.dtypes.astype("str").to_dict() == DTYPES
    rows = found[["atom_id", "rule_id", "class"]].assign(m=found["distance_m"].round(1))
    return set(rows.itertuples(index=False, name=None))


def test_the_other_building_within_the_radius_is_listed_with_what_its_rules_would_take() -> None:
    plan = derive_town(**GROUND, cases=[case("C1", 28, 20, 15.0)])
    assert classes(plan)["B1"] == "sealed"
    assert set(plan.membership["certainty"]) == {"possible"}
    assert listed(plan) == {("B2", "R1", "sealed", 12.0), ("B1", "R2", "controlled", 12.0)}


def test_the_nearest_place_that_would_give_the_class_counts() -> None:
    plan = derive_town(**GROUND, cases=[case("C1", 28, 20, 140.0)])
    found = {row[:2]: row[3] for row in listed(plan)}
    assert found["B2", "R1"] == 12.0
    assert found["B3", "R1"] == 132.0


def test_nothing_is_left_open_by_a_radius_that_holds_one_building_a_named_unit_or_none() -> None:
    cases = [case("C1", 20, 20, 5.0), case("C2", 170, 20), case("C3", 50, 20, 500.0, unit_id="B2")]
    assert listed(derive_town(**GROUND, cases=cases)) == set()
    assert listed(derive_town(**GROUND)) == set()


def test_where_no_unit_lies_within_the_radius_cells_are_listed() -> None:
    plan = derive_town(cases=[case("C1", 1000, 20, 30.0)])
    found = list_possible(plan)
    sealed = found[found["class"] == "sealed"]
    certain = plan.membership[plan.membership["class"] == "sealed"]
    assert len(certain) == 1
    assert len(sealed) > 1
    assert not set(sealed["atom_id"]) & set(certain["atom_id"])
    assert (sealed["distance_m"] <= 30).all()


def test_a_case_that_fires_nothing_leaves_nothing_open() -> None:
    assert listed(derive_town(**GROUND, cases=[case("C1", 28, 20, 15.0, status="excluded")])) == set()


def test_facts_that_count_together_are_moved_one_at_a_time() -> None:
    close = [case(f"C{i}", 20, 20, onset_at=None) for i in range(2)]
    far = case("C9", 165, 60, 115.0, onset_at=None)
    plan = derive_town(RINGS, **GROUND, cases=[*close, far])
    assert {row[0] for row in listed(plan) if row[1] == "Hearth"} >= {"B2"}
    assert set(list_possible(plan)["fact_id"]) == {"cases:C9"}


@few_then_many(6, 40)
def test_a_radius_changes_no_class_and_lists_only_what_another_place_would_give(hold: Hold) -> None:
    hold(towns(most=4), st.floats(1, 150))(check_radius)


def check_radius(rows: Rows, radius: float) -> None:
    weak = {**rows, "cases": [{**c, "location_radius_m": radius} if "lng" in c else c for c in rows["cases"]]}
    before, after = derive_town(**rows), derive_town(**weak)
    assert classes(before) == classes(after)
    found = list_possible(after)
    assert (found["distance_m"] <= radius + 1e-6).all()
    assert not found.duplicated(["atom", "rule_id", "fact_id"]).any()
    assert found["fact_id"].isin(after.stays.loc[~after.stays["sure"].astype(bool), "fact_id"]).all()
