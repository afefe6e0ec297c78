"""The card: what was chosen, its class, and why; thin readers of a plan, no rule of their own."""

from collections.abc import Mapping
from typing import Any

from dash import html

from dashboard.card_around import gates_section, sites_section
from dashboard.card_calendar import calendar_section
from dashboard.card_measures import measures_section
from dashboard.card_proportion import proportion_section, weight_of
from dashboard.card_ways import called, ways_section
from dashboard.life import act_bar, life_sections
from dashboard.parts import chip, figure, number, pairs, section, text, words
from dashboard.plans import Engine, Shown
from dashboard.rows import class_words, clock, lift_day, rounds_of, whole
from dashboard.texts import both, day_text, known, problem
from layers import LAYERS
from layers._base import Card, label_points, row_of
from layers._base import shown as zones_shown

FACTS_SHOWN, PROBLEMS_SHOWN, PARTS_SHOWN = 6, 20, 16
_LAYERS = {layer.key: layer for layer in LAYERS}


def make_card(shown: Shown, choice: Mapping[str, Any], engine: Engine) -> list[Any]:
    """Return the card of a choice.

    Parameters
    ----------
    shown : a plan on its day.
    choice : layer (key), id, and where it was clicked (lng, lat; may be missing).
    engine : who explains.

    Returns
    -------
    Dash components; one sentence where the choice does not exist on this day.
    """
    layer = _LAYERS.get(str(choice.get("layer")))
    key = str(choice.get("id"))
    card = layer.card(shown.plan, key) if layer else None
    if layer is None or card is None:
        return [html.P(text("not_found", id=key), className="empty")]
    if card.kind == "zones":
        return _zone_card(shown, key, engine)
    return _place_card(shown, layer.key, key, card, engine)


def look_at(plan: Any) -> list[Any]:
    """Return what waits for an officer before anything is chosen: proposals of rules, then problems, in words."""
    names = {rule.id: rule.names.model_dump() for rule in plan.policy.rules}
    called = {
        z["zone_id"]: {"zh": z["name"], "en": z["name_en"]}
        for z in plan.zones[["zone_id", "name", "name_en"]].to_dict("records")
    }
    edits = {e["event_id"]: e for e in plan.ledger.to_dict("records")}
    called |= {key: both("edit_by", by=edit["author"]) for key, edit in edits.items()}
    told = {key: {"zh": edit["text_zh"], "en": edit["text_en"]} for key, edit in edits.items()}
    lines = []
    for row in plan.proposals.to_dict("records"):
        of = plan.policy.classes[row["class"]]
        ground = {"zh": row["name"], "en": row["name_en"]}
        asked = both("proposal", ground=ground, rule=names[row["rule_id"]])
        letter = class_words(plan.policy, of.style, row["class"])[0]
        lines.append(html.Li([chip(of.style, letter), html.Span([words(asked), f" ({row['rule_id']})"])]))
    lines += [
        html.Li(
            html.Span(
                [
                    _subject(str(row["subject"]), called),
                    " ",
                    words(told.get(row["subject"]) or problem(row["code"], row["text"])),
                ]
            )
        )
        for row in plan.problems.to_dict("records")
    ]
    if not lines:
        return []
    hidden = len(lines) - PROBLEMS_SHOWN
    more = [html.P(text("more", n=hidden), className="mut")] if hidden > 0 else []
    listed = html.Ul(lines[:PROBLEMS_SHOWN], className="todo")
    return [section(text("look_at"), [listed, *more], text("look_at_n", n=len(lines)))]


def _subject(key: str, called: Mapping[str, Mapping[str, str]]) -> Any:
    return words(called[key]) if key in called else html.B(key, className="mono")


