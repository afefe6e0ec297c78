"""What changed since an earlier plan: ground that is stricter now, ground that is milder, zones with other dates."""

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from layers._base import BADGE, ZONE_LINE, Card, Layer, Legend, Look, Part, StyleLayer, label_points, values

if TYPE_CHECKING:
    import pandas as pd

    from zoning.pipeline import Plan

_OTHER = ("status", "dates")
# What is shown -> token of its colour, hatch, sign of its badge, dashes in widths, names.
_LOOKS: dict[str, tuple[str, str, str, list[float], dict[str, str]]] = {
    "other": ("ink", "dots", "○", [1, 1.5], {"zh": "状态或日期有变", "en": "other status or dates"}),
    "less": ("accent", "level", "−", [3, 1.5], {"zh": "放宽或解除", "en": "milder or lifted"}),
    "more": ("danger", "rising", "+", [], {"zh": "新增或收紧", "en": "new or stricter"}),
}


def _parts(changes: Any) -> list[Part]:
    rows = _drawn(changes)
    shapes = np.array([shape for _, shape, _ in rows], object)
    columns: dict[str, list[Any]] = {"look": [look for look, _, _ in rows]}
    columns |= {key: [row[name] for _, _, row in rows] for key, name in (("id", "zone_id"), ("name", "name"))}
    columns |= {key: [row[key] for _, _, row in rows] for key in ("change", "because_zh", "because_en")}
    return [Part("changes", shapes, columns), Part("change_points", label_points(shapes), columns)]


def _drawn(changes: "pd.DataFrame") -> list[tuple[str, Any, dict[str, Any]]]:
    """Return look, shape and row of what is drawn; ground that went from zone to zone is told by the zone it is in."""
    names = [c for c in changes if c != "geometry"]
    table = [dict(zip(names, row, strict=True)) for row in zip(*(values(changes, c) for c in names), strict=True)]
    rows = list(zip(table, changes["geometry"], strict=True))
    before = {atom: row["rank_before"] for row, _ in rows for atom in row["atoms_removed"]}
    found, taken = list[tuple[str, Any, dict[str, Any]]](), list[Any]()
    added = {atom for row, _ in rows for atom in row["atoms_added"]}
    for row, shape in rows:
        if row["atoms_added"]:
            stricter = any(row["rank"] < before.get(atom, np.inf) for atom in row["atoms_added"])
            found.append(("more" if stricter else "less", shape, row))
            taken.append(shape)
        elif row["change"] == "class":
            found.append(("more" if row["rank"] < row["rank_before"] else "less", shape, row))
        elif row["change"] in _OTHER:
            found.append(("other", shape, row))
    gone = [(row, shape) for row, shape in rows if set(row["atoms_removed"]) - added]
    left = shapely.difference(np.array([shape for _, shape in gone], object), shapely.union_all(taken))
    found += [("less", shape, row) for (row, _), shape in zip(gone, left, strict=True) if shapely.area(shape) > 0]
    return sorted(found, key=lambda one: list(_LOOKS).index(one[0]))


def _images(look: Look) -> dict[str, dict[str, Any]]:
    images: dict[str, dict[str, Any]] = {}
    for key, (token, hatch, sign, dashes, _) in _LOOKS.items():
        line = look[token]
        images[look.image(f"hatch-{key}")] = {"hatch": hatch, "stroke": line, "alpha": 0.9}
        badge = {"box": 22, "round": 11, "fill": look["surface"], "ink": line, "line": line, "text": sign}
        images[look.image(f"badge-{key}")] = badge
        swatch = {"swatch": hatch, "fill": look["surface"], "stroke": line, "alpha": 0.9, "width": 2, "dashes": dashes}
        images[look.image(f"swatch-{key}")] = swatch
    return images


def _style(look: Look) -> list[tuple[int, StyleLayer]]:
    found: list[tuple[int, StyleLayer]] = []
    for key, (token, _, _, dashes, _) in _LOOKS.items():
        own = {"source": "changes", "source-layer": "changes", "filter": ["==", ["get", "look"], key]}
        line: dict[str, Any] = {"line-color": look[token], "line-width": 2.6}
        if dashes:
            line["line-dasharray"] = dashes
        casing, joins = {"line-color": look["m-halo"], "line-width": 6}, {"line-join": "round"}
        if key != "other":
            pattern = {"fill-pattern": look.image(f"hatch-{key}")}
            found.append((ZONE_LINE + 7, {"id": f"change-{key}", "type": "fill", "paint": pattern, **own}))
        found += [
            (ZONE_LINE + 8, {"id": f"change-{key}-case", "type": "line", "layout": joins, "paint": casing, **own}),
            (ZONE_LINE + 8, {"id": f"change-{key}-line", "type": "line", "layout": joins, "paint": line, **own}),
        ]
    images = [v for key in _LOOKS for v in (key, look.image(f"badge-{key}"))]
    layout = {"icon-image": ["match", ["get", "look"], *images, ""], "icon-offset": [0, -24], "icon-padding": 1}
    points = {"source": "changes", "source-layer": "change_points", "layout": layout, "paint": {}}
    return [*found, (BADGE + 2, {"id": "change-badges", "type": "symbol", **points})]


def _card(_plan: "Plan", _key: str) -> Card | None:
    return None


def _legend(look: Look) -> list[Legend]:
    return [Legend(_LOOKS[key][4], look.image(f"swatch-{key}")) for key in reversed(_LOOKS)]


CHANGES_LAYER = Layer(
    "changes",
    {"zh": "变化", "en": "Changes"},
    "changes",
    _parts,
    _style,
    _card,
    images=_images,
    legend=_legend,
    on=False,
)
