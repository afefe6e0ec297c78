"""Our map against plotly's `choroplethmap`, the same cells and buildings on both sides, in headless Chromium.

`python -m bench.screen [CELLS] [BUILDINGS]`: how long until the first hexes are drawn, until 100 of them have another
colour, and what the page's renderer holds; and our page with 10,000 cells against the same page without any.
"""

import socket
import statistics
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import geopandas as gpd
import h3.api.numpy_int as h3n
import numpy as np
import pandas as pd
import shapely
import uvicorn
from dash import Dash, dcc, html
from playwright.sync_api import Browser, Page, sync_playwright

from dashboard import plans
from dashboard.api import map as map_api
from dashboard.factory import make_server
from dashboard.plans import Engine
from layers._base import ZONE, Layer
from layers.cells import CELLS_LAYER
from layers.units import UNITS_LAYER
from tests.browser import standin
from tests.conftest import CHROMIUM, FLAGS
from zoning.geometry import cell_polygons, cells_to_text
from zoning.settings import Settings

HERE = (22.54, 114.05)
COLOURS = ("#d3c6e2", "#ab94c8", "#7d5fa6", "#4d2c7c")
ROUNDS, CHANGED, NEAR = 3, 100, 15.0
Side = tuple[str, str, str]  # the map, which of its features are hexes, what recolours them
SIZE = {"width": 1440, "height": 900}


def cells_of(n: int) -> pd.DataFrame:
    """Return the n cells around one, as the plan's cells: their risk goes in rings, so that all four colours show."""
    centre = h3n.latlng_to_cell(*HERE, 11)
    # Signed and unsigned numbers beside each other become floats, which hold no cell.
    rings = [np.asarray(h3n.grid_ring(centre, k), np.uint64) for k in range(int(np.sqrt(n / 3)) + 2)]
    ids = np.sort(np.concatenate(rings)[:n])
    risk = 1 + (ids >> np.uint64(14)) % np.uint64(4)
    told = {"class": None, "rank": 0, "zone_id": None, "hours": 1.0, "risk": risk.astype(np.int64)}
    return pd.DataFrame({"cell": ids, **told})


