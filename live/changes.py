"""What changed from the last publication to this one, by what was shown then and is shown now."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson

Record = Mapping[str, Any]
# What makes a version another one to people, and what the change is then called; the first that differs names it.
_TOLD = (
    *(("class", "class"), ("kind", "kind"), ("outline", "outline"), ("in_force_from", "dates")),
    *(("earliest_lift_at", "dates"), ("shown_until", "dates"), ("hold_until", "dates"), ("name", "name")),
)
_KEPT = ("id", "number", "name", "name_en", "area", "at", "box")


def find_changes(before: Sequence[Record], after: Sequence[Record], then: str, now: str) -> list[dict[str, Any]]:
    """Compare the zones of two snapshots.

    Parameters
    ----------
    before, after : zones of `list.json`, one a version.
    then, now : as_of of the two, local ISO text; None of the versions counts that was over by then.

    Returns
    -------
    One record a zone that changed: change (opened, announced, held, watch, lifted, gone, class, outline, dates, name;
    `gone` was never lifted and is shown no more), id, number, name, name_en, area, at, box, and class, kind, people
    before and after (None where it was or is not there), `from`: when the change counts.
    """
    was, ids = newest(before, then), newest(after, now)
    known = {alias: zone_id for zone_id, version in ids.items() for alias in version["aliases"]}
    earlier: dict[str, Record] = {}
    for zone_id, version in was.items():
        earlier.setdefault(zone_id if zone_id in ids else known.get(zone_id, zone_id), version)
    found = [_change(earlier.get(zone_id), ids.get(zone_id), after, now) for zone_id in sorted({*earlier, *ids})]
    order = {name: at for at, name in enumerate(KINDS)}
    return sorted((change for change in found if change), key=lambda c: (order[c["change"]], c["number"]))


KINDS = ("opened", "announced", "held", "class", "outline", "watch", "lifted", "gone", "dates", "kind", "name")


def newest(versions: Iterable[Record], now: str) -> dict[str, Record]:
    """Return the version of each zone that is shown at a time, else the one that is shown next.

    Parameters
    ----------
    versions : zones of `list.json`; times carry one offset each, so that text is compared by moment.
    now : local ISO text.

    Returns
    -------
    Zone id -> version; a zone whose versions are all over is not in it.
    """
    at, found = moment(now), dict[str, Record]()
    for version in sorted(versions, key=lambda v: moment(v["shown_from"])):
        until = version["shown_until"]
        if until is None or moment(until) > at:
            found.setdefault(version["id"], version)
    return found


def moment(text: str) -> float:
    """Return a local ISO time as a number.

    Parameters
    ----------
    text : with its offset.

    Returns
    -------
    Seconds since 1970, UTC.
    """
    from datetime import datetime

    return datetime.fromisoformat(text).timestamp()


def _change(old: Record | None, new: Record | None, after: Sequence[Record], now: str) -> dict[str, Any] | None:
    shown = new or old
    if shown is None:
        return None
    name, start = _kind(old, new, after, now)
    if not name:
        return None
    told = {key: shown[key] for key in _KEPT}
    both = {
        f"{key}_{when}": None if of is None else of[key]
        for key in ("class", "kind", "look", "people")
        for when, of in (("before", old), ("after", new))
    }
    return {"change": name, **told, **both, "from": start}


def _kind(old: Record | None, new: Record | None, after: Sequence[Record], now: str) -> tuple[str, str]:
    if new is None:
        ended = old and next((v["ended_at"] for v in after if v["id"] == old["id"] and v["ended_at"]), None)
        return ("lifted", ended) if ended else ("gone", now)
    if old is None:
        if new["kind"] == "hold":
            return "held", new["shown_from"]
        if new["kind"] == "watch":
            return "watch", new["shown_from"]
        later = moment(new["in_force_from"]) > moment(now)
        return "announced" if later else "opened", new["in_force_from"]
    if old["kind"] != new["kind"]:
        to = {"watch": "watch", "hold": "held", "zone": "opened"}[new["kind"]]
        return to, new["shown_from"]
    for key, name in _TOLD:
        if old[key] != new[key]:
            return name, new["shown_from"] if key == "class" else now
    return "", ""


def changes_json(
    changes: Sequence[Record], since: Mapping[str, Any] | None, as_of: str, time_zone: str, form: int
) -> bytes:
    """Return what changed as a file.

    Parameters
    ----------
    changes : of `find_changes`.
    since : snapshot, published_at of the last publication; None for the first one.
    as_of, time_zone, form : of this one.

    Returns
    -------
    JSON.
    """
    head = {"format": form, "as_of": as_of, "time_zone": time_zone, "since": since}
    return orjson.dumps({**head, "changes": list(changes)})
