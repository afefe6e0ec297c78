"""Stage 4b: which ground: each rule that fired takes ground, and the ground is resolved to atoms at once."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from zoning.geometry import Ints
from zoning.grounds.border import cut_grounds
from zoning.grounds.outlines import area_keys, block_keys, buffer_keys
from zoning.grounds.scene import Scene, atom_points
from zoning.grounds.units import beside_keys, cell_keys, unit_keys
from zoning.lookup import spread
from zoning.rules import Ground, Rule, TakeAdjacent, TakeAdmin, TakeBuffer, TakeRoadBlock, TakeSiblings, TakeUnit

CLAIMS = ["rule", "stay", "ground", "fallback"]
Mask = npt.NDArray[np.bool_]
_NONE = pd.DataFrame(columns=CLAIMS).astype({"rule": int, "stay": int, "ground": object, "fallback": bool})


def take_grounds(scene: Scene, fired: Mapping[str, Mask]) -> pd.DataFrame:
    """Take the ground of every rule that fired; fills `scene.holds` and `scene.legal`.

    Parameters
    ----------
    scene : tables of the earlier stages, as the class says.
    fired : rule id -> (n,) booleans, one a stay.

    Returns
    -------
    One row a claim: rule (position in the pack), stay (row), ground (key into `holds`), fallback (cells were taken
    because there was no ground of the kind that the rule asks for).
    """
    claims = _NONE
    for position, rule in enumerate(scene.policy.rules):
        if isinstance(rule.when, Ground):
            wanted = [
                i for i, r in enumerate(scene.policy.rules) if r.target in rule.when.classes and r.act == "derive"
            ]
            found = _around(rule, claims[claims["rule"].isin(wanted)], scene)
        else:
            found = _take(rule, np.flatnonzero(fired[rule.id]), claims, scene)
        if found.empty:
            continue
        found = cut_grounds(found, scene)
        claims = pd.concat([claims, found.assign(rule=position)[CLAIMS]], ignore_index=True)
    return claims


def _take(rule: Rule, stays: Ints, claims: pd.DataFrame, scene: Scene) -> pd.DataFrame:
    """Take a rule's ground for some stays, and its fallback for those that have none."""
    ground = rule.ground
    if isinstance(ground, TakeUnit):
        keys = unit_keys(ground.levels, stays, scene)
    elif isinstance(ground, TakeAdjacent):
        keys = beside_keys(ground, stays, scene)
    elif isinstance(ground, TakeSiblings):
        keys = unit_keys([ground.level], stays, scene)
    elif isinstance(ground, TakeBuffer):
        keys = buffer_keys(rule, ground, stays, claims, scene)
    elif isinstance(ground, TakeRoadBlock):
        keys = block_keys(ground, stays, scene)
    elif isinstance(ground, TakeAdmin):
        lng, lat = (scene.spots[c].to_numpy()[stays] for c in ("lng", "lat"))
        keys = area_keys(ground.levels, lng, lat, scene)
    else:
        keys = cell_keys(ground, stays, scene)
    found = pd.DataFrame({"stay": stays, "ground": keys, "fallback": False})
    bare = found["ground"].isna().to_numpy() & ~_stands_alone(rule, stays, scene)
    if rule.fallback and bare.any():
        found.loc[bare, "ground"] = cell_keys(rule.fallback, stays[bare], scene)
        found.loc[bare, "fallback"] = True
    return found[found["ground"].notna()]


def _stands_alone(rule: Rule, stays: Ints, scene: Scene) -> Mask:
    """A unit that is known and has no neighbour takes no cells instead: there is ground, and nothing beside it."""
    known: Mask = scene.spots["unit"].to_numpy(np.int64)[stays] >= 0
    return known & isinstance(rule.ground, TakeAdjacent)


def _around(rule: Rule, claims: pd.DataFrame, scene: Scene) -> pd.DataFrame:
    """Take the areas in which the ground lies that a cause already took; where there are none, rings around it."""
    code, keys = pd.factorize(claims["ground"])
    sizes = [len(scene.holds[k]) for k in keys]
    held_atoms = np.concatenate([np.empty(0, np.uint64), *(scene.holds[k] for k in keys)])
    atoms, place = np.unique(held_atoms, return_inverse=True)
    levels = rule.ground.levels if isinstance(rule.ground, TakeAdmin) else []
    area, areas = pd.factorize(np.array(area_keys(levels, *atom_points(atoms, scene.atoms), scene), object))
    ground, at = _pairs(np.repeat(np.arange(len(keys)), sizes), area[place])
    claim, pair = spread(ground, code)
    stays = claims["stay"].to_numpy(np.int64)
    stay, at = _pairs(stays[claim], at[pair])
    held = pd.DataFrame({"stay": stay, "ground": areas[at], "fallback": False})
    bare = np.setdiff1d(stays, stay)
    if rule.fallback is None or not len(bare):
        return held
    rings = pd.DataFrame({"stay": bare, "ground": cell_keys(rule.fallback, bare, scene), "fallback": True})
    return pd.concat([held, rings], ignore_index=True)


def _pairs(owner: Ints, area: Ints) -> tuple[Ints, Ints]:
    """Return each pair once, as they first come, but those without an area."""
    n = int(area.max(initial=0)) + 1
    pair = pd.unique((owner * n + area)[area >= 0])
    return pair // n, pair % n
