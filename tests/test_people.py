"""Who lives where: figures shared over atoms and land, none counted twice."""

from collections.abc import Iterable

import h3
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.small_town import SETTINGS, Row, area, box, degrees, estate, floors, house, point, stairwell, tables
from zoning.geometry import cells_to_text, cover, text_to_cells
from zoning.people import People, people_on_land, share_people
from zoning.units import Units, make_units


def share(**rows: Iterable[Row]) -> tuple[Units, People]:
    town = tables(**rows)
    ground = make_units(town, SETTINGS)
    return ground, share_people(ground.units, ground.atoms, town, SETTINGS)


def people(column: str = "people", **rows: Iterable[Row]) -> dict[str, float]:
    ground, found = share(**rows)
    return dict(zip(ground.atoms["atom_id"], found.atoms[column].round(6), strict=True))


def cell(x: float, y: float, resolution: int = 11) -> str:
    at = point(x, y)
    return h3.latlng_to_cell(at["lat"], at["lng"], resolution)


def cell_box(name: str) -> object:
    """A small square in the middle of a cell."""
    lat, lng = h3.cell_to_latlng(name)
    return shapely.box(lng - 5e-5, lat - 5e-5, lng + 5e-5, lat + 5e-5)


def row(people: float, **more: object) -> Row:
    return {"id": f"P{more}", "people": people, **more}


def on_land(found: People, cells: list[str]) -> float:
    return float(np.nansum(people_on_land(text_to_cells(cells), found.land)))


def test_without_any_table_there_is_nobody() -> None:
    ground, found = share()
    assert len(ground.atoms) == len(found.atoms) == len(found.land) == len(found.balance) == 0
    assert people_on_land(np.empty(0, np.uint64), found.land).tolist() == []
    assert people(buildings=[house("B1", 0, 0)]) == {"B1": 0.0}


def test_a_units_own_figure_goes_before_every_share() -> None:
    fence = estate("E1", 0, 0, 100, 50, people=300)
    found = people(estates=[fence], buildings=[house("B1", 0, 0, "E1", people=70), house("B2", 30, 0, "E1")])
    assert found == {"B1": 70, "B2": 230, "E1/rest": 0}


def test_a_figure_is_shared_by_floor_area_times_floors() -> None:
    houses = [
        house("B1", 0, 0, "E1", floors=1),
        house("B2", 30, 0, "E1", floors=3),
        {**house("B3", 60, 0, "E1", floors=3), "geometry": box(60, 0, 20, 40)},
    ]
    found = people(estates=[estate("E1", 0, 0, 100, 50, people=1000)], buildings=houses)
    assert found == pytest.approx({"B1": 100, "B2": 300, "B3": 600, "E1/rest": 0}, abs=0.01)


def test_nobody_lives_where_nobody_may() -> None:
    houses = [house("B1", 0, 0, "E1"), house("B2", 30, 0, "E1", residential=False)]
    units = [floors("B1-F1", "B1", 1, 3, residential=False), floors("B1-F4", "B1", 4, 9)]
    found = people(estates=[estate("E1", 0, 0, 100, 50, people=90)], buildings=houses, units=units)
    assert found == {"B1-F1": 0, "B1-F4": 90, "B1/rest": 0, "B2": 0, "E1/rest": 0}


def test_what_is_residential_is_inherited_and_can_be_told_otherwise() -> None:
    houses = [house("B1", 0, 0, "E1", residential=False), house("B2", 30, 0, "E1")]
    units = [stairwell("U1", "B1"), stairwell("U2", "B1", residential=True)]
    found = people(estates=[estate("E1", 0, 0, 100, 50, people=90)], buildings=houses, units=units)
    assert found == {"U1": 0, "U2": 30, "B1/rest": 0, "B2": 60, "E1/rest": 0}


def test_a_figure_with_no_home_inside_is_shared_equally() -> None:
    units = [stairwell(f"U{n}", "B1", residential=False) for n in (1, 2)]
    assert people(buildings=[house("B1", 0, 0, people=90)], units=units) == {"B1/rest": 30, "U1": 30, "U2": 30}


