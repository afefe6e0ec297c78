"""Green: parks and other open ground of the map."""

from typing import TYPE_CHECKING

from layers._base import GREEN, Card, Layer, Look, Part, StyleLayer, named, plain_card, shapes, table

if TYPE_CHECKING:
    from zoning.pipeline import Plan


def _parts(plan: "Plan") -> list[Part]:
    rows = table(plan, "green")
    return [Part("green", shapes(rows), named(rows))]


def _style(look: Look) -> list[tuple[int, StyleLayer]]:
    paint = {"fill-color": look["m-park"]}
    return [(GREEN, {"id": "green", "type": "fill", "source": "base", "source-layer": "green", "paint": paint})]


def _card(plan: "Plan", key: str) -> Card | None:
    return plain_card(plan, "green", key)


GREEN_LAYER = Layer("green", {"zh": "绿地", "en": "Green"}, "base", _parts, _style, _card)
