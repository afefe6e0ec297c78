"""The files of a snapshot, made of a view."""

import gzip
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from live import changes as differences
from live.counts import count_cases
from live.lists import (
    FORMAT,
    counts_json,
    days_json,
    gate_columns,
    list_json,
    site_columns,
    zone_columns,
    zones_geojson,
)
from live.notices import make_notices
from live.parquet import zones_parquet
from live.pyramid import (
    GROUND_ZOOM,
    ZONES_ZOOM,
    bounds,
    ground_box,
    ground_key,
    ground_parts,
    write_pyramid,
    zone_parts,
)
from live.view import View
from zoning.disk import write_synced
from zoning.export import features_to_geojson
from zoning.picture import draw_map, extent, style_sheet
from zoning.pipeline import Plan
from zoning.times import iso_local

WIDTH = 720  # pixels of the overview
_TEXT = (".json", ".geojson", ".svg", ".html")


def make_files(
    view: View, resolution: int, before: Mapping[str, Any] | None, since: Mapping[str, Any] | None, kept: Path | None
) -> tuple[dict[str, bytes], list[dict[str, Any]]]:
    """Make the files of a snapshot.

    Parameters
    ----------
    view : of `see`.
    resolution : H3, of the counts of cases.
    before : `list.json` of the last publication, None for the first one.
    since : snapshot and published_at of the last publication.
    kept : folder in which tiles of the ground and notices are kept by what they show; None keeps none.

    Returns
    -------
    Path inside the snapshot -> bytes, texts also gzipped under `.gz`; the changes since the last publication.
    """
    columns, found = compare(view, before)
    plan = view.plan
    as_of = iso_local(pd.Timestamp(plan.as_of), plan.settings.zone)
    ground = ground_key(plan)
    files = {
        "list.json": list_json(view, columns),
        "zones.geojson": zones_geojson(view, columns),
        "zones.parquet": zones_parquet(view, columns),
        "gates.geojson": features_to_geojson(*gate_columns(view)),
        "sites.geojson": features_to_geojson(*site_columns(view)),
        "days.json": days_json(view),
        "counts.json": counts_json(plan, count_cases(plan, resolution)),
        "changes.json": differences.changes_json(found, since, as_of, plan.settings.zone, FORMAT),
        "zones.pmtiles": _zones_tiles(view, columns),
        "ground.pmtiles": _ground_tiles(plan, ground, kept),
        "overview-zh.svg": overview(plan, "zh"),
        "overview-en.svg": overview(plan, "en"),
    }
    notices = make_notices(view, ground, kept / "notices" if kept else None)
    files |= {f"notices/{zone_id}.html": data for zone_id, data in notices}
    return files | {f"{name}.gz": squeeze(data) for name, data in files.items() if name.endswith(_TEXT)}, found


def compare(view: View, before: Mapping[str, Any] | None) -> tuple[dict[str, list[Any]], list[dict[str, Any]]]:
    """Compare what can be published with the last publication.

    Parameters
    ----------
    view, before : as `make_files` takes them.

    Returns
    -------
    Columns of the zones' versions, and the changes.
    """
    plan, columns = view.plan, zone_columns(view)
    # How many ids a zone took over would tell how many causes it has: only those that people saw are told.
    seen = {name for zone in (before["zones"] if before else []) for name in (zone["id"], *zone["aliases"])}
    columns["aliases"] = [[name for name in names if name in seen] for names in columns["aliases"]]
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    as_of = iso_local(pd.Timestamp(plan.as_of), plan.settings.zone)
    earlier = (before["zones"], before["as_of"]) if before else ([], as_of)
    return columns, differences.find_changes(earlier[0], rows, earlier[1], as_of)


def squeeze(data: bytes) -> bytes:
    """Compress a file; the same bytes give the same bytes.

    Parameters
    ----------
    data : any.

    Returns
    -------
    gzip, level 6, without a time.
    """
    return gzip.compress(data, 6, mtime=0)


def overview(plan: Plan, language: Any) -> bytes:
    """Draw the zones over the ground as one picture, which is there before any map is.

    Parameters
    ----------
    plan : without undecided zones.
    language : zh or en.

    Returns
    -------
    UTF-8 bytes of an SVG that needs nothing else.
    """
    drawn = draw_map(plan, plan.frame, extent([plan]), WIDTH, language, "o")
    head, _, rest = drawn.partition(">")
    return f"{head}><style>{style_sheet()}</style>{rest}".encode()


def _zones_tiles(view: View, columns: dict[str, list[Any]]) -> bytes:
    box = bounds(view.versions["geometry"].to_numpy(object))
    return write_pyramid("zones", zone_parts(view, columns), ZONES_ZOOM, box)


def _ground_tiles(plan: Plan, key: str, kept: Path | None) -> bytes:
    """The ground's tiles, which change only with the map data."""
    path = None if kept is None else kept / f"ground-{key}.pmtiles"
    if path is not None and path.is_file():
        return path.read_bytes()
    data = write_pyramid("ground", ground_parts(plan), GROUND_ZOOM, ground_box(plan))
    if path is not None:
        for old in path.parent.glob("ground-*.pmtiles"):
            old.unlink(missing_ok=True)
        write_synced(path, data)
    return data
