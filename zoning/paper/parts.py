"""The parts of a notice below its map; no case, person, fact or count of cases is in any of them."""

import pandas as pd

from zoning.clocks import local_day
from zoning.measures import NAMES, measures_of
from zoning.paper.boundary import describe, number_of_zone, sentence
from zoning.paper.entrances import KEPT, Entrance
from zoning.paper.page import bullets, columns
from zoning.paper.stay import after_rules, lift_terms, lift_words, stay_rules, watch_days
from zoning.paper.subject import Subject, site_words
from zoning.paper.words import listed, safe, say, unbroken
from zoning.picture import Language
from zoning.times import zone_info

_SERVICES = ("supply", "clinic")
_MOST_GATES = 8  # entrances that are named; the others are counted


def boundary_part(of: Subject) -> str:
    """Return the boundary in words.

    Parameters
    ----------
    of : the subject.

    Returns
    -------
    HTML.
    """
    told = sentence(describe(of.plan, of.zone, of.language), of.language)
    number = number_of_zone(of.plan, of.zone)
    return (
        f'<p><b>{of.say("boundary")}</b>{unbroken(safe(told, of.language))} <span class="mut nw">'
        f"{of.say('zone_number', number=number)}</span></p>"
    )


def stay_part(of: Subject) -> str:
    """Return the rules of stay.

    Parameters
    ----------
    of : the subject.

    Returns
    -------
    HTML; nothing where the pack says nothing.
    """
    rules = stay_rules(of.plan, of.zone, of.language)
    if of.kind == "hold":
        phases = [rule for rule in rules if rule.days][:1]
        rules = [*(rule._replace(days="", now=False) for rule in phases), *(rule for rule in rules if not rule.days)]
    stop, colon = ("。", "：") if of.language == "zh" else (".", ": ")
    lines = list[str]()
    for rule in rules:
        told = rule.days + colon + _sentence(rule.text) if rule.days else _first(_sentence(rule.text))
        text = safe(told + stop, of.language)
        lines.append(f"<b>{text}</b>{of.say('now')}" if rule.now else text)
    return f"<div class='keep'><h2>{of.say('stay')}</h2>{columns(lines)}</div>" if lines else ""


def _first(text: str) -> str:
    return text[:1].upper() + text[1:]


def _sentence(text: str) -> str:
    return text.rstrip("。.；; ")


def measures_part(of: Subject) -> str:
    """Return the catalogue of measures that holds in the zone, each with what decides on it.

    Parameters
    ----------
    of : the subject.

    Returns
    -------
    HTML; nothing where the pack has none.
    """
    told, last = list[str](), ""
    colon = "：" if of.language == "zh" else ": "
    for one in measures_of(of.plan, of.zone):
        if (by := getattr(one.by, of.language)) != last:
            told.append(f'<p class="mut">{safe(_first(by), of.language)}</p>')
            last = by
        name, text = (safe(getattr(of_one, of.language), of.language) for of_one in (NAMES[one.key], one.clause))
        told.append(f"<p><b>{name}{colon}</b>{text}</p>")
    return f"<h2>{of.say('measures')}</h2>{''.join(told)}" if told else ""


def gates_part(of: Subject) -> str:
    """Return the entrances that are open, those that are closed, and where goods and care are had.

    Parameters
    ----------
    of : the subject.

    Returns
    -------
    HTML.
    """
    gates, services = _gates(of), _services(of)
    told = [(of.say("gates"), gates), (of.say("services"), services)]
    halves = [f"<div><h2>{head}</h2>{bullets(lines)}</div>" for head, lines in told if lines]
    return f'<div class="two keep">{"".join(halves)}</div>' if halves else ""


def _gates(of: Subject) -> list[str]:
    """Those that are open by name and road; the closed ones by name where they are few, for nobody gets in there."""
    if not of.entrances:
        return [of.say("no_gates")] if _kept_in(of) else []
    kept = [e for e in of.entrances if e.act in KEPT]
    lines = list[str]()
    for entrance in kept[:_MOST_GATES]:
        use = "" if entrance.vehicles is None else of.say("for_cars" if entrance.vehicles else "on_foot")
        lines.append(f"{numbered(entrance)}{gate_words(of.language, entrance)}{use}")
    if len(kept) > _MOST_GATES:
        lines.append(of.say("more_open", n=len(kept) - _MOST_GATES))
    for acts, key in ((("close", "shut"), "closed"), (("check",), "checked")):
        mine = [e for e in of.entrances if e.act in acts]
        if len(mine) > _MOST_GATES:
            lines.append(of.say(f"{key}_many", n=len(mine)))
        elif mine:
            told = dict.fromkeys(gate_words(of.language, e, road=False) for e in mine)
            lines.append(f"{of.say(key)}{listed(list(told), of.language)}")
    return lines


