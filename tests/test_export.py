"""The zone list as GeoJSON: RFC 7946, every property, and back to memberships."""

import json
from collections.abc import Callable
from typing import Any

import geopandas as gpd
import h3
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import shape

from tests.zone_lists import CELLS, POLICY, write, zones
from zoning.errors import InputError
from zoning.export import PIECE, features_to_geojson, read_zones, round_shapes
from zoning.export.columns import COLUMNS

PROPERTIES = [
    "zone_id", "aliases", "class", "stage", "status", "name", "policy_id", "policy_version", "delineated_at",
    "in_force_from", "day", "earliest_lift_at", "test_dates", "people", "area_m2", "causes_count", "reasons", "gates",
    "sites", "members", "cells",
]  # fmt: skip


def properties(table: gpd.GeoDataFrame, **more: Any) -> list[dict[str, Any]]:
    return [f["properties"] for f in json.loads(write(table, **more))["features"]]


def test_every_property() -> None:
    atoms = {"4-5/rest": "Z1", "4-5-201": "Z1", CELLS[1]: "Z1", CELLS[0]: "Z1", "other": "Z9"}
    (found,) = properties(zones({"aliases": ["Z0"]}), members=atoms)
    assert list(found) == list(COLUMNS) == PROPERTIES
    rule = next(r for r in POLICY.rules if r.id == "R1")
    assert found == {
        "zone_id": "Z1", "aliases": ["Z0"], "class": "sealed", "stage": "hold", "status": "in_force",
        "name": "布心花园4栋5单元", "policy_id": "cn-sz-2022", "policy_version": POLICY.pack.version,
        "delineated_at": "2022-03-14T22:00:00+08:00", "in_force_from": "2022-03-15T00:00:00+08:00", "day": 2,
        "earliest_lift_at": "2022-03-29T00:00:00+08:00", "test_dates": ["2022-03-15", "2022-03-17"],
        "people": 123.4, "area_m2": 456.8, "causes_count": 2,
        "reasons": [{"rule_id": "R1", "cite": rule.cite, "grade": rule.grade}],
        "gates": [{"gate_id": "g1", "kind": "entrance", "name": None, "open": None, "lng": 114.1, "lat": 22.5}],
        "sites": [{"site_kind": "clinic", "site_id": "s1", "name": "社康", "distance_m": 120.0, "by_road": True}],
        "members": ["4-5-201", "4-5/rest"], "cells": CELLS[:2],
    }  # fmt: skip


def test_no_fact_and_no_person_is_written() -> None:
    data = write(zones({}))
    assert b"cases:" not in data
    assert b"Li" not in data


def test_unknown_values_are_null() -> None:
    row = {"status": "proposed", "in_force_from": None, "earliest_lift_at": None, "people": float("nan")}
    (found,) = properties(zones({**row, "zone_id": "Z2", "delineated_at": None}))
    assert {found[k] for k in ("day", "in_force_from", "delineated_at", "earliest_lift_at", "people")} == {None}
    assert found["test_dates"] == found["gates"] == found["sites"] == []


@pytest.mark.parametrize(
    ("now", "day"),
    [
        ("2022-03-14T15:59Z", None),
        ("2022-03-14T16:00Z", 1),
        ("2022-03-15T15:59Z", 1),
        ("2022-03-15T16:00Z", 2),
    ],
)
def test_the_day_changes_at_local_midnight(now: str, day: int | None) -> None:
    assert properties(zones({}), now=now)[0]["day"] == day
    # Without test days it is counted from the first date in force.
    assert properties(zones({"zone_id": "Z2"}), now=now)[0]["day"] == day


def test_a_released_zone_has_no_day() -> None:
    assert properties(zones({"status": "released"}))[0]["day"] is None


def test_features_come_by_rank_then_id() -> None:
    table = zones({"zone_id": "B"}, {"zone_id": "A", "rank": 4, "class": "precaution"}, {"zone_id": "AA"})
    assert [p["zone_id"] for p in properties(table)] == ["AA", "B", "A"]


def test_rfc_7946() -> None:
    clockwise = shapely.Polygon([(114.1, 22.5), (114.1, 22.6), (114.2, 22.6), (114.2, 22.5)], [[
        (114.14, 22.54), (114.16, 22.54), (114.16, 22.56), (114.14, 22.56)]])  # fmt: skip
    found = json.loads(write(zones({"geometry": shapely.MultiPolygon([clockwise])}, {"zone_id": "Z2"})))
    assert list(found) == ["type", "bbox", "features"]
    assert found["bbox"] == [114.1, 22.5, 114.2, 22.6]
    outer, hole = found["features"][0]["geometry"]["coordinates"][0]
    assert shapely.LinearRing(outer).is_ccw
    assert not shapely.LinearRing(hole).is_ccw
    assert outer[0] == outer[-1]
    assert found["features"][1]["geometry"]["coordinates"][0][0][0][0] in (114.12, 114.13)


def test_an_empty_list_is_a_collection_without_a_box() -> None:
    assert json.loads(write(zones({}).iloc[:0])) == {"type": "FeatureCollection", "features": []}
    assert read_zones(write(zones({}).iloc[:0])).empty


