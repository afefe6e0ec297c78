"""Layers and style: every layer gives what the tiles and the map need, and nothing asks another server."""

import json
import re

import mapbox_vector_tile
import numpy as np
import pandas as pd
import pytest
import shapely

from layers import LAYERS
from layers._base import ACTS, Layer, label_points, row_of, shown, values
from layers.cells import coarsen, first_zoom
from layers.stages import mark_of
from layers.style import compose, look_of, read_tokens
from layers.tiles import TileSet, to_mercator
from tests.browser import standin as tiny_plan
from zoning.geometry import text_to_cells
from zoning.hashes import zone_of
from zoning.plan import Plan

PLAN = tiny_plan.make_plan()
TILES = {source: f"http://127.0.0.1:1/{source}/{{z}}/{{x}}/{{y}}" for source in ("base", "plan", "changes")}
NO_CHANGES = pd.DataFrame(
    columns=["change", "zone_id", "name", "rank", "rank_before", "atoms_added", "atoms_removed", "because_zh",
             "because_en", "geometry"]
)  # fmt: skip


def parts_of(layer: Layer, plan: object = PLAN) -> list:
    """The parts of a layer: of a plan, or of a table in which nothing changed."""
    return layer.parts(NO_CHANGES if layer.source == "changes" else plan)


def styles() -> list[dict]:
    looks = [look_of(PLAN.policy, theme, lang) for theme in ("light", "dark") for lang in ("zh", "en")]
    return [compose(LAYERS, look, TILES) for look in looks]


def tile(source: str, zoom: int) -> dict:
    """Decode the tile that holds the middle of the block."""
    x, y = (to_mercator(np.array([tiny_plan.at(60, 100)])) * 2**zoom).astype(int)[0]
    parts = [part for layer in LAYERS if layer.source == source for part in layer.parts(PLAN)]
    return mapbox_vector_tile.decode(TileSet(parts).tile(zoom, int(x), int(y)))


def test_registry_has_every_layer_once() -> None:
    assert sorted(layer.key for layer in LAYERS) == sorted(
        [
            "drafts",
            "zones",
            "stages",
            "proposals",
            "changes",
            "cells",
            "units",
            "roads",
            "areas",
            "places",
            "sites",
            "gates",
            "water",
            "green",
        ]
    )


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.key)
def test_a_layer_draws_only_what_it_puts_into_its_tiles(layer: Layer) -> None:
    parts = {part.name for part in parts_of(layer)}
    look = look_of(PLAN.policy, "light", "zh")
    drawn = {style["source-layer"] for _, style in layer.style(look)}
    if not parts:  # it draws on what others put there
        assert drawn <= {part.name for other in LAYERS for part in parts_of(other)}
        return
    assert drawn == parts
    assert {style["source"] for _, style in layer.style(look)} == {layer.source}


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.key)
def test_a_layer_reads_a_plan_without_anything(layer: Layer) -> None:
    empty = tiny_plan.empty_plan()
    for part in parts_of(layer, empty):
        assert not len(part.shapes)
    assert layer.card(empty, "nothing") is None


@pytest.mark.parametrize("source", ["base", "plan", "changes"])
def test_no_two_parts_of_one_name_meet_in_a_tile(source: str) -> None:
    parts = [part for layer in LAYERS if layer.source == source for part in parts_of(layer)]
    for zoom in range(23):
        names = [part.name for part in parts if part.zooms[0] <= zoom <= part.zooms[1]]
        assert len(names) == len(set(names))


def test_styles_name_no_outside_address_and_no_glyphs() -> None:
    for style in styles():
        text = json.dumps(style)
        assert re.findall(r"https?://(?!127\.0\.0\.1)", text) == []
        assert not {"glyphs", "sprite"} & set(style)


def test_style_layers_have_ids_of_their_own_and_images_that_are_there() -> None:
    for style in styles():
        ids = [layer["id"] for layer in style["layers"]]
        assert len(ids) == len(set(ids))
        named = set(re.findall(r'"([\w-]+@(?:light|dark)@(?:zh|en))"', json.dumps(style["layers"])))
        assert named
        assert named <= set(style["metadata"]["images"])
        assert {entry["image"] for entry in style["metadata"]["legend"]} - {""} <= set(style["metadata"]["images"])


