"""Stage 2: estates, buildings and units -> the unit tree and its atoms, the pieces of ground that a zone is made of.

An atom is a leaf unit, or the remainder `<unit>/rest` of a unit that has units inside. Ground cells are atoms too, but
need no table: every H3 cell is one, standing for its land outside all unit footprints.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from zoning.geometry import Floats, Frame, Ints, Shapes, points_to_cells
from zoning.lookup import in_pieces, lenders
from zoning.ordered import in_one_piece
from zoning.pieces import cut_out
from zoning.register import Register, find_rows
from zoning.settings import Settings

REST = "/rest"
_LEVELS = {"estates": "estate", "buildings": "building", "units": ""}
_DTYPES = {
    "id": "str", "parent_id": "str", "level": "str", "name": "str", "name_en": "str", "number": "float64",
    "floors": "float64", "floor_from": "float64", "floor_to": "float64", "people": "float64", "households": "float64",
    "residential": "boolean", "adjacent": "str", "geometry": "object",
}  # fmt: skip


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
    problems: list[tuple[str, str, str]] = []
    units = _join(tables, problems)
    parent = _parents(units, problems)
    units = units.assign(**_linked(units, parent))
    shapes = units["geometry"].to_numpy(object)
    frame = _frame(shapes, tables)
    units["own"] = shapely.is_geometry(shapes)
    lender = lenders(units["own"].to_numpy(bool), parent)
    units["geometry"] = shapes[lender]
    units["area_m2"] = _of_each(shapes, lambda some: shapely.area(frame.to_metres(some)))[lender]
    units["lng"], units["lat"] = _points(units, shapes, lender)
    units["cell"] = points_to_cells(units["lng"].to_numpy(), units["lat"].to_numpy(), settings.resolution)
    for row in units.index[units["cell"] == 0]:
        problems.append(
            ("no ground", units.at[row, "id"], "has no footprint, nor has any unit around it; it is on no map")
        )
    atoms = _atoms(units)
    return Units(
        units, atoms, _inside(parent, atoms), pd.DataFrame(problems, columns=["code", "subject", "text"]), frame
    )


def _of_each(shapes: Shapes, measure: Callable[[Shapes], Floats]) -> Floats:
    """Measure shapes piece by piece: what is made of a city to be measured is not held at one time."""
    return np.concatenate([measure(shapes[piece]) for piece in in_pieces(len(shapes))])


def _frame(shapes: Shapes, tables: Mapping[str, pd.DataFrame]) -> Frame:
    """Return the plane around the loaded ground; around the facts only where there is none: a case moves no ground."""
    ground = np.concatenate([shapes, tables["areas"]["geometry"].to_numpy(object)])
    lng = _of_each(ground, lambda some: shapely.get_x(shapely.centroid(some)))
    if not np.isfinite(lng).any():
        lng = np.concatenate([tables[k]["lng"].to_numpy(float) for k in ("cases", "visits")])
    return Frame.around(lng)


def _join(tables: Mapping[str, pd.DataFrame], problems: list[tuple[str, str, str]]) -> pd.DataFrame:
    """Put the tables together column by column, in order of id; of an id in several the first row counts."""
    parts = [(pd.DataFrame(tables[kind]), level) for kind, level in _LEVELS.items()]
    ids = pd.concat([_column(*part, "id") for part in parts], ignore_index=True)
    order = ids.argsort(kind="stable").to_numpy()
    ids = ids.iloc[order]
    first = np.append(True, (ids.iloc[1:].array != ids.iloc[:-1].array))[: len(ids)]
    text = "is the id of two units; only the first of estates, buildings, units is used: give each its own"
    problems += [("twice", name, text) for name in ids[~first]]
    order = order[first]
    columns = {}
    for name in _DTYPES:
        whole = pd.concat([_column(*part, name) for part in parts], ignore_index=True)
        columns[name] = whole.iloc[order].reset_index(drop=True)
    return in_one_piece(pd.DataFrame(columns))


def _column(table: pd.DataFrame, level: str, name: str) -> pd.Series:
    if name == "level" and level:
        return pd.Series(level, table.index, "str")
    if name == "geometry":
        shapes = table[name].to_numpy(object)
        return pd.Series(np.where(shapely.is_geometry(shapes), shapes, None), table.index, object)
    return table[name].astype(_DTYPES[name]) if name in table else pd.Series(None, table.index, _DTYPES[name])


def _parents(units: pd.DataFrame, problems: list[tuple[str, str, str]]) -> Ints:
    """Return the row of the unit around each, -1 for none."""
    named = units["parent_id"].notna().to_numpy(bool)
    parent = find_rows(units["parent_id"], Register(units["id"]), len(units))
    for row in np.flatnonzero(named & (parent < 0)):
        text = f"names the parent '{units.at[row, 'parent_id']}', which is not loaded; it stands alone until it is"
        problems.append(("unknown parent", units.at[row, "id"], text))
    parent = _by_fence(units, parent)
    for row in np.flatnonzero(_in_circle(parent)):
        problems.append(
            ("circle", units.at[row, "id"], "is inside itself by its chain of parents; the chain is cut here")
        )
        parent[row] = -1
    return parent


def _linked(units: pd.DataFrame, parent: Ints) -> dict[str, object]:
    """Return what units have of those around them."""
    ids, own = units["id"].array, units["name"].fillna(units["id"])
    estate, building = (_ancestor(units, parent, level) for level in ("estate", "building"))
    ids_of = {"parent_id": parent, "estate_id": estate, "building_id": building}
    return {
        **{name: ids.take(rows, allow_fill=True) for name, rows in ids_of.items()},
        "name": _paths(own, parent),
        "name_en": _paths(units["name_en"].fillna(own), parent),
        "parent": parent,
        "leaf": ~np.isin(np.arange(len(units)), parent),
    }


def _paths(own: pd.Series, parent: Ints) -> pd.Series:
    """Return each unit's name with its ancestors' before it; what a name repeats of its parent's is said once."""
    depths = _depths(parent)
    rows = np.flatnonzero(depths == 0)
    at, paths = [rows], [own.iloc[rows]]
    for depth in range(1, depths.max(initial=0) + 1):
        rows = np.flatnonzero(depths == depth)
        above = paths[-1].iloc[np.searchsorted(at[-1], parent[rows])]
        at.append(rows)
        paths.append(_longer(above, own.iloc[parent[rows]], own.iloc[rows]))
    return pd.concat(paths, ignore_index=True).iloc[np.argsort(np.concatenate(at))].reset_index(drop=True)


