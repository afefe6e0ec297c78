"""What the writing commands do: load, withdraw, derive, decide, set, town, demo; thin, to an answer and a code."""

import sys
from argparse import Namespace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from zoning import state
from zoning.clocks import next_midnight
from zoning.decisions import decide_all, decide_due, named
from zoning.demo import write_demo
from zoning.demo.readme import MANIFEST
from zoning.errors import InputError, UnknownError
from zoning.export import format_of, write_zones
from zoning.hashes import digest
from zoning.loading import REJECTS, Loaded, load_file, load_manifest
from zoning.options import Options
from zoning.pipeline import Plan
from zoning.progress import progress
from zoning.queries import read_plan, read_time
from zoning.standing import ENDED, fold_decisions
from zoning.store import Workspace, write_synced
from zoning.times import format_local, zone_info


def load(given: Namespace) -> int:
    """Load files of one kind; a file that fails does not keep the others out.

    Parameters
    ----------
    given : workspace, files, kind, source, crs, encoding, scale, origin, year, layer, map, set, forget,
        recorded_at, author.

    Returns
    -------
    0, or 1 if a file could not be read.

    Raises
    ------
    InputError : an option cannot be used; no file was read.
    """
    mapping, constants = (dict(_pair(text) for text in texts) for texts in (given.map, given.set))
    if given.source and len(given.files) > 1:
        raise InputError("--source names one file's rows; load the files one by one, or leave it out")
    workspace, code = Workspace(given.workspace, create=True), 0
    settings = state.read_settings(workspace)
    for path in given.files:
        options = Options(
            given.crs, given.encoding, given.scale, given.origin, given.year, given.layer, mapping, constants,
            zone=settings.zone, max_file_mb=settings.max_file_mb,
        )  # fmt: skip
        when = read_time(given.recorded_at, settings)
        try:
            with progress(f"reading {path.name}"):
                done = load_file(workspace, path, given.kind, given.source, options, when, given.author, given.forget)
            _tell(done, given.workspace)
        except InputError as error:
            print(f"error: {error}", file=sys.stderr)
            code = 1
    return code


def _pair(text: str) -> tuple[str, str]:
    ours, sign, theirs = text.partition("=")
    if not sign or not ours or not theirs:
        raise InputError(
            f"'{text}' is not OURS=THEIRS; write, for example, --map reported_at=报告日期 or --set level=district"
        )
    return ours, theirs


def _tell(done: Loaded, folder: Path) -> None:
    for kind, (read, accepted, rejected) in done.rows.items():
        print(f"{done.file}: {kind}: read {read:,} = accepted {accepted:,} + rejected {rejected:,}")
        if rejected:
            print(f"  the rejected rows are in {folder / REJECTS}, each with its reason and what to do")
    for notice in done.notices:
        print(f"  note: {notice}")
    if not done.changed:
        print("  nothing new: the workspace holds these rows already")


def withdraw(given: Namespace) -> int:
    """Withdraw one fact.

    Parameters
    ----------
    given : workspace, fact, reason, recorded_at, author.

    Returns
    -------
    0.
    """
    workspace = Workspace(given.workspace)
    when = read_time(given.recorded_at, state.read_settings(workspace))
    changed = state.withdraw(workspace, given.fact, given.reason, when, given.author)
    print(f"{given.fact} is withdrawn" if changed else f"{given.fact} was withdrawn before; nothing changed")
    return 0


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
        while _decide_all(plan, Workspace(given.workspace)):
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
    told = [workspace.append("decide", e["payload"], e["event_id"], e["recorded_at"], "auto") for e in events]
    return any(told)


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
    zone, now = _zone(given, plan), pd.Timestamp(read_time(given.recorded_at, plan.settings) or datetime.now(UTC))
    payload = {"action": given.action, "by": given.by, "grounds": given.grounds, **named(zone)}
    payload |= {"notice_no": given.notice or None, **_terms(given, plan, zone, now)}
    Workspace(given.workspace).append("decide", payload, digest("decide", payload, now), now.to_pydatetime(), given.by)
    print(f"{zone['name']} ({zone['zone_id']}): {given.action}, by {given.by}")
    if given.action == "delineate":
        drawn, start = (pd.Timestamp(payload[c]) for c in ("delineated_at", "in_force_from"))
        print(f"  in force from {format_local(start, plan.settings.zone, with_year=True)}")
        if drawn > plan.as_of:
            at = (format_local(pd.Timestamp(t), plan.settings.zone, with_year=True) for t in (plan.as_of, drawn))
            print("  note: the map is of {}; the decision shows on maps from {} on".format(*at))
    return 0


