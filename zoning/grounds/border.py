"""The border of a jurisdiction: grounds end there, and what lies beyond is handed over to the neighbour."""

import numpy as np
import pandas as pd
import shapely

from zoning.geometry import Ints
from zoning.grounds.scene import Scene, atom_outline, atom_points, hold_shapes
from zoning.lookup import area_at

HANDED = ["rule_id", "stay", "ground", "area_id", "to_area_id", "geometry"]


def cut_grounds(found: pd.DataFrame, scene: Scene) -> pd.DataFrame:
    """Cut each ground at the border of the area that holds its cause, where the pack names a level of areas for that.

    A cause that lies in no such area keeps its ground whole.

    Parameters
    ----------
    found : stay, ground (keys into `scene.holds`) and more.
    scene : gets `holds`, `legal`, and in `whole` the uncut ground of each that was cut.

    Returns
    -------
    Its rows with the cut grounds; without those of which nothing is left.
    """
    level = scene.policy.pack.jurisdiction_level
    if level is None or found.empty:
        return found
    lng, lat = (scene.spots[c].to_numpy()[found["stay"].to_numpy(int)] for c in ("lng", "lat"))
    homes = area_at(lng, lat, scene.tables["areas"], level)
    pairs = found[["ground"]].assign(home=homes)
    names = {(key, home): _cut(key, home, level, scene) for key, home in pairs.drop_duplicates().to_numpy(object)}
    keys = [names[key, home] for key, home in pairs.to_numpy(object)]
    held = np.array([len(scene.holds[key]) > 0 for key in keys], bool)
    return found.assign(ground=keys)[held]


def _cut(key: str, home: int, level: str, scene: Scene) -> str:
    """Return the key of what one area has of a ground: the same key where that is all of it."""
    areas, atoms = scene.tables["areas"], scene.holds[key]
    if home < 0 or not len(atoms):
        return key
    area, name = areas["geometry"].iloc[home], f"{key}@{areas['id'].iloc[home]}"
    if key in scene.legal:
        if shapely.covers(area, scene.legal[key]):
            return key
        hold_shapes({name: shapely.intersection(scene.legal[key], area)}, scene)
    else:
        inside = area_at(*atom_points(atoms, scene.atoms), areas, level) == home
        if inside.all():
            return key
        scene.holds[name] = atoms[inside]
    scene.whole[name] = key
    return name


def hand_over(claims: pd.DataFrame, scene: Scene) -> pd.DataFrame:
    """List what lies beyond the border, for the neighbours.

    Parameters
    ----------
    claims : of `settle`, in order of stay.
    scene : as `take_grounds` left it.

    Returns
    -------
    One row a claim and neighbouring area of the level: rule_id, stay, ground, area_id (of the cause), to_area_id (None
    for land in no loaded area), geometry (WGS84).
    """
    areas, level = scene.tables["areas"], scene.policy.pack.jurisdiction_level
    of_level = np.flatnonzero(areas["level"] == level)
    cut = claims[claims["ground"].isin(scene.whole) & claims["live"]] if scene.whole else claims[:0]
    rows = []
    for rule, stay, key in cut[["rule", "stay", "ground"]].itertuples(index=False, name=None):
        whole = scene.whole[key]
        outline = scene.legal.get(whole) or atom_outline(scene.holds[whole], scene)
        home = key.rpartition("@")[2]
        for to, shape in _beyond(outline, of_level[areas["id"].iloc[of_level] != home], home, scene):
            rows.append((scene.policy.rules[rule].id, stay, key, home, to, shape))
    return pd.DataFrame(rows, columns=HANDED)


def _beyond(
    outline: shapely.Geometry, others: Ints, home: str, scene: Scene
) -> list[tuple[str | None, shapely.Geometry]]:
    areas = scene.tables["areas"]
    shapes, ids = areas["geometry"].to_numpy(object), areas["id"].to_numpy(object)
    rest = shapely.difference(outline, shapes[ids == home][0])
    found = [(str(ids[row]), shapely.intersection(rest, shapes[row])) for row in others]
    nowhere = shapely.difference(rest, shapely.union_all(shapes[others]))
    return [(to, shape) for to, shape in [*found, (None, nowhere)] if shape.area > 0]
