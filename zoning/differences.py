"""What changed between two plans: two dates, two times of knowing, or two packs; and which fact or decision did it.

A zone that is found by an alias is the same zone. A zone that is released or rejected holds no ground.
"""

from collections.abc import Iterator
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from zoning.export.changes import Form, write_changes
from zoning.geometry import Shapes, cell_polygons, text_to_cells
from zoning.matching import Match, Zone, match_zones, names_of, open_of
from zoning.news import News, find_news, tell
from zoning.pipeline import Plan

CHANGES = ("opened", "lifted", "ended", "merged", "split", "class", "grown", "shrunk", "status", "dates")
_COLUMNS = (
    *("change", "zone_id", "was", "name", "name_en", "class_before", "class_after", "rank_before", "rank"),
    *("status_before", "status_after", "stage_before", "stage_after", "start_before", "start_after"),
    *("lift_before", "lift_after", "people_before", "people_after", "atoms_added", "atoms_removed"),
    *("because", "because_zh", "because_en", "geometry"),
)
_TEXTS = ("was", "class_before", "class_after", "status_before", "status_after", "stage_before", "stage_after")
_DATES = (
    *("delineated_at", "in_force_from", "earliest_lift_at"),
    *("class_since", "clock_from", "lift_from", "hold_until", "watch_until"),
)
_SLIVER_M2 = 1.0  # what the overlay of two outlines of one edge leaves behind is no ground


def compare_plans(before: Plan, after: Plan, decisions: pd.DataFrame | None = None) -> gpd.GeoDataFrame:
    """List what changed from one plan to another.

    Parameters
    ----------
    before, after : plans of one workspace, of any two dates, times of knowing or packs.
    decisions : of the state that knows more, in recorded order; None names no decision.

    Returns
    -------
    One row a zone and change, by change (in the order of CHANGES), rank and id; none where the plans say the same.
    change : opened; lifted (released), ended (rejected, or nothing holds it any more); merged: `was` goes on in it;
    split: it comes from `was`; class; grown, shrunk; status (or stage); dates.
    zone_id, was (its earlier id, if another), name, name_en, class_before, class_after, rank_before (NaN: it held no
    ground), rank (of the later class, or the last).
    status_before, status_after, stage_before, stage_after; start_before, start_after (in force from), lift_before,
    lift_after (earliest; UTC). people_before, people_after : of the zone; 0 where it is not there, NaN: not known.
    atoms_added, atoms_removed : atom ids; of a zone that opened or ended, all of its.
    because : ids of facts and of decision events; because_zh, because_en : the same as counts, naming no fact.
    geometry : the ground that changed; where only status or dates did, the zone's (WGS84).
    """
    match, news = match_zones(before, after, decisions), find_news(before, after, decisions)
    table = pd.DataFrame([*_ends(match, news), *_pairs(match, news), *_moves(match, news)], columns=list(_COLUMNS))
    for name in ("start_before", "start_after", "lift_before", "lift_after"):
        table[name] = pd.to_datetime(table[name], utc=True).astype("datetime64[us, UTC]")
    table = table.astype({"rank": "int64", "rank_before": "float64", **dict.fromkeys(_TEXTS, "str")})
    order = pd.Categorical(table["change"], CHANGES, ordered=True).codes
    table = table.assign(order=order).sort_values(["order", "rank", "zone_id", "was"], ignore_index=True)
    return gpd.GeoDataFrame(table.drop(columns="order"), geometry="geometry", crs="EPSG:4326")


def changes_as_file(changes: pd.DataFrame, form: Form, plan: Plan) -> bytes:
    """Return a list of changes as a file that may leave: it names no fact, case or person.

    Parameters
    ----------
    changes : of `compare_plans`.
    form : .geojson or .csv.
    plan : the later plan, whose time zone the times are written in.

    Returns
    -------
    Bytes of the file.
    """
    return write_changes(form, changes, plan.settings)


