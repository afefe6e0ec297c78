"""Following the change: a plan on what earlier derivations kept is, in every table, the plan of a fresh run."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import strategies as st

from tests.examples import Hold, few_then_many
from tests.small_town import POLICY, SETTINGS, Row, area, at, decisions, estate, facts, home, house, point, stay, tables
from tests.stroke_strategies import row, stroke, undo
from tests.town_strategies import Rows, causes, grounds
from zoning import follow
from zoning import kept as kept_
from zoning.decisions import named
from zoning.hashes import digest
from zoning.pipeline import Plan, derive_state, forget
from zoning.state import State, fold
from zoning.store import Workspace
from zoning.strokes import table_of

TABLES = (
    *("zones", "membership", "former", "cells", "calendar", "gate_points", "site_links", "stays", "proposals"),
    *("closed", "touched", "ledger", "problems", "rounds", "positives", "checks", "acts"),
)
KINDS = ("cases", "visits", "contacts", "tests", "rounds")


@dataclass
class Story:
    """A town whose ground stays, and what became known of its cases."""

    ground: dict[str, pd.DataFrame]
    rows: dict[str, list[Row]] = field(default_factory=lambda: {kind: [] for kind in KINDS})
    gone: list[str] = field(default_factory=list)
    decided: list[dict[str, Any]] = field(default_factory=list)
    strokes: list[dict[str, Any]] = field(default_factory=list)

    def state(self, now: datetime) -> State:
        found = {kind: facts(kind, rows, self.gone) for kind, rows in self.rows.items()}
        newest, decided = {kind: pair[0] for kind, pair in found.items()}, decisions(*self.decided)
        return State(now, SETTINGS, {**self.ground, **newest}, found["cases"][1], decided, table_of(self.strokes))


def same(kept: Plan, fresh: Plan) -> None:
    for name in TABLES:
        one, other = (pd.DataFrame(getattr(plan, name)) for plan in (kept, fresh))
        pd.testing.assert_frame_equal(one, other, obj=name)
    assert kept.revision == fresh.revision


TARGETS = [*sorted(POLICY.classes), "none"]
DECIDED = ["delineate", "extend", "step", "raise", "release", "reject", "hold", "assess", "part"]
ACTIONS = st.tuples(st.sampled_from(DECIDED), st.integers(0, 20), st.sampled_from([None, "zone", "building"]))
_CASES = ("case", "correct", "withdraw", "exclude", "visit")
NEWS = st.lists(
    st.sampled_from([*_CASES, "contact", "test", "round", "round", "decide", "decide", "draw", "undo", "later"]),
    max_size=8,
)


def tell(story: Story, what: str, more: Rows, plan: Plan, data: st.DataObject, now: datetime) -> None:
    """Let one thing become known."""
    cases = story.rows["cases"]
    if what == "case" and more["cases"]:
        cases.append(more["cases"].pop())
    elif what == "visit" and more["visits"] and cases:
        visit = {k: v for k, v in more["visits"].pop().items() if k != "unit_id"}
        story.rows["visits"].append({**visit, "person_id": cases[-1]["case_id"]})
    elif what in ("correct", "exclude") and cases:
        old = data.draw(st.sampled_from(cases))
        told = more["cases"][-1] if more["cases"] else old
        place = {k: told.get(k) for k in ("unit_id", "lng", "lat")}
        cases.append({**old, **(place if what == "correct" else {"status": "excluded"}), "recorded_at": "19"})
    elif what == "withdraw" and cases:
        story.gone.append(f"cases:{data.draw(st.sampled_from(cases))['case_id']}")
    elif what in ("contact", "test", "round") and len(plan.units):
        watch(story, what, data.draw(st.sampled_from(plan.units["id"].tolist())), data, now)
    elif what == "draw":
        draw(story, plan, data, now)
    elif what == "undo" and story.strokes:
        story.strokes.append(undo(len(story.strokes) + 1, data.draw(st.sampled_from(story.strokes))["event_id"]))
    elif what == "decide" and len(plan.zones):
        action, place, scope = data.draw(ACTIONS)
        zone = plan.zones.to_dict("records")[place % len(plan.zones)]
        drawn = {"delineated_at": now, "in_force_from": now} if action == "delineate" else {}
        to = {"to": "sealed" if action == "raise" else "precaution", "scope": scope, "gate": "assessed"}
        more_ = {"until": at("18"), "recorded_at": now, "by": "Li", **to}
        if action == "part":
            unit = plan.units["id"].iloc[place % len(plan.units)] if len(plan.units) else "gone"
            own = {"zone_id": digest(zone["zone_id"], unit, "part"), "of": zone["zone_id"], "units": [unit]}
            drawn = {**own, "aliases": [], "atoms": None, "ground_id": None}
        story.decided.append({**named(zone), "action": action, **more_, **drawn})


def watch(story: Story, what: str, unit: str, data: st.DataObject, now: datetime) -> None:
    """Let a contact, a sample or a building's row of a round become known; one of the same name corrects the last."""
    name = f"{what}-{data.draw(st.integers(0, 3))}"
    told: Row = {"unit_id": unit, "person_id": name, "recorded_at": now}
    if what == "contact":
        story.rows["contacts"].append(told | {"contact_id": name, "case_id": "C0", "last_exposure_at": now})
    elif what == "test":
        result = data.draw(st.sampled_from(["positive", "negative", "pending"]))
        resulted = None if result == "pending" else now
        more = {"test_id": name, "sampled_at": now, "resulted_at": resulted, "result": result, "round_id": "r1"}
        story.rows["tests"].append(told | more)
    else:
        counts = {c: data.draw(st.integers(0, 2)) for c in ("tested", "excused", "refused", "pools_open", "positive")}
        more = {"round_row_id": f"r1/{unit}", "round_id": "r1", "unit_id": unit, "ended_at": now, "due": 2, "absent": 0}
        story.rows["rounds"].append({"recorded_at": now, **more, **counts})


