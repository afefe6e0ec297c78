"""Raw rows to typed rows of a kind: values, places, defaults, and what is wrong in which row."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import shapely

from zoning.datum import DATUMS
from zoning.forms import to_series
from zoning.intake.faults import Faults
from zoning.intake.location import Shapes, place_points, place_shapes
from zoning.intake.raw import RawTable
from zoning.intake.values import clean, read_values
from zoning.options import Options
from zoning.tables import PANDAS_DTYPES, Column, Contract
from zoning.times import parse_times

_LONGITUDE_FIRST = {"EPSG:4326", "OGC:CRS84", "EPSG:4490", "urn:ogc:def:crs:EPSG::4326"}


@dataclass
class Typed:
    """Rows on their way: as they were, typed, what was found wrong and what to tell (text with {n} -> n)."""

    raw: RawTable
    terms: Contract
    options: Options
    columns: Mapping[str, str]
    table: pd.DataFrame
    shapes: Shapes | None
    faults: Faults
    told: dict[str, int] = field(default_factory=dict)

    def tell(self, text: str, number: int) -> None:
        """Add to what the officer is told.

        Parameters
        ----------
        text : with {n} where the number stands.
        number : how many rows.
        """
        self.told[text] = self.told.get(text, 0) + number

    def text(self, column: Column) -> pd.Series:
        """Return the raw text of one of our columns.

        Parameters
        ----------
        column : of the contract.

        Returns
        -------
        Series of text, empty where the file has no such column.
        """
        index = self.raw.values.index
        if column.name in self.options.constants:
            return pd.Series(self.options.constants[column.name], index, dtype="str")
        if column.name in self.columns:
            return self.raw.values[self.columns[column.name]]
        return pd.Series("", index, dtype="str")


def type_rows(raw: RawTable, terms: Contract, options: Options, columns: Mapping[str, str]) -> Typed:
    """Type the rows of a file or of a chunk of it; ids are not looked at across rows.

    Parameters
    ----------
    raw : rows of text with row numbers and shapes, as a reader made them.
    terms : contract of the kind.
    options : what is declared about the file.
    columns : our column -> file column.

    Returns
    -------
    Typed: `table` has the contract's columns but a geometry (lng, lat in WGS84, times UTC), one row a raw row.

    Raises
    ------
    InputError : an option cannot be used.
    """
    rows = Typed(raw, terms, options, columns, pd.DataFrame(), None, Faults(len(raw.values)), dict(raw.told))
    plain = [column for column in terms.columns if column.dtype != "geometry"]
    rows.table = pd.DataFrame({c.name: _column(rows, c) for c in plain}, index=raw.values.index)
    with np.errstate(over="ignore", invalid="ignore"):  # numbers that overflow come back as rejects
        rows.shapes = _locate(rows)
    _fill(rows)
    _demand(rows)
    return rows


def _column(rows: Typed, column: Column) -> pd.Series:
    options = rows.options
    if column.name not in options.constants and column.name not in rows.columns:
        return _nothing(column, rows.raw.values.index)
    text = rows.text(column)
    if column.dtype == "time":
        values, reasons = _times(text, column, options)
        fix = "write the time as 2022-03-06 08:05"
    else:
        values, reasons, fix = read_values(text, column)
    if reasons is not None:
        rows.faults.add(reasons != "", column.name, text.to_numpy(object), reasons, fix)
    return values


def _times(text: pd.Series, column: Column, options: Options) -> tuple[pd.Series, npt.NDArray[np.object_] | None]:
    """Read times; what is none as it stands is read again without blanks, quotes and words for missing."""
    given = (options.zone, column.date_only, options.origin, options.year, options.now)
    parsed = parse_times(text, *given)
    again = np.flatnonzero(parsed.failed)
    if not len(again):
        return parsed.times, None
    second = parse_times(clean(text.iloc[again], column), *given)
    values, reasons = parsed.times.copy(), np.full(len(text), "", dtype=object)
    values.iloc[again], reasons[again] = second.times.array, second.reasons.to_numpy(object)
    return values, reasons


def _nothing(column: Column, index: pd.Index) -> pd.Series:
    """Return a column of missing values, without a Python object a row."""
    if PANDAS_DTYPES[column.dtype] == "str":
        return to_series(pa.nulls(len(index), pa.large_string()), index)
    return pd.Series(index=index, dtype=PANDAS_DTYPES[column.dtype])


def _locate(rows: Typed) -> Shapes | None:
    """Bring coordinates and shapes to WGS84: `lng`, `lat` are set in the table, shapes are returned."""
    options, terms, table = rows.options, rows.terms, rows.table
    crs = options.crs or rows.raw.crs
    crs = "wgs84" if not crs or crs in _LONGITUDE_FIRST else crs
    if "lng" in table:
        table["lng"], table["lat"] = place_points(
            table["lng"].to_numpy(), table["lat"].to_numpy(), crs, options.scale, rows.faults
        )
    shapes = _raw_shapes(rows)
    families = terms.geometry or (("point",) if "lng" in table else ())
    if shapes is None and not terms.geometry:
        return None
    if shapes is None or not families:
        shapes = np.full(len(table), None, dtype=object)
    else:
        shapes, mended = place_shapes(shapes, families, crs, options.scale, rows.faults)
        for text, number in mended.items():
            rows.tell(text, number)
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


def _raw_shapes(rows: Typed) -> Shapes | None:
    """Return the file's shapes, or those of a WKT column."""
    if rows.raw.shapes is not None or "geometry" not in rows.columns:
        return rows.raw.shapes
    column = rows.terms.column("geometry")
    text = clean(rows.text(column), column)
    words = np.array([word or None for word in text], dtype=object)
    shapes: Shapes = shapely.from_wkt(words, on_invalid="ignore")
    bad = shapely.is_missing(shapes) & (text != "").to_numpy()
    rows.faults.add(bad, "geometry", text.str.slice(0, 80), "not a WKT shape", "write it as POLYGON((lng lat, ...))")
    return shapes


