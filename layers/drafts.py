"""Drafts: what an analyst paints, before it is saved, as the state of features: the tiles stay as they are."""

from typing import Any

from layers._base import DRAFT, Layer, Look, StyleLayer

# Where atoms are drawn: cells of the plan, footprints of units on the ground.
_GROUNDS = (("plan", "cells"), ("base", "buildings"))
_STATE: list[Any] = ["coalesce", ["feature-state", "draft"], ""]
NONE = "none"  # painted out of every zone


def _style(look: Look) -> list[tuple[int, StyleLayer]]:
    fills = [value for c in look.classes for value in (c.name, look[f"zone-{c.style}-solid"])]
    paint: dict[str, Any] = {
        "fill-color": ["match", _STATE, *fills, NONE, look["m-land"], look["m-land"]],
        "fill-opacity": ["match", _STATE, "", 0, 0.72],
    }
    edge = {
        "line-color": look["ink"],
        "line-width": 1.4,
        "line-opacity": ["match", _STATE, "", 0, 1],
    }
    found: list[tuple[int, StyleLayer]] = []
    for source, layer in _GROUNDS:
        own = {"source": source, "source-layer": layer}
        found.append((DRAFT, {"id": f"draft-{layer}", "type": "fill", "paint": paint, **own}))
        found.append((DRAFT, {"id": f"draft-{layer}-edge", "type": "line", "paint": edge, **own}))
    return found


DRAFTS_LAYER = Layer(
    "drafts", {"zh": "草稿", "en": "Draft"}, "plan", lambda _plan: [], _style, lambda _plan, _key: None, switched=False
)
