"""What leaves: every field of a real snapshot is in the table of `fields.py`, and no byte of it names a fact."""

import gzip
import io
import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import numpy as np
import orjson
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pmtiles.reader import MemorySource, Reader, all_tiles
from scipy.spatial import KDTree

from live.fields import COLUMNS, FACTS, PUBLISHED, Field, field_of, paths
from live.folder import Folder
from live.publishing import prepare
from zoning.pipeline import Plan, derive
from zoning.state import fold
from zoning.store import Workspace
from zoning.tables import FACT_KINDS
from zoning.times import format_local, iso_local

City = tuple[Path, Path]


def tiles(data: bytes) -> Iterator[tuple[bytes, dict[str, Any]]]:
    """Each tile of a pyramid, unpacked and decoded."""
    for _, tile in all_tiles(MemorySource(data)):
        raw = gzip.decompress(tile)
        yield raw, mapbox_vector_tile.decode(raw)


def arrow_paths(kind: pa.DataType, at: str) -> Iterator[str]:
    if pa.types.is_list(kind):
        yield from arrow_paths(kind.value_type, f"{at}[]")
    elif pa.types.is_struct(kind):
        for inner in kind:
            yield from arrow_paths(inner.type, f"{at}.{inner.name}")
    else:
        yield at


def fields_in(name: str, data: bytes) -> set[str]:
    """The path of every field that a file of a snapshot holds."""
    if name.endswith((".json", ".geojson")):
        return set(paths(orjson.loads(data)))
    if name.endswith(".parquet"):
        schema = pq.read_schema(io.BytesIO(data))
        return {path for column in schema for path in arrow_paths(column.type, column.name)}
    if name.endswith(".pmtiles"):
        return {
            f"{layer}.{key}"
            for _, decoded in tiles(data)
            for layer, of in decoded.items()
            for feature in of["features"]
            for key in feature["properties"]
        }
    return {"picture" if name.endswith(".svg") else "page"}


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file of every snapshot and beside them, unpacked, by its path inside its snapshot."""
    found: dict[str, bytes] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name != ".lock":
            parts = path.relative_to(folder).parts
            inside = "/".join(parts[2:] if parts[0] == "snapshots" else parts)
            data = path.read_bytes()
            key = f"{parts[1]}:{inside}" if parts[0] == "snapshots" else inside
            found[key.removesuffix(".gz") if key.endswith(".gz") else key] = (
                gzip.decompress(data) if key.endswith(".gz") else data
            )
    return found


def test_every_published_field_is_in_the_table(published_city: City) -> None:
    unknown, seen = set(), set()
    for key, data in files_of(published_city[1]).items():
        name = key.partition(":")[2] or key
        if name == "index.html" or name.startswith("page/"):
            continue  # the live page, which is the same whatever is published
        for path in fields_in(name, data):
            field = field_of(name, path)
            seen.add("notices/*.html" if name.startswith("notices/") else name)
            if field is None or field.level == "never":
                unknown.add((name, path))
    assert not unknown, sorted(unknown)[:20]
    assert seen == set(PUBLISHED)


def test_every_column_behind_is_in_the_table(published_city: City) -> None:
    plan = derive(published_city[0])
    for name, table in COLUMNS.items():
        assert set(getattr(plan, name).columns) == set(table), name
    assert set(FACTS) <= set(FACT_KINDS) | {"contacts"}
    for table in (*PUBLISHED.values(), *COLUMNS.values()):
        assert all(isinstance(field, Field) and field.reason for field in table.values())


def test_a_new_field_is_seen() -> None:
    told = {"format": 1, "zones": [{"id": "a", "fact_ids": ["cases:C1"]}]}
    assert {path for path in paths(told) if field_of("list.json", path) is None} == {"zones[].fact_ids[]"}
    assert field_of("anything.json", "format") is None


def words(city: City) -> dict[str, set[str]]:
    """What must be in no byte, as text, by kind."""
    workspace = Workspace(city[0])
    state, plan = fold(workspace), derive(city[0])
    tables, zone = state.tables, state.settings.zone
    found: dict[str, set[str]] = {"ids": set(plan.zones["zone_id"]), "cells": set(), "times": set()}
    found["ids"] |= {alias for aliases in plan.zones["aliases"] for alias in aliases}
    for kind in FACT_KINDS:
        table = tables[kind]
        for column in ("fact_id", "case_id", "person_id", "visit_id", "contact_id", "test_id", "unit_id"):
            if column in table:
                found["ids"] |= set(table[column].dropna().astype(str))
        for column in table.select_dtypes("datetimetz"):
            if kind != "rounds":
                found["times"] |= {text for at in table[column].dropna().unique() for text in spelled(at, zone)}
    stays = plan.stays
    found["cells"] |= {f"{int(cell):x}" for cell in stays["cell"].dropna()}
    # The name of a house is on every map, and that of a zone on its notice; other addresses are on neither.
    houses = plan.units[plan.units["level"].isin(["estate", "building"])]
    ground = {text.replace(" ", "") for name in ("name", "name_en") for text in houses[name].dropna()}
    ground |= {text.replace(" ", "") for text in plan.zones["name"]}
    told = set(tables["cases"]["address"].dropna()) if "address" in tables["cases"] else set()
    found["addresses"] = {text for text in told if text.replace(" ", "") not in ground}
    found["authors"] = {"Li Wei"}
    return {kind: {text for text in texts if len(text) > 4} for kind, texts in found.items()}


def spelled(at: pd.Timestamp, zone: str) -> Iterator[str]:
    """The ways to write a moment; midnights are those at which zones begin."""
    local = at.tz_convert(zone)
    if (local.hour, local.minute) == (0, 0):
        return
    for moment in (local, at):
        for form in ("%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y%m%dT%H%M"):
            yield moment.strftime(form)
    yield iso_local(at, zone)
    yield format_local(at, zone)
    yield str(int(at.timestamp()))


def any_of(sorted_texts: list[bytes], at: int = 0) -> bytes:
    """A pattern of all texts that branches where they do, so that many cost no more than few."""
    if not sorted_texts or len(sorted_texts[0]) == at:
        return b""
    groups = itertools.groupby(sorted_texts, key=lambda text: text[at : at + 1])
    found = [re.escape(head) + any_of(list(group), at + 1) for head, group in groups]
    return found[0] if len(found) == 1 else b"(?:" + b"|".join(found) + b")"


def scan(blobs: dict[str, bytes], wanted: dict[str, set[str]]) -> list[tuple[str, str, str]]:
    """Where any of the words stands."""
    hits = []
    for kind, texts in wanted.items():
        pattern = re.compile(any_of(sorted(text.encode() for text in texts)), re.DOTALL)
        for name, data in blobs.items():
            if match := pattern.search(data):
                hits.append((kind, name, match[0].decode()))
    return hits


def unpacked(folder: Path) -> dict[str, bytes]:
    """Every byte of the folder, out of whatever holds it."""
    blobs = {}
    for key, data in files_of(folder).items():
        blobs[key] = data
        if key.endswith(".pmtiles"):
            blobs[key] = b"".join(raw for raw, _ in tiles(data)) + orjson.dumps(Reader(MemorySource(data)).metadata())
        if key.endswith(".parquet"):
            table = pq.read_table(io.BytesIO(data))
            shapes = b"".join(table["geometry"].to_pylist())
            blobs[key] = shapes + orjson.dumps(table.drop_columns("geometry").to_pylist())
    return blobs


@pytest.mark.slow
def test_no_byte_names_a_fact(published_city: City) -> None:
    wanted = words(published_city)
    assert all(wanted.values()), {kind: len(texts) for kind, texts in wanted.items()}
    assert scan(unpacked(published_city[1]), wanted) == []


def points_in(data: bytes) -> np.ndarray:
    """Every pair of coordinates that stands in a text, and in the outlines of a table."""
    pairs = re.findall(rb"(-?\d+\.\d{4,})[, ]+(-?\d+\.\d{4,})", data)
    return np.array(pairs, float).reshape(-1, 2)


def test_no_point_is_that_of_a_fact(published_city: City) -> None:
    tables = fold(Workspace(published_city[0])).tables
    facts = pd.concat([tables[kind][["lng", "lat"]].dropna() for kind in ("cases", "visits")]).to_numpy(float)
    tree, blobs = KDTree(facts), unpacked(published_city[1])
    found = {name: points_in(data) for name, data in blobs.items() if not name.endswith(".parquet")}
    assert len(facts) > 1
    assert sum(map(len, found.values())) > 500
    for name, points in found.items():
        if len(points):
            assert tree.query(points)[0].min() > 1e-6, name
    numbers = {value.tobytes() for value in np.unique(facts.astype("<f8"))}
    for name, data in blobs.items():
        assert not any(number in data for number in numbers), name
    assert tree.query(points_in(f"[{facts[0, 0]:.7f},{facts[0, 1]:.7f}]".encode()))[0].min() < 1e-6


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["ids", "times", "cells", "addresses"])
def test_the_scan_finds_what_leaks(published_city: City, kind: str) -> None:
    wanted = words(published_city)
    leak = sorted(wanted[kind])[0]
    assert scan({"list.json": f'{{"x":"{leak}"}}'.encode()}, wanted)[0] == (kind, "list.json", leak)


def test_nothing_undecided_is_seen(published_city: City) -> None:
    workspace = Workspace(published_city[0])
    view, plan = prepare(workspace)[0], derive(workspace)
    undecided = plan.zones[plan.zones["status"].isin(["proposed", "rejected"])]
    assert not set(view.versions["inside"]) & set(undecided["zone_id"])
    assert not set(view.plan.zones["zone_id"]) & set(undecided["zone_id"])
    folder = Folder(published_city[1])
    listed = orjson.loads((folder.snapshot_path(folder.current()["snapshot"]) / "list.json").read_bytes())
    decided = plan.zones[plan.zones["status"].isin(["decided", "in_force"])]
    assert len({version["id"] for version in listed["zones"]}) == len(decided) > 5


def test_a_snapshot_says_nothing_of_now(published_city: City) -> None:
    """The same plan seen later in the day gives the same dates; nothing in it is counted from the clock."""
    folder = Folder(published_city[1])
    snapshot = folder.snapshot_path(folder.current()["snapshot"])
    text = (snapshot / "list.json").read_text("utf-8")
    assert not re.search(r'"(day|days_left|today|status|state|is_.*)":', text)


def test_the_plan_is_a_plan(town_plan: Plan) -> None:
    assert set(COLUMNS["zones"]) == set(town_plan.zones.columns)