def _fill(rows: Typed) -> None:
    """Put in the contract's defaults and what one column can give another."""
    table = rows.table
    for column in rows.terms.columns:
        empty = table[column.name].isna() if column.default is not None else None
        if empty is not None and empty.any():
            table[column.name] = table[column.name].mask(empty, column.default)
            there = column.name in rows.columns
            where, number = ("empty in {n} rows", int(empty.sum())) if there else ("no such column", 0)
            rows.tell(f"{column.name}: {where}; taken as {column.default}", number)
    if parts := rows.terms.id_from:
        key, made = rows.terms.id, table[parts[0]].str.cat([table[name] for name in parts[1:]], sep="/")
        table[key] = table[key].mask(table[key].isna(), made)
    if "name" in table and "name_en" in table and rows.terms.column("name").required:
        borrowed = table["name"].isna() & table["name_en"].notna()
        if borrowed.any():
            table["name"] = table["name"].mask(borrowed, table["name_en"])
            rows.tell("name: empty in {n} rows; taken from name_en", int(borrowed.sum()))


def _demand(rows: Typed) -> None:
    """Refuse rows without what their kind cannot do without; count facts without a location."""
    bad, table = rows.faults.mask, rows.table
    for column in rows.terms.columns:
        if column.required:
            shapes = column.dtype == "geometry"
            empty = shapely.is_missing(rows.shapes) if shapes else table[column.name].isna().to_numpy()
            rows.faults.add(empty & ~bad, column.name, "", "empty, but required", "fill it in")
    if rows.terms.kind == "population":
        nowhere = table[["cell", "area_id"]].isna().all(axis=1).to_numpy()
        rows.faults.add(nowhere & ~bad, "cell, area_id", "", "neither cell nor area", "give one of the two")
    if rows.terms.kind == "rounds":
        met = table[["tested", "excused", "refused", "absent"]].astype("float64").sum(axis=1).to_numpy()
        over = met > table["due"].to_numpy("float64", na_value=np.inf)
        reason = "tested, excused, refused and absent are more people than are due"
        rows.faults.add(over & ~bad, "due", rows.text(rows.terms.column("due")), reason, "mend the count that is wrong")
    places = [n for n in ("unit_id", "place_id", "address", "lng", "cell") if n in table]
    if rows.terms.fact:
        nowhere = ~rows.faults.mask
        for name in places:
            nowhere = nowhere & table[name].isna().to_numpy() if nowhere.any() else nowhere
        if nowhere.any():
            text = "rows without a location: {n}; they count, but fire no rule by place"
            rows.tell(text, int(nowhere.sum()))


def tell_unused(raw: RawTable, columns: Mapping[str, str], options: Options) -> dict[str, int]:
    """Say which columns of a file were not used, and which system its coordinates were taken as.

    Parameters
    ----------
    raw : rows of the file.
    columns : our column -> file column.
    options : what was declared.

    Returns
    -------
    Text -> 0.
    """
    told: list[str] = []
    unused = [header for header in raw.values.columns if header not in set(columns.values())]
    if unused:
        told.append(f"columns not used: {', '.join(unused[:20])}{' ...' if len(unused) > 20 else ''}")
    drawn = raw.shapes is None and not {"lng", "geometry"}.isdisjoint(columns)
    if drawn and not options.crs:
        told.append(f"coordinates taken as wgs84; --crs declares another of {', '.join(DATUMS)} or EPSG")
    return dict.fromkeys(told, 0)
