"""What the comparing commands do: `diff` two dates or two times of knowing, `compare` packs side by side."""

import sys
from argparse import Namespace
from datetime import UTC, datetime
from pathlib import Path

import geopandas as gpd
import pandas as pd

from zoning import pipeline, state
from zoning.board import compare_burdens, make_page, make_picture
from zoning.cli.progress import progress
from zoning.cli.shared import TIME, Add, read_time, take_workspace, workspace_of
from zoning.differences import compare_plans
from zoning.disk import write_synced
from zoning.errors import InputError
from zoning.export.changes import form_of, write_changes
from zoning.news import News, find_news
from zoning.pipeline import Plan
from zoning.policy import load_policy
from zoning.times import format_local

SHOWN = 40  # changes that are printed; a file holds them all
PICTURES = (".html", ".svg", ".csv")


def add_commands(add: Add) -> None:
    """Add these commands to the command line.

    Parameters
    ----------
    add : makes the parser of a command.
    """
    parser = add(
        "diff",
        diff,
        "list what changed between two dates, times of knowing or packs, with the facts and decisions behind it",
        "diff build/town --from 3月14日 --to 3月15日 --out changes.geojson",
    )
    take_workspace(parser)
    parser.add_argument("--from", dest="from_", metavar="T", help="the earlier date; " + TIME)
    parser.add_argument("--to", metavar="T", help="the later date (default: the workspace's as_of, else now)")
    parser.add_argument("--known-from", metavar="T", help="known by then, on the earlier side (default: as later)")
    parser.add_argument("--known-to", metavar="T", help="known by then, on the later side (default: now)")
    parser.add_argument("--policy", metavar="ID", help="id or .toml file of a pack, instead of the workspace's")
    parser.add_argument("--policy-from", metavar="ID", help="the pack of the earlier side, where it is another")
    parser.add_argument("--out", type=Path, metavar="FILE.geojson|FILE.csv", help="names no fact, case or person")
    parser = add(
        "compare",
        compare,
        "put what packs do on the same facts side by side: zones, people, person-days, tests, and their maps",
        "compare build/town --policies cn-sz-2022,my-pack.toml --out plans.html",
    )
    take_workspace(parser)
    parser.add_argument("--policies", required=True, metavar="A,B", help="ids or .toml files, each with :key=value;...")
    parser.add_argument("--as-of", metavar="T", help="when it was true; " + TIME)
    parser.add_argument("--known-at", metavar="T", help="when we knew it, now if left out")
    parser.add_argument("--out", type=Path, metavar="FILE", help=f"ends in {', '.join(PICTURES)}")
    parser.add_argument("--language", choices=["zh", "en"], default="zh", help="of the page or picture")


def diff(given: Namespace) -> int:
    """Print what changed between two plans, with the facts and decisions behind it, and write it where asked.

    Parameters
    ----------
    given : workspace, from_, to, known_from, known_to, policy, policy_from, out.

    Returns
    -------
    0.

    Raises
    ------
    InputError : nothing to compare, or a file of another ending.
    """
    if not (given.from_ or given.known_from or given.policy_from):
        raise InputError(
            "diff needs an earlier side: --from (a date), --known-from (a time of knowing) or --policy-from"
        )
    form = form_of(given.out) if given.out else None
    workspace = workspace_of(given)
    settings = state.read_settings(workspace)
    start, end, known_start, known_end = (
        read_time(text, settings) for text in (given.from_, given.to, given.known_from, given.known_to)
    )
    now = datetime.now(UTC)
    known = (known_start or known_end or now, known_end or now)
    with progress("deriving two plans"):
        after = pipeline.derive(workspace, end, known[1], given.policy)
        before = pipeline.derive(workspace, start or after.as_of, known[0], given.policy_from or given.policy)
        decisions = state.fold(workspace, max(known)).decisions
        changes, news = compare_plans(before, after, decisions), find_news(before, after, decisions)
    _print_changes(before, after, changes, news)
    if form:
        write_synced(given.out, write_changes(form, changes, after.settings))
        print(f"{given.out}: {len(changes)} changes")
    return 0


