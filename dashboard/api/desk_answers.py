"""What the page is told of a draft: the answer to a step, the whole of it, its row in lists."""

from collections.abc import Iterable
from typing import Any

from dashboard.desks import Open
from zoning.desk import Change
from zoning.desk.keeping import Draft
from zoning.desk.telling import drawn_atoms, tell_atoms, tell_forms, tell_totals, tell_zones

_SHOWN = 200


def answer_of(found: Open, change: Change | None) -> dict[str, Any]:
    """Return the answer to a step: what it came to, before and after, in less than 10 kB."""
    desk, base, tally = found.desk, found.paper.base, found.tally
    zones = {place.zone for pair in (change.places if change else {}).values() for place in pair if place.zone}
    told = {"n": found.n, "undo": len(desk.done), "redo": len(desk.undone), "locks": sorted(desk.locks)[:100]}
    told |= {"totals": tell_totals(base, tally), "zones": tell_zones(desk, base, tally, zones), "touched": len(zones)}
    return told | (
        tell_atoms(found.paper.ground, desk, change)
        if change
        else {"count": 0, "left_out": 0, "moved": {"cells": {}, "units": {}}}
    )


def forms_of(found: Open, zones: Iterable[str]) -> dict[str, Any]:
    """Return the parts and holes of zones, before and after: what the page asks for once its strokes are answered."""
    with found.lock:
        known = [zone for zone in zones if zone in found.desk.zones]
        return tell_forms(found.desk, found.paper.base, found.tally, known)


def picture(found: Open) -> dict[str, Any]:
    """Return a draft as it is; its atoms by class, `none` for those that were taken out."""
    with found.lock:
        desk, ground = found.desk, found.paper.ground
        touched = {place.zone for place in desk.placed.values() if place.zone}
        touched |= {ground.base.shown[atom].zone for atom in desk.placed if atom in ground.base.shown}
        zones = tell_zones(desk, found.paper.base, found.tally, touched)
        forms = forms_of(found, [row["id"] for row in zones])
        steps = [{"n": k.n, "by": k.author, "at": k.at.isoformat(), **k.step} for k in found.kept[-_SHOWN:]]
        return {
            **row_of(found.draft), **answer_of(found, None),
            "zones": [row | forms.get(row["id"], {}) for row in zones], "touched": len(touched),
            "moved": drawn_atoms(ground, desk, desk.placed),
            "steps": steps, "lost": sorted(found.lost)[:_SHOWN], "log": found.paper.ground.sheet.revision,
            "classes": classes_of(found), "resolution": found.paper.land.plan.settings.resolution,
        }  # fmt: skip


def classes_of(found: Open) -> list[dict[str, Any]]:
    """Return the classes that can be painted, by rank: the key of the first is 1."""
    classes = sorted(found.paper.land.plan.policy.classes.items(), key=lambda pair: pair[1].rank)
    return [
        {"id": name, "look": of.style, "names": of.names.model_dump(), "letter": of.letter.model_dump()}
        for name, of in classes
    ]


def row_of(draft: Draft) -> dict[str, Any]:
    """Return a draft as lists show it."""
    times = {name: getattr(draft, name).isoformat() for name in ("as_of", "made_at", "changed_at")}
    plain = {name: getattr(draft, name) for name in ("id", "outbreak", "title", "author", "base", "state", "told")}
    return {**plain, **times}
