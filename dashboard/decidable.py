"""What a person can decide of a zone, with what each decision asks for; and the inbox of what waits for one."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from dashboard.moments import show_typed
from dashboard.plans import Engine, Shown
from dashboard.rows import class_words
from dashboard.texts import both, moment_text
from dashboard.waits import acts_of, asked_of, pending_zones
from layers._base import ACTS
from layers._base import shown as zones_shown
from zoning.clocks import next_midnight, way_out
from zoning.hashes import digest
from zoning.telling import say_reset

INBOX_PAGE = 15  # 10 kB hold them
# What an act that the engine proposes is decided by; a positive is typed as a case.
DECIDED_BY = {
    "open": "delineate", "hold_expired": "delineate", "extend": "extend", "raise": "raise", "step": "step",
    "release": "release", "phase": "assess", "positive": "case",
}  # fmt: skip
# What is missing and a person can bring.
MENDED_BY = {"assessed": "assess", "round_window_h": "rounds", "clean_rounds": "rounds", "rounds_done": "rounds"}
HOLD_HOURS, ALSO, RULES = 24, 8, 6
Zone = Mapping[str, Any]


def actions_of(plan: Any, zone: Zone) -> list[str]:
    """Return the actions that can be decided of a zone, those that are proposed and ready first.

    Parameters
    ----------
    plan : that holds it.
    zone : its row.

    Returns
    -------
    Actions of `zoning.deciding`; none for a zone that is over.
    """
    asked = [DECIDED_BY[act] for act in asked_of(plan).get(zone["zone_id"], []) if act != "positive"]
    return list(dict.fromkeys([*asked, *_possible(plan, zone)]))


def _possible(plan: Any, zone: Zone) -> list[str]:
    if zone["status"] in ("released", "rejected"):
        return []
    if zone["status"] == "proposed":
        return ["delineate", "hold", "reject"]
    if pd.isna(zone["in_force_from"]):
        return ["delineate", "hold", "release"]
    of = plan.policy.classes[zone["class"]]
    found = ["extend"] if len(zone["new_facts"]) else []
    found += ["delineate"] if zone.get("redrawn") else []
    found += ["assess"] if gates_of(plan, zone) else []
    found += ["step"] if any(step.to in plan.policy.classes for step in of.steps) else []
    found += ["raise"] if _stricter(plan, zone) else []
    return [*found, "release"]


def gates_of(plan: Any, zone: Zone) -> list[dict[str, Any]]:
    """Return the assessments that a zone's class asks for: gates of phases, and that of its way out."""
    of, given = plan.policy.classes[zone["class"]], zone.get("gates") or {}
    found = [
        {"value": phase.gate, "label": both("gate_phase", day=phase.from_day, name=phase.names.model_dump())}
        for phase in of.phases
        if phase.gate and phase.gate not in given
    ]
    step = way_out(of, zone["origin"] or None)
    if step and getattr(step.when, "assessed", None) and "release" not in given:
        found.append({"value": "release", "label": both("gate_release")})
    return found


def _stricter(plan: Any, zone: Zone) -> list[str]:
    rank = plan.policy.classes[zone["class"]].rank
    found = [name for name, of in plan.policy.classes.items() if of.rank < rank]
    return sorted(found, key=lambda name: -plan.policy.classes[name].rank)


def _ways(plan: Any, names: list[str]) -> list[dict[str, Any]]:
    return [
        {"value": n, "label": class_words(plan.policy, plan.policy.classes[n].style, n)[1]}
        for n in dict.fromkeys(names)
        if n in plan.policy.classes
    ]


