"""A stroke of 100 atoms against an empty callback, both over HTTP from the same server in the same run, in turn.

`python -m bench.redraw [CELLS] [ZONES]`; 100,000 and 500 if left out. The stroke is painted cell by cell as the brush
sends it, kept on disk, weighed, and answered; parts and holes come by a second answer, which is timed too. What was
answered must be what weighing the whole draft anew gives.
"""

import http.client
import json
import os
import sys
import tempfile
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import h3.api.numpy_int as h3n
import numpy as np
import pandas as pd
import uvicorn
from dash import Dash, Input, Output

from app import make_engine
from bench.screen import HERE
from dashboard import desks, factory
from dashboard.plans import Plans
from tests.commandline import run
from zoning.desk import Desk, do
from zoning.desk.files import read_step
from zoning.desk.ground import make_ground
from zoning.desk.keeping import Drawer
from zoning.desk.weighing import Scale, shape_of, tally_base
from zoning.editing import Sheet, read_sheet
from zoning.edits import Edited
from zoning.geometry import cells_to_text, disks, parents

ROUNDS, ATOMS, PORT = 60, 100, 8971
MOST_RATIO, MOST_BYTES = 3.0, 10_000


def wide_sheet(workspace: Path, cells: int, zones: int) -> Sheet:
    """Return the town's sheet with this many cells in this many zones, and nothing else."""
    sheet = read_sheet(workspace)
    plan, centre = sheet.plan, np.array([h3n.latlng_to_cell(*HERE, 11)], np.uint64)
    held = np.sort(disks(centre, int(np.sqrt(cells / 3)) + 1)[1][:cells])
    near = np.unique(parents(held, 9), return_inverse=True)[1]
    of = near * zones // (near.max() + 1)
    names = np.array([f"z{n:05}" for n in range(zones)], object)
    classes = np.array([name for name in plan.policy.classes if (plan.zones["class"] == name).any()], object)
    ranks = {name: c.rank for name, c in plan.policy.classes.items()}
    first = [plan.zones.index[plan.zones["class"] == name][0] for name in classes]
    table = plan.zones.loc[np.array(first)[np.arange(zones) % len(classes)]].reset_index(drop=True)
    table = table.assign(zone_id=names, aliases=[[]] * zones)
    template = sheet.edited.membership.iloc[[0]].drop(columns=["stroke", "pending"])
    rows = template.loc[template.index.repeat(len(held))].reset_index(drop=True)
    of_class = classes[of % len(classes)]
    rows = rows.assign(atom=held, atom_id=cells_to_text(held), zone_id=names[of], **{"class": of_class})
    rows["rank"] = pd.Series(of_class).map(ranks).to_numpy()
    plan = replace(plan, zones=table, membership=rows)
    edited = Edited(rows, pd.DataFrame(table).drop(columns="geometry"), sheet.edited.touched, sheet.edited.ledger)
    return Sheet(plan, sheet.strokes, edited, sheet.revision)


def with_empty_callback(app: Dash, plans: Plans) -> None:
    """Register the page's callbacks, and one that does nothing."""
    factory_callbacks(app, plans)

    @app.callback(Output("told-view", "title"), Input("told-choice", "title"), prevent_initial_call=True)
    def nothing(_: Any) -> str:
        return ""


factory_callbacks = factory.install_callbacks


class Line:
    """One connection that stays open."""

    def __init__(self) -> None:
        self.to = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)

    def ask(self, address: str, body: Any = None) -> tuple[float, bytes]:
        """Get, or post a body, and wait for the whole answer; seconds, and the answer."""
        data = None if body is None else json.dumps(body).encode()
        began = time.perf_counter()
        self.to.request("POST" if data else "GET", address, data, {"content-type": "application/json"})
        answer = self.to.getresponse()
        found = answer.read()
        took = time.perf_counter() - began
        if answer.status != 200:
            raise SystemExit(f"{address}: {answer.status} {found[:300]!r}")
        return took, found


def serve(workspace: Path, sheet: Sheet) -> uvicorn.Server:
    """Serve drafts on the wide sheet."""
    desks.read_sheet = lambda *_: sheet
    factory.install_callbacks = with_empty_callback
    server = uvicorn.Server(uvicorn.Config(factory.make_server(make_engine(workspace)), port=PORT, log_level="error"))
    threading.Thread(target=server.run, daemon=True).start()
    while not server.started:
        time.sleep(0.05)
    return server


def strokes_of(sheet: Sheet, n: int) -> list[list[str]]:
    """Return the cells of n strokes, each the 100 nearest around a cell of the ground."""
    held, draw = sheet.edited.membership["atom"].to_numpy(np.uint64), np.random.default_rng(7)
    found = []
    for centre in draw.choice(held, n):
        found.append(cells_to_text(disks(np.array([centre], np.uint64), 6)[1][:ATOMS]))
    return found


