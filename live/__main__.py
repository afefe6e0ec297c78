"""Entry: `python -m live FOLDER` serves a folder of publications; `publish`, `withdraw`, `history` fill it."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from live.folder import Folder
from zoning.errors import ZoningError

_COMMANDS = ("serve", "publish", "withdraw", "history", "check")
_SHOWN = 12  # changes that are listed
_TIME = "a time: ISO, 2022/3/6 8:05 or 3月6日24时; local unless it carries an offset"


def _workspace(given: argparse.Namespace) -> Any:
    # The engine is loaded by those commands that need it: a viewer does not.
    from zoning.store import Workspace

    return Workspace(given.workspace, outbreak=given.outbreak)


def publish(given: argparse.Namespace) -> int:
    """Publish what was decided, or say what would change.

    Parameters
    ----------
    given : workspace, outbreak, folder, by, note, as_of, known_at, confirm, dry_run.

    Returns
    -------
    0.
    """
    from live import publishing
    from live.site import write_site
    from zoning.clocks import read_moment
    from zoning.state import read_settings

    workspace = _workspace(given)
    zone = read_settings(workspace).zone
    as_of, known_at = (read_moment(text, zone) if text else None for text in (given.as_of, given.known_at))
    told = publishing.publish(
        workspace, given.folder, given.by, given.note, as_of, known_at, given.confirm, given.dry_run
    )
    for change in told.changes[:_SHOWN]:
        print(f"{change['change']:<10} {change['number']}  {change['name']}")
    if len(told.changes) > _SHOWN:
        print(f"... and {len(told.changes) - _SHOWN} more")
    if told.snapshot:
        write_site(given.folder)
    head = f"published {told.snapshot}" if told.snapshot else "would publish"
    print(f"{head}: {told.zones} zones, {len(told.changes)} changes, {told.size / 1e6:.1f} MB")
    return 0


def withdraw(given: argparse.Namespace) -> int:
    """Take back what is current.

    Parameters
    ----------
    given : workspace, outbreak, folder, by, note.

    Returns
    -------
    0.
    """
    from live import publishing

    now = publishing.withdraw(_workspace(given), given.folder, given.by, given.note)
    print(f"withdrawn; current is {now['snapshot'] or 'nothing'}")
    return 0


def history(given: argparse.Namespace) -> int:
    """List who published and withdrew what.

    Parameters
    ----------
    given : workspace, outbreak.

    Returns
    -------
    0.
    """
    import pandas as pd

    from live import publishing
    from zoning.state import read_settings

    workspace = _workspace(given)
    zone = read_settings(workspace).zone
    for row in publishing.history_table(workspace).to_dict("records"):
        at = pd.Timestamp(row["at"]).tz_convert(zone).isoformat(timespec="seconds")
        act = "withdrew" if row["act"] == publishing.WITHDRAW else "published"
        print(f"{at}  {act:<9} {row['snapshot']}  {row['folder']}  by {row['by']}  {row['note']}".rstrip())
    return 0


def check(given: argparse.Namespace) -> int:
    """Hold every file of what is current to its manifest.

    Parameters
    ----------
    given : folder.

    Returns
    -------
    0.
    """
    folder = Folder(given.folder)
    current = folder.current()
    if not current["snapshot"]:
        print("nothing is published: all was withdrawn")
        return 0
    files = folder.check(current["snapshot"])["files"]
    print(f"{current['snapshot']} of {current['published_at']}: {len(files)} files are as they were published")
    return 0


def serve(given: argparse.Namespace) -> int:
    """Serve a folder of publications until Ctrl-C.

    Parameters
    ----------
    given : folder, host, port, cors.

    Returns
    -------
    0; 1 where there is no such folder.
    """
    import uvicorn

    from live.server import make_app

    if not given.folder.is_dir():
        print(f"error: {given.folder} is no folder; publish into it first", file=sys.stderr)
        return 1
    print(f"Cordon live: http://{given.host}:{given.port}/  ({given.folder})", flush=True)
    app = make_app(given.folder, given.cors)
    uvicorn.run(app, host=given.host, port=given.port, log_level="warning", timeout_graceful_shutdown=2)
    return 0


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the command line.

    Returns
    -------
    ArgumentParser; each command sets `run`.
    """
    parser = argparse.ArgumentParser(prog="python -m live", description="Publish what was decided, and serve it.")
    group = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def add(name: str, run: Callable[[argparse.Namespace], int], text: str, workspace: bool = True) -> None:
        made = group.add_parser(name, help=text, description=text)
        made.set_defaults(run=run)
        if workspace:
            made.add_argument("workspace", type=Path, help="folder of the workspace")
            made.add_argument("--outbreak", default="", metavar="NAME", help="one of its outbreaks")
        if name != "history":
            made.add_argument("folder", type=Path, help="folder of publications; the server sees nothing else")
        if name in ("publish", "withdraw"):
            made.add_argument("--by", default="", metavar="NAME", help="who does it; kept in the log, not published")
            shown = "shown to everybody" if name == "publish" else "why; kept in the log"
            made.add_argument("--note", default="", metavar="TEXT", help=shown)
        if name == "publish":
            made.add_argument("--as-of", metavar="T", help="when it was true; " + _TIME)
            made.add_argument("--known-at", metavar="T", help="when we knew it, now if left out")
            told = "zone whose ground moved since it was decided, to be published as it is; `all` for every one"
            made.add_argument("--confirm", action="append", default=[], metavar="ID", help=told)
            made.add_argument("--dry-run", action="store_true", help="only say what would change")

    made = group.add_parser("serve", help="serve a folder; the word may be left out", description="Serve a folder.")
    made.set_defaults(run=serve)
    made.add_argument("folder", type=Path, help="folder of publications; nothing else is seen")
    made.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
    made.add_argument("--port", type=int, default=8051)
    told = "site whose pages may read the answers, such as https://example.org; * for any; may be repeated"
    made.add_argument("--cors", action="append", default=[], metavar="ORIGIN", help=told)
    add("publish", publish, "publish what was decided")
    add("withdraw", withdraw, "take back what is current; what stood before is current again")
    add("history", history, "list who published and withdrew what")
    add("check", check, "hold every file of what is current to its manifest", workspace=False)
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    argv : arguments; None takes those of the process.

    Returns
    -------
    Exit code: 0 done, 1 the data or a name is wrong, 2 the command itself is wrong.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    if words and words[0] not in (*_COMMANDS, "-h", "--help"):
        words.insert(0, "serve")
    given = build_parser().parse_args(words)
    try:
        return int(given.run(given))
    except ZoningError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
