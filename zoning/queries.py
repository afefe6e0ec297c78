"""What the asking commands do: explain, find, schedule, schema, policy; and how all commands read times and plans."""

import json
import sys
from argparse import Namespace
from dataclasses import asdict
from datetime import UTC, datetime

import numpy as np
import orjson
import pandas as pd

from zoning import pipeline, state
from zoning.addresses import resolve
from zoning.answers import answer
from zoning.clocks import read_moment
from zoning.errors import InputError
from zoning.explain import explain_at, explain_unit
from zoning.export.calendars import calendar_to_csv, calendar_to_ics
from zoning.gazetteer import make_gazetteer, search
from zoning.guess import guess_file, guess_lines
from zoning.packs import diff_lines, diff_packs, pack_schema
from zoning.pipeline import Plan
from zoning.policy import Policy, list_policies, load_pack, values, warnings_on
from zoning.progress import progress
from zoning.settings import Settings
from zoning.store import Workspace, write_synced
from zoning.tables import schema_text
from zoning.telling import answer_lines
from zoning.vectors import failures, read_vectors


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
    given : workspace, as_of, known_at, policy.

    Returns
    -------
    Plan.
    """
    settings = state.fold(Workspace(given.workspace)).settings
    times = (read_time(given.as_of, settings), read_time(given.known_at, settings))
    with progress("deriving zones"):
        plan = pipeline.derive(given.workspace, *times, given.policy)
    for problem in plan.problems.to_dict("records"):
        print(f"note: {problem['subject']}: {problem['text']}", file=sys.stderr)
    return plan


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
    told = answer(plan, found)
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


def policy(given: Namespace) -> int:
    """List, show, check or compare packs, or print the language's JSON Schema.

    Parameters
    ----------
    given : action (list, show, check, diff, schema), pack (ids or paths: two for diff, one for show and check).

    Returns
    -------
    0; 1 where a test vector of a checked pack does not hold.

    Raises
    ------
    InputError : too few or too many packs are named.
    """
    needed = {"show": 1, "check": 1, "diff": 2}.get(given.action, 0)
    if len(given.pack) != needed:
        told = f"one of {', '.join(list_policies())}, or a .toml file"
        raise InputError(f"policy {given.action} needs {('no pack', 'a pack', 'two packs')[needed]}: {told}")
    if given.action == "list":
        for name in list_policies():
            print(f"{name}: {load_pack(name).pack.title.zh} {load_pack(name).pack.title.en}")
    elif given.action == "schema":
        print(json.dumps(pack_schema(), ensure_ascii=False, indent=2))
    elif given.action == "diff":
        print("\n".join(diff_lines(diff_packs(*(load_pack(name) for name in given.pack)))))
    elif given.action == "show":
        shown = load_pack(given.pack[0]).model_dump(by_alias=True, exclude_none=True)
        print(orjson.dumps(shown, option=orjson.OPT_INDENT_2).decode())
    else:
        return _check_pack(given.pack[0])
    return 0


def _check_pack(name: str) -> int:
    pack = load_pack(name)
    found, vectors = values(pack), read_vectors(name)
    held = f"{len(pack.rules)} rules, {len(pack.classes)} classes" if isinstance(pack, Policy) else "parameters"
    print(f"{pack.pack.id} {pack.pack.version}: {held}, {len(found)} values")
    grades = pd.Series([value.grade for _, value in found], dtype="str").value_counts().sort_index()
    print("grades: " + ", ".join(f"{grade} {count}" for grade, count in grades.items()))
    for sentence in warnings_on(pack, max(pack.pack.valid_from, min(pack.pack.valid_to, datetime.now(UTC).date()))):
        print(f"note: {sentence}")
    for key in [key for key, value in found if value.grade == "U" and key.startswith("parameters.")]:
        print(f"note: {key} is unset (grade U); nothing is derived from it")
    broken = failures(name, vectors)
    told = f"{len(broken)} faults" if broken else "all hold"
    print(f"vectors: {len(vectors)} lines, {told}" if vectors else "vectors: none")
    for sentence in broken:
        print(f"fault: {sentence}")
    return int(bool(broken))


def guess(given: Namespace) -> int:
    """Print what a file holds, why, and the load command that follows.

    Parameters
    ----------
    given : file, workspace.

    Returns
    -------
    0.
    """
    shapes = None
    if given.workspace:
        tables = state.fold(Workspace(given.workspace)).tables
        drawn = [tables[kind]["geometry"].to_numpy(object) for kind in ("roads", "estates", "buildings")]
        shapes = [shape for shape in np.concatenate(drawn) if shape is not None]
    print("\n".join(guess_lines(guess_file(given.file, shapes))))
    return 0