def test_shapes_that_rounding_breaks_are_rebuilt() -> None:
    spike = shapely.Polygon([(0, 0), (1, 0), (1, 1), (0.50000001, 4e-8), (0, 1)])
    dust = shapely.MultiPolygon([shapely.box(7, 7, 7 + 1e-9, 7 + 1e-9)])
    sliver = shapely.MultiPolygon([shapely.box(2, 2, 3, 3), shapely.box(5, 5, 5 + 1e-9, 5 + 1e-9)])
    assert spike.is_valid
    found = round_shapes(np.array([spike, sliver, dust], object))
    assert shapely.is_valid(found).all()
    assert found[0].area == pytest.approx(spike.area, abs=1e-6)
    assert found[1].area == 1.0
    assert found[2].is_empty
    assert json.loads(features_to_geojson(found[2:], {"n": [1]})).keys() == {"type", "features"}
    assert {g.geom_type for g in found} <= {"Polygon", "MultiPolygon"}


def test_points_that_rounding_makes_one_are_written_once() -> None:
    corner = shapely.Polygon([(0, 0), (1, 0), (1, 1e-9), (1, 1), (0, 1)])
    (ring,) = json.loads(features_to_geojson(np.array([corner], object), {"n": [1]}))["features"][0]["geometry"][
        "coordinates"
    ]
    assert ring == [[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]


@st.composite
def stars(draw: st.DrawFn) -> Any:
    """Star-shaped polygons of a few centimetres to kilometres: small ones break when rounded."""
    radii = np.array(draw(st.lists(st.floats(0.01, 1), min_size=4, max_size=12)))
    size = 10 ** draw(st.floats(-8, -2))
    turn = np.linspace(0, 2 * np.pi, len(radii), endpoint=False)
    return shapely.Polygon(np.column_stack([114 + size * radii * np.cos(turn), 22 + size * radii * np.sin(turn)]))


@given(st.lists(stars(), min_size=1, max_size=5))
def test_written_shapes_are_valid_of_seven_digits_and_near(shapes: list[Any]) -> None:
    data = json.loads(features_to_geojson(np.array(shapes, object), {"n": list(range(len(shapes)))}))
    for given_shape, feature in zip(shapes, data["features"], strict=True):
        found = shape(feature["geometry"])
        assert found.is_valid
        at = shapely.get_coordinates(found)
        assert (at == np.round(at, 7)).all()
        assert shapely.symmetric_difference(found, given_shape.buffer(0)).area <= given_shape.length * 2e-7 + 1e-13


def test_neighbours_keep_their_common_edge() -> None:
    cells = np.array([shapely.Polygon([(x, y) for y, x in h3.cell_to_boundary(c)]) for c in CELLS], object)
    found = round_shapes(cells)
    assert shapely.union_all(found).geom_type == "Polygon"
    assert shapely.union_all(found).area == pytest.approx(shapely.area(found).sum(), rel=1e-9)


def test_many_features_keep_their_order_and_one_box() -> None:
    n = 2 * PIECE + 1
    points = shapely.points(114 + np.arange(n) / 1000, 22 + np.arange(n) / 1000)
    found = json.loads(features_to_geojson(points, {"n": list(range(n))}))
    assert [f["properties"]["n"] for f in found["features"]] == list(range(n))
    assert [f["geometry"]["coordinates"][0] for f in found["features"]] == shapely.get_x(points).round(7).tolist()
    assert found["bbox"] == [114.0, 22.0, 114 + (n - 1) / 1000, 22 + (n - 1) / 1000]


ATOMS = [*CELLS, *(f"B{i}" for i in range(20)), *(f"B{i}/rest" for i in range(5)), "627145814333497343", "小区/4栋"]
CLASSES = list(POLICY.classes)


@pytest.mark.slow
@given(st.dictionaries(st.sampled_from(ATOMS), st.integers(0, 4)), st.lists(st.sampled_from(CLASSES), min_size=5))
def test_memberships_come_back(held: dict[str, int], classes: list[str]) -> None:
    table = zones(*({"zone_id": f"Z{i}", "class": classes[i]} for i in range(5)))
    found = read_zones(write(table, {atom: f"Z{i}" for atom, i in held.items()}))
    expected = sorted((atom, classes[i], f"Z{i}") for atom, i in held.items())
    assert list(found.itertuples(index=False, name=None)) == expected
    features = properties(table, members={atom: f"Z{i}" for atom, i in held.items()})
    assert {c for p in features for c in p["cells"]} == set(held) & set(CELLS)


def changed(edit: Callable[[dict[str, Any]], None]) -> bytes:
    data = json.loads(write(zones({}, {"zone_id": "Z2"}), {"a": "Z1", "b": "Z2"}))
    edit(data)
    return json.dumps(data).encode()


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"{", "not JSON"),
        (b"[]", "each zone needs"),
        (b'{"features": 3}', "each zone needs"),
        (changed(lambda d: d["features"][0]["properties"].pop("cells")), "'cells' is missing"),
        (changed(lambda d: d["features"][0]["properties"].update(members=None)), "each zone needs"),
        (changed(lambda d: d["features"][0]["properties"].update(members=["b"])), "atom 'b' is listed twice"),
    ],
)
def test_what_is_no_zone_list_is_refused(data: bytes, says: str) -> None:
    with pytest.raises(InputError, match=says):
        read_zones(data)


def test_inputs_stay() -> None:
    table = zones({"zone_id": "Z2"}, {"rule_ids": ["R2", "R1"]})
    before = table.copy(deep=True)
    write(table)
    pd.testing.assert_frame_equal(pd.DataFrame(table), pd.DataFrame(before))
