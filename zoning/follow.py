"""Following the change: a part that is what it was is taken as it was made; the plan is that of a full run."""

from datetime import datetime

import numpy as np
import pandas as pd

from zoning.clusters import find_parts
from zoning.geometry import Cells
from zoning.kept import Kept, quiet_until
from zoning.parts import Tables, Town, derive_parts, dress_parts, part_names
from zoning.redress import redraw
from zoning.risk import strictest_in_cells


def follow(
    claims: pd.DataFrame,
    stays: pd.DataFrame,
    standings: pd.DataFrame,
    strokes: pd.DataFrame,
    town: Town,
    as_of: datetime,
    kept: Kept,
) -> Tables:
    """Derive the parts that changed, replay the edits, and dress what changed by either, by decisions or by time.

    Parameters
    ----------
    claims : of `settle`, with `token` (hash of where a stay was and what it fired).
    stays : of `find_stays`, with live, sure, case_id.
    standings : of `fold_decisions`.
    strokes : of the state, in recorded order.
    town : where.
    as_of : UTC.
    kept : what earlier derivations over the same ground made; is brought up to date.

    Returns
    -------
    zones, membership, former, closed, calendar, gate_points, site_links with `part`, each in its own order; cells
    (of `strictest_in_cells`); touched, ledger (of `replay`).
    """
    claims = claims[claims["act"] == "derive"].reset_index(drop=True)
    names = part_names(claims, stays, find_parts(claims, town.scene.holds, town.scene.rims, town.ground.atoms))
    before, none = kept.derived.pieces.get("membership"), np.empty(0, np.uint64)

    def derive(new: Cells) -> Tables:
        few = np.isin(names, new)
        return derive_parts(claims[few].assign(part=names[few]), stays, town)

    new, gone = kept.derived.renew(np.unique(names), none, derive)
    if len(new) or len(gone):
        rows = kept.derived.pieces["membership"].sort_values("atom", ignore_index=True)
        kept.derived.pieces = {**kept.derived.pieces, "membership": rows}
    kept.cells = _cells(kept.cells, before, kept.derived.pieces, new, gone)
    edited = redraw(kept.derived.pieces, strokes, town, as_of)

    def dress(new: Cells) -> Tables:
        tables = {**edited.parts, "touched": edited.touched}
        few = {name: table[np.isin(table["part"].to_numpy(np.uint64), new)] for name, table in tables.items()}
        return dress_parts(few, few["touched"], standings, town, as_of)

    kept.dressed.renew(np.unique(edited.parts["zones"]["part"]), kept.stale(standings, as_of), dress)
    kept.standings, kept.since, kept.until = standings, as_of, quiet_until(standings, as_of, town.scene.settings)
    found = _in_order({**edited.parts, **kept.dressed.pieces})
    moved = edited.touched["cell"].to_numpy(np.uint64)
    cells = _put_cells(kept.cells, found["zones"], found["membership"], np.unique(moved))
    return found | {"cells": cells, "touched": edited.touched, "ledger": edited.ledger}


_ORDER = {
    "zones": ["rank", "zone_id"], "former": ["atom"], "closed": ["zone_id"], "gate_points": ["zone_id", "gate_id"],
    "site_links": ["zone_id", "site_kind"],
}  # fmt: skip


def _in_order(tables: Tables) -> Tables:
    """Put each table in the order that a full run gives it; rounds go in the order of their zones."""
    found = tables | {name: tables[name].sort_values(keys, ignore_index=True) for name, keys in _ORDER.items()}
    place = pd.Index(found["zones"]["zone_id"]).get_indexer(tables["calendar"]["zone_id"])
    order = np.lexsort((tables["calendar"]["day"].to_numpy(), place))
    return found | {"calendar": tables["calendar"].iloc[order].reset_index(drop=True)}


def _cells(
    shown: pd.DataFrame | None, before: pd.DataFrame | None, now: Tables, new: Cells, gone: Cells
) -> pd.DataFrame:
    """The class of each cell, looked at anew where a part came or went."""
    rows = now["membership"]
    if shown is None or before is None:
        return strictest_in_cells(now["zones"], rows)
    pairs = ((rows, new), (before, gone))
    moved = [
        table["cell"].to_numpy(np.uint64)[np.isin(table["part"].to_numpy(np.uint64), some)] for table, some in pairs
    ]
    return _put_cells(shown, now["zones"], rows, np.unique(np.concatenate(moved)))


def _put_cells(shown: pd.DataFrame, zones: pd.DataFrame, rows: pd.DataFrame, moved: Cells) -> pd.DataFrame:
    if not len(moved):
        return shown
    found = strictest_in_cells(zones, rows[np.isin(rows["cell"].to_numpy(np.uint64), moved)])
    rest = shown[~np.isin(shown["cell"].to_numpy(np.uint64), moved)]
    return pd.concat([part for part in (rest, found) if len(part)] or [found])
