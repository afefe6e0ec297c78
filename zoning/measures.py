"""The catalogue of measures that holds in a zone, each with what decided on it: its own state, or the area around."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import shapely

from zoning.clocks import local_day
from zoning.graded import Clause, Text, clause_on
from zoning.pipeline import Plan
from zoning.times import zone_info
from zoning.whatif import claimed

NAMES: dict[str, Text] = {
    "strategy": Text(zh="策略", en="Strategy"),
    "entry": Text(zh="出入管理", en="Entry and exit"),
    "control": Text(zh="社区防控", en="Control"),
    "service": Text(zh="社区服务", en="Service"),
    "participation": Text(zh="群众参与", en="Participation"),
    "information": Text(zh="信息化建设应用", en="Information"),
}
_OVER = ("released", "rejected")


class Measure(NamedTuple):
    """One measure: `key` of NAMES, `clause`, and `by`: what decided on it."""

    key: str
    clause: Clause
    by: Text


def measures_of(plan: Plan, zone: Mapping[str, Any]) -> list[Measure]:
    """Return the measures that hold in a zone.

    Parameters
    ----------
    plan : as derived.
    zone : row of its zones.

    Returns
    -------
    In the order of the pack; none where its pack has no catalogue, or the zone is over. What the area around decides is
    left out where nothing gives that area a class.
    """
    return [] if zone["status"] in _OVER else list(_measures(plan, zone))


def _measures(plan: Plan, zone: Mapping[str, Any]) -> Iterator[Measure]:
    for one in plan.policy.classes[zone["class"]].measures:
        if one.around is None:
            yield from _clauses(plan, one.table or "", one.clauses, one.by)
        elif (around := _around(plan, zone, one.around)) is not None:
            deciding = plan.policy.classes[around]
            names = deciding.names
            by = Text(zh=f"{one.by.zh}：{names.zh}", en=f"{one.by.en}: {names.en}")
            for of in deciding.measures:
                if of.table:
                    yield from _clauses(plan, of.table, [key for key in one.clauses if key in of.clauses], by)


def _clauses(plan: Plan, table: str, keys: Iterable[str], by: Text) -> Iterator[Measure]:
    day, given = local_day(plan.as_of, zone_info(plan.settings.zone)), plan.policy.parameters.get(table, {})
    for key in keys:
        if key in given and (clause := clause_on(given[key], day)):
            yield Measure(key, clause, by)


def _around(plan: Plan, zone: Mapping[str, Any], level: str) -> str | None:
    """The class of the area of a level that holds a point of a zone; the strictest where there are several."""
    grounds = plan.zones.set_index("zone_id")["geometry"]
    ground = grounds.get(zone["zone_id"])
    if ground is None or ground.is_empty:
        return None
    areas = plan.tables["areas"]
    holds = shapely.contains(areas["geometry"].to_numpy(object), ground.representative_point())
    areas = areas[(areas["level"] == level) & holds]
    found = plan.zones[plan.zones["ground_id"].isin(areas["id"]) & ~plan.zones["status"].isin(_OVER)]
    if found.empty and len(areas):
        # Stricter zones may fill an area wholly: it has no zone then, and what claims it still gives its class.
        claims = claimed(plan).claims
        found = claims[claims["ground"].isin("area:" + areas["id"].astype("str"))]
    return None if found.empty else str(found.sort_values("rank")["class"].iloc[0])
