"""The boundary of a zone in words: what is in it by name, the roads that it ends at, and the stricter zones inside it.

Each phrase about units is an address that reads back to exactly the zone's units; where the words cannot be exact (a
circle over a whole city), they say that the map holds.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import shapely

from zoning.addresses.ground import in_shape
from zoning.addresses.index import index_of
from zoning.geometry import cell_centres, cell_polygons
from zoning.hashes import public_id
from zoning.names import SHOWN
from zoning.once import once
from zoning.paper.ground import Atoms, Phrase, atoms_of, compact, name_atoms, name_less
from zoning.paper.sides import Side, roads_beside
from zoning.paper.words import listed, say
from zoning.picture import Language
from zoning.pipeline import Plan

MOST = 80  # phrases: more is no boundary that anybody reads
_LEAST = 8  # characters of a zone's id
_SHORT = 3  # phrases of a stricter zone inside; more are its name
_AREAS = 12  # names of areas that stand for what is too long to list
_ESTATE = "estate"
_OTHER = ("zone_id", "class", "rank", "status", "ground_id", "name", "name_en", "geometry")  # what is told of others
_MORE = re.compile(r" \+(\d+)$")
Zone = Mapping[str, Any]


@dataclass(frozen=True)
class Inner:
    """A stricter zone inside another: what it is called, its class by name, its number on paper."""

    name: str
    of: str
    number: str


@dataclass(frozen=True)
class Boundary:
    """The boundary of a zone in one language.

    `phrases`: what its units are, none where it has no units or they cannot be said; `exact`: the phrases name all of
    its units and no other; `areas`: what they cannot say, by areas; `span`: west, south, east, north in degrees where
    it holds ground that no name tells; `hectares`: its size; `sides`: the roads along it; `inside`: stricter zones.
    """

    phrases: tuple[Phrase, ...]
    exact: bool
    areas: tuple[str, ...]
    span: tuple[float, float, float, float] | None
    hectares: float
    sides: Mapping[Side, tuple[str, ...]]
    inside: tuple[Inner, ...]


def number_of_zone(plan: Plan, zone: Zone) -> str:
    """Return what a zone is called on paper: the letter of its class and the beginning of its public id.

    Parameters
    ----------
    plan : that holds it.
    zone : zone_id, class.

    Returns
    -------
    Such as C-11a40032; as many characters as tell it from every other zone of the plan, eight at least.
    """
    own = public_id(plan.salt, str(zone["zone_id"]))
    size = _sizes(plan.zones, plan.salt).get(own, len(own))
    return f"{plan.policy.classes[zone['class']].letter.en}-{own[:size]}"


@once
def _sizes(zones: pd.DataFrame, salt: str) -> dict[str, int]:
    """How many characters tell each id from its neighbours in order, which are those most like it."""
    ids = sorted(public_id(salt, str(name)) for name in zones["zone_id"])
    like = [next(n for n in range(1, len(a) + 1) if a[:n] != b[:n] or n == len(a)) for a, b in pairwise(ids)]
    both = zip([0, *like], [*like, 0], strict=True)
    return {name: max(_LEAST, *sizes) for name, sizes in zip(ids, both, strict=True)}


@once
def public_ids(zones: pd.DataFrame, salt: str) -> dict[str, str]:
    """Return under which id each zone of a plan is published.

    Parameters
    ----------
    zones : zone_id, aliases.
    salt : of the plan.

    Returns
    -------
    Public id -> id inside; an alias leads to its zone.
    """
    names = list(zip(zones["zone_id"], zones["aliases"], strict=True))
    found = {public_id(salt, alias): str(own) for own, aliases in names for alias in aliases}
    return found | {public_id(salt, str(own)): str(own) for own, _ in names}


def title_of(zone: Zone, language: Language) -> str:
    """Return the name of a zone as a title has it.

    Parameters
    ----------
    zone : name, name_en.
    language : of the two.

    Returns
    -------
    The zone's own name; further units, which the list of zones counts as +2, are counted in words.
    """
    name = str(zone["name"] if language == "zh" else zone["name_en"])
    more = _MORE.search(name)
    head = name[: more.start()] if more else name
    head = compact(head) if language == "zh" else head
    return say("and_more", language, names=head, n=more[1], all=int(more[1]) + SHOWN) if more else head


def describe(plan: Plan, zone: Zone, language: Language) -> Boundary:
    """Put the boundary of a zone into words.

    Parameters
    ----------
    plan : as derived.
    zone : row of its zones.
    language : of the words.

    Returns
    -------
    Boundary.
    """
    atoms, cells = atoms_of(plan, zone["zone_id"])
    area = _area(plan, zone)
    phrases = _of_area(area, atoms, plan, language) if area is not None else name_atoms(atoms, plan, language)
    readable = 0 < len(phrases) <= MOST
    bare = (bool(cells) and area is None) or not readable
    outline = zone["geometry"] if area is None else area["geometry"]
    sided = area is not None or bool(cells) or _holds_estate(atoms, plan)
    return Boundary(
        phrases=tuple(phrases) if readable else (),
        exact=readable or not atoms,
        areas=() if readable else _areas(plan, zone, language),
        span=_span(zone, cells) if bare else None,
        hectares=float(zone["area_m2"]) / 10_000,
        sides=roads_beside(outline, plan.tables["roads"], plan.frame, language) if sided else {},
        inside=tuple(_inside(plan, zone, atoms, outline, language)),
    )


def sentence(boundary: Boundary, language: Language) -> str:
    """Return a boundary as sentences.

    Parameters
    ----------
    boundary : of `describe`.
    language : that it was described in.

    Returns
    -------
    Plain text.
    """
    stop, said = "。" if language == "zh" else ". ", list[str]()
    texts = [phrase.text for phrase in boundary.phrases]
    if texts:
        said.append(("；" if language == "zh" else "; ").join(texts))
    elif boundary.areas:
        said.append(say("in_areas", language, areas=listed(boundary.areas, language)))
    if boundary.span:
        west, south, east, north = (f"{degrees:.4f}" for degrees in boundary.span)
        key = "and_cells" if texts else "cells"
        said.append(say(key, language, west=west, south=south, east=east, north=north, size=_size(boundary.hectares)))
    if boundary.sides:
        ends = [say(f"to_{side}", language, road=listed(roads, language)) for side, roads in boundary.sides.items()]
        said.append("，".join(ends) if language == "zh" else say("bounded", language, roads=listed(ends, language)))
    for of in dict.fromkeys(inner.of for inner in boundary.inside):
        mine = [say("one_inner", language, name=i.name, number=i.number) for i in boundary.inside if i.of == of]
        said.append(say("inner", language, of=of, zones=("；" if language == "zh" else "; ").join(mine)))
    if boundary.span or not boundary.exact:
        said.append(say("map_holds", language))
    return stop.join(said) + stop.rstrip()


def _size(hectares: float) -> str:
    return f"{hectares:,.0f}" if hectares >= 10 else f"{hectares:.1f}"


def _area(plan: Plan, zone: Zone) -> pd.Series | None:
    """The administrative area whose rest a zone is."""
    areas = plan.tables["areas"]
    rows = areas[areas["id"] == zone["ground_id"]] if isinstance(zone["ground_id"], str) else areas.iloc[:0]
    return rows.iloc[0] if len(rows) else None


def _of_area(area: pd.Series, atoms: Atoms, plan: Plan, language: Language) -> list[Phrase]:
    """Name a zone as an area less what is not in it, with what reaches beyond it; nothing where no words are exact."""
    index = index_of(plan)
    held = in_shape(area["geometry"], plan)
    whole = frozenset(row for atom in held if (row := index.atoms.find(atom)) >= 0)
    name = area["name"] if language == "zh" or pd.isna(area["name_en"]) else area["name_en"]
    first = name_less(str(name), whole, atoms & whole, plan, language)
    return [first, *name_atoms(atoms - whole, plan, language)] if first else []


def _holds_estate(atoms: Atoms, plan: Plan) -> bool:
    """Whether a zone holds the ground of an estate, so that roads along it say where it ends."""
    rows = plan.atoms["unit"].to_numpy(np.int64)[sorted(atoms)]
    return bool((plan.units["level"].to_numpy(object)[rows] == _ESTATE).any())


def _areas(plan: Plan, zone: Zone, language: Language) -> tuple[str, ...]:
    """The areas of the finest level that a zone touches few of."""
    areas = plan.tables["areas"]
    touched = areas[shapely.intersects(areas["geometry"].to_numpy(object), zone["geometry"])]
    names = touched["name"] if language == "zh" else touched["name_en"].fillna(touched["name"])
    levels = [names[touched["level"] == level].drop_duplicates().tolist() for level in touched["level"].unique()]
    fits = [found for found in levels if len(found) <= _AREAS]
    return tuple(sorted(fits, key=len)[-1]) if fits else ()


def _span(zone: Zone, cells: Atoms) -> tuple[float, float, float, float]:
    """The degrees between which the ground lies that no name tells."""
    west, south, east, north = shapely.bounds(zone["geometry"]).tolist()
    if not cells:
        return west, south, east, north
    lng, lat = cell_centres(np.array(sorted(cells), np.uint64))
    rim = shapely.bounds(cell_polygons(np.array([min(cells)], np.uint64))[0])
    wide, high = (float(rim[k + 2] - rim[k]) / 2 for k in (0, 1))
    return (
        max(west, float(lng.min()) - wide),
        max(south, float(lat.min()) - high),
        min(east, float(lng.max()) + wide),
        min(north, float(lat.max()) + high),
    )


def _inside(plan: Plan, zone: Zone, atoms: Atoms, outline: shapely.Geometry, language: Language) -> list[Inner]:
    """The stricter zones in the same estates and houses, or within the outline with its holes filled.

    What somebody decided names no zone that nobody decided on.
    """
    zones = pd.DataFrame(plan.zones[list(_OTHER)])
    over = zones["status"].isin(["released", "rejected"])
    open_ = ~over if zone["status"] == "proposed" else ~over & (zones["status"] != "proposed")
    stricter = zones[(zones["rank"] < zone["rank"]) & open_]
    stricter = stricter[shapely.intersects(stricter["geometry"].to_numpy(object), shapely.envelope(outline))]
    parts = shapely.get_parts(outline)
    filled = shapely.union_all(shapely.polygons(shapely.get_exterior_ring(parts[shapely.get_dimensions(parts) == 2])))
    tops, found = _tops(atoms, plan), list[Inner]()
    for other in stricter.to_dict("records"):
        theirs, _ = atoms_of(plan, other["zone_id"])
        point = shapely.point_on_surface(other["geometry"])
        if not (tops & _tops(theirs, plan)) and not filled.covers(point):
            continue
        by_name = zone["ground_id"] is not None or other["ground_id"] is not None
        phrases = [] if by_name else name_atoms(theirs, plan, language)
        name = "；".join(phrase.text for phrase in phrases) if language == "zh" else "; ".join(p.text for p in phrases)
        if not 0 < len(phrases) <= _SHORT:
            name = title_of(other, language)
        of = getattr(plan.policy.classes[other["class"]].names, language)
        found.append(Inner(name, of, number_of_zone(plan, other)))
    return found


def _tops(atoms: Atoms, plan: Plan) -> set[int]:
    """The topmost units that some atoms are in."""
    row, parent = plan.atoms["unit"].to_numpy(np.int64)[sorted(atoms)], plan.units["parent"].to_numpy(np.int64)
    while (climb := parent[row] >= 0).any():
        row = np.where(climb, parent[row], row)
    return set(np.unique(row).tolist())
