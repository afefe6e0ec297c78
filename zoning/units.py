"""Stage 2: estates, buildings and units -> the unit tree and its atoms, the pieces of ground that a zone is made of.

An atom is a leaf unit, or the remainder `<unit>/rest` of a unit that has units inside. Ground cells are atoms too, but
need no table: every H3 cell is one, standing for its land outside all unit footprints.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from zoning.geometry import Floats, Frame, Ints, Shapes, points_to_cells
from zoning.pieces import cut_out
from zoning.settings import Settings

REST = "/rest"
_PIECE = 10_000  # footprints that are in metres at one time
_NUMBERS = ("number", "floors", "floor_from", "floor_to", "people", "households")
_MORE = ("residential", "adjacent", "geometry")


@dataclass(frozen=True)
class Units:
    """The unit tree.

    `units`: one row a unit in order of id: id, parent_id, parent (row or -1), level, name and name_en (of the whole
    path), number, floors, floor_from, floor_to, people, households, residential, adjacent, geometry (WGS84; borrowed
    from the parent where `own` is False), area_m2 (in the plane of `frame`), estate_id, building_id, leaf, lng, lat,
    cell.
    `atoms`: one row an atom in order of atom_id: atom_id, kind (unit or rest), unit (row), unit_id, estate_id,
    building_id, name, lng, lat, cell. `inside`: rows (unit, atom) of every atom inside every unit, itself included.
    `problems`: code, subject, text. `frame`: the plane in metres.
    """

    units: pd.DataFrame
    atoms: pd.DataFrame
    inside: pd.DataFrame
    problems: pd.DataFrame
    frame: Frame


def make_units(tables: Mapping[str, pd.DataFrame], settings: Settings) -> Units:
    """Build the unit tree and its atoms.

    Parameters
    ----------
    tables : kind -> table of the state; estates, buildings and units are read; these and areas place the plane, or
        where there are none the facts.
    settings : for the H3 resolution.

    Returns
    -------
    Units.
    """
    units = _join(tables)
    problems: list[tuple[str, str, str]] = []
    units = _link_parents(units, problems)
    shapes = units["geometry"].to_numpy(object)
    units["own"] = shapely.is_geometry(shapes)
    lender = _lenders(units["own"].to_numpy(bool), units["parent"].to_numpy(np.int64))
    units["geometry"] = shapes[lender]
    frame = _frame(np.concatenate([shapes, tables["areas"]["geometry"].to_numpy(object)]), tables)
    units["area_m2"] = _areas(shapes, frame)[lender]
    points = _points(units)
    units["lng"], units["lat"] = shapely.get_x(points), shapely.get_y(points)
    units["cell"] = points_to_cells(units["lng"].to_numpy(), units["lat"].to_numpy(), settings.resolution)
    for row in units.index[units["cell"] == 0]:
        problems.append(
            ("no ground", units.at[row, "id"], "has no footprint, nor has any unit around it; it is on no map")
        )
    atoms = _atoms(units)
    return Units(
        units, atoms, _inside(units, atoms), pd.DataFrame(problems, columns=["code", "subject", "text"]), frame
    )


def _areas(shapes: Shapes, frame: Frame) -> Floats:
    """Return areas in m², piece by piece: the city in metres is never held."""
    pieces = np.array_split(shapes, len(shapes) // _PIECE + 1)
    return np.concatenate([shapely.area(frame.to_metres(piece)) for piece in pieces])


def _frame(shapes: Shapes, tables: Mapping[str, pd.DataFrame]) -> Frame:
    """Return the plane around the loaded ground; around the facts only where there is none: a case moves no ground."""
    lng = shapely.get_x(shapely.centroid(shapes))
    if not np.isfinite(lng).any():
        lng = np.concatenate([tables[k]["lng"].to_numpy(float) for k in ("cases", "visits")])
    return Frame.around(lng)


def _join(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    parts = []
    for kind, level in (("estates", "estate"), ("buildings", "building"), ("units", "")):
        table = pd.DataFrame(tables[kind]).reindex(
            columns=["id", "parent_id", "level", "name", "name_en", *_NUMBERS, *_MORE]
        )
        parts.append(table.assign(level=level) if level else table)
    units = pd.concat([p.astype(object) for p in parts], ignore_index=True)
    units = units[~units["id"].duplicated()].sort_values("id", kind="stable", ignore_index=True)
    for column in _NUMBERS:
        units[column] = pd.to_numeric(units[column], errors="coerce").astype(float)
    shapes = units["geometry"].to_numpy(object)
    units["geometry"] = np.where(shapely.is_geometry(shapes), shapes, None)
    return units


def _link_parents(units: pd.DataFrame, problems: list[tuple[str, str, str]]) -> pd.DataFrame:
    ids = units["id"].to_numpy(object)
    parent = pd.Index(ids).get_indexer(units["parent_id"].to_numpy(object)).astype(np.int64)
    for row in np.flatnonzero(units["parent_id"].notna() & (parent < 0)):
        text = f"names the parent '{units.at[row, 'parent_id']}', which is not loaded; it stands alone until it is"
        problems.append(("unknown parent", units.at[row, "id"], text))
    parent = _by_fence(units, parent)
    for row in np.flatnonzero(_in_circle(parent)):
        problems.append(
            ("circle", units.at[row, "id"], "is inside itself by its chain of parents; the chain is cut here")
        )
        parent[row] = -1
    units["parent"] = parent
    units["parent_id"] = np.where(parent >= 0, ids[parent], None)
    for level in ("estate", "building"):
        above = _ancestor(units, level)
        units[f"{level}_id"] = np.where(above >= 0, ids[above], None)
    own = units["name"].fillna(units["id"]).astype(str)
    units["name"], units["name_en"] = _paths(own, parent), _paths(units["name_en"].fillna(own).astype(str), parent)
    units["leaf"] = ~units.index.isin(parent)
    return units


def _paths(own: pd.Series, parent: Ints) -> list[str]:
    """Return each unit's name with its ancestors' before it; what a name repeats of its parent's is said once."""
    names, parents = own.tolist(), parent.tolist()
    paths = list(names)
    for row in np.argsort(_depths(parent), kind="stable").tolist():
        if (up := parents[row]) >= 0:
            paths[row] = f"{paths[up]} {names[row].removeprefix(names[up]).strip() or names[row]}"
    return paths


