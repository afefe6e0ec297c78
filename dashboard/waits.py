"""What zones wait for, as records: conditions of the way out, what the engine proposes, edits; for card and API.

Their sentences may name persons and facts: they are for analysts. No tile, shared view or export takes them from here.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pandas as pd
from pydantic import BaseModel, Field

from layers._base import ready_acts, values


class Sentence(BaseModel):
    """A sentence in both languages."""

    zh: str
    en: str


class Check(BaseModel):
    """One condition of a zone's way out."""

    zone_id: str
    step: int = Field(description="position of the way out among those of the class")
    to: str = Field(description="class that it leads to, or none")
    predicate: str
    holds: bool
    at: datetime | None = Field(description="since when it holds, or when the calendar lets it; null where not known")
    found: Sentence
    missing: Sentence | None = Field(description="null where it holds")


class Act(BaseModel):
    """What the engine proposes to decide for a zone."""

    zone_id: str
    act: str = Field(description="open, extend, positive, phase, step, release, raise or hold_expired")
    to: str
    ready: bool = Field(description="a person can decide it now")
    holding: int = Field(description="conditions that hold")
    of: int = Field(description="conditions that are asked")
    at: datetime | None = Field(description="the earliest by the calendar; null where none is asked or known")
    reasons: Sentence
    fact_ids: list[str]


def checks_of(plan: Any, zone_id: str | None = None) -> list[dict[str, Any]]:
    """Return the conditions of one zone's way out, or of all, as `Check`."""
    return [
        {
            **{key: row[key] for key in ("zone_id", "step", "to", "predicate", "holds", "at")},
            "found": _both(row, "found"),
            "missing": None if row["holds"] else _both(row, "missing"),
        }
        for row in _records(plan.checks, zone_id)
    ]


def acts_of(plan: Any, zone_id: str | None = None) -> list[dict[str, Any]]:
    """Return what is proposed for one zone, or for all, as `Act`: what is ready first."""
    keys = ("zone_id", "act", "to", "ready", "holding", "of", "at")
    rows = _records(plan.acts, zone_id)
    return [
        {**{k: row[k] for k in keys}, "reasons": _both(row, "reasons"), "fact_ids": list(row["fact_ids"])}
        for row in rows
    ]


def _records(table: pd.DataFrame, zone_id: str | None) -> list[dict[str, Any]]:
    mine = table if zone_id is None else table[table["zone_id"] == zone_id]
    columns = {name: values(mine, name) for name in mine}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _both(row: Mapping[str, Any], name: str) -> dict[str, str]:
    return {"zh": row[f"{name}_zh"], "en": row[f"{name}_en"]}


def asked_of(plan: Any) -> dict[str, list[str]]:
    """Return which acts can be decided now, by zone, the most pressing first."""
    found: dict[str, list[str]] = {}
    for zone_id, act in ready_acts(plan)[["zone_id", "act"]].itertuples(index=False):
        found.setdefault(zone_id, []).append(act)
    return found


def edits_of(plan: Any, zone_id: str) -> list[dict[str, Any]]:
    """Return the edits that count on a zone, or take from it, those that wait for a person first."""
    touched = plan.touched
    mine = touched[(touched["zone_id"] == zone_id) | (touched["derived_zone"] == zone_id)]
    counts = mine.groupby("stroke")["pending"].agg(["size", "sum"]).to_dict("index")
    rows = [row for row in _records(plan.ledger, None) if row["event_id"] in counts]
    found = [
        {**row, "atoms": int(counts[row["event_id"]]["size"]), "pending": int(counts[row["event_id"]]["sum"])}
        for row in rows
    ]
    return sorted(found, key=lambda row: row["pending"] == 0)


def pending_zones(plan: Any) -> set[str]:
    """Return the zones on which a suspended edit waits for a person."""
    touched = plan.touched
    return set(touched.loc[touched["pending"].astype(bool), "zone_id"].dropna())
