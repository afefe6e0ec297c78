"""Strokes on a town: what they weaken, what suspends them, which zone takes their atoms, what the ledger says."""

from datetime import timedelta
from typing import Any

import pandas as pd
import pytest

from tests.small_town import AS_OF, POLICY, SETTINGS, area, derive_town, estate, home, house
from tests.stroke_strategies import ATOMS, CELLS, derivation, row, stroke, table, undo
from zoning.edits import Edited, drawn_id, replay
from zoning.pipeline import Plan
from zoning.settings import Settings

FIRST, SECOND = [home("C1", "B1")], [home("C1", "B1"), home("C2", "B1", reported_at="13")]
SEEN = {"B1": ("sealed", frozenset({"cases:C1"})), "B2": ("controlled", frozenset({"cases:C1"}))}
OURS = ["atom", "class", "rank", "zone_id", "rule_ids", "fact_ids", "certainty"]


def town(cases: list[dict[str, Any]], buildings: tuple[str, ...] = ("B1", "B2")) -> Plan:
    """An estate of two buildings in one community, and a house far from both."""
    houses = [house(name, 60 * n, 10, "E1") for n, name in enumerate(buildings)]
    ground = {"estates": [estate("E1", -10, -10, 200, 100)], "areas": [area("A1", -50, -50, 400, 200)]}
    return derive_town(buildings=[*houses, house("FAR", 900, 900)], cases=cases, **ground)


def edit(plan: Plan, *rows: dict[str, Any], settings: Settings = SETTINGS) -> Edited:
    zones = pd.DataFrame(plan.zones).drop(columns="geometry")
    return replay(plan.membership[OURS], zones, table(list(rows)), POLICY, plan.atoms, settings, AS_OF)


def shown(edited: Edited, plan: Plan, atom: str) -> dict[str, Any] | None:
    number = plan.atoms.index[plan.atoms["atom_id"] == atom][0]
    found = edited.membership[edited.membership["atom"] == number]
    return found.iloc[0].to_dict() if len(found) else None


def test_a_weakening_stroke_then_a_new_positive_there_is_a_pending_decision_on_top() -> None:
    weaker = row(1, stroke(["B1"], "precaution", SEEN))
    other = row(2, stroke(["FAR"], "sealed", {}))
    before, after = town(FIRST), town(SECOND)
    one = edit(before, weaker, other)
    assert shown(one, before, "B1")["class"] == "precaution"
    assert one.ledger["status"].tolist() == ["emptied", "in_effect", "in_effect"]
    two = edit(after, weaker, other)
    found = shown(two, after, "B1")
    assert (found["class"], found["stroke"], found["pending"]) == ("sealed", "s1", True)
    first = two.ledger.iloc[0]
    assert (first["event_id"], first["status"], first["pending"], first["fact_ids"]) == (
        "s1",
        "suspended",
        1,
        ["cases:C2"],
    )
    assert first["text_en"].startswith("causes that this edit does not answer (cases:C2) reach 1 of its atoms")
    confirmed = row(3, stroke(["B1"], "precaution", {"B1": ("sealed", frozenset({"cases:C1", "cases:C2"}))}))
    three = edit(after, weaker, other, confirmed)
    assert not three.membership["pending"].any()
    assert dict(zip(three.ledger["event_id"], three.ledger["status"], strict=True))["s1"] == "replaced"


def test_the_same_cause_in_a_stricter_class_than_was_seen_suspends() -> None:
    plan = town(FIRST)
    seen = {"B1": ("controlled", frozenset({"cases:C1"}))}
    assert shown(edit(plan, row(1, stroke(["B1"], "precaution", seen))), plan, "B1")["pending"]


def test_atoms_join_the_named_zone_else_their_clusters_else_one_of_their_own() -> None:
    plan = town(FIRST)
    zones = plan.zones.set_index("class")["zone_id"]
    edited = edit(plan, row(1, stroke(["B2", "FAR"], "sealed", SEEN)))
    assert shown(edited, plan, "B2")["zone_id"] == zones["sealed"]
    assert shown(edited, plan, "FAR")["zone_id"] == drawn_id("s1")
    named = edit(plan, row(1, stroke(["FAR"], "sealed", {}, zone_id=zones["sealed"])))
    assert shown(named, plan, "FAR")["zone_id"] == zones["sealed"]
    other = edit(plan, row(1, stroke(["FAR"], "sealed", {}, zone_id=zones["controlled"])))
    assert shown(other, plan, "FAR")["zone_id"] == drawn_id("s1")


def test_an_alias_names_its_zone_and_the_oldest_of_a_cluster_goes_first() -> None:
    held = {"U0": (0, "sealed", frozenset({"a"})), "U1": (1, "sealed", frozenset({"a"}))}
    membership, zones = derivation({**held, "U2": (0, "controlled", frozenset({"a"}))})
    zones["cause_ids"] = [["cases:C0"]] * len(zones)

    def zone(**more: Any) -> str:
        told = table([row(1, stroke(["U2"], "sealed", {}, **more))])
        found = replay(membership, zones, told, POLICY, ATOMS, SETTINGS, AS_OF).membership.set_index("atom")
        return str(found.at[2, "zone_id"])

    assert zone() == "sealed-0"
    assert zone(zone_id="old-sealed-1") == "sealed-1"