def draw(story: Story, plan: Plan, data: st.DataObject, now: datetime) -> None:
    """Let a person edit some atoms, of zones and beside them."""
    rows = plan.membership.set_index("atom_id")
    names = sorted({*rows.index, *plan.atoms["atom_id"]})
    atoms = data.draw(st.lists(st.sampled_from(names), min_size=1, max_size=4, unique=True)) if names else []
    saw = {name: (rows.at[name, "class"], frozenset(rows.at[name, "fact_ids"])) for name in atoms if name in rows.index}
    known = st.none() | st.sampled_from(plan.zones["zone_id"].tolist()) if len(plan.zones) else st.none()
    more = {"effective_at": now, "zone_id": data.draw(known)}
    drawn = stroke(atoms, data.draw(st.sampled_from(TARGETS)), saw, **more)
    story.strokes.append(row(len(story.strokes) + 1, drawn, now))


@few_then_many(6, 40)
def test_whatever_becomes_known_in_whatever_order(hold: Hold) -> None:
    hold(grounds(), st.data(), NEWS)(check_story)


def check_story(rows: Rows, data: st.DataObject, news: list[str]) -> None:
    units = [row["id"] for kind in ("estates", "buildings", "units") for row in rows[kind]]
    more = data.draw(causes(units, 8))
    story, now = Story(tables(**rows)), at("14 08:00")
    forget()
    plan = derive_state(story.state(now), POLICY, now)
    for what in ["case", *news]:
        now += pd.Timedelta(hours=data.draw(st.sampled_from([0, 0, 1, 30])) if what == "later" else 0)
        tell(story, what, more, plan, data, now)
        plan = derive_state(story.state(now), POLICY, now)
    kept = plan
    forget()
    same(kept, derive_state(story.state(now), POLICY, now))


