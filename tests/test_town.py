"""The town against its golden files, which were written by hand from the rule text before there was a program."""

from pathlib import Path

import pandas as pd
import pytest

from tests.town_golden import TOWN, golden, lines_of, play
from zoning.hashes import digest
from zoning.intake import Options, read_input
from zoning.loading import load_file
from zoning.pipeline import Plan, derive, derive_state
from zoning.policy import load_policy
from zoning.state import fold
from zoning.store import Workspace

COLUMNS = ["class", "rules", "cause"]


def differing(found: pd.DataFrame, wanted: pd.DataFrame) -> list[str]:
    """The golden lines that the program does not give, readable."""
    wanted = wanted.set_index("atom_id")[COLUMNS].replace("", None).fillna("")
    held = found.reindex(wanted.index)
    held["class"] = held["class"].fillna("none")
    wanted["cause"] = [";".join(sorted(c.split(";"))) for c in wanted["cause"]]
    rows = (held[COLUMNS].fillna("") != wanted).any(axis=1)
    return [f"{i}: {held.loc[i, COLUMNS].tolist()}, not {wanted.loc[i].tolist()}" for i in wanted.index[rows]]


def test_every_unit_atom_has_the_class_that_the_rules_give(town_plan: Plan) -> None:
    assert not differing(lines_of(town_plan), golden("default"))
    assert set(golden("default")["atom_id"]) == set(town_plan.atoms["atom_id"])


def test_ground_without_units_takes_cells_and_rings(town_plan: Plan) -> None:
    assert not differing(lines_of(town_plan), golden("cells"))


@pytest.mark.parametrize("scenario", ["withdraw_C3", "withdraw_C3_C4", "withdraw_C5", "correction", "merge"])
def test_a_change_of_facts_changes_what_the_rules_say_and_nothing_else(scenario: str, town_copy: Path) -> None:
    play(scenario, town_copy)
    found, changes = lines_of(derive(town_copy)), golden("changes")
    changes = changes[changes["scenario"] == scenario].drop(columns="scenario")
    assert not differing(found, changes)
    default = golden("default")
    same = default[~default["atom_id"].isin(changes["atom_id"])]
    found, same = found.reindex(same["atom_id"])["class"], same.set_index("atom_id")["class"]
    assert found.tolist() == same.tolist()


def test_the_rest_of_an_estate_can_be_managed_like_controlled(town_copy: Path) -> None:
    play("like", town_copy)
    found = lines_of(derive(town_copy))
    assert not differing(found, golden("like"))
    default = golden("default")
    same = default[~default["atom_id"].isin(golden("like")["atom_id"])].set_index("atom_id")["class"]
    assert found.reindex(same.index)["class"].tolist() == same.tolist()


@pytest.mark.parametrize("rule", ["R1", "R2", "R3", "R5a", "R5b", "R6"])
def test_removing_any_one_rule_turns_a_line_red(rule: str, town_folder: Path) -> None:
    policy = load_policy("cn-sz-2022")
    less = policy.model_copy(update={"rules": [r for r in policy.rules if r.id != rule]})
    state = fold(Workspace(town_folder))
    found = lines_of(derive_state(state, less, pd.Timestamp(state.settings.as_of).to_pydatetime()))
    wanted = golden("default").set_index("atom_id")["class"]
    assert (found.reindex(wanted.index)["class"].fillna("none") != wanted).any()


def test_removing_the_proposing_rule_removes_its_proposal(town_folder: Path) -> None:
    policy, state = load_policy("cn-sz-2022"), fold(Workspace(town_folder))
    as_of = pd.Timestamp(state.settings.as_of).to_pydatetime()
    less = policy.model_copy(update={"rules": [r for r in policy.rules if r.id != "R4"]})
    assert [len(derive_state(state, pack, as_of).proposals) for pack in (policy, less)] == [1, 0]


@pytest.mark.parametrize("scenario", ["default", "correction", "merge"])
def test_several_buildings_of_one_estate_propose_to_seal_it(scenario: str, town_copy: Path) -> None:
    play(scenario, town_copy)
    found = derive(town_copy).proposals
    lines = golden("proposals")
    wanted = lines[lines["scenario"] == scenario]
    assert found["rule_id"].tolist() == wanted["rule"].tolist()
    assert [g.removeprefix("unit:") for g in found["ground"]] == wanted["estate"].tolist()
    assert [";".join(f) for f in found["fact_ids"]] == wanted["facts"].tolist()


def zone_lines(plan: Plan) -> set[tuple[str, ...]]:
    """Zones as the golden file writes them: class, ground, founding fact, causes, unit atoms."""
    found = set()
    for zone in plan.zones.to_dict("records"):
        atoms = plan.membership.loc[plan.membership["zone_id"] == zone["zone_id"], "atom_id"]
        units = sorted(set(atoms) & set(plan.atoms["atom_id"]))
        ground = "" if pd.isna(zone["ground_id"]) else zone["ground_id"]
        found.add((zone["class"], ground, zone["founding_fact"], ";".join(zone["cause_ids"]), ";".join(units)))
    return found


