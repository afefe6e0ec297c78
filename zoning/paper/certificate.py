"""A certificate of release: one sheet that a resident of a released zone is handed, with the days of the follow-up."""

from datetime import date, timedelta

import pandas as pd

from zoning.paper.page import blank
from zoning.paper.parts import boundary_part, release_part
from zoning.paper.subject import Subject, foot, head, site_words
from zoning.paper.words import closing_day, day_text, safe
from zoning.times import local_date

STYLE = ".follow{width:100%;table-layout:fixed} .follow td{height:34px} .holder{margin:10px 0}"
_ACROSS = 7  # days in one row of the follow-up


def write_sheet(of: Subject) -> str:
    """Return a certificate as the inside of a sheet.

    Parameters
    ----------
    of : the subject, a released zone.

    Returns
    -------
    HTML; it needs STYLE in its page.
    """
    fields = [f"<b>{of.say(key)}</b>{blank(room)}" for key, room in (("holder", "12em"), ("lives_at", "20em"))]
    holder = f'<p class="holder">{" &nbsp; ".join(fields)}</p>'
    return head(of) + holder + boundary_part(of) + _was(of) + release_part(of) + _follow_up(of) + foot(of)


def _was(of: Subject) -> str:
    zone = of.zone
    told = of.say(
        "was", of=getattr(of.plan.policy.classes[zone["class"]].names, of.language), at=of.at(zone["in_force_from"])
    )
    return f"<p>{told}</p>"


def follow_up_days(of: Subject) -> list[date]:
    """Return the days on which somebody asks after a released resident.

    Parameters
    ----------
    of : the subject, a released zone.

    Returns
    -------
    Each local day of the watch after the release; none where the pack knows no watch.
    """
    until, name = of.zone["watch_until"], of.plan.settings.zone
    if pd.isna(until):
        return []
    first, last = local_date(of.zone["ended_at"], name), closing_day(until, name)
    return [first + timedelta(n) for n in range((last - first).days + 1)]


def _follow_up(of: Subject) -> str:
    days = follow_up_days(of)
    if not days:
        return ""
    tables = list[str]()
    for start in range(0, len(days), _ACROSS):
        part = days[start : start + _ACROSS]
        heads = "".join(f"<th>{safe(day_text(day, of.language), of.language)}</th>" for day in part)
        tables.append(f"<table class='even follow'><tr>{heads}</tr><tr>{'<td></td>' * len(part)}</tr></table>")
    links = of.plan.site_links
    near = links[(links["zone_id"] == of.zone["zone_id"]) & (links["site_kind"] == "clinic")]
    by = f"<p>{site_words(of, near.iloc[0], 'site_clinic')}</p>" if len(near) else ""
    return (
        f"<div class='keep'><h2>{of.say('follow_up')}</h2>{''.join(tables)}{by}<p>{of.say('follow_up_note')}</p></div>"
    )
