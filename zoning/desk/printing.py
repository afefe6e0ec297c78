"""A draft on paper: its map, what it comes to, and the list of what it changes, place by place."""

from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from zoning.clocks import next_midnight
from zoning.desk import NOWHERE, Desk
from zoning.desk.ground import Ground
from zoning.desk.keeping import Draft
from zoning.desk.submitting import groups_of
from zoning.desk.weighing import Tally
from zoning.geometry import Shapes, cell_polygons
from zoning.paper.page import make_page
from zoning.paper.words import safe
from zoning.picture import Language, draw_map, extent
from zoning.plan import Plan
from zoning.times import format_local, zone_info

_WIDTH, _LISTED = 690, 60
_STYLE = ".draft-map svg{width:100%;height:auto;max-height:150mm} .sums td:first-child{text-align:left}"
_SAY: dict[str, tuple[str, str]] = {
    "title": ("划区草稿", "Draft of zones"),
    "by": ("{author}，底稿 r {base}，截至 {at}", "{author}, on r {base}, as of {at}"),
    "not_decided": ("未提交，不生效", "not submitted: it does nothing yet"),
    "what": ("项目", "What"),
    "before": ("底稿", "Base"),
    "after": ("草稿", "Draft"),
    "people": ("分区内人数", "People in zones"),
    "person_days": ("至解除的人·天", "Person-days to lift"),
    "beyond": ("超出规则（人）", "Beyond the rule (people)"),
    "below": ("低于规则（人）", "Below the rule (people)"),
    "list": ("改动清单", "What it changes"),
    "to": ("改为", "Becomes"),
    "ground": ("范围", "Ground"),
    "count": ("处数", "Places"),
    "none": ("不划区", "no zone"),
    "more": ("等 {n} 处", "and {n} more"),
    "cells": ("{n} 格", "{n} cells"),
}


def print_draft(draft: Draft, ground: Ground, desk: Desk, before: Tally, after: Tally, language: Language) -> str:
    """Return a draft as a page.

    Parameters
    ----------
    draft : its row.
    ground, desk : of the draft.
    before, after : sums of the base and of the draft.
    language : of the page.

    Returns
    -------
    HTML that needs nothing else.
    """
    plan = drawn_plan(ground, desk)
    title = f"{_say('title', language)}{'：' if language == 'zh' else ': '}{draft.title or draft.id}"
    at = format_local(pd.Timestamp(draft.as_of), plan.settings.zone, with_year=True)
    inner = (
        f"<h1>{safe(title, language)}</h1><p>{_say('by', language, author=draft.author, base=draft.base, at=at)}</p>"
        f'<div class="draft-map">{_map(plan, ground, desk, language)}</div>'
        f"{_sums(before, after, language)}<h2>{_say('list', language)}</h2>{_list(ground, desk, language)}"
    )
    return make_page([(language, inner)], title, plan, _STYLE, draft=draft.state != "decided")


def _say(key: str, language: Language, **fields: object) -> str:
    text = _SAY[key][0 if language == "zh" else 1]
    return safe(text.format(**fields), language)


def drawn_plan(ground: Ground, desk: Desk) -> Plan:
    """Return the plan with the zones of a draft: those that it touches drawn by their atoms, the others as they were.

    Parameters
    ----------
    ground, desk : of the draft.

    Returns
    -------
    Plan, to be drawn.
    """
    plan = ground.sheet.plan
    touched = {place.zone for place in desk.placed.values() if place.zone}
    touched |= {ground.base.shown[atom].zone for atom in desk.placed if atom in ground.base.shown}
    known = plan.zones.set_index("zone_id")["geometry"]
    begin = pd.Timestamp(next_midnight(plan.as_of, zone_info(plan.settings.zone)))
    rows, shapes = list[dict[str, Any]](), list[shapely.Geometry]()
    table = {row["zone_id"]: row for row in ground.sheet.edited.zones.to_dict("records")}
    for zone, of in desk.zones.items():
        atoms = desk.members.get(zone)
        if not atoms or (zone not in touched and zone not in known.index):
            continue
        blank = dict.fromkeys(ground.sheet.edited.zones, None)
        rank = plan.policy.classes[of.of].rank
        new = {**blank, "zone_id": zone, "class": of.of, "rank": rank, "status": "proposed", "stage": "none"}
        rows.append(table.get(zone, {**new, "clock_from": begin, "name": "", "name_en": ""}))
        shapes.append(outline_of(ground, atoms) if zone in touched or zone not in known.index else known[zone])
    zones = gpd.GeoDataFrame(pd.DataFrame(rows, columns=list(ground.sheet.edited.zones)), geometry=shapes, crs=4326)
    return replace(plan, zones=zones)


