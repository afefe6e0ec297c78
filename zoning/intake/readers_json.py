"""GeoJSON and JSON lines to raw rows: properties as text, geometry as shapes."""

import codecs
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pandas as pd
import shapely

from zoning.errors import InputError
from zoning.intake.raw import RawTable, as_text, reject_table

_LINES = 50_000  # lines of JSON a chunk
_AROUND = b"\x1e\xef\xbb\xbf \r\n\t"  # a record mark, a byte order mark and blanks about a line


def read_geojson(path: Path) -> RawTable:
    """Read a GeoJSON FeatureCollection whole.

    Parameters
    ----------
    path : the file.

    Returns
    -------
    RawTable; features are counted from 1.

    Raises
    ------
    InputError : no JSON, no FeatureCollection, or one without features.
    """
    try:
        data = orjson.loads(path.read_bytes().removeprefix(codecs.BOM_UTF8))
    except orjson.JSONDecodeError as error:
        raise InputError(f"{path.name} is not JSON: {error}; export it as GeoJSON") from error
    features = _features(data, path.name)
    return _rows(path.name, features, np.arange(1, len(features) + 1), _crs(data))


def _features(data: Any, file: str) -> list[dict[str, Any]]:
    kind = data.get("type") if isinstance(data, dict) else None
    features = data.get("features") if kind == "FeatureCollection" else [data] if kind == "Feature" else None
    if not isinstance(features, list) or not all(map(_is_feature, features)):
        found = f"type '{kind}'" if kind else "no type"
        raise InputError(f"{file} is no GeoJSON FeatureCollection (found {found}); export features with properties")
    if not features:
        raise InputError(f"{file} holds no features; export it again")
    return features


def _is_feature(one: Any) -> bool:
    return isinstance(one, dict) and isinstance(one.get("properties") or {}, dict)


def _crs(data: dict[str, Any]) -> str:
    """Return the declared system of a GeoJSON of before RFC 7946; longitude first, whatever its name says."""
    crs = data.get("crs")
    name = crs.get("properties", {}).get("name", "") if isinstance(crs, dict) else ""
    return "" if "CRS84" in str(name) else str(name)


def _rows(
    file: str, features: Sequence[dict[str, Any]], rows: Any, crs: str, names: Iterable[str] | None = None
) -> RawTable:
    values = _table([_properties(feature) for feature in features], names)
    drawn = [_dumped(geometry) if (geometry := one.get("geometry")) else None for one in features]
    shapes = shapely.from_geojson(np.array(drawn, dtype=object), on_invalid="ignore")
    bad = np.array([text is not None for text in drawn], dtype=bool) & shapely.is_missing(shapes)
    found = [(int(rows[i]), (drawn[i] or b"")[:80].decode(errors="replace")) for i in np.flatnonzero(bad)]
    lines = [(row, "geometry", text, "not a GeoJSON geometry", "check its coordinates") for row, text in found]
    return RawTable(file, values[~bad].reset_index(drop=True), rows[~bad], shapes[~bad], crs, reject_table(file, lines))


def _properties(feature: dict[str, Any]) -> dict[str, Any]:
    return {**({"id": feature["id"]} if feature.get("id") is not None else {}), **(feature.get("properties") or {})}


def _dumped(geometry: Any) -> bytes:
    return orjson.dumps(geometry)


def _table(records: Sequence[dict[str, Any]], names: Iterable[str] | None = None) -> pd.DataFrame:
    every = names if names is not None else dict.fromkeys(key for one in records for key in one)
    texts = {name: pd.Series([as_text(one.get(name)) for one in records], dtype="str") for name in every}
    return pd.DataFrame(texts, index=range(len(records)))


def read_json_lines(path: Path) -> Iterator[RawTable]:
    """Read one JSON object, or one GeoJSON feature, a line.

    Parameters
    ----------
    path : the file, UTF-8.

    Returns
    -------
    Iterator of RawTable, all with the columns of the whole file; rows are its lines. A line that is no object is a
    reject.

    Raises
    ------
    InputError : no line of the file is a JSON object.
    """
    number, (names, drawn) = 0, _layout(path)
    with path.open("rb") as file:
        while chunk := list(islice(file, _LINES)):
            yield _chunk(chunk, number, path.name, names, drawn)
            number += len(chunk)


def _layout(path: Path) -> tuple[list[str], bool]:
    """Return the columns that a file has, and whether any of its lines is a feature: later lines may hold new ones."""
    names: dict[str, None] = {}
    drawn = found = False
    with path.open("rb") as file:
        for line in file:
            if (one := _object(line.strip(_AROUND))) is not None:
                feature = one.get("type") == "Feature"
                names.update(dict.fromkeys(_properties(one) if feature else one))
                drawn, found = drawn or feature, True
    if not found:
        raise InputError(f"{path.name} holds no JSON object a line; export it as JSON lines or GeoJSON")
    return list(names), drawn


def _chunk(lines: Sequence[bytes], before: int, file: str, names: Sequence[str], drawn: bool) -> RawTable:
    found: list[dict[str, Any]] = []
    rows, bad, blank = [], [], 0
    for at, line in enumerate(lines, before + 1):
        text = line.strip(_AROUND)
        if not text:
            blank += 1
            continue
        one = _object(text)
        if one is None:
            shown = text[:2000].decode(errors="replace")
            bad.append((at, "", shown, "not a JSON object", "write one whole object a line"))
        else:
            found.append(one)
            rows.append(at)
    told = {"empty rows, passed over: {n}": blank} if blank else {}
    numbers = np.array(rows, dtype=np.int64)
    if drawn:
        plain = [one if one.get("type") == "Feature" else {"properties": one} for one in found]
        raw = _rows(file, plain, numbers, "", names)
    else:
        raw = RawTable(file, _table(found, names), numbers, None, "", reject_table(file))
    rejects = pd.concat([reject_table(file, bad), raw.rejects], ignore_index=True)
    return RawTable(file, raw.values, raw.rows, raw.shapes, "", rejects, told)


def _object(text: bytes) -> dict[str, Any] | None:
    try:
        one = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    return one if isinstance(one, dict) and _is_feature(one) else None
