"""Areas of one level should part the ground: where they overlap, or leave a gap between them, the officer is told."""

import numpy as np
import pandas as pd
import shapely

_SLIVER = 1e-3  # share of the smaller area below which an overlap, or a gap, is one of drawing


def check_coverage(areas: pd.DataFrame) -> tuple[str, ...]:
    """Tell where the areas of a level overlap, and where they leave gaps that they enclose.

    Parameters
    ----------
    areas : accepted table of areas: name, level, geometry (WGS84).

    Returns
    -------
    One line for the overlaps and one for the gaps of each level that has some; nothing is refused.
    """
    told = []
    for level, group in areas.groupby("level", sort=True):
        shapes, names = group["geometry"].to_numpy(object), group["name"].to_numpy(object)
        whole = _parted(shapes)
        sizes = shapely.area(shapes)
        one, two = shapely.STRtree([] if whole else shapes).query(shapes, predicate="intersects")
        one, two = one[one < two], two[one < two]
        shared = shapely.area(shapely.intersection(shapes[one], shapes[two]))
        over = np.flatnonzero(shared > _SLIVER * np.minimum(sizes[one], sizes[two]))
        if len(over):
            pairs = ", ".join(f"{names[one[at]]} and {names[two[at]]}" for at in over[:3])
            told.append(f"areas of level {level} overlap in {len(over)} places: {pairs}{_more(over)}")
        holes = _holes(whole or shapely.union_all(shapes))
        # A hole that a part of the file draws on purpose looks the same: it is told, and stays.
        wide = np.flatnonzero(shapely.area(holes) > _SLIVER * np.median(sizes))
        if len(wide):
            near = [names[shapely.STRtree(shapes).nearest(holes[at])] for at in wide[:3]]
            told.append(f"areas of level {level} leave {len(wide)} gaps, beside {', '.join(near)}{_more(wide)}")
    return tuple(told)


def _parted(shapes: np.ndarray) -> shapely.Geometry | None:
    """Return the union of shapes that share whole edges and no ground, which is found at once; else None."""
    return shapely.coverage_union_all(shapes) if shapely.coverage_is_valid(shapes) else None


def _more(found: np.ndarray) -> str:
    return " ..." if len(found) > 3 else ""


def _holes(shape: shapely.Geometry) -> np.ndarray:
    """Return the holes of a shape as polygons."""
    rings = [ring for part in shapely.get_parts(shape) for ring in part.interiors]
    holes: np.ndarray = shapely.polygons(rings) if rings else np.empty(0, object)
    return holes
