"""Part of the demo city: where a district lies, how the ground bends, its arterials, river and shore.

All lines are drawn straight in logical metres and bent by one field over the whole city, so that a district can be
made alone and still meets its neighbours.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from zoning.geometry import Floats, Frame, Shapes

# The south-west corner of the city, in open sea off Shenzhen: the map pretends to be no real place.
LNG0, LAT0 = 114.32, 22.12
# A full district has 1.5 million people on 78 km² (Futian); its sides are as 13 to 7.
PEOPLE, AREA_M2, SHAPE = 1_500_000, 78e6, 1.85
STEP_M, TILT = 40.0, np.radians(-7.0)


@dataclass(frozen=True)
class District:
    """One district of the city: its number, its column and row among all, its size in logical metres, its people."""

    seed: int
    index: int
    column: int
    row: int
    width: float
    height: float
    people: int
    cases: int
    tag: str

    def rng(self, *stream: int) -> np.random.Generator:
        """Return the random numbers of one step, the same whatever other steps do.

        Parameters
        ----------
        stream : numbers that name the step.

        Returns
        -------
        A generator.
        """
        return np.random.default_rng([self.seed, self.index, *stream])

    def share(self, of_full: float, least: int = 1) -> int:
        """Return how many of something a district of this size has.

        Parameters
        ----------
        of_full : how many a district of 1.5 million people has.
        least : not fewer.

        Returns
        -------
        A number.
        """
        return max(least, round(of_full * self.people / PEOPLE))


@dataclass(frozen=True)
class Plan:
    """The skeleton in metres: `lines` (arterials) with `kind` and `way` (number of the street), ground and water."""

    ground: shapely.Polygon
    lines: Shapes
    kind: npt.NDArray[np.object_]
    way: npt.NDArray[np.int64]
    river: shapely.Polygon
    corridor: shapely.Polygon
    bay: shapely.Polygon | None


def make_districts(seed: int, people: int, cases: int) -> list[District]:
    """Share people and cases over as few districts as hold at most 1.5 million each.

    Parameters
    ----------
    seed : of everything random.
    people : of the whole city.
    cases : of the whole city.

    Returns
    -------
    Districts, row by row from the shore.
    """
    count = -(-people // PEOPLE)
    columns = max(1, round(np.sqrt(count / SHAPE) + 0.5)) if count > 1 else 1
    area = AREA_M2 * people / count / PEOPLE
    width, height = np.sqrt(area * SHAPE), np.sqrt(area / SHAPE)
    return [
        District(
            seed, i, i % columns, i // columns, width, height,
            people // count + (i < people % count), cases // count + (i < cases % count),
            f"{i + 1:02d}-" if count > 1 else "",
        )
        for i in range(count)
    ]  # fmt: skip


def bend(at: Floats) -> Floats:
    """Bend logical metres to metres on the ground: the same field for all districts.

    Parameters
    ----------
    at : (n, 2) logical metres from the city's south-west corner.

    Returns
    -------
    (n, 2) metres east and north of that corner.
    """
    x, y, turn = at[:, 0], at[:, 1], 2 * np.pi
    east = x + 270 * np.sin(turn * (y / 5600 + x / 21000) + 0.6) + 140 * np.sin(turn * (x / 4700 + y / 6100) + 2.1)
    north = y + 260 * np.sin(turn * (x / 6900 - y / 23000) + 4.4) + 120 * np.sin(turn * (x / 3900 - y / 5300))
    east, north = east + 45 * np.sin(turn * y / 1900 + x / 900), north + 40 * np.sin(turn * x / 2100 + y / 800)
    return np.column_stack([east * np.cos(TILT) - north * np.sin(TILT), east * np.sin(TILT) + north * np.cos(TILT)])


def to_degrees(shapes: Shapes) -> Shapes:
    """Return shapes of the ground in degrees, seven digits (1 cm), so that what met still meets.

    Parameters
    ----------
    shapes : (n,) in metres of the city.

    Returns
    -------
    (n,) WGS84 lng, lat.
    """
    frame = Frame(round(LNG0))
    corner = shapely.get_coordinates(frame.to_metres(shapely.Point(LNG0, LAT0)))[0]
    placed = frame.to_degrees(shapely.transform(shapes, lambda at: at + corner))
    return np.asarray(shapely.transform(placed, lambda at: np.round(at, 7)), object)


def make_plan(district: District) -> Plan:
    """Draw the arterials, the river with its banks and, in the southern row, the bay.

    Parameters
    ----------
    district : which.

    Returns
    -------
    Plan; the lines end on the edge of the ground and are not yet cut where they cross.
    """
    columns, rows = _spread(district, 0, 880.0), _spread(district, 1, 830.0)
    sides = [_line(district, axis, k, lines) for axis, lines in ((0, columns), (1, rows)) for k in (0, len(lines) - 1)]
    inner = [
        (_line(district, axis, k, lines), "primary" if k % 3 == 2 else "secondary")
        for axis, lines in ((0, columns), (1, rows))
        for k in range(1, len(lines) - 1)
    ]
    corners = shapely.get_parts(shapely.union_all(sides))
    ground = max(shapely.get_parts(shapely.polygonize(corners)), key=lambda g: float(g.area))
    rim = corners[
        shapely.distance(shapely.line_interpolate_point(corners, 0.5, normalized=True), ground.exterior) < 0.1
    ]
    banks, river, corridor = _river(district)
    inner += [*((bank, "secondary") for bank in banks), (_diagonal(district), "trunk")]
    cut, way = shapely.get_parts(
        shapely.intersection(np.array([line for line, _ in inner], object), ground), return_index=True
    )
    kinds = np.array(["primary"] * len(rim) + [inner[i][1] for i in way], object)
    ways = np.concatenate([np.arange(len(rim)), len(rim) + way])
    bay = shapely.difference(_bay(district), ground.buffer(55)) if district.row == 0 else None
    return Plan(ground, np.concatenate([rim, cut]), kinds, ways, river, corridor, bay)


def _spread(district: District, axis: int, step: float) -> Floats:
    """Where the arterials of one axis stand: unevenly, the two borders included."""
    start = (district.column * district.width, district.row * district.height)[axis]
    size = (district.width, district.height)[axis]
    count = max(2, round(size / step))
    rng = np.random.default_rng([district.seed, 11, axis, (district.column, district.row)[axis]])
    widths = rng.uniform(0.65, 1.35, count)
    return start + np.concatenate([[0.0], np.cumsum(widths) / widths.sum()]) * size


def _line(district: District, axis: int, k: int, lines: Floats) -> shapely.LineString:
    """One arterial through the whole district and a little beyond, with a swing of its own."""
    place = (district.column, district.row)[axis]
    border = {0: place, len(lines) - 1: place + 1}.get(k, 1000 * (place + 1) + k)
    rng = np.random.default_rng([district.seed, 12, axis, border])
    start = (district.row * district.height, district.column * district.width)[axis]
    along = np.arange(start - 300.0, start + (district.height, district.width)[axis] + 300.0 + STEP_M, STEP_M)
    swing = min(95.0, district.width / 40) * np.sin(2 * np.pi * along / rng.uniform(2400, 4200) + rng.uniform(0, 6))
    across = lines[k] + swing
    return shapely.LineString(bend(np.column_stack([across, along] if axis == 0 else [along, across])))


def _river(district: District) -> tuple[list[shapely.LineString], shapely.Polygon, shapely.Polygon]:
    """The roads on the two banks, the water and the corridor between the roads; it runs north to south."""
    rng = np.random.default_rng([district.seed, 13, district.column])
    south = district.row * district.height
    along = np.arange(south - 300.0, south + district.height + 300.0 + STEP_M, STEP_M)
    size = min(1.0, district.width / 6000)
    turns = 300 * np.sin(along / 950 + rng.uniform(0, 6)) + 110 * np.sin(along / 390 + rng.uniform(0, 6))
    middle = (district.column + 0.71) * district.width + size * turns
    half = (22 + 26 * size) * (1 + 0.3 * np.sin(along / 700))
    sides = {w: [bend(np.column_stack([middle + s * (half + w), along])) for s in (-1, 1)] for w in (0.0, 38.0)}
    water, between = (shapely.Polygon(np.vstack([left, right[::-1]])) for left, right in sides.values())
    return [shapely.LineString(side) for side in sides[38.0]], water, between


def _diagonal(district: District) -> shapely.LineString:
    rng = district.rng(14)
    t = np.linspace(0, 1, 200)
    start, end = np.array([rng.uniform(0.02, 0.12), -0.05]), np.array([rng.uniform(0.55, 0.66), 1.05])
    at = start + t[:, None] * (end - start) + np.column_stack([0.03 * np.sin(5 * t), 0.04 * np.sin(4 * t)])
    corner = np.array([district.column * district.width, district.row * district.height])
    return shapely.LineString(bend(corner + at * [district.width, district.height]))


def _bay(district: District) -> shapely.Polygon:
    """Water south of the shore road, with a strip of land between."""
    # A city of one district has open water on both sides; of several, each has its own stretch.
    more = 200.0 if district.tag else 8000.0
    along = np.arange(-more, district.width + more, STEP_M) + district.column * district.width
    shore = -90.0 - 45 * np.sin(along / 640) - 25 * np.sin(along / 170)
    deep = np.full(len(along), -min(1600.0, district.height / 3))
    return shapely.Polygon(bend(np.vstack([np.column_stack([along, shore]), np.column_stack([along, deep])[::-1]])))
