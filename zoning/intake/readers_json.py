"""GeoJSON and JSON lines to raw rows: properties as text, geometry as shapes."""

import codecs
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pandas as pd
import shapely

from zoning.errors import InputError
from zoning.intake.raw import RawTable, as_text, reject_table

_LINES = 50_000  # lines of JSON a chunk


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


def _rows(file: str, features: Sequence[dict[str, Any]], rows: Any, crs: str) -> RawTable:
    properties = [
        {**({"id": feature["id"]} if feature.get("id") is not None else {}), **(feature.get("properties") or {})}
        for feature in features
    ]
    values = _table(properties)
    drawn = [_dumped(geometry) if (geometry := one.get("geometry")) else None for one in features]
    shapes = shapely.from_geojson(np.array(drawn, dtype=object), on_invalid="ignore")
    bad = np.array([text is not None for text in drawn], dtype=bool) & shapely.is_missing(shapes)
    found = [(int(rows[i]), (drawn[i] or b"")[:80].decode(errors="replace")) for i in np.flatnonzero(bad)]
    lines = [(row, "geometry", text, "not a GeoJSON geometry", "check its coordinates") for row, text in found]
    return RawTable(file, values[~bad].reset_index(drop=True), rows[~bad], shapes[~bad], crs, reject_table(file, lines))


def _dumped(geometry: Any) -> bytes:
    return orjson.dumps(geometry)


def _table(records: Sequence[dict[str, Any]]) -> pd.DataFrame:
    names = dict.fromkeys(key for one in records for key in one)
    texts = {name: pd.Series([as_text(one.get(name)) for one in records], dtype="str") for name in names}
    return pd.DataFrame(texts, index=range(len(records)))


def read_json_lines(path: Path) -> Iterator[RawTable]:
    """Read one JSON object, or one GeoJSON feature, a line.

    Parameters
    ----------
    path : the file, UTF-8.

    Returns
    -------
    Iterator of RawTable; rows are the lines of the file. A line that is no object is a reject.

    Raises
    ------
    InputError : no line of the file is a JSON object.
    """
    good, number = 0, 0
    with path.open("rb") as file:
        while chunk := [line for _, line in zip(range(_LINES), file, strict=False)]:
            raw = _chunk(chunk, number, path.name)
            number, good = number + len(chunk), good + len(raw.values)
            if not good and number > len(chunk) - 1 and not len(raw.values):
                raise InputError(f"{path.name} holds no JSON object a line; export it as JSON lines or GeoJSON")
            yield raw


def _chunk(lines: Sequence[bytes], before: int, file: str) -> RawTable:
    found: list[dict[str, Any]] = []
    rows, bad, blank = [], [], 0
    for at, line in enumerate(lines, before + 1):
        text = line.strip(b"\x1e\xef\xbb\xbf \r\n\t")
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
    if any(one.get("type") == "Feature" for one in found):
        plain = [one if one.get("type") == "Feature" else {"properties": one} for one in found]
        raw = _rows(file, plain, numbers, "")
    else:
        raw = RawTable(file, _table(found), numbers, None, "", reject_table(file))
    rejects = pd.concat([reject_table(file, bad), raw.rejects], ignore_index=True)
    return RawTable(file, raw.values, raw.rows, raw.shapes, "", rejects, told)


def _object(text: bytes) -> dict[str, Any] | None:
    try:
        one = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    return one if isinstance(one, dict) and _is_feature(one) else None
