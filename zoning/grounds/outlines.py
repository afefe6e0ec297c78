"""Grounds with a legal outline: administrative areas, street blocks and radii."""

import math

import numpy as np
import pandas as pd
import shapely

from zoning.geometry import Floats, Ints, cells_to_text, points_to_cells
from zoning.graded import number
from zoning.grounds.scene import Scene, atom_outline, hold_shapes
from zoning.hashes import digest
from zoning.lookup import area_at
from zoning.rules import Rule, TakeBuffer, TakeRoadBlock

Keys = list[str | None]
_SEGMENTS = 64  # a quarter of a circle: 0.2 m too far at 3 km


def area_keys(levels: list[str], lng: Floats, lat: Floats, scene: Scene) -> Keys:
    """Take the area at each point, of the first level that has one there.

    Parameters
    ----------
    levels : of areas, the wanted one first.
    lng, lat : (n,) degrees, WGS84.
    scene : gets `holds` and `legal`.

    Returns
    -------
    One key into `scene.holds` a point, None where it has no such ground.
    """
    areas, found = scene.tables["areas"], np.full(len(lng), -1)
    for level in levels:
        found = np.where(found < 0, area_at(lng, lat, areas, level), found)
    rows = np.unique(found[found >= 0])
    keys = {row: f"area:{areas['id'].iloc[row]}" for row in rows.tolist()}
    hold_shapes(dict(zip(keys.values(), areas["geometry"].to_numpy(object)[rows], strict=True)), scene)
    return [keys.get(row) for row in found.tolist()]


def block_keys(ground: TakeRoadBlock, stays: Ints, scene: Scene) -> Keys:
    """Take the street block around each place, polygonised from the roads of the ground's kinds or names.

    Parameters
    ----------
    ground : kinds and names of roads; none at all means every road.
    stays : rows of `scene.spots`.
    scene : gets `holds` and `legal`.

    Returns
    -------
    One key into `scene.holds` a stay, None where it has no such ground.
    """
    roads = scene.tables["roads"]
    use = np.ones(len(roads), bool)
    if ground.road_kinds or ground.road_names:
        use = (roads["kind"].isin(ground.road_kinds) | roads["name"].isin(ground.road_names)).to_numpy(bool)
    lines = shapely.union_all(roads["geometry"].to_numpy(object)[use])
    blocks = np.array(shapely.get_parts(shapely.polygonize([lines])), object)
    spots = shapely.points(scene.spots["lng"].to_numpy()[stays], scene.spots["lat"].to_numpy()[stays])
    keys: list[str | None] = [None] * len(stays)
    outlines: dict[str, shapely.Geometry] = {}
    for stay, block in zip(*shapely.STRtree(blocks).query(spots, predicate="intersects"), strict=True):
        inner = shapely.point_on_surface(blocks[block])
        cell = points_to_cells(np.array([inner.x]), np.array([inner.y]), 15)
        keys[stay] = f"block:{cells_to_text(cell)[0]}"
        outlines[str(keys[stay])] = blocks[block]
    hold_shapes(outlines, scene)
    return keys


def buffer_keys(rule: Rule, ground: TakeBuffer, stays: Ints, claims: pd.DataFrame, scene: Scene) -> Keys:
    """Take all within a radius of each place.

    Parameters
    ----------
    rule : whose ground this is; its id is part of the key.
    ground : radius, and what it is measured from.
    stays : rows of `scene.spots`.
    claims : of earlier rules, for radii from their edge.
    scene : gets `holds` and `legal`.

    Returns
    -------
    One key into `scene.holds` a stay, None where it has no such ground.
    """
    edges = scene.frame.to_metres(np.array([_edge(ground, stay, claims, scene) for stay in stays.tolist()], object))
    # Sides of the polygon touch the circle from outside: a legal radius is covered.
    reach = number(ground.radius_m, 0.0) / math.cos(math.pi / (4 * _SEGMENTS))
    discs = scene.frame.to_degrees(shapely.buffer(edges, reach, quad_segs=_SEGMENTS))
    # Named by its shape: the number of a stay changes with every earlier case, and ids hang on the key.
    keys = [f"buffer:{rule.id}:{digest(text)}" for text in shapely.to_wkb(discs, hex=True)]
    hold_shapes(dict(zip(keys, discs, strict=True)), scene)
    return list(keys)


def _edge(ground: TakeBuffer, stay: int, claims: pd.DataFrame, scene: Scene) -> shapely.Geometry:
    """What a radius is measured from: the point, the premises' footprint, or an earlier rule's outline."""
    spot = scene.spots.iloc[stay]
    if ground.measure_from == "premises_edge" and spot["unit"] >= 0:
        return scene.units["geometry"].iloc[int(spot["unit"])]
    if ground.measure_from == "previous_zone_edge":
        at = [i for i, r in enumerate(scene.policy.rules) if r.id == ground.previous]
        keys = claims.loc[claims["rule"].isin(at) & (claims["stay"] == stay), "ground"]
        if len(keys):
            keys = [scene.whole.get(k, k) for k in keys]
            return shapely.union_all([scene.legal.get(k) or atom_outline(scene.holds[k], scene) for k in keys])
    return shapely.Point(spot["lng"], spot["lat"])
