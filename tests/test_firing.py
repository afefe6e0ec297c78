"""Which stays fire which rules, followed: as if all had been asked anew, and few are."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import strategies as st

from tests.examples import Hold, few_then_many
from tests.small_town import FRAME, POLICY, SETTINGS, area, tables
from tests.test_triggers import HOUSES, VISIT, a_stay, count, rule, value
from zoning import firing
from zoning.firing import fire_all
from zoning.grounds.scene import Scene
from zoning.ordered import Change
from zoning.triggers import fire
from zoning.units import make_units

METRES = {"n": value(2), "within_m": value(90, "m"), "within_days": value(7, "day")}
RULES = {
    "homes": rule(trigger="residence"),
    "visits": rule(trigger="visit", place_risk=["likely"], contacts_traceable=False),
    "estate": count("estate", 2),
    "buildings": count("estate", 2, distinct="building"),
    "community": count("community", 2, 7),
    "two counts": rule(also=[count("building", 2).when.model_dump()], trigger="count", level="estate", n=value(3)),
    "near": rule(trigger="cluster", **METRES),
}
TOWN = tables(**HOUSES, areas=[area("A1", 0, 0, 100, 100), area("A2", 100, 0, 200, 100)])
GROUND = make_units(TOWN, SETTINGS)
ROW_OF = {unit: row for row, unit in enumerate(GROUND.units["id"])}
SPOTS = {"S1": (5, 5), "S2": (8, 5), "B2": (60, 5), "B3": (205, 5), None: (130, 40)}
Told = tuple[str | None, int, bool, bool, bool]
STAY = st.tuples(st.sampled_from(list(SPOTS)), st.integers(1, 20), st.booleans(), st.booleans(), st.booleans())


def stays(rows: dict[int, Told]) -> pd.DataFrame:
    found = []
    for n, (unit, day, live, known, visit) in sorted(rows.items()):
        more: dict[str, Any] = VISIT if visit else {}
        stay = a_stay(*SPOTS[unit], day=f"{day:02}", live=live, known=known, case_id=f"cases:{n}", **more)
        found.append(stay | {"unit": ROW_OF.get(str(unit), -1)})
    dtypes = {"place_risk": "str", "contacts_traceable": "boolean", "lng": float, "lat": float, "unit": "int64"}
    dtypes |= dict.fromkeys(("live", "known", "ghost"), "bool")
    table = pd.DataFrame(found, columns=list(a_stay())).astype(dtypes)
    return table.assign(reported_at=pd.to_datetime(table["reported_at"], utc=True).astype("datetime64[us, UTC]"))


def scene(table: pd.DataFrame, *names: str) -> Scene:
    policy = POLICY.model_copy(update={"rules": [RULES[n].model_copy(update={"id": n}) for n in names]})
    return Scene(GROUND.units, GROUND.atoms, GROUND.inside, table, TOWN, policy, FRAME, SETTINGS)


def moved(before: dict[int, Told], after: dict[int, Told]) -> Change:
    """How one table became the other: a stay is the same where it was found at the same place on the same day."""
    told = [{n: (unit, day, visit) for n, (unit, day, _, _, visit) in rows.items()} for rows in (before, after)]
    names = sorted(before)
    keep = [told[0][n] == told[1].get(n) for n in names]
    left = [n for n, kept in zip(names, keep, strict=True) if kept]
    new = [n for n in sorted(after) if n not in left]
    at = [next((i for i, n in enumerate(names) if keep[i] and n > one), len(names)) for one in new]
    return Change(np.array(keep, bool), np.array(at, np.int64))


ALL = st.dictionaries(st.integers(0, 9), STAY, max_size=8)


@few_then_many(15, 150)
def test_what_is_followed_is_what_all_asked_anew_give(hold: Hold) -> None:
    @hold(st.lists(ALL, min_size=2, max_size=3))
    def check(worlds: list[dict[int, Told]]) -> None:
        found, before = None, dict[int, Told]()
        for world in worlds:
            table = stays(world)
            found = fire_all(found, moved(before, world), table, scene(table, *RULES))
            fresh = fire_all(None, moved({}, world), table, scene(table, *RULES))
            masks = [{name: mask.tolist() for name, mask in one.masks.items()} for one in (found, fresh)]
            assert masks[0] == masks[1]
            assert found.number.tolist() == fresh.number.tolist()
            before = world


@pytest.mark.parametrize(
    ("name", "asked"), [("homes", 1), ("estate", 3), ("buildings", 3), ("community", 3), ("near", 5), ("two counts", 5)]
)
def test_only_what_is_counted_with_a_new_stay_is_asked_again(
    monkeypatch: pytest.MonkeyPatch, name: str, asked: int
) -> None:
    many = list[int]()

    def told(given: Any, rows: pd.DataFrame, *more: Any) -> Any:
        many.append(len(rows))
        return fire(given, rows, *more)

    before: dict[int, Told] = {n: (unit, 12, True, True, False) for n, unit in enumerate(["S1", "B2", "B3", "B3"])}
    after: dict[int, Told] = before | {7: ("S2", 13, True, True, False)}
    tables_of = [stays(world) for world in (before, after)]
    found = fire_all(None, moved({}, before), tables_of[0], scene(tables_of[0], name))
    monkeypatch.setattr(firing, "fire", told)
    fire_all(found, moved(before, after), tables_of[1], scene(tables_of[1], name))
    assert many == [asked]
