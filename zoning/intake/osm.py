"""An OSM extract (PBF) to raw rows of the kinds that it holds: from buildings and roads to gates, places and sites.

Ids are those of OSM (`way/123`). A feature may be of two kinds: a hospital that is also a building.
"""

import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyogrio
import shapely

from zoning.errors import InputError
from zoning.intake.raw import RawTable, reject_table
from zoning.intake.readers_geo import OGR_ERRORS
from zoning.tables import contract

Mask = npt.NDArray[np.bool_]

_LAYERS = ("points", "lines", "multipolygons", "multilinestrings", "other_relations")
_TAGS = (
    "highway", "waterway", "barrier", "building", "admin_level", "boundary", "landuse", "natural", "leisure", "amenity",
    "shop", "tourism", "office", "entrance", "healthcare", "building:levels", "name:en",
)  # fmt: skip
_NOT_ROADS = {"proposed", "construction", "platform", "elevator", "razed", "abandoned", "corridor", "rest_area"}
_WATER = {"natural": {"water", "bay"}, "landuse": {"reservoir", "basin"}, "waterway": {"river", "stream", "canal"}}
_GREEN = {
    "leisure": {"park", "garden", "golf_course", "nature_reserve", "common", "dog_park"},
    "landuse": {"grass", "forest", "meadow", "recreation_ground", "village_green"},
    "natural": {"wood", "scrub", "grassland", "heath"},
}
_GATES = {"gate", "lift_gate", "swing_gate", "sliding_gate", "kissing_gate", "entrance", "toll_booth", "border_control"}
_SITES = {"hospital": "hospital", "clinic": "clinic", "doctors": "clinic", "pharmacy": "pharmacy"}
_HOMES = {"apartments", "residential", "house", "detached", "semidetached_house", "terrace", "dormitory", "bungalow"}
# The levels that OSM uses in mainland China; other countries' levels keep their number.
_LEVELS = {"2": "country", "4": "province", "5": "city", "6": "district", "8": "subdistrict", "10": "community"}


def read_osm(path: Path) -> dict[str, RawTable]:
    """Read the features of an OSM extract as raw rows by kind.

    Parameters
    ----------
    path : the .osm.pbf file.

    Returns
    -------
    kind -> RawTable in the order of the kinds; kinds of which the extract holds nothing are absent. Rows are numbered
    through points, lines and multipolygons. Features outside the extract's own box are left out, lines are cut at
    it; the first table's notices count features read, of a kind, outside and of no kind.

    Raises
    ------
    InputError : the file is damaged or holds no feature of any kind.

    Source
    ------
    wiki.openstreetmap.org: Map features; Tag:boundary=administrative, table of admin_level for China.
    """
    try:
        with warnings.catch_warnings(record=True):
            warnings.simplefilter("always")
            features, outside, others = _features(path)
    except OGR_ERRORS as error:
        raise InputError(f"{path.name} is not a readable OSM extract: {error}; fetch it again") from error
    tables, taken = {}, np.zeros(len(features), dtype=int)
    for kind, choose in _KINDS.items():
        mask, columns = choose(features)
        taken += mask
        if mask.any():
            tables[kind] = _raw_table(path.name, kind, features[mask], columns[mask])
    if not tables:
        raise InputError(f"{path.name} holds no building, road, water, green, area, gate, place or site")
    total, kept = len(features) + outside + others, int((taken > 0).sum())
    balance = f"{total} features read: {kept} of a kind, {outside} outside the box, {total - kept - outside} of no kind"
    first = next(iter(tables))
    told = {f"{balance}; {(taken > 1).sum()} of two kinds or more": 0}
    tables[first] = RawTable(**{**vars(tables[first]), "told": told})
    return tables


def _features(path: Path) -> tuple[pd.DataFrame, int, int]:
    """Return points, lines and polygons inside the box with their tags, and how many lie outside or are relations."""
    parts = []
    for layer in _LAYERS[:3]:
        frame = pd.DataFrame(pyogrio.read_dataframe(path, layer=layer, on_invalid="ignore"))
        more = frame["other_tags"].astype("object").where(frame["other_tags"].notna(), "").astype("str")
        tags = {tag: _tag(frame, more, tag) for tag in ("name", *_TAGS)}
        way = frame["osm_way_id"] if layer == "multipolygons" else pd.Series(np.nan, frame.index, dtype="str")
        own = {"points": "node/", "lines": "way/", "multipolygons": "relation/"}[layer]
        ids = (own + frame["osm_id"].astype("str")).where(way.isna(), "way/" + way.astype("str"))
        part = pd.DataFrame({"id": ids, **tags, "layer": layer})
        parts.append(part.assign(geometry=pd.Series(list(frame["geometry"]), dtype=object)))
    features = pd.concat(parts, ignore_index=True)
    features.insert(0, "row", np.arange(1, len(features) + 1))
    others = sum(pyogrio.read_info(path, layer=n, force_feature_count=True)["features"] for n in _LAYERS[3:])
    inside = _clip(features, pyogrio.read_info(path, layer="points")["total_bounds"])
    return features[inside].reset_index(drop=True), int((~inside).sum()), int(others)