def test_an_edited_atom_keeps_what_is_derived_of_it_beside_its_stroke() -> None:
    plan = town(FIRST)
    edited = edit(plan, row(1, stroke(["B2", "FAR"], "sealed", SEEN)))
    found, far = (shown(edited, plan, atom) for atom in ("B2", "FAR"))
    assert (found["rule_ids"], found["fact_ids"], found["stroke"]) == (["R3"], ["cases:C1"], "s1")
    assert (found["derived_class"], found["derived_rank"]) == ("controlled", 2)
    assert (far["rule_ids"], far["fact_ids"], far["certainty"]) == ([], [], "certain")
    assert pd.isna(far["derived_class"])
    assert pd.isna(far["derived_rank"])


def test_what_is_taken_out_has_no_row_and_is_below_the_rule() -> None:
    plan = town(FIRST)
    edited = edit(plan, row(1, stroke(["B1", "FAR"], "none", SEEN)))
    assert shown(edited, plan, "B1") is None
    touched = edited.touched.set_index("atom_id")
    assert touched["below"].to_dict() == {"B1": True, "FAR": False}
    assert touched.at["B1", "fact_ids"] == ["cases:C1"]
    assert touched.at["B1", "zone_id"] is None
    ended = edited.ledger[edited.ledger["status"] == "emptied"].iloc[0]
    assert (ended["zone_id"], ended["class"]) == (touched.at["B1", "derived_zone"], "sealed")


@pytest.mark.parametrize(
    ("hours", "status"),
    [
        ((-2, None), "in_effect"),
        ((-2, 1), "in_effect"),
        ((0, 1), "in_effect"),
        ((1, 2), "not_yet"),
        ((-2, 0), "expired"),
    ],
)
def test_a_stroke_counts_from_its_start_to_before_its_end(hours: tuple[int, int | None], status: str) -> None:
    start, end = (None if h is None else AS_OF + timedelta(hours=h) for h in hours)
    plan = town([])
    edited = edit(plan, row(1, stroke(["FAR"], "sealed", {}, effective_at=start, until=end)))
    assert edited.ledger["status"].tolist() == [status]
    assert len(edited.membership) == (status == "in_effect")


def test_what_makes_no_sense_any_more_is_listed_with_what_to_do() -> None:
    plan = town(FIRST)
    gone = row(1, stroke(["OLD1", "OLD2"], "sealed", {}))
    some = row(2, stroke(["OLD1", "FAR"], "sealed", {}))
    coarse = row(3, stroke(["89411caa627ffff"], "sealed", {}))
    strange = row(4, stroke(["FAR"], "red", {}))
    adrift = row(5, stroke(["FAR"], "controlled", {"FAR": ("sealed", frozenset({"cases:C7"}))}))
    ledger = edit(plan, gone, some, coarse, strange, adrift).ledger.set_index("event_id")
    assert ledger["status"].to_dict() == {
        "s1": "senseless", "s2": "replaced", "s3": "senseless", "s4": "senseless", "s5": "adrift",
    }  # fmt: skip
    assert ledger["unknown"].to_dict() == {"s1": 2, "s2": 1, "s3": 1, "s4": 0, "s5": 0}
    assert "none of its atoms is on the loaded ground" in ledger.at["s1", "text_en"]
    assert "no longer on the loaded ground: 1 of its atoms" in ledger.at["s2", "text_en"]
    assert "the pack has no class 'red'" in ledger.at["s4", "text_en"]
    assert ledger.index[:4].tolist() == ["s4", "s3", "s1", "s5"]


def test_a_draft_does_nothing_and_says_when_it_was_taken_up() -> None:
    plan = town([])
    draft = row(1, stroke(["FAR"], "sealed", {}, draft=True))
    taken = row(2, stroke(["FAR"], "sealed", {}, takes="s1"))
    assert edit(plan, draft).membership.empty
    assert edit(plan, draft).ledger["status"].tolist() == ["draft"]
    assert edit(plan, draft, taken).ledger["status"].tolist() == ["in_effect", "taken_up"]
    assert edit(plan, draft, taken, undo(3, "s2")).ledger["status"].tolist() == ["draft", "undone"]


def test_an_undone_stroke_names_the_undo_that_brings_it_back() -> None:
    plan = town([])
    drawn = row(1, stroke(["FAR"], "sealed", {}))
    ledger = edit(plan, drawn, undo(2, "s1")).ledger
    assert ledger[["status", "undone_by"]].to_numpy().tolist() == [["undone", "u2"]]
    assert ledger["text_en"].tolist() == ["undone; undo u2 to bring it back"]
    again = edit(plan, drawn, undo(2, "s1"), undo(3, "u2"), undo(4, "s1")).ledger
    assert again["undone_by"].tolist() == ["u4"]


def test_cells_of_the_workspaces_resolution_are_atoms() -> None:
    plan = town([])
    edited = edit(plan, row(1, stroke(list(CELLS), "sealed", {})))
    assert edited.membership["atom"].tolist() == sorted(CELLS.values())
    assert edit(plan, row(1, stroke(list(CELLS), "sealed", {})), settings=Settings(resolution=9)).membership.empty


def test_no_stroke_leaves_every_derived_row_as_it_is() -> None:
    plan = town(FIRST)
    edited = edit(plan)
    pd.testing.assert_frame_equal(edited.membership[OURS], plan.membership[OURS])
    assert edited.membership["stroke"].isna().all()
    assert edited.ledger.empty
    assert edited.touched.empty
