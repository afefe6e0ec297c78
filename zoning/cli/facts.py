"""What the commands of typed facts do: enter, amend, withdraw."""

import sys
from argparse import Namespace
from collections.abc import Callable

from zoning import state
from zoning.cli.shared import Add, read_time, take_recorded, take_workspace, workspace_of
from zoning.entering import Entered, EntryError
from zoning.entering import amend as amend_fact
from zoning.entering import enter as enter_rows
from zoning.errors import InputError
from zoning.tables import FACT_KINDS


def add_commands(add: Add) -> None:
    """Add these commands to the command line.

    Parameters
    ----------
    add : makes the parser of a command.
    """
    said = "type one fact: a case, a stay, a test, a contact, a round of tests in a building"
    parser = add(
        "enter", enter, said, "enter build/town cases status=初筛阳性 reported_at=2022-03-17T22:10 address=临水花园2栋"
    )
    take_workspace(parser)
    parser.add_argument("kind", choices=FACT_KINDS)
    parser.add_argument("values", nargs="+", metavar="COLUMN=VALUE", help="`schema KIND` lists the columns")
    parser.add_argument("--text", default="", help="what it was typed from, kept beside it")
    parser.add_argument("--crs", default="", help="of lng and lat: wgs84 (default), gcj02, bd09 or EPSG:n")
    take_recorded(parser)
    said = "change some fields of one fact; the others stay"
    parser = add("amend", amend, said, "amend build/town cases:C3 status=excluded --author 'Li Wei'")
    take_workspace(parser)
    parser.add_argument("fact", metavar="FACT", help="kind:id, such as cases:C3")
    parser.add_argument("values", nargs="+", metavar="COLUMN=VALUE", help="COLUMN= empties the field")
    take_recorded(parser)
    parser = add("withdraw", withdraw, "take one fact back", "withdraw build/town cases:C3 --reason 'wrong person'")
    take_workspace(parser)
    parser.add_argument("fact", metavar="FACT", help="kind:id, such as cases:C3")
    parser.add_argument("--reason", default="", help="why")
    take_recorded(parser)


def enter(given: Namespace) -> int:
    """Type one fact.

    Parameters
    ----------
    given : workspace, outbreak, kind, values, text, crs, recorded_at, author.

    Returns
    -------
    0, or 1 if a field cannot be used.

    Raises
    ------
    InputError : a value is not COLUMN=VALUE, or the kind has no such column.
    """
    workspace = workspace_of(given)
    when = read_time(given.recorded_at, state.read_settings(workspace))
    row = dict(_pair(text) for text in given.values)
    told = {"text": given.text, "about": when, "crs": given.crs}
    return _tell(lambda: enter_rows(workspace, given.kind, [row], given.author, when, **told))


def amend(given: Namespace) -> int:
    """Change some fields of one fact.

    Parameters
    ----------
    given : workspace, outbreak, fact, values, recorded_at, author.

    Returns
    -------
    0, or 1 if a field cannot be used.

    Raises
    ------
    InputError : a value is not COLUMN=VALUE.
    UnknownError : no such fact.
    """
    workspace = workspace_of(given)
    when = read_time(given.recorded_at, state.read_settings(workspace))
    changes = dict(_pair(text) for text in given.values)
    return _tell(lambda: amend_fact(workspace, given.fact, changes, given.author, when, about=when))


def _pair(text: str) -> tuple[str, str]:
    column, sign, value = text.partition("=")
    if not sign or not column:
        raise InputError(f"'{text}' is not COLUMN=VALUE; write, for example, status=confirmed")
    return column, value


def _tell(save: Callable[[], Entered]) -> int:
    """Save, and print what was saved, or what is wrong with which field."""
    try:
        done = save()
    except EntryError as error:
        for fault in error.faults:
            print(f"error: {fault.column} '{fault.value}': {fault.reason}; {fault.fix}", file=sys.stderr)
        return 1
    print(f"{', '.join(done.fact_ids)}: saved" if done.written else "nothing new: it was known so already")
    for notice in done.notices:
        print(f"  note: {notice}")
    return 0


def withdraw(given: Namespace) -> int:
    """Withdraw one fact.

    Parameters
    ----------
    given : workspace, fact, reason, recorded_at, author.

    Returns
    -------
    0.
    """
    workspace = workspace_of(given)
    when = read_time(given.recorded_at, state.read_settings(workspace))
    changed = state.withdraw(workspace, given.fact, given.reason, when, given.author)
    print(f"{given.fact} is withdrawn" if changed else f"{given.fact} was withdrawn before; nothing changed")
    return 0
