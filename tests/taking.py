"""Taking ground by one rule in a town on paper: what the tests of grounds share."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from tests.small_town import (
    FRAME,
    POLICY,
    SETTINGS,
    Row,
    point,
    tables,
)
from zoning.geometry import cells_to_text, points_to_cells
from zoning.grounds import take_grounds
from zoning.grounds.scene import Scene
from zoning.policy import Policy
from zoning.rules import Rule
from zoning.units import make_units

NAMES = {"zh": "规则", "en": "rule"}
HOME = {"trigger": "residence"}


def value(number: float, unit: str = "m") -> dict[str, Any]:
    return {"value": number, "unit": unit, "grade": "O"}


def rule(ground: dict[str, Any], name: str = "X", when: dict[str, Any] = HOME, **more: Any) -> Rule:
    usual = {"id": name, "names": NAMES, "class": "sealed", "slot": "core", "grade": "O"}
    return Rule.model_validate({**usual, "when": when, "ground": ground, **more})


def pack(*rules: Rule, **header_of: str) -> Policy:
    header = POLICY.pack.model_copy(update=header_of)
    return POLICY.model_copy(update={"rules": list(rules), "pack": header})


def take(policy: Policy, spots: list[Row], **town: Iterable[Row]) -> tuple[pd.DataFrame, Scene]:
    """Claims of a pack whose every rule fires for every spot: `unit` (id) or x, y."""
    held = tables(**town)
    ground = make_units(held, SETTINGS)
    row_of = {unit: i for i, unit in enumerate(ground.units["id"])}
    rows = []
    for spot in spots:
        unit = row_of.get(spot.get("unit"), -1)
        at = ground.units.iloc[unit][["lng", "lat"]].to_dict() if "x" not in spot else point(spot["x"], spot["y"])
        rows.append({"unit": unit, **at})
    table = pd.DataFrame(rows, columns=["unit", "lng", "lat"]).astype({"unit": "int64", "lng": float, "lat": float})
    table["cell"] = points_to_cells(table["lng"].to_numpy(), table["lat"].to_numpy(), 11)
    scene = Scene(ground.units, ground.atoms, ground.inside, table, held, policy, FRAME, SETTINGS)
    return take_grounds(scene, {r.id: np.ones(len(rows), bool) for r in policy.rules}), scene


def names(scene: Scene, key: str) -> set[str]:
    """Unit atoms by name and cells as text."""
    units = scene.atoms["atom_id"].to_numpy(object)
    numbers = scene.holds[key]
    return {*units[numbers[numbers < len(units)].astype(int)], *cells_to_text(numbers[numbers >= len(units)])}


def held(policy: Policy, *spots: Row, name: str | None = None, **town: Iterable[Row]) -> list[set[str]]:
    """What each claim (of one rule) holds."""
    claims, scene = take(policy, list(spots), **town)
    position = [r.id for r in policy.rules].index(name) if name else 0
    return [names(scene, key) for key in claims.loc[claims["rule"] == position, "ground"]]


def units_of(found: set[str]) -> set[str]:
    return {name for name in found if not name.startswith("8b")}


UNIT = rule({"take": "unit", "levels": ["floor_range", "stairwell", "building"]})
