"""Loading the demo city into a workspace against plainly reading the same files with the libraries' own readers.

`python -m bench.demo`. Ours checks, types, places, stores and logs every row; the plain side only has them in memory.
"""

import statistics
import tempfile
import time
import tomllib
from pathlib import Path

import geopandas as gpd
import pandas as pd

from zoning import demo
from zoning.intake import Options, read_input
from zoning.loading import load_manifest
from zoning.store import Workspace

ROUNDS = 3


def plain(folder: Path) -> dict[str, int]:
    """Read every file of the manifest as a competent user would, and count its rows."""
    found = {}
    for entry in tomllib.loads((folder / "city.toml").read_text("utf-8"))["file"]:
        path = folder / entry["path"]
        if path.suffix == ".csv":
            table = pd.read_csv(path, encoding=entry.get("encoding", "utf-8-sig"), low_memory=False)
        elif path.suffix == ".parquet":
            table = gpd.read_parquet(path)
        elif path.suffix == ".xlsx":
            table = pd.read_excel(path, engine="calamine")
        else:
            table = gpd.read_file(path)
        found[path.name] = len(table)
    return found


def intake(folder: Path) -> dict[str, int]:
    """Read, check, type and place every row of the manifest's files, without storing them."""
    found = {}
    for entry in tomllib.loads((folder / "city.toml").read_text("utf-8"))["file"]:
        options = Options(crs=entry.get("crs", ""), encoding=entry.get("encoding", ""))
        read = read_input(folder / entry["path"], entry["kind"], options)
        found[entry["path"]] = sum(one.read for one in read.values())
    return found


def ours(folder: Path) -> dict[str, int]:
    """Load the manifest into a new workspace, and count the rows read of each file."""
    with tempfile.TemporaryDirectory() as name:
        done = list(load_manifest(Workspace(Path(name), create=True), folder / "city.toml"))
    return {one.file: sum(read for read, _, _ in one.rows.values()) for one in done}


def main() -> None:
    """Print seconds of both sides, and the median ratio of the rounds."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for _ in demo.write_demo(folder):
            pass
        taken: dict[str, list[float]] = {"plain": [], "intake": [], "load": []}
        for _ in range(ROUNDS):
            found = {}
            for side, run in (("plain", plain), ("intake", intake), ("load", ours)):
                start = time.process_time()
                found[side] = run(folder)
                taken[side].append(time.process_time() - start)
            if not found["plain"] == found["intake"] == found["load"]:
                raise SystemExit(f"the sides do not read the same rows: {found}")
    middle = {side: statistics.median(times) for side, times in taken.items()}
    print("  processor time:", ", ".join(f"{side} {seconds:.2f} s" for side, seconds in middle.items()))
    for side, words in (("intake", "checked and typed (aim: under 3)"), ("load", "stored and logged as well")):
        print(f"  ratio of {side} to plainly reading the files: {middle[side] / middle['plain']:.1f}, {words}")


if __name__ == "__main__":
    main()
