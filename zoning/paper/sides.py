"""The named roads that a zone ends at, by the side of the compass that they lie on."""

from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from zoning.geometry import Floats, Frame, Ints
from zoning.once import once
from zoning.picture import Language

Side = Literal["east", "south", "west", "north"]
SIDES: tuple[Side, ...] = ("east", "south", "west", "north")
_IN_M, _OUT_M = 10.0, 35.0  # a fence stands back from the middle of its road; a border may run along it
_STEPS = 400  # samples of an outline
_MOST = 0.5  # of a side's length, that roads which bound it take up
_SOME = 0.2  # of a side's length, that each of them takes up
_ONE_PART = 0.8  # of a zone's area: one in several far parts has no sides


def roads_beside(
    shape: shapely.Geometry, roads: pd.DataFrame, frame: Frame, language: Language
) -> dict[Side, tuple[str, ...]]:
    """Name the roads along the outline of a zone.

    From points along the outline it is looked outwards, as far as a road's middle may lie from a fence. A road bounds a
    side where most of what looks that way meets it first.

    Parameters
    ----------
    shape : the zone or its legal outline (WGS84); what is cut out of its inside does not count.
    roads : name, name_en, geometry (WGS84).
    frame : plane in metres.
    language : of the names.

    Returns
    -------
    Side -> one or two names, the longer first; in the order of SIDES, sides without a road left out. Empty where fewer
    than two sides have one, or the zone is in several parts.
    """
    ring = _outline(frame.to_metres(shape))
    names, tree, lines = _named(roads, frame)
    if ring is None or not len(lines):
        return {}
    at, out = _samples(ring)
    rays = shapely.linestrings(np.stack([at - out * _IN_M, at + out * _OUT_M], axis=1))
    ray, road = tree.query(rays, predicate="intersects")
    far = shapely.distance(shapely.points(at[ray]), shapely.intersection(rays[ray], lines[road]))
    order = np.lexsort((road, far, ray))
    first = order[np.unique(ray[order], return_index=True)[1]]
    met = np.full(len(at), -1)
    met[ray[first]] = road[first]
    # East looks along 0 degrees; the compass turns clockwise.
    side = (np.round(-np.degrees(np.arctan2(out[:, 1], out[:, 0])) / 90) % 4).astype(np.int64)
    told = names["zh" if language == "zh" else "en"]
    found = {name: _along(told, met[side == k]) for k, name in enumerate(SIDES)}
    found = {name: roads for name, roads in found.items() if roads}
    return found if len(found) > 1 else {}


def _outline(shape: shapely.Geometry) -> shapely.LinearRing | None:
    """The outer ring of the one part that makes up nearly all of a shape."""
    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon" and not part.is_empty]
    rings = shapely.get_exterior_ring(np.array(parts, object))
    if not len(rings):
        return None
    area = shapely.area(shapely.polygons(rings))
    return rings[int(np.argmax(area))] if area.max() >= _ONE_PART * area.sum() else None


def _samples(ring: shapely.LinearRing) -> tuple[Floats, Floats]:
    """Points along a ring at equal distances, (n, 2), and the direction away from its inside at each."""
    whole, turned = shapely.length(ring), not shapely.is_ccw(ring)
    along = (np.arange(_STEPS) + 0.5) * whole / _STEPS
    step = min(whole / _STEPS, 2.0) / 2
    at = shapely.get_coordinates(shapely.line_interpolate_point(ring, along))
    ends = [shapely.get_coordinates(shapely.line_interpolate_point(ring, (along + d) % whole)) for d in (-step, step)]
    ahead = ends[1] - ends[0]
    out = np.column_stack([ahead[:, 1], -ahead[:, 0]]) * (-1 if turned else 1)
    return at, out / np.maximum(np.hypot(*out.T), 1e-9)[:, None]


def _along(names: npt.NDArray[np.object_], met: Ints) -> tuple[str, ...]:
    """The one or two names that most of a side meets; roads of one name are one."""
    if not len(met):
        return ()
    share = pd.Series(names[met[met >= 0]]).value_counts() / len(met)
    order = sorted(share[share >= _SOME].items(), key=lambda item: (-item[1], str(item[0])))[:2]
    return tuple(str(name) for name, _ in order) if sum(part for _, part in order) >= _MOST else ()


@once
def _named(
    roads: pd.DataFrame, frame: Frame
) -> tuple[dict[str, npt.NDArray[np.object_]], shapely.STRtree, npt.NDArray[np.object_]]:
    named = roads[roads["name"].notna()]
    lines = np.asarray(frame.to_metres(named["geometry"].to_numpy(object)), object)
    names = {"zh": named["name"].to_numpy(object), "en": named["name_en"].fillna(named["name"]).to_numpy(object)}
    return names, shapely.STRtree(lines), lines