def form_of(shown: Shown, zone: Zone, clock: datetime, engine: Engine) -> dict[str, Any]:
    """Return what the forms of a zone's decisions need.

    Parameters
    ----------
    shown : the plan of now.
    zone : its row.
    clock : the moment at which people work.
    engine : prices whose clocks can begin again.

    Returns
    -------
    zone_id, name, class (words), look, letter; actions; proposed: one a proposal (act, action, to, ready, reasons);
    steps, raises, gates ([{value, label}]); scopes: of `scopes_of`; times: action -> field -> text that stands in its
    form at first; seen: of `seen_of`; also: other zones that are proposed for the same facts, which one notice may
    open together.
    """
    plan, name = shown.plan, zone["class"]
    letter, words = class_words(plan.policy, zone["look"], name)
    of = plan.policy.classes[name]
    return {
        "zone_id": zone["zone_id"],
        "name": {"zh": zone["name"], "en": zone["name_en"]},
        "class": words,
        "look": zone["look"],
        "letter": letter,
        "sketch": zone["status"] == "proposed",
        "actions": actions_of(plan, zone),
        "proposed": [_proposed(act) for act in acts_of(plan, zone["zone_id"])],
        "steps": _ways(plan, [step.to for step in of.steps]),
        "raises": _ways(plan, _stricter(plan, zone)),
        "gates": gates_of(plan, zone),
        "scopes": scopes_of(plan, zone, engine),
        "also": _also(shown, zone),
        "times": _times(zone, clock, shown.zone),
        "seen": seen_of(zone),
    }


def scopes_of(plan: Any, zone: Zone, engine: Engine) -> list[dict[str, Any]]:
    """Return whose clock new cases in a zone can begin again and what that costs, the pack's own first.

    Parameters
    ----------
    plan : that holds it.
    zone : its row.
    engine : prices them.

    Returns
    -------
    value (scope), label (words), person_days (None: not known); none where nothing new is in it.
    """
    rows = engine.price(plan, zone["zone_id"]).to_dict("records")
    cost = [None if pd.isna(row["person_days"]) else round(row["person_days"]) for row in rows]
    return [
        {"value": row["scope"], "label": say_reset(row)._asdict(), "person_days": n}
        for row, n in zip(rows, cost, strict=True)
    ]


def _also(shown: Shown, zone: Zone) -> list[dict[str, Any]]:
    """Return the other zones that rest on a fact of a proposed one and can be decided as it can."""
    if zone["status"] != "proposed":
        return []
    asked, facts = asked_of(shown.plan), set(zone["fact_ids"])
    table = zones_shown(shown.plan).drop(columns="geometry")
    table = table[(table["status"] == "proposed") & (table["zone_id"] != zone["zone_id"])]
    near = table[table["fact_ids"].map(lambda ids: not facts.isdisjoint(ids)).astype(bool)]
    rows = [row for row in near.sort_values("rank").to_dict("records") if "open" in asked.get(row["zone_id"], [])]
    return [{**_head(shown.plan, row), "seen": seen_of(row)} for row in rows[:ALSO]]


def seen_of(zone: Zone) -> str:
    """Return a name of what a person sees of a zone when deciding: a decision answers these facts, on this ground."""
    return digest(zone["class"], sorted(zone["fact_ids"]), zone["atoms"])


def _proposed(act: Mapping[str, Any]) -> dict[str, Any]:
    told = {key: act[key] for key in ("act", "to", "ready", "holding", "of", "reasons")}
    return {**told, "action": DECIDED_BY[act["act"]], "facts": act["fact_ids"][:6], "facts_n": len(act["fact_ids"])}


def _times(zone: Zone, clock: datetime, zone_info: ZoneInfo) -> dict[str, dict[str, str]]:
    def show(at: datetime) -> str:
        return show_typed(at, str(zone_info))

    tonight = show(next_midnight(pd.Timestamp(clock), zone_info))
    return {
        "delineate": {"in_force_from": tonight, "delineated_at": show(clock)},
        "hold": {"until": show(clock + timedelta(hours=HOLD_HOURS))},
        "step": {"in_force_from": tonight},
        "raise": {"in_force_from": show(clock)},
        "release": {"in_force_from": show(clock) if zone["void"] else tonight},
    }


def zone_now(shown: Shown, zone_id: str) -> Zone | None:
    """Return the row of a zone by its id or one of its aliases; None where the plan has none."""
    table = zones_shown(shown.plan).drop(columns="geometry")
    for zone in table.to_dict("records"):
        if zone_id == zone["zone_id"] or zone_id in zone["aliases"]:
            return {str(key): value for key, value in zone.items()}
    return None


