"""One more case against a full derivation, on an invented city; and the full derivation against reading its inputs.

`python -m bench.follow [PEOPLE] [CASES]`; 22,500,000 and 49,000 are the scale of Shanghai's first list. Both ways must
give the same plan. Parts derived are counted beside the time, which is noisy on a shared machine.
`python -m bench.follow districts` prints the peak of memory of each step over 1, 2, 4 and 8 districts of 1.5 million,
and what of it is beyond what the process holds when the step is done.
`python -m bench.follow written FOLDER` measures a city that is there: `files` and `workspace` in one folder.
"""

import ctypes
import gc
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import ChainMap
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pyarrow as pa

from zoning import demo, follow
from zoning.clocks import read_moment
from zoning.loading import load_manifest
from zoning.ordered import in_one_piece
from zoning.parts import Tables
from zoning.pipeline import Plan, derive_state, forget
from zoning.policy import load_policy
from zoning.state import State, fold
from zoning.store import Workspace

ROUNDS = 9
PEOPLE, CASES = 1_500_000, 3250  # of a district


def one_more(state: State, n: int) -> State:
    """Return the state with one more case, at the home of the n-th case whose home is known."""
    cases, moment = state.tables["cases"], pd.Timestamp(read_moment(state.settings.as_of, state.settings.zone))
    homes = cases[cases["unit_id"].notna() & (cases["reported_at"] < moment)]
    old, name = homes.iloc[[n * len(homes) // ROUNDS]], f"one-more-{n}"
    hour = moment - pd.Timedelta(hours=1)
    times = dict.fromkeys(("reported_at", "onset_at", "recorded_at", "first_recorded_at"), hour)
    told = {"status": "confirmed", "found_in": "community"}
    row = old.assign(case_id=name, fact_id=f"cases:{name}", person_id=name, **told, **times)
    row["isolated_at"] = old["isolated_at"].where(pd.Series(False, index=old.index))
    row = row.astype({c: dtype for c, dtype in cases.dtypes.items() if c not in times})
    version = row[[c for c in state.versions if c in row]]
    grown = ChainMap({"cases": in_one_piece(pd.concat([cases, row], ignore_index=True))}, state.tables)
    return replace(state, tables=grown, versions=in_one_piece(pd.concat([state.versions, version], ignore_index=True)))


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
    state, parts, counts = fold(workspace), list[int](), list[int]()
    derive_parts = follow.derive_parts

    def counted(claims: pd.DataFrame, *rest: object) -> Tables:
        parts.append(claims["part"].nunique())
        return derive_parts(claims, *rest)

    follow.derive_parts = counted
    try:
        forget()
        whole, _ = timed(state)
        seconds = []
        for n in range(rounds):
            state = one_more(state, n)
            parts.clear()
            taken, plan = timed(state)
            seconds.append(taken)
            counts.append(sum(parts))
        forget()
        _, fresh = timed(state)
    finally:
        follow.derive_parts = derive_parts
    if fresh.revision != plan.revision:
        raise SystemExit("following the change gives another plan than a full run")
    all_parts, people = plan.membership["part"].nunique(), plan.zones["people"].sum()
    print(f"  {len(plan.zones):,} zones of {people:,.0f} people in {all_parts:,} parts; both plans are the same")
    return whole, seconds, counts


def peak() -> float:
    """Peak of this process's memory so far, in GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9


def held() -> float:
    """What this process holds now, in GB, without what allocators keep of what was freed."""
    gc.collect()
    pa.default_memory_pool().release_unused()
    ctypes.CDLL(None).malloc_trim(0)
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * resource.getpagesize() / 1e9


def write(folder: Path, people: int, cases: int) -> None:
    """Write the files of a city."""
    list(demo.write_demo(folder / "files", people=people, cases=cases))


def load(folder: Path) -> float:
    """Read the files of a city into its workspace; return the processor's seconds."""
    start = time.process_time()
    list(load_manifest(Workspace(folder / "workspace", create=True), folder / "files" / "city.toml"))
    return time.process_time() - start


def compare(folder: Path, read: float | None) -> None:
    """Print both ratios and the peak of memory; `read` is None where the city was read before."""
    whole, seconds, counts = run(Workspace(folder / "workspace"))
    one = statistics.median(seconds)
    print(f"  full run {whole:.1f} s, one more case {one:.2f} s ({', '.join(f'{s:.2f}' for s in seconds)})")
    print(f"  parts that each further case derived: {counts}")
    print(f"  ratio of a full run to one more case: {whole / one:.0f}")
    part = statistics.median([s for s, n in zip(seconds, counts, strict=True) if n] or seconds)
    print(f"  of those that change a part: {part:.2f} s; ratio {whole / part:.0f}")
    if read is not None:
        print(f"  reading {read:.1f} s; ratio of a full run to reading: {whole / read:.1f}")
    print(f"  peak {peak():.1f} GB")


def over_districts() -> None:
    """Print the peak of each step over 1, 2, 4 and 8 districts, each step in a process of its own."""
    with tempfile.TemporaryDirectory() as name:
        for n in (1, 2, 4, 8):
            folder = Path(name) / str(n)
            peaks = [_alone(step, folder, n) for step in ("write", "load", "derive", "follow")]
            words = ("writing", "reading", "a full run", "and one more case")
            told = ", ".join(
                f"{word} {gb:.2f} GB ({more:.2f} beyond)" for word, (gb, more) in zip(words, peaks, strict=True)
            )
            print(f"  {n} district{'s' * (n > 1)}: {told}", flush=True)


def _alone(step: str, folder: Path, n: int) -> tuple[float, float]:
    """Run one step in a process of its own; return its peak, and what of it was given back by the end, in GB."""
    asked = [sys.executable, "-m", "bench.follow", step, str(folder), str(n)]
    told = subprocess.run(asked, check=True, capture_output=True, text=True).stdout.split()
    return float(told[-2]), float(told[-2]) - float(told[-1])


def take_step(step: str, folder: Path, n: int) -> None:
    """Take one step of `over_districts`, and print the peak of memory and what is held of it."""
    state, plan = None, None
    if step == "write":
        write(folder, n * PEOPLE, n * CASES)
    elif step == "load":
        load(folder)
    else:
        state = fold(Workspace(folder / "workspace"))
        _, plan = timed(state)
        if step == "follow":
            state = one_more(state, 0)
            _, plan = timed(state)
    print(peak(), held())
    del state, plan  # held until here: what is beyond them is what the step alone needed


def main() -> None:
    """Do what the arguments ask for."""
    match sys.argv[1:]:
        case ["districts"]:
            over_districts()
        case ["written", folder]:
            compare(Path(folder), None)
        case [("write" | "load" | "derive" | "follow") as step, folder, n]:
            take_step(step, Path(folder), int(n))
        case given:
            people, cases = (int(number) for number in (given[:2] or (2 * PEOPLE, 2 * CASES)))
            with tempfile.TemporaryDirectory() as name:
                write(Path(name), people, cases)
                compare(Path(name), load(Path(name)))


if __name__ == "__main__":
    main()
