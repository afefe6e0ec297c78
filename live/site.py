"""The live page as files: what any file server hands out beside the snapshots, with addresses relative to the folder.

Modules and styles lie under a name of what they hold, so that they may be cached for good and never mix with others.
"""

import hashlib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson

from layers import LAYERS
from layers._base import ClassLook, Look
from layers.style import LANGS, THEMES, compose, read_tokens
from layers.zones import PROPOSED
from live.words import TEXTS
from zoning.disk import write_synced

ASSETS = Path(__file__).resolve().parent.parent / "assets"
_STYLES = ("tokens.css", "live/base.css", "live/panels.css", "live/sizes.css", "live/wall.css", "live/print.css")
_SHARED = ("icons.svg", "icon.svg", "map/images.mjs")
_VENDOR = ("maplibre-gl.mjs", "maplibre-gl-shared.mjs", "maplibre-gl-worker.mjs", "maplibre-gl.css", "pmtiles.js")
# Modules that the first view does not need: they come with the map.
_LATER = ("map.mjs", "archive.mjs", "images.mjs", "marks.mjs")
_SHOWN = ("areas", "units", "roads", "green", "water", "zones", "gates", "sites")
_SOURCES = {"base": "ground", "plan": "zones"}
_POINTS, _POINTS_FROM = ("gates", "sites"), 14  # from which zoom: farther off they would hide the zones
# Looks of the tokens, the strictest first; which of them a pack uses, and under what name, is told by the snapshot.
_LOOKS = ("sealed", "like", "controlled", "precaution", "navy", "slate", "mist")
_KEY: list[Any] = ["concat", ["get", "id"], " ", ["get", "shown_from"]]


def page_files() -> dict[str, bytes]:
    """Return the files of the live page.

    Returns
    -------
    Path inside the folder of publications -> bytes: `index.html`, `page/<hash>/...` and `page/vendor/...`; of the
    vendored files those that are installed, without which the page shows its picture and lists.
    """
    parts = dict(_parts())
    name = hashlib.sha256(b"".join(key.encode() + data for key, data in sorted(parts.items()))).hexdigest()[:12]
    place = f"page/{name}/"
    vendor = {f"page/vendor/{file}": ASSETS / "vendor" / file for file in _VENDOR}
    found = {path: file.read_bytes() for path, file in vendor.items() if file.is_file()}
    return {**found, **{place + key: data for key, data in parts.items()}, "index.html": _index(place, sorted(parts))}


def write_site(folder: Path) -> int:
    """Put the live page into a folder of publications, so that any file server shows it.

    Parameters
    ----------
    folder : of publications.

    Returns
    -------
    Number of files that were written: those that were not there or were others; the page's entry comes last.
    """
    written = 0
    for name, data in page_files().items():
        path = folder / name
        if path.is_file() and path.read_bytes() == data:
            continue
        write_synced(path, data)
        written += 1
    return written


def _parts() -> Iterator[tuple[str, bytes]]:
    for path in sorted((ASSETS / "live").glob("*.mjs")):
        yield path.name, path.read_bytes()
    for name in _SHARED:
        yield name.rsplit("/", 1)[-1], (ASSETS / name).read_bytes()
    yield "live.css", b"\n".join((ASSETS / name).read_bytes() for name in _STYLES)
    for theme in THEMES:
        for lang in LANGS:
            yield f"map-{theme}-{lang}.json", orjson.dumps(map_style(theme, lang))


def _index(place: str, parts: list[str]) -> bytes:
    html = (ASSETS / "live" / "index.html").read_text("utf-8")
    first = [name for name in parts if name.endswith(".mjs") and name not in _LATER]
    preloads = "\n".join(f'<link rel="modulepreload" href="{place}{name}">' for name in first)
    # Inside a script element only `</` could end it early.
    words = orjson.dumps(TEXTS).decode().replace("</", "<\\/")
    return html.replace("{preloads}", preloads).replace("{page}", place).replace("{words}", words).encode()


