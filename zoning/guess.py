"""What a file holds, as far as it can be told: kind, encoding, delimiter, system and columns, each with its evidence.

A guess changes nothing: it ends in the `load` command that a person then gives, or does not.
"""

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyogrio

from zoning.datum import detect_shift, to_wgs84
from zoning.errors import InputError
from zoning.intake.headers import match_headers, plain
from zoning.intake.raw import RawTable, check_file
from zoning.intake.readers import read_chunks
from zoning.intake.readers_sheet import sheet_names
from zoning.intake.readers_text import read_layout
from zoning.intake.rows import type_rows
from zoning.options import Options, as_arguments
from zoning.tables import KINDS, Contract, contract

COLUMNS = ("part", "item", "guess", "evidence")
_SAMPLE, _GOOD = 500, 0.8
_MARKS = {"gcj02": ("gcj", "火星", "高德", "amap", "腾讯"), "bd09": ("bd09", "bd-09", "百度", "baidu")}
# Systems of metres that files of China, and the world's web maps, come in; tried in this order.
_METRIC = ("EPSG:4526", "EPSG:4527", "EPSG:4547", "EPSG:4548", "EPSG:3857", "EPSG:32649", "EPSG:32650", "EPSG:27700")
_HOME = (73.0, 18.0, 135.1, 53.6)  # mainland China: west, south, east, north


@dataclass(frozen=True)
class _Fit:
    """How well a kind fits a table: its score, our column -> theirs, why, and which of them were told by values."""

    kind: str
    score: float
    columns: dict[str, str]
    evidence: str
    by_value: dict[str, str]


def guess_file(path: Path, references: Any = None, max_mb: int = 2048) -> pd.DataFrame:
    """Guess what a file holds.

    Parameters
    ----------
    path : the file.
    references : shapely shapes (WGS84) of the loaded map, to tell GCJ-02 from WGS84; None leaves that open.
    max_mb : a larger file is refused, in MiB.

    Returns
    -------
    DataFrame part (sheet or layer, empty where the file has only one), item (format, encoding, delimiter, kind, crs,
    column, command), guess, evidence. A part that fits no kind has an empty kind and no command.

    Raises
    ------
    InputError : the file cannot be read at all.
    """
    form, lines = check_file(path, max_mb), []
    lines.append(("", "format", form, f"the ending {path.suffix.lower()}"))
    if form == "OSM":
        lines.append(("", "kind", "osm", "an extract holds several kinds, by the tags of its features"))
        lines.append(("", "command", _command(path, "osm", {}), ""))
        return pd.DataFrame(lines, columns=list(COLUMNS))
    if form == "CSV":
        encoding, delimiter, above = read_layout(path)
        lines.append(("", "encoding", encoding[0], encoding[1]))
        told = f"most frequent in the first lines; {above} lines above the header"
        lines.append(("", "delimiter", {"\t": "tab"}.get(delimiter, delimiter), told))
    for part in _parts(path, form, max_mb):
        lines += _part_lines(path, part, references, max_mb)
    return pd.DataFrame(lines, columns=list(COLUMNS))


def _parts(path: Path, form: str, max_mb: int) -> list[str]:
    names = sheet_names(path, max_mb) if form == "XLSX" else []
    if form in ("GeoPackage", "KML"):
        try:
            names = [str(name) for name in pyogrio.list_layers(path)[:, 0]]
        except pyogrio.errors.DataSourceError as error:
            raise InputError(f"{path.name} is not a readable {form}: {error}; export it again") from error
    return names if len(names) > 1 else [""]


def _part_lines(path: Path, part: str, references: Any, max_mb: int) -> Iterator[tuple[str, str, str, str]]:
    try:
        raw = _head(next(read_chunks(path, "", part, "", max_mb)))
    except InputError as error:
        if not part:
            raise
        yield part, "kind", "", f"no table: {error}"
        return
    fits = sorted((_fit(raw, contract(kind), f"{path.stem} {part}") for kind in KINDS), key=lambda f: -f.score)
    best = fits[0]
    if best.score <= 0:
        heads = ", ".join(raw.values.columns[:12])
        yield part, "kind", "", f"no kind knows these columns: {heads}; see `python -m zoning schema`"
        return
    runner = f"; next: {fits[1].kind} ({fits[1].score:.2f})" if fits[1].score > 0 else ""
    yield part, "kind", best.kind, f"{best.evidence} (score {best.score:.2f}{runner})"
    crs, evidence = _system(raw, best.columns, path.stem, references)
    yield part, "crs", crs, evidence
    for ours, theirs in best.columns.items():
        why = best.by_value.get(ours, "its name")
        yield part, "column", f"{ours} = {theirs}", why
    declared = {"layer": part, "crs": crs if crs != "wgs84" and not raw.crs else ""}
    mapping = {ours: best.columns[ours] for ours in best.by_value}
    kept = {name: value for name, value in declared.items() if value} | ({"mapping": mapping} if mapping else {})
    yield part, "command", _command(path, best.kind, kept), "what follows from all this"


