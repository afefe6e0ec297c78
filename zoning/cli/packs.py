"""What `policy` does: list, show, check and compare packs."""

import json
from argparse import Namespace
from datetime import UTC, datetime

import orjson
import pandas as pd

from zoning.cli.shared import Add
from zoning.errors import InputError
from zoning.packs import diff_lines, diff_packs, pack_schema
from zoning.policy import Policy, list_policies, load_pack, values, warnings_on
from zoning.vectors import failures, read_vectors


def add_commands(add: Add) -> None:
    """Add these commands to the command line.

    Parameters
    ----------
    add : makes the parser of a command.
    """
    parser = add("policy", policy, "list, show, check or compare policy packs", "policy check my-pack.toml")
    parser.add_argument("action", choices=["list", "show", "check", "diff", "schema"])
    parser.add_argument("pack", nargs="*", help="id or .toml file; two for diff")


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
