"""Some rows of a large file, read in a process of its own: a file that must be read whole leaves the page quick."""

import pickle
import subprocess
import sys
from pathlib import Path

import orjson

from zoning.errors import InputError
from zoning.preview import Rows, read_some

LARGE = 4 * 2**20  # bytes; the readers of these formats come back only when they have read the whole file
WHOLE = ("GeoJSON", "GeoPackage", "KML", "Shapefile", "XLSX")
ROOT = Path(__file__).resolve().parent.parent.parent


def read_rows(path: Path, form: str, part: str, encoding: str, max_mb: int) -> Rows:
    """Read some rows of a file; a large one that is read whole, beside this process.

    Parameters
    ----------
    path : the file.
    form : its format.
    part, encoding, max_mb : as `read_some`.

    Returns
    -------
    As `read_some`.

    Raises
    ------
    InputError : the file cannot be read.
    """
    if form not in WHOLE or path.stat().st_size < LARGE:
        return read_some(path, part, encoding, max_mb)
    asked = orjson.dumps([str(path), part, encoding, max_mb])
    command = (sys.executable, "-m", "dashboard.loading.reader")
    done = subprocess.run(command, input=asked, capture_output=True, cwd=ROOT, check=False)
    if done.returncode:
        last = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
        raise InputError(f"{path.name} is not a readable {form}: {last}; export it again")
    rows: Rows | str = pickle.loads(done.stdout)
    if isinstance(rows, str):
        raise InputError(rows)
    return rows


def main() -> int:
    """Read what is asked for on standard input; the rows, or why there are none, go out pickled."""
    path, part, encoding, max_mb = orjson.loads(sys.stdin.buffer.read())
    try:
        found: Rows | str = read_some(Path(path), part, encoding, max_mb)
    except InputError as error:
        found = str(error)
    sys.stdout.buffer.write(pickle.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
