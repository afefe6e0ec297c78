"""Loading visits from CSV into a workspace against a bare DuckDB `read_csv` of the same file into a table.

`python -m bench.intake [ROWS]`, 10 million by default. Both run in a process of their own, in turns; memory is the
peak of the process.
"""

import resource
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
    """Run one side in this process and print rows, seconds and peak memory in GB."""
    with tempfile.TemporaryDirectory(dir=file.parent) as folder:
        start = time.perf_counter()
        rows = {"ours": ours, "bare": bare}[side](file, Path(folder))
        seconds = time.perf_counter() - start
    print(rows, seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6)


def main(rows: int = ROWS) -> None:
    """Print seconds and memory of both sides, and the median ratio of the rounds."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "visits.csv"
        write_visits(file, rows)
        print(f"Intake, {rows:,} visits, CSV of {file.stat().st_size / 1e6:,.0f} MB, {ROUNDS} rounds in turns:")
        ratios = []
        for _ in range(ROUNDS):
            found = {}
            for side in ("bare", "ours"):
                command = [sys.executable, "-m", "bench.intake", side, str(file)]
                text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
                count, seconds, memory = text.split()
                found[side] = (int(count), float(seconds), float(memory))
            if {count for count, _, _ in found.values()} != {rows}:
                raise SystemExit(f"the two sides do not give the same rows: {found}")
            ratios.append(found["ours"][1] / found["bare"][1])
            times = [f"{side} {seconds:6.1f} s {memory:4.1f} GB" for side, (_, seconds, memory) in found.items()]
            print(f"  {'   '.join(times)}   ratio {ratios[-1]:.2f}")
        print(f"  ratio   {sorted(ratios)[len(ratios) // 2]:6.2f} (at most 4)")


if __name__ == "__main__":
    if len(sys.argv) == 3:
        one(sys.argv[1], Path(sys.argv[2]))
    else:
        main(*map(int, sys.argv[1:]))
