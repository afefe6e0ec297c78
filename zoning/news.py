"""What lies between two plans: facts that came, changed or went, decisions, and the pack, ground or clock.

Facts are compared by what they say, so a file that is loaded again without a change is no news.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import pandas as pd

from zoning import tables
from zoning.pipeline import Plan
from zoning.standing import in_effect

Basis = Literal["pack", "settings", "ground", "clock", "other"]
# The time from which a plan of a date sees a fact.
_SEEN_FROM = {"cases": "reported_at", "visits": "arrive_at", "tests": "sampled_at", "rounds": "ended_at"}
_CHANGES = {
    "new": ("新增{}", "new {}"),
    "corrected": ("更正{}", "corrected {}"),
    "excluded": ("排除{}", "excluded {}"),
    "withdrawn": ("撤回{}", "withdrawn {}"),
    "unseen": ("{}尚未报告", "{} not yet reported"),
    "counts": ("{}开始起作用", "{} now counting"),
    "lapsed": ("{}不再起作用", "{} no longer counting"),
}
_KINDS = {
    "cases": ("病例", "case"),
    "visits": ("到访", "stay"),
    "contacts": ("接触者", "contact"),
    "tests": ("检测", "test"),
    "rounds": ("检测轮次", "test round"),
}
_ACTIONS = {
    "delineate": "划定",
    "extend": "追加",
    "assess": "评估",
    "hold": "临时管控",
    "step": "调整等级",
    "raise": "升级",
    "part": "单独重新计时",
    "release": "解除",
    "reject": "不采纳",
}
_BASES: dict[Basis, tuple[str, str]] = {
    "pack": ("规则包或其选项不同", "another pack, or other choices in it"),
    "settings": ("设置变更", "settings changed"),
    "ground": ("底图数据更新", "map data changed"),
    "clock": ("时间推移", "time passed"),
    "other": ("其他事实变化", "other facts changed"),
}


@dataclass(frozen=True)
class News:
    """What lies between two plans.

    `facts`: fact_id, kind, change (new, corrected, excluded, withdrawn, unseen: reported after the later plan; counts,
    lapsed: the fact is the same, but it opens or holds a zone only in one of the two), recorded_at (UTC).
    `decisions`: event_id, zone_id, action of those in effect in one plan only. `basis`: what else may be the reason.
    """

    facts: pd.DataFrame
    decisions: pd.DataFrame
    basis: Basis

    @cached_property
    def by_fact(self) -> dict[str, tuple[str, str]]:
        """Fact id -> what happened to it, and its kind."""
        columns = (self.facts["fact_id"], self.facts["change"], self.facts["kind"])
        return {fact: (change, kind) for fact, change, kind in zip(*columns, strict=True)}

    @cached_property
    def by_zone(self) -> dict[str, list[tuple[int, str, str]]]:
        """Zone id -> the decisions on it: their place in recorded order, event and action."""
        found: dict[str, list[tuple[int, str, str]]] = {}
        for place, (event, zone_id, action) in enumerate(self.decisions.itertuples(index=False, name=None)):
            found.setdefault(zone_id, []).append((place, event, action))
        return found


def find_news(before: Plan, after: Plan, decisions: pd.DataFrame | None = None) -> News:
    """Find what lies between two plans.

    Parameters
    ----------
    before, after : plans of one workspace, of any two dates, times of knowing or packs.
    decisions : of the state that knows more, in recorded order; None knows of none.

    Returns
    -------
    News; facts in order of kind and id.
    """
    parts = [_of_kind(kind, before, after) for kind in tables.FACT_KINDS if kind in after.tables]
    facts = pd.concat(parts, ignore_index=True)
    if before.policy == after.policy:
        facts = pd.concat([facts, _of_stays(before, after, set(facts["fact_id"]))], ignore_index=True)
    facts = facts.sort_values(["kind", "fact_id"], ignore_index=True)
    return News(facts, _decided(before, after, decisions), _basis(before, after))


def _of_kind(kind: str, before: Plan, after: Plan) -> pd.DataFrame:
    """Compare the facts of a kind that the two plans see."""
    was, now = (_seen(kind, plan) for plan in (before, after))
    both = was.index.intersection(now.index)
    same = pd.Series(True, index=both)
    for column in tables.contract(kind).stored:
        if column.name != "recorded_at" and column.name in was and column.name in now:
            old, new = was.loc[both, column.name], now.loc[both, column.name]
            same &= (old == new).fillna(False).astype(bool) | (old.isna() & new.isna())
    changed, gone = both[~same], was.index.difference(now.index)
    told = pd.Series("corrected", index=changed, dtype="str")
    if kind == "cases":
        fired, fires = (
            table.loc[changed, "status"].isin(plan.policy.source.statuses)
            for table, plan in ((was, before), (now, after))
        )
        told[fired & ~fires] = "excluded"
    known = after.tables[kind].set_index("fact_id")
    withdrawn = known["withdrawn"].reindex(gone).eq(True).to_numpy(bool)
    told = pd.concat(
        [
            told,
            pd.Series("new", index=now.index.difference(was.index)),
            pd.Series("withdrawn", index=gone[withdrawn]),
            pd.Series("unseen", index=gone[~withdrawn]),
        ]
    )
    when = now["recorded_at"].reindex(told.index).fillna(was["recorded_at"].reindex(told.index))
    return pd.DataFrame(
        {"fact_id": told.index.astype("str"), "kind": kind, "change": told.to_numpy(), "recorded_at": when.array}
    )


def _seen(kind: str, plan: Plan) -> pd.DataFrame:
    table = plan.tables[kind]
    seen = ~table["withdrawn"].astype(bool)
    if kind in _SEEN_FROM:
        seen &= table[_SEEN_FROM[kind]] <= pd.Timestamp(plan.as_of)
    return table[seen].set_index("fact_id")


def _of_stays(before: Plan, after: Plan, told: Collection[str]) -> pd.DataFrame:
    """Find the facts that did not change but fire in one plan only: their case is new, or they are too old by now."""
    was, now = (set(plan.stays.loc[plan.stays["live"], "fact_id"]) for plan in (before, after))
    rows = [(fact, "counts") for fact in now - was] + [(fact, "lapsed") for fact in was - now]
    rows = [(fact, change) for fact, change in rows if fact not in told]
    found = pd.DataFrame(rows, columns=["fact_id", "change"], dtype="str")
    when = pd.concat([plan.stays.set_index("fact_id")["founded_at"] for plan in (before, after)])
    when = when[~when.index.duplicated()].reindex(found["fact_id"])
    return found.assign(kind=[fact.partition(":")[0] for fact in found["fact_id"]], recorded_at=when.array)


def _decided(before: Plan, after: Plan, decisions: pd.DataFrame | None) -> pd.DataFrame:
    if decisions is None:
        return pd.DataFrame({"event_id": [], "zone_id": [], "action": []}, dtype="str")
    known = [
        set(in_effect(decisions[decisions["recorded_at"] <= pd.Timestamp(plan.known_at)], plan.as_of)["event_id"])
        for plan in (before, after)
    ]
    between = decisions[decisions["event_id"].isin(known[0] ^ known[1])]
    return between[["event_id", "zone_id", "action"]].reset_index(drop=True)


def _basis(before: Plan, after: Plan) -> Basis:
    if before.policy != after.policy:
        return "pack"
    if before.settings != after.settings:
        return "settings"
    pairs = [(before.tables[kind], after.tables[kind]) for kind in tables.REFERENCE_KINDS if kind in after.tables]
    if any(one is not other and not one.equals(other) for one, other in pairs):
        return "ground"
    return "clock" if before.as_of != after.as_of else "other"


def tell(
    news: News, facts: Iterable[str], zone_ids: Iterable[str], strokes: Collection[str] = ()
) -> tuple[list[str], str, str]:
    """Say why something changed: by the facts that are news, by decisions, else by what the plans rest on.

    Parameters
    ----------
    news : of `find_news`.
    facts : fact ids that it rests or rested on.
    zone_ids : ids of the zone that was decided on; none where decisions change nothing of the kind.
    strokes : event ids of edits by hand.

    Returns
    -------
    because : ids of the facts, then of the events; zh, en : the same as counts, which name no fact.
    """
    mine = sorted(fact for fact in set(facts) if fact in news.by_fact)
    acts = sorted(act for zone_id in set(zone_ids) for act in news.by_zone.get(zone_id, []))
    if not mine and not acts and not strokes:
        return [], *_BASES[news.basis]
    counts = Counter(news.by_fact[fact] for fact in mine)
    chinese, english = list[str](), list[str]()
    for (change, kind), n in sorted(counts.items(), key=lambda item: list(_CHANGES).index(item[0][0])):
        words, thing = _CHANGES[change], _KINDS.get(kind, (kind, kind))
        chinese.append(words[0].format(f"{thing[0]}{n}"))
        english.append(f"{n} {words[1].format(thing[1] + 's' * (n > 1))}")
    actions = list(dict.fromkeys(action for _, _, action in acts))
    chinese += [f"决定：{_ACTIONS.get(a, a)}" for a in actions]
    english += [f"decided: {a}" for a in actions]
    if strokes:
        chinese.append(f"手工调整{len(strokes)}处")
        english.append(f"{len(strokes)} {'edits' if len(strokes) > 1 else 'edit'} by hand")
    return [*mine, *(event for _, event, _ in acts), *sorted(strokes)], "，".join(chinese), ", ".join(english)