@pytest.mark.parametrize("scenario", ["default", "withdraw_C3", "withdraw_C5", "correction", "merge"])
def test_zones_have_the_causes_atoms_and_ids_of_the_golden_file(scenario: str, town_copy: Path) -> None:
    play(scenario, town_copy)
    plan = derive(town_copy)
    lines = golden("zones")
    lines = lines[lines["scenario"] == scenario]
    lists = lines[["causes", "units"]].map(lambda text: ";".join(sorted(text.split(";"))))
    wanted = zip(
        lines["class"], lines["ground_id"], lines["founding_fact"], lists["causes"], lists["units"], strict=True
    )
    assert not set(wanted) - zone_lines(plan)
    assert scenario != "default" or len(plan.zones) == len(lines)
    for line in lines[lines["ground_id"] != ""].to_dict("records"):
        zone = plan.zones[plan.zones["ground_id"] == line["ground_id"]].iloc[0]
        assert zone["zone_id"] == digest(line["founding_fact"], line["slots"])
    for line in lines[lines["alias_of"] != ""].to_dict("records"):
        same = plan.zones[
            (plan.zones["founding_fact"] == line["founding_fact"]) & (plan.zones["class"] == line["class"])
        ]
        slot = line["slots"].split(";")[0]
        assert digest(line["alias_of"], slot) in same["aliases"].iloc[0], line["why"]


def test_a_zone_whose_every_cause_is_withdrawn_stays_in_the_history(town_copy: Path) -> None:
    before = derive(town_copy)
    ended = before.zones[before.zones["ground_id"] == "A2"]["zone_id"].iloc[0]
    play("withdraw_C3_C4", town_copy)
    after = derive(town_copy)
    assert "A2" not in set(after.zones["ground_id"])
    assert ended in set(after.closed["zone_id"])


def test_people_are_shared_as_worked_out_by_hand(town_plan: Plan) -> None:
    wanted = golden("people").set_index("atom_id")["people"].astype(float)
    held = pd.concat(
        [town_plan.atoms.set_index("atom_id")["people"], town_plan.membership.set_index("atom_id")["people"]]
    )
    found = held[~held.index.duplicated()].reindex(wanted.index)
    assert (found - wanted).abs().max() < 0.5


def test_three_classes_in_one_cell_still_sum_up(town_plan: Plan) -> None:
    wanted = golden("village_cell")
    atoms = town_plan.atoms[town_plan.atoms["cell"] == int(wanted["cell"].iloc[0], 16)]
    held = town_plan.membership[town_plan.membership["atom_id"].isin(atoms["atom_id"])].set_index("atom_id")
    assert held["class"].reindex(wanted["atom_id"]).tolist() == wanted["class"].tolist()
    assert held["class"].nunique() == 3
    assert abs(held["people"].sum() - wanted["people"].astype(float).sum()) < 1
    shown = town_plan.cells.set_index("cell").loc[int(wanted["cell"].iloc[0], 16)]
    assert town_plan.policy.classes["sealed"].rank == shown["rank"]


def test_a_new_years_midnight_is_read_as_it_is_written() -> None:

    table = read_input(TOWN / "cases_newyear.csv", "cases", Options(now=pd.Timestamp("2022-01-02", tz="UTC")))["cases"]
    wanted = golden("newyear").set_index("case_id")["reported_at_utc"]
    found = table.accepted.set_index("case_id")["reported_at"].reindex(wanted.index)
    assert found.tolist() == pd.to_datetime(wanted).tolist()


def test_a_home_known_only_by_its_estate_seals_all_of_it(town_copy: Path) -> None:
    head = "case_id,status,onset_at,reported_at,isolated_at,unit_id\n"
    case = head + "X1,confirmed,2022-03-16,2022-03-17 09:00,2022-03-17 10:00,E4\n"
    (town_copy / "typed.csv").write_text(case, "utf-8")
    load_file(Workspace(town_copy), town_copy / "typed.csv", "cases")
    classes = lines_of(derive(town_copy))["class"]
    assert set(classes[classes.index.str.startswith("E4")]) == {"sealed"}


def test_a_zone_of_whose_cells_stricter_outlines_leave_nothing_is_still_named_and_listed(town_folder: Path) -> None:
    zones = derive(town_folder, policy_id="cn-3zone-2021").zones
    bare = zones[zones.geometry.is_empty]
    assert len(bare) == 1
    assert zones["name"].str.len().min() > 0
    assert bare["name"].tolist() == ["榕荫街旁"]
