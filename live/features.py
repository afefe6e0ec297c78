"""The collections of the OGC API: features of what is current, with their boxes and times, ready to be asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from live.clock import at, is_shown, now_of, told_at
from live.served import Served, Snapshot

Box = tuple[float, float, float, float]
Span = tuple[float, float]  # seconds since 1970, UTC; infinite where open
_OPEN: Span = (float("-inf"), float("inf"))


@dataclass(frozen=True)
class Feature:
    """One feature: its id in the collection, GeoJSON, box and time."""

    name: str
    body: dict[str, Any]
    box: Box | None
    span: Span


@dataclass(frozen=True)
class Collection:
    """A collection: its words, its file, what can be asked for by equality, and whether its features have times."""

    name: str
    title: str
    about: str
    file: str
    queryables: tuple[str, ...]
    timed: bool


_ZONE = ("class", "kind", "number", "area")
COLLECTIONS: dict[str, Collection] = {
    of.name: of
    for of in (
        Collection(
            "zones",
            "分区 Zones",
            "Decided zones in all their versions; `datetime` picks those that are shown at a time.",
            "zones.geojson",
            ("id_of_zone", *_ZONE),
            True,
        ),
        Collection(
            "zones_now",
            "当前分区 Zones now",
            "Decided zones as they are shown at the moment of the request, with status, day and tests of today.",
            "zones.geojson",
            ("status", *_ZONE),
            True,
        ),
        Collection(
            "gates",
            "卡口 Gates",
            "Entrances and crossings of decided zones.",
            "gates.geojson",
            ("zone", "kind", "open"),
            False,
        ),
        Collection(
            "sites", "服务点 Sites", "Sampling points, clinics, hospitals, supply.", "sites.geojson", ("kind",), False
        ),
    )
}


def features_of(served: Served, snapshot: Snapshot, of: Collection) -> list[Feature]:
    """Return the features of a collection.

    Parameters
    ----------
    served, snapshot : the folder and what is current.
    of : collection; `zones_now` is by the clock, or where that of a drill stands.

    Returns
    -------
    Features in a fixed order; none where the file cannot be read.
    """
    found: list[Feature] = served.parsed(snapshot, of.file, _read_zones if of.timed else _read_points) or []
    if of.name != "zones_now":
        return found
    listed = served.parsed(snapshot, "list.json", orjson.loads)
    zone, now = listed["time_zone"] if listed else "UTC", now_of(listed, served.state.told["published_at"])
    return [_now(feature, now, zone) for feature in found if is_shown(feature.body["properties"], now)]


def _now(feature: Feature, now: datetime, zone: str) -> Feature:
    properties = {**feature.body["properties"], **told_at(feature.body["properties"], now, zone)}
    name = properties["id_of_zone"]
    return Feature(name, {**feature.body, "id": name, "properties": properties}, feature.box, feature.span)


def _read_zones(data: bytes) -> list[Feature]:
    """Versions of zones; a version's id is its zone's and its ordinal, the same as long as the zone's past is."""
    found, counts = list[Feature](), dict[str, int]()
    rows = sorted(orjson.loads(data)["features"], key=lambda f: (f["properties"]["id"], _seconds(f, "shown_from", -1)))
    for row in rows:
        told = dict(row["properties"])
        zone = told.pop("id")
        counts[zone] = counts.get(zone, 0) + 1
        name = f"{zone}.{counts[zone]}"
        body = {"type": "Feature", "id": name, "geometry": row["geometry"], "properties": {"id_of_zone": zone, **told}}
        span = (_seconds(row, "shown_from", -1), _seconds(row, "shown_until", 1))
        west, south, east, north = told["box"]
        found.append(Feature(name, body, (west, south, east, north), span))
    return found


def _seconds(row: Mapping[str, Any], name: str, side: int) -> float:
    moment = at(row["properties"][name])
    return side * float("inf") if moment is None else moment.timestamp()


def _read_points(data: bytes) -> list[Feature]:
    found = []
    for row in orjson.loads(data)["features"]:
        told = dict(row["properties"])
        name = str(told.pop("id"))
        lng, lat = row["geometry"]["coordinates"][:2]
        body = {"type": "Feature", "id": name, "geometry": row["geometry"], "properties": told}
        found.append(Feature(name, body, (lng, lat, lng, lat), _OPEN))
    return found


def extent_of(features: list[Feature], timed: bool) -> dict[str, Any]:
    """Return where and when a collection has features.

    Parameters
    ----------
    features : of the collection.
    timed : whether they have times.

    Returns
    -------
    The `extent` object of OGC API Features.
    """
    boxes = [feature.box for feature in features if feature.box]
    found: dict[str, Any] = {}
    if boxes:
        west, south = min(box[0] for box in boxes), min(box[1] for box in boxes)
        east, north = max(box[2] for box in boxes), max(box[3] for box in boxes)
        crs = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
        found["spatial"] = {"bbox": [[west, south, east, north]], "crs": crs}
    if timed and features:
        first, last = min(f.span[0] for f in features), max(f.span[1] for f in features)
        trs = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"
        found["temporal"] = {"interval": [[_utc(first), _utc(last)]], "trs": trs}
    return found


def _utc(seconds: float) -> str | None:
    if seconds in _OPEN:
        return None
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