def inbox_of(shown: Shown, start: int = 0) -> dict[str, Any]:
    """Return what waits for a person, the most pressing first: edits to confirm, what is ready, what lacks something.

    Parameters
    ----------
    shown : a plan.
    start : how many to leave out.

    Returns
    -------
    `items`, at most INBOX_PAGE: zone, name, look, letter, class, act, action, to (words or None), ready, holding, of,
    reasons, at (words or None), facts_n; `n`, `ready`: how many there are and how many can be decided now; `counts`:
    act -> how many are ready, the most pressing first; `rules`, at most RULES: ground that a rule asks a person to look
    at (layer and id as a choice takes them, name, look, letter, class, said, box).
    """
    plan = shown.plan
    zones = zones_shown(plan).drop(columns="geometry").set_index("zone_id", drop=False).to_dict("index")
    edits = [_edit(zones[zone_id], plan) for zone_id in sorted(pending_zones(plan)) if zone_id in zones]
    acts = [act for act in acts_of(plan) if act["zone_id"] in zones]
    acts.sort(key=lambda act: _urgency(act, zones[act["zone_id"]]))
    ready = sum(act["ready"] for act in acts)
    counts = {name: sum(a["ready"] and a["act"] == name for a in acts) for name in ACTS}
    page = acts[max(start - len(edits), 0) : max(start + INBOX_PAGE - len(edits), 0)]
    items = [*edits[start : start + INBOX_PAGE], *(_item(shown, act, zones[act["zone_id"]]) for act in page)]
    told = {"n": len(acts) + len(edits), "ready": int(ready) + len(edits), "rules": _by_rules(plan)}
    return {"items": items, **told, "counts": {name: n for name, n in counts.items() if n}, "edits": len(edits)}


def _by_rules(plan: Any) -> list[dict[str, Any]]:
    names = {rule.id: rule.names.model_dump() for rule in plan.policy.rules}
    found = []
    for row in plan.proposals.head(RULES).to_dict("records"):
        kind, _, key = str(row["ground"]).partition(":")
        layer = "areas" if kind == "area" else "units"
        table = plan.tables["areas"] if kind == "area" else plan.units
        shape = table.loc[table["id"] == key, "geometry"]
        of = plan.policy.classes[row["class"]]
        letter, words = class_words(plan.policy, of.style, row["class"])
        name = {"zh": row["name"], "en": row["name_en"]}
        said = both("rule_asks", rule=names[row["rule_id"]], id=row["rule_id"])
        box = [round(float(v), 6) for v in shape.iloc[0].bounds] if len(shape) and shape.iloc[0] is not None else None
        told = {"layer": layer, "id": key, "name": name, "look": of.style, "letter": letter, "class": words}
        found.append({**told, "said": said, "box": box})
    return found


def _urgency(act: Mapping[str, Any], zone: Zone) -> tuple[Any, ...]:
    lacking = act["of"] - act["holding"]
    return not act["ready"], ACTS.index(act["act"]) if act["ready"] else lacking, zone["rank"], -(zone["people"] or 0)


def _brought(plan: Any, zone_id: str) -> str:
    """Return the act by which a person can bring what a way out lacks; empty where only time can."""
    checks = plan.checks
    missing = checks.loc[(checks["zone_id"] == zone_id) & ~checks["holds"].astype(bool), "predicate"]
    return next((MENDED_BY[name] for name in missing if name in MENDED_BY), "")


def _head(plan: Any, zone: Zone) -> dict[str, Any]:
    letter, words = class_words(plan.policy, zone["look"], zone["class"])
    name = {"zh": zone["name"], "en": zone["name_en"]}
    sketch = zone["status"] == "proposed"
    return {"zone": zone["zone_id"], "name": name, "look": zone["look"], "letter": letter, "class": words,
            "sketch": sketch}  # fmt: skip


def _edit(zone: Zone, plan: Any) -> dict[str, Any]:
    return {**_head(plan, zone), "act": "pending", "action": "", "ready": True, "reasons": both("edits_pending")}


def _item(shown: Shown, act: Mapping[str, Any], zone: Zone) -> dict[str, Any]:
    policy = shown.plan.policy
    to = class_words(policy, policy.classes[act["to"]].style, act["to"])[1] if act["to"] in policy.classes else None
    at = None if act["at"] is None else moment_text(act["at"].astimezone(shown.zone))
    told = {key: act[key] for key in ("act", "ready", "holding", "of", "reasons")}
    action = DECIDED_BY[act["act"]] if act["ready"] else _brought(shown.plan, zone["zone_id"])
    more = {"action": action, "to": to if act["act"] in ("raise", "step") else None, "at": at}
    return {**_head(shown.plan, zone), **told, **more, "facts_n": len(act["fact_ids"])}
