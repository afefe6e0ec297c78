"""What would put an atom into another class: every way that is told is taken, and leads where it says."""

from collections.abc import Iterable

import pandas as pd
import pytest
from hypothesis import strategies as st

from tests.examples import Hold, few_then_many
from tests.house import ROOT
from tests.small_town import (
    POLICY,
    SETTINGS,
    Row,
    area,
    at,
    box,
    classes,
    derive_town,
    estate,
    home,
    house,
    point,
    stairwell,
    stay,
)
from tests.town_strategies import Rows, towns
from zoning.coming import Coming
from zoning.geometry import cell_centres, text_to_cells
from zoning.pipeline import Plan
from zoning.policy import Policy, load_policy
from zoning.settings import Settings
from zoning.whynot import OUT, Way, find_ways

RINGS = load_policy(str(ROOT / "tests" / "packs" / "xx-ring-1.toml"))
TOWN: Rows = {
    "estates": [estate("E1", 0, 0, 200, 100), estate("E2", 300, 0, 100, 100)],
    "buildings": [house("B1", 10, 10, "E1"), house("B2", 60, 10, "E1"), house("B3", 160, 10, "E1"),
                  house("B4", 310, 10, "E2"), house("B9", 900, 0)],
    "units": [stairwell(f"U{n}", "B1", n) for n in range(1, 5)],
    "areas": [area("A1", -100, -100, 600, 400)],
    "cases": [home("C1", "U2"), home("C2", "B3")],
    "visits": [stay("V1", "C2", **point(70, 20))],
}  # fmt: skip


def number(plan: Plan, atom: str) -> int:
    row = plan.atoms.index[plan.atoms["atom_id"] == atom]
    return int(row[0]) if len(row) else int(text_to_cells([atom])[0])


def ways(plan: Plan, atom: str) -> list[Way]:
    return find_ways(plan, number(plan, atom))


def way(plan: Plan, atom: str, target: str | None) -> Way:
    return next(w for w in ways(plan, atom) if w.target == target)


def place_rows(name: str, place: str, visit: bool) -> tuple[Row, list[Row]]:
    """How a fact names a place that a way told, and the place that a visit to a unit needs."""
    if "," in place:
        lng, lat = (float(part) for part in place.split(","))
        return {"lng": lng, "lat": lat}, []
    if cell := int(text_to_cells([place])[0]):
        centre = cell_centres(text_to_cells([place]))
        return ({"lng": centre[0][0], "lat": centre[1][0]} if visit else {"cell": hex(cell)[2:]}), []
    if not visit:
        return {"unit_id": place}, []
    return {"place_id": name}, [{"id": name, "name": name, "unit_id": place, "geometry": box(900, 0)}]


def with_fact(rows: Rows, coming: Coming, place: str) -> Rows:
    """The town once the fact has come that a way asks for."""
    visit = coming.trigger == "visit"
    where, places = place_rows("NEW-P", place, visit)
    case = {"status": coming.status, "reported_at": "21", "recorded_at": "21"}
    cases = [{"case_id": f"NEW{n}", **case, **({} if visit else where)} for n in range(coming.count)]
    leave = at("20 10:00") + pd.Timedelta(hours=coming.hours)
    told = {"place_risk": coming.place_risk, "contacts_traceable": coming.contacts_traceable}
    times = {"arrive_at": "20 10:00", "leave_at": leave, "recorded_at": "21"}
    visits = [{"visit_id": "NEW-V", "person_id": "NEW0", **times, **told, **where}] if visit else []
    added = {"cases": cases, "visits": visits, "places": places}
    return {**rows, **{kind: [*rows.get(kind, []), *more] for kind, more in added.items()}}


def rank(policy: Policy, name: str | None) -> int:
    return policy.classes[name].rank if name else OUT


def class_without(
    rows: Rows, gone: Iterable[str], atom: str, policy: Policy = POLICY, of: Settings = SETTINGS
) -> str | None:
    return classes(derive_town(policy, withdrawn=gone, settings=of, **rows)).get(atom)


def some_atom(plan: Plan, data: st.DataObject) -> str:
    names = [*plan.atoms["atom_id"], *plan.membership["atom_id"][-3:]]
    return str(data.draw(st.sampled_from(names)))


def lead_there(rows: Rows, policy: Policy, data: st.DataObject) -> None:
    """One way of one atom, taken."""
    plan = derive_town(policy, **rows)
    if not len(plan.atoms):
        return
    atom = some_atom(plan, data)
    now, told = classes(plan).get(atom), ways(plan, atom)
    assert not [w for w in told if w.target == now]
    assert (None in {w.target for w in told}) == (now is not None)
    if not told:
        return
    taken = data.draw(st.sampled_from(told))
    gone = taken.leaving.facts if taken.leaving else ()
    found = with_fact(rows, taken.coming, data.draw(st.sampled_from(taken.coming.places))) if taken.coming else rows
    assert class_without(found, gone, atom, policy) == taken.target, taken
    for fact in gone[:4]:
        left = class_without(rows, set(gone) - {fact}, atom, policy)
        assert rank(policy, left) < rank(policy, taken.target), f"{fact} can be spared"


@few_then_many(6, 40)
@pytest.mark.slow
def test_every_way_leads_where_it_says_and_nothing_in_it_can_be_spared(hold: Hold) -> None:
    def check(rows: Rows, data: st.DataObject) -> None:
        lead_there(rows, POLICY, data)

    hold(towns(), st.data())(check)


