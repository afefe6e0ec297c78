"""Edits between deriving and dressing: strokes are replayed over all parts; those that they tie are dressed anew."""

from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
import pandas as pd

from zoning.edits import number_atoms, replay
from zoning.edits.later import list_causes
from zoning.edits.ledger import unedited
from zoning.geometry import Cells, components
from zoning.hashes import number_names
from zoning.parts import Tables, Town, with_people


@dataclass(frozen=True)
class Redrawn:
    """What is to be dressed: `parts` as edits left them, `part` being the name under which it is dressed.

    `touched`, `ledger`: of `replay`, touched with `part` and the `cell` of each atom. `causes`: of `list_causes`.
    """

    parts: Tables
    touched: pd.DataFrame
    ledger: pd.DataFrame
    causes: pd.DataFrame


def redraw(
    derived: Tables, claims: pd.DataFrame, part: Cells, strokes: pd.DataFrame, town: Town, as_of: datetime
) -> Redrawn:
    """Replay the strokes on what was derived.

    Parameters
    ----------
    derived : of `derive_parts`, all parts.
    claims : of `settle`.
    part : part of each claim.
    strokes : of the state, in recorded order.
    town : where.
    as_of : UTC.

    Returns
    -------
    Redrawn; membership in order of part and atom number. A part that no stroke touches keeps its name.
    """
    if not len(strokes):
        _unedited[:] = _unedited or [_replayed(derived, claims, part, strokes, town, as_of)]
        return replace(_unedited[0], parts=_as_derived(derived))
    return _replayed(derived, claims, part, strokes, town, as_of)


def _as_derived(derived: Tables) -> Tables:
    return {**derived, "membership": unedited(derived["membership"])}


# What no strokes leave of any derivation, but for its parts: empty tables, which cost a small derivation a seventh.
_unedited: list[Redrawn] = []


def _replayed(
    derived: Tables, claims: pd.DataFrame, part: Cells, strokes: pd.DataFrame, town: Town, as_of: datetime
) -> Redrawn:
    scene, atoms = town.scene, town.ground.atoms
    some = slice(None) if len(strokes) else slice(0)
    of = (derived["membership"][some], derived["zones"][some])
    causes = _causes(derived["membership"], claims, part, strokes, town)
    edited = replay(*of, strokes, scene.policy, atoms, scene.settings, as_of, causes)
    rows, zones, touched = edited.membership, edited.zones, with_people(edited.touched, town)
    if touched.empty:
        return Redrawn(_as_derived(derived), touched.assign(part=np.uint64(0)), edited.ledger, causes)
    drawn = rows["stroke"].notna().to_numpy(bool)
    rows = pd.concat([rows[~drawn], with_people(rows[drawn], town)])
    ties = _tie(derived["zones"], zones, touched)
    tables = {"membership": rows, "zones": zones, "former": derived["former"], "grounds": derived["grounds"]}
    found = {name: table.assign(part=_named(table["zone_id"], ties)) for name, table in tables.items()}
    found["membership"] = found["membership"].sort_values(["part", "atom"], ignore_index=True)
    found["closed"] = derived["closed"]
    ours = touched["derived_zone"].where(touched["derived_zone"].notna(), touched["zone_id"])
    return Redrawn(found, touched.assign(part=_named(ours, ties)), edited.ledger, causes)


def _causes(rows: pd.DataFrame, claims: pd.DataFrame, part: Cells, strokes: pd.DataFrame, town: Town) -> pd.DataFrame:
    """List what claims the atoms of strokes: all of it is in the parts of these atoms."""
    names = np.array(sorted(set[str]().union(*strokes["atoms"])), object)
    number, known = number_atoms(names, town.ground.atoms, town.scene.settings.resolution)
    touched = np.unique(number[known])
    parts = rows["part"].to_numpy(np.uint64)[np.isin(rows["atom"].to_numpy(np.uint64), touched)]
    return list_causes(claims[np.isin(part, np.unique(parts))], touched, town.scene.holds)


def _named(zones: pd.Series, names: pd.Series) -> Cells:
    """Atoms that are in no zone, and were in none, belong to no part."""
    named: Cells = np.append(names.to_numpy(np.uint64), np.uint64(0))[names.index.get_indexer(zones)]
    return named


def _tie(derived: pd.DataFrame, zones: pd.DataFrame, touched: pd.DataFrame) -> pd.Series:
    """Return the part of each zone, derived or drawn: parts between which strokes move atoms are one, of a new name."""
    ids = pd.Index(derived["zone_id"]).append(pd.Index(zones["zone_id"].drop_duplicates())).unique()
    own = pd.Series(number_names(ids.to_numpy(object)), index=ids)
    own.loc[derived["zone_id"].to_numpy()] = derived["part"].to_numpy(np.uint64)
    parts, code = np.unique(own.to_numpy(np.uint64), return_inverse=True)
    left, right = (ids.get_indexer(touched[c]) for c in ("derived_zone", "zone_id"))
    both = (left >= 0) & (right >= 0)
    group = components(len(parts), code[left[both]], code[right[both]])
    columns = ["atom", "stroke", "class", "zone_id", "pending", "below"]
    told = pd.util.hash_pandas_object(touched[columns].astype("str"), index=False).to_numpy(np.uint64)
    sums = np.zeros(len(parts), np.uint64)
    np.add.at(sums, group, parts)
    one = np.where(left >= 0, left, right)
    np.add.at(sums, group[code[one[one >= 0]]], told[one >= 0])
    return pd.Series(sums[group[code]], index=ids)
