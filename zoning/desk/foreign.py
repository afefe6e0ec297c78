"""Lists from elsewhere as strokes: shapes, cells, names or addresses of any table; ours come back exactly.

Nothing is done here: what a file would come to is shown first, row by row, with what cannot be read and why.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely

from zoning.datum import detect_shift, to_wgs84
from zoning.desk import NOWHERE
from zoning.errors import InputError, ZoningError
from zoning.export import read_zones
from zoning.geometry import Cells, text_to_cells
from zoning.intake.raw import FORMATS, RawTable
from zoning.intake.readers import read_raw
from zoning.plan import Plan
from zoning.selecting import Land, Picked, in_cells, in_shape
from zoning.selecting.names import in_list, in_words

MAX_MB = 50
ENDINGS = sorted({*FORMATS, ".txt"} - {".pbf", ".osm"})
CLASS_COLUMNS = ("class", "zone_class", "level", "zone", "type", "级别", "分级", "类别", "区域类型", "分区")
CELL_COLUMNS = ("cell", "h3", "h3_index", "hex", "h3index", "格子")
NAME_COLUMNS = ("atom_id", "unit_id", "building_id", "estate_id")
WORD_COLUMNS = ("address", "地址", "名称", "范围", "name", "place", "area")


@dataclass(frozen=True)
class Foreign:
    """What a file would come to. `classes`: class -> atoms, each atom once, in the strictest class that names it.

    `rows`: row, text, class, atoms. `rejects`: row, column, value, reason, fix. `overlaps`: atoms that rows of several
    classes name; `beyond`: coarse cells of shapes that lie off the loaded ground; `shift`: in words, where the
    coordinates look shifted; `ours`: class and zone of each atom where it is a list that Cordon wrote.
    """

    classes: dict[str, list[int]]
    rows: list[dict[str, Any]]
    rejects: list[dict[str, Any]] = field(default_factory=list)
    overlaps: int = 0
    beyond: int = 0
    shift: str = ""
    ours: bool = False


def read_foreign(land: Land, path: Path, crs: str = "", of: str = "") -> Foreign:
    """Read a list of zones from elsewhere.

    Parameters
    ----------
    land : of the plan.
    path : GeoJSON, GeoPackage, KML, zipped Shapefile, Parquet, CSV or XLSX with a column of cells, ids or addresses; or
        a text with one address or cell a line.
    crs : wgs84, gcj02, bd09 or an EPSG code; "" takes what the file says, else WGS84.
    of : class of rows that name none, or `none`.

    Returns
    -------
    Foreign.

    Raises
    ------
    InputError : larger than MAX_MB, no such format, or no column says where its rows are.
    """
    if path.stat().st_size > MAX_MB * 2**20:
        raise InputError(f"{path.name} is larger than {MAX_MB} MB; nothing was read: give it in parts")
    if (lines := _lines(path)) is not None:
        table = pd.DataFrame({"address": lines})
        return _gather(land, _take_words(land, table, "address"), table, np.arange(1, len(lines) + 1), "", of)
    if (own := _ours(land, path)) is not None:
        return own
    raw = read_raw(path, max_mb=MAX_MB)
    values = raw.values.fillna("").astype("str")
    if raw.shapes is not None and shapely.is_geometry(raw.shapes).any():
        shapes, shift = _placed(raw, crs or raw.crs, land)
        found = _gather(land, _take_shapes(land, shapes), values, raw.rows, shift, of)
    else:
        found = _gather(land, _by_columns(land, values, path.name), values, raw.rows, "", of)
    told = raw.rejects[["row", "column", "value", "reason", "fix"]].to_dict("records")
    return Foreign(found.classes, found.rows, found.rejects + told, found.overlaps, found.beyond, found.shift)


def _lines(path: Path) -> list[str] | None:
    """Return the lines of a plain text without columns."""
    if path.suffix.lower() not in (".txt", ".csv", ""):
        return None
    lines = [line.strip() for line in path.read_bytes().decode("utf-8-sig", "replace").splitlines()]
    lines = [line for line in lines if line]
    known = {*CLASS_COLUMNS, *CELL_COLUMNS, *NAME_COLUMNS, *WORD_COLUMNS}
    if not lines or lines[0].lower() in known or any(mark in line for line in lines for mark in ",\t;|"):
        return None
    return lines


def _ours(land: Land, path: Path) -> Foreign | None:
    try:
        table = read_zones(path)
    except InputError:
        return None
    places = table.groupby(["class", "zone_id"])["atom_id"].apply(list)
    classes, rows, rejects = dict[str, list[int]](), list[dict[str, Any]](), list[dict[str, Any]]()
    for n, ((name, zone), names) in enumerate(places.items(), 1):
        known = [atom for atom in names if _is_known(land, atom)]
        rejects += [_reject(n, "members", a, "no unit or cell is called so here", "") for a in names if a not in known]
        if name not in land.plan.policy.classes:
            rejects.append(_reject(n, "class", name, f"{land.plan.policy.pack.id} has no such class", "map it"))
        elif known:
            atoms = in_list(land, known).atoms.tolist()
            classes.setdefault(f"{name}:{zone}", []).extend(atoms)
            rows.append({"row": n, "text": zone, "class": name, "atoms": len(atoms)})
    kept = {atom for atoms in classes.values() for atom in atoms}
    if gone := [atom for atom in land.plan.membership["atom"].tolist() if atom not in kept]:
        classes[NOWHERE.of] = gone
    return Foreign(classes, rows, rejects, ours=True)


def _is_known(land: Land, name: str) -> bool:
    try:
        return len(in_list(land, [name]).atoms) == 1
    except ZoningError:
        return False


def _placed(raw: RawTable, crs: str, land: Land) -> tuple[np.ndarray, str]:
    """Return the shapes of a file as WGS84, and a warning where they look shifted against the loaded ground."""
    shapes = np.asarray(raw.shapes, object)

    def move(points: np.ndarray) -> np.ndarray:
        return np.column_stack(to_wgs84(points[:, 0], points[:, 1], crs or "wgs84"))

    moved: np.ndarray = shapely.transform(shapes, move)
    points = shapely.get_coordinates(shapely.extract_unique_points(moved[shapely.is_geometry(moved)]))[:2000]
    ground = [land.plan.tables[k]["geometry"].to_numpy(object) for k in ("roads", "buildings", "estates")]
    told = detect_shift(points[:, 0], points[:, 1], np.concatenate(ground)).message
    return moved, told.replace("load the file with --crs gcj02", "read it as gcj02")


Taken = list[Picked | ZoningError]


def _each(rows: Iterable[Any], take: Callable[[Any], Picked]) -> Taken:
    found: Taken = []
    for row in rows:
        try:
            found.append(take(row))
        except ZoningError as error:
            found.append(error)
    return found


def _take_shapes(land: Land, shapes: np.ndarray) -> Taken:
    def take(shape: Any) -> Picked:
        if not shapely.is_geometry(shape):
            raise InputError("the row has no shape")
        if shapely.get_type_id(shape) == 7:
            shape = shapely.MultiPolygon([part for part in shape.geoms if part.geom_type == "Polygon"])
        return in_shape(land, shapely.force_2d(shape))

    return _each(shapes, take)


def _take_words(land: Land, values: pd.DataFrame, column: str) -> Taken:
    def take(text: str) -> Picked:
        cell = text_to_cells([text])
        return in_cells(land, cell) if cell[0] else in_words(land, text)

    return _each(values[column].str.strip(), take)


def _by_columns(land: Land, values: pd.DataFrame, file: str) -> Taken:
    """Take each row by the column that says most exactly where it is."""
    low = {str(name).strip().lower(): name for name in values}
    for kind in (CELL_COLUMNS, NAME_COLUMNS, WORD_COLUMNS):
        if column := next((low[name] for name in kind if name in low), None):
            if kind is NAME_COLUMNS:
                return _each(values[column].str.strip(), lambda name: in_list(land, [name]))
            return _take_words(land, values, column)
    raise InputError(
        f"{file}: no column says where its rows are; it has {', '.join(map(str, values))}: name one cell, unit_id or "
        "address, or give shapes"
    )


def _gather(land: Land, taken: Taken, values: pd.DataFrame, numbers: Any, shift: str, of: str) -> Foreign:
    plan = land.plan
    ranks = {name: c.rank for name, c in plan.policy.classes.items()} | {NOWHERE.of: 98}
    names, column = _classes(plan), _class_column(values)
    held: dict[int, str] = {}
    rows, rejects, twice, beyond = list[dict[str, Any]](), list[dict[str, Any]](), set[int](), 0
    records = values.to_dict("records")
    for picked, row, number in zip(taken, records, list(numbers), strict=True):
        said = str(row[column]).strip() if column else ""
        name = names.get(said.lower(), "" if said else of) or (of if column is None else "")
        text = next((str(v) for k, v in row.items() if v and k != column), "")
        if isinstance(picked, ZoningError):
            rejects.append(_reject(number, "", text, str(picked), "mend the row, or leave it out"))
            continue
        if not name:
            rejects.append(_reject(number, str(column or ""), said, "no class of the pack is called so", _fix(plan)))
            continue
        beyond += picked.beyond
        rows.append({"row": int(number), "text": text[:80], "class": name, "atoms": len(picked.atoms)})
        for atom in picked.atoms.tolist():
            before = held.get(atom)
            if before is not None and before != name:
                twice.add(atom)
            if before is None or ranks[name] < ranks[before]:
                held[atom] = name
    classes: dict[str, list[int]] = {}
    for atom, name in held.items():
        classes.setdefault(name, []).append(atom)
    return Foreign(classes, rows, rejects, len(twice), beyond, shift)


def _fix(plan: Plan) -> str:
    return f"give one of {', '.join(plan.policy.classes)}, or choose a class for the whole file"


def _class_column(values: pd.DataFrame) -> Any:
    low = {str(name).strip().lower(): name for name in values}
    return next((low[name] for name in CLASS_COLUMNS if name in low), None)


def _classes(plan: Plan) -> dict[str, str]:
    """Return every word for a class: its id, its names, the names that texts use for it."""
    found = {NOWHERE.of: NOWHERE.of}
    for name, of in plan.policy.classes.items():
        words = [name, of.names.zh, of.names.en, of.letter.zh, of.names.zh.removesuffix("区")]
        found |= {word.strip().lower(): name for word in words if word}
    return found


def _reject(row: int, column: str, value: str, reason: str, fix: str) -> dict[str, Any]:
    return {"row": int(row), "column": column, "value": value[:80], "reason": reason, "fix": fix}


def atoms_of(foreign: Foreign, key: str) -> Cells:
    """Return the atoms that a file puts into a class.

    Parameters
    ----------
    foreign : of `read_foreign`.
    key : of its `classes`.

    Returns
    -------
    (n,) numbers.
    """
    return np.array(foreign.classes.get(key, []), np.uint64)