def buildings_of(n: int, around: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return n square buildings spread over the ground of the cells."""
    size = 0.012 + 0.00009 * np.sqrt(max(len(around), 1))
    lng, lat = np.random.default_rng(1).uniform(-size, size, (2, n))
    shapes = shapely.box(HERE[1] + lng, HERE[0] + lat, HERE[1] + lng + 1.5e-4, HERE[0] + lat + 1.5e-4)
    told = {"id": [f"B{k}" for k in range(n)], "name": None, "name_en": None, "parent_id": None}
    return gpd.GeoDataFrame(told, geometry=shapes, crs="EPSG:4326")


def _fill(look: Any) -> list[tuple[int, dict[str, Any]]]:
    colour = ["match", ["get", "risk"], 1, COLOURS[0], 2, COLOURS[1], 3, COLOURS[2], COLOURS[3]]
    paint = {"fill-color": ["case", ["has", "none"], "#fff", colour], "fill-opacity": 0.8}
    draft = ["match", ["coalesce", ["feature-state", "draft"], ""], "", colour, "#dd7414"]
    own = {"type": "fill", "source": "plan", "source-layer": "cells", "paint": {**paint, "fill-color": draft}}
    return [(ZONE, {"id": "hexes", **own})]


LAYERS = (Layer("cells", CELLS_LAYER.names, "plan", CELLS_LAYER.parts, _fill, CELLS_LAYER.card), UNITS_LAYER)


def our_server(cells: pd.DataFrame, buildings: gpd.GeoDataFrame) -> Any:
    """Return our page over a plan that holds the cells and the buildings, and nothing else."""
    empty = standin.empty_plan()
    tables = {**empty.tables, "buildings": buildings}
    plan = SimpleNamespace(**{**vars(empty), "cells": cells, "tables": tables, "stays": pd.DataFrame()})
    map_api.LAYERS = plans.LAYERS = LAYERS
    settings = Settings(as_of=datetime(2022, 3, 17, tzinfo=UTC).isoformat())
    return make_server(
        Engine(
            "bench", lambda *_args, **_more: plan, standin.engine().explain_unit, standin.engine().explain_at,
            lambda: 1, lambda _outbreak: settings,
        )
    )  # fmt: skip


def their_server(cells: pd.DataFrame, buildings: gpd.GeoDataFrame) -> Any:
    """Return a Dash page with plotly's map: cells by colour, buildings as one."""
    numbers = cells["cell"].to_numpy(np.uint64)
    hexes = gpd.GeoDataFrame({"id": cells_to_text(numbers)}, geometry=cell_polygons(numbers), crs="EPSG:4326")
    scale = [[k / 3, colour] for k, colour in enumerate(COLOURS)]
    grey = {"z": [0] * len(buildings), "colorscale": [[0, "#d8dad3"], [1, "#d8dad3"]]}
    common = {"type": "choroplethmap", "marker": {"line": {"width": 0}}, "showscale": False, "hoverinfo": "skip"}
    data = [
        {**common, **_traced(hexes), "z": cells["risk"].tolist(), "colorscale": scale, "zmin": 1, "zmax": 4},
        {**common, **_traced(buildings), **grey},
    ]
    view = {"style": "white-bg", "center": {"lat": HERE[0], "lon": HERE[1]}, "zoom": 11.5}
    figure = {"data": data, "layout": {"map": view, "margin": dict.fromkeys("lrtb", 0)}}
    app = Dash("plotly", backend="fastapi")
    app.layout = html.Div(dcc.Graph(id="graph", figure=figure, style={"height": "100vh"}))
    return app.server


def _traced(shapes: gpd.GeoDataFrame) -> dict[str, Any]:
    return {"geojson": shapes.set_index("id").__geo_interface__, "locations": shapes["id"].tolist()}


@contextmanager
def serving(server: Any) -> Iterator[str]:
    """Serve an app, on a free port, as uvicorn does for users."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    running = uvicorn.Server(uvicorn.Config(server, port=port, log_level="error"))
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    while not running.started:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}/"
    running.should_exit = True
    thread.join(timeout=10)


OUR_MAP = "window.cordon?.stage?.map"
THEIR_MAP = "document.querySelector('.js-plotly-plot')?._fullLayout?.map?._subplot?.map"
OUR_HEXES, OUR_GROUND = "drawn().some(id => id === 'hexes')", "map.areTilesLoaded()"
THEIR_HEXES = "drawn().some(id => id.includes(document.querySelector('.js-plotly-plot')._fullData[0].uid))"
SEEN = """() => {{ const map = {map}; if (!map) return false;
  const {{x, y}} = map.project({at}), box = [[x - 150, y - 150], [x + 150, y + 150]];
  const drawn = () => map.queryRenderedFeatures(box).map((feature) => feature.layer.id);
  try {{ return {what}; }} catch (e) {{ return false; }} }}"""
SETTLED = "new Promise(done => { map.once('idle', () => done()); map.triggerRepaint(); })"
SETTLE = "() => {{ const map = {map}; return {settled}; }}"
NEARER = "([center, zoom]) => {{ const map = {map}; map.jumpTo({{center, zoom}}); return {settled}; }}"
OUR_CHANGE = f"""async ([ids]) => {{ const map = window.cordon.stage.map, start = performance.now();
  for (const id of ids) map.setFeatureState({{source: "plan", sourceLayer: "cells", id}}, {{draft: "controlled"}});
  await {SETTLED};
  return performance.now() - start; }}"""
THEIR_CHANGE = f"""async ([ids, where]) => {{
  const gd = document.querySelector(".js-plotly-plot"), start = performance.now();
  const z = [...gd.data[0].z]; for (const k of where) z[k] = 1 + (z[k] % 4);
  const map = gd._fullLayout.map._subplot.map;
  await window.Plotly.restyle(gd, {{z: [z]}}, [0]);
  await {SETTLED};
  return performance.now() - start; }}"""


def renderer_mb(browser: Browser) -> float:
    """Return what the renderer of the one open page holds in memory, in MiB (resident)."""
    session = browser.new_browser_cdp_session()
    found = session.send("SystemInfo.getProcessInfo")["processInfo"]
    sizes = []
    for pid in [one["id"] for one in found if one["type"] == "renderer"]:
        lines = Path(f"/proc/{pid}/status").read_text("utf-8").splitlines()
        sizes += [int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS")]
    return max(sizes)


def visit(driver: Any, address: str, of: str, what: str) -> tuple[Browser, Page, float]:
    """Open a page in a browser of its own and wait for what is to be seen; seconds from the request on."""
    browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
    page = browser.new_context(viewport=SIZE).new_page()
    start = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.wait_for_function(SEEN.format(map=of, at=[HERE[1], HERE[0]], what=what), timeout=300_000, polling=50)
    return browser, page, time.perf_counter() - start


def measure(driver: Any, address: str, side: Side, cells: pd.DataFrame) -> tuple[float, float, float]:
    """Return the seconds to the first hexes and to another colour of 100, and the renderer's MiB."""
    of, what, change = side
    near = np.flatnonzero(np.isin(cells["cell"], h3n.grid_disk(h3n.latlng_to_cell(*HERE, 11), 6).astype(np.uint64)))
    ids = cells_to_text(cells["cell"].to_numpy()[near[:CHANGED]])
    browser, page, first = visit(driver, address, of, what)
    page.evaluate(SETTLE.format(map=of, settled=SETTLED))
    memory = renderer_mb(browser)
    page.evaluate(NEARER.format(map=of, settled=SETTLED), [[HERE[1], HERE[0]], NEAR])
    taken = statistics.median(page.evaluate(change, [list(ids), near[:CHANGED].tolist()]) for _ in range(3)) / 1000
    browser.close()
    return first, taken, memory


def medians(driver: Any, servers: Sequence[tuple[Any, Side]], cells: pd.DataFrame) -> list[list[float]]:
    """Return what `measure` comes to for each server, in the middle of rounds in which they take turns."""
    with ExitStack() as stack:
        sides = [(stack.enter_context(serving(server)), side) for server, side in servers]
        rounds = [[measure(driver, address, side, cells) for address, side in sides] for _ in range(ROUNDS)]
    return [[statistics.median(column) for column in zip(*rows, strict=True)] for rows in zip(*rounds, strict=True)]


def main() -> None:
    """Print the three ratios, and that of 10,000 cells to none."""
    n, m = (int(given) for given in sys.argv[1:3] or (100_000, 20_000))
    cells, few, none = cells_of(n), cells_of(10_000), cells_of(0)
    with sync_playwright() as driver:
        both = [
            (our_server(cells, buildings_of(m, cells)), (OUR_MAP, OUR_HEXES, OUR_CHANGE)),
            (their_server(cells, buildings_of(m, cells)), (THEIR_MAP, THEIR_HEXES, THEIR_CHANGE)),
        ]
        ours, theirs = medians(driver, both, cells)
        ground = buildings_of(m, few)
        own = [(our_server(few, ground), OUR_HEXES), (our_server(none, ground), OUR_GROUND)]
        small = medians(driver, [(server, (OUR_MAP, what, OUR_CHANGE)) for server, what in own], few)
    print(f"  {n:,} cells and {m:,} buildings, median of {ROUNDS}; ours / plotly's choroplethmap")
    for what, unit, k in (("first hexes", "s", 0), ("100 cells recoloured", "s", 1), ("renderer", "MiB", 2)):
        print(f"  {what}: {ours[k]:.2f} / {theirs[k]:.2f} {unit}, ratio {theirs[k] / ours[k]:.1f}")
    first, bare = small[0][0], small[1][0]
    print(f"  first drawing with 10,000 cells / with none: {first:.2f} / {bare:.2f} s, ratio {first / bare:.2f}")


if __name__ == "__main__":
    main()
