"""What must hold for every town: generated ones, each derived once, held against the plain rules and against itself."""

from collections import Counter

import numpy as np
import pandas as pd
import shapely
from hypothesis import strategies as st

from tests.examples import Hold, few_then_many
from tests.plain_rules import PlainTown
from tests.small_town import POLICY, classes, derive_town, house, point
from tests.town_strategies import Rows, towns
from zoning.explain import explain_unit
from zoning.geometry import text_to_cells
from zoning.pipeline import Plan

MILD = POLICY.model_copy(
    update={"rules": [r.model_copy(update={"target": "like_controlled"}) if r.id == "R3" else r for r in POLICY.rules]}
)


PLACE = point(910, 10)  # the middle of every place of the generated towns


def plain(rows: Rows, plan: Plan, rest: str = "controlled") -> PlainTown:
    """The same town by the plain rules; a visit's place stands for its unit."""
    units = {place["id"]: place["unit_id"] for place in rows["places"]}
    inside = [{**v, **PLACE, "unit_id": units[v["place_id"]]} for v in rows["visits"] if "place_id" in v]
    visits = [*inside, *(v for v in rows["visits"] if "place_id" not in v)]
    points = dict(zip(plan.atoms["atom_id"], zip(plan.atoms["lng"], plan.atoms["lat"], strict=True), strict=True))
    return PlainTown({**rows, "visits": visits}, points, rest)


@few_then_many(12, 60)
def test_a_plan_says_what_the_plain_rules_say_and_holds_together(hold: Hold) -> None:
    hold(towns(), st.sampled_from(["controlled", "like_controlled"]))(check_plan)


def check_plan(rows: Rows, rest: str) -> None:
    plan = derive_town(POLICY if rest == "controlled" else MILD, **rows)
    every_atom_has_the_strictest_class(plan, plain(rows, plan, rest))
    atoms_partition(plan)
    zones_are_made_of_atoms(plan)
    outlines_are_sound(plan)
    explain_agrees(plan)
    people_are_conserved(plan)


def every_atom_has_the_strictest_class(plan: Plan, town: PlainTown) -> None:
    """Every atom has the class, rules and causes that the plain rules give."""
    assert set(town.atoms) == set(plan.atoms["atom_id"])
    verdict = town.verdict()
    assert classes(plan) == {atom: found[0] for atom, found in verdict.items()}
    for atom in plan.membership.to_dict("records"):
        target, rules, causes = verdict[atom["atom_id"]]
        assert set(atom["rule_ids"]) == rules, atom
        # An atom in two precaution grounds is in the older zone, with the causes of that one alone.
        assert set(atom["fact_ids"]) <= causes if target == "precaution" else set(atom["fact_ids"]) == causes, atom


def atoms_partition(plan: Plan) -> None:
    """Leaf and rest atoms tile the units, and no atom is in two zones."""
    on_map = plan.units[plan.units["cell"] != 0]
    wanted = np.where(on_map["leaf"], on_map["id"], on_map["id"] + "/rest")
    assert sorted(plan.atoms["atom_id"]) == sorted(wanted)
    names = Counter(plan.membership["atom_id"])
    assert not [name for name, n in names.items() if n > 1]
    numbers = plan.membership["atom"].to_numpy(np.uint64)
    cells = numbers >= len(plan.atoms)
    assert (text_to_cells(plan.membership["atom_id"][cells].tolist()) == numbers[cells]).all()
    held = plan.inside.merge(plan.units["id"], left_on="unit", right_index=True)
    roots = held[held["unit"].isin(plan.units.index[plan.units["parent"] < 0])]
    assert sorted(roots["atom"]) == list(range(len(plan.atoms)))


def zones_are_made_of_atoms(plan: Plan) -> None:
    """Every zone has atoms, of its class and rank, and sums their people."""
    zones = plan.zones.set_index("zone_id")
    assert set(zones.index) == set(plan.membership["zone_id"])
    assert zones.index.is_unique
    aliases = [alias for row in zones["aliases"] for alias in row]
    assert not set(aliases) & set(zones.index)
    told = zones.reindex(plan.membership["zone_id"])
    assert told["class"].tolist() == plan.membership["class"].tolist()
    assert told["rank"].tolist() == plan.membership["rank"].tolist()
    by_zone = plan.membership.groupby("zone_id")[["people", "told"]].agg({"people": "sum", "told": "any"})
    people = by_zone["people"].where(by_zone["told"]).reindex(zones.index)
    assert np.allclose(people, zones["people"], equal_nan=True)
    assert not set(zones.index) & set(plan.closed["zone_id"])


def outlines_are_sound(plan: Plan) -> None:
    """Outlines are valid and have an area; each atom's point lies in its zone's, unless a stricter one cuts there."""
    shapes = plan.zones.set_index("zone_id")["geometry"]
    assert shapely.is_valid(shapes.to_numpy()).all()
    assert (plan.zones["area_m2"] > 0).all()
    atoms = plan.membership.merge(plan.atoms[["atom_id", "lng", "lat"]], on="atom_id")
    for atom in atoms.to_dict("records"):
        spot = shapely.Point(atom["lng"], atom["lat"])
        stricter = plan.zones.loc[plan.zones["rank"] < atom["rank"], "geometry"]
        assert shapes[atom["zone_id"]].covers(spot) or stricter.covers(spot).any(), atom["atom_id"]


