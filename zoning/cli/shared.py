"""What all commands share: the arguments that many take, how they read times, and the plan that they ask for."""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from zoning import pipeline, state
from zoning.cli.progress import progress
from zoning.clocks import read_moment
from zoning.pipeline import Plan
from zoning.settings import Settings
from zoning.store import Workspace

TIME = "a time: ISO, 2022/3/6 8:05 or 3月6日24时; local unless it carries an offset"
Parser = ArgumentParser
Add = Callable[..., Parser]


def take_workspace(parser: Parser) -> None:
    """Let a command take the workspace.

    Parameters
    ----------
    parser : of the command.
    """
    parser.add_argument("workspace", type=Path, help="folder of the workspace")
    parser.add_argument("--outbreak", default="", metavar="NAME", help="one of its outbreaks; left out, the first one")


def workspace_of(given: Namespace, create: bool = False) -> Workspace:
    """Open the workspace of a command, as its outbreak sees it.

    Parameters
    ----------
    given : workspace, outbreak.
    create : make it where there is none.

    Returns
    -------
    Workspace.

    Raises
    ------
    StoreError : no workspace there.
    UnknownError : an outbreak cannot be called so.
    """
    return Workspace(given.workspace, create, given.outbreak)


def take_recorded(parser: Parser) -> None:
    """Let a writing command take when something was known, and who says so.

    Parameters
    ----------
    parser : of the command.
    """
    parser.add_argument("--recorded-at", metavar="T", help="when it was known, now if left out; " + TIME)
    parser.add_argument("--author", default="", help="who says so")


def take_as_of(parser: Parser) -> None:
    """Let a command take the time of its plan.

    Parameters
    ----------
    parser : of the command.
    """
    parser.add_argument("--as-of", metavar="T", help="when it was true; " + TIME)


def take_times(parser: Parser) -> None:
    """Let a command take what names a plan: both times and the pack.

    Parameters
    ----------
    parser : of the command.
    """
    take_as_of(parser)
    parser.add_argument("--known-at", metavar="T", help="when we knew it, now if left out")
    parser.add_argument("--policy", metavar="ID", help="id or .toml file of a pack, instead of the workspace's")


def read_time(text: str | None, settings: Settings, about: datetime | None = None) -> datetime | None:
    """Read a time of the command line.

    Parameters
    ----------
    text : as typed; None or empty is no time.
    settings : `zone` of times without an offset.
    about : a date without a year is the nearest one to it; None means the workspace's `as_of`, else now.

    Returns
    -------
    UTC, or None.
    """
    if about is None and settings.as_of:
        about = read_moment(settings.as_of, settings.zone)
    return read_moment(text, settings.zone, about) if text else None


def read_plan(given: Namespace) -> Plan:
    """Derive the plan that a command asks for, and print its problems to standard error.

    Parameters
    ----------
    given : workspace, outbreak, as_of, known_at, policy.

    Returns
    -------
    Plan.
    """
    plan = _plan(given, edited=True)
    for problem in plan.problems.to_dict("records"):
        print(f"note: {problem['subject']}: {problem['text']}", file=sys.stderr)
    return plan


def read_rules(given: Namespace) -> Plan:
    """Derive the plan that a command asks for as the rules alone have it, without any edit.

    Parameters
    ----------
    given : of `read_plan`.

    Returns
    -------
    Plan.
    """
    return _plan(given, edited=False)


def _plan(given: Namespace, edited: bool) -> Plan:
    workspace = workspace_of(given)
    settings = state.read_settings(workspace)
    times = (read_time(given.as_of, settings), read_time(given.known_at, settings))
    with progress("deriving zones"):
        return pipeline.derive(workspace, *times, given.policy, edited)
