"""The hand-made plan in mid-life: a hold, a later phase, a step down, a void zone, and what is proposed."""

from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from dashboard.plans import Engine
from tests import tiny_plan
from tests.tiny_plan import AS_OF, BUILDINGS, DAY, POLICY, TinyPlan, at, box

__all__ = ["AS_OF", "BUILDINGS", "DAY", "POLICY", "LivedPlan", "at", "box", "empty_plan", "engine", "make_plan"]
_VOID = "v77c01d2"
_LIVES = {
    "s1e3a9c0": {"stage": "hold", "hold_until": AS_OF + timedelta(days=1)},
    "c7b2d401": {"stage": "phase_2", "new_facts": ["cases:C2"]},
    "p42118aa": {"stage": "stepping_down", "origin": "controlled"},
    "w5510b7d": {"ended_at": AS_OF - timedelta(days=2), "watch_until": AS_OF + timedelta(days=5)},
    _VOID: {"void": True},
}
_NOTHING = {
    "origin": None, "void": False, "new_facts": [], "notice_no": None, "decided_by": "李伟", "gates": {},
    "hold_until": pd.NaT, "ended_at": pd.NaT, "watch_until": pd.NaT, "delineated_at": AS_OF - timedelta(days=6),
}  # fmt: skip
_ACTS = [
    (_VOID, "release", "none", True, 0, 0, pd.NaT, "其全部病例已撤回", "its cases were withdrawn", ["cases:C7"]),
    ("p42118aa", "release", "none", True, 2, 2, AS_OF, "两项条件全部满足", "all two conditions hold", ["cases:C1"]),
    ("l90ac3ff", "open", "like_controlled", True, 0, 0, AS_OF, "按规则应划定", "due by the rules", ["cases:C1"]),
    ("c7b2d401", "extend", "controlled", True, 0, 0, AS_OF, "有新事实：cases:C2", "new: cases:C2", ["cases:C2"]),
    ("c7b2d401", "raise", "sealed", True, 0, 0, AS_OF, "区内新增：cases:C2", "new inside: cases:C2", ["cases:C2"]),
    ("c7b2d401", "release", "none", False, 1, 3, AS_OF, "三项条件已满足一项", "one of three", ["cases:C1"]),
]  # fmt: skip
_CHECKS = [
    ("c7b2d401", 0, "none", "in_force_days", False, AS_OF + timedelta(days=8), "满14天", "14 full days",
     "满14天至3月24日24时", "14 full days end 24 March 24:00"),
    ("c7b2d401", 0, "none", "last_contact_days", True, AS_OF, "密接张三已满期", "contact P21 is past them", "", ""),
    ("c7b2d401", 0, "none", "round_window_h", False, pd.NaT, "", "", "尚缺一轮全阴检测", "a clean round is missing"),
]  # fmt: skip
_STROKES = [
    ("e1", "王敏", "suspended", "复核后放宽", "起因未考虑，请重新划定", "a cause that it does not answer"),
    ("e2", "王敏", "in_effect", "留出通道", "生效中", "in effect"),
]  # fmt: skip


@dataclass(frozen=True)
class LivedPlan(TinyPlan):
    """A tiny plan with what its zones wait for, and the edits on them."""

    checks: Any = None
    acts: Any = None
    touched: Any = None
    ledger: Any = None
    rounds: Any = None


def _table(rows: list[tuple[Any, ...]], *columns: str) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(columns))


def _zones(zones: Any) -> Any:
    void = zones[zones["zone_id"] == "c7b2d401"].assign(
        zone_id=_VOID, name="青禾村9号", name_en="Qinghe Village 9", people=11.0, geometry=[box(278, 38, 15, 14)]
    )
    zones = pd.concat([zones, void.set_geometry("geometry")], ignore_index=True)
    lives = [{**_NOTHING, **_LIVES.get(zone_id, {})} for zone_id in zones["zone_id"]]
    stages = [life.pop("stage", stage) for life, stage in zip(lives, zones["stage"], strict=True)]
    more = pd.DataFrame(lives, index=zones.index)
    for column in ("hold_until", "ended_at", "watch_until", "delineated_at"):
        more[column] = pd.to_datetime(more[column], utc=True)
    return zones.assign(**{name: more[name] for name in more}, stage=stages)


