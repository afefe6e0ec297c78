"""The card's gates of a zone, and the nearest sites: what is open, how far, how long on foot."""

from typing import Any

import pandas as pd
from dash import html

from dashboard.parts import number, section, text, words
from dashboard.texts import known
from layers._base import values

GATES_SHOWN = 8
WALK_M_MIN = 80.0  # an adult on foot, of Chinese planning of service areas (15 minutes are 1,200 m)
_STATES = ("open", "closed", "undecided")
# What a person in the zone needs first stands first.
_KINDS = ("sampling", "supply", "clinic", "pharmacy", "hospital", "fever_clinic", "quarantine")


def gates_section(plan: Any, zone_id: str) -> list[Any]:
    """Return the gates of a zone, the open ones first; nothing where there are none.

    Parameters
    ----------
    plan : a derived plan.
    zone_id : of one of its zones.

    Returns
    -------
    One section, or none.
    """
    gates = plan.gate_points[plan.gate_points["zone_id"] == zone_id]
    if not len(gates):
        return []
    states = ["undecided" if pd.isna(o) else "open" if o else "closed" for o in gates["open"]]
    # Named gates first: a footpath without a name says little.
    order = gates.assign(state=states, unnamed=gates["name"].isna(), place=[_STATES.index(s) for s in states])
    order = order.sort_values(["place", "unnamed"], kind="stable")
    roads = _road_names(plan)
    lines = [_gate(gate, roads) for gate in order.head(GATES_SHOWN).to_dict("records")]
    more = [html.P(text("more", n=len(gates) - GATES_SHOWN), className="mut")] if len(gates) > GATES_SHOWN else []
    counts = [text(f"gates_{state}", n=n) for state in _STATES if (n := states.count(state))]
    note = [part for count in counts for part in (", ", count)][1:]
    return [section(text("gates"), [html.Ul(lines, className="gates"), *more], note)]


def _road_names(plan: Any) -> dict[str, dict[str, str]]:
    roads = plan.tables.get("roads")
    if roads is None:
        return {}
    named = zip(*(values(roads, name) for name in ("id", "name", "name_en")), strict=True)
    return {str(i): {"zh": zh or en, "en": en or zh} for i, zh, en in named if zh or en}


def _gate(gate: dict[str, Any], roads: dict[str, dict[str, str]]) -> html.Li:
    road = roads.get(str(gate.get("road_id")))
    name = text(f"gate_{gate['kind']}") if gate["unnamed"] else gate["name"]
    if gate["unnamed"] and road:
        name = words(road)
    elif road:
        name = [name, html.Span([" · ", words(road)], className="mut")]
    return html.Li([html.I(className=gate["state"]), html.Span(name), text(f"gate_{gate['state']}", "mut")])


def sites_section(plan: Any, zone_id: str) -> list[Any]:
    """Return the nearest site of each kind; nothing where no site can be reached.

    Parameters
    ----------
    plan : a derived plan.
    zone_id : of one of its zones.

    Returns
    -------
    One section, or none.
    """
    links = plan.site_links[(plan.site_links["zone_id"] == zone_id) & plan.site_links["distance_m"].notna()]
    if not len(links):
        return []
    sites = plan.tables["sites"]
    english = dict(zip(sites["id"], sites["name_en"].fillna(sites["name"]), strict=True))
    place = {kind: k for k, kind in enumerate(_KINDS)}
    links = links.assign(place=links["site_kind"].map(place).fillna(len(_KINDS))).sort_values(["place", "distance_m"])
    lines = [_site(link, english) for link in links.to_dict("records")]
    return [section(text("sites"), [html.Ul(lines, className="sitelist")])]


def _site(link: dict[str, Any], english: dict[str, str]) -> html.Li:
    metres = float(link["distance_m"])
    name = words({"zh": link["name"], "en": english[link["site_id"]]})
    far = text("by_road" if link["by_road"] else "by_air", n=number(round(metres)))
    walk = [text("on_foot", n=max(1, round(metres / WALK_M_MIN))), " · "] if link["by_road"] else []
    return html.Li(
        [
            html.Span([words(known(link["site_kind"]), "mut"), " ", name]),
            html.Span([*walk, html.Span(far, className="mut")]),
        ]
    )
