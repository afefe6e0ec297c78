"""Cases to find, and one case with its stays, what was pasted, and who changed what; for analysts only.

No tile, shared view or export takes anything from here.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from dashboard.decidable import actions_of
from dashboard.moments import show_typed
from dashboard.plans import Shown
from dashboard.rows import class_words, stands
from dashboard.texts import both, moment_text
from dashboard.waits import asked_of
from layers._base import shown as zones_shown
from zoning.entering import read_row
from zoning.facts import read_versions
from zoning.log import Event
from zoning.store import Workspace
from zoning.tables import contract

LISTED, STAYS, CHANGES, TEXT = 40, 60, 12, 4000
ORIGINS = ("status", "reported_at", "onset_at", "first_positive_at", "isolated_at", "found_in", "location_radius_m")
Words = dict[str, str]


def list_cases(shown: Shown, text: str = "", start: int = 0) -> dict[str, Any]:
    """Return the cases that a text finds, the newest first.

    Parameters
    ----------
    shown : the plan of now.
    text : part of a number, a status in either language, or of where it is; empty finds all.
    start : how many to leave out.

    Returns
    -------
    `cases`, at most LISTED: fact, case_id, status (words), where (zh, en, or None), reported (words or None),
    withdrawn; `n`: how many there are.
    """
    cases = shown.plan.tables["cases"].sort_values("reported_at", ascending=False, kind="stable")
    homes = _homes(shown.plan)
    rows = []
    for case in cases[["fact_id", "case_id", "status", "address", "reported_at", "withdrawn"]].to_dict("records"):
        where = homes.get(case["fact_id"]) or _same(case["address"])
        rows.append({**case, "where": where, "status": both(f"status_{case['status']}")})
    words = text.casefold().split()
    found = [row for row in rows if all(word in _haystack(row) for word in words)]
    told = [_listed(row, shown.zone) for row in found[start : start + LISTED]]
    return {"cases": told, "n": len(found), "all": len(rows)}


def _haystack(row: Mapping[str, Any]) -> str:
    address = row["address"] if isinstance(row["address"], str) else ""
    where = row["where"] or {}
    return " ".join([row["case_id"], address, *row["status"].values(), *where.values()]).casefold()


def _listed(row: Mapping[str, Any], zone: ZoneInfo) -> dict[str, Any]:
    told = {"fact": row["fact_id"], "case_id": row["case_id"], "status": row["status"], "where": row["where"]}
    return {**told, "reported": _moment(row["reported_at"], zone), "withdrawn": bool(row["withdrawn"])}


def _same(text: Any) -> Words | None:
    return {"zh": text, "en": text} if isinstance(text, str) and text else None


def _moment(at: Any, zone: ZoneInfo) -> Words | None:
    return None if pd.isna(at) else moment_text(at.astimezone(zone))


def _homes(plan: Any) -> dict[str, Words]:
    """Return where each case lives, by the names of units."""
    homes = plan.stays[plan.stays["fact_id"].str.startswith("cases:")]
    rows = homes["unit"].to_numpy(np.int64)
    held, names = rows >= 0, plan.units[["name", "name_en"]].to_numpy(object)
    return {
        fact: {"zh": names[row][0], "en": names[row][1] if isinstance(names[row][1], str) else names[row][0]}
        for fact, row in zip(homes["fact_id"].to_numpy(object)[held], rows[held], strict=True)
    }


def open_case(shown: Shown, workspace: Workspace, fact_id: str) -> dict[str, Any]:
    """Return all that is known of a case.

    Parameters
    ----------
    shown : the plan of now.
    workspace : its log.
    fact_id : `cases:<id>`.

    Returns
    -------
    fact, case_id, person, row (column -> text as it would be typed), status (words), withdrawn, place (of `_place`);
    apart: why what does not count opens no zone (words); stays, in order of time; changes, the newest first; zones that
    rest on it; from, to: the days that the timeline covers (ISO).

    Raises
    ------
    UnknownError : no such case.
    """
    row = _typed(read_row(workspace, fact_id), "cases", shown.zone)
    plan = shown.plan
    case = plan.tables["cases"].set_index("fact_id").loc[workspace.fact_id("cases", row["case_id"])]
    person = row.get("person_id") or row["case_id"]
    stays = _stays(shown, person)
    return {
        "fact": fact_id,
        "case_id": row["case_id"],
        "person": person,
        "row": row,
        "status": both(f"status_{case['status']}"),
        "withdrawn": bool(case["withdrawn"]),
        "place": _place(shown, fact_id, row),
        "apart": both(_apart(shown, case)),
        "stays": stays[:STAYS],
        "stays_n": len(stays),
        "changes": _changes(shown, workspace, "cases", row["case_id"]),
        "zones": _zones(shown, {fact_id, *(stay["fact"] for stay in stays)}),
        "span": _span(case, stays, shown.plan.as_of, shown.zone),
    }


def _typed(row: Mapping[str, str], kind: str, zone: ZoneInfo) -> dict[str, str]:
    """Return a fact as it would be typed, with times as people write them."""
    times = {c.name: c.date_only for c in contract(kind).stored if c.dtype == "time"}
    return {name: _shown(text, times[name], zone) if name in times else text for name, text in row.items()}


def _shown(text: str, date_only: str | None, zone: ZoneInfo) -> str:
    """Return a time as it would be typed; a midnight at which a day begins is that day."""
    at = datetime.fromisoformat(text).astimezone(zone)
    if date_only == "start" and (at.hour, at.minute) == (0, 0):
        return at.date().isoformat()
    return show_typed(at, str(zone))


def _apart(shown: Shown, case: Mapping[str, Any]) -> str:
    """Return the key of why a stay of a case opens nothing, where it does not count."""
    if case["status"] not in shown.plan.policy.source.statuses or case["withdrawn"]:
        return "apart_status"
    return "apart_later" if case["reported_at"] > pd.Timestamp(shown.plan.as_of) else "apart_days"


def _place(shown: Shown, fact_id: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return where a fact lies: name (None where nothing tells), at (lng, lat), sure, known, and whether it counts."""
    plan = shown.plan
    found = plan.stays[plan.stays["fact_id"] == fact_id]
    told: dict[str, Any] = {"name": _same(row.get("address")), "at": None, "sure": False, "known": False}
    if found.empty:
        return told | {"counts": False}
    stay = found.iloc[0]
    if np.isfinite(stay["lng"]):
        at = [round(float(stay["lng"]), 6), round(float(stay["lat"]), 6)]
        told |= {"at": at, "name": told["name"] or _same(f"{at[0]}, {at[1]}")}
    if stay["unit"] >= 0:
        unit = plan.units.iloc[int(stay["unit"])]
        english = unit["name_en"] if isinstance(unit["name_en"], str) else unit["name"]
        told["name"] = {"zh": unit["name"], "en": english}
    return told | {"sure": bool(stay["sure"]), "known": bool(stay["known"]), "counts": True}


