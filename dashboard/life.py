"""The card's part on a zone's life: what is proposed and why, what it waits for, its stage and dates, edits on it."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
from dash import html

from dashboard.decidable import MENDED_BY, actions_of, scopes_of
from dashboard.parts import number, pairs, section, text, words
from dashboard.plans import Engine, Shown
from dashboard.rows import class_words, stage_words
from dashboard.texts import both, known, moment_text
from dashboard.waits import acts_of, asked_of, checks_of, edits_of
from layers._base import ACTS

FACTS_SHOWN, EDITS_SHOWN = 6, 6
_DATES = ("delineated_at", "in_force_from", "class_since", "hold_until", "ended_at", "watch_until")
Zone = Mapping[str, Any]


def life_sections(shown: Shown, zone: Zone, engine: Engine) -> list[Any]:
    """Return the sections of a zone's life.

    Parameters
    ----------
    shown : a plan on its day.
    zone : its row of `plan.zones`.
    engine : prices an extension.

    Returns
    -------
    Sections: proposals and edits that wait for a person first; none of them is empty.
    """
    edits = edits_of(shown.plan, zone["zone_id"])
    waiting, rest = [e for e in edits if e["pending"]], [e for e in edits if not e["pending"]]
    return [
        *_edits(shown, waiting, "edits_pending", "ask"),
        *_proposals(shown, zone, engine),
        *_waits(shown, zone),
        section(text("life"), [pairs(_dates(shown, zone))], class_name="life"),
        *_edits(shown, rest, "edits", ""),
    ]


def act_bar(shown: Shown, zone: Zone) -> list[Any]:
    """Return the buttons of a zone's card; a script opens what they name, and the first is what is proposed.

    Parameters
    ----------
    shown : a plan on its day.
    zone : its row of `plan.zones`.

    Returns
    -------
    One line of buttons: of a released zone its papers; none for one that was rejected.
    """
    actions = actions_of(shown.plan, zone)
    if zone["status"] == "released":
        papers = [_act_button(name, text(f"{name}_short")) for name in ("notice", "certificate")]
        return [html.Div(papers, className="cfoot")]
    if not actions:
        return []
    ready = bool(asked_of(shown.plan).get(zone["zone_id"]))
    shown_first = [actions[0]] if ready else []
    shown_first += ["hold"] if "hold" in actions and "hold" not in shown_first else []
    buttons = [
        _act_button(name, text("hold_short" if name == "hold" else f"act_of_{name}"), "pri" if ready and not k else "")
        for k, name in enumerate(shown_first)
    ]
    if set(actions) - set(shown_first):
        buttons.append(_act_button("decide", text("decide_other" if buttons else "decide_short")))
    if zone["status"] in ("decided", "in_force"):
        buttons.append(_act_button("rounds", text("rounds_short")))
    return [html.Div([*buttons, _act_button("notice", text("notice_short"))], className="cfoot")]


def _act_button(name: str, label: Any, look: str = "") -> html.Button:
    return html.Button(label, className=f"btn {look}".strip(), type="button", **{"data-act": name})


def _proposals(shown: Shown, zone: Zone, engine: Engine) -> list[Any]:
    ready = [act for act in acts_of(shown.plan, zone["zone_id"]) if act["ready"]]
    if not ready:
        return []
    ready.sort(key=lambda act: ACTS.index(act["act"]))
    prices = {"extend": _prices(shown, zone, engine)}
    lines = [
        html.Li([html.B(words(_act_words(shown, act))), *_reasons(act), *prices.get(act["act"], [])]) for act in ready
    ]
    return [section(text("proposals"), [html.Ul(lines, className="asks")], text("proposals_note"), "ask")]


def _prices(shown: Shown, zone: Zone, engine: Engine) -> list[Any]:
    """Return what an extension costs by whose clock it begins again."""
    lines = [html.P(words(scope["label"], "num")) for scope in scopes_of(shown.plan, zone, engine)]
    return [html.P(text("scope_asked", "mut")), *lines] if lines else []


def _act_words(shown: Shown, act: Mapping[str, Any]) -> dict[str, str]:
    """Return what is proposed: the verb, and the class or phase that it leads to."""
    verb, to, policy = both(f"act_{act['act']}"), act["to"], shown.plan.policy
    if act["act"] not in ("raise", "step", "open") or to not in policy.classes:
        return verb
    return both("act_to", act=verb, to=class_words(policy, policy.classes[to].style, to)[1])


def _reasons(act: Mapping[str, Any]) -> list[Any]:
    facts = [html.Span(fact, className="fact mono") for fact in act["fact_ids"][:FACTS_SHOWN]]
    hidden = len(act["fact_ids"]) - FACTS_SHOWN
    more = [text("more", "mut", n=hidden)] if hidden > 0 else []
    return [html.P(words(act["reasons"])), *([html.Div([*facts, *more], className="facts")] if facts else [])]


def _waits(shown: Shown, zone: Zone) -> list[Any]:
    """Return the way out as a list of conditions: one that holds, one that only time is needed for, one missing."""
    checks = checks_of(shown.plan, zone["zone_id"])
    if not checks:
        return []
    to, policy = checks[0]["to"], shown.plan.policy
    head = text("waits_release")
    if to in policy.classes:
        head = text("waits_step", to=class_words(policy, policy.classes[to].style, to)[1])
    holding = sum(check["holds"] for check in checks)
    lines = [_check(check, shown) for check in checks]
    return [section(head, [html.Ul(lines, className="checks")], text("waits_n", n=holding, all=len(checks)))]


def _check(check: Mapping[str, Any], shown: Shown) -> html.Li:
    running = check["at"] is not None and check["at"] > pd.Timestamp(shown.plan.as_of)
    state = "holds" if check["holds"] else "running" if running else "missing"
    mark = html.Span(text(f"check_{state}"), className="vh")
    told = check["found"] if check["holds"] else check["missing"]
    name = html.B(words(both(f"predicate_{check['predicate']}")))
    act = None if check["holds"] else MENDED_BY.get(check["predicate"])
    mend = [_act_button(act, text(f"mend_{act}"), "sm quiet")] if act else []
    return html.Li([html.I(mark), html.Div([name, html.P(words(told)), *mend])], className=state)


def _dates(shown: Shown, zone: Zone) -> list[tuple[Any, Any]]:
    policy = shown.plan.policy
    rows: list[tuple[Any, Any]] = [(text("status"), words(known(zone["status"])))]
    if stage := stage_words(policy, zone["class"], zone["stage"]):
        rows.append((text("stage"), words(stage)))
    if (origin := zone.get("origin")) in policy.classes:
        rows.append((text("origin"), words(class_words(policy, policy.classes[origin].style, origin)[1])))
    times = [(key, zone.get(key)) for key in _DATES]
    if zone.get("class_since") == zone.get("in_force_from"):
        times.remove(("class_since", zone.get("class_since")))
    rows += [(text(key), words(moment_text(at.astimezone(shown.zone)))) for key, at in times if not pd.isna(at)]
    return rows + [(text(key), zone[key]) for key in ("notice_no", "decided_by") if zone.get(key)]


def _edits(shown: Shown, edits: list[dict[str, Any]], head: str, class_name: str) -> list[Any]:
    if not edits:
        return []
    lines = [
        html.Li(
            [
                html.B(words(known(f"edit_{edit['status']}"))),
                html.P(words({"zh": edit["text_zh"], "en": edit["text_en"]})),
                html.P([f"{edit['author']} · ", _when(shown, edit), f" · {edit['reason']}"], className="mut"),
                html.P(text("edit_atoms", n=number(edit["atoms"])), className="mut"),
            ]
        )
        for edit in edits[:EDITS_SHOWN]
    ]
    more = [html.P(text("more", n=len(edits) - EDITS_SHOWN), className="mut")] if len(edits) > EDITS_SHOWN else []
    return [section(text(head), [html.Ul(lines, className="asks"), *more], text("look_at_n", n=len(edits)), class_name)]


def _when(shown: Shown, edit: Mapping[str, Any]) -> html.Span:
    return words(moment_text(edit["recorded_at"].astimezone(shown.zone)))
