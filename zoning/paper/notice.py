"""A notice: one sheet a language, with the map as tall as the page has room for."""

from collections.abc import Sequence

from zoning.paper.fit import HEAD, PAGE, foot_height, height_of, legend_height
from zoning.paper.map import SITES, draw_zone, gate_mark, scale_bar, site_mark
from zoning.paper.page import swatch
from zoning.paper.parts import boundary_part, gates_part, lift_part, measures_part, release_part, stay_part
from zoning.paper.subject import Subject, foot, head
from zoning.paper.testdays import tests_part
from zoning.paper.words import safe, say
from zoning.picture import WATCH, dash, shown

_LEAST, _USUAL, _MOST = 180, 340, 430  # pixels of height of the map
STYLE = ".sheet>.map-box{flex:none;break-inside:avoid}"


def write_sheet(of: Subject, key: str) -> str:
    """Return a notice as the inside of a sheet.

    Parameters
    ----------
    of : the subject.
    key : word that no other map of the page has.

    Returns
    -------
    HTML; it needs STYLE in its page.
    """
    above, under = head(of) + boundary_part(of), foot(of)
    if of.kind == "release":
        below = release_part(of)
    else:
        below = stay_part(of) + measures_part(of) + tests_part(of) + gates_part(of) + lift_part(of)
    signs = _signs(of)
    text = height_of(above + below, of.language) + legend_height([label for _, label in signs]) + foot_height(under)
    left = int(PAGE - HEAD - text)
    height = min(left, _MOST) if left >= _LEAST else _USUAL
    drawn = draw_zone(of.plan, of.zone, of.entrances, of.language, height, key)
    shown_as = "".join(f"<span>{sign}{safe(label, of.language)}</span>" for sign, label in signs)
    return (
        f'{above}<div class="map-box" style="height:{height}px">{drawn.html}</div>'
        f'<div class="legend">{shown_as}{scale_bar(drawn.metres, of.language)}</div>{below}{under}'
    )


def _signs(of: Subject) -> list[tuple[str, str]]:
    """The signs of a legend with their labels: classes that the map may show, entrances, sites."""
    zones = shown(of.plan)
    if of.zone["status"] != "proposed":
        zones = zones[zones["status"] != "proposed"]
    there = set(zones["class"]) | {of.zone["class"]}
    classes = sorted(of.plan.policy.classes.items(), key=lambda item: item[1].rank)
    signs = [
        (swatch(c.style, dash(of.plan, c.style)), str(getattr(c.names, of.language)))
        for name, c in classes
        if name in there
    ]
    if (zones["stage"] == "post_release").any():
        signs.append((swatch(WATCH, dash(of.plan, WATCH)), say("watch_legend", of.language)))
    signs += [(_sign(act), say(f"legend_{act}", of.language)) for act in _acts(of)]
    kinds = set(of.plan.tables["sites"]["kind"])
    plates = ((site_mark(kind, of.language), kind) for kind in SITES if kind in kinds)
    box = '<svg width="16" height="16" aria-hidden="true">'
    return [*signs, *((f"{box}{plate}</svg>", say(f"legend_{kind}", of.language)) for plate, kind in plates)]


def _acts(of: Subject) -> Sequence[str]:
    acts = {"keep": "open", "open": "open", "close": "closed", "shut": "closed", "check": "checked"}
    return list(dict.fromkeys(acts[e.act] for e in of.entrances))


def _sign(act: str) -> str:
    kinds = {"open": "keep", "closed": "close", "checked": "check"}
    return f'<svg width="18" height="18" aria-hidden="true">{gate_mark(kinds[act], 9, 9, " ")}</svg>'
