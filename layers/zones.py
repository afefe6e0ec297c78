"""Zones: colour, hatch and outline, and a letter; any two of the three cues may fail."""

from typing import TYPE_CHECKING, Any

from layers._base import (
    BADGE,
    SELECTED,
    ZONE,
    ZONE_LINE,
    Card,
    Layer,
    Legend,
    Look,
    Part,
    StyleLayer,
    label_points,
    row_of,
    shapes,
    values,
)

if TYPE_CHECKING:
    from zoning.pipeline import Plan

WATCH = "post"  # token name of the watch after release, which is a stage and no class of a pack
WATCH_LETTER, WATCH_NAMES = {"zh": "观", "en": "W"}, {"zh": "解封后健康监测", "en": "Post-release watch"}
# Token name of a class -> outline width in px, dashes in widths, hatch, shape of the letter's chip.
_LINES: dict[str, tuple[float, list[float], str]] = {
    "sealed": (3, [], "cross"),
    "like": (2.4, [4, 2], "dashes"),
    "controlled": (2.4, [], "rising"),
    "precaution": (2, [4, 1.5, 0.8, 1.5], "dots"),
    WATCH: (2, [0.8, 1.2], "level"),
}


def shown(plan: "Plan") -> Any:
    """Return the zones that a map of the plan shows: not the rejected, nor the released unless they are watched.

    Parameters
    ----------
    plan : a derived plan.

    Returns
    -------
    The rows of `plan.zones`, with `look` (token name: of the class, or of the watch after release).
    """
    zones = plan.zones
    watched = zones["stage"] == "post_release"
    gone = zones["status"].isin(["rejected", "released"]) & ~watched
    kept = zones[~gone]
    styles = kept["class"].map({name: of.style for name, of in plan.policy.classes.items()})
    return kept.assign(look=styles.where(~watched[~gone], WATCH))


def _parts(plan: "Plan") -> list[Part]:
    zones = shown(plan).sort_values("rank", ascending=False, kind="stable")
    columns = {"id": values(zones, "zone_id"), "look": values(zones, "look"), "name": values(zones, "name")}
    columns |= {"rank": values(zones, "rank"), "status": values(zones, "status")}
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
            "round": 2 if style == "sealed" else 5,
            "fill": look[f"{token}-solid"],
            "ink": look[f"{token}-on"],
            "line": line if style == "like" else look["m-halo"],
            "text": letter[look.lang],
        }
        images[look.image(f"swatch-{style}")] = {
            "swatch": hatch,
            "fill": look[f"{token}-fill"],
            "stroke": line,
            "alpha": alpha,
            "width": width,
            "dashes": dashes,
        }
    return images


def _class_style(look: Look, style: str, height: int) -> list[tuple[int, StyleLayer]]:
    width, dashes, _ = _LINES[style]
    own = {"source": "plan", "source-layer": "zones", "filter": ["==", ["get", "look"], style]}
    line: dict[str, Any] = {"line-color": look[f"zone-{style}-line"], "line-width": width}
    if dashes:
        line["line-dasharray"] = dashes
    casing = {"line-color": look["m-halo"], "line-width": width + 2.4}
    joins = {"line-join": "round"}
    return [
        (
            ZONE + height,
            {"id": f"zone-{style}", "type": "fill", "paint": {"fill-color": look[f"zone-{style}-fill"]}, **own},
        ),
        (
            ZONE + height,
            {
                "id": f"zone-{style}-hatch",
                "type": "fill",
                "minzoom": 11,
                "paint": {"fill-pattern": look.image(f"hatch-{style}")},
                **own,
            },
        ),
        (
            ZONE_LINE + height,
            {"id": f"zone-{style}-case", "type": "line", "layout": joins, "paint": casing, **own},
        ),
        (ZONE_LINE + height, {"id": f"zone-{style}-line", "type": "line", "layout": joins, "paint": line, **own}),
    ]


def _badges(look: Look) -> list[tuple[int, StyleLayer]]:
    """Return the letters: those of the strictest class always, the others where they find room beside them."""
    images = [v for style, _, _ in _looks(look) for v in (style, look.image(f"badge-{style}"))]
    first = ["==", ["get", "look"], look.classes[0].style if look.classes else ""]
    layout = {
        "icon-image": ["match", ["get", "look"], *images, ""],
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


def _card(plan: "Plan", key: str) -> Card | None:
    row = row_of(plan.zones.drop(columns="geometry"), key, "zone_id")
    if row is None:
        return None
    return Card({"zh": row["name"] or key, "en": row["name"] or key}, "zones")


def _legend(look: Look) -> list[Legend]:
    strictest_first = reversed(_looks(look))
    return [Legend(names, look.image(f"swatch-{style}")) for style, _, names in strictest_first]


ZONES_LAYER = Layer(
    "zones", {"zh": "分区", "en": "Zones"}, "plan", _parts, _style, _card, images=_images, legend=_legend
)