def agree(workspace: Path, draft: str, sheet: Sheet, told: dict[str, Any], forms: dict[str, Any]) -> bool:
    """Say whether the last answers are what the whole draft weighs, read from disk and counted anew."""
    ground = make_ground(sheet)
    tally, desk = tally_base(Scale(ground, sheet.edited.zones)), Desk(ground.base)
    for kept in Drawer(workspace).steps(draft):
        step = read_step(kept.step, ground.numbers)[0]
        if not isinstance(step, str):
            tally.change(desk, do(desk, step))
    sums = [round(tally.person_days, 1), tally.beyond[0], tally.below[0]]
    totals = told["totals"]
    shapes = {zone: list(shape_of(ground, desk.members[zone])) for zone in forms}
    return shapes == {zone: [form["parts"][1], form["holes"][1]] for zone, form in forms.items()} and sums == [
        totals["person_days"][1], totals["beyond"]["atoms"][1], totals["below"]["atoms"][1]
    ]  # fmt: skip


EMPTY = {
    "output": "told-view.title", "outputs": {"id": "told-view", "property": "title"}, "state": [],
    "inputs": [{"id": "told-choice", "property": "title", "value": ""}], "changedPropIds": ["told-choice.title"],
}  # fmt: skip


TIMED = ("empty callback", "bare synced write", "stroke", "stroke and its parts and holes")


def synced(folder: Path) -> float:
    """Return the seconds that 8 kB take to the disk: each stroke waits for that once."""
    with (folder / "synced").open("ab", buffering=0) as file:
        began = time.perf_counter()
        file.write(bytes(8192))
        os.fdatasync(file)
        return time.perf_counter() - began


def measure(
    line: Line, folder: Path, draft: str, sheet: Sheet
) -> tuple[dict[str, list[float]], int, list[dict[str, Any]]]:
    """Return the seconds of each round, the bytes of the largest answers to a stroke, and the last answers."""
    rounds: dict[str, list[float]] = {name: [] for name in TIMED}
    most, last = 0, list[bytes]()
    classes = [name for name in sheet.plan.policy.classes if (sheet.plan.zones["class"] == name).any()]
    for n, those in enumerate(strokes_of(sheet, ROUNDS)):
        idle, disk = line.ask("/_dash-update-component", EMPTY)[0], synced(folder)
        body = {"by": "bench", "sent": str(uuid4()), "after": n, "do": "paint", "to": classes[n % len(classes)]}
        pick = {"tool": "cells", "cells": those}
        took, answer = line.ask(f"/api/desk/drafts/{draft}/steps", body | {"pick": pick})
        asked = "&".join(f"zone={row['id']}" for row in json.loads(answer)["zones"])
        more, forms = line.ask(f"/api/desk/drafts/{draft}/forms?{asked}")
        for name, seconds in zip(TIMED, (idle, disk, took, took + more), strict=True):
            rounds[name].append(seconds)
        last, most = [answer, forms], max(most, len(answer) + len(forms))
    return rounds, most, [json.loads(answer) for answer in last]


def main(cells: int = 100_000, zones: int = 500) -> int:
    """Print the ratios of round trips, and the largest answers; 1 if they are too large, or wrong."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder) / "town"
        run("town", str(workspace))
        sheet = wide_sheet(workspace, cells, zones)
        server, line = serve(workspace, sheet), Line()
        draft = json.loads(line.ask("/api/desk/drafts", {"by": "bench", "sent": str(uuid4())})[1])["id"]
        rounds, most, last = measure(line, Path(folder), draft, sheet)
        same = agree(workspace, draft, sheet, *last)
        server.should_exit = True
    print(f"{cells:,} cells in {zones:,} zones; {ROUNDS} strokes of {ATOMS} atoms, an empty callback before each")
    return tell(rounds, most, same)


def tell(rounds: dict[str, list[float]], most: int, same: bool) -> int:
    """Print what was measured; other work on the machine only adds, so the quicker half is told too."""
    for share, name in ((0.5, "medians"), (0.25, "lower quartiles")):
        times = [float(np.quantile(rounds[of][5:], share)) for of in TIMED]
        told = ", ".join(f"{of} {1000 * at:.1f}" for of, at in zip(TIMED, times, strict=True))
        ratios = f"stroke {times[2] / times[0]:.2f}, with parts and holes {times[3] / times[0]:.2f}"
        print(f"  {name}, ms: {told}\n    ratios to an empty callback: {ratios} (a stroke: at most {MOST_RATIO:g})")
    print(f"  largest answers to a stroke together {most:,} bytes")
    if not same:
        print("  the last answers are not what the draft weighs")
    if most > MOST_BYTES:
        print(f"  the answers to a stroke are larger than {MOST_BYTES:,} bytes")
    return 0 if same and most <= MOST_BYTES else 1


if __name__ == "__main__":
    raise SystemExit(main(*(int(text) for text in sys.argv[1:])))