def _zone_card(shown: Shown, zone_id: str, engine: Engine) -> list[Any]:
    plan = shown.plan
    zones = zones_shown(plan)
    zone = row_of(zones.drop(columns="geometry"), zone_id, "zone_id")
    if zone is None:
        return [html.P(text("not_found", id=zone_id), className="empty")]
    letter, names = class_words(plan.policy, zone["look"], zone["class"])
    rounds = rounds_of(plan.calendar[plan.calendar["zone_id"] == zone_id]).get(zone_id, [])
    time = clock(plan.policy, zone["class"], rounds, shown.day)
    weight = weight_of(shown, zone_id, engine)
    title = html.Div(
        [
            html.H2(words({"zh": zone["name"], "en": zone["name_en"]})),
            html.Div([words(names), " ", html.Span(zone_id, className="mono"), " · ", words(known(zone["status"]))]),
            *([html.Span(text("void"), className="tag warn")] if zone["void"] else []),
        ]
    )
    head = html.Header([chip(zone["look"], letter, _chip_class(zone)), title], className="chead")
    return [
        head,
        _zone_figures(shown, zone, time, weight),
        *life_sections(shown, zone, engine),
        section(text("why"), [_reasons(_zone_reasons(plan, zone_id)), *_weak(zone)], class_name="why"),
        *_why_not(zones.loc[zones["zone_id"] == zone_id, "geometry"]),
        *measures_section(plan, zone),
        calendar_section(shown, zone, rounds, time),
        *proportion_section(zone, weight),
        *gates_section(plan, zone_id),
        *sites_section(plan, zone_id),
        *act_bar(shown, zone),
    ]


def _why_not(ground: Any) -> list[Any]:
    """Offer the ways of a zone to other classes, asked of a point in it; a zone without an outline has none."""
    point = label_points(ground.to_numpy(object))[0]
    return [] if point is None or point.is_empty else [ways_section(at=f"{point.x:.6f},{point.y:.6f}")]


def _chip_class(zone: Mapping[str, Any]) -> str:
    return "lg sketch" if zone["status"] == "proposed" else "lg"


def _zone_figures(shown: Shown, zone: Mapping[str, Any], time: Mapping[str, Any], weight: Any) -> html.Div:
    lift = lift_day(zone["earliest_lift_at"], shown.zone)
    people, cost = whole(zone["people"]), whole(weight and weight["person_days"])
    of = html.Span(f" / {time['days']}", className="mut") if time["days"] else ""
    return html.Div(
        [
            figure("–" if people is None else number(people), text("people_unit")),
            figure([str(time["day"] or "–"), of], text("day_since")),
            figure(words(day_text(lift)) if lift else "–", text("lift")),
            figure("–" if cost is None else number(cost), text("person_days")),
        ],
        className="figs",
    )


def _weak(zone: Mapping[str, Any]) -> list[Any]:
    return [html.P(text("no_ground"), className="note warn")] if zone.get("no_ground") else []


def _zone_reasons(plan: Any, zone_id: str) -> list[dict[str, Any]]:
    """Return one reason a rule: every fact behind an atom of the zone, and whether any of it is only possible."""
    mine = plan.membership[plan.membership["zone_id"] == zone_id]
    facts: dict[str, dict[str, None]] = {}
    possible: set[str] = set()
    for rules, of, certainty in mine[["rule_ids", "fact_ids", "certainty"]].itertuples(index=False):
        for rule in rules:
            facts.setdefault(rule, {}).update(dict.fromkeys(of))
            possible |= {rule} if certainty == "possible" else set()
    return [
        {
            "rule_id": rule.id,
            "names": rule.names.model_dump(),
            "cite": rule.cite,
            "grade": rule.grade,
            "facts": list(facts[rule.id]),
            "certainty": "possible" if rule.id in possible else "certain",
        }
        for rule in plan.policy.rules
        if rule.id in facts
    ]


def _reasons(reasons: list[dict[str, Any]]) -> Any:
    if not reasons:
        return html.P(text("no_reason"), className="mut")
    return html.Ul([_reason(r) for r in reasons])


def _reason(reason: Mapping[str, Any]) -> html.Li:
    facts = list(reason.get("facts") or [])
    grade = text("own_default") if reason["grade"] == "O" else text("grade", grade=reason["grade"])
    more = [text("more", "mut", n=len(facts) - FACTS_SHOWN)] if len(facts) > FACTS_SHOWN else []
    weak = [html.Span(text("possible"), className="tag warn")] if reason.get("certainty") == "possible" else []
    counted = text("fact_1") if len(facts) == 1 else text("facts_n", n=len(facts))
    shown = [html.Span(f, className="fact mono") for f in facts[:FACTS_SHOWN]]
    said = [html.Span([reason["rule_id"], " · ", grade], className="by"), *weak]
    cite = [html.P(reason["cite"], className="cite", lang="zh")] if reason.get("cite") else []
    behind = html.Details([html.Summary(counted), html.Div([*shown, *more])]) if facts else ""
    return html.Li([html.Div([html.B(words(reason["names"])), *said]), *cite, behind])


