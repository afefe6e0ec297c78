"""What the asking commands do: explain, find, schedule, schema."""

import json
from argparse import Namespace
from dataclasses import asdict
from functools import partial
from pathlib import Path

from zoning.addresses import resolve
from zoning.answers import answer
from zoning.cli.shared import Add, read_plan, read_rules, take_times, take_workspace
from zoning.disk import write_synced
from zoning.errors import InputError
from zoning.explain import explain_at, explain_unit
from zoning.export.calendars import calendar_to_csv, calendar_to_ics
from zoning.gazetteer import make_gazetteer, search
from zoning.tables import KINDS, schema_text
from zoning.telling import answer_lines


def add_commands(add: Add) -> None:
    """Add these commands to the command line.

    Parameters
    ----------
    add : makes the parser of a command.
    """
    parser = add(
        "explain",
        explain,
        "say why a unit or a place has its class, what would put it into another, and what its zone waits for",
        "explain build/town --unit E1-B4-U5",
    )
    take_workspace(parser)
    subject = parser.add_mutually_exclusive_group(required=True)
    subject.add_argument("--unit", metavar="ID", help="estate, building, unit, <unit>/rest or H3 cell")
    subject.add_argument("--at", metavar="LNG,LAT", help="a point, WGS84")
    parser.add_argument("--json", action="store_true", help="as JSON, instead of words in both languages")
    take_times(parser)
    parser = add(
        "find",
        find,
        "search names by Chinese, pinyin, initials or English, and resolve an address in words",
        "find build/town 临水花园6栋2单元",
    )
    take_workspace(parser)
    parser.add_argument("text", metavar="TEXT", help="a name or part of one, or an address such as 临水花园除1-5栋")
    parser.add_argument("--limit", type=int, default=10, metavar="N", help="most names (default 10)")
    take_times(parser)
    parser = add(
        "schedule",
        schedule,
        "write the testing calendar as CSV or ICS",
        "schedule build/town --out calendar.ics --language en",
    )
    take_workspace(parser)
    take_times(parser)
    parser.add_argument("--out", type=Path, required=True, metavar="FILE.csv|FILE.ics")
    parser.add_argument("--language", choices=["zh", "en"], default="zh")
    parser = add("schema", schema, "print what columns each kind of table has", "schema cases")
    parser.add_argument(
        "kind", nargs="?", default="", choices=["", *KINDS], metavar="KIND", help="one kind; all if left out"
    )


def explain(given: Namespace) -> int:
    """Print why a unit or a place has its class, what else it could be in and how, and what its zone waits for.

    Parameters
    ----------
    given : workspace, unit or at, json (as JSON, else in words) and the times.

    Returns
    -------
    0.

    Raises
    ------
    InputError : --at is no point.
    """
    plan = read_plan(given)
    if given.unit:
        found = explain_unit(plan, given.unit)
    else:
        try:
            lng, lat = (float(part) for part in given.at.split(","))
        except ValueError as error:
            raise InputError(f"--at '{given.at}' is not LNG,LAT; write it as 114.05,22.54") from error
        found = explain_at(plan, lng, lat)
    told = answer(plan, found, partial(read_rules, given))
    print(json.dumps(told, ensure_ascii=False, indent=2) if given.json else "\n".join(answer_lines(plan, told)))
    return 0


def find(given: Namespace) -> int:
    """Print the names that a text may mean, and what it means as an address, as JSON.

    Parameters
    ----------
    given : workspace, text, limit and the times.

    Returns
    -------
    0.
    """
    plan = read_plan(given)
    gazetteer = make_gazetteer(plan.units, *(plan.tables[kind] for kind in ("places", "roads", "areas")))
    names = search(gazetteer, given.text, given.limit).to_dict("records")
    found = {"names": names, "address": asdict(resolve(given.text, plan, gazetteer))}
    print(json.dumps(found, ensure_ascii=False, indent=2))
    return 0


def schedule(given: Namespace) -> int:
    """Write the testing calendar as CSV or ICS, by the ending of the file.

    Parameters
    ----------
    given : workspace, out, language and the times.

    Returns
    -------
    0.

    Raises
    ------
    InputError : the file ends in neither .csv nor .ics.
    """
    if given.out.suffix not in (".csv", ".ics"):
        raise InputError(f"--out {given.out.name} ends in neither .csv nor .ics; give one of them")
    plan = read_plan(given)
    if given.out.suffix == ".ics":
        data = calendar_to_ics(plan.calendar, plan.zones, plan.policy, plan.as_of, given.language)
    else:
        data = calendar_to_csv(plan.calendar, plan.zones, plan.policy, given.language)
    write_synced(given.out, data)
    print(f"{given.out}: {len(plan.calendar)} test rounds of {plan.calendar['zone_id'].nunique()} zones")
    return 0


def schema(given: Namespace) -> int:
    """Print the contract of one kind of table, or of all.

    Parameters
    ----------
    given : kind, empty for all.

    Returns
    -------
    0.
    """
    print(schema_text(given.kind), end="")
    return 0
