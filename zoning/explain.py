"""Why is this building in its class? One look-up from a unit or a point to rules, citations and facts."""

import difflib
from typing import Any

import numpy as np
import pandas as pd
import shapely

from zoning.errors import InputError, UnknownError
from zoning.geometry import cells_to_text, points_to_cells, text_to_cells
from zoning.lookup import atoms_inside
from zoning.pipeline import Plan

_NO_ZONE: dict[str, Any] = {"class": None, "rank": 0, "zone_id": None, "certainty": None, "reasons": []}


def explain_unit(plan: Plan, unit_id: str) -> dict[str, Any]:
    """Explain the class of a unit, of one of its remainders, or of a cell.

    Parameters
    ----------
    plan : as derived.
    unit_id : id of an estate, building or unit; of an atom (`<unit>/rest`); or an H3 cell as text.

    Returns
    -------
    JSON-able: subject (id, name, kind), class (of the strictest atom, None for none), zone_id, certainty, people,
    reasons (of that atom: rule_id, names, cite, grade, facts), atoms (one such record an atom inside the subject).

    Raises
    ------
    UnknownError : no unit, atom or cell of that name.
    """
    atoms = plan.atoms
    unit = plan.units.index[plan.units["id"] == unit_id]
    if len(unit):
        inside = atoms_inside(unit.to_numpy(), plan.inside)[1]
        subject = {"id": unit_id, "name": plan.units.at[unit[0], "name"], "kind": plan.units.at[unit[0], "level"]}
        return _explain(plan, subject, list(atoms["atom_id"].iloc[inside]))
    if unit_id in set(atoms["atom_id"]):
        name = atoms.loc[atoms["atom_id"] == unit_id, "name"].iloc[0]
        return _explain(plan, {"id": unit_id, "name": name, "kind": "rest"}, [unit_id])
    cell = text_to_cells([unit_id])
    if cell[0]:
        return _explain(plan, {"id": unit_id, "name": unit_id, "kind": "cell"}, [unit_id])
    near = difflib.get_close_matches(unit_id, [*plan.units["id"], *atoms["atom_id"]], 3, 0.5)
    raise UnknownError(
        f"'{unit_id}' is no unit, atom or cell of this workspace (nearest: {', '.join(near) or 'none alike'}); "
        "look names up with `find`"
    )


def explain_at(plan: Plan, lng: float, lat: float) -> dict[str, Any]:
    """Explain the class of the ground at a point: the finest unit that holds it, else its cell's land.

    Parameters
    ----------
    plan : as derived.
    lng, lat : degrees, WGS84.

    Returns
    -------
    As `explain_unit`.

    Raises
    ------
    InputError : no coordinates on earth.
    """
    if not (-180 <= lng <= 180 and -90 <= lat <= 90):
        raise InputError(f"point {lng},{lat} is not on earth; give longitude,latitude in degrees, such as 114.05,22.54")
    own = plan.units[plan.units["own"]]
    held = own[shapely.intersects_xy(own["geometry"].to_numpy(object), lng, lat)]
    if len(held):
        smallest = held.sort_values(["area_m2", "id"]).iloc[0]
        parent_only = smallest["level"] == "estate" and not smallest["leaf"]
        return explain_unit(plan, f"{smallest['id']}/rest" if parent_only else str(smallest["id"]))
    cell = points_to_cells(np.array([lng]), np.array([lat]), plan.settings.resolution)
    return explain_unit(plan, cells_to_text(cell)[0])


def _explain(plan: Plan, subject: dict[str, Any], atom_ids: list[str]) -> dict[str, Any]:
    member = plan.membership[plan.membership["atom_id"].isin(atom_ids)].set_index("atom_id")
    people = plan.atoms.set_index("atom_id")["people"]
    records = [_record(plan, name, member, people) for name in atom_ids]
    first = min(records, key=lambda r: (r["rank"] or 10**6, r["atom_id"]), default=_NO_ZONE)
    told = {key: first[key] for key in ("class", "zone_id", "certainty", "reasons")}
    return {"subject": subject, **told, "people": sum(r["people"] for r in records), "atoms": records}


def _record(plan: Plan, atom_id: str, member: pd.DataFrame, people: pd.Series) -> dict[str, Any]:
    base: dict[str, Any] = {"atom_id": atom_id, "people": round(float(people.get(atom_id, 0.0)), 3)}
    if atom_id not in member.index:
        return {**base, **_NO_ZONE}
    row = member.loc[atom_id]
    rules = {r.id: r for r in plan.policy.rules}
    reasons = [
        {"rule_id": i, "names": rules[i].names.model_dump(), "cite": rules[i].cite, "grade": rules[i].grade}
        for i in row["rule_ids"]
    ]
    told = {"class": row["class"], "rank": int(row["rank"]), "zone_id": row["zone_id"], "certainty": row["certainty"]}
    facts = {"facts": list(row["fact_ids"])}
    return {**base, "people": round(float(row["people"]), 3), **told, "reasons": [{**r, **facts} for r in reasons]}