def _longer(above: pd.Series, of_parent: pd.Series, own: pd.Series) -> pd.Series:
    found = [pd.Series(dtype="str")]
    for piece in in_pieces(len(own)):
        words = zip(*(each.iloc[piece].tolist() for each in (above, of_parent, own)), strict=True)
        found.append(
            pd.Series([f"{path} {name.removeprefix(up).strip() or name}" for path, up, name in words], dtype="str")
        )
    return pd.concat(found, ignore_index=True)


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


def _ancestor(units: pd.DataFrame, parent: Ints, level: str) -> Ints:
    """Return the row of each unit's nearest ancestor (or itself) of a level, else -1."""
    fits = (units["level"] == level).to_numpy(bool)
    found, row = np.full(len(units), -1), np.arange(len(units))
    while (row >= 0).any():
        hit = (row >= 0) & (found < 0) & fits[row]
        found[hit] = row[hit]
        row = np.where(row >= 0, parent[row], -1)
    return found


def _points(units: pd.DataFrame, shapes: Shapes, lender: Ints) -> tuple[Floats, Floats]:
    """Return a point inside each unit; inside an estate's own yard where a building stands on the first choice."""
    at = _of_each(shapes, lambda some: _xy(shapely.point_on_surface(some)))[lender]
    parents = np.flatnonzero(~units["leaf"] & (units["level"] == "estate") & units["own"])
    estate, parent = (units["level"] == "estate").to_numpy(), units["parent"].to_numpy(np.int64)
    inner = (parent >= 0) & units["own"].to_numpy()[parent] & ~estate[parent]
    children = shapes[units["own"] & ~estate & ~inner]
    tree = shapely.STRtree(children)
    covered = parents[np.unique(tree.query(shapely.points(at[parents]), predicate="within")[0])]
    owner, near = tree.query(shapes[covered], predicate="intersects")
    yards = cut_out(shapes[covered], owner, children[near])
    some = ~shapely.is_empty(yards)
    at[covered[some]] = _xy(shapely.point_on_surface(yards[some]))
    return at[:, 0], at[:, 1]


def _xy(points: Shapes) -> Floats:
    return np.column_stack([shapely.get_x(points), shapely.get_y(points)])


def _atoms(units: pd.DataFrame) -> pd.DataFrame:
    names = units["id"].where(units["leaf"], units["id"] + REST)
    rows = names.argsort(kind="stable").to_numpy()
    rows = rows[units["cell"].to_numpy()[rows] != 0]
    leaf = units["leaf"].to_numpy(bool)[rows]
    columns = {
        "atom_id": names.array.take(rows),
        "kind": pd.Series(["rest", "unit"], dtype="str").array.take(leaf.astype(np.int64)),
        "unit": rows,
        "unit_id": units["id"].array.take(rows),
        **{c: units[c].array.take(rows) for c in ("estate_id", "building_id", "name", "lng", "lat", "cell")},
    }
    return pd.DataFrame(columns)


def _inside(parent: Ints, atoms: pd.DataFrame) -> pd.DataFrame:
    row, atom = atoms["unit"].to_numpy(), np.arange(len(atoms))
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
