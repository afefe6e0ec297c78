"""Zones: colour, hatch and outline, and a letter; any two of the three cues may fail."""

from typing import TYPE_CHECKING, Any

from layers._base import (
    BADGE,
    SELECTED,
    WATCH,
    ZONE,
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

WATCH_LETTER, WATCH_NAMES = {"zh": "观", "en": "W"}, {"zh": "解封后健康监测", "en": "Post-release watch"}
# Token name of a class -> outline width in px, dashes in widths, hatch, shape of the letter's chip.
_LINES: dict[str, tuple[float, list[float], str]] = {
    "sealed": (3, [], "cross"),
    "like": (2.4, [4, 2], "dashes"),
    "controlled": (2.4, [], "rising"),
    "precaution": (2, [4, 1.5, 0.8, 1.5], "dots"),
    # For packs with more classes, such as levels of whole counties under the zones of communities.
    "navy": (2.4, [6, 2], "upright"),
    "slate": (2.2, [6, 2], "falling"),
    "mist": (1.8, [6, 2], "none"),
    WATCH: (2, [0.8, 1.2], "level"),
}
# What is proposed is drawn like a sketch of its class: paler, in short dashes, its letter on an empty chip.
PROPOSED: list[Any] = ["==", ["get", "status"], "proposed"]
_SKETCH_WIDTH, _SKETCH_DASHES = 1.8, [2.2, 2.2]


def _parts(plan: "Plan") -> list[Part]:
    zones = shown(plan).sort_values("rank", ascending=False, kind="stable")
    # A proposed zone says by its whole look that a person is to decide; of the others, the chip gets a dot.
    asked = zones["zone_id"].isin(ready_acts(plan)["zone_id"]) & (zones["status"] != "proposed")
    columns = {"id": values(zones, "zone_id"), "look": values(zones, "look"), "name": values(zones, "name")}
    columns |= {"rank": values(zones, "rank"), "status": values(zones, "status"), "asked": asked.tolist()}
    outlines = shapes(zones)
    return [Part("zones", outlines, columns), Part("zone_points", label_points(outlines), columns)]


def _looks(look: Look) -> list[tuple[str, dict[str, str], dict[str, str]]]:
    """Return style, letter and names of what may be drawn, the strictest last; the watch first."""
    found = [(c.style, c.letter, c.names) for c in sorted(look.classes, key=lambda c: -c.rank)]
    return [(WATCH, WATCH_LETTER, WATCH_NAMES), *found]


def _images(look: Look) -> dict[str, dict[str, Any]]:
    images: dict[str, dict[str, Any]] = {}
    for style, letter, _ in _looks(look):
        width, dashes, hatch = _LINES[style]
        line, token = look[f"zone-{style}-line"], f"zone-{style}"
        alpha = float(look["hatch-opacity"])
        images[look.image(f"hatch-{style}")] = {"hatch": hatch, "stroke": line, "alpha": alpha}
        images[look.image(f"badge-{style}")] = {
            "box": 22,
            "round": 2 if style in ("sealed", "navy") else 5,
            "fill": look[f"{token}-solid"],
            "ink": look[f"{token}-on"],
            "line": line if style == "like" else look["m-halo"],
            "text": letter[look.lang],
        }
        sketch = {"fill": look["surface"], "ink": look["ink"], "line": line, "dashes": [3, 2]}
        dotted = {"dot": look["accent"], "dot-line": look["surface"]}
        images[look.image(f"badge-{style}-asked")] = {**images[look.image(f"badge-{style}")], **dotted}
        images[look.image(f"badge-{style}-proposed")] = {**images[look.image(f"badge-{style}")], **sketch}
        images[look.image(f"swatch-{style}")] = {
            "swatch": hatch,
            "fill": look[f"{token}-fill"],
            "stroke": line,
            "alpha": alpha,
            "width": width,
            "dashes": dashes,
        }
    images[look.image("swatch-proposed")] = {
        "swatch": "none",
        "fill": look["surface"],
        "stroke": look["ink-2"],
        "alpha": 1,
        "width": _SKETCH_WIDTH,
        "dashes": _SKETCH_DASHES,
    }
    return images


def _class_style(look: Look, style: str, height: int) -> list[tuple[int, StyleLayer]]:
    width, dashes, _ = _LINES[style]
    of = ["==", ["get", "look"], style]
    own = {"source": "plan", "source-layer": "zones", "filter": of}
    line: dict[str, Any] = {"line-color": look[f"zone-{style}-line"], "line-width": width}
    if dashes:
        line["line-dasharray"] = dashes
    sketch = {"line-color": line["line-color"], "line-width": _SKETCH_WIDTH, "line-dasharray": _SKETCH_DASHES}
    casing = {"line-color": look["m-halo"], "line-width": width + 2.4}
    fill = {"fill-color": look[f"zone-{style}-fill"], "fill-opacity": ["case", PROPOSED, 0.5, 1]}
    hatch = {"fill-pattern": look.image(f"hatch-{style}"), "fill-opacity": ["case", PROPOSED, 0.3, 1]}
    edge = {"type": "line", "layout": {"line-join": "round"}, **own}
    decided, proposed = {"filter": ["all", of, ["!", PROPOSED]]}, {"filter": ["all", of, PROPOSED]}
    found: list[tuple[int, StyleLayer]] = [
        (ZONE, {"id": f"zone-{style}", "type": "fill", "paint": fill, **own}),
        (ZONE, {"id": f"zone-{style}-hatch", "type": "fill", "minzoom": 11, "paint": hatch, **own}),
        (ZONE_LINE, {"id": f"zone-{style}-case", "paint": casing, **edge}),
        (ZONE_LINE, {"id": f"zone-{style}-line", "paint": line, **edge, **decided}),
        (ZONE_LINE, {"id": f"zone-{style}-proposed", "paint": sketch, **edge, **proposed}),
    ]
    return [(at + height, layer) for at, layer in found]


def _badges(look: Look) -> list[tuple[int, StyleLayer]]:
    """Return the letters: those of the strictest class always, the others where they find room beside them."""

    def by_look(suffix: str) -> list[Any]:
        images = [v for style, _, _ in _looks(look) for v in (style, look.image(f"badge-{style}{suffix}"))]
        return ["match", ["get", "look"], *images, ""]

    first = ["==", ["get", "look"], look.classes[0].style if look.classes else ""]
    layout = {
        "icon-image": ["case", PROPOSED, by_look("-proposed"), ["get", "asked"], by_look("-asked"), by_look("")],
        "icon-size": ["interpolate", ["linear"], ["zoom"], 10, 0.7, 15, 0.95],
        "symbol-sort-key": ["get", "rank"],
        "icon-padding": 1,
    }
    own = {"type": "symbol", "paint": {}, "source": "plan", "source-layer": "zone_points"}
    always = {**layout, "icon-overlap": "always"}
    return [
        (BADGE, {"id": "zone-badges", "layout": layout, "filter": ["!", first], **own}),
        (BADGE + 1, {"id": "zone-badges-first", "layout": always, "filter": first, **own}),
    ]


def _selected(look: Look) -> list[tuple[int, StyleLayer]]:
    own = {
        "source": "plan",
        "source-layer": "zones",
        "filter": ["==", ["get", "id"], ["global-state", "zone"]],
        "layout": {"line-join": "round"},
    }
    halo, line = {"line-color": look["sel-halo"], "line-width": 7}, {"line-color": look["sel"], "line-width": 3}
    return [
        (SELECTED, {"id": "zone-selected-halo", "type": "line", "paint": halo, **own}),
        (SELECTED, {"id": "zone-selected", "type": "line", "paint": line, **own}),
    ]


def _style(look: Look) -> list[tuple[int, StyleLayer]]:
    layers = [pair for k, (style, _, _) in enumerate(_looks(look)) for pair in _class_style(look, style, k)]
    return [*layers, *_badges(look), *_selected(look)]


def _legend(look: Look) -> list[Legend]:
    strictest_first = reversed(_looks(look))
    found = [Legend(names, look.image(f"swatch-{style}")) for style, _, names in strictest_first]
    proposed = Legend({"zh": "建议，尚未决定", "en": "proposed, not decided"}, look.image("swatch-proposed"))
    return [*found, proposed, Legend({"zh": "可作决定", "en": "can be decided"}, dots=(look["accent"],))]


ZONES_LAYER = Layer(
    "zones", {"zh": "分区", "en": "Zones"}, "plan", _parts, _style, zone_card, images=_images, legend=_legend
)
