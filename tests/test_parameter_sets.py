"""Figures of packs against the collected facts (sections 5, 8 and 10), number by number.

A row: key, values with their grades as the facts have them; several are in the order of their spans. None is unset.
"""

from typing import Any

import pytest

from zoning.clocks import way_out
from zoning.graded import Value
from zoning.policy import load_pack, load_policy, values
from zoning.rules import TakeBuffer

Rows = dict[str, list[tuple[Any, str]]]
# Section 5, sampling organisation.
CAPACITY: Rows = {
    # site.population, table.population, routine.reach
    "sites.people_per_site_least": [(2000, "A")],
    "sites.people_per_site_most": [(3000, "A")],
    "sites.people_per_table_least": [(600, "A")],
    "sites.people_per_table_most": [(800, "A")],
    "sites.walk_min": [(15, "A")],
    "sites.queue_min": [(30, "A")],
    # samplers, samplers.per_site, samplers.per_table, sampler.rate, group.rate.alternative
    "samplers.people_per_sampler": [(360, "B")],
    "samplers.per_site_least": [(round(2000 / 360, 1), "D")],
    "samplers.per_site_most": [(round(3000 / 360, 1), "D")],
    "samplers.per_table_least": [(round(600 / 360, 1), "D")],
    "samplers.per_table_most": [(round(800 / 360, 1), "D")],
    "samplers.swabs_per_hour": [(None, "U")],
    "samplers.people_per_group_a_day": [(1800, "C")],
    "samplers.door_to_door_per_sampler": [(None, "U")],
    # round.time of the three editions, rounds.2nd_ed
    "rounds.third_edition_h": [(24, "A")],
    "rounds.second_edition_up_to_5_million_days": [(2, "A")],
    "rounds.second_edition_over_5_million_days": [(3, "A")],
    "rounds.first_edition_up_to_5_million_days": [(2, "B")],
    "rounds.first_edition_over_5_million_days": [([3, 5], "B")],
    "rounds.source_unknown_least": [(3, "A")],
    # pool.by_zone, pool.20, pool.dilution, tube volume
    "pools.controlled": [(10, "B")],
    "pools.precaution": [(20, "B")],
    "pools.large_scale": [(20, "A")],
    "pools.dilution_prevalence_percent": [(0.1, "A")],
    "pools.tube_ml_of_1": [(3, "B")],
    "pools.tube_ml_of_5": [(5, "B")],
    "pools.tube_ml_of_10": [(6, "B")],
    "pools.tube_ml_of_20": [(12, "B")],
    # result.turnaround, national.capacity, lab.reserve
    "laboratories.result_h": [(6, "A")],
    "laboratories.national_tubes_a_day": [(51_650_000, "A")],
    "laboratories.national_labs": [(13_100, "A")],
    "laboratories.national_staff": [(150_000, "A")],
    "laboratories.reserve_up_to_5_million": [(2, "A")],
    "laboratories.reserve_over_5_million": [(5, "A")],
    "laboratories.tubes_a_day": [(None, "U")],
    # example, 5 M in 24 h: by the figures above
    "example_of_5_million_in_24_h.samplers": [(round(5e6 / 360), "D")],
    "example_of_5_million_in_24_h.sites_least": [(round(5e6 / 3000), "D")],
    "example_of_5_million_in_24_h.sites_most": [(round(5e6 / 2000), "D")],
    "example_of_5_million_in_24_h.tables_least": [(round(5e6 / 800), "D")],
    "example_of_5_million_in_24_h.tables_most": [(round(5e6 / 600), "D")],
    "example_of_5_million_in_24_h.tubes_at_10": [(round(5e6 / 10), "D")],
    "example_of_5_million_in_24_h.tubes_at_20": [(round(5e6 / 20), "D")],
}
# Section 10, service norms.
NORMS: Rows = {
    # circle.15min and its distance
    "circle_15_min.people_least": [(50_000, "A")],
    "circle_15_min.people_most": [(100_000, "A")],
    "circle_15_min.dwellings_least": [(17_000, "A")],
    "circle_15_min.dwellings_most": [(32_000, "A")],
    "circle_15_min.radius_m": [(1000, "A")],
    "circle_15_min.radius_of_planners_least_m": [(800, "B")],
    "circle_15_min.radius_of_planners_most_m": [(1100, "B")],
    "circle_15_min.radius_of_the_standard_m": [(None, "U")],
    # circle.10min, circle.5min
    "circle_10_min.radius_m": [(500, "A")],
    "circle_10_min.people_least": [(15_000, "A")],
    "circle_10_min.people_most": [(25_000, "A")],
    "circle_10_min.dwellings_least": [(5000, "A")],
    "circle_10_min.dwellings_most": [(8000, "A")],
    "circle_10_min.area_least_ha": [(32, "A")],
    "circle_10_min.area_most_ha": [(50, "A")],
    "circle_5_min.radius_m": [(None, "U")],
    "circle_5_min.people": [(None, "U")],
    # isolation rooms: by end of October 2021, April 2022, May 2022
    "isolation.rooms_per_10000": [(20, "A"), (40, "A"), (60, "A")],
    # tracers, tracers.norm, community workers, grid size
    "staff.tracers_of_beijing": [(3600, "A")],
    "staff.tracers_on_standby": [(200, "A")],
    "staff.tracers_per_10000": [(round(3600 / 2190, 1), "D")],
    "staff.tracers_norm": [(None, "U")],
    "staff.community_workers_per_10000": [(18, "A")],
    "staff.community_workers_of_changji": [(25, "A")],
    "staff.households_per_grid": [(None, "U")],
}


