"""The whole answer to 'why?' of one unit or place: what put it there, what else it could be and how, when it ends.

What `explain` says, with the decision and the edit on it, the ways to every other class, what weak locations leave
open, and what its zone waits for; as JSON, or as lines in Chinese and English.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from zoning.burden import price_resets, weigh_edits
from zoning.coming import Coming
from zoning.geometry import text_to_cells
from zoning.lifting.words import NOTHING, Said, names
from zoning.plan import Plan
from zoning.possible import list_possible
from zoning.units import REST
from zoning.whatif import claimed, on_atom, statuses
from zoning.whynot import Leaving, Way, find_ways

_ZONE = ("name", "name_en", "status", "stage", "decided_by", "notice_no")
_DATES = ("delineated_at", "in_force_from", "class_since", "hold_until", "earliest_lift_at")
_STATUS = {
    "preliminary": "初筛阳性", "confirmed": "确诊", "asymptomatic": "无症状", "re_positive": "复阳", "imported": "输入",
}  # fmt: skip
_RISK = {"likely": "大", "some": "有一定", "none": "无"}
NO_CLASS = Said("不在任何区", "no zone")


def answer(plan: Plan, found: dict[str, Any], rules: Callable[[], Plan] | None = None) -> dict[str, Any]:
    """Complete an explanation with everything that a person may ask next.

    Parameters
    ----------
    plan : as derived.
    found : of `explain_unit` or `explain_at`.
    rules : derives the same plan without strokes; asked where an edit emptied a zone, whose cost no other plan tells.

    Returns
    -------
    JSON-able: `found` with asked_of (id of its strictest atom, which all that follows is about; None where it has no
    ground), rests_on in each reason (the facts of that rule), zone (name, status, stage, who decided, notice, dates;
    None outside zones), edit (stroke, who, why,
    the class by the rules, and cost: of `weigh_edits`; None where no edit counts), ways (class,
    names, remove, smallest, release, rule_id, add, zh, en), possible (class, names, rule_id, fact_id, distance_m),
    checks, acts and resets (of its zone: what new cases cost, as `price_resets`).

    Raises
    ------
    PolicyError : a rule rests on a number that is unset (grade U).
    """
    atoms = found["atoms"]
    nothing: dict[str, Any] = {"asked_of": None, "zone": None, "edit": None}
    if not atoms:
        return {**found, **nothing, "ways": [], "possible": [], "checks": [], "acts": [], "resets": []}
    first = min(atoms, key=lambda a: (a["rank"] or 10**6, a["atom_id"]))
    atom, own = _number(plan, first["atom_id"]), first["atom_id"].removesuffix(REST)
    possible = list_possible(plan)
    mine = possible[possible["atom"] == np.uint64(atom)].drop(columns=["atom", "atom_id", "rank"])
    names_of = {name: of.names.model_dump() for name, of in plan.policy.classes.items()}
    tables = {"checks": plan.checks, "acts": plan.acts, "resets": price_resets(plan, first["zone_id"] or "")}
    waits = {kind: _rows(table, first["zone_id"]) for kind, table in tables.items()}
    return {
        **found,
        "reasons": _reasons(plan, atom, found["reasons"]),
        "asked_of": first["atom_id"],
        "zone": _zone(plan, first["zone_id"]),
        "edit": _edit(plan, atom, rules),
        "ways": [_way(plan, way, own) for way in find_ways(plan, atom)],
        "possible": [{**row, "names": names_of[row["class"]]} for row in mine.to_dict("records")],
        **waits,
    }


def _number(plan: Plan, atom_id: str) -> int:
    row = plan.atoms.index[plan.atoms["atom_id"] == atom_id]
    return int(row[0]) if len(row) else int(text_to_cells([atom_id])[0])


def _reasons(plan: Plan, atom: int, reasons: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Add to each reason the facts of its own rule: a visit or home, and the case behind it."""
    claims = on_atom(claimed(plan), atom)
    rule = np.array([plan.policy.rules[i].id for i in claims["rule"]], object)
    own = {r["rule_id"]: claims.loc[rule == r["rule_id"], ["fact_id", "case_id"]].to_numpy(object) for r in reasons}
    return [{**r, "rests_on": sorted(set(own[r["rule_id"]].ravel()) & set(r["facts"]))} for r in reasons]


def _plain(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, list | dict):
        return value
    if pd.isna(value):
        return None
    return value.isoformat() if isinstance(value, pd.Timestamp) else value


def _rows(table: pd.DataFrame, zone_id: str | None) -> list[dict[str, Any]]:
    rows = table[table["zone_id"] == zone_id].drop(columns="zone_id").to_dict("records")
    return [{name: _plain(value) for name, value in row.items()} for row in rows]


def _zone(plan: Plan, zone_id: str | None) -> dict[str, Any] | None:
    rows = plan.zones.loc[plan.zones["zone_id"] == zone_id, [*_ZONE, *_DATES]].to_dict("records")
    return {name: _plain(value) for name, value in rows[0].items()} if rows else None


def _edit(plan: Plan, atom: int, rules: Callable[[], Plan] | None) -> dict[str, Any] | None:
    """Return the edit that counts on an atom: it stays silent where a later cause suspended it."""
    rows = plan.touched[plan.touched["atom"] == np.uint64(atom)]
    if rows.empty:
        return None
    told = rows[["stroke", "class", "derived_class", "pending"]].to_dict("records")[0]
    by = plan.ledger[plan.ledger["event_id"] == told["stroke"]][["author", "reason"]].to_dict("records")[0]
    costs = weigh_edits(plan).set_index("stroke").loc[told["stroke"]]
    if rules and pd.isna(costs["person_days"]):
        costs = weigh_edits(plan, rules()).set_index("stroke").loc[told["stroke"]]
    cost = {name: _plain(value) for name, value in costs.to_dict().items()}
    return {name: _plain(value) for name, value in {**told, **by, "cost": cost}.items()}


