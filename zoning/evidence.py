"""What values and names tell of a file: which column is which, its system, what one value for all rows would be, and
the day from which plain numbers count. Each answer comes with its reason; nothing is decided here.
"""

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import shapely

from zoning.datum import detect_shift, to_wgs84
from zoning.intake.headers import plain
from zoning.intake.raw import RawTable
from zoning.intake.rows import type_rows
from zoning.options import SOME_DAY, SOME_VALUE, Options
from zoning.tables import Column, Contract

MOST = 0.8
_MARKS = {"gcj02": ("gcj", "火星", "高德", "amap", "腾讯"), "bd09": ("bd09", "bd-09", "百度", "baidu")}
# Systems of metres that files of China, and the world's web maps, come in; tried in this order.
_METRIC = ("EPSG:4526", "EPSG:4527", "EPSG:4547", "EPSG:4548", "EPSG:3857", "EPSG:32649", "EPSG:32650", "EPSG:27700")
_HOME = (73.0, 18.0, 135.1, 53.6)  # mainland China: west, south, east, north
# Days from which programs count, and who does; in the order in which they are tried.
_ORIGINS = (("1899-12-30", "Excel"), ("1970-01-01", "Unix, R, Python"), ("1960-01-01", "SAS, Stata"))
_FIRST_DAY, _AHEAD = pd.Timestamp("2000-01-01"), pd.Timedelta(days=366)
_DAY_IN_NAME = re.compile(r"(?<!\d)(20\d\d)[-_.年]?(0?[1-9]|1[0-2])[-_.月]?(0?[1-9]|[12]\d|3[01])(?!\d)")
_PLAIN_NUMBER = re.compile(r"[+-]?\d{1,6}(?:\.\d+)?")


