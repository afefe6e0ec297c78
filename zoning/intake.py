"""Stage 1: a file becomes the tables of its kind. Every bad row comes back with its reason; nothing is dropped.

A file is read whole or refused whole; nothing is stored here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd
import shapely

from zoning.datum import DATUMS
from zoning.errors import InputError
from zoning.headers import match_headers, require
from zoning.location import Shapes, place_points, place_shapes, to_table
from zoning.osm import read_osm
from zoning.readers import RawTable, check_file, read_raw
from zoning.rowids import made_ids, refuse_repeats, row_hashes
from zoning.settings import Settings
from zoning.tables import PANDAS_DTYPES, Column, Contract, contract
from zoning.times import parse_times
from zoning.values import Faults, clean, parse_values

_DEFAULT_ZONE = Settings().zone
_LONGITUDE_FIRST = {"EPSG:4326", "OGC:CRS84", "EPSG:4490", "urn:ogc:def:crs:EPSG::4326"}


@dataclass(frozen=True)
class Options:
    """What the caller declares about a file."""

    crs: str = ""
    encoding: str = ""
    scale: float = 1.0
    origin: str | None = None
    year: int | None = None
    layer: str = ""
    mapping: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    zone: str = _DEFAULT_ZONE
    now: pd.Timestamp | None = None
    max_file_mb: int = 2048


@dataclass(frozen=True)
class Intake:
    """What came of one kind: the accepted table, the rejected rows, what to tell the officer, and rows read."""

    accepted: pd.DataFrame
    rejects: pd.DataFrame
    notices: tuple[str, ...]
    read: int


@dataclass
class _Work:
    """One table on its way: raw rows, contract, options, what was found wrong and what to tell."""

    raw: RawTable
    terms: Contract
    options: Options
    columns: Mapping[str, str]
    faults: Faults
    notices: list[str]

    def text(self, column: Column) -> pd.Series:
        """Return the cleaned text of one of our columns; empty where the file has none."""
        index = self.raw.values.index
        if column.name in self.options.constants:
            return pd.Series(self.options.constants[column.name], index, dtype="str")
        if column.name not in self.columns:
            return pd.Series("", index, dtype="str")
        return clean(self.raw.values[self.columns[column.name]], column)

    def original(self, column: Column) -> pd.Series:
        """Return the cells as they stand in the file, for the rejects."""
        name = self.columns.get(column.name)
        return self.raw.values[name] if name else self.text(column)


def read_input(path: Path, kind: str, options: Options | None = None) -> dict[str, Intake]:
    """Read one file of a kind.

    Parameters
    ----------
    path : CSV, GeoJSON, GeoPackage or OSM PBF, known by its ending.
    kind : one of KINDS, or "osm" for all kinds that an OSM PBF holds.
    options : what is declared about the file; default nothing.

    Returns
    -------
    kind -> Intake, one for an ordinary kind; in each, read = accepted + rejected. Accepted tables have the contract's
    stored columns and `row`; coordinates are WGS84 lng,lat, times UTC; reference kinds with shapes are GeoDataFrames.

    Raises
    ------
    InputError : the file or an option cannot be used at all; nothing was changed.
    """
    chosen = options or Options()
    if not chosen.scale > 0 or not np.isfinite(chosen.scale):
        raise InputError(f"scale {chosen.scale} is not above 0; give the factor to the units of --crs")
    if check_file(Path(path), chosen.max_file_mb) == "OSM":
        tables = read_osm(Path(path))
        wanted = tables if kind == "osm" else {contract(kind).kind: tables.get(kind)}
        if not all(wanted.values()):
            raise InputError(f"{Path(path).name} holds no {kind}; it holds {', '.join(tables)}")
        plain = replace(chosen, mapping={}, constants={}, crs="", scale=1.0)  # OSM fixes all of these
        return {name: intake_rows(raw, name, plain) for name, raw in wanted.items() if raw}
    if kind == "osm":
        raise InputError(f"{Path(path).name} is no OSM extract; kind osm reads .osm.pbf; name the kind of the rows")
    terms = contract(kind)
    raw = read_raw(Path(path), chosen.encoding, chosen.layer, terms.kind, chosen.max_file_mb)
    return {kind: intake_rows(raw, kind, chosen)}


def intake_rows(raw: RawTable, kind: str, options: Options) -> Intake:
    """Turn raw rows into the accepted table of a kind and its rejects.

    Parameters
    ----------
    raw : rows of text with row numbers and shapes, as a reader made them.
    kind : one of KINDS.
    options : what is declared about the file.

    Returns
    -------
    Intake with read = accepted + rejected.

    Raises
    ------
    InputError : no column of the kind is there, a required one is missing, or an option cannot be used.
    """
    terms = contract(kind)
    headers = list(raw.values.columns)
    columns = match_headers(headers, terms, options.mapping, options.constants)
    given = [*options.constants, *(("geometry", "lng", "lat") if raw.shapes is not None else ())]
    require(columns, headers, terms, given)
    work = _Work(raw, terms, options, columns, Faults(len(raw.values)), list(raw.notices))
    table = pd.DataFrame({c.name: _column(work, c) for c in terms.columns if c.dtype != "geometry"})
    with np.errstate(over="ignore", invalid="ignore"):  # numbers that overflow come back as rejects
        shapes = _locate(work, table)
    _fill(work, table)
    _identify(work, table)
    _demand(work, table, shapes)
    _tell_unused(work, headers)
    return _split(work, table, shapes)


def _column(work: _Work, column: Column) -> pd.Series:
    text, options = work.text(column), work.options
    if column.dtype == "time":
        parsed = parse_times(text, options.zone, column.date_only, options.origin, options.year, options.now)
        values, reasons, fix = parsed.times, parsed.reasons, "write the time as 2022-03-06 08:05"
    else:
        values, reasons, fix = parse_values(text, column)
    work.faults.add(reasons != "", column.name, work.original(column), reasons.to_numpy(dtype=object), fix)
    return values


def _locate(work: _Work, table: pd.DataFrame) -> Shapes | None:
    """Bring coordinates and shapes to WGS84: `lng`, `lat` are set in `table`, shapes are returned."""
    options, terms, raw = work.options, work.terms, work.raw
    crs = options.crs or raw.crs
    crs = "wgs84" if not crs or crs in _LONGITUDE_FIRST else crs
    if "lng" in table:
        table["lng"], table["lat"] = place_points(
            table["lng"].to_numpy(), table["lat"].to_numpy(), crs, options.scale, work.faults
        )
    shapes = _raw_shapes(work)
    families = terms.geometry or (("point",) if "lng" in table else ())
    if shapes is None or not families:
        shapes = np.full(len(table), None, dtype=object)
    else:
        shapes, notices = place_shapes(shapes, families, crs, options.scale, work.faults)
        work.notices += notices
    return _merge_points(table, shapes, bool(terms.geometry))


def _merge_points(table: pd.DataFrame, shapes: Shapes, keep: bool) -> Shapes | None:
    """Fill shapes from lng,lat for kinds that keep a geometry, else lng,lat from shapes."""
    if "lng" in table and keep:
        bare = shapely.is_missing(shapes) & table["lng"].notna().to_numpy()
        shapes[bare] = shapely.points(table["lng"].to_numpy()[bare], table["lat"].to_numpy()[bare])
    elif "lng" in table:
        bare = ~shapely.is_missing(shapes) & table["lng"].isna().to_numpy()
        table["lng"] = np.where(bare, shapely.get_x(shapes), table["lng"])
        table["lat"] = np.where(bare, shapely.get_y(shapes), table["lat"])
    return shapes if keep else None


def _raw_shapes(work: _Work) -> Shapes | None:
    """Return the file's shapes, or those of a WKT column."""
    if work.raw.shapes is not None or "geometry" not in work.columns:
        return work.raw.shapes
    text = work.text(work.terms.column("geometry"))
    words = np.array([word or None for word in text], dtype=object)
    shapes: Shapes = shapely.from_wkt(words, on_invalid="ignore")
    bad = shapely.is_missing(shapes) & (text != "").to_numpy()
    work.faults.add(bad, "geometry", text.str.slice(0, 80), "not a WKT shape", "write it as POLYGON((lng lat, ...))")
    return shapes


