"""Gates: where a road or an entrance crosses the edge of a zone; a ring with a passage is open, a bar is closed."""

from typing import TYPE_CHECKING, Any

import shapely

from layers._base import POINT, Card, Layer, Legend, Look, Part, StyleLayer, row_of, values

if TYPE_CHECKING:
    from zoning.pipeline import Plan

_PASSAGE = "M5 4 L2.5 8 L5 12 M11 4 L13.5 8 L11 12 M3 8 H13"
_BAR = "M1.5 6.5 H14.5 V9.5 H1.5 Z"


def _parts(plan: "Plan") -> list[Part]:
    rows = plan.gate_points
    points = shapely.points(rows["lng"].to_numpy(float), rows["lat"].to_numpy(float))
    # Whether a gate is open may not be known; it is then drawn as a plain ring.
    state = ["unknown" if v is None else "open" if v else "closed" for v in values(rows, "open")]
    columns = {"id": values(rows, "gate_id"), "name": values(rows, "name"), "zone_id": values(rows, "zone_id")}
    return [Part("gates", points, {**columns, "state": state}, (13, 22))]


def _images(look: Look) -> dict[str, dict[str, Any]]:
    ring = {"box": 20, "round": 10, "fill": look["gate-open"], "line": look["gate-ink"], "stroke": look["gate-ink"]}
    return {
        look.image("gate-open"): {**ring, "path": _PASSAGE},
        look.image("gate-unknown"): ring,
        look.image("gate-closed"): {"box": 20, "ink": look["gate-ink"], "path": _BAR},
    }


def _style(look: Look) -> list[tuple[int, StyleLayer]]:
    layout = {
        "icon-image": [
            "match",
            ["get", "state"],
            "open",
            look.image("gate-open"),
            "closed",
            look.image("gate-closed"),
            look.image("gate-unknown"),
        ],
        "icon-size": ["interpolate", ["linear"], ["zoom"], 13, 0.3, 16, 0.55, 18, 0.9],
        "icon-allow-overlap": ["step", ["zoom"], False, 14.5, True],
    }
    return [
        (
            POINT + 1,
            {"id": "gates", "type": "symbol", "source": "plan", "source-layer": "gates", "layout": layout, "paint": {}},
        )
    ]


def _card(plan: "Plan", key: str) -> Card | None:
    row = row_of(plan.gate_points, key, "gate_id")
    if row is None:
        return None
    name = row.get("name") or key
    rows = tuple((k, row[k]) for k in ("kind", "open", "zone_id") if row.get(k) is not None)
    return Card({"zh": name, "en": name}, "gates", rows, (row["lng"], row["lat"]))


def _legend(look: Look) -> list[Legend]:
    return [
        Legend({"zh": "开放卡口", "en": "open gate"}, look.image("gate-open")),
        Legend({"zh": "待定", "en": "undecided"}, look.image("gate-unknown")),
        Legend({"zh": "封闭", "en": "closed"}, look.image("gate-closed")),
    ]


GATES_LAYER = Layer(
    "gates", {"zh": "卡口", "en": "Gates"}, "plan", _parts, _style, _card, images=_images, legend=_legend
)