def _way(plan: Plan, way: Way, own: str) -> dict[str, Any]:
    of, leaving, coming = way.target and plan.policy.classes[way.target], way.leaving, way.coming
    said = _say(plan, way, own)
    told: dict[str, Any] = {"class": way.target, "names": of.names.model_dump() if of else NO_CLASS._asdict()}
    told |= {"remove": list(leaving.facts) if leaving else [], "smallest": leaving.smallest if leaving else True}
    told |= {"release": list(leaving.zones) if leaving else [], "rule_id": None, "add": None}
    if coming:
        fact = {k: getattr(coming, k) for k in ("trigger", "status", "place_risk", "contacts_traceable", "hours")}
        told |= {"rule_id": plan.policy.rules[coming.rule].id}
        told |= {"add": {**fact, "count": coming.count, "places": list(coming.places)}}
    return {**told, "zh": said.zh, "en": said.en}


def _say(plan: Plan, way: Way, own: str) -> Said:
    """Say what a way asks for; `own`: id of the unit or cell that is asked about."""
    leaving = _say_leaving(plan, way.leaving) if way.leaving else NOTHING
    if way.coming is None:
        return leaving
    coming = _say_coming(plan, way.coming, own)
    if leaving is NOTHING:
        return coming
    return Said(f"{leaving.zh}；并有{coming.zh}", f"{leaving.en}; and then {coming.en}")


def _say_leaving(plan: Plan, leaving: Leaving) -> Said:
    facts, zones = names(leaving.facts), plan.zones.set_index("zone_id")
    spare = Said("", "") if leaving.smallest else Said("（缺一不可）", " (none of them can be spared)")
    told = Said(f"撤回或排除{facts.zh}{spare.zh}", f"withdrawal or exclusion of {facts.en}{spare.en}")
    if not leaving.zones:
        return told
    ended = [names([str(zones.at[name, column]) for name in leaving.zones]) for column in ("name", "name_en")]
    return Said(
        f"{told.zh}，再由有权者解除已决定的区域（{ended[0].zh}）",
        f"{told.en}, then the release of what people decided ({ended[1].en})",
    )


def _say_coming(plan: Plan, coming: Coming, own: str) -> Said:
    """Say which fact would come, by which rule, and where that rule asks for ground, what ground."""
    rule, fact = plan.policy.rules[coming.rule], _say_fact(plan, coming, own)
    called = Said(f"（规则{rule.id}：{rule.names.zh}）", f" (rule {rule.id}: {rule.names.en})")
    if rule.when.trigger != "ground":
        return Said(f"{fact.zh}{called.zh}", f"{fact.en}{called.en}")
    kinds = [plan.policy.classes[name].names for name in rule.when.classes]
    asked = Said("、".join(k.zh for k in kinds), " or ".join(k.en for k in kinds))
    where = _say_ground(plan, coming.ground)
    return Said(
        f"{where.zh}出现任一{asked.zh}，例如{fact.zh}{called.zh}",
        f"any {asked.en} {where.en}, for instance {fact.en}{called.en}",
    )


def _say_ground(plan: Plan, key: str) -> Said:
    kind, _, name = key.partition(":")
    areas = plan.tables["areas"]
    row = areas[areas["id"] == name.partition("@")[0]]
    if kind != "area" or row.empty:
        return Said("附近", "near it")
    zh, en = row["name"].iloc[0], row["name_en"].fillna(row["name"]).iloc[0]
    return Said(f"{zh}内", f"in {en}")


def _say_fact(plan: Plan, coming: Coming, own: str) -> Said:
    where, n = _say_places(plan, (own,) if own in coming.places else coming.places), coming.count
    if coming.trigger == "visit":
        can = coming.contacts_traceable
        return Said(
            f"传染源到访{where.zh}（传播风险{_RISK[str(coming.place_risk)]}、接触者{'可' if can else '不可'}追踪）",
            f"a visit of a source to {where.en} with place_risk {coming.place_risk} and contacts "
            f"{'' if can else 'not '}traceable",
        )
    only = len(statuses(plan.policy)) > 1
    kind = Said(f"{_STATUS[coming.status]}病例" if only else "传染源", coming.status if only else "source")
    if n == 1:
        return Said(f"住所在{where.zh}的{kind.zh}", f"a {kind.en}{' case' if only else ''} whose home is {where.en}")
    return Said(
        f"住所在{where.zh}的{kind.zh}{n}例", f"{n} {kind.en}{' case' if only else ''}s whose home is {where.en}"
    )


def _say_places(plan: Plan, ids: tuple[str, ...]) -> Said:
    """Name places; of many the nearest three, any of which does."""
    units = plan.units.set_index("id")[["name", "name_en"]]
    both = [units.loc[name].astype("str").tolist() if name in units.index else [name, name] for name in ids]
    if len(ids) < 3:
        return Said("或".join(b[0] for b in both), " or ".join(b[1] for b in both))
    zh, en = names([b[0] for b in both]).zh, names([b[1] for b in both]).en
    return Said(f"{zh}之一", f"one of {en}")
