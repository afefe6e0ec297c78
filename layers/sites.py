"""Sites: sampling points, clinics, hospitals, supply points and quarantine sites, each a dark plate with its sign."""

from typing import TYPE_CHECKING, Any

from layers._base import POINT, Card, Layer, Legend, Look, Part, StyleLayer, named, plain_card, shapes, table

if TYPE_CHECKING:
    from zoning.pipeline import Plan

# Signs in a 16 by 16 box. A kind that is not here gets the last one.
_SIGNS = {
    "sampling": "M8 2.5 C10 6 11.5 7.6 11.5 9.8 A3.5 3.5 0 0 1 4.5 9.8 C4.5 7.6 6 6 8 2.5 Z",
    "clinic": "M6.5 3 H9.5 V6.5 H13 V9.5 H9.5 V13 H6.5 V9.5 H3 V6.5 H6.5 Z",
    "hospital": "M4 3 H6.3 V6.8 H9.7 V3 H12 V13 H9.7 V9.2 H6.3 V13 H4 Z",
    "supply": "M8 2.5 L13 5 V11 L8 13.5 L3 11 V5 Z M8 4.6 L5.2 6 L8 7.4 L10.8 6 Z",
    "quarantine": "M2.5 4 H4 V8 H13.5 V12.5 H12 V11 H4 V12.5 H2.5 Z M5 5.5 H8 V7.2 H5 Z",
    "": "M8 4 A4 4 0 1 1 7.99 4 Z",
}
_NAMES = {
    "sampling": {"zh": "采样", "en": "sampling"},
    "clinic": {"zh": "社康", "en": "clinic"},
    "supply": {"zh": "配送", "en": "supply"},
}


def _parts(plan: "Plan") -> list[Part]:
    rows = table(plan, "sites")
    return [Part("sites", shapes(rows), named(rows, "kind"), (12, 22))]


def _images(look: Look) -> dict[str, dict[str, Any]]:
    plate = {"box": 22, "round": 4, "fill": look["site-plate"], "ink": look["site-on"]}
    return {look.image(f"site-{kind}"): {**plate, "path": path} for kind, path in _SIGNS.items()}


def _style(look: Look) -> list[tuple[int, StyleLayer]]:
    known = [k for k in _SIGNS if k]
    icon = ["match", ["get", "kind"], *[v for k in known for v in (k, look.image(f"site-{k}"))], look.image("site-")]
    layout = {
        "icon-image": icon,
        "icon-size": ["interpolate", ["linear"], ["zoom"], 12, 0.55, 16, 1],
        "icon-allow-overlap": ["step", ["zoom"], False, 15, True],
    }
    # Over a whole city the sites stand back behind the letters of zones.
    paint = {"icon-opacity": ["interpolate", ["linear"], ["zoom"], 13, 0.35, 15, 1]}
    of = {"source": "base", "source-layer": "sites", "layout": layout, "paint": paint}
    return [(POINT + 2, {"id": "sites", "type": "symbol", **of})]


def _card(plan: "Plan", key: str) -> Card | None:
    return plain_card(plan, "sites", key, "kind", "capacity")


def _legend(look: Look) -> list[Legend]:
    return [Legend(names, look.image(f"site-{kind}")) for kind, names in _NAMES.items()]


SITES_LAYER = Layer(
    "sites", {"zh": "服务点", "en": "Service sites"}, "base", _parts, _style, _card, images=_images, legend=_legend
)
