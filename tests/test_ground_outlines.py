"""Grounds with a legal outline: street blocks and radii."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pytest
import shapely

from tests.small_town import (
    Row,
    box,
    degrees,
    estate,
    house,
    metres,
)
from tests.taking import UNIT, held, names, pack, rule, take, units_of, value
from zoning.policy import Policy
from zoning.rules import Rule


def road(name: str, *at: tuple[float, float], kind: str = "street") -> Row:
    return {"id": name, "name": name, "kind": kind, "geometry": degrees(shapely.LineString(at))}


SQUARE = [
    road("south", (-10, 0), (110, 0)),
    road("east", (100, -10), (100, 110)),
    road("north", (110, 100), (-10, 100)),
    road("west", (0, 110), (0, -10)),
    road("alley", (50, -10), (50, 110), kind="path"),
]


def test_a_street_block_is_cut_out_by_roads_of_the_named_kinds() -> None:
    town = {"roads": SQUARE, "buildings": [house("B1", 10, 10), house("B2", 70, 10), house("B3", 150, 10)]}
    spots = [{"unit": "B1"}, {"unit": "B2"}, {"unit": "B3"}]
    blocks = pack(rule({"take": "road_block"}))
    found = held(blocks, *spots, **town)
    assert [units_of(one) for one in found] == [{"B1"}, {"B2"}]
    streets = pack(rule({"take": "road_block", "road_kinds": ["street"]}))
    claims, scene = take(streets, spots, **town)
    assert claims["ground"].nunique() == 1
    assert units_of(names(scene, claims["ground"].iloc[0])) == {"B1", "B2"}
    assert abs(metres(scene.legal[claims["ground"].iloc[0]]).area - 10_000) < 5
    named = pack(rule({"take": "road_block", "road_names": ["south", "east", "north"]}))
    assert held(named, *spots, **town) == []
    assert held(blocks, {"unit": "B1"}, buildings=town["buildings"]) == []


def buffer(metres_out: float, source: str, name: str = "X", **more: Any) -> Rule:
    return rule({"take": "buffer", "radius_m": value(metres_out), "measure_from": source, **more}, name)


def legal(policy: Policy, spot: Row, name: str = "X", **town: Iterable[Row]) -> Any:
    """The outline of a rule's one ground, in metres."""
    claims, scene = take(policy, [spot], **town)
    position = [r.id for r in policy.rules].index(name)
    return metres(scene.legal[claims.loc[claims["rule"] == position, "ground"].iloc[0]])


def test_a_radius_is_measured_from_the_point_or_from_the_edge_of_the_premises() -> None:
    town = {"buildings": [house("B1", 0, 0)]}
    disc = legal(pack(buffer(50, "point")), {"unit": "B1", "x": 4, "y": 4}, **town)
    assert disc.bounds == pytest.approx((-46, -46, 54, 54), abs=0.1)
    wide = legal(pack(buffer(50, "premises_edge")), {"unit": "B1", "x": 4, "y": 4}, **town)
    assert wide.bounds == pytest.approx((-50, -50, 70, 70), abs=0.1)
    bare = legal(pack(buffer(50, "premises_edge")), {"x": 400, "y": 400}, **town)
    assert bare.bounds == pytest.approx((350, 350, 450, 450), abs=0.1)


def test_a_radius_from_the_previous_edge_starts_where_the_earlier_rule_ends() -> None:
    town = {"buildings": [house("B1", 0, 0)]}
    inner = buffer(50, "premises_edge", "IN")
    outer = buffer(30, "previous_zone_edge", previous="IN")
    assert legal(pack(inner, outer), {"unit": "B1"}, **town).bounds == pytest.approx((-80, -80, 100, 100), abs=0.5)
    of_unit = buffer(30, "previous_zone_edge", previous="HOME")
    home = rule(UNIT.ground.model_dump(), "HOME")
    assert legal(pack(home, of_unit), {"unit": "B1"}, **town).bounds == pytest.approx((-30, -30, 50, 50), abs=0.1)


def test_a_radius_that_is_covered_holds_all_that_it_touches() -> None:
    town = {"buildings": [house("B1", 0, 0), house("B2", 45, 0), house("B3", 65, 0)]}
    spot = {"unit": "B1", "x": 10, "y": 10}
    assert units_of(held(pack(buffer(50, "point"), holding="touches"), spot, **town)[0]) == {"B1", "B2"}
    assert units_of(held(pack(buffer(44, "point")), spot, **town)[0]) == {"B1"}


def test_equal_radii_are_one_ground_whatever_else_there_is() -> None:
    claims, _ = take(pack(buffer(50, "point")), [{"x": 0, "y": 0}, {"x": 0, "y": 0}, {"x": 9, "y": 0}])
    alone, _ = take(pack(buffer(50, "point")), [{"x": 9, "y": 0}])
    assert claims["ground"].nunique() == 2
    assert claims["ground"].iloc[2] == alone["ground"].iloc[0]


def test_a_radius_covers_its_land() -> None:
    claims, scene = take(pack(buffer(80, "point"), holding="touches"), [{"x": 0, "y": 0}])
    cells = names(scene, claims["ground"].iloc[0])
    assert all(cell.startswith("8b") for cell in cells)
    assert len(cells) > len(held(pack(buffer(80, "point")), {"x": 0, "y": 0})[0])
    assert box(-1, -1, 2, 2).intersects(scene.legal[claims["ground"].iloc[0]])


@pytest.mark.parametrize("radius", [150, 3000, 20000])
def test_every_point_nearer_than_the_radius_lies_inside(radius: int) -> None:
    disc = legal(pack(buffer(radius, "point")), {"x": 0, "y": 0})
    shapely.prepare(disc)
    around = np.linspace(0, 2 * np.pi, 720, endpoint=False)
    for reach, inside in ((radius - 1, True), (radius * 1.0001 + 0.1, False)):
        rim = shapely.points(reach * np.cos(around), reach * np.sin(around))
        assert shapely.intersects(disc, rim).all() == inside
        assert shapely.intersects(disc, rim).any() == inside


@pytest.mark.parametrize(("level", "more"), [(None, set()), ("estate", {"B2", "E1/rest"})])
def test_a_holding_that_is_touched_may_be_wholly_in(level: str | None, more: set[str]) -> None:
    farm = {
        "estates": [estate("E1", 40, 0, 400, 60)],
        "buildings": [house("B1", 60, 5, "E1"), house("B2", 400, 5, "E1")],
    }
    near = pack(buffer(45, "point"), holding="centroid", **({"holding_level": level} if level else {}))
    spot = {"x": 30, "y": 15}
    assert units_of(held(near, spot, **farm)[0]) == {"B1", *more}
    touched = pack(buffer(45, "point"), holding="touches", **({"holding_level": level} if level else {}))
    assert units_of(held(touched, spot, **farm)[0]) == {"B1", "E1/rest", *more}
