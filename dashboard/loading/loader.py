"""The process that loads: a list of files on its standard input, how far it is on its standard output, a line each.

A process of its own leaves the page quick while a large file is read, and can be stopped at any moment: what is not in
the log yet is not in at all. It ends by itself when the server that began it is gone.
"""

import os
import signal
import sys
import threading
import time
from pathlib import Path
from types import FrameType
from typing import Any

import orjson

from zoning.errors import ZoningError
from zoning.loading import load_file
from zoning.options import Options
from zoning.store import Workspace

EVERY_S = 0.2  # a line at most so often while rows are read
STOPPED = 3  # how a load ends that was stopped


def _tell(**said: Any) -> None:
    sys.stdout.buffer.write(orjson.dumps(said) + b"\n")
    sys.stdout.buffer.flush()


_phase = [""]


def _stop(_signal: int, _frame: FrameType | None) -> None:
    if _phase[0] != "rejects":  # the rows are in by then
        raise SystemExit(STOPPED)


def _end_with_the_server() -> None:
    sys.stdin.buffer.read()
    os._exit(STOPPED)


def load_one(workspace: Workspace, one: dict[str, Any], author: str) -> None:
    """Load one file and tell what came of it.

    Parameters
    ----------
    workspace : as the outbreak sees it.
    one : key, path, kind, source, options.
    author : who.
    """
    told_at = [0.0]

    def watch(phase: str, rows: int) -> None:
        if phase != _phase[0] or time.monotonic() - told_at[0] > EVERY_S:
            told_at[0], _phase[0] = time.monotonic(), phase
            _tell(key=one["key"], phase=phase, rows=rows)

    try:
        done = load_file(
            workspace,
            Path(one["path"]),
            one["kind"],
            one["source"],
            Options(**one["options"]),
            None,
            author,
            True,
            watch,
        )
    except ZoningError as error:
        _tell(key=one["key"], error=str(error))
        return
    _tell(key=one["key"], done=done.rows, notices=done.notices, changed=done.changed, log=workspace.revision())


def main() -> int:
    """Load what is asked for on standard input."""
    asked = orjson.loads(sys.stdin.buffer.readline())
    signal.signal(signal.SIGTERM, _stop)
    threading.Thread(target=_end_with_the_server, daemon=True).start()
    workspace = Workspace(Path(asked["workspace"]), outbreak=asked["outbreak"])
    for one in asked["files"]:
        _phase[0] = ""
        load_one(workspace, one, asked["by"])
    return 0


if __name__ == "__main__":
    sys.exit(main())
