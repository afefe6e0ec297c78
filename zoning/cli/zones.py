"""What `derive` and `decide` do: zones out, decisions in; thin, to an answer and an exit code."""

from argparse import Namespace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from zoning.burden import price_resets
from zoning.cli.shared import Add, read_plan, read_time, take_times, take_workspace, workspace_of
from zoning.deciding import SCOPES, Decision
from zoning.deciding import decide as save_decision
from zoning.decisions import decide_all, decide_due
from zoning.disk import write_synced
from zoning.errors import InputError
from zoning.export import FORMATS, format_of, write_zones
from zoning.hashes import digest
from zoning.parting import part_off
from zoning.pipeline import Plan
from zoning.standing import ACTIONS
from zoning.store import Workspace
from zoning.telling import say_reset
from zoning.times import format_local

_SCOPE = "whose clocks an extension starts again, or which part is raised (default: what the pack says)"


def add_commands(add: Add) -> None:
    """Add these commands to the command line.

    Parameters
    ----------
    add : makes the parser of a command.
    """
    parser = add(
        "derive",
        derive,
        "derive the zones as of a time, as it was known at a time, and write them in the format of --out",
        "derive build/town --as-of 2022-03-18 --out zones.geojson",
    )
    take_workspace(parser)
    take_times(parser)
    parser.add_argument("--decide", choices=["auto"], help="auto: put every proposed zone in force (demos, replays)")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help=f"ends in {', '.join(FORMATS)}")
    parser = add(
        "decide",
        decide,
        "record a person's decision on a zone",
        "decide build/town 0a1b2c3d4e5f6071 --in-force-from 3月17日24时 --notice '第48号' --by 'Li Wei'",
    )
    take_workspace(parser)
    parser.add_argument("zone", metavar="ZONE", help="zone id or alias")
    parser.add_argument("--action", choices=ACTIONS, default="delineate", help=f"one of {', '.join(ACTIONS)}")
    parser.add_argument("--in-force-from", metavar="T", help="default of a new zone: the next local midnight")
    parser.add_argument("--to", default="", metavar="CLASS", help="class that the zone steps to")
    parser.add_argument("--until", default="", metavar="T", help="when a temporary hold expires")
    parser.add_argument("--gate", default="", metavar="NAME", help="what was assessed: the gate of a phase, or release")
    parser.add_argument("--scope", default="", choices=["", *SCOPES], help=_SCOPE)
    parser.add_argument("--delineated-at", metavar="T", help="default: now")
    parser.add_argument("--notice", default="", help="number of the notice")
    parser.add_argument("--by", required=True, help="name of who decides")
    parser.add_argument("--grounds", default="", help="why; an assessment, a release and a rejection need it")
    parser.add_argument("--recorded-at", metavar="T", help="when it was known, now if left out")
    take_times(parser)


def derive(given: Namespace) -> int:
    """Derive the zones and write them, in the format of the file's ending.

    Parameters
    ----------
    given : workspace, as_of, known_at, policy, decide, out.

    Returns
    -------
    0.

    Raises
    ------
    InputError : the file has another ending.
    """
    form = format_of(given.out)
    plan = read_plan(given)
    if given.decide == "auto":
        while _decide_all(plan, workspace_of(given)):
            plan = read_plan(given)
    tables = (plan.zones, plan.membership, plan.calendar, plan.gate_points, plan.site_links)
    write_synced(given.out, write_zones(form, *tables, plan.policy, plan.settings, plan.as_of))
    counts = plan.zones.groupby(["rank", "class"]).agg(zones=("zone_id", "size"), people=("people", "sum"))
    for (_, name), row in counts.iterrows():
        names = plan.policy.classes[str(name)].names
        print(f"{names.zh} {names.en}: {int(row['zones'])} zones, {row['people']:,.0f} people")
    for proposal in plan.proposals.to_dict("records"):
        facts = ", ".join(proposal["fact_ids"])
        print(f"proposed by {proposal['rule_id']}: {proposal['ground']} -> {proposal['class']}, for {facts}")
    at = format_local(pd.Timestamp(plan.as_of), plan.settings.zone, with_year=True)
    print(f"{given.out}: {len(plan.zones)} zones as of {at}; state {plan.revision[:16]}")
    return 0


def _decide_all(plan: Plan, workspace: Workspace) -> bool:
    """Record what is open or due; say whether anything was: one decision may make the next one due."""
    reported = plan.stays.drop_duplicates("fact_id").set_index("fact_id")["reported_at"]
    drawn = plan.zones[plan.zones["slot"] == "drawn"].set_index("founding_fact")["last_presence_at"]
    found_in = plan.tables["cases"].set_index("fact_id")["found_in"].to_dict()
    events = decide_all(plan.zones, {**reported, **drawn}, found_in, plan.policy, plan.settings)
    events += decide_due(plan.zones, plan.checks, plan.acts, plan.policy, plan.settings, plan.as_of)
    events = [one for event in events for one in _with_parts(plan, event)]
    told = [workspace.append("decide", e["payload"], e["event_id"], e["recorded_at"], "auto") for e in events]
    return any(told)


def _with_parts(plan: Plan, event: dict[str, Any]) -> list[dict[str, Any]]:
    """Give what an extension parts off before it; where a new case is in no building, the whole zone's clock starts."""
    payload = event["payload"]
    zone = next(z for z in plan.zones.to_dict("records") if z["zone_id"] == payload["zone_id"])
    try:
        parts = part_off(plan, zone, payload)
    except InputError:
        return [{**event, "payload": payload | {"scope": "zone"}}]
    return [*({**event, "payload": p, "event_id": digest(event["event_id"], p["zone_id"])} for p in parts), event]


def decide(given: Namespace) -> int:
    """Record a decision on a zone of the plan.

    Parameters
    ----------
    given : workspace, zone, action, in_force_from, delineated_at, to, until, gate, scope, notice, by, grounds,
        recorded_at and the times.

    Returns
    -------
    0.

    Raises
    ------
    UnknownError : the plan has no such zone.
    InputError : the action lacks what it needs, or its dates are the wrong way round.
    """
    plan = read_plan(given)
    now = read_time(given.recorded_at, plan.settings) or datetime.now(UTC)
    texts = (given.in_force_from, given.delineated_at, given.until)
    start, drawn, until = (read_time(text, plan.settings, now) for text in texts)
    told = (given.zone, given.action, given.by, given.grounds, given.notice, start, drawn, until)
    done = save_decision(workspace_of(given), plan, Decision(*told, given.to, given.gate, given.scope), now)
    print(f"{done.zone['name']} ({done.zone['zone_id']}): {given.action}, by {given.by}")
    for price in price_resets(plan, done.zone["zone_id"]).to_dict("records") if given.action == "extend" else []:
        print(f"  {'>' if price['scope'] == done.payload['scope'] else '-'} {say_reset(price).en}")
    if given.action == "delineate":
        zone = plan.settings.zone
        drawn, start = (pd.Timestamp(done.payload[c]) for c in ("delineated_at", "in_force_from"))
        print(f"  in force from {format_local(start, zone, with_year=True)}")
        if drawn > plan.as_of:
            at = (format_local(pd.Timestamp(t), zone, with_year=True) for t in (plan.as_of, drawn))
            print("  note: the map is of {}; the decision shows on maps from {} on".format(*at))
    return 0
