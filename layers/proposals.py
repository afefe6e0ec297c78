"""Proposals: what the engine would have a person decide now, as a band and a sign on each zone; off until asked for.

The tiles carry the act alone: reasons and facts are for the analyst's card.
"""

from typing import TYPE_CHECKING, Any

from layers._base import (
    ACTS,
    BADGE,
    ZONE_LINE,
    Layer,
    Legend,
    Look,
    Part,
    StyleLayer,
    label_points,
    ready_acts,
    shapes,
    shown,
    values,
    zone_card,
)

if TYPE_CHECKING:
    from zoning.pipeline import Plan

# What can be proposed -> sign, names.
_LOOKS: dict[str, tuple[str, dict[str, str]]] = {
    "positive": ("?", {"zh": "阳性待录入", "en": "positive to enter"}),
    "raise": ("↑", {"zh": "建议升级", "en": "to turn stricter"}),
    "open": ("+", {"zh": "建议划定", "en": "to open"}),
    "hold_expired": ("!", {"zh": "临时管控到期", "en": "hold expired"}),
    "extend": ("↔", {"zh": "纳入新事实", "en": "to extend"}),
    "release": ("−", {"zh": "建议解除", "en": "to lift"}),
    "step": ("↓", {"zh": "建议降级", "en": "to step down"}),
    "phase": ("→", {"zh": "转入下一阶段", "en": "to the next phase"}),
}


def _parts(plan: "Plan") -> list[Part]:
    first = ready_acts(plan).drop_duplicates("zone_id").set_index("zone_id")["act"]
    zones = shown(plan)
    zones = zones[zones["zone_id"].isin(first.index)]
    columns = {"id": values(zones, "zone_id"), "rank": values(zones, "rank")}
    columns["act"] = zones["zone_id"].map(first).tolist()
    outlines = shapes(zones)
    return [Part("acts", outlines, columns), Part("act_points", label_points(outlines), columns)]


def _images(look: Look) -> dict[str, dict[str, Any]]:
    plate = {"box": 20, "round": 10, "fill": look["accent"], "ink": look["on-accent"], "line": look["m-halo"]}
    return {look.image(f"act-{act}"): {**plate, "text": sign} for act, (sign, _) in _LOOKS.items()}


def _style(look: Look) -> list[tuple[int, StyleLayer]]:
    # A band below the zone's own outline, which stays the cue of its class.
    band = {"line-color": look["accent"], "line-width": 11}
    images = [v for act in ACTS for v in (act, look.image(f"act-{act}"))]
    layout = {
        "icon-image": ["match", ["get", "act"], *images, ""],
        "icon-offset": [0, 22],
        "icon-padding": 0,
        "symbol-sort-key": ["get", "rank"],
    }
    points = {"source": "plan", "source-layer": "act_points", "type": "symbol", "layout": layout, "paint": {}}
    edge = {"source": "plan", "source-layer": "acts", "type": "line", "layout": {"line-join": "round"}, "paint": band}
    return [(ZONE_LINE - 1, {"id": "act-edge", **edge}), (BADGE + 3, {"id": "act-badges", **points})]


def _legend(look: Look) -> list[Legend]:
    return [Legend(_LOOKS[act][1], look.image(f"act-{act}")) for act in ACTS]


PROPOSALS_LAYER = Layer(
    "proposals",
    {"zh": "建议", "en": "Proposals"},
    "plan",
    _parts,
    _style,
    zone_card,
    images=_images,
    legend=_legend,
    on=False,
)