@lru_cache(maxsize=8)
def map_style(theme: str, lang: str) -> dict[str, Any]:
    """Return the style of the live map: that of the analysts' map, over the tiles and lists of a snapshot.

    Parameters
    ----------
    theme : light | dark.
    lang : zh | en.

    Returns
    -------
    A MapLibre style without addresses. What is shown at a moment is told by its global state: `shown` and `soon` have
    a key '<id> <shown_from>' for each version of a zone that is shown, or comes into force later; `zone` is chosen.
    """
    classes = tuple(
        ClassLook(name, rank, name, {"zh": "·", "en": "·"}, {"zh": "", "en": ""}) for rank, name in enumerate(_LOOKS)
    )
    look = Look(theme, lang, read_tokens()[theme], classes)
    style = compose([layer for layer in LAYERS if layer.key in _SHOWN], look, {})
    kept = [_layer(layer) for layer in style["layers"] if not layer["id"].startswith(("selected-", "areas-pick"))]
    images = {name: spec for name, spec in style["metadata"]["images"].items() if "proposed" not in name}
    images |= {look.image(f"badge-{name}-proposed"): style["metadata"]["images"][look.image(f"badge-{name}-proposed")]
               for name in (*_LOOKS, "post")}  # fmt: skip
    state = {"zone": {"default": ""}, "shown": {"default": {}}, "soon": {"default": {}}}
    return {
        "version": 8, "state": state, "sources": {}, "layers": [*kept, *_own_layers(look)],
        "metadata": {"images": images | _marks(look)},
    }  # fmt: skip


def _layer(layer: dict[str, Any]) -> dict[str, Any]:
    """One layer of the analysts' map over a snapshot: other sources, and only the versions that are shown."""
    own = {key: value for key, value in layer.items() if key != "metadata"}
    if "source" in own:
        own["source"] = _SOURCES[own["source"]]
    if own.get("source-layer") in _POINTS:
        own |= {"source": own.pop("source-layer"), "minzoom": _POINTS_FROM}
    elif own.get("source") == "zones":
        shown = ["has", _KEY, ["global-state", "shown"]]
        own["filter"] = ["all", shown, own["filter"]] if "filter" in own else shown
    return {key: _swap(value) for key, value in own.items()}


def _swap(value: Any) -> Any:
    """A zone that is announced is drawn as the analysts' map draws a proposed one; nothing asks for a decision."""
    if value == PROPOSED:
        return ["has", _KEY, ["global-state", "soon"]]
    if value == ["get", "asked"]:
        return False
    if isinstance(value, list):
        return [_swap(inner) for inner in value]
    return {key: _swap(inner) for key, inner in value.items()} if isinstance(value, dict) else value


def _is(kind: str) -> list[Any]:
    return ["==", ["geometry-type"], kind]


def _own_layers(look: Look) -> list[dict[str, Any]]:
    here = {"line-color": look["accent"], "line-width": 2, "line-dasharray": [3, 2]}
    point = {"circle-radius": 7, "circle-color": look["accent"], "circle-stroke-color": look["surface"]}
    point |= {"circle-stroke-width": 3}
    icon = {"icon-image": ["match", ["get", "sign"], *[v for s in _SIGNS for v in (s, look.image(f"mark-{s}"))], ""]}
    always = {"icon-overlap": "always", "icon-ignore-placement": True}
    always |= {"icon-size": ["interpolate", ["linear"], ["zoom"], 11, 0.6, 15, 1]}
    return [
        {"id": "near-circle", "type": "line", "source": "near", "filter": _is("Polygon"), "paint": here},
        {"id": "near-point", "type": "circle", "source": "near", "filter": _is("Point"), "paint": point},
        {"id": "marks", "type": "symbol", "source": "marks", "layout": icon | always, "paint": {}},
    ]  # fmt: skip


_SIGNS = ("plus", "minus", "soon", "other", "due")


def _marks(look: Look) -> dict[str, dict[str, Any]]:
    """Rings about a zone's letter, and beside it what became of the zone."""
    tube = "M29 3 V10 A2.5 2.5 0 0 0 34 10 V3 M27.500 3 H35.500"
    signs = {
        "plus": "M28 7 H36 M32 3 V11",
        "minus": "M28 7 H36",
        "soon": "M32 3 V7.500 L35 9",
        "other": "M28 5 H36 M28 9 H36",
    }
    ring = {
        "box": 48,
        "ring": 17,
        "line": look["ink"],
        "halo": look["m-halo"],
        "plate": look["ink"],
        "on": look["surface"],
    }
    dotted = {"minus": [2, 3], "soon": [5, 3]}
    return {
        look.image(f"mark-{name}"): {**ring, "sign": (signs | {"due": tube})[name], "dashes": dotted.get(name, [])}
        for name in _SIGNS
    }