@few_then_many(6, 40)
@pytest.mark.slow
def test_so_it_does_where_rules_count_facts_together(hold: Hold) -> None:
    def check(rows: Rows, data: st.DataObject) -> None:
        lead_there(rows, RINGS, data)

    hold(towns(), st.data())(check)


@pytest.fixture(scope="module")
def plan() -> Plan:
    return derive_town(**TOWN)


def test_the_smallest_set_is_a_visit_where_a_visit_alone_does_it(plan: Plan) -> None:
    assert classes(plan)["B2"] == "sealed"
    left = way(plan, "B2", "controlled").leaving
    assert left
    assert (left.facts, left.smallest, left.zones) == (("visits:V1",), True, ())
    gone = way(plan, "B2", None).leaving
    assert gone
    assert gone.facts == ("cases:C1", "cases:C2")


def test_a_home_beside_it_elsewhere_in_the_estate_or_in_it_each_by_its_rule() -> None:
    plan = derive_town(**{**TOWN, "cases": [], "visits": []})
    by_rule = {POLICY.rules[w.coming.rule].id: w for w in ways(plan, "U3") if w.coming}
    told = {"sealed": ("R1", "R5a"), "controlled": ("R2", "R3", "R5b"), "precaution": ("R6",)}
    assert {rule: w.target for rule, w in by_rule.items()} == {r: name for name, rules in told.items() for r in rules}
    places = {rule: w.coming.places for rule, w in by_rule.items() if w.coming}
    assert places["R1"][:2] == ("U3", "B1")
    assert set(places["R2"][:3]) == {"U2", "U4", "B2"}
    assert places["R3"][:2] == ("U1", "B3")
    assert not {"B2", "U2"} & set(places["R5b"])
    risky = by_rule["R5b"].coming
    assert risky
    assert (risky.place_risk, risky.contacts_traceable) == ("some", False)


@pytest.mark.slow
def test_ground_of_decided_zones_outlives_its_facts_until_people_release_it(plan: Plan) -> None:
    zone = plan.zones[plan.zones["class"] == "sealed"].iloc[0]
    told = {"zone_id": zone["zone_id"], "fact_ids": zone["fact_ids"], "class": "sealed", "by": "Li Wei"}
    dates = {"delineated_at": at("12 12:00"), "in_force_from": at("13"), "recorded_at": at("12 12:00")}
    decided = [{**told, **dates}]
    held = derive_town(decided=decided, **TOWN)
    left = way(held, "B2", "controlled").leaving
    assert left
    assert (left.facts, left.zones) == (("visits:V1",), (zone["zone_id"],))
    assert classes(derive_town(withdrawn=left.facts, decided=decided, **TOWN))["B2"] == "sealed"
    ended = {**told, "action": "release", "in_force_from": at("20 12:00"), "recorded_at": at("20 12:00")}
    assert classes(derive_town(withdrawn=left.facts, decided=[*decided, ended], **TOWN))["B2"] == "controlled"


def test_what_a_release_settled_counts_no_more(plan: Plan) -> None:
    zone = plan.zones[plan.zones["class"] == "sealed"].iloc[0]
    told = {"zone_id": zone["zone_id"], "fact_ids": zone["fact_ids"], "class": "sealed", "by": "Li Wei"}
    dates = {"delineated_at": at("12 12:00"), "in_force_from": at("13"), "recorded_at": at("12 12:00")}
    ended = {**told, "action": "release", "in_force_from": at("20 12:00"), "recorded_at": at("20 12:00")}
    over = derive_town(decided=[{**told, **dates}, ended], **TOWN)
    assert classes(over)["B2"] == "controlled"
    assert "controlled" not in {w.target for w in ways(over, "B2")}
    assert way(over, "B2", "sealed").coming


def test_a_zone_that_stepped_is_left_in_its_new_class(plan: Plan) -> None:
    zone = plan.zones[plan.zones["class"] == "sealed"].iloc[0]
    told = {"zone_id": zone["zone_id"], "fact_ids": zone["fact_ids"], "class": "sealed", "by": "Li Wei"}
    dates = {"delineated_at": at("12 12:00"), "in_force_from": at("13"), "recorded_at": at("12 12:00")}
    step = {**told, "action": "step", "to": "like_controlled", "in_force_from": at("20"), "recorded_at": at("20")}
    alone = derive_town(decided=[{**told, **dates}, step], **{**TOWN, "cases": [home("C1", "B9")], "visits": []})
    assert classes(alone)["B9"] == "like_controlled"
    left = way(alone, "B9", None).leaving
    assert left
    assert (left.facts, left.zones) == (("cases:C1",), (zone["zone_id"],))


@pytest.mark.slow
@pytest.mark.parametrize("pack", ["sg-dengue-cluster", "cn-2020-county", "eu-2020-687", "uk-hpai"])
def test_other_packs(pack: str) -> None:
    policy = load_policy(pack)
    areas = [area("D1", -100, -100, 1100, 400, "district"), area("D2", 4900, -100, 400, 400, "district")]
    far = [*TOWN["buildings"], house("FAR", 5000, 0)]
    cases = [home("C1", "U1"), home("C2", "FAR")]
    rows = {**TOWN, "buildings": far, "areas": areas, "cases": cases, "visits": []}
    wide = Settings(resolution=9)
    plan = derive_town(policy, settings=wide, **rows)
    told = ways(plan, "B9")
    assert told
    for taken in told:
        found = with_fact(rows, taken.coming, taken.coming.places[0]) if taken.coming else rows
        gone = taken.leaving.facts if taken.leaving else ()
        assert class_without(found, gone, "B9", policy, wide) == taken.target, taken
