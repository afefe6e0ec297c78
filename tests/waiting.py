"""Builders of small tables for what a zone waits for: packs with one way out, zones, rounds, contacts, samples."""

from collections.abc import Iterable, Mapping
from typing import Any

import geopandas as gpd
import pandas as pd

from tests.small_town import POLICY, SETTINGS, Row, at, box, tables
from zoning.classes import Step
from zoning.lifting import ACTS, CHECKS, check_zones
from zoning.policy import Policy
from zoning.rounds import DTYPES, POSITIVES

NAMES = {"A": ("甲区", "Zone A"), "B": ("乙区", "Zone B"), "C": ("丙区", "Zone C"), "D": ("丁区", "Zone D")}
TIMES = ("founded_at", "class_since", "clock_from", "lift_from", "last_presence_at", "cleaned_at", "hold_until")


def pack(name: str = "controlled", origin: str = "", to: str = "none", **when: Any) -> Policy:
    """The pack, with one way out of one class, and no phases in it."""
    values = {
        key: value if isinstance(value, dict) else {"value": value, "unit": "x", "grade": "O"}
        for key, value in when.items()
    }
    step = Step.model_validate({"to": to, "grade": "O", "when": values, "origin": [origin] if origin else []})
    return changed(name, steps=[step], phases=[])


def changed(name: str, **update: Any) -> Policy:
    """The pack, with one class changed."""
    of = POLICY.classes[name].model_copy(update=update)
    return POLICY.model_copy(update={"classes": {**POLICY.classes, name: of}})


def zone(name: str = "A", **more: Any) -> Row:
    """A zone in force since noon of 12 March, its last infected person isolated two hours before."""
    of = more.get("class", "controlled")
    noon = "12 12:00"
    clocks = {"founded_at": "11 20:00", "class_since": noon, "clock_from": noon, "lift_from": noon}
    told = {"name": NAMES[name][0], "name_en": NAMES[name][1], "class": of, "rank": POLICY.classes[of].rank}
    rest = {"fact_ids": ["cases:C1"], "new_facts": [], "gates": {}, "void": False, "origin": None}
    usual = {"status": "in_force", "last_presence_at": "12 10:00", "cleaned_at": None, "hold_until": None}
    homes = {"homes": more.get("new_facts", [])}
    return {"zone_id": name, **told, **clocks, **usual, **rest, **homes, "geometry": box(0, 0), **more}


def a_round(name: str = "r1", ended: str = "26 20:00", tested: int = 100, due: int = 100, **more: Any) -> Row:
    """A round of one zone; complete and clean unless it says otherwise."""
    ends = at(ended)
    counts = dict.fromkeys(("excused", "refused", "absent", "pools_open", "positive"), 0)
    told = {"zone_id": "A", "round_id": name, "started_at": ends, "ended_at": ends, "due": due, "tested": tested}
    return {**told, **counts, "uncovered": [], "share": tested / due, **more}


def check(
    policy: Policy, *zones: Row, as_of: str = "27", rounds: Iterable[Row] = (), withdrawn: Iterable[str] = (),
    positives: Iterable[Row] = (), **facts: Iterable[Row],
) -> tuple[pd.DataFrame, pd.DataFrame]:  # fmt: skip
    """Check some zones; 27 is 26 March 24:00."""
    table = pd.DataFrame(list(zones) or [zone()])
    for column in TIMES:
        given = [at(v) if isinstance(v, str) else v for v in table[column]]
        table[column] = pd.to_datetime(pd.Series(given, dtype=object), utc=True).astype("datetime64[us, UTC]")
    held = pd.DataFrame(list(rounds), columns=list(DTYPES)).astype(DTYPES)
    seen = pd.DataFrame(list(positives), columns=POSITIVES)
    found = check_zones(
        gpd.GeoDataFrame(table, crs="EPSG:4326"), held, seen, tables(withdrawn, **facts), policy, SETTINGS, at(as_of)
    )
    for frame, dtypes in zip(found, (CHECKS, ACTS), strict=True):
        assert frame.dtypes.astype(str).to_dict() == dtypes
    return found


def one(policy: Policy, *zones: Row, **more: Any) -> Mapping[str, Any]:
    """The only condition of the only zone."""
    checks, _ = check(policy, *zones, **more)
    assert len(checks) == 1
    row: dict[str, Any] = checks.iloc[0].to_dict()
    assert (row["missing_en"] == "") == (row["missing_zh"] == "") == row["holds"]
    assert bool(row["found_en"]) >= row["holds"]
    return row


def act(policy: Policy, *zones: Row, of: str = "", **more: Any) -> Mapping[str, Any]:
    """The only proposal, or the only one of a kind."""
    acts = check(policy, *zones, **more)[1]
    acts = acts[acts["act"] == of] if of else acts
    assert len(acts) == 1
    row: dict[str, Any] = acts.iloc[0].to_dict()
    return row


CASE = [{"case_id": "C1", "person_id": "P1", "reported_at": "12"}]


def met(person: str, exposed: str | None = "12 09:00", case: str = "C1") -> Row:
    """A contact of a case."""
    return {"contact_id": f"K{person}{case}", "person_id": person, "case_id": case, "last_exposure_at": exposed}


def sample(person: str, taken: str = "25 09:00", result: str = "negative", **more: Any) -> Row:
    """A sample with its result eight hours later."""
    known = None if result == "pending" else at(taken) + pd.Timedelta("8h")
    told = {"test_id": f"T{person}{taken}", "person_id": person, "sampled_at": taken, "result": result}
    return {**told, "resulted_at": known, **more}