@pytest.mark.parametrize(("name", "facts"), [("cn-capacity", CAPACITY), ("service-norms", NORMS)])
def test_every_number_is_that_of_the_facts_with_its_grade(name: str, facts: Rows) -> None:
    found: Rows = {}
    for key, entry in load_pack(name).parameters.items():
        for inner, one in entry.items():
            group = [v for v in (one if isinstance(one, list) else [one]) if isinstance(v, Value)]
            if group:
                found[f"{key}.{inner}"] = [(v.value, v.grade) for v in group]
    assert found == facts
    assert len(values(load_pack(name))) == sum(map(len, facts.values()))


def test_rooms_are_asked_for_by_date() -> None:
    rooms: Any = load_pack("service-norms").parameters["isolation"]["rooms_per_10000"]
    assert [str(one.valid_from) for one in rooms] == ["2021-09-29", "2022-04-01", "2022-05-01"]


ANNEX_V = {
    **dict.fromkeys(("hpai", "fmd", "asf", "csf", "newcastle", "sheep_goat_pox", "ppr", "rinderpest"), (3, 10)),
    **dict.fromkeys(("lsd", "rift_valley"), (20, 50)),
    "cbpp": (None, 3),
    "horse_sickness": (100, 150),
    "glanders": (None, None),
}


def test_every_disease_of_annex_v_has_its_kilometres() -> None:
    """The facts' section 8; the vectors of ground walk to the edge of one disease for each pair of radii."""
    assert set(load_policy("eu-2020-687").options["disease"].allowed) == set(ANNEX_V)
    for disease, kilometres in ANNEX_V.items():
        rules = {rule.id: rule.ground for rule in load_policy("eu-2020-687", {"disease": disease}).rules}
        found = [rules.get(name) for name in ("EU1", "EU3")]
        radii = [ground.radius_m.value if isinstance(ground, TakeBuffer) else None for ground in found]
        assert radii == [km and 1000 * km for km in kilometres], disease


def test_guangzhou_of_april_2022_leaves_the_contacts_to_who_assesses() -> None:
    for target in ("sealed", "controlled"):
        step = way_out(load_policy("cn-3zone-2021", {"lift": "guangzhou_2022"}).classes[target], None)
        assert step is not None
        asked: dict[str, Any] = dict(step.when.given())
        assert {name: value.value for name, value in asked.items()} == {
            "in_force_days": 14, "no_new_days": 14, "round_window_h": 48, "assessed": True,
        }  # fmt: skip
        assert "4天" in asked["assessed"].cite
