"""What the paper commands do: `notice` of a zone, `crews` for the entrances, `daily` for the analysts."""

from argparse import Namespace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from zoning import paper, pipeline, state
from zoning.cli.progress import progress
from zoning.cli.shared import TIME, Add, Parser, read_plan, read_time, take_times, take_workspace, workspace_of
from zoning.clocks import local_day, midnight
from zoning.disk import write_synced
from zoning.errors import InputError
from zoning.paper.pdf import write_paper
from zoning.paper.words import closing_day
from zoning.pipeline import Plan
from zoning.times import zone_info

PAGES, TABLES = (".html", ".pdf"), (".html", ".pdf", ".csv")
_LANGUAGE = "of the paper; both puts one sheet after the other"
_PDF = "a PDF needs Chromium on this machine, else the HTML is written beside it"


def add_commands(add: Add) -> None:
    """Add these commands to the command line.

    Parameters
    ----------
    add : makes the parser of a command.
    """
    parser = add(
        "notice",
        notice,
        "make the notice of a zone: boundary in words, map, rules of stay, tests, entrances, when it ends",
        "notice build/town C-11a40032 --language both --out notice.pdf",
    )
    take_workspace(parser)
    parser.add_argument("zone", metavar="ZONE", nargs="?", default="", help="zone id, alias, or number on paper")
    parser.add_argument("--all", action="store_true", help="every zone, one file each; --out is then a folder")
    parser.add_argument("--release", action="store_true", help="its release notice; a draft until it is released")
    parser.add_argument("--certificate", action="store_true", help="a certificate of its release, for a resident")
    parser.add_argument("--format", choices=["html", "pdf"], default="html", help="of the files of --all; " + _PDF)
    _take_language(parser)
    _take_out(parser, PAGES)
    take_times(parser)
    parser = add(
        "crews",
        crews,
        "make the list for crews: entrances to close, keep and open again, by when, with a map of each zone",
        "crews build/town --proposals --out crews.pdf",
    )
    take_workspace(parser)
    parser.add_argument("--proposals", action="store_true", help="zones and releases that nobody decided on, too")
    _take_language(parser)
    _take_out(parser, TABLES)
    take_times(parser)
    parser = add(
        "daily",
        daily,
        "make the daily table for analysts: zones, changes since the day before, people, tests, new cases; nil too",
        "daily build/town --day 2022-03-17 --out daily.pdf",
    )
    take_workspace(parser)
    parser.add_argument("--day", metavar="D", help="local day, up to its 24时 (default: that of as_of); " + TIME)
    parser.add_argument("--known-at", metavar="T", help="when we knew it, now if left out")
    parser.add_argument("--policy", metavar="ID", help="id or .toml file of a pack, instead of the workspace's")
    _take_language(parser)
    _take_out(parser, TABLES)


def _take_language(parser: Parser) -> None:
    parser.add_argument("--language", choices=["zh", "en", "both"], default="zh", help=_LANGUAGE)


def _take_out(parser: Parser, endings: tuple[str, ...]) -> None:
    told = f"ends in {', '.join(endings)}; {_PDF}"
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help=told)


def notice(given: Namespace) -> int:
    """Write the notice of a zone, or one file a zone into a folder.

    Parameters
    ----------
    given : workspace, zone, all, release, certificate, format, language, out and the times.

    Returns
    -------
    0, also where no PDF could be printed and the HTML was written instead.

    Raises
    ------
    InputError : neither a zone nor --all, or both; a file of another ending.
    """
    if bool(given.zone) == given.all:
        raise InputError("give a zone (its id, alias, or number on paper), or --all for every one")
    if not given.all:
        _hold_to(given.out, PAGES)
    plan = read_plan(given)
    if given.all:
        return _all(plan, given)
    zone = paper.find_zone(plan, given.zone)
    _write(
        _notice(plan, zone, given, "certificate" if given.certificate else "release" if given.release else None),
        given.out,
    )
    return 0


def _notice(plan: Plan, zone: dict[str, Any], given: Namespace, kind: Any) -> str:
    return paper.make_notice(plan, zone["zone_id"], given.language, kind)


def _all(plan: Plan, given: Namespace) -> int:
    """Write every zone's notice, and the draft of its release where that can be decided."""
    if given.out.suffix.lower() in PAGES:
        raise InputError(f"--out {given.out.name} is a file; --all writes one file a zone, so name a folder")
    given.out.mkdir(parents=True, exist_ok=True)
    zones = [z for z in plan.zones.to_dict("records") if z["status"] != "rejected"]
    ready = set(paper.ready_to_release(plan))
    wanted: list[tuple[dict[str, Any], Any]] = [] if given.release else [(zone, None) for zone in zones]
    wanted += [(zone, "release") for zone in zones if zone["zone_id"] in ready]
    with progress("writing notices"):
        for zone, kind in wanted:
            out = given.out / f"{paper.file_stem(plan, zone, kind)}.{given.format}"
            _write(_notice(plan, zone, given, kind), out)
    print(f"{given.out}: {len(wanted)} notices")
    return 0


def crews(given: Namespace) -> int:
    """Write the list for crews.

    Parameters
    ----------
    given : workspace, proposals, language, out and the times.

    Returns
    -------
    0, also where no PDF could be printed and the HTML was written instead.

    Raises
    ------
    InputError : a file of another ending, or a table in both languages.
    """
    _hold_to(given.out, TABLES, given.language)
    plan = read_plan(given)
    if given.out.suffix.lower() == ".csv":
        _write_table(paper.make_crew_table(plan, given.language, given.proposals), given.out)
    else:
        _write(paper.make_crew_sheet(plan, given.language, given.proposals), given.out)
    return 0


def daily(given: Namespace) -> int:
    """Write the daily table.

    Parameters
    ----------
    given : workspace, day, known_at, policy, language, out.

    Returns
    -------
    0, also where no PDF could be printed and the HTML was written instead.

    Raises
    ------
    InputError : a file of another ending, or a table in both languages.
    """
    _hold_to(given.out, TABLES, given.language)
    workspace = workspace_of(given)
    settings = state.read_settings(workspace)
    known = read_time(given.known_at, settings)
    moment = read_time(given.day or settings.as_of, settings) or datetime.now(UTC)
    info = zone_info(settings.zone)
    # A bare date is its first moment; as_of at 24时 closes the day before.
    day = local_day(moment, info) if given.day else closing_day(pd.Timestamp(moment), settings.zone)
    ends = [midnight(day + timedelta(n), info) for n in (0, 1)]
    with progress("deriving two days"):
        before, plan = (pipeline.derive(workspace, end, known, given.policy) for end in ends)
    decisions = state.fold(workspace, known).decisions
    if given.out.suffix.lower() == ".csv":
        _write_table(paper.make_daily_table(plan, before, given.language, decisions), given.out)
    else:
        _write(paper.make_daily(plan, before, given.language, decisions), given.out)
    return 0


def _hold_to(out: Path, endings: tuple[str, ...], language: str = "") -> None:
    if out.suffix.lower() not in endings:
        raise InputError(f"--out {out.name} ends in none of {', '.join(endings)}; give one of them")
    if out.suffix.lower() == ".csv" and language == "both":
        raise InputError("a .csv is in one language; give --language zh or en")


def _write(html: str, out: Path) -> None:
    written, why = write_paper(html, out)
    print(why or f"{written}: written")


def _write_table(data: bytes, out: Path) -> None:
    write_synced(out, data)
    print(f"{out}: written")
