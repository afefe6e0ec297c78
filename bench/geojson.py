"""GeoJSON writing: ours against GeoDataFrame.to_json, at 100,000 features with the properties of a zone list."""

import time
from collections.abc import Callable
from typing import Any

import geopandas as gpd
import h3
import numpy as np
import orjson

from zoning.export import features_to_geojson, round_shapes
from zoning.geometry import cell_polygons, text_to_cells

FEATURES = 100_000
ROUNDS = 2


def properties(cells: list[str]) -> dict[str, list[Any]]:
    """The properties of one zone a cell, with lists as long as a small zone has them."""
    n = len(cells)
    reason = {"rule_id": "R1", "cite": "罗湖区通告2022年第48号", "grade": "A"}
    gate = {"gate_id": "a1b2c3d4e5f6", "kind": "road", "name": "布心路", "open": None, "lng": 114.12, "lat": 22.57}
    site = {"site_kind": "clinic", "site_id": "s1", "name": "社康", "distance_m": 120.0, "by_road": True}
    return {
        "zone_id": [f"zone-{cell}" for cell in cells],
        "aliases": [[] for _ in cells],
        "class": ["sealed"] * n,
        "stage": ["hold"] * n,
        "status": ["in_force"] * n,
        "name": [f"布心花园{i}栋5单元" for i in range(n)],
        "policy_id": ["cn-sz-2022"] * n,
        "policy_version": ["1.0"] * n,
        "delineated_at": ["2022-03-14T22:00:00+08:00"] * n,
        "in_force_from": ["2022-03-15T00:00:00+08:00"] * n,
        "day": [2] * n,
        "earliest_lift_at": ["2022-03-29T00:00:00+08:00"] * n,
        "test_dates": [[f"2022-03-{day}" for day in (15, 16, 17, 18, 19, 20, 21, 24, 26, 28)] for _ in cells],
        "people": [i % 977 / 10 for i in range(n)],
        "area_m2": [2000.5] * n,
        "causes_count": [1] * n,
        "reasons": [[reason] for _ in cells],
        "gates": [[gate] for _ in cells],
        "sites": [[site] for _ in cells],
        "members": [[f"B{i}/rest", f"B{i}-5"] for i in range(n)],
        "cells": [[cell] for cell in cells],
    }


def timed(make: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds and result of one call."""
    start = time.perf_counter()
    found = make()
    return time.perf_counter() - start, found


def main() -> None:
    """Print the seconds of both, and their ratio, after checking that both wrote the same features."""
    cells = h3.grid_disk(h3.latlng_to_cell(22.55, 114.1, 11), 183)[:FEATURES]
    shapes, values = cell_polygons(text_to_cells(cells)), properties(cells)
    # The other side is spared the rounding: it gets shapes that are of 7 digits and turned already.
    frame = gpd.GeoDataFrame(values, geometry=round_shapes(shapes), crs="EPSG:4326")
    ours, theirs = [], []
    for _ in range(ROUNDS):
        seconds, mine = timed(lambda: features_to_geojson(shapes, values))
        ours.append(seconds)
        seconds, other = timed(lambda: frame.to_json(drop_id=True))
        theirs.append(seconds)
    written, expected = orjson.loads(mine)["features"], orjson.loads(other)["features"]
    if len(written) != FEATURES or written != expected:
        raise SystemExit("the two files do not hold the same features")
    size = np.array([len(mine), len(other.encode())]) / 1e6
    print(f"GeoJSON, {FEATURES:,} features of {len(values)} properties, best of {ROUNDS}, same content checked:")
    print(f"  ours    {min(ours):6.2f} s  {size[0]:6.1f} MB")
    print(f"  to_json {min(theirs):6.2f} s  {size[1]:6.1f} MB")
    print(f"  ratio   {min(theirs) / min(ours):6.1f}")


if __name__ == "__main__":
    main()
