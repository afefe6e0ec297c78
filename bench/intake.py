"""Loading visits from CSV into a workspace against a bare DuckDB `read_csv` of the same file into a table.

`python -m bench.intake [ROWS]`, 10 million by default. Both run in a process of their own, in turns; memory is the
peak of the process. Where others use the machine, the ratio of processor time says more than that of seconds.
"""

import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from bench.visits import write_visits
from zoning.loading import load_file
from zoning.store import Workspace

ROWS, ROUNDS = 10_000_000, 3


def ours(file: Path, folder: Path) -> int:
    """Load the file as a user does, and count the accepted rows."""
    return load_file(Workspace(folder / "workspace", create=True), file, "visits").rows["visits"][1]


def bare(file: Path, _: Path) -> int:
    """Read the file into a table of DuckDB, types found out by itself, and count the rows."""
    connection = duckdb.connect()
    connection.execute(f"CREATE TABLE visits AS SELECT * FROM read_csv('{file}')")
    return int(connection.execute("SELECT count(*) FROM visits").fetchall()[0][0])


def one(side: str, file: Path) -> None:
    """Run one side in this process and print rows, seconds, processor seconds and peak memory in GB."""
    with tempfile.TemporaryDirectory(dir=file.parent) as folder:
        start, busy = time.perf_counter(), time.process_time()
        rows = {"ours": ours, "bare": bare}[side](file, Path(folder))
        seconds, busy = time.perf_counter() - start, time.process_time() - busy
    print(rows, seconds, busy, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6)


def main(rows: int = ROWS) -> None:
    """Print seconds and memory of both sides, and the median ratios of the rounds."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "visits.csv"
        write_visits(file, rows)
        size = file.stat().st_size / 1e6
        print(f"Intake, {rows:,} visits, CSV of {size:,.0f} MB, {ROUNDS} rounds in turns, seconds (of processor):")
        ratios = []
        for _ in range(ROUNDS):
            found = {}
            for side in ("bare", "ours"):
                command = [sys.executable, "-m", "bench.intake", side, str(file)]
                text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
                count, *figures = text.split()
                found[side] = (int(count), *map(float, figures))
            if {count for count, *_ in found.values()} != {rows}:
                raise SystemExit(f"the two sides do not give the same rows: {found}")
            ratios.append([found["ours"][at] / found["bare"][at] for at in (1, 2)])
            times = [f"{side} {one[1]:6.1f} s ({one[2]:4.1f} s) {one[3]:3.1f} GB" for side, one in found.items()]
            print(f"  {'   '.join(times)}   ratio {ratios[-1][0]:.2f} ({ratios[-1][1]:.2f})")
        seconds, busy = (statistics.median(column) for column in zip(*ratios, strict=True))
        print(f"  ratio   {seconds:6.2f} (at most 4); of processor time {busy:.2f}")


if __name__ == "__main__":
    if len(sys.argv) == 3:
        one(sys.argv[1], Path(sys.argv[2]))
    else:
        main(*map(int, sys.argv[1:]))