def _ends(match: Match, news: News) -> Iterator[tuple[Any, ...]]:
    """Yield the zones that opened, and those that hold no ground any more."""
    held = [side.member.groupby("row").groups for side in (match.before, match.after)]
    for i, zone in enumerate(match.before.zones):
        if not match.before.open[i] or open_of(match, i, later=True):
            continue
        after = next((match.after.zones[j] for j in match.later.get(i, [])), None)
        lifted = after is not None and after["status"] == "released"
        atoms = held[0].get(i, ())
        facts, names, strokes = _reasons(match, pd.Index(atoms))
        names |= {*names_of(zone), *(names_of(after) if after else ())}
        why = tell(news, facts | set(zone["fact_ids"]), names, strokes)
        told = {"status": after["status"], "stage": after["stage"]} if after else None
        yield _row("lifted" if lifted else "ended", zone, told, why, zone["geometry"], (), atoms)
    for j, zone in enumerate(match.after.zones):
        if not match.after.open[j] or open_of(match, j, later=False):
            continue
        before = next((match.before.zones[i] for i in match.earlier.get(j, [])), None)
        atoms = held[1].get(j, ())
        told = {"status": before["status"], "stage": before["stage"]} if before else None
        yield _row("opened", told, zone, tell(news, zone["fact_ids"], names_of(zone)), zone["geometry"], atoms, ())


def _pairs(match: Match, news: News) -> Iterator[tuple[Any, ...]]:
    """Yield what is another than it was of the zones that are in both plans."""
    for i, rows in match.later.items():
        for j in rows:
            was, now = match.before.zones[i], match.after.zones[j]
            held = match.before.open[i], match.after.open[j]
            why = tell(news, {*was["fact_ids"], *now["fact_ids"]}, {*names_of(was), *names_of(now)})
            mine = held == (True, True)
            goes_on = rows[0] == j and match.earlier[j][0] == i
            if mine and was["class"] != now["class"]:
                yield _row("class", was, now, why, _shared(was, now))
            elif mine and not goes_on:
                yield _row("merged" if match.earlier[j][0] != i else "split", was, now, why, _shared(was, now))
            if not goes_on or held[0] != held[1]:
                continue
            if (was["status"], was["stage"]) != (now["status"], now["stage"]):
                yield _row("status", was, now, why, now["geometry"])
            if mine and _moved_dates(was, now):
                yield _row("dates", was, now, why, now["geometry"])


def _moved_dates(was: Zone, now: Zone) -> bool:
    """Whether a date is another; one that comes with a decision is told by the change of status."""
    pairs = [(was[name], now[name]) for name in _DATES if name in was and name in now]
    decided = (was["status"], was["stage"]) != (now["status"], now["stage"])
    told = [(one, other) for one, other in pairs if not (pd.isna(one) and pd.isna(other))]
    return any(one != other and not (decided and (pd.isna(one) or pd.isna(other))) for one, other in told)


def _moves(match: Match, news: News) -> Iterator[tuple[Any, ...]]:
    """Yield the zones that grew or shrank, by the atoms that changed hands."""
    for change, column in (("grown", "b"), ("shrunk", "a")):
        grown = change == "grown"
        side, other = (match.after, match.before) if grown else (match.before, match.after)
        for row, moved in match.moved[match.moved[column] >= 0].groupby(column):
            partners = open_of(match, int(row), later=not grown)
            if not partners:
                continue
            mine, atoms = side.zones[int(row)], pd.Index(moved["atom_id"])
            others = [other.zones[k] for k in partners]
            ground = _less(mine["geometry"], [zone["geometry"] for zone in others], side.plan)
            if ground.is_empty:
                ground = _footprints(atoms, side.plan)
            was, now = (others[0], mine) if grown else (mine, others[0])
            gained, lost = (atoms, ()) if grown else ((), atoms)
            yield _row(change, was, now, tell(news, *_reasons(match, atoms)), ground, gained, lost)


