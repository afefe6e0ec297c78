"""Following the change: a part that is what it was is taken as it was made; the plan is that of a full run."""

from datetime import datetime

import numpy as np
import pandas as pd

from zoning.geometry import Cells, Ints
from zoning.hashes import mix
from zoning.kept import Kept, quiet_until
from zoning.ordered import Change, among, only
from zoning.partition import part_claims
from zoning.parts import Tables, Town, derive_parts, dress_parts
from zoning.policy import Policy
from zoning.redress import redraw
from zoning.risk import zones_in_cells
from zoning.settling import settle

_DRESSED = ("zones", "membership", "former", "grounds")
_BY_DECISIONS = ["live", "class", "rank", "joins", "settled", "ended", "origin", "rule_class", "calm"]
_SETTLED = ["mark", "settled", "ended", "origin", "class", "rule_class", "calm", "ground", "slot"]


def settle_all(
    claims: pd.DataFrame,
    change: Change,
    stays: pd.DataFrame,
    standings: pd.DataFrame,
    policy: Policy,
    as_of: datetime,
    kept: Kept,
) -> tuple[pd.DataFrame, Ints]:
    """Mark the claims that decisions answered; where these are what they were, new claims and marked ones only.

    Parameters
    ----------
    claims : table of `claim_all`.
    change : how it came from the one before.
    stays : of `see`.
    standings : of `fold_decisions`.
    policy, as_of : of `settle`.
    kept : what earlier derivations made; is brought up to date.

    Returns
    -------
    The claims as `settle` gives them; which of those before each could be the same, -1 for none.
    """
    live = stays["live"].to_numpy(bool)[claims["stay"].to_numpy(np.int64)]
    claims, row, old = claims.assign(live=live), change.came_from, kept.settled
    parted = standings["parted"].map(bool).any()
    if old is None or parted or len(old) != len(change.keep) or not kept.quiet(standings, as_of):
        kept.settled = settle(claims, standings, policy, as_of)
        return kept.settled, np.append(row, np.full(len(kept.settled) - len(row), -1))
    answered = old["settled"].notna() | (old["calm"] & ~old["ignored"])
    again = np.flatnonzero((row < 0) | np.append(answered.to_numpy(bool), False)[row])
    few = settle(claims.iloc[again].reset_index(drop=True), standings, policy, as_of)
    kept.settled = settle(claims, standings.iloc[:0], policy, as_of)
    told = np.flatnonzero(few["settled"].notna() | few["calm"])
    if len(told):
        kept.settled.loc[again[told], _BY_DECISIONS] = few[_BY_DECISIONS].iloc[told].set_axis(again[told])
    return kept.settled, row


def follow(
    claims: pd.DataFrame,
    came_from: Ints,
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
    claims, came_from : of `settle_all`.
    stays : of `see`.
    standings : of `fold_decisions`.
    strokes : of the state, in recorded order.
    town : where.
    as_of : UTC.
    kept : what earlier derivations over the same ground made; is brought up to date.

    Returns
    -------
    zones, membership, former, closed, calendar, gate_points, site_links with `part`, each in its own order; cells
    (of `zones_in_cells`); touched, ledger (of `replay`), causes (of `list_causes`).
    """
    kept.partition, new, gone = part_claims(kept.partition, claims, _tokens(claims), came_from, town.scene)
    part = kept.partition.part

    def derive(new: Cells) -> Tables:
        few = among(part, new)
        return derive_parts(claims[few].assign(part=part[few]).reset_index(drop=True), stays, town)

    kept.derived.renew(new, gone, derive)
    edited = redraw(kept.derived.pieces, claims, part, strokes, town, as_of)

    def dress(new: Cells) -> Tables:
        tables = {name: edited.parts[name] for name in _DRESSED} | {"touched": edited.touched}
        few = {name: only(table, among(table["part"].to_numpy(np.uint64), new)) for name, table in tables.items()}
        return dress_parts(few, few["touched"], standings, town, as_of)

    names = np.unique(edited.parts["zones"]["part"].to_numpy(np.uint64))
    held = np.setdiff1d(np.intersect1d(kept.dressed.parts, names), kept.stale(standings, as_of))
    kept.dressed.renew(np.setdiff1d(names, held), np.setdiff1d(kept.dressed.parts, held), dress)
    kept.standings, kept.since, kept.until = standings, as_of, quiet_until(standings, as_of, town.scene.settings)
    found = {**edited.parts, **kept.dressed.pieces}
    found["calendar"] = found["calendar"].drop(columns="rank")
    found["cells"] = _cells(found)
    return found | {"touched": edited.touched, "ledger": edited.ledger, "causes": edited.causes}


def _tokens(claims: pd.DataFrame) -> Cells:
    """Hash each claim with its stay, what decisions made of it, and whether it lives."""
    token = mix(claims["mark"].to_numpy(np.uint64) + claims["calm"].to_numpy(bool))
    answered = claims["settled"].notna().to_numpy(bool)
    if answered.any():
        told = claims.loc[answered, _SETTLED].assign(
            **{c: claims[c][answered].astype("str") for c in ("settled", "origin")}
        )
        token[answered] = pd.util.hash_pandas_object(told, index=False).to_numpy(np.uint64)
    return mix(token + claims["live"].to_numpy(bool))


def _cells(found: Tables) -> pd.DataFrame:
    """The zones of each cell: those of the parts, where no edit moved an atom."""
    return found["cells"] if "cells" in found else zones_in_cells(found["membership"])