def explain_agrees(plan: Plan) -> None:
    """Every atom explains itself as its row of membership says; the first zone is each subject's strictest."""
    held = plan.membership.set_index("atom_id")
    for atom in plan.atoms["atom_id"]:
        found = next(r for r in explain_unit(plan, atom)["atoms"] if r["atom_id"] == atom)
        row = held.loc[atom] if atom in held.index else {"class": None, "zone_id": None, "certainty": None}
        assert all(found[name] == row[name] for name in ("class", "zone_id", "certainty")), atom
        wanted = list(row["rule_ids"]) if atom in held.index else []
        assert [reason["rule_id"] for reason in found["reasons"]] == wanted


def people_are_conserved(plan: Plan) -> None:
    """The atoms of every unit have the people that its row tells."""
    people = plan.atoms["people"].to_numpy(float)
    assert (people >= 0).all()
    for row, unit in plan.units.iterrows():
        inside = plan.inside.loc[plan.inside["unit"] == row, "atom"]
        finer = told_inside(plan.units, int(row))
        # What the buildings of an estate without a fence leave over has no ground: finer figures replace it.
        nowhere = unit["cell"] == 0 and abs(people[inside].sum() - finer) < 1
        if not np.isnan(unit["people"]) and len(inside) and not nowhere:
            assert abs(people[inside].sum() - max(unit["people"], finer)) < 1, unit["id"]


def told_inside(units: pd.DataFrame, row: int) -> float:
    """What the units inside one tell together: each its own figure, or more where those inside it tell more."""
    total = 0.0
    for child in units.index[units["parent"] == row]:
        inner = told_inside(units, child)
        total += inner if np.isnan(units.at[child, "people"]) else max(units.at[child, "people"], inner)
    return total


def known(plan: Plan) -> set[str]:
    """Every zone id that an earlier notice may name."""
    return {*plan.zones["zone_id"], *(alias for row in plan.zones["aliases"] for alias in row)}


def lines(plan: Plan) -> set[tuple[str, ...]]:
    """Atom, class, zone, rules and facts as text."""
    table = plan.membership[["atom_id", "class", "zone_id", "rule_ids", "fact_ids", "certainty"]]
    return set(table.astype("str").itertuples(index=False, name=None))


@few_then_many(6, 40)
def test_what_is_told_otherwise_changes_what_it_says_and_nothing_else(hold: Hold) -> None:
    hold(towns(), st.data())(check_changes)


def check_changes(rows: Rows, data: st.DataObject) -> None:
    plan = derive_town(**rows)
    order_of_rows_changes_nothing(plan, rows, data)
    cause_elsewhere_leaves_every_zone_as_it_was(plan, rows, data)
    ids_survive_a_change_of_class(plan, rows)
    withdrawn_causes_leave_their_ids(plan, rows, data)


def order_of_rows_changes_nothing(plan: Plan, rows: Rows, data: st.DataObject) -> None:
    """The same rows in another order are the same plan."""
    shuffled = data.draw(st.randoms(use_true_random=False))
    other = {kind: shuffled.sample(found, len(found)) for kind, found in rows.items()}
    assert plan.revision == derive_town(**other).revision


def cause_elsewhere_leaves_every_zone_as_it_was(before: Plan, rows: Rows, data: st.DataObject) -> None:
    """A case far from all others moves no line of the plan."""
    day, house_or_cell = data.draw(st.integers(4, 16)), data.draw(st.sampled_from(["house", "cell"]))
    spot = {"unit_id": "FAR"} if house_or_cell == "house" else point(2000, 2000)
    day_of = {"reported_at": f"{day:02}", "recorded_at": f"{day:02}"}
    more = {"buildings": [*rows["buildings"], house("FAR", 2000, 2000)]}
    more["cases"] = [*rows["cases"], {"case_id": "FAR", **day_of, **spot}]
    after = derive_town(**{**rows, **more})
    assert lines(before) <= lines(after)
    assert known(before) <= known(after)


def ids_survive_a_change_of_class(strict: Plan, rows: Rows) -> None:
    """Zones keep their ids where a choice of the pack makes them milder."""
    mild = derive_town(MILD, **rows)
    assert known(strict) == known(mild)
    for target in ("sealed", "precaution"):
        held = [set(p.zones.loc[p.zones["class"] == target, "zone_id"]) for p in (strict, mild)]
        assert held[0] == held[1]


def withdrawn_causes_leave_their_ids(before: Plan, rows: Rows, data: st.DataObject) -> None:
    """What was withdrawn is a reason of nothing more; ids of its zones are aliases or closed."""
    gone = [f"cases:{c['case_id']}" for c in rows["cases"] if data.draw(st.booleans())]
    after = derive_town(withdrawn=gone, **rows)
    assert not {fact for facts in after.membership["fact_ids"] for fact in facts} & set(gone)
    assert set(before.zones["zone_id"]) <= known(after) | set(after.closed["zone_id"])