def _command(path: Path, kind: str, kept: Mapping[str, Any]) -> str:
    return shlex.join(["python", "-m", "zoning", "load", "WORKSPACE", str(path), "--kind", kind, *as_arguments(kept)])


def _head(raw: RawTable) -> RawTable:
    shapes = None if raw.shapes is None else raw.shapes[:_SAMPLE]
    return replace(raw, values=raw.values.head(_SAMPLE), rows=raw.rows[:_SAMPLE], shapes=shapes)


def _fit(raw: RawTable, terms: Contract, name: str) -> _Fit:
    """Score a kind: how telling the columns are that it knows, how many rows it reads, and what the name says."""
    headers = list(raw.values.columns)
    columns = match_headers(headers, terms, {}, {})
    by_value = _by_values(raw, terms, columns)
    columns = columns | {ours: why[0] for ours, why in by_value.items()}
    drawn = {"geometry", "lng", "lat"} if raw.shapes is not None else set()
    drawn |= {"geometry"} if {"lng", "lat"} <= set(columns) else set()
    needed = [c.name for c in terms.columns if c.required]
    lacking = [n for n in needed if n not in {*columns, *drawn} and not (n == "name" and "name_en" in columns)]
    told = {ours: why[1] for ours, why in by_value.items()}
    crs, why_crs = _system(raw, columns, name, None)
    if "swapped" in why_crs:
        columns["lng"], columns["lat"] = columns["lat"], columns["lng"]
        told |= dict.fromkeys(("lng", "lat"), "its numbers: longitude and latitude are swapped")
    if lacking or not (columns or drawn):
        return _Fit(terms.kind, 0.0, columns, f"lacks {', '.join(lacking)}", told)
    readable = {ours: theirs for ours, theirs in columns.items() if crs or ours not in ("lng", "lat")}
    typed = type_rows(raw, terms, Options(crs="" if raw.crs else crs), readable)
    good = 1 - float(typed.faults.mask.mean()) if len(raw.values) else 0.0
    telling = sum(1 / _known_by(header) for header in columns.values())
    words = plain(name)
    named = terms.kind in words or terms.kind.removesuffix("s") in words
    score = (0.1 + 0.9 * good) * (telling + 0.3 * len(needed) + 2.0 * named)
    evidence = f"{len(columns)} of {len(headers)} columns known, {good:.0%} of the first {len(raw.values)} rows read"
    if good < _GOOD:
        reasons = typed.faults.table("", raw.rows)["reason"]
        evidence += f"; most of the others: {reasons.mode().iloc[0]}"
    return _Fit(terms.kind, score, columns, evidence + (", and the name says so" if named else ""), told)


def _known_by(header: str) -> int:
    """Return how many kinds know a column of this name: the fewer, the more it tells."""
    return max(1, sum(header in match_headers([header], contract(kind), {}, {}).values() for kind in KINDS))