def _explained(shown: Shown, kind: str, key: str, card: Card, engine: Engine) -> dict[str, Any]:
    """Return why a unit or a cell has its class; what is neither is explained by where it stands."""
    if kind in ("units", "cells"):
        return engine.explain_unit(shown.plan, key)
    return engine.explain_at(shown.plan, *card.at) if card.at else {}


def _place_card(shown: Shown, kind: str, key: str, card: Card, engine: Engine) -> list[Any]:
    plan = shown.plan
    found = _explained(shown, kind, key, card, engine)
    name = found.get("class")
    of = plan.policy.classes.get(name) if name else None
    letter, names = class_words(plan.policy, of.style, name) if of else ({"zh": "–", "en": "–"}, both("in_no_zone"))
    title = html.Div([html.H2(words(card.title)), html.Div([words(known(card.kind)), " · ", words(names)])])
    rows = [(words(known(k)), _value(v)) for k, v in card.rows]
    if (people := whole(found.get("people"))) is not None and "people" not in dict(card.rows):
        rows.insert(0, (text("people_unit"), number(people)))
    head = "why" if kind in ("units", "cells") else "why_here"
    weak = [html.P(text("possible"), className="note warn")] if found.get("certainty") == "possible" else []
    return [
        html.Header([chip(of.style if of else "none", letter, "lg"), title], className="chead"),
        section(text(head), [_reasons(found.get("reasons") or []), *weak], class_name="why"),
        *([ways_section(unit=key)] if kind in ("units", "cells") else []),
        *_within(plan, found.get("atoms") or []),
        *_zone_link(shown, found.get("zone_id")),
        *([section(text("card"), [pairs(rows)])] if rows else []),
    ]


def _within(plan: Any, atoms: list[dict[str, Any]]) -> list[Any]:
    """Return the parts of a unit with the class of each: floors of one footprint may differ."""
    if len(atoms) < 2:
        return []
    lines = []
    for atom in sorted(atoms, key=lambda a: (a["rank"] or 99, a["atom_id"]))[:PARTS_SHOWN]:
        of = plan.policy.classes.get(atom["class"]) if atom["class"] else None
        letter = class_words(plan.policy, of.style, atom["class"])[0] if of else {"zh": "–", "en": "–"}
        rest = [" ", text("rest", "mut")] if atom["atom_id"].endswith("/rest") else []
        name = [
            chip(of.style if of else "none", letter),
            html.Span([words(called(plan, atom["atom_id"])), *rest]),
        ]
        lines.append((html.Span(name, className="part"), [number(round(atom["people"])), " ", text("people_unit")]))
    more = [html.P(text("more", n=len(atoms) - PARTS_SHOWN), className="mut")] if len(atoms) > PARTS_SHOWN else []
    return [section(text("within"), [pairs(lines), *more], text("look_at_n", n=len(atoms)))]


def _zone_link(shown: Shown, zone_id: Any) -> list[Any]:
    zone = row_of(zones_shown(shown.plan).drop(columns="geometry"), zone_id, "zone_id") if zone_id else None
    if zone is None:
        return []
    letter, names = class_words(shown.plan.policy, zone["look"], zone["class"])
    # The script of the list opens what carries data-zone.
    button = html.Button(
        [chip(zone["look"], letter), html.Span([zone["name"] or zone_id, html.Br(), words(names, "mut")])],
        className="zlink",
        **{"data-zone": zone_id},
    )
    return [section(text("in_zone"), [button])]


def _value(value: Any) -> Any:
    if isinstance(value, bool):
        return text("yes" if value else "no")
    return number(value) if isinstance(value, int | float) else words(known(str(value)))