def _stays(shown: Shown, person: str) -> list[dict[str, Any]]:
    visits = shown.plan.tables["visits"]
    mine = visits[visits["person_id"] == person].sort_values("arrive_at", kind="stable")
    places = shown.plan.tables["places"].set_index("id")
    return [_stay(shown, stay, places) for stay in mine.to_dict("records")]


def _stay(shown: Shown, stay: Mapping[str, Any], places: pd.DataFrame) -> dict[str, Any]:
    told = _place(shown, stay["fact_id"], {"address": stay["address"] if isinstance(stay["address"], str) else ""})
    if stay["place_id"] in places.index:
        place = places.loc[stay["place_id"]]
        english = place["name_en"] if isinstance(place["name_en"], str) else place["name"]
        told["name"] = {"zh": place["name"], "en": english}
    start, end = stay["arrive_at"], stay["leave_at"]
    zone = shown.zone
    risk = stay["place_risk"] if isinstance(stay["place_risk"], str) else ""
    return {
        "fact": stay["fact_id"],
        "arrive": start.astimezone(zone).isoformat(),
        "leave": None if pd.isna(end) else end.astimezone(zone).isoformat(),
        "words": _moment(start, zone),
        "place": told,
        "risk": risk,
        "traceable": None if pd.isna(stay["contacts_traceable"]) else bool(stay["contacts_traceable"]),
        "withdrawn": bool(stay["withdrawn"]),
    }


