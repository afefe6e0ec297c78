"""What a notice is about: a zone, its title and dates, who issues it, and what it rests on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from zoning.classes import LIFTED
from zoning.clocks import day_number, local_day
from zoning.paper.boundary import title_of
from zoning.paper.entrances import Entrance, entrances_of
from zoning.paper.page import blank, chip
from zoning.paper.stay import lift_from, starts_at, way_of
from zoning.paper.words import day_text, moment, safe, say
from zoning.picture import WATCH, Language
from zoning.pipeline import Plan
from zoning.times import zone_info

Kind = Literal["zone", "hold", "release", "certificate"]
OVER = ("release", "certificate")  # kinds that are about the end of a zone
_LONG = 70  # letters of a title: a longer one is smaller
_MICRO = pd.Timedelta(microseconds=1)


@dataclass(frozen=True)
class Subject:
    """What a notice is about: a zone of a plan, in one language; `draft`: nobody decided what it says."""

    plan: Plan
    zone: Mapping[str, Any]
    kind: Kind
    language: Language
    draft: bool
    entrances: list[Entrance]

    def say(self, key: str, **fields: object) -> str:
        """Return a text as HTML.

        Parameters
        ----------
        key : of `TEXTS`.
        fields : plain text.

        Returns
        -------
        HTML.
        """
        return safe(say(key, self.language, **fields), self.language)

    def at(self, time: pd.Timestamp) -> str:
        """Return a moment in words.

        Parameters
        ----------
        time : tz-aware.

        Returns
        -------
        Plain text.
        """
        return moment(time, self.plan.settings.zone, self.language)


def subject_of(plan: Plan, zone: Mapping[str, Any], kind: Kind | None, language: Language) -> Subject:
    """Take a zone as the subject of a notice.

    Parameters
    ----------
    plan : as derived.
    zone : row of its zones.
    kind : of notice; None takes what the zone's state asks for.
    language : of the notice.

    Returns
    -------
    Subject.
    """
    over, hold = zone["status"] == "released", zone["stage"] == "hold"
    own: Kind = kind or ("release" if over else "hold" if hold else "zone")
    draft = not over if own in OVER else zone["status"] == "proposed"
    day = local_day(plan.as_of, zone_info(plan.settings.zone))
    return Subject(plan, zone, own, language, draft, entrances_of(plan, zone, day))


def head(of: Subject) -> str:
    """Return who issues it, its number, its title and from when it counts.

    Parameters
    ----------
    of : the subject.

    Returns
    -------
    HTML.
    """
    told = None if of.draft else of.zone["notice_no"]
    number = safe(str(told), of.language) if isinstance(told, str) and told else blank("6em")
    look = WATCH if of.kind in OVER else ""
    note = f'<p class="note">{of.say("draft_note")}</p>' if of.draft else ""
    return (
        f'<div class="head"><span>{issuer(of)}</span><span class="nw">{of.say("notice_no")} {number} · '
        f"{of.say('revision', revision=of.plan.revision[:8])}</span></div>{note}"
        f'<div class="title">{chip(of.plan, of.zone["class"], of.language, look=look)}'
        f'<div><h1 class="{"long" if len(title(of)) > _LONG else ""}">{safe(title(of), of.language)}</h1>'
        f"<div>{safe(dates(of), of.language)}</div></div></div>"
    )


def issuer(of: Subject) -> str:
    """Return who issues the notice.

    Parameters
    ----------
    of : the subject.

    Returns
    -------
    HTML; a line to be filled in where no setting tells.
    """
    settings = of.plan.settings
    name = settings.issuer if of.language == "zh" else settings.issuer_en or settings.issuer
    return safe(name, of.language) if name else blank("16em")


def title(of: Subject) -> str:
    """Return the title of a notice.

    Parameters
    ----------
    of : the subject.

    Returns
    -------
    Plain text, such as 关于临水花园划为管控区的通告 and Controlled zone: Linshui Garden.
    """
    classes, language = of.plan.policy.classes, of.language
    called = str(getattr(classes[of.zone["class"]].names, language))
    fields = {"name": title_of(of.zone, language), "of": called, "Of": called[:1].upper() + called[1:]}
    key = f"title_{of.kind}"
    if of.kind == "zone" and (origin := _came_from(of)):
        key, fields["origin"] = "title_step", str(getattr(classes[origin].names, language))
    if of.kind == "release" and (step := way_of(of.plan, of.zone)) and step.to != LIFTED and of.draft:
        key, fields["to"] = "title_next", str(getattr(classes[step.to].names, language))
    return say(key, language, **fields)


def _came_from(of: Subject) -> str:
    """The class that a zone had before a person took it to another one, milder or stricter; empty where none did."""
    origin, ruled, classes = of.zone["origin"], of.zone["rule_class"], of.plan.policy.classes
    decided = of.zone["status"] != "proposed" and not pd.isna(of.zone["class_since"])
    came = origin if isinstance(origin, str) else ruled
    return str(came) if decided and came in classes and came != of.zone["class"] else ""


def dates(of: Subject) -> str:
    """Return from when a notice counts, and which day of how many the plan's date is.

    Parameters
    ----------
    of : the subject.

    Returns
    -------
    Plain text.
    """
    zone, language, plan = of.zone, of.language, of.plan
    if of.kind == "hold":
        return say("until", language, at=of.at(zone["hold_until"]))
    if of.kind in OVER:
        at = starts_at(plan, {"clock_from": pd.NaT}) if pd.isna(zone["ended_at"]) else zone["ended_at"]
        return say("released_proposed" if of.draft else "released", language, at=of.at(at))
    start = starts_at(plan, zone)
    if of.draft:
        return say("from_proposed", language, at=of.at(start)) + _of_days(of, start, None)
    since = zone["class_since"] if _came_from(of) else zone["in_force_from"]
    now = pd.Timestamp(plan.as_of)
    day = day_number(start, now, plan.policy, plan.settings.zone) if start <= now else None
    return say("from", language, at=of.at(since)) + _of_days(of, start, day)


def _of_days(of: Subject, start: pd.Timestamp, day: int | None) -> str:
    """Say which day of how many it is; how many is told by the calendar, where it alone tells."""
    plan, language = of.plan, of.language
    last = lift_from(plan, of.zone)
    all_ = day_number(start, last - _MICRO, plan.policy, plan.settings.zone) if last is not None else 0
    on = day_text(local_day(plan.as_of, zone_info(plan.settings.zone)), language)
    if day is not None and day > 0:
        return say("day_of" if all_ >= day else "day", language, on=on, day=day, all=all_)
    return say("all_days", language, all=all_) if all_ > 0 else ""


def foot(of: Subject) -> str:
    """Return who signs, what it rests on, and the hotline.

    Parameters
    ----------
    of : the subject.

    Returns
    -------
    HTML.
    """
    pack, settings = of.plan.policy.pack, of.plan.settings
    rules = {rule.id: rule.grade for rule in of.plan.policy.rules}
    ids = [of.say("rule", id=name, grade=rules[name]) for name in of.zone["rule_ids"] if name in rules]
    told = of.say("basis", pack=f"{pack.id} {pack.version}")
    told += ("、" if of.language == "zh" else ", ").join(ids) if ids else of.say("by_a_person")
    stamp = of.say("as_of", at=of.at(pd.Timestamp(of.plan.as_of)))
    dated = of.zone["ended_at"] if of.kind in OVER else of.zone["delineated_at"]
    day = of.say("no_date") if of.draft or pd.isna(dated) else _day(of, dated)
    hotline = safe(settings.hotline, of.language) if settings.hotline else blank("9em")
    return (
        f'<div class="sign"><span>{issuer(of)}{of.say("seal")}</span><span>{day}</span></div>'
        f'<div class="foot"><div>{told}{of.say("stop")}{stamp}<br>{of.say("map_wins")}</div>'
        f'<div>{of.say("hotline")}<div class="hot">{hotline}</div></div></div>'
    )


def _day(of: Subject, dated: pd.Timestamp) -> str:
    return safe(day_text(local_day(dated, zone_info(of.plan.settings.zone)), of.language, year=True), of.language)


def site_words(of: Subject, link: pd.Series, key: str) -> str:
    """Return a site with its distance.

    Parameters
    ----------
    of : the subject.
    link : row of `plan.site_links`.
    key : of the text.

    Returns
    -------
    HTML.
    """
    name, sites = str(link["name"]), of.plan.tables["sites"]
    if of.language == "en":
        english = sites.loc[sites["id"] == link["site_id"], "name_en"].dropna()
        name = str(english.iloc[0]) if len(english) else name
    far = of.say("by_road" if link["by_road"] else "straight", n=f"{round(link['distance_m'], -1):,.0f}")
    return f"{of.say(key)}{safe(name, of.language)}{far}"
