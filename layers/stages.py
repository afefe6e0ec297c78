"""Stages: a small sign beside a zone's letter for a hold, a later phase, stepping down, or a void zone.

The watch after release needs none: it is a look of its own.
"""

from typing import TYPE_CHECKING, Any

from layers._base import (
    BADGE,
    Layer,
    Legend,
    Look,
    Part,
    StyleLayer,
    label_points,
    shapes,
    shown,
    values,
    zone_card,
)

if TYPE_CHECKING:
    from zoning.pipeline import Plan

# Mark -> its sign and names in both languages; of the phases, those after the first are marked, by their number.
MARKS: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "void": ({"zh": "废", "en": "V"}, {"zh": "已无病例依据", "en": "void: no case left"}),
    "hold": ({"zh": "临", "en": "H"}, {"zh": "临时管控", "en": "temporary hold"}),
    "stepping_down": ({"zh": "降", "en": "D"}, {"zh": "降级中", "en": "stepping down"}),
    "phase": ({"zh": "2", "en": "2"}, {"zh": "第二阶段起", "en": "second phase or later"}),
}
_LAST_PHASE = 4


def mark_of(stage: str, void: bool) -> str:
    """Return the mark of a zone.

    Parameters
    ----------
    stage : of the zone.
    void : every case behind it was withdrawn or excluded.

    Returns
    -------
    A key of MARKS, or phase_n of a later phase; empty where nothing is marked.
    """
    if void:
        return "void"
    if stage.startswith("phase_"):
        number = min(int(stage.removeprefix("phase_")), _LAST_PHASE)
        return f"phase_{number}" if number > 1 else ""
    return stage if stage in MARKS else ""


def _parts(plan: "Plan") -> list[Part]:
    zones = shown(plan)
    marks = [mark_of(str(s), bool(v)) for s, v in zip(values(zones, "stage"), values(zones, "void"), strict=True)]
    zones = zones.assign(mark=marks)
    zones = zones[zones["mark"] != ""]
    columns = {key: values(zones, name) for key, name in (("id", "zone_id"), ("rank", "rank"), ("mark", "mark"))}
    return [Part("stage_points", label_points(shapes(zones)), columns)]


def _signs(look: Look) -> dict[str, str]:
    """Return the sign of each mark in the language of the map."""
    plain = {mark: sign[look.lang] for mark, (sign, _) in MARKS.items() if mark != "phase"}
    return plain | {f"phase_{n}": str(n) for n in range(2, _LAST_PHASE + 1)}


def _images(look: Look) -> dict[str, dict[str, Any]]:
    plate = {"box": 17, "round": 3, "fill": look["surface"], "ink": look["ink"], "line": look["ink-2"]}
    images = {look.image(f"stage-{mark}"): {**plate, "text": sign} for mark, sign in _signs(look).items()}
    images[look.image("stage-void")] |= {"ink": look["warn"], "line": look["warn"]}
    return images


def _style(look: Look) -> list[tuple[int, StyleLayer]]:
    images = [v for mark in _signs(look) for v in (mark, look.image(f"stage-{mark}"))]
    layout = {
        "icon-image": ["match", ["get", "mark"], *images, ""],
        "icon-offset": [20, 0],
        "icon-padding": 0,
        "symbol-sort-key": ["get", "rank"],
    }
    own = {"type": "symbol", "source": "plan", "source-layer": "stage_points", "minzoom": 12}
    return [(BADGE - 1, {"id": "stage-signs", "layout": layout, "paint": {}, **own})]


def _legend(look: Look) -> list[Legend]:
    image = {mark: mark for mark in MARKS} | {"phase": "phase_2"}
    return [Legend(names, look.image(f"stage-{image[mark]}")) for mark, (_, names) in MARKS.items()]


STAGES_LAYER = Layer(
    "stages",
    {"zh": "阶段", "en": "Stages"},
    "plan",
    _parts,
    _style,
    zone_card,
    images=_images,
    legend=_legend,
)