def make_plan(as_of: datetime = AS_OF) -> LivedPlan:
    """Return the plan; before the day it was made for there is no zone."""
    tiny = tiny_plan.make_plan(as_of)
    reasons = ("reasons_zh", "reasons_en", "fact_ids")
    acts = _table(_ACTS, "zone_id", "act", "to", "ready", "holding", "of", "at", *reasons)
    told = ("found_zh", "found_en", "missing_zh", "missing_en")
    checks = _table(_CHECKS, "zone_id", "step", "to", "predicate", "holds", "at", *told)
    ledger = _table(_STROKES, "event_id", "author", "status", "reason", "text_zh", "text_en")
    touched = _table(
        [("e2", "c7b2d401", "c7b2d401", False), ("e1", "c7b2d401", "s1e3a9c0", True)],
        *("stroke", "zone_id", "derived_zone", "pending"),
    )
    parts = {field.name: getattr(tiny, field.name) for field in fields(tiny)}
    if not len(tiny.zones):
        return LivedPlan(**parts, checks=checks[:0], acts=acts[:0], touched=touched[:0], ledger=ledger[:0])
    waiting = _table([("edit", "e1", _STROKES[0][5])], "code", "subject", "text")
    parts |= {"zones": _zones(tiny.zones), "problems": pd.concat([waiting, tiny.problems], ignore_index=True)}
    checks["at"], acts["at"] = pd.to_datetime(checks["at"], utc=True), pd.to_datetime(acts["at"], utc=True)
    return LivedPlan(**parts, checks=checks, acts=acts, touched=touched, ledger=ledger.assign(recorded_at=AS_OF))


def _compare(_before: LivedPlan, after: LivedPlan, _decisions: Any) -> Any:
    """Say that the estate that is proposed was proposed on this day."""
    opened = after.zones[after.zones["zone_id"] == "l90ac3ff"]
    told = {"change": "opened", "rank_before": float("nan"), "because_zh": "1例", "because_en": "1 case"}
    return opened.assign(**told, atoms_added=[["Y1"]] * len(opened), atoms_removed=[[]] * len(opened))


def _weigh(plan: LivedPlan) -> pd.DataFrame:
    """Weigh the zones by hand: the controlled one has people beyond the rules, the precaution zone some below."""
    kept = plan.zones[~plan.zones["status"].isin(["released", "rejected"])]
    table = kept[["zone_id", "class", "people"]].assign(days_left=9.0, tests=12_000.0, bare_share=0.94)
    table["person_days"] = table["people"] * table["days_left"]
    table["beyond_people"] = table["zone_id"].map({"c7b2d401": 118.0}).fillna(0.0)
    table["below_people"] = table["zone_id"].map({"p42118aa": 31.0}).fillna(0.0)
    table["below_facts"] = [["cases:C2"] if below else [] for below in table["below_people"]]
    table["required_people"] = table["people"] - table["beyond_people"]
    return table.assign(beyond_person_days=table["beyond_people"] * 9)


def _price(_plan: LivedPlan, zone_id: str) -> pd.DataFrame:
    """Price by hand what the new case in the controlled zone costs."""
    told = {"zone": (1_860.0, 5.0), "building": (312.0, 5.0), "unit": (84.0, 5.0), "none": (0.0, 0.0)}
    rows = [(zone_id, scope, n, days, n * days, scope == "zone") for scope, (n, days) in told.items()]
    found = pd.DataFrame(rows, columns=["zone_id", "scope", "people", "days_added", "person_days", "chosen"])
    return found[found["zone_id"] == "c7b2d401"]


def engine() -> Engine:
    """Return an engine that derives this plan."""
    return replace(
        tiny_plan.engine(),
        derive=lambda outbreak="", as_of=None, known_at=None, policy_id=None: make_plan(as_of or AS_OF),
        compare=_compare,
        weigh=_weigh,
        price=_price,
    )


def empty_plan() -> LivedPlan:
    """Return a plan of a workspace into which nothing was loaded."""
    tiny, lived = tiny_plan.empty_plan(), make_plan()
    parts = {field.name: getattr(tiny, field.name) for field in fields(tiny)}
    parts["zones"] = lived.zones.iloc[:0]
    more = {name: getattr(lived, name).iloc[:0] for name in ("checks", "acts", "touched", "ledger")}
    return LivedPlan(**parts, **more)
