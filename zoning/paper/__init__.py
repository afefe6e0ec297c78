"""Paper: the notice of a zone, the list for crews, the daily table, as HTML that prints well and needs nothing else.

What people hold in their hands is what makes a zone real. Each page comes from plans alone.
"""

import re
from dataclasses import replace
from typing import Any, Literal

import pandas as pd

from zoning.errors import InputError, UnknownError
from zoning.hashes import public_id
from zoning.paper import certificate, crew_sheet, daily_sheet, notice
from zoning.paper.boundary import number_of_zone, public_ids, title_of
from zoning.paper.crews import list_jobs
from zoning.paper.daily import sum_day
from zoning.paper.page import make_page
from zoning.paper.subject import OVER, Kind, subject_of, title
from zoning.paper.tables import crews_to_csv, daily_to_csv
from zoning.paper.words import day_text, say
from zoning.picture import Language
from zoning.pipeline import Plan

Languages = Literal["zh", "en", "both"]
_UNSAFE, _LONG = re.compile(r"[^\w（）()+-]+"), 40  # in a file's name
LANGUAGES: dict[Languages, tuple[Language, ...]] = {"zh": ("zh",), "en": ("en",), "both": ("zh", "en")}


def find_zone(plan: Plan, name: str) -> dict[str, Any]:
    """Return the zone that somebody means.

    Parameters
    ----------
    plan : as derived.
    name : its id or an alias, inside or as published, or its number on paper.

    Returns
    -------
    Row of its zones.

    Raises
    ------
    UnknownError : no zone of the plan is called so.
    """
    known = public_ids(plan.zones, plan.salt)
    told = [
        own
        for own, others in zip(plan.zones["zone_id"], plan.zones["aliases"], strict=True)
        if name == own or name in others
    ]
    begins = name.partition("-")[2].lower()
    told += [known[name]] if name in known else []
    told += [own for public, own in known.items() if begins and public.startswith(begins)]
    rows = plan.zones.set_index("zone_id", drop=False)
    for zone in (rows.loc[own].to_dict() for own in dict.fromkeys(told)):
        own = public_id(plan.salt, zone["zone_id"])
        names = (zone["zone_id"], *zone["aliases"], own, *(public_id(plan.salt, a) for a in zone["aliases"]))
        if name in names or name.casefold() == number_of_zone(plan, zone).casefold():
            return {str(key): value for key, value in zone.items()}
    raise UnknownError(f"zone '{name}' is not in the plan; derive it, and take an id from the list")


def make_notice(plan: Plan, zone_id: str, language: Languages = "zh", kind: Kind | None = None) -> str:
    """Make the notice of a zone: its boundary in words, map, rules of stay, tests, entrances, and when it ends.

    A zone that nobody decided on prints as a draft. No case, person, fact or count of cases is in it.

    Parameters
    ----------
    plan : as derived.
    zone_id : id, alias or number on paper.
    language : both puts one sheet after the other.
    kind : zone, hold (temporary, with its expiry), release (a draft while the zone is not released) or certificate (of
        a release, for a resident); None takes what the zone's state asks for.

    Returns
    -------
    HTML.

    Raises
    ------
    UnknownError : no such zone.
    InputError : the zone was rejected, is not on hold, is not released, or cannot be because it was never opened.
    """
    zone = find_zone(plan, zone_id)
    if zone["status"] == "rejected":
        raise InputError(f"{zone['name']} ({zone['zone_id']}) was rejected; there is nothing to post")
    if kind == "hold" and zone["stage"] != "hold":
        raise InputError(f"{zone['name']} ({zone['zone_id']}) is on no temporary hold; leave out the kind")
    if kind == "release" and zone["status"] == "proposed":
        raise InputError(f"{zone['name']} ({zone['zone_id']}) was never opened; there is nothing to release")
    if kind == "certificate" and zone["status"] != "released":
        raise InputError(f"{zone['name']} ({zone['zone_id']}) is not released; a certificate is of a release")
    first = subject_of(plan, zone, kind, LANGUAGES[language][0])
    subjects = [replace(first, language=each) for each in LANGUAGES[language]]
    if kind == "certificate":
        sheets, style = [(of.language, certificate.write_sheet(of)) for of in subjects], certificate.STYLE
    else:
        sheets = [(of.language, notice.write_sheet(of, f"m{k}")) for k, of in enumerate(subjects)]
        style = notice.STYLE
    called = f"{number_of_zone(plan, zone)} {title(subjects[0])}"
    return make_page(sheets, called, plan, style, subjects[0].draft)