def test_a_new_case_derives_the_part_that_it_touches_only(monkeypatch: pytest.MonkeyPatch) -> None:
    rows: Rows = {"estates": [], "buildings": [], "areas": []}
    for n in range(5):
        rows["areas"].append(area(f"A{n}", 1000 * n, 0, 900, 900))
        rows["estates"].append(estate(f"E{n}", 1000 * n + 100, 100, 200, 100))
        rows["buildings"] += [house(f"E{n}-B{i}", 1000 * n + 110 + 50 * i, 120, f"E{n}") for i in range(3)]
    story, now, counts = Story(tables(**rows)), at("14"), []
    derive_parts, dress_parts = follow.derive_parts, follow.dress_parts

    def derived(claims: pd.DataFrame, *rest: Any) -> Any:
        counts.append(("derived", claims["part"].nunique()))
        return derive_parts(claims, *rest)

    def dressed(parts: dict[str, pd.DataFrame], *rest: Any) -> Any:
        counts.append(("dressed", parts["zones"]["part"].nunique()))
        return dress_parts(parts, *rest)

    monkeypatch.setattr(follow, "derive_parts", derived)
    monkeypatch.setattr(follow, "dress_parts", dressed)
    forget()
    for unit in ("E0-B0", "E1-B0", "E2-B0", "E2-B1"):
        story.rows["cases"].append(home(f"C-{unit}", unit))
        plan = derive_state(story.state(now), POLICY, now)
    once = [("derived", 1), ("dressed", 1)]
    assert counts == once * 4
    assert plan.zones["class"].tolist().count("sealed") == 3
    derive_state(story.state(now), POLICY, now)
    assert counts == once * 4
    zone = plan.zones[plan.zones["fact_ids"].map(lambda facts: "cases:C-E1-B0" in facts)].iloc[0]
    dates = {"delineated_at": now, "in_force_from": now}
    story.decided.append({**named(zone), "action": "delineate", "by": "Li", **dates})
    decided = derive_state(story.state(now), POLICY, now)
    assert counts == [*once * 4, ("dressed", 1)]
    assert decided.zones.set_index("zone_id").loc[zone["zone_id"], "status"] == "in_force"
    story.strokes.append(row(1, stroke(["E0-B1"], "sealed", {}, effective_at=now), now))
    drawn = derive_state(story.state(now), POLICY, now)
    assert drawn.membership.set_index("atom_id").loc["E0-B1", ["class", "derived_class"]].tolist() == [
        "sealed",
        "controlled",
    ]
    assert counts == [*once * 4, ("dressed", 1), ("dressed", 1)]
    derive_state(story.state(now), POLICY, now + pd.Timedelta(days=1))
    assert counts[-1] == ("dressed", 3)


def test_a_stricter_building_that_sticks_over_a_border_is_cut_out_of_the_area_beside_it() -> None:
    rows: Rows = {"areas": [area("A1", 0, 0, 500, 300), area("A2", 500, 0, 500, 300)]}
    rows["buildings"] = [house("B1", 485, 100), house("B2", 900, 100)]
    story, now = Story(tables(**rows)), at("14")
    forget()
    for unit in ("B2", "B1"):
        story.rows["cases"].append(home(f"C-{unit}", unit))
        plan = derive_state(story.state(now), POLICY, now)
    shapes = plan.zones.set_index(["class", "ground_id"])["geometry"]
    sealed = plan.zones[plan.zones["class"] == "sealed"]["geometry"].union_all()
    assert sealed.intersects(rows["areas"][1]["geometry"])
    for name in ("A1", "A2"):
        assert shapes[("precaution", name)].intersection(sealed).area == 0


