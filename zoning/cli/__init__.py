"""The command line: what each command is called, what it takes, and how it fails.

Each module holds some commands: what they take, and what they do. Results go to standard output, errors to standard
error. Exit codes: 0 done, 1 the data or a name is wrong, 2 the command itself is wrong.
"""

import argparse
import os
import sys
from collections.abc import Callable

from zoning.cli import asking, comparing, drafts, edits, facts, files, packs, paper, zones
from zoning.cli.shared import Parser
from zoning.errors import ZoningError


def build_parser() -> Parser:
    """Return the parser of the whole command line.

    Returns
    -------
    ArgumentParser; each command sets `run` to the function that does it.
    """
    parser = Parser(
        prog="python -m zoning",
        description="From case registers to cited, explained zones. A workspace is a folder: load files, then derive.",
        epilog="First steps: python -m zoning town build/town; python -m zoning derive build/town --out zones.geojson",
    )
    group = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def add(name: str, run: Callable[[argparse.Namespace], int], text: str, example: str) -> Parser:
        said = text[0].upper() + text[1:] + "."
        made = group.add_parser(name, help=text, description=said, epilog=f"Example: python -m zoning {example}")
        made.set_defaults(run=run)
        return made

    for module in (files, facts, zones, paper, edits, drafts, asking, comparing, packs):
        module.add_commands(add)
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    argv : arguments; None takes those of the process.

    Returns
    -------
    Exit code.
    """
    given = build_parser().parse_args(argv)
    try:
        return int(given.run(given))
    except ZoningError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        print(f"error: {error.filename2 or error.filename}: {error.strerror}; give another path", file=sys.stderr)
        return 1
