"""Stages: a small sign beside a zone's letter for a hold, a later phase, stepping down, the watch, or a void zone.

A dot in the accent colour stands where a person can decide something; a proposed zone says so by its whole look.
"""

from typing import TYPE_CHECKING, Any

from layers._base import (
    BADGE,
    Card,
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
)

if TYPE_CHECKING:
    from zoning.pipeline import Plan

# Mark -> its sign and names in both languages; of the phases, those after the first are marked, by their number.
MARKS: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "void": ({"zh": "废", "en": "V"}, {"zh": "病例均已撤回或排除", "en": "void: all cases withdrawn or excluded"}),
    "hold": ({"zh": "临", "en": "H"}, {"zh": "临时管控", "en": "temporary hold"}),
    "stepping_down": ({"zh": "降", "en": "D"}, {"zh": "降级中", "en": "stepping down"}),
    "post_release": ({"zh": "监", "en": "W"}, {"zh": "解封后监测中", "en": "under watch after release"}),
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
    zones, ready = shown(plan), ready_acts(plan)
    asked = zones["zone_id"].isin(ready["zone_id"]) & (zones["status"] != "proposed")
    marks = [mark_of(str(s), bool(v)) for s, v in zip(values(zones, "stage"), values(zones, "void"), strict=True)]
    zones = zones.assign(mark=marks, asked=asked)
    zones = zones[(zones["mark"] != "") | zones["asked"]]
    columns = {"id": values(zones, "zone_id"), "rank": values(zones, "rank")}
    columns |= {"mark": values(zones, "mark"), "asked": values(zones, "asked")}
    return [Part("stage_points", label_points(shapes(zones)), columns)]


def _signs(look: Look) -> dict[str, str]:
    """Return the sign of each mark in the language of the map."""
    plain = {mark: sign[look.lang] for mark, (sign, _) in MARKS.items() if mark != "phase"}
    return plain | {f"phase_{n}": str(n) for n in range(2, _LAST_PHASE + 1)}


def _images(look: Look) -> dict[str, dict[str, Any]]:
    plate = {"box": 17, "round": 3, "fill": look["surface"], "ink": look["ink"], "line": look["ink-2"]}
    images = {look.image(f"stage-{mark}"): {**plate, "text": sign} for mark, sign in _signs(look).items()}
    images[look.image("stage-void")] |= {"ink": look["warn"], "line": look["warn"]}
    dot = {"box": 12, "round": 6, "fill": look["accent"], "line": look["m-halo"]}
    return {**images, look.image("stage-asked"): dot}


def _style(look: Look) -> list[tuple[int, StyleLayer]]:
    images = [v for mark in _signs(look) for v in (mark, look.image(f"stage-{mark}"))]
    own = {"type": "symbol", "source": "plan", "source-layer": "stage_points", "minzoom": 11, "paint": {}}
    common = {"icon-padding": 0, "symbol-sort-key": ["get", "rank"]}
    sign = {**common, "icon-image": ["match", ["get", "mark"], *images, ""], "icon-offset": [20, 0]}
    # The dot sits on the corner of the letter's chip, which it never pushes away.
    dot = {**common, "icon-image": look.image("stage-asked"), "icon-offset": [10, -10], "icon-overlap": "always"}
    marked, asked = ["!=", ["get", "mark"], ""], ["get", "asked"]
    return [
        (BADGE - 1, {"id": "stage-signs", "layout": sign, "filter": marked, **own}),
        (BADGE + 2, {"id": "stage-asked", "layout": dot, "filter": ["==", asked, True], **own}),
    ]


def _card(_plan: "Plan", _key: str) -> Card | None:
    return None


def _legend(look: Look) -> list[Legend]:
    found = [Legend(names, look.image(f"stage-{_image(mark)}")) for mark, (_, names) in MARKS.items()]
    return [*found, Legend({"zh": "可作决定", "en": "can be decided"}, look.image("stage-asked"))]


def _image(mark: str) -> str:
    return "phase_2" if mark == "phase" else mark


STAGES_LAYER = Layer(
    "stages",
    {"zh": "阶段与待决", "en": "Stages, to decide"},
    "plan",
    _parts,
    _style,
    _card,
    images=_images,
    legend=_legend,
)