def test_floors_share_a_footprint_by_their_number_and_the_rest_keeps_the_others() -> None:
    block = house("B1", 0, 0, floors=10, people=100)
    units = [floors("F1", "B1", 1, 2), floors("F3", "B1", 3, 7)]
    assert people(buildings=[block], units=units) == {"B1/rest": 30, "F1": 20, "F3": 50}


def test_stairwells_fill_their_building_and_share_it_equally() -> None:
    units = [stairwell(f"U{n}", "B1", n) for n in (1, 2, 3)]
    assert people(buildings=[house("B1", 0, 0, floors=10, people=90)], units=units) == {
        "B1/rest": 0,
        "U1": 30,
        "U2": 30,
        "U3": 30,
    }


def test_what_finer_figures_leave_over_goes_to_the_others_else_to_the_rest() -> None:
    units = [stairwell("U1", "B1", people=40), stairwell("U2", "B1", people=30)]
    assert people(buildings=[house("B1", 0, 0, people=100)], units=units) == {"B1/rest": 30, "U1": 40, "U2": 30}


def test_finer_figures_that_tell_more_replace_the_coarser_one() -> None:
    units = [stairwell("U1", "B1", people=80), stairwell("U2", "B1", people=70)]
    assert sum(people(buildings=[house("B1", 0, 0, people=100)], units=units).values()) == 150


def test_a_figure_is_conserved_where_one_inside_it_is_replaced_by_finer_ones() -> None:
    fence = estate("E1", 0, 0, 50, 50, people=300)
    rows = {"estates": [fence], "buildings": [house("B1", 0, 0, "E1", people=150)], "units": [floors("F1", "B1", 1, 2)]}
    rows["units"][0]["people"] = 160
    assert people(**rows) == {"B1/rest": 0, "F1": 160, "E1/rest": 140}


def test_households_are_shared_in_the_same_way() -> None:
    units = [stairwell("U1", "B1", households=5), stairwell("U2", "B1")]
    assert people("households", buildings=[house("B1", 0, 0, households=12)], units=units) == {
        "B1/rest": 0,
        "U1": 5,
        "U2": 7,
    }


def test_a_population_cell_goes_to_the_homes_in_it_that_have_no_figure() -> None:
    name = cell(0, 0)
    houses = [
        {"id": f"B{n}", "geometry": cell_box(name), "people": told} for n, told in ((1, 40), (2, None), (3, None))
    ]
    found = people(buildings=houses, population=[row(100, cell=name)])
    assert found == {"B1": 40, "B2": 30, "B3": 30}


def test_a_population_cell_without_homes_stays_on_its_land() -> None:
    name = cell(0, 0)
    _, found = share(population=[row(50, cell=name)])
    assert on_land(found, [name]) == 50
    assert np.isnan(people_on_land(text_to_cells([cell(500, 500)]), found.land)).all()


def test_cells_finer_than_the_outbreaks_are_summed_to_it() -> None:
    name = cell(0, 0)
    fine = [row(10, cell=child) for child in h3.cell_to_children(name, 12)]
    _, found = share(population=fine)
    assert on_land(found, [name]) == 70


def test_a_coarse_cell_is_spread_over_its_cells_and_finer_ones_keep_their_figure() -> None:
    coarse = cell(0, 0, 9)
    cells = h3.cell_to_children(coarse, 11)
    _, found = share(population=[row(490, cell=coarse)])
    assert on_land(found, cells) == pytest.approx(490)
    assert on_land(found, cells[:1]) == pytest.approx(10)
    _, found = share(population=[row(490, cell=coarse), row(250, cell=cells[0])])
    assert on_land(found, cells) == pytest.approx(490)
    assert on_land(found, cells[:1]) == pytest.approx(250)
    assert on_land(found, cells[1:2]) == pytest.approx(5)


def test_an_area_goes_to_its_homes_else_to_its_land_less_what_cells_tell() -> None:
    ground = area("A1", 0, 0, 300, 300)
    assert people(buildings=[house("B1", 10, 10)], areas=[ground], population=[row(80, area_id="A1")]) == {"B1": 80}
    cells = cells_to_text(cover(np.array([ground["geometry"]], object), 11, False)[1])
    _, found = share(areas=[ground], population=[row(80, area_id="A1"), row(30, cell=cells[0])])
    assert on_land(found, cells) == pytest.approx(80)
    assert on_land(found, cells[:1]) == pytest.approx(30)


