"""The crews' list as a sheet: each zone with a small map, numbered entrances, boxes to tick and lines to fill in."""

from collections.abc import Sequence
from itertools import groupby

import numpy as np
import pandas as pd

from zoning.paper.boundary import describe, number_of_zone, title_of
from zoning.paper.crews import Job
from zoning.paper.entrances import KEPT, Entrance
from zoning.paper.map import draw_zone, scale_bar
from zoning.paper.page import blank, chip
from zoning.paper.words import moment, safe, say
from zoning.picture import Language
from zoning.pipeline import Plan

STYLE = """
.jobs h2{border-bottom:1.5px solid #000;margin-top:14px} .job{margin:8px 0 10px}
.job .map-box{break-inside:avoid} .job header{break-inside:avoid;break-after:avoid}
.job table{margin-top:4px} .sums{display:flex;gap:26px;margin:2px 0 4px;flex-wrap:wrap} .sums b{font-size:18px}
.hand td{height:24px} .job.keep{break-inside:avoid}
.job table{table-layout:fixed} .job col:nth-child(1){width:5%} .job col:nth-child(2){width:7%}
.job col:nth-child(3){width:15%} .job col:nth-child(4){width:25%} .job col:nth-child(5){width:20%}
.job col:nth-child(6){width:10%}
"""
_HEIGHTS = ((8, 215), (20, 300), (10_000, 400))  # entrances up to which a map is so high, in pixels
_PLACED = 5  # digits of a degree: a metre


def write_crew_sheet(plan: Plan, jobs: Sequence[Job], language: Language) -> str:
    """Return the crews' list as the inside of a sheet.

    Parameters
    ----------
    plan : that the jobs are of.
    jobs : of `list_jobs`.
    language : of the sheet.

    Returns
    -------
    HTML; it needs STYLE in its page.
    """
    parts = [_head(plan, language), _sums(jobs, language)]
    if not jobs:
        parts.append(f'<p class="note">{_say("no_jobs", language)}</p>')
    for group, of_group in groupby(jobs, key=lambda job: job.group):
        parts.append(f"<h2>{_say(f'group_{group}', language)}</h2>")
        for (due, area), mine in groupby(of_group, key=lambda job: (job.due_at, job.area)):
            told = list(mine)
            where = area if language == "zh" else told[0].area_en
            at = moment(due, plan.settings.zone, language)
            parts.append(f"<h3>{safe(' · '.join(filter(None, (at, where))), language)}</h3>")
            parts += [_job(plan, job, language) for job in told]
    return f'<div class="jobs">{"".join(parts)}</div>{_sign(language)}'


def _say(key: str, language: Language, **fields: object) -> str:
    return safe(say(key, language, **fields), language)


def _head(plan: Plan, language: Language) -> str:
    settings = plan.settings
    name = settings.issuer if language == "zh" else settings.issuer_en or settings.issuer
    at = moment(pd.Timestamp(plan.as_of), settings.zone, language)
    return (
        f'<div class="head"><span>{safe(name, language) or blank("16em")}</span><span class="nw">'
        f"{_say('revision', language, revision=plan.revision[:8])}</span></div>"
        f"<h1>{_say('crews', language)}</h1><p>{_say('crews_as_of', language, at=at)}</p>"
    )


def _sums(jobs: Sequence[Job], language: Language) -> str:
    """How many zones, entrances to close and to keep, and people at a time, of what is due."""
    due = [job for job in jobs if job.group == "due"]
    acts = [e.act for job in due if job.task != "reopen" for e in job.entrances]
    kept = [job.staff for job in due if job.task != "reopen" for e in job.entrances if e.act == "keep"]
    told = {"sum_zones": len(due), "sum_close": acts.count("close"), "sum_keep": acts.count("keep")}
    told["sum_open"] = sum(len(job.entrances) for job in due if job.task == "reopen")
    if kept and not np.isnan(kept).any():
        told["sum_staff"] = int(sum(kept))
    items = "".join(f"<span>{_say(key, language)} <b>{n}</b></span>" for key, n in told.items())
    return f'<div class="sums">{items}</div>'