def columns_by_values(raw: RawTable, terms: Contract, columns: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Tell columns that lack a known name by what stands in them: times, longitudes and latitudes.

    Parameters
    ----------
    raw : first rows of the file.
    terms : contract of the kind.
    columns : our column -> file column, as names tell.

    Returns
    -------
    Our column -> file column and why.
    """
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
        len(values) > 0 and bool(np.mean((values >= low) & (values <= high)) > MOST) and bool((values % 1 != 0).any())
    )


def _are_times(text: pd.Series, terms: Contract, name: str) -> bool:
    filled = text[text.str.strip() != ""]
    if not len(filled) or re.fullmatch(r"[\d.]+", str(filled.iloc[0])):
        return False
    raw = RawTable(
        "", pd.DataFrame({"t": filled.reset_index(drop=True)}), np.arange(len(filled)), None, "", pd.DataFrame()
    )
    table = type_rows(raw, terms, Options(), {name: "t"}).table
    return bool(table[name].notna().mean() > MOST)


def value_of_all(column: Column, name: str) -> tuple[str, str] | None:
    """Say what one value for all rows would be of a required column that a file lacks.

    Parameters
    ----------
    column : of the contract.
    name : of the file, its sheet or its layer.

    Returns
    -------
    The value (SOME_VALUE where only the file's maker can tell) and why; None where rows must differ in it.
    """
    if column.dtype == "time":
        day = _day_in(name)
        return (day, "no column of this name; the date in the name of the file") if day else None
    if not column.choices:
        return None
    words = {word: ours for ours, others in column.choices for word in (ours, *others)}
    there = sorted((word for word in words if plain(word) in plain(name)), key=len)
    if there:
        return words[there[-1]], f"no column of this name; '{there[-1]}' stands in the name of the file"
    some = ", ".join(ours for ours, _ in column.choices[:4])
    return SOME_VALUE, f"no column of this name, but it is required: one value for all rows, such as {some}"


def _day_in(name: str) -> str:
    """Return the only date of a name as ISO, or empty text."""
    days = {"-".join(part.zfill(2) for part in match) for match in _DAY_IN_NAME.findall(name)}
    read = pd.to_datetime(pd.Series(sorted(days), dtype="str"), errors="coerce").dropna()
    return str(read.iloc[0].date()) if len(read) == 1 else ""


def day_of_zero(
    raw: RawTable, terms: Contract, columns: Mapping[str, str], name: str, today: pd.Timestamp
) -> tuple[str, str] | None:
    """Say from which day the plain numbers of a file's times count.

    Parameters
    ----------
    raw : first rows of the file.
    terms : contract of the kind.
    columns : our column -> file column.
    name : of the file, its sheet or its layer.
    today : no time lies more than a year ahead of it.

    Returns
    -------
    ISO date (SOME_DAY where only the file's maker can tell) and why; None where there are no such numbers, or where
    they are Excel's, which need no declaration.
    """
    times = {c.name: columns[c.name] for c in terms.columns if c.dtype == "time" and c.name in columns}
    plain_ones = {ours: days for ours, theirs in times.items() if len(days := _plain_numbers(raw.values[theirs]))}
    if not plain_ones:
        return None
    ours = next(iter(plain_ones))
    low, high = (end(np.concatenate(list(plain_ones.values()))) for end in (np.min, np.max))
    numbers = f"plain numbers in {', '.join(plain_ones)}, {low:g} to {high:g}"
    fits = [(day, who) for day, who in _ORIGINS if _plausible(day, low, high, today)]
    if not fits:
        day = _day_in(name)
        why = (
            "counted from the date in the name of the file" if day else "days from a date that the numbers do not tell"
        )
        return day or SOME_DAY, f"{numbers}: {why}; ask who made the file"
    (day, who), *others = fits
    if who == "Excel":
        return None
    read = f"{_day(day, low)} to {_day(day, high)} if they count from {day} ({who})"
    also = "".join(f"; {_day(o, low)} to {_day(o, high)} if from {o} ({w})" for o, w in others)
    return day, f"{numbers}: {read}{also}; look at {ours} after loading"


def _plain_numbers(text: pd.Series) -> np.ndarray:
    filled = text.str.strip()[lambda words: words != ""]
    fits = filled.str.fullmatch(_PLAIN_NUMBER)
    return _numbers(filled) if len(filled) and fits.mean() > MOST and fits.all() else np.empty(0)


def _day(origin: str, days: float) -> str:
    return str((pd.Timestamp(origin) + pd.Timedelta(days=float(days))).date())


def _plausible(origin: str, low: float, high: float, today: pd.Timestamp) -> bool:
    first, last = (pd.Timestamp(origin) + pd.Timedelta(days=float(days)) for days in (low, high))
    return bool(first >= _FIRST_DAY and last <= today + _AHEAD)


def system_of(raw: RawTable, columns: Mapping[str, str], name: str, references: Any) -> tuple[str, str]:
    """Guess the coordinate system, by what the file declares, by names, by the numbers, by the loaded map.

    Parameters
    ----------
    raw : first rows of the file.
    columns : our column -> file column.
    name : of the file, its sheet or its layer.
    references : shapely shapes (WGS84) of the loaded map; None leaves the datum open.

    Returns
    -------
    The system (empty where none fits) and why.
    """
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
    if np.mean(inside) > MOST:
        check = detect_shift(lng, lat, np.asarray(references, object)) if references is not None else None
        if check is not None and check.verdict != "undecided":
            near = f"half of the points within {check.as_read_m:.0f} m of the loaded map as read"
            return check.verdict, f"{near}, within {check.as_gcj02_m:.0f} m taken as GCJ-02"
        return "wgs84", "degrees; GCJ-02 or BD-09 cannot be told from the numbers alone: ask who made the file"
    if np.mean((np.abs(lat) > 90) & (np.abs(lat) <= 180) & (np.abs(lng) <= 90)) > MOST:
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
    if raw.shapes is not None:
        boxes = shapely.bounds(raw.shapes[~shapely.is_missing(raw.shapes)])
        middles = (boxes[:, :2] + boxes[:, 2:]) / 2
        middles = middles[np.isfinite(middles).all(axis=1)]
        return middles[:, 0], middles[:, 1]
    if not {"lng", "lat"} <= set(columns):
        return np.empty(0), np.empty(0)
    both = raw.values[[columns["lng"], columns["lat"]]].set_axis(["lng", "lat"], axis=1)
    both = both.apply(pd.to_numeric, errors="coerce").dropna()
    return both["lng"].to_numpy(float), both["lat"].to_numpy(float)
