"""Running commands as a test does: the code, the zones that they wrote, the log that they left."""

import json
from pathlib import Path

from zoning.cli import main
from zoning.store import LOG


def run(*given: object) -> int:
    return main([str(part) for part in given])


def zones(path: Path) -> dict[str, dict[str, object]]:
    found = json.loads(path.read_text("utf-8"))["features"]
    return {f["properties"]["zone_id"]: f["properties"] for f in found}


def log_of(folder: Path) -> bytes:
    return (folder / LOG).read_bytes()