def _reasons(match: Match, atoms: pd.Index) -> tuple[set[str], set[str], set[str]]:
    """Return the facts, the zones that were decided on and the strokes that moved atoms.

    Ground turns stricter for what puts it there now, milder for what held it before: facts, or the end of its zone; and
    as strict as it was, or more so, for what made its zone of now another class.
    """
    was, now = (side.member.reindex(atoms) for side in (match.before, match.after))
    ranks = [side["rank"].astype("float64").fillna(np.inf) for side in (was, now)]
    stricter, milder = ranks[1] < ranks[0], ranks[1] > ranks[0]
    facts = set().union(*was.loc[~stricter, "fact_ids"].dropna(), *now.loc[~milder, "fact_ids"].dropna())
    left, come = was.loc[milder, "row"].dropna().unique(), now.loc[~milder, "row"].dropna().unique()
    zones = [match.before.zones[int(i)] for i in left if not _goes_on_as_it_was(match, int(i))]
    zones += [match.after.zones[int(j)] for j in come if _turned(match, int(j))]
    names = {name for zone in zones for name in names_of(zone)}
    strokes = [set(side["stroke"].dropna()) if "stroke" in side else set() for side in (was, now)]
    return facts, names, strokes[0] ^ strokes[1]


def _goes_on_as_it_was(match: Match, row: int) -> bool:
    open_ = open_of(match, row, later=True)
    return bool(open_) and match.after.zones[open_[0]]["class"] == match.before.zones[row]["class"]


def _turned(match: Match, row: int) -> bool:
    open_ = open_of(match, row, later=False)
    return bool(open_) and match.before.zones[open_[0]]["class"] != match.after.zones[row]["class"]


def _shared(was: Zone, now: Zone) -> shapely.Geometry:
    ground = shapely.intersection(was["geometry"], now["geometry"])
    return now["geometry"] if ground.area == 0 else ground


def _less(shape: shapely.Geometry, others: list[shapely.Geometry], plan: Plan) -> shapely.Geometry:
    parts = shapely.get_parts(shapely.difference(shape, shapely.union_all(others)))
    parts = parts[shapely.get_dimensions(parts) == 2]
    kept = parts[shapely.area(plan.frame.to_metres(parts)) >= _SLIVER_M2] if len(parts) else parts
    return shapely.multipolygons(kept)


def _footprints(atoms: pd.Index, plan: Plan) -> shapely.Geometry:
    """Return the footprints of atoms whose change no outline shows: floors of one building, a unit without one."""
    rows = plan.atoms.loc[plan.atoms["atom_id"].isin(atoms), "unit"].to_numpy(np.int64)
    cells = text_to_cells(sorted(set(atoms) - set(plan.atoms["atom_id"])))
    shapes: Shapes = np.concatenate([plan.units["geometry"].to_numpy(object)[rows], cell_polygons(cells)])
    return shapely.union_all([shape for shape in shapes if shape is not None])


def _row(
    change: str,
    was: Zone | None,
    now: Zone | None,
    why: tuple[list[str], str, str],
    ground: shapely.Geometry,
    added: Any = (),
    removed: Any = (),
) -> tuple[Any, ...]:
    """Return one row of the table; a side that holds no ground gives only its status."""
    one, other = was or {}, now or {}
    zone = other if "zone_id" in other else one
    was_id = one.get("zone_id")
    told = [side.get(c) for c in ("status", "stage", "in_force_from", "earliest_lift_at") for side in (one, other)]
    people = [side["people"] if "zone_id" in side else 0.0 for side in (one, other)]
    return (
        *(change, zone["zone_id"], was_id if was_id not in (None, zone["zone_id"]) else None),
        *(zone["name"], zone["name_en"], one.get("class"), other.get("class"), one.get("rank"), zone["rank"]),
        *(*told, *people, sorted(added), sorted(removed), *why, ground),
    )
