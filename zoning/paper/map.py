"""The map of a notice: the zone in the middle, its neighbours, names, numbered entrances, sites, scale and north."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import shapely

from zoning.geometry import Shapes
from zoning.once import once
from zoning.paper.entrances import KEPT, Entrance
from zoning.paper.labels import Labels
from zoning.paper.words import safe, say
from zoning.picture import Box, Language, draw_map
from zoning.pipeline import Plan

WIDTH = 688  # pixels, the text width of the page
LEAST_M = 180.0  # across the map: less is no map that anybody finds a place on
SITES = ("sampling", "supply", "clinic")
_ROOM = 0.82  # of the map, that the zone may take up
_GROUND = ("water", "green", "roads", "buildings", "estates", "sites")
_SHOWN = ("zone_id", "class", "rank", "status", "stage", "name", "name_en")  # columns of zones that a map needs
_MANY = 12  # closed entrances
_MOST = 120  # buildings whose number is written
_BADGE = re.compile(r'<rect x="([-\d.]+)" y="([-\d.]+)" width="16" height="16"')
STYLE = """
.map-box{position:relative;overflow:hidden;border:1.5px solid #000;background:var(--m-land)}
.map-box svg.map{position:absolute;inset:0;width:100%;height:100%}
.map-box .north{position:absolute;right:6px;top:6px;width:26px;height:34px;background:rgb(255 255 255 / .85)}
svg .chosen{fill:none;stroke:#000;stroke-width:3;stroke-linejoin:round}
svg .chosen-halo{fill:none;stroke:#fff;stroke-width:6;stroke-linejoin:round;opacity:.8}
svg .name{paint-order:stroke;stroke:#fff;stroke-width:3px;stroke-linejoin:round;fill:#16201d;text-anchor:middle}
svg .gate{font:700 10px var(--font-ui);text-anchor:middle}
"""
Zone = Mapping[str, Any]


@dataclass(frozen=True)
class Drawn:
    """A map as HTML, and the metres that its width stands for."""

    html: str
    metres: float


def draw_zone(
    plan: Plan,
    zone: Zone,
    entrances: Sequence[Entrance],
    language: Language,
    height: int,
    key: str,
    every: bool = False,
) -> Drawn:
    """Draw a zone with what is around it.

    Parameters
    ----------
    plan : as derived; of a zone that somebody decided on, only zones that were decided on are shown.
    zone : row of its zones.
    entrances : of the zone; each is drawn with its number.
    language : of names and letters.
    height : pixels; the map is as wide as the text of a page.
    key : word that no other map of the page has.
    every : write every entrance's number, however many there are.

    Returns
    -------
    Drawn; its HTML needs `picture.style_sheet` and STYLE beside it.
    """
    box = _box(plan, zone, height)
    near = _near(plan, zone, box)
    base = draw_map(near, plan.frame, box, WIDTH, language, key, bar=False)
    paper = Labels(plan.frame, box, WIDTH / (box[2] - box[0]), WIDTH, height, language)
    paper.take(WIDTH - 19, 23, 30, 40)
    for x, y in _BADGE.findall(base):
        paper.take(float(x) + 8, float(y) + 8, 18, 18)
    outline = paper.path(zone["geometry"])
    parts = [f'<path class="chosen-halo" d="{outline}"/><path class="chosen" d="{outline}"/>']
    parts += [
        *_gates(paper, entrances, every),
        *_sites(paper, near.tables["sites"], language),
        *_names(paper, near, zone),
    ]
    over = (
        f'<svg class="map" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'style="background:none" aria-hidden="true">{"".join(parts)}</svg>'
    )
    return Drawn(base + over + _north(language), box[2] - box[0])


def _box(plan: Plan, zone: Zone, height: int) -> Box:
    """The ground of the map: the zone with some room around it."""
    west, south, east, north = shapely.bounds(plan.frame.to_metres(zone["geometry"])).tolist()
    across = max((east - west) / _ROOM, (north - south) / _ROOM * WIDTH / height, LEAST_M)
    x, y, up = (west + east) / 2, (south + north) / 2, across * height / WIDTH
    return x - across / 2, y - up / 2, x + across / 2, y + up / 2


def _near(plan: Plan, zone: Zone, box: Box) -> Plan:
    """The plan with only what is on the map; outlines are cut a little outside it."""
    rim = (box[2] - box[0]) * 0.05
    wide_box = shapely.box(box[0] - rim, box[1] - rim, box[2] + rim, box[3] + rim)
    ground = shapely.bounds(plan.frame.to_degrees(wide_box))
    trees = _trees(*(plan.tables[kind] for kind in _GROUND))
    tables = dict(plan.tables)
    for kind, tree in zip(_GROUND, trees, strict=True):
        tables[kind] = plan.tables[kind].iloc[np.sort(tree.query(shapely.box(*ground)))]
    zones = plan.zones[[*_SHOWN, "geometry"]]
    if zone["status"] != "proposed":
        zones = zones[(zones["status"] != "proposed") | (zones["zone_id"] == zone["zone_id"])]
    zones = zones[shapely.intersects(zones["geometry"].to_numpy(object), shapely.box(*ground))]
    cut = shapely.clip_by_rect(zones["geometry"].to_numpy(object), *ground)
    return replace(plan, tables=tables, zones=zones.set_geometry(cut, crs=zones.crs))


@once
def _trees(*tables: pd.DataFrame) -> list[shapely.STRtree]:
    return [shapely.STRtree(np.asarray(table["geometry"], object)) for table in tables]


def _gates(paper: Labels, entrances: Sequence[Entrance], every: bool) -> Iterator[str]:
    """An open entrance is a ring, a closed one a bar, a crossing that is watched a rhombus; each has its number.

    Where closed ones are many they are small bars without numbers, so that the open ones are found.
    """
    many = not every and sum(e.act not in KEPT for e in entrances) > _MANY
    points = shapely.points([e.lng for e in entrances], [e.lat for e in entrances])
    order = sorted(zip(entrances, paper.at(points).tolist(), strict=True), key=lambda pair: pair[0].act in KEPT)
    for entrance, (x, y) in order:
        small = many and entrance.act not in KEPT
        paper.take(x, y, *((9, 6) if small else (18, 18)))
        yield gate_mark(entrance.act, x, y, "" if small else str(entrance.number))


def gate_mark(act: str, x: float, y: float, number: str) -> str:
    """Return the sign of an entrance.

    Parameters
    ----------
    act : of `Entrance`.
    x, y : pixels of its middle.
    number : written in it; none makes it small.

    Returns
    -------
    SVG elements.
    """
    big = 1.0 if number else 0.5
    ink, text = "#000", ""
    if act in KEPT:
        mark = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{8 * big:g}" fill="#fff" stroke="#000" stroke-width="2"/>'
    elif act == "check":
        r = 9 * big
        corners = f"M{x - r:.1f} {y:.1f}L{x:.1f} {y - r:.1f}L{x + r:.1f} {y:.1f}L{x:.1f} {y + r:.1f}Z"
        mark = f'<path d="{corners}" fill="#fff" stroke="#000" stroke-width="1.5"/>'
    else:
        w, h, ink = 20 * big, 13 * big, "#fff"
        mark = f'<rect x="{x - w / 2:.1f}" y="{y - h / 2:.1f}" width="{w:g}" height="{h:g}" stroke="#fff"/>'
    if number:
        text = f'<text class="gate" x="{x:.1f}" y="{y + 3.6:.1f}" fill="{ink}">{number}</text>'
    return mark + text


def _sites(paper: Labels, sites: pd.DataFrame, language: Language) -> Iterator[str]:
    rows = sites[sites["kind"].isin(SITES)]
    for kind, (x, y) in zip(rows["kind"], paper.at(rows["geometry"].to_numpy(object)).tolist(), strict=True):
        if paper.take(x, y, 17, 17):
            yield site_mark(kind, language, x - 8, y - 8)


def site_mark(kind: str, language: Language, x: float = 0, y: float = 0) -> str:
    """Return the sign of a kind of site.

    Parameters
    ----------
    kind : one of SITES.
    language : of its letter.
    x, y : pixels of its upper left corner; it is 16 wide and high.

    Returns
    -------
    SVG elements.
    """
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="16" height="16" rx="3" fill="var(--site-plate)" stroke="#fff"/>'
        f'<text class="gate" x="{x + 8:.1f}" y="{y + 11.6:.1f}" fill="var(--site-on)">'
        f"{say(f'letter_{kind}', language)}</text>"
    )


def _names(paper: Labels, near: Plan, zone: Zone) -> Iterator[str]:
    """Write the names of estates, then of roads, then the numbers of the zone's buildings, where there is room."""
    english = paper.language == "en"
    estates, roads, buildings = (near.tables[kind] for kind in ("estates", "roads", "buildings"))
    names = [_named(table, english) for table in (estates, roads, buildings)]
    shapes = [np.asarray(paper.frame.to_metres(_shapes(table)), object) for table in (estates, roads, buildings)]
    for name, shape in zip(names[0], shapes[0], strict=True):
        if name:
            yield from paper.write(name, shape, 12, 700)
    order = np.argsort(-shapely.length(_shapes(roads)), kind="stable")
    done = set[str]()
    for row in order.tolist():
        if names[1][row] and names[1][row] not in done:
            text = list(paper.along(names[1][row], shapes[1][row], 11))
            done |= {names[1][row]} if text else set()
            yield from text
    inside = shapely.intersects(shapely.point_on_surface(_shapes(buildings)), zone["geometry"])
    if inside.sum() <= _MOST:
        for row in np.flatnonzero(inside).tolist():
            yield from paper.number(_own(names[2][row], names[0]), shapes[2][row], 10)


def _shapes(table: pd.DataFrame) -> Shapes:
    return np.asarray(table["geometry"], object)


def _named(table: pd.DataFrame, english: bool) -> list[str]:
    names = table["name_en"].fillna(table["name"]) if english else table["name"]
    return [str(name) for name in names.fillna("")]


def _own(name: str, estates: list[str]) -> str:
    """What of a building's name is its own: 3栋 of 临水花园3栋."""
    head = max((e for e in estates if e and name.startswith(e)), key=len, default="")
    return name.removeprefix(head).strip()


def _north(language: Language) -> str:
    return (
        '<svg class="north" viewBox="0 0 26 34" aria-hidden="true"><path d="M13 2L19 17L13 13.500L7 17Z"/>'
        f'<text x="13" y="31" font-size="13" font-weight="700" text-anchor="middle">{say("north", language)}</text>'
        "</svg>"
    )


def scale_bar(metres: float, language: Language) -> str:
    """Return a scale bar of a round length for a map that is as wide as the text.

    Parameters
    ----------
    metres : that the width of the map stands for.
    language : of the unit.

    Returns
    -------
    HTML: the length, and a bar.
    """
    ten = 10.0 ** np.floor(np.log10(metres / 6))
    length = next(n * ten for n in (5, 2, 1) if n * ten <= metres / 6)
    unit = f"{length / 1000:g} km" if length >= 1000 else f"{length:g} m"
    told = safe(unit.replace("km", "公里").replace("m", "米") if language == "zh" else unit, language)
    return f'<span class="scale">{told}<i style="width:{WIDTH * length / metres:.1f}px"></i></span>'