def numbered(entrance: Entrance) -> str:
    """Return the number of an entrance as the map has it.

    Parameters
    ----------
    entrance : one.

    Returns
    -------
    HTML.
    """
    return f'<span class="no">{entrance.number}</span>'


def gate_words(language: Language, entrance: Entrance, road: bool = True) -> str:
    """Return what an entrance is called.

    Parameters
    ----------
    language : of the words.
    entrance : one.
    road : name the road that it is on.

    Returns
    -------
    HTML.
    """
    on = entrance.road if language == "zh" else entrance.road_en
    if not entrance.known:
        name = (on if entrance.name else "") or say("no_name", language)
        return safe(say("crossing", language, name=name), language)
    name = entrance.name or say("entrance", language)
    return safe(say("entrance_on", language, name=name, road=on) if on and road else name, language)


def _services(of: Subject) -> list[str]:
    links = of.plan.site_links
    links = links[links["zone_id"] == of.zone["zone_id"]].set_index("site_kind")
    lines = [site_words(of, links.loc[kind], f"site_{kind}") for kind in _SERVICES if kind in links.index]
    return [*lines, of.say("care"), of.say("by_hand")] if _kept_in(of) else lines


def _kept_in(of: Subject) -> bool:
    """Whether people are told how to live in the zone, so that entrances and goods are a question."""
    return bool(of.plan.policy.classes[of.zone["class"]].phases)


def lift_part(of: Subject) -> str:
    """Return when and on which terms the zone ends.

    Parameters
    ----------
    of : the subject.

    Returns
    -------
    HTML; nothing where the pack gives no way out.
    """
    if of.kind == "hold":
        return f'<div class="keep"><h2>{of.say("ends")}</h2><p>{of.say("hold_ends")}</p></div>'
    told = lift_words(of.plan, of.zone, of.language)
    return f'<div class="keep"><h2>{of.say("ends")}</h2><p>{safe(told, of.language)}</p></div>' if told else ""


def release_part(of: Subject) -> str:
    """Return what a release changes: what it still waits for, what goes on, and what else holds there.

    Parameters
    ----------
    of : the subject.

    Returns
    -------
    HTML.
    """
    ended = of.zone["ended_at"]
    day = local_day(pd.Timestamp(of.plan.as_of) if pd.isna(ended) else ended, zone_info(of.plan.settings.zone))
    lines = [of.say("free", of=getattr(of.plan.policy.classes[of.zone["class"]].names, of.language))]
    if not pd.isna(of.zone["watch_until"]):
        lines.append(of.say("watched", at=of.at(of.zone["watch_until"])))
    elif days := watch_days(of.plan.policy, day):
        lines.append(of.say("watch", n=days, s="" if days == 1 else "s"))
    rules = [_sentence(text) for text in after_rules(of.plan, of.zone, day, of.language)]
    lines += [safe(_first(text), of.language) + of.say("stop") for text in [*_still(of), *rules]]
    kept = [gate_words(of.language, e, road=False) for e in of.entrances if e.act not in KEPT][:_MOST_GATES]
    word = "reopen_after" if watch_days(of.plan.policy, day) else "reopen"
    lines += [f"{of.say(word)}{listed(kept, of.language)}{of.say('stop')}"] if kept else []
    return f"{_terms(of)}<div class='keep'><h2>{of.say('after')}</h2>{bullets(lines)}</div>"


def _still(of: Subject) -> list[str]:
    """Name the zones that hold the ground of a released one."""
    plan = of.plan
    atoms = plan.former.loc[plan.former["zone_id"] == of.zone["zone_id"], "atom"]
    ids = plan.membership.loc[plan.membership["atom"].isin(atoms), "zone_id"].unique()
    zones = plan.zones[plan.zones["zone_id"].isin(ids) & (plan.zones["status"] != "proposed")]
    told = list[str]()
    for zone in zones.to_dict("records"):
        called = getattr(plan.policy.classes[zone["class"]].names, of.language)
        told.append(say("still", of.language, of=called, number=number_of_zone(plan, zone)))
    return told


def _terms(of: Subject) -> str:
    """Say which conditions hold where the release is only proposed."""
    checks = of.plan.checks[of.plan.checks["zone_id"] == of.zone["zone_id"]] if of.draft else pd.DataFrame()
    if checks.empty:
        return ""
    holds = dict(zip(checks["predicate"], checks["holds"], strict=True))
    lines = [
        safe(f"{say('holds' if holds.get(name) else 'lacks', of.language)}{text}", of.language)
        for name, text in lift_terms(of.plan, of.zone, of.language)
    ]
    return f"<div class='keep'><h2>{of.say('terms')}</h2>{bullets(lines)}</div>"
