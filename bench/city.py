"""A synthetic city with an outbreak, from a seed: the tables of a state, as intake and fold would give them.

Blocks of twenty buildings stand on a lattice with roads between; most are fenced estates, some are open villages. A
third of the buildings has stairwell units, half of these with footprints of their own. Communities meet on the roads,
with wobbling edges that cut a few fences. Most sources live in a few hot estates, the others anywhere.
"""

from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from zoning import tables
from zoning.geometry import Frame
from zoning.settings import Settings
from zoning.state import DECISIONS, State

AS_OF = datetime(2022, 3, 20, 16, tzinfo=UTC)
FRAME = Frame(114)
CORNER = FRAME.to_metres(shapely.Point(113.9, 22.5)).coords[0]
PITCH, ACROSS, DOWN = 260.0, 5, 4
PER_BLOCK = ACROSS * DOWN
WELLS = 3


def make_city(buildings: int = 20_000, sources: int = 2_000, areas: int = 90, seed: int = 1) -> State:
    """Return the state of a city of so many buildings, sources (and half as many visits again) and communities."""
    rng = np.random.default_rng(seed)
    blocks = -(-buildings // PER_BLOCK)
    columns = int(np.ceil(np.sqrt(blocks)))
    centre = (np.stack([np.arange(blocks) % columns, np.arange(blocks) // columns], axis=1) + 0.5) * PITCH
    half = rng.uniform(100, 124, (blocks, 2))
    fenced = rng.random(blocks) < 0.92
    built = _buildings(rng, centre, half, fenced)
    built = {name: values[:buildings] for name, values in built.items()}
    found = {kind: _table(kind, {}) for kind in tables.KINDS}
    found["areas"] = _communities(rng, areas, columns, -(-blocks // columns))
    found["estates"] = _estates(rng, centre, half, fenced)
    found["buildings"], found["units"] = _building_table(rng, built), _stairwells(built)
    found["places"] = _places(rng, built, max(sources // 7, 1))
    found["cases"] = _cases(rng, built, found["units"], sources)
    found["visits"] = _visits(rng, found["cases"], found["places"], sources * 3 // 2)
    return State(AS_OF, Settings(), found, found["cases"], pd.DataFrame(columns=list(DECISIONS)))


def _table(kind: str, values: dict[str, Any]) -> pd.DataFrame:
    terms = tables.contract(kind)
    n = max((len(v) for v in values.values()), default=0)
    table = pd.DataFrame({c.name: values.get(c.name, [None] * n) for c in terms.stored})
    plain = {c.name: tables.PANDAS_DTYPES[c.dtype] for c in terms.stored if c.dtype != "geometry"}
    table = table.astype(plain).assign(row=np.arange(2, n + 2))
    if "geometry" in table:
        return gpd.GeoDataFrame(table, geometry=np.array(table["geometry"], object), crs="EPSG:4326")
    if terms.fact:
        table.insert(0, "fact_id", kind + ":" + table[terms.id])
        table = table.assign(first_recorded_at=table["recorded_at"], withdrawn=False)
    return table


def _shapes(metres: np.ndarray) -> np.ndarray:
    """Return polygons (WGS84) of (n, corners, 2) metres from the corner of the city."""
    return np.asarray(FRAME.to_degrees(shapely.polygons(metres + CORNER)), object)


def _ids(letter: str, n: int) -> np.ndarray:
    return np.array([f"{letter}{i:06d}" for i in range(n)], object)


def _communities(rng: np.random.Generator, n: int, columns: int, rows: int) -> pd.DataFrame:
    """Share the lattice among n communities whose edges follow the roads and wobble."""
    across = next(k for k in range(int(np.ceil(np.sqrt(n))), n + 1) if n % k == 0)
    xs, ys = (np.round(np.linspace(0, m, k + 1)) * PITCH for m, k in ((columns, across), (rows, n // across)))
    edges: dict[tuple[int, ...], np.ndarray] = {}

    def edge(i: int, j: int, to_i: int, to_j: int) -> np.ndarray:
        if (to_i, to_j, i, j) in edges:
            return edges[to_i, to_j, i, j][::-1]
        line = np.linspace((xs[i], ys[j]), (xs[to_i], ys[to_j]), 25)
        wobble = min(9.0, 0.3 * float(np.hypot(*(line[1] - line[0]))))
        line[1:-1] += rng.uniform(-wobble, wobble, (23, 2))
        return edges.setdefault((i, j, to_i, to_j), line)

    shapes = []
    for j in range(n // across):
        for i in range(across):
            turns = [(i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1), (i, j)]
            ring = np.concatenate([edge(*a, *b)[:-1] for a, b in pairwise(turns)])
            shapes.append(_shapes(ring[None])[0])
    names = _ids("A", n)
    return _table("areas", {"id": names, "name": names, "level": ["community"] * n, "geometry": shapes})


def _estates(rng: np.random.Generator, centre: np.ndarray, half: np.ndarray, fenced: np.ndarray) -> pd.DataFrame:
    corners = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)], float)
    sides = np.linspace(corners, np.roll(corners, -1, axis=0), 5)[:-1].transpose(1, 0, 2).reshape(-1, 2)
    rings = centre[:, None] + half[:, None] * sides + rng.uniform(-1.5, 1.5, (len(centre), len(sides), 2))
    names = _ids("E", len(centre))[fenced]
    return _table("estates", {"id": names, "name": names, "geometry": _shapes(rings[fenced])})


def _buildings(
    rng: np.random.Generator, centre: np.ndarray, half: np.ndarray, fenced: np.ndarray
) -> dict[str, np.ndarray]:
    """Return block, middle, size, angle, wing (an L) and wells (0 none, 1 without, 2 with footprints) of each."""
    slots = np.stack(np.meshgrid(np.arange(ACROSS), np.arange(DOWN)), axis=-1).reshape(-1, 2)
    slot = 2 * (half - 4) / (ACROSS, DOWN)
    n = len(centre) * PER_BLOCK
    middle = (centre - half + 4)[:, None] + (slots + 0.5) * slot[:, None] + rng.uniform(-2, 2, (len(centre), 1, 2))
    wing = rng.random(n) < 0.2
    return {
        "block": np.repeat(np.arange(len(centre)), PER_BLOCK),
        "estate": np.repeat(np.where(fenced, _ids("E", len(centre)), None), PER_BLOCK),
        "id": _ids("B", n),
        "middle": middle.reshape(-1, 2),
        "size": rng.uniform((22, 11), (32, 16), (n, 2)),
        "angle": rng.uniform(-0.08, 0.08, n),
        "wing": wing,
        "wells": np.where(rng.random(n) < 0.35, np.where(wing | (rng.random(n) < 0.5), 1, 2), 0),
    }


def _placed(built: dict[str, np.ndarray], local: np.ndarray) -> np.ndarray:
    """Return metres of (n, k, 2) points given in halves of each building's size."""
    x, y = np.moveaxis(local * built["size"][:, None] / 2, -1, 0)
    cos, sin = np.cos(built["angle"])[:, None], np.sin(built["angle"])[:, None]
    return np.stack([x * cos - y * sin, x * sin + y * cos], axis=-1) + built["middle"][:, None]


def _building_table(rng: np.random.Generator, built: dict[str, np.ndarray]) -> pd.DataFrame:
    n = len(built["id"])
    plain = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1), (-1, 1), (-1, 1)], float)
    winged = np.array([(-1, -1), (1, -1), (1, 1), (-0.2, 1), (-0.2, 1.9), (-1, 1.9)], float)
    local = np.where(built["wing"][:, None, None], winged, plain)
    by_fence = built["block"] % 2 == 1
    values = {
        "id": built["id"],
        "name": [f"{i % PER_BLOCK + 1}栋" for i in range(n)],
        "parent_id": np.where(by_fence, None, built["estate"]),
        "floors": rng.integers(6, 33, n),
        "people": rng.integers(40, 400, n),
        "geometry": shapely.remove_repeated_points(_shapes(_placed(built, local))),
    }
    return _table("buildings", values)


def _stairwells(built: dict[str, np.ndarray]) -> pd.DataFrame:
    rows, number = (
        np.repeat(np.flatnonzero(built["wells"]), WELLS),
        np.tile(np.arange(WELLS), (built["wells"] > 0).sum()),
    )
    left, right = number * 2 / WELLS - 1, (number + 1) * 2 / WELLS - 1
    ones = np.ones(len(rows))
    local = np.stack(
        [np.stack(p, axis=-1) for p in ((left, -ones), (right, -ones), (right, ones), (left, ones))], axis=1
    )
    shapes = _shapes(_placed({k: v[rows] for k, v in built.items()}, local))
    shapes[built["wells"][rows] == 1] = None
    parent = built["id"][rows]
    values = {
        "id": [f"{p}-{k + 1}" for p, k in zip(parent, number, strict=True)],
        "name": [f"{k + 1}单元" for k in number],
        "parent_id": parent,
        "level": ["stairwell"] * len(rows),
        "number": number + 1,
        "geometry": shapes,
    }
    return _table("units", values)


def _points(rng: np.random.Generator, built: dict[str, np.ndarray], rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return lng, lat of a random point inside each of some buildings."""
    some = {k: v[rows] for k, v in built.items()}
    metres = _placed(some, rng.uniform(-0.95, 0.95, (len(rows), 1, 2)))[:, 0] + CORNER
    points = FRAME.to_degrees(shapely.points(metres))
    return shapely.get_x(points), shapely.get_y(points)


def _places(rng: np.random.Generator, built: dict[str, np.ndarray], n: int) -> pd.DataFrame:
    rows = rng.integers(0, len(built["id"]), n)
    names = _ids("P", n)
    unit = np.where(rng.random(n) < 0.5, built["id"][rows], None)
    shapes = shapely.points(*_points(rng, built, rows))
    return _table("places", {"id": names, "name": names, "unit_id": unit, "geometry": shapes})


def _cases(rng: np.random.Generator, built: dict[str, np.ndarray], units: pd.DataFrame, n: int) -> pd.DataFrame:
    """Four in five in hot estates, unevenly; half by unit id (the stairwell where there is one), half by point."""
    blocks, buildings = built["block"][-1] + 1, len(built["id"])
    hot = rng.choice(blocks, max(min(n // 5, blocks // 2), 1), replace=False)
    weight = rng.exponential(size=len(hot))
    row = rng.choice(hot, n, p=weight / weight.sum()) * PER_BLOCK + rng.integers(0, PER_BLOCK, n)
    row = np.where((rng.random(n) < 0.8) & (row < buildings), row, rng.integers(0, buildings, n))
    lng, lat = _points(rng, built, row)
    by_id, lost = rng.random(n) < 0.5, rng.random(n) < 0.01
    wells = [f"{i}-{k}" for i, k in zip(built["id"][row], rng.integers(1, WELLS + 1, n), strict=True)]
    unit = np.where((built["wells"][row] > 0) & (rng.random(n) < 0.8), wells, built["id"][row])
    ids, reported = _ids("C", n), pd.Timestamp(AS_OF) - _hours(rng, 0, 24 * 20, n)
    away = rng.random(n) < 0.03
    values = {
        "case_id": ids,
        "person_id": ids,
        "status": rng.choice(["confirmed", "asymptomatic", "preliminary", "imported"], n, p=[0.6, 0.3, 0.05, 0.05]),
        "onset_at": (reported - _hours(rng, 0, 72, n)).where(rng.random(n) < 0.7),
        "reported_at": reported,
        "recorded_at": reported + _hours(rng, 0, 12, n),
        "isolated_at": (reported + _hours(rng, 0, 24, n)).where((rng.random(n) < 0.7) & ~away),
        "found_in": np.where(away, "quarantine", "community"),
        "unit_id": np.where(by_id & ~lost, unit, None),
        "lng": np.where(by_id | lost, np.nan, lng),
        "lat": np.where(by_id | lost, np.nan, lat),
    }
    return _table("cases", values)


def _visits(rng: np.random.Generator, cases: pd.DataFrame, places: pd.DataFrame, n: int) -> pd.DataFrame:
    case = cases.iloc[rng.integers(0, len(cases), n)]
    arrive = pd.DatetimeIndex(case["reported_at"]) - _hours(rng, -24, 120, n)
    values = {
        "visit_id": _ids("V", n),
        "person_id": case["person_id"].to_numpy(),
        "place_id": places["id"].to_numpy()[rng.integers(0, len(places), n)],
        "arrive_at": arrive,
        "leave_at": arrive + _hours(rng, 0.2, 4, n),
        "place_risk": rng.choice(["likely", "some", "none", None], n, p=[0.1, 0.2, 0.5, 0.2]),
        "contacts_traceable": rng.choice([True, False, None], n, p=[0.4, 0.4, 0.2]),
        "recorded_at": pd.DatetimeIndex(case["recorded_at"]) + _hours(rng, 0, 24, n),
    }
    return _table("visits", values)


def _hours(rng: np.random.Generator, low: float, high: float, n: int) -> pd.TimedeltaIndex:
    return pd.to_timedelta((rng.uniform(low, high, n) * 3600).round(), unit="s").as_unit("us")
