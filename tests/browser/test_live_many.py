"""Ten thousand changes in one publication: the page that is open takes them over and stays in hand."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import orjson
import pandas as pd
import pytest
import shapely
from playwright.sync_api import Browser

from live.changes import changes_json, find_changes
from live.folder import Folder
from live.lists import FORMAT, days_json, list_json, zone_columns, zones_geojson
from live.publishing import prepare
from live.pyramid import ZONES_ZOOM, bounds, write_pyramid, zone_parts
from live.snapshot import squeeze
from live.view import View
from tests.browser.live_folder import MAP, PHONE, looking, names, on_map, plain_server, until
from tests.living import when
from zoning.store import Workspace

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SIDE, STEP = 100, 0.002  # degrees between two zones


def many_zones(view: View) -> View:
    """The first zone, over and over on a grid, with ids and names of its own."""
    n = SIDE * SIDE
    rows = view.versions.iloc[np.zeros(n, int)].reset_index(drop=True)
    shape = rows["geometry"].to_numpy(object)
    xy, of = shapely.get_coordinates(shape, return_index=True)
    moved = shapely.set_coordinates(shape.copy(), xy + STEP * np.column_stack([of % SIDE, of // SIDE]))
    text = pd.Series(range(n)).astype(str)
    told = {"id": "many" + text, "number": "S-" + text, "name": "楼" + text, "name_en": "House " + text}
    return replace(view, versions=rows.assign(**told, geometry=moved))


def put_out_many(workspace: Path, path: Path) -> str:
    """Publish them after what is there, with its other files."""
    folder, at = Folder(path), when("03-15 09:30").to_pydatetime()
    current, history = folder.current(), folder.history()
    old = folder.snapshot_path(current["snapshot"])
    before = orjson.loads((old / "list.json").read_bytes())
    view = many_zones(prepare(Workspace(workspace), at, at)[0])
    columns = zone_columns(view)
    zones = list_json(view, columns)
    as_of = orjson.loads(zones)["as_of"]
    found = find_changes(before["zones"], orjson.loads(zones)["zones"], before["as_of"], as_of)
    assert len(found) == SIDE * SIDE + 2
    files = {str(file.relative_to(old)): file.read_bytes() for file in old.rglob("*.*") if file.name != "manifest.json"}
    told = {
        "list.json": zones,
        "days.json": days_json(view),
        "zones.geojson": zones_geojson(view, columns),
        "changes.json": changes_json(found, None, as_of, before["time_zone"], FORMAT),
    }
    tiles = write_pyramid("zones", zone_parts(view, columns), ZONES_ZOOM, bounds(view.versions["geometry"].to_numpy()))
    files |= told | {f"{name}.gz": squeeze(data) for name, data in told.items()} | {"zones.pmtiles": tiles}
    with folder.writing():
        snapshot = folder.add(files, {"as_of": as_of}, current["snapshot"])
        entry = {**current, "seq": current["seq"] + 1, "snapshot": snapshot}
        entry.pop("format")
        folder.point(entry, [*history, {**history[-1], **entry}])
    return snapshot


@pytest.mark.parametrize("options", [{}, {"viewport": PHONE}], ids=["desk", "phone"])
def test_ten_thousand_changes_are_taken_over(
    chromium: Browser, published: Path, folder: Path, options: dict[str, dict[str, int]]
) -> None:
    with plain_server(folder) as address, looking(chromium, address, wait=MAP, **options) as page:
        snapshot = put_out_many(published / "town", folder)
        until(page, f"cordonLive.store.snapshot.id === '{snapshot}' && cordonLive.changes.length >= {SIDE * SIDE}")
        page.evaluate("cordonLive.setMode('changes')")
        until(page, MAP)
        assert page.evaluate("document.querySelectorAll('*').length") < 3000, "the page holds what is seen of them"
        page.fill("#search", "House 9999")
        until(page, "document.querySelectorAll('#rows li').length === 1")
        page.click("#rows button")
        assert names(page, "#card h3, #card h2, #card b")[0] == "House 9999"
        until(page, MAP)
        until(page, "cordonLive.map.getZoom() > 15")
        assert "plus" in {mark["sign"] for mark in on_map(page, "marks")}