def test_what_is_proposed_is_paler_dashed_and_on_an_empty_chip() -> None:
    look = look_of(PLAN.policy, "light", "zh")
    style = compose(LAYERS, look, TILES)
    of = {layer["id"]: layer for layer in style["layers"]}
    images = style["metadata"]["images"]
    proposed = ["==", ["get", "status"], "proposed"]
    for kind in look.classes:
        pale = of[f"zone-{kind.style}"]["paint"]["fill-opacity"]
        assert pale[:2] == ["case", proposed]
        assert pale[2] < pale[3] == 1
        assert of[f"zone-{kind.style}-line"]["filter"][2] == ["!", proposed]
        assert of[f"zone-{kind.style}-proposed"]["filter"][2] == proposed
        assert of[f"zone-{kind.style}-proposed"]["paint"]["line-dasharray"]
        chip, sketch = (images[look.image(f"badge-{kind.style}{more}")] for more in ("", "-proposed"))
        assert sketch["fill"] != chip["fill"]
        assert sketch["text"] == chip["text"]
    assert "建议，尚未决定" in {entry["name"] for entry in style["metadata"]["legend"]}


def test_each_stage_has_its_mark_and_the_watch_its_own_look() -> None:
    points = {f["properties"]["id"]: f["properties"]["mark"] for f in tile("plan", 15)["stage_points"]["features"]}
    assert points == {"s1e3a9c0": "hold", "c7b2d401": "phase_2", "p42118aa": "stepping_down", "v77c01d2": "void"}


def test_a_dot_on_the_letter_says_where_a_person_can_decide_unless_the_zone_is_only_proposed() -> None:
    points = {f["properties"]["id"]: f["properties"]["asked"] for f in tile("plan", 15)["zone_points"]["features"]}
    assert {zone for zone, asked in points.items() if asked} == {"c7b2d401", "p42118aa", "v77c01d2"}
    look = look_of(PLAN.policy, "dark", "en")
    images = compose(LAYERS, look, TILES)["metadata"]["images"]
    chip, asked = (images[look.image(f"badge-sealed{more}")] for more in ("", "-asked"))
    assert asked == {**chip, "dot": look["accent"], "dot-line": look["surface"]}


@pytest.mark.parametrize(
    ("stage", "void", "mark"),
    [("none", False, ""), ("phase_1", False, ""), ("phase_3", False, "phase_3"), ("phase_9", False, "phase_4"),
     ("hold", True, "void"), ("phase_2", True, "void")],
)  # fmt: skip
def test_a_void_zone_is_marked_as_such_whatever_its_stage(stage: str, void: bool, mark: str) -> None:
    assert mark_of(stage, void) == mark


def test_proposals_show_the_most_pressing_act_of_each_zone_and_no_fact() -> None:
    acts = {f["properties"]["id"]: f["properties"]["act"] for f in tile("plan", 15)["acts"]["features"]}
    assert acts == {"c7b2d401": "raise", "l90ac3ff": "open", "p42118aa": "release", "v77c01d2": "release"}
    assert set(PLAN.acts["act"]) <= set(ACTS)
    layer = next(layer for layer in LAYERS if layer.key == "proposals")
    assert not layer.on
    assert {name for part in layer.parts(PLAN) for name in part.columns} == {"id", "rank", "act"}


def test_tiles_name_no_fact_and_no_person() -> None:
    x, y = (to_mercator(np.array([tiny_plan.at(60, 100)])) * 2**15).astype(int)[0]
    parts = [part for layer in LAYERS if layer.source == "plan" for part in layer.parts(PLAN)]
    data = TileSet(parts).tile(15, int(x), int(y))
    assert "青禾社区".encode() in data
    for word in ("cases:", "李伟", "张三", "P21", "王敏"):
        assert word.encode() not in data


def test_no_layer_of_the_real_town_carries_a_fact(town_plan: Plan) -> None:
    facts = {fact for ids in town_plan.zones["fact_ids"] for fact in ids} | {"cases:", "visits:"}
    parts = [part for layer in LAYERS if layer.source == "plan" for part in layer.parts(town_plan)]
    told = {str(value) for part in parts for column in part.columns.values() for value in column}
    assert set(town_plan.zones["zone_id"]) <= told
    assert not [text for text in told if any(fact in text for fact in facts)]


def test_each_class_has_three_cues() -> None:
    look = look_of(PLAN.policy, "light", "zh")
    style = compose(LAYERS, look, TILES)
    paint = {layer["id"]: layer["paint"] for layer in style["layers"]}
    images = style["metadata"]["images"]
    cues = set()
    for of in look.classes:
        line = paint[f"zone-{of.style}-line"]
        hatch = images[look.image(f"hatch-{of.style}")]["hatch"]
        letter = images[look.image(f"badge-{of.style}")]["text"]
        cues.add((line["line-color"], hatch, letter))
    assert len(cues) == 4
    assert {len({cue[k] for cue in cues}) for k in range(3)} == {4}


def test_risk_is_a_mark_and_never_fills() -> None:
    style = styles()[0]
    assert {layer["type"] for layer in style["layers"] if layer.get("source-layer") == "risk"} == {"circle"}
    fills = [y for y in style["layers"] if y.get("source-layer") == "cells" and y["type"] == "fill"]
    fills = [y for y in fills if y["metadata"]["layer"] == "cells"]
    assert {layer["paint"]["fill-color"] for layer in fills} == {"rgba(0,0,0,0)"}