def test_a_small_area_goes_before_the_large_one_around_it() -> None:
    areas = [area("A1", 0, 0, 300, 300), area("S1", -100, -100, 600, 600, "subdistrict")]
    houses = [house("B1", 10, 10), house("B2", 400, 400)]
    rows = [row(80, area_id="A1"), row(100, area_id="S1")]
    assert people(buildings=houses, areas=areas, population=rows) == {"B1": 80, "B2": 20}


def test_an_area_too_small_to_hold_the_centre_of_a_cell_keeps_its_people() -> None:
    name = cell(0, 0)
    lat, lng = h3.cell_to_latlng(name)
    corner = shapely.box(lng + 1e-5, lat + 1e-5, lng + 9e-5, lat + 9e-5)
    tiny = [{"id": "A1", "name": "A1", "level": "community", "geometry": corner}]
    _, found = share(areas=tiny, population=[row(25, area_id="A1")])
    assert on_land(found, [name]) == pytest.approx(25)


def test_an_area_whose_every_cell_is_told_is_replaced_by_them() -> None:
    ground = area("A1", 0, 0, 120, 120)
    cells = cells_to_text(cover(np.array([ground["geometry"]], object), 11, False)[1])
    rows = [*(row(1, cell=name) for name in cells), row(100, area_id="A1")]
    _, found = share(areas=[ground], population=rows)
    assert on_land(found, cells) == pytest.approx(len(cells))
    assert found.balance["replaced"].tolist()[-1] == 100 - len(cells)


def test_people_counted_where_nobody_lives_are_not_counted_again_on_the_land() -> None:
    name = cell(0, 0)
    hotel = [{"id": "B1", "geometry": cell_box(name), "people": 20, "residential": False}]
    _, found = share(buildings=hotel, population=[row(50, cell=name)])
    assert found.atoms["people"].tolist() == [20]
    assert on_land(found, [name]) == 30


def test_the_balance_of_each_row_adds_up() -> None:
    name = cell(0, 0)
    houses = [{"id": "B1", "geometry": cell_box(name), "people": 40}]
    _, found = share(buildings=houses, population=[row(100, cell=name)])
    assert found.balance.to_dict("records") == [{"people": 100, "finer": 40, "shared": 0, "replaced": 60}]


CELLS = h3.grid_disk(cell(0, 0), 2)


@pytest.mark.slow
@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.sampled_from([*CELLS, cell(0, 0, 9), cell(0, 0, 10)]), st.integers(0, 500)), max_size=6),
    st.lists(st.tuples(st.sampled_from(["A1", "S1"]), st.integers(0, 900)), max_size=2, unique_by=lambda r: r[0]),
    st.lists(st.tuples(st.sampled_from(CELLS), st.none() | st.integers(0, 90)), max_size=4),
)
def test_the_people_of_population_rows_are_conserved(
    cells: list[tuple[str, int]], areas: list[tuple[str, int]], homes: list[tuple[str, int | None]]
) -> None:
    grounds = [area("A1", -70, -70, 140, 140), area("S1", -700, -700, 1400, 1400, "subdistrict")]
    population = [row(n, cell=c, id=str(i)) for i, (c, n) in enumerate(cells)]
    population += [row(n, area_id=a) for a, n in areas]
    houses = [{"id": f"B{i}", "geometry": cell_box(c), "people": n} for i, (c, n) in enumerate(homes)]
    _, found = share(areas=grounds, buildings=houses, population=population)
    told = sum(n for _, n in homes if n is not None)
    everywhere = cells_to_text(cover(np.array([degrees(shapely.box(-800, -800, 800, 800))], object), 11, True)[1])
    total = found.atoms["people"].sum() + on_land(found, everywhere)
    assert total == pytest.approx(told + found.balance["shared"].sum(), abs=1)
    assert found.balance[["finer", "shared", "replaced"]].sum(axis=1).tolist() == pytest.approx(
        found.balance["people"].tolist()
    )
    assert (found.balance >= -1e-9).all(axis=None)