def _by_fence(units: pd.DataFrame, parent: Ints) -> Ints:
    """Give a building without a parent the estate whose fence, the smallest, holds its representative point."""
    fences = np.flatnonzero((units["level"] == "estate") & units["geometry"].notna())
    loose = np.flatnonzero(
        (units["level"] == "building") & (parent < 0) & units["geometry"].notna() & units["parent_id"].isna()
    )
    parent = parent.copy()
    if len(fences) and len(loose):
        shapes = units["geometry"].to_numpy(object)
        points = shapely.STRtree(shapely.point_on_surface(shapes[loose]))
        fence, building = points.query(shapes[fences], predicate="contains")
        order = np.lexsort((-fence, -shapely.area(shapes[fences])[fence]))
        parent[loose[building[order]]] = fences[fence[order]]
    return parent


def _in_circle(parent: Ints) -> np.ndarray:
    """Return the rows on a circle of parents that hold its smallest row: one cut opens it."""
    seen, cut, up = np.zeros(len(parent), np.int64), np.zeros(len(parent), bool), parent
    for _ in range(len(parent).bit_length()):
        up = np.where(up >= 0, up[up], -1)
    for start in np.flatnonzero(up >= 0):
        row, path = start, start + 1
        while row >= 0 and seen[row] == 0:
            seen[row] = path
            row = parent[row]
        if row >= 0 and seen[row] == path:
            cut[row] = True
    return cut


def _depths(parent: Ints) -> Ints:
    """Return how many units stand around each."""
    depths, row = np.zeros(len(parent), np.int64), parent
    while (row >= 0).any():
        depths, row = depths + (row >= 0), np.where(row >= 0, parent[row], -1)
    return depths


def _ancestor(units: pd.DataFrame, level: str) -> Ints:
    """Return the row of each unit's nearest ancestor (or itself) of a level, else -1."""
    parent, levels = units["parent"].to_numpy(), units["level"].to_numpy(object)
    found, row = np.full(len(units), -1), np.arange(len(units))
    while (row >= 0).any():
        hit = (row >= 0) & (found < 0) & (levels[row] == level)
        found[hit] = row[hit]
        row = np.where(row >= 0, parent[row], -1)
    return found


def _lenders(own: np.ndarray, parent: Ints) -> Ints:
    """Return the nearest unit with a footprint around each, itself first; else the topmost one around it."""
    row = np.arange(len(parent))
    while (bare := ~own[row] & (parent[row] >= 0)).any():
        row = np.where(bare, parent[row], row)
    return row


def _points(units: pd.DataFrame) -> Shapes:
    """Return a point inside each unit; inside an estate's own yard where a building stands on the first choice."""
    shapes = units["geometry"].to_numpy(object)
    points = shapely.point_on_surface(shapes)
    parents = np.flatnonzero(~units["leaf"] & (units["level"] == "estate") & units["own"])
    estate, parent = (units["level"] == "estate").to_numpy(), units["parent"].to_numpy(np.int64)
    inner = (parent >= 0) & units["own"].to_numpy()[parent] & ~estate[parent]
    children = shapes[units["own"] & ~estate & ~inner]
    tree = shapely.STRtree(children)
    covered = parents[np.unique(tree.query(points[parents], predicate="within")[0])]
    owner, near = tree.query(shapes[covered], predicate="intersects")
    yards = cut_out(shapes[covered], owner, children[near])
    some = ~shapely.is_empty(yards)
    points[covered[some]] = shapely.point_on_surface(yards[some])
    return np.asarray(points, object)


def _atoms(units: pd.DataFrame) -> pd.DataFrame:
    on_map = units[units["cell"] != 0]
    atoms = pd.DataFrame(
        {
            "atom_id": np.where(on_map["leaf"], on_map["id"], on_map["id"] + REST),
            "kind": np.where(on_map["leaf"], "unit", "rest"),
            "unit": on_map.index.to_numpy(),
            "unit_id": on_map["id"].to_numpy(object),
            **{c: on_map[c].to_numpy() for c in ("estate_id", "building_id", "name", "lng", "lat", "cell")},
        }
    )
    return atoms.sort_values("atom_id", ignore_index=True)


def _inside(units: pd.DataFrame, atoms: pd.DataFrame) -> pd.DataFrame:
    parent, row, atom = units["parent"].to_numpy(), atoms["unit"].to_numpy(), np.arange(len(atoms))
    rows, members = [], []
    while len(row):
        rows.append(row)
        members.append(atom)
        up = parent[row]
        row, atom = up[up >= 0], atom[up >= 0]
    if not rows:
        return pd.DataFrame({"unit": np.empty(0, np.int64), "atom": np.empty(0, np.int64)})
    return pd.DataFrame({"unit": np.concatenate(rows), "atom": np.concatenate(members)}).sort_values(
        ["unit", "atom"], ignore_index=True
    )