def _zone(given: Namespace, plan: Plan) -> dict[str, Any]:
    """Return the zone that is decided about; one in force that lost its ground can still be ended."""
    for zone in plan.zones.to_dict("records"):
        if given.zone in (zone["zone_id"], *zone["aliases"]):
            return {str(key): value for key, value in zone.items()}
    decisions = state.fold(Workspace(given.workspace), plan.known_at).decisions
    stands = fold_decisions(decisions, plan.policy, plan.settings, plan.as_of).to_dict("index").get(given.zone)
    if stands is None or stands["ended"] or given.action not in ENDED:
        raise UnknownError(f"zone '{given.zone}' is not in the plan; derive it, and take an id from the list")
    facts = dict.fromkeys(("fact_ids", "cause_ids"), sorted(stands["facts"]))
    told = {key: stands[key] for key in ("zone_id", "atoms", "ground_id")}
    return {**told, **facts, "aliases": [], "rule_class": stands["class"], "name": given.zone}


_WANTED = {"assess": "gate", "hold": "until", "step": "to"}


def _terms(given: Namespace, plan: Plan, zone: dict[str, Any], now: pd.Timestamp) -> dict[str, Any]:
    """Return what an action says beside its zone; what it cannot do without is asked for."""
    wanted = _WANTED.get(given.action)
    if wanted and not getattr(given, wanted):
        raise InputError(f"--action {given.action} needs --{wanted}; see `decide --help`")
    if given.action == "delineate":
        drawn, start = _dates(given, plan, now)
        return {"delineated_at": drawn.isoformat(), "in_force_from": start.isoformat()}
    if given.action == "step":
        held = plan.policy.classes[zone["class"]]
        if given.to not in {step.to for step in held.steps}:
            ways = ", ".join(step.to for step in held.steps if step.to != "none") or "none; it can be released"
            raise InputError(f"--to {given.to}: the pack lets a zone of this class step to {ways}")
    start = read_time(given.in_force_from, plan.settings, now)
    reset = plan.policy.classes[zone["class"]].reset if given.action == "extend" else None
    scope = given.scope or (reset.scope if reset else None)
    terms = {"in_force_from": start.isoformat() if start else None, "scope": scope}
    until = read_time(given.until, plan.settings, now)
    return terms | {"to": given.to or None, "gate": given.gate or None, "until": until.isoformat() if until else None}


def _dates(given: Namespace, plan: Plan, now: pd.Timestamp) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Return when a zone was delineated and from when it is in force; an older notice was delineated by its start."""
    zone, told = plan.settings.zone, plan.settings
    start = pd.Timestamp(read_time(given.in_force_from, told, now) or next_midnight(now, zone_info(zone)))
    drawn = pd.Timestamp(read_time(given.delineated_at, told, now) or min(now, start))
    if drawn > start:
        raise InputError(
            f"--in-force-from {format_local(start, zone, with_year=True)} lies before --delineated-at "
            f"{format_local(drawn, zone, with_year=True)}; a zone is delineated first"
        )
    return drawn, start


def change(given: Namespace) -> int:
    """Change one setting of a workspace.

    Parameters
    ----------
    given : workspace, key, value.

    Returns
    -------
    0.
    """
    workspace = Workspace(given.workspace, create=True)
    changed = state.change_setting(workspace, given.key, given.value)
    print(f"{given.key} = {given.value}" if changed else f"{given.key} is {given.value} already")
    return 0


def town(given: Namespace) -> int:
    """Make the workspace of the demonstration town; a second run adds nothing.

    Parameters
    ----------
    given : workspace, manifest.

    Returns
    -------
    0.
    """
    workspace = Workspace(given.workspace, create=True)
    for done in load_manifest(workspace, given.manifest):
        _tell(done, given.workspace)
    return 0


def demo(given: Namespace) -> int:
    """Write the files of an invented city.

    Parameters
    ----------
    given : folder, seed, people, cases.

    Returns
    -------
    0.
    """
    with progress("building the city"):
        for entry in write_demo(given.folder, given.seed, given.people, given.cases):
            print(f"{given.folder / entry.path}: {entry.kind}, {entry.rows:,} rows")
    print(f"{given.folder / MANIFEST}: loads them; README.md lists what is peculiar and what cannot be read")
    return 0
