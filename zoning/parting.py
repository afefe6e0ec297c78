"""Parting a building or unit off its zone, so that a clock of its own begins there."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from zoning.errors import InputError
from zoning.hashes import digest
from zoning.lookup import at_level, atoms_inside
from zoning.pipeline import Plan

PARTS = ("building", "unit")


def part_off(plan: Plan, zone: Mapping[str, Any], payload: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the decisions that part off what alone is to have its clock start again, or is raised.

    Parameters
    ----------
    plan : with the zone.
    zone : its row of the zones table.
    payload : of the decision on it.

    Returns
    -------
    Payloads of action `part`, one a building or unit; none unless its scope is a building or unit.

    Raises
    ------
    InputError : a new case is in no building, or nothing is left to be raised.
    """
    if payload["action"] not in ("extend", "raise") or payload.get("scope") not in PARTS:
        return []
    new = plan.stays[plan.stays["fact_id"].isin(set(zone["new_facts"]) & set(zone["cause_ids"])) & plan.stays["live"]]
    level = ("building",) if payload["scope"] == "building" else ("floor_range", "stairwell", "building")
    rows = at_level(new["unit"].to_numpy(np.int64), plan.units, level)
    if (rows < 0).any():
        lost = new["fact_id"].to_numpy(object)[rows < 0][0]
        raise InputError(f"scope '{payload['scope']}': {lost} is in no known building; take the scope 'zone'")
    of, found = plan.membership.set_index("atom")["zone_id"], []
    for row in np.unique(rows):
        mine, unit = new[rows == row], plan.units["id"].iloc[row]
        part = digest(zone["zone_id"], unit, "part")
        atoms = atoms_inside(np.array([row]), plan.inside)[1].astype(np.uint64)
        if not of.reindex(atoms).isin((zone["zone_id"], part)).any():
            continue
        facts = sorted({*mine["fact_id"], *mine["case_id"]})
        own = {"zone_id": part, "of": zone["zone_id"], "units": [unit]}
        told = {"fact_ids": facts, "cause_ids": sorted(mine["fact_id"]), "aliases": [], "atoms": None}
        found.append({**payload, **own, **told, "action": "part", "ground_id": None, "scope": None})
    if payload["action"] == "raise" and not found:
        raise InputError(f"scope '{payload['scope']}': no new case is in a building of it; take the scope 'zone'")
    return found
