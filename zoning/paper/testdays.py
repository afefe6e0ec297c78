"""The test days of a zone for its notice: dates, which of them are done, and where samples are taken."""

from datetime import date
from itertools import islice

from zoning.clocks import local_day
from zoning.graded import number_on
from zoning.paper.subject import Subject, site_words
from zoning.paper.words import day_text, safe
from zoning.times import local_date, zone_info

_SOME = 0.5  # of the people due: a round of fewer was no round of the zone
_ACROSS = 11  # test days in one row of the table


def tests_part(of: Subject) -> str:
    """Return the test days with their dates and state, and where samples are taken.

    Parameters
    ----------
    of : the subject.

    Returns
    -------
    HTML; nothing where the class has no test days.
    """
    rows = of.plan.calendar[of.plan.calendar["zone_id"] == of.zone["zone_id"]]
    if rows.empty or of.kind != "zone":
        return ""
    rounds = _rounds(of)
    days = list(zip(rows["day"].tolist(), rows["date"].tolist(), strict=True))
    tables, left = list[str](), iter(days)
    while part := list(islice(left, -(-len(days) // -(-len(days) // _ACROSS)))):
        cells = [
            (of.say("test_day", n=n), safe(day_text(on, of.language), of.language), of.say(_state(on, rounds, of)))
            for n, on in part
        ]
        head, *body = ("".join(f"<{t}>{c[k]}</{t}>" for c in cells) for k, t in ((0, "th"), (1, "td"), (2, "td")))
        tables.append(f"<table class='even'><tr>{head}</tr>{''.join(f'<tr>{row}</tr>' for row in body)}</table>")
    gaps = any(_state(on, rounds, of) == "unrecorded" for _, on in days)
    note = of.say("unrecorded_note") if gaps else ""
    links = of.plan.site_links
    near = links[(links["zone_id"] == of.zone["zone_id"]) & (links["site_kind"] == "sampling")]
    place = site_words(of, near.iloc[0], "sampling") if len(near) else of.say("sampling_unknown")
    tables.append(f"<p>{place}{of.say('stop')}{_pool(of)}{note}</p>")
    return f"<div class='keep'><h2>{of.say('tests')}</h2>{''.join(tables)}</div>"


def _rounds(of: Subject) -> dict[date, bool]:
    """Local day -> whether a round that ended then was a full one; no count of people leaves this function."""
    rounds, share = of.plan.rounds, of.plan.policy.rounds.share
    mine = rounds[rounds["zone_id"] == of.zone["zone_id"]]
    day = local_day(of.plan.as_of, zone_info(of.plan.settings.zone))
    asked = number_on(share, day) * (mine["due"] - mine["excused"])
    full = (mine["uncovered"].map(len) == 0) & (mine["tested"] >= asked - 1e-9)
    found: dict[date, bool] = {}
    for ended, whole, part in zip(mine["ended_at"], full, mine["share"], strict=True):
        if whole or part >= _SOME:
            on = local_date(ended, of.plan.settings.zone)
            found[on] = bool(whole) or found.get(on, False)
    return found


def _state(on: date, rounds: dict[date, bool], of: Subject) -> str:
    today = local_day(of.plan.as_of, zone_info(of.plan.settings.zone))
    if rounds.get(on):
        return "done"
    if on < today:
        return "incomplete" if on in rounds else "unrecorded"
    return "today" if on == today and not of.draft else "due"


def _pool(of: Subject) -> str:
    """Say how samples share tubes."""
    pool = of.plan.policy.classes[of.zone["class"]].pool
    if pool is None or not isinstance(pool.ratio.value, int | float):
        return ""
    if pool.tube_per == "household":
        return of.say("pool_household")
    return of.say("pool", n=f"{pool.ratio.value:g}") if pool.ratio.value > 1 else of.say("pool_one")
