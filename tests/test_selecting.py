"""Selections against plain geometry: what a shape holds is what has its point in it, and nothing is taken twice."""

import h3
import numpy as np
import pytest
import shapely
from hypothesis import assume
from hypothesis import strategies as st

from tests.examples import Hold, few_then_many
from zoning.errors import InputError, UnknownError
from zoning.geometry import cells_to_text, disks
from zoning.pipeline import Plan
from zoning.selecting import Land, in_area, in_cells, in_circle, in_shape
from zoning.selecting.lines import across, around, around_metres, in_block, road_line
from zoning.selecting.names import in_list, in_unit, in_words, snap

BOW = shapely.Polygon([(114.05, 22.54), (114.06, 22.55), (114.06, 22.54), (114.05, 22.55)])


@pytest.fixture(scope="module")
def land(town_plan: Plan) -> Land:
    return Land(town_plan)


def ids(land: Land, atoms: np.ndarray) -> set[str]:
    units = atoms[atoms < len(land.plan.atoms)].astype(np.int64)
    return {*land.plan.atoms["atom_id"].to_numpy(object)[units], *cells_to_text(atoms[atoms >= len(land.plan.atoms)])}


def units_in(land: Land, atoms: np.ndarray) -> set[str]:
    return {name for name in ids(land, atoms) if not h3.is_valid_cell(name)}


def zone_atoms(land: Land, name: str) -> np.ndarray:
    zones, rows = land.plan.zones, land.plan.membership
    zone = zones.loc[zones["name"].str.startswith(name), "zone_id"].iloc[0]
    return rows.loc[rows["zone_id"] == zone, "atom"].to_numpy(np.uint64)


@few_then_many(8, 40)
def test_a_shape_takes_what_has_its_point_in_it(hold: Hold, land: Land) -> None:
    def check(corners: list[tuple[float, float]]) -> None:
        west, south, east, north = land.box
        shape = shapely.convex_hull(
            shapely.multipoints([(west + x * (east - west), south + y * (north - south)) for x, y in corners])
        )
        assume(shapely.area(shape) > 1e-6)
        taken = in_shape(land, shape)
        units = land.plan.atoms
        inside = shapely.contains_xy(shape, units["lng"], units["lat"])
        cells = h3.h3shape_to_cells(h3.geo_to_h3shape(shape), land.plan.settings.resolution)
        assert ids(land, taken.atoms) == {*units["atom_id"][inside], *cells}
        assert len(np.unique(taken.atoms)) == len(taken.atoms)

    hold(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=3, max_size=7))(check)


@pytest.mark.parametrize(
    ("shape", "said"),
    [
        (BOW, "crosses itself at 114.055, 22.545"),
        (shapely.LineString([(114.05, 22.54), (114.06, 22.55)]), "polygon is needed"),
        (shapely.box(170, 20, 190, 30), "leaves the map"),
        (shapely.box(-170, 20, 170, 30), "180th meridian"),
        (shapely.box(100, 20, 120, 30), "more than one stroke may hold"),
        (shapely.box(10, 50, 10.01, 50.01), "beyond the loaded ground"),
        (shapely.Point(114.05, 22.54).buffer(1e-7), "draw it larger"),
        (shapely.Polygon(), "polygon is needed"),
    ],
)  # fmt: skip
def test_shapes_that_cannot_be_taken_say_why(land: Land, shape: shapely.Geometry, said: str) -> None:
    with pytest.raises(InputError, match=said):
        in_shape(land, shape)


def test_a_hole_is_left_out(land: Land) -> None:
    lng, lat = land.points
    whole = shapely.Point(lng.mean(), lat.mean()).buffer(0.004)
    hole = shapely.Point(lng.mean(), lat.mean()).buffer(0.002)
    ring = in_shape(land, whole.difference(hole)).atoms
    assert ids(land, ring) == ids(land, in_shape(land, whole).atoms) - ids(land, in_shape(land, hole).atoms)


def test_what_lies_beyond_the_ground_is_counted(land: Land) -> None:
    west, south, east, north = land.box
    taken = in_shape(land, shapely.box(east - 0.005, south, east + 0.02, north))
    assert taken.beyond > 0
    assert in_shape(land, shapely.box(west + 0.01, south + 0.01, east - 0.01, north - 0.01)).beyond == 0


def test_a_circle_is_measured_in_metres(land: Land) -> None:
    lng, lat = land.points
    taken = in_circle(land, lng[0], lat[0], 120)
    at = land.plan.frame.to_metres(shapely.points(lng, lat))
    near = shapely.distance(at, at[0]) <= 120
    assert {name for name in ids(land, taken.atoms) if not h3.is_valid_cell(name)} == set(
        land.plan.atoms["atom_id"][near]
    )
    for metres in (0, -5, float("nan"), 1e9):
        with pytest.raises(InputError, match="radius"):
            in_circle(land, lng[0], lat[0], metres)


def test_cells_bring_what_stands_in_them(land: Land) -> None:
    cell = land.plan.atoms["cell"].to_numpy(np.uint64)[:1]
    taken = ids(land, in_cells(land, np.concatenate([cell, cell])).atoms)
    assert taken == {*land.plan.atoms["atom_id"][land.plan.atoms["cell"] == cell[0]], cells_to_text(cell)[0]}
    with pytest.raises(InputError, match="resolution 11"):
        in_cells(land, np.array([0x8A411CAA6267FFF], np.uint64))
    with pytest.raises(InputError, match="beyond the loaded ground"):
        in_cells(land, np.array([int(h3.latlng_to_cell(50, 10, 11), 16)], np.uint64))