def file_stem(plan: Plan, zone: dict[str, Any], kind: Kind | None = None) -> str:
    """Return what the file of a notice is called, safely on every system.

    Parameters
    ----------
    plan : that holds the zone.
    zone : row of its zones.
    kind : of the notice, as it is asked for.

    Returns
    -------
    Number on paper, name, and what else it says, such as C-11a40032-临水花园-draft; no ending.
    """
    name = _UNSAFE.sub("-", title_of(zone, "zh"))[:_LONG].strip("-")
    draft = zone["status"] == "proposed" or (kind == "release" and zone["status"] != "released")
    parts = [number_of_zone(plan, zone), name, kind if kind in OVER else "", "draft" if draft else ""]
    return _UNSAFE.sub("-", "-".join(filter(None, parts)))


def ready_to_release(plan: Plan) -> list[str]:
    """Return the zones whose release can be decided.

    Parameters
    ----------
    plan : as derived.

    Returns
    -------
    Ids, in order of rank.
    """
    acts = plan.acts
    return [str(name) for name in acts.loc[acts["ready"] & acts["act"].isin(["release", "step"]), "zone_id"]]


def make_crew_sheet(plan: Plan, language: Languages = "zh", proposals: bool = False) -> str:
    """Make the list for crews: by zone, which entrances and crossings to close, keep, and open again, and by when.

    Parameters
    ----------
    plan : as derived.
    language : both puts one list after the other.
    proposals : also for zones that nobody decided on, and releases that are ready.

    Returns
    -------
    HTML.
    """
    jobs = list_jobs(plan, proposals)
    sheets = [(each, crew_sheet.write_crew_sheet(plan, jobs, each)) for each in LANGUAGES[language]]
    return make_page(sheets, _titled(say("crews", sheets[0][0]), plan), plan, crew_sheet.STYLE)


def make_crew_table(plan: Plan, language: Language = "zh", proposals: bool = False) -> bytes:
    """Make the list for crews as CSV.

    Parameters
    ----------
    plan : as derived.
    language : of heads and words.
    proposals : as `make_crew_sheet` takes it.

    Returns
    -------
    UTF-8 bytes with a byte order mark; one line an entrance.
    """
    return crews_to_csv(plan, list_jobs(plan, proposals), language)


def make_daily(plan: Plan, before: Plan, language: Languages = "zh", decisions: pd.DataFrame | None = None) -> str:
    """Make the daily table: a paper for analysts, not for the public, since it says how many new cases there are.

    Zones by class and stage; what was opened, lifted and changed since the day before; people restricted; tests due and
    done; new cases, a total without places. A section in which nothing happened says so.

    Parameters
    ----------
    plan : of the end of the day (its 24时).
    before : of the end of the day before, of the same workspace.
    language : both puts one table after the other.
    decisions : of the state, in recorded order; None names none.

    Returns
    -------
    HTML.
    """
    daily = sum_day(plan, before, decisions)
    sheets = [(each, daily_sheet.write_daily_sheet(plan, daily, each)) for each in LANGUAGES[language]]
    head = say("daily", sheets[0][0], day=day_text(daily.day, sheets[0][0], year=True))
    return make_page(sheets, _titled(head, plan), plan, daily_sheet.STYLE)


def make_daily_table(
    plan: Plan, before: Plan, language: Language = "zh", decisions: pd.DataFrame | None = None
) -> bytes:
    """Make the daily table as CSV, for analysts.

    Parameters
    ----------
    plan, before : as `make_daily` takes them.
    language : of heads and words.
    decisions : of the state, in recorded order; None names none.

    Returns
    -------
    UTF-8 bytes with a byte order mark; one line a figure or change.
    """
    return daily_to_csv(plan, sum_day(plan, before, decisions), language)


def _titled(text: str, plan: Plan) -> str:
    return " · ".join(filter(None, (text, plan.settings.title)))