def test_tokens_of_the_dark_theme_stand_on_the_light_ones() -> None:
    tokens = read_tokens()
    assert set(tokens["light"]) == set(tokens["dark"])
    assert tokens["light"]["zone-sealed-solid"] == "#8a1038"
    assert tokens["dark"]["zone-sealed-solid"] != "#8a1038"


def test_zones_that_are_rejected_or_released_are_not_shown_but_the_watch_is() -> None:
    look = dict(zip(shown(PLAN)["zone_id"], shown(PLAN)["look"], strict=True))
    assert "r0000000" not in look
    assert look["w5510b7d"] == "post"
    assert look["c7b2d401"] == "controlled"


def test_zones_come_with_the_strictest_drawn_last() -> None:
    ranks = [f["properties"]["rank"] for f in tile("plan", 15)["zones"]["features"]]
    assert ranks == sorted(ranks, reverse=True)


def test_zone_outlines_in_a_tile_are_those_of_the_plan() -> None:
    found = {
        f["properties"]["id"]: shapely.geometry.shape(f["geometry"]) for f in tile("plan", 16)["zones"]["features"]
    }
    holes = {key: sum(len(p.interiors) for p in shapely.get_parts(shape)) for key, shape in found.items()}
    assert holes["c7b2d401"] == 1
    assert holes["p42118aa"] == 2


def test_names_appear_with_the_zoom() -> None:
    assert "building_names" not in tile("base", 15)
    names = {f["properties"]["name"] for f in tile("base", 16)["building_names"]["features"]}
    assert "临水花园3栋" in names


def test_main_roads_come_first() -> None:
    far = {f["properties"]["id"] for f in tile("base", 12)["roads"]["features"]}
    near = {f["properties"]["id"] for f in tile("base", 14)["roads"]["features"]}
    assert far == {"W1", "W2", "W3"}
    assert near == {"W1", "W2", "W3", "W4"}


def test_parents_of_cells_keep_hours_and_take_the_worst() -> None:
    cells = PLAN.cells
    parents = coarsen(cells, 9)
    assert parents["hours"].sum() == pytest.approx(cells["hours"].sum())
    assert parents["risk"].max() == cells["risk"].max()
    assert len(parents) < len(cells)
    strict = cells["zone"][cells["rank"] == 1]
    assert parents.loc[parents["rank"] == 1, "zone"].isin(strict).all()
    assert (parents["rank"] == 1).any()
    assert set(zone_of(parents["zone"].to_numpy(np.uint64), PLAN.zones)) == {"s1e3a9c0", "p42118aa"}


def test_a_parent_of_unclassed_cells_has_no_class() -> None:
    cell, none = text_to_cells(["8b411cb2b6e2fff"]), np.zeros(1, np.uint64)
    cells = pd.DataFrame({"cell": cell, "zone": none, "rank": [0], "hours": [2.0], "risk": [1]})
    parent = coarsen(cells, 10).iloc[0]
    assert (parent["zone"], parent["rank"]) == (0, 0)
    assert zone_of(none, PLAN.zones).isna().all()


def test_cells_grow_coarser_with_distance() -> None:
    assert [first_zoom(r) for r in (11, 10, 9, 8)] == [14, 13, 12, 10]
    near, far = (len(tile("plan", z)["cells"]["features"]) for z in (14, 10))
    assert far < near


def test_cards_say_what_a_row_is() -> None:
    cards = {layer.key: layer.card for layer in LAYERS}
    building = cards["units"](PLAN, "L3")
    assert building.title == {"zh": "临水花园3栋", "en": "Linshui Garden, block 3"}
    assert building.kind == "buildings"
    assert cards["units"](PLAN, "LS").kind == "estates"
    assert cards["gates"](PLAN, "g1").rows[:2] == (("kind", "road"), ("open", True))
    cell = values(PLAN.cells, "cell")[0]
    assert cards["cells"](PLAN, "not a cell") is None
    assert dict(cards["cells"](PLAN, f"{cell:x}").rows).keys() == {"hours", "risk"}
    assert cards["places"](PLAN, "P1").at == pytest.approx(tiny_plan.at(200, 140))


def test_small_readers() -> None:
    frame = pd.DataFrame({"id": ["a", "b"], "n": [1.0, None]})
    assert values(frame, "n") == [1.0, None]
    assert values(frame, "absent") == [None, None]
    assert row_of(frame, "b") == {"id": "b", "n": None}
    assert row_of(frame, "c") is None
    ring = np.array([shapely.box(0, 0, 9, 9) - shapely.box(1, 1, 8, 8)], object)
    assert ring[0].contains(label_points(ring)[0])
