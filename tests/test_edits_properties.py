"""The algebra of strokes: undo is as never made, order matters only where atoms are shared, nothing is hidden."""

from datetime import timedelta
from typing import Any

import pandas as pd
from hypothesis import strategies as st

from tests.examples import Hold, few_then_many
from tests.small_town import AS_OF, POLICY, SETTINGS
from tests.stroke_strategies import ATOMS, CLASSES, NUMBERS, Row, derivation, derived, row, stroke, strokes, table, undo
from zoning.edits import Edited, drawn_id, replay

Held = dict[str, tuple[int, str, frozenset[str]]]
RANK = {name: POLICY.classes[name].rank for name in CLASSES}
FIELDS = ("membership", "zones", "touched", "ledger")


def run(held: Held, rows: list[Row]) -> Edited:
    return replay(*derivation(held), table(rows), POLICY, ATOMS, SETTINGS, AS_OF)


def same(one: Edited, other: Edited, *fields: str) -> None:
    for name in fields:
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name), check_dtype=bool(len(one.membership)))


def plain(held: Held, rows: list[Row]) -> dict[str, tuple[str | None, str | None, bool]]:
    """Class, stroke and whether it is suspended of each atom, one atom after another."""
    found: dict[str, tuple[str | None, str | None, bool]] = {a: (of, None, False) for a, (_, of, _) in held.items()}
    for r in rows:
        start, end = pd.Timestamp(r["effective_at"]), pd.Timestamp(r["until"] or "9999-01-01T00Z")
        if not start <= AS_OF < end:
            continue
        for atom, answer in zip(r["atoms"], r["answered"], strict=True):
            if atom not in NUMBERS:
                continue
            target, now = r["class"], held.get(atom)
            seen, known = r["answers"][answer] if answer >= 0 else ("none", frozenset())
            weaker = now is not None and RANK.get(target, 99) > RANK[now[1]]
            unseen = now is not None and (not now[2] <= known or RANK[now[1]] < RANK.get(seen, 0))
            shown = now[1] if now and weaker and unseen else target
            found[atom] = (None if shown == "none" else shown, r["event_id"], weaker and unseen)
    return found


@few_then_many(8, 60)
def test_every_atom_shows_its_newest_stroke_or_a_pending_derived_class(hold: Hold) -> None:
    def check(held: Held, rows: list[Row]) -> None:
        edited, wanted = run(held, rows), plain(held, rows)
        names = {number: name for name, number in NUMBERS.items()}
        shown = edited.membership.assign(name=edited.membership["atom"].map(names)).set_index("name")
        assert set(shown.index) == {name for name, (of, _, _) in wanted.items() if of}
        for name, found in shown.to_dict("index").items():
            assert (found["class"], found["stroke"], found["pending"]) == wanted[name]
            rank = found["derived_rank"]
            assert rank == RANK[held[name][1]] if name in held else pd.isna(rank)
        touched = edited.touched.set_index("atom_id")
        assert {n: s for n, (_, s, _) in wanted.items() if s} == touched["stroke"].to_dict()

    hold(derived, strokes())(check)


@few_then_many(8, 60)
def test_no_atom_is_in_two_zones_and_each_zone_has_its_class(hold: Hold) -> None:
    def check(held: Held, rows: list[Row]) -> None:
        edited = run(held, rows)
        assert edited.membership["atom"].is_unique
        assert edited.membership["atom"].is_monotonic_increasing
        assert edited.zones["zone_id"].is_unique
        zones = edited.zones.set_index("zone_id")
        assert set(zones.index) == set(edited.membership["zone_id"])
        told = zones.loc[edited.membership["zone_id"]]
        assert told["class"].tolist() == edited.membership["class"].tolist()
        assert told["rank"].tolist() == edited.membership["rank"].tolist()
        order = edited.zones[["rank", "zone_id"]]
        assert order.sort_values(["rank", "zone_id"], ignore_index=True).equals(order)
        gone = {z for z in derivation(held)[1]["zone_id"] if z not in zones.index}
        assert set(edited.ledger.loc[edited.ledger["status"] == "emptied", "zone_id"]) == gone
        reasons = edited.membership[["why", "fact_ids", "rule_ids", "certainty"]].astype("str").drop_duplicates()
        assert reasons["why"].is_unique

    hold(derived, strokes())(check)


@few_then_many(8, 60)
def test_undo_is_as_never_made_and_redo_as_made(hold: Hold) -> None:
    def check(held: Held, rows: list[Row], data: st.DataObject) -> None:
        gone = data.draw(st.sampled_from(rows))
        others = [r for r in rows if r is not gone]
        undone = [*rows, undo(90, gone["event_id"])]
        # A zone that another stroke names by the undone one's id is gone with it, as if it had never been.
        same(run(held, undone), run(held, others), "membership", "zones", "touched")
        redone = [*undone, undo(91, "u90")]
        same(run(held, redone), run(held, rows), *FIELDS)
        same(run(held, [*redone, undo(92, "u91")]), run(held, undone), "membership", "zones", "touched")

    hold(derived, strokes(), st.data())(check)


