"""The ground is made once for the same reference tables, and a plan on kept ground is the plan of a fresh run."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from bench.city import AS_OF, make_city
from zoning import pipeline
from zoning.pipeline import Plan, derive_state
from zoning.policy import load_policy
from zoning.state import State, fold, load
from zoning.store import Workspace


def derived(state: State) -> Plan:
    return derive_state(state, load_policy("cn-sz-2022"), AS_OF)


@pytest.fixture(scope="module")
def city() -> State:
    return make_city(buildings=80, sources=12, areas=2)


def test_a_new_case_finds_the_ground_made_and_gives_the_plan_of_a_fresh_run(city: State) -> None:
    first = derived(replace(city, tables={**city.tables, "cases": city.tables["cases"][:-1]}))
    kept = derived(city)
    assert kept.units is first.units
    pipeline.forget()
    fresh = derived(city)
    assert fresh.units is not kept.units
    assert fresh.revision == kept.revision != first.revision
    pd.testing.assert_frame_equal(pd.DataFrame(fresh.zones), pd.DataFrame(kept.zones))


def test_another_reference_table_or_resolution_makes_the_ground_anew(city: State) -> None:
    first = derived(city)
    fewer = city.tables["buildings"][:-1].reset_index(drop=True)
    assert derived(replace(city, tables={**city.tables, "buildings": fewer})).units is not first.units
    coarse = derived(replace(city, settings=replace(city.settings, resolution=10)))
    assert set(coarse.atoms["cell"]).isdisjoint(derived(city).atoms["cell"])


def test_a_derivation_after_a_new_case_reads_no_reference_table_again(tmp_path: Path) -> None:
    workspace, city = Workspace(tmp_path, create=True), make_city(buildings=60, sources=9, areas=2)
    for kind in ("estates", "buildings", "units", "areas"):
        load(workspace, {kind: city.tables[kind]}, pd.DataFrame(), kind)
    before = fold(workspace)
    cases = city.tables["cases"].drop(columns=["fact_id", "first_recorded_at", "withdrawn"])
    load(workspace, {"cases": cases}, pd.DataFrame(), "cases")
    after = fold(workspace)
    assert len(after.tables["cases"]) > len(before.tables["cases"]) == 0
    assert all(after.tables[kind] is before.tables[kind] for kind in ("estates", "buildings", "units", "areas"))
    assert derived(after).units is derived(before).units
    fewer = city.tables["estates"][:-1]
    load(workspace, {"estates": fewer}, pd.DataFrame(), "estates")
    assert len(fold(workspace).tables["estates"]) == len(fewer)
