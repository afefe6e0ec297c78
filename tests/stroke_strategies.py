"""Derivations and strokes for the properties of edits: a handful of atoms, two clusters, every class of the pack."""

from datetime import datetime, timedelta
from typing import Any

import pandas as pd
from hypothesis import strategies as st

from tests.small_town import AS_OF, POLICY
from zoning.edits import drawn_id
from zoning.strokes import Stroke, row_of, table_of

CLASSES = sorted(POLICY.classes, key=lambda name: POLICY.classes[name].rank)
UNITS = [f"U{n}" for n in range(6)]
CELLS = {"8b411caa6261fff": 0x8B411CAA6261FFF, "8b411caa6262fff": 0x8B411CAA6262FFF}
ATOMS = pd.DataFrame({"atom_id": UNITS})
NUMBERS = {**{name: n for n, name in enumerate(UNITS)}, **CELLS}
Row = dict[str, Any]


def zone_name(cluster: int, of: str) -> str:
    return f"{of}-{cluster}"


def derivation(held: dict[str, tuple[int, str, frozenset[str]]]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Membership and zones of atom -> (cluster, class, facts), as `derive_zones` gives them."""
    reasons = sorted({(c, of, tuple(sorted(facts))) for c, of, facts in held.values()})
    rows = [
        {
            "atom": NUMBERS[name], "class": of, "rank": POLICY.classes[of].rank, "zone_id": zone_name(cluster, of),
            "rule_ids": ["R1"], "fact_ids": sorted(facts), "certainty": "certain",
            "why": reasons.index((cluster, of, tuple(sorted(facts)))),
        }
        for name, (cluster, of, facts) in sorted(held.items(), key=lambda pair: NUMBERS[pair[0]])
    ]  # fmt: skip
    columns = ["atom", "class", "rank", "zone_id", "rule_ids", "fact_ids", "certainty", "why"]
    kinds = {"atom": "uint64", "rank": "int64", "why": "int64", "class": "str", "zone_id": "str", "certainty": "str"}
    shown = sorted({(c, of) for c, of, _ in held.values()}, key=lambda z: (POLICY.classes[z[1]].rank, zone_name(*z)))
    zones = [
        {
            "zone_id": zone_name(c, of), "aliases": [f"old-{zone_name(c, of)}"], "class": of, "slot": "core",
            "rank": POLICY.classes[of].rank, "ground_id": None, "founding_fact": f"cases:C{c}",
            "founded_at": pd.Timestamp(AS_OF) - pd.Timedelta(days=9 - c), "cause_ids": [f"cases:C{c}"],
            "causes_count": 1, "fact_ids": [f"cases:C{c}"], "rule_ids": ["R1"], "no_ground": False,
            "last_presence_at": pd.Timestamp(AS_OF) - pd.Timedelta(days=5),
        }
        for c, of in shown
    ]  # fmt: skip
    names = ["zone_id", "aliases", "class", "slot", "rank", "ground_id", "founding_fact", "founded_at", "cause_ids"]
    names += ["causes_count", "fact_ids", "rule_ids", "no_ground", "last_presence_at"]
    table = pd.DataFrame(zones, columns=names)
    times = {"founded_at": "datetime64[us, UTC]", "last_presence_at": "datetime64[us, UTC]"}
    table = table.astype({"zone_id": "str", "class": "str", "rank": "int64", "no_ground": bool, **times})
    return pd.DataFrame(rows, columns=columns).astype(kinds), table


def facts(cluster: int) -> st.SearchStrategy[frozenset[str]]:
    return st.frozensets(st.sampled_from([f"cases:C{cluster}", f"visits:V{cluster}", "cases:C9"]), min_size=1)


def grounds(cluster: int) -> st.SearchStrategy[tuple[int, str, frozenset[str]]]:
    return st.tuples(st.just(cluster), st.sampled_from(CLASSES), facts(cluster))


derived = st.dictionaries(st.sampled_from(list(NUMBERS)), st.integers(0, 1).flatmap(grounds))


def row(n: int, stroke: Stroke, recorded_at: datetime = AS_OF) -> Row:
    return row_of(stroke, f"s{n}", n, recorded_at, "Li")


def undo(n: int, undoes: str) -> Row:
    """An undo as the log has it."""
    told = {"event_id": f"u{n}", "seq": n, "recorded_at": AS_OF.isoformat(), "author": "Wang", "undoes": undoes}
    return {**told, "reason": "", "draft": False, "atoms": [], "answered": [], "answers": ()}


def stroke(atoms: list[str], target: str, saw: dict[str, tuple[str, frozenset[str]]], **more: Any) -> Stroke:
    """A stroke whose author saw on some atoms a class and its facts."""
    seen = sorted({(of, tuple(sorted(known))) for of, known in (saw[a] for a in atoms if a in saw)})
    at = [seen.index((saw[a][0], tuple(sorted(saw[a][1])))) if a in saw else -1 for a in atoms]
    usual = {"reason": "why", "base": 1, "effective_at": AS_OF - timedelta(days=1)}
    return Stroke(tuple(atoms), tuple(at), tuple(seen), target, **{**usual, **more})


@st.composite
def strokes(draw: st.DrawFn, most: int = 5) -> list[Row]:
    """Strokes in recorded order; what their authors saw need not be what is derived now."""
    rows = []
    for n in range(1, draw(st.integers(1, most)) + 1):
        atoms = draw(st.lists(st.sampled_from([*NUMBERS, "gone"]), min_size=1, unique=True))
        seen = st.tuples(st.sampled_from(CLASSES), st.integers(0, 1).flatmap(facts))
        saw = draw(st.dictionaries(st.sampled_from(list(NUMBERS)), seen))
        target = draw(st.sampled_from([*CLASSES, "none"]))
        named = [zone_name(0, target), f"old-{zone_name(1, target)}", drawn_id(f"s{max(n - 1, 1)}"), "nowhere"]
        days = draw(st.sampled_from([(-1, None), (-1, None), (-1, 1), (1, None), (-2, -1), (0, None), (-1, 0)]))
        until = None if days[1] is None else AS_OF + timedelta(days=days[1])
        more = {"effective_at": AS_OF + timedelta(days=days[0]), "until": until}
        zone_id = draw(st.none() | st.sampled_from(named))
        rows.append(row(n, stroke(atoms, target, saw, zone_id=zone_id, **more)))
    return rows


def table(rows: list[Row]) -> pd.DataFrame:
    return table_of(rows)