def _by_values(raw: RawTable, terms: Contract, columns: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Tell columns that lack a known name by what stands in them: times, longitudes and latitudes."""
    free = [header for header in raw.values.columns if header not in set(columns.values())]
    numbers = {h: _numbers(raw.values[h]) for h in free}
    found: dict[str, tuple[str, str]] = {}
    if {"lng", "lat"} <= set(terms.names) and not {"lng", "lat"} & set(columns) and raw.shapes is None:
        west, south, east, north = _HOME
        lng = [h for h, v in numbers.items() if _within(v, west, east)]
        lat = [h for h, v in numbers.items() if _within(v, south, north) and h not in lng]
        if len(lng) == len(lat) == 1:
            found = {"lng": (lng[0], "numbers like longitudes of China"), "lat": (lat[0], "numbers like its latitudes")}
    times = [c.name for c in terms.columns if c.required and c.dtype == "time" and c.name not in columns]
    if len(times) == 1:
        fits = [h for h in free if _are_times(raw.values[h], terms, times[0])]
        if len(fits) == 1:
            found[times[0]] = (fits[0], "the only column of times that no other name takes")
    return found


def _numbers(text: pd.Series) -> np.ndarray:
    found: np.ndarray = pd.to_numeric(text.where(text != ""), errors="coerce").dropna().to_numpy(float)
    return found


def _within(values: np.ndarray, low: float, high: float) -> bool:
    return (
        len(values) > 0 and bool(np.mean((values >= low) & (values <= high)) > _GOOD) and bool((values % 1 != 0).any())
    )


def _are_times(text: pd.Series, terms: Contract, name: str) -> bool:
    filled = text[text.str.strip() != ""]
    if not len(filled) or re.fullmatch(r"[\d.]+", str(filled.iloc[0])):
        return False
    raw = RawTable(
        "", pd.DataFrame({"t": filled.reset_index(drop=True)}), np.arange(len(filled)), None, "", pd.DataFrame()
    )
    table = type_rows(raw, terms, Options(), {name: "t"}).table
    return bool(table[name].notna().mean() > _GOOD)


def _system(raw: RawTable, columns: Mapping[str, str], name: str, references: Any) -> tuple[str, str]:
    """Guess the coordinate system, by what the file declares, by names, by the numbers, by the loaded map."""
    if raw.crs:
        return raw.crs, "declared by the file"
    words = " ".join([name, *raw.values.columns]).lower()
    for datum, marks in _MARKS.items():
        if hit := next((mark for mark in marks if mark in words), ""):
            return datum, f"'{hit}' stands in the name of the file or of a column"
    lng, lat = _points(raw, columns)
    if not len(lng):
        return "wgs84", "there are no coordinates"
    inside = (np.abs(lng) <= 180) & (np.abs(lat) <= 90)
    if np.mean(inside) > _GOOD:
        check = detect_shift(lng, lat, np.asarray(references, object)) if references is not None else None
        if check is not None and check.verdict != "undecided":
            near = f"half of the points within {check.as_read_m:.0f} m of the loaded map as read"
            return check.verdict, f"{near}, within {check.as_gcj02_m:.0f} m taken as GCJ-02"
        return "wgs84", "degrees; GCJ-02 or BD-09 cannot be told from the numbers alone: ask who made the file"
    if np.mean((np.abs(lat) > 90) & (np.abs(lat) <= 180) & (np.abs(lng) <= 90)) > _GOOD:
        return "wgs84", "degrees, with longitude and latitude swapped"
    for code in _METRIC:
        x, y = to_wgs84(np.array([np.median(lng)]), np.array([np.median(lat)]), code)
        box = (-8.0, 49.0, 2.0, 61.0) if code == "EPSG:27700" else _HOME
        if box[0] <= x[0] <= box[2] and box[1] <= y[0] <= box[3]:
            return (
                code,
                f"metres; read so, the middle lies at {x[0]:.2f}, {y[0]:.2f}; others may fit too: ask who made it",
            )
    return "", "no degrees, and no system that was tried fits: ask who made the file, then declare --crs"


def _points(raw: RawTable, columns: Mapping[str, str]) -> tuple[np.ndarray, np.ndarray]:
    if raw.shapes is not None or not {"lng", "lat"} <= set(columns):
        return np.empty(0), np.empty(0)
    both = raw.values[[columns["lng"], columns["lat"]]].set_axis(["lng", "lat"], axis=1)
    both = both.apply(pd.to_numeric, errors="coerce").dropna()
    return both["lng"].to_numpy(float), both["lat"].to_numpy(float)


def guess_lines(table: pd.DataFrame) -> Sequence[str]:
    """Return a guess as lines for a terminal.

    Parameters
    ----------
    table : of `guess_file`.

    Returns
    -------
    One line a guess: what, the guess, and why; a heading for each sheet or layer.
    """
    lines, part = [], ""
    for row in table.itertuples(index=False):
        if row.part != part:
            part = row.part
            lines.append(f"[{part}]")
        why = f"   ({row.evidence})" if row.evidence else ""
        lines.append(f"{row.item:<10} {row.guess or 'unknown'}{why}")
    return lines