def _fill(work: _Work, table: pd.DataFrame) -> None:
    """Put in the contract's defaults and what one column can give another."""
    for column in work.terms.columns:
        if column.default:
            empty = table[column.name].isna()
            table[column.name] = table[column.name].mask(empty, column.default)
            where = "no such column" if column.name not in work.columns else f"empty in {empty.sum()} rows"
            if empty.any():
                work.notices.append(f"{column.name}: {where}; taken as {column.default}")
    if "name" in table and "name_en" in table and work.terms.column("name").required:
        borrowed = table["name"].isna() & table["name_en"].notna()
        table["name"] = table["name"].mask(borrowed, table["name_en"])
        if borrowed.any():
            work.notices.append(f"name: empty in {borrowed.sum()} rows; taken from name_en")


def _identify(work: _Work, table: pd.DataFrame) -> None:
    """Make the ids that are missing; refuse rows that repeat one."""
    name = work.terms.id
    hashes = row_hashes(work.raw.values, work.raw.shapes)
    refuse_repeats(table[name], hashes, name, work.faults)
    missing = table[name].isna()
    table[name] = table[name].mask(missing, made_ids(hashes[missing]).reindex(table.index))
    if missing.any():
        work.notices.append(f"{name}: made from the row's content in {missing.sum()} rows")
    if work.terms.kind == "cases":
        table["person_id"] = table["person_id"].mask(table["person_id"].isna(), table[name])


