"""An OSM extract to raw rows of its kinds, on a small extract written here."""

import re

import numpy as np
import pytest
import shapely

from zoning.errors import InputError
from zoning.intake.osm import read_osm

NODES = {1: (114.01, 22.51), 2: (114.02, 22.51), 3: (114.02, 22.52), 4: (114.2, 22.51), 5: (114.3, 22.51)}
NODE_TAGS = {
    2: {"barrier": "lift_gate", "name": "East gate"}, 3: {"entrance": "main"}, 5: {"entrance": "yes"},
    1: {"amenity": "pharmacy", "name": "药房"},
}  # fmt: skip
RING = (1, 2, 3, 1)
WAYS = {
    10: (RING, {"building": "apartments", "building:levels": "6.5", "amenity": "hospital", "name": "医院",
                "name:en": 'The "H"'}),
    11: ((1, 2, 4), {"highway": "residential", "name": "Road"}),
    12: ((4, 5), {"highway": "primary"}),
    13: ((1, 3), {"waterway": "river"}),
    14: (RING, {"leisure": "park", "name": "Park"}),
    15: (RING, {"boundary": "administrative", "admin_level": "10", "name": "社区"}),
    16: (RING, {"building": "no"}),
    17: ((1, 2), {"highway": "proposed"}),
    18: (RING, {"natural": "water"}),
    19: (RING, {"building": "yes"}),
    20: (RING, {"building": "retail", "shop": "mall", "name": "Mall"}),
}  # fmt: skip


def tags(pairs):
    return "".join(f"<tag k='{k}' v='{v.replace(chr(34), '&quot;')}'/>" for k, v in pairs.items())


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    path = tmp_path_factory.mktemp("osm") / "tiny.osm"
    nodes = "".join(
        f"<node id='{n}' lon='{x}' lat='{y}' version='1'>{tags(NODE_TAGS.get(n, {}))}</node>"
        for n, (x, y) in NODES.items()
    )
    ways = "".join(
        f"<way id='{w}' version='1'>{''.join(f'<nd ref={n!r}/>' for n in map(str, refs))}{tags(t)}</way>"
        for w, (refs, t) in WAYS.items()
    )
    box = "<bounds minlon='114.0' minlat='22.5' maxlon='114.1' maxlat='22.6'/>"
    path.write_text(f"<?xml version='1.0'?><osm version='0.6'>{box}{nodes}{ways}</osm>", encoding="utf-8")
    return read_osm(path)


def by_id(raw):
    return {row.pop("id"): row for row in raw.values.to_dict("records")}


def test_kinds_and_ids(tables):
    ids = {kind: sorted(raw.values["id"]) for kind, raw in tables.items()}
    assert ids == {
        "buildings": ["way/10", "way/19", "way/20"], "roads": ["way/11"], "water": ["way/13", "way/18"],
        "green": ["way/14"], "areas": ["way/15"], "gates": ["node/2", "node/3"],
        "places": ["node/1", "way/10", "way/20"], "sites": ["node/1", "way/10"],
    }  # fmt: skip


def test_tags_become_columns(tables):
    buildings = by_id(tables["buildings"])
    assert buildings["way/10"] == {"name": "医院", "name_en": 'The "H"', "floors": "6", "residential": "yes"}
    assert buildings["way/19"]["residential"] == ""
    assert buildings["way/20"]["residential"] == "no"
    assert by_id(tables["areas"])["way/15"]["level"] == "community"
    assert by_id(tables["gates"])["node/2"] == {"name": "East gate", "kind": "lift_gate"}
    assert by_id(tables["gates"])["node/3"]["kind"] == "entrance"
    assert by_id(tables["sites"])["node/1"]["kind"] == "pharmacy"
    assert by_id(tables["places"])["way/20"]["kind"] == "mall"


def test_lines_are_cut_at_the_box_and_strangers_are_left_out(tables):
    road = tables["roads"].shapes[0]
    assert np.allclose(road.bounds, (114.01, 22.51, 114.1, 22.51))
    assert all(shapely.is_valid(raw.shapes).all() for raw in tables.values())


def test_the_counts_balance(tables):
    numbers = re.findall(r"\d+", next(iter(tables["buildings"].told)))
    read, kept, outside, none = map(int, numbers[:4])
    assert read == kept + outside + none
    assert kept == len({row for raw in tables.values() for row in raw.rows})
    assert outside == 2
    assert [raw.told for raw in list(tables.values())[1:]] == [{}] * 7


def test_a_damaged_or_empty_extract_is_refused(tmp_path):
    path = tmp_path / "x.osm.pbf"
    path.write_bytes(b"\0\0\0\x0e\x0a\x09OSMHeader\x18\x99 broken")
    with pytest.raises(InputError, match=r"not a readable OSM extract|holds no building"):
        read_osm(path)
    path.write_text("<?xml version='1.0'?><osm version='0.6'><node id='1' lon='1' lat='1' version='1'/></osm>")
    with pytest.raises(InputError, match="holds no building"):
        read_osm(path)
