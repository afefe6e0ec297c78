"""The whole MapLibre style: no glyphs, no sprite, no address but our own tiles; colours from `assets/tokens.css`."""

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from layers._base import SELECTED, ClassLook, Layer, Look, StyleLayer

if TYPE_CHECKING:
    from zoning.policy import Policy

TOKENS = Path(__file__).resolve().parent.parent / "assets" / "tokens.css"
# The state of a feature is kept by the id of what it shows, which is the same in every tile and at every zoom.
_IDS = {"plan": {"cells": "id"}, "base": {"buildings": "id"}}
THEMES = ("light", "dark")
LANGS = ("zh", "en")
MAX_TILE_ZOOM = 16
_ZOOMS = {"minzoom": 0, "maxzoom": MAX_TILE_ZOOM}
FONT = ["Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", "Noto Sans"]


@lru_cache(maxsize=4)
def read_tokens(path: Path = TOKENS) -> dict[str, dict[str, str]]:
    """Read the design tokens that screen and map share.

    Parameters
    ----------
    path : a CSS file with `:root { --name: value; }` and `[data-theme="dark"] { ... }`.

    Returns
    -------
    theme -> token name without dashes -> value; the dark theme starts from the light one.
    """
    text = re.sub(r"/\*.*?\*/", "", path.read_text("utf-8"), flags=re.DOTALL)
    blocks: dict[str, dict[str, str]] = {theme: {} for theme in THEMES}
    for selector, body in re.findall(r"^(:root|\[data-theme=\"dark\"\])\s*\{(.*?)\}", text, re.DOTALL | re.MULTILINE):
        theme = "light" if selector == ":root" else "dark"
        blocks[theme] |= {k: v.strip() for k, v in re.findall(r"--([\w-]+):\s*([^;]+);", body)}
    return {"light": blocks["light"], "dark": blocks["light"] | blocks["dark"]}


def look_of(policy: "Policy", theme: str, lang: str) -> Look:
    """Return what a style is drawn from.

    Parameters
    ----------
    policy : the pack that the plan was derived with.
    theme : light | dark.
    lang : zh | en.

    Returns
    -------
    A Look with the pack's classes, the strictest first.
    """
    classes = [
        ClassLook(
            name,
            c.rank,
            c.style,
            {"zh": c.letter.zh, "en": c.letter.en},
            {"zh": c.names.zh, "en": c.names.en},
        )
        for name, c in policy.classes.items()
    ]
    return Look(theme, lang, read_tokens()[theme], tuple(sorted(classes, key=lambda c: c.rank)))


def _selected(look: Look) -> list[tuple[int, StyleLayer]]:
    """Return the outline of a selected building, estate, cell or point."""
    only = ["==", ["get", "id"], ["global-state", "item"]]
    halo, line = {"line-color": look["sel-halo"], "line-width": 5}, {"line-color": look["sel"], "line-width": 2}
    ring = {
        "circle-radius": 13,
        "circle-color": "rgba(0,0,0,0)",
        "circle-stroke-color": look["sel"],
        "circle-stroke-width": 2,
    }
    found: list[tuple[int, StyleLayer]] = []
    for source, layer in (("base", "estates"), ("base", "buildings"), ("base", "areas"), ("plan", "cells")):
        own = {"type": "line", "source": source, "source-layer": layer, "filter": only}
        found.append((SELECTED, {"id": f"selected-{layer}-halo", "paint": halo, **own}))
        found.append((SELECTED, {"id": f"selected-{layer}", "paint": line, **own}))
    for source, layer in (("base", "places"), ("base", "sites"), ("plan", "gates")):
        own = {"type": "circle", "source": source, "source-layer": layer, "filter": only}
        found.append((SELECTED + 1, {"id": f"selected-{layer}", "paint": ring, **own}))
    return found


def compose(layers: Sequence[Layer], look: Look, tiles: dict[str, str]) -> dict[str, Any]:
    """Put the styles of all layers together, from the ground up.

    Parameters
    ----------
    layers : the registry.
    look : theme, language and classes.
    tiles : source name (base, plan) -> address of its tiles with {z}, {x} and {y}.

    Returns
    -------
    A MapLibre style. Each of its layers says in `metadata.layer` whose it is; `metadata` of the style holds
    `images` (what the browser draws for each name), `layers` (for the switch) and `legend`.
    """
    found: list[tuple[int, str, StyleLayer]] = [
        (0, "", {"id": "land", "type": "background", "paint": {"background-color": look["m-land"]}})
    ]
    for layer in layers:
        found += [(height, layer.key, own) for height, own in layer.style(look)]
    found += [(height, "", own) for height, own in _selected(look)]
    ordered: list[StyleLayer] = [
        {**own, "metadata": {"layer": key}} for _, key, own in sorted(found, key=lambda f: f[0])
    ]
    for own in ordered:
        if "text-field" in own.get("layout", {}):
            own["layout"] = {"text-font": FONT, **own["layout"]}
    return {
        "version": 8,
        "state": {"zone": {"default": ""}, "item": {"default": ""}},
        "sources": {
            name: {"type": "vector", "tiles": [url], **_ZOOMS, "promoteId": _IDS.get(name, {})}
            for name, url in tiles.items()
        },
        "layers": ordered,
        "metadata": _metadata(layers, look),
    }


def _metadata(layers: Sequence[Layer], look: Look) -> dict[str, Any]:
    legend = [
        {"layer": layer.key, "name": entry.names[look.lang], "image": entry.image, "dots": list(entry.dots)}
        for layer in layers
        for entry in layer.legend(look)
    ]
    switched = [layer for layer in layers if layer.switched]
    return {
        "images": {name: spec for layer in layers for name, spec in layer.images(look).items()},
        "layers": [{"key": layer.key, "name": layer.names[look.lang], "on": layer.on} for layer in switched],
        "legend": legend,
    }
