"""Tiles: our encoder against the Python library, from the same prepared shapes to the bytes of one tile.

Both sides get the same index and mercator shapes; both cut to the tile and its buffer. What they write is decoded by
the library and compared, feature by feature.
"""

import time
from collections.abc import Callable
from typing import Any

import mapbox_vector_tile
import numpy as np
import shapely

from layers._base import Part
from layers.mvt import EXTENT
from layers.tiles import BUFFER, Prepared, cut, prepare, to_mercator
from zoning.geometry import cell_polygons, cells_to_text, disks, points_to_cells

CENTRE = (114.0579, 22.5431)
ROUNDS = 3


def hexes(rings: int) -> Part:
    """Return the cells of resolution 11 within some rings of the centre, with id and risk class."""
    middle = points_to_cells(np.array([CENTRE[0]]), np.array([CENTRE[1]]), 11)
    cells = np.sort(disks(middle, rings)[1])
    return Part("it", cell_polygons(cells), {"id": cells_to_text(cells), "risk": [int(c) % 5 for c in cells]})


def buildings(side: int) -> Part:
    """Return a square of L-shaped houses with a yard in every fifth."""
    x, y = (v.ravel() for v in np.meshgrid(np.arange(side), np.arange(side)))
    west, south = CENTRE[0] + (x - side / 2) * 3e-4, CENTRE[1] + (y - side / 2) * 3e-4
    houses = shapely.difference(
        shapely.box(west, south, west + 2e-4, south + 2e-4), shapely.box(west, south, west + 8e-5, south + 8e-5)
    )
    yards = shapely.box(west + 1e-4, south + 1e-4, west + 1.5e-4, south + 1.5e-4)
    some = np.arange(len(houses)) % 5 == 0
    houses[some] = shapely.difference(houses[some], yards[some])
    return Part("it", houses, {"id": [f"b{k}" for k in range(len(houses))], "name": [f"{k % 90}栋" for k in x]})


def by_library(layer: Prepared, columns: dict[str, Any], z: int, x: int, y: int) -> bytes:
    """Write the same tile with mapbox_vector_tile: index, quick cut of what crosses the edge, then its encoder."""
    edge = BUFFER / EXTENT
    box = tuple(v / 2.0**z for v in (x - edge, y - edge, x + 1 + edge, y + 1 + edge))
    near = np.sort(layer.tree.query(shapely.box(*box)))
    shapes = layer.shapes[near]
    inside = shapely.contains_properly(shapely.box(*box), shapes)
    shapes[~inside] = shapely.clip_by_rect(shapes[~inside], *box)
    features = [
        {"geometry": shape, "id": int(k) + 1, "properties": {key: values[k] for key, values in columns.items()}}
        for k, shape in zip(near, shapes, strict=True)
        if not shape.is_empty
    ]
    bounds = tuple(v / 2.0**z for v in (x, y, x + 1, y + 1))
    options = {"quantize_bounds": bounds, "extents": EXTENT, "y_coord_down": True}
    return bytes(mapbox_vector_tile.encode({"name": "it", "features": features}, default_options=options))


def _best(run: Callable[[], bytes]) -> tuple[float, bytes]:
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        data = run()
        times.append(time.perf_counter() - start)
    return min(times), data


def differences(ours: bytes, theirs: bytes) -> tuple[int, int]:
    """Return how many features the tiles hold in common, and how many differ by more than one tile unit's rim."""
    # The library also writes features of which nothing is left on the tile's grid; ours drops them.
    one, other = (
        {f["id"]: f for f in mapbox_vector_tile.decode(tile)["it"]["features"] if f["geometry"]["coordinates"]}
        for tile in (ours, theirs)
    )
    wrong = len(one.keys() ^ other.keys())
    for key in one.keys() & other.keys():
        a, b = (shapely.geometry.shape(side[key]["geometry"]) for side in (one, other))
        same = a.buffer(0).symmetric_difference(b.buffer(0)).area <= 2 * (a.length + 4)
        wrong += not (same and one[key]["properties"] == other[key]["properties"])
    return len(one.keys() & other.keys()), wrong


def compare(name: str, part: Part, zoom: int) -> bool:
    """Print size and time of both sides of one tile and their ratio; say whether both hold the same."""
    layer = prepare(part)
    columns = {key: list(values) for key, values in part.columns.items()}
    x, y = (int(v) for v in (to_mercator(np.array([CENTRE])) * 2**zoom)[0])
    fast, ours = _best(lambda: cut(layer, zoom, x, y))
    slow, theirs = _best(lambda: by_library(layer, columns, zoom, x, y))
    common, wrong = differences(ours, theirs)
    print(
        f"tiles, {name}: {common} features at zoom {zoom}: ours {fast * 1e3:.1f} ms, {len(ours):,} bytes; "
        f"mapbox_vector_tile {slow * 1e3:.0f} ms, {len(theirs):,} bytes; ratio {slow / fast:.0f}; {wrong} differ"
    )
    return not wrong


def main() -> int:
    """Compare both sides on cells and on buildings; the code is 1 if what they wrote differs."""
    same = [compare("hexes", hexes(60), 13), compare("buildings", buildings(70), 14)]
    return 0 if all(same) else 1


if __name__ == "__main__":
    raise SystemExit(main())
