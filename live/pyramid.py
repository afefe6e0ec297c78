"""Vector tiles of a snapshot as PMTiles: one file for the ground, which outlives many snapshots, one for the zones."""

import hashlib
import io
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import shapely
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

from layers import LAYERS
from layers._base import Part, label_points
from layers.tiles import TileSet, compress, to_mercator
from live.view import View
from zoning.geometry import Shapes
from zoning.pipeline import Plan

GROUND_ZOOM, ZONES_ZOOM = 14, 14  # beyond these a map enlarges the last tiles
_FIRST_ZOOM = 6
# What the ground of a snapshot shows. Places are left out: where cases went may be all that was loaded of them.
GROUND = ("areas", "units", "roads", "green", "water")
GROUND_FIELDS = ("name", "name_en", "kind", "level")
ZONE_FIELDS = ("id", "number", "kind", "class", "look", "rank", "name", "name_en", "shown_from", "shown_until",
               "in_force_from")  # fmt: skip


def ground_parts(plan: Plan) -> list[Part]:
    """Return the layers of the ground, without ids and with all that is drawn at high zoom in the last tiles.

    Parameters
    ----------
    plan : as derived.

    Returns
    -------
    Parts of GROUND with the attributes in GROUND_FIELDS.
    """
    parts = [part for layer in LAYERS if layer.key in GROUND for part in layer.parts(plan)]
    found = []
    for part in parts:
        low, high = part.zooms
        first = None if part.first is None else [min(zoom, GROUND_ZOOM) for zoom in part.first]
        columns = {name: part.columns[name] for name in GROUND_FIELDS if name in part.columns}
        found.append(replace(part, columns=columns, zooms=(min(low, GROUND_ZOOM), high), first=first))
    return found


def ground_key(plan: Plan) -> str:
    """Return a name of the ground, which changes with anything that its tiles show.

    Parameters
    ----------
    plan : as derived.

    Returns
    -------
    16 hex digits.
    """
    found = hashlib.sha256(f"{GROUND} {GROUND_FIELDS} {GROUND_ZOOM}".encode())
    for kind in ("areas", "estates", "buildings", "units", "roads", "green", "water"):
        frame = plan.tables[kind]
        names = [name for name in frame if name != "geometry"]
        found.update(kind.encode() + frame[names].to_csv().encode())
        for shape in shapely.to_wkb(frame["geometry"].to_numpy(object)) if "geometry" in frame else ():
            found.update(shape or b"-")
    return found.hexdigest()[:16]


def zone_parts(view: View, columns: dict[str, list[Any]]) -> list[Part]:
    """Return the versions of zones as layers of tiles: outlines, and a point in each for its letter.

    Parameters
    ----------
    view : of `see`.
    columns : of `zone_columns`.

    Returns
    -------
    Parts `zones` and `zone_points` with the attributes in ZONE_FIELDS; times are local ISO text.
    """
    shapes = view.versions["geometry"].to_numpy(object)
    told = {name: columns[name] for name in ZONE_FIELDS}
    return [Part("zones", shapes, told), Part("zone_points", label_points(shapes), told)]


def write_pyramid(name: str, parts: list[Part], last: int, box: tuple[float, float, float, float] | None) -> bytes:
    """Cut tiles and write them as one file.

    Parameters
    ----------
    name : of the tiles.
    parts : layers.
    last : zoom of the finest tiles.
    box : west, south, east, north in degrees; None where there is nothing.

    Returns
    -------
    Bytes of a PMTiles file, version 3, with gzipped vector tiles in the order of their ids.

    Source
    ------
    PMTiles specification, version 3.
    """
    out = io.BytesIO()
    writer, tiles = Writer(out), TileSet(parts)
    west, south, east, north = box or (0.0, 0.0, 0.0, 0.0)
    for z, x, y in _tiles(west, south, east, north, last):
        tile = tiles.tile(z, x, y)
        if tile or z == _FIRST_ZOOM:
            writer.write_tile(zxy_to_tileid(z, x, y), compress(tile))
    header = {
        "tile_type": TileType.MVT,
        "tile_compression": Compression.GZIP,
        "center_zoom": last - 2,
        **{f"{key}_e7": round(value * 1e7) for key, value in zip(_CORNERS, (west, south, east, north), strict=True)},
        "center_lon_e7": round((west + east) * 5e6),
        "center_lat_e7": round((south + north) * 5e6),
    }
    writer.finalize(header, {"name": name, "format": "pbf", "vector_layers": _told(parts)})
    return out.getvalue()


_CORNERS = ("min_lon", "min_lat", "max_lon", "max_lat")


def _told(parts: list[Part]) -> list[dict[str, Any]]:
    return [{"id": part.name, "fields": {key: _kind(values) for key, values in part.columns.items()}} for part in parts]


def _kind(values: Any) -> str:
    known = next((value for value in values if value is not None), "")
    return "Boolean" if isinstance(known, bool) else "Number" if isinstance(known, int | float) else "String"


def _tiles(west: float, south: float, east: float, north: float, last: int) -> Iterator[tuple[int, int, int]]:
    """The tiles of a box by zoom, each zoom in the order in which the file has them."""
    corners = to_mercator(np.array([[west, north], [east, south]]))
    for z in range(_FIRST_ZOOM, last + 1):
        (left, top), (right, bottom) = np.clip((corners * 2**z).astype(int), 0, 2**z - 1).tolist()
        some = [(z, x, y) for x in range(left, right + 1) for y in range(top, bottom + 1)]
        yield from sorted(some, key=lambda tile: int(zxy_to_tileid(*tile)))


def bounds(shapes: Shapes) -> tuple[float, float, float, float] | None:
    """Return the box of some shapes.

    Parameters
    ----------
    shapes : (n,) shapely, WGS84; missing ones do not count.

    Returns
    -------
    west, south, east, north in degrees; None where there is none.
    """
    known = [shape for shape in shapes if shape is not None and not shape.is_empty]
    if not known:
        return None
    west, south, east, north = shapely.total_bounds(known)
    return float(west), float(south), float(east), float(north)


def ground_box(plan: Plan) -> tuple[float, float, float, float] | None:
    """Return the box of the ground.

    Parameters
    ----------
    plan : as derived.

    Returns
    -------
    west, south, east, north in degrees of areas, else buildings, else roads; None where there is no ground.
    """
    for kind in ("areas", "buildings", "roads"):
        frame = plan.tables[kind]
        if len(frame) and (box := bounds(frame["geometry"].to_numpy(object))):
            return box
    return None