def test_outbreaks_of_a_workspace_do_not_drop_what_is_kept_of_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    derive_parts, counts, now = follow.derive_parts, list[int](), at("14")

    def derived(claims: pd.DataFrame, *rest: Any) -> Any:
        counts.append(claims["part"].nunique())
        return derive_parts(claims, *rest)

    monkeypatch.setattr(follow, "derive_parts", derived)
    rows: Rows = {
        "buildings": [house(f"B{n}", 300 * n, 0) for n in range(3)],
        "areas": [area("A1", -60, -60, 2000, 420)],
    }
    ground = tables(**rows)
    stories = {
        name: Story(ground, {"cases": [home(f"C-{name}", f"B{n}")], "visits": []}) for n, name in enumerate("ab")
    }
    forget()
    for _ in range(3):
        for name, story in stories.items():
            derive_state(replace(story.state(now), outbreak=name), POLICY, now)
    assert counts == [1, 1]
    stories["a"].rows["cases"].append(home("C-new", "B2"))
    derive_state(replace(stories["a"].state(now), outbreak="a"), POLICY, now)
    derive_state(replace(stories["b"].state(now), outbreak="b"), POLICY, now)
    assert len(counts) == 3


def test_an_error_on_the_way_leaves_nothing_half_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    story, now = Story(tables(buildings=[house("B1", 0, 0), house("B2", 300, 0)])), at("14")
    forget()
    for unit in ("B1", "B2"):
        story.rows["cases"].append(home(f"C-{unit}", unit))
        with monkeypatch.context() as patch:
            patch.setattr(follow, "dress_parts", lambda *_: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                derive_state(story.state(now), POLICY, now)
        kept = derive_state(story.state(now), POLICY, now)
        forget()
        same(kept, derive_state(story.state(now), POLICY, now))


@pytest.mark.parametrize("left", ["nobody", "all excluded"])
def test_a_plan_without_zones_has_the_types_of_one_with_some(left: str, town_folder: Path) -> None:
    """Parts are put together, and a stroke may draw the first zone: a column that says nothing has its type too."""
    whole = fold(Workspace(town_folder))
    cases = whole.tables["cases"]
    some, versions = cases.iloc[:0], whole.versions.iloc[:0]
    if left == "all excluded":
        some = cases.assign(status="excluded").astype(cases.dtypes.to_dict())
        versions = whole.versions
    bare = replace(whole, tables={**whole.tables, "cases": some}, versions=versions)
    plans = [derive_state(state, POLICY, at("25")) for state in (whole, bare)]
    assert len(plans[0].zones)
    assert plans[1].zones.empty
    for name in ("zones", "membership", "former", "cells", "calendar", "gate_points", "site_links", "stays", "closed"):
        one, other = ({c: str(dtype) for c, dtype in getattr(plan, name).dtypes.items()} for plan in plans)
        assert one == other, name


def test_parts_made_one_at_a_time_are_the_same_plan(town_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state, now = fold(Workspace(town_folder)), at("25")
    forget()
    whole = derive_state(state, POLICY, now)
    assert whole.membership["part"].nunique() > 2
    forget()
    monkeypatch.setattr(kept_, "_AT_ONCE", 1)
    same(derive_state(state, POLICY, now), whole)
    forget()


def test_the_visit_of_a_later_case_is_where_it_was_and_not_where_another_is() -> None:
    story, now = Story(tables(buildings=[house(f"B{n}", 2000 * n, 0) for n in range(4)])), at("14")
    story.rows["visits"] = [stay("V1", "C1", **point(2010, 10)), stay("V2", "C2", **point(6010, 10))]
    forget()
    for case, unit in (("C1", "B0"), ("C2", "B2")):
        story.rows["cases"].append(home(case, unit))
        plan = derive_state(story.state(now), POLICY, now)
    where = plan.stays.set_index("fact_id")["unit"].map(plan.units["id"])
    assert where.to_dict() == {"cases:C1": "B0", "visits:V1": "B1", "cases:C2": "B2", "visits:V2": "B3"}
    forget()
    same(plan, derive_state(story.state(now), POLICY, now))