def test_an_estate_minus_buildings(land: Land) -> None:
    less = [f"E1-B{n}" for n in range(1, 6)]
    taken = ids(land, in_unit(land, "E1-B4-U5", "estate", less).atoms)
    assert taken == {"E1/rest", "E1-B6-U1", "E1-B6-U2", "E1-B6-U3", "E1-B6/rest", "E1-B7", "E1-B8"}
    assert ids(land, in_unit(land, "E1-B4/rest").atoms) == {f"E1-B4-U{n}" for n in range(1, 7)} | {"E1-B4/rest"}
    assert ids(land, in_unit(land, "E1-B4-U5").atoms) == {"E1-B4-U5"}


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("E9",), "unit 'E9' is not in"),
        (("N1", "estate"), "stands in no estate"),
        (("E1", "", ["E2-B01"]), "E2-B01: not inside 'E1'"),
        (("E1", "", ["roof"]), "roof: not inside"),
        (("E4-B1", "", ["E4-B1"]), "nothing is left"),
    ],
)
def test_units_that_cannot_be_taken_say_why(land: Land, asked: tuple, said: str) -> None:
    with pytest.raises(UnknownError, match=said):
        in_unit(land, *asked)


def test_names_areas_and_words(land: Land) -> None:
    assert ids(land, in_list(land, ["E4-B1", "N1", "E4-B1"]).atoms) == {"E4-B1", "N1"}
    assert ids(land, in_words(land, "临水花园4栋5单元").atoms) == {"E1-B4-U5"}
    for take in (lambda: in_list(land, ["nowhere"]), lambda: in_words(land, "没有的小区"), lambda: in_area(land, "A9")):
        with pytest.raises(UnknownError):
            take()
    area = land.plan.tables["areas"].set_index("id")["geometry"]["A2"]
    inside = shapely.contains_xy(area, *land.points)
    assert units_in(land, in_area(land, "A2").atoms) == set(land.plan.atoms["atom_id"][inside])


def test_a_selection_snaps_to_whole_buildings(land: Land) -> None:
    one = in_unit(land, "E1-B4-U5")
    assert ids(land, snap(land, one, "building").atoms) == ids(land, in_unit(land, "E1-B4").atoms)
    assert snap(land, one, "") is one
    assert ids(land, snap(land, in_list(land, ["N1"]), "estate").atoms) == {"N1"}


def test_roads_picked_one_after_another_close_a_block(land: Land) -> None:
    block = ["R01", "R05", "R07", "R09"]
    taken = in_block(land, block)
    assert np.array_equal(taken.atoms, in_block(land, [*block[::-1], "R02"]).atoms)
    assert ids(land, taken.atoms) >= ids(land, in_unit(land, "E1").atoms)
    with pytest.raises(InputError, match="close no block: 环镇西路, 东岸路"):
        in_block(land, ["R01", "R23"])
    with pytest.raises(InputError, match="one road alone"):
        in_block(land, ["R01", "R01"])
    with pytest.raises(UnknownError, match="road 'R99'"):
        in_block(land, ["R01", "R99"])


def test_a_line_or_a_road_parts_a_zone(land: Land) -> None:
    atoms = zone_atoms(land, "石涌社区")
    lng, lat = land.points_of(atoms)
    middle = float(np.quantile(lng, 0.4))
    line = shapely.LineString([(middle, lat.mean()), (middle, lat.mean() + 1e-4)])
    west = across(land, atoms, line)
    assert set(atoms[lng < middle - 2e-5]) <= set(west.atoms) <= set(atoms[lng < middle + 2e-5])
    assert 0 < len(west.atoms) < len(atoms) / 2
    parted = across(land, atoms, road_line(land, "R12"))
    assert 0 < len(parted.atoms) <= len(atoms) / 2
    with pytest.raises(InputError, match="all of the zone lies on one side"):
        across(land, atoms, shapely.LineString([(lng.max() + 0.01, 22), (lng.max() + 0.01, 23)]))
    with pytest.raises(InputError, match="a line is needed"):
        across(land, atoms, shapely.Point(114, 22))


@few_then_many(8, 40)
def test_what_grew_a_ring_shrinks_back(hold: Hold, land: Land) -> None:
    def check(rings: int) -> None:
        cells = disks(land.plan.atoms["cell"].to_numpy(np.uint64)[:1], 4)[1]
        atoms = in_cells(land, cells).atoms
        grown = around(land, atoms, rings).atoms
        assert not set(grown) & set(atoms)
        both = np.concatenate([atoms, grown])
        assert set(around(land, both, -rings).atoms) == set(grown)

    hold(st.integers(1, 4))(check)


def test_metres_around_a_zone(land: Land) -> None:
    atoms = in_unit(land, "E4").atoms
    grown = around_metres(land, atoms, 30).atoms
    assert len(grown)
    shape = land.plan.frame.to_metres(land.plan.units.set_index("id")["geometry"]["E4"])
    at = land.plan.frame.to_metres(shapely.points(*land.points_of(grown)))
    assert (shapely.distance(shape, at) <= 30.2).all()
    assert set(around_metres(land, atoms, -5).atoms) <= set(atoms)
    for much, take in ((0, around), (99, around), (1e6, around_metres), (0, around_metres)):
        with pytest.raises(InputError, match="are none; give"):
            take(land, atoms, much)