def _tag(frame: pd.DataFrame, more: pd.Series, tag: str) -> pd.Series:
    """Return the value of a tag, from its own column or from GDAL's text of other tags."""
    if tag in frame:
        return frame[tag].astype("object").where(frame[tag].notna(), "").astype("str")
    found = more.str.extract(rf'"{tag}"=>"((?:[^"\\]|\\.)*)"')[0].fillna("")
    return found.str.replace(r"\\(.)", r"\1", regex=True)


def _clip(features: pd.DataFrame, box: tuple[float, float, float, float] | None) -> Mask:
    """Cut lines at the extract's box, in place, and tell which features reach into it; all do where it has none."""
    if box is None:
        return np.ones(len(features), dtype=bool)
    shapes = features["geometry"].to_numpy(dtype=object).copy()
    west, south, east, north = shapely.bounds(shapes).T
    reach = (west <= box[2]) & (east >= box[0]) & (south <= box[3]) & (north >= box[1])
    within = (west >= box[0]) & (east <= box[2]) & (south >= box[1]) & (north <= box[3])
    crossing = np.flatnonzero(reach & ~within & (features["layer"] == "lines").to_numpy())
    shapes[crossing] = shapely.intersection(shapes[crossing], shapely.box(*box))
    reach[crossing] = shapely.length(shapes[crossing]) > 0
    features["geometry"] = pd.Series(list(shapes), dtype=object)
    inside: Mask = reach | shapely.is_missing(shapes)
    return inside


def _raw_table(file: str, kind: str, features: pd.DataFrame, columns: pd.DataFrame) -> RawTable:
    names = features[["id", "name", "name:en"]].set_axis(["id", "name", "name_en"], axis=1)
    values = pd.concat([names, columns], axis=1).reset_index(drop=True).astype("str")
    values = values[[name for name in values if name in contract(kind).names]]
    shapes = features["geometry"].to_numpy(dtype=object)
    rows = features["row"].to_numpy(dtype=np.int64)
    return RawTable(file, values, rows, shapes, "EPSG:4326", reject_table(file))


_Chosen = tuple[Mask, pd.DataFrame]


def _any_of(features: pd.DataFrame, words: dict[str, set[str]]) -> Mask:
    found = [features[tag].isin(values).to_numpy(dtype=bool) for tag, values in words.items()]
    return np.asarray(np.any(found, axis=0), dtype=bool)


def _of(features: pd.DataFrame, *layers: str) -> Mask:
    return np.asarray(features["layer"].isin(layers), dtype=bool)


def _buildings(f: pd.DataFrame) -> _Chosen:
    homes = f["building"].isin(_HOMES)
    living = np.where(homes, "yes", np.where(f["building"] == "yes", "", "no"))
    floors = f["building:levels"].str.extract(r"^\s*(\d{1,3})(?!\d)")[0].fillna("")
    columns = pd.DataFrame({"floors": floors, "residential": living}, index=f.index)
    return _of(f, "multipolygons") & ~f["building"].isin(["", "no"]).to_numpy(), columns


def _roads(f: pd.DataFrame) -> _Chosen:
    named = (f["highway"] != "").to_numpy() & ~f["highway"].isin(_NOT_ROADS).to_numpy()
    return _of(f, "lines") & named, f[["highway"]].set_axis(["kind"], axis=1)


def _water(f: pd.DataFrame) -> _Chosen:
    return _of(f, "lines", "multipolygons") & _any_of(f, _WATER), f[[]]


def _green(f: pd.DataFrame) -> _Chosen:
    return _of(f, "multipolygons") & _any_of(f, _GREEN), f[[]]


def _areas(f: pd.DataFrame) -> _Chosen:
    named = ((f["boundary"] == "administrative") & (f["admin_level"] != "") & (f["name"] != "")).to_numpy()
    level = f["admin_level"].map(_LEVELS).fillna("admin_level " + f["admin_level"])
    return _of(f, "multipolygons") & named, pd.DataFrame({"level": level})


def _gates(f: pd.DataFrame) -> _Chosen:
    entrance = ~f["entrance"].isin(["", "no"])
    kind = f["barrier"].where(f["barrier"].isin(_GATES), "entrance")
    return _of(f, "points") & (f["barrier"].isin(_GATES) | entrance).to_numpy(), pd.DataFrame({"kind": kind})


def _places(f: pd.DataFrame) -> _Chosen:
    kind = f["amenity"]
    for tag in ("shop", "leisure", "tourism", "office"):
        kind = kind.where(kind != "", f[tag])
    named = ((kind != "") & (f["name"] != "") & ~kind.isin(_GREEN["leisure"])).to_numpy()
    return _of(f, "points", "multipolygons") & named, pd.DataFrame({"kind": kind})


def _sites(f: pd.DataFrame) -> _Chosen:
    kind = f["amenity"].map(_SITES).fillna(f["healthcare"].map(_SITES)).fillna("")
    known = ((kind != "") & (f["name"] != "")).to_numpy()
    return _of(f, "points", "multipolygons") & known, pd.DataFrame({"kind": kind})


_KINDS: dict[str, Callable[[pd.DataFrame], _Chosen]] = {
    "buildings": _buildings, "roads": _roads, "water": _water, "green": _green, "areas": _areas, "gates": _gates,
    "places": _places, "sites": _sites,
}  # fmt: skip