def open_stay(shown: Shown, workspace: Workspace, fact_id: str) -> dict[str, Any]:
    """Return one stay as it would be typed: fact, row, place, changes, withdrawn.

    Raises
    ------
    UnknownError : no such stay.
    """
    row = _typed(read_row(workspace, fact_id), "visits", shown.zone)
    places = shown.plan.tables["places"].set_index("id")
    visits = shown.plan.tables["visits"].set_index("fact_id", drop=False)
    stay = _stay(shown, visits.loc[workspace.fact_id("visits", row["visit_id"])].to_dict(), places)
    changes = _changes(shown, workspace, "visits", row["visit_id"])
    return {"fact": fact_id, "row": row, "place": stay["place"], "changes": changes, "withdrawn": stay["withdrawn"]}


def _changes(shown: Shown, workspace: Workspace, kind: str, name: str) -> list[dict[str, Any]]:
    """Return who wrote what of a fact, the newest first, with the text that it was typed from."""
    events = workspace.events()
    loads = {e.seq: e for e in events if e.kind == "load"}
    versions = read_versions(workspace, kind, list(loads.values()), datetime.max.replace(tzinfo=UTC), ids=[name])
    columns = [c.name for c in contract(kind).stored if c.name in versions and c.name != "recorded_at"]
    found, before = list[tuple[Any, dict[str, Any]]](), None
    for version in versions.to_dict("records"):
        changed = [c for c in columns if before is not None and not _equal(before[c], version[c])]
        event, before = loads[version["seq"]], version
        told = {"by": event.author, "source": event.payload["source"], "columns": changed, "what": "changed"}
        text = str(event.payload.get("text") or "")[:TEXT]
        found.append((version["recorded_at"], {**told, "text": text, "first": len(found) == 0}))
    fact = workspace.fact_id(kind, name)
    found += [_withdrawal(e) for e in events if e.kind == "withdraw" and e.payload["fact_id"] == fact]
    found.sort(key=lambda pair: pair[0], reverse=True)
    return [{**told, "at": _moment(pd.Timestamp(at), shown.zone)} for at, told in found[:CHANGES]]


def _withdrawal(event: Event) -> tuple[Any, dict[str, Any]]:
    told = {"by": event.author, "source": "typed", "columns": [], "what": "withdrawn", "first": False}
    return event.recorded_at, {**told, "text": event.payload["reason"]}


def _equal(one: Any, other: Any) -> bool:
    return bool(pd.isna(one) and pd.isna(other)) or bool(one == other)


def _zones(shown: Shown, facts: set[str]) -> list[dict[str, Any]]:
    """Return the zones that rest on a case or on a stay of it."""
    zones, found, asked = zones_shown(shown.plan).drop(columns="geometry"), [], asked_of(shown.plan)
    ours = zones[zones["fact_ids"].map(lambda ids: not facts.isdisjoint(ids)).astype(bool)]
    for zone in ours.rename(columns={"class": "class_"}).itertuples():
        letter, words = class_words(shown.plan.policy, zone.look, zone.class_)
        name = {"zh": zone.name, "en": zone.name_en}
        told = {"zone": zone.zone_id, "name": name, "look": zone.look, "letter": letter, "class": words}
        row = {**zone._asdict(), "class": zone.class_}
        found.append(
            {
                **told,
                "status": stands(zone),
                "sketch": zone.status == "proposed",
                "asked": zone.zone_id in asked or "delineate" in actions_of(shown.plan, row),
            }
        )
    return found[:12]


def _span(case: Mapping[str, Any], stays: list[dict[str, Any]], now: datetime, zone: ZoneInfo) -> dict[str, Any]:
    """Return what the timeline of a case covers, and the marks on it, as ISO local times."""
    marks = {
        name: case[name].astimezone(zone).isoformat()
        for name in ("onset_at", "first_positive_at", "reported_at", "isolated_at")
        if not pd.isna(case[name])
    }
    times = [*marks.values(), *(s["arrive"] for s in stays), *(s["leave"] for s in stays if s["leave"])]
    last = max([*times, *([now.astimezone(zone).isoformat()] if not marks.get("isolated_at") else [])], default="")
    return {"from": min(times, default=""), "to": last, "marks": marks}