def outline_of(ground: Ground, atoms: set[int]) -> shapely.Geometry:
    """Return the outline of atoms: footprints and cells together.

    Parameters
    ----------
    ground : of the draft.
    atoms : numbers.

    Returns
    -------
    Polygon or polygons, WGS84.
    """
    plan, number = ground.sheet.plan, np.array(sorted(atoms), np.uint64)
    unit = number < len(plan.atoms)
    rows = plan.atoms["unit"].to_numpy(np.int64)[number[unit].astype(np.int64)]
    footprints = plan.units["geometry"].to_numpy(object)[rows]
    parts: Shapes = np.concatenate([footprints[shapely.is_geometry(footprints)], cell_polygons(number[~unit])])
    return shapely.union_all(shapely.make_valid(parts))


def _map(plan: Plan, ground: Ground, desk: Desk, language: Language) -> str:
    changed = outline_of(ground, set(desk.placed)) if desk.placed else None
    if changed is None or shapely.is_empty(changed):
        return draw_map(plan, plan.frame, extent([plan]), _WIDTH, language, "d")
    near = plan.zones[shapely.intersects(plan.zones.geometry.to_numpy(), shapely.buffer(changed, 0.001))]
    shapes = np.array([changed, *near.geometry], object)
    west, south, east, north = shapely.total_bounds(plan.frame.to_metres(shapes)).tolist()
    pad = 0.08 * max(east - west, north - south, 200.0)
    box = (west - pad, south - pad, east + pad, north + pad)
    return draw_map(plan, plan.frame, box, _WIDTH, language, "d")


def _sums(before: Tally, after: Tally, language: Language) -> str:
    figures = {
        "people": [sum(tally.people.values()) for tally in (before, after)],
        "person_days": [before.person_days, after.person_days],
        "beyond": [before.beyond[1], after.beyond[1]],
        "below": [before.below[1], after.below[1]],
    }
    rows = [f"<tr><td>{_say(k, language)}</td><td>{a:,.0f}</td><td>{b:,.0f}</td></tr>" for k, (a, b) in figures.items()]
    heads = "".join(f"<th>{_say(key, language)}</th>" for key in ("what", "before", "after"))
    return f'<table class="sums"><thead><tr>{heads}</tr></thead><tbody>{"".join(rows)}</tbody></table>'


def _list(ground: Ground, desk: Desk, language: Language) -> str:
    plan = ground.sheet.plan
    column = "name" if language == "zh" else "name_en"
    names = plan.units[column].where(plan.units[column].notna(), plan.units["name"]).to_numpy(object)
    rows = []
    for place, atoms in groups_of(desk).items():
        of = plan.policy.classes.get(place.of)
        to = _say("none", language) if place == NOWHERE or of is None else safe(getattr(of.names, language), language)
        units = [atom for atom in atoms if atom < len(plan.atoms)]
        said = list(dict.fromkeys(str(names[row]) for row in plan.atoms["unit"].to_numpy(np.int64)[units]))
        text = ("、" if language == "zh" else ", ").join(said[:_LISTED])
        more = _say("more", language, n=len(said) - _LISTED) if len(said) > _LISTED else ""
        cells = _say("cells", language, n=len(atoms) - len(units)) if len(atoms) > len(units) else ""
        ground_words = "；".join(part for part in (safe(text, language) + more, cells) if part)
        rows.append(f'<tr><td>{to}</td><td class="left">{ground_words}</td><td>{len(atoms):,}</td></tr>')
    heads = "".join(f"<th>{_say(key, language)}</th>" for key in ("to", "ground", "count"))
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