def _job(plan: Plan, job: Job, language: Language) -> str:
    zone, of = job.zone, plan.policy.classes[job.zone["class"]]
    called = getattr(of.names, language)
    ground = describe(plan, zone, language).phrases
    stop = "；" if language == "zh" else "; "
    text = stop.join(phrase.text for phrase in ground)
    title = safe(f"{title_of(zone, language)} · {called} · {number_of_zone(plan, zone)}", language)
    head = f"<header>{chip(plan, zone['class'], language, small=True)}<b>{title}</b> · {_task(plan, job, language)}"
    head += f"<p>{_say('ground', language)}{safe(text, language)}</p></header>" if text else "</header>"
    table = _table(job, language) if job.entrances else _by_hand(job, language)
    keep = "" if job.entrances else " keep"
    return f'<div class="job{keep}">{head}{_map(plan, job, language)}{table}</div>'


def _task(plan: Plan, job: Job, language: Language) -> str:
    until = job.zone["hold_until"]
    at = "" if pd.isna(until) else moment(until, plan.settings.zone, language)
    by_ground = plan.policy.classes[job.zone["class"]].per == "ground"
    told = "check" if by_ground else "done" if job.group == "done" else "enclose"
    told = told if job.task == "enclose" else job.task
    return _say(f"task_{told}", language, at=at)


def _map(plan: Plan, job: Job, language: Language) -> str:
    """Zones that were enclosed long ago need no map."""
    if not job.entrances or job.group == "done":
        return ""
    height = next(high for most, high in _HEIGHTS if len(job.entrances) <= most)
    key = f"j{job.zone['zone_id'][:8]}{job.task[0]}{language}"
    drawn = draw_zone(plan, job.zone, job.entrances, language, height, key, every=True)
    legend = f'<div class="legend">{scale_bar(drawn.metres, language)}</div>'
    return f'<div class="map-box" style="height:{height}px">{drawn.html}</div>{legend}'


_COLUMNS = ("tick", "number", "do", "gate", "place", "staff", "emergency")


def _table(job: Job, language: Language) -> str:
    entrances = job.entrances
    if job.group == "done":
        entrances = tuple(e for e in entrances if e.act in (*KEPT, "check")) or entrances
    rows = "".join(_row(job, e, language) for e in entrances)
    return f"<table>{_heads(language)}<tbody>{rows}</tbody></table>"


def _heads(language: Language) -> str:
    heads = "".join(f"<th>{_say(f'crew_{name}', language)}</th>" for name in _COLUMNS)
    return f"<colgroup>{'<col>' * len(_COLUMNS)}</colgroup><thead><tr>{heads}</tr></thead>"


def _row(job: Job, e: Entrance, language: Language) -> str:
    act: str = "reopen" if job.task == "reopen" else e.act
    road = e.road if language == "zh" else e.road_en
    name = e.name if e.known else say("crossing", language, name=road or say("no_name", language))
    name = name or say("entrance", language)
    where = f"{name}（{road}）" if language == "zh" else f"{name}, {road}"
    staff = "" if act != "keep" or np.isnan(job.staff) else _say("per_shift", language, n=f"{job.staff:g}")
    if e.was_open is False and act in ("close", "shut"):
        act = "shut_already"
    return (
        f'<tr><td><span class="box"></span></td><td><b>{e.number}</b></td><td>{_say(f"act_{act}", language)}</td>'
        f'<td class="left">{safe(where if e.known and road else name, language)}</td>'
        f'<td class="nw">{e.lat:.{_PLACED}f}, {e.lng:.{_PLACED}f}</td><td>{staff}</td><td></td></tr>'
    )


def _by_hand(job: Job, language: Language) -> str:
    """A zone without any known entrance: what is found there is written down by hand."""
    row = f'<tr><td><span class="box"></span></td>{"<td></td>" * (len(_COLUMNS) - 1)}</tr>'
    key = "doors_reopen" if job.task == "reopen" else "doors"
    return f'<p>{_say(key, language)}</p><table class="hand">{_heads(language)}<tbody>{row * 2}</tbody></table>'


def _sign(language: Language) -> str:
    return (
        f'<div class="sign"><span>{_say("crew_lead", language)} {blank("8em")}</span>'
        f"<span>{_say('crew_done_at', language)} {blank('8em')}</span></div>"
    )