def _print_changes(before: Plan, after: Plan, changes: gpd.GeoDataFrame, news: News) -> None:
    ends = [
        f"{_local(plan.as_of, plan)} (known {_local(plan.known_at, plan)})"
        if before.known_at != after.known_at
        else _local(plan.as_of, plan)
        for plan in (before, after)
    ]
    print(f"{ends[0]} -> {ends[1]}: {len(changes)} changes")
    for row in changes.head(SHOWN).to_dict("records"):
        print(_line(row, before, after))
    if len(changes) > SHOWN:
        print(f"... and {len(changes) - SHOWN} more; --out FILE.csv or FILE.geojson holds them all")
    for change, facts in news.facts.groupby("change", sort=False)["fact_id"]:
        more = f" and {len(facts) - SHOWN} more" if len(facts) > SHOWN else ""
        print(f"facts {change}: {', '.join(facts.head(SHOWN))}{more}")


def _line(row: dict[str, object], before: Plan, after: Plan) -> str:
    sides = (("class_before", before), ("class_after", after))
    names = [plan.policy.classes[str(row[c])].names for c, plan in sides if not pd.isna(row[c])]
    of = " -> ".join(dict.fromkeys(f"{n.zh} {n.en}" for n in names))
    people = " -> ".join("?" if pd.isna(row[c]) else f"{row[c]:,.0f}" for c in ("people_before", "people_after"))
    was = "" if pd.isna(row["was"]) else f", before: {row['was']}"
    because = ", ".join(row["because"]) if isinstance(row["because"], list) and row["because"] else row["because_en"]
    return f"{row['change']}: {of}: {row['name']} ({row['zone_id']}{was}); people {people}; because {because}"


def _local(moment: datetime, plan: Plan) -> str:
    return format_local(pd.Timestamp(moment), plan.settings.zone, with_year=True)


def compare(given: Namespace) -> int:
    """Print what several packs cost on the same facts, class by class, and write them side by side where asked.

    Parameters
    ----------
    given : workspace, policies, as_of, known_at, out, language.

    Returns
    -------
    0.

    Raises
    ------
    InputError : a file of another ending.
    """
    out: Path | None = given.out
    if out and out.suffix.lower() not in PICTURES:
        raise InputError(f"--out {out.name} ends in none of {', '.join(PICTURES)}; give one of them")
    plans = _plans(given)
    table = compare_burdens(plans)
    for row in table.to_dict("records"):
        print(
            f"{row['plan']}: {row['name_zh']} {row['name_en']}: {row['zones']} zones, {row['people']:,.0f} people, "
            f"{row['person_days']:,.0f} person-days to the lift, {row['tests']:,.0f} tests"
        )
    if out:
        if out.suffix.lower() == ".csv":
            data = table.to_csv(index=False).encode("utf-8-sig")
        else:
            page = out.suffix.lower() == ".html"
            text = make_page(plans, table, given.language) if page else make_picture(plans, given.language)
            data = text.encode()
        write_synced(out, data)
        print(f"{out}: {len(plans)} plans side by side")
    return 0


def _plans(given: Namespace) -> dict[str, Plan]:
    """Derive one state under every pack; a pack may come with choices of its own, as ID:key=value;key=value."""
    workspace = workspace_of(given)
    settings = state.read_settings(workspace)
    known = state.fold(workspace, read_time(given.known_at, settings))
    as_of = read_time(given.as_of, settings) or read_time(settings.as_of, settings) or datetime.now(UTC)
    plans = dict[str, Plan]()
    for spec in filter(None, (part.strip() for part in given.policies.split(","))):
        name, _, options = spec.partition(":")
        own = known.settings.chosen if name == known.settings.policy else {}
        chosen = own | dict(_choice(spec, part) for part in options.split(";") if part.strip())
        with progress(f"deriving by {spec}"):
            plans[spec] = pipeline.derive_state(known, load_policy(name, chosen), as_of)
        for problem in plans[spec].problems.query("code == 'pack'").to_dict("records"):
            print(f"note: {problem['subject']}: {problem['text']}", file=sys.stderr)
    if not plans:
        raise InputError("--policies names no pack; give ids or .toml files, separated by commas")
    return plans


def _choice(spec: str, part: str) -> tuple[str, str]:
    key, sign, value = part.strip().partition("=")
    if not sign:
        raise InputError(f"--policies '{spec}': '{part}' is not key=value; write ID:key=value;key=value")
    return key, value
