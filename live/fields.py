"""Every published field of every file, and every column behind them: may it leave, and why. Nothing else is published.

A path names what is inside a file: `.` a key, `[]` the items of a list, `*` any key. `public`: as it is;
`public-coarse`: rounded, cut to a day or floored; `never`: stays inside. A test holds real snapshots to this table.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

Level = Literal["public", "public-coarse", "never"]


@dataclass(frozen=True)
class Field:
    """Whether something may leave, and why."""

    level: Level
    reason: str


def _public(reason: str, *paths: str) -> dict[str, Field]:
    return dict.fromkeys(paths, Field("public", reason))


def _coarse(reason: str, *paths: str) -> dict[str, Field]:
    return dict.fromkeys(paths, Field("public-coarse", reason))


def _never(reason: str, *paths: str) -> dict[str, Field]:
    return dict.fromkeys(paths, Field("never", reason))


_HEAD = _public("form of the file, and the moment and time zone of the plan", "format", "as_of", "time_zone")
_GROUND = "public geography, on any map"
_DECIDED = "what was decided, as on the posted notice"
_KEYED = "keyed with the workspace's secret, so that no fact can be guessed from it"
_FLOOR = "a floor of 5, or a sum of such floors: nothing under 5 can be told from it"

ZONE: dict[str, Field] = {
    **_public(_KEYED, "id", "number"),
    **_public(_KEYED + "; only ids that were published before, since all would count causes", "aliases[]"),
    **_public(_DECIDED, "kind", "class", "look", "rank", "name", "name_en", "typed[]", "notice"),
    **_public(_DECIDED + "; decided dates", "shown_until", "in_force_from", "hold_until", "ended_at", "watch_until"),
    **_public("what the posted calendar says", "earliest_lift_at", "day_one", "test_dates[]", "phases[].*"),
    **_coarse("the day only: its minute may be that of a report", "decided_on", "shown_from"),
    **_coarse("residents of the ground, whole people; nothing of anybody's health", "people"),
    **_coarse("whole square metres", "area_m2"),
    **_public("ids of the pack's rules, without how many causes", "rules[]"),
    **_public(_GROUND, "area", "at[]", "box[]", "outline"),
}
_POINT = _public(_GROUND, "features[].geometry.type", "features[].geometry.coordinates[]")
_GEOJSON = {
    **_public("form of the file", "type", "features[].type"),
    **_public(_GROUND, "bbox[]", "features[].geometry.type", "features[].geometry.coordinates[]"),
}


def _inside(prefix: str, fields: dict[str, Field]) -> dict[str, Field]:
    return {prefix + path: field for path, field in fields.items()}


_GATE = {
    **_public(_KEYED, "id", "zone"),
    **_public("which entrances are open, as on the notice", "kind", "name", "open"),
}
_SITE = {
    **_public(_GROUND + ": clinics, sampling points and the like", "id", "kind", "name", "name_en"),
    **_public("the nearest site of a zone", "zones[].*"),
}
_CHANGE = (
    *("change", "id", "number", "name", "name_en", "area", "at[]", "box[]", "from"),
    *(f"{key}_{when}" for key in ("class", "kind", "look") for when in ("before", "after")),
)
PUBLISHED: dict[str, dict[str, Field]] = {
    "current.json": {
        **_public("which snapshot is current, since when", "format", "seq", "snapshot", "published_at", "withdrew_at"),
        **_public("typed for everybody; the command says so", "note"),
        **_public(_KEYED, "source"),
    },
    "history.json": {
        **_public("what was published when", "format", "publications[].seq", "publications[].snapshot"),
        **_public("what was published when", "publications[].published_at", "publications[].withdrawn_at"),
        **_public("what was published when", "publications[].withdrawn_seq"),
        **_public("the moment of the plan", "publications[].as_of"),
        **_public("typed for everybody; the command says so", "publications[].note"),
    },
    "manifest.json": {**_HEAD, **_public("names, sizes and hashes of the files", "files[].*")},
    "list.json": {
        **_HEAD,
        **_public("settings for the public: who issues notices and where to call", "title", "issuer.*", "hotline"),
        **_public("the pack's classes and rules", "classes[].*", "classes[].letter.*", "classes[].names.*"),
        **_public("the pack's classes and rules", "rules.*.cite", "rules.*.grade"),
        **_public(_GROUND, "areas[].*", "areas[].box[]"),
        **_inside("zones[].", ZONE),
    },
    "zones.geojson": {**_GEOJSON, **_inside("features[].properties.", ZONE)},
    "zones.parquet": {**ZONE, **_public(_GROUND, "geometry")},
    "zones.pmtiles": {
        **_inside("zones.", {k: v for k, v in ZONE.items() if "[" not in k}),
        **_inside("zone_points.", {k: v for k, v in ZONE.items() if "[" not in k}),
    },
    "ground.pmtiles": _public(_GROUND + "; without ids, and without places, which may be those of cases", "*.name",
                              "*.name_en", "*.kind", "*.level"),
    "gates.geojson": {**_GEOJSON, **_inside("features[].properties.", _GATE)},
    "sites.geojson": {**_GEOJSON, **_inside("features[].properties.", _SITE)},
    "days.json": {
        **_HEAD,
        **_public("the step of the floors", "k"),
        **_public(_KEYED, "rounds[].zone", "done[].zone"),
        **_public("what the posted calendar says", "rounds[].day", "rounds[].date", "rounds[].phase"),
        **_coarse("residents of the ground, whole people", "rounds[].people_due"),
        **_public("the day of a round", "done[].date"),
        **_coarse(_FLOOR, "done[].due_at_least", "done[].tested_at_least"),
    },
    "counts.json": {
        **_HEAD,
        **_public("the step of the floors and the size of the cells", "k", "resolution"),
        **_coarse(_FLOOR, "total_at_least", "cells[].at_least"),
        **_coarse("a cell of resolution 9 or coarser", "cells[].cell"),
    },
    "changes.json": {
        **_HEAD,
        **_public("the publication before", "since", "since.snapshot", "since.published_at"),
        **_public("how two published states differ", *(f"changes[].{name}" for name in _CHANGE)),
        **_coarse("residents of the ground", "changes[].people_before", "changes[].people_after"),
    },
    **dict.fromkeys(("overview-zh.svg", "overview-en.svg"), _public("zones and ground as a picture", "picture")),
    "notices/*.html": _public("the posted notice of a decided zone", "page"),
}  # fmt: skip

_HIDDEN = "an id of a fact, or made from one"
_INNER = "how the engine gets there; nobody outside needs it"
_FEW = "counts people by what happened to them: a small one names somebody"
# Table of the plan -> column -> may it leave, in the form that PUBLISHED says.
COLUMNS: dict[str, dict[str, Field]] = {
    "zones": {
        **_never(_HIDDEN, "founding_fact", "fact_ids", "cause_ids", "new_facts", "calm"),
        **_never("a hash of a fact: it leaves keyed, as `id`, `number` and `aliases`", "zone_id", "aliases"),
        **_never("how many causes a zone has", "causes_count"),
        **_never("when somebody fell ill, was there or was reported", "founded_at", "last_presence_at", "cleaned_at"),
        **_never("a person", "decided_by"),
        **_never("whether cases were withdrawn is no news for the door", "void", "redrawn", "settled"),
        **_never(_INNER, "slot", "part", "content", "atoms", "no_ground", "ended", "rule_class", "origin", "ground_id"),
        **_never(_INNER, "households", "lift_from"),
        **_public(_DECIDED, "class", "rank", "name", "name_en", "status", "stage", "in_force_from"),
        **_public(_DECIDED, "hold_until", "ended_at", "watch_until", "class_since", "notice_no"),
        **_public("what the posted calendar says", "clock_from", "earliest_lift_at", "gates"),
        **_coarse("the day only", "delineated_at"),
        **_coarse("whole people and square metres", "people", "area_m2"),
        **_public("rules without counts", "rule_ids"),
        **_public(_GROUND, "geometry"),
    },
    "gate_points": {
        **_never("a hash of a zone: it leaves keyed", "gate_id", "zone_id"),
        **_never(_INNER, "road_id", "part"),
        **_public("as on the notice", "kind", "name", "open", "lng", "lat"),
    },
    "site_links": {
        **_never("a hash of a fact: it leaves keyed", "zone_id"),
        **_never(_INNER, "part"),
        **_public("the nearest site of a zone", "site_kind", "site_id", "name", "distance_m", "by_road"),
    },
    "calendar": {
        **_never("a hash of a fact: it leaves keyed", "zone_id"),
        **_never("staff and material", "tubes", "samplers", "tables"),
        **_never(_INNER, "part", "assumed"),
        **_public("what the posted calendar says", "day", "date", "phase"),
        **_coarse("residents", "people_due"),
    },
    "rounds": {
        **_never("a hash of a fact: it leaves keyed", "zone_id"),
        **_never(_FEW, "excused", "refused", "absent", "pools_open", "positive", "share"),
        **_never("names buildings where somebody was missed", "uncovered"),
        **_never(_INNER, "round_id"),
        **_coarse("the day of a round", "started_at", "ended_at"),
        **_coarse(_FLOOR, "due", "tested"),
    },
}
# Tables of facts: none of their columns leaves.
FACTS = ("cases", "visits", "contacts", "tests", "rounds")


def paths(value: Any, at: str = "") -> Iterator[str]:
    """Return the path of every value inside JSON.

    Parameters
    ----------
    value : as parsed.
    at : path of the value itself.

    Returns
    -------
    Paths as PUBLISHED has them, with real keys; an empty list or object has none.
    """
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from paths(inner, f"{at}.{key}" if at else str(key))
    elif isinstance(value, list):
        for inner in value:
            yield from paths(inner, at if at.endswith("[]") else f"{at}[]")
    else:
        yield at


def field_of(file: str, path: str) -> Field | None:
    """Return the entry of a published field.

    Parameters
    ----------
    file : as in a snapshot; one entry speaks for all notices.
    path : of `paths`.

    Returns
    -------
    Field, or None where nothing says that it may leave.
    """
    known = PUBLISHED.get("notices/*.html" if file.startswith("notices/") else file, {})
    if path in known:
        return known[path]
    parts = path.split(".")
    for pattern, field in known.items():
        of = pattern.split(".")
        if len(of) == len(parts) and all(p in ("*", part) for p, part in zip(of, parts, strict=True)):
            return field
    return None