def _demand(work: _Work, table: pd.DataFrame, shapes: Shapes | None) -> None:
    """Refuse rows without what their kind cannot do without; count facts without a location."""
    bad = work.faults.mask
    for column in work.terms.columns:
        if column.required:
            empty = shapely.is_missing(shapes) if column.dtype == "geometry" else table[column.name].isna().to_numpy()
            work.faults.add(empty & ~bad, column.name, "", "empty, but required", "fill it in")
    if work.terms.kind == "population":
        nowhere = table[["cell", "area_id"]].isna().all(axis=1).to_numpy()
        work.faults.add(nowhere & ~bad, "cell, area_id", "", "neither cell nor area", "give one of the two")
    places = [n for n in ("unit_id", "place_id", "address", "lng", "cell") if n in table]
    if work.terms.fact:
        nowhere = table[places].isna().all(axis=1).to_numpy() & ~work.faults.mask
        if nowhere.any():
            work.notices.append(f"rows without a location: {nowhere.sum()}; they count, but fire no rule by place")


def _tell_unused(work: _Work, headers: list[str]) -> None:
    unused = [header for header in headers if header not in set(work.columns.values())]
    if unused:
        work.notices.append(f"columns not used: {', '.join(unused[:20])}{' ...' if len(unused) > 20 else ''}")
    drawn = work.raw.shapes is None and not {"lng", "geometry"}.isdisjoint(work.columns)
    if drawn and not work.options.crs:
        work.notices.append(f"coordinates taken as wgs84; --crs declares another of {', '.join(DATUMS)} or EPSG")


def _split(work: _Work, table: pd.DataFrame, shapes: Shapes | None) -> Intake:
    good = ~work.faults.mask
    kept = {}
    for column in work.terms.stored:
        if column.dtype != "geometry":
            kept[column.name] = table.loc[good, column.name].astype(PANDAS_DTYPES[column.dtype])
    accepted = pd.DataFrame(kept)
    accepted["row"] = work.raw.rows[good].astype("int64")
    accepted = accepted.reset_index(drop=True)
    if shapes is not None:
        accepted = to_table(accepted, shapes[good])[[*(c.name for c in work.terms.stored), "row"]]
    rejects = pd.concat([work.raw.rejects, work.faults.table(work.raw.file, work.raw.rows)], ignore_index=True)
    read = len(work.raw.values) + len(work.raw.rejects)
    return Intake(accepted, rejects.sort_values("row", kind="stable", ignore_index=True), tuple(work.notices), read)