@few_then_many(8, 60)
def test_the_order_of_independent_strokes_does_not_matter(hold: Hold) -> None:
    def check(held: Held, rows: list[Row], data: st.DataObject) -> None:
        order = data.draw(st.permutations(range(len(rows))))
        known = {r["event_id"]: set(r["atoms"]) - {"gone"} for r in rows}
        swapped = [(a, b) for i, a in enumerate(order) for b in order[i + 1 :] if a > b]
        if any(known[f"s{a + 1}"] & known[f"s{b + 1}"] for a, b in swapped):
            order = list(range(len(rows)))
        one, other = run(held, rows), run(held, [rows[n] for n in order])
        for name in ("membership", "zones", "touched"):
            tables = [getattr(e, name).drop(columns="why", errors="ignore") for e in (one, other)]
            pd.testing.assert_frame_equal(*tables)
        assert sorted(one.ledger["status"]) == sorted(other.ledger["status"])

    hold(derived, strokes(), st.data())(check)


def inverse(held: Held, drawn: Row, n: int) -> list[Row]:
    """Strokes that put every atom of a stroke back where the derivation has it."""
    saw = {a: (of, facts) for a, (_, of, facts) in held.items()}
    back: dict[Any, list[str]] = {}
    for atom in drawn["atoms"]:
        cluster, of, _ = held.get(atom, (None, "none", None))
        back.setdefault((of, f"{of}-{cluster}" if atom in held else None), []).append(atom)
    return [row(n + i, stroke(a, of, saw, zone_id=z)) for i, ((of, z), a) in enumerate(back.items())]


@few_then_many(8, 60)
def test_a_stroke_and_its_inverse_leave_nothing(hold: Hold) -> None:
    def check(held: Held, rows: list[Row]) -> None:
        nothing, both = run(held, []), run(held, [*rows, *inverse(held, rows[0], 2)])
        columns = ["atom", "class", "rank", "zone_id", "rule_ids", "fact_ids", "certainty", "why", "pending"]
        pd.testing.assert_frame_equal(both.membership[columns], nothing.membership[columns])
        same(both, nothing, "zones")
        assert not both.touched[["pending", "beyond", "below"]].any(axis=None)

    hold(derived, strokes(most=1))(check)


@few_then_many(8, 60)
def test_replay_is_a_pure_function(hold: Hold) -> None:
    def check(held: Held, rows: list[Row]) -> None:
        membership, zones = derivation(held)
        told = table(rows)
        copies = [t.copy(deep=True) for t in (membership, zones, told)]
        same(replay(membership, zones, told, POLICY, ATOMS, SETTINGS, AS_OF), run(held, rows), *FIELDS)
        for before, after in zip(copies, (membership, zones, told), strict=True):
            assert before.astype("str").equals(after.astype("str"))

    hold(derived, strokes())(check)


@few_then_many(8, 60)
def test_a_later_cause_on_a_weakened_atom_always_shows(hold: Hold) -> None:
    def check(held: Held, rows: list[Row]) -> None:
        before = run(held, rows)
        weakened = before.touched.loc[before.touched["below"], "atom_id"].tolist()
        later = {a: (c, of, facts | {"cases:NEW"} if a in weakened else facts) for a, (c, of, facts) in held.items()}
        after = run(later, rows)
        shown = after.membership.set_index("atom")
        for name in weakened:
            found = shown.loc[NUMBERS[name]]
            assert (found["class"], found["zone_id"]) == (held[name][1], f"{held[name][1]}-{held[name][0]}")
            assert found["pending"]
            assert "cases:NEW" in found["fact_ids"]
        if weakened:
            assert after.ledger["status"].iloc[0] == "suspended"

    hold(derived, strokes(most=3))(check)


@few_then_many(8, 60)
def test_what_makes_stricter_is_never_suspended(hold: Hold) -> None:
    def check(held: Held, rows: list[Row]) -> None:
        touched = run(held, rows).touched
        targets = {r["event_id"]: RANK.get(r["class"], 99) for r in rows}
        stricter = touched["stroke"].map(targets) <= touched["derived_rank"].fillna(99)
        assert not touched.loc[stricter, "pending"].any()
        assert (touched.loc[touched["beyond"], "stroke"].map(targets) < 99).all()

    hold(derived, strokes())(check)


@few_then_many(8, 60)
def test_the_ledger_drops_nothing(hold: Hold) -> None:
    def check(held: Held, rows: list[Row]) -> None:
        ledger = run(held, rows).ledger
        listed = ledger[ledger["status"] != "emptied"].set_index("event_id")
        assert sorted(listed.index) == [r["event_id"] for r in rows]
        assert (ledger["text_zh"] != "").all()
        assert (ledger["text_en"] != "").all()
        for r in rows:
            assert listed.at[r["event_id"], "unknown"] <= (1 if "gone" in r["atoms"] else 0)
        assert listed["until"].notna().sum() == sum(r["until"] is not None for r in rows)

    hold(derived, strokes())(check)


def test_a_drawn_zone_takes_the_atoms_of_later_strokes_that_name_it() -> None:
    first = row(1, stroke(["U0"], CLASSES[0], {}))
    named = row(2, stroke(["U1"], CLASSES[0], {}, zone_id=drawn_id("s1")))
    alone = row(3, stroke(["U2"], CLASSES[0], {}, effective_at=AS_OF - timedelta(hours=2)))
    edited = run({}, [first, named, alone])
    assert edited.membership["zone_id"].tolist() == [drawn_id("s1"), drawn_id("s1"), drawn_id("s3")]
    zone = edited.zones.set_index("zone_id").loc[drawn_id("s1")]
    assert (zone["founding_fact"], zone["slot"], zone["fact_ids"]) == ("strokes:s1", "drawn", ["strokes:s1"])
    without = run({}, [first, named, alone, undo(4, "s1")])
    assert without.membership["zone_id"].tolist() == [drawn_id("s2"), drawn_id("s3")]
