"""From loaded tables to zone geometry: our pipeline against plain GeoPandas, on a city of 20,000 buildings.

All sides get the same tables of one state and must give the same class to every atom, the same zones, and outlines
whose symmetric difference is below 1e-6 of their area; else the benchmark fails. Ours also finds ids, reasons, people,
ground cells and proposals, which the others are spared. `ours again` is the next derivation of a running server, for
which the unit tree stands: what a new case costs.
"""

import statistics
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import ModuleType
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from bench.city import AS_OF, make_city
from bench.plain import plain_zones
from bench.watch import Watch
from zoning import causes, firing, partition, parts, pipeline
from zoning.policy import load_policy
from zoning.state import State

ROUNDS = 3
SOURCES = (2_000, 100)
TOLERANCE = 1e-6
SIDES = ("ours", "ours again", "plain", "tuned")
STAGES: dict[str, ModuleType] = {
    **dict.fromkeys(("_ground", "locate"), pipeline),
    **dict.fromkeys(("find_sources", "find_stays", "take_grounds"), causes),
    "fire": firing,
    "find_parts": partition,
    **dict.fromkeys(("find_clusters", "derive_zones", "with_people", "draw_zones"), parts),
}
LAST = "draw_zones"
Answer = tuple[pd.DataFrame, gpd.GeoDataFrame]


class _DrawnError(Exception):
    """Ends a run when the zones are drawn: what follows is not compared."""


@contextmanager
def _watched(watch: Watch) -> Iterator[dict[str, Any]]:
    """Take the time of the pipeline's stages, keep what each made first, and stop when the zones are drawn."""
    kept: dict[str, Any] = {}
    whole = {name: getattr(module, name) for name, module in STAGES.items()}

    def timed(name: str) -> Any:
        def run(*given: Any, **named: Any) -> Any:
            with watch(name):
                made = whole[name](*given, **named)
            kept.setdefault(name, made)
            if name == LAST:
                raise _DrawnError
            return made

        return run

    for name, module in STAGES.items():
        setattr(module, name, timed(name))
    try:
        yield kept
    finally:
        for name, stage in whole.items():
            setattr(STAGES[name], name, stage)


def our_zones(state: State, watch: Watch) -> Answer:
    """Run the pipeline up to the drawn zones: atoms (atom, class, zone) and zones (zone, class, geometry).

    A zone of a cluster is named by its id, a zone of an area by the area, as the other side does.
    """
    policy = load_policy("cn-sz-2022")
    pipeline.forget(ground=False)
    with watch("all"), _watched(watch) as kept, suppress(_DrawnError):
        pipeline.derive_state(state, policy, AS_OF)
    zones, membership = kept["draw_zones"], kept["with_people"]
    zones = zones.assign(zone=zones["ground_id"].fillna(zones["zone_id"]))
    ids = zones.set_index("zone_id")["zone"]
    units = membership[membership["atom"] < len(kept["_ground"][0].atoms)]
    rows = pd.DataFrame({"atom": units["atom_id"], "class": units["class"], "zone": units["zone_id"].map(ids)})
    return rows, zones[["zone", "class", "geometry"]]


def compare(ours: Answer, theirs: Answer) -> float:
    """Hold the two answers against each other; the largest symmetric difference of a zone, as a share of its area.

    Raises SystemExit where a class or a zone differs, or an outline by more than the tolerance.
    """
    rows = ours[0].merge(theirs[0], on="atom", how="outer", suffixes=("", "_plain"))
    differs = rows["class"].astype("str").fillna("") != rows["class_plain"].astype("str").fillna("")
    if differs.any():
        raise SystemExit(f"{differs.sum()} atoms differ in class:\n{rows[differs].head()}")
    pairs = rows[["zone", "zone_plain"]].drop_duplicates()
    bare = ours[1].loc[~ours[1]["zone"].isin(rows["zone"]), "zone"]
    pairs = pd.concat([pairs, pd.DataFrame({"zone": bare, "zone_plain": bare})])
    if pairs["zone"].duplicated().any() or pairs["zone_plain"].duplicated().any():
        raise SystemExit("the same atoms are put together to different zones")
    if set(pairs["zone"]) != set(ours[1]["zone"]) or set(pairs["zone_plain"]) != set(theirs[1]["zone"]):
        raise SystemExit("a zone of one side is not drawn by the other")
    mine = ours[1].set_index("zone").geometry.reindex(pairs["zone"]).to_numpy()
    other = theirs[1].set_index("zone").geometry.reindex(pairs["zone_plain"]).to_numpy()
    share = shapely.area(shapely.symmetric_difference(mine, other)) / shapely.area(other)
    worst = float(share.max())
    if not worst < TOLERANCE:
        raise SystemExit(f"{(share >= TOLERANCE).sum()} zones differ in shape, by up to {worst:.1e} of their area")
    return worst


def run(state: State, rounds: int = ROUNDS) -> dict[str, list[Watch]]:
    """Run all sides in turn, so many times, and hold each answer against our first."""
    watches: dict[str, list[Watch]] = {side: [] for side in SIDES}
    for _ in range(rounds):
        for side, seen in watches.items():
            seen.append(watch := Watch())
            if side == "ours":
                pipeline.forget()
                first = our_zones(state, watch)
                continue
            if side == "ours again":
                found = our_zones(state, watch)
            else:
                with watch("all"):
                    found = plain_zones(state.tables, AS_OF, watch, tuned=side == "tuned")
            compare(first, found)
    return watches


def _line(watches: list[Watch]) -> tuple[float, str]:
    """Return the median of the whole in seconds, and the medians of the stages as text."""
    stages = {stage: statistics.median(w.seconds[stage] for w in watches) for stage in watches[0].seconds}
    whole = stages.pop("all")
    return whole, ", ".join(f"{stage.strip('_')} {seconds * 1000:.0f}" for stage, seconds in stages.items())


def main() -> None:
    """Print the time of each stage of all sides, and the ratios: late in an outbreak, and early in the same city."""
    for sources in SOURCES:
        state = make_city(sources=sources)
        lines = {side: _line(seen) for side, seen in run(state).items()}
        sizes = ", ".join(f"{len(state.tables[k]):,} {k}" for k in ("buildings", "units", "estates", "areas", "cases"))
        print(f"Zones of {sizes}; median of {ROUNDS} rounds; classes, zones and outlines are the same:")
        for side, (whole, stages) in lines.items():
            print(f"  {side:<10} {whole:6.2f} s   (ms: {stages})")
        for mine in ("ours", "ours again"):
            ratios = ", ".join(f"{lines[other][0] / lines[mine][0]:.1f} to {other}" for other in ("plain", "tuned"))
            print(f"  {sources:,} cases, ratio of {mine}: {ratios}")


if __name__ == "__main__":
    main()
