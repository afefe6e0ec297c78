"""One more case against a full derivation, on an invented city; and the full derivation against reading its inputs.

`python -m bench.follow [PEOPLE] [CASES]`; 22,500,000 and 49,000 are the scale of Shanghai's first list. Both ways must
give the same plan. Parts derived are counted beside the time, which is noisy on a shared machine.
"""

import resource
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import pandas as pd

from zoning import demo, follow, pipeline
from zoning.clocks import read_moment
from zoning.loading import load_manifest
from zoning.parts import Tables
from zoning.pipeline import Plan, derive_state, forget
from zoning.policy import load_policy
from zoning.state import State, fold
from zoning.store import Workspace

ROUNDS = 5


def one_more(state: State, n: int) -> State:
    """Return the state with one more case, at the home of the n-th case whose home is known."""
    cases, moment = state.tables["cases"], pd.Timestamp(read_moment(state.settings.as_of, state.settings.zone))
    homes = cases[cases["unit_id"].notna() & (cases["reported_at"] < moment)]
    old, name = homes.iloc[[n * len(homes) // ROUNDS]], f"one-more-{n}"
    hour = moment - pd.Timedelta(hours=1)
    times = dict.fromkeys(("reported_at", "onset_at", "recorded_at", "first_recorded_at"), hour)
    row = old.assign(case_id=name, fact_id=f"cases:{name}", person_id=name, status="confirmed", **times)
    row["isolated_at"] = old["isolated_at"].where(pd.Series(False, index=old.index))
    row = row.astype({c: dtype for c, dtype in cases.dtypes.items() if c not in times})
    version = row[[c for c in state.versions if c in row]]
    grown = {**state.tables, "cases": pd.concat([cases, row], ignore_index=True)}
    return replace(state, tables=grown, versions=pd.concat([state.versions, version], ignore_index=True))


def timed(state: State) -> tuple[float, Plan]:
    """Derive, and take the processor's time: others share the machine."""
    start = time.process_time()
    moment = read_moment(state.settings.as_of, state.settings.zone)
    plan = derive_state(state, load_policy(state.settings.policy, state.settings.chosen), moment)
    return time.process_time() - start, plan


def run(workspace: Workspace, rounds: int = ROUNDS) -> tuple[float, list[float], list[int]]:
    """Derive the whole, then one more case at a time; hold the last plan against a fresh one.

    Returns seconds of the whole, seconds of each further case, and how many parts each of them derived.
    """
    state, counts = fold(workspace), list[int]()
    derive_parts = follow.derive_parts

    def counted(claims: pd.DataFrame, *rest: object) -> Tables:
        counts.append(claims["part"].nunique())
        return derive_parts(claims, *rest)

    follow.derive_parts = counted
    try:
        forget()
        whole, _ = timed(state)
        seconds = []
        for n in range(rounds):
            state = one_more(state, n)
            taken, plan = timed(state)
            seconds.append(taken)
        forget()
        _, fresh = timed(state)
    finally:
        follow.derive_parts = derive_parts
    if fresh.revision != plan.revision:
        raise SystemExit("following the change gives another plan than a full run")
    parts, people = len(pipeline._kept[0].derived.parts), plan.zones["people"].sum()
    print(f"  {len(plan.zones):,} zones of {people:,.0f} people in {parts:,} parts; both plans are the same")
    return whole, seconds, counts[1:-1]


def main() -> None:
    """Print both ratios and the peak of memory."""
    people, cases = (int(given) for given in (sys.argv[1:3] or ("3000000", "6500")))
    with tempfile.TemporaryDirectory() as name:
        files, workspace = Path(name) / "files", Workspace(Path(name) / "workspace", create=True)
        list(demo.write_demo(files, people=people, cases=cases))
        start = time.process_time()
        list(load_manifest(workspace, files / "city.toml"))
        read = time.process_time() - start
        whole, seconds, counts = run(workspace)
    one, peak = statistics.median(seconds), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"  reading {read:.1f} s, full run {whole:.1f} s, one more case {one:.2f} s, peak {peak:.1f} GB")
    print(f"  parts that each further case derived: {counts}")
    print(f"  ratio of a full run to one more case: {whole / one:.0f}; of a full run to reading: {whole / read:.1f}")


if __name__ == "__main__":
    main()
