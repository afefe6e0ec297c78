"""A plan as a picture: its zones over the ground, as SVG; colours are the design tokens, by name.

The page or file that holds the picture holds the tokens too, so that it needs nothing else.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
import shapely

from zoning.classes import ZoneClass
from zoning.geometry import Frame, Shapes
from zoning.pipeline import Plan

Language = Literal["zh", "en"]
Box = tuple[float, float, float, float]
TOKENS = Path(__file__).resolve().parent.parent / "assets" / "tokens.css"
WATCH = "post"  # token name of the watch after release, which is a stage and no class of a pack
MARGIN = 0.06
_MAIN = ("motorway", "trunk", "primary", "secondary")
_LINES = (shapely.GeometryType.LINESTRING, shapely.GeometryType.LINEARRING)
_SMALL = 0.1  # pixels a metre: below, side streets are a mesh and outlines are thin
_ROOM = 400.0  # square pixels of a part that has a letter of its own
_MOST = 5000  # of buildings: more are a grey mass, and megabytes
# Hatches and outlines by the place of a class in its pack, the strictest first: drawn in a square of 8.
_HATCHES = (
    '<path d="M0 0L8 8M8 0L0 8"/>',
    '<path d="M-2 2L2 -2M0 8L8 0M6 10L10 6"/>',
    '<path d="M0 4H5"/>',
    '<circle cx="4" cy="4" r=".9"/>',
    '<path d="M0 4H8"/>',
    '<path d="M4 0V8"/>',
    '<path d="M0 0L8 8"/>',
)
_DASHES = ("none", "none", "9 4", "9 3 2 3", "2 4", "12 4", "4 4")
STYLE = """
svg.map{display:block;width:100%;height:auto;background:var(--m-land);font-family:var(--font-ui)}
svg.map .water{fill:var(--m-water)} svg.map .green{fill:var(--m-park)}
svg.map .case{fill:none;stroke:var(--line-2);stroke-linecap:round;stroke-linejoin:round}
svg.map .road{fill:none;stroke:var(--m-road);stroke-linecap:round;stroke-linejoin:round}
svg.map .building{fill:var(--m-bld);stroke:var(--m-bld-line);stroke-width:.5}
svg.map .zone{stroke-linejoin:round} svg.map .halo{fill:none;stroke:var(--m-halo);stroke-linejoin:round}
svg .hatch{fill:none;stroke-width:1;opacity:var(--hatch-opacity)}
svg.map .badge{font-size:11px;font-weight:700;text-anchor:middle}
svg.map .scale{stroke:var(--ink);stroke-width:1.5;fill:none} svg.map .scale-text{font-size:11px;fill:var(--ink)}
"""


@dataclass(frozen=True)
class _Paper:
    """Where metres of the ground are drawn: the box in metres, and pixels a metre."""

    frame: Frame
    box: Box
    scale: float

    def path(self, shapes: Iterable[shapely.Geometry]) -> str:
        """SVG path data of shapes in WGS84, to a tenth of a pixel."""
        rings = _rings(self.frame.to_metres(np.array(list(shapes), object)), 0.3 / self.scale)
        at = np.round(self.at(shapely.get_coordinates(rings)), 1)
        told = [f"{x:g} {y:g}" for x, y in at.tolist()]
        sizes, marks = shapely.get_num_coordinates(rings), np.where(shapely.is_closed(rings), "Z", "")
        ends = np.cumsum(sizes)
        rows = zip((ends - sizes).tolist(), ends.tolist(), marks.tolist(), strict=True)
        return "".join(f"M{'L'.join(told[start:end])}{mark}" for start, end, mark in rows)

    def at(self, metres: np.ndarray) -> Any:
        """Pixels of points in metres, y down."""
        return (metres - [self.box[0], self.box[3]]) * [self.scale, -self.scale]


def _rings(shapes: Shapes, tolerance: float) -> Shapes:
    parts = shapely.get_parts(shapely.simplify(shapes, tolerance))
    parts = parts[~shapely.is_empty(parts)]
    kinds = shapely.get_type_id(parts)
    lines, faces = parts[np.isin(kinds, _LINES)], parts[kinds == shapely.GeometryType.POLYGON]
    return np.concatenate([lines, shapely.get_rings(faces)])


@lru_cache(maxsize=1)
def style_sheet() -> str:
    """Return the design tokens and the rules of the picture, for the page or file that holds it.

    Returns
    -------
    CSS.
    """
    return TOKENS.read_text("utf-8") + STYLE


def extent(plans: Sequence[Plan]) -> Box:
    """Return the ground that pictures of several plans share, so that they can be laid side by side.

    Parameters
    ----------
    plans : of one workspace.

    Returns
    -------
    west, south, east, north in metres of the first plan's frame, with a margin; a square kilometre where no zone is.
    """
    shapes = np.concatenate([shown(plan)["geometry"].to_numpy(object) for plan in plans])
    if not len(shapes):
        return -500.0, -500.0, 500.0, 500.0
    west, south, east, north = shapely.total_bounds(plans[0].frame.to_metres(shapes))
    pad = MARGIN * max(east - west, north - south, 100.0)
    return float(west - pad), float(south - pad), float(east + pad), float(north + pad)


def shown(plan: Plan) -> pd.DataFrame:
    """Return the zones that a picture shows: not the rejected, nor the released unless they are watched.

    Parameters
    ----------
    plan : as derived.

    Returns
    -------
    Rows of `plan.zones`, the mildest first.
    """
    zones = plan.zones
    gone = zones["status"].isin(["rejected", "released"]) & (zones["stage"] != "post_release")
    return zones[~gone].sort_values(["rank", "zone_id"], ascending=[False, True], ignore_index=True)


def draw_map(plan: Plan, frame: Frame, box: Box, width: int, language: Language, key: str, bar: bool = True) -> str:
    """Draw a plan.

    Parameters
    ----------
    plan : as derived.
    frame : plane of the box.
    box : west, south, east, north in metres of the frame, of `extent`.
    width : pixels.
    language : of names and letters.
    key : word that no other picture of the page has, for the names of its hatches.
    bar : draw a scale bar.

    Returns
    -------
    An <svg> element of class `map`; it needs `style_sheet` beside it.
    """
    paper = _Paper(frame, box, width / (box[2] - box[0]))
    height = round((box[3] - box[1]) * paper.scale)
    inside = shapely.box(0, 0, width, height)
    parts = [*_ground(plan, paper), *_zones(plan, paper, language, key, inside)]
    parts += _scale(paper, height) if bar else []
    return (
        f'<svg class="map" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="img"><defs>{hatches(plan, key)}</defs>{"".join(parts)}</svg>'
    )


def hatches(plan: Plan, key: str) -> str:
    """Return the hatch of each class of a plan as SVG patterns, named `<key>-<token name>`.

    Parameters
    ----------
    plan : as derived.
    key : as given to `draw_map`.

    Returns
    -------
    SVG <pattern> elements.
    """
    return "".join(
        f'<pattern id="{key}-{style}" width="8" height="8" patternUnits="userSpaceOnUse">'
        f'<g class="hatch" stroke="var(--zone-{style}-line)">{_HATCHES[at]}</g></pattern>'
        for style, at in _looks(plan).items()
    )


def dash(plan: Plan, style: str) -> str:
    """Return how the outline of a class is dashed.

    Parameters
    ----------
    plan : as derived.
    style : token name of one of its classes, or WATCH.

    Returns
    -------
    A value of stroke-dasharray.
    """
    return _DASHES[_looks(plan)[style]]


def _looks(plan: Plan) -> dict[str, int]:
    """The place of each token name among the hatches and outlines."""
    styles = dict.fromkeys([*(of.style for of in _classes(plan)), WATCH])
    return {style: min(at, len(_HATCHES) - 1) for at, style in enumerate(styles)}


def _classes(plan: Plan) -> list[ZoneClass]:
    return sorted(plan.policy.classes.values(), key=lambda of: of.rank)


def _ground(plan: Plan, paper: _Paper) -> Iterable[str]:
    box = shapely.box(*paper.box)
    tables = {kind: _near(plan.tables[kind], paper, box) for kind in ("water", "green", "roads", "buildings")}
    for kind in ("water", "green"):
        yield f'<path class="{kind}" fill-rule="evenodd" d="{paper.path(tables[kind]["geometry"])}"/>'
    main = tables["roads"]["kind"].isin(_MAIN)
    lines = [(tables["roads"][~main], 7.0, 4.0), (tables["roads"][main], 14.0, 9.0)][paper.scale < _SMALL :]
    widths = [min(max(metres * paper.scale, 0.4), most) for _, metres, most in lines]
    for name, more in (("case", 1.6), ("road", 0.0)):
        for (rows, _, _), wide in zip(lines, widths, strict=True):
            yield f'<path class="{name}" stroke-width="{wide + more:.1f}" d="{paper.path(rows["geometry"])}"/>'
    if len(tables["buildings"]) <= _MOST:
        yield f'<path class="building" fill-rule="evenodd" d="{paper.path(tables["buildings"]["geometry"])}"/>'


def _near(table: pd.DataFrame, paper: _Paper, box: shapely.Geometry) -> pd.DataFrame:
    shapes = table["geometry"].to_numpy(object)
    return table[shapely.intersects(paper.frame.to_metres(shapes), box)] if len(table) else table


def _zones(plan: Plan, paper: _Paper, language: Language, key: str, inside: shapely.Geometry) -> Iterable[str]:
    rows = pd.DataFrame(shown(plan))[["class", "rank", "stage", "name", "name_en", "geometry"]].to_dict("records")
    badges, taken = list[str](), list[shapely.Geometry]()
    wide = 2.2 if paper.scale >= _SMALL else 1.0
    for zone in rows:
        of, data = plan.policy.classes[zone["class"]], paper.path([zone["geometry"]])
        look = WATCH if zone["stage"] == "post_release" else of.style
        name = zone["name_en"] if language == "en" else zone["name"]
        told = escape(f"{name} · {getattr(of.names, language)}")
        yield f'<g class="zone"><title>{told}</title><path class="halo" stroke-width="{wide + 2}" d="{data}"/>'
        yield f'<path fill="var(--zone-{look}-fill)" fill-rule="evenodd" d="{data}"/>'
        yield (
            f'<path fill="url(#{key}-{look})" fill-rule="evenodd" stroke="var(--zone-{look}-line)" '
            f'stroke-width="{wide}" stroke-dasharray="{dash(plan, look)}" d="{data}"/></g>'
        )
    for zone in sorted(rows, key=lambda row: row["rank"]):
        of = plan.policy.classes[zone["class"]]
        badges += _badge(zone, of, getattr(of.letter, language), paper, taken, inside)
    yield from badges


def _badge(
    zone: Mapping[Any, Any], of: ZoneClass, letter: str, paper: _Paper, taken: list[shapely.Geometry], inside: Any
) -> list[str]:
    """Return the letter of a zone on each of its parts where there is room for it, the largest even if small."""
    look, marks = WATCH if zone["stage"] == "post_release" else of.style, list[str]()
    parts = shapely.get_parts(paper.frame.to_metres(zone["geometry"]))
    for part in parts[np.argsort(-shapely.area(parts))]:
        x, y = paper.at(shapely.get_coordinates(shapely.point_on_surface(part)))[0]
        box = shapely.box(x - 9, y - 9, x + 9, y + 9)
        small = marks and shapely.area(part) * paper.scale**2 < _ROOM
        if small or not inside.covers(box) or any(box.intersects(other) for other in taken):
            continue
        taken.append(box)
        marks.append(
            f'<rect x="{x - 8:.1f}" y="{y - 8:.1f}" width="16" height="16" rx="{2 if of.rank == 1 else 5}" '
            f'fill="var(--zone-{look}-solid)" stroke="var(--m-halo)"/>'
            f'<text class="badge" x="{x:.1f}" y="{y + 4:.1f}" fill="var(--zone-{look}-on)">{escape(letter)}</text>'
        )
    return marks


def _scale(paper: _Paper, height: int) -> list[str]:
    """Return a scale bar of a round length, at most a fifth of the picture."""
    most = (paper.box[2] - paper.box[0]) / 5
    ten = 10.0 ** np.floor(np.log10(most))
    length = next(n * ten for n in (5, 2, 1) if n * ten <= most)
    px, y = length * paper.scale, height - 12
    text = f"{length / 1000:g} km" if length >= 1000 else f"{length:g} m"
    return [
        f'<path class="scale" d="M12 {y - 5}V{y}H{12 + px:.1f}V{y - 5}"/>',
        f'<text class="scale-text" x="{18 + px:.1f}" y="{y + 1}">{text}</text>',
    ]
