"""Gates: crossings of roads with a zone's outline, roads that do not cross, and known entrances."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from zoning.gates import DTYPES, place_gates
from zoning.geometry import Frame
from zoning.settings import Settings

FRAME = Frame(114)
# A plane point in Shenzhen: all shapes below are in metres from here.
ORIGIN = shapely.get_coordinates(FRAME.to_metres(shapely.Point(114.06, 22.54)))[0]


def degrees(shape: Any) -> Any:
    return FRAME.to_degrees(shapely.transform(shape, lambda at: at + ORIGIN))


def zones(**shapes: Any) -> pd.DataFrame:
    parts = [degrees(shapely.MultiPolygon([s]) if s.geom_type == "Polygon" else s) for s in shapes.values()]
    return pd.DataFrame({"zone_id": list(shapes), "geometry": parts})


def roads(**lines: list[tuple[float, float]]) -> pd.DataFrame:
    table = pd.DataFrame({"id": list(lines), "name": list(lines)}).astype("str")
    return table.assign(geometry=[degrees(shapely.LineString(line)) for line in lines.values()])


def gates(*rows: tuple[str, bool | None, float, float]) -> pd.DataFrame:
    table = pd.DataFrame(
        {
            "id": pd.Series([r[0] for r in rows], dtype="str"),
            "name": pd.Series([r[0].upper() for r in rows], dtype="str"),
            "open": pd.Series([r[1] for r in rows], dtype="boolean"),
        }
    )
    return table.assign(geometry=[degrees(shapely.Point(r[2:])) for r in rows])


def place(zone: pd.DataFrame, road: pd.DataFrame, entrance: pd.DataFrame | None = None) -> pd.DataFrame:
    return place_gates(zone, road, gates() if entrance is None else entrance, Settings(), FRAME)


def spots(found: pd.DataFrame) -> list[tuple[float, float]]:
    """Places of the gates in metres of the square, to the decimetre."""
    at = shapely.get_coordinates(FRAME.to_metres(shapely.points(found["lng"], found["lat"]))) - ORIGIN
    return sorted((round(float(x), 1) + 0.0, round(float(y), 1) + 0.0) for x, y in at)


SQUARE = zones(Z=shapely.box(0, 0, 100, 100))


def test_a_road_through_the_zone_has_two_gates() -> None:
    found = place(SQUARE, roads(main=[(-50, 40), (150, 40)]))
    assert spots(found) == [(0.0, 40.0), (100.0, 40.0)]
    assert found["name"].tolist() == found["road_id"].tolist() == ["main", "main"]
    assert found["kind"].tolist() == ["road", "road"]
    assert found["open"].isna().all()
    assert {c: str(t) for c, t in found.dtypes.items()} == DTYPES


def test_a_road_that_ends_inside_has_one() -> None:
    assert spots(place(SQUARE, roads(lane=[(50, 50), (50, 150)]))) == [(50.0, 100.0)]


@pytest.mark.parametrize(
    "line",
    [
        pytest.param([(-50, 0), (150, 0)], id="along the edge"),
        pytest.param([(-50, 0.4), (150, -0.4)], id="along the edge, drawn askew"),
        pytest.param([(-50, -50), (50, 0), (150, -50)], id="touches from outside"),
        pytest.param([(20, 50), (50, 0), (80, 50)], id="touches from inside"),
        pytest.param([(50, -50), (50, 0)], id="ends at the edge from outside"),
        pytest.param([(50, 50), (50, 0)], id="ends at the edge from inside"),
        pytest.param([(20, 20), (80, 80)], id="inside"),
        pytest.param([(200, 20), (280, 80)], id="outside"),
    ],
)
def test_a_road_that_does_not_cross(line: list[tuple[float, float]]) -> None:
    assert place(SQUARE, roads(r=line)).empty


def test_a_road_along_the_edge_that_then_turns_in_enters_once() -> None:
    assert spots(place(SQUARE, roads(r=[(-50, 0), (60, 0), (60, 50)]))) == [(60.0, 0.0)]


def test_a_road_cut_in_two_at_the_fence_still_enters() -> None:
    found = place(SQUARE, roads(street=[(50, -50), (50, 0)], drive=[(50, 0), (50, 50)]))
    assert spots(found) == [(50.0, 0.0)]
    assert found["road_id"].tolist() == ["drive"]


def test_side_streets_off_the_road_that_bounds_a_block_are_gates() -> None:
    ring = [(0, 0), (40, 0), (100, 0), (100, 100), (0, 100), (0, 0)]
    assert spots(place(SQUARE, roads(ring=ring, side=[(40, 0), (40, 60)]))) == [(40.0, 0.0)]


def test_close_crossings_are_one_gate_named_after_the_named_road() -> None:
    table = roads(a=[(50, -50), (50, 50)], b=[(53, -50), (53, 50)], c=[(60, -50), (60, 50)])
    table["name"] = pd.Series([None, "B Street", "C Street"], dtype="str")
    found = place(SQUARE, table)
    assert spots(found) == [(53.0, 0.0), (60.0, 0.0)]
    assert sorted(found["name"]) == ["B Street", "C Street"]


def test_close_crossings_of_two_zones_stay_two() -> None:
    two = zones(Z1=shapely.box(0, 0, 100, 100), Z2=shapely.box(103, 0, 200, 100))
    found = place(two, roads(r=[(50, 50), (150, 50)]))
    assert found["zone_id"].tolist() == ["Z1", "Z2"]


def test_entrances_near_the_edge_keep_their_state() -> None:
    rows = gates(("north", True, 50, 115), ("south", False, 50, -5), ("east", None, 105, 50), ("far", True, 50, 125))
    found = place(SQUARE, roads(), rows).sort_values("name")
    assert found["name"].tolist() == ["EAST", "NORTH", "SOUTH"]
    assert found["open"].astype(object).where(found["open"].notna(), None).tolist() == [None, True, False]
    assert found["kind"].eq("entrance").all()
    assert spots(found) == [(50.0, -5.0), (50.0, 115.0), (105.0, 50.0)]


def test_an_entrance_deep_inside_is_no_gate() -> None:
    assert place(SQUARE, roads(), gates(("inner", True, 50, 50))).empty


def test_a_crossing_at_an_entrance_is_that_entrance() -> None:
    found = place(SQUARE, roads(drive=[(50, -50), (50, 50)]), gates(("main", False, 52, -1), ("foot", True, 49, 0)))
    assert sorted(found["name"]) == ["FOOT", "MAIN"]
    assert found["road_id"].tolist() == ["drive", "drive"]
    assert found["kind"].tolist() == ["entrance", "entrance"]


def test_holes_and_parts_have_gates_too() -> None:
    ring = shapely.Polygon(shapely.box(0, 0, 100, 100).exterior, [shapely.box(40, 40, 60, 60).exterior])
    shape = shapely.MultiPolygon([ring, shapely.box(200, 0, 300, 100)])
    found = place(zones(Z=shape), roads(r=[(-50, 50), (350, 50)]))
    assert [x for x, _ in spots(found)] == [0, 40, 60, 100, 200, 300]


def test_nothing_in_nothing_out() -> None:
    found = place(SQUARE.iloc[:0], roads())
    assert list(found) == list(DTYPES)
    assert found.empty
    assert place(zones(Z=shapely.MultiPolygon()), roads(r=[(0, 0), (9, 9)])).empty


@pytest.mark.slow
@given(st.permutations(range(6)), st.permutations(range(3)))
def test_ids_do_not_depend_on_the_order_of_rows(road_order: list[int], zone_order: list[int]) -> None:
    table = roads(**{f"r{i}": [(-10, 8 + 15 * i), (260, 9 + 15 * i)] for i in range(6)})
    three = zones(**{f"Z{i}": shapely.box(90 * i, 0, 90 * i + 60, 100) for i in range(3)})
    first = place(three, table)
    again = place(three.iloc[zone_order], table.iloc[road_order])
    pd.testing.assert_frame_equal(first, again)
    assert first["gate_id"].is_unique
    assert len(first) == 36


def test_an_id_stays_when_another_road_is_loaded() -> None:
    one = place(SQUARE, roads(a=[(50, -50), (50, 50)]))
    two = place(SQUARE, roads(a=[(50, -50), (50, 50)], b=[(80, -50), (80, 50)]))
    assert set(one["gate_id"]) < set(two["gate_id"])


@pytest.mark.slow
@given(st.floats(0, 2 * np.pi), st.floats(-35, 35))
def test_a_straight_road_crosses_a_circle_twice(angle: float, offset: float) -> None:
    way = np.array([np.cos(angle), np.sin(angle)])
    side = offset * np.array([-way[1], way[0]])
    line = [tuple(side - 100 * way), tuple(side + 100 * way)]
    found = spots(place(zones(Z=shapely.Point(0, 0).buffer(50, 64)), roads(r=line)))
    assert len(found) == 2
    assert all(abs(np.hypot(x, y) - 50) < 0.3 for x, y in found)
