"""Points to H3 cells: ours against a tight C loop over the same library, compiled on the spot.

`python -m bench.points`. The C side calls `latLngToCell` of the h3 wheel, point after point, with no Python between.
"""

import ctypes
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import h3._cy.latlng
import numpy as np

from zoning.geometry import points_to_cells

POINTS, RESOLUTION, ROUNDS = 2_000_000, 11, 5
SOURCE = """
#include <stdint.h>
typedef struct { double lat, lng; } Point;
typedef uint32_t (*ToCell)(const Point *, int, uint64_t *);
void loop(ToCell to_cell, const double *lng, const double *lat, long n, int resolution, uint64_t *out) {
    const double radians = 3.14159265358979323846 / 180.0;
    for (long i = 0; i < n; i++) {
        Point at = { lat[i] * radians, lng[i] * radians };
        to_cell(&at, resolution, out + i);
    }
}
"""


def c_loop(folder: Path) -> tuple[ctypes.CDLL, ctypes.c_void_p]:
    """Compile the loop and find the library's function in the h3 wheel."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        raise SystemExit("no C compiler on this machine (Debian: apt install gcc), so there is nothing to compare with")
    (folder / "loop.c").write_text(SOURCE)
    subprocess.run([compiler, "-O2", "-shared", "-fPIC", "loop.c", "-o", "loop.so"], cwd=folder, check=True)
    library = ctypes.CDLL(h3._cy.latlng.__file__)
    return ctypes.CDLL(str(folder / "loop.so")), ctypes.cast(library.latLngToCell, ctypes.c_void_p)


def main() -> None:
    """Print the median of points a second of both sides, and the ratio."""
    draw = np.random.default_rng(1)
    lng, lat = draw.uniform(113.9, 114.3, POINTS), draw.uniform(22.4, 22.7, POINTS)
    taken: dict[str, list[float]] = {"ours": [], "C loop": []}
    with tempfile.TemporaryDirectory() as name:
        loop, to_cell = c_loop(Path(name))
        bare = np.zeros(POINTS, np.uint64)
        columns = [ctypes.c_void_p(a.ctypes.data) for a in (lng, lat)]
        for _ in range(ROUNDS):
            start = time.perf_counter()
            loop.loop(to_cell, *columns, ctypes.c_long(POINTS), RESOLUTION, ctypes.c_void_p(bare.ctypes.data))
            taken["C loop"].append(time.perf_counter() - start)
            start = time.perf_counter()
            cells = points_to_cells(lng, lat, RESOLUTION)
            taken["ours"].append(time.perf_counter() - start)
    if not np.array_equal(cells, bare):
        raise SystemExit("the two sides do not give the same cells")
    speed = {side: POINTS / statistics.median(times) / 1e6 for side, times in taken.items()}
    for side, of in speed.items():
        print(f"  {side}: {of:.2f} million points a second at resolution {RESOLUTION}")
    print(f"  ratio of speeds, ours to the C loop: {speed['ours'] / speed['C loop']:.2f} (aim: at least 0.8)")


if __name__ == "__main__":
    main()
